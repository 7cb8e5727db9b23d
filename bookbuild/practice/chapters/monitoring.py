"""Exercises of the chapter on monitoring."""

from fractions import Fraction
from math import floor, log, log10, sqrt

from bookbuild.practice import misconceptions as may
from bookbuild.practice.counting import flat, mean
from bookbuild.practice.numbers import write_rows, write_value, write_values
from bookbuild.practice.parts import number, several, whole
from bookbuild.practice.variants import Draw, Variant, exercise


@exercise("ex-sweet-average")
def moving_average(draw: Draw) -> Variant | None:
    """Find the best epoch with and without a moving average."""
    own = (0.9, 0.5, 0.6, 0.4, 0.7, 0.8)
    losses = draw.decimals(own, low=0.3, high=0.9)
    averages = [mean(losses[at : at + 3]) for at in range(4)]
    best = losses.index(min(losses)) + 1
    smooth = averages.index(min(averages)) + 2
    rounded = [round(value, 6) for value in averages]
    if (
        losses.count(min(losses)) > 1
        or rounded.count(min(rounded)) > 1
        or best == smooth
        or (draw.source and best in (1, 6))  # no average belongs to these
    ):
        return None
    return Variant(
        question=[
            f"The validation losses of six epochs are "
            f"{', '.join(map(write_value, losses))}.",
            "Which epoch has the lowest loss? What are the moving averages over each "
            "epoch and its two neighbours, for epochs 2 to 5, and which epoch has the "
            "lowest average?",
        ],
        parts=[
            whole("best epoch", best, {may.WRONG_ONE: smooth}),
            several(
                "averages of epochs 2 to 5",
                averages,
                {
                    may.SUM_FOR_MEAN: [3 * value for value in averages],
                    may.STOPPED_HALFWAY: [
                        mean(losses[at : at + 2]) for at in range(1, 5)
                    ],
                },
                decimals=2,
            ),
            whole(
                "best by the averages",
                smooth,
                {may.WRONG_ONE: best, may.START_OF_WINDOW: smooth - 1},
            ),
        ],
        explanation=[
            f"The smallest loss is {write_value(min(losses))}, in epoch {best}.",
            "The averages are "
            + ", ".join(f"{value:.3f}" for value in averages)
            + f", and the smallest belongs to epoch {smooth}.",
        ],
    )


@exercise("ex-complexity-exact")
def polynomial_through_points(draw: Draw) -> Variant:
    """Count the parameters of a polynomial that meets every point."""
    degree = draw.one(14, 4, 5, 6, 7, 9, 11, 19)
    return Variant(
        question=[
            f"A polynomial of degree {degree} is fitted to {degree + 1} points with "
            "different x. How many parameters does it have, and what is its training "
            "error?",
        ],
        parts=[
            whole(
                "parameters",
                degree + 1,
                {may.CONSTANT_FORGOTTEN: degree, may.OFF_BY_ONE: degree + 2},
            ),
            number("training error", 0),
        ],
        explanation=[
            f"There are {degree} powers of x and a constant, {degree + 1} parameters, "
            f"which solve {degree + 1} equations: the error is zero up to rounding, "
            "and the noise is fitted as well.",
        ],
    )


@exercise("ex-update-ratio")
def update_ratio(draw: Draw) -> Variant:
    """Find update ratios."""
    weights, norm = draw.one(
        ((3, 4), 5), ((5, 12), 13), ((8, 15), 17), ((7, 24), 25), ((20, 21), 29)
    )
    gradient, size = draw.one(
        ((0.6, 0.8), 1.0), ((0.3, 0.4), 0.5), ((1.2, 1.6), 2.0), ((0.5, 1.2), 1.3)
    )
    rate = draw.one(0.01, 0.1, 0.001)
    ratio = rate * size / norm
    adam = rate * sqrt(2) / norm
    return Variant(
        question=[
            f"A layer has the weights {weights[0]} and {weights[1]}, the gradient "
            f"{write_values(gradient)} and the learning rate {rate:g}. The update "
            "ratio is the norm of a step over the norm of the weights.",
            "What is it for a step of gradient descent, and for Adam's first step, "
            "which changes each weight by the learning rate?",
        ],
        parts=[
            number(
                "gradient descent",
                ratio,
                {
                    may.RECIPROCAL: norm / (rate * size),
                    may.STOPPED_HALFWAY: size / norm,
                    may.SUM_FOR_NORM: rate * sum(gradient) / sum(weights),
                    may.ROOT_FORGOTTEN: rate * size**2 / norm**2,
                },
                digits=2,
            ),
            number(
                "Adam",
                adam,
                {
                    may.STOPPED_HALFWAY: rate / norm,
                    may.SUM_FOR_NORM: 2 * rate / sum(weights),
                    may.ROOT_FORGOTTEN: 2 * rate / norm,
                },
                digits=2,
            ),
        ],
        explanation=[
            f"The norm of the weights is {norm} and that of the gradient {size:g}, so "
            f"gradient descent has the ratio {rate:g} · {size:g} / {norm} = "
            f"{ratio:.3g}.",
            f"The norm of Adam's step is {rate:g} · √2, and the ratio {adam:.2g}.",
        ],
    )


@exercise("ex-errors-matrix")
def reading_a_matrix(draw: Draw) -> Variant | None:
    """Read a confusion matrix."""
    own = ((8, 2, 0), (1, 9, 0), (0, 5, 5))
    # Most examples of each class are correct, as in any network worth a look.
    rows = [
        [
            draw.whole(own[n][m], low=5 if n == m else 0, high=12 if n == m else 4)
            for m in range(3)
        ]
        for n in range(3)
    ]
    hits = [rows[n][n] for n in range(3)]
    members = [sum(row) for row in rows]
    predicted = [sum(row[n] for row in rows) for n in range(3)]
    if 0 in members or 0 in predicted:
        return None
    recalls = [Fraction(a, b) for a, b in zip(hits, members, strict=True)]
    precisions = [Fraction(a, b) for a, b in zip(hits, predicted, strict=True)]
    if recalls.count(min(recalls)) > 1 or precisions.count(min(precisions)) > 1:
        return None
    rare = recalls.index(min(recalls))
    doubtful = precisions.index(min(precisions))
    accuracy = Fraction(sum(hits), sum(members))
    if rare == doubtful:
        return None
    third = 3 - rare - doubtful
    return Variant(
        question=[
            "A network for three classes has the confusion matrix with the rows "
            f"{write_rows(flat(rows), 3)}: a row for each true class, a column for "
            "each predicted one.",
            "What is its accuracy? Which class (1, 2 or 3) is found least often, as a "
            "fraction of its members, and which class's predictions deserve the least "
            "trust?",
        ],
        parts=[
            number("accuracy", accuracy, {may.COMPLEMENT: 1 - accuracy}, decimals=2),
            whole(
                "class found least often",
                rare + 1,
                {may.PRECISION_FOR_RECALL: doubtful + 1, may.WRONG_ONE: third + 1},
            ),
            whole(
                "class to trust least",
                doubtful + 1,
                {may.RECALL_FOR_PRECISION: rare + 1, may.WRONG_ONE: third + 1},
            ),
        ],
        explanation=[
            f"The accuracy is {sum(hits)} / {sum(members)} = {float(accuracy):.2f}.",
            "Of the members of the three classes, "
            + ", ".join(f"{a} of {b}" for a, b in zip(hits, members, strict=True))
            + " are found; of the predictions of the three classes, "
            + ", ".join(f"{a} of {b}" for a, b in zip(hits, predicted, strict=True))
            + " are correct.",
        ],
    )


@exercise("ex-loss-one-error")
def one_confident_error(draw: Draw) -> Variant:
    """Compare one large loss with many small ones."""
    power = draw.one(6, 3, 4, 8)
    sure = draw.one(0.99, 0.95, 0.9, 0.999)
    large, small = power * log(10), -log(sure)
    count = large / small
    return Variant(
        question=[
            f"A network assigns 10^(−{power}) to the true class of one example. How "
            f"large is its cross-entropy, and how many examples with {sure:g} for the "
            "true class have the same loss together?",
        ],
        parts=[
            number(
                "loss",
                large,
                {
                    may.DECIMAL_LOGARITHM: power,
                    may.BINARY_LOGARITHM: large / log(2),
                    may.LOGARITHM_FORGOTTEN: 10.0**power,
                },
                decimals=1,
            ),
            number(
                "examples",
                count,
                {
                    may.ERRORS_COMPARED: (1 - 10.0**-power) / (1 - sure),
                    may.LOGARITHM_FORGOTTEN: sure * 10.0**power,
                    may.DECIMAL_LOGARITHM: power / small,
                },
                decimals=min(0, 2 - floor(log10(count))),
            ),
        ],
        explanation=[
            f"The one example costs {power} log 10 = {large:.1f} and each of the "
            f"others −log {sure:g} = {small:.4g}, so the answer is about {count:,.0f}.",
        ],
    )


@exercise("ex-calibration-hand")
def calibration_error(draw: Draw) -> Variant | None:
    """Find an expected calibration error."""
    first, second = draw.one((10, 10), (10, 30), (20, 10), (30, 10))
    high = draw.one(0.9, 0.8, 0.95)
    low = draw.one(0.6, 0.5, 0.7)
    right = draw.whole(7, low=first // 2, high=first)
    hits = draw.whole(6, low=second // 3, high=second)
    gaps = [right / first - high, hits / second - low]
    total = first + second
    error = (first * abs(gaps[0]) + second * abs(gaps[1])) / total
    if draw.source and (abs(gaps[0]) < 0.02 or abs(gaps[1]) < 0.02):
        return None
    return Variant(
        question=[
            f"{first} predictions have the confidence {high:g}, and {right} are "
            f"correct. {second} others have the confidence {low:g}, and {hits} are "
            "correct.",
            "What is the expected calibration error (ECE) with one bin for each?",
        ],
        parts=[
            number(
                "ECE",
                error,
                {
                    may.UNWEIGHTED: (abs(gaps[0]) + abs(gaps[1])) / 2
                    if first != second
                    else None,
                    may.SUM_FOR_MEAN: abs(gaps[0]) + abs(gaps[1]),
                    may.GAPS_CANCELLED: abs(first * gaps[0] + second * gaps[1]) / total
                    if gaps[0] * gaps[1] < 0
                    else None,
                },
                decimals=3,
            )
        ],
        explanation=[
            f"The first bin contributes {first}/{total} · |{right / first:.4g} − "
            f"{high:g}| and the second {second}/{total} · |{hits / second:.4g} − "
            f"{low:g}|, together {error:.4g}.",
        ],
    )


@exercise("ex-unbalanced-hand")
def precision_and_recall(draw: Draw) -> Variant | None:
    """Find accuracy, precision, recall and F1."""
    tn = draw.one(900, 800, 450, 1850)
    fp = draw.one(40, 10, 30, 60)
    fn = draw.one(20, 10, 30, 50)
    tp = draw.one(40, 20, 30, 70)
    total = tn + fp + fn + tp
    accuracy, precision = Fraction(tn + tp, total), Fraction(tp, tp + fp)
    recall, f1 = Fraction(tp, tp + fn), Fraction(2 * tp, 2 * tp + fp + fn)
    if precision == recall:
        return None
    return Variant(
        question=[
            f"A detector has TN = {tn:,}, FP = {fp}, FN = {fn} and TP = {tp}. Give "
            "accuracy, precision, recall and F₁, and the accuracy of a program that "
            "never raises an alarm.",
        ],
        parts=[
            number(
                "accuracy",
                accuracy,
                {
                    may.COMPLEMENT: 1 - accuracy,
                    may.STOPPED_HALFWAY: Fraction(tp, total),
                },
                decimals=3,
            ),
            number(
                "precision",
                precision,
                {may.RECALL_FOR_PRECISION: recall, may.COMPLEMENT: 1 - precision},
                decimals=2,
            ),
            number(
                "recall",
                recall,
                {may.PRECISION_FOR_RECALL: precision, may.COMPLEMENT: 1 - recall},
                decimals=2,
            ),
            number(
                "F₁",
                f1,
                {
                    may.ARITHMETIC_MEAN: (precision + recall) / 2,
                    may.FACTOR_TWO_FORGOTTEN: f1 / 2,
                    may.STOPPED_HALFWAY: precision * recall,
                },
                decimals=2,
            ),
            number(
                "accuracy without alarms",
                Fraction(tn + fp, total),
                {
                    may.STOPPED_HALFWAY: Fraction(tn, total),
                    may.COMPLEMENT: Fraction(tp + fn, total),
                },
                decimals=3,
            ),
        ],
        explanation=[
            f"The accuracy is {tn + tp:,} / {total:,} = {float(accuracy):.3f}, the "
            f"precision {tp} / {tp + fp} = {float(precision):.2f}, the recall {tp} / "
            f"{tp + fn} = {float(recall):.2f} and F₁ = {2 * tp} / {2 * tp + fp + fn} = "
            f"{float(f1):.2f}.",
            f"Without any alarm the accuracy is {tn + fp:,} / {total:,} = "
            f"{(tn + fp) / total:.3f}.",
        ],
    )


@exercise("ex-unbalanced-auc")
def auc_by_hand(draw: Draw) -> Variant | None:
    """Find AUC and average precision."""
    count = draw.one(3, 4, 5)
    scores = draw.shuffled([0.9, 0.4, 0.6, 0.3, 0.1, 0.2, 0.5, 0.7, 0.8])[: 2 + count]
    genuine, others = scores[:2], scores[2:]
    wins = sum(a > b for a in genuine for b in others)
    auc = Fraction(wins, 2 * count)
    words = {3: "three", 4: "four", 5: "five"}[count]
    ranked = sorted(scores, reverse=True)
    places = sorted(ranked.index(score) + 1 for score in genuine)
    average = (Fraction(1, places[0]) + Fraction(2, places[1])) / 2
    # A detector is better than chance, and two equal answers would tell little.
    if draw.source and (auc == average or not Fraction(1, 2) <= auc < 1):
        return None
    return Variant(
        question=[
            f"Two genuine objects have the scores {genuine[0]:g} and {genuine[1]:g}, "
            f"and {words} others have {', '.join(f'{score:g}' for score in others)}.",
            "What are the AUC (the fraction of pairs of a genuine object and another "
            "in which the genuine one has the higher score) and the average precision?",
        ],
        parts=[
            number(
                "AUC",
                auc,
                {may.COMPLEMENT: 1 - auc, may.SUM_FOR_MEAN: wins},
                decimals=2,
            ),
            number(
                "average precision",
                average,
                {
                    may.SUM_FOR_MEAN: 2 * average,
                    may.RANKS_ALONE: (Fraction(1, places[0]) + Fraction(1, places[1]))
                    / 2,
                },
                decimals=2,
            ),
        ],
        explanation=[
            f"In {wins} of the {2 * count} pairs the genuine object has the higher "
            f"score, so the AUC is {write_value(auc)}.",
            f"The genuine objects stand at places {places[0]} and {places[1]} of the "
            f"list, with the precisions 1/{places[0]} and 2/{places[1]}, so the "
            f"average precision is {write_value(average)}.",
        ],
    )


@exercise("ex-error-paired")
def paired_comparison(draw: Draw) -> Variant | None:
    """Compare two networks on the same examples."""
    first, second = draw.one((12, 8), (15, 5), (20, 12), (9, 7), (30, 18))
    times = draw.one(10, 4, 9)
    images = draw.one(450, 400, 1000)
    if times * (first + second) > images:
        return None
    z = (first - second) / sqrt(first + second)
    large = z * sqrt(times)
    return Variant(
        question=[
            f"Two networks classify the same {images:,} images. On {first} images only "
            f"the first is correct, and on {second} only the second.",
            "By how many standard errors Z does the first lead? By how many with "
            f"{first * times} and {second * times} such images?",
        ],
        parts=[
            number(
                "Z",
                z,
                {
                    may.ROOT_FORGOTTEN: (first - second) / (first + second),
                    may.STOPPED_HALFWAY: first - second,
                    may.AGREEING_COUNTED: (first - second) / sqrt(images),
                },
                decimals=2,
            ),
            number(
                f"Z with {first * times} and {second * times}",
                large,
                {may.LINEAR_FOR_ROOT: z * times, may.NOTHING_CHANGES: z},
                decimals=1,
            ),
        ],
        explanation=[
            f"Z = {first - second} / √{first + second} = {z:.2f}. With {times} times "
            f"as many it is {times * (first - second)} / √{times * (first + second)} = "
            f"{large:.2f}. Images on which both agree do not enter.",
        ],
    )


@exercise("ex-error-bootstrap")
def grouped_bootstrap(draw: Draw) -> Variant:
    """Find how much wider an honest interval is."""
    each = draw.one(10, 4, 5, 8, 20)
    stars = draw.one(100, 50, 200)
    return Variant(
        question=[
            f"A test set holds {each} spectra of each of {stars} stars, and a network "
            "is right on all spectra of a star or on none.",
            "By about what factor must the interval for the accuracy be wider than "
            "that of a bootstrap over single spectra?",
        ],
        parts=[
            number(
                "factor",
                sqrt(each),
                {
                    may.ROOT_FORGOTTEN: each,
                    may.NOTHING_CHANGES: 1,
                    may.WRONG_ONE: sqrt(stars),
                },
                decimals=1,
            )
        ],
        explanation=[
            f"Only {stars} stars are independent, not {each * stars:,} spectra, and "
            "the width of an interval falls with the root of their number: "
            f"√{each} ≈ {sqrt(each):.1f}.",
        ],
    )


@exercise("ex-tensorboard-smooth")
def lag_of_a_smoothed_curve(draw: Draw) -> Variant:
    """Follow a smoothed curve after a drop."""
    beta = draw.one(0.8, 0.9, 0.6, 0.5)
    late = draw.one(10, 5, 8)
    values = [beta, beta**2, beta**late]
    return Variant(
        question=[
            "A curve stands at 1 for a long time and drops to 0 for good. Its smoothed "
            f"version keeps β = {beta:g} of the old value at each epoch and adds 1 − β "
            "of the new one.",
            f"Where is the smoothed curve 1, 2 and {late} epochs later?",
        ],
        parts=[
            several(
                "the three values",
                values,
                {
                    may.COMPLEMENT: [1 - value for value in values],
                    may.LINEAR_FOR_POWER: [1 - n * (1 - beta) for n in (1, 2, late)],
                    may.STEP_TOO_EARLY: [1, beta, beta ** (late - 1)],
                    may.WRONG_ONE: [(1 - beta) ** n for n in (1, 2, late)]
                    if beta != 0.5
                    else None,
                },
                decimals=3,
            )
        ],
        explanation=[
            f"Each epoch multiplies it by {beta:g}: {values[0]:g}, {values[1]:.4g} and "
            f"{beta:g}^{late} = {values[2]:.3g}.",
        ],
    )
