"""Exercises of the chapter on optimisers."""

from fractions import Fraction
from itertools import combinations
from math import atan2, cos, degrees, hypot, log, pi, sqrt

from bookbuild.practice import misconceptions as may
from bookbuild.practice.numbers import write_value, write_values
from bookbuild.practice.parts import number, several, whole
from bookbuild.practice.variants import Draw, Variant, exercise


@exercise("ex-descent-hand")
def rates_on_a_parabola(draw: Draw) -> Variant | None:
    """Follow gradient descent on a parabola."""
    curvature = draw.one(4, 2, 5, 10)
    steps = draw.one(3, 2, 4, 5)
    rates = [draw.one(0.1, 0.05, 0.02, 0.01), 1 / curvature, 2 / curvature]
    small = 1 - rates[0] * curvature
    if small <= 0.05:
        return None
    answer = [small**steps, 0.0, (-1.0) ** steps]
    return Variant(
        question=[
            f"Gradient descent starts at θ = 1 on the parabola ½ H θ² with "
            f"H = {curvature}.",
            f"Where is it after {steps} steps with the learning rates η = "
            f"{rates[0]:g}, η = {rates[1]:g} and η = {rates[2]:g}?",
        ],
        parts=[
            several(
                "θ for the three rates",
                answer,
                {
                    may.STOPPED_HALFWAY: (small, 0.0, -1.0),
                    may.LINEAR_FOR_POWER: (
                        1 - steps * rates[0] * curvature,
                        1.0 - steps,
                        1.0 - 2 * steps,
                    ),
                    may.STEP_UPHILL: [(1 + r * curvature) ** steps for r in rates],
                    may.STEP_TOO_EARLY: [
                        small ** (steps - 1),
                        0.0,
                        (-1.0) ** (steps - 1),
                    ],
                },
                decimals=3,
            )
        ],
        explanation=[
            f"Each step multiplies θ by 1 − η H, which is {small:g}, 0 and −1. After "
            f"{steps} steps θ is {small:g}^{steps} = {small**steps:.4g}, 0 and "
            f"{write_value((-1) ** steps)}.",
        ],
    )


@exercise("ex-descent-best")
def best_rate(draw: Draw) -> Variant:
    """Find the best learning rate for two curvatures."""
    low = draw.one(1, 2, 3, 4, 5)
    high = draw.one(25, 10, 16, 40, 50, 80, 100)
    best = Fraction(2, low + high)
    factor = Fraction(high - low, high + low)
    return Variant(
        question=[
            f"A loss has the curvatures {low} and {high} along its two axes.",
            "What is the best learning rate of gradient descent, by which factor does "
            "the distance shrink at each step with it, and at which learning rate does "
            "training begin to diverge?",
        ],
        parts=[
            number(
                "best rate",
                best,
                {
                    may.STOPPED_HALFWAY: Fraction(1, high),
                    may.HALF_FORGOTTEN: Fraction(4, low + high),
                    may.FACTOR_TWO_FORGOTTEN: Fraction(1, low + high),
                },
                digits=3,
            ),
            number(
                "factor",
                factor,
                {may.COMPLEMENT: 1 - factor, may.RECIPROCAL: 1 / factor},
                decimals=3,
            ),
            number(
                "largest stable rate",
                Fraction(2, high),
                {
                    may.FACTOR_TWO_FORGOTTEN: Fraction(1, high),
                    may.WRONG_ONE: Fraction(2, low),
                },
                digits=2,
            ),
        ],
        explanation=[
            f"The best rate makes 1 − η · {low} and η · {high} − 1 equal: "
            f"2 / ({low} + {high}) = {float(best):.3g}, with the factor {high - low} / "
            f"{high + low} = {float(factor):.3f}.",
            f"The limit is 2 / {high} = {2 / high:.3g}.",
        ],
    )


@exercise("ex-further-range")
def range_test_on_unscaled_data(draw: Draw) -> Variant:
    """Find how the largest learning rate follows the scale of the inputs."""
    factor = draw.one(10, 3, 4, 5, 6, 8, 12, 20, 50, 100)
    return Variant(
        question=[
            "For a linear regression the curvatures of the loss grow with the square "
            "of the inputs, and the largest stable learning rate is proportional to "
            "one over the largest curvature.",
            f"By which factor does this rate fall when all inputs are multiplied by "
            f"{factor}?",
        ],
        parts=[
            whole(
                "factor",
                factor**2,
                {may.SQUARE_FORGOTTEN: factor, may.DOUBLED_FOR_SQUARED: 2 * factor},
            )
        ],
        explanation=[
            f"The curvatures are {factor}² = {factor**2} times as large, so the rate "
            f"falls to one part in {factor**2}."
        ],
    )


@exercise("ex-stochastic-hand")
def batches_of_three(draw: Draw) -> Variant | None:
    """List the means of mini-batches."""
    own = (1, 2, 3, 6)
    gradients = sorted(draw.wholes(own, low=-4, high=9))
    if len(set(gradients)) < 4:
        return None
    means = [Fraction(sum(gradients) - left_out, 3) for left_out in gradients]
    pairs = [Fraction(a + b, 2) for a, b in combinations(gradients, 2)]
    return Variant(
        question=[
            "Four examples have the gradients "
            f"{', '.join(map(write_value, gradients))}. List the means of the four "
            "mini-batches of three different examples, in the order in which they "
            "leave out the first, second, third and fourth example. What is the mean "
            "of these means?",
            "What are the smallest and the largest mean of two different examples?",
        ],
        parts=[
            several(
                "means of three",
                means,
                {
                    may.SUM_FOR_MEAN: [3 * value for value in means],
                    may.VALUES_REORDERED: means[::-1],
                },
                decimals=2,
            ),
            number(
                "mean of the means",
                Fraction(sum(gradients), 4),
                {may.SUM_FOR_MEAN: sum(gradients)},
                decimals=2,
            ),
            several(
                "smallest and largest mean of two",
                (min(pairs), max(pairs)),
                {may.SUM_FOR_MEAN: (2 * min(pairs), 2 * max(pairs))},
                decimals=2,
            ),
        ],
        explanation=[
            f"The sum of all is {write_value(sum(gradients))}; leaving one out and "
            "dividing by three gives "
            f"{', '.join(write_value(value) for value in means)}.",
            "Their mean is the mean of all gradients, "
            f"{write_value(Fraction(sum(gradients), 4))}, and they spread less than "
            "the means of two.",
        ],
    )


@exercise("ex-momentum-hand")
def steps_with_momentum(draw: Draw) -> Variant | None:
    """Follow momentum by hand."""
    beta = draw.one(0.5, 0.8, 0.25, 0.9)
    gradients = draw.one(
        (4, 4, 0, 0),
        (2, 2, 0, 0),
        (8, 0, 0, 0),
        (4, -4, 0, 0),
        (6, 2, 2, 0),
        (1, 3, -2, 0),
        (5, 0, 5, 0),
    )
    steps, step = [], 0.0
    for gradient in gradients:
        step = beta * step - gradient
        steps.append(step)
    averaged, step = [], 0.0
    for gradient in gradients:
        step = beta * step - (1 - beta) * gradient
        averaged.append(step)
    return Variant(
        question=[
            "With momentum, each step is β times the step before, minus η times the "
            "gradient; the step before the first is zero. "
            f"Let η = 1, β = {beta:g} and the gradients be "
            f"{', '.join(map(write_value, gradients))}.",
            "Which four steps are taken? By how much does the parameter still move "
            "after them, in all, if the gradient stays zero?",
        ],
        parts=[
            several(
                "four steps",
                steps,
                {
                    may.MOMENTUM_FORGOTTEN: [-float(g) for g in gradients],
                    may.STEP_UPHILL: [-value for value in steps],
                    may.AVERAGED: averaged,
                },
                decimals=3,
            ),
            number(
                "still to move, with its sign",
                steps[-1] * beta / (1 - beta),
                {
                    may.STOPPED_HALFWAY: steps[-1] * beta,
                },
                decimals=3,
            ),
        ],
        explanation=[
            f"The steps are {', '.join(f'{value:.4g}' for value in steps)}.".replace(
                "-", "−"
            ),
            f"Each further step is {beta:g} times the last, and together they add up "
            f"to {beta:g} / (1 − {beta:g}) times it, "
            f"{steps[-1] * beta / (1 - beta):.6g}.".replace("-", "−"),
        ],
    )


@exercise("ex-momentum-limit")
def limit_of_momentum(draw: Draw) -> Variant:
    """Find the largest stable learning rate with momentum."""
    beta = draw.one(0.9, 0.5, 0.8, 0.99)
    curvature = draw.one(1, 2, 4, 5, 10, 20)
    limit = 2 * (1 + beta) / curvature
    return Variant(
        question=[
            "At the largest stable learning rate on a parabola of curvature H, θ "
            "changes its sign at each step and keeps its size. The step with momentum "
            "is β times the step before, minus η H θ.",
            f"What is this rate for H = {curvature} and β = {beta:g}?",
        ],
        parts=[
            number(
                "learning rate",
                limit,
                {
                    may.MOMENTUM_FORGOTTEN: 2 / curvature,
                    may.SIGN_OF_TERM: 2 * (1 - beta) / curvature,
                    may.FACTOR_TWO_FORGOTTEN: (1 + beta) / curvature,
                },
                digits=3,
            )
        ],
        explanation=[
            "The last step led from −θ to θ, so it was 2θ, and the next one must be "
            "−2θ: −2θ = 2βθ − ηHθ, so ηH = 2 (1 + β).",
            f"That is 2 · {1 + beta:g} / {curvature} = {limit:.4g}.",
        ],
    )


@exercise("ex-adam-hand")
def two_steps_of_adam(draw: Draw) -> Variant | None:
    """Follow Adam by hand."""
    first, second = draw.one(
        (2, -2), (1, 3), (4, -2), (-1, 2), (3, -1), (2, 2), (5, 1), (-3, 1), (1, -4)
    )
    beta1 = draw.one(0.5, 0.5, 0.9)
    beta2 = draw.one(0.5, 0.5, 0.75)

    def run(*, corrected: bool) -> list[float]:
        m = v = 0.0
        steps = []
        for step, gradient in enumerate((first, second), start=1):
            m = beta1 * m + (1 - beta1) * gradient
            v = beta2 * v + (1 - beta2) * gradient**2
            above = m / (1 - beta1**step) if corrected else m
            below = v / (1 - beta2**step) if corrected else v
            steps.append(-above / sqrt(below))
        return steps

    steps, raw = run(corrected=True), run(corrected=False)
    return Variant(
        question=[
            f"The gradients are {write_value(first)} and then {write_value(second)}. "
            f"Adam has β₁ = {beta1:g}, β₂ = {beta2:g}, η = 1 and ε = 0, and corrects "
            "both averages.",
            "Which two steps does it take (the changes of the parameter, with their "
            "signs)?",
        ],
        parts=[
            several(
                "two steps",
                steps,
                {
                    may.NOT_CORRECTED: raw,
                    may.STEP_UPHILL: [-value for value in steps],
                    may.MOMENTUM_FORGOTTEN: [
                        -first / abs(first),
                        -second / abs(second),
                    ],
                },
                decimals=2,
            )
        ],
        explanation=[
            "In step 1 the corrected averages are the gradient and its square, so the "
            f"step is {steps[0]:g}.".replace("-", "−"),
            "In step 2 the averages are "
            f"{beta1 * (1 - beta1) * first + (1 - beta1) * second:.4g} and "
            f"{beta2 * (1 - beta2) * first**2 + (1 - beta2) * second**2:.4g}, divided "
            f"by {1 - beta1**2:.4g} and {1 - beta2**2:.4g}; the step is "
            f"{steps[1]:.4g}.".replace("-", "−"),
        ],
    )


@exercise("ex-adamw-half")
def weight_decay(draw: Draw) -> Variant:
    """Find how fast weights decay."""
    rate = draw.one(0.001, 0.01, 0.0005)
    decay = draw.one(0.004, 0.01, 0.1, 0.05)
    steps = log(2) / (rate * decay)
    return Variant(
        question=[
            f"With AdamW, the learning rate η = {rate:g} and the decay λ = {decay:g}, "
            "each step multiplies a weight without any gradient by 1 − η λ.",
            "After how many steps has it lost half of its size? And with ten times the "
            "learning rate?",
        ],
        parts=[
            number(
                "steps",
                steps,
                {
                    may.LINEAR_FOR_POWER: 0.5 / (rate * decay),
                    may.BINARY_LOGARITHM: 1 / (rate * decay),
                    may.STOPPED_HALFWAY: log(2) / decay,
                },
                digits=3,
            ),
            number(
                "steps with ten times the rate",
                steps / 10,
                {may.TWICE: steps / 100, may.RECIPROCAL: steps * 10},
                digits=3,
            ),
        ],
        explanation=[
            f"Each step multiplies the weight by 1 − {rate * decay:g}, so half is lost "
            f"after log 2 / ({rate * decay:g}) ≈ {steps:,.0f} steps.",
            f"With ten times the learning rate it takes {steps / 10:,.1f}, a tenth of "
            "them.",
        ],
    )


@exercise("ex-further-cosine")
def schedule_by_hand(draw: Draw) -> Variant:
    """Find the rates of a schedule."""
    warm = draw.one(10, 20, 5)
    rest = draw.one(200, 100, 400)
    peak = draw.one(0.1, 0.2, 0.5, 0.01)

    def rate(step: float) -> float:
        if step < warm:
            return peak * step / warm
        return peak / 2 * (1 + cos(pi * (step - warm) / rest))

    early = draw.one(5, 2, 4)
    places = [early, warm + rest // 4, warm + rest // 2, warm + 3 * rest // 4]
    answer = [rate(step) for step in places]
    linear = [
        peak * step / warm if step < warm else peak * (1 - (step - warm) / rest)
        for step in places
    ]
    unwarmed = [
        rate(step) if step < warm else peak / 2 * (1 + cos(pi * step / (warm + rest)))
        for step in places
    ]
    return Variant(
        question=[
            f"A schedule has {warm} warm-up steps, in which the rate rises linearly "
            f"from zero to its peak of {peak:g}, and {warm + rest} steps in all; "
            "after the warm-up the rate falls to zero by half a period of a cosine.",
            f"What is the rate at the steps {', '.join(map(str, places))}?",
        ],
        parts=[
            several(
                "four rates",
                answer,
                {
                    may.LINE_FOR_COSINE: linear,
                    may.WARM_UP_COUNTED: unwarmed,
                    may.HALF_FORGOTTEN: [answer[0], *[2 * v for v in answer[1:]]],
                },
                decimals=4,
            )
        ],
        explanation=[
            f"At step {places[0]} it is {peak:g} · {places[0]} / {warm} = "
            f"{answer[0]:.4g}.",
            f"The decay lasts {rest} steps, so the others are a quarter, a half and "
            f"three quarters of the way: {peak / 2:g} (1 + cos 45°) ≈ {answer[1]:.4f}, "
            f"{answer[2]:.4f} and {peak / 2:g} (1 − cos 45°) ≈ {answer[3]:.4f}.",
        ],
    )


@exercise("ex-further-clip")
def clipping(draw: Draw) -> Variant | None:
    """Clip a gradient by norm and by value."""
    a, b, norm = draw.one(
        (6, 8, 10), (3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29)
    )
    limit = draw.one(5, 1, 2, 4, 6, 10, 12)
    if limit >= b or limit >= norm:
        return None
    by_norm = (a * limit / norm, b * limit / norm)
    by_value = (min(a, limit), min(b, limit))
    turn = degrees(atan2(b, a) - atan2(by_value[1], by_value[0]))
    return Variant(
        question=[
            f"Clip the gradient ({a}, {b}) with `clipnorm={limit}` and with "
            f"`clipvalue={limit}`.",
            "By how many degrees does the second turn the gradient?",
        ],
        parts=[
            several(
                "with clipnorm",
                by_norm,
                {
                    may.NOT_CLIPPED: (a, b),
                    may.WRONG_ONE: by_value,
                    may.SUM_FOR_NORM: (a * limit / (a + b), b * limit / (a + b)),
                },
                decimals=2,
            ),
            several(
                "with clipvalue",
                by_value,
                {may.NOT_CLIPPED: (a, b), may.WRONG_ONE: by_norm},
                decimals=2,
            ),
            number(
                "degrees",
                turn,
                {
                    may.STOPPED_HALFWAY: degrees(atan2(b, a)),
                    may.RADIANS: turn * pi / 180,
                    may.NEW_FOR_CHANGE: degrees(atan2(by_value[1], by_value[0])),
                },
                decimals=1,
                unit="degrees",
            ),
        ],
        explanation=[
            f"The norm is {hypot(a, b):g}, so the first multiplies by {limit}/{norm}: "
            f"{write_values([round(v, 3) for v in by_norm])}.",
            f"The second gives {write_values(by_value)}, at "
            f"{degrees(atan2(by_value[1], by_value[0])):.1f} degrees from the first "
            f"axis instead of {degrees(atan2(b, a)):.1f}, a turn of {turn:.1f} "
            "degrees.",
        ],
    )


@exercise("ex-further-slopes")
def exploding_chain(draw: Draw) -> Variant:
    """Find from which weight on a gradient can explode."""
    scale = draw.one(1, 2, 3, 4, 8)
    name = "σ(z)" if scale == 1 else f"{scale} σ(z)"
    squeeze = draw.one(1, 2, 3, 5, 10)
    other = "tanh(z)" if squeeze == 1 else f"tanh(z / {squeeze})"
    return Variant(
        question=[
            "In a long chain of layers with a single unit each, all weights are equal. "
            "The gradient can only explode if the weight exceeds a certain value in "
            "magnitude.",
            f"Which value is that if the activation is {name}, and which if it is "
            f"{other}? (The derivative of the sigmoid σ is at most 1/4, that of tanh "
            "at most 1.)",
        ],
        parts=[
            number(
                f"for {name}",
                Fraction(4, scale),
                {
                    may.RECIPROCAL: Fraction(scale, 4) if scale != 4 else None,
                    may.INNER_DERIVATIVE_FORGOTTEN: 4 if scale > 1 else None,
                    may.ACTIVATION_DERIVATIVE_FORGOTTEN: 1 if scale != 4 else None,
                },
            ),
            number(
                f"for {other}",
                squeeze,
                {
                    may.INNER_DERIVATIVE_FORGOTTEN: 1 if squeeze > 1 else None,
                    may.WRONG_ONE: 4,
                },
            ),
        ],
        explanation=[
            "At each unit the gradient is multiplied by the weight and the derivative "
            "of the activation, and this product must exceed 1 in magnitude.",
            f"The derivative of {name} is at most {write_value(Fraction(scale, 4))}, "
            f"so |w| > {write_value(Fraction(4, scale))}; that of {other} at most "
            f"{write_value(Fraction(1, squeeze))}, so |w| > {squeeze}.",
        ],
    )


@exercise("ex-optimizer-memory")
def memory_of_optimisers(draw: Draw) -> Variant:
    """Count the memory of training."""
    millions = draw.one(50, 10, 20, 75, 100, 200, 350, 500)
    size = draw.one(4, 2, 8)
    each = millions * 1e6 * size / 1e9
    parts = []
    for name, arrays in (("SGD", 2), ("momentum", 3), ("AdamW", 4)):
        parts.append(
            number(
                f"with {name}",
                arrays * each,
                {
                    may.GRADIENTS_FORGOTTEN: (arrays - 1) * each,
                    may.BITS_FOR_BYTES: 8 * arrays * each,
                    may.BYTES_FORGOTTEN: arrays * each / size,
                },
                digits=2,
                unit="gigabytes",
            )
        )
    return Variant(
        question=[
            f"A network has {millions} million parameters of {size} bytes each. How "
            "many gigabytes (10⁹ bytes) do the parameters, the gradients and the "
            "optimiser's state take together with plain SGD, with momentum and with "
            "AdamW?"
        ],
        parts=parts,
        explanation=[
            f"Parameters take {each:g} gigabytes and gradients as much. Momentum keeps "
            "one more number for each parameter, AdamW two.",
            f"That is {2 * each:g}, {3 * each:g} and {4 * each:g} gigabytes.",
        ],
    )
