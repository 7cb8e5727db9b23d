"""The style sheet and the script of the pages; test_pages.py reads pages with them."""

import re

import pytest
from docutils import nodes

from bookbuild.extensions import site


@pytest.fixture
def sheet():
    return (site.THEME / "site.css").read_text(encoding="utf-8")


def test_every_colour_that_is_used_has_a_name(sheet):
    used = set(re.findall(r"var\((--[a-z-]+)", sheet))
    named = set(re.findall(r"^\s*(--[a-z-]+):", sheet, re.MULTILINE))
    assert used == named


def test_every_colour_of_the_page_has_a_partner_for_dark_pages(sheet):
    light, dark = re.findall(r":root(?:\[[^]]*\])? \{(.*?)\n\}", sheet, re.DOTALL)[:2]
    of_light = dict(re.findall(r"(--[a-z]+): (#\w+);", light))
    of_dark = dict(re.findall(r"(--[a-z]+): (#\w+);", dark))
    assert of_light.keys() == of_dark.keys()
    assert of_light.keys() >= {"--ground", "--text", "--border"}


def test_a_style_sheet_loses_its_comments_and_nothing_else():
    text = "/* Why\n   not. */\na {\n  b: c; /* d */\n}\n"
    assert site.without(text) == "a {\n  b: c; }\n"


def test_a_script_loses_its_comments_and_keeps_its_addresses():
    code = site.script()
    assert "// ---" not in code
    assert '"use strict";' in code
    assert "document.querySelector" in code


def test_a_changed_file_has_another_address():
    one, two = site.versioned("a.css", "x"), site.versioned("a.css", "y")
    assert re.fullmatch(r"a\.css\?v=[0-9a-f]{8}", one)
    assert one != two
    assert one == site.versioned("a.css", "x")


def test_code_in_a_title_stays_code():
    title = nodes.title("", "", nodes.Text("A < "), nodes.literal("", "b"))
    assert site.inline_html(title) == "A &lt; <code>b</code>"


def test_drawings_have_a_colour_for_each_of_theirs_on_dark_pages():
    rules = list(site.drawing_colours())
    assert rules[0] == "@media screen {"
    assert rules[-1] == "}"
    assert len(rules) == 2 + 2 * len(site.OF_DRAWINGS)
