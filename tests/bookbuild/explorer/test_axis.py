"""One axis against a kernel that is walked over the input, place by place."""

import itertools

import pytest

from bookbuild.explorer import axis
from bookbuild.explorer.errors import AskedError

GRID = itertools.product((1, 2, 7, 24), (1, 3, 7), (1, 2, 4), (1, 2, 4))


def walked(length, *, kernel, strides, dilation, before, after):
    """Count the places by trying each: the whole kernel must lie on what there is."""
    places = 0
    while places * strides - before + (kernel - 1) * dilation < length + after:
        places += 1
    return places


def looked_up(table, case, *, input, kernel, strides, dilation, of="outputs"):
    """Read the table as the page's script does."""
    at = 2 * ((kernel - 1) * table["most"]["input"] + input - 1)
    digits = table["cases"][case][of][f"{strides},{dilation}"][at : at + 2]
    return None if digits == "--" else int(digits, 36)


def test_the_table_holds_what_a_walk_counts():
    table = axis.table()
    for length, kernel, strides, dilation in GRID:
        steps = {"kernel": kernel, "strides": strides, "dilation": dilation}
        told = looked_up(table, "valid", input=length, **steps)
        assert (told or 0) == walked(length, before=0, after=0, **steps)
        told = looked_up(table, "same", input=length, **steps)
        before = looked_up(table, "same", input=length, of="before", **steps)
        span = (kernel - 1) * dilation + 1
        assert told == -(-length // strides)
        after = max((told - 1) * strides + span - length - before, 0)
        assert after - before in {0, 1}
        assert walked(length, before=before, after=after, **steps) == told


def test_what_is_transposed_turns_round():
    table = axis.table()
    for length, kernel, strides, dilation in GRID:
        steps = {"kernel": kernel, "strides": strides, "dilation": dilation}
        made = looked_up(table, "valid, transposed", input=length, **steps)
        assert walked(made, before=0, after=0, **steps) == length
        made = looked_up(table, "same, transposed", input=length, **steps)
        assert made == length * strides


def test_every_number_of_the_table_has_two_digits():
    table = axis.table()
    most = table["most"]
    for case in table["cases"].values():
        for of in ("outputs", "before"):
            assert len(case[of]) == most["strides"] * most["dilation"]
            for text in case[of].values():
                assert len(text) == 2 * most["input"] * most["kernel"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"input": 0}, "input must be from 1"),
        ({"input": "7"}, "whole number"),
        ({"kernel": True}, "whole number"),
        ({"padding": "some"}, "valid or same"),
        ({"kernel": 9}, "does not fit"),
        ({"input": 10**9}, "100,000"),
    ],
)
def test_what_cannot_be_is_a_sentence(change, words):
    asked = {"input": 7, "kernel": 3, "strides": 1, "dilation": 1, "padding": "valid"}
    with pytest.raises(AskedError, match=words):
        axis.answer(asked | change)
