"""Figures, equations and exercises by chapter, and what a page makes of them.

One miniature book with two numbered parts and one without numbers is built for all
tests of the class; its pages hold the same text under other names.
"""

import re

import pytest

from tests import minibook

pytestmark = pytest.mark.slow

TOC = """format: jb-book
root: book/index
parts:
  - caption: One
    numbered: 2
    chapters:
      - file: book/first
  - caption: Two
    numbered: 2
    chapters:
      - file: book/second
  - caption: Reference
    chapters:
      - file: book/appendix
      - file: book/gallery/index
"""

TEXT = """
```{times}
```

(sec-NAME)=
## A section

{numref}`fig-line-NAME`, {numref}`fig-dot-NAME`, {ref}`ex-sum-NAME`, {eq}`eq-NAME`.

$$
a = b
$$ (eq-NAME)
% quoted: known

```{code-cell} ipython3
---
tags: [hide-input]
mystnb:
  figure:
    name: fig-line-NAME
    caption: |
      A line of slope {glue:text}`slope-NAME`, as in {ref}`sec-NAME`, with $a = b$.
---
import matplotlib.pyplot as plt
from myst_nb import glue

fig, ax = plt.subplots()
ax.plot([0, 1], [0, 7])
fig.set_label("A line that rises from nothing to seven, for want of more.")
glue("slope-NAME", 7, display=False)
plt.show()
```

```{code-cell} ipython3
---
mystnb:
  figure: {name: fig-dot-NAME, caption: A dot moves to the right.}
---
from byhand.figures import Animation

dots = ['<circle cx="5" cy="5" r="4"/>', '<circle cx="25" cy="5" r="4"/>']
words = ("It stands left.", "It stands right.")
text = "A dot that moves from left to right in two steps."
Animation(tuple(dots), words, width=30, height=10, label=text)
```

### A part of the section

```{exercise} The sum of parts
:label: ex-sum-NAME
:class: routine

What is it?
```

```{solution} ex-sum-NAME
:class: dropdown

It is seven, by {eq}`eq-NAME`.
```

```{exercise} A layer of your own
:label: ex-layer-NAME
:class: project

Write it.
```

```{solution} ex-layer-NAME
:class: dropdown

Here it is.
```

:::{admonition} A note to unfold
:class: dropdown
With words.
:::

```{letters} here
```

## Summary

The end.
"""

TABLE = """
letters:
  - {symbol: c, kind: real, meaning: a letter of this chapter alone}
unread:
  eq-NAME: its source has no numbers
"""


def words(html):
    """Return the text of some HTML on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<.*?>", " ", html, flags=re.DOTALL)).strip()


@pytest.fixture(scope="class")
def pages(tmp_path_factory):
    """The HTML of each page."""
    book = minibook.make(tmp_path_factory.mktemp("numbered") / "mini")
    book.write("_toc.yml", TOC)
    book.write("book/notation.yml", "groups: []\n")
    for name in ("first", "second", "appendix"):
        book.page(name, TEXT.replace("NAME", name))
        book.write(f"book/equations/{name}.yml", TABLE.replace("NAME", name))
    status, printed = book.build()
    assert status == 0, printed
    return {name: book.html(name) for name in ("first", "second", "appendix")}


class TestABook:
    """The tests read what was built; none builds, and none leaves a trace."""

    def test_counts_chapters_through_all_parts_and_sections_within_them(self, pages):
        _, _, article = pages["second"].partition("<article")
        found = re.findall(r"<h[123]>.*?</h[123]>", article)
        assert [words(title).rstrip(" #") for title in found] == [
            "2 second",
            "2.1 A section",
            "A part of the section",
            "2.2 Summary",
        ]
        _, _, behind = pages["first"].partition('<nav id="contents"')
        sidebar, _, _ = behind.partition("</nav>")
        entries = re.findall(r"<a [^>]*>(.*?)</a>", sidebar)
        assert [words(entry) for entry in entries] == [
            "1 first",
            "2 second",
            "appendix",
            "Gallery",
        ]

    def test_numbers_by_chapter_and_from_one_where_there_is_no_chapter(self, pages):
        for name, number in (("first", "1."), ("second", "2."), ("appendix", "")):
            text = words(pages[name])
            referred = (
                f"Figure {number}1 , Figure {number}2 , Exercise {number}1 , "
                f"equation {number}1 ."
            )
            assert referred in text
            assert f"({number}1) #" in text

    def test_captions_stand_below_what_is_drawn_and_hold_what_markdown_can(self, pages):
        figures = re.findall(
            r'<figure[^>]*id="(fig[^"]*)">(.*?)</figure>\s*</div>',
            pages["second"],
            re.DOTALL,
        )
        (line, drawn), (dot, moving) = figures
        assert (line, dot) == ("fig-line-second", "fig-dot-second")
        image, _, caption = drawn.partition("<figcaption>")
        assert "A line that rises from nothing to seven" in image
        assert words(caption).startswith("Figure 2.1 A line of slope 7")
        assert 'href="#sec-second"' in caption
        assert 'class="katex"' in caption
        picture, _, caption = moving.rpartition("<figcaption>")
        assert "<svg" in picture
        assert "It stands right." in picture
        assert words(caption).startswith("Figure 2.2 A dot moves to the right.")

    def test_a_figure_has_one_caption_though_it_moves(self, pages):
        assert pages["second"].count("<figcaption") == 2
        assert pages["second"].count("<figure") == 2

    def test_exercises_say_their_level_in_their_title(self, pages):
        titles = re.findall('<p class="admonition-title"><span.*?</p>', pages["second"])
        assert [words(title)[:29] for title in titles] == [
            "Exercise 2.1 (The sum of part",
            "Exercise 2.2 (A layer of your",
        ]
        assert [words(title).rpartition(" · ")[2] for title in titles] == [
            "routine",
            "project",
        ]

    def test_solutions_and_notes_are_folded_and_their_buttons_named(self, pages):
        buttons = re.findall(
            r'<details class="[^"]*admonition[^"]*"(?: id="[^"]*")?>\s*'
            '<summary class="admonition-title">(.*?)</summary>',
            pages["second"],
        )
        both = '<span class="when-closed">{}</span><span class="when-open">{}</span>{}'
        of_solution = both.format("Show the solution", "Solution", " of exercise 2.{}")
        assert buttons == [
            of_solution.format(1),
            of_solution.format(2),
            "A note to unfold",
            "Letters of this chapter",
        ]
        assert "a letter of this chapter alone" in words(pages["second"])
        assert not re.search(r'class="[^"]*\bdropdown admonition', pages["second"])

    def test_no_id_stands_twice(self, pages):
        for page in pages.values():
            article, _, _ = page.partition("</article>")
            ids = re.findall(r' id="([^"]*)"', article)
            assert len(ids) == len(set(ids))

    def test_says_how_long_it_takes(self, pages):
        text = words(pages["second"])
        assert "about 5 minutes to read, and 55 minutes for the exercises." in text


FIGURE = """```{code-cell} ipython3
import matplotlib.pyplot as plt
fig, ax = plt.subplots()
fig.set_label("Two empty axes, which show nothing at all to anyone.")
plt.show()
```
"""
NAMED = FIGURE.replace(
    "ipython3\n",
    "ipython3\n---\nmystnb:\n  figure: {name: fig-axes, caption: Axes.}\n---\n",
)
MOVING = """```{code-cell} ipython3
from IPython.display import SVG
SVG('<svg xmlns="http://www.w3.org/2000/svg"/>')
```
"""


def line_of(fragment, text):
    """Return the line of a page of minibook on which a fragment first stands."""
    page = minibook.PAGE.format(title="first", text=text)
    return next(k for k, line in enumerate(page.split("\n"), 1) if fragment in line)


def test_what_is_wrong_with_figures_and_letters_is_named_where_it_stands(mini):
    faults = {
        FIGURE: "draws a figure without name and caption",
        NAMED.replace("plt.show()", "plt.close()"): "a caption without a figure",
        NAMED.replace("plt.show()", "plt.show()\n3").replace("axes", "three"): (
            "shows 2 things under one caption"
        ),
        NAMED.replace("name: fig-axes, ", ""): "lacks its name or its caption",
        NAMED.replace(", caption: Axes.", "").replace("axes", "bare"): (
            "lacks its name or its caption"
        ),
        "```{figure} one.png\n:alt: A square that is grey all over.\n\nGrey.\n```\n": (
            "the figure lacks its name or its caption"
        ),
        "```{shapes}\n:draw:\n:name: fig-net\n\nkeras.Sequential()\n```\n": (
            "needs a :name: and a :caption:"
        ),
        "```{shapes}\n:caption: A net.\n\nkeras.Sequential()\n```\n": (
            "a :caption: without a figure"
        ),
        "```{letters} here\n```\n": "book/equations/first.yml has no letters to show",
    }
    mini.write("book/notation.yml", "groups: []\n")
    text = "\n".join(f"## Fault {k}\n\n{each}" for k, each in enumerate(faults))
    mini.page("first", text)
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d494844520000000100000001080000000"
        "03a7e9b550000000a49444154789c636000000002000148afa4710000000049454e44ae426082"
    )
    (mini.root / "book" / "one.png").write_bytes(pixel)
    status, printed = mini.build()
    assert status == 1
    listed = minibook.listed(printed)
    for number, fault in enumerate(faults.values()):
        start = line_of(f"## Fault {number}", text)
        end = line_of(f"## Fault {number + 1}", text) if number < 8 else 10**6
        said = [each for each in listed if fault in each]
        lines = [int(each.split(":")[1]) for each in said]
        assert any(start < line < end for line in lines), (fault, listed)
    (other,) = [
        each for each in listed if not any(map(each.__contains__, faults.values()))
    ]
    assert "Duplicate explicit target name" in other
    assert len(listed) == len(faults) + 1
