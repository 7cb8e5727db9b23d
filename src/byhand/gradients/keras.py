"""Check layers, models and losses of Keras, on whatever backend it runs.

What is checked is a copy in float64, made anew from its configuration with the same
weights: the gradient by the backend's own automatic differentiation, or by what a
layer puts in its place, against differences of the copy's values. Seeds and moving
statistics are set back before each evaluation, so that dropout and batch
normalisation are checked as they are. The original is only read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

from byhand.gradients.autodiff import (
    Forward,
    autodiff,
    in_float64,
    numpy_of,
    tensor_of,
)
from byhand.gradients.checking import check_gradients
from byhand.gradients.report import GradientReport
from byhand.gradients.tree import Array

FLOATS = ("float16", "bfloat16", "float32", "mixed_float16", "mixed_bfloat16")


def check_keras_layer(
    layer: Any, inputs: Any, *, training: bool | None = None, **options: Any
) -> GradientReport:
    """Check a layer of Keras; see `byhand.gradients.check_layer`.

    Parameters
    ----------
    layer : keras.layers.Layer
        Built or not.
    inputs : array_like, or a list or dictionary of them
        What it is called with; a dictionary gives arguments by name, as for
        MultiHeadAttention.
    training : bool, optional
        Passed on where it is given.
    **options
        As of `check_gradients`.

    Returns
    -------
    GradientReport
        For each input of floating numbers and each trainable weight.
    """
    extra = {} if training is None else {"training": training}
    names = list(inputs) if isinstance(inputs, dict) else []
    arrays = _arrays(inputs)

    def nested(parts: Sequence[Any]) -> Any:
        return dict(zip(names, parts, strict=True)) if names else _like(inputs, parts)

    with in_float64():
        made = _copied(layer)
        _call(made, nested(arrays), extra)  # builds what is not built yet
        _set_weights(made, layer)

        def forward(tensors: Sequence[Any]) -> Any:
            return _row(_call(made, nested(tensors), extra))

        return _checked(forward, made, arrays, names=names, **options)


def check_model(
    model: Any,
    x: Any,
    y: Any,
    *,
    loss: Any = None,
    training: bool | None = True,
    **options: Any,
) -> GradientReport:
    """Check the gradients of a loss by every trainable weight of a model.

    Parameters
    ----------
    model : keras.Model
        Sequential or functional; a subclassed one if it has `get_config`.
    x, y : array_like
        A batch, and what its outputs should be.
    loss : str, keras.losses.Loss or callable, optional
        By default the one that the model was compiled with.
    training : bool
        Whether layers behave as in training.
    **options
        As of `check_gradients`.

    Returns
    -------
    GradientReport
        For each trainable weight, under its path in the model.

    Raises
    ------
    ValueError
        If no loss is given and the model has none.
    """
    loss = getattr(model, "loss", None) if loss is None else loss
    if loss is None:
        raise ValueError(
            "give a loss, such as loss='mse'; the model was compiled with none"
        )
    given, target = _like(x, _arrays(x)), np.asarray(y)
    with in_float64():
        made, measure = _copied(model), _loss(loss)
        extra = {} if training is None else {"training": training}
        _call(made, given, extra)
        _set_weights(made, model)

        def forward(tensors: Sequence[Any]) -> Any:
            out = _call(made, given, extra)
            whole = keras.ops.mean(measure(tensor_of(target), out))
            for part in made.losses:
                whole = whole + keras.ops.cast(part, "float64")
            return keras.ops.reshape(whole, (1,))

        return _checked(forward, made, [], **options)


def check_loss(loss: Any, y_true: Any, y_pred: Any, **options: Any) -> GradientReport:
    """Check the gradient of a loss by its predictions.

    Parameters
    ----------
    loss : str, keras.losses.Loss or callable
        ``loss(y_true, y_pred)``.
    y_true, y_pred : array_like
        As the loss takes them.
    **options
        As of `check_gradients`.

    Returns
    -------
    GradientReport
        For `y_pred`.
    """
    target = np.asarray(y_true)
    with in_float64():
        measure = _loss(loss)

        def forward(tensors: Sequence[Any]) -> Any:
            return _row(measure(tensor_of(target), tensors[0]))

        return _checked(
            forward, None, [np.asarray(y_pred)], names=["y_pred"], **options
        )


def _checked(
    forward: Callable[[Sequence[Any]], Any],
    made: Any,
    arrays: Sequence[Array],
    names: Sequence[str] = (),
    **options: Any,
) -> GradientReport:
    """Check a forward pass by its inputs and a copy's trainable weights."""
    names = names or (
        ["x"] if len(arrays) == 1 else [f"x{k}" for k in range(len(arrays))]
    )
    weights = [] if made is None else list(made.trainable_variables)
    fixed = {id(weight) for weight in weights}
    rest = [] if made is None else [v for v in made.variables if id(v) not in fixed]
    state = [(v, numpy_of(v)) for v in rest]
    paths = [weight.path for weight in weights]
    shown = [_short(path, paths) for path in paths]
    inputs = dict(zip(names, arrays, strict=True))
    inputs |= {
        name: numpy_of(weight) for name, weight in zip(shown, weights, strict=True)
    }
    if not any(array.dtype.kind in "fc" for array in inputs.values()):
        raise ValueError(
            "there is nothing to differentiate by: no trainable weight, and no input "
            "of floating numbers"
        )

    run = Forward(forward, weights, state)

    def fn(values: dict[str, Array]) -> Array:
        return run([values[n] for n in names], [values[n] for n in shown])

    def vjp(dout: Array, values: dict[str, Array]) -> dict[str, Any]:
        run.prepare([values[n] for n in shown])
        tensors = [tensor_of(values[n]) for n in names]
        places = [k for k, name in enumerate(names) if _real(values[name])]
        floats = [tensors[k] for k in places]

        def weighed(moved: Sequence[Any]) -> Any:
            whole = list(tensors)
            for place, tensor in zip(places, moved, strict=True):
                whole[place] = tensor
            return keras.ops.sum(forward(whole) * tensor_of(dout))

        by_input, by_weight = autodiff(weighed, floats, weights)
        found = {names[k]: g for k, g in zip(places, by_input, strict=True)}
        return found | dict(zip(shown, by_weight, strict=True))

    wrt = options.pop("wrt", None)
    if wrt is None:
        wrt = [name for name, array in inputs.items() if _real(array)]
    return check_gradients(fn, inputs, vjp=vjp, wrt=wrt, **options)


def _real(array: Array) -> bool:
    return array.dtype.kind in "fc"


def _short(path: str, paths: Sequence[str]) -> str:
    """Return the end of a weight's path, as short as it is still its own."""
    parts = path.split("/")
    for k in range(len(parts) - 1, -1, -1):
        end = "/".join(parts[k:])
        if sum(other == end or other.endswith(f"/{end}") for other in paths) == 1:
            return end
    return f"{path}:{paths.index(path)}"


def _arrays(inputs: Any) -> list[Array]:
    """Return each of several inputs, or the only one, as an array."""
    if isinstance(inputs, dict):
        inputs = list(inputs.values())
    return [
        np.asarray(p)
        for p in (inputs if isinstance(inputs, list | tuple) else [inputs])
    ]


def _like(inputs: Any, parts: Sequence[Any]) -> Any:
    """Return other inputs, one or a list, as the first ones were."""
    return list(parts) if isinstance(inputs, list | tuple) else parts[0]


def _call(made: Any, given: Any, extra: dict[str, Any]) -> Any:
    """Call a layer with arrays or tensors: one, a list, or arguments by name."""

    def tensor(part: Any) -> Any:
        return tensor_of(part) if isinstance(part, np.ndarray) else part

    if isinstance(given, dict):
        return made(**{name: tensor(part) for name, part in given.items()}, **extra)
    if isinstance(given, list):
        return made([tensor(part) for part in given], **extra)
    return made(tensor(given), **extra)


def _row(outputs: Any) -> Any:
    """Return every floating output as one row."""
    rows = []
    for out in keras.tree.flatten(outputs):
        if keras.backend.is_float_dtype(keras.backend.standardize_dtype(out.dtype)):
            rows.append(keras.ops.reshape(out, (-1,)))
    if not rows:
        raise ValueError(
            "nothing of what comes out has a floating type, so no gradient"
        )
    return rows[0] if len(rows) == 1 else keras.ops.concatenate(rows)


def _copied(original: Any) -> Any:
    """Return a layer or model made anew from its configuration, in float64."""
    kind = type(original)
    try:
        config = original.get_config()
        with keras.utils.custom_object_scope({kind.__name__: kind}):
            return kind.from_config(_widened(config))
    except (RuntimeError, TypeError, ValueError) as error:
        last = (
            str(error).strip().splitlines()[-1] if str(error).strip() else "no config"
        )
        raise TypeError(
            f"{kind.__name__} cannot be made anew from its configuration ({last}); "
            "give it a get_config that returns the arguments of its __init__"
        ) from error


def _widened(value: Any) -> Any:
    """Return a configuration with float64 in place of every floating type."""
    if isinstance(value, dict):
        made = {key: _widened(part) for key, part in value.items()}
        dtype = made.get("dtype")
        if isinstance(dtype, dict):
            dtype = dtype.get("config", {}).get("name")
        if dtype in FLOATS:
            made["dtype"] = "float64"
        return made
    if isinstance(value, list | tuple):
        return type(value)(_widened(part) for part in value)
    return value


def _set_weights(made: Any, original: Any) -> None:
    """Give a copy the weights, seeds and statistics of the original, if it has any."""
    if not original.built:
        return
    for mine, theirs in zip(made.variables, original.variables, strict=True):
        mine.assign(numpy_of(theirs))


def _loss(loss: Any) -> Any:
    """Return a loss that computes in float64."""
    found = keras.losses.get(loss)
    if isinstance(found, keras.losses.Loss):
        return type(found).from_config(found.get_config() | {"dtype": "float64"})
    if not callable(found):
        raise TypeError(f"loss must be a name or a callable, got {loss!r}")
    return found
