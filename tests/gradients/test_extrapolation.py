"""Derivatives of functions of one number, from values: value, error, and cost."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byhand.gradients.extrapolation import (
    COARSE_STEPS,
    FINE_STEPS,
    START,
    Noise,
    Slope,
    derivative,
    noise_of,
    norm,
    richardson_row,
)

EPS = 2.0**-52
STEPS = st.fractions(-5, 5, max_denominator=7)


# --- one row of a tableau


@settings(max_examples=40)
@given(
    st.lists(STEPS, min_size=5, max_size=5),
    st.sampled_from([(1, 2, 3, 4), (2, 4, 6, 8), (1, 3, 4, 7)]),
    st.sampled_from([Fraction(2), Fraction(3), Fraction(7, 5)]),
)
def test_each_column_cancels_one_power_more_exactly(coefficients, powers, ratio):
    limit, *others = coefficients

    def quotient(h, powers, others):
        terms = zip(powers, others, strict=True)
        return limit + sum(c * h**power for power, c in terms)

    for known in range(len(powers) + 1):
        used, own = powers[:known], others[:known]
        row = []
        for level in range(known + 1):
            row, _ = richardson_row(
                quotient(ratio**-level, used, own), row, powers=powers, ratio=ratio
            )
        assert len(row) == known + 1
        assert row[-1] == limit


@settings(max_examples=40)
@given(st.lists(STEPS, min_size=1, max_size=4), STEPS)
def test_a_spread_is_the_larger_distance_from_the_two_entries_combined(coarser, new):
    row, spreads = richardson_row(
        new, coarser, powers=(1, 2, 3, 4), ratio=Fraction(3, 2)
    )
    assert row[0] == new
    assert len(spreads) == len(coarser) == len(row) - 1
    for k, spread in enumerate(spreads):
        apart = (abs(row[k + 1] - row[k]), abs(row[k + 1] - coarser[k]))
        assert spread == max(apart)


def test_a_row_has_no_more_columns_than_powers_and_works_on_arrays():
    coarse = [np.array([1.0, 2.0])] * 4
    row, spreads = richardson_row(np.array([3.0, 2.0]), coarse, powers=(2,), ratio=2.0)
    assert len(row) == 2
    assert np.allclose(row[1], [3 + 2 / 3, 2])
    assert np.allclose(spreads[0], [8 / 3, 0])


# --- what a slope says of itself


def a_slope(**kw):
    return Slope(
        **(
            {
                "value": 0.0,
                "error": 1.0,
                "right": 0.0,
                "left": 0.0,
                "right_error": 1.0,
                "left_error": 1.0,
            }
            | kw
        )
    )


def test_the_jump_is_the_distance_of_the_sides():
    assert a_slope(right=2.0, left=-1.0).jump == 3
    assert a_slope(right=-1.0, left=2.0).jump == 3


@pytest.mark.parametrize(
    ("jump", "errors", "kink"),
    [
        (5.01, (1.0, 0.1), True),
        (5.01, (0.1, 1.0), True),
        (5.0, (1.0, 1.0), False),
        (4.99, (0.5, 1.0), False),
        (1e-9, (0.0, 0.0), True),
        (0.0, (0.0, 0.0), False),
        (np.nan, (0.0, 0.0), False),
        (np.inf, (1.0, 1.0), False),
    ],
)
def test_sides_that_differ_by_more_than_five_errors_are_a_kink(jump, errors, kink):
    slope = a_slope(right=jump, right_error=errors[0], left_error=errors[1])
    assert slope.kink is kink


def test_the_error_of_the_sides_is_that_of_the_worse_that_has_values():
    both = {"right_error": 2.0, "left_error": 3.0}
    assert a_slope(**both).side_error == 3
    assert a_slope(**both, left=np.nan).side_error == 2
    assert a_slope(**both, right=np.nan).side_error == 3
    assert a_slope(**both, right=np.nan, left=np.nan).side_error == np.inf


@pytest.mark.parametrize(
    ("rounding", "rounded"), [(0.0, False), (0.09, False), (0.11, True), (1.0, True)]
)
def test_a_tenth_of_the_error_makes_it_one_of_rounding(rounding, rounded):
    assert a_slope(rounding=rounding).rounded is rounded
    assert a_slope(rounding=10 * rounding, error=10.0).rounded is rounded


def test_a_slope_is_smooth_and_its_own_unless_it_is_said_otherwise():
    slope = a_slope()
    assert (slope.steep, slope.rounding, slope.at_start) == (False, 0.0, False)


# --- derivatives


def traced(fn, *, middle=None, **options):
    """The derivative, and the levels of the steps: thirds of START, in order."""
    ups, downs = [], []

    def phi(h):
        (ups if h > 0 else downs).append(abs(h))
        with np.errstate(all="ignore"):
            return float(fn(np.float64(h)))

    middle = phi(0.0) if middle is None else middle
    ups, downs = [], []
    slope = derivative(phi, middle, **options)
    assert ups == downs  # every step is taken to both sides
    start = options.get("start", START)
    levels = np.log(start / np.array(ups)) / np.log(3)
    assert np.allclose(levels, np.round(levels), atol=1e-9)
    return slope, np.round(levels).astype(int).tolist()


# name: (function, derivative at 0, levels at most, error at most)
SMOOTH = {
    "exponential": (np.exp, 1.0, 7, 3e-13),
    "sine": (lambda h: np.sin(5 * h + 1), 5 * np.cos(1), 8, 7e-13),
    "cubic": (lambda h: 1 + 2 * h + h**3, 2.0, 6, 1e-13),
    "a peak beside": (
        lambda h: np.exp(-((100 * h - 0.5) ** 2)),
        100 * np.exp(-0.25),
        12,
        1.5e-11,
    ),
    "a narrow peak beside": (
        lambda h: np.exp(-((1e5 * h - 0.5) ** 2)),
        1e5 * np.exp(-0.25),
        18,
        1.5e-8,
    ),
    "a fast wave": (lambda h: np.sin(1e4 * h + 0.3), 1e4 * np.cos(0.3), 16, 3e-10),
    "a faster wave": (lambda h: np.sin(1e7 * h + 0.3), 1e7 * np.cos(0.3), 21, 4e-7),
    "the fastest wave": (
        lambda h: np.sin(1e10 * h + 0.3),
        1e10 * np.cos(0.3),
        27,
        5e-4,
    ),
    "a saturating function": (
        lambda h: np.logaddexp(0, 1e6 * h + 1),
        1e6 / (1 + np.exp(-1)),
        19,
        1.5e-7,
    ),
    "a step": (
        lambda h: np.tanh(1e6 * h + 0.5),
        1e6 / np.cosh(0.5) ** 2,
        20,
        2.5e-7,
    ),
    "a logarithm near its edge": (lambda h: np.log(1e-4 + h), 1e4, 12, 6e-8),
    "a logarithm nearer its edge": (lambda h: np.log(1e-8 + h), 1e8, 14, 7e-4),
    "a large offset": (lambda h: 1e8 + np.sin(h + 0.3), np.cos(0.3), 5, 1e-5),
    "a corner close by": (lambda h: abs(h + 1e-7), 1.0, 16, 5e-15),
    "a corner on the other side": (lambda h: np.maximum(h, 1e-9), 0.0, 21, 2e-15),
    "a wave that the first step repeats": (
        lambda h: np.sin(2 * np.pi / START * h),
        2 * np.pi / START,
        29,
        1e-13,
    ),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_a_smooth_function_is_differentiated_within_its_error_at_little_cost(name):
    fn, exact, most, bar = SMOOTH[name]
    slope, levels = traced(fn)
    assert abs(slope.value - exact) <= slope.error <= bar
    assert len(levels) <= most
    for side, error in (
        (slope.right, slope.right_error),
        (slope.left, slope.left_error),
    ):
        assert abs(side - exact) <= 2 * error
        assert error <= max(5e-5 * abs(exact), 5e-15)
    assert not slope.kink
    assert not slope.steep


@settings(max_examples=100)
@given(st.floats(0, 9), st.floats(0.1, 1.3), st.integers(0, 2**30))
def test_the_error_covers_the_error_and_is_not_much_larger(power, phase, offset):
    rate = 10.0**power
    slope, levels = traced(lambda h: offset + np.sin(rate * h + phase))
    exact = rate * np.cos(phase)
    assert abs(slope.value - exact) <= 2 * slope.error
    # With steps of about a period's tenth nothing is to be had but this.
    assert slope.error <= 300 * EPS * (1 + offset) * max(rate, 10)
    assert len(levels) <= 8 + np.log(max(rate, 3)) / np.log(3)
    assert not slope.kink


@pytest.mark.parametrize("level", range(2, 17))
@pytest.mark.parametrize("halves", [11, 101, 367])
def test_a_wave_that_is_nearly_at_rest_in_all_long_steps_is_seen(level, halves):
    # A step of nearly whole half-periods, and so are the threefold ones before it.
    for off in (1e-4, 1e-5, 1e-6):
        rate = np.pi * (halves - off) / (START * 3.0**-level)
        slope, _ = traced(lambda h, rate=rate: np.sin(rate * h))
        assert abs(slope.value - rate) <= 5 * slope.error
        assert slope.error < 1e-12 * rate


@pytest.mark.parametrize("width", [1e-2, 1e-3, 1e-5])
def test_the_top_of_a_peak_is_flat(width):
    slope, levels = traced(lambda h: np.exp(-((h / width) ** 2)))
    assert slope.value == 0
    assert 0 < slope.error < 2e-14
    assert not slope.kink
    assert slope.side_error <= 1e-6 / width
    assert len(levels) <= 7 + np.log(START / width) / np.log(3) + 5


def test_steps_are_thirds_of_the_one_before_and_the_first_is_irrational():
    assert np.isclose(START, 0.15 / np.e, rtol=1e-15)
    _, levels = traced(np.exp)
    assert levels == list(range(7))


@pytest.mark.parametrize("start", [1.0, 10.0, 1e-4])
def test_the_first_step_may_be_given(start):
    steps = []

    def phi(h):
        steps.append(h)
        return float(np.sin(h + 0.3))

    slope = derivative(phi, np.sin(0.3), start=start)
    assert steps[0] == start
    assert np.isclose(steps[2], start / 3)
    assert abs(slope.value - np.cos(0.3)) <= slope.error < 1e-11


def test_of_a_straight_line_only_the_rounding_of_its_values_is_left():
    slope, levels = traced(lambda h: 3 * h)
    assert slope.value == slope.right == slope.left == 3
    assert np.isclose(slope.error, 3 * EPS, rtol=1e-12)
    assert np.isclose(slope.rounding, 3 * EPS, rtol=1e-12)
    assert np.isclose(slope.right_error, 6 * EPS, rtol=1e-12)
    assert np.isclose(slope.left_error, 6 * EPS, rtol=1e-12)
    assert levels == list(range(29))
    assert slope.at_start
    assert slope.rounded


@pytest.mark.parametrize(
    ("fn", "largest"),
    [
        (lambda h: -5.0 + 0 * h, 5.0),
        (lambda h: 4.0 * (h != 0) + 1.0 * (h > 0), 5.0),
        (lambda h: 4.0 * (h != 0) + 1.0 * (h < 0), 5.0),
        (lambda h: 5.0 * (h == 0), 5.0),
    ],
)
def test_rounding_is_that_of_the_largest_value_over_the_step(fn, largest):
    slope, _ = traced(fn, levels=2, eps=1e-3, noise=0.25)
    told = (0.25 + 1e-3 * largest) / (START / 3)
    assert np.isclose(slope.rounding, told, rtol=1e-12)
    flat, levels = traced(lambda h: -5.0, eps=1e-3, noise=0.25)
    assert np.isclose(flat.error, told, rtol=1e-12)
    assert np.isclose(flat.side_error, 2 * told, rtol=1e-12)
    # With shorter steps there is only more of it: four are needed for belief.
    assert levels == [0, 1, 2, 3]


@pytest.mark.parametrize("rate", [7.0, -7.0])
def test_what_a_step_itself_is_rounded_by_counts_with_the_slope(rate):
    slope, _ = traced(lambda h: rate * h, levels=2, eps=0.0, wobble=0.01)
    assert np.isclose(slope.error, 0.07 / (START / 3), rtol=1e-12)
    # Of two sides the steeper one has more of it.
    slope, _ = traced(
        lambda h: rate * h * (2 if h * rate > 0 else 1), levels=2, eps=0.0, wobble=0.01
    )
    assert np.isclose(slope.rounding, 0.14 / (START / 3), rtol=1e-12)


def test_a_function_that_is_zero_has_a_derivative_of_zero_without_error():
    slope, levels = traced(lambda h: 0.0)
    assert (slope.value, slope.error, slope.rounded) == (0, 0, False)
    assert levels == [0, 1, 2, 3, 10]  # and a look at a much shorter step


@pytest.mark.parametrize("count", [2, 3, 5, 8, 12])
def test_no_more_steps_are_tried_than_asked_for(count):
    _, levels = traced(abs, levels=count)
    assert levels == list(range(count))


def test_one_step_alone_is_no_derivative():
    slope, _ = traced(np.exp, levels=1)
    assert np.isnan(slope.value)
    assert slope.error == np.inf


@settings(max_examples=50)
@given(st.integers(10, 30), st.floats(-1, 1))
def test_a_quantised_function_is_differentiated_as_well_as_its_noise_lets(bits, phase):
    grain = 2.0**-bits

    def fn(h):
        return np.round(np.sin(h + phase) / grain) * grain

    slope, levels = traced(fn, noise=grain)
    assert abs(slope.value - np.cos(phase)) <= slope.error + 2e-4 * grain ** (2 / 3)
    assert grain < slope.error < 500 * grain
    assert len(levels) <= 7
    assert slope.rounded


def test_values_of_low_precision_are_taken_for_what_they_are():
    slope, levels = traced(
        lambda h: np.float32(np.exp(np.float32(h))), eps=float(np.finfo("f4").eps)
    )
    assert abs(slope.value - 1) <= slope.error < 1e-4
    assert len(levels) <= 6


# --- kinks


@pytest.mark.parametrize(
    ("fn", "left", "right", "most"),
    [
        (abs, -1, 1, 29),
        (lambda h: np.maximum(h, 0), 0, 1, 29),
        (lambda h: np.exp(h) + abs(h), 0, 2, 14),
        (lambda h: np.where(h > 0, np.sin(h), 0.1 * h), 0.1, 1, 29),
        (lambda h: 1e3 + np.exp(3 * h) + abs(h), 2, 4, 13),
        (lambda h: np.exp(h) + 1e-6 * abs(h), 1 - 1e-6, 1 + 1e-6, 12),
    ],
)
def test_a_kink_has_both_one_sided_derivatives(fn, left, right, most):
    slope, levels = traced(fn)
    assert slope.kink
    assert abs(slope.left - left) <= slope.left_error
    assert abs(slope.right - right) <= slope.right_error
    assert slope.side_error < 1e-2 * (right - left)
    assert abs(slope.value - (left + right) / 2) <= slope.error
    assert len(levels) <= most
    assert not slope.steep


def test_a_kink_is_confirmed_by_ever_shorter_steps_until_rounding_hides_it():
    _, levels = traced(lambda h: np.exp(h) + abs(h))
    assert levels == [*range(7), *range(9, 29, 3)]
    _, levels = traced(lambda h: 1e3 + np.exp(h) + abs(h))
    far = START * 3.0 ** -np.array(levels)
    # The last look is the first at which rounding is a sixteenth of the jump.
    rounding = 16 * EPS * 1e3 / far
    assert rounding[-1] > 2 > rounding[-2]
    assert set(np.diff(levels)) == {1, 3}


@pytest.mark.parametrize("distance", [1e-4, 1e-7, 1e-9, 1e-11])
@pytest.mark.parametrize("side", [-1, 1])
def test_what_lies_between_a_kink_close_by_and_the_point_is_found(distance, side):
    slope, levels = traced(lambda h: np.exp(h) + abs(h + side * distance))
    exact = 1 + side
    assert not slope.kink
    assert abs(slope.value - exact) <= 2 * slope.error
    assert slope.error < 100 * EPS / distance
    assert len(levels) <= 24
    assert abs(slope.right - slope.left) <= 5 * slope.side_error


def test_a_kink_too_close_to_be_told_from_one_at_the_point_stays_one():
    slope, _ = traced(lambda h: np.exp(h) + abs(h + 1e-15))
    assert slope.kink
    assert abs(slope.value - 1) < 1e-8


@pytest.mark.parametrize("target", [1e-3, 1e9])
def test_no_target_hides_a_kink(target):
    slope, _ = traced(lambda h: np.exp(h) + abs(h), target=target)
    assert slope.kink
    slope, _ = traced(abs, target=target, levels=8)
    assert slope.kink


# --- one side only, and none


@pytest.mark.parametrize("side", [-1, 1])
def test_where_one_side_has_no_values_the_other_has_its_derivative(side):
    slope, levels = traced(
        lambda h: np.log1p(3 * h) if side * h >= 0 else np.nan, middle=0.0
    )
    own, other = (slope.right, slope.left) if side > 0 else (slope.left, slope.right)
    assert abs(own - 3) < 1e-13
    assert np.isnan(other)
    assert np.isnan(slope.value)
    assert slope.error == np.inf
    assert slope.side_error < 1e-13
    assert not slope.kink
    # All of it is passed through for both sides before one alone is believed.
    assert levels == [*range(0, 29, 3), *range(29)]
    # Where rounding grows, one side ends the search as two do.
    slope, levels = traced(
        lambda h: 5 + np.log1p(3 * h) if side * h >= 0 else np.nan, middle=5.0
    )
    assert len(levels) <= 10 + 10
    assert slope.side_error < 1e-10


def test_a_function_without_values_has_no_derivative():
    slope, levels = traced(lambda h: np.nan, middle=0.0)
    assert np.isnan([slope.value, slope.right, slope.left]).all()
    assert slope.rounding == 0
    assert slope.error == slope.side_error == np.inf
    assert levels == 2 * [*range(0, 29, 3)]


def test_three_levels_are_passed_over_where_there_is_no_value():
    _, levels = traced(lambda h: np.log(1e-4 + h))
    assert levels[:5] == [0, 3, 6, 7, 8]


def test_a_row_of_quotients_does_not_go_on_across_a_gap():
    # Within the gap of three levels the ratio of steps is 27: not the table's.
    def fn(h):
        return np.nan if 1e-3 < abs(h) < 1e-2 else np.exp(20 * h)

    slope, levels = traced(fn)
    assert levels[:5] == [0, 1, 2, 5, 6]
    assert abs(slope.value - 20) <= slope.error < 1e-10

    def fast(h):
        return np.nan if 1e-3 < abs(h) < 1e-2 else np.sin(300 * h + 1)

    slope, _ = traced(fast)
    afresh, _ = traced(fast, start=START * 3.0**-5)
    assert np.isclose(slope.value, afresh.value, rtol=1e-14)
    assert np.isclose(slope.error, afresh.error, rtol=1e-6)


# --- quotients that grow


@pytest.mark.parametrize(
    ("power", "steep"), [(0.3, True), (0.5, True), (0.8, True), (0.87, False)]
)
def test_quotients_that_grow_by_a_fifth_with_each_step_are_steep(power, steep):
    slope, _ = traced(lambda h: np.sign(h) * abs(h) ** power)
    assert slope.steep is steep


def test_it_is_the_last_ten_steps_that_tell_whether_quotients_grow():
    slope, _ = traced(np.cbrt, levels=10)
    assert slope.steep
    slope, _ = traced(np.cbrt, levels=9)
    assert slope.steep is False
    slope, _ = traced(lambda h: h + 1e-7 * np.cbrt(h))
    assert slope.steep
    slope, _ = traced(lambda h: np.cbrt(h) if abs(h) > 1e-11 else h * 1e7)
    assert not slope.steep
    slope, _ = traced(lambda h: -np.cbrt(h))
    assert slope.steep is True
    slope, _ = traced(lambda h: np.sqrt(h) if h > 0 else 0.0)
    assert slope.steep  # one side is enough
    slope, _ = traced(lambda h: np.sqrt(h) if h >= 0 else np.nan)
    assert slope.steep


# --- targets


def test_a_target_ends_the_search_once_the_sides_agree_and_a_short_step_confirms():
    slope, levels = traced(np.exp, target=1e-6)
    assert levels == [0, 1, 2, 3, 10]
    assert slope.error < 1e-6
    assert abs(slope.value - 1) <= slope.error
    _, levels = traced(np.exp, target=1e-14)
    assert levels == list(range(7))


@pytest.mark.parametrize("rate", [3, 30, 300, 3e4])
def test_sides_have_converged_where_they_are_known_to_five_per_cent(rate):
    # The cubic has central quotients that converge at once, and sides that do not.
    def fn(h):
        return h + rate * h**2

    slope, levels = traced(fn, target=1e9)
    assert slope.side_error <= 0.05 * max(1, slope.right, slope.left) or rate == 3
    before, _ = traced(fn, levels=len(levels) - 2)
    sizes = (1, abs(before.right), abs(before.left))
    assert len(levels) == 5 or before.side_error > 0.05 * max(sizes)
    # Beside a size of derivatives of a million that is nothing.
    _, levels = traced(fn, target=1e9, size=1e9)
    assert levels == [0, 1, 2, 3, 10]


def test_what_a_much_shorter_step_contradicts_is_forgotten():
    slope, levels = traced(lambda h: 1e-6 * np.sin(1e7 * h), target=1e-4)
    assert abs(slope.value - 10) <= slope.error <= 1e-4
    gaps = np.diff(levels)
    assert set(gaps) <= {1, 7, 0}
    assert 7 in gaps[:-1]
    assert len(levels) <= 12


def test_what_is_forgotten_has_no_part_in_what_is_found():
    def fn(h):
        return np.exp(h) + 1e-7 * np.sin(1e7 * h)

    # The steps at levels 10 and 21 only confirm, or do not.
    slope, levels = traced(fn, target=0.01)
    assert levels == [0, 1, 2, 3, 10, 11, 12, 13, 14, 21]
    afresh, _ = traced(fn, target=0.01, start=START * 3.0**-11)
    assert np.isclose(slope.value, afresh.value, rtol=1e-12)
    assert np.isclose(slope.error, afresh.error, rtol=1e-6)
    assert abs(slope.value - 2) <= slope.error


def test_a_wave_inside_a_target_is_not_looked_for():
    slope, levels = traced(lambda h: np.exp(h) + 1e-14 * np.sin(1e7 * h), target=1e-6)
    assert abs(slope.value - 1) < 1e-6
    assert levels == [0, 1, 2, 3, 10]


@pytest.mark.parametrize("width", [1e-3, 1e-5, 1e-7])
def test_a_narrow_peak_is_not_taken_for_flat(width):
    slope, levels = traced(
        lambda h: np.exp(-((h / width - 0.5) ** 2)), target=1e-8, size=1e-3
    )
    exact = np.exp(-0.25) / width
    assert abs(slope.value - exact) <= slope.error < 1e-11 * exact
    assert len(levels) <= 23


# --- longer steps


def longest(levels):
    return -min(levels)


def test_longer_steps_are_tried_until_the_error_is_the_one_wanted():
    def fn(h):
        return 1e8 + 1e-6 * h

    near, levels = traced(fn)
    assert levels == [0, 1, 2, 3]
    assert near.error > 1e-6
    for wanted, looks in ((4e-8, 2), (4e-10, 4), (1e-12, 7)):
        slope, levels = traced(fn, wanted=wanted)
        assert abs(slope.value - 1e-6) <= slope.error <= wanted
        # Each look begins two levels above the last.
        starts = [levels[0], *(b for a, b in pairwise(levels) if b < a)]
        assert starts == [-2 * k for k in range(looks + 1)]
    # A value of less than eight errors is no sign of a slope, however exact.
    unsure, levels = traced(fn, wanted=4e-7)
    assert unsure == near
    assert longest(levels) == 2
    enough, levels = traced(fn, wanted=near.error)
    assert enough == near
    assert levels == [0, 1, 2, 3]


def test_there_are_24_looks_with_longer_steps_of_6_levels_at_most():
    slope, levels = traced(lambda h: 1e8 + 1e-6 * h, wanted=0.0)
    assert longest(levels) == 48
    assert levels[-6:] == [-48, -47, -46, -45, -44, -43]
    assert slope.value == 1e-6
    assert slope.error < 1e-21


@pytest.mark.parametrize("rate", [1e-6, 1e-3, 0.1])
def test_longer_steps_end_where_they_are_no_more_exact(rate):
    slope, levels = traced(lambda h: 1e8 + np.sin(rate * h + 0.3), wanted=0.0)
    exact = rate * np.cos(0.3)
    assert abs(slope.value - exact) <= 2 * slope.error
    assert slope.error < 2e-5 * exact
    assert longest(levels) <= 4 - np.log(rate) / np.log(3)


@pytest.mark.parametrize(
    "fn",
    [
        np.exp,
        lambda h: 1e8 + np.exp(h) + abs(h),
        lambda h: np.round(np.sin(1e3 * h + 0.3), 3),
    ],
)
def test_what_is_exact_or_a_kink_or_not_limited_by_rounding_has_no_longer_steps(fn):
    slope, levels = traced(fn, wanted=1e-10, noise=0.0)
    assert longest(levels) == 0
    assert slope == traced(fn)[0]


def test_longer_steps_that_see_nothing_of_a_bounded_function_are_not_believed():
    def fn(h):
        return 1e8 + 1e-9 * np.tanh(h)

    slope, levels = traced(fn, wanted=1e-12)
    assert longest(levels) >= 10
    assert slope == traced(fn)[0]
    assert abs(slope.value - 1e-9) <= slope.error


def test_longer_steps_do_not_overrule_shorter_ones():
    # A slope within the first steps, and another far away.
    def fn(h):
        return 1e6 + np.clip(h, -1, 1) + 1e-3 * h

    slope, levels = traced(fn, wanted=1e-12)
    assert abs(slope.value - 1.001) <= slope.error < 1e-8
    assert longest(levels) <= 6


# --- noise


def alternating(size, step):
    """Values that change by `size` up and down with each step."""
    return lambda h: 1 + size * (-1.0) ** round(abs(h) / step)


@pytest.mark.parametrize("size", [1e-12, 1e-6, 1e-3])
@pytest.mark.parametrize("scale", [1.0, -1e6, 1e-200])
def test_the_noise_is_a_share_of_the_values_by_their_fifth_differences(size, scale):
    # They have a fifth difference of 32, and 252 is the sum of the weights squared.
    wave = alternating(size, FINE_STEPS[0])
    noise = noise_of(lambda h: scale * wave(h))
    expected = 32 * size / np.sqrt(252) / (1 + size)
    assert np.isclose(noise.level, expected, rtol=1e-3)


@pytest.mark.parametrize("size", [1e-12, 1e-6, 1e-2])
def test_white_noise_is_measured_at_its_size(size):
    levels = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        levels.append(noise_of(lambda h, r=rng: 1 + size * r.normal()).level)
    assert 0.9 * size < np.mean(levels) < 1.15 * size
    assert np.percentile(levels, 5) > 0.2 * size
    assert np.max(levels) < 4 * size


@pytest.mark.parametrize(
    "fn",
    [
        np.exp,
        lambda h: np.sin(h + 0.3),
        lambda h: 3.0,
        lambda h: 0.0,
        lambda h: h,
        lambda h: h**2,
        lambda h: 1 + abs(h),
        lambda h: np.sin(1e5 * h),
        lambda h: np.sin(1e10 * h),
        lambda h: np.log1p(1e6 * h) if h > 0 else -h,
    ],
)
def test_curves_and_kinks_and_fast_waves_have_no_noise(fn):
    noise = noise_of(lambda h: float(fn(h)))
    assert noise.level < 3e-16
    assert noise.grain == 0


@given(st.floats(9.5, 11), st.floats(0, 2 * np.pi))
def test_a_fast_wave_is_no_noise(power, phase):
    noise = noise_of(lambda h: 2 + np.sin(10.0**power * h + phase))
    assert noise.level < 1e-15


@pytest.mark.parametrize("scale", [1.0, 1e6, -1e-6])
def test_a_fast_wave_of_little_height_is_no_noise(scale):
    noise = noise_of(lambda h: scale * (1 + 5e-11 * np.sin(1e10 * h)))
    assert noise.level < 1e-15


@pytest.mark.parametrize("scale", [1.0, 1e6, -1e-6])
def test_noise_of_longer_steps_is_seen_beside_that_of_shorter_ones(scale):
    # Little noise changes more in a short step than much noise does in a long one.
    fine, coarse = alternating(1e-12, FINE_STEPS[0]), alternating(1e-6, FINE_STEPS[1])
    noise = noise_of(lambda h: scale * (fine(h) + coarse(h)) / 2)
    assert np.isclose(noise.level, 32 * 0.5e-6 / np.sqrt(252), rtol=1e-3)


@pytest.mark.parametrize("at", [2.5, 3.5, 6.2])
def test_a_kink_among_the_points_is_no_noise(at):
    assert noise_of(lambda h: 1 + abs(h - at * FINE_STEPS[1])).level < 1e-15


def test_noise_on_one_side_alone_is_no_noise_but_a_kink():
    step = FINE_STEPS[1]
    wave = alternating(1e-6, step)
    assert noise_of(lambda h: wave(h) if h > 0 else 1 + 1e-9 * h).level < 1e-15
    both = noise_of(wave)
    assert both.level > 1e-6
    half = noise_of(lambda h: wave(h) if h > 0 else 1 + (wave(h) - 1) / 2)
    assert np.isclose(half.level, both.level / 2, rtol=1e-5)


@pytest.mark.parametrize(
    ("kind", "grain"), [("float16", COARSE_STEPS[0]), ("float32", 0.0)]
)
def test_what_is_computed_in_a_coarser_type_is_a_staircase(kind, grain):
    noise = noise_of(lambda h: float(np.tanh(np.asarray(0.3 + h, dtype=kind))))
    eps = float(np.finfo(kind).eps)
    assert 0.1 * eps < noise.level < 0.6 * eps
    assert noise.grain == grain


@pytest.mark.parametrize("bits", [8, 9, 11, 12, 18, 20, 21, 22])
def test_the_stairs_of_a_staircase_are_its_noise_and_their_length_is_its_grain(bits):
    stair = 2.0**-bits
    noise = noise_of(lambda h: 2 + float(np.round(np.expm1(1.03 * h) / stair)) * stair)
    # Rounding to a stair is off by up to a half of it, alike in all its width.
    uniform = stair / np.sqrt(12) / 2
    assert 0.3 * uniform < noise.level < 3 * uniform
    assert stair / 20 < noise.grain < 3 * stair


def test_steps_without_values_are_passed_over():
    noise = noise_of(lambda h: float(np.exp(h)) if abs(h) > 1e-7 else np.nan)
    assert noise.level < 1e-15
    assert noise.grain == 0
    wave = alternating(1e-6, FINE_STEPS[1])
    noise = noise_of(lambda h: wave(h) if abs(h) > 1e-11 else np.nan)
    assert noise.level > 1e-6
    assert noise_of(lambda h: np.inf) == noise_of(lambda h: np.nan) == Noise(0.0, 0.0)


def points_asked_for(fn):
    asked = []

    def phi(h):
        asked.append(h)
        return float(fn(h))

    noise_of(phi)
    return asked


def test_few_points_are_asked_for_where_every_step_is_seen():
    asked = points_asked_for(np.exp)
    assert asked == [step * k for step in FINE_STEPS[:2] for k in range(1, 9)]


def test_what_looks_like_noise_is_looked_at_on_the_other_side_as_well():
    asked = points_asked_for(alternating(1e-6, FINE_STEPS[1]))
    above = [FINE_STEPS[1] * k for k in range(1, 9)]
    assert asked[-16:] == [*above, *(-h for h in above)]


def test_stairs_are_looked_at_on_both_sides_and_the_rougher_one_counts():
    def sided(above, below):
        def phi(h):
            stair = above if h > 0 else below
            return 2 + float(np.round(np.expm1(1.03 * h) / stair)) * stair

        return phi

    fine, coarse = 2.0**-12, 2.0**-9
    alike = noise_of(sided(fine, fine))
    other = noise_of(sided(fine, coarse))
    assert other.level > 2 * alike.level
    assert other.grain == alike.grain
    asked = points_asked_for(sided(fine, coarse))
    below = [-h for h in asked if h < 0]
    assert below
    assert len(below) % 8 == 0
    assert set(below) <= {h for h in asked if h > 0}


def test_ever_longer_steps_are_tried_while_nothing_changes():
    asked = points_asked_for(lambda h: 1.0)
    steps = (*FINE_STEPS, *COARSE_STEPS)
    assert asked == [step * k for step in steps for k in range(1, 9)]
    # The first are shorter than the grain of 32 bits; the last are a share of 1.
    assert 1e-14 < steps[0] < 2e-13
    assert 2.0**-24 < steps[1] < steps[2] < 2.0**-20
    assert all(1.9 < b / a < 300 for a, b in pairwise(steps[1:]))
    assert 0.02 < steps[-1] < 0.2


# --- norms


@pytest.mark.slow
@given(
    st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6),
    st.integers(-900, 900),
)
def test_a_norm_scales_also_where_squares_overflow(values, power):
    x = np.ldexp(np.array(values), power)
    exact = np.ldexp(math.hypot(*values), power)
    assert np.isclose(norm(x), exact, rtol=1e-14, atol=1e-307)


def test_a_norm_of_nothing_is_zero_and_of_infinity_infinite():
    assert norm(np.zeros(0)) == 0
    assert norm(np.zeros((2, 3))) == 0
    assert norm(np.array([1.0, -np.inf])) == np.inf
    assert np.isnan(norm(np.array([1.0, np.nan])))
    assert norm(np.array([[3.0, 0.0], [0.0, -4.0]])) == 5
