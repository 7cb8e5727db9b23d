"""A number that is typed in a text of a figure is seen, in the book and the gallery."""

import re

import pytest

from bookbuild import linting, places
from bookbuild.checks import alternatives, reading
from bookbuild.checks.sources import Source

CELL = """Text.

```{{code-cell}} ipython3
:tags: [hide-input]

{code}
```
"""

SCRIPT = '''"""
A title
=======

Which of {derivatives} is wrong? One in 0.1, says arXiv:1234.5678.
"""

# %%
# Images of {size} pixels, of which half
# are kept.
images = load(8)
share = 0.5
assert len(images) == 26_122
fig.set_label({label})

# %%
# What to try next: keep 0.75.
'''

SHOWN = """```{{figure}} gallery/lines/images/sphx_glr_plot_line_001.png
:alt: {alt}
:name: fig-line

{caption}
```
"""


def typed(code):
    page = Source("book/topic.md", CELL.format(code=code))
    return [
        (fault.line, fault.what.split(" is typed")[0])
        for fault in alternatives.texts_of_figures_are_held(page)
    ]


@pytest.mark.parametrize(
    "code",
    [
        'fig.set_label(f"{n} circles, {n / 2:.0f} of them filled")',
        'fig.set_label("Eight circles of VGG-16 in float32")',
        "fig.set_label(f\"Circles of {sizes['layer 8']:6.2f}\")",
        'assert n == 8\nfig.set_label(f"8 circles of {r}")',
        'told = ["layer 8"]\nfig.set_label(f"{told} and {n}")',
        'print("8 circles")',
        'line.set_label("training")',
    ],
)
def test_a_computed_or_asserted_text_is_held(code):
    assert typed(code) == []


@pytest.mark.parametrize(
    ("code", "line", "number"),
    [
        ('fig.set_label("8 circles")', 6, "'8'"),
        ('n = 8\nfig.set_label("8 circles")', 7, "'8'"),
        ('assert n == 9\nfig.set_label(f"{n} of 8 circles")', 7, "'8'"),
        ('fig.set_label(\n    f"{n} circles of "\n    "1,234 px"\n)', 8, "'1,234 px'"),
        ('fig.set_label("a" + ", ".join(f"{n} at 8" for n in x))', 6, "'8'"),
        ('fig.set_label(label="8 circles")', 6, "'8'"),
        ('fig.set_label(f"{2 * 4} circles of {r}")', 6, "'8'"),
        ('told = f"{n} of 8"\nfig.set_label(f"{told}: {n}")', 6, "'8'"),
        ('told = []\ntold.append(f"{n} of 8")\nfig.set_label(f"{told}")', 7, "'8'"),
    ],
)
def test_a_typed_number_is_seen_with_its_line(code, line, number):
    assert typed(code) == [(line, number)]


def test_the_fault_says_how_to_mend_it():
    page = Source("book/topic.md", CELL.format(code='fig.set_label("8 circles")'))
    (fault,) = alternatives.texts_of_figures_are_held(page)
    assert str(fault) == (
        "book/topic.md:6: '8' is typed in the text of a figure; compute it from what "
        'is drawn, set_label(f"{...}"), or assert it in this cell'
    )


def example(derivatives="26,122", size="8", label='f"{share}"'):
    text = SCRIPT.format(derivatives=derivatives, size=size, label=label)
    return Source("gallery/lines/plot_line.py", text)


def held(script):
    return [
        str(fault).split(" is typed")[0].removeprefix("gallery/lines/plot_line.py:")
        for check in (
            alternatives.texts_of_examples_are_held,
            alternatives.prose_of_examples_is_held,
        )
        for fault in check(script)
    ]


def test_the_texts_of_an_example_are_held_to_the_script():
    assert held(example(size="a few")) == []
    assert held(example(derivatives="26,123")) == ["5: '26,123'"]
    assert held(example(size="0.25")) == ["9: '0.25 pixels'"]
    assert held(example(size="no", label='f"{share} of 26,122"')) == []
    assert held(example(size="no", label='f"{share} of 0.5"')) == ["14: '0.5'"]


def test_what_a_page_says_of_a_borrowed_figure_is_held_to_its_script():
    def said(alt, caption="Look."):
        page = Source("book/topic.md", SHOWN.format(alt=alt, caption=caption))
        found = alternatives.borrowed_figures_are_held([page], [example()])
        return [(fault.line, fault.what.split(" is said")[0]) for fault in found]

    assert said("A line of 26,122 places") == []
    assert said("A line of 26,123 places") == [(2, "'26,123'")]
    assert said("A line", "It has 9 places.") == [(5, "'9'")]
    assert said("A line", "It has {fact}`lines/plot_line places 9` places.") == []


def test_a_figure_of_the_page_itself_is_held_to_its_cells():
    figure = SHOWN.format(alt="A line of 3 places", caption="Look.")
    figure = figure.replace("gallery/lines/images/", "")
    page = Source("book/topic.md", figure + CELL.format(code="assert places == 3"))
    assert list(alternatives.borrowed_figures_are_held([page], [])) == []
    other = Source("book/topic.md", page.text.replace("== 3", "== 4"))
    (fault,) = alternatives.borrowed_figures_are_held([other], [])
    assert "of a figure that no cell draws" in fault.what


PAGES = linting.pages(places.ROOT)
EXAMPLES = linting.examples_of(places.ROOT)


@pytest.mark.slow
def test_the_texts_of_the_books_figures_are_held():
    found = [
        str(fault)
        for page in PAGES
        for fault in alternatives.texts_of_figures_are_held(page)
    ]
    assert found == []
    assert list(alternatives.borrowed_figures_are_held(PAGES, EXAMPLES)) == []


@pytest.mark.slow
def test_the_texts_of_the_gallery_are_held():
    found = [
        str(fault)
        for script in EXAMPLES
        for check in (
            alternatives.texts_of_examples_are_held,
            alternatives.prose_of_examples_is_held,
        )
        for fault in check(script)
    ]
    assert found == []


def labels(code):
    """Yield where the first computed number of each text of a figure stands in code."""
    for call in re.finditer(r"set_label\((?:[^f]|f(?!\"))*f\"[^{}\"]*", code):
        if brace := re.compile(r"\{[^{}]*\}").match(code, call.end()):
            yield brace.span()


@pytest.mark.slow
def test_a_number_typed_over_a_computed_one_is_seen_in_each_figure_of_the_book():
    planted = 0
    for page in PAGES:
        for cell in reading.cells_of(page.text):
            for start, end in labels(cell.code):
                code = f"{cell.code[:start]}98765{cell.code[end:]}"
                line = 6 + cell.code.count("\n", 0, start)
                found = [at for at, number in typed(code) if "98765" in number]
                assert found == [line], (page.place, cell.line)
                planted += 1
    assert planted > 50
