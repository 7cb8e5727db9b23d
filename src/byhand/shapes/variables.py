"""Weights as tensors to compute with: Variable, and tensors that hold constants."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError, UnsupportedError
from byhand.shapes.outcome import WeightSpec
from byhand.shapes.size import Number, Size
from byhand.shapes.tensor import Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NO_NUMBERS = "there are no numbers here, only shapes"


class Variable(Tensor):
    """A weight of a reader's own layer or model, as Keras has it.

    Parameters
    ----------
    initializer : object
        What its numbers come from: a tensor, an array or nested lists, whose shape it
        then has, or an initializer, beside a shape.
    shape : sequence of int, optional
        Its lengths; () for a single number.
    dtype : str, optional
        Type of its numbers.
    trainable : bool
        Whether training may change it.
    name : str, optional
        Its name; by default "variable".
    autocast, aggregation, synchronization, layout, optional
        Accepted as in Keras; they change no shape.

    Raises
    ------
    ShapeError
        If there is no shape, or a length is not a whole number.
    """

    __slots__ = ()

    def __init__(
        self,
        initializer: Any = None,
        shape: Any = None,
        dtype: str | None = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
        layout: Any = None,
        **options: Any,
    ) -> None:
        if initializer is None:
            initializer = options.pop("initial_value", None)
        if shape is None:
            shape = shape_of(initializer)
        name = name or "variable"
        weight = WeightSpec(name, _axes(name, shape), trainable=bool(trainable))
        super().__init__(
            weight.shape, name=name, dtype=dtype or "float32", weight=weight
        )

    @classmethod
    def of(cls, weight: WeightSpec) -> Variable:
        """Return a weight that is there already, as a tensor."""
        made = cls.__new__(cls)
        Tensor.__init__(made, weight.shape, name=weight.name, weight=weight)
        return made

    @property
    def trainable(self) -> bool:
        """Whether training may change it."""
        return bool(self.weight.trainable)

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self.weight.trainable = bool(value)

    @property
    def value(self) -> Variable:
        """The weight itself: a shape is all that is known of its numbers."""
        return self

    def assign(self, value: Any) -> Variable:
        """Give it other numbers, which changes no shape."""
        return self

    assign_add = assign_sub = assign

    def numpy(self) -> Any:
        """Refuse to give numbers.

        Raises
        ------
        UnsupportedError
            Always.
        """
        raise UnsupportedError(
            f"{NO_NUMBERS}: numpy() gives a weight's numbers in Keras itself"
        )


def constant(shape: Any, *, dtype: str = "float32") -> Tensor:
    """Return a tensor of numbers that belong to no layer and to no input.

    Parameters
    ----------
    shape : sequence of int, Size or None, or int
        Its lengths.
    dtype : str
        Type of its numbers.
    """
    lengths = (shape,) if hasattr(shape, "__index__") else tuple(shape)
    return Tensor(lengths, dtype=dtype, weight=WeightSpec("constant", {}))


def shape_of(value: Any) -> Any:
    """Return the shape of a tensor, an array, a number or nested lists of numbers.

    Raises
    ------
    ShapeError
        If it has none.
    """
    shape = getattr(value, "shape", None)
    if shape is not None and not callable(shape):
        return tuple(shape)
    if isinstance(value, list | tuple):
        return (len(value), *(shape_of(value[0]) if value else ()))
    if hasattr(value, "__float__"):
        return ()
    raise ShapeError(
        "a Variable needs a shape, such as Variable('zeros', shape=(3, 4)), or an "
        f"array that has one, got {type(value).__name__}"
    )


def _axes(name: str, shape: Any) -> dict[str, Number]:
    """Return the lengths of a weight's axes, each under a letter."""
    lengths = (shape,) if hasattr(shape, "__index__") else tuple(shape)
    axes: dict[str, Number] = {}
    for position, length in enumerate(lengths, start=1):
        if isinstance(length, Size) or not hasattr(length, "__index__"):
            raise ShapeError(
                f"the weight {name!r} has the length {length!r}, which is no number; "
                "give the axis a number in Input"
            )
        if length < 0:
            raise ShapeError(f"the weight {name!r} has the length {length}")
        axes[f"n_{position}"] = int(length)
    return axes
