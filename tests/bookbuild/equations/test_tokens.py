"""LaTeX is split into tokens that know where they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbuild.equations.errors import EquationError
from bookbuild.equations.tokens import tokenise

WORDS = [
    "a", "W", "7", "0.25", "1{,}024", "+", "-", "=", "(", ")", "[", "]", "{", "}",
    "_", "^", "'", "&", ",", "|", r"\frac", r"\sum", r"\kappa", r"\\", r"\{", r"\|",
    r"\odot", r"\left", r"\right",
]  # fmt: skip


def texts(latex):
    return [token.text for token in tokenise(latex)]


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("z = xW + b", ["z", "=", "x", "W", "+", "b"]),
        ("12 a", ["12", "a"]),
        ("0.25", ["0.25"]),
        ("1{,}024", ["1{,}024"]),
        ("1{,}024{,}000.5", ["1{,}024{,}000.5"]),
        ("1,024", ["1", ",", "024"]),
        ("{,}", ["{", ",", "}"]),
        ("1.", ["1", "."]),
        (r"\sigma'", [r"\sigma", "'"]),
        (r"\sigma_w^2", [r"\sigma", "_", "w", "^", "2"]),
        (r"\\", [r"\\"]),
        (r"\{a\}", [r"\{", "a", r"\}"]),
        (r"\|a\|", [r"\|", "a", r"\|"]),
        ("", []),
    ],
)
def test_the_tokens_of_some_latex(latex, expected):
    assert texts(latex) == expected


@pytest.mark.parametrize(
    "command",
    [
        *(r"\,", r"\;", r"\:", r"\!", "\\ ", r"\quad", r"\qquad", r"\displaystyle"),
        *(r"\big", r"\Big", r"\bigl", r"\biggr", r"\limits", r"\nonumber", "~"),
    ],
)
def test_what_only_moves_or_sizes_is_left_out(command):
    assert texts(f"a{command} {{b}}") == ["a", "{", "b", "}"]


@pytest.mark.parametrize(
    ("written", "usual"),
    [
        (r"\dfrac", r"\frac"),
        (r"\tfrac", r"\frac"),
        (r"\le", r"\leq"),
        (r"\ge", r"\geq"),
        (r"\ne", r"\neq"),
        (r"\lbrack", "["),
        (r"\rbrack", "]"),
        (r"\lbrace", r"\{"),
        (r"\rbrace", r"\}"),
        (r"\vert", "|"),
        (r"\lvert", "|"),
        (r"\rvert", "|"),
        (r"\Vert", r"\|"),
        (r"\lVert", r"\|"),
        (r"\rVert", r"\|"),
        (r"\intercal", r"\top"),
        (r"\prime", "'"),
        (r"\ast", "*"),
        (r"\dots", r"\ldots"),
        (r"\cdots", r"\ldots"),
    ],
)
def test_a_command_of_two_names_has_one(written, usual):
    assert texts(f"a {written} b") == ["a", usual, "b"]


def test_kinds():
    kinds = [token.kind for token in tokenise(r"\frac a 2 + \lvert b \rvert")]
    assert kinds == ["command", "letter", "number", *["symbol"] * 2, "letter", "symbol"]


def test_a_comment_ends_with_its_line():
    assert texts("a % b + c\n+ d") == ["a", "+", "d"]


def test_a_token_knows_whether_space_stands_before_it():
    spaced = [token.spaced for token in tokenise(r"a b\,c~d{e}")]
    assert spaced == [False, True, True, True, False, False, False]


@pytest.mark.parametrize("latex", ["a € b", 'a " b', "a @ b", "a \\"])
def test_a_character_of_no_token_is_refused(latex):
    with pytest.raises(EquationError, match="write the command of LaTeX") as caught:
        tokenise(latex)
    assert caught.value.position == 2


@pytest.mark.slow
@given(st.lists(st.sampled_from(WORDS), max_size=12), st.sampled_from([" ", "\n", "~"]))
def test_words_with_space_between_them_are_the_tokens(words, space):
    tokens = tokenise(space.join(words))
    assert [token.text for token in tokens] == words
    places = [len(space.join([*words[:n], ""])) for n in range(len(words))]
    assert [token.position for token in tokens] == places


@pytest.mark.parametrize(
    ("latex", "remedy"),
    [
        ("a \u00d7 b", r"write \\times"),
        ("a \u2212 b", "write -"),
        ("\f", "single quotes"),
    ],
)
def test_a_character_that_was_meant_otherwise_is_told(latex, remedy):
    with pytest.raises(EquationError, match=remedy):
        tokenise(latex)
