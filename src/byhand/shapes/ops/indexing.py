"""Operations that pick elements: indexing, slices, and what is looked up or sorted."""

from __future__ import annotations

import builtins

from byhand.shapes.batch import OPEN, Batch
from byhand.shapes.errors import ShapeError
from byhand.shapes.layers.merging import broadcast
from byhand.shapes.ops.arranging import lengths_in, whole
from byhand.shapes.ops.operation import (
    axis_in,
    is_number,
    operation,
    several,
    shape_of,
    unchanged,
)
from byhand.shapes.outcome import POINT, UNKNOWN, Outcome, field_along, product
from byhand.shapes.size import Size, largest
from byhand.shapes.tensor import Tensor, show
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Shape


def _least(first: Any, second: Any) -> Any:
    """Return the smaller of two lengths, known or not."""
    for one, other in ((first, second), (second, first)):
        if one == 1 and _is_never_empty(other):
            return 1
    return first + second - largest([first, second])


def _is_never_empty(length: Any) -> bool:
    """Return whether an open length is a sum of letters, each at least 1."""
    if not isinstance(length, Size) or length._constant < 0:
        return False
    return all(
        isinstance(atom, str) and times > 0 for atom, times in length._terms.items()
    )


def slice_length(length: Any, start: Any, stop: Any, step: Any = 1) -> Any:
    """Return how many elements a slice has; None if it cannot be said.

    Parameters
    ----------
    length : int, Size or None
        Of the axis; None for an open batch.
    start, stop, step : int, Size or None
        As in Python.
    """
    step = 1 if step is None else step
    if isinstance(length, int) and not any(
        isinstance(part, Size) for part in (start, stop, step)
    ):
        count = len(range(int(length))[start:stop:step])
        whole_axis = isinstance(length, Batch) and count == length
        return length if whole_axis else count
    length = OPEN if length is None else length
    if step == -1 and start is None and stop is None:
        return length
    if not isinstance(step, int) or step < 1:
        return None
    start = 0 if start is None else start
    if isinstance(start, int) and start < 0:
        if stop is not None:
            return None
        kept = _least(-start, length)
    else:
        if isinstance(stop, int) and stop < 0:
            end, back = length, -stop
        else:
            end, back = length if stop is None else _least(stop, length), 0
        cut = start + back
        kept = end - cut
        # An axis has one element at least.
        if not (isinstance(cut, int) and (cut == 0 or (cut == 1 and end is length))):
            kept = largest([kept, 0])
    return kept if step == 1 else (kept + step - 1) // step


def _from_file(part: Any) -> Any:
    """Return a part of an index as Keras writes it in a file, or any other as it is."""
    if isinstance(part, dict):
        config = part.get("config")
        config = config if isinstance(config, dict) else {}
        if part.get("class_name") == "__slice__":
            return builtins.slice(
                config.get("start"), config.get("stop"), config.get("step")
            )
        if part.get("class_name") == "__ellipsis__":
            return Ellipsis
    return part


def _number_in(part: Any, what: str) -> Any:
    """Return a bound of a slice: a whole number, a length or None."""
    if part is None or isinstance(part, Size):
        return part
    if not is_number(part):
        raise TypeError(
            f"{what} of a slice must be a whole number, got {shown(part)} of type "
            f"{type(part).__name__}"
        )
    return int(part.__index__())


@operation("GetItem")
def get_item(x: Any, key: Any) -> Outcome:
    """Return x[key]: numbers, slices, None, ... and whole-number tensors."""
    shape = shape_of(x)
    parts = [
        _from_file(part) for part in (key if isinstance(key, list | tuple) else [key])
    ]
    if sum(part is Ellipsis for part in parts) > 1:
        raise ShapeError("an index may hold '...' once; remove the others")
    used = sum(part is not None and part is not Ellipsis for part in parts)
    if used > len(shape):
        raise ShapeError(
            f"{used} indices for the {len(shape)} axes of {show(shape)}; give at most "
            f"{len(shape)}"
        )
    if not any(part is Ellipsis for part in parts):
        parts.append(Ellipsis)
    out: list[Any] = []
    windows: list[Any] = []
    chosen: Shape | None = None
    at = 0
    for part in parts:
        if part is Ellipsis:
            rest = len(shape) - used
            out += [OPEN if n is None else n for n in shape[at : at + rest]]
            windows += [(1, 1, 0)] * rest
            at += rest
            continue
        if part is None:
            out.append(1)
            windows.append(None)
            continue
        length = shape[at]
        if isinstance(part, builtins.slice):
            start = _number_in(part.start, "the start")
            stop = _number_in(part.stop, "the stop")
            step = _number_in(part.step, "the step")
            if step == 0:
                raise ShapeError("the step of a slice must not be 0; leave it out")
            full = start in (None, 0) and stop is None and step in (None, 1)
            kept = length if full else slice_length(length, start, stop, step)
            if kept is None and length is not None:
                why = f"how much {part.start}:{part.stop}:{part.step} takes of {length}"
                return Outcome([None], field=UNKNOWN, note=f"{why} cannot be said")
            out.append(OPEN if kept is None else kept)
            windows.append(_window(length, start, step))
        elif isinstance(part, bool) or _is_mask(part):
            why = "how many elements a mask keeps depends on its values"
            return Outcome([None], field=UNKNOWN, note=why)
        elif is_number(part):
            index = int(part.__index__())
            if isinstance(length, int) and not -length <= index < length:
                raise ShapeError(
                    f"index {index} is out of the {length} elements of axis {at} of "
                    f"{show(shape)}; give one from {-length} to {length - 1}"
                )
            windows.append(None)
        elif isinstance(part, float):
            raise TypeError(
                f"an index must be a whole number or a slice, got {shown(part)}"
            )
        else:
            picked = shape_of(part)
            if chosen is None:
                out += picked
                chosen = picked
            else:
                joined = broadcast(chosen, picked)
                if joined != chosen:
                    return Outcome([None], field=UNKNOWN, note="two indices stretch")
            windows.append(None)
        at += 1
    return Outcome([tuple(out)], field=_field_of(shape, windows))


def _is_mask(part: Any) -> bool:
    """Return whether an index holds truth values."""
    return str(getattr(part, "dtype", "")) == "bool"


def _window(length: Any, start: Any, step: Any) -> Any:
    """Return what an element of a slice sees; None if it is not that simple."""
    start, step = start or 0, step or 1
    if not (isinstance(start, int) and isinstance(step, int)) or step < 1:
        return None
    if start < 0:
        if not isinstance(length, int):
            return None
        start = max(length + start, 0)
    return (1, step, -start)


def _field_of(shape: Shape, windows: Sequence[Any]) -> Any:
    """Return what an element of the result sees of the input."""
    if None in windows or windows[0] != (1, 1, 0):
        return UNKNOWN
    places = windows[1:-1]
    return POINT if all(w == (1, 1, 0) for w in places) else tuple(places)


@operation("Slice")
def slice(inputs: Any, start_indices: Any, shape: Any) -> Outcome:
    """Return a block of a tensor that begins at given places."""
    given = shape_of(inputs)
    wanted = lengths_in("shape", shape, least=-1)
    if len(wanted) != len(given):
        raise ShapeError(
            f"shape has {len(wanted)} lengths for the {len(given)} axes of "
            f"{show(given)}; give one for each"
        )
    starts = [0] * len(given) if isinstance(start_indices, Tensor) else start_indices
    out = []
    for length, start, size in zip(given, starts, wanted, strict=True):
        if size == -1:
            size = slice_length(length, start, None)
        elif isinstance(length, int) and isinstance(size, int) and size > length:
            raise ShapeError(
                f"{size} elements cannot be taken of an axis of {length}; take fewer"
            )
        out.append(length if size == length else size)
    return Outcome([tuple(out)], field=UNKNOWN)


@operation("SliceUpdate")
def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Outcome:
    """Return a tensor with a block of it replaced."""
    return unchanged(shape_of(inputs), field=UNKNOWN)


@operation("Take")
def take(x: Any, indices: Any, axis: int | None = None) -> Outcome:
    """Return the elements at given places of an axis; without one, of all in a row."""
    shape, picked = shape_of(x), shape_of(indices)
    if axis is None:
        return Outcome([picked], field=UNKNOWN)
    place = axis_in(axis, len(shape))
    front = [OPEN if n is None else n for n in shape[:place]]
    return Outcome([(*front, *picked, *shape[place + 1 :])], field=UNKNOWN)


@operation("TakeAlongAxis")
def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Outcome:
    """Return for each place of the indices the element that its index names."""
    shape, picked = shape_of(x), shape_of(indices)
    if axis is None:
        return Outcome([(product(OPEN if n is None else n for n in picked),)])
    if len(shape) != len(picked):
        raise ShapeError(
            f"{show(shape)} and indices of {show(picked)} must have equally many axes; "
            "add axes of length 1"
        )
    place = axis_in(axis, len(shape))
    others = broadcast(
        (*shape[:place], 1, *shape[place + 1 :]),
        (*picked[:place], 1, *picked[place + 1 :]),
    )
    out = (*others[:place], picked[place], *others[place + 1 :])
    return Outcome([out], field=UNKNOWN)


@operation("OneHot")
def one_hot(
    x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> Outcome:
    """Return a row of zeros with a one for each whole number."""
    shape = shape_of(x)
    count = whole("num_classes", num_classes, least=1)
    place = axis_in(axis, len(shape) + 1)
    lengths = [OPEN if n is None else n for n in shape]
    out = (*lengths[:place], count, *lengths[place:])
    return Outcome([out], field=POINT if place == len(lengths) else UNKNOWN)


@operation("MultiHot")
def multi_hot(
    inputs: Any,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: Any = None,
    sparse: bool = False,
) -> Outcome:
    """Return a row with a one for each of several whole numbers."""
    shape = shape_of(inputs)
    count = whole("num_classes", num_classes, least=1)
    if len(shape) < 2:
        return Outcome([(count,) if not shape else (shape[0], count)])
    place = axis_in(axis, len(shape))
    if place != len(shape) - 1:
        why = "the place of its axis is not followed here"
        return Outcome([None], field=UNKNOWN, note=why)
    rest = (shape[0], *shape[2:])
    return Outcome([(*rest, count)], field=UNKNOWN)


@operation("TopK", parts=lambda x, k, sorted=True: 2)
def top_k(x: Any, k: int, sorted: bool = True) -> Outcome:
    """Return the k largest elements of the last axis, and where they were."""
    shape = shape_of(x)
    count = whole("k", k, least=1)
    if not shape:
        raise ShapeError("top_k takes a tensor with at least one axis")
    if isinstance(shape[-1], int) and isinstance(count, int) and count > shape[-1]:
        raise ShapeError(
            f"the last axis has {shape[-1]} elements and no {count} largest; let k be "
            f"at most {shape[-1]}"
        )
    out = (*shape[:-1], count)
    return several(
        [out, out], as_tuple=True, field=field_along(shape, [len(shape) - 1])
    )


@operation("InTopK", dtype="bool")
def in_top_k(targets: Any, predictions: Any, k: int) -> Outcome:
    """Return whether targets are among the k largest predictions."""
    return Outcome([shape_of(targets)], field=UNKNOWN)


def _sorted(x: Any, axis: int | None) -> Outcome:
    """Return the outcome of an operation that orders an axis."""
    shape = shape_of(x)
    if axis is None:
        total = product(OPEN if n is None else n for n in shape)
        return Outcome([(total,)], field=UNKNOWN)
    place = axis_in(axis, len(shape))
    return unchanged(shape, field=field_along(shape, [place]))


@operation("Sort")
def sort(x: Any, axis: int = -1) -> Outcome:
    """Return the elements in order along an axis."""
    return _sorted(x, axis)


@operation("Argsort", dtype="int32")
def argsort(x: Any, axis: int | None = -1) -> Outcome:
    """Return where the elements stood before they were ordered."""
    return _sorted(x, axis)


@operation("Argpartition", dtype="int32")
def argpartition(x: Any, kth: int, axis: int = -1) -> Outcome:
    """Return where elements stood that were parted around the kth."""
    return _sorted(x, axis)


def _running(x: Any, axis: int | None) -> Outcome:
    """Return the outcome of running sums or products along an axis."""
    shape = shape_of(x)
    if axis is None:
        total = product(OPEN if n is None else n for n in shape)
        return Outcome([(total,)], field=UNKNOWN)
    place = axis_in(axis, len(shape))
    channels = place == len(shape) - 1 and len(shape) > 2
    return unchanged(shape, field=POINT if channels else UNKNOWN)


@operation("Cumsum")
def cumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Outcome:
    """Return sums of all elements up to each along an axis."""
    return _running(x, axis)


@operation("Cumprod")
def cumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Outcome:
    """Return products of all elements up to each along an axis."""
    return _running(x, axis)


@operation("Nancumsum")
def nancumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Outcome:
    """Return sums of all numbers up to each along an axis."""
    return _running(x, axis)


@operation("Nancumprod")
def nancumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Outcome:
    """Return products of all numbers up to each along an axis."""
    return _running(x, axis)


@operation("SearchSorted", dtype="int32")
def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Outcome:
    """Return where values would be put into a row that is in order."""
    return unchanged(shape_of(values))


@operation("Digitize", dtype="int32")
def digitize(x: Any, bins: Any) -> Outcome:
    """Return the number of the bin that each element lies in."""
    return unchanged(shape_of(x))


@operation("IsIn", dtype="bool")
def isin(
    x1: Any, x2: Any, assume_unique: bool = False, invert: bool = False
) -> Outcome:
    """Return whether each element is among others."""
    return unchanged(shape_of(x1))


@operation("Isclose", dtype="bool")
def isclose(
    x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Outcome:
    """Return whether elements are nearly equal."""
    return Outcome([broadcast(shape_of(x1), shape_of(x2))])


def _segments(data: Any, segment_ids: Any, num_segments: int | None) -> Outcome:
    """Return the outcome of combining the rows that share a number."""
    shape = shape_of(data)
    if not shape:
        raise ShapeError("data must have at least one axis")
    if num_segments is None:
        why = "the number of segments depends on values; give num_segments="
        return Outcome([None], field=UNKNOWN, note=why)
    count = whole("num_segments", num_segments, least=1)
    return Outcome([(count, *shape[1:])], field=UNKNOWN)


@operation("SegmentSum")
def segment_sum(
    data: Any,
    segment_ids: Any,
    num_segments: int | None = None,
    sorted: bool = False,
) -> Outcome:
    """Return the sum of the rows that share a number."""
    return _segments(data, segment_ids, num_segments)


@operation("SegmentMax")
def segment_max(
    data: Any,
    segment_ids: Any,
    num_segments: int | None = None,
    sorted: bool = False,
) -> Outcome:
    """Return the largest of the rows that share a number."""
    return _segments(data, segment_ids, num_segments)


@operation("SegmentMin")
def segment_min(
    data: Any,
    segment_ids: Any,
    num_segments: int | None = None,
    sorted: bool = False,
) -> Outcome:
    """Return the smallest of the rows that share a number."""
    return _segments(data, segment_ids, num_segments)


@operation("SegmentProd")
def segment_prod(
    data: Any,
    segment_ids: Any,
    num_segments: int | None = None,
    sorted: bool = False,
) -> Outcome:
    """Return the product of the rows that share a number."""
    return _segments(data, segment_ids, num_segments)


@operation("ScatterUpdate")
def scatter_update(
    inputs: Any, indices: Any, updates: Any, reduction: str | None = None
) -> Outcome:
    """Return a tensor with some of its elements replaced."""
    return unchanged(shape_of(inputs), field=UNKNOWN)


@operation("Scatter")
def scatter(indices: Any, values: Any, shape: Any) -> Outcome:
    """Return zeros of a shape with values put at given places."""
    return Outcome([lengths_in("shape", shape)], field=UNKNOWN)
