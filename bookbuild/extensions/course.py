"""The directives `course-plan` and `course-exercises`: a course of the chapters.

    ```{course-plan}
    :hours: 6
    ```

The plan divides the chapters that have exercises among weeks of so many hours of a
student's work. Times come from bookbuild/checks/times.py, and what answers in the page
from bookbuild/practice.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookbuild.checks import reading, times
from bookbuild.practice.catalogue import CHAPTERS, exercises_of

HOURS = 6  # of a week, unless the directive says so


@dataclass(frozen=True)
class Chapter:
    """What a chapter takes and offers.

    Attributes
    ----------
    document : str
        Its document, such as "book/convolution".
    reading : float
        Minutes to read it.
    solving : int
        Minutes for its exercises, without the project.
    levels : dict
        How many exercises it has of each level.
    answering : int
        How many exercises take an answer in the page.
    """

    document: str
    reading: float
    solving: int
    levels: dict[str, int]
    answering: int

    @property
    def name(self) -> str:
        """Return the name of the document, without its folder."""
        return self.document.rpartition("/")[2]

    @property
    def hours(self) -> float:
        """Return the hours of reading and solving, without the project."""
        return (self.reading + self.solving) / 60


@dataclass(frozen=True)
class Week:
    """Some weeks of the course, and the chapters that they are for.

    Attributes
    ----------
    first, last : int
        The first and the last week.
    chapters : sequence of Chapter
        What is read and solved in them.
    """

    first: int
    last: int
    chapters: Sequence[Chapter]

    @property
    def name(self) -> str:
        """Return the number of the week, or the range."""
        return (
            str(self.first)
            if self.first == self.last
            else f"{self.first} to {self.last}"
        )

    @property
    def hours(self) -> float:
        """Return the hours of all of them together."""
        return sum(chapter.hours for chapter in self.chapters)


def chapter_of(document: str, text: str) -> Chapter:
    """Return what the source of a chapter takes and offers."""
    levels = dict.fromkeys(reading.LEVELS, 0)
    for exercise in reading.exercises_of(text):
        if exercise.level in levels:
            levels[exercise.level] += 1
    solving = sum(
        times.MINUTES[level] * count
        for level, count in levels.items()
        if level != "project"
    )
    name = document.rpartition("/")[2]
    answering = len(exercises_of(name)) if name in CHAPTERS else 0
    return Chapter(document, times.minutes_to_read(text), solving, levels, answering)


def weeks_of(chapters: Sequence[Chapter], hours: float) -> list[Week]:
    """Return chapters divided among weeks, in their order.

    Short chapters share a week as long as both fit; a long one takes several.

    Parameters
    ----------
    chapters : sequence of Chapter
        The chapters.
    hours : float
        The work of one week.
    """
    weeks: list[Week] = []
    waiting: list[Chapter] = []

    def close() -> None:
        if waiting:
            first = weeks[-1].last + 1 if weeks else 1
            taken = max(1, math.ceil(sum(one.hours for one in waiting) / hours - 0.1))
            weeks.append(Week(first, first + taken - 1, tuple(waiting)))
            waiting.clear()

    for chapter in chapters:
        # A tenth of a week too much is no reason to begin another.
        if sum(one.hours for one in waiting) + chapter.hours > 1.1 * hours:
            close()
        waiting.append(chapter)
    close()
    return weeks


class Plan(SphinxDirective):
    """What both tables share."""

    option_spec = {"hours": directives.positive_int}  # noqa: RUF012  as docutils has it

    def chapters(self) -> list[Chapter]:
        """Return the chapters with exercises; read the page again when they change."""
        root = Path(self.env.srcdir)
        found = []
        for document in reading.documents_in_order(root):
            path = root / f"{document}.md"
            if not path.is_file():
                continue
            chapter = chapter_of(document, path.read_text(encoding="utf-8"))
            if any(chapter.levels.values()):
                self.env.note_dependency(str(path))
                found.append(chapter)
        return found

    def link(self, document: str) -> nodes.Node:
        """Return a link to a chapter, named by its title."""
        reference = addnodes.pending_xref(
            "",
            nodes.inline("", ""),
            refdomain="std",
            reftype="doc",
            reftarget=f"/{document}",
            refdoc=self.env.docname,
            refexplicit=False,
            refwarn=True,
        )
        self.set_source_info(reference)
        return reference

    def table(self, titles: Sequence[str], rows: Sequence[Sequence[object]]):
        """Return a table of texts and nodes."""
        group = nodes.tgroup("", *[nodes.colspec(colwidth=1) for _ in titles])
        group["cols"] = len(titles)
        head = nodes.row("", *[nodes.entry("", cell(title)) for title in titles])
        body = nodes.tbody()
        for row in rows:
            body += nodes.row("", *[nodes.entry("", cell(one)) for one in row])
        group += [nodes.thead("", head), body]
        return nodes.table("", group, classes=["course"])


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "week"), counted(6, "hour")
    ('1 week', '6 hours')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def cell(content: object) -> nodes.paragraph:
    """Return what stands in a cell as a paragraph."""
    if isinstance(content, nodes.Node):
        return nodes.paragraph("", "", content)
    return nodes.paragraph(str(content), str(content))


class CoursePlan(Plan):
    """The weeks of a course, with the hours and the exercises of each."""

    def run(self) -> list[nodes.Node]:
        """Return a sentence and the table."""
        hours = self.options.get("hours", HOURS)
        chapters = self.chapters()
        if not chapters:
            raise self.error(
                "no chapter of _toc.yml has an exercise; write some, or leave the "
                "directive course-plan out"
            )
        weeks = weeks_of(chapters, hours)
        total = sum(week.hours for week in weeks)
        count = len(chapters)
        said = (
            f"With {counted(hours, 'hour')} of work a week, "
            f"{f'the {count} chapters take' if count > 1 else 'one chapter takes'} "
            f"{counted(weeks[-1].last, 'week')} and {counted(round(total), 'hour')}, "
            "projects not counted."
        )
        rows = []
        for week in weeks:
            links: list[nodes.Node] = []
            for place, chapter in enumerate(week.chapters):
                if place:
                    links.append(nodes.Text("; "))
                links.append(self.link(chapter.document))
            rows.append(
                [
                    week.name,
                    nodes.inline("", "", *links),
                    f"{sum(one.reading for one in week.chapters) / 60:.1f}",
                    f"{sum(one.solving for one in week.chapters) / 60:.1f}",
                    f"{week.hours:.1f}",
                ]
            )
        titles = ["week", "chapters", "hours to read", "hours to solve", "hours"]
        return [nodes.paragraph(said, said), self.table(titles, rows)]


class CourseExercises(Plan):
    """The exercises of each chapter by level, and those that answer in the page."""

    def run(self) -> list[nodes.Node]:
        """Return the table, with a sum below it."""
        chapters = self.chapters()
        rows: list[list[object]] = [
            [
                self.link(chapter.document),
                *(chapter.levels[level] for level in reading.LEVELS),
                chapter.answering,
            ]
            for chapter in chapters
        ]
        sums = [sum(one.levels[level] for one in chapters) for level in reading.LEVELS]
        answering = sum(one.answering for one in chapters)
        rows.append(["together", *sums, answering])
        titles = ["chapter", *reading.LEVELS, "answer in the page"]
        return [self.table(titles, rows)]


def connect(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("course-plan", CoursePlan)
    app.add_directive("course-exercises", CourseExercises)
