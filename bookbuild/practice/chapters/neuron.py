"""Exercises of the chapter on the neuron."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import factorial

from bookbuild.practice import misconceptions as may
from bookbuild.practice.counting import last_whole_below, model
from bookbuild.practice.numbers import bracketed, write_value, write_values
from bookbuild.practice.parts import (
    corners,
    number,
    satisfying,
    several,
    shape,
    whole,
)
from bookbuild.practice.variants import Draw, Variant, exercise
from byhand.shapes import layers


@exercise("ex-neuron-by-hand")
def two_galaxies(draw: Draw) -> Variant | None:
    """Compute the output of a neuron."""
    w = draw.decimals((0.5, -1, 2), low=-2, high=2)
    b = draw.decimal(0.5, low=-2, high=2)
    x = draw.one((0, 1, 0), (1, 0, 0), (0, 0, 1), (1, 1, 0), (0, 2, 1))
    known = draw.one((1, 2), (2, 1), (3, -1), (1, 1))
    if not all(w) or not b:
        return None
    out = sum(weight * value for weight, value in zip(w, x, strict=True)) + b
    rest = w[0] * known[0] + w[1] * known[1] + b
    third = -rest / w[2]
    if third != round(third, 3):
        return None
    return Variant(
        question=[
            f"A neuron without an activation has the weights {write_values(w)} and the "
            f"bias {write_value(b)}.",
            f"What does it return for x = {write_values(x)}? For which value of the "
            f"third input does it return 0 when the first two are {known[0]} and "
            f"{write_value(known[1])}?",
        ],
        parts=[
            number(
                "output",
                out,
                {
                    may.BIAS_FORGOTTEN: out - b,
                    may.ADDED_FOR_MULTIPLIED: sum(w) + b,
                },
                decimals=2,
            ),
            number(
                "third input",
                third,
                {may.BIAS_FORGOTTEN: -(rest - b) / w[2], may.SIGN: -third},
                decimals=2,
            ),
        ],
        explanation=[
            f"The output is {_terms(w, x)} + {bracketed(b)} = {out:.4g}.",
            f"With the third input x₃ it is {rest:.4g} + {bracketed(w[2])} · x₃, "
            f"which is 0 at x₃ = {third:.4g}.",
        ],
    )


def _terms(w, x) -> str:
    """Return the products of weights and inputs."""
    return " + ".join(
        f"{bracketed(a)} · {bracketed(b)}" for a, b in zip(w, x, strict=True)
    )


@exercise("ex-boundary-or")
def at_least_one(draw: Draw) -> Variant:
    """Choose weights for two tasks that count ones."""
    name, when, sign, first_bias, slip = draw.one(
        ("OR", "at least one input is 1", 1.0, -0.5, -1.5),
        ("AND", "both inputs are 1", 1.0, -1.5, -0.5),
        ("NOR", "no input is 1", -1.0, 0.5, 1.5),
        ("NAND", "at most one input is 1", -1.0, 1.5, 0.5),
    )
    inputs = draw.one(3, 4, 5)
    least = draw.whole(2, low=2, high=inputs - 1)

    def counts(n: int, accepted: Callable[[int], bool]):
        return lambda values: all(
            (sum(w * x for w, x in zip(values, corner, strict=False)) + values[-1] > 0)
            == accepted(sum(corner))
            for corner in corners(n)
        )

    return Variant(
        question=[
            "A neuron answers yes if its pre-activation is positive. Its inputs are 0 "
            "or 1.",
            f"Choose weights and a bias for the task {name} of two inputs, where the "
            f"answer is yes if {when}. Do the same for {inputs} inputs, where the "
            f"answer is yes if at least {least} are 1.",
        ],
        parts=[
            satisfying(
                "2 weights, then the bias",
                (sign, sign, first_bias),
                counts(2, lambda ones: sign * ones + first_bias > 0),
                {may.OFF_BY_ONE: (sign, sign, slip)},
            ),
            satisfying(
                f"{inputs} weights, then the bias",
                [1.0] * inputs + [0.5 - least],
                counts(inputs, lambda ones: ones >= least),
                {
                    may.BIAS_FORGOTTEN: [1.0] * inputs + [0.0],
                    may.OFF_BY_ONE: [1.0] * inputs + [-0.5 - least],
                    may.AT_THE_THRESHOLD: [1.0] * inputs + [float(-least)],
                },
            ),
        ],
        explanation=[
            "With equal weights the neuron counts the ones and compares the count with "
            f"a threshold, which the bias sets: {write_values((sign, sign))} and "
            f"{write_value(first_bias)} for {name}.",
            f"For at least {least} of {inputs}, take weights of 1 and the bias "
            f"{write_value(0.5 - least)}.",
        ],
    )


@exercise("ex-layer-shapes")
def shapes_of_a_layer(draw: Draw) -> Variant | None:
    """Find the shapes of the weights of a layer."""
    batch = draw.one(64, 32, 16, 128)
    inputs = draw.whole(10, low=3, high=50)
    units = draw.whole(7, low=2, high=40)
    if inputs == units or batch in (inputs, units):
        return None
    return Variant(
        question=[
            f"A dense layer computes z = x W + b. It receives a batch of shape "
            f"({batch}, {inputs}) and returns one of shape ({batch}, {units}).",
            "What are the shapes of W and b, and in which shape would PyTorch store W?",
        ],
        parts=[
            shape(
                "W",
                (inputs, units),
                {
                    may.TRANSPOSE_FORGOTTEN: (units, inputs),
                    may.BATCH_COUNTED: (batch, inputs, units),
                },
            ),
            shape(
                "b",
                (units,),
                {
                    may.CHANNELS_FOR_FILTERS: (inputs,),
                    may.BATCH_COUNTED: (batch, units),
                    may.ONE_BIAS: (1,),
                },
            ),
            shape(
                "W in PyTorch",
                (units, inputs),
                {may.TRANSPOSE_FORGOTTEN: (inputs, units)},
            ),
        ],
        explanation=[
            f"W has one row for each input and one column for each output: ({inputs}, "
            f"{units}). PyTorch stores the transpose, ({units}, {inputs}).",
            f"The bias has one element for each output: ({units},). The batch size "
            "appears in neither.",
        ],
    )


@exercise("ex-layer-one-example")
def one_example(draw: Draw) -> Variant:
    """Predict a shape that broadcasting makes."""
    units = draw.one(4, 3, 5, 6, 7, 8, 10, 12)
    batch = draw.one(1, units)
    examples = "*one* example" if batch == 1 else f"{batch} examples"
    return Variant(
        question=[
            f"A batch of {examples.replace('*', '')} passes through {units} neurons "
            f"whose bias was given the shape ({units}, 1) by mistake.",
            "What shape does the sum of the product and the bias have in NumPy?",
        ],
        parts=[
            shape(
                "shape of the result",
                (units, units),
                {
                    may.NOTHING_CHANGES: (batch, units) if batch != units else None,
                    may.WRONG_ONE: (units, 1),
                },
            )
        ],
        explanation=[
            f"The product has the shape ({batch}, {units}) and the bias ({units}, 1), "
            f"and NumPy stretches {'both' if batch == 1 else 'the bias'} to "
            f"({units}, {units}), without any error."
        ],
    )


def _xor_network(values, low: int, high: int) -> list[bool]:
    """Return what a network of three step units answers to the four inputs."""
    w, b, v, c = values[0:4], values[4:6], values[6:8], values[8]
    answers = []
    for x in product((low, high), repeat=2):
        hidden = [
            float(x[0] * w[unit] + x[1] * w[2 + unit] + b[unit] > 0) for unit in (0, 1)
        ]
        answers.append(hidden[0] * v[0] + hidden[1] * v[1] + c > 0)
    return answers


@exercise("ex-network-xor")
def xor_of_three_neurons(draw: Draw) -> Variant:
    """Build a network of step units."""
    is_xor = draw.one(True, False)
    low, high = draw.one((0, 1), (-1, 1), (0, 2), (1, 2), (0, 4))
    name = f"XOR (exactly one of the two inputs is {high})"
    other = f"the opposite of XOR (both inputs are {write_value(low)} or both {high})"
    wanted = [(a != b) == is_xor for a, b in corners(2)]
    half = (high - low) / 2
    biases = (-2 * low - half, 2 * high - half)
    hidden = (1.0, -1.0, 1.0, -1.0, *biases)
    output = (1.0, 1.0, -1.5) if is_xor else (-1.0, -1.0, 1.5)
    return Variant(
        question=[
            f"A network has two inputs that are {write_value(low)} or {high}, two "
            "hidden neurons and one output neuron, all with the step function: 1 if "
            "the pre-activation is positive, and 0 otherwise.",
            "Give weights and biases with which its output is 1 for "
            f"{name if is_xor else other}, and 0 otherwise. Its layers compute "
            "z = x W + b, so W of the hidden layer has one row for each input and one "
            "column for each neuron.",
        ],
        parts=[
            satisfying(
                "W of the hidden layer row by row, its two biases, the two weights of "
                "the output, its bias",
                (*hidden, *output),
                lambda values: _xor_network(values, low, high) == wanted,
                {
                    may.BIAS_FORGOTTEN: (
                        *hidden[:4],
                        0.0,
                        0.0,
                        *output[:2],
                        0.0,
                    ),
                    may.ANSWERS_EXCHANGED: (*hidden, *(-value for value in output)),
                },
            )
        ],
        explanation=[
            f"The first hidden neuron decides whether at least one input is {high}, "
            f"with the weights (1, 1) and the bias {write_value(biases[0])}, and the "
            "second whether not both are, with (−1, −1) and "
            f"{write_value(biases[1])}.",
            "The output is their AND, with (1, 1) and −1.5"
            + ("." if is_xor else ", turned round: (−1, −1) and 1.5."),
        ],
    )


@exercise("ex-parameters-image")
def dense_on_an_image(draw: Draw) -> Variant:
    """Count the parameters of a dense layer on an image."""
    side = draw.one(32, 16, 28, 48, 64)
    colours = draw.one(3, 1, 4)
    units = draw.one(100, 10, 50, 64, 200)
    batch = draw.one(1, 1, 32)
    inputs = side**2 * colours
    total = int(
        model(
            (side, side, colours), layers.Flatten(), layers.Dense(units)
        ).count_params()
    )
    return Variant(
        question=[
            f"An image of {side} × {side} pixels with {colours} colour "
            f"{'channel' if colours == 1 else 'channels'} is flattened into one row "
            f"and fed to a dense layer of {units} neurons. How many free parameters "
            "does the layer have?"
            + (f" The mini-batches hold {batch} images." if batch > 1 else "")
        ],
        parts=[
            whole(
                "parameters",
                total,
                {
                    may.BIAS_FORGOTTEN: inputs * units,
                    may.ONE_BIAS: inputs * units + 1,
                    may.CHANNELS_NOT_MULTIPLIED: (side**2 + 1) * units
                    if colours > 1
                    else None,
                    may.WINDOW_OF_ONE_AXIS: (side * colours + 1) * units,
                    may.CHANNELS_FOR_FILTERS: (units + 1) * inputs,
                    may.BATCH_COUNTED: batch * total if batch > 1 else None,
                },
            )
        ],
        explanation=[
            f"There are {side} · {side} · {colours} = {inputs} inputs, so the layer "
            f"has ({inputs} + 1) · {units} = {total:,} parameters."
        ],
    )


@exercise("ex-parameters-width")
def budget_of_parameters(draw: Draw) -> Variant | None:
    """Find how wide a hidden layer can be."""
    budget = draw.whole(1000, low=400, high=4000, step=100)
    inputs = draw.whole(10, low=4, high=30)
    outputs = draw.whole(3, low=2, high=9)
    each = inputs + 1 + outputs
    exact = Fraction(budget - outputs, each)
    width = last_whole_below(float(exact))
    if exact.denominator == 1:
        return None
    return Variant(
        question=[
            f"You may spend at most {budget:,} parameters on a network with {inputs} "
            f"inputs, one hidden layer and {outputs} outputs. How wide can the hidden "
            "layer be, and how many parameters does the network then have?"
        ],
        parts=[
            whole(
                "width",
                width,
                {
                    may.NOT_ROUNDED: exact,
                    may.CEILING_FOR_FLOOR: width + 1,
                    may.BIAS_FORGOTTEN: budget // (inputs + outputs),
                    may.LAST_LAYER_LEFT_OUT: budget // (inputs + 1),
                },
            ),
            whole(
                "parameters",
                width * each + outputs,
                {
                    may.CEILING_FOR_FLOOR: (width + 1) * each + outputs,
                    may.LAST_LAYER_LEFT_OUT: width * (inputs + 1),
                    may.BIAS_FORGOTTEN: width * (inputs + outputs),
                },
            ),
        ],
        explanation=[
            f"With a hidden layer of width n there are ({inputs} + 1) n + (n + 1) · "
            f"{outputs} = {each} n + {outputs} parameters.",
            f"This is at most {budget:,} for n ≤ {budget - outputs:,} / {each}, so "
            f"n = {width}, and the network has {width * each + outputs:,}.",
        ],
    )


@exercise("ex-parameters-order")
def many_vectors(draw: Draw) -> Variant:
    """Count the orders of hidden units."""
    first = draw.one(4, 3, 5, 6)
    second = draw.one(4, 3, 5, 2)
    count = factorial(first) * factorial(second)
    return Variant(
        question=[
            f"A network has two hidden layers of {first} and {second} units. Units of "
            "a layer can be exchanged together with their weights without changing the "
            "function.",
            "How many parameter vectors that give the same function can you make by "
            "reordering the units of both hidden layers, the original one included?",
        ],
        parts=[
            whole(
                "vectors",
                count,
                {
                    may.ADDED_FOR_MULTIPLIED: factorial(first) + factorial(second),
                    may.STOPPED_HALFWAY: factorial(first),
                    may.ORDERS_FOR_UNITS: first * second,
                    may.ALL_IN_ONE_ROW: factorial(first + second),
                },
            )
        ],
        explanation=[
            f"The units can be ordered in {first}! = {factorial(first)} and {second}! "
            f"= {factorial(second)} ways, independently of each other, so there are "
            f"{factorial(first)} · {factorial(second)} = {count:,}."
        ],
    )


@exercise("ex-learning-step")
def one_step(draw: Draw) -> Variant | None:
    """Take one step of gradient descent."""
    w = draw.decimals((0.5, -1, 2), low=-2, high=2)
    b = draw.one(0.5, -0.5, 1, -1)
    x = draw.wholes((1, 2, 3), low=-2, high=3)
    target = draw.whole(4, low=-4, high=6)
    rate = draw.one(0.01, 0.02, 0.05)
    out = sum(a * c for a, c in zip(w, x, strict=True)) + b
    error = out - target
    if not all(x) or not 0.5 <= abs(error) <= 3:
        return None
    slopes = [2 * error * value for value in x]
    moved = error * (1 - 2 * rate * (sum(value**2 for value in x) + 1))
    uphill = error * (1 + 2 * rate * (sum(value**2 for value in x) + 1))
    no_bias = error * (1 - 2 * rate * sum(value**2 for value in x))
    return Variant(
        question=[
            f"A neuron without an activation has the weights {write_values(w)} and the "
            f"bias {write_value(b)}. It receives one example, x = {write_values(x)}, "
            f"with the target {write_value(target)}; the loss is the squared error.",
            "Compute the loss and its gradient with respect to the weights. Take one "
            f"step of gradient descent, of weights and bias, with the learning rate "
            f"{rate:g}, and compute the loss again.",
        ],
        parts=[
            number(
                "loss",
                error**2,
                {
                    may.SQUARE_FORGOTTEN: error,
                    may.BIAS_FORGOTTEN: (error - b) ** 2,
                },
                decimals=2,
            ),
            several(
                "gradient with respect to the weights",
                slopes,
                {
                    may.FACTOR_TWO_FORGOTTEN: [slope / 2 for slope in slopes],
                    may.INPUT_NOT_MULTIPLIED: [2 * error] * 3,
                },
                decimals=2,
            ),
            number(
                "loss after the step",
                moved**2,
                {
                    may.STEP_UPHILL: uphill**2,
                    may.BIAS_FORGOTTEN: no_bias**2,
                    may.FACTOR_TWO_FORGOTTEN: (
                        error * (1 - rate * (sum(value**2 for value in x) + 1))
                    )
                    ** 2,
                },
                decimals=2,
            ),
        ],
        explanation=[
            f"The output is {out:.4g}, the error {error:.4g} and the loss "
            f"{error**2:.4g}. The gradient is 2 · {bracketed(round(error, 6))} · x "
            f"for the weights and {2 * error:.4g} for the bias.",
            f"After the step the error is {moved:.4g} and the loss {moved**2:.4g}.",
        ],
    )
