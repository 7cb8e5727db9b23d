"""The rules for pages and chapters, held to a good page with planted faults."""

import pytest

from bookbuild.checks import chapters
from bookbuild.checks.sources import Source

CHAPTER = """---
file_format: mystnb
myst:
  html_meta:
    description: What one neuron computes, worked by hand and checked by its cells.
---

(chap-topic)=
# A topic

:::{grid-item-card} You will be able to
compute a neuron.
:::
:::{grid-item-card} You need
sums.
:::
:::{grid-item-card} It takes
```{times}
```
:::

## What a neuron computes

A sum, as {cite:t}`known` says.

```{code-cell} ipython3
:tags: [hide-input]

import keras

def forward(x):
    return x
```

```{code-cell} ipython3
---
tags: [hide-input]
mystnb:
  figure:
    name: fig-sum
    caption: |
      A sum rises.
---
plt.plot(x)
plt.show()
```

```{exercise} The first sum
:label: ex-first
:class: routine
```

```{solution} ex-first
:class: dropdown
```

```{exercise} The second sum
:label: ex-second
:class: routine
```

```{solution} ex-second
:class: dropdown
```

```{exercise} The third sum
:label: ex-third
:class: routine
```

````{solution} ex-third
:class: dropdown
````

```{exercise} The fourth sum
:label: ex-fourth
:class: deeper
```

```{solution} ex-fourth
:class: dropdown
```

```{exercise} The fifth sum
:label: ex-fifth
:class: deeper
```

```{solution} ex-fifth
:class: dropdown
```

```{exercise} The sixth sum
:label: ex-sixth
:class: project
```

```{solution} ex-sixth
:class: dropdown
```

## Summary

It computes a sum.
"""

RULES_OF_A_PAGE = [
    chapters.cells_are_python,
    chapters.cells_are_short,
    chapters.cells_are_narrow,
    chapters.cells_are_portable,
    chapters.training_is_seeded,
    chapters.pages_are_described,
    chapters.one_sentence_a_line,
    chapters.figures_are_captioned,
    chapters.exercises_are_solved,
    chapters.exercises_are_titled,
    chapters.chapters_are_framed,
    chapters.chapters_exercise_and_cite,
]


def page(text=CHAPTER, name="topic"):
    return Source(f"book/{name}.md", text)


def planted(old, new):
    assert old in CHAPTER
    return page(CHAPTER.replace(old, new))


def line_of(fragment, text=CHAPTER):
    """Return the line on which a fragment of a text first stands."""
    return next(k for k, line in enumerate(text.split("\n"), 1) if fragment in line)


def cell(code, options=""):
    return f"```{{code-cell}} ipython3\n{options}{code}\n```\n"


@pytest.mark.parametrize("rule", RULES_OF_A_PAGE, ids=lambda rule: rule.__name__)
def test_a_good_chapter_has_no_fault(rule):
    assert list(rule(page())) == []


def test_a_fault_says_place_and_line():
    (fault,) = chapters.cells_are_python(planted("import keras", "import import"))
    assert str(fault).startswith(
        f"book/topic.md:{line_of('import keras')}: Python cannot read the cell: "
    )


def test_a_cell_with_magics_is_python():
    assert not list(chapters.cells_are_python(page(cell("%time x = 1\n!ls\nx"))))


def test_a_long_cell_is_seen_unless_it_is_hidden():
    code = "\n".join(f"x = {k}" for k in range(26))
    short = 3 * cell("x = 1")
    (fault,) = chapters.cells_are_short(page(short + cell(code)))
    assert "26 lines, where 25 are the most" in fault.what
    assert fault.line == 11
    hidden = cell(code, options=":tags: [remove-cell]\n")
    assert list(chapters.cells_are_short(page(short + hidden))) == []
    assert list(chapters.cells_are_short(page(short + cell(code[7:])))) == []


def test_a_page_of_long_cells_is_seen():
    six, seven = (cell("\n".join("x" * lines)) for lines in (6, 7))
    (fault,) = chapters.cells_are_short(page(six + seven + seven))
    assert "half of the cells have 7 lines or more" in fault.what
    assert list(chapters.cells_are_short(page(six + six + seven))) == []


def test_a_wide_cell_is_seen_even_where_it_is_hidden():
    options = ":tags: [remove-cell]\n"
    (fault,) = chapters.cells_are_narrow(page(cell("x = 1\n" + "y" * 80, options)))
    assert "80 columns" in fault.what
    assert fault.line == 4
    assert list(chapters.cells_are_narrow(page(cell("y" * 79)))) == []


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("%pip install keras", "installs the package once"),
        ("sys.path.append('src')", "the package is installed"),
        ("tf.keras.layers", "Keras 3 only"),
        ("import tensorflow as tf", "Keras 3 only"),
        ("os.environ['KERAS_BACKEND'] = 'jax'", "the reader chooses"),
    ],
)
def test_what_is_forbidden_in_a_cell_is_seen(line, remedy):
    (fault,) = chapters.cells_are_portable(planted("import keras", line))
    assert remedy in fault.what
    assert fault.line == line_of("import keras")
    in_prose = planted("A sum", f"A sum, not `{line}`")
    assert list(chapters.cells_are_portable(in_prose)) == []


def test_a_second_definition_is_seen():
    other = page(name="other")
    (fault,) = chapters.definitions_are_unique([page(), other])
    assert str(fault).startswith(
        f"book/other.md:{line_of('def forward')}: forward is defined in book/topic.md"
    )
    renamed = page(CHAPTER.replace("forward", "backward"), name="other")
    assert list(chapters.definitions_are_unique([page(), page(), renamed])) == []
    classes = [page(cell("class Net: pass"), name=name) for name in ("one", "two")]
    assert len(list(chapters.definitions_are_unique(classes))) == 1


@pytest.mark.parametrize(
    ("header", "faults"),
    [
        ("| input $x_1$ | target |", 0),
        ("| $x_1$ | target |", 1),
        ("| | target |", 1),
        ("| a \\| b | target |", 0),
    ],
)
def test_headers_without_words_are_seen(header, faults):
    text = CHAPTER + f"\n{header}\n|---|:--|\n| 1 | 2 |\n"
    found = list(chapters.tables_have_headers(page(text)))
    assert len(found) == faults
    if faults:
        assert found[0].line == text.splitlines().index(header) + 1
        assert "1 headers without a word" in found[0].what


def test_training_without_a_seed_is_seen():
    trained = CHAPTER.replace("import keras", "net.fit(x, y, epochs=2)")
    (fault,) = chapters.training_is_seeded(page(trained))
    assert "without a seed" in fault.what
    assert fault.line == line_of("import keras")
    assert list(chapters.training_is_seeded(page(trained, name="glossary"))) == []
    seeded = trained.replace("net.fit", "keras.utils.set_random_seed(0); net.fit")
    assert list(chapters.training_is_seeded(page(seeded))) == []


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ("---\nfile_format", "file_format", "no front matter"),
        ("description", "describes", "no description"),
        ("description: What", "description: [What", "no YAML"),
        (
            "  html_meta:\n    description: What one neuron",
            "  meta:\n    is: x",
            "no de",
        ),
        ("What one neuron computes, worked by hand and", "It is", "has 27 characters"),
        ("by its cells", "by " + "x" * 120, "has 177 characters"),
    ],
)
def test_a_page_without_a_description_is_seen(old, new, fragment):
    (fault,) = chapters.pages_are_described(planted(old, new))
    assert fragment in fault.what


def test_two_sentences_on_a_line_are_seen():
    text = "\nIt adds up. It is fast.\n"
    (fault,) = chapters.one_sentence_a_line(planted("\nIt computes a sum.\n", text))
    assert "'It adds up. '" in fault.what
    assert fault.line == CHAPTER.count("\n")
    for start in ("| ", "- ", "# ", ":", "  "):
        assert not list(chapters.one_sentence_a_line(page(start + text.strip())))


def test_two_sentences_on_a_line_of_a_caption_are_seen():
    text = planted("A sum rises.", "A sum rises. It ends.")
    (fault,) = chapters.one_sentence_a_line(text)
    assert "'A sum rises. '" in fault.what
    assert fault.line == line_of("A sum rises.")


@pytest.mark.parametrize(
    ("old", "new", "fragment", "where"),
    [
        ("{solution} ex-second", "{note} x", "ex-second has no", "label: ex-second"),
        ("first\n:class: dropdown", "first", "ex-first has no", "label: ex-first"),
        ("label: ex-third", "name: x", "ex-third, which is no", "{solution} ex-third"),
        ("label: ex-first", "label: ex-a", "ex-a has no folded", "label: ex-first"),
    ],
)
def test_an_exercise_without_its_solution_is_seen(old, new, fragment, where):
    found = list(chapters.exercises_are_solved(planted(old, new)))
    line = line_of(where) - where.startswith("label")  # the fence above the label
    assert any(fragment in fault.what and fault.line == line for fault in found)


def test_solutions_in_another_order_are_seen():
    swapped = CHAPTER.replace("{solution} ex-first", "{solution} ex-x")
    swapped = swapped.replace("{solution} ex-second", "{solution} ex-first")
    swapped = swapped.replace("{solution} ex-x", "{solution} ex-second")
    (fault,) = chapters.exercises_are_solved(page(swapped))
    assert "another order" in fault.what
    assert fault.line == line_of("{solution} ex-first")
    again = "```{solution} ex-third\n:class: dropdown\n```\n"
    (fault,) = chapters.exercises_are_solved(page(CHAPTER + again))
    assert "twice" in fault.what
    assert fault.line == CHAPTER.count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ("{grid-item-card} You will be able to", "", "You will be able to"),
        ("{grid-item-card} You need", "", "You need"),
        ("{grid-item-card} It takes", "", "It takes"),
        ("```{times}\n```\n", "an hour.\n", "{times}"),
        ("(chap-topic)=", "(chap-another)=", "(chap-topic)="),
        ("## Summary", "## In short", "does not end with ## Summary"),
        ("## Summary", "## Summary, in short", "is not called ## Summary"),
    ],
)
def test_a_chapter_without_its_frame_is_seen(old, new, fragment):
    (fault,) = chapters.chapters_are_framed(planted(old, new))
    assert fragment in fault.what
    reference = page(CHAPTER.replace(old, new), name="notation")
    assert list(chapters.chapters_are_framed(reference)) == []


def test_a_section_behind_the_summary_is_seen():
    (fault,) = chapters.chapters_are_framed(page(CHAPTER + "\n## What else?\n"))
    assert "does not end" in fault.what


def test_options_of_a_cell_that_are_no_yaml_are_seen():
    found = list(chapters.cells_are_python(planted("tags: [hide-input]\nm", "[m")))
    assert "options of the cell cannot be read" in found[0].what


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ("    name: fig-sum\n", "", "has no name"),
        ("    caption: |\n      A sum rises.\n", "", "has no caption"),
        (
            "mystnb:\n  figure:\n    name: fig-sum\n    caption: |\n"
            "      A sum rises.\n",
            "",
            "has no name and no caption",
        ),
        ("fig-sum", "sum", "is called 'sum'"),
        ("fig-sum", "fig-Sum", "is called 'fig-Sum'"),
        ("tags: [hide-input]\nm", "tags: [remove-cell]\nm", "its figure with it"),
    ],
)
def test_a_drawing_without_name_or_caption_is_seen(old, new, fragment):
    text = CHAPTER.replace(old, new)
    assert text != CHAPTER
    (fault,) = chapters.figures_are_captioned(page(text))
    assert fragment in fault.what
    assert fault.line == line_of("plt.plot(x)", text)


def test_a_caption_alone_is_seen_where_no_code_draws():
    text = CHAPTER.replace("plt.plot(x)\nplt.show()", "fig")
    assert not list(chapters.figures_are_captioned(page(text)))  # the build sees more
    text = text.replace("    name: fig-sum\n", "")
    (fault,) = chapters.figures_are_captioned(page(text))
    assert "has no name" in fault.what


@pytest.mark.parametrize(
    ("code", "drawn"),
    [
        ("plt.show()", True),
        ('fig.set_label(f"A line.")', True),
        ("draw_convolution(image, kernel)", True),
        ("for k in range(2):\n    axes[k].plot(k)\nplt.show()", True),
        ("drawn = draw_convolution(image, kernel)", False),
        ("def draw_runs(runs):\n    plt.show()", False),
        ("draw_runs(1)\nx = 2", False),
        ("import import", False),
        ("", False),
    ],
)
def test_what_draws_is_told_from_the_code(code, drawn):
    assert chapters.draws(code) is drawn
    faults = list(chapters.figures_are_captioned(page(cell(code))))
    assert len(faults) == drawn


def test_a_name_of_two_figures_is_seen():
    assert not list(chapters.figures_are_unique([page()]))
    shown = "```{shapes}\n:draw:\n:name: fig-sum\n```\n"
    (fault,) = chapters.figures_are_unique([page(), page(shown, name="other")])
    assert str(fault).startswith(
        f"book/other.md:3: fig-sum is the figure of book/topic.md:{line_of('fig-sum')}"
    )


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ("{exercise} The second sum", "{exercise}", "ex-second has no title"),
        (":label: ex-second\n", "", "has no label"),
        (":label: ex-second\n:class: routine", ":label: ex-second", "has no level"),
        (
            ":label: ex-second\n:class: routine",
            ":label: ex-second\n:class: easy",
            "has the level 'easy'",
        ),
    ],
)
def test_an_exercise_without_title_label_or_level_is_seen(old, new, fragment):
    (fault,) = chapters.exercises_are_titled(planted(old, new))
    assert fragment in fault.what
    assert fault.line == line_of("The second sum")


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ("{exercise} The third", "{note} The third", "has 5 exercises"),
        (":class: project", ":class: deeper", "is a project"),
        ("{cite:t}`known`", "somebody", "cites nothing"),
    ],
)
def test_a_chapter_with_few_exercises_or_no_source_is_seen(old, new, fragment):
    (fault,) = chapters.chapters_exercise_and_cite(planted(old, new))
    assert fragment in fault.what
    reference = page(CHAPTER.replace(old, new), name="notation")
    assert list(chapters.chapters_exercise_and_cite(reference)) == []
