"""Patterns of right numbers in the wrong place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from byhand.gradients.diagnosis.calls import (
    error_of_quotient,
    slope_elsewhere,
    with_row,
)
from byhand.gradients.diagnosis.evidence import (
    CLOSE,
    ERRORS,
    Evidence,
    axes_of,
    element_of,
    line_of,
    listed,
)

LINES = 64  # rows or columns that are compared with one another
SHIFTS = 200  # steps by which a vector is shifted at most
KEPT_BY_SHIFT = 0.3  # share of the elements that must stay within the border


def order_of_tensors(e: Evidence) -> str | None:
    """Name gradients that are returned in another order than the inputs."""
    for k, tensor in enumerate(e.function.tensors):
        gradient = e.gradients[k]
        if tensor is e.tensor or tuple(tensor.shape) != e.shape:
            continue
        if gradient.size != e.gradient.size or not e.is_right(gradient[e.index]):
            continue
        if gradient.size == 1 and not _is_that_of_elsewhere(e, k):
            continue  # one number may be another's by chance
        return (
            f"the gradient returned for {tensor.name} is that of {e.name}: they "
            "are returned in another order than the inputs"
        )
    return None


def _is_that_of_elsewhere(e: Evidence, position: int) -> bool:
    """Return whether a gradient is that of the tensor for another number as well."""
    arrays = with_row(e, e.x + 0.1 * np.maximum(np.abs(e.x), 0.1))
    rows = e.function.gradients_again(arrays=arrays)
    numerical = slope_elsewhere(e, 0, arrays)
    if rows is None or numerical is None:
        return False
    gap = abs(float(rows[position][0]) - numerical)
    return gap <= error_of_quotient(e) * abs(numerical)


def transposed(e: Evidence) -> str | None:
    """Name a gradient that is transposed, or has two axes exchanged."""
    if e.complex:
        return None
    values = e.as_array(e.gradient)
    for first, second in combinations(range(len(e.shape)), 2):
        if e.shape[first] != e.shape[second] or e.shape[first] < 2:
            continue
        turned = np.swapaxes(values, first, second).reshape(-1)
        if e.is_right(turned[e.index]):
            besides = "" if len(e.shape) == 2 else f" in {axes_of((first, second))}"
            return f"the gradient of {e.name} is transposed{besides}"
    return None


def column_by_column(e: Evidence) -> str | None:
    """Name a matrix that is flattened by columns where rows are expected.

    `order="F"`, or a transposed matrix that was reshaped.
    """
    if e.complex or not e.whole or len(e.shape) < 2:
        return None
    rows = e.gradient
    for values in (
        rows.reshape(e.shape, order="F").reshape(-1),
        rows.reshape(e.shape).reshape(-1, order="F"),
    ):
        if e.is_right(values[e.index]):
            return (
                f"the gradient of {e.name} holds the right numbers in another order: "
                "column by column (order F), where row by row is expected"
            )
    return None


def part_column_by_column(e: Evidence) -> str | None:
    """Name a matrix within a vector that is flattened by columns."""
    if e.complex or not e.whole or len(e.shape) != 1 or np.count_nonzero(e.faults) < 2:
        return None
    wrong = np.flatnonzero(e.faults)
    # The first and the last element of a matrix stay where they are.
    for first in (wrong[0] - 1, wrong[0]):
        for last in (wrong[-1], wrong[-1] + 1):
            size = last - first + 1
            if first < 0 or last >= e.index.size:
                continue
            for rows in (rows for rows in range(2, size // 2 + 1) if size % rows == 0):
                values = np.array(e.gradient)
                matrix = values[first : last + 1].reshape(rows, -1)
                values[first : last + 1] = matrix.T.reshape(-1)
                if e.is_right(values[e.index]):
                    return (
                        f"elements {first} to {last} of {e.name} hold the right "
                        f"numbers in another order: a matrix of {size // rows} x "
                        f"{rows} column by column (order F), where row by row is "
                        "expected"
                    )
    return None


def flipped(e: Evidence) -> str | None:
    """Name a gradient that is reversed along axes, as a kernel that is not flipped."""
    if e.complex:
        return None
    values = e.as_array(e.gradient)
    axes = [axis for axis, length in enumerate(e.shape) if length > 1]
    for count in range(1, len(axes) + 1):
        for some in combinations(axes, count):
            if e.is_right(np.flip(values, some).reshape(-1)[e.index]):
                return f"the gradient of {e.name} is flipped along {axes_of(some)}"
    return None


def shifted(e: Evidence) -> str | None:
    """Name a gradient that is shifted along axes, around or over the border.

    A crop of the padding that begins one too early or too late; in a vector, the
    bias in front of the weights.
    """
    if e.complex or np.count_nonzero(e.faults) < 3:
        return None
    values = e.as_array(e.gradient)
    for steps in _steps(e.shape):
        axes = [axis for axis, step in enumerate(steps) if step]
        back = [-steps[axis] for axis in axes]
        rolled = np.roll(values, back, axes).reshape(-1)[e.index]
        by = listed([f"by {steps[axis]} along axis {axis}" for axis in axes])
        if e.is_right(rolled):
            says = f"the gradient of {e.name} is shifted around {by}"
            return says if len(e.shape) > 1 else f"{says}: {_exchanged(e, steps[0])}"
        inside = np.ones(e.index.size, dtype=bool)
        for axis in axes:
            there = e.coordinates[axis] + steps[axis]
            inside &= (there >= 0) & (there < e.shape[axis])
        enough = max(4.0, KEPT_BY_SHIFT * e.index.size)
        if np.count_nonzero(inside & ~e.zero) >= enough and e.is_right(
            rolled, at=inside
        ):
            return (
                f"the gradient of {e.name} is shifted {by}: a crop or a padding begins "
                "elsewhere than fn's"
            )
    return None


def _steps(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield shifts: by up to 3 along one axis, the same along two, any of a vector."""
    if len(shape) == 1:
        for step in range(1, min(shape[0], SHIFTS)):
            yield (step,)
            yield (-step,)
        return
    axes = [axis for axis, length in enumerate(shape) if length > 1]
    for count in (1, 2):
        for some in combinations(axes, count):
            for step in (1, -1, 2, -2, 3, -3):
                if all(abs(step) < shape[axis] for axis in some):
                    yield tuple(step if k in some else 0 for k in range(len(shape)))


def _exchanged(e: Evidence, step: int) -> str:
    """Return the words for a vector whose two parts have changed places."""
    first = step % e.shape[0]
    return (
        f"the right numbers in another order, as if its first {first} belonged behind "
        f"the other {e.shape[0] - first} (b before W in one vector?)"
    )


def lines_in_another_order(e: Evidence) -> str | None:
    """Name rows or columns that stand in another's place, or are another's copy.

    Gates in another order than the forward pass has them; the last channel copied.
    """
    if e.complex or not e.whole or not e.sound.all():
        return None
    for axis, length in enumerate(e.shape):
        if not 2 <= length <= LINES or e.index.size // length < 2:
            continue
        a = np.moveaxis(e.analytic.reshape(e.shape), axis, 0).reshape(length, -1)
        n = np.moveaxis(e.numerical.reshape(e.shape), axis, 0).reshape(length, -1)
        apart = np.max(np.abs(a[:, np.newaxis] - n[np.newaxis]), axis=2)
        own = np.diagonal(apart) <= CLOSE * e.size + ERRORS * float(e.error.max())
        source = np.where(own, np.arange(length), np.argmin(apart, axis=1))
        others = tuple(np.delete(e.shape, axis))
        values = np.moveaxis(n[source].reshape(length, *others), 0, axis).reshape(-1)
        moved = np.flatnonzero(source != np.arange(length))
        if not moved.size or not np.all(np.any(a[moved], axis=1)):
            continue
        if not e.is_returned(values):
            continue
        pairs = listed(
            [f"{line_of(e.shape, axis, int(k))} is that of {source[k]}" for k in moved],
            most=3,
        )
        if np.unique(source).size == length:
            return f"{e.name} has the right numbers in another order: {pairs}"
        return f"in the gradient of {e.name}, {pairs}: copied"
    return None


def in_another_order(e: Evidence) -> str | None:
    """Name elements that all stand somewhere else."""
    if e.complex or not e.whole or e.index.size < 2 or not e.sound.all():
        return None
    wrong = np.flatnonzero(e.faults)
    n = e.numerical[wrong]
    if wrong.size < 2 or np.unique(n).size < 2:
        return None
    values = np.array(e.numerical)
    values[wrong[np.argsort(e.analytic[wrong])]] = np.sort(n)
    if not e.is_returned(values):
        return None
    if wrong.size == 2:
        first, second = (element_of(e.element(int(k))) for k in wrong)
        return f"{first} and {second} of {e.name} are exchanged"
    says = (
        f"{wrong.size} elements of {e.name} hold the right numbers in another order, "
        f"the first at {element_of(e.element(int(wrong[0])))}"
    )
    if np.all((e.analytic[wrong] == 0) ^ e.zero[wrong]):
        return f"{says}: they go to other elements than those that fn picks"
    return says


def one_triangle(e: Evidence) -> str | None:
    """Name a function of a symmetric matrix that reads one triangle of it.

    The slopes of that triangle are the whole, those of the other are zero; the usual
    formula is symmetric, and half of each.
    """
    if e.complex or not e.whole or len(e.shape) != 2 or e.shape[0] != e.shape[1]:
        return None
    if e.shape[0] < 2 or not e.sound.all():
        return None
    n = e.numerical.reshape(e.shape)
    halves = (n + n.T) / 2
    lower = bool(np.all(e.zero.reshape(e.shape)[np.triu_indices_from(n, 1)]))
    upper = bool(np.all(e.zero.reshape(e.shape)[np.tril_indices_from(n, -1)]))
    if lower == upper or not e.is_returned(halves.reshape(-1)):
        return None
    side, beyond = ("lower", "above") if lower else ("upper", "below")
    return (
        f"fn reads only the {side} triangle of {e.name}, and the gradient is that of a "
        "symmetric matrix: let fn take (A + A.T) / 2, or put both halves of the "
        f"gradient into that triangle and 0 {beyond} it"
    )


def conjugated(e: Evidence) -> str | None:
    """Name a complex gradient with the other sign of its imaginary part, or none."""
    if not e.complex or not e.whole:
        return None
    imaginary = np.arange(e.index.size) % 2 == 1
    if e.is_returned(np.where(imaginary, -e.numerical, e.numerical)):
        return (
            f"the gradient of {e.name} is conjugated: df/dRe - i df/dIm, where "
            "df/dRe + i df/dIm is expected"
        )
    for part, name, other in (
        (imaginary, "imaginary", "real"),
        (~imaginary, "real", "imaginary"),
    ):
        dropped = not np.any(e.analytic[part])
        if dropped and e.is_returned(np.where(part, 0.0, e.numerical)):
            return (
                f"the {name} parts of the gradient of {e.name} are dropped: all are 0, "
                f"and the {other} parts are right"
            )
    return None
