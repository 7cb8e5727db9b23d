"""The ways to write a gradient, each read as the entries of every leaf."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.gradients import frameworks
from byhand.gradients.nested import Path, leaves, replaced, walk
from byhand.gradients.styles.outputs import (
    before_last,
    behind_value,
    cotangents,
    is_longer_tuple,
    is_one_number,
    starts_with_value,
    without_cache,
)
from byhand.gradients.styles.passing import Arrays, Function, Inputs, binds

WAYS = (
    "give grad, the gradients of an fn that returns one number; vjp, which takes dout "
    "and the inputs; backward, which takes dout and the cache that fn returns behind "
    "its output; or value_and_grad=True, if fn returns its gradients, too"
)


@dataclass(frozen=True)
class Style:
    """One way to write a gradient.

    Attributes
    ----------
    name : str
        What to call the gradient in a message.
    scalar : bool
        Whether it takes no cotangent.
    outputs : callable
        ``outputs(returned)`` leaves out of what fn returned all that is no output.
    entries : callable
        ``entries(arrays, cotangent)`` returns the entry of each leaf.
    """

    name: str
    scalar: bool
    outputs: Callable[[Any], Any]
    entries: Callable[[Arrays, Any], dict[Path, Any]]


def style_of(fn: Function, kind: str, function: Any, inputs: Inputs) -> Style:
    """Return the style for what is given."""
    if kind == "grad":
        return _grad_style(function, inputs, fn)
    if kind == "vjp":
        return _vjp_style(function, inputs, fn)
    if kind == "backward":
        return _backward_style(function, inputs, fn)
    if kind == "value_and_grad":
        return _value_and_grad_style(inputs, fn)
    found = {frameworks.framework(leaf.value) for leaf in inputs.numeric} - {None}
    if len(found) > 1:
        raise TypeError(
            f"tensors of {' and '.join(sorted(map(str, found)))} are among the inputs; "
            "with fn alone, give those of one framework, whose gradient is then checked"
        )
    if found:
        return _automatic_style(inputs, fn, str(found.pop()))
    return _returned_style(inputs, fn)


def _grad_style(grad: Function, inputs: Inputs, fn: Function) -> Style:
    """Read ``fn(x)`` and ``grad(x)``; both may return the number and the gradients."""
    after_fn = _is_after_fn(grad, inputs, 0)

    def outputs(returned: Any) -> Any:
        return returned[0] if starts_with_value(returned, inputs) else returned

    def entries(arrays: Arrays, cotangent: Any) -> dict[Path, Any]:
        nest = inputs.filled(arrays)
        if after_fn:
            inputs.call(fn, nest, role="fn")
            return inputs.match(grad())
        returned = inputs.call(grad, nest, role="grad")
        if is_longer_tuple(returned) and not inputs.fits(returned):
            gradients = behind_value(returned, inputs)
            if is_one_number(returned[0]) and inputs.fits(gradients):
                return inputs.match(gradients)
        return inputs.match(returned)

    return Style("grad", True, outputs, entries)


def _value_and_grad_style(inputs: Inputs, fn: Function) -> Style:
    """Read ``value, gradients = fn(x)``."""

    def pair(returned: Any) -> Any:
        if isinstance(returned, list | tuple) and len(returned) > 1:
            return returned
        raise TypeError(
            "with value_and_grad=True, fn must return (number, gradients), got "
            f"{type(returned).__name__}; return both, or give grad"
        )

    def outputs(returned: Any) -> Any:
        value = pair(returned)[0]
        return value[0] if isinstance(value, tuple) and value else value

    def entries(arrays: Arrays, cotangent: Any) -> dict[Path, Any]:
        returned = inputs.call(fn, inputs.filled(arrays), role="fn")
        return inputs.match(behind_value(pair(returned), inputs))

    return Style("fn", True, outputs, entries)


def _vjp_style(vjp: Function, inputs: Inputs, fn: Function) -> Style:
    """Read ``vjp(dout, x)``; fn is called before, as layers keep what they saw."""
    after_fn = _is_after_fn(vjp, inputs, 1)

    def entries(arrays: Arrays, cotangent: Any) -> dict[Path, Any]:
        nest = inputs.filled(arrays)
        dout = cotangents(_outputs_now(fn, arrays, nest, inputs), cotangent)
        if after_fn:
            return inputs.match(vjp(dout))
        return inputs.match(inputs.call(vjp, nest, dout, role="vjp"))

    return Style("vjp", False, without_cache, entries)


def _backward_style(backward: Function, inputs: Inputs, fn: Function) -> Style:
    """Read ``out, cache = fn(x)`` and ``backward(dout, cache)``."""
    takes_cache = not (binds(backward, 1, ()) and binds(backward, 2, ()) is False)

    def outputs(returned: Any) -> Any:
        if not takes_cache:
            return without_cache(returned)
        if isinstance(returned, list | tuple) and len(returned) > 1:
            return before_last(returned)
        raise TypeError(
            "with backward, fn must return (output, cache), got "
            f"{type(returned).__name__}; return both, or give vjp, which takes dout "
            "and the inputs"
        )

    def entries(arrays: Arrays, cotangent: Any) -> dict[Path, Any]:
        returned = inputs.call(fn, inputs.filled(arrays), role="fn")
        dout = cotangents(outputs(returned), cotangent)
        if not takes_cache:
            return inputs.match(backward(dout))
        apart = len(returned) > 2 and binds(backward, len(returned), ()) is not False
        douts = dout if apart else (dout,)
        return inputs.match(backward(*douts, returned[-1]))

    return Style("backward", False, outputs, entries)


def _returned_style(inputs: Inputs, fn: Function) -> Style:
    """Read ``out, back = fn(x)`` and ``back(dout)``; refuse an fn without a back."""
    returned = inputs.call(fn, inputs.filled(inputs.copies()), role="fn")
    if not is_longer_tuple(returned) or not callable(returned[-1]):
        raise TypeError(
            f"a gradient is missing, got neither grad nor another one; {WAYS}. With "
            "tensors of PyTorch, JAX or TensorFlow among the inputs, fn alone will do"
        )

    def entries(arrays: Arrays, cotangent: Any) -> dict[Path, Any]:
        returned = inputs.call(fn, inputs.filled(arrays), role="fn")
        dout = cotangents(before_last(returned), cotangent)
        douts = dout if len(returned) > 2 else (dout,)
        return inputs.match(returned[-1](*douts))

    return Style("backward", False, before_last, entries)


def _automatic_style(inputs: Inputs, fn: Function, framework: str) -> Style:
    """Read ``fn(x)`` alone, and let a framework differentiate it."""
    tensors = [leaf.path for leaf in inputs.leaves if _is_tensor(leaf.value)]
    arrays_beside = [
        leaf.path
        for leaf in inputs.leaves
        if leaf.real and isinstance(leaf.value, np.ndarray)
    ]

    def entries(arrays: Arrays, cotangent: Any) -> dict[Path, Any]:
        nest = inputs.filled(arrays)
        values = dict(walk(nest))
        paths = [path for path in tensors if frameworks.is_real(values[path])]

        def outputs(moved: Sequence[Any]) -> list[Any]:
            filled = replaced(nest, dict(zip(paths, moved, strict=True)))
            return [each for _, each in walk(inputs.call(fn, filled, role="fn"))]

        found: dict[Path, Any] = dict.fromkeys(arrays_beside)
        if paths:
            sources = [values[path] for path in paths]
            grads = frameworks.vjp(outputs, sources, cotangent)
            found |= dict(zip(paths, grads, strict=True))
        return found

    return Style(f"the gradient of {framework}", False, lambda out: out, entries)


def _is_tensor(value: Any) -> bool:
    return frameworks.framework(value) is not None


def _is_after_fn(function: Function, inputs: Inputs, before: int) -> bool:
    """Return whether a gradient takes no inputs, but what fn has kept of them."""
    takes_none = binds(function, before, ()) is True
    return takes_none and inputs.takes(function, before) is False


def _outputs_now(fn: Function, arrays: Arrays, nest: Any, inputs: Inputs) -> Any:
    """Return the outputs of fn at one point."""
    if not inputs.batched:
        return without_cache(inputs.call(fn, nest, role="fn"))
    points = {path: array[np.newaxis] for path, array in arrays.items()}
    outputs = without_cache(inputs.call(fn, inputs.filled(points), role="fn"))
    firsts = {
        leaf.path: leaf.value[0] for leaf in leaves(outputs) if leaf.array is not None
    }
    return replaced(outputs, firsts)
