"""Numbers that no cell knows are seen, in prose and in solutions."""

import pytest

from bookbuild.checks import claims
from bookbuild.checks.sources import Source

PROSE = """It is 97.5% right.

```{code-cell} ipython3
assert a > 0.975
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
    return [fault.what.split(" ")[0] for fault in claims.numbers_are_known(page(text))]


def unasserted(text):
    return list(claims.solutions_are_asserted(page(text)))


def test_a_typed_number_is_seen():
    assert typed(PROSE) == []
    (fault,) = claims.numbers_are_known(page(PROSE.replace("0.975", "0.9")))
    assert str(fault).startswith("book/topic.md:1: '97.5%' is typed")
    assert typed(PROSE.replace("0.975", "b").replace("97.5%", "{glue:text}`a`")) == []
    assert typed(PROSE.replace("97.5%", "3.14")) == ["'3.14'"]


@pytest.mark.parametrize("said", ["2.5 per cent", "2.5 percentage points", "97.5 %"])
def test_a_share_may_be_said_of_the_rest_and_in_words(said):
    assert typed(PROSE.replace("97.5%", said)) == []
    assert len(typed(PROSE.replace("97.5%", said.replace("7", "6").replace("2", "3"))))


@pytest.mark.parametrize(
    "line",
    [
        "| 3.14 | a table |",
        "# 3.14, a title",
        "It is 3.14, says {cite:t}`known`.",
        "It is 3.14, says the slide *Chain rule*.",
        "It is $3.14$, and `3.14`, and {eq}`3.14`.",
        "It is under CC BY-SA 4.0.",
        "It has 314 parts.",
    ],
)
def test_what_repeats_or_has_a_source_needs_no_cell(line):
    assert typed(f"{line}\n\n{PROSE}") == []


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
