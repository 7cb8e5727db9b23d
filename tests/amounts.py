"""How many cases a test tries, where each case takes long."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import settings

USUAL = 200  # examples of a random test, as tests/conftest.py sets them


def cases(each_time: int, *, each_week: int) -> int:
    """Return how many cases to try, in `make test` or in `make test-weekly`."""
    return each_week if settings().max_examples > USUAL else each_time


def in_turn(
    rows: Iterable[Sequence[Any]], names: Iterable[str], *, every: int
) -> list[Any]:
    """Return pytest's cases: one of so many each time, and the others each week.

    Parameters
    ----------
    rows : iterable of sequence
        The arguments of each case.
    names : iterable of str
        What each is called.
    every : int
        Of how many cases one is tried each time.
    """
    return [
        pytest.param(*row, id=name, marks=[pytest.mark.weekly] * (turn % every > 0))
        for turn, (row, name) in enumerate(zip(rows, names, strict=True))
    ]
