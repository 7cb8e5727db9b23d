"""Every slip is made, once, and the check of a small equation finds it."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbuild.equations import mutants, tree
from bookbuild.equations.parsing import parse_relation
from bookbuild.equations.printing import latex_of
from tests.bookbuild.equations import small

SIZE = {"kind": "size"}
INDEX = {"kind": "index"}
SYMBOLS = {
    "n": SIZE,
    "m": SIZE,
    "k": SIZE,
    "j": INDEX,
    "i": INDEX,
    "l": INDEX,
    "s": {},
    "t": {},
    "h": {"kind": "constant", "value": "2"},
    "p": {"kind": "positive"},
    "q": {"kind": "fraction"},
    "u": {"shape": "n"},
    "v": {"shape": "n"},
    "W": {"shape": "n, m"},
    "V": {"shape": "m, n"},
    "Q": {"shape": "n, n"},
    "a": {"kind": "defined"},
    "b": {"kind": "defined", "shape": "n"},
    "A": {"kind": "defined", "shape": "n, m"},
    "B": {"kind": "defined", "shape": "n, n"},
    "w^{(l)}": {"members": "0..9"},
    "c^{(l)}": {"kind": "defined", "members": "0..9"},
    "d": {"kind": "random", "range": "1..3"},
    "g": {"kind": "function"},
}
TANH = "g(s) = \\frac{e^{2 s} - 1}{e^{2 s} + 1}"

# A kind, an equation with what it is held to, and one of its mutants.
SLIPS = [
    ("sign", "a = s + t", "a = 2 s + t - s", "a = s - t"),
    ("sign", "a = s - t", "a = 2 s - t - s", "a = s + t"),
    ("sign", "a = -s", "a = 0 - s", "a = s"),
    ("number", "a = s^3", "a = s s s", "a = s^{4}"),
    ("number", "a = 0.25 s", r"a = \frac{s}{4}", "a = 0.26 s"),
    ("prime", "a = g'(s)", "a = 1 - g(s)^2", "a = g(s)"),
    ("transpose", "B = Q^{\\top}", "B_{ij} = Q_{ji}", "B = Q"),
    (
        "product",
        "B = Q Q",
        r"B_{ij} = \sum_{l=1}^{n} Q_{il} Q_{lj}",
        r"B = Q \odot Q",
    ),
    ("product", r"B = Q \odot Q", "B_{ij} = Q_{ij}^2", "B = Q Q"),
    ("power", "a = s^2", "a = s s", "a = s"),
    ("power", r"a = \sqrt{p}", r"a = \exp(\frac{\log(p)}{2})", "a = p"),
    ("fraction", r"a = \frac{s}{t}", "a = s t^{-1}", r"a = \frac{t}{s}"),
    (
        "fraction",
        r"\frac{\partial a}{\partial s} = t",
        "a = s t",
        r"\frac{\partial s}{\partial a} = t",
    ),
    ("factor", "a = s t", r"a = \frac{s}{t^{-1}}", "a = t"),
    ("factor", r"a = \frac{s}{n}", "a = s n^{-1}", "a = s"),
    ("term", "a = s + t", "a = 2 s + t - s", "a = s"),
    ("term", "a = s - t", "a = 2 s - t - s", "a = -t"),
    ("member", "a = w^{(3)}", "a = w^{(3)} + 0", "a = w^{(3 + 1)}"),
    (
        "index",
        "B_{ij} = Q_{ij} u_i",
        r"B_{ij} = \frac{u_i}{1 / Q_{ij}}",
        "B_{ij} = Q_{ji} u_{i}",
    ),
    (
        "index",
        "B_{ij} = u_i v_j",
        r"B_{ij} = \frac{v_j}{1 / u_i}",
        "B_{ij} = u_{j} v_{j}",
    ),
    (
        "range",
        r"a = \sum_{j=1}^{n} u_j",
        r"a = u \cdot b",
        r"a = \sum_{j=1 + 1}^{n} u_{j}",
    ),
    (
        "range",
        r"a = \prod_{j=1}^{n} u_j",
        r"a = u_1 \prod_{j=2}^{n} u_j",
        r"a = \prod_{j=1}^{n - 1} u_{j}",
    ),
    ("sum", r"a = \sum_{j=1}^{n} u_j", r"a = u \cdot b", "a = u_{1}"),
    ("symbol", "a = s t", r"a = \frac{s}{t^{-1}}", "a = t t"),
    ("symbol", "b = u + s", "b_j = s + u_j", "b = b + s"),
    ("function", r"a = \exp(s)", r"a = (e^{s / 2})^2", r"a = \log(s)"),
    ("function", r"a = \max(s, t)", r"a = -\min(-s, -t)", r"a = \min(s, t)"),
    (
        "function",
        r"a = \lfloor \frac{n}{2} \rfloor",
        r"a = n - \lceil \frac{n}{2} \rceil",
        r"a = \frac{n}{2}",
    ),
    (
        "function",
        r"a = \lceil \frac{n}{2} \rceil",
        r"a = n - \lfloor \frac{n}{2} \rfloor",
        r"a = \left\lfloor \frac{n}{2} \right\rfloor",
    ),
    ("function", "a = |s|", r"a = \max(s, -s)", "a = s"),
    (
        "function",
        r"a = \mathrm{E}[d]",
        "a = 2",
        r"a = \mathrm{Var}\left[ d \right]",
    ),
    (
        "function",
        r"a = \mathrm{Var}[d]",
        r"a = \frac{2}{3}",
        r"a = \mathrm{E}\left[ d \right]",
    ),
    ("comparison", "p > 0.1", "a = 1", "p < 0.1"),
    (
        "comparison",
        "B_{ij} = [i = j]",
        r"B_{ij} = \frac{\partial u_i}{\partial v_j}",
        r"B_{ij} = [i \neq j]",
    ),
]
# What else is defined where an equation is held to something.
ALSO = {
    r"a = u \cdot b": ["b_j = 1"],
    "a = 1 - g(s)^2": [TANH],
    r"B_{ij} = \frac{\partial u_i}{\partial v_j}": ["u = v + b", "b_j = 2"],
}


def made(latex, indices=("i", "j")):
    notation = small.notation_of(SYMBOLS)
    relation = parse_relation(latex, notation)
    free = tree.free_names(relation) & set(indices)
    return [
        (mutant.kind, latex_of(mutant.relation, notation))
        for mutant in mutants.mutants(relation, notation, free)
    ]


def test_there_is_a_slip_of_every_kind():
    assert {kind for kind, *_ in SLIPS} == set(mutants.KINDS)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "latex", "held_to", "mutant"), SLIPS)
def test_a_slip_is_made_and_found(tmp_path, kind, latex, held_to, mutant):
    assert (kind, mutant) in made(latex)
    table = small.table(
        SYMBOLS, {"eq-slip": None}, [held_to, *ALSO.get(held_to, [])], draws=8
    )
    right = small.write(tmp_path / "right", table, small.page(eq_slip=latex))
    found = small.results(right)["eq-slip"]
    assert found.made[kind] >= 1
    assert mutant not in {written for _, written, _ in found.alive}
    alive = [one for one in found.alive if one[0] == kind]
    assert found.killed.get(kind, 0) + len(alive) == found.made[kind]
    wrong = small.write(tmp_path / "wrong", table, small.page(eq_slip=mutant))
    assert small.results(wrong, mutate=False)["eq-slip"].fault


@pytest.mark.parametrize("latex", [latex for _, latex, *_ in SLIPS])
def test_a_mutant_comes_once_and_is_never_the_equation(latex):
    notation = small.notation_of(SYMBOLS)
    relation = parse_relation(latex, notation)
    found = [one.relation for one in mutants.mutants(relation, notation, {"i", "j"})]
    assert len(set(found)) == len(found)
    assert relation not in found


@pytest.mark.parametrize("latex", [latex for _, latex, *_ in SLIPS])
def test_a_mutant_can_be_read_again(latex):
    notation = small.notation_of(SYMBOLS)
    for mutant in mutants.mutants(
        parse_relation(latex, notation), notation, {"i", "j"}
    ):
        written = latex_of(mutant.relation, notation)
        assert latex_of(parse_relation(written, notation), notation) == written


@pytest.mark.slow
@given(st.integers(0, 10**6))
def test_a_number_is_one_larger_or_one_smaller(number):
    digits = f"{number:,}".replace(",", "{,}")
    found = {latex for kind, latex in made(f"a = {digits}") if kind == "number"}
    assert f"a = {number + 1}" in found
    assert ("a = -1" if number == 0 else f"a = {number - 1}") in found
    assert len(found) == 2


@pytest.mark.slow
@given(st.integers(0, 9), st.integers(0, 99))
def test_a_decimal_is_changed_in_its_last_digit(whole, hundredths):
    found = {latex for kind, latex in made(f"a = {whole}.{hundredths:02d}")}
    value = whole * 100 + hundredths
    for other in (value + 1, value - 1):
        sign = "-" if other < 0 else ""
        assert f"a = {sign}{abs(other) // 100}.{abs(other) % 100:02d}" in found


def test_every_part_is_changed_and_nothing_else():
    assert sorted(made(r"a = \sum_{j=1}^{n} u_j + s", indices=())) == sorted(
        [
            ("symbol", r"s = \sum_{j=1}^{n} u_{j} + s"),
            ("symbol", r"n = \sum_{j=1}^{n} u_{j} + s"),
            ("sign", r"a = \sum_{j=1}^{n} u_{j} - s"),
            ("term", r"a = \sum_{j=1}^{n} u_{j}"),
            ("term", "a = s"),
            ("range", r"a = \sum_{j=1 + 1}^{n} u_{j} + s"),
            ("range", r"a = \sum_{j=1 - 1}^{n} u_{j} + s"),
            ("range", r"a = \sum_{j=1}^{n + 1} u_{j} + s"),
            ("range", r"a = \sum_{j=1}^{n - 1} u_{j} + s"),
            ("sum", "a = u_{1} + s"),
            ("number", r"a = \sum_{j=2}^{n} u_{j} + s"),
            ("number", r"a = \sum_{j=0}^{n} u_{j} + s"),
            ("symbol", r"a = \sum_{j=1}^{a} u_{j} + s"),
            ("symbol", r"a = \sum_{j=1}^{s} u_{j} + s"),
            ("symbol", r"a = \sum_{j=1}^{n} u_{j} + a"),
            ("symbol", r"a = \sum_{j=1}^{n} u_{j} + n"),
        ]
    )


def test_indices_are_exchanged_for_those_that_are_bound_there():
    found = {
        latex
        for kind, latex in made(r"B_{ij} = \sum_{l=1}^{n} v_l Q_{lj} + u_i")
        if kind == "index"
    }
    assert r"B_{ij} = \sum_{l=1}^{n} v_{i} Q_{lj} + u_{i}" in found
    assert r"B_{ij} = \sum_{l=1}^{n} v_{l} Q_{ll} + u_{i}" in found
    assert r"B_{ij} = \sum_{l=1}^{n} v_{l} Q_{lj} + u_{j}" in found
    assert r"B_{ij} = \sum_{l=1}^{n} v_{l} Q_{lj} + u_{l}" not in found


def test_symbols_are_exchanged_for_their_like_alone():
    found = {latex for kind, latex in made("a = s u_1 + v_2 + n") if kind == "symbol"}
    assert "a = s v_{1} + v_{2} + n" in found
    assert "a = n u_{1} + v_{2} + n" in found
    for latex in ("a = u u_{1} + v_{2} + n", "a = s s_{1} + v_{2} + n"):
        assert latex not in found


def test_what_a_quantity_depends_on_is_not_changed_but_its_value_is():
    notation = small.notation_of({"F": {"of": "s"}, "s": {}, "t": {}, "a": {}})
    relation = parse_relation("a = F(t)", notation)
    found = {
        latex_of(mutant.relation, notation)
        for mutant in mutants.mutants(relation, notation, set())
        if mutant.kind == "symbol"
    }
    assert r"a = \left. F \right|_{s = a}" in found
    assert not any("|_{t" in latex or "|_{a" in latex for latex in found)


def test_an_equals_sign_between_sides_is_left_alone():
    assert not [kind for kind, _ in made("a = s = t") if kind == "comparison"]


def test_a_mutant_has_a_kind_with_a_meaning():
    mutant = next(
        mutants.mutants(
            parse_relation("a = s + 1", small.notation_of(SYMBOLS)),
            small.notation_of(SYMBOLS),
            set(),
        )
    )
    assert mutant.kind in mutants.KINDS
    with pytest.raises(dataclasses.FrozenInstanceError):
        mutant.kind = "other"
