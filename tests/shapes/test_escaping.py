"""Names of a hostile file in everything that is shown: they stay names."""

import csv
import html.parser
import io
import json
import re
import xml.etree.ElementTree as ET

import pytest

from byhand.shapes import Input, Model, ShapeError, layers
from byhand.shapes.drawing import drawing
from byhand.shapes.escaping import (
    columns_of,
    for_markdown,
    for_spreadsheet,
    listed,
    visible,
)
from byhand.shapes.layers.opaque import Opaque

HOSTILE = {
    "terminal": "\x1b]0;pwn\x07\x1b[2J",
    "colour": "\x1b[31mX",
    "C1 control": "a\x9b31mb",
    "row": "a\nDense (Dense)   (None, 7)   0",
    "carriage return": "a\rb",
    "line separator": "a\u2028b\u2029c\x85d\x0b\x0c",
    "tab": "\ta",
    "NUL": "a\x00b",
    "noncharacter": "a\ufffeb\uffff",
    "surrogate": "a\ud800b",
    "bidi override": "a\u202egpj.exe",
    "isolate": "a\u2066b\u2069\u200f",
    "zero width": "a\u200bb\ufeff",
    "script": "<script>alert(1)</script>",
    "attribute": "\"' onload='alert(1)",
    "entity": "&lt;b&gt;&#0;",
    "comment": "--><!-- ]]>",
    "pipe": "a|b|c",
    "escaped pipe": "a\\|b",
    "link": "[x](javascript:alert(1))",
    "image": "![x](http://example.org/x.png)",
    "address": "https://example.org www.example.org",
    "code": "`a``b` ~~c~~ **d** _e_ $f$",
    "formula": "=cmd|'/c calc'!A0",
    "plus": "+1+1",
    "minus": "-1+1",
    "at": "@SUM(1)",
    "wide formula": "\uff1d1+1",
    "spaces before a formula": "  =1+1",
    "quotes": 'a","=1+1',
    "semicolon": "a;=1+1",
    "long": "x" * 100_000,
    "empty": " ",
}
PLAIN = "plain"


def network(name):
    """A network in which every name that a file can hold is the same one."""
    x = Input((4,), name=f"{name}i")
    y = layers.Dense(3, name=name)(x)
    z = Opaque(f"{name}K", f"why {name}", name=f"{name}o")(y)
    w = layers.Dense(2, name=f"{name}d")(y)
    return Model(x, [w, z], name=name)


def hostile(test):
    return pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)(test)


def one_line_each(text):
    """Check that text holds no character that is not seen, and return its lines."""
    lines = text.split("\n")
    for line in lines:
        assert line.isprintable(), repr(line)
    return lines


@hostile
@pytest.mark.parametrize("options", [{}, {"columns": ["macs", "connected_to"]}])
def test_text_has_its_own_lines_alone(name, options):
    lines = one_line_each(network(name).table(**options))
    assert len(lines) == len(network(PLAIN).table(**options).split("\n"))
    assert max(map(len, lines)) < 1500


@hostile
def test_summaries_and_explanations_have_their_own_lines_alone(name, capsys):
    net, plain = network(name), network(PLAIN)
    net.summary()
    printed = one_line_each(capsys.readouterr().out)
    plain.summary()
    assert len(printed) == len(capsys.readouterr().out.split("\n"))
    for row, other in zip(net.rows, plain.rows, strict=True):
        lines = one_line_each(str(row.explain()))
        assert len(lines) == len(str(other.explain()).split("\n"))
        assert max(map(len, lines)) < 1500
        one_line_each(repr(row))
    one_line_each(repr(net.memory()))


@hostile
def test_a_page_has_its_own_elements_alone(name):
    def elements(net):
        parser = Elements()
        parser.feed(net.table(format="html", columns=["macs"]))
        for row in net.rows:
            parser.feed(row.explain().html())
        return parser.found

    assert elements(network(name)) == elements(network(PLAIN))
    one_line_each(network(name).table(format="html"))


class Elements(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, [key for key, _ in attributes]))

    def handle_comment(self, text):
        self.found.append(("comment", text))


@hostile
@pytest.mark.parametrize("style", ["volumes", "graph"])
def test_a_drawing_is_well_formed_with_its_own_elements_alone(name, style):
    def elements(net):
        root = ET.fromstring(drawing(net, style=style).encode())
        return [(node.tag, sorted(node.attrib)) for node in root.iter()]

    assert elements(network(name)) == elements(network(PLAIN))
    for line in drawing(network(name), style=style).split("\n"):
        assert line.isprintable()


@hostile
def test_markdown_has_its_own_cells_and_no_markup(name):
    net = network(name)
    lines = one_line_each(net.table(format="markdown"))
    assert len(lines) == len(network(PLAIN).table(format="markdown").split("\n"))
    table = lines[: lines.index("")]
    for line in table[2:]:
        bare = re.sub(r"\\.", "", line)  # what is escaped is no markup
        assert bare.count("|") == 5
        for mark in "<>`[]~$&":
            assert mark not in bare
        assert not re.search(r"(https?|www)[:.]", bare)
        assert not re.search(r"\*\*|(?<!\w)_\w", bare)


@hostile
def test_csv_has_its_own_cells_and_computes_nothing(name):
    net = network(name)
    text = net.table(format="csv", columns=["connected_to"])
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == len(text.split("\n")) == len(net.rows) + 2
    assert len({len(row) for row in rows}) == 1
    for row in rows:
        for cell in row:
            assert cell.lstrip()[:1] not in tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
    # A spreadsheet that parts cells at semicolons finds every text in quotes.
    for line in text.split("\n"):
        outside = re.sub(r'"([^"]|"")*"', "", line)
        assert set(outside) <= set("0123456789,")


@hostile
def test_json_is_ascii_and_holds_the_names(name):
    text = network(name).table(format="json")
    assert text.isascii()
    one_line_each(text)
    found = json.loads(text)
    assert visible(found["name"]) == visible(name)
    assert len(found["layers"]) == 4


@hostile
def test_an_error_has_its_own_lines_alone(name):
    x = layers.Dense(3, name=name)(Input((4,), name=f"{name}i"))
    with pytest.raises(ShapeError) as caught:
        layers.Conv2D(2, 3, name=f"{name}c")(x)
    assert len(one_line_each(str(caught.value))) == 3


def test_names_that_harm_nobody_stay_as_they_are():
    for name in ("conv2d_1", "block1/conv", "Größe", "卷积", "a b", "a.b-c"):
        assert visible(name) == for_spreadsheet(name) == name
        assert for_markdown(name) == name


def test_the_middle_of_a_long_name_is_left_out():
    shown = visible("a" * 500 + "z")
    assert len(shown) <= 120
    assert shown.startswith("aaa")
    assert shown.endswith("az")
    assert "..." in shown
    assert visible("a" * 500, most=None) == "a" * 500


def test_what_is_no_text_is_shown_all_the_same():
    class Foreign:
        def __str__(self):
            raise RuntimeError("no")

    assert visible(None) == ""
    assert visible(12) == "12"
    assert visible(10**5000) == "a value of type int"
    assert visible(Foreign()) == "a value of type Foreign"


def test_characters_that_take_two_columns_do():
    assert columns_of("卷积") == 4
    assert columns_of("e\u0301") == 1
    net = Model(x := Input((4,)), layers.Dense(3, name="卷积")(x))
    net_lines = net.table().split("\n")
    heads = net_lines[2].index("Output")
    row = next(line for line in net_lines if line.startswith("卷积"))
    assert columns_of(row[: row.index("(None")]) == heads


def test_some_of_many_names():
    assert listed(["a", "b"]) == "a, b"
    assert listed("abcdefg", most=2) == "a, b and 5 more"
