"""Patterns in what each number of the output adds to a slope.

The slope of an element is a sum over the output: of dout times what the element does to
each of its numbers. A wrong gradient is often the sum of other parts: of the first row
of the batch alone, of the last that was written, over another axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from byhand.gradients.diagnosis.calls import (
    error_of_quotient,
    parts_of_slope,
    unit_move,
)
from byhand.gradients.diagnosis.evidence import ERRORS, Array, Evidence, axes_of

PROBED = 3  # wrong elements whose parts are looked at
NOTHING = 1e-7  # relative size of a part up to which it is none


@dataclass(frozen=True)
class Parts:
    """What each number of the output adds to the slope of one wrong element.

    Attributes
    ----------
    element : tuple of int
        The element.
    returned : float
        Its analytic slope.
    error, close : float
        The error of the numerical one; the relative error of the parts.
    parts : ndarray
        dout times the derivative of each number of the output, in its shape.
    """

    element: tuple[int, ...]
    returned: float
    error: float
    close: float
    parts: Array

    def is_returned(self, value: float) -> bool:
        """Return whether a sum of parts, and not of nothing, is what was returned."""
        scale = float(np.abs(self.parts).max())
        if abs(value) <= self.close * scale:
            return False
        return abs(self.returned - value) <= self.close * scale + ERRORS * self.error

    def along(self, axis: int) -> Array:
        """Return the sums of the parts of each entry along an axis of the output."""
        others = tuple(k for k in range(self.parts.ndim) if k != axis)
        return np.asarray(self.parts.sum(axis=others))

    @property
    def contributions(self) -> Array:
        """The parts that are not zero, in the order of the output."""
        flat = self.parts.reshape(-1)
        return np.asarray(flat[_some(flat)])


def _some(values: Array) -> Array:
    """Return where values are not zero beside the largest."""
    return np.asarray(np.abs(values) > NOTHING * np.abs(values).max())


def part_of_output(e: Evidence) -> str | None:
    """Name the outputs whose parts are missing in wrong elements, or alone in them.

    `=` in place of `+=` where windows overlap or an index repeats; only the first row
    of the batch, or all but one; only what an element's own output passes back.
    """
    found = _parts_of_worst(e)
    if not found or not found[0].parts.ndim:
        return None
    own = _own_output(e, found)
    if own is not None:
        return own
    # Where every row of the batch has a part, one row that is kept is said to be that.
    dense = all(_some(np.abs(one.along(0))).all() for one in found)
    ways = (_one_entry, _one_contribution) if dense else (_one_contribution, _one_entry)
    for way in ways:
        words = way(e, found)
        if words is not None:
            return words
    return _own_entries(e, found)


def _parts_of_worst(e: Evidence) -> list[Parts]:
    """Return the parts of some wrong elements, if these add up to their slopes."""
    if e.function.cotangent is None:
        return []
    found = []
    for k in e.worst_first()[:PROBED]:
        parts = parts_of_slope(e, unit_move(e, int(e.index[k])))
        if parts is None or not np.any(parts):
            return []
        error, close = float(e.error[k]), error_of_quotient(e)
        returned = float(e.analytic[k])
        allowed = ERRORS * error + close * float(np.abs(parts).sum())
        if abs(float(parts.sum()) - float(e.numerical[k])) > allowed:
            return []
        found.append(Parts(e.element(int(k)), returned, error, close, parts))
    return found


def _are_returned(found: Sequence[Parts], values: Sequence[float]) -> bool:
    """Return whether sums of parts, one for each element, are what was returned."""
    return all(
        one.is_returned(float(value)) for one, value in zip(found, values, strict=True)
    )


def _own_output(e: Evidence, found: list[Parts]) -> str | None:
    """Return the words for elements that get their own output's part alone."""
    if e.complex or found[0].parts.shape != e.shape:
        return None
    if min(one.contributions.size for one in found) < 2:
        return None
    if not _are_returned(found, [one.parts[one.element] for one in found]):
        return None
    return (
        f"each element of {e.name} gets only what its own element of the output passes "
        "back: what goes through the others, as by a sum or a mean, is missing"
    )


def _one_contribution(e: Evidence, found: list[Parts]) -> str | None:
    """Return the words for one contribution kept of several, or for their mean."""
    counts = {one.contributions.size for one in found}
    if min(counts) < 2:
        return None
    many = str(counts.pop()) if len(counts) == 1 else "several"
    for at, name in ((-1, "last"), (0, "first")):
        if _are_returned(found, [one.contributions[at] for one in found]):
            return (
                f"the wrong elements of {e.name} keep only the {name} of {many} "
                "contributions: = in place of +=, as where windows overlap or an index "
                "repeats"
            )
    if _are_returned(found, [one.contributions.mean() for one in found]):
        return (
            f"the wrong elements of {e.name} are the mean of {many} contributions, not "
            "their sum"
        )
    return None


def _one_entry(e: Evidence, found: list[Parts]) -> str | None:
    """Return the words for one entry along an axis, alone, missing or counted twice."""
    for axis, length in enumerate(found[0].parts.shape):
        if not _several_along(found, axis):
            continue
        totals = [float(one.parts.sum()) for one in found]
        along = [one.along(axis) for one in found]
        for at in range(length):
            name = _name_of_entry(axis, at, length)
            entries = [float(row[at]) for row in along]
            if _are_returned(found, entries):
                return f"only {name} reaches {e.name}"
            if not all(_some(row)[at] for row in along):
                continue
            pairs = list(zip(totals, entries, strict=True))
            if _are_returned(found, [total - entry for total, entry in pairs]):
                return f"{name} does not reach {e.name}: it is missing in the sum"
            if _are_returned(found, [total + entry for total, entry in pairs]):
                return f"{name} reaches {e.name} twice"
    return None


def _several_along(found: list[Parts], axis: int) -> bool:
    """Return whether several entries along an axis have parts in each element."""
    return all(np.count_nonzero(_some(one.along(axis))) > 1 for one in found)


def _own_entries(e: Evidence, found: list[Parts]) -> str | None:
    """Return the words for elements that get the part of their own entry alone."""
    for axis, length in enumerate(found[0].parts.shape):
        if not _several_along(found, axis):
            continue
        for own in [k for k, other in enumerate(e.shape) if other == length]:
            entries = [one.along(axis)[one.element[own]] for one in found]
            if _are_returned(found, entries):
                return (
                    f"entry t along axis {own} of {e.name} gets only what entry t "
                    f"along axis {axis} of the output passes back: what flows on "
                    "through others, such as later steps, is missing"
                )
    return None


def _name_of_entry(axis: int, at: int, length: int) -> str:
    """Return the words for one entry along an axis of the output."""
    if axis:
        return f"entry {at} along axis {axis} of the output"
    if at in (0, length - 1):
        return f"the {'last' if at else 'first'} row of the batch"
    return f"row {at} of the batch"


def summed_over_wrong_axis(e: Evidence) -> str | None:
    """Name the axis of the output that a gradient is summed over by mistake.

    A bias, or a gain, is added along one axis of the output, and its gradient is the
    sum over the others: over the wrong ones, or over too many.
    """
    dout = e.function.cotangent
    if dout is None or e.complex or not e.whole or not 0 < len(e.shape) < dout.ndim:
        return None
    # Moved all at once, the elements do not mix: each has its own entry of the output.
    parts = parts_of_slope(e, np.ones(e.tensor.base.size))
    if parts is None:
        return None
    layouts = [
        axes
        for axes in permutations(range(dout.ndim), len(e.shape))
        if tuple(dout.shape[axis] for axis in axes) == e.shape
    ]
    close = error_of_quotient(e) * float(np.abs(parts).sum())
    allowed = ERRORS * e.error + close
    right = [
        axes
        for axes in layouts
        if np.all(np.abs(_summed(parts, axes) - e.numerical) <= allowed)
    ]
    if len(right) != 1:
        return None
    if e.is_returned(_summed(dout.real, right[0])):
        return (
            f"the gradient of {e.name} is the sum of dout: the slope of what fn does "
            f"with {e.name} afterwards, such as an activation, is missing"
        )
    for axes in layouts:
        if e.is_returned(_summed(parts, axes)):
            over = axes_of([axis for axis in range(dout.ndim) if axis not in axes])
            due = axes_of([axis for axis in range(dout.ndim) if axis not in right[0]])
            return (
                f"the gradient of {e.name} is summed over the wrong axis of the "
                f"output: over {over} in place of {due}"
            )
    if e.index.size > 1 and e.is_returned(np.full(e.index.size, parts.sum())):
        return f"the gradient of {e.name} is one number: it is summed over too much"
    return None


def _summed(values: Array, kept: tuple[int, ...]) -> Array:
    """Return the sums over all axes but some, as a flat row in the order of those."""
    rest = [axis for axis in range(values.ndim) if axis not in kept]
    count = int(np.prod([values.shape[axis] for axis in kept]))
    return np.asarray(values.transpose(*kept, *rest).reshape(count, -1).sum(axis=1))
