"""Random directions through a tensor, and sums along them, part by part.

Nothing of a tensor's whole length is made besides the direction itself, so that a
large one is checked in little more than its own memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.gradients.problem import Problem, Tensor, random_signs
from byhand.gradients.slopes import Slope
from byhand.gradients.tree import Array, norm

PART = 2**15  # numbers that are computed with at a time, in place of a whole tensor
BLOCK = 2**21  # numbers that a batched call receives at most
LARGE = 2**17  # elements from which on a direction is kept in float32


@dataclass(frozen=True)
class Node:
    """One comparison: elements lo to hi of a tensor moved together.

    A single one moves by `unit` for each step, several by amounts of their own.
    """

    lo: int
    hi: int
    unit: float
    analytic: float
    size: float
    slope: Slope

    @property
    def gap(self) -> float:
        """How far apart the two derivatives are."""
        return abs(self.analytic - self.slope.value)

    @property
    def excess(self) -> float:
        """The gap in errors of the numerical derivative."""
        if not np.isfinite(self.gap):
            return np.inf
        return self.gap / (self.slope.error + 1e-14 * self.size + 1e-300)


def direction(rng: np.random.Generator, tensor: Tensor) -> Array:
    """Return a random direction through every element, larger where those are."""
    v = np.empty(tensor.base.shape, np.float64 if tensor.size < LARGE else np.float32)
    for part in blocks(tensor.size):
        v[part] = random_signs(rng, v[part].shape) * scale(tensor.base[part])
    return v


def blocks(size: int) -> Iterator[slice]:
    """Yield parts of a long row, so that nothing of its whole length is made."""
    for start in range(0, size, PART):
        yield slice(start, start + PART)


def sums(g: Array, v: Array, x: Array) -> tuple[float, float, float]:
    """Return the sum of g v, and the root of those of (g v)^2 and (g x)^2."""
    analytic = size = coarse = 0.0
    for part in blocks(len(g)):
        along = g[part] * v[part]
        analytic += float(along.sum())
        size = float(np.hypot(size, norm(along)))
        coarse = float(np.hypot(coarse, norm(g[part] * x[part])))
    return analytic, size, coarse if np.isfinite(coarse) else 0.0


def reach(tensor: Tensor, g: Array) -> float:
    """Return the largest analytic derivative of a tensor."""
    found = 0.0
    for part in blocks(tensor.size):
        sizes = np.abs(g[part]) * scale(tensor.base[part])
        found = max(found, float(np.max(sizes[np.isfinite(sizes)], initial=0.0)))
    return found


def scale(x: Array) -> Any:
    """Return the step that each number is worth: larger ones take larger steps."""
    return np.maximum(np.abs(x), 1.0)


def unit(tensor: Tensor, at: int) -> Array:
    """Return the direction that moves one element."""
    v = np.zeros(tensor.base.shape)
    v[at] = 1.0
    return v


def single_moves(problem: Problem, tensor: Tensor, index: Array, moved: Array) -> Array:
    """Return the function's number with each element in turn set to another value."""
    values = np.empty(len(index))
    if not problem.batched:
        for k, (at, value) in enumerate(zip(index, moved, strict=True)):
            tensor.work[at] = value
            values[k] = problem.value()
            tensor.work[at] = tensor.base[at]
        return values
    count = max(1, BLOCK // max(1, tensor.size))
    for lo in range(0, len(index), count):
        part = slice(lo, min(lo + count, len(index)))
        rows = np.repeat(tensor.base[np.newaxis], part.stop - lo, axis=0)
        rows[np.arange(part.stop - lo), index[part]] = moved[part]
        values[part] = problem.stacked(tensor, rows)
    return values
