"""Every layer against the real Keras: the same shapes and weights, or both refuse.

And each formula that a layer shows evaluates to the number behind it.
"""

import inspect
from warnings import catch_warnings, simplefilter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byhand.shapes import Input, Model, ShapeError, layers
from byhand.shapes.applications import weights_without_values
from byhand.shapes.layers.base import COMMON, REQUIRED
from byhand.shapes.layers.extras import CustomScaleLayer
from tests.amounts import cases
from tests.shapes import formulas
from tests.shapes.layer_cases import CASES

LAYERS = sorted(
    name
    for name in layers.__all__
    if isinstance(getattr(layers, name), type)
    and issubclass(getattr(layers, name), layers.Layer)
)

# Layers that take their inputs as a list even if there is one, and one by one.
LISTS = {"Add", "Concatenate"}
ONE_BY_ONE = {"MultiHeadAttention", "GroupQueryAttention"}


def called(module, make_input, name, arguments, shapes):
    """Return the inputs, the outputs and the layer itself."""
    layer = getattr(module, name)(**arguments)
    inputs = [make_input(shape) for shape in shapes]
    if name in ONE_BY_ONE:
        out = layer(*inputs)
    else:
        out = layer(inputs if len(inputs) > 1 or name in LISTS else inputs[0])
    return inputs, list(out) if isinstance(out, list | tuple) else [out], layer


def ours(name, arguments, shapes):
    """Return our output shapes, weights and network, or None and why we refuse."""
    try:
        inputs, outs, layer = called(layers, Input, name, arguments, shapes)
    except (ShapeError, TypeError) as error:
        return None, str(error), None
    weights = [(weight.shape, weight.trainable) for weight in layer.weights]
    assert layer.count_params() == sum(size(shape) for shape, _ in weights)
    return [tuple(one.shape) for one in outs], weights, Model(inputs, outs)


def theirs(name, arguments, shapes):
    """Return the output shapes and weights of Keras, or None and why it refuses."""
    import keras

    assert hasattr(keras.layers, name), f"Keras has no layer {name}"
    try:
        # Nobody asks for the values of the weights: Keras need not draw them. That
        # rms_scaling is deprecated is no refusal.
        with weights_without_values(), catch_warnings():
            simplefilter("ignore", UserWarning)
            _, outs, layer = called(keras.layers, keras.Input, name, arguments, shapes)
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"
    seeds = {id(variable) for variable in _seeds(layer)}
    weights = [
        (tuple(weight.shape), weight.trainable)
        for weight in layer.weights
        if id(weight) not in seeds
    ]
    return [tuple(one.shape) for one in outs], weights


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


def explained(net):
    """Hold the formulas of a network's last row to its numbers; return their topics."""
    row = net.rows[-1]
    explanation = row.explain()
    for _, formula in explanation.entries:
        formulas.check(formula)
    shown = dict(explanation.entries)
    assert net.count_params() == (
        shown["parameters"].value if "parameters" in shown else 0
    )
    if "multiply-accumulates" in shown:
        assert net.macs == shown["multiply-accumulates"].value
    field = net.receptive_field(row.name)
    if not isinstance(field, str):
        found = [formula.value for _, formula in field.formulas]
        axes = len(found) // 3
        given = zip(field.size, field.stride, field.padding, strict=True)
        assert found == [part for axis in list(given)[:axes] for part in axis]
    return {what.partition(",")[0] for what in shown}


@pytest.mark.slow
@pytest.mark.seeds
@pytest.mark.parametrize("name", sorted(CASES))
def test_a_layer_is_what_keras_says_it_is_and_explains_itself(name):
    refused = []
    topics = set()

    # Keras takes long to build a layer, and there are 140 kinds.
    @settings(max_examples=cases(16, each_week=2_000))
    @given(CASES[name])
    def compare(case):
        arguments, shapes = case
        us, ours_weights, net = ours(name, arguments, shapes)
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
        topics.update(explained(net))

    compare()
    assert not all(refused), "no configuration was accepted"
    if name.startswith(("Conv", "Separable", "Depthwise")):
        assert {"parameters", "multiply-accumulates"} <= topics


def test_every_layer_with_a_case_is_ours_and_most_layers_have_one():
    assert set(CASES) <= set(LAYERS)
    aliases = {name for name in LAYERS if getattr(layers, name).__name__ != name}
    aliases -= {"GroupQueryAttention"}
    untested = set(LAYERS) - set(CASES) - aliases
    in_test_wrappers = {
        "Bidirectional",
        "GRUCell",
        "LSTMCell",
        "RNN",
        "SimpleRNNCell",
        "SpectralNormalization",
        "StackedRNNCells",
        "TimeDistributed",
    }
    # Of these, either a file says what they hold, or a reader does.
    without_a_rule = {
        "FlaxLayer",
        "InputLayer",
        "JaxLayer",
        "Lambda",
        "Layer",
        "Pipeline",
        "TFSMLayer",
        "TorchModuleWrapper",
        "Wrapper",
    }
    lacking = untested - without_a_rule - in_test_wrappers
    assert not lacking, f"add to CASES in tests/shapes/layer_cases.py: {lacking}"


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(LAYERS) - {"Layer"}))
def test_arguments_have_the_names_order_and_defaults_of_keras(name):
    import keras

    real = inspect.signature(getattr(keras.layers, name).__init__).parameters
    mine = getattr(layers, name)._arguments_
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


@pytest.mark.parametrize(
    "name",
    [name for name in LAYERS if "data_format" in getattr(layers, name)._arguments_],
)
def test_an_unknown_order_of_the_axes_is_refused_when_the_layer_is_made(name):
    cls = getattr(layers, name)
    needed = {key: 1 for key, value in cls._arguments_.items() if value is REQUIRED}
    cls(**needed, data_format="channels_first")
    with pytest.raises(ShapeError, match="data_format must be 'channels_last' or"):
        cls(**needed, data_format="channels_middle")


@pytest.mark.parametrize("name", ["CenterCrop", "RandomCrop", "Resizing"])
@pytest.mark.parametrize(
    ("given", "data_format", "expected"),
    [
        ((8, 9, 3), None, (4, 5, 3)),
        ((3, 8, 9), "channels_first", (3, 4, 5)),
        ((2, 8, 9, 3), None, (2, 4, 5, 3)),
        ((None, 8, 9, 3), None, (None, 4, 5, 3)),
    ],
)
def test_an_image_alone_keeps_its_three_axes(name, given, data_format, expected):
    layer = getattr(layers, name)(4, 5, data_format=data_format)
    assert layer(Input(batch_shape=given)).shape == expected


@pytest.mark.parametrize("name", ["BatchNormalization", "GroupNormalization"])
def test_weights_along_one_axis_are_not_made_for_several(name):
    with pytest.raises(TypeError, match="axis must be a whole number"):
        getattr(layers, name)(axis=[1, 2])
    layer = layers.LayerNormalization(axis=[1, 2])
    assert layer(Input((4, 6))).shape == (None, 4, 6)
    assert layer.count_params() == 2 * 4 * 6


def test_a_scaled_branch_is_added_as_any_other():
    one, branch = Input((1, 1, 8)), Input((5, 4, 8))
    for parts in [one, branch], [branch, one]:
        assert CustomScaleLayer(0.1)(parts).shape == (None, 5, 4, 8)
    with pytest.raises(ShapeError, match="cannot be combined"):
        CustomScaleLayer(0.1)([branch, Input((5, 3, 8))])


def test_a_length_that_one_of_several_inputs_knows_is_that_of_all():
    some, four = Input((3,)), Input(batch_shape=(4, 3))
    for parts in [some, four], [four, some]:
        assert layers.Concatenate()(parts).shape == (4, 6)
        assert layers.Add()(parts).shape == (4, 3)
    with pytest.raises(ShapeError, match="batches of 4 and 5"):
        layers.Multiply()([some, four, Input(batch_shape=(5, 3))])


@given(st.sampled_from(sorted(set(LAYERS) - {"Layer"})))
def test_an_unknown_argument_names_the_nearest(name):
    cls = getattr(layers, name)
    wanted = next((n for n in cls._arguments_ if len(n) > 4), "trainable")
    with pytest.raises(TypeError, match="did you mean") as caught:
        cls(**{wanted + "x": 1})
    assert repr(wanted) in str(caught.value)
    assert wanted in {**cls._arguments_, **COMMON}


def test_an_editor_is_shown_the_arguments_of_a_layer():
    shown = str(inspect.signature(layers.Conv2D))
    assert shown.startswith("(filters, kernel_size, strides=(1, 1), padding='valid'")
    for name in LAYERS:
        given = list(inspect.signature(getattr(layers, name)).parameters)
        assert given[-1] == "common"
        assert len(given) == len(set(given))
