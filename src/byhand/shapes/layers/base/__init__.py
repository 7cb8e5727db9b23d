"""What every layer has, whatever its family."""

from byhand.shapes.layers.base.arguments import COMMON, REQUIRED
from byhand.shapes.layers.base.layer import Layer
from byhand.shapes.layers.base.lengths import LONGEST, MOST_AXES, tensors_of
from byhand.shapes.layers.base.low_rank import Adaptable

__all__ = [
    "COMMON",
    "LONGEST",
    "MOST_AXES",
    "REQUIRED",
    "Adaptable",
    "Layer",
    "tensors_of",
]
