"""Pages are laid out part by part, and readers notice nothing of it."""

import pytest

from bookbuild.browsing import weighing

LONG = "book/convolution.html"
# Nothing is ever said to come near the window.
STOPPED = """window.IntersectionObserver = class {
  observe() {}
  unobserve() {}
};"""
KEEPS_NO_PLACES = """const supports = CSS.supports.bind(CSS);
CSS.supports = (name, ...rest) => name !== "overflow-anchor" && supports(name, ...rest);
"""
STAYS = "(one) => one.classList.contains('laid-out')"
DRAWN = "(one) => one.checkVisibility({ contentVisibilityAuto: true })"
SKIPPED = """() => [...document.querySelectorAll("article section > :not(section) > *")]
  .filter((one) => one.checkVisibility())
  .filter((one) => !one.checkVisibility({ contentVisibilityAuto: true }))
  .length"""
# How far the parts in view move when all parts are laid out.
MOVES = """() => {
  const parts = [...document.querySelectorAll(":is(article, article section) > *")];
  const seen = parts.filter((one) => one.getBoundingClientRect().top < innerHeight);
  const tops = () => seen.map((one) => one.getBoundingClientRect().top);
  const before = tops();
  parts.forEach((one) => one.classList.add("laid-out"));
  return tops().map((top, index) => Math.abs(top - before[index]));
}"""
# A browser finds out what is near its window when it draws a frame, and not before. One
# without a screen may draw none, and is not waited for.
DRAWS = """() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(done));
  setTimeout(done, 5000);
})"""
TOP = "(one) => one.getBoundingClientRect().top"
FROM_THE_END = """() => {
  const { scrollHeight } = document.documentElement;
  return scrollHeight - innerHeight - scrollY;
}"""
SCROLLING = """() => [...document.querySelectorAll("pre, .table-box, .katex-display")]
  .filter((one) => one.checkVisibility())
  .filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.tabIndex)"""
# Notes, from frame to frame, how far each part in view moves.
WATCH = """() => {
  const selector = ":is(article, article section) > :not(section)";
  const parts = document.querySelectorAll(selector);
  let before = new Map();
  window.moves = [];
  const look = () => {
    const now = new Map();
    for (const part of parts) {
      const { top, bottom, height } = part.getBoundingClientRect();
      if (height && bottom > 0 && top < innerHeight) now.set(part, top);
    }
    const moved = [...now.keys()].filter((part) => before.has(part));
    moves.push(moved.map((part) => now.get(part) - before.get(part)));
    before = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
LOADED = """() => [...document.fonts]
  .filter((one) => one.status !== "unloaded")
  .map((one) => `${one.family} ${one.weight} ${one.style}`)"""
WHEEL = 400  # pixels at a time
PHONE = {"width": 360, "height": 800}
BAR = 100  # pixels, of the window; a heading that was asked for stands below the bar


# A jump, or a slow scroll during which the heights of parts may change.
MOTIONS = pytest.mark.parametrize("motion", ["reduce", "no-preference"])


def comes_to_rest(page, selector):
    """Return where an element stands in the window once nothing scrolls any more."""
    place, before = page.locator(selector).evaluate(TOP), None
    while place != before:
        page.wait_for_timeout(400)
        place, before = page.locator(selector).evaluate(TOP), place
    return place


@pytest.fixture
def stopped(browser, address):
    """Open a page that is not told what comes near its window."""
    contexts = []

    def shown(name, **options):
        viewport = {"width": 1280, "height": 800}
        context = browser.new_context(**{"viewport": viewport, **options})
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(STOPPED)
        page.goto(f"{address}/{name}", wait_until="load")
        page.evaluate(DRAWS)
        return page

    yield shown
    for context in contexts:
        context.close()


def test_what_lies_far_below_waits(stopped):
    page = stopped(LONG)
    assert page.evaluate(SKIPPED) > 50
    assert page.locator("article .laid-out").count() == 0


def test_what_comes_near_is_laid_out_for_good(show):
    page = show(LONG, as_entered=True)
    last = page.locator("article section > p").last
    assert not last.evaluate(STAYS)
    last.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    page.wait_for_timeout(300)
    assert last.evaluate(STAYS)


def test_what_scrolls_is_reached_when_it_comes_near(show):
    page = show("book/losses.html", viewport=PHONE, as_entered=True)
    page.evaluate(weighing.SCROLL, 400)
    boxes = page.evaluate(SCROLLING)
    assert len(boxes) > 0
    assert set(boxes) == {0}


def test_the_tabulator_goes_on_to_all_that_scrolls(show):
    page = show("book/losses.html", viewport=PHONE, as_entered=True)
    assert page.evaluate(SKIPPED) > 50
    page.keyboard.press("Tab")
    assert page.evaluate(SKIPPED) == 0
    boxes = page.evaluate(SCROLLING)
    assert len(boxes) > 0
    assert set(boxes) == {0}


@MOTIONS
def test_the_key_to_the_end_leads_there(show, motion):
    page = show(LONG, reduced_motion=motion, as_entered=True)
    page.keyboard.press("End")
    comes_to_rest(page, "footer")
    assert abs(page.evaluate(FROM_THE_END)) < 2


@pytest.mark.parametrize("width", [412, 1280])
def test_nothing_jumps_for_those_who_read_upwards(show, width):
    viewport = {"width": width, "height": 800}
    page = show(LONG, viewport=viewport, as_entered=True)
    page.evaluate("scrollTo({ top: 1e6, behavior: 'instant' })")
    page.wait_for_timeout(300)
    page.evaluate(WATCH)
    page.mouse.move(200, 400)
    while page.evaluate("scrollY") > 0:
        page.mouse.wheel(0, -WHEEL)
        page.wait_for_timeout(50)
    moves = [frame for frame in page.evaluate("moves") if frame]
    assert len(moves) > 50
    assert max(max(frame) - min(frame) for frame in moves) < 1.5  # all alike
    assert min(min(frame) for frame in moves) > -1.5  # downwards only
    assert max(max(frame) for frame in moves) < 2 * WHEEL


def test_where_a_browser_keeps_no_places_nothing_waits(browser, address):
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(STOPPED + KEEPS_NO_PLACES)
    page.goto(f"{address}/{LONG}", wait_until="load")
    assert page.evaluate(SKIPPED) == 0
    context.close()


@pytest.mark.parametrize(
    "name",
    ["convnets", "losses", "activations-3", "batch-normalisation-2", "notation"],
)
def test_no_font_comes_late(show, name):
    page = show(f"book/{name}.html", viewport=PHONE, as_entered=True)
    page.wait_for_timeout(500)
    page.evaluate("document.fonts.ready.then(() => true)")
    before = page.evaluate(LOADED)
    page.evaluate(weighing.SCROLL, 400)
    page.evaluate("document.fonts.ready.then(() => true)")
    assert len(before) > 2
    assert page.evaluate(LOADED) == before


def test_letters_that_come_late_are_measured(show):
    page = show("book/losses.html", viewport=PHONE)
    marked = page.locator(".katex-display[tabindex]").first
    marked.evaluate("(one) => (one.id = 'marked', one.removeAttribute('tabindex'))")
    page.evaluate(
        """() => {
          const font = [...document.fonts].find((one) => one.status === "unloaded");
          return font.load().then(() => true);
        }"""
    )
    page.wait_for_timeout(300)
    assert page.locator("#marked").get_attribute("tabindex") == "0"


def test_what_comes_into_view_is_drawn_even_if_no_script_is_told(stopped):
    page = stopped(LONG)
    last = page.locator("article section > p").last
    last.scroll_into_view_if_needed()
    page.evaluate(DRAWS)
    assert last.evaluate(DRAWN)
    assert last.bounding_box()["height"] > 20


@pytest.mark.parametrize("width", [412, 1280])
def test_what_is_in_view_does_not_move(stopped, page_name, width):
    page = stopped(page_name, viewport={"width": width, "height": 800})
    page.evaluate("document.fonts.ready.then(() => true)")
    page.evaluate(DRAWS)
    moves = page.evaluate(MOVES)
    assert max(moves) < 0.5


def test_without_scripts_nothing_waits(show):
    page = show(LONG, java_script_enabled=False)
    assert page.evaluate(SKIPPED) == 0


@MOTIONS
def test_a_page_that_is_entered_at_a_section_is_laid_out_as_a_whole(stopped, motion):
    page = stopped(f"{LONG}#computing-a-convolution", reduced_motion=motion)
    assert page.evaluate(SKIPPED) == 0
    assert 0 <= comes_to_rest(page, "#computing-a-convolution") < BAR


def test_a_page_that_is_read_again_stays_where_it_was(show):
    page = show(LONG, reduced_motion="reduce")
    heading = page.locator("#computing-a-convolution")
    heading.evaluate("(one) => one.scrollIntoView()")
    place = heading.evaluate(TOP)
    page.wait_for_timeout(300)  # the browser notes the place
    page.reload()
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.dataset.layout ?? null") is None
    assert heading.evaluate(TOP) == pytest.approx(place, abs=2)


@MOTIONS
def test_a_link_that_is_followed_early_leads_to_its_section(stopped, motion):
    page = stopped(LONG, reduced_motion=motion)
    page.locator('nav.sections a[href="#computing-a-convolution"]').click()
    page.locator("html:not([data-layout])").wait_for()
    assert page.evaluate(SKIPPED) == 0
    assert 0 <= comes_to_rest(page, "#computing-a-convolution") < BAR


def test_an_early_visitor_prints_the_whole_page(stopped):
    page = stopped(LONG)
    page.emulate_media(media="print")
    assert page.evaluate(SKIPPED) == 0
