"""A network from the configuration that Keras gives of it.

Only names and numbers are taken, nothing that a configuration carries is run. A layer
of a class that is not known here becomes a row with question marks, and what does not
depend on it is still said.
"""

from __future__ import annotations

from byhand.shapes import layers as known_layers
from byhand.shapes.errors import ReadError, ShapeError
from byhand.shapes.files import keras2, legacy, operations
from byhand.shapes.files.budget import DEEPEST, Budget, check_size
from byhand.shapes.files.keras2 import Source, sources_in
from byhand.shapes.graph import Input, InputLayer, Model, Sequential
from byhand.shapes.known_names import ACTIVATIONS
from byhand.shapes.layers import extras
from byhand.shapes.layers.base import COMMON, MOST_AXES, Layer
from byhand.shapes.layers.opaque import Opaque
from byhand.shapes.network import Network
from byhand.shapes.size import Size
from byhand.shapes.tensor import Tensor, tensors_in
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Protocol

    class Known(Protocol):
        """What somebody knows of layers for which there is no rule."""

        def get(self, name: str, default: Any, /) -> tuple[Any, Any]:
            """Return the shapes of each call's outputs, and weights; or None."""


LONGEST = 1000  # letters of a name
KERAS = ("keras", "tf_keras", "keras_core", "tensorflow", "builtins", "tensorflow_core")

# Keys that change no shape and no count, whatever they hold.
HARMLESS = {
    *[
        "batch_input_shape",
        "batch_shape",
        "build_config",
        "consume_less",
        "data_format",
    ],
    *["dynamic", "experimental_run_tf_function", "forget_bias_init", "fused", "init"],
    *["implementation", "inner_init", "input_dtype", "input_length", "input_spec"],
    *["key_shape", "noise_shape", "query_shape", "ragged", "rng_type", "seed"],
    *["shared_object_id", "softmax_robust_masking", "sparse", "stateful", "unroll"],
    *["value_shape", "virtual_batch_size", "weights", "zero_output_for_mask"],
    *["adjustment", "gamma_init", "beta_init", "return_runtime", "module"],
}
ENDINGS = ("_initializer", "_regularizer", "_constraint")
# Keys that change nothing with one value.
HARMLESS_VALUES = {"time_major": False, "groups": 1, "renorm": False, "mode": 0}

# Arguments that hold layers, which Keras 2 wrote without their module.
LAYER_ARGUMENTS = {"layer", "backward_layer", "forward_layer", "cell", "cells"}

# What a layer may do when arguments are not what it expects; each becomes a ReadError
# that names the layer.
FAULTS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
)


def network_from(
    config: Any, *, input_shape: Any = None, known: Known | None = None
) -> Network:
    """Return the network that an entry of a configuration describes.

    Parameters
    ----------
    config : dict
        With "class_name" and "config".
    input_shape : tuple, or list or dict of tuples, optional
        Shape of the input without the batch, in place of the one in the
        configuration; for several inputs a list, or a dict by their names.
    known : dict of str to (output shapes, weights), optional
        What somebody knows of layers for which there is no rule, under their names.

    Raises
    ------
    ReadError
        If it describes no network.
    ShapeError
        If the layers do not fit together.
    """
    check_size(config)
    reading = _Reading(known or {}, computed_anew=input_shape is not None)
    shapes = None if input_shape is None else _given_shapes(input_shape)
    try:
        network = reading.layer(config, "the model", 0, shapes)
    except FAULTS as error:
        raise ReadError(_cannot("the model", error)) from None
    if not isinstance(network, Network):
        raise ReadError(
            f"expected a Sequential or Functional model, got a {network.kind} layer"
        )
    return network


def layer_from(
    kind: str, module: str, config: Mapping[str, Any], name: str | None, where: str
) -> Layer:
    """Return one layer from its class, its module and its configuration.

    Parameters
    ----------
    kind, module : str
        The names of its class and of that class's module.
    config : dict
        What its `get_config()` gives.
    name : str or None
        Its name.
    where : str
        Where it stands, for messages.

    Returns
    -------
    Layer
        An `Opaque` one if no rule is known for the class.

    Raises
    ------
    ReadError
        If the layer cannot be made of this configuration.
    """
    check_size(config)
    spec = {"class_name": kind, "module": module, "config": config, "name": name}
    return _Reading({}, computed_anew=False).layer(spec, where, 0)


class _Reading:
    """One reading of a configuration.

    Attributes
    ----------
    known : dict
        What somebody knows of layers without a rule.
    computed_anew : bool
        Whether inputs are other than the configuration says, so that the shapes in it
        say nothing.
    budget : Budget
        What it may still cost.
    shared : dict of int to Layer
        Layers that stand in several networks, under Keras's number for them.
    doubtful : dict of int to str
        Why a layer may be of somebody's own class that is called as one of Keras's,
        under its id.
    """

    def __init__(self, known: Known, *, computed_anew: bool) -> None:
        self.known = known
        self.computed_anew = computed_anew
        self.budget = Budget()
        self.shared: dict[int, Layer] = {}
        self.doubtful: dict[int, str] = {}

    # --- entries

    def layer(
        self,
        spec: Any,
        where: str,
        depth: int,
        shapes: Any = None,
        hints: Sequence[Any] = (),
    ) -> Layer:
        """Return the layer, or network, of one entry.

        Parameters
        ----------
        spec : dict
            The entry.
        where : str
            Where it stands, for messages.
        depth : int
            How many entries it lies in.
        shapes : list or dict, optional
            Shapes of its inputs, batch first, if they are other than it says.
        hints : list of list of tuple
            Shapes of the outputs of each call, if there is no rule for its class.
        """
        if depth > DEEPEST:
            raise ReadError(f"{where} is nested more than {DEEPEST} deep")
        kind = _field(spec, "class_name", str, where)
        config = spec.get("config")
        if not (kind in keras2.NETWORKS and isinstance(config, list | tuple)):
            config = _field(spec, "config", dict, where)
        config = keras2.with_names(config)
        name = spec.get("name", config.get("name"))
        if name is None:
            name = config.get("name")
        if name is not None and (not isinstance(name, str) or len(name) > LONGEST):
            raise ReadError(f"{where} has the name {shown(name)}; a text is needed")
        number = spec.get("shared_object_id")
        if isinstance(number, int) and number in self.shared:
            again: Layer = self.shared[number]
            return again
        where = f"{kind[:60]} {name!r}"
        made = self._made(spec, kind, config, name, where, depth, shapes, hints)
        if isinstance(number, int) and not isinstance(made, InputLayer):
            self.shared[number] = made
        return made

    def _made(
        self,
        spec: Mapping[str, Any],
        kind: str,
        config: dict[str, Any],
        name: str | None,
        where: str,
        depth: int,
        shapes: Any,
        hints: Sequence[Any],
    ) -> Layer:
        """Return the layer of an entry whose parts have been looked at."""
        module = str(spec.get("module") or "")
        if _describes_layers(kind, config, module):
            network: Network
            if kind == "Sequential":
                network = self._sequential(config, name, where, depth + 1, shapes)
            else:
                network = self._functional(config, name, where, depth + 1, shapes)
            return network
        if kind == "InputLayer":
            shape = _batch_shape(config, where)
            start: Layer = _calling(where, InputLayer, batch_shape=shape, name=name)
            return start
        why, cls = _class(spec, keras2.layer_class(kind, config), module)
        if cls is not None:
            made = self._known_layer(cls, config, kind, name, where, depth, module)
            if isinstance(made, Layer):
                return made
            why = made
        outs, weights = self.known.get(name or "", (None, None))
        if outs is None:
            outs = _own_output_shapes(kind, config, hints)
        if weights is None and kind == "Lambda":
            weights = []
        return Opaque(
            kind[:60].rpartition(">")[2] or kind[:60],
            why,
            name=name,
            trainable=_trainable(config),
            output_shapes=outs,
            weights=weights,
        )

    def _known_layer(
        self,
        cls: Any,
        config: dict[str, Any],
        kind: str,
        name: str | None,
        where: str,
        depth: int,
        module: str,
    ) -> Layer | str:
        """Return a layer of a known class, or why it is of another of that name."""
        given: dict[str, Any] = {}
        others = []
        bare = {key: keras2.plain(value) for key, value in config.items()}
        own_functions = []
        for key, value in keras2.layer_config(cls.__name__, bare).items():
            if key.endswith(ENDINGS):
                continue  # how weights begin and are held changes no shape
            if key.endswith("activation") and _is_own_function(value):
                own_functions.append(value)
                value = "linear"
            if key in cls.arguments or key in COMMON or _takes_besides(cls, key):
                holds = key in LAYER_ARGUMENTS
                given[key] = self._argument(value, where, depth + 1, holds)
            elif not _is_harmless(key, value):
                others.append(key)
        axes = given.get("target_shape") or ()
        if isinstance(axes, tuple) and len(axes) > MOST_AXES:
            raise ReadError(f"{where} has over {MOST_AXES} axes in its target_shape")
        given["name"] = name
        given["trainable"] = _trainable(config)
        for key in ("dtype", "input_shape", "input_dim", "batch_size"):
            if key not in cls.arguments:
                given.pop(key, None)
        unknown = ", ".join(f"{key[:40]!r}" for key in sorted(others)[:8])
        try:
            made: Layer = _calling(where, cls, **given)
        except (ReadError, ShapeError):
            if others and not module:
                return _of_another(kind, unknown)
            raise
        if others and not module:
            self.doubtful[id(made)] = _of_another(kind, unknown)
        notes = [
            f"its activation {shown(one)} is not Keras's own; activations change no "
            "shape"
            for one in own_functions
        ]
        if others:
            notes.append(
                f"its arguments {unknown} are not known here; if they change shapes "
                "or weights, the numbers are others"
            )
        made.note = "; ".join(notes)
        return made

    def other_than(self, layer: Layer, outs: Any) -> Layer:
        """Return somebody's own layer in the place of one that turned out not to fit.

        Keras 2 wrote no modules, so a class may only be called as one of ours is. Only
        a layer whose arguments were strange is taken for such; the error that is
        being handled is raised for any other.
        """
        if id(layer) not in self.doubtful:
            raise
        return Opaque(
            layer.kind,
            self.doubtful.pop(id(layer)),
            name=layer.name,
            trainable=layer.trainable,
            output_shapes=outs,
        )

    def _argument(self, value: Any, where: str, depth: int, holds_layers: bool) -> Any:
        """Return an argument, with layers and cells within it made."""
        if depth > DEEPEST:
            raise ReadError(f"{where} is nested more than {DEEPEST} deep")
        if isinstance(value, dict):
            module = str(value.get("module") or "")
            inner = value.get("class_name")
            # Keras 2 wrote no modules, and initializers may be called as layers are.
            named = holds_layers and not module
            if inner and ("layers" in module or str(inner) in keras2.NETWORKS or named):
                return self.layer(value, where, depth)
            return value
        if isinstance(value, list | tuple):
            return tuple(
                self._argument(keras2.plain(part), where, depth + 1, holds_layers)
                for part in value
            )
        return value

    # --- networks

    def _sequential(
        self,
        config: dict[str, Any],
        name: str | None,
        where: str,
        depth: int,
        shapes: Any,
    ) -> Sequential:
        """Return a stack."""
        specs = _field(config, "layers", list, where)
        network = Sequential(name=name, trainable=_trainable(config))
        network.spend = self._spending(len(specs))
        self.budget.spend(len(specs), len(specs))
        for number, spec in enumerate(specs, start=1):
            _field(spec, "class_name", str, f"layer {number} of {where}")
        start = _first_shape(specs) if shapes is None else _only(shapes, where)
        if start is not None:
            first = _input_name(specs)
            network.add(_tensor(start, where, first, check=shapes is None))
        shape_after = [_build_shape(spec) for spec in specs[1:]] + [None]
        for number, spec in enumerate(specs, start=1):
            if number == 1 and spec.get("class_name") == "InputLayer":
                continue
            inputs = [network.outputs[0].shape] if network.outputs else None
            again = inputs if self.computed_anew else None
            after = _as_shape(shape_after[number - 1])
            after = None if self.computed_anew else after
            layer = self.layer(
                spec, f"layer {number} of {where}", depth, again, [[after]]
            )
            place = f"layer {number} of {where}"
            try:
                _calling(place, network.add, layer)
            except (ReadError, ShapeError):
                network.add(self.other_than(layer, [[after]]))
        shape = keras2.plain(config.get("build_input_shape"))
        known = isinstance(shape, list | tuple) and shape
        if known and network.layers and not network.inputs:
            network.build(_batch_shape({"batch_shape": shape}, where))
        return network

    def _functional(
        self,
        config: dict[str, Any],
        name: str | None,
        where: str,
        depth: int,
        shapes: Any,
    ) -> Model:
        """Return a graph, each of its calls made when its inputs are there."""
        specs = _field(config, "layers", list, where)
        ends = [
            keras2.ends_of(config.get(end), f"{where}, {end},")
            for end in ("input_layers", "output_layers")
        ]
        starts = [source.key[0] for source in ends[0]]
        given = None if shapes is None else _by_name(shapes, starts, where)
        graph = _Graph(self, where, depth)
        for spec in specs:
            graph.add(spec, given)
        graph.call_all([source for end in ends for source in end])
        tensors = []
        for end, sources in zip(("input_layers", "output_layers"), ends, strict=True):
            try:
                tensors.append([graph.outputs[s.key][s.index] for s in sources])
            except LookupError:
                raise ReadError(
                    f"{where} has {end}={shown(config.get(end))}, which is not there"
                ) from None
        network: Model = _calling(
            where,
            Model,
            *(end[0] if len(end) == 1 else end for end in tensors),
            name=name,
            trainable=_trainable(config),
        )
        network.spend = self._spending(graph.tensors)
        return network

    def _spending(self, tensors: int) -> Callable[[int], None]:
        """Return what a network calls when its calls are made for other shapes."""

        def spend(calls: int) -> None:
            self.budget.spend(calls, tensors)

        return spend


class _Graph:
    """The layers of a functional network, and the calls that are still to be made."""

    def __init__(self, reading: _Reading, where: str, depth: int) -> None:
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
        name = _field(spec, "name", str, f"a layer of {self.where}")
        if name in self.entries:
            raise ReadError(f"{self.where} has two layers called {name!r}")
        self.entries[name] = spec
        if spec.get("class_name") == "InputLayer":
            shape = None if inputs is None else inputs.get(name)
            anew = shape is not None
            shape = shape if anew else _batch_shape(_field(spec, "config", dict, name))
            tensor = _tensor(shape, f"InputLayer {name!r}", name, check=not anew)
            self.outputs[name, 0] = [tensor]
            return
        nodes = _field(spec, "inbound_nodes", list, f"{self.where}, layer {name!r}")
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
            result = _calling(f"{where},", layer, *args, **kwargs)
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

        kind = _field(spec, "class_name", str, where)
        config = spec.get("config")
        if not isinstance(config, dict) or not _is_operation(spec, kind, config):
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
        result = _calling(f"{where},", function, *args, **{**options, **kwargs})
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
            built = _build_shape(self.entries[name]) if alone else None
            told += [(source, source.shape or built) for source in entry.found]
        for source, shape in told:
            if source.index > MOST_AXES:
                continue
            outs = hints.setdefault(source.key, [])
            outs += [None] * (source.index + 1 - len(outs))
            if not self.reading.computed_anew:
                outs[source.index] = outs[source.index] or _as_shape(shape)
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


def _calling(where: str, function: Any, /, *args: Any, **kwargs: Any) -> Any:
    """Return what a function gives; what it stumbles over becomes a ReadError.

    What a layer says of shapes passes as it is.
    """
    try:
        return function(*args, **kwargs)
    except ReadError:
        raise
    except ShapeError as error:
        if isinstance(function, type):  # refused before it saw a shape
            raise ReadError(_cannot(where, error)) from None
        raise
    except FAULTS as error:
        raise ReadError(_cannot(where, error)) from None


def _cannot(where: str, error: BaseException) -> str:
    """Return the words for a layer that cannot be made."""
    words = " ".join(str(error).split())[:600]
    if isinstance(error, MemoryError):
        words = "it takes more memory than there is"
    elif isinstance(error, RecursionError):
        words = "it is nested too deeply"
    elif "unexpected keyword argument" in words:
        words = f"it has no argument {words.rpartition('argument ')[2]}"
    elif "required positional argument" in words:
        words = f"it is called without {words.rpartition(': ')[2]}"
    elif not isinstance(error, ShapeError | TypeError):
        words = f"its arguments do not go together ({type(error).__name__}: {words})"
    return f"{where} cannot be made: {words}"


def _field(config: Any, name: str, kind: Any, where: str) -> Any:
    """Return an entry of a dictionary, or say what is wrong with it."""
    if not isinstance(config, dict):
        raise ReadError(f"{where} is {shown(config)} where a dictionary is expected")
    value = config.get(name)
    if kind is list and isinstance(value, tuple):
        value = list(value)
    if not isinstance(value, kind):
        raise ReadError(
            f"{where} has {name}={shown(value)} where "
            f"{getattr(kind, '__name__', kind)} is expected"
        )
    return value


def _describes_layers(kind: str, config: Mapping[str, Any], module: str) -> bool:
    """Return whether an entry is a network that names its layers."""
    if kind in keras2.NETWORKS and (not module or _is_keras(module)):
        if kind != "Sequential" and "layers" not in config:
            raise ReadError(
                f"{kind} {config.get('name')!r} is a subclassed model, which names no "
                "layers; in Python, pass the live model to byhand.shapes.from_keras"
            )
        return True
    # A class derived from Model that keeps a graph is read as one.
    return isinstance(config.get("layers"), list) and "output_layers" in config


def _is_keras(module: str) -> bool:
    """Return whether a module is Keras's own."""
    return module.split(".", maxsplit=1)[0] in KERAS


def _class(spec: Mapping[str, Any], kind: str, module: str) -> tuple[str, Any]:
    """Return why there is no rule for a class, or our class for it."""
    registered = str(spec.get("registered_name") or "")
    foreign = (module and not _is_keras(module)) or ">" in kind
    if foreign or (not module and ">" in registered):
        of = f" of {module[:60]}" if module else ""
        return f"{kind[:60]}{of} is not Keras's own, and no rule is known here", None
    if kind == "Lambda":
        return "a Lambda holds Python code, which is never run here", None
    if kind in operations.LAYERS or ".ops" in module:
        name = str(spec.get("config", {}).get("function") or kind)[:60]
        return f"no rule is known here for the operation {name}", None
    cls = legacy.LAYERS.get(kind) or extras.LAYERS.get(kind)
    cls = cls or getattr(known_layers, kind, None)
    if isinstance(cls, type) and issubclass(cls, Layer) and cls is not Layer:
        return "", cls
    return f"{kind[:60]} is not known here", None


def _is_operation(spec: Mapping[str, Any], kind: str, config: Any) -> bool:
    """Return whether an entry is an operation, which may be called as a layer is.

    HDF5 files of Keras 3 leave modules out; there, an operation is what says nothing
    of training.
    """
    module = str(spec.get("module") or "")
    if kind in operations.LAYERS or ".ops" in module:
        return True
    nodes = spec.get("inbound_nodes")
    node = nodes[0] if isinstance(nodes, list) and nodes else None
    of_layer = "name" not in config or "trainable" in config
    if module or of_layer or not isinstance(node, dict):
        return False
    args = node.get("args")
    # A layer that joins several takes them in one list.
    in_a_list = isinstance(args, list) and bool(args) and isinstance(args[0], list)
    return not (in_a_list and hasattr(known_layers, kind))


def _trainable(config: Mapping[str, Any]) -> bool:
    """Return whether training may change a layer; files say nothing for yes."""
    return config.get("trainable", True) is not False


def _takes_besides(cls: Any, key: str) -> bool:
    """Return whether a class takes an argument that it does not list."""
    return key in ("rms_scaling", "lora_rank") and hasattr(cls, key)


def _of_another(kind: str, unknown: str) -> str:
    """Return why a layer is not of Keras's class of that name."""
    return f"a class {kind[:60]} with the arguments {unknown} is not Keras's own"


def _is_own_function(activation: Any) -> bool:
    """Return whether an activation is somebody's own, and none of Keras's."""
    if isinstance(activation, dict):
        return "layers" not in str(activation.get("module"))
    return isinstance(activation, str) and activation not in ACTIVATIONS


def _is_harmless(key: str, value: Any) -> bool:
    """Return whether an argument that is not known here changes nothing."""
    if value is None or key in HARMLESS:
        return True
    return key in HARMLESS_VALUES and value == HARMLESS_VALUES[key]


# --- shapes that a file gives


def _batch_shape(config: Mapping[str, Any], where: str = "an InputLayer") -> list[Any]:
    """Return the shape of an input, batch first."""
    shape = keras2.plain(config.get("batch_shape"))
    if shape is None:
        shape = keras2.plain(config.get("batch_input_shape"))
    if isinstance(shape, dict):
        raise ReadError(f"{where} has several shapes, {shown(shape)}; one is expected")
    if not _is_shape(shape) or not shape:
        raise ReadError(f"{where} has batch_shape={shown(shape)}; numbers are expected")
    if len(shape) > MOST_AXES:
        raise ReadError(f"{where} has {len(shape)} axes; at most {MOST_AXES} are read")
    return list(shape)


def _is_shape(shape: Any) -> bool:
    """Return whether something is a list of lengths, None for open ones."""
    return isinstance(shape, list | tuple) and all(
        length is None or (isinstance(length, int) and not isinstance(length, bool))
        for length in shape
    )


def _tensor(shape: Any, where: str, name: str | None, *, check: bool) -> Tensor:
    """Return an input of a shape, batch first; its lengths may be letters."""
    if not check and any(isinstance(length, Size) for length in shape):
        return Tensor(tuple(shape), name=name)
    tensor: Tensor = _calling(where, Input, batch_shape=list(shape), name=name)
    return tensor


def _first_shape(specs: Sequence[Any]) -> list[Any] | None:
    """Return the input shape that the first layer of a stack says, batch first."""
    spec = specs[0] if specs else None
    config = spec.get("config") if isinstance(spec, dict) else None
    if not isinstance(spec, dict) or not isinstance(config, dict):
        return None
    kind = spec.get("class_name")
    if kind == "InputLayer":
        return _batch_shape(config)
    wrapped = config.get("layer")
    if kind == "Bidirectional" and isinstance(wrapped, dict):
        inner = wrapped.get("config")
        config = {**inner, **config} if isinstance(inner, dict) else config
    if config.get("batch_input_shape") is not None:
        return _batch_shape(config, f"{str(kind)[:60]}")
    shape = keras2.plain(config.get("input_shape"))
    if _is_shape(shape):
        return [None, *shape]
    length = config.get("input_dim")
    return [None, length] if kind != "Embedding" and type(length) is int else None


def _input_name(specs: Sequence[Any]) -> str | None:
    """Return the name of the input that a stack begins with, as Keras gives it."""
    spec = specs[0] if specs else None
    config = spec.get("config") if isinstance(spec, dict) else None
    name = config.get("name") if isinstance(config, dict) else None
    if not isinstance(spec, dict) or not isinstance(name, str) or len(name) > LONGEST:
        return None
    return name if spec.get("class_name") == "InputLayer" else f"{name}_input"


def _build_shape(spec: Any) -> Any:
    """Return the shape that an entry says it was built for."""
    build = spec.get("build_config") if isinstance(spec, dict) else None
    return keras2.plain(build.get("input_shape")) if isinstance(build, dict) else None


def _as_shape(shape: Any) -> tuple[Any, ...] | None:
    """Return a shape that somebody else computed, with letters for open lengths."""
    shape = keras2.plain(shape)
    if not _is_shape(shape) or not 0 < len(shape) <= MOST_AXES:
        return None
    if any(length is not None and length < 0 for length in shape):
        return None
    return tuple(
        Size.symbol(f"N{axis}") if axis and length is None else length
        for axis, length in enumerate(shape)
    )


def _own_output_shapes(
    kind: str, config: Mapping[str, Any], hints: Sequence[Any]
) -> list[Any] | None:
    """Return the shapes of each call of a layer without a rule, as the file says."""
    shape = keras2.plain(config.get("output_shape"))
    said = None
    if kind == "Lambda" and _is_shape(shape) and shape:
        said = _as_shape([None, *shape])
    calls = [list(outs) for outs in hints] or [[None]]
    return [[shape or said for shape in outs] for outs in calls]


# --- shapes in place of those of the file


def _given_shapes(shape: Any) -> Any:
    """Return what a reader gives as shapes, batch first: a list, or a dict by name."""
    if isinstance(shape, dict):
        return {str(name): [None, *_lengths(part)] for name, part in shape.items()}
    nested = isinstance(shape, list | tuple) and any(
        isinstance(part, list | tuple) for part in shape
    )
    parts = shape if nested else [shape]
    return [[None, *_lengths(part)] for part in parts]


def _lengths(shape: Any) -> list[Any]:
    """Return the lengths of a shape that a reader gives."""
    lengths = [shape] if hasattr(shape, "__index__") else shape
    if not isinstance(lengths, list | tuple):
        raise TypeError(
            "input_shape must be the lengths without the batch, such as (32, 32, 3), "
            f"got {shown(shape)}"
        )
    if len(lengths) >= MOST_AXES:
        raise ShapeError(
            f"input_shape has {len(lengths)} axes; at most {MOST_AXES - 1} are handled"
        )
    return list(lengths)


def _only(shapes: Any, where: str) -> Any:
    """Return the one shape for a network with one input."""
    parts = list(shapes.values()) if isinstance(shapes, dict) else list(shapes)
    if len(parts) != 1:
        raise ShapeError(f"{where} has one input, and {len(parts)} shapes are given")
    return parts[0]


def _by_name(shapes: Any, names: Sequence[str], where: str) -> dict[str, Any]:
    """Return the shape for each input of a network under its name."""
    said = ", ".join(repr(name[:60]) for name in names[:8])
    if isinstance(shapes, dict):
        strange = [name for name in shapes if name not in names]
        if strange:
            raise ShapeError(
                f"{where} has no input {strange[0]!r}; its inputs are {said}"
            )
        return shapes
    if len(shapes) != len(names):
        raise ShapeError(
            f"{where} has {len(names)} inputs, {said}, and {len(shapes)} shapes are "
            "given; give one for each, in this order, or a dictionary by name"
        )
    return dict(zip(names, shapes, strict=True))
