"""A number that remembers how it was computed.

A formula is written once, as arithmetic on letters, and the number is got by
computing it: what is explained cannot differ from what is shown. The arithmetic is
read here, and nothing is ever handed to Python to run.
"""

from __future__ import annotations

from byhand.shapes.size import Number, Size, largest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    # Reverse Polish notation: a number, a letter, or (operation, how many it takes).
    Step = int | str | tuple[str, int]

# How closely an operation binds; "minus" is the sign in front of a number.
BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "//": 2, "%": 2, "minus": 3}
FUNCTIONS = ("max", "min")
OPERATIONS: dict[tuple[str, int], Callable[[Any, Any], Any]] = {
    ("+", 2): lambda left, right: left + right,
    ("-", 2): lambda left, right: left - right,
    ("*", 2): lambda left, right: left * right,
    ("/", 2): lambda left, right: left / right,
    ("//", 2): lambda left, right: left // right,
    ("%", 2): lambda left, right: left % right,
}

_STEPS: dict[str, tuple[Step, ...]] = {}
_MOST_KEPT = 1_000
_LONGEST_KEPT = 300  # characters of an expression that is kept, read


class Formula:
    r"""Arithmetic on letters, the values of the letters, and the result.

    Parameters
    ----------
    expression : str
        Arithmetic in the letters of `values`, as Python writes it: + - * / // % and
        max, min.
    **values : int or Size
        What each letter stands for.

    Attributes
    ----------
    value : int or Size
        The result.

    Raises
    ------
    ValueError
        If the expression is no such arithmetic, or divides by 0.

    Examples
    --------
    >>> parameters = Formula("k * c * f + f", k=25, c=1, f=10)
    >>> parameters.value
    260
    >>> print(parameters)
    k * c * f + f = 25 * 1 * 10 + 10 = 260
    >>> print(Formula("(i - k) * s", i=28, k=2, s=2).latex())
    \left(i - k\right) \cdot s = \left(28 - 2\right) \cdot 2 = 52
    """

    __slots__ = ("expression", "value", "values")

    def __init__(self, expression: str, **values: Number) -> None:
        self.expression = expression
        self.values = values
        steps = _STEPS.get(expression)
        if steps is None:
            steps = _read(expression)
            if len(expression) <= _LONGEST_KEPT:
                if len(_STEPS) >= _MOST_KEPT:
                    _STEPS.clear()
                _STEPS[expression] = steps
        try:
            self.value: Number = _computed(steps, values)
        except KeyError as error:
            raise ValueError(f"{error} in {expression!r} has no value") from None
        except ZeroDivisionError:
            raise ValueError(
                f"{expression!r} divides by 0, with {_listed(values)}"
            ) from None

    def __repr__(self) -> str:
        given = "".join(f", {name}={value!r}" for name, value in self.values.items())
        return f"Formula({self.expression!r}{given})"

    def __str__(self) -> str:
        parts = [self.expression, self.substituted(), str(self.value)]
        return " = ".join(dict.fromkeys(parts))

    def substituted(self) -> str:
        """Return the expression with values in place of letters."""
        from re import sub

        def shown(found: object) -> str:
            name = str(found[0])  # type: ignore[index]
            if name not in self.values:
                return name
            value = self.values[name]
            text = str(value)
            return text if text.isalnum() else f"({text})"

        return sub(r"[^\W\d]\w*", shown, self.expression)

    def latex(self) -> str:
        """Return the expression, the substituted expression and the result as LaTeX."""
        values = {name: _value_latex(value) for name, value in self.values.items()}
        parts = [_latex(self.expression, {}), _latex(self.expression, values)]
        return " = ".join(dict.fromkeys([*parts, _value_latex(self.value)]))

    def html(self) -> str:
        """Return the expression, the substituted expression and the result as HTML."""
        from html import escape
        from re import sub

        letters = sub(
            r"[^\W\d]\w*", lambda found: f"<var>{found[0]}</var>", self.expression
        )
        parts = [letters, escape(self.substituted()), escape(str(self.value))]
        return " = ".join(dict.fromkeys(parts)).replace(" * ", " &middot; ")


def _listed(values: Mapping[str, Number]) -> str:
    """Return letters with their values."""
    return ", ".join(f"{name}={value}" for name, value in values.items())


def _pieces(expression: str) -> Iterator[str]:
    """Yield the numbers, letters, operations and brackets of an expression."""
    at = 0
    while at < len(expression):
        start, character = at, expression[at]
        at += 1
        if character == " ":
            continue
        if character.isdecimal():
            while at < len(expression) and expression[at].isdecimal():
                at += 1
        elif character.isalpha() or character == "_":
            while at < len(expression) and (
                expression[at].isalnum() or expression[at] == "_"
            ):
                at += 1
        elif expression.startswith("//", start):
            at += 1
        elif character not in "+-*/%(),":
            raise ValueError(f"a formula has no place for {character!r}")
        yield expression[start:at]


def _read(expression: str) -> tuple[Step, ...]:
    """Return an expression in reverse Polish notation, by Dijkstra's shunting yard."""
    steps: list[Step] = []
    waiting: list[str] = []  # operations, functions and brackets without their end
    counts: list[int] = []  # arguments of each function that is open
    operand = False  # whether the last piece ended a number
    fault = ValueError(f"a formula cannot be read: {expression[:100]!r}")

    def settle(least: int) -> None:
        """Move to the steps what binds at least as closely."""
        while waiting and BINDING.get(waiting[-1], 0) >= least:
            name = waiting.pop()
            steps.append((name, 1 if name == "minus" else 2))

    for piece in _pieces(expression):
        first = piece[0]
        if first.isalnum() or first == "_":
            if operand:
                raise fault
            if piece in FUNCTIONS:
                waiting.append(piece)
                continue
            steps.append(int(piece) if first.isdecimal() else piece)
            operand = True
        elif piece == "(":
            if operand:
                raise fault
            if waiting and waiting[-1] in FUNCTIONS:
                counts.append(1)
            waiting.append(piece)
        elif piece in (")", ","):
            if not operand:
                raise fault
            settle(1)
            called = len(waiting) > 1 and waiting[-2] in FUNCTIONS
            if not waiting or waiting[-1] != "(" or (piece == "," and not called):
                raise fault
            if piece == ",":
                counts[-1] += 1
                operand = False
                continue
            waiting.pop()
            if called:
                steps.append((waiting.pop(), counts.pop()))
        elif operand:
            settle(BINDING[piece])
            waiting.append(piece)
            operand = False
        elif piece == "-":
            waiting.append("minus")
        else:
            raise fault
        if waiting and waiting[-1] in FUNCTIONS:
            raise fault
    settle(1)
    if waiting or not operand:
        raise fault
    return tuple(steps)


def _computed(steps: Sequence[Step], values: Mapping[str, Number]) -> Any:
    """Return the result of steps in reverse Polish notation."""
    stack: list[Any] = []
    for step in steps:
        if isinstance(step, str):
            stack.append(values[step])
        elif isinstance(step, int):
            stack.append(step)
        elif step in OPERATIONS:
            right = stack.pop()
            stack[-1] = OPERATIONS[step](stack[-1], right)
        else:
            name, count = step
            parts = stack[-count:]
            stack[-count:] = [-parts[0] if name == "minus" else _extreme(name, parts)]
    return stack[0]


def _extreme(name: str, parts: Sequence[Any]) -> Any:
    """Return the largest or the smallest of some numbers, known or not."""
    if not any(isinstance(part, Size) for part in parts):
        return max(parts) if name == "max" else min(parts)
    if name == "max":
        return largest(parts)
    return -largest([-part for part in parts])


def _value_latex(value: object) -> str:
    """Return a number, or the expression of an unknown size, as LaTeX."""
    return str(value) if isinstance(value, int) else _latex(str(value), {})


def _latex(expression: str, values: Mapping[str, str]) -> str:
    """Return an expression as LaTeX, with values in place of their letters."""
    # Text, and whether it needs brackets as a factor.
    stack: list[tuple[str, bool]] = []
    for step in _read(expression):
        if isinstance(step, tuple):
            name, count = step
            parts = stack[-count:]
            del stack[-count:]
            stack.append(_operation_latex(name, parts))
        elif isinstance(step, int):
            stack.append((str(step), False))
        elif step in values:
            value = values[step]
            whole = value.isdigit() or value.startswith((r"\left\lfloor", r"\frac"))
            stack.append((value, not whole))
        else:
            letter, _, index = step.partition("_")
            stack.append((f"{letter}_{{{index}}}" if index else letter, False))
    return stack[0][0]


def _operation_latex(name: str, parts: list[tuple[str, bool]]) -> tuple[str, bool]:
    """Return an operation as LaTeX, and whether it needs brackets as a factor."""
    texts = [text for text, _ in parts]
    inner = [rf"\left({text}\right)" if open_ else text for text, open_ in parts]
    if name == "minus":
        return f"-{inner[0]}", False
    if name in FUNCTIONS:
        return rf"\{name}({', '.join(texts)})", False
    if name in ("//", "/"):
        quotient = rf"\frac{{{texts[0]}}}{{{texts[1]}}}"
        if texts[1] == "1":
            quotient = texts[0]
        if name == "/":
            return quotient, texts[1] == "1" and parts[0][1]
        return rf"\left\lfloor {quotient} \right\rfloor", False
    if name == "*":
        return rf"{inner[0]} \cdot {inner[1]}", False
    sign = r"\bmod" if name == "%" else name
    return f"{texts[0]} {sign} {inner[1] if name != '+' else texts[1]}", True
