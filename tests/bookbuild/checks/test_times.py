"""How long a page takes: what is counted, and how it is said."""

import pytest

from bookbuild.checks import times

WORDS = " ".join(["word"] * 180)


def test_words_are_read_at_180_a_minute():
    assert times.minutes_to_read(WORDS) == 1
    assert times.minutes_to_read("# One two\n\nthree $x + y$ | - | end.\n") == 5 / 180


def test_what_nobody_reads_is_not_counted():
    text = "---\ntitle: one two\n---\n\n% a comment of some words\n\n(sec-one)=\n"
    assert times.minutes_to_read(text) == 0
    text = "```{figure} one.png\n:alt: A text of some words.\n```\n"
    assert times.minutes_to_read(text) == 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("$$\nx = y\n$$ (eq-one)\n", 45),
        ("```{code-cell} ipython3\nx = 1\n\ny = 2\n```\n", 10),
        ("```{code-cell} ipython3\n:tags: [hide-input]\n\nx = 1\n```\n", 0),
        ("```{code-cell} ipython3\n:tags: [remove-cell]\n\nx = 1\n```\n", 0),
        ("```{code-cell} ipython3\n---\ntags: [x]\n---\nx = 1\n```\n", 5),
        ("```python\nx = 1\n```\n", 5),
        ("```{shapes}\n:columns: macs\n\nx = 1\ny = 2\n```\n", 10),
        ("```{shapes}\n:hide-code:\n\nx = 1\n```\n", 0),
        ("```{shapes}\n:draw:\n:name: fig-one\n\nx = 1\n```\n", 35),
        (
            "```{code-cell} ipython3\n---\ntags: [hide-input]\nmystnb:\n"
            "  figure:\n    name: fig-one\n---\nx = 1\n```\n",
            30,
        ),
    ],
)
def test_displays_code_and_figures_take_their_time(text, seconds):
    assert times.minutes_to_read(text) == pytest.approx(seconds / 60)


EXERCISES = """
```{exercise} A title
:label: ex-one
:class: LEVEL

Some words, and

$$
x = y
$$ (eq-one)
```

````{solution} ex-one
:class: dropdown

Some more words.

```python
x = 1
```
````
"""


@pytest.mark.parametrize(
    ("levels", "minutes"),
    [(["routine"], 5), (["deeper"], 12), (["project"], 50), (["routine"] * 3, 15)],
)
def test_exercises_take_what_their_level_says_and_are_not_read(levels, minutes):
    text = "".join(EXERCISES.replace("LEVEL", level) for level in levels)
    assert times.minutes_to_solve(text) == minutes
    assert times.minutes_to_read(text) == 0


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "5 minutes"),
        (7.4, "5 minutes"),
        (7.5, "10 minutes"),
        (57.4, "55 minutes"),
        (57.5, "an hour"),
        (67.4, "an hour"),
        (67.5, "an hour and a quarter"),
        (90, "an hour and a half"),
        (105, "an hour and three quarters"),
        (112.5, "two hours"),
        (134.9, "two hours"),
        (135, "two and a half hours"),
        (180, "three hours"),
        (600, "10 hours"),
    ],
)
def test_times_are_said_as_people_say_them(minutes, said):
    assert times.in_words(minutes) == said


def test_a_page_says_both_times_and_one_where_there_is_nothing_to_solve():
    text = "\n".join([WORDS] * 34)
    assert times.times_of(text) == "about 35 minutes to read."
    text += EXERCISES.replace("LEVEL", "project") * 1
    text += EXERCISES.replace("LEVEL", "deeper") * 2
    assert times.times_of(text) == (
        "about 35 minutes to read, and an hour and a quarter for the exercises."
    )
