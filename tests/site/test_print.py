"""The book as one PDF: outline, links, numbers of pages, solutions, equations."""

import re

import pytest
from pypdf import PdfReader

from bookbuild import places
from bookbuild.browsing import printing, reading, volume
from bookbuild.browsing.paper import Solutions

pytestmark = pytest.mark.slow

FEWEST, MOST = 300, 900  # pages
A4 = (595, 842)  # points
SENTENCE = re.compile(r">(?! \()([^<>]{50,})<")  # no title in brackets
WIDE = """() => [...document.querySelectorAll("article *:not(svg *)")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 2)
  .map((one) => one.outerHTML.slice(0, 120))"""


def headings(outline, depth=0):
    """Yield depth and entry of each bookmark."""
    for entry in outline:
        if isinstance(entry, list):
            yield from headings(entry, depth + 1)
        else:
            yield depth, entry


def words(page):
    """Return the text of a page with single spaces."""
    return " ".join(page.extract_text().split())


def bound(html, solutions):
    """Return the document, and the chapters with their titles and solutions."""
    chapters = []
    read = reading.read_chapter

    def keep(chapter, *others):
        read(chapter, *others)
        chapters.append(chapter)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(volume, "read_chapter", keep)
        text = volume.bind(places.ROOT, html, solutions)
    return text, chapters


@pytest.fixture(scope="module")
def document(html):
    return bound(html, Solutions.END)


@pytest.fixture(scope="module")
def pdf(browser, document, tmp_path_factory):
    target = tmp_path_factory.mktemp("print") / "book.pdf"
    printing.print_document(browser, document[0], target, print)
    return PdfReader(target)


@pytest.fixture(scope="module")
def outline(pdf):
    """Depth, title and page of each bookmark."""
    return [
        (depth, entry.title, pdf.get_destination_page_number(entry))
        for depth, entry in headings(pdf.outline)
    ]


class TestTheBook:
    """The book is printed once for all of these."""

    def test_nothing_is_wider_than_the_page(self, browser, document):
        with printing.shown(browser, document[0]) as page:
            assert page.evaluate(WIDE) == []

    def test_the_outline_has_every_chapter_in_its_part(self, document, outline):
        listed = [" ".join(title.split()) for depth, title, _ in outline if depth == 1]
        for chapter in document[1]:
            assert chapter.heading in listed
        pages = [number for _, _, number in outline]
        assert pages == sorted(pages)

    def test_the_number_of_pages_is_plausible(self, pdf):
        assert FEWEST < len(pdf.pages) < MOST
        size = pdf.pages[0].mediabox
        assert (round(size.width), round(size.height)) == A4

    def test_it_is_tagged_and_says_its_language_and_title(self, pdf):
        root = pdf.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == "en"
        assert "Hands-on deep learning" in pdf.metadata.title

    def test_links_within_it_resolve(self, pdf):
        names = set(pdf.named_destinations)
        links = [
            annotation.get_object()
            for page in pdf.pages
            for annotation in page.get("/Annots", [])
        ]
        within = [str(link["/Dest"]) for link in links if "/Dest" in link]
        assert len(within) > 2000
        assert [name for name in within if name not in names] == []
        # Chromium writes a link to a missing anchor as the address of the document.
        outside = [link["/A"]["/URI"] for link in links if "/URI" in link.get("/A", {})]
        assert [address for address in outside if address.startswith("file:")] == []

    def test_each_page_has_its_number_and_its_chapter(self, pdf, outline):
        starts = {title: number for _, title, number in outline}
        for title, number in list(starts.items())[3:40:9]:
            # The number stands at the foot, the title of the chapter at the head.
            text = words(pdf.pages[number])
            assert re.search(rf"\b{number + 1}\b", text), title
        losses = next(n for d, t, n in outline if d == 1 and t.endswith("Losses"))
        assert "8 Losses" in words(pdf.pages[losses + 1])

    def test_the_contents_name_the_pages(self, pdf, outline):
        contents = next(number for _, title, number in outline if title == "Contents")
        text = words(pdf.pages[contents]) + words(pdf.pages[contents + 1])
        page = next(n for d, t, n in outline if d == 1 and t.endswith("Losses"))
        assert re.search(rf"8 Losses {page + 1}\b", text)

    def test_solutions_stand_at_the_end(self, document, pdf, outline):
        start = next(number for _, title, number in outline if title == "Solutions")
        end = next(number for _, title, number in outline if title == "Index")
        assert start > 0.6 * len(pdf.pages)
        text = " ".join(words(page) for page in pdf.pages[start:end])
        count = sum(len(chapter.solutions) for chapter in document[1])
        found = set(re.findall(r"Exercise (\d+\.\d+)", text))
        assert count > 250
        assert len(found) >= count

    def test_an_equation_is_text(self, pdf, outline):
        page = next(n for _, t, n in outline if t.endswith("The smallest network"))
        text = "".join(pdf.pages[page + k].extract_text() for k in range(2))
        assert "wx+b" in re.sub(r"\s", "", text)


def test_a_hand_out_has_no_solution(html, document):
    text, chapters = bound(html, Solutions.NO)
    assert all(chapter.solutions == [] for chapter in chapters)
    assert "Solution: page" not in text
    solutions = [one for chapter in document[1] for one in chapter.solutions]
    sentences = [said for one in solutions for said in SENTENCE.findall(one)]
    assert len(sentences) > 200
    assert [said for said in sentences if said in text] == []


def test_solutions_can_stand_in_place(html):
    text, _ = bound(html, Solutions.HERE)
    assert text.count("Solution</span> of exercise") > 250
    assert 'id="solutions"' not in text
