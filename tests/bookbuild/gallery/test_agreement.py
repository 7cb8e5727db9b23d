"""What is taken for agreement between backends, and what is not."""

import pytest

from bookbuild.gallery import agreement


def found(**values):
    """Return the facts of three backends from three values of each."""
    return {
        backend: {name: given[k] for name, given in values.items()}
        for k, backend in enumerate(["tensorflow", "jax", "torch"])
    }


def test_equal_facts_agree():
    facts = found(n=[3, 3, 3], name=["a"] * 3, yes=[True] * 3, x=[1.0, 1.009, 1.0])
    assert list(agreement.disagreements(facts, {})) == []


@pytest.mark.parametrize(
    ("values", "fragment"),
    [
        ([3, 3, 4], "not equal"),
        (["a", "b", "a"], "not equal"),
        ([True, True, False], "not equal"),
        ([0.90, 0.90, 0.92], "2.2% apart without a band"),
        ([{"y": 1.0}, {"y": 1.0}, {"y": 1.2}], "x / y: 1.0 on tensorflow"),
        ([[1, 2], [1, 2], [1]], "not on every backend"),
        ([None, None, 1.0], "not equal"),
    ],
)
def test_what_differs_is_told(values, fragment):
    told = list(agreement.disagreements(found(x=values), {}))
    assert len(told) == 1
    assert fragment in told[0]


def test_a_band_is_the_largest_difference_and_may_cover_a_group():
    facts = found(accuracy=[0.90, 0.94, 0.92])
    assert list(agreement.disagreements(facts, {"accuracy": 0.05})) == []
    told = list(agreement.disagreements(facts, {"accuracy": 0.03}))
    assert "0.04 apart, the band is 0.03" in told[0]
    group = found(
        wrong=[{"a": 3, "b": [1, 2]}, {"a": 4, "b": [2, 2]}, {"a": 3, "b": [1, 1]}]
    )
    assert list(agreement.disagreements(group, {"wrong": 1})) == []
    assert len(list(agreement.disagreements(group, {"wrong": {"a": 1}}))) == 2


def test_a_band_for_no_fact_is_a_fault():
    told = list(agreement.disagreements(found(x=[1, 1, 1]), {"y": 1}))
    assert told == ["bands names 'y', which is no fact"]
