"""How many cases a test tries, where each case takes long."""

from hypothesis import settings

USUAL = 200  # examples of a random test, as tests/conftest.py sets them


def cases(each_time: int, *, each_week: int) -> int:
    """Return how many cases to try, in `make test` or in `make test-weekly`."""
    return each_week if settings().max_examples > USUAL else each_time
