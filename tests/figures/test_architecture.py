import io
import re
from itertools import pairwise

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import FancyArrowPatch, Polygon

from byhand.figures import colours
from byhand.figures.architecture import draw_architecture

TIMES = "\N{MULTIPLICATION SIGN}"

READER = (
    [
        (32, 32, 1),
        (28, 28, 10),
        (14, 14, 10),
        (10, 10, 25),
        (5, 5, 25),
        (2, 2, 100),
        (1, 1, 100),
        (10,),
    ],
    ["conv 5x5", "max 2x2", "conv 5x5", "max 2x2", "conv 4x4", "max 2x2", "dense"],
)
LENET = (
    [
        (32, 32, 1),
        (28, 28, 6),
        (14, 14, 6),
        (10, 10, 16),
        (5, 5, 16),
        (120,),
        (84,),
        (10,),
    ],
    ["conv 5x5", "mean 2x2", "conv 5x5", "mean 2x2", "conv 5x5", "dense", "dense"],
)
LARGE = (
    [(224, 224, 3), (112, 112, 64), (28, 28, 256), (7, 7, 512), (4096,), (1000,)],
    ["block", "block", "block", "dense", "dense"],
)
NETWORKS = {"reader": READER, "LeNet": LENET, "large": LARGE}


@pytest.fixture(params=NETWORKS.values(), ids=NETWORKS)
def network(request):
    return request.param


def boxes(figure):
    """Return the corners of the front, the lid and the side of each box, in order."""
    patches = [p for p in figure.axes[0].patches if isinstance(p, Polygon)]
    corners = [patch.get_xy()[:-1] for patch in patches]
    return [corners[k : k + 3] for k in range(0, len(corners), 3)]


def texts(figure):
    """Return each text and the rectangle that it fills, in pixels."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    return [
        (text.get_text().replace(TIMES, "x"), text.get_window_extent(renderer))
        for text in figure.axes[0].texts
        if text.get_text()
    ]


def test_every_size_and_every_word_of_a_step_is_written():
    written = [text for text, _ in texts(draw_architecture(*READER))]
    for size in ("10 @", "28 x 28", "100 @", "2 x 2", "10"):
        assert size in written
    assert written.count("conv") == written.count("max") == 3
    assert written.count("5 x 5") == 2 + 1  # two kernels and maps of that size
    assert written.count("4 x 4") == 1


def test_no_words_meet_and_all_are_inside(network):
    figure = draw_architecture(*network)
    placed = texts(figure)
    for k, (text, place) in enumerate(placed):
        assert figure.bbox.x0 <= place.x0 < place.x1 <= figure.bbox.x1, text
        assert figure.bbox.y0 <= place.y0 < place.y1 <= figure.bbox.y1, text
        for other, beside in placed[k + 1 :]:
            assert not place.overlaps(beside), (text, other)


def test_long_names_push_boxes_apart():
    names = ["a very long name", "another long name", "the end"]
    figure = draw_architecture(
        [(8, 8, 1), (8, 8, 1), (1,)], ["conv", "dense"], names=names
    )
    places = [place for text, place in texts(figure) if text in names]
    assert len(places) == 3
    assert places[0].x1 < places[1].x0
    assert places[1].x1 < places[2].x0


def test_it_is_no_wider_than_a_column_of_text(network):
    assert 4 < draw_architecture(*network).get_size_inches()[0] < 6.6


def test_boxes_stand_in_a_row_with_an_arrow_between_each_two(network):
    shapes, _ = network
    figure = draw_architecture(*network)
    drawn = boxes(figure)
    assert len(drawn) == len(shapes)
    ends = [
        (
            min(x for part in box for x, _ in part),
            max(x for part in box for x, _ in part),
        )
        for box in drawn
    ]
    arrows = [
        annotation
        for annotation in figure.axes[0].texts
        if isinstance(getattr(annotation, "arrow_patch", None), FancyArrowPatch)
    ]
    assert len(arrows) == len(shapes) - 1
    for ((_, right), (left, _)), arrow in zip(pairwise(ends), arrows, strict=True):
        assert right < arrow.xyann[0] < arrow.xy[0] < left


def test_larger_maps_are_drawn_larger_and_more_channels_thicker():
    front = [part[0] for part in boxes(draw_architecture(*READER))]
    height = [corners[:, 1].max() - corners[:, 1].min() for corners in front]
    thickness = [corners[:, 0].max() - corners[:, 0].min() for corners in front]
    assert height[0] > height[1] > height[2] > height[3] > height[4] > height[5]
    assert thickness[0] < thickness[1] < thickness[3] < thickness[5]
    assert thickness[1] == pytest.approx(thickness[2])  # pooling keeps the channels


def test_maps_that_are_wider_than_high_reach_further_back():
    (flat, *_), _ = boxes(draw_architecture([(8, 32, 1), (1,)], ["dense"]))
    (tall, *_), _ = boxes(draw_architecture([(32, 8, 1), (1,)], ["dense"]))
    assert flat[:, 1].max() - flat[:, 1].min() < tall[:, 1].max() - tall[:, 1].min()
    depth = [
        max(x for part in boxes(figure)[0] for x, _ in part)
        - boxes(figure)[0][0][:, 0].max()
        for figure in (
            draw_architecture([(8, 32, 1), (1,)], ["dense"]),
            draw_architecture([(32, 8, 1), (1,)], ["dense"]),
        )
    ]
    assert depth[0] > depth[1]


def test_input_and_output_have_the_colours_of_input_and_output():
    patches = [
        patch
        for patch in draw_architecture(*LENET).axes[0].patches
        if isinstance(patch, Polygon)
    ]
    fills = [to_hex(patch.get_facecolor()) for patch in patches[::3]]
    assert fills == [colours.INPUT, *[colours.UNIT] * 6, colours.OUTPUT]


def test_names_stand_below_and_in_the_label():
    names = ["input", "C1", "S2", "C3", "S4", "C5", "F6", "output"]
    figure = draw_architecture(*LENET, names=names)
    placed = dict(texts(figure))
    assert set(names) <= set(placed)
    assert placed["C3"].y1 < placed["16 @"].y0
    assert "6 @ 28 x 28 (C1); mean 2x2 to 6 @ 14 x 14 (S2)" in figure.get_label()
    assert figure.get_label().endswith("dense to a vector of 10 (output).")


def test_words_that_are_no_size_stay_as_they_are():
    shapes = [(8, 8, 1), (4, 4, 2), (2,)]
    written = [
        text for text, _ in texts(draw_architecture(shapes, ["conv stride 2", ""]))
    ]
    assert "stride 2" in written
    label = draw_architecture(shapes, ["conv stride 2", ""]).get_label()
    assert "conv stride 2 to 2 @ 4 x 4; to a vector of 2." in label


@pytest.mark.parametrize(
    ("shapes", "steps", "names", "fragment"),
    [
        ([(8, 8, 1)], [], None, "two to 9, the input's first"),
        ([(1,)] * 10, ["dense"] * 9, None, "got 10; draw a long network in parts"),
        ([(8, 8), (2,)], ["dense"], None, "shapes[0] must be"),
        ([(8, 8, 1), (0,)], ["dense"], None, "shapes[1] must be"),
        ([(8, 8, 1), (None, 4, 4, 1)], ["conv"], None, "without the batch"),
        ([(8, 8, 1), (2,)], [], None, "each of the 1 arrows between 2 shapes, got 0"),
        ([(8, 8, 1), (2,)], ["dense"], ["in"], "each of the 2 shapes, got 1"),
    ],
)
def test_what_cannot_be_drawn_is_refused(shapes, steps, names, fragment):
    with pytest.raises(ValueError, match=re.escape(fragment)):
        draw_architecture(shapes, steps, names=names)


def test_the_settings_of_the_reader_move_nothing(recwarn):
    with mpl.rc_context({"figure.constrained_layout.use": True}):
        figure = draw_architecture([(8, 8, 1), (4, 4, 2)], ["max 2x2"])
        figure.savefig(io.BytesIO(), format="svg")
    assert not recwarn.list
    assert not isinstance(figure.get_layout_engine(), ConstrainedLayoutEngine)
