import re

import numpy as np
import pytest

from byhand.figures import draw_filters


def numbers_in(figure):
    """Return the numbers in the cells of a drawing, in the order of drawing."""
    texts = [text.get_text() for text in figure.axes[0].texts]
    plain = [text.replace("\N{MINUS SIGN}", "-") for text in texts]
    return [float(text) for text in plain if re.fullmatch(r"-?[\d.]+", text)]


@pytest.mark.slow
@pytest.mark.parametrize(("c", "f", "k"), [(2, 2, 2), (1, 3, 1), (3, 1, 2)])
def test_the_maps_are_those_of_keras(c, f, k):
    import keras

    rng = np.random.default_rng(0)
    x = rng.integers(-3, 4, (3, 4, c))
    W = rng.integers(-3, 4, (k, k, c, f))
    b = rng.integers(-3, 4, f)
    layer = keras.layers.Conv2D(f, k)
    layer.build((None, *x.shape))
    layer.set_weights([W, b])
    z = keras.ops.convert_to_numpy(layer(x[np.newaxis].astype("float32")))[0]
    drawn = numbers_in(draw_filters(x, W, b))
    expected = [
        *np.moveaxis(x, 2, 0).ravel(),
        *W.transpose(3, 2, 0, 1).ravel(),
        *np.moveaxis(z, 2, 0).ravel(),
    ]
    assert drawn == pytest.approx(expected)


def test_the_label_tells_shapes_and_the_first_outputs():
    x = np.arange(18).reshape(3, 3, 2)
    W = np.ones((2, 2, 2, 2))
    W[..., 1] = -1
    first = x[:2, :2].sum()
    label = draw_filters(x, W, [1, 0]).get_label()
    assert "3 x 3 pixels with 2 channels" in label
    assert "2 filters of 2 x 2 x 2 weights" in label
    assert f"gives {first + 1}, \N{MINUS SIGN}{first}." in label


def test_biases_are_zero_unless_given():
    x, W = np.ones((2, 2, 1)), np.ones((2, 2, 1, 1))
    texts = [text.get_text() for text in draw_filters(x, W).axes[0].texts]
    assert "$b_1 = 0$" in texts
    assert numbers_in(draw_filters(x, W))[-1] == 4


@pytest.mark.parametrize(
    ("x", "W", "b", "fragment"),
    [
        ((3, 3), (2, 2, 1, 1), None, r"got \(3, 3\) and \(2, 2, 1, 1\)"),
        ((3, 3, 2), (2, 2, 1, 1), None, "the same c"),
        ((3, 3, 1), (2, 2, 1, 2), (1,), r"2 filters, got an array of shape \(1,\)"),
        ((2, 3, 1), (3, 3, 1, 1), None, "does not fit into an image of 2 x 3"),
        ((3, 9, 1), (2, 2, 1, 2), None, "21 cells wide"),
    ],
)
def test_what_cannot_be_drawn_is_refused(x, W, b, fragment):
    biases = None if b is None else np.zeros(b)
    with pytest.raises(ValueError, match=fragment):
        draw_filters(np.zeros(x), np.zeros(W), biases)
