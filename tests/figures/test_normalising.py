import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Polygon

from byhand.figures.colours import PAPER, UNIT
from byhand.figures.normalising import draw_normalisation

EXAMPLES, CHANNELS, PLACES = 4, 6, 4


def faces(axes, colour):
    """Return how many faces of a block have this fill."""
    return sum(
        isinstance(patch, Polygon) and patch.get_facecolor()[:3] == to_rgb(colour)
        for patch in axes.patches
    )


@pytest.mark.parametrize(
    ("kind", "front", "top", "side"),
    [
        ("batch", PLACES, EXAMPLES, EXAMPLES * PLACES),
        ("layer", CHANNELS * PLACES, CHANNELS, PLACES),
        ("instance", PLACES, 1, PLACES),
        ("group", 2 * PLACES, 2, PLACES),
    ],
)
def test_the_faces_in_colour_are_those_that_share_a_mean(kind, front, top, side):
    (axes,) = draw_normalisation([kind]).axes
    every = CHANNELS * PLACES + CHANNELS * EXAMPLES + EXAMPLES * PLACES
    assert faces(axes, UNIT) == front + top + side
    assert faces(axes, PAPER) == every - front - top - side
    assert axes.get_title() == kind


@pytest.mark.slow
def test_four_blocks_stand_in_two_rows_and_are_named():
    figure = draw_normalisation()
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["batch", "layer", "instance", "group"]
    rows = {axes.get_subplotspec().rowspan.start for axes in figure.axes}
    assert rows == {0, 1}


def test_an_empty_place_in_the_grid_stays_empty():
    figure = draw_normalisation(["batch", "layer", "group"])
    assert [len(axes.patches) > 0 for axes in figure.axes] == [True, True, True, False]
    assert not figure.axes[-1].axison


@pytest.mark.parametrize(
    ("kind", "elements"), [("batch", 16), ("layer", 24), ("instance", 4), ("group", 8)]
)
def test_the_label_counts_what_is_averaged(kind, elements):
    label = draw_normalisation([kind]).get_label()
    assert f"{kind} normalisation: " in label
    assert f"({elements} elements)" in label


@pytest.mark.parametrize(
    ("kinds", "told"), [([], "got none"), (["weight"], "unknown kind 'weight'")]
)
def test_what_it_cannot_draw_is_refused(kinds, told):
    with pytest.raises(ValueError, match=told):
        draw_normalisation(kinds)
