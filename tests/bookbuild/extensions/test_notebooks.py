"""Chapters of a built book are notebooks with the numbers of their pages."""

import re

import nbformat
import pytest

from bookbuild import places
from tests import minibook

CHAPTER = """
::::{grid} 1
:::{grid-item-card} You need
{doc}`second` and *nothing* else.
:::
::::

(sec-curves)=
## Curves

{numref}`fig-curve` and {eq}`eq-line` of {ref}`sec-curves` go with {ref}`sec-other`;
{fact}`lines/plot_square constant` is from the gallery.

```{code-cell} ipython3
---
tags: [hide-input]
mystnb:
  figure: {name: fig-curve, caption: A line that rises.}
---
import matplotlib.pyplot as plt

fig, ax = plt.subplots()
ax.plot([0, 1], [0, 1])
fig.set_label("A line that rises from nothing to one, for want of more.")
plt.show()
```

$$
y = x
$$ (eq-line)
% definition

It is {glue:text}`rise` high.

```{code-cell} ipython3
:tags: [remove-cell]

from myst_nb import glue

glue("rise", "one", display=False)
assert fig.axes[0] is ax
```

```{shapes}
:columns: macs

model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
```

```{exercise} How high
:label: ex-high
:class: routine

How high is it?
```

```{solution} ex-high
:class: dropdown

It is one high.
```

The end.
"""

TABLE = """
letters:
  - {symbol: y, kind: defined, meaning: the height}
  - {symbol: x, kind: real, meaning: the place}
settings:
  - name: one line
    symbols: {x: , y: }
    equations: {eq-line: }
    holds: ["2 y = x + x"]
"""

REFUSED = """
(sec-other)=
## Other

:::{sidebar} Beside
Nobody decided what a notebook makes of this.
:::
"""


@pytest.mark.slow
def test_a_chapter_is_two_notebooks_and_a_page_without_words_a_fault(mini):
    mini.page("first", CHAPTER, title="First")
    mini.write("book/equations/first.yml", TABLE)
    mini.page("second", REFUSED, title="Second")
    mini.environment["BOOK_URL"] = "https://example.org/book"
    status, printed = mini.build()
    assert status == 1
    assert [fault for fault in minibook.listed(printed) if "second" in fault] == [
        next(
            fault
            for fault in minibook.listed(printed)
            if re.match(r"book/second.md:\d+: a notebook has no words for <sid", fault)
        )
    ]
    assert "-> write it as a page and a notebook can both show it" in printed

    html = mini.root / "_build" / "html"
    page = mini.html("first")
    line = page.partition('class="chapter-notebooks"')[2].partition("</p>")[0]
    links = re.findall(r'href="(\S+?)"', line)
    assert links == [
        f"../{places.NOTEBOOKS}/first{ending}.ipynb"
        for ending in ("", places.WITH_OUTPUTS)
    ]
    assert page.index("You need") < page.index("chapter-notebooks")
    assert page.index("chapter-notebooks") < page.index("Curves</")
    assert "chapter-notebooks" not in mini.html("index")

    bare, ran = (
        nbformat.read((html / "book" / link).resolve(), as_version=4) for link in links
    )
    for notebook in (bare, ran):
        nbformat.validate(notebook)
    kinds = [cell.cell_type for cell in ran.cells]
    texts = [cell.source for cell in ran.cells]
    prose = "\n\n".join(
        text for text, kind in zip(texts, kinds, strict=True) if kind == "markdown"
    )
    assert texts[0].splitlines()[-1].startswith("# %pip install")
    assert "[*Second*](" not in prose
    assert "- **You need** [Second](https://example.org/book/book/second.html)" in prose
    assert re.search(
        r"Figure 1 and equation 1 of \*Curves\* go with "
        r"\[Other\]\(https://example\.org/book/book/second\.html#sec-other\)",
        prose,
    )
    assert "1 is from the gallery" in prose
    assert "**Figure 1.** A line that rises." in prose
    assert "$$\ny = x \\tag{1}\n$$" in prose
    assert "It is one high." in prose
    assert "**Exercise 1 (routine): How high**" in prose
    assert "<summary>Solution of exercise 1</summary>" in prose

    named = {
        "figure": "import matplotlib",
        "checks": "def glue(name",
        "network": "def network_1():",
        "last": "import mini",
    }
    at = {
        name: next(n for n, text in enumerate(texts) if text.startswith(start))
        for name, start in named.items()
    }
    assert sorted(at, key=at.get) == list(named)
    hidden = {name: "jupyter" in ran.cells[n].metadata for name, n in at.items()}
    assert hidden == {"figure": True, "checks": True, "network": False, "last": False}
    (drawn,) = ran.cells[at["figure"]].outputs
    assert drawn.data["image/svg+xml"].count("<svg ") == 1
    assert drawn.metadata == {}
    assert ran.cells[at["checks"]].outputs == []
    assert "<table" in ran.cells[at["network"]].outputs[0].data["text/html"]
    assert ran.cells[at["last"]].outputs[0].text.startswith("constant 1")
    assert not any(cell.get("outputs") for cell in bare.cells)
    assert str(mini.root) not in nbformat.writes(ran)

    gone = html / places.NOTEBOOKS / "gone.ipynb"
    gone.write_text("{}")
    (html / places.NOTEBOOKS / "first.ipynb").unlink()
    mini.page("second", "(sec-other)=\n## Other", title="Second")
    status, printed = mini.build()
    assert status == 0, printed
    assert not gone.exists()
    found = {path.stem for path in (html / places.NOTEBOOKS).glob("*")}
    assert found == {
        f"{name}{ending}"
        for name in ("first", "second")
        for ending in ("", places.WITH_OUTPUTS)
    }
