"""Networks: inputs, stacks of layers, and graphs of calls.

The graph of a network is its calls, each after those it needs. A network is a layer
itself: called on a tensor, it runs its calls on the new shape.
"""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.layers.base import Layer
from byhand.shapes.layers.inputs import Input, InputLayer
from byhand.shapes.layers.names import unknown_argument
from byhand.shapes.messages import layer_expected
from byhand.shapes.naming import Names
from byhand.shapes.network import Network
from byhand.shapes.tensor import Tensor, calls_before, replaced, tensors_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

__all__ = ["Input", "InputLayer", "Model", "Sequential", "Tensor", "clone_model"]

# Keras 1's names, with today's.
KERAS_1 = {"input": "inputs", "output": "outputs"}


class _Copied(Network):
    """What a configuration of a network holds, and what is made of one."""

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` takes; a configuration holds the network itself."""
        return {"name": self.name, "trainable": self.trainable, "network": self}

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Any = None) -> Any:
        """Return a network of the same build with layers of its own."""
        if "network" not in config:  # a reader's own class says what it takes
            return cls(**config)
        made = clone_model(config["network"])
        made.name = config.get("name", made.name)
        return made


class Sequential(_Copied):
    """Layers one behind another.

    Parameters
    ----------
    layers : sequence of Layer or Tensor, optional
        The stack; an `Input` may stand first.
    trainable : bool
        Whether training may change any of it.
    name : str, optional
        Name of the network.

    Examples
    --------
    >>> from byhand.shapes import layers
    >>> net = Sequential([Input((3,)), layers.Dense(4), layers.Dense(1)])
    >>> net.output_shape, net.count_params()
    ((None, 1), 21)
    """

    _arguments_ = {"layers": None, "trainable": True, "name": None}

    def _bind_(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        binding = _bound(self, given, named)
        self.name = binding.get("name")
        self._trainable_ = binding.get("trainable", True)
        self.dtype = binding.get("dtype")
        self._inputs_, self._outputs_ = [], []
        self._inferred_ = {}
        self._stack_: list[Layer] = []
        self._members_: set[int] = set()
        self._names_ = Names()
        self._given_ = list(binding.get("layers") or [])

    def _check_(self) -> None:
        """Stack what was given."""
        for layer in self._given_:
            self.add(layer)

    @property
    def layers(self) -> list[Any]:
        """The stack, bottom first."""
        return list(self._stack_)

    @property
    def _inner_layers_(self) -> list[Layer]:
        """The stack, and what a reader's own class holds besides."""
        return list(dict.fromkeys([*self._stack_, *super()._inner_layers_]))

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Put a layer on top."""
        if isinstance(layer, InputLayer):
            layer = layer.tensor
        if isinstance(layer, Tensor):
            if self._inputs_ or self._stack_:
                raise ShapeError("an Input must come first, and once; remove this one")
            self._start_(layer)
            return
        if not isinstance(layer, Layer):
            raise TypeError(f"a Sequential holds layers, {layer_expected(layer)}")
        if id(layer) in self._members_:
            raise ShapeError(
                f"{layer._label_} is in the stack already; make a second layer"
            )
        if not self._stack_ and not self._inputs_:
            start = _start_of(layer)
            if start is not None:
                self._start_(start)
        self._contain_([layer])
        self._names_.give(layer)
        if self._outputs_:
            try:
                self._put_(layer)
            except (ShapeError, TypeError):
                self._names_.free(layer)
                raise
        self._stack_.append(layer)
        self._inferred_.clear()
        self._members_.add(id(layer))

    def pop(self) -> Any:
        """Take the top layer off and return it."""
        if not self._stack_:
            raise IndexError("there is no layer to take off")
        layer = self._stack_.pop()
        self._inferred_.clear()
        self._members_.remove(id(layer))
        self._names_.free(layer)
        if self._inputs_:
            self._outputs_ = list(self._inputs_)
            for kept in self._stack_:
                self._put_(kept)
        return layer

    def _start_(self, tensor: Tensor) -> None:
        """Take an input."""
        tensor.name = tensor.name or "input_layer"
        self._inputs_, self._outputs_ = [tensor], [tensor]
        self._names_.hold(tensor)

    def _put_(self, layer: Layer) -> None:
        """Apply a layer to the output so far."""
        out = layer(self._outputs_[0])
        if not isinstance(out, Tensor):
            raise ShapeError(
                f"{layer._label_} has {len(out)} outputs, and a Sequential passes on "
                "one; use Model(inputs, outputs)"
            )
        self._outputs_ = [out]

    def build(self, shapes: Any = None, *, input_shape: Any = None) -> None:
        """Take an input shape, batch first, if there is none yet.

        Parameters
        ----------
        shapes : tuple
            Shape of the input.
        input_shape : optional
            The same under Keras's name.
        """
        shapes = input_shape if shapes is None else shapes
        if self._inputs_ or not shapes:
            return
        shape = shapes[0] if isinstance(shapes[0], tuple | list) else shapes
        self._start_(Input(batch_shape=tuple(shape)))
        try:
            for layer in self._stack_:
                self._put_(layer)
        except RecursionError:
            raise ShapeError(
                f"{self._label_}: networks lie too deep in one another to be built; "
                "give the inner ones an Input each"
            ) from None


class Model(_Copied):
    """A graph of calls between inputs and outputs.

    Parameters
    ----------
    inputs, outputs : Tensor, or a list or dict of them
        Where the network begins and ends.
    name : str, optional
        Name of the network.

    Raises
    ------
    ShapeError
        If an output does not come from the inputs alone.

    Examples
    --------
    >>> from byhand.shapes import layers
    >>> x = Input((8, 8, 3))
    >>> y = layers.Conv2D(3, 3, padding="same")(x)
    >>> Model(x, layers.Add()([x, y])).output_shape
    (None, 8, 8, 3)
    """

    _arguments_ = {"inputs": None, "outputs": None, "name": None}

    def _bind_(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        binding = _bound(self, given, named)
        self.name = binding.get("name")
        self._trainable_ = binding.get("trainable", True)
        self.dtype = binding.get("dtype")
        starts, ends = binding.get("inputs"), binding.get("outputs")
        self._inputs_, self._input_structure_ = _flat(starts)
        self._outputs_, self._output_structure_ = _flat(ends)
        self._input_layers_: list[InputLayer] = []
        self._inferred_ = {}

    def _check_(self) -> None:
        """Refuse a graph with loose ends, and name its layers."""
        if type(self) is not Model and not self._inputs_ and not self._outputs_:
            return  # a reader's own model, whose calls are known when it is built
        if not self._inputs_ or not self._outputs_:
            raise TypeError("Model needs inputs and outputs: Model(inputs, outputs)")
        for number, tensor in enumerate(self._inputs_):
            suffix = f"_{number}" if number else ""
            tensor.name = tensor.name or f"input_layer{suffix}"
        given = {id(tensor) for tensor in self._inputs_}
        for call in calls_before(self._outputs_, self._inputs_):
            for tensor in call.inputs:
                if tensor.call or tensor.weight or id(tensor) in given:
                    continue
                raise ShapeError(
                    f"{call.layer._label_} receives {tensor!r}, which comes from no "
                    "input of this Model; name it among the inputs"
                )
        names = Names()
        for tensor in self._inputs_:
            names.hold(tensor)
        layers = self._called_layers_
        self._contain_(layers)
        for layer in [*filter(_named, layers), *layers]:
            names.give(layer)

    @property
    def _base_name_(self) -> str:
        """Keras's name for a graph that came without one."""
        return "functional" if type(self) is Model else super()._base_name_

    def build(self, shapes: Any = None, *, input_shape: Any = None) -> None:
        """Run a reader's own `call` on an input shape, batch first, if none was yet.

        Parameters
        ----------
        shapes : tuple, or list or dict of tuples
            Shape of the input, or of each.
        input_shape : optional
            The same under Keras's name.
        """
        shapes = input_shape if shapes is None else shapes
        if self.built or self._outputs_ or not self._own_("call") or shapes is None:
            return
        self.built = True
        self(_inputs_of(shapes))

    def _prepare_(self, shapes: list[Any]) -> None:
        """Nothing: a graph is there, and an own model's is made by its `call`."""
        self.built = True

    @property
    def layers(self) -> list[Any]:
        """The layers in Keras's order: inputs too, operations on tensors not.

        Of a reader's own model, those that its attributes hold.
        """
        if self._own_("call") or not self._outputs_:
            return self._inner_layers_
        if len(self._input_layers_) != len(self._inputs_):
            self._input_layers_ = [InputLayer._of_(one) for one in self._inputs_]
        starts = {id(one.tensor): one for one in self._input_layers_}
        order = in_order_of_keras(self._outputs_, self._inputs_)
        called = set(map(id, self._called_layers_))
        kept = [one for one in order if id(one) in starts or id(one) in called]
        listed = [starts.get(id(one), one) for one in kept]
        return [layer for layer in listed if not layer._is_operation_]


def in_order_of_keras(outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> list[Any]:
    """Return layers as Keras lists those of a graph: the furthest from its end first.

    Layers as far away as one another stand in the order in which they are met on the
    way back from the outputs.

    Parameters
    ----------
    outputs, inputs : sequence of Tensor
        Where the graph ends and begins.

    Returns
    -------
    list
        Layers, and the tensors of `inputs` in their places.
    """
    starts = {id(tensor) for tensor in inputs}

    def before(tensors: Sequence[Tensor]) -> list[Any]:
        """Return the calls, and the inputs of the graph, that tensors are from."""
        nodes = [one if id(one) in starts else one.call for one in tensors]
        return [node for node in nodes if node is not None]

    met: dict[int, int] = {}
    held: dict[int, Any] = {}
    parents: dict[int, list[Any]] = {}
    order: list[Any] = []
    stack = [(node, False) for node in reversed(before(outputs))]
    while stack:
        node, ready = stack.pop()
        if ready:
            order.append(node)
            continue
        if id(node) in parents:
            continue
        is_input = isinstance(node, Tensor)
        parents[id(node)] = [] if is_input else before(node.inputs)
        layer = node if is_input else node.layer
        held[id(layer)] = layer
        met.setdefault(id(layer), len(met))
        stack.append((node, True))
        stack.extend((one, False) for one in reversed(parents[id(node)]))
    far_nodes: dict[int, int] = {}
    far: dict[int, int] = {}
    for node in reversed(order):
        layer = node if isinstance(node, Tensor) else node.layer
        depth = max(far_nodes.get(id(node), 0), far.get(id(layer), 0))
        far[id(layer)] = depth
        for one in parents[id(node)]:
            far_nodes[id(one)] = max(depth + 1, far_nodes.get(id(one), 0))
    for tensor in inputs:  # those that no output comes from
        if id(tensor) not in held:
            held[id(tensor)], far[id(tensor)], met[id(tensor)] = tensor, 0, -1
    return [held[key] for key in sorted(held, key=lambda key: (-far[key], met[key]))]


def _start_of(layer: Layer) -> Tensor | None:
    """Return the input that the first layer of a stack brings, if it brings one."""
    if isinstance(layer, Network):
        if len(layer._inputs_) != 1 or layer._own_("call"):
            return None
        return Input(tensor=layer._inputs_[0])
    given = layer._starts_.get("input_shape")
    # Embedding has an input_dim of its own, which is no length.
    length = layer._starts_.get("input_dim")
    if given is None and length is not None:
        given = (length,)
    return None if given is None else Input(given)


def _inputs_of(shapes: Any) -> Any:
    """Return an input for each shape, batch first, in the same structure."""
    if isinstance(shapes, dict):
        return {
            name: Input(batch_shape=shape, name=name) for name, shape in shapes.items()
        }
    if any(isinstance(part, tuple | list) for part in shapes):
        return [Input(batch_shape=shape) for shape in shapes]
    return Input(batch_shape=shapes)


def _named(layer: Layer) -> bool:
    """Return whether a layer has its name already."""
    return layer.name is not None


def _bound(
    network: Network, given: tuple[Any, ...], named: dict[str, Any]
) -> dict[str, Any]:
    """Return a network's arguments under their names."""
    binding = dict(zip(network._arguments_, given, strict=False)) | named
    known = [*network._arguments_, "trainable", "dtype"]
    for name in binding:
        if name in KERAS_1 and KERAS_1[name] in known:
            raise TypeError(
                f"{network._kind_} has no argument {name!r}; write {KERAS_1[name]}=, "
                "as Keras does since version 2"
            )
        if name not in known:
            raise TypeError(unknown_argument(network._kind_, name, known))
    return binding


def _flat(value: Any) -> tuple[list[Tensor], Any]:
    """Return the tensors of a structure, and the structure unless it is one tensor.

    A dictionary is read in the order of its keys, as Keras does.
    """
    value = _sorted(value)
    tensors = list(tensors_in(value))
    plain = isinstance(value, Tensor) or value is None
    return tensors, None if plain else value


def _sorted(value: Any) -> Any:
    """Return a structure with the keys of its dictionaries in order."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return type(value)([_sorted(part) for part in value])
    return value


def clone_model(
    model: Network,
    input_tensors: Any = None,
    clone_function: Callable[[Any], Any] | None = None,
    call_function: Any = None,
    recursive: bool = False,
    **options: Any,
) -> Network:
    """Return a network of the same build with layers of its own.

    Parameters
    ----------
    model : Sequential or Model
        What to copy.
    input_tensors : optional
        Tensors that the copy begins with.
    clone_function : callable, optional
        What makes a new layer of an old one; by default from its `get_config`.
    call_function, recursive, **options, optional
        Accepted as in Keras.

    Raises
    ------
    ShapeError
        If it is a model of a reader's own class, which Keras does not copy either.
    """
    if model._own_("call"):
        raise ShapeError(
            f"{model._label_} is a model of a class of its own; make another by "
            f"{model._kind_}(...)"
        )
    copied = clone_function or _copy
    copies: dict[int, Any] = {}
    for layer in [*model._called_layers_, *model.layers]:
        if id(layer) not in copies:
            copies[id(layer)] = copied(layer)
    if isinstance(model, Sequential):
        stack: list[Any] = [copies[id(layer)] for layer in model.layers]
        if model._inputs_:
            stack.insert(0, input_tensors or _input_like(model._inputs_[0]))
        return Sequential(stack, name=model.name)
    starts = list(tensors_in(input_tensors)) or [*map(_input_like, model._inputs_)]
    at = {id(old): new for old, new in zip(model._inputs_, starts, strict=True)}
    for call in model._calls_:
        given = [at.get(id(tensor), tensor) for tensor in call.inputs]
        arguments = call.arguments.replaced(given)
        made = copies[id(call.layer)](*arguments.given, **arguments.named)
        for old, new in zip(call.outputs, tensors_in(made), strict=True):
            at[id(old)] = new
    ends = [at[id(tensor)] for tensor in model._outputs_]
    return Model(
        replaced(model.input, starts), replaced(model.output, ends), name=model.name
    )


def _copy(layer: Any) -> Any:
    """Return a layer with the same arguments, without its weights."""
    if isinstance(layer, Network) and not layer._own_("call"):
        return clone_model(layer)
    if layer._is_operation_:
        return layer
    made = type(layer).from_config(layer.get_config())
    made.name = layer.name
    return made


def _input_like(tensor: Tensor) -> Tensor:
    """Return an input of the same shape."""
    return Input(tensor=tensor, name=tensor.name)
