"""The plan of a course: what a chapter takes, and how chapters share weeks."""

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from bookbuild.checks import reading, times
from bookbuild.extensions import course

ROOT = Path(__file__).parents[3]
TEXT = """# A chapter

word word word

```{exercise} One
:label: ex-one
:class: routine

How?
```

```{exercise} Two
:label: ex-two
:class: project

Why?
```
"""


def chapter(name, hours):
    return course.Chapter(f"book/{name}", hours * 60, 0, {}, 0)


def test_what_a_chapter_takes():
    found = course.chapter_of("book/chapter", TEXT)
    assert found.name == "chapter"
    assert found.levels == {"routine": 1, "deeper": 0, "project": 1}
    assert found.solving == 5  # a project comes on top
    assert 0 < found.reading < 1
    assert found.answering == 0


def test_exercises_that_answer_are_counted():
    text = (ROOT / "book/convolution.md").read_text(encoding="utf-8")
    found = course.chapter_of("book/convolution", text)
    assert found.answering == 18
    assert sum(found.levels.values()) == len(reading.exercises_of(text))


def test_short_chapters_share_a_week_and_long_ones_take_several():
    chapters = [
        chapter(name, hours) for name, hours in zip("abcd", (2, 3, 5, 13), strict=True)
    ]
    weeks = course.weeks_of(chapters, 6)
    assert [week.name for week in weeks] == ["1", "2", "3 to 5"]
    assert [[one.name for one in week.chapters] for week in weeks] == [
        ["a", "b"],
        ["c"],
        ["d"],
    ]
    assert course.weeks_of([], 6) == []


@given(st.lists(st.floats(0.1, 30), max_size=20), st.integers(1, 20))
def test_every_chapter_has_its_weeks(hours, budget):
    chapters = [chapter(str(place), one) for place, one in enumerate(hours)]
    weeks = course.weeks_of(chapters, budget)
    assert [one for week in weeks for one in week.chapters] == chapters
    ends = [(week.first, week.last) for week in weeks]
    assert all(first <= last for first, last in ends)
    assert [first for first, _ in ends] == [1, *(last + 1 for _, last in ends[:-1])][
        : len(ends)
    ]
    for week in weeks:
        assert week.hours <= 1.1 * budget * (week.last - week.first + 1) + 1e-9


@pytest.mark.parametrize("name", ["course-plan", "course-exercises"])
def test_the_page_for_teachers_shows_both(name):
    text = (ROOT / "book/course.md").read_text(encoding="utf-8")
    assert f"{{{name}}}" in text
    assert "book/course" in reading.documents_in_order(ROOT)


def test_what_the_page_for_teachers_says_of_the_chapters():
    deeper = routine = reading_all = 0.0
    for document in reading.documents_in_order(ROOT):
        path = ROOT / f"{document}.md"
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        one = course.chapter_of(document, text)
        if not any(one.levels.values()):
            continue
        deeper += times.MINUTES["deeper"] * one.levels["deeper"]
        routine += times.MINUTES["routine"] * one.levels["routine"]
        reading_all += one.reading
        assert ":::{grid-item-card} You need" in text
        assert ":::{grid-item-card} It takes" in text
    assert deeper > max(routine, reading_all)  # they take the most time


SOLUTIONS = "".join(
    f"\n```{{solution}} {name}\n:class: dropdown\n\nSo.\n```\n"
    for name in ("ex-one", "ex-two")
)
PAGE = """```{course-plan}
:hours: 1
```

```{course-exercises}
```

"""


@pytest.mark.slow
def test_a_page_shows_the_plan(prose):
    prose.page("first", TEXT.partition("\n\n")[2] + SOLUTIONS, title="First")
    prose.page("second", PAGE, title="Second")
    status, printed = prose.build()
    assert status == 0, printed
    shown = BeautifulSoup(prose.html("second"), "html.parser")
    plan, exercises = shown.select("table.course")
    (week,) = plan.select("tbody tr")
    assert [cell.get_text(strip=True) for cell in week.select("td")] == [
        "1",
        "First",
        "0.0",
        "0.1",
        "0.1",
    ]
    assert week.a["href"].endswith("first.html")
    rows = [
        [cell.get_text(strip=True) for cell in row.select("td")]
        for row in exercises.select("tbody tr")
    ]
    assert rows == [["First", "1", "0", "1", "0"], ["together", "1", "0", "1", "0"]]
    text = shown.get_text(" ")
    assert "With 1 hour of work a week, one chapter takes 1 week and" in text
