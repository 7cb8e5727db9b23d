"""Each hand-written layer checked by differences, and held against Keras's own."""

import copy
import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand import backprop, check_gradients, check_layer
from byhand.backprop import (
    SGD,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    ReLU,
    Sequential,
    Sigmoid,
    Tanh,
    mean_squared_error,
    softmax_crossentropy,
)

ROWS = np.random.default_rng(0).normal(size=(4, 5))
MAPS = np.random.default_rng(1).normal(size=(3, 7, 6, 2))


def rng(seed=2):
    return np.random.default_rng(seed)


LAYERS = {
    "Dense": (lambda: Dense(5, 3, rng=rng()), ROWS),
    "Conv2D": (lambda: Conv2D(2, 3, 3, rng=rng()), MAPS),
    "Conv2D, strides": (lambda: Conv2D(2, 3, 2, strides=2, rng=rng()), MAPS),
    "MaxPooling2D": (lambda: MaxPooling2D(2), MAPS),
    "MaxPooling2D, ties": (lambda: MaxPooling2D(3), np.round(MAPS)),
    "Flatten": (Flatten, MAPS),
    "Sigmoid": (Sigmoid, 9 * ROWS),
    "Tanh": (Tanh, ROWS),
    "ReLU": (ReLU, np.round(ROWS)),
    "BatchNormalization": (lambda: BatchNormalization(5), ROWS),
    "BatchNormalization, maps": (lambda: BatchNormalization(2), MAPS),
    "Dropout": (lambda: Dropout(0.4, rng=rng()), ROWS),
    "Sequential": (
        lambda: Sequential(
            [
                Conv2D(2, 3, 3, rng=rng()),
                ReLU(),
                MaxPooling2D(2),
                Flatten(),
                Dense(12, 4, rng=rng()),
                Tanh(),
            ]
        ),
        MAPS,
    ),
}


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", LAYERS)
def test_backward_is_the_derivative_of_forward(name, training):
    make, x = LAYERS[name]
    report = check_layer(make(), x, training=training)
    assert report.ok, report
    parameters = [tensor.name for tensor in report.tensors[1:]]
    assert parameters == list(make().parameters)


def keras_layer(name):
    from keras import layers

    return {
        "Dense": lambda: layers.Dense(3),
        "Conv2D": lambda: layers.Conv2D(3, 3),
        "Conv2D, strides": lambda: layers.Conv2D(3, 2, strides=2),
        "MaxPooling2D": lambda: layers.MaxPooling2D(2),
        "MaxPooling2D, ties": lambda: layers.MaxPooling2D(3),
        "Flatten": lambda: layers.Flatten(),
        "Sigmoid": lambda: layers.Activation("sigmoid"),
        "Tanh": lambda: layers.Activation("tanh"),
        "ReLU": lambda: layers.ReLU(),
        "BatchNormalization": lambda: layers.BatchNormalization(),
        "BatchNormalization, maps": lambda: layers.BatchNormalization(),
    }[name]()


@pytest.mark.slow
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    "name", [name for name in LAYERS if name not in ("Dropout", "Sequential")]
)
def test_it_is_what_the_layer_of_keras_gives(name, training):
    import keras
    import tensorflow as tf

    make, x = LAYERS[name]
    ours, theirs = make(), keras_layer(name)
    tensor = tf.constant(x, dtype="float32")
    theirs(tensor)
    for parameter in ours.parameters.values():
        parameter += 0.1 * rng(5).normal(size=parameter.shape)
    theirs.set_weights(
        [*ours.parameters.values()]
        + ([ours.moving_mean, ours.moving_variance] if "Batch" in name else [])
    )
    out = ours.forward(x, training=training)
    dout = rng(6).normal(size=out.shape)
    options = {"training": training} if "Batch" in name else {}
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        expected = theirs(tensor, **options)
        total = keras.ops.sum(expected * keras.ops.cast(dout, "float32"))
    sources = [tensor, *(w.value for w in theirs.trainable_variables)]
    grads = [np.asarray(g) for g in tape.gradient(total, sources)]
    assert np.allclose(out, expected, atol=1e-5)
    measured = [ours.backward(dout), *ours.gradients.values()]
    if "ties" in name:  # which of equals gets the gradient is a convention
        assert np.isclose(measured[0].sum(), grads[0].sum(), atol=1e-4)
        return
    for mine, its in zip(measured, grads, strict=True):
        assert np.allclose(mine, its, atol=1e-4)
    if "Batch" in name:
        moving = [np.asarray(w) for w in theirs.non_trainable_variables]
        assert np.allclose(ours.moving_mean, moving[0], atol=1e-5)
        assert np.allclose(ours.moving_variance, moving[1], atol=1e-5)


def stupid_convolution(x, kernel, bias, s):
    """Every output by its definition, one number at a time."""
    k = len(kernel)
    rows, columns = ((n - k) // s + 1 for n in x.shape[1:3])
    z = np.zeros((len(x), rows, columns, kernel.shape[-1]))
    for n, i, j, f in np.ndindex(z.shape):
        window = x[n, i * s : i * s + k, j * s : j * s + k]
        z[n, i, j, f] = np.sum(window * kernel[..., f]) + bias[f]
    return z


@pytest.mark.slow
@given(st.integers(1, 3), st.integers(1, 3), st.integers(3, 8), st.integers(3, 8))
def test_a_convolution_is_its_definition(k, s, rows, columns):
    layer = Conv2D(2, 3, k, strides=s, rng=rng())
    layer.parameters["bias"] += [0.5, -1, 2]
    x = rng(9).normal(size=(2, rows, columns, 2))
    expected = stupid_convolution(x, *layer.parameters.values(), s)
    assert np.allclose(layer.forward(x), expected)


@pytest.mark.parametrize("wrong", ["kernel", "bias"])
def test_a_planted_error_is_seen(wrong):
    class Wrong(Conv2D):
        def backward(self, dout):
            dx = super().backward(dout)
            self.gradients[wrong] = self.gradients[wrong] * 0.5
            return dx

    report = check_layer(Wrong(2, 3, 3, rng=rng()), MAPS)
    assert report.verdict == "fail"
    assert report.worst.tensor == wrong
    assert "a factor 2 is missing" in report.diagnosis


@pytest.mark.parametrize(
    ("loss", "y"),
    [(softmax_crossentropy, np.array([0, 4, 2, 2])), (mean_squared_error, ROWS**2)],
)
def test_losses_are_checked(loss, y):
    report = check_gradients(lambda z: loss(z, y)[0], ROWS, lambda z: loss(z, y)[1])
    assert report.ok
    far, _ = loss(ROWS + 1e4 if y.ndim == 1 else ROWS, y)
    assert far == pytest.approx(loss(ROWS, y)[0])


@pytest.mark.slow
def test_losses_are_those_of_keras():
    import keras

    y = np.array([0, 4, 2, 2])
    crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    assert softmax_crossentropy(ROWS, y)[0] == pytest.approx(
        float(crossentropy(y, ROWS)), rel=1e-5
    )
    assert mean_squared_error(ROWS, ROWS**2)[0] == pytest.approx(
        float(keras.losses.MeanSquaredError()(ROWS**2, ROWS)), rel=1e-5
    )


def test_descent_learns_what_a_line_cannot_part():
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([0, 1, 1, 0])
    net = Sequential([Dense(2, 8, rng=rng(3)), Tanh(), Dense(8, 2, rng=rng(4))])
    descent = SGD(0.5)
    losses = []
    for _ in range(500):
        loss, dz = softmax_crossentropy(net.forward(x), y)
        net.backward(dz)
        descent.step(net)
        losses.append(loss)
    assert losses[-1] < 0.05 < losses[0]
    assert net.forward(x).argmax(axis=1).tolist() == y.tolist()


@pytest.mark.slow
def test_three_steps_of_descent_are_those_of_keras():
    import keras

    net = Sequential([Dense(5, 4, rng=rng()), Sigmoid(), Dense(4, 5, rng=rng(7))])
    model = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(4, activation="sigmoid"),
            keras.layers.Dense(5),
        ]
    )
    model.set_weights([copy.copy(p) for p in net.parameters.values()])
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    for _ in range(3):
        _, dz = mean_squared_error(net.forward(ROWS), ROWS**2)
        net.backward(dz)
        SGD(0.1).step(net)
        model.train_on_batch(ROWS, ROWS**2)
    for mine, its in zip(net.parameters.values(), model.get_weights(), strict=True):
        assert np.allclose(mine, its, atol=1e-5)


def test_dropout_keeps_the_mean_and_does_nothing_outside_training():
    x = np.ones((200, 100))
    layer = Dropout(0.3, rng=rng())
    out = layer.forward(x)
    assert set(np.unique(out)) == {0, 1 / 0.7}
    assert out.mean() == pytest.approx(1, abs=0.02)
    assert np.array_equal(layer.forward(x, training=False), x)
    with pytest.raises(ValueError, match=r"below 1, got 1\.0"):
        Dropout(1.0, rng=rng())


def test_a_kernel_without_room_is_refused():
    with pytest.raises(ValueError, match=r"8 taps have no room in \(7, 6\) maps"):
        Conv2D(2, 1, 8, rng=rng()).forward(MAPS)


def test_the_module_can_be_read_in_one_sitting():
    assert len(inspect.getsource(backprop).splitlines()) <= 300
