import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from byhand.figures import draw_flow

ELL, MINUS = "\N{SCRIPT SMALL L}", "\N{MINUS SIGN}"
WIDTHS = [2, 3, 1]
VALUES = [[0.1, 0.2], [0.31, 0.32, 0.33], [0.4]]
SLOPES = [[-0.51, 0.52, 0.53], [0.6]]


def drawn(frame, tag, animation=None):
    """Return the elements of a kind in one frame, without the background."""
    root = ElementTree.fromstring(f"<g>{animation.frames[frame]}</g>")
    return list(root.iter(tag))


def numbers(animation, frame):
    """Return every number that a frame shows."""
    shown = [text.text.replace(MINUS, "-") for text in drawn(frame, "text", animation)]
    return {float(text) for text in shown if re.fullmatch(r"-?[\d.]+", text)}


@pytest.fixture(scope="module")
def flow():
    return draw_flow(WIDTHS, values=VALUES, loss=0.7, slopes=SLOPES)


def test_values_appear_from_left_to_right_and_slopes_from_right_to_left(flow):
    filled = [set(VALUES[0])]
    for column in VALUES[1:]:
        filled.append(filled[-1] | set(column))
    filled.append(filled[-1] | {0.7})
    for column in reversed(SLOPES):
        filled.append(filled[-1] | set(column))
    assert len(flow.frames) == 7
    assert [numbers(flow, k) for k in range(7)] == [*filled, filled[-1]]


@pytest.mark.parametrize("widths", [[1, 1], [2, 3, 1], [6, 6, 6, 6, 6]])
def test_each_step_moves_along_the_arrows_of_one_layer(widths):
    flow = draw_flow(widths)
    arrows = [len(drawn(k, "path", flow)) // 2 for k in range(len(flow.frames))]
    weights = [n * m for n, m in pairwise([*widths, 1])]
    assert arrows == [0, *weights, *reversed(weights[1:]), 0]
    assert flow.background.count("<path") == sum(weights)
    assert len(flow._repr_html_()) < 60_000 or widths == [6, 6, 6, 6, 6]


def test_the_way_back_is_dashed(flow):
    for k in range(7):
        dashed = any(p.get("stroke-dasharray") for p in drawn(k, "path", flow))
        assert dashed == (k in (4, 5))


def test_captions_and_label_hold_the_numbers(flow):
    assert flow.captions[0] == "The inputs are given: x = (0.1, 0.2)."
    assert "a⁽¹⁾ = (0.31, 0.32, 0.33)" in flow.captions[1]
    assert "y = 0.4" in flow.captions[2]
    assert f"{ELL} = 0.7" in flow.captions[3]
    assert f"∂{ELL}/∂z⁽²⁾ = 0.6" in flow.captions[4]
    assert f"∂{ELL}/∂z⁽¹⁾ = ({MINUS}0.51, 0.52, 0.53)" in flow.captions[5]
    assert "widths 2, 3, 1 in 7 steps" in flow.label
    assert "the loss 0.7 is computed" in flow.label


def test_without_numbers_the_steps_stay():
    flow = draw_flow(WIDTHS)
    assert not set().union(*(numbers(flow, k) for k in range(7)))
    assert "=" not in "".join(flow.captions)


def test_every_frame_is_a_picture_that_holds_all_it_draws(flow):
    for k in range(len(flow.frames)):
        root = ElementTree.fromstring(flow.svg(k))
        _, _, width, height = map(float, root.get("viewBox").split())
        for element in root.iter():
            for name, limit in [("cx", width), ("x", width), ("cy", height)]:
                assert 0 <= float(element.get(name, 0)) <= limit
            if element.tag.endswith("rect"):
                assert float(element.get("y")) + float(element.get("height")) < height


@pytest.mark.parametrize("value", [0.001, -0.0234, 1234.5, 0, -99.99, 1e-12, -1e-12])
def test_a_number_is_as_short_as_its_place(value):
    flow = draw_flow([1, 1], values=[[value], [1]], slopes=[[value]])
    for text in drawn(-1, "text", flow):
        assert len(text.text) <= 6


@pytest.mark.parametrize(
    ("widths", "given", "fragment"),
    [
        ([3], {}, "two to five numbers, got [3]"),
        ([3, 7], {}, "from 1 to 6"),
        (
            [1, 1],
            {"values": [[1], [1, 2]]},
            "columns of [1, 1] numbers, got columns of [1, 2]",
        ),
        ([1, 1], {"slopes": [[1], [1]]}, "slopes must be columns of [1]"),
    ],
)
def test_what_cannot_be_drawn_is_refused(widths, given, fragment):
    with pytest.raises(ValueError, match=re.escape(fragment)):
        draw_flow(widths, **given)
