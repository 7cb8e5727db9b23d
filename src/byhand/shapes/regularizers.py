"""`keras.regularizers`: penalties on weights, which change no shape."""

from __future__ import annotations

from byhand.shapes.inert import Inert, classes, lookup, serialize
from byhand.shapes.known_names import REGULARIZERS

# The classes, each with the names of its arguments.
DESCRIBED = {
    "L1": "l1",
    "L1L2": "l1 l2",
    "L2": "l2",
    "OrthogonalRegularizer": "factor mode",
}

# Keras's other spellings.
ALIASES = {
    "l1": "L1",
    "l1_l2": "L1L2",
    "l2": "L2",
    "orthogonal_regularizer": "OrthogonalRegularizer",
}


class Regularizer(Inert):
    """What a penalty of a reader's own extends."""


_classes = classes(__name__, DESCRIBED, Regularizer)
_classes |= {name: _classes[kind] for name, kind in ALIASES.items()}
globals().update(_classes)

get = deserialize = lookup(__name__, _classes, REGULARIZERS)

__all__ = ["Regularizer", "deserialize", "get", "serialize"]
__all__ += _classes
