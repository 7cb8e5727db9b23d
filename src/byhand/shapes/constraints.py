"""`keras.constraints`: bounds of weights, which change no shape."""

from __future__ import annotations

from byhand.shapes.inert import Inert, classes, lookup, serialize
from byhand.shapes.known_names import CONSTRAINTS

# The classes, each with the names of its arguments.
DESCRIBED = {
    "MaxNorm": "max_value axis",
    "MinMaxNorm": "min_value max_value rate axis",
    "NonNeg": "",
    "UnitNorm": "axis",
}

# Keras's other spellings.
ALIASES = {
    "max_norm": "MaxNorm",
    "min_max_norm": "MinMaxNorm",
    "non_neg": "NonNeg",
    "unit_norm": "UnitNorm",
}


class Constraint(Inert):
    """What a constraint of a reader's own extends."""


_classes = classes(__name__, DESCRIBED, Constraint)
_classes |= {name: _classes[kind] for name, kind in ALIASES.items()}
globals().update(_classes)

get = deserialize = lookup(__name__, _classes, CONSTRAINTS)

__all__ = ["Constraint", "deserialize", "get", "serialize"]
__all__ += _classes
