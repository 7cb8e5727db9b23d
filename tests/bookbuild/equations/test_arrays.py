"""Arrays are combined as the book says, and as nothing else: held to loops."""

import operator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from bookbuild.equations import arrays
from bookbuild.equations.errors import (
    EquationError,
    OutsideArrayError,
    ShapeMismatchError,
)
from bookbuild.equations.evaluation import Values
from bookbuild.equations.parsing import parse_expression
from tests.bookbuild.equations import small

A = np.array([[1.5, -2.0, 0.5], [0.25, 3.0, -1.0]])  # two by three
B = np.array([[2.0, 1.0], [-1.0, 0.5], [4.0, -3.0]])  # three by two
C = np.array([[2.0, -1.0], [0.5, 3.0]])
U = np.array([1.0, -2.0, 3.0])
V = np.array([0.5, 4.0, -1.0])
ALL = {"A": A, "B": B, "C": C, "u": U, "v": V, "s": 3.0, "T": np.ones((2, 2, 2))}

lengths = st.integers(1, 4)
numbers = st.integers(-8, 8).map(lambda whole: whole / 4)


def matrix(rows, columns):
    return arrays_of.arrays(float, (rows, columns), elements=numbers)


def value(latex, **symbols):
    symbols = symbols or ALL
    notation = small.notation_of(dict.fromkeys(symbols))
    node = parse_expression(latex, notation)
    return arrays.ArrayEvaluator(Values(symbols)).evaluate(node)


@pytest.mark.slow
@given(st.data(), lengths, lengths, lengths)
def test_side_by_side_is_the_matrix_product(data, rows, middle, columns):
    left = data.draw(matrix(rows, middle))
    right = data.draw(matrix(middle, columns))
    expected = np.zeros((rows, columns))
    for r in range(rows):
        for m in range(columns):
            for j in range(middle):
                expected[r, m] += left[r, j] * right[j, m]
    assert np.array_equal(value("a b", a=left, b=right), expected)


@pytest.mark.slow
@given(st.data(), lengths, lengths, lengths)
def test_matrices_that_do_not_fit_are_refused(data, rows, middle, columns):
    left = data.draw(matrix(rows, middle))
    right = data.draw(matrix(middle + 1, columns))
    with pytest.raises(ShapeMismatchError, match="cannot be multiplied"):
        value("a b", a=left, b=right)


@pytest.mark.slow
@given(st.data(), lengths, lengths)
def test_a_batch_and_a_row_are_added(data, rows, columns):
    batch = data.draw(matrix(rows, columns))
    row = data.draw(arrays_of.arrays(float, columns, elements=numbers))
    for sign in "+-":
        total = value(f"x {sign} b", x=batch, b=row)
        for r in range(rows):
            for m in range(columns):
                move = row[m] if sign == "+" else -row[m]
                assert total[r, m] == batch[r, m] + move


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("u A^{\\top}", [U @ A[0], U @ A[1]]),  # a vector is a row before a matrix
        ("A u", [A[0] @ U, A[1] @ U]),  # and a column behind one
        (r"u \cdot v", 1 * 0.5 - 2 * 4 - 3 * 1),
        (r"u \odot v", [0.5, -8, -3]),
        (r"A \odot A", A * A),
        ("s u", [3, -6, 9]),
        (r"s \cdot A", 3 * A),
        ("-u", [-1, 2, -3]),
        (r"\frac{u}{s}", [1 / 3, -2 / 3, 1]),
        ("s + u", [4, 1, 6]),
        ("A^{\\top}", [[1.5, 0.25], [-2, 3], [0.5, -1]]),
        ("u^{\\top}", U),
        ("C^2", C @ C),
        ("C^{-1} C", np.eye(2)),
        ("u^2", [1, 4, 9]),
        (r"\sqrt{u \odot u}", [1, 2, 3]),
        ("|s|", 3),
        ("|u|", 14**0.5),
        (r"\|A\|", np.sqrt(np.sum(A * A))),
        (r"\|u\|_1", 6),
        (r"\|u\|_{\infty}", 3),
        (r"\exp(u)", np.exp(U)),
        (r"\tanh(A)", np.tanh(A)),
        (r"\tanh'(u)", 1 - np.tanh(U) ** 2),
        (r"\operatorname{diag}(u)", np.diag(U)),
        (r"\operatorname{tr}(C)", 5),
        (r"\det(C)", 6.5),
        (r"\max(u)", 3),
        (r"\min(A)", -2),
        (r"\max(u, v)", [1, 4, 3]),
        (r"\min(u, v)", [0.5, -2, -1]),
        (r"\operatorname{argmax}(u)", 3),
        (r"\operatorname{argmin}(u)", 2),
        (r"\begin{pmatrix} s & 1 \\ 0 & -s \end{pmatrix}", [[3, 1], [0, -3]]),
    ],
)
def test_a_value_is_that_of_numpy_or_of_a_pencil(latex, expected):
    found = value(latex)
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        ("A + B", r"shapes \(2, 3\) and \(3, 2\) do not fit"),
        ("A + C", "do not fit"),
        ("u - A", "do not fit"),
        (r"A \odot u", "do not fit"),
        (r"A \odot B", "do not fit"),
        ("u v", r"two vectors stand side by side; write \\odot, \\cdot"),
        ("u A", r"shapes \(3,\) and \(2, 3\) cannot be multiplied"),
        ("T C", "cannot be multiplied"),
        (r"u \odot s", r"\\odot is for arrays; write \\cdot"),
        (r"\frac{s}{u}", "an array stands below a fraction; write its elements"),
        (r"\frac{u}{v}", "below a fraction"),
        ("A^2", r"only a square matrix has powers, .* write \\odot"),
        (r"C^{0.5}", "whole ones"),
        ("s^{\\top}", "a number has no transpose"),
        (r"\operatorname{diag}(A)", r"diag of an array of shape \(2, 3\)"),
        (r"\operatorname{tr}(u)", r"tr of an array of shape \(3,\)"),
        (r"\max(u, A)", "max of arrays of different shapes"),
        (r"\begin{pmatrix} s & 1 \\ 0 \end{pmatrix}", "differ in length"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(latex, message):
    with pytest.raises(ShapeMismatchError, match=message):
        value(latex)


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        ("u^{0.5}", "negative number to a power"),
        (r"\log(u)", "no value at -2"),
        (r"\begin{pmatrix} u & 1 \end{pmatrix}", "one number must stand here"),
        (r"s^{u}", "one number must stand here"),
    ],
)
def test_what_has_no_value_is_refused(latex, message):
    with pytest.raises(EquationError, match=message):
        value(latex)


def test_a_matrix_without_an_inverse_is_refused():
    with pytest.raises(EquationError, match="without an inverse"):
        value("a^{-1}", a=np.ones((2, 2)))


def test_elements_are_counted_from_one():
    assert arrays.element(A, (1, 3)) == 0.5
    assert np.array_equal(arrays.element(A, (2,)), A[1])


@pytest.mark.parametrize(
    ("indices", "message"),
    [
        ((0, 1), "index 0 on an axis from 1 to 2"),
        ((1, 4), "index 4 on an axis from 1 to 3"),
        ((1, 1, 1), "3 indices on 2 axes"),
    ],
)
def test_an_element_that_is_not_there_is_refused(indices, message):
    with pytest.raises(OutsideArrayError, match=message):
        arrays.element(A, indices)


def test_a_single_number_is_one_of_python():
    for number in (np.float64(1.5), np.array(1.5), 1.5):
        assert type(arrays.plain(number)) is float
    assert type(arrays.plain(np.int64(2))) is int
    assert arrays.plain(A) is A


def test_a_division_by_zero_is_no_warning():
    with pytest.raises(EquationError, match="division by zero"):
        value(r"\frac{1}{\operatorname{tr}(a)}", a=np.zeros((2, 2)))


@pytest.mark.slow
@given(st.data(), lengths, lengths)
def test_difference_quotients_are_the_derivative(data, rows, columns):
    place = data.draw(matrix(rows, columns))
    weights = data.draw(matrix(rows, columns))
    slope = arrays.difference_quotients(lambda x: float(np.sum(weights * x**2)), place)
    np.testing.assert_allclose(slope, 2 * weights * place, atol=1e-7)
    jacobian = arrays.difference_quotients(lambda x: np.sin(x), place)
    assert jacobian.shape == place.shape * 2
    for index in np.ndindex(place.shape):
        for other in np.ndindex(place.shape):
            expected = np.cos(place[index]) if index == other else 0
            assert jacobian[index + other] == pytest.approx(expected, abs=1e-8)


def test_the_derivative_by_a_number_has_the_axes_of_what_is_derived():
    slope = arrays.difference_quotients(lambda t: t * t * U, 1.5)
    np.testing.assert_allclose(slope, 3 * U, rtol=1e-8)


@pytest.mark.slow
@given(matrix(3, 2), matrix(2, 3))
def test_signs_are_those_of_python_element_by_element(left, right):
    evaluator = arrays.ArrayEvaluator(Values({}))
    for sign in (operator.add, operator.sub, operator.mul):
        expected = [
            [sign(left[r, m], right.T[r, m]) for m in range(2)] for r in range(3)
        ]
        assert np.array_equal(evaluator.combined(sign, left, right.T), expected)
        with pytest.raises(ShapeMismatchError):
            evaluator.combined(sign, left, right)
