"""Read the source of a page: its cells, equations, checks, exercises and solutions.

The checks of the sources and the extensions for Sphinx both ask, so Sphinx itself is
not needed here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from bookbuild.checks.sources import Source, line_at, read, without
from bookbuild.errors import CommandError

CELL = re.compile(
    r"^```\{code-cell\}[^\n]*\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
OPTION = re.compile(r":(?P<name>[\w-]+):\s*(?P<value>.*)")
EQUATION = re.compile(
    r"^\$\$\n(?P<latex>.*?)\n\$\$ \((?P<label>eq-[a-z0-9-]+)\)\n"
    r"(?:% (?P<declared>definition|quoted: \S+)\n)?",
    re.MULTILINE | re.DOTALL,
)
EXERCISE = re.compile(r"^`{3,}\{exercise\}\n:label: (?P<name>\S+)", re.MULTILINE)
SOLUTION = re.compile(
    r"^(?P<fence>`{3,})\{solution\} (?P<name>\S+)\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
FRONT_MATTER = re.compile(r"\A---\n(?P<yaml>.*?)\n---\n", re.DOTALL)


@dataclass(frozen=True)
class Cell:
    """A code cell: the line of the page on which its code begins, options, code."""

    line: int
    options: dict[str, str]
    code: str

    @property
    def is_shown(self) -> bool:
        """Return whether a reader sees the cell."""
        return "remove-cell" not in self.options.get("tags", "")

    @property
    def checks(self) -> tuple[str, ...]:
        """Return the labels of the equations that the cell says it checks."""
        return tuple(self.options.get("checks", "").split())


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
        line = line_at(text, cell.start("body"))
        lines = cell["body"].splitlines()
        options = {}
        while lines and (option := OPTION.fullmatch(lines[0])):
            options[option["name"]] = option["value"]
            lines.pop(0)
            line += 1
        while lines and not lines[0]:
            lines.pop(0)
            line += 1
        found.append(Cell(line, options, "\n".join(lines).rstrip("\n")))
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
