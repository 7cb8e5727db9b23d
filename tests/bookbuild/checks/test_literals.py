"""Which numbers code stands for: what it asserts and sets, and nothing else."""

import ast

import pytest

from bookbuild.checks import literals


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        ("assert x == 0.37", {0.37}),
        ("assert 0.3 < x < 0.4", {0.3, 0.4}),
        ("assert n == 28 * 28", {28, 784}),
        ("assert x == -(2**3) / 4", {2, 3, 8, 4}),
        ("assert round(x, 2) == told", {2}),
        ('assert f"{x:.2f}" == "0.37"', {0.37}),
        ('assert text == "1,234 of 2e+434"', {1234, float("inf")}),
        ("np.testing.assert_allclose(x, [0.5, 0.25])", {0.5, 0.25}),
        ("assert np.isclose(x, 0.37, atol=0.01)", {0.37}),
        ("assert x == 1, 'not 7'", {1}),
        ("assert True", set()),
        ("print(0.37)", set()),
    ],
)
def test_what_is_asserted_is_read(code, numbers):
    assert literals.asserted(ast.parse(code)) == numbers


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        ("rate = 0.1", {0.1}),
        ("rate: float = 0.1", {0.1}),
        ("SGD(learning_rate=0.1)", {0.1}),
        ("x = np.array([0.5, -2.0])", {0.5, 2.0}),
        ("for rate in (0.1, 0.2): pass", {0.1, 0.2}),
        ("[learn(rate) for rate in (0.1, 0.2)]", {0.1, 0.2}),
        ("rng = np.random.default_rng(7)", set()),
        ("keras.utils.set_random_seed(7)", set()),
        ("split(x, random_state=7)", set()),
        ("fig, ax = plt.subplots(2, 3, figsize=(7, 3.5))", set()),
        ("ax.plot(x, lw=0.8, alpha=0.3)", set()),
        ("print(0.37)", set()),
        ("name = '0.37'", set()),
        ("x: float", set()),
    ],
)
def test_what_is_set_is_read_but_not_seeds_and_looks(code, numbers):
    assert literals.settings(ast.parse(code)) == numbers


def test_a_cell_stands_for_both_and_for_nothing_where_it_is_no_python():
    assert literals.stood_for("%pip list\nrate = 0.1\nassert x == 0.3") == {0.1, 0.3}
    assert literals.stood_for("import import 0.3") == set()


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("0.5", 0.5),
        ("-(3 + 4) * 2", -14),
        ("7 // 2 - 1", 2),
        ("1 / 0", None),
        ("10.0 ** 301", None),
        ("10.0 ** 300 * 10.0 ** 300", float("inf")),
        ("(-1) ** 0.5", None),
        ("True", None),
        ("'1'", None),
        ("7 % 2", None),
        ("x + 1", None),
    ],
)
def test_arithmetic_with_numbers_alone_has_its_value(code, value):
    assert literals.value_of(ast.parse(code, mode="eval").body) == value
