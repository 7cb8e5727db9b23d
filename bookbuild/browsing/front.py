"""What stands before the chapters: the title page, a word on the book, the contents."""

import re
from collections.abc import Iterator
from html import escape

from bs4 import BeautifulSoup, Tag

from bookbuild.browsing import linking, paper
from bookbuild.browsing.paper import Solutions
from bookbuild.browsing.reading import START, Site

# What the first page of the site shows besides its text.
CARDS = ".buttons, .borrowed, .counts, section#chapters"
SAID = {
    Solutions.HERE: "Solutions follow their exercises.",
    Solutions.END: "Solutions stand at the end of the book, by chapter; a link leads "
    "from each exercise to its solution and back.",
    Solutions.NO: "This copy has no solutions.",
}
HEADING = re.compile(
    r'<section\b[^>]*\sid="([^"]+)"[^>]*>\s*(?:<span[^>]*></span>\s*)*'
    r"<(h[1-3])\b[^>]*>(.*?)</\2>",
    re.DOTALL,
)
LINK = re.compile(r"</?a\b[^>]*>")


def title_html(site: Site, config: dict[str, str]) -> str:
    """Return the title page.

    Parameters
    ----------
    site : Site
        The built site, whose pages say at their foot who may do what with the book.
    config : dict of str to str
        The settings of the book.
    """
    title, _, subtitle = config["title"].partition(": ")
    text = site.text(START)
    foot = BeautifulSoup(text[text.index("<footer") :], "html.parser")
    imprint = [
        one.decode()
        for one in foot.select("footer p")
        if not one.find("a", href=re.compile("errata|report"))
        and one.get_text(strip=True)
    ]
    return f"""<section class="title-page" id="title">
<p class="book-title">{escape(title)}</p>
<p class="book-subtitle">{escape(subtitle)}</p>
<p class="book-author">{escape(config["author"])}</p>
<div class="imprint">{"".join(imprint)}</div>
</section>"""


def preface_html(site: Site, solutions: Solutions) -> str:
    """Return what the first page of the site says of the book, without its cards."""
    soup = site.article(START)
    for card in soup.select(CARDS):
        card.decompose()
    paper.prepare(soup)
    heading = soup.find("h2")
    if isinstance(heading, Tag):
        heading.name = "h1"
        heading.string = "About this book"
    linking.set_apart(soup, "preface")
    linking.lead(soup, START, site.document)
    note = (
        "<p>This is the book on paper. What the site folds away, mostly code that "
        "draws a figure, is left out here, as are the tables of how each equation is "
        f"known and of what the examples cost. {SAID[solutions]}</p>"
    )
    section = soup.find("section")
    if isinstance(section, Tag):
        section.append(BeautifulSoup(note, "html.parser"))
    return f'<section class="chapter preface" style="page: preface">{soup}</section>'


def contents_html(body: str) -> str:
    """Return the contents of the document: parts, chapters, sections."""
    made = ['<nav class="paper-contents"><h1>Contents</h1>']
    for level, anchor, title in headings_of(body):
        made.append(
            f'<p class="of-{level}"><a href="#{anchor}"><span>{title}</span><i></i>'
            f'<span class="page-number" data-of="{anchor}"></span></a></p>'
        )
    return "\n".join([*made, "</nav>"])


def headings_of(body: str) -> Iterator[tuple[str, str, str]]:
    """Yield level, anchor and title of each heading that the contents list."""
    for anchor, level, title in HEADING.findall(body):
        plain = LINK.sub("", title).strip()
        if len(plain) > 1:  # more than a letter of the glossary
            yield level, anchor, plain
