import base64
import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from bookbuild.extensions import embedded


def drawn(points, **options):
    """Return a figure of an image as SVG, or of nothing but axes."""
    figure = Figure(figsize=(2, 2))
    axes = figure.subplots()
    if points is not None:
        axes.imshow(points, **options)
    file = io.StringIO()
    figure.savefig(file, format="svg")
    return file.getvalue()


def pictures(figure):
    """Return the pictures in an SVG."""
    return [
        Image.open(io.BytesIO(base64.b64decode(found)))
        for found in embedded.PICTURE.findall(figure)
    ]


def shown(figure):
    """Return what the pictures in an SVG show, point by point."""
    return [np.asarray(picture.convert("RGBA")) for picture in pictures(figure)]


@pytest.mark.parametrize("colours", ["gray_r", "RdBu_r", "viridis"])
def test_an_image_of_numbers_is_smaller_and_shows_the_same(colours):
    points = np.random.default_rng(0).normal(size=(32, 32))
    before = drawn(points, cmap=colours, interpolation="none")
    after = embedded.lighter(before)
    assert len(after) - len(drawn(None)) < 0.6 * (len(before) - len(drawn(None)))
    (old,), (new,) = shown(before), shown(after)
    np.testing.assert_array_equal(old, new)
    (picture,) = pictures(after)
    assert picture.mode == "P"
    # The drawing around it is untouched.
    assert embedded.PICTURE.sub("", after) == embedded.PICTURE.sub("", before)


def test_a_photograph_has_too_many_colours_for_a_table():
    points = np.random.default_rng(0).integers(256, size=(32, 32, 3), dtype=np.uint8)
    before = drawn(points, interpolation="none")
    assert embedded.lighter(before) == before


def test_what_lets_the_page_show_through_stays_as_it_is():
    points = np.ones((8, 8))
    points[0] = np.nan  # which matplotlib leaves open
    before = drawn(points, interpolation="none")
    assert embedded.lighter(before) == before
    assert shown(before)[0][..., 3].min() == 0


def test_one_colour_and_a_table_that_is_full():
    one = drawn(np.zeros((4, 4)), interpolation="none")
    np.testing.assert_array_equal(shown(embedded.lighter(one)), shown(one))
    all_of_them = drawn(np.arange(256.0).reshape(16, 16), interpolation="none")
    after = embedded.lighter(all_of_them)
    np.testing.assert_array_equal(shown(after), shown(all_of_them))


def test_a_drawing_without_pictures_stays_as_it_is():
    before = drawn(None)
    assert embedded.lighter(before) == before
    assert pictures(before) == []
