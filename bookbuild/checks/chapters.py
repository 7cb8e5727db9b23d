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
    "course",
    "errata",
    "explorer",
    "glossary",
    "index",
    "keras-2-to-3",
    "notation",
    "since-the-lecture",
}
NAME_OF_FIGURE = re.compile(r"fig-[a-z0-9]+(-[a-z0-9]+)*")
FIGURE_NAMED = re.compile(r"^[ \t]*:?name: *(?P<name>fig-\S+)$", re.MULTILINE)
MEDIAN_LINES = 6
MOST_LINES = 25
MOST_COLUMNS = 79  # more makes a phone scroll
DESCRIPTION_LENGTH = (50, 170)  # characters; search engines cut what is longer
LEAST_EXERCISES = 6
RULE_OF_TABLE = re.compile(r"\|(\s*:?-+:?\s*\|)+")
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
    """Yield the cells whose code Python cannot read, or YAML their options."""
    for cell in reading.cells_of(page.text):
        if cell.fault:
            yield page.fault(
                f"the options of the cell cannot be read: {cell.fault}; correct the "
                "YAML between its --- lines",
                cell.line,
            )
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
    """Return line and name of each function and class, no method, of a cell."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    nodes = list(ast.walk(tree_or_empty(reading.python_of(code))))
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    methods = {id(member) for each in classes for member in each.body}
    return {
        (node.lineno, node.name)
        for node in nodes
        if isinstance(node, kinds) and id(node) not in methods
    }


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


# Figures


def figures_are_captioned(page: Source) -> Iterator[Fault]:
    """Yield the cells that draw without name and caption, and captions of nothing.

    What a cell draws is seen once it has run; that which can be told from its code is
    told here.
    """
    for cell in reading.cells_of(page.text):
        if not cell.is_shown:
            if cell.figure:
                yield page.fault(
                    "the cell is removed from the page, and its figure with it; leave "
                    "out mystnb: figure:, or the tag remove-cell",
                    cell.line,
                )
            continue
        missing = [key for key in ("name", "caption") if not cell.figure.get(key)]
        if missing and (cell.figure or draws(cell.code)):
            yield page.fault(
                f"the cell draws a figure that has no {' and no '.join(missing)}; "
                "give it mystnb: figure: name: and caption: between --- lines at its "
                "top",
                cell.line,
            )
        name = str(cell.figure.get("name", ""))
        if name and not NAME_OF_FIGURE.fullmatch(name):
            yield page.fault(
                f"the figure is called {name!r}; name it by its topic, fig-topic, in "
                "lower-case letters",
                cell.line,
            )


def draws(code: str) -> bool:
    """Return whether code draws a figure, as far as one can tell without running it."""
    tree = tree_or_empty(reading.python_of(code))
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr) and name_called(last.value, "draw_"):
        return True
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if name_called(node, "plt.show") or name_called(node, ".set_label"):
            return True
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            pending += ast.iter_child_nodes(node)
    return False


def name_called(node: ast.AST, part: str) -> bool:
    """Return whether a node calls something with a part in its name."""
    return isinstance(node, ast.Call) and part in ast.unparse(node.func)


def figures_are_unique(pages: Iterable[Source]) -> Iterator[Fault]:
    """Yield the figures whose name another one has, whatever draws them."""
    home: dict[str, str] = {}
    for page in pages:
        for found in FIGURE_NAMED.finditer(page.text):
            name, line = found["name"], line_at(page.text, found.start("name"))
            here = f"{page.place}:{line}"
            if home.setdefault(name, here) != here:
                yield page.fault(
                    f"{name} is the figure of {home[name]}, too; give one of the two "
                    "another name",
                    line,
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
    lines = enumerate(text.splitlines(), start=1)
    for number, line in (*lines, *reading.captions_of(page.text)):
        if line.startswith(("|", "#", ":", "-", "  ")):
            continue
        if found := re.search(r"[a-z)]\. [A-Z]", line):
            at = line[: found.end() - 1][-20:]
            yield page.fault(
                f"a second sentence begins behind {at!r}; give it a line of its own",
                number,
            )


# Exercises


def exercises_are_titled(page: Source) -> Iterator[Fault]:
    """Yield the exercises without a title, a label or a level."""
    levels = ", ".join(reading.LEVELS)
    for exercise in reading.exercises_of(page.text):
        called = exercise.name or "the exercise"
        if not exercise.title:
            yield page.fault(
                f"{called} has no title; name its subject behind {{exercise}}",
                exercise.line,
            )
        if not exercise.name:
            yield page.fault(
                "the exercise has no label; add :label: ex-topic", exercise.line
            )
        if not exercise.level:
            yield page.fault(
                f"{called} has no level; add :class: with one of {levels}",
                exercise.line,
            )
        elif exercise.level not in reading.LEVELS:
            yield page.fault(
                f"{called} has the level {exercise.level!r}; take one of {levels}",
                exercise.line,
            )


def exercises_are_solved(page: Source) -> Iterator[Fault]:
    """Yield the exercises without a folded solution, and solutions of no exercise."""
    folded = r"`{3,}\{solution\} (?P<name>\S+)\n:class: dropdown"
    exercises = reading.exercises_of(page.text)
    solutions = list(re.finditer(folded, page.text))
    asked = [exercise.name for exercise in exercises]
    solved = [found["name"] for found in solutions]
    for exercise in exercises:
        if exercise.name not in solved:
            yield page.fault(
                f"{exercise.name} has no folded solution; write "
                f"```{{solution}} {exercise.name} with :class: dropdown behind it",
                exercise.line,
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


def tables_have_headers(page: Source) -> Iterator[Fault]:
    """Yield the tables a column of which has no word at its top.

    Who hears a table is told the header with each cell; an equation alone is not read.
    """
    lines = page.text.splitlines()
    for number, (line, below) in enumerate(itertools.pairwise(lines), start=1):
        if not line.startswith("|") or not RULE_OF_TABLE.fullmatch(below):
            continue
        headers = re.split(r"(?<!\\)\|", line)[1:-1]
        wordless = [text for text in headers if not re.search(r"\w", bare(text))]
        if wordless:
            yield page.fault(
                f"the table has {len(wordless)} headers without a word; name what the "
                "column holds, beside its symbol if it has one",
                number,
            )


def bare(text: str) -> str:
    """Return a text without its equations."""
    return re.sub(r"\$[^$]*\$", "", text)


# Structure


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
    if "```{times}" not in page.text:
        yield page.fault(
            "nothing computes how long the chapter takes; put ```{times} into the card "
            "'It takes'"
        )
    titles = re.findall(r"^## (.*)", page.text, re.MULTILINE)
    if not titles or not titles[-1].startswith("Summary"):
        last = page.text.count("\n") or 1
        yield page.fault("the chapter does not end with ## Summary; add one", last)
    elif "Summary" not in titles:
        yield page.fault("the last section is not called ## Summary; rename it")


def chapters_exercise_and_cite(page: Source) -> Iterator[Fault]:
    """Yield a chapter with too few exercises, without a project or a source."""
    if not teaches(page):
        return
    exercises = reading.exercises_of(page.text)
    if len(exercises) < LEAST_EXERCISES:
        yield page.fault(
            f"the chapter has {len(exercises)} exercises, where {LEAST_EXERCISES} are "
            "the least; set more"
        )
    if "project" not in {exercise.level for exercise in exercises}:
        yield page.fault(
            "no exercise of the chapter is a project; set one of an hour, with "
            ":class: project"
        )
    if "{cite" not in page.text:
        yield page.fault("the chapter cites nothing; name its sources with {cite:t}")
