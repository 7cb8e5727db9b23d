"""Symbolic tensors and the calls that made them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing costs more than all of this package
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    Shape = tuple[Any, ...]  # None for the batch; int or Size for every other axis
else:
    Shape = tuple


# What the axes between batch and channels are called, by their number.
AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


class Call:
    """One use of a layer: the layer, what it received and what came out.

    Attributes
    ----------
    layer : Layer
        The layer; a shared layer stands in several calls.
    inputs : list of Tensor
        The tensors it received, in order.
    roles : list of str
        The name of the argument that each tensor was given as.
    options : dict
        Other arguments of the call.
    outcome : Outcome
        What the layer made of the shapes.
    outputs : list of Tensor
        The tensors that came out.
    """

    __slots__ = ("inputs", "layer", "options", "outcome", "outputs", "roles")

    def __init__(
        self,
        layer: Any,
        inputs: Sequence[Tensor],
        roles: Sequence[str],
        options: Mapping[str, Any],
        outcome: Any,
    ) -> None:
        self.layer = layer
        self.inputs = list(inputs)
        self.roles = list(roles)
        self.options = dict(options)
        self.outcome = outcome
        self.outputs = [
            Tensor(shape, self, index) for index, shape in enumerate(outcome.shapes)
        ]


class Tensor:
    """A symbolic tensor: a shape, and the call that it came out of.

    Attributes
    ----------
    shape : tuple
        None for the batch; a number or a `Size` for every other axis.
    call : Call or None
        None for an input of the network.
    """

    __slots__ = ("call", "index", "name", "shape")

    def __init__(
        self,
        shape: Shape,
        call: Call | None = None,
        index: int = 0,
        name: str | None = None,
    ) -> None:
        self.shape = shape
        self.call = call
        self.index = index
        self.name = name

    def __repr__(self) -> str:
        return f"Tensor(shape={self.shape})"


def show(shape: Shape) -> str:
    """Return a shape as Keras prints it."""
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
