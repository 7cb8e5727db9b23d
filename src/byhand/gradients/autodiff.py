"""What differs between the backends of Keras: derivatives, precision, randomness."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import keras
import numpy as np

from byhand.gradients.tree import Array


def tensor_of(value: Any) -> Any:
    """Return a tensor; floating numbers as float64."""
    array = np.asarray(value)
    if array.dtype.kind == "f":
        return keras.ops.convert_to_tensor(array, dtype="float64")
    return keras.ops.convert_to_tensor(array)


def numpy_of(variable: Any) -> Array:
    """Return the numbers of a variable."""
    # A copy is a tensor, which TensorFlow turns into an array without a warning.
    return np.asarray(keras.ops.convert_to_numpy(keras.ops.copy(variable.value)))


class Forward:
    """The values of a forward pass, always from the same state.

    Parameters
    ----------
    forward : callable
        Takes tensors and returns one row.
    weights : sequence of keras.Variable
        Those that are set for each evaluation.
    state : sequence of (keras.Variable, ndarray)
        Seeds and statistics, and what they are set back to.
    """

    def __init__(
        self,
        forward: Callable[[Sequence[Any]], Any],
        weights: Sequence[Any],
        state: Sequence[tuple[Any, Array]],
    ) -> None:
        self._forward, self._weights, self._state = forward, weights, state
        self._compiled: Any = None
        if keras.backend.backend() == "jax":
            import jax

            self._compiled = jax.jit(self._pure)

    def __call__(self, inputs: Sequence[Array], values: Sequence[Array]) -> Array:
        """Return the row for some inputs and weights."""
        tensors = [tensor_of(part) for part in inputs]
        if self._compiled is not None:
            kept = [value for _, value in self._state]
            row = self._compiled(tensors, [tensor_of(v) for v in values], kept)
        else:
            self.prepare(values)
            row = self._forward(tensors)
        return np.asarray(keras.ops.convert_to_numpy(row))

    def _pure(self, tensors: Any, values: Any, kept: Any) -> Any:
        """Return the row without touching a variable, for JAX to compile."""
        state = [variable for variable, _ in self._state]
        pairs = [*zip(self._weights, values, strict=True)]
        pairs += [*zip(state, kept, strict=True)]
        with keras.StatelessScope(state_mapping=pairs):
            return self._forward(tensors)

    def prepare(self, values: Sequence[Array]) -> None:
        """Set the weights, and everything else back."""
        for variable, value in zip(self._weights, values, strict=True):
            variable.assign(value)
        for variable, value in self._state:
            variable.assign(value)
        reseed()


def autodiff(
    fn: Callable[[Sequence[Any]], Any], tensors: Sequence[Any], weights: Sequence[Any]
) -> tuple[list[Array], list[Array]]:
    """Return the gradients of a number by tensors and weights, as the backend's."""
    count = len(tensors)
    shapes = [tuple(t.shape) for t in tensors] + [tuple(w.shape) for w in weights]
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        sources = [*tensors, *(weight.value for weight in weights)]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            value = fn(tensors)
        grads = tape.gradient(value, sources)
        grads = [None if g is None else tf.convert_to_tensor(g) for g in grads]
    elif backend == "torch":
        import torch

        leaves = [tensor.detach().requires_grad_() for tensor in tensors]
        sources = [*leaves, *(weight.value for weight in weights)]
        with torch.enable_grad():
            grads = torch.autograd.grad(fn(leaves), sources, allow_unused=True)
    else:
        import jax

        def pure(moved: Sequence[Any], values: Sequence[Any]) -> Any:
            mapping = list(zip(weights, values, strict=True))
            with keras.StatelessScope(state_mapping=mapping):
                return fn(moved)

        values = [weight.value for weight in weights]
        by_input, by_weight = jax.grad(pure, argnums=(0, 1))(list(tensors), values)
        grads = [*by_input, *by_weight]
    arrays = [
        np.zeros(shape) if g is None else np.asarray(keras.ops.convert_to_numpy(g))
        for g, shape in zip(grads, shapes, strict=True)
    ]
    return arrays[:count], arrays[count:]


def reseed() -> None:
    """Set back the generator that an unseeded dropout of Keras uses on PyTorch."""
    if keras.backend.backend() == "torch":
        import torch

        torch.manual_seed(0)


@contextmanager
def in_float64() -> Iterator[None]:
    """Let Keras compute in float64, and set back what that touches."""
    floatx, seeds = keras.config.floatx(), random.getstate()
    numpy_state = np.random.get_state()
    backend = keras.backend.backend()
    with ExitStack() as stack:
        stack.callback(keras.config.set_floatx, floatx)
        stack.callback(random.setstate, seeds)
        stack.callback(np.random.set_state, numpy_state)
        keras.config.set_floatx("float64")
        if backend == "jax":
            import jax

            stack.enter_context(jax.enable_x64(True))
        if backend == "torch":
            import torch

            stack.enter_context(torch.random.fork_rng())
        narrowed = _narrowed()
        if narrowed is not None:
            stack.callback(narrowed.__setitem__, "float64", narrowed["float64"])
            narrowed["float64"] = "float64"
        yield


def _narrowed() -> dict[str, str] | None:
    """Return the table by which Keras makes 64-bit types narrower, if it has one.

    Off TensorFlow, Keras promotes float64 with float32 to float32, and so computes
    the statistics of a normalisation, in a layer of float64, in float32. There is no
    public switch; without this table the check goes on, less exactly.
    """
    try:
        from keras.src.backend.common import dtypes
    except ImportError:
        return None
    table = getattr(dtypes, "BIT64_TO_BIT32_DTYPE", None)
    return table if isinstance(table, dict) and "float64" in table else None
