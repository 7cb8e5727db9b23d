"""Forms below exercises, and the scripts of the pages that hold some."""

import json
import re

import pytest

from bookbuild.extensions import answering, explorer
from bookbuild.inpage.packing import Runtime

RUNTIME = Runtime(
    "1.0", sizes={"worker.mjs": 7, "a.packed": 5}, digests={"worker.mjs": "d"}
)


def test_a_form_has_a_labelled_input_for_each_part():
    parts = [
        {"label": "a <b>", "hint": "a & b"},
        {"label": "shape", "hint": "such as 3, 3"},
    ]
    html = answering.form("ex-one", "losses", "7.2", parts)
    ids = re.findall(r'<input id="([^"]+)"', html)
    assert ids == ["answer-ex-one-1", "answer-ex-one-2"]
    for name in ids:
        assert f'<label for="{name}">' in html
        for described in (f"{name}-hint", f"{name}-verdict"):
            assert f'id="{described}"' in html
    assert "a &lt;b&gt;" in html
    assert "<b>" not in html
    assert 'aria-label="Your answer to exercise 7.2"' in html
    assert html.count('class="asks-price"') == 1


def test_a_script_says_what_it_loads():
    text = answering.script("exercises", RUNTIME)
    about = json.loads(re.search("const PYTHON = (.*);", text)[1])
    assert about["bytes"] == 12
    assert "class Python" in text
    assert "DARK" not in text
    assert "const DARK" in answering.script("explorer", RUNTIME)


@pytest.mark.parametrize("name", explorer.PIECES)
def test_each_piece_is_whole(name):
    html = explorer.PIECES[name]()
    for kind in ("form", "div", "p", "table", "select", "textarea"):
        assert len(re.findall(f"<{kind}[ >]", html)) == html.count(f"</{kind}>")
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'<label for="([^"]+)"', html)) <= set(ids)


def test_the_pieces_share_no_name():
    ids = [
        one
        for make in explorer.PIECES.values()
        for one in re.findall(r' id="([^"]+)"', make())
    ]
    assert len(ids) == len(set(ids))


def test_what_is_shown_without_scripts_is_computed():
    table = explorer.table_of_axis()
    # A kernel of 5 in 28: valid 24, 12, 8; same 28, 14, 10.
    row = re.search(r'<th scope="row">5</th>(.*?)</tr>', table)[1]
    assert re.findall(r">(\d+)<", row) == ["24", "12", "8", "28", "14", "10"]
    assert explorer.list_of_fits().count("<li>") == 7


@pytest.mark.slow
def test_a_page_asks_for_python_only_where_something_answers(prose):
    prose.write("book/second.md", "# Second\n\n```{explorer} axis\n```\n")
    status, printed = prose.build()
    assert status == 0, printed
    static = prose.root / "_build" / "html" / "_static"
    assert "explorer.js?v=" in prose.html("second")
    assert (static / "python" / "worker.mjs").exists()
    assert "explorer.js" not in prose.html("first")
    prose.write("book/second.md", "# Second\n\nNothing.\n")
    status, printed = prose.build()
    assert status == 0, printed
    assert not (static / "python").exists()
