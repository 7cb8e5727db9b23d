"""Read the tables: the letters of the book, and what each equation takes for granted.

`book/notation.yml` holds the letters of the whole book. A chapter has a table of its
own in `book/equations/CHAPTER.yml`: its own letters, and one or more *settings*. A
setting names symbols and what they are, definitions that no display states, and the
equations of the chapter that hold there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from bookbuild.checks import macros, reading
from bookbuild.checks.sources import Fault, Source, read
from bookbuild.equations import oracles
from bookbuild.equations.definitions import Definition, definition_of
from bookbuild.equations.errors import EquationError
from bookbuild.equations.notation import Entry, Notation, entry_of
from bookbuild.equations.parsing import parse, parse_relation
from bookbuild.equations.worlds import Setting
from bookbuild.errors import CommandError

NOTATION = "book/notation.yml"
FOLDER = "book/equations"
KEYS_OF_SETTINGS = {
    "name",
    "symbols",
    "given",
    "equations",
    "oracles",
    "where",
    "holds",
    "draws",
}
ROLES = ("checked", "definition", "quoted")

# The keys of a table and of its parts, each with what stands behind it.
OF_GROUP = {"name": str, "letters": list}
OF_TABLE = {"letters": list, "settings": list, "unread": dict}
OF_SETTING = {
    "name": str,
    "symbols": dict,
    "given": list,
    "equations": dict,
    "oracles": dict,
    "where": list,
    "holds": list,
    "draws": int,
}
OF_EQUATION = {
    "for": dict,
    "within": float,
    "alive": dict,
    "role": str,
    "only_read": str,
}
OF_ORACLE = {"function": str, "of": list}
WORDS = {
    dict: "a mapping (key: value)",
    list: "a list (- item)",
    str: "a text",
    int: "a whole number",
    float: "a number with a point",
}


@dataclass(frozen=True)
class Letter:
    """One line of a table of letters, as readers see it.

    Attributes
    ----------
    symbol : str
        Its LaTeX.
    code : str
        What it is called in code.
    meaning : str
        What it stands for.
    options : Mapping
        What the reader of equations needs: kind, shape and so on.
    elsewhere : str
        What other texts call it.
    shown : str
        Its shape, in words for readers.
    hidden : str
        Why readers need no line for it, or "".
    """

    symbol: str
    code: str = ""
    meaning: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    elsewhere: str = ""
    shown: str = ""
    hidden: str = ""


@dataclass(frozen=True)
class Stated:
    """What a table says of one equation of a setting.

    Attributes
    ----------
    label : str
        The label of the display.
    role : str
        ``checked``, ``definition`` or ``quoted``.
    ranges : Mapping
        What its free indices can be, where the shapes do not say it.
    within : float or None
        How far the sides of a sign such as "about" may differ, relatively.
    alive : Mapping
        Mutants that change nothing, by their LaTeX, with the reason.
    only_read : str
        Why a definition is read and not evaluated, or "".
    """

    label: str
    role: str
    ranges: Mapping[str, str] = field(default_factory=dict)
    within: float | None = None
    alive: Mapping[str, str] = field(default_factory=dict)
    only_read: str = ""


@dataclass(frozen=True)
class Chapter:
    """The table of a chapter, with the displays of its page.

    Attributes
    ----------
    page : Source
        The page.
    settings : tuple
        Pairs of a setting and of what it says of its equations.
    displays : Mapping
        The displays of the page, by label.
    unread : Mapping
        The labels of displays that are not evaluated, with the reason.
    has_table : bool
        Whether the page has a table at all.
    """

    page: Source
    settings: tuple[tuple[Setting, tuple[Stated, ...]], ...]
    displays: Mapping[str, reading.Equation]
    unread: Mapping[str, str] = field(default_factory=dict)
    has_table: bool = True


class _Loader(yaml.SafeLoader):
    """A reader of YAML that refuses a key that stands twice in one mapping.

    YAML would keep the last and forget the first.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        """Return the mapping that a node describes."""
        seen = set()
        for key, _ in node.value:
            if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(
                    problem=f"{key.value} stands twice in one mapping",
                    problem_mark=key.start_mark,
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def load_yaml(root: Path, place: str) -> Any:
    """Return what a YAML file holds; nothing, if it is not there.

    Raises
    ------
    CommandError
        If it is no YAML.
    """
    if not (root / place).exists():
        return {}
    text = read(root, place).text
    try:
        return _Loader(text).get_single_data() or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        what = getattr(error, "problem", None) or error
        raise CommandError(f"{place}{line}: {what}; correct the YAML") from None


def letters(rows: list[dict[str, Any]], place: str) -> list[Letter]:
    """Return the letters that a table lists.

    Raises
    ------
    CommandError
        If one has no symbol.
    """
    found = []
    for row in rows:
        if not isinstance(row, dict) or "symbol" not in row:
            raise CommandError(f"{place}: {row!r} has no symbol; add it")
        options = dict(row)
        symbol = str(options.pop("symbol"))
        found.append(
            Letter(
                symbol,
                code=str(options.pop("code", "")),
                meaning=str(options.pop("meaning", "")),
                elsewhere=str(options.pop("elsewhere", "")),
                shown=str(options.pop("shown", "")),
                hidden=str(options.pop("hidden", "")),
                options=options,
            )
        )
    return found


def groups(root: Path) -> dict[str, list[Letter]]:
    """Return the letters of the whole book, by the names of their groups.

    Raises
    ------
    CommandError
        If the table is no list of groups, each with a name and letters.
    """
    table = load_yaml(root, NOTATION)
    _ask_keys(table, {"groups": list}, NOTATION)
    for number, group in enumerate(table.get("groups", []), start=1):
        _ask_keys(group, OF_GROUP, f"{NOTATION}, group {number}")
    return {
        group["name"]: letters(group["letters"], NOTATION)
        for group in table.get("groups", [])
    }


def common(root: Path) -> list[Letter]:
    """Return the letters of the whole book."""
    return [letter for group in groups(root).values() for letter in group]


def of_chapter(root: Path, document: str) -> list[Letter]:
    """Return the letters of one page's own."""
    place = place_of(document)
    if not (root / place).exists():
        return []
    return letters(load_yaml(root, place).get("letters", []), place)


def place_of(document: str) -> str:
    """Return the place of the table of a page."""
    return f"{FOLDER}/{Path(document).name}.yml"


def chapter(root: Path, page: Source) -> Chapter:
    """Return the table of a page, or an empty one where it has none.

    Raises
    ------
    CommandError
        If the table is wrong: no YAML, an unknown key, an equation that the page
        lacks, a symbol or a definition that cannot be read.
    """
    shorthands = macros.macros_of(root)
    displays = {
        one.label: _written_out(one, shorthands) for one in reading.equations_of(page)
    }
    place = place_of(page.document)
    if not (root / place).exists():
        return Chapter(page, (), displays, has_table=False)
    table = load_yaml(root, place)
    _ask_keys(table, OF_TABLE, place)
    own = letters(table.get("letters", []), place)
    known = {letter.symbol: letter for letter in [*common(root), *own]}
    settings = []
    for number, row in enumerate(table.get("settings", []), start=1):
        where = f"{place}, setting {number}"
        if isinstance(row, dict) and "name" in row:
            where = f"{place}, {row['name']}"
        _ask_keys(row, OF_SETTING, where)
        try:
            row = _row_written_out(row, shorthands)
            settings.append(_setting(row, known, displays, where))
        except (EquationError, macros.MacroError) as error:
            raise CommandError(f"{where}: {error}") from None
    unread = table.get("unread", {})
    if gone := set(unread) - set(displays):
        raise CommandError(
            f"{place}: the page has no equation {min(gone)}; take it out of `unread`"
        )
    return Chapter(page, tuple(settings), displays, unread)


def _written_out(
    display: reading.Equation, shorthands: Mapping[str, macros.Macro]
) -> reading.Equation:
    """Return a display without shorthands.

    Raises
    ------
    CommandError
        If one is used wrongly.
    """
    try:
        latex = macros.expand(display.latex, shorthands, to_read=True)
    except macros.MacroError as error:
        where = f"{display.page}.md:{display.first_line}: {display.label}"
        raise CommandError(f"{where}: {error}") from None
    return replace(display, latex=latex)


def _row_written_out(
    row: Mapping[str, Any], shorthands: Mapping[str, macros.Macro]
) -> dict[str, Any]:
    """Return a setting with the equations that it states itself without shorthands."""
    return {
        key: [macros.expand(latex, shorthands, to_read=True) for latex in value]
        if key in ("given", "where", "holds")
        else value
        for key, value in row.items()
    }


def _ask_keys(table: object, allowed: Mapping[str, type], where: str) -> None:
    """Ask that a part of a table has keys that there are, and the right values.

    Raises
    ------
    CommandError
        If it has not.
    """
    if not isinstance(table, dict):
        raise CommandError(f"{where}: {table!r} is not {WORDS[dict]}; write one")
    unknown = {str(key) for key in table} - set(allowed)
    if unknown:
        raise CommandError(
            f"{where}: unknown key {', '.join(sorted(unknown))}; "
            f"there are {', '.join(sorted(allowed))}"
        )
    for key, value in table.items():
        if not isinstance(value, allowed[key]):
            raise CommandError(
                f"{where}: behind {key} stands {value!r}, which is not "
                f"{WORDS[allowed[key]]}; write one, or leave the key out"
            )


def _setting(
    row: Mapping[str, Any],
    known: Mapping[str, Letter],
    displays: Mapping[str, reading.Equation],
    where: str,
) -> tuple[Setting, tuple[Stated, ...]]:
    """Return a setting, and what it says of its equations."""
    if "name" not in row:
        raise CommandError(f"{where} has no name; say in words what it is about")
    notation = Notation(_entries(row.get("symbols", {}), known, where))
    stated = tuple(
        _stated(label, options or {}, displays, where)
        for label, options in row.get("equations", {}).items()
    )
    definitions = [
        definition_of(parse_relation(latex, notation), notation)
        for latex in row.get("given", [])
    ]
    for one in stated:
        if one.role == "definition":
            definitions += _definitions(displays[one.label], notation)
    conditions = tuple(
        parse_relation(latex, notation) for latex in row.get("where", [])
    )
    holds = tuple(parse_relation(latex, notation) for latex in row.get("holds", []))
    setting = Setting(
        name=str(row["name"]),
        notation=notation,
        definitions=tuple(definitions),
        conditions=conditions,
        holds=holds,
        oracles=_oracles(row.get("oracles", {}), where),
        draws=int(row.get("draws", 5)),
    )
    return setting, stated


def _entries(
    rows: Mapping[str, Any], known: Mapping[str, Letter], where: str
) -> Iterator[Entry]:
    """Yield the symbols of a setting: those of the tables, changed as it says."""
    for written, changes in rows.items():
        symbol = str(written)
        letter = known.get(symbol)
        if letter is None and changes is None:
            raise CommandError(
                f"{where}: {symbol} is neither in {NOTATION} nor among the letters of "
                "this table; add it, or say here what it is"
            )
        options = dict(letter.options) if letter is not None else {}
        if isinstance(changes, str):
            options |= {"kind": changes}
        elif isinstance(changes, dict):
            options |= changes
        elif changes is not None:
            raise CommandError(
                f"{where}: behind {symbol} stands {changes!r}; write its kind, or a "
                "mapping of what it is"
            )
        yield entry_of(symbol, **options)


def _stated(
    label: str,
    options: Mapping[str, Any],
    displays: Mapping[str, reading.Equation],
    where: str,
) -> Stated:
    """Return what a setting says of an equation."""
    if label not in displays:
        raise CommandError(f"{where}: the page has no equation {label}; correct it")
    _ask_keys(options, OF_EQUATION, f"{where}, {label}")
    declared = displays[label].declared
    role = "checked"
    if declared:
        role = "definition" if declared == "definition" else "quoted"
    role = str(options.get("role", role))
    if role not in ROLES:
        raise CommandError(
            f"{where}, {label}: the role {role!r} is none of {', '.join(ROLES)}"
        )
    if role != "definition" and options.get("only_read"):
        raise CommandError(
            f"{where}, {label}: only a definition can be only read; evaluate this, or "
            "name it under `unread`"
        )
    return Stated(
        label,
        role,
        ranges=options.get("for", {}),
        within=options.get("within"),
        alive=options.get("alive", {}),
        only_read=str(options.get("only_read", "")),
    )


def _definitions(display: reading.Equation, notation: Notation) -> Iterator[Definition]:
    """Yield what a display defines."""
    try:
        for relation in parse(display.latex, notation):
            yield definition_of(relation, notation, display.label)
    except EquationError as error:
        line = display.first_line
        if error.position is not None and error.position >= 0:
            line += display.latex[: error.position].count("\n")
        raise CommandError(
            f"{display.page}.md:{line}: {display.label}: {error}"
        ) from None


def _oracles(
    rows: Mapping[str, Any], where: str
) -> dict[str, tuple[Callable[..., Any], tuple[str, ...]]]:
    """Return the values that other programs compute."""
    found = {}
    for name, row in rows.items():
        _ask_keys(row, OF_ORACLE, f"{where}, oracle of {name}")
        if missing := set(OF_ORACLE) - set(row):
            raise CommandError(
                f"{where}: the oracle of {name} does not say {', '.join(missing)}"
            )
        function = getattr(oracles, str(row["function"]), None)
        if not callable(function):
            raise CommandError(
                f"{where}: {row['function']} is no function of "
                "bookbuild/equations/oracles.py; write it there"
            )
        found[str(name)] = (function, tuple(str(one) for one in row["of"]))
    return found


def equations_are_named(root: Path, pages: Iterable[Source]) -> Iterator[Fault]:
    """Yield the displays that the table of their page does not name."""
    for page in pages:
        displays = list(reading.equations_of(page))
        if not displays:
            continue
        place = place_of(page.document)
        table = load_yaml(root, place)
        named = set(table.get("unread", {}))
        for setting in table.get("settings", []):
            named |= set(setting.get("equations", {}))
        for display in displays:
            if display.label not in named:
                yield page.fault(
                    f"{display.label} is not in {place}, so that nothing evaluates it; "
                    "name it there, in a setting that says what its letters are",
                    display.first_line,
                )


def pages_with_displays(root: Path) -> list[Source]:
    """Return the pages that have displays, in the book's order."""
    pages = reading.book_in_order(root)
    return [page for page in pages if any(reading.equations_of(page))]
