"""Operations that make tensors of nothing, and what tells the shape of one."""

from __future__ import annotations

from byhand.shapes.batch import OPEN, with_batch_first
from byhand.shapes.errors import ShapeError
from byhand.shapes.ops.arranging import lengths_in, ravelled, whole
from byhand.shapes.ops.elementwise import stretched
from byhand.shapes.ops.operation import (
    axis_in,
    constant,
    is_number,
    operation,
    several,
    shape_of,
    unchanged,
)
from byhand.shapes.outcome import UNKNOWN, Outcome
from byhand.shapes.size import Size
from byhand.shapes.tensor import Tensor
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _made(shape: Any, dtype: Any) -> Tensor:
    """Return a constant of a shape."""
    lengths = with_batch_first(lengths_in("shape", shape))
    return constant(lengths, str(dtype or "float32"))


def zeros(shape: Any, dtype: Any = None) -> Tensor:
    """Return a constant of zeros; a length of `ops.shape` may stand in its shape."""
    return _made(shape, dtype)


def ones(shape: Any, dtype: Any = None) -> Tensor:
    """Return a constant of ones."""
    return _made(shape, dtype)


def empty(shape: Any, dtype: Any = None) -> Tensor:
    """Return a constant of any numbers."""
    return _made(shape, dtype)


def full(shape: Any, fill_value: Any, dtype: Any = None) -> Tensor:
    """Return a constant of one number."""
    return _made(shape, dtype)


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """Return a matrix with ones along a diagonal."""
    return _made((N, N if M is None else M), dtype)


def identity(n: int, dtype: Any = None) -> Tensor:
    """Return a square matrix with ones along the diagonal."""
    return _made((n, n), dtype)


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """Return a matrix with ones below a diagonal."""
    return _made((N, N if M is None else M), dtype)


@operation("Linspace")
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Outcome:
    """Return numbers at equal distances, between numbers or between tensors."""
    ends = [OPEN if length is None else length for length in stretched(start, stop)]
    place = axis_in(axis, len(ends) + 1)
    out = (*ends[:place], whole("num", num), *ends[place:])
    if retstep:
        return several([out, tuple(ends)], as_tuple=True)
    return Outcome([out])


def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Tensor:
    """Return the numbers from one to another; unknown ones give an open length."""
    first, last = (0, start) if stop is None else (start, stop)
    step = 1 if step is None else step
    kind = str(dtype or "int32")
    if any(isinstance(part, Tensor) for part in (first, last, step)):
        return constant(None, kind)
    if any(isinstance(part, Size) for part in (first, last, step)):
        if not is_number(step) and not isinstance(step, Size):
            return constant(None, kind)
        return constant(
            (last - first if step == 1 else -((first - last) // step),), kind
        )
    if step == 0:
        raise ShapeError("step must not be 0")
    from math import ceil

    count = max(ceil((last - first) / step), 0)
    return constant((count,), kind)


@operation("ZerosLike")
def zeros_like(x: Any, dtype: Any = None) -> Outcome:
    """Return zeros in the shape of a tensor."""
    return unchanged(shape_of(x))


@operation("OnesLike")
def ones_like(x: Any, dtype: Any = None) -> Outcome:
    """Return ones in the shape of a tensor."""
    return unchanged(shape_of(x))


@operation("EmptyLike")
def empty_like(x: Any, dtype: Any = None) -> Outcome:
    """Return any numbers in the shape of a tensor."""
    return unchanged(shape_of(x))


@operation("FullLike")
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Outcome:
    """Return one number over and over in the shape of a tensor."""
    return unchanged(shape_of(x))


@operation("ConvertToTensor")
def _converted(
    x: Any, dtype: Any = None, sparse: Any = None, ragged: Any = None
) -> Outcome:
    """Return a tensor of numbers."""
    return unchanged(shape_of(x))


def convert_to_tensor(
    x: Any, dtype: Any = None, sparse: Any = None, ragged: Any = None
) -> Tensor:
    """Return a tensor as it is, and a constant of numbers or of an array."""
    if isinstance(x, Tensor):
        return x
    return constant(shape_of(x), str(dtype or getattr(x, "dtype", "float32")))


@operation("Array")
def array(x: Any, dtype: Any = None) -> Outcome:
    """Return a tensor of numbers."""
    return unchanged(shape_of(x))


def shape(x: Any) -> tuple[Any, ...]:
    """Return the lengths of a tensor; an open batch is the letter B.

    Keras gives None for an open length; the letters can be computed with, as Keras's
    own layers do when they run.
    """
    return tuple(OPEN if length is None else length for length in shape_of(x))


def ndim(x: Any) -> int:
    """Return the number of axes."""
    return len(shape_of(x))


@operation("Size", dtype="int32")
def size(x: Any) -> Outcome:
    """Return how many elements a tensor has, as a tensor."""
    shape_of(x)
    return Outcome([()], field=UNKNOWN)


def dtype(x: Any) -> str:
    """Return the name of what a tensor is made of."""
    return str(getattr(x, "dtype", "float32"))


def is_tensor(x: Any) -> bool:
    """Return whether a value is a tensor."""
    return isinstance(x, Tensor)


@operation("Meshgrid")
def meshgrid(*x: Any, indexing: str = "xy") -> Outcome:
    """Return the coordinates of all places of a grid."""
    if indexing not in ("xy", "ij"):
        raise ShapeError(f"indexing must be 'xy' or 'ij', got {shown(indexing)}")
    lengths = [ravelled(shape_of(one)) for one in x]
    if indexing == "xy" and len(lengths) > 1:
        lengths[:2] = [lengths[1], lengths[0]]
    return several([tuple(lengths)] * len(lengths), field=UNKNOWN)
