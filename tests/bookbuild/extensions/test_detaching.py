"""What is kept of a page must not bring the environment and other pages along."""

import pickle

import pytest
from docutils import nodes

from bookbuild.extensions.detaching import detached
from tests.plainbook import PlainBook

pytestmark = pytest.mark.slow

CONFIGURATION = """
from copy import copy

from docutils import nodes
from docutils.utils import new_document
from sphinx.util.docutils import SphinxDirective

from bookbuild.extensions import detaching

extensions = ["myst_parser", "sphinx_exercise"]


class Within(SphinxDirective):
    '''A node of a document of its own, as sphinx-gallery makes them.'''

    def run(self):
        inner = new_document("inner", copy(self.state.document.settings))
        words = nodes.emphasis("", "within")
        paragraph = nodes.paragraph("", "", words)
        words.document = inner
        return [paragraph]


def setup(app):
    app.add_directive("within", Within)
    DETACH
"""

PAGE = """# One

```{within}
```

```{exercise} Add
:label: ex-add

What is 1 + 1?
```

```{solution} ex-add
2
```
"""


def built(root, detach):
    """Return a book of two pages, with or without the part that is tested."""
    call = "detaching.connect(app)" if detach else "pass"
    book = PlainBook(root, CONFIGURATION.replace("DETACH", call))
    book.write("index.md", "# Index\n\n```{toctree}\none\n```\n")
    book.write("one.md", PAGE)
    book.build()
    return book


def kept(book, name):
    """Return the bytes of what Sphinx keeps for the next build."""
    return (book.root / "_build" / ".doctrees" / name).read_bytes()


@pytest.mark.parametrize("detach", [True, False])
def test_environment_is_not_kept_with_a_page(tmp_path, detach):
    book = built(tmp_path, detach)
    assert (b"BuildEnvironment" not in kept(book, "one.doctree")) == detach


@pytest.mark.parametrize("detach", [True, False])
def test_exercises_are_kept_without_their_page(tmp_path, detach):
    book = built(tmp_path, detach)
    environment = pickle.loads(kept(book, "environment.pickle"))  # noqa: S301 - our own
    entries = environment.sphinx_exercise_registry.values()
    assert entries
    parts = [part for entry in entries for part in entry["node"].findall()]
    assert (not any(part.document for part in parts)) == detach


def test_page_is_as_it_was(tmp_path):
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    pages = [
        built(tmp_path / name, detach).page("one").select_one(".body")
        for name, detach in (("with", True), ("without", False))
    ]
    assert str(pages[0]) == str(pages[1])
    assert "What is 1 + 1?" in pages[0].get_text()


def test_copy_belongs_to_no_document():
    page = nodes.document(None, None)
    paragraph = nodes.paragraph("", "", nodes.emphasis("", "words"))
    page += paragraph
    copy = detached(paragraph)
    assert copy.document is None
    assert copy[0].document is None
    assert paragraph.document is page
