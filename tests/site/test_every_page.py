"""What holds of each page, looked at once: structure, links, widths, policy."""

import re
from collections import Counter
from pathlib import PurePosixPath

import pytest
from bs4 import BeautifulSoup

NARROW = 320  # CSS pixels, WCAG 1.4.10
LOOK = """() => ({
  headings: document.querySelectorAll("h1").length,
  twice: [...document.querySelectorAll("[id]")].map((one) => one.id),
  unsized: document.querySelectorAll("img:not([width][height])").length,
  unnamed: document.querySelectorAll("img:not([alt])").length,
  copies: document.querySelectorAll('button.copy[tabindex="0"]').length,
  policy: !!document.querySelector('meta[http-equiv="Content-Security-Policy"]'),
})"""
WIDE = """() => {
  const width = document.documentElement.clientWidth;
  const boxes = "pre, .table-box, .shapes, .cell_output, .katex-display, [popover]";
  const inside = (one) => one.closest(boxes);
  return [...document.querySelectorAll("main *")]
    .filter((one) => one.getBoundingClientRect().right > width + 1 && !inside(one))
    .map((one) => one.outerHTML.slice(0, 120));
}"""


def test_a_page_is_whole(show, page_name):
    page = show(page_name)
    seen = page.evaluate(LOOK)
    assert seen["headings"] == 1
    assert [name for name, count in Counter(seen["twice"]).items() if count > 1] == []
    assert seen["unsized"] == 0
    assert seen["unnamed"] == 0
    assert seen["copies"] <= 1
    assert seen["policy"]


# What is not read as running text: the parts of a formula, code, and explanations that
# stand behind a word until they are asked for.
NOT_READ = ".katex, .meaning, pre, code, script, svg, [popover]"
TWICE = re.compile(r"[^.\n]{0,60}(?:(?<!\.)\.\.(?!\.)|,,|;;|::|[,;:]\.|[.;:],)")
ABBREVIATED = re.compile(r"\b(?:al|etc|e\.g|i\.e|vs)\.,")
QUOTED = "to go further.."  # the title of a slide


def test_no_punctuation_stands_twice(html, page_name):
    page = BeautifulSoup((html / page_name).read_text("utf-8"), "html.parser")
    main = page.select_one("main")
    for part in main.select(NOT_READ):
        part.replace_with("\N{WHITE SQUARE}")
    text = ABBREVIATED.sub(",", main.get_text()).replace(QUOTED, "")
    assert TWICE.findall(text) == []


def test_no_page_lets_a_browser_ask_for_an_icon_that_is_not_there(html):
    written = [path for path in html.rglob("*.html") if "_static" not in path.parts]
    assert html / "index.html" in written  # which leads on, as pages that are gone do
    for path in written:
        assert '<link rel="icon" href="data:' in path.read_text("utf-8"), path


def test_a_narrow_page_does_not_scroll_sideways(show, page_name):
    page = show(page_name, viewport={"width": NARROW, "height": 600})
    overflow = page.evaluate("document.documentElement.scrollWidth") - NARROW
    assert overflow <= 0, page.evaluate(WIDE)[:3]


@pytest.fixture(scope="session")
def anchors(html):
    """The anchors of each page."""
    return {
        path.relative_to(html).as_posix(): set(
            re.findall(r'\s(?:id|name)="([^"]+)"', path.read_text("utf-8"))
        )
        for path in html.rglob("*.html")
    }


def test_links_lead_to_what_is_there(html, anchors, page_name):
    text = (html / page_name).read_text("utf-8")
    lost = set()
    for link in re.findall(r'<a\s[^>]*?href="([^"]+)"', text):
        address, _, anchor = link.partition("#")
        address = address.partition("?")[0]
        if re.match(r"\w+:", address) or page_name == "404.html":
            continue
        path = PurePosixPath(page_name)
        if address:
            parts = []
            for part in (path.parent / address).parts:
                parts = parts[:-1] if part == ".." else [*parts, part]
            path = PurePosixPath(*parts)
        known = anchors.get(path.as_posix(), set())
        if not (html / path).exists() or (anchor and anchor not in known):
            lost.add(link)
    assert sorted(lost) == []
