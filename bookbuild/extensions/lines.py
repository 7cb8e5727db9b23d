"""Say where code may be broken that is wider than a phone or a column of a table.

A long line continues below, further in than it begins, as an editor wraps it. A style
sheet cannot know where a line begins, so each line that may be too long says it. Code
in a table breaks behind brackets, commas, dots and signs of equality, not in a name.
"""

import re
from collections.abc import Iterator

from docutils import nodes
from pygments.formatters import HtmlFormatter
from sphinx.application import Sphinx

from bookbuild.extensions import texts

SHORT = 30  # characters: fits into a column of 320 CSS pixels
TAG = re.compile(r"<[^>]*>")
BREAKS = re.compile(r"(?<=[(\[,=/])(?=.)|(?<=\w\.)(?=[A-Za-z_]\w*\()")
LINKED = "code_links_block"  # of sphinx-gallery
ENTITY = re.compile(r"&[#\w]+;")


def mark_of(text: str) -> str:
    """Return the tag that says where a line begins, empty if it is short."""
    text = text.rstrip("\n")
    if len(text) <= SHORT:
        return ""
    indentation = len(text) - len(text.lstrip(" "))
    return f'<span class="line" style="--indent: {indentation}">'


def marked(line: str) -> str:
    """Return a line of highlighted code, with its indentation if it is long."""
    mark = mark_of(ENTITY.sub("x", TAG.sub("", line)))
    return f"{mark}{line}</span>" if mark else line


class MarkedLines(HtmlFormatter):  # type: ignore[type-arg]
    """Highlight code, with a mark at each long line."""

    def wrap(self, source: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
        """Mark the lines, and wrap them all as Pygments does."""
        lines = ((kind, marked(text) if kind else text) for kind, text in source)
        yield from super().wrap(lines)


def mark_lines(app: Sphinx) -> None:
    """Let a builder of pages mark the lines of code."""
    highlighter = getattr(app.builder, "highlighter", None)
    if highlighter is not None and highlighter.dest == "html":
        highlighter.formatter = MarkedLines


def pieces_of(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield a piece of code, cut behind each end of a line."""
    lines = node.astext().splitlines(keepends=True)
    if len(lines) == 1:
        yield node
        return
    for line in lines:
        if isinstance(node, nodes.Element):
            piece = node.copy()
            piece += nodes.Text(line)
            yield piece
        else:
            yield nodes.Text(line)


def mark_pieces(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Mark the long lines of code that sphinx-gallery has cut into words to link."""
    for block in doctree.findall(lambda node: node.tagname == LINKED):
        lines: list[list[nodes.Node]] = [[]]
        for child in block.children:
            for piece in pieces_of(child):
                lines[-1].append(piece)
                if piece.astext().endswith("\n"):
                    lines.append([])
        block.children = []
        for line in lines:
            mark = mark_of("".join(piece.astext() for piece in line))
            if mark:
                block += nodes.raw("", mark, format="html")
            block += line
            if mark:
                block += nodes.raw("", "</span>", format="html")


def allow_breaks(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Say where code in tables may be broken."""
    for table in doctree.findall(nodes.table):
        for code in list(table.findall(nodes.literal)):
            for text in list(code.findall(nodes.Text)):
                first, *others = BREAKS.split(text)
                parts: list[nodes.Node] = [nodes.Text(first)]
                for part in others:
                    parts.append(nodes.raw("", "<wbr>", format="html"))
                    parts.append(nodes.Text(part))
                texts.replace(text, *parts)


def connect(app: Sphinx) -> None:
    """Mark the lines in every block of code, and places in the code of tables."""
    app.connect("builder-inited", mark_lines)
    app.connect("doctree-resolved", mark_pieces)
    app.connect("doctree-resolved", allow_breaks)
