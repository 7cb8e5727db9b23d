import re
from fractions import Fraction

import pytest

from byhand.shapes import Input, Sequential, layers
from byhand.shapes.formula import Formula
from byhand.shapes.size import Size


def test_a_formula_is_worth_what_its_substituted_text_is_worth():
    formula = Formula("(i - (k - 1) * d - 1) // s + 1", i=28, k=3, d=2, s=2)
    assert formula.value == 12
    assert eval(formula.substituted()) == 12  # noqa: S307  our own text
    assert str(formula).endswith("= (28 - (3 - 1) * 2 - 1) // 2 + 1 = 12")


def test_every_number_that_a_network_shows_carries_a_formula_that_gives_it():
    net = Sequential(
        [
            Input((32, 32, 3)),
            layers.Conv2D(8, 3, groups=1, dilation_rate=2),
            layers.DepthwiseConv2D(3, padding="same", strides=2),
            layers.Conv2DTranspose(4, 3, strides=2),
            layers.SeparableConv2D(6, 3),
            layers.BatchNormalization(),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )
    checked = 0
    for row in net.rows[1:]:
        formulas = [row.parameters, row.macs]
        formulas += [formula for _, formula in row.call.outcome.lengths]
        for formula in formulas:
            assert eval(formula.substituted()) == formula.value, formula  # noqa: S307  our own text
            checked += 1
    assert checked > 20


def test_symbols_stay_symbols():
    height = Size.symbol("H")
    formula = Formula("(i - k) // s + 1", i=height, k=5, s=2)
    assert repr(formula.value) == "(H - 3) // 2"
    assert formula.substituted() == "(H - 5) // 2 + 1"
    assert Formula("o * k", o=height + 1, k=2).substituted() == "(H + 1) * 2"
    assert Formula("o * k", o=height + 1, k=2).latex() == (
        r"o \cdot k = \left(H + 1\right) \cdot 2 = 2 \cdot H + 2"
    )


@pytest.mark.parametrize(
    ("expression", "values", "latex"),
    [
        (
            "k_h * c + f",
            {"k_h": 2, "c": 3, "f": 4},
            r"k_{h} \cdot c + f = 2 \cdot 3 + 4 = 10",
        ),
        (
            "(a + b) * c",
            {"a": 1, "b": 2, "c": 3},
            r"\left(a + b\right) \cdot c = \left(1 + 2\right) \cdot 3 = 9",
        ),
        (
            "a - (b - c)",
            {"a": 5, "b": 3, "c": 1},
            r"a - \left(b - c\right) = 5 - \left(3 - 1\right) = 3",
        ),
        ("max(e, s)", {"e": 3, "s": 2}, r"\max(e, s) = \max(3, 2) = 3"),
        (
            "a // b",
            {"a": 7, "b": 2},
            r"\left\lfloor \frac{a}{b} \right\rfloor = "
            r"\left\lfloor \frac{7}{2} \right\rfloor = 3",
        ),
        (
            "j / s",
            {"j": Fraction(3, 2), "s": 2},
            r"\frac{j}{s} = \frac{\frac{3}{2}}{2} = \frac{3}{4}",
        ),
        ("e % 2", {"e": 3}, r"e \bmod 2 = 3 \bmod 2 = 1"),
    ],
)
def test_latex(expression, values, latex):
    assert Formula(expression, **values).latex() == latex


def test_html_marks_letters_and_ends_in_the_number():
    html = Formula("k * c", k=2, c=3).html()
    assert html == "<var>k</var> &middot; <var>c</var> = 2 &middot; 3 = 6"
    assert not re.search(r"<(?!/?var)", html)
