"""The directive `letters`: tables of symbols, from the data that equations are read by.

Its argument is a group of book/notation.yml, or `chapters` for the letters that hold
in single chapters. What a table says of a symbol is what the reader of the equations
knows of it.
"""

from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookbuild.checks import reading
from bookbuild.equations import tables
from bookbuild.equations.tables import Letter

COLUMNS = {
    "symbol": lambda letter: f"${letter.symbol}$",
    "code": lambda letter: f"`{letter.code}`" if letter.code else "",
    "shape": lambda letter: letter.shown,
    "meaning": lambda letter: letter.meaning,
    "elsewhere": lambda letter: letter.elsewhere,
}
ALWAYS = ("symbol", "meaning")


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
    """A table of symbols, or one for each chapter that has letters of its own."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the tables."""
        root = Path(self.env.srcdir)
        name = self.arguments[0]
        if name == "chapters":
            return self._parsed(list(self._of_chapters(root)))
        self.env.note_dependency(tables.NOTATION)
        groups = tables.groups(root)
        if name not in groups:
            raise self.error(
                f"{tables.NOTATION} has no group {name!r}; take one of "
                f"{', '.join(groups)}"
            )
        return self._parsed(list(table_of(groups[name])))

    def _of_chapters(self, root: Path) -> Iterator[str]:
        """Yield a link to each chapter with letters of its own, and their table."""
        for document in reading.documents_in_order(root):
            letters = tables.of_chapter(root, document)
            if not any(not letter.hidden for letter in letters):
                continue
            self.env.note_dependency(tables.place_of(document))
            yield f"{{doc}}`/{document}`"
            yield ""
            yield from table_of(letters)
            yield ""

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
