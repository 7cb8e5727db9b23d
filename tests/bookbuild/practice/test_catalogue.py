"""Every exercise of the book answers, or is named with the reason why not."""

from pathlib import Path

import pytest
import yaml

from bookbuild.checks import reading
from bookbuild.practice import catalogue
from bookbuild.practice.catalogue import CHAPTERS, exercise_of, exercises_of
from bookbuild.practice.errors import RequestError

ROOT = Path(__file__).parents[3]
PAGES = {page.name: page for page in reading.book_in_order(ROOT)}
EXERCISES = {
    name: [exercise.name for exercise in reading.exercises_of(page.text)]
    for name, page in PAGES.items()
}
HOW = (
    "define it in bookbuild/practice/chapters/, or name it with the reason in "
    "book/unanswered.yml"
)


def unanswered():
    groups = yaml.safe_load((ROOT / "book/unanswered.yml").read_text(encoding="utf-8"))
    return {label: group["reason"] for group in groups for label in group["exercises"]}


def test_chapters_with_exercises_stand_in_the_order_of_the_book():
    assert [name for name, found in EXERCISES.items() if found] == list(CHAPTERS)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_exercise_is_forgotten(chapter):
    named = unanswered()
    defined = exercises_of(chapter)
    forgotten = [
        label
        for label in EXERCISES[chapter]
        if label not in defined and label not in named
    ]
    assert not forgotten, HOW


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_what_is_defined_stands_in_the_chapter_in_its_order(chapter):
    defined = list(exercises_of(chapter))
    assert [label for label in EXERCISES[chapter] if label in defined] == defined


def test_none_is_named_twice_or_for_nothing():
    text = (ROOT / "book/unanswered.yml").read_text(encoding="utf-8")
    listed = [
        line.strip()[2:] for line in text.splitlines() if line.startswith("    - ")
    ]
    assert len(set(listed)) == len(listed)
    every = {label for labels in EXERCISES.values() for label in labels}
    assert set(listed) <= every
    answering = set(catalogue.labels_that_answer())
    assert not answering & set(listed)
    assert answering | set(listed) == every
    assert all(len(reason) > 10 for reason in unanswered().values())


def test_more_than_half_of_all_exercises_answer():
    every = sum(map(len, EXERCISES.values()))
    assert len(catalogue.labels_that_answer()) > every / 2


def test_a_chapter_that_is_not_there():
    with pytest.raises(RequestError, match=r"no chapter 'algebra'.*why-now, neuron"):
        exercises_of("algebra")


def test_a_label_that_is_not_there():
    with pytest.raises(RequestError, match="did you mean ex-softmax-hand"):
        exercise_of("ex-softmax-hands")
    with pytest.raises(RequestError, match=r"no exercise 'zzz' takes an answer$"):
        exercise_of("zzz")
