"""Numbers for each axis, the lengths in a structure, and axes from either end."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.live_torch.lengths import (
    Lengths,
    MissingAxisError,
    words,
)
from byhand.shapes.tensor import AXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

TAPS = {1: ("k",), 2: ("k_h", "k_w"), 3: ("k_d", "k_h", "k_w")}


def each(value: Any, rank: int, name: str) -> tuple[int, ...]:
    """Return an argument that is one number or one for each axis."""
    given = (value,) if hasattr(value, "__index__") else tuple(value)
    numbers = given * rank if len(given) == 1 else given
    if len(numbers) != rank:
        raise ShapeError(f"{name} must have {rank} numbers, got {value!r}")
    return tuple(int(number) for number in numbers)


def lengths_in(value: Any) -> Iterator[Lengths]:
    """Yield the lengths of every tensor of a structure, in order."""
    if isinstance(value, Lengths):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from lengths_in(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from lengths_in(part)


def split(x: Lengths, rank: int) -> tuple[Any, Any, Lengths]:
    """Return batch, channels and spatial lengths; refuse another number of axes."""
    if len(x) != rank + 2:
        kind = MissingAxisError if len(x) == rank + 1 else ShapeError
        order = ", ".join(("batch", "channels", *AXES[rank]))
        raise kind(
            f"it takes an input of {rank + 2} axes, {order}, got {len(x)}: {words(x)}; "
            "give input_size in this order"
        )
    return x[0], x[1], Lengths(x[2:])


def axis_at(axis: Any, rank: int) -> int:
    """Return an axis counted from the first; refuse one that is not there."""
    number = int(axis)
    if not -rank <= number < max(rank, 1):
        raise ShapeError(
            f"there is no axis {number} among {rank}; count from 0 to {rank - 1}, or "
            "from -1 back"
        )
    return number % rank if rank else 0
