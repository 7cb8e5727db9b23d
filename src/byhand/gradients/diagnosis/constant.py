"""One factor between a gradient and what it should be, and what it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isqrt, log, pi, sqrt

import numpy as np

from byhand.gradients.diagnosis.calls import output_of, ratio_elsewhere
from byhand.gradients.diagnosis.evidence import CLOSE, Evidence, number, times

FEWEST = 5  # examples of which a variance is taken
SMALL = 5  # whole numbers up to which a length may be meant by chance
WHOLE_NUMBERS = 100  # factors up to which a whole number is called one
EQUAL = 1e-5  # relative difference up to which two factors are the same
SPREAD = 4  # standard deviations by which a share of kept elements may be off a rate
NAMES = 2  # of one factor

# Factors that a unit or another base of logarithms makes: the value, what is the matter
# if the ratio is that value, and what if it is one over it.
UNITS = (
    (180 / pi, "a factor pi/180 is missing, of degrees", "a factor pi/180 too much"),
    (log(10), "a division by ln 10 is missing, of log10", "a factor ln 10 is missing"),
    (log(2), "a division by ln 2 is missing, of log2", "a factor ln 2 is missing"),
    (pi, "a factor pi too much", "a factor pi is missing"),
    (2 * pi, "a factor 2 pi too much", "a factor 2 pi is missing"),
    (sqrt(2), "a factor sqrt(2) too much", "a factor sqrt(2) is missing"),
    (3600.0, "a factor 3600 too much, of hours", "a factor 3600 is missing, of hours"),
    (1e3, "a factor 1000 too much, of units", "a factor 1000 is missing, of units"),
    (1e6, "a factor 1e6 too much, of units", "a factor 1e6 is missing, of units"),
    (1e9, "a factor 1e9 too much, of units", "a factor 1e9 is missing, of units"),
)


def constant_factor(e: Evidence) -> str | None:
    """Name the one factor between all elements and what they should be.

    A division by the batch size forgotten or done twice, a sign, the 2 of a square, a
    unit, the keep rate of dropout.
    """
    ratio = e.ratio
    if ratio is None or abs(ratio - 1) <= CLOSE:
        return None
    which = e.name if e.tensor.base.size == 1 else f"every element of {e.name}"
    says = f"{which} is {times(ratio, error=e.error_of_ratio(e.sound))}"
    names = _names(e)
    return f"{says}: {', or '.join(names)}" if names else f"{says}{e.by_little}"


def _names(e: Evidence) -> list[str]:
    """Return what the factor may stand for, the likeliest first."""
    found: list[str] = []
    for causes in CAUSES:
        for value, words in causes(e):
            if _is_factor(e, value):
                found.append(words)
            elif value != -1 and _is_factor(e, -value):
                found.append(f"{words}, and the sign is wrong")
            if len(found) == NAMES or (found and causes is _logarithm):
                return found
    return found


def _is_factor(e: Evidence, value: float) -> bool:
    """Return whether all slopes are a number times what they should be."""
    return e.is_returned(value * e.numerical, factor=value)


def _logarithm(e: Evidence) -> Iterator[tuple[float, str]]:
    """Yield the parameter itself, of the gradient by its logarithm.

    One number alone may have that ratio by chance, so that it is looked at elsewhere.
    """
    if e.tensor.base.size != 1 or abs(e.x[0]) in (0.0, 1.0):
        return
    x = float(e.x[0])
    log_x = f"that is {e.name} itself: the gradient by log {e.name}, without its factor"
    for power, words in (
        (1, f"{log_x} 1/{e.name}"),
        (-1, f"that is 1/{e.name}: a factor {e.name} is missing"),
    ):
        if not _is_factor(e, x**power):
            continue
        there = ratio_elsewhere(e, 1.1 * e.x)
        if there is not None and abs(there / (1.1 * x) ** power - 1) < EQUAL:
            yield x**power, words


def _batch_size(e: Evidence) -> Iterator[tuple[float, str]]:
    """Yield lengths of the batch or the output, of a mean."""
    for size, name in _batches(e).items():
        yield size, f"a division by {name} is missing"
        yield 1 / size, f"a division by {name} too much"


def _sign_and_two(_: Evidence) -> Iterator[tuple[float, str]]:
    """Yield what a sign and the slope of a square make."""
    yield -1.0, "the sign is wrong"
    yield 2.0, "a factor 2 too much"
    yield 0.5, "a factor 2 is missing"


def _keep_rate(e: Evidence) -> Iterator[tuple[float, str]]:
    """Yield the keep rate of dropout, where fn sets elements to zero as that does."""
    ratio = e.ratio
    if ratio is None or ratio <= 0:
        return
    rate = min(ratio, 1 / ratio)
    kept = _kept(e)
    if kept is None or not rate < 1:
        return
    if abs(kept - rate) > SPREAD * sqrt(rate * (1 - rate) / e.index.size):
        return
    way = "is missing" if ratio < 1 else "too much"
    yield ratio, f"a division by a keep rate of {number(rate)} {way}, as of dropout"


def _kept(e: Evidence) -> float | None:
    """Return the share of elements that fn does not set to zero, if it does to some.

    Those that are zero because the input is negative, or below any other bound, are
    no zeros of dropout.
    """
    output = output_of(e)
    if output is None or output.shape != e.shape or e.complex:
        return None
    dropped = (output.reshape(-1)[e.index] == 0) & (e.x != 0)
    if not dropped.any() or dropped.all() or np.any(e.numerical[dropped] != 0):
        return None
    by_a_bound = e.x[dropped].max() <= e.x[~dropped].min()
    return None if by_a_bound else float(np.mean(~dropped))


def _scalar_inputs(e: Evidence) -> Iterator[tuple[float, str]]:
    """Yield other inputs that are single numbers."""
    for leaf in e.function.leaves:
        array = leaf.array
        if array is None or array.size != 1 or leaf is e.tensor.leaf:
            continue
        if array.dtype.kind not in "fiu":
            continue
        value = float(array.reshape(-1)[0])
        if abs(value) in (0.0, 1.0):
            continue
        here = f"which is {number(value)} here"
        yield value, f"a factor {leaf.name} too much, {here}"
        yield 1 / value, f"a factor {leaf.name} is missing, {here}"


def _value(e: Evidence) -> Iterator[tuple[float, str]]:
    """Yield what a loss gives: a logarithm's, a root's or a determinant's slope."""
    value = e.function.middle
    if e.function.cotangent is not None or abs(value) in (0.0, 1.0):
        return
    here = f"which is {number(value)} here"
    yield value, f"a factor of fn itself too much, {here}"
    yield 1 / value, f"a factor of fn itself is missing, {here}"


def _degrees_of_freedom(e: Evidence) -> Iterator[tuple[float, str]]:
    """Yield N / (N - 1) and its root, of variances and standard deviations."""
    for size, name in _batches(e).items():
        if size < FEWEST:
            continue  # 3/2 and 4/3 have many causes
        words = (
            f"for {name}: a variance divides by N - 1 on one side and by N on the other"
        )
        corrected = size / (size - 1)
        yield corrected, f"N/(N - 1) {words}"
        yield 1 / corrected, f"(N - 1)/N {words}"
        yield sqrt(corrected), f"sqrt(N/(N - 1)) {words}"
        yield 1 / sqrt(corrected), f"sqrt((N - 1)/N) {words}"


def _units(_: Evidence) -> Iterator[tuple[float, str]]:
    """Yield factors between units, and between logarithms."""
    for value, much, missing in UNITS:
        yield value, much
        yield 1 / value, missing


def _window(e: Evidence) -> Iterator[tuple[float, str]]:
    """Yield how many elements make one of the output, of a mean over windows."""
    dout = e.function.cotangent
    size = e.tensor.base.size
    if dout is None or not dout.size or size % dout.size or size == dout.size:
        return
    window = size // dout.size
    mean = f"each number of the output is a mean of {window}"
    yield window, f"a division by {window} is missing: {mean}"
    yield 1 / window, f"a division by {window} too much: {mean}"


def _lengths(e: Evidence) -> Iterator[tuple[float, str]]:
    """Yield lengths of other axes, and their roots, as in attention."""
    batches = _batches(e)
    for length in _all_lengths(e):
        if isqrt(length) ** 2 != length:
            root = f"sqrt({length})"
            is_length = f"{length} being a length"
            yield sqrt(length), f"a division by {root} is missing, {is_length}"
            yield 1 / sqrt(length), f"a division by {root} too much, {is_length}"
        if length not in batches:
            yield length, f"a division by {length} is missing, which is a length"
            yield 1 / length, f"a division by {length} too much, which is a length"


def _whole_numbers(e: Evidence) -> Iterator[tuple[float, str]]:
    """Yield other whole numbers."""
    told = _all_lengths(e)
    for k in range(3, WHOLE_NUMBERS + 1):
        if k <= SMALL or k not in told:
            yield k, f"a factor {k} too much"
            yield 1 / k, f"a factor {k} is missing"


# What a factor may stand for, the likeliest first.
CAUSES: tuple[Callable[[Evidence], Iterator[tuple[float, str]]], ...] = (
    _logarithm,
    _batch_size,
    _keep_rate,
    _sign_and_two,
    _scalar_inputs,
    _value,
    _degrees_of_freedom,
    _units,
    _window,
    _lengths,
    _whole_numbers,
)


def _batches(e: Evidence) -> dict[int, str]:
    """Return lengths that a gradient may be divided by, and what they are.

    Of the batch, or of the whole output; of a loss also the size of an input.
    """
    names: dict[int, str] = {}
    dout = e.function.cotangent
    if dout is not None and dout.ndim:
        names[dout.shape[0]] = f"the batch size {dout.shape[0]}"
    arrays = [leaf.array for leaf in e.function.leaves if leaf.array is not None]
    for leaf in e.function.leaves:
        if leaf.array is None or leaf.array.ndim < 2 or _is_weight(leaf.name):
            continue
        length = leaf.array.shape[0]
        names.setdefault(length, f"the batch size {length}")
    if dout is not None:
        names.setdefault(dout.size, f"the size {dout.size} of the output")
    else:
        for array in arrays:
            names.setdefault(array.size, f"the size {array.size} of an input")
    return {length: name for length, name in names.items() if length > 2}


def _is_weight(name: str) -> bool:
    """Return whether an input is called as weights are: its rows are no batch."""
    return name.split(".")[-1].lower().startswith(("w", "kernel", "theta"))


def _all_lengths(e: Evidence) -> list[int]:
    """Return the lengths of all axes, of inputs and output."""
    shapes = [leaf.array.shape for leaf in e.function.leaves if leaf.array is not None]
    if e.function.cotangent is not None:
        shapes.append(e.function.cotangent.shape)
    return sorted({length for shape in shapes for length in shape if length > 2})


def complex_factor(e: Evidence) -> str | None:
    """Name one complex factor of all elements, as i or a phase."""
    if not e.complex or not e.whole:
        return None
    a, n = e.as_array(e.analytic).reshape(-1), e.as_array(e.numerical).reshape(-1)
    if a.size < 2 or not np.any(n) or not np.isfinite(a).all():
        return None
    factor = complex(np.vdot(n, a) / np.vdot(n, n))
    values = np.ascontiguousarray(factor * n).view(np.float64)
    if abs(factor.imag) <= CLOSE or not e.is_returned(values, factor=abs(factor)):
        return None
    name = f"{number(factor.real)} {'-+'[factor.imag > 0]} {number(abs(factor.imag))}i"
    if abs(factor.real) <= CLOSE:
        name = f"{number(factor.imag)}i"
    return f"every element of {e.name} is {name} times what it should be"
