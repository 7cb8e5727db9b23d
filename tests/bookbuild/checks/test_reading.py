"""Pages are read with their cells, equations and checks."""

import pytest

from bookbuild.checks import reading, sources
from bookbuild.checks.sources import Source
from bookbuild.errors import CommandError

PAGE = """
$$
z = x W + b
$$ (eq-defined)
% definition

$$
a =
g(z)
$$ (eq-quoted)
% quoted: known

$$
P = 41
$$ (eq-checked)

```{code-cell} ipython3
:tags: [remove-cell]
:checks: eq-checked eq-elsewhere

assert 41 == 16 + 20 + 5
```

```{code-cell} ipython3
print(1)
```

Inline $x$ and {eq}`eq-checked`.
"""


def page(text=PAGE, place="book/first.md"):
    return Source(place, text)


def test_equations_are_read_with_what_they_declare():
    found = list(reading.equations_of(page()))
    assert [e.label for e in found] == ["eq-defined", "eq-quoted", "eq-checked"]
    assert [e.declared for e in found] == ["definition", "quoted: known", ""]
    assert [e.line for e in found] == [4, 10, 15]
    assert found[1].latex == "a =\ng(z)"


def test_cells_are_read_with_their_options_and_lines():
    hidden, shown = reading.cells_of(PAGE)
    assert hidden.options == {
        "tags": ["remove-cell"],
        "checks": "eq-checked eq-elsewhere",
    }
    assert hidden.tags == ("remove-cell",)
    assert hidden.checks == ("eq-checked", "eq-elsewhere")
    assert (hidden.code, hidden.line) == ("assert 41 == 16 + 20 + 5", 21)
    assert (shown.code, shown.line, shown.checks) == ("print(1)", 25, ())
    assert (hidden.is_shown, shown.is_shown) == (False, True)


BLOCK = """
```{code-cell} ipython3
---
tags: [hide-input, remove-cell]
checks: eq-checked eq-elsewhere
mystnb:
  figure:
    name: fig-line
    caption: |
      A line that rises.
      Its slope is {glue:text}`slope`.
---

plt.plot(x)
plt.show()
```

```{code-cell} ipython3
---
mystnb:
  figure: {caption: A line., name: fig-short}
---
plt.show()
```
"""


def test_options_in_a_block_of_yaml_are_read_as_those_on_lines_are():
    long, short = reading.cells_of(BLOCK)
    assert long.tags == ("hide-input", "remove-cell")
    assert long.is_shown is False
    assert long.checks == ("eq-checked", "eq-elsewhere")
    assert long.figure["name"] == "fig-line"
    assert (long.code, long.line) == ("plt.plot(x)\nplt.show()", 14)
    assert long.caption == "A line that rises.\nIts slope is {glue:text}`slope`."
    assert BLOCK.split("\n")[long.caption_line - 1].strip() == "A line that rises."
    assert short.figure == {"caption": "A line.", "name": "fig-short"}
    assert (short.caption, short.caption_line) == ("A line.", 21)
    assert (short.code, short.line, short.tags) == ("plt.show()", 23, ())


@pytest.mark.parametrize(
    ("options", "fault"),
    [("---\ntags: [hide\n---\n", "expected"), ("---\nwords\n---\n", "no names")],
)
def test_options_that_are_no_yaml_are_named_and_their_lines_left_out(options, fault):
    (cell,) = reading.cells_of(f"```{{code-cell}} ipython3\n{options}x = 1\n```\n")
    assert fault in cell.fault
    assert (cell.code, cell.line, dict(cell.options)) == ("x = 1", 5, {})


EXERCISES = """
```{exercise} The count of a wide layer
:label: ex-wide
:class: routine

How many?
```

````{exercise}
:label: ex-old
Why?
```
x
```
````

```{exercise} A title alone
Why not?
```
"""


def test_exercises_are_read_with_title_label_and_level():
    full, old, bare = reading.exercises_of(EXERCISES)
    assert full == reading.Exercise(
        line=2,
        name="ex-wide",
        title="The count of a wide layer",
        level="routine",
        text="\nHow many?\n",
    )
    assert (old.line, old.name, old.title, old.level) == (9, "ex-old", "", "")
    assert old.text == "Why?\n```\nx\n```\n"
    assert (bare.name, bare.title, bare.level) == ("", "A title alone", "")


def test_an_equation_is_checked_by_the_cells_that_name_it_on_any_page():
    other = page("```{code-cell}\n:checks: eq-quoted\nassert x\n```\n", "book/other.md")
    found = {e.label: e.checked_in for e in reading.checked([page(), other])}
    assert found == {
        "eq-defined": (),
        "eq-quoted": ("book/other",),
        "eq-checked": ("book/first",),
    }


@pytest.mark.parametrize(
    "toc",
    [
        "root: a\nchapters:\n  - file: b\n  - url: x\n  - file: c\n",
        "root: a\nparts:\n  - chapters:\n    - file: b\n  - chapters:\n    - file: c\n",
    ],
)
def test_pages_come_in_the_order_of_the_contents(tmp_path, toc):
    (tmp_path / "_toc.yml").write_text(toc)
    (tmp_path / "c.md").write_text("C")
    (tmp_path / "a.md").write_text("A")
    assert reading.documents_in_order(tmp_path) == ["a", "b", "c"]
    found = reading.book_in_order(tmp_path)  # b is generated, and not there yet
    assert found == [Source("a.md", "A"), Source("c.md", "C")]


def test_a_table_of_contents_that_is_no_yaml_is_named(tmp_path):
    (tmp_path / "_toc.yml").write_text("root: [a\n")
    with pytest.raises(CommandError, match=r"(?s)_toc\.yml: .*correct the YAML"):
        reading.documents_in_order(tmp_path)


def test_what_is_left_out_leaves_the_lines_of_the_rest():
    assert sources.without("b.*?e", "a\nb\nc\nd\ne\nf", 16) == "a\n\n\n\n\nf"


def test_a_missing_file_and_one_that_is_no_text_are_named(tmp_path):
    with pytest.raises(CommandError, match=r"book/a\.md: there is no such file in"):
        sources.read(tmp_path, "book/a.md")
    (tmp_path / "b.md").write_bytes(b"abc\xe9")
    with pytest.raises(CommandError, match=r"b\.md: byte 3 is not UTF-8"):
        sources.read(tmp_path, "b.md")
