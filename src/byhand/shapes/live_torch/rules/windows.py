"""Functions of PyTorch that move a window, or change how many places there are."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.live_torch.lengths import (
    Lengths,
    MissingAxisError,
    same,
    words,
)
from byhand.shapes.live_torch.rules.common import TAPS, each, split
from byhand.shapes.outcome import POINT, UNKNOWN, WHOLE, Outcome, product
from byhand.shapes.tensor import AXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


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
