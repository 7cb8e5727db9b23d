import math
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from byhand.figures import draw_flow

ELL, MINUS = "\N{SCRIPT SMALL L}", "\N{MINUS SIGN}"
WIDTHS = [2, 3, 1]
VALUES = [[0.1, 0.2], [0.31, 0.32, 0.33], [0.4]]
DELTAS = [[-0.51, 0.52, 0.53], [0.6]]


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
    return draw_flow(WIDTHS, values=VALUES, loss=0.7, deltas=DELTAS)


@pytest.fixture(scope="module")
def crossing():
    """Return a network in which edges cross."""
    return draw_flow(
        [2, 2, 2],
        values=[[1, 2], [3, 4], [5, 6]],
        deltas=[[-0.25, 1.25], [0.25, -0.25]],
        weights=[[[1, 2], [3, 4]], [[4, 8], [16, -4]]],
    )


def test_values_appear_from_left_to_right_and_deltas_from_right_to_left(flow):
    filled = [set(VALUES[0])]
    for column in VALUES[1:]:
        filled.append(filled[-1] | set(column))
    filled.append(filled[-1] | {0.7})
    for column in reversed(DELTAS):
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
    assert "δ⁽²⁾ = 0.6" in flow.captions[4]
    assert f"δ⁽¹⁾ = ({MINUS}0.51, 0.52, 0.53)" in flow.captions[5]
    assert "widths 2, 3, 1 in 7 steps" in flow.label
    assert "the loss 0.7 is computed" in flow.label


def test_edges_show_weights_forward_and_contributions_backward():
    flow = draw_flow(
        [2, 2, 1],
        values=[[0.1, 0.2], [0.31, 0.32], [0.4]],
        deltas=[[0.51, 0.52], [10.0]],
        weights=[[[1.1, 1.2], [1.3, 1.4]], [[2.1], [2.2]]],
    )
    assert {1.1, 1.2, 1.3, 1.4} <= numbers(flow, 1)
    assert {2.1, 2.2} <= numbers(flow, 2)
    assert not {2.1, 21.0, 22.0} & numbers(flow, 4)
    assert {21.0, 22.0} <= numbers(flow, 5)
    assert not {1.1, 2.1, 21.0} & numbers(flow, 6)


def test_edges_show_the_derivatives_of_their_weights_in_the_end(crossing):
    beside = [
        float(text.text.replace(MINUS, "-"))
        for text in drawn(-1, "text", crossing)
        if text.get("font-size") == "14"
    ]
    first = [1 * -0.25, 1 * 1.25, 2 * -0.25, 2 * 1.25]
    second = [3 * 0.25, 3 * -0.25, 4 * 0.25, 4 * -0.25]
    assert beside == first + second
    assert "which its edge shows" in crossing.captions[-1]


def test_numbers_beside_edges_are_clear_of_all_edges_and_of_each_other(crossing):
    lines = [
        [float(number) for number in re.findall(r"[\d.]+", path)]
        for path in re.findall(r'<path d="(M[^"]*)"', crossing.background)
    ]
    for frame, count in ((1, 4), (2, 4), (5, 4), (6, 8)):
        beside = [
            (float(text.get("x")), float(text.get("y")) - 5)
            for text in drawn(frame, "text", crossing)
            if text.get("font-size") == "14"
        ]
        assert len(beside) == count
        for k, (x, y) in enumerate(beside):
            assert all(math.dist((x, y), other) > 20 for other in beside[:k])
            for start_x, start_y, end_x, end_y in lines:
                dx, dy = end_x - start_x, end_y - start_y
                if start_x < x < end_x:
                    away = abs(dy * (x - start_x) - dx * (y - start_y))
                    assert away / math.hypot(dx, dy) > 10


def test_each_unit_receives_the_delta_at_the_end_of_its_edge_times_the_weight(crossing):
    beside = [
        float(text.text.replace(MINUS, "-"))
        for text in drawn(5, "text", crossing)
        if text.get("font-size") == "14"
    ]
    assert beside == [4 * 0.25, 8 * -0.25, 16 * 0.25, -4 * -0.25]


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
            if element.tag.endswith("rect") and element.get("y"):
                assert float(element.get("y")) + float(element.get("height")) < height


@pytest.mark.parametrize("value", [0.001, -0.0234, 1234.5, 0, -99.99, 1e-12, -1e-12])
def test_a_number_is_as_short_as_its_place(value):
    flow = draw_flow([1, 1], values=[[value], [1]], deltas=[[value]])
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
        ([1, 1], {"deltas": [[1], [1]]}, "deltas must be columns of [1]"),
        ([1, 1], {"weights": []}, "one matrix for each of the 1 layers, got 0"),
        ([2, 1], {"weights": [[[1]]]}, "weights[0] must be columns of [1, 1] numbers"),
    ],
)
def test_what_cannot_be_drawn_is_refused(widths, given, fragment):
    with pytest.raises(ValueError, match=re.escape(fragment)):
        draw_flow(widths, **given)


def test_print_shows_what_the_edges_pass_back(crossing, flow):
    passed_back = {0.25 * 4, 0.25 * 16, -0.25 * 8, -0.25 * -4}
    still = crossing.still % len(crossing.frames)
    assert passed_back <= numbers(crossing, still)
    assert {-0.25, 1.25, 0.25} <= numbers(crossing, still)
    assert not passed_back <= numbers(crossing, len(crossing.frames) - 1)
    assert flow.still == -1
