"""Begin each part of the reference with a table of the names that it explains."""

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

FEWEST = 3  # names that are worth a table


def name_of(explained: addnodes.desc) -> str:
    """Return the anchor of an object, empty if it has none."""
    signature = explained.children[0]
    ids = signature.get("ids", []) if isinstance(signature, nodes.Element) else []
    return ids[0] if ids else ""


def summary_of(explained: addnodes.desc) -> str:
    """Return the first paragraph of what is said of an object, up to its full stop."""
    paragraph = next(iter(explained.children[-1].findall(nodes.paragraph)), None)
    if paragraph is None:
        return ""
    return " ".join(paragraph.astext().split()).partition(". ")[0].rstrip(".") + "."


def row_of(explained: addnodes.desc) -> nodes.row:
    """Return the row of an object: its name, which leads to it, and what it is."""
    anchor = name_of(explained)
    name = anchor.rpartition(".")[2]
    link = nodes.reference("", "", nodes.literal("", name), refid=anchor, internal=True)
    summary = summary_of(explained)
    return nodes.row(
        "",
        nodes.entry("", nodes.paragraph("", "", link)),
        nodes.entry("", nodes.paragraph(summary, summary)),
    )


def table_of(all_explained: list[addnodes.desc]) -> nodes.table:
    """Return the table of some objects, in the order of the page."""
    titles = ("name", "what it is")
    head = nodes.row("", *[nodes.entry("", nodes.paragraph(t, t)) for t in titles])
    body = nodes.tbody("", *map(row_of, all_explained))
    columns = [nodes.colspec(colwidth=1) for _ in titles]
    group = nodes.tgroup("", *columns, nodes.thead("", head), body, cols=len(titles))
    return nodes.table("", group, classes=["names"])


def list_names(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put a table before the first object of each section that explains several."""
    for section in doctree.findall(nodes.section):
        explained = [
            child
            for child in section.children
            if isinstance(child, addnodes.desc) and name_of(child)
        ]
        if len(explained) >= FEWEST:
            section.insert(section.index(explained[0]), table_of(explained))


def connect(app: Sphinx) -> None:
    """Add the tables when the search has read what the page says itself."""
    app.connect("doctree-resolved", list_names)
