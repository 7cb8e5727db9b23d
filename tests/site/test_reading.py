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
