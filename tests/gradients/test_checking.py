"""The gradient checker against planted bugs and against right but tricky functions."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.backprop import Dense
from byhand.gradients import GradientError, check_gradients, check_layer
from byhand.gradients import checking as checking_module
from byhand.gradients.function import random_signs
from tests.amounts import cases
from tests.gradients.gradient_cases import BUGS, TRICKY, X, affine, affine_vjp, layer

pytestmark = pytest.mark.slow

MODES = ["auto", "full", "directional"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_caught_and_named(name, mode):
    case, words = BUGS[name]
    report = check_gradients(**case(), mode=mode)
    assert report.verdict == "fail"
    assert not report
    assert words in str(report)
    assert len(str(report).splitlines()) <= 20


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", TRICKY)
def test_a_right_gradient_is_not_rejected(name, mode):
    report = check_gradients(**TRICKY[name](), mode=mode)
    assert report.verdict == "pass", report
    assert report.diagnosis == ""
    assert len(str(report).splitlines()) <= 20


def mlp(seed, dtype=np.float64):
    """The network of 64-128-128-10, tanh and ReLU, with a batch of 8."""
    rng = np.random.default_rng(seed)
    sizes = (64, 128, 128, 10)
    p = {}
    for k, (c, f) in enumerate(pairwise(sizes), start=1):
        p[f"W{k}"] = (rng.normal(size=(c, f)) / np.sqrt(c)).astype(dtype)
        p[f"b{k}"] = (0.1 * rng.normal(size=f)).astype(dtype)
    x, y = rng.normal(size=(8, 64)).astype(dtype), rng.integers(0, 10, 8)
    rows = np.arange(8)

    def forward(p):
        a = np.tanh(x @ p["W1"] + p["b1"])
        z = a @ p["W2"] + p["b2"]
        h = np.maximum(z, 0)
        out = h @ p["W3"] + p["b3"]
        e = np.exp(out - out.max(1, keepdims=True))
        return a, z, h, e / e.sum(1, keepdims=True)

    def fn(p):
        return -np.mean(np.log(forward(p)[-1][rows, y]))

    def grad(p):
        a, z, h, d = forward(p)
        d[rows, y] -= 1
        d /= 8
        g = {"W3": h.T @ d, "b3": d.sum(0)}
        d = (d @ p["W3"].T) * (z > 0)
        g |= {"W2": a.T @ d, "b2": d.sum(0)}
        d = (d @ p["W2"].T) * (1 - a**2)
        return g | {"W1": x.T @ d, "b1": d.sum(0)}

    return fn, p, grad


def one_wrong(grad, seed):
    """The same gradients, one element of them off by a factor 1 + 1e-4, and which."""
    place = {}

    def wrong(p):
        g = grad(p)
        names = sorted(g)
        sizes = [g[name].size for name in names]
        at = np.random.default_rng(seed).choice(sum(sizes))
        for name, size in zip(names, sizes, strict=True):
            if at < size:
                g[name].reshape(-1)[at] *= 1 + 1e-4
                index = np.unravel_index(at, g[name].shape)
                place["at"] = (name, tuple(int(i) for i in index))
                place["zero"] = g[name].reshape(-1)[at] == 0
                return g
            at -= size
        raise AssertionError("no such element")

    return wrong, place


@pytest.mark.seeds
def test_one_element_of_26122_off_by_one_in_ten_thousand_is_found_and_located(examples):
    seeds = examples // 2
    located = zero = 0
    for seed in range(seeds):
        fn, p, grad = mlp(seed)
        wrong, place = one_wrong(grad, seed)
        report = check_gradients(fn, p, wrong, rng=seed)
        zero += bool(place["zero"])
        if not report.ok and report.worst:
            located += (report.worst.tensor, report.worst.index) == place["at"]
    # A factor leaves an element of zero as it is: there is nothing to find.
    assert located + zero >= 0.99 * seeds
    assert zero <= 0.05 * seeds


@pytest.mark.seeds
@pytest.mark.parametrize(("dtype", "share"), [("float64", 0), ("float32", 0.001)])
def test_no_false_alarm_with_any_seed(dtype, share):
    seeds = cases(200, each_week=10_000)
    alarms = 0
    for seed in range(seeds):
        fn, p, grad = mlp(seed, dtype)
        alarms += not check_gradients(fn, p, grad, rng=seed)
    assert alarms <= share * seeds


def test_the_work_of_a_check_does_not_grow_with_the_tensors():
    fn, p, grad = mlp(0)
    report = check_gradients(fn, p, grad)
    assert report.ok
    assert report.evaluations < 300
    assert {t.name for t in report.tensors} == {"W1", "b1", "W2", "b2", "W3", "b3"}


def test_a_million_parameters_take_little_more_than_their_memory():
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(1000, 1000)), rng.normal(size=(4, 1000))
    tracemalloc.start()
    report = check_gradients(lambda w: x @ w, w, vjp=lambda dout, w: x.T @ dout)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.ok
    assert peak < 3 * w.nbytes


def test_unseeded_randomness_is_nondeterministic():
    rng = np.random.default_rng(0)

    def fn(x):
        return np.sum(x * (rng.random(x.shape) > 0.5))

    report = check_gradients(fn, np.ones((3, 4)), np.ones_like)
    assert report.verdict == "nondeterministic"
    assert "seed its random numbers" in report.diagnosis


def test_an_unseeded_gradient_is_nondeterministic():
    rng = np.random.default_rng(0)
    report = check_gradients(np.sum, np.ones(5), lambda x: rng.normal(size=5))
    assert report.verdict == "nondeterministic"
    assert "the gradient" in report.diagnosis


def test_a_function_that_counts_its_calls_is_nondeterministic():
    calls = []

    def fn(x):
        calls.append(1)
        return np.sum(x) + (len(calls) > 4)

    report = check_gradients(fn, np.ones(5), np.ones_like)
    assert report.verdict == "nondeterministic"
    assert "state" in report.diagnosis


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("factor", [1.0, 1.2, 0.0])
@pytest.mark.parametrize(("offset", "size"), [(1e16, 1.0), (1e8, 1e-9)])
def test_a_gradient_that_rounding_hides_is_inconclusive(offset, size, factor, mode):
    report = check_gradients(
        lambda x: offset + size * np.sum(np.sin(x)),
        [1.0, 2.0, 3.0],
        lambda x: factor * size * np.cos(x),
        mode=mode,
    )
    assert report.verdict == "inconclusive"
    assert "rounding" in report.diagnosis


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("factor", "verdict"), [(1.0, "pass"), (1.2, "fail"), (0.0, "inconclusive")]
)
@pytest.mark.parametrize(("offset", "size"), [(1e16, 1.0), (1e8, 1e-9)])
def test_steps_may_be_as_long_as_an_offset_makes_them(
    offset, size, factor, verdict, mode
):
    # A line shows its slope over long steps, however large a number it is added to.
    report = check_gradients(
        lambda x: offset + size * np.sum(x),
        [1.0, 2.0, 3.0],
        lambda x: np.full(3, factor * size),
        mode=mode,
    )
    assert report.verdict == verdict


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("fn", "slope"),
    [
        (lambda x: np.sum(np.sqrt(np.abs(x))), 0.5),
        (lambda x: np.sum(np.cbrt(x)), 1 / 3),
        (lambda x: np.sum(x > 0) + np.sum(x), 1.0),
    ],
)
def test_infinite_slopes_are_nondifferentiable(fn, slope, mode):
    report = check_gradients(fn, [0.0, 1.0], lambda x: np.array([0, slope]), mode=mode)
    assert report.verdict == "nondifferentiable"
    assert report.worst.index == (0,)


def test_a_gradient_that_takes_one_precision_only_is_checked_in_it():
    x = X.astype(np.float32)

    def grad(x):
        if x.dtype != np.float32:
            raise TypeError("float32 only")
        return 1 - np.tanh(x) ** 2

    report = check_gradients(lambda x: np.sum(np.tanh(x)), x, grad)
    assert report.ok, report
    assert "float64 is not taken" in report.notes[0]
    z = (x + 1j * x[::-1]).astype(np.complex64)
    assert check_gradients(lambda z: np.sum(np.abs(z) ** 2), z, lambda z: 2 * z).ok


def test_kinks_are_counted_and_placed():
    x = np.array([[1.0, 0.0], [-2.0, 0.0]])
    for mode in MODES:
        report = check_gradients(lambda x: np.sum(np.abs(x)), x, np.sign, mode=mode)
        assert report.ok
        assert [kink.index for kink in report.kinks] == [(0, 1), (1, 1)]
        kink = report.kinks[0]
        assert (kink.left, kink.right) == pytest.approx((-1, 1))
        assert kink.analytic == 0


def test_nested_inputs_are_named_and_constants_passed_on():
    p = {"hidden": {"W": X[:, :3].copy()}, "b": np.zeros(3)}
    labels = np.array([0, 2, 1, 1])

    def fn(p, x, labels):
        z = x @ p["hidden"]["W"] + p["b"]
        return np.sum(z[np.arange(4), labels])

    def grad(p, x, labels):
        d = np.eye(3)[labels]
        dx = d @ p["hidden"]["W"].T
        return {"hidden": {"W": x.T @ d}, "b": d.sum(0)}, dx, None

    x = np.random.default_rng(4).normal(size=(4, 4))
    report = check_gradients(fn, (p, x, labels), grad)
    assert report.ok
    names = [tensor.name for tensor in report.tensors]
    assert names == ["p.hidden.W", "p.b", "x"]
    only = check_gradients(fn, (p, x, labels), grad, wrt="x")
    assert [tensor.name for tensor in only.tensors] == ["x"]


def test_a_list_is_what_the_function_takes_in_order():
    inputs = list(layer().values())
    assert check_gradients(affine, inputs, vjp=affine_vjp).ok


def test_batched_and_unbatched_agree():
    def fn(x):
        return np.sum(np.tanh(x) ** 3, axis=(-1, -2))

    def grad(x):
        return 3 * np.tanh(x) ** 2 * (1 - np.tanh(x) ** 2)

    for mode in MODES:
        one = check_gradients(fn, X, grad, mode=mode)
        many = check_gradients(fn, X, grad, mode=mode, batched=True)
        assert one.ok
        assert many.ok
        assert [c.analytic for c in one.comparisons] == [
            c.analytic for c in many.comparisons
        ]
        wrong = check_gradients(fn, X, lambda x: 1.1 * grad(x), mode=mode, batched=True)
        assert "1.1 times" in wrong.diagnosis


def test_the_inputs_are_restored_also_when_fn_raises():
    x = np.arange(3.0)
    calls = []

    def fn(x):
        calls.append(1)
        if len(calls) > 9:
            raise OSError("disk full")
        return np.sum(x**2)

    with pytest.raises(OSError, match="disk full"):
        check_gradients(fn, x, lambda x: 2 * x)
    assert x.tolist() == [0, 1, 2]


def test_the_same_seed_gives_the_same_report_and_no_global_state_is_touched():
    before = np.random.get_state()[1].copy()
    fn, p, grad = mlp(3)
    wrong, _ = one_wrong(grad, 3)
    first, second = (check_gradients(fn, p, wrong, rng=7) for _ in range(2))
    assert repr(first) == repr(second)
    assert str(first) == str(second)
    assert first._repr_html_() == second._repr_html_()
    assert first.comparisons == second.comparisons
    other = check_gradients(fn, p, wrong, rng=8)
    assert other.comparisons != first.comparisons
    assert np.array_equal(np.random.get_state()[1], before)


def test_second_order():
    def fn(x):
        return np.sum(np.sin(x) * x)

    def grad(x):
        return np.cos(x) * x + np.sin(x)

    def hvp(v, x):
        return v * (2 * np.cos(x) - x * np.sin(x))

    x = X[0]
    assert check_gradients(fn, x, grad, vjp=hvp, order=2).ok
    bad = check_gradients(fn, x, grad, vjp=lambda v, x: 2 * hvp(v, x), order=2)
    assert "2 times" in bad.diagnosis
    bad = check_gradients(fn, x, lambda x: -grad(x), vjp=hvp, order=2)
    assert "sign" in bad.diagnosis
    with pytest.raises(TypeError, match="order=2 needs grad"):
        check_gradients(fn, x, grad, order=2)


def test_second_order_of_several_inputs():
    def fn(a, b):
        return np.sum(a**2 * b)

    def grad(a, b):
        return 2 * a * b, a**2

    def hvp(v, a, b):
        va, vb = v
        return 2 * b * va + 2 * a * vb, 2 * a * va

    inputs = (X[0], X[1])
    assert check_gradients(fn, inputs, grad, vjp=hvp, order=2).ok
    wrong = check_gradients(
        fn, inputs, grad, vjp=lambda v, a, b: (hvp(v, a, b)[0], a), order=2
    )
    assert wrong.worst.tensor == "b"


def test_complex_inputs_have_gradients_of_both_parts():
    z = X[0] + 1j * X[1]

    def fn(z):
        return np.sum(np.abs(z) ** 2 * z.real)

    def grad(z):
        return np.abs(z) ** 2 + 2 * z * z.real

    assert check_gradients(fn, z, grad).ok
    conjugated = check_gradients(fn, z, lambda z: np.conj(grad(z)))
    assert "conjugated" in conjugated.diagnosis
    vjp = check_gradients(np.exp, z, vjp=lambda dout, z: dout * np.conj(np.exp(z)))
    assert vjp.ok


@pytest.mark.parametrize(
    "x",
    [
        np.array([[1, 2], [3, 4]]),
        np.asfortranarray(X),
        np.broadcast_to(np.float64(2), (2, 3)),
        np.zeros((0, 3)),
        np.array(1.5),
        1.5,
        [1.0, 2.0],
        X[::2, ::-1],
        np.float32(0.25),
    ],
)
def test_arrays_of_every_kind_are_taken(x):
    if isinstance(x, np.ndarray):
        x.flags.writeable = False
    report = check_gradients(lambda x: np.sum(x**2), x, lambda x: 2 * x)
    assert report.ok
    bad = check_gradients(lambda x: np.sum(x**2), x, lambda x: 3 * x)
    assert bad.ok == (np.size(x) == 0)


def square(x):
    return np.sum(x**2)


def double(x):
    return 2 * x


@pytest.mark.parametrize(
    ("kind", "fragment", "fn", "inputs", "options"),
    [
        (ValueError, "x[1] is nan", square, [1.0, np.nan], {"grad": double}),
        (TypeError, "got neither", square, [1.0], {}),
        (TypeError, "got both", square, [1.0], {"grad": double, "vjp": double}),
        (ValueError, "one number where grad is given", double, X, {"grad": double}),
        (TypeError, "got list", lambda x: [x, [1]], X, {"grad": double}),
        (TypeError, "got str", lambda x: "two", X, {"grad": double}),
        (TypeError, "x must hold numbers", square, "words", {"grad": double}),
        (ValueError, "mode must be", square, X, {"grad": double, "mode": "fast"}),
        (ValueError, "order must be", square, X, {"grad": double, "order": 3}),
        (ValueError, "rtol", square, X, {"grad": double, "rtol": -1}),
        (ValueError, "wrt names 'y'", square, X, {"grad": double, "wrt": "y"}),
        (ValueError, "fn gives inf", lambda x: np.inf, X, {"grad": double}),
        (ValueError, "inputs are empty", square, [], {"grad": double}),
        (ValueError, "batched fn", square, X, {"grad": double, "batched": True}),
    ],
)
def test_refusals_say_what_came_and_what_is_expected(
    kind, fragment, fn, inputs, options
):
    with pytest.raises(kind) as caught:
        check_gradients(fn, inputs, **options)
    assert fragment in str(caught.value)


@pytest.mark.parametrize(
    ("returned", "fragment"),
    [
        (lambda x, W, b: x, "expected a tuple of 3"),
        (lambda x, W, b: (x, W), "2 gradients were returned for 3 inputs"),
        (lambda x, W, b: (x, W, "b"), "the gradient of b is str"),
        (lambda x, W, b: (x, W, b[:2]), "has shape (2,), expected (4,)"),
    ],
)
def test_gradients_that_do_not_fit_the_inputs_are_a_failure(returned, fragment):
    inputs = tuple(layer().values())
    report = check_gradients(lambda x, W, b: np.sum(affine(x, W, b)), inputs, returned)
    assert report.verdict == "fail"
    assert fragment in report.diagnosis


def test_a_missing_entry_of_a_dictionary_is_named():
    report = check_gradients(
        lambda p: np.sum(p["a"] * p["b"]),
        {"a": X, "b": X},
        lambda p: {"a": p["b"]},
    )
    assert report.verdict == "incomplete"
    assert "b was not: there is no gradient of it" in report.diagnosis
    assert [one.name for one in report.skipped] == ["b"]


def test_a_function_that_ignores_its_argument_is_told_of():
    w = X.copy()
    report = check_gradients(lambda x: np.sum(w**2), w, lambda x: 2 * w)
    assert "does not change with x" in report.diagnosis


def test_failure_raises_where_asked_and_carries_the_report():
    with pytest.raises(GradientError, match="2 times") as caught:
        check_gradients(square, X, lambda x: 4 * x, raise_on_failure=True, mode="full")
    assert caught.value.report.verdict == "fail"
    assert isinstance(caught.value, AssertionError)


def test_a_report_shows_what_it_holds():
    good = check_gradients(square, X, double)
    bad = check_gradients(square, X, lambda x: 4 * x)
    assert str(good).startswith("gradients: pass")
    assert "<caption>Gradients: fail." in bad._repr_html_()
    assert bad.worst.tensor in bad._repr_html_()
    assert bad.worst.bound < 1e-6
    many = {f"w<{k}>": X for k in range(40)}
    report = check_gradients(
        lambda p: sum(np.sum(v**2) for v in p.values()),
        many,
        lambda p: {k: 2 * v for k, v in p.items()},
    )
    assert report.ok
    assert len(str(report).splitlines()) <= 20
    assert "w&lt;0&gt;" in report._repr_html_()


def test_a_report_is_drawn():
    from matplotlib import pyplot as plt

    report = check_gradients(square, X, lambda x: np.where(x > 1, 3 * x, 2 * x))
    ax = report.plot()
    assert ax.get_xscale() == ax.get_yscale() == "log"
    assert len(ax.get_legend().get_texts()) >= 1
    assert any(report.worst.tensor in text.get_text() for text in ax.texts)
    _, own = plt.subplots()
    assert report.plot(ax=own) is own
    plt.close("all")


@given(st.integers(0, 2**32 - 1), st.sampled_from([(), (3,), (2, 4)]))
def test_directions_have_sizes_between_a_half_and_three_halves(seed, shape):
    v = random_signs(np.random.default_rng(seed), shape)
    assert v.shape == shape
    assert np.all((np.abs(v) >= 0.5) & (np.abs(v) <= 1.5))


# --- options


@pytest.mark.parametrize(
    ("kind", "fragment", "options"),
    [
        (ValueError, "mode must be one of 'auto', 'full'", {"mode": "fast"}),
        (ValueError, "rtol must be a number of at least 0", {"rtol": -1e-9}),
        (ValueError, "rtol must be a number of at least 0", {"rtol": np.inf}),
        (ValueError, "rtol must be a number of at least 0", {"rtol": np.nan}),
        (TypeError, "rtol must be a number, got '1e-5'", {"rtol": "1e-5"}),
        (TypeError, "rtol must be a number, got True", {"rtol": True}),
        (ValueError, "resolution must be", {"resolution": -0.1}),
        (TypeError, "resolution must be", {"resolution": None}),
        (TypeError, "rng must be a seed", {"rng": -1}),
        (TypeError, "rng must be a seed", {"rng": 1.5}),
        (TypeError, "rng must be a seed", {"rng": True}),
        (TypeError, "wrt must be a name", {"wrt": 3}),
        (TypeError, "wrt must be a name", {"wrt": ["x", 3]}),
        (TypeError, "wrt must be a name", {"wrt": {"x": 1}}),
    ],
)
def test_options_are_refused_for_functions_and_for_layers(kind, fragment, options):
    with pytest.raises(kind) as caught:
        check_gradients(square, X, double, **options)
    assert fragment in str(caught.value)
    layer = Dense(3, 2, rng=np.random.default_rng(0))
    with pytest.raises(kind) as caught:
        check_layer(layer, X[:, :3], **options)
    assert fragment in str(caught.value)


def test_wrt_is_refused_before_fn_is_called():
    def fn(x):
        raise AssertionError("called")

    with pytest.raises(TypeError, match="wrt must be a name"):
        check_gradients(fn, [X], double, wrt=3)


@pytest.mark.parametrize("order", [0, 3, True, "1", None])
def test_an_order_other_than_one_or_two_is_refused(order):
    with pytest.raises(ValueError, match=f"order must be 1 or 2, got {order!r}"):
        check_gradients(square, X, double, order=order)


@pytest.mark.parametrize("options", [{"rtol": 0}, {"resolution": 1}, {"rtol": 0.0}])
def test_zero_and_whole_numbers_are_tolerances(options):
    assert check_gradients(square, X, double, mode="directional", **options).ok


def test_a_difference_within_rtol_passes():
    def checked(rtol):
        grad = lambda x: 2 * x * (1 + 0.9e-3)  # noqa: E731 - beside its tolerance
        return check_gradients(square, X, grad, rtol=rtol, mode="full").verdict

    assert checked(1e-3) == "pass"
    assert checked(np.float64(1e-3)) == "pass"
    assert checked(0.8e-3) == "fail"
    assert checked(1e-5) == "fail"


# --- seeds


def rough_comparisons(rng):
    report = check_gradients(square, X, double, mode="directional", rng=rng)
    return report.comparisons


def test_seeds_are_whole_numbers_generators_or_none():
    fixed = rough_comparisons(3)
    assert rough_comparisons(np.int64(3)) == fixed
    assert rough_comparisons(4) != fixed
    assert (
        rough_comparisons(0)
        == check_gradients(square, X, double, mode="directional").comparisons
    )
    generator = np.random.default_rng(3)
    first, second = rough_comparisons(generator), rough_comparisons(generator)
    assert first != second
    assert rough_comparisons(np.random.default_rng(3)) == first
    assert rough_comparisons(None) != rough_comparisons(None)
    # One of so many that no two checks have the same.
    for rng in (np.random.default_rng(3), None):
        assert 2**30 < checking_module._seed(rng) < 2**63


# --- verdicts


def one_of_each():
    """Return inputs and parts of a function, each with a verdict of its own."""
    return {
        "right": (np.array([0.3, 0.7]), np.sin, np.cos),
        "wrong": (np.array([0.4, 0.8]), np.sin, lambda x: 2 * np.cos(x)),
        "steep": (np.array([0.0, 1.0]), np.cbrt, lambda x: np.array([0, 1 / 3])),
        "hidden": (np.array([1.0]), lambda x: 1e-16 * np.sin(x), np.zeros_like),
        "none": (np.array([2.0]), np.sin, lambda x: None),
    }


def verdict_of(*names):
    parts = one_of_each()
    return check_gradients(
        lambda p: sum(np.sum(parts[name][1](p[name])) for name in names),
        {name: parts[name][0] for name in names},
        lambda p: {name: parts[name][2](p[name]) for name in names},
    )


@pytest.mark.parametrize(
    ("names", "expected", "at"),
    [
        (["right"], "pass", None),
        (["right", "none"], "incomplete", None),
        (["none", "steep", "right"], "nondifferentiable", "steep"),
        (["steep", "wrong"], "fail", "wrong"),
        (["wrong", "steep"], "fail", "wrong"),
        (["wrong", "none", "right"], "fail", "wrong"),
    ],
)
def test_the_worst_verdict_of_an_array_is_that_of_the_check(names, expected, at):
    report = verdict_of(*names)
    assert report.verdict == expected
    assert (report.worst.tensor if report.worst else None) == at
    assert report.ok == (expected == "pass")
    single = {tensor.name: str(tensor.verdict) for tensor in report.tensors}
    kinds = {"right": "pass", "wrong": "fail", "steep": "nondifferentiable"}
    assert single == {name: kinds[name] for name in names if name != "none"}


def test_what_is_inconclusive_comes_behind_what_has_no_slope():
    def fn(a, b):
        return 1e17 + 1e16 * np.cbrt(a[0]) + np.sin(b[0])

    report = check_gradients(
        fn, (np.zeros(1), np.ones(1)), lambda a, b: (np.zeros(1), np.cos(b))
    )
    found = {tensor.name: str(tensor.verdict) for tensor in report.tensors}
    assert found == {"a": "nondifferentiable", "b": "inconclusive"}
    assert report.verdict == "nondifferentiable"
    report = check_gradients(
        lambda b, c: 1e17 + np.sin(b[0]) + np.sin(c[0]),
        (np.ones(1), np.ones(1)),
        lambda b, c: (np.cos(b), None),
    )
    assert report.verdict == "inconclusive"
    assert [one.name for one in report.skipped] == ["c"]


# --- reasons


def test_a_reason_is_told_for_every_verdict_but_a_pass():
    assert verdict_of("right").diagnosis == ""
    assert verdict_of("steep").diagnosis == (
        "fn has no finite slope there: its quotients grow with shrinking steps"
    )
    assert verdict_of("right", "none").diagnosis == (
        "what was examined is right; none was not: no gradient was returned for it "
        "(None)"
    )
    assert verdict_of("right", "wrong").diagnosis.startswith("every element of wrong")


def test_up_to_five_more_arrays_that_were_not_examined_are_named():
    p = {f"p{k}": X for k in range(8)}
    report = check_gradients(
        lambda p: sum(np.sum(x**2) for x in p.values()),
        p,
        lambda p: {"p0": 2 * p["p0"]},
    )
    assert report.diagnosis.startswith("what was examined is right; p1 was not: ")
    assert report.diagnosis.endswith("; nor were p2, p3, p4, p5, p6")
    assert len(report.skipped) == 7


def test_what_rounding_hides_is_told_with_its_size_where_that_is_known():
    def fn(x):
        return 1e12 + np.sum(np.sin(x))

    x = [1.0, 2.0]
    report = check_gradients(fn, x, np.cos, resolution=1e-9, rtol=1e-13, mode="full")
    assert report.verdict == "inconclusive"
    assert report.diagnosis.startswith("rounding hides the gradient")
    assert "scale fn, take away its offset, or let it compute in float64" in (
        report.diagnosis
    )
    # An error of rtol is allowed, and so it does not show.
    sized = check_gradients(square, X, double, resolution=1e-6, mode="full")
    assert sized.verdict == "inconclusive"
    assert sized.resolution > 1e-5
    assert f"an error of {100 * sized.resolution:.2g} % in x" in sized.diagnosis
    assert sized.diagnosis.endswith("lower rtol, or raise resolution")


def test_what_rounding_hides_is_told_of_the_array_that_it_hides():
    report = check_gradients(
        lambda a, b: 0 * np.sum(a) + np.sum(b**2),
        (X, X),
        lambda a, b: (np.zeros_like(a), 2 * b),
        resolution=1e-6,
        mode="full",
    )
    assert [str(one.verdict) for one in report.tensors] == ["pass", "inconclusive"]
    assert "% in b would not show" in report.diagnosis


def test_no_values_beside_the_inputs_are_told_of_by_name():
    def fn(a, b):
        if b[0] != 1.0:
            raise ValueError("only at 1")
        return a[0] * b[0]

    report = check_gradients(
        fn, (np.array([2.0]), np.array([1.0])), lambda a, b: (b, a)
    )
    assert report.verdict == "inconclusive"
    assert report.diagnosis == (
        "fn has no values beside the inputs to take differences of b"
    )


def test_tied_elements_are_counted_and_what_they_add_up_to_is_told():
    x = np.full(6, 2.0)
    report = check_gradients(lambda x: 3 * np.max(x), x, lambda x: np.full(6, 3.0))
    assert report.verdict == "fail"
    assert "x[0], [1] and 4 more are tied" in report.diagnosis
    assert "change fn by 3, and their gradients add up to 18" in report.diagnosis
    report = check_gradients(lambda x: 3 * np.max(x), x[:2], lambda x: np.full(2, 3.0))
    assert "x[0], [1] are tied" in report.diagnosis


def test_kinks_are_in_the_order_of_the_inputs():
    p = {"z": np.zeros(2), "a": np.zeros(1)}
    report = check_gradients(
        lambda p: np.sum(np.abs(p["z"])) + np.sum(np.abs(p["a"])),
        p,
        lambda p: {name: np.zeros_like(x) for name, x in p.items()},
        mode="directional",
    )
    found = [(kink.tensor, kink.index) for kink in report.kinks]
    assert found == [("z", (0,)), ("z", (1,)), ("a", (0,))]


# --- what stands in for a function


def test_a_surrogate_must_return_the_shape_that_fn_does():
    with pytest.raises(ValueError, match=r"surrogate returns shape \(3,\) where fn"):
        check_gradients(
            np.round, X[0, :4], vjp=lambda d, x: d, surrogate=lambda x: x[:3]
        )


def test_a_surrogate_gives_the_values_and_fn_the_gradients():
    x = X[0]
    report = check_gradients(
        lambda x: np.sum(np.round(x)),
        x,
        lambda x: 3.0 * np.ones_like(x),
        surrogate=lambda x: 3.0 * np.sum(x),
    )
    assert report.ok


# --- sets


def test_inputs_on_a_set_are_noted():
    p = np.array([0.2, 0.3, 0.5])

    def checked(on):
        return check_gradients(lambda p: np.sum(p**2), p, lambda p: 2 * p, on=on)

    for on in ("simplex", {"p": "simplex"}):
        report = checked(on)
        assert report.ok
        assert report.notes == (
            "p was moved on the simplex: only the part of its gradient along it was "
            "compared",
        )
    retraction = checked(lambda p: p / p.sum())
    assert retraction.ok
    assert "the set of its retraction" in retraction.notes[0]
    with pytest.raises(ValueError, match="on names 'q', and the inputs that are"):
        checked({"q": "simplex"})
    with pytest.raises(ValueError, match="p is not on the simplex"):
        check_gradients(lambda p: np.sum(p**2), 2 * p, lambda p: 2 * p, on="simplex")


def test_a_set_may_hold_for_one_input_of_several():
    p, w = np.array([0.2, 0.3, 0.5]), np.array([1.0, -2.0, 3.0])

    def checked(extra):
        return check_gradients(
            lambda p, w: w @ p**2,
            (p, w),
            lambda p, w: (2 * w * p + extra, p**2 + extra),
            on={"p": "simplex"},
        )

    assert checked(0.0).ok
    report = checked(1.0)
    assert [str(tensor.verdict) for tensor in report.tensors] == ["pass", "fail"]


def test_a_set_is_for_whole_arrays_of_real_numbers():
    z = np.array([0.6 + 0.0j, 0.8j])
    with pytest.raises(TypeError, match="on is for whole arrays of real numbers"):
        check_gradients(
            lambda z: np.sum(np.abs(z) ** 2), z, lambda z: 2 * z, on="sphere"
        )
    with pytest.raises(TypeError, match="real numbers, and a is none"):
        check_gradients(
            square, np.ones(4) / 4, double, on="simplex", layout={"a": (2,), "b": (2,)}
        )
    only = {"a": (4,)}
    assert check_gradients(square, np.ones(4) / 4, double, on="simplex", layout=only).ok


# --- second order


def test_the_second_order_is_looked_at_where_the_first_is_right():
    def fn(x):
        return np.sum(x**3)

    def hvp(v, x):
        return 6 * x * v

    x = X[0]
    right = check_gradients(fn, x, lambda x: 3 * x**2, vjp=hvp, order=2)
    assert right.ok
    assert all(one.size > 0 for one in right.comparisons)
    wrong = check_gradients(fn, x, lambda x: 6 * x**2, vjp=hvp, order=2)
    assert "2 times what it should be" in wrong.diagnosis
    for missing in ("grad", "vjp"):
        given = {"grad": lambda x: 3 * x**2, "vjp": hvp}
        del given[missing]
        with pytest.raises(TypeError, match=f"got no {missing}"):
            check_gradients(fn, x, **given, order=2)


def test_second_order_products_take_gradients_nested_as_the_inputs():
    p = {"a": X[0], "b": np.array(2.0), "kind": "cubic"}

    def fn(p):
        return np.sum(p["a"] ** 3) * p["b"]

    def grad(p):
        return {"a": 3 * p["a"] ** 2 * p["b"], "b": np.sum(p["a"] ** 3)}

    def hvp(v, p):
        a, b = p["a"], p["b"]
        along = np.sum(3 * a**2 * v["a"])
        return {"a": 6 * a * b * v["a"] + 3 * a**2 * v["b"], "b": along}

    assert check_gradients(fn, p, grad, vjp=hvp, order=2).ok
    wrong = check_gradients(
        fn, p, grad, vjp=lambda v, p: hvp(v, p) | {"b": 0.0}, order=2
    )
    assert wrong.verdict == "fail"
    assert wrong.worst.tensor == "b"


# --- what the diagnosis is given


def evidences(monkeypatch, *args, **options):
    """Return what a check hands to the diagnosis, and for how many tensors."""
    given = []

    def kept(found, count):
        given.append((found, count))
        return "told"

    monkeypatch.setattr(checking_module, "diagnose", kept)
    report = check_gradients(*args, **options)
    assert report.diagnosis == "told"
    return given[0]


@pytest.mark.parametrize("mode", ["full", "directional"])
def test_the_diagnosis_is_given_both_derivatives_of_wrong_tensors(monkeypatch, mode):
    a, b = np.linspace(0.2, 1.0, 6).reshape(2, 3), np.linspace(0.3, 2.0, 5)

    def grad(a, b):
        g = np.cos(b)
        g[3] *= 1.5
        return np.cos(a), g

    (found,), count = evidences(
        monkeypatch,
        lambda a, b: np.sum(np.sin(a)) + np.sum(np.sin(b)),
        (a, b),
        grad,
        mode=mode,
    )
    assert count == 2
    assert (found.tensor.name, found.position) == ("b", 1)
    assert found.worst.index == (3,)
    order = np.argsort(found.index)
    assert found.index[order].tolist() == [0, 1, 2, 3, 4]
    assert found.analytic[order] == pytest.approx(grad(a, b)[1], rel=1e-12)
    assert found.numerical[order] == pytest.approx(np.cos(b), rel=1e-6)
    assert found.wrong[order].tolist() == [False, False, False, True, False]
    assert (np.abs(found.numerical[order] - np.cos(b)) <= 4 * found.error[order]).all()
    assert found.kinks == ()


def test_the_diagnosis_is_given_the_parts_of_complex_elements(monkeypatch):
    z = np.array([1 + 2j, 0.5 - 1j, 2.0 + 0.25j])

    def grad(z):
        g = 2 * z
        g[1] = np.conj(g[1])
        return g

    (found,), count = evidences(
        monkeypatch, lambda z: np.sum(np.abs(z) ** 2), z, grad, mode="full"
    )
    assert count == 1
    order = np.argsort(found.index)
    assert found.wrong[order].tolist() == [False, False, False, True, False, False]
    assert found.analytic[order] == pytest.approx([2, 4, 1, 2, 4, 0.5])
    assert found.numerical[order] == pytest.approx([2, 4, 1, -2, 4, 0.5])


def test_a_worst_element_far_from_the_others_is_among_the_evidence(monkeypatch):
    x = np.random.default_rng(0).normal(size=(100, 80))

    def grad(x):
        g = np.cos(x)
        g[63, 41] *= 1.5
        return g

    (found,), _ = evidences(monkeypatch, lambda x: np.sum(np.sin(x)), x, grad)
    assert found.worst.index == (63, 41)
    assert 63 * 80 + 41 in found.index
    assert found.index[found.wrong].tolist() == [63 * 80 + 41]


def test_slopes_in_the_evidence_are_those_that_judged(monkeypatch):
    given = []

    def kept(found, count):
        given.extend(found)
        return ""

    monkeypatch.setattr(checking_module, "diagnose", kept)
    x = np.linspace(0.2, 1.0, 6).reshape(2, 3)

    def grad(x):
        g = np.cos(x)
        g[1, 2] *= 1.5
        return g

    report = check_gradients(lambda x: np.sum(np.sin(x)), x, grad, mode="full")
    judged = {one.index: one for one in report.comparisons}
    (found,) = given
    at = list(found.index).index(5)
    assert found.numerical[at] == judged[1, 2].numerical
    assert found.analytic[at] == judged[1, 2].analytic
    assert found.error[at] == judged[1, 2].bound / 4


def test_what_rounding_may_have_done_is_not_wrong_in_the_evidence(monkeypatch):
    x = np.linspace(0.2, 1.0, 12)

    def found_with(shift):
        def grad(x):
            g = np.cos(x)
            g[7] *= 1.5
            g[3] += shift
            return g

        (found,), _ = evidences(
            monkeypatch,
            lambda x: 1e9 + np.sum(np.sin(x)),
            x,
            grad,
            mode="full",
            rtol=0.0,
        )
        return found

    right = found_with(0.0)
    error = right.error[list(right.index).index(3)]
    # Four errors are allowed.
    found = found_with(2 * error)
    assert found.index[found.wrong].tolist() == [7]
    found = found_with(8 * error)
    assert sorted(found.index[found.wrong]) == [3, 7]


def test_a_tenth_of_a_gradient_must_show_unless_told_otherwise():
    def checked(**options):
        return check_gradients(
            lambda x: 3e13 + np.sum(np.sin(x)),
            np.linspace(0.5, 1.0, 20),
            np.cos,
            mode="full",
            **options,
        )

    assert str(checked()) == str(checked(resolution=0.1))
    assert checked().verdict == "inconclusive"
    assert checked(resolution=1.1).verdict == "pass"
