import numpy as np
import pytest
from matplotlib.colors import to_rgba

from byhand.figures import draw_convolution_matrix
from byhand.figures.colours import CYCLE
from byhand.shapes import ShapeError
from tests.oracles import places


@pytest.mark.parametrize(("length", "kernel", "strides"), [(7, 3, 1), (8, 3, 2)])
def test_each_column_holds_the_kernel_at_its_position(length, kernel, strides):
    figure = draw_convolution_matrix(length, kernel, strides=strides)
    starts = places(length, kernel, strides, 1)
    expected = {
        (start + tap, column): to_rgba(CYCLE[tap])[:3]
        for column, start in enumerate(starts)
        for tap in range(kernel)
    }
    coloured = {
        (round(patch.get_y()), round(patch.get_x())): patch.get_facecolor()[:3]
        for patch in figure.axes[0].patches
        if patch.get_facecolor()[3]
    }
    assert coloured == expected
    assert len(figure.axes[0].patches) == length * len(starts)


def test_the_cells_are_labelled_as_numpy_computes_them():
    figure = draw_convolution_matrix(5, 2)
    K = np.array([np.correlate(row, [10, 20], "valid") for row in np.eye(5)])
    texts = {
        (round(text.get_position()[1] - 0.5), round(text.get_position()[0] - 0.5)): text
        for text in figure.axes[0].texts
        if text.get_text() == "0" or text.get_text().startswith("$W")
    }
    for place, value in np.ndenumerate(K):
        name = {0: "0", 10: "$W_{0}$", 20: "$W_{1}$"}[value]
        assert texts[place].get_text() == name


def test_the_label_counts_the_weights():
    label = draw_convolution_matrix(6, 3, strides=2).get_label()
    assert "6 rows and 2 columns" in label
    assert "6 of 12 weights are not zero and take 3 values" in label
    assert "2 further down" in label


@pytest.mark.parametrize(
    ("length", "kernel", "error", "fragment"),
    [
        (13, 3, ValueError, "from 1 to 12, got 13"),
        (9, 8, ValueError, "from 1 to 7"),
        (3, 4, ShapeError, "does not fit"),
    ],
)
def test_what_cannot_be_drawn_is_refused(length, kernel, error, fragment):
    with pytest.raises(error, match=fragment):
        draw_convolution_matrix(length, kernel)
