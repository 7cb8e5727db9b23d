"""What comes out of each layer, what it costs, and why: standard library only.

The names are Keras's, so that `import byhand.shapes as keras` runs lines that build a
model from Keras's layers, without a framework. What trains it, as optimizers and
losses do, is taken and has no effect.

Importing `typing` costs more than all of this package, and an import is to be free:
so each module says `TYPE_CHECKING = False` itself, which type checkers take for True,
and what is rarely used is imported when it is asked for.
"""

from byhand.shapes import layers, models
from byhand.shapes.axis import (
    conv_output,
    conv_transpose_output,
    effective_kernel,
    pool_output,
    same_padding,
)
from byhand.shapes.errors import ReadError, ShapeError
from byhand.shapes.graph import Model, Sequential
from byhand.shapes.known_names import words as _words
from byhand.shapes.layers import Input, InputSpec, Layer
from byhand.shapes.tensor import Tensor as KerasTensor
from byhand.shapes.variables import Variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from byhand.shapes.files import from_config, from_keras_json, load
    from byhand.shapes.live_keras import from_keras
    from byhand.shapes.live_torch import from_torch
    from byhand.shapes.receptive import ReceptiveField
    from byhand.shapes.solving import Setting, smallest_input, solve

# The version of Keras whose names and rules these are.
__version__ = "3.15.1"

__all__ = [
    "Input",
    "InputSpec",
    "KerasTensor",
    "Layer",
    "Model",
    "ReadError",
    "ReceptiveField",
    "Sequential",
    "Setting",
    "ShapeError",
    "Variable",
    "conv_output",
    "conv_transpose_output",
    "effective_kernel",
    "from_config",
    "from_keras",
    "from_keras_json",
    "from_torch",
    "layers",
    "load",
    "models",
    "pool_output",
    "same_padding",
    "smallest_input",
    "solve",
]

# Modules of Keras that are imported when they are asked for.
_MODULES = _words(
    """
    activations applications backend callbacks config constraints datasets
    initializers losses metrics mixed_precision ops optimizers preprocessing random
    regularizers saving utils
    """
)

# Names that stand in one of them, or in another module of this package.
_ELSEWHERE = {
    "DTypePolicy": "mixed_precision",
    "Initializer": "initializers",
    "Loss": "losses",
    "Metric": "metrics",
    "Optimizer": "optimizers",
    "ReceptiveField": "receptive",
    "Regularizer": "regularizers",
    "Setting": "solving",
    "from_config": "files",
    "from_keras": "live_keras",
    "from_keras_json": "files",
    "from_torch": "live_torch",
    "load": "files",
    "smallest_input": "solving",
    "solve": "solving",
}

# What Keras has besides.
_NOT_HERE = _words(
    """
    FloatDTypePolicy Function Operation Quantizer RematScope StatelessScope
    SymbolicScope device distillation distribution dtype_policies export legacy
    name_scope quantizers remat tree visualization wrappers
    """
)


def version() -> str:
    """Return the version of Keras whose names and rules these are."""
    return __version__


def __getattr__(name: str) -> "Any":
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name in _ELSEWHERE:
        return getattr(import_module(f"{__name__}.{_ELSEWHERE[name]}"), name)
    if name in _NOT_HERE:
        raise AttributeError(
            f"keras.{name} is not here, for nothing is computed: leave the line out, "
            "or use Keras"
        )
    if name == "nn":
        raise AttributeError(
            "PyTorch's nn is not here: read a module with "
            "byhand.shapes.from_torch(module, input_size)"
        )
    if name[:1] == "_":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from difflib import get_close_matches

    near = get_close_matches(name, __dir__(), n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES, *_ELSEWHERE, *__all__})
