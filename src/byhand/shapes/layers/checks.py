"""Checks of a layer's arguments and of the shapes that it receives."""

from __future__ import annotations

from byhand.shapes.errors import RankError, ShapeError
from byhand.shapes.tensor import show
from byhand.shapes.values import shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Shape


def is_known(value: Any) -> bool:
    """Return whether a length is a number."""
    return isinstance(value, int)


def as_list(name: str, value: Any, *, most: int = 64) -> list[Any]:
    """Return an argument that must be a list or a tuple, of not too many parts."""
    if not isinstance(value, list | tuple):
        # Whatever else gives its parts one by one: an array, a range.
        try:
            if isinstance(value, str | bytes | dict) or len(value) > most:
                raise TypeError
            value = list(value)
        except (TypeError, ValueError):
            raise TypeError(
                f"{name} must be a list or a tuple of at most {most} parts, got "
                f"{shown(value)} of type {type(value).__name__}"
            ) from None
    if len(value) > most:
        raise ShapeError(
            f"{name} must have at most {most} parts, got {len(value)}: {shown(value)}"
        )
    return list(value)


def channels_first(layer: Any) -> bool:
    """Return whether a layer's channels come before its spatial axes."""
    given = layer.data_format
    if given not in (None, "channels_last", "channels_first"):
        raise ShapeError(
            f"data_format must be 'channels_last' or 'channels_first', got "
            f"{shown(given)}"
        )
    return bool(given == "channels_first")


def per_axis(name: str, value: Any, rank: int, *, least: int = 1) -> tuple[int, ...]:
    """Return an argument that Keras takes as one number or one for each axis."""
    if isinstance(value, str | bytes | dict | bool) or not (
        hasattr(value, "__index__") or hasattr(value, "__iter__")
    ):
        raise TypeError(
            f"{name} must be a whole number or {rank} of them, got {shown(value)} of "
            f"type {type(value).__name__}"
        )
    iterable = hasattr(value, "__iter__") and getattr(value, "ndim", 1) != 0
    numbers = as_list(name, value) if iterable else [value] * rank
    if len(numbers) != rank:
        raise ShapeError(
            f"{name} must have one number for each of the {rank} axes, got "
            f"{shown(value)}"
        )
    return tuple(whole_number(name, number, least=least) for number in numbers)


def shape_of_rank(shapes: Sequence[Shape], rank: int, meaning: str) -> Shape:
    """Return the one input shape if it has the right number of axes."""
    shape = single_shape(shapes)
    if len(shape) != rank:
        raise RankError(
            f"it takes an input of {rank} axes, {meaning}, got {len(shape)}: "
            f"{show(shape)}",
            rank,
            shape,
        )
    return shape


def single_shape(shapes: Sequence[Shape]) -> Shape:
    """Return the shape of the only input."""
    if len(shapes) != 1:
        raise ShapeError(
            f"it takes one input, got {len(shapes)}; join them first, with "
            "Concatenate()([...]) or Add()([...]), or make a layer for each"
        )
    return shapes[0]


def known_length(value: Any, what: str) -> int:
    """Return a length that weights depend on, which must be known."""
    if not is_known(value):
        raise ShapeError(
            f"{what} is unknown ({value}), and its weights depend on it; "
            "give it a number in Input"
        )
    return int(value)
