"""Without a seed, each exercise has the answers that the chapter's solution states."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from bookbuild.checks import reading
from bookbuild.practice.parts import Formula, Number, Numbers, Satisfying, Shape

from .asked import CHAPTER_OF, EXERCISES, LABELS

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
WORDS = {
    "no": 0,
    "zero": 0,
    "nothing": 0,
    "same": 1,
    "one": 1,
    "two": 2,
    "twice": 2,
    "second": 2,
    "three": 3,
    "third": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "fourteen": 14,
    "fifteen": 15,
    "hundredth": 100,
    "thirds": Fraction(2, 3),
}
SCALES = {"million": 1e6, "billion": 1e9, "trillion": 1e12, "thousand": 1e3}
NUMBER = re.compile(
    r"(?P<sign>[-−]?)\s*(?P<digits>\d+(?:\.\d+)?)(?:\s*/\s*(?P<below>\d+)(?![\d.]))?"
    r"(?P<percent>\$?\s*(?:%|per cent))?"
)
# What a solution leaves to the reader, or states in other words than a number.
NOT_STATED = {
    ("ex-whynow-sixteen-functions", "functions"): "in the exercise",
    ("ex-output-targets", "outputs for the four targets"): "one by one, in words",
    ("ex-choose-table", "outputs for the four targets"): "one by one, in words",
    ("ex-engine-exp", "cross-entropy"): "as a formula",
    ("ex-backward-memory", "activations"): "rounded",
    ("ex-channels-torch", "shape in Keras"): "with letters",
    ("ex-cost-larger-image", "shape"): "as ten maps of 3 × 3",
    ("ex-loss-laplace", "best for the squared error"): "asked here alone",
    ("ex-adamw-half", "steps with ten times the rate"): "as a tenth",
    ("ex-speed-formats", "step in bfloat16"): "rounded to 0.008",
    ("ex-reading-vgg-top", "dense layer"): "as a product",
    ("ex-paper-resnet", "dense layer"): "asked here alone",
    ("ex-data-leak-count", "no sibling"): "as one minus the other",
    ("ex-bn-backward-hand", "third"): "asked here alone; a worked example has it",
    ("ex-paper-boxes", "fraction"): "as two thirds",
    ("ex-further-attention", "weight with equal keys"): "as the plain mean",
    (
        "ex-further-attention",
        "ratio of the weights",
    ): "as a product with a power of ten",
    ("ex-further-baseline", "baseline"): "in the exercise",
}


def solutions(chapter):
    text = (ROOT / "book" / f"{chapter}.md").read_text(encoding="utf-8")
    return {found["name"]: found["text"] for found in reading.SOLUTION.finditer(text)}


def exercises_in(chapter):
    text = (ROOT / "book" / f"{chapter}.md").read_text(encoding="utf-8")
    return {exercise.name: exercise.text for exercise in reading.exercises_of(text)}


def stated_in(text):
    """Return every number that a text states, in digits or in words."""
    text = text.replace("{,}", "").replace(r"\,", "").replace(r"\%", "%")
    text = re.sub(r"\\[dt]?frac\{(\d+)\}\{(\d+)\}", r"\1/\2", text)
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    found = set()
    for match in NUMBER.finditer(text):
        value = Fraction(match["digits"])
        if match["below"] and int(match["below"]):
            found |= {value, Fraction(match["below"])}
            value /= int(match["below"])
        behind = re.match(r"\$?\s*(\w+)", text[match.end() :])
        scale = SCALES.get(behind[1], 1) if behind else 1
        for one in (value, -value):
            found |= {one, one * Fraction(scale)}
            if match["percent"]:
                found.add(one / 100)
    words = re.findall(r"[a-z]+", text.lower())
    found |= {Fraction(WORDS[word]) for word in words if word in WORDS}
    powers = re.findall(r"10\^\{(-?\d+)\}", text)
    found |= {Fraction(10) ** int(power) for power in powers}
    return found


def elements_of(part):
    """Return the numbers that a part asks for, with the tolerance of each."""
    if isinstance(part, Number):
        return [(part.answer, part.tolerance)]
    if isinstance(part, Numbers):
        return [(value, part.tolerance) for value in part.answer]
    if isinstance(part, Shape):
        return [(value, 0) for value in part.answer if value is not None]
    return [(part.answer, 0)]


def test_numbers_are_found_in_a_text():
    found = stated_in(r"It is $271{,}150$, or $17/9$, $-0.5$, 73 %, and two thirds.")
    assert {271150, Fraction(17, 9), Fraction(-1, 2), Fraction(73, 100), 2} <= found
    assert 12 not in found


@pytest.mark.parametrize("exercise", EXERCISES, ids=LABELS)
def test_the_chapters_own_answers(exercise):
    chapter = CHAPTER_OF[exercise.label]
    text = solutions(chapter)[exercise.label]
    stated = stated_in(text)
    missing = []
    for part in exercise.variant(None).parts:
        if isinstance(part, Formula | Satisfying):
            continue
        if (exercise.label, part.label) in NOT_STATED:
            continue
        for value, tolerance in elements_of(part):
            near = [one for one in stated if abs(one - value) <= max(tolerance, 1e-9)]
            if not near:
                missing.append((part.label, float(value)))
    assert not missing
