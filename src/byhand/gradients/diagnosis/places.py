"""Patterns in where the slopes are wrong."""

from __future__ import annotations

from itertools import pairwise
from math import comb

import numpy as np

from byhand.gradients.diagnosis.activations import slope_at
from byhand.gradients.diagnosis.calls import output_of
from byhand.gradients.diagnosis.evidence import (
    CLOSE,
    Array,
    Evidence,
    amount,
    axes_of,
    element_of,
    line_of,
    listed,
    number,
    times,
)

CHANCE = 1e-3  # likelihood of a place by chance above which it is called no pattern
LABELS_BY_CHANCE = 0.02  # the same, of one wrong element in each row
FILLED = 0.6  # share of a line's elements that are wrong where the line is
FEW = 4  # lines that are named one by one
LONG = 4  # length from which on an axis is one of a map, with a border


# --- bounds, masks and picked elements


def by_a_bound(e: Evidence) -> str | None:
    """Name a bound of x that parts the wrong elements from the right ones.

    The other branch of a leaky or exponential unit; a loss or an activation that is
    clipped; a mask with another comparison.
    """
    if e.complex:
        return None
    wrong = e.faults & e.sound
    right = ~e.faults & e.sound & ~((e.analytic == 0) & e.zero)
    if not wrong.any() or not right.any():
        return None
    for values, name in ((e.x, e.name), (np.abs(e.x), f"the size of {e.name}")):
        bound = _bound(values[wrong], values[right], name)
        if bound is not None:
            value = what_is_there(e, wrong) or "another branch, or another bound"
            return f"{e.name} is wrong only where {bound}: {value}"
    return None


def _bound(wrong: Array, right: Array, name: str) -> str | None:
    """Return the words for a bound, or two, between wrong and right values."""
    count = wrong.size + right.size
    ways = comb(count, wrong.size)
    if count / ways < CHANCE:
        if right.max() < wrong.min():
            return f"{name} is {_beyond(right.max(), wrong.min(), 'above', 'positive')}"
        if wrong.max() < right.min():
            return f"{name} is {_beyond(wrong.max(), right.min(), 'below', 'negative')}"
    below, above = right[right < wrong.min()], right[right > wrong.max()]
    between = below.size + above.size == right.size and below.size and above.size
    if between and count**2 / ways < CHANCE:
        low = _number_between(below.max(), wrong.min())
        high = _number_between(wrong.max(), above.min())
        return f"{name} lies between about {low} and {high}"
    return None


def _beyond(low: float, high: float, way: str, sign: str) -> str:
    """Return the words for numbers beyond a bound that lies between two others."""
    if low <= 0 <= high:
        return sign
    return f"{way} about {_number_between(low, high)}"


def _number_between(low: float, high: float) -> str:
    """Return the shortest number between two."""
    for digits in range(1, 17):
        middle = f"{(low + high) / 2:.{digits}g}"
        if low <= float(middle) <= high:
            return middle
    return number(low)


def what_is_there(e: Evidence, at: Array) -> str:
    """Return what the slopes at some places have in common, if anything."""
    a, n, difference = e.analytic[at], e.numerical[at], e.difference[at]
    if not np.any(a):
        return "there it is zero, and should not be"
    if np.all(e.zero[at]):
        return "there it should be zero"
    ratio = float(a @ n / (n @ n))
    if e.is_returned(ratio * e.numerical, factor=ratio, at=at):
        sign = ", the sign is wrong" if abs(ratio + 1) <= CLOSE else ""
        return f"there it is {times(ratio)}{sign}"
    c = float(difference.mean())
    if c and e.is_difference(np.full(e.index.size, c), at=at):
        return f"there it is {amount(c)} {'too much' if c > 0 else 'too little'}"
    dout = e.function.cotangent
    if dout is not None and dout.shape == e.shape and not e.complex:
        d = dout.real.reshape(-1)[e.index]
        c = float(difference @ d[at] / (d[at] @ d[at]))
        if c and e.is_difference(c * d, at=at):
            way = "too much" if c > 0 else "missing"
            return f"there {amount(c)} times dout is {way}"
    return slope_at(e, at)


def dropped_elements(e: Evidence) -> str | None:
    """Name a mask, as of dropout, that the gradient ignores or draws anew."""
    dout = e.function.cotangent
    if dout is None or dout.shape != e.shape or e.complex:
        return None
    output = output_of(e)
    if output is None or output.shape != e.shape:
        return None
    fn_drops = (output.reshape(-1)[e.index] == 0) & (e.x != 0) & e.zero
    if not fn_drops.any() or fn_drops.all():
        return None
    dropped = e.analytic == 0
    scales = (e.analytic / dout.real.reshape(-1)[e.index])[~dropped]
    if not scales.size or np.ptp(scales) > CLOSE * np.abs(scales).max():
        return None
    if not dropped.any():
        return (
            f"the gradient of {e.name} does not use fn's mask: it is "
            f"{number(float(scales[0]))} times dout everywhere, also in the elements "
            "that fn sets to zero"
        )
    if np.any(dropped & ~fn_drops) and np.any(fn_drops & ~dropped):
        return (
            f"the gradient of {e.name} uses another mask than fn: it is zero in other "
            "elements, as where a mask is drawn anew in the backward pass"
        )
    return None


def spread_out(e: Evidence) -> str | None:
    """Name a gradient that goes to elements that fn does not see, the sum being right.

    A mean's slope in place of a maximum's: the one that fn picks has it all.
    """
    flat = e.faults & e.zero
    if e.complex or not e.whole or not e.sound.all() or not flat.any():
        return None
    if np.count_nonzero(flat) < np.count_nonzero(e.faults & ~e.zero):
        return None
    gap = abs(float(e.analytic.sum() - e.numerical.sum()))
    if gap > CLOSE * float(np.abs(e.numerical).sum()) + float(np.linalg.norm(e.error)):
        return None
    return (
        f"the gradient of {e.name} goes to {np.count_nonzero(flat)} elements that fn "
        "does not change with, its sum being right: spread over all, where one (the "
        "largest?) should have it"
    )


def at_picked_elements(e: Evidence) -> str | None:
    """Name one wrong element in each row: that of the label, or of a maximum."""
    if e.complex or len(e.shape) != 2 or not e.whole or min(e.shape) < 2:
        return None
    rows, columns = np.nonzero(e.faults.reshape(e.shape))
    if rows.size < 2 or np.unique(rows).size < rows.size:
        return None
    value = what_is_there(e, e.faults & e.sound)
    value = f"; {value}" if value else ""
    for leaf in e.function.leaves:
        array = leaf.array
        if array is None or array.shape != e.shape[:1] or array.dtype.kind not in "iu":
            continue
        if np.array_equal(array[rows], columns) and rows.size >= FILLED * e.shape[0]:
            return (
                f"{e.name} is wrong only at the elements that {leaf.name} picks, one "
                f"in each row: the class of the label{value}"
            )
    # Without labels among the inputs it must not be so by chance.
    ways = e.shape[1] ** rows.size / comb(e.index.size, rows.size)
    if rows.size < e.shape[0] or np.unique(columns).size < 2 or ways > LABELS_BY_CHANCE:
        return None
    largest = e.x.reshape(e.shape).argmax(axis=1)
    which = "the largest" if np.array_equal(largest, columns) else "that of its label?"
    return (
        f"in {e.name} one element in each row is wrong ({which}), and all other "
        f"elements are right{value}"
    )


# --- rows, columns, channels, borders


def at_border(e: Evidence) -> str | None:
    """Name slopes that are wrong along the border of a map alone, as by padding."""
    if e.complex:
        return None
    maps = [axis for axis, length in enumerate(e.shape) if length >= LONG]
    for axes in [*pairwise(maps), *((axis,) for axis in maps)]:
        border = np.zeros(e.index.size, dtype=bool)
        sides = []
        for axis in axes:
            for at in (0, e.shape[axis] - 1):
                side = e.coordinates[axis] == at
                if side.any() and np.mean(e.faults[side]) > FILLED:
                    border |= side
                    sides.append(axis)
        if len(sides) < 2 or set(sides) != set(axes):
            continue
        if np.any(e.faults & ~border) or border.all():
            continue
        value = what_is_there(e, e.faults & e.sound)
        value = f": {value}" if value else ""
        return (
            f"{e.name} is wrong only at the border along {axes_of(axes)}, as where "
            f"padding is cropped or forgotten{value}"
        )
    return None


def zeros(e: Evidence) -> str | None:
    """Name elements that are zero and should not be, where all others are right."""
    zero = (e.analytic == 0) & e.faults
    if not np.any(zero) or np.any(e.faults & ~zero):
        return None
    first, last = (element_of(e.element(int(k))) for k in np.flatnonzero(zero)[[0, -1]])
    where = _lines_that_hold(e, zero)
    where = where or f"{np.count_nonzero(zero)} elements from {first} to {last}"
    return (
        f"a block of zeros in the gradient of {e.name}, {where}, where fn does change; "
        "the others are right"
    )


def in_lines(e: Evidence) -> str | None:
    """Name the rows, columns or channels that hold every wrong element.

    One column of weights, the columns of one gate, the rows of repeated indices.
    """
    where = _lines_that_hold(e, e.faults)
    if not where:
        return None
    value = what_is_there(e, e.faults & e.sound)
    value = f": {value}" if value else ""
    others = "the others are right" if e.whole else "the others looked at are right"
    return f"{e.name} is wrong in {where}; {others}{value}"


def _lines_that_hold(e: Evidence, at: Array) -> str:
    """Return the words for the fewest lines that hold some places, and little else."""
    count = int(np.count_nonzero(at))
    if count < 2:
        return ""
    by_chance = len(e.shape) / comb(e.index.size, count) > CHANCE
    idle = e.zero & (e.analytic == 0)
    found: list[tuple[float, int, Array, Array]] = []
    for axis in range(len(e.shape)):
        places = e.coordinates[axis]
        lines, seen = np.unique(places[at]), np.unique(places[~idle | at])
        if len(e.shape) == 1:
            if by_chance:
                continue
            lines = np.arange(lines[0], lines[-1] + 1)
        inside = np.isin(places, lines) & ~idle
        # Lines that are filled to the last element need not be few.
        filled = bool(at[inside].all())
        few = lines.size <= seen.size / 2 and np.mean(at[inside]) > FILLED
        if lines.size < seen.size and (filled or (few and not by_chance)):
            found.append((lines.size / seen.size, axis, lines, seen))
    if not found:
        return ""
    _, axis, lines, seen = min(found, key=lambda one: one[:2])
    return _name_of_lines(e.shape, axis, lines, np.setdiff1d(seen, lines))


def _name_of_lines(
    shape: tuple[int, ...], axis: int, lines: Array, others: Array
) -> str:
    """Return the words for some lines along an axis: one, a run of them, or several."""
    what, along = "entries", f" along axis {axis}"
    if len(shape) == 1:
        what, along = "elements", ""
    if len(shape) == 2:
        what, along = ("rows", "columns")[axis], ""
    if lines.size == 1:
        return line_of(shape, axis, int(lines[0]))
    run = lines[-1] - lines[0] + 1 == lines.size > 2
    if run:
        return f"{what} {lines[0]} to {lines[-1]}{along}{_block(shape[axis], lines)}"
    if others.size < FEW < lines.size:
        return f"all {what} but {listed(others.tolist())}{along}"
    return f"{what} {listed(lines.tolist())}{along}"


def _block(length: int, lines: Array) -> str:
    """Return the words for a run of lines that is one of several blocks as long."""
    if length % lines.size or lines[0] % lines.size or length == lines.size:
        return ""
    which = lines[0] // lines.size + 1
    return f" (block {which} of {length // lines.size}, such as a gate)"
