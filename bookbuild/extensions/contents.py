"""The directives of the landing page: cards of all chapters, and a figure of one.

    ```{chapters}
    neuron: fig-neuron
    activations: fig-curves
    ```

makes a card for each chapter that teaches, in the order of _toc.yml and under the
captions of its parts: with the figure that is named for it, what one learns, needs and
spends, all taken from the chapter.

    ```{borrowed} convnets fig-digits
    The caption.
    ```

shows a figure of a chapter on another page, one that moves as well. And

    ```{counts}
    ```

says how many chapters, equations, exercises and examples there are.
"""

import re
from pathlib import Path

import yaml
from docutils import nodes
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from bookbuild.checks import chapters, reading, times
from bookbuild.checks.sources import Source, read
from bookbuild.extensions.detaching import detached
from bookbuild.extensions.site import number_of
from bookbuild.gallery import scripts

logger = logging.getLogger(__name__)

CARD = r"^:::\{grid-item-card\} TITLE\n(?P<text>.*?)^:::$"
LEARNS, NEEDS, _ = chapters.CARDS
LABEL = re.compile(r"\{ref\}`(?:[^`<]*<)?(?P<label>chap-[a-z0-9-]+)>?`")


class Borrowed(nodes.General, nodes.Element):
    """Stands for the pictures of a figure until all pages are read."""


class Counts(SphinxDirective):
    """How much of each kind there is in the book, counted."""

    def run(self) -> list[nodes.Node]:
        """Return the counts as a list."""
        root = Path(self.env.srcdir)
        pages = reading.book_in_order(root)
        for page in pages:
            self.env.note_dependency(page.place)
        self.env.note_dependency("gallery")
        kinds = {
            "chapters": sum(map(chapters.teaches, pages)),
            "numbered equations": len(reading.checked(pages)),
            "exercises with solutions": sum(
                len(reading.exercises_of(page.text)) for page in pages
            ),
            "examples": len(scripts.all_scripts(root / "gallery")),
        }
        listed = nodes.bullet_list(classes=["counts"])
        for kind, count in kinds.items():
            said = nodes.paragraph()
            said += [nodes.strong("", f"{count:,}"), nodes.Text(f" {kind}")]
            listed += nodes.list_item("", said)
        return [listed]


class ChapterLink(nodes.General, nodes.Inline, nodes.Element):
    """Stands for a link with a chapter's number and title until pages are numbered.

    Sphinx's own reference with a number reads the whole page back for each link.
    """


def card_of(page: Source, title: str) -> str:
    """Return what a card at the top of a chapter says, or ""."""
    pattern = CARD.replace("TITLE", re.escape(title))
    found = re.search(pattern, page.text, re.MULTILINE | re.DOTALL)
    return found["text"].strip() if found else ""


def needed_by(page: Source) -> list[str]:
    """Return the labels of the chapters that a chapter needs, each once."""
    labels = LABEL.findall(card_of(page, NEEDS))
    return [label for label in dict.fromkeys(labels) if label != "chap-notation"]


def parts_of(root: Path) -> list[tuple[str, list[str]]]:
    """Return the caption and the chapters of each part that teaches."""
    toc = yaml.safe_load(read(root, "_toc.yml").text)
    found = []
    for part in toc.get("parts", []):
        files = [entry["file"] for entry in part["chapters"] if "file" in entry]
        pages = [Source(f"{name}.md", "") for name in files]
        taught = [
            page.place
            for page in pages
            if chapters.teaches(page) and (root / page.place).exists()
        ]
        if taught:
            found.append((part["caption"], taught))
    return found


def reference(label: str) -> addnodes.pending_xref:
    """Return a link to a chapter, with its title as text."""
    return addnodes.pending_xref(
        "",
        nodes.inline(),
        refdomain="std",
        reftype="ref",
        reftarget=label,
        refexplicit=False,
        refwarn=True,
    )


class Chapters(SphinxDirective):
    """A card for each chapter."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the cards, part by part."""
        root = Path(self.env.srcdir)
        figures = dict(line.split(": ", 1) for line in self.content if ": " in line)
        self.env.note_dependency("_toc.yml")
        made: list[nodes.Node] = []
        for caption, places in parts_of(root):
            made.append(nodes.rubric(caption, caption, classes=["part"]))
            cards = nodes.container(classes=["chapter-cards"])
            for place in places:
                self.env.note_dependency(place)
                page = read(root, place)
                cards += self._card(page, figures.pop(page.name, ""))
            made.append(cards)
        if figures:
            raise self.error(
                f"{min(figures)} is no chapter that teaches; correct the name, or add "
                "it to _toc.yml"
            )
        return made

    def _card(self, page: Source, figure: str) -> nodes.container:
        """Return the card of one chapter."""
        card = nodes.container(classes=["chapter-card"])
        if not figure:
            raise self.error(
                f"{page.name} has no figure here; write `{page.name}: fig-...`, with "
                "the name of one of its figures"
            )
        picture = Borrowed(page=page.document, figure=figure, decorative=True)
        self.set_source_info(picture)
        card += picture
        title = nodes.paragraph(classes=["chapter-title"])
        title += ChapterLink(page=page.document)
        card += title
        card += self._parsed(f"You will be able to {card_of(page, LEARNS)}")
        facts = nodes.paragraph(classes=["chapter-facts"])
        facts += nodes.Text(times.times_of(page.text).capitalize())
        for number, label in enumerate(needed_by(page)):
            facts += nodes.Text(" Read after: " if number == 0 else ", ")
            facts += reference(label)
        if needed_by(page):
            facts += nodes.Text(".")
        card += facts
        return card

    def _parsed(self, text: str) -> list[nodes.Node]:
        """Return what some Markdown says."""
        holder = nodes.container()
        lines = StringList(text.splitlines(), source=self.get_source_info()[0])
        self.state.nested_parse(lines, 0, holder)
        return holder.children


class BorrowedFigure(SphinxDirective):
    """A figure of a chapter, with a caption of its own."""

    required_arguments = 2
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return a figure whose pictures come when all pages are read."""
        name, figure = self.arguments
        if not self.content:
            raise self.error("the figure has no caption; write it below")
        picture = Borrowed(page=f"book/{name}", figure=figure, decorative=False)
        self.set_source_info(picture)
        self.env.note_dependency(f"book/{name}.md")
        # A caption in a container would be numbered as a listing.
        caption = nodes.paragraph()
        holder = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, holder)
        caption += holder.children[0].children
        return [nodes.container("", picture, caption, classes=["borrowed"])]


def shown_in(figure: nodes.figure) -> list[nodes.Element]:
    """Return what a figure shows: its images, or the HTML that a cell made for it."""
    images = list(figure.findall(nodes.image))
    if images:
        return images
    return [raw for raw in figure.findall(nodes.raw) if raw.get("format") == "html"]


def lend_pictures(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the pictures of a page's figures for the pages that borrow them.

    Without this the whole page would be read back for each picture.
    """
    app.env.lent_pictures = lent = getattr(app.env, "lent_pictures", {})  # type: ignore[attr-defined]
    lent[app.env.docname] = {
        name: [detached(shown) for shown in shown_in(figure)]
        for figure in doctree.findall(nodes.figure)
        for name in {*figure["names"], *figure["ids"]}
    }


def forget_pictures(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Keep no picture of a page that is gone, or read again."""
    getattr(env, "lent_pictures", {}).pop(docname, None)


def link_chapters(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the links to chapters, each with its number and its title."""
    for place in list(doctree.findall(ChapterLink)):
        page = place["page"]
        number = number_of(app.env, page)
        title = app.env.titles[page].astext()
        said = f"{number}. {title}" if number else title
        link = nodes.reference(
            "",
            "",
            nodes.inline(said, said),
            refuri=app.builder.get_relative_uri(docname, page),
            internal=True,
        )
        place.parent.replace(place, link)


def bring_pictures(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the pictures of a figure where a page borrows them."""
    for place in list(doctree.findall(Borrowed)):
        pictures = pictures_of(app, place["page"], place["figure"])
        if not pictures:
            logger.warning(
                "%s.md has no figure %s that shows anything; name another",
                place["page"],
                place["figure"],
                location=place,
                type="cells",
            )
        for picture in pictures:
            if place["decorative"] and isinstance(picture, nodes.image):
                picture["alt"] = ""
            if not place["decorative"] and isinstance(picture, nodes.raw):
                begin_with_the_last(picture)
        place.parent.replace(place, pictures)


def begin_with_the_last(moving: nodes.raw) -> None:
    """Let a drawing that moves begin with its last frame, which is the fullest."""
    begin = '<div class="animation"'
    text = moving.astext().replace(begin, f"{begin} data-last", 1)
    moving.children = [nodes.Text(text)]


def pictures_of(app: Sphinx, page: str, figure: str) -> list[nodes.Element]:
    """Return copies of what a figure shows, for light and for dark pages."""
    lent = getattr(app.env, "lent_pictures", {})
    return [shown.deepcopy() for shown in lent.get(page, {}).get(figure, [])]


def connect(app: Sphinx) -> None:
    """Register both directives."""
    app.add_node(Borrowed)
    app.add_directive("chapters", Chapters)
    app.add_directive("borrowed", BorrowedFigure)
    app.add_directive("counts", Counts)
    app.add_node(ChapterLink)
    # After all that changes a picture when its page is read.
    app.connect("doctree-read", lend_pictures, priority=950)
    app.connect("env-purge-doc", forget_pictures)
    app.connect("doctree-resolved", link_chapters)
    # Before images are collected for the page that is written.
    app.connect("doctree-resolved", bring_pictures, priority=100)
