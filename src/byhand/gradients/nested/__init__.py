"""Arrays in any nesting of containers: found, named, replaced, and their gradients."""

from byhand.gradients.nested.containers import Array, Path
from byhand.gradients.nested.matching import Unmatched, match_gradients
from byhand.gradients.nested.naming import is_between, is_learnt, of_what
from byhand.gradients.nested.rows import MisfitError, gradient_row
from byhand.gradients.nested.tree import Leaf, leaves, replaced, visible, walk
from byhand.gradients.nested.values import shape_of

__all__ = [
    "Array",
    "Leaf",
    "MisfitError",
    "Path",
    "Unmatched",
    "gradient_row",
    "is_between",
    "is_learnt",
    "leaves",
    "match_gradients",
    "of_what",
    "replaced",
    "shape_of",
    "visible",
    "walk",
]
