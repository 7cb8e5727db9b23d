"""Operations that make one number of many: sums, means, largest ones and norms."""

from __future__ import annotations

from byhand.shapes.batch import OPEN
from byhand.shapes.errors import ShapeError
from byhand.shapes.ops.elementwise import (
    FUNCTIONS,
    class_name,
    stretched,
)
from byhand.shapes.ops.operation import axes_in, axis_in, operation, several, shape_of
from byhand.shapes.outcome import UNKNOWN, Outcome, field_along
from byhand.shapes.tensor import show
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Shape

PLAIN = (
    "amax amin mean median nanmax nanmean nanmedian nanmin nanprod nanstd nansum "
    "nanvar ptp std sum var logsumexp"
)
TRUTH = ("all", "any")
PLACES = ("argmax", "argmin", "nanargmax", "nanargmin")
EXTREMES = ("max", "min")


def reduced(shape: Shape, axes: Sequence[int], keepdims: Any) -> Shape:
    """Return a shape without some axes, or with length one there."""
    if keepdims:
        return tuple(1 if k in axes else length for k, length in enumerate(shape))
    return tuple(length for k, length in enumerate(shape) if k not in axes)


def _reduction(x: Any, axis: Any, keepdims: Any) -> Outcome:
    """Return the outcome of combining one axis, several or all."""
    shape = shape_of(x)
    axes = axes_in(axis, len(shape))
    return Outcome([reduced(shape, axes, keepdims)], field=field_along(shape, axes))


def _keep(name: str, dtype: str | None) -> None:
    """Keep a reduction with an axis and `keepdims`."""

    def rule(x: Any, axis: Any = None, keepdims: bool = False) -> Outcome:
        return _reduction(x, axis, keepdims)

    rule.__name__ = name
    rule.__doc__ = f"Return the {name} along an axis, several or all."
    FUNCTIONS[name] = operation(class_name(name), dtype=dtype)(rule)


def _keep_extreme(name: str) -> None:
    """Keep a reduction that takes a number to begin with."""

    def rule(
        x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None
    ) -> Outcome:
        return _reduction(x, axis, keepdims)

    rule.__name__ = name
    rule.__doc__ = f"Return the {name} along an axis, several or all."
    FUNCTIONS[name] = operation(class_name(name))(rule)


def _keep_place(name: str) -> None:
    """Keep an operation that finds one place along one axis."""

    def rule(x: Any, axis: Any = None, keepdims: bool = False) -> Outcome:
        if axis is not None:
            axis_in(axis, len(shape_of(x)))
        return _reduction(x, axis, keepdims)

    rule.__name__ = name
    rule.__doc__ = f"Return where the {name[-3:]} lies along an axis."
    FUNCTIONS[name] = operation(class_name(name), dtype="int32")(rule)


for _name in PLAIN.split():
    _keep(_name, None)
for _name in TRUTH:
    _keep(_name, "bool")
for _name in EXTREMES:
    _keep_extreme(_name)
for _name in PLACES:
    _keep_place(_name)


@operation("Prod")
def prod(
    x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None
) -> Outcome:
    """Return the product along an axis, several or all."""
    return _reduction(x, axis, keepdims)


@operation("CountNonzero", dtype="int32")
def count_nonzero(x: Any, axis: Any = None) -> Outcome:
    """Return how many elements are not 0 along an axis."""
    return _reduction(x, axis, False)


@operation("Average", call=("x", "weights"))
def average(x: Any, axis: Any = None, weights: Any = None) -> Outcome:
    """Return the mean along an axis, each element with its weight."""
    shape = shape_of(x)
    if weights is not None:
        given = shape_of(weights)
        axes = axes_in(axis, len(shape))
        alone = len(given) == 1 and len(axes) == 1 and given[0] == shape[axes[0]]
        if given != shape and not alone:
            raise ShapeError(
                f"weights of {show(given)} do not go with {show(shape)}; give one for "
                "each element, or one for each along the axis"
            )
    return _reduction(x, axis, False)


@operation("Norm")
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Outcome:
    """Return the norm of vectors or matrices along one axis or two."""
    shape = shape_of(x)
    axes = axes_in(axis, len(shape))
    if axis is not None and len(axes) > 2:
        raise ShapeError(f"axis={shown(axis)} names {len(axes)} axes; give one or two")
    return _reduction(x, axis, keepdims)


@operation("Moments")
def moments(
    x: Any, axes: Any, keepdims: bool = False, synchronized: bool = False
) -> Outcome:
    """Return the mean and the variance along axes."""
    shape = shape_of(x)
    found = axes_in(axes, len(shape))
    out = reduced(shape, found, keepdims)
    return several([out, out], as_tuple=True, field=field_along(shape, found))


def _ranked(x: Any, q: Any, axis: Any, keepdims: bool) -> Outcome:
    """Return the outcome of what lies at shares of the elements in order."""
    shape = shape_of(x)
    axes = axes_in(axis, len(shape))
    kept = [OPEN if n is None else n for n in reduced(shape, axes, keepdims)]
    return Outcome([(*shape_of(q), *kept)], field=UNKNOWN)


@operation("Quantile")
def quantile(
    x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Outcome:
    """Return what lies at shares of the elements in order, from 0 to 1."""
    return _ranked(x, q, axis, keepdims)


@operation("Percentile")
def percentile(
    x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False
) -> Outcome:
    """Return what lies at shares of the elements in order, from 0 to 100."""
    return _ranked(x, q, axis, keepdims)


@operation("BinaryCrossentropy")
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Outcome:
    """Return a loss for each element."""
    return Outcome([stretched(target, output)])


@operation("CategoricalCrossentropy")
def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Outcome:
    """Return a loss for each row along an axis."""
    shape = stretched(target, output)
    axes = [axis_in(axis, len(shape))]
    return Outcome([reduced(shape, axes, False)], field=field_along(shape, axes))


@operation("SparseCategoricalCrossentropy")
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Outcome:
    """Return a loss for each row, whose class is a whole number."""
    shape = shape_of(output)
    axes = [axis_in(axis, len(shape))]
    return Outcome([reduced(shape, axes, False)], field=field_along(shape, axes))
