"""Exercises of the chapter on losses."""

from fractions import Fraction
from math import exp, log, sqrt

from bookbuild.practice import misconceptions as may
from bookbuild.practice.counting import entropy, mean
from bookbuild.practice.numbers import write_value, write_values
from bookbuild.practice.parts import formula, number, several
from bookbuild.practice.variants import Draw, Variant, exercise


@exercise("ex-loss-purpose-hand")
def accuracy_and_error(draw: Draw) -> Variant | None:
    """Find accuracy and mean squared error."""
    targets = draw.one((0, 1, 1, 0), (1, 1, 0, 0), (1, 0, 1, 0), (0, 0, 1, 1))
    outputs = draw.decimals((0.2, 0.4, 0.9, 0.1), low=0.1, high=0.9)
    right = [(y > 0.5) == (t == 1) for y, t in zip(outputs, targets, strict=True)]
    wrong = [place for place, hit in enumerate(right) if not hit]
    if len(wrong) != 1 or 0.5 in outputs:
        return None
    errors = [(y - t) ** 2 for y, t in zip(outputs, targets, strict=True)]
    plain = [abs(y - t) for y, t in zip(outputs, targets, strict=True)]
    later = mean(errors) - errors[wrong[0]] / 4 + 0.25 / 4
    return Variant(
        question=[
            f"Four examples have the targets {write_values(targets)} and the outputs "
            f"{write_values(outputs)}.",
            "What are the accuracy, with the threshold 0.5, and the mean squared "
            "error? One output lies on the wrong side: what is the mean squared error "
            "when it has moved to 0.5?",
        ],
        parts=[
            number(
                "accuracy", Fraction(3, 4), {may.COMPLEMENT: Fraction(1, 4)}, decimals=2
            ),
            number(
                "mean squared error",
                mean(errors),
                {
                    may.SUM_FOR_MEAN: sum(errors),
                    may.SQUARE_FORGOTTEN: mean(plain),
                },
                decimals=3,
            ),
            number(
                "mean squared error at 0.5",
                later,
                {
                    may.SUM_FOR_MEAN: 4 * later,
                    may.STOPPED_HALFWAY: mean(errors) - errors[wrong[0]] / 4,
                },
                decimals=3,
            ),
        ],
        explanation=[
            "Three of four outputs lie on the correct side, so the accuracy is 0.75. "
            f"The squared errors are {', '.join(f'{e:.4g}' for e in errors)}, with the "
            f"mean {mean(errors):.4g}.",
            "With the output at 0.5 its squared error is 0.25, and the mean "
            f"{later:.4g}.",
        ],
    )


@exercise("ex-loss-frequency")
def best_single_probability(draw: Draw) -> Variant:
    """Find the best constant prediction."""
    heads, coins = draw.one(
        (2, 3), (3, 4), (1, 5), (3, 10), (4, 5), (1, 8), (5, 6), (3, 8), (2, 7), (7, 10)
    )
    p = Fraction(heads, coins)
    loss = entropy([float(p), float(1 - p)])
    return Variant(
        question=[
            "Of N coins, k show heads, and a network predicts the same probability p "
            "of heads for all coins. Which p minimises the mean negative "
            "log-likelihood? Write a formula with k and N.",
            f"For {heads} {'head' if heads == 1 else 'heads'} among {coins} coins, "
            "what is p, and what is the smallest loss?",
        ],
        parts=[
            formula(
                "best p",
                r"\frac{k}{N}",
                {"k": (1.0, 4.0), "N": (5.0, 9.0)},
                {
                    may.COMPLEMENT: r"\frac{N - k}{N}",
                    may.RECIPROCAL: r"\frac{N}{k}",
                    may.ODDS_FOR_PROBABILITY: r"\frac{k}{N - k}",
                },
            ),
            number("p", p, {may.COMPLEMENT: 1 - p}, decimals=3),
            number(
                "smallest loss",
                loss,
                {
                    may.SIGN: -loss,
                    may.SUM_FOR_MEAN: coins * loss,
                    may.STOPPED_HALFWAY: -float(p) * log(p),
                    may.BINARY_LOGARITHM: loss / log(2),
                },
                decimals=3,
            ),
        ],
        explanation=[
            "The loss is −(k log p + (N − k) log(1 − p)) / N. Its derivative is zero "
            "where k (1 − p) = (N − k) p, hence at p = k / N, the observed frequency.",
            f"Here p = {heads}/{coins}, and the loss is {loss:.3f}.",
        ],
    )


def _huber(e: float, delta: float) -> float:
    return e * e / 2 if abs(e) <= delta else delta * (abs(e) - delta / 2)


def _clipped(e: float, delta: float) -> float:
    return max(-delta, min(delta, e))


@exercise("ex-loss-huber-hand")
def huber_by_hand(draw: Draw) -> Variant | None:
    """Compute Huber losses."""
    delta = draw.one(1, 2, 0.5)
    errors = draw.one(
        (0.5, 1, -3),
        (0.4, -2, 5),
        (-0.2, 1.5, 4),
        (0.3, -1, 6),
        (0.1, 2, -4),
        (-0.4, 3, 7),
        (0.2, -2.5, 8),
        (-0.3, -1.5, 5),
    )
    losses = [_huber(e, delta) for e in errors]
    slopes = [_clipped(e, delta) for e in errors]
    squares = [e * e / 2 for e in errors]
    return Variant(
        question=[
            "The Huber loss of an error e is e² / 2 where |e| is at most δ, and "
            f"δ (|e| − δ / 2) beyond. Let δ = {delta:g} and the errors be "
            f"{write_values(errors)}.",
            "What are the three losses and their derivatives with respect to e? "
            "What are half the squared errors?",
        ],
        parts=[
            several(
                "Huber losses",
                losses,
                {
                    may.NOT_CLIPPED: squares,
                    may.HALF_FORGOTTEN: [2 * value for value in losses],
                    may.STOPPED_HALFWAY: [
                        e * e / 2 if abs(e) <= delta else delta * abs(e) for e in errors
                    ],
                },
                decimals=3,
            ),
            several(
                "derivatives",
                slopes,
                {
                    may.NOT_CLIPPED: errors,
                    may.UNWANTED_FACTOR_TWO: [2 * value for value in slopes],
                    may.SIGN: [abs(value) for value in slopes],
                },
                decimals=3,
            ),
            several(
                "half squared errors",
                squares,
                {may.HALF_FORGOTTEN: [2 * value for value in squares]},
                decimals=3,
            ),
        ],
        explanation=[
            f"The Huber losses are {', '.join(f'{v:g}' for v in losses)} and the "
            f"derivatives {', '.join(f'{v:g}' for v in slopes)}: at most δ in "
            "magnitude.".replace("-", "−"),
            f"Half the squared errors are {', '.join(f'{v:g}' for v in squares)}.",
        ],
    )


@exercise("ex-loss-laplace")
def best_constants(draw: Draw) -> Variant:
    """Find the constants that minimise the absolute error."""
    targets = draw.one(
        [1, 2, 4, 100],
        [3, 5, 9, 40],
        [-2, 0, 6, 50],
        [1, 4, 5, 30],
        [2, 7, 8, 90],
        [0, 3, 8, 60],
        [-5, 1, 7, 25],
        [4, 6, 11, 80],
        [-1, 2, 9, 70],
    )
    shown = draw.shuffled(targets) if draw.source else targets
    return Variant(
        question=[
            f"The targets of four examples are {', '.join(map(write_value, shown))}. "
            "Which constants minimise the mean absolute error? Every constant between "
            "two numbers is equally good: give both.",
            "Which constant minimises the mean squared error?",
        ],
        parts=[
            several(
                "from, to",
                targets[1:3],
                {may.WRONG_ONE: (targets[0], targets[3])},
            ),
            number(
                "best for the squared error",
                mean(targets),
                {
                    may.SUM_FOR_MEAN: sum(targets),
                    may.WRONG_ONE: (targets[1] + targets[2]) / 2,
                },
            ),
        ],
        explanation=[
            "The derivative is the number of targets below the constant minus the "
            f"number above, over four. It is zero from {targets[1]} to {targets[2]}: "
            "every median is equally good.",
            f"For the squared error the mean is best, {mean(targets):g}.",
        ],
    )


@exercise("ex-loss-chi-hand")
def two_measurements(draw: Draw) -> Variant | None:
    """Average two measurements with errors."""
    first = draw.whole(10, low=5, high=20)
    second = draw.whole(13, low=5, high=24)
    errors = draw.one((1, 2), (1, 3), (2, 1), (2, 4), (1, 4))
    if abs(first - second) < 2:
        return None
    weights = [1 / e**2 for e in errors]
    best = (first * weights[0] + second * weights[1]) / sum(weights)
    spread = 1 / sqrt(sum(weights))
    plain = (first + second) / 2
    plain_spread = sqrt(errors[0] ** 2 + errors[1] ** 2) / 2
    chi = ((first - best) / errors[0]) ** 2 + ((second - best) / errors[1]) ** 2
    by_error = (first / errors[0] + second / errors[1]) / (
        1 / errors[0] + 1 / errors[1]
    )
    return Variant(
        question=[
            f"A distance is measured as {first} with the error {errors[0]}, and as "
            f"{second} with the error {errors[1]}.",
            "Compute the weighted mean and its standard deviation, and the standard "
            "deviation of the plain mean. What is χ² at the weighted mean?",
        ],
        parts=[
            number(
                "weighted mean",
                best,
                {
                    may.UNWEIGHTED: plain,
                    may.SQUARE_FORGOTTEN: by_error,
                    may.RECIPROCAL: (first * errors[0] ** 2 + second * errors[1] ** 2)
                    / (errors[0] ** 2 + errors[1] ** 2),
                },
                decimals=2,
            ),
            number(
                "its standard deviation",
                spread,
                {
                    may.VARIANCE_FOR_DEVIATION: spread**2,
                    may.UNWEIGHTED: plain_spread,
                    may.RECIPROCAL: 1 / spread,
                },
                decimals=2,
            ),
            number(
                "standard deviation of the plain mean",
                plain_spread,
                {
                    may.VARIANCE_FOR_DEVIATION: plain_spread**2,
                    may.SUM_FOR_MEAN: 2 * plain_spread,
                    may.ERRORS_ADDED: sum(errors) / 2,
                },
                decimals=2,
            ),
            number(
                "χ²",
                chi,
                {
                    may.SQUARE_FORGOTTEN: abs(first - best) / errors[0]
                    + abs(second - best) / errors[1],
                    may.UNWEIGHTED: (first - best) ** 2 + (second - best) ** 2,
                },
                decimals=2,
            ),
        ],
        explanation=[
            f"The weights are 1/{errors[0]}² and 1/{errors[1]}², so the weighted mean "
            f"is {best:.4g} and its standard deviation 1/√(sum of the weights) = "
            f"{spread:.3g}.",
            f"The plain mean is {plain:g} with √({errors[0]}² + {errors[1]}²) / 2 = "
            f"{plain_spread:.3g}. At the weighted mean χ² = {chi:.4g}.",
        ],
    )


@exercise("ex-loss-variance-hand")
def best_variance(draw: Draw) -> Variant | None:
    """Find the best constant variance."""
    residuals = draw.one(
        (-1, 1, 3, -3),
        (2, -2, 1, -1),
        (1, -1, 0, 2),
        (4, -4, 2, -2),
        (0, 3, -3, 2),
        (5, -1, -3, 1),
        (2, 4, -3, -2),
        (6, -2, 1, -5),
        (3, -4, 0, 1),
    )
    square = mean([r * r for r in residuals])
    s = log(square)
    return Variant(
        question=[
            "The Gaussian loss of a residual r with the logarithm s of the variance is "
            "½ (s + r² e^(−s)).",
            f"Four residuals are {', '.join(map(write_value, residuals))}. Which "
            "single value of s minimises the mean of the loss, and what is the "
            "smallest loss?",
        ],
        parts=[
            number(
                "s",
                s,
                {
                    may.LOGARITHM_FORGOTTEN: square,
                    may.SUM_FOR_MEAN: log(4 * square),
                    may.DEVIATION_FOR_VARIANCE: s / 2,
                    may.BINARY_LOGARITHM: s / log(2),
                },
                decimals=2,
            ),
            number(
                "smallest loss",
                (s + 1) / 2,
                {may.HALF_FORGOTTEN: s + 1, may.STOPPED_HALFWAY: s / 2},
                decimals=2,
            ),
        ],
        explanation=[
            f"The derivative ½ (1 − {square:g} e^(−s)) is zero where the variance is "
            f"the mean squared residual, {square:g}, so s = log {square:g} = {s:.2f}.",
            f"The smallest loss is ½ ({s:.2f} + 1) = {(s + 1) / 2:.2f}.",
        ],
    )


@exercise("ex-softmax-hand")
def two_softmaxes(draw: Draw) -> Variant:
    """Compute softmaxes by hand."""
    classes = draw.one(4, 3, 5, 8)
    level = draw.one(2, -1, 5, 10)
    base = draw.one(7, 2, 3, 5, 100)
    ratio = draw.one(3, 2, 4, 9)
    share = Fraction(1, classes)
    return Variant(
        question=[
            f"What probability does the softmax give to each of {classes} logits that "
            f"are all {write_value(level)}?",
            f"What is the softmax of z = ({base}, {base} + log {ratio})?",
        ],
        parts=[
            number(
                "each of the equal logits",
                share,
                {may.NOT_NORMALISED: exp(level)},
                decimals=3,
            ),
            several(
                "softmax of the two",
                (Fraction(1, 1 + ratio), Fraction(ratio, 1 + ratio)),
                {
                    may.VALUES_REORDERED: (
                        Fraction(ratio, 1 + ratio),
                        Fraction(1, 1 + ratio),
                    ),
                    may.NOT_NORMALISED: (1, ratio),
                    may.EXPONENTIALS_FORGOTTEN: (
                        base / (2 * base + log(ratio)),
                        (base + log(ratio)) / (2 * base + log(ratio)),
                    ),
                },
                decimals=3,
            ),
        ],
        explanation=[
            f"Equal logits give equal probabilities, 1/{classes} each, whatever their "
            "value.",
            f"For the second, subtract {base}: the exponentials of (0, log {ratio}) "
            f"are 1 and {ratio}, so the probabilities are 1/{ratio + 1} and "
            f"{ratio}/{ratio + 1}.",
        ],
    )


@exercise("ex-loss-gradient-hand")
def gradient_by_hand(draw: Draw) -> Variant:
    """Find the gradient of the cross-entropy."""
    y = draw.one(
        (0.1, 0.2, 0.3, 0.4),
        (0.7, 0.1, 0.1, 0.1),
        (0.2, 0.2, 0.5, 0.1),
        (0.05, 0.15, 0.2, 0.6),
    )
    true, other = draw.one((3, 0), (0, 2), (2, 1), (1, 3))
    batch = draw.one(8, 4, 10, 16)
    names = ("first", "second", "third", "fourth")

    def gradient(right: int) -> list[float]:
        return [p - (place == right) for place, p in enumerate(y)]

    alone = gradient(true)
    return Variant(
        question=[
            f"A softmax over four classes gives {write_values(y)}, and the "
            f"{names[true]} class is true.",
            "What is the gradient of the cross-entropy with respect to the logits if "
            f"the example stands alone, and what if it is one of a batch of {batch} "
            f"whose mean is the loss? What would it be alone if the {names[other]} "
            "class were true?",
        ],
        parts=[
            several(
                "alone",
                alone,
                {
                    may.TARGET_NOT_SUBTRACTED: y,
                    may.WRONG_ONE: gradient(other),
                    may.SIGN: [-value for value in alone],
                },
                decimals=3,
            ),
            several(
                "in the batch",
                [value / batch for value in alone],
                {
                    may.SUM_FOR_MEAN: alone,
                    may.TARGET_NOT_SUBTRACTED: [p / batch for p in y],
                    may.RECIPROCAL: [value * batch for value in alone],
                },
                decimals=4,
            ),
            several(
                f"with the {names[other]} class true",
                gradient(other),
                {may.TARGET_NOT_SUBTRACTED: y, may.WRONG_ONE: alone},
                decimals=3,
            ),
        ],
        explanation=[
            "The gradient is prediction minus target: one is subtracted at the true "
            f"class. In a batch of {batch} it is divided by {batch}."
        ],
    )


@exercise("ex-loss-smoothing-hand")
def smoothed_targets(draw: Draw) -> Variant:
    """Find smoothed targets and the smallest loss."""
    classes = draw.one(4, 5, 10, 3, 8, 20)
    epsilon = draw.one(0.2, 0.1, 0.3, 0.4, 0.05)
    low = epsilon / classes
    high = 1 - epsilon + low
    gap = log(high / low)
    smallest = entropy([high, *[low] * (classes - 1)])
    shared = epsilon / (classes - 1)
    return Variant(
        question=[
            "Label smoothing multiplies the one-hot target by 1 − ε and divides ε "
            f"equally among all classes. There are {classes} classes, and ε = "
            f"{epsilon:g}.",
            "What are the targets of the true class and of each other class? Which "
            "difference of logits, true minus other, is best, and what is the smallest "
            "cross-entropy?",
        ],
        parts=[
            several(
                "true class, other class",
                (high, low),
                {
                    may.EPSILON_SHARED: (1 - epsilon, low),
                    may.SHARED_AMONG_OTHERS: (1 - epsilon, shared),
                    may.NOTHING_CHANGES: (1.0, 0.0),
                },
                decimals=3,
            ),
            number(
                "difference of logits",
                gap,
                {
                    may.LOGARITHM_FORGOTTEN: high / low,
                    may.EPSILON_SHARED: log((1 - epsilon) / low),
                    may.BINARY_LOGARITHM: gap / log(2),
                },
                decimals=2,
            ),
            number(
                "smallest loss",
                smallest,
                {
                    may.STOPPED_HALFWAY: -high * log(high),
                    may.BINARY_LOGARITHM: smallest / log(2),
                },
                decimals=3,
            ),
        ],
        explanation=[
            f"Each class gets {epsilon:g} / {classes} = {low:.4g}, and the true one "
            f"1 − {epsilon:g} more, {high:.4g}.",
            f"The best difference is log({high:.4g} / {low:.4g}) = {gap:.2f}. The "
            "smallest loss is reached where the outputs equal the targets: their "
            f"entropy, {smallest:.3f}.",
        ],
    )


@exercise("ex-loss-class-weight")
def undo_a_class_weight(draw: Draw) -> Variant:
    """Undo a class weight."""
    weight = draw.one(9, 3, 4, 5, 7, 19, 99)
    output = draw.one(0.75, 0.5, 0.9, 0.6, 0.8)
    odds = output / (1 - output) / weight
    p = odds / (1 + odds)
    wrong = output / (1 - output) * weight
    return Variant(
        question=[
            f"A detector was trained with the class weight {weight} for the positive "
            "class and 1 for the negative class, and its output for a new candidate is "
            f"{output:g}.",
            "How probable is it that the candidate is positive, if the network is "
            "perfectly trained?",
        ],
        parts=[
            number(
                "probability",
                p,
                {
                    may.PROBABILITY_FOR_ODDS: output / weight,
                    may.RECIPROCAL: wrong / (1 + wrong),
                    may.ODDS_FOR_PROBABILITY: odds,
                    may.NOTHING_CHANGES: output,
                },
                decimals=3,
            )
        ],
        explanation=[
            f"The odds of the output are {output:g} / {1 - output:.4g} = "
            f"{output / (1 - output):.4g}. Dividing them by {weight} gives {odds:.4g}, "
            f"so the probability is {odds:.4g} / (1 + {odds:.4g}) = {p:.3f}.",
        ],
    )


@exercise("ex-choose-table")
def outputs_for_losses(draw: Draw) -> Variant:
    """Count the outputs for four targets."""
    digits = draw.one(10, 5, 8, 26)
    defects = draw.one(12, 6, 9, 15)
    return Variant(
        question=[
            "How many outputs would you give a network for these targets: the redshift "
            "of a galaxy; whether an image shows a supernova (with a sigmoid); which "
            f"of {digits} characters an image shows; which of {defects} defects a "
            "detector image shows, where several may be present?",
        ],
        parts=[
            several(
                "outputs for the four targets",
                (1, 1, digits, defects),
                {
                    may.TWO_FOR_YES_OR_NO: (1, 2, digits, defects),
                    may.ONE_OUTPUT_FOR_ALL: (1, 1, 1, 1),
                    may.OFF_BY_ONE: (1, 1, digits - 1, defects),
                    may.EVERY_COMBINATION: (1, 1, digits, 2**defects),
                },
                decimals=0,
            )
        ],
        explanation=[
            "One output without an activation; one with a sigmoid; "
            f"{digits} with a softmax; {defects} with a sigmoid each."
        ],
    )
