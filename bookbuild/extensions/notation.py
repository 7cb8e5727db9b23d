"""The directive `letters`: tables of symbols, from the data that equations are read by.

Its argument is a group of book/notation.yml, or `here` for the letters of the page's
own table, folded. What a table says of a symbol is what the reader of the equations
knows of it.
"""

from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookbuild.equations import tables
from bookbuild.equations.tables import Letter

COLUMNS = {
    "symbol": lambda letter: f"${letter.symbol}$",
    "code": lambda letter: f"`{letter.code}`" if letter.code else "",
    "shape": lambda letter: letter.shown,
    "meaning": lambda letter: letter.meaning,
    "you will also meet": lambda letter: letter.elsewhere,
}
ALWAYS = ("symbol", "meaning")
TITLE = "Letters of this chapter"


def table_of(letters: list[Letter]) -> Iterator[str]:
    """Yield the lines of a table of letters, with the columns that say something."""
    shown = [letter for letter in letters if not letter.hidden]
    columns = [
        name
        for name, text in COLUMNS.items()
        if name in ALWAYS or any(text(letter) for letter in shown)
    ]
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for letter in shown:
        cells = [COLUMNS[name](letter).replace("|", r"\|") for name in columns]
        yield f"| {' | '.join(cells)} |"


class Letters(SphinxDirective):
    """A table of symbols."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the tables."""
        root = Path(self.env.srcdir)
        name = self.arguments[0]
        if name == "here":
            return [self._of_this_page(root)]
        self.env.note_dependency(tables.NOTATION)
        groups = tables.groups(root)
        if name not in groups:
            raise self.error(
                f"{tables.NOTATION} has no group {name!r}; take one of "
                f"{', '.join(groups)}"
            )
        return self._parsed(list(table_of(groups[name])))

    def _of_this_page(self, root: Path) -> nodes.Node:
        """Return the letters of the page's own table, folded."""
        place = tables.place_of(self.env.docname)
        letters = tables.of_chapter(root, self.env.docname)
        if all(letter.hidden for letter in letters):
            raise self.error(
                f"{place} has no letters to show; list those of this page there, or "
                "leave the directive out"
            )
        self.env.note_dependency(place)
        title = nodes.title(TITLE, TITLE)
        table = self._parsed(list(table_of(letters)))
        return nodes.admonition("", title, *table, classes=["dropdown"])

    def _parsed(self, lines: list[str]) -> list[nodes.Node]:
        """Return what some lines of Markdown say."""
        holder = nodes.container()
        source = self.get_source_info()[0]
        self.state.nested_parse(StringList(lines, source=source), 0, holder)
        for table in holder.findall(nodes.table):
            table["classes"].append("letters")
        return holder.children


def connect(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("letters", Letters)
