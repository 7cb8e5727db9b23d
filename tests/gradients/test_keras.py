"""Layers, models and losses of Keras, on the backend that is chosen outside."""

import random

import numpy as np
import pytest

import byhand
from byhand.gradients import GradientError, check_layer, check_loss, check_model

pytestmark = pytest.mark.slow

rng = np.random.default_rng(0)
ROW = rng.normal(size=(4, 6)).astype("float32")
MAP = rng.normal(size=(2, 6, 6, 3)).astype("float32")
SEQUENCE = rng.normal(size=(2, 5, 4)).astype("float32")
P = rng.uniform(0.1, 0.9, (4, 3))
P /= P.sum(axis=1, keepdims=True)
Y = np.eye(3)[[0, 2, 1, 1]]


# Each layer, made of keras.layers, with its inputs and how it is called.
LAYERS = {
    "Dense": (lambda k: k.Dense(3, activation="tanh"), ROW, None),
    "Conv2D": (lambda k: k.Conv2D(4, 3), MAP, None),
    "DepthwiseConv2D": (lambda k: k.DepthwiseConv2D(3), MAP, None),
    "MaxPooling2D": (lambda k: k.MaxPooling2D(2), MAP, None),
    "Embedding": (lambda k: k.Embedding(7, 3), np.array([[1, 2], [6, 1]]), None),
    "BatchNormalization": (lambda k: k.BatchNormalization(), ROW, True),
    "BatchNormalization, outside training": (
        lambda k: k.BatchNormalization(),
        ROW,
        False,
    ),
    "Dropout": (lambda k: k.Dropout(0.5), ROW, True),
    "Dropout, seeded": (lambda k: k.Dropout(0.5, seed=3), ROW, True),
    "LayerNormalization": (lambda k: k.LayerNormalization(), ROW, None),
    "GroupNormalization": (lambda k: k.GroupNormalization(3), ROW, None),
    "LSTM": (lambda k: k.LSTM(3, return_sequences=True), SEQUENCE, None),
    "GRU": (lambda k: k.GRU(3), SEQUENCE, None),
    "MultiHeadAttention": (
        lambda k: k.MultiHeadAttention(2, 3),
        {"query": SEQUENCE, "value": SEQUENCE[:, :3]},
        None,
    ),
    "GELU": (lambda k: k.Activation("gelu"), ROW, None),
    "ReLU": (lambda k: k.ReLU(), np.round(ROW), None),
    "Add": (lambda k: k.Add(), [ROW, ROW + 1], None),
    "GaussianNoise": (lambda k: k.GaussianNoise(0.3), ROW, True),
    "half precision": (lambda k: k.Dense(3, dtype="float16"), ROW, None),
}


LOSSES = [
    "mse",
    "mae",
    "mape",
    "msle",
    "huber",
    "log_cosh",
    "cosine_similarity",
    "binary_crossentropy",
    "categorical_crossentropy",
    "kl_divergence",
    "poisson",
    "hinge",
    "squared_hinge",
    "categorical_hinge",
    "dice",
    "tversky",
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
]


# Losses whose targets are the numbers of classes.
BY_CLASS = {
    "sparse_categorical_crossentropy": (np.array([0, 2, 1, 1]), P),
    "circle": (np.array([0, 1, 1, 2]), ROW[:, :3]),
    # Small, for TensorFlow takes 70 ms for each evaluation of this loss. A label that
    # comes twice needs a blank between: four steps are the fewest.
    "ctc": (np.array([[1, 2, 0], [2, 1, 1]]), rng.normal(size=(2, 4, 3))),
}


@pytest.fixture(autouse=True)
def seeded():
    import keras

    keras.utils.set_random_seed(0)


def check_all():
    """Check everything on this backend: called by tests/backends."""
    import keras

    keras.utils.set_random_seed(0)
    for name, (make, inputs, training) in LAYERS.items():
        report = check_layer(make(keras.layers), inputs, training=training)
        assert report.ok, f"{name}: {report}"
    for name, (y, p) in {**BY_CLASS, **dict.fromkeys(LOSSES, (Y, P))}.items():
        report = check_loss(name, y, p)
        assert report.ok, f"{name}: {report}"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.weekly)
        if name in ("GRU", "MultiHeadAttention")
        else name
        for name in LAYERS
    ],
)
def test_a_layer_passes(name):
    from keras import layers

    make, inputs, training = LAYERS[name]
    report = check_layer(make(layers), inputs, training=training)
    assert report.ok, report
    assert not report.notes


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_passes(name):
    assert check_loss(name, Y, P).ok


def test_losses_as_objects_and_functions():
    import keras

    logits = keras.losses.CategoricalCrossentropy(from_logits=True)
    assert check_loss(logits, Y, ROW[:, :3]).ok
    assert check_loss(keras.losses.mean_squared_error, Y, P).ok


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.weekly) if name == "ctc" else name
        for name in BY_CLASS
    ],
)
def test_a_loss_of_class_numbers_passes(name):
    assert check_loss(name, *BY_CLASS[name]).ok


def test_an_unbuilt_model_is_checked_and_stays_unbuilt():
    import keras

    made = keras.Sequential([keras.layers.Dense(3), keras.layers.Flatten()])
    report = check_model(made, ROW, np.ones((4, 3)), loss="mse")
    assert report.ok
    assert len(report.tensors) == 2
    assert not made.built


def model():
    import keras

    made = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(3, 3, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.MaxPooling2D(2),
            keras.layers.Dropout(0.3),
            keras.layers.Flatten(),
            keras.layers.Dense(5, activation="softmax", kernel_regularizer="l2"),
        ]
    )
    made.compile("sgd", "sparse_categorical_crossentropy")
    return made


def test_a_model_passes_and_is_left_as_it_was():
    import keras

    from byhand.gradients.keras import numpy_of

    keras.utils.set_random_seed(0)
    made = model()
    weights = [np.array(w) for w in made.get_weights()]
    state = [numpy_of(v) for v in made.variables]
    seeds, floatx = random.getstate(), keras.config.floatx()
    x = np.random.default_rng(1).normal(size=(4, 8, 8, 1))
    y = np.array([0, 1, 4, 2])
    for training in (True, False):
        report = check_model(made, x, y, training=training)
        assert report.ok, report
        names = {tensor.name for tensor in report.tensors}
        assert {"gamma", "beta"} <= names
        assert len(names) == 6
    assert all(
        np.array_equal(a, b) for a, b in zip(weights, made.get_weights(), strict=True)
    )
    assert all(
        np.array_equal(a, numpy_of(b))
        for a, b in zip(state, made.variables, strict=True)
    )
    assert (random.getstate(), keras.config.floatx()) == (seeds, floatx)
    assert byhand.check_model is check_model


def test_functional_models_with_two_inputs_and_frozen_layers():
    import keras

    a, b = keras.Input((6,)), keras.Input((6,))
    shared = keras.layers.Dense(4, activation="tanh")
    frozen = keras.layers.Dense(1, trainable=False, name="frozen")
    out = frozen(keras.layers.Concatenate()([shared(a), shared(b)]))
    made = keras.Model([a, b], out)
    report = check_model(made, [ROW, ROW**2], np.ones((4, 1)), loss="mse")
    assert report.ok
    assert len(report.tensors) == 2
    assert [(one.name, one.shape) for one in report.constants] == [
        ("frozen/kernel", (8, 1)),
        ("frozen/bias", (1,)),
    ]
    assert {one.reason for one in report.constants} == {
        "a weight that is not trainable"
    }
    with pytest.raises(ValueError, match="give a loss"):
        check_model(made, [ROW, ROW], np.ones((4, 1)))


def test_what_has_no_gradient_is_listed_with_the_reason():
    from keras import layers

    report = check_layer(layers.Embedding(7, 3), np.array([[1, 2], [6, 1]]))
    assert [tensor.name for tensor in report.tensors] == ["embeddings"]
    [indices] = report.constants
    assert (indices.name, indices.shape) == ("x", (2, 2))
    assert "whole numbers" in indices.reason
    report = check_layer(layers.BatchNormalization(), ROW, training=False)
    assert [one.name for one in report.constants] == ["moving_mean", "moving_variance"]
    report = check_layer(layers.Dense(2), ROW, wrt="kernel")
    assert report.ok
    assert [tensor.name for tensor in report.tensors] == ["kernel"]
    assert {one.name for one in report.constants} == {"x", "bias"}


def wrong_layer():
    """A layer whose gradient is not that of its values."""
    import keras

    @keras.saving.register_keras_serializable("byhand-tests")
    class Wrong(keras.layers.Layer):
        def call(self, x):
            # The value of x**2, the gradient of x.
            return x + keras.ops.stop_gradient(x**2 - x)

    return Wrong()


def test_a_layer_with_a_wrong_gradient_of_its_own_is_caught():
    report = check_layer(wrong_layer(), ROW)
    assert report.verdict == "fail"
    assert report.worst.tensor == "x"
    for check in (check_layer, check_all_of_a_model):
        with pytest.raises(GradientError, match="fail"):
            check(wrong_layer(), ROW, raise_on_failure=True)


def check_all_of_a_model(layer, x, **options):
    """Check a model with a layer behind its weights."""
    import keras

    made = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3), layer])
    return check_model(made, x, np.ones((4, 3)), loss="mse", **options)


def test_what_cannot_be_checked_says_why():
    import keras

    class NoConfig(keras.layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.units = units

        def call(self, x):
            return x * self.units

    with pytest.raises(TypeError, match="NoConfig cannot be made anew"):
        check_layer(NoConfig(3), ROW)
    with pytest.raises(ValueError, match="nothing to differentiate by"):
        check_layer(keras.layers.Flatten(), np.array([[1, 2]]))
    with pytest.raises(ValueError, match="nothing to differentiate by"):
        check_loss("mse", Y, np.array([[1, 2, 3]]))
    with pytest.raises(TypeError, match="says itself what it learns"):
        check_layer(keras.layers.Dense(2), ROW, constants=["bias"])


def test_the_same_seed_gives_the_same_report():
    import keras

    layer = keras.layers.Conv2D(2, 3)
    layer(MAP)  # an unbuilt one gets other weights each time
    first, second = (str(check_layer(layer, MAP, rng=4)) for _ in range(2))
    assert first == second


def test_every_floating_output_of_a_model_is_looked_at():
    keras = pytest.importorskip("keras")
    from byhand.gradients.keras import _row

    outputs = {
        "a": keras.ops.ones((2, 3)),
        "classes": keras.ops.zeros((2,), dtype="int32"),
        "b": [keras.ops.full((1, 2), 5.0)],
    }
    row = keras.ops.convert_to_numpy(_row(outputs))
    assert sorted(row.tolist()) == [1.0] * 6 + [5.0] * 2
    with pytest.raises(ValueError, match="nothing of what comes out"):
        _row(outputs["classes"])
