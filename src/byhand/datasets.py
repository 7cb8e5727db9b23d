"""Data that needs no network: handwritten digits, and galaxies that are simulated.

NumPy is imported with this module; scikit-learn, astropy and SciPy when a function
that needs them is called.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

ELLIPTICAL, SPIRAL = 0, 1


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


def galaxies(
    count: int,
    *,
    size: int = 32,
    noise: float = 0.1,
    blur: float = 1.0,
    tilt: float = 60.0,
    seed: int = 0,
) -> tuple[Array, Array]:
    """Simulate small images of elliptical and spiral galaxies.

    An elliptical has a Sersic profile of index 2 to 4, a spiral a disc of index 1 with
    two logarithmic arms and a bulge. Size, orientation, axis ratio, arms and place
    vary from one to the next; then follow the blur of a telescope, a stretch that
    lifts what is faint and makes the brightest pixel 1, and noise.

    Parameters
    ----------
    count : int
        Number of images; every second one is a spiral, in random order.
    size : int
        Pixels along each side, at least 8.
    noise : float
        Standard deviation of the noise, in units of the brightest pixel.
    blur : float
        Standard deviation of the blur, in pixels; 0 for none.
    tilt : float
        Largest angle at which a disc is seen, in degrees from face-on, below 90.
    seed : int
        Of all that is random: the same seed gives the same images.

    Returns
    -------
    images : ndarray
        Shape (count, size, size, 1), float32.
    labels : ndarray
        Shape (count,): 0 for an elliptical, 1 for a spiral.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Graham and Driver 2005, doi:10.1071/AS05001 (Sersic profiles);
    Lupton, Gunn and Szalay 1999, doi:10.1086/301004 (the stretch by arcsinh).

    Examples
    --------
    >>> images, labels = galaxies(6, seed=1)
    >>> images.shape, sorted(labels.tolist())
    ((6, 32, 32, 1), [0, 0, 0, 1, 1, 1])
    """
    for name, value, low in [("count", count, 1), ("size", size, 8)]:
        if value < low:
            raise ValueError(f"{name} must be at least {low}, got {value}")
    for name, given in [("noise", noise), ("blur", blur)]:
        if not given >= 0:
            raise ValueError(f"{name} must not be negative, got {given}")
    if not 0 <= tilt < 90:
        raise ValueError(f"tilt must be from 0 to below 90 degrees, got {tilt}")
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % 2)
    images = np.empty((count, size, size), "float32")
    for image, label in zip(images, labels, strict=True):
        draw = _spiral if label == SPIRAL else _elliptical
        # The centre outshines the rest: stretched as for the eye (Lupton et al. 1999).
        clean = np.arcsinh(3 * gaussian_filter(draw(size, tilt, rng), blur))
        image[...] = clean / clean.max() + noise * rng.normal(size=clean.shape)
    return images[..., np.newaxis], labels


def _plane(size: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return the pixels' coordinates from a centre near that of the image."""
    rows, columns = np.mgrid[:size, :size] - (size - 1) / 2
    dy, dx = rng.uniform(-0.05, 0.05, 2) * size
    return columns - dx, rows - dy


def _elliptical(size: int, _tilt: float, rng: np.random.Generator) -> Any:
    """Return the light of an elliptical."""
    from astropy.modeling.models import Sersic2D

    x, y = _plane(size, rng)
    profile = Sersic2D(
        r_eff=rng.uniform(0.12, 0.25) * size,
        n=rng.uniform(2, 4),
        ellip=rng.uniform(0, 0.5),
        theta=rng.uniform(0, np.pi),
    )
    return profile(x, y)


def _spiral(size: int, tilt: float, rng: np.random.Generator) -> Any:
    """Return the light of a disc with two arms and a bulge."""
    from astropy.modeling.models import Sersic2D

    x, y = _plane(size, rng)
    turn = rng.uniform(0, np.pi)
    along = x * np.cos(turn) + y * np.sin(turn)
    across = y * np.cos(turn) - x * np.sin(turn)
    across = across / np.cos(np.radians(rng.uniform(0, tilt)))  # seen face-on
    scale = rng.uniform(0.18, 0.26) * size
    radius, angle = np.hypot(along, across), np.arctan2(across, along)
    winding = rng.choice([-1, 1]) / np.tan(np.radians(rng.uniform(15, 30)))
    phase = 2 * (angle - winding * np.log(np.maximum(radius, 0.5) / scale))
    strength = rng.uniform(0.7, 1.0) * (1 - np.exp(-((radius / (0.4 * scale)) ** 2)))
    disc = Sersic2D(r_eff=scale, n=1)(along, across)
    bulge = Sersic2D(amplitude=rng.uniform(0.5, 1.5), r_eff=0.15 * scale, n=2)
    return disc * (1 + strength * np.cos(phase)) + bulge(along, across)
