"""The derivative of a function of one number at 0, from values alone.

Differences at shrinking steps are extrapolated to step zero, from both sides and
from each: where the two sides agree the function is smooth, where each converges to
a limit of its own it has a kink. Every value comes with what truncation, seen in the
table's own differences, and rounding may have left in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# An irrational first step: a periodic function cannot repeat itself on all of them.
START = 0.15 / np.e
RATIO = 3.0  # from one step to the next
LEVELS = 29
COLUMNS = 6
# Steps to look for noise at; the coarse ones only where the fine ones show nothing.
STEPS = (2.0**-43, 2.0**-23, 2.0**-21, 2.0**-13)
FINE = 2.0**-24
_BLIND = 3  # levels passed over where the function has no value


@dataclass(frozen=True)
class Slope:
    """A derivative at 0 with its error, and those from the right and the left.

    Attributes
    ----------
    value, error : float
        From both sides, and what may be wrong with it.
    right, left : float
        From one side each; NaN where the function has no values there.
    right_error, left_error : float
        What may be wrong with these.
    steep : bool
        Whether the quotients grow without end as the step shrinks.
    """

    value: float
    error: float
    right: float
    left: float
    right_error: float
    left_error: float
    steep: bool = False

    @property
    def side_error(self) -> float:
        """The larger error of the sides that have values."""
        errors = (self.right_error, self.left_error)
        sides = zip((self.right, self.left), errors, strict=True)
        return max((e for side, e in sides if np.isfinite(side)), default=np.inf)

    @property
    def kink(self) -> bool:
        """Whether the two sides differ by more than their errors explain."""
        jump = abs(self.right - self.left)
        return bool(np.isfinite(jump) and jump > 5 * self.side_error)


class _Tableau:
    """Quotients at shrinking steps, extrapolated; the entry with the least error wins.

    Richardson's cancellation of one power of the step after another, stopped where
    rounding takes over (Ridders 1982, doi:10.1016/S0141-1195(82)80057-0).
    """

    def __init__(self, powers: tuple[int, ...]) -> None:
        self._powers = powers
        self._row: list[float] = []
        self.best, self.error = np.nan, np.inf

    def clear(self) -> None:
        """Forget the row: the next step does not follow the last."""
        self._row = []

    def add(self, quotient: float, rounding: float) -> None:
        """Take the quotient of the next step."""
        row = [quotient]
        for power, coarser in zip(self._powers, self._row, strict=False):
            finer = row[-1]
            entry = finer + (finer - coarser) / (RATIO**power - 1)
            spread = max(abs(entry - finer), abs(entry - coarser))
            row.append(entry)
            if spread + rounding < self.error:
                self.best, self.error = entry, spread + rounding
        self._row = row[:COLUMNS]


def slope(
    phi: Callable[[float], float],
    middle: float,
    noise: float,
    eps: float,
    *,
    start: float = START,
    target: float = 0.0,
) -> Slope:
    """Return the derivative of `phi` at 0.

    Parameters
    ----------
    phi : callable
        Takes a number and returns one.
    middle : float
        phi(0).
    noise : float
        What rounding may change in a value, besides `eps` of its size.
    eps : float
        Relative precision of the values.
    start : float
        The first step.
    target : float
        Error to stop at.

    Returns
    -------
    Slope
        With its errors.
    """
    found = _scan(phi, middle, noise, eps, start, target, sided=False)
    if np.isfinite(found.value):
        return found
    # Not even the shortest step found values on both sides: one must do.
    return _scan(phi, middle, noise, eps, start, target, sided=True)


def _scan(
    phi: Callable[[float], float],
    middle: float,
    noise: float,
    eps: float,
    start: float,
    target: float,
    *,
    sided: bool,
) -> Slope:
    """Go through the steps, until rounding leaves nothing to be won."""
    both = _Tableau((2, 4, 6, 8, 10, 12))
    right, left = _Tableau((1, 2, 3, 4, 5, 6)), _Tableau((1, 2, 3, 4, 5, 6))
    sizes: list[float] = []
    level = rows = 0
    while level < LEVELS:
        h = start * RATIO**-level
        up, down = phi(h), phi(-h)
        above, below = (up - middle) / h, (middle - down) / h
        finite = [bool(np.isfinite(quotient)) for quotient in (above, below)]
        if not any(finite) or not (all(finite) or sided):
            for table in (both, right, left):
                table.clear()
            level += _BLIND
            continue
        size = max(abs(v) for v in (up, down, middle) if np.isfinite(v))
        rounding = (noise + eps * size) / h
        if all(finite):
            both.add((above + below) / 2, rounding)
        sides = zip(finite, (right, left), (above, below), strict=True)
        for known, table, quotient in sides:
            if known:
                table.add(quotient, 2 * rounding)
        sizes.append(max(abs(q) for q in (above, below) if np.isfinite(q)))
        level += 1
        rows += 1
        # A kink close by looks like one at 0 until the steps are shorter than its
        # distance: all three must have what rounding leaves to be had.
        error = max(
            t.error for t in (both, right, left) if t.error < np.inf or rows < 4
        )
        if rows >= 4 and (both.error <= target or rounding > max(error, target)):
            break
    return Slope(
        both.best,
        both.error,
        right.best,
        left.best,
        right.error,
        left.error,
        _grows(sizes),
    )


def _grows(sizes: list[float]) -> bool:
    """Tell whether quotients grow by a constant factor with each step."""
    last = np.asarray(sizes[-10:])
    if len(last) < 10 or not (last > 0).all():
        return False
    return bool((last[1:] > 1.2 * last[:-1]).all())


def noise_of(phi: Callable[[float], float]) -> float:
    """Return how much rounding scatters the values of `phi` beside 0.

    Parameters
    ----------
    phi : callable
        Takes a number and returns one.

    Returns
    -------
    float
        Standard deviation of the rounding, from high differences of equally spaced
        values: they cancel whatever is smooth (Moré and Wild 2011,
        doi:10.1137/100786125). What is computed in a coarser type shows nothing at
        small steps, so larger ones are tried, as long as the function goes on there
        as it began: where it does not, it is a fast wave, and no noise.
    """
    noise = rate = 0.0
    for step in STEPS:
        values = np.array([phi(step * k) for k in range(1, 9)])
        largest = float(np.max(np.abs(values)))
        if not np.isfinite(largest) or (values == values[0]).all():
            continue
        change = float(np.max(np.abs(np.diff(values)))) / step
        if change < rate / 30:
            break
        here = _scatter(values, largest)
        if step >= FINE and here > 2 * noise:
            # A kink close by looks like noise, but hardly on both sides.
            other = np.array([phi(-step * k) for k in range(1, 9)])
            if np.isfinite(other).all():
                here = min(here, _scatter(other, largest))
        noise = max(noise, here)
        if step > FINE:
            break
        if change * step > 1e-14 * largest:  # else it is rounding, and no change
            rate = max(rate, change - 10 * here / step)
    return noise


def _scatter(values: NDArray[Any], largest: float) -> float:
    """Return the standard deviation of the noise in equally spaced values."""
    # The fifth difference of white noise has 252 times its variance.
    spread = np.diff(values / largest, 5)
    return float(largest * np.sqrt(np.mean(spread**2) / 252))
