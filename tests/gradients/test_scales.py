"""The same function in other units, and in other precisions: the same verdict.

If x is measured in a unit s times smaller, its numbers are s times larger and those of
the weights s times smaller; the function is the same. A verdict that changes with the
unit of a number is a verdict on the unit.
"""

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byhand.gradients import check_gradients
from tests.amounts import cases, in_turn
from tests.gradients.test_checking import mlp

pytestmark = pytest.mark.slow

MODES = ["full", "directional"]
FOUND_NOTHING = {"pass", "inconclusive"}  # verdicts that call no gradient wrong
SCALES = [10.0**power for power in (-12, -8, -4, 0, 4, 8, 12)]
BIASES = {"no biases": 0.0, "biases": 1.0}
UNITS = {"inputs": 4, "hidden": 6}  # numbers of features and of hidden units


def network(seed=0, bias=1.0):
    """A network of one hidden layer with ReLU, and the mean square of its output.

    A dictionary of x (5, 4), W1 (4, 6), b1 (6,), W2 (6, 3), b2 (3,).
    """
    rng = np.random.default_rng(seed)
    return {
        "x": rng.normal(size=(5, 4)),
        "W1": rng.normal(size=(4, 6)),
        "b1": bias * rng.normal(size=6),
        "W2": rng.normal(size=(6, 3)),
        "b2": bias * rng.normal(size=3),
    }


def forward(p):
    hidden = np.maximum(p["x"] @ p["W1"] + p["b1"], 0)
    return hidden, hidden @ p["W2"] + p["b2"]


def loss(p):
    return (forward(p)[1] ** 2).mean()


def gradients(p):
    hidden, out = forward(p)
    dout = 2 * out / out.size
    dhidden = (dout @ p["W2"].T) * (hidden > 0)
    return {
        "x": dhidden @ p["W1"].T,
        "W1": p["x"].T @ dhidden,
        "b1": dhidden.sum(axis=0),
        "W2": hidden.T @ dout,
        "b2": dout.sum(axis=0),
    }


def units(x=1.0, hidden=1.0, out=1.0):
    """Return what each tensor's numbers are multiplied by in other units.

    The unit of x may differ from feature to feature, that of the hidden layer from unit
    to unit. ReLU leaves a positive factor as it is.
    """
    x = np.broadcast_to(x, UNITS["inputs"])
    hidden = np.broadcast_to(hidden, UNITS["hidden"])
    return {
        "x": x,
        "W1": hidden / x[:, None],
        "b1": hidden,
        "W2": out / hidden[:, None],
        "b2": np.full(3, float(out)),
    }


class Scaled:
    """A network whose numbers are in other units, and its gradients.

    Parameters
    ----------
    p : dict
        The network's numbers in units of 1.
    factors : dict
        What each tensor is multiplied by; the output, too, by those of b2.
    value : float
        What the loss is multiplied by.
    change : callable, optional
        Takes the right gradients in units of 1, and makes wrong ones of them.
    """

    def __init__(self, p, factors, value=1.0, change=None):
        self.factors = factors
        self.value = value
        self.change = change
        self.inputs = {name: p[name] * factors[name] for name in p}

    def fn(self, given):
        p = {name: given[name] / self.factors[name] for name in given}
        return self.value * loss(p)

    def grad(self, given):
        p = {name: given[name] / self.factors[name] for name in given}
        found = gradients(p)
        if self.change is not None:
            self.change(found)
        return {name: self.value * found[name] / self.factors[name] for name in given}

    def check(self, mode, rng=0):
        return check_gradients(self.fn, self.inputs, self.grad, mode=mode, rng=rng)

    def check_flat(self, mode, rng=0):
        """Check the same with all numbers in one vector."""
        shapes = {name: array.shape for name, array in self.inputs.items()}

        def nested(row):
            found, at = {}, 0
            for name, shape in shapes.items():
                size = int(np.prod(shape))
                found[name] = row[at : at + size].reshape(shape)
                at += size
            return found

        def flat(p):
            return np.concatenate([p[name].ravel() for name in shapes])

        return check_gradients(
            lambda row: self.fn(nested(row)),
            flat(self.inputs),
            lambda row: flat(self.grad(nested(row))),
            mode=mode,
            rng=rng,
        )


def one_element(found):
    found["W1"][2, 3] *= 1.1


def one_tensor(found):
    found["b1"] *= 1.1


def every_tensor(found):
    for array in found.values():
        array *= 1.1


def one_bias_zero(found):
    found["b2"][1] = 0


def one_feature_negative(found):
    found["x"][:, 1] *= -1


WRONG = [one_element, one_tensor, every_tensor, one_bias_zero, one_feature_negative]
wrong_ways = pytest.mark.parametrize("change", WRONG)
every_mode = pytest.mark.parametrize("mode", MODES)
every_scale = pytest.mark.parametrize("scale", SCALES)
with_and_without_biases = pytest.mark.parametrize(
    "bias", BIASES.values(), ids=BIASES.keys()
)


def changes_of_units(scale):
    """One unit changed: that of inputs, hidden layer, output or loss.

    Each is the factors of the tensors and that of the loss.
    """
    return {
        "inputs": (units(x=scale), 1.0),
        "hidden layer": (units(hidden=scale), 1.0),
        "output": (units(out=scale), 1.0),
        "loss": (units(), scale),
    }


WHAT = list(changes_of_units(1.0))


@every_mode
@every_scale
@with_and_without_biases
@pytest.mark.parametrize("what", WHAT)
def test_a_right_gradient_passes_in_any_unit(what, bias, scale, mode):
    factors, value = changes_of_units(scale)[what]
    report = Scaled(network(bias=bias), factors, value).check(mode)
    assert report.verdict == "pass", str(report)


@pytest.mark.parametrize(("mode", "bias"), [("full", 1.0), ("directional", 0.0)])
@every_scale
@wrong_ways
@pytest.mark.parametrize("what", WHAT)
def test_a_wrong_gradient_fails_in_any_unit(what, change, bias, scale, mode):
    factors, value = changes_of_units(scale)[what]
    report = Scaled(network(bias=bias), factors, value, change).check(mode)
    assert report.verdict == "fail", str(report)


@every_mode
@pytest.mark.parametrize("scale", [1e-280, 1e-150, 1e150, 1e280])
def test_values_near_the_ends_of_a_double_are_checked_as_others(scale, mode):
    p = network()
    right = Scaled(p, units(), scale).check(mode)
    assert right.verdict == "pass", str(right)
    wrong = Scaled(p, units(), scale, one_element).check(mode)
    assert wrong.verdict == "fail", str(wrong)


five_seeds = pytest.mark.parametrize(
    "seed", in_turn([(seed,) for seed in range(5)], map(str, range(5)), every=3)
)


# Units that differ from element to element within one tensor.
def mixed(seed=3):
    rng = np.random.default_rng(seed)
    return units(
        x=10.0 ** rng.integers(-12, 13, UNITS["inputs"]),
        hidden=10.0 ** rng.integers(-12, 13, UNITS["hidden"]),
        out=1e3,
    )


@every_mode
@with_and_without_biases
@five_seeds
@pytest.mark.parametrize("flat", [False, True], ids=["dictionary", "one vector"])
def test_units_of_1e_12_and_1e12_in_one_call_are_no_hindrance(flat, seed, bias, mode):
    scaled = Scaled(network(seed, bias), mixed(seed))
    report = scaled.check_flat(mode) if flat else scaled.check(mode)
    assert report.verdict == "pass", str(report)


@every_mode
@with_and_without_biases
@five_seeds
@pytest.mark.parametrize("flat", [False, True], ids=["dictionary", "one vector"])
@wrong_ways
def test_a_wrong_gradient_fails_among_units_of_1e_12_and_1e12(
    change, flat, seed, bias, mode
):
    scaled = Scaled(network(seed, bias), mixed(seed), change=change)
    report = scaled.check_flat(mode) if flat else scaled.check(mode)
    refused(report, bias)


def refused(report, bias):
    """Assert that wrong gradients among mixed units do not pass.

    A zero has no unit, so that its step can only be sought: there a checker may say
    that it cannot tell.
    """
    allowed = {"fail"} if bias else {"fail", "inconclusive"}
    assert report.verdict in allowed, str(report)


powers_of_inputs = st.tuples(*[st.integers(-12, 12)] * UNITS["inputs"])
powers_of_hidden = st.tuples(*[st.integers(-12, 12)] * UNITS["hidden"])


# Four checks of 71 elements are an example.
@pytest.mark.seeds
@settings(max_examples=settings().max_examples // 8)
@given(
    powers_of_inputs,
    powers_of_hidden,
    st.integers(-12, 12),
    st.integers(-40, 40),
    st.sampled_from(MODES),
    st.sampled_from(list(BIASES.values())),
    st.sampled_from(WRONG),
)
def test_any_mixture_of_units_has_the_verdicts_of_units_of_one(
    inputs, hidden, out, value, mode, bias, change
):
    factors = units(
        x=10.0 ** np.array(inputs, float),
        hidden=10.0 ** np.array(hidden, float),
        out=10.0**out,
    )
    p = network(bias=bias)
    right = Scaled(p, factors, 10.0**value)
    wrong = Scaled(p, factors, 10.0**value, change)
    allowed = {"pass"} if bias else FOUND_NOTHING
    assert right.check(mode).verdict in allowed
    assert right.check_flat(mode).verdict in allowed
    refused(wrong.check(mode), bias)
    refused(wrong.check_flat(mode), bias)


@pytest.mark.parametrize("scale", SCALES)
def test_the_wrong_element_is_named_in_any_unit(scale):
    factors = units(x=scale)
    report = Scaled(network(), factors, change=one_element).check("directional")
    assert (report.worst.tensor, report.worst.index) == ("W1", (2, 3))
    ratio = report.worst.analytic / report.worst.numerical
    assert ratio == pytest.approx(1.1, rel=1e-4)


@every_mode
@every_scale
def test_a_smooth_function_of_one_number_has_the_same_verdicts_in_any_unit(scale, mode):
    x = scale * np.array([0.3, -1.1, 2.0])

    def checked(factor):
        return check_gradients(
            lambda x: np.sum(np.tanh(x / scale)),
            x,
            lambda x: factor * (1 - np.tanh(x / scale) ** 2) / scale,
            mode=mode,
        ).verdict

    assert checked(1.0) == "pass"
    assert checked(1 + 1e-4) == "fail"
    assert checked(-1.0) == "fail"
    assert checked(0.0) == "fail"


@every_mode
@every_scale
def test_a_zero_among_numbers_of_any_unit_is_moved_by_their_size(scale, mode):
    """A step of 1 would leave the wave of a number of 1e-12, or see none of 1e12."""
    x = scale * np.array([0.0, 0.5, -2.0])

    def checked(factor):
        return check_gradients(
            lambda x: np.sum(np.sin(x / scale)),
            x,
            lambda x: np.array([factor, 1, 1]) * np.cos(x / scale) / scale,
            mode=mode,
        ).verdict

    assert checked(1.0) == "pass"
    assert checked(1.2) == "fail"


# --- low precision inside

PRECISIONS = {
    "float32": np.float32,
    "float16": np.float16,
    "bfloat16": ml_dtypes.bfloat16,
}


def rounded(x, dtype):
    """Round numbers to a dtype, and return them in the precision of float32."""
    return np.asarray(x, np.float32).astype(dtype).astype(np.float32)


def rough_loss(p, dtype):
    """The loss of the network, each result rounded to a dtype."""
    p = {name: rounded(array, dtype) for name, array in p.items()}
    hidden = rounded(p["x"] @ p["W1"], dtype)
    hidden = np.maximum(rounded(hidden + p["b1"], dtype), 0)
    out = rounded(rounded(hidden @ p["W2"], dtype) + p["b2"], dtype)
    return float(rounded(rounded(out**2, dtype).mean(), dtype))


def in_precision(dtype, seed, bias=1.0, change=None, mode="directional", scale=1.0):
    """Check the network with its parameters in a precision, the loss computed in it."""
    factors = units(x=scale)
    p = network(seed, bias)
    given = {
        name: rounded(array * factors[name], dtype).astype(float)
        for name, array in p.items()
    }

    def grad(p):
        found = gradients(p)
        if change is not None:
            change(found)
        return found

    return check_gradients(
        lambda p: rough_loss(p, dtype), given, grad, mode=mode, rng=seed
    )


def twice(found):
    for array in found.values():
        array *= 2


def nothing(found):
    for array in found.values():
        array *= 0


every_precision = pytest.mark.parametrize(
    "dtype", PRECISIONS.values(), ids=PRECISIONS.keys()
)
# Two of three each time, for they take seconds, and all of them each week.
each_precision_weekly = pytest.mark.parametrize(
    "dtype",
    [
        np.float32,
        np.float16,
        pytest.param(ml_dtypes.bfloat16, marks=pytest.mark.weekly),
    ],
    ids=PRECISIONS.keys(),
)


def settled(dtype, seed, mode):
    """Check a right gradient; the units and whether there are biases go by the seed."""
    bias, scale = float(seed % 2), [1e-2, 1.0, 1e2][seed % 3]
    return in_precision(dtype, seed, bias, mode=mode, scale=scale)


@every_mode
@pytest.mark.parametrize("seed", range(6))
@every_precision
def test_a_right_gradient_never_fails_in_low_precision(dtype, seed, mode):
    report = settled(dtype, seed, mode)
    assert report.verdict in FOUND_NOTHING, str(report)


@pytest.mark.seeds
@every_mode
@each_precision_weekly
def test_a_right_gradient_never_fails_in_low_precision_with_any_seed(dtype, mode):
    seeds = cases(12, each_week=500)
    wrong = {
        seed: str(report)
        for seed in range(seeds)
        if (report := settled(dtype, seed, mode)).verdict not in FOUND_NOTHING
    }
    assert not wrong, f"{len(wrong)} of {seeds}: {wrong}"


@every_mode
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("change", [twice, nothing])
@every_precision
def test_a_grossly_wrong_gradient_fails_in_low_precision(dtype, change, seed, mode):
    report = in_precision(dtype, seed, change=change, mode=mode)
    assert report.verdict in ("fail", "inconclusive"), str(report)
    if dtype is np.float32:
        assert report.verdict == "fail", str(report)


@every_mode
@pytest.mark.parametrize("seed", range(3))
@every_precision
def test_a_tensor_that_is_a_fifth_wrong_never_passes_in_low_precision(
    dtype, seed, mode
):
    def a_fifth(found):
        found["W1"] *= 1.2

    report = in_precision(dtype, seed, change=a_fifth, mode=mode)
    assert report.verdict != "pass", str(report)


@pytest.mark.parametrize("scale", SCALES)
def test_float32_inside_has_the_same_verdicts_in_any_unit(scale):
    x = scale * np.array([0.3, -1.1, 2.0])

    def checked(factor):
        return check_gradients(
            lambda x: float(np.sum(np.tanh(np.float32(x) / np.float32(scale)))),
            x,
            lambda x: factor * (1 - np.tanh(x / scale) ** 2) / scale,
        ).verdict

    assert checked(1.0) == "pass"
    assert checked(1.2) == "fail"
    assert checked(0.0) == "fail"


def rough_mlp(seed, dtype):
    """The network of 64-128-128-10 of test_checking, each result rounded to a dtype.

    Its parameters can be written in the dtype, as they are where it is used, and its
    gradient is the exact one.
    """
    _, p, _ = mlp(seed)
    p = {name: rounded(array, dtype).astype(float) for name, array in p.items()}
    rng = np.random.default_rng([seed, 1])  # not the numbers that became W1
    x, y = rounded(rng.normal(size=(8, 64)), dtype), rng.integers(0, 10, 8)
    rows = np.arange(8)

    def fn(p):
        p = {name: rounded(array, dtype) for name, array in p.items()}
        a = rounded(rounded(x @ p["W1"], dtype) + p["b1"], dtype)
        a = rounded(np.tanh(a), dtype)
        h = rounded(rounded(a @ p["W2"], dtype) + p["b2"], dtype)
        h = np.maximum(h, 0)
        out = rounded(rounded(h @ p["W3"], dtype) + p["b3"], dtype)
        scores = rounded(out - out.max(1, keepdims=True), dtype)
        total = rounded(rounded(np.exp(scores), dtype).sum(1), dtype)
        losses = rounded(rounded(np.log(total), dtype) - scores[rows, y], dtype)
        return float(rounded(losses.mean(), dtype))

    def grad(p):
        a = np.tanh(x @ p["W1"] + p["b1"])
        z = a @ p["W2"] + p["b2"]
        h = np.maximum(z, 0)
        out = h @ p["W3"] + p["b3"]
        d = np.exp(out - out.max(1, keepdims=True))
        d /= d.sum(1, keepdims=True)
        d[rows, y] -= 1
        d /= 8
        g = {"W3": h.T @ d, "b3": d.sum(0)}
        d = (d @ p["W3"].T) * (z > 0)
        g |= {"W2": a.T @ d, "b2": d.sum(0)}
        d = (d @ p["W2"].T) * (1 - a**2)
        return g | {"W1": x.T @ d, "b1": d.sum(0)}

    return fn, p, grad


@pytest.mark.seeds
@pytest.mark.parametrize(
    "dtype",
    [
        pytest.param("float32", marks=pytest.mark.weekly),
        "float16",
        pytest.param("bfloat16", marks=pytest.mark.weekly),
    ],
)
def test_no_false_alarm_where_every_result_is_rounded(dtype):
    """A thousand seeds in make test-weekly; -rP shows what the verdicts were."""
    seeds = cases(25, each_week=1_000)
    verdicts = {}
    for seed in range(seeds):
        fn, p, grad = rough_mlp(seed, PRECISIONS[dtype])
        verdict = str(check_gradients(fn, p, grad, rng=seed).verdict)
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
    print(f"{dtype}, {seeds} seeds: {verdicts}")
    assert set(verdicts) <= FOUND_NOTHING
