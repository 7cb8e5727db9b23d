"""What Sphinx does differently for this book, one idea a module."""

import gc

from sphinx.application import Sphinx

from bookbuild.extensions import (
    answering,
    cards,
    cells,
    contents,
    costs,
    course,
    detaching,
    equations,
    examples,
    executing,
    exercises,
    explorer,
    facts,
    folding,
    freshness,
    gallery_figures,
    glossary,
    lines,
    macros,
    maths,
    names,
    notation,
    notebooks,
    numbers,
    pages,
    previews,
    publishing,
    rendering,
    searching,
    shapes,
    site,
    splitting,
    themes,
    thumbnails,
    times,
    wheels,
)

# In the order in which Sphinx calls them where their priorities are equal.
PARTS = (
    freshness,
    cards,
    cells,
    contents,
    costs,
    course,
    detaching,
    equations,
    examples,
    executing,
    exercises,  # folding follows, for it changes what this one looks for
    answering,
    folding,
    explorer,
    facts,
    gallery_figures,
    glossary,
    lines,
    macros,
    maths,
    names,
    notation,
    notebooks,
    numbers,
    previews,
    publishing,
    rendering,
    searching,
    shapes,
    site,
    splitting,
    themes,
    thumbnails,
    times,
    pages,
    wheels,
)


# New objects before Python looks for garbage. A page that is read back is made of some
# 100,000 objects, none of them garbage, and Sphinx reads them all back at each build;
# at Python's own 700, looking for garbage takes ten times as long as reading.
OBJECTS = 2_000_000


def leave_the_rest(app: Sphinx, exception: Exception | None) -> None:
    """Let the process end without looking for garbage among a million objects."""
    gc.freeze()


def connect(app: Sphinx) -> None:
    """Connect each part."""
    gc.set_threshold(OBJECTS, 20, 50)
    app.connect("build-finished", leave_the_rest, priority=2000)
    for part in PARTS:
        part.connect(app)
