"""An oracle for formulas: each way of writing one must evaluate to its number."""

import html
import re
from fractions import Fraction
from math import floor

from byhand.shapes.size import Size

LETTERS = {"H": 37, "W": 23, "T": 19, "C": 5, "D": 11}


def group(text, start):
    """Return where the brace that opens at `start` closes."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    raise ValueError(f"a brace is left open: {text[start:]}")


def from_latex(text):
    """Return Python for arithmetic in LaTeX, by rewriting one piece at a time."""
    while r"\frac" in text:
        start = text.rindex(r"\frac")
        middle = group(text, start + 5)
        end = group(text, middle + 1)
        above, below = text[start + 6 : middle], text[middle + 2 : end]
        text = f"{text[:start]}(({above}) / ({below})){text[end + 1 :]}"
    for old, new in [
        (r"\left\lfloor", "floor("),
        (r"\right\rfloor", ")"),
        (r"\left(", "("),
        (r"\right)", ")"),
        (r"\cdot", "*"),
        (r"\bmod", "%"),
        (r"\max", "max"),
        (r"\min", "min"),
    ]:
        text = text.replace(old, new)
    return re.sub(r"(\w+)_\{(\w+)\}", r"\1_\2", text)


def evaluated(python, values):
    exact = re.sub(r"\b\d+\b", r"Fraction(\g<0>)", python)
    given = {"floor": floor, "max": max, "min": min, "Fraction": Fraction, **LETTERS}
    # The text is this package's own.
    return eval(exact, {"__builtins__": {}}, {**given, **values})  # noqa: S307


def number(value):
    return value.substitute(LETTERS) if isinstance(value, Size) else value


def check(formula):
    """Evaluate each way of writing a formula."""
    values = {name: number(value) for name, value in formula.values.items()}
    exact = {name: Fraction(value) for name, value in values.items()}
    result = number(formula.value)
    for part in str(formula).split(" = "):
        assert evaluated(part, exact) == result, formula
    for part in formula.latex().split(" = "):
        assert evaluated(from_latex(part), exact) == result, formula.latex()
    for part in formula.html().split(" = "):
        plain = html.unescape(re.sub("<[^>]*>", "", part))
        plain = plain.replace("\N{MIDDLE DOT}", "*")
        assert evaluated(plain, exact) == result, formula.html()
