"""axe-core finds nothing, on light and dark pages, wide and on a phone."""

import sys
from pathlib import Path

import pytest

AXE = Path(sys.prefix) / "share" / "npm" / "node_modules" / "axe-core" / "axe.min.js"
VIEWS = [
    ("light", 1280),
    pytest.param("dark", 1280, marks=pytest.mark.weekly),
    pytest.param("light", 360, marks=pytest.mark.weekly),
    ("dark", 360),
]
ENTERED = ["index", "gallery/index", "backpropagation", "convolution", "losses"]
RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((one) =>
    `${one.id}: ${one.help} (${one.nodes.length}): ${one.nodes[0].html.slice(0, 160)}`);
}"""

# A rule that axe follows only when it is asked to, as Lighthouse does.
CLOSE = """async () => {
  const found = await axe.run(document, { runOnly: ["target-size"] });
  return found.violations.flatMap((one) => one.nodes.map((node) => node.html));
}"""


@pytest.mark.parametrize(("scheme", "width"), VIEWS)
def test_axe_finds_nothing(show, page_name, scheme, width):
    page = show(
        page_name,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        bypass_csp=True,  # axe is a script that the page does not know
    )
    page.add_script_tag(path=AXE)
    assert page.evaluate(RUN) == []


@pytest.mark.parametrize("name", ENTERED)
def test_axe_finds_no_close_targets_before_anybody_reads_on(show, name):
    # What is not laid out yet must not seem to lie upon what follows it.
    page = show(
        f"book/{name}.html",
        viewport={"width": 412, "height": 823},
        as_entered=True,
        bypass_csp=True,
    )
    page.add_script_tag(path=AXE)
    assert page.evaluate(CLOSE) == []


def test_axe_would_find_something(show):
    page = show("book/index.html", bypass_csp=True, complain=False)
    page.add_script_tag(path=AXE)
    page.evaluate("document.querySelector('main').innerHTML += '<img src=x.png>'")
    assert any(found.startswith("image-alt") for found in page.evaluate(RUN))
