"""Simulated spectra: ten kinds of line profile, small enough to train on in seconds.

Where a line stands says nothing of its kind, so that a linear model sees little, a
dense network more, and a convolutional network nearly all.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

SHORTEST = 20  # points that the widest profile needs
WIDTH = 2.2  # of a line, as the standard deviation of a Gaussian, in points
CORRELATION = 4.0  # length over which the correlated noise varies, in points


def spectra(
    count: int,
    *,
    length: int = 40,
    noise: float = 0.2,
    white: float = 0.03,
    shift: float = 14.0,
    stretch: float = 2.0,
    contrast: float = 1.4,
    slope: float = 0.6,
    seed: int = 0,
) -> tuple[Array, Array]:
    """Simulate short spectra that hold one spectral line of ten kinds.

    The continuum is subtracted, but for a slope that is left. The line stands at a
    random redshift, and its width and height vary. Then follow noise that neighbours
    share, as a calibration leaves it, and white noise, as photons make it.
    `LINES` names the kinds; each is as frequent as every other.

    Parameters
    ----------
    count : int
        Number of spectra; their kinds come in random order.
    length : int
        Points along the wavelength, at least 20.
    noise : float
        Standard deviation of the noise that neighbouring points share, in units of the
        height of an average line.
    white : float
        Standard deviation of the white noise, in the same units.
    shift : float
        Largest distance of a line from the middle, in points, at most half the length.
    stretch : float
        Factor by which the widest and the narrowest line differ from an average one,
        at least 1.
    contrast : float
        Factor by which the strongest and the weakest line differ from an average one,
        at least 1.
    slope : float
        Largest rise or fall of the continuum from the middle to an end, in the units
        of the noise.
    seed : int
        Of all that is random: the same seed gives the same spectra.

    Returns
    -------
    x : ndarray
        Shape (count, length, 1), float32: flux less continuum.
    labels : ndarray
        Shape (count,), int64: the place of each kind in `LINES`, from 0 to 9.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Greydanus 2020, arXiv:2011.14439 (MNIST-1D, the idea of such signals; the profiles,
    the noise and the code here are others).

    Examples
    --------
    >>> x, labels = spectra(20, seed=1)
    >>> x.shape, np.bincount(labels).tolist()
    ((20, 40, 1), [2, 2, 2, 2, 2, 2, 2, 2, 2, 2])
    >>> LINES[3]
    'double absorption'
    """
    for name, value, low in [("count", count, 1), ("length", length, SHORTEST)]:
        if value < low:
            raise ValueError(f"{name} must be at least {low}, got {value}")
    for name, given in [("noise", noise), ("white", white), ("slope", slope)]:
        if not (given >= 0 and np.isfinite(given)):
            raise ValueError(f"{name} must be finite and not negative, got {given}")
    for name, given in [("stretch", stretch), ("contrast", contrast)]:
        if not (given >= 1 and np.isfinite(given)):
            raise ValueError(f"{name} is a factor of at least 1, got {given}")
    if not 0 <= shift <= length / 2:
        raise ValueError(
            f"shift must be from 0 to half the length, {length / 2}, got {shift}"
        )
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % len(PROFILES))
    places = np.arange(length) - (length - 1) / 2
    centre = rng.uniform(-shift, shift, (count, 1))
    width = WIDTH * stretch ** rng.uniform(-1, 1, (count, 1))
    height = contrast ** rng.uniform(-1, 1, (count, 1))
    tilt = slope * rng.uniform(-1, 1, (count, 1))

    x = tilt * places / (length / 2)
    velocity = (places - centre) / width
    for label, profile in enumerate(PROFILES.values()):
        chosen = labels == label
        x[chosen] += height[chosen] * profile(velocity[chosen])
    x += noise * rng.normal(size=x.shape) @ _smoothing(length)
    x += white * rng.normal(size=x.shape)
    return x.astype("float32")[..., np.newaxis], labels


def _smoothing(length: int) -> Array:
    """Return the matrix, (length, length), that makes white noise correlated.

    Each column has the length 1, so that a standard deviation of 1 stays 1.
    """
    places = np.arange(length)
    apart = places[:, np.newaxis] - places
    weights = _gaussian(apart / CORRELATION)
    return np.asarray(weights / np.sqrt((weights**2).sum(axis=0)))


# The profiles: flux for a velocity in units of the line's width, negative towards blue.


def _gaussian(v: Array) -> Array:
    return np.exp(-(v**2) / 2)


def _emission(v: Array) -> Array:
    return _gaussian(v)


def _absorption(v: Array) -> Array:
    return -_gaussian(v)


def _double_peak(v: Array) -> Array:
    """Return two peaks, as of a rotating disc seen from the side."""
    return _gaussian((v + 1.5) / 0.7) + _gaussian((v - 1.5) / 0.7)


def _double_absorption(v: Array) -> Array:
    return -_double_peak(v)


def _p_cygni(v: Array) -> Array:
    """Return emission with absorption on its blue side: matter that flows out."""
    return _gaussian((v - 1) / 0.8) - _gaussian((v + 1) / 0.8)


def _inverse_p_cygni(v: Array) -> Array:
    """Return emission with absorption on its red side: matter that falls in."""
    return _p_cygni(-v)


def _broad_and_narrow(v: Array) -> Array:
    """Return a narrow line on a broad one, as of an active nucleus."""
    return 0.5 * _gaussian(v / 2.5) + 0.6 * _gaussian(v / 0.45)


def _flat_top(v: Array) -> Array:
    """Return a plateau, as of a shell that expands."""
    return np.asarray(1 / (1 + (v / 2) ** 8))


def _filled_absorption(v: Array) -> Array:
    """Return broad absorption with emission in its middle, as of an active star."""
    return 1.2 * _gaussian(v / 0.6) - 0.8 * _gaussian(v / 2)


def _red_tail(v: Array) -> Array:
    """Return a steep blue side and a long red one, as of Lyman alpha far away."""
    return np.where(v < 0, _gaussian(v / 0.35), np.exp(-np.maximum(v, 0) / 1.6))


PROFILES: dict[str, Callable[[Array], Array]] = {
    "emission": _emission,
    "absorption": _absorption,
    "double-peaked emission": _double_peak,
    "double absorption": _double_absorption,
    "P Cygni": _p_cygni,
    "inverse P Cygni": _inverse_p_cygni,
    "broad and narrow emission": _broad_and_narrow,
    "flat-topped emission": _flat_top,
    "emission in absorption": _filled_absorption,
    "emission with a red tail": _red_tail,
}
LINES = tuple(PROFILES)
