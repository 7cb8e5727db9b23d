"""Words of the glossary: linked at their first use, explained where they stand."""

import json

import pytest

from tests.plainbook import PlainBook

CONFIGURATION = """
from bookbuild.extensions import glossary, macros, maths

extensions = ["myst_parser", "sphinx_design", "sphinx_exercise"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
html_math_renderer = "katex"
html_theme = "basic"
numfig = True
glossary_by_hand = ["head"]


def setup(app):
    glossary.connect(app)
    macros.connect(app)
    maths.connect(app)
"""

GLOSSARY = r"""# Glossary

```{glossary}
batch
mini-batch
  The examples of one update, $x \T$.

  {ref}`chap-one`

head
  The last layers.

loss
  What training reduces.
```
"""

PAGE = r"""(chap-one)=
# A batch in the title

::::{grid} 1
:::{grid-item-card} You need
a batch
:::
::::

Code such as `batch`, maths $batch$ and [a batch](https://example.org) come first.

```{exercise} A batch
:label: ex-one

What is a batch?
```

A *mini-batch* is small, as every batch is; its head is high, a {term}`head` is low.
The losses fall.

$$
\pd{\ell}{w} = x \reason{at a batch}
$$ (eq-slope)
"""


MACROS = r"""
\pd: {drawn: '\frac{\partial #1}{\partial #2}'}
\T: {drawn: '^{\top}'}
\reason: {drawn: '\text{#1}', read: ''}
"""


@pytest.fixture
def book(tmp_path):
    book = PlainBook(tmp_path, CONFIGURATION)
    book.write("index.md", "# All\n\n```{toctree}\nbook/one\nbook/glossary\n```\n")
    book.write("book/one.md", PAGE)
    book.write("book/glossary.md", GLOSSARY)
    book.write("book/macros.yml", MACROS)
    return book


@pytest.mark.slow
def test_words_are_linked_once_and_explained(book):
    assert book.build() == ""
    page = book.page("book/one")
    words = page.select(".explained")
    linked = [word.find("a").get_text() for word in words]
    assert linked == ["mini-batch", "head", "losses"]
    [batch, _, loss] = words
    assert batch.find("a")["href"] == "glossary.html#term-batch"
    meaning = batch.find(role="tooltip")
    assert batch.find("a")["aria-describedby"] == meaning["id"]
    assert meaning.get_text().startswith("The examples of one update")
    assert meaning.find("math") is not None
    assert "chap-one" not in meaning.get_text()
    assert meaning.find("a") is None
    assert loss.find(role="tooltip").get_text() == "What training reduces."
    # What is explained elsewhere is not what the search finds here.
    index = (book.root / "_build/html/searchindex.js").read_text(encoding="utf-8")
    terms = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))
    assert terms["docnames"][terms["terms"]["reduc"]] == "book/glossary"


@pytest.mark.slow
def test_a_page_changes_with_the_glossary(book):
    book.build()
    book.write("book/glossary.md", GLOSSARY.replace("What training", "What it"))
    book.build()
    assert "What it reduces." in book.page("book/one").get_text()


@pytest.mark.slow
def test_a_glossary_without_links_in_its_definitions(book):
    book.write(
        "book/glossary.md", GLOSSARY.replace("last layers.", "last {ref}`chap-one`.")
    )
    said = book.build()
    assert "has a link; put the link in a paragraph of its own" in said
    assert "glossary.md:11" in said


@pytest.mark.slow
def test_a_word_that_is_not_there(book):
    book.write("book/one.md", PAGE.replace("{term}`head`", "{term}`tail`"))
    assert "term not in glossary: 'tail'" in book.build()


@pytest.mark.slow
def test_a_book_without_glossary_has_no_words(book):
    (book.root / "book/glossary.md").unlink()
    book.write("index.md", "# All\n\n```{toctree}\nbook/one\n```\n")
    book.write("book/one.md", PAGE.replace("{term}`head`", "head"))
    assert book.build() == ""
    assert book.page("book/one").select(".explained") == []


@pytest.mark.slow
def test_shorthands_are_drawn_and_copied_as_latex(book):
    book.build()
    display = book.page("book/one").select_one("div.math annotation").get_text()
    assert r"\frac{\partial \ell}{\partial w} = x" in display
    assert "at a batch" in display
    assert "pd" not in display


@pytest.mark.slow
def test_a_shorthand_used_wrongly_is_named(book):
    book.write("book/one.md", PAGE.replace(r"\pd{\ell}{w}", r"\pd{\ell}"))
    assert r"one.md:21: WARNING: \pd needs 2 arguments" in book.build()
