"""The pages of a small site are bound in the order of the table of contents."""

import re

import pytest

from bookbuild.browsing import front, reading, volume
from bookbuild.browsing.paper import Solutions
from bookbuild.errors import CommandError

TOC = """
root: book/index
parts:
  - caption: I. Start
    chapters: [{file: book/one}, {file: book/two}]
  - caption: Gallery
    chapters: [{file: book/gallery/index}]
  - caption: Reference
    chapters: [{file: book/notation}, {file: book/checks}]
"""
PAGES = {
    "book/index": '<section id="book"><h1>Book</h1><p>It teaches.</p></section>',
    "book/one": '<section id="one"><h1><span class="section-number">1 </span>One</h1>'
    '<p id="a">First, see <a href="two-2.html#b">there</a>.</p></section>',
    "book/two": '<section id="two"><h1><span class="section-number">2 </span>Two</h1>'
    '<p id="a">Second.</p></section>',
    "book/two-2": '<h1>More</h1><section><section id="b"><h2>2.1 Deep</h2>'
    '<a href="one.html#a">back</a> <a href="checks.html#c">known</a></section>'
    "</section>",
    "book/notation": '<section id="n"><h1>Notation</h1></section>',
    "book/checks": '<section id="c"><h1>Checks</h1></section>',
    "book/gallery/index": '<section id="g"><h1>Gallery</h1></section>',
}


@pytest.fixture
def book(tmp_path):
    html = tmp_path / "_build" / "html"
    (tmp_path / "_toc.yml").write_text(TOC)
    (tmp_path / "_config.yml").write_text("title: 'Book: whole'\nauthor: N. N.\n")
    for name, said in PAGES.items():
        (html / name).parent.mkdir(parents=True, exist_ok=True)
        (html / f"{name}.html").write_text(
            f"<html><article>{said}</article><footer><p>Free.</p></footer></html>"
        )
    return tmp_path, html


def test_the_order_is_that_of_the_contents(book):
    text = volume.bind(*book, Solutions.END)
    order = "Free.", "teaches", "First", "Second", "Deep", ">Notation<", ">Gallery<"
    places = [text.rindex(word) for word in order]
    assert places == sorted(places)
    assert "Checks" not in text
    assert ">More<" not in text


def test_links_lead_to_anchors_that_are_there(book):
    text = volume.bind(*book, Solutions.END)
    anchors = re.findall(r'\sid="([^"]+)"', text)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(anchors)
    assert '<a href="#two--b">there</a>' in text
    assert "known</a>" not in text


def test_contents_and_heads_name_the_chapters(book):
    text = volume.bind(*book, Solutions.END)
    listed = text[text.index("<nav") : text.index("</nav>")]
    levels = " ".join(re.findall(r'class="of-(h\d)"', listed))
    assert levels == "h1 h1 h2 h2 h3 h1 h2 h1 h1"
    assert '@page two { @top-right { content: "2 Two"; } }' in text


def test_letters_of_the_glossary_are_not_listed():
    body = '<section id="a"><h3>A</h3></section><section id="b"><h3>Bias</h3></section>'
    assert list(front.headings_of(body)) == [("h3", "b", "Bias")]


def test_what_proves_the_book_is_not_printed(book):
    parts = reading.parts_of(book[0])
    documents = [one.document for part in parts for one in part.chapters]
    assert documents == ["book/one", "book/two", "book/notation"]
    assert list(reading.pages_of(book[1], "book/two")) == ["book/two", "book/two-2"]


def test_a_book_that_is_not_built_is_not_printed(book, monkeypatch):
    from bookbuild.browsing import packing, printing

    monkeypatch.setattr(printing.chromium, "executable", lambda: "chromium")
    with pytest.raises(CommandError, match="run 'make book' first"):
        printing.print_book(book[0], Solutions.END)
    with pytest.raises(CommandError, match="run 'make book' first"):
        packing.pack_book(book[0])
