"""An explanation ends at the number that is accepted, whatever numbers are drawn."""

import re
from fractions import Fraction

import pytest

from bookbuild.practice.parts import Number, WholeNumber, number
from bookbuild.practice.variants import Variant

from .asked import EXERCISES, LABELS

pytestmark = pytest.mark.slow

SEEDS = (None, *range(12))
IN_WORDS = {"zero": 0, "one": 1, "two": 2, "both": 2}
WRITTEN = re.compile(
    r"(?P<digits>\d[\d,]*(?:\.\d+)?)"
    r"(?: ?/ ?(?P<below>\d[\d,]*(?:\.\d+)?))?"
    r"(?: · 10\^(?:\((?P<minus>−\d+)\)|(?P<plus>\d+)))?"
    r"(?P<percent> (?:%|per cent))?"
)


def plain(digits):
    return Fraction(digits.rstrip(",").replace(",", ""))


def numbers_written_in(text):
    """Return the numbers of a text, of either sign, fractions and parts of them too."""
    found = {value for word, value in IN_WORDS.items() if word in text.lower()}
    for match in WRITTEN.finditer(text):
        value = plain(match["digits"])
        found.add(value)
        if match["below"] and plain(match["below"]):
            found |= {plain(match["below"]), value / plain(match["below"])}
        if match["minus"] or match["plus"]:
            power = int((match["minus"] or match["plus"]).replace("−", "-"))
            found.add(value * Fraction(10) ** power)
        if match["percent"]:
            found.add(value / 100)
    return found | {-value for value in found}


def not_explained(variant):
    """Return the labels of the numbers that are asked for and nowhere to be read."""
    written = numbers_written_in(" ".join([*variant.question, *variant.explanation]))
    return [
        part.label
        for part in variant.parts
        if isinstance(part, Number | WholeNumber)
        and not any(part.agrees(float(value), part.answer) for value in written)
    ]


def test_numbers_of_a_text():
    found = numbers_written_in(
        "It is 5,776 / 8,732 = 0.66, about 2.1 · 10^(−9) or −3 %, the better of two."
    )
    assert {5776, Fraction(5776, 8732), Fraction("0.66"), -3, 2} <= found
    assert {Fraction("-0.03"), Fraction("2.1") / 10**9} <= found
    assert 4 not in found


def test_an_explanation_that_rounds_otherwise_is_found():
    asked = [number("examples", 87.417, decimals=1)]
    assert not_explained(Variant(["How many?"], asked, ["About 87."])) == ["examples"]
    assert not not_explained(Variant(["How many?"], asked, ["About 87.4."]))


@pytest.mark.parametrize("one", EXERCISES, ids=LABELS)
def test_the_explanation_gives_the_answer(one):
    assert {
        seed: missing for seed in SEEDS if (missing := not_explained(one.variant(seed)))
    } == {}
