"""Exercises of the chapter on batch normalisation."""

from math import log, sqrt

from bookbuild.practice import misconceptions as may
from bookbuild.practice.counting import first_whole_above, mean, model
from bookbuild.practice.numbers import write_decimal, write_value, write_values
from bookbuild.practice.parts import formula, number, several, whole
from bookbuild.practice.variants import Draw, Variant, exercise
from byhand.shapes import layers

# Columns with a whole standard deviation.
COLUMNS = (
    (0, 0, 2, 2),
    (1, 3, 3, 9),
    (0, 4, 4, 0),
    (-1, 1, -1, 1),
    (2, 8, 2, 8),
    (5, -1, 5, -1),
)


def _normalised(z) -> list[float]:
    middle = mean(z)
    spread = sqrt(mean([(value - middle) ** 2 for value in z]))
    return [(value - middle) / spread for value in z]


@exercise("ex-bn-column")
def one_column(draw: Draw) -> Variant:
    """Normalise a column by hand."""
    z = draw.shuffled(draw.one(*COLUMNS))
    gamma = draw.one(2, 3, 0.5, -1)
    beta = draw.one(1, 0.5, -1, 2)
    middle = mean(z)
    variance = mean([(value - middle) ** 2 for value in z])
    normal = _normalised(z)
    out = [gamma * value + beta for value in normal]
    return Variant(
        question=[
            f"A mini-batch of four examples has the column z = {write_values(z)}. "
            "Normalise it with ε = 0 and the variance over all four values (divide by "
            f"four), and then apply γ = {write_value(gamma)} and β = "
            f"{write_value(beta)}.",
        ],
        parts=[
            several(
                "normalised",
                normal,
                {
                    may.VARIANCE_FOR_DEVIATION: [
                        (value - middle) / variance for value in z
                    ],
                    may.NOT_SCALED: [value - middle for value in z],
                    may.DIVIDED_BY_LESS: [value * sqrt(3) / 2 for value in normal],
                },
                decimals=2,
            ),
            several(
                "with γ and β",
                out,
                {
                    may.SHIFT_FORGOTTEN: [gamma * value for value in normal],
                    may.SCALE_FOR_SHIFT: [beta * value + gamma for value in normal],
                    may.ORDER_EXCHANGED: [gamma * (value + beta) for value in normal],
                },
                decimals=2,
            ),
        ],
        explanation=[
            f"The mean is {middle:g} and the variance {variance:g}, so the normalised "
            f"column is ({', '.join(f'{value:.3g}' for value in normal)}).".replace(
                "-", "−"
            ),
            f"Then γ ẑ + β = ({', '.join(f'{value:.3g}' for value in out)}).".replace(
                "-", "−"
            ),
        ],
    )


@exercise("ex-bn-outlier")
def largest_value(draw: Draw) -> Variant:
    """Find the normalised value of an outlier."""
    examples = draw.one(32, 8, 10, 17, 26, 50, 64, 101, 128)
    answer = sqrt(examples - 1)
    return Variant(
        question=[
            "In a mini-batch of N examples one value is 1 and all others are 0. What "
            "is the normalised value of the 1 after batch normalisation with ε = 0? "
            f"Write a formula with N, and its value for N = {examples}.",
        ],
        parts=[
            formula(
                "normalised value",
                r"\sqrt{N - 1}",
                {"N": (3.0, 60.0)},
                {
                    may.ROOT_FORGOTTEN: "N - 1",
                    may.VARIANCE_FOR_DEVIATION: "N",
                    may.NOT_SCALED: r"1 - \frac{1}{N}",
                    may.MEAN_NOT_SUBTRACTED: r"\sqrt{N}",
                    may.RECIPROCAL: r"\frac{1}{\sqrt{N - 1}}",
                },
            ),
            number(
                f"for N = {examples}",
                answer,
                {
                    may.ROOT_FORGOTTEN: examples - 1,
                    may.VARIANCE_FOR_DEVIATION: examples,
                    may.NOT_SCALED: 1 - 1 / examples,
                },
                decimals=1,
            ),
        ],
        explanation=[
            "The mean is 1/N and the variance 1/N − 1/N² = (N − 1) / N², so the value "
            "is (1 − 1/N) / (√(N − 1) / N) = √(N − 1).",
            f"For N = {examples} it is about {answer:.1f}.",
        ],
    )


def _backwards(z, upstream, gamma: float) -> list[float]:
    """Return the gradient of batch normalisation by its formula, ε = 0."""
    middle = mean(z)
    spread = sqrt(mean([(value - middle) ** 2 for value in z]))
    normal = [(value - middle) / spread for value in z]
    d = [gamma * value for value in upstream]
    along = mean([a * b for a, b in zip(d, normal, strict=True)])
    return [
        (value - mean(d) - hat * along) / spread
        for value, hat in zip(d, normal, strict=True)
    ]


@exercise("ex-bn-backward-hand")
def gradients_that_vanish(draw: Draw) -> Variant:
    """Find gradients of batch normalisation."""
    z = draw.one((1, 3, 3, 9), (0, 0, 2, 2), (2, 8, 2, 8))
    middle = mean(z)
    level = draw.one(1, 2, -3)
    times = draw.one(1, 2)
    second = [times * (value - middle) for value in z]
    third = draw.one((1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 0, 2))
    of_third = _backwards(z, third, 1)
    spread = sqrt(mean([(value - middle) ** 2 for value in z]))
    return Variant(
        question=[
            f"Let z = {write_values(z)} be a column before batch normalisation with "
            "γ = 1 and ε = 0. What is the gradient with respect to z when the upstream "
            f"gradient is {write_values([level] * 4)}, when it is "
            f"{write_values(second)}, and when it is {write_values(third)}?",
        ],
        parts=[
            several(
                "first",
                [0] * 4,
                {may.STOPPED_HALFWAY: [level / spread] * 4},
                decimals=3,
            ),
            several(
                "second",
                [0] * 4,
                {may.STOPPED_HALFWAY: [value / spread for value in second]},
                decimals=3,
            ),
            several(
                "third",
                of_third,
                {
                    may.STOPPED_HALFWAY: [value / spread for value in third],
                    may.ONE_PATH_ONLY: [
                        (value - mean(third)) / spread for value in third
                    ],
                    may.NOT_SCALED: [value * spread for value in of_third],
                },
                decimals=3,
            ),
        ],
        explanation=[
            "The gradient is (d − mean(d) − ẑ mean(d ẑ)) / σ. The first equals its own "
            "mean and the second is a multiple of ẑ, so both vanish.",
            f"The third gives ({', '.join(write_decimal(v, 3) for v in of_third)}).",
        ],
    )


@exercise("ex-bn-two")
def two_examples(draw: Draw) -> Variant | None:
    """Normalise a mini-batch of two."""
    first, second = draw.one((1, 5), (3, 2), (-4, 4), (10, 0), (6, -1))
    upstream = draw.one((1, -1), (3, 0), (2, 5), (-1, 4))
    spread = abs(second - first) / 2
    sign = 1 if first < second else -1
    return Variant(
        question=[
            f"A mini-batch has two examples with the values {write_value(first)} and "
            f"{write_value(second)}, and ε = 0 and γ = 1. What are the normalised "
            "values? What is the gradient with respect to the two values if the "
            f"upstream gradient is {write_values(upstream)}?",
        ],
        parts=[
            several(
                "normalised values",
                (-sign, sign),
                {
                    may.NOT_SCALED: (-sign * spread, sign * spread),
                    may.DIVIDED_BY_LESS: (-sign / sqrt(2), sign / sqrt(2)),
                    may.VARIANCE_FOR_DEVIATION: (-sign / spread, sign / spread),
                },
                decimals=3,
            ),
            several(
                "gradient",
                (0, 0),
                {
                    may.UPSTREAM_PASSED_ON: upstream,
                    may.STOPPED_HALFWAY: [value / spread for value in upstream],
                },
                decimals=3,
            ),
        ],
        explanation=[
            "The mean lies halfway between the two values, and both are one standard "
            "deviation away from it: the smaller becomes −1 and the larger 1, whatever "
            "two values they are.",
            "So no small change of the values changes the output, and the gradient is "
            "zero.",
        ],
    )


@exercise("ex-bn-rate")
def effective_rate(draw: Draw) -> Variant:
    """Find an effective learning rate."""
    weights = draw.one((3, 4), (1, 2), (6, 8), (2, 1), (1, 3))
    rate = draw.one(0.5, 0.1, 0.2, 1.0)
    factor = draw.one(2, 3, 10)
    square = sum(value**2 for value in weights)
    longer = tuple(factor * value for value in weights)
    return Variant(
        question=[
            f"The weights w = {write_values(weights)} are followed by a batch "
            f"normalisation, and the learning rate is {rate:g}. What is the effective "
            "learning rate, which is the learning rate divided by the squared length "
            "of w? What learning rate gives the same effective one for w = "
            f"{write_values(longer)}?",
        ],
        parts=[
            number(
                "effective rate",
                rate / square,
                {
                    may.SQUARE_FORGOTTEN: rate / sqrt(square),
                    may.SUM_FOR_NORM: rate / sum(weights),
                    may.RECIPROCAL: rate * square,
                },
                digits=2,
            ),
            number(
                "learning rate",
                rate * factor**2,
                {
                    may.SQUARE_FORGOTTEN: rate * factor,
                    may.RECIPROCAL: rate / factor**2,
                    may.NOTHING_CHANGES: rate,
                },
                digits=2,
            ),
        ],
        explanation=[
            f"{rate:g} / {square} = {rate / square:.3g}.",
            f"Weights that are {factor} times as long need {factor}² = {factor**2} "
            f"times the learning rate, {rate * factor**2:g}.",
        ],
    )


@exercise("ex-bn-crawl")
def rate_for_larger_weights(draw: Draw) -> Variant:
    """Find a learning rate for larger weights."""
    scale = draw.one(3, 2, 4, 5, 10)
    rate = draw.one(0.1, 0.05, 0.02, 0.01)
    return Variant(
        question=[
            "A network with batch normalisation after each layer trains well at the "
            f"learning rate {rate:g}. All weights before the normalisations are made "
            f"{scale} times as large. What learning rate gives them the same effective "
            "learning rate as before?",
        ],
        parts=[
            number(
                "learning rate",
                rate * scale**2,
                {
                    may.SQUARE_FORGOTTEN: rate * scale,
                    may.RECIPROCAL: rate / scale**2,
                    may.NOTHING_CHANGES: rate,
                },
                digits=2,
            )
        ],
        explanation=[
            "The effective learning rate is divided by the squared length of the "
            f"weights, so they need {scale}² = {scale**2} times the learning rate, "
            f"{rate * scale**2:g}.",
        ],
    )


@exercise("ex-bn-steps")
def moving_mean(draw: Draw) -> Variant:
    """Find how long a moving mean needs."""
    cover = draw.one(95, 90, 99, 50)
    slow, fast = draw.one((0.99, 0.9), (0.999, 0.99), (0.98, 0.8))
    left = 1 - cover / 100

    def steps(rho: float) -> int:
        return first_whole_above(log(left) / log(rho))

    def slips(rho: float) -> dict:
        count = steps(rho)
        return {
            may.FLOOR_FOR_CEILING: count - 1,
            may.LINEAR_FOR_POWER: first_whole_above((1 - left) / (1 - rho)),
            may.REMAINDER_FOR_PART: first_whole_above(log(1 - left) / log(rho))
            if cover != 50
            else None,
            may.NOT_ROUNDED: round(log(left) / log(rho), 2),
        }

    return Variant(
        question=[
            "A moving mean keeps ρ of its old value at each step and adds 1 − ρ of the "
            f"new one. How many steps does it take to cover at least {cover} % of the "
            f"distance "
            f"to a new constant with ρ = {slow:g}, and how many with ρ = {fast:g}?",
        ],
        parts=[
            whole(f"steps with {slow:g}", steps(slow), slips(slow)),
            whole(f"steps with {fast:g}", steps(fast), slips(fast)),
        ],
        explanation=[
            f"ρ^τ ≤ {left:.2g} for τ ≥ log {left:.2g} / log {slow:g} ≈ "
            f"{log(left) / log(slow):,.2f}, which takes {steps(slow):,} steps. With "
            f"ρ = {fast:g} it is {log(left) / log(fast):.2f}, which takes "
            f"{steps(fast)}.",
        ],
    )


@exercise("ex-bn-count")
def trained_and_moving(draw: Draw) -> Variant:
    """Count parameters of convolutions with batch normalisation."""
    channels = draw.one(1, 3)
    first = draw.one(8, 4, 12, 16)
    second = draw.one(16, 10, 24, 32)
    kernel = draw.one(3, 5)
    network = model(
        (24, 24, channels),
        layers.Conv2D(first, kernel, use_bias=False),
        layers.BatchNormalization(),
        layers.Conv2D(second, kernel, use_bias=False),
        layers.BatchNormalization(),
    )
    total = int(network.count_params())
    moving = 2 * (first + second)
    trained = total - moving
    weights = trained - moving
    name = "channel" if channels == 1 else "channels"
    return Variant(
        question=[
            f"A network has a convolution of {first} filters of {kernel} × {kernel} on "
            f"{channels} {name}, a batch normalisation, a convolution of {second} "
            f"filters of {kernel} × {kernel}, and another batch normalisation. The "
            "convolutions have no biases.",
            "How many parameters does it have, counted with the moving statistics, and "
            "how many of them are trained? How many would biases in the convolutions "
            "add?",
        ],
        parts=[
            whole(
                "parameters",
                total,
                {
                    may.TRAINED_FOR_ALL: trained,
                    may.NORMALISATION_NOT_COUNTED: weights,
                    may.BIAS_COUNTED: total + first + second,
                    may.CHANNELS_NOT_MULTIPLIED: kernel**2 * (first + second)
                    + 2 * moving,
                },
            ),
            whole(
                "trained",
                trained,
                {
                    may.ALL_FOR_TRAINED: total,
                    may.NORMALISATION_NOT_COUNTED: weights,
                    may.BIAS_COUNTED: trained + first + second,
                },
            ),
            whole(
                "biases",
                first + second,
                {may.STOPPED_HALFWAY: second, may.MULTIPLIED_FOR_ADDED: first * second},
            ),
        ],
        explanation=[
            f"The convolutions have {kernel}² · {channels} · {first} = "
            f"{kernel**2 * channels * first:,} and {kernel}² · {first} · {second} = "
            f"{kernel**2 * first * second:,} weights, and the normalisations 4 · "
            f"{first} = {4 * first} and 4 · {second} = {4 * second} parameters, of "
            "which half are trained.",
            f"Together {total:,}, of which {trained:,} are trained. Biases would add "
            f"{first} + {second} = {first + second}, which the normalisation would "
            "make useless.",
        ],
    )


@exercise("ex-ln-parameters")
def layer_normalisation(draw: Draw) -> Variant:
    """Count the parameters of a layer normalisation."""
    channels = draw.one(64, 32, 128, 256, 100)
    side = draw.one(8, 4, 16)
    layer = layers.LayerNormalization()
    total = int(model((side, side, channels), layer).count_params())
    return Variant(
        question=[
            f"A layer normalisation works on the {channels} channels of maps of {side} "
            f"× {side}, as in Keras, with a scale and a shift for each channel. How "
            "many parameters does it have, and how many are trained?",
        ],
        parts=[
            whole(
                "parameters",
                total,
                {
                    may.BATCH_FOR_LAYER: 4 * channels,
                    may.SHIFT_FORGOTTEN: channels,
                    may.PARAMETERS_AT_EACH_POSITION: 2 * channels * side**2,
                },
            ),
            whole(
                "trained",
                total,
                {
                    may.BATCH_FOR_LAYER: 4 * channels,
                    may.SHIFT_FORGOTTEN: channels,
                },
            ),
        ],
        explanation=[
            f"2 · {channels} = {total}, all trained, since there are only γ and β and "
            "no moving statistics.",
        ],
    )
