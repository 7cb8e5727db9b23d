"""`keras.initializers`: where weights start, which changes no shape."""

from __future__ import annotations

from byhand.shapes.inert import Inert, classes, lookup, serialize
from byhand.shapes.known_names import INITIALIZERS
from byhand.shapes.variables import constant

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from byhand.shapes.tensor import Tensor

# The classes, each with the names of its arguments.
DESCRIBED = {
    "Constant": "value",
    "GlorotNormal": "seed input_axes output_axes",
    "GlorotUniform": "seed input_axes output_axes",
    "HeNormal": "seed input_axes output_axes",
    "HeUniform": "seed input_axes output_axes",
    "Identity": "gain",
    "LecunNormal": "seed input_axes output_axes",
    "LecunUniform": "seed input_axes output_axes",
    "Ones": "",
    "Orthogonal": "gain seed",
    "RandomNormal": "mean stddev seed",
    "RandomUniform": "minval maxval seed",
    "STFT": "side window scaling periodic",
    "TruncatedNormal": "mean stddev seed",
    "VarianceScaling": "scale mode distribution seed input_axes output_axes",
    "Zeros": "",
}

# Keras's other spellings.
ALIASES = {
    "IdentityInitializer": "Identity",
    "OrthogonalInitializer": "Orthogonal",
    "STFTInitializer": "STFT",
    "constant": "Constant",
    "glorot_normal": "GlorotNormal",
    "glorot_uniform": "GlorotUniform",
    "he_normal": "HeNormal",
    "he_uniform": "HeUniform",
    "identity": "Identity",
    "lecun_normal": "LecunNormal",
    "lecun_uniform": "LecunUniform",
    "ones": "Ones",
    "orthogonal": "Orthogonal",
    "random_normal": "RandomNormal",
    "random_uniform": "RandomUniform",
    "stft": "STFT",
    "truncated_normal": "TruncatedNormal",
    "variance_scaling": "VarianceScaling",
    "zeros": "Zeros",
}


class Initializer(Inert):
    """What an initializer of a reader's own extends."""

    def __call__(self, shape: Any = None, dtype: Any = None, **options: Any) -> Tensor:
        """Return a tensor of a shape, as initial numbers have it."""
        return constant(shape, dtype=dtype or "float32")


_classes = classes(__name__, DESCRIBED, Initializer)
_classes |= {name: _classes[kind] for name, kind in ALIASES.items()}
globals().update(_classes)

get = deserialize = lookup(__name__, _classes, INITIALIZERS)

__all__ = ["Initializer", "deserialize", "get", "serialize"]
__all__ += _classes
