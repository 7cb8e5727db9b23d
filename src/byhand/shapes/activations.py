"""`keras.activations`: functions of each number, for layers and for tensors."""

from __future__ import annotations

from byhand.shapes import ops
from byhand.shapes.inert import bound
from byhand.shapes.layers.names import checked_activation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# The functions, each with the names of its arguments.
DESCRIBED = {
    "celu": "x! alpha",
    "elu": "x! alpha",
    "exponential": "x!",
    "gelu": "x! approximate",
    "glu": "x! axis",
    "hard_shrink": "x! threshold",
    "hard_sigmoid": "x!",
    "hard_silu": "x!",
    "hard_swish": "x!",
    "hard_tanh": "x!",
    "leaky_relu": "x! negative_slope",
    "linear": "x!",
    "log_sigmoid": "x!",
    "log_softmax": "x! axis",
    "mish": "x!",
    "relu": "x! negative_slope max_value threshold",
    "relu6": "x!",
    "selu": "x!",
    "sigmoid": "x!",
    "silu": "x!",
    "soft_shrink": "x! threshold",
    "softmax": "x! axis",
    "softplus": "x!",
    "softsign": "x!",
    "sparse_plus": "x!",
    "sparse_sigmoid": "x!",
    "sparsemax": "x! axis",
    "squareplus": "x! b",
    "swish": "x!",
    "tanh": "x!",
    "tanh_shrink": "x!",
    "threshold": "x! threshold! default_value!",
}

# Under these names Keras has another operation.
OPERATIONS = {
    "exponential": "exp",
    "swish": "silu",
    "hard_swish": "hard_silu",
    "leaky_relu": "leaky_relu",
}


def _activation(name: str, takes: str) -> Any:
    """Return an activation as a function of a tensor."""

    def activation(*given: Any, **named: Any) -> Any:
        values = bound(name, takes.split(), given, named)
        x = values.pop("x")
        if name == "linear":
            return x
        if name == "relu" and not any(values.values()):
            values = {}
        return getattr(ops, OPERATIONS.get(name, name))(x, **values)

    activation.__name__ = activation.__qualname__ = name
    activation.__module__ = __name__
    activation.__doc__ = f"Return {name} of each number of a tensor, as Keras does."
    return activation


_functions = {name: _activation(name, takes) for name, takes in DESCRIBED.items()}
globals().update(_functions)


def get(identifier: Any) -> Any:
    """Return a function for a name, or the function itself; `linear` for None."""
    checked_activation(identifier)
    if isinstance(identifier, dict):
        identifier = identifier.get("config")
    if isinstance(identifier, str):
        return _functions[identifier]
    return _functions["linear"] if identifier is None else identifier


deserialize = get


def serialize(activation: Any) -> Any:
    """Return the name of a function."""
    return getattr(activation, "__name__", activation)


__all__ = ["deserialize", "get", "serialize"]
__all__ += _functions
