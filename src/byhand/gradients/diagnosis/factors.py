"""Patterns in the ratio of what was returned to what is right, by element or line."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from byhand.gradients.diagnosis.evidence import (
    CLOSE,
    Array,
    Evidence,
    axes_of,
    element_of,
    line_of,
    listed,
    number,
    times,
)

FEW = 4  # lines of a tensor that are named one by one
EQUAL = 1e-5  # relative difference up to which two factors are the same
FORMULA = 1e-3  # the same, for factors that are put into a formula

# What a ratio may be that goes with the element, and what that stands for.
RATIOS: tuple[tuple[str, Callable[[Array], Array], str], ...] = (
    ("{x} itself", lambda x: x, "a factor {x} too much"),
    ("1/{x}", lambda x: 1 / x, "a factor {x} is missing"),
    ("{x}**2", lambda x: x**2, "a factor {x}**2 too much"),
    ("1/{x}**2", lambda x: x**-2, "a factor {x}**2 is missing"),
    ("1/exp({x})", lambda x: np.exp(-x), "a factor exp({x}) is missing"),
    ("exp({x})", np.exp, "a factor exp({x}) too much"),
    ("the sign of {x}", np.sign, "a sign of {x} is missing or too much"),
    ("abs({x})", np.abs, "a factor abs({x}) too much"),
    ("1/abs({x})", lambda x: 1 / np.abs(x), "a factor abs({x}) is missing"),
)


def factor_of_itself(e: Evidence) -> str | None:
    """Name a ratio that goes with the parameter: x, 1/x, x**2, exp(x).

    A gradient by log x where x is asked for, or an inner derivative left out.
    """
    at = e.sound & ~e.zero
    if e.complex or np.unique(np.abs(e.x[at])).size < 3:
        return None
    for name, function, meaning in RATIOS:
        with np.errstate(all="ignore"):
            by = np.asarray(function(e.x), dtype=np.float64)
        if not np.isfinite(by[at]).all():
            continue
        by = np.where(np.isfinite(by), by, 0.0)
        expected = by * e.numerical
        square = float(expected[at] @ expected[at])
        c = float(e.analytic[at] @ expected[at]) / square if square else 0.0
        if not c or not e.is_returned(c * expected, factor=c * by):
            continue
        multiple = "" if abs(c - 1) <= EQUAL else f"{number(c)} times "
        if name == "{x} itself" and not multiple:
            meaning = "the gradient by log {x}, not by {x}"
        return (
            f"the elements of {e.name} are {multiple}{name.format(x=e.name)} times "
            f"what they should be: {meaning.format(x=e.name)}"
        )
    return None


def factor_by_line(e: Evidence) -> str | None:
    """Name the rows, columns or channels that have a factor each.

    One column scaled; a scale of each column that is another one, as where a standard
    deviation is computed in another way.
    """
    if len(e.shape) < 2 or e.complex:
        return None
    for axis, length in enumerate(e.shape):
        factors, exact = _factors_along(e, axis) if length > 1 else ({}, 0.0)
        odd = {at: c for at, c in factors.items() if abs(c - 1) > max(CLOSE, exact)}
        if not odd or max(map(abs, odd.values())) <= CLOSE:
            continue  # zeros are told as such
        low, high = min(odd.values()), max(odd.values())
        alike = high - low <= max(EQUAL, 2 * exact) * max(abs(low), abs(high))
        if alike and len(odd) < len(factors):
            return _odd_lines(e, axis, list(odd), low)
        if not alike:
            line = line_of(e.shape, axis, None)
            cause = _vector(e, factors) or _another_eps(e, axis, factors)
            return (
                f"every {line} of {e.name} has a factor of its own between what was "
                f"returned and what is right, from {number(low)} to {number(high)}"
                f"{cause}"
            )
    return None


def _odd_lines(e: Evidence, axis: int, odd: list[int], factor: float) -> str:
    """Return the words for the lines that share a factor."""
    sign = ": the sign is wrong" if abs(factor + 1) <= CLOSE else ""
    others = "the others are right" if e.whole else "the others looked at are right"
    if len(odd) == 1:
        line = line_of(e.shape, axis, odd[0])
        return f"{line} of {e.name} is {times(factor)}{sign}; {others}"
    where = f"{len(odd)} lines along axis {axis}"
    if len(odd) <= FEW:
        where = listed([line_of(e.shape, axis, at) for at in odd])
    return f"of {e.name}, {where} are {times(factor, 'they')}{sign}; {others}"


def _factors_along(e: Evidence, axis: int) -> tuple[dict[int, float], float]:
    """Return the factor of each line along an axis, if each has one, and its error."""
    at_axis = e.coordinates[axis]
    by = np.ones(e.index.size)
    factors: dict[int, float] = {}
    error = 0.0
    for at in np.unique(at_axis):
        line = (at_axis == at) & e.sound & ~e.zero
        n, a = e.numerical[line], e.analytic[line]
        if not n.size:
            continue
        if n.size < 3:
            return {}, 0.0
        factors[int(at)] = float(a @ n / (n @ n))
        error = max(error, e.error_of_ratio(line))
        by[at_axis == at] = factors[int(at)]
    if len(factors) < 2 or not e.is_returned(by * e.numerical, factor=by):
        return {}, 0.0
    return factors, error


def _vector(e: Evidence, factors: dict[int, float]) -> str:
    """Return the words for factors that are another input, or one over it."""
    c = np.array(list(factors.values()))
    for leaf in e.function.leaves:
        array = leaf.array
        if array is None or leaf is e.tensor.leaf or array.dtype.kind not in "fiu":
            continue
        if array.size <= max(factors) or max(array.shape, default=1) != array.size:
            continue
        vector = array.reshape(-1)[list(factors)].astype(np.float64)
        if np.any(vector == 0):
            continue
        if np.allclose(c, vector, rtol=EQUAL, atol=0):
            return f": that is {leaf.name}, which is a factor too much"
        if np.allclose(c, 1 / vector, rtol=EQUAL, atol=0):
            return f": that is 1/{leaf.name}, and {leaf.name} is a factor left out"
    return ""


def _another_eps(e: Evidence, axis: int, factors: dict[int, float]) -> str:
    """Return the words for a standard deviation with another eps, if that fits.

    With v the variance of a line, r = sqrt(v + eps) is right; the factors c are r over
    what was taken in its place: sqrt(v), sqrt(v + another eps), or sqrt(v) + eps.
    """
    if not e.whole or len(factors) < 3 or min(factors.values()) <= 0:
        return ""
    others = tuple(k for k in range(len(e.shape)) if k != axis)
    v = e.x.reshape(e.shape).var(axis=others)[list(factors)]
    c = np.array(list(factors.values()))
    left_out = v * (c**2 - 1)
    if _one_number(left_out):
        return f": an eps of {number(left_out.mean())} is left out of the variance"
    # c^2 (v + other) = v + eps is linear in the two.
    design = np.c_[np.ones_like(c), -(c**2)]
    (eps, other), *_ = np.linalg.lstsq(design, left_out, rcond=None)
    fitted = design @ np.array([eps, other])
    if np.allclose(fitted, left_out, rtol=FORMULA, atol=0) and min(eps, other) > 0:
        return (
            f": an eps of {number(other)} is added to the variance, where fn adds "
            f"{number(eps)}"
        )
    # c (r + eps) = sqrt(v + eps), with r = sqrt(v), is a quadratic in eps.
    r = np.sqrt(v)
    for outside in np.roots([c[0] ** 2, 2 * c[0] ** 2 * r[0] - 1, left_out[0]]):
        if np.isreal(outside) and outside > 0:
            eps = float(outside.real)
            if np.allclose(c, np.sqrt(v + eps) / (r + eps), rtol=CLOSE, atol=0):
                return f": an eps of {number(eps)} is added outside the root"
    return ""


def _one_number(values: Array) -> bool:
    """Return whether values are one positive number, to what differences can show."""
    return bool(
        np.isfinite(values).all()
        and values.min() > 0
        and np.ptp(values) <= FORMULA * values.mean()
    )


def factor_of_some(e: Evidence) -> str | None:
    """Name one factor of some elements, where the others are right.

    A 2 for the elements beside the diagonal of a symmetric matrix.
    """
    at = e.faults & e.sound
    count = int(np.count_nonzero(at))
    if count < 2 or count == e.index.size or e.complex:
        return None
    a, n = e.analytic[at], e.numerical[at]
    if not np.any(n) or not np.any(a):
        return None
    by = np.where(at, float(a @ n / (n @ n)), 1.0)
    if not e.is_returned(by * e.numerical, factor=by):
        return None
    sign = ": the sign is wrong" if abs(by[at][0] + 1) <= CLOSE else ""
    return (
        f"{count} of {e.index.size} elements of {e.name}, {_which(e)}, are "
        f"{times(by[at][0], 'they')}{sign}; the others are right"
    )


def _which(e: Evidence) -> str:
    """Return the words for the wrong elements: on the diagonal or off, or each."""
    if len(e.shape) == 2 and e.shape[0] == e.shape[1]:
        diagonal = e.coordinates[0] == e.coordinates[1]
        for at, name in (
            (diagonal, "the diagonal"),
            (~diagonal, "all off the diagonal"),
        ):
            if np.array_equal(e.faults, at & ~(e.zero & ~e.faults)):
                return name
    places = np.flatnonzero(e.faults)
    return listed([element_of(e.element(int(k))) for k in places])


def factor_by_axes(e: Evidence) -> str | None:
    """Name two axes that the ratio goes with, where it does not with any other."""
    if len(e.shape) < 3 or e.complex:
        return None
    usable = e.sound & ~e.zero
    for axes in combinations(range(len(e.shape)), 2):
        keys = np.ravel_multi_index(
            tuple(e.coordinates[k] for k in axes), tuple(e.shape[k] for k in axes)
        )
        groups, places = np.unique(keys, return_inverse=True)
        counts = np.bincount(places[usable], minlength=groups.size)
        if groups.size < 2 or counts.min() < 3:
            continue
        along = np.bincount(places, np.where(usable, e.analytic * e.numerical, 0.0))
        factors = along / np.bincount(places, np.where(usable, e.numerical**2, 0.0))
        by = factors[places]
        if e.is_returned(by * e.numerical, factor=by):
            return (
                f"the ratio of {e.name} to what it should be goes with the indices "
                f"along {axes_of(axes)} alone: from {number(factors.min())} to "
                f"{number(factors.max())}"
            )
    return None
