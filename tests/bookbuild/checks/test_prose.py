"""What of a page is prose, and which numbers in it measure something."""

import pytest

from bookbuild.checks import prose

PAGE = """---
title: 1.5
---
(sec-one)=
# A title of 2.5

A sentence.

```{code-cell} ipython3
:tags: [remove-cell]

x = 3.5
```

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-drawn
    caption: |
      A line rises.
      It ends at 8.5.
---
plt.show()
```

```{shapes}
:draw: volumes
:caption: A network of $n$ units.

model = 9.5
```

## A section

| a row | 4.5 |
|---|---|

:::{note}
A note.
:::

````{solution} ex-one
:class: dropdown

A solution.

```python
y = 5.5
```
````

$$
z = 6.5
$$ (eq-one)

% a comment of 7.5

```{figure} one.png
:alt: A picture.
:name: fig-one

A caption.
```

:::{grid-item-card} A card
with a line.
:::
"""


def read(text):
    return [number.text for number in prose.numbers_of(text)]


def values(text):
    (number,) = prose.numbers_of(text)
    return number.values


def test_sentences_are_the_lines_that_readers_read_and_know_their_section():
    heading = PAGE.split("\n").index("## A section") + 1
    assert [
        (each.text, each.section) for each in prose.sentences_of(PAGE) if each.text
    ] == [
        ("A sentence.", 0),
        ("A line rises.", 0),
        ("It ends at 8.5.", 0),
        ("A network of $n$ units.", 0),
        ("| a row | 4.5 |", heading),
        ("|---|---|", heading),
        ("A note.", heading),
        ("A solution.", heading),
        (":alt: A picture.", heading),
        ("A caption.", heading),
        (" A card", heading),
        ("with a line.", heading),
    ]
    assert prose.sections_of(PAGE) == [0, heading]
    lines = PAGE.split("\n")
    for sentence in prose.sentences_of(PAGE):
        assert lines[sentence.line - 1].endswith(sentence.text)


def test_what_stands_within_code_opens_no_section():
    cell = "```{code-cell} ipython3\n## no title\n```\n"
    assert prose.sections_of(cell) == [0]


@pytest.mark.parametrize(
    ("text", "number", "value"),
    [
        ("about 0.5", "0.5", 0.5),
        ("of 1,234 stars", "1,234", 1234),
        ("of 1 234 stars", "1,234", 1234),
        ("of $1{,}234$ stars", "1,234", 1234),
        (r"of $1\,234{,}567$ stars", "1,234,567", 1234567),
        ("12 million", "12 million", 12e6),
        ("3 thousand million", "3 thousand million", 3e9),
        (r"$2 \cdot 10^{-3}$", r"2 \cdot 10^{-3}", 2e-3),
        ("a step of 1e-4", "1e-4", 1e-4),
        ("50 %", "50 %", 0.5),
        (r"$50\,\%$", r"50\,\%", 0.5),
        ("50 per cent", "50 per cent", 0.5),
        ("2 percentage points", "2 percentage points", 0.02),
        ("20 ms", "20 ms", 20),
        ("a 12-hour run", "12-hour", 12),
        ("16 GB", "16 GB", 16),
        ("8 px", "8 px", 8),
        ("7 times", "7 times", 7),
    ],
)
def test_what_measures_is_read_with_its_value(text, number, value):
    assert read(text) == [number]
    assert any(abs(found - value) < 1e-12 * value for found in values(text))


def test_a_share_may_be_said_of_the_rest():
    assert values("2 %") == (2, 0.02, 98, 0.98)


@pytest.mark.parametrize(
    "text",
    [
        "12 layers, 300 epochs",
        "$x_{1.5}$, $x^{2.5}$, $3.5^2$, $x^{(4.5)}$",
        "{glue:text}`accuracy-0.5`, {eq}`eq-1.5` and `rate=0.5`",
        "[the post](https://example.org/2.5)",
        "VGG-16.5, float32",
        "version 1.2.3",
        "CC BY-SA 4.0",
        "in 2012 100 images were labelled",
        "a 32-bit number",
        "a percentage",
    ],
)
def test_what_counts_names_or_is_computed_is_left_out(text):
    assert read(text) == []


def test_all_numbers_can_be_asked_for():
    found = prose.numbers_of("12 layers of 3 by 3, 0.5", counts=True)
    assert [number.text for number in found] == ["12", "3", "3", "0.5"]


@pytest.mark.parametrize(
    ("text", "is_sourced"),
    [
        ("It is so {cite}`known`.", True),
        ("It is so, says {cite:t}`known`.", True),
        ("[It](https://example.org) is so.", True),
        ("The slide *Chain rule* says so.", True),
        ("It is so, see {ref}`sec-one`.", False),
        ("It is *so*.", False),
    ],
)
def test_a_sentence_with_a_source_is_told_from_others(text, is_sourced):
    assert prose.Sentence(1, text, 0).is_sourced == is_sourced


def test_a_sentence_knows_what_it_refers_to():
    text = "See {ref}`sec-one` and {ref}`the next <sec-two>`, by {eq}`eq-three`."
    assert prose.Sentence(1, text, 0).refers_to == ["sec-one", "sec-two"]
