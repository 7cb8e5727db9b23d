"""Symbolic tensors, what a layer is called with, and the calls that made them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    # None for an open batch; int or Size for every other axis. A shape of which not
    # even the number of axes is known is None.
    Shape = tuple[Any, ...]
else:
    Shape = tuple


# What the axes between batch and channels are called, by their number.
AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


class Arguments:
    """What a layer is called with: tensors, alone or in lists and dicts, and options.

    Parameters
    ----------
    given : sequence
        Arguments by position.
    named : mapping of str to object, optional
        Arguments by name.
    takes : sequence of str
        The names of the first arguments by position.

    Attributes
    ----------
    tensors : list of Tensor
        Every tensor, in order.
    roles : list of str
        The name of the argument that each tensor stands in.
    """

    __slots__ = ("_takes", "given", "named", "roles", "tensors")

    def __init__(
        self,
        given: Sequence[Any] = (),
        named: Mapping[str, Any] | None = None,
        takes: Sequence[str] = (),
    ) -> None:
        self.given = tuple(given)
        self.named = dict(named or {})
        self._takes = tuple(takes)
        self.tensors: list[Tensor] = []
        self.roles: list[str] = []
        for role, value in self._items():
            found = list(tensors_in(value))
            self.tensors += found
            self.roles += [role] * len(found)

    def values(self) -> list[Any]:
        """Return every argument, those by position first."""
        return [*self.given, *self.named.values()]

    def _items(self) -> Iterator[tuple[str, Any]]:
        """Yield each argument under its name; those without one are called "more"."""
        for position, value in enumerate(self.given):
            known = position < len(self._takes)
            yield (self._takes[position] if known else "more"), value
        yield from self.named.items()

    def get(self, name: str, default: Any = None) -> Any:
        """Return an argument by its name."""
        for role, value in self._items():
            if role == name:
                return value
        return default

    def replaced(self, tensors: Sequence[Tensor]) -> Arguments:
        """Return the same arguments with other tensors, one for each."""
        rest = iter(tensors)
        given = [_filled(value, rest) for value in self.given]
        named = {name: _filled(value, rest) for name, value in self.named.items()}
        return Arguments(given, named, self._takes)

    def __repr__(self) -> str:
        shown = [repr(value) for value in self.given]
        shown += [f"{name}={value!r}" for name, value in self.named.items()]
        return f"Arguments({', '.join(shown)})"


class Call:
    """One use of a layer: the layer, what it received and what came out.

    Attributes
    ----------
    layer : Layer
        The layer; a shared layer stands in several calls.
    arguments : Arguments
        What it was called with.
    inputs : list of Tensor
        The tensors it received, in order.
    outcome : Outcome
        What the layer made of the shapes.
    outputs : list of Tensor
        The tensors that came out.
    """

    __slots__ = ("arguments", "layer", "outcome", "outputs")

    def __init__(self, layer: Any, arguments: Arguments, outcome: Any) -> None:
        self.layer = layer
        self.arguments = arguments
        self.outcome = outcome
        self.outputs = [
            Tensor(shape, self, index) for index, shape in enumerate(outcome.shapes)
        ]

    @property
    def inputs(self) -> list[Tensor]:
        """The tensors it received, in order."""
        return self.arguments.tensors

    def __repr__(self) -> str:
        shapes = ", ".join(show(tensor.shape) for tensor in self.outputs)
        return f"Call({self.layer.label!r} -> {shapes})"


class Tensor:
    """A symbolic tensor: a shape, and the call that it came out of.

    Arithmetic, comparisons and indexing give further tensors, as in Keras.

    Attributes
    ----------
    shape : tuple or None
        None for an open batch; a number or a `Size` for every other axis. None for
        all of it where not even the number of axes is known.
    call : Call or None
        None for an input of the network, and for a layer's own weight.
    weight : WeightSpec or None
        The weight that it stands for.
    """

    __slots__ = ("call", "dtype", "index", "name", "shape", "weight")

    def __init__(
        self,
        shape: Shape | None,
        call: Call | None = None,
        index: int = 0,
        name: str | None = None,
        *,
        dtype: str = "float32",
        weight: Any = None,
    ) -> None:
        self.shape = shape
        self.call = call
        self.index = index
        self.name = name
        self.dtype = dtype
        self.weight = weight

    def __repr__(self) -> str:
        return f"Tensor(shape={show(self.shape)})"

    @property
    def ndim(self) -> int | None:
        """The number of axes; None where it is not known."""
        return None if self.shape is None else len(self.shape)


def show(shape: Shape | None) -> str:
    """Return a shape as Keras prints it; "?" for one that is not known."""
    if shape is None:
        return "?"
    inner = ", ".join(str(length) for length in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"


def tensors_in(value: Any) -> Iterator[Tensor]:
    """Yield the tensors of a nested structure, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from tensors_in(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from tensors_in(part)


def replaced(value: Any, tensors: Sequence[Tensor]) -> Any:
    """Return a nested structure with other tensors, one for each of its own."""
    return _filled(value, iter(tensors))


def _filled(value: Any, tensors: Iterator[Tensor]) -> Any:
    """Return a nested structure with the next tensors in place of its own."""
    if isinstance(value, Tensor):
        return next(tensors)
    if isinstance(value, list):
        return [_filled(part, tensors) for part in value]
    if isinstance(value, tuple):
        return tuple(_filled(part, tensors) for part in value)
    if isinstance(value, dict):
        return {key: _filled(part, tensors) for key, part in value.items()}
    return value


def calls_before(outputs: Sequence[Tensor]) -> list[Call]:
    """Return every call that the tensors come from, each after those it needs."""
    order: list[Call] = []
    seen: set[int] = set()
    stack: list[tuple[Call, bool]] = [
        (tensor.call, False) for tensor in reversed(outputs) if tensor.call
    ]
    while stack:
        call, ready = stack.pop()
        if ready:
            order.append(call)
            continue
        if id(call) in seen:
            continue
        seen.add(id(call))
        stack.append((call, True))
        stack.extend(
            (tensor.call, False) for tensor in reversed(call.inputs) if tensor.call
        )
    return order
