"""What a search compares, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from byhand.gradients.extrapolation import Slope
from byhand.gradients.report import Comparison, Kink, TensorReport

# How far two derivatives may be apart.
TIGHT = 10.0  # errors of a direction that are taken for chance
SURE = 2.0  # the same, where measured rounding makes the error
WIDE = 4.0  # errors of an element that are allowed beside rtol


@dataclass(frozen=True)
class Node:
    """One comparison: elements low to high of a tensor moved together.

    A single one moves by `unit` for each step, several by amounts of their own.
    """

    low: int
    high: int
    unit: float
    analytic: float
    size: float
    slope: Slope

    @property
    def count(self) -> int:
        """How many elements it moves."""
        return self.high - self.low

    @property
    def gap(self) -> float:
        """How far apart the two derivatives are."""
        return abs(self.analytic - self.slope.value)

    @property
    def excess(self) -> float:
        """The gap in errors of the numerical derivative."""
        if not np.isfinite(self.gap):
            return np.inf
        error = self.slope.error + 1e-14 * self.size
        return self.gap / error if error > 0 else (np.inf if self.gap else 0.0)

    @property
    def chance(self) -> float:
        """How many errors of a direction are taken for chance."""
        # Rounding is measured, with room; truncation is guessed.
        return SURE if self.slope.rounded else TIGHT


@dataclass(frozen=True)
class Findings:
    """What the search of one tensor found.

    Attributes
    ----------
    report : TensorReport
        The outcome.
    comparisons : tuple of Comparison
        Every comparison that was made.
    kinks : tuple of Kink
        Elements where only one-sided derivatives exist.
    tied : tuple of tuple of int
        Elements of one value whose gradients are right one by one, each at a kink,
        and wrong together.
    """

    report: TensorReport
    comparisons: tuple[Comparison, ...] = ()
    kinks: tuple[Kink, ...] = ()
    tied: tuple[tuple[int, ...], ...] = ()
