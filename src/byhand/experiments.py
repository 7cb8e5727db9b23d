"""Experiments whose results can be believed: tuned arms, several seeds, an interval.

One run of a training says little, since another seed gives another accuracy. `tune`
chooses a setting, such as the learning rate, for each arm of a comparison; `compare`
runs every arm with the same seeds, and says how far apart two arms are and how well
that is known. `spread` does the statistics. NumPy is all they need.
"""

import math
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

LEVEL = 0.95  # the confidence of every interval here
FEWEST = 2  # runs that a standard deviation needs
HALVINGS = 60  # of an angle below 2, until a float64 holds no more of it


class Spread(NamedTuple):
    """What several runs say: the interval `mean` ± `half_width`, at 95 %.

    `std` is the standard deviation of one run, with n - 1 in the denominator.
    """

    mean: float
    std: float
    half_width: float

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self.mean + self.half_width

    @property
    def contains_zero(self) -> bool:
        """Whether zero lies in the interval, so that the sign is not known."""
        return self.low <= 0 <= self.high


def spread(values: Iterable[float]) -> Spread:
    """Return the mean of several runs, their standard deviation and an interval.

    The interval, mean ± half-width, covers the expected score in 95 of 100 repetitions
    of the experiment, if runs are independent and scores normally distributed.

    Parameters
    ----------
    values : iterable of float
        The score of each run, in any unit; two at least.

    Returns
    -------
    Spread
        mean; std, with n - 1 in the denominator; half_width, t std / sqrt(n), with
        Student's t for n - 1 degrees of freedom. All are in the unit of the values.

    Raises
    ------
    ValueError
        If there are fewer than two values, or one is not finite.

    References
    ----------
    Student 1908, doi:10.2307/2331554.

    Examples
    --------
    >>> found = spread([0.90, 0.92, 0.94])
    >>> print(f"{found.mean:.3f} ± {found.half_width:.3f}, std {found.std:.3f}")
    0.920 ± 0.050, std 0.020
    """
    scores = np.array([float(value) for value in values])
    if len(scores) < FEWEST:
        raise ValueError(
            f"a standard deviation needs at least {FEWEST} values, got {len(scores)}: "
            "run more seeds"
        )
    if not np.isfinite(scores).all():
        raise ValueError(f"the values must be finite, got {scores.tolist()}")
    std = float(scores.std(ddof=1))
    half_width = student_t(len(scores) - 1) * std / math.sqrt(len(scores))
    return Spread(float(scores.mean()), std, half_width)


def student_t(freedom: int, *, level: float = LEVEL) -> float:
    """Return the t that Student's distribution stays within with a probability.

    Parameters
    ----------
    freedom : int
        Degrees of freedom, at least 1: for a mean, one fewer than there are values.
    level : float
        The probability of -t to t, above 0 and below 1.

    Returns
    -------
    float
        t, without a unit.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    References
    ----------
    Zelen and Severo 1964, in Abramowitz and Stegun, equations 26.7.3 and 26.7.4
    (the sums for the probability, which is inverted here by bisection).

    Examples
    --------
    >>> round(student_t(4), 3)
    2.776
    """
    if freedom < 1:
        raise ValueError(f"freedom must be at least 1, got {freedom}")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level}")
    low, high = 0.0, math.pi / 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _probability_within(middle, freedom) < level:
            low = middle
        else:
            high = middle
    return math.sqrt(freedom) * math.tan((low + high) / 2)


def _probability_within(angle: float, freedom: int) -> float:
    """Return how probable it is that |t| is at most sqrt(freedom) tan(angle)."""
    sine, cosine = math.sin(angle), math.cos(angle)
    if freedom == 1:
        return 2 * angle / math.pi
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = term
    for power in range(2 + odd, freedom - 1, 2):
        term *= cosine**2 * (power - 1) / power
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


@dataclass(frozen=True, repr=False)
class Comparison:
    """The scores of several arms, run with the same seeds.

    Its `repr` is a table. An interval that contains zero does not say that two arms are
    equal, only that these runs do not show which one is better.

    Attributes
    ----------
    scores : dict
        For the name of each arm the scores of its runs, in the order of the seeds.
    seeds : tuple of int
        The seeds, the same for every arm.
    baseline : str
        The arm that all others are compared with.
    """

    scores: Mapping[str, tuple[float, ...]]
    seeds: tuple[int, ...]
    baseline: str

    def spread(self, arm: str) -> Spread:
        """Return mean, standard deviation and half-width of an arm's scores."""
        return spread(self.scores[self._known(arm)])

    def difference(self, arm: str) -> Spread:
        """Return the same of an arm's score minus the baseline's, seed by seed."""
        pairs = zip(
            self.scores[self._known(arm)], self.scores[self.baseline], strict=True
        )
        return spread(score - reference for score, reference in pairs)

    def _known(self, arm: str) -> str:
        if arm not in self.scores:
            raise ValueError(f"no arm is called {arm!r}; there are {list(self.scores)}")
        return arm

    def __repr__(self) -> str:
        head = ["arm", "runs", "mean", "std", "difference"]
        head += ["95 % interval", "contains 0"]
        rows = [self._row(arm) for arm in self.scores]
        note = f"differences from {self.baseline}, paired by seed"
        return "\n".join([*_aligned([head, *rows]), note])

    def _row(self, arm: str) -> tuple[str, ...]:
        """Return an arm's row of the table."""
        own = self.spread(arm)
        start = (arm, str(len(self.seeds)), f"{own.mean:.4g}", f"{own.std:.2g}")
        if arm == self.baseline:
            return (*start, "", "", "")
        apart = self.difference(arm)
        decimals = _decimals(apart.half_width)
        interval = f"{apart.low:+.{decimals}f} to {apart.high:+.{decimals}f}"
        contains = "yes" if apart.contains_zero else "no"
        return (*start, f"{apart.mean:+.{decimals}f}", interval, contains)


def compare(
    arms: Mapping[str, Callable[[int], float]],
    *,
    seeds: int | Iterable[int] = 5,
    baseline: str | None = None,
) -> Comparison:
    """Run each arm of an experiment with the same seeds, and compare their scores.

    The difference of two arms is taken seed by seed: what a seed does to both, such as
    an easy test set, cancels. The interval of each difference is one at 95 % by itself;
    among twenty arms without any effect, one is expected outside.

    Parameters
    ----------
    arms : mapping of str to callable
        For each name a function that takes a seed, trains, and returns the score, a
        finite number. Whatever is random in it follows the seed.
    seeds : int or iterable of int
        How many seeds, counted from 0, or the seeds; two at least, five or more where
        a run is short.
    baseline : str
        The arm that all others are compared with; by default the first.

    Returns
    -------
    Comparison
        A table, with the scores behind it.

    Raises
    ------
    ValueError
        If there are fewer than two arms or seeds, a seed comes twice, the baseline is
        no arm, or a score is not finite.

    Examples
    --------
    >>> arms = {
    ...     "plain": lambda seed: 0.90 + 0.01 * seed,
    ...     "wide": lambda seed: 0.93 + 0.01 * seed + 0.001 * (seed % 2),
    ... }
    >>> compare(arms, seeds=4)
    arm    runs  mean   std    difference  95 % interval       contains 0
    plain  4     0.915  0.013
    wide   4     0.9455 0.013  +0.03050    +0.02958 to +0.03142  no
    differences from plain, paired by seed
    """
    chosen = tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds)
    if len(chosen) < FEWEST:
        raise ValueError(f"compare needs at least {FEWEST} seeds, got {len(chosen)}")
    if len(set(chosen)) < len(chosen):
        raise ValueError(f"each seed may come once, got {list(chosen)}")
    if len(arms) < FEWEST:
        raise ValueError(f"compare needs at least two arms, got {list(arms)}")
    reference = next(iter(arms)) if baseline is None else baseline
    if reference not in arms:
        raise ValueError(
            f"the baseline must be one of the arms {list(arms)}, got {baseline!r}"
        )
    scores = {
        name: tuple(_score(run(seed), name, seed) for seed in chosen)
        for name, run in arms.items()
    }
    return Comparison(scores, chosen, reference)


def _score(value: Any, arm: str, seed: int) -> float:
    """Return the score of a run as a number."""
    score = float(value)
    if not math.isfinite(score):
        raise ValueError(
            f"the arm {arm!r} with seed {seed} returned {score}, and a mean needs "
            "finite scores: a lower learning rate may help"
        )
    return score


@dataclass(frozen=True, repr=False)
class Tuning:
    """What each value of a setting scored, and the best one.

    Attributes
    ----------
    best : object
        The value with the best score.
    score : float
        Its score.
    scores : dict
        The score of each value, the mean of its runs, in the order in which they were
        tried; NaN or inf where a run diverged.
    seed : int
        The seed of the first run of each value.
    runs : int
        How many runs each value had, with seeds that count on from the first.
    """

    best: Any
    score: float
    scores: Mapping[Any, float]
    seed: int
    runs: int = 1

    @property
    def at_end(self) -> bool:
        """Whether the best value is the smallest or the largest of all numbers tried.

        A better one may then lie outside.
        """
        values = list(self.scores)
        if not all(isinstance(value, numbers.Real) for value in values):
            return False
        return bool(self.best in (min(values), max(values)))

    def __repr__(self) -> str:
        rows = [("value", "score", "")]
        for value, score in self.scores.items():
            rows.append((f"{value}", f"{score:.4g}", "best" * (value == self.best)))
        lines = _aligned(rows)
        if self.runs > 1:
            lines.append(f"each score is the mean of {self.runs} runs")
        if self.at_end:
            lines.append(
                f"warning: {self.best} lies at the end of the range, and a better "
                "value may lie beyond it"
            )
        return "\n".join(lines)


def tune(
    train: Callable[[Any, int], float],
    values: Sequence[Any],
    *,
    seed: int = 0,
    runs: int = 1,
    best: Callable[..., Any] = max,
) -> Tuning:
    """Choose a setting, such as the learning rate, by the mean score of its runs.

    Do so for each arm of a comparison, on the validation set, before `compare`: an arm
    at a setting that suits another one is not tested at all.

    One run for each value may choose by chance, above all among learning rates of which
    the larger ones fail with some seeds. Then take several.

    Parameters
    ----------
    train : callable
        Takes a value and a seed, trains, and returns the score on the validation set.
    values : sequence
        What to try, two values at least; typically four learning rates, each three
        times the one before.
    seed : int
        Of the first run of each value.
    runs : int
        How many runs each value has, with the seeds `seed`, `seed + 1` and so on.
    best : callable
        `max` for a score such as the accuracy, `min` for a loss.

    Returns
    -------
    Tuning
        The best value, its score, and all scores. Its `repr` warns where the best value
        lies at the end of the range. A value with a run that diverged, with NaN or inf
        for a score, is never the best.

    Raises
    ------
    ValueError
        If there are fewer than two values, one comes twice, there is no run, `best` is
        neither `max` nor `min`, or no score is finite.

    Examples
    --------
    >>> tune(lambda rate, seed: 1 - abs(rate - 0.01), [0.003, 0.01, 0.03, 0.1])
    value  score
    0.003  0.993
    0.01   1      best
    0.03   0.98
    0.1    0.91
    """
    tried = list(values)
    if len(tried) < FEWEST:
        raise ValueError(f"tune needs at least two values, got {tried}")
    if len(set(tried)) < len(tried):
        raise ValueError(f"each value may come once, got {tried}")
    if runs < 1:
        raise ValueError(f"each value needs at least one run, got runs={runs}")
    if best is not max and best is not min:
        raise ValueError(f"best must be max or min, got {best!r}")
    seeds = range(seed, seed + runs)
    scores = {
        value: sum(float(train(value, each)) for each in seeds) / runs
        for value in tried
    }
    finite = [value for value in tried if math.isfinite(scores[value])]
    if not finite:
        raise ValueError(
            f"no run had a finite score, for any of {tried}: try others, such as "
            "lower learning rates"
        )
    chosen = best(finite, key=lambda value: scores[value])
    return Tuning(chosen, scores[chosen], scores, seed, runs)


def _decimals(half_width: float) -> int:
    """Return how many decimals show two digits of a half-width, from 0 to 6."""
    if half_width == 0:
        return 4
    return min(max(1 - math.floor(math.log10(half_width)), 0), 6)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines with their columns aligned on the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
