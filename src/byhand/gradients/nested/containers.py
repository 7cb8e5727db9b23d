"""Containers of every kind: what is in them, and the same kind with something else.

A container is a tuple (at the top, the arguments of a function), a list, a deque, a
mapping, a named tuple, a dataclass, a SimpleNamespace, or an array of objects; whatever
else stands in one is a leaf. A list of nothing but numbers is an array, and a leaf.
"""

from __future__ import annotations

import copy
import dataclasses
from collections import deque
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.gradients.nested.values import is_tensor

Array = NDArray[Any]
Path = tuple[Any, ...]
Shape = tuple[int, ...]

MAX_AXES = 64  # of an array of NumPy


def entries_of(value: Any, path: Path) -> list[tuple[Any, Any]] | None:
    """Return keys and entries of a container; None for a leaf."""
    if isinstance(value, Mapping):
        return list(value.items())
    fields = fields_of(value)
    if fields is not None:
        return [(field, getattr(value, field)) for field in fields]
    if isinstance(value, np.ndarray):
        return _entries_of_objects(value)
    if not isinstance(value, list | tuple | deque):
        return None
    arguments = isinstance(value, tuple) and not path
    if not arguments and shape_of_numbers(value) is not None:
        return None
    return list(enumerate(value))


def fields_of(value: Any) -> list[str] | None:
    """Return the fields of a named tuple, a dataclass or a namespace."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return list(value._fields)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        return [name for name in names if hasattr(value, name)]
    if isinstance(value, SimpleNamespace):
        return list(vars(value))
    return None


def _entries_of_objects(value: Array) -> list[tuple[Any, Any]] | None:
    """Return the entries of an array of objects, if some of them hold arrays."""
    if value.dtype != object or value.ndim == 0:
        return None
    keys = range(len(value)) if value.ndim == 1 else np.ndindex(value.shape)
    entries = [(key, value[key]) for key in keys]
    holds_arrays = any(
        isinstance(entry, np.ndarray)
        or is_tensor(entry)
        or entries_of(entry, (0,)) is not None
        or (isinstance(entry, list | tuple) and shape_of_numbers(entry) is not None)
        for _, entry in entries
    )
    return entries if holds_arrays else None


def shape_of_numbers(value: Any, depth: int = 0) -> Shape | None:
    """Return the shape of nested lists of numbers; None if they are anything else."""
    if isinstance(value, bool | int | float | complex | np.number | np.bool_):
        return ()
    if not isinstance(value, list | tuple | deque) or hasattr(value, "_fields"):
        return None
    if not value or depth == MAX_AXES:
        return None
    first = shape_of_numbers(value[0], depth + 1)
    if first is None:
        return None
    alike = all(shape_of_numbers(entry, depth + 1) == first for entry in value)
    return (len(value), *first) if alike else None


def remade(value: Any, keys: Sequence[Any], entries: Sequence[Any]) -> Any:
    """Return a container of the same type with other entries."""
    if isinstance(value, Mapping):
        return _remade_mapping(value, dict(zip(keys, entries, strict=True)))
    if isinstance(value, tuple):
        if hasattr(value, "_make"):
            return value._make(entries)
        return tuple(entries) if type(value) is tuple else type(value)(entries)
    if isinstance(value, deque):
        return type(value)(entries, value.maxlen)
    if isinstance(value, list):
        copied = copy.copy(value)
        copied[:] = entries
        return copied
    if isinstance(value, np.ndarray):
        array = np.empty(value.shape, dtype=object)
        for key, entry in zip(keys, entries, strict=True):
            array[key] = entry
        return array
    made = copy.copy(value)
    for field, entry in zip(keys, entries, strict=True):
        object.__setattr__(made, field, entry)  # frozen ones refuse setattr
    return made


def _remade_mapping(value: Mapping[Any, Any], entries: dict[Any, Any]) -> Any:
    if type(value) is dict:
        return entries
    if isinstance(value, dict):
        made = copy.copy(value)
        made.update(entries)
        return made
    try:
        return type(value)(entries)  # type: ignore[call-arg]
    except Exception:  # whatever a constructor of its own kind may raise
        return entries
