"""Shapes as a reader gives them, and the limits of what is handled."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.size import Size
from byhand.shapes.tensor import Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from byhand.shapes.tensor import Shape

LONGEST = 2**63  # elements along an axis, from which on no array is as long
MOST_AXES = 64
MOST_ATOMS = 150  # letters, products and quotients in one length


def tensors_of(value: Any) -> Any:
    """Return a tensor for each shape of a structure."""
    if isinstance(value, dict):
        return {name: tensors_of(part) for name, part in value.items()}
    if any(isinstance(part, tuple | list) for part in value):
        return [tensors_of(part) for part in value]
    lengths = [
        Size.symbol(f"N{axis}") if axis and length is None else length
        for axis, length in enumerate(value)
    ]
    return Tensor(tuple(lengths))


def shapes_in(value: Any) -> list[Any]:
    """Return a list of shapes, also from a single one."""
    if isinstance(value, dict):
        return list(value.values())
    single = isinstance(value, tuple | list) and not any(
        isinstance(part, tuple | list) for part in value
    )
    if single and len(value) > 0:
        return [tuple(value)]
    return [tuple(shape) for shape in value]


def check_bounds(shape: Shape | None) -> None:
    """Refuse a shape that no array could have, before more is made of it."""
    if shape is None:
        return
    if len(shape) > MOST_AXES:
        raise ShapeError(
            f"it would give {len(shape)} axes; at most {MOST_AXES} are handled"
        )
    for length in shape:
        if isinstance(length, Size):
            if length.atoms > MOST_ATOMS:
                raise ShapeError(
                    f"it would give a length of {length.atoms} letters and products; "
                    "give the open axes numbers in Input"
                )
        elif length is not None and length >= LONGEST:
            raise ShapeError(
                f"it would give a length of more than {LONGEST - 1}; no array is as "
                "long"
            )


def differ_in_open(first: Shape, second: Shape) -> bool:
    """Return whether two shapes differ in unknown lengths only."""
    return len(first) == len(second) and all(
        a == b or isinstance(a, Size) or isinstance(b, Size)
        for a, b in zip(first, second, strict=True)
    )
