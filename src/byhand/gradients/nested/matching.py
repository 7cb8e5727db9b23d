"""Which of the gradients that were returned belongs to which input."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from byhand.gradients.nested.containers import (
    Path,
    Shape,
    entries_of,
    fields_of,
    shape_of_numbers,
)
from byhand.gradients.nested.naming import of_what
from byhand.gradients.nested.rows import MisfitError
from byhand.gradients.nested.tree import Leaf, leaves, visible
from byhand.gradients.nested.values import shape_of

Entry = TypeVar("Entry")

# How people name the gradient of a parameter W.
SPELLINGS = (
    "d{}",
    "d_{}",
    "grad_{}",
    "{}_grad",
    "grad{}",
    "{}.grad",
    "dL_d{}",
    "dLd{}",
    "dJ_d{}",
)


@dataclass(frozen=True)
class Unmatched:
    """What ends the path of a gradient that belongs to no input.

    Attributes
    ----------
    name : str
        What it was called where it was returned.
    """

    name: str


def match_gradients(
    returned: Any, inputs: Any, leaves: Sequence[Leaf]
) -> dict[Path, Any]:
    """Return which gradient belongs to which leaf, however they were returned.

    They may be nested as the inputs are; they may leave out the inputs that have none;
    one alone may come bare; and those of W may be called dW, grad_W, W_grad and so on.

    Parameters
    ----------
    returned : object
        What a gradient function returned.
    inputs : object
        What the function takes, as for `leaves`.
    leaves : sequence of Leaf
        Those of `inputs` that a gradient is asked for.

    Returns
    -------
    dict of path to object
        The entry of each leaf that was found. A leaf is not among them if nothing was
        returned for it, and its entry is None if None was. What was returned beside
        them, under the name of a gradient of nothing that there is, comes under paths
        that end in `Unmatched`.

    Raises
    ------
    MisfitError
        If they cannot be told apart: too many, too few, in another order, or with names
        that no input has.
    """
    asked = [leaf for leaf in leaves if leaf.array is not None]
    found = _match(returned, inputs, (), asked)
    _refuse_another_order(found, asked)
    return found


@dataclass(frozen=True, eq=False)
class _Branch:
    """An entry of a container among the inputs, with the leaves that are asked for."""

    key: Any
    node: Any
    path: Path
    asked: list[Leaf]

    @property
    def real(self) -> list[Leaf]:
        """The leaves that have a gradient in any case."""
        return [leaf for leaf in self.asked if leaf.real]

    @property
    def is_leaf(self) -> bool:
        """Whether it is a leaf itself."""
        return len(self.asked) == 1 and self.asked[0].path == self.path

    @property
    def is_array(self) -> bool:
        """Whether it is one array with a gradient, and not a number by itself."""
        number = isinstance(self.node, bool | int | float | complex | np.generic)
        return self.is_leaf and self.asked[0].real and not number

    @property
    def label(self) -> Any:
        """What it is called: its key, or the name of the argument that it is."""
        if not isinstance(self.key, int) or not self.asked:
            return self.key
        name = self.asked[0].name
        return name if self.is_leaf else name.replace("[", ".").split(".")[0]

    def match(self, given: Any) -> dict[Path, Any]:
        """Return the entries of its leaves in what was returned for it."""
        return _match(given, self.node, self.path, self.asked)


def _match(given: Any, node: Any, path: Path, asked: list[Leaf]) -> dict[Path, Any]:
    """Return the entries of the leaves below one node of the inputs."""
    if not asked:
        return {}
    if given is None:
        return {leaf.path: None for leaf in asked}
    parts = entries_of(node, path)
    if parts is None:
        return _match_leaf(given, asked[0])
    branches = [
        _Branch(key, entry, (*path, key), _below(asked, (*path, key)))
        for key, entry in parts
    ]
    named = _named_entries(given)
    if named is not None:
        try:
            return _match_by_name(named, branches, asked)
        except MisfitError:
            if not isinstance(given, tuple):
                raise
    if isinstance(given, list | tuple | deque) or _is_object_array(given):
        return _match_by_order(_flat_list(given), branches, asked)
    return _match_bare(given, node, branches, asked)


def _below(asked: list[Leaf], path: Path) -> list[Leaf]:
    return [leaf for leaf in asked if leaf.path[: len(path)] == path]


def _match_by_name(
    named: Mapping[Any, Any], branches: Sequence[_Branch], asked: list[Leaf]
) -> dict[Path, Any]:
    """Match gradients in a dictionary, or in fields, by their names."""
    taken = {branch.key for branch in branches}
    names = {name for branch in branches for name in (branch.key, branch.label)}
    fault = MisfitError(_nothing_by_name(named, asked))
    found: dict[Path, Any] = {}
    used = []
    try:
        for branch in branches:
            for key in _named(named, (branch.key, branch.label), taken):
                found |= branch.match(named[key])
                used.append(key)
    except MisfitError as error:
        found, fault = {}, error
    if not found:
        names |= {name for leaf in asked for name in (leaf.name, leaf.path[-1])}
        ends = _match_ends(named, asked, taken)
        found = {path: named[key] for path, key in ends.items()}
        used = list(ends.values())
    if found:
        return found | _unmatched(named, used, names)
    # They may be those of the only input that has any: of the dictionary in (p, x).
    single = _only([branch for branch in branches if branch.real])
    if single is None or single.is_leaf:
        raise fault
    return single.match(named)


def _match_ends(
    named: Mapping[Any, Any], asked: list[Leaf], taken: set[Any]
) -> dict[Path, Any]:
    """Return the keys of gradients nested less deeply than the inputs.

    Such as "dW" for params.W.
    """
    ends = [leaf.path[-1] for leaf in asked]
    found: dict[Path, Any] = {}
    for leaf in asked:
        names = (leaf.name, leaf.path[-1]) if ends.count(leaf.path[-1]) == 1 else ()
        for key in _named(named, names, taken):
            found[leaf.path] = key
    return found


def _unmatched(
    named: Mapping[Any, Any], used: Sequence[Any], names: Iterable[Any]
) -> dict[Path, Any]:
    """Return the gradients of nothing that is among the inputs.

    Parameters
    ----------
    named : mapping
        What was returned.
    used : sequence
        The keys of the gradients that belong to inputs.
    names : iterable
        What the inputs are called.
    """
    known = {str(name) for name in names}
    known |= {spelling.format(name) for name in known for spelling in SPELLINGS}
    spelt = [key for key in used if isinstance(key, str) and of_what(key)]
    after_d = any(key.startswith("d") for key in spelt)
    found: dict[Path, Any] = {}
    for key, value in named.items():
        if not isinstance(key, str) or key in known or key in used:
            continue
        # Where the gradient of W is called W, that of c is called c.
        is_named_plainly = not spelt and isinstance(value, np.ndarray)
        is_gradient = is_named_plainly or of_what(key, beside=after_d)
        if is_gradient and any(leaf.real for leaf in leaves((value,))):
            found[Unmatched(visible(key)),] = value
    return found


def _named(
    entries: Mapping[Any, Any], names: Sequence[Any], taken: set[Any]
) -> list[Any]:
    """Return the key of the first name that has a gradient, in a list; or none.

    dW comes before W, as some keep the parameters beside their gradients; but not where
    an input is called dW itself.
    """
    for name in names:
        spelt = [spelling.format(name) for spelling in SPELLINGS]
        for key in [*(key for key in spelt if key not in taken), name]:
            if key in entries:
                return [key]
    return []


def _match_by_order(
    entries: list[Any], branches: Sequence[_Branch], asked: list[Leaf]
) -> dict[Path, Any]:
    """Match gradients in a tuple or list by their order."""
    only = _only([leaf for leaf in asked if leaf.real] or asked)
    if only is not None and shape_of_numbers(entries) == only.numbers.shape:
        return {only.path: entries}
    single = _only([branch for branch in branches if branch.real])
    if single is not None and len(branches) == 1:
        return _match_single(entries, single)
    for group in _groups(branches):
        if len(group) == len(entries):
            found: dict[Path, Any] = {}
            for branch, entry in zip(group, entries, strict=True):
                found |= branch.match(entry)
            return found
    real = [leaf for leaf in asked if leaf.real]
    matched: dict[Path, Any] = {}
    if len(real) == len(entries) > 1:
        for leaf, entry in zip(real, entries, strict=True):
            matched |= _match_leaf(entry, leaf)
        return matched
    if single is not None:
        return _match_single(entries, single)
    raise MisfitError(
        f"{_counted(len(entries), 'gradient')} returned for "
        f"{len(branches)} inputs: {_listed(branches)}"
    )


def _groups(branches: Sequence[_Branch]) -> Iterator[list[_Branch]]:
    """Yield the inputs that gradients in order may be for, the likeliest first."""
    yield list(branches)
    real = [branch for branch in branches if branch.real]
    yield real or [branch for branch in branches if branch.asked]
    # Settings beside the arrays: a number such as eps, or a dictionary of them.
    yield [branch for branch in branches if branch.is_array]


def _match_single(entries: list[Any], branch: _Branch) -> dict[Path, Any]:
    """Match gradients in order with the only input that has any.

    A list of one may hold the gradients of all inputs, or be the gradients of that
    input, which is a list itself.
    """
    if len(entries) != 1:
        return branch.match(entries)
    try:
        return branch.match(entries[0])
    except MisfitError:
        return branch.match(entries)


def _match_bare(
    given: Any, node: Any, branches: Sequence[_Branch], asked: list[Leaf]
) -> dict[Path, Any]:
    """Match one array, which may be one gradient, or hold one for each input."""
    only = _only([leaf for leaf in asked if leaf.real] or asked)
    if only is not None:
        return _match_leaf(given, only)
    shape = shape_of(given)
    if shape and shape[0] == len(branches) and _all_of_shape(branches, shape[1:]):
        return {branch.path: given[k] for k, branch in enumerate(branches)}
    array = _only([branch for branch in branches if branch.is_array])
    if array is not None:
        return array.match(given)
    kind = "tuple" if isinstance(node, tuple) else type(node).__name__
    raise MisfitError(
        f"the gradients came as {type(given).__name__}; expected a {kind} of "
        f"{len(branches)}, one for each of {_listed(branches)}"
    )


def _all_of_shape(branches: Sequence[_Branch], shape: Shape) -> bool:
    return all(
        branch.is_leaf and branch.asked[0].numbers.shape == shape for branch in branches
    )


def _match_leaf(given: Any, leaf: Leaf) -> dict[Path, Any]:
    """Return the entry of one leaf from what was returned for it."""
    named = _named_entries(given)
    if named is not None and not isinstance(given, tuple):
        names = (leaf.name, *leaf.path[-1:])
        for key in _named(named, names, set()):
            return {leaf.path: named[key]} | _unmatched(named, [key], names)
        raise MisfitError(_nothing_by_name(named, [leaf]))
    wrapped = isinstance(given, list | tuple | deque) and len(given) == 1
    if wrapped and (given[0] is None or shape_of(given[0]) == leaf.numbers.shape):
        return {leaf.path: given[0]}
    return {leaf.path: given}


def _named_entries(given: Any) -> Mapping[Any, Any] | None:
    """Return gradients that have names, in keys or fields, as a mapping."""
    if isinstance(given, Mapping):
        return given
    fields = fields_of(given)
    if fields is None:
        return None
    return {field: getattr(given, field) for field in fields}


def _is_object_array(given: Any) -> bool:
    return isinstance(given, np.ndarray) and given.ndim > 0 and given.dtype.hasobject


def _flat_list(given: Any) -> list[Any]:
    """Return the entries of a sequence, or of an array of objects in C order."""
    return list(given.flat) if isinstance(given, np.ndarray) else list(given)


def _only(entries: Sequence[Entry]) -> Entry | None:
    """Return the only entry, or None."""
    return entries[0] if len(entries) == 1 else None


def _refuse_another_order(found: Mapping[Path, Any], asked: Sequence[Leaf]) -> None:
    """Refuse gradients whose shapes are the inputs', but in another order."""
    pairs = [
        (leaf, shape_of(found[leaf.path]), leaf.numbers.shape)
        for leaf in asked
        if found.get(leaf.path) is not None
    ]
    given = [shape for _, shape, _ in pairs if shape is not None]
    expected = [shape for _, _, shape in pairs]
    if len(given) < len(expected) or sorted(given) != sorted(expected):
        return
    for leaf, shape, right in pairs:
        if shape != right:
            raise MisfitError(
                f"the gradient of {leaf.name} has shape {shape}, expected {right}: the "
                "gradients are returned in another order than the inputs"
            )


def _nothing_by_name(entries: Iterable[Any], asked: Sequence[Leaf]) -> str:
    """Return the words for names that belong to no input."""
    given = ", ".join(visible(str(key)) for key in list(entries)[:8]) or "nothing"
    name = asked[0].name
    last = name.rpartition(".")[2]
    others = f" (nor of {len(asked) - 1} others)" if len(asked) > 1 else ""
    return (
        f"there is no gradient of {name}{others} in what was returned, which holds "
        f"{given}; call it {last}, d{last} or {last}_grad"
    )


def _counted(count: int, word: str) -> str:
    return f"{count} {word} was" if count == 1 else f"{count} {word}s were"


def _listed(branches: Sequence[_Branch]) -> str:
    """Return the names of inputs, as many as fit in a line."""
    names = [
        f"inputs[{branch.label}]"
        if isinstance(branch.label, int)
        else visible(str(branch.label))
        for branch in branches
    ]
    return ", ".join([*names[:6], *(["..."] if len(names) > 6 else [])])
