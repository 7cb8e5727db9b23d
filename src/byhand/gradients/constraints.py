"""Sets that inputs must stay on while they are moved.

A function of probabilities, of a unit vector or of positive numbers has no values
beside its set. Its gradient is then compared along curves on the set: only the part
of it that is tangent to the set has a meaning there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from byhand.gradients.extrapolation import Array, norm, richardson_row

# Relative distance up to which a point counts as being on its set.
CLOSE = 1e-6
# Steps from which the tangent of a retraction is extrapolated.
STEPS = tuple(2.0**-k for k in range(6, 14))


@dataclass(frozen=True)
class Constraint:
    """A set, by a curve through each of its points in each direction.

    Attributes
    ----------
    name : str
        Of the set, for messages.
    move : callable
        ``move(x, v, h)`` returns the point that the curve from x along v has reached
        at h; all arrays have the shape of the input.
    tangent_of : callable or None
        ``tangent_of(x, v)`` returns the derivative of the curve at h = 0; None if it
        is to be found from values.
    """

    name: str
    move: Callable[[Array, Array, float], Array]
    tangent_of: Callable[[Array, Array], Array] | None = None

    def moved(self, x: Array, v: Array, h: float, shape: tuple[int, ...]) -> Array:
        """Return the row x moved by h along v, as a row."""
        point = self.move(x.reshape(shape), v.reshape(shape), h)
        return np.asarray(point, dtype=np.float64).reshape(-1)

    def tangent(self, x: Array, v: Array, shape: tuple[int, ...]) -> Array:
        """Return the derivative of the row x moved along v, as a row."""
        if self.tangent_of is not None:
            return self.tangent_of(x.reshape(shape), v.reshape(shape)).reshape(-1)
        row: list[Array] = []
        for h in STEPS:
            above, below = (self.moved(x, v, step, shape) for step in (h, -h))
            powers = tuple(range(2, 2 * len(STEPS), 2))
            row, _ = richardson_row(
                (above - below) / (2 * h), row[:4], powers=powers, ratio=2.0
            )
        return np.asarray(row[-1])


def constraint(kind: str | Callable[[Array], Array]) -> Constraint:
    """Return a constraint by its name, or from a retraction.

    Parameters
    ----------
    kind : {"positive", "simplex", "sphere"} or callable
        "positive": all numbers above 0, moved by factors. "simplex": along the last
        axis numbers of at least 0 with the sum 1. "sphere": along the last axis
        vectors of any one length. A callable takes an array beside the set to one on
        it, and leaves those on it where they are.

    Raises
    ------
    TypeError, ValueError
        If it is neither.

    Examples
    --------
    >>> import numpy as np
    >>> on = constraint("simplex")
    >>> x, v = np.array([0.5, 0.5]), np.array([1.0, 0.0])
    >>> on.tangent(x, v, x.shape)
    array([ 0.5, -0.5])
    """
    if callable(kind):

        def move(x: Array, v: Array, h: float) -> Array:
            return np.asarray(kind(x + h * v))

        return Constraint("the set of its retraction", move)
    if kind in _SETS:
        return _SETS[kind]
    names = ", ".join(repr(name) for name in _SETS)
    if isinstance(kind, str):
        raise ValueError(f"on must be one of {names}, or a retraction; got {kind!r}")
    raise TypeError(
        f"on must be one of {names}, or a retraction: a function of an array; got "
        f"{type(kind).__name__}"
    )


def refuse_outside(one: Constraint, name: str, x: Array) -> None:
    """Raise if an input is not on the set that it is said to be on.

    Raises
    ------
    ValueError
        With its name and how far it is from the set.
    """
    still = one.move(x, np.zeros_like(x), 0.0)
    if not np.isfinite(still).all() or norm(still - x) > CLOSE * norm(x):
        raise ValueError(
            f"{name} is not on {one.name}: the nearest point there is another; give a "
            "point of the set, or leave out on="
        )


def _move_positive(x: Array, v: Array, h: float) -> Array:
    with np.errstate(all="ignore"):
        return np.where(x > 0, x * np.exp(h * v / x), np.nan)


def _tangent_positive(x: Array, v: Array) -> Array:
    return v


def _move_simplex(x: Array, v: Array, h: float) -> Array:
    point = x + h * v
    # Before the division: by a negative sum, it would turn negative numbers around.
    inside = (point >= 0).all(axis=-1, keepdims=True)
    with np.errstate(all="ignore"):
        point = point / point.sum(axis=-1, keepdims=True)
    return np.where(inside, point, np.nan)


def _tangent_simplex(x: Array, v: Array) -> Array:
    return np.asarray(v - x * v.sum(axis=-1, keepdims=True))


def _move_sphere(x: Array, v: Array, h: float) -> Array:
    point = x + h * v
    length = np.linalg.norm(x, axis=-1, keepdims=True)
    with np.errstate(all="ignore"):
        own = np.linalg.norm(point, axis=-1, keepdims=True)
        return np.asarray(point * (length / own))


def _tangent_sphere(x: Array, v: Array) -> Array:
    along = (x * v).sum(axis=-1, keepdims=True) / (x * x).sum(axis=-1, keepdims=True)
    return np.asarray(v - x * along)


_SETS = {
    "positive": Constraint("the positive numbers", _move_positive, _tangent_positive),
    "simplex": Constraint("the simplex", _move_simplex, _tangent_simplex),
    "sphere": Constraint("the sphere", _move_sphere, _tangent_sphere),
}
