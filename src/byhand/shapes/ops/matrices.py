"""Operations of linear algebra on the last two axes, and Fourier's transforms.

What they cost depends on how they are computed, so it is not said.
"""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.ops.operation import operation, several, shape_of
from byhand.shapes.outcome import UNKNOWN, Outcome
from byhand.shapes.tensor import show
from byhand.shapes.values import shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from byhand.shapes.tensor import Shape

NO_COST: dict[str, Any] = {
    "field": UNKNOWN,
    "macs": None,
    "note": "its cost depends on how it is computed",
}


def _matrices(x: Any, *, square: bool = False) -> Shape:
    """Return the shape of matrices."""
    shape = shape_of(x)
    if len(shape) < 2:
        raise ShapeError(
            f"it takes matrices, with at least 2 axes, got {show(shape)}; add an axis"
        )
    rows, columns = shape[-2:]
    known = isinstance(rows, int) and isinstance(columns, int)
    if square and known and rows != columns:
        raise ShapeError(
            f"it takes square matrices, got {show(shape)}; make its last two axes equal"
        )
    return shape


@operation("Cholesky", costs=True)
def cholesky(x: Any, upper: bool = False) -> Outcome:
    """Return triangular matrices whose squares are the given ones."""
    return Outcome([_matrices(x, square=True)], **NO_COST)


@operation("CholeskyInverse", costs=True)
def cholesky_inverse(x: Any, upper: bool = False) -> Outcome:
    """Return the inverse of matrices of which triangular factors are given."""
    return Outcome([_matrices(x, square=True)], **NO_COST)


@operation("Inv", costs=True)
def inv(x: Any) -> Outcome:
    """Return the inverse of matrices."""
    return Outcome([_matrices(x, square=True)], **NO_COST)


@operation("Pinv", costs=True)
def pinv(x: Any, rcond: Any = None) -> Outcome:
    """Return the nearest to an inverse of matrices of any shape."""
    shape = _matrices(x)
    return Outcome([(*shape[:-2], shape[-1], shape[-2])], **NO_COST)


@operation("Det", costs=True)
def det(x: Any) -> Outcome:
    """Return the determinants of matrices."""
    return Outcome([_matrices(x, square=True)[:-2]], **NO_COST)


@operation("Logdet", costs=True)
def logdet(x: Any) -> Outcome:
    """Return the logarithms of the determinants of matrices."""
    return Outcome([_matrices(x, square=True)[:-2]], **NO_COST)


@operation("Eigh", costs=True)
def eigh(x: Any) -> Outcome:
    """Return the eigenvalues and eigenvectors of symmetric matrices."""
    shape = _matrices(x, square=True)
    return several([shape[:-1], shape], as_tuple=True, **NO_COST)


@operation("Eig", costs=True)
def eig(x: Any) -> Outcome:
    """Return the eigenvalues and eigenvectors of matrices."""
    shape = _matrices(x, square=True)
    return several([shape[:-1], shape], as_tuple=True, **NO_COST)


@operation("Solve", costs=True)
def solve(a: Any, b: Any) -> Outcome:
    """Return what matrices must be multiplied with to give others."""
    _matrices(a, square=True)
    return Outcome([shape_of(b)], **NO_COST)


@operation("SolveTriangular", costs=True)
def solve_triangular(a: Any, b: Any, lower: bool = False) -> Outcome:
    """Return what triangular matrices must be multiplied with to give others."""
    _matrices(a, square=True)
    return Outcome([shape_of(b)], **NO_COST)


@operation("Qr", costs=True)
def qr(x: Any, mode: str = "reduced") -> Outcome:
    """Return matrices as products of orthogonal and triangular ones."""
    *before, rows, columns = _matrices(x)
    if mode not in ("reduced", "complete"):
        raise ShapeError(f"mode must be 'reduced' or 'complete', got {shown(mode)}")
    if not (isinstance(rows, int) and isinstance(columns, int)):
        raise ShapeError("qr takes matrices of known lengths; give them in Input")
    inner = rows if mode == "complete" else min(rows, columns)
    shapes = [(*before, rows, inner), (*before, inner, columns)]
    return several(shapes, as_tuple=True, **NO_COST)


@operation("SVD", costs=True)
def svd(x: Any, full_matrices: bool = True, compute_uv: bool = True) -> Outcome:
    """Return matrices as products of orthogonal ones and a diagonal."""
    *before, rows, columns = _matrices(x)
    if not (isinstance(rows, int) and isinstance(columns, int)):
        raise ShapeError("svd takes matrices of known lengths; give them in Input")
    least = min(rows, columns)
    values = (*before, least)
    if not compute_uv:
        return Outcome([values], **NO_COST)
    left = (*before, rows, rows if full_matrices else least)
    right = (*before, columns if full_matrices else least, columns)
    return several([left, values, right], as_tuple=True, **NO_COST)


def _transformed(x: Any, axes: int) -> Outcome:
    """Return the outcome of a transform of real and imaginary parts."""
    if not isinstance(x, list | tuple) or len(x) != 2:
        raise TypeError("it takes a pair of tensors, the real and the imaginary parts")
    real, imaginary = shape_of(x[0]), shape_of(x[1])
    if real != imaginary or len(real) < axes:
        raise ShapeError(
            f"real parts {show(real)} and imaginary parts {show(imaginary)} must have "
            f"one shape, of at least {axes} axes"
        )
    return several([real, real], as_tuple=True, **NO_COST)


@operation("FFT", costs=True)
def fft(x: Any) -> Outcome:
    """Return the real and imaginary parts of the transform of the last axis."""
    return _transformed(x, 1)


@operation("FFT2", costs=True)
def fft2(x: Any) -> Outcome:
    """Return the real and imaginary parts of the transform of the last two axes."""
    return _transformed(x, 2)


@operation("IFFT2", costs=True)
def ifft2(x: Any) -> Outcome:
    """Return what the transform of the last two axes came from."""
    return _transformed(x, 2)


@operation("RFFT", costs=True)
def rfft(x: Any, fft_length: int | None = None) -> Outcome:
    """Return the half of the transform of real numbers that tells the rest."""
    shape = shape_of(x)
    if not shape:
        raise ShapeError("rfft takes a tensor with at least one axis")
    length = shape[-1] if fft_length is None else whole_number("fft_length", fft_length)
    out = (*shape[:-1], length // 2 + 1)
    return several([out, out], as_tuple=True, **NO_COST)
