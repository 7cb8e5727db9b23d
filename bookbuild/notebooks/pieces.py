"""Take a page apart into what a notebook has: prose, cells and networks, in order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from docutils import nodes

from bookbuild.notebooks.markdown import Markdown, escaped

# A card of the gallery, of which sphinx-gallery and cards.py write the HTML.
CARD = 'class="sphx-glr-thumbcontainer"'
QUESTION = re.compile(r'<div class="card-question">(.*?)</div>', re.DOTALL)


@dataclass(frozen=True)
class Prose:
    """What stands between two cells, or one part of it.

    Attributes
    ----------
    line : int
        The line of the page's source; 0 where nothing tells.
    text : str
        The prose as Markdown.
    is_heading : bool
        Whether a section begins with it.
    """

    line: int
    text: str
    is_heading: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell of the chapter that readers of the page see.

    Attributes
    ----------
    line : int
        The line of the page's source.
    index : int
        Its place among all that the page's source is read as.
    caption : str
        The caption of the figure that it draws, as Markdown, or "".
    """

    line: int
    index: int
    caption: str


@dataclass(frozen=True)
class Network:
    """A network that the directive `shapes` shows.

    Attributes
    ----------
    line : int
        The line of the page's source.
    about : dict
        What the directive was told (bookbuild/extensions/shapes.py).
    table, drawing, formulas : str
        What it shows, as HTML and SVG; "" for what was not asked for.
    caption : str
        The caption of the drawing, as Markdown, or "".
    """

    line: int
    about: dict[str, Any]
    table: str
    drawing: str
    formulas: str
    caption: str


Piece = Prose | Cell | Network


def line_of(node: nodes.Node) -> int:
    """Return the line of a node in its source, or that of the first in it, or 0."""
    return next((int(one.line) for one in node.findall() if one.line), 0)


def parts_of(node: nodes.Element) -> Iterator[nodes.Node]:
    """Yield what stands on a page, in order, and what stands in its sections."""
    for child in node.children:
        if isinstance(child, nodes.section):
            yield from parts_of(child)
        else:
            yield child


def pieces_of(page: nodes.Element, markdown: Markdown) -> Iterator[Piece]:
    """Yield the pieces of a page.

    Parameters
    ----------
    page : nodes.Element
        The tree of a page, resolved.
    markdown : Markdown
        What writes its prose.

    Raises
    ------
    UnknownNodeError
        If something on the page cannot be written.
    """
    rest = list(parts_of(page))
    while rest:
        part = rest.pop(0)
        if isinstance(part, nodes.container) and part.get("nb_element") == "cell_code":
            yield cell_of(part, markdown)
        elif isinstance(part, nodes.raw) and "network" in part:
            shown = [one for one in rest[:2] if belongs_to_network(one)]
            del rest[: len(shown)]
            yield network_of(part, shown, markdown)
        elif isinstance(part, nodes.raw) and CARD in part.astext():
            yield card_of(part, rest, markdown)
        elif not belongs_to_network(part) and (text := markdown.block(part)):
            yield Prose(line_of(part), text, isinstance(part, nodes.title))


def card_of(part: nodes.raw, rest: list[nodes.Node], markdown: Markdown) -> Prose:
    """Return a card of the gallery: the title of an example and what it asks.

    What belongs to the card is taken from the rest of the page.
    """
    title = asked = ""
    while rest and not asked:
        one = rest.pop(0)
        if isinstance(one, nodes.paragraph):
            title = markdown.text(one)
        elif isinstance(one, nodes.raw):
            found = QUESTION.search(one.astext())
            asked = escaped(unescape(found[1])) if found else "an example"
    return Prose(line_of(part), f"- {title}: {asked}")


def cell_of(part: nodes.container, markdown: Markdown) -> Cell:
    """Return a cell with the caption of its figure."""
    figure = next(part.findall(nodes.figure), None)
    caption = markdown.caption_of(figure) if figure is not None else ""
    return Cell(line_of(part), part["cell_index"], caption)


def belongs_to_network(part: nodes.Node) -> bool:
    """Tell whether a node shows a network besides its table."""
    return isinstance(part, nodes.Element) and "of_network" in part


def network_of(part: nodes.raw, shown: list[nodes.Node], markdown: Markdown) -> Network:
    """Return a network with all that shows it."""
    drawing = formulas = caption = ""
    for one in shown:
        if isinstance(one, nodes.figure):
            drawing = next(one.findall(nodes.raw)).astext()
            caption = markdown.caption_of(one)
        else:
            formulas = one.astext()
    return Network(
        line=line_of(part),
        about=part["network"],
        table=part.astext(),
        drawing=drawing,
        formulas=formulas,
        caption=caption,
    )
