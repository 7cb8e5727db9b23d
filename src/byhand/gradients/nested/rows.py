"""The gradient of one leaf as a row of real numbers, or what is wrong with it."""

from __future__ import annotations

from numbers import Number
from typing import Any

import numpy as np

from byhand.gradients.nested.containers import Array, Shape
from byhand.gradients.nested.tree import Leaf
from byhand.gradients.nested.values import as_array


class MisfitError(Exception):
    """Gradients that are nested or shaped otherwise than the inputs; says how."""


def gradient_row(entry: Any, leaf: Leaf) -> Array:
    """Return the gradient of one leaf as a flat row of real numbers.

    Parameters
    ----------
    entry : object
        An array, a number, nested lists of numbers, a tensor or a sparse matrix.
    leaf : Leaf
        What it is the gradient of.

    Returns
    -------
    ndarray of float64
        One number for each of the leaf, or two for a complex one: df/dRe and df/dIm in
        turn. It may share memory with `entry`.

    Raises
    ------
    MisfitError
        If the entry holds no numbers, or has another shape, or is complex and the leaf
        is not.
    """
    array = leaf.numbers
    gradient = _gradient_array(entry, leaf)
    if gradient.shape != array.shape:
        gradient = _reshaped(gradient, leaf)
    if array.dtype.kind == "c":
        row = np.ascontiguousarray(gradient, dtype=np.complex128)
        return row.reshape(-1).view(np.float64)
    if gradient.dtype.kind == "c":
        gradient = _real_part(gradient, leaf)
    return np.ascontiguousarray(gradient, dtype=np.float64).reshape(-1)


def _gradient_array(entry: Any, leaf: Leaf) -> Array:
    """Return one gradient as an array of numbers."""
    if isinstance(entry, np.ma.MaskedArray):
        raise MisfitError(
            f"the gradient of {leaf.name} is a masked array; return its .filled(0.0)"
        )
    if hasattr(entry, "toarray"):  # sparse matrices of SciPy
        entry = entry.toarray()
    array = as_array(entry)
    if array is not None and array.dtype == object:
        array = _from_objects(array)
    if array is None or array.dtype.kind not in "fciub":
        raise MisfitError(
            f"the gradient of {leaf.name} is {type(entry).__name__}; an array of shape "
            f"{leaf.numbers.shape} is expected"
        )
    return array


def _from_objects(array: Array) -> Array:
    """Return an array of Python's numbers as one that NumPy computes with."""
    if not all(isinstance(entry, Number) for entry in array.flat):
        return array
    is_complex = any(isinstance(entry, complex) for entry in array.flat)
    return array.astype(np.complex128 if is_complex else np.float64)


def _reshaped(gradient: Array, leaf: Leaf) -> Array:
    """Return a gradient of a single number in its leaf's shape; refuse any other."""
    shape = leaf.numbers.shape
    # One number for one number: as SciPy has it, and as Python's numbers have no shape.
    plain = gradient.ndim == 0 or not isinstance(leaf.value, np.ndarray)
    if gradient.size == 1 == np.prod(shape, dtype=int) and plain:
        return gradient.reshape(shape)
    says = f"the gradient of {leaf.name} has shape {gradient.shape}, expected {shape}"
    remedy = _remedy(gradient.shape, shape)
    raise MisfitError(f"{says}: {remedy}" if remedy else says)


def _remedy(given: Shape, expected: Shape) -> str:
    """Return what is wrong with a shape and how to mend it, if that can be told."""
    if given == expected[::-1]:
        return "it is transposed"
    if _without_ones(given) == _without_ones(expected):
        if len(given) > len(expected):
            return (
                "an axis of length 1 is left over, as keepdims=True leaves one; leave "
                f"that out, or reshape to {expected}"
            )
        return f"only axes of length 1 differ; reshape to {expected}"
    if len(given) > len(expected):
        return "an axis, such as the batch, is not summed over"
    if np.prod(given, dtype=int) == np.prod(expected, dtype=int):
        return f"it holds as many numbers; reshape to {expected}"
    if _stretches(given, expected):
        return (
            "one number would stand for several; return it in full, with "
            f"np.broadcast_to(..., {expected})"
        )
    return ""


def _without_ones(shape: Shape) -> Shape:
    return tuple(length for length in shape if length != 1)


def _stretches(given: Shape, expected: Shape) -> bool:
    """Return whether NumPy would stretch one shape to the other."""
    try:
        return np.broadcast_shapes(given, expected) == expected
    except ValueError:
        return False


def _real_part(gradient: Array, leaf: Leaf) -> Array:
    """Return the real part of a gradient; refuse an imaginary one above rounding."""
    largest = float(np.max(np.abs(gradient.imag), initial=0.0))
    if largest > 1e-6 * float(np.max(np.abs(gradient), initial=0.0)):
        raise MisfitError(
            f"the gradient of {leaf.name} is complex, with imaginary parts up to "
            f"{largest:.3g}, and {leaf.name} is real: return the real part"
        )
    return gradient.real
