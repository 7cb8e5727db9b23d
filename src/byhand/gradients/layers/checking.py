"""The check of a layer: studied, planned, and handed to the engine as one function."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from byhand.gradients import frameworks
from byhand.gradients.checking import check_written
from byhand.gradients.layers.matching import read
from byhand.gradients.layers.objects import follow, like, numbers
from byhand.gradients.layers.passes import joined, passes_of, run_backward, run_forward
from byhand.gradients.layers.plan import Named, Plan, plan_of
from byhand.gradients.layers.study import study_of, with_numbers
from byhand.gradients.nested import Array, Leaf, Path, match_gradients, replaced
from byhand.gradients.report import GradientError, GradientReport
from byhand.gradients.styles import Written


def check_layer(
    layer: Any,
    inputs: Any,
    *,
    training: bool | None = None,
    parameters: Named | None = None,
    gradients: Named | None = None,
    constants: Iterable[str] = (),
    forward: str | None = None,
    backward: str | None = None,
    raise_on_failure: bool = False,
    **options: Any,
) -> GradientReport:
    """Hold the backward pass of a layer against differences of its forward pass.

    Parameters
    ----------
    layer : object
        A layer of Keras, or any object with ``forward(x)`` and ``backward(dout)``, or
        passes of another common name. Parameters and their gradients are found in
        attributes (``W`` and ``dW``, ``gradW``, ``W_grad``, ...), in dictionaries and
        lists (``params`` and ``grads``), in objects with a value and a gradient, in
        the layers of a layer, and in what `backward` returns beside dx.
    inputs : array_like or tuple
        What `forward` takes, with its batch; a tuple holds several arguments.
    training : bool, optional
        Passed on where it is given.
    parameters : dict or sequence of str, optional
        What the layer learns, if it is not found: a path such as "linear.W" or
        "layers[1].params['W']"; or, under a name of your own, a path or a function of
        the layer. What else forward reads is then constant.
    gradients : dict or sequence of str, optional
        Where gradients are after `backward`: in the order of `parameters`, or under
        their names. A path, where "returned[1]" is in what `backward` returned, or a
        function of the layer.
    constants : iterable of str
        What is not learnt: names of inputs, names or paths of parts of the layer.
    forward, backward : str, optional
        Names of the two passes, if they are others.
    raise_on_failure : bool
        As of `check_gradients`.
    **options
        `wrt`, `on`, `transform`, `mode`, `rtol`, `resolution` and `rng`, as of
        `check_gradients`.

    Returns
    -------
    GradientReport
        For each input of floating numbers and each parameter. What the output depends
        on and was not checked is in `skipped`, which makes the verdict "incomplete",
        or in `constants`, each with its reason.

    Raises
    ------
    GradientError
        With `raise_on_failure`, if the verdict is not "pass".
    TypeError
        If the layer has no forward or backward, or cannot be copied.
    ValueError
        If `parameters`, `gradients` or `constants` name what is not there, or if a
        parameter has two gradients that differ.

    Notes
    -----
    Only copies of the layer run, each evaluation on a fresh one: a seeded dropout
    keeps its mask, moving statistics do not move, and the layer stays as it was.
    What a layer sets on its class is put back. Globals, what methods enclose, and what
    a layer changes within an object of its class are not copied; modules and locks are
    shared; an array that is a view of another becomes one of its own.

    A weight that is no attribute of the layer cannot be moved: where backward leaves a
    gradient of one, under a name such as dW or behind dx, that is listed as skipped.

    Gradients that a backward pass adds to are set to zero before it. If `backward`
    takes a learning rate and changes the parameters itself, their change for a rate
    of 1 is taken for the gradient.

    Examples
    --------
    >>> import numpy as np
    >>> from byhand.backprop import Dense
    >>> rng = np.random.default_rng(0)
    >>> report = check_layer(Dense(3, 2, rng=rng), rng.normal(size=(4, 3)))
    >>> bool(report), [tensor.name for tensor in report.tensors]
    (True, ['x', 'kernel', 'bias'])
    """
    keras = sys.modules.get("keras")
    if keras is not None and isinstance(layer, keras.layers.Layer):
        _refuse(parameters, gradients, constants, forward, backward)
        from byhand.gradients.keras import check_keras_layer

        report = check_keras_layer(layer, inputs, training=training, **options)
    else:
        given = _arguments(inputs)
        passes = passes_of(
            layer, len(given), training=training, forward=forward, backward=backward
        )
        with _class_kept(type(layer)):
            study = study_of(layer, passes, given)
            plan = plan_of(study, parameters, gradients, constants)
            report = check_written(
                _written(plan),
                skipped=plan.skipped,
                constants=plan.constants,
                **options,
            )
    if raise_on_failure and not report.ok:
        raise GradientError(report)
    return report


@contextmanager
def _class_kept(kind: type) -> Iterator[None]:
    """Put back what a layer sets on its classes, such as a count of its calls."""
    kept = [(one, dict(vars(one))) for one in kind.__mro__ if one is not object]
    try:
        yield
    finally:
        for one, before in kept:
            for name, value in list(vars(one).items()):
                if name not in before:
                    delattr(one, name)
                elif value is not before[name]:
                    setattr(one, name, before[name])


def _refuse(*given: Any) -> None:
    """Refuse what does not go with a layer of Keras."""
    if any(given):
        raise TypeError(
            "a layer of Keras says itself what it learns; parameters, gradients, "
            "constants, forward and backward are for layers written by hand"
        )


def _arguments(inputs: Any) -> tuple[Any, ...]:
    """Return what forward is called with; lists of numbers as arrays."""

    def argument(value: Any) -> Any:
        is_array = isinstance(value, list) and numbers(value) is not None
        return np.asarray(value) if is_array else value

    return tuple(map(argument, inputs if isinstance(inputs, tuple) else (inputs,)))


def _written(plan: Plan) -> Written:
    """Return a layer as a function of its inputs and parameters."""
    study = plan.study
    own = {at: ("layer", name) for at, name in plan.names.items()}
    parameters = [
        Leaf(name, own[at], study.parts[at].value, study.parts[at].array)
        for at, name in plan.names.items()
    ]
    zeros = _accumulators(plan)

    def value(arrays: Mapping[Path, Array]) -> Array:
        layer = with_numbers(study, {at: arrays[path] for at, path in own.items()})
        run = run_forward(study.passes, layer, _inputs(plan, arrays))
        return joined(run.output)

    def gradients(arrays: Mapping[Path, Array], dout: Array | None) -> dict[Path, Any]:
        before = {at: arrays[path] for at, path in own.items()}
        # A backward pass that learns may change them in place.
        copies = {at: array.copy() for at, array in before.items()}
        layer = with_numbers(study, copies, zeros)
        run = run_forward(study.passes, layer, _inputs(plan, arrays))
        run = run_backward(study.passes, run, dout)
        found = _input_entries(plan, run.places)
        for at, gradient in plan.gradients.items():
            found[own[at]] = read(gradient, run, study.parts[at], before[at])
        return found

    return Written(
        leaves=(*plan.leaves, *parameters),
        value=value,
        gradients=gradients,
        scalar=not study.passes.takes_dout,
        names=study.passes.backward,
    )


def _inputs(plan: Plan, arrays: Mapping[Path, Array]) -> tuple[Any, ...]:
    """Return what forward is called with, with other numbers in it."""
    values = {}
    for leaf in plan.leaves:
        if leaf.path in arrays:
            array = arrays[leaf.path]
            is_number = numbers(leaf.value) is not None and not np.ndim(leaf.value)
            is_tensor = frameworks.framework(leaf.value) is not None
            values[leaf.path] = (
                like(leaf.value, array) if is_number or is_tensor else array
            )
    inputs: tuple[Any, ...] = replaced(plan.study.inputs, values)
    return inputs


def _input_entries(plan: Plan, places: Mapping[str, Any]) -> dict[Path, Any]:
    """Return the gradient of each input after a run; None of those that have none."""
    entries = tuple(
        None if path is None else follow(places, path) for path in plan.inputs
    )
    found = match_gradients(entries, plan.study.inputs, plan.leaves)
    return {leaf.path: found.get(leaf.path) for leaf in plan.leaves}


def _accumulators(plan: Plan) -> dict[Path, Array]:
    """Return zeros for whatever a backward pass may add gradients to."""
    zeros = {}
    for at, gradient in plan.gradients.items():
        part = plan.study.parts[at]
        for place, *rest in gradient.paths:
            held = numbers(follow(plan.study.layer, tuple(rest)))
            if place == "layer" and held is not None:
                dtype = np.result_type(part.array.dtype, held.dtype, np.float64)
                zeros[tuple(rest)] = np.zeros(held.shape, dtype)
    return zeros
