"""Jacobians against the matrix of a linear map, and against autodiff by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.gradients import numerical_jacobian


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
