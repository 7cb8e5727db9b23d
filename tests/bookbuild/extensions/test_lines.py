"""Long lines of code say how far in they begin."""

import re

from bs4 import BeautifulSoup
from docutils import nodes
from pygments import highlight
from pygments.lexers import PythonLexer

from bookbuild.extensions import lines
from bookbuild.extensions.lines import MarkedLines
from tests.plainbook import PlainBook

CONFIGURATION = """
from bookbuild.extensions import lines

html_theme = "basic"


def setup(app):
    lines.connect(app)
"""
CODE = '''\
short = 1
if a < b and c < d:
        very_long_name = another_long_name(with_an_argument)
text = """a text that goes on over several lines
    and is one token for Pygments, as one sees"""
'''


def indents(html):
    found = re.findall(r'class="line" style="--indent: (\d+)"', html)
    return [int(indentation) for indentation in found]


def test_only_long_lines_are_marked():
    html = highlight(CODE, PythonLexer(), MarkedLines())
    assert indents(html) == [8, 0, 4]


def test_nothing_is_lost_and_each_mark_holds_one_line():
    html = highlight(CODE, PythonLexer(), MarkedLines())
    block = BeautifulSoup(html, "html.parser").pre
    assert block.get_text() == CODE
    lines = block.select(".line")
    assert [line.parent for line in lines] == [block] * 3
    assert [line.get_text().count("\n") for line in lines] == [1, 1, 1]


def test_a_sign_that_is_written_as_an_entity_is_one_character():
    just_fits = "x = " + "<" * 26
    html = highlight(just_fits, PythonLexer(), MarkedLines())
    assert indents(html) == []
    assert indents(highlight(just_fits + "<", PythonLexer(), MarkedLines())) == [0]


def test_a_page_has_the_marks(tmp_path):
    book = PlainBook(tmp_path / "book", CONFIGURATION)
    book.write(
        "index.rst", f"Book\n====\n\n.. code-block:: python\n\n   x = '{'y' * 40}'\n"
    )
    assert book.build() == ""
    assert book.page("index").select_one("pre .line")["style"] == "--indent: 0"


def test_code_in_a_table_breaks_behind_signs_and_in_no_name():
    document = nodes.document(None, None)
    cell = nodes.entry("", nodes.literal("", "np.load_it(a[0], 1.5, axis=--columns)"))
    document += nodes.table("", nodes.tgroup("", nodes.tbody("", nodes.row("", cell))))
    document += nodes.literal("", "f(x, y)")
    lines.allow_breaks(None, document, "page")
    parts = [
        "|" if isinstance(part, nodes.raw) else part.astext()
        for part in next(cell.findall(nodes.literal)).children
    ]
    assert "".join(parts) == "np.|load_it(|a[|0],| 1.5,| axis=|--columns)"
    assert document.children[-1].children == ["f(x, y)"]
    other = nodes.entry("", nodes.literal("", "run model.json"))
    document += nodes.table("", nodes.tgroup("", nodes.tbody("", nodes.row("", other))))
    lines.allow_breaks(None, document, "page")
    assert next(other.findall(nodes.literal)).children == ["run model.json"]


class code_links_block(nodes.General, nodes.TextElement):  # noqa: N801
    """Code as sphinx-gallery leaves it, in words."""


def test_code_that_was_cut_into_words_is_marked_too():
    words = [
        nodes.inline("", "def", classes=["k"]),
        nodes.Text(" f():"),
        nodes.inline("", "\n", classes=["w"]),
        nodes.Text("    "),
        nodes.inline("", '"""A text of several lines, and the\n    second."""'),
        nodes.inline("", "\n", classes=["w"]),
        nodes.Text("    "),
        nodes.reference("", "", nodes.inline("", "spectra"), refuri="a"),
        nodes.Text("(examples, noise=noise)"),
        nodes.Text("\n"),
    ]
    document = nodes.document(None, None)
    block = code_links_block("", "", *words)
    text = block.astext()
    document += block
    lines.mark_pieces(None, document, "page")
    shown = "".join(
        part.astext() if isinstance(part, nodes.raw) else f"<{part.astext()}>"
        for part in block.children
    )
    assert shown.replace("\n", "|") == (
        '<def>< f():><|><span class="line" style="--indent: 4">'
        '<    ><"""A text of several lines, and the|></span>'
        '<    second."""><|><span class="line" style="--indent: 4">'
        "<    ><spectra><(examples, noise=noise)><|></span>"
    )
    for part in list(block.findall(nodes.raw)):
        part.parent.remove(part)
    assert block.astext() == text
    assert [link["refuri"] for link in block.findall(nodes.reference)] == ["a"]
