"""Numbers that are refused: the sentence gives the range that they may lie in."""

import pytest

from byhand.shapes import ShapeError
from byhand.shapes.values import real_number


@pytest.mark.parametrize(
    ("value", "bounds", "words"),
    [
        (2, {"least": 0, "most": 1}, "share must be from 0 to 1, got 2"),
        (-0.5, {"least": 0}, "share must be at least 0, got -0.5"),
        (float("nan"), {}, "share must be a number, got nan"),
    ],
)
def test_the_range_is_given_where_there_is_one(value, bounds, words):
    with pytest.raises(ShapeError) as caught:
        real_number("share", value, **bounds)
    assert str(caught.value) == words
