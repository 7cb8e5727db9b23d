"""The rules for the page on the lecture, held to planted faults."""

import pytest

from bookbuild.checks import lecture
from bookbuild.checks.sources import Source

ROWS = [f"| {title} | was | is | {{ref}}`sec-a` |" for title in sorted(lecture.SLIDES)]
MORE = lecture.LEAST_ROWS - len(ROWS)
ROWS = [*ROWS, *[ROWS[0].replace("{ref}`sec-a`", "—")] * MORE]
PAGE = "\n".join(["| Slide | Then | Now | Where |", "|---|---|---|---|", *ROWS])


def page(text=PAGE):
    return Source(lecture.PLACE, text)


def test_a_good_page_has_no_fault():
    assert list(lecture.slides_are_named(page())) == []
    assert list(lecture.rows_say_where(page())) == []
    joined = PAGE.replace("| Training |", "| Training; Dropout |")
    assert list(lecture.slides_are_named(page(joined))) == []


def test_a_title_that_no_slide_has_is_seen_and_the_slide_missed():
    unknown, missed = lecture.slides_are_named(
        page(PAGE.replace("| Dropout |", "| Drop-out |"))
    )
    assert "'Drop-out' is the title of no slide" in unknown.what
    assert unknown.line == PAGE[: PAGE.index("| Dropout |")].count("\n") + 1
    assert "no row speaks of the slide 'Dropout'" in missed.what


@pytest.mark.parametrize(
    ("new", "fragment"),
    [
        ("| was | is | somewhere |", "does not say where"),
        ("| was | is | {ref}`sec-a`", "does not say where"),
        ("| is | {ref}`sec-a` |", "has 3 columns, not 4"),
    ],
)
def test_a_row_that_does_not_say_where_is_seen(new, fragment):
    first = ROWS[0]
    bad = first.replace("| was | is | {ref}`sec-a` |", new)
    (fault,) = lecture.rows_say_where(page(PAGE.replace(first, bad, 1)))
    assert fragment in fault.what
    assert fault.line == 3


def test_too_few_rows_are_seen():
    (fault,) = lecture.rows_say_where(page(PAGE.rpartition("\n")[0]))
    assert "39 rows are found, where 40 are the least" in fault.what
