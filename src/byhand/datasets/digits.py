"""Scikit-learn's handwritten digits, which come with its wheel."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Split(NamedTuple):
    """Examples to learn from and examples kept back, in this order.

    `x` and `x_test` have the shape (N, size, size, 1) and values from 0 to 1 in
    float32; `y_t` and `y_test`, (N,), hold the number of each example's class.
    """

    x: Array
    y_t: Array
    x_test: Array
    y_test: Array


def digits(*, size: int = 8, held_out: float = 0.25, seed: int = 0) -> Split:
    """Return scikit-learn's 1,797 handwritten digits, a part of them kept back.

    Both parts hold each digit in the same proportion. The images have 8 x 8 pixels;
    a larger size repeats each pixel and adds no detail.

    Parameters
    ----------
    size : int
        Pixels along each side, a multiple of 8.
    held_out : float
        Fraction that is kept back, above 0 and below 1.
    seed : int
        Of the shuffling.

    Returns
    -------
    Split
        x, y_t, x_test, y_test.

    Raises
    ------
    ValueError
        If the size is no multiple of 8, or the fraction not between 0 and 1.

    References
    ----------
    Alpaydin and Kaynak 1998, doi:10.24432/C50P49.

    Examples
    --------
    >>> x, y_t, x_test, y_test = digits()
    >>> x.shape, x_test.shape
    ((1347, 8, 8, 1), (450, 8, 8, 1))
    """
    if size < 8 or size % 8:
        raise ValueError(f"size must be a multiple of 8, got {size}")
    if not 0 < held_out < 1:
        raise ValueError(f"held_out must lie between 0 and 1, got {held_out}")
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    raw = load_digits()
    images = (raw.images / 16).astype("float32")[..., np.newaxis]
    images = images.repeat(size // 8, axis=1).repeat(size // 8, axis=2)
    x, x_test, y_t, y_test = train_test_split(
        images,
        raw.target,
        test_size=held_out,
        stratify=raw.target,
        random_state=seed,
    )
    return Split(x, y_t, x_test, y_test)
