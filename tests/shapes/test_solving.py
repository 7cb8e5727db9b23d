import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.shapes import (
    Input,
    Model,
    Sequential,
    Setting,
    layers,
    same_padding,
    smallest_input,
    solve,
)
from tests.oracles import padded_places, places, spread


def test_halving_28_has_nine_answers_in_the_usual_range():
    found = solve(
        input=28,
        output=14,
        kernel=range(1, 8),
        strides=range(1, 5),
        dilation=range(1, 4),
    )
    assert len(found) == 9
    assert found[0] == Setting(1, strides=2)
    assert {setting.strides for setting in found} == {2}


@pytest.mark.slow
@given(st.integers(1, 20), st.integers(1, 20))
def test_every_answer_holds_and_none_is_missing(length, wanted):
    found = solve(
        input=length,
        output=wanted,
        kernel=range(1, 6),
        strides=range(1, 4),
        dilation=(1, 2),
    )
    expected = []
    for kernel in range(1, 6):
        for strides, dilation in [(1, 1), (2, 1), (3, 1), (1, 2)]:
            if len(places(length, kernel, strides, dilation)) == wanted:
                expected.append((kernel, strides, dilation, "valid"))
            before, after = same_padding(
                length, kernel, strides=strides, dilation=dilation
            )
            if (
                padded_places(length, kernel, strides, dilation, before, after)
                == wanted
            ):
                expected.append((kernel, strides, dilation, "same"))
    got = [(s.kernel, s.strides, s.dilation, s.padding) for s in found]
    assert sorted(got) == sorted(expected)


@given(st.integers(1, 12), st.integers(1, 30))
def test_transposed(length, wanted):
    found = solve(
        input=length,
        output=wanted,
        kernel=range(1, 6),
        strides=range(1, 4),
        padding="valid",
        transposed=True,
        output_padding=0,
    )
    expected = {
        (kernel, strides)
        for kernel in range(1, 6)
        for strides in range(1, 4)
        if spread(length, kernel, strides, 1) == wanted
    }
    assert {(s.kernel, s.strides) for s in found} == expected


def test_depth_for_a_receptive_field():
    assert solve(receptive_field=31, kernel=3) == [Setting(3, depth=15)]
    (setting,) = solve(receptive_field=9, kernel=3, dilation=2, depth=range(1, 5))
    assert repr(setting) == "Setting(kernel=3, dilation=2, depth=2)"
    assert solve(receptive_field=8, kernel=3) == []


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        ({"input": 28}, "needs input and output"),
        ({"input": 28, "output": 3, "receptive_field": 3}, "either receptive_field"),
        ({"input": 28, "output": 3, "kernel": []}, "kernel names no value"),
        (
            {
                "input": 9,
                "output": 3,
                "kernel": range(1, 2000),
                "strides": range(1, 2000),
            },
            "too many to try",
        ),
    ],
)
def test_questions_without_sense_are_refused(arguments, fragment):
    with pytest.raises(ValueError, match=fragment):
        solve(**arguments)


def stack(shape):
    return Sequential(
        [
            Input(shape),
            layers.Conv2D(4, (5, 3)),
            layers.MaxPooling2D(2),
            layers.Conv2D(4, 3),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )


def test_the_smallest_input_fits_and_one_less_does_not():
    batch, h, w, c = smallest_input(stack((32, 32, 3)))
    assert (batch, h, w, c) == (None, 10, 8, 3)
    stack((h, w, c))
    for smaller in ((h - 1, w, c), (h, w - 1, c)):
        with pytest.raises(ValueError, match="does not fit"):
            stack(smaller)


def test_what_has_no_smallest_input_is_refused():
    a, b = Input((8, 8, 1)), Input((8, 8, 1))
    with pytest.raises(ValueError, match="one input, got 2"):
        smallest_input(Model([a, b], layers.Add()([a, b])))
    with pytest.raises(ValueError, match="no input up to 4"):
        smallest_input(stack((32, 32, 3)), most=4)
