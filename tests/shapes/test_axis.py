import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from byhand.shapes import (
    ShapeError,
    conv_output,
    conv_transpose_output,
    effective_kernel,
    pool_output,
    same_padding,
)
from byhand.shapes.axis import conv_formula, pool_formula
from byhand.shapes.size import Size, substitute
from tests.oracles import padded_places, places, spread
from tests.strategies import kernels, lengths, steps


@given(lengths, kernels, steps)
def test_valid_counts_the_places_where_the_kernel_fits(length, kernel, step):
    strides, dilation = step
    found = places(length, kernel, strides, dilation)
    if found:
        got = conv_output(length, kernel, strides=strides, dilation=dilation)
        assert got == len(found)
    else:
        with pytest.raises(ShapeError, match="does not fit"):
            conv_output(length, kernel, strides=strides, dilation=dilation)


@given(lengths, kernels, steps)
def test_same_is_what_its_own_zeros_make_room_for(length, kernel, step):
    strides, dilation = step
    before, after = same_padding(length, kernel, strides=strides, dilation=dilation)
    got = conv_output(
        length, kernel, strides=strides, dilation=dilation, padding="same"
    )
    assert got == padded_places(length, kernel, strides, dilation, before, after)
    assert got == -(-length // strides)
    assert 0 <= after - before <= 1


@given(lengths, kernels, steps)
def test_causal_is_as_long_as_same(length, kernel, step):
    strides, dilation = step
    options = {"strides": strides, "dilation": dilation}
    assert conv_output(length, kernel, padding="causal", **options) == conv_output(
        length, kernel, padding="same", **options
    )


@given(lengths, kernels, steps)
def test_transposed_covers_what_its_stamps_touch(length, kernel, step):
    strides, dilation = step
    span = effective_kernel(kernel, dilation=dilation)
    covered = spread(length, kernel, strides, dilation)
    got = conv_transpose_output(length, kernel, strides=strides, dilation=dilation)
    # With a stride longer than the kernel, Keras keeps the gap behind the last stamp.
    assert got == covered + max(strides - span, 0)
    assert (
        conv_transpose_output(
            length, kernel, strides=strides, dilation=dilation, output_padding=0
        )
        == covered
    )


@pytest.mark.slow
@given(lengths, kernels, st.integers(1, 5))
def test_transposed_returns_to_a_length_that_the_convolution_came_from(
    length, kernel, strides
):
    assume(kernel <= length and strides <= kernel)
    small = conv_output(length, kernel, strides=strides)
    lost = length - conv_transpose_output(small, kernel, strides=strides)
    assert 0 <= lost < strides


@given(lengths, st.integers(1, 9))
def test_pooling_is_a_convolution_whose_windows_touch(length, pool_size):
    assume(pool_size <= length)
    assert pool_output(length, pool_size) == length // pool_size
    assert pool_output(length, pool_size, strides=1) == conv_output(length, pool_size)
    assert pool_output(length, pool_size, padding="same") == -(-length // pool_size)


ends = st.tuples(st.integers(0, 4), st.integers(0, 4))


@given(lengths, kernels, steps, ends | st.integers(0, 4))
def test_elements_added_by_number(length, kernel, step, padding):
    strides, dilation = step
    before, after = padding if isinstance(padding, tuple) else (padding, padding)
    found = padded_places(length, kernel, strides, dilation, before, after)
    options = {"strides": strides, "dilation": dilation, "padding": padding}
    if found:
        assert conv_output(length, kernel, **options) == found
        assert _open(conv_formula, length, kernel, **options) == found
        return
    with pytest.raises(ShapeError, match="does not fit"):
        conv_output(length, kernel, **options)


@given(lengths, kernels, steps, ends)
def test_windows_that_run_over_the_end(length, kernel, step, padding):
    strides, dilation = step
    span = effective_kernel(kernel, dilation=dilation)
    before, after = (min(end, span // 2) for end in padding)
    assume(span <= length + before + after)
    options = {
        "strides": strides,
        "dilation": dilation,
        "padding": (before, after),
        "ceil_mode": True,
    }
    # Windows that are full, and one more where it begins before the end.
    full = padded_places(length, kernel, strides, dilation, before, after)
    more = (full - 1) * strides + span < before + length + after
    found = full + (more and full * strides < before + length)
    assert pool_output(length, kernel, **options) == found
    assert _open(pool_formula, length, kernel, **options) == found


def _open(rule, length, *arguments, **options):
    """Return what a rule makes of an open length, into which the number is put."""
    formula = rule(Size.symbol("T"), *arguments, **options)
    return substitute(formula.value, {"T": length})


@given(lengths, kernels, steps, ends)
def test_transposed_with_elements_taken_off(length, kernel, step, padding):
    strides, dilation = step
    left = spread(length, kernel, strides, dilation) - sum(padding)
    options = {"strides": strides, "dilation": dilation, "padding": padding}
    for extra in range(max(strides, dilation)):
        if left + extra >= 1:
            got = conv_transpose_output(length, kernel, output_padding=extra, **options)
            assert got == left + extra
        else:
            with pytest.raises(ShapeError, match="nothing is left"):
                conv_transpose_output(length, kernel, output_padding=extra, **options)
    with pytest.raises(ShapeError, match="less than strides"):
        conv_transpose_output(
            length, kernel, output_padding=max(strides, dilation), **options
        )


def test_lengths_of_a_known_network_of_pytorch():
    assert conv_output(224, 7, strides=2, padding=3) == 112
    assert pool_output(112, 3, strides=2, padding=1) == 56
    assert pool_output(55, 3, strides=2, ceil_mode=True) == 27
    assert pool_output(54, 3, strides=2, ceil_mode=True) == 27
    assert conv_transpose_output(7, 4, strides=2, padding=1) == 14


@pytest.mark.parametrize(
    "padding", ["full", -1, (1, 2, 3), (1,), None, 1.5, True, [-1, 1]]
)
def test_paddings_that_are_none_are_refused(padding):
    for rule in (conv_output, pool_output, conv_transpose_output):
        with pytest.raises((ShapeError, TypeError), match="padding"):
            rule(9, 3, padding=padding)
    with pytest.raises(ShapeError, match="half a window"):
        pool_output(9, 3, padding=2)
    with pytest.raises(ShapeError, match="leave it out"):
        pool_output(9, 3, padding="same", ceil_mode=True)


KERAS_CASES = [
    (length, kernel, strides, dilation)
    for length in (1, 2, 5, 8, 13)
    for kernel in (1, 2, 3, 5)
    for strides, dilation in [(1, 1), (2, 1), (3, 1), (7, 1), (1, 2), (1, 3)]
]


def ours_or_none(function, *arguments, **options):
    try:
        return function(*arguments, **options)
    except ShapeError:
        return None


def keras_or_none(layer, length):
    """Return the length that the real layer gives a symbol, or None if it refuses.

    Not of real numbers: given an impossible kernel, TensorFlow ends the process.
    """
    import keras

    try:
        return layer()(keras.Input((length, 1))).shape[1]
    except Exception:  # each backend has its own way to say no
        return None


@pytest.mark.slow
@pytest.mark.parametrize("padding", ["valid", "same", "causal"])
def test_conv_agrees_with_keras(padding):
    import keras

    for length, kernel, strides, dilation in KERAS_CASES:
        theirs = keras_or_none(
            lambda k=kernel, s=strides, d=dilation: keras.layers.Conv1D(
                1, k, strides=s, dilation_rate=d, padding=padding
            ),
            length,
        )
        ours = ours_or_none(
            conv_output,
            length,
            kernel,
            strides=strides,
            dilation=dilation,
            padding=padding,
        )
        assert ours == theirs, (length, kernel, strides, dilation)


@pytest.mark.slow
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_pooling_agrees_with_keras(padding):
    import keras

    for length, size, strides, _ in KERAS_CASES:
        theirs = keras_or_none(
            lambda k=size, s=strides: keras.layers.MaxPooling1D(
                k, strides=s, padding=padding
            ),
            length,
        )
        ours = ours_or_none(pool_output, length, size, strides=strides, padding=padding)
        assert ours == theirs, (length, size, strides)


@pytest.mark.slow
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("extra", [None, 0, 1])
def test_transposed_agrees_with_keras(padding, extra):
    import keras

    compared = 0
    for length, kernel, strides, dilation in KERAS_CASES:
        ours = ours_or_none(
            conv_transpose_output,
            length,
            kernel,
            strides=strides,
            dilation=dilation,
            padding=padding,
            output_padding=extra,
        )
        if ours is None or ours == 0:
            continue
        layer = keras.layers.Conv1DTranspose(
            1,
            kernel,
            strides=strides,
            dilation_rate=dilation,
            padding=padding,
            output_padding=extra,
        )
        assert layer.compute_output_shape((1, length, 1))[1] == ours
        compared += 1
    assert compared > 50


def test_lecture_lengths():
    assert conv_output(7, 3) == 5
    assert conv_output(5, 3, strides=2, padding="same") == 3
    assert [conv_output(32, 5), pool_output(28, 2), conv_output(14, 5)] == [28, 14, 10]


@pytest.mark.parametrize(
    ("call", "fragments"),
    [
        (lambda: conv_output(4, 5), ["spans 5", "length of 4", "at most 4", "least 5"]),
        (
            lambda: conv_output(8, 3, dilation=5),
            ["spans 11", "3 taps, dilation 5", "kernel of at most 2", "padding='same'"],
        ),
        (lambda: pool_output(1, 2), ["window that spans 2", "length of 1"]),
        (lambda: conv_output(0, 1), ["length must be at least 1", "got 0"]),
        (lambda: conv_output(5, 0), ["kernel must be at least 1", "got 0"]),
        (lambda: conv_output(5, 3, strides=0), ["strides must be at least 1"]),
        (lambda: conv_output(5, 3, padding="full"), ["'valid'", "got 'full'"]),
        (lambda: pool_output(5, 3, padding="causal"), ["'same'", "got 'causal'"]),
        (
            lambda: conv_transpose_output(5, 3, strides=2, output_padding=2),
            ["less than strides", "got 2", "at most 1"],
        ),
    ],
)
def test_refusals_say_what_was_wrong_and_what_to_do(call, fragments):
    with pytest.raises(ShapeError) as caught:
        call()
    for fragment in fragments:
        assert fragment in str(caught.value)


@pytest.mark.parametrize("value", [2.5, "3", None, True, [3]])
def test_a_length_that_is_no_whole_number_is_a_type_error(value):
    with pytest.raises(TypeError, match="kernel must be a whole number"):
        conv_output(5, value)


def test_a_remedy_offered_works():
    with pytest.raises(ShapeError):
        conv_output(8, 3, dilation=5)
    assert conv_output(8, 2, dilation=5) >= 1
    assert conv_output(11, 3, dilation=5) == 1


def test_numpy_integers_are_whole_numbers():
    import numpy as np

    assert conv_output(np.int64(7), np.int32(3)) == 5
