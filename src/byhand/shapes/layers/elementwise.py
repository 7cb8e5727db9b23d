"""Layers that leave the shape as it is: activations, dropout, noise, rescaling."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.layers.base import MOST_AXES, REQUIRED, Layer
from byhand.shapes.layers.checks import (
    as_list,
    channels_first,
    known_length,
    single_shape,
)
from byhand.shapes.outcome import Outcome, WeightSpec, field_along
from byhand.shapes.tensor import Shape, show
from byhand.shapes.values import real_number, shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Arguments


class Unchanged(Layer):
    """A layer whose output has the shape of its input."""

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The shape passes through."""
        return Outcome([single_shape(shapes)])


class Identity(Unchanged):
    """Nothing at all."""


# Functions that are not of each number alone, but along the last axis.
ALONG_THE_LAST = ("softmax", "log_softmax", "sparsemax")


class Activation(Unchanged):
    """A function of each number, or a softmax along the last axis."""

    _arguments_ = {"activation": REQUIRED}

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The shape passes through."""
        outcome = super()._infer_(shapes, arguments)
        name = getattr(self.activation, "__name__", self.activation)
        if isinstance(name, str) and name in ALONG_THE_LAST:
            (shape,) = shapes
            outcome.field = field_along(shape, [len(shape) - 1])
        return outcome


class ReLU(Unchanged):
    """max(0, z), with a slope, a ceiling or a threshold."""

    _arguments_ = {"max_value": None, "negative_slope": 0.0, "threshold": 0.0}

    def _check_(self) -> None:
        """Refuse what makes no rectifier."""
        for name in ("max_value", "negative_slope", "threshold"):
            value = getattr(self, name)
            if value is not None or name != "max_value":
                real_number(name, value, least=0)


class LeakyReLU(Unchanged):
    """z above zero, a small part of z below."""

    _arguments_ = {"negative_slope": 0.3}

    def _bind_(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        # Keras's old name for the slope, still accepted.
        if "alpha" in named:
            named = {**named, "negative_slope": named["alpha"]}
            del named["alpha"]
        super()._bind_(given, named)

    def _check_(self) -> None:
        """Refuse a missing or negative slope."""
        real_number("negative_slope", self.negative_slope, least=0)


class ELU(Unchanged):
    """z above zero, an exponential below."""

    _arguments_ = {"alpha": 1.0}

    def _check_(self) -> None:
        """Refuse a factor that is no number."""
        real_number("alpha", self.alpha)


class Softmax(Unchanged):
    """Numbers along an axis turned into shares of one."""

    _arguments_ = {"axis": -1}

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The shape passes through."""
        outcome = super()._infer_(shapes, arguments)
        (shape,) = shapes
        single = hasattr(self.axis, "__index__")
        axes = [self.axis] if single else as_list("axis", self.axis)
        outcome.field = field_along(shape, [axis % len(shape) for axis in axes])
        return outcome


class PReLU(Layer):
    """A leaky rectifier whose slopes are learned, one for each place."""

    _arguments_ = {
        "alpha_initializer": "Zeros",
        "alpha_regularizer": None,
        "alpha_constraint": None,
        "shared_axes": None,
    }

    def _check_(self) -> None:
        """Refuse axes that are no whole numbers."""
        given = () if self.shared_axes is None else self.shared_axes
        single = hasattr(given, "__index__")
        given = [given] if single else as_list("shared_axes", given)
        self._shared_ = [
            whole_number("shared_axes", axis, least=-MOST_AXES) for axis in given
        ]

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A slope for each place, one along shared axes.

        Keras counts the axes from 1 behind the batch, and takes one off the others
        as well: -1 is the last axis but one.
        """
        shape = single_shape(shapes)
        count = len(shape) - 1
        for axis in self._shared_:
            if not -count <= axis - 1 < count:
                raise ShapeError(
                    f"shared_axes={shown(self.shared_axes)} names an axis that "
                    f"{show(shape)} does not have; the axes behind the batch are 1 to "
                    f"{count}"
                )
        shared = {(axis - 1) % count + 1 for axis in self._shared_}
        axes = {}
        for axis in range(1, len(shape)):
            what = f"axis {axis} of its input"
            one = axis in shared
            axes[f"a_{axis}"] = 1 if one else known_length(shape[axis], what)
        return [WeightSpec("alpha", axes)]

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The shape passes through."""
        return Outcome([single_shape(shapes)])


class Masking(Unchanged):
    """Steps that hold nothing but a given number are marked to be passed over."""

    _arguments_ = {"mask_value": 0.0}


class ActivityRegularization(Unchanged):
    """A penalty on the size of what passes through."""

    _arguments_ = {"l1": 0.0, "l2": 0.0}


class Dropout(Unchanged):
    """A share of the numbers set to zero while training."""

    _arguments_ = {"rate": REQUIRED, "noise_shape": None, "seed": None}

    def _check_(self) -> None:
        """Refuse a share outside 0 to 1."""
        real_number("rate", self.rate, least=0, most=1)


class AlphaDropout(Dropout):
    """Dropout that keeps mean and variance."""


class GaussianDropout(Dropout):
    """Multiplication with noise around one."""

    _arguments_ = {"rate": REQUIRED, "seed": None}


class GaussianNoise(Unchanged):
    """Addition of noise around zero."""

    _arguments_ = {"stddev": REQUIRED, "seed": None}

    def _check_(self) -> None:
        """Refuse a spread outside 0 to 1, as Keras does."""
        real_number("stddev", self.stddev, least=0, most=1)


class _SpatialDropout(Dropout):
    """Whole channels set to zero while training."""

    _arguments_ = {"rate": REQUIRED, "seed": None, "name": None}
    _rank_ = 1

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The shape passes through, if it has the axes."""
        shape = single_shape(shapes)
        if len(shape) != self._rank_ + 2:
            raise ShapeError(
                f"it takes an input of {self._rank_ + 2} axes, got {show(shape)}"
            )
        return Outcome([shape])


class SpatialDropout1D(_SpatialDropout):
    """Dropout of whole channels of a sequence."""


class SpatialDropout2D(_SpatialDropout):
    """Dropout of whole channels of an image."""

    _arguments_ = {"rate": REQUIRED, "data_format": None, "seed": None, "name": None}
    _rank_ = 2

    def _check_(self) -> None:
        """Refuse a share outside 0 to 1, and an unknown data format."""
        super()._check_()
        channels_first(self)


class SpatialDropout3D(SpatialDropout2D):
    """Dropout of whole channels of a volume."""

    _rank_ = 3


class Rescaling(Unchanged):
    """Each number times a factor, plus an offset."""

    _arguments_ = {"scale": REQUIRED, "offset": 0.0}
