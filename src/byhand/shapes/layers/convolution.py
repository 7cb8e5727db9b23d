"""Convolutions, plain and transposed, along 1 to 3 axes."""

from __future__ import annotations

from byhand.shapes import axis
from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.base import REQUIRED, Adaptable, Layer
from byhand.shapes.layers.checks import (
    channels_first,
    known_length,
    per_axis,
    shape_of_rank,
)
from byhand.shapes.layers.dense import KERNEL_AND_BIAS
from byhand.shapes.outcome import Outcome, WeightSpec
from byhand.shapes.tensor import AXES, Shape
from byhand.shapes.values import shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, ClassVar

    from byhand.shapes.tensor import Arguments


def along_axes(letter: str, numbers: Sequence[Any]) -> dict[str, Any]:
    """Return a number along each axis under its letter: k, or k_h and k_w."""
    if len(numbers) == 1:
        return {letter: numbers[0]}
    names = [f"{letter}_{axis}" for axis in "dhw"[-len(numbers) :]]
    return dict(zip(names, numbers, strict=True))


def padding_by_number(padding: Any, rank: int) -> str:
    """Return what to write for a padding as PyTorch gives it; "" for another."""
    numbers = padding if isinstance(padding, tuple | list) else [padding]
    if not all(type(number) is int and number >= 0 for number in numbers):
        return ""
    written = shown(padding)
    return (
        f"; put ZeroPadding{rank}D({written}) in front, or write padding='same', which "
        "keeps the length where strides are 1"
    )


def split_channels(layer: Any, shapes: Sequence[Shape], rank: int) -> tuple[Shape, Any]:
    """Return the spatial lengths and the number of channels of the input."""
    first = channels_first(layer)
    places = ", ".join(AXES[rank])
    order = f"batch, channels, {places}" if first else f"batch, {places}, channels"
    shape = shape_of_rank(shapes, rank + 2, order)
    return (shape[2:], shape[1]) if first else (shape[1:-1], shape[-1])


def join_channels(
    layer: Any, batch: Any, places: Sequence[Any], channels: Any
) -> Shape:
    """Return a shape with the channels where the layer has them."""
    if channels_first(layer):
        return (batch, channels, *places)
    return (batch, *places, channels)


class Convolution(Layer):
    """What the convolutions share: checks, channels, and the length of each axis."""

    _rank_: ClassVar[int] = 1
    _paddings_: ClassVar[tuple[str, ...]] = ("valid", "same")
    # Keras lets either strides or dilation exceed 1, except by channel.
    _one_step_: ClassVar[bool] = True
    filters: Any
    kernel_size: Any
    strides: Any
    dilation_rate: Any
    padding: Any

    def _check_(self) -> None:
        """Refuse what Keras refuses before it sees an input."""
        rank = self._rank_
        self.kernel_size = per_axis("kernel_size", self.kernel_size, rank)
        self.strides = per_axis("strides", self.strides, rank)
        self.dilation_rate = per_axis("dilation_rate", self.dilation_rate, rank)
        if (
            not isinstance(self.padding, str)
            or self.padding.lower() not in self._paddings_
        ):
            names = ", ".join(repr(name) for name in self._paddings_)
            raise ShapeError(
                f"padding must be one of {names}, got {shown(self.padding)}"
                f"{padding_by_number(self.padding, rank)}"
            )
        self.padding = self.padding.lower()
        if self._one_step_ and max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ShapeError(
                f"strides={self.strides} and dilation_rate={self.dilation_rate} cannot "
                "both exceed 1; set one of them to 1"
            )
        channels_first(self)
        for name in ("filters", "depth_multiplier", "groups"):
            if name in self._arguments_:
                setattr(self, name, whole_number(name, getattr(self, name)))

    def _channels_(self, shapes: Sequence[Shape]) -> int:
        """Return the number of channels that come in."""
        _, c = split_channels(self, shapes, self._rank_)
        return known_length(c, "the number of channels of its input")

    def _taps_(self) -> dict[str, int]:
        """Return the taps along each axis under their letters."""
        return along_axes("k", self.kernel_size)

    def _output_lengths_(self, shapes: Sequence[Shape]) -> list[tuple[str, Formula]]:
        """Return the output length along each axis."""
        places, _ = split_channels(self, shapes, self._rank_)
        return [
            (
                name,
                axis.conv_formula(i, k, strides=s, padding=self.padding, dilation=d),
            )
            for name, i, k, s, d in zip(
                AXES[self._rank_],
                places,
                self.kernel_size,
                self.strides,
                self.dilation_rate,
                strict=True,
            )
        ]

    def _input_windows_(self, shapes: Sequence[Shape]) -> tuple[Any, ...]:
        """Return what an output element sees along each axis."""
        places, _ = split_channels(self, shapes, self._rank_)
        return windows(
            places, self.kernel_size, self.strides, self.dilation_rate, self.padding
        )

    def _convolved_(
        self, shapes: Sequence[Shape], filters: int, macs: str, /, **values: Any
    ) -> Outcome:
        """Return an outcome whose cost is counted at each place of the output."""
        along = self._output_lengths_(shapes)
        places = [formula.value for _, formula in along]
        shape = join_channels(self, shapes[0][0], places, filters)
        at = along_axes("o", places)
        cost = Formula(f"{' * '.join(at)} * {macs}", **at, **values)
        return Outcome(
            [shape], lengths=along, macs=cost, field=self._input_windows_(shapes)
        )


def windows(
    places: Sequence[Any],
    kernel: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
    padding: str,
) -> tuple[Any, ...]:
    """Return (span, stride, zeros before) along each axis."""
    seen = []
    for i, k, s, d in zip(places, kernel, strides, dilation, strict=True):
        span = (k - 1) * d + 1
        before: Any = 0
        if padding == "causal":
            before = span - 1
        elif padding == "same":
            # Where the length is unknown, what an endless row would get.
            if isinstance(i, int):
                before = axis.same_padding(i, k, strides=s, dilation=d)[0]
            else:
                before = max(span - s, 0) // 2
        seen.append((span, s, before))
    return tuple(seen)


def transposed_window(span: int, stride: int, padding: Any, extra: Any = None) -> Any:
    """Return (span, stride, zeros before) of a transposed convolution along an axis.

    An output element sees a span of e / s inputs, and strides go the other way. What
    is cut off before the output moves it; "same" cuts off as much as on both sides
    together leaves a length of i s, or what `output_padding` says.
    """
    from fractions import Fraction

    cut = padding if isinstance(padding, int) else 0
    if padding == "same":
        both = span - stride if extra is None else span - span % 2 - extra
        cut = max(both, 0) // 2
    seen, before = Fraction(span, stride), Fraction(span - stride - cut, stride)
    whole = seen.denominator == before.denominator == 1
    return (
        (int(seen), (1, stride), int(before)) if whole else (seen, (1, stride), before)
    )


CONVOLUTION = {
    "data_format": None,
    "dilation_rate": 1,
    "groups": 1,
    "activation": None,
    "use_bias": True,
    **KERNEL_AND_BIAS,
}
PLAIN = {
    "filters": REQUIRED,
    "kernel_size": REQUIRED,
    "strides": 1,
    "padding": "valid",
    **CONVOLUTION,
}


class Conv1D(Convolution, Adaptable):
    """f kernels moved along one axis."""

    _arguments_ = PLAIN
    _paddings_: ClassVar[tuple[str, ...]] = ("valid", "same", "causal")

    def _check_(self) -> None:
        """Refuse filters that the groups do not divide."""
        super()._check_()
        if self.filters % self.groups:
            raise ShapeError(
                f"filters={self.filters} cannot be split into {self.groups} groups; "
                f"let groups divide {self.filters}"
            )

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A kernel of taps x c / g x f, and f biases."""
        c = self._channels_(shapes)
        if c % self.groups:
            raise ShapeError(
                f"{c} channels cannot be split into groups={self.groups}; "
                f"let groups divide {c}"
            )
        axes = {**self._taps_(), "c": c // self.groups, "f": self.filters}
        weights: list[WeightSpec] = [WeightSpec("kernel", axes)]
        if self.use_bias:
            weights.append(WeightSpec("bias", {"f": self.filters}))
        return self._adapted_(weights)

    def _bind_(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        # Keras takes both by name, and shows neither.
        named = dict(named)
        self.lora_rank = named.pop("lora_rank", None)
        self.lora_alpha = named.pop("lora_alpha", self.lora_rank)
        super()._bind_(given, named)

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Each output element costs as many as the kernel has weights for it."""
        c = self._channels_(shapes) // self.groups
        values = {**self._taps_(), "c": c, "f": self.filters}
        return self._convolved_(shapes, self.filters, " * ".join(values), **values)


class Conv2D(Conv1D):
    """f kernels moved over height and width."""

    _arguments_ = {**PLAIN, "strides": (1, 1), "dilation_rate": (1, 1)}
    _paddings_ = ("valid", "same")
    _rank_ = 2


class Conv3D(Conv1D):
    """f kernels moved through depth, height and width."""

    _arguments_ = {**PLAIN, "strides": (1, 1, 1), "dilation_rate": (1, 1, 1)}
    _paddings_ = ("valid", "same")
    _rank_ = 3


TRANSPOSED = {
    "filters": REQUIRED,
    "kernel_size": REQUIRED,
    "strides": 1,
    "padding": "valid",
    "output_padding": None,
    "data_format": None,
    "dilation_rate": 1,
    "activation": None,
    "use_bias": True,
    **KERNEL_AND_BIAS,
}


class Conv1DTranspose(Convolution):
    """The way back of a strided convolution along one axis."""

    _arguments_ = TRANSPOSED

    def _check_(self) -> None:
        """Refuse an output padding that is not below the strides."""
        super()._check_()
        given = self.output_padding
        none = (None,) * self._rank_
        self._extra_: tuple[Any, ...] = (
            none
            if given is None
            else per_axis("output_padding", given, self._rank_, least=0)
        )
        for extra, k, d, stride in zip(
            self._extra_,
            self.kernel_size,
            self.dilation_rate,
            self.strides,
            strict=True,
        ):
            if extra is not None and extra >= stride:
                least = axis.effective_kernel(k, dilation=d)
                least = least % 2 if self.padding == "same" else least
                raise ShapeError(
                    f"output_padding must be less than strides, got {shown(given)} "
                    f"with strides={self.strides}; give at most {stride - 1} there: "
                    f"from 0 to {stride - 1} it makes of a length of i every length "
                    f"from {stride} * (i - 1) + {least} to {stride} * (i - 1) + "
                    f"{least + stride - 1}"
                )

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A kernel of taps x f x c, and f biases."""
        axes = {**self._taps_(), "f": self.filters, "c": self._channels_(shapes)}
        weights: list[WeightSpec] = [WeightSpec("kernel", axes)]
        if self.use_bias:
            weights.append(WeightSpec("bias", {"f": self.filters}))
        return weights

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Every input element costs as many as the kernel has weights."""
        places, c = split_channels(self, shapes, self._rank_)
        along = [
            (
                name,
                axis.conv_transpose_formula(
                    i, k, strides=s, padding=self.padding, output_padding=p, dilation=d
                ),
            )
            for name, i, k, s, p, d in zip(
                AXES[self._rank_],
                places,
                self.kernel_size,
                self.strides,
                self._extra_,
                self.dilation_rate,
                strict=True,
            )
        ]
        lengths = [formula.value for _, formula in along]
        values = {
            **along_axes("i", places),
            **self._taps_(),
            "c": c,
            "f": self.filters,
        }
        macs = Formula(" * ".join(values), **values)
        seen = tuple(
            transposed_window((k - 1) * d + 1, s, self.padding, p)
            for k, s, d, p in zip(
                self.kernel_size,
                self.strides,
                self.dilation_rate,
                self._extra_,
                strict=True,
            )
        )
        shape = join_channels(self, shapes[0][0], lengths, self.filters)
        return Outcome([shape], lengths=along, macs=macs, field=seen)


class Conv2DTranspose(Conv1DTranspose):
    """The way back of a strided convolution over height and width."""

    _arguments_ = {**TRANSPOSED, "strides": (1, 1), "dilation_rate": (1, 1)}
    _rank_ = 2


class Conv3DTranspose(Conv1DTranspose):
    """The way back of a strided convolution through a volume."""

    _arguments_ = {
        "filters": REQUIRED,
        "kernel_size": REQUIRED,
        "strides": (1, 1, 1),
        "padding": "valid",
        "data_format": None,
        "output_padding": None,
        "dilation_rate": (1, 1, 1),
        "activation": None,
        "use_bias": True,
        **KERNEL_AND_BIAS,
    }
    _rank_ = 3
