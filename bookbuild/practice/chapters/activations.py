"""Exercises of the chapter on activation functions."""

from fractions import Fraction
from itertools import product
from math import log

from bookbuild.practice import misconceptions as may
from bookbuild.practice.numbers import write_value, write_values
from bookbuild.practice.parts import (
    corners,
    formula,
    number,
    satisfying,
    several,
    whole,
)
from bookbuild.practice.variants import Draw, Variant, exercise

REAL = (-2.0, 2.0)


@exercise("ex-nonlinear-absolute")
def chords_of_a_function(draw: Draw) -> Variant | None:
    """Compare a function halfway with the mean of its values."""
    left, right = draw.one((1, 3), (2, 6), (3, 5), (1, 5), (0, 4), (2, 8))
    far, near = draw.one((-1, 3), (-2, 4), (-3, 1), (-1, 5), (-4, 2), (-5, 1), (-3, 7))
    middle = Fraction(far + near, 2)
    average = Fraction(abs(far) + abs(near), 2)
    return Variant(
        question=[
            f"Draw the chord of |z| between z = {left} and z = {right}, and the one "
            f"between z = {write_value(far)} and z = {near}.",
            "For each, what is the mean of the two values of |z|, and what is |z| "
            "halfway between the two places?",
        ],
        parts=[
            number(
                f"mean between {left} and {right}",
                Fraction(left + right, 2),
                {may.SUM_FOR_MEAN: left + right},
            ),
            number(
                f"halfway between {left} and {right}",
                Fraction(left + right, 2),
                {may.SUM_FOR_MEAN: left + right},
            ),
            number(
                f"mean between {write_value(far)} and {near}",
                average,
                {may.BEFORE_ACTIVATION: middle, may.SUM_FOR_MEAN: 2 * average},
            ),
            number(
                f"halfway between {write_value(far)} and {near}",
                abs(middle),
                {may.WRONG_ONE: average},
            ),
        ],
        explanation=[
            f"Between {left} and {right} both are "
            f"{write_value(Fraction(left + right, 2))}, so this pair passes the test. "
            f"Between {write_value(far)} and {near} the mean is "
            f"{write_value(average)}, but |{write_value(middle)}| = "
            f"{write_value(abs(middle))}.",
            "One failure proves that |z| is nonlinear; a pair that passes proves "
            "nothing.",
        ],
    )


@exercise("ex-nonlinear-maximum")
def maximum_from_relus(draw: Draw) -> Variant:
    """Count the ReLUs that write a function."""
    name, units, how = draw.one(
        (
            "max(x₁, x₂)",
            3,
            "max(x₁, x₂) = x₂ + max(0, x₁ − x₂), and x₂ = max(0, x₂) − max(0, −x₂) "
            "takes two more",
        ),
        (
            "min(x₁, x₂)",
            3,
            "min(x₁, x₂) = x₂ − max(0, x₂ − x₁), and x₂ = max(0, x₂) − max(0, −x₂) "
            "takes two more",
        ),
        ("|x|", 2, "|x| = max(0, x) + max(0, −x)"),
        ("x itself", 2, "x = max(0, x) − max(0, −x)"),
        ("|x₁ − x₂|", 2, "|d| = max(0, d) + max(0, −d) with d = x₁ − x₂"),
        ("max(0, x₁ + x₂ − 1)", 1, "it is a single ReLU"),
        ("min(0, x)", 1, "min(0, x) = −max(0, −x)"),
        ("x₁ + x₂", 2, "s = max(0, s) − max(0, −s) with s = x₁ + x₂"),
        (
            "x₁ + |x₂|",
            3,
            "x₁ + |x₂| = 2 max(0, x₂) + (x₁ − x₂), and the linear part takes two more",
        ),
    )
    return Variant(
        question=[
            "A network has one hidden layer of ReLU units and an output without an "
            "activation, and no direct connection from the input to the output.",
            "What is the smallest number of hidden units with which it can compute "
            f"{name} for all real inputs?",
        ],
        parts=[
            whole(
                "hidden units",
                units,
                {may.DIRECT_CONNECTION: units - 2 if units > 2 else None},
            )
        ],
        explanation=[
            f"As {how}, {units} {'is' if units == 1 else 'are'} enough, and fewer are "
            "not."
        ],
    )


@exercise("ex-nonlinear-bottleneck")
def linear_bottleneck(draw: Draw) -> Variant | None:
    """Count the parameters of a linear bottleneck."""
    inputs = draw.one(100, 50, 80, 200)
    units = draw.one(5, 3, 8, 10)
    outputs = draw.one(100, 60, 40, 150)
    narrow = (inputs + 1) * units + (units + 1) * outputs
    single = (inputs + 1) * outputs
    return Variant(
        question=[
            f"A network without activations has {inputs} inputs, a hidden layer of "
            f"{units} units and {outputs} outputs.",
            "How many parameters does it have, and how many would a single layer have? "
            "What is the largest rank that the product of its two weight matrices can "
            "have?",
        ],
        parts=[
            whole(
                "parameters of the network",
                narrow,
                {
                    may.BIAS_FORGOTTEN: inputs * units + units * outputs,
                    may.LAST_LAYER_LEFT_OUT: (inputs + 1) * units,
                    may.MULTIPLIED_FOR_ADDED: inputs * units * outputs,
                },
            ),
            whole(
                "parameters of a single layer",
                single,
                {
                    may.BIAS_FORGOTTEN: inputs * outputs,
                    may.ONE_BIAS: inputs * outputs + 1,
                },
            ),
            whole(
                "largest rank",
                units,
                {may.BOTTLENECK_FORGOTTEN: min(inputs, outputs)},
            ),
        ],
        explanation=[
            f"The network has ({inputs} + 1) · {units} + ({units} + 1) · {outputs} = "
            f"{narrow:,} parameters, the single layer ({inputs} + 1) · {outputs} = "
            f"{single:,}.",
            f"Everything passes through {units} units, so the rank is {units} at most.",
        ],
    )


@exercise("ex-xor-opposite")
def opposite_of_xor(draw: Draw) -> Variant | None:
    """Change the output unit of the network for XOR."""
    height = draw.one(1, 2, 3, 4, 5, 6, 8, 10)
    agree = draw.one(True, True, False)
    if height == 1 and not agree:  # as it is already
        return None
    wanted = [height * float((a == b) == agree) for a, b in corners(2)]
    answer = (-height, 2 * height, height) if agree else (height, -2 * height, 0)
    who = "both inputs agree" if agree else "the inputs differ"
    other = "they differ" if agree else "they agree"

    def returns(values) -> bool:
        out = [
            values[0] * max(0, a + b) + values[1] * max(0, a + b - 1) + values[2]
            for a, b in corners(2)
        ]
        return all(abs(y - t) < 1e-9 for y, t in zip(out, wanted, strict=True))

    return Variant(
        question=[
            "A network has two inputs that are 0 or 1 and the hidden units "
            "a₁ = max(0, x₁ + x₂) and a₂ = max(0, x₁ + x₂ − 1). With the output "
            "weights 1 and −2 and no bias it returns 1 if the inputs differ, and 0 "
            "otherwise.",
            f"Change the output unit alone, so that it returns {height} when {who} and "
            f"0 when {other}. Which output weights and which bias does it take?",
        ],
        parts=[
            satisfying(
                "two weights, then the bias",
                [float(value) for value in answer],
                returns,
                {
                    may.NOTHING_CHANGES: (1.0, -2.0, 0.0),
                    may.BIAS_FORGOTTEN: (-float(height), 2.0 * height, 0.0)
                    if agree
                    else None,
                },
            )
        ],
        explanation=[
            (
                f"The new output is {height} · (1 − old output): the bias becomes "
                f"{height}, and the weights {-height} and {2 * height}."
                if agree
                else f"The new output is {height} times the old: the weights become "
                f"{height} and {-2 * height}, without a bias."
            ).replace("-", "−")
        ],
    )


@exercise("ex-xor-product")
def product_as_an_input(draw: Draw) -> Variant:
    """Represent XOR by one unit with a third input."""
    is_xor = draw.one(True, False)
    low, high = draw.one((0, 1), (-1, 1), (0, 2), (1, 2), (0, 4))
    what = (
        "XOR, where the answer is yes if the inputs differ"
        if is_xor
        else "the opposite of XOR, where the answer is yes if the inputs agree"
    )

    def represents(values) -> bool:
        return all(
            (values[0] * a + values[1] * b + values[2] * a * b + values[3] > 0)
            == ((a != b) == is_xor)
            for a, b in product((low, high), repeat=2)
        )

    sign = 1.0 if is_xor else -1.0
    # Each input x has x² = (low + high) x − low · high, so that the square of their
    # difference is a sum of the three inputs and a constant.
    total, constant = low + high, -2 * low * high
    middle = (high - low) ** 2 / 2
    both = sign * total
    bias = sign * (constant - middle)
    shown = {0: f"{constant} − 2 x₁ x₂", 1: "x₁ + x₂ − 2 x₁ x₂"}.get(
        total, f"{total} (x₁ + x₂) − 2 x₁ x₂"
    )
    if total and constant:
        shown += f" − {-constant}"
    return Variant(
        question=[
            f"A single unit has the inputs x₁ and x₂, each {write_value(low)} or "
            f"{high}, and their product x₁ x₂ as a third input. It answers yes if its "
            "pre-activation is positive, and no otherwise.",
            f"Give weights and a bias with which it represents {what}.",
        ],
        parts=[
            satisfying(
                "three weights, then the bias",
                [both, both, -2 * sign, bias],
                represents,
                {
                    may.ANSWERS_EXCHANGED: [-both, -both, 2 * sign, -bias],
                    may.OR_FOR_XOR: [both, both, -sign, bias] if total else None,
                },
            )
        ],
        explanation=[
            f"The sum {shown} is {2 * middle:g} where the inputs differ and 0 where "
            f"they agree. Less {middle:g} it is positive exactly where they differ"
            + (": the weights and the bias are " if is_xor else "; with all signs ")
            + ("" if is_xor else "changed the weights and the bias are ")
            + f"{write_values((both, both, -2 * sign))} and {write_value(bias)}."
        ],
    )


@exercise("ex-functions-tanh-again")
def derivative_of_tanh(draw: Draw) -> Variant:
    """Find the derivative of a stretched tanh."""
    scale = draw.one(1, 2, 3, 4, 5)
    height = draw.one(1, 1, 2, 3, 5)
    inside = "z" if scale == 1 else f"{scale} z"
    function = rf"\tanh({inside})" if height == 1 else rf"{height} \tanh({inside})"
    factor = height * scale
    before = f"{factor} " if factor > 1 else ""
    square = rf"1 - \tanh^2({inside})"
    answer = f"{before}({square})" if before else square
    # By the sigmoid, tanh z = 2 σ(2z) − 1, there is an inner derivative as well.
    no_inner = (
        f"{height} ({square})" if scale > 1 else rf"\frac{{{height}}}{{2}} ({square})"
    )
    plain = f"{height if height > 1 else ''} tanh({inside})".strip()
    return Variant(
        question=[
            f"What is the derivative of g(z) = {plain} with respect to z? Write it in "
            r"LaTeX; \tanh, e^{...} and \sigma(...) may stand in it."
        ],
        parts=[
            formula(
                "derivative",
                answer,
                {"z": REAL},
                {
                    may.NOT_DIFFERENTIATED: function,
                    may.INNER_DERIVATIVE_FORGOTTEN: no_inner,
                    may.SQUARE_FORGOTTEN: rf"{factor} (1 - \tanh({inside}))",
                },
            )
        ],
        explanation=[
            f"tanh' = 1 − tanh², so the derivative is 1 − tanh²({inside})."
            if factor == 1
            else f"tanh' = 1 − tanh², and by the chain rule the inner derivative "
            f"{scale} is a factor: {before}(1 − tanh²({inside}))."
            if scale > 1
            else f"tanh' = 1 − tanh², and the factor {height} stays: "
            f"{before}(1 − tanh²({inside})).",
            "The same follows from tanh z = 2 σ(2z) − 1, whose derivative is "
            "4 σ(2z) (1 − σ(2z)).",
        ],
    )


@exercise("ex-functions-softplus")
def softplus(draw: Draw) -> Variant:
    """Find the derivative of the softplus."""
    scale = draw.one(1, 2, 3, 4, 5, -1, -2, -3)
    inside = {1: "z", -1: "-z"}.get(scale, f"{scale} z")
    shown = inside.replace("-", "−")
    power = "e^z" if scale == 1 else f"e^({shown})"
    what = f"{'softplus' if scale == 1 else 'function'} log(1 + {power})"
    sigmoid = rf"\frac{{e^{{{inside}}}}}{{1 + e^{{{inside}}}}}"
    factor = {1: "", -1: "-"}.get(scale, f"{scale} ")
    return Variant(
        question=[
            f"The {what} is max(0, {shown}) with a rounded corner. Find its "
            "derivative with respect to z, in LaTeX."
        ],
        parts=[
            formula(
                "derivative",
                f"{factor}{sigmoid}",
                {"z": REAL},
                {
                    may.NOT_DIFFERENTIATED: rf"\log(1 + e^{{{inside}}})",
                    may.INNER_DERIVATIVE_FORGOTTEN: rf"1 / (1 + e^{{{inside}}})",
                    may.STOPPED_HALFWAY: sigmoid if scale != 1 else None,
                },
            )
        ],
        explanation=[
            "The derivative of the logarithm is one over what stands inside, times the "
            f"inner derivative: {factor.replace('-', '−')}{power} / (1 + {power}), "
            f"which is {factor.replace('-', '−')}σ({shown}).",
        ],
    )


@exercise("ex-universal-trapezium")
def trapezium(draw: Draw) -> Variant | None:
    """Write a trapezium as a sum of ReLUs."""
    start = draw.one(0, 1, -1, 2)
    rise = draw.one(1, 2, 4)
    stay = draw.one(2, 1, 3)
    fall = draw.one(1, 2, 4)
    height = draw.one(1, 2, 4)
    places = [start, start + rise, start + rise + stay, start + rise + stay + fall]
    up, down = Fraction(height, rise), Fraction(height, fall)
    return Variant(
        question=[
            f"A trapezium is zero up to x = {places[0]}, rises along a straight line "
            f"to the height {height} at x = {places[1]}, stays there until "
            f"x = {places[2]}, and is back at zero from x = {places[3]} on.",
            "Write it as a sum of four ReLUs, max(0, x − c), for the four places c in "
            "this order. What are the four factors?",
        ],
        parts=[
            several(
                "four factors",
                (up, -up, -down, down),
                {
                    may.HEIGHTS_FOR_SLOPES: (0, height, height, 0),
                    may.STOPPED_HALFWAY: (up, 0, -down, 0),
                    may.RECIPROCAL: (1 / up, -1 / up, -1 / down, 1 / down)
                    if up != 1 or down != 1
                    else None,
                },
                decimals=2,
            )
        ],
        explanation=[
            f"Each factor is the change of the slope. The slope is {write_value(up)} "
            f"on the way up, 0 on top and {write_value(-down)} on the way down, so it "
            f"changes by {write_values((up, -up, -down, down))[1:-1]}.",
        ],
    )


@exercise("ex-universal-square")
def error_of_pieces(draw: Draw) -> Variant:
    """Find the error of a piecewise linear parabola."""
    width = draw.one(1, 2, 4)
    pieces = draw.one(10, 5, 4, 8, 20)
    factor = Fraction(width**2, 4)
    answer = {1: r"\frac{1}{4 n^2}", 2: r"\frac{1}{n^2}", 4: r"\frac{4}{n^2}"}[width]
    value = factor / pieces**2
    return Variant(
        question=[
            f"A network of ReLUs follows x² between 0 and {width} with n straight "
            "pieces of equal length that meet the parabola at their ends.",
            "How large is the largest error? Write a formula with n, and its value for "
            f"n = {pieces}.",
        ],
        parts=[
            formula(
                "largest error",
                answer,
                {"n": (2.0, 12.0)},
                {
                    may.HALF_FORGOTTEN: answer.replace(r"\frac{", r"4 \frac{"),
                    may.SQUARE_FORGOTTEN: answer.replace("n^2", "n"),
                },
            ),
            number(
                f"for n = {pieces}",
                value,
                {
                    may.HALF_FORGOTTEN: 4 * value,
                    may.SQUARE_FORGOTTEN: value * pieces,
                },
                digits=2,
            ),
        ],
        explanation=[
            "On a piece from x₁ to x₂ the chord minus the parabola is "
            "(x − x₁)(x₂ − x), which is largest in the middle: the square of half the "
            f"length, ({width} / (2n))².",
            f"For n = {pieces} that is {float(value):.4g}.",
        ],
    )


@exercise("ex-output-targets")
def outputs_for_targets(draw: Draw) -> Variant:
    """Count the outputs for four kinds of targets."""
    kinds = draw.one(5, 3, 4, 6, 7, 9)
    features = draw.one(5, 6, 8, 12)
    return Variant(
        question=[
            "How many outputs would you give a network for each of these targets: the "
            "redshift of a galaxy; whether an image shows a gravitational lens (with a "
            f"sigmoid); which one of {kinds} types a star has; which of {features} "
            "features an image shows, where several may be present?",
        ],
        parts=[
            several(
                "outputs for the four targets",
                (1, 1, kinds, features),
                {
                    may.TWO_FOR_YES_OR_NO: (1, 2, kinds, features),
                    may.OFF_BY_ONE: (1, 1, kinds - 1, features),
                    may.ONE_OUTPUT_FOR_ALL: (1, 1, 1, 1),
                    may.EVERY_COMBINATION: (1, 1, kinds, 2**features),
                },
                decimals=0,
            )
        ],
        explanation=[
            "A redshift is one real value: one output without an activation. Lens or "
            "no lens needs one output with a sigmoid.",
            f"One of {kinds} types needs a softmax and {kinds} outputs. Several of "
            f"{features} features need {features} outputs with a sigmoid each.",
        ],
    )


@exercise("ex-saturation-border")
def border_of_saturation(draw: Draw) -> Variant:
    """Find where the sigmoid saturates."""
    small = draw.another(0.01, 0.05, 0.02, 0.005, 0.004, 0.002, 0.001, 0.0005, 0.0001)
    place = -log(small)
    return Variant(
        question=[
            "For large z the derivative of the sigmoid is nearly e^(−z). From which "
            f"positive z on is it below {small:g}?"
        ],
        parts=[
            number(
                "z",
                place,
                {
                    may.DECIMAL_LOGARITHM: place / log(10),
                    may.BINARY_LOGARITHM: place / log(2),
                    may.LOGARITHM_FORGOTTEN: 1 / small,
                },
                decimals=1,
            )
        ],
        explanation=[
            f"e^(−z) = {small:g} at z = log {1 / small:g} ≈ {place:.1f}. By symmetry "
            "the same holds on the negative side."
        ],
    )


@exercise("ex-centred-step")
def steps_of_a_unit(draw: Draw) -> Variant | None:
    """Find the gradient of a unit for positive and for centred inputs."""
    positive = draw.decimals((0.2, 0.9), low=0.1, high=0.9)
    target = draw.decimal(0.1, low=-0.5, high=0.9)
    mixed = draw.decimals((-0.3, 0.4), low=-0.9, high=0.9)
    second = draw.decimal(0.4, low=-0.5, high=0.9)
    error = sum(positive) - target
    other = sum(mixed) - second
    if abs(error) < 0.2 or abs(other) < 0.2 or mixed[0] * mixed[1] >= 0:
        return None
    return Variant(
        question=[
            f"A linear unit has the inputs {write_values(positive)}, the weights (1, "
            f"1), no bias and the target {write_value(target)}. Compute the gradient "
            "of half the squared error with respect to the weights.",
            f"Repeat the calculation for the inputs {write_values(mixed)} and the "
            f"target {write_value(second)}.",
        ],
        parts=[
            several(
                "first gradient",
                [error * value for value in positive],
                {
                    may.UNWANTED_FACTOR_TWO: [2 * error * value for value in positive],
                    may.INPUT_NOT_MULTIPLIED: [error, error],
                    may.TARGET_NOT_SUBTRACTED: [
                        sum(positive) * value for value in positive
                    ],
                },
                decimals=2,
            ),
            several(
                "second gradient",
                [other * value for value in mixed],
                {
                    may.UNWANTED_FACTOR_TWO: [2 * other * value for value in mixed],
                    may.INPUT_NOT_MULTIPLIED: [other, other],
                    may.TARGET_NOT_SUBTRACTED: [sum(mixed) * value for value in mixed],
                },
                decimals=2,
            ),
        ],
        explanation=[
            f"The first output is {sum(positive):.4g} and the error {error:.4g}; the "
            "gradient is the error times the inputs, and all its elements have one "
            "sign.",
            f"The second output is {sum(mixed):.4g} and the error {other:.4g}. Here "
            "the elements differ in sign, which cannot happen with positive inputs.",
        ],
    )
