"""Exercises of the capstone chapter."""

from fractions import Fraction
from math import exp, log, sqrt

from bookbuild.practice import misconceptions as may
from bookbuild.practice.formulas import sigmoid
from bookbuild.practice.numbers import write_value
from bookbuild.practice.parts import number, whole
from bookbuild.practice.variants import Draw, Variant, exercise


@exercise("ex-capstone-prior")
def correcting_by_hand(draw: Draw) -> Variant:
    """Correct a logit for the prevalence."""
    population = draw.one(1000, 100, 500, 10_000)
    logit = draw.one(3, 2, 4, 5)
    prior = 1 / population
    shift = log(prior / (1 - prior))
    p = sigmoid(logit + shift)
    return Variant(
        question=[
            "A network was trained with as many lenses as other galaxies. In the "
            f"survey, one galaxy in {population:,} is a lens.",
            f"What is the probability of a lens in the survey at a logit of {logit}? "
            "What logit is needed for a probability of one half?",
        ],
        parts=[
            number(
                "probability",
                p,
                {
                    may.PREVALENCE_FORGOTTEN: sigmoid(logit),
                    may.CORRECTION_REVERSED: sigmoid(logit - shift),
                    may.ODDS_FOR_PROBABILITY: exp(logit + shift)
                    if abs(exp(logit + shift) - p) > 0.01
                    else None,
                    may.PREVALENCE_MULTIPLIED: sigmoid(logit) * prior,
                },
                digits=2,
            ),
            number(
                "logit for one half",
                -shift,
                {
                    may.PREVALENCE_FORGOTTEN: 0,
                    may.DECIMAL_LOGARITHM: -shift / log(10),
                    may.CORRECTION_REVERSED: shift,
                    may.BINARY_LOGARITHM: -shift / log(2),
                },
                decimals=2,
            ),
        ],
        explanation=[
            f"log ({prior:g} / {1 - prior:g}) = {shift:.2f} is added to each logit. A "
            f"logit of {logit} becomes {logit + shift:.2f}, and the probability is "
            f"{p:.2g} instead of {sigmoid(logit):.3f}.".replace("-", "−"),
            f"A probability of one half needs a logit of {-shift:.2f}.",
        ],
    )


@exercise("ex-capstone-list")
def list_of_four(draw: Draw) -> Variant | None:
    """Find what a list of candidates promises."""
    own = (0.9, 0.8, 0.5, 0.2)
    p = sorted(draw.decimals(own, low=0.1, high=0.9), reverse=True)
    expected = sum(p)
    variance = sum(value * (1 - value) for value in p)
    without_last = sum(p[:3]) / 3
    if len(set(p)) < 3:
        return None
    return Variant(
        question=[
            "Four candidates have the calibrated probabilities "
            f"{', '.join(map(write_value, p))}. Whether one is a lens does not depend "
            "on the others.",
            "How many lenses do you expect among them, and with what standard "
            "deviation? What is the expected precision, and what is it without the "
            "last candidate?",
        ],
        parts=[
            number("expected lenses", expected, {may.MEAN_FOR_SUM: expected / 4}),
            number(
                "standard deviation",
                sqrt(variance),
                {
                    may.VARIANCE_FOR_DEVIATION: variance,
                    may.POISSON: sqrt(expected),
                    may.MEAN_FOR_SUM: sqrt(variance) / 4,
                },
                decimals=1,
            ),
            number(
                "expected precision",
                expected / 4,
                {may.SUM_FOR_MEAN: expected, may.WRONG_ONE: without_last},
            ),
            number(
                "without the last",
                without_last,
                {
                    may.SUM_FOR_MEAN: sum(p[:3]),
                    may.DROPPED_COUNTED: sum(p[:3]) / 4,
                    may.NOTHING_CHANGES: expected / 4,
                },
            ),
        ],
        explanation=[
            f"The sum of the probabilities is {expected:.3g}, and the variance, the "
            f"sum of p (1 − p), is {variance:.3g}, so we expect {expected:.2g} ± "
            f"{sqrt(variance):.1f} lenses and a precision of {expected / 4:.3g}.",
            f"Without the last candidate it is {sum(p[:3]):.3g} / 3 = "
            f"{without_last:.2f}.",
        ],
    )


@exercise("ex-capstone-thirty")
def precision_among_thirty(draw: Draw) -> Variant | None:
    """Find precision and recall of a list, and their limits."""
    lenses = draw.one(24, 18, 20, 25)
    listed = draw.one(30, 40, 50)
    found = draw.whole(21, low=10, high=24)
    few = draw.one(15, 10, 12)
    if found >= lenses:
        return None
    precision, recall = Fraction(found, listed), Fraction(found, lenses)
    return Variant(
        question=[
            f"Two fields hold {lenses} lenses, and a list of {listed} contains {found} "
            "of them. What are the precision of the list and the recall? What is the "
            "largest precision that a list of this length can have?",
            f"What is the largest recall if only {few} spectra can be taken?",
        ],
        parts=[
            number(
                "precision",
                precision,
                {
                    may.RECALL_FOR_PRECISION: recall,
                    may.COMPLEMENT: 1 - precision,
                },
                decimals=3,
            ),
            number(
                "recall",
                recall,
                {may.PRECISION_FOR_RECALL: precision, may.COMPLEMENT: 1 - recall},
                decimals=3,
            ),
            number(
                "largest precision",
                Fraction(lenses, listed),
                {may.LIMIT_IGNORED: 1, may.WRONG_ONE: precision},
                decimals=3,
            ),
            number(
                f"largest recall with {few}",
                Fraction(few, lenses),
                {
                    may.LIMIT_IGNORED: 1,
                    may.WRONG_ONE: recall,
                    may.PRECISION_FOR_RECALL: Fraction(few, listed),
                },
                decimals=3,
            ),
        ],
        explanation=[
            f"The precision is {found} / {listed} = {float(precision):.3g} and the "
            f"recall {found} / {lenses} = {float(recall):.3g}.",
            f"The precision cannot exceed {lenses} / {listed} = {lenses / listed:.3g}. "
            f"With {few} spectra the recall is at most {few} / {lenses} = "
            f"{few / lenses:.3g}.",
        ],
    )


@exercise("ex-capstone-size")
def size_of_a_test_set(draw: Draw) -> Variant:
    """Find how large a test set must be."""
    factor = draw.one(2, 3, 4, 5)
    lenses = draw.one(24, 15, 40, 30)
    images = draw.one(800, 500, 1000)
    words = {2: "half", 3: "a third", 4: "a quarter", 5: "a fifth"}
    return Variant(
        question=[
            f"A test set holds {lenses} lenses among {images:,} images. How many "
            "lenses and how many images would it need for an interval of the average "
            f"precision that is {words[factor]} as wide?",
        ],
        parts=[
            whole(
                "lenses",
                lenses * factor**2,
                {
                    may.SQUARE_FORGOTTEN: lenses * factor,
                    may.STOPPED_HALFWAY: factor**2,
                },
            ),
            whole(
                "images",
                images * factor**2,
                {may.SQUARE_FORGOTTEN: images * factor, may.NOTHING_CHANGES: images},
            ),
        ],
        explanation=[
            "The width of an interval falls with the square root of the size of the "
            f"test set, so {factor}² = {factor**2} times as many are needed: "
            f"{lenses * factor**2:,} lenses among {images * factor**2:,} images.",
        ],
    )
