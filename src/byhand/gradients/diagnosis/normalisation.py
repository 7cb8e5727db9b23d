"""Patterns of means, variances and sums that a gradient goes back through.

In batch, layer and group normalisation each element also moves the mean of its group,
which passes back one number to the whole group, and the variance, which passes back a
multiple of the element less the mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from byhand.gradients.diagnosis.evidence import (
    CLOSE,
    ERRORS,
    Array,
    Evidence,
    axes_of,
    line_of,
    number,
)

LITTLE = 0.02  # relative size of a difference that an eps may make
LEFT_BY_EPS = (
    0.1  # what an eps may leave of a sum of n (x - mean), relative to its size
)
BESSEL = 5e-3  # relative difference that an eps makes beside that of N - 1 for N


@dataclass(frozen=True)
class Grouping:
    """A way to part a tensor into groups.

    Attributes
    ----------
    each : str
        Words for any group: "in each column".
    over : str
        Words for what a group extends over: "axis 0".
    group : ndarray of int
        The number of the group of each place looked at.
    count : int
        How many groups there are.
    """

    each: str
    over: str
    group: Array
    count: int

    def total(self, values: Array) -> Array:
        """Return the sum of values over each group."""
        return np.bincount(self.group, values, minlength=self.count)

    @property
    def smallest(self) -> int:
        """How many places the smallest group has."""
        return int(np.bincount(self.group, minlength=self.count).min())


def groupings(e: Evidence) -> list[Grouping]:
    """Return ways to part a tensor into groups, of the fewest groups first.

    Groups share their indices along some axes, or are blocks of channels of one
    example, as in group normalisation.
    """
    axes = range(len(e.shape))
    found: list[Grouping] = []
    for count in axes:
        for kept in combinations(axes, count):
            over = [axis for axis in axes if axis not in kept]
            if min(e.shape[axis] for axis in over) < 2:
                continue
            found.append(_grouping(e, _each(e, kept), axes_of(over), kept))
    for axis in axes[1:]:
        for blocks in range(2, e.shape[axis] // 2 + 1):
            if e.shape[axis] % blocks == 0:
                words = f"{blocks} groups of entries along axis {axis}"
                found.append(_grouping(e, "in each group", words, (0,), axis, blocks))
    return sorted(found, key=lambda grouping: grouping.count)


def _each(e: Evidence, kept: tuple[int, ...]) -> str:
    """Return the words for any group of those that share the indices along axes."""
    if not kept:
        return "everywhere"
    if len(e.shape) == 2:
        return f"in each {line_of(e.shape, kept[0], None)}"
    return f"for each index along {axes_of(kept)}"


def _grouping(
    e: Evidence,
    each: str,
    over: str,
    kept: tuple[int, ...],
    axis: int = 0,
    blocks: int = 1,
) -> Grouping:
    """Return the groups that share the indices along axes, and the block along one."""
    keys = e.coordinates[axis] // (e.shape[axis] // blocks) if blocks > 1 else 0
    for one in kept:
        keys = keys * e.shape[one] + e.coordinates[one]
    keys = np.broadcast_to(keys, e.index.shape)
    numbers, group = np.unique(keys, return_inverse=True)
    return Grouping(each, over, group.reshape(-1), numbers.size)


# --- what is passed back besides


def through_statistics(e: Evidence) -> str | None:
    """Name what goes back through a mean, a norm or a variance, missing or wrong."""
    if e.complex or not e.shape:
        return None
    for grouping in groupings(e):
        for path in PATHS:
            if grouping.smallest < 2 * path.parameters + 2:
                continue
            fitted = path.fit(e, grouping)
            if fitted is None or not e.is_difference(fitted):
                continue
            form = path.form.format(x=e.name)
            if not path.there(e, grouping):
                return f"{grouping.each} of {e.name} the difference is {form}"
            return (
                f"of {e.name}, the part through {path.name} over {grouping.over} is "
                f"missing or wrong: {grouping.each} the difference is {form}"
                f"{_eps(e) if path.eps else ''}"
            )
    return None


def _eps(e: Evidence) -> str:
    """Return the words for an eps, where the difference is as little as that."""
    size = float(np.linalg.norm(e.numerical[e.sound]))
    little = float(np.linalg.norm(e.difference[e.sound])) < LITTLE * size
    return ", and little, as if eps were left out" if little else ""


def _one_number(e: Evidence, grouping: Grouping) -> Array | None:
    """Fit one number a group to the difference."""
    count = grouping.total(e.sound * 1.0)
    if count.min() < 3:
        return None
    means = grouping.total(np.where(e.sound, e.difference, 0.0)) / count
    return np.asarray(means[grouping.group])


def _multiple(e: Evidence, grouping: Grouping) -> Array | None:
    """Fit a multiple of x a group to the difference."""
    return _multiple_of(e, grouping, e.x)


def _multiple_of_centred(e: Evidence, grouping: Grouping) -> Array | None:
    """Fit a multiple of x less its mean a group to the difference."""
    return _multiple_of(e, grouping, centred(e, grouping)) if e.whole else None


def _multiple_of(e: Evidence, grouping: Grouping, values: Array) -> Array | None:
    at = np.where(e.sound, values, 0.0)
    square = grouping.total(at**2)
    if square.min() == 0 or grouping.total(e.sound * 1.0).min() < 4:
        return None
    factors = grouping.total(at * np.where(e.sound, e.difference, 0.0)) / square
    return np.asarray(factors[grouping.group] * values)


def centred(e: Evidence, grouping: Grouping) -> Array:
    """Return x less the mean of its group, of a tensor that is looked at as a whole."""
    means = grouping.total(e.x) / grouping.total(np.ones(e.index.size))
    return np.asarray(e.x - means[grouping.group])


def _line(e: Evidence, grouping: Grouping) -> Array | None:
    """Fit a multiple of x and a number a group to the difference."""
    found = _fit_by_group(e, grouping, np.c_[e.x, np.ones(e.index.size)], e.difference)
    return None if found is None else found[0]


def _fit_by_group(
    e: Evidence, grouping: Grouping, design: Array, values: Array
) -> tuple[Array, Array] | None:
    """Return the values that columns of a design fit, and the factors of the first."""
    fitted = np.zeros(e.index.size)
    factors = np.zeros(grouping.count)
    for group in range(grouping.count):
        at = grouping.group == group
        sound = at & e.sound
        columns = design.shape[1]
        if np.count_nonzero(sound) < 2 * columns:
            return None
        found, _, rank, _ = np.linalg.lstsq(design[sound], values[sound], rcond=None)
        if rank < columns:
            return None
        fitted[at] = design[at] @ found
        factors[group] = found[0]
    return fitted, factors


# --- what the slopes of such a function have in common


def _sums_vanish(e: Evidence, grouping: Grouping, values: Array) -> bool:
    """Return whether slopes sum to zero over each group of the whole tensor.

    So they do where the function stays when one number is added to a whole group.
    """
    if not e.whole or grouping.count == e.index.size or not e.sound.all():
        return False
    allowed = ERRORS * grouping.total(e.error)
    allowed += CLOSE * grouping.total(np.abs(values))
    if np.count_nonzero(np.abs(values) > CLOSE * e.size) < 2:
        return False
    return bool(np.all(np.abs(grouping.total(values)) <= allowed))


def _mean_is_taken(e: Evidence, grouping: Grouping) -> bool:
    """Return whether the function takes away the mean of each group."""
    return _sums_vanish(e, grouping, e.numerical)


def _norm_is_taken(e: Evidence, grouping: Grouping) -> bool:
    """Return whether the function stays when a group is scaled: n x sums to zero."""
    return _sums_vanish(e, grouping, e.numerical * e.x)


def _variance_is_taken(e: Evidence, grouping: Grouping) -> bool:
    """Return whether the function divides by a deviation, to which an eps is added."""
    if not _mean_is_taken(e, grouping):
        return False
    along = e.numerical * centred(e, grouping)
    sums, sizes = np.abs(grouping.total(along)), grouping.total(np.abs(along))
    return bool(np.all(sums <= LEFT_BY_EPS * sizes))


@dataclass(frozen=True)
class Path:
    """What a normalisation passes back besides.

    Attributes
    ----------
    name : str
        Through what.
    parameters : int
        How many numbers a group take to fit it.
    fit : callable
        Fits it to the difference.
    there : callable
        Whether the function's slopes look like those of such a normalisation.
    form : str
        What the difference is then.
    eps : bool
        Whether an eps plays a part in it.
    """

    name: str
    parameters: int
    fit: Callable[[Evidence, Grouping], Array | None]
    there: Callable[[Evidence, Grouping], bool]
    form: str
    eps: bool


PATHS = (
    Path("the mean", 1, _one_number, _mean_is_taken, "one number", eps=False),
    Path("the norm", 1, _multiple, _norm_is_taken, "a multiple of {x}", eps=True),
    Path(
        "the variance",
        1,
        _multiple_of_centred,
        _variance_is_taken,
        "a multiple of {x} less its mean",
        eps=True,
    ),
    Path(
        "the mean and the variance",
        2,
        _line,
        _variance_is_taken,
        "a multiple of {x} and a number",
        eps=True,
    ),
)


def another_scale(e: Evidence) -> str | None:
    """Name a normalisation whose standard deviation is another one than fn's.

    With another eps, or N - 1 for N, each group has a factor of its own, and besides a
    multiple of x less its mean.
    """
    if e.complex or not e.whole:
        return None
    design = np.c_[e.numerical, e.x, np.ones(e.index.size)]
    for grouping in groupings(e):
        if not _variance_is_taken(e, grouping):
            continue
        found = _fit_by_group(e, grouping, design, e.analytic)
        if found is None:
            continue
        fitted, factors = found
        apart = float(np.max(np.abs(factors - 1)))
        if factors.min() <= 0 or apart <= CLOSE or not e.is_returned(fitted):
            continue
        cause = _cause_of_scale(factors, e.index.size // grouping.count)
        return (
            f"{e.name} is normalised over {grouping.over} with another standard "
            f"deviation than fn's: {cause}"
        )
    return None


def _cause_of_scale(factors: Array, count: int) -> str:
    """Return what makes another standard deviation, from the ratios of the inverses."""
    corrected = float(np.sqrt(count / (count - 1)))
    for factor in (corrected, 1 / corrected):
        if np.max(np.abs(factors / factor - 1)) < BESSEL:
            return f"N - 1 for N, of N = {count}, or N for N - 1"
    says = f"its inverse is {number(factors.min())} to {number(factors.max())} times"
    if np.max(np.abs(factors - 1)) < LEFT_BY_EPS:
        return f"{says} that, as with eps outside the root"
    return f"{says} that"


def sums_to_zero(e: Evidence) -> str | None:
    """Name the axis that a gradient must sum to zero along, and does not.

    A function that stays when one number is added along an axis (softmax, anything
    normalised by its mean) has slopes that sum to zero there. A gradient whose sums
    are zero along another axis is computed along the wrong one.
    """
    if e.complex or np.count_nonzero(e.faults) <= e.index.size / 2:
        return None  # where few are wrong, these say more
    finest_first = groupings(e)[::-1] if e.shape else []
    right = [one.over for one in finest_first if _sums_vanish(e, one, e.numerical)]
    given = [one.over for one in finest_first if _sums_vanish(e, one, e.analytic)]
    if not right or right[0] in given:
        return None
    if given:
        return (
            f"fn is normalised over {right[0]}, and the gradient of {e.name} as if "
            f"over {given[0]}, where its sums are zero: the wrong axis"
        )
    return (
        f"the gradient of {e.name} must sum to zero over {right[0]}, where fn stays if "
        "a number is added to all, and does not: as where a mean, or the sum of a "
        "softmax, is held or over another axis"
    )
