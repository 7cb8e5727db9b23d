"""What comes out of each layer, what it costs, and why: standard library only.

The names are Keras's, so that `import byhand.shapes as keras` runs lines that build a
model from Keras's own layers, without a framework.

Importing `typing` costs more than all of this package, and an import is to be free:
so each module says `TYPE_CHECKING = False` itself, which type checkers take for True.
"""

from byhand.shapes import layers, models
from byhand.shapes.axis import (
    conv_output,
    conv_transpose_output,
    effective_kernel,
    pool_output,
    same_padding,
)
from byhand.shapes.configuring import from_config
from byhand.shapes.errors import ReadError, ShapeError
from byhand.shapes.graph import Input, Model, Sequential
from byhand.shapes.reading import from_keras, from_keras_json, load
from byhand.shapes.receptive import ReceptiveField
from byhand.shapes.solving import Setting, smallest_input, solve

__all__ = [
    "Input",
    "Model",
    "ReadError",
    "ReceptiveField",
    "Sequential",
    "Setting",
    "ShapeError",
    "conv_output",
    "conv_transpose_output",
    "effective_kernel",
    "from_config",
    "from_keras",
    "from_keras_json",
    "layers",
    "load",
    "models",
    "pool_output",
    "same_padding",
    "smallest_input",
    "solve",
]
