"""The numbers of a value: of an array, a tensor, a list of numbers, a number."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.gradients import frameworks

Array = NDArray[Any]
Shape = tuple[int, ...]


def numbers_of(value: Any, name: str) -> Array | None:
    """Return what a leaf holds as an array; None if it holds no numbers."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} is a masked array, and a mask has no gradient; give "
            f"{name}.filled(0.0), or {name}.compressed() for what is not masked"
        )
    array = as_array(value)
    if array is None:
        return None
    if array.dtype == object and array.size and isinstance(value, np.ndarray):
        _refuse_objects(array, name)
    return array if array.dtype.kind in "fciub" else None


def as_array(value: Any) -> Array | None:
    """Return a value as an array of whatever it holds; None if it is nothing such."""
    if isinstance(value, np.ndarray):
        return np.asarray(value)
    if is_tensor(value):
        try:
            return frameworks.to_numpy(value)
        except TypeError:  # sparse, or without numbers
            return None
    numbers = isinstance(value, bool | int | float | complex | list | tuple | deque)
    arraylike = hasattr(value, "__array__") and not isinstance(value, type)
    if not numbers and not arraylike:
        return None
    try:
        if isinstance(value, list | tuple | deque):
            return np.asarray([as_array(e) if is_tensor(e) else e for e in value])
        return np.asarray(value)
    except Exception:  # ragged lists, and whatever an object's __array__ may raise
        return None


def is_tensor(value: Any) -> bool:
    """Return whether a value is a tensor of PyTorch, JAX or TensorFlow."""
    return frameworks.framework(value) is not None


def _refuse_objects(array: Array, name: str) -> None:
    """Refuse an array of Python's numbers, which NumPy cannot compute with."""
    kinds = bool | int | float | complex | np.number
    if all(isinstance(entry, kinds) for entry in array.flat):
        raise TypeError(
            f"{name} must hold numbers, got an array of dtype object; convert it with "
            "np.asarray(..., dtype=float)"
        )


def shape_of(entry: Any) -> Shape | None:
    """Return the shape of anything like an array; None if it has none."""
    if entry is None or isinstance(entry, str | bytes | Mapping):
        return None
    try:
        return tuple(int(length) for length in np.shape(entry))
    except Exception:  # ragged lists, or shapes that are not known
        return None
