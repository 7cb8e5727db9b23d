"""`keras.random`: tensors of random numbers, of which the shape is known."""

from __future__ import annotations

from byhand.shapes import ops
from byhand.shapes.inert import Inert
from byhand.shapes.layers.elementwise import Dropout, Identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]


class SeedGenerator(Inert):
    """Where random numbers come from, which changes no shape."""

    takes = ("seed", "name")


def normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = None,
    seed: Any = None,
) -> Any:
    """Return a tensor of a shape."""
    return ops.empty(shape, dtype=dtype)


def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = None,
    seed: Any = None,
) -> Any:
    """Return a tensor of a shape."""
    return ops.empty(shape, dtype=dtype)


def uniform(
    shape: Any,
    minval: Any = 0.0,
    maxval: Any = 1.0,
    dtype: Any = None,
    seed: Any = None,
) -> Any:
    """Return a tensor of a shape."""
    return ops.empty(shape, dtype=dtype)


def randint(
    shape: Any, minval: Any, maxval: Any, dtype: Any = "int32", seed: Any = None
) -> Any:
    """Return a tensor of a shape."""
    return ops.empty(shape, dtype=dtype)


def binomial(
    shape: Any, counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None
) -> Any:
    """Return a tensor of a shape."""
    return ops.empty(shape, dtype=dtype)


def beta(shape: Any, alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Return a tensor of a shape."""
    return ops.empty(shape, dtype=dtype)


def gamma(shape: Any, alpha: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Return a tensor of a shape."""
    return ops.empty(shape, dtype=dtype)


def categorical(
    logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None
) -> Any:
    """Return, for each row of a tensor, a number of samples."""
    return ops.repeat(ops.argmax(logits, axis=-1, keepdims=True), num_samples, axis=-1)


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Any:
    """Return a tensor with its rows in another order."""
    return Identity(name=None)(x)


def dropout(inputs: Any, rate: Any, noise_shape: Any = None, seed: Any = None) -> Any:
    """Return a tensor with a share of its numbers set to zero."""
    return Dropout(rate)(inputs)
