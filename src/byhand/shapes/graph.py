"""Networks: inputs, stacks of layers, and graphs of calls.

The graph of a network is its calls, each after those it needs. A network is a layer
itself: called on a tensor, it runs its calls on the new shape.
"""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.layers.base import Layer
from byhand.shapes.layers.checks import whole_number
from byhand.shapes.naming import Names
from byhand.shapes.network import Network
from byhand.shapes.size import Size
from byhand.shapes.tensor import Tensor, calls_before, tensors_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

# Letters for lengths that an Input leaves open, by the number of its axes.
LETTERS = {
    1: ("C",),
    2: ("T", "C"),
    3: ("H", "W", "C"),
    4: ("D", "H", "W", "C"),
}


def Input(  # noqa: N802  Keras's own spelling
    shape: Sequence[int | None] | None = None,
    batch_size: int | None = None,
    dtype: str | None = None,
    sparse: bool | None = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> Tensor:
    """Return a symbolic tensor, the start of a network.

    Parameters
    ----------
    shape : sequence of int or None
        Lengths without the batch; None leaves one open, and it becomes a letter.
    batch_size : int, optional
        Examples at a time; by default open.
    batch_shape : sequence, optional
        `shape` with the batch in front.
    name : str, optional
        Name of the input.
    dtype, sparse, tensor, optional
        Accepted as in Keras; they change no shape.

    Returns
    -------
    Tensor
        With the batch first.

    Raises
    ------
    ShapeError
        If no shape is given or a length is below 1.

    Examples
    --------
    >>> Input((32, 32, 1)).shape
    (None, 32, 32, 1)
    >>> Input((None, None, 3)).shape
    (None, H, W, 3)
    """
    if batch_shape is not None:
        batch_size, *shape = batch_shape
    if shape is None:
        raise ShapeError("Input needs a shape, such as Input((32, 32, 3))")
    if hasattr(shape, "__index__"):
        raise ShapeError(
            f"the shape of an Input is a tuple, got {shape!r}; write ({shape},)"
        )
    lengths = list(shape)
    letters = LETTERS.get(len(lengths)) or [f"N{k + 1}" for k in range(len(lengths))]
    known = [
        Size.symbol(letter)
        if length is None
        else whole_number("a length of Input", length)
        for letter, length in zip(letters, lengths, strict=True)
    ]
    batch = None if batch_size is None else whole_number("batch_size", batch_size)
    return Tensor((batch, *known), name=name, dtype=dtype or "float32")


class InputLayer(Layer):
    """The start of a network, as an entry of a list of layers."""

    arguments = {
        "shape": None,
        "batch_size": None,
        "dtype": None,
        "sparse": None,
        "ragged": None,
        "batch_shape": None,
        "input_tensor": None,
        "optional": False,
        "name": None,
    }

    def check(self) -> None:
        """Make the tensor."""
        self.tensor = Input(
            self.shape,
            self.batch_size,
            batch_shape=self.batch_shape,
            dtype=self.dtype,
            name=self.name,
        )


class Sequential(Network):
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

    arguments = {"layers": None, "trainable": True, "name": None}

    def _bind(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        binding = dict(zip(self.arguments, given, strict=False)) | named
        unknown = binding.keys() - {*self.arguments, "dtype"}
        if unknown:
            raise TypeError(f"Sequential has no argument {sorted(unknown)[0]!r}")
        self.name = binding.get("name")
        self.trainable = binding.get("trainable", True)
        self.inputs, self.outputs = [], []
        self._inferred = {}
        self._stack: list[Layer] = []
        self._members: set[int] = set()
        self._names = Names()
        self._given = list(binding.get("layers") or [])

    def check(self) -> None:
        """Stack what was given."""
        for layer in self._given:
            self.add(layer)

    @property
    def layers(self) -> list[Any]:
        """The stack, bottom first."""
        return list(self._stack)

    def add(self, layer: Any) -> None:
        """Put a layer on top."""
        if isinstance(layer, InputLayer):
            layer = layer.tensor
        if isinstance(layer, Tensor):
            if self.inputs or self._stack:
                raise ShapeError("an Input must come first, and once; remove this one")
            self._start(layer)
            return
        if not isinstance(layer, Layer):
            raise TypeError(
                f"a Sequential holds layers, got {layer!r} of type "
                f"{type(layer).__name__}"
            )
        if id(layer) in self._members:
            raise ShapeError(
                f"{layer.label} is in the stack already; make a second layer"
            )
        if not self._stack and not self.inputs:
            given = getattr(layer, "input_shape", None)
            # Embedding has an input_dim of its own, which is no length.
            if given is None and "input_dim" not in layer.arguments:
                length = getattr(layer, "input_dim", None)
                given = None if length is None else (length,)
            if given is not None and not isinstance(layer, Network):
                self._start(Input(given))
        self._names.give(layer)
        if self.outputs:
            try:
                self._put(layer)
            except (ShapeError, TypeError):
                self._names.free(layer)
                raise
        self._stack.append(layer)
        self._inferred.clear()
        self._members.add(id(layer))

    def pop(self) -> Any:
        """Take the top layer off and return it."""
        if not self._stack:
            raise IndexError("there is no layer to take off")
        layer = self._stack.pop()
        self._inferred.clear()
        self._members.remove(id(layer))
        self._names.free(layer)
        if self.inputs:
            self.outputs = list(self.inputs)
            for kept in self._stack:
                self._put(kept)
        return layer

    def _start(self, tensor: Tensor) -> None:
        """Take an input."""
        tensor.name = tensor.name or "input_layer"
        self.inputs, self.outputs = [tensor], [tensor]
        self._names.hold(tensor)

    def _put(self, layer: Layer) -> None:
        """Apply a layer to the output so far."""
        out = layer(self.outputs[0])
        if isinstance(out, list):
            raise ShapeError(
                f"{layer.label} has {len(out)} outputs, and a Sequential passes on "
                "one; use Model(inputs, outputs)"
            )
        self.outputs = [out]

    def build(self, shapes: Any) -> None:
        """Take an input shape, batch first, if there is none yet."""
        if self.inputs:
            return
        shape = shapes[0] if isinstance(shapes[0], tuple | list) else shapes
        self._start(Tensor(tuple(shape)))
        if not any(isinstance(length, Size) for length in shape):
            self._start(Input(tuple(shape)[1:]))
        for layer in self._stack:
            self._put(layer)


class Model(Network):
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

    arguments = {"inputs": None, "outputs": None, "name": None}

    def _bind(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        binding = dict(zip(self.arguments, given, strict=False)) | named
        unknown = binding.keys() - {*self.arguments, "trainable", "dtype"}
        if unknown:
            raise TypeError(f"Model has no argument {sorted(unknown)[0]!r}")
        self.name = binding.get("name")
        self.trainable = binding.get("trainable", True)
        self.inputs = list(tensors_in(binding.get("inputs")))
        self.outputs = list(tensors_in(binding.get("outputs")))
        self._inferred = {}

    def check(self) -> None:
        """Refuse a graph with loose ends, and name its layers."""
        if self.own("call") and not self.inputs:
            return  # a reader's own model, whose calls are known when it is built
        if not self.inputs or not self.outputs:
            raise TypeError("Model needs inputs and outputs: Model(inputs, outputs)")
        for number, tensor in enumerate(self.inputs):
            suffix = f"_{number}" if number else ""
            tensor.name = tensor.name or f"input_layer{suffix}"
        given = {id(tensor) for tensor in self.inputs}
        for call in calls_before(self.outputs):
            for tensor in call.inputs:
                if tensor.call or tensor.weight or id(tensor) in given:
                    continue
                raise ShapeError(
                    f"{call.layer.label} receives {tensor!r}, which comes from no "
                    "input of this Model; name it among the inputs"
                )
        names = Names()
        for tensor in self.inputs:
            names.hold(tensor)
        layers = self.layers
        for layer in [*filter(_named, layers), *layers]:
            names.give(layer)

    @property
    def base_name(self) -> str:
        """Keras's name for a graph that came without one."""
        return "functional" if type(self) is Model else super().base_name

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
        if self.outputs or not self.own("call") or shapes is None:
            return
        self(_inputs_of(shapes))


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
