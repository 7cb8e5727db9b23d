"""What a function returns: outputs, with a value before or a cache behind them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from byhand.gradients import frameworks
from byhand.gradients.nested import Array, Leaf, leaves, replaced, shape_of
from byhand.gradients.styles.passing import Inputs, as_given


def is_longer_tuple(returned: Any) -> bool:
    """Return whether something is a tuple of two entries or more."""
    return isinstance(returned, tuple) and len(returned) > 1


def is_one_number(value: Any) -> bool:
    """Return whether a value holds a single number, in whatever shape."""
    shape = shape_of(value)
    return shape is not None and int(np.prod(shape, dtype=int)) == 1


def _is_array(value: Any) -> bool:
    """Return whether a value is one array, tensor or number, and no container."""
    if isinstance(value, tuple):
        return False
    found = leaves((value,))
    return len(found) == 1 and found[0].path == (0,) and found[0].array is not None


def starts_with_value(returned: Any, inputs: Inputs) -> bool:
    """Return whether fn returned its number before something else."""
    if not is_longer_tuple(returned):
        return False
    if inputs.batched:
        return not _is_array(returned[-1])
    if not is_one_number(returned[0]):
        return False
    # Two numbers may be two outputs, unless the second is as the gradient should be.
    alone = not all(map(is_one_number, returned))
    return alone or inputs.fits(behind_value(returned, inputs))


def behind_value(returned: Any, inputs: Inputs) -> Any:
    """Return the gradients behind a number: one entry, or all that follow."""
    rest = tuple(returned[1:])
    together = len(rest) > 1 and (inputs.fits(rest) or not inputs.fits(rest[0]))
    return rest if together else rest[0]


def before_last(returned: Any) -> Any:
    """Return the outputs in front of a cache: one, or a tuple of them."""
    return returned[0] if len(returned) == 2 else tuple(returned[:-1])


def without_cache(returned: Any) -> Any:
    """Return the outputs of fn: what stands last in a tuple and is no array is none."""
    if not is_longer_tuple(returned) or hasattr(returned, "_fields"):
        return returned
    return returned if _is_array(returned[-1]) else before_last(returned)


def joined(outputs: Any, *, scalar: bool, batched: bool) -> Array:
    """Return outputs as one array of their own: several in a row, for each point."""
    if isinstance(outputs, float | np.inexact):  # as most losses are, without a walk
        return np.asarray(outputs)
    if type(outputs) is np.ndarray and outputs.dtype.kind in "fc":
        return _own(outputs)
    found = leaves(outputs, ("the output of fn",))
    numeric = [leaf.array for leaf in _differentiable(found) if leaf.array is not None]
    alone = len(found) == 1 and found[0].path == ()
    if not numeric or (scalar and not alone):
        expected = "one number where grad is given" if scalar else "an array"
        remedy = "that number alone" if scalar else "an array, or several in a tuple"
        raise TypeError(
            f"fn must return {expected}, got {type(outputs).__name__}; return {remedy}"
        )
    if alone:
        return _own(numeric[0])
    if not batched:
        return _own(np.concatenate([array.reshape(-1) for array in numeric]))
    points = max(len(array) for array in numeric)
    rows = [
        np.broadcast_to(array.reshape(len(array), -1), (points, array[0].size))
        for array in numeric
    ]
    return _own(np.concatenate(rows, axis=1))


def _own(array: Array) -> Array:
    """Return a copy of floating or complex numbers."""
    return np.array(array, dtype=np.float64 if array.dtype.kind in "iub" else None)


def _differentiable(found: Sequence[Leaf]) -> list[Leaf]:
    """Return the outputs that a cotangent belongs to: whole numbers if nothing else."""
    real = [leaf for leaf in found if leaf.real]
    return real or [leaf for leaf in found if leaf.whole]


def cotangents(outputs: Any, cotangent: Array) -> Any:
    """Return a cotangent nested as the outputs are; zeros for whole numbers."""
    found = leaves(outputs)
    if len(found) == 1 and found[0].path == ():
        return _as_output(found[0], cotangent)
    weighed = {leaf.path for leaf in _differentiable(found)}
    row = np.reshape(cotangent, -1)
    parts = {}
    start = 0
    for leaf in found:
        if leaf.array is None:
            continue
        if leaf.path in weighed:
            part = row[start : start + leaf.array.size].reshape(leaf.array.shape)
            start += leaf.array.size
        else:
            part = np.zeros(leaf.array.shape)
        parts[leaf.path] = _as_output(leaf, part)
    return replaced(outputs, parts)


def _as_output(leaf: Leaf, part: Array) -> Any:
    """Return a cotangent as what its output is: a tensor, a number or an array."""
    if leaf.array is not None and leaf.array.dtype.kind != "c":
        part = part.real
    if (
        frameworks.framework(leaf.value) is not None
        and leaf.real
        and leaf.array is not None
    ):
        part = part.astype(leaf.array.dtype, copy=False)
    return as_given(leaf.value, part)
