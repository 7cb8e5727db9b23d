"""Anchors of many pages stay apart in one document, and links lead within it."""

import pytest
from bs4 import BeautifulSoup

from bookbuild.browsing import linking
from bookbuild.browsing.linking import Document, anchor_of, led

NAMES = {
    "book/losses": "losses",
    "book/losses-2": "losses",
    "book/glossary": "glossary",
    "book/index": "title",
    "book/gallery/training/plot_descent": "gallery-training-plot_descent",
}
PRIVATE = Document(NAMES)
PUBLIC = Document(NAMES, site="https://example.org/book/")


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("#sec-a", "#losses--sec-a"),
        ("losses.html#sec-a", "#losses--sec-a"),
        ("glossary.html", "#glossary"),
        ("glossary.html#term-bias", "#glossary--term-bias"),
        ("index.html", "#title"),
        ("gallery/training/plot_descent.html", "#gallery-training-plot_descent"),
        ("losses.html#na%C3%AFve", "#losses--naïve"),
        ("https://keras.io/#x", "https://keras.io/#x"),
        ("mailto:a@b.c", "mailto:a@b.c"),
    ],
)
@pytest.mark.parametrize("document", [PRIVATE, PUBLIC])
def test_a_link_leads_within_the_document_or_elsewhere(link, leads, document):
    assert led(link, "book/losses-2", document) == leads


@pytest.mark.parametrize(
    ("link", "published"),
    [
        ("checks.html#known", "https://example.org/book/book/checks.html#known"),
        ("../search.html", "https://example.org/book/search.html"),
        ("../_downloads/a/b.whl", "https://example.org/book/_downloads/a/b.whl"),
    ],
)
def test_what_is_not_printed_is_found_where_the_site_is(link, published):
    assert led(link, "book/losses", PUBLIC) == published
    assert led(link, "book/losses", PRIVATE) is None


def test_the_name_of_a_page_is_an_identifier():
    assert linking.name_of("book/keras-2-to-3") == "keras-2-to-3"
    assert linking.name_of("book/gallery/a/plot_b") == "gallery-a-plot_b"


def test_anchors_and_what_refers_to_them_are_set_apart():
    soup = BeautifulSoup(
        '<p id="a" aria-describedby="b c">x</p><label for="b"></label>'
        '<svg><path marker-end="url(#arrow)"/></svg>',
        "html.parser",
    )
    linking.set_apart(soup, "losses")
    assert soup.p["id"] == "losses--a"
    assert soup.p["aria-describedby"] == "losses--b losses--c"
    assert soup.label["for"] == "losses--b"
    assert soup.path["marker-end"] == "url(#losses--arrow)"
    assert anchor_of("losses", "") == "losses"


def test_links_to_nothing_become_text_and_pictures_are_found():
    soup = BeautifulSoup(
        '<a href="checks.html">how <b>known</b></a><a href="#a">here</a>'
        '<img src="../_images/a.svg"><img src="data:image/png;base64,xx">',
        "html.parser",
    )
    linking.lead(soup, "book/losses", PRIVATE)
    assert [link["href"] for link in soup.find_all("a")] == ["#losses--a"]
    assert "how <b>known</b>" in str(soup)
    sources = [image["src"] for image in soup.find_all("img")]
    assert sources == ["_images/a.svg", "data:image/png;base64,xx"]


def test_a_link_whose_anchor_is_left_out_becomes_text():
    html = '<p id="a">x</p><a class="r" href="#a">A</a>, <a href="#b"><i>B</i></a>'
    kept, lost = linking.without_lost_links(html)
    assert kept == '<p id="a">x</p><a class="r" href="#a">A</a>, <i>B</i>'
    assert lost == ["b"]
