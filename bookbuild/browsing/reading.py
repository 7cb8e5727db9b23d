"""What the built site holds, and which of it is printed, in what order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from bs4 import BeautifulSoup, Tag

from bookbuild.browsing import linking, paper
from bookbuild.browsing.drawn import Equations
from bookbuild.browsing.linking import Document
from bookbuild.extensions.splitting import name_of as page_name

START = "book/index"
INDEX = "genindex"
GALLERY = "book/gallery/"
# What a reader of paper cannot use: long tables that prove what the site claims, and
# what answers.
LEFT_OUT = {"book/checks", "book/costs", "book/explorer"}
CANONICAL = re.compile(r'<link rel="canonical" href="([^"]+)"')


@dataclass
class Chapter:
    """A chapter or a reference page.

    Attributes
    ----------
    document : str
        Its name in _toc.yml.
    number, title : str
        What its heading says, as plain text.
    html : str
        What it says, ready for paper.
    solutions : list of str
        The solutions that stand at the end of the book.
    """

    document: str
    number: str = ""
    title: str = ""
    html: str = ""
    solutions: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What its anchors begin with."""
        return linking.name_of(self.document)

    @property
    def heading(self) -> str:
        """Its number and its title."""
        return f"{self.number} {self.title}".strip()


@dataclass
class Part:
    """A part of the book, with its chapters."""

    caption: str
    chapters: list[Chapter]

    @property
    def name(self) -> str:
        """Its anchor."""
        return "part-" + re.sub(r"\W+", "-", self.caption.lower()).strip("-")


@dataclass
class Site:
    """The built site, as it is read for paper.

    Attributes
    ----------
    folder : Path
        Where it is.
    document : Document
        What is printed of it.
    equations : Equations
        The equations of the pages that were read.
    """

    folder: Path
    document: Document
    equations: Equations = field(default_factory=Equations)

    def text(self, page: str) -> str:
        """Return a page as it was written."""
        return (self.folder / f"{page}.html").read_text(encoding="utf-8")

    def article(self, page: str) -> BeautifulSoup:
        """Return what a page says, without the bars around it and its equations."""
        html = self.text(page)
        start = html.index("<article>") + len("<article>")
        said = html[start : html.index("</article>", start)]
        return BeautifulSoup(self.equations.take_out(said), "html.parser")


def parts_of(root: Path) -> list[Part]:
    """Return the parts of the book as _toc.yml lists them, those that are printed."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    found = []
    for part in toc["parts"]:
        chapters = [
            Chapter(entry["file"])
            for entry in part["chapters"]
            if entry["file"] not in LEFT_OUT and not entry["file"].startswith(GALLERY)
        ]
        if chapters:
            found.append(Part(part["caption"], chapters))
    return found


def pages_of(html: Path, document: str) -> Iterator[str]:
    """Yield the pages of a chapter, by their addresses without ".html"."""
    number = 1
    while (html / f"{page_name(document, number)}.html").exists():
        yield page_name(document, number)
        number += 1


def site_of(html: Path, parts: list[Part]) -> Site:
    """Return the site in a folder, of which some parts are printed."""
    names = {START: "title", "index": "title", INDEX: "index"}
    for part in parts:
        for chapter in part.chapters:
            names |= dict.fromkeys(pages_of(html, chapter.document), chapter.name)
    for path in sorted((html / GALLERY).rglob("*.html")):
        page = path.relative_to(html).as_posix().removesuffix(".html")
        is_example = path.name.startswith("plot_")
        names[page] = linking.name_of(page) if is_example else "gallery"
    found = CANONICAL.search((html / f"{START}.html").read_text(encoding="utf-8"))
    address = found[1].removesuffix(f"{START}.html") if found else ""
    return Site(html, Document(names, address))


def read_chapter(chapter: Chapter, site: Site, solutions: paper.Solutions) -> None:
    """Read a chapter from its pages, and make it ready for paper."""
    pieces = []
    for number, page in enumerate(pages_of(site.folder, chapter.document), start=1):
        soup = site.article(page)
        heading = soup.find("h1")
        if isinstance(heading, Tag) and number > 1:
            heading.decompose()  # the title of a page, which paper does not have
        elif isinstance(heading, Tag):
            chapter.number, chapter.title = number_and_title(heading)
        paper.prepare(soup)
        linking.set_apart(soup, chapter.name)
        linking.lead(soup, page, site.document)
        taken = paper.place_solutions(soup, solutions)
        chapter.solutions += [one.decode() for one in taken]
        pieces.append(soup.decode())
    chapter.html = "\n".join(pieces)


def number_and_title(heading: Tag) -> tuple[str, str]:
    """Return the number and the title that a heading says, as plain text."""
    number = heading.select_one(".section-number")
    mark = heading.select_one(".headerlink")
    said = number.get_text().strip() if number else ""
    whole = heading.get_text()
    if mark:
        whole = whole.removesuffix(mark.get_text())
    return said, " ".join(whole.split()).removeprefix(said).strip()
