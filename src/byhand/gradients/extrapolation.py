"""The derivative of a function of one number at 0, from values alone.

Differences at shrinking steps are extrapolated to step zero, from both sides and
from each: where the two sides agree the function is smooth, where each converges to
a limit of its own it has a kink. Every value comes with what truncation, seen in the
table's own differences, and rounding may have left in it.

The finest steps that can see decide; coarser ones, which are more exact, refine what
they say and never overrule it. So a step that spans many periods of a wave, or the
whole of a narrow peak, does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# An irrational first step: a periodic function cannot repeat itself on all of them.
START = 0.15 / np.e
RATIO = 3.0  # from one step to the next
LEVELS = 29  # steps from START to where nothing of a float64 is left
COLUMNS = 6
ROWS = 4  # quotients that a table needs before it is believed
SKIP = 3  # levels passed over where the function has no value

CHANCE = 8.0  # errors by which two estimates of one derivative may differ
KINKED = 5.0  # errors by which one-sided derivatives differ at a kink
SIDES = 0.05  # relative error up to which one-sided derivatives have converged
CLOSER = 7  # levels between the last step and the one that confirms it
RISE = 2  # levels that a look with longer steps begins above the last
RISES = 24  # such looks at most

# Steps to look for noise at. The first are shorter than the grain of any type wider
# than 32 bits; coarse ones are tried while nothing has been seen to change.
# Irrational, so that they do not go up the stairs of a rounded function one by one.
FINE_STEPS = tuple(np.pi / 4 * 2.0**-k for k in (43, 23, 21))
COARSE_STEPS = tuple(np.pi / 4 * 2.0**-k for k in (13, 10, 8, 6, 4))
ENOUGH_STEP = 2.0**-25  # a change seen beyond this step ends the search for noise
STAIRS = 0.2  # share of equal neighbours above which steps are shorter than a stair
DIGITS = 13  # decimals that values may be rounded to
ENOUGH_DIGITS = 1e-13  # share of a value from which on decimals say nothing
POINTS = 8  # equally spaced values that noise is measured from


def richardson_row(
    quotient: Any, coarser: Sequence[Any], *, powers: Sequence[int], ratio: float
) -> tuple[list[Any], list[Any]]:
    """Return the next row of a Richardson tableau, and the spread of its entries.

    Parameters
    ----------
    quotient : float or ndarray
        The difference quotient at the new step, of one derivative or of many.
    coarser : sequence of float or ndarray
        The row of the step before, which was `ratio` times as long; may be empty.
    powers : sequence of int
        The powers of the step that truncation consists of: 2, 4, 6 for central
        quotients; 1, 2, 3 for one-sided ones.
    ratio : float
        Of a step to the next.

    Returns
    -------
    row : list
        The quotient, then one entry for each power that is cancelled.
    spreads : list
        For each entry after the quotient, its larger distance from the two entries
        that it was made of: an estimate of its truncation.

    Notes
    -----
    With D(h) = d + c h^p + ..., the combination D(h) + (D(h) - D(r h)) / (r^p - 1)
    is free of h^p (Ridders 1982, doi:10.1016/S0141-1195(82)80057-0).

    Examples
    --------
    >>> coarse, fine = (((1 + h) ** 3 - (1 - h) ** 3) / (2 * h) for h in (0.2, 0.1))
    >>> row, spreads = richardson_row(fine, [coarse], powers=(2,), ratio=2.0)
    >>> [round(entry, 12) for entry in row]
    [3.01, 3.0]
    """
    row = [quotient]
    spreads = []
    for power, above in zip(powers, coarser, strict=False):
        weight = ratio**power
        change = (row[-1] - above) / (weight - 1)
        row.append(row[-1] + change)
        spreads.append(abs(change) * weight)
    return row, spreads


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
    rounding : float
        How much of the error is rounding.
    at_start : bool
        Whether the first two steps gave the value, so that longer ones could be more
        exact.
    start : float
        The first step.
    """

    value: float
    error: float
    right: float
    left: float
    right_error: float
    left_error: float
    steep: bool = False
    rounding: float = 0.0
    at_start: bool = False
    start: float = START

    @property
    def rounded(self) -> bool:
        """Whether it is rounding that limits the value."""
        return self.rounding > 0.1 * self.error

    @property
    def side_error(self) -> float:
        """The larger error of the sides that have values."""
        errors = (self.right_error, self.left_error)
        sides = zip((self.right, self.left), errors, strict=True)
        return max((e for side, e in sides if np.isfinite(side)), default=np.inf)

    @property
    def jump(self) -> float:
        """How far the one-sided derivatives are apart."""
        return abs(self.right - self.left)

    @property
    def kink(self) -> bool:
        """Whether the two sides differ by more than their errors explain."""
        return bool(np.isfinite(self.jump) and self.jump > KINKED * self.side_error)


class _Table:
    """A Richardson tableau of one derivative; the entry with the least error wins."""

    def __init__(self, powers: tuple[int, ...]) -> None:
        self._powers = powers
        self._row: list[float] = []
        self._rows = 0
        self.value = np.nan
        self.error = np.inf
        self.at = 0  # the row of the best entry
        self.rounding = 0.0  # what rounding has to do with its error

    def clear(self) -> None:
        """Forget the row: the next step does not follow the last."""
        self._row = []

    def forget(self) -> None:
        """Forget everything: what was found came from steps that see nothing."""
        self.clear()
        self.value = np.nan
        self.error = np.inf

    def add(self, quotient: float, rounding: float) -> None:
        """Take the quotient of the next step."""
        row, spreads = richardson_row(
            quotient, self._row, powers=self._powers, ratio=RATIO
        )
        self._row = row[:COLUMNS]
        self._rows += 1
        if not spreads:
            return
        best = min(range(len(spreads)), key=spreads.__getitem__)
        value = row[best + 1]
        error = spreads[best] + rounding
        contradicted = abs(value - self.value) > CHANCE * (error + self.error)
        if error < self.error or contradicted:
            self.value = value
            self.error = error
            self.rounding = rounding
            self.at = self._rows


def derivative(
    phi: Callable[[float], float],
    middle: float,
    *,
    noise: float = 0.0,
    eps: float = float(np.finfo(np.float64).eps),
    start: float = START,
    target: float = 0.0,
    wanted: float = np.inf,
    size: float = 0.0,
    levels: int = LEVELS,
    wobble: float = 0.0,
    longest: float = np.inf,
) -> Slope:
    """Return the derivative of a function of one number at 0.

    Parameters
    ----------
    phi : callable
        Takes a number and returns one, NaN where it has no value.
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
    wanted : float
        Error above which longer steps than `start` are tried as well.
    size : float
        A size of derivatives beside which smaller differences do not matter.
    levels : int
        How many steps, each a third of the one before, are tried at most.
    wobble : float
        What rounding may change in a step.
    longest : float
        Step beyond which none is tried.

    Returns
    -------
    Slope
        With its errors; NaN if the function has no values beside 0.

    Examples
    --------
    >>> import numpy as np
    >>> slope = derivative(lambda h: np.exp(h), 1.0)
    >>> round(slope.value, 10), slope.error < 1e-10
    (1.0, True)
    >>> kink = derivative(abs, 0.0)
    >>> kink.kink, round(kink.left, 10), round(kink.right, 10)
    (True, -1.0, 1.0)
    """
    scan = _Scan(
        phi, middle, noise=noise, eps=eps, target=target, size=size, wobble=wobble
    )
    slope = scan.run(start, levels, sided=False)
    if not np.isfinite(slope.value):
        # Not even the shortest step found values on both sides: one must do.
        return scan.run(start, levels, sided=True)
    if slope.error <= wanted or slope.kink:
        return slope
    wider = _with_longer_steps(scan, slope, start, wanted, longest)
    # Of a bounded function the longest steps see nothing, the more exactly the longer
    # they are: only a change that is more than rounding is a derivative.
    return wider if abs(wider.value) > CHANCE * wider.error else slope


def _with_longer_steps(
    scan: _Scan, slope: Slope, start: float, wanted: float, longest: float
) -> Slope:
    """Return a derivative from longer steps, as long as they make it more exact."""
    for _ in range(RISES):
        if slope.error <= wanted or not (slope.at_start and slope.rounded):
            break
        start *= RATIO**RISE
        if start > longest:
            break
        wider = scan.run(start, RISE + ROWS, sided=False)
        apart = abs(wider.value - slope.value)
        if not apart <= CHANCE * (wider.error + slope.error):
            break
        if wider.error >= slope.error:
            break
        slope = wider
    return slope


class _Scan:
    """Goes through shrinking steps until rounding leaves nothing to be won."""

    def __init__(
        self,
        phi: Callable[[float], float],
        middle: float,
        *,
        noise: float,
        eps: float,
        target: float,
        size: float,
        wobble: float,
    ) -> None:
        self._wobble = wobble
        self._phi = phi
        self._middle = middle
        self._noise = noise
        self._eps = eps
        self._target = target
        self._size = size

    def _sides(self, h: float) -> tuple[float, float, float]:
        """Return the quotients of the right and the left, and their rounding."""
        up, down = self._phi(h), self._phi(-h)
        right = (up - self._middle) / h
        left = (self._middle - down) / h
        values = [abs(v) for v in (up, down, self._middle) if np.isfinite(v)]
        slopes = [abs(s) for s in (right, left) if np.isfinite(s)]
        noise = self._noise + self._eps * max(values)
        noise += self._wobble * max(slopes, default=0.0)
        return right, left, noise / h

    def run(self, start: float, levels: int, *, sided: bool) -> Slope:
        """Return the derivative from steps that begin at `start`."""
        both = _Table((2, 4, 6, 8, 10, 12))
        right = _Table((1, 2, 3, 4, 5, 6))
        left = _Table((1, 2, 3, 4, 5, 6))
        tables = (both, right, left)
        sizes: list[float] = []
        level = rows = 0
        h = start
        while level < levels:
            h = start * RATIO**-level
            above, below, rounding = self._sides(h)
            finite = [bool(np.isfinite(quotient)) for quotient in (above, below)]
            if not any(finite) or not (all(finite) or sided):
                for table in tables:
                    table.clear()
                level += SKIP
                continue
            if all(finite):
                both.add((above + below) / 2, rounding)
            sides = zip(finite, (right, left), (above, below), strict=True)
            for known, table, quotient in sides:
                if known:
                    table.add(quotient, 2 * rounding)
            sizes.append(max(abs(q) for q in (above, below) if np.isfinite(q)))
            level += 1
            rows += 1
            if rows < ROWS:
                continue
            if both.error <= self._target and self._settled(*tables):
                if self._confirmed(both, h):
                    break
                for table in tables:
                    table.forget()
                rows = 0
                level += CLOSER
                continue
            # A kink close by looks like one at 0 until the steps are shorter than its
            # distance: all three must have what rounding leaves to be had.
            error = max(t.error for t in tables if t.error < np.inf)
            spent = rounding > max(error, self._target)
            if spent and self._seen(both, (above + below) / 2, rounding):
                break
        slope = Slope(
            value=float(both.value),
            error=float(both.error),
            right=float(right.value),
            left=float(left.value),
            right_error=float(right.error),
            left_error=float(left.error),
            steep=_grow(sizes),
            rounding=float(both.rounding),
            at_start=both.at <= 2,
            start=start,
        )
        return self._closer(slope, h, levels - level) if slope.kink else slope

    def _settled(self, both: _Table, right: _Table, left: _Table) -> bool:
        """Return whether the sides have converged, and to one derivative.

        Steps that span all of a narrow peak give a central quotient of zero, which
        converges; the quotients of its sides grow with each shorter step.
        """
        error = max(right.error, left.error)
        size = max(abs(both.value), abs(right.value), abs(left.value), self._size)
        return bool(
            error <= SIDES * size and abs(right.value - left.value) <= KINKED * error
        )

    def _seen(self, both: _Table, quotient: float, rounding: float) -> bool:
        """Return whether the last step sees about what was found.

        Longer steps may all be near to whole periods of a fast wave, and agree on a
        slow one: no rounding may end the search before shorter ones have converged.
        """
        apart = abs(quotient - both.value)
        allowed = CHANCE * (rounding + both.error) + SIDES * abs(both.value)
        return not apart > allowed

    def _confirmed(self, both: _Table, h: float) -> bool:
        """Return whether a much shorter step does not contradict what was found."""
        above, below, rounding = self._sides(h * RATIO**-CLOSER)
        apart = abs((above + below) / 2 - both.value)
        return not apart > CHANCE * (rounding + both.error)

    def _closer(self, slope: Slope, h: float, levels: int) -> Slope:
        """Return a kink, or what lies between it and 0 where it is only close by."""
        while levels > SKIP:
            levels -= SKIP
            h *= RATIO**-SKIP
            right, left, rounding = self._sides(h)
            if not np.isfinite(right - left) or 16 * rounding > slope.jump:
                break
            if abs(right - left) > slope.jump / 2:
                continue
            nearer = self.run(h, levels, sided=False)
            if nearer.error < slope.jump / 8:
                return nearer
            break
        return slope


def _grow(sizes: Sequence[float]) -> bool:
    """Return whether quotients grow by a constant factor with each step."""
    last = np.asarray(sizes[-10:])
    if len(last) < 10 or not (last > 0).all():
        return False
    return bool((last[1:] > 1.2 * last[:-1]).all())


@dataclass(frozen=True)
class Noise:
    """How rounding scatters the values of a function.

    Attributes
    ----------
    level : float
        Standard deviation of the rounding, as a share of the values.
    grain : float
        The longest step over which nothing changed although the function does
        change over longer ones: what is computed in it is rounded to such steps.
        0 where every step was seen.
    """

    level: float
    grain: float


def noise_of(phi: Callable[[float], float]) -> Noise:
    """Return how much rounding scatters the values of a function beside 0.

    Parameters
    ----------
    phi : callable
        Takes a number and returns one.

    Returns
    -------
    Noise
        From high differences of equally spaced values: they cancel whatever is
        smooth (Moré and Wild 2011, doi:10.1137/100786125). What is computed in a
        coarser type shows nothing at small steps, so larger ones are tried, as long
        as the function goes on there as it began: where it does not, it is a fast
        wave, and no noise.
    """
    level = rate = grain = 0.0
    for step in (*FINE_STEPS, *COARSE_STEPS):
        values = np.array([phi(step * k) for k in range(1, POINTS + 1)])
        largest = float(np.max(np.abs(values)))
        if not np.isfinite(largest):
            continue
        if (values == values[0]).all():
            grain = step * POINTS
            continue
        change = float(np.max(np.abs(np.diff(values)))) / step
        if change < rate / 30:
            break
        here = _scatter(values, largest)
        stairs = np.mean(np.diff(values) == 0) > STAIRS
        if grain > ENOUGH_STEP or (stairs and step > ENOUGH_STEP):
            # Rounded inside: the steps of a staircase are its noise.
            other = np.array([phi(-step * k) for k in range(1, POINTS + 1)])
            if np.isfinite(other).all():
                here = max(here, _scatter(other, largest))
            level = max(level, here)
            if not stairs:
                return Noise(level, grain)
            grain = step
            continue
        if step >= ENOUGH_STEP and here > 2 * level:
            # A kink close by looks like noise, but hardly on both sides.
            other = np.array([phi(-step * k) for k in range(1, POINTS + 1)])
            if np.isfinite(other).all():
                here = min(here, _scatter(other, largest))
        level = max(level, here)
        if step > ENOUGH_STEP:
            break
        if change * step > 1e-14 * largest:  # else it is rounding, and no change
            rate = max(rate, change - 10 * here * largest / step)
    return Noise(level, grain if level > 0 and grain > ENOUGH_STEP else 0.0)


def precision_of(values: Array) -> float:
    """Return the relative precision that numbers are rounded to; 0 for a float64's.

    Parameters
    ----------
    values : ndarray of float
        Several results of one function, at points that are not special.

    Returns
    -------
    float
        The machine epsilon of the coarsest type that holds all of them, or the unit of
        the last decimal that all of them end at, as a share of the largest.

    Examples
    --------
    >>> import numpy as np
    >>> precision_of(np.float32([0.1, 0.7, 1.3]).astype(float)) == 2.0**-23
    True
    >>> precision_of(np.array([0.125, 3.417, 2.001])) < 1e-3
    True
    >>> precision_of(np.array([0.1, 0.7, 1.3]) / 3)
    0.0
    """
    known = np.unique(values[np.isfinite(values) & (values != 0)])
    if known.size < 2:
        return 0.0
    largest = float(np.max(np.abs(known)))
    with np.errstate(all="ignore"):
        for bits in (7, 10, 23):  # of the fractions of bfloat16, float16 and float32
            fraction, _ = np.frexp(known)
            scaled = fraction * 2.0 ** (bits + 1)
            if (scaled == np.round(scaled)).all():
                return float(2.0**-bits)
        for digits in range(1, DIGITS):
            unit = 10.0**-digits
            if unit < ENOUGH_DIGITS * largest:
                break
            if (np.round(known, digits) == known).all():
                return unit / largest
        for digits in range(2, DIGITS):
            if all(float(f"{value:.{digits}e}") == value for value in known):
                return float(10.0**-digits)
    return 0.0


def _scatter(values: Array, largest: float) -> float:
    """Return the noise in equally spaced values, as a share of the largest."""
    fourth = np.diff(values / largest, 4)
    if (fourth > 0).all() or (fourth < 0).all():
        return 0.0  # a curve; neighbouring differences of noise have opposite signs
    # The fifth difference of white noise has 252 times its variance.
    spread = np.diff(fourth)
    return float(np.sqrt(np.mean(spread**2) / 252))


def norm(x: Array) -> float:
    """Return the root of the sum of squares, also where the squares overflow.

    Parameters
    ----------
    x : ndarray of float
        Of any shape.

    Returns
    -------
    float
        0 for an empty array; inf or NaN where `x` holds such.
    """
    largest = float(np.max(np.abs(x), initial=0.0))
    if not (0 < largest < np.inf):
        return largest
    return largest * float(np.linalg.norm(x / largest))
