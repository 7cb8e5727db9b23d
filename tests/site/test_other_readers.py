"""Readers without scripts, with other colours, large letters, or a printer."""

import pytest

CHAPTER = "book/losses.html"


def test_without_scripts_all_is_there(show):
    page = show(CHAPTER, java_script_enabled=False)
    assert page.locator("article .katex").count() > 10
    solution = page.locator("article details.solution").first
    solution.locator("summary").click()
    assert solution.get_attribute("open") is not None
    page.set_viewport_size({"width": 360, "height": 800})
    page.get_by_role("button", name="Contents").click()
    assert page.locator("#contents").is_visible()


def test_without_scripts_the_search_says_what_to_do(show):
    page = show("search.html", java_script_enabled=False)
    assert "needs JavaScript" in page.locator("main").inner_text()


def test_forced_colours_leave_controls_and_marks(show):
    page = show(CHAPTER, forced_colors="active")
    for selector in (".bar .search input", "article details.solution summary"):
        one = page.locator(selector).first
        assert one.is_visible()
    current = page.locator(".contents a.current, .contents a[aria-current]").first
    assert current.evaluate("(one) => getComputedStyle(one).borderLeftStyle") == "solid"


def test_letters_of_twice_the_size_fit(show):
    page = show(CHAPTER, viewport={"width": 640, "height": 800})
    page.add_style_tag(content="html { font-size: 212.5% !important }")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.parametrize("name", [CHAPTER, "book/convolution.html", "book/index.html"])
def test_no_pale_slab_on_a_dark_page(show, name):
    """The ground of a figure on a dark page is dark, whatever draws it."""
    page = show(name, color_scheme="dark")
    pale = page.evaluate(
        """() => [...document.querySelectorAll("article *")].filter((one) => {
          const box = one.getBoundingClientRect();
          if (box.width < 150 || box.height < 80) return false;
          const parts = getComputedStyle(one).backgroundColor.match(/[\\d.]+/g) ?? [];
          const [red, green, blue, alpha] = parts.map(Number);
          return (alpha ?? 1) > 0.5 && Math.min(red, green, blue) > 150;
        }).map((one) => one.outerHTML.slice(0, 100))"""
    )
    assert pale == []


def test_paper_shows_solutions_and_no_controls(show):
    page = show(CHAPTER)
    page.emulate_media(media="print")
    for selector in (".bar", ".contents", "button.copy", ".onward"):
        assert not page.locator(selector).first.is_visible(), selector


def test_motion_is_not_forced_on_anybody(show):
    page = show("book/backpropagation.html", reduced_motion="reduce")
    moving = page.evaluate(
        "document.getAnimations().filter((one) => one.playState === 'running').length"
    )
    assert moving == 0
