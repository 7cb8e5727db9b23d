"""Numbers that no cell knows are seen, in prose and in solutions."""

import pytest

from bookbuild import linting, places
from bookbuild.checks import claims, reading
from bookbuild.checks.sources import Source

PROSE = """It is 97.5% right.

```{code-cell} ipython3
assert a > 0.975
```
"""

CAPTION = """## One

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-one
    caption: |
      It is right.
      It is 97.5% right.
---
assert a > 0.975
```

```{code-cell} ipython3
assert a > 0.975
```
"""

SECTIONS = """(chap-topic)=
# A topic

## One

{one}

```{{code-cell}} ipython3
assert a == 0.25 and b == 0.75
```

```{{code-cell}} ipython3
rate = 0.1
```

(sec-two)=
## Two

{two}

```{{code-cell}} ipython3
assert c == 0.375
```
"""

ANSWERED = """```{exercise}
:label: ex-a
```

```{solution} ex-a
:class: dropdown

It has $3 \\cdot 4 = 12$ weights.
One is $w^{(12)}$, and 97.5 % of 40 runs succeed.
```

```{code-cell} ipython3
:tags: [remove-cell]

assert weights == 12 and right > 0.975 and runs == 40
```

## Next
"""


def page(text):
    return Source("book/topic.md", text)


def typed(text):
    return [fault.what.split(":")[0] for fault in claims.numbers_are_known(page(text))]


def unknown(one="", two=""):
    """Return line and numbers of the faults of a page with two sections."""
    return [
        (fault.line, fault.what.split(":")[0])
        for fault in claims.numbers_are_known(page(SECTIONS.format(one=one, two=two)))
    ]


def unasserted(text):
    return list(claims.solutions_are_asserted(page(text)))


def test_a_typed_number_is_seen():
    assert typed(PROSE) == []
    (fault,) = claims.numbers_are_known(page(PROSE.replace("0.975", "0.9")))
    assert str(fault) == (
        "book/topic.md:1: '97.5%': no cell of this section asserts or sets it; assert "
        "it there (in one cell for the whole sentence), take it from a cell with "
        "{glue:text}, cite a source in the sentence, or leave it out"
    )
    assert typed(PROSE.replace("0.975", "b").replace("97.5%", "{glue:text}`a`")) == []
    assert typed(PROSE.replace("97.5%", "3.14")) == ["'3.14'"]


@pytest.mark.parametrize("said", ["2.5 per cent", "2.5 percentage points", "97.5 %"])
def test_a_share_may_be_said_of_the_rest_and_in_words(said):
    assert typed(PROSE.replace("97.5%", said)) == []
    assert len(typed(PROSE.replace("97.5%", said.replace("7", "6").replace("2", "3"))))


@pytest.mark.parametrize(
    "line",
    [
        "# 3.14, a title",
        "It is 3.14, says {cite:t}`known`.",
        "It is 3.14, says the slide *Chain rule*.",
        "It is `3.14`, and {eq}`3.14`.",
        "It is under CC BY-SA 4.0.",
        "It has 314 parts.",
    ],
)
def test_what_has_a_source_needs_no_cell(line):
    assert typed(f"{line}\n\n{PROSE}") == []


@pytest.mark.parametrize(
    "line",
    [
        "It is $3.14$.",
        "| pi | 3.14 |",
        "- It is 3.14.",
        ":::{note}\nIt is 3.14.\n:::",
        "```{exercise}\n:label: ex-pi\n\nIt is 3.14.\n```",
        "```{figure} pi.png\n:alt: It is 3.14.\n```",
        "It took 314 ms.",
        "It has 3,141 parts.",
        "It has $3{,}141$ parts.",
    ],
)
def test_numbers_are_found_wherever_readers_read(line):
    assert len(typed(f"{line}\n\n{PROSE}")) == 1


def test_a_number_is_known_to_its_own_section():
    assert unknown(one="It is 0.25.", two="It is 0.375.") == []
    assert unknown(one="It is 0.375.") == [(6, "'0.375'")]


def test_a_number_that_is_set_is_known():
    assert unknown(one="With a rate of 0.1.") == []


def test_one_cell_knows_the_numbers_of_a_sentence():
    assert unknown(one="It is 0.25 and 0.75.") == []
    assert unknown(one="It is 0.25 and 0.75 at 0.1.") == [(6, "'0.1'")]
    (fault,) = claims.numbers_are_known(
        page(SECTIONS.format(one="It is 0.25, 0.75 and 0.75, at 0.1.", two=""))
    )
    assert "sets it together with '0.25', '0.75'; assert" in fault.what


def test_a_reference_leads_to_the_cells_of_another_section():
    assert unknown(one="It is 0.375, see {ref}`sec-two`.") == []
    assert unknown(one="It is 0.375, see {ref}`the next <sec-two>`.") == []
    assert unknown(one="It is 0.376, see {ref}`sec-two`.") == [(6, "'0.376'")]
    assert unknown(two="It is 0.25, see {ref}`chap-topic`.") == []


def test_a_page_without_cells_is_held_to_those_it_refers_to():
    chapter = page(SECTIONS.format(one="", two=""))

    def elsewhere(text):
        glossary = Source("book/glossary.md", text)
        return [
            str(fault).split(": no")[0]
            for fault in claims.numbers_are_known_elsewhere([glossary, chapter])
        ]

    assert elsewhere("It is 0.375, see {ref}`sec-two`.\n") == []
    assert elsewhere("It is 0.375 {cite}`known`.\n") == []
    assert elsewhere("It is 0.375, see {ref}`chap-topic`.\n") == []
    assert elsewhere("\nIt is 0.25, see {ref}`sec-two`.\n") == [
        "book/glossary.md:2: '0.25'"
    ]


@pytest.mark.slow
def test_the_numbers_of_the_pages_without_cells_are_known():
    pages = linting.pages(places.ROOT)
    assert sum(not reading.cells_of(each.text) for each in pages) >= 5
    assert list(map(str, claims.numbers_are_known_elsewhere(pages))) == []


def test_a_page_without_cells_computes_nothing():
    assert typed("It is 97.5% right.\n") == []


def test_a_number_of_a_solution_that_no_cell_asserts_is_seen():
    assert unasserted(ANSWERED) == []
    (fault,) = unasserted(ANSWERED.replace("= 12$", "= 13$"))
    assert "'13' in the solution of ex-a" in fault.what
    assert fault.line == 8
    (fault,) = unasserted(ANSWERED.replace("97.5 %", "98.5 %"))
    assert "'98.5 %' in the solution of ex-a" in fault.what
    assert fault.line == 9


def test_powers_of_ten_and_code_in_a_solution_are_read_as_such():
    large = ANSWERED.replace("= 12$", r"= 12$, or $2.5 \cdot 10^{11}$")
    (fault,) = unasserted(large)
    assert r"'2.5 \cdot 10^{11}' in the solution" in fault.what
    assert unasserted(large.replace("runs == 40", "runs == 40 and n == 2.5e11")) == []
    listed = ANSWERED.replace("```{solution}", "````{solution}")
    end = "succeed.\n```\n"
    listed = listed.replace(end, "succeed.\n\n```python\nx = 37\n```\n````\n")
    assert unasserted(listed) == []
    assert len(unasserted(listed.replace("runs == 40", "runs"))) == 1


def test_a_number_in_a_comment_or_in_a_constant_is_not_asserted():
    (fault,) = unasserted(ANSWERED.replace("runs == 40", "runs  # 40"))
    assert "'40'" in fault.what
    (fault,) = unasserted(ANSWERED.replace("assert weights", "assert True  # weights"))
    assert "no cell behind the solution of ex-a asserts" in fault.what


def test_a_solution_without_an_assertion_is_seen_unless_it_is_reasoned():
    without = ANSWERED.replace("assert ", "checked = ")
    (fault,) = unasserted(without)
    assert "no cell behind the solution of ex-a asserts" in fault.what
    assert fault.line == 5
    end = "succeed.\n```\n"
    argued = without.replace(end, f"{end}% reasoned: a matter of taste\n")
    assert unasserted(argued) == []
    without_reason = without.replace(end, f"{end}% reasoned:\nBecause.\n")
    assert len(unasserted(without_reason)) == 1


@pytest.mark.parametrize("between", ["## A heading", "```{exercise}\n```"])
def test_a_cell_behind_the_next_exercise_or_heading_answers_for_nothing(between):
    moved = ANSWERED.replace("```{code-cell}", f"{between}\n\n```{{code-cell}}")
    assert len(unasserted(moved)) == 1


def test_a_solution_that_cannot_be_read_is_seen():
    assert list(claims.solutions_are_closed(page(ANSWERED))) == []
    open_ended = ANSWERED.replace("```{solution}", "````{solution}")
    (fault,) = claims.solutions_are_closed(page(open_ended))
    assert "of 1 exercises, 0 have a solution" in fault.what


def test_too_many_reasoned_solutions_are_seen():
    few = page("% reasoned: taste\n" * claims.MOST_REASONED)
    more = Source("book/z.md", "Text.\n% reasoned: taste\n")
    assert list(claims.few_solutions_are_reasoned([few])) == []
    (fault,) = claims.few_solutions_are_reasoned([few, more])
    assert str(fault).startswith("book/z.md:2: the book has 13 solutions that no cell")


def test_a_number_in_a_caption_is_held_to_the_cells_of_its_section():
    assert not list(claims.numbers_are_known(Source("book/topic.md", CAPTION)))
    wrong = CAPTION.replace("97.5%", "98.5%")
    (fault,) = claims.numbers_are_known(Source("book/topic.md", wrong))
    assert "'98.5%': no cell of this section" in fault.what
    assert fault.line == 10
