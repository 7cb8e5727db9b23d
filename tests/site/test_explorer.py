"""The explorer's page: models, one axis, what fits, and what readers bring along."""

import itertools
import json
import random

import pytest

from bookbuild.explorer import axis
from bookbuild.inpage import samples
from byhand.shapes import conv_output, conv_transpose_output, solve
from byhand.shapes.errors import ShapeError
from tests.site.answering import EXPLORER, compute, said, until
from tests.site.test_accessibility import AXE, RUN, VIEWS

LINES = """import keras
from keras import layers

encoder = keras.Sequential([keras.Input((9,)), layers.Dense(4)], name="encoder")
model = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(8, 3)])
"""
READ = """() => ({
  formula: document.querySelector(".axis-formula").textContent,
  sentence: document.querySelector(".axis-sentence").textContent,
})"""
ALIGNED = "(cells) => cells.map((one) => getComputedStyle(one).textAlign)"
SET = """(values) => {
  const form = document.getElementById("explorer-axis");
  for (const [name, value] of Object.entries(values)) {
    if (name === "transposed") form.elements[name].checked = value;
    else form.elements[name].value = value;
  }
  form.elements.input.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def test_a_model_has_its_table_drawings_costs_and_formulas(show):
    page = show(EXPLORER)
    compute(page, LINES)
    result = page.locator("#explorer-result")
    rows = result.locator("table").first.locator("tbody tr")
    cells = rows.nth(1).locator("th, td").all_inner_texts()
    # 28 * 28 numbers and 80 weights are read, 26 * 26 * 8 written, 4 bytes each.
    assert cells == [
        "conv2d (Conv2D)",
        "(None, 26, 26, 8)",
        "80",
        f"{26 * 26 * 8 * 9:,}",
        f"{4 * (28 * 28 + 80 + 26 * 26 * 8):,}",
        "3 \u00d7 3",
    ]
    assert result.locator("img").count() == 2
    assert "Total params: 80" in result.inner_text()
    result.get_by_text("How each number was computed").click()
    formula = "k_h * k_w * c * f + f = 3 * 3 * 1 * 8 + 8 = 80".replace("*", "\u00b7")
    assert formula in result.inner_text()
    flush = rows.nth(1).locator("th, td").evaluate_all(ALIGNED)
    assert flush == ["left", "left", "right", "right", "right", "left"]


def test_the_headings_are_those_of_the_example(show):
    page = show(EXPLORER)
    static = page.locator(".explorer-example thead").first.locator("th")
    wanted = static.all_inner_texts()
    compute(page, LINES)
    found = page.locator("#explorer-result thead").first.locator("th").all_inner_texts()
    assert [one for one in found if one != "Bytes"] == wanted


def test_large_numbers_have_groups_of_digits(show):
    page = show(EXPLORER)
    compute(page, LINES.replace("Conv2D(8, 3)", "Conv2D(2000, 30, padding='same')"))
    text = page.locator("#explorer-result").text_content()
    weights = 30 * 30 * 1 * 2000 + 2000
    assert f"30 \u00b7 30 \u00b7 1 \u00b7 2,000 + 2,000 = {weights:,}" in text
    assert str(weights) not in text.partition("The table as Markdown")[0]


def test_the_example_goes_when_the_lines_are_no_longer_its_own(show):
    page = show(EXPLORER)
    example = page.locator(".explorer-example")
    assert example.is_visible()
    area = page.locator("#explorer-text")
    own = area.input_value()
    area.fill(LINES)
    assert example.is_hidden()
    area.fill(own)
    assert example.is_visible()
    compute(page, own)
    assert example.is_hidden()
    area.fill(LINES)
    assert "lines have changed" in page.locator("#explorer-said").inner_text()


def test_the_lines_are_set_in_the_letters_of_code(show):
    page = show(EXPLORER)
    family = page.locator("#explorer-text").evaluate(
        "(one) => getComputedStyle(one).fontFamily"
    )
    assert "monospace" in family
    body = page.evaluate("getComputedStyle(document.body).fontFamily")
    field = page.locator("#explorer-shape")
    assert field.evaluate("(one) => getComputedStyle(one).fontFamily") == body


def test_lines_that_leave_several_models_offer_them(show):
    page = show(EXPLORER)
    compute(page, LINES)
    page.locator("#explorer-model").select_option("encoder")
    until(
        page,
        "document.querySelector('#explorer-result').innerText.includes('of encoder')",
    )
    assert "Total params: 40" in page.locator("#explorer-result").inner_text()


@pytest.mark.parametrize("name", ["model.json", "model.keras"])
def test_a_file_is_read(show, name):
    page = show(EXPLORER)
    text = samples.configuration().encode()
    content = samples.archive() if name.endswith(".keras") else text
    page.locator("#explorer-file").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    page.locator("#explorer-result table").first.wait_for()
    assert "Total params: 40" in page.locator("#explorer-result").inner_text()


def test_a_file_that_is_dropped_is_read(show):
    page = show(EXPLORER)
    page.evaluate(
        """(text) => {
          const held = new DataTransfer();
          held.items.add(new File([text], "model.json"));
          document.getElementById("explorer-lines").dispatchEvent(
            new DragEvent("drop", { dataTransfer: held, bubbles: true }),
          );
        }""",
        samples.configuration(),
    )
    page.locator("#explorer-result table").first.wait_for()
    assert "Total params: 40" in page.locator("#explorer-result").inner_text()


def test_a_file_that_holds_no_model_is_a_sentence(show):
    page = show(EXPLORER)
    page.locator("#explorer-file").set_input_files(
        {"name": "x.h5", "mimeType": "a/b", "buffer": b"\x89HDF\r\n\x1a\n" + bytes(99)}
    )
    form = page.locator("#explorer-lines")
    until(page, "python.isReady")
    assert "JSON" in said(form)


def test_a_link_carries_the_lines_and_runs_nothing(show):
    page = show(EXPLORER)
    page.locator("#explorer-text").fill("x = 'ü<b>'\n" + LINES)
    page.get_by_role("button", name="Copy a link").click()
    page.wait_for_url("**#model=*")
    other = show(page.url.partition("/book/")[2].join(["book/", ""]))
    status = other.locator("#explorer-lines [role=status]")
    until(other, "document.querySelector('textarea').value.startsWith('x =')")
    assert "came with the link" in status.inner_text()
    assert other.locator("#explorer-text").input_value() == "x = 'ü<b>'\n" + LINES
    assert not other.evaluate("python.isReady")


@pytest.mark.parametrize("letters", ["AAAA", "%%%", "", "a" * 3000])
def test_a_link_that_holds_nothing_is_a_sentence(show, letters):
    page = show(f"{EXPLORER}#model={letters}")
    page.wait_for_timeout(200)
    assert "link" in page.locator("#explorer-lines [role=status]").inner_text()


def test_one_axis_says_what_byhand_says(show):
    page = show(EXPLORER)
    drawn = random.Random(0)  # noqa: S311  no secret
    for _ in range(200):
        asked = {
            "input": drawn.randint(1, 24),
            "kernel": drawn.randint(1, 7),
            "strides": drawn.randint(1, 4),
            "dilation": drawn.randint(1, 4),
            "padding": drawn.choice(["valid", "same"]),
            "transposed": drawn.random() < 0.5,
        }
        page.evaluate(SET, asked)
        seen = page.evaluate(READ)
        told = axis_of(**asked)
        if told is None:
            assert "does not fit" in seen["sentence"], asked
        else:
            assert seen["formula"] == told, asked


def axis_of(*, input, transposed, **asked):
    """Return the formula of byhand, and see that its number is the plain function's."""
    try:
        formula = axis.formula_of(input, transposed=transposed, **asked)
    except ShapeError:
        return None
    rule = conv_transpose_output if transposed else conv_output
    options = {"strides": asked["strides"], "padding": asked["padding"]}
    value = rule(input, asked["kernel"], dilation=asked["dilation"], **options)
    assert str(formula).endswith(f" = {value}")
    return str(formula)


def test_the_drawing_shows_what_each_place_sees(show):
    page = show(EXPLORER)
    page.evaluate(
        SET,
        {"input": 5, "kernel": 3, "strides": 2, "padding": "same", "transposed": False},
    )
    sentence = page.locator(".axis-sentence")
    place = page.locator("#explorer-place")
    place.focus()
    page.keyboard.press("Home")
    assert (
        sentence.inner_text() == "Output 1 is computed from input 1 and 2 and a zero."
    )
    page.keyboard.press("ArrowRight")
    assert sentence.inner_text() == "Output 2 is computed from input 2, 3 and 4."
    assert page.locator("svg.axis .axis-tap").count() == 3


def test_every_setting_of_the_sliders_is_drawn(show):
    page = show(EXPLORER)
    choices = itertools.product((1, 6, 24), (1, 7), (1, 4), (1, 4), (False, True))
    for length, kernel, step, gap, transposed in choices:
        asked = {"input": length, "kernel": kernel, "strides": step, "dilation": gap}
        page.evaluate(SET, {**asked, "padding": "same", "transposed": transposed})
        assert page.locator("svg.axis .axis-line").count() == kernel


def test_the_kernel_walks_when_asked(show):
    page = show(EXPLORER, reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    until(page, "document.getElementById('explorer-place').value === '2'")
    page.get_by_role("button", name="Pause").click()
    assert page.get_by_role("button", name="Play").is_visible()


def test_what_fits_is_what_solve_finds(show):
    page = show(EXPLORER)
    form = page.locator("#explorer-fits")
    form.get_by_role("button", name="Find").click()
    table = page.locator("#fits-result tbody tr")
    table.first.wait_for()
    found = solve(input=28, output=14, kernel=range(1, 8), strides=range(1, 4))
    assert table.count() == len(found)
    form.get_by_label("A receptive field").check()
    form.get_by_role("button", name="Find").click()
    until(
        page,
        "document.querySelector('#fits-result thead').textContent.includes('Layers')",
    )
    found = solve(receptive_field=15, kernel=range(1, 8), depth=range(1, 9))
    assert table.count() == len(found)


def test_nothing_fits_is_said(show):
    page = show(EXPLORER)
    form = page.locator("#explorer-fits")
    form.get_by_label("Output").fill("1000")
    form.get_by_role("button", name="Find").click()
    until(page, "python.isReady")
    assert "Nothing fits" in said(form)


@pytest.mark.parametrize(("scheme", "width"), VIEWS)
def test_axe_finds_nothing_with_the_explorer_open(show, scheme, width):
    page = show(
        EXPLORER,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        bypass_csp=True,
    )
    compute(page, LINES)
    result = page.locator("#explorer-result")
    result.get_by_text("How each number was computed").click()
    page.locator("#explorer-fits").get_by_role("button", name="Find").click()
    page.locator("#fits-result table").wait_for()
    page.add_script_tag(path=AXE)
    assert page.evaluate(RUN) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_the_page_shows_one_case_of_each(show):
    page = show(EXPLORER, java_script_enabled=False)
    assert page.locator("form.explorer").first.is_hidden()
    assert page.locator("article table").count() >= 2
    assert "need JavaScript" in page.locator("main").inner_text()


def test_a_dark_page_has_dark_drawings(show):
    page = show(EXPLORER, color_scheme="dark")
    compute(page, LINES)
    source = page.locator("#explorer-result img").first.get_attribute("src")
    dark = json.loads(page.evaluate("JSON.stringify(DARK)"))
    assert any(colour.replace("#", "%23") in source for colour in dark.values())
