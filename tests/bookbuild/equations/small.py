"""Small settings and books of one page, to be right, or to be broken in one place."""

import yaml

from bookbuild.checks.sources import read
from bookbuild.equations.checking import check_chapter
from bookbuild.equations.definitions import definition_of
from bookbuild.equations.notation import Notation, entry_of
from bookbuild.equations.parsing import parse_expression, parse_relation
from bookbuild.equations.tables import chapter
from bookbuild.equations.worlds import Setting

TOC = "format: jb-book\nroot: book/index\nchapters:\n"


def notation_of(symbols):
    """Return a notation table of symbols with their options."""
    return Notation(
        entry_of(written, **(options or {})) for written, options in symbols.items()
    )


def setting(symbols, *given, where=(), oracles=None, draws=5):
    """Return a setting: symbols with their options, and definitions in LaTeX."""
    notation = notation_of(symbols)
    return Setting(
        "small",
        notation,
        definitions=tuple(
            definition_of(parse_relation(latex, notation), notation) for latex in given
        ),
        conditions=tuple(parse_relation(latex, notation) for latex in where),
        oracles=oracles or {},
        draws=draws,
    )


def value(world, latex, **indices):
    """Return the value of some LaTeX in a world."""
    node = parse_expression(latex, world.setting.notation)
    return world.evaluator().evaluate(node, indices)


def page(**displays):
    """Return a page with displays; a label is written with lines for hyphens."""
    text = "# A topic\n"
    for label, latex in displays.items():
        latex, _, declared = latex.partition("% ")
        declared = f"% {declared}\n" if declared else ""
        name = label.replace("_", "-")
        text += f"\nText.\n\n$$\n{latex.strip()}\n$$ ({name})\n{declared}"
    return text


def write(root, table, text, name="topic", letters=()):
    """Write a page with its table into the book under a root; return the root."""
    folder = root / "book" / "equations"
    folder.mkdir(parents=True, exist_ok=True)
    (root / "book" / f"{name}.md").write_text(text)
    (root / "book" / "index.md").write_text("# A book\n")
    if table is not None:
        if not isinstance(table, str):
            table = yaml.safe_dump(table, sort_keys=False)
        (folder / f"{name}.yml").write_text(table)
    groups = {"groups": [{"name": "symbols", "letters": list(letters)}]}
    (root / "book" / "notation.yml").write_text(yaml.safe_dump(groups))
    pages = sorted(path.stem for path in (root / "book").glob("*.md"))
    pages.remove("index")
    toc = "".join(f"  - file: book/{page}\n" for page in pages)
    (root / "_toc.yml").write_text(TOC + toc)
    return root


def table(symbols, equations, given=(), **more):
    """Return a table with one setting."""
    row = {"name": "small", "symbols": symbols, "given": list(given)}
    return {"settings": [{**row, "equations": equations, **more}]}


def results(root, name="topic", *, mutate=True):
    """Return what is known of each equation of a page, by its label."""
    found = check_chapter(chapter(root, read(root, f"book/{name}.md")), mutate=mutate)
    return {one.label: one for one in found}
