"""Readers see where they are: on a page, in its chapter, in the book."""

import pytest

LATER = "book/losses-2.html"
PHONE = {
    "viewport": {"width": 360, "height": 800},
    "has_touch": True,
    "is_mobile": True,
}
IN_ORDER = """(selectors) => {
  const found = selectors.map((one) => document.querySelector(one));
  return found.every((one, place) => !place || Boolean(
    found[place - 1].compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING));
}"""

LINES = """(one) => {
  const text = document.createRange();
  text.selectNodeContents(one);
  return text.getClientRects().length;
}"""


def in_view(page, selector):
    """Return whether an element is within the window, and below the bar."""
    box = page.locator(selector).first.bounding_box()
    top = page.locator(".bar").bounding_box()["height"]
    height = page.viewport_size["height"]
    return box is not None and top <= box["y"] <= height - box["height"]


@pytest.mark.parametrize("name", ["book/losses.html", LATER])
def test_the_title_comes_before_what_leads_away(show, name):
    page = show(name, **PHONE)
    order = [".place", "article h1", "article .steps", "article .sections-fold"]
    assert page.evaluate(IN_ORDER, order)


def test_a_page_says_which_of_its_chapter_it_is(show):
    page = show(LATER)
    assert page.locator(".place").inner_text() == "Chapter 8: Losses · page 2 of 4"
    page.goto(page.url.replace(LATER, "book/losses.html"))
    assert page.locator(".place").inner_text() == "Chapter 8 · page 1 of 4"


def test_each_page_of_a_chapter_is_named_on_a_phone(show):
    page = show(LATER, **PHONE)
    names = page.locator(".steps b")
    assert names.count() == 4
    for number in range(4):
        box = names.nth(number).bounding_box()
        assert box["width"] > 50, names.nth(number).inner_text()


@pytest.mark.parametrize(("width", "is_beside"), [(1280, True), (1100, False)])
def test_the_sections_are_beside_the_text_or_folded(show, width, is_beside):
    page = show(LATER, viewport={"width": width, "height": 800})
    assert page.locator("nav.sections").is_visible() == is_beside
    assert page.locator(".sections-fold").is_visible() != is_beside


def test_the_landing_page_folds_no_sections(show):
    page = show("book/index.html", **PHONE)
    assert page.locator(".sections-fold").count() == 0


@pytest.mark.parametrize("width", [1280, 1440])
def test_the_first_screen_shows_the_network_and_the_ways_on(show, width):
    page = show("book/index.html", viewport={"width": width, "height": 800})
    assert in_view(page, ".opening [data-controls] button")
    assert in_view(page, ".opening .buttons a:first-child")
    assert in_view(page, ".opening .buttons a:last-child")


@pytest.mark.parametrize("name", ["book/capstone-2.html", "book/glossary.html"])
def test_the_contents_show_the_page_that_is_read(show, name):
    page = show(name)
    assert in_view(page, ".contents a[aria-current]")
    page = show(name, **PHONE)
    page.get_by_role("button", name="Contents").click()
    assert in_view(page, ".contents a[aria-current]")


def test_the_contents_list_the_pages_of_the_chapter_that_is_read(show):
    page = show(LATER)
    listed = page.locator(".contents ol a")
    assert listed.count() == 4
    assert listed.nth(1).get_attribute("aria-current") == "page"
    assert page.locator(".contents [aria-current]").count() == 1


def test_a_number_of_a_chapter_is_on_one_line(show):
    page = show("book/training.html")
    numbers = page.locator(".contents a > span:first-child:not(:last-child)")
    assert numbers.count() > 15
    lines = {one.evaluate(LINES) for one in numbers.all()}
    assert lines == {1}


def test_the_foot_begins_where_the_text_does(show):
    page = show(LATER)
    left = {
        page.locator(selector).first.bounding_box()["x"]
        for selector in ("article h1", ".foot p")
    }
    assert len(left) == 1


@pytest.mark.parametrize("width", [1280, 700])
def test_what_a_word_means_stands_at_the_word_and_within_the_window(show, width):
    page = show("book/losses.html", viewport={"width": width, "height": 800})
    words = page.locator("article .explained")
    assert words.count() > 3
    for word in words.all():
        word.scroll_into_view_if_needed()
        word.locator("> a").hover()
        line = word.locator("> a").bounding_box()
        box = word.locator(".meaning").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        below = box["y"] - line["y"] - line["height"]
        above = line["y"] - box["y"] - box["height"]
        assert min(abs(below), abs(above)) < 12, word.inner_text()
        assert box["x"] - line["x"] < line["width"]
    page.keyboard.press("Escape")
    assert not words.last.locator(".meaning").is_visible()


def test_a_finger_reads_what_a_word_means_and_then_follows(show):
    page = show("book/losses.html", **PHONE)
    word = page.locator("article .explained").first
    meaning = word.locator(".meaning")
    word.locator("> a").tap()
    assert meaning.is_visible()
    page.locator("article h1").tap()
    assert not meaning.is_visible()
    word.locator("> a").tap()
    word.locator("> a").tap()
    page.wait_for_url("**/glossary.html#*")
