"""Points with single elements moved, in blocks that fit in memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from byhand.gradients.extrapolation import Array

BLOCK = 2**20  # numbers of a block at most, and never N x N of them


def moved_points(
    row: Array, index: Array, values: Array
) -> Iterator[tuple[slice, Array]]:
    """Yield blocks of copies of a row, each with one element set to another value.

    Parameters
    ----------
    row : ndarray, shape (N,)
        The point.
    index : ndarray of int, shape (M,)
        Which element each copy has moved.
    values : ndarray, shape (M,)
        What it is set to.

    Yields
    ------
    part : slice
        Which of the M copies follow.
    points : ndarray, shape (part.stop - part.start, N)
        The copies.

    Examples
    --------
    >>> import numpy as np
    >>> blocks = moved_points(np.zeros(2), np.array([0, 1]), np.array([5.0, 7.0]))
    >>> [points.tolist() for _, points in blocks]
    [[[5.0, 0.0], [0.0, 7.0]]]
    """
    count = max(1, BLOCK // max(1, row.size))
    for start in range(0, len(index), count):
        part = slice(start, min(start + count, len(index)))
        points = np.repeat(row[np.newaxis], part.stop - start, axis=0)
        points[np.arange(part.stop - start), index[part]] = values[part]
        yield part, points
