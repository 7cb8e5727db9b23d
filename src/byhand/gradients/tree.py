"""Arrays in tuples, lists and dictionaries, each under a name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Leaf:
    """One array of the inputs: its name, where it stands, and what it holds."""

    name: str
    path: tuple[Any, ...]
    array: Array

    @property
    def real(self) -> bool:
        """Whether it holds floating or complex numbers, so that it has a gradient."""
        return self.array.dtype.kind in "fc"


def leaves(inputs: Any, names: Sequence[str] = ()) -> list[Leaf]:
    """Return every array of nested inputs, in order.

    Parameters
    ----------
    inputs : array_like, tuple, list or dict
        Arrays, in any nesting; a tuple or list holds what a function is called with.
    names : sequence of str
        Names of a function's arguments, for the entries of a tuple or list.

    Returns
    -------
    list of Leaf
        With names such as "x", "W1" or "params.W1".
    """
    if isinstance(inputs, tuple | list):
        found = []
        for k, part in enumerate(inputs):
            name = names[k] if k < len(names) else f"inputs[{k}]"
            found += _walk(part, name, (k,))
        return found
    if isinstance(inputs, dict):
        return _walk(inputs, "", ())
    return _walk(inputs, names[0] if names else "x", ())


def _walk(value: Any, name: str, path: tuple[Any, ...]) -> list[Leaf]:
    if isinstance(value, dict):
        found = []
        for key, part in value.items():
            found += _walk(part, f"{name}.{key}" if name else str(key), (*path, key))
        return found
    if isinstance(value, tuple | list) and any(
        isinstance(part, np.ndarray | dict | tuple | list) for part in value
    ):
        found = []
        for k, part in enumerate(value):
            found += _walk(part, f"{name}[{k}]", (*path, k))
        return found
    array = np.asarray(value)
    if array.dtype.kind not in "fciub":
        raise TypeError(
            f"{name} must hold numbers, got {type(value).__name__} of dtype "
            f"{array.dtype}; convert it with np.asarray(..., dtype=float)"
        )
    return [Leaf(name, path, array)]


def replaced(inputs: Any, arrays: dict[tuple[Any, ...], Any]) -> Any:
    """Return the same nesting with other arrays in it."""

    def made(value: Any, path: tuple[Any, ...]) -> Any:
        if path in arrays:
            return arrays[path]
        if isinstance(value, dict):
            return {key: made(part, (*path, key)) for key, part in value.items()}
        if isinstance(value, tuple | list):
            parts = [made(part, (*path, k)) for k, part in enumerate(value)]
            return tuple(parts) if isinstance(value, tuple) else parts
        return value

    return made(inputs, ())


def call(fn: Callable[..., Any], inputs: Any, *before: Any) -> Any:
    """Call a function with inputs: a tuple or list is what it takes in order."""
    if isinstance(inputs, tuple | list):
        return fn(*before, *inputs)
    return fn(*before, inputs)


def argument_names(fn: Callable[..., Any], count: int) -> list[str]:
    """Return the names of a function's first arguments, where it has that many."""
    try:
        parameters = list(inspect.signature(fn).parameters.values())
    except (TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [p.name for p in parameters if p.kind in kinds]
    return names[:count] if len(names) >= count else []


def norm(x: Array) -> float:
    """Return the root of the sum of squares, also where the squares overflow."""
    largest = float(np.max(np.abs(x), initial=0.0))
    if not (0 < largest < np.inf):
        return largest
    return largest * float(np.linalg.norm(x / largest))
