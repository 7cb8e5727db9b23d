"""Layers that move, repeat, cut or add elements, and compute nothing."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.base import REQUIRED, Layer
from byhand.shapes.layers.checks import (
    as_list,
    channels_first,
    is_known,
    per_axis,
    shape_of_rank,
    single_shape,
)
from byhand.shapes.layers.convolution import join_channels, split_channels
from byhand.shapes.outcome import POINT, UNKNOWN, Outcome, product
from byhand.shapes.size import Size
from byhand.shapes.tensor import AXES, Shape, show
from byhand.shapes.values import real_number, shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, ClassVar

    from byhand.shapes.tensor import Arguments


class Flatten(Layer):
    """All of an example in one row."""

    _arguments_ = {"data_format": None}

    def _check_(self) -> None:
        """Refuse an unknown data format."""
        channels_first(self)

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The lengths multiply."""
        shape = single_shape(shapes)
        names = [f"n_{k}" for k in range(1, len(shape))]
        values = dict(zip(names, shape[1:], strict=True))
        row = Formula(" * ".join(names) or "1", **values)
        return Outcome([(shape[0], row.value)], lengths=[("row", row)])


class Reshape(Layer):
    """The same elements in other rows."""

    _arguments_ = {"target_shape": REQUIRED}
    target_shape: Any

    def _check_(self) -> None:
        """Refuse lengths below one other than a single -1."""
        if hasattr(self.target_shape, "__index__"):
            raise TypeError(
                "target_shape must be a tuple of whole numbers, got "
                f"{shown(self.target_shape)}; write ({shown(self.target_shape)},)"
            )
        self.target_shape = tuple(
            whole_number("target_shape", length, least=-1)
            for length in as_list("target_shape", self.target_shape)
        )
        if 0 in self.target_shape:
            raise ShapeError(
                "a length of target_shape must be at least 1, or -1 for what is left, "
                f"got {self.target_shape}"
            )
        if self.target_shape.count(-1) > 1:
            raise ShapeError(
                f"only one length of target_shape may be -1, got {self.target_shape}"
            )

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The number of elements stays; a -1 takes what is left."""
        shape = single_shape(shapes)
        total = product(shape[1:])
        fixed: Any = product(length for length in self.target_shape if length != -1)
        if -1 in self.target_shape:
            if isinstance(total, int) and (not fixed or total % fixed):
                raise ShapeError(
                    f"{total} elements cannot be put into rows of {fixed}; let the "
                    f"lengths of target_shape={self.target_shape} divide {total}, for "
                    f"instance {_listed(_nearest(total, self.target_shape))}"
                )
            free = Formula("n // m", n=total, m=fixed)
            lengths = tuple(
                free.value if length == -1 else length for length in self.target_shape
            )
            out = (shape[0], *lengths)
            return Outcome([out], lengths=[("free axis", free)], field=UNKNOWN)
        if is_known(total) and total != fixed:
            raise ShapeError(
                f"{total} elements cannot take the shape {show(self.target_shape)}, "
                f"which holds {fixed}; let the lengths multiply to {total}, for "
                f"instance {_listed(_nearest(total, self.target_shape))}"
            )
        return Outcome([(shape[0], *self.target_shape)], field=UNKNOWN)


def _nearest(total: Any, wanted: Sequence[int]) -> list[Shape]:
    """Return shapes of so many elements that differ in one length from a wanted one.

    A wanted -1 is what is left.
    """
    shapes: dict[Shape, int] = {}
    for axis, length in enumerate(wanted):
        if length == -1:
            continue
        others: Any = product(n for k, n in enumerate(wanted) if k != axis and n != -1)
        if -1 not in wanted:
            fits = [total // others] if total % others == 0 else []
        else:
            near = range(max(length - 1000, 1), length + 1001)
            fits = [n for n in near if total % (n * others) == 0]
        for n in fits:
            shapes[(*wanted[:axis], n, *wanted[axis + 1 :])] = abs(n - length)
    return sorted(shapes, key=lambda shape: shapes[shape])[:2] or [(total,)]


def _listed(shapes: Sequence[Shape]) -> str:
    """Return shapes with "or" between them."""
    return " or ".join(map(show, shapes))


class Permute(Layer):
    """The same axes in another order, counted from one."""

    _arguments_ = {"dims": REQUIRED}
    dims: Any

    def _check_(self) -> None:
        """Refuse what is not an order of the axes."""
        self.dims = tuple(
            whole_number("dims", axis) for axis in as_list("dims", self.dims)
        )
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ShapeError(
                f"dims must name each axis from 1 to {len(self.dims)} once, got "
                f"{self.dims}"
            )

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The lengths change places."""
        shape = shape_of_rank(
            shapes, len(self.dims) + 1, f"the batch and {len(self.dims)}"
        )
        out = (shape[0], *(shape[axis] for axis in self.dims))
        kept = list(self.dims) == sorted(self.dims)
        return Outcome([out], field=POINT if kept else UNKNOWN)


class RepeatVector(Layer):
    """A row repeated n times."""

    n: Any

    _arguments_ = {"n": REQUIRED}

    def _check_(self) -> None:
        """Refuse a count that is not a whole number."""
        self.n = whole_number("n", self.n)

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """An axis of n is put after the batch."""
        batch, row = shape_of_rank(shapes, 2, "batch, numbers")
        return Outcome([(batch, self.n, row)], field=UNKNOWN)


def pairs(name: str, value: Any, rank: int) -> tuple[tuple[int, int], ...]:
    """Return (before, after) for each axis, from any of Keras's three spellings."""
    if hasattr(value, "__index__") and getattr(value, "ndim", 0) == 0:
        return ((whole_number(name, value, least=0),) * 2,) * rank
    given: tuple[Any, ...] = tuple(as_list(name, value))
    if rank == 1 and all(hasattr(part, "__index__") for part in given):
        given = (given,)
    if len(given) != rank:
        raise ShapeError(
            f"{name} must have one entry for each of the {rank} axes, got "
            f"{shown(value)}"
        )
    found = []
    for part in given:
        before, after = per_axis(name, part, 2, least=0)
        found.append((before, after))
    return tuple(found)


class _Margin(Layer):
    """A layer that changes the lengths by what lies before and after."""

    _rank_: ClassVar[int] = 1
    data_format: str | None = None

    def _margins_(self) -> tuple[tuple[int, int], ...]:
        """Return (before, after) for each axis."""
        raise TypeError(f"{type(self).__name__} has no margins")

    def _check_(self) -> None:
        """Refuse margins that do not fit the axes."""
        channels_first(self)
        self._margins_()

    _expression_: ClassVar[str] = "i + a + b"
    _sign_: ClassVar[int] = 1

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Each length changes by its margins."""
        places, c = split_channels(self, shapes, self._rank_)
        along = []
        for name, i, (a, b) in zip(
            AXES[self._rank_], places, self._margins_(), strict=True
        ):
            formula = Formula(self._expression_, i=i, a=a, b=b)
            if not isinstance(formula.value, Size) and formula.value < 1:
                raise ShapeError(
                    f"nothing is left of the {name}: {i} - {a} - {b} = "
                    f"{formula.value}; cut off less than {i}"
                )
            along.append((name, formula))
        lengths = [formula.value for _, formula in along]
        field = tuple((1, 1, self._sign_ * a) for a, _ in self._margins_())
        shape = join_channels(self, shapes[0][0], lengths, c)
        return Outcome([shape], lengths=along, field=field)


class ZeroPadding1D(_Margin):
    """Zeros before and after."""

    _arguments_ = {"padding": 1, "data_format": None}

    def _margins_(self) -> tuple[tuple[int, int], ...]:
        """Return the zeros (before, after) of each axis."""
        return pairs("padding", self.padding, self._rank_)


class ZeroPadding2D(ZeroPadding1D):
    """Zeros around an image."""

    _arguments_ = {"padding": (1, 1), "data_format": None}
    _rank_ = 2


class ZeroPadding3D(ZeroPadding1D):
    """Zeros around a volume."""

    _arguments_ = {"padding": ((1, 1), (1, 1), (1, 1)), "data_format": None}
    _rank_ = 3


class Cropping1D(_Margin):
    """The ends cut off."""

    _arguments_ = {"cropping": (1, 1)}
    _expression_ = "i - a - b"
    _sign_ = -1

    def _margins_(self) -> tuple[tuple[int, int], ...]:
        """Return what is cut (before, after) on each axis."""
        return pairs("cropping", self.cropping, self._rank_)


class Cropping2D(Cropping1D):
    """The edges cut off an image."""

    _arguments_ = {"cropping": ((0, 0), (0, 0)), "data_format": None}
    _rank_ = 2


class Cropping3D(Cropping1D):
    """The faces cut off a volume."""

    _arguments_ = {"cropping": ((1, 1), (1, 1), (1, 1)), "data_format": None}
    _rank_ = 3


class UpSampling1D(Layer):
    """Each element repeated."""

    _arguments_ = {"size": 2}
    _rank_: ClassVar[int] = 1
    size: Any
    data_format: str | None = None

    def _check_(self) -> None:
        """Refuse factors that are not whole numbers."""
        self.size = per_axis("size", self.size, self._rank_)
        channels_first(self)

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Each length is multiplied."""
        places, c = split_channels(self, shapes, self._rank_)
        along = [
            (name, Formula("i * s", i=i, s=s))
            for name, i, s in zip(AXES[self._rank_], places, self.size, strict=True)
        ]
        lengths = [formula.value for _, formula in along]
        field: Any = tuple((1, (1, s), 0) for s in self.size)
        if getattr(self, "interpolation", "nearest") != "nearest":
            field = UNKNOWN  # how many are seen differs from place to place
        shape = join_channels(self, shapes[0][0], lengths, c)
        return Outcome([shape], lengths=along, field=field)


class UpSampling2D(UpSampling1D):
    """Each pixel repeated, or interpolated between."""

    _arguments_ = {"size": (2, 2), "data_format": None, "interpolation": "nearest"}
    _rank_ = 2


class UpSampling3D(UpSampling1D):
    """Each element of a volume repeated."""

    _arguments_ = {"size": (2, 2, 2), "data_format": None}
    _rank_ = 3


class _Sized(Layer):
    """A layer whose output has a given height and width."""

    data_format: str | None = None
    height: Any
    width: Any

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """Height and width are what was asked for."""
        shape = single_shape(shapes)
        size = (self.height, self.width)
        single = len(shape) == 3 and shape[0] is not None  # an image without a batch
        if single:
            shape = (None, *shape)
        places, c = split_channels(self, [shape], 2)
        out = join_channels(self, shape[0], size, c)
        return Outcome([out[1:] if single else out], field=self._field_from_(places))

    def _field_from_(self, places: Sequence[Any]) -> Any:
        """Return what an element sees of an image of a given height and width."""
        return UNKNOWN

    def _check_(self) -> None:
        """Refuse sizes that are not whole numbers."""
        channels_first(self)
        self.height = whole_number("height", self.height)
        self.width = whole_number("width", self.width)
        if "fill_value" in self._arguments_:
            real_number("fill_value", self.fill_value)


class Resizing(_Sized):
    """An image enlarged or reduced."""

    _arguments_ = {
        "height": REQUIRED,
        "width": REQUIRED,
        "interpolation": "bilinear",
        "crop_to_aspect_ratio": False,
        "pad_to_aspect_ratio": False,
        "fill_mode": "constant",
        "fill_value": 0.0,
        "antialias": False,
        "data_format": None,
    }


class CenterCrop(_Sized):
    """The middle of an image, enlarged where it is too small."""

    _arguments_ = {"height": REQUIRED, "width": REQUIRED, "data_format": None}

    def _field_from_(self, places: Sequence[Any]) -> Any:
        """Return where the middle begins, unless the image is enlarged."""
        size = (self.height, self.width)
        cut = [
            i - n if isinstance(i, int) else -1
            for i, n in zip(places, size, strict=True)
        ]
        if min(cut) < 0:
            return UNKNOWN
        return tuple((1, 1, -(rest // 2)) for rest in cut)
