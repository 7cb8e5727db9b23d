"""The layers of a PyTorch module's network: its modules, and the functions it calls."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.base import Layer
from byhand.shapes.live_torch.lengths import (
    Batch,
    BatchElsewhereError,
    MissingAxisError,
    hidden,
    shown,
)
from byhand.shapes.network import Network
from byhand.shapes.outcome import UNKNOWN, Inner, Outcome, WeightSpec, inside
from byhand.shapes.tensor import Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from byhand.shapes.tensor import Arguments, Call, Shape


class TorchLayer(Layer):
    """A module, or a function that a `forward` calls.

    Attributes
    ----------
    children : list of TorchLayer
        The modules that a module holds.
    """

    _takes_ = ()
    _costs_are_for_one_ = True

    def __init__(
        self, kind: str, name: str, weights: Sequence[WeightSpec] = ()
    ) -> None:
        self._kind = kind
        self.name = name
        self.weights = list(weights)
        self.children: list[TorchLayer] = []

    @property
    def _kind_(self) -> str:
        """The name of its class, or of the function."""
        return self._kind

    @property
    def _inner_layers_(self) -> list[Layer]:
        """The modules that it holds, called or not."""
        return list(self.children)


class Step(TorchLayer):
    """One of PyTorch's modules or functions, by its rule.

    Attributes
    ----------
    rule : callable
        Takes the lengths of the inputs, returns an `Outcome` in such lengths, and
        where there are several outputs how they are given.
    refused : type or None
        Why it refused an input, where that may be the batch's fault.
    pack : callable or None
        Makes what the caller gets of the outputs; None for the one of a single one.
    """

    def __init__(
        self,
        kind: str,
        name: str,
        rule: Callable[[list[Any]], Any],
        batch: Batch | None,
        weights: Sequence[WeightSpec] = (),
        *,
        several: int = 1,
        pack: Callable[..., Any] | None = None,
    ) -> None:
        super().__init__(kind, name, weights)
        self.rule = rule
        self.refused: type[ShapeError] | None = None
        self.pack = pack
        self._batch = batch
        self._several = several

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """What the rule makes of the lengths."""
        try:
            result = self.rule([hidden(shape, self._batch) for shape in shapes])
        except (MissingAxisError, BatchElsewhereError) as error:
            self.refused = type(error)
            raise
        if isinstance(result, tuple):
            result, self.pack = result
        outcome: Outcome = result
        outcome.shapes = [
            None if lengths is None else shown(lengths) for lengths in outcome.shapes
        ]
        return outcome

    def _infer_unknown_(self) -> Outcome:
        """As many outputs as it has, of unknown shapes."""
        macs = None if self._specs_ else Formula("0")
        return Outcome([None] * self._several, macs=macs, field=UNKNOWN)


class Block(TorchLayer):
    """A module that is made of others, by the calls of its `forward`."""

    def __init__(
        self, kind: str, name: str, weights: Sequence[WeightSpec] = ()
    ) -> None:
        super().__init__(kind, name, weights)
        self._ready: Outcome | None = None

    def give(self, outcome: Outcome) -> None:
        """Take what the next call is to make: its `forward` has just been run."""
        self._ready = outcome
        self._last = outcome

    def _infer_unknown_(self) -> Outcome:
        """What its `forward` made of it."""
        return self._infer_([], None)

    def _infer_(self, shapes: Sequence[Shape], arguments: Any) -> Outcome:
        """What its `forward` made, or its calls make of other shapes."""
        if self._ready is not None:
            outcome, self._ready = self._ready, None
            return outcome
        inner = self._last.inner
        if inner is None:
            raise ShapeError("what it makes of other shapes is not known")
        return inside(rerun(inner, shapes))


def rerun(inner: Inner, shapes: Sequence[Shape]) -> Inner:
    """Return the same calls for other shapes of the inputs."""
    starts = [
        Tensor(shape, name=tensor.name)
        for tensor, shape in zip(inner.inputs, shapes, strict=True)
    ]
    at = {id(old): new for old, new in zip(inner.inputs, starts, strict=True)}
    calls = []
    for call in inner.calls:
        given = [at.get(id(tensor), tensor) for tensor in call.inputs]
        done = call.layer._apply_(call.arguments.replaced(given))
        calls.append(done)
        for old, new in zip(call.outputs, done.outputs, strict=True):
            at[id(old)] = new
    return Inner(starts, calls, [at[id(tensor)] for tensor in inner.outputs])


class TorchNetwork(Network):
    """The network of a PyTorch module.

    Every call of its `forward` counts, also one of which nothing is used.
    """

    _channels_first_ = True

    def __init__(
        self,
        kind: str,
        inner: Inner,
        *,
        weights: Sequence[WeightSpec],
        children: Sequence[Layer],
    ) -> None:
        self._kind = kind
        self.name = kind
        self._inputs_ = inner.inputs
        self._outputs_ = inner.outputs
        self.weights = list(weights)
        self._inferred_ = {}
        self._calls = inner.calls
        self._children = list(children)

    @property
    def _kind_(self) -> str:
        """The name of the module's class."""
        return self._kind

    @property
    def _calls_(self) -> list[Call]:
        """Every call of a module or a function, in order."""
        return list(self._calls)

    @property
    def layers(self) -> list[Any]:
        """The modules that it holds, called or not."""
        return list(self._children)

    def _run_(self, shapes: Sequence[Shape]) -> Outcome:
        """Run every call on new shapes."""
        graph = Inner(self._inputs_, self._calls, self._outputs_)
        return inside(rerun(graph, shapes))
