r"""Shorthands of equations: written out for KaTeX and for the reader."""

import pytest

from bookbuild.checks import macros
from bookbuild.checks.macros import Macro, MacroError, expand
from bookbuild.errors import CommandError

PARTIAL = Macro(
    r"\pd", r"\frac{\partial #1}{\partial #2}", r"\frac{\partial #1}{\partial #2}"
)
TRANSPOSED = Macro(r"\T", r"^{\top}", r"^{\top}")
REASON = Macro(r"\reason", r"&& \text{(#1)}", "")
HALF = Macro(r"\half", r"\frac12", r"\frac12")
KNOWN = {one.name: one for one in (PARTIAL, TRANSPOSED, REASON, HALF)}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\pd{\ell}{w}", r"\frac{\partial \ell}{\partial w}"),
        (r"\pd {y} {z}", r"\frac{\partial y}{\partial z}"),
        (
            r"\pd{\ell}{W\T}",
            r"\frac{\partial \ell}{\partial W^{\top}}",
        ),
        (r"a\T b", r"a^{\top} b"),
        (r"W\Theta", r"W\Theta"),
        (
            r"\pd{\pd{a}{b}}{c_{\max\{1\}}}",
            r"\frac{\partial \frac{\partial a}{\partial b}}{\partial c_{\max\{1\}}}",
        ),
        (r"z = x", r"z = x"),
    ],
)
def test_shorthands_are_written_out(written, meant):
    assert expand(written, KNOWN) == meant
    assert expand(written, KNOWN, to_read=True) == meant


def test_a_reason_is_drawn_and_not_read():
    line = "a &= b \\reason{the {chain} rule} \\\\\n&= c"
    assert expand(line, KNOWN) == "a &= b && \\text{(the {chain} rule)} \\\\\n&= c"
    assert expand(line, KNOWN, to_read=True) == "a &= b  \\\\\n&= c"


def test_a_command_at_the_end_does_not_swallow_the_letter_behind_it():
    scaled = {r"\scaled": Macro(r"\scaled", r"#1\eta", r"#1\eta")}
    assert expand(r"\scaled{2}x", scaled) == r"2\eta x"
    assert expand(r"\scaled{2} x", scaled) == r"2\eta x"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (r"\pd{a}", "needs 2 arguments"),
        (r"\pd a b", r"write \pd{...}{...}"),
        (r"\pd{a}{b", "never closed"),
    ],
)
def test_wrong_use_is_named(written, said):
    with pytest.raises(MacroError) as caught:
        expand(written, KNOWN)
    assert said in str(caught.value)


def test_a_circle_is_named():
    circle = {r"\a": Macro(r"\a", r"\b", r"\b"), r"\b": Macro(r"\b", r"x\a", r"x\a")}
    with pytest.raises(MacroError, match="leads back to itself"):
        expand(r"\a", circle)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pd: {drawn: x}", "no name of a macro"),
        (r"\pd: x", "write {drawn:"),
        (r"\pd: {drawn: x, spoken: y}", "write {drawn:"),
        (r"\pd: {drawn: [", "correct the YAML"),
    ],
)
def test_faults_of_the_file_are_named(tmp_path, text, said):
    (tmp_path / "book").mkdir()
    (tmp_path / macros.PLACE).write_text(text)
    with pytest.raises(CommandError) as caught:
        macros.macros_of(tmp_path)
    assert said in str(caught.value)
    assert macros.PLACE in str(caught.value)


def test_a_book_may_have_none(tmp_path):
    assert macros.macros_of(tmp_path) == {}
