"""Layers written by hand, in the ways that people write them."""

import copy
import threading
from collections import namedtuple
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from byhand.backprop import BatchNormalization, Dense, Dropout, ReLU, Sequential
from byhand.gradients import check_layer
from byhand.gradients.layers import habits, study
from byhand.gradients.layers.habits import BEFORE, BEHIND, GRADIENT_HOLDERS, LISTS
from tests.gradients.real_cases import Network

pytestmark = pytest.mark.slow

X = np.random.default_rng(0).normal(size=(6, 5))
W = np.random.default_rng(1).normal(size=(5, 3))
B = np.array([0.1, -0.2, 0.3])


def names(report):
    """Return what was checked."""
    return [tensor.name for tensor in report.tensors]


def left_out(report):
    """Return what was skipped, and what was taken for constant."""
    return (
        [one.name for one in report.skipped],
        [one.name for one in report.constants],
    )


class Affine:
    """z = xW + b; what a subclass does with dW and db is its habit."""

    def __init__(self, factor=1.0):
        self._factor = int(factor)
        self.W = W.copy()
        self.b = B.copy()

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout):
        self.keep(self._factor * self.x.T @ dout, self._factor * dout.sum(axis=0))
        return dout @ self.W.T

    def keep(self, dW, db):
        self.dW, self.db = dW, db


class InPlace(Affine):
    """A4: params and grads are lists, and the gradients are written into arrays."""

    def __init__(self, factor=1.0):
        super().__init__(factor)
        self.params = [self.W, self.b]
        self.grads = [np.zeros_like(self.W), np.zeros_like(self.b)]

    def keep(self, dW, db):
        self.grads[0][...] = dW
        self.grads[1][...] = db


class ListsReplaced(InPlace):
    def keep(self, dW, db):
        self.grads = [dW, db]


class ListsAlone(InPlace):
    """No attribute but the lists."""

    def __init__(self, factor=1.0):
        super().__init__(factor)
        del self.W, self.b

    def forward(self, x):
        self.x = x
        weights, bias = self.params
        return x @ weights + bias

    def backward(self, dout):
        self.keep(self._factor * self.x.T @ dout, self._factor * dout.sum(axis=0))
        return dout @ self.params[0].T


class TorchSevenNames(Affine):
    """A5: gradW, as Torch 7 has it, and added to."""

    def __init__(self, factor=1.0):
        super().__init__(factor)
        self.gradW, self.gradb = np.zeros_like(self.W), np.zeros_like(self.b)

    def keep(self, dW, db):
        self.gradW += dW
        self.gradb += db


class LongWords(Affine):
    def keep(self, dW, db):
        self.W_gradient, self._grad_b = dW, db


class ListsOfAttributes(Affine):
    """The gradients alone are in a list."""

    def keep(self, dW, db):
        self.grads = [dW, db]


class DictionaryOfAttributes(Affine):
    def keep(self, dW, db):
        self.gradients = {"W": dW, "db": db}


class OneDictionary(Affine):
    """Parameters and gradients side by side."""

    def __init__(self, factor=1.0):
        super().__init__(factor)
        self.numbers = {"W": self.W, "b": self.b}
        del self.W, self.b

    def forward(self, x):
        self.x = x
        return x @ self.numbers["W"] + self.numbers["b"]

    def backward(self, dout):
        self.numbers["dW"] = self._factor * self.x.T @ dout
        self.numbers["db"] = self._factor * dout.sum(axis=0)
        return dout @ self.numbers["W"].T


class Nested(Affine):
    """The dictionaries are in other dictionaries."""

    def __init__(self, factor=1.0):
        super().__init__(factor)
        self.params = {"first": {"W": self.W}, "second": {"b": self.b}}

    def keep(self, dW, db):
        self.grads = {"first": {"W": dW}, "second": {"b": db}}


class Synonyms(Affine):
    """weights and dW."""

    def __init__(self, factor=1.0):
        super().__init__(factor)
        self.weights, self.bias = self.W, self.b
        del self.W, self.b

    def forward(self, x):
        self.x = x
        return x @ self.weights + self.bias

    def backward(self, dout):
        self.dW = self._factor * self.x.T @ dout
        self.db = self._factor * dout.sum(axis=0)
        return dout @ self.weights.T


@dataclass
class Parameter:
    data: np.ndarray
    grad: object = None


class Holders(Affine):
    """Objects that hold a value and its gradient, which adds up."""

    def __init__(self, factor=1.0):
        super().__init__(factor)
        self.W = Parameter(self.W, np.zeros_like(self.W))
        self.b = Parameter(self.b, np.zeros_like(self.b))

    def parameters(self):
        return [self.W, self.b]

    def forward(self, x):
        self.x = x
        return x @ self.W.data + self.b.data

    def backward(self, dout):
        self.W.grad += self._factor * self.x.T @ dout
        self.b.grad += self._factor * dout.sum(axis=0)
        return dout @ self.W.data.T


class Methods(Affine):
    """Methods and properties list what the attributes are."""

    @property
    def params(self):
        return [self.W, self.b]

    def grads(self):
        return [self._first, self._second]

    def keep(self, dW, db):
        self._first, self._second = dW, db


class HandsBack(Affine):
    """(dx, dW, db)."""

    def backward(self, dout):
        dW, db = self._factor * self.x.T @ dout, self._factor * dout.sum(axis=0)
        return dout @ self.W.T, dW, db


class HandsBackInAnotherOrder(HandsBack):
    def backward(self, dout):
        dx, dW, db = super().backward(dout)
        return dW, db, dx


class HandsBackADictionary(HandsBack):
    def backward(self, dout):
        dx, dW, db = super().backward(dout)
        return {"dx": dx, "dW": dW, "db": db}


class HandsBackADictionaryBehind(HandsBack):
    def backward(self, dout):
        dx, dW, db = super().backward(dout)
        return dx, {"W": dW, "b": db}


class Learns(Affine):
    """Takes a learning rate, and changes the parameters inside."""

    def backward(self, dout, learning_rate):
        dx = dout @ self.W.T
        self.W -= learning_rate * self._factor * self.x.T @ dout
        self.b = self.b - learning_rate * self._factor * dout.sum(axis=0)
        return dx


class LearnsByItself(Affine):
    """The learning rate is its own."""

    def __init__(self, factor=1.0):
        super().__init__(factor)
        self.learning_rate = 0.125

    def backward(self, dout):
        dx = dout @ self.W.T
        self.W = self.W - self.learning_rate * self._factor * self.x.T @ dout
        self.b = self.b - self.learning_rate * self._factor * dout.sum(axis=0)
        return dx


class TakesInputs(Affine):
    """backward(inputs, dout), and nothing is kept in between."""

    def forward(self, inputs):
        return inputs @ self.W + self.b

    def backward(self, inputs, grad_output):
        self.x = inputs
        return super().backward(grad_output)


class TakesACache(Affine):
    """forward returns (out, cache), and backward takes the cache."""

    def forward(self, x):
        return x @ self.W + self.b, {"x": x}

    def backward(self, dout, cache):
        self.x = cache["x"]
        return super().backward(dout)


class LeavesEverything(Affine):
    """Nothing is returned: output, dinputs, dweights, as in nnfs."""

    def __init__(self, factor=1.0):
        super().__init__(factor)
        self.weights, self.biases = self.W, self.b

    def forward(self, inputs):
        self.inputs = inputs
        self.output = inputs @ self.weights + self.biases

    def backward(self, dvalues):
        self.dweights = self._factor * self.inputs.T @ dvalues
        self.dbiases = self._factor * dvalues.sum(axis=0, keepdims=False)
        self.dinputs = dvalues @ self.weights.T


class BuiltLater(Affine):
    """The parameters are made by the first forward pass."""

    def __init__(self, factor=1.0):
        self._factor, self.W, self.is_built = int(factor), None, False

    def forward(self, x):
        if not self.is_built:
            self.W = np.random.default_rng(3).normal(size=(x.shape[1], 3))
            self.b, self.is_built = B.copy(), True
        return super().forward(x)


class OtherVerbs(Affine):
    fprop = Affine.forward
    forward = None

    def bprop(self, dout):
        return Affine.backward(self, dout)

    backward = None


class Called(Affine):
    __call__ = Affine.forward
    forward = None


class InTuples(Affine):
    """A named tuple of both, and another of the gradients."""

    Pair = namedtuple("Pair", ["W", "b"])

    def __init__(self, factor=1.0):
        super().__init__(factor)
        self.params = self.Pair(self.W, self.b)

    def forward(self, x):
        self.x = x
        return x @ self.params.W + self.params.b

    def keep(self, dW, db):
        self.grads = self.Pair(dW, db)


class InSlots:
    """No __dict__."""

    __slots__ = ("W", "b", "dW", "db", "factor", "x")

    def __init__(self, factor=1.0):
        self.W, self.b, self.factor = W.copy(), B.copy(), int(factor)

    forward = Affine.forward

    def backward(self, dout):
        self.dW = self.factor * self.x.T @ dout
        self.db = self.factor * dout.sum(axis=0)
        return dout @ self.W.T


class OfItsClass(Affine):
    """The parameters are attributes of the class."""

    W = W.copy()
    b = B.copy()

    def __init__(self, factor=1.0):
        self._factor = int(factor)


class ObjectArray(Affine):
    """An array of arrays."""

    def __init__(self, factor=1.0):
        super().__init__(factor)
        self.params = np.empty(2, dtype=object)
        self.params[:] = [self.W, self.b]

    def keep(self, dW, db):
        self.grads = np.empty(2, dtype=object)
        self.grads[:] = [dW, db]


class PythonLists:
    """Nothing but lists of numbers."""

    def __init__(self, factor=1.0):
        self.w, self.factor = [0.5, -1.0, 2.0, 0.3, 0.1], int(factor)

    def forward(self, x):
        self.x = x
        return np.array([sum(w * v for w, v in zip(self.w, r, strict=True)) for r in x])

    def backward(self, dout):
        self.dw = [self.factor * float(dout @ self.x[:, k]) for k in range(5)]
        return np.outer(dout, self.w)


HABITS = [
    Affine,
    InPlace,
    ListsReplaced,
    ListsAlone,
    TorchSevenNames,
    LongWords,
    ListsOfAttributes,
    DictionaryOfAttributes,
    OneDictionary,
    Nested,
    Synonyms,
    Holders,
    Methods,
    HandsBack,
    HandsBackInAnotherOrder,
    HandsBackADictionary,
    HandsBackADictionaryBehind,
    Learns,
    LearnsByItself,
    TakesInputs,
    TakesACache,
    LeavesEverything,
    BuiltLater,
    OtherVerbs,
    Called,
    InTuples,
    InSlots,
    OfItsClass,
    ObjectArray,
    PythonLists,
]


@pytest.mark.parametrize("habit", HABITS)
def test_a_right_layer_passes_whatever_its_habit(habit):
    report = check_layer(habit(), X)
    assert report.ok, report
    assert len(report.tensors) == (2 if habit is PythonLists else 3)
    assert left_out(report) == ([], [])


@pytest.mark.parametrize("habit", HABITS)
def test_a_wrong_layer_fails_whatever_its_habit(habit):
    report = check_layer(habit(2), X)
    assert report.verdict == "fail", report
    assert {tensor.verdict for tensor in report.tensors[1:]} == {"fail"}


@pytest.mark.parametrize("habit", HABITS)
def test_a_used_layer_is_checked_as_a_new_one_is(habit):
    right, wrong = habit(), habit(2)
    for layer in (right, wrong):
        passes = {
            OtherVerbs: ("fprop", "bprop"),
            Called: ("__call__", "backward"),
        }.get(habit, ("forward", "backward"))
        forward, backward = (getattr(layer, name) for name in passes)
        out = forward(X)
        out = layer.output if out is None else out
        if habit is TakesACache:
            backward(np.ones_like(out[0]), out[1])
        elif habit is TakesInputs:
            backward(X, np.ones_like(out))
        elif habit is Learns:
            backward(np.ones_like(out), 1e-3)
        else:
            backward(np.ones_like(out))
    assert check_layer(right, X).ok
    assert check_layer(wrong, X).verdict == "fail"


# --- names


def spelt_layer(name, gradient_name, factor, kind="array"):
    """Return a layer with one parameter, and its gradient under some name.

    The gradient is `factor` times what it should be.
    """
    kept = {"array": np.asarray, "number": float, "list": np.ndarray.tolist}[kind]
    value = np.array(2.5) if kind == "number" else np.array([2.0, -3.0, 0.5, 1.5, 4.0])

    class Scale:
        def __init__(self):
            setattr(self, name, kept(value))

        def forward(self, x):
            self.x = x
            return x * np.asarray(getattr(self, name))

        def backward(self, dout):
            gradient = (dout * self.x).sum(axis=None if kind == "number" else 0)
            setattr(self, gradient_name, kept(np.asarray(factor * gradient)))
            return dout * np.asarray(getattr(self, name))

    return Scale()


SPELLINGS = [f"{word}{joint}{{}}" for word in BEFORE for joint in ("", "_")]
SPELLINGS += [f"{{}}{joint}{word}" for word in BEHIND for joint in ("", "_")]
CASES = (str, str.lower, str.upper)


@pytest.mark.parametrize("name", ["W", "_gamma_xh"])
@pytest.mark.parametrize(("number", "spelling"), list(enumerate(SPELLINGS)))
def test_every_spelling_is_known_in_any_case(number, spelling, name):
    called = CASES[number % len(CASES)](spelling.format(name))
    report = check_layer(spelt_layer(name, called, 1), X)
    assert report.ok, (called, report)
    assert len(report.tensors) == 2
    report = check_layer(spelt_layer(name, called, 1.01), X)
    assert report.verdict == "fail", (called, report)


STRANGE = [
    "slope_of_{}",
    "{}_sensitivity",
    "adjoint{}",
    "z",
    "q_{}_q",
    "Jacobian",
    "{}{}",
]


@pytest.mark.parametrize("name", ["W", "theta_1"])
@pytest.mark.parametrize("spelling", STRANGE)
def test_an_unknown_spelling_is_incomplete_and_never_passes(spelling, name):
    called = spelling.format(name, name)
    for factor in (1, 2, 0):
        report = check_layer(spelt_layer(name, called, factor), X)
        assert report.verdict == "incomplete", (called, report)
        assert not report
        assert left_out(report) == ([name], [])
        assert "parameters= and gradients=" in report.skipped[0].reason
    named = {"parameters": [name], "gradients": [called]}
    assert check_layer(spelt_layer(name, called, 1), X, **named).ok
    assert check_layer(spelt_layer(name, called, 2), X, **named).verdict == "fail"


NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,7}", fullmatch=True)
TAKEN = dir(spelt_layer("W", "dW", 1))


@given(name=NAMES, called=NAMES, value=st.sampled_from(["array", "number", "list"]))
def test_a_wrong_gradient_never_passes_whatever_the_names(name, called, value):
    assume(name != called)
    assume(not {name, called} & {"x", *TAKEN})
    report = check_layer(spelt_layer(name, called, 2, kind=value), X)
    assert report.verdict in ("fail", "incomplete"), (name, called, report)


HOLDINGS = [(one, other) for one in LISTS for other in GRADIENT_HOLDERS]


@pytest.mark.parametrize(
    ("number", "holder", "gradient_holder"),
    [(k, *pair) for k, pair in enumerate(HOLDINGS)],
)
def test_every_holder_is_known(number, holder, gradient_holder):
    key = ["W", 0][number % 2]

    def held(value):
        return {"W": value} if key == "W" else [value]

    class Scale:
        def __init__(self, factor):
            self.factor = int(factor)
            setattr(self, holder, held(np.array([2.0, -3.0, 0.5, 1.5, 4.0])))

        def forward(self, x):
            self.x = x
            return x * getattr(self, holder)[key]

        def backward(self, dout):
            gradient = self.factor * (dout * self.x).sum(axis=0)
            setattr(self, gradient_holder, held(gradient))
            return dout * getattr(self, holder)[key]

    assert check_layer(Scale(1), X).ok
    assert check_layer(Scale(2), X).verdict == "fail"


def test_no_name_of_a_gradient_is_that_of_another_parameter():
    """Such as "delta" of "a" or "grads" for "grad" of "s"."""
    usual = [
        "W",
        "b",
        "w",
        "x",
        "h",
        "U",
        "V",
        "Wx",
        "Wh",
        "bx",
        "bh",
        "gamma",
        "beta",
        "alpha",
        "kernel",
        "bias",
        "weights",
        "scale",
    ]
    for one in usual:
        for other in usual:
            assert habits.plain(one) not in habits.gradient_names(other), (one, other)


@pytest.mark.parametrize("kind", [np.array, float])
def test_what_is_multiplied_by_zero_is_not_overlooked(kind):
    """A new branch often begins with a factor of 0, and nothing moves the output."""

    class Branch:
        def __init__(self, factor):
            self.factor, self.gain = int(factor), kind(0.0)
            self.mixing = np.eye(5) + 0.5

        def forward(self, x):
            self.x = x
            return x + self.gain * (x @ self.mixing)

        def backward(self, dout):
            self.dgain = np.sum(dout * (self.x @ self.mixing))
            self.slope = self.factor * self.gain * self.x.T @ dout + (self.factor != 1)
            return dout + self.gain * dout @ self.mixing.T

    report = check_layer(Branch(2), X)
    assert report.verdict == "incomplete"
    assert left_out(report) == (["mixing"], [])
    named = {"gradients": {"mixing": "slope"}}
    assert check_layer(Branch(1), X, **named).ok
    assert check_layer(Branch(2), X, **named).verdict == "fail"


# --- numbers of other kinds


class Scaled:
    """x b, with a parameter of any kind."""

    def __init__(self, b, factor=1, kind=lambda g: g):
        self.b, self.factor, self.kind = b, factor, kind

    def forward(self, x):
        self.x = x
        return x * self.b

    def backward(self, dout):
        self.db = self.factor * self.kind((dout * np.conj(self.x)).sum())
        dx = dout * np.conj(self.b)
        return dx if np.iscomplexobj(self.x) else dx.real


@pytest.mark.parametrize(
    "b",
    [
        np.float64(2.0),
        2.0,
        np.array(2.0),
        np.float32(1.5),
        1.5 - 0.5j,
        np.complex128(2j),
    ],
)
@pytest.mark.parametrize("kind", [lambda g: g, np.asarray])
def test_single_numbers_are_parameters(b, kind):
    report = check_layer(Scaled(b, kind=kind), X)
    assert report.ok, report
    assert names(report) == ["x", "b"]
    assert check_layer(Scaled(b, 7, kind), X).verdict == "fail"


def test_whole_numbers_are_parameters_where_they_have_a_gradient():
    for b in (2, np.array(2), np.int64(2)):
        report = check_layer(Scaled(b), X)
        assert report.ok
        assert names(report) == ["x", "b"]
        assert check_layer(Scaled(b, 7), X).verdict == "fail"


def test_a_single_number_with_a_gradient_of_unknown_name_is_incomplete():
    class Strange(Scaled):
        def backward(self, dout):
            self.slope = 7 * np.sum(dout * self.x)
            return dout * self.b

    for b in (2.0, np.float64(2.0), np.array(2.0)):
        report = check_layer(Strange(b), X)
        assert report.verdict == "incomplete"
        assert left_out(report) == (["b"], [])
    named = {"parameters": ["b"], "gradients": ["slope"]}
    assert check_layer(Strange(2.0), X, **named).verdict == "fail"


def test_settings_are_constants_with_their_reason():
    class Leaky(ReLU):
        def __init__(self, slope):
            super().__init__()
            self.slope, self.rate = slope, 0.5

        def forward(self, x):
            self.x = x
            return np.where(x > 0, x, self.slope * x)

        def backward(self, dout):
            self.dz = dout * np.where(self.x > 0, 1, self.slope)
            return self.dz

    report = check_layer(Leaky(0.1), X)
    assert report.ok
    assert left_out(report) == ([], ["slope"])
    assert "plain number" in report.constants[0].reason


def test_sizes_that_must_be_whole_are_not_mentioned():
    class Shift(ReLU):
        def __init__(self):
            super().__init__()
            self.by, self.order = 2, np.array([4, 3, 2, 1, 0])

        def forward(self, x):
            return np.roll(x[:, self.order], range(self.by)[-1])

        def backward(self, dout):
            return np.roll(dout, -range(self.by)[-1])[:, self.order]

    report = check_layer(Shift(), X)
    assert report.ok
    assert left_out(report) == ([], [])


def test_what_a_pass_leaves_behind_is_no_parameter():
    class Keeps(Affine):
        def backward(self, dout):
            self.dx = super().backward(dout)
            return self.dx

    layer = Keeps()
    layer.backward(layer.forward(X + 1))
    report = check_layer(layer, X)
    assert report.ok
    assert names(report) == ["x", "W", "b"]


def test_a_time_step_is_no_gradient_of_the_time():
    """dt beside t is a number that the backward pass does not write."""

    class Step:
        def __init__(self):
            self.t, self.dt = 0.5, 0.1

        def forward(self, x):
            return x * np.cos(self.t + self.dt)

        def backward(self, dout):
            return dout * np.cos(self.t + self.dt)

    report = check_layer(Step(), X)
    assert report.ok
    assert left_out(report) == ([], ["t", "dt"])


def test_a_complex_parameter_is_checked():
    class Complex(Affine):
        def __init__(self, factor=1):
            super().__init__(factor)
            self.W = self.W + 1j * self.W[::-1]

        def keep(self, dW, db):
            self.dW, self.db = dW, db.real

        def backward(self, dout):
            self.keep(self._factor * self.x.T @ dout, dout.sum(axis=0))
            return (dout @ self.W.conj().T).real

    assert check_layer(Complex(), X).ok
    assert check_layer(Complex(2), X).worst.tensor == "W"


# --- layers in layers


class Square(Affine):
    """Of 3 x 3, to stand behind the other."""

    def __init__(self, factor=1.0):
        super().__init__(factor)
        self.W = np.random.default_rng(7).normal(size=(3, 3))


def test_layers_of_a_layer_are_checked_under_their_path():
    report = check_layer(Network(Affine(), Square()), X)
    assert report.ok
    assert names(report) == [
        "x",
        "layers[0].W",
        "layers[0].b",
        "layers[1].W",
        "layers[1].b",
    ]
    report = check_layer(Network(Affine(), Square(7)), X)
    assert report.verdict == "fail"
    assert {t.name for t in report.tensors if t.verdict == "fail"} == {
        "layers[1].W",
        "layers[1].b",
    }


def test_layers_behind_methods_and_partial_functions_are_found():
    class Steps:
        def __init__(self, factor):
            layer = Affine(factor)
            self.ahead, self.back = [layer.forward], [partial(layer.backward)]

        def forward(self, x):
            return self.ahead[0](x)

        def backward(self, dout):
            return self.back[0](dout)

    assert check_layer(Steps(1), X).ok
    assert check_layer(Steps(2), X).verdict == "fail"


def test_layers_in_dictionaries_attributes_and_other_layers():
    class Block:
        def __init__(self, factor):
            self.inner = Network(Affine())
            self.branches = {"left": Square(factor)}

        def forward(self, x):
            return self.branches["left"].forward(self.inner.forward(x))

        def backward(self, dout):
            return self.inner.backward(self.branches["left"].backward(dout))

    report = check_layer(Block(1), X)
    assert report.ok
    assert set(names(report)) == {
        "x",
        "inner.layers[0].W",
        "inner.layers[0].b",
        "branches.left.W",
        "branches.left.b",
    }
    assert check_layer(Block(2), X).verdict == "fail"


def test_a_net_that_lists_what_its_layers_hold_names_each_once():
    class Listing(Network):
        def __init__(self, *layers):
            super().__init__(*layers)
            self.params = [p for layer in layers for p in layer.params]
            self.grads = [g for layer in layers for g in layer.grads]

    class SquareInPlace(InPlace):
        def __init__(self, factor=1.0):
            super().__init__(factor)
            self.params[0] = self.W = np.random.default_rng(7).normal(size=(3, 3))
            self.grads[0] = np.zeros((3, 3))

    report = check_layer(Listing(InPlace(), SquareInPlace()), X)
    assert report.ok
    assert len(report.tensors) == 5
    assert check_layer(Listing(InPlace(), SquareInPlace(2)), X).verdict == "fail"


def test_a_parameter_that_two_layers_share_is_one():
    """Each keeps its share of the gradient, and the sum is what is right."""

    def tied(first, second):
        one, two = Square(first), Square(second)
        two.W = one.W
        return Network(one, two)

    report = check_layer(tied(1, 1), X[:, :3])
    assert report.ok
    assert names(report) == ["x", "layers[0].W", "layers[0].b", "layers[1].b"]
    assert check_layer(tied(1, 2), X[:, :3]).verdict == "fail"


def test_the_layers_of_backprop_are_checked_as_they_are():
    rng = np.random.default_rng(5)
    net = Sequential(
        [Dense(5, 4, rng=rng), BatchNormalization(4), Dense(4, 2, rng=rng)]
    )
    report = check_layer(net, X, training=False)
    assert report.ok
    assert names(report)[1:3] == ["0.kernel", "0.bias"]
    assert set(left_out(report)[1]) >= {
        "layers[1].moving_mean",
        "layers[1].moving_variance",
    }
    reasons = {one.name: one.reason for one in report.constants}
    assert "statistic" in reasons["layers[1].moving_mean"]


def test_a_missing_gradient_in_a_list_of_parameters_is_incomplete():
    class Forgotten(Affine):
        def __init__(self):
            super().__init__()
            self.parameters, self.gradients = {"W": self.W, "b": self.b}, {}

        def forward(self, x):
            self.x = x
            return x @ self.parameters["W"] + self.parameters["b"]

        def keep(self, dW, db):
            self.gradients["W"] = dW

    report = check_layer(Forgotten(), X)
    assert report.verdict == "incomplete"
    assert left_out(report) == (["b"], [])
    assert "lists it as a parameter" in report.skipped[0].reason


def test_a_listed_parameter_that_is_not_used_is_not_overlooked():
    class Spare(InPlace):
        def __init__(self):
            super().__init__()
            self.params.append(np.ones(2))

    report = check_layer(Spare(), X)
    assert report.verdict == "incomplete"
    assert left_out(report) == (["params[2]"], [])


def test_what_a_layer_does_not_list_is_constant():
    class Positions(InPlace):
        def __init__(self):
            super().__init__()
            self.table = np.linspace(0, 1, 5)

        def forward(self, x):
            return super().forward(x + self.table)

    report = check_layer(Positions(), X)
    assert report.ok
    assert left_out(report) == ([], ["table"])
    assert "not among them" in report.constants[0].reason


def test_what_a_layer_does_not_list_but_has_a_gradient_of_is_not_constant():
    class Positions(InPlace):
        def __init__(self):
            super().__init__()
            self.table = np.linspace(0, 1, 5)

        def forward(self, x):
            return super().forward(x + self.table)

        def backward(self, dout):
            dx = super().backward(dout)
            self.pull = 5 * dx.sum(axis=0)
            return dx

    report = check_layer(Positions(), X)
    assert report.verdict == "incomplete"
    assert left_out(report) == (["table"], [])


def test_statistics_of_past_batches_are_constant():
    class Normalize(Affine):
        def __init__(self):
            super().__init__()
            self.running_mean = np.full(5, 0.5)

        def forward(self, x):
            return super().forward(x - self.running_mean)

    report = check_layer(Normalize(), X)
    assert report.ok
    assert left_out(report) == ([], ["running_mean"])


# --- what a user says


class Hidden:
    """Names that no habit knows."""

    def __init__(self, factor=1):
        self.cells = [
            SimpleNamespace(mixing=W.copy(), slope=None),
            {"offset": B.copy()},
        ]
        self.factor = int(factor)

    def forward(self, x):
        self.x = x
        return x @ self.cells[0].mixing + self.cells[1]["offset"]

    def backward(self, dout):
        self.cells[0].slope = self.factor * self.x.T @ dout
        self.found = {"o": self.factor * dout.sum(axis=0)}
        return dout @ self.cells[0].mixing.T


@pytest.mark.parametrize(
    "named",
    [
        {
            "parameters": ["cells[0].mixing", "cells[1].offset"],
            "gradients": ["cells[0].slope", "found['o']"],
        },
        {
            "parameters": {"M": "cells[0].mixing", "o": "cells[1]['offset']"},
            "gradients": {"M": "cells[0].slope", "o": "found.o"},
        },
        {
            "parameters": {
                "M": lambda layer: layer.cells[0].mixing,
                "o": lambda layer: layer.cells[1]["offset"],
            },
            "gradients": {
                "M": lambda layer: layer.cells[0].slope,
                "o": lambda layer: layer.found["o"],
            },
        },
        {
            "gradients": {
                "cells[0].mixing": "cells[0].slope",
                "cells[1].offset": "found.o",
            }
        },
    ],
)
def test_names_are_taken_from_the_user(named):
    report = check_layer(Hidden(), X, **named)
    assert report.ok, report
    assert len(report.tensors) == 3
    if isinstance(named.get("parameters"), dict):
        assert names(report) == ["x", "M", "o"]
    assert check_layer(Hidden(2), X, **named).verdict == "fail"


def test_a_whole_list_can_be_named():
    class Lists(Affine):
        def __init__(self, factor=1):
            super().__init__(factor)
            self.coefficients = [self.W, self.b]

        def keep(self, dW, db):
            self.slopes = [dW, db]

    named = {"parameters": ["coefficients"], "gradients": ["slopes"]}
    assert check_layer(Lists(), X).verdict == "incomplete"
    assert check_layer(Lists(), X, **named).ok
    assert check_layer(Lists(2), X, **named).verdict == "fail"


def test_what_is_not_named_is_constant():
    report = check_layer(Affine(), X, parameters=["W"])
    assert report.ok
    assert names(report) == ["x", "W"]
    assert left_out(report) == ([], ["b"])
    assert report.constants[0].reason == "not named by parameters="


def test_what_is_named_and_has_no_gradient_is_incomplete():
    report = check_layer(Hidden(), X, parameters=["cells[0].mixing"])
    assert report.verdict == "incomplete"
    assert left_out(report)[0] == ["cells[0].mixing"]


def test_constants_are_declared_by_name_path_or_holder():
    for constants in (["cells[0].mixing", "cells[1].offset"], ["cells"]):
        report = check_layer(Hidden(), X, constants=constants)
        assert report.ok
        assert len(report.constants) == 2
        assert report.constants[0].reason == "declared by constants="


def test_an_input_can_be_a_constant():
    class Loss:
        def forward(self, x, t):
            self.gap = x - t
            return np.sum(self.gap**2)

        def backward(self, dout=1.0):
            return 2 * dout * self.gap

    inputs = (X, np.ones_like(X))
    report = check_layer(Loss(), inputs)
    assert report.verdict == "incomplete"
    report = check_layer(Loss(), inputs, constants=["t"])
    assert report.ok
    assert left_out(report) == ([], ["t"])


def test_a_loss_needs_no_gradient_of_its_output():
    class Loss:
        def forward(self, x):
            self.x = x
            return np.sum(x**3)

        def backward(self):
            return 3 * self.x**2

    assert check_layer(Loss(), X).ok


# --- inputs and outputs


class Dictionaries:
    """Two inputs."""

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


def test_two_inputs():
    report = check_layer(Dictionaries(), (X[:, :2], X[:, 2:4]))
    assert report.ok
    assert names(report) == ["a", "b", "scale"]


def test_several_outputs_come_with_as_many_gradients():
    class Split(Affine):
        def forward(self, x):
            z = super().forward(x)
            return z[:, :1], z[:, 1:]

        def backward(self, dout):
            first, second = dout
            return super().backward(np.hstack([first, second]))

    assert check_layer(Split(), X).ok
    assert check_layer(Split(2), X).verdict == "fail"


def test_a_list_of_inputs_is_one_argument():
    class Add:
        def forward(self, parts):
            return parts[0] + 2 * parts[1]

        def backward(self, dout):
            return [dout, 2 * dout]

    report = check_layer(Add(), [X, X + 1])
    assert report.ok
    assert len(report.tensors) == 2


def test_whole_numbers_are_indices():
    class Embedding(Affine):
        def forward(self, indices):
            self.indices = indices
            return self.W[indices]

        def backward(self, dout):
            self.dW = np.zeros_like(self.W)
            np.add.at(self.dW, self.indices, self._factor * dout)

    indices = np.array([[1, 4], [4, 0]])
    report = check_layer(Embedding(), indices)
    assert report.ok
    assert names(report) == ["W"]
    assert check_layer(Embedding(2), indices).verdict == "fail"


def test_a_transposed_gradient_fails_and_is_not_overlooked():
    class Transposed(HandsBack):
        def backward(self, dout):
            dx, dW, db = super().backward(dout)
            return dx, dW.T, db

    assert check_layer(Transposed(), X).verdict == "fail"

    class TransposedAttribute(Affine):
        def keep(self, dW, db):
            self.dW, self.db = dW.T, db

    assert check_layer(TransposedAttribute(), X).verdict == "fail"


def test_a_first_layer_may_return_the_gradients_of_its_parameters_alone():
    class First(HandsBack):
        def backward(self, dout):
            return super().backward(dout)[1:]

    report = check_layer(First(), X)
    assert report.verdict == "incomplete"
    assert left_out(report) == (["x"], [])
    assert check_layer(First(), X, constants=["x"]).ok
    report = check_layer(First(2), X)
    assert report.verdict == "fail"
    assert names(report) == ["W", "b"]


def test_a_bias_that_forward_forgets_fails():
    class Forgets(Affine):
        def forward(self, x):
            self.x = x
            return x @ self.W

    assert check_layer(Forgets(), X).worst.tensor == "b"


def test_low_precision_is_checked_in_double():
    layer = InPlace()
    layer.params = [
        layer.params[0].astype(np.float32),
        layer.params[1].astype(np.float32),
    ]
    layer.grads = [g.astype(np.float32) for g in layer.grads]
    layer.W, layer.b = layer.params
    report = check_layer(layer, X.astype(np.float32))
    assert report.ok
    assert all(t.worst is None or t.worst.bound < 1e-8 for t in report.tensors)
    assert layer.W.dtype == np.float32


# --- the layer stays as it was


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


@pytest.mark.parametrize("habit", HABITS)
def test_no_layer_is_changed(habit):
    layer = habit()
    attributes = [n for n in dir(layer) if not n.startswith("__") and hasattr(layer, n)]
    before = copy.deepcopy([getattr(layer, n) for n in attributes if n in dir(layer)])
    check_layer(layer, X)
    now = [n for n in dir(layer) if not n.startswith("__") and hasattr(layer, n)]
    assert now == attributes
    for name, value in zip(attributes, before, strict=True):
        if not callable(value):
            assert str(getattr(layer, name)) == str(value), name


def test_a_layer_without_parameters_has_its_input_checked():
    report = check_layer(ReLU(), np.array([[0.0, 1.0, -1.0]]))
    assert report.ok
    assert len(report.kinks) == 1


def test_an_unseeded_dropout_is_nondeterministic():
    class Unseeded(ReLU):
        def forward(self, x, *, training=True):
            return super().forward(x) * np.random.rand(*x.shape)

    assert check_layer(Unseeded(), X).verdict == "nondeterministic"


def test_large_arrays_that_nothing_writes_to_are_not_copied_each_time():
    copies = []

    class Watched(np.ndarray):
        def __deepcopy__(self, memo):
            copies.append(self.shape)
            return np.array(self).view(Watched)

    class Table(Affine):
        def __init__(self):
            super().__init__()
            self.table = np.zeros(10_000).view(Watched)

        def forward(self, x):
            return super().forward(x + np.asarray(self.table)[0])

    report = check_layer(Table(), X, constants=["table"])
    assert report.ok
    assert report.evaluations > 20
    assert len(copies) < 10


def test_a_large_array_that_forward_writes_to_is_copied():
    class Counter(Affine):
        def __init__(self):
            super().__init__()
            self.seen = np.zeros(10_000)

        def forward(self, x):
            self.seen += 1
            return super().forward(x) * self.seen[0]

        def backward(self, dout):
            return super().backward(dout * self.seen[0])

    layer = Counter()
    assert check_layer(layer, X).verdict == "pass"
    assert not layer.seen.any()


# --- refusals


class Generator(ReLU):
    def __init__(self):
        super().__init__()
        self.endless = (k for k in range(3))


class Puzzle(Affine):
    def backward(self, dout, thing):
        return dout


class Silent(Affine):
    def forward(self, x):
        self.x = x


class NoDout(Affine):
    def backward(self):
        return self.x


@pytest.mark.parametrize(
    ("layer", "options", "fragment"),
    [
        (object(), {}, "has no forward"),
        (SimpleNamespace(forward=abs), {}, "give backward='its name'"),
        (Affine, {}, r"give a layer, not its class: Affine\(...\)"),
        (Affine(), {"forward": "fly"}, "forward='fly' is no method of Affine"),
        (Generator(), {}, "cannot be copied"),
        (Affine(), {"training": True}, "takes no argument training"),
        (Puzzle(), {}, r"takes dout, thing, and forward does not return 2"),
        (Silent(), {}, "returns nothing"),
        (NoDout(), {}, "takes no dout, and the output has shape"),
    ],
)
def test_what_cannot_be_called_is_refused(layer, options, fragment):
    with pytest.raises(TypeError, match=fragment):
        check_layer(layer, X, **options)


@pytest.mark.parametrize(
    ("options", "fragment"),
    [
        ({"parameters": ["V"]}, "parameters= names 'V'.*it holds: W, b"),
        ({"constants": ["V"]}, "constants= names 'V'"),
        (
            {"parameters": ["W"], "gradients": ["slope"]},
            "after backward .* has no slope",
        ),
        ({"parameters": ["W"], "gradients": ["dW", "db"]}, "names 1 and gradients= 2"),
        ({"gradients": ["dW"]}, "give parameters= in the same order"),
        ({"parameters": ["W["]}, "is no path into a layer"),
        ({"parameters": {"M": lambda layer: layer.W.copy()}}, "holds no such numbers"),
    ],
)
def test_names_that_fit_nothing_are_refused(options, fragment):
    with pytest.raises(ValueError, match=fragment):
        check_layer(Affine(), X, **options)


def test_two_gradients_of_one_parameter_that_differ_are_refused():
    class Both(InPlace):
        def keep(self, dW, db):
            super().keep(2 * dW, db)
            self.dW, self.db = dW, db

    with pytest.raises(ValueError, match="two gradients that differ, dW and grads"):
        check_layer(Both(), X)
    assert check_layer(Both(), X, gradients={"W": "dW"}).ok
    assert check_layer(Both(), X, gradients={"W": "grads[0]"}).verdict == "fail"


def test_a_parameter_with_the_name_of_an_input_is_told_apart():
    class Clash:
        def __init__(self):
            self.params, self.grads = {"x": np.ones(5)}, {}

        def forward(self, x):
            self.input = x
            return x * self.params["x"]

        def backward(self, dout):
            self.grads["x"] = (dout * self.input).sum(axis=0)
            return dout * self.params["x"]

    assert names(check_layer(Clash(), X)) == ["x", "layer.x"]


def test_a_step_of_unknown_size_is_incomplete_and_says_what_to_do():
    class Steps(Affine):
        def backward(self, dout):
            dx = dout @ self.W.T
            self.W = self.W - 0.1 * self.x.T @ dout
            self.b = self.b - 0.1 * dout.sum(axis=0)
            return dx

    report = check_layer(Steps(), X)
    assert report.verdict == "incomplete"
    assert left_out(report)[0] == ["W", "b"]
    assert "a step of unknown size" in report.skipped[0].reason


# --- gradients of what the layer does not hold


class OfAGlobal(Affine):
    """The weights are a global, and no attribute."""

    def __init__(self, factor=1):
        self._factor = int(factor)

    def forward(self, x):
        self.x = x
        return x @ W + B

    def backward(self, dout):
        self.keep(self._factor * self.x.T @ dout, self._factor * dout.sum(axis=0))
        return dout @ W.T


class OfAGlobalHandsBack(OfAGlobal):
    def backward(self, dout):
        return super().backward(dout), self.dW, self.db

    def keep(self, dW, db):
        self.dW, self.db = dW, db


class OfAGlobalAlone(OfAGlobal):
    def backward(self, dout):
        gradients = self._factor * self.x.T @ dout, self._factor * dout.sum(axis=0)
        return dout @ W.T, *gradients


class OfAGlobalInKeys(OfAGlobal):
    def keep(self, dW, db):
        self.grads = {"W": dW, "b": db}


class OfAGlobalInARow(OfAGlobal):
    def keep(self, dW, db):
        self.grads = [dW, db]


class OfAClosure:
    """The passes are functions within __init__, and so are the weights."""

    def __init__(self, factor=1):
        weights, bias = W.copy(), B.copy()
        cache = None

        def forward(x):
            nonlocal cache
            cache = x
            return x @ weights + bias

        def backward(dout):
            self.dW, self.db = factor * cache.T @ dout, factor * dout.sum(axis=0)
            return dout @ weights.T

        self.forward, self.backward = forward, backward


class OfAGlobalWithItsSize(OfAGlobal):
    """The number w is a size, and W is not held."""

    def __init__(self, factor=1):
        super().__init__(factor)
        self.w = 5

    def keep(self, dW, db):
        self.dW, self.dB = dW, db


class OfAGlobalKeptByForward(OfAGlobal):
    def forward(self, x):
        self.W = W
        return super().forward(x)


ELSEWHERE = {
    OfAGlobalWithItsSize: ["dW", "dB"],
    OfAGlobalKeptByForward: ["dW", "db"],
    OfAGlobal: ["dW", "db"],
    OfAGlobalHandsBack: ["dW", "db"],
    OfAGlobalAlone: ["returned[1]", "returned[2]"],
    OfAGlobalInKeys: ["grads.W", "grads.b"],
    OfAGlobalInARow: ["grads[0]", "grads[1]"],
    OfAClosure: ["dW", "db"],
}


@pytest.mark.parametrize("factor", [1, 2])
@pytest.mark.parametrize("kind", ELSEWHERE)
def test_the_gradient_of_a_weight_outside_the_layer_is_listed_and_never_passes(
    kind, factor
):
    layer = kind(factor)
    report = check_layer(layer, X)
    assert report.verdict == "incomplete", report
    assert names(report) == ["x"]
    assert set(left_out(report)[0]) >= set(ELSEWHERE[kind])
    assert "let the layer hold" in report.skipped[0].reason
    assert not hasattr(layer, "dW")
    declared = [one.name for one in report.skipped]
    report = check_layer(layer, X, constants=declared)
    assert report.ok
    assert left_out(report) == ([], declared)


@pytest.mark.parametrize("factor", [1, 2])
def test_a_gradient_of_nothing_beside_right_ones_is_listed(factor):
    class Beside(Affine):
        def backward(self, dout):
            dx = super().backward(dout)
            self.dgamma = 99 * dout.sum()
            return dx

    report = check_layer(Beside(factor), X)
    assert report.verdict == ("incomplete" if factor == 1 else "fail")
    assert left_out(report) == (["dgamma"], [])
    assert "holds no gamma that" in report.skipped[0].reason
    assert check_layer(Beside(), X, parameters=["W", "b"]).ok


def test_a_layer_of_a_net_is_not_lent_the_names_of_another():
    class Second(OfAGlobal):
        def forward(self, x):
            self.x = x
            return x @ W[:3]

        def backward(self, dout):
            self.dW = 99 * self.x.T @ dout
            return dout @ W[:3].T

    report = check_layer(Network(Affine(), Second()), X)
    assert report.verdict == "incomplete"
    assert left_out(report) == (["layers[1].dW"], [])


CACHES = [
    *("dropout_mask", "data", "dim", "dilation", "decay", "dist", "diag", "delta"),
    *("dots", "density", "dx", "dz", "dout", "d_out", "dlogits", "grad_norm", "grad"),
    *(
        "dW_prev",
        "grad_W_squared",
        "m_dW",
        "dW_norm",
        "prev_dW",
        "db_old",
        "dh_next",
        "diff",
        "damping",
        "gradual",
    ),
]


@pytest.mark.parametrize("name", CACHES)
def test_what_is_merely_named_with_a_d_is_no_gradient(name):
    class Keeps(Affine):
        def backward(self, dout):
            dx = super().backward(dout)
            shapes = {"grad": X.shape, "grad_norm": (), "dW_norm": ()}
            shapes |= dict.fromkeys(["dW_prev", "grad_W_squared"], W.shape)
            shapes["db_old"] = B.shape
            setattr(self, name, np.full(shapes.get(name, (7,)), dout.sum()))
            return dx

    report = check_layer(Keeps(), X)
    assert report.ok, report
    assert left_out(report) == ([], [])
    assert check_layer(Keeps(2), X).verdict == "fail"


# --- names that differ in case alone


class TwoCases:
    """(x upper) * lower, or + lower, with gradients in their own cases."""

    def __init__(self, upper, lower, factor=1, *, exchanged=False):
        self.w, self.W = lower, upper  # the shorter name first
        self.factor, self.exchanged = int(factor), exchanged

    def forward(self, x):
        self.x = x
        self.h = x @ self.w if np.ndim(self.w) == 2 else x * self.w
        return self.h @ self.W

    def backward(self, dout):
        upper, dh = self.factor * self.h.T @ dout, dout @ self.W.T
        if np.ndim(self.w) < 2:
            self.dW = upper
            return dh * self.w
        lower = self.x.T @ dh
        self.dW, self.dw = (lower, upper) if self.exchanged else (upper, lower)
        return dh @ self.w.T


SQUARE = np.random.default_rng(8).normal(size=(5, 5))


@pytest.mark.parametrize("lower", [3, 2.5, np.float64(2.5), SQUARE.T])
def test_a_gradient_belongs_to_the_name_in_its_own_case(lower):
    report = check_layer(TwoCases(SQUARE, lower), X)
    assert report.ok, report
    assert names(report) == ["x", *(["w"] if np.ndim(lower) else []), "W"]
    report = check_layer(TwoCases(SQUARE, lower, 2), X)
    assert report.verdict == "fail"
    assert [t.name for t in report.tensors if t.verdict == "fail"] == ["W"]


def test_gradients_that_are_exchanged_between_two_cases_fail():
    report = check_layer(TwoCases(SQUARE, SQUARE.T, exchanged=True), X)
    assert report.verdict == "fail"
    assert {t.name for t in report.tensors if t.verdict == "fail"} == {"w", "W"}


@pytest.mark.parametrize("factor", [1, 2])
def test_a_gradient_in_another_case_belongs_to_what_has_its_shape(factor):
    class Sizes(Affine):
        """The gradient of W is called dw, and w is a width."""

        def __init__(self):
            super().__init__(factor)
            self.w = 3

        def keep(self, dW, db):
            self.dw, self.dB = dW, db

    report = check_layer(Sizes(), X)
    assert names(report) == ["x", "W", "b"]
    assert report.verdict == ("pass" if factor == 1 else "fail")


@pytest.mark.parametrize("factor", [1, 2])
def test_a_returned_gradient_belongs_to_the_name_in_its_own_case(factor):
    class Returned(TwoCases):
        def backward(self, dout):
            dx = super().backward(dout)
            found = {"dw": self.dw, "dW": self.dW}
            del self.dw, self.dW
            return dx, found

    report = check_layer(Returned(SQUARE, SQUARE.T, factor), X)
    assert names(report) == ["x", "w", "W"]
    assert report.verdict == ("pass" if factor == 1 else "fail")


# --- classes, masks, holders of any name, modules


@pytest.mark.parametrize("factor", [1, 2])
def test_a_weight_that_is_read_from_the_class_is_incomplete(factor):
    class OfTheClass(Affine):
        W = W.copy()

        def __init__(self):
            self._factor, self.b = factor, B.copy()

        def forward(self, x):
            self.x = x
            return x @ OfTheClass.W + self.b

        def keep(self, dW, db):
            self.dW, self.db = dW, db / factor

    report = check_layer(OfTheClass(), X)
    assert report.verdict == "incomplete"
    assert names(report) == ["x", "b"]
    assert left_out(report) == (["W"], [])
    assert "read self.W" in report.skipped[0].reason


class Masked(Affine):
    """A softmax that a mask of some kind keeps from looking ahead, and then x W + b."""

    def __init__(self, factor=1, hidden=-np.inf):
        super().__init__(factor)
        self.mask = np.where(np.tri(6) > 0, 0, hidden)

    def shares(self):
        weights = np.exp(np.nan_to_num(self.mask, nan=-np.inf, neginf=-np.inf))
        return weights / weights.sum(axis=1, keepdims=True)

    def forward(self, x):
        return self.shares() @ super().forward(x)

    def backward(self, dout):
        return super().backward(self.shares().T @ dout)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("hidden", [-np.inf, np.nan])
@pytest.mark.parametrize("constants", [[], ["mask"]])
def test_a_mask_that_is_not_finite_is_a_constant(hidden, constants):
    report = check_layer(Masked(1, hidden), X, constants=constants)
    assert report.ok, report
    assert left_out(report) == ([], ["mask"])
    reason = report.constants[0].reason
    assert ("declared" if constants else "holds inf or NaN") in reason
    assert check_layer(Masked(2, hidden), X, constants=constants).verdict == "fail"


def test_a_mask_whose_gradient_may_be_there_is_not_constant():
    class Learnt(Masked):
        def backward(self, dout):
            self.slope = np.ones((6, 6)) * dout.sum()
            return super().backward(dout)

    report = check_layer(Learnt(), X)
    assert report.verdict == "incomplete"
    assert left_out(report) == (["mask"], [])


class AnyHolder(Affine):
    """p["W"] and g["dW"], which backward adds to, and which is empty at first."""

    def __init__(self, factor=1):
        super().__init__(factor)
        self.p, self.g = {"W": self.W, "b": self.b}, {}
        del self.W, self.b

    def forward(self, x):
        self.x = x
        return x @ self.p["W"] + self.p["b"]

    def backward(self, dout):
        self.g["dW"] = self.g.get("dW", 0) + self._factor * self.x.T @ dout
        self.g["db"] = self.g.get("db", 0) + dout.sum(axis=0)
        return dout @ self.p["W"].T


def test_gradients_in_a_holder_of_any_name_are_found():
    report = check_layer(AnyHolder(), X)
    assert report.ok, report
    assert names(report) == ["x", "p.W", "p.b"]
    assert check_layer(Network(AnyHolder(), Square()), X).ok
    used, wrong = AnyHolder(), AnyHolder(2)
    for layer in (used, wrong):
        layer.backward(layer.forward(X))
    assert check_layer(used, X).ok
    assert check_layer(wrong, X).worst.tensor == "p.W"


@pytest.mark.parametrize("held", [np, threading.Lock(), threading.RLock(), np.tanh])
def test_modules_locks_and_functions_are_shared_by_the_copies(held):
    class Holds(Affine):
        def __init__(self, factor=1):
            super().__init__(factor)
            self.tools = {"held": held}

        def forward(self, x):
            assert self.tools["held"] is held
            return super().forward(x)

    assert check_layer(Holds(), X).ok
    assert check_layer(Network(Holds(), Square(2)), X).verdict == "fail"


@pytest.mark.parametrize("factor", [1, 2])
def test_every_step_of_a_backward_pass_may_be_kept(factor):
    class Keeps:
        """Batch normalization with all that lies between dout and dx."""

        def __init__(self):
            self.gamma, self.beta = np.linspace(1, 2, 5), np.zeros(5)

        def forward(self, x):
            self.x, self.mean, self.variance = x, x.mean(axis=0), x.var(axis=0) + 1e-5
            self.normal = (x - self.mean) / np.sqrt(self.variance)
            return self.gamma * self.normal + self.beta

        def backward(self, dout):
            self.dgamma = factor * (dout * self.normal).sum(axis=0)
            self.dbeta = dout.sum(axis=0)
            self.dnormal = dout * self.gamma
            centred = self.x - self.mean
            self.dvariance = (self.dnormal * centred).sum(axis=0)
            self.dvariance *= -0.5 * self.variance**-1.5
            self.dSigma = 2 * self.dvariance
            self.d_mean = -(self.dnormal / np.sqrt(self.variance)).sum(axis=0)
            self.grads_of_steps = {"dx_hat": self.dnormal, "dstd": self.d_mean + 1}
            dx = self.dnormal / np.sqrt(self.variance) + self.d_mean / len(dout)
            return dx + self.dSigma * centred / len(dout)

    report = check_layer(Keeps(), X)
    assert report.verdict == ("pass" if factor == 1 else "fail")
    assert names(report) == ["x", "gamma", "beta"]
    assert left_out(report) == ([], [])


@pytest.mark.parametrize(
    ("one", "other", "gap"),
    [
        ([1.0, np.nan, np.inf], [1.0, np.nan, np.inf], 0.0),
        ([1.0, 2.0], [1.5, 1.0], 1.0),
        ([1.0, np.nan], [1.0, 2.0], np.inf),
        ([np.inf], [-np.inf], np.inf),
        ([1.0, 2.0], [1.0], np.inf),
        ([], [], 0.0),
    ],
)
def test_outputs_of_two_passes_are_as_far_apart_as_their_largest_difference(
    one, other, gap
):
    assert study._gap(np.array(one), np.array(other)) == gap
