"""Operations on each element by itself, and on two tensors that stretch to each other.

The tables name Keras's functions; one with an argument besides the tensors names it.
"""

from __future__ import annotations

from byhand.shapes.layers.merging import broadcast
from byhand.shapes.ops.operation import axes_in, operation, shape_of, unchanged
from byhand.shapes.outcome import UNKNOWN, Outcome, field_along

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from byhand.shapes.tensor import Shape

# One tensor, and what comes of each of its elements.
UNARY = (
    "abs absolute angle arccos arccosh arcsin arcsinh arctan arctanh bitwise_invert "
    "bitwise_not cbrt ceil conj conjugate copy cos cosh deg2rad erf erfc erfinv exp "
    "exp2 expm1 fabs floor hard_sigmoid hard_silu hard_tanh i0 imag log log10 log1p "
    "log2 log_sigmoid negative rad2deg real reciprocal relu relu6 rsqrt selu sigmoid "
    "sign silu sin sinc sinh softplus softsign sparse_plus sparse_sigmoid sqrt square "
    "tan tanh tanh_shrink trunc"
)
UNARY_TRUTH = "isfinite isinf isnan isneginf isposinf isreal logical_not signbit"
# The same with options, which change no shape.
UNARY_WITH = {
    "celu": "alpha",
    "clip": "x_min x_max",
    "elu": "alpha",
    "gelu": "approximate",
    "hard_shrink": "threshold",
    "leaky_relu": "negative_slope",
    "nan_to_num": "nan posinf neginf",
    "round": "decimals",
    "soft_shrink": "threshold",
    "squareplus": "b",
    "threshold": "threshold default_value",
    "tril": "k",
    "triu": "k",
}
REQUIRED_OPTIONS = {"clip": 2, "threshold": 2}
# Two tensors, or a tensor and a number.
BINARY = (
    "add arctan2 divide divide_no_nan floor_divide fmax fmin fmod gcd heaviside hypot "
    "lcm ldexp logaddexp logaddexp2 maximum minimum mod multiply nextafter power "
    "subtract true_divide"
)
BINARY_BITS = (
    "bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor "
    "left_shift right_shift"
)
BINARY_TRUTH = (
    "equal greater greater_equal less less_equal logical_and logical_or logical_xor "
    "not_equal"
)
OTHER_NAMES = {"swish": "silu", "hard_swish": "hard_silu"}

# What operations make of plain numbers, which stay numbers.
NUMBERS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "absolute": abs,
    "add": lambda a, b: a + b,
    "ceil": lambda a: -(-a // 1),
    "divide": lambda a, b: a / b,
    "equal": lambda a, b: a == b,
    "floor": lambda a: a // 1,
    "floor_divide": lambda a, b: a // b,
    "greater": lambda a, b: a > b,
    "greater_equal": lambda a, b: a >= b,
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "logical_and": lambda a, b: bool(a) and bool(b),
    "logical_not": lambda a: not a,
    "logical_or": lambda a, b: bool(a) or bool(b),
    "maximum": max,
    "minimum": min,
    "mod": lambda a, b: a % b,
    "multiply": lambda a, b: a * b,
    "negative": lambda a: -a,
    "not_equal": lambda a, b: a != b,
    "power": lambda a, b: a**b,
    "sqrt": lambda a: a**0.5,
    "square": lambda a: a * a,
    "subtract": lambda a, b: a - b,
    "true_divide": lambda a, b: a / b,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {}


def class_name(function: str) -> str:
    """Return Keras's name of an operation's class.

    Examples
    --------
    >>> class_name("leaky_relu")
    'LeakyRelu'
    """
    return "".join(part.capitalize() for part in function.split("_"))


def stretched(*values: Any) -> Shape:
    """Return the shape that tensors, arrays and numbers stretch to."""
    out: Shape = ()
    for value in values:
        out = broadcast(out, shape_of(value))
    return out


def _unary(name: str, options: Sequence[str], dtype: str | None) -> None:
    """Make an operation on each element."""
    needed = REQUIRED_OPTIONS.get(name, 0)

    def rule(x: Any, *given: Any, **named: Any) -> Outcome:
        values = _bound(name, options, given, named, needed)
        return unchanged(stretched(x, *values) if name == "clip" else shape_of(x))

    _keep(name, rule, ("x", *options), dtype)


def _binary(name: str, takes: tuple[str, str], dtype: str | None) -> None:
    """Make an operation on two tensors."""

    def rule(*given: Any, **named: Any) -> Outcome:
        first, second = _bound(name, takes, given, named, 2)
        return Outcome([stretched(first, second)])

    _keep(name, rule, takes, dtype)


def _bound(
    name: str,
    takes: Sequence[str],
    given: Sequence[Any],
    named: dict[str, Any],
    needed: int,
) -> list[Any]:
    """Return the arguments that were given, in order, as a call in Python would."""
    values = dict(zip(takes, given, strict=False))
    unknown = [key for key in named if key not in takes or key in values]
    if len(given) > len(takes) or unknown:
        what = repr(unknown[0]) if unknown else f"{len(given)} of them"
        raise TypeError(f"{name} takes the arguments {', '.join(takes)}, got {what}")
    values |= named
    missing = [key for key in takes[:needed] if key not in values]
    if missing:
        raise TypeError(f"{name} needs the argument {missing[0]!r}")
    return [values[key] for key in takes if key in values]


def _keep(
    name: str, rule: Callable[..., Outcome], takes: Sequence[str], dtype: str | None
) -> None:
    """Keep an operation under its function's name."""
    rule.__name__ = name
    rule.__doc__ = f"Return Keras's `{name}` of the arguments {', '.join(takes)}."
    function = operation(class_name(name), dtype=dtype)(rule)
    if name in NUMBERS:
        function = _of_numbers(function, NUMBERS[name])
    function.takes = tuple(takes)  # type: ignore[attr-defined]
    FUNCTIONS[name] = function


def _of_numbers(
    function: Callable[..., Any], of_numbers: Callable[..., Any]
) -> Callable[..., Any]:
    """Return an operation that makes a number of plain numbers."""

    def either(*given: Any, **named: Any) -> Any:
        plain = given and all(isinstance(value, int | float) for value in given)
        if plain and not named:
            return of_numbers(*given)
        return function(*given, **named)

    either.__name__ = either.__qualname__ = function.__name__
    either.__doc__ = function.__doc__
    either.__module__ = function.__module__
    return either


for _name in UNARY.split():
    _unary(_name, (), None)
for _name in UNARY_TRUTH.split():
    _unary(_name, (), "bool")
for _name, _options in UNARY_WITH.items():
    _unary(_name, _options.split(), None)
for _name in BINARY.split():
    _binary(_name, ("x1", "x2"), None)
for _name in BINARY_BITS.split():
    _binary(_name, ("x", "y"), None)
for _name in BINARY_TRUTH.split():
    _binary(_name, ("x1", "x2"), "bool")
for _name, _other in OTHER_NAMES.items():
    FUNCTIONS[_name] = FUNCTIONS[_other]


def _along(x: Any, axis: Any) -> Outcome:
    """Return the outcome of a rule that keeps the shape and combines an axis."""
    shape = shape_of(x)
    return unchanged(shape, field=field_along(shape, axes_in(axis, len(shape))))


@operation("Softmax")
def softmax(x: Any, axis: Any = -1) -> Outcome:
    """Return numbers along an axis, or several, that add up to 1."""
    return _along(x, axis)


@operation("LogSoftmax")
def log_softmax(x: Any, axis: Any = -1) -> Outcome:
    """Return the logarithm of the softmax along an axis."""
    return _along(x, axis)


@operation("Sparsemax")
def sparsemax(x: Any, axis: int = -1) -> Outcome:
    """Return numbers along an axis that add up to 1, many of them 0."""
    return _along(x, axis)


@operation("Normalize")
def normalize(
    x: Any, axis: Any = -1, order: int = 2, epsilon: float | None = None
) -> Outcome:
    """Return numbers divided by their norm along an axis."""
    return _along(x, axis)


@operation("BatchNorm", call=("x", "mean", "variance", "offset", "scale"))
def batch_normalization(
    x: Any,
    mean: Any,
    variance: Any,
    axis: int,
    offset: Any = None,
    scale: Any = None,
    epsilon: float = 0.001,
) -> Outcome:
    """Return numbers less a mean, divided by a spread, for each place of an axis."""
    shape = shape_of(x)
    axes_in(axis, len(shape))
    return unchanged(shape)


@operation("LayerNorm")
def layer_normalization(
    x: Any,
    gamma: Any = None,
    beta: Any = None,
    axis: Any = -1,
    epsilon: float | None = None,
    rms_scaling: bool = False,
) -> Outcome:
    """Return numbers brought to mean 0 and spread 1 along an axis."""
    return _along(x, axis)


@operation("RMSNorm")
def rms_normalization(
    x: Any, scale: Any = None, axis: Any = -1, epsilon: float | None = None
) -> Outcome:
    """Return numbers divided by their root mean square along an axis."""
    return _along(x, axis)


@operation("Glu")
def glu(x: Any, axis: int = -1) -> Outcome:
    """Return one half of an axis times the sigmoid of the other."""
    from byhand.shapes.ops.arranging import halved

    return halved(x, axis)


@operation("Select")
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Outcome:
    """Return the elements of the first of several tensors whose condition holds."""
    return Outcome([stretched(*condlist, *choicelist, default)])


@operation("AllClose", dtype="bool")
def allclose(
    x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Outcome:
    """Return whether all elements of two tensors are nearly equal."""
    stretched(x1, x2)
    return Outcome([()], field=UNKNOWN)


@operation("StopGradient")
def stop_gradient(variable: Any) -> Outcome:
    """Return a tensor through which no gradient goes."""
    return unchanged(shape_of(variable))


@operation("Where")
def where(condition: Any, x1: Any = None, x2: Any = None) -> Outcome:
    """Return elements of one tensor where a condition holds, else of another."""
    if x1 is None and x2 is None:
        shape = shape_of(condition)
        why = "how many elements are not 0 depends on their values"
        return Outcome([None] * max(len(shape), 1), field=UNKNOWN, note=why)
    if x1 is None or x2 is None:
        raise TypeError("where takes x1 and x2, or neither")
    return Outcome([stretched(condition, x1, x2)])


@operation("Cast")
def _cast(x: Any, dtype: Any = None) -> Outcome:
    """Return the elements as numbers of another type."""
    return unchanged(shape_of(x))


def cast(x: Any, dtype: Any) -> Any:
    """Return the elements as numbers of another type; a number stays one."""
    if not isinstance(x, int | float):
        return _cast(x, dtype=dtype)
    if str(dtype).startswith(("int", "uint")):
        return int(x)
    return bool(x) if str(dtype) == "bool" else float(x)


@operation("SaturateCast")
def saturate_cast(x: Any, dtype: Any = None) -> Outcome:
    """Return the elements as numbers of another type, at most its largest."""
    return unchanged(shape_of(x))
