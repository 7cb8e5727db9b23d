"""The gradient checker against planted bugs and against right but tricky functions."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.gradients import GradientError, check_gradients
from byhand.gradients.function import random_signs
from tests.gradients.gradient_cases import BUGS, TRICKY, X, affine, affine_vjp, layer

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


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.seeds
@pytest.mark.parametrize(("dtype", "share"), [("float64", 0), ("float32", 0.001)])
def test_no_false_alarm_in_a_thousand_seeds(dtype, share, examples):
    seeds = 5 * examples
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
