"""Calls of the function or its gradient for other inputs, which patterns make."""

from __future__ import annotations

from typing import Any

import numpy as np

from byhand.gradients.diagnosis.evidence import CLOSE, Array, Evidence

ROUNDINGS = 30  # of a quotient, in errors of a single rounding
SAME = 1e-9  # relative difference up to which two gradients are the same numbers

Arrays = dict[Any, Array]


def gradient_again(e: Evidence, **changed: Any) -> Array | None:
    """Return the tensor's gradient for another cotangent or other inputs."""
    rows = e.function.gradients_again(**changed)
    return None if rows is None else rows[e.position]


def output_of(e: Evidence, arrays: Arrays | None = None) -> Array | None:
    """Return what fn gives, for other inputs if there are any."""
    if arrays is not None and e.function.batched:
        return None  # it takes many points at once
    output = e.function.output_again(arrays=arrays)
    return None if output is None else np.asarray(output)


def with_row(e: Evidence, row: Array, arrays: Arrays | None = None) -> Arrays:
    """Return the function's inputs with other numbers for the tensor."""
    found = dict(e.function.arrays if arrays is None else arrays)
    array = np.array(found[e.tensor.leaf.path], order="C")
    array.reshape(-1).view(array.real.dtype)[_span(e)] = row
    found[e.tensor.leaf.path] = array
    return found


def with_leaf(e: Evidence, path: Any, array: Array) -> Arrays:
    """Return the function's inputs with another array for one of them."""
    return {**e.function.arrays, path: np.ascontiguousarray(array)}


def _span(e: Evidence) -> slice:
    """Return where the tensor stands in the row of the input that it is a part of."""
    return slice(e.tensor.start, e.tensor.start + e.tensor.base.size)


def parts_of_slope(
    e: Evidence, move: Array, arrays: Arrays | None = None
) -> Array | None:
    """Return what each number of the output adds to a slope along a move.

    Parameters
    ----------
    e : Evidence
        The tensor that is moved.
    move : ndarray
        The move, as a flat row.
    arrays : dict, optional
        Other inputs; by default those that were checked.

    Returns
    -------
    ndarray or None
        dout times the derivative of the output, in the output's shape; their sum is
        the slope. None if fn gives no finite values there.
    """
    given = e.function.arrays if arrays is None else arrays
    array = np.ascontiguousarray(given[e.tensor.leaf.path])
    row = array.reshape(-1).view(array.real.dtype)[_span(e)].astype(np.float64)
    scale = float(np.max(np.abs(row[move != 0]), initial=0.0)) or 1.0
    h = step_of(e) * scale / float(np.max(np.abs(move)))
    up = output_of(e, with_row(e, row + h * move, given))
    down = output_of(e, with_row(e, row - h * move, given))
    if up is None or down is None or up.shape != down.shape:
        return None
    slopes = (up - down) / (2 * h)
    dout = e.function.cotangent
    if dout is not None and dout.shape != slopes.shape:
        return None
    parts = np.asarray((slopes if dout is None else np.conj(dout) * slopes).real)
    return parts if np.isfinite(parts).all() else None


def step_of(e: Evidence) -> float:
    """Return the relative step of a central quotient, by the precision of values."""
    return float(np.cbrt(e.function.eps))


def error_of_quotient(e: Evidence) -> float:
    """Return the relative error that a central quotient of that step may have."""
    return max(CLOSE, ROUNDINGS * step_of(e) ** 2)


def unit_move(e: Evidence, place: int) -> Array:
    """Return the move of one place of the tensor's row."""
    move = np.zeros(e.tensor.base.size)
    move[place] = 1.0
    return move


def slope_elsewhere(e: Evidence, place: int, arrays: Arrays) -> float | None:
    """Return the numerical slope at one place of the row, for other inputs."""
    parts = parts_of_slope(e, unit_move(e, place), arrays)
    return None if parts is None else float(parts.sum())


def ratio_elsewhere(e: Evidence, row: Array) -> float | None:
    """Return the ratio of analytic to numerical slope for another single number."""
    arrays = with_row(e, row)
    analytic = gradient_again(e, arrays=arrays)
    numerical = slope_elsewhere(e, 0, arrays)
    if analytic is None or not numerical:
        return None
    return float(analytic[0]) / numerical


def same(a: Array, b: Array) -> bool:
    """Return whether two gradients are the same numbers, and not all zero."""
    size = float(np.linalg.norm(b))
    return size > 0 and float(np.linalg.norm(a - b)) <= SAME * size
