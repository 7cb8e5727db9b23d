"""Checks of a layer's arguments and of the shapes that it receives."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.tensor import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Shape


def known(value: Any) -> bool:
    """Return whether a length is a number."""
    return isinstance(value, int)


def whole_number(
    name: str,
    value: Any,
    *,
    least: int = 1,
) -> int:
    """Return an argument that must be a whole number."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(
            f"{name} must be a whole number, got {value!r} of type "
            f"{type(value).__name__}"
        )
    number = int(value.__index__())
    if number < least:
        raise ShapeError(f"{name} must be at least {least}, got {number}")
    return number


def per_axis(name: str, value: Any, rank: int, *, least: int = 1) -> tuple[int, ...]:
    """Return an argument that Keras takes as one number or one for each axis."""
    given = (value,) * rank if hasattr(value, "__index__") else value
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        raise TypeError(
            f"{name} must be a whole number or {rank} of them, got {value!r} of type "
            f"{type(value).__name__}"
        )
    numbers = tuple(given)
    if len(numbers) != rank:
        raise ShapeError(
            f"{name} must have one number for each of the {rank} axes, got {value!r}"
        )
    return tuple(whole_number(name, number, least=least) for number in numbers)


def rank_is(shapes: Sequence[Shape], rank: int, meaning: str) -> Shape:
    """Return the one input shape if it has the right number of axes."""
    shape = only(shapes)
    if len(shape) != rank:
        raise ShapeError(
            f"it takes an input of {rank} axes, {meaning}, got {len(shape)}: "
            f"{show(shape)}"
        )
    return shape


def only(shapes: Sequence[Shape]) -> Shape:
    """Return the shape of the only input."""
    if len(shapes) != 1:
        raise ShapeError(f"it takes one input, got {len(shapes)}")
    return shapes[0]


def known_length(value: Any, what: str) -> int:
    """Return a length that weights depend on, which must be known."""
    if not known(value):
        raise ShapeError(
            f"{what} is unknown ({value}), and its weights depend on it; "
            "give it a number in Input"
        )
    return int(value)
