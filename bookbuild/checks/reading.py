"""Read the source of a page: its cells, equations, checks, exercises and solutions.

The checks of the sources and the extensions for Sphinx both ask, so Sphinx itself is
not needed here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from bookbuild.checks.sources import Source, line_at, read, without
from bookbuild.errors import CommandError

CELL = re.compile(
    r"^```\{code-cell\}[^\n]*\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
# The options of a cell or directive: a block of YAML, or lines `:name: value`.
BLOCK = re.compile(r"\A---\n(?P<yaml>.*?)^---\n", re.MULTILINE | re.DOTALL)
LINES = re.compile(r"\A(?:[ \t]*:[\w-]+:.*(?:\n|\Z))+")
DIRECTIVE = re.compile(
    r"^`{3}\{(?:code-cell|shapes)\}[^\n]*\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
OPTION = re.compile(r"[ \t]*:(?P<name>[\w-]+):[ \t]*(?P<value>.*)")
EQUATION = re.compile(
    r"^\$\$\n(?P<latex>.*?)\n\$\$ \((?P<label>eq-[a-z0-9-]+)\)\n"
    r"(?:% (?P<declared>definition|quoted: \S+)\n)?",
    re.MULTILINE | re.DOTALL,
)
LEVELS = ("routine", "deeper", "project")  # of exercises, in rising order
EXERCISE = re.compile(
    r"^(?P<fence>`{3,})\{exercise\}(?P<title>[^\n]*)\n"
    r"(?P<options>(?:[ \t]*:[\w-]+:[^\n]*\n)*)(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
SOLUTION = re.compile(
    r"^(?P<fence>`{3,})\{solution\} (?P<name>\S+)\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
# The one in C is ten times as fast, and a book has thousands of options.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FRONT_MATTER = re.compile(r"\A---\n(?P<yaml>.*?)\n---\n", re.DOTALL)


@dataclass(frozen=True)
class Options:
    """What stands at the top of a cell or directive, and how many lines it takes.

    Attributes
    ----------
    values : dict
        The options, as YAML reads them.
    lines : int
        The lines of their block, those around it included.
    fault : str
        Why YAML cannot read them; empty where it can.
    caption : str
        The caption of a figure as it stands in the source, without indent.
    caption_line : int
        The line of the block, from 0, on which the caption begins.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    lines: int = 0
    fault: str = ""
    caption: str = ""
    caption_line: int = 0


@dataclass(frozen=True)
class Cell:
    """A code cell: the line of the page on which its code begins, options, code."""

    line: int
    options: Mapping[str, Any]
    code: str
    fault: str = ""
    caption: str = ""
    caption_line: int = 0

    @property
    def tags(self) -> tuple[str, ...]:
        """Return the tags of the cell."""
        given = self.options.get("tags") or ()
        return (given,) if isinstance(given, str) else tuple(map(str, given))

    @property
    def is_shown(self) -> bool:
        """Return whether a reader sees the cell."""
        return "remove-cell" not in self.tags

    @property
    def checks(self) -> tuple[str, ...]:
        """Return the labels of the equations that the cell says it checks."""
        return tuple(str(self.options.get("checks") or "").split())

    @property
    def figure(self) -> Mapping[str, Any]:
        """Return the options of its figure: name and caption where it has them."""
        figure = self.options.get("mystnb") or {}
        figure = figure.get("figure") if isinstance(figure, Mapping) else {}
        return figure if isinstance(figure, Mapping) else {}


@dataclass(frozen=True)
class Exercise:
    """An exercise: the line of its fence, its label, title, level and text."""

    line: int
    name: str
    title: str
    level: str
    text: str


@dataclass(frozen=True)
class Equation:
    """A labelled equation: where it stands, what it says and how it is known.

    Its ``line`` is that of its label, its ``first_line`` that of its LaTeX.
    """

    label: str
    page: str
    line: int
    first_line: int
    latex: str
    declared: str
    checked_in: tuple[str, ...] = ()


def cells_of(text: str) -> list[Cell]:
    """Return the code cells of a page, in order."""
    found = []
    for cell in CELL.finditer(text):
        first = line_at(text, cell.start("body"))
        options = options_of(cell["body"])
        lines = cell["body"].splitlines()[options.lines :]
        line = first + options.lines
        while lines and not lines[0]:
            lines.pop(0)
            line += 1
        found.append(
            Cell(
                line=line,
                options=options.values,
                code="\n".join(lines).rstrip("\n"),
                fault=options.fault,
                caption=options.caption,
                caption_line=first + options.caption_line,
            )
        )
    return found


def options_of(body: str) -> Options:
    """Return the options at the top of what a cell or directive holds.

    They are lines `:name: value`, or YAML between two lines `---`.
    """
    if block := BLOCK.match(body):
        written, above = block["yaml"], 1
    elif lines := LINES.match(body):
        written, above = re.sub(r"^[ \t]*:", "", lines[0], flags=re.MULTILINE), 0
    else:
        return Options()
    count = written.count("\n") + 2 * above
    try:
        loader = LOADER(written)
        tree = loader.get_single_node()
        values = loader.construct_document(tree) if tree else None
    except yaml.YAMLError as error:
        return Options(lines=count, fault=" ".join(str(error).split()))
    if not isinstance(values, Mapping):
        return Options(lines=count, fault="it holds no names with values")
    caption, line = _caption_in(tree, written)
    return Options(values, count, "", caption, line + above)


def _caption_in(tree: yaml.Node, written: str) -> tuple[str, int]:
    """Return the caption somewhere in YAML as it is written, and its first line."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if not isinstance(node, yaml.MappingNode):
            continue
        for key, value in node.value:
            if key.value != "caption" or not isinstance(value, yaml.ScalarNode):
                pending.append(value)
                continue
            text = written[value.start_mark.index : value.end_mark.index]
            line = value.start_mark.line
            if value.style in {"|", ">"}:
                _, _, text = text.partition("\n")
                line += 1
            else:
                text = text.strip("'\"")
            caption = "\n".join(part.strip() for part in text.splitlines())
            return caption.rstrip("\n"), line
    return "", 0


def captions_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of the captions of what cells and directives draw."""
    for drawn in DIRECTIVE.finditer(text):
        options = options_of(drawn["body"])
        first = line_at(text, drawn.start("body")) + options.caption_line
        yield from enumerate(options.caption.splitlines(), start=first)


def exercises_of(text: str) -> list[Exercise]:
    """Return the exercises of a page, in order.

    One that lacks its label, title or level has an empty text there.
    """
    found = []
    for exercise in EXERCISE.finditer(text):
        options = {
            option["name"]: option["value"].strip()
            for option in OPTION.finditer(exercise["options"])
        }
        found.append(
            Exercise(
                line=line_at(text, exercise.start()),
                name=options.get("label", ""),
                title=exercise["title"].strip(),
                level=options.get("class", ""),
                text=exercise["text"],
            )
        )
    return found


def equations_of(page: Source) -> Iterator[Equation]:
    """Yield the labelled equations of a page, in order, each with its label's line."""
    for found in EQUATION.finditer(page.text):
        yield Equation(
            label=found["label"],
            page=page.document,
            line=line_at(page.text, found.start("label")),
            first_line=line_at(page.text, found.start("latex")),
            latex=found["latex"].rstrip(),
            declared=found["declared"] or "",
        )


def checked(pages: Iterable[Source]) -> list[Equation]:
    """Return every equation of some pages, with the pages whose cells check it.

    Of two equations with one label, the later stands for both.
    """
    pages = list(pages)
    known = {
        equation.label: equation for page in pages for equation in equations_of(page)
    }
    for page in pages:
        for cell in cells_of(page.text):
            for label in cell.checks:
                if equation := known.get(label):
                    where = (*equation.checked_in, page.document)
                    known[label] = replace(equation, checked_in=where)
    return list(known.values())


def documents_in_order(root: Path) -> list[str]:
    """Return the pages that _toc.yml lists, first to last, without suffix.

    Raises
    ------
    CommandError
        If there is no _toc.yml, or it is no YAML.
    """
    text = read(root, "_toc.yml").text
    try:
        toc = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise CommandError(f"_toc.yml: {error}; correct the YAML") from None
    chapters = [part.get("chapters", []) for part in toc.get("parts", [toc])]
    return [
        toc["root"],
        *[entry["file"] for part in chapters for entry in part if "file" in entry],
    ]


def book_in_order(root: Path) -> list[Source]:
    """Return the written pages of the book, in the order of _toc.yml."""
    places = [f"{document}.md" for document in documents_in_order(root)]
    return [read(root, place) for place in places if (root / place).exists()]


def python_of(code: str) -> str:
    """Return the code of a cell without its magics and shell lines."""
    return without(r"^[ \t]*[%!].*$", code, re.MULTILINE)
