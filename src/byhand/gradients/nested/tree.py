"""The leaves of nested inputs: found, named, and replaced.

A path says where a leaf stands: the keys, indices and fields that lead to it, in order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.gradients.nested.containers import (
    Array,
    Path,
    entries_of,
    fields_of,
    remade,
)
from byhand.gradients.nested.values import numbers_of

MAX_DEPTH = 100  # far above what anybody nests, far below where Python gives up


@dataclass(frozen=True, eq=False)
class Leaf:
    """What stands in one place of nested inputs.

    Attributes
    ----------
    name : str
        As reports print it: "x", "W1", "params.W1" or "ps[0]", in one line.
    path : tuple
        The keys, indices and fields that lead to it.
    value : object
        What stands there, as it was given.
    array : ndarray or None
        Its numbers; None if it holds none, as a string or a sparse matrix.
    """

    name: str
    path: Path
    value: Any
    array: Array | None

    @property
    def real(self) -> bool:
        """Whether it holds floating or complex numbers, so that it has a gradient."""
        return self.array is not None and self.array.dtype.kind in "fc"

    @property
    def whole(self) -> bool:
        """Whether it holds whole numbers or booleans, which seldom have a gradient."""
        return self.array is not None and self.array.dtype.kind in "iub"

    @property
    def numbers(self) -> Array:
        """The numbers of a leaf that is known to hold some."""
        if self.array is None:
            raise TypeError(f"{self.name} holds no numbers, and so it has no gradient")
        return self.array


def leaves(inputs: Any, names: Sequence[str] = ()) -> list[Leaf]:
    """Return every leaf of nested inputs, in order; constants, too.

    Parameters
    ----------
    inputs : object
        Arrays, tensors, numbers and constants, in any nesting. A list of nothing but
        numbers, or of such lists of one length, is one array.
    names : sequence of str
        Names of a function's arguments: for the entries of a tuple or list, or, if
        `inputs` is neither, one name.

    Returns
    -------
    list of Leaf
        Named "x", "W1", "params.W1" or "ps[0]"; without `names`, "inputs[0]" or "x".

    Raises
    ------
    TypeError
        If a masked array stands among them, or an array of objects that are numbers.
    ValueError
        If a container holds itself, or they are nested more than 100 deep.

    Examples
    --------
    >>> import numpy as np
    >>> inputs = (np.ones((2, 3)), {"W": np.ones(3), "kind": "l2"})
    >>> [leaf.name for leaf in leaves(inputs, ["x", "params"])]
    ['x', 'params.W', 'params.kind']
    """
    return [
        Leaf(name, path, value, numbers_of(value, name))
        for name, path, value in _named_walk(inputs, names)
    ]


def walk(inputs: Any) -> Iterator[tuple[Path, Any]]:
    """Yield path and value of every leaf, without looking into the values.

    Parameters
    ----------
    inputs : object
        As for `leaves`. The values may be tensors whose numbers are not known yet.

    Raises
    ------
    ValueError
        As `leaves`.
    """
    for _, path, value in _named_walk(inputs, ()):
        yield path, value


def replaced(inputs: Any, values: Mapping[Path, Any]) -> Any:
    """Return the same nesting, in containers of the same types, with other leaves.

    Parameters
    ----------
    inputs : object
        As for `leaves`.
    values : mapping of path to object
        What stands there instead; every other leaf stays.

    Returns
    -------
    object
        New containers, so that whoever changes one leaves `inputs` alone. A mapping
        that cannot be made from a dictionary becomes a dictionary.
    """
    return _replaced(inputs, (), values)


def visible(text: str) -> str:
    """Return text in one line, with whatever does not print as an escape."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def _replaced(value: Any, path: Path, values: Mapping[Path, Any]) -> Any:
    if path in values:
        return values[path]
    parts = entries_of(value, path)
    if parts is None:
        return value
    keys = [key for key, _ in parts]
    entries = [_replaced(entry, (*path, key), values) for key, entry in parts]
    return remade(value, keys, entries)


def _named_walk(inputs: Any, names: Sequence[str]) -> Iterator[tuple[str, Path, Any]]:
    """Yield name, path and value of every leaf."""
    parts = entries_of(inputs, ())
    named = isinstance(inputs, Mapping) or fields_of(inputs) is not None
    if parts is None or named or isinstance(inputs, np.ndarray):
        alone = names[0] if names else "x"
        yield from _walk_below(inputs, "" if named else alone, (), ())
        return
    for key, entry in parts:
        name = names[key] if key < len(names) else f"inputs[{key}]"
        yield from _walk_below(entry, visible(name), (key,), (id(inputs),))


def _walk_below(
    value: Any, name: str, path: Path, above: tuple[int, ...]
) -> Iterator[tuple[str, Path, Any]]:
    """Yield name, path and value of every leaf of one entry."""
    if id(value) in above:
        _refuse_depth(value, name, "holds itself")
    parts = entries_of(value, path)
    if parts is None:
        yield name, path, value
        return
    if len(path) >= MAX_DEPTH:
        _refuse_depth(value, name, f"is nested more than {MAX_DEPTH} deep")
    indexed = isinstance(value, list | tuple | deque | np.ndarray)
    indexed = indexed and fields_of(value) is None
    for key, entry in parts:
        below = _name_below(name, key, indexed=indexed)
        yield from _walk_below(entry, below, (*path, key), (*above, id(value)))


def _name_below(name: str, key: Any, *, indexed: bool) -> str:
    """Return the name of an entry of a container."""
    if indexed:
        shown = ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)
        return f"{name}[{shown}]"
    shown = visible(str(key))
    return f"{name}.{shown}" if name else shown


def _refuse_depth(value: Any, name: str, fault: str) -> None:
    short = name if len(name) <= 40 else f"{name[:40]}..."
    raise ValueError(
        f"the {type(value).__name__} {short or 'of inputs'} {fault}; give the arrays "
        "in containers that end, such as one dictionary"
    )
