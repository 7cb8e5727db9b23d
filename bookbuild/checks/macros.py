r"""Expand the shorthands of the book's equations, as LaTeX does its macros.

`book/macros.yml` lists them. What is drawn is expanded before KaTeX sees it, so that
the LaTeX beside a drawn equation, which readers copy, needs no definition of ours.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bookbuild.checks.sources import read
from bookbuild.errors import CommandError

PLACE = "book/macros.yml"
NAME = re.compile(r"\\[A-Za-z]+")
KEYS = {"drawn", "read"}
DEEPEST = 10  # a macro may use another; more than this is a circle


class MacroError(ValueError):
    """An equation uses a shorthand in a way that it cannot be used."""


@dataclass(frozen=True)
class Macro:
    r"""A shorthand.

    Attributes
    ----------
    name : str
        As an equation writes it, with its backslash.
    drawn : str
        The LaTeX that it stands for, with #1 to #9 for its arguments.
    read : str
        The LaTeX that the reader of the equations takes instead.
    """

    name: str
    drawn: str
    read: str

    @property
    def arguments(self) -> int:
        """How many groups in braces follow it."""
        return max(map(int, re.findall(r"#(\d)", self.drawn)), default=0)


def macros_of(root: Path) -> dict[str, Macro]:
    r"""Return the shorthands of a book by their names; none, if it lists none.

    Raises
    ------
    CommandError
        If the file is no YAML, or lists something else than shorthands.
    """
    if not (root / PLACE).exists():
        return {}
    try:
        table = yaml.safe_load(read(root, PLACE).text) or {}
    except yaml.YAMLError as error:
        raise CommandError(f"{PLACE}: {error}; correct the YAML") from None
    found = {}
    for name, row in table.items():
        if not NAME.fullmatch(str(name)):
            raise CommandError(
                f"{PLACE}: {name!r} is no name of a macro; write a backslash, then "
                "letters"
            )
        if not isinstance(row, dict) or "drawn" not in row or set(row) - KEYS:
            raise CommandError(
                f"{PLACE}: behind {name} stands {row!r}; write {{drawn: '...'}}, and "
                "read: '...' where equations are read otherwise"
            )
        drawn = str(row["drawn"])
        found[name] = Macro(name, drawn, str(row.get("read", drawn)))
    return found


def expand(latex: str, macros: Mapping[str, Macro], *, to_read: bool = False) -> str:
    r"""Return LaTeX with every shorthand written out.

    Parameters
    ----------
    latex : str
        The LaTeX of an equation.
    macros : Mapping
        The shorthands by their names.
    to_read : bool
        Whether a program reads what comes out, in place of a person.

    Raises
    ------
    MacroError
        If an argument is missing or its brace is never closed, or if a shorthand leads
        back to itself.

    Examples
    --------
    >>> partial = Macro(r"\pd", r"\frac{\partial #1}{\partial #2}", "")
    >>> expand(r"\pd{\ell}{w} = 1", {r"\pd": partial})
    '\\frac{\\partial \\ell}{\\partial w} = 1'
    """
    for _ in range(DEEPEST):
        before = latex
        latex = _expanded_once(latex, macros, to_read=to_read)
        if latex == before:
            return latex
    raise MacroError(
        f"a macro of {PLACE} leads back to itself; write what it stands for without it"
    )


def _expanded_once(latex: str, macros: Mapping[str, Macro], *, to_read: bool) -> str:
    """Return LaTeX with the shorthands that it uses itself written out."""
    parts = []
    place = 0
    for found in NAME.finditer(latex):
        macro = macros.get(found[0])
        if macro is None or found.start() < place:
            continue
        parts.append(latex[place : found.start()])
        place = found.end()
        arguments = []
        for _ in range(macro.arguments):
            argument, place = _group(latex, place, macro)
            arguments.append(argument)
        body = macro.read if to_read else macro.drawn
        text = _filled(body, arguments)
        # A letter behind a command would belong to its name.
        if re.search(r"\\[A-Za-z]+$", text) and latex[place : place + 1].isalpha():
            text += " "
        parts.append(text)
    return "".join([*parts, latex[place:]])


def _filled(body: str, arguments: Sequence[str]) -> str:
    """Return the body of a macro with its arguments in their places."""
    return re.sub(r"#(\d)", lambda one: arguments[int(one[1]) - 1], body)


def _group(latex: str, place: int, macro: Macro) -> tuple[str, int]:
    """Return what stands in braces at a place, and the place behind them."""
    start = place + len(latex[place:]) - len(latex[place:].lstrip())
    wanted = f"{macro.name} needs {macro.arguments} arguments, each in braces"
    if latex[start : start + 1] != "{":
        raise MacroError(f"{wanted}; write {macro.name}{'{...}' * macro.arguments}")
    depth = 0
    for found in re.finditer(r"\\.|[{}]", latex[start:], re.DOTALL):
        depth += (found[0] == "{") - (found[0] == "}")
        if depth == 0:
            end = start + found.start()
            return latex[start + 1 : end], end + 1
    raise MacroError(f"{wanted}; a brace behind {macro.name} is never closed")
