"""Set the numbers of tables as tables have them.

In a column of numbers they stand at the right, with a minus sign where a program wrote
a hyphen, and a dash where there is none. The first column names its rows.
"""

import re
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx

from bookbuild.extensions import texts

DIGITS = r"\d[\d,\u00a0\u202f]*(?:\.\d+)?"
NUMBER = re.compile(
    rf"[+\N{{MINUS SIGN}}-]?{DIGITS}(?:e[+-]?\d+)?(?:\s*±\s*{DIGITS})?(?:\s*%)?"
)
HYPHEN = re.compile(r"(?:(?<![\w.])|(?<=\de))-(?=\d)")
NOTHING = "\N{EN DASH}"


def number_in(cell: nodes.entry) -> str | None:
    """Return the number that a cell is, an empty text for an empty cell, or None."""
    said = cell.astext().strip()
    if any(cell.findall(nodes.literal)) or any(cell.findall(nodes.image)):
        return None
    plain = said.replace("{,}", ",").replace(r"\,", "").replace(r"\%", "%")
    plain = plain.replace(r"\pm", "±")
    return plain if not plain or NUMBER.fullmatch(plain) else None


def columns_of(table: nodes.table) -> Iterator[tuple[list[nodes.entry], ...]]:
    """Yield the cells of each column, those of the head and those of the body."""
    head = [list(row.children) for part in table.findall(nodes.thead) for row in part]
    body = [list(row.children) for part in table.findall(nodes.tbody) for row in part]
    lengths = {len(row) for row in [*head, *body]}
    spans = ("morecols", "morerows")
    if len(lengths) != 1 or any(
        name in cell for row in [*head, *body] for cell in row for name in spans
    ):
        return  # cells that reach over several columns or rows
    for place in range(1, lengths.pop()):
        yield [row[place] for row in head], [row[place] for row in body]


def set_numbers(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Set the columns of numbers in the tables of a page."""
    for table in doctree.findall(nodes.table):
        for head, body in columns_of(table):
            found = [number_in(cell) for cell in body]
            if None in found or not any(found):
                continue
            for cell in [*head, *body]:
                cell["classes"].append("number")
            for cell, number in zip(body, found, strict=True):
                if not number:
                    cell.children = []
                    cell += nodes.paragraph("", NOTHING)
                for text in list(cell.findall(nodes.Text)):
                    if not isinstance(text.parent, nodes.math):
                        minus = HYPHEN.sub("\N{MINUS SIGN}", text.astext())
                        texts.replace(text, nodes.Text(minus))


def connect(app: Sphinx) -> None:
    """Set the numbers when all that a page says is known."""
    app.connect("doctree-resolved", set_numbers)
