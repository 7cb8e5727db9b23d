"""The page of costs and the cards, from recorded data and from the scripts."""

import pytest

from bookbuild.extensions import cards, costs
from tests.bookbuild.extensions import shared_book


def test_numbers_are_shown_to_two_digits():
    shown = [costs.number(value) for value in (None, 0.00123, 1.26, 12.3, 604.0)]
    assert shown == [costs.NOTHING, "0.0012", "1.3", "12", "604"]


def test_the_origin_names_machine_day_and_versions():
    told = costs.origin(shared_book.COSTS)
    assert told.startswith(
        "Planted Card 80GB in Planted Processor, 2 cores, 2026-11-24"
    )
    assert "JAX 0.1, Keras 3.0, NumPy 2.0, Python 3.11" in told


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(3, "under 10 s"), (10, "under 30 s"), (59, "under 60 s"), (130, "2 min")],
)
def test_a_time_fits_a_card(seconds, said):
    assert cards.duration(seconds) == said
