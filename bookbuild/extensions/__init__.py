"""What Sphinx does differently for this book, one idea a module."""

from sphinx.application import Sphinx

from bookbuild.extensions import (
    cards,
    cells,
    costs,
    equations,
    facts,
    freshness,
    gallery_figures,
    maths,
    pages,
    shapes,
    wheels,
)

# In the order in which Sphinx calls them where their priorities are equal.
PARTS = (
    freshness,
    cards,
    cells,
    costs,
    equations,
    facts,
    gallery_figures,
    maths,
    shapes,
    pages,
    wheels,
)


def connect(app: Sphinx) -> None:
    """Connect each part."""
    for part in PARTS:
        part.connect(app)
