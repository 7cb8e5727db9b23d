"""Each right but tricky function again, with a gradient that is 20 % wrong.

A checker that lets tricky functions pass by asking for little lets these pass, too.
A twin has to be wrong: where the right gradient is zero, a factor changes nothing, and
at a kink everything between the one-sided slopes is right.
"""

import numpy as np
import pytest

from byhand.gradients import check_gradients
from tests.gradients.gradient_cases import TRICKY

pytestmark = pytest.mark.slow

MODES = ["auto", "full", "directional"]

# Elements at a kink of their own are left alone: 20 % more or less may be a value
# between their one-sided slopes. Elements that are tied with others are not among them:
# what one of those gets the others lose, so that any change of one alone is wrong.
AT_A_KINK = {
    "relu at 0": [0, 1],
    "relu at 0, the other convention": [0],
    "abs at 0": [0],
    "leaky relu at 0": [0],
    "hinge at its margin": [0, 1],
}

# The right gradient is zero everywhere. What is added to one element is wrong where
# it is more than 1 for the norm and the absolute values, whose slopes are -1 and 1, and
# any amount elsewhere.
ADDED_TO_ZERO = {
    "a norm at 0": 1.2,
    "a hundred zeros of abs": 1.2,
    "dead relu": 0.2,
    "saturated sigmoid, all of it": 0.2,
    "ones for a cotangent of batch normalisation": 0.2,
}


def arrays(gradients):
    """List the arrays of gradients, which are an array, a tuple or a dictionary."""
    if isinstance(gradients, dict):
        return list(gradients.values())
    return list(gradients) if isinstance(gradients, tuple) else [gradients]


def copied(gradients):
    """Copy gradients, so that a twin changes nothing of the function's own."""
    if isinstance(gradients, dict):
        return {name: np.array(array, order="C") for name, array in gradients.items()}
    if isinstance(gradients, tuple):
        return tuple(np.array(array, order="C") for array in gradients)
    return np.array(gradients, order="C")


def away_from_kinks(name, size):
    """List the places of a flat view that are not at a kink of their own."""
    return np.setdiff1d(np.arange(size), AT_A_KINK.get(name, []))


def every_element(factor):
    """All gradients times a factor."""

    def change(found, name):
        for array in arrays(found):
            array *= array.dtype.type(factor)

    return change


def largest_element(factor):
    """The largest element of each gradient times a factor."""

    def change(found, name):
        for array in arrays(found):
            row = array.reshape(-1)
            allowed = away_from_kinks(name, row.size)
            at = allowed[np.argmax(np.abs(row[allowed]))]
            row[at] *= row.dtype.type(factor)

    return change


def added(choose):
    """One element of the largest array gets 20 % of the largest one."""

    def change(found, name):
        row = max(arrays(found), key=np.size).reshape(-1)
        amount = ADDED_TO_ZERO.get(name, 0.2 * np.abs(row).max())
        allowed = away_from_kinks(name, row.size)
        row[allowed[choose(np.abs(row[allowed]))]] += row.dtype.type(amount)

    return change


FACTORS = {
    "all elements x 1.2": every_element(1.2),
    "all elements x 0.8": every_element(0.8),
    "all elements zero": every_element(0.0),
    "the largest element x 1.2": largest_element(1.2),
    "the largest element x 0.8": largest_element(0.8),
    "the largest element zero": largest_element(0.0),
}
TERMS = {
    "a fifth of the largest added to the smallest": added(np.argmin),
    "a fifth of the largest added to the last": added(lambda sizes: -1),
}

TWINS = [
    (name, change)
    for name in TRICKY
    for change in (TERMS if name in ADDED_TO_ZERO else {**FACTORS, **TERMS})
]


def twin(name, change):
    """Return a tricky case whose gradient is changed."""
    case = TRICKY[name]()
    change = {**FACTORS, **TERMS}[change]
    style = "vjp" if "vjp" in case else "grad"
    right = case[style]

    def wrong(*args):
        found = copied(right(*args))
        change(found, name)
        return found

    return case | {style: wrong}, right, wrong


def called(case, gradient):
    """Call a gradient at the inputs of a case."""
    inputs = case["inputs"]
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    if "vjp" in case:
        shape = np.shape(case["fn"](*given))
        dout = np.random.default_rng(0).uniform(0.5, 1.5, shape)
        return arrays(copied(gradient(dout, *given)))
    return arrays(copied(gradient(*given)))


# Functions whose rounding hides a fifth of a single element, and that the report says
# so of: where one passes, an error of its size must be below the stated resolution.
HIDES_ONE_ELEMENT = {"float16 inside"}


def share_of(case, right, wrong):
    """Return the change of a gradient as a share of it, each by its input's size."""
    size = np.abs(np.ravel(case["inputs"]).astype(float))
    before, after = (np.ravel(called(case, one)[0]) for one in (right, wrong))
    weighed = size * before.astype(float)
    return np.linalg.norm(size * (after - before)) / np.linalg.norm(weighed)


# Each mode has a third of them each time, and all of them each week.
IN_TURN = [
    pytest.param(*twin, mode, marks=[pytest.mark.weekly] * ((number + turn) % 3 > 0))
    for number, twin in enumerate(TWINS)
    for turn, mode in enumerate(MODES)
]


@pytest.mark.parametrize(("name", "change", "mode"), IN_TURN)
def test_a_gradient_that_is_a_fifth_wrong_never_passes(name, change, mode):
    case, right, wrong = twin(name, change)
    report = check_gradients(**case, mode=mode)
    if name in HIDES_ONE_ELEMENT and not change.startswith("all"):
        # An element's part in a direction is half to one and a half of its size.
        assert not report or 2 * report.resolution > share_of(case, right, wrong)
    else:
        assert report.verdict != "pass", str(report)
        assert not report


@pytest.mark.parametrize(("name", "change"), TWINS)
def test_a_twin_differs_in_what_matters(name, change):
    case, right, wrong = twin(name, change)
    apart = [
        np.abs(b.astype(float) - a.astype(float)).max()
        for a, b in zip(called(case, right), called(case, wrong), strict=True)
    ]
    sizes = [np.abs(a.astype(float)).max() for a in called(case, right)]
    # Away from kinks, the largest element may be a third of the largest of all.
    assert any(
        distance >= 0.2 * size / 3 and distance > 0
        for distance, size in zip(apart, sizes, strict=True)
    )


def test_the_zero_gradients_are_those_that_a_factor_does_not_change():
    zero = set()
    for name, make in TRICKY.items():
        case = make()
        found = called(case, case["vjp"] if "vjp" in case else case["grad"])
        if not any(array.any() for array in found):
            zero.add(name)
    assert zero == set(ADDED_TO_ZERO)
