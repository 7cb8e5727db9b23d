"""Names are the same however they are written, and a table says what they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbuild.equations import notation
from bookbuild.equations.errors import EquationError
from bookbuild.equations.notation import Notation, canonical, entry_of
from bookbuild.equations.tokens import tokenise


def name_of(latex):
    return canonical(tokenise(latex))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("z", "z"),
        ("y_t", "y_t"),
        ("y_{t}", "y_t"),
        (r"\eta_{\max}", r"\eta_\max"),
        (r"y_{ t \, m }", "y_{tm}"),
        (r"\hat z", r"\hat{z}"),
        (r"\hat{z}", r"\hat{z}"),
        (r"\mathcal{N}", r"\mathcal{N}"),
        (r"\mathbf{x}", "x"),
        (r"\boldsymbol{\theta}", r"\theta"),
        (r"\theta_{\mathrm{best}}", r"\theta_{\mathrm{best}}"),
        ("w'", "w'"),
    ],
)
def test_a_name_has_one_form(written, name):
    assert name_of(written) == name


letters = st.sampled_from(["a", "z", r"\eta", r"\mu"])


@pytest.mark.slow
@given(st.lists(letters, min_size=1, max_size=3), st.sampled_from("_^"), letters)
def test_spaces_and_needless_braces_do_not_count(script, style, base):
    tight = f"{base}{style}{{{' '.join(script)}}}"
    loose = f" {base} {style} {{ {' ~ '.join(script)} }} "
    assert name_of(tight) == name_of(loose)
    assert name_of(name_of(tight)) == name_of(tight)


@given(st.lists(letters, max_size=5))
def test_joined_tokens_are_read_as_the_same_tokens(texts):
    tokens = tokenise(" ".join(texts))
    again = tokenise(notation.joined(tokens))
    assert [token.text for token in again] == [token.text for token in tokens]


def test_a_group_is_one_token_or_what_stands_in_braces():
    tokens = tokenise("{a{b}}c")
    inside, behind = notation.group_at(tokens, 0)
    assert [token.text for token in inside] == ["a", "{", "b", "}"]
    assert notation.group_at(tokens, behind) == ([tokens[6]], 7)


@pytest.mark.parametrize(
    ("latex", "message", "position"),
    [("a_", "must follow", 1), ("a_{b", "never closed", 2)],
)
def test_a_script_that_is_cut_off_is_refused(latex, message, position):
    with pytest.raises(EquationError, match=message) as caught:
        name_of(latex)
    assert caught.value.position == position


def test_a_family_has_its_member_above():
    entry = entry_of("W^{(l)}", shape="n^{(l-1)}, n^{(l)}")
    assert entry.member == "l"
    assert entry.name == notation.family_name("W", "^")
    assert entry.shape == ("n^{(l-1)}", "n^{(l)}")
    assert entry.first == (1, 1)
    assert entry_of(r"\ell^{[m]}").member == "m"


def test_a_family_has_its_member_below_if_it_is_a_sequence():
    entry = entry_of(r"\theta_{\tau}", sequence=True)
    assert entry.member == r"\tau"
    assert entry.name == notation.family_name(r"\theta", "_")
    assert entry_of(r"\theta_{\tau}").member is None


def test_a_bracket_may_be_part_of_a_name():
    entry = entry_of("z^{(q)}", alone=True)
    assert (entry.name, entry.member) == ("z^{(q)}", None)


def test_an_axis_may_count_from_another_number():
    entry = entry_of("u", shape="0:k, n^{(l,1)}")
    assert entry.shape == ("k", "n^{(l,1)}")
    assert entry.first == (0, 1)


def test_what_takes_an_argument():
    assert entry_of("g", kind="function").is_callable
    assert entry_of("F", of="B").is_callable
    assert not entry_of("z").is_callable


@pytest.mark.parametrize(
    ("written", "options", "message"),
    [
        (
            "z",
            {"kind": "vector"},
            r"z is said to be of kind 'vector'; take one of real",
        ),
        ("z", {"sequence": True}, "z is said to be a sequence .* nothing below"),
        ("z", {"shape": "a:k"}, "z .*'a:k'.* 0:k"),
        ("z", {"form": "n"}, "z .* unknown option form; there are"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(written, options, message):
    with pytest.raises(EquationError, match=message):
        entry_of(written, **options)


def test_a_table_is_asked_by_name():
    table = Notation([entry_of("z"), entry_of("W^{(l)}"), entry_of("l", kind="index")])
    assert "z" in table
    assert "W" not in table
    assert table.get("y") is None
    assert table.is_index("l")
    assert not table.is_index("z")
    assert table.family("W", "^").written == "W^{(l)}"
    assert table.family("W", "_") is None
    assert "z" in repr(table)


def test_a_letter_and_a_family_of_it_are_two_symbols():
    table = Notation([entry_of("z"), entry_of("z^{(l)}")])
    assert len(table.entries) == 2


def test_two_symbols_of_one_name_are_refused():
    with pytest.raises(EquationError, match=r"y_t and y_\{t\} have the same name"):
        Notation([entry_of("y_t"), entry_of("y_{t}")])


@given(st.lists(st.sampled_from(["n", "f(a, b)", "{x, y}", "[1, 2]"]), max_size=4))
def test_commas_in_brackets_part_nothing(parts):
    assert notation.split_at_commas(" , ".join(parts)) == parts
