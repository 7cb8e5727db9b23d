"""Check a layer: one written by hand, or one of Keras."""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from byhand.gradients.checking import check_gradients
from byhand.gradients.problem import random_signs
from byhand.gradients.report import GradientReport
from byhand.gradients.tree import Array, argument_names

# Where layers keep what they learn, and its gradients after a backward pass.
KEPT = (("parameters", "gradients"), ("params", "grads"))
SPELT = ("d{}", "grad_{}", "{}_grad", "d_{}")


def check_layer(
    layer: Any, inputs: Any, *, training: bool | None = None, **options: Any
) -> GradientReport:
    """Hold the backward pass of a layer against differences of its forward pass.

    Parameters
    ----------
    layer : object
        A layer of Keras, or any object with ``forward(x)`` and ``backward(dout)``.
        What it learns is found in `parameters` (or `params`), a dictionary whose
        keys `gradients` (or `grads`) repeats after a backward pass, or in
        attributes such as `W` that a backward pass gives `dW`.
    inputs : array_like or tuple
        What `forward` takes, with its batch.
    training : bool, optional
        Passed on where it is given.
    **options
        As of `check_gradients`.

    Returns
    -------
    GradientReport
        For each input of floating numbers and each parameter.

    Raises
    ------
    TypeError
        If the layer has no forward or backward, or cannot be copied.

    Notes
    -----
    Only copies of the layer run, each evaluation on a fresh one: a seeded dropout
    keeps its mask, moving statistics do not move, and the layer stays as it was.

    Examples
    --------
    >>> import numpy as np
    >>> from byhand.backprop import Dense
    >>> rng = np.random.default_rng(0)
    >>> check_layer(Dense(3, 2, rng=rng), rng.normal(size=(4, 3))).verdict
    'pass'
    """
    keras = sys.modules.get("keras")
    if keras is not None and isinstance(layer, keras.layers.Layer):
        from byhand.gradients.keras import check_keras_layer

        return check_keras_layer(layer, inputs, training=training, **options)
    for name in ("forward", "backward"):
        if not callable(getattr(layer, name, None)):
            raise TypeError(
                f"a layer needs forward(x) and backward(dout); {type(layer).__name__} "
                f"has no {name}"
            )
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    names = argument_names(layer.forward, len(given))
    if len(names) < len(given):
        names = ["x"] if len(given) == 1 else [f"x{k}" for k in range(len(given))]
    extra = {} if training is None else {"training": training}
    if extra and "training" not in inspect.signature(layer.forward).parameters:
        raise TypeError(f"{type(layer).__name__}.forward takes no argument training")
    arrays = dict(zip(names, map(np.asarray, given), strict=True))

    probe = _copied(layer, {})
    out = np.asarray(probe.forward(*arrays.values(), **extra))
    probe.backward(random_signs(np.random.default_rng(0), out.shape))
    learnt = _parameters(layer, probe)
    for name in learnt.keys() & arrays.keys():
        raise TypeError(f"a parameter is called {name!r}, as an input of forward is")

    def fresh(values: dict[str, Array]) -> Any:
        return _copied(layer, {id(old): values[k] for k, (old, _) in learnt.items()})

    def fn(values: dict[str, Array]) -> Any:
        return fresh(values).forward(*(values[name] for name in names), **extra)

    def vjp(dout: Array, values: dict[str, Array]) -> dict[str, Any]:
        made = fresh(values)
        made.forward(*(values[name] for name in names), **extra)
        dx = made.backward(dout)
        parts = dx if isinstance(dx, tuple | list) else (dx,)
        found = dict(zip(names, parts, strict=False))
        return found | {name: read(made) for name, (_, read) in learnt.items()}

    whole = arrays | {name: old for name, (old, _) in learnt.items()}
    return check_gradients(fn, whole, vjp=vjp, **options)


def _copied(layer: Any, instead: dict[int, Array]) -> Any:
    """Return a copy of a layer with other arrays in place of some of its own."""
    try:
        return copy.deepcopy(layer, dict(instead))
    except Exception as error:
        raise TypeError(
            f"{type(layer).__name__} cannot be copied ({error}); a layer must hold "
            "arrays and plain values only"
        ) from error


def _parameters(
    layer: Any, probe: Any
) -> dict[str, tuple[Array, Callable[[Any], Any]]]:
    """Return each parameter, and what reads its gradient off a layer."""
    for kept, grads in KEPT:
        own = getattr(layer, kept, None)
        if isinstance(own, dict):
            found = getattr(probe, grads, None)
            if own and not isinstance(found, dict):
                raise TypeError(
                    f"{type(layer).__name__} has {kept}, and no dictionary {grads} "
                    "after backward"
                )
            return {name: (array, _reader(grads, name)) for name, array in own.items()}
    learnt: dict[str, tuple[Array, Callable[[Any], Any]]] = {}
    for name, value in vars(layer).items():
        if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
            continue
        for spelling in SPELT:
            spelt = spelling.format(name)
            if isinstance(getattr(probe, spelt, None), np.ndarray):
                learnt[name] = (value, _reader(spelt))
                break
    return learnt


def _reader(attribute: str, key: str | None = None) -> Callable[[Any], Any]:
    """Return what reads a gradient off a layer."""

    def read(made: Any) -> Any:
        found = getattr(made, attribute)
        return found if key is None else found.get(key)

    return read
