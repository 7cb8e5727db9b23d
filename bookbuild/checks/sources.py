"""A text file of the project, and what is wrong with it at which line."""

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bookbuild.errors import CommandError


@dataclass(frozen=True)
class Fault:
    """What is wrong at a line of a file, and how to mend it."""

    place: str
    line: int
    what: str

    def __str__(self) -> str:
        """Return the fault as editors and terminals link it."""
        return f"{self.place}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Source:
    """A text file: its place from the root of the project, and its text."""

    place: str
    text: str

    @property
    def document(self) -> str:
        """Return the place as Sphinx names a page: without its suffix."""
        return self.place.rpartition(".")[0]

    @property
    def name(self) -> str:
        """Return the name of the file without folder and suffix."""
        return Path(self.place).stem

    def fault(self, what: str, line: int = 1) -> Fault:
        """Return a fault at a line of this file, the first if none is better."""
        return Fault(self.place, line, what)


def line_at(text: str, offset: int) -> int:
    """Return the number, from 1, of the line that holds a character of a text."""
    return text.count("\n", 0, offset) + 1


def without(pattern: str | re.Pattern[str], text: str, flags: int = 0) -> str:
    """Return a text less what a pattern matches; every line keeps its number."""
    return re.sub(pattern, lambda found: "\n" * found[0].count("\n"), text, flags=flags)


def one_line(text: str) -> str:
    """Return a text without its line breaks."""
    return " ".join(text.split())


def tree_or_empty(code: str) -> ast.Module:
    """Return the syntax tree of code, an empty one where Python cannot read it.

    One rule says of cells and scripts that they cannot be read; the others go on.
    """
    try:
        return ast.parse(code)
    except SyntaxError:
        return ast.Module(body=[], type_ignores=[])


def read(root: Path, place: str) -> Source:
    """Return a file of a project.

    Raises
    ------
    CommandError
        If there is no such file, or it is not text.
    """
    try:
        return Source(place, (root / place).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CommandError(
            f"{place}: there is no such file in {root}; write it, or correct the root"
        ) from None
    except UnicodeDecodeError as error:
        raise CommandError(
            f"{place}: byte {error.start} is not UTF-8; save the file as UTF-8"
        ) from None


def matching(root: Path, *patterns: str) -> list[Source]:
    """Return the files of a project that match patterns such as "book/*.md"."""
    return read_all(root, (path for each in patterns for path in root.glob(each)))


def read_all(root: Path, paths: Iterable[Path]) -> list[Source]:
    """Return files below a root, in the order of their places."""
    return [read(root, path.relative_to(root).as_posix()) for path in sorted(paths)]
