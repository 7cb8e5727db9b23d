"""Judge what somebody typed."""

from collections.abc import Sequence
from dataclasses import dataclass

from bookbuild.practice.errors import AnswerError, RequestError
from bookbuild.practice.parts import Part
from bookbuild.practice.variants import Variant

RIGHT = "right"
MISCONCEPTION = "misconception"
WRONG = "wrong"
UNREADABLE = "unreadable"
UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Verdict:
    """What is said of one part.

    Attributes
    ----------
    verdict : str
        "right", "misconception", "wrong", "unreadable" or "unanswered".
    name : str
        The name of the misconception; empty otherwise.
    say : str
        A sentence or two for the reader; empty where the verdict says it all.
    """

    verdict: str
    name: str
    say: str


def judge(variant: Variant, typed: Sequence[str]) -> list[Verdict]:
    """Return a verdict on each part.

    Raises
    ------
    RequestError
        If there are more or fewer answers than parts.
    """
    if len(typed) != len(variant.parts):
        raise RequestError(
            f"{len(typed)} answers for {len(variant.parts)} parts; send one for each"
        )
    return [
        judge_part(part, text) for part, text in zip(variant.parts, typed, strict=True)
    ]


def judge_part(part: Part, text: str) -> Verdict:
    """Return the verdict on one part."""
    if not text.strip():
        return Verdict(UNANSWERED, "", "")
    try:
        value = part.read(text)
    except AnswerError as error:
        return Verdict(UNREADABLE, "", str(error))
    if part.agrees(value, part.answer):
        return Verdict(RIGHT, "", "")
    for misconception, answer in part.mistakes.items():
        if part.agrees(value, answer):
            return Verdict(MISCONCEPTION, misconception.name, misconception.sentence)
    guess = part.guessed(value)
    if guess is not None:
        return Verdict(MISCONCEPTION, guess.name, guess.sentence)
    return Verdict(
        WRONG,
        "",
        "None of the usual slips gives this; go through it step by step.",
    )
