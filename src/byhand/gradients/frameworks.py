"""Tensors of PyTorch, JAX and TensorFlow: to NumPy, back, and differentiated.

A framework is found by the modules that a tensor's classes come from, and imported only
then: whoever made the tensor has imported it before.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Outputs = Callable[[Sequence[Any]], Sequence[Any]]  # tensors -> what comes of them


def framework(value: Any) -> str | None:
    """Return which framework a value is a tensor of.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    str or None
        "torch", "jax" or "tensorflow"; None if it is no tensor of these.
    """
    for kind in type(value).__mro__:
        name = _ROOTS.get(kind.__module__.partition(".")[0])
        if name is not None:
            return name if _ADAPTERS[name].is_tensor(value) else None
    return None


def to_numpy(tensor: Any) -> Array:
    """Return the numbers of a tensor.

    Parameters
    ----------
    tensor : tensor
        Of PyTorch, JAX or TensorFlow, on any device.

    Returns
    -------
    ndarray
        Of the tensor's shape and type, or of float32 for a type that NumPy lacks, such
        as bfloat16. It may share memory with the tensor.

    Raises
    ------
    TypeError
        If it is no tensor, or its numbers are not laid out as an array: a sparse
        tensor, or one without numbers.
    """
    array = _adapter(tensor).to_numpy(tensor)
    if array.dtype.kind == "V":  # bfloat16 and its like, known to JAX and TensorFlow
        return array.astype(np.int8 if "int" in array.dtype.name else np.float32)
    return array


def from_numpy(array: Array, like: Any) -> Any:
    """Return an array as a tensor of the framework, and on the device, of another.

    Parameters
    ----------
    array : ndarray
        Of any shape. float32 becomes the type of `like` if NumPy lacks that; every
        other type stays as it is.
    like : tensor
        Of PyTorch, JAX or TensorFlow.

    Returns
    -------
    tensor
        Of PyTorch on the CPU, it shares memory with the array where it can; elsewhere
        it is a copy. It asks for gradients if `like` is a leaf that does.

    Raises
    ------
    TypeError
        If `like` is no tensor.
    """
    return _adapter(like).from_numpy(array, like)


def vjp(fn: Outputs, tensors: Sequence[Any], cotangent: Array) -> list[Any]:
    """Return the gradients that a framework's automatic differentiation gives.

    Parameters
    ----------
    fn : callable
        Takes a list of tensors and returns a list of tensors; whatever else is in that
        list does not depend on them.
    tensors : sequence of tensors
        All of one framework, and of floating or complex numbers.
    cotangent : ndarray
        What each number of the outputs is weighed with: of the shape of the only
        output, or a row for all of them, one after another.

    Returns
    -------
    list of tensors
        For each tensor, the gradient of the sum of cotangents times outputs; zeros
        where no output depends on it. By a complex tensor, df/dRe + i df/dIm.
    """
    return _adapter(tensors[0]).vjp(fn, tensors, cotangent)


def in_precision_of(arrays: Iterable[Array]) -> AbstractContextManager[Any]:
    """Return a context in which JAX computes in float64 if one of the arrays does.

    JAX makes float64 narrower unless it is told otherwise; here it is told for the
    length of a ``with`` statement, and for this thread, so that nothing global changes.

    Parameters
    ----------
    arrays : iterable of ndarray
        What a function is about to be called with.
    """
    jax = sys.modules.get("jax")
    wide = any(array.dtype.char in "dD" for array in arrays)
    if jax is None or not wide:
        return nullcontext()
    context: AbstractContextManager[Any] = _enable_x64(jax)(True)
    return context


def _enable_x64(jax: Any) -> Any:
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64
    from jax.experimental import enable_x64  # before JAX 0.8

    return enable_x64


def is_real(value: Any) -> bool:
    """Return whether a tensor or an array holds floating or complex numbers.

    Parameters
    ----------
    value : object
        A tensor, also one whose numbers are not known yet, an array or a number.
    """
    dtype = value.dtype if hasattr(value, "dtype") else np.asarray(value).dtype
    return "float" in str(dtype) or "complex" in str(dtype)


@dataclass(frozen=True)
class _Adapter:
    """What is done differently in each framework."""

    is_tensor: Callable[[Any], bool]
    to_numpy: Callable[[Any], Array]
    from_numpy: Callable[[Array, Any], Any]
    vjp: Callable[[Outputs, Sequence[Any], Array], list[Any]]


def _adapter(tensor: Any) -> _Adapter:
    name = framework(tensor)
    if name is None:
        raise TypeError(
            "expected a tensor of PyTorch, JAX or TensorFlow, got "
            f"{type(tensor).__name__}"
        )
    return _ADAPTERS[name]


def _weighed(outputs: Sequence[Any], cotangent: Array) -> list[tuple[Any, Array]]:
    """Return each tensor that has a gradient beside its part of the cotangent."""
    row = np.reshape(cotangent, -1)
    pairs = []
    start = 0
    for output in outputs:
        if not is_real(output):
            continue
        shape = tuple(int(length) for length in np.shape(output))
        stop = start + int(np.prod(shape, dtype=int))
        if framework(output) is not None:
            part = row[start:stop].reshape(shape)
            pairs.append(
                (output, part if "complex" in str(output.dtype) else part.real)
            )
        start = stop
    return pairs


# PyTorch


def _is_torch(value: Any) -> bool:
    import torch

    return isinstance(value, torch.Tensor)


def _torch_to_numpy(tensor: Any) -> Array:
    import torch

    if tensor.layout != torch.strided or tensor.is_quantized or tensor.is_meta:
        raise TypeError(
            f"a tensor of layout {tensor.layout} on {tensor.device} is no plain array "
            "of numbers; use .to_dense() or .dequantize()"
        )
    tensor = tensor.detach().cpu().resolve_conj().resolve_neg()
    if tensor.is_floating_point() and not _numpy_has(tensor.dtype):
        tensor = tensor.to(torch.float32)
    elif tensor.is_complex() and not _numpy_has(tensor.dtype):
        tensor = tensor.to(torch.complex64)
    array: Array = tensor.numpy()
    return array


def _numpy_has(dtype: Any) -> bool:
    """Return whether NumPy has the floating type of a tensor of PyTorch."""
    import torch

    return dtype in (
        torch.float16,
        torch.float32,
        torch.float64,
        torch.complex64,
        torch.complex128,
    )


def _torch_from_numpy(array: Array, like: Any) -> Any:
    import torch

    shareable = array.flags.writeable and all(stride >= 0 for stride in array.strides)
    tensor = torch.from_numpy(array if shareable else array.copy())
    if tensor.dtype == torch.float32 and not _numpy_has(like.dtype):
        tensor = tensor.to(like.dtype)
    tensor = tensor.to(like.device)
    asks = like.is_leaf and like.requires_grad
    asks = asks and (tensor.is_floating_point() or tensor.is_complex())
    return tensor.requires_grad_() if asks else tensor


def _torch_vjp(fn: Outputs, tensors: Sequence[Any], cotangent: Array) -> list[Any]:
    import torch

    with torch.enable_grad():
        moved = [tensor.detach().requires_grad_() for tensor in tensors]
        pairs = _weighed(fn(moved), cotangent)
        # An output that depends on no tensor cannot be asked for a gradient.
        pairs = [(output, part) for output, part in pairs if output.requires_grad]
        if not pairs:
            return [torch.zeros_like(tensor) for tensor in tensors]
        outputs = [output for output, _ in pairs]
        parts = [
            torch.as_tensor(part.copy()).to(dtype=output.dtype, device=output.device)
            for output, part in pairs
        ]
        grads = torch.autograd.grad(
            outputs, moved, grad_outputs=parts, allow_unused=True
        )
    return [
        torch.zeros_like(tensor) if grad is None else grad
        for tensor, grad in zip(tensors, grads, strict=True)
    ]


# JAX


def _is_jax(value: Any) -> bool:
    import jax

    return isinstance(value, jax.Array)


def _jax_to_numpy(tensor: Any) -> Array:
    return np.asarray(tensor)


def _jax_from_numpy(array: Array, like: Any) -> Any:
    import jax.numpy as jnp

    lacking = np.dtype(like.dtype).kind == "V" and array.dtype == np.float32
    # JAX may go on reading while the array is moved, and so it needs its own.
    return jnp.array(array, dtype=like.dtype if lacking else array.dtype, copy=True)


def _jax_vjp(fn: Outputs, tensors: Sequence[Any], cotangent: Array) -> list[Any]:
    import jax

    parts: list[Any] = []

    def traced(*moved: Any) -> list[Any]:
        pairs = _weighed(fn(moved), cotangent)
        parts[:] = [part for _, part in pairs]
        return [output for output, _ in pairs]

    outputs, pull_back = jax.vjp(traced, *tensors)
    # JAX weighs with the cotangent itself, and returns df/dRe - i df/dIm.
    weights = [
        jax.numpy.asarray(np.conj(part), dtype=output.dtype)
        for output, part in zip(outputs, parts, strict=True)
    ]
    return [jax.numpy.conj(grad) for grad in pull_back(weights)]


# TensorFlow


def _is_tensorflow(value: Any) -> bool:
    import tensorflow as tf

    return isinstance(value, tf.Tensor | tf.Variable | tf.IndexedSlices)


def _tensorflow_to_numpy(tensor: Any) -> Array:
    import tensorflow as tf

    if isinstance(tensor, tf.IndexedSlices):
        tensor = tf.convert_to_tensor(tensor)
    if not hasattr(tensor, "numpy"):
        raise TypeError(
            "a symbolic tensor has no numbers; call the function eagerly, outside of "
            "tf.function"
        )
    return np.asarray(tensor.numpy())


def _tensorflow_from_numpy(array: Array, like: Any) -> Any:
    import tensorflow as tf

    lacking = np.dtype(like.dtype.as_numpy_dtype).kind == "V"
    lacking = lacking and array.dtype == np.float32
    tensor = tf.constant(array, dtype=like.dtype if lacking else None)
    if isinstance(like, tf.Variable):
        return tf.Variable(tensor, trainable=like.trainable)
    return tensor


def _tensorflow_vjp(fn: Outputs, tensors: Sequence[Any], cotangent: Array) -> list[Any]:
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(tensors)
        pairs = _weighed(fn(tensors), cotangent)
    if not pairs:
        return [tf.zeros_like(tensor) for tensor in tensors]
    grads: list[Any] = tape.gradient(
        [output for output, _ in pairs],
        list(tensors),
        output_gradients=[tf.cast(part, output.dtype) for output, part in pairs],
        unconnected_gradients=tf.UnconnectedGradients.ZERO,
    )
    return grads


_ADAPTERS = {
    "torch": _Adapter(_is_torch, _torch_to_numpy, _torch_from_numpy, _torch_vjp),
    "jax": _Adapter(_is_jax, _jax_to_numpy, _jax_from_numpy, _jax_vjp),
    "tensorflow": _Adapter(
        _is_tensorflow, _tensorflow_to_numpy, _tensorflow_from_numpy, _tensorflow_vjp
    ),
}

# The first name of the modules in which classes of tensors are defined.
_ROOTS = {
    "torch": "torch",
    "jax": "jax",
    "jaxlib": "jax",
    "tensorflow": "tensorflow",
}
