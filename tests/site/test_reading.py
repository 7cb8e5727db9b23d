"""Text, code, tables and figures are easy to read, on wide pages and on phones."""

import pytest

LONGEST = 78  # characters of a line
CHARACTERS = """() => [...document.querySelectorAll("article p, article figcaption")]
  .filter((one) => one.offsetParent && !one.closest("table"))
  .map((one) => {
    const ruler = document.createElement("canvas").getContext("2d");
    ruler.font = getComputedStyle(one).font;
    const sample = "A network does what its loss rewards, whatever was meant. ";
    return one.clientWidth / (ruler.measureText(sample).width / sample.length);
  })"""


@pytest.mark.parametrize("name", ["book/losses.html", "book/why-now.html"])
@pytest.mark.parametrize("width", [1000, 1280, 1600])
def test_lines_are_short_enough_to_read(show, name, width):
    page = show(name, viewport={"width": width, "height": 800})
    counts = page.evaluate(CHARACTERS)
    assert len(counts) > 20
    assert max(counts) < LONGEST


PHONE = {
    "viewport": {"width": 360, "height": 800},
    "has_touch": True,
    "is_mobile": True,
}


# Blocks of code wider than their box, and lines that wrap: how many rows of text each
# has, how far in its first row begins and how far in the others do.
CODE = """() => {
  document.querySelectorAll("article details").forEach((fold) => (fold.open = true));
  const blocks = [...document.querySelectorAll("article .highlight pre")]
    .filter((one) => one.checkVisibility());
  const rows = (line) => {
    const range = document.createRange();
    range.selectNodeContents(line);
    const lefts = new Map();
    for (const { left, top, width } of range.getClientRects()) {
      if (!width) continue;
      const row = Math.round(top / 5);
      lefts.set(row, Math.min(left, lefts.get(row) ?? Infinity));
    }
    const edge = line.parentNode.getBoundingClientRect().left;
    return [...lefts.values()].map((left) => left - edge);
  };
  return {
    blocks: blocks.length,
    wide: blocks.filter((one) => one.scrollWidth > one.clientWidth + 1).length,
    wrapped: blocks.flatMap((one) => [...one.querySelectorAll(".line")].map(rows))
      .filter((lefts) => lefts.length > 1),
  };
}"""


@pytest.mark.parametrize(
    "with_code",
    ["book/backpropagation-5.html", "book/gallery/overfitting/plot_transfer.html"],
)
def test_code_on_a_phone_wraps_and_goes_on_further_in(show, with_code):
    page = show(with_code, **PHONE)
    seen = page.evaluate(CODE)
    assert seen["blocks"] > 5
    assert seen["wide"] == 0
    assert len(seen["wrapped"]) > 5
    for first, *others in seen["wrapped"]:
        assert all(other > first + 5 for other in others)
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_code_on_a_wide_page_keeps_its_lines(show):
    page = show("book/backpropagation-5.html")
    assert page.evaluate(CODE)["wide"] == 0
    shown = page.evaluate(
        """() => [...document.querySelectorAll("pre .line")]
          .map((line) => getComputedStyle(line).display)"""
    )
    assert set(shown) == {"inline"}


def test_what_scrolls_in_its_box_has_shadows(show):
    page = show("book/losses.html", **PHONE)
    wide = page.locator(".katex-display[tabindex]")
    assert wide.count() > 0
    ground = wide.first.evaluate("(one) => getComputedStyle(one).backgroundImage")
    assert "gradient" in ground


def test_only_what_scrolls_has_shadows(show):
    page = show("book/losses.html")
    still = "article :is(pre, .katex-display, .table-box):not([tabindex])"
    assert page.locator(still).count() > 10
    grounds = page.evaluate(
        """(still) => [...document.querySelectorAll(still)]
          .map((one) => getComputedStyle(one).backgroundImage)""",
        still,
    )
    assert set(grounds) == {"none"}


SCROLLING = """() => {
  const kinds = ":is(pre, .table-box, .katex-display, .wide .katex)";
  const boxes = [...document.querySelectorAll(`article details ${kinds}`)];
  const wide = boxes.filter((one) => one.scrollWidth > one.clientWidth + 1);
  return [wide.length, wide.filter((one) => one.tabIndex === 0).length];
}"""


def test_what_scrolls_in_a_fold_can_be_reached_once_it_is_open(show):
    # So narrow that formulas scroll in the folds of this page.
    page = show("book/backpropagation-2.html", viewport={"width": 200, "height": 800})
    assert page.locator("article details:not([open]) .math").count() > 20
    assert page.locator("article details [tabindex='0']").count() == 0  # not yet
    page.evaluate(
        "document.querySelectorAll('article details').forEach((f) => (f.open = true))"
    )
    page.locator("article details .wide [tabindex='0']").first.wait_for()
    wide, reached = page.evaluate(SCROLLING)
    assert wide == reached > 2


def test_a_page_is_not_measured_again_when_it_becomes_higher_only(show):
    page = show("book/losses.html", **PHONE)
    marked = page.locator(".katex-display[tabindex]").first
    marked.evaluate("(one) => (one.id = 'marked', one.removeAttribute('tabindex'))")
    reached = page.locator("#marked[tabindex]")
    page.set_viewport_size({"width": 360, "height": 860})
    page.wait_for_timeout(500)
    assert reached.count() == 0
    page.set_viewport_size({"width": 350, "height": 860})
    reached.wait_for()


@pytest.mark.parametrize("options", [PHONE, {}])
def test_a_finger_sees_the_button_that_copies(browser, address, options):
    context = browser.new_context(permissions=["clipboard-write"], **options)
    page = context.new_page()
    page.goto(f"{address}/book/losses.html")
    button = page.locator("button.copy").first
    assert button.evaluate("(one) => getComputedStyle(one).opacity") == (
        "1" if options else "0"
    )
    context.close()


def test_figures_and_captions_stand_in_the_middle(show):
    page = show("book/losses.html")
    for figure in page.locator("figure:has(img)").all():
        middle = figure.bounding_box()
        middle = middle["x"] + middle["width"] / 2
        for part in ("img:visible", "figcaption"):
            box = figure.locator(part).first.bounding_box()
            assert abs(box["x"] + box["width"] / 2 - middle) < 3


def test_the_landing_page_is_short_on_a_phone_and_shows_a_whole_drawing(show):
    page = show("book/index.html", **PHONE)
    assert page.evaluate("document.documentElement.scrollHeight") < 10_000
    slider = page.locator(".borrowed .animation input[type=range]")
    assert slider.input_value() == slider.get_attribute("max")
    play = page.locator(".borrowed .animation").get_by_role("button", name="Play")
    play.click()
    assert slider.input_value() == "0"


def test_the_last_card_of_a_part_reaches_the_edge(show):
    page = show("book/index.html")
    for cards in page.locator(".chapter-cards").all():
        whole = cards.bounding_box()
        last = cards.locator(".chapter-card").last.bounding_box()
        assert abs(last["x"] + last["width"] - whole["x"] - whole["width"]) < 2


def test_an_example_begins_with_its_code(show):
    page = show("book/gallery/backpropagation/plot_descent.html")
    first = page.locator("article .highlight pre").first.inner_text()
    assert "SPDX" not in first
    assert "import keras" in first
