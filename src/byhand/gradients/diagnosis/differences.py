"""Patterns in the difference of what was returned and what is right."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from byhand.gradients.diagnosis.evidence import (
    CLOSE,
    Array,
    Evidence,
    amount,
    line_of,
    times,
)

EQUAL = 1e-5  # relative difference up to which two numbers are the same


def penalty(e: Evidence) -> str | None:
    """Name a difference that is a multiple of the parameter, or of its sign.

    The slope of a penalty (weight decay) that was forgotten or counted twice, or of
    one on parameters that have none.
    """
    if e.complex or np.unique(e.x).size < 3:
        return None
    for values, name in ((e.x, e.name), (np.sign(e.x), f"the sign of {e.name}")):
        c = _multiple(e, values)
        if c is None or np.ptp(values) == 0:
            continue
        says = f"{amount(c)} times {name}"
        slope = "the slope of a penalty such as weight decay"
        if c < 0:
            return f"{says} is missing in the gradient of {e.name}: {slope}"
        return (
            f"{says} is too much in the gradient of {e.name}: {slope}, twice or where "
            "there is none"
        )
    return None


def _multiple(e: Evidence, values: Array) -> float | None:
    """Return the number of times that values are the difference, if any."""
    at = e.sound
    square = float(values[at] @ values[at])
    if np.count_nonzero(values[at]) < 3 or not square:
        return None
    c = float(e.difference[at] @ values[at]) / square
    return c if c and e.is_difference(c * values) else None


def scaled_beside_penalty(e: Evidence) -> str | None:
    """Name a factor of all but a multiple of the parameter.

    A division by the batch size that is missing in the part of the data, where that
    of the penalty is right.
    """
    at = e.sound
    if e.complex or np.count_nonzero(at) < 5 or np.unique(e.x).size < 4:
        return None
    design = np.c_[e.numerical, e.x]
    (factor, c), *_ = np.linalg.lstsq(design[at], e.analytic[at], rcond=None)
    if abs(factor - 1) < EQUAL or abs(factor) < EQUAL or abs(c) <= CLOSE * e.size:
        return None
    if not e.is_returned(design @ np.array([factor, c]), factor=factor):
        return None
    # With n = data + part and a = factor * data + part, c x = (1 - factor) * part.
    says = (
        f"but for its part {c / (1 - factor):.4g} times {e.name}, which is right, "
        f"the gradient of {e.name} is {times(factor)}"
    )
    for size, way in ((factor, "is missing"), (1 / factor, "too much")):
        if size > 2 - EQUAL and abs(size - round(size)) < EQUAL * size:
            return (
                f"{says}: a division by {round(size)} {way}, of the data and not of "
                "the penalty"
            )
    return f"{says}: a factor of the data that the penalty does not have"


def another_array(e: Evidence) -> str | None:
    """Name dout, or another input, that the difference is a multiple of.

    What a skip connection passes back, or one of two inputs that are subtracted, is
    missing or too much.
    """
    for values, name in _alike(e):
        c = _multiple(e, values)
        if c is None:
            continue
        multiple = "" if abs(abs(c) - 1) < EQUAL else f"{amount(c)} times "
        if c > 0:
            return f"{multiple}{name} is too much in the gradient of {e.name}"
        cause = ": what a skip connection passes back?" if name == "dout" else ""
        return f"{multiple}{name} is missing in the gradient of {e.name}{cause}"
    return None


def _alike(e: Evidence) -> Iterator[tuple[Array, str]]:
    """Yield arrays of the tensor's shape, at the places looked at, and their names."""
    if e.complex:
        return
    dout = e.function.cotangent
    if dout is not None and dout.shape == e.shape:
        yield dout.real.reshape(-1)[e.index].astype(np.float64), "dout"
    for leaf in e.function.leaves:
        array = leaf.array
        if leaf is e.tensor.leaf or array is None or array.shape != e.shape:
            continue
        if array.dtype.kind in "fiub":
            yield array.reshape(-1)[e.index].astype(np.float64), leaf.name


def shifted_by_number(e: Evidence) -> str | None:
    """Name a difference that is one number everywhere."""
    at = e.sound
    if e.complex or np.unique(e.numerical[at]).size < 2:
        return None
    c = float(np.mean(e.difference[at]))
    if not c or not e.is_difference(np.full(e.index.size, c)):
        return None
    way, cause = ("too much", "added to") if c > 0 else ("too little", "missing in")
    return (
        f"every element of {e.name} is {amount(c)} {way}: the same number"
        f"{_input_of_value(e, abs(c))} is {cause} all"
    )


def _input_of_value(e: Evidence, value: float) -> str:
    """Return the words for another input that is a number."""
    for leaf in e.function.leaves:
        array = leaf.array
        if array is None or array.size != 1 or array.dtype.kind not in "fiu":
            continue
        if abs(abs(float(array.reshape(-1)[0])) - value) <= EQUAL * value:
            return f", that of {leaf.name},"
    return ""


def outer_product(e: Evidence) -> str | None:
    """Name a difference that is an outer product: one sample, or step, is wrong.

    The gradient of a matrix is a sum of outer products, one for each row of the batch
    or time step.
    """
    if e.complex or not e.whole or len(e.shape) != 2 or min(e.shape) < 3:
        return None
    if not e.sound.all():
        return None
    u, s, v = np.linalg.svd(e.difference.reshape(e.shape))
    left, right = u[:, 0], v[0]
    if min(np.count_nonzero(np.abs(one) > 1e-3) for one in (left, right)) < 2:
        return None  # a single row or column is no sign of a product
    if not e.is_difference(s[0] * np.outer(left, right).reshape(-1)):
        return None
    row = _row_of_input(e, left) or _row_of_input(e, right)
    if row:
        return (
            f"the difference in {e.name} is an outer product with {row}: its part is "
            "missing or wrong"
        )
    return (
        f"the difference in {e.name} is an outer product of two vectors: the part of "
        "one row of the batch, or of one time step, is missing or wrong"
    )


def _row_of_input(e: Evidence, vector: Array) -> str:
    """Return the words for the row of another input that is parallel to a vector."""
    for leaf in e.function.leaves:
        array = leaf.array
        if array is None or array.ndim != 2 or leaf is e.tensor.leaf:
            continue
        if array.shape[1] != vector.size or array.dtype.kind not in "fiu":
            continue
        lengths = np.linalg.norm(array, axis=1)
        with np.errstate(all="ignore"):
            cosines = np.abs(array @ vector) / lengths
        found = np.flatnonzero(np.abs(cosines - 1) < 1e-9)
        if found.size:
            return f"{line_of(array.shape, 0, int(found[0]))} of {leaf.name}"
    return ""
