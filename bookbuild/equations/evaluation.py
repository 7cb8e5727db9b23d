"""The value of a tree of numbers. Arrays are evaluated by `arrays`, built on this.

Only the standard library is needed, so that an equation with numbers can be evaluated
wherever Python runs. Derivatives are difference quotients: what a derivative is held
to knows no rule of differentiation.
"""

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from bookbuild.equations import tree
from bookbuild.equations.errors import EquationError

STEP = 1e-5  # of difference quotients, relative to the size of what is moved
MOST_TERMS = 100_000  # of one sum, so that a mutated bound cannot run for ever
Local = Mapping[str, Any]
Key = tuple[str, Any]  # a name, and which member of its family

FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": math.log,
    "ln": math.log,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "arcsin": math.asin,
    "arccos": math.acos,
    "arctan": math.atan,
    "arsinh": math.asinh,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "coth": lambda x: 1 / math.tanh(x),
    "erf": math.erf,
    "sign": lambda x: float((x > 0) - (x < 0)),
}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: bool(close(a, b)),
    r"\neq": lambda a, b: not close(a, b),
    "<": operator.lt,
    ">": operator.gt,
    r"\leq": operator.le,
    r"\geq": operator.ge,
}


class World(Protocol):
    """Where an evaluator asks for what symbols are."""

    def value(self, name: str, member: Any) -> Any:
        """Return the value of a symbol, or of one member of a family."""

    def function(self, name: str, member: Any) -> Callable[[float], float]:
        """Return a function of the table."""

    def pinned(self, pins: Mapping[Key, Any]) -> "World":
        """Return a world in which some symbols have other values."""

    def values_of(self, index: str, local: Local) -> range | list[Any]:
        """Return all that an index can be."""

    def outcomes(self, names: set[str]) -> Iterator[tuple[float, Mapping[Key, Any]]]:
        """Yield what chance may give those names, with its probability."""

    def depends(self, name: str, on: str) -> bool:
        """Return whether a symbol changes with another one."""


class Values:
    r"""The simplest world: symbols with given values.

    Parameters
    ----------
    values : Mapping
        The value of each symbol, by its name.
    functions : Mapping, optional
        Functions of one number, by their names.

    Examples
    --------
    >>> from bookbuild.equations.notation import Notation, entry_of
    >>> from bookbuild.equations.parsing import parse_expression
    >>> notation = Notation([entry_of("a"), entry_of("b")])
    >>> node = parse_expression(r"\frac{a}{2} + b^2", notation)
    >>> Evaluator(Values({"a": 3.0, "b": 2.0})).evaluate(node)
    5.5
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        functions: Mapping[str, Callable[[float], float]] | None = None,
    ) -> None:
        self.values = dict(values)
        self.functions = dict(functions or {})

    def value(self, name: str, member: Any) -> Any:
        """Return the value of a symbol.

        Raises
        ------
        EquationError
            If it has none.
        """
        if name not in self.values:
            raise EquationError(f"{name} has no value; give it one")
        return self.values[name]

    def function(self, name: str, member: Any) -> Callable[[float], float]:
        """Return a function."""
        return self.functions[name]

    def pinned(self, pins: Mapping[Key, Any]) -> "Values":
        """Return a world in which some symbols have other values."""
        changed = {name: value for (name, _), value in pins.items()}
        return Values({**self.values, **changed}, self.functions)

    def values_of(self, index: str, local: Local) -> range | list[Any]:
        """Return nothing: there are no axes."""
        raise EquationError(f"over what {index} runs is not said; write its bounds")

    def outcomes(self, names: set[str]) -> Iterator[tuple[float, Mapping[Key, Any]]]:
        """Yield the one outcome of a world without chance."""
        yield 1.0, {}

    def depends(self, name: str, on: str) -> bool:
        """Return whether two names are one."""
        return name == on


def close(left: Any, right: Any) -> bool:
    """Return whether two numbers agree to nine digits."""
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12)


class Evaluator:
    """Evaluate trees in a world.

    Parameters
    ----------
    world : World
        What symbols are.
    """

    def __init__(self, world: Any) -> None:
        self.world = world
        self._methods: dict[type[tree.Node], Callable[..., Any]] = {}

    def __repr__(self) -> str:
        """Return what it evaluates in."""
        return f"{type(self).__name__}({self.world!r})"

    def in_world(self, world: Any) -> "Evaluator":
        """Return the same kind of evaluator in another world."""
        return type(self)(world)

    def evaluate(self, node: tree.Node, local: Local | None = None) -> Any:
        """Return the value of a tree.

        Parameters
        ----------
        node : Node
            The tree.
        local : Mapping, optional
            Values of indices that something above it binds.

        Raises
        ------
        EquationError
            If there is none: shapes that do not fit, an index outside its axis, a
            division by zero, a logarithm of a negative number.
        """
        kind = type(node)
        method = self._methods.get(kind)
        if method is None:
            method = getattr(self, f"_{kind.__name__.lower()}")
            self._methods[kind] = method
        try:
            return method(node, local or {})
        except ZeroDivisionError:
            raise EquationError("a division by zero", node.position) from None
        except OverflowError:
            raise EquationError("a number beyond all bounds", node.position) from None
        except EquationError as error:
            if error.position is None:
                error.position = node.position
            raise

    def number(self, node: tree.Node, local: Local) -> float:
        """Return a value that must be one number."""
        value = self.evaluate(node, local)
        if not is_number(value):
            raise EquationError("one number must stand here, not an array")
        return value

    def whole(self, node: tree.Node, local: Local) -> int:
        """Return a value that must be a whole number."""
        value = self.number(node, local)
        if abs(value - round(value)) > 1e-9:
            raise EquationError(f"a whole number must stand here, not {value:g}")
        return round(value)

    # -- leaves ---------------------------------------------------------------------

    def _number(self, node: tree.Number, local: Local) -> Any:
        return node.value

    def _infinity(self, node: tree.Infinity, local: Local) -> Any:
        return math.inf

    def _symbol(self, node: tree.Symbol, local: Local) -> Any:
        if node.member is None:
            if node.name in local:
                return local[node.name]
            if node.name == r"\pi":
                return math.pi
            return self.world.value(node.name, None)
        return self.world.value(node.name, self._member(node.member, local))

    def _member(self, node: tree.Node | None, local: Local) -> Any:
        """Return which member of a family is meant."""
        return None if node is None else self.whole(node, local)

    def _index(self, node: tree.Index, local: Local) -> Any:
        raise EquationError("an index stands on something that has no elements")

    # -- functions ------------------------------------------------------------------

    def _elementary(self, node: tree.Elementary, local: Local) -> Any:
        argument = self.evaluate(node.argument, local)
        return self.elementwise(node.function, node.primes, argument)

    def elementwise(self, name: str, primes: int, argument: Any) -> Any:
        """Return a function that every reader knows, or its derivative, at a value."""
        function = FUNCTIONS.get(name)
        if function is None:
            raise EquationError(f"{name} needs an array")
        return self.mapped(function, primes, argument)

    def mapped(
        self, function: Callable[[float], float], primes: int, argument: Any
    ) -> Any:
        """Return a function of numbers at a value."""
        try:
            return derivative_of(function, primes)(argument)
        except ValueError:
            raise EquationError(f"a function has no value at {argument:g}") from None

    def _call(self, node: tree.Call, local: Local) -> Any:
        member = self._member(node.member, local)
        function = self.world.function(node.function, member)
        arguments = [self.evaluate(argument, local) for argument in node.arguments]
        if len(arguments) == 1:
            return self.mapped(function, node.primes, arguments[0])
        try:
            return function(*arguments)
        except TypeError:
            raise EquationError(
                f"{node.function} does not take {len(arguments)} arguments"
            ) from None

    def _at(self, node: tree.At, local: Local) -> Any:
        pins = {
            self.key(variable, local): self.evaluate(value, local)
            for variable, value in node.values
        }
        inner = {
            name: value for name, value in local.items() if (name, None) not in pins
        }
        return self.in_world(self.world.pinned(pins)).evaluate(node.body, inner)

    def key(self, node: tree.Node, local: Local) -> Key:
        """Return the name and the member that a symbol stands for."""
        if not isinstance(node, tree.Symbol):
            raise EquationError("a symbol must stand here", node.position)
        return node.name, self._member(node.member, local)

    # -- arithmetic -----------------------------------------------------------------

    def _negative(self, node: tree.Negative, local: Local) -> Any:
        return -self.evaluate(node.operand, local)

    def _add(self, node: tree.Add, local: Local) -> Any:
        left = self.evaluate(node.left, local)
        return self.combined(operator.add, left, self.evaluate(node.right, local))

    def _subtract(self, node: tree.Subtract, local: Local) -> Any:
        left = self.evaluate(node.left, local)
        return self.combined(operator.sub, left, self.evaluate(node.right, local))

    def combined(self, sign: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
        """Return a sum, a difference or a product element by element."""
        return sign(left, right)

    def _multiply(self, node: tree.Multiply, local: Local) -> Any:
        left = self.evaluate(node.left, local)
        return self.multiplied(left, self.evaluate(node.right, local), node.sign)

    def multiplied(self, left: Any, right: Any, sign: str) -> Any:
        """Return a product, as it is written."""
        return left * right

    def _hadamard(self, node: tree.Hadamard, local: Local) -> Any:
        left = self.evaluate(node.left, local)
        return self.combined(operator.mul, left, self.evaluate(node.right, local))

    def _divide(self, node: tree.Divide, local: Local) -> Any:
        above = self.evaluate(node.left, local)
        below = self.evaluate(node.right, local)
        return self.combined(operator.truediv, above, below)

    def _power(self, node: tree.Power, local: Local) -> Any:
        exponent = self.number(node.exponent, local)
        return self.raised(self.evaluate(node.base, local), exponent)

    def raised(self, base: Any, exponent: float) -> Any:
        """Return a base to an exponent."""
        try:
            value = base**exponent
        except ZeroDivisionError:
            raise EquationError("zero to a negative power") from None
        if isinstance(value, complex):
            raise EquationError(f"{base:g} to the power {exponent:g} is no real number")
        return value

    def _root(self, node: tree.Root, local: Local) -> Any:
        degree = 2 if node.degree is None else self.number(node.degree, local)
        return self.raised(self.evaluate(node.operand, local), 1 / degree)

    def _factorial(self, node: tree.Factorial, local: Local) -> Any:
        return math.factorial(self.whole(node.operand, local))

    def _floor(self, node: tree.Floor, local: Local) -> Any:
        return math.floor(rounded(self.number(node.operand, local)))

    def _ceiling(self, node: tree.Ceiling, local: Local) -> Any:
        return math.ceil(rounded(self.number(node.operand, local)))

    def _absolute(self, node: tree.Absolute, local: Local) -> Any:
        return abs(self.evaluate(node.operand, local))

    def _norm(self, node: tree.Norm, local: Local) -> Any:
        return abs(self.evaluate(node.operand, local))

    # -- over indices ---------------------------------------------------------------

    def _sum(self, node: tree.Sum, local: Local) -> Any:
        total: Any = None
        for value in self._terms(node, local):
            total = (
                value if total is None else self.combined(operator.add, total, value)
            )
        return 0 if total is None else total

    def _product(self, node: tree.Product, local: Local) -> Any:
        total: Any = None
        for value in self._terms(node, local):
            total = value if total is None else self.multiplied(total, value, "")
        return 1 if total is None else total

    def _terms(self, node: Any, local: Local) -> Iterator[Any]:
        """Yield the terms of a sum, or the factors of a product."""
        if node.lower is None:
            values = self.world.values_of(node.index, local)
        else:
            start = self.whole(node.lower, local)
            values = range(start, self.whole(node.upper, local) + 1)
        if len(values) > MOST_TERMS:
            raise EquationError(f"a sum of {len(values)} terms is too long")
        for value in values:
            inner = {**local, node.index: value}
            if node.condition is None or self.holds(node.condition, inner):
                yield self.evaluate(node.body, inner)

    def _extremum(self, node: tree.Extremum, local: Local) -> Any:
        if node.index is None:
            values = [self.evaluate(argument, local) for argument in node.arguments]
            return self.extreme(node.function, values)
        indices = list(self.world.values_of(node.index, local))
        values = [
            self.evaluate(node.arguments[0], {**local, node.index: index})
            for index in indices
        ]
        if not values:
            raise EquationError(f"{node.function} over nothing")
        if node.function in ("max", "min"):
            return self.extreme(node.function, [*values, values[0]])
        best = max(values) if node.function == "argmax" else min(values)
        return indices[values.index(best)]

    def extreme(self, function: str, values: list[Any]) -> Any:
        """Return the largest or smallest of some values."""
        if len(values) < 2 or function not in ("max", "min"):
            raise EquationError(f"{function} compares several numbers")
        return max(values) if function == "max" else min(values)

    # -- conditions -----------------------------------------------------------------

    def _iverson(self, node: tree.Iverson, local: Local) -> Any:
        return 1 if self.holds(node.condition, local) else 0

    def _cases(self, node: tree.Cases, local: Local) -> Any:
        for value, condition in node.branches:
            if condition is None or self.holds(condition, local):
                return self.evaluate(value, local)
        raise EquationError("none of the cases holds; add one for the rest")

    def holds(self, node: tree.Node, local: Local) -> bool:
        """Return whether a condition holds."""
        if not isinstance(node, tree.Relation):
            raise EquationError("a condition must stand here", node.position)
        values = [self.number(side, local) for side in node.sides]
        unknown = [sign for sign in node.signs if sign not in COMPARISONS]
        if unknown:
            raise EquationError(
                f"{unknown[0]} decides nothing; a condition has one of "
                f"{' '.join(COMPARISONS)}",
                node.position,
            )
        pairs = zip(values, node.signs, values[1:], strict=False)
        return all(COMPARISONS[sign](left, right) for left, sign, right in pairs)

    # -- calculus and chance --------------------------------------------------------

    def _derivative(self, node: tree.Derivative, local: Local) -> Any:
        key = self.key(node.by, local)
        return self.slope(node.of, key, local)

    def slope(self, of: tree.Node, key: Key, local: Local) -> Any:
        """Return the derivative of a number by another, as a difference quotient."""
        value = self.world.value(*key)
        step = STEP * max(1.0, abs(value))
        sides = [
            self.in_world(self.world.pinned({key: value + move})).evaluate(of, local)
            for move in (step, -step)
        ]
        return (sides[0] - sides[1]) / (2 * step)

    def _expectation(self, node: tree.Expectation, local: Local) -> Any:
        return self.mean(node.body, local)

    def mean(self, body: tree.Node, local: Local) -> Any:
        """Return the mean of a quantity over all that chance may give."""
        total: Any = 0
        for probability, value in self._chances(body, local):
            total = total + probability * value
        return total

    def _variance(self, node: tree.Variance, local: Local) -> Any:
        mean: Any = 0
        square: Any = 0
        for probability, value in self._chances(node.body, local):
            mean = mean + probability * value
            square = square + probability * value * value
        return square - mean * mean

    def _chances(self, body: tree.Node, local: Local) -> Iterator[tuple[float, Any]]:
        """Yield the values of a quantity, each with its probability."""
        names = tree.free_names(body)
        for probability, pins in self.world.outcomes(names):
            world = self.world.pinned(pins)
            yield probability, self.in_world(world).evaluate(body, local)

    def _integral(self, node: tree.Integral, local: Local) -> Any:
        lower = self.number(node.lower, local)
        upper = self.number(node.upper, local)

        def integrand(place: float) -> float:
            return self.number(node.body, {**local, node.variable: place})

        return integral(integrand, lower, upper)


def is_number(value: Any) -> bool:
    """Return whether a value is one number."""
    return isinstance(value, int | float)


def rounded(value: float) -> float:
    """Return a value that differs from a whole number by rounding as that number."""
    return round(value) if abs(value - round(value)) < 1e-9 else value


def derivative_of(
    function: Callable[[float], float], primes: int
) -> Callable[[float], float]:
    """Return a derivative of a function of one number."""
    if primes == 0:
        return function
    lower = derivative_of(function, primes - 1)

    def quotient(place: float) -> float:
        step = STEP * max(1.0, abs(place))
        return (lower(place + step) - lower(place - step)) / (2 * step)

    return quotient


def integral(function: Callable[[float], float], lower: float, upper: float) -> float:
    """Return an integral by the double-exponential rule of Takahasi and Mori.

    Parameters
    ----------
    function : callable
        Of one number; smooth between the bounds.
    lower, upper : float
        The bounds; either may be infinite.

    References
    ----------
    H. Takahasi and M. Mori, "Double exponential formulas for numerical integration",
    Publications of the Research Institute for Mathematical Sciences 9 (1974),
    721-741, doi:10.2977/prims/1195192451.

    Examples
    --------
    >>> round(integral(lambda t: math.exp(-t), 0.0, math.inf), 12)
    1.0
    """
    if lower > upper:
        return -integral(function, upper, lower)
    if math.isinf(lower) and math.isinf(upper):
        return integral(function, lower, 0.0) + integral(function, 0.0, upper)
    if math.isinf(lower):
        return integral(lambda place: function(-place), -upper, math.inf)
    step = 1 / 64
    total = 0.0
    for count in range(-4 * 64, 4 * 64 + 1):
        t = count * step
        inner = math.pi / 2 * math.sinh(t)
        slope = math.pi / 2 * math.cosh(t)
        if math.isinf(upper):
            place = lower + math.exp(min(inner, 300.0))
            weight = slope * math.exp(min(inner, 300.0))
        else:
            half = (upper - lower) / 2
            place = lower + half * (1 + math.tanh(inner))
            weight = half * slope / math.cosh(min(abs(inner), 300.0)) ** 2
        if weight > 0 and lower < place and (math.isinf(upper) or place < upper):
            total += weight * function(place) if weight < 1e100 else 0.0
    return total * step
