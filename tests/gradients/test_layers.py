"""Layers written by hand, in the ways that people write them."""

import numpy as np
import pytest

from byhand.backprop import BatchNormalization, Dense, Dropout, ReLU, Sequential
from byhand.gradients import check_layer

X = np.random.default_rng(0).normal(size=(6, 5))


class Attributes:
    """Parameters as attributes, gradients under d and the name."""

    def __init__(self, factor=1.0):
        self.W = np.random.default_rng(1).normal(size=(5, 3))
        self.b = np.zeros(3)
        self.factor = factor

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.dW = self.factor * self.x.T @ dout
        self.db = dout.sum(axis=0)
        return dout @ self.W.T


class Dictionaries:
    """Parameters and gradients in the other usual dictionaries; two inputs."""

    def __init__(self):
        self.params, self.grads = {"scale": np.array([2.0, 3.0])}, {}

    def forward(self, a, b):
        self.kept = a, b
        return a * self.params["scale"] * b

    def backward(self, dout):
        a, b = self.kept
        scale = self.params["scale"]
        self.grads["scale"] = (dout * a * b).sum(axis=0)
        return dout * scale * b, dout * scale * a


def test_attributes_with_d_before_the_name():
    report = check_layer(Attributes(), X)
    assert report.ok
    assert [tensor.name for tensor in report.tensors] == ["x", "W", "b"]
    bad = check_layer(Attributes(0.5), X)
    assert bad.worst.tensor == "W"
    assert "a factor 2 is missing" in bad.diagnosis


def test_dictionaries_and_two_inputs():
    a, b = X[:, :2], X[:, 2:4]
    report = check_layer(Dictionaries(), (a, b))
    assert report.ok
    assert [tensor.name for tensor in report.tensors] == ["a", "b", "scale"]


def test_the_layer_stays_as_it_was():
    rng = np.random.default_rng(5)
    net = Sequential(
        [Dense(5, 4, rng=rng), BatchNormalization(4), Dropout(0.5, rng=rng)]
    )
    kept = {name: array.copy() for name, array in net.parameters.items()}
    state, mean = rng.bit_generator.state, net.layers[1].moving_mean.copy()
    assert check_layer(net, X, training=True).ok
    assert rng.bit_generator.state == state
    assert np.array_equal(net.layers[1].moving_mean, mean)
    assert all(np.array_equal(net.parameters[name], kept[name]) for name in kept)
    assert net.gradients == {}


def test_a_layer_without_parameters_has_its_input_checked():
    report = check_layer(ReLU(), np.array([[0.0, 1.0, -1.0]]))
    assert report.ok
    assert len(report.kinks) == 1


def test_an_unseeded_dropout_is_nondeterministic():
    class Unseeded(ReLU):
        def forward(self, x, *, training=True):
            return super().forward(x) * np.random.rand(*x.shape)

    assert check_layer(Unseeded(), X).verdict == "nondeterministic"


def test_low_precision_is_checked_in_double():
    layer = Attributes()
    layer.W, layer.b = layer.W.astype(np.float32), layer.b.astype(np.float32)
    report = check_layer(layer, X.astype(np.float32))
    assert report.ok
    assert all(
        tensor.worst is None or tensor.worst.bound < 1e-8 for tensor in report.tensors
    )
    assert layer.W.dtype == np.float32


class Generator(ReLU):
    def __init__(self):
        super().__init__()
        self.endless = (k for k in range(3))


class NoGradients:
    def __init__(self):
        self.parameters = {"w": np.ones(5)}

    def forward(self, x):
        return x * self.parameters["w"]

    def backward(self, dout):
        return dout * self.parameters["w"]


@pytest.mark.parametrize(
    ("layer", "options", "fragment"),
    [
        (object(), {}, "has no forward"),
        (Generator(), {}, "cannot be copied"),
        (NoGradients(), {}, "no dictionary gradients"),
        (Attributes(), {"training": True}, "takes no argument training"),
    ],
)
def test_refusals(layer, options, fragment):
    with pytest.raises(TypeError, match=fragment):
        check_layer(layer, X, **options)


def test_a_parameter_that_hides_an_input_is_refused():
    layer = Attributes()
    layer.parameters, layer.gradients = {"x": layer.W}, {"x": layer.W}
    with pytest.raises(TypeError, match="called 'x'"):
        check_layer(layer, X)
