"""The search of a tensor: how far elements are moved, and how they are judged.

What a constant stands for is tested on both sides of it: with derivatives and errors
that are made up for one element, or with functions whose derivatives are known.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byhand.gradients import check_gradients
from byhand.gradients.constraints import constraint
from byhand.gradients.extrapolation import Slope
from byhand.gradients.function import CheckedFunction
from byhand.gradients.scales import PART, SAMPLE, Scale, blocks, move_to, scale_of, sums
from byhand.gradients.search import (
    Moves,
    Node,
    Search,
    TensorSearch,
    search_tensor,
)
from byhand.gradients.styles import written

pytestmark = pytest.mark.slow

EPS = np.finfo(np.float64).eps
MODES = ["full", "directional"]
every_mode = pytest.mark.parametrize("mode", MODES)


def total(x):
    return np.sum(x)


def searched(fn, inputs, grad, **options):
    """Return the search of a check that has begun."""
    function = CheckedFunction(written(fn, inputs, grad))
    function.begin()
    given = {"rtol": 1e-5, "resolution": 0.1, "seed": 0, "full": True, **options}
    return Search(function, function.gradients(), **given)


def line(slopes, x=None, **options):
    """Return the search of the sum of slopes times x, which is 1 unless told."""
    slopes = np.asarray(slopes, float)
    x = np.ones_like(slopes) if x is None else np.asarray(x, float)
    return searched(lambda x: slopes @ x, x, lambda x: slopes.copy(), **options)


# --- steps

numbers = st.floats(1e-6, 1e6).map(float)


@settings(max_examples=100)
@given(numbers, numbers, numbers, numbers, st.booleans())
def test_an_element_is_moved_by_its_size_or_as_far_as_its_gradient_suggests(
    own, typical, share, g, negative
):
    scale = Scale(typical=typical, largest=2 * typical, share=share)
    x = np.array([-own if negative else own])
    even = share / g
    expected = max(own, min(even, typical))
    assert scale.of(x, np.array([g]))[0] == pytest.approx(expected, rel=1e-12)
    assert scale.of(x, np.array([-g]))[0] == pytest.approx(expected, rel=1e-12)
    # A zero may be moved as far as the largest element.
    expected = min(even, 2 * typical)
    assert scale.of(np.zeros(1), np.array([g]))[0] == pytest.approx(expected)


def test_zeros_without_a_gradient_are_moved_by_the_typical_size():
    scale = Scale(typical=5.0, largest=50.0, share=1.0)
    assert scale.of(np.zeros(1), np.zeros(1))[0] == 5.0
    assert scale.of(np.zeros(1), np.array([np.nan]))[0] == 5.0
    assert scale.of(np.array([7.0]), np.zeros(1))[0] == 7.0


def test_an_element_without_a_gradient_among_other_units_keeps_its_own_size():
    x, g = np.array([1e-3]), np.zeros(1)
    mixed = Scale(typical=5.0, largest=50.0, share=1.0, mixed=True)
    assert mixed.of(x, g)[0] == 1e-3
    assert replace(mixed, mixed=False).of(x, g)[0] == 5.0


def scale_from(x, g):
    search = searched(total, np.asarray(x, float), np.ones_like)
    return scale_of(search.function.tensors[0], np.asarray(g, float))


def test_the_scale_is_that_of_the_middle_element_and_not_of_the_largest():
    scale = scale_from([0.0, -1.0, 2.0, 1e6], [1.0, 5.0, 3.0, 0.0])
    assert (scale.typical, scale.largest, scale.share) == (2.0, 1e6, 5.5)
    assert not scale.guessed


def test_zeros_are_worth_one():
    scale = scale_from([0.0, 0.0], [3.0, 5.0])
    assert (scale.typical, scale.largest, scale.share) == (1.0, 1.0, 4.0)
    assert not scale.guessed


def test_a_gradient_of_zero_suggests_no_step():
    assert scale_from([1.0, 2.0], [0.0, 0.0]).share == np.inf


def test_gradients_that_are_not_finite_do_not_count_in_a_scale():
    scale = scale_from([1.0, 2.0, 4.0], [np.inf, 3.0, 5.0])
    assert scale.share == 8.0  # of the typical size, 2, times 3 and 5


def test_units_are_mixed_where_gradients_differ_more_than_contributions():
    units = 10.0 ** np.arange(-4, 5)
    assert scale_from(units, 1 / units).mixed
    assert not scale_from(units, np.ones(9)).mixed


def test_a_long_tensor_is_sampled_from_end_to_end():
    x = np.repeat([1.0, 3.0, 7.0], SAMPLE)
    assert scale_from(x, np.ones_like(x)).typical == 3.0


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_zeros_are_moved_as_far_as_other_tensors_contribute(scale):
    w = scale * np.array([1.0, -2.0, 3.0])
    search = searched(
        lambda w, b: np.sum((w + b) / scale),
        (w, np.zeros(3)),
        lambda w, b: (np.full(3, 1 / scale), np.full(3, 1 / scale)),
    )
    weights, biases = search.scales
    assert not weights.guessed
    assert biases.guessed
    # The contributions of w: its norm times a slope, over the norm of b's gradient.
    assert biases.typical == pytest.approx(scale * np.sqrt(14 / 3))
    assert search.reaches == pytest.approx([3.0, np.sqrt(14 / 3)])
    assert search.largest == max(search.reaches)


def test_the_reach_of_a_tensor_is_its_largest_change_anywhere():
    x = np.ones(2 * PART)
    g = np.ones(2 * PART)
    g[3], g[PART + 3], g[-1] = -5.0, 4.0, np.nan
    search = searched(total, x, np.ones_like)
    search.gradients = [g]
    assert search._reach(0) == 5.0
    search.gradients = [g[::-1]]
    assert search._reach(0) == 5.0


# --- directions


@settings(max_examples=60)
@given(st.integers(0, 2**16), st.integers(1, 40))
def test_a_direction_moves_every_element_by_half_to_one_and_a_half_sizes(seed, size):
    x = np.random.default_rng(seed).normal(size=size)
    search = searched(
        lambda x: x @ np.arange(1.0, size + 1),
        x,
        lambda x: np.arange(1.0, size + 1),
        seed=seed,
    )
    v = search.direction(0)
    g = search.gradients[0]
    shares = np.abs(v) / search.scales[0].of(x, g)
    assert np.all((shares >= 0.5 - 1e-12) & (shares <= 1.5 + 1e-12))
    # Eight draws miss it once in ten thousand.
    assert abs(g @ v) >= 0.5 * np.linalg.norm(g * v)


def test_directions_differ_from_one_another_and_by_the_seed_alone():
    first, other, again = (line(np.ones(8), seed=seed) for seed in (1, 2, 1))
    v = first.direction(0)
    assert not np.array_equal(v, first.direction(0))
    assert not np.array_equal(v, other.direction(0))
    assert np.array_equal(v, again.direction(0))


@pytest.mark.parametrize(
    ("size", "dtype"), [(2**17 - 1, np.float64), (2**17, np.float32)]
)
def test_a_direction_through_very_many_elements_is_kept_in_single_precision(
    size, dtype
):
    search = searched(total, np.ones(size), np.ones_like)
    assert search.direction(0).dtype == dtype


@settings(max_examples=40)
@given(st.integers(0, 3 * PART))
def test_blocks_cover_every_element_once(size):
    row = np.zeros(size)
    for part in blocks(size):
        assert row[part].size <= PART
        row[part] += 1
    assert (row == 1).all()


@pytest.mark.parametrize("size", [3, PART + 5])
def test_sums_are_those_of_products_and_their_squares(size):
    g, v, x = np.random.default_rng(size).normal(size=(3, size))
    expected = (g @ v, np.linalg.norm(g * v), np.linalg.norm(g * x))
    assert sums(g, v, x) == pytest.approx(expected, rel=1e-12)


def test_sums_over_inputs_that_overflow_have_no_rounding():
    with np.errstate(over="ignore"):
        found = sums(np.array([1e200]), np.array([1.0]), np.array([1e200]))
    assert found == (1e200, 1e200, 0.0)


def test_a_tensor_is_moved_along_a_direction_or_on_its_set():
    search = searched(total, np.array([0.25, 0.75]), np.ones_like)
    (tensor,) = search.function.tensors
    v = np.array([1.0, 0.0])
    move_to(tensor, v, 0.5)
    assert tensor.work.tolist() == [0.75, 0.75]
    move_to(tensor, v, 0.5, constraint("simplex"))
    assert tensor.work.tolist() == [0.5, 0.5]
    assert tensor.base.tolist() == [0.25, 0.75]


# --- one comparison


def slope(value, error=0.0, *, left=None, right=None, side=0.0, **more):
    return Slope(
        value=value,
        error=error,
        right=value if right is None else right,
        left=value if left is None else left,
        right_error=side,
        left_error=side,
        **more,
    )


def node(analytic, found, *, size=None, unit=1.0, count=1):
    size = abs(analytic) if size is None else size
    return Node(0, count, unit, analytic, size, found)


def test_a_gap_is_measured_in_errors():
    one = node(3.0, slope(1.0, 0.5))
    assert (one.count, one.gap) == (1, 2.0)
    assert one.excess == pytest.approx(4.0)
    assert node(3.0, slope(3.0, 0.0), size=0.0).excess == 0.0
    assert node(3.0, slope(1.0, 0.0), size=0.0).excess == np.inf
    assert node(3.0, slope(3.0 + 1e-13, 0.0), size=10.0).excess == pytest.approx(
        1.0, rel=0.01
    )
    assert node(3.0, slope(np.nan, 0.5)).excess == np.inf
    assert Node(3, 8, 1.0, 1.0, 1.0, slope(1.0)).count == 5


def test_measured_rounding_is_given_less_room_than_guessed_truncation():
    assert node(1.0, slope(1.0, 1e-3, rounding=1e-3)).chance == 2.0
    assert node(1.0, slope(1.0, 1e-3, rounding=0.0)).chance == 10.0


def tensor_search(*, largest=1.0, nothing=False, **options):
    """Return the search of three elements beside whose slopes 1 is the largest.

    With `nothing`, it is that of a tensor whose gradient is zero beside others.
    """
    slopes = np.array([1.0, 0.5, largest])
    search = searched(
        lambda a, b: slopes @ a + 0 * np.sum(b),
        (np.ones(3), np.ones(3)),
        lambda a, b: (slopes.copy(), np.zeros(3)),
        **options,
    )
    return TensorSearch(search, int(nothing))


def test_changes_are_little_beside_the_largest_of_the_tensor_or_of_all_or_the_value():
    assert tensor_search(largest=4.0)._moves.interest() == 4.0
    assert tensor_search(largest=4.0, nothing=True)._moves.interest() == 4.0
    search = searched(lambda x: -5.0, np.ones(2), np.zeros_like)
    assert Moves(search, 0).interest() == 5.0


def judged(one, **options):
    """Return the verdict of one element, "" where nothing is wrong, and the search."""
    search = tensor_search(**options)
    search._keep(one)
    found = [verdict for verdict, faults in search._faults.items() if faults]
    assert len(found) <= 1
    assert len(search._comparisons) == 1
    return (str(found[0]) if found else ""), search


def verdict(one, **options):
    return judged(one, **options)[0]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("value", "error", "rtol", "expected"),
    [
        # The relative difference, of the larger derivative.
        (1 + 0.9e-2, 0.0, 1e-2, ""),
        (1 + 1.02e-2, 0.0, 1e-2, "fail"),
        (1 + 1.005e-2, 0.0, 1e-2, ""),
        (1 - 0.99e-2, 0.0, 1e-2, ""),
        (1 - 1.005e-2, 0.0, 1e-2, "fail"),
        # Four errors besides.
        (1 + 3.9e-6, 1e-6, 0.0, ""),
        (1 + 4.1e-6, 1e-6, 0.0, "fail"),
        (1 + 4.9e-6, 1e-6, 1e-6, ""),
        (1 + 5.1e-6, 1e-6, 1e-6, "fail"),
    ],
)
def test_an_element_agrees_to_rtol_and_four_errors(value, error, rtol, expected, sign):
    one = node(sign * 1.0, slope(sign * value, error))
    assert verdict(one, rtol=rtol) == expected


@pytest.mark.parametrize(
    ("analytic", "expected"), [(0.8e-13, ""), (-0.8e-13, ""), (1.3e-13, "fail")]
)
def test_zero_is_what_rounding_leaves_beside_the_largest_element(analytic, expected):
    assert verdict(node(analytic, slope(0.0))) == expected


@pytest.mark.parametrize(
    ("error", "resolution", "largest", "expected"),
    [
        (0.024, 0.1, 1.0, ""),
        (0.026, 0.1, 1.0, "inconclusive"),
        (0.26, 0.1, 10.0, "inconclusive"),
        # Little beside another element that is seen.
        (0.24, 0.1, 10.0, ""),
        (0.0024, 0.01, 1.0, ""),
        (0.0026, 0.01, 1.0, "inconclusive"),
        (0.24, 1.0, 1.0, ""),
        (np.inf, 0.1, 1.0, "inconclusive"),
    ],
)
def test_an_element_whose_error_hides_a_tenth_is_inconclusive(
    error, resolution, largest, expected
):
    one = node(1.0, slope(1.0, error))
    assert verdict(one, resolution=resolution, largest=largest) == expected


@pytest.mark.parametrize(
    ("error", "expected"), [(2.4e-5, ""), (2.6e-5, "inconclusive")]
)
def test_a_zero_beside_other_tensors_must_be_seen_to_a_ten_thousandth(error, expected):
    one = node(0.0, slope(0.0, error))
    assert verdict(one, nothing=True) == expected


@pytest.mark.parametrize(
    ("analytic", "expected"), [(0.5e-12, ""), (2e-12, "inconclusive")]
)
def test_what_is_a_billionth_of_a_thousandth_of_the_largest_is_zero(analytic, expected):
    one = node(analytic, slope(analytic, 1e-6))
    assert verdict(one, nothing=True) == expected


def test_infinite_slopes_are_nondifferentiable_also_where_derivatives_agree():
    assert verdict(node(1.0, slope(1.0, 0.0, steep=True))) == "nondifferentiable"
    assert verdict(node(1.0, slope(5.0, 0.0, steep=True))) == "nondifferentiable"


def test_an_element_without_values_on_either_side_is_inconclusive():
    nowhere = slope(np.nan, np.inf, left=np.nan, right=np.nan)
    assert verdict(node(1.0, nowhere)) == "inconclusive"


@pytest.mark.parametrize(
    ("value", "error", "expected"),
    [
        (1.100, 6.0e-3, "inconclusive"),  # 17 errors, each above a thousandth
        (1.100, 4.5e-3, "fail"),  # 22 errors
        (1.016, 1.0e-3, "fail"),  # 16 errors, each below a thousandth
        (0.985, 1.02e-3, "inconclusive"),
        (0.985, 0.98e-3, "fail"),
    ],
)
def test_many_errors_are_asked_for_where_each_is_large(value, error, expected):
    assert verdict(node(1.0, slope(value, error))) == expected


@pytest.mark.parametrize(
    ("eps", "factor", "expected"),
    [
        (1e-10, 1.0, "inconclusive"),  # shorter steps bear the gradient out
        (1e-10, 2.0, "fail"),
        (1.1e-12, 1.0, "inconclusive"),
        (0.9e-12, 1.0, "fail"),  # long steps are not needed, and none is taken
    ],
)
def test_what_long_steps_say_of_a_rough_function_shorter_ones_must_bear_out(
    eps, factor, expected
):
    search = searched(total, np.ones(3), lambda x: np.full(3, factor))
    search.eps = eps
    before = search.function.evaluations
    one = TensorSearch(search, 0)
    one._keep(node(factor, slope(5.0, 1e-9)))
    assert [str(kind) for kind, faults in one._faults.items() if faults] == [expected]
    assert (search.function.evaluations == before) == (eps < 1e-12)


@pytest.mark.parametrize(
    ("analytic", "count", "start", "expected"),
    [
        (4.0, 1, 3.0, False),  # four shorter steps tell; five are asked for
        (4.0, 1, 10.0, True),
        (-4.0, 1, 0.3, True),  # all of it is wrong: of coarse values one is enough,
        (-4.0, 2, 0.3, False),  # of one element
        (4.0, 1, 0.03, False),  # and none tells
    ],
)
def test_how_many_shorter_steps_must_bear_out_coarse_values(
    analytic, count, start, expected
):
    search = searched(total, np.ones(3), lambda x: np.full(3, analytic))
    search.eps = 1e-3
    one = node(analytic, slope(5.0, 1e-3, start=start), count=count)
    v = np.full(count, 1.0 / count)
    assert Moves(search, 0).stands(v, one) is expected


# --- kinks


@pytest.mark.parametrize(
    ("analytic", "side", "expected"),
    [
        (-1.0, 0.0, ""),
        (0.0, 0.0, ""),
        (2.0, 0.0, ""),
        (2 + 1.9e-5, 0.0, ""),
        (2 + 2.2e-5, 0.0, "fail"),
        (-1 - 1.9e-5, 0.0, ""),
        (-1 - 2.2e-5, 0.0, "fail"),
        (2 + 3.9e-3, 1e-3, ""),
        (2 + 4.1e-3, 1e-3, "fail"),
        (3.0, 0.0, "fail"),
    ],
)
@pytest.mark.parametrize("falling", [False, True])
def test_at_a_kink_a_gradient_lies_between_the_slopes(
    analytic, side, expected, falling
):
    ends = (2.0, -1.0) if falling else (-1.0, 2.0)
    found = slope(0.5, 0.0, left=ends[0], right=ends[1], side=side)
    outcome, search = judged(node(analytic, found))
    assert outcome == expected
    # It is told of as a kink also where it is wrong.
    (kink,) = search._kinks
    assert (kink.tensor, kink.index) == ("a", (0,))
    assert (kink.left, kink.right, kink.analytic) == (*ends, analytic)


def test_a_kink_where_the_mean_of_the_slopes_agrees_is_told_of_too():
    _, search = judged(node(0.5, slope(0.5, 0.0, left=-1.0, right=2.0)))
    assert len(search._kinks) == 1
    assert search._kink_places == [0]
    _, search = judged(node(0.5, slope(0.5, 0.0)))
    assert search._kinks == []


@pytest.mark.parametrize("unit", [2.0, -2.0])
def test_slopes_at_a_kink_are_those_of_the_element_and_not_of_its_move(unit):
    left, right = (-1.0, 3.0) if unit > 0 else (-3.0, 1.0)
    found = slope(0.0, 0.0, left=left * abs(unit), right=right * abs(unit))
    _, search = judged(node(0.5 * unit, found, unit=unit))
    (kink,) = search._kinks
    assert (kink.left, kink.right, kink.analytic) == (-1.0, 3.0, 0.5)
    (comparison,) = search._comparisons
    assert comparison.analytic == 0.5


@pytest.mark.parametrize("missing", ["left", "right"])
@pytest.mark.parametrize(
    ("value", "side", "largest", "expected"),
    [
        (1 + 0.9e-5, 0.0, 1.0, ""),
        (1 + 1.1e-5, 0.0, 1.0, "fail"),
        (1 + 3.9e-4, 1e-4, 1.0, ""),
        (1 + 4.2e-4, 1e-4, 1.0, "fail"),
        (1.5, 2.4e-4, 1.0, "fail"),
        (1.5, 2.6e-4, 1.0, "inconclusive"),
        (1.5, 2.6e-4, 2.0, "fail"),
        (1.5, 2.4e-3, 10.0, "fail"),
    ],
)
def test_one_side_alone_decides_where_it_is_known_to_a_thousandth(
    value, side, largest, expected, missing
):
    found = slope(np.nan, np.inf, left=value, right=value, side=side)
    found = replace(found, **{missing: np.nan, f"{missing}_error": np.inf})
    outcome, search = judged(node(1.0, found), largest=largest)
    assert outcome == expected
    assert search._comparisons[0].numerical == value


# --- directions


def agrees(one, **options):
    return tensor_search(**options)._judge.agrees(one)


@pytest.mark.parametrize(
    ("errors", "rounding", "expected"),
    [(9.9, 0.0, True), (10.1, 0.0, False), (1.9, 1.0, True), (2.1, 1.0, False)],
)
def test_a_direction_agrees_within_the_errors_of_chance(errors, rounding, expected):
    found = slope(1 + errors * 1e-4, 1e-4, rounding=rounding * 1e-4)
    assert agrees(node(1.0, found, count=3)) is expected


@pytest.mark.parametrize(
    ("rounding", "error", "expected"),
    [
        (0.0, 0.0099, True),
        (0.0, 0.0101, False),
        (1.0, 0.049, True),
        (1.0, 0.051, False),
    ],
)
def test_a_direction_agrees_where_a_tenth_of_it_would_show(rounding, error, expected):
    found = slope(1.0, error, rounding=rounding * error)
    assert agrees(node(1.0, found, count=3)) is expected


def test_a_direction_without_a_derivative_does_not_agree():
    assert not agrees(node(1.0, slope(1.0, 0.0, steep=True), count=3))
    assert not agrees(node(1.0, slope(np.nan, 0.0), count=3))
    assert agrees(node(1.0, slope(1.0, 0.0), count=3))


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(
    ("gap", "error", "expected"),
    [
        (0.0, 0.9e-7, True),
        (0.0, 1.1e-7, False),
        (0.9e-7, 1e-8, True),
        (1.1e-7, 1e-8, False),
    ],
)
def test_a_direction_agrees_with_one_side_of_a_kink_that_is_well_known(
    side, gap, error, expected
):
    sides = {"left": 2.0, "right": 2.0} | {side: 1 + gap}
    found = slope(1.5, 1e-8, side=error, **sides)
    assert agrees(node(1.0, found, count=3)) is expected


@pytest.mark.parametrize(
    ("analytic", "size", "expected"),
    [(0.8, 1.0, 0.8), (-0.8, 1.0, 0.8), (0.2, 1.0, 0.5), (3.0, 1.0, 1.0)],
)
def test_a_direction_shows_as_much_as_its_derivative_but_half_its_size_at_least(
    analytic, size, expected
):
    one = node(analytic, slope(analytic), size=size, count=3)
    assert tensor_search()._seen_of(one) == expected


def judged_together(one, **options):
    """Return the verdict of several elements, and what could be hidden in them."""
    search = tensor_search(**options)
    search._keep_together(one, np.ones(3))
    found = [str(verdict) for verdict, faults in search._faults.items() if faults]
    assert len(found) <= 1
    return (found[0] if found else ""), search._unseen


@pytest.mark.parametrize(
    ("value", "error", "size", "expected"),
    [
        (1 + 0.9e-2, 0.0, 1.0, ""),
        (1 + 1.1e-2, 0.0, 1.0, "fail"),
        (1 + 1.9e-2, 0.0, 2.0, ""),
        (1 + 1.3e-2, 1e-3, 1.0, ""),
        (1 + 1.9e-2, 1e-3, 1.0, "inconclusive"),
        (1 + 2.1e-2, 1e-3, 1.0, "fail"),
        (1.0, 0.011, 1.0, "inconclusive"),
    ],
)
def test_elements_that_are_too_many_are_judged_by_their_direction(
    value, error, size, expected
):
    one = node(1.0, slope(value, error), size=size, count=3)
    found, unseen = judged_together(one, rtol=1e-2)
    assert found == expected
    hidden = 2 * (1e-2 * size + 4 * error) if expected == "" else 0.0
    assert unseen == pytest.approx(hidden)


def test_elements_together_at_a_kink_may_hide_as_much_as_its_sides_are_apart():
    kink = slope(0.5, 0.0, left=-1.0, right=2.0)
    assert judged_together(node(0.0, kink, count=3)) == ("", 3.0)
    assert judged_together(node(3.0, kink, count=3))[0] == "fail"


@pytest.mark.parametrize("count", [1, 2, 16])
def test_the_first_step_is_the_shorter_the_more_elements_are_moved(count):
    moved = []

    def fn(x):
        moved.append(x[0] - 1.0)
        return np.sum(x)

    search = searched(fn, np.ones(16), np.ones_like)
    one = Moves(search, 0)

    def first_step():
        moved.clear()
        one.compare(np.full(count, 0.5), 0, count)
        return moved[0] / 0.5

    assert search.shorter == 0.4
    assert first_step() == pytest.approx(0.15 / np.e * count**-0.4)
    search.shorter = 0.25
    assert first_step() == pytest.approx(0.15 / np.e * count**-0.25)
    search.eps = 0.9e-4
    assert first_step() == pytest.approx(0.15 / np.e * count**-0.25)
    search.eps = 1.1e-4
    assert first_step() == pytest.approx(8 * 0.15 / np.e * count**-0.25)


# --- finding


def off(place, factor, grad):
    """Return a gradient with one element multiplied by a factor."""

    def wrong(x):
        g = np.array(grad(x))
        g[place] *= factor
        return g

    return wrong


def cosh2(x):
    return 1 / np.cosh(x) ** 2


def tanh(x):
    return np.sum(np.tanh(x))


@pytest.mark.parametrize(
    ("size", "most"), [(65, 400), (1000, 1200), (20000, 1400), (140_000, 1700)]
)
def test_one_wrong_element_of_many_is_found_in_few_evaluations(size, most):
    x = np.random.default_rng(size).normal(size=size)
    place = size // 3
    report = check_gradients(tanh, x, off(place, 1.01, cosh2), mode="directional")
    assert report.verdict == "fail"
    assert report.worst.index == (place,)
    assert report.worst.analytic == pytest.approx(1.01 * cosh2(x[place]))
    assert report.worst.numerical == pytest.approx(cosh2(x[place]), rel=1e-5)
    assert report.evaluations < most
    # Every comparison is kept, and each is of fewer elements than the first.
    sizes = [one.size for one in report.comparisons]
    assert sizes[0] == size
    assert sizes[-1] == 1
    assert all(one < size for one in sizes[1:])


@settings(max_examples=40)
@given(st.integers(0, 99), st.integers(0, 2**16))
def test_a_wrong_element_is_found_wherever_it_stands(place, seed):
    x = np.random.default_rng(seed).normal(size=100)
    report = check_gradients(
        tanh, x, off(place, 1.5, cosh2), mode="directional", rng=seed
    )
    assert report.verdict == "fail"
    assert report.worst.index == (place,)


@pytest.mark.parametrize(("size", "mode"), [(64, "full"), (65, "directional")])
def test_at_most_64_elements_are_compared_one_by_one(size, mode):
    x = np.linspace(-1.0, 2.0, size)
    auto = check_gradients(tanh, x, cosh2)
    told = check_gradients(tanh, x, cosh2, mode=mode)
    assert repr(auto) == repr(told)
    (tensor,) = auto.tensors
    assert tensor.examined == (
        "every element" if mode == "full" else "together, in random directions"
    )


def test_a_right_gradient_costs_two_evaluations_an_element_and_some():
    x = np.linspace(0.5, 2.0, 50)
    report = check_gradients(tanh, x, cosh2, mode="full")
    assert 100 < report.evaluations <= 140
    assert [one.index for one in report.comparisons] == [(k,) for k in range(50)]
    report = check_gradients(tanh, np.linspace(0.5, 2.0, 500), cosh2)
    assert report.evaluations <= 45
    assert [one.size for one in report.comparisons] == [500]


def test_a_search_ends_after_six_wrong_elements():
    x = np.linspace(0.5, 2.0, 50)
    report = check_gradients(tanh, x, lambda x: 2 * cosh2(x), mode="full")
    assert len(report.comparisons) == 6
    assert report.worst.index is not None


def test_the_worst_is_the_one_with_the_largest_gap_in_its_bound():
    x = np.linspace(0.5, 2.0, 10)

    def grad(x):
        return 3 * x**2 * np.where(x > 1.9, 1.5, np.where(x < 0.6, 1.001, 1.0))

    report = check_gradients(lambda x: np.sum(x**3), x, grad, mode="full")
    assert report.worst.index == (9,)


def test_a_gradient_that_is_not_finite_fails_at_its_place():
    x = np.ones(100)
    for mode in MODES:
        report = check_gradients(total, x, off(37, np.nan, np.ones_like), mode=mode)
        assert report.verdict == "fail"
        assert report.worst.index == (37,)
        assert np.isnan(report.worst.analytic)
        assert report.worst.numerical == pytest.approx(1.0)
        assert len(report.comparisons) == 1


def test_the_comparison_of_all_elements_is_that_of_the_direction():
    x = np.linspace(0.5, 2.0, 30)
    first, second = (searched(tanh, x, cosh2, full=False) for _ in range(2))
    v = first.direction(0)
    found = search_tensor(second, 0)
    assert found.report.worst is found.comparisons[0]
    assert found.report.worst.analytic == pytest.approx(cosh2(x) @ v, rel=1e-12)
    assert found.report.worst.numerical == pytest.approx(cosh2(x) @ v, rel=1e-6)
    assert 0 < found.report.worst.bound < 1e-6
    assert second.function.tensors[0].work.tolist() == x.tolist()


# --- what would show


@every_mode
@pytest.mark.parametrize("rtol", [1e-3, 1e-5, 1e-7])
def test_the_resolution_of_elements_is_what_they_allow(mode, rtol):
    x = np.linspace(0.5, 2.0, 30)
    report = check_gradients(tanh, x, cosh2, mode=mode, rtol=rtol)
    assert report.verdict == "pass"
    assert rtol <= report.resolution < 1.05 * rtol + 1e-7
    assert report.tensors[0].resolution == report.resolution


@every_mode
@pytest.mark.parametrize("rtol", [1e-3, 1e-5, 1e-7])
def test_an_error_that_rtol_allows_everywhere_is_not_said_to_show(mode, rtol):
    x = np.linspace(0.5, 2.0, 30)

    def slightly_wrong(x):
        return cosh2(x) * (1 + 0.9 * rtol)

    right = check_gradients(tanh, x, cosh2, mode=mode, rtol=rtol)
    wrong = check_gradients(tanh, x, slightly_wrong, mode=mode, rtol=rtol)
    assert wrong.verdict != "fail"
    assert right.resolution > 0.9 * rtol


@every_mode
@pytest.mark.parametrize("offset", [0.0, 1e6, 1e9])
def test_an_error_above_the_stated_resolution_is_seen_and_one_below_is_not(
    mode, offset
):
    def fn(x):
        return offset + np.sum(np.sin(x))

    rng = np.random.default_rng(0)
    seen = missed = 0
    trials = 12
    for seed in range(trials):
        x = rng.uniform(0.5, 1.0, 12)
        report = check_gradients(fn, x, np.cos, mode=mode, rng=seed, resolution=0.5)
        assert report.verdict == "pass", report
        g = np.cos(x)
        shares = np.abs(g * x)
        # A share of the largest element, or of the root of the sum of squares.
        share = np.max(shares) if mode == "full" else np.linalg.norm(shares)

        def shifted(x, by, share=share, report=report):
            error = np.zeros(12)
            error[5] = by * report.resolution * share / x[5]
            return np.cos(x) + error

        above, below = (
            check_gradients(
                fn,
                x,
                lambda x, by=by: shifted(x, by),
                mode=mode,
                rng=seed,
                resolution=0.5,
            )
            for by in (4.0, 0.02)
        )
        seen += above.verdict != "pass" or above.resolution > 4 * report.resolution
        missed += below.verdict == "pass"
    assert seen >= 0.9 * trials
    assert missed >= 0.9 * trials


@every_mode
def test_a_resolution_that_is_asked_for_and_not_had_is_inconclusive(mode):
    def fn(x):
        return 1e9 + np.sum(np.sin(x))

    x = np.linspace(0.5, 1.0, 12)
    report = check_gradients(fn, x, np.cos, mode=mode, resolution=0.5)
    assert report.verdict == "pass"
    found = report.resolution
    finer = check_gradients(fn, x, np.cos, mode=mode, resolution=found / 3)
    # All elements together may show what single ones do not.
    if finer.verdict == "pass":
        assert finer.resolution <= found / 3
    if mode == "directional":
        assert finer.verdict == "inconclusive"
    if finer.verdict == "inconclusive":
        assert "rounding hides the gradient" in finer.diagnosis


NORMALS = np.random.default_rng(0).normal(size=200)


@pytest.mark.parametrize(
    ("factor", "expected"), [(3e-6, "pass"), (9e-6, "pass"), (2e-5, "fail")]
)
def test_a_small_gap_that_is_spread_over_all_elements_is_judged_by_rtol(
    factor, expected
):
    report = check_gradients(tanh, NORMALS, lambda x: cosh2(x) * (1 + factor))
    assert report.verdict == expected
    assert report.evaluations < 800
    if expected == "pass":
        # Some elements are looked at before the others are taken to be like them.
        assert 15 <= len(report.comparisons) <= 45
        assert 200 < report.evaluations < 450
        assert 1e-5 < report.resolution < 4e-5


@pytest.mark.parametrize(
    ("offset", "coarsest", "most"),
    [
        (0.0, 1e-8, 60),
        (1e4, 1e-7, 60),
        (1e7, 5e-5, 80),
        (1e9, 5e-4, 90),
        (1e10, 5e-3, 150),
        (1e11, 2e-2, 1700),
        (1e12, 4e-2, 1700),
    ],
)
def test_an_offset_costs_resolution_and_not_much_work(offset, coarsest, most):
    report = check_gradients(lambda x: offset + tanh(x), NORMALS, cosh2, rtol=1e-13)
    assert report.verdict == "pass"
    assert EPS * offset / 50 < report.resolution < coarsest
    assert report.evaluations < most
    half = check_gradients(lambda x: offset + tanh(x), NORMALS, lambda x: cosh2(x) / 2)
    assert half.verdict == "fail"


@pytest.mark.parametrize("share", [0.0, 0.5, -1.0])
def test_a_hundred_kinks_are_all_found_along_directions(share):
    x = NORMALS.copy()
    x[::2] = 0.0

    def grad(x):
        return np.where(x == 0, share, np.sign(x))

    report = check_gradients(lambda x: np.sum(np.abs(x)), x, grad)
    assert report.verdict == "pass"
    found = [kink.index[0] for kink in report.kinks]
    # Where the gradient is that of one side, some directions agree with that side.
    assert set(found) <= set(range(0, 200, 2))
    assert len(found) == 100 or share == -1.0
    assert report.resolution < 1e-4
    assert report.evaluations < 14_000


def test_a_thousand_kinks_are_too_many_to_be_looked_at():
    x = np.random.default_rng(0).normal(size=2000)
    x[::2] = 0.0
    report = check_gradients(lambda x: np.sum(np.abs(x)), x, np.sign)
    assert report.verdict != "fail"
    assert 300 < len(report.comparisons) < 620
    assert 4000 < report.evaluations < 16_000
    assert report.verdict == "pass" or report.resolution > 0.1
    wrong = check_gradients(
        lambda x: np.sum(np.abs(x)), x, lambda x: np.where(x == 0, 1.5, np.sign(x))
    )
    assert wrong.verdict == "fail"
    assert wrong.evaluations < 5000


@pytest.mark.parametrize(
    ("offset", "full", "directional"),
    [
        (1e8, 1e-3, 3e-4),
        (1e9, 5e-3, 3e-4),
        (1e10, 1e-2, 3e-3),
        (1e11, 5e-2, 1e-2),
        (1e12, 0.1, 5e-2),
    ],
)
def test_what_would_show_beside_an_offset_is_not_understated(offset, full, directional):
    x = np.linspace(0.5, 1.0, 12)

    def checked(mode):
        report = check_gradients(
            lambda x: offset + np.sum(np.sin(x)), x, np.cos, mode=mode
        )
        assert report.verdict == "pass"
        return report.resolution

    # No step can be longer than some ten times x.
    assert EPS * offset / 30 < checked("full") <= full
    assert EPS * offset / 300 < checked("directional") < directional


@every_mode
def test_a_number_far_smaller_than_the_others_is_moved_by_little_enough(mode):
    x = np.array([1e-9, 1.0, -2.0])

    def checked(first):
        return check_gradients(
            lambda x: np.sum(np.abs(x)),
            x,
            lambda x: np.array([first, 1.0, -1.0]),
            mode=mode,
        ).verdict

    assert checked(1.0) == "pass"
    assert checked(-1.0) == "fail"
    assert checked(0.0) == "fail"


# --- zero gradients


@every_mode
@pytest.mark.parametrize("value", [0.0, 3.0, -1e9])
def test_a_constant_has_a_gradient_of_zero(mode, value):
    x = np.linspace(-1.0, 2.0, 9)
    report = check_gradients(lambda x: value, x, np.zeros_like, mode=mode)
    # Beside a value of 3 a slope may be too small to be seen.
    assert report.verdict == ("pass" if value == 0 else "inconclusive")
    assert report.resolution is None
    assert ("zero; more than" in str(report)) == (value == 0)
    wrong = check_gradients(lambda x: value, x, np.ones_like, mode=mode)
    # A function that is 0 everywhere may be one that underflows.
    assert wrong.verdict == ("inconclusive" if value == 0 else "fail")


@every_mode
def test_a_unit_that_is_off_has_a_gradient_of_zero(mode):
    x = np.array([-1.0, -2.0, -0.5])

    def fn(x):
        return np.sum(np.maximum(x, 0)) + 5.0

    assert check_gradients(fn, x, np.zeros_like, mode=mode).ok
    assert not check_gradients(fn, x, lambda x: np.full(3, 1e-3), mode=mode)


@every_mode
def test_a_gradient_of_zero_that_an_offset_hides_is_inconclusive(mode):
    x = np.array([1.0, -2.0, 0.5])
    report = check_gradients(
        lambda x: 1e12 + np.sum(np.sin(x) * 1e-3), x, np.zeros_like, mode=mode
    )
    assert report.verdict != "pass"


@every_mode
def test_a_gradient_of_zero_where_there_is_one_fails(mode):
    x = np.array([1.0, -2.0, 0.5])
    report = check_gradients(lambda x: np.sum(np.sin(x)), x, np.zeros_like, mode=mode)
    assert report.verdict == "fail"


@every_mode
@pytest.mark.parametrize("size", [5, 100])
def test_gradients_whose_products_overflow_do_not_pass(mode, size):
    x = np.full(size, 1e10)
    report = check_gradients(total, x, lambda x: np.full(x.shape, 1e300), mode=mode)
    assert report.verdict == "fail"


def rising(x):
    """Return a function that is flat beside 1, and then rises."""
    return 5.0 + 2.0 * max(abs(x[0] - 1.0) - 0.3, 0.0)


@pytest.mark.parametrize(("share", "expected"), [(0.9, ""), (1.1, "inconclusive")])
def test_zeros_must_be_seen_beside_what_a_function_does_elsewhere(share, expected):
    def judge(found, error):
        search = searched(rising, np.array([1.0]), np.zeros_like)
        one = TensorSearch(search, 0)
        one._keep(node(0.0, replace(found, error=error)))
        found = [kind for kind, faults in one._faults.items() if faults]
        return str(found[0]) if found else ""

    change = searched(rising, np.array([1.0]), np.zeros_like).change
    assert judge(slope(0.0), share * 1e-4 * change / 4) == expected
    # A slope of 50 on each side would show the more.
    kink = slope(0.0, left=-50.0, right=50.0)
    assert judge(kink, share * 1e-4 * 50 / 4) == expected
    one_sided = slope(0.0, left=np.nan, right=50.0)
    assert judge(one_sided, share * 1e-4 * 50 / 4) == expected


@pytest.mark.parametrize("size", [20, 60])
def test_all_elements_together_are_seen_where_rounding_hides_single_ones(size):
    x = np.linspace(0.5, 1.0, size)

    def checked(factor, offset=5e12, resolution=0.1):
        return check_gradients(
            lambda x: offset + np.sum(np.sin(x)),
            x,
            lambda x: factor * np.cos(x),
            mode="full",
            resolution=resolution,
        )

    report = checked(1.0)
    assert report.verdict == "pass"
    (tensor,) = report.tensors
    assert tensor.examined == "together, since rounding hides single elements"
    assert 1e-3 < report.resolution <= 0.1
    assert report.comparisons[-1].size == size
    for factor in (0.7, 1.3, -1.0, 0.0):
        assert checked(factor).verdict in ("fail", "inconclusive")
    for hidden in (checked(1.0, resolution=1e-3), checked(1.0, offset=1e15)):
        assert hidden.verdict == "inconclusive"
        assert hidden.tensors[0].examined == "every element"


def test_how_steep_a_function_is_anywhere_is_known_where_its_gradients_are_zero():
    x = np.array([1.0])
    search = searched(rising, x, np.zeros_like)
    assert search.largest == 0
    assert 1.0 < search.change < 3.0
    assert searched(lambda x: 5.0, x, np.zeros_like).change == 0.0
    assert searched(lambda x: 0.0, x, np.zeros_like).change == np.inf
    assert searched(lambda x: x[0], x, np.ones_like).change == 0.0
    assert search.function.tensors[0].work.tolist() == [1.0]
    # However far from the inputs it rises, within some hundred thousand times them.
    far = searched(lambda x: 5.0 + max(abs(x[0]) - 2e5, 0.0), x, np.zeros_like)
    assert 0.1 < far.change < 1.5


# --- noise


def test_a_function_computed_in_low_precision_is_seen_to_be_so():
    x = np.linspace(0.3, 1.0, 5)

    def rough(x):
        return float(np.sum(np.tanh(x.astype(np.float32))))

    search = searched(rough, x, cosh2)
    assert 1e-9 < search.eps < 1e-6
    assert search.nothing == pytest.approx(100 * search.eps)
    assert any("fn is rounded inside" in note for note in search.function.notes)
    exact = searched(tanh, x, cosh2)
    assert EPS <= exact.eps < 20 * EPS
    assert exact.nothing == 1e-12
    assert exact.function.notes == []
    assert searched(lambda x: 0.0, x, np.zeros_like).nothing == 0.0


# --- kinks and ties in whole checks


@every_mode
@pytest.mark.parametrize("size", [4, 80])
def test_kinks_of_right_slopes_are_listed_where_they_are(mode, size):
    x = np.linspace(0.5, 1.5, size)
    x[[1, 3]] = 0.0
    slopes = np.linspace(1.0, 2.0, size)

    def fn(x):
        return np.sum(np.where(x > 0, 3 * slopes * x, slopes * x))

    def grad(x):
        return np.where(x > 0, 3 * slopes, 2 * slopes)

    report = check_gradients(fn, x, grad, mode=mode)
    assert report.verdict == "pass", report
    assert [kink.index for kink in report.kinks] == [(1,), (3,)]
    for kink in report.kinks:
        own = slopes[kink.index]
        found = (kink.left, kink.right, kink.analytic)
        assert found == pytest.approx((own, 3 * own, 2 * own), rel=1e-6)


def maximum(x):
    return 3.0 * np.max(x)


@every_mode
@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([1.0, 0.0, 0.0], "pass"),
        ([0.5, 0.5, 0.0], "pass"),
        ([1.0, 1.0, 0.0], "fail"),
        ([0.4, 0.4, 0.0], "fail"),
        ([0.0, 0.0, 0.0], "fail"),
    ],
)
def test_tied_elements_share_one_gradient(mode, shares, expected):
    x = np.array([2.0, 2.0, 1.0])
    report = check_gradients(maximum, x, lambda x: 3 * np.array(shares), mode=mode)
    assert report.verdict == expected
    kinks = [kink.index for kink in report.kinks]
    if mode == "full":
        assert kinks == [(0,), (1,)]
    assert set(kinks) <= {(0,), (1,)}
    if sum(shares) == 2.0:
        assert report.worst.size == 2
        assert report.worst.analytic == pytest.approx(6.0)
        assert report.worst.numerical == pytest.approx(3.0)


@every_mode
def test_what_stands_between_tied_elements_is_not_moved_with_them(mode):
    report = check_gradients(
        lambda x: 3 * max(x[0], x[3]) + 5 * x[1] + 7 * x[2],
        np.array([2.0, 1.0, 1.5, 2.0]),
        lambda x: np.array([3.0, 5.0, 7.0, 3.0]),
        mode=mode,
    )
    assert report.verdict == "fail"
    # The span from the first to the last of them.
    assert report.worst.size == 4
    assert (report.worst.analytic, report.worst.numerical) == pytest.approx((6, 3))


@pytest.mark.parametrize("seed", range(5))
def test_two_tied_elements_among_a_hundred_are_found_along_directions(seed):
    # Halves of a direction with one of them each agree with one side of its kink.
    rng = np.random.default_rng(seed)
    x = rng.normal(size=100)
    tied = np.sort(rng.choice(100, 2, replace=False))
    x[tied] = 5.0

    def checked(*shares):
        def grad(x):
            g = np.ones(100)
            g[tied] += 3.0 * np.array(shares)
            return g

        return check_gradients(lambda x: 3 * x.max() + x.sum(), x, grad, rng=seed)

    report = checked(1.0, 1.0)
    assert report.verdict == "fail"
    assert f"x[{tied[0]}], [{tied[1]}] are tied" in report.diagnosis
    assert report.worst.numerical == pytest.approx(5.0)
    assert report.worst.analytic == pytest.approx(8.0)
    assert report.evaluations < 900
    assert checked(1.0, 0.0).verdict == "pass"
    assert checked(0.3, 0.7).verdict == "pass"


@pytest.mark.parametrize(("size", "zeros"), [(100, 20), (2000, 20)])
def test_kinks_of_one_side_each_cost_some_looks_and_do_no_harm(size, zeros):
    rng = np.random.default_rng(0)
    x = rng.normal(size=size)
    x[rng.choice(size, zeros, replace=False)] = 0.0
    report = check_gradients(
        lambda x: np.sum(np.maximum(x, 0)) + np.sum(np.sin(x)),
        x,
        lambda x: (x > 0) + np.cos(x),
    )
    assert report.verdict == "pass"
    assert report.resolution < 1e-4
    assert report.evaluations < 4000


@every_mode
@pytest.mark.parametrize("wrong", [0, 5, 11])
def test_each_group_of_ties_is_moved_by_itself(mode, wrong):
    # Twelve rows of four numbers; the maximum of each is there twice.
    x = np.arange(12.0)[:, None] + np.array([0.25, 0.5, 0.5, 0.0]) + 1

    def fn(x):
        return np.sum(np.max(x, axis=1))

    def grad(x):
        g = np.zeros_like(x)
        g[:, 1] = 1
        g[wrong, 2] = 1
        return g

    report = check_gradients(fn, x, grad, mode=mode)
    assert report.verdict == "fail"
    assert "tie" in report.diagnosis
    assert report.worst.size == 2
    assert f"[{wrong}, 1]" in report.diagnosis
    assert f"[{wrong}, 2]" in report.diagnosis


@every_mode
def test_elements_of_one_value_that_are_not_tied_are_no_hindrance(mode):
    x = np.array([2.0, 2.0, 2.0, 1.0])

    def fn(x):
        return max(x[0], x[1]) + 7 * x[2] + x[3]

    def checked(*g):
        return check_gradients(fn, x, lambda x: np.array(g), mode=mode).verdict

    assert checked(0.5, 0.5, 7.0, 1.0) == "pass"
    assert checked(1.0, 1.0, 7.0, 1.0) == "fail"


# --- a transform that is meant


def test_a_transformed_gradient_is_held_to_the_transform_of_the_true_one():
    x = np.linspace(0.2, 1.0, 6)

    def checked(factor, rtol=1e-5, transform=lambda g: np.minimum(g, 2.0)):
        return check_gradients(
            lambda x: np.sum(x**3),
            x,
            lambda x: factor * np.minimum(3 * x**2, 2.0),
            transform=transform,
            rtol=rtol,
        )

    report = checked(1.0)
    assert report.verdict == "pass"
    assert len(report.comparisons) == 6
    assert [one.size for one in report.comparisons] == 6 * [1]
    assert [one.index for one in report.comparisons] == [(k,) for k in range(6)]
    assert 1e-5 <= report.resolution < 2e-5
    assert checked(1.01).verdict == "fail"
    assert checked(1.01, rtol=0.02).verdict == "pass"
    assert checked(1.0, transform=lambda g: 2 * g).verdict == "fail"


@pytest.mark.parametrize("bend", [np.minimum, np.maximum])
def test_what_a_transform_makes_of_an_error_is_allowed_in_both_directions(bend):
    x = np.linspace(0.2, 1.0, 4)
    report = check_gradients(
        tanh,
        x,
        lambda x: bend(cosh2(x), 0.7),
        transform=lambda g: bend(g, 0.7),
        rtol=0.0,
    )
    assert report.verdict == "pass"
    # A transform that bends at the true gradient lets errors through on one side.
    (only,) = check_gradients(
        lambda x: np.sum(np.tanh(x)),
        x[:1],
        cosh2,
        transform=lambda g: bend(g, cosh2(x[:1])),
    ).comparisons
    assert 0 < only.bound < 1e-4


def test_without_a_bend_an_error_of_a_transform_is_that_of_the_derivative():
    x = np.linspace(0.2, 1.0, 4)
    search = searched(tanh, x, cosh2, transform=lambda g: 3 * g - 1)
    _, _, error = Moves(search, 0).derivatives(np.arange(4), careful=4)
    bounds = [one.bound for one in search_tensor(search, 0).comparisons]
    assert bounds == pytest.approx(3 * 4 * error, rel=1e-3)


def test_a_transform_takes_the_shape_of_the_input():
    x = np.linspace(0.2, 1.0, 6).reshape(2, 3)
    report = check_gradients(
        lambda x: np.sum(x**3),
        x,
        lambda x: 3 * x**2 / np.sum(3 * x**2, axis=1, keepdims=True),
        transform=lambda g: g / g.sum(axis=1, keepdims=True),
    )
    assert report.verdict == "pass"


def only_at_one(error):
    """A function that raises everywhere but at 1."""

    def fn(x):
        if x[0] != 1.0:
            raise error("only at 1")
        return x[0]

    return fn


@pytest.mark.parametrize("options", [{}, {"transform": lambda g: g}])
def test_a_function_without_values_beside_the_inputs_says_nothing(options):
    report = check_gradients(
        only_at_one(ValueError), np.array([1.0]), np.ones_like, **options
    )
    assert report.verdict == "inconclusive"
    assert "only at 1" in report.notes[-1]


def test_a_mistake_in_a_function_that_shows_beside_the_inputs_alone_is_raised():
    with pytest.raises(TypeError, match="only at 1"):
        check_gradients(only_at_one(TypeError), np.array([1.0]), np.ones_like)


# --- noise of gradients, and sets


def test_noise_of_a_gradient_is_added_to_the_errors():
    x = np.linspace(0.5, 2.0, 5)
    right = Moves(line(np.ones(5), x), 0)
    noisy = line(np.ones(5), x)
    noisy.function.gradient_noise = [1e-3]
    noisy = Moves(noisy, 0)
    v = np.array([3.0, 4.0])
    extra = noisy.compare(v, 1, 3).slope.error - right.compare(v, 1, 3).slope.error
    assert extra == pytest.approx(5e-3)
    _, error, _ = noisy.quotients(np.arange(5))
    assert (error > 1e-3).all()
    assert (error < 1.1e-3).all()


def test_along_a_set_only_what_lies_along_it_is_compared():
    p = np.array([0.2, 0.3, 0.5])
    search = searched(
        lambda p: np.sum(p**2),
        p,
        lambda p: 2 * p + 7.0,
        constraints={"p": constraint("simplex")},
    )
    one = Moves(search, 0).element(1)
    # The direction is e_1 minus p times its sum.
    tangent = np.array([0.0, 1.0, 0.0]) - p
    assert one.analytic / one.unit == pytest.approx(2 * p @ tangent)
    assert one.slope.value / one.unit == pytest.approx(2 * p @ tangent)
    assert search.function.tensors[0].work.tolist() == p.tolist()


def test_derivatives_of_chosen_elements_are_the_analytic_and_the_numerical_ones():
    x = np.linspace(0.5, 2.0, 9)
    search = searched(tanh, x, lambda x: 2 * cosh2(x))
    analytic, numerical, error = Moves(search, 0).derivatives(np.array([4, 1]))
    assert analytic == pytest.approx(2 * cosh2(x[[4, 1]]), rel=1e-14)
    assert numerical == pytest.approx(cosh2(x[[4, 1]]), rel=1e-6)
    assert (error > 0).all()
    assert (np.abs(numerical - cosh2(x[[4, 1]])) < 1e-6).all()


def test_errors_of_derivatives_are_those_of_the_element_and_not_of_its_step():
    x = 1e3 * np.linspace(0.5, 1.0, 4)

    def fn(x):
        return 1e9 + np.sum(np.sin(x / 1e3))

    search = searched(fn, x, lambda x: np.cos(x / 1e3) / 1e3)
    right = np.cos(x / 1e3) / 1e3
    analytic, numerical, error = Moves(search, 0).derivatives(np.arange(4))
    assert analytic == pytest.approx(right, rel=1e-12)
    assert (error < 3e-2 * right).all()
    assert (np.abs(numerical - right) <= 4 * error).all()
    # Only so many are extrapolated.
    one = Moves(search, 0)
    _, _, poor = one.derivatives(np.arange(4), careful=2)
    assert poor[:2] == pytest.approx(error[:2])
    assert (poor[2:] > error[2:]).all()


def test_a_derivative_of_zero_beside_others_is_not_looked_at_twice():
    search = line([1e3, 1e3, 1e3, 0.0])
    before = search.function.evaluations
    _, numerical, _ = Moves(search, 0).derivatives(np.arange(4))
    assert numerical == pytest.approx([1e3, 1e3, 1e3, 0.0], abs=1e-6)
    assert search.function.evaluations == before + 8


def test_quotients_of_single_elements_know_their_rounding_and_their_bend():
    x = np.array([1.0, 2.0, 0.0])

    def fn(x):
        return np.sum(x[:2] ** 2) + abs(x[2])

    search = searched(fn, x, lambda x: np.array([2.0, 4.0, 0.0]))
    numerical, error, bend = Moves(search, 0).quotients(np.arange(3))
    assert numerical == pytest.approx([2.0, 4.0, 0.0], abs=1e-9)
    h = max(2.0**-17, np.cbrt(search.eps))
    # The slopes of the two sides: 2 x + h and 2 x - h, and 1 and -1.
    assert bend == pytest.approx([2 * h, 4 * h, 2.0], rel=0.02)
    assert error[0] == pytest.approx(
        2 * (search.function.noise + search.eps * 5) / (2 * h), rel=0.01
    )
