"""What PyTorch's functions make of lengths: shapes, cost and receptive field.

Channels come first, padding is given as numbers, and windows are placed as PyTorch's
documentation says. A rule takes what the function takes, with `Lengths` in place of
tensors, and returns an `Outcome`; with it how several outputs are given, where there
are several.
"""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.live_torch.lengths import (
    Batch,
    Lengths,
    MissingAxisError,
    batches,
    broadcast,
    per_example,
    regrouped,
    same,
    words,
)
from byhand.shapes.outcome import POINT, UNKNOWN, WHOLE, Outcome, product
from byhand.shapes.size import Size
from byhand.shapes.tensor import AXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
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


# --- windows


def window_length(
    i: Any, k: int, s: int, p: Any, d: int, *, ceil: bool = False
) -> Formula:
    """Return how many places a window takes, with its arithmetic."""
    values = {"i": i, "p": p, "d": d, "k": k, "s": s}
    span = d * (k - 1) + 1
    if s < 1:
        raise ShapeError(f"stride must be at least 1, got {s}")
    if isinstance(i, int) and i + 2 * p < span:
        raise ShapeError(
            f"a window of {span} is larger than the {i + 2 * p} elements along the "
            "axis, padding included; make the window or the network's strides "
            "smaller, or the input larger"
        )
    if not ceil:
        return Formula("(i + 2 * p - d * (k - 1) - 1) // s + 1", **values)
    up = Formula("(i + 2 * p - d * (k - 1) - 1 + s - 1) // s + 1", **values)
    # The last window must begin inside the input or the padding before it.
    if isinstance(up.value, int) and (up.value - 1) * s >= i + p:
        return Formula("(i + 2 * p - d * (k - 1) - 1 + s - 1) // s", **values)
    return up


def windows(
    places: Sequence[Any],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: Sequence[Any],
    dilation: Sequence[int],
    *,
    ceil: bool = False,
) -> tuple[list[tuple[str, Formula]], tuple[Any, ...]]:
    """Return the length along each axis, and what an element sees of each."""
    walked, seen = [], []
    names = AXES[len(places)]
    for name, i, k, s, p, d in zip(
        names, places, kernel, stride, padding, dilation, strict=True
    ):
        walked.append((name, window_length(i, k, s, p, d, ceil=ceil)))
        seen.append((d * (k - 1) + 1, s, p))
    return walked, tuple(seen)


def convolution(
    rank: int,
    x: Lengths,
    weight: Sequence[int],
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Outcome:
    """A kernel of f x c / g x taps, moved over the input."""
    batch, channels, places = split(x, rank)
    f, c, *kernel = weight
    stride, dilation = each(stride, rank, "stride"), each(dilation, rank, "dilation")
    if not same(channels, c * groups):
        hint = ""
        if places and same(places[-1], c * groups):
            hint = "; its last axis has as many: PyTorch takes channels first"
        raise ShapeError(
            f"it was made for {c * groups} channels, got {channels} in {words(x)}"
            f"{hint or '; change in_channels or the input'}"
        )
    values = dict(zip(TAPS[rank], kernel, strict=True)) | {"c": c, "f": f}
    if isinstance(padding, str):
        walked, seen = _named_padding(places, kernel, stride, padding, dilation)
    else:
        given = each(padding, rank, "padding")
        walked, seen = windows(places, kernel, stride, given, dilation)
    out = [formula.value for _, formula in walked]
    macs = Formula(f"o * {' * '.join(values)}", o=product(out), **values)
    return Outcome([(batch, f, *out)], lengths=walked, macs=macs, field=seen)


def _named_padding(
    places: Sequence[Any],
    kernel: Sequence[int],
    stride: Sequence[int],
    padding: str,
    dilation: Sequence[int],
) -> tuple[list[tuple[str, Formula]], tuple[Any, ...]]:
    """Return what `windows` does for padding="same" or "valid"."""
    if padding == "valid":
        return windows(places, kernel, stride, [0] * len(places), dilation)
    names = AXES[len(places)]
    walked = [(name, Formula("i", i=i)) for name, i in zip(names, places, strict=True)]
    spans = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    return walked, tuple((span + 1, 1, span // 2) for span in spans)


def transposed_convolution(
    rank: int,
    x: Lengths,
    weight: Sequence[int],
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
    output_size: Any = None,
) -> Outcome:
    """The way back of a convolution: every input element meets the whole kernel."""
    from fractions import Fraction

    batch, channels, places = split(x, rank)
    c, f, *kernel = weight
    if not same(channels, c):
        raise ShapeError(
            f"it was made for {c} channels, got {channels} in {words(x)}; change "
            "in_channels or the input"
        )
    steps = zip(
        AXES[rank],
        places,
        kernel,
        each(stride, rank, "stride"),
        each(padding, rank, "padding"),
        each(output_padding, rank, "output_padding"),
        each(dilation, rank, "dilation"),
        list(output_size)[-rank:] if output_size is not None else [None] * rank,
        strict=True,
    )
    walked, seen = [], []
    for name, i, k, s, p, a, d, wanted in steps:
        if wanted is not None:
            a = int(wanted) - ((i - 1) * s - 2 * p + d * (k - 1) + 1)
        length = Formula(
            "(i - 1) * s - 2 * p + d * (k - 1) + a + 1", i=i, s=s, p=p, d=d, k=k, a=a
        )
        if isinstance(length.value, int) and length.value < 1:
            raise ShapeError(f"{name} would be {length.value}; lower the padding")
        walked.append((name, length))
        # A span of e / s inputs, moved by what is cut off before.
        e = d * (k - 1) + 1
        span: Any = Fraction(e, s)
        before: Any = Fraction(e - s - p, s)
        if span.denominator == before.denominator == 1:
            span, before = int(span), int(before)
        seen.append((span, (1, s), before))
    values = dict(zip(TAPS[rank], kernel, strict=True)) | {"c": c, "f": f}
    macs = Formula(f"i * {' * '.join(values)}", i=product(places), **values)
    out = [formula.value for _, formula in walked]
    shape = (batch, f * groups, *out)
    return Outcome([shape], lengths=walked, macs=macs, field=tuple(seen))


def pooling(
    rank: int,
    x: Lengths,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """One number for each window."""
    batch, channels, places = split(x, rank)
    kernel = each(kernel_size, rank, "kernel_size")
    empty = stride is None or stride == [] or stride == ()
    steps = kernel if empty else each(stride, rank, "stride")
    walked, seen = windows(
        places,
        kernel,
        steps,
        each(padding, rank, "padding"),
        each(dilation, rank, "dilation"),
        ceil=bool(ceil_mode),
    )
    shape = (batch, channels, *(formula.value for _, formula in walked))
    if return_indices:
        return Outcome([shape, shape], lengths=walked, field=seen), tuple
    return Outcome([shape], lengths=walked, field=seen)


def average_pooling(
    rank: int,
    x: Lengths,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    *_: Any,
    **__: Any,
) -> Any:
    """The mean of each window."""
    return pooling(rank, x, kernel_size, stride, padding, 1, ceil_mode)


def adaptive_pooling(
    rank: int, x: Lengths, output_size: Any, return_indices: bool = False
) -> Any:
    """As many windows as wanted; None for an axis keeps its length."""
    batch, channels, places = split(x, rank)
    given = (output_size,) * rank
    if isinstance(output_size, list | tuple):
        given = tuple(output_size) * (rank if len(output_size) == 1 else 1)
    out = [i if o is None else int(o) for i, o in zip(places, given, strict=True)]
    field: Any = UNKNOWN  # windows may differ in width, or overlap
    if all(map(same, out, places)):
        field = POINT
    elif all(o == 1 for o in out):
        field = WHOLE
    elif all(
        isinstance(i, int) and i % o == 0 for i, o in zip(places, out, strict=True)
    ):
        field = tuple((i // o, i // o, 0) for i, o in zip(places, out, strict=True))
    shape = (batch, channels, *out)
    if return_indices:
        return Outcome([shape, shape], field=field), tuple
    return Outcome([shape], field=field)


def unpooling(
    rank: int,
    x: Lengths,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Any = None,
) -> Outcome:
    """Each number back to its place."""
    batch, channels, places = split(x, rank)
    kernel = each(kernel_size, rank, "kernel_size")
    steps = kernel if not stride else each(stride, rank, "stride")
    margins = each(padding, rank, "padding")
    out = [
        (i - 1) * s - 2 * p + k
        for i, k, s, p in zip(places, kernel, steps, margins, strict=True)
    ]
    if output_size is not None:
        out = list(output_size)[-rank:]
    return Outcome([(batch, channels, *out)], field=UNKNOWN)


def interpolate(
    x: Lengths,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    *_: Any,
    **__: Any,
) -> Outcome:
    """Lengths as asked for, or multiplied and rounded down."""
    rank = len(x) - 2
    if rank < 1:
        raise MissingAxisError(f"it takes batch and channels first, got {words(x)}")
    places = x[2:]
    if size is not None:
        out = [int(n) for n in (size if isinstance(size, list | tuple) else [size])]
        out = out * rank if len(out) == 1 else out
        return Outcome([(*x[:2], *out)], field=UNKNOWN)
    if scale_factor is None:
        raise ShapeError("interpolation needs size or scale_factor; give one of them")
    factors = scale_factor
    if not isinstance(factors, list | tuple):
        factors = (factors,) * rank
    out, field = [], []
    for i, factor in zip(places, factors, strict=True):
        whole = float(factor).is_integer()
        out.append(i * int(factor) if whole else int(float(i) * factor))
        field.append((1, (1, int(factor)), 0) if whole else UNKNOWN)
    near = mode == "nearest" and UNKNOWN not in field
    return Outcome([(*x[:2], *out)], field=tuple(field) if near else UNKNOWN)


def pad(x: Lengths, pad: Sequence[int], *_: Any, **__: Any) -> Outcome:
    """Elements added, or with negative numbers cut off, from the last axis on."""
    out = list(x)
    before = [0] * len(x)
    for number in range(len(pad) // 2):
        axis = -1 - number
        first, last = pad[2 * number], pad[2 * number + 1]
        out[axis] = out[axis] + first + last
        before[axis] = first
    if len(x) < 3 or len(pad) // 2 > len(x) - 2:
        return Outcome([Lengths(out)], field=UNKNOWN if len(x) > 2 else POINT)
    return Outcome([Lengths(out)], field=tuple((1, 1, first) for first in before[2:]))


def pixel_shuffle(x: Lengths, upscale_factor: int) -> Outcome:
    """Channels moved into height and width."""
    r = int(upscale_factor)
    *before, c, height, width = x
    if isinstance(c, int) and c % (r * r):
        raise ShapeError(f"{c} channels do not come in blocks of {r} x {r}")
    shape = (*before, c // (r * r), height * r, width * r)
    return Outcome([shape], field=((1, (1, r), 0),) * 2)


def pixel_unshuffle(x: Lengths, downscale_factor: int) -> Outcome:
    """Height and width moved into channels."""
    r = int(downscale_factor)
    *before, c, height, width = x
    for length in (height, width):
        if isinstance(length, int) and length % r:
            raise ShapeError(f"a length of {length} does not come in rows of {r}")
    shape = (*before, c * r * r, height // r, width // r)
    return Outcome([shape], field=((r, r, 0),) * 2)


# --- products


def linear(x: Lengths, weight: Sequence[Any], *_: Any) -> Outcome:
    """The last axis becomes f long; every other place costs c f."""
    f, c = weight if len(weight) == 2 else (None, weight[0])
    if len(x) < 2:
        raise MissingAxisError(
            f"it takes an input of at least 2 axes, got {words(x)}; put the batch first"
        )
    if not same(x[-1], c):
        raise ShapeError(
            f"it was made for {c} features, got {x[-1]} in {words(x)}; write "
            f"in_features={x[-1]}, or change what comes before it"
        )
    out: Any = x[:-1] if f is None else (*x[:-1], f)
    n = per_example(x[:-1])
    macs = Formula("n * c * f", n=n, c=c, f=1 if f is None else f)
    if isinstance(n, int) and n == 1:
        macs = Formula("c * f", c=c, f=1 if f is None else f)
    return Outcome([Lengths(out)], macs=macs, field=WHOLE if len(x) == 2 else POINT)


def bilinear(a: Lengths, b: Lengths, weight: Sequence[int], *_: Any) -> Outcome:
    """A product of two rows for each of f outputs."""
    f, one, other = weight
    if not (same(a[-1], one) and same(b[-1], other)):
        raise ShapeError(
            f"it was made for {one} and {other} features, got {words(a, b)}"
        )
    n = per_example(a[:-1])
    # The first row meets the kernel, and what comes out the second row.
    macs = Formula("n * f * (a * b + b)", n=n, f=f, a=one, b=other)
    return Outcome([(*a[:-1], f)], macs=macs, field=WHOLE if len(a) == 2 else POINT)


def matmul(a: Lengths, b: Lengths, *_: Any, **__: Any) -> Outcome:
    """Rows of the first with columns of the second."""
    if not a or not b:
        raise ShapeError("a single number has no rows; multiply it instead")
    left = Lengths((1, *a)) if len(a) == 1 else a
    right = Lengths((*b, 1)) if len(b) == 1 else b
    if not same(left[-1], right[-2]):
        raise ShapeError(
            f"{words(a)} and {words(b)} cannot be multiplied: rows of {left[-1]} and "
            f"columns of {right[-2]}; make these equal"
        )
    stacked = broadcast([left[:-2], right[:-2]])
    out = [*stacked]
    out += [left[-2]] if len(a) > 1 else []
    out += [right[-1]] if len(b) > 1 else []
    # The batch may be what is summed over; an example has its part of that.
    n = per_example([*stacked, left[-2], right[-1]])
    c = per_example([left[-1]])
    return Outcome([Lengths(out)], macs=Formula("n * c", n=n, c=c), field=UNKNOWN)


def addmm(bias: Any, a: Lengths, b: Lengths, *_: Any, **__: Any) -> Outcome:
    """A product, and something added."""
    return matmul(a, b)


def attention(q: Lengths, k: Lengths, v: Lengths, *_: Any, **__: Any) -> Outcome:
    """Each query with each key, and the weighted sum of the values."""
    if not same(q[-1], k[-1]) or not same(k[-2], v[-2]):
        raise ShapeError(
            f"queries {words(q)}, keys {words(k)} and values {words(v)} do not go "
            "together; queries and keys need rows of one length, and there must be "
            "as many keys as values"
        )
    n = per_example(q[:-2])
    macs = Formula("n * l * s * (e + v)", n=n, l=q[-2], s=k[-2], e=q[-1], v=v[-1])
    return Outcome([(*q[:-1], v[-1])], macs=macs, field=WHOLE)


def einsum(equation: str, *operands: Any) -> Outcome:
    """A product summed over the letters that are not in the result."""
    tensors = list(lengths_in(operands))
    left, arrow, result = equation.replace(" ", "").partition("->")
    parts = left.split(",")
    if "." in equation or len(parts) != len(tensors):
        raise NotImplementedError("an equation with an ellipsis")
    if not arrow:
        letters = "".join(parts)
        result = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    at: dict[str, Any] = {}
    for part, lengths in zip(parts, tensors, strict=True):
        if len(part) != len(lengths):
            raise ShapeError(
                f"{part!r} of {equation!r} has {len(part)} letters for {words(lengths)}"
            )
        for letter, length in zip(part, lengths, strict=True):
            old = at.setdefault(letter, length)
            if same(old, 1):
                at[letter] = length
            elif not same(old, length) and not same(length, 1):
                raise ShapeError(
                    f"{letter!r} of {equation!r} is {old} and {length}: "
                    f"{words(*tensors)}"
                )
    macs: Formula | None = Formula("n", n=per_example(at.values()))
    if len(tensors) == 1:
        macs = Formula("0")
    elif len(tensors) > 2:
        macs = None  # it depends on the order in which they are multiplied
    return Outcome(
        [Lengths(at[letter] for letter in result)],
        macs=macs,
        field=UNKNOWN,
        note="" if macs else "what it costs depends on the order of its products",
    )


def embedding(indices: Lengths, weight: Sequence[Any], *_: Any, **__: Any) -> Outcome:
    """A row for each number."""
    return Outcome([(*indices, weight[-1])])


# --- shapes


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
        raise NotImplementedError("parts of the batch")
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
        raise NotImplementedError("each example by itself, of an open batch")
    shapes = [(*x[:axis], *x[axis + 1 :])] * int(x[axis])
    return Outcome(shapes, field=UNKNOWN), tuple


def getitem(x: Lengths, index: Any) -> Outcome:
    """Slices, single places, new axes, and rows picked by other tensors."""
    parts = list(index) if isinstance(index, tuple) else [index]
    if isinstance(index, Lengths):
        parts = [index]
    taken = [part for part in parts if part is not None and part is not Ellipsis]
    if any(isinstance(part, Lengths | list | bool) for part in taken):
        raise NotImplementedError("indices that are tensors")
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
        raise NotImplementedError("a slice of an open length")
    taken = len(range(*part.indices(int(length))))
    if isinstance(length, Batch):
        return length if taken == int(length) else taken
    return taken


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


def shares(x: Lengths, *given: Any, **named: Any) -> Outcome:
    """As many numbers as came in, each of all along an axis."""
    dim = named.get("dim", given[0] if given else None)
    if not isinstance(dim, int):
        return mixed(x)
    return Outcome([x], field=reduced(x, dim, True).field)


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
    return Outcome([x])


def pack(x: Lengths, lengths: Any, batch_first: bool = False) -> Any:
    """Sequences of several lengths; what is known of them is the padded shape."""
    steps = x[1] if batch_first else x[0]
    return Outcome([x, Lengths((steps,))]), tuple


def unpack(x: Lengths, steps: Any, batch_first: bool = False, *_: Any) -> Any:
    """The padded sequences again, and how long each is."""
    batch = x[0] if batch_first else x[1]
    return Outcome([x, Lengths((batch,))]), tuple


def _by_rank(rule: Callable[..., Any]) -> dict[int, Callable[..., Any]]:
    """Return a rule for 1, 2 and 3 axes."""
    from functools import partial

    return {rank: partial(rule, rank) for rank in (1, 2, 3)}


def _with_kernel(rule: Callable[..., Any], *names: str) -> Callable[..., Any]:
    """Return a rule for a function that takes a bias between kernel and the rest."""

    def conv(
        input: Lengths, weight: Lengths, bias: Any = None, *rest: Any, **named: Any
    ) -> Any:
        return rule(input, weight, **dict(zip(names, rest, strict=False)), **named)

    return conv


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "linear": linear,
    "bilinear": bilinear,
    "matmul": matmul,
    "bmm": matmul,
    "mm": matmul,
    "mv": matmul,
    "dot": matmul,
    "addmm": addmm,
    "baddbmm": addmm,
    "scaled_dot_product_attention": attention,
    "einsum": einsum,
    "embedding": embedding,
    "interpolate": interpolate,
    "upsample": interpolate,
    "pad": pad,
    "pixel_shuffle": pixel_shuffle,
    "pixel_unshuffle": pixel_unshuffle,
    "view": reshape,
    "reshape": reshape,
    "flatten": flatten,
    "ravel": flatten,
    "unflatten": unflatten,
    "permute": permute,
    "transpose": transpose,
    "swapaxes": transpose,
    "swapdims": transpose,
    "squeeze": squeeze,
    "unsqueeze": unsqueeze,
    "expand": expand,
    "expand_as": expand_as,
    "broadcast_to": expand,
    "repeat": repeat,
    "cat": cat,
    "concat": cat,
    "concatenate": cat,
    "stack": stack,
    "chunk": chunk,
    "split": split_into,
    "unbind": unbind,
    "getitem": getitem,
    "setitem": same_shape,
    "pack_padded_sequence": pack,
    "pad_packed_sequence": unpack,
    "max": extreme,
    "min": extreme,
    "layer_norm": normalized,
    "rms_norm": normalized,
    "full": filled,
    "new_full": filled_like,
}
for _rank in (1, 2, 3):
    _conv = _by_rank(convolution)[_rank]
    _back = _by_rank(transposed_convolution)[_rank]
    FUNCTIONS[f"conv{_rank}d"] = _with_kernel(
        _conv, "stride", "padding", "dilation", "groups"
    )
    FUNCTIONS[f"conv_transpose{_rank}d"] = _with_kernel(
        _back, "stride", "padding", "output_padding", "groups", "dilation"
    )
    _pool = _by_rank(pooling)[_rank]
    FUNCTIONS[f"max_pool{_rank}d"] = _pool
    FUNCTIONS[f"avg_pool{_rank}d"] = _by_rank(average_pooling)[_rank]
    FUNCTIONS[f"adaptive_avg_pool{_rank}d"] = _by_rank(adaptive_pooling)[_rank]
    FUNCTIONS[f"adaptive_max_pool{_rank}d"] = _by_rank(adaptive_pooling)[_rank]


# One number at each place, from those of all tensors there.
FUNCTIONS |= dict.fromkeys(
    """
        add sub subtract mul multiply div divide true_divide floor_divide pow fmod
        remainder maximum minimum fmax fmin atan2 where eq ne lt le gt ge equal_to
        lerp addcmul addcdiv masked_fill clamp clip logical_and logical_or
        logical_xor and or xor truediv floordiv rsub rpow rtruediv rfloordiv mod
        logaddexp isclose copysign prelu
    """.split(),
    together,
)
FUNCTIONS |= dict.fromkeys(
    """
        relu relu6 leaky_relu elu selu celu gelu silu mish softplus softsign tanh
        sigmoid hardtanh hardsigmoid hardswish logsigmoid tanhshrink softshrink
        hardshrink threshold rrelu exp log log1p expm1 log2 log10 sqrt rsqrt square
        abs neg negative sign sin cos tan erf reciprocal floor ceil round trunc frac
        invert logical_not bitwise_not isnan isinf isfinite nan_to_num dropout
        dropout1d dropout2d dropout3d alpha_dropout feature_alpha_dropout batch_norm
        local_response_norm zeros_like ones_like full_like
        rand_like randn_like empty_like bernoulli fill
        zero normal uniform channel_shuffle native_channel_shuffle
    """.split(),
    same_shape,
)
FUNCTIONS |= dict.fromkeys(["group_norm", "instance_norm"], across_places)
FUNCTIONS |= dict.fromkeys(["softmax", "log_softmax", "softmin"], shares)
FUNCTIONS |= dict.fromkeys(
    """
        normalize cumsum cumprod flip fliplr flipud roll tril triu masked_softmax
    """.split(),
    mixed,
)
FUNCTIONS |= dict.fromkeys(
    """
        mean sum prod amax amin argmax argmin std var logsumexp any all nanmean
        nansum count_nonzero
    """.split(),
    reduced,
)
FUNCTIONS |= dict.fromkeys(["zeros", "ones", "empty", "rand", "randn"], made)
FUNCTIONS |= dict.fromkeys(["new_zeros", "new_ones", "new_empty"], made_like)

# They do work that is no product with weights, and more than one pass.
UNCOUNTED = frozenset(
    """
        cdist fft ifft rfft irfft fft2 ifft2 rfft2 irfft2 fftn ifftn stft istft
        inverse inv svd qr eig eigh eigvalsh cholesky solve lstsq matrix_exp det
        slogdet pinverse pinv outer kron tensordot inner chain_matmul multi_dot
        grid_sample conv_tbc cosine_similarity cumulative_trapezoid deform_conv2d
        nms roi_align
    """.split()
)
