"""How a function takes its inputs: one after another, one container, or by name."""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from byhand.gradients import frameworks
from byhand.gradients.nested import (
    Array,
    Leaf,
    MisfitError,
    Path,
    gradient_row,
    leaves,
    match_gradients,
    replaced,
)

Arrays = Mapping[Path, Array]
Function = Callable[..., Any]
Passing = Literal["several", "one", "by name"]


@dataclass(frozen=True)
class Inputs:
    """Inputs as one function and its gradient take them.

    Attributes
    ----------
    nest : object
        The inputs; where it is a tuple, one argument after another.
    leaves : tuple of Leaf
        Of `nest`.
    passing : {"several", "one", "by name"}
        Whether `nest` holds the arguments, is the argument, or has their names.
    extra : tuple
        Constants behind the inputs.
    batched : bool
        Whether fn takes several points at once.
    wrt : tuple of str
        Names of the leaves that a gradient is asked for; none for all.
    """

    nest: Any
    leaves: tuple[Leaf, ...]
    passing: Passing
    extra: tuple[Any, ...]
    batched: bool
    wrt: tuple[str, ...]

    @property
    def numeric(self) -> list[Leaf]:
        """The leaves that hold numbers."""
        return [leaf for leaf in self.leaves if leaf.array is not None]

    @property
    def asked(self) -> list[Leaf]:
        """The leaves that a gradient is asked for: all, if none is named."""
        return [leaf for leaf in self.numeric if self._names(leaf)] or self.numeric

    def _names(self, leaf: Leaf) -> bool:
        """Return whether wrt names a leaf, or a container that it is in."""
        return any(
            leaf.name == name or leaf.name.startswith((f"{name}.", f"{name}["))
            for name in self.wrt
        )

    def copies(self) -> dict[Path, Array]:
        """Return the numbers of all leaves, for a function that may change them."""
        return {leaf.path: np.array(leaf.array) for leaf in self.numeric}

    def filled(self, arrays: Arrays) -> Any:
        """Return the inputs with the numbers of arrays, in the types they came in."""
        values = {
            leaf.path: as_given(leaf.value, arrays[leaf.path])
            for leaf in self.leaves
            if leaf.path in arrays
        }
        return replaced(self.nest, values)

    def call(self, function: Function, nest: Any, *before: Any, role: str) -> Any:
        """Call a function with filled inputs, behind what comes before them."""
        arguments, keywords = _split(nest, self.passing)
        arguments = (*before, *arguments, *self.extra)
        try:
            return function(*arguments, **keywords)
        except TypeError as error:
            if binds(function, len(arguments), keywords) is not False:
                raise
            raise TypeError(
                f"{role} takes {inspect.signature(function)} and is given "
                f"{_arguments_in_words(len(arguments), keywords)}; give an entry of "
                "inputs for each argument, or fix the others with args= or "
                "functools.partial"
            ) from error

    def takes(self, function: Function, before: int) -> bool | None:
        """Return whether a function takes the inputs; None if that is not known."""
        arguments, keywords = _split(self.nest, self.passing)
        count = before + len(arguments) + len(self.extra)
        return binds(function, count, keywords)

    def match(self, returned: Any) -> dict[Path, Any]:
        """Return the entry of each leaf from what a gradient returned.

        What belongs to no leaf is among them, unless wrt names what is asked for.
        """
        found = match_gradients(returned, self.nest, self.asked)
        if not self.wrt:
            return found
        paths = {leaf.path for leaf in self.leaves}
        return {path: entry for path, entry in found.items() if path in paths}

    def fits(self, returned: Any) -> bool:
        """Return whether a value is nested and shaped as gradients of the inputs."""
        try:
            return self.accept(self.match(returned))
        except MisfitError:
            return False

    def accept(self, entries: Mapping[Path, Any]) -> bool:
        """Return whether entries are numbers in the shapes of their leaves."""
        by_path = {leaf.path: leaf for leaf in self.leaves}
        try:
            for path, entry in entries.items():
                if entry is not None and path in by_path:
                    gradient_row(entry, by_path[path])
        except MisfitError:
            return False
        return True


def ways_to_pass(
    fn: Function,
    taker: Function | None,
    inputs: Any,
    *,
    before: int,
    args: Any,
    batched: bool,
    wrt: str | Sequence[str] | None,
) -> list[Inputs]:
    """Return inputs as functions take them: in one way, or two for some lists.

    Parameters
    ----------
    fn : callable
        The function.
    taker : callable or None
        Its gradient, if that takes the inputs as well.
    inputs : object
        As `written` takes them.
    before : int
        How many arguments the gradient takes before the inputs.
    args : tuple
        Constants behind the inputs.
    batched : bool
        Whether `fn` takes several points at once.
    wrt : str or sequence of str, optional
        Names of the leaves that a gradient is asked for.

    Raises
    ------
    ValueError
        If there are no inputs, or their nesting has no end.
    """
    if isinstance(inputs, list | tuple | Mapping) and not inputs:
        raise ValueError("inputs are empty; give at least one array")
    if isinstance(inputs, list) and all(map(is_number, inputs)):
        inputs = np.asarray(inputs)
    extra = args if isinstance(args, tuple) else (args,)
    asked = [wrt] if isinstance(wrt, str) else wrt
    found = []
    for passing in _passings(fn, taker, inputs, before, len(extra)):
        nest = _nest(inputs, passing)
        names = _argument_names(fn, taker, before, inputs, passing)
        found.append(
            Inputs(
                nest=nest,
                leaves=tuple(leaves(nest, names)),
                passing=passing,
                extra=extra,
                batched=batched,
                wrt=tuple(map(str, asked)) if isinstance(asked, Sequence) else (),
            )
        )
    return found


def as_given(value: Any, array: Array) -> Any:
    """Return an array as what a value is: a tensor, a number, a tuple or an array.

    Whole numbers in no array, such as an axis or strides, stay what they are.
    """
    if isinstance(value, np.ndarray):
        return array
    if frameworks.framework(value) is not None:
        return frameworks.from_numpy(array, value)
    if not isinstance(value, tuple) and not is_number(value):
        return array
    if array.dtype.kind in "iub":
        return value
    several_points = array.ndim != np.ndim(value)
    return array if several_points else _as_tuple(value, array)


def _as_tuple(value: Any, array: Any) -> Any:
    """Return an array as the nested tuples that a value is, and numbers as NumPy's."""
    if not isinstance(value, tuple | list):
        return array[()]
    entries = [_as_tuple(*pair) for pair in zip(value, array, strict=True)]
    return tuple(entries) if isinstance(value, tuple) else entries


def _nest(inputs: Any, passing: Passing) -> Any:
    """Return inputs so that a plain tuple is one argument after another."""
    if passing == "several":
        return tuple(inputs)
    of_objects = isinstance(inputs, np.ndarray) and inputs.dtype == object
    if isinstance(inputs, list | deque) or _is_plain_tuple(inputs) or of_objects:
        return (inputs,)
    return inputs


def _is_plain_tuple(value: Any) -> bool:
    return isinstance(value, tuple) and not hasattr(value, "_fields")


def _split(nest: Any, passing: Passing) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return a nest as arguments in order and arguments by name."""
    if passing == "by name":
        return (), dict(nest)
    return (nest if _is_plain_tuple(nest) else (nest,)), {}


def _passings(
    fn: Function, taker: Function | None, inputs: Any, before: int, extra: int
) -> list[Passing]:
    """Return how to pass inputs: one way, or two for a list that fits in two."""
    ways = _possible_passings(inputs)
    fitting = [way for way in ways if _fits(fn, inputs, way, extra)]
    if taker is not None:
        besides = before + extra
        both = [way for way in fitting if _fits(taker, inputs, way, besides)]
        fitting = both or fitting
    return (fitting or ways)[: 2 if isinstance(inputs, list) else 1]


def _possible_passings(inputs: Any) -> list[Passing]:
    """Return the ways to pass inputs of a type, the usual one first."""
    if _is_plain_tuple(inputs) or isinstance(inputs, list):
        return ["several", "one"]
    if isinstance(inputs, tuple):
        return ["one", "several"]
    if isinstance(inputs, Mapping) and all(isinstance(key, str) for key in inputs):
        return ["one", "by name"]
    return ["one"]


def _fits(function: Function, inputs: Any, passing: Passing, besides: int) -> bool:
    """Return whether a function takes inputs in some way, as far as can be known."""
    arguments, keywords = _split(_nest(inputs, passing), passing)
    return binds(function, besides + len(arguments), keywords) is not False


def binds(function: Function, count: int, keywords: Iterable[str]) -> bool | None:
    """Return whether a function takes so many arguments in order, and some by name.

    None if its signature cannot be inspected.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(*range(count), **dict.fromkeys(keywords))
    except TypeError:
        return False
    return True


def _arguments_in_words(count: int, keywords: Iterable[str]) -> str:
    named = ", ".join(keywords)
    parts = [f"{count} argument{'' if count == 1 else 's'} in order"] if count else []
    return " and ".join([*parts, f"{named} by name"] if named else parts)


def _argument_names(
    fn: Function, taker: Function | None, before: int, inputs: Any, passing: Passing
) -> list[str]:
    """Return the names of the arguments that inputs are passed as."""
    if hasattr(inputs, "_fields"):
        return list(inputs._fields)
    count = len(inputs) if passing == "several" else 1
    names = _positional(fn)
    if len(names) < count and taker is not None:
        names = _positional(taker)[before:]
    if len(names) >= count:
        return names[:count]
    return ["inputs"] if isinstance(inputs, list) and passing == "one" else []


def _positional(function: Function) -> list[str]:
    """Return the names of a function's arguments that may come in order."""
    owner: Any = getattr(function, "__self__", None)
    if getattr(function, "__name__", "") == "apply" and hasattr(owner, "forward"):
        # torch.autograd.Function.apply takes anything, and passes it on to forward.
        return [name for name in _positional(owner.forward) if name != "ctx"]
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [one.name for one in parameters if one.kind in kinds]


def is_number(value: Any) -> bool:
    """Return whether a value is a number of Python or NumPy, and no array."""
    return isinstance(value, bool | int | float | complex | np.number | np.bool_)
