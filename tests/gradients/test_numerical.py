"""Gradients and Jacobians from values alone, against exact ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand import numerical_gradient
from byhand.gradients import numerical_jacobian
from tests.oracles import slope

rng = np.random.default_rng(0)
W1, W2 = 0.3 * rng.normal(size=(10, 20)), rng.normal(size=(20, 1))
ROWS = rng.normal(size=(8, 10))


def network(w):
    return np.sum(np.tanh(ROWS @ w) @ W2)


def network_slope(w):
    return ROWS.T @ ((1 - np.tanh(ROWS @ w) ** 2) * W2[:, 0])


def off(measured, exact):
    return np.linalg.norm(measured - exact) / np.linalg.norm(exact)


@pytest.mark.parametrize(
    ("method", "bar"),
    [("richardson", 1e-11), ("complex", 1e-15), ("central", 1e-9), ("forward", 1e-6)],
)
def test_a_network_is_differentiated_to_the_accuracy_of_the_method(method, bar):
    measured = numerical_gradient(network, W1, method=method)
    assert off(measured, network_slope(W1)) <= bar


@pytest.mark.parametrize("method", ["richardson", "central", "forward"])
def test_the_error_estimate_covers_the_error(method):
    measured, error = numerical_gradient(network, W1, method=method, return_error=True)
    gap = np.abs(measured - network_slope(W1))
    assert np.mean(gap <= 2 * error) >= 0.97
    assert np.median(error) < 1e3 * np.median(gap)  # and it is no empty promise


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=5))
def test_it_agrees_with_the_stupid_way(x):
    def fn(values):
        return sum(value**3 - 2 * value for value in values)

    measured = numerical_gradient(fn, x)
    by_hand = [slope(fn, x, index) for index in range(len(x))]
    assert np.allclose(measured, by_hand, atol=1e-7)


@given(
    st.integers(1, 4),
    st.integers(1, 4),
    st.sampled_from(["richardson", "central", "forward"]),
)
def test_batched_and_unbatched_are_the_same_numbers(rows, columns, method):
    x = np.linspace(-1, 1, rows * columns).reshape(rows, columns)
    one = numerical_gradient(lambda x: np.sum(x**4), x, method=method)
    many = numerical_gradient(
        lambda x: np.sum(x**4, axis=(1, 2)), x, method=method, batched=True
    )
    assert np.array_equal(one, many)


def test_a_large_batch_comes_in_blocks():
    sizes = []

    def fn(points):
        sizes.append(points.size)
        return np.sum(points**2, axis=1)

    x = np.ones(3000)
    numerical_gradient(fn, x, method="central", batched=True)
    assert max(sizes) <= 2**20 < 3000 * 3000


def test_a_corner_beside_the_point_does_no_harm():
    x = [0.05, -0.03, 3.0, 1e-4]
    measured = numerical_gradient(lambda x: np.maximum(x, 0).sum(), x)
    assert np.allclose(measured, [1, 0, 1, 1], atol=1e-9)


def test_steps_that_leave_the_domain_are_shortened():
    x = [0.01, 1e-3, 3.0]
    measured = numerical_gradient(lambda x: np.log(x).sum(), x)
    assert np.allclose(measured, 1 / np.array(x), rtol=1e-9)


def test_large_numbers_take_large_steps():
    measured = numerical_gradient(lambda x: np.sum(x**2), [1e10, -2e10])
    assert np.allclose(measured, [2e10, -4e10], rtol=1e-10)


@pytest.mark.parametrize(("dtype", "bar"), [("float32", 1e-4), ("float16", 3e-2)])
def test_low_precision_keeps_its_dtype_and_knows_its_limits(dtype, bar):
    seen = set()

    def fn(x):
        seen.add(x.dtype)
        return np.sum(x * x)

    x = np.array([1.5, -2.0, 0.5], dtype=dtype)
    measured, error = numerical_gradient(fn, x, return_error=True)
    assert seen == {np.dtype(dtype)}
    assert measured.dtype == np.float64
    assert np.all(np.abs(measured - 2 * x) <= error)
    assert off(measured, 2 * x.astype(float)) < bar


@pytest.mark.parametrize("x", [3, [1, 2], np.array([[1, 2], [3, 4]], order="F"), True])
def test_whole_numbers_lists_and_any_memory_order_are_taken(x):
    measured = numerical_gradient(lambda x: np.sum(x**2), x)
    assert np.allclose(measured, 2 * np.asarray(x, dtype=float))
    assert measured.shape == np.shape(x)


def test_read_only_broadcast_and_empty_arrays_are_taken():
    x = np.broadcast_to(np.float64(2), (2, 3))
    assert np.allclose(numerical_gradient(lambda x: np.sum(x**2), x), 4)
    assert numerical_gradient(lambda x: 0.0, np.zeros((0, 3))).shape == (0, 3)


def test_x_is_left_as_it_was_also_when_fn_raises():
    x = np.array([1.0, 2.0, 3.0])
    calls = []

    def fn(point):
        calls.append(1)
        if len(calls) > 3:
            raise RuntimeError("of its own")
        return point.sum()

    with pytest.raises(RuntimeError, match="of its own"):
        numerical_gradient(fn, x)
    assert x.tolist() == [1.0, 2.0, 3.0]


def test_no_global_random_state_is_touched():
    before = np.random.get_state()[1].copy()
    numerical_gradient(lambda x: np.sum(x**2), [1.0, 2.0])
    assert np.array_equal(before, np.random.get_state()[1])


def in_place(x):
    x += 1
    return x.sum()


@pytest.mark.parametrize(
    ("kind", "fragment", "fn", "x", "options"),
    [
        (ValueError, "one number, got an array of shape (2,)", lambda x: x, [1, 2], {}),
        (TypeError, "must return a number, got str", lambda x: "a", [1.0], {}),
        (TypeError, "must return a number, got NoneType", lambda x: None, [1.0], {}),
        (ValueError, "fn(x) is nan", lambda x: np.nan, [1.0], {}),
        (ValueError, "changed its argument in place", in_place, [1.0], {}),
        (ValueError, "method must be one of", np.sum, [1.0], {"method": "newton"}),
        (ValueError, "step must be a finite number above 0", np.sum, 1.0, {"step": -1}),
        (TypeError, "x must hold real numbers", np.sum, ["a"], {}),
        (TypeError, "a real number, got a complex one", np.sum, [1j], {}),
        (
            ValueError,
            "differentiates by real numbers",
            lambda z: np.sum(np.abs(z)),
            [1j],
            {"method": "complex"},
        ),
        (ValueError, "expected shape (1,)", np.sum, [1.0, 2.0], {"batched": True}),
        (
            ValueError,
            "element (0,)",
            lambda x: np.sum(np.abs(x) * x),
            [1.0, 2.0],
            {"method": "complex"},
        ),
        (
            ValueError,
            "not fit for a complex step",
            lambda x: np.sum(np.real(x) ** 2),
            [1.0, 2.0],
            {"method": "complex"},
        ),
        (
            ValueError,
            "fails on complex numbers",
            lambda x: float(np.floor(x).sum()),
            [1.0, 2.0],
            {"method": "complex"},
        ),
    ],
)
def test_refusals_name_the_fault_and_what_came(kind, fragment, fn, x, options):
    with pytest.raises(kind) as caught:
        numerical_gradient(fn, x, **options)
    assert fragment in str(caught.value)


def test_a_planted_error_of_one_in_ten_thousand_is_seen():
    claimed = network_slope(W1)
    claimed[3, 7] *= 1 + 1e-4
    gap = np.abs(claimed - numerical_gradient(network, W1))
    assert np.unravel_index(gap.argmax(), gap.shape) == (3, 7)
    assert gap[3, 7] > 1e3 * np.median(gap)


@pytest.mark.slow
def test_a_keras_layer_is_differentiated_through():
    keras = pytest.importorskip("keras")
    layer = keras.layers.Dense(2, activation="tanh", dtype="float64")
    layer.build((None, 3))
    kernel, bias = layer.get_weights()
    x = np.random.default_rng(1).normal(size=(4, 3))

    def fn(x):
        return float(keras.ops.sum(layer(x)))

    exact = (1 - np.tanh(x @ kernel + bias) ** 2) @ kernel.T
    assert off(numerical_gradient(fn, x), exact) < 1e-10


@pytest.mark.parametrize("batched", [False, True])
def test_complex_numbers_are_two_real_ones_each(batched):
    z = np.array([[1 + 2j, -0.5j], [3.0, 0.25 - 1j]])

    def fn(z):
        return np.sum(np.abs(z) ** 2 + z.real**3, axis=(-1, -2))

    measured, error = numerical_gradient(fn, z, batched=batched, return_error=True)
    exact = 2 * z + 3 * z.real**2
    assert np.allclose(measured, exact, rtol=1e-10)
    assert np.all(np.abs(measured.imag - exact.imag) <= error.imag + 1e-14)


def test_a_long_complex_step_is_taken_and_its_error_told():
    measured, error = numerical_gradient(
        np.exp, 1.0, method="complex", step=0.1, return_error=True
    )
    gap = abs(measured - np.e)
    assert 1e-4 < gap <= error < 0.01


@pytest.mark.parametrize(
    ("method", "bar"),
    [("richardson", 1e-11), ("central", 1e-9), ("forward", 1e-6), ("complex", 1e-15)],
)
def test_an_affine_map_followed_by_tanh(method, bar):
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(4, 3)), rng.normal(size=4)
    measured, error = numerical_jacobian(
        lambda x: np.tanh(x @ w), x, method=method, return_error=True
    )
    exact = (1 - np.tanh(x @ w) ** 2)[:, None] * w.T
    assert np.linalg.norm(measured - exact) <= bar * np.linalg.norm(exact)
    assert np.all(np.abs(measured - exact) <= error + 1e-15)


@given(st.integers(0, 3), st.integers(1, 3), st.integers(1, 3))
def test_shapes_of_output_and_input_follow_one_another(rows, columns, outputs):
    weights = np.arange(outputs * rows * columns).reshape(outputs, 1, rows, columns)
    x = np.ones((rows, columns))
    measured = numerical_jacobian(lambda x: (weights * x).sum(axis=(-1, -2)), x)
    assert measured.shape == (outputs, 1, rows, columns)
    assert np.allclose(measured, weights)


def test_each_point_is_evaluated_once_for_all_outputs():
    seen = []

    def fn(x):
        seen.append(x.tobytes())
        return np.sin(x[0]) * np.arange(5.0)

    numerical_jacobian(fn, [0.3], method="central")
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    ("kind", "fragment", "fn"),
    [
        (TypeError, "an array of numbers", lambda x: np.array(["a"])),
        (ValueError, "must not depend on the values", lambda x: np.zeros(int(x[0]))),
    ],
)
def test_refusals(kind, fragment, fn):
    with pytest.raises(kind, match=fragment):
        numerical_jacobian(fn, [2.0])
    with pytest.raises(ValueError, match="method must be"):
        numerical_jacobian(np.sin, [2.0], method="newton")


def test_a_jacobian_of_a_function_that_works_in_place_is_right():
    def reversed_squares(x):
        x[:] = x[::-1].copy()
        return x**2

    def product_of_least(x):
        x.sort()
        return np.array([x[0] * x[1]])

    x = [0.5, -1.0, 2.0]
    assert np.allclose(
        numerical_jacobian(reversed_squares, x), [[0, 0, 4], [0, -2, 0], [1, 0, 0]]
    )
    assert np.allclose(numerical_jacobian(product_of_least, x), [[-1, 0.5, 0]])


@pytest.mark.parametrize("method", ["richardson", "central", "forward", "complex"])
@pytest.mark.parametrize("unit", [1e-12, 1e-7, 1.0, 1e7, 1e12])
def test_units_do_not_matter(method, unit):
    x = np.array([1.0, 0.5, -2.0]) * unit
    measured = numerical_gradient(lambda x: np.sum(np.sin(x / unit)), x, method=method)
    assert np.allclose(measured * unit, np.cos(x / unit), rtol=1e-6, atol=0)


def test_units_may_differ_within_one_array():
    units = np.array([1e-12, 1.0, 1e12])
    x = np.array([0.5, -1.0, 2.0]) * units
    measured = numerical_gradient(lambda x: np.sum(np.sin(x / units)), x)
    assert np.allclose(measured * units, np.cos(x / units), rtol=1e-6)


@pytest.mark.parametrize("batched", [False, True])
def test_a_domain_that_ends_in_an_exception_is_kept_to(batched):
    def fn(x):
        if np.any(x <= 0):
            raise ValueError("outside")
        return np.sum(np.log(x), axis=-1)

    x = np.array([0.01, 1.0, 30.0])
    measured = numerical_gradient(fn, x, batched=batched)
    assert np.allclose(measured, 1 / x)


def test_an_exception_everywhere_beside_the_point_is_raised():
    def fn(x):
        if x[0] != 1:
            raise ValueError("only at 1")
        return 0.0

    with pytest.raises(ValueError, match="only at 1"):
        numerical_gradient(fn, [1.0])
