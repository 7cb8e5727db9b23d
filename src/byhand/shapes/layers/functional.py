"""The functions of `keras.layers` in lower case, and layers made of a function."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.layers.base import REQUIRED, Layer
from byhand.shapes.layers.merging import (
    Add,
    Average,
    Concatenate,
    Dot,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
)
from byhand.shapes.naming import Names
from byhand.shapes.outcome import UNKNOWN, Inner, Outcome, inside
from byhand.shapes.size import Size
from byhand.shapes.tensor import Tensor, calls_before, tensors_in
from byhand.shapes.tracing import in_words, is_refusal
from byhand.shapes.values import shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Arguments, Shape


def add(inputs: Any, **options: Any) -> Any:
    """Return the sum of tensors, as `Add()(inputs)` does."""
    return Add(**options)(inputs)


def subtract(inputs: Any, **options: Any) -> Any:
    """Return the first tensor less the second."""
    return Subtract(**options)(inputs)


def multiply(inputs: Any, **options: Any) -> Any:
    """Return the product of tensors at each place."""
    return Multiply(**options)(inputs)


def average(inputs: Any, **options: Any) -> Any:
    """Return the mean of tensors at each place."""
    return Average(**options)(inputs)


def maximum(inputs: Any, **options: Any) -> Any:
    """Return the larger of tensors at each place."""
    return Maximum(**options)(inputs)


def minimum(inputs: Any, **options: Any) -> Any:
    """Return the smaller of tensors at each place."""
    return Minimum(**options)(inputs)


def concatenate(inputs: Any, axis: int = -1, **options: Any) -> Any:
    """Return tensors one behind another along an axis."""
    return Concatenate(axis=axis, **options)(inputs)


def dot(inputs: Any, axes: Any = -1, **options: Any) -> Any:
    """Return sums of products along an axis of each of two tensors."""
    return Dot(axes=axes, **options)(inputs)


class Lambda(Layer):
    """A function of tensors as a layer.

    The function is run on symbolic tensors. Where it uses what is not known here, such
    as TensorFlow, the output is what `output_shape` says, or unknown. A function that
    is kept in a file is never run.

    Parameters
    ----------
    function : callable
        What gives the output.
    output_shape : tuple or callable, optional
        Shape of the output without the batch, or a function of the input's shape that
        gives it with the batch; None in it leaves a length open.
    mask : optional
        Accepted as in Keras; it changes no shape.
    arguments : dict, optional
        Further arguments of the function.
    """

    _arguments_ = {
        "function": REQUIRED,
        "output_shape": None,
        "mask": None,
        "arguments": None,
    }

    function: Any
    output_shape: Any
    arguments: Any

    def _check_(self) -> None:
        """Refuse an output shape that is none."""
        shape = self.output_shape
        known = shape is None or callable(shape) or isinstance(shape, dict | str)
        if not known and not isinstance(shape, list | tuple):
            raise TypeError(
                f"output_shape must be a tuple without the batch, or a function, got "
                f"{shown(shape)}"
            )
        if isinstance(shape, list | tuple):
            for length in shape:
                if length is not None and not isinstance(length, Size):
                    whole_number("a length of output_shape", length, least=0)

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """What the function makes of symbolic tensors."""
        if not callable(self.function):
            return self._said_(shapes, "its function is code in a file, and is not run")
        starts = [Tensor(one.shape, dtype=one.dtype) for one in arguments.tensors]
        given = arguments.replaced(starts)
        try:
            result = self.function(*given.given, **{**given.named, **self._wanted_()})
        except Exception as error:
            # Whatever a reader's own code meets: the rest of the network is still said.
            if is_refusal(error):
                raise
            return self._said_(shapes, f"its function stopped with {in_words(error)}")
        outputs = list(tensors_in(result))
        if not outputs:
            kind = type(result).__name__
            return self._said_(shapes, f"its function gives {kind} and no tensor")
        calls = calls_before(outputs, starts)
        names = Names()
        for call in calls:
            names.give(call.layer)
        outcome = inside(Inner(starts, calls, outputs))
        outcome.structure = result
        return outcome

    def _wanted_(self) -> dict[str, Any]:
        """Return the further arguments, with those that Keras gives by name."""
        code = getattr(self.function, "__code__", None)
        takes = (
            code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            if code
            else ()
        )
        given = {name: None for name in ("mask", "training") if name in takes}
        return {**given, **(self.arguments or {})}

    def _said_(self, shapes: Sequence[Shape], why: str) -> Outcome:
        """Return what `output_shape` says of a function that cannot be run."""
        said = self.output_shape
        if callable(said):
            try:
                said = said(shapes[0] if len(shapes) == 1 else list(shapes))
            except ShapeError:
                raise
            except Exception as error:
                why += f"; output_shape with {in_words(error)}"
                said = None
            out = None if said is None else _opened(said)
        elif isinstance(said, list | tuple):
            out = _opened((shapes[0][0], *said))
        else:
            out = None
        return Outcome([out], macs=None, field=UNKNOWN, note=why)


def _opened(shape: Sequence[Any]) -> Shape:
    """Return a shape with a letter for each length that is left open."""
    return tuple(
        Size.symbol(f"N{axis}") if axis and length is None else length
        for axis, length in enumerate(shape)
    )
