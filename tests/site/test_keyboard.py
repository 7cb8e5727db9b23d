"""Everything can be reached and used by the keyboard, and the focus is seen."""

import pytest

FOCUSED = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  return { name: (one.textContent || one.getAttribute("aria-label") || "").trim(),
           outline: style.outlineStyle !== "none" && parseInt(style.outlineWidth) >= 2,
           tag: one.tagName };
}"""


@pytest.mark.parametrize("name", ["book/losses.html", "book/losses-2.html"])
def test_the_first_stop_skips_to_the_text(show, name):
    page = show(name)
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["name"] == "Skip to main content"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.url.endswith(f"{name}#main-content")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("width", [1280, 360])
def test_the_focus_is_always_seen(show, width):
    page = show("book/losses.html", viewport={"width": width, "height": 800})
    for _ in range(40):
        page.keyboard.press("Tab")
        seen = page.evaluate(FOCUSED)
        assert seen["outline"] or seen["tag"] == "BODY", seen


def test_the_contents_open_and_close_on_a_phone(show):
    page = show("book/losses.html", viewport={"width": 360, "height": 800})
    contents = page.locator("#contents")
    assert not contents.is_visible()
    page.get_by_role("button", name="Contents").press("Enter")
    assert contents.is_visible()
    page.keyboard.press("Escape")
    assert not contents.is_visible()


def test_a_solution_opens_by_the_keyboard(show):
    page = show("book/losses.html")
    summary = page.locator("article details.solution summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert (
        page.locator("article details.solution").first.get_attribute("open") is not None
    )


def test_an_animation_moves_and_says_so(show):
    page = show("book/backpropagation.html")
    box = page.locator(".animation").first
    slider = box.locator("input[type=range]")
    slider.focus()
    page.keyboard.press("Home")
    before = slider.get_attribute("aria-valuetext")
    page.keyboard.press("ArrowRight")
    after = slider.get_attribute("aria-valuetext")
    assert before
    assert after
    assert before != after


def test_the_theme_is_kept(show):
    page = show("book/index.html", color_scheme="light")
    button = page.locator("button.theme")
    for _ in range(2):  # auto, light, dark
        button.click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
