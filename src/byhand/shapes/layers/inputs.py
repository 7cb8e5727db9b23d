"""Where a network begins: Input, and InputLayer as an entry of a list of layers."""

from __future__ import annotations

from byhand.shapes.batch import Batch
from byhand.shapes.errors import ShapeError
from byhand.shapes.inert import Inert
from byhand.shapes.layers.base import Layer
from byhand.shapes.size import Size
from byhand.shapes.tensor import Tensor
from byhand.shapes.values import shown, whole_number

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
    ragged: bool | None = None,
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
    tensor : Tensor, optional
        A tensor whose shape it has.
    dtype, sparse, ragged, optional
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
    if isinstance(tensor, Tensor):
        return Tensor(tensor.shape, name=name, dtype=dtype or tensor.dtype)
    if batch_shape is not None:
        if not isinstance(batch_shape, list | tuple) or not batch_shape:
            raise ShapeError(
                f"batch_shape is a tuple with the batch first, got {shown(batch_shape)}"
            )
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
        else length
        if isinstance(length, Size)
        else whole_number("a length of Input", length)
        for letter, length in zip(letters, lengths, strict=True)
    ]
    batch = (
        None if batch_size is None else Batch(whole_number("batch_size", batch_size))
    )
    return Tensor((batch, *known), name=name, dtype=dtype or "float32")


class InputLayer(Layer):
    """The start of a network, as an entry of a list of layers."""

    _arguments_ = {
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
    tensor: Tensor
    batch_shape: Any

    def _bind_(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        # Keras 2's names, which Keras 3 still takes here.
        renamed = {"input_shape": "shape", "batch_input_shape": "batch_shape"}
        super()._bind_(given, {renamed.get(key, key): named[key] for key in named})

    def _check_(self) -> None:
        """Make the tensor; there is nothing to build."""
        self.built = True
        self.tensor = Input(
            self.shape,
            self.batch_size,
            batch_shape=self.batch_shape,
            dtype=self.dtype,
            tensor=self.input_tensor,
            name=self.name,
        )

    @classmethod
    def _of_(cls, tensor: Tensor) -> InputLayer:
        """Return the layer that stands for an input that is there already."""
        layer = cls(input_tensor=tensor, name=tensor.name)
        layer.batch_shape = layer.tensor.shape
        layer.tensor = tensor
        return layer

    @property
    def input(self) -> Tensor:
        """The tensor that it stands for."""
        return self.tensor

    @property
    def output(self) -> Tensor:
        """The tensor that it stands for."""
        return self.tensor


class InputSpec(Inert):
    """What an own layer says of its inputs, which changes no shape."""

    takes = (
        *("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes"),
        *("allow_last_axis_squeeze", "name", "optional"),
    )
