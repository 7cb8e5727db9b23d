"""The rules for display equations, held to planted faults."""

import pytest

from bookbuild.checks import equations
from bookbuild.checks.sources import Source

PAGE = """Text.

$$
z = x
$$ (eq-one)
% definition

$$
z = y
$$ (eq-two)

```{code-cell} ipython3
:checks: eq-two

assert z == y
```
"""


def page(text=PAGE, name="topic"):
    return Source(f"book/{name}.md", text)


def planted(old, new):
    assert old in PAGE
    return page(PAGE.replace(old, new))


def test_a_good_page_has_no_fault():
    for rule in (equations.equations_are_labelled, equations.equations_are_read):
        assert list(rule(page())) == []
    for rule in (
        equations.labels_are_unique,
        equations.equations_are_known,
        equations.checks_assert,
        equations.chapters_derive_or_measure,
    ):
        assert list(rule([page()])) == []


@pytest.mark.parametrize("tail", ["", " (eq-Two)", " (eq-2)", " (two)", "(eq-two)"])
def test_an_equation_without_a_label_by_topic_is_seen(tail):
    (fault,) = equations.equations_are_labelled(planted(" (eq-two)", tail))
    assert "label it by its topic" in fault.what
    assert fault.line == 10
    fenced = page(f"```text\n$$\nx\n$${tail}\n```\n")
    assert list(equations.equations_are_labelled(fenced)) == []


@pytest.mark.parametrize(
    "display",
    [
        "$$ x = y $$ (eq-three)",
        "  $$\nx = y\n  $$ (eq-three)",
        "> $$\n> x = y\n> $$",
        "```{math}\n:label: eq-three\nx = y\n```",
        "\\begin{align}\nx &= y\n\\end{align}",
        "\\begin{equation*}\nx = y\n\\end{equation*}",
    ],
)
def test_a_display_of_a_form_that_nothing_reads_is_seen(display):
    found = list(equations.displays_have_one_form(page(f"A line.\n\n{display}\n")))
    assert found
    assert found[0].line == 3
    assert "on lines of their own" in found[0].what


def test_displays_of_the_one_form_and_code_are_no_fault():
    code = "```{code-cell} ipython3\nprint('$$ x')\n  $$\n```\n"
    assert list(equations.displays_have_one_form(page(code))) == []
    assert list(equations.displays_have_one_form(page())) == []


def test_an_equation_that_cannot_be_read_is_seen():
    (fault,) = equations.equations_are_read(planted("$$\nz = y", "$$ z = y"))
    assert "cannot be read" in fault.what
    assert fault.line == 9


def test_a_label_given_twice_is_seen():
    (fault,) = equations.labels_are_unique([page(), page(PAGE[:60], name="other")])
    assert str(fault).startswith(
        "book/other.md:5: eq-one is the label of book/topic.md"
    )
    (fault,) = equations.labels_are_unique([planted("eq-two", "eq-one")])
    assert "book/topic.md:5, too" in fault.what
    assert fault.line == 10


def test_an_equation_that_nothing_confirms_is_seen():
    (fault,) = equations.equations_are_known([planted("% definition\n", "")])
    assert "nothing says how eq-one is known" in fault.what
    assert fault.line == 5
    (fault,) = equations.equations_are_known([planted(":checks: eq-two", "")])
    assert "nothing says how eq-two is known" in fault.what
    assert not list(
        equations.equations_are_known([planted("% definition", "% quoted: known")])
    )


@pytest.mark.parametrize("code", ["z == y", "assert True", "# assert z", ""])
def test_a_check_that_asserts_nothing_is_seen(code):
    (fault,) = equations.checks_assert([planted("assert z == y", code)])
    assert "checks eq-two and asserts nothing" in fault.what


def test_a_check_of_an_equation_that_is_not_there_is_seen():
    (fault,) = equations.checks_assert([planted("checks: eq-two", "checks: eq-three")])
    assert "checks eq-three, and no equation has that label" in fault.what
    assert fault.line == 15


def test_a_chapter_that_checks_no_equation_is_seen():
    without = PAGE.replace(":checks: eq-two", "")
    (fault,) = equations.chapters_derive_or_measure([page(without)])
    assert "no cell checks an equation of the chapter" in fault.what
    reference = page(without, name="glossary")
    assert list(equations.chapters_derive_or_measure([reference])) == []
