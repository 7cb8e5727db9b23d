"""What pages may cost: kilobytes, requests, elements, shift of the layout."""

import gzip
import re

from bookbuild.browsing import weighing

GALLERY = "book/gallery/index.html"
# The page that searches loads the index of all sections; nothing else does.
KILOBYTES = {GALLERY: 200, "search.html": 360}
ELEMENTS = 20_000
SHIFT = 0.02
FIGURE = re.compile(r'\.\./_images/([^"?#]+\.(?:svg|png|gif|webp))')
FIGURE_KILOBYTES = 120  # half of what a page may fetch for its first view


def test_a_page_is_light(browser, address, page_name):
    weight = weighing.weigh(browser, address, page_name)
    assert weight.kilobytes <= KILOBYTES.get(page_name, 250), weight
    assert weight.requests <= 15, weight
    assert weight.nodes <= ELEMENTS, weight
    assert weight.shift <= SHIFT, weight
    if page_name == GALLERY:
        # Its pictures come while the reader scrolls.
        assert weight.kilobytes < weight.scrolled <= 400, weight


def test_a_figure_of_a_chapter_is_light(html):
    chapters = [page.read_text("utf-8") for page in (html / "book").glob("*.html")]
    names = {name for chapter in chapters for name in FIGURE.findall(chapter)}
    kilobytes = {
        name: len(gzip.compress((html / "_images" / name).read_bytes()))
        / weighing.KILOBYTE
        for name in names
    }
    assert len(kilobytes) >= 100
    heavy = {name: size for name, size in kilobytes.items() if size > FIGURE_KILOBYTES}
    assert not heavy
