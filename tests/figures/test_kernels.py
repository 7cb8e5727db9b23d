import re
from html import unescape

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.figures import Animation, draw_convolution
from byhand.figures.kernels import MINUS, MOST
from byhand.figures.walking import walk
from byhand.shapes import ShapeError, effective_kernel, same_padding
from tests.oracles import padded_places, places, spread

LENGTHS = st.integers(1, 12)
KERNELS = st.integers(1, 5)
STEPS = st.integers(1, 3)


def numbers(svg, size):
    """Return the numbers of a given size of letters in a drawing, in order."""
    found = []
    for group in re.findall(rf'<g [^>]*font-size="{size}"[^>]*>(.*?)</g>', svg):
        texts = re.findall(r">([^<>]+)</text>", group)
        found += [float(t.replace(MINUS, "-")) for t in texts if "put" not in t]
    return found


@pytest.mark.slow
@given(LENGTHS, KERNELS, STEPS, STEPS)
def test_a_kernel_without_padding_starts_where_it_fits(length, k, s, d):
    expected = places(length, k, s, d)
    if not expected:
        with pytest.raises(ShapeError, match="does not fit"):
            walk(length, k, strides=s, dilation=d)
        return
    walked = walk(length, k, strides=s, dilation=d)
    assert list(walked.starts) == expected
    assert walked.taps == tuple(tap * d for tap in range(k))
    assert [walked.element(at) for at in range(length)] == list(range(length))


@given(LENGTHS, KERNELS, STEPS, STEPS)
def test_padding_keeps_one_place_for_each_step(length, k, s, d):
    walked = walk(length, k, strides=s, dilation=d, padding="same")
    before, after = same_padding(length, k, strides=s, dilation=d)
    assert walked.before == before
    assert walked.padded == before + length + after
    assert len(walked.starts) == padded_places(length, k, s, d, before, after)
    assert walked.element(before) == 0
    assert walked.element(before - 1) is None
    assert walked.element(before + length) is None


@given(LENGTHS, KERNELS, STEPS, st.sampled_from(["valid", "same"]))
def test_a_transposed_kernel_meets_what_a_stamp_would_touch(length, k, s, padding):
    walked = walk(length, k, strides=s, padding=padding, transposed=True)
    crop = 0
    if padding == "same":  # what the convolution back would have added
        crop, _ = same_padding(length * s, k, strides=s)
        assert len(walked.starts) == length * s
    else:
        assert len(walked.starts) == max(spread(length, k, s, 1), length * s)
    for place, start in enumerate(walked.starts):
        met = {walked.element(start + tap) for tap in walked.taps} - {None}
        stamped = {
            element
            for element in range(length)
            for tap in range(k)
            if element * s + tap == place + crop
        }
        assert met == stamped


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "kernel", "options"),
    [
        ((4, 5), (2, 3), {}),
        ((5, 5), (3, 3), {"strides": 2, "padding": "same"}),
        ((6, 4), (3, 2), {"strides": 2, "padding": "same"}),
        ((7, 6), (3, 2), {"dilation": 2}),
        ((5, 6), (2, 2), {"dilation": 2, "padding": "same"}),
        ((3, 2), (3, 2), {"transposed": True}),
        ((2, 3), (3, 2), {"transposed": True, "strides": 2}),
        ((2, 2), (1, 2), {"transposed": True, "strides": 3}),
        ((3, 2), (3, 2), {"transposed": True, "strides": 2, "padding": "same"}),
        ((2, 2), (4, 3), {"transposed": True, "strides": 2, "padding": "same"}),
    ],
)
def test_the_numbers_are_those_of_keras(size, kernel, options):
    import keras

    rng = np.random.default_rng(1)
    values = rng.integers(-3, 4, size).tolist()
    weights = rng.integers(-3, 4, kernel).tolist()
    moving = draw_convolution(
        size, kernel, values=values, weights=weights, bias=2, **options
    )
    given_options = dict(options)
    transposed = given_options.pop("transposed", False)
    if "dilation" in given_options:
        given_options["dilation_rate"] = given_options.pop("dilation")
    layer = getattr(keras.layers, "Conv2DTranspose" if transposed else "Conv2D")(
        1, kernel, **given_options
    )
    x = np.array(values, "float32")[None, ..., None]
    layer.build(x.shape)
    layer.set_weights([np.array(weights, "float32")[..., None, None], np.array([2.0])])
    z = keras.ops.convert_to_numpy(layer(x))[0, ..., 0]
    assert len(moving.frames) == z.size
    assert numbers(moving.background, 14) == pytest.approx(z.ravel())
    sums = [caption.rsplit("= ", 1)[1] for caption in moving.captions]
    assert [float(s.replace(MINUS, "-")) for s in sums] == pytest.approx(z.ravel())
    for caption in moving.captions:  # what is written adds up
        left = caption.rsplit(": ", 1)[1].split(" = ")[0]
        value = eval(left.replace(MINUS, "-").replace("\N{MIDDLE DOT}", "*"))  # noqa: S307
        assert value == float(caption.rsplit("= ", 1)[1].replace(MINUS, "-"))


def test_captions_say_which_rows_and_columns():
    assert draw_convolution(7, 3).captions[1] == (
        "position (1, 2): rows 1 to 3, columns 2 to 4"
    )
    strided = draw_convolution(5, 3, strides=2, padding="same").captions
    assert strided[0] == "position (1, 1): rows 0 to 2, columns 0 to 2"
    dilated = draw_convolution((1, 7), (1, 3), dilation=3).captions
    assert dilated == ("position (1, 1): row 1, columns 1, 4 and 7",)
    stretched = draw_convolution((1, 2), (1, 1), strides=3, transposed=True).captions
    assert stretched[0] == "position (1, 1): row 1, column 1"
    assert stretched[1] == "position (1, 2): row 1, no column"


def test_a_frame_draws_as_many_taps_as_the_kernel_has_and_its_weights():
    moving = draw_convolution(4, 2, weights=[[1, -2], [3, 4]])
    for frame in moving.frames:
        kernel = re.search(r'<path d="([^"]*)"', frame)[1]
        assert kernel.count("M") == 4
        assert numbers(frame, 11) == [1, -2, 3, 4]
    assert numbers(draw_convolution(4, 2).background, 15) == []


def test_a_frame_repeats_the_values_below_the_kernel():
    values = np.arange(1, 21).reshape(4, 5)
    moving = draw_convolution((4, 5), (2, 3), values=values.tolist())
    windows = np.lib.stride_tricks.sliding_window_view(values, (2, 3)).reshape(-1, 6)
    assert [numbers(frame, 15) for frame in moving.frames] == windows.tolist()
    padded = draw_convolution(2, 3, values=[[1, 2], [3, 4]], padding="same")
    assert numbers(padded.frames[0], 15) == [0, 0, 0, 0, 1, 2, 0, 3, 4]


def test_a_transposed_kernel_is_turned_by_half_a_turn():
    moving = draw_convolution(2, 2, weights=[[1, 2], [3, 4]], transposed=True)
    assert numbers(moving.frames[0], 11) == [4, 3, 2, 1]


@pytest.mark.parametrize("d", [1, 2])
def test_the_label_says_what_is_seen(d):
    label = draw_convolution(7, 3, dilation=d, padding="same").label
    span = effective_kernel(3, dilation=d)
    assert "3 \N{MULTIPLICATION SIGN} 3 taps" in label
    assert f"to {7 + span - 1} \N{MULTIPLICATION SIGN} {7 + span - 1}" in label
    assert "49 positions" in label
    assert ("dilation" in label) == (d > 1)


def test_a_drawing_is_light():
    moving = draw_convolution(7, 3, values=[[0.25] * 7] * 7, weights=[[-0.5] * 3] * 3)
    assert isinstance(moving, Animation)
    assert len(unescape(moving._repr_html_())) < MOST
    with pytest.raises(ValueError, match=r"784 positions make a drawing of \d+ kB"):
        draw_convolution(28, 3, padding="same")


@pytest.mark.parametrize(
    ("call", "error", "fragment"),
    [
        (lambda: draw_convolution(2, 3), ShapeError, "does not fit"),
        (lambda: draw_convolution(4, 2, padding="causal"), ValueError, "'causal'"),
        (lambda: draw_convolution(2, 1, values=[[1, 2]]), ValueError, "2 rows of 2"),
        (
            lambda: draw_convolution(3, 2, weights=[[1, 2], [3]]),
            ValueError,
            r"weights must have 2 rows of 2 numbers, got rows of \[2, 1\]",
        ),
    ],
)
def test_what_cannot_be_drawn_is_said(call, error, fragment):
    with pytest.raises(error, match=fragment):
        call()
