"""An equation is held where it is true and where a slip would show; else it is said."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbuild.checks import reading
from bookbuild.equations import checking, comparing, mutants, tables
from bookbuild.equations.checking import Result, merged
from bookbuild.equations.tokens import tokenise
from tests.bookbuild.equations import small

SIZE = {"kind": "size"}
INDEX = {"kind": "index"}
SYMBOLS = {
    "n": SIZE,
    "m": SIZE,
    "j": INDEX,
    "i": INDEX,
    "l": INDEX,
    "s": {},
    "t": {},
    "p": {"kind": "positive"},
    "x": {"shape": "n"},
    "W": {"shape": "n, m"},
    "z": {"kind": "defined", "shape": "m"},
    "a": {"kind": "defined"},
    "b": {"kind": "defined"},
    "g": {"kind": "function", "choices": "tanh, sigmoid"},
    "h": {"kind": "function"},
    "D": {"kind": "random", "probability": "0.5"},
    "w^{(l)}": {"members": "0..4"},
}
SUM = r"z_j = \sum_{i=1}^{n} x_i W_{ij}"


def check(tmp_path, latex, *given, options=None, mutate=True, symbols=(), **more):
    """Return what is known of one equation."""
    table = small.table(
        {**SYMBOLS, **dict(symbols)}, {"eq-one": options}, given, **more
    )
    small.write(tmp_path, table, small.page(eq_one=latex))
    return small.results(tmp_path, mutate=mutate)["eq-one"]


# -- what holds ----------------------------------------------------------------------


def test_a_true_equation_is_held_in_all_draws_and_places(tmp_path):
    found = check(tmp_path, "z = x W", SUM)
    assert found.fault == ""
    assert (found.label, found.page, found.role) == ("eq-one", "book/topic", "checked")
    assert found.setting == "small"
    assert found.draws == found.cases == 6
    assert found.error < 1e-12
    assert found.made == found.killed
    assert set(found.made) == {"product", "factor", "symbol"}
    assert found.alive == ()


def test_indices_run_over_their_axes(tmp_path):
    found = check(tmp_path, SUM, "z = x W")
    assert found.fault == ""
    notation = small.setting(SYMBOLS)
    assert found.cases == sum(world.value("m") for world in notation.worlds())


def test_indices_run_where_the_table_says(tmp_path):
    assert check(tmp_path, "a = w^{(l)} - w^{(l)} + s", "a = s").fault.startswith(
        "what l can be is not said; give it a range in the table, or under `for`"
    )
    found = check(
        tmp_path,
        r"z_j + l = l + \sum_{i=1}^{n} x_i W_{ij}",
        "z = x W",
        options={"for": {"l": "1..3", "j": "2..2"}},
        mutate=False,
    )
    assert found.fault == ""
    assert found.cases == 3 * 6
    ranged = {"l": {"kind": "index", "range": "0..n"}}
    found = check(tmp_path, "a + l = s + l", "a = s", symbols=ranged, mutate=False)
    sizes = [world.value("n") for world in small.setting(SYMBOLS).worlds()]
    assert found.cases == sum(size + 1 for size in sizes)


def test_a_range_for_what_is_no_index_of_it_is_a_fault(tmp_path):
    found = check(tmp_path, SUM, "z = x W", options={"for": {"i": "1..n"}})
    assert "`for` names i, which is no free index of it; take it out" in found.fault


def test_a_wrong_equation_is_said_with_draw_place_and_values(tmp_path):
    found = check(tmp_path, r"z_j = \sum_{i=1}^{n} x_i W_{ij} + 1", "z = x W")
    assert "it does not hold: " in found.fault
    assert "for j = 1, in draw 0 of small" in found.fault
    assert str(found.as_fault()).startswith("book/topic.md:6: eq-one: it does not hold")


def test_sides_that_differ_in_one_place_alone_are_found(tmp_path):
    wrong = r"z_j = [j = 5] + \sum_{i=1}^{n} x_i W_{ij}"
    found = check(tmp_path, wrong, "z = x W")
    assert "for j = 5" in found.fault


def test_the_fault_is_at_the_line_of_what_is_wrong(tmp_path):
    latex = "\\begin{aligned}\na &= s \\\\\nb &= t +\\beta\n\\end{aligned}"
    found = check(tmp_path, latex, "a = s", "b = t")
    assert found.line == 8
    assert "\\beta is not in the notation table" in found.fault
    assert "(at '\\\\beta')" in found.fault
    latex = "\\begin{aligned}\na &= s \\\\\nb &= t + 1\n\\end{aligned}"
    assert check(tmp_path, latex, "a = 2 s - s", "b = t").line == 8


@pytest.mark.parametrize(
    ("latex", "given", "message"),
    [
        ("z = W", SUM, "the sides have the shapes"),
        ("z = W x", SUM, "shapes .* cannot be multiplied"),
        (r"a = \log(-p)", "a = p", "no value at -"),
        (r"a = \frac{s}{p - p}", "a = s", "division by zero"),
        (r"a = \exp(\exp(99 p + 99))", "a = s", "beyond all bounds|not finite"),
        (r"x = \frac{x}{x_1 - x_1}", "a = s", "a side is not finite"),
        ("a = s", r"a = s + s + s + s + \log(-p)", "in the definition of a: .* at -"),
        ("a = (-3)!", "a = s", "no value|factorial"),
        ("a = a", "a = s", "two sides are the same, so nothing is said"),
        ("a + s", "a = s", "this states nothing"),
        ("a = W_{9,1}", "a = s", "lies outside W"),
        ("a = g", "a = s", "g is a function; put its argument in brackets"),
        ("a = g(s, t)", "a = s", "g does not take 2 arguments"),
        (r"a \approx s", "a = s", r"\\approx says nothing until the table says with"),
        (r"a = [s \approx t]", "a = s", r"\\approx decides nothing; a condition"),
        ("a = D", "a = s", "D is random, and stands outside a mean"),
        (r"a = \tr(s)", "a = s", "tr"),
        ("a = b", "a = s", "b has no value of its own here"),
    ],
)
def test_what_cannot_be_held_is_said(tmp_path, latex, given, message):
    found = check(tmp_path, latex, given)
    assert found.line == 6
    assert re.search(message, found.fault)


def test_indices_without_a_value_are_said(tmp_path):
    found = check(tmp_path, SUM, "z = x W", options={"for": {"j": "2..1"}})
    assert "its indices have no value in any draw" in found.fault


def test_every_step_of_a_chain_is_held(tmp_path):
    assert check(tmp_path, r"a = s^2 = s \cdot s", r"a = s \cdot s").fault == ""
    found = check(tmp_path, r"a = s^2 = s \cdot s = s + s", r"a = s \cdot s")
    assert "it does not hold" in found.fault
    assert found.killed == {}


def test_every_line_is_held(tmp_path):
    latex = r"\begin{aligned} a &= s^2 \\ b &= t^2 \end{aligned}"
    found = check(tmp_path, latex, r"a = s \cdot s", r"b = t \cdot t")
    assert found.fault == ""
    assert found.cases == 12
    wrong = check(tmp_path, latex, r"a = s \cdot s", r"b = t \cdot t \cdot t")
    assert "it does not hold" in wrong.fault


@pytest.mark.parametrize(
    ("latex", "holds"),
    [
        ("p > 0.3", True),
        ("p > 0.6", False),
        (r"p \geq 0.3", True),
        ("p < 2.5", True),
        ("p < 1.5", False),
        (r"p \leq 1.5", False),
        (r"p \neq s", True),
        (r"p \neq p + 0", False),
        ("0.3 < p < 2.5", True),
        ("0.3 < p < 1.5", False),
    ],
)
def test_comparisons_are_held(tmp_path, latex, holds):
    found = check(tmp_path, latex, mutate=False, draws=20)
    assert (found.fault == "") is holds


@pytest.mark.parametrize(("within", "holds"), [(0.03, True), (0.01, False)])
def test_about_is_held_to_what_the_table_says(tmp_path, within, holds):
    latex = r"\frac{51 p}{50} \approx p"
    found = check(tmp_path, latex, options={"within": within}, mutate=False)
    assert (found.fault == "") is holds
    if holds:
        assert found.error == pytest.approx(1 / 51)


def test_whole_numbers_are_compared_without_a_margin(tmp_path):
    assert check(tmp_path, r"10{,}000{,}000 = 10^7", mutate=False).fault == ""
    assert check(tmp_path, r"10{,}000{,}001 = 10^7", mutate=False).fault


def test_small_differences_count(tmp_path):
    found = check(tmp_path, "a = 1.00001 s", "a = s", mutate=False)
    assert "it does not hold" in found.fault


def test_a_function_is_held_for_arguments_on_both_sides_of_zero(tmp_path):
    relu = (
        r"h(s) = \begin{cases} s & \text{if } s > 0 \\ 0 & \text{otherwise} \end{cases}"
    )
    found = check(tmp_path, r"h(s) = \max(0, s)", relu)
    assert found.fault == ""
    assert found.cases == 6 * len(comparing.ARGUMENTS)
    assert {argument > 0 for argument in comparing.ARGUMENTS} == {True, False}
    assert "it does not hold" in check(tmp_path, r"h(s) = |s|", relu).fault


# -- slips ---------------------------------------------------------------------------


def test_a_survivor_needs_a_reason(tmp_path):
    symbols = {"q": {"kind": "constant", "value": 1}}
    found = check(tmp_path, "a = q s", "a = s", symbols=symbols)
    assert "a slip would not be noticed: s = q s agrees, too (and " in found.fault
    assert "draw more, or say under `alive` why it is the same" in found.fault
    assert ("factor", "a = s", "") in found.alive
    assert found.killed["factor"] == found.made["factor"] - 1
    reason = "q is one here"
    found = check(
        tmp_path,
        "a = q s",
        "a = s",
        symbols=symbols,
        options={"alive": {latex: reason for _, latex, _ in found.alive}},
    )
    assert ("factor", "a = s", reason) in found.alive
    assert found.fault == ""


def test_a_slip_that_says_nothing_is_found(tmp_path):
    found = check(tmp_path, "a = s", "a = 2 s - s")
    assert found.made == found.killed == {"symbol": 2}


@pytest.mark.parametrize(
    ("latex", "given"),
    [
        ("a = s + t", "a = s + t"),
        ("a = s + t", "a = t + s"),
        ("a = s - t", "a = -(t - s)"),
        ("a = 2 s t", "a = t s 2".replace("s 2", r"s \cdot 2")),
        ("z_j = x_j + 1", "z_j = 1 + x_j"),
    ],
)
def test_a_table_that_takes_the_equation_for_granted_is_refused(tmp_path, latex, given):
    found = check(tmp_path, latex, given, mutate=False)
    assert "takes for granted what this says" in found.fault
    assert "write the given in another form" in found.fault


def test_sides_that_look_alike_are_told_apart(tmp_path):
    found = check(tmp_path, "a = s", r"a = 1.000002 \cdot s", mutate=False)
    assert re.search(r"\(they differ by \de-0\d\)", found.fault)


def test_survivors_are_counted(tmp_path):
    symbols = {"q": {"kind": "constant", "value": 0}}
    found = check(tmp_path, "a = q s + t", "a = t", symbols=symbols)
    unexplained = [written for _, written, _ in found.alive]
    assert len(unexplained) > 1
    assert f"(and {len(unexplained) - 1} more)" in found.fault


def test_a_reason_for_no_survivor_is_a_fault(tmp_path):
    found = check(
        tmp_path, "z = x W", SUM, options={"alive": {"z = W": "it was so once"}}
    )
    assert found.fault == "`alive` names z = W, which is no survivor; remove it"


def test_what_nothing_could_show_is_a_fault(tmp_path):
    found = check(tmp_path, r"a = \|x\|", r"a = \sqrt{x \cdot x}")
    assert found.fault == "there is no slip that this check could show; state more"


def test_numbers_alone_give_their_reason_themselves(tmp_path):
    found = check(tmp_path, r"2 \cdot 1 + 0 = 2")
    assert found.fault == ""
    assert found.alive
    assert {reason for *_, reason in found.alive} == {checking.ARITHMETIC}


def test_without_mutants_nothing_is_changed(tmp_path):
    found = check(tmp_path, "a = s", "a = 2 s - s", mutate=False)
    assert found.fault == ""
    assert not found.made
    assert not found.alive


def test_kinds_are_those_that_have_a_meaning(tmp_path):
    found = check(tmp_path, SUM, "z = x W")
    assert set(found.made) <= set(mutants.KINDS)
    assert {"sum", "range", "index", "factor"} <= set(found.made)


# -- definitions ---------------------------------------------------------------------


def chapter(tmp_path, table, mutate=True, **displays):
    small.write(tmp_path, table, small.page(**displays))
    return small.results(tmp_path, mutate=mutate)


def test_a_definition_is_held_by_what_rests_on_it(tmp_path):
    table = small.table(SYMBOLS, {"eq-defined": None, "eq-checked": None}, [])
    table["settings"][0]["given"] = ["b = 3 s + 6 t"]
    displays = {"eq_defined": "a = s + 2 t % definition", "eq_checked": "b = 3 a"}
    found = chapter(tmp_path, table, **displays)
    defined = found["eq-defined"]
    assert (defined.role, defined.fault) == ("definition", "")
    assert defined.made == defined.killed
    assert {"sign", "number", "term"} <= set(defined.made)
    assert defined.made["symbol"] == 4  # those of its left side define another one
    displays["eq_defined"] = "a = s - 2 t % definition"
    found = chapter(tmp_path, table, mutate=False, **displays)
    assert found["eq-defined"].fault == ""
    assert "it does not hold" in found["eq-checked"].fault
    assert found["eq-checked"].fault.endswith("; it rests on eq-defined")


def test_a_definition_that_little_rests_on_shows_its_survivors(tmp_path):
    symbols = {**SYMBOLS, "q": {"kind": "constant", "value": 1}}
    table = small.table(symbols, {"eq-defined": None, "eq-checked": None}, ["b = 3 s"])
    displays = {"eq_defined": "a = q s % definition", "eq_checked": "b = 3 a"}
    found = chapter(tmp_path, table, **displays)["eq-defined"]
    assert ("factor", "a = s", "") in found.alive
    assert "a slip would not be noticed: a = s agrees, too" in found.fault
    reasons = {latex: "q is one" for _, latex, _ in found.alive}
    table["settings"][0]["equations"]["eq-defined"] = {"alive": reasons}
    found = chapter(tmp_path, table, **displays)["eq-defined"]
    assert ("factor", "a = s", "q is one") in found.alive
    assert found.fault == ""
    reasons["a = t"] = "it was so once"
    found = chapter(tmp_path, table, **displays)["eq-defined"]
    assert found.fault == "`alive` names a = t, which is no survivor; remove it"


def test_a_definition_has_a_value_of_its_shape(tmp_path):
    table = small.table(SYMBOLS, {"eq-defined": None}, [])
    found = chapter(tmp_path, table, eq_defined="z = x % definition")
    assert "z has the shape" in found["eq-defined"].fault
    assert "correct one of the two" in found["eq-defined"].fault


def test_a_definition_may_rest_on_chance(tmp_path):
    table = small.table(SYMBOLS, {"eq-defined": None, "eq-mean": None}, [])
    found = chapter(
        tmp_path,
        table,
        eq_defined="a = s D % definition",
        eq_mean=r"\mathrm{E}[a] = \frac{s}{2}",
    )
    assert found["eq-defined"].fault == found["eq-mean"].fault == ""
    assert found["eq-defined"].made == found["eq-defined"].killed


def test_a_definition_may_be_read_alone(tmp_path):
    options = {"eq-defined": {"only_read": "it has no value"}}
    table = small.table(SYMBOLS, options, [])
    found = chapter(tmp_path, table, eq_defined="z = W + s % definition")
    assert found["eq-defined"].fault == ""
    assert found["eq-defined"].cases == 0


def test_what_a_page_defines_may_be_checked(tmp_path):
    table = small.table(SYMBOLS, {"eq-defined": {"role": "checked"}}, ["a = t + s"])
    found = chapter(tmp_path, table, eq_defined="a = s + 2 t % definition")
    assert "it does not hold" in found["eq-defined"].fault


def test_what_is_quoted_is_held_as_well(tmp_path):
    table = small.table(SYMBOLS, {"eq-known": None}, ["a = s s"])
    right = chapter(tmp_path, table, eq_known="a = s^2 % quoted: someone")["eq-known"]
    assert (right.role, right.fault) == ("quoted", "")
    wrong = chapter(tmp_path, table, eq_known="a = s^3 % quoted: someone")["eq-known"]
    assert "it does not hold" in wrong.fault


def test_what_must_hold_besides_is_held(tmp_path):
    table = small.table(SYMBOLS, {"eq-defined": None}, [], holds=["a = 2 s"], draws=2)
    found = chapter(tmp_path, table, eq_defined="a = s + s % definition")
    assert found["eq-defined"].fault == ""
    assert found["eq-defined"].made == found["eq-defined"].killed
    found = chapter(tmp_path, table, eq_defined="a = s + t % definition")
    fault = found["eq-defined"].fault
    assert fault.startswith("`holds` of small: a = 2 s: it does not hold: ")
    assert fault.endswith("; it rests on eq-defined")


def test_a_fault_does_not_hide_another(tmp_path):
    table = small.table(
        SYMBOLS, {"eq-wrong": None}, ["a = s"], holds=["a = t"], draws=2
    )
    fault = chapter(tmp_path, table, eq_wrong="a = 3 s")["eq-wrong"].fault
    assert fault.count("it does not hold") == 2


# -- chapters ------------------------------------------------------------------------


def test_results_come_in_the_order_of_the_page(tmp_path):
    table = small.table(SYMBOLS, {"eq-b": None, "eq-a": None}, ["a = s s"])
    small.write(tmp_path, table, small.page(eq_a="a = s^2", eq_b="s^2 = a"))
    assert list(small.results(tmp_path)) == ["eq-a", "eq-b"]


def test_a_display_that_no_setting_names_is_a_fault(tmp_path):
    table = small.table(SYMBOLS, {"eq-a": None}, ["a = s s"])
    found = chapter(tmp_path, table, eq_a="a = s^2", eq_b="a = s^3")
    assert found["eq-a"].fault == ""
    assert found["eq-b"].role == "unread"
    assert "no setting of the chapter's table names this equation" in (
        found["eq-b"].fault
    )


@pytest.mark.slow
def test_a_display_may_be_left_unread_with_a_reason(tmp_path):
    table = small.table(SYMBOLS, {"eq-a": None}, ["a = s s"])
    table["unread"] = {"eq-b": "it is a picture"}
    found = chapter(tmp_path, table, eq_a="a = s^2", eq_b=r"\Huge ?")["eq-b"]
    assert (found.role, found.setting, found.fault) == ("unread", "it is a picture", "")


def test_a_page_without_a_table_is_unread(tmp_path):
    found = chapter(tmp_path, None, eq_a="a = s^2")["eq-a"]
    assert (found.role, found.fault) == ("unread", "")


def test_an_equation_of_two_settings_is_held_in_both(tmp_path):
    first = small.table(SYMBOLS, {"eq-a": None}, ["a = s s"])
    second = small.table(SYMBOLS, {"eq-a": None}, ["a = s s"], name="other")
    table = {"settings": first["settings"] + second["settings"]}
    found = chapter(tmp_path, table, eq_a="a = s^2")["eq-a"]
    assert found.fault == ""
    assert found.setting == "small; other"
    assert found.draws == 12
    table["settings"][1]["given"] = ["a = s"]
    found = chapter(tmp_path, table, eq_a="a = s^2")["eq-a"]
    assert "of other" in found.fault


def test_two_results_are_merged():
    one = Result("eq", "book/p", 3, "definition", "a", 2, 3, 0.1, {"sign": 1})
    other = Result(
        "eq",
        "book/p",
        3,
        "checked",
        "b",
        5,
        7,
        0.01,
        {"sign": 2, "index": 1},
        {"sign": 3},
        (("sign", "x", ""),),
        "wrong",
    )
    both = merged(one, other)
    assert (both.role, both.setting, both.draws, both.cases) == (
        "checked",
        "a; b",
        7,
        10,
    )
    assert both.error == 0.1
    assert both.killed == {"sign": 3, "index": 1}
    assert both.alive == other.alive
    assert both.fault == "wrong"
    assert merged(one, one).setting == "a"
    assert merged(one, one).role == "definition"


# -- anything else -------------------------------------------------------------------

DISPLAYS = (
    r"z_j = \sum_{i=1}^{n} x_i W_{ij} + 1",
    r"\frac{\partial a}{\partial x_i} = 2 x_i \odot g'(s)",
    r"\mathrm{Var}[D] = \left( \frac{1}{2} \right)^{2} - [s = t]",
    r"w^{(l+1)} = \max_{i} |x_i| \cdot \left\lfloor \frac{n}{2} \right\rfloor",
    r"a = \begin{cases} s & \text{if } s > 0 \\ -s & \text{otherwise} \end{cases}",
)
PIECES = sorted({token.text for latex in DISPLAYS for token in tokenise(latex)})


@pytest.mark.slow
@given(
    st.sampled_from(DISPLAYS),
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 1), st.sampled_from(PIECES)),
        max_size=3,
    ),
)
def test_whatever_is_written_ends_in_a_result(latex, changes):
    """Tokens are put in, or put in the place of others, where Hypothesis likes."""
    texts = [token.text for token in tokenise(latex)]
    for place, taken, piece in changes:
        texts[place : place + taken] = [piece]
    setting = small.setting(SYMBOLS, r"a = x \cdot x", SUM, draws=1)
    display = reading.Equation("eq-one", "book/topic", 8, 6, " ".join(texts), "")
    stated = tables.Stated("eq-one", "checked", {"l": "0..3"})
    chapter = tables.Chapter(None, ((setting, (stated,)),), {"eq-one": display})
    (found,) = checking.check_chapter(chapter, mutate=False)
    assert found.line == 6
    assert found.fault or found.cases


def test_a_slip_in_one_line_of_a_definition_leaves_the_others(tmp_path):
    """Else each slip would show, for what the other line defines were gone."""
    latex = "\\begin{aligned}\na &= s \\\\\nb &= t\n\\end{aligned} % definition"
    table = small.table(SYMBOLS, {"eq-two": None}, [], holds=["a = s"], draws=2)
    found = chapter(tmp_path, table, eq_two=latex)["eq-two"]
    assert any(written.startswith("b = ") for _, written, _ in found.alive)
    assert not any(written.startswith("a = ") for _, written, _ in found.alive)
