"""Small images of galaxies, simulated, with gravitational lenses as a rare kind."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

ELLIPTICAL, SPIRAL, LENS = 0, 1, 2


def galaxies(
    count: int,
    *,
    size: int = 32,
    noise: float = 0.1,
    blur: float = 1.0,
    tilt: float = 60.0,
    lenses: float = 0.0,
    seed: int = 0,
) -> tuple[Array, Array]:
    """Simulate small images of elliptical and spiral galaxies.

    An elliptical has a Sersic profile of index 2 to 4, a spiral a disc of index 1 with
    two logarithmic arms and a bulge. Size, orientation, axis ratio, arms and place
    vary from one to the next. A gravitational lens is an elliptical whose mass bends
    the light of a galaxy behind it into arcs or a ring. Then follow the blur of a
    telescope, a stretch that lifts what is faint and makes the brightest pixel 1, and
    noise.

    Parameters
    ----------
    count : int
        Number of images, in random order; of those that are no lenses, every second
        one is a spiral.
    size : int
        Pixels along each side, at least 8.
    noise : float
        Standard deviation of the noise, in units of the brightest pixel.
    blur : float
        Standard deviation of the blur, in pixels; 0 for none.
    tilt : float
        Largest angle at which a disc is seen, in degrees from face-on, below 90.
    lenses : float
        Fraction of the images that are gravitational lenses, from 0 to 1, to the
        nearest whole image; one at least, unless it is 0. Lenses are rare among
        galaxies: 0.01 makes a class to be searched for.
    seed : int
        Of all that is random: the same seed gives the same images.

    Returns
    -------
    images : ndarray
        Shape (count, size, size, 1), float32.
    labels : ndarray
        Shape (count,): 0 for an elliptical, 1 for a spiral, 2 for a lens
        (`ELLIPTICAL`, `SPIRAL`, `LENS`).

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Graham and Driver 2005, doi:10.1071/AS05001 (Sersic profiles);
    Lupton, Gunn and Szalay 1999, doi:10.1086/301004 (the stretch by arcsinh);
    Treu 2010, doi:10.1146/annurev-astro-081309-130924 (lenses).

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
    if not 0 <= lenses <= 1:
        raise ValueError(f"lenses must be a fraction from 0 to 1, got {lenses}")
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(seed)
    kinds = np.arange(count) % 2
    if lenses:
        kinds[: max(1, int(np.floor(lenses * count + 0.5)))] = LENS
    labels = rng.permutation(kinds)
    images = np.empty((count, size, size), "float32")
    for image, label in zip(images, labels, strict=True):
        draw = DRAWN[int(label)]
        # The centre outshines the rest: stretched as for the eye (Lupton et al. 1999).
        clean = np.arcsinh(3 * gaussian_filter(draw(size, tilt, rng), blur))
        image[...] = clean / clean.max() + noise * rng.normal(size=clean.shape)
    return images[..., np.newaxis], labels


def _plane(size: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Return the pixels' coordinates from a centre near that of the image."""
    rows, columns = np.mgrid[:size, :size] - (size - 1) / 2
    dy, dx = rng.uniform(-0.05, 0.05, 2) * size
    return columns - dx, rows - dy


def _sersic(
    x: Array,
    y: Array,
    *,
    r_eff: float,
    n: float,
    amplitude: float = 1.0,
    x_0: float = 0.0,
    y_0: float = 0.0,
    ellip: float = 0.0,
    theta: float = 0.0,
) -> Any:
    """Return the light of a Sersic profile, with the parameters of astropy's model.

    The function of the model is called without making one, which takes ten times as
    long.
    """
    from astropy.modeling.models import Sersic2D

    return Sersic2D.evaluate(x, y, amplitude, r_eff, n, x_0, y_0, ellip, theta)


def _elliptical(size: int, _tilt: float, rng: np.random.Generator) -> Any:
    """Return the light of an elliptical."""
    return _old_stars(*_plane(size, rng), size, rng)


def _old_stars(x: Array, y: Array, size: int, rng: np.random.Generator) -> Any:
    """Return an elliptical's light at coordinates from its centre."""
    return _sersic(
        x,
        y,
        r_eff=rng.uniform(0.12, 0.25) * size,
        n=rng.uniform(2, 4),
        ellip=rng.uniform(0, 0.5),
        theta=rng.uniform(0, np.pi),
    )


def _spiral(size: int, tilt: float, rng: np.random.Generator) -> Any:
    """Return the light of a disc with two arms and a bulge."""
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
    disc = _sersic(along, across, r_eff=scale, n=1)
    bulge = _sersic(
        along, across, amplitude=rng.uniform(0.5, 1.5), r_eff=0.15 * scale, n=2
    )
    return disc * (1 + strength * np.cos(phase)) + bulge


def _lens(size: int, _tilt: float, rng: np.random.Generator) -> Any:
    """Return the light of an elliptical and of a galaxy behind it, which it bends.

    The mass is that of an isothermal sphere, which pulls each ray by the same angle,
    and a shear of what stands around. Light seen at (x, y) left the source at the
    bent coordinates, as bright as it is seen.
    """
    x, y = _plane(size, rng)
    front = _old_stars(x, y, size, rng)
    ring = rng.uniform(0.2, 0.32) * size  # Einstein's radius
    radius = np.maximum(np.hypot(x, y), 1e-9)
    shear, turn = rng.uniform(0, 0.1), rng.uniform(0, 2 * np.pi)
    along, across = shear * np.cos(turn), shear * np.sin(turn)
    bent_x = x - ring * x / radius - along * x - across * y
    bent_y = y - ring * y / radius - across * x + along * y
    # A source straight behind makes a ring, one beside the line of sight makes arcs.
    aside, where = ring * rng.uniform(0, 0.5), rng.uniform(0, 2 * np.pi)
    source = _sersic(
        bent_x,
        bent_y,
        amplitude=rng.uniform(0.6, 1.5),
        r_eff=rng.uniform(0.05, 0.08) * size,
        n=1,
        x_0=aside * np.cos(where),
        y_0=aside * np.sin(where),
        ellip=rng.uniform(0, 0.4),
        theta=rng.uniform(0, np.pi),
    )
    return front + source


DRAWN = {ELLIPTICAL: _elliptical, SPIRAL: _spiral, LENS: _lens}
