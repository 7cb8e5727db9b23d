"""Derivatives from values alone: difference quotients with an error estimate.

A difference quotient errs in two ways. Truncation, because the step is not
infinitely small, shrinks with the step; rounding, because two nearly equal
numbers are subtracted, grows as the step shrinks. Each method here balances the
two, and each reports what is left.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

METHODS = ("richardson", "central", "forward", "complex")

# A batched call receives blocks of about this many numbers, never N x N of them.
_BLOCK = 2**20
_LEVELS = 14


def numerical_gradient(
    fn: Callable[..., Any],
    x: ArrayLike,
    *,
    method: str = "richardson",
    step: float | None = None,
    batched: bool = False,
    return_error: bool = False,
) -> Any:
    """Return the gradient of a scalar function from its values.

    Parameters
    ----------
    fn : callable
        Takes an array of the shape of `x` and returns one real number. It must
        not change its argument.
    x : array_like
        Where to differentiate, of any shape. Whole numbers are taken as
        float64; other types are kept, so that `fn` computes as it would. For complex
        numbers the gradient is df/dRe + i df/dIm, and so is its error.
    method : {"richardson", "central", "forward", "complex"}
        "richardson" extrapolates central quotients to step zero and is the most
        accurate that works for any smooth function; "central" costs two
        evaluations an element and "forward" one; "complex" is exact to machine
        precision where `fn` is analytic and computes with complex numbers.
    step : float, optional
        Step for an element of size at most 1; larger elements take a
        proportionally larger one. By default chosen for the method and dtype.
    batched : bool
        Whether `fn` takes ``B`` points at once, stacked along a new first axis,
        and returns ``B`` numbers.
    return_error : bool
        Whether to return an estimate of the absolute error beside the gradient.

    Returns
    -------
    gradient : ndarray of float64
        df/dx, of the shape of `x`. An element next to which `fn` has no finite
        value is NaN.
    error : ndarray of float64
        Only with `return_error`: what truncation and rounding may have left, of
        the same shape.

    Raises
    ------
    TypeError
        If `x` holds no real numbers, or `fn` returns no number.
    ValueError
        If `fn` returns several numbers or a non-finite one at `x`, changes its
        argument, or is not fit for a complex step.

    Notes
    -----
    With h the step, forward is (f(x + h) - f(x)) / h, central
    (f(x + h) - f(x - h)) / 2h, complex Im f(x + ih) / h (Squire and Trapp 1998,
    doi:10.1137/S003614459631241X). Richardson halves h and cancels one power of
    h^2 with each halving, stopping where rounding takes over (Ridders 1982,
    doi:10.1016/S0141-1195(82)80057-0).

    Examples
    --------
    >>> import numpy as np
    >>> numerical_gradient(lambda x: np.sum(x**2), [1.0, 2.0, 3.0])
    array([2., 4., 6.])
    """
    if method not in METHODS:
        names = ", ".join(repr(name) for name in METHODS)
        raise ValueError(f"method must be one of {names}, got {method!r}")
    if step is not None and not (np.isfinite(step) and step > 0):
        raise ValueError(f"step must be a finite number above 0, got {step!r}")
    if np.iscomplexobj(x):
        return _of_complex(fn, np.asarray(x), method, step, batched, return_error)
    point = _as_point(x)
    sample = _Sampler(fn, point, batched=batched)
    if method == "complex":
        gradient, error = _complex_step(sample, point, step)
    elif method == "richardson":
        gradient, error = _richardson(sample, point, step)
    else:
        gradient, error = _single_step(sample, point, step, method, return_error)
    gradient, error = gradient.reshape(point.shape), error.reshape(point.shape)
    return (gradient, error) if return_error else gradient


def _of_complex(
    fn: Callable[..., Any],
    x: Array,
    method: str,
    step: float | None,
    batched: bool,
    return_error: bool,
) -> Any:
    """Return df/dRe + i df/dIm, of real and imaginary parts as numbers of their own."""
    if method == "complex":
        raise ValueError(
            "method='complex' differentiates by real numbers, got complex ones; use "
            "method='richardson'"
        )
    parts = np.ascontiguousarray(x).reshape(-1).view(x.real.dtype)

    def of_parts(row: Array) -> Any:
        count = (len(row),) if batched else ()
        return fn(np.ascontiguousarray(row).view(x.dtype).reshape(*count, *x.shape))

    found = numerical_gradient(
        of_parts, parts, method=method, step=step, batched=batched, return_error=True
    )
    gradient, error = (row.view(np.complex128).reshape(x.shape) for row in found)
    return (gradient, error) if return_error else gradient


def _as_point(x: ArrayLike) -> Array:
    """Return a private floating copy of `x`."""
    point = np.array(x, order="C")  # flat views below must not be copies
    if point.dtype.kind in "iub":
        point = point.astype(np.float64)
    if point.dtype.kind != "f":
        raise TypeError(
            f"x must hold real numbers, got dtype {point.dtype}; "
            "convert it with np.asarray(x, dtype=float)"
        )
    return point


class _Sampler:
    """The values of a function at a point with single elements moved.

    Attributes
    ----------
    value : float
        The function at the point itself.
    eps : float
        Relative precision of its values.
    """

    def __init__(
        self, fn: Callable[..., Any], point: Array, *, batched: bool = False
    ) -> None:
        self._fn, self._point, self._batched = fn, point, batched
        probe = point.copy()
        values = self._call(probe[np.newaxis]) if batched else self._call_one(probe)
        if not np.array_equal(probe, point, equal_nan=True):
            raise ValueError(
                "fn changed its argument in place, so every later value would be "
                "of another point; let it work on a copy: x = x.copy()"
            )
        if values.dtype.kind == "c":
            raise TypeError(
                "fn must return a real number, got a complex one; take its real part "
                "or its absolute value"
            )
        self.value = float(values[0])
        if not np.isfinite(self.value):
            raise ValueError(
                f"fn(x) is {self.value}: there is no gradient at such a point"
            )
        self.eps = float(max(np.finfo(point.dtype).eps, np.finfo(values.dtype).eps))

    def __call__(self, index: Array, moved: Array) -> Array:
        """Return fn with element index[k] set to moved[k], for each k."""
        kind = np.complex128 if moved.dtype.kind == "c" else np.float64
        values = np.empty(len(index), dtype=kind)
        # Points far from x may lie outside the domain; NaN there is expected.
        with np.errstate(all="ignore"):
            for part, points in self._points(index, moved):
                values[part] = (
                    self._call(points) if self._batched else self._call_one(points)
                )
        return values

    def _points(self, index: Array, moved: Array) -> Iterator[tuple[slice, Array]]:
        """Yield the moved points: in blocks when batched, else one by one."""
        dtype = np.result_type(self._point, moved.dtype)
        dtype = dtype if moved.dtype.kind == "c" else self._point.dtype
        if not self._batched:
            point = self._point.astype(dtype)
            flat = point.reshape(-1)
            for k, (i, value) in enumerate(zip(index, moved, strict=True)):
                kept, flat[i] = flat[i], value
                yield slice(k, k + 1), point
                flat[i] = kept
            return
        size = max(1, _BLOCK // max(1, self._point.size))
        for start in range(0, len(index), size):
            part = slice(start, min(start + size, len(index)))
            count = part.stop - start
            points = np.repeat(self._point[np.newaxis].astype(dtype), count, axis=0)
            points.reshape(count, -1)[np.arange(count), index[part]] = moved[part]
            yield part, points

    def _call_one(self, point: Array) -> Array:
        """Return the one value of an unbatched function, as an array of one."""
        returned = self._fn(point)
        values = _numbers(returned)
        if values.size != 1:
            raise ValueError(
                f"fn must return one number, got an array of shape {values.shape}; "
                "sum it, or weigh it with a fixed array and sum"
            )
        return values.reshape(1)

    def _call(self, points: Array) -> Array:
        """Return the values of a batched function at the points of a block."""
        values = _numbers(self._fn(points))
        if values.shape != (len(points),):
            raise ValueError(
                f"a batched fn must return one number for each of its points: "
                f"expected shape ({len(points)},) for points of shape "
                f"{points.shape}, got {values.shape}"
            )
        return values


def _numbers(returned: Any) -> Array:
    """Return what a function returned as an array of floating numbers."""
    values = np.asarray(returned)
    if values.dtype.kind in "iub":
        values = values.astype(np.float64)
    if values.dtype.kind not in "fc":
        raise TypeError(f"fn must return a number, got {type(returned).__name__}")
    return values


def _scaled(step: float, point: Array) -> Array:
    """Return a step for each element: larger numbers have coarser neighbours."""
    return step * np.maximum(np.abs(point.reshape(-1).astype(np.float64)), 1.0)


def _apart(point: Array, h: Array, index: Array) -> tuple[Array, Array]:
    """Return the two neighbours at distance h that the dtype can represent."""
    here = point.reshape(-1)[index]
    return (here + h).astype(point.dtype), (here - h).astype(point.dtype)


def _central(
    sample: _Sampler, point: Array, h: Array, index: Array
) -> tuple[Array, Array]:
    """Return central quotients and the size of what rounding left in each."""
    above, below = _apart(point, h, index)
    high, low = sample(index, above), sample(index, below)
    width = above.astype(np.float64) - below.astype(np.float64)
    size = np.maximum(np.maximum(np.abs(high), np.abs(low)), abs(sample.value))
    with np.errstate(all="ignore"):
        return (high - low) / width, 2 * sample.eps * size / width


def _single_step(
    sample: _Sampler, point: Array, step: float | None, method: str, estimate: bool
) -> tuple[Array, Array]:
    """Return forward or central quotients of one step, and their errors if asked."""
    index = np.arange(point.size)
    order = 1 if method == "forward" else 2
    h = _scaled(step or sample.eps ** (1 / (order + 1)), point)

    def quotient(h: Array) -> tuple[Array, Array]:
        if method == "central":
            return _central(sample, point, h, index)
        above, _ = _apart(point, h, index)
        width = above.astype(np.float64) - point.reshape(-1)
        high = sample(index, above)
        size = np.maximum(np.abs(high), abs(sample.value))
        return (high - sample.value) / width, 2 * sample.eps * size / width

    gradient, rounding = quotient(h)
    if not estimate:
        return gradient, np.full(point.size, np.nan)
    wider, _ = quotient(2 * h)
    # Truncation grows with h^order, so twice the step shows 2^order - 1 of it.
    return gradient, np.abs(wider - gradient) / (2**order - 1) + rounding


def _richardson(
    sample: _Sampler, point: Array, step: float | None
) -> tuple[Array, Array]:
    """Return central quotients extrapolated to step zero, with their errors."""
    best = np.full(point.size, np.nan)
    error = np.full(point.size, np.inf)
    h = _scaled(step or 0.1, point)
    active = np.arange(point.size)
    above: list[Array] = []
    for level in range(_LEVELS):
        quotient, rounding = _central(sample, point, h[active] / 2**level, active)
        row = [quotient]
        for power, coarser in enumerate(above, start=1):
            finer = row[-1]
            with np.errstate(all="ignore"):
                entry = finer + (finer - coarser) / (4.0**power - 1)
                spread = np.maximum(np.abs(entry - finer), np.abs(entry - coarser))
            row.append(entry)
            better = spread + rounding < error[active]
            best[active[better]] = entry[better]
            error[active[better]] = (spread + rounding)[better]
        # Halving the step doubles the rounding: past that point nothing is won.
        go_on = ~(2 * rounding >= error[active])
        active, above = active[go_on], [entry[go_on] for entry in row]
        if not active.size:
            break
    return best, error


def _complex_step(
    sample: _Sampler, point: Array, step: float | None
) -> tuple[Array, Array]:
    """Return the imaginary part's growth, after making sure that it is the slope."""
    index = np.arange(point.size)

    def growth(step: float) -> Array:
        h = _scaled(step, point)
        try:
            values = sample(index, point.reshape(-1) + 1j * h)
        except (TypeError, ValueError) as cause:
            raise ValueError(
                f"fn cannot take a complex step: it fails on complex numbers "
                f"({cause}); use method='richardson'"
            ) from cause
        return values.imag / h

    gradient = growth(1e-20)
    # A function that takes |x|, real parts or conjugates on its way returns some
    # complex number, but not the derivative: quotients of real points tell.
    coarse, error = _single_step(sample, point, None, "central", True)
    scale = np.maximum(np.abs(gradient), np.abs(coarse))
    wrong = np.abs(gradient - coarse) > 1e-3 * scale + 10 * error
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        where = tuple(int(i) for i in np.unravel_index(at, point.shape))
        raise ValueError(
            f"fn is not fit for a complex step: at element {where} it gives "
            f"{gradient[at]:.6g} where values at real points give {coarse[at]:.6g}; "
            "something in it (abs, real, conj, a cast to float) is not analytic; "
            "use method='richardson'"
        )
    rounding = 4 * sample.eps * np.abs(gradient)
    if step is None:
        return gradient, rounding
    asked = growth(step)  # a long step misses by its square
    return asked, rounding + np.abs(asked - gradient)
