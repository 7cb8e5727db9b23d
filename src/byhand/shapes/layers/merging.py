"""Layers that make one tensor of several."""

from __future__ import annotations

from byhand.shapes.batch import added, has_batch, with_batch_first
from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.base import REQUIRED, Layer
from byhand.shapes.layers.checks import is_known
from byhand.shapes.layers.normalization import axis_of
from byhand.shapes.outcome import POINT, UNKNOWN, Outcome, product
from byhand.shapes.tensor import Shape, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Arguments


def broadcast(first: Shape, second: Shape) -> Shape:
    """Return the shape that two shapes stretch to, or refuse them."""
    long, short = (first, second) if len(first) >= len(second) else (second, first)
    out = list(long)
    for back in range(1, len(short) + 1):
        a, b = long[-back], short[-back]
        if a == 1:
            out[-back] = b
        elif a == b:
            out[-back] = b if has_batch(b) else a
        elif b == 1 or b is None:
            out[-back] = a
        elif a is None or not is_known(a):
            out[-back] = b if is_known(b) else a
        elif is_known(b):
            raise ShapeError(
                f"{show(first)} and {show(second)} cannot be combined: {a} against "
                f"{b}; make these lengths equal, or one of them 1"
            )
    return tuple(out)


class _Merge(Layer):
    """One number from the numbers at the same place of each input."""

    _exactly_two_ = False

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Lengths must agree, be one, or be unknown."""
        if len(shapes) < 2:
            raise ShapeError(f"it takes at least 2 inputs, got {len(shapes)}")
        if self._exactly_two_ and len(shapes) != 2:
            raise ShapeError(f"it takes exactly 2 inputs, got {len(shapes)}")
        batches = [shape[0] for shape in shapes if shape[0] is not None]
        known = sorted({length for length in batches if isinstance(length, int)})
        if len(known) > 1:
            raise ShapeError(
                f"its inputs have batches of {known[0]} and {known[1]}; let them agree"
            )
        batch = batches[0] if batches else None
        out: Shape = shapes[0][1:]
        for shape in shapes[1:]:
            out = broadcast(out, shape[1:])
        return Outcome([(batch, *out)])


class Add(_Merge):
    """The sum."""


class Subtract(_Merge):
    """The first less the second."""

    _exactly_two_ = True


class Multiply(_Merge):
    """The product of each place."""


class Average(_Merge):
    """The mean."""


class Maximum(_Merge):
    """The larger."""


class Minimum(_Merge):
    """The smaller."""


def concatenated(shapes: Sequence[Shape], axis: Any) -> Outcome:
    """Return what comes of tensors one behind another along an axis.

    Lengths along the axis add up; all others must agree.
    """
    if not shapes:
        raise ShapeError("it takes at least 1 input, got none")
    first = shapes[0]
    at = axis_of(first, axis)
    out = list(first)
    for shape in shapes[1:]:
        if len(shape) != len(first):
            raise ShapeError(
                f"inputs must have the same number of axes, got {show(first)} and "
                f"{show(shape)}"
            )
        for k, (a, b) in enumerate(zip(out, shape, strict=True)):
            if k == at:
                continue
            if is_known(a) and is_known(b) and a != b:
                raise ShapeError(
                    f"axis {k} differs: {show(first)} against {show(shape)}; "
                    f"only axis {at} may"
                )
            if is_known(b) and not (a == b and has_batch(a)):
                out[k] = b
    parts = [shape[at] for shape in shapes]
    if any(has_batch(part) for part in parts):
        rows = parts[0]
        for part in parts[1:]:
            rows = added(rows, part)
        out[at] = rows
        return Outcome([with_batch_first(out)], field=UNKNOWN)
    names = [f"n_{k}" for k in range(1, len(shapes) + 1)]
    total = Formula(" + ".join(names), **dict(zip(names, parts, strict=True)))
    out[at] = total.value
    # Along an axis of places, the second part is not where it was.
    channels = len(shapes) == 1 or at == len(out) - 1
    return Outcome(
        [with_batch_first(out)],
        lengths=[(f"axis {at}", total)],
        field=POINT if channels else UNKNOWN,
    )


class Concatenate(Layer):
    """The inputs one behind another along an axis."""

    _arguments_ = {"axis": -1}

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Lengths along the axis add up; all others must agree."""
        return concatenated(shapes, self.axis)


class Dot(Layer):
    """Sums of products along an axis of each of two inputs."""

    _arguments_ = {"axes": REQUIRED, "normalize": False}

    def _check_(self) -> None:
        """Refuse axes that are neither a number nor a pair of numbers."""
        if hasattr(self.axes, "__index__"):
            return
        if not isinstance(self.axes, list | tuple) or len(self.axes) != 2:
            raise TypeError(
                f"axes must be a whole number or a pair of them, got {self.axes!r}"
            )

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The axes multiplied along go; the rest of both inputs stays."""
        if len(shapes) != 2:
            raise ShapeError(f"it takes exactly 2 inputs, got {len(shapes)}")
        first, second = shapes
        pair = (self.axes,) * 2 if hasattr(self.axes, "__index__") else self.axes
        at, to = axis_of(first, pair[0]), axis_of(second, pair[1])
        if at == 0 or to == 0:
            raise ShapeError(
                f"products are not taken along the batch, got axes={self.axes!r}; "
                "count axes from 1, the batch left out"
            )
        if is_known(first[at]) and is_known(second[to]) and first[at] != second[to]:
            raise ShapeError(
                f"axis {at} of {show(first)} and axis {to} of {show(second)} differ; "
                "make them equal"
            )
        left = [length for k, length in enumerate(first) if k != at]
        right = [length for k, length in enumerate(second) if k not in (0, to)]
        out = (*left, *right)
        if len(out) == 1:
            out = (*out, 1)
        cost = Formula("o * n", o=product(length for length in out[1:]), n=first[at])
        return Outcome([out], macs=cost, field="whole")
