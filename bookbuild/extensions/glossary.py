"""Link the words of the glossary where a chapter first uses them, and explain them.

What a word means stands beside it, out of sight until the word is pointed at or
reached by the keyboard. Without styles and scripts the link alone remains, which leads
to the glossary.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx_exercise.nodes import (
    exercise_enumerable_node,
    exercise_node,
    solution_node,
)

from bookbuild.checks import chapters, glossary
from bookbuild.checks.glossary import Entry
from bookbuild.checks.sources import Source, read
from bookbuild.extensions import texts

logger = logging.getLogger(__name__)

DOCUMENT = glossary.PLACE.removesuffix(".md")
# Where a word is not linked: in what is code, mathematics, a link or a heading, and
# where a reader is asked rather than told.
APART = (
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.math_block,
    nodes.raw,
    nodes.reference,
    nodes.title,
    nodes.rubric,
    nodes.target,
    nodes.table,
    addnodes.pending_xref,
    addnodes.index,
    exercise_enumerable_node,
    exercise_node,
    solution_node,
)


class Explained(nodes.inline):
    """A link to the glossary with what stands there.

    Its attribute ``meaning`` holds the nodes: as children they would be found by the
    search and be taken for the text of the page.
    """


def entries(app: Sphinx) -> list[Entry]:
    """Return the entries of the book's glossary; none, if it has no glossary."""
    if not (Path(app.srcdir) / glossary.PLACE).exists():
        return []
    return glossary.entries_of(read(Path(app.srcdir), glossary.PLACE))


def link_first_uses(app: Sphinx, doctree: nodes.document) -> None:
    """Link each word of the glossary where a chapter uses it first."""
    page = app.env.docname
    if page not in chapters_of(app):
        return
    known = entries(app)
    if not known:
        return
    app.env.note_dependency(glossary.PLACE)
    pattern = glossary.pattern_of(known, app.config.glossary_by_hand)
    met = {
        found.name
        for node in doctree.findall(addnodes.pending_xref)
        if node["reftype"] == "term"
        and (found := glossary.entry_named(node["reftarget"], known))
    }
    for text in list(running_text(doctree)):
        replaced: list[nodes.Node] = []
        place = 0
        written = text.astext()
        for found in pattern.finditer(written):
            entry = glossary.entry_named(found[0], known)
            if entry is None or entry.name in met:
                continue
            met.add(entry.name)
            replaced.append(nodes.Text(written[place : found.start()]))
            replaced.append(reference(found[0], entry, page))
            place = found.end()
        if replaced:
            replaced.append(nodes.Text(written[place:]))
            texts.replace(text, *(node for node in replaced if node.astext()))


def chapters_of(app: Sphinx) -> set[str]:
    """Return the pages that teach."""
    return {
        page
        for page in app.env.found_docs
        if page.startswith("book/")
        and page.count("/") == 1
        and chapters.teaches(Source(f"{page}.md", ""))
    }


def running_text(node: nodes.Element) -> Iterator[nodes.Text]:
    """Yield the text in which words are linked, in order."""
    for child in node.children:
        if isinstance(child, nodes.Text):
            yield child
        elif not isinstance(child, APART) and not is_card(child):
            yield from running_text(child)


def is_card(node: nodes.Node) -> bool:
    """Return whether a node is one of the cards, which stand before the text."""
    is_container = isinstance(node, nodes.container)
    return is_container and str(node.get("design_component", "")).startswith("card")


def reference(written: str, entry: Entry, page: str) -> addnodes.pending_xref:
    """Return a reference to an entry of the glossary, as the role `term` makes it."""
    shown = nodes.inline("", written, classes=["xref", "std", "std-term"])
    return addnodes.pending_xref(
        written,
        shown,
        refdomain="std",
        reftype="term",
        reftarget=entry.name,
        refdoc=page,
        refexplicit=True,
        refwarn=True,
    )


def meanings(env: BuildEnvironment) -> dict[str, nodes.paragraph]:
    """Return the first paragraph of each entry, by the anchor of its words."""
    if DOCUMENT not in env.found_docs:
        return {}
    found = {}
    for item in env.get_doctree(DOCUMENT).findall(nodes.definition_list_item):
        meaning = without_links(next(item.findall(nodes.paragraph)))
        for term in item.findall(nodes.term):
            found.update(dict.fromkeys(term["ids"], meaning))
    return found


def without_links(paragraph: nodes.paragraph) -> nodes.paragraph:
    """Return a paragraph with the text of its links in their places."""
    copy = paragraph.deepcopy()
    for link in list(copy.findall(addnodes.pending_xref)):
        link.parent.replace(link, nodes.Text(link.astext()))
    return copy


def check_glossary(app: Sphinx, doctree: nodes.document) -> None:
    """Ask the first paragraph of each entry to be readable where there are no links."""
    if app.env.docname != DOCUMENT:
        return
    for definition in doctree.findall(nodes.definition):
        first = next(definition.findall(nodes.paragraph), None)
        if first is not None and next(first.findall(addnodes.pending_xref), None):
            logger.warning(
                "the first paragraph of an entry of the glossary has a link; put the "
                "link in a paragraph of its own",
                location=first,
                type="glossary",
            )


def explain(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put what a word means beside each link to the glossary."""
    if app.builder.format != "html":
        return
    links = [node for node in doctree.findall(nodes.reference) if is_term(node)]
    if not links or docname == DOCUMENT:
        return
    known = meanings(app.env)
    for number, link in enumerate(links):
        meaning = known.get(link.get("refuri", "").partition("#")[2])
        if meaning is None:
            continue
        explained = Explained("", meaning=meaning, anchor=f"meaning-{number}")
        link.parent.replace(link, explained)
        explained += link


def is_term(link: nodes.reference) -> bool:
    """Return whether a link leads to an entry of the glossary."""
    shown = link.findall(nodes.inline)
    return any("std-term" in node["classes"] for node in shown)


def visit_explained(self: Any, node: Explained) -> None:
    """Open the word."""
    self.body.append('<span class="explained">')
    node["first"] = len(self.body)


def depart_explained(self: Any, node: Explained) -> None:
    """Write the meaning behind the word, as a tooltip that describes the link."""
    described = f'<a aria-describedby="{node["anchor"]}" '
    link = self.body[node["first"]]
    self.body[node["first"]] = link.replace("<a ", described, 1)
    self.body.append(f'<span class="meaning" role="tooltip" id="{node["anchor"]}">')
    for child in node["meaning"].children:
        child.walkabout(self)
    self.body.append("</span></span>")


def depart_plain(self: Any, node: Explained) -> None:
    """Write nothing more where there are no tooltips."""


def visit_plain(self: Any, node: Explained) -> None:
    """Write nothing before the word."""


def connect(app: Sphinx) -> None:
    """Link when a page is read, explain when it is written."""
    app.add_config_value("glossary_by_hand", [], "env", [list])
    plain = (visit_plain, depart_plain)
    app.add_node(
        Explained, html=(visit_explained, depart_explained), latex=plain, text=plain
    )
    app.connect("doctree-read", check_glossary)
    # After the cells' outputs are there and before `maths` collects equations.
    app.connect("doctree-read", link_first_uses, priority=600)
    app.connect("doctree-resolved", explain)
