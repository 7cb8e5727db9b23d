"""Exercises of the chapter on what comes next."""

from fractions import Fraction
from math import exp

from bookbuild.practice import misconceptions as may
from bookbuild.practice.numbers import write_value
from bookbuild.practice.parts import number, several, whole
from bookbuild.practice.variants import Draw, Variant, exercise


@exercise("ex-further-attention")
def one_large_score(draw: Draw) -> Variant:
    """Find the weights of attention in two extreme cases."""
    gap = draw.one(20, 8, 10, 12)
    tokens = draw.one(4, 5, 8, 10)
    return Variant(
        question=[
            f"Attention acts on {tokens} tokens. What weight does each value get if "
            "all keys are equal?",
            f"If one score of a query is larger than all the others by {gap}, what is "
            "the weight of any other token, divided by the weight of this one?",
        ],
        parts=[
            number(
                "weight with equal keys",
                Fraction(1, tokens),
                {may.NOT_NORMALISED: 1, may.ITSELF_LEFT_OUT: Fraction(1, tokens - 1)},
                decimals=3,
            ),
            number(
                "ratio of the weights",
                exp(-gap),
                {
                    may.SCORES_COMPARED: 1 / gap,
                    may.POWER_OF_TEN: 10.0**-gap,
                    may.POWER_OF_TWO: 2.0**-gap,
                    may.RECIPROCAL: exp(gap),
                },
                digits=2,
            ),
        ],
        explanation=[
            "Equal keys give equal scores and equal weights, so attention returns the "
            f"plain mean of the values: 1/{tokens} each.",
            f"In the second case the ratio is e^(−{gap}) ≈ {exp(-gap):.1e}, and "
            "attention returns that one value almost exactly.",
        ],
    )


@exercise("ex-outlook-count")
def language_model(draw: Draw) -> Variant:
    """Count the parameters of the blocks of a language model."""
    n = draw.one(768, 256, 512, 1024, 1600)
    blocks = draw.one(12, 6, 24, 48)
    wide = draw.one(4, 2)
    one = 4 * (n * n + n) + (wide * n * n + wide * n) + (wide * n * n + n) + 4 * n
    weights = (4 + 2 * wide) * n * n
    norms = 4 * n
    total = blocks * one
    return Variant(
        question=[
            f"A language model has {blocks} blocks with n = {n:,} features for each "
            "token. A block has attention with four dense layers from n to n features "
            f"(queries, keys, values, output), a dense layer of {wide} n units, one "
            "back to n, and two layer normalisations with a scale and a shift for each "
            "feature.",
            "How many parameters does one block have, with biases, and how many "
            "million do all blocks have together?",
        ],
        parts=[
            whole(
                "one block",
                one,
                {
                    may.BIAS_FORGOTTEN: weights + norms,
                    may.NORMALISATION_NOT_COUNTED: one - norms,
                    may.STOPPED_HALFWAY: one - 3 * (n * n + n),
                    may.OUTPUT_LAYER_FORGOTTEN: one - (n * n + n),
                    may.LAST_LAYER_LEFT_OUT: one - (wide * n * n + n),
                },
            ),
            number(
                "all blocks",
                total / 1e6,
                {
                    may.STOPPED_HALFWAY: one / 1e6,
                    may.OUTPUT_LAYER_FORGOTTEN: blocks * (one - (n * n + n)) / 1e6,
                },
                decimals=0,
                unit="million",
            ),
        ],
        explanation=[
            f"The attention has 4 (n² + n) parameters, the dense layers {wide} n² + "
            f"{wide} n and {wide} n² + n, and the normalisations 4 n, together "
            f"{4 + 2 * wide} n² + {9 + wide} n.",
            f"For n = {n:,} this is {one:,}, and for {blocks} blocks about "
            f"{total / 1e6:,.1f} million.",
        ],
    )


@exercise("ex-further-baseline")
def baseline_without_noise(draw: Draw) -> Variant | None:
    """Find the baseline that removes all scatter."""
    first = draw.one(1, 2, 0, -1)
    second = draw.one(5, 4, 8, 3, 7)
    middle = Fraction(first + second, 2)
    slope = Fraction(first - second, 4)
    return Variant(
        question=[
            "A parameter decides between two choices of probability one half each; the "
            "derivatives of the logarithms of the two probabilities are ½ and −½. The "
            f"choices cost {write_value(first)} and {second}. The estimate is the cost "
            "of the drawn choice, minus a baseline, times that derivative.",
            "Which baseline makes both estimates equal? What are the two estimates "
            "then?",
        ],
        parts=[
            number(
                "baseline",
                middle,
                {
                    may.SUM_FOR_MEAN: first + second,
                },
            ),
            several(
                "two estimates",
                (slope, slope),
                {
                    may.SIGN: (-slope, -slope),
                    may.STOPPED_HALFWAY: (first - middle, second - middle),
                    may.BASELINE_FORGOTTEN: (Fraction(first, 2), -Fraction(second, 2)),
                },
            ),
        ],
        explanation=[
            f"With the baseline {write_value(middle)} the costs become "
            f"{write_value(first - middle)} and {write_value(second - middle)}, and "
            f"both estimates are {write_value(slope)}, the exact derivative.",
        ],
    )
