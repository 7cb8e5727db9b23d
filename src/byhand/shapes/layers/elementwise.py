"""Layers that leave the shape as it is: activations, dropout, noise, rescaling."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.layers.base import REQUIRED, Layer
from byhand.shapes.layers.checks import known_length, only
from byhand.shapes.outcome import Outcome, WeightSpec
from byhand.shapes.tensor import Shape, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Arguments


class Unchanged(Layer):
    """A layer whose output has the shape of its input, and which has no weights."""

    def infer(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The shape passes through."""
        return Outcome([only(shapes)])


class Identity(Unchanged):
    """Nothing at all."""


class Activation(Unchanged):
    """A function of each number."""

    arguments = {"activation": REQUIRED}


class ReLU(Unchanged):
    """max(0, z), with a slope, a ceiling or a threshold."""

    arguments = {"max_value": None, "negative_slope": 0.0, "threshold": 0.0}

    def check(self) -> None:
        """Refuse what makes no rectifier."""
        for name in ("max_value", "negative_slope", "threshold"):
            value = getattr(self, name)
            if value is None and name != "max_value":
                raise ShapeError(f"{name} must be a number, got None")
            if value is not None and value < 0:
                raise ShapeError(f"{name} must be at least 0, got {value}")


class LeakyReLU(Unchanged):
    """z above zero, a small part of z below."""

    arguments = {"negative_slope": 0.3}

    def _bind(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        # Keras's old name for the slope, still accepted.
        if "alpha" in named:
            named = {**named, "negative_slope": named["alpha"]}
            del named["alpha"]
        super()._bind(given, named)

    def check(self) -> None:
        """Refuse a missing or negative slope."""
        if self.negative_slope is None or self.negative_slope < 0:
            raise ShapeError(
                f"negative_slope must be at least 0, got {self.negative_slope}"
            )


class ELU(Unchanged):
    """z above zero, an exponential below."""

    arguments = {"alpha": 1.0}


class Softmax(Unchanged):
    """Numbers along an axis turned into shares of one."""

    arguments = {"axis": -1}


class PReLU(Layer):
    """A leaky rectifier whose slopes are learned, one for each place."""

    arguments = {
        "alpha_initializer": "Zeros",
        "alpha_regularizer": None,
        "alpha_constraint": None,
        "shared_axes": None,
    }

    def weight_specs(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A slope for each place, one along shared axes."""
        shape = only(shapes)
        shared = self.shared_axes or ()
        shared = {shared} if hasattr(shared, "__index__") else set(shared)
        axes = {}
        for axis in range(1, len(shape)):
            what = f"axis {axis} of its input"
            one = axis in shared
            axes[f"a_{axis}"] = 1 if one else known_length(shape[axis], what)
        return [WeightSpec("alpha", axes)]

    def infer(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The shape passes through."""
        return Outcome([only(shapes)])


class Masking(Unchanged):
    """Steps that hold nothing but a given number are marked to be passed over."""

    arguments = {"mask_value": 0.0}


class ActivityRegularization(Unchanged):
    """A penalty on the size of what passes through."""

    arguments = {"l1": 0.0, "l2": 0.0}


class Dropout(Unchanged):
    """A share of the numbers set to zero while training."""

    arguments = {"rate": REQUIRED, "noise_shape": None, "seed": None}

    def check(self) -> None:
        """Refuse a share outside 0 to 1."""
        if not 0 <= self.rate <= 1:
            raise ShapeError(f"rate must be from 0 to 1, got {self.rate}")


class AlphaDropout(Dropout):
    """Dropout that keeps mean and variance."""


class GaussianDropout(Dropout):
    """Multiplication with noise around one."""

    arguments = {"rate": REQUIRED, "seed": None}


class GaussianNoise(Unchanged):
    """Addition of noise around zero."""

    arguments = {"stddev": REQUIRED, "seed": None}

    def check(self) -> None:
        """Refuse a spread outside 0 to 1, as Keras does."""
        if not 0 <= self.stddev <= 1:
            raise ShapeError(f"stddev must be from 0 to 1, got {self.stddev}")


class _SpatialDropout(Dropout):
    """Whole channels set to zero while training."""

    arguments = {"rate": REQUIRED, "seed": None, "name": None}
    rank = 1

    def infer(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The shape passes through, if it has the axes."""
        shape = only(shapes)
        if len(shape) != self.rank + 2:
            raise ShapeError(
                f"it takes an input of {self.rank + 2} axes, got {show(shape)}"
            )
        return Outcome([shape])


class SpatialDropout1D(_SpatialDropout):
    """Dropout of whole channels of a sequence."""


class SpatialDropout2D(_SpatialDropout):
    """Dropout of whole channels of an image."""

    arguments = {"rate": REQUIRED, "data_format": None, "seed": None, "name": None}
    rank = 2


class SpatialDropout3D(_SpatialDropout):
    """Dropout of whole channels of a volume."""

    arguments = {"rate": REQUIRED, "data_format": None, "seed": None, "name": None}
    rank = 3


class Rescaling(Unchanged):
    """Each number times a factor, plus an offset."""

    arguments = {"scale": REQUIRED, "offset": 0.0}
