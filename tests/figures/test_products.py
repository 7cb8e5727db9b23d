import itertools
import re

import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from byhand.figures.colours import CONTRAST, INPUT, OUTPUT, UNIT
from byhand.figures.products import draw_product

X = ("x", ("N", 4), ("n", 3))
W = ("W", ("n", 3), ("m", 2))
Z = ("z", ("N", 4), ("m", 2))
BIAS = ("b", ("m", 2))


def sizes(figure, colour):
    """Return width and height of each rectangle with this fill."""
    return [
        (patch.get_width(), patch.get_height())
        for patch in figure.axes[0].patches
        if patch.get_facecolor()[:3] == to_rgb(colour) and patch.get_facecolor()[3]
    ]


def outlined(figure):
    """Return the rectangles without a fill: left, bottom, width, height."""
    return [
        (*patch.get_xy(), patch.get_width(), patch.get_height())
        for patch in figure.axes[0].patches
        if isinstance(patch, Rectangle) and not patch.get_facecolor()[3]
    ]


def test_rectangles_are_as_wide_as_their_columns_and_as_high_as_their_rows():
    figure = draw_product(X, W, Z, bias=BIAS)
    assert sizes(figure, INPUT) == [(3, 4)]
    assert sizes(figure, UNIT) == [(2, 3), (2, 1)]
    assert sizes(figure, OUTPUT) == [(2, 4)]


def test_a_long_side_grows_as_the_root_of_its_length():
    figure = draw_product(
        ("x", ("N", 64), ("n", 16)),
        ("W", ("n", 16), ("m", 1)),
        ("z", ("N", 64), ("m", 1)),
    )
    assert sizes(figure, INPUT) == [(4, 8)]
    assert sizes(figure, UNIT) == [(1, 4)]


def test_the_shared_length_is_marked_on_both_factors():
    figure = draw_product(X, W, Z)
    marks = [line for line in figure.axes[0].lines if line.get_color() == CONTRAST]
    top, side = (line.get_xydata() for line in marks)
    assert top[:, 1].tolist() == [2, 2]  # the upper edge of x
    assert top[1, 0] - top[0, 0] == 3
    assert side[0, 0] == side[1, 0]  # an upright edge, of W
    assert side[1, 1] - side[0, 1] == 3


@pytest.mark.parametrize("bias", [None, ("b^{(l+1)}", ("n^{(l+1)}", 4))])
def test_long_letters_touch_neither_a_sign_nor_a_rectangle(bias):
    figure = draw_product(
        (r"\delta^{(l+1)}", ("n^{(l-1)}", 6), ("n^{(l+1)}", 3)),
        (r"W^{(l+1)\top}", ("n^{(l+1)}", 3), ("n^{(l+1)}", 4)),
        ("z", ("n^{(l-1)}", 6), ("n^{(l+1)}", 4)),
        bias=bias,
    )
    figure.draw_without_rendering()
    axes = figure.axes[0]
    at_the_middle = [text for text in axes.texts if text.get_position()[1] == 0]
    boxes = [one.get_window_extent() for one in [*at_the_middle, *axes.patches]]
    signs = 1 if bias is None else 2
    assert len(at_the_middle) == 3 + signs
    boxes.sort(key=lambda box: box.x0)
    for one, other in itertools.pairwise(boxes):
        assert one.x1 < other.x0


def test_every_cell_is_drawn_only_while_they_can_be_counted():
    few = draw_product(X, W, Z)
    inner = (4 - 1) + (3 - 1) + (3 - 1) + (2 - 1) + (4 - 1) + (2 - 1)
    assert len(few.axes[0].lines) == inner + 2
    many = draw_product(
        ("x", ("N", 40), ("n", 30)),
        ("W", ("n", 30), ("m", 20)),
        ("z", ("N", 40), ("m", 20)),
    )
    assert len(many.axes[0].lines) == 2


def test_an_element_is_outlined_with_its_row_its_column_and_its_bias():
    figure = draw_product(X, W, Z, bias=BIAS, element=(1, 2))
    row, column, element, bias = outlined(figure)
    # x is 4 high, so that its first row lies between 1 and 2.
    assert row == (0, 1, 3, 1)
    # W begins behind x and a gap; its second column is one unit further.
    first = draw_product(X, W, Z, bias=BIAS, element=(1, 1))
    assert column[0] - outlined(first)[1][0] == 1
    assert column[1:] == (-1.5, 1, 3)
    assert element[0] - outlined(first)[2][0] == 1
    assert element[1:] == (1, 1, 1)
    assert bias[0] - outlined(first)[3][0] == 1
    assert "Row 1 of x, column 2 of W and the element of z" in figure.get_label()


def test_letters_stand_at_their_edges_and_signs_between():
    figure = draw_product(X, W, Z, bias=BIAS)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert texts == [
        *("$x$", "$n$", "$N$"),
        *("$W$", "$m$", "$n$"),
        *("$b$", "$m$", "$+$"),
        *("$z$", "$m$", "$N$", "$=$"),
    ]


@pytest.mark.parametrize(
    ("latex", "spoken"),
    [
        (r"W^{(1)\top}", "W(1) transposed with"),
        (r"x^{\top}", "x transposed with"),
        (r"\delta_{r}", "deltar with"),
    ],
)
def test_the_label_speaks_names_without_latex(latex, spoken):
    figure = draw_product(
        (latex, ("2", 2), ("n", 1)),
        ("W", ("n", 1), ("5", 5)),
        ("z", ("2", 2), ("5", 5)),
    )
    assert f"product: {spoken} 2 rows and n = 1 column, times W" in figure.get_label()
    assert "The shared length n = 1 is marked." in figure.get_label()


@pytest.mark.parametrize(
    ("change", "fragment"),
    [
        ({"right": ("W", ("n", 4), ("m", 2))}, "columns of x must be the rows of W"),
        ({"right": ("W", ("k", 3), ("m", 2))}, "got n = 3 and k = 3"),
        ({"product": ("z", ("N", 5), ("m", 2))}, "rows of z must be the rows of x"),
        ({"product": ("z", ("N", 4), ("m", 9))}, "got m = 9 and m = 2"),
        ({"bias": ("b", ("m", 3))}, "columns of b must be the columns of z"),
        ({"left": ("x", ("N", 0), ("n", 3))}, "got 0 and 3"),
        ({"element": (5, 1)}, "row from 1 to 4 and a column from 1 to 2 of z, got (5"),
        ({"element": (1, 0)}, "got (1, 0)"),
    ],
)
def test_what_is_no_product_is_refused(change, fragment):
    arguments = {"left": X, "right": W, "product": Z} | change
    with pytest.raises(ValueError, match=re.escape(fragment)):
        draw_product(**arguments)


def test_no_window_and_no_global_state():
    import matplotlib.pyplot as plt

    draw_product(X, W, Z)
    assert plt.get_fignums() == []
