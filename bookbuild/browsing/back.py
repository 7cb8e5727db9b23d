"""What stands behind the chapters: the examples by name, the solutions, the index."""

from html import escape

from bs4 import BeautifulSoup, NavigableString, Tag

from bookbuild.browsing import linking, paper
from bookbuild.browsing.reading import GALLERY, INDEX, Part, Site, number_and_title


def gallery_html(site: Site) -> str:
    """Return the examples of the gallery: their questions, and where they are."""
    made = [
        '<section class="part gallery" id="gallery" style="page: gallery">',
        "<h1>Gallery</h1>",
        "<p>Each example is a script that asks one question and answers it with a "
        "figure. The site of the book has scripts, notebooks and figures; its "
        "repository has the scripts. The address stands below each question.</p>",
    ]
    for section in site.article(f"{GALLERY}index").select("section section"):
        heading = section.find("h2")
        if isinstance(heading, Tag):
            made.append(f"<h2>{escape(number_and_title(heading)[1])}</h2>\n<dl>")
            cards = section.select(".sphx-glr-thumbcontainer")
            made += [example_html(card, site) for card in cards]
            made.append("</dl>")
    return "\n".join([*made, "</section>"])


def example_html(card: Tag, site: Site) -> str:
    """Return one example of the gallery, from its card."""
    link = card.find("a", href=True)
    title = card.select_one(".sphx-glr-thumbnail-title")
    question = card.select_one(".card-question")
    if not (isinstance(link, Tag) and title):
        return ""
    page = linking.resolved(str(link["href"]), f"{GALLERY}index").removesuffix(".html")
    address = f"<code>{escape(page.removeprefix('book/'))}.py</code>"
    if site.document.site:
        there = escape(f"{site.document.site}{page}.html")
        address = f'<a href="{there}">{there}</a>'
    asked = escape(question.get_text(strip=True)) if question else ""
    return (
        f'<div><dt id="{site.document.names[page]}">'
        f"{escape(title.get_text(strip=True))}</dt><dd>{asked}<br>{address}</dd></div>"
    )


def solutions_html(parts: list[Part]) -> str:
    """Return the solutions of the whole book."""
    made = ['<section class="part solutions" id="solutions" style="page: solutions">']
    made.append("<h1>Solutions</h1>")
    for chapter in (one for part in parts for one in part.chapters):
        if chapter.solutions:
            made.append(
                f'<section id="solutions-{chapter.name}">'
                f"<h2>{escape(chapter.heading)}</h2>"
            )
            made += [*chapter.solutions, "</section>"]
    return "\n".join([*made, "</section>"])


def index_html(site: Site) -> str:
    """Return the index, with numbers of pages in the place of titles."""
    if not (site.folder / f"{INDEX}.html").exists():
        return ""
    soup = site.article(INDEX)
    made = ['<section class="part index" id="index" style="page: index">']
    made.append("<h1>Index</h1>")
    made.append("<p>A number in bold is that of the page that defines the term.</p>")
    for letter in soup.select("section.index-letter > ul"):
        linking.lead(letter, INDEX, site.document)
        for link in letter.find_all("a", href=True):
            number_of_link(soup, link)
        made.append(letter.decode())
    return "\n".join([*made, "</section>"])


def number_of_link(soup: BeautifulSoup, link: Tag) -> None:
    """Let a link of the index show the page that it leads to, with its comma."""
    place = soup.new_tag("span", attrs={"class": "place"})
    before = link.previous_sibling
    if isinstance(before, NavigableString) and before.strip() == ",":
        before.extract()
        place.append(", ")
    if link.find("strong"):
        link["class"] = "defines"
    link.clear()
    link.append(paper.page_number(soup, str(link["href"]).removeprefix("#")))
    link.wrap(place)
