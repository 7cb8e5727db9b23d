"""Sheets for a class, and their key."""

import pytest

from bookbuild.practice import sheets
from bookbuild.practice.catalogue import exercises_of
from bookbuild.practice.errors import RequestError


def test_every_student_gets_other_numbers():
    made = sheets.sheets("convolution", seed=7, students=30)
    assert [sheet.student for sheet in made] == list(range(1, 31))
    for sheet in made:
        assert [task.label for task in sheet.tasks] == list(exercises_of("convolution"))
    windows = {tuple(sheet.tasks[0].variant.question) for sheet in made}
    assert len(windows) == 30


def test_the_same_seed_gives_the_same_sheets():
    one, other = (
        [sheets.sheet_in_markdown(sheet) for sheet in made]
        for made in (
            sheets.sheets("convnets", seed=3, students=4),
            sheets.sheets("convnets", seed=3, students=4),
        )
    )
    assert one == other
    more = sheets.sheets("convnets", seed=4, students=4)
    assert sheets.sheet_in_markdown(more[0]) not in one


def test_a_sheet_asks_and_does_not_answer():
    labels = ["ex-images-window", "ex-channels-count"]
    (sheet,) = sheets.sheets(
        "convolution",
        seed=1,
        students=1,
        labels=labels,
        title="Convolution",
        titles={"ex-images-window": "Windows"},
    )
    text = sheets.sheet_in_markdown(sheet)
    key = sheets.key_in_markdown([sheet])
    assert text.startswith("# Convolution: sheet 1\n")
    assert "## 1. Windows\n" in text
    assert "## 2. ex-channels-count\n" in text
    for task in sheet.tasks:
        for part in task.variant.parts:
            assert f"- {part.label}: ____" in text
            assert part.written in key
    assert sheet.tasks[0].variant.parts[0].written not in text
    assert "seed 1001" in key


def test_an_exercise_that_is_named_twice_is_asked_once():
    (sheet,) = sheets.sheets(
        "convolution", seed=1, students=1, labels=["ex-images-window"] * 2
    )
    assert len(sheet.tasks) == 1


def test_signs_of_markdown_are_escaped_outside_code():
    assert sheets._escaped("a*b_c and `x_y*`") == "a\\*b\\_c and `x_y*`"
    assert sheets._escaped("# one") == "\\# one"


@pytest.mark.parametrize("chapter", ["convolution", "backpropagation", "activations"])
def test_a_key_is_a_table_of_two_columns(chapter):
    key = sheets.key_in_markdown(sheets.sheets(chapter, seed=2, students=3))
    rows = [line for line in key.splitlines() if line.startswith("|")]
    assert len(rows) == 3 * (len(exercises_of(chapter)) + 2)
    for row in rows:
        assert row.replace(r"\|", "").count("|") == 3, row


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"chapter": "algebra"}, "no chapter 'algebra'.*there are why-now, neuron"),
        ({"students": 0}, "0 students cannot get a sheet each; give a number from 1"),
        ({"students": -3}, "-3 students"),
        ({"students": 10**6}, "1 to 999"),
        ({"labels": ["ex-nothing"]}, "ex-nothing is no exercise of convolution"),
    ],
)
def test_what_makes_no_sense_is_refused(given, message):
    wanted = {"chapter": "convolution", "seed": 1, "students": 2, **given}
    with pytest.raises(RequestError, match=message):
        sheets.sheets(wanted.pop("chapter"), **wanted)
