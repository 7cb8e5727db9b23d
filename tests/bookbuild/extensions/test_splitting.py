"""A chapter on several pages: what is on each, and where links lead."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from tests.plainbook import PlainBook

pytestmark = pytest.mark.slow

CONFIGURATION = """
from bookbuild.extensions import publishing, rendering, splitting

extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath"]
html_theme = "basic"
html_baseurl = "https://example.org/book/"
html_permalinks_icon = "#"
templates_path = ["templates"]
numfig = True


def setup(app):
    publishing.connect(app)
    rendering.connect(app)
    splitting.connect(app)
"""

CHAPTER = """(chap-long)=
# Long

```{pages}
Beginning
sec-middle: Middle
sec-end: End
```

Forward to {ref}`sec-end`, and to {eq}`eq-last`.

(sec-start)=
## Start

Words.

(sec-middle)=
## In the middle

Back to {ref}`sec-start`, on to {ref}`sec-end`, here is {ref}`sec-middle`.

(sec-end)=
## At the end

$$
x = y
$$ (eq-last)
"""

AFTER = """# After

See {ref}`sec-middle`, {eq}`eq-last`, {doc}`long`.
"""

MOVED = """
long: {old-place: sec-end}
gone: {"": long, somewhere: sec-middle}
"""


@pytest.fixture
def book(tmp_path):
    made = PlainBook(tmp_path, CONFIGURATION)
    made.write("index.md", "# Index\n\n```{toctree}\nlong\nafter\n```\n")
    made.write("long.md", CHAPTER)
    made.write("after.md", AFTER)
    made.write("book/moved.yml", MOVED)
    made.write("templates/404.html", '<html><a href="index.html">Begin</a></html>')
    return made


def links(page):
    """Return where the links of a page's text lead, permalinks left out."""
    found = page.select(".body a:not(.headerlink)")
    return [link["href"] for link in found if link.has_attr("href")]


def test_each_page_holds_its_sections(book):
    assert book.build() == ""
    first, second, third = map(book.page, ("long", "long-2", "long-3"))
    assert [one.get_text() for one in first.select(".body h1, .body h2")] == [
        "Long#",
        "Start#",
    ]
    assert second.select_one(".body h2").get_text() == "In the middle#"
    assert third.select_one(".body h2").get_text() == "At the end#"
    assert "x = y" in third.select_one(".body").get_text()
    assert not first.select("section section section")


def test_links_lead_to_the_page_that_holds_their_anchor(book):
    book.build()
    assert links(book.page("long")) == [
        "long-3.html#sec-end",
        "long-3.html#equation-eq-last",
    ]
    assert links(book.page("long-2")) == [
        "long.html#sec-start",
        "long-3.html#sec-end",
        "#sec-middle",
    ]
    assert links(book.page("after")) == [
        "long-2.html#sec-middle",
        "long-3.html#equation-eq-last",
        "long.html",
    ]


def test_a_page_that_did_not_change_keeps_its_links(book):
    book.build()
    book.write("after.md", f"{AFTER}\nMore.\n")
    assert book.build() == ""
    assert links(book.page("after"))[0] == "long-2.html#sec-middle"
    assert book.page("long-3").select_one(".body h2").get_text() == "At the end#"


def test_a_chapter_becomes_whole_again(book):
    book.build()
    book.write("long.md", re.sub(r"```\{pages\}.*?```\n", "", CHAPTER, flags=re.DOTALL))
    assert book.build() == ""
    assert links(book.page("long"))[:2] == ["#sec-end", "#equation-eq-last"]
    # That page did not change, but its link does.
    assert links(book.page("after"))[0] == "long.html#sec-middle"


def test_links_follow_when_a_chapter_is_cut_elsewhere(book):
    book.build()
    assert links(book.page("after"))[0] == "long-2.html#sec-middle"
    book.write("long.md", CHAPTER.replace("sec-middle: Middle\n", ""))
    assert book.build() == ""
    assert links(book.page("after"))[0] == "long.html#sec-middle"


def test_other_pages_are_not_written_anew_for_an_edited_sentence(book):
    book.build()
    other = book.root / "_build/html/after.html"
    written = other.stat().st_mtime_ns
    longer = CHAPTER.replace("Words.", "Words. " * 400)  # takes longer to read
    book.write("long.md", longer)
    assert book.build() == ""
    assert other.stat().st_mtime_ns == written


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("sec-lost: Lost", "sec-lost is the label of no section"),
        ("no title", "'no title' is not `label: title`"),
    ],
)
def test_a_page_that_cannot_be_is_told_with_its_line(book, line, told):
    book.write("long.md", CHAPTER.replace("sec-end: End", line))
    warnings = book.build()
    assert told in warnings
    assert re.search(r"long\.md:[45]: ", warnings)


def test_pages_out_of_order_are_told(book):
    swapped = CHAPTER.replace(
        "sec-middle: Middle\nsec-end: End", "sec-end: End\nsec-middle: Middle"
    )
    book.write("long.md", swapped)
    assert "not in the order of its sections" in book.build()


def test_the_sitemap_names_every_page(book):
    book.build()
    text = (book.root / "_build/html/sitemap.xml").read_text()
    places = ElementTree.fromstring(text).iter()
    named = [place.text for place in places if place.tag.endswith("loc")]
    assert "https://example.org/book/long-3.html" in named
    assert not any("404" in name or "gone" in name for name in named)


def test_a_page_that_is_gone_leads_on(book):
    book.build()
    page = book.page("gone")
    assert page.select_one("noscript meta")["content"] == "0; url=./long.html"
    moved = (book.root / "_build/html/_static/moved.js").read_text()
    assert '"somewhere":"long-2.html#sec-middle"' in moved
    assert '"old-place":"long-3.html#sec-end"' in moved
    # From before the chapter was cut, or cut elsewhere.
    assert '"sec-end":"long-3.html#sec-end"' in moved
    assert '"sec-start":"long.html#sec-start"' in moved


def test_a_move_to_nowhere_is_told(book):
    book.write("book/moved.yml", MOVED.replace("sec-end", "sec-lost"))
    assert "leads to sec-lost, which is neither a page nor a label" in book.build()


def test_the_page_for_missing_ones_works_from_any_depth(book):
    book.build()
    assert book.page("404").select_one("a")["href"] == "/book/index.html"
