"""Exercises of the chapter on backpropagation."""

from collections.abc import Callable
from fractions import Fraction
from math import exp, log, tanh

from bookbuild.practice import misconceptions as may
from bookbuild.practice.counting import softmax
from bookbuild.practice.formulas import sigmoid
from bookbuild.practice.numbers import (
    bracketed,
    write_decimal,
    write_value,
    write_values,
)
from bookbuild.practice.parts import formula, number, several, shape, whole
from bookbuild.practice.variants import Draw, Variant, exercise

POSITIVE = (0.5, 2.0)
REAL = (-1.5, 1.5)


def _neuron(draw: Draw) -> tuple[float, float, float]:
    """Return x, w and b of the chapter's neuron, or others with |z| below two."""
    x = draw.one(2.0, 1.0, -1.0, 3.0, -2.0, 0.5)
    w = draw.decimal(0.5, low=-1, high=1)
    b = draw.decimal(-1.0, low=-1, high=1)
    return x, w, b


def _described(x: float, w: float, b: float, name: str = "the sigmoid") -> str:
    """Return a neuron in words."""
    return (
        f"A neuron has z = w x + b and y = g(z), where g is {name}, and the loss is "
        f"ℓ = (y − t)² for the target t. Let x = {write_value(x)}, "
        f"w = {write_value(w)} and b = {write_value(b)}."
    )


@exercise("ex-simple-forward")
def input_of_zero(draw: Draw) -> Variant | None:
    """Compute the forward pass of a neuron."""
    x = draw.one(0, 0, 1, 2, -1)
    w = draw.decimal(0.5, low=-2, high=2)
    b = draw.decimal(0, low=-2, high=2)
    target = draw.one(0, 1)
    z = w * x + b
    if draw.source and (abs(z) < 0.2 or not b):
        return None
    y = sigmoid(z)
    return Variant(
        question=[
            _described(x, w, b),
            f"Compute z, y and ℓ for the target t = {target}.",
        ],
        parts=[
            number(
                "z", z, {may.BIAS_FORGOTTEN: w * x, may.ADDED_FOR_MULTIPLIED: w + b}
            ),
            number(
                "y",
                y,
                {
                    may.BEFORE_ACTIVATION: z,
                    may.COMPLEMENT: 1 - y,
                    may.STOPPED_HALFWAY: exp(z),
                },
                decimals=3,
            ),
            number(
                "ℓ",
                (y - target) ** 2,
                {
                    may.SQUARE_FORGOTTEN: y - target,
                    may.BEFORE_ACTIVATION: (z - target) ** 2,
                },
                decimals=3,
            ),
        ],
        explanation=[
            f"z = {bracketed(w)} · {bracketed(x)} + {bracketed(b)} = {z:.4g}, so "
            f"y = {y:.4g} and ℓ = {(y - target) ** 2:.4g}."
        ],
    )


def _slopes(
    x: float, z: float, target: float, g: Callable, slope: Callable
) -> tuple[float, float]:
    """Return the derivatives with respect to the weight and the bias."""
    by_bias = 2 * (g(z) - target) * slope(z)
    return by_bias * x, by_bias


@exercise("ex-chain-numbers")
def another_target(draw: Draw) -> Variant | None:
    """Apply the chain rule to a neuron with the sigmoid."""
    x, w, b = _neuron(draw)
    target = draw.one(0, 1)
    z = w * x + b
    y = sigmoid(z)
    by_weight, by_bias = _slopes(x, z, target, sigmoid, lambda z: y * (1 - y))
    if draw.source and (abs(z) > 2.5 or x == 1 or not w):
        return None
    return Variant(
        question=[
            _described(x, w, b),
            "Compute the derivatives of ℓ with respect to w and to b for t = "
            f"{target}.",
        ],
        parts=[
            number(
                "with respect to w",
                by_weight,
                {
                    may.INPUT_NOT_MULTIPLIED: by_bias,
                    may.FACTOR_TWO_FORGOTTEN: by_weight / 2,
                    may.ACTIVATION_DERIVATIVE_FORGOTTEN: 2 * (y - target) * x,
                    may.BEFORE_ACTIVATION: 2 * (z - target) * y * (1 - y) * x,
                },
                decimals=3,
            ),
            number(
                "with respect to b",
                by_bias,
                {
                    may.FACTOR_TWO_FORGOTTEN: by_bias / 2,
                    may.ACTIVATION_DERIVATIVE_FORGOTTEN: 2 * (y - target),
                },
                decimals=3,
            ),
        ],
        explanation=[
            f"z = {z:.4g} and y = {y:.4g}, so the local derivatives are 2 (y − t) = "
            f"{2 * (y - target):.4g}, y (1 − y) = {y * (1 - y):.4g} and x = "
            f"{write_value(x)}.",
            f"With respect to w it is their product, {by_weight:.4g}, and with respect "
            f"to b the product without x, {by_bias:.4g}.",
        ],
    )


@exercise("ex-chain-tanh")
def tanh_for_sigmoid(draw: Draw) -> Variant | None:
    """Apply the chain rule to a neuron with tanh."""
    x, w, b = _neuron(draw)
    target = draw.one(1, 0, -1)
    z = w * x + b
    y = tanh(z)
    by_weight, by_bias = _slopes(x, z, target, tanh, lambda z: 1 - tanh(z) ** 2)
    logistic, _ = _slopes(
        x, z, target, sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))
    )
    if draw.source and (not 0.2 < abs(z) < 2 or x == 1 or abs(by_weight) < 0.05):
        return None
    return Variant(
        question=[
            _described(x, w, b, "tanh, whose derivative is 1 − tanh² z"),
            "Compute the derivative of ℓ with respect to w for t = "
            f"{write_value(target)}.",
        ],
        parts=[
            number(
                "with respect to w",
                by_weight,
                {
                    may.INPUT_NOT_MULTIPLIED: by_bias,
                    may.FACTOR_TWO_FORGOTTEN: by_weight / 2,
                    may.ACTIVATION_DERIVATIVE_FORGOTTEN: 2 * (y - target) * x
                    if y
                    else None,
                    may.SIGMOID_FOR_TANH: logistic,
                },
                decimals=3,
            )
        ],
        explanation=[
            f"z = {z:.4g}, y = tanh z = {y:.4g} and 1 − y² = {1 - y * y:.4g}. With "
            f"2 (y − t) = {2 * (y - target):.4g} the product is {2 * (y - target):.4g} "
            f"· {1 - y * y:.4g} · {bracketed(x)} = {by_weight:.4g}.",
        ],
    )


@exercise("ex-graph-predict")
def max_changes_sides(draw: Draw) -> Variant | None:
    """Go through a graph forwards and backwards."""
    x = draw.one(1.5, 0.5, 2.5, -1.5, -0.5)
    y = draw.whole(2, low=-3, high=3)
    z = draw.whole(3, low=-3, high=4)
    if y == z or not y or (draw.source and z == 0):
        return None
    larger = max(y, z)
    q = x * y + larger
    up = 2 * q
    by_x = up * y
    by_y = up * x + (up if y > z else 0)
    by_z = up if z > y else 0
    return Variant(
        question=[
            "In a graph, m = x · y, k = max(y, z), q = m + k and ℓ = q². Let "
            f"x = {write_value(x)}, y = {write_value(y)} and z = {write_value(z)}.",
            "What are q and ℓ, and what are the gradients of ℓ with respect to x, y "
            "and z?",
        ],
        parts=[
            several("q, ℓ", (q, q * q), {may.SQUARE_FORGOTTEN: (q, q)}),
            several(
                "gradients with respect to x, y, z",
                (by_x, by_y, by_z),
                {
                    may.FACTOR_TWO_FORGOTTEN: (by_x / 2, by_y / 2, by_z / 2),
                    may.ONE_PATH_ONLY: (by_x, up * x, by_z) if y > z else None,
                    may.GRADIENT_TO_ALL: (by_x, up * x + up, up),
                    may.FACTORS_NOT_SWAPPED: (up * x, up * y + by_y - up * x, by_z),
                },
            ),
        ],
        explanation=[
            f"The max is {write_value(larger)}, so q = {q:g} and ℓ = {q * q:g}. The "
            f"square passes back 2 q = {up:g}, and the addition passes it to both of "
            "its inputs.",
            f"The max routes it to {'z' if z > y else 'y'}. The multiplication swaps: "
            f"x receives {up:g} · {bracketed(y)} = {by_x:g}, y receives {up:g} · "
            f"{bracketed(x)} = {up * x:g}"
            + (f" and {up:g} from the max." if y > z else ".")
            + f" The gradients are {by_x:g}, {by_y:g} and {by_z:g}.",
        ],
    )


@exercise("ex-pair-numbers")
def two_neurons(draw: Draw) -> Variant | None:
    """Find the four derivatives of two neurons in a row."""
    x = draw.one(2.0, 1.0, -1.0, 3.0)
    w1 = draw.one(0.5, 1.0, -0.5, 0.25)
    b1 = -w1 * x
    w2 = draw.one(-2.0, 2.0, 1.0, 4.0, -4.0)
    b2 = -w2 / 2
    target = draw.one(1, 0)
    delta2 = 2 * (0.5 - target) / 4
    delta1 = delta2 * w2 / 4
    answer = (delta1 * x, delta1, delta2 / 2, delta2)
    if draw.source and x == 1:
        return None
    return Variant(
        question=[
            "Two neurons in a row, both with the sigmoid: the first has z₁ = w₁ x + b₁ "
            "and a₁ = g(z₁), the second z₂ = w₂ a₁ + b₂ and y = g(z₂). The loss is "
            "ℓ = (y − t)².",
            f"Let x = {write_value(x)}, w₁ = {write_value(w1)}, b₁ = "
            f"{write_value(b1)}, w₂ = {write_value(w2)}, b₂ = {write_value(b2)} and t "
            f"= {target}; both pre-activations are then zero.",
            "What are the derivatives of ℓ with respect to w₁, b₁, w₂ and b₂?",
        ],
        parts=[
            several(
                "with respect to w₁, b₁, w₂, b₂",
                answer,
                {
                    may.FACTOR_TWO_FORGOTTEN: [value / 2 for value in answer],
                    may.ACTIVATION_DERIVATIVE_FORGOTTEN: (
                        delta2 * w2 * x,
                        delta2 * w2,
                        delta2 / 2,
                        delta2,
                    ),
                    may.WEIGHT_NOT_MULTIPLIED: (
                        delta2 / 4 * x,
                        delta2 / 4,
                        delta2 / 2,
                        delta2,
                    ),
                    may.BEFORE_ACTIVATION: (delta1 * x, delta1, 0, delta2),
                },
                decimals=3,
            )
        ],
        explanation=[
            "The sigmoid of zero is 0.5 and its derivative there 0.25. So δ₂ = "
            f"2 (0.5 − {target}) · 0.25 = {delta2:g}, and δ₁ = δ₂ w₂ · 0.25 = "
            f"{delta1:g}.",
            f"The derivatives are δ₁ x = {delta1 * x:g}, δ₁ = {delta1:g}, δ₂ a₁ = "
            f"{delta2 / 2:g} and δ₂ = {delta2:g}.",
        ],
    )


@exercise("ex-recursion-bound")
def sigmoids_with_large_weights(draw: Draw) -> Variant:
    """Find the factors of a chain of sigmoids."""
    weight = draw.one(4, 2, 3, 5, 6, 8)
    # In the chapter the pre-activation is zero, where the factor is largest.
    z = draw.another(0, 1, -1, 2, -2, 3)
    x = draw.one(0.5, 1.0, 1.5)
    bias = z - weight * x
    factor = weight * sigmoid(z) * (1 - sigmoid(z))
    return Variant(
        question=[
            f"In a chain of neurons with the sigmoid, each weight is {weight}. On the "
            "way back each layer multiplies the gradient by w · g'(z).",
            "How large can this factor be at most? How large is it in the first layer "
            f"if the bias is {write_value(bias)} and the input is {write_value(x)}?",
        ],
        parts=[
            number(
                "largest factor",
                Fraction(weight, 4),
                {
                    may.ACTIVATION_DERIVATIVE_FORGOTTEN: weight,
                    may.NOT_DIFFERENTIATED: Fraction(weight, 2),
                },
            ),
            number(
                "factor in the first layer",
                factor,
                {
                    may.BIAS_FORGOTTEN: weight
                    * sigmoid(weight * x)
                    * (1 - sigmoid(weight * x)),
                    may.NOT_DIFFERENTIATED: weight * sigmoid(z),
                    may.WRONG_ONE: Fraction(weight, 4) if z else None,
                },
                decimals=3,
            ),
        ],
        explanation=[
            "The derivative of the sigmoid is at most 1/4, where the pre-activation is "
            f"zero, so the factor is at most {weight} · 1/4 = "
            f"{write_value(Fraction(weight, 4))}.",
            f"The pre-activation of the first layer is {weight} · {write_value(x)} + "
            f"{bracketed(bias)} = {write_value(z)}, where the derivative is "
            f"{write_decimal(factor / weight, 4)}, so its factor is "
            f"{write_decimal(factor, 3)}.",
        ],
    )


@exercise("ex-paths-shared")
def one_weight_in_two_layers(draw: Draw) -> Variant:
    """Differentiate by a weight that is used twice."""
    name, g, slope = draw.one(
        ("tanh", r"\tanh({})", r"(1 - \tanh^2({}))"),
        ("sin", r"\sin({})", r"\cos({})"),
        ("exp", r"\exp({})", r"\exp({})"),
        ("the sigmoid σ", r"\sigma({})", r"\sigma({0}) (1 - \sigma({0}))"),
        ("cos", r"\cos({})", r"(-\sin({}))"),
        ("the square, g(z) = z²", r"({})^2", r"(2 ({}))"),
        ("the third power, g(z) = z³", r"({})^3", r"(3 ({})^2)"),
    )
    inner = g.format("w x")
    z2 = f"w {inner}"
    through_second = f"{slope.format(z2)} {inner}"
    through_first = f"{slope.format(z2)} w {slope.format('w x')} x"
    return Variant(
        question=[
            "Two neurons in a row use the same weight w and have no bias, so that "
            f"y = g(w g(w x)), where g is {name}.",
            "How many paths lead from w to y? What is the derivative of y with respect "
            "to w? Write it in LaTeX with w and x.",
        ],
        parts=[
            whole("paths", 2, {may.ONE_PATH_ONLY: 1}),
            formula(
                "derivative",
                f"{through_second} + {through_first}",
                {"w": POSITIVE, "x": REAL},
                {
                    may.ONE_PATH_ONLY: through_second,
                    may.STOPPED_HALFWAY: through_first,
                    may.INNER_DERIVATIVE_FORGOTTEN: slope.format(z2)
                    if slope != g
                    else None,
                    may.NOT_DIFFERENTIATED: g.format(z2),
                    may.ACTIVATION_DERIVATIVE_FORGOTTEN: f"{through_second} + "
                    f"{slope.format(z2)} w x",
                },
            ),
        ],
        explanation=[
            "The node w has two outgoing edges, one to each multiplication, so there "
            "are two paths.",
            "The path through the second layer contributes g'(z₂) a₁, and the path "
            "through the first g'(z₂) w g'(z₁) x, with z₁ = w x, a₁ = g(z₁) and "
            "z₂ = w a₁. The derivative is their sum.",
        ],
    )


@exercise("ex-paths-residual")
def skip_connection(draw: Draw) -> Variant:
    """Find what stacks of blocks with and without skips pass back."""
    blocks = draw.one(50, 20, 30, 40, 60, 100)
    slope = draw.one(0.1, 0.05, 0.2, -0.1)
    with_skip = (1 + slope) ** blocks
    return Variant(
        question=[
            "A residual block returns x + F(x), so that x takes a skip connection "
            f"around F. Let F'(x) = {write_value(slope)} everywhere.",
            f"By which factor is the gradient multiplied in a stack of {blocks} such "
            "blocks? And which power of ten of it is left, that is, what is log₁₀ of "
            "the magnitude of the factor, if the blocks return F(x) alone?",
        ],
        parts=[
            number(
                "factor with skips",
                with_skip,
                {
                    may.ONE_PATH_ONLY: 1,
                    may.LINEAR_FOR_POWER: 1 + slope * blocks,
                    may.ADDED_FOR_MULTIPLIED: blocks * (1 + slope),
                },
                digits=3,
            ),
            number(
                "log₁₀ without skips",
                blocks * log(abs(slope)) / log(10),
                {
                    may.LINEAR_FOR_POWER: log(blocks * abs(slope)) / log(10),
                    may.STOPPED_HALFWAY: log(abs(slope)) / log(10),
                },
                decimals=1,
            ),
        ],
        explanation=[
            f"A block with a skip passes back the upstream gradient times 1 + F' = "
            f"{1 + slope:g}, so the stack multiplies it by {1 + slope:g}^{blocks} ≈ "
            f"{with_skip:.3g}.",
            f"Without skips it is multiplied by {abs(slope):g}^{blocks} in magnitude, "
            "10 to the power "
            f"{write_decimal(blocks * log(abs(slope)) / log(10), 1)}.",
        ],
    )


@exercise("ex-matrices-shapes")
def shapes_backwards(draw: Draw) -> Variant | None:
    """Find the shapes of a backward pass."""
    inputs = draw.one(64, 20, 48, 100)
    units = draw.one(10, 5, 24, 30)
    batch = draw.one(32, 16, 50, 128)
    return Variant(
        question=[
            f"A dense layer, z = x W + b, has {inputs} inputs and {units} units and "
            f"sees a batch of {batch}.",
            "Give the shapes of its pre-activations z, of the gradients of W and b, "
            "and of the gradient that is passed to the layer before. Over how many "
            "elements does the matrix product for the gradient of W sum, and over how "
            "many the one for the layer before?",
        ],
        parts=[
            shape("z", (batch, units), {may.TRANSPOSE_FORGOTTEN: (units, batch)}),
            shape(
                "gradient of W",
                (inputs, units),
                {
                    may.TRANSPOSE_FORGOTTEN: (units, inputs),
                    may.BATCH_COUNTED: (batch, inputs, units),
                },
            ),
            shape(
                "gradient of b",
                (units,),
                {
                    may.BATCH_COUNTED: (batch, units),
                    may.CHANNELS_FOR_FILTERS: (inputs,),
                },
            ),
            shape(
                "gradient passed on",
                (batch, inputs),
                {
                    may.TRANSPOSE_FORGOTTEN: (inputs, batch),
                    may.WRONG_ONE: (batch, units),
                },
            ),
            whole(
                "terms for W",
                batch,
                {may.WRONG_ONE: units},
            ),
            whole(
                "terms for the layer before",
                units,
                {may.WRONG_ONE: batch},
            ),
        ],
        explanation=[
            f"z has the shape ({batch}, {units}), the gradients of W and b have "
            f"({inputs}, {units}) and ({units},), and the gradient that is passed on "
            f"({batch}, {inputs}).",
            f"The product for the weights sums over the {batch} examples, and the one "
            f"for the layer before over the {units} units.",
        ],
    )


@exercise("ex-softmax-vjp")
def softmax_backwards(draw: Draw) -> Variant:
    """Count the multiplications of two ways through a softmax."""
    classes = draw.one("C", "n", "K")
    rows = draw.one(1, 8, 16, 32, 64, 100)
    sizes = {classes: (3.0, 30.0)}
    each = "" if rows == 1 else f"{rows} "
    batch = "" if rows == 1 else f" for a batch of {rows} such vectors"
    return Variant(
        question=[
            f"Let y be the softmax of a vector with {classes} elements, and u the "
            "upstream gradient. Element j of the gradient is "
            "y_j (u_j − Σ u_m y_m), where the sum is computed once for the vector.",
            f"How many multiplications does that take{batch}, and how many does the "
            f"product of {'u' if rows == 1 else 'each u'} with a Jacobian that is "
            f"already there? Write formulas with {classes}.",
        ],
        parts=[
            formula(
                "without the Jacobian",
                f"{2 * rows} {classes}",
                sizes,
                {
                    may.STOPPED_HALFWAY: f"{each}{classes}",
                    may.SUM_REPEATED: f"{each}({classes}^2 + {classes})",
                    may.BATCH_NOT_COUNTED: None if rows == 1 else f"2 {classes}",
                },
            ),
            formula(
                "with the Jacobian",
                f"{each}{classes}^2",
                sizes,
                {
                    may.SQUARE_FORGOTTEN: f"{each}{classes}",
                    may.FLOPS_FOR_MACS: f"{2 * rows} {classes}^2",
                    may.BATCH_NOT_COUNTED: None if rows == 1 else f"{classes}^2",
                },
            ),
        ],
        explanation=[
            f"For a vector the sum takes {classes} multiplications and the last "
            f"product {classes} more, 2 {classes} in all. A product with a matrix of "
            f"{classes} rows and columns takes {classes}²."
            + ("" if rows == 1 else f" The batch takes {rows} times as many."),
        ],
    )


@exercise("ex-engine-exp")
def exponential_and_logarithm(draw: Draw) -> Variant | None:
    """Find loss and gradient of a softmax cross-entropy."""
    logits = draw.wholes((1, 2, 3), low=-2, high=4)
    true = draw.one(1, 0, 2)
    if len(set(logits)) < 2:
        return None
    y = softmax(logits)
    gradient = [p - (place == true) for place, p in enumerate(y)]
    words = ("first", "second", "third")
    return Variant(
        question=[
            f"The logits of three classes are {write_values(logits)}, and the "
            f"{words[true]} class is the true one.",
            "What is the cross-entropy of their softmax, and what is its gradient with "
            "respect to the logits?",
        ],
        parts=[
            number(
                "cross-entropy",
                -log(y[true]),
                {
                    may.SIGN: log(y[true]),
                    may.BINARY_LOGARITHM: -log(y[true]) / log(2),
                    may.LOGARITHM_FORGOTTEN: y[true],
                },
                decimals=2,
            ),
            several(
                "gradient",
                gradient,
                {
                    may.TARGET_NOT_SUBTRACTED: y,
                    may.SIGN: [-value for value in gradient],
                    may.NOT_NORMALISED: [
                        exp(z) - (place == true) for place, z in enumerate(logits)
                    ],
                },
                decimals=2,
            ),
        ],
        explanation=[
            f"The softmax is ({', '.join(f'{p:.3f}' for p in y)}), so the loss is "
            f"−log {y[true]:.3f} = {-log(y[true]):.3f}.",
            "The gradient is prediction minus target: "
            f"({', '.join(f'{value:.2f}' for value in gradient)}).".replace("-", "−"),
        ],
    )


@exercise("ex-backward-count")
def counting_multiplications(draw: Draw) -> Variant:
    """Count the multiplications of both modes in a chain."""
    layers = draw.one(2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20)
    backward = 3 * layers - 1
    forward = layers**2 + layers
    return Variant(
        question=[
            f"A chain has {layers} neurons. The derivative of the loss with respect "
            "to y and all g'(z) are known.",
            "Backwards, the start takes one multiplication, each further layer two, "
            "and each of the weights one more. Forwards, the derivative with respect "
            "to the weight of layer l begins with its input, passes the layers after "
            "it with two multiplications each, and ends with two more.",
            "How many multiplications does each mode need for all weights together?",
        ],
        parts=[
            whole(
                "backwards",
                backward,
                {
                    may.OFF_BY_ONE: backward + 1,
                    may.STOPPED_HALFWAY: 2 * layers - 1,
                    may.LAST_LAYER_LEFT_OUT: backward - 3,
                },
            ),
            whole(
                "forwards",
                forward,
                {
                    may.STOPPED_HALFWAY: 2 * layers,
                    may.HALF_FORGOTTEN: 2 * forward,
                    may.LAST_LAYER_LEFT_OUT: layers**2 - layers,
                },
            ),
        ],
        explanation=[
            f"Backwards 1 + 2 ({layers} − 1) + {layers} = {backward}.",
            f"Forwards the sum of 2 ({layers} − l) + 2 over all layers l, which is "
            f"{layers}² + {layers} = {forward}.",
        ],
    )


@exercise("ex-backward-memory")
def memory_for_activations(draw: Draw) -> Variant:
    """Count the bytes of activations and weights."""
    width = draw.one(1000, 500, 800, 2000)
    depth = draw.one(10, 5, 8, 12)
    batch = draw.one(512, 64, 128, 256)
    size = draw.one(4, 2, 8)
    activations = (depth + 1) * batch * width * size
    weights = depth * width**2 * size
    return Variant(
        question=[
            f"A network has {width:,} inputs and {depth} layers of {width:,} tanh "
            f"units, receives a batch of {batch}, and stores each number in {size} "
            "bytes. The backward pass needs the input of the network and the "
            "activations of every layer.",
            "How many bytes do these take, and how many do the weights (without "
            "biases)?",
        ],
        parts=[
            whole(
                "activations",
                activations,
                {
                    may.BITS_FOR_BYTES: 8 * activations,
                    may.BYTES_FORGOTTEN: activations // size,
                    may.BATCH_NOT_COUNTED: activations // batch,
                    may.STOPPED_HALFWAY: depth * batch * width * size,
                },
                unit="bytes",
            ),
            whole(
                "weights",
                weights,
                {
                    may.BITS_FOR_BYTES: 8 * weights,
                    may.BYTES_FORGOTTEN: weights // size,
                    may.BATCH_COUNTED: batch * weights,
                    may.BIAS_COUNTED: weights + depth * width * size,
                },
                unit="bytes",
            ),
        ],
        explanation=[
            f"These are {depth + 1} arrays, with {depth + 1} · {batch} · {width:,} · "
            f"{size} = {activations:,} bytes.",
            f"The weights take {depth} · {width:,} · {width:,} · {size} = {weights:,} "
            "bytes. Doubling the batch size doubles only the first.",
        ],
    )


@exercise("ex-differentiable-abs")
def absolute_error(draw: Draw) -> Variant:
    """Differentiate a loss."""
    name, answer, slips = draw.one(
        (
            "ℓ = |y − t|",
            r"\operatorname{sign}(y - t)",
            {
                may.NOT_DIFFERENTIATED: "|y - t|",
                may.DERIVATIVE_OF_SQUARE: "2 (y - t)",
            },
        ),
        (
            "ℓ = |2 y − t|",
            r"2 \operatorname{sign}(2 y - t)",
            {
                may.NOT_DIFFERENTIATED: "|2 y - t|",
                may.DERIVATIVE_OF_SQUARE: "4 (2 y - t)",
                may.INNER_DERIVATIVE_FORGOTTEN: r"\operatorname{sign}(2 y - t)",
            },
        ),
        (
            "ℓ = log(1 + (y − t)²)",
            r"\frac{2 (y - t)}{1 + (y - t)^2}",
            {
                may.NOT_DIFFERENTIATED: r"\log(1 + (y - t)^2)",
                may.INNER_DERIVATIVE_FORGOTTEN: r"\frac{1}{1 + (y - t)^2}",
                may.FACTOR_TWO_FORGOTTEN: r"\frac{y - t}{1 + (y - t)^2}",
            },
        ),
        (
            "ℓ = |y − t|⁵",
            "5 (y - t)^3 |y - t|",
            {
                may.NOT_DIFFERENTIATED: "|y - t|^5",
                may.INNER_DERIVATIVE_FORGOTTEN: "5 |y - t|^4",
            },
        ),
        (
            "ℓ = |y − t|³",
            r"3 (y - t) |y - t|",
            {
                may.NOT_DIFFERENTIATED: "|y - t|^3",
                may.INNER_DERIVATIVE_FORGOTTEN: "3 |y - t|^2",
                may.SQUARE_FORGOTTEN: "3 |y - t|",
            },
        ),
        (
            "ℓ = log cosh(y − t)",
            r"\tanh(y - t)",
            {
                may.NOT_DIFFERENTIATED: r"\log \cosh(y - t)",
                may.INNER_DERIVATIVE_FORGOTTEN: r"\frac{1}{\cosh(y - t)}",
            },
        ),
        (
            "ℓ = √(1 + (y − t)²)",
            r"\frac{y - t}{\sqrt{1 + (y - t)^2}}",
            {
                may.NOT_DIFFERENTIATED: r"\sqrt{1 + (y - t)^2}",
                may.INNER_DERIVATIVE_FORGOTTEN: r"\frac{1}{2 \sqrt{1 + (y - t)^2}}",
                may.UNWANTED_FACTOR_TWO: r"\frac{2 (y - t)}{\sqrt{1 + (y - t)^2}}",
            },
        ),
    )
    has_kink = "sign" in answer
    return Variant(
        question=[
            f"Take the loss {name}. What is its derivative with respect to y"
            f"{', where it has one' if has_kink else ''}? Write it in LaTeX with y and "
            "t."
        ],
        parts=[formula("derivative", answer, {"y": (-3.0, 3.0), "t": REAL}, slips)],
        explanation=[
            {
                "ℓ = |y − t|": "It is 1 for y > t and −1 for y < t, that is, the sign "
                "of y − t. At y = t it has none.",
                "ℓ = |y − t|³": "It is 3 (y − t)² for y > t and −3 (y − t)² for y < t, "
                "that is, 3 (y − t) |y − t|.",
                "ℓ = |2 y − t|": "It is the sign of 2 y − t, times the inner "
                "derivative 2. At 2 y = t it has none.",
                "ℓ = log(1 + (y − t)²)": "One over what stands inside, times the inner "
                "derivative 2 (y − t).",
                "ℓ = |y − t|⁵": "It is 5 (y − t)⁴ for y > t and −5 (y − t)⁴ for y < t, "
                "that is, 5 (y − t)³ |y − t|.",
                "ℓ = log cosh(y − t)": "It is sinh(y − t) / cosh(y − t) = tanh(y − t).",
                "ℓ = √(1 + (y − t)²)": "One over twice the root, times the inner "
                "derivative 2 (y − t).",
            }[name]
        ],
    )
