"""The landing page: cards of the chapters, and figures that chapters lend it."""

import re

import pytest
from docutils import nodes

from bookbuild.checks.sources import Source
from bookbuild.extensions import contents
from byhand.figures.animation import Animation
from tests.plainbook import PlainBook

# sphinx-external-toc asks docutils in a way that docutils means to drop one day.
pytestmark = pytest.mark.filterwarnings(
    "ignore:nodes.Node.traverse:PendingDeprecationWarning"
)

CONFIGURATION = """
from bookbuild.extensions import contents

extensions = ["myst_parser", "sphinx_design", "sphinx_external_toc"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
html_theme = "basic"
numfig = True


def setup(app):
    contents.connect(app)
"""

TOC = """format: jb-book
root: book/index
parts:
  - caption: First things
    numbered: 2
    chapters:
      - file: book/one
      - file: book/two
  - caption: Reference
    chapters:
      - file: book/glossary
"""

INDEX = """# All

```{borrowed} two fig-two
What *two* shows.
```

```{chapters}
one: fig-one
two: fig-two
```
"""

CHAPTER = """(chap-{name})=
# On {name}

:::::{{grid}} 1
:::{{grid-item-card}} You will be able to
count to *{name}*.
:::
:::{{grid-item-card}} You need
{needs}
:::
:::{{grid-item-card}} It takes
a while.
:::
:::::

```{{figure}} {name}.svg
:name: fig-{name}
:alt: A picture of {name}.

A caption.
```
"""

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'


@pytest.fixture
def book(tmp_path):
    needs = "{ref}`chap-one`, the {ref}`notation <chap-notation>`."
    book = PlainBook(tmp_path, CONFIGURATION)
    book.write("_toc.yml", TOC)
    book.write("book/index.md", INDEX)
    book.write("book/one.md", CHAPTER.format(name="one", needs="nothing."))
    book.write("book/two.md", CHAPTER.format(name="two", needs=needs))
    book.write("book/glossary.md", "(chap-notation)=\n# Glossary\n")
    book.write("book/one.svg", SVG)
    book.write("book/two.svg", SVG)
    return book


@pytest.mark.slow
def test_each_chapter_has_a_card(book):
    assert book.build() == ""
    page = book.page("book/index")
    assert [part.get_text() for part in page.select("p.part")] == ["First things"]
    cards = page.select(".chapter-card")
    titles = [card.select_one(".chapter-title a").get_text() for card in cards]
    assert titles == ["1. On one", "2. On two"]
    one, two = cards
    assert one.select_one("img")["src"].endswith("one.svg")
    assert one.select_one("img")["alt"] == ""
    assert "You will be able to count to one." in one.get_text()
    facts = [card.select_one(".chapter-facts").get_text() for card in cards]
    assert facts[0].startswith("About 5 minutes to read")
    assert "Read after" not in facts[0]
    assert facts[1].endswith("Read after: On one.")
    assert two.select_one(".chapter-facts a")["href"].startswith("one.html")


@pytest.mark.slow
def test_a_figure_is_borrowed_with_its_text(book):
    book.build()
    [figure] = book.page("book/index").select(".borrowed")
    assert figure.select_one("img")["alt"] == "A picture of two."
    assert figure.select_one("em").get_text() == "two"
    assert figure.get_text().strip() == "What two shows."


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("one: fig-one", "one: fig-none", "book/one.md has no figure fig-none"),
        ("one: fig-one\n", "", "one has no figure here"),
        ("one: fig-one", "one: fig-one\nsix: fig-six", "six is no chapter"),
        ("two fig-two", "six fig-two", "book/six.md has no figure fig-two"),
        ("What *two* shows.\n", "", "the figure has no caption"),
    ],
)
def test_faults_are_named_where_they_stand(book, old, new, said):
    book.write("book/index.md", INDEX.replace(old, new))
    warned = book.build()
    assert said in warned
    assert re.search(r"index\.md:\d+", warned)


@pytest.mark.slow
def test_the_landing_page_changes_with_a_chapter(book):
    book.build()
    needs = "nothing but patience."
    book.write("book/one.md", CHAPTER.format(name="three", needs=needs))
    book.write("book/three.svg", SVG)
    warned = book.build()
    assert "chap-one" in warned
    assert "book/one.md has no figure fig-one" in warned


@pytest.mark.slow
def test_the_landing_page_counts_what_there_is(book):
    equation = "$$\nx = y\n$$ (eq-a)\n"
    text = CHAPTER.format(name="one", needs="nothing.")
    book.write("book/one.md", f"{text}\n{equation}")
    book.write("book/index.md", f"{INDEX}\n```{{counts}}\n```\n")
    (book.root / "gallery/lines").mkdir(parents=True)
    book.write("gallery/lines/plot_a.py", "")
    book.build()
    counts = book.page("book/index").select_one("ul.counts")
    assert [item.get_text().strip() for item in counts.select("li")] == [
        "2 chapters",
        "1 numbered equations",
        "0 exercises with solutions",
        "1 examples",
    ]


def test_what_moves_is_lent_as_well():
    moving = nodes.raw("", "<svg></svg>", format="html")
    bundle = nodes.container("", moving, nodes.raw("", "text", format="latex"))
    figure = nodes.figure("", bundle)
    assert contents.shown_in(figure) == [moving]
    image = nodes.image(uri="a.svg")
    assert contents.shown_in(nodes.figure("", image, bundle)) == [image]


def test_cards_are_read_from_the_source():
    page = Source("book/two.md", CHAPTER.format(name="two", needs="{ref}`a <chap-b>`"))
    assert contents.card_of(page, "You will be able to") == "count to *two*."
    assert contents.card_of(page, "You pay") == ""
    assert contents.needed_by(page) == ["chap-b"]


def test_a_borrowed_drawing_begins_with_its_last_frame():
    dot = '<circle cx="5" cy="5" r="4"/>'
    moving = Animation((dot, dot), ("One.", "Two."), width=9, height=9, label="x" * 30)
    shown = nodes.raw("", moving._repr_html_(), format="html")
    contents.begin_with_the_last(shown)
    assert shown.astext().startswith('<div class="animation" data-last ')
    assert '"last" in whole.dataset ? frames.length - 1 : 0' in shown.astext()
