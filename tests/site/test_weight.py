"""What pages may cost: kilobytes, requests, elements, shift of the layout."""

from bookbuild.browsing import weighing

GALLERY = "book/gallery/index.html"
# The page that searches loads the index of all sections; nothing else does.
KILOBYTES = {GALLERY: 200, "search.html": 360}
ELEMENTS = 20_000
SHIFT = 0.02


def wanted(name):
    """Leave out the single examples but one."""
    return "/plot_" not in name or name.endswith("plot_descent.html")


def test_a_page_is_light(browser, address, page_name):
    weight = weighing.weigh(browser, address, page_name)
    assert weight.kilobytes <= KILOBYTES.get(page_name, 250), weight
    assert weight.requests <= 15, weight
    assert weight.nodes <= ELEMENTS, weight
    assert weight.shift <= SHIFT, weight
    if page_name == GALLERY:
        # Its pictures come while the reader scrolls.
        assert weight.kilobytes < weight.scrolled <= 400, weight
