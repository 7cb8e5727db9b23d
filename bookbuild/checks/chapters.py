"""Rules that the source of every page keeps, and those of a chapter that teaches.

Each rule takes the source of a page, or of all pages where it compares them, and
yields what is wrong.
"""

import ast
import itertools
import re
import statistics
from collections.abc import Iterable, Iterator

import yaml

from bookbuild.checks import reading
from bookbuild.checks.sources import Fault, Source, line_at, tree_or_empty, without

# What one looks things up in, as against what teaches.
REFERENCE = {
    "api",
    "bibliography",
    "checks",
    "costs",
    "errata",
    "glossary",
    "index",
    "keras-2-to-3",
    "notation",
    "since-the-lecture",
}
MEDIAN_LINES = 6
MOST_LINES = 25
MOST_COLUMNS = 79  # more makes a phone scroll
DESCRIPTION_LENGTH = (50, 170)  # characters; search engines cut what is longer
LEAST_EXERCISES = 3
CARDS = ("You will be able to", "You need", "It takes")
FORBIDDEN = {
    r"pip install": "leave it out: the reader installs the package once",
    r"sys\.path": "leave it out: the package is installed",
    r"tf\.keras|import tensorflow": "write it with `import keras`: Keras 3 only",
    r"KERAS_BACKEND": "leave it out: the reader chooses the backend",
}


def teaches(page: Source) -> bool:
    """Return whether a page is a chapter that teaches."""
    return page.name not in REFERENCE


# Cells


def cells_are_python(page: Source) -> Iterator[Fault]:
    """Yield the cells that Python cannot read."""
    for cell in reading.cells_of(page.text):
        try:
            ast.parse(reading.python_of(cell.code))
        except SyntaxError as error:
            line = cell.line + (error.lineno or 1) - 1
            yield page.fault(f"Python cannot read the cell: {error.msg}", line)


def cells_are_short(page: Source) -> Iterator[Fault]:
    """Yield the shown cells that are too long, and a page of long cells."""
    shown = [cell for cell in reading.cells_of(page.text) if cell.is_shown]
    lengths = [len(cell.code.splitlines()) for cell in shown]
    for cell, length in zip(shown, lengths, strict=True):
        if length > MOST_LINES:
            yield page.fault(
                f"the cell has {length} lines, where {MOST_LINES} are the most; "
                "split it, or move what it defines to byhand",
                cell.line,
            )
    if lengths and (median := statistics.median(lengths)) > MEDIAN_LINES:
        yield page.fault(
            f"half of the cells have {median:g} lines or more, where {MEDIAN_LINES} "
            "are the most; split the longer ones"
        )


def cells_are_narrow(page: Source) -> Iterator[Fault]:
    """Yield the lines of cells that are too wide."""
    for line, text in lines_of_cells(page):
        if len(text) > MOST_COLUMNS:
            yield page.fault(
                f"the line has {len(text)} columns, where {MOST_COLUMNS} are the "
                "most; break it",
                line,
            )


def cells_are_portable(page: Source) -> Iterator[Fault]:
    """Yield what a cell must not hold, since it is the reader's business."""
    for line, text in lines_of_cells(page):
        for pattern, remedy in FORBIDDEN.items():
            if found := re.search(pattern, text):
                yield page.fault(f"a cell has `{found[0]}`; {remedy}", line)


def lines_of_cells(page: Source) -> Iterator[tuple[int, str]]:
    """Yield each line of code of a page with its number."""
    for cell in reading.cells_of(page.text):
        yield from enumerate(cell.code.splitlines(), start=cell.line)


def definitions_are_unique(pages: Iterable[Source]) -> Iterator[Fault]:
    """Yield the functions and classes that a page defines after another has."""
    home: dict[str, str] = {}
    for page in pages:
        for cell in reading.cells_of(page.text):
            for line, name in sorted(definitions(cell.code)):
                if home.setdefault(name, page.place) != page.place:
                    yield page.fault(
                        f"{name} is defined in {home[name]}, too; "
                        "move it to byhand, with a test",
                        cell.line + line - 1,
                    )


def definitions(code: str) -> set[tuple[int, str]]:
    """Return line and name of each function and class that a cell defines."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = ast.walk(tree_or_empty(reading.python_of(code)))
    return {(node.lineno, node.name) for node in found if isinstance(node, kinds)}


def training_is_seeded(page: Source) -> Iterator[Fault]:
    """Yield a chapter that trains a network and sets no seed."""
    cells = reading.cells_of(page.text)
    code = "\n".join(cell.code for cell in cells)
    trains = ".fit(" in code and "epochs=" in code
    if teaches(page) and trains and "keras.utils.set_random_seed(" not in code:
        line = next(cell.line for cell in cells if ".fit(" in cell.code)
        yield page.fault(
            "the page trains without a seed; call keras.utils.set_random_seed(0)", line
        )


# Prose


def pages_are_described(page: Source) -> Iterator[Fault]:
    """Yield a page whose front matter does not say what it is about."""
    least, most = DESCRIPTION_LENGTH
    wanted = (
        f"give it myst: html_meta: description: of {least} to {most} characters, "
        "between --- lines at its top"
    )
    front = reading.FRONT_MATTER.match(page.text)
    if not front:
        yield page.fault(f"the page has no front matter; {wanted}")
        return
    try:
        about = yaml.safe_load(front["yaml"])["myst"]["html_meta"]["description"]
    except yaml.YAMLError:
        yield page.fault("the front matter is no YAML; correct it")
    except (KeyError, TypeError):
        yield page.fault(f"the page has no description; {wanted}")
    else:
        if not least <= len(str(about)) <= most:
            yield page.fault(
                f"the description has {len(str(about))} characters; {wanted}"
            )


def one_sentence_a_line(page: Source) -> Iterator[Fault]:
    """Yield the lines of prose that hold two sentences, which diffs cannot tell."""
    text = without(r"```.*?```|^---\n.*?\n---\n", page.text, re.DOTALL)
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith(("|", "#", ":", "-", "  ")):
            continue
        if found := re.search(r"[a-z)]\. [A-Z]", line):
            at = line[: found.end() - 1][-20:]
            yield page.fault(
                f"a second sentence begins behind {at!r}; give it a line of its own",
                number,
            )


# Structure


def exercises_are_solved(page: Source) -> Iterator[Fault]:
    """Yield the exercises without a folded solution, and solutions of no exercise."""
    folded = r"`{3,}\{solution\} (?P<name>\S+)\n:class: dropdown"
    exercises = list(reading.EXERCISE.finditer(page.text))
    solutions = list(re.finditer(folded, page.text))
    asked = [found["name"] for found in exercises]
    solved = [found["name"] for found in solutions]
    for found in exercises:
        if found["name"] not in solved:
            yield page.fault(
                f"{found['name']} has no folded solution; write "
                f"```{{solution}} {found['name']} with :class: dropdown behind it",
                line_at(page.text, found.start()),
            )
    for found in solutions:
        if found["name"] not in asked:
            yield page.fault(
                f"the solution solves {found['name']}, which is no exercise of this "
                "page; correct the name",
                line_at(page.text, found.start()),
            )
    if set(asked) != set(solved):
        return
    for number, (one, other) in enumerate(itertools.zip_longest(asked, solved)):
        if one != other:
            found = solutions[min(number, len(solutions) - 1)]
            yield page.fault(
                "from here on the solutions stand in another order than their "
                "exercises, or one stands twice; put each behind its exercise",
                line_at(page.text, found.start()),
            )
            return


def chapters_are_framed(page: Source) -> Iterator[Fault]:
    """Yield what a chapter lacks at its top and at its end."""
    if not teaches(page):
        return
    for card in CARDS:
        if f"{{grid-item-card}} {card}" not in page.text:
            yield page.fault(f"no card says {card!r}; add :::{{grid-item-card}} {card}")
    if f"(chap-{page.name})=" not in page.text:
        yield page.fault(
            f"the title has no label; put (chap-{page.name})= before it, "
            "so that other pages can refer to it"
        )
    titles = [title for _, title, _ in sections(page)]
    if not titles or not titles[-1].startswith("Summary"):
        last = page.text.count("\n") or 1
        yield page.fault("the chapter does not end with ## Summary; add one", last)
    elif "Summary" not in titles:
        yield page.fault("the last section is not called ## Summary; rename it")


def sections(page: Source) -> Iterator[tuple[int, str, str]]:
    """Yield line, title and text of each section of a page."""
    parts = list(re.finditer(r"^## (?P<title>.*)", page.text, re.MULTILINE))
    ends = [part.start() for part in parts[1:]] + [len(page.text)]
    for part, end in zip(parts, ends, strict=True):
        line = line_at(page.text, part.start())
        yield line, part["title"], page.text[part.start() : end]


def sections_teach(page: Source) -> Iterator[Fault]:
    """Yield the sections, but for the last, that do not ask, warn and exercise."""
    if not teaches(page):
        return
    for line, title, text in list(sections(page))[:-1]:
        if not title.endswith("?"):
            yield page.fault(
                f"the title {title!r} asks nothing; make it a question", line
            )
        if "```{exercise}" not in text:
            yield page.fault(f"{title!r} has no exercise; set one", line)
        if "### What goes wrong" not in text:
            yield page.fault(
                f"{title!r} warns of nothing; add ### What goes wrong", line
            )


def chapters_exercise_and_cite(page: Source) -> Iterator[Fault]:
    """Yield a chapter with too few exercises, or without a source."""
    if not teaches(page):
        return
    count = page.text.count("```{exercise}")
    if count < LEAST_EXERCISES:
        yield page.fault(
            f"the chapter has {count} exercises, where {LEAST_EXERCISES} are the "
            "least; set more"
        )
    if "{cite" not in page.text:
        yield page.fault("the chapter cites nothing; name its sources with {cite:t}")
