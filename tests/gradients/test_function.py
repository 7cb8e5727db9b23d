"""The function that a check evaluates: what is checked, restored, watched and missing.

Each test makes a `CheckedFunction` itself, so that a constant or a branch of it is
seen directly and not through a whole check.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from byhand.gradients import check_gradients
from byhand.gradients.function import CheckedFunction, Ended, random_signs
from byhand.gradients.missing import OutputError
from byhand.gradients.styles import written

EPS = np.finfo(np.float64).eps
X = np.array([0.5, -1.5, 2.0])


def square(x):
    return np.sum(x**2)


def double(x):
    return 2 * x


def checked(fn, inputs, grad=None, *, vjp=None, args=(), **options):
    """Return the function of a check that has not begun."""
    one = written(
        fn,
        inputs,
        grad,
        vjp=vjp,
        args=args,
        batched=options.get("batched", False),
        wrt=options.get("wrt"),
    )
    return CheckedFunction(one, **options)


def begun(fn, inputs, grad=None, **options):
    """Return the function of a check that has begun."""
    function = checked(fn, inputs, grad, **options)
    function.begin()
    return function


def ended(act):
    """Return the verdict and the reason with which something ends a check."""
    with pytest.raises(Ended) as caught:
        act()
    assert str(caught.value) == caught.value.reason
    return caught.value.verdict, caught.value.reason


def names(entries):
    return [one.name for one in entries]


def reasons(entries):
    return {one.name: one.reason for one in entries}


def numbered(values):
    """Return a function that gives one value after another, and then the last."""
    left = list(values)

    def fn(x):
        return left.pop(0) if len(left) > 1 else left[0]

    return fn


# --- what is checked


def test_whole_numbers_alone_are_checked_as_floats():
    function = begun(square, [1, 2, 3], double)
    (tensor,) = function.tensors
    assert tensor.work.dtype == tensor.base.dtype == np.float64
    assert tensor.base.tolist() == [1, 2, 3]
    assert function.constants == []
    (row,) = function.gradients()
    assert row.tolist() == [2, 4, 6]


def test_whole_numbers_beside_floats_are_constants_unless_a_gradient_comes_back():
    def fn(x, n):
        return np.sum(x * n)

    n = np.array([1, 2, 3])
    function = begun(fn, (X, n), lambda x, n: (n * 1.0, None))
    assert names(function.tensors) == ["x"]
    assert function.constants == []
    function.gradients()
    assert names(function.tensors) == ["x"]
    assert reasons(function.constants) == {
        "n": "whole numbers, and no gradient was returned for them"
    }
    assert function.constants[0].shape == (3,)
    assert function.skipped == []

    function = begun(fn, (X, n), lambda x, n: (n * 1.0, x))
    rows = function.gradients()
    assert names(function.tensors) == ["x", "n"]
    assert function.tensors[1].work.dtype == np.float64
    assert [row.tolist() for row in rows] == [[1, 2, 3], X.tolist()]
    assert function.constants == []


def test_whole_numbers_that_come_first_are_first_among_the_tensors():
    def fn(n, x):
        return np.sum(x * n)

    function = begun(fn, (np.array([1, 2, 3]), X), lambda n, x: (x, n * 1.0))
    rows = function.gradients()
    assert names(function.tensors) == ["n", "x"]
    assert [row.tolist() for row in rows] == [X.tolist(), [1, 2, 3]]


def test_whole_numbers_that_must_be_whole_stay_constants():
    def fn(x, at):
        return np.sum(x[at])

    at = np.array([0, 2])
    function = begun(fn, (X, at), lambda x, at: (np.array([1.0, 0, 1]), 1.0 * at))
    function.gradients()
    assert names(function.tensors) == ["x"]
    assert reasons(function.constants) == {
        "at": "whole numbers, and fn does not take them as floats"
    }
    assert function.arrays[(1,)].dtype.kind == "i"


def test_whole_numbers_that_mean_something_else_as_floats_stay_constants():
    def fn(x, n):
        return np.sum(x) * (2.0 if n.dtype.kind == "i" else 3.0)

    n = np.array([1, 2])
    function = begun(fn, (X, n), lambda x, n: (np.full(3, 2.0), np.zeros(2)))
    function.gradients()
    assert names(function.tensors) == ["x"]
    assert names(function.constants) == ["n"]


def test_whole_numbers_that_change_the_shape_as_floats_stay_constants():
    def fn(x, n):
        return x if n.dtype.kind == "i" else np.append(x, 0.0)

    def vjp(dout, x, n):
        return dout, np.zeros(2)

    function = begun(fn, (X, np.array([1, 2])), vjp=vjp)
    function.gradients()
    assert names(function.tensors) == ["x"]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "None"),
        ("text", "str"),
        (sparse.eye(2, format="csr"), "csr_matrix"),
    ],
)
def test_what_holds_no_numbers_is_a_constant_of_its_kind(value, kind):
    function = checked(
        lambda x, other: np.sum(x**2), (X, value), lambda x, other: (2 * x, None)
    )
    assert names(function.tensors) == ["x"]
    (constant,) = function.constants
    assert (constant.name, constant.shape) == ("other", None)
    assert constant.reason == f"{kind}, no numbers"


def test_what_wrt_does_not_name_is_a_constant():
    def fn(a, b, n):
        return np.sum(a * b * n)

    def grad(a, b, n):
        return b * n, a * n, None

    inputs = (X, 2 * X, np.array([1, 2, 3]))
    function = begun(fn, inputs, grad, wrt="b")
    assert names(function.tensors) == ["b"]
    assert reasons(function.constants) == {
        "a": "not named by wrt",
        "n": "not named by wrt",
    }
    assert [one.shape for one in function.constants] == [(3,), (3,)]
    function.gradients()
    assert names(function.constants) == ["a", "n"]

    function = begun(fn, inputs, grad, wrt=["b", "a"])
    assert names(function.tensors) == ["a", "b"]
    assert names(function.constants) == ["n"]


def test_wrt_may_name_whole_numbers():
    def fn(x, n):
        return np.sum(x * n)

    n = np.array([1, 2, 3])
    function = begun(fn, (X, n), lambda x, n: (1.0 * n, x), wrt=["n"])
    assert names(function.tensors) == ["n"]
    assert function.tensors[0].work.dtype == np.float64
    assert names(function.constants) == ["x"]


def test_wrt_that_names_nothing_or_no_input_is_refused():
    with pytest.raises(ValueError, match="wrt names nothing"):
        checked(square, X, double, wrt=[])
    with pytest.raises(ValueError, match=r"wrt names 'y', and .* are x"):
        checked(square, X, double, wrt=["y"])


def test_an_input_without_a_gradient_is_skipped_and_told_why():
    def fn(a, b):
        return np.sum(a * b)

    function = begun(fn, (X, X), lambda a, b: (b, None))
    rows = function.gradients()
    assert names(function.tensors) == ["a"]
    assert reasons(function.skipped) == {"b": "no gradient was returned for it (None)"}
    assert function.skipped[0].shape == (3,)
    assert rows[0].tolist() == X.tolist()

    function = begun(
        lambda p: fn(p["a"], p["b"]), {"a": X, "b": X}, lambda p: {"a": p["b"]}
    )
    function.gradients()
    assert reasons(function.skipped) == {
        "b": "there is no gradient of it in what was returned"
    }


def test_a_setting_without_an_entry_is_a_constant_and_an_array_is_not():
    def fn(p):
        return np.sum(p["x"] ** 2) * p["eps"]

    p = {"x": X, "eps": 0.5}
    function = begun(fn, p, lambda p: {"x": 2 * p["x"] * p["eps"]})
    function.gradients()
    assert names(function.constants) == ["eps"]
    assert function.skipped == []

    # A None says of a setting, too, that it has no gradient yet.
    function = begun(fn, p, lambda p: {"x": 2 * p["x"] * p["eps"], "eps": None})
    function.gradients()
    assert names(function.skipped) == ["eps"]
    assert function.constants == []

    function = begun(
        fn, {"x": X, "eps": np.array(0.5)}, lambda p: {"x": 2 * p["x"] * p["eps"]}
    )
    function.gradients()
    assert names(function.skipped) == ["eps"]


def test_no_gradient_at_all_leaves_a_check_incomplete():
    function = begun(lambda a, b: np.sum(a * b), (X, X), lambda a, b: (None, None))
    verdict, reason = ended(function.gradients)
    assert verdict == "incomplete"
    assert reason == "no gradient was returned of a, b: nothing could be examined"


def test_a_layout_names_the_parts_of_a_flat_vector():
    layout = {"W": (2, 2), "b": (), "c": (3,)}
    x = np.arange(8.0) + 1
    function = begun(square, x, double, layout=layout)
    assert names(function.tensors) == ["W", "b", "c"]
    assert [tensor.shape for tensor in function.tensors] == [(2, 2), (), (3,)]
    assert [tensor.start for tensor in function.tensors] == [0, 4, 5]
    assert [tensor.base.tolist() for tensor in function.tensors] == [
        [1, 2, 3, 4],
        [5],
        [6, 7, 8],
    ]
    rows = function.gradients()
    assert [row.tolist() for row in rows] == [[2, 4, 6, 8], [10], [12, 14, 16]]
    function.tensors[2].work[1] = 0.0
    assert function.value() == np.sum(x**2) - 49
    assert function.tensors[0].index(2) == (1, 0)
    assert function.tensors[1].index(0) == ()


@pytest.mark.parametrize(
    ("x", "layout"),
    [
        (np.ones(7), {"W": (2, 2), "b": (2,)}),
        (np.ones(5), {"W": (2, 2), "b": (2,)}),
        (np.ones((2, 3)), {"W": (2, 2), "b": (2,)}),
    ],
)
def test_a_layout_that_does_not_fit_is_refused(x, layout):
    with pytest.raises(ValueError, match="layout has 6 elements in all, and x has"):
        checked(square, x, double, layout=layout)


def test_a_complex_tensor_is_a_row_of_both_parts():
    z = np.array([[1 + 2j, 3 - 1j]])
    function = begun(lambda z: np.sum(np.abs(z) ** 2), z, lambda z: 2 * z)
    (tensor,) = function.tensors
    assert tensor.base.tolist() == [1, 2, 3, -1]
    assert (tensor.size, tensor.parts, tensor.shape) == (4, 2, (1, 2))
    assert [tensor.index(k) for k in range(4)] == [(0, 0), (0, 0), (0, 1), (0, 1)]
    assert function.gradients()[0].tolist() == [2, 4, 6, -2]
    tensor.work[1] = 0.0
    assert function.value() == pytest.approx(11.0)
    moved = function.moved(tensor, np.array([0, 3]), np.array([2.0, 1.0]))
    assert moved == pytest.approx([14.0, 11.0])


def test_a_real_and_an_empty_tensor_have_one_number_in_an_element():
    function = checked(
        lambda a, b: np.sum(a), (X, np.zeros((0, 2))), lambda a, b: (a, b)
    )
    a, b = function.tensors
    assert (a.parts, a.size, a.eps) == (1, 3, EPS)
    assert (b.parts, b.size) == (1, 0)


# --- precision


def test_low_precision_is_computed_in_float64_where_the_function_takes_it():
    seen = []

    def fn(x):
        seen.append(x.dtype)
        return np.sum(x**2)

    x = X.astype(np.float32)
    function = begun(fn, x, double)
    assert function.notes == []
    assert function.tensors[0].work.dtype == np.float64
    assert set(seen) == {np.dtype(np.float64)}
    assert function.eps == EPS


@pytest.mark.parametrize("who", ["fn", "grad"])
def test_float64_that_is_refused_is_noted_and_the_own_type_used(who):
    def refusing(x, name):
        if name == who and x.dtype != np.float32:
            raise TypeError("float32 only")
        return x

    function = begun(
        lambda x: np.sum(refusing(x, "fn") ** 2),
        X.astype(np.float32),
        lambda x: 2 * refusing(x, "grad"),
    )
    assert function.notes == ["float64 is not taken, so differences are less exact"]
    assert function.tensors[0].work.dtype == np.float32
    assert function.tensors[0].eps == np.finfo(np.float32).eps
    assert function.eps == np.finfo(np.float32).eps


def test_a_function_of_float64_is_not_tried_before_the_check():
    function = checked(square, X, double)
    assert function.evaluations == 0
    function = checked(square, X.astype(np.float32), double)
    assert function.evaluations == 1


def test_float64_beside_float32_is_tried_and_what_was_changed_is_put_back():
    def fn(x, y):
        x[0] = 7.0
        return np.sum(x * y)

    function = checked(fn, (X, X.astype(np.float32)), lambda x, y: (y, x))
    assert function.evaluations == 1
    assert function.arrays[(0,)].tolist() == X.tolist()


# --- values


def test_the_size_and_the_noise_of_a_value_are_those_of_what_it_sums():
    function = begun(square, X, double)
    assert function.middle == function.size == 6.5
    assert function.noise == EPS * 6.5

    function = begun(lambda x: 3 * x, X, vjp=lambda dout, x: 3 * dout, seed=4)
    dout = function.cotangent
    assert dout.shape == (3,)
    assert function.middle == pytest.approx(np.sum(dout * 3 * X), rel=1e-14)
    assert function.size == pytest.approx(np.linalg.norm(dout * 3 * X), rel=1e-14)
    again = begun(lambda x: 3 * x, X, vjp=lambda dout, x: 3 * dout, seed=4)
    other = begun(lambda x: 3 * x, X, vjp=lambda dout, x: 3 * dout, seed=5)
    assert np.array_equal(again.cotangent, dout)
    assert not np.array_equal(other.cotangent, dout)


def test_a_complex_output_is_weighed_with_both_parts():
    z = np.array([1 + 2j, 0.5 - 1j])
    function = begun(
        lambda z: z**2, z, vjp=lambda dout, z: dout * np.conj(2 * z), seed=1
    )
    dout = function.cotangent
    assert dout.dtype.kind == "c"
    assert (np.abs(dout.imag) >= 0.5).all()
    assert (np.abs(dout.real) >= 0.5).all()
    out = z**2
    assert function.middle == pytest.approx(
        np.sum(dout.real * out.real + dout.imag * out.imag), rel=1e-13
    )


@pytest.mark.parametrize(
    ("returned", "kind", "words"),
    [
        (lambda x: x, OutputError, r"one number where grad is given, got shape \(3,\)"),
        (lambda x: np.sum(x) + 1j, TypeError, "a real number, got a complex one"),
        (lambda x: np.inf, OutputError, "fn gives inf for these inputs"),
        (lambda x: "two", TypeError, "got str"),
    ],
)
def test_what_has_no_gradient_is_refused(returned, kind, words):
    with pytest.raises(kind, match=words):
        begun(returned, X, double)


def test_inputs_that_are_not_finite_are_refused_by_place():
    x = np.array([[1.0, 2.0], [np.inf, 4.0]])
    with pytest.raises(ValueError, match=r"x\[1, 0\] is inf: there is no gradient"):
        begun(square, x, double)
    with pytest.raises(ValueError, match=r"x is nan: there is no gradient"):
        begun(square, np.array(np.nan), double)


def test_inputs_that_are_not_finite_are_refused_also_where_the_value_is():
    function = begun(lambda x: np.sum(np.nan_to_num(x)), [1.0, np.nan], np.ones_like)
    with pytest.raises(ValueError, match=r"x\[1\] is nan"):
        function.gradients()


def test_a_whole_number_a_truth_value_and_an_array_of_one_are_numbers():
    assert begun(lambda x: 3, X, np.zeros_like).middle == 3.0
    assert begun(lambda x: True, X, np.zeros_like).middle == 1.0
    assert begun(lambda x: np.full((1, 1), 2.5), X, np.zeros_like).middle == 2.5


@pytest.mark.parametrize("kind", [OSError, MemoryError, RecursionError])
def test_faults_propagate_from_points_beside_the_inputs(kind):
    def fn(x):
        if x[0] != 0.5:
            raise kind("broken")
        return np.sum(x)

    function = begun(fn, X, np.ones_like)
    function.tensors[0].work[0] = 1.0
    with pytest.raises(kind, match="broken"):
        function.value()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ValueError, "fn raised ValueError (no such point)"),
        (ZeroDivisionError, "fn raised ZeroDivisionError (no such point)"),
    ],
)
def test_other_exceptions_are_missing_values(kind, words):
    def fn(x):
        if x[0] != 0.5:
            raise kind("no such point\nnor another")
        return np.sum(x)

    function = begun(fn, X, np.ones_like)
    assert function.notes_on_missing() == []
    function.tensors[0].work[0] = 1.0
    assert np.isnan(function.value())
    assert function.missing == 1
    (note,) = function.notes_on_missing()
    assert note.startswith(f"{words} at a point beside the inputs; 1 such points")


def test_an_exception_without_words_is_noted_and_a_long_one_is_cut():
    def fn(x):
        if x[0] == 1.0:
            raise ValueError
        if x[0] == 2.0:
            raise ValueError(100 * "a")
        return np.sum(x)

    for first, words in ((1.0, "(without words)"), (2.0, f"({80 * 'a'})")):
        function = begun(fn, X, np.ones_like)
        function.tensors[0].work[0] = first
        function.value()
        assert words in function.notes_on_missing()[0]


def test_a_value_that_is_not_finite_is_missing_and_the_first_one_is_told():
    def fn(x):
        return np.inf if x[0] == 1.0 else np.nan if x[0] == 2.0 else np.sum(x)

    function = begun(fn, X, np.ones_like)
    work = function.tensors[0].work
    for number in (1.0, 2.0):
        work[0] = number
        assert np.isnan(function.value())
    assert function.missing == 2
    # Two of four points: the set may well be the inputs' own.
    (note,) = function.notes_on_missing()
    assert (
        note == "fn gave inf at a point beside the inputs; 2 such points were left out"
    )
    function.value()
    (note,) = function.notes_on_missing()
    assert note.endswith(
        "3 such points were left out; if the inputs must stay on a "
        "set, say which by on="
    )


def test_a_point_at_which_the_shape_is_another_has_no_value():
    def fn(x):
        return x[x > 0]

    function = begun(fn, X, vjp=lambda dout, x: x)
    function.tensors[0].work[1] = 1.0
    assert np.isnan(function.value())
    (note,) = function.notes_on_missing()
    assert "fn returned shape (2,) at first and (3,) later" in note


def test_a_function_without_values_beside_the_inputs_raises_its_own_error_at_the_end():
    def fn(x):
        if x[0] != 0.5:
            raise NameError("no such name")
        return np.sum(x)

    function = begun(fn, X, np.ones_like)
    work = function.tensors[0].work
    work[0] = 1.0
    assert np.isnan(function.value())
    with pytest.raises(NameError, match="no such name"):
        function.end()
    work[0] = 0.5
    function.value()
    function.end()


def test_moved_elements_are_put_back_one_after_another():
    function = begun(square, X, double)
    (tensor,) = function.tensors
    before = function.evaluations
    numbers = function.moved(tensor, np.array([2, 0]), np.array([0.0, 1.5]))
    assert numbers.tolist() == [2.5, 8.5]
    assert tensor.work.tolist() == X.tolist()
    assert function.evaluations == before + 2


# --- batched


def batched_square(x):
    return np.sum(x**2, axis=-1)


def test_moved_elements_of_a_batched_function_are_those_of_single_calls():
    one = begun(square, X, double)
    many = begun(batched_square, X, double, batched=True)
    assert many.middle == one.middle
    index, values = np.array([2, 0, 1]), np.array([0.0, 1.5, 7.0])
    expected = one.moved(one.tensors[0], index, values)
    before = many.evaluations
    assert np.array_equal(many.moved(many.tensors[0], index, values), expected)
    # Two calls of two points say how the other inputs may come; they count.
    assert many.evaluations == before + 4 + 3
    assert np.array_equal(many.moved(many.tensors[0], index, values), expected)
    assert many.evaluations == before + 4 + 3 + 3
    assert many.tensors[0].work.tolist() == X.tolist()


def test_parts_of_a_layout_are_moved_in_a_batch_where_they_stand():
    function = begun(
        lambda x: x @ np.array([1.0, 10.0, 100.0]),
        np.ones(3),
        lambda x: np.array([1.0, 10.0, 100.0]),
        batched=True,
        layout={"a": (1,), "b": (2,)},
    )
    _, b = function.tensors
    moved = function.moved(b, np.array([0, 1]), np.array([2.0, 3.0]))
    assert moved.tolist() == [121.0, 311.0]


def test_other_inputs_come_thin_where_that_gives_the_same():
    seen = []

    def fn(x, w):
        seen.append((x.shape, w.shape))
        return np.sum(x * w, axis=-1)

    function = begun(fn, (X, 2 * X), lambda x, w: (w, x), batched=True)
    seen.clear()
    moved = function.moved(function.tensors[0], np.array([0, 1]), np.array([1.0, 1.0]))
    assert moved.tolist() == [13.5, 5.5]
    assert seen[-1] == ((2, 3), (1, 3))


def test_other_inputs_come_whole_where_the_function_needs_them_so():
    seen = []

    def fn(x, w):
        if x.shape != w.shape:
            raise ValueError("operands of one shape only")
        seen.append((x.shape, w.shape))
        return np.sum(x * w, axis=-1)

    function = begun(fn, (X, 2 * X), lambda x, w: (w, x), batched=True)
    moved = function.moved(function.tensors[1], np.array([0, 2]), np.array([0.0, 0.0]))
    assert moved.tolist() == [12.5, 5.0]
    assert seen[-1] == ((2, 3), (2, 3))


def test_other_inputs_come_whole_where_thin_ones_give_other_values():
    def fn(x, w):
        return np.sum(x * w, axis=-1) + len(w) / len(x)

    function = begun(fn, (X, 2 * X), lambda x, w: (w, x), batched=True)
    moved = function.moved(function.tensors[1], np.array([0, 2]), np.array([0.0, 0.0]))
    assert moved.tolist() == [13.5, 6.0]


def test_a_point_of_a_batch_that_raises_is_missing_alone():
    def fn(x):
        if (x[:, 0] == 9.0).any():
            raise ValueError("nine")
        return np.sum(x, axis=-1)

    function = begun(fn, X, np.ones_like, batched=True)
    moved = function.moved(
        function.tensors[0], np.array([1, 0, 2]), np.array([0.0, 9.0, 0.0])
    )
    assert moved[[0, 2]].tolist() == [2.5, -1.0]
    assert np.isnan(moved[1])
    assert function.missing == 1
    assert "fn raised ValueError (nine)" in function.notes_on_missing()[0]


def test_a_batch_for_which_memory_is_lacking_is_no_missing_value():
    def fn(x):
        if (x[:, 0] == 9.0).any():
            raise MemoryError("no room for a batch of this size")
        return np.sum(x, axis=-1)

    function = begun(fn, X, np.ones_like, batched=True)
    with pytest.raises(MemoryError, match="no room"):
        function.moved(
            function.tensors[0], np.array([1, 0, 2]), np.array([0.0, 9.0, 0.0])
        )


def test_points_of_a_batch_without_a_finite_value_are_counted():
    def fn(x):
        with np.errstate(all="ignore"):
            return np.log(x[:, 0]) + np.sum(x[:, 1:], axis=-1)

    def grad(x):
        return np.array([1 / x[0], 1.0, 1.0])

    function = begun(fn, X, grad, batched=True)
    moved = function.moved(
        function.tensors[0], np.array([0, 1, 0]), np.array([-1.0, 0.0, -2.0])
    )
    assert np.isnan(moved).tolist() == [True, False, True]
    # The first one stood twice in each of the two calls that try thin inputs.
    assert function.missing == 2 + 2 + 2


def test_a_batched_function_of_arrays_is_weighed():
    def fn(x):
        return np.stack([x[:, 0] * x[:, 1], x[:, 2] ** 2], axis=1)

    def vjp(dout, x):
        return np.array([dout[0] * x[1], dout[0] * x[0], 2 * dout[1] * x[2]])

    function = begun(fn, X, vjp=vjp, batched=True, seed=2)
    dout = function.cotangent
    assert dout.shape == (2,)
    moved = function.moved(function.tensors[0], np.array([0]), np.array([3.0]))
    assert moved == pytest.approx(dout @ [-4.5, 4.0])


def test_a_batched_function_must_return_an_entry_for_each_point():
    with pytest.raises(OutputError, match="expected a first axis of 1 for one point"):
        begun(square, X, double, batched=True)

    def fn(x):
        return np.sum(x, axis=-1) if len(x) == 1 else np.sum(x)

    function = begun(fn, X, np.ones_like, batched=True)
    with pytest.raises(OutputError, match=r"first axis of 2, got shape \(\)"):
        function.moved(function.tensors[0], np.array([0]), np.array([1.0]))


# --- what changes by itself


@pytest.mark.parametrize(
    ("change", "verdict"),
    [(0.9e-5, None), (1.1e-5, "nondeterministic"), (-1.1e-5, "nondeterministic")],
)
def test_calls_may_differ_in_their_last_digits_only(change, verdict):
    function = checked(numbered([3.0, 3.0 * (1 + change), 3.0]), X, np.zeros_like)
    if verdict is None:
        function.begin()
        assert function.noise == pytest.approx(3 * EPS + 3 * abs(change), rel=1e-6)
        (note,) = function.notes
        assert note.startswith(
            "calls of fn with the same inputs differ by up to 2.7e-05"
        )
        return
    found, reason = ended(function.begin)
    assert found == verdict
    assert "differ by 3.3e-05: seed its random numbers anew in each call" in reason


def test_what_calls_differ_by_is_the_most_of_eight():
    values = [3.0, 3.0 + 1e-9, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0 + 5e-9, 4.0]
    function = begun(numbered(values), X, np.zeros_like)
    assert function.noise == pytest.approx(5e-9, rel=1e-3)
    assert function.evaluations == 8


def test_calls_that_differ_by_roundings_are_not_worth_a_note():
    values = [3.0, 3.0 * (1 + 100 * EPS), 3.0]
    function = begun(numbered(values), X, np.zeros_like)
    assert function.notes == []
    assert function.noise == pytest.approx(3 * 101 * EPS, rel=1e-2)
    values = [3.0, 3.0 * (1 + 3000 * EPS), 3.0]
    assert len(begun(numbered(values), X, np.zeros_like).notes) == 1


def test_a_value_of_roundings_beside_what_it_sums_may_change_by_them():
    # The sum of terms of 1e8 that cancel is zero, to what rounding leaves of it.
    values = [np.array([1e8, 1.0]), np.array([1e8, 1.0 + 1e-7]), np.array([1e8, 1.0])]
    function = begun(numbered(values), X, vjp=lambda dout, x: 0 * x)
    assert function.noise > EPS * 1e8 * 0.5


def test_shapes_that_differ_from_call_to_call_are_nondeterministic():
    values = [np.ones(2), np.ones(3)]
    function = checked(numbered(values), X, vjp=lambda dout, x: x)
    verdict, reason = ended(function.begin)
    assert verdict == "nondeterministic"
    assert reason.endswith("return shapes (2,) and (3,)")


@pytest.mark.parametrize(("change", "fine"), [(500, True), (-500, True), (2000, False)])
def test_the_value_at_the_end_is_that_of_the_beginning_to_a_thousand_roundings(
    change, fine
):
    values = [3.0, 3.0, 3.0 * (1 + change * EPS)]
    function = begun(numbered(values), X, np.zeros_like)
    if fine:
        function.end()
        return
    verdict, reason = ended(function.end)
    assert verdict == "nondeterministic"
    assert "another value at the end than at the beginning" in reason


def test_a_value_that_is_missing_at_the_end_is_another_one():
    function = begun(numbered([3.0, 3.0, np.nan]), X, np.zeros_like)
    assert ended(function.end)[0] == "nondeterministic"


def test_noise_from_call_to_call_is_allowed_for_at_the_end():
    jumps = [1e-9, 0, 1e-9, 0, 0, 0, 0]
    function = begun(numbered([3.0, *(3.0 + j for j in jumps), 3 + 9e-9]), X, double)
    function.end()
    function = begun(numbered([3.0, *(3.0 + j for j in jumps), 3 + 11e-9]), X, double)
    assert ended(function.end)[0] == "nondeterministic"


def test_a_function_that_works_in_place_fails_and_every_argument_is_named():
    def fn(x, y):
        x += 1
        y *= 2
        return np.sum(x * y)

    function = checked(fn, (X, X), lambda x, y: (y, x))
    verdict, reason = ended(function.begin)
    assert verdict == "fail"
    assert reason == "fn changes its argument x, y in place"
    assert [array.tolist() for array in function.arrays.values()] == 2 * [X.tolist()]


def test_what_is_changed_behind_an_input_without_numbers_is_found():
    def fn(kind, x):
        x[0] = 9.0
        return np.sum(x)

    function = checked(fn, ("sum", X), lambda kind, x: (None, np.ones(3)))
    assert ended(function.begin)[1] == "fn changes its argument x in place"
    assert function.arrays[(1,)].tolist() == X.tolist()


def test_a_constant_that_is_changed_is_named_too():
    def fn(x, n):
        n[0] += 1
        return np.sum(x)

    function = checked(fn, (X, np.array([1, 2])), lambda x, n: (np.ones(3), None))
    assert ended(function.begin)[1] == "fn changes its argument n in place"


def test_nan_that_stays_nan_in_a_constant_is_no_change():
    def fn(x, mask):
        return np.sum(x[np.isfinite(mask)])

    mask = np.array([1.0, np.nan, 1.0])
    function = begun(
        fn, (X, mask), lambda x, mask: (1.0 * np.isfinite(mask), None), wrt="x"
    )
    assert function.restore_inputs() == ""
    assert function.middle == 2.5


def test_a_gradient_that_works_in_place_fails():
    def grad(x):
        x *= 2
        return x

    function = begun(square, X, grad)
    verdict, reason = ended(function.gradients)
    assert verdict == "fail"
    assert reason == "grad changes its argument x in place"
    assert function.arrays[()].tolist() == X.tolist()


def test_a_vjp_that_changes_its_cotangent_fails():
    def vjp(dout, x):
        dout *= 2
        return dout

    function = begun(lambda x: 2 * x, X, vjp=vjp)
    before = function.cotangent.copy()
    verdict, reason = ended(function.gradients)
    assert (verdict, reason) == ("fail", "vjp changes its argument dout in place")
    assert np.array_equal(function.cotangent, before)


def test_too_few_gradients_fail_in_words():
    function = begun(lambda a, b: np.sum(a * b), (X, X), lambda a, b: (b,))
    verdict, reason = ended(function.gradients)
    assert verdict == "fail"
    assert "gradient" in reason


def test_a_gradient_of_another_shape_fails_in_words():
    verdict, reason = ended(begun(square, X, lambda x: x[:2]).gradients)
    assert verdict == "fail"
    assert "has shape (2,), expected (3,)" in reason


# --- gradients that differ from call to call

COMPARED = 2**16  # elements of all gradients that are kept and compared in numbers
LARGE_ROW = np.full(COMPARED + 1, 2.0)
ROWS = pytest.mark.parametrize("x", [X, LARGE_ROW], ids=["small", "large"])


def with_gradients(x, factors):
    """Return a function whose gradient is multiplied by one factor after another."""
    left = list(factors)

    def grad(x):
        return 2 * x * (left.pop(0) if len(left) > 1 else left[0])

    return begun(square, x, grad)


@ROWS
def test_a_gradient_that_is_the_same_twice_has_no_noise(x):
    calls = []

    def grad(x):
        calls.append(1)
        return 2 * x

    function = begun(square, x, grad)
    (row,) = function.gradients()
    assert np.array_equal(row, 2 * x)
    assert function.gradient_noise == [0.0]
    assert function.notes == []
    assert len(calls) == 2


@ROWS
def test_a_gradient_that_differs_in_its_last_digits_has_noise(x):
    function = with_gradients(x, [1.0, 1.0, 1 + 9e-6, 1.0, 1 + 9e-6, 1.0])
    function.gradients()
    assert function.gradient_noise == [0.0]
    function = with_gradients(x, [1.0, 1 + 9e-6, 1.0, 1 + 9e-6, 1.0])
    function.gradients()
    largest = 2 * np.max(np.abs(x))
    assert function.gradient_noise == pytest.approx([4 * 9e-6 * largest], rel=1e-6)
    (note,) = function.notes
    assert note == (
        f"calls of the gradient differ by up to {9e-6 * largest:.1e} in x, in the "
        "last digits: taken for rounding"
    )


@ROWS
def test_a_gradient_that_differs_by_more_is_nondeterministic(x):
    function = with_gradients(x, [1.0, 1 + 1.2e-5, 1.0, 1 + 1.2e-5, 1.0])
    verdict, reason = ended(function.gradients)
    assert verdict == "nondeterministic"
    assert "two calls of the gradient with the same inputs differ in x" in reason


@ROWS
def test_a_gradient_that_adds_to_the_last_one_is_told_so(x):
    # As a .grad that is never set to zero: g, 2 g, 3 g, 4 g.
    function = with_gradients(x, [1, 2, 3, 4])
    verdict, reason = ended(function.gradients)
    assert verdict == "fail"
    assert "the gradient of x adds to what the last call left" in reason


def test_a_gradient_that_grows_unevenly_does_not_add_up():
    verdict, _ = ended(with_gradients(X, [1, 2, 3, 4 + 1e-5]).gradients)
    assert verdict == "nondeterministic"
    verdict, _ = ended(with_gradients(X, [1, 2, 3, 4 + 1e-7]).gradients)
    assert verdict == "fail"
    # The first two calls differ, and later ones do not.
    function = with_gradients(X, [1, 2, 2, 2])
    function.gradients()
    assert function.gradient_noise == [0.0]


def test_rows_are_compared_in_numbers_or_by_digest_as_large_as_all_are_together():
    # A digest does not know that NaN is equal to NaN of other bits, numbers do.
    bits = np.array([0x7FF8000000000000, 0x7FF8000000000001], dtype=np.uint64)
    nans = bits.view(np.float64)

    def checked_with(size):
        count = []

        def grad(x):
            count.append(1)
            row = 2 * x
            row[0] = nans[len(count) % 2]
            return row

        function = begun(square, np.ones(size), grad)
        function.gradients()
        return len(count)

    assert checked_with(COMPARED) == 2
    assert checked_with(COMPARED + 1) == 4


def test_a_reused_buffer_is_copied():
    buffer = np.empty(3)
    calls = []

    def grad(x):
        calls.append(1)
        buffer[:] = 2 * x + 1e-3 * len(calls)
        return buffer

    function = begun(square, X, grad)
    verdict, _ = ended(function.gradients)
    assert verdict == "fail"  # it adds 1e-3 in each call, which only copies can show

    parameters = np.empty(4)

    def view(x):
        parameters[:3] = 2 * x
        return parameters[:3]

    function = begun(square, X, view)
    (row,) = function.gradients()
    parameters[:] = 0
    assert row.tolist() == (2 * X).tolist()


def test_a_row_that_nobody_holds_is_not_copied():
    made = []

    def grad(x):
        fresh = 2 * x
        made.append(fresh.__array_interface__["data"][0])
        return fresh

    function = begun(square, X, grad)
    (row,) = function.gradients()
    assert row.__array_interface__["data"][0] == made[-1]


# --- again, for other inputs


def test_gradients_again_take_another_cotangent_and_other_inputs():
    def vjp(dout, x):
        return dout * 3 * x**2

    function = begun(lambda x: x**3, X, vjp=vjp)
    function.gradients()
    (row,) = function.gradients_again()
    assert row == pytest.approx(function.cotangent * 3 * X**2)
    (row,) = function.gradients_again(np.ones(3))
    assert row == pytest.approx(3 * X**2)
    (row,) = function.gradients_again(np.ones(2), {(): np.array([1.0, 2.0])})
    assert row.tolist() == [3.0, 12.0]


def test_gradients_again_of_what_raises_are_none_and_inputs_are_restored():
    def vjp(dout, x):
        if dout[0] == 0:
            x[0] = 9.0
            raise ValueError("not written for this")
        return dout * 3 * x**2

    function = begun(lambda x: x**3, X, vjp=vjp)
    assert function.gradients_again(np.zeros(3)) is None
    assert function.arrays[()].tolist() == X.tolist()
    assert function.gradients_again(np.ones(3), {(): "text"}) is None


def test_an_output_again_is_counted_and_none_where_it_raises():
    def fn(x):
        if x[0] == 0:
            x[1] = 9.0
            raise ValueError("no value")
        return x**2

    function = begun(fn, X, vjp=lambda dout, x: 2 * x * dout)
    before = function.evaluations
    assert np.array_equal(function.output_again(), X**2)
    assert function.output_again({(): np.array([3.0])}).tolist() == [9.0]
    assert function.evaluations == before + 2
    function.arrays[()][0] = 0.0
    assert function.output_again() is None
    assert function.arrays[()].tolist() == X.tolist()


@given(st.integers(0, 2**32 - 1))
def test_random_signs_have_both_signs_and_sizes_over_their_whole_range(seed):
    v = random_signs(np.random.default_rng(seed), (200,))
    assert 60 < (v > 0).sum() < 140
    assert np.abs(v).max() > 1.4
    assert np.abs(v).min() < 0.6
    assert 0.9 < np.abs(v).mean() < 1.1


def test_what_a_function_changes_later_is_put_back_before_it_is_reported():
    """The copies are the function's own: what the caller gave never changes."""
    x = X.copy()

    def fn(x):
        x[0] = 5.0
        return np.sum(x)

    report = check_gradients(fn, x, np.ones_like)
    assert report.verdict == "fail"
    assert "fn changes its argument x in place" in report.diagnosis
    assert x.tolist() == X.tolist()
