"""Patterns of elementwise functions: the slope of another one, or at another place."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from byhand.gradients.diagnosis.calls import output_of
from byhand.gradients.diagnosis.evidence import (
    CLOSE,
    ERRORS,
    ROUNDING,
    Array,
    Evidence,
    number,
)

DISTINCT = 4  # numbers at least, by which a function is recognised

SIGMOID = re.compile(r"\bs\(")  # as the names of slopes write it


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x))."""
    return np.asarray(1 / (1 + np.exp(-x)))


# Slopes that elementwise functions have, or that are returned for them by mistake.
SLOPES: tuple[tuple[str, Callable[[Array], Array]], ...] = (
    ("1", np.ones_like),
    ("{x}", lambda x: x),
    ("{x}**2", lambda x: x**2),
    ("{x}**3", lambda x: x**3),
    ("1/{x}", lambda x: 1 / x),
    ("1/{x}**2", lambda x: 1 / x**2),
    ("exp({x})", np.exp),
    ("exp(-{x})", lambda x: np.exp(-x)),
    ("log({x})", np.log),
    ("1/sqrt({x})", lambda x: 1 / np.sqrt(x)),
    ("sqrt({x})", np.sqrt),
    ("sin({x})", np.sin),
    ("cos({x})", np.cos),
    ("1/cos({x})**2", lambda x: 1 / np.cos(x) ** 2),
    ("1/(1 + {x}**2)", lambda x: 1 / (1 + x**2)),
    ("tanh({x})", np.tanh),
    ("1 - tanh({x})", lambda x: 1 - np.tanh(x)),
    ("1 - tanh({x})**2", lambda x: 1 - np.tanh(x) ** 2),
    ("1 - {x}**2", lambda x: 1 - x**2),
    ("1 - {x}", lambda x: 1 - x),
    ("1 - tanh(tanh({x}))**2", lambda x: 1 - np.tanh(np.tanh(x)) ** 2),
    ("s({x})", sigmoid),
    ("1 - s({x})", lambda x: 1 - sigmoid(x)),
    ("s({x}) (1 - s({x}))", lambda x: sigmoid(x) * (1 - sigmoid(x))),
    ("{x} (1 - {x})", lambda x: x * (1 - x)),
    ("1 - s({x})**2", lambda x: 1 - sigmoid(x) ** 2),
    (
        "s(s({x})) (1 - s(s({x})))",
        lambda x: sigmoid(sigmoid(x)) * (1 - sigmoid(sigmoid(x))),
    ),
    (
        "s({x}) + {x} s({x}) (1 - s({x}))",
        lambda x: sigmoid(x) * (1 + x * (1 - sigmoid(x))),
    ),
    ("{x} s({x})", lambda x: x * sigmoid(x)),
    ("{x} s({x}) (1 - s({x}))", lambda x: x * sigmoid(x) * (1 - sigmoid(x))),
    ("the sign of {x}", np.sign),
    ("{x} > 0", lambda x: (x > 0) * 1.0),
    ("{x} < 0", lambda x: (x < 0) * 1.0),
)


def another_slope(e: Evidence) -> str | None:
    """Name the slope that was returned for an elementwise function, and the right one.

    The slope of tanh or the sigmoid taken of z where it is one of a, or of a where it
    is one of z; s in place of s (1 - s); a power without its exponent.
    """
    given, due = _names_of_slopes(e, e.sound)
    if given is None or due is None or given == due:
        return None
    legend = _legend(given + due)
    return f"the elements of {e.name} are {given}, and {due} is right{legend}"


def right_slope(e: Evidence) -> str | None:
    """Name the right slope of an elementwise function, where only that is known."""
    _, due = _names_of_slopes(e, e.sound)
    if due is None:
        return None
    return (
        f"the elements of {e.name} should be {due}{_legend(due)}, and are not: another "
        "slope, or one of another number"
    )


def slope_at(e: Evidence, at: Array) -> str:
    """Return what the slopes at some places are and should be, where both are known."""
    given, due = _names_of_slopes(e, at)
    if given is None or due is None or given == due:
        return ""
    return f"there it is {given}, and {due} is right{_legend(given + due)}"


def _names_of_slopes(e: Evidence, at: Array) -> tuple[str | None, str | None]:
    """Return what was returned, and what is right, as functions of the element."""
    dout = e.function.cotangent
    unlike = dout is not None and dout.shape != e.shape
    if e.complex or unlike or np.unique(e.x[at]).size < DISTINCT:
        return None, None
    d = np.ones(e.index.size) if dout is None else dout.real.reshape(-1)[e.index]
    due = _function_of_x(e, e.numerical, d, at)
    given = None if due is None else _function_of_x(e, e.analytic, d, at)
    return given, due


def _function_of_x(e: Evidence, slopes: Array, d: Array, at: Array) -> str | None:
    """Return the function of x, with its factor, that slopes are, if it is known."""
    times_dout = "" if e.function.cotangent is None else "dout times "
    allowed = ERRORS * e.error[at] + CLOSE * np.abs(slopes[at]) + ROUNDING * e.size
    for name, function in SLOPES:
        with np.errstate(all="ignore"):
            expected = np.asarray(function(e.x), dtype=np.float64) * d
        square = float(expected[at] @ expected[at])
        if not np.isfinite(square) or not square:
            continue
        c = float(slopes[at] @ expected[at]) / square
        if c and np.all(np.abs(slopes - c * expected)[at] <= allowed):
            return times_dout + _with_factor(c, name.format(x=e.name))
    return None


def _with_factor(c: float, name: str) -> str:
    """Return a function's name behind its factor, in parentheses where it is long."""
    if abs(c - 1) < CLOSE:
        return f"({name})" if " " in name else name
    if name == "1":
        return number(c)
    return f"{number(c)} ({name})" if " " in name else f"{number(c)} {name}"


def _legend(text: str) -> str:
    """Return what the letter s stands for, where a text has it."""
    return ", s being the sigmoid" if SIGMOID.search(text) else ""


def softmax_along(e: Evidence) -> str | None:
    """Name a softmax whose sum is taken along another axis, or left out.

    With y the output, y (dout - sum(y dout)) is right, the sum along the axis of the
    softmax.
    """
    dout = e.function.cotangent
    if dout is None or dout.shape != e.shape or not e.shape or e.complex:
        return None
    y = output_of(e)
    if y is None or y.shape != e.shape:
        return None
    along = [
        (y * (dout - np.sum(y * dout, axis=axis, keepdims=True))).reshape(-1)[e.index]
        for axis in range(len(e.shape))
    ]
    allowed = ERRORS * e.error + CLOSE * e.size
    right = [
        axis
        for axis, values in enumerate(along)
        if np.all(np.abs(values - e.numerical) <= allowed)
    ]
    if len(right) != 1:
        return None
    for axis, values in enumerate(along):
        if e.is_returned(values):
            return (
                f"the gradient of {e.name} is that of a softmax along axis {axis}; fn "
                f"takes it along axis {right[0]}: the wrong axis"
            )
    for values, name in ((y * (1 - y) * dout, "y (1 - y) dout"), (y * dout, "y dout")):
        if e.is_returned(values.reshape(-1)[e.index]):
            return (
                f"the elements of {e.name} are {name} with y = fn({e.name}): each "
                "moves the sum of the softmax, so that y (dout - sum(y dout)) is right"
            )
    return None
