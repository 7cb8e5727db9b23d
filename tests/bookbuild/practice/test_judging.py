"""Misconceptions told apart, planted by hand: a number that is worked out here."""

import pytest

from bookbuild.practice.catalogue import exercise_of
from bookbuild.practice.errors import RequestError
from bookbuild.practice.judging import judge, judge_part

# What somebody would type, worked out without the definitions, and what it shows.
PLANTED = [
    # A convolution of 64 filters of 5 × 5 on 32 channels.
    ("ex-channels-count", 0, "51264", "right"),
    ("ex-channels-count", 0, str(25 * 32 * 64), "bias forgotten"),
    ("ex-channels-count", 0, str(25 * 32 * 64 + 1), "one bias for the whole layer"),
    ("ex-channels-count", 0, str(25 * 64 + 64), "channels not multiplied"),
    ("ex-channels-count", 0, str(5 * 32 * 64 + 64), "kernel counted along one axis"),
    ("ex-channels-count", 0, "25*32*64 + 32", "inputs and outputs exchanged"),
    (
        "ex-channels-count",
        0,
        "512 000 064".replace("512 000 064", str(25 * 32 * 64 * 100**2 + 64)),
        "shared weights counted at each position",
    ),
    ("ex-channels-count", 1, "2", "one axis only"),
    ("ex-channels-count", 1, "1/4", "wrong"),
    # 425 × 638 windows with weights of their own.
    ("ex-images-window", 0, "28", "weights taken for shared"),
    ("ex-images-window", 1, "27", "bias forgotten"),
    # An axis of 32, a kernel of 5, stride 2.
    ("ex-length-by-hand", 0, "14.5", "not rounded"),
    ("ex-length-by-hand", 0, "15", "rounded up instead of down"),
    ("ex-length-by-hand", 0, "16", "same taken for valid"),
    ("ex-length-by-hand", 0, "28", "stride forgotten"),
    ("ex-length-by-hand", 0, "7", "stride counted twice"),
    ("ex-length-by-hand", 0, "13", "last position forgotten"),
    ("ex-length-by-hand", 1, "14", "valid taken for same"),
    ("ex-length-by-hand", 1, "32", "stride forgotten"),
    ("ex-length-by-hand", 1, "8", "stride counted twice"),
    ("ex-length-by-hand", 1, "17", "off by one"),
    # 224 pixels, a kernel of 7, stride 2 and padding 3.
    ("ex-length-torch", 0, "109", "padding forgotten"),
    ("ex-length-torch", 0, "112.5", "not rounded"),
    ("ex-length-inverse", 1, "5", "kernel not dilated"),
    ("ex-transposed-by-hand", 0, "1", "plain taken for transposed"),
    # Work and memory.
    (
        "ex-pool-stride-cost",
        0,
        str(2 * 3312),
        "operations taken for multiply-accumulates",
    ),
    ("ex-pool-stride-cost", 0, str(3312 - 720), "last layer left out"),
    ("ex-backward-memory", 0, str(8 * 22528000), "bits taken for bytes"),
    ("ex-backward-memory", 0, str(22528000 // 4), "numbers taken for bytes"),
    ("ex-backward-memory", 1, str(512 * 40000000), "batch counted"),
    ("ex-convnet-sequential", 2, str(47645 + 12), "pooling given parameters"),
    ("ex-bn-count", 1, "1320", "all parameters instead of the trained ones"),
    # Shapes.
    ("ex-layer-shapes", 0, "(7, 10)", "matrix transposed"),
    ("ex-layer-shapes", 0, "64 x 10 x 7", "batch counted"),
    ("ex-cost-larger-image", 1, "(32, 3, 3, 10)", "batch size fixed"),
    ("ex-cost-larger-image", 1, "3 x 3", "channels left out of the shape"),
    ("ex-cost-larger-image", 1, "10, 3, 3", "axes in another order"),
    ("ex-cost-larger-image", 1, "3, 3, 100", "channels of the input kept"),
    # Values.
    ("ex-reader-confusion", 1, "9/10", "recall taken for precision"),
    ("ex-reader-confusion", 0, "73.3", "per cent taken for a fraction"),
    ("ex-reader-confusion", 0, "73.3 %", "right"),
    ("ex-reader-confusion", 0, "0.74", "rounded too early"),
    ("ex-reader-confusion", 0, "30/22", "reciprocal"),
    ("ex-chain-tanh", 0, "4", "sign"),
    ("ex-chain-tanh", 0, "-2", "input not multiplied"),
    ("ex-simple-forward", 1, "0", "evaluated before the activation"),
    ("ex-whynow-tokens", 0, "2.96", "natural logarithm"),
    ("ex-dropout-two-layers", 0, "0.7", "rates added"),
    # Formulas.
    ("ex-functions-softplus", 0, r"\sigma(z)", "right"),
    ("ex-functions-softplus", 0, r"\frac{1}{1+e^z}", "inner derivative forgotten"),
    ("ex-functions-softplus", 0, r"\log(1+e^z)", "not differentiated"),
    ("ex-functions-softplus", 0, r"-\frac{1}{1+e^{-z}}", "sign"),
    ("ex-paths-shared", 1, r"(1-\tanh^2(w \tanh(w x))) \tanh(w x)", "one path only"),
    ("ex-bn-outlier", 0, r"\frac{1}{\sqrt{N-1}}", "reciprocal"),
    ("ex-translation-alone", 0, "o + i - 1", "right"),
    # Weights that may be chosen.
    ("ex-whynow-majority", 0, "2, 2, 2, -3", "right"),
    ("ex-whynow-majority", 0, "(1, 1, 1), 0", "bias forgotten"),
    ("ex-whynow-majority", 0, "-1, -1, -1, 1.5", "sign"),
]


@pytest.mark.parametrize(("label", "part", "typed", "name"), PLANTED)
def test_what_was_done_is_named(label, part, typed, name):
    verdict = judge_part(exercise_of(label).variant(None).parts[part], typed)
    assert name in (verdict.name, verdict.verdict), verdict


def test_more_than_fifteen_kinds_are_planted_here():
    assert len({name for *_, name in PLANTED}) > 30


@pytest.mark.parametrize("seed", range(200))
def test_a_layer_is_judged_for_every_seed(seed):
    variant = exercise_of("ex-channels-count").variant(seed)
    found = [
        int(text)
        for text in __import__("re").findall(r"\d+", " ".join(variant.question))
    ]
    filters, kernel, _, channels = found[:4]
    weights = kernel * kernel * channels * filters
    part = variant.parts[0]
    assert judge_part(part, str(weights + filters)).verdict == "right"
    assert judge_part(part, f"{weights:,}").name == "bias forgotten"
    one = kernel * kernel * filters + filters
    assert judge_part(part, str(one)).name == "channels not multiplied"


@pytest.mark.parametrize("nothing", ["", "  ", "\t"])
def test_a_part_without_an_answer_is_told_apart_from_one_that_is_unreadable(nothing):
    variant = exercise_of("ex-channels-count").variant(None)
    first, second = judge(variant, [nothing, "4"])
    assert (first.verdict, second.verdict) == ("unanswered", "right")
    unreadable, _ = judge(variant, ["?", "4"])
    assert unreadable.verdict == "unreadable"
    assert "such as 896" in unreadable.say


def test_as_many_answers_as_parts():
    variant = exercise_of("ex-channels-count").variant(None)
    with pytest.raises(RequestError, match="1 answers for 2 parts; send one for each"):
        judge(variant, ["4"])


def test_a_wrong_answer_is_wrong():
    variant = exercise_of("ex-channels-count").variant(None)
    first, _ = judge(variant, ["12345", "4"])
    assert (first.verdict, first.name) == ("wrong", "")
    assert "step by step" in first.say
