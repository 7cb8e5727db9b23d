"""Every number with its formula: each way of writing it evaluates to the number."""

import html
import re
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings

from byhand.shapes import Input, Model, Sequential, ShapeError, layers
from byhand.shapes.formula import Formula
from byhand.shapes.size import Size
from tests.shapes.layer_cases import CASES

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


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_formula_of_a_layer_gives_its_number(name):
    seen = set()

    @settings(max_examples=40)
    @given(CASES[name])
    def explain(case):
        arguments, shapes = case
        try:
            layer = getattr(layers, name)(**arguments)
            inputs = [Input(shape) for shape in shapes]
            several = len(inputs) > 1 or name in ("Add", "Concatenate")
            if "Attention" in name and name != "Attention" and "Additive" not in name:
                out = layer(*inputs)
            else:
                out = layer(inputs if several else inputs[0])
        except (ShapeError, TypeError):
            return
        outs = out if isinstance(out, list) else [out]
        net = Model(inputs, outs)
        row = net.rows[-1]
        explanation = row.explain()
        for what, formula in explanation.entries:
            seen.add(what.partition(",")[0])
            check(formula)
        shown = dict(explanation.entries)
        assert net.count_params() == (
            shown["parameters"].value if "parameters" in shown else 0
        )
        if "multiply-accumulates" in shown:
            assert net.macs == shown["multiply-accumulates"].value
        field = net.receptive_field(row.name)
        if not isinstance(field, str):
            found = [formula.value for _, formula in field.formulas]
            axes = len(found) // 3
            given = zip(field.size, field.stride, field.padding, strict=True)
            assert found == [part for axis in list(given)[:axes] for part in axis]

    explain()
    if name.startswith(("Conv", "Separable", "Depthwise")):
        assert {"parameters", "multiply-accumulates"} <= seen


def test_the_evaluation_of_a_page_can_fail():
    formula = Formula("(i - k) // s + 1", i=28, k=5, s=2)
    check(formula)
    formula.value = 13
    with pytest.raises(AssertionError):
        check(formula)
    python = from_latex(r"\left\lfloor \frac{28 - 5}{2} \right\rfloor + 1")
    assert evaluated(python, {}) == 12


def test_formulas_with_sizes_that_are_open():
    x = Input((None, None, 3))
    y = layers.Conv2D(4, 5, padding="same")(x)
    y = layers.Conv2D(4, 3, dilation_rate=2)(layers.ZeroPadding2D(2)(y))
    z = layers.Add()([y, layers.Conv2D(4, 1)(x)])
    z = layers.Conv2D(4, 3, strides=2)(layers.MaxPooling2D(2)(z))
    net = Model(x, [layers.GlobalAveragePooling2D()(z), layers.UpSampling2D(3)(z)])
    for row in net.rows:
        for _, formula in row.explain().entries:
            check(formula)
    assert net["add"].explain().entries


def test_the_field_of_a_row_comes_from_what_the_row_received():
    net = Sequential(
        [
            Input((16, 16, 1)),
            layers.Conv2D(1, 5, name="a", padding="same"),
            layers.MaxPooling2D(2, name="b"),
            layers.Conv2D(1, (3, 1), name="c"),
            layers.ReLU(name="d"),
            layers.UpSampling2D(4, name="e"),
            layers.Conv2D(1, 4, name="f"),
        ]
    )
    text = {row.name: str(row.explain()) for row in net.rows}
    assert (
        "field size, height and width     r + (e - 1) * j = 1 + (5 - 1) * 1 = 5"
        in (text["a"])
    )
    assert "q + p * j = 0 + 2 * 1 = 2" in text["a"]
    assert "j * s = 1 * 2 = 2" in text["b"]
    assert "field size, height     r + (e - 1) * j = 6 + (3 - 1) * 2 = 10" in text["c"]
    assert "field size, width" in text["c"]
    assert text["d"] == "d (ReLU)"
    assert "j / s = 2 / 4 = 1/2" in text["e"]
    assert net["d"].explain().latex() == ""
    for row in net.rows:
        for _, formula in row.explain().entries:
            check(formula)
