"""Pages are laid out part by part, and readers notice nothing of it."""

import pytest

LONG = "book/convolution.html"
STOPPED = "window.setTimeout = () => 0;"  # no step is ever taken
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
TOP = "(one) => one.getBoundingClientRect().top"
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
    """Open a page whose steps never come."""
    contexts = []

    def shown(name, **options):
        viewport = {"width": 1280, "height": 800}
        context = browser.new_context(**{"viewport": viewport, **options})
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(STOPPED)
        page.goto(f"{address}/{name}", wait_until="load")
        return page

    yield shown
    for context in contexts:
        context.close()


def test_what_lies_far_below_waits(stopped):
    page = stopped(LONG)
    assert page.evaluate(SKIPPED) > 50
    assert page.locator("article .laid-out").count() == 0


def test_at_rest_nothing_waits(show):
    page = show(LONG)
    assert page.evaluate(SKIPPED) == 0
    assert page.locator("article section > .laid-out").count() > 50


def test_what_comes_into_view_is_drawn_even_if_its_step_has_not_come(stopped):
    page = stopped(LONG)
    last = page.locator("article section > p").last
    last.scroll_into_view_if_needed()
    drawn = "(one) => one.checkVisibility({ contentVisibilityAuto: true })"
    assert last.evaluate(drawn)
    assert last.bounding_box()["height"] > 20


@pytest.mark.parametrize("width", [412, 1280])
def test_what_is_in_view_does_not_move(stopped, page_name, width):
    page = stopped(page_name, viewport={"width": width, "height": 800})
    page.evaluate("document.fonts.ready.then(() => true)")
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
    page.locator("article section > .laid-out").first.wait_for(state="attached")
    assert page.evaluate(SKIPPED) == 0
    assert 0 <= comes_to_rest(page, "#computing-a-convolution") < BAR


def test_an_early_visitor_prints_the_whole_page(stopped):
    page = stopped(LONG)
    page.emulate_media(media="print")
    assert page.evaluate(SKIPPED) == 0


def test_all_that_scrolls_is_reached_at_rest(show):
    page = show("book/losses.html", viewport={"width": 360, "height": 800})
    boxes = page.evaluate(
        """() => [...document.querySelectorAll("pre, .table-box, .katex-display")]
          .filter((one) => one.checkVisibility())
          .filter((one) => one.scrollWidth > one.clientWidth + 1)
          .map((one) => one.tabIndex)"""
    )
    assert len(boxes) > 0
    assert set(boxes) == {0}
