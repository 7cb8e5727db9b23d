"""Every number with its formula: each way of writing it evaluates to the number.

What random layers explain of themselves is held to the same in test_layers.py.
"""

import pytest

from byhand.shapes import Input, Model, Sequential, layers
from byhand.shapes.formula import Formula
from tests.shapes.formulas import check, evaluated, from_latex


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
        "field size, height and width     R + (e - 1) * S = 1 + (5 - 1) * 1 = 5"
        in (text["a"])
    )
    assert "q + p_1 * S = 0 + 2 * 1 = 2" in text["a"]
    assert "S * s = 1 * 2 = 2" in text["b"]
    assert "field size, height     R + (e - 1) * S = 6 + (3 - 1) * 2 = 10" in text["c"]
    assert "field size, width" in text["c"]
    assert text["d"] == "d (ReLU)"
    assert "S / s = 2 / 4 = 1/2" in text["e"]
    assert net["d"].explain().latex() == ""
    for row in net.rows:
        for _, formula in row.explain().entries:
            check(formula)
