"""Operations that put the same elements elsewhere: rows, order, repeats."""

from __future__ import annotations

from byhand.shapes.batch import (
    LETTER,
    OPEN,
    Batch,
    added,
    for_one,
    has_batch,
    times,
)
from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.merging import broadcast, concatenated
from byhand.shapes.ops.elementwise import FUNCTIONS
from byhand.shapes.ops.operation import (
    MOST_PARTS,
    axes_in,
    axis_in,
    is_number,
    operation,
    several,
    shape_of,
    unchanged,
)
from byhand.shapes.outcome import POINT, UNKNOWN, Outcome, product
from byhand.shapes.size import Size
from byhand.shapes.tensor import Tensor, show
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Shape


def whole(name: str, value: Any, *, least: int = 0) -> Any:
    """Return a whole number, or a length that is not known yet."""
    if isinstance(value, Size):
        return value
    if not is_number(value):
        raise TypeError(
            f"{name} must be a whole number, got {shown(value)} of type "
            f"{type(value).__name__}"
        )
    number = value if isinstance(value, Batch) else int(value.__index__())
    if number < least:
        raise ShapeError(f"{name} must be at least {least}, got {number}")
    return number


def lengths_in(name: str, value: Any, *, least: int = 0) -> tuple[Any, ...]:
    """Return the lengths of a shape that is an argument; None stands for the batch."""
    if isinstance(value, Tensor):
        raise TypeError(
            f"{name} is a tensor, whose numbers are not known here; give a tuple"
        )
    given = [value] if is_number(value) or isinstance(value, Size) else list(value)
    return tuple(
        OPEN if length is None else whole(f"a length of {name}", length, least=least)
        for length in given
    )


# --- reshape


@operation("Reshape")
def reshape(x: Any, newshape: Any) -> Outcome:
    """Return the same elements in rows of another shape; one length may be -1.

    The batch may be merged with other axes: (-1, n) gives as many rows for each
    example as it takes.
    """
    shape = shape_of(x)
    target = lengths_in("newshape", newshape, least=-1)
    free = [k for k, length in enumerate(target) if length == -1]
    if len(free) > 1:
        raise ShapeError(f"only one length of newshape may be -1, got {show(target)}")
    if any(length == 0 for length in target if isinstance(length, int)):
        raise ShapeError(f"newshape={show(target)} holds nothing; give lengths above 0")
    batch = _examples(shape)
    if batch is not None and target and target[0] in (batch, OPEN):
        target = (Batch(batch), *target[1:])
    _checked_numbers(shape, target)
    above = [_symbolic(length, batch) for length in shape]
    below = [_symbolic(length, batch) for length in target if length != -1]
    elements, fixed = _without_batch(above, below)
    above, below = _cancelled(above, below)
    out = list(target)
    entries: list[tuple[str, Formula]] = []
    if free:
        rest = _quotient(above, below)
        out[free[0]] = _known(rest, batch)
        free_axis = Formula("n // m", n=product(elements), m=product(fixed))
        if rest != OPEN and free_axis.value == rest:
            entries = [("free axis", free_axis)]
    else:
        out = _given_batch(above, below, shape, out)
    outer = [n for n in shape if n != 1]
    same = outer == [n for n in out if n != 1]
    note = ""
    if any(for_one(length) is None for length in out):
        note = f"one example of {show(shape)} fills no whole number of rows"
    field = POINT if same else UNKNOWN
    return Outcome([tuple(out)], lengths=entries, field=field, note=note)


def _examples(shape: Shape) -> int | None:
    """Return the known number of examples that a shape holds, if one is."""
    for length in shape:
        if isinstance(length, Batch) and isinstance(length.rows, int):
            return int(length) // length.rows
    return None


def _checked_numbers(shape: Shape, target: Sequence[Any]) -> None:
    """Refuse a shape that holds another number of elements, where all are known."""
    fixed = [length for length in target if length != -1]
    if not all(isinstance(length, int) for length in [*shape, *fixed]):
        return
    total, rows = _total(shape), _total(fixed)
    if len(fixed) < len(target) and total % rows:
        raise ShapeError(
            f"{total} elements cannot be put into rows of {rows}; let the lengths of "
            f"newshape={show(tuple(target))} divide {total}"
        )
    if len(fixed) == len(target) and total != rows:
        raise ShapeError(
            f"{total} elements cannot take the shape {show(tuple(target))}, which "
            f"holds {rows}; let the lengths multiply to {total}, or give one as -1"
        )


def _symbolic(length: Any, batch: Any) -> Any:
    """Return a length with the letter B for the batch, also for a known one."""
    if length is None:
        return OPEN
    if isinstance(length, Batch) and batch is not None and length.rows is not None:
        return OPEN * length.rows
    return int(length) if isinstance(length, Batch) else length


def _known(length: Any, batch: Any) -> Any:
    """Return a length with the batch's number, where it has one."""
    if batch is None or not has_batch(length):
        return length
    value = length.substitute({LETTER: int(batch)})
    return Batch(value, rows=for_one(length)) if isinstance(value, int) else value


def _without_batch(above: list[Any], below: list[Any]) -> tuple[list[Any], list[Any]]:
    """Return two products without the batch, where both have it as a length."""
    if OPEN not in above or OPEN not in below:
        return above, below
    at, to = above.index(OPEN), below.index(OPEN)
    return above[:at] + above[at + 1 :], below[:to] + below[to + 1 :]


def _factors(length: Any) -> list[Any]:
    """Return the numbers and lengths that multiply to a length."""
    if not isinstance(length, Size) or length._constant or len(length._terms) != 1:
        return [length]
    ((atom, times_taken),) = length._terms.items()
    found = [] if times_taken == 1 else [times_taken]
    if isinstance(atom, str):
        return [*found, Size.symbol(atom)]
    if atom[0] == "*":
        return [*found, *_factors(atom[1]), *_factors(atom[2])]
    return [*found, Size({atom: 1}, 0)]


def _cancelled(above: list[Any], below: list[Any]) -> tuple[list[Any], list[Any]]:
    """Return two products without the factors that they share."""
    from math import gcd, prod

    tops = [factor for length in above for factor in _factors(length)]
    downs = [factor for length in below for factor in _factors(length)]
    kept = []
    for factor in downs:
        if isinstance(factor, Size) and factor in tops:
            tops.remove(factor)
        else:
            kept.append(factor)
    top = prod(factor for factor in tops if isinstance(factor, int))
    down = prod(factor for factor in kept if isinstance(factor, int))
    shared = gcd(top, down) or 1
    return (
        [f for f in tops if isinstance(f, Size)] + [top // shared],
        [f for f in kept if isinstance(f, Size)] + [down // shared],
    )


def _quotient(above: list[Any], below: list[Any]) -> Any:
    """Return the length that a -1 stands for."""
    top, down = product(above), product(below)
    return top if down == 1 else top // down


def _given_batch(
    above: list[Any], below: list[Any], shape: Shape, out: list[Any]
) -> list[Any]:
    """Return a shape of numbers that may give an open batch its number."""
    down = product(below)
    others = [factor for factor in above if factor not in (OPEN, 1)]
    if OPEN not in above or not isinstance(down, int):
        return out  # it fits, or whether it does depends on lengths that are open
    if all(isinstance(factor, int) for factor in others):
        if others:
            raise ShapeError(
                f"{show(tuple(out))} holds {_total(out)} elements, and no number of "
                f"examples of {show(shape)} has as many; give one length as -1"
            )
        first = out[0]
        rows = first // down if isinstance(first, int) and first % down == 0 else None
        out[0] = Batch(first, rows=rows) if isinstance(first, int) else first
    return out


def _total(shape: Sequence[Any]) -> Any:
    """Return the number of elements, with B for an open batch."""
    return product(OPEN if length is None else length for length in shape)


def ravelled(shape: Shape) -> Any:
    """Return the number of elements of a shape, as one length."""
    total: Any = 1
    for length in shape:
        total = times(total, length)
    return total


@operation("Ravel")
def ravel(x: Any) -> Outcome:
    """Return all elements in one row, those of all examples."""
    return Outcome([(ravelled(shape_of(x)),)], field=UNKNOWN)


# --- axes


def _permuted(shape: Shape, order: Sequence[int]) -> Outcome:
    """Return the outcome of giving axes another order."""
    lengths = [OPEN if length is None else length for length in shape]
    kept = list(order) == list(range(len(shape)))
    out = tuple(lengths[axis] for axis in order)
    return Outcome([out], field=POINT if kept or len(shape) < 3 else UNKNOWN)


@operation("Transpose")
def transpose(x: Any, axes: Any = None) -> Outcome:
    """Return the axes in another order; by default from last to first."""
    shape = shape_of(x)
    rank = len(shape)
    if axes is None:
        return _permuted(shape, list(reversed(range(rank))))
    order = [axis_in(axis, rank, "an entry of axes") for axis in axes]
    if sorted(order) != list(range(rank)):
        raise ShapeError(
            f"axes must name each of the {rank} axes of {show(shape)} once, got "
            f"{shown(axes)}; the batch is axis 0"
        )
    return _permuted(shape, order)


@operation("Swapaxes")
def swapaxes(x: Any, axis1: int, axis2: int) -> Outcome:
    """Return a tensor with two axes exchanged."""
    shape = shape_of(x)
    order = list(range(len(shape)))
    first, second = axis_in(axis1, len(shape)), axis_in(axis2, len(shape))
    order[first], order[second] = second, first
    return _permuted(shape, order)


@operation("Moveaxis")
def moveaxis(x: Any, source: Any, destination: Any) -> Outcome:
    """Return a tensor with some axes at other positions."""
    shape = shape_of(x)
    rank = len(shape)
    sources, targets = axes_in(source, rank), axes_in(destination, rank)
    if len(sources) != len(targets):
        raise ShapeError(
            f"source={source} and destination={destination} must name equally many axes"
        )
    order = [axis for axis in range(rank) if axis not in sources]
    for target, axis in sorted(zip(targets, sources, strict=True)):
        order.insert(target, axis)
    return _permuted(shape, order)


@operation("ExpandDims")
def expand_dims(x: Any, axis: Any) -> Outcome:
    """Return a tensor with an axis, or several, of length one put in."""
    shape = shape_of(x)
    count = 1 if is_number(axis) else len(axis)
    rank = len(shape) + count
    places = axes_in(axis, rank)
    rest = iter(OPEN if length is None else length for length in shape)
    out = tuple(1 if k in places else next(rest) for k in range(rank))
    last = min(places, default=rank) >= len(shape)
    return Outcome([out], field=POINT if last else UNKNOWN)


@operation("Squeeze")
def squeeze(x: Any, axis: Any = None) -> Outcome:
    """Return a tensor without axes of length one, or without those that are named."""
    shape = shape_of(x)
    if axis is None:
        axes = [k for k, length in enumerate(shape) if length == 1]
        return _without_axes(shape, axes)
    axes = axes_in(axis, len(shape))
    for place in axes:
        length = shape[place]
        if length != 1 and (isinstance(length, int) or length is None):
            raise ShapeError(
                f"axis {place} of {show(shape)} is not of length 1 and cannot go; name "
                "another axis, or none"
            )
    return _without_axes(shape, axes)


def _without_axes(shape: Shape, axes: Sequence[int]) -> Outcome:
    """Return the outcome of leaving axes out; those that stay in front keep places."""
    out = tuple(n for k, n in enumerate(shape) if k not in axes)
    kept = min(axes, default=len(out)) >= len(out)
    return Outcome([out], field=POINT if kept else UNKNOWN)


# --- joining and parting


def _list_of(name: str, xs: Any) -> list[Any]:
    """Return tensors that are given as a list or a tuple."""
    if isinstance(xs, Tensor):
        raise TypeError(f"{name} takes a list of tensors, got one; write {name}([x])")
    return list(xs)


@operation("Concatenate")
def concatenate(xs: Any, axis: Any = 0) -> Outcome:
    """Return tensors one behind another along an axis."""
    shapes = [shape_of(x) for x in _list_of("concatenate", xs)]
    if axis is None:
        total: Any = 0
        for shape in shapes:
            total = added(total, ravelled(shape))
        return Outcome([(total,)], field=UNKNOWN)
    return concatenated(shapes, axis)


@operation("Append")
def append(x1: Any, x2: Any, axis: Any = None) -> Outcome:
    """Return one tensor behind another; without an axis, both as rows."""
    return concatenate.__wrapped__([x1, x2], axis)  # type: ignore[attr-defined, no-any-return]


@operation("Stack")
def stack(x: Any, axis: int = 0) -> Outcome:
    """Return tensors side by side along a new axis."""
    shapes = [shape_of(part) for part in _list_of("stack", x)]
    if not shapes:
        raise ShapeError("stack takes at least one tensor, got none")
    first = shapes[0]
    for shape in shapes[1:]:
        same = len(shape) == len(first) and all(
            a == b or not (isinstance(a, int) and isinstance(b, int))
            for a, b in zip(first, shape, strict=True)
        )
        if not same:
            raise ShapeError(
                f"{show(first)} and {show(shape)} cannot be stacked; make all shapes "
                "equal"
            )
    place = axis_in(axis, len(first) + 1)
    lengths = [OPEN if length is None else length for length in first]
    out = (*lengths[:place], len(shapes), *lengths[place:])
    return Outcome([out], field=POINT if place == len(first) else UNKNOWN)


def _joined(name: str, axis: int, axes: int) -> None:
    """Keep one of NumPy's stacks along an axis that is there or is put in."""

    def rule(xs: Any) -> Outcome:
        shapes = [shape_of(part) for part in _list_of(name, xs)]
        grown = []
        for shape in shapes:
            if name == "vstack" and len(shape) == 1:
                shape = (1, *shape)
            if name == "dstack":
                shape = (1, *shape) if len(shape) == 1 else shape
                shape = (*shape, 1) if len(shape) == 2 else shape
            grown.append(shape or (1,))
        return concatenated(grown, 0 if len(grown[0]) < axes else axis)

    rule.__name__ = name
    rule.__doc__ = f"Return tensors joined as by NumPy's {name}."
    FUNCTIONS[name] = operation(name.capitalize())(rule)


_joined("vstack", 0, 1)
_joined("hstack", 1, 2)
_joined("dstack", 2, 3)


def _parts(shape: Shape, given: Any, axis: int, *, even: bool) -> list[Shape]:
    """Return the shapes that an axis is split into."""
    length = shape[axis]
    if is_number(given):
        count = whole("indices_or_sections", given, least=1)
        if not isinstance(count, int) or count > MOST_PARTS:
            raise ShapeError(f"at most {MOST_PARTS} parts are made, got {count}")
        if length is None or isinstance(length, Size):
            if even:
                lengths = [(OPEN if length is None else length) // count] * count
            else:
                raise ShapeError(
                    f"axis {axis} of {show(shape)} is open; give it a number in Input, "
                    "or use split"
                )
        elif even and length % count:
            raise ShapeError(
                f"{length} along axis {axis} cannot be split into {count} equal parts; "
                f"let their number divide {length}, or give the places to split at"
            )
        else:
            larger = int(length) % count
            lengths = [int(length) // count + (k < larger) for k in range(count)]
    else:
        from byhand.shapes.ops.indexing import slice_length

        places = [0, *(whole("a place to split at", n) for n in given), None]
        ends = places[1:]
        lengths = [
            slice_length(length, a, b) for a, b in zip(places, ends, strict=False)
        ]
    front, back = shape[:axis], shape[axis + 1 :]
    return [(*front, part, *back) for part in lengths]


def _number_of_parts(x: Any, indices_or_sections: Any, axis: int = 0) -> int:
    """Return how many parts a split gives."""
    if is_number(indices_or_sections):
        return int(indices_or_sections)
    return len(indices_or_sections) + 1


@operation("Split", parts=_number_of_parts)
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> Outcome:
    """Return equal parts of an axis, or the parts between given places."""
    shape = shape_of(x)
    place = axis_in(axis, len(shape))
    parts = _parts(shape, indices_or_sections, place, even=True)
    return several(parts, field=_field_of_parts(shape, place))


@operation("ArraySplit")
def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> Outcome:
    """Return parts of an axis that are as equal as can be."""
    shape = shape_of(x)
    place = axis_in(axis, len(shape))
    parts = _parts(shape, indices_or_sections, place, even=False)
    return several(parts, field=_field_of_parts(shape, place))


def _field_of_parts(shape: Shape, axis: int) -> str:
    """Return what an element of a part sees: itself, where channels are parted."""
    return POINT if axis == len(shape) - 1 else UNKNOWN


def _parted_along(name: str, axis: int) -> None:
    """Keep one of NumPy's splits along a fixed axis."""

    def rule(x: Any, indices_or_sections: Any) -> Outcome:
        shape = shape_of(x)
        place = 0 if name == "hsplit" and len(shape) == 1 else axis
        axis_in(place, len(shape))
        parts = _parts(shape, indices_or_sections, place, even=True)
        return several(parts, field=_field_of_parts(shape, place))

    rule.__name__ = name
    rule.__doc__ = f"Return parts as NumPy's {name} does."
    FUNCTIONS[name] = operation(name.capitalize())(rule)


_parted_along("vsplit", 0)
_parted_along("hsplit", 1)
_parted_along("dsplit", 2)


@operation("Unstack", parts=lambda x, num=None, axis=0: num)
def unstack(x: Any, num: int | None = None, axis: int = 0) -> Outcome:
    """Return the slices along an axis."""
    shape = shape_of(x)
    place = axis_in(axis, len(shape))
    count = shape[place] if num is None else whole("num", num, least=1)
    if not isinstance(count, int):
        raise ShapeError(
            f"axis {place} of {show(shape)} is open, so the number of slices is not "
            "known; give num="
        )
    if count > MOST_PARTS:
        raise ShapeError(f"at most {MOST_PARTS} slices are made, got {count}")
    rest = tuple(length for k, length in enumerate(shape) if k != place)
    return several([rest] * count, field=_field_of_parts(shape, place))


def halved(x: Any, axis: int) -> Outcome:
    """Return the outcome of an operation that joins the two halves of an axis."""
    shape = shape_of(x)
    place = axis_in(axis, len(shape))
    length = OPEN if shape[place] is None else shape[place]
    if isinstance(length, int) and length % 2:
        raise ShapeError(
            f"axis {place} of {show(shape)} has no halves; make {length} an even length"
        )
    out = (*shape[:place], length // 2, *shape[place + 1 :])
    return Outcome([out], field=_moved(shape, [place]))


# --- repeating, moving, padding


@operation("Tile")
def tile(x: Any, repeats: Any) -> Outcome:
    """Return the whole tensor several times along each axis."""
    shape = shape_of(x)
    counts = lengths_in("repeats", repeats)
    rank = max(len(shape), len(counts))
    counts = (1,) * (rank - len(counts)) + counts
    lengths = (1,) * (rank - len(shape)) + shape
    out = tuple(
        length if count == 1 else times(length, count)
        for length, count in zip(lengths, counts, strict=True)
    )
    return Outcome([out], field=POINT if out == shape else UNKNOWN)


@operation("Repeat")
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Outcome:
    """Return each element several times along an axis; without one, in one row."""
    shape = shape_of(x)
    if axis is None:
        shape, axis = (ravelled(shape),), 0
    place = axis_in(axis, len(shape))
    each = shape_of(repeats)
    if each == () or each == (1,):
        count = repeats if each == () else repeats[0]
        if isinstance(count, Tensor):
            return Outcome([None], field=UNKNOWN, note="how often depends on values")
        new = times(shape[place], whole("repeats", count))
    else:
        if isinstance(repeats, Tensor):
            return Outcome([None], field=UNKNOWN, note="how often depends on values")
        if isinstance(shape[place], int) and len(repeats) != shape[place]:
            raise ShapeError(
                f"repeats has {len(repeats)} numbers for the {shape[place]} elements "
                f"of axis {place}; give one for each, or one for all"
            )
        new = sum(int(count) for count in repeats)
    out = (*shape[:place], new, *shape[place + 1 :])
    return Outcome([out], field=_moved(shape, [place]))


@operation("Flip")
def flip(x: Any, axis: Any = None) -> Outcome:
    """Return the elements in reverse order along an axis, several or all."""
    shape = shape_of(x)
    axes = axes_in(axis, len(shape))
    return unchanged(shape, field=_moved(shape, axes))


@operation("Fliplr")
def fliplr(x: Any) -> Outcome:
    """Return the elements of axis 1 in reverse order."""
    shape = shape_of(x)
    return unchanged(shape, field=_moved(shape, [axis_in(1, len(shape))]))


@operation("Flipud")
def flipud(x: Any) -> Outcome:
    """Return the elements of axis 0 in reverse order."""
    shape = shape_of(x)
    return unchanged(shape, field=_moved(shape, [axis_in(0, len(shape))]))


@operation("Roll")
def roll(x: Any, shift: Any, axis: Any = None) -> Outcome:
    """Return the elements moved on along axes, the last ones to the front."""
    shape = shape_of(x)
    return unchanged(shape, field=_moved(shape, axes_in(axis, len(shape))))


def _moved(shape: Shape, axes: Sequence[int]) -> str:
    """Return what an element sees where others along some axes took its place."""
    return POINT if set(axes) <= {len(shape) - 1} and len(shape) > 2 else UNKNOWN


@operation("Rot90")
def rot90(array: Any, k: int = 1, axes: Any = (0, 1)) -> Outcome:
    """Return a tensor turned by quarters in the plane of two axes."""
    shape = shape_of(array)
    first, second = axes_in(axes, len(shape))
    order = list(range(len(shape)))
    if k % 2:
        order[first], order[second] = second, first
    outcome = _permuted(shape, order)
    outcome.field = UNKNOWN
    return outcome


def _margins(pad_width: Any, rank: int) -> list[tuple[Any, Any]]:
    """Return (before, after) for each axis, from any spelling of NumPy's."""
    if is_number(pad_width):
        pad_width = ((pad_width, pad_width),)
    given = list(pad_width)
    if given and all(is_number(part) for part in given):
        given = [given * 2 if len(given) == 1 else given]
    if len(given) == 1:
        given = given * rank
    if len(given) != rank:
        raise ShapeError(
            f"pad_width has {len(given)} entries for {rank} axes; give one pair for "
            "each, the batch included"
        )
    found = []
    for part in given:
        pair = [part, part] if is_number(part) else list(part)
        pair = pair * 2 if len(pair) == 1 else pair
        before, after = (whole("a number of pad_width", n) for n in pair)
        found.append((before, after))
    return found


@operation("Pad", call=("x", "constant_values"))
def pad(
    x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None
) -> Outcome:
    """Return a tensor with elements put before and after along each axis."""
    shape = shape_of(x)
    modes = ("constant", "reflect", "symmetric")
    if mode not in modes:
        raise ShapeError(
            f"mode must be 'constant', 'reflect' or 'symmetric', got {shown(mode)}"
        )
    if constant_values is not None and mode != "constant":
        raise ShapeError(
            "constant_values goes with mode='constant' only, got mode="
            f"{shown(mode)}; leave it out"
        )
    margins = _margins(pad_width, len(shape))
    out = tuple(
        length if (a, b) == (0, 0) else added(added(length, a), b)
        for length, (a, b) in zip(shape, margins, strict=True)
    )
    field: Any = POINT
    if any(margin != (0, 0) for margin in margins):
        field = tuple((1, 1, before) for before, _ in margins[1:-1]) or UNKNOWN
        if mode != "constant" or margins[0] != (0, 0):
            field = UNKNOWN
    return Outcome([out], field=field)


@operation("BroadcastTo")
def broadcast_to(x: Any, shape: Any) -> Outcome:
    """Return a tensor stretched to a shape."""
    given = shape_of(x)
    target = lengths_in("shape", shape)
    if len(given) > len(target):
        raise ShapeError(
            f"{show(given)} has more axes than {show(target)}; name every axis of it"
        )
    lengths = tuple(OPEN if length is None else length for length in given)
    for a, b in zip(reversed(lengths), reversed(target), strict=False):
        if isinstance(a, int) and isinstance(b, int) and a not in (1, b):
            raise ShapeError(
                f"{show(given)} cannot be stretched to {show(target)}: {a} against "
                f"{b}; only lengths of 1 stretch"
            )
    return Outcome([broadcast(lengths, target)])


@operation("Diagonal")
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Outcome:
    """Return the diagonals of the matrices along two axes, in a last axis."""
    shape = shape_of(x)
    first, second = axes_in([axis1, axis2], len(shape))
    rest = [n for k, n in enumerate(shape) if k not in (first, second)]
    rows, columns = shape[first], shape[second]
    if not (isinstance(rows, int) and isinstance(columns, int)):
        return Outcome([None], field=UNKNOWN, note="it depends on lengths left open")
    if offset >= 0:
        length = max(min(rows, columns - offset), 0)
    else:
        length = max(min(rows + offset, columns), 0)
    return Outcome([(*rest, length)], field=UNKNOWN)


@operation("Trace")
def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Outcome:
    """Return the sums along the diagonals of matrices."""
    shape = shape_of(x)
    axes = axes_in([axis1, axis2], len(shape))
    return Outcome(
        [tuple(n for k, n in enumerate(shape) if k not in axes)], field=UNKNOWN
    )


@operation("Diff")
def diff(a: Any, n: int = 1, axis: int = -1) -> Outcome:
    """Return differences of neighbours along an axis, n times over."""
    shape = shape_of(a)
    place = axis_in(axis, len(shape))
    from byhand.shapes.ops.indexing import slice_length

    length = slice_length(shape[place], whole("n", n), None)
    return Outcome([(*shape[:place], length, *shape[place + 1 :])], field=UNKNOWN)


@operation("SpaceToDepth")
def space_to_depth(
    x: Any, block_size: int, data_format: str = "channels_last"
) -> Outcome:
    """Return blocks of pixels as channels."""
    return _blocks(x, block_size, data_format, deeper=True)


@operation("DepthToSpace")
def depth_to_space(
    x: Any, block_size: int, data_format: str = "channels_last"
) -> Outcome:
    """Return channels as blocks of pixels."""
    return _blocks(x, block_size, data_format, deeper=False)


def _blocks(x: Any, size: int, data_format: str, *, deeper: bool) -> Outcome:
    """Return the outcome of moving blocks between pixels and channels."""
    shape = shape_of(x)
    size = whole("block_size", size, least=1)
    if len(shape) != 4:
        raise ShapeError(
            f"it takes an input of 4 axes, got {len(shape)}: {show(shape)}"
        )
    first = data_format == "channels_first"
    places = list(shape[2:] if first else shape[1:3])
    c = shape[1] if first else shape[3]
    for length in places if deeper else [c]:
        block = size if deeper else size * size
        if isinstance(length, int) and length % block:
            raise ShapeError(
                f"{length} cannot be parted into blocks of {block}; let block_size "
                f"divide {length}"
            )
    if deeper:
        places, c = [n // size for n in places], c * size * size
        field: Any = tuple((size, size, 0) for _ in places)
    else:
        places, c = [n * size for n in places], c // (size * size)
        field = tuple((1, (1, size), 0) for _ in places)
    out = (shape[0], c, *places) if first else (shape[0], *places, c)
    return Outcome([out], field=field)
