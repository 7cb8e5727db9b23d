"""Check layers, models and losses of Keras, on whatever backend it runs.

What is checked is a copy in float64, made anew from its configuration with the same
weights: the gradient by the backend's own automatic differentiation, or by what a
layer puts in its place, against differences of the copy's values. Seeds and moving
statistics are set back before each evaluation, so that dropout and batch
normalisation are checked as they are. The original is only read.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from byhand.gradients.checking import check_written
from byhand.gradients.nested import Array, Leaf, Path
from byhand.gradients.report import GradientError, GradientReport, Unchecked
from byhand.gradients.styles import Written

FLOATS = ("float16", "bfloat16", "float32", "mixed_float16", "mixed_bfloat16")

Forward = Callable[[Sequence[Any]], Any]
"""A function of tensors that returns one row."""


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
        As of `check_layer`.

    Returns
    -------
    GradientReport
        For each input of floating numbers and each trainable weight.
    """
    extra = _training(training)
    arrays = _arrays(inputs)
    with in_float64():
        made = _copied(layer)
        _call(made, _nested(inputs, arrays), extra)  # builds what is not built yet
        _set_weights(made, layer)

        def forward(tensors: Sequence[Any]) -> Any:
            return _row(_call(made, _nested(inputs, tensors), extra))

        names = list(inputs) if isinstance(inputs, dict) else _input_names(arrays)
        given = dict(zip(names, arrays, strict=True))
        return _checked(Subject.of(forward, made, given), **options)


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
        As of `check_layer`.

    Returns
    -------
    GradientReport
        For each trainable weight, under its path in the model.

    Raises
    ------
    TypeError
        If the model cannot be made anew from its configuration.
    ValueError
        If no loss is given and the model has none.
    """
    loss = getattr(model, "loss", None) if loss is None else loss
    if loss is None:
        raise ValueError(
            "give a loss, such as loss='mse'; the model was compiled with none"
        )
    extra = _training(training)
    given, target = _nested(x, _arrays(x)), np.asarray(y)
    with in_float64():
        made, measure = _copied(model), _loss(loss)
        _call(made, given, extra)
        _set_weights(made, model)

        def forward(tensors: Sequence[Any]) -> Any:
            out = _call(made, given, extra)
            whole = keras.ops.mean(measure(tensor_of(target), out))
            for part in made.losses:
                whole = whole + keras.ops.cast(part, "float64")
            return keras.ops.reshape(whole, (1,))

        return _checked(Subject.of(forward, made, {}), **options)


def check_loss(loss: Any, y_true: Any, y_pred: Any, **options: Any) -> GradientReport:
    """Check the gradient of a loss by its predictions.

    Parameters
    ----------
    loss : str, keras.losses.Loss or callable
        ``loss(y_true, y_pred)``.
    y_true, y_pred : array_like
        As the loss takes them.
    **options
        As of `check_layer`.

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

        given = {"y_pred": np.asarray(y_pred)}
        return _checked(Subject.of(forward, None, given), **options)


# What is checked


@dataclass(frozen=True)
class Subject:
    """A forward pass, with all that its values depend on.

    Attributes
    ----------
    forward : callable
        Takes the inputs as tensors and returns one row.
    inputs : dict of str to ndarray
        What it takes.
    weights : dict of str to keras.Variable
        What a layer learns: set for each evaluation.
    fixed : dict of str to keras.Variable
        Weights that are not trained.
    state : tuple of (keras.Variable, ndarray)
        All else that the layer keeps, such as seeds and statistics, and what it is
        set back to.
    """

    forward: Forward
    inputs: Mapping[str, Array]
    weights: Mapping[str, Any]
    fixed: Mapping[str, Any]
    state: tuple[tuple[Any, Array], ...]

    @classmethod
    def of(cls, forward: Forward, made: Any, inputs: Mapping[str, Array]) -> Subject:
        """Return the forward pass of a layer or model; of None, of nothing else."""
        if made is None:
            return cls(forward, inputs, {}, {}, ())
        learnt = {id(weight) for weight in made.trainable_variables}
        named = _named([*made.trainable_variables, *made.non_trainable_weights])
        state = [one for one in made.variables if id(one) not in learnt]
        return cls(
            forward=forward,
            inputs=inputs,
            weights={name: one for name, one in named.items() if id(one) in learnt},
            fixed={name: one for name, one in named.items() if id(one) not in learnt},
            state=tuple((one, numpy_of(one)) for one in state),
        )

    def set_back(self, values: Mapping[str, Array]) -> None:
        """Set the weights, and everything else back."""
        for name, variable in self.weights.items():
            variable.assign(values[name])
        for variable, value in self.state:
            variable.assign(value)
        reseed()


def _checked(
    subject: Subject, *, raise_on_failure: bool = False, **options: Any
) -> GradientReport:
    """Check a forward pass by its inputs and weights."""
    given = dict(subject.inputs)
    given |= {name: numpy_of(weight) for name, weight in subject.weights.items()}
    if not any(_is_real(array) for array in given.values()):
        raise ValueError(
            "there is nothing to differentiate by: no trainable weight, and no input "
            "of floating numbers"
        )
    constants = [
        Unchecked(name, tuple(weight.shape), "a weight that is not trainable")
        for name, weight in subject.fixed.items()
    ]
    report = check_written(_written(subject, given), constants=constants, **options)
    if raise_on_failure and not report.ok:
        raise GradientError(report)
    return report


def _written(subject: Subject, given: Mapping[str, Array]) -> Written:
    """Return a forward pass and its automatic differentiation as the engine takes it.

    Parameters
    ----------
    subject : Subject
        The forward pass.
    given : dict of str to ndarray
        Its inputs and weights.
    """
    run = _evaluation(subject)
    learnt = [name for name in given if name in subject.weights]
    moved = [name for name, array in subject.inputs.items() if _is_real(array)]

    def by_name(arrays: Mapping[Path, Array]) -> dict[str, Array]:
        return {name: arrays[name,] for name in given}

    def value(arrays: Mapping[Path, Array]) -> Array:
        return run(by_name(arrays))

    def gradients(
        arrays: Mapping[Path, Array], cotangent: Array | None
    ) -> dict[Path, Any]:
        values = by_name(arrays)
        subject.set_back(values)
        tensors = {name: tensor_of(values[name]) for name in subject.inputs}

        def weighed(parts: Sequence[Any]) -> Any:
            whole = tensors | dict(zip(moved, parts, strict=True))
            row = subject.forward(list(whole.values()))
            return keras.ops.sum(row * tensor_of(cotangent))

        by_input, by_weight = autodiff(
            weighed,
            [tensors[name] for name in moved],
            [subject.weights[name] for name in learnt],
        )
        found = dict.fromkeys(given) | dict(zip(moved, by_input, strict=True))
        found |= dict(zip(learnt, by_weight, strict=True))
        return {(name,): gradient for name, gradient in found.items()}

    return Written(
        leaves=tuple(Leaf(name, (name,), a, a) for name, a in given.items()),
        value=value,
        gradients=gradients,
        scalar=False,
        names="automatic differentiation",
    )


def _evaluation(subject: Subject) -> Callable[[Mapping[str, Array]], Array]:
    """Return what evaluates a forward pass, always from the same state."""
    weights = list(subject.weights.values())
    state = [variable for variable, _ in subject.state]

    def pure(tensors: Any, values: Any, kept: Any) -> Any:
        """Return the row without touching a variable, for JAX to compile."""
        pairs = [*zip(weights, values, strict=True), *zip(state, kept, strict=True)]
        with keras.StatelessScope(state_mapping=pairs):
            return subject.forward(tensors)

    compiled: Any = None
    if keras.backend.backend() == "jax":
        import jax

        compiled = jax.jit(pure)

    def run(values: Mapping[str, Array]) -> Array:
        tensors = [tensor_of(values[name]) for name in subject.inputs]
        if compiled is None:
            subject.set_back(values)
            row = subject.forward(tensors)
        else:
            moved = [tensor_of(values[name]) for name in subject.weights]
            row = compiled(tensors, moved, [value for _, value in subject.state])
        return np.asarray(keras.ops.convert_to_numpy(row))

    return run


def _is_real(array: Array) -> bool:
    return array.dtype.kind in "fc"


def _named(variables: Sequence[Any]) -> dict[str, Any]:
    """Return variables under the ends of their paths, as short as tells them apart."""
    paths = [variable.path for variable in variables]

    def short(at: int) -> str:
        parts = paths[at].split("/")
        for k in range(len(parts) - 1, -1, -1):
            end = "/".join(parts[k:])
            if sum(one == end or one.endswith(f"/{end}") for one in paths) == 1:
                return end
        return f"{paths[at]}:{at}"

    return {short(at): variable for at, variable in enumerate(variables)}


# Calls


def _training(training: bool | None) -> dict[str, bool]:
    return {} if training is None else {"training": training}


def _arrays(inputs: Any) -> list[Array]:
    """Return each of several inputs, or the only one, as an array."""
    if isinstance(inputs, dict):
        return [np.asarray(part) for part in inputs.values()]
    several = isinstance(inputs, list | tuple)
    return [np.asarray(part) for part in (inputs if several else [inputs])]


def _input_names(arrays: Sequence[Array]) -> list[str]:
    return ["x"] if len(arrays) == 1 else [f"x{k}" for k in range(len(arrays))]


def _nested(inputs: Any, parts: Sequence[Any]) -> Any:
    """Return other inputs, one, a list or by name, as the first ones were."""
    if isinstance(inputs, dict):
        return dict(zip(inputs, parts, strict=True))
    return list(parts) if isinstance(inputs, list | tuple) else parts[0]


def _call(made: Any, given: Any, extra: Mapping[str, Any]) -> Any:
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


# Copies in float64


def _copied(original: Any) -> Any:
    """Return a layer or model made anew from its configuration, in float64."""
    kind = type(original)
    try:
        config = original.get_config()
        with keras.utils.custom_object_scope({kind.__name__: kind}):
            return kind.from_config(_widened(config))
    except (RuntimeError, TypeError, ValueError) as error:
        lines = str(error).strip().splitlines() or ["no config"]
        raise TypeError(
            f"{kind.__name__} cannot be made anew from its configuration "
            f"({lines[-1]}); give it a get_config that returns the arguments of its "
            "__init__"
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


# What differs between backends: derivatives, precision, randomness


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


def autodiff(
    fn: Callable[[Sequence[Any]], Any], tensors: Sequence[Any], weights: Sequence[Any]
) -> tuple[list[Array], list[Array]]:
    """Return the gradients that the backend gives of a number.

    Parameters
    ----------
    fn : callable
        Takes tensors and returns a number.
    tensors : sequence of tensors
        What it takes.
    weights : sequence of keras.Variable
        What it reads besides.

    Returns
    -------
    tuple of (list of ndarray, list of ndarray)
        By the tensors and by the weights; zeros where it does not depend on them.
    """
    by_backend = {"tensorflow": _by_tensorflow, "torch": _by_torch, "jax": _by_jax}
    gradients = by_backend[keras.backend.backend()](fn, tensors, weights)
    shapes = [tuple(each.shape) for each in (*tensors, *weights)]
    arrays = [
        np.zeros(shape) if g is None else np.asarray(keras.ops.convert_to_numpy(g))
        for g, shape in zip(gradients, shapes, strict=True)
    ]
    return arrays[: len(tensors)], arrays[len(tensors) :]


def _by_tensorflow(fn: Any, tensors: Sequence[Any], weights: Sequence[Any]) -> Any:
    """Return gradients of a number as TensorFlow computes them."""
    import tensorflow as tf

    sources = [*tensors, *(weight.value for weight in weights)]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        value = fn(tensors)
    gradients = tape.gradient(value, sources)
    # Those of an embedding come as slices.
    return [None if g is None else tf.convert_to_tensor(g) for g in gradients]


def _by_torch(fn: Any, tensors: Sequence[Any], weights: Sequence[Any]) -> Any:
    """Return gradients of a number as PyTorch computes them."""
    import torch

    moved = [tensor.detach().requires_grad_() for tensor in tensors]
    sources = [*moved, *(weight.value for weight in weights)]
    with torch.enable_grad():
        return torch.autograd.grad(fn(moved), sources, allow_unused=True)


def _by_jax(fn: Any, tensors: Sequence[Any], weights: Sequence[Any]) -> Any:
    """Return gradients of a number as JAX computes them."""
    import jax

    def pure(moved: Sequence[Any], values: Sequence[Any]) -> Any:
        mapping = list(zip(weights, values, strict=True))
        with keras.StatelessScope(state_mapping=mapping):
            return fn(moved)

    values = [weight.value for weight in weights]
    by_input, by_weight = jax.grad(pure, argnums=(0, 1))(list(tensors), values)
    return [*by_input, *by_weight]


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
