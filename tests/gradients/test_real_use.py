"""What people give to a gradient checker, and what it should tell them.

The functions and layers stand in real_cases.py, with their origins. Words that a
report must hold are regular expressions, since sentences may become better.
"""

import re
import subprocess
import sys
from collections import OrderedDict, namedtuple

import numpy as np
import pytest

from byhand.gradients import check_gradients, check_layer, numerical_jacobian
from tests.gradients import real_cases as real

pytestmark = pytest.mark.slow

MODES = ["auto", "full", "directional"]
X = np.random.default_rng(0).normal(size=(4, 3))
every_mode = pytest.mark.parametrize("mode", MODES)


def each(cases):
    """Run a test with the value of each entry of a dictionary, under its name."""
    return pytest.mark.parametrize("case", cases.values(), ids=cases.keys())


def accepted(report, *, notes=""):
    """Assert that a right gradient passes, and that nothing is said against it."""
    assert report.verdict == "pass", str(report)
    assert report.diagnosis == ""
    assert re.search(notes, "\n".join(report.notes)), str(report)
    return report


def refused(report, words="", *, never=None):
    """Assert that a wrong gradient fails, in words that fit and none that mislead."""
    assert report.verdict == "fail", str(report)
    assert re.search(words, str(report), re.IGNORECASE), str(report)
    if never is not None:
        assert not re.search(never, str(report), re.IGNORECASE), str(report)
    assert len(str(report).splitlines()) <= 20
    return report


def unsettled(report):
    """Assert that nothing was found wrong, be it for a bound that is too poor."""
    assert report.verdict in ("pass", "inconclusive"), str(report)


def doubtful(report):
    """Assert that a wrong gradient does not pass."""
    assert report.verdict in ("fail", "inconclusive", "nondifferentiable"), str(report)
    assert not report


# --- units

RIGHT_IN_ITS_UNITS = {
    "a wavelength in metres": lambda: real.wave(1e-7),
    "microns": lambda: real.wave(1e-6),
    "a wave of a gigametre": lambda: real.wave(1e9),
    "a feature a million times larger": real.logistic,
    "a spectral line of 1e-44": real.spectral_line,
    "a diffusion tensor in s/mm^2": real.diffusion_tensor,
    "a diffusion tensor in SI units": lambda: real.diffusion_tensor(si=True),
    "an orbit": real.orbit,
    "one sign in a flat vector": real.hidden_sign,
}

WRONG_IN_ITS_UNITS = {
    "microns, one per cent": (lambda: real.wave(1e-6, factor=1.01), r"\b1\.01 times"),
    "ten microns": (lambda: real.wave(1e-5, factor=1.01), r"\b1\.01 times"),
    "all features but one forgotten": (
        lambda: real.logistic(real.only_the_largest_feature),
        "zero",
    ),
    "a large feature doubled": (
        lambda: real.logistic(lambda g: g * (1 + (np.arange(100) == 3))),
        r"w\[3\]",
    ),
    "a spectral line by the square of its width": (
        lambda: real.spectral_line(power=2),
        r"p\[2\]",
    ),
    "a diffusion tensor, one per cent": (
        lambda: real.diffusion_tensor(change=lambda g: 1.01 * g),
        r"\b1\.01 times",
    ),
    "a diffusion tensor, off-diagonals once": (
        lambda: real.diffusion_tensor(change=real.off_diagonal_once),
        r"\b0\.5\b|factor 2",
    ),
    "a diffusion tensor in SI units, sign": (
        lambda: real.diffusion_tensor(si=True, change=np.negative),
        "sign",
    ),
    "the sign of one parameter": (lambda: real.hidden_sign(2), "sign|-1 times"),
}


@every_mode
@each(RIGHT_IN_ITS_UNITS)
def test_a_right_gradient_passes_in_any_units(case, mode):
    accepted(check_gradients(**case(), mode=mode))


@every_mode
@each(WRONG_IN_ITS_UNITS)
def test_a_wrong_gradient_fails_in_any_units_and_its_factor_is_told(case, mode):
    make, words = case
    refused(check_gradients(**make(), mode=mode), words, never="keep rate")


@every_mode
@pytest.mark.parametrize("wrong", range(6))
@pytest.mark.parametrize("rng", range(5))
def test_one_per_cent_in_any_parameter_of_an_orbit_is_seen(wrong, mode, rng):
    report = check_gradients(**real.orbit(wrong), mode=mode, rng=rng)
    refused(report)
    assert report.worst.index == (wrong,)
    assert report.worst.analytic / report.worst.numerical == pytest.approx(1.01, 1e-3)


@pytest.mark.parametrize("rng", range(10))
def test_zeros_beside_a_large_feature_are_seen_with_every_seed(rng):
    case = real.logistic(real.only_the_largest_feature)
    report = check_gradients(**case, rng=rng)
    refused(report)
    # What is printed as the worst must not contradict the verdict.
    assert report.worst.difference > report.worst.bound


@every_mode
def test_slopes_that_judged_are_those_of_the_diagnosis(mode):
    report = check_gradients(**real.wave(1e-5, factor=1.01), mode=mode)
    ratio = report.worst.analytic / report.worst.numerical
    told = float(re.search(r"(\d+\.\d+) times", report.diagnosis).group(1))
    assert told == pytest.approx(ratio, rel=1e-3)


# --- values that are missing off the point

RIGHT_BESIDE_AN_EDGE = {
    "overflow on one side": lambda: real.decay(-1e9 * np.exp(-1)),
    "a likelihood at its bound": lambda: real.bounded_likelihood(3.0),
    "math.log, which raises": real.scalar_log,
    "a domain that is checked": real.checked_domain,
    "a logarithm beside its edge": real.log_beside_its_edge,
    "a covariance by Cholesky": real.gaussian_process,
    "a covariance by Cholesky, little noise": lambda: real.gaussian_process(noise=1e-4),
}

WRONG_BESIDE_AN_EDGE = {
    "overflow on one side": lambda: real.decay(123.0),
    "overflow on one side, a little": lambda: real.decay(-1e9 * np.exp(-1) * 1.01),
    "a likelihood at its bound": lambda: real.bounded_likelihood(-5.0),
    "a likelihood at its bound, too steep": lambda: real.bounded_likelihood(3.1),
    "math.log, which raises": lambda: real.scalar_log(1.01),
    "a domain that is checked": lambda: real.checked_domain(2.0),
    "a logarithm beside its edge": lambda: real.log_beside_its_edge(1.01),
    "a covariance by Cholesky": lambda: real.gaussian_process(by_log_noise=True),
    "a covariance by Cholesky, little noise": lambda: real.gaussian_process(
        noise=1e-4, by_log_noise=True
    ),
}


@every_mode
@each(RIGHT_BESIDE_AN_EDGE)
def test_a_right_gradient_passes_beside_the_edge_of_a_domain(case, mode):
    accepted(check_gradients(**case(), mode=mode))


@every_mode
@each(WRONG_BESIDE_AN_EDGE)
def test_a_wrong_gradient_fails_beside_the_edge_of_a_domain(case, mode):
    refused(check_gradients(**case(), mode=mode))


def test_what_was_missing_is_noted():
    report = check_gradients(**real.bounded_likelihood(3.0))
    accepted(report, notes=r"inf|finite")


def test_an_exception_at_the_point_itself_is_the_callers_own():
    with pytest.raises(ValueError, match="outside the domain"):
        check_gradients(**{**real.checked_domain(), "inputs": np.array([-1.0])})


def test_an_exception_off_the_point_is_told_of():
    def fn(x):
        if x[0] != 1.0:
            raise ValueError("only at 1")
        return x[0]

    report = check_gradients(fn, np.array([1.0]), np.ones_like)
    assert report.verdict == "inconclusive", str(report)
    assert "only at 1" in str(report)


@every_mode
@pytest.mark.parametrize("outside", ["raise", "nan"])
def test_probabilities_are_moved_within_the_simplex(mode, outside):
    def checked(change=None):
        case = real.entropy(change, outside)
        return check_gradients(**case, on="simplex", mode=mode)

    accepted(checked())
    # Along the simplex a constant changes nothing.
    accepted(checked(lambda g: g + 7.0))
    refused(checked(lambda g: 1.1 * g))
    refused(checked(lambda g: g * np.array([1, 1, 1.2, 1])))


def test_without_the_simplex_probabilities_are_not_passed():
    doubtful(check_gradients(**real.entropy(lambda g: 3 * g)))


@every_mode
def test_unit_vectors_are_moved_on_their_sphere(mode):
    x = np.array([3.0, 0.0, -4.0]) / 5
    weights = np.array([1.0, -2.0, 0.5])

    def fn(x):
        if abs(x @ x - 1) > 1e-9:
            raise ValueError("not a unit vector")
        return weights @ x**3

    def grad(x):
        return 3 * weights * x**2

    accepted(check_gradients(fn, x, grad, on="sphere", mode=mode))
    # What points away from the sphere does not matter.
    off = check_gradients(fn, x, lambda x: grad(x) + 5 * x, on="sphere", mode=mode)
    accepted(off)
    refused(check_gradients(fn, x, lambda x: weights * x**2, on="sphere", mode=mode))


@every_mode
def test_positive_numbers_stay_positive(mode):
    x = np.array([1e-8, 1.0, 3.0])

    def fn(x):
        if (x <= 0).any():
            raise ValueError("positive numbers only")
        return (x * np.log(x)).sum()

    accepted(check_gradients(fn, x, lambda x: np.log(x) + 1, on="positive", mode=mode))
    refused(check_gradients(fn, x, lambda x: np.log(x), on="positive", mode=mode))


# --- kinks, ties and jumps

RIGHT_AT_A_KINK = {
    "an inverse square root unit": real.inverse_square_root_unit,
    "a maximum, to the first of two": lambda: real.tied_maximum([1.0, 0.0, 0.0]),
    "a maximum, shared": lambda: real.tied_maximum([0.5, 0.5, 0.0]),
    "a maximum, shared unequally": lambda: real.tied_maximum([0.2, 0.8, 0.0]),
    "a pool, to the first": lambda: real.tied_pool("first"),
    "a pool, shared": lambda: real.tied_pool("shared"),
    "least squares with an absolute penalty": real.lasso,
}

WRONG_AT_A_KINK = {
    "a maximum, whole to each": (lambda: real.tied_maximum([1.0, 1.0, 0.0]), "tie"),
    "a maximum, to nobody": (lambda: real.tied_maximum([0.0, 0.0, 0.0]), ""),
    "a maximum, too little": (lambda: real.tied_maximum([0.3, 0.3, 0.0]), ""),
    "a maximum of three": (
        lambda: real.tied_maximum([1.0, 1.0, 1.0], x=(2.0, 2.0, 2.0)),
        "tie",
    ),
    "a pool, whole to each": (lambda: real.tied_pool("each"), "tie"),
    "an absolute penalty, twice": (lambda: real.lasso(2.0), ""),
    "a unit without its upstream gradient": (
        lambda: real.inverse_square_root_unit(with_upstream=False),
        "does not depend on dout",
    ),
}


@every_mode
@each(RIGHT_AT_A_KINK)
def test_any_gradient_between_the_slopes_passes_at_a_kink(case, mode):
    accepted(check_gradients(**case(), mode=mode))


@every_mode
@each(WRONG_AT_A_KINK)
def test_a_gradient_that_no_side_has_fails_at_a_kink(case, mode):
    make, words = case
    refused(check_gradients(**make(), mode=mode), words)


@every_mode
def test_a_jump_at_the_point_is_no_place_for_a_gradient(mode):
    report = check_gradients(**real.jump(), mode=mode)
    assert report.verdict == "nondifferentiable", str(report)
    assert report.worst.index == (0,)


@every_mode
def test_points_without_a_derivative_are_listed(mode):
    """chainer/chainer#8070: tell where the function has none."""
    report = check_gradients(**real.lasso(), mode=mode)
    assert {kink.index for kink in report.kinks} == {(0,), (2,), (3,), (5,), (7,)}


def test_a_fake_gradient_that_is_meant_is_held_to_what_is_meant():
    """Straight-through: the gradient is that of another function."""

    def rounded(x):
        return np.round(x).sum()

    def straight(x):
        return np.ones_like(x)

    x = np.array([0.3, 1.2, -2.4])
    doubtful(check_gradients(rounded, x, straight))
    unsettled(check_gradients(rounded, x, np.zeros_like))
    report = check_gradients(rounded, x, straight, surrogate=lambda x: x.sum())
    assert report.verdict == "pass", str(report)
    refused(
        check_gradients(rounded, x, lambda x: 2 * x, surrogate=lambda x: x.sum()),
    )


def test_a_reversed_gradient_that_is_meant_passes():
    """A domain-adversarial layer hands the negative gradient back."""

    def reversed_vjp(dout, x):
        return -0.3 * dout

    assert not check_gradients(lambda x: x, X, vjp=reversed_vjp)
    declared = check_gradients(
        lambda x: x, X, vjp=reversed_vjp, surrogate=lambda x: -0.3 * x
    )
    assert declared.verdict == "pass", str(declared)
    wrong = check_gradients(
        lambda x: x, X, vjp=lambda dout, x: -dout, surrogate=lambda x: -0.3 * x
    )
    refused(wrong)


@every_mode
def test_a_clipped_gradient_that_is_meant_passes(mode):
    def clipped(gradient):
        return np.clip(gradient, -1, 1)

    def fn(x):
        return (x**3).sum()

    def checked(grad):
        return check_gradients(fn, X, grad, transform=clipped, mode=mode)

    report = checked(lambda x: clipped(3 * x**2))
    assert report.verdict == "pass", str(report)
    refused(checked(lambda x: 3 * x**2))
    refused(checked(lambda x: clipped(2 * x**2)))


# --- precision

RIGHT_AND_ROUGH = {
    "bfloat16 inside, typed numbers": lambda: real.bfloat16_squares(1.0),
    "bfloat16 inside": lambda: real.bfloat16_squares(1.0, (1.37, -0.82, 3.1)),
    "bisection to 1e-5": lambda: real.kepler(tolerance=1e-5),
    "floor to a grid": lambda: real.stepped("floor to 0.001", 1.2346),
    "floor to a grid, on it": lambda: real.stepped("floor to 0.001", 1.25),
    "rounding to a grid": lambda: real.stepped("round to 0.01", 1.2346),
    "rounding to a grid, on it": lambda: real.stepped("round to 0.01", 1.0),
}

WRONG_AND_ROUGH = {
    "bfloat16 inside, typed numbers, zero": lambda: real.bfloat16_squares(0.0),
    "bfloat16 inside, typed numbers, twice": lambda: real.bfloat16_squares(2.0),
    "bfloat16 inside, zero": lambda: real.bfloat16_squares(0.0, (1.37, -0.82, 3.1)),
    "bisection to 1e-5, zero": lambda: real.kepler(tolerance=1e-5, factor=0.0),
    "bisection to 1e-5, a third more": lambda: real.kepler(tolerance=1e-5, factor=1.3),
    "floor to a grid, zero": lambda: real.stepped("floor to 0.001", 1.25, 0.0),
    "floor to a grid, twice": lambda: real.stepped("floor to 0.001", 1.2346, 2.0),
    "rounding to a grid, zero": lambda: real.stepped("round to 0.01", 1.0, 0.0),
    "rounding to a grid, twice": lambda: real.stepped("round to 0.01", 1.2346, 2.0),
}

RIGHT_BESIDE_ROUNDING = {
    "Newton to 1e-4": lambda: real.kepler(tolerance=1e-4, newton=True),
    "Newton to 1e-6": lambda: real.kepler(tolerance=1e-6, newton=True),
    "Newton to 1e-12": lambda: real.kepler(tolerance=1e-12, newton=True),
    "a solver to 1e-6": lambda: real.orbit_by_solver(tolerance=1e-6),
    "a solver to 1e-10": lambda: real.orbit_by_solver(tolerance=1e-10),
    "terms of 1e11 that cancel": real.negative_binomial,
    "numbers of 1e50": real.log_sum_exp,
    "last digits that differ between calls": real.unordered_sum,
}

WRONG_BESIDE_ROUNDING = {
    "bisection to 1e-5, zero": (lambda: real.kepler(tolerance=1e-5, factor=0.0), ""),
    "Newton to 1e-6": (
        lambda: real.kepler(tolerance=1e-6, newton=True, factor=1.01),
        r"\b1\.01",
    ),
    "a solver to 1e-6": (
        lambda: real.orbit_by_solver(tolerance=1e-6, factor=1.01),
        r"\b1\.01",
    ),
    "terms of 1e11 that cancel": (lambda: real.negative_binomial(1.2), ""),
    "numbers of 1e50": (lambda: real.log_sum_exp(2.0), "2 times"),
    "last digits that differ between calls": (
        lambda: real.unordered_sum(1.01),
        r"\b1\.01 times",
    ),
}


@every_mode
@each(RIGHT_AND_ROUGH)
def test_a_right_gradient_of_a_function_in_steps_is_not_refused(case, mode):
    report = check_gradients(**case(), mode=mode)
    unsettled(report)
    assert "does not change with" not in str(report)


@every_mode
@each(WRONG_AND_ROUGH)
def test_a_wrong_gradient_of_a_function_in_steps_does_not_pass(case, mode):
    doubtful(check_gradients(**case(), mode=mode))


@every_mode
@each(RIGHT_BESIDE_ROUNDING)
def test_a_right_gradient_passes_beside_cancellation_and_iterations(case, mode):
    accepted(check_gradients(**case(), mode=mode))


@every_mode
@each(WRONG_BESIDE_ROUNDING)
def test_a_wrong_gradient_fails_beside_cancellation_and_iterations(case, mode):
    make, words = case
    refused(check_gradients(**make(), mode=mode), words, never="keep rate|seed")


@every_mode
def test_bfloat16_inside_fails_a_zero_gradient_at_typed_numbers(mode):
    refused(check_gradients(**real.bfloat16_squares(0.0), mode=mode))


def test_the_tolerance_of_a_solver_is_the_limit_of_what_can_be_said():
    report = check_gradients(**real.orbit_by_solver(tolerance=1e-3))
    # The solver's own derivative is 0.1 % off the exact one: right as computed.
    assert report.verdict in ("fail", "inconclusive"), str(report)
    assert "tolerance" in str(report)
    accepted(check_gradients(**real.orbit_by_solver(tolerance=1e-3), rtol=1e-2))
    rough = real.kepler(tolerance=1e-3, newton=True)
    assert "tolerance" in str(check_gradients(**rough))
    accepted(check_gradients(**rough, rtol=1e-2))


def test_random_numbers_of_every_kind_are_noticed():
    assert check_gradients(real.shaken, X, np.ones_like).verdict == "nondeterministic"
    words = real.word_vectors(seeded=False)
    assert check_gradients(**words).verdict == "nondeterministic"


def test_floating_point_errors_that_raise_do_not_stop_a_check():
    with np.errstate(all="raise"):
        accepted(check_gradients(**real.log_beside_its_edge()))
        refused(check_gradients(**real.decay(123.0)))
        assert np.geterr()["over"] == "raise"


def test_a_norm_at_zero_with_no_number_for_its_gradient_is_told_of():
    with np.errstate(invalid="ignore"):
        report = check_gradients(
            np.linalg.norm, np.zeros(3), lambda x: x / np.linalg.norm(x)
        )
    refused(report, "not finite|nan")


def test_an_offset_of_a_billion_hides_little():
    def fn(x):
        return 1e12 + np.sin(x).sum()

    x = np.array([0.3, 1.0, 2.0])
    for mode in MODES:
        unsettled(check_gradients(fn, x, np.cos, mode=mode))
        doubtful(check_gradients(fn, x, lambda x: 0 * x, mode=mode))


def test_a_weight_that_is_used_twice_and_one_that_is_not_used():
    W = np.random.default_rng(1).normal(size=(3, 3))

    def tied(W):
        return np.tanh(X @ W) @ W.T

    def tied_vjp(dout, W):
        h = np.tanh(X @ W)
        through = (dout @ W) * (1 - h**2)
        return X.T @ through + dout.T @ h

    accepted(check_gradients(tied, W, vjp=tied_vjp))
    refused(check_gradients(tied, W, vjp=lambda dout, W: dout.T @ np.tanh(X @ W)))
    unused = check_gradients(
        lambda W, v: (W**2).sum(), (W, np.ones(2)), lambda W, v: (2 * W, np.zeros(2))
    )
    accepted(unused)
    refused(
        check_gradients(
            lambda W, v: (W**2).sum(), (W, np.ones(2)), lambda W, v: (2 * W, v)
        )
    )


# --- networks that were published with a mistake

RIGHT_NETWORKS = {
    "log-softmax": real.log_softmax,
    "a correlation with kernels": real.correlation,
    "an overlapping pool": real.overlapping_pool,
    "two layers of sigmoids, dW1 for W1": real.two_layers,
    "a layer of tanh": real.tanh_layer,
    "word vectors": real.word_vectors,
    "a kernel by its length": lambda: real.kernel_by_log_scale(by_log=False),
    "a determinant of a triangle": lambda: real.log_determinant(symmetric=False),
    "batch normalisation": real.nearly_normalised,
    "angles in degrees": lambda: real.degrees(chain_rule=True),
    "a buffer that is used again": real.reused_buffer,
    "a ridge": real.ridge,
    "an angle of complex numbers": real.angle,
    "lists of weights and biases": real.net_by_lists,
    "numbers that differentiate themselves": real.numbers_with_a_past,
}

# name: (case, words that tell the mistake, words that would mislead)
WRONG_NETWORKS = {
    "log-softmax that adds dy": (
        lambda: real.log_softmax(adds_upstream=True),
        "dout",
        "keep rate",
    ),
    "a correlation, the last map alone": (
        lambda: real.correlation(last_map_only=True),
        "x",
        "keep rate",
    ),
    "an overlapping pool that overwrites": (
        lambda: real.overlapping_pool(overwrites=True),
        "overlap|overwrit",
        "keep rate",
    ),
    "sigmoid' missing at the output": (
        lambda: real.two_layers("sigmoid' missing at the output"),
        "W2|b2",
        "keep rate",
    ),
    "a bias from before tanh'": (
        lambda: real.tanh_layer(bias_before_slope=True),
        r"\bb\b",
        "keep rate",
    ),
    "a word drawn twice, overwritten": (
        lambda: real.word_vectors(overwrites=True),
        "row 3|overwrit",
        "keep rate",
    ),
    "a kernel by the logarithm of its length": (
        lambda: real.kernel_by_log_scale(scale=1.7),
        "by log",
        "keep rate",
    ),
    "a kernel by the logarithm of a length of 2": (
        real.kernel_by_log_scale,
        "by log",
        "keep rate",
    ),
    "a symmetric matrix of which one triangle is read": (
        real.log_determinant,
        "symmetr|triangle",
        "keep rate",
    ),
    "batch normalisation without eps in one term": (
        lambda: real.nearly_normalised(eps_in_variance=False),
        "x",
        "keep rate",
    ),
    "a column of 784 x 32": (real.wrong_column, "column 5", "at none of"),
    "a column of 40 x 8": (
        lambda: real.wrong_column((40, 8), 5, 2.0),
        "column 5",
        "at none of",
    ),
    "radians for degrees": (real.degrees, "degree|180", "keep rate"),
    "a buffer used again, a row left out": (
        lambda: real.reused_buffer(row_left_out=2),
        r"row|\bW\b",
        "does not depend on dout",
    ),
    "dimensions kept": (real.kept_dimensions, "keepdims", "not summed over"),
    "a penalty forgotten": (
        lambda: real.ridge(penalty_in_gradient=False),
        r"0\.6",
        "keep rate",
    ),
    "the conjugate's sign": (lambda: real.angle(conjugated=True), "conjugat", None),
    "imaginary parts dropped": (real.real_parts_only, "imaginary", "block of zeros"),
    "the first weights twice": (lambda: real.net_by_lists(2.0), "2 times", None),
    "numbers that differentiate themselves, halved": (
        lambda: real.numbers_with_a_past(used=False),
        "factor 2|0.5",
        "keep rate",
    ),
}


@every_mode
@each(RIGHT_NETWORKS)
def test_a_published_backward_pass_passes_once_mended(case, mode):
    accepted(check_gradients(**case(), mode=mode))


@every_mode
@each(WRONG_NETWORKS)
def test_a_published_mistake_is_caught_and_told(case, mode):
    make, words, misleading = case
    refused(check_gradients(**make(), mode=mode), words, never=misleading)


def test_every_failing_tensor_is_told_not_the_first_alone():
    """deeplearning.ai: dW1 is twice, db1 four times what it should be."""
    report = check_gradients(**real.two_layers("dW1 twice, db1 four times"))
    refused(report)
    assert re.search(r"W1\b.*\b2 times", report.diagnosis), str(report)
    assert re.search(r"b1\b.*\b4 times", report.diagnosis), str(report)


def test_a_gradient_that_accumulates_is_not_called_random():
    report = check_gradients(**real.accumulating())
    assert report.verdict in ("fail", "nondeterministic"), str(report)
    assert re.search("adds|accumulat", report.diagnosis), str(report)
    assert "seed" not in report.diagnosis


def test_a_relu_of_an_object_at_zero_has_a_kink():
    report = accepted(check_gradients(**real.numbers_with_a_past((0.5, 0.0, 2.0))))
    assert [kink.index for kink in report.kinks] == [(1,)]


# --- layers


def names(report):
    return {tensor.name: tensor for tensor in report.tensors}


RIGHT_LAYERS = {
    "lists of parameters": (real.ListsOfParameters, X, 3),
    "gradW": (real.GradBeforeTheName, X, 2),
    "layers in a layer": (
        lambda: real.Network(real.PlainDense(3, 4), real.PlainDense(4, 2)),
        X,
        3,
    ),
    "a parameter of one number": (real.ScalarBias, X, 2),
    "a complex parameter": (real.ComplexGain, X[:, :2] + 1j * X[:, 1:], 2),
    "parameters made at the first use": (lambda: real.BuiltWhenUsed(2), X, 3),
    "labels beside the input": (
        real.SoftmaxWithLoss,
        (X, np.array([0, 2, 1, 1])),
        1,
    ),
    "a layer over time": (
        real.TimeRNN,
        np.random.default_rng(5).normal(size=(2, 4, 3)),
        4,
    ),
    "a table of rows": (real.Embedding, np.array([1, 3, 3, 0]), 1),
}

WRONG_LAYERS = {
    "lists of parameters, the kernel twice": (
        lambda: real.ListsOfParameters(2.0, 1.0),
        X,
        "2 times",
    ),
    "lists of parameters, the bias thrice": (
        lambda: real.ListsOfParameters(1.0, 3.0),
        X,
        "3 times",
    ),
    "gradW": (lambda: real.GradBeforeTheName(9.0), X, "W.* 9 times"),
    "layers in a layer": (
        lambda: real.Network(real.PlainDense(3, 4), real.PlainDense(4, 2, 7.0)),
        X,
        "7 times",
    ),
    "a layer in a layer in a layer": (
        lambda: real.Network(real.Network(real.PlainDense(3, 4, 5.0))),
        X,
        "5 times",
    ),
    "a parameter of one number": (lambda: real.ScalarBias(7.0), X, "b.* 7 times"),
    "a parameter of zero": (lambda: real.ScalarBias(7.0, b=0.0), X, "b.* 7 times"),
    "a complex parameter": (
        lambda: real.ComplexGain(3.0),
        X[:, :2] + 1j * X[:, 1:],
        "3 times",
    ),
    "parameters made at the first use": (
        lambda: real.BuiltWhenUsed(2, 4.0),
        X,
        "4 times",
    ),
    "a loss that is not divided": (
        lambda: real.SoftmaxWithLoss(divides=False),
        (X, np.array([0, 2, 1, 1])),
        "4",
    ),
    "a layer over time that forgets": (
        lambda: real.TimeRNN(forgets_the_next_step=True),
        np.random.default_rng(5).normal(size=(2, 4, 3)),
        "",
    ),
    "a table of rows, repeated rows overwritten": (
        lambda: real.Embedding(overwrites=True),
        np.array([1, 3, 3, 0]),
        r"row 3|overwrit|\+=",
    ),
}


@each(RIGHT_LAYERS)
def test_a_right_layer_passes_and_all_its_parameters_are_listed(case):
    make, inputs, count = case
    report = accepted(check_layer(make(), inputs))
    assert len(report.tensors) == count


@each(WRONG_LAYERS)
def test_a_wrong_layer_fails_however_it_keeps_its_parameters(case):
    make, inputs, words = case
    refused(check_layer(make(), inputs), words)


def test_a_layer_within_layers_passes_where_it_is_right():
    inner = real.Network(real.PlainDense(3, 3), real.ListsOfParameters())
    report = accepted(check_layer(real.Network(real.PlainDense(3, 3), inner), X))
    assert len(report.tensors) == 5


@pytest.mark.parametrize("layer", [real.UpdatesInside, real.UpdatesByDefault])
def test_a_layer_that_updates_within_backward_is_checked_by_its_updates(layer):
    accepted(check_layer(layer(), X))
    report = refused(check_layer(layer(2.0), X), "2 times")
    assert names(report)["weights"].verdict == "fail"
    assert names(report)["bias"].verdict == "fail"
    assert names(report)["x"].verdict == "pass"


def test_a_layer_used_before_the_check_may_hold_gradients_already():
    layer = real.BuiltWhenUsed(2)
    layer.forward(X)
    layer.backward(np.ones((4, 2)))
    report = check_layer(layer, X)
    # It adds to what is there: either that is told, or the check starts from zeros.
    assert report.verdict == "pass" or re.search(
        "adds|accumulat|left", report.diagnosis
    ), str(report)


def test_a_class_attribute_is_what_it_was_after_a_check():
    before = real.CountsItsCalls.calls
    check_layer(real.CountsItsCalls(), X)
    assert real.CountsItsCalls.calls == before


def test_what_a_layer_holds_is_not_copied_in_each_evaluation():
    layer = real.HoldsData(3, 2, held=100_000)
    real.Held.copies = 0
    report = check_layer(layer, X)
    assert report.verdict in ("pass", "incomplete"), str(report)
    assert report.evaluations > 20
    assert real.Held.copies <= 6


# --- ways to write a gradient, each in one line


def test_an_output_and_a_cache_as_in_cs231n():
    inputs = real.linear_map()
    accepted(
        check_gradients(real.affine_forward, inputs, backward=real.affine_backward)
    )
    doubled = check_gradients(
        real.affine_forward, inputs, backward=real.affine_backward_doubled
    )
    refused(doubled, "w .*2 times|2 times.* w")
    as_before = check_gradients(
        real.affine_forward,
        inputs,
        vjp=lambda dout, *args: real.affine_backward(
            dout, real.affine_forward(*args)[1]
        ),
    )
    accepted(as_before)


def test_convolutions_and_normalisation_as_in_cs231n():
    rng = np.random.default_rng(2)
    images = rng.normal(size=(2, 2, 5, 5))
    kernels, biases = rng.normal(size=(3, 2, 3, 3)), rng.normal(size=3)
    accepted(
        check_gradients(
            real.convolution_forward,
            (images, kernels, biases),
            backward=real.convolution_backward,
        )
    )
    channels = rng.normal(size=(2, 4, 3, 3))
    gain, shift = rng.normal(size=(1, 4, 1, 1)), rng.normal(size=(1, 4, 1, 1))
    accepted(
        check_gradients(
            real.group_norm_forward,
            (channels, gain, shift),
            backward=real.group_norm_backward,
        )
    )


def test_settings_in_a_dictionary_as_in_cs231n():
    x, gain, shift = X, np.ones(3), np.zeros(3)
    report = check_gradients(
        real.batch_norm_forward,
        (x, gain, shift, {"mode": "train", "eps": 1e-5}),
        backward=real.batch_norm_backward,
        wrt=("x", "gamma", "beta"),
    )
    accepted(report)
    assert set(names(report)) == {"x", "gamma", "beta"}
    seeded = check_gradients(
        real.dropout_forward,
        (X, {"mode": "train", "p": 0.7, "seed": 3}),
        backward=real.dropout_backward,
        wrt="x",
    )
    accepted(seeded)
    unseeded = check_gradients(
        real.dropout_forward,
        (X, {"mode": "train", "p": 0.7}),
        backward=real.dropout_backward,
        wrt="x",
    )
    assert unseeded.verdict == "nondeterministic"


@pytest.mark.parametrize("loss", [real.svm_loss, real.softmax_loss])
def test_a_loss_that_returns_its_gradient_as_in_cs231n(loss):
    labels = np.array([0, 2, 1, 1])
    report = check_gradients(loss, (X, labels), value_and_grad=True)
    accepted(report)
    assert set(names(report)) == {"x"}
    refused(check_gradients(real.hinge_doubled, (X, labels), value_and_grad=True))


def test_value_and_gradient_together_as_for_scipy():
    def value_and_gradient(w):
        return (w**2).sum(), 2 * w

    def wrong(w):
        return (w**2).sum(), 3 * w

    w = np.ones(3)
    accepted(check_gradients(value_and_gradient, w, value_and_gradient))
    accepted(check_gradients(value_and_gradient, w, value_and_grad=True))
    refused(check_gradients(wrong, w, wrong), "1.5 times")
    refused(check_gradients(wrong, w, value_and_grad=True), "1.5 times")


def test_extra_arguments_as_for_scipy():
    def fn(x, a, b):
        return ((a - x) ** 2).sum() + b * x.sum()

    def jac(x, a, b):
        return -2 * (a - x) + b

    x = np.array([1.0, 0.5, -2.0])
    accepted(check_gradients(fn, x, jac, args=(1.0, 100.0)))
    report = accepted(check_gradients(fn, (x, 1.0, 100.0), jac, wrt="x"))
    assert set(names(report)) == {"x"}
    refused(check_gradients(fn, x, lambda x, a, b: -2 * (a - x), args=(1.0, 100.0)))
    refused(
        check_gradients(fn, (x, 1.0, 100.0), lambda x, a, b: 2 * (a - x) + b, wrt="x")
    )


def test_whole_number_labels_beside_the_scores():
    def fn(z, y):
        return ((z - np.eye(3)[y]) ** 2).sum()

    labels = np.array([0, 2, 1, 1])
    report = check_gradients(fn, (X, labels), lambda z, y: 2 * (z - np.eye(3)[y]))
    accepted(report)
    assert set(names(report)) == {"z"}
    assert "y" in str(report.constants)
    refused(check_gradients(fn, (X, labels), lambda z, y: z - np.eye(3)[y]))


def test_a_list_of_one_number_for_one_parameter():
    x = np.array([3.0])
    accepted(check_gradients(lambda x: x[0] ** 2, x, lambda x: [2 * x[0]]))
    accepted(check_gradients(lambda x: x[0] ** 2, x, lambda x: 2 * x[0]))
    refused(check_gradients(lambda x: x[0] ** 2, x, lambda x: [3 * x[0]]))


def test_dictionaries_of_w_and_dw():
    W = np.random.default_rng(3).normal(size=(3, 2))

    def fn(p):
        return ((X @ p["W1"]) ** 2).sum()

    def grad(p, factor=2):
        return {"dW1": factor * X.T @ (X @ p["W1"])}

    accepted(check_gradients(fn, {"W1": W}, grad))
    refused(check_gradients(fn, {"W1": W}, lambda p: grad(p, 3)), "W1.*1.5 times")
    misspelt = check_gradients(fn, {"W1": W}, lambda p: {"dW2": p["W1"]})
    assert not misspelt
    assert "dW2" in str(misspelt)


def linear_loss(W, b):
    return ((X @ W + b) ** 2).sum()


def linear_grads(W, b, factor=2):
    out = X @ W + b
    return factor * X.T @ out, factor * out.sum(axis=0)


PAIR = namedtuple("PAIR", "W b")
W0, B0 = np.random.default_rng(4).normal(size=(3, 2)), np.array([0.3, -0.2])

# name: (inputs, what gives W and b, what makes the same of gradients)
CONTAINERS = {
    "a list": ([W0, B0], lambda p: p, list),
    "a tuple within a tuple": (((W0, B0),), lambda p: p, lambda pair: (tuple(pair),)),
    "a dictionary": (
        {"W": W0, "b": B0},
        lambda p: (p["W"], p["b"]),
        lambda pair: dict(zip("Wb", pair, strict=True)),
    ),
    "an ordered dictionary": (
        OrderedDict(W=W0, b=B0),
        lambda p: (p["W"], p["b"]),
        lambda pair: OrderedDict(zip("Wb", pair, strict=True)),
    ),
    "a named tuple": (
        (PAIR(W0, B0),),
        lambda p: (p.W, p.b),
        lambda pair: (PAIR(*pair),),
    ),
    "a dataclass": (
        real.Parameters(W0, B0),
        lambda p: (p.W, p.b),
        lambda pair: real.Parameters(*pair),
    ),
    "a namespace": (
        real.namespace(W=W0, b=B0),
        lambda p: (p.W, p.b),
        lambda pair: real.namespace(W=pair[0], b=pair[1]),
    ),
    "dictionaries in a list": (
        [{"W": W0, "b": B0}],
        lambda p: (p[0]["W"], p[0]["b"]),
        lambda pair: [{"W": pair[0], "b": pair[1]}],
    ),
}


@each(CONTAINERS)
def test_every_container_of_arrays_is_one_argument(case):
    inputs, unpacked, packed = case

    def fn(p):
        return linear_loss(*unpacked(p))

    accepted(check_gradients(fn, inputs, lambda p: packed(linear_grads(*unpacked(p)))))
    wrong = check_gradients(
        fn, inputs, lambda p: packed(linear_grads(*unpacked(p), factor=6))
    )
    refused(wrong, "3 times")
    assert len(wrong.tensors) == 2


def test_strings_none_and_sparse_matrices_among_the_arguments():
    from scipy.sparse import csr_array

    w = np.array([1.0, 2.0, 3.0])
    for constant in ("l2", None, csr_array(np.eye(3)), ["a", "b"], {"kind": "l2"}):
        for wrt in ("x", None):
            report = check_gradients(
                lambda x, kind: (x**2).sum(),
                (w, constant),
                lambda x, kind: (2 * x, None),
                wrt=wrt,
            )
            accepted(report)
            assert set(names(report)) == {"x"}
    design = csr_array(np.array([[1.0, 0, 2], [0, 3, 0]]))
    right = check_gradients(
        lambda w, A: ((A @ w) ** 2).sum(),
        (w, design),
        lambda w, A: 2 * A.T @ (A @ w),
        wrt="w",
    )
    accepted(right)
    refused(
        check_gradients(
            lambda w, A: ((A @ w) ** 2).sum(),
            (w, design),
            lambda w, A: A.T @ (A @ w),
            wrt="w",
        )
    )


def test_data_with_gaps_that_no_gradient_is_asked_of():
    data = np.array([[1.0, np.nan], [2.0, 3.0]])

    def fn(w, d):
        return np.nansum((d - w) ** 2)

    def grad(w, d, factor=-2.0):
        return np.nansum(factor * (d - w), axis=0), None

    inputs = (np.array([1.0, 2.0]), data)
    accepted(check_gradients(fn, inputs, grad, wrt="w"))
    refused(check_gradients(fn, inputs, lambda w, d: grad(w, d, -1.0), wrt="w"))


def test_whole_numbers_beside_floats_are_checked_or_told_of():
    x = np.array([1, 2, 3])
    W = np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]])

    def checked(factor):
        return check_gradients(
            lambda x, W: x @ W,
            (x, W),
            vjp=lambda dout, x, W: (factor * W @ dout, np.outer(x, dout)),
        )

    assert set(names(accepted(checked(1.0)))) == {"x", "W"}
    refused(checked(7.0), "x .*7 times")


def test_several_outputs_have_several_cotangents():
    def fn(x):
        return x.sum(axis=0), np.tanh(x)

    def vjp(dout, x, factor=1.0):
        summed, squashed = dout
        return summed + factor * squashed * (1 - np.tanh(x) ** 2)

    accepted(check_gradients(fn, X, vjp=vjp))
    refused(check_gradients(fn, X, vjp=lambda dout, x: vjp(dout, x, 2.0)))
    accepted(
        check_gradients(
            lambda x: {"sum": x.sum(), "squares": x**2},
            X,
            vjp=lambda dout, x: dout["sum"] + 2 * x * dout["squares"],
        )
    )


def test_the_parts_of_a_flat_vector_are_named_by_a_layout():
    layout = {"W": (3, 2), "b": (2,)}
    flat = np.concatenate([W0.ravel(), B0])

    def fn(p):
        return linear_loss(p[:6].reshape(3, 2), p[6:])

    def grad(p, bias_first=False, factor=1.0):
        dW, db = linear_grads(p[:6].reshape(3, 2), p[6:])
        parts = [db, dW.ravel()] if bias_first else [dW.ravel(), factor * db]
        return np.concatenate(parts)

    report = accepted(check_gradients(fn, flat, grad, layout=layout))
    assert {name: t.shape for name, t in names(report).items()} == layout
    wrong = check_gradients(fn, flat, lambda p: grad(p, factor=3.0), layout=layout)
    refused(wrong, r"\bb\b.*3 times")
    assert wrong.worst.tensor == "b"
    refused(check_gradients(fn, flat, lambda p: grad(p, bias_first=True)), "order")


def test_torch_tensors_and_functions_are_checked_in_one_line():
    torch = pytest.importorskip("torch")

    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**3

        @staticmethod
        def backward(ctx, dout):
            (x,) = ctx.saved_tensors
            return dout * 2 * x

    x = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)
    refused(check_gradients(Cube.apply, x), "x")
    accepted(check_gradients(lambda x: (torch.sin(x) * x).sum(), x))
    rough = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    report = check_gradients(
        lambda x: (x.to(torch.bfloat16) ** 2).sum().double(), rough, lambda x: 2 * x
    )
    unsettled(report)
    doubtful(
        check_gradients(
            lambda x: (x.to(torch.bfloat16) ** 2).sum().double(), rough, lambda x: 0 * x
        )
    )


def test_jax_arrays_and_custom_rules_are_checked_in_one_line():
    jax = pytest.importorskip("jax")
    jnp = jax.numpy

    @jax.custom_vjp
    def squared(x):
        return x**2

    squared.defvjp(lambda x: (x**2, x), lambda x, dout: (3 * x * dout,))
    x = jnp.asarray([0.5, -1.0, 2.0])
    refused(check_gradients(squared, x), "1.5 times")
    p = {"W": jnp.asarray(W0), "b": jnp.asarray(B0)}

    @jax.jit
    def loss(p):
        return ((jnp.asarray(X) @ p["W"] + p["b"]) ** 2).sum()

    accepted(check_gradients(loss, p, jax.grad(loss)))


# --- what was found when the package was attacked


def in_place_reversal(x):
    x[:] = x[::-1].copy()
    return x**2


def in_place_sort(x):
    x.sort()
    return np.array([x[0] * x[1]])


@pytest.mark.parametrize(
    ("fn", "expected"),
    [
        (in_place_reversal, [[0, 0, 4], [0, -2, 0], [1, 0, 0]]),
        (in_place_sort, [[-1, 0.5, 0]]),
    ],
)
def test_the_jacobian_of_a_function_that_works_in_place_is_right(fn, expected):
    found = numerical_jacobian(fn, [0.5, -1.0, 2.0])
    assert found == pytest.approx(np.array(expected), abs=1e-9)


def test_an_empty_choice_of_inputs_is_refused():
    def fn(a, b=1.0):
        return np.sum(a * b)

    ones = np.ones(2)
    with pytest.raises(ValueError, match="wrt"):
        check_gradients(fn, (ones, ones), lambda a, b: (9 * b, 9 * a), wrt=[])
    with pytest.raises(ValueError, match="wrt"):
        check_gradients(fn, ones, lambda a: 9 * a, wrt=[])


def test_masked_arrays_are_refused_with_a_way_out():
    masked = np.ma.masked_array([1.0, 2.0, np.nan], mask=[False, False, True])
    with pytest.raises(TypeError, match=r"filled|compressed"):
        check_gradients(lambda x: (x**2).sum(), masked, lambda x: 2 * x)


def test_a_seed_may_be_a_generator_or_none():
    for rng in (3, np.int64(3), np.random.default_rng(0), None):
        accepted(
            check_gradients(lambda x: (x**2).sum(), X, lambda x: 2 * x, rng=rng),
        )
    with pytest.raises((TypeError, ValueError), match="rng"):
        check_gradients(lambda x: (x**2).sum(), X, lambda x: 2 * x, rng="three")


def square(x):
    return (x**2).sum()


def double(x):
    return 2 * x


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("fn", {"fn": 3}),
        ("grad", {"grad": 5}),
        ("rtol", {"rtol": "a"}),
        ("rtol", {"rtol": np.ones(2)}),
        ("wrt", {"wrt": 0}),
        ("order", {"order": True}),
    ],
)
def test_an_argument_of_the_wrong_kind_is_named(name, arguments):
    given = {"fn": square, "inputs": X, "grad": double} | arguments
    with pytest.raises((TypeError, ValueError), match=rf"\b{name}\b") as caught:
        check_gradients(**given)
    received = repr(arguments[name]).split("\n")[0][:5]
    assert received in str(caught.value)


def test_a_dictionary_without_arrays_is_refused():
    with pytest.raises((TypeError, ValueError), match=r"empty|no array|nothing"):
        check_gradients(lambda p: 1.0, {}, lambda p: {})


def test_a_dictionary_that_holds_itself_or_is_too_deep_is_refused():
    loop = {"W": np.ones(2)}
    loop["self"] = loop
    with pytest.raises(ValueError, match="itself"):
        check_gradients(lambda p: p["W"].sum(), loop, lambda p: p)
    deep = {"W": np.ones(2)}
    for _ in range(3000):
        deep = {"in": deep}
    with pytest.raises(ValueError, match="deep"):
        check_gradients(lambda p: 0.0, deep, lambda p: p)


def test_a_function_that_remembers_by_identity_is_understood_or_told_of():
    remembered = {}

    def fn(x):
        return remembered.setdefault(id(x), (x**2).sum())

    report = check_gradients(fn, X.copy(), lambda x: 2 * x)
    assert report.verdict == "pass" or "does not change with" in str(report)


@pytest.mark.parametrize("name", ["a\nb\nc", "\x1b[31mred", "a\rb", "b\u202ea"])
def test_names_cannot_break_the_lines_of_a_report(name):
    many = {f"{name}{k}": np.ones(2) for k in range(30)}

    def fn(p):
        return sum((value**2).sum() for value in p.values())

    for factor in (2, 3):
        report = check_gradients(
            fn, many, lambda p, k=factor: {n: k * v for n, v in p.items()}
        )
        text = str(report)
        assert len(text.splitlines()) <= 20
        assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e]", text)


def test_a_star_import_needs_numpy_alone():
    """In an interpreter where Keras and the frameworks cannot be imported."""
    code = (
        "import sys\n"
        "for name in ('keras', 'tensorflow', 'torch', 'jax', 'scipy'):\n"
        "    sys.modules[name] = None\n"
        "from byhand.gradients import *\n"
        "check_gradients, check_layer, numerical_gradient, GradientReport\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
