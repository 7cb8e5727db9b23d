"""Gradients and Jacobians from values alone, each with an error estimate.

A difference quotient errs in two ways. Truncation, because the step is not
infinitely small, shrinks with the step; rounding, because two nearly equal
numbers are subtracted, grows as the step shrinks. Each method here balances the
two, and each reports what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from byhand.gradients.extrapolation import Array, richardson_row
from byhand.gradients.missing import FAULTS, OutputError
from byhand.gradients.moves import moved_points

METHODS = ("richardson", "central", "forward", "complex")

LEVELS = 14  # halvings of the step
POWERS = tuple(range(2, 2 * LEVELS, 2))  # of the step, in central quotients
FIRST = 0.1  # step that extrapolation begins at, of an element's own size
RISE = 2.0**6  # factor of a longer first step, where rounding leaves too much
RISES = 20  # such factors at most
ENOUGH = 1e-9  # relative error below which no longer step is tried
CHANCE = 8.0  # errors by which two estimates of one derivative may differ
CLOSER = 2.0**11  # from the step of a derivative to the shorter one that confirms it
LOOKS = 4  # such shorter steps at most, each from the one before
# Steps beside one another, which a wave cannot repeat itself on: their ratios are
# irrational.
BESIDE = (np.exp(-1.0), np.exp(-2.0), np.exp(-3.0))
TINY = 1e-30  # share of the largest element that another is at least taken to have
NOTHING = 1e-150  # size of an element below which it counts as zero
TRUST = 1e-3  # relative difference at which a complex step is no derivative


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
        proportionally larger one. By default chosen for the method, the dtype and
        the size of each element, so that units do not matter.
    batched : bool
        Whether `fn` takes ``B`` points at once, stacked along a new first axis,
        and returns ``B`` numbers.
    return_error : bool
        Whether to return an estimate of the absolute error beside the gradient.

    Returns
    -------
    gradient : ndarray of float64
        df/dx, of the shape of `x`. An element next to which `fn` has no finite
        value is NaN. Points beside `x` at which `fn` raises count as such.
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
    doi:10.1016/S0141-1195(82)80057-0). It begins at a tenth of an element's size. A
    step 2000 times as short as the last then has to agree; where it does not, and
    others beside it agree with it, the error is as large as the difference.

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
    if sample.raised is not None and np.isnan(gradient).any():
        raise sample.raised  # there is no value anywhere beside x
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
    raised : Exception or None
        The last that the function raised beside the point.
    """

    def __init__(
        self, fn: Callable[..., Any], point: Array, *, batched: bool = False
    ) -> None:
        self.raised: Exception | None = None
        self._fn = fn
        self._point = point
        self._batched = batched
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
                values[part] = self._beside(points)
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
        row = self._point.reshape(-1).astype(dtype)
        for part, rows in moved_points(row, index, moved):
            yield part, rows.reshape(len(rows), *self._point.shape)

    def _beside(self, points: Array) -> Array:
        """Return the values at points beside x; NaN where the function raises."""
        call = self._call if self._batched else self._call_one
        if points.dtype.kind == "c":
            return call(points)
        try:
            return call(points)
        except FAULTS:
            raise
        except Exception as error:  # a domain that ends here: each has its own way
            if self._batched and len(points) > 1:  # perhaps only one of them
                return np.concatenate([self._beside(row[None]) for row in points])
            self.raised = error
            return np.array([np.nan])

    def _call_one(self, point: Array) -> Array:
        """Return the one value of an unbatched function, as an array of one."""
        returned = self._fn(point)
        values = _numbers(returned)
        if values.size != 1:
            raise OutputError(
                f"fn must return one number, got an array of shape {values.shape}; "
                "sum it, or weigh it with a fixed array and sum"
            )
        return values.reshape(1)

    def _call(self, points: Array) -> Array:
        """Return the values of a batched function at the points of a block."""
        values = _numbers(self._fn(points))
        if values.shape != (len(points),):
            raise OutputError(
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


def _steps(step: float | None, default: float, point: Array, own: float) -> Array:
    """Return a step for each element, from its own size.

    A given step is that of an element of size at most 1. Without one, an element is
    worth its absolute value, or at least a share `own` of what others of its array
    are worth, so that units do not matter; an array of zeros is worth 1.
    """
    size = np.abs(point.reshape(-1).astype(np.float64))
    if step is not None:
        return step * np.maximum(size, 1.0)
    known = size > NOTHING
    typical = float(np.max(size[known])) if known.any() else 1.0
    least = np.where(known, own * typical, typical)
    return default * np.maximum(size, least)


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
    # A single step cannot find out how far an element is to be moved: all by as much.
    h = _steps(step, sample.eps ** (1 / (order + 1)), point, own=1.0)

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
    """Return central quotients extrapolated to step zero, with their errors.

    Where rounding leaves too much of a first step by an element's own size, longer
    ones follow, which refine what the shorter ones say and may not contradict it.
    A first step may also be too long, and span many periods of a wave. Where much
    shorter ones say something else, the error is at least as large as the difference.
    """
    h = _steps(step, FIRST, point, own=TINY)
    every = np.arange(point.size)
    limit = _extrapolated(sample, point, h, every)
    best, error = limit.derivative, limit.error
    if step is not None:
        return best, error
    doubt = _doubt(sample, point, limit)
    for _ in range(RISES):
        size = np.abs(best)
        least = 1e-3 * float(np.max(size, initial=0.0, where=np.isfinite(size)))
        poor = np.flatnonzero(error > ENOUGH * np.maximum(size, least))
        if not poor.size or least == 0:
            break
        h[poor] *= RISE
        wider = _extrapolated(sample, point, h[poor], poor)
        with np.errstate(all="ignore"):
            apart = np.abs(wider.derivative - best[poor])
            better = wider.error < error[poor]
            better &= apart <= CHANCE * (wider.error + error[poor])
        best[poor[better]] = wider.derivative[better]
        error[poor[better]] = wider.error[better]
        if not better.any():
            break
    return best, np.maximum(error, doubt)


class _Limit(NamedTuple):
    """What halved steps say of the derivatives of some elements.

    Attributes
    ----------
    derivative, error : ndarray of float
        The entry of each tableau with the least error.
    step : ndarray of float
        The shortest step that it was made of.
    quotient : ndarray of float
        The central quotient at this step.
    """

    derivative: Array
    error: Array
    step: Array
    quotient: Array


def _doubt(sample: _Sampler, point: Array, limit: _Limit) -> Array:
    """Return how far shorter steps, which agree, are from each derivative; or 0.

    One quotient that differs may be rounding that `sample.eps` does not tell of, as in
    a function that computes in float32. So several have to differ and to agree with
    one another. They do so for a wave, and also where they are shorter than the grain
    of what is computed: values alone do not tell which, so the derivative stays.
    """
    doubt = np.zeros(point.size)
    asked = np.arange(point.size)
    with np.errstate(all="ignore"):
        truncation = np.abs(limit.quotient - limit.derivative)
    for look in range(1, LOOKS + 1):
        h = limit.step[asked] / CLOSER**look
        quotient, rounding = _central(sample, point, h, asked)
        with np.errstate(all="ignore"):
            left = limit.error[asked] + truncation[asked] / CLOSER ** (2 * look)
            gap = np.abs(quotient - limit.derivative[asked])
            differs = gap > CHANCE * (rounding + left)
        if not differs.any():
            break
        asked, h = asked[differs], h[differs]
        pairs = [(quotient[differs], rounding[differs])]
        pairs += [_central(sample, point, share * h, asked) for share in BESIDE]
        quotients = np.array([quotient for quotient, _ in pairs])
        with np.errstate(all="ignore"):
            gaps = np.abs(quotients - limit.derivative[asked])
            apart = np.ptp(quotients, axis=0) + np.max([r for _, r in pairs], axis=0)
            agree = np.min(gaps, axis=0) > CHANCE * apart
            agree &= (quotients != 0).any(axis=0)
        doubt[asked[agree]] = (np.max(gaps, axis=0) + apart)[agree]
        asked = asked[~agree]
        if not asked.size:
            break
    return doubt


def _extrapolated(sample: _Sampler, point: Array, h: Array, index: Array) -> _Limit:
    """Return the derivatives of some elements from halved steps."""
    best = np.full(len(index), np.nan)
    error = np.full(len(index), np.inf)
    shortest = h.copy()
    plain = np.full(len(index), np.nan)
    active = np.arange(len(index))
    coarser: list[Array] = []
    for level in range(LEVELS):
        quotient, rounding = _central(
            sample, point, h[active] / 2**level, index[active]
        )
        with np.errstate(all="ignore"):
            row, spreads = richardson_row(quotient, coarser, powers=POWERS, ratio=2.0)
            for entry, spread in zip(row[1:], spreads, strict=True):
                better = spread + rounding < error[active]
                best[active[better]] = entry[better]
                error[active[better]] = (spread + rounding)[better]
                shortest[active[better]] = h[active[better]] / 2**level
                plain[active[better]] = quotient[better]
        # Halving the step doubles the rounding: past that point nothing is won. Where
        # there is no value yet, a step may have ended at an infinite one.
        go_on = ~((2 * rounding >= error[active]) & np.isfinite(error[active]))
        active = active[go_on]
        coarser = [entry[go_on] for entry in row]
        if not active.size:
            break
    return _Limit(best, error, shortest, plain)


def _complex_step(
    sample: _Sampler, point: Array, step: float | None
) -> tuple[Array, Array]:
    """Return the imaginary part's growth, after making sure that it is the slope."""
    index = np.arange(point.size)

    def growth(step: float) -> Array:
        h = step * np.maximum(np.abs(point.reshape(-1)), 1e-3)
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
    wrong = np.abs(gradient - coarse) > TRUST * scale + 10 * error
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


def numerical_jacobian(
    fn: Callable[..., Any],
    x: ArrayLike,
    *,
    method: str = "richardson",
    step: float | None = None,
    return_error: bool = False,
) -> Any:
    """Return the derivative of each output of a function by each input.

    Parameters
    ----------
    fn : callable
        Takes an array of the shape of `x` and returns an array of real numbers,
        always of one shape. It gets copies, which it may change.
    x : array_like
        Where to differentiate, of any shape.
    method, step
        As in `numerical_gradient`.
    return_error : bool
        Whether to return an estimate of the absolute error beside the Jacobian.

    Returns
    -------
    jacobian : ndarray of float64
        dz/dx, of the shape of the output followed by the shape of `x`.
    error : ndarray of float64
        Only with `return_error`, of the same shape.

    Raises
    ------
    TypeError, ValueError
        As in `numerical_gradient`, or if the shape of the output changes.

    Notes
    -----
    Output by output, so that each gets steps and an error of its own; values are
    computed once for each point and shared by all of them.

    Examples
    --------
    >>> import numpy as np
    >>> numerical_jacobian(lambda x: np.array([x[0] * x[1], x[1]]), [2.0, 3.0])
    array([[3., 2.],
           [0., 1.]])
    """
    outputs = _Outputs(fn)
    point = np.asarray(x)
    shape = outputs(np.array(point)).shape
    size = int(np.prod(shape))
    parts = [
        numerical_gradient(
            lambda x, k=k: outputs(x).reshape(-1)[k],
            point,
            method=method,
            step=step,
            return_error=True,
        )
        for k in range(size)
    ]
    whole = (*shape, *point.shape)
    jacobian = np.array([value for value, _ in parts]).reshape(whole)
    error = np.array([error for _, error in parts]).reshape(whole)
    return (jacobian, error) if return_error else jacobian


class _Outputs:
    """A function whose values are kept: its outputs are differentiated in turn."""

    def __init__(self, fn: Callable[..., Any]) -> None:
        self._fn = fn
        self._kept: dict[bytes, Array] = {}
        self._shape: tuple[int, ...] | None = None

    def __call__(self, x: Array) -> Array:
        key = x.tobytes()
        if key not in self._kept:
            # It may work in place, and must not change the point that is moved.
            values = np.asarray(self._fn(x.copy()))
            if values.dtype.kind not in "fciub":
                raise TypeError(
                    f"fn must return an array of numbers, got {values.dtype}"
                )
            if self._shape is not None and values.shape != self._shape:
                raise OutputError(
                    f"fn returned shape {self._shape} at first and {values.shape} "
                    "later; the shape must not depend on the values"
                )
            self._shape = values.shape
            self._kept[key] = np.array(values)
        return self._kept[key]
