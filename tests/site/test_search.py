"""Readers find the page that answers, by typing and pressing Enter."""

import re
import tomllib
from pathlib import Path
from urllib.parse import quote

import pytest

QUERIES = tomllib.loads(Path(__file__).with_name("queries.toml").read_text("utf-8"))
FIRST = {"looked_at": 0.9, "held_out": 0.85}  # fractions that must come first
RESULTS = """() => [...document.querySelectorAll('#search-results > li > .hit a')]
  .map((link) => new URL(link.href).pathname)"""


def is_right(address, answers):
    """Return whether an address is that of a listed page, or of its later pages."""
    name = address.removeprefix("/book/").removesuffix(".html")
    return any(
        name == page or (name.removeprefix(f"{page}-").isdigit()) for page in answers
    )


@pytest.mark.parametrize("table", QUERIES)
def test_the_right_page_comes_first(show, table):
    page = show("search.html")
    first = third = 0
    wrong = []
    for query, answers in QUERIES[table].items():
        page.goto(page.url.partition("?")[0] + f"?q={quote(query)}")
        found = page.evaluate(RESULTS)
        is_first = bool(found) and is_right(found[0], answers)
        first += is_first
        third += any(is_right(one, answers) for one in found[:3])
        if not is_first:
            wrong.append(f"{query}: {found[:3]}")
    count = len(QUERIES[table])
    print(
        f"{table}: {first} first, {third} among three, of {count}", *wrong, sep="\n  "
    )
    assert first >= FIRST[table] * count, wrong
    assert third >= 0.96 * count, wrong


def test_a_reader_types_and_follows(show):
    page = show("book/index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("learning rate")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=learning+rate")
    page.locator("#search-results a").first.click()
    page.wait_for_url("**/book/*.html*")
    assert page.locator("h1").count() == 1


def test_a_query_is_text_and_nothing_else(show):
    page = show(f"search.html?q={quote('<img src=x onerror=alert(1)>')}")
    assert page.locator("main img").count() == 0
    assert "<img" in page.locator("#search-progress").inner_text()


def test_nothing_found_is_said(show):
    page = show("search.html?q=zyzzyva")
    assert "Nothing is found" in page.locator("#search-progress").inner_text()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_phone_leads_from_its_button_to_a_field(show, scripts):
    page = show(
        "book/losses.html",
        viewport={"width": 360, "height": 800},
        has_touch=True,
        is_mobile=True,
        java_script_enabled=scripts,
    )
    page.locator(".bar .search button").tap()
    page.wait_for_url("**/search.html*")
    field = page.locator("main input[name=q]")
    assert field.is_visible()
    if scripts:
        page.keyboard.type("softmax")
        assert field.input_value() == "softmax"


def test_the_shortcut_leads_to_a_field_on_a_narrow_page_as_well(show):
    page = show("book/losses.html", viewport={"width": 360, "height": 800})
    page.keyboard.press("/")
    page.wait_for_url("**/search.html*")
    page.keyboard.type("softmax")
    assert page.locator("main input[name=q]").input_value() == "softmax"


def test_a_result_names_its_section_and_shows_clean_words(show):
    page = show("search.html")
    for query in ("loss", "learning rate", "convolution", "digits", "why"):
        page.goto(page.url.partition("?")[0] + f"?q={quote(query)}")
        shown = page.locator("#search-results .hit-text").all_inner_texts()
        assert len(shown) > 3
        for text in shown:
            assert not re.search(r"\b[a-z]+(?:19|20)\d\d\b", text), (
                text
            )  # keys of sources
            assert not re.search(r"\b(?:eq|fig|chap|sec)-[a-z]|/book/", text), text
            assert not re.search(r" [,.;]|Download the", text), text
        marks = page.locator("#search-results mark")
        assert marks.count() > 0
        titles = page.locator("#search-results .hit a").all_inner_texts()
        pages = page.locator("#search-results .hit-page").all_inner_texts()
        assert len(titles) == len(pages)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("softmx", "losses"),
        ("learning rate too large", "optimisers"),
    ],
)
def test_slips_and_whole_questions_are_answered(show, query, answer):
    page = show(f"search.html?q={quote(query)}")
    first = page.evaluate(RESULTS)[0]
    assert is_right(first, [answer]), first
