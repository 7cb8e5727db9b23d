"""What fits, against trying every setting with a walk of the kernel."""

import pytest

from bookbuild.explorer import fitting
from bookbuild.explorer.errors import AskedError

ASKED = {
    "input": 28,
    "output": 14,
    "kernel": [1, 7],
    "strides": [1, 3],
    "dilation": [1, 1],
    "padding": "valid",
}


def test_all_that_fits_is_found_and_nothing_else():
    found = {
        (one["kernel"], one["strides"]) for one in fitting.answer(ASKED)["settings"]
    }
    expected = {
        (k, s)
        for k in range(1, 8)
        for s in range(1, 4)
        if len(range(0, 28 - k + 1, s)) == 14
    }
    assert found == expected


def test_each_setting_has_its_formula_and_its_line():
    first = fitting.answer({**ASKED, "padding": "same", "kernel": [3, 3]})["settings"][
        0
    ]
    assert first["formula"].endswith("= 14")
    assert first["line"] == 'layers.Conv1D(1, 3, strides=2, padding="same")'


def test_a_receptive_field_is_reached_by_stacks():
    asked = {"field": 15, "kernel": [2, 8], "dilation": [1, 2], "depth": [1, 9]}
    for one in fitting.answer(asked)["settings"]:
        assert 1 + one["depth"] * (one["kernel"] - 1) * one["dilation"] == 15
        assert one["formula"].endswith("= 15")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"output": None}, "whole number"),
        ({"kernel": [7, 1]}, "smaller first"),
        ({"kernel": [1, 1000]}, "from 1 to 64"),
        ({"kernel": 3}, "two numbers"),
        ({"padding": "full"}, "valid or same or either|must be"),
    ],
)
def test_what_is_incomplete_is_a_sentence(change, words):
    with pytest.raises(AskedError, match=words):
        fitting.answer(ASKED | change)
