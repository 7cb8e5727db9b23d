"""Model-building cells as people write them, each a function of the module `keras`.

They are minimal versions of our own: the structure and the idioms are those of public
examples, books and repositories, the words and most sizes are not. Each returns a
model, or a list of models.
"""

import inspect

from tests.shapes.corpus import (
    chollet,
    geron,
    keras_generative,
    keras_tables,
    keras_text,
    keras_vision,
    repositories,
    tensorflow_tutorials,
)

FAMILIES = [
    chollet,
    geron,
    keras_generative,
    keras_tables,
    keras_text,
    keras_vision,
    repositories,
    tensorflow_tutorials,
]


def cells_of(family):
    """Return the cells of a module, in the order in which they are written."""
    cells = []
    for name, function in vars(family).items():
        own = getattr(function, "__module__", "") == family.__name__
        if inspect.isfunction(function) and own and not name.startswith("_"):
            cells.append(function)
    return cells


CELLS = [cell for family in FAMILIES for cell in cells_of(family)]
