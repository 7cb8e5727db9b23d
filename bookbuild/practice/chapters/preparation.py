"""Exercises of the chapter on preparing data and weights."""

from fractions import Fraction
from math import log, sqrt

from bookbuild.practice import misconceptions as may
from bookbuild.practice.counting import entropy, first_whole_above, mean
from bookbuild.practice.numbers import write_value
from bookbuild.practice.parts import (
    formula,
    number,
    satisfying,
    several,
    whole,
)
from bookbuild.practice.variants import Draw, Variant, exercise


@exercise("ex-preparation-encode")
def one_hot_by_hand(draw: Draw) -> Variant | None:
    """Encode one column and standardise another."""
    times = draw.one(
        [30, 60, 90, 60], [10, 20, 30, 40], [20, 20, 60, 100], [15, 45, 45, 75]
    )
    names = draw.shuffled(["g", "r", "i", "r"])
    order = ("g", "r", "i")
    middle = mean(times)
    variance = mean([(value - middle) ** 2 for value in times])
    scaled = [(value - middle) / sqrt(variance) for value in times]
    encoded = [float(name == one) for name in names for one in order]
    by_sample = [value * sqrt(3 / 4) for value in scaled]
    by_variance = [(value - middle) / variance for value in times]
    return Variant(
        question=[
            f"A table has a column `filter` with the values {', '.join(names)}, and a "
            f"column `exposure` in seconds with the values "
            f"{', '.join(map(str, times))}.",
            "Write down the one-hot encoding of the first, with the columns in the "
            "order g, r, i, and the standardised exposure. (For the variance, divide "
            "by the number of values.)",
        ],
        parts=[
            several(
                "one-hot, row by row",
                encoded,
                {
                    may.VALUES_REORDERED: [
                        float(name == one) for one in order for name in names
                    ],
                },
                columns=3,
                decimals=0,
            ),
            several(
                "standardised exposure",
                scaled,
                {
                    may.VARIANCE_FOR_DEVIATION: by_variance,
                    may.DIVIDED_BY_LESS: by_sample,
                    may.NOT_SCALED: [value - middle for value in times],
                },
                decimals=2,
            ),
        ],
        explanation=[
            f"The mean exposure is {middle:g} and its variance {variance:g}, so its "
            f"standard deviation is {sqrt(variance):.3g}.",
            "Subtract the mean and divide by the standard deviation: "
            f"({', '.join(f'{value:.2f}' for value in scaled)}).".replace("-", "−"),
        ],
    )


@exercise("ex-bn-depth")
def factors_through_layers(draw: Draw) -> Variant:
    """Find how a factor grows with depth."""
    small = draw.one(0.5, 0.25, 0.8, 0.6)
    limit = draw.one(1000, 100, 10_000)
    growth = draw.one(2, 3, 4)
    depth = draw.one(10, 5, 8, 20)
    layers = first_whole_above(log(limit) / -log(small))
    if small**layers * limit == 1:
        layers += 1
    exact = log(limit) / -log(small)
    factor = growth ** (1 / depth)
    words = {2: "double", 3: "treble", 4: "quadruple"}
    return Variant(
        question=[
            f"All weights of a ReLU network without biases are {small:g} times as "
            "large as they should be. After how many layers have the activations "
            f"shrunk by more than a factor of {limit:,}?",
            f"In another network, the activations {words[growth]} over {depth} layers. "
            "By which factor are its weights larger than they should be, if the factor "
            "is the same for all of them?",
        ],
        parts=[
            whole(
                "layers",
                layers,
                {
                    may.FLOOR_FOR_CEILING: layers - 1,
                    may.NOT_ROUNDED: round(exact, 2),
                    may.LINEAR_FOR_POWER: round(limit * small),
                },
            ),
            number(
                "factor",
                factor,
                {
                    may.TOTAL_FOR_EACH: growth,
                    may.LINEAR_FOR_POWER: 1 + (growth - 1) / depth,
                },
                decimals=3,
            ),
        ],
        explanation=[
            f"{small:g}^{layers} = {small**layers:.3g} is the first power below "
            f"1/{limit:,}, so it takes {layers} layers.",
            f"For the second network, α^{depth} = {growth} gives α = "
            f"{growth}^(1/{depth}) ≈ {factor:.3f}.",
        ],
    )


@exercise("ex-preparation-fan")
def fan_of_a_convolution(draw: Draw) -> Variant | None:
    """Find the fan-in of a convolution."""
    kernel = draw.one(5, 3, 7)
    channels = draw.one(32, 8, 16, 64)
    filters = draw.one(64, 16, 32, 128)
    fan_in, fan_out = kernel**2 * channels, kernel**2 * filters
    he, glorot = sqrt(2 / fan_in), sqrt(2 / (fan_in + fan_out))
    if channels == filters:
        return None
    return Variant(
        question=[
            f"A layer has {kernel} × {kernel} kernels, {channels} input channels and "
            f"{filters} output channels, and is followed by a ReLU.",
            "What is its fan-in, with which standard deviation does He's "
            "initialisation draw its weights, and with which does Glorot's, whose "
            "fan-out counts the positions of the kernel as well?",
        ],
        parts=[
            whole(
                "fan-in",
                fan_in,
                {
                    may.CHANNELS_NOT_MULTIPLIED: kernel**2,
                    may.KERNEL_NOT_SQUARED: kernel * channels,
                    may.CHANNELS_FOR_FILTERS: fan_out,
                    may.FLATTEN_FORGOTTEN: channels,
                },
            ),
            number(
                "He",
                he,
                {
                    may.VARIANCE_FOR_DEVIATION: 2 / fan_in,
                    may.FACTOR_TWO_FORGOTTEN: sqrt(1 / fan_in),
                    may.CHANNELS_FOR_FILTERS: sqrt(2 / fan_out),
                    may.KERNEL_NOT_SQUARED: sqrt(2 / (kernel * channels)),
                },
                digits=2,
            ),
            number(
                "Glorot",
                glorot,
                {
                    may.VARIANCE_FOR_DEVIATION: 2 / (fan_in + fan_out),
                    may.FACTOR_TWO_FORGOTTEN: sqrt(1 / (fan_in + fan_out)),
                    may.FLATTEN_FORGOTTEN: sqrt(2 / (fan_in + filters)),
                },
                digits=2,
            ),
        ],
        explanation=[
            f"The fan-in is {kernel} · {kernel} · {channels} = {fan_in}, so He's "
            f"standard deviation is √(2 / {fan_in}) = {he:.3g}.",
            f"The fan-out is {kernel} · {kernel} · {filters} = {fan_out}, and Glorot's "
            f"standard deviation √(2 / {fan_in + fan_out}) = {glorot:.3g}.",
        ],
    )


@exercise("ex-preparation-first")
def first_loss(draw: Draw) -> Variant | None:
    """Find the first loss of three classes."""
    largest = draw.whole(70, low=50, high=88)
    smallest = draw.whole(10, low=2, high=(98 - largest) // 2)
    shares = (largest, 100 - largest - smallest, smallest)
    if smallest == shares[1]:
        return None
    p = [share / 100 for share in shares]
    biases = [log(value) for value in p]
    return Variant(
        question=[
            f"In a catalogue, {shares[0]} per cent are ellipticals, {shares[1]} per "
            f"cent spirals and {shares[2]} per cent lenses. A network for these three "
            "classes ends with a softmax.",
            "Give three biases of the last layer with which it predicts these "
            "frequencies before it has learned anything (weights of zero). What is its "
            "first loss, and how large is the first loss with biases of zero?",
        ],
        parts=[
            satisfying(
                "biases, to two decimals",
                [round(bias, 3) for bias in biases],
                lambda values: all(
                    abs((values[n] - values[0]) - (biases[n] - biases[0])) < 0.011
                    for n in range(3)
                ),
                {
                    may.LOGARITHM_FORGOTTEN: p,
                    may.SIGN: [-bias for bias in biases],
                    may.BINARY_LOGARITHM: [bias / log(2) for bias in biases],
                },
            ),
            number(
                "first loss",
                entropy(p),
                {
                    may.SIGN: -entropy(p),
                    may.BINARY_LOGARITHM: entropy(p) / log(2),
                    may.UNWEIGHTED: -mean(biases),
                },
                decimals=2,
            ),
            number(
                "first loss with biases of zero",
                log(3),
                {
                    may.BINARY_LOGARITHM: log(3) / log(2),
                    may.WRONG_ONE: entropy(p),
                },
                decimals=2,
            ),
        ],
        explanation=[
            "The softmax of the logarithms returns the frequencies: "
            + ", ".join(f"log {value:g} = {log(value):.2f}" for value in p).replace(
                "-", "−"
            )
            + ", or these with the same constant added.",
            f"The first loss is −Σ p log p = {entropy(p):.2f}. With biases of zero all "
            "classes have the probability 1/3, and the loss is log 3 = 1.10.",
        ],
    )


@exercise("ex-further-mean")
def column_with_a_large_mean(draw: Draw) -> Variant:
    """Find the condition number of a column beside a bias."""
    m = draw.one(10, 2, 3, 4, 5, 6, 7, 8, 12, 15, 20, 50)
    total = 2 + m * m
    largest = (total + sqrt(total**2 - 4)) / 2
    return Variant(
        question=[
            f"A column with the mean {m} and the variance 1 stands beside a bias, "
            "whose column holds ones. The matrix of second moments has 1 + m² and 1 on "
            "the diagonal and m in the two other places, where m is the mean.",
            "What are the product and the sum of its eigenvalues, and what is the "
            "condition number κ, the largest over the smallest eigenvalue?",
        ],
        parts=[
            whole("product", 1, {may.SIGN: -1, may.STOPPED_HALFWAY: 1 + m * m}),
            whole(
                "sum",
                total,
                {may.STOPPED_HALFWAY: 1 + m * m, may.SQUARE_FORGOTTEN: 2 + m},
            ),
            number(
                "κ",
                largest**2,
                {
                    may.STOPPED_HALFWAY: largest,
                },
                digits=3,
            ),
        ],
        explanation=[
            f"The determinant is 1 and the trace 2 + {m}² = {total}. So the "
            "eigenvalues are λ and 1/λ, and κ = λ².",
            f"λ + 1/λ = {total} gives λ² + 1/λ² = {total}² − 2 and κ ≈ "
            f"{largest**2:,.4g}.",
        ],
    )


@exercise("ex-further-leaky")
def leaky_relu(draw: Draw) -> Variant:
    """Find the variance of the weights before a leaky ReLU."""
    leak = draw.one(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 0.05, 0.25, 0.01)
    square = Fraction(str(leak)) ** 2
    below = write_value(1 + square)
    unsquared = write_value(1 + Fraction(str(leak)))
    return Variant(
        question=[
            f"Leaky ReLU returns z for z > 0 and {leak:g} z otherwise. Which variance "
            "of the weights keeps the mean square of the activations from layer to "
            "layer, for n inputs and symmetric pre-activations? Write a formula with "
            "n.",
        ],
        parts=[
            formula(
                "variance",
                rf"\frac{{2}}{{{below} n}}",
                {"n": (5.0, 50.0)},
                {
                    may.FACTOR_TWO_FORGOTTEN: rf"\frac{{1}}{{{below} n}}",
                    may.SQUARE_FORGOTTEN: rf"\frac{{2}}{{{unsquared} n}}",
                    may.STOPPED_HALFWAY: r"\frac{2}{n}" if leak > 0.01 else None,
                    may.DEVIATION_FOR_VARIANCE: rf"\sqrt{{\frac{{2}}{{{below} n}}}}",
                },
            )
        ],
        explanation=[
            "Positive pre-activations keep their half of the mean square, and of the "
            f"other half {leak:g}² = {write_value(square)} remains, so "
            f"E[a²] = ½ · {below} · Var(z) and Var(z) = n Var(w) E[a²].",
            f"The scale is kept with Var(w) = 2 / ({below} n).",
        ],
    )


@exercise("ex-preparation-outlier")
def outlier_in_a_column(draw: Draw) -> Variant:
    """Find what one mistyped value does to a standard deviation."""
    count = draw.one(1000, 500, 2000, 5000)
    spread = draw.one(0.1, 0.05, 0.2)
    factor = draw.one(1000, 100, 500)
    outlier = float(factor)
    share = 1 / count
    deviation = sqrt((1 - share) * spread**2 + share * (1 - share) * (outlier - 1) ** 2)
    return Variant(
        question=[
            f"A column holds {count:,} values around one, with a standard deviation of "
            f"{spread:g}. One of them, a one, is mistyped and {factor:,} times too "
            "large.",
            "What is the standard deviation of the column then?",
        ],
        parts=[
            number(
                "standard deviation",
                deviation,
                {
                    may.VARIANCE_FOR_DEVIATION: deviation**2,
                    may.STOPPED_HALFWAY: outlier / count,
                    may.NOT_DIVIDED: outlier,
                },
                digits=2,
            )
        ],
        explanation=[
            f"The mistyped value lies {outlier - 1:g} above the others, so its share "
            f"of the variance is about {outlier - 1:g}² / {count:,}, next to which "
            f"{spread:g}² is nothing. The standard deviation is about {deviation:.3g}.",
        ],
    )
