"""Functions of PyTorch that bring numbers together along axes, and new tensors."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.live_torch.lengths import (
    Lengths,
    broadcast,
    same,
    words,
)
from byhand.shapes.live_torch.rules.common import axis_at, lengths_in
from byhand.shapes.outcome import LAST, POINT, UNKNOWN, WHOLE, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def reduced(
    x: Lengths, dim: Any = None, keepdim: Any = False, *_: Any, **named: Any
) -> Outcome:
    """One number in place of all along some axes."""
    dim = named.get("axis", dim)
    keepdim = named.get("keepdims", keepdim)
    if dim is None or dim in ((), []):
        return Outcome([(1,) * len(x) if keepdim else ()], field=WHOLE)
    axes = dim if isinstance(dim, list | tuple) else [dim]
    gone = {axis_at(axis, len(x)) for axis in axes}
    out = [
        1 if axis in gone else n
        for axis, n in enumerate(x)
        if keepdim or axis not in gone
    ]
    places = set(range(2, len(x))) or {1}
    field = WHOLE if places <= gone and 0 not in gone else UNKNOWN
    if gone == {1} and keepdim and len(x) > 2:
        field = POINT
    return Outcome([Lengths(out)], field=field)


def extreme(x: Lengths, *given: Any, **named: Any) -> Any:
    """The largest or smallest: of two tensors, of all, or along an axis."""
    shapes = list(lengths_in([given, named]))
    if shapes:
        return together(x, *shapes)
    if not given and not named:
        return reduced(x)
    outcome = reduced(x, *given, **named)
    return Outcome(outcome.shapes * 2, field=outcome.field), _values_and_indices


def _values_and_indices(parts: Sequence[Any]) -> Any:
    """Return two tensors as PyTorch names them."""
    from collections import namedtuple

    return namedtuple("Found", ["values", "indices"])(*parts)


def together(*given: Any, **named: Any) -> Outcome:
    """Each place by itself, of tensors that stretch to one another."""
    shapes = list(lengths_in([given, named]))
    return Outcome([broadcast(shapes)])


def same_shape(x: Any, *_: Any, **__: Any) -> Outcome:
    """As many numbers as came in, each at its place."""
    return Outcome([x])


def across_places(x: Lengths, *_: Any, **__: Any) -> Outcome:
    """As many numbers as came in, each of all places of its channels."""
    return Outcome([x], field=WHOLE if len(x) > 2 else UNKNOWN)


def along_last(x: Lengths, count: int) -> str:
    """Return what is seen where all along the last axes, so many, is combined."""
    if count == 1 and len(x) > 2:
        return LAST
    places = len(x) - 2 if len(x) > 2 else 1
    return WHOLE if count >= places else UNKNOWN


def shares(x: Lengths, *given: Any, **named: Any) -> Outcome:
    """As many numbers as came in, each of all along an axis."""
    dim = named.get("dim", given[0] if given else None)
    if not isinstance(dim, int):
        return mixed(x)
    axis = axis_at(dim, len(x))
    last = axis == len(x) - 1
    field = along_last(x, 1) if last and axis > 0 else reduced(x, dim, True).field
    return Outcome([x], field=field)


def mixed(x: Lengths, *_: Any, **__: Any) -> Outcome:
    """As many numbers as came in, each of many."""
    return Outcome([x], field=UNKNOWN)


def made(*size: Any, **named: Any) -> Outcome:
    """A new tensor of a given shape."""
    size = size or (named.get("size", ()),)
    if len(size) == 1 and isinstance(size[0], list | tuple):
        size = tuple(size[0])
    return Outcome([size], field=POINT)


def filled(size: Any, *_: Any, **__: Any) -> Outcome:
    """A new tensor of a given shape, of one number."""
    return made(size)


def made_like(x: Lengths, *size: Any, **named: Any) -> Outcome:
    """A new tensor, as `x.new_zeros(shape)` makes it."""
    return made(*size, **named)


def filled_like(x: Lengths, size: Any, *_: Any, **__: Any) -> Outcome:
    """A new tensor of one number, as `x.new_full(shape, number)` makes it."""
    return made(size)


def normalized(x: Lengths, shape: Any = None, *_: Any, **__: Any) -> Outcome:
    """Layer normalisation; the last axes must be those that it was made for."""
    wanted = [shape] if hasattr(shape, "__index__") else list(shape or ())
    last = x[len(x) - len(wanted) :]
    if wanted and not (len(last) == len(wanted) and all(map(same, last, wanted))):
        raise ShapeError(
            f"it was made for last axes of {tuple(wanted)}, got {words(x)}; let "
            "normalized_shape be what comes"
        )
    return Outcome([x], field=along_last(x, len(wanted)) if wanted else UNKNOWN)


def pack(x: Lengths, lengths: Any, batch_first: bool = False) -> Any:
    """Sequences of several lengths; what is known of them is the padded shape."""
    steps = x[1] if batch_first else x[0]
    return Outcome([x, Lengths((steps,))]), tuple


def unpack(x: Lengths, steps: Any, batch_first: bool = False, *_: Any) -> Any:
    """The padded sequences again, and how long each is."""
    batch = x[0] if batch_first else x[1]
    return Outcome([x, Lengths((batch,))]), tuple
