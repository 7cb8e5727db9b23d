"""Functions of PyTorch that give the same numbers another shape, and indices."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError, UnsupportedError
from byhand.shapes.formula import Formula
from byhand.shapes.live_torch.lengths import (
    Batch,
    Lengths,
    batches,
    broadcast,
    regrouped,
    same,
    words,
)
from byhand.shapes.live_torch.rules.common import axis_at, lengths_in
from byhand.shapes.live_torch.rules.reducing import same_shape
from byhand.shapes.outcome import POINT, UNKNOWN, Outcome
from byhand.shapes.size import Size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def moved(x: Lengths, out: Sequence[Any]) -> str:
    """Return what an element sees where elements only change their places."""
    spatial = len(x) > 2 and len(out) == len(x) and all(map(same, x[2:], out[2:]))
    return POINT if spatial or len(x) <= 2 else UNKNOWN


def reshape(x: Lengths, *shape: Any, **named: Any) -> Outcome:
    """The same elements in other rows."""
    wanted = shape or tuple(named.values())
    if len(wanted) == 1 and isinstance(wanted[0], list | tuple):
        wanted = tuple(wanted[0])
    if len(wanted) == 1 and not hasattr(wanted[0], "__index__"):
        return same_shape(x)  # x.view(dtype)
    out = regrouped(x, [n if isinstance(n, Size | Batch) else int(n) for n in wanted])
    rows = len(out) == 2 and len(x) > 2 and same(out[0], x[0])
    return Outcome([Lengths(out)], field=POINT if rows else moved(x, out))


def flatten(x: Lengths, start_dim: int = 0, end_dim: int = -1) -> Outcome:
    """Neighbouring axes as one."""
    if not x:
        return Outcome([(1,)])
    first, last = axis_at(start_dim, len(x)), axis_at(end_dim, len(x))
    names = [f"n_{k}" for k in range(1, last - first + 2)]
    values = [n.times if isinstance(n, Batch) else n for n in x[first : last + 1]]
    row = Formula(" * ".join(names), **dict(zip(names, values, strict=True)))
    length: Any = row.value
    held = batches(x[first : last + 1])
    if held is not None:
        length = held.scaled(length)
    out = (*x[:first], length, *x[last + 1 :])
    field = POINT if first == 1 and last == len(x) - 1 else moved(x, out)
    return Outcome([Lengths(out)], lengths=[("row", row)], field=field)


def unflatten(x: Lengths, dim: Any, sizes: Sequence[Any]) -> Outcome:
    """One axis as several."""
    axis = axis_at(dim, len(x))
    parts = regrouped([x[axis]], [int(n) for n in sizes])
    return Outcome([(*x[:axis], *parts, *x[axis + 1 :])], field=UNKNOWN)


def permute(x: Lengths, *dims: Any) -> Outcome:
    """The same axes in another order."""
    if len(dims) == 1 and isinstance(dims[0], list | tuple):
        dims = tuple(dims[0])
    order = [axis_at(axis, len(x)) for axis in dims]
    if sorted(order) != list(range(len(x))):
        raise ShapeError(
            f"{tuple(dims)} must name each of the {len(x)} axes of {words(x)} once"
        )
    out = [x[axis] for axis in order]
    kept = order == sorted(order)
    return Outcome([Lengths(out)], field=POINT if kept else UNKNOWN)


def transpose(x: Lengths, dim0: Any, dim1: Any) -> Outcome:
    """Two axes change places."""
    order = list(range(len(x)))
    one, other = axis_at(dim0, len(x)), axis_at(dim1, len(x))
    order[one], order[other] = order[other], order[one]
    return permute(x, *order)


def squeeze(x: Lengths, dim: Any = None) -> Outcome:
    """Axes of length one go; the batch stays, whatever its size."""
    if dim is None:
        gone = {a for a, n in enumerate(x) if not isinstance(n, Batch) and n == 1}
    else:
        axes = dim if isinstance(dim, list | tuple) else [dim]
        gone = {axis_at(axis, len(x)) for axis in axes}
        gone = {a for a in gone if not isinstance(x[a], Batch) and x[a] == 1}
    out = [n for axis, n in enumerate(x) if axis not in gone]
    rows = len(out) == 2 and len(x) > 2
    return Outcome([Lengths(out)], field=POINT if rows else moved(x, out))


def unsqueeze(x: Lengths, dim: Any) -> Outcome:
    """An axis of length one more."""
    axis = axis_at(dim, len(x) + 1)
    return Outcome([(*x[:axis], 1, *x[axis:])], field=moved(x, ()))


def expand(x: Lengths, *sizes: Any) -> Outcome:
    """Axes of length one stretched."""
    if len(sizes) == 1 and isinstance(sizes[0], list | tuple):
        sizes = tuple(sizes[0])
    padded = [1] * (len(sizes) - len(x)) + list(x)
    out = [
        old if isinstance(new, int) and new == -1 else new
        for old, new in zip(padded, sizes, strict=True)
    ]
    return Outcome([broadcast([padded, out])], field=moved(x, out))


def expand_as(x: Lengths, other: Lengths) -> Outcome:
    """Stretched to another's shape."""
    return expand(x, *other)


def repeat(x: Lengths, *sizes: Any) -> Outcome:
    """The whole tensor several times along each axis."""
    if len(sizes) == 1 and isinstance(sizes[0], list | tuple):
        sizes = tuple(sizes[0])
    padded = [1] * (len(sizes) - len(x)) + list(x)
    out = [old * new for old, new in zip(padded, sizes, strict=True)]
    return Outcome([Lengths(out)], field=UNKNOWN)


def cat(tensors: Any, dim: Any = 0, **named: Any) -> Outcome:
    """One behind another along an axis; empty rows are passed over, as by PyTorch."""
    shapes = [shape for shape in lengths_in(tensors) if shape != (0,)]
    if not shapes:
        return Outcome([Lengths((0,))])
    axis = axis_at(named.get("axis", dim), len(shapes[0]))
    out = list(shapes[0])
    for shape in shapes[1:]:
        if len(shape) != len(out) or not all(
            same(a, b)
            for number, (a, b) in enumerate(zip(out, shape, strict=True))
            if number != axis
        ):
            raise ShapeError(
                f"{words(*shapes)} cannot be put behind one another along axis {axis}; "
                "make their other lengths equal"
            )
        out[axis] = out[axis] + shape[axis]
    return Outcome([Lengths(out)], field=POINT if axis < 2 else UNKNOWN)


def stack(tensors: Any, dim: Any = 0) -> Outcome:
    """One behind another along a new axis."""
    shapes = list(lengths_in(tensors))
    axis = axis_at(dim, len(shapes[0]) + 1)
    first = shapes[0]
    for shape in shapes[1:]:
        if len(shape) != len(first) or not all(map(same, shape, first)):
            raise ShapeError(f"{words(*shapes)} cannot be stacked; make them equal")
    out = (*first[:axis], len(shapes), *first[axis:])
    return Outcome([out], field=moved(first, ()))


def chunk(x: Lengths, chunks: int, dim: Any = 0) -> Any:
    """At most so many parts, all but the last equally long."""
    length = x[axis_at(dim, len(x))]
    part = -(-int(length) // int(chunks))
    return split_into(x, part, dim)


def split_into(x: Lengths, split_size_or_sections: Any, dim: Any = 0) -> Any:
    """Parts of given lengths."""
    axis = axis_at(dim, len(x))
    length = x[axis]
    if isinstance(length, Batch):
        raise UnsupportedError("parts of the batch are asked for")
    sizes = split_size_or_sections
    if hasattr(sizes, "__index__"):
        size = int(sizes)
        sizes = [size] * (length // size) + ([length % size] if length % size else [])
    if sum(sizes) != length:
        raise ShapeError(f"parts of {list(sizes)} do not make up the length {length}")
    shapes = [(*x[:axis], int(n), *x[axis + 1 :]) for n in sizes]
    field = POINT if axis < 2 else UNKNOWN
    return Outcome(shapes, field=field), tuple


def unbind(x: Lengths, dim: Any = 0) -> Any:
    """Each slice by itself."""
    axis = axis_at(dim, len(x))
    if isinstance(x[axis], Batch) and x[axis].open:
        raise UnsupportedError("each example of an open batch is asked for")
    shapes = [(*x[:axis], *x[axis + 1 :])] * int(x[axis])
    return Outcome(shapes, field=UNKNOWN), tuple


def getitem(x: Lengths, index: Any) -> Outcome:
    """Slices, single places, new axes, and rows picked by other tensors."""
    parts = list(index) if isinstance(index, tuple) else [index]
    if isinstance(index, Lengths):
        parts = [index]
    taken = [part for part in parts if part is not None and part is not Ellipsis]
    if any(isinstance(part, Lengths | list | bool) for part in taken):
        raise UnsupportedError("it is indexed by tensors")
    if Ellipsis not in parts:
        parts.append(Ellipsis)
    rest = len(x) - len(taken)
    if rest < 0:
        raise ShapeError(f"{len(taken)} indices are too many for {words(x)}")
    out: list[Any] = []
    axis = 0
    for part in parts:
        if part is None:
            out.append(1)
        elif part is Ellipsis:
            out += x[axis : axis + rest]
            axis += rest
        elif isinstance(part, slice):
            out.append(_sliced(x[axis], part))
            axis += 1
        else:
            length = x[axis]
            inside = -int(length) <= int(part) < int(length) or isinstance(
                length, Batch
            )
            if not inside:
                raise ShapeError(
                    f"there is no place {int(part)} along an axis of {length}"
                )
            axis += 1
    return Outcome([Lengths(out)], field=moved(x, out))


def _sliced(length: Any, part: slice) -> Any:
    """Return how many places a slice takes of an axis."""
    if part == slice(None):
        return length
    if isinstance(length, Size):
        raise UnsupportedError("a slice of an open length is asked for")
    taken = len(range(*part.indices(int(length))))
    if isinstance(length, Batch):
        return length if taken == int(length) else taken
    return taken
