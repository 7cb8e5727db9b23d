"""Rules for the page on the lecture: each slide is named, and treated somewhere."""

import re
from collections.abc import Iterator

from bookbuild.checks.sources import Fault, Source

PLACE = "book/since-the-lecture.md"
HEAD = "| Slide |"
# The titles of the lecture's slides that the page speaks of, as the slides have them
# (three are shortened, and the exercise has no title that says what it is).
SLIDES = {
    'What does "deep" means ?',
    "An unprecedented trend",
    "Graphics Processing Unit",
    "Computational power",
    "Deep learning software ecosystem",
    "Deep learning today",
    "PLAY TIME",
    "A Neuron",
    "Multi-layer perceptron",
    "Activation",
    "Activation layer",
    "Adding non linearities",
    "Chain rule",
    "Network with more layers",
    "Backpropagation",
    "Convolutional Neural Networks",
    "Convolutional layers",
    "No strides, no padding",
    "Pooling layers",
    "The exercise and its solutions",
    "Loss and optimizer",
    "Training",
    "Callbacks",
    "Start with existing (working) models",
    "Plot the training loss",
    "Plot other metrics",
    "Data is key",
    "Dropout",
    "Batch normalization",
    "Common optimizations",
    "to go further..",
}
LEAST_ROWS = 40
TREATED = re.compile(r"\| (\{ref\}`[a-z-]+`|—) \|$")


def slides_are_named(page: Source) -> Iterator[Fault]:
    """Yield the rows that name no slide of the lecture, and slides without a row."""
    named = set()
    for number, row in rows(page):
        titles = row.split(" | ")[0].removeprefix("| ").split("; ")
        named |= set(titles)
        for title in titles:
            if title not in SLIDES:
                yield page.fault(
                    f"{title!r} is the title of no slide; write it as the slide does, "
                    "or add it to SLIDES in bookbuild/checks/lecture.py",
                    number,
                )
    for title in sorted(SLIDES - named):
        yield page.fault(f"no row speaks of the slide {title!r}; add one")


def rows_say_where(page: Source) -> Iterator[Fault]:
    """Yield the rows without a reference into the book, and a page of few rows."""
    found = list(rows(page))
    if len(found) < LEAST_ROWS:
        yield page.fault(
            f"{len(found)} rows are found, where {LEAST_ROWS} are the least; "
            f"begin each with | and each table with {HEAD}"
        )
    for number, row in found:
        if row.count(" | ") != 3:
            yield page.fault(
                f"the row has {row.count(' | ') + 1} columns, not 4; correct it", number
            )
        elif not TREATED.search(row):
            yield page.fault(
                "the row does not say where the book treats it; "
                "end it with {ref}`label`, or with —",
                number,
            )


def rows(page: Source) -> Iterator[tuple[int, str]]:
    """Yield line and text of each row below the page's heads, without the heads."""
    within = False
    for number, line in enumerate(page.text.splitlines(), start=1):
        if line.startswith(HEAD):
            within = True
        elif not line.startswith("|"):
            within = False
        elif within and line.startswith("| "):
            yield number, line
