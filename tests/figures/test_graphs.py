import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from byhand import numerical_gradient
from byhand.figures import draw_graph
from byhand.figures.colours import GRADIENT, PARAMETER, VALUE

MINUS = "\N{MINUS SIGN}"
NEURON = {
    "x": 2.0,
    "w": 0.5,
    "m": ("multiply", "w", "x"),
    "b": -1.0,
    "z": ("add", "m", "b"),
    "y": ("sigmoid", "z"),
    "y_t": 1.0,
    "l": ("squared error", "y", "y_t"),
}
GATES = {
    "x": 1.5,
    "y": 2.0,
    "z": -1.0,
    "m": ("multiply", "x", "y"),
    "k": ("max", "y", "z"),
    "q": ("add", "m", "k"),
    "l": ("square", "q"),
}
FUNCTIONS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "max": np.maximum,
    "square": lambda a: a * a,
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "tanh": np.tanh,
    "relu": lambda a: np.maximum(a, 0),
    "exp": np.exp,
    "squared error": lambda a, b: (a - b) ** 2,
}


def texts(graph, frame, colour):
    """Return the texts of one colour in a frame, as they are written."""
    root = ElementTree.fromstring(f"<g>{graph.frames[frame]}</g>")
    return [text.text for text in root.iter("text") if text.get("fill") == colour]


def numbers(graph, frame, colour):
    """Return the numbers of one colour in a frame, the smallest first."""
    return sorted(
        float(text.replace(MINUS, "-").replace("\N{GREEK CAPITAL LETTER SIGMA} ", ""))
        for text in texts(graph, frame, colour)
    )


def test_values_appear_on_the_way_forward_and_gradients_on_the_way_back():
    graph = draw_graph(NEURON)
    assert len(graph.frames) == 10
    values = [len(numbers(graph, k, VALUE)) for k in range(10)]
    gradients = [len(numbers(graph, k, GRADIENT)) for k in range(10)]
    assert values == [4, 5, 6, 7, 8, 8, 8, 8, 8, 8]
    assert gradients == [0, 0, 0, 0, 0, 1, 3, 4, 6, 8]
    assert numbers(graph, -1, VALUE) == [-1, 0, 0.25, 0.5, 0.5, 1, 1, 2]
    assert numbers(graph, -1, GRADIENT) == sorted(
        [1, -1, 1, -0.25, -0.25, -0.25, -0.5, -0.125]
    )


def test_what_is_used_twice_shows_the_sum_once_both_have_come():
    graph = draw_graph(GATES)
    sums = [
        [text for text in texts(graph, k, GRADIENT) if not text[0].isdigit()]
        for k in range(len(graph.frames))
    ]
    assert sums[-1] == ["\N{GREEK CAPITAL LETTER SIGMA} 25"]
    assert not any(sums[:-1])
    assert "x 20, y 25, z 0." in graph.label


@pytest.mark.parametrize("operation", FUNCTIONS)
@pytest.mark.parametrize("given", [(0.7, -1.3), (-0.4, 0.9)])
def test_each_operation_has_the_derivatives_that_differences_show(operation, given):
    function = FUNCTIONS[operation]
    count = function.__code__.co_argcount if hasattr(function, "__code__") else 2
    count = 1 if function in (np.tanh, np.exp) else count
    names = "ab"[:count]
    graph = draw_graph(
        dict(zip(names, given, strict=False)) | {"l": (operation, *names)}
    )
    place = np.array(given[:count])
    slopes = numerical_gradient(lambda p: float(function(*p)), place)
    for name, slope in zip(names, slopes, strict=True):
        (shown,) = re.findall(rf" {name} (-?[\d.e-]+?)[,.](?: |$)", arrived(graph))
        assert math.isclose(float(shown), slope, rel_tol=1e-3, abs_tol=1e-9)
    (value,) = re.findall(r"lead to l = (-?[\d.e-]+)\. ", graph.label)
    assert math.isclose(float(value), float(function(*place)), rel_tol=1e-3)


def arrived(graph):
    """Return the part of the label that lists the gradients of what is given."""
    return graph.label.partition("arrive as")[2]


def test_captions_hold_the_numbers_of_each_step():
    captions = draw_graph(NEURON).captions
    assert captions[0] == f"Given: x = 2, w = 0.5, b = {MINUS}1, yₜ = 1."
    assert captions[1] == "Forward, multiply: 0.5 and 2 give m = 1."
    assert captions[3] == "Forward, sigmoid: 0 gives y = 0.5."
    assert captions[5].endswith("∂l/∂l = 1.")
    assert f"{MINUS}1 · 0.25 = {MINUS}0.25 to z" in captions[7]
    assert f"1 · ({MINUS}1) = {MINUS}1 to y and 1 · 1 = 1 to yₜ." in captions[6]


def test_parameters_have_a_rim_of_their_own():
    graph = draw_graph(NEURON, parameters=["w", "b"])
    root = ElementTree.fromstring(f"<g>{graph.frames[0]}</g>")
    rims = [circle.get("stroke") for circle in root.iter("circle")]
    assert rims.count(PARAMETER) == 2
    assert len(rims) == len(NEURON)
    assert PARAMETER not in draw_graph(NEURON).frames[0]


def test_the_way_back_is_dashed_and_moves_along_the_edges_of_one_node():
    graph = draw_graph(NEURON)
    for frame, arrows in enumerate([0, 2, 2, 1, 2, 0, 2, 1, 2, 2]):
        root = ElementTree.fromstring(f"<g>{graph.frames[frame]}</g>")
        lines = [path for path in root.iter("path") if path.get("stroke-width")]
        assert len(lines) == arrows
        assert all(bool(p.get("stroke-dasharray")) == (frame > 5) for p in lines)


@pytest.mark.parametrize("steps", [NEURON, GATES])
def test_nodes_stand_apart_and_everything_is_inside_the_picture(steps):
    graph = draw_graph(steps)
    for frame in range(len(graph.frames)):
        root = ElementTree.fromstring(graph.svg(frame))
        _, _, width, height = map(float, root.get("viewBox").split())
        space = "{http://www.w3.org/2000/svg}"
        centres = [
            (float(c.get("cx")), float(c.get("cy")))
            for c in root.iter(f"{space}circle")
        ]
        assert (
            min(
                math.dist(one, other)
                for k, one in enumerate(centres)
                for other in centres[:k]
            )
            > 2 * 19
        )
        for text in root.iter(f"{space}text"):
            half = 4.5 * len(text.text)
            assert half - 8 < float(text.get("x")) < width
            assert 10 < float(text.get("y")) < height
    assert graph.width <= 480


@pytest.mark.parametrize(
    ("steps", "parameters", "fragment"),
    [
        ({"a": 1.0, "l": ("divide", "a")}, (), "unknown operation 'divide'; there are"),
        ({"a": 1.0, "l": ("add", "a")}, (), "add takes 2 arguments, but step 'l'"),
        ({"l": ("square", "a"), "a": 1.0}, (), "uses 'a', which is not before it"),
        ({"a": 1.0}, (), "the last step must be an operation, got [('a', 1.0)]"),
        ({}, (), "the last step must be an operation, got []"),
        ({"a": 1.0, "b": 2.0, "l": ("square", "a")}, (), "'b' is used by no other"),
        ({"a": 1.0, "l": ("square", "a")}, ("l",), "'l' is no number among the steps"),
        ({str(k): 1.0 for k in range(17)}, (), "17 steps is not legible, 16 are"),
        (
            {"0": 1.0} | {str(k): ("tanh", str(k - 1)) for k in range(1, 10)},
            (),
            "9 operations one behind the other",
        ),
    ],
)
def test_what_is_no_graph_is_refused(steps, parameters, fragment):
    with pytest.raises(ValueError, match=re.escape(fragment)):
        draw_graph(steps, parameters=parameters)
