import re
from itertools import pairwise

import pytest
from matplotlib.colors import to_rgb

from byhand.figures.colours import UNIT
from byhand.figures.schematics import draw_network, draw_neuron, draw_windows
from tests.oracles import places


def drawn(figure):
    """Return the circles and arrows of a drawing."""
    axes = figure.axes[0]
    return axes.patches, [text for text in axes.texts if text.arrow_patch]


@pytest.fixture(autouse=True)
def _annotations_know_their_arrows(monkeypatch):
    from matplotlib.text import Text

    monkeypatch.setattr(Text, "arrow_patch", None, raising=False)


@pytest.mark.parametrize("inputs", [1, 3, 8])
def test_a_neuron_has_an_arrow_for_each_input_its_bias_and_its_output(inputs):
    figure = draw_neuron(inputs)
    circles, arrows = drawn(figure)
    assert len(circles) == inputs + 2
    assert len(arrows) == inputs + 2
    assert f"{inputs} input" in figure.get_label()


@pytest.mark.parametrize("inputs", [1, 3, 8])
def test_an_activation_is_one_circle_and_one_arrow_more(inputs):
    figure = draw_neuron(inputs, activation=True)
    circles, arrows = drawn(figure)
    assert len(circles) == inputs + 3
    assert len(arrows) == inputs + 3
    texts = [text.get_text() for text in figure.axes[0].texts]
    right = [texts.index(name) for name in (r"$\Sigma$", "$z$", "$g$", "$a$")]
    across = [figure.axes[0].texts[k].get_position()[0] for k in right]
    assert across == sorted(across)
    assert "through the activation g, and a leaves it" in figure.get_label()


@pytest.mark.parametrize("widths", [[3, 4, 4, 1], [1, 1], [12, 2, 12]])
def test_a_network_has_an_arrow_for_each_weight(widths):
    figure = draw_network(widths)
    circles, arrows = drawn(figure)
    weights = sum(n * m for n, m in pairwise(widths))
    assert len(circles) == sum(widths)
    assert len(arrows) == weights
    assert f"{weights} arrows" in figure.get_label()


def test_the_label_names_every_column():
    label = draw_network([2, 5, 3], names=["x", "a", "y"]).get_label()
    assert re.search(r"x 2, a 5, y 3", label)


@pytest.mark.parametrize(
    ("call", "fragment"),
    [
        (lambda: draw_neuron(0), "from 1 to 8"),
        (lambda: draw_windows(17, 3), "from 1 to 16"),
        (lambda: draw_windows(3, 4), "does not fit"),
        (lambda: draw_network([3]), "at least inputs and outputs, got [3]"),
        (lambda: draw_network([3, 40]), "from 1 to 12"),
        (lambda: draw_network([3, 1], names=["a"]), "each of the 2 columns, got 1"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, fragment):
    with pytest.raises(ValueError, match=re.escape(fragment)):
        call()


@pytest.mark.parametrize(("length", "kernel", "strides"), [(7, 3, 1), (8, 3, 2)])
def test_a_kernel_is_drawn_at_each_of_its_places(length, kernel, strides):
    figure = draw_windows(length, kernel, strides=strides)
    starts = places(length, kernel, strides, 1)
    covered = [
        round(patch.get_x())
        for patch in figure.axes[0].patches
        if patch.get_facecolor()[:3] == to_rgb(UNIT) and patch.get_facecolor()[3]
    ]
    assert covered == [start + tap for start in starts for tap in range(kernel)]
    assert f"{len(starts)} places" in figure.get_label()


def test_no_window_and_no_global_state():
    import matplotlib.pyplot as plt

    draw_network([2, 1])
    assert plt.get_fignums() == []
