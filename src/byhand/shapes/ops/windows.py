"""Convolutions and pooling as functions, with a kernel that is a tensor."""

from __future__ import annotations

from byhand.shapes import axis
from byhand.shapes.batch import for_one
from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.checks import per_axis
from byhand.shapes.layers.convolution import (
    along_axes,
    transposed_window,
    windows,
)
from byhand.shapes.layers.pooling import adapted_windows
from byhand.shapes.ops.operation import operation, shape_of
from byhand.shapes.ops.products import NOT_FOR_ONE
from byhand.shapes.outcome import Outcome
from byhand.shapes.tensor import AXES, show
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Shape


def is_first(data_format: Any) -> bool:
    """Return whether channels come before the places."""
    if data_format not in (None, "channels_last", "channels_first"):
        raise ShapeError(
            f"data_format must be 'channels_last' or 'channels_first', got "
            f"{shown(data_format)}"
        )
    return bool(data_format == "channels_first")


def parted(x: Any, data_format: Any) -> tuple[Any, list[Any], Any]:
    """Return batch, lengths of the places and channels of an input."""
    shape = shape_of(x)
    if len(shape) not in (3, 4, 5):
        raise ShapeError(
            f"it takes an input of 3 to 5 axes, batch, places and channels, got "
            f"{len(shape)}: {show(shape)}"
        )
    if is_first(data_format):
        return shape[0], list(shape[2:]), shape[1]
    return shape[0], list(shape[1:-1]), shape[-1]


def put(batch: Any, places: Sequence[Any], channels: Any, data_format: Any) -> Shape:
    """Return a shape with the channels where they belong."""
    if is_first(data_format):
        return (batch, channels, *places)
    return (batch, *places, channels)


def _kernel(kernel: Any, rank: int) -> Shape:
    """Return the shape of a kernel, taps first."""
    shape = shape_of(kernel)
    if len(shape) != rank + 2:
        raise ShapeError(
            f"the kernel of {rank} spatial axes has {rank + 2}, taps first, got "
            f"{show(shape)}"
        )
    return shape


def _walked(
    places: Sequence[Any],
    kernel: Sequence[Any],
    strides: Sequence[int],
    padding: str,
    dilation: Sequence[int],
) -> list[tuple[str, Formula]]:
    """Return the output length along each axis."""
    names = AXES[len(places)]
    return [
        (name, axis.conv_formula(i, k, strides=s, padding=padding, dilation=d))
        for name, i, k, s, d in zip(
            names, places, kernel, strides, dilation, strict=True
        )
    ]


def _cost(batch: Any, expression: str, **values: Any) -> dict[str, Any]:
    """Return a cost for a batch of one, from that of one row of the batch."""
    rows = for_one(batch)
    if rows is None:
        return {"macs": None, "note": NOT_FOR_ONE}
    if rows != 1:
        return {"macs": Formula(f"r * {expression}", r=rows, **values)}
    return {"macs": Formula(expression, **values)}


def _steps(strides: Any, dilation_rate: Any, rank: int) -> tuple[Any, Any]:
    """Return strides and dilation of each axis; not both may exceed 1."""
    steps = per_axis("strides", strides, rank)
    dilation = per_axis("dilation_rate", dilation_rate, rank)
    if max(steps) > 1 and max(dilation) > 1:
        raise ShapeError(
            f"strides={strides} and dilation_rate={dilation_rate} cannot both exceed "
            "1; set one of them to 1"
        )
    return steps, dilation


@operation("Conv", costs=True)
def conv(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: Any = None,
    dilation_rate: Any = 1,
) -> Outcome:
    """Return a convolution with a kernel of taps x c / g x f."""
    batch, places, c = parted(inputs, data_format)
    rank = len(places)
    *taps, depth, f = _kernel(kernel, rank)
    if isinstance(c, int) and (c % depth or f % (c // depth)):
        raise ShapeError(
            f"{c} channels do not go with a kernel of {show(shape_of(kernel))}: its "
            f"axis {rank} is the number of channels, or divides it"
        )
    steps, dilation = _steps(strides, dilation_rate, rank)
    walked = _walked(places, taps, steps, padding, dilation)
    lengths = [formula.value for _, formula in walked]
    letters = {**along_axes("o", lengths), **along_axes("k", taps), "c": depth, "f": f}
    cost = _cost(batch, " * ".join(letters), **letters)
    seen = windows(places, taps, steps, dilation, padding)
    out = put(batch, lengths, f, data_format)
    return Outcome([out], lengths=walked, field=seen, **cost)


@operation("DepthwiseConv", costs=True)
def depthwise_conv(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: Any = None,
    dilation_rate: Any = 1,
) -> Outcome:
    """Return a convolution of each channel, with a kernel of taps x c x m."""
    batch, places, c = parted(inputs, data_format)
    rank = len(places)
    *taps, depth, m = _kernel(kernel, rank)
    _same_channels(c, depth)
    steps = per_axis("strides", strides, rank)
    dilation = per_axis("dilation_rate", dilation_rate, rank)
    walked = _walked(places, taps, steps, padding, dilation)
    lengths = [formula.value for _, formula in walked]
    letters = {**along_axes("o", lengths), **along_axes("k", taps), "c": depth, "m": m}
    cost = _cost(batch, " * ".join(letters), **letters)
    seen = windows(places, taps, steps, dilation, padding)
    out = put(batch, lengths, depth * m, data_format)
    return Outcome([out], lengths=walked, field=seen, **cost)


@operation("SeparableConv", costs=True)
def separable_conv(
    inputs: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: Any = None,
    dilation_rate: Any = 1,
) -> Outcome:
    """Return a convolution of each channel, then one that mixes them."""
    batch, places, c = parted(inputs, data_format)
    rank = len(places)
    *taps, depth, m = _kernel(depthwise_kernel, rank)
    *_, mixed, f = _kernel(pointwise_kernel, rank)
    _same_channels(c, depth)
    if mixed != depth * m:
        raise ShapeError(
            f"the second kernel takes {mixed} channels, and the first makes "
            f"{depth * m}; make them equal"
        )
    steps = per_axis("strides", strides, rank)
    dilation = per_axis("dilation_rate", dilation_rate, rank)
    walked = _walked(places, taps, steps, padding, dilation)
    lengths = [formula.value for _, formula in walked]
    places_out, along = along_axes("o", lengths), along_axes("k", taps)
    expression = f"{' * '.join(places_out)} * ({' * '.join(along)} * c * m + c * m * f)"
    cost = _cost(batch, expression, **places_out, **along, c=depth, m=m, f=f)
    seen = windows(places, taps, steps, dilation, padding)
    return Outcome(
        [put(batch, lengths, f, data_format)], lengths=walked, field=seen, **cost
    )


def _same_channels(given: Any, wanted: Any) -> None:
    """Refuse an input whose channels are not the kernel's."""
    if isinstance(given, int) and isinstance(wanted, int) and given != wanted:
        raise ShapeError(
            f"the input has {given} channels and the kernel {wanted}; make them equal"
        )


@operation("ConvTranspose", costs=True)
def conv_transpose(
    inputs: Any,
    kernel: Any,
    strides: Any = 1,
    padding: str = "valid",
    output_padding: Any = None,
    data_format: Any = None,
    dilation_rate: Any = 1,
) -> Outcome:
    """Return a transposed convolution with a kernel of taps x f x c."""
    batch, places, c = parted(inputs, data_format)
    rank = len(places)
    *taps, f, depth = _kernel(kernel, rank)
    _same_channels(c, depth)
    steps, dilation = _steps(strides, dilation_rate, rank)
    extras: Any = (None,) * rank
    if output_padding is not None:
        extras = per_axis("output_padding", output_padding, rank, least=0)
    walked = [
        (
            name,
            axis.conv_transpose_formula(
                i, k, strides=s, padding=padding, output_padding=p, dilation=d
            ),
        )
        for name, i, k, s, p, d in zip(
            AXES[rank], places, taps, steps, extras, dilation, strict=True
        )
    ]
    lengths = [formula.value for _, formula in walked]
    letters = {**along_axes("i", places), **along_axes("k", taps), "c": depth, "f": f}
    cost = _cost(batch, " * ".join(letters), **letters)
    seen = tuple(
        transposed_window((k - 1) * d + 1, s, padding, p)
        for k, s, d, p in zip(taps, steps, dilation, extras, strict=True)
    )
    out = put(batch, lengths, f, data_format)
    return Outcome([out], lengths=walked, field=seen, **cost)


def _pooled(
    inputs: Any, pool_size: Any, strides: Any, padding: str, data_format: Any
) -> Outcome:
    """Return the outcome of pooling."""
    batch, places, c = parted(inputs, data_format)
    rank = len(places)
    sizes = per_axis("pool_size", pool_size, rank)
    steps = sizes if strides is None else per_axis("strides", strides, rank)
    walked = [
        (name, axis.pool_formula(i, k, strides=s, padding=padding))
        for name, i, k, s in zip(AXES[rank], places, sizes, steps, strict=True)
    ]
    lengths = [formula.value for _, formula in walked]
    seen = windows(places, sizes, steps, (1,) * rank, padding)
    return Outcome([put(batch, lengths, c, data_format)], lengths=walked, field=seen)


@operation("MaxPool")
def max_pool(
    inputs: Any,
    pool_size: Any,
    strides: Any = None,
    padding: str = "valid",
    data_format: Any = None,
) -> Outcome:
    """Return the largest of each window."""
    return _pooled(inputs, pool_size, strides, padding, data_format)


@operation("AveragePool")
def average_pool(
    inputs: Any,
    pool_size: Any,
    strides: Any = None,
    padding: str = "valid",
    data_format: Any = None,
) -> Outcome:
    """Return the mean of each window."""
    return _pooled(inputs, pool_size, strides, padding, data_format)


def _adapted(inputs: Any, output_size: Any, data_format: Any) -> Outcome:
    """Return the outcome of pooling to a wanted size."""
    batch, places, c = parted(inputs, data_format)
    sizes = per_axis("output_size", output_size, len(places))
    field = adapted_windows(places, sizes)
    return Outcome([put(batch, sizes, c, data_format)], field=field)


@operation("AdaptiveAveragePool")
def adaptive_average_pool(
    inputs: Any, output_size: Any, data_format: Any = None
) -> Outcome:
    """Return the means of a wanted number of windows."""
    return _adapted(inputs, output_size, data_format)


@operation("AdaptiveMaxPool")
def adaptive_max_pool(
    inputs: Any, output_size: Any, data_format: Any = None
) -> Outcome:
    """Return the largest of a wanted number of windows."""
    return _adapted(inputs, output_size, data_format)
