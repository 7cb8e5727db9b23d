"""Write a table as Markdown has it, or as HTML where a cell holds more than a line."""

from collections.abc import Callable
from typing import Any

from docutils import nodes

Write = Callable[[nodes.Element], str]


def table_of(node: nodes.table, *, inline: Write, blocks: Write) -> str:
    """Return a table.

    Parameters
    ----------
    node : nodes.table
        The table.
    inline : callable
        Writes what stands in a node, in one line.
    blocks : callable
        Writes the blocks in a node.
    """
    head = [row for part in node.findall(nodes.thead) for row in part.children]
    body = [row for part in node.findall(nodes.tbody) for row in part.children]
    if len(head) < 2 and all(is_plain(cell) for cell in node.findall(nodes.entry)):
        return in_lines(head, body, inline)
    return in_html(head, body, blocks)


def is_plain(cell: nodes.entry) -> bool:
    """Tell whether a cell is one paragraph at most, in a place of its own."""
    if cell.get("morecols") or cell.get("morerows"):
        return False
    return not cell.children or (
        len(cell.children) == 1 and isinstance(cell.children[0], nodes.paragraph)
    )


def in_lines(head: list[nodes.Node], body: list[nodes.Node], inline: Write) -> str:
    """Return a table of Markdown, whose first row is a head, if only an empty one."""

    def line(row: nodes.Node) -> str:
        return f"| {' | '.join(inline(cell) for cell in row.children)} |"

    width = len((head or body)[0].children)
    first = line(head[0]) if head else "|" + "  |" * width
    return "\n".join([first, "|" + " --- |" * width, *map(line, body)])


def in_html(head: list[nodes.Node], body: list[nodes.Node], blocks: Write) -> str:
    """Return a table of HTML; between blank lines Markdown is read in its cells."""
    lines = ["<table>"]
    for part, mark, rows in (("thead", "th", head), ("tbody", "td", body)):
        if not rows:
            continue
        lines.append(f"<{part}>")
        for row in rows:
            lines.append("<tr>")
            for cell in row.children:
                lines += [f"<{mark}{spans(cell)}>", "", blocks(cell), "", f"</{mark}>"]
            lines.append("</tr>")
        lines.append(f"</{part}>")
    return "\n".join([*lines, "</table>"])


def spans(cell: Any) -> str:
    """Return how many columns and rows a cell takes, as HTML says it."""
    across, down = cell.get("morecols", 0) + 1, cell.get("morerows", 0) + 1
    return (f' colspan="{across}"' if across > 1 else "") + (
        f' rowspan="{down}"' if down > 1 else ""
    )
