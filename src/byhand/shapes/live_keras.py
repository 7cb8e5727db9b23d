"""Networks of live Keras models, by walking their layers and calls.

Keras is not imported: a model is known by what it has. Layers with a rule here are
made from their configuration; what the rule gives is held against what Keras itself
says, and Keras's word counts. Any other layer, a reader's own, a Lambda, becomes a row
with Keras's shapes and weights, so that one layer never loses the table.
"""

from __future__ import annotations

from byhand.shapes.errors import ReadError, ShapeError
from byhand.shapes.escaping import visible
from byhand.shapes.graph import Input, Model, Sequential
from byhand.shapes.layers.base import Layer
from byhand.shapes.layers.opaque import Opaque
from byhand.shapes.network import Network
from byhand.shapes.outcome import UNKNOWN, Outcome, WeightSpec, product
from byhand.shapes.size import Size
from byhand.shapes.tensor import Tensor, show, tensors_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from byhand.shapes.size import Number
    from byhand.shapes.tensor import Arguments, Call, Shape

DEEPEST = 64  # networks within networks
NEEDED = ("layers", "weights", "trainable_weights", "get_config")


def from_keras(model: Any) -> Network:
    """Return the network of a live Keras model.

    Layers, calls and counts are those of the model; Keras is not imported. A layer
    for which no rule is known here has Keras's shapes and weights, and a note.

    Parameters
    ----------
    model : keras.Model
        A Sequential, functional or subclassed model of Keras 3 or tf_keras. A
        subclassed model must be built; how its layers are joined only its `call`
        knows, so that they are listed.

    Returns
    -------
    Network
        The network, without its numbers. A Sequential without an input has none
        here either: call its `build`.

    Raises
    ------
    TypeError
        If it is no Keras model.
    ReadError
        If a subclassed model is not built, so that it has no weights yet.
    """
    if isinstance(model, Network):
        return model
    _refuse_others(model)
    if _is_keras_2(model):
        known = _of_keras_2(model)
        if known is not None:
            return known
    for careful in (False, True):
        reading = _Reading(careful=careful)
        network = reading.network(model, 0)
        if _counts(network) in (None, _live_counts(model)):
            break
    return network


def _refuse_others(model: Any) -> None:
    """Refuse what is no Keras model, and say what to do with it."""
    made = not isinstance(model, type)
    if made and all(hasattr(model, name) for name in NEEDED):
        return
    hint = "pass the model that keras.Sequential or keras.Model gives"
    if made and hasattr(model, "forward"):
        hint = "for a PyTorch module use from_torch(module, input_size)"
    elif made and hasattr(model, "get_config") and hasattr(model, "count_params"):
        hint = "a layer alone has no input: put it into keras.Sequential"
    elif isinstance(model, dict):
        hint = "for a configuration use from_config(config)"
    elif isinstance(model, str | bytes) or hasattr(model, "__fspath__"):
        hint = "for a file use load(path)"
    elif isinstance(model, type):
        hint = f"this is a class: make a model of it, {model.__name__}(...)"
    raise TypeError(f"expected a Keras model, got {type(model).__name__}; {hint}")


def _is_keras_2(model: Any) -> bool:
    """Return whether a model is of Keras 2, whose nodes are others."""
    return any(cls.__module__.startswith("tf_keras") for cls in type(model).__mro__)


def _of_keras_2(model: Any) -> Network | None:
    """Return the network that a model of Keras 2 writes; None if it cannot write it."""
    import json

    from byhand.shapes.files.configuration import network_from

    try:
        config = json.loads(model.to_json())
    except Exception:
        return None  # an own layer without a configuration, or a subclassed model
    known = {}
    reading = _Reading(careful=False)
    for layer in _layers_within(model):
        nodes = list(getattr(layer, "_inbound_nodes", ()))
        shapes = [_shapes_of(node.outputs) for node in nodes]
        known[layer.name] = (shapes or None, reading.specs_of(layer))
    try:
        network = network_from(config, known=known)
    except (ReadError, ShapeError):
        return None
    return network if _counts(network) in (None, _live_counts(model)) else None


def _layers_within(model: Any) -> Iterator[Any]:
    """Yield the layers of a model, and those of the models within it."""
    for layer in model.layers:
        yield layer
        if hasattr(layer, "layers"):
            yield from _layers_within(layer)


class Live(Opaque):
    """A layer of a live model, of which Keras knows the shapes and the weights."""

    def __init__(
        self, operation: Any, why: str, weights: Sequence[WeightSpec] | None
    ) -> None:
        kind = type(operation).__name__
        super().__init__(
            kind,
            why,
            name=_name_of(operation),
            trainable=bool(getattr(operation, "trainable", True)),
            weights=weights,
        )
        self._known: dict[Any, list[Any]] = {}
        self._told = getattr(operation, "compute_output_shape", None)

    def tell(self, inputs: Sequence[Any], outputs: Sequence[Any]) -> None:
        """Take what Keras gives for inputs of some shapes."""
        self._known.setdefault(_key(inputs), list(outputs))

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments | None) -> Outcome:
        """Return what Keras said of these shapes, or says when it is asked."""
        outs = self._known.get(_key(shapes))
        if outs is None:
            outs = self._asked(shapes)
        return Outcome(outs, macs=None, field=UNKNOWN, note=self._why)

    def _infer_unknown_(self) -> Outcome:
        """Return what Keras said of the only call that there was."""
        only = list(self._known.values())
        outs = only[0] if len(only) == 1 else [None]
        return Outcome(outs, macs=None, field=UNKNOWN, note=self._why)

    def _asked(self, shapes: Sequence[Shape]) -> list[Any]:
        """Ask the live layer about other shapes."""
        try:
            answer = self._told(_opened(shapes[0]))  # type: ignore[misc]
            return [_shape(answer)] if len(shapes) == 1 else [None]
        except Exception:
            return [None]  # whatever a reader's own code meets


def _key(shapes: Sequence[Any]) -> Any:
    """Return shapes as Keras has them: what is open is None."""
    return tuple(None if shape is None else _opened(shape) for shape in shapes)


def _opened(shape: Sequence[Any]) -> tuple[Any, ...]:
    """Return a shape with None for what is open."""
    return tuple(int(n) if isinstance(n, int) else None for n in shape)


class Listed(Network):
    """The layers of a subclassed model, each by itself."""

    def __init__(
        self, kind: str, name: str, calls: Sequence[Call], weights: Sequence[WeightSpec]
    ) -> None:
        self._kind = kind
        self.name = name
        self._inputs_: list[Tensor] = []
        self._outputs_: list[Tensor] = []
        self.weights = list(weights)
        self._calls = list(calls)
        self._inferred_ = {}

    @property
    def _kind_(self) -> str:
        """The name of the model's class."""
        return self._kind

    @property
    def _calls_(self) -> list[Call]:
        """A call of each layer; how often each is called, only `call` knows."""
        return list(self._calls)

    @property
    def _macs_(self) -> Number | None:
        """Unknown: a layer may be called several times."""
        return None

    def _done_(self) -> list[Tensor]:
        return self._outputs_

    def build(self, shapes: Any = None, **_: Any) -> None:
        """Leave it as it is: it is built already."""


class _Reading:
    """One walk through a live model.

    Parameters
    ----------
    careful : bool
        Whether no rule of ours is to be trusted: every layer is as Keras says.
    """

    def __init__(self, *, careful: bool) -> None:
        self._careful = careful
        self._layers: dict[int, Layer] = {}
        self._specs: dict[int, WeightSpec] = {}
        self._kept: list[Any] = []  # so that no identity is used twice
        self._open = 0

    # --- networks

    def network(self, model: Any, depth: int) -> Network:
        """Return the network of a model."""
        if depth > DEEPEST:
            raise ReadError("the model is nested too deeply")
        name = _name_of(model)
        network: Network
        outputs = _flat(getattr(model, "outputs", None))
        if _has_graph(model):
            network = self._graph(model, outputs, depth)
        elif _is_sequential(model):
            network = Sequential(name=name)
            for layer in model.layers:
                network.add(self._layer(layer, depth))
        else:
            network = self._listed(model, depth)
        network.name = name
        # Not by its setter, which would reach all layers inside.
        network._trainable_ = bool(getattr(model, "trainable", True))
        held = {id(spec) for spec, _ in network._weights_and_training_()}
        for variable in model.weights:
            spec = self._specs.get(id(variable))
            if spec is None and network._outputs_:
                spec = self._spec(variable, model)
            if spec is not None and id(spec) not in held:
                network._specs_.append(spec)
        return network

    def _graph(self, model: Any, outputs: Sequence[Any], depth: int) -> Network:
        """Return a network by the calls that lead to its outputs."""
        at: dict[int, Any] = {}
        inputs = _flat(model.inputs)
        for tensor in inputs:
            shape = tuple(tensor.shape)
            at[id(tensor)] = Input(
                batch_shape=shape,
                name=_name_of(tensor._keras_history[0]) or _name_of(tensor),
                dtype=str(getattr(tensor, "dtype", None) or "float32"),
            )
        for node in _nodes_before(outputs, {id(tensor) for tensor in inputs}):
            made = self._called(node, at, depth)
            for tensor, ours in zip(node.outputs, made, strict=False):
                at[id(tensor)] = ours
        starts = [at[id(tensor)] for tensor in inputs]
        ends = [at[id(tensor)] for tensor in outputs]
        if _is_sequential(model):
            stack = self._stack(model, starts, ends)
            if stack is not None:
                return stack
        return Model(starts, ends)

    def _stack(
        self, model: Any, starts: Sequence[Tensor], ends: Sequence[Tensor]
    ) -> Sequential | None:
        """Return a stack of layers whose calls have been made."""
        layers: list[Any] = [self._layers.get(id(one)) for one in model.layers]
        if None in layers or len(starts) != 1 or len(ends) != 1:
            return None
        stack = Sequential()
        stack._inputs_, stack._outputs_ = list(starts), list(ends)
        stack._stack_ = layers
        stack._members_ = {id(layer) for layer in layers}
        stack._names_.hold(starts[0])
        for layer in layers:
            stack._names_.give(layer)
        return stack

    def _listed(self, model: Any, depth: int) -> Network:
        """Return the layers of a subclassed model that is built."""
        kind = type(model).__name__
        if not getattr(model, "built", False):
            raise ReadError(
                f"{kind} is not built, so it has no weights and no shapes yet: call it "
                "on data once, or model.build(input_shape), and pass it again"
            )
        calls = []
        for live in model.layers:
            layer, shapes = self._layer(live, depth), _built_from(live)
            call = None
            if shapes is not None and not isinstance(layer, Live):
                call = self._tried(layer, shapes)
                if call is not None and not self._agree(layer, live):
                    call = None
            if call is None:
                layer = self._live(live, "how it is called, only the model's call says")
                outs = self._outputs_of(live, shapes)
                inputs = [Tensor(shape) for shape in shapes or ()]
                layer.tell([one.shape for one in inputs], outs)
                from byhand.shapes.tensor import Arguments

                call = layer._apply_(Arguments(inputs))
            calls.append(call)
        held = {
            id(one) for call in calls for one, _ in call.layer._weights_and_training_()
        }
        own = [
            spec
            for spec in (self._spec(variable, model) for variable in model.weights)
            if id(spec) not in held
        ]
        return Listed(kind, _name_of(model) or kind, calls, own)

    def _tried(self, layer: Layer, shapes: Sequence[Any]) -> Call | None:
        """Return a call of a layer by itself; None if it takes other arguments."""
        try:
            tensors = [Input(batch_shape=shape) for shape in shapes]
            layer(tensors[0] if len(tensors) == 1 else tensors)
        except (ReadError, ShapeError, TypeError):
            return None
        return layer._calls_made_[-1]

    def _outputs_of(self, live: Any, shapes: Sequence[Any] | None) -> list[Any]:
        """Return the shapes that Keras knows of a layer's output."""
        nodes = list(getattr(live, "_inbound_nodes", ()))
        if nodes:
            return [self._lettered(shape) for shape in _shapes_of(nodes[0].outputs)]
        if shapes is not None and len(shapes) == 1:
            try:
                return [self._lettered(_shape(live.compute_output_shape(shapes[0])))]
            except Exception:
                return [None]  # whatever a reader's own code meets
        return [None]

    # --- calls

    def _called(self, node: Any, at: dict[int, Any], depth: int) -> list[Tensor]:
        """Make one call of a graph, and hold it against Keras's."""
        live, args, kwargs = node.operation, node.args, node.kwargs
        inputs = [at[id(tensor)] for tensor in node.inputs]
        outputs = [self._lettered(shape) for shape in _shapes_of(node.outputs)]
        is_layer = hasattr(live, "weights")
        result: Any = None
        try:
            if is_layer:
                layer = self._layer(live, depth)
                if isinstance(layer, Network):
                    result = layer(inputs if len(inputs) > 1 else inputs[0])
                elif isinstance(layer, Live):
                    result = self._opaque(layer, inputs, outputs)
                else:
                    given, named = self._replaced([args, kwargs], at)
                    result = layer(*given, **named)
                if not isinstance(layer, Live) and not self._agree(layer, live):
                    result = None
            elif not self._careful:
                result = self._operation(live, self._replaced([args, kwargs], at))
        except (ReadError, ShapeError, TypeError, ValueError, LookupError) as error:
            why = f"the rule here refuses it: {_brief(error)}"
        except (AttributeError, ArithmeticError) as error:
            why = f"the rule here does not take its arguments: {_brief(error)}"
        else:
            why = f"no rule is known here for {type(live).__name__}"
        made = list(tensors_in(result))
        if len(made) != len(outputs):
            layer = self._live(live, why)
            return self._opaque(layer, inputs, outputs)
        self._hold(made, outputs)
        return made

    def _opaque(
        self, layer: Live, inputs: Sequence[Tensor], outputs: Sequence[Any]
    ) -> list[Tensor]:
        """Make a call of which Keras alone knows the shapes."""
        layer.tell([tensor.shape for tensor in inputs], outputs)
        return list(tensors_in(layer(*inputs)))

    def _operation(self, live: Any, given: Any) -> Any:
        """Call an operation of `keras.ops`; None if it is not known here."""
        from byhand.shapes import ops

        function = ops.BY_CLASS.get(type(live).__name__)
        if function is None:
            return None
        args, kwargs = given
        config = dict(live.get_config())
        config["name"] = _name_of(live)
        config.pop("dtype", None)
        return function(*args, **{**config, **kwargs})

    def _hold(self, made: Sequence[Tensor], outputs: Sequence[Any]) -> None:
        """Take Keras's shapes where ours differ, with a note."""
        for tensor, shape in zip(made, outputs, strict=True):
            if _agrees(tensor.shape, shape):
                continue
            call = tensor.call
            if tensor.shape is not None and call is not None:
                note = f"Keras says {show(shape)}, the rule here {show(tensor.shape)}"
                notes = [call.outcome.note, note]
                call.outcome.note = "; ".join(filter(None, notes))
            if call is not None:
                call.outcome.shapes[tensor.index] = shape
            tensor.shape = shape

    def _replaced(self, value: Any, at: dict[int, Any]) -> Any:
        """Return arguments with our tensors in place of Keras's."""
        if id(value) in at and hasattr(value, "_keras_history"):
            return at[id(value)]
        if isinstance(value, list | tuple):
            return type(value)(self._replaced(part, at) for part in value)
        if isinstance(value, dict):
            return {key: self._replaced(part, at) for key, part in value.items()}
        if hasattr(value, "trainable") and hasattr(value, "shape"):
            spec = self._spec(value, None)
            return Tensor(spec.shape, name=spec.name, weight=spec)
        return value

    # --- layers and weights

    def _layer(self, live: Any, depth: int) -> Layer:
        """Return the layer for a live one, the same at every call."""
        layer = self._layers.get(id(live))
        if layer is None:
            layer = self._layers[id(live)] = self._made(live, depth)
            self._kept.append(live)
        return layer

    def _made(self, live: Any, depth: int) -> Layer:
        """Return a new layer for a live one."""
        from byhand.shapes.files.configuration import layer_from

        kind, module = type(live).__name__, type(live).__module__
        if hasattr(live, "layers") and hasattr(live, "get_config"):
            if _has_graph(live) or _is_sequential(live):
                return self.network(live, depth + 1)
            return self._live(live, "a subclassed model; pass it to from_keras itself")
        if self._careful:
            return self._live(live, "its shapes and weights are those that Keras says")
        try:
            config = dict(live.get_config())
            layer = layer_from(kind, module, config, _name_of(live), kind)
        except Exception as error:
            # A reader's own get_config may do anything.
            return self._live(
                live, f"its configuration does not say it: {_brief(error)}"
            )
        if isinstance(layer, Opaque):
            return self._live(live, layer._why)
        return layer

    def _live(self, live: Any, why: str) -> Live:
        """Return a layer that is what Keras says, from now on."""
        old = self._layers.get(id(live))
        if isinstance(old, Live):
            return old
        layer = Live(live, why, self.specs_of(live))
        self._layers[id(live)] = layer
        self._kept.append(live)
        return layer

    def specs_of(self, live: Any) -> list[WeightSpec] | None:
        """Return the weights of a live layer; None if it is not built."""
        weights = getattr(live, "weights", ())
        try:
            if not weights and getattr(live, "built", True) is False:
                return [] if type(live).__name__ == "Lambda" else None
            return [self._spec(variable, live) for variable in weights]
        except Exception:
            return None  # a weight without a shape: it is not built

    def _spec(self, variable: Any, live: Any) -> WeightSpec:
        """Return the specification of a weight, the same for the same one."""
        spec = self._specs.get(id(variable))
        if spec is None:
            lengths = [int(length) for length in variable.shape]
            axes = {f"n_{k}": n for k, n in enumerate(lengths, start=1)}
            free = bool(getattr(variable, "trainable", True))
            if live is not None:
                free = any(one is variable for one in live.trainable_weights)
            name = str(getattr(variable, "name", "weight"))
            spec = self._specs[id(variable)] = WeightSpec(name, axes, trainable=free)
            self._kept.append(variable)
        return spec

    def _agree(self, layer: Layer, live: Any) -> bool:
        """Return whether a layer has the weights of a live one.

        Weights that several layers share become the same here.
        """
        if isinstance(layer, Network):
            return True  # each of its layers has been asked
        free = {id(variable) for variable in live.trainable_weights}
        ours = layer._weights_and_training_()
        for variable in live.weights:
            trainable = id(variable) in free
            wanted = product(map(int, variable.shape))
            fitting = [pair for pair in ours if product(pair[0].shape) == wanted]
            if not fitting:
                return False
            same = [pair for pair in fitting if pair[1] == trainable]
            spec, effective = (same or fitting)[0]
            if trainable and not effective:
                return False
            spec.trainable = spec.trainable and (trainable or not effective)
            ours = [pair for pair in ours if pair[0] is not spec]
            known = self._specs.setdefault(id(variable), spec)
            self._kept.append(variable)
            if known is not spec:
                _exchange(layer, spec, known)
        return not ours and layer._counts_all_

    def _lettered(self, shape: Any) -> Any:
        """Return a shape with a letter for each open length behind the batch."""
        if shape is None:
            return None
        lengths: list[Any] = []
        for axis, length in enumerate(shape):
            if length is None and axis:
                self._open += 1
                lengths.append(Size.symbol(f"N{self._open}"))
            else:
                lengths.append(length)
        return tuple(lengths)


def _exchange(layer: Layer, old: WeightSpec, new: WeightSpec) -> None:
    """Put one weight in the place of another, in a layer and those within it."""
    left, seen = [layer], set()
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        one._specs_ = [new if weight is old else weight for weight in one._specs_]
        left += one._inner_layers_


def _agrees(ours: Any, live: Any) -> bool:
    """Return whether a shape of ours says at least what Keras's does."""
    if live is None:
        return True
    if ours is None or len(ours) != len(live):
        return False
    return all(
        not isinstance(b, int) or (isinstance(a, int) and a == b)
        for a, b in zip(ours, live, strict=True)
    )


class _Node:
    """A call of a live layer, alike for Keras 2 and 3.

    Attributes
    ----------
    operation : object
        The layer, or the operation of Keras 3.
    args, kwargs : tuple, dict
        What it was called with.
    inputs : list
        The symbolic tensors among these.
    outputs : list
        The symbolic tensors that came out.
    """

    __slots__ = ("args", "inputs", "kwargs", "operation", "outputs")

    def __init__(self, tensor: Any) -> None:
        self.operation, number, _ = tensor._keras_history
        node = self.operation._inbound_nodes[number]
        if hasattr(node, "arguments"):
            self.args, self.kwargs = node.arguments.args, node.arguments.kwargs
            self.inputs = list(node.arguments.keras_tensors)
        else:
            self.args, self.kwargs = node.call_args, node.call_kwargs
            self.inputs = list(node.keras_inputs)
        self.outputs = _flat(node.outputs)


def _nodes_before(outputs: Sequence[Any], inputs: set[int]) -> list[_Node]:
    """Return the calls that lead to some tensors, each after those it needs."""
    order: list[Any] = []
    seen: set[Any] = set()
    stack: list[tuple[Any, _Node | None]] = [(one, None) for one in reversed(outputs)]
    while stack:
        tensor, ready = stack.pop()
        if ready is not None:
            order.append(ready)
            continue
        if id(tensor) in inputs:
            continue
        operation, number, _ = tensor._keras_history
        if (id(operation), number) in seen:
            continue
        seen.add((id(operation), number))
        node = _Node(tensor)
        stack.append((tensor, node))
        stack += [(one, None) for one in reversed(node.inputs)]
    return order


def _has_graph(model: Any) -> bool:
    """Return whether a model has inputs, outputs, and the calls between them."""
    try:
        _Node(_flat(model.outputs)[0])
        return bool(_flat(model.inputs))
    except (AttributeError, IndexError, TypeError, ValueError):
        return False  # a subclassed model, or one without an input


def _is_sequential(model: Any) -> bool:
    """Return whether a model is a stack, of whatever Keras."""
    return any(cls.__name__ == "Sequential" for cls in type(model).__mro__)


def _built_from(live: Any) -> list[Any] | None:
    """Return the input shapes that a layer was built for, their batch open."""
    try:
        config = live.get_build_config() or {}
    except Exception:
        return None
    given = config.get("input_shape")
    if given is None:
        given = list((config.get("shapes_dict") or {}).values())
    if not given:
        return None
    shapes = given if isinstance(given[0], list | tuple) else [given]
    try:
        return [(None, *(None if n is None else int(n) for n in s[1:])) for s in shapes]
    except (TypeError, ValueError):
        return None


def _shapes_of(outputs: Any) -> list[Any]:
    """Return the shapes that Keras has for the outputs of a call."""
    return [_shape(getattr(one, "shape", None)) for one in _flat(outputs)]


def _shape(shape: Any) -> Any:
    """Return a shape as a tuple; None where even the number of axes is open."""
    try:
        return None if shape is None else tuple(shape)
    except (TypeError, ValueError):
        return None  # TensorFlow's shape of unknown rank


def _flat(value: Any) -> list[Any]:
    """Return the parts of nested lists, tuples and dictionaries, as Keras orders."""
    if value is None:
        return []
    if isinstance(value, list | tuple):
        return [one for part in value for one in _flat(part)]
    if isinstance(value, dict):
        return [one for key in sorted(value) for one in _flat(value[key])]
    return [value]


def _name_of(live: Any) -> str | None:
    """Return the name of a live layer."""
    name = getattr(live, "name", None)
    return name if isinstance(name, str) else None


def _counts(network: Network) -> Any:
    """Return how many weights a network has, and how many are trained."""
    if not network._outputs_ and not isinstance(network, Listed):
        return None  # it is not built
    return network.count_params(), network.trainable_params


def _live_counts(model: Any) -> Any:
    """Return the same of a live model, shared weights once."""

    def total(weights: Any) -> Any:
        sizes = {id(one): product(map(int, one.shape)) for one in weights}
        return sum(sizes.values())

    try:
        return total(model.weights), total(model.trainable_weights)
    except Exception:
        return None  # it is not built


def _brief(error: BaseException) -> str:
    """Return an error's words in one line."""
    return visible(" ".join(str(error).split()), most=200)
