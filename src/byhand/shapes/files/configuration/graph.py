"""The layers of a functional network, and its calls in an order that can be made."""

from __future__ import annotations

from byhand.shapes.errors import ReadError, ShapeError
from byhand.shapes.files import keras2, operations
from byhand.shapes.files.configuration.classes import is_operation
from byhand.shapes.files.configuration.faults import calling, field_of
from byhand.shapes.files.configuration.shapes import (
    as_shape,
    batch_shape_in,
    build_shape,
    tensor_for,
)
from byhand.shapes.files.keras2 import Source, sources_in
from byhand.shapes.layers.base import MOST_AXES, Layer
from byhand.shapes.layers.opaque import Opaque
from byhand.shapes.network import Network
from byhand.shapes.tensor import Tensor, tensors_in
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from byhand.shapes.files.configuration.reading import Reading


class Graph:
    """The layers of a functional network, and the calls that are still to be made."""

    def __init__(self, reading: Reading, where: str, depth: int) -> None:
        self.reading = reading
        self.where = where
        self.depth = depth
        self.outputs: dict[tuple[str, int], list[Any]] = {}
        self.entries: dict[str, Any] = {}
        self.made: dict[str, Layer] = {}
        self.waiting: dict[tuple[str, int], _Waiting] = {}
        self.calls: dict[str, int] = {}  # how often each layer is called
        self.tensors = 0  # that all its calls receive

    def add(self, spec: Any, inputs: Mapping[str, Any] | None) -> None:
        """Take one entry, an input with its shape in `inputs` if that is given."""
        config = spec.get("config") if isinstance(spec, dict) else None
        if isinstance(config, dict) and "name" not in spec:
            spec = {**spec, "name": config.get("name")}
        name = field_of(spec, "name", str, f"a layer of {self.where}")
        if name in self.entries:
            raise ReadError(f"{self.where} has two layers called {name!r}")
        self.entries[name] = spec
        if spec.get("class_name") == "InputLayer":
            shape = None if inputs is None else inputs.get(name)
            anew = shape is not None
            shape = (
                shape if anew else batch_shape_in(field_of(spec, "config", dict, name))
            )
            tensor = tensor_for(shape, f"InputLayer {name!r}", name, check=not anew)
            self.outputs[name, 0] = [tensor]
            return
        nodes = field_of(spec, "inbound_nodes", list, f"{self.where}, layer {name!r}")
        self.calls[name] = len(nodes)
        kind = str(spec.get("class_name"))
        for number, node in enumerate(nodes):
            where = f"{self.where}, a call of {name!r}"
            args, kwargs = keras2.inbound_call(node, where)
            args = keras2.with_states(kind, args, kwargs)
            self.waiting[name, number] = _Waiting(args, kwargs)

    def call_all(self, ends: Sequence[Source]) -> None:
        """Make every call, each after those it needs; `ends` are those of the graph."""
        every = [source for entry in self.waiting.values() for source in entry.found]
        self.tensors = len(every)
        self.reading.budget.spend(len(self.waiting), self.tensors)
        self._renumber([*every, *ends])
        for entry in self.waiting.values():
            entry.sources = {source.key for source in entry.found}
        hints = self._hints(ends)
        followers: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for key, entry in self.waiting.items():
            for source in entry.sources:
                followers.setdefault(source, []).append(key)
        ready = list(self.outputs)
        ready += [key for key, entry in self.waiting.items() if not entry.sources]
        for key in ready:  # it grows as it is walked
            if key in self.waiting:
                self.outputs[key] = self._call(key, self.waiting.pop(key), hints)
            for follower in followers.get(key, ()):
                self.waiting[follower].sources.discard(key)
                if not self.waiting[follower].sources:
                    ready.append(follower)
        for (name, _), entry in self.waiting.items():
            missing = sorted({source for source, _ in entry.sources})
            raise ReadError(
                f"{self.where}: layer {name[:200]!r} waits for {shown(missing)}, which "
                "no layer before it gives: the graph has a cycle or a loose end"
            )

    def _call(
        self, key: tuple[str, int], waiting: _Waiting, hints: Mapping[Any, Any]
    ) -> list[Any]:
        """Return what one call gives."""
        name, _ = key
        where = f"{self.where}, a call of {name!r}"
        args = [self._resolved(part, where) for part in waiting.args]
        kwargs = {
            key: self._resolved(part, where) for key, part in waiting.kwargs.items()
        }
        tensors = list(tensors_in([*args, *kwargs.values()]))
        spec = self.entries[name]
        if name not in self.made:
            operation = self._operation(spec, args, kwargs, where)
            if operation is not None:
                return operation
            again = self.reading.computed_anew
            shapes = [one.shape for one in tensors] if again else None
            calls = [hints.get((name, k), [None]) for k in range(self.calls[name])]
            self.made[name] = self.reading.layer(
                spec, self.where, self.depth, shapes, calls
            )
        layer = self.made[name]
        if isinstance(layer, Opaque | Network):
            kwargs = {key: value for key, value in kwargs.items() if key != "mask"}
        try:
            result = calling(f"{where},", layer, *args, **kwargs)
        except (ReadError, ShapeError):
            outs = hints.get(key, [None])
            layer = self.made[name] = self.reading.other_than(layer, [outs])
            result = layer(*args, **kwargs)
        return list(tensors_in(result))

    def _operation(
        self, spec: Any, args: list[Any], kwargs: dict[str, Any], where: str
    ) -> list[Any] | None:
        """Return what an operation gives, or None for a layer."""
        from byhand.shapes import ops

        kind = field_of(spec, "class_name", str, where)
        config = spec.get("config")
        if not isinstance(config, dict) or not is_operation(spec, kind, config):
            return None
        name = spec.get("name")
        options = {key: value for key, value in config.items() if key != "dtype"}
        if kind in operations.LAYERS:
            named = str(config.get("function", ""))
            if kind == "TensorFlowOpLayer":
                named, constants, kwargs = operations.node_of(config)
                args = list(args[0]) if args and isinstance(args[0], list) else args
                for position, value in sorted(constants.items()):
                    args.insert(position, value)
                if named in ("ConcatV2", "Pack"):  # all tensors are one argument
                    rest = [part for part in args if not isinstance(part, Tensor)]
                    args = [list(tensors_in(args)), *rest]
            lengths = operations.lengths_of(named, args, kwargs)
            if lengths is not None:
                return [lengths] if isinstance(lengths, operations.Lengths) else lengths
            known, args, kwargs = operations.called(named, args, kwargs)
            if known is None:
                return None
            options, kind = {"name": name}, known
        function = ops.BY_CLASS.get(kind)
        if function is None:
            return None
        options["name"] = name
        result = calling(f"{where},", function, *args, **{**options, **kwargs})
        tensors = list(tensors_in(result))
        if not tensors:
            return [result]
        return tensors

    def _resolved(self, value: Any, where: str) -> Any:
        """Return an argument with tensors in place of their sources."""
        if isinstance(value, Source):
            try:
                return self.outputs[value.key][value.index]
            except LookupError:
                raise ReadError(
                    f"{where}: {value.key[0]!r} has no output {value.index}"
                ) from None
        if isinstance(value, dict):
            return {key: self._resolved(part, where) for key, part in value.items()}
        if isinstance(value, list):
            return [self._resolved(part, where) for part in value]
        return value

    def _renumber(self, sources: Sequence[Source]) -> None:
        """Count the calls of each layer from 0.

        Keras 2 counts those of a network that has an input from 1, for it takes the
        network's own input for the first call.
        """
        called: dict[str, int] = {}
        for source in sources:
            name, call = source.key
            called[name] = max(called.get(name, 0), call)
        for source in sources:
            name, call = source.key
            if name in self.calls and called[name] == self.calls[name] > 0 < call:
                source.key = (name, call - 1)

    def _hints(self, ends: Sequence[Source]) -> dict[tuple[str, int], list[Any]]:
        """Return the shapes of calls that those say which receive their outputs.

        None for a shape that nobody says; as many as there are outputs.
        """
        hints: dict[tuple[str, int], list[Any]] = {}
        told: list[tuple[Source, Any]] = [(source, None) for source in ends]
        for (name, _), entry in self.waiting.items():
            alone = len(entry.found) == 1
            built = build_shape(self.entries[name]) if alone else None
            told += [(source, source.shape or built) for source in entry.found]
        for source, shape in told:
            if source.index > MOST_AXES:
                continue
            outs = hints.setdefault(source.key, [])
            outs += [None] * (source.index + 1 - len(outs))
            if not self.reading.computed_anew:
                outs[source.index] = outs[source.index] or as_shape(shape)
        return hints


class _Waiting:
    """A call that is not made yet.

    Attributes
    ----------
    args, kwargs : list, dict
        What it is called with, sources in the place of tensors.
    found : list of Source
        Every source among them.
    sources : set of (str, int)
        The calls that it still waits for.
    """

    __slots__ = ("args", "found", "kwargs", "sources")

    def __init__(self, args: list[Any], kwargs: dict[str, Any]) -> None:
        self.args = args
        self.kwargs = kwargs
        self.found = sources_in([*args, *kwargs.values()])
        self.sources: set[tuple[str, int]] = set()
