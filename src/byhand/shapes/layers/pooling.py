"""Pooling: windows, whole maps, and windows that adapt to a wanted size."""

from __future__ import annotations

from byhand.shapes import axis
from byhand.shapes.errors import ShapeError
from byhand.shapes.layers.base import REQUIRED, Layer
from byhand.shapes.layers.checks import channels_first, per_axis
from byhand.shapes.layers.convolution import (
    join_channels,
    padding_by_number,
    split_channels,
    windows,
)
from byhand.shapes.outcome import UNKNOWN, WHOLE, Outcome
from byhand.shapes.tensor import AXES, Shape
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, ClassVar

    from byhand.shapes.tensor import Arguments


class _Pooling(Layer):
    """One number for each window."""

    _rank_: ClassVar[int] = 1
    pool_size: Any
    strides: Any
    _arguments_ = {
        "pool_size": REQUIRED,
        "strides": None,
        "padding": "valid",
        "data_format": None,
        "name": None,
    }

    def _check_(self) -> None:
        """Refuse windows and paddings that Keras refuses."""
        self.pool_size = per_axis("pool_size", self.pool_size, self._rank_)
        strides = self.pool_size if self.strides is None else self.strides
        self.strides = per_axis("strides", strides, self._rank_)
        if self.padding not in ("valid", "same"):
            raise ShapeError(
                f"padding must be one of 'valid', 'same', got {shown(self.padding)}"
                f"{padding_by_number(self.padding, self._rank_)}"
            )
        channels_first(self)

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """As many places as windows fit; channels stay."""
        places, c = split_channels(self, shapes, self._rank_)
        along = [
            (name, axis.pool_formula(i, k, strides=s, padding=self.padding))
            for name, i, k, s in zip(
                AXES[self._rank_], places, self.pool_size, self.strides, strict=True
            )
        ]
        lengths = [formula.value for _, formula in along]
        one = (1,) * self._rank_
        seen = windows(places, self.pool_size, self.strides, one, self.padding)
        shape = join_channels(self, shapes[0][0], lengths, c)
        return Outcome([shape], lengths=along, field=seen)


class AveragePooling1D(_Pooling):
    """The mean of each window."""


class AveragePooling2D(_Pooling):
    """The mean of each window."""

    _rank_ = 2


class AveragePooling3D(_Pooling):
    """The mean of each window."""

    _rank_ = 3


class MaxPooling1D(_Pooling):
    """The largest of each window."""

    _arguments_ = {**_Pooling._arguments_, "pool_size": 2}


class MaxPooling2D(_Pooling):
    """The largest of each window."""

    _arguments_ = {**_Pooling._arguments_, "pool_size": (2, 2)}
    _rank_ = 2


class MaxPooling3D(_Pooling):
    """The largest of each window."""

    _arguments_ = {**_Pooling._arguments_, "pool_size": (2, 2, 2)}
    _rank_ = 3


class _GlobalPooling(Layer):
    """One number for each channel."""

    _rank_: ClassVar[int] = 1
    _arguments_ = {"data_format": None, "keepdims": False}

    def _check_(self) -> None:
        """Refuse an unknown data format."""
        channels_first(self)

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The spatial axes go, or stay with length one."""
        _, c = split_channels(self, shapes, self._rank_)
        batch = shapes[0][0]
        kept = join_channels(self, batch, [1] * self._rank_, c)
        return Outcome([kept if self.keepdims else (batch, c)], field=WHOLE)


class GlobalAveragePooling1D(_GlobalPooling):
    """The mean of each channel."""


class GlobalAveragePooling2D(_GlobalPooling):
    """The mean of each channel."""

    _rank_ = 2


class GlobalAveragePooling3D(_GlobalPooling):
    """The mean of each channel."""

    _rank_ = 3


class GlobalMaxPooling1D(_GlobalPooling):
    """The largest of each channel."""


class GlobalMaxPooling2D(_GlobalPooling):
    """The largest of each channel."""

    _rank_ = 2


class GlobalMaxPooling3D(_GlobalPooling):
    """The largest of each channel."""

    _rank_ = 3


class _AdaptivePooling(Layer):
    """As many windows as wanted, of whatever size that takes."""

    _rank_: ClassVar[int] = 1
    output_size: Any
    _arguments_ = {"output_size": REQUIRED, "data_format": None}

    def _check_(self) -> None:
        """Refuse an output that is not a whole number for each axis."""
        self.output_size = per_axis("output_size", self.output_size, self._rank_)
        channels_first(self)

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The spatial axes get the wanted lengths."""
        places, c = split_channels(self, shapes, self._rank_)
        shape = join_channels(self, shapes[0][0], self.output_size, c)
        return Outcome([shape], field=adapted_windows(places, self.output_size))


def adapted_windows(places: Sequence[Any], sizes: Sequence[Any]) -> Any:
    """Return what an element sees where windows adapt to a wanted number of them."""
    if all(size == 1 for size in sizes):
        return WHOLE
    seen = []
    for length, size in zip(places, sizes, strict=True):
        # Otherwise windows differ in width, or overlap in some places.
        if not isinstance(length, int) or length % size:
            return UNKNOWN
        seen.append((length // size, length // size, 0))
    return tuple(seen)


class AdaptiveAveragePooling1D(_AdaptivePooling):
    """The means of a wanted number of windows."""


class AdaptiveAveragePooling2D(_AdaptivePooling):
    """The means of a wanted number of windows."""

    _rank_ = 2


class AdaptiveAveragePooling3D(_AdaptivePooling):
    """The means of a wanted number of windows."""

    _rank_ = 3


class AdaptiveMaxPooling1D(_AdaptivePooling):
    """The largest of a wanted number of windows."""


class AdaptiveMaxPooling2D(_AdaptivePooling):
    """The largest of a wanted number of windows."""

    _rank_ = 2


class AdaptiveMaxPooling3D(_AdaptivePooling):
    """The largest of a wanted number of windows."""

    _rank_ = 3
