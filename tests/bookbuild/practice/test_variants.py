"""Every exercise, with the numbers of the chapter and of many seeds."""

import re
from dataclasses import replace
from functools import cache

import pytest

from bookbuild.practice.judging import MISCONCEPTION, RIGHT, judge, judge_part
from bookbuild.practice.parts import Formula, Number, Numbers, whole
from bookbuild.practice.variants import Draw, Exercise, Variant, exercise

from .asked import EXERCISES, LABELS

pytestmark = pytest.mark.slow

FEW = range(12)
# How many different questions and answers these give at least, where there are few.
FEWEST = {
    "ex-whynow-sixteen-functions": (3, 3),  # more than two inputs are too many to try
    "ex-bn-two": (4, 1),  # two normalised values are always −1 and 1
}


@cache
def variants_of(one):
    return [one.variant(None), *(one.variant(seed) for seed in FEW)]


def typed_as(part, answer):
    """Return an answer as a person with a calculator would type it."""
    if isinstance(part, Formula):
        return answer
    if isinstance(part, Numbers):
        return ", ".join(f"{float(value):.9g}" for value in answer)
    if isinstance(part, Number):
        return f"{float(answer):.9g}"
    return part.write(answer)


@pytest.mark.parametrize("one", EXERCISES, ids=LABELS)
def test_the_answer_that_is_shown_is_right(one):
    for variant in variants_of(one):
        typed = [part.write(part.answer) for part in variant.parts]
        assert {verdict.verdict for verdict in judge(variant, typed)} == {RIGHT}
        typed = [part.written for part in variant.parts]
        assert {verdict.verdict for verdict in judge(variant, typed)} == {RIGHT}


@pytest.mark.parametrize("one", EXERCISES, ids=LABELS)
def test_each_misconception_is_named(one):
    for variant in variants_of(one):
        for part in variant.parts:
            for misconception, answer in part.mistakes.items():
                verdict = judge_part(part, typed_as(part, answer))
                assert (verdict.verdict, verdict.name) == (
                    MISCONCEPTION,
                    misconception.name,
                ), (part.label, answer, part.answer)
                assert verdict.say == misconception.sentence


@pytest.mark.parametrize("one", EXERCISES, ids=LABELS)
def test_each_misconception_can_be_told_apart_for_some_seed(one):
    made = one.make(Draw(None))
    planted = {
        (place, misconception)
        for place, part in enumerate(made.parts)
        for misconception, answer in part.mistakes.items()
        if answer is not None
    }
    for seed in range(40):
        for place, part in enumerate(one.variant(seed).parts):
            planted -= {(place, misconception) for misconception in part.mistakes}
        if not planted:
            break
    assert planted == set()


@pytest.mark.parametrize("one", EXERCISES, ids=LABELS)
def test_a_seed_always_gives_the_same(one):
    def shown(variant):
        return variant.question, [part.written for part in variant.parts]

    assert shown(one.variant(5)) == shown(one.variant(5))
    assert shown(one.variant(None)) == shown(one.variant(None))


@pytest.mark.parametrize("one", EXERCISES, ids=LABELS)
def test_seeds_give_new_questions_and_answers(one):
    drawn = [one.variant(seed) for seed in FEW]
    questions = {tuple(variant.question) for variant in drawn}
    assert tuple(one.variant(None).question) not in questions
    answers = {tuple(part.written for part in variant.parts) for variant in drawn}
    fewest_questions, fewest_answers = FEWEST.get(one.label, (4, 3))
    assert len(questions) >= fewest_questions
    assert len(answers) >= fewest_answers


@pytest.mark.parametrize("one", EXERCISES, ids=LABELS)
def test_what_is_shown_is_plain_text(one):
    for variant in variants_of(one):
        is_about_formulas = any(isinstance(part, Formula) for part in variant.parts)
        shown = [*variant.question, *variant.explanation]
        shown += [part.label for part in variant.parts]
        for text in shown:
            assert text
            assert text == text.strip()
            assert not re.search(r"[<>]\w|\$|&\w+;", text), text
            assert "\\" not in text or is_about_formulas, text
            assert text.count("`") % 2 == 0, text
            assert "Fraction" not in text
            assert "e-0" not in text, text
            plain = "".join(text.split("`")[::2])
            assert not re.search(r"(^|[\s(])-\d", plain) or is_about_formulas, text
            assert "  " not in text, text
            assert "{" not in text or is_about_formulas, text


# "How many weights has it?" for "does it have", and "behind" for "after".
FOREIGN = re.compile(
    r"(?<!after )\bhow many [\w ]+ has (?:the|it|its|each|one)\b|\bbehind\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("one", EXERCISES, ids=LABELS)
def test_what_is_shown_is_english(one):
    for variant in variants_of(one):
        shown = [*variant.question, *variant.explanation]
        for part in variant.parts:
            shown += [part.label, *(slip.sentence for slip in part.mistakes)]
        assert [text for text in shown if FOREIGN.search(text)] == []


def test_what_is_not_english_is_found():
    assert FOREIGN.search("How many parameters has the layer?")
    assert FOREIGN.search("the layers behind it")
    assert not FOREIGN.search("How many parameters does the layer have?")
    assert not FOREIGN.search("After how many steps has it lost half of its size?")


@pytest.mark.parametrize("one", EXERCISES, ids=LABELS)
def test_a_hint_says_how_to_type(one):
    for part in one.variant(None).parts:
        assert part.kind
        assert len(part.hint) > 15
        assert "fraction" not in part.hint or not part.unit
        if isinstance(part, Formula):
            several = "letters " in part.hint
            assert several == (len(part.letters.ranges) > 1)


def test_no_label_is_defined_twice():
    assert len(set(LABELS)) == len(LABELS)


# -- the machinery --------------------------------------------------------------------


@exercise("ex-planted")
def planted(draw):
    size = draw.one(1, 1, 1, 2)
    if draw.source and draw.whole(0, low=0, high=3) == 0:
        return None
    from bookbuild.practice import misconceptions as may

    return Variant(
        question=[f"How much is {size} squared?"],
        parts=[
            whole(
                "square",
                size**2,
                {may.SQUARE_FORGOTTEN: size, may.TWICE: 2 * size**2 - size},
            )
        ],
        explanation=["It is its square."],
    )


def test_numbers_that_tell_nothing_apart_are_drawn_again():
    assert planted.variant(None).mistakes == 0
    for seed in range(10):
        assert planted.variant(seed).question == ["How much is 2 squared?"]
        assert planted.variant(seed).mistakes == 2


def test_the_numbers_of_the_chapter_are_drawn_again():
    often = Exercise(
        "ex-often",
        lambda draw: Variant([f"Is it {draw.one(1, 1, 1, 2)}?"], [whole("it", 1)], []),
    )
    assert often.variant(None).question == ["Is it 1?"]
    assert {tuple(often.variant(seed).question) for seed in FEW} == {("Is it 2?",)}


def test_an_exercise_that_refuses_all_numbers_keeps_those_of_the_chapter():
    stubborn = Exercise("ex-stubborn", lambda draw: draw.source or planted.make(draw))
    refuses = replace(
        stubborn, make=lambda draw: None if draw.source else planted.make(draw)
    )
    assert refuses.variant(3).question == ["How much is 1 squared?"]


def test_a_draw_stays_within_its_limits():
    import random

    draw = Draw(random.Random(0))
    assert {draw.whole(5, low=1, high=3) for _ in range(50)} == {1, 2, 3}
    assert {draw.decimal(0.5, low=0, high=0.3) for _ in range(80)} == {0, 0.1, 0.2, 0.3}
    assert sorted(draw.shuffled([3, 1, 2])) == [1, 2, 3]
    assert Draw(None).shuffled([3, 1, 2]) == [3, 1, 2]
    assert {draw.another(5, 1, 2) for _ in range(50)} == {1, 2}
    assert Draw(None).another(5, 1, 2) == 5
