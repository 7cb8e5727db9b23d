"""Formulas that are the same, whatever their form, and what is no formula."""

import math
import time

import pytest

from bookbuild.practice.errors import AnswerError
from bookbuild.practice.formulas import Letters, sigmoid

Z = Letters({"z": (-2.0, 2.0)})
WX = Letters({"w": (0.5, 2.0), "x": (-1.5, 1.5)})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"1 - \tanh^2 z", r"\frac{4}{(e^z + e^{-z})^2}"),
        (r"1 - \tanh^2 z", r"4 \sigma(2 z) (1 - \sigma(2 z))"),
        (r"\frac{e^z}{1 + e^z}", r"\sigma(z)"),
        (r"\frac{e^z}{1 + e^z}", r"1 / (1 + \exp(-z))"),
        (r"2 z", r"z + z"),
        (r"y' = 2 z", r"z \cdot 2"),
        (r"$z^2$", r"z \times z"),
        (r"|z|", r"\sqrt{z^2}"),
        (r"\operatorname{sign}(z)", r"\frac{z}{|z|}"),
    ],
)
def test_two_forms_of_one_formula(one, other):
    assert Z.same(Z.read(one), Z.read(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"1 - \tanh^2 z", r"1 - \tanh z"),
        (r"z", r"|z|"),
        (r"z + 0.0001", r"z"),
        (r"z", r"\frac{1}{z - z}"),
    ],
)
def test_two_formulas(one, other):
    assert not Z.same(Z.read(one), Z.read(other))


def test_a_formula_without_values_is_like_none():
    nowhere = Z.read(r"\log(-3 - z^2)")
    assert not Z.same(nowhere, nowhere)


def test_a_derivative_agrees_with_a_difference_quotient():
    def y(w, x):
        return math.tanh(w * math.tanh(w * x))

    formula = WX.read(
        r"(1 - \tanh^2(w \tanh(w x))) (\tanh(w x) + w (1 - \tanh^2(w x)) x)"
    )
    values = WX.values(formula)
    points = list(zip(*(WX.values(WX.read(letter)) for letter in "wx"), strict=True))
    for value, (w, x) in zip(values, points, strict=True):
        slope = (y(w + 1e-6, x) - y(w - 1e-6, x)) / 2e-6
        assert math.isclose(value, slope, rel_tol=1e-6)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Nothing is written"),
        ("q + 1", "cannot be read"),
        (r"\frac{1}{", "cannot be read"),
        (r"\sum_{n=1}^{9} z", "cannot be read|needs no sum"),
        (r"\frac{\partial z}{\partial z}", "needs no derivative"),
        (r"\int_0^1 z \, \mathrm{d}z", "needs no integral|cannot be read"),
        ("z" * 500, "characters long"),
        ("(" * 190 + "z" + ")" * 190, "nested too deeply|cannot be read"),
        ("<script>alert(1)</script>", "cannot be read"),
        (r"\begin{pmatrix} z \end{pmatrix}", "needs no matrix"),
    ],
)
def test_what_is_no_formula_is_met_with_a_remedy(typed, message):
    with pytest.raises(AnswerError, match=message) as caught:
        Z.read(typed)
    assert "table" not in str(caught.value)


@pytest.mark.parametrize(
    "typed", ["9^{9^{9^9}}", "z^{999999}", "e^{e^{e^{e^9}}}", "9^{99999999}"]
)
def test_powers_without_bounds_end_at_once(typed):
    start = time.process_time()
    assert not Z.same(Z.read(typed), Z.read("z"))
    assert time.process_time() - start < 1


def test_the_sigmoid_does_not_overflow():
    assert sigmoid(-1000) == 0
    assert sigmoid(1000) == 1
    assert math.isclose(sigmoid(1) + sigmoid(-1), 1)
