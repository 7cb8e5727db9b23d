"""Exercises of the chapter on regularisation."""

from fractions import Fraction
from itertools import product
from math import sqrt

from bookbuild.practice import misconceptions as may
from bookbuild.practice.counting import mean
from bookbuild.practice.numbers import write_value, write_values
from bookbuild.practice.parts import formula, number, several, whole
from bookbuild.practice.variants import Draw, Variant, exercise


@exercise("ex-decay-prior")
def penalty_of_a_prior(draw: Draw) -> Variant:
    """Find the penalty that a prior implies."""
    spread = draw.one(0.5, 1, 0.2, 2, 0.1)
    examples = draw.one(1000, 500, 2000, 100)
    decay = 1 / (examples * spread**2)
    curvature = draw.one(0.001, 0.01, 0.1)
    left = curvature / (curvature + decay)
    return Variant(
        question=[
            "You expect the weights to be normally distributed around zero with the "
            f"standard deviation {spread:g}, and the loss is the mean of the negative "
            f"log-likelihood over {examples:,} examples. The penalty is ½ λ times the "
            "sum of the squared weights.",
            "What λ follows from this, and what argument must "
            "`keras.regularizers.L2` be given, whose penalty has no factor ½? What "
            "fraction of a weight is left along an axis with the curvature H = "
            f"{curvature:g}?",
        ],
        parts=[
            number(
                "λ",
                decay,
                {
                    may.DEVIATION_FOR_VARIANCE: 1 / (examples * spread)
                    if spread != 1
                    else None,
                    may.SUM_FOR_MEAN: 1 / spread**2,
                    may.RECIPROCAL: examples * spread**2,
                    may.WRONG_ONE: decay / 2,
                },
                digits=2,
            ),
            number(
                "argument of L2",
                decay / 2,
                {may.REGULARISER_FACTOR: decay},
                digits=2,
            ),
            number(
                "fraction left",
                left,
                {
                    may.COMPLEMENT: 1 - left,
                    may.STOPPED_HALFWAY: curvature / decay,
                },
                decimals=3,
            ),
        ],
        explanation=[
            f"λ = 1 / (N σ²) = 1 / ({examples:,} · {spread**2:g}) = {decay:.3g}, and "
            f"the argument is half of it, {decay / 2:.3g}.",
            f"The fraction H / (H + λ) = {left:.3g} is left.",
        ],
    )


@exercise("ex-decay-before-bn")
def decay_before_normalisation(draw: Draw) -> Variant:
    """Find what smaller weights change before batch normalisation."""
    factor = draw.one(2, 3, 4, 5, 6, 8, 10, 20)
    all_weights = "all weights of the layer"
    shrunk = f"divided {all_weights} by {factor}"
    if factor == 2:
        shrunk = f"halved {all_weights}"
    return Variant(
        question=[
            "A dense layer without a bias is followed by batch normalisation, which "
            "subtracts from each unit its mean over the mini-batch and divides by its "
            f"standard deviation (ε = 0). Weight decay has {shrunk}.",
            "By what factor has the output of the normalisation changed, and by what "
            "factor has the gradient with respect to the weights?",
        ],
        parts=[
            number("output", 1, {may.STOPPED_HALFWAY: Fraction(1, factor)}),
            number(
                "gradient",
                factor,
                {
                    may.RECIPROCAL: Fraction(1, factor),
                    may.NOTHING_CHANGES: 1,
                    may.TWICE: factor**2,
                },
            ),
        ],
        explanation=[
            "The normalisation divides by the standard deviation, which has changed by "
            "the same factor, so the output has changed by the factor 1, which means "
            "not at all.",
            f"The output depends on the direction of the weights alone, so the same "
            f"change of a weight now counts {factor} times as much: the gradient is "
            f"{factor} times as large.",
        ],
    )


@exercise("ex-soft-threshold")
def soft_threshold(draw: Draw) -> Variant | None:
    """Apply L1 and L2 shrinkage."""
    decay = draw.one(0.4, 0.5, 0.3, 0.2)
    weights = draw.decimals((1, -0.3, -2), low=-2.5, high=2.5)
    soft = [
        0.0 if abs(w) <= decay else w - decay if w > 0 else w + decay for w in weights
    ]
    ridge = [w / (1 + decay) for w in weights]
    if min(map(abs, weights)) >= decay or max(map(abs, weights)) < 1:
        return None
    if 0 in weights:
        return None
    return Variant(
        question=[
            f"Apply the soft threshold of L1 with λ = {decay:g} to the weights "
            f"{write_values(weights)}.",
            "To the same weights, apply the L2 shrinkage instead, a factor "
            "H / (H + λ), with the curvature H = 1 and the same λ.",
        ],
        parts=[
            several(
                "L1",
                soft,
                {
                    may.STOPPED_HALFWAY: [
                        0.0 if abs(w) <= decay else w for w in weights
                    ],
                    may.CROSSED_ZERO: [
                        w - decay if w > 0 else w + decay for w in weights
                    ],
                    may.WRONG_ONE: ridge,
                    may.SHRUNK_ONE_WAY: [
                        0.0 if abs(w) <= decay else w - decay for w in weights
                    ],
                },
                decimals=2,
            ),
            several(
                "L2",
                ridge,
                {
                    may.WRONG_ONE: soft,
                    may.COMPLEMENT: [w * decay / (1 + decay) for w in weights],
                    may.FIRST_ORDER: [w * (1 - decay) for w in weights],
                },
                decimals=2,
            ),
        ],
        explanation=[
            "L1 moves each weight towards zero by λ and stops at zero: "
            f"({', '.join(f'{w:.3g}' for w in soft)}).".replace("-", "−"),
            f"L2 multiplies by 1 / {1 + decay:g} ≈ {1 / (1 + decay):.3f}: "
            f"({', '.join(f'{w:.2f}' for w in ridge)}).".replace("-", "−"),
        ],
    )


@exercise("ex-early-equivalent")
def decay_that_equals_a_training(draw: Draw) -> Variant:
    """Compare early stopping with weight decay."""
    steps = draw.one(1000, 500, 2000, 200)
    rate = draw.one(0.01, 0.02, 0.005)
    curvature = draw.one(0.1, 0.2, 0.05, 0.5)
    decay = 1 / (rate * steps)
    by_decay = curvature / (curvature + decay)
    by_steps = 1 - (1 - rate * curvature) ** steps
    return Variant(
        question=[
            f"Gradient descent takes {steps:,} steps with η = {rate:g} from zero on a "
            "quadratic loss. Weight decay with λ = 1 / (η τ) corresponds to τ steps.",
            "What λ is that? What fraction of the best weight does the decay leave at "
            f"the curvature H = {curvature:g}, and what fraction do the steps reach?",
        ],
        parts=[
            number(
                "λ",
                decay,
                {may.RECIPROCAL: rate * steps, may.STOPPED_HALFWAY: 1 / steps},
                digits=2,
            ),
            number(
                "left by the decay",
                by_decay,
                {may.COMPLEMENT: 1 - by_decay, may.WRONG_ONE: by_steps},
                decimals=2,
            ),
            number(
                "reached by the steps",
                by_steps,
                {
                    may.COMPLEMENT: 1 - by_steps,
                    may.WRONG_ONE: by_decay,
                    may.LINEAR_FOR_POWER: rate * curvature * steps,
                },
                decimals=2,
            ),
        ],
        explanation=[
            f"λ = 1 / ({rate:g} · {steps:,}) = {decay:.3g}. Weight decay leaves "
            f"H / (H + λ) = {by_decay:.2f}.",
            f"The steps reach 1 − (1 − η H)^τ = 1 − {1 - rate * curvature:g}^{steps} = "
            f"{by_steps:.2f}.",
        ],
    )


@exercise("ex-dropout-by-hand")
def dropout_by_hand(draw: Draw) -> Variant | None:
    """Apply dropout by hand."""
    a = draw.wholes((3, 0, 6), low=0, high=9)
    rate = draw.one(0.25, 0.5, 0.2)
    mask = draw.one((1, 1, 0), (1, 0, 1), (0, 1, 1))
    keep = 1 - rate
    out = [value * kept / keep for value, kept in zip(a, mask, strict=True)]
    last = a[2]
    variance = rate / keep * last**2
    if not any(out) or not last:
        return None
    return Variant(
        question=[
            f"Let a = {write_values(a)}, the dropout rate q = {rate:g} and the mask "
            f"{write_values(mask)}, where 1 keeps an element.",
            "What does dropout return in training, and what are the mean and the "
            "variance, over all masks, of the third element that it returns?",
        ],
        parts=[
            several(
                "output",
                out,
                {
                    may.SCALE_FORGOTTEN: [
                        value * kept for value, kept in zip(a, mask, strict=True)
                    ],
                    may.SCALED_BY_RATE: [
                        value * kept / rate for value, kept in zip(a, mask, strict=True)
                    ]
                    if rate != 0.5
                    else None,
                    may.MASK_INVERTED: [
                        value * (1 - kept) / keep
                        for value, kept in zip(a, mask, strict=True)
                    ],
                },
                decimals=2,
            ),
            number(
                "mean of the third element",
                last,
                {may.SCALE_FORGOTTEN: keep * last, may.STOPPED_HALFWAY: last / keep},
            ),
            number(
                "variance of the third element",
                variance,
                {
                    may.SCALE_FORGOTTEN: rate * keep * last**2,
                    may.DEVIATION_FOR_VARIANCE: sqrt(variance),
                    may.SQUARE_FORGOTTEN: rate / keep * last,
                },
            ),
        ],
        explanation=[
            f"The elements that stay are divided by {keep:g}: "
            f"({', '.join(f'{value:.4g}' for value in out)}).",
            f"The mean of the third element is {last}, and its variance q / (1 − q) · "
            f"{last}² = {variance:.4g}.",
        ],
    )


@exercise("ex-dropout-two-layers")
def two_dropout_layers(draw: Draw) -> Variant:
    """Find the rate of two dropout layers in a row."""
    first = draw.one(0.2, 0.1, 0.3, 0.4)
    second = draw.one(0.5, 0.2, 0.25, 0.3)
    kept = (1 - first) * (1 - second)
    return Variant(
        question=[
            f"A dropout layer with the rate {first:g} is followed by another with the "
            f"rate {second:g}. What rate of a single layer does the same?",
        ],
        parts=[
            number(
                "rate",
                1 - kept,
                {
                    may.RATES_ADDED: first + second,
                    may.COMPLEMENT: kept,
                    may.BOTH_DROP: first * second,
                },
                decimals=3,
            )
        ],
        explanation=[
            f"An element survives both with the probability {1 - first:g} · "
            f"{1 - second:g} = {kept:g}, the same as in one layer with q = "
            f"{1 - kept:g}.",
        ],
    )


@exercise("ex-dropout-wrong-mask")
def new_mask_backwards(draw: Draw) -> Variant:
    """Find a gradient with the right and with a wrong mask."""
    power = draw.one(2, 3, 4, 5, 6, 7, 8)
    loss = f"a_D{'  ²³⁴⁵⁶⁷⁸'[power]}"
    slope = "a" if power == 2 else f"a^{power - 1}"
    base = "(1 - q)" if power == 2 else f"(1 - q)^{power - 1}"
    wrong_base = "" if power == 2 else rf"{{{base[:-1]}{power - 2}}}"
    if power == 3:
        wrong_base = "{(1 - q)}"
    right = rf"\frac{{{power} {slope}}}{{{base}}}"
    wrong = f"2 {slope}" if power == 2 else rf"\frac{{{power} {slope}}}{wrong_base}"
    letters = {"a": (0.5, 2.0), "q": (0.1, 0.8)}
    return Variant(
        question=[
            "Dropout returns a_D = a D / (1 − q), where the mask D is 1 with "
            f"probability 1 − q and 0 otherwise, and the loss is {loss}.",
            "What is the derivative of the loss with respect to a on average over "
            "masks? What would the backward pass return on average if it drew a new, "
            "independent mask? Write formulas with a and q.",
        ],
        parts=[
            formula(
                "correct, on average",
                right,
                letters,
                {
                    may.NOT_DIFFERENTIATED: rf"\frac{{a {slope}}}{{{base}}}",
                    may.SCALE_FORGOTTEN: f"{power} {slope} (1 - q)",
                    may.NOTHING_CHANGES: f"{power} {slope}",
                    may.INNER_DERIVATIVE_FORGOTTEN: rf"{right} (1 - q)"
                    if power > 2
                    else None,
                },
            ),
            formula(
                "with a new mask, on average",
                wrong,
                letters,
                {
                    may.NOTHING_CHANGES: right,
                    may.TWICE: rf"{wrong} (1 - q)",
                    may.NOT_DIFFERENTIATED: f"a^{power}",
                },
            ),
        ],
        explanation=[
            f"The derivative is {power} {slope} D^{power} / (1 − q)^{power}, and "
            f"D^{power} = D has the expectation 1 − q.",
            "With a new mask D', one of the factors D becomes D'. The product of two "
            "independent masks has the expectation (1 − q)², so the result is smaller "
            "by the factor 1 − q.",
        ],
    )


@exercise("ex-dropout-gap-sign")
def two_effects(draw: Draw) -> Variant | None:
    """Separate the mode from generalisation."""
    on = draw.decimal(0.40, low=0.25, high=0.6, places=2)
    validation = draw.decimal(0.30, low=0.15, high=0.6, places=2)
    off = draw.decimal(0.18, low=0.05, high=0.3, places=2)
    mode, gap = on - off, validation - off
    if min(mode, gap) < 0.03 or abs(mode - gap) < 0.02:
        return None
    return Variant(
        question=[
            f"A run with dropout ends with the training loss {on:.2f} in its log (with "
            f"dropout) and the validation loss {validation:.2f}, and `evaluate` on the "
            f"training set gives {off:.2f} (without dropout).",
            "By how much does the training mode raise the training loss, and how large "
            "is the generalisation gap?",
        ],
        parts=[
            number(
                "effect of the mode",
                mode,
                {may.EFFECTS_TOGETHER: on - validation, may.SIGN: -mode},
            ),
            number(
                "generalisation gap",
                gap,
                {may.EFFECTS_TOGETHER: validation - on, may.SIGN: -gap},
            ),
        ],
        explanation=[
            f"The mode accounts for {on:.2f} − {off:.2f} = {mode:.2f}, and the "
            f"generalisation gap is {validation:.2f} − {off:.2f} = {gap:.2f}.",
        ],
    )


@exercise("ex-dropout-relu-mean")
def mean_after_a_relu(draw: Draw) -> Variant | None:
    """Average a ReLU over all masks."""
    a = draw.wholes((1, 3), low=1, high=5)
    shift = draw.whole(3, low=1, high=6)
    values = [
        max(0, 2 * a[0] * d + 2 * a[1] * e - shift)
        for d, e in product((0, 1), repeat=2)
    ]
    full = max(0, a[0] + a[1] - shift)
    if mean(values) == full:
        return None
    before = mean(
        [2 * a[0] * d + 2 * a[1] * e - shift for d, e in product((0, 1), repeat=2)]
    )
    unscaled = mean(
        [max(0, a[0] * d + a[1] * e - shift) for d, e in product((0, 1), repeat=2)]
    )
    return Variant(
        question=[
            f"Dropout with q = 0.5 acts on a = {write_values(a)} and returns "
            f"(d₁, d₂). Of these, a unit computes max(0, d₁ + d₂ − {shift}).",
            "What is the average of the unit over the four masks, and its value "
            "without dropout?",
        ],
        parts=[
            number(
                "average",
                mean(values),
                {
                    may.BEFORE_ACTIVATION: before if before < 0 else None,
                    may.SCALE_FORGOTTEN: unscaled,
                    may.SUM_FOR_MEAN: sum(values),
                    may.NOTHING_CHANGES: full,
                },
            ),
            number("without dropout", full, {may.WRONG_ONE: mean(values)}),
        ],
        explanation=[
            f"The kept elements are doubled, so the four values are "
            f"{', '.join(map(str, values))}, with the average {mean(values):g}.",
            f"Without dropout it is max(0, {a[0]} + {a[1]} − {shift}) = {full}.",
        ],
    )


@exercise("ex-dropout-factor")
def strength_of_the_penalty(draw: Draw) -> Variant:
    """Find the strength of the penalty of dropout."""
    rates = [draw.one(0.1, 0.2, 0.3), 0.5, draw.one(0.8, 0.9, 0.75)]
    part = draw.one(4, 2, 3, 9)
    answer = [Fraction(str(q)) / (1 - Fraction(str(q))) for q in rates]
    wanted = Fraction(1, part + 1)
    return Variant(
        question=[
            f"Compute q / (1 − q) for q = {', '.join(f'{q:g}' for q in rates)}. At "
            f"what rate q does it equal 1/{part}?",
        ],
        parts=[
            several(
                "three values",
                answer,
                {
                    may.RECIPROCAL: [1 / value for value in answer],
                },
                decimals=3,
            ),
            number(
                "rate",
                wanted,
                {
                    may.WRONG_ONE: Fraction(1, part),
                    may.COMPLEMENT: 1 - wanted,
                },
                decimals=3,
            ),
        ],
        explanation=[
            f"They are {', '.join(write_value(value) for value in answer)}.",
            f"If q = (1 − q) / {part}, then {part + 1} q = 1, so q = "
            f"{write_value(wanted)}.",
        ],
    )


@exercise("ex-dropout-units")
def change_of_units(draw: Draw) -> Variant:
    """Find how two penalties depend on units."""
    power = draw.one(3, 1, 2, 4, 5, 6, 9)
    factor = 10**power
    names = {
        3: "metres instead of kilometres",
        2: "centimetres instead of metres",
        1: "millimetres instead of centimetres",
        4: "micrometres instead of centimetres",
        5: "centimetres instead of kilometres",
        6: "millimetres instead of kilometres",
        9: "nanometres instead of metres",
    }
    return Variant(
        question=[
            f"An input is given in {names[power]}, so that it is {factor:,} times "
            f"larger and its weight w {factor:,} times smaller.",
            "By what factor does the penalty of dropout change, which is proportional "
            "to w² times the sum of the squared inputs? λ w² changes by a power of "
            "ten: what is its exponent?",
        ],
        parts=[
            number(
                "factor of the penalty of dropout",
                1,
                {may.STOPPED_HALFWAY: Fraction(1, factor**2)},
            ),
            whole(
                "exponent of the factor of λ w²",
                -2 * power,
                {may.SQUARE_FORGOTTEN: -power, may.SIGN: 2 * power},
            ),
        ],
        explanation=[
            f"In the penalty of dropout the factors 10^(−{2 * power}) and "
            f"10^{2 * power} cancel, which leaves the factor 1. λ w² changes by the "
            f"factor 10^(−{2 * power}), so the same λ holds this weight back much "
            "less.",
        ],
    )


@exercise("ex-dropout-shift-by-hand")
def variance_in_two_modes(draw: Draw) -> Variant:
    """Find the variances before a normalisation in both modes."""
    mu = draw.one(0, 1, 2, 3)
    sigma = draw.one(2, 1, 3)
    rate = draw.one(0.2, 0.5, 0.25)
    odds = rate / (1 - rate)
    variance = sigma**2 + odds * (sigma**2 + mu**2)
    return Variant(
        question=[
            f"An activation has the mean μ = {mu} and the standard deviation σ = "
            f"{sigma}. Dropout with q = {rate:g} is followed by a batch normalisation "
            "with γ = 1 and ε = 0.",
            "What variance does the normalisation see in training? What variance does "
            "its output have at inference, where it still divides by the standard "
            "deviation of training?",
        ],
        parts=[
            number(
                "variance in training",
                variance,
                {
                    may.NOTHING_CHANGES: sigma**2,
                    may.DEVIATION_FOR_VARIANCE: sigma + odds * (sigma + mu),
                    may.SCALE_FORGOTTEN: (1 - rate) * (sigma**2 + mu**2)
                    - ((1 - rate) * mu) ** 2,
                    may.MEAN_LEFT_OUT: sigma**2 * (1 + odds) if mu else None,
                },
            ),
            number(
                "variance at inference",
                sigma**2 / variance,
                {
                    may.NOTHING_CHANGES: 1,
                    may.RECIPROCAL: variance / sigma**2,
                    may.DEVIATION_FOR_VARIANCE: sigma / sqrt(variance),
                },
                decimals=3,
            ),
        ],
        explanation=[
            f"In training σ² + q / (1 − q) (σ² + μ²) = {sigma**2} + {odds:.3g} · "
            f"({sigma**2} + {mu**2}) = {variance:.4g}.",
            f"At inference the variance is {sigma**2}, and normalised by "
            f"{variance:.4g} it is {sigma**2 / variance:.3f}.",
        ],
    )


@exercise("ex-dropout-channels")
def pixels_or_channels(draw: Draw) -> Variant:
    """Compare dropping pixels with dropping channels."""
    channels = draw.one(8, 4, 16)
    side = draw.one(10, 5, 8, 20)
    rate = draw.one(0.5, 0.2, 0.25)
    odds = rate / (1 - rate)
    pixels = side**2
    return Variant(
        question=[
            f"A feature map has {channels} channels of {side} × {side} pixels, all "
            "equal to one. `Dropout` and `SpatialDropout2D` act on it with q = "
            f"{rate:g}.",
            "How many random numbers does each draw for an image, and what is the "
            "variance of the mean of a channel with each?",
        ],
        parts=[
            whole(
                "numbers, Dropout",
                pixels * channels,
                {may.ONE_CHANNEL: pixels, may.WRONG_ONE: channels},
            ),
            whole(
                "numbers, SpatialDropout2D",
                channels,
                {
                    may.WRONG_ONE: pixels * channels,
                    may.POSITIONS_FOR_CHANNELS: pixels,
                },
            ),
            number(
                "variance, Dropout",
                odds / pixels,
                {
                    may.WRONG_ONE: odds,
                    may.ROOT_TAKEN: odds / side,
                    may.SCALE_FORGOTTEN: rate * (1 - rate) / pixels,
                },
                digits=2,
            ),
            number(
                "variance, SpatialDropout2D",
                odds,
                {
                    may.WRONG_ONE: odds / pixels,
                    may.SCALE_FORGOTTEN: rate * (1 - rate),
                },
                digits=2,
            ),
        ],
        explanation=[
            f"They draw {pixels} · {channels} = {pixels * channels:,} and {channels} "
            f"numbers. One element has the variance q / (1 − q) = {odds:.3g}.",
            f"The mean of a channel averages {pixels} independent elements for "
            f"`Dropout`, so its variance is {odds / pixels:.3g}; for "
            "`SpatialDropout2D` all elements of a channel are equal and it stays "
            f"{odds:.3g}.",
        ],
    )


@exercise("ex-dropout-spread")
def interval_of_differences(draw: Draw) -> Variant:
    """Find an interval at 95 per cent."""
    count, student = draw.one((5, 2.78), (4, 3.18), (10, 2.26), (20, 2.09))
    gain = draw.one(0.4, 0.6, 1.2, 0.3)
    spread = draw.one(0.9, 0.5, 1.2, 0.8)
    error = spread / sqrt(count)
    half = student * error
    return Variant(
        question=[
            f"{count} paired differences have the mean {gain:g} and the standard "
            f"deviation {spread:g} percentage points. Student's t for {count - 1} "
            f"degrees of freedom is {student:g}.",
            "Give the standard error, the half-width of the interval at 95 per cent, "
            "and the two ends of the interval.",
        ],
        parts=[
            number(
                "standard error",
                error,
                {
                    may.ROOT_FORGOTTEN: spread / count,
                    may.NOT_DIVIDED_BY_ROOT: spread,
                    may.ROOT_OF_LESS: spread / sqrt(count - 1),
                },
                decimals=2,
            ),
            number(
                "half-width",
                half,
                {
                    may.STOPPED_HALFWAY: error,
                    may.ROOT_FORGOTTEN: student * spread / count,
                    may.NOT_DIVIDED_BY_ROOT: student * spread,
                },
                decimals=1,
            ),
            several(
                "the two ends",
                (gain - half, gain + half),
                {
                    may.STOPPED_HALFWAY: (gain - error, gain + error),
                    may.AROUND_ZERO: (-half, half),
                },
                decimals=1,
            ),
        ],
        explanation=[
            f"The standard error is {spread:g} / √{count} ≈ {error:.2f}, and the "
            f"half-width {student:g} · {error:.2f} ≈ {half:.1f}.",
            f"The interval reaches from {gain - half:.1f} to {gain + half:.1f}"
            f"{', which contains zero' if half > gain else ''}.".replace("-", "−"),
        ],
    )
