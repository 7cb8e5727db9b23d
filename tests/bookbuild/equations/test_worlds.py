"""Draws meet their conditions, definitions are followed, and chance is exact."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookbuild.equations import definitions, worlds
from bookbuild.equations.errors import (
    EquationError,
    OutsideArrayError,
    ShapeMismatchError,
)
from bookbuild.equations.parsing import parse_relation
from tests.bookbuild.equations import small
from tests.bookbuild.equations.small import notation_of, setting, value

SIZE = {"kind": "size"}
INDEX = {"kind": "index"}
DENSE = {
    "N": SIZE,
    "n": SIZE,
    "m": SIZE,
    "k": SIZE,
    "x": {"shape": "N, n"},
    "W": {"shape": "n, m"},
    "b": {"shape": "m"},
    "V": {"shape": "m, k"},
    "a": {"kind": "defined", "shape": "N, m"},
    "y": {"kind": "defined", "shape": "N, k"},
    "t": {"shape": "N, k"},
    r"\ell": {"kind": "defined"},
    "r": INDEX,
    "o": INDEX,
    "j": INDEX,
}
NETWORK = (
    r"a = \tanh(x W + b)",
    "y = a V",
    r"\ell = \frac{1}{N} \sum_{r=1}^{N} \sum_{o=1}^{k} (y_{ro} - t_{ro})^2",
)


# -- draws ---------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 3, 4, 5, 6])
def test_sizes_are_different_primes_and_in_the_last_draw_alike(count):
    names = "nmkhqp"[:count]
    drawn = setting(dict.fromkeys(names, SIZE))
    *others, square = drawn.worlds()
    assert len(others) == 5
    for world in others:
        sizes = [world.value(name) for name in names]
        assert len(set(sizes)) == count
        assert all(size in worlds.PRIMES for size in sizes)
        assert not world.is_square
    assert square.is_square
    assert {square.value(name) for name in names} == {worlds.SQUARE}


def test_sizes_change_from_draw_to_draw():
    drawn = setting({"n": SIZE, "m": SIZE, "k": SIZE})
    assert {world.value("n") for world in drawn.worlds()} == {2, 3, 5}


def test_the_layers_of_a_family_have_different_sizes():
    drawn = setting({"N": SIZE, "n^{(l)}": SIZE, "l": INDEX})
    for world in list(drawn.worlds())[:-1]:
        sizes = [value(world, f"n^{{({layer})}}") for layer in range(3)]
        assert len(set(sizes)) == 3


def test_sizes_are_taken_from_a_list_in_turn():
    drawn = setting({"N": {"kind": "size", "values": "2, 4"}})
    assert [world.value("N") for world in drawn.worlds()] == [2, 4, 2, 4, 2, 3]


def test_a_draw_is_the_same_each_time_and_another_one_is_another():
    symbols = {"n": SIZE, "x": {"shape": "n"}}
    first, again = setting(symbols).world(0), setting({**symbols, "y": {}}).world(0)
    assert np.array_equal(first.value("x"), again.value("x"))
    drawn = {world.value("x")[0] for world in setting(symbols).worlds()}
    assert len(drawn) == 6


@pytest.mark.parametrize("kind", ["real", "positive", "fraction", "mask"])
def test_arrays_have_the_shape_and_the_numbers_of_their_kind(kind):
    drawn = setting({"n": SIZE, "m": SIZE, "x": {"kind": kind, "shape": "n, m"}})
    ranges = {
        "real": (0.3, 1.5),
        "positive": (0.4, 2.0),
        "fraction": (0.15, 0.85),
        "mask": (0.0, 1.0),
    }
    lowest, highest = ranges[kind]
    signs = set()
    for world in drawn.worlds():
        x = world.value("x")
        assert x.shape == (world.value("n"), world.value("m"))
        assert np.all((np.abs(x) >= lowest) & (np.abs(x) <= highest))
        signs |= set(np.sign(x).ravel())
        if kind == "mask":
            assert set(x.ravel()) == {0.0, 1.0}
    expected = {"real": {-1.0, 1.0}, "mask": {0.0, 1.0}}
    assert signs == expected.get(kind, {1.0})


def test_a_small_mask_has_both_of_its_numbers():
    for world in setting({"D": {"kind": "mask", "shape": "2"}}, draws=20).worlds():
        assert sorted(world.value("D")) == [0.0, 1.0]


def test_probabilities_add_up_to_one_along_the_last_axis():
    symbols = {"n": SIZE, "m": SIZE, "p": {"kind": "probabilities", "shape": "n, m"}}
    for world in setting(symbols).worlds():
        assert np.all(world.value("p") > 0)
        np.testing.assert_allclose(world.value("p").sum(axis=1), 1)


def test_whole_numbers_come_from_their_range():
    symbols = {
        "n": SIZE,
        "s": {"kind": "integer", "range": "2..n"},
        "q": {"kind": "constant", "value": r"\frac{n}{4}"},
    }
    for world in setting(symbols).worlds():
        assert 2 <= world.value("s") <= world.value("n")
        assert world.value("q") == world.value("n") / 4


def test_functions_change_with_the_draw():
    drawn = setting({"g": {"kind": "function", "choices": "tanh, sigmoid"}})
    found = [value(world, "g(0.5)") for world in drawn.worlds()]
    assert found[::2] == [math.tanh(0.5)] * 3
    assert found[1::2] == [1 / (1 + math.exp(-0.5))] * 3


@pytest.mark.parametrize("name", worlds.FUNCTIONS)
def test_the_functions_that_can_be_drawn_have_their_names(name):
    places = np.array([-2.0, -0.5, 0.25, 3.0])
    expected = {
        "sigmoid": np.exp(places) / (np.exp(places) + 1),
        "tanh": np.tanh(places),
        "softplus": np.log(np.exp(places) + 1),
        "relu": np.array([0, 0, 0.25, 3]),
        "identity": places,
    }
    found = [worlds.FUNCTIONS[name](place) for place in places]
    np.testing.assert_allclose(found, expected[name], rtol=1e-12)


def test_conditions_hold_in_every_draw():
    drawn = setting(
        {"s": {"kind": "integer", "range": "1..9"}, "k": {"kind": "integer"}},
        where=["s < k", r"k \neq 4"],
    )
    pairs = [(world.value("s"), world.value("k")) for world in drawn.worlds()]
    assert all(s < k != 4 for s, k in pairs)


def test_conditions_that_never_hold_are_refused():
    drawn = setting({"x": {"kind": "fraction"}}, where=["x > 1"])
    with pytest.raises(EquationError, match="conditions of small held in none of 2000"):
        drawn.world(0)


@pytest.mark.parametrize(
    ("options", "latex", "message"),
    [
        ({"kind": "index"}, "x", "x has no value of its own here: .* the kind index"),
        ({"kind": "defined"}, "x", "kind defined; bind it, or define it"),
        ({"kind": "random", "probability": "0.5"}, "x", "x is random, and stands outs"),
        ({"kind": "function"}, "x(1)", "nothing says what the function x is"),
        (
            {"kind": "function", "choices": "gelu"},
            "x(1)",
            "gelu is no function that can be drawn; take one of sigmoid",
        ),
        ({"kind": "integer", "range": "5..3"}, "x", "x can be nothing from 5 to 3"),
        ({"kind": "integer", "range": "5"}, "x", r"x has the range '5'.*1\.\.5"),
        ({"kind": "constant"}, "x", "x is a constant; give it a value"),
        (
            {"kind": "random"},
            r"\mathrm{E}[x]",
            "x is random; give it a range, a probability",
        ),
        ({"shape": "2"}, "x_3", r"index \(3,\) lies outside x"),
        ({"shape": "2"}, "x_{1,1}", "2 indices on x, which has 1"),
        ({}, "x_1", "x is one number and has no elements"),
        ({"kind": "index"}, r"\sum_x x", "over what x runs is not said"),
        ({"kind": "index", "range": "1-3"}, r"\sum_x x", r"x has the range '1-3'"),
    ],
)
def test_a_symbol_without_a_value_is_refused(options, latex, message):
    world = setting({"x": options}).world(0)
    with pytest.raises(EquationError, match=message):
        value(world, latex)


def test_a_member_that_a_family_has_not_is_refused():
    world = setting({"w^{(l)}": {"members": "1..3"}, "l": INDEX}).world(0)
    assert value(world, "w^{(3)}") != value(world, "w^{(1)}")
    for layer in (0, 4):
        with pytest.raises(OutsideArrayError, match=f"has no member {layer}"):
            value(world, f"w^{{({layer})}}")


# -- definitions ---------------------------------------------------------------------


def test_definitions_rest_on_one_another():
    for world in setting(DENSE, *NETWORK).worlds():
        x, W, b, V, t = (world.value(name) for name in "xWbVt")
        y = np.tanh(x @ W + b) @ V
        np.testing.assert_allclose(world.value("y"), y)
        assert world.value(r"\ell") == pytest.approx(np.sum((y - t) ** 2) / len(x))
        assert value(world, "y_{21}") == pytest.approx(y[1, 0])


def test_a_definition_of_elements_fills_the_array():
    symbols = {
        "n": SIZE,
        "x": {"shape": "n"},
        "D": {"kind": "defined", "shape": "n, n"},
        "r": INDEX,
        "j": INDEX,
    }
    world = setting(symbols, "D_{rj} = x_r x_j + r").world(1)
    x = world.value("x")
    expected = [[x[r] * one + r + 1 for one in x] for r in range(len(x))]
    np.testing.assert_allclose(world.value("D"), expected)
    assert value(world, "D_{21}") == pytest.approx(expected[1][0])
    np.testing.assert_allclose(value(world, "D_2"), expected[1])


def test_a_family_is_defined_by_its_first_member_and_the_step():
    symbols = {
        r"\theta_{\tau}": {"kind": "defined", "sequence": True},
        "a^{(l)}": {"kind": "defined"},
        "c": {},
        r"\tau": INDEX,
        "l": INDEX,
    }
    world = setting(
        symbols,
        r"\theta_0 = 2",
        r"\theta_{\tau} = 3 \theta_{\tau-1} + \tau",
        "a^{(0)} = c",
        "a^{(l)} = a^{(l-1)} a^{(l-1)}",
    ).world(0)
    expected = 2
    for step in range(1, 6):
        expected = 3 * expected + step
        assert value(world, rf"\theta_{step}") == expected
    c = world.value("c")
    assert value(world, "a^{(3)}") == pytest.approx(c**8)
    assert value(world, r"\frac{\partial a^{(3)}}{\partial a^{(1)}}") == pytest.approx(
        4 * c**6
    )


def test_a_function_is_defined_for_its_argument():
    symbols = {"g": {"kind": "function"}, "v": {}, "c": {}}
    world = setting(symbols, "g(v) = c v^2").world(0)
    c = world.value("c")
    assert value(world, "g(3)") == pytest.approx(9 * c)
    assert value(world, "g'(3)") == pytest.approx(6 * c)
    assert value(world, "g(g(2))") == pytest.approx(16 * c**3)


def test_definitions_for_single_members_come_first():
    notation = notation_of({"a^{(l)}": {"kind": "defined"}, "l": INDEX})
    latex = ["a^{(l)} = l", "a^{(4)} = 7"]
    given = tuple(
        definitions.definition_of(parse_relation(one, notation), notation)
        for one in latex
    )
    world = worlds.Setting("small", notation, given).world(0)
    assert [value(world, f"a^{{({layer})}}") for layer in (3, 4, 5)] == [3, 7, 5]


@pytest.mark.parametrize(
    "given",
    [
        ["a = c + 1", "c = a - 1"],
        ["a = a"],
        ["a = d_1", r"d_j = d_{j} + a"],
    ],
)
def test_a_definition_that_rests_on_itself_is_refused(given):
    symbols = {"a": {}, "c": {}, "d": {"shape": "2", "kind": "defined"}, "j": INDEX}
    world = setting(symbols, *given).world(0)
    with pytest.raises(EquationError, match=r"the definition of [ad] rests on itself"):
        world.value("a")


def test_definitions_without_end_are_refused():
    symbols = {"a^{(l)}": {"kind": "defined"}, "l": INDEX}
    world = setting(symbols, "a^{(l)} = a^{(l+1)}").world(0)
    with pytest.raises(EquationError, match="rests on others without end"):
        value(world, "a^{(1)}")


def test_a_definition_of_another_shape_is_refused():
    world = setting(DENSE, "a = x W", "y = a").world(0)
    with pytest.raises(
        EquationError,
        match=r"y has the shape \(2, 7\) in the table, .* gives \(2, 5\); correct",
    ):
        world.value("y")


def test_a_definition_with_too_many_indices_is_refused():
    world = setting({**DENSE}, r"\ell = 1", "b_{rj} = 2").world(0)
    with pytest.raises(EquationError, match=r"b has 1 axes .* 2 indices"):
        world.value("b")


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        ("a + b = 1", "a symbol, an element or a function on its left"),
        ("a < b", "a definition has the sign ="),
        ("c_1 = b", "an index that is one letter"),
    ],
)
def test_what_defines_nothing_is_refused(latex, message):
    notation = notation_of({"a": {}, "b": {}, "c": {"shape": "2"}})
    with pytest.raises(EquationError, match=message):
        definitions.definition_of(parse_relation(latex, notation), notation)


def test_an_oracle_is_given_values():
    symbols = {"n": SIZE, "x": {"shape": "n"}, "s": {}, "P": {}}
    drawn = setting(
        symbols,
        oracles={
            "s": (lambda x: np.sum(x), ("x",)),
            "P": (lambda n, factor: n * factor, ("n", r"\frac{n}{2}")),
        },
    )
    for world in drawn.worlds():
        assert world.value("s") == pytest.approx(sum(world.value("x")))
        assert type(world.value("s")) is float
        assert world.value("P") == world.value("n") ** 2 / 2


# -- outside, below and above --------------------------------------------------------


def test_an_array_may_be_zero_outside():
    symbols = {
        "n": SIZE,
        "x": {"shape": "n", "outside": 0},
        "w": {"shape": "0:3"},
        "y": {"kind": "defined", "shape": "n"},
        "i": INDEX,
        "u": INDEX,
    }
    world = setting(symbols, r"y_i = \sum_{u=0}^{2} x_{i+u-1} w_u").world(2)
    padded = np.pad(world.value("x"), 1)
    expected = [
        sum(padded[i + u] * world.value("w")[u] for u in range(3))
        for i in range(world.value("n"))
    ]
    np.testing.assert_allclose(world.value("y"), expected)
    assert value(world, "x_{-5}") == 0
    with pytest.raises(OutsideArrayError):
        value(world, "w_3")


def test_a_derivative_by_an_element_outside_is_zero():
    symbols = {"x": {"shape": "3", "outside": 0}, "s": {}}
    world = setting(symbols, "s = x_1 x_2 + x_4").world(0)
    assert value(world, r"\frac{\partial s}{\partial x_4}") == 0
    assert value(world, r"\frac{\partial s}{\partial x_2}") == pytest.approx(
        value(world, "x_1")
    )


# -- derivatives ---------------------------------------------------------------------


@pytest.mark.slow
def test_derivatives_go_through_the_definitions():
    for world in setting(DENSE, *NETWORK).worlds():
        x, W, b, V, t = (world.value(name) for name in "xWbVt")
        a = np.tanh(x @ W + b)
        of_y = 2 * (a @ V - t) / len(x)
        of_z = (of_y @ V.T) * (1 - a**2)
        analytic = {"y": of_y, "V": a.T @ of_y, "W": x.T @ of_z, "b": of_z.sum(axis=0)}
        for name, expected in analytic.items():
            found = value(world, rf"\frac{{\partial \ell}}{{\partial {name}}}")
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)
        element = value(world, r"\frac{\partial \ell}{\partial W_{21}}")
        assert element == pytest.approx(analytic["W"][1, 0], rel=1e-6)


def test_a_jacobian_has_the_axes_of_both():
    world = setting(DENSE, *NETWORK).world(0)
    jacobian = value(world, r"\frac{\partial y}{\partial x}")
    x, W, b, V = (world.value(name) for name in "xWbV")
    slope = 1 - np.tanh(x @ W + b) ** 2
    expected = np.zeros((*(x @ W @ V).shape, *x.shape))
    for r, o, j in itertools.product(range(len(x)), range(V.shape[1]), range(len(W))):
        expected[r, o, r, j] = sum(
            W[j, m] * slope[r, m] * V[m, o] for m in range(len(b))
        )
    np.testing.assert_allclose(jacobian, expected, rtol=1e-6, atol=1e-9)
    element = value(world, r"\frac{\partial y_{21}}{\partial x_{23}}")
    assert element == pytest.approx(expected[1, 0, 1, 2], rel=1e-6)
    row = value(world, r"\frac{\partial y_2}{\partial x_2}")
    np.testing.assert_allclose(row, expected[1, :, 1], rtol=1e-6, atol=1e-9)


@given(st.integers(0, 5), st.integers(0, 4))
@settings(max_examples=30)
def test_the_derivative_of_a_power_is_known(number, exponent):
    world = setting({"x": {}, "s": {}}, f"s = x^{exponent}").world(number)
    found = value(world, r"\frac{\mathrm{d} s}{\mathrm{d} x}") if exponent else 0
    expected = exponent * world.value("x") ** (exponent - 1) if exponent else 0
    assert found == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        (r"\frac{\partial t}{\partial x}", "does not depend on x here; say how"),
        (r"\frac{\partial x}{\partial x}", "by itself says nothing"),
        (r"\frac{\partial x_{11}}{\partial x_{12}}", "by itself says nothing"),
    ],
)
def test_a_derivative_that_says_nothing_is_refused(latex, message):
    world = setting(DENSE, *NETWORK).world(0)
    with pytest.raises(EquationError, match=message):
        value(world, latex)


# -- other values --------------------------------------------------------------------


def test_a_quantity_where_a_symbol_has_another_value():
    world = setting(DENSE, *NETWORK).world(0)
    x, W, b = (world.value(name) for name in "xWb")
    found = value(world, r"\left. a \right|_{W = 2 W}")
    np.testing.assert_allclose(found, np.tanh(x @ (2 * W) + b))
    np.testing.assert_allclose(world.value("a"), np.tanh(x @ W + b))


def test_what_a_symbol_depends_on_may_be_written_in_brackets():
    symbols = {**DENSE, "a": {"kind": "defined", "shape": "N, m", "of": "W, b"}}
    world = setting(symbols, *NETWORK).world(0)
    x, W, b = (world.value(name) for name in "xWb")
    np.testing.assert_allclose(value(world, "a(3 W, -b)"), np.tanh(3 * x @ W - b))


def test_what_does_not_change_is_kept():
    calls = []

    def witness(x):
        calls.append(1)
        return x.sum()

    symbols = {**DENSE, "s": {}}
    drawn = setting(symbols, *NETWORK, oracles={"s": (witness, ("x",))})
    world = drawn.world(0)
    kept = world.value("s")
    moved = world.pinned({("W", None): 2 * world.value("W")})
    assert moved.value("s") == kept
    assert len(calls) == 1
    assert not np.allclose(moved.value("y"), world.value("y"))
    moved = world.pinned({("x", None): 2 * world.value("x")})
    assert moved.value("s") == pytest.approx(2 * kept)


def test_another_value_has_the_same_shape():
    world = setting(DENSE, *NETWORK).world(0)
    message = r"W has the shape \(3, 5\), .* \(5,\)"
    with pytest.raises(ShapeMismatchError, match=message):
        world.pinned({("W", None): world.value("b")})


# -- chance --------------------------------------------------------------------------

RANDOM = {
    "n": {"kind": "size", "values": "2, 3"},
    "q": {"kind": "fraction"},
    r"\mu": {},
    "v": {"kind": "positive"},
    "D": {"kind": "random", "shape": "n", "probability": "1 - q"},
    "w": {"kind": "random", "shape": "n", "mean": r"\mu", "variance": "v"},
    "d": {"kind": "random", "range": "1..6"},
    "x": {"shape": "n"},
    "s": {"kind": "defined"},
    "j": INDEX,
}
WEIGHTED = r"s = \sum_{j=1}^{n} x_j D_j"


def test_means_and_variances_are_those_of_a_pencil():
    for world in setting(RANDOM, WEIGHTED).worlds():
        q, mu, v, x = (world.value(name) for name in ("q", r"\mu", "v", "x"))
        kept = 1 - q
        expected = {
            r"\mathrm{E}[D_1]": kept,
            r"\mathrm{Var}[D_1]": kept * q,
            r"\mathrm{E}[D_1 D_2]": kept**2,
            r"\mathrm{E}[D_1^2]": kept,
            r"\mathrm{E}[w_1]": mu,
            r"\mathrm{Var}[w_1]": v,
            r"\mathrm{E}[w_1 w_2]": mu**2,
            r"\langle w_1^2 \rangle": mu**2 + v,
            r"\mathrm{E}[d]": 3.5,
            r"\mathrm{Var}[d]": 35 / 12,
            r"\mathrm{E}[s]": kept * x.sum(),
            r"\mathrm{Var}[s]": kept * q * np.sum(x**2),
            r"\mathrm{E}[w_1 D_2 + d]": mu * kept + 3.5,
        }
        for latex, number in expected.items():
            assert value(world, latex) == pytest.approx(number), latex
        np.testing.assert_allclose(value(world, r"\mathrm{E}[D]"), [kept] * len(x))


def test_every_outcome_comes_once_with_its_probability():
    world = setting(RANDOM, WEIGHTED).world(1)
    q = world.value("q")
    found = {tuple(pins["D", None]): chance for chance, pins in world.outcomes({"s"})}
    expected = {
        mask: math.prod(1 - q if one else q for one in mask)
        for mask in itertools.product([0.0, 1.0], repeat=3)
    }
    assert found == pytest.approx(expected)


def test_what_is_drawn_is_not_symmetric():
    world = setting(RANDOM).world(0)
    third = value(world, r"\mathrm{E}[(w_1 - \mu)^3]")
    assert abs(third) > 0.1 * world.value("v") ** 1.5


def test_only_what_a_mean_rests_on_is_enumerated():
    symbols = {
        "n": {"kind": "constant", "value": 20},
        "z": {"kind": "random", "shape": "n", "probability": "0.5"},
        "w": {"kind": "random", "mean": "0", "variance": r"\mathrm{Var}[d]"},
        "d": {"kind": "random", "range": "1..6"},
    }
    world = setting(symbols).world(0)
    assert value(world, r"\mathrm{Var}[w]") == pytest.approx(35 / 12)
    assert len(list(world.outcomes({"w"}))) == 2
    assert world.is_random({"w"})
    assert not world.is_random({"n"})


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        (r"\mathrm{E}[c]", "nothing in this mean is random; say in the table what is"),
        (r"\mathrm{Var}[z]", r"z has 2\^20 outcomes; take smaller sizes"),
        (r"\mathrm{E}[u_1 v_1]", "16777216 outcomes are too many"),
    ],
)
def test_a_mean_that_cannot_be_taken_is_refused(latex, message):
    symbols = {"c": {}}
    for name, length in (("z", 20), ("u", 12), ("v", 12)):
        symbols[name] = {"kind": "random", "shape": str(length), "probability": "0.5"}
    with pytest.raises(EquationError, match=message):
        value(setting(symbols).world(0), latex)


def test_a_world_says_what_it_is():
    assert repr(small.setting({"x": {}}).world(2)) == "World('small', 2)"
