"""Sets that inputs stay on: curves through points, and what is tangent to them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.gradients.constraints import CLOSE, Constraint, constraint, refuse_outside

SETS = ["positive", "simplex", "sphere"]


def a_point(kind, shape, seed):
    """A point of a set, rows along the last axis, and a direction of any kind."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.2, 2.0, size=shape)
    if kind == "simplex":
        x /= x.sum(axis=-1, keepdims=True)
    if kind == "sphere":
        x *= rng.choice([-1.0, 1.0], size=shape)
    return x, rng.normal(size=shape)


def distance(kind, x, of):
    """How far x is from the set that `of` is on."""
    if kind == "positive":
        return np.max(np.maximum(-x, 0))
    if kind == "simplex":
        return np.max(np.abs(x.sum(axis=-1) - 1)) + np.max(np.maximum(-x, 0))
    return np.max(np.abs((x**2).sum(axis=-1) - (of**2).sum(axis=-1)))


shapes = st.sampled_from([(2,), (5,), (3, 4), (2, 3, 2)])
seeds = st.integers(0, 2**32 - 1)


@given(st.sampled_from(SETS), shapes, seeds, st.floats(-0.02, 0.02))
def test_the_curve_stays_on_the_set(kind, shape, seed, h):
    x, v = a_point(kind, shape, seed)
    moved = constraint(kind).move(x, v, h)
    assert moved.shape == shape
    assert distance(kind, moved, x) < 1e-14


@given(st.sampled_from(SETS), shapes, seeds)
def test_the_curve_begins_at_the_point(kind, shape, seed):
    x, v = a_point(kind, shape, seed)
    assert np.allclose(constraint(kind).move(x, v, 0.0), x, rtol=1e-15, atol=0)


@given(st.sampled_from(SETS), shapes, seeds)
def test_the_tangent_is_the_derivative_of_the_curve(kind, shape, seed):
    on = constraint(kind)
    x, v = a_point(kind, shape, seed)
    h = 1e-4
    near, far = (
        (on.move(x, v, step) - on.move(x, v, -step)) / (2 * step) for step in (h, 2 * h)
    )
    exact = (4 * near - far) / 3
    found = on.tangent(x.reshape(-1), v.reshape(-1), shape)
    assert found.shape == (x.size,)
    assert np.allclose(found, exact.reshape(-1), rtol=1e-8, atol=1e-8)


@given(shapes, seeds)
def test_a_tangent_of_the_simplex_adds_nothing_and_one_of_the_sphere_is_orthogonal(
    shape, seed
):
    x, v = a_point("simplex", shape, seed)
    tangent = constraint("simplex").tangent_of(x, v)
    assert np.allclose(tangent.sum(axis=-1), 0, atol=1e-13)
    x, v = a_point("sphere", shape, seed)
    tangent = constraint("sphere").tangent_of(x, v)
    assert np.allclose((x * tangent).sum(axis=-1), 0, atol=1e-12)


@pytest.mark.slow
@given(st.sampled_from(SETS), shapes, seeds)
def test_a_row_is_moved_as_the_array_is(kind, shape, seed):
    on = constraint(kind)
    x, v = a_point(kind, shape, seed)
    row = on.moved(x.reshape(-1), v.reshape(-1), 0.01, shape)
    assert row.shape == (x.size,)
    assert row.dtype == np.float64
    assert np.array_equal(row.reshape(shape), on.move(x, v, 0.01))


def test_a_positive_number_is_moved_by_a_factor():
    on = constraint("positive")
    moved = on.move(np.array([2.0, 0.5]), np.array([1.0, -1.0]), 0.25)
    assert np.allclose(moved, [2 * np.exp(0.125), 0.5 * np.exp(-0.5)], rtol=1e-15)


def test_a_factor_that_would_underflow_leaves_a_number_of_at_least_zero():
    moved = constraint("positive").move(np.array([1e-3]), np.array([-1.0]), 10.0)
    assert 0 <= moved[0] < 1e-300


@pytest.mark.parametrize("value", [0.0, -0.0, -1e-300, -2.0, np.nan])
def test_a_number_of_zero_or_less_is_moved_nowhere(value):
    moved = constraint("positive").move(np.array([value, 3.0]), np.ones(2), 0.1)
    assert np.isnan(moved[0])
    assert np.isfinite(moved[1])


def test_a_simplex_has_its_edges_and_nothing_beyond_them():
    move = constraint("simplex").move
    x = np.array([[0.25, 0.75], [0.5, 0.5]])
    v = np.array([[1.0, 0.0], [0.0, 1.0]])
    at_edge = move(x, v, -0.25)
    assert at_edge[0].tolist() == [0.0, 1.0]
    assert np.allclose(at_edge[1], [2 / 3, 1 / 3])
    beyond = move(x, v, -0.3)
    assert np.isnan(beyond[0]).all()  # a row has no value as a whole
    assert np.allclose(beyond[1], [0.5 / 0.7, 0.2 / 0.7])


@pytest.mark.parametrize("v", [[1.0, 1.0], [0.0, 1.0], [2.0, 0.5]])
def test_negative_numbers_are_not_turned_around_onto_the_simplex(v):
    # Divided by their negative sum, they would be positive ones.
    moved = constraint("simplex").move(np.array([0.5, 0.5]), np.array(v), -2)
    assert np.isnan(moved).all()


def test_a_vector_of_the_sphere_keeps_its_own_length():
    x = np.array([[3.0, 4.0], [0.0, -0.1]])
    moved = constraint("sphere").move(x, np.array([[1.0, 0.0], [1.0, 0.0]]), 3.0)
    assert np.allclose(moved[0], 5 * np.array([6, 4]) / np.sqrt(52))
    assert np.allclose(moved[1], 0.1 * np.array([3, -0.1]) / np.sqrt(9.01))


def orthogonal(x):
    """The nearest matrix of orthonormal columns."""
    u, _, vt = np.linalg.svd(x, full_matrices=False)
    return u @ vt


@pytest.mark.slow
@given(st.integers(1, 3), st.integers(0, 2), seeds)
def test_the_tangent_of_a_retraction_is_found_from_values(columns, more, seed):
    rng = np.random.default_rng(seed)
    shape = (columns + more, columns)
    q = orthogonal(rng.normal(size=shape))
    v = rng.normal(size=shape)
    on = constraint(orthogonal)
    assert on.tangent_of is None
    # Of the polar factor: what q turns by, and all that is orthogonal to q.
    both = q.T @ v
    exact = q @ (both - both.T) / 2 + v - q @ both
    found = on.tangent(q.reshape(-1), v.reshape(-1), shape)
    assert np.allclose(found, exact.reshape(-1), rtol=0, atol=1e-10)


def test_the_tangent_of_a_retraction_is_as_exact_as_one_that_is_known():
    x, v = a_point("sphere", (2, 3), 0)
    length = np.linalg.norm(x, axis=-1, keepdims=True)

    def onto(y):
        return y * length / np.linalg.norm(y, axis=-1, keepdims=True)

    found = constraint(onto).tangent(x.reshape(-1), v.reshape(-1), x.shape)
    known = constraint("sphere").tangent(x.reshape(-1), v.reshape(-1), x.shape)
    assert np.max(np.abs(found - known)) < 1e-11


def test_the_tangent_of_a_curve_with_every_power_is_exact():
    # exp(3 h) - 1 has all odd powers: each must be cancelled with a weight of its own.
    curve = Constraint("a curve", lambda x, v, h: x + v * np.expm1(3 * h) / 3)
    found = curve.tangent(np.array([1.0]), np.array([7.0]), (1,))
    assert abs(found[0] - 7) < 2e-12


def test_a_retraction_is_called_with_the_point_beside_the_set():
    seen = []

    def onto(y):
        seen.append(y.tolist())
        return list(y)

    moved = constraint(onto).move(np.array([1.0, 2.0]), np.array([4.0, -4.0]), 0.25)
    assert seen == [[2.0, 1.0]]
    assert isinstance(moved, np.ndarray)
    assert constraint(onto).name == "the set of its retraction"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("positive", "the positive numbers"),
        ("simplex", "the simplex"),
        ("sphere", "the sphere"),
    ],
)
def test_a_set_is_found_by_its_name_and_has_words_for_it(kind, words):
    assert constraint(kind).name == words
    assert constraint(kind) is constraint(kind)


def test_what_is_no_set_is_refused_with_the_names_of_those_there_are():
    expected = r"on must be one of 'positive', 'simplex', 'sphere', or a retraction"
    with pytest.raises(ValueError, match=expected + r"; got 'ball'"):
        constraint("ball")
    with pytest.raises(TypeError, match=expected + r": a function .*; got float"):
        constraint(0.5)


@pytest.mark.parametrize(
    ("kind", "outside"),
    [
        ("positive", [1.0, -1.0]),
        ("positive", [1.0, 0.0]),
        ("simplex", [0.5, 0.6]),
        ("simplex", [1.5, -0.5]),
        ("simplex", [0.0, 0.0]),
        ("simplex", [[0.5, 0.5], [0.5, 0.5 + 1e-5]]),
        ("sphere", [0.0, 0.0]),
        (orthogonal, [[1.0, 0.0], [0.0, 1.0 + 1e-5]]),
    ],
)
def test_a_point_outside_is_refused_by_its_name(kind, outside):
    with pytest.raises(ValueError, match=r"^p is not on the .*leave out on="):
        refuse_outside(constraint(kind), "p", np.array(outside))


@pytest.mark.parametrize(
    ("kind", "inside"),
    [
        ("positive", [1e-200, 1e200]),
        ("simplex", [0.0, 1.0]),
        ("simplex", [[0.5, 0.5], [0.3, 0.7]]),
        ("sphere", [[3.0, 4.0], [1e-8, 0.0]]),
        (orthogonal, [[0.6, -0.8], [0.8, 0.6]]),
        (lambda y: y * [1, 0], [0.0, 0.0]),
    ],
)
def test_a_point_of_the_set_is_taken_and_stays_where_it_is(kind, inside):
    on, point = constraint(kind), np.array(inside)
    refuse_outside(on, "p", point)
    still = on.moved(point.ravel(), np.zeros(point.size), 0.0, point.shape)
    np.testing.assert_allclose(still, point.ravel(), rtol=1e-12)


@given(st.floats(0.01, 100).filter(lambda off: not 0.9 < off < 1.1))
def test_rounding_of_a_millionth_counts_as_on_the_set(off):
    assert CLOSE == 1e-6
    # The vector is off by a share of its length, whatever its length is.
    on = constraint(lambda y: y * (1 + off * 1e-6))
    for length in (1e-12, 1.0, 1e12):
        x = length * np.array([0.6, -0.8])
        if off < 1:
            refuse_outside(on, "x", x)
        else:
            with pytest.raises(ValueError, match="x is not on"):
                refuse_outside(on, "x", x)
