"""How far elements are moved, and sums over long rows, part by part.

Nothing of a tensor's whole length is made here, so that a large one is checked in
little more than its own memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from byhand.gradients.constraints import Constraint
from byhand.gradients.extrapolation import Array, norm
from byhand.gradients.function import Tensor

PART = 2**15  # numbers that are computed with at a time, in place of a whole tensor
SAMPLE = 2**13  # elements that typical sizes are estimated from


@dataclass(frozen=True)
class Scale:
    """How far elements of a tensor are moved: each by its own size.

    An element is worth its absolute value, or as much of the tensor's typical size as
    its gradient suggests: steps of all elements then change the function alike,
    whatever their units.

    Attributes
    ----------
    typical, largest : float
        Sizes of the tensor's elements.
    share : float
        Typical change of the function along an element of its own size.
    mixed : bool
        Whether its elements seem to be in different units: their gradients differ
        more than what they contribute.
    guessed : bool
        Whether its gradient alone told the size, all elements being zero.
    """

    typical: float
    largest: float
    share: float
    mixed: bool = False
    guessed: bool = False

    def of(self, x: Array, g: Array) -> Array:
        """Return the size of each of some elements with values x, gradients g."""
        own = np.abs(x).astype(np.float64)
        with np.errstate(all="ignore"):
            even = self.share / np.abs(g)
        known = np.isfinite(even)
        zero = own == 0
        cap = np.where(zero, self.largest, self.typical)
        still = np.where(zero | (not self.mixed), self.typical, own)
        return np.maximum(own, np.where(known, np.minimum(even, cap), still))


def scale_of(tensor: Tensor, g: Array) -> Scale:
    """Return the scale of a tensor with analytic gradient g; zeros are worth 1."""
    step = max(1, tensor.size // SAMPLE)
    own = np.abs(tensor.base[::step]).astype(np.float64)
    size = np.abs(g[::step])
    size = size[np.isfinite(size)] if not np.isfinite(size).all() else size
    nonzero = own[own > 0]
    # Not the largest: one number of another unit must not rule all others.
    typical = float(np.median(nonzero)) if nonzero.size else 1.0
    largest = float(np.max(nonzero, initial=typical))
    alike = bool(nonzero.size) and size.size == own.size
    shares = size * (own if alike else typical)
    shares = shares[shares > 0]
    share = float(np.median(shares)) if shares.size else np.inf
    return Scale(
        typical=typical,
        largest=largest,
        share=share,
        mixed=_in_different_units(own, size),
    )


def _in_different_units(x: Array, g: Array) -> bool:
    """Return whether elements of sizes x with gradients g are in different units."""
    if x.size != g.size:
        return True
    known = (x > 0) & (g > 0)
    if known.sum() < 2:
        return True
    slopes = np.log(g[known])
    return bool(np.std(slopes) > np.std(slopes + np.log(x[known])))


def move_to(
    tensor: Tensor, v: Array, h: float, constraint: Constraint | None = None
) -> None:
    """Set a tensor's work to its numbers moved by h along v, on its set if any."""
    if constraint is None:
        np.multiply(v, h, out=tensor.work, dtype=np.float64, casting="unsafe")
        np.add(tensor.work, tensor.base, out=tensor.work)
        return
    tensor.work[...] = constraint.moved(tensor.base, v, h, tensor.shape)


def blocks(size: int) -> Iterator[slice]:
    """Yield parts of a long row, so that nothing of its whole length is made."""
    for start in range(0, size, PART):
        yield slice(start, start + PART)


def finite_norm(row: Array) -> float:
    """Return the root of the sum of squares of what is finite in a long row."""
    total = 0.0
    for part in blocks(len(row)):
        total = float(np.hypot(total, norm(row[part][np.isfinite(row[part])])))
    return total


def sums(g: Array, v: Array, x: Array) -> tuple[float, float, float]:
    """Return the sum of g v, and the root of those of (g v)^2 and (g x)^2."""
    analytic = size = coarse = 0.0
    for part in blocks(len(g)):
        along = g[part] * v[part]
        analytic += float(along.sum())
        size = float(np.hypot(size, norm(along)))
        coarse = float(np.hypot(coarse, norm(g[part] * x[part])))
    return analytic, size, coarse if np.isfinite(coarse) else 0.0
