import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.datasets import three_way

fractions = st.sampled_from([0.1, 0.15, 0.2, 0.25, 0.3, 0.4])
seeds = st.integers(0, 1000)


def parts(splits):
    return splits.x, splits.x_val, splits.x_test


def agree(splits):
    """Return whether each input still stands beside its own target."""
    pairs = [(splits.x, splits.y_t), (splits.x_val, splits.y_val)]
    pairs.append((splits.x_test, splits.y_test))
    return all(np.array_equal(10 * x, y) for x, y in pairs)


@pytest.mark.slow
@given(st.integers(10, 80), fractions, fractions, st.booleans(), seeds)
def test_each_example_is_in_one_part_beside_its_target(n, val, test, ordered, seed):
    x = np.arange(n)
    splits = three_way(
        x,
        10 * x,
        validation=val,
        test=test,
        stratify=False,
        ordered=ordered,
        seed=seed,
    )
    assert sorted(np.concatenate(parts(splits))) == list(range(n))
    assert agree(splits)
    assert abs(len(splits.x_val) - val * n) <= 0.5 + 1e-9
    assert abs(len(splits.x_test) - test * n) <= 0.5 + 1e-9


@pytest.mark.slow
@given(
    st.lists(st.integers(8, 40), min_size=2, max_size=5), fractions, fractions, seeds
)
def test_each_part_holds_each_class_in_proportion(sizes, val, test, seed):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    x = np.arange(len(labels))
    splits = three_way(x, labels, validation=val, test=test, seed=seed)
    assert sorted(np.concatenate(parts(splits))) == list(range(len(labels)))
    for part, found in zip(
        parts(splits), (splits.y_t, splits.y_val, splits.y_test), strict=True
    ):
        assert np.array_equal(labels[part], found)
    for kind, size in enumerate(sizes):
        assert abs((splits.y_val == kind).sum() - val * size) <= 0.5 + 1e-9
        assert abs((splits.y_test == kind).sum() - test * size) <= 0.5 + 1e-9


@pytest.mark.slow
@given(
    st.lists(st.integers(0, 6), min_size=6, max_size=60).filter(
        lambda groups: len(set(groups)) >= 3
    ),
    fractions,
    fractions,
    seeds,
)
def test_no_group_is_in_two_parts_and_none_is_lost(groups, val, test, seed):
    groups = np.array(groups)
    x = np.arange(len(groups))
    splits = three_way(x, x, groups=groups, validation=val, test=test, seed=seed)
    assert sorted(np.concatenate(parts(splits))) == list(range(len(groups)))
    found = [set(groups[part].tolist()) for part in parts(splits)]
    assert all(found)
    assert sum(map(len, found)) == len(set(groups.tolist()))


@pytest.mark.slow
@given(st.integers(10, 30), st.integers(1, 5), fractions, fractions, seeds)
def test_whole_groups_meet_the_fractions_to_half_a_group(count, size, val, test, seed):
    groups = np.repeat(np.arange(count), size)
    x = np.arange(len(groups))
    splits = three_way(x, x, groups=groups, validation=val, test=test, seed=seed)
    assert abs(len(splits.x_val) - val * len(x)) <= size / 2 + 1e-9
    assert abs(len(splits.x_test) - test * len(x)) <= size / 2 + 1e-9


@pytest.mark.slow
@given(st.integers(10, 80), fractions, fractions)
def test_the_last_in_time_are_the_test_set(n, val, test):
    x = np.arange(n)
    splits = three_way(x, x, validation=val, test=test, ordered=True)
    assert np.array_equal(np.concatenate(parts(splits)), x)


def test_a_list_of_arrays_is_split_alike():
    first, second = np.arange(30), np.arange(60).reshape(30, 2)
    splits = three_way([first, second], np.arange(30) % 3)
    for one, two in parts(splits):
        assert np.array_equal(two[:, 0], 2 * one)
    assert len(splits.x_val[0]) == 6


def test_lists_of_numbers_are_examples():
    splits = three_way(list(range(10)), list("ab" * 5), seed=2)
    assert splits.x.shape == (6,)
    assert sorted(splits.y_test.tolist()) == ["a", "b"]


def test_the_seed_decides():
    x = np.arange(50)
    first = three_way(x, x % 2).x
    assert np.array_equal(first, three_way(x, x % 2).x)
    assert not np.array_equal(first, three_way(x, x % 2, seed=1).x)


def test_a_large_group_leaves_a_group_to_each_part():
    groups = np.array([0] * 98 + [1, 2])
    for seed in range(6):
        splits = three_way(np.arange(100), groups, groups=groups, seed=seed)
        assert [len(part) for part in parts(splits)] == [98, 1, 1]


TEN = np.arange(10)


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        ({"validation": 0}, "validation must be a fraction between 0 and 1, got 0"),
        ({"test": float("nan")}, "test must be a fraction between 0 and 1, got nan"),
        ({"validation": 0.5, "test": 0.5}, "sum must be below 1, got 0.5 + 0.5"),
        ({"y": TEN[:4]}, "10 in x, 4 in y"),
        ({"x": [TEN, TEN[:7]]}, "10 in input 0, 7 in input 1, 10 in y"),
        ({"x": 3}, "x must hold examples along axis 0, got 3"),
        ({"x": [1, 2], "y": [0, 1]}, "at least 3 examples, got 2"),
        ({"y": [0] * 8 + [1] * 2}, "class 1 has 2 of the 10 examples, too few"),
        ({"y": np.eye(10)}, "got the shape (10, 10): give labels or say stratify"),
        (
            {"y": [0] * 5 + [1] * 5, "validation": 0.45, "test": 0.5},
            "class 0: 5 examples are too few",
        ),
        ({"groups": [0, 1] * 5}, "at least 3 groups, got 2: [0, 1]"),
        ({"groups": [0, 1, 2]}, "groups must hold one label for each of the 10"),
        ({"groups": TEN, "ordered": True}, "contradict each other"),
    ],
)
def test_what_cannot_be_split_is_refused(arguments, fragment):
    with pytest.raises(ValueError, match=re.escape(fragment)):
        three_way(**{"x": TEN, "y": [0, 1] * 5, **arguments})


def test_classes_given_as_stratify_are_refused():
    with pytest.raises(TypeError, match="got ndarray: the classes are those of y"):
        three_way(np.zeros((10, 1)), np.zeros(10), stratify=np.zeros(10))
