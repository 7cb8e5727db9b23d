"""Layers that bring numbers to a common scale."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.layers.base import Layer
from byhand.shapes.layers.checks import as_list, known_length, single_shape
from byhand.shapes.outcome import UNKNOWN, WHOLE, Outcome, WeightSpec, field_along
from byhand.shapes.tensor import Shape, show
from byhand.shapes.values import LONGEST, real_number, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Arguments

SCALE_AND_CENTRE = {
    "beta_initializer": "zeros",
    "gamma_initializer": "ones",
    "beta_regularizer": None,
    "gamma_regularizer": None,
    "beta_constraint": None,
    "gamma_constraint": None,
}


def axis_of(shape: Shape, axis: Any) -> int:
    """Return an axis counted from the front."""
    number = whole_number("axis", axis, least=-LONGEST)
    if not -len(shape) <= number < len(shape):
        raise ShapeError(
            f"axis {number} is not among the axes of {show(shape)}, which are 0 to "
            f"{len(shape) - 1}, or {-len(shape)} to -1 from the end"
        )
    return number % len(shape)


def lengths_along(shape: Shape, given: Any) -> dict[str, int]:
    """Return the lengths along one axis or several, under their letters."""
    axes = [given] if hasattr(given, "__index__") else as_list("axis", given)
    return {
        "c" if len(axes) == 1 else f"c_{k}": known_length(
            shape[axis_of(shape, axis)], f"axis {axis} of its input"
        )
        for k, axis in enumerate(axes, start=1)
    }


class _Normalization(Layer):
    """A layer that keeps the shape and may scale and shift along an axis."""

    _several_ = False  # whether it may run along several axes

    def _check_(self) -> None:
        """Refuse axes that are no whole numbers, and other arguments that are none."""
        axis = self.axis
        if self._several_ and isinstance(axis, list | tuple):
            for one in axis:
                whole_number("axis", one, least=-LONGEST)
        elif axis is not None or not isinstance(self, Normalization):
            whole_number("axis", axis, least=-LONGEST)
        for name in ("epsilon", "momentum", "renorm_momentum"):
            if name in self._arguments_:
                real_number(name, getattr(self, name))

    def _length_(self, shapes: Sequence[Shape]) -> Any:
        """Return the length of the axis that the weights run along."""
        shape = single_shape(shapes)
        axis = axis_of(shape, self.axis)
        return known_length(shape[axis], f"axis {self.axis} of its input")

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A factor and an offset for each of c."""
        c = self._length_(shapes)
        weights = []
        if self.scale:
            weights.append(WeightSpec("gamma", {"c": c}))
        if self.center:
            weights.append(WeightSpec("beta", {"c": c}))
        return weights

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The shape passes through."""
        return Outcome([single_shape(shapes)])


class _AlongAxes(_Normalization):
    """A layer that brings the numbers along its axes to a common scale."""

    _several_ = True

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The shape passes through; each number sees all along the axes."""
        outcome = super()._infer_(shapes, arguments)
        (shape,) = shapes
        single = hasattr(self.axis, "__index__")
        axes = [self.axis] if single else as_list("axis", self.axis)
        outcome.field = field_along(shape, [axis_of(shape, axis) for axis in axes])
        return outcome


class BatchNormalization(_Normalization):
    """Normalisation over the batch, with statistics that move along in training."""

    _arguments_ = {
        "axis": -1,
        "momentum": 0.99,
        "epsilon": 0.001,
        "center": True,
        "scale": True,
        "beta_initializer": "zeros",
        "gamma_initializer": "ones",
        "moving_mean_initializer": "zeros",
        "moving_variance_initializer": "ones",
        "beta_regularizer": None,
        "gamma_regularizer": None,
        "beta_constraint": None,
        "gamma_constraint": None,
        "renorm": False,
        "renorm_clipping": None,
        "renorm_momentum": 0.99,
        "synchronized": False,
    }

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """Besides gamma and beta, a moving mean and variance that are not trained."""
        c = self._length_(shapes)
        moving = ["moving_mean", "moving_variance"]
        if self.renorm:
            moving += ["moving_stddev", "renorm_mean", "renorm_stddev"]
        return super()._weight_specs_(shapes) + [
            WeightSpec(name, {"c": c}, trainable=False) for name in moving
        ]


class LayerNormalization(_AlongAxes):
    """Normalisation over the numbers of each example.

    With `rms_scaling`, which Keras keeps for old models, it only scales.
    """

    rms_scaling = False

    _arguments_ = {
        "axis": -1,
        "epsilon": 0.001,
        "center": True,
        "scale": True,
        **SCALE_AND_CENTRE,
    }

    def _bind_(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        named = dict(named)
        self.rms_scaling = bool(named.pop("rms_scaling", False))
        super()._bind_(given, named)

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A factor and an offset for each number along the axes."""
        axes = lengths_along(single_shape(shapes), self.axis)
        names = ["gamma"] * bool(self.scale or self.rms_scaling)
        names += ["beta"] * bool(self.center and not self.rms_scaling)
        return [WeightSpec(name, axes) for name in names]


class GroupNormalization(_Normalization):
    """Normalisation over groups of channels of each example."""

    groups: Any

    _arguments_ = {
        "groups": 32,
        "axis": -1,
        "epsilon": 0.001,
        "center": True,
        "scale": True,
        **SCALE_AND_CENTRE,
    }

    def _check_(self) -> None:
        """Refuse groups that are neither a number of them nor -1, one a channel."""
        super()._check_()
        self.groups = whole_number("groups", self.groups, least=-1)
        if self.groups == 0:
            raise ShapeError(
                "groups must be at least 1, or -1 for one a channel, got 0"
            )

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A factor and an offset for each channel."""
        c = self._length_(shapes)
        groups = c if self.groups == -1 else self.groups
        if groups > c or c % groups:
            raise ShapeError(
                f"{c} channels cannot be split into {groups} equal groups; "
                f"let groups divide {c}"
            )
        return super()._weight_specs_(shapes)

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The shape passes through; each number sees all places of its group."""
        outcome = super()._infer_(shapes, arguments)
        whole = len(shapes[0]) > 2 or self.groups == 1
        outcome.field = WHOLE if whole else UNKNOWN
        return outcome


class RMSNormalization(_AlongAxes):
    """Division by the root mean square."""

    _arguments_ = {"axis": -1, "epsilon": 1e-6}

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A factor for each number along the axes."""
        axes = lengths_along(single_shape(shapes), self.axis)
        return [WeightSpec("scale", axes)]


class UnitNormalization(_AlongAxes):
    """Division by the length of the vector."""

    _arguments_ = {"axis": -1}

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """It has no weights."""
        return []


class Normalization(_Normalization):
    """Subtraction of a mean and division by a deviation taken from data."""

    _arguments_ = {"axis": -1, "mean": None, "variance": None, "invert": False}
    _several_ = True

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """Unless given, a mean, a variance and a count of examples, none trained."""
        if self.mean is not None or self.variance is not None:
            return []
        shape = single_shape(shapes)
        if self.axis is None:
            given = []
        else:
            single = hasattr(self.axis, "__index__")
            given = [self.axis] if single else as_list("axis", self.axis)
        axes = {}
        for k, axis in enumerate(sorted(axis_of(shape, axis) for axis in given)):
            name = "c" if len(given) == 1 else f"c_{k + 1}"
            axes[name] = known_length(shape[axis], f"axis {axis} of its input")
        return [
            WeightSpec("mean", axes, trainable=False),
            WeightSpec("variance", axes, trainable=False),
            WeightSpec("count", {}, trainable=False),
        ]
