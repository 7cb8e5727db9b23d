"""Gradients and Jacobians from values alone, against exact ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byhand import numerical_gradient
from byhand.gradients import numerical, numerical_jacobian
from byhand.gradients.missing import FAULTS
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


@pytest.mark.slow
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


def recorded(fn, x, **options):
    """The gradient, its error, and how far each call was from x."""
    moves = []

    def seen(point):
        moves.append(np.array(point) - np.asarray(x))
        return fn(point)

    gradient, error = numerical_gradient(seen, x, return_error=True, **options)
    return gradient, error, moves


def moved_by(moves, index):
    """The steps of one element, in the order in which they were taken."""
    return [float(move[index]) for move in moves if move[index] != 0]


EPS = np.finfo(np.float64).eps


@pytest.mark.parametrize(
    ("method", "share", "sides"),
    [("central", EPS ** (1 / 3), [1, -1]), ("forward", EPS ** (1 / 2), [1])],
)
def test_a_single_step_is_as_long_for_all_of_an_array(method, share, sides):
    x = [0.25, -4.0, 0.0]
    _, error, moves = recorded(np.sum, x, method=method)
    for k in range(3):
        taken = moved_by(moves, k)
        expected = 4 * share * np.array([*sides, *(2 * side for side in sides)])
        assert np.allclose(taken, expected, rtol=1e-6)
    assert len(moves) == 1 + 3 * 2 * len(sides)
    assert np.all(error > 0)


@pytest.mark.parametrize("method", ["central", "forward"])
def test_without_an_error_asked_for_no_second_step_is_taken(method):
    count = []

    def fn(x):
        count.append(1)
        return np.sum(x)

    numerical_gradient(fn, np.ones(5), method=method)
    assert len(count) == 1 + 5 * (2 if method == "central" else 1)


def test_a_given_step_is_that_of_an_element_of_size_one_at_most():
    x = [0.25, -4.0, 0.0]
    for method in ("central", "forward"):
        _, _, moves = recorded(np.sum, x, method=method, step=2.0**-10)
        firsts = [moved_by(moves, k)[0] for k in range(3)]
        assert firsts == [2.0**-10, 2.0**-8, 2.0**-10]
    _, _, moves = recorded(lambda x: np.sum(np.exp(x)), x, step=0.5)
    assert [moved_by(moves, k)[0] for k in range(3)] == [0.5, 2.0, 0.5]


def test_an_array_of_zeros_is_moved_as_ones_are():
    for method in ("richardson", "central", "forward"):
        ones = recorded(lambda x: np.sum(np.sin(x)), np.ones(2), method=method)
        zeros = recorded(lambda x: np.sum(np.sin(x)), np.zeros(2), method=method)
        steps = [moved_by(moves, 0)[0] for _, _, moves in (ones, zeros)]
        assert np.isclose(*steps)


def test_extrapolation_begins_at_a_tenth_of_the_own_size_and_halves():
    x = [0.5, -8.0, 1e-20]
    _, _, moves = recorded(lambda x: np.sum(np.exp(x)), [0.5])
    taken = np.abs(moved_by(moves, 0))
    assert np.allclose(taken[:6], [0.05, 0.05, 0.025, 0.025, 0.0125, 0.0125])
    _, _, moves = recorded(lambda x: np.sum(np.sin(x)) + np.sin(1e20 * x[2]), x)
    firsts = [moved_by(moves, k)[0] for k in range(3)]
    assert np.allclose(firsts, [0.05, 0.8, 1e-21], rtol=1e-6)


def test_elements_of_zero_are_moved_as_the_largest_is():
    for nothing in (0.0, 1e-151, -1e-200):
        x = [nothing, 7.0, 1e-149]
        _, _, moves = recorded(lambda x: np.sum(np.sin(x)), x)
        assert np.isclose(moved_by(moves, 0)[0], 0.7)
        # A smaller share of the largest than 1e-30 is not believed.
        assert np.isclose(moved_by(moves, 2)[0], 0.1 * 7e-30, rtol=1e-6)


@pytest.mark.parametrize(
    ("fn", "x", "calls"),
    [
        (lambda x: 3 * x[0], 2.0, 5),
        (lambda x: x[0] ** 2, 3.0, 5),
        (lambda x: x[0] ** 4, 3.0, 9),
        (lambda x: np.exp(x[0]), 1.0, 11),
        (lambda x: np.sin(x[0]), 0.7, 11),
    ],
)
def test_extrapolation_ends_where_rounding_leaves_nothing_to_win(fn, x, calls):
    gradient, error, moves = recorded(fn, [x])
    assert len(moves) <= calls + 2  # and one quotient that confirms it
    assert error[0] < 1e-12 * abs(gradient[0])


@settings(max_examples=60)
@given(
    st.integers(-300, 300).map(lambda hundredths: hundredths / 100),
    st.sampled_from([0.0, 10.0, 1e3, 32 * np.pi / 0.1, 1e5, 1e7, 2.46e6, 1.7e9]),
)
def test_a_wave_that_is_stepped_over_far_from_zero_is_told(x, offset):
    # A tenth of 1000 is nearly 16 periods, and so are its halves whole periods.
    point = offset + x

    def wave(x):
        return np.exp(np.sin(x))

    gradient, error = numerical_gradient(wave, point, return_error=True)
    gap = abs(gradient - np.cos(point) * np.exp(np.sin(point)))
    assert gap <= 4 * error + 1e-13
    if offset <= 10:
        assert error < 1e-9


def test_each_element_has_a_doubt_of_its_own():
    offsets = np.array([0.5, 1e3, 2e6, -3e8])

    def fn(x):
        return np.sum(np.sin(x)) + 1e-3 * x[2]

    gradient, error = numerical_gradient(fn, offsets, return_error=True)
    exact = np.cos(offsets) + np.array([0, 0, 1e-3, 0])
    assert np.all(np.abs(gradient - exact) <= 4 * error + 1e-13)
    assert error[0] < 1e-10 < 1e-3 < error[3]


def test_where_no_quotients_agree_shorter_steps_are_asked_four_times(monkeypatch):
    _, _, moves = recorded(lambda x: np.cbrt(x[0] - 1), [1.0])
    monkeypatch.setattr(numerical, "LOOKS", 0)
    _, _, unasked = recorded(lambda x: np.cbrt(x[0] - 1), [1.0])
    assert len(moves) - len(unasked) == 4 * 2 * (1 + len(numerical.BESIDE))


def test_noise_of_no_size_is_looked_for_in_14_levels_at_most():
    # Of a staircase all quotients but the first two differ, and none is exact.
    _, _, moves = recorded(lambda x: np.sqrt(abs(x[0] - 1)), [1.0], step=0.1)
    taken = np.abs(moved_by(moves, 0))
    assert taken.min() >= 0.1 * 2.0**-13
    _, _, moves = recorded(lambda x: np.cbrt(x[0] - 1), [1.0], step=0.1)
    taken = np.abs(moved_by(moves, 0))
    assert len(taken) == 2 * 14
    assert np.isclose(taken.min(), 0.1 * 2.0**-13)


sizes = st.just(0.0) | st.floats(0.01, 2) | st.floats(-2, -0.01)


@settings(max_examples=60)
@given(sizes, st.floats(0.01, 30), st.floats(0.0, 1e6))
def test_the_error_of_extrapolation_covers_the_error_and_is_not_much_larger(
    x, rate, offset
):
    def fn(x):
        return offset + np.sin(rate * x[0])

    gradient, error = numerical_gradient(fn, [x], return_error=True)
    exact = rate * np.cos(rate * x)
    # The argument of the sine is rounded as well: to eps of its size.
    gap = abs(gradient[0] - exact)
    assert gap <= error[0] + 1e-13 * rate * (1 + rate)
    assert error[0] <= 1e-9 * (rate + 1) * (1 + offset)


@given(st.floats(0.1, 10), st.sampled_from([2.0**-8, 2.0**-10, 2.0**-12]))
def test_the_error_of_a_single_step_is_that_of_its_leading_power(x, step):
    # (x + h)^2 misses its slope by h going forward, x^3 by h^2 from both sides.
    h = step * max(1.0, x)
    gradient, error, _ = recorded(lambda x: x[0] ** 2, [x], method="forward", step=step)
    assert np.isclose(gradient[0] - 2 * x, h, rtol=1e-6)
    assert np.isclose(error[0], h, rtol=1e-6)
    gradient, error, _ = recorded(lambda x: x[0] ** 3, [x], method="central", step=step)
    assert np.isclose(gradient[0] - 3 * x**2, h**2, rtol=1e-3)
    assert np.isclose(error[0], h**2, rtol=1e-3)


@pytest.mark.parametrize("size", [1.0, -1e6])
def test_rounding_is_two_units_of_the_largest_value_over_the_width(size):
    h = 2.0**-10
    largest = max(abs(size), abs(size + 3 * h), abs(size - 3 * h))
    for method, width in (("central", 2 * h), ("forward", h)):
        _, error, _ = recorded(
            lambda x: size + 3 * (x[0] - 1), [1.0], method=method, step=h
        )
        told = error[0] * width / EPS
        assert 2 * abs(size) * 0.99 <= told <= 2 * largest * 1.01
    # The largest may be on either side, or in the middle.
    for middle, rate in ((0.0, 3), (0.0, -3)):
        _, error, _ = recorded(
            lambda x, m=middle, s=rate: m + s * (x[0] - 1), [1.0], step=h
        )
        assert np.isclose(error[0], 2 * EPS * 3 * h / (2 * h), rtol=1e-6)


def test_longer_steps_are_taken_where_rounding_hides_a_small_slope():
    gradient, error, moves = recorded(lambda x: 1e8 + 1e-6 * x[0], [1.0])
    assert abs(gradient[0] - 1e-6) <= error[0] <= 1e-15
    assert len(moves) <= 27
    taken = np.abs(moved_by(moves, 0))
    starts = [taken[0], *taken[1:][np.diff(taken) > 0]]
    assert np.allclose(np.diff(np.log2(starts)), 6)  # each look is 64 times as long


def test_an_element_that_gains_nothing_does_not_end_the_search_for_another():
    gradient, error, _ = recorded(
        lambda x: 1e8 + 1e-4 * x[0] + 1e-2 * np.sin(9 * x[1]), [1.0, 0.3]
    )
    exact = [1e-4, 0.09 * np.cos(2.7)]
    assert np.all(np.abs(gradient - exact) <= 2 * error)
    assert error[0] <= 1e-12
    assert error[1] > 1e-8


def test_a_given_step_is_never_made_longer():
    gradient, error, moves = recorded(lambda x: 1e8 + 1e-6 * x[0], [1.0], step=0.25)
    assert np.max(np.abs(moves)) == 0.25
    assert abs(gradient[0] - 1e-6) <= error[0]


@pytest.mark.parametrize("share", [5e-8, 2e-4])
def test_only_elements_that_need_it_are_moved_further(share):
    def fn(x):
        return 1e3 + share * x[0] + x[1] - x[2]

    gradient, error, moves = recorded(fn, np.ones(3))
    assert np.allclose(gradient, [share, 1, -1], rtol=1e-6)
    assert np.max(np.abs(moved_by(moves, 1))) < 0.2
    far = np.max(np.abs(moved_by(moves, 0)))
    # What is less than a thousandth of the largest derivative counts as that.
    assert 1 < far < 1e3 if share < 1e-6 else 1 < far < 1e4
    assert np.all(np.abs(gradient - [share, 1, -1]) <= error)


def test_an_error_of_a_billionth_is_small_enough():
    near = recorded(lambda x: 1e4 + x[0], [1.0])
    far = recorded(lambda x: 1e6 + x[0], [1.0])
    assert np.max(np.abs(near[2])) < 0.2
    assert np.max(np.abs(far[2])) > 6
    assert far[1][0] < 1e-9 > near[1][0]


@pytest.mark.parametrize("rate", [0.01, 1.0, 30.0])
def test_longer_steps_do_not_contradict_shorter_ones(rate):
    gradient, error, moves = recorded(lambda x: 1e7 + np.tanh(rate * x[0]), [0.5])
    exact = rate / np.cosh(0.5 * rate) ** 2
    assert abs(gradient[0] - exact) <= 2 * error[0]
    assert error[0] <= 1e-6 * max(rate, 0.1)
    assert len(moves) < 90


def test_a_step_that_ends_at_an_infinite_value_is_shortened():
    measured, error = numerical_gradient(
        lambda x: np.log(x[0]), [1.0], step=1.0, return_error=True
    )
    assert abs(measured[0] - 1) <= error[0] < 1e-9
    measured = numerical_gradient(lambda x: 1 / (x[0] - 0.75), [1.0], step=0.25)
    assert np.isclose(measured[0], -16, rtol=1e-9)


def test_an_element_that_is_no_number_has_no_derivative_and_harms_no_other():
    measured = numerical_gradient(lambda x: x[0] ** 2, [3.0, np.nan])
    assert np.isclose(measured[0], 6)
    assert np.isnan(measured[1])


def test_a_gradient_of_not_a_number_is_told_where_only_infinity_lies_beside():
    measured, error = numerical_gradient(
        lambda x: x[1] if x[0] == 1 else np.inf, [1.0, 1.0], return_error=True
    )
    assert np.isnan(measured[0])
    assert error[0] == np.inf
    assert np.isclose(measured[1], 1)


@pytest.mark.parametrize("method", ["richardson", "central", "forward"])
@pytest.mark.parametrize("kinds", [("float64", "float32"), ("float32", "float64")])
def test_the_precision_is_that_of_the_coarser_of_x_and_values(kinds, method):
    x = np.array([0.5, 1.5], dtype=kinds[0])
    gradient, error, _ = recorded(
        lambda x: np.sum(np.sin(x.astype(kinds[0]))).astype(kinds[1]), x, method=method
    )
    gap = np.abs(gradient - np.cos(x.astype(float)))
    assert np.all(gap <= 2 * error)
    assert np.all(error < 1e-2)
    assert np.all(error > 1e-8)


@pytest.mark.parametrize("shape", [(), (3,), (2, 2)])
@pytest.mark.parametrize("batched", [False, True])
def test_a_point_and_its_gradient_have_one_shape(shape, batched):
    x = np.full(shape, 2.0)
    axes = tuple(range(-len(shape), 0))
    seen = set()

    def fn(x):
        seen.add(x.shape[1:] if batched else x.shape)
        return np.sum(x**2, axis=axes) if shape else x**2

    found = numerical_gradient(fn, x, batched=batched, return_error=True)
    assert [part.shape for part in found] == [shape, shape]
    assert seen == {shape}
    assert np.allclose(found[0], 4)


def test_a_batch_of_which_one_point_raises_keeps_the_others():
    sizes = []

    def fn(points):
        sizes.append(len(points))
        if np.any(points[:, 1] < 0.95):
            raise ArithmeticError("too small")
        return np.sum(points**3, axis=1)

    x = np.array([2.0, 1.0, -3.0])
    measured = numerical_gradient(fn, x, batched=True)
    assert np.allclose(measured, 3 * x**2)
    alone = numerical_gradient(lambda x: fn(x[None])[0], x)
    assert np.array_equal(measured, alone)
    assert {1, 3} <= set(sizes)


def test_a_batched_exception_everywhere_beside_the_point_is_raised():
    def fn(points):
        if np.any(points[:, 0] != 1):
            raise ArithmeticError("only at 1")
        return np.sum(points, axis=1)

    with pytest.raises(ArithmeticError, match="only at 1"):
        numerical_gradient(fn, [1.0, 2.0], batched=True)


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("fault", FAULTS)
def test_an_exception_that_is_no_end_of_a_domain_is_raised_at_once(fault, batched):
    calls = []

    def fn(x):
        calls.append(1)
        if len(calls) > 1:
            raise fault("of its own")
        return np.sum(x, axis=-1)

    with pytest.raises(fault, match="of its own"):
        numerical_gradient(fn, [1.0, 2.0], batched=batched)
    assert len(calls) == 2


def test_an_output_that_changes_its_shape_beside_the_point_is_told():
    def fn(x):
        return x.sum() if x[0] == 1 else x

    with pytest.raises(ValueError, match=r"got an array of shape \(2,\)"):
        numerical_gradient(fn, [1.0, 2.0])


def test_one_number_in_an_array_of_any_shape_is_taken():
    measured = numerical_gradient(lambda x: np.sum(x**2, keepdims=True), [[1.0, 2.0]])
    assert np.allclose(measured, [[2, 4]])


@pytest.mark.parametrize("returned", [True, 3, np.int8(3), np.float16(3)])
def test_numbers_of_every_real_kind_are_taken(returned):
    assert numerical_gradient(lambda x: returned, [1.0]) == 0


@pytest.mark.parametrize("step", [0, -1.0, np.inf, np.nan])
def test_a_step_that_is_none_is_refused(step):
    with pytest.raises(ValueError, match="step must be a finite number above 0, got"):
        numerical_gradient(np.sum, [1.0], step=step)


def test_a_complex_step_is_a_share_of_each_element_and_of_a_thousandth_at_least():
    steps = []

    def fn(x):
        if np.iscomplexobj(x):
            steps.append(x.imag.max())
        return np.sum(x**3)

    gradient, error = numerical_gradient(
        fn, [2.0, -5.0, 1e-9], method="complex", return_error=True
    )
    assert np.allclose(steps, [2e-20, 5e-20, 1e-23], rtol=1e-12)
    assert np.allclose(gradient, [12, 75, 3e-18], rtol=1e-14, atol=0)
    assert np.allclose(error, 4 * EPS * gradient, rtol=1e-12, atol=0)


@given(st.sampled_from([0.01, 0.1, 0.3]), st.floats(0.5, 3))
def test_a_long_complex_step_errs_by_its_square_and_says_so(step, x):
    gradient, error = numerical_gradient(
        lambda x: np.sum(x**3), [x], method="complex", step=step, return_error=True
    )
    gap = (step * x) ** 2
    assert np.isclose(3 * x**2 - gradient[0], gap, rtol=1e-6)
    assert np.isclose(error[0], gap, rtol=1e-6)


@pytest.mark.parametrize("wrong", [1e-2, 3e-3])
def test_a_function_that_is_a_little_off_for_complex_numbers_is_refused(wrong):
    def fn(x):
        return np.sum(x + wrong * x.real)

    with pytest.raises(ValueError, match=r"element \(0,\) it gives 1 where .* 1\.0"):
        numerical_gradient(fn, [1.0], method="complex")


def test_rounding_of_real_quotients_is_no_reason_to_refuse_a_complex_step():
    measured = numerical_gradient(
        lambda x: 1e9 + np.sum(np.sin(x)), [0.5, 1.5], method="complex"
    )
    assert np.allclose(measured, np.cos([0.5, 1.5]), rtol=1e-14)
    measured = numerical_gradient(
        lambda x: np.sum(x + 1e-5 * x.real), [1.0], method="complex"
    )
    assert measured[0] == 1


def test_the_first_element_that_is_not_fit_for_a_complex_step_is_named():
    def fn(x):
        return np.sum(x**2) + np.abs(x[1, 0])

    with pytest.raises(ValueError, match=r"at element \(1, 0\) it gives 6 where"):
        numerical_gradient(fn, [[1.0, 2.0], [3.0, 4.0]], method="complex")


@pytest.mark.parametrize("method", ["richardson", "central", "forward"])
def test_complex_numbers_take_the_method_and_the_step_that_are_asked_for(method):
    z = np.array([1 + 2j, -0.5j], dtype=np.complex64)
    seen = []

    def fn(z):
        seen.append(np.array(z))
        return np.sum(np.abs(z) ** 2)

    measured, error = numerical_gradient(
        fn, z, method=method, step=2.0**-4, return_error=True
    )
    assert {point.dtype for point in seen} == {np.dtype(np.complex64)}
    assert np.max(np.abs(np.array(seen) - z)) <= 2.0**-2
    assert np.all(np.abs(measured.real - 2 * z.real) <= error.real)
    assert np.all(np.abs(measured.imag - 2 * z.imag) <= error.imag)
    assert isinstance(numerical_gradient(fn, z, method=method), np.ndarray)


def test_a_jacobian_takes_the_step_that_is_asked_for():
    found = numerical_jacobian(lambda x: x**2, [3.0], method="forward", step=0.5)
    assert np.isclose(found[0, 0], 6 + 1.5)


def test_a_jacobian_of_one_number_has_the_shape_of_the_input():
    found, error = numerical_jacobian(
        lambda x: np.sum(x**2), [[1.0, 2.0]], return_error=True
    )
    assert found.shape == error.shape == (1, 2)
    assert np.allclose(found, [[2, 4]])
    assert np.all(error < 1e-12)


@pytest.mark.parametrize("kind", ["bool", "int32", "float32"])
def test_a_jacobian_takes_outputs_of_every_real_kind(kind):
    found = numerical_jacobian(lambda x: np.ones(2).astype(kind), [1.0, 2.0, 3.0])
    assert np.array_equal(found, np.zeros((2, 3)))


def test_each_output_has_an_error_of_its_own():
    _, error = numerical_jacobian(
        lambda x: np.array([x[0], 1e10 + np.sin(x[0])]), [1.0], return_error=True
    )
    assert error[0, 0] < 1e-12
    assert error[1, 0] > 1e-8
