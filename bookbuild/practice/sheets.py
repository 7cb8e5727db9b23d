"""Sheets of exercises: new numbers for each student, and a key for the teacher."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bookbuild.practice.catalogue import CHAPTERS, exercises_of
from bookbuild.practice.errors import RequestError
from bookbuild.practice.variants import Variant

MOST_STUDENTS = 1000
LINE = "_" * 30


@dataclass(frozen=True)
class Task:
    """One exercise on one sheet.

    Attributes
    ----------
    title : str
        Its title in the chapter.
    label : str
        Its label in the chapter.
    seed : int
        The seed of its numbers, for the page and for the command line.
    variant : Variant
        What is asked.
    """

    title: str
    label: str
    seed: int
    variant: Variant


@dataclass(frozen=True)
class Sheet:
    """What one student gets.

    Attributes
    ----------
    student : int
        The number of the student, from 1.
    chapter : str
        The title of the chapter.
    tasks : sequence of Task
        The exercises in the order of the chapter.
    """

    student: int
    chapter: str
    tasks: Sequence[Task]


def seed_of(seed: int, student: int) -> int:
    """Return the seed of one student's sheet.

    Sheets with other seeds have no student in common with these.

    Examples
    --------
    >>> seed_of(7, student=1), seed_of(7, student=30)
    (7001, 7030)
    """
    return seed * MOST_STUDENTS + student


def sheets(
    chapter: str,
    *,
    seed: int,
    students: int,
    labels: Sequence[str] = (),
    title: str = "",
    titles: Mapping[str, str] | None = None,
) -> list[Sheet]:
    """Return a sheet for each student.

    Parameters
    ----------
    chapter : str
        The chapter, such as "convolution".
    seed : int
        Another seed gives other numbers.
    students : int
        How many sheets there are.
    labels : sequence of str, optional
        The exercises; all of the chapter that take an answer, unless some are named.
    title : str, optional
        The title of the chapter.
    titles : Mapping, optional
        The titles of the exercises, by label.

    Raises
    ------
    RequestError
        If there is no such chapter or exercise, or no student, or too many.
    """
    if chapter not in CHAPTERS:
        raise RequestError(
            f"no chapter {chapter!r} has exercises that answer; there are "
            f"{', '.join(CHAPTERS)}"
        )
    if not 1 <= students < MOST_STUDENTS:
        raise RequestError(
            f"{students} students cannot get a sheet each; give a number from 1 to "
            f"{MOST_STUDENTS - 1}"
        )
    known = exercises_of(chapter)
    unknown = [label for label in labels if label not in known]
    if unknown:
        raise RequestError(
            f"{unknown[0]} is no exercise of {chapter} that answers; there are "
            f"{', '.join(known)}"
        )
    chosen = [known[label] for label in dict.fromkeys(labels)] or list(known.values())
    names = titles or {}
    found = []
    for student in range(1, students + 1):
        own = seed_of(seed, student)
        tasks = [
            Task(names.get(one.label, one.label), one.label, own, one.variant(own))
            for one in chosen
        ]
        found.append(Sheet(student, title or chapter, tasks))
    return found


def sheet_in_markdown(sheet: Sheet) -> str:
    """Return the sheet of one student."""
    lines = [
        f"# {sheet.chapter}: sheet {sheet.student}",
        "",
        f"Name: {LINE}",
        "",
    ]
    for number, task in enumerate(sheet.tasks, start=1):
        lines += [f"## {number}. {task.title}", ""]
        for paragraph in task.variant.question:
            lines += [_escaped(paragraph), ""]
        for part in task.variant.parts:
            unit = f" {part.unit}" if part.unit else ""
            lines.append(f"- {_escaped(part.label)}: {LINE}{unit}")
        lines.append("")
    return "\n".join(lines)


def key_in_markdown(sheets: Sequence[Sheet]) -> str:
    """Return the key to some sheets: the answers by student, and how to find them."""
    first = sheets[0]
    lines = [f"# {first.chapter}: key to {len(sheets)} sheets", ""]
    for sheet in sheets:
        lines += [f"## Sheet {sheet.student}", ""]
        lines += ["| exercise | answers |", "|---|---|"]
        for number, task in enumerate(sheet.tasks, start=1):
            answers = "; ".join(
                f"{_escaped(part.label)}: {_written(part)}"
                for part in task.variant.parts
            )
            lines.append(f"| {number}. {task.title} | {answers} |".replace("||", "| |"))
        lines.append("")
    lines += ["## How the answers of sheet 1 are found", ""]
    for number, task in enumerate(first.tasks, start=1):
        lines += [f"### {number}. {task.title}", ""]
        for paragraph in task.variant.explanation:
            lines += [_escaped(paragraph), ""]
    lines += [
        f"In the page, an exercise with the seed {first.tasks[0].seed} has the numbers "
        "of sheet 1, with the next seed those of sheet 2, and so on.",
        "",
    ]
    return "\n".join(lines)


def _written(part) -> str:
    """Return a right answer for a table: a formula as code, so that nothing is lost."""
    if part.kind == "formula":
        return f"`{part.written}`".replace("|", r"\|")
    return _escaped(part.written)


def _escaped(text: str) -> str:
    """Return plain text in which Markdown finds no signs of its own outside code."""
    pieces = text.split("`")
    for place in range(0, len(pieces), 2):
        for sign in "\\*_|[]<":
            pieces[place] = pieces[place].replace(sign, f"\\{sign}")
        if pieces[place].startswith("#"):
            pieces[place] = f"\\{pieces[place]}"
    return "`".join(pieces)
