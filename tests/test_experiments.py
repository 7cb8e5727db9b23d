import math
import re
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.experiments import compare, spread, student_t, tune


@pytest.fixture(scope="module")
def stats():
    """Return SciPy's, which take a second to import: their tests are slow."""
    from scipy import stats

    return stats


@pytest.mark.slow
@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99, 0.999])
def test_student_t_is_that_of_scipy(stats, level):
    for freedom in [*range(1, 40), 99, 100, 1000, 1001]:
        expected = stats.t.ppf((1 + level) / 2, freedom)
        assert student_t(freedom, level=level) == pytest.approx(expected, rel=1e-9)


@pytest.mark.slow
@given(values=st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=20))
def test_a_spread_is_that_of_the_standard_library_and_scipy(stats, values):
    found = spread(values)
    assert found.mean == pytest.approx(statistics.fmean(values), abs=1e-9)
    assert found.std == pytest.approx(statistics.stdev(values), rel=1e-6, abs=1e-9)
    error = statistics.stdev(values) / math.sqrt(len(values))
    expected = stats.t.ppf(0.975, len(values) - 1) * error
    assert found.half_width == pytest.approx(expected, rel=1e-6, abs=1e-9)


def test_the_interval_covers_the_mean_in_95_of_100_experiments():
    draws = np.random.default_rng(0).normal(3, 2, size=(4000, 5))
    covered = [found.low <= 3 <= found.high for found in map(spread, draws)]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.012)  # 3.5 standard errors


def noisy(effect):
    """Return an arm whose score is mostly its seed's."""

    def run(seed):
        shared, own = np.random.default_rng(seed).normal(size=2)
        return shared + 0.01 * own * effect + effect

    return run


def test_pairs_show_what_the_spread_of_either_arm_hides():
    found = compare({"plain": noisy(0), "new": noisy(0.1)}, seeds=6)
    assert found.spread("new").low < found.spread("plain").high
    apart = found.difference("new")
    assert not apart.contains_zero
    assert apart.mean == pytest.approx(0.1, abs=0.01)


@pytest.mark.slow
def test_a_difference_is_the_paired_test_of_scipy(stats):
    found = compare({"a": noisy(0), "b": noisy(1)}, seeds=[3, 5, 8, 13], baseline="b")
    expected = stats.ttest_rel(found.scores["a"], found.scores["b"])
    low, high = expected.confidence_interval(0.95)
    apart = found.difference("a")
    assert (apart.low, apart.high) == pytest.approx((low, high))
    assert found.seeds == (3, 5, 8, 13)


def test_the_table_says_whether_the_interval_contains_zero():
    arms = {
        "plain": lambda seed: seed / 10,
        "same": lambda seed: seed / 10 + 0.01 * (-1) ** seed,
        "better": lambda seed: seed / 10 + 0.5 + 0.01 * (-1) ** seed,
    }
    head, plain, same, better, note = repr(compare(arms, seeds=4)).splitlines()
    assert re.split("  +", head) == [
        *["arm", "runs", "mean", "std", "difference", "95 % interval", "contains 0"]
    ]
    assert plain.split() == ["plain", "4", "0.15", "0.13"]
    assert same.endswith("  yes")
    assert better.endswith("  no")
    assert "+0.500" in better
    assert note == "differences from plain, paired by seed"


def test_arms_that_agree_exactly_differ_by_zero():
    found = compare({"a": lambda seed: seed, "b": lambda seed: seed}, seeds=3)
    assert found.difference("b") == (0, 0, 0)
    assert "+0.0000 to +0.0000  yes" in repr(found)


def test_tune_takes_the_best_and_says_where_it_lies():
    called = []

    def train(rate, seed):
        called.append((rate, seed))
        return -abs(math.log10(rate) + 2)

    found = tune(train, [0.1, 0.01, 0.001], seed=7)
    assert called == [(0.1, 7), (0.01, 7), (0.001, 7)]
    assert (found.best, found.score, found.at_end) == (0.01, 0, False)
    assert "warning" not in repr(found)


def test_tune_takes_the_mean_of_several_runs():
    scores = {("safe", 3): 0.7, ("safe", 4): 0.8, ("bold", 3): 0.9, ("bold", 4): 0.2}
    called = []

    def train(rate, seed):
        called.append((rate, seed))
        return scores[rate, seed]

    once = tune(train, ["safe", "bold"], seed=3)
    assert (once.best, once.runs) == ("bold", 1)
    assert "mean" not in repr(once)
    called.clear()
    twice = tune(train, ["safe", "bold"], seed=3, runs=2)
    assert called == [("safe", 3), ("safe", 4), ("bold", 3), ("bold", 4)]
    assert (twice.best, twice.seed, twice.runs) == ("safe", 3, 2)
    assert twice.scores == pytest.approx({"safe": 0.75, "bold": 0.55})
    assert repr(twice).endswith("each score is the mean of 2 runs")


@pytest.mark.parametrize("failed", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("best", [max, min])
def test_a_value_with_one_run_that_diverged_is_never_the_best(failed, best):
    def train(value, seed):
        return failed if (value, seed) == ("fails", 1) else 0.5

    assert tune(train, ["fails", "works"], runs=3, best=best).best == "works"
    both_ways = {0: math.inf, 1: -math.inf}
    found = tune(lambda v, s: both_ways[s] if v == 1 else 0, [1, 2], runs=2, best=best)
    assert found.best == 2


@pytest.mark.parametrize(("best", "value"), [(max, 0.1), (min, 0.001)])
def test_tune_warns_of_a_best_value_at_the_end(best, value):
    found = tune(lambda rate, seed: rate, [0.01, 0.1, 0.001], best=best)
    assert found.best == value
    assert found.at_end
    assert f"warning: {value} lies at the end of the range" in repr(found)


def test_words_have_no_end():
    found = tune(lambda name, seed: len(name), ["sgd", "adam"])
    assert (found.best, found.at_end) == ("adam", False)


@pytest.mark.parametrize("best", [max, min])
def test_a_run_that_diverged_is_never_the_best(best):
    scores = {1: math.nan, 2: 0.5, 3: -math.inf, 4: math.inf}
    found = tune(lambda value, seed: scores[value], list(scores), best=best)
    assert found.best == 2
    assert math.isnan(found.scores[1])


ARMS = {"a": float, "b": float}


@pytest.mark.parametrize(
    ("call", "fragment"),
    [
        (lambda: spread([1.0]), "at least 2 values, got 1"),
        (lambda: spread([1.0, math.nan]), "must be finite, got [1.0, nan]"),
        (lambda: student_t(0), "freedom must be at least 1, got 0"),
        (lambda: student_t(3, level=1), "level must lie between 0 and 1, got 1"),
        (lambda: compare(ARMS, seeds=1), "at least 2 seeds, got 1"),
        (lambda: compare(ARMS, seeds=[1, 1]), "may come once, got [1, 1]"),
        (lambda: compare({"a": float}), "at least two arms, got ['a']"),
        (lambda: compare(ARMS, baseline="c"), "one of the arms ['a', 'b'], got 'c'"),
        (
            lambda: compare({"a": float, "b": lambda seed: math.nan}),
            "the arm 'b' with seed 0 returned nan",
        ),
        (lambda: compare(ARMS).spread("c"), "no arm is called 'c'; there are ['a'"),
        (lambda: compare(ARMS).difference("c"), "no arm is called 'c'"),
        (lambda: tune(lambda v, s: v, [1]), "at least two values, got [1]"),
        (lambda: tune(lambda v, s: v, [1, 1]), "may come once, got [1, 1]"),
        (lambda: tune(lambda v, s: v, [1, 2], runs=0), "one run, got runs=0"),
        (lambda: tune(lambda v, s: v, [1, 2], best=sum), "best must be max or min"),
        (lambda: tune(lambda v, s: math.nan, [1, 2]), "no run had a finite score"),
    ],
)
def test_what_says_nothing_is_refused(call, fragment):
    with pytest.raises(ValueError, match=re.escape(fragment)):
        call()
