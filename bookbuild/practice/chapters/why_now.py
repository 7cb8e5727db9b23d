"""Exercises of the chapter on why deep learning works now."""

from fractions import Fraction
from math import log, log2, sqrt

from bookbuild.practice import misconceptions as may
from bookbuild.practice.counting import model
from bookbuild.practice.numbers import write_digits, write_value
from bookbuild.practice.parts import corners, number, satisfying, whole
from bookbuild.practice.variants import Draw, Variant, exercise
from byhand.shapes import layers


@exercise("ex-whynow-chance")
def two_readers_guess(draw: Draw) -> Variant:
    """Find the probability that two guesses are right."""
    choices = draw.one(4, 2, 3, 5, 6, 8, 10)
    readers = draw.one(2, 2, 3, 4)
    chance = Fraction(1, choices)
    none = (1 - chance) ** readers
    words = {2: "Two people", 3: "Three people", 4: "Four people"}
    all_of = {2: "both are", 3: "all three are", 4: "all four are"}
    return Variant(
        question=[
            f"{words[readers]} each guess which one of {choices} digits was drawn by a "
            "network, at random and independently of each other.",
            f"What is the probability that {all_of[readers]} correct, and that at "
            "least one is?",
        ],
        parts=[
            number(
                f"{all_of[readers]} correct",
                chance**readers,
                {
                    may.ADDED_FOR_MULTIPLIED: readers * chance,
                    may.COMPLEMENT: 1 - chance**readers,
                },
                decimals=4,
            ),
            number(
                "at least one correct",
                1 - none,
                {
                    may.COMPLEMENT: none,
                    may.WRONG_ONE: chance**readers,
                    may.OVERLAP_COUNTED_TWICE: readers * chance,
                },
                decimals=4,
            ),
        ],
        explanation=[
            f"{all_of[readers].capitalize()} correct with probability "
            f"(1/{choices})^{readers} = {write_value(chance**readers)}.",
            f"At least one is correct with probability 1 − ({choices - 1}/{choices})^"
            f"{readers} = {write_value(1 - none)}.",
        ],
    )


@exercise("ex-whynow-majority")
def majority(draw: Draw) -> Variant:
    """Give the weights of a majority vote."""
    inputs = draw.one(3, 3, 4, 5)
    limit = draw.whole(2, low=1, high=inputs - 1)
    # At most some ones: the same, with all signs changed.
    at_least = draw.one(True, True, False)
    sign = 1.0 if at_least else -1.0
    bias = 0.5 - limit if at_least else limit + 0.5
    words = "at least" if at_least else "at most"
    return Variant(
        question=[
            f"A perceptron with {inputs} inputs that are 0 or 1 returns 1 if the sum "
            "of its weighted inputs and its bias is positive, and 0 otherwise.",
            f"Give weights and a bias with which it returns 1 exactly if {words} "
            f"{limit} of the inputs {'is' if limit == 1 else 'are'} 1.",
        ],
        parts=[
            satisfying(
                f"{inputs} weights, then the bias",
                [sign] * inputs + [bias],
                lambda values: all(
                    (_sum(values, corner) > 0)
                    == (sum(corner) >= limit if at_least else sum(corner) <= limit)
                    for corner in corners(inputs)
                ),
                {
                    may.BIAS_FORGOTTEN: [sign] * inputs + [0.0],
                    may.OFF_BY_ONE: [sign] * inputs + [bias - 1],
                    may.AT_THE_THRESHOLD: [sign] * inputs + [-sign * limit],
                },
            )
        ],
        explanation=[
            f"With all weights {write_value(sign)} the weighted sum is "
            f"{'' if at_least else 'minus '}the number of ones. The bias "
            f"{write_value(bias)} makes the total positive exactly if there "
            f"{'is' if limit == 1 else 'are'} {words} {limit}."
        ],
    )


def _sum(values, corner) -> float:
    """Return the weighted sum and the bias, the last of the values."""
    return sum(w * x for w, x in zip(values, corner, strict=False)) + values[-1]


# By the number of inputs, and whether there is a bias; to try all weights would keep a
# reader waiting.
LEARNABLE = {(1, True): 4, (2, True): 14, (1, False): 2, (2, False): 6}
MISSED = {
    (1, True): "It can learn all of them.",
    (2, True): "Only two cannot be learned: XOR and its opposite, whose ones no "
    "straight line separates from the zeros.",
    (1, False): "Without a bias the answer to 0 is always 0, which leaves 2.",
    (2, False): "Without a bias the answer to (0, 0) is always 0, which leaves 8. Of "
    "these, XOR would need w₁ > 0 and w₂ > 0 but w₁ + w₂ ≤ 0, and AND would need "
    "w₁ ≤ 0 and w₂ ≤ 0 but w₁ + w₂ > 0.",
}


@exercise("ex-whynow-sixteen-functions")
def functions_of_inputs(draw: Draw) -> Variant:
    """Count the functions that a perceptron can learn."""
    inputs, has_bias = draw.another((2, True), (1, True), (2, False), (1, False))
    places = corners(inputs)
    learnable = LEARNABLE[inputs, has_bias]
    functions = 2 ** len(places)
    names = {1: "one input, which", 2: "two inputs, each of which"}
    weights = "a weight" if inputs == 1 else "a weight for each"
    rule = "sum of weighted inputs and bias" if has_bias else "weighted sum"
    return Variant(
        question=[
            f"A perceptron has {names[inputs]} may be 0 or 1, {weights} and "
            f"{'a' if has_bias else 'no'} bias. It returns 1 if the {rule} is "
            "positive, and 0 otherwise. Each way to assign a target, 0 or 1, to all of "
            "its possible inputs is a function.",
            "How many such functions are there, and how many of them can the "
            "perceptron learn?",
        ],
        parts=[
            whole(
                "functions",
                functions,
                {
                    may.ADDED_FOR_MULTIPLIED: 2 * len(places) if inputs > 1 else None,
                    may.STOPPED_HALFWAY: len(places),
                },
            ),
            whole(
                "functions that it can learn",
                learnable,
                {
                    may.COMPLEMENT: functions - learnable if inputs > 1 else None,
                },
            ),
        ],
        explanation=[
            f"There are {len(places)} possible inputs and so 2^{len(places)} = "
            f"{functions} functions. {MISSED[inputs, has_bias]}",
            f"So the perceptron can learn {learnable} of them.",
        ],
    )


@exercise("ex-whynow-googlenet")
def depth_of_googlenet(draw: Draw) -> Variant | None:
    """Count layers and depth of a network with modules."""
    first = draw.one(3, 2, 4, 5)
    modules = draw.one(9, 4, 6, 7, 11)
    paths = [draw.one(1), draw.one(2, 3), draw.one(2, 3, 4)]
    layers_of = sum(paths) + 1
    longest = max(*paths, 1)
    depth = first + modules * longest + 1
    count = first + modules * layers_of + 1
    words = {1: "one layer", 2: "two layers", 3: "three layers", 4: "four layers"}
    return Variant(
        question=[
            f"A network has {first} layers with weights at its beginning, then "
            f"{modules} modules one after another, then one dense layer. In a module "
            "four paths run side by side and are joined at the end. They have "
            f"{words[paths[0]]}, {words[paths[1]]}, {words[paths[2]]}, and a pooling "
            "layer (which has no weights) followed by one layer.",
            "How many layers with weights does a module have, how deep is it, and how "
            "deep is the network, counted in layers with weights? How many layers with "
            "weights does the network have?",
        ],
        parts=[
            whole(
                "layers of a module",
                layers_of,
                {
                    may.DEPTH_FOR_COUNT: longest,
                    may.POOLING_WITH_PARAMETERS: layers_of + 1,
                },
            ),
            whole(
                "depth of a module",
                longest,
                {may.COUNT_FOR_DEPTH: layers_of},
            ),
            whole(
                "depth of the network",
                depth,
                {
                    may.COUNT_FOR_DEPTH: count,
                    may.LAST_LAYER_LEFT_OUT: depth - 1,
                },
            ),
            whole(
                "layers of the network",
                count,
                {
                    may.DEPTH_FOR_COUNT: depth,
                    may.LAST_LAYER_LEFT_OUT: count - 1,
                    may.POOLING_WITH_PARAMETERS: count + modules,
                },
            ),
        ],
        explanation=[
            f"A module has {' + '.join(map(str, paths))} + 1 = {layers_of} layers with "
            f"weights, but its longest path passes through only {longest}.",
            f"The network is {first} + {modules} · {longest} + 1 = {depth} layers "
            f"deep, although {first} + {modules} · {layers_of} + 1 = {count} layers "
            "have weights.",
        ],
    )


def _vgg(groups, classes: int):
    """Return a network of groups of 3 × 3 convolutions, as VGG."""
    stack = []
    for count, filters in groups:
        stack += [layers.Conv2D(filters, 3, padding="same") for _ in range(count)]
        stack.append(layers.MaxPooling2D(2))
    dense = [layers.Dense(4096), layers.Dense(4096), layers.Dense(classes)]
    return model((224, 224, 3), *stack, layers.Flatten(), *dense)


@exercise("ex-whynow-sixteen")
def shallower_vgg(draw: Draw) -> Variant:
    """Count the depth and the parameters of a VGG."""
    late = draw.one(3, 2, 4, 1)
    classes = draw.one(1000, 10, 20, 50, 100, 200)
    groups = [(2, 64), (2, 128), (late, 256), (late, 512), (late, 512)]
    total = int(_vgg(groups, classes).count_params())
    depth = sum(count for count, _ in groups) + 3
    features = 7 * 7 * 512
    biases = sum(count * filters for count, filters in groups) + 2 * 4096 + classes
    return Variant(
        question=[
            "VGG reads images of 224 × 224 with three colours. It has five groups of "
            "3 × 3 convolutions with padding, of 64, 128, 256, 512 and 512 filters, "
            "and max pooling of 2 × 2 after each group. The maps are flattened for "
            f"two dense layers of 4,096 units and one of {classes:,} units.",
            "The first two groups have two layers each, and the last three have "
            f"{late} {'layer' if late == 1 else 'layers'} each. How deep is the "
            "network, counted in layers with weights, and how many parameters does it "
            "have?",
        ],
        parts=[
            whole(
                "depth",
                depth,
                {
                    may.LAST_LAYER_LEFT_OUT: depth - 3,
                    may.POOLING_WITH_PARAMETERS: depth + 5,
                },
            ),
            whole(
                "parameters",
                total,
                {
                    may.BIAS_FORGOTTEN: total - biases,
                    may.FLATTEN_FORGOTTEN: total - features * 4096 + 512 * 4096,
                    may.LAST_LAYER_LEFT_OUT: total - 4097 * classes,
                },
            ),
        ],
        explanation=[
            f"2 + 2 + 3 · {late} convolutions and 3 dense layers make {depth}.",
            "A convolution has 9 c f + f parameters and a dense layer (n + 1) · f; the "
            f"first dense layer alone has (7 · 7 · 512 + 1) · 4096 = "
            f"{(features + 1) * 4096:,}. Together they are {total:,}.",
        ],
    )


@exercise("ex-whynow-doubling")
def doubling_time(draw: Draw) -> Variant | None:
    """Find a doubling time from two points of a trend."""
    start = draw.whole(3640, low=200, high=5000, step=20)
    end = draw.whole(243_000, low=20_000, high=400_000, step=1000)
    months = draw.whole(34, low=18, high=60)
    pace = draw.one(3.4, 4, 5, 6)
    factor = end / start
    time = months * log(2) / log(factor)
    predicted = start * 2 ** (months / pace) / 1e6
    if factor < 8 or time < pace:
        return None
    return Variant(
        question=[
            f"One training took {start:,} petaflop/s-days, and another, {months} "
            f"months later, about {end:,}.",
            "What is the doubling time between the two, in months? How many million "
            f"petaflop/s-days would a doubling every {write_value(pace)} months have "
            "predicted for the second?",
        ],
        parts=[
            number(
                "doubling time",
                time,
                {
                    may.NATURAL_LOGARITHM: months / log(factor),
                    may.RECIPROCAL: log2(factor) / months,
                    may.LINEAR_FOR_POWER: months / factor,
                    may.DECIMAL_LOGARITHM: months / (log(factor) / log(10)),
                },
                decimals=1,
                unit="months",
            ),
            number(
                "predicted",
                predicted,
                {
                    may.LINEAR_FOR_POWER: start * 2 * months / pace / 1e6,
                    may.NATURAL_LOGARITHM: start * 2.718281828 ** (months / pace) / 1e6,
                },
                digits=2,
                unit="million petaflop/s-days",
            ),
        ],
        explanation=[
            f"The factor is {end:,} / {start:,} ≈ {factor:.1f} in {months} months, so "
            f"the doubling time is {months} · log 2 / log {factor:.1f} ≈ {time:.1f} "
            "months.",
            f"At {write_value(pace)} months each, {months} months hold "
            f"{months / pace:.4g} doublings, a factor of {2 ** (months / pace):,.0f}, "
            f"which predicts {predicted:.2g} million petaflop/s-days.",
        ],
    )


@exercise("ex-whynow-tokens")
def tokens_left(draw: Draw) -> Variant:
    """Count doublings."""
    stock = draw.one(300, 200, 400, 500, 1000)
    used = draw.another(15.6, 2, 5, 9, 12, 18, 24, 36)
    return Variant(
        question=[
            f"The stock of public text is estimated at {stock:,} trillion tokens. How "
            f"many doublings lie between the {write_value(used)} trillion tokens that "
            "one model was trained on and that stock?"
        ],
        parts=[
            number(
                "doublings",
                log2(stock / used),
                {
                    may.NATURAL_LOGARITHM: log(stock / used),
                    may.DECIMAL_LOGARITHM: log(stock / used) / log(10),
                    may.LINEAR_FOR_POWER: stock / used / 2,
                },
                decimals=1,
            )
        ],
        explanation=[
            f"There are log₂({stock:,} / {write_value(used)}) ≈ "
            f"{log2(stock / used):.1f} doublings."
        ],
    )


@exercise("ex-whynow-compute-optimal")
def splitting_compute(draw: Draw) -> Variant:
    """Split a given compute into parameters and tokens."""
    mantissa = draw.one(3.8, 1.2, 2.5, 5.0, 7.1)
    exponent = draw.one(25, 24, 26)
    ratio = draw.one(20, 20, 40, 10)
    compute = mantissa * 10**exponent
    parameters = sqrt(compute / (6 * ratio))
    tokens = ratio * parameters
    return Variant(
        question=[
            f"Training a language model of P parameters on S tokens takes F = 6 P S "
            f"operations. With {ratio} tokens for each parameter, how many billion "
            "parameters and how many trillion tokens does a compute of "
            f"{write_value(mantissa)} · 10^{exponent} operations buy?"
        ],
        parts=[
            number(
                "parameters",
                parameters / 1e9,
                {
                    may.ROOT_FORGOTTEN: compute / (6 * ratio) / 1e9,
                    may.STOPPED_HALFWAY: sqrt(compute / 6) / 1e9,
                },
                digits=2,
                unit="billion parameters",
            ),
            number(
                "tokens",
                tokens / 1e12,
                {
                    may.RECIPROCAL: parameters / ratio / 1e12,
                    may.STOPPED_HALFWAY: sqrt(compute / 6) / 1e12,
                    may.WRONG_ONE: parameters / 1e12,
                },
                digits=2,
                unit="trillion tokens",
            ),
        ],
        explanation=[
            f"From F = 6 P · {ratio} P follows P = √(F / {6 * ratio}), which is "
            f"{parameters / 1e9:.2g} billion parameters and {tokens / 1e12:.2g} "
            "trillion tokens."
        ],
    )


@exercise("ex-whynow-laptop")
def laptop(draw: Draw) -> Variant:
    """Compare the peak speed of a laptop with a supercomputer."""
    cores = draw.one(8, 4, 6, 12, 16)
    ticks = draw.one(3, 2, 4, 2.5)
    each = draw.one(16, 8, 32)
    peak = cores * each * ticks
    share = peak / 1e3 / 12.3
    return Variant(
        question=[
            f"The processor of a laptop has {cores} cores at {write_value(ticks)} GHz, "
            f"each of which finishes {each} operations in double precision per clock "
            "cycle. The supercomputer ASCI White of 2000 had a peak speed of 12.3 "
            "teraflop/s.",
            "What is the peak speed of the laptop in units of 10⁹ operations per "
            "second, and how many per cent of ASCI White is that?",
        ],
        parts=[
            number(
                "peak speed",
                peak,
                {
                    may.STOPPED_HALFWAY: cores * ticks,
                    may.ADDED_FOR_MULTIPLIED: cores + each + ticks,
                },
                decimals=0,
                unit="gigaflop/s",
            ),
            number(
                "of ASCI White",
                100 * share,
                {may.RECIPROCAL: 1 / share},
                decimals=1,
                unit="per cent",
            ),
        ],
        explanation=[
            f"{cores} · {each} · {write_value(ticks)} = {write_value(peak)} in units "
            f"of 10⁹ operations per second, which is {peak / 1e3:.2g} teraflop/s or "
            f"{100 * share:.1f} per cent of ASCI White."
        ],
    )


@exercise("ex-whynow-chips")
def days_on_cards(draw: Draw) -> Variant | None:
    """Find how long a training takes."""
    work = draw.whole(1600, low=400, high=4000, step=200)
    cards = draw.one(64, 32, 128, 48)
    speed = draw.one(125, 60, 300, 500)
    part = draw.one(3, 2, 4, 5)
    words = {2: "half", 3: "a third", 4: "a quarter", 5: "a fifth"}
    rate = cards * speed / 1000 / part
    days = work / rate
    if not 5 < days < 1000:
        return None
    return Variant(
        question=[
            f"A training run of {work:,} petaflop/s-days uses {cards} cards of {speed} "
            f"teraflop/s each, at {words[part]} of their peak speed.",
            "How many days does it take, and how many with ten times as many cards at "
            "the same fraction of their speed?",
        ],
        parts=[
            number(
                "days",
                days,
                {
                    may.STOPPED_HALFWAY: days / part,
                    may.TWICE: days * part,
                },
                digits=3,
                unit="days",
            ),
            number(
                "days with ten times the cards",
                days / 10,
                {may.STOPPED_HALFWAY: days / 10 / part},
                digits=3,
                unit="days",
            ),
        ],
        explanation=[
            f"The cards do {cards} · {speed / 1000:g} / {part} ≈ {rate:.3g} "
            f"petaflop/s, so the run takes {work:,} / {rate:.3g} ≈ "
            f"{write_digits(days, 3)} days, and with ten times as many cards "
            f"{write_digits(days / 10, 3)}.",
        ],
    )


@exercise("ex-whynow-batch")
def one_example_or_a_batch(draw: Draw) -> Variant:
    """Find the arithmetic intensity of a dense layer."""
    width = draw.one(1000, 500, 800, 2000, 4000)
    batch = draw.another(256, 32, 64, 128, 512)
    size = draw.one(4, 2, 8)

    def intensity(rows: int) -> float:
        return 2 * rows * width**2 / (size * (width**2 + 2 * rows * width))

    def weights_only(rows: int) -> float:
        return 2 * rows / size

    single, many = intensity(1), intensity(batch)
    return Variant(
        question=[
            f"A dense layer with {width:,} × {width:,} weights multiplies a batch of N "
            f"rows by its weights, with {size} bytes for each value. It fetches the "
            "weights and the inputs once and writes the outputs once, and a "
            "multiplication and an addition are two operations.",
            f"How many operations does it do per byte with N = 1 and with N = {batch}?",
        ],
        parts=[
            number(
                "operations per byte, N = 1",
                single,
                {
                    may.MACS_FOR_FLOPS: single / 2,
                    may.BYTES_FORGOTTEN: single * size,
                    may.BITS_FOR_BYTES: single / 8,
                },
                decimals=2,
            ),
            number(
                f"operations per byte, N = {batch}",
                many,
                {
                    may.MACS_FOR_FLOPS: many / 2,
                    may.BYTES_FORGOTTEN: many * size,
                    may.STOPPED_HALFWAY: weights_only(batch),
                    may.WRONG_ONE: single,
                },
                decimals=0,
            ),
        ],
        explanation=[
            f"There are 2 N · {width:,}² operations, and {width:,}² weights, "
            f"{width:,} N inputs and {width:,} N outputs of {size} bytes each to move.",
            f"The intensity is about {single:.2g} for N = 1 and {many:.0f} "
            f"for N = {batch}, because the weights are fetched once for the whole "
            "batch.",
        ],
    )


@exercise("ex-whynow-base-rate")
def test_in_a_clinic(draw: Draw) -> Variant:
    """Find what fraction of the alarms of a test is correct."""
    # Where half of the patients are ill, the base rate does not matter.
    ill = draw.another(50, 1, 2, 5, 10, 20, 30)
    found = draw.one(90, 80, 95, 99)
    cleared = draw.one(90, 80, 95)
    true = Fraction(ill * found, 10_000)
    false = Fraction((100 - ill) * (100 - cleared), 10_000)
    right = true / (true + false)
    return Variant(
        question=[
            f"A test detects {found} per cent of the people who are ill, and clears "
            f"{cleared} per cent of those who are healthy. It is used in a clinic "
            f"where {ill} per cent of the patients are ill.",
            "What fraction of its alarms is correct?",
        ],
        parts=[
            number(
                "fraction",
                right,
                {
                    may.BASE_RATE_FORGOTTEN: Fraction(found, 100)
                    if ill != 50
                    else None,
                    may.COMPLEMENT: 1 - right,
                    may.UNWEIGHTED: Fraction(found, found + 100 - cleared)
                    if ill != 50 and found != cleared
                    else None,
                    may.STOPPED_HALFWAY: true,
                },
                decimals=2,
            )
        ],
        explanation=[
            f"Of 10,000 patients {100 * ill:,} are ill, and the test finds "
            f"{ill * found:,} of them. Of the others it flags "
            f"{(100 - ill) * (100 - cleared):,}.",
            f"So {ill * found:,} / {ill * found + (100 - ill) * (100 - cleared):,} ≈ "
            f"{float(right):.2f} of the alarms are correct.",
        ],
    )


@exercise("ex-whynow-lenses")
def one_lens(draw: Draw) -> Variant:
    """Find how few false alarms a search may raise."""
    population = draw.one(10_000, 1000, 5000, 20_000)
    found = draw.one(90, 60, 50, 95)
    correct = draw.one(2, 2, 3)
    words = {2: "half", 3: "a third"}
    hits = Fraction(found, 100)
    allowed = hits * (correct - 1)
    one_in = float((population - 1) / allowed)
    return Variant(
        question=[
            f"One galaxy in {population:,} is a gravitational lens, and a network "
            f"finds {found} per cent of the lenses.",
            "It may flag at most one in n of the ordinary galaxies, if "
            f"{words[correct]} of its alarms are to be correct. What is n?",
        ],
        parts=[
            number(
                "n",
                one_in,
                {
                    may.STOPPED_HALFWAY: population * float(hits)
                    if found != 100
                    else None,
                    may.UNWEIGHTED: (population - 1) / (correct - 1),
                },
                digits=2,
            )
        ],
        explanation=[
            f"Of {population:,} galaxies it flags {float(hits):g} lenses on average, "
            f"so it may flag {float(allowed):g} of the {population - 1:,} others, "
            f"which is about one in {one_in:,.0f}.",
        ],
    )
