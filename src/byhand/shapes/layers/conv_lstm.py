"""Long short-term memories whose products are convolutions."""

from __future__ import annotations

from byhand.shapes import axis
from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.base import REQUIRED, Layer
from byhand.shapes.layers.checks import (
    channels_first,
    known_length,
    per_axis,
    shape_of_rank,
)
from byhand.shapes.layers.convolution import along_axes, join_channels
from byhand.shapes.layers.recurrent import GATES, PENALTIES, SEQUENCE, Gated
from byhand.shapes.outcome import UNKNOWN, Outcome, WeightSpec
from byhand.shapes.size import Size
from byhand.shapes.tensor import AXES
from byhand.shapes.values import real_number, shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, ClassVar

    from byhand.shapes.tensor import Arguments, Shape

CONV_LSTM = {
    "filters": REQUIRED,
    "kernel_size": REQUIRED,
    "strides": 1,
    "padding": "valid",
    "data_format": None,
    "dilation_rate": 1,
    **GATES,
    "unit_forget_bias": True,
    **PENALTIES,
    "seed": None,
    **SEQUENCE,
}


class ConvLSTM1D(Layer):
    """A long short-term memory whose products are convolutions."""

    _arguments_ = CONV_LSTM
    _rank_: ClassVar[int] = 1
    filters: Any
    kernel_size: Any
    strides: Any
    dilation_rate: Any
    _takes_ = ("sequence", "initial_state")

    def _check_(self) -> None:
        """Refuse what a convolution refuses."""
        self.filters = whole_number("filters", self.filters)
        self.kernel_size = per_axis("kernel_size", self.kernel_size, self._rank_)
        self.strides = per_axis("strides", self.strides, self._rank_)
        self.dilation_rate = per_axis("dilation_rate", self.dilation_rate, self._rank_)
        if self.padding not in ("valid", "same"):
            raise ShapeError(
                f"padding must be one of 'valid', 'same', got {shown(self.padding)}"
            )
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ShapeError(
                "strides and dilation_rate cannot both exceed 1; set one of them to 1"
            )
        for name in ("dropout", "recurrent_dropout"):
            real_number(name, getattr(self, name))
        channels_first(self)

    def _bind_(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        # Keras takes them still, from older models; they change no shape.
        ignored = ("zero_output_for_mask", "unroll")
        super()._bind_(given, {k: v for k, v in named.items() if k not in ignored})

    def _parts_(self, shapes: Sequence[Shape]) -> tuple[Any, Any, Shape, Any]:
        """Return batch, steps, places and channels of the input."""
        shape = shape_of_rank(
            shapes[:1], self._rank_ + 3, "batch, steps, places and channels"
        )
        inner = shape[2:]
        places, c = (
            (inner[1:], inner[0]) if channels_first(self) else (inner[:-1], inner[-1])
        )
        for name, length in zip(AXES[self._rank_], places, strict=True):
            if isinstance(length, Size):
                raise ShapeError(
                    f"its {name} is unknown ({length}), and its state has a fixed one; "
                    f"give the {name} a number in Input"
                )
        return shape[0], shape[1], places, c

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """Four gates of kernels on the input and on the last output, and biases."""
        *_, c = self._parts_(shapes)
        c = known_length(c, "the number of channels of its input")
        taps = along_axes("k", self.kernel_size)
        n, f = len(taps) + 1, self.filters
        weights: list[WeightSpec] = [
            Gated("kernel", {**taps, "c": c, "g": 4, "f": f}, n),
            Gated("recurrent_kernel", {**taps, "f": f, "g": 4, "h": f}, n),
        ]
        if self.use_bias:
            weights.append(Gated("bias", {"g": 4, "f": f}, 0))
        return weights

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Each step is convolved, and its output once more, padded to its size."""
        batch, t, places, c = self._parts_(shapes)
        along = [
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
        lengths = [formula.value for _, formula in along]
        step = join_channels(self, batch, lengths, self.filters)
        out = (batch, t, *step[1:]) if self.return_sequences else step
        states = [step, step] if self.return_state else []
        each = {**along_axes("o", lengths), **along_axes("k", self.kernel_size)}
        macs = Formula(
            f"t * {' * '.join(each)} * 4 * (c * f + f * f)",
            t=t,
            **each,
            c=c,
            f=self.filters,
        )
        return Outcome([out, *states], lengths=along, macs=macs, field=UNKNOWN)


class ConvLSTM2D(ConvLSTM1D):
    """A long short-term memory of images."""

    _rank_ = 2


class ConvLSTM3D(ConvLSTM1D):
    """A long short-term memory of volumes."""

    _rank_ = 3
