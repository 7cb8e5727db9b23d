"""Convolutions of each channel by itself, with or without a mixture afterwards."""

from __future__ import annotations

from byhand.shapes.layers.base import REQUIRED
from byhand.shapes.layers.convolution import Convolution
from byhand.shapes.outcome import Outcome, WeightSpec, product

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from byhand.shapes.tensor import Arguments, Shape

DEPTHWISE = {
    "depthwise_initializer": "glorot_uniform",
    "bias_initializer": "zeros",
    "depthwise_regularizer": None,
    "bias_regularizer": None,
    "activity_regularizer": None,
    "depthwise_constraint": None,
    "bias_constraint": None,
}


class DepthwiseConv1D(Convolution):
    """m kernels for each channel by itself."""

    _one_step_ = False

    _arguments_ = {
        "kernel_size": REQUIRED,
        "strides": 1,
        "padding": "valid",
        "depth_multiplier": 1,
        "data_format": None,
        "dilation_rate": 1,
        "activation": None,
        "use_bias": True,
        **DEPTHWISE,
    }

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A kernel of taps x c x m, and c m biases."""
        axes = {
            **self._taps_(),
            "c": self._channels_(shapes),
            "m": self.depth_multiplier,
        }
        weights: list[WeightSpec] = [WeightSpec("kernel", axes)]
        if self.use_bias:
            weights.append(_Flat("bias", {"c": axes["c"], "m": axes["m"]}))
        return weights

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Each output element costs as many as the kernel has taps."""
        c = self._channels_(shapes)
        values = {**self._taps_(), "c": c, "m": self.depth_multiplier}
        return self._convolved_(
            shapes, c * self.depth_multiplier, " * ".join(values), **values
        )


class DepthwiseConv2D(DepthwiseConv1D):
    """m kernels for each channel by itself, over height and width."""

    _arguments_ = {
        **DepthwiseConv1D._arguments_,
        "strides": (1, 1),
        "dilation_rate": (1, 1),
    }
    _rank_ = 2


class _Flat(WeightSpec):
    """A weight whose letters are multiplied into one axis."""

    @property
    def shape(self) -> tuple[Any, ...]:
        """The one length."""
        return (product(self.axes.values()),)


SEPARABLE = {
    "filters": REQUIRED,
    "kernel_size": REQUIRED,
    "strides": 1,
    "padding": "valid",
    "data_format": None,
    "dilation_rate": 1,
    "depth_multiplier": 1,
    "activation": None,
    "use_bias": True,
    "depthwise_initializer": "glorot_uniform",
    "pointwise_initializer": "glorot_uniform",
    "bias_initializer": "zeros",
    "depthwise_regularizer": None,
    "pointwise_regularizer": None,
    "bias_regularizer": None,
    "activity_regularizer": None,
    "depthwise_constraint": None,
    "pointwise_constraint": None,
    "bias_constraint": None,
}


class SeparableConv1D(Convolution):
    """A depthwise convolution and then f mixtures of its channels."""

    _arguments_ = SEPARABLE
    _one_step_ = False

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A depthwise kernel of taps x c x m, a pointwise one of c m x f, f biases."""
        c, m = self._channels_(shapes), self.depth_multiplier
        mix = {"c": c, "m": m, "f": self.filters}
        weights = [
            WeightSpec("depthwise_kernel", {**self._taps_(), "c": c, "m": m}),
            _Pointwise("pointwise_kernel", mix, rank=self._rank_),
        ]
        if self.use_bias:
            weights.append(WeightSpec("bias", {"f": self.filters}))
        return weights

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Each place pays the depthwise taps and the mixture."""
        taps = " * ".join(self._taps_())
        return self._convolved_(
            shapes,
            self.filters,
            f"({taps} * c * m + c * m * f)",
            **self._taps_(),
            c=self._channels_(shapes),
            m=self.depth_multiplier,
            f=self.filters,
        )


class SeparableConv2D(SeparableConv1D):
    """A depthwise convolution over height and width, then f mixtures."""

    _arguments_ = {**SEPARABLE, "strides": (1, 1), "dilation_rate": (1, 1)}
    _rank_ = 2


class _Pointwise(WeightSpec):
    """A kernel of one tap, whose c and m make one axis."""

    __slots__ = ("_rank",)

    def __init__(self, name: str, axes: Mapping[str, Any], *, rank: int) -> None:
        super().__init__(name, axes)
        self._rank = rank

    @property
    def shape(self) -> tuple[Any, ...]:
        """A one for each spatial axis, c m and f."""
        return (
            *[1] * self._rank,
            self.axes["c"] * self.axes["m"],
            self.axes["f"],
        )
