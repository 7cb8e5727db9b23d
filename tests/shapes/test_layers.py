"""Every layer against the real Keras: the same shapes and weights, or both refuse."""

import inspect
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byhand.shapes import layers
from byhand.shapes.axis import ShapeError
from byhand.shapes.graph import Input
from byhand.shapes.layers.base import COMMON, REQUIRED
from tests.shapes.layer_cases import CASES

EXAMPLES = int(os.environ.get("LAYER_EXAMPLES", "200"))


def outcome(module, make_input, name, arguments, shapes):
    """Return (output shapes, weights) of one layer, or the kind of its refusal."""
    layer = getattr(module, name)(**arguments)
    inputs = [make_input(shape) for shape in shapes]
    if name in ("MultiHeadAttention", "GroupQueryAttention"):
        out = layer(*inputs)
    else:
        out = layer(inputs if len(inputs) > 1 or name in LISTS else inputs[0])
    outs = out if isinstance(out, list | tuple) else [out]
    return [tuple(one.shape) for one in outs], layer


LISTS = {"Add", "Concatenate"}


def ours(name, arguments, shapes):
    try:
        outs, layer = outcome(layers, Input, name, arguments, shapes)
    except (ShapeError, TypeError) as error:
        return None, str(error)
    weights = [(weight.shape, weight.trainable) for weight in layer.weights]
    assert layer.count_params() == sum(size(shape) for shape, _ in weights)
    return outs, weights


def theirs(name, arguments, shapes):
    import keras

    try:
        outs, layer = outcome(keras.layers, keras.Input, name, arguments, shapes)
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"
    seeds = {id(variable) for variable in _seeds(layer)}
    weights = [
        (tuple(weight.shape), weight.trainable)
        for weight in layer.weights
        if id(weight) not in seeds
    ]
    return outs, weights


def _seeds(layer):
    """Return the states of random generators, which are no weights of the field."""
    for generator in getattr(layer, "_seed_generators", []):
        yield generator.state


def size(shape):
    total = 1
    for length in shape:
        total *= length
    return total


def count(weights, trainable):
    return sum(size(shape) for shape, free in weights if free == trainable)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(CASES))
def test_a_layer_is_what_keras_says_it_is(name):
    refused = []

    @settings(max_examples=EXAMPLES)
    @given(CASES[name])
    def compare(case):
        arguments, shapes = case
        us, ours_weights = ours(name, arguments, shapes)
        them, their_weights = theirs(name, arguments, shapes)
        note = (arguments, shapes, ours_weights, their_weights)
        refused.append(them is None)
        if name == "EinsumDense" and us and them:  # where Keras leaves an axis open
            them = [
                tuple(b if a is None else a for a, b in zip(one, two, strict=True))
                for one, two in zip(them, us, strict=True)
            ]
        assert us == them, note
        if us is None:
            return
        assert sorted(ours_weights) == sorted(their_weights), note
        for trainable in (True, False):
            assert count(ours_weights, trainable) == count(their_weights, trainable)

    compare()
    assert not all(refused), "no configuration was accepted"


def test_every_layer_with_a_case_is_ours_and_most_layers_have_one():
    assert set(CASES) <= set(layers.__all__)
    aliases = {
        name for name in layers.__all__ if getattr(layers, name).__name__ != name
    }
    aliases -= {"GroupQueryAttention"}
    untested = set(layers.__all__) - set(CASES) - aliases
    assert untested <= {
        "Layer",
        # tested in test_wrappers.py
        *["Bidirectional", "TimeDistributed", "RNN", "StackedRNNCells"],
        "SpectralNormalization",
        *["SimpleRNNCell", "GRUCell", "LSTMCell"],
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(layers.__all__) - {"Layer"}))
def test_arguments_have_the_names_order_and_defaults_of_keras(name):
    import keras

    real = inspect.signature(getattr(keras.layers, name).__init__).parameters
    mine = getattr(layers, name).arguments
    kept = [
        parameter
        for parameter in real.values()
        if parameter.name != "self" and parameter.kind != parameter.VAR_KEYWORD
    ]
    names = [parameter.name for parameter in kept]
    assert [n for n in mine if n not in ("dtype",)] == [
        n for n in names if n not in ("dtype",)
    ]
    for parameter in kept:
        if parameter.name == "dtype":
            continue
        default = mine[parameter.name]
        if parameter.default is parameter.empty:
            assert default is REQUIRED
        elif isinstance(default, int | tuple) and isinstance(parameter.default, tuple):
            spread = (
                default
                if isinstance(default, tuple)
                else (default,) * len(parameter.default)
            )
            assert spread == parameter.default
        else:
            assert default == parameter.default, parameter.name


@given(st.sampled_from(sorted(set(layers.__all__) - {"Layer"})))
def test_an_unknown_argument_names_the_nearest(name):
    cls = getattr(layers, name)
    wanted = next((n for n in cls.arguments if len(n) > 4), "trainable")
    with pytest.raises(TypeError, match="did you mean") as caught:
        cls(**{wanted + "x": 1})
    assert repr(wanted) in str(caught.value)
    assert wanted in {**cls.arguments, **COMMON}


def test_an_editor_is_shown_the_arguments_of_a_layer():
    shown = str(inspect.signature(layers.Conv2D))
    assert shown.startswith("(filters, kernel_size, strides=(1, 1), padding='valid'")
    for name in layers.__all__:
        given = list(inspect.signature(getattr(layers, name)).parameters)
        assert given[-1] == "common"
        assert len(given) == len(set(given))
