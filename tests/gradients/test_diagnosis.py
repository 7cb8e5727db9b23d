"""What the diagnosis names, what it must not name, and how it says it."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.gradients import check_gradients
from byhand.gradients.diagnosis import (
    PATTERNS,
    Evidence,
    activations,
    arrangement,
    constant,
    diagnose,
    differences,
    evidence,
    factors,
    normalisation,
    outputs,
    places,
    plain,
    sample_places,
    trials,
)
from byhand.gradients.function import Tensor
from byhand.gradients.nested import Leaf
from byhand.gradients.report import Comparison, Kink
from tests.gradients.invented_bugs import INVENTED, NAMES, normals, softmax

pytestmark = pytest.mark.slow

MODES = ["auto", "full", "directional"]
WIDE = 198  # characters of a line, which the report indents by two
GRADIENT_CALLS = 12  # of a diagnosis, for each tensor


def title(bug):
    return f"{bug.layer.__name__}: {bug.mistake}"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("bug", INVENTED, ids=title)
def test_an_invented_bug_is_caught_and_told(bug, mode):
    report = check_gradients(**bug.layer(bug.mistake), mode=mode)
    assert report.verdict == "fail"
    assert bug.words in report.diagnosis
    lines = report.diagnosis.splitlines()
    assert 1 <= len(lines) <= 3
    assert max(map(len, lines)) <= WIDE


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "layer", dict.fromkeys(bug.layer for bug in INVENTED), ids=lambda f: f.__name__
)
def test_the_same_layer_without_its_mistake_passes(layer, mode):
    report = check_gradients(**layer(), mode=mode)
    assert report.verdict == "pass", report
    assert report.diagnosis == ""


def test_most_invented_bugs_are_named():
    named = [bug for bug in INVENTED if bug.kind == NAMES]
    assert len(INVENTED) >= 55
    assert len(named) >= 0.85 * len(INVENTED)


def in_float32(case):
    """The same function, computed in float32 inside."""

    def cast(array):
        array = np.asarray(array)
        return array.astype(np.float32) if array.dtype == np.float64 else array

    fn = case["fn"]
    return {**case, "fn": lambda *inputs: cast(fn(*map(cast, inputs)))}


@pytest.mark.weekly
def test_most_are_told_where_values_are_those_of_float32():
    told = 0
    for bug in INVENTED:
        report = check_gradients(**in_float32(bug.layer(bug.mistake)))
        # An eps is hidden by rounding.
        assert report.verdict in ("fail", "inconclusive", "pass")
        told += bug.words in report.diagnosis
        if "stale" not in bug.words:
            assert "stale" not in report.diagnosis
    assert told >= 0.85 * len(INVENTED)


# Single patterns, on evidence made by hand


@dataclass
class StandIn:
    """A function whose values and gradients are what a test wants."""

    leaves: tuple[Leaf, ...]
    tensors: list[Tensor]
    cotangent: Any
    fn: Any
    vjp: Any
    scalar: bool
    batched: bool = False
    calls: int = 0
    middle: float = 0.0
    eps: float = 2.0**-52
    arrays: dict = field(default_factory=dict)

    def gradients_again(self, cotangent=None, arrays=None):
        self.calls += 1
        if self.vjp is None:
            return None
        dout = self.cotangent if cotangent is None else cotangent
        given = (self.arrays if arrays is None else arrays).values()
        found = self.vjp(*given) if self.scalar else self.vjp(dout, *given)
        return [row(found) for _ in self.tensors]

    def output_again(self, arrays=None):
        if self.fn is None:
            return None
        return np.asarray(
            self.fn(*(self.arrays if arrays is None else arrays).values())
        )


def row(array):
    """Return an array as a flat row of real numbers."""
    array = np.array(array, order="C")
    if array.dtype.kind == "c":
        return array.reshape(-1).view(np.float64)
    return array.reshape(-1).astype(np.float64)


def found(
    n,
    a,
    x=None,
    *,
    others=(),
    dout=None,
    fn=None,
    vjp=None,
    error=1e-13,
    kinks=(),
    worst=None,
    index=None,
    gradients=(),
):
    """Evidence of numerical slopes n and analytic ones a of a tensor x.

    `others` are further inputs, and `gradients` their analytic gradients. `fn` and
    `vjp` take x and then those.
    """
    n, a = np.asarray(n), np.asarray(a)
    x = normals(99, n.shape)[0] if x is None else np.asarray(x)
    if n.dtype.kind == "c":
        x = x.astype(np.complex128)
    inputs = {"x": x, **dict(others)}
    leaves = tuple(
        Leaf(name, (k,), array, np.asarray(array))
        for k, (name, array) in enumerate(inputs.items())
    )
    tensors = [
        Tensor(leaf.name, leaf.array.shape, leaf, row(leaf.array), row(leaf.array))
        for leaf in leaves[: 1 + len(gradients)]
    ]
    function = StandIn(
        leaves=leaves,
        tensors=tensors,
        cotangent=dout,
        fn=fn,
        vjp=vjp,
        scalar=dout is None,
        arrays={leaf.path: leaf.array for leaf in leaves},
    )
    index = np.arange(row(n).size) if index is None else index
    analytic, numerical = row(a)[index], row(n)[index]
    sizes = np.maximum(np.abs(analytic), np.abs(numerical))
    with np.errstate(invalid="ignore"):
        wrong = np.abs(analytic - numerical) > 1e-5 * sizes + 4 * error
    return Evidence(
        function=function,
        position=0,
        tensor=tensors[0],
        gradients=[row(a), *(row(g) for g in gradients)],
        index=index,
        analytic=analytic,
        numerical=numerical,
        error=np.full(index.size, error),
        wrong=wrong,
        worst=worst,
        kinks=tuple(kinks),
    )


def spoilt(a, by=1e-3):
    """The same array with one element a little larger."""
    a = np.array(a, dtype=np.result_type(a, np.float64))
    a.flat[0] = a.flat[0] * (1 + by) + by
    return a


def changed(a, index, value):
    """The same array with other values somewhere."""
    a = np.array(a, dtype=np.result_type(a, np.float64))
    a[index] = value
    return a


X, N, D = normals(1, (6, 5), (6, 5), (6, 5))
SQUARE, V = normals(2, (5, 5), 8)
LOWER = np.tril(SQUARE, -1)
LABELS = np.array([0, 3, 1, 4, 2, 2])
PICKED = np.eye(5)[LABELS]
Z = N + 1j * X
ZERO_SUMS = N - N.mean(0)


def slopes_of_tanh(x, spoil=0.0):
    return D * (1 - np.tanh(x + spoil) ** 2)


def normalised_slopes(x=X, eps=1e-3, scale=None):
    """Slopes of batch normalisation, with another inverse deviation if given."""
    s = 1 / np.sqrt(x.var(0) + eps)
    s = s if scale is None else scale
    xhat = (x - x.mean(0)) * s
    return s * (D - D.mean(0) - xhat * (D * xhat).mean(0))


def softmax_slopes(axis):
    y = softmax(X)
    return y * (D - np.sum(y * D, axis=axis, keepdims=True))


def kink(index, left, right, analytic):
    return Kink("x", index, left, right, analytic)


def worst_at(index, analytic, numerical):
    return Comparison("x", index, 1, analytic, numerical, 1e-12)


def bias_parts(axis, spoil=0.0):
    """A bias behind tanh: its slopes, summed over one axis or the other."""
    x, b, dout = normals(3, (5, 5), 5, (5, 5))
    parts = dout * (1 - np.tanh(x + b) ** 2)
    return found(
        parts.sum(0),
        parts.sum(axis) * (1 + spoil * np.arange(5)),
        b,
        dout=dout,
        fn=lambda b: np.tanh(x + b),
    )


def gain_parts(returned):
    """A gain of columns, of whose sum over the batch something is returned."""
    x, g, dout = normals(4, (6, 4), 4, (6, 4))
    parts = dout * x
    return found(parts.sum(0), returned(parts), g, dout=dout, fn=lambda g: x * g)


def loss_of_rows(rows):
    """The square of x b, of whose gradient by b only some rows are taken."""
    b, x = normals(5, 3, (4, 3))

    def vjp(b, x):
        return (2 * (x @ b))[rows] @ x[rows]

    return found(
        2 * (x @ b) @ x,
        vjp(b, x),
        b,
        others={"data": x},
        fn=lambda b, x: np.sum((x @ b) ** 2),
        vjp=vjp,
    )


def matrix_product(returned):
    x, w, dout = normals(6, (4, 3), (3, 3), (4, 3))
    return found(
        dout @ w.T,
        returned(dout, x, w),
        x,
        others={"W": w},
        dout=dout,
        fn=lambda x, w: x @ w,
        vjp=returned,
    )


def running_sum(returned):
    due = np.cumsum(D[:, ::-1], axis=1)[:, ::-1]
    return found(
        due,
        returned(D, X),
        X,
        dout=D,
        fn=lambda x: np.cumsum(x, axis=1),
        vjp=returned,
    )


def dropout_evidence(scale):
    mask = normals(7, X.shape)[0] > 0.3
    return found(D * mask, D * scale, dout=D, fn=lambda x: x * mask)


def masked_bound(x, n, wrong):
    return found(n, np.where(wrong, 1.5 * n + 0.1 * x, n), x)


def border(inner):
    n = normals(8, (9, 9))[0]
    a = np.zeros_like(n)
    a[1:-1, 1:-1] = n[1:-1, 1:-1]
    return found(n, a if inner else changed(a, (4, 4), 1.0))


def flat_matrix(spoil):
    a = np.array(V)
    a[1:7] = V[1:7].reshape(2, 3).T.ravel()
    return found(V, spoilt(a) if spoil else a)


def cached_square(x_counts):
    x, earlier, dout = normals(9, (4, 3), (4, 3), (4, 3))

    def vjp(dout, x):
        return 2 * dout * (earlier + x if x_counts else earlier)

    return found(2 * dout * x, vjp(dout, x), x, dout=dout, fn=lambda x: x**2, vjp=vjp)


def three_axes(spoil=0.0):
    n, by, noise = normals(10, (4, 5, 3), (4, 5), (4, 5, 3))
    return found(n, n * by[:, :, None] * (1 + spoil * noise))


# pattern: evidence that it fits, words of its sentence, and evidence that is near
CASES = {
    plain.not_finite: (
        lambda: found(N, changed(N, (1, 1), np.nan)),
        "not finite at 1 of 30",
        lambda: found(N, 2 * N),
    ),
    plain.without_values: (
        lambda: found(np.full(3, np.nan), np.ones(3)),
        "no value",
        lambda: found(np.array([np.nan, 1.0]), np.ones(2)),
    ),
    plain.untouched: (
        lambda: found(0 * N, N),
        "fn does not change with x",
        lambda: found(changed(0 * N, 0, 1e-3), N),
    ),
    plain.zero_everywhere: (
        lambda: found(N, 0 * N),
        "zero everywhere",
        lambda: found(N, changed(0 * N, 0, 1e-3)),
    ),
    trials.without_dout: (
        lambda: found(D * X, X, X, dout=D, vjp=lambda dout, x: x),
        "does not depend on dout",
        lambda: found(D * X, 2 * D * X, X, dout=D, vjp=lambda dout, x: 2 * dout * x),
    ),
    plain.at_kinks: (
        lambda: found(
            [0.0, 1.0],
            [7.0, 1.0],
            kinks=[kink((0,), 0, 1, 7)],
            worst=worst_at((0,), 7, 0),
        ),
        "the derivative must lie between those of the two sides, 0 and 1",
        lambda: found(
            [0.0, 1.0],
            [7.0, 2.0],
            kinks=[kink((0,), 0, 1, 7)],
            worst=worst_at((0,), 7, 0),
        ),
    ),
    arrangement.order_of_tensors: (
        lambda: found(N, X, others={"y": D}, gradients=[N]),
        "the gradient returned for y is that of x",
        lambda: found(N, X, others={"y": D}, gradients=[spoilt(N)]),
    ),
    arrangement.conjugated: (
        lambda: found(Z, np.conj(Z)),
        "conjugated",
        lambda: found(Z, spoilt(np.conj(Z))),
    ),
    constant.constant_factor: (
        lambda: found(N, 2 * N),
        "every element of x is 2 times what it should be: a factor 2 too much",
        lambda: found(N, spoilt(2 * N, 1e-4)),
    ),
    constant.complex_factor: (
        lambda: found(Z, 1j * Z),
        "1i times",
        lambda: found(Z, spoilt(1j * Z)),
    ),
    activations.another_slope: (
        lambda: found(slopes_of_tanh(X), D * (1 - X**2), X, dout=D),
        "are dout times (1 - x**2), and dout times (1 - tanh(x)**2) is right",
        lambda: found(slopes_of_tanh(X, 1e-3), D * (1 - X**2), X, dout=D),
    ),
    factors.factor_of_itself: (
        lambda: found(N, X * N, X),
        "the gradient by log x, not by x",
        lambda: found(N, (X + 1e-3) * N, X),
    ),
    activations.softmax_along: (
        lambda: found(softmax_slopes(1), softmax_slopes(0), X, dout=D, fn=softmax),
        "along axis 0; fn takes it along axis 1: the wrong axis",
        lambda: found(
            softmax_slopes(1), spoilt(softmax_slopes(0)), X, dout=D, fn=softmax
        ),
    ),
    differences.penalty: (
        lambda: found(N, N - 0.6 * X, X),
        "0.6 times x is missing in the gradient of x: the slope of a penalty",
        lambda: found(N, N - 0.6 * X + 1e-3 * D, X),
    ),
    differences.another_array: (
        lambda: found(N, N - 2 * D, X, others={"y": D}),
        "2 times y is missing in the gradient of x",
        lambda: found(N, N - 2 * D + 1e-3 * X, X, others={"y": D}),
    ),
    differences.shifted_by_number: (
        lambda: found(N, N + 0.25),
        "every element of x is 0.25 too much",
        lambda: found(N, N + 0.25 + 1e-3 * X),
    ),
    differences.scaled_beside_penalty: (
        lambda: found(N, 10 * (N - 0.6 * X) + 0.6 * X, X),
        "0.6 times x, which is right, the gradient of x is 10 times what it should be",
        lambda: found(N, 10 * (N - 0.6 * X) + 0.6 * X + 1e-2 * D, X),
    ),
    arrangement.transposed: (
        lambda: found(SQUARE, SQUARE.T),
        "transposed",
        lambda: found(SQUARE, spoilt(SQUARE.T)),
    ),
    arrangement.flipped: (
        lambda: found(N, N[::-1, ::-1]),
        "flipped along axes 0 and 1",
        lambda: found(N, spoilt(N[::-1, ::-1])),
    ),
    arrangement.shifted: (
        lambda: found(N, changed(np.roll(N, 1, axis=0), 0, 0.0)),
        "shifted by 1 along axis 0",
        lambda: found(N, np.roll(N, 1, axis=0) * (1 + 1e-3 * X)),
    ),
    arrangement.column_by_column: (
        lambda: found(N, N.ravel(order="F").reshape(N.shape)),
        "column by column",
        lambda: found(N, spoilt(N.ravel(order="F").reshape(N.shape))),
    ),
    arrangement.part_column_by_column: (
        lambda: flat_matrix(spoil=False),
        "a matrix of 2 x 3 column by column",
        lambda: flat_matrix(spoil=True),
    ),
    arrangement.lines_in_another_order: (
        lambda: found(N, N[:, [1, 0, 2, 3, 4]]),
        "another order: column 0 is that of 1 and column 1 is that of 0",
        lambda: found(N, spoilt(N[:, [1, 0, 2, 3, 4]])),
    ),
    arrangement.one_triangle: (
        lambda: found(2 * LOWER, LOWER + LOWER.T),
        "fn reads only the lower triangle of x",
        lambda: found(2 * LOWER, spoilt(LOWER + LOWER.T)),
    ),
    arrangement.in_another_order: (
        lambda: found(V, V[[3, 0, 1, 2, 4, 6, 5, 7]]),
        "6 elements of x hold the right numbers in another order",
        lambda: found(V, spoilt(V[[3, 0, 1, 2, 4, 6, 5, 7]])),
    ),
    plain.one_element: (
        lambda: found(N, changed(N, (2, 1), 1.5 * N[2, 1])),
        "one element of x is wrong, [2, 1]: 1.5 times what it should be",
        lambda: found(N, changed(spoilt(N), (2, 1), 1.5 * N[2, 1])),
    ),
    places.at_picked_elements: (
        lambda: found(N, N + PICKED * X, others={"y": LABELS}),
        "x is wrong only at the elements that y picks",
        lambda: found(N, spoilt(N + PICKED * X), others={"y": np.roll(LABELS, 1)}),
    ),
    places.at_border: (
        lambda: border(inner=True),
        "wrong only at the border along axes 0 and 1",
        lambda: border(inner=False),
    ),
    places.zeros: (
        lambda: found(N, changed(N, (slice(1, 3),), 0.0)),
        "a block of zeros in the gradient of x, rows 1 and 2",
        lambda: found(N, spoilt(changed(N, (slice(1, 3),), 0.0))),
    ),
    places.by_a_bound: (
        lambda: masked_bound(X, N, X > 0.5),
        "x is wrong only where x is above about 0.5",
        lambda: masked_bound(X, N, (X > 0.5) | np.isclose(X, X.min())),
    ),
    places.dropped_elements: (
        lambda: dropout_evidence(2.0),
        "does not use fn's mask",
        lambda: dropout_evidence(2.0 + 1e-3 * X),
    ),
    places.spread_out: (
        lambda: found([1.0, 0, 0, 0, 2.0, 0, 0, 0], np.repeat([0.25, 0.5], 4)),
        "goes to 6 elements that fn does not change with, its sum being right",
        lambda: found([1.0, 0, 0, 0, 2.0, 0, 0, 0], np.repeat([0.25, 0.6], 4)),
    ),
    factors.factor_by_line: (
        lambda: found(N, N * [1, 1, 1.001, 1, 1]),
        "column 2 of x is 1.001 times what it should be; the others are right",
        lambda: found(N, spoilt(N * [1, 1, 1.001, 1, 1], 1e-4)),
    ),
    factors.factor_of_some: (
        lambda: found(SQUARE, SQUARE * (2 - np.eye(5))),
        "20 of 25 elements of x, all off the diagonal, are 2 times what they should be",
        lambda: found(SQUARE, spoilt(SQUARE * (2 - np.eye(5)))),
    ),
    outputs.summed_over_wrong_axis: (
        lambda: bias_parts(axis=1),
        "over axis 1 in place of axis 0",
        lambda: bias_parts(axis=1, spoil=1e-3),
    ),
    outputs.part_of_output: (
        lambda: gain_parts(lambda parts: parts[-1]),
        "only the last row of the batch reaches x",
        lambda: gain_parts(lambda parts: 1.001 * parts[-1]),
    ),
    trials.ignored_rows: (
        lambda: loss_of_rows([0]),
        "only the first row of the batch reaches x",
        lambda: loss_of_rows([0, 2]),
    ),
    trials.turned_operand: (
        lambda: matrix_product(lambda dout, x, w: dout @ w),
        "would be right with W transposed",
        lambda: matrix_product(lambda dout, x, w: dout @ (1.001 * w)),
    ),
    trials.turned_dout: (
        lambda: running_sum(lambda dout, x: np.cumsum(dout, axis=1)),
        "from the wrong end",
        lambda: running_sum(lambda dout, x: 1.001 * np.cumsum(dout, axis=1)),
    ),
    normalisation.through_statistics: (
        lambda: found(ZERO_SUMS, ZERO_SUMS + V[:5]),
        "the part through the mean over axis 0 is missing or wrong",
        lambda: found(ZERO_SUMS, ZERO_SUMS + V[:5] + 1e-3 * X),
    ),
    normalisation.another_scale: (
        lambda: found(
            normalised_slopes(),
            normalised_slopes(scale=1 / (np.sqrt(X.var(0)) + 1e-3)),
            X,
        ),
        "another standard deviation than fn's",
        lambda: found(
            normalised_slopes(),
            spoilt(normalised_slopes(scale=1 / (np.sqrt(X.var(0)) + 1e-3))),
            X,
        ),
    ),
    normalisation.sums_to_zero: (
        lambda: found(ZERO_SUMS, N - N.mean(1, keepdims=True)),
        "as if over axis 1, where its sums are zero: the wrong axis",
        lambda: found(spoilt(ZERO_SUMS), N - N.mean(1, keepdims=True)),
    ),
    factors.factor_by_axes: (
        three_axes,
        "goes with the indices along axes 0 and 1 alone",
        lambda: three_axes(spoil=1e-3),
    ),
    places.in_lines: (
        lambda: found(N, changed(N, (slice(None), 3), X[:, 3])),
        "x is wrong in column 3; the others are right",
        lambda: found(N, N + 1e-2 * X * (D > 0.5)),
    ),
    differences.outer_product: (
        lambda: found(N, N + np.outer(V[:6], V[3:])),
        "the difference in x is an outer product",
        lambda: found(N, N + np.outer(V[:6], V[3:]) + 1e-3 * X),
    ),
    trials.stale: (
        lambda: cached_square(x_counts=False),
        "(a stale cache)",
        lambda: cached_square(x_counts=True),
    ),
    activations.right_slope: (
        lambda: found(slopes_of_tanh(X), N, X, dout=D),
        "should be dout times (1 - tanh(x)**2)",
        lambda: found(slopes_of_tanh(X, 1e-3), N, X, dout=D),
    ),
    plain.in_sum_only: (
        lambda: found(N, N * (1 + 1e-7)),
        "wrong in sum",
        lambda: found(N, spoilt(N)),
    ),
}


def test_every_pattern_has_a_case():
    assert set(CASES) == set(PATTERNS)
    assert len(PATTERNS) == len(set(PATTERNS))


@pytest.mark.parametrize("pattern", CASES, ids=lambda pattern: pattern.__name__)
def test_a_pattern_fits_and_what_is_near_does_not(pattern):
    fit, words, near = CASES[pattern]
    assert words in pattern(fit())
    assert pattern(near()) is None


@pytest.mark.parametrize("pattern", CASES, ids=lambda pattern: pattern.__name__)
def test_the_whole_table_says_of_it_what_the_pattern_says(pattern):
    fit, words, _ = CASES[pattern]
    sentence = diagnose([fit()], 1)
    assert words in sentence
    assert len(sentence) <= WIDE


def test_every_pattern_says_what_mistake_it_stands_for():
    for pattern in PATTERNS:
        assert pattern.__doc__.startswith(("Name ", "Say ")), pattern.__name__


@given(st.integers(0, 2**32 - 1))
def test_what_is_wrong_at_random_is_not_named(seed):
    n, a, x, dout = normals(seed, *[(6, 5)] * 4)
    e = found(
        n * dout,
        a * dout,
        x,
        dout=dout,
        fn=lambda x: n * x,
        vjp=lambda dout, x: a * dout,
    )
    assert "in no known way" in diagnose([e], 1)


odd_numbers = st.sampled_from([0.0, 1.0, -1.0, 2.0, 1e-300, 1e300, np.nan, np.inf, 0.3])


@given(
    shape=st.sampled_from([(), (1,), (2,), (1, 1), (3, 1), (2, 3), (4, 4), (2, 2, 4)]),
    data=st.data(),
    is_complex=st.booleans(),
    has_dout=st.booleans(),
    error=st.sampled_from([0.0, 1e-12, 1.0, np.inf, np.nan]),
)
def test_every_pattern_looks_at_anything(shape, data, is_complex, has_dout, error):
    count = int(np.prod(shape))

    def draw():
        values = data.draw(st.lists(odd_numbers, min_size=count, max_size=count))
        array = np.array(values).reshape(shape)
        return array * (1 - 2j) if is_complex else array

    with np.errstate(all="ignore"):
        n, a, x = draw(), draw(), np.nan_to_num(draw().real, posinf=1e3)
        e = found(
            n,
            a,
            x,
            others={"y": np.arange(count), "s": np.array(2.0), "z": x},
            dout=np.ones(shape) if has_dout else None,
            fn=lambda x, *others: x if has_dout else np.sum(x),
            vjp=lambda *given: a,
            error=error,
            kinks=[kink((0,) * len(shape), 0.0, 1.0, 0.5)],
        )
        for pattern in PATTERNS:
            sentence = pattern(e)
            assert sentence is None or sentence.isprintable()
        assert diagnose([e], 2)


# Numbers in the sentences


sizes = st.floats(0.01, 50).filter(lambda c: abs(c - 1) > 1e-3)
seeds = st.integers(0, 2**32 - 1)
shapes = st.sampled_from([(7,), (5, 4), (3, 4, 5), (2, 3, 2, 3)])


@given(seeds, shapes, sizes, st.sampled_from([1, -1]))
def test_a_constant_factor_is_named(seed, shape, size, sign):
    (n,) = normals(seed, shape)
    factor = sign * size
    sentence = diagnose([found(n, factor * n)], 1)
    assert f"{evidence.number(factor)} times what it should be" in sentence


@given(seeds, shapes, sizes, st.sampled_from([1, -1]))
def test_a_multiple_of_the_parameter_is_named(seed, shape, size, sign):
    n, x = normals(seed, shape, shape)
    sentence = diagnose([found(n, n + sign * size * x, x)], 1)
    much = "too much" if sign > 0 else "missing"
    assert f"{size:.4g} times x is {much}" in sentence


@given(seeds, shapes, sizes, st.floats(0.05, 5))
def test_a_factor_beside_a_multiple_of_the_parameter_is_named(seed, shape, size, part):
    n, x = normals(seed, shape, shape)
    sentence = diagnose([found(n, size * (n - part * x) + part * x, x)], 1)
    assert f"{part:.4g} times x, which is right" in sentence
    assert f"is {evidence.number(size)} times what it should be" in sentence


@given(seeds, st.permutations(range(9)))
def test_another_order_is_named(seed, order):
    (n,) = normals(seed, 9)
    if list(order) == list(range(9)):
        return
    sentence = diagnose([found(n, n[list(order)])], 1)
    named = ("another order", "exchanged", "flipped", "column by column", "shifted")
    assert any(words in sentence for words in named)


@given(seeds, st.integers(0, 4), sizes)
def test_a_factor_of_one_column_is_named(seed, column, factor):
    (n,) = normals(seed, (6, 5))
    a = changed(n, (slice(None), column), factor * n[:, column])
    sentence = diagnose([found(n, a)], 1)
    assert f"column {column} of x is {evidence.number(factor)} times" in sentence


@given(seeds, st.integers(-5, 5).filter(bool))
def test_a_shift_of_a_vector_is_named(seed, step):
    (n,) = normals(seed, 11)
    sentence = diagnose([found(n, np.roll(n, step))], 1)
    assert f"shifted around by {step} along axis 0" in sentence


@given(seeds, st.floats(1e-4, 1e-2), st.floats(1.2, 4))
def test_a_factor_is_seen_through_the_errors_of_float32(seed, noise, factor):
    n, scatter = normals(seed, (6, 5), (6, 5))
    error = noise * 1e-2
    scatter = np.clip(scatter, -3, 3)
    e = found(n + error * scatter, factor * n, error=error)
    assert "times what it should be" in diagnose([e], 1)


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (2, "a factor 2 too much"),
        (0.5, "a factor 2 is missing"),
        (-1, "the sign is wrong"),
        (-2, "a factor 2 too much, and the sign is wrong"),
        (6, "a division by the batch size 6 is missing"),
        (1 / 6, "a division by the batch size 6 too much"),
        (6 / 5, "N/(N - 1) for the batch size 6"),
        (np.sqrt(5 / 6), "sqrt((N - 1)/N) for the batch size 6"),
        (180 / np.pi, "a factor pi/180 is missing"),
        (np.pi / 180, "a factor pi/180 too much"),
        (np.log(10), "a division by ln 10 is missing"),
        (1 / np.log(2), "a factor ln 2 is missing"),
        (2 * np.pi, "a factor 2 pi too much"),
        (1000, "a factor 1000 too much, of units"),
        (np.sqrt(5), "a division by sqrt(5) is missing, 5 being a length"),
        (17, "a factor 17 too much"),
        (1 / 17, "a factor 17 is missing"),
    ],
)
def test_factors_have_names(factor, words):
    assert words in diagnose([found(N, factor * N)], 1)


def test_a_factor_without_a_name_gets_none():
    sentence = diagnose([found(N, 0.9374 * N)], 1)
    assert sentence == "every element of x is 0.9374 times what it should be"


def test_the_keep_rate_is_named_only_where_fn_sets_elements_to_zero():
    mask = np.random.default_rng(0).random(X.shape) < 0.8
    dropped = found(D * mask, 0.8 * D * mask, X, dout=D, fn=lambda x: x * mask)
    assert "a keep rate of 0.8 is missing" in constant.constant_factor(dropped)
    relu = found(
        D * (X > 0), 0.8 * D * (X > 0), X, dout=D, fn=lambda x: np.maximum(x, 0)
    )
    assert "keep rate" not in constant.constant_factor(relu)
    kept = found(D, 0.8 * D, X, dout=D, fn=lambda x: x)
    assert "keep rate" not in constant.constant_factor(kept)
    another = found(D * mask, 0.1 * D * mask, X, dout=D, fn=lambda x: x * mask)
    assert "keep rate" not in constant.constant_factor(another)


def test_a_small_length_is_told_beside_the_plain_number():
    x, n = normals(18, (3, 2), (3, 2))
    assert diagnose([found(n, 3 * n, x)], 1) == (
        "every element of x is 3 times what it should be: a division by the batch size "
        "3 is missing, or a factor 3 too much"
    )
    assert diagnose([found(n, 1.5 * n, x)], 1).endswith("1.5 times what it should be")


def test_what_a_solver_may_do_is_said_of_little_alone():
    hint = "the tolerance of a solver inside fn may do it"
    assert hint in diagnose([found(N, 0.999 * N)], 1)
    assert hint in diagnose([found(N, N * (1 + 1e-4 * np.tanh(X)))], 1)
    assert hint not in diagnose([found(N, 0.99 * N)], 1)
    assert hint not in diagnose([found(N, N + D)], 1)


FUNCTIONS = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "s": activations.sigmoid,
    "abs": np.abs,
    "sign": np.sign,
}


def meaning(name, x):
    """What the name of a function of x stands for, products being written x s(x)."""
    text = name.format(x="x").replace(" itself", "").replace("the sign of x", "sign(x)")
    text = re.sub(r"(?<=[)x]) (?=[(xs])", " * ", text)
    return eval(text, {"x": x, **FUNCTIONS})  # noqa: S307 - of our own tables


@pytest.mark.parametrize("name", [name for name, _ in activations.SLOPES])
def test_the_names_of_slopes_say_what_is_computed(name):
    x = np.array([0.3, 0.8, 1.7, 2.9])
    function = dict(activations.SLOPES)[name]
    for numbers in (x, -x) if "log" not in name and "sqrt" not in name else (x,):
        assert np.allclose(function(numbers), meaning(name, numbers))


@pytest.mark.parametrize(("name", "function"), [row[:2] for row in factors.RATIOS])
def test_the_names_of_ratios_say_what_is_computed(name, function):
    x = np.array([-1.2, 0.3, 0.8, 1.7, 2.9])
    assert np.allclose(function(x), meaning(name, x))
    n = normals(19, 5)[0]
    assert f"{name.format(x='x')} times what they should be" in diagnose(
        [found(n, function(x) * n, x)], 1
    )


@pytest.mark.parametrize(("factor", "way"), [(10, "is missing"), (0.1, "too much")])
def test_a_division_of_the_data_alone_is_named(factor, way):
    e = found(N, factor * (N - 0.6 * X) + 0.6 * X, X)
    words = f"a division by 10 {way}, of the data and not of the penalty"
    assert words in diagnose([e], 1)


def test_a_number_that_is_added_to_all_may_be_another_input():
    e = found(N, N - 100, others={"b": np.array(100.0)})
    assert diagnose([e], 1) == (
        "every element of x is 100 too little: the same number, that of b, is missing "
        "in all"
    )
    assert "that of" not in diagnose([found(N, N - 99)], 1)


def test_a_number_added_to_positive_elements_is_no_penalty():
    assert "the same number is added to all" in diagnose(
        [found(N, N + 1, np.abs(X))], 1
    )


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (lambda x: x, "a factor of fn itself too much, which is 5.099 here"),
        (lambda x: x / (x @ x), "a factor of fn itself is missing"),
        (lambda x: 3.7 * x / np.linalg.norm(x), "3.7 times what it should be"),
    ],
)
def test_the_value_of_a_loss_may_be_a_factor(returned, words):
    x = np.array([1.0, 3.0, -4.0])
    report = check_gradients(np.linalg.norm, x, returned)
    assert words in report.diagnosis


def test_a_multiple_of_the_parameter_is_no_logarithm():
    sentence = diagnose([found(N, 2 * X * N, X)], 1)
    assert "2 times x itself times what they should be: a factor x too much" in sentence


def test_another_input_that_is_a_number_is_a_factor():
    e = found(N, N / 3.5, others={"w2": np.array(3.5)})
    assert "a factor w2 is missing, which is 3.5 here" in diagnose([e], 1)


@pytest.mark.parametrize(
    ("power", "words"), [(1, "the gradient by log x"), (0, "a factor 2 too much")]
)
def test_one_number_of_2_is_looked_at_elsewhere(power, words):
    def vjp(x):
        return np.cos(x) * (x if power else 2)

    x = np.array([2.0])
    e = found(np.cos(x), vjp(x), x, fn=lambda x: np.sin(x).sum(), vjp=vjp, error=1e-9)
    assert words in diagnose([e], 1)


@pytest.mark.parametrize(
    ("taken", "words"),
    [
        (lambda v: np.sqrt(v), "an eps of 0.01 is left out of the variance"),
        (lambda v: np.sqrt(v) + 0.01, "an eps of 0.01 is added outside the root"),
        (lambda v: np.sqrt(v + 0.1), "an eps of 0.1 is added to the variance, where"),
    ],
)
def test_the_eps_of_a_scale_of_columns_is_found(taken, words):
    x, n = normals(11, (20, 5), (20, 5))
    x = x * [0.3, 0.6, 1, 2, 4]
    v = x.var(0)
    assert words in diagnose([found(n, n * np.sqrt(v + 0.01) / taken(v), x)], 1)


def test_a_factor_of_each_column_that_is_another_input_is_named():
    gamma = V[:5]
    sentence = diagnose([found(N, N / gamma, others={"gamma": gamma})], 1)
    assert "1/gamma, and gamma is a factor left out" in sentence


def test_a_difference_that_is_the_same_in_each_column_is_no_mean_by_itself():
    sentence = diagnose([found(N, N + V[:5])], 1)
    assert sentence == "in each column of x the difference is one number"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda x: x < 0, "x is negative"),
        (lambda x: x > 0.5, "x is above about 0."),
        (lambda x: np.abs(x) > 1, "the size of x is above about 1"),
        (lambda x: (x > -0.8) & (x < 0.1), "x lies between about -"),
    ],
)
def test_bounds_are_said_in_words(wrong, words):
    x, n = normals(12, 40, 40)
    e = found(n, np.where(wrong(x), 10 * n, n), x)
    assert words in places.by_a_bound(e)
    assert "there it is 10 times what it should be" in places.by_a_bound(e)


def test_few_elements_on_two_sides_of_a_bound_are_no_pattern():
    e = found([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.3, 4.9], [-1.0, -2.0, 1.0, 2.0])
    assert places.by_a_bound(e) is None


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (lambda parts: parts[0], "only the first row of the batch reaches x"),
        (lambda parts: parts[2], "only row 2 of the batch reaches x"),
        (lambda parts: parts.sum(0) - parts[2], "row 2 of the batch does not reach x"),
        (
            lambda parts: parts.sum(0) + parts[5],
            "the last row of the batch reaches x tw",
        ),
        (lambda parts: np.full(4, parts.sum()), "summed over too much"),
    ],
)
def test_parts_of_the_output_are_named(returned, words):
    assert words in diagnose([gain_parts(returned)], 1)


def test_a_mean_of_contributions_is_named_where_their_numbers_differ():
    index = np.array([0, 1, 1, 2, 2, 2])
    table, dout = normals(13, (3, 2), (6, 2))
    total = np.zeros((3, 2))
    np.add.at(total, index, dout)
    e = found(
        total,
        total / np.bincount(index)[:, None],
        table,
        dout=dout,
        fn=lambda table: table[index],
    )
    assert "are the mean of several contributions" in outputs.part_of_output(e)


def test_zeros_are_placed():
    image = normals(14, (2, 3, 4, 4))[0]
    e = found(image, changed(image, (slice(None), 1), 0.0))
    assert "zeros in the gradient of x, entry 1 along axis 1" in diagnose([e], 1)
    few = changed(image, ([0, 1, 1], [0, 2, 2], [1, 2, 3], [0, 0, 3]), 0.0)
    assert "3 elements from [0, 0, 1, 0] to [1, 2, 3, 3]" in diagnose(
        [found(image, few)], 1
    )


def test_elements_of_a_kink_that_is_passed_are_left_out():
    n = changed(N, (1, 2), 0.5)
    a = changed(2 * N, (1, 2), 0.0)
    e = found(n, a, kinks=[kink((1, 2), 0.0, 1.0, 0.0)])
    assert not e.faults.reshape(N.shape)[1, 2]
    assert "every element of x is 2 times" in diagnose([e], 1)


def test_a_zero_is_no_small_factor():
    # One slope is so large that the others are rounding beside it.
    n = np.r_[1e9, V]
    assert "times" not in diagnose([found(n, np.r_[1e9, 0 * V], np.arange(1.0, 10))], 1)


# The worst elements, several tensors, large tensors


def test_where_nothing_fits_the_worst_elements_are_shown():
    a = N + D * np.arange(1, 31).reshape(6, 5)
    sentence = diagnose([found(N, a)], 1)
    assert sentence.startswith("30 of 30 elements looked at in x are wrong")
    k = np.argmax(np.abs(a - N))
    index = [int(i) for i in np.unravel_index(k, N.shape)]
    assert f"worst {index} {a.flat[k]:.4g} for {N.flat[k]:.4g}" in sentence
    assert sentence.count(" for ") == 4


def renamed(e, name):
    """The same evidence of a tensor of another name."""
    tensor = e.tensor
    other = Tensor(name, tensor.shape, tensor.leaf, tensor.base, tensor.work)
    values = {key: getattr(e, key) for key in Evidence.__dataclass_fields__}
    return Evidence(**{**values, "tensor": other})


def test_tensors_that_share_a_factor_share_a_line():
    evidences = [renamed(found(N, 0.94 * N), name) for name in ("x", "w", "b")]
    assert diagnose(evidences, 4) == (
        "every element of x is 0.94 times what it should be; so are w and b, by a "
        "factor that they share"
    )


def test_each_failing_tensor_is_told_of_and_those_with_a_name_first():
    wrong = N + D * np.arange(1, 31).reshape(6, 5)
    evidences = [
        renamed(found(N, wrong), "a"),
        renamed(found(N, 2 * N), "b"),
        renamed(found(N, 4 * N), "c"),
        renamed(found(N, -N), "d"),
        renamed(found(N, wrong), "e"),
    ]
    lines = diagnose(evidences, 9).splitlines()
    assert len(lines) == 3
    assert "every element of b is 2 times" in lines[0]
    assert "every element of c is 4 times" in lines[1]
    assert "the sign is wrong; a and e are wrong, too" in lines[2]


def test_names_that_do_not_fit_into_a_line_are_counted():
    wrong = N + D * np.arange(1, 31).reshape(6, 5)
    names = ["x", "y", "z", *(f"a_parameter_of_a_long_name_{k}" for k in range(4))]
    lines = diagnose([renamed(found(N, wrong), name) for name in names], 9).splitlines()
    assert lines[2].endswith("; 4 more are wrong")
    assert max(map(len, lines)) <= WIDE


def test_the_only_wrong_tensor_is_said_to_be_that():
    assert diagnose([found(N, 2 * N)], 3).endswith("; only x is wrong")
    assert "only" not in diagnose([found(N, 2 * N)], 1)


def tensor(shape, parts=1):
    array = np.zeros(shape, np.complex128 if parts == 2 else np.float64)
    return Tensor("x", shape, Leaf("x", (), array, array), row(array), row(array))


@given(
    st.sampled_from([(784, 32), (1000,), (28, 28), (8, 3, 11, 13), (401,), (2, 300)]),
    st.integers(0, 10**6),
    st.sampled_from([1, 2]),
)
def test_a_large_tensor_is_sampled_across_its_worst_element(shape, place, parts):
    one = tensor(shape, parts)
    place %= one.size
    places = sample_places(one, place)
    assert place in places
    assert np.array_equal(places, np.unique(places))
    assert 20 <= places.size <= 400
    indices = np.array(one.indices(places))
    for axis, at in enumerate(one.index(place)):
        same = indices[indices[:, axis] == at]
        assert len(shape) == 1 or len(same) > 1
        assert {0, shape[axis] - 1} <= set(indices[:, axis]) or len(shape) > 3


def test_a_small_tensor_is_looked_at_as_a_whole():
    assert np.array_equal(sample_places(tensor((20, 20)), 7), np.arange(400))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ((slice(None), 5), "column 5 of x is 1.001 times what it should be"),
        ((611,), "row 611 of x is 1.001 times what it should be"),
        ((slice(None), [0, 31]), "of x, column 0 and column 31 are 1.001 times"),
    ],
)
def test_a_line_of_a_large_tensor_is_named(spoil, words):
    (n,) = normals(15, (784, 32))
    a = n.copy()
    a[spoil] *= 1.001
    place = int(np.argmax(np.abs(a - n)))
    index = sample_places(tensor(n.shape), place)
    sentence = diagnose([found(n, a, index=index)], 1)
    assert words in sentence
    assert "the others looked at are right" in sentence


def test_one_element_of_a_large_tensor_is_not_called_a_line():
    (n,) = normals(16, (784, 32))
    a = changed(n, (100, 7), 2.0 * n[100, 7])
    index = sample_places(tensor(n.shape), 100 * 32 + 7)
    sentence = diagnose([found(n, a, index=index)], 1)
    assert "one element of x is wrong, [100, 7]: 2 times" in sentence
    assert "others looked at is wrong" in sentence


def test_the_gradient_is_not_called_often():
    x, w, dout = normals(17, (4, 3), (3, 3), (4, 3))

    def vjp(dout, x, w):
        return dout * np.cos(x) + dout @ np.sin(w)

    e = found(
        dout @ w.T,
        vjp(dout, x, w),
        x,
        others={"w": w},
        dout=dout,
        fn=lambda x, w: x @ w,
        vjp=vjp,
    )
    assert "in no known way" in diagnose([e], 1)
    assert 3 <= e.function.calls <= GRADIENT_CALLS


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.0, "2"),
        (0.94, "0.94"),
        (1 / 3, "0.3333"),
        (1.001, "1.001"),
        (1.0001, "1.0001"),
        (1.000015, "1.000015"),
        (-0.99997, "-0.99997"),
        (1e-9, "1e-09"),
        (-0.0, "0"),
        (1 - 1e-12, "1"),
    ],
)
def test_numbers_have_the_digits_that_tell_them_from_1(value, text):
    assert evidence.number(value) == text


def test_an_element_of_minus_one_is_no_factor_by_its_name():
    # The ratio is the element itself, which says nothing where the size of it is 1.
    x = changed(X, (2, 1), -1.0)
    sentence = plain.one_element(found(N, changed(N, (2, 1), -N[2, 1]), x))
    assert "one element of x is wrong, [2, 1]" in sentence
    assert "itself" not in sentence
    assert "missing?" not in sentence


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (lambda dout, x: dout**2 * x, "it uses it twice"),
        (lambda dout, x: dout**3 * x, "it uses it twice or adds to it"),
        (lambda dout, x: dout * x + 1, "x has a part that is not multiplied by it"),
    ],
)
def test_how_a_gradient_depends_on_dout_is_told_apart(returned, words):
    e = found(D * X, returned(D, X), X, dout=D, vjp=returned)
    sentence = trials.without_dout(e)
    assert sentence == f"the gradient is not proportional to dout: {words}"


def test_a_run_of_wrong_elements_of_a_vector_is_named_from_first_to_last():
    n, noise = normals(15, 20, 20)
    a = changed(n, slice(4, 9), n[4:9] + noise[4:9])
    sentence = places.in_lines(found(n, a))
    assert "elements 4 to 8" in sentence


def test_half_of_the_rows_are_named_though_one_element_in_them_is_right():
    n, noise = normals(16, (4, 12), (4, 12))
    a = changed(n, slice(0, 2), (n + noise)[:2])
    a[0, 3] = n[0, 3]
    sentence = places.in_lines(found(n, a))
    assert "rows 0 and 1" in sentence


@pytest.mark.parametrize(
    ("power", "words"),
    [(1, "which is x[2, 1] itself: the gradient by its logarithm?"), (-1, "1/x[2, 1]")],
)
def test_an_element_of_a_half_may_be_a_factor_by_its_name(power, words):
    x = changed(X, (2, 1), 0.5)
    e = found(N, changed(N, (2, 1), 0.5**power * N[2, 1]), x)
    assert words in plain.one_element(e)


@pytest.mark.parametrize(("count", "is_named"), [(18, False), (26, True)])
def test_values_between_two_bounds_need_to_be_many_to_be_a_pattern(count, is_named):
    # Any of about count squared runs of values could have been the wrong ones.
    x = np.linspace(-1.0, 1.0, count)
    n = normals(17, count)[0]
    wrong = np.zeros(count, bool)
    wrong[4:13] = True
    sentence = places.by_a_bound(found(n, np.where(wrong, 10 * n, n), x))
    assert (sentence is not None) is is_named
    if is_named:
        assert "x lies between about" in sentence


def test_a_number_of_each_column_needs_three_sound_elements_in_every_column():
    e = found(N, N + V[:5])
    rows = normalisation._grouping(e, "in each column", "axis 0", (1,))
    fitted = normalisation._one_number(e, rows)
    assert fitted.reshape(N.shape) == pytest.approx(np.tile(V[:5], (6, 1)))
    # In column 2 only two elements are known.
    error = np.full(N.shape, 1e-13)
    error[:4, 2] = np.inf
    poor = replace(e, error=error.ravel())
    assert normalisation._one_number(poor, rows) is None


def test_an_outer_product_with_a_row_of_another_input_is_named_by_it():
    y = normals(30, (4, 5))[0]
    a = N + np.outer(V[:6], 2 * y[2])
    sentence = differences.outer_product(found(N, a, others={"y": y}))
    assert "an outer product with row 2 of y: its part is missing" in sentence
    unlike = differences.outer_product(
        found(N, N + np.outer(V[:6], V[3:]), others={"y": y})
    )
    assert "an outer product of two vectors" in unlike


@pytest.mark.parametrize(
    ("factor", "words"),
    [(0.0, "there it is zero, and should not be"), (1.5, "there it is 1.5 times")],
)
def test_what_is_wrong_at_the_border_is_said_of_the_border_alone(factor, words):
    n = normals(31, (9, 9))[0]
    a = changed(factor * n, (slice(1, -1), slice(1, -1)), n[1:-1, 1:-1])
    assert words in places.at_border(found(n, a))
