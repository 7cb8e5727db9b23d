"""A number that remembers how it was computed.

A formula is written once, as arithmetic on letters, and the number is got by
evaluating it: what is explained cannot differ from what is shown.
"""

from __future__ import annotations

from byhand.shapes.size import Number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType

_COMPILED: dict[str, CodeType] = {}

# What a formula may call besides + - * / // and %.
_FUNCTIONS = {"__builtins__": {}, "max": max, "min": min}


class Formula:
    r"""Arithmetic on letters, the values of the letters, and the result.

    Parameters
    ----------
    expression : str
        Python arithmetic in the letters of `values`: + - * / // % and max, min.
    **values : int or Size
        What each letter stands for.

    Attributes
    ----------
    value : int or Size
        The result.

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
        code = _COMPILED.get(expression)
        if code is None:
            code = _COMPILED[expression] = compile(expression, "<formula>", "eval")
        # The expression is one of this package's own. The letters of an einsum's
        # equation are a reader's, and `EinsumDense` lets only letters through.
        self.value: Number = eval(code, _FUNCTIONS, values)  # noqa: S307

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

        return sub(r"[A-Za-z_]\w*", shown, self.expression)

    def latex(self) -> str:
        """Return the expression, the substituted expression and the result as LaTeX."""
        values = {name: _value_latex(value) for name, value in self.values.items()}
        parts = [_parsed(self.expression, {}), _parsed(self.expression, values)]
        return " = ".join(dict.fromkeys([*parts, _value_latex(self.value)]))

    def html(self) -> str:
        """Return the expression, the substituted expression and the result as HTML."""
        from html import escape
        from re import sub

        letters = sub(
            r"[A-Za-z_]\w*", lambda found: f"<var>{found[0]}</var>", self.expression
        )
        parts = [letters, escape(self.substituted()), escape(str(self.value))]
        return " = ".join(dict.fromkeys(parts)).replace(" * ", " &middot; ")


def _value_latex(value: object) -> str:
    """Return a number, or the expression of an unknown size, as LaTeX."""
    return str(value) if isinstance(value, int) else _parsed(str(value), {})


def _parsed(expression: str, values: Mapping[str, str]) -> str:
    """Return an expression as LaTeX, with values in place of their letters."""
    from ast import parse

    return _latex(parse(expression, mode="eval").body, values)


def _latex(node: object, values: Mapping[str, str], *, inner: bool = False) -> str:
    """Return one node of a parsed expression as LaTeX."""
    import ast

    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name) and node.id in values:
        value = values[node.id]
        whole = value.isdigit() or value.startswith((r"\left\lfloor", r"\frac"))
        return value if whole or not inner else rf"\left({value}\right)"
    if isinstance(node, ast.Name):
        name, _, index = node.id.partition("_")
        return f"{name}_{{{index}}}" if index else name
    if isinstance(node, ast.UnaryOp):
        return f"-{_latex(node.operand, values, inner=True)}"
    if isinstance(node, ast.Call):
        called = node.func.id if isinstance(node.func, ast.Name) else "?"
        return rf"\{called}({', '.join(_latex(part, values) for part in node.args)})"
    if not isinstance(node, ast.BinOp):
        raise TypeError(f"a formula has no place for {type(node).__name__}")
    if isinstance(node.op, ast.FloorDiv | ast.Div):
        top, below = _latex(node.left, values), _latex(node.right, values)
        quotient = rf"\frac{{{top}}}{{{below}}}" if below != "1" else top
        if isinstance(node.op, ast.Div):
            return quotient
        return rf"\left\lfloor {quotient} \right\rfloor"
    product = isinstance(node.op, ast.Mult)
    left = _latex(node.left, values, inner=product)
    right = _latex(node.right, values, inner=product or isinstance(node.op, ast.Sub))
    if product:
        return rf"{left} \cdot {right}"
    sign = {ast.Add: "+", ast.Sub: "-", ast.Mod: r"\bmod"}[type(node.op)]
    text = f"{left} {sign} {right}"
    return rf"\left({text}\right)" if inner else text
