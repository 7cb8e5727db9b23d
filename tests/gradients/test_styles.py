"""Every way to write a function and its gradient is read, and read rightly."""

import functools
import inspect
from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.gradients import check_gradients
from byhand.gradients.nested import MisfitError, gradient_row
from byhand.gradients.styles import written

rng = np.random.default_rng(5)
X, W, B = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
LABELS = np.array([0, 1, 1, 0])


def arrays_of(one):
    """Return private copies of all numbers, as a check makes them."""
    return {
        leaf.path: np.array(leaf.array, np.result_type(leaf.array, float))
        if leaf.real
        else np.array(leaf.array)
        for leaf in one.leaves
        if leaf.array is not None
    }


def cotangent_of(one, arrays):
    output = one.value(arrays)
    if one.scalar:
        return None
    values = np.random.default_rng(6).uniform(0.5, 1.5, (2, *output.shape))
    return values[0] + 1j * values[1] if output.dtype.kind == "c" else values[0]


def slopes(one, leaf, arrays, cotangent):
    """Return central differences of the weighed output by one leaf."""

    def number():
        output = one.value(arrays)
        return output.item() if one.scalar else np.vdot(cotangent, output).real

    row = arrays[leaf.path].reshape(-1).view(np.float64)
    found = np.empty(row.size)
    for k, middle in enumerate(row.copy()):
        row[k] = middle + 1e-6
        above = number()
        row[k] = middle - 1e-6
        found[k] = (above - number()) / 2e-6
        row[k] = middle
    return found


def verdicts(one):
    """Return "right" or "wrong" for each leaf that a gradient came back for."""
    arrays = arrays_of(one)
    cotangent = cotangent_of(one, arrays)
    elsewhere = {leaf.path: arrays[leaf.path] + 1 for leaf in one.leaves if leaf.real}
    one.value(arrays | elsewhere)
    entries = one.gradients(arrays, cotangent)
    found = {}
    for leaf in one.leaves:
        if entries.get(leaf.path) is None or not leaf.real:
            continue
        try:
            row = gradient_row(entries[leaf.path], leaf)
        except MisfitError:
            found[leaf.name] = "wrong"
            continue
        right = slopes(one, leaf, arrays, cotangent)
        agrees = np.allclose(row, right, rtol=1e-6, atol=1e-8)
        found[leaf.name] = "right" if agrees else "wrong"
    return found


# One layer and its loss, in every style. Each is told by how much to be wrong.


def loss(W, b):
    return np.sum((X @ W + b) ** 2)


def grads(W, b, by=1.0):
    return 2 * X.T @ (X @ W + b), by * 2 * (X @ W + b).sum(0)


def forward(x, w, b):
    return x @ w + b, (x, w)


def backward(dout, cache, by=1.0):
    x, w = cache
    return dout @ w.T, x.T @ dout, by * dout.sum(0)


def back(dout, x, w, b, by=1.0):
    return backward(dout, (x, w), by)


def squared(x):
    return x**2, x


def loss_and_grads(W, b, by=1.0):
    return loss(W, b), grads(W, b, by)


class Affine:
    """A layer that keeps in forward what it needs in backward."""

    def __init__(self, by=1.0):
        self.by = by

    def forward(self, x, w, b):
        self.cache = x, w
        return x @ w + b

    def backward(self, dout):
        return backward(dout, self.cache, self.by)


class Loss:
    """A callable object with its gradient as a method."""

    def __init__(self, by=1.0):
        self.by = by

    def __call__(self, W, b):
        return loss(W, b)

    def grad(self, W, b):
        return grads(W, b, self.by)


class Network:
    """A network whose gradients are asked for after its loss."""

    def __init__(self, by=1.0):
        self.by = by

    def loss(self, W, b):
        self.at = W, b
        return loss(W, b)

    def gradients(self):
        return grads(*self.at, self.by)


class Unknown:
    """A callable whose signature cannot be inspected, as of some compiled functions."""

    def __init__(self, function):
        self.function = function

    @property
    def __signature__(self):
        raise ValueError("no signature")

    def __call__(self, *given, **named):
        return self.function(*given, **named)


Parameters = namedtuple("Parameters", "W b")


@dataclass(frozen=True)
class Layer:
    W: Any
    b: Any
    kind: str = "affine"


def of_layer(function, by=1.0):
    return lambda p: function(p.W, p.b, *([by] if function is grads else []))


def in_keys(function, names=("dW1", "db1"), by=1.0):
    return lambda p: dict(zip(names, function(p["W1"], p["b1"], by), strict=True))


def nielsen(weights, biases):
    activation = X
    for w, b in zip(weights, biases, strict=True):
        activation = np.tanh(activation @ w + b)
    return np.sum(activation)


def nielsen_grads(weights, biases, by=1.0):
    hidden = np.tanh(X @ weights[0] + biases[0])
    output = np.tanh(hidden @ weights[1] + biases[1])
    delta = [None, 1 - output**2]
    delta[0] = delta[1] @ weights[1].T * (1 - hidden**2)
    return (
        [X.T @ delta[0], hidden.T @ delta[1]],
        [delta[0].sum(0), by * delta[1].sum(0)],
    )


def of_objects(*entries):
    array = np.empty(len(entries), dtype=object)
    array[:] = entries
    return array


def batch_norm(x, gamma, beta, settings):
    deviation = np.sqrt(x.var(0) + settings["eps"])
    normal = (x - x.mean(0)) / deviation
    settings["calls"] = settings.get("calls", 0) + 1
    return gamma * normal + beta, (normal, gamma, deviation)


def batch_norm_backward(dout, cache, by=1.0):
    normal, gamma, deviation = cache
    d = dout * gamma
    dx = (d - d.mean(0) - normal * (d * normal).mean(0)) / deviation
    return dx, (dout * normal).sum(0), by * dout.sum(0)


def lstm_step(x, h):
    return x * h, x + h, (x, h)


def softmax_loss(z, y):
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    return -np.log(p[np.arange(len(y)), y]).mean()


def softmax_grad(z, y, by=1.0):
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    return by * (p - np.eye(2)[y]) / len(y)


def scipy_fn(x, a, b):
    return np.sum((a - x) ** 2) + b * np.sum(x)


def scipy_jac(x, a, b, by=1.0):
    return by * (-2 * (a - x) + b)


def keyword_only(function, by=1.0):
    def wrapper(*, W, b):
        returned = function(W, b)
        return (
            {"W": returned[0], "b": by * returned[1]} if function is grads else returned
        )

    return wrapper


WB = ["W", "b"]
STYLES = {
    "grad": lambda by: (WB, loss, (W, B), {"grad": lambda W, b: grads(W, b, by)}),
    "vjp": lambda by: (
        ["x", "w", "b"],
        lambda x, w, b: x @ w + b,
        (X, W, B),
        {"vjp": lambda d, x, w, b: back(d, x, w, b, by)},
    ),
    "vjp beside a cache": lambda by: (
        ["x", "w", "b"],
        forward,
        (X, W, B),
        {"vjp": lambda d, *inputs: back(d, *inputs, by=by)},
    ),
    "backward and a cache": lambda by: (
        ["x", "w", "b"],
        forward,
        (X, W, B),
        {"backward": lambda d, cache: backward(d, cache, by)},
    ),
    "backward and a cache that is an array": lambda by: (
        ["x"],
        squared,
        X,
        {"backward": lambda d, cache: by * 2 * cache * d},
    ),
    "backward and settings": lambda by: (
        ["x", "gamma", "beta"],
        batch_norm,
        (X, np.ones(3), np.zeros(3), {"mode": "train", "eps": 1e-5}),
        {"backward": lambda d, cache: batch_norm_backward(d, cache, by)},
    ),
    "backward of two outputs": lambda by: (
        ["x", "h"],
        lstm_step,
        (X, X + 1),
        {"backward": lambda da, db, c: (da * c[1] + db, da * c[0] + by * db)},
    ),
    "backward of two outputs in one": lambda by: (
        ["x", "h"],
        lstm_step,
        (X, X + 1),
        {"backward": lambda d, c: (d[0] * c[1] + d[1], d[0] * c[0] + by * d[1])},
    ),
    "a layer's backward": lambda by: (
        ["x", "w", "b"],
        (layer := Affine(by)).forward,
        (X, W, B),
        {"backward": layer.backward},
    ),
    "a layer's backward as vjp": lambda by: (
        ["x", "w", "b"],
        (layer := Affine(by)).forward,
        (X, W, B),
        {"vjp": layer.backward},
    ),
    "a gradient without arguments": lambda by: (
        WB,
        (network := Network(by)).loss,
        (W, B),
        {"grad": network.gradients},
    ),
    "a function returned": lambda by: (
        ["x", "w", "b"],
        lambda x, w, b: (x @ w + b, lambda d: back(d, x, w, b, by)),
        (X, W, B),
        {},
    ),
    "value_and_grad": lambda by: (
        WB,
        lambda W, b: loss_and_grads(W, b, by),
        (W, B),
        {"value_and_grad": True},
    ),
    "value_and_grad, in one tuple": lambda by: (
        WB,
        lambda W, b: (loss(W, b), *grads(W, b, by)),
        (W, B),
        {"value_and_grad": True},
    ),
    "value_and_grad, with more beside the value": lambda by: (
        ["W"],
        lambda W: ((loss(W, B), "accuracy"), by * grads(W, B)[0]),
        W,
        {"value_and_grad": True},
    ),
    "value_and_grad, a dictionary": lambda by: (
        ["W1", "b1"],
        lambda p: (loss(p["W1"], p["b1"]), in_keys(grads, by=by)(p)),
        {"W1": W, "b1": B},
        {"value_and_grad": True},
    ),
    "the same function twice": lambda by: (
        ["w"],
        (both := lambda w: (np.sum(w**2), by * 2 * w)),
        X,
        {"grad": both},
    ),
    "both return pairs": lambda by: (
        ["w"],
        lambda w: (np.sum(w**2), 2 * w),
        X,
        {"grad": lambda w: (np.sum(w**2), by * 2 * w)},
    ),
    "a pair for one number": lambda by: (
        ["w"],
        lambda w: (w[0] ** 2, 2 * w),
        np.array([3.0]),
        {"grad": lambda w: by * 2 * w},
    ),
    "jac and args": lambda by: (
        ["x"],
        scipy_fn,
        np.ones(3),
        {"grad": lambda x, a, b: scipy_jac(x, a, b, by), "args": (1.5, 100.0)},
    ),
    "jac and one arg": lambda by: (
        ["x"],
        lambda x, a: scipy_fn(x, a, 1.0),
        np.ones(3),
        {"grad": lambda x, a: scipy_jac(x, a, 1.0, by), "args": 2.5},
    ),
    "jac of one input of three": lambda by: (
        ["x"],
        scipy_fn,
        (np.ones(3), 1.5, 100.0),
        {"grad": lambda x, a, b: scipy_jac(x, a, b, by), "wrt": "x"},
    ),
    "jac of the second input": lambda by: (
        ["b"],
        loss,
        (W, B),
        {"grad": lambda W, b: grads(W, b, by)[1], "wrt": ["b"]},
    ),
    "jac of what is in a dictionary": lambda by: (
        ["p.W"],
        lambda x, p: loss(p["W"], B) + np.sum(x),
        (X, {"W": W}),
        {"grad": lambda x, p: by * grads(p["W"], B)[0], "wrt": "p"},
    ),
    "a list of one number": lambda by: (
        ["x"],
        lambda x: x[0] ** 2,
        np.array([3.0]),
        {"grad": lambda x: [by * 2 * x[0]]},
    ),
    "a list of numbers": lambda by: (
        ["x"],
        lambda x: np.sum(x**2),
        [1.0, 2.0],
        {"grad": lambda x: by * 2 * x},
    ),
    "Python's numbers": lambda by: (
        ["a", "b"],
        lambda a, b: a * b,
        (2.0, 3.0),
        {"grad": lambda a, b: (b, by * a)},
    ),
    "numbers as one tuple": lambda by: (
        ["p"],
        lambda p: p[0] * p[1],
        (2.0, 3.0),
        {"grad": lambda p: [p[1], by * p[0]]},
    ),
    "labels": lambda by: (
        ["z"],
        softmax_loss,
        (X[:, :2], LABELS),
        {"grad": lambda z, y: softmax_grad(z, y, by)},
    ),
    "a string and None": lambda by: (
        ["x"],
        lambda x, kind, other: np.sum(x**2),
        (X, "l2", None),
        {"grad": lambda x, kind, other: by * 2 * x},
    ),
    "dW1 for W1": lambda by: (
        ["W1", "b1"],
        lambda p: loss(p["W1"], p["b1"]),
        {"W1": W, "b1": B},
        {"grad": in_keys(grads, by=by)},
    ),
    "dW for an argument W": lambda by: (
        WB,
        loss,
        (W, B),
        {"grad": lambda W, b: in_keys(grads, ["dW", "db"], by)({"W1": W, "b1": b})},
    ),
    "parameters and data": lambda by: (
        ["p.W1", "p.b1"],
        lambda x, p: np.sum((x @ p["W1"] + p["b1"]) ** 2),
        (X, {"W1": W, "b1": B}),
        {"grad": lambda x, p: in_keys(grads, by=by)(p)},
    ),
    "an ordered dictionary": lambda by: (
        ["W1", "b1"],
        lambda p: loss(*p.values()),
        OrderedDict(W1=W, b1=B),
        {"grad": lambda p: grads(*p.values(), by)},
    ),
    "a dictionary by name": lambda by: (
        WB,
        loss,
        {"W": W, "b": B},
        {"grad": lambda W, b: grads(W, b, by)},
    ),
    "arguments by name only": lambda by: (
        WB,
        keyword_only(loss),
        {"W": W, "b": B},
        {"grad": keyword_only(grads, by)},
    ),
    "a list as one argument": lambda by: (
        ["ps[0]", "ps[1]"],
        lambda ps: loss(*ps),
        [W, B],
        {"grad": lambda ps: list(grads(*ps, by))},
    ),
    "a list as arguments": lambda by: (
        WB,
        loss,
        [W, B],
        {"grad": lambda W, b: list(grads(W, b, by))},
    ),
    "a list for any number of arguments": lambda by: (
        ["inputs[0]", "inputs[1]"],
        lambda *ps: loss(*ps),
        [W, B],
        {"grad": lambda *ps: grads(*ps, by)},
    ),
    "a list and a setting": lambda by: (
        ["ps[0]", "ps[1]"],
        lambda ps, scale=1.0: loss(*ps),
        [W, B],
        {"grad": lambda ps, scale=1.0: grads(*ps, by)},
    ),
    "a list of one array": lambda by: (
        ["ps[0]"],
        lambda ps: loss(ps[0], B),
        [W],
        {"grad": lambda ps: [by * grads(ps[0], B)[0]]},
    ),
    "a list of one array, of which another reading runs": lambda by: (
        ["ps[0]"],
        lambda ps: np.sum(np.tanh(ps[0])),
        [W],
        {"grad": lambda ps: [by * (1 - np.tanh(ps[0]) ** 2)]},
    ),
    "a list of one argument": lambda by: (
        ["W"],
        lambda W: loss(W, B),
        [W],
        {"grad": lambda W: by * grads(W, B)[0]},
    ),
    "a list, and no signature": lambda by: (
        ["inputs[0]", "inputs[1]"],
        Unknown(lambda ps: loss(*ps)),
        [W, B],
        {"grad": Unknown(lambda ps: grads(*ps, by))},
    ),
    "no signature": lambda by: (
        ["inputs[0]", "inputs[1]"],
        Unknown(loss),
        (W, B),
        {"grad": Unknown(lambda W, b: grads(W, b, by))},
    ),
    "no signature, and a named tuple": lambda by: (
        WB,
        Unknown(of_layer(loss)),
        Parameters(W, B),
        {"grad": Unknown(lambda p: grads(p.W, p.b, by))},
    ),
    "no signature, and a gradient by name": lambda by: (
        WB,
        Unknown(loss),
        {"W": W, "b": B},
        {"grad": lambda W, b: grads(W, b, by)},
    ),
    "a built-in function": lambda by: (
        ["a"],
        np.linalg.det,
        W[:2],
        {"grad": lambda a: by * np.linalg.det(a) * np.linalg.inv(a).T},
    ),
    "a partial function": lambda by: (
        ["W"],
        functools.partial(loss, b=B),
        W,
        {"grad": functools.partial(lambda b, W: by * grads(W, b)[0], B)},
    ),
    "a callable object": lambda by: (
        WB,
        (one := Loss(by)),
        (W, B),
        {"grad": one.grad},
    ),
    "a named tuple": lambda by: (
        WB,
        of_layer(loss),
        Parameters(W, B),
        {"grad": lambda p: Parameters(*grads(*p, by))},
    ),
    "a named tuple as arguments": lambda by: (
        WB,
        loss,
        Parameters(W, B),
        {"grad": lambda W, b: grads(W, b, by)},
    ),
    "a dataclass": lambda by: (
        WB,
        of_layer(loss),
        Layer(W, B),
        {"grad": lambda p: Layer(*grads(p.W, p.b, by))},
    ),
    "a namespace": lambda by: (
        WB,
        of_layer(loss),
        SimpleNamespace(W=W, b=B),
        {
            "grad": lambda p: SimpleNamespace(
                W=grads(p.W, p.b)[0], b=by * grads(p.W, p.b)[1]
            )
        },
    ),
    "lists of weights and biases": lambda by: (
        ["weights[0]", "weights[1]", "biases[0]", "biases[1]"],
        nielsen,
        ([W, W[:2]], [B, B + 1]),
        {"grad": lambda weights, biases: nielsen_grads(weights, biases, by)},
    ),
    "an array of objects": lambda by: (
        ["ps[0]", "ps[1]"],
        lambda ps: loss(*ps),
        of_objects(W, B),
        {"grad": lambda ps: of_objects(*grads(*ps, by))},
    ),
    "a deque": lambda by: (
        ["ps[0]", "ps[1]"],
        lambda ps: loss(*ps),
        deque([W, B]),
        {"grad": lambda ps: deque(grads(*ps, by))},
    ),
    "a tuple of outputs": lambda by: (
        ["x"],
        lambda x: (np.sin(x), np.sum(x**2)),
        X,
        {"vjp": lambda d, x: d[0] * np.cos(x) + by * d[1] * 2 * x},
    ),
    "a tuple of numbers": lambda by: (
        ["x"],
        lambda x: (np.sum(x), np.sum(x**2)),
        X,
        {"vjp": lambda d, x: d[0] + by * d[1] * 2 * x},
    ),
    "a dictionary of outputs": lambda by: (
        ["x"],
        lambda x: {"out": np.sin(x), "best": x.argmax(0), "kind": "sine"},
        X,
        {"vjp": lambda d, x: by * d["out"] * np.cos(x) + d["best"].sum()},
    ),
    "a list of outputs, one complex": lambda by: (
        ["x"],
        lambda x: [np.exp(1j * x), x**2],
        X,
        {
            "vjp": lambda d, x: (
                (d[0] * np.conj(1j * np.exp(1j * x))).real + by * d[1] * 2 * x
            )
        },
    ),
}


@pytest.mark.parametrize("style", STYLES)
def test_a_right_gradient_is_read_as_right_in_every_style(style):
    names, fn, inputs, options = STYLES[style](1.0)
    assert verdicts(written(fn, inputs, **options)) == dict.fromkeys(names, "right")


@pytest.mark.parametrize("style", STYLES)
def test_a_gradient_one_percent_off_is_read_as_wrong_in_every_style(style):
    names, fn, inputs, options = STYLES[style](1.01)
    found = verdicts(written(fn, inputs, **options))
    assert list(found) == names
    assert found[names[-1]] == "wrong"
    assert list(found.values()).count("wrong") == 1 or len(names) == 1


@pytest.mark.slow
@given(st.data())
def test_a_planted_fault_is_seen_wherever_it_is_in_nested_parameters(data):
    sizes = data.draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    pairs = list(pairwise(sizes))
    values = np.random.default_rng(7)
    kinds = st.sampled_from([dict, SimpleNamespace, Layer])
    kinds = [data.draw(kinds) for _ in pairs]
    inputs = [
        kind(W=values.normal(size=pair), b=values.normal(size=pair[1]))
        for kind, pair in zip(kinds, pairs, strict=True)
    ]
    fault = data.draw(st.integers(0, 2 * len(pairs) - 1))

    def part(layer, name):
        return layer[name] if isinstance(layer, dict) else getattr(layer, name)

    def fn(layers):
        return sum(np.sum(part(layer, name) ** 3) for layer in layers for name in "Wb")

    def grad(layers):
        factors = np.where(np.arange(2 * len(layers)) == fault, 3.01, 3.0)
        return [
            {
                "dW": factors[2 * k] * part(layer, "W") ** 2,
                "db": factors[2 * k + 1] * part(layer, "b") ** 2,
            }
            for k, layer in enumerate(layers)
        ]

    found = verdicts(written(fn, (inputs,), grad))
    assert [k for k, name in enumerate(found) if found[name] == "wrong"] == [fault]


def test_arrays_are_passed_on_as_they_are_and_outputs_are_not_shared():
    seen = []

    def fn(p, k):
        seen.append((p["W"], k))
        return p["W"]

    one = written(fn, ({"W": W}, 3), vjp=lambda d, p, k: {"W": d})
    arrays = arrays_of(one)
    output = one.value(arrays)
    path = one.leaves[0].path
    assert seen[0][0] is arrays[path]
    assert type(seen[0][1]) is int
    arrays[path] += 1
    assert np.array_equal(output, W)
    dout = np.ones_like(W)
    assert one.gradients(arrays, dout)[path] is dout


def test_numbers_and_tuples_are_passed_on_as_what_they_are():
    given = []

    def fn(x, scale, axis, flag, pad, bounds):
        given.extend([scale, axis, flag, pad, bounds])
        return np.sum(x) * scale * bounds[1]

    inputs = (X, 2.0, 1, True, ((1, 1), (0, 0)), (0.0, 1.0))
    one = written(fn, inputs, lambda *inputs: None)
    arrays = arrays_of(one)
    one.value(arrays)
    scale, axis, flag, pad, bounds = given
    assert isinstance(scale, float)
    assert (axis, flag, pad, bounds) == (1, True, ((1, 1), (0, 0)), (0.0, 1.0))
    assert flag is True
    assert type(bounds) is tuple
    [path] = [leaf.path for leaf in one.leaves if leaf.name == "bounds"]
    arrays[path][1] = 3.0
    assert one.value(arrays) == 3 * np.sum(X) * 2


def test_whole_numbers_moved_as_floats_are_passed_on_as_floats():
    one = written(lambda x: np.sum(x**2), [1, 2, 3], lambda x: 2 * x)
    assert one.leaves[0].whole
    path = one.leaves[0].path
    assert one.value({path: np.array([1.5, 2.0, 3.0])}) == 15.25


def test_containers_are_new_in_every_call():
    def fn(p):
        p["cache"] = p["W"] ** 2
        return np.sum(p["cache"])

    inputs = {"W": W}
    one = written(fn, inputs, lambda p: {"dW": 2 * p["W"]})
    one.value(arrays_of(one))
    assert list(inputs) == ["W"]


def test_fn_is_called_before_a_vjp_at_the_same_point():
    calls = []

    def fn(x):
        calls.append("fn")
        return x**2

    one = written(fn, X, vjp=lambda d, x: calls.append("vjp"))
    one.gradients(arrays_of(one), X)
    assert calls == ["fn", "vjp"]


def test_several_points_come_back_with_an_axis_of_points():
    def fn(w):
        return np.sum(w**2, axis=-1), np.sin(w)

    def vjp(d, w):
        return d[0] * 2 * w + d[1] * np.cos(w)

    one = written(fn, X[0], vjp=vjp, batched=True)
    [leaf] = one.leaves
    values = one.value({leaf.path: X})
    assert values.shape == (4, 4)
    assert np.array_equal(values, np.c_[np.sum(X**2, axis=1), np.sin(X)])
    row = one.gradients({leaf.path: X[0].copy()}, np.array([1.0, 2.0, 2.0, 2.0]))
    assert np.allclose(row[leaf.path], 2 * X[0] + 2 * np.cos(X[0]))
    alone = written(lambda w: (np.sum(w**2, axis=-1), None), X[0], vjp, batched=True)
    assert np.array_equal(alone.value({leaf.path: X}), np.sum(X**2, axis=1))


def test_settings_get_no_gradient_and_what_is_none_is_kept():
    _, fn, inputs, options = STYLES["backward and settings"](1.0)
    one = written(fn, inputs, **options)
    arrays = arrays_of(one)
    entries = one.gradients(arrays, np.ones((4, 3)))
    names = {leaf.path: leaf.name for leaf in one.leaves}
    assert [names[path] for path in entries] == ["x", "gamma", "beta"]
    one = written(
        lambda x, d: np.nansum(d - x), (X, X), lambda x, d: (-1 + 0 * x, None)
    )
    assert one.gradients(arrays_of(one), None)[1,] is None


def test_what_stands_before_gradients_must_be_a_number():
    one = written(total, X, lambda x: (x, np.ones_like(x)))
    entries = one.gradients(arrays_of(one), None)
    with pytest.raises(MisfitError, match="the gradient of x"):
        gradient_row(entries[()], one.leaves[0])


def test_exceptions_of_fn_go_through_unchanged():
    def fn(x):
        raise TypeError("of the user")

    one = written(fn, X, lambda x: x)
    with pytest.raises(TypeError, match=r"^of the user$"):
        one.value(arrays_of(one))


class Square:
    """A class such as torch.autograd.Function, given in place of its apply."""

    apply = forward = backward = staticmethod(lambda x: x)


def total(x):
    return np.sum(x)


@pytest.mark.parametrize(
    ("kind", "words", "fn", "inputs", "options"),
    [
        (TypeError, "fn must be a function, got int ('3')", 3, X, {"grad": total}),
        (TypeError, "grad must be a function, got float", total, X, {"grad": 0.5}),
        (TypeError, "vjp must be a function, got ndarray", total, X, {"vjp": X}),
        (TypeError, "give its function, Square.apply", Square, X, {}),
        (TypeError, "got neither", total, X, {}),
        (TypeError, "backward, which takes dout and the cache", total, X, {}),
        (TypeError, "got both grad and vjp", total, X, {"grad": total, "vjp": total}),
        (TypeError, "True or False, got function", total, X, {"value_and_grad": total}),
        (
            TypeError,
            "got both grad and value_and_grad",
            total,
            X,
            {"grad": total, "value_and_grad": True},
        ),
        (
            TypeError,
            "goes with grad or vjp, got backward",
            total,
            X,
            {"backward": total, "batched": True},
        ),
        (ValueError, "inputs are empty", total, [], {"grad": total}),
        (ValueError, "inputs are empty", total, {}, {"grad": total}),
        (TypeError, "x must hold numbers, got str", total, "words", {"grad": total}),
        (TypeError, "got a, b", total, {"a": "b", "b": None}, {"grad": total}),
        (TypeError, "got empty containers", total, {"a": []}, {"grad": total}),
        (TypeError, ".compressed()", total, np.ma.array(X), {"grad": total}),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(kind, words, fn, inputs, options):
    with pytest.raises(kind) as caught:
        written(fn, inputs, **options)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("words", "fn", "inputs", "options"),
    [
        ("got tuple", lambda x: (x.sum(), x.mean()), X, {"grad": total}),
        ("one number where grad is given, got list", lambda x: [x], X, {"grad": total}),
        ("an array, got str", lambda x: "two", X, {"vjp": total}),
        ("an array, got NoneType", lambda x: None, X, {"vjp": total}),
        ("(number, gradients), got float64", total, X, {"value_and_grad": True}),
        ("(output, cache), got float64", total, X, {"backward": lambda d, cache: d}),
        ("fn takes (W, b) and is given 1 argument", loss, W, {"grad": total}),
        ("fn takes (*, W) and is given 1", lambda *, W: W, {"a": W}, {"grad": total}),
    ],
)
def test_outputs_that_cannot_be_read_are_refused_in_words(words, fn, inputs, options):
    one = written(fn, inputs, **options)
    with pytest.raises(TypeError) as caught:
        one.value(arrays_of(one))
    assert words in str(caught.value)


def test_gradients_that_take_other_arguments_are_refused_in_words():
    one = written(loss, (W, B), lambda W, b, reg: W)
    with pytest.raises(TypeError, match=r"grad takes \(W, b, reg\) and is given 2 arg"):
        one.gradients(arrays_of(one), None)


def test_a_list_that_fits_in_no_way_is_refused_with_what_was_tried():
    with pytest.raises(TypeError) as caught:
        written(lambda *ps: ps[0].nothing, [W, B], lambda *ps: W)
    assert "entries of the list as its arguments (AttributeError: 'numpy" in str(
        caught.value
    )
    assert "the list as its one argument (AttributeError: 'list" in str(caught.value)
    assert "([...],)" in str(caught.value)

    def broken(*ps):
        raise ZeroDivisionError("of the user")

    with pytest.raises(ZeroDivisionError, match=r"^of the user$"):
        written(broken, [W, B], lambda *ps: W)


def test_the_words_name_every_way_to_give_a_gradient():
    options = inspect.signature(written).parameters
    with pytest.raises(TypeError) as caught:
        written(total, X)
    for name in ("grad", "vjp", "backward", "value_and_grad"):
        assert name in options
        assert name in str(caught.value)


def test_of_many_inputs_without_numbers_the_first_eight_are_named():
    words = {f"word_{k}": "text" for k in range(1, 10)}
    with pytest.raises(TypeError, match="one of the inputs must hold numbers") as info:
        written(total, words, grad=total)
    named = [name for name in words if name in str(info.value)]
    assert named == [f"word_{k}" for k in range(1, 9)]


def test_a_backward_whose_cache_is_optional_is_given_it():
    def fn(x):
        return 3 * x, {"times": 3}

    def backward(dout, cache=None):
        return dout * (cache["times"] if cache else 1)

    assert check_gradients(fn, X, backward=backward).verdict == "pass"
