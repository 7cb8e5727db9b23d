"""Exercises of the chapter on convolutional networks."""

from fractions import Fraction

from bookbuild.practice import misconceptions as may
from bookbuild.practice.counting import flat, length, mean, model, pooled
from bookbuild.practice.numbers import write_rows, write_value
from bookbuild.practice.parts import number, several, shape, whole
from bookbuild.practice.variants import Draw, Variant, exercise
from byhand.shapes import layers


@exercise("ex-stage-field")
def what_one_value_sees(draw: Draw) -> Variant | None:
    """Count the pixels that a value depends on."""
    first = draw.one(5, 3, 7)
    window = draw.one(2, 3, 4)
    second = draw.one(5, 3, 7)
    pooled_side = first + window - 1
    side = pooled_side + (second - 1) * window
    late = first + (window - 1) * window + (second - 1) * window
    return Variant(
        question=[
            f"A convolution of {first} × {first} is followed by max pooling of "
            f"{window} × {window} with stride {window}, and by a second convolution of "
            f"{second} × {second}.",
            "On how many pixels of the image does one pooled value depend? On how many "
            "does one value of the second convolution depend?",
        ],
        parts=[
            whole(
                "pixels of a pooled value",
                pooled_side**2,
                {
                    may.WINDOW_OF_ONE_AXIS: pooled_side,
                    may.FIELDS_ADDED: (first + window) ** 2,
                    may.MULTIPLIED_FOR_ADDED: (first * window) ** 2,
                },
            ),
            whole(
                "pixels of a value of the second convolution",
                side**2,
                {
                    may.WINDOW_OF_ONE_AXIS: side,
                    may.SPACING_FORGOTTEN: (pooled_side + second - 1) ** 2,
                    may.FIELDS_ADDED: (first + window + second) ** 2,
                    may.ONE_LAYER_TOO_EARLY: late**2,
                    may.KERNEL_COUNTED_WHOLE: (pooled_side + second * window) ** 2,
                },
            ),
        ],
        explanation=[
            f"The {window} windows in a row are one pixel apart, so together they "
            f"cover {first} + {window - 1} = {pooled_side} pixels, and a pooled value "
            f"depends on {pooled_side} × {pooled_side} = {pooled_side**2}.",
            f"Neighbouring pooled values are {window} pixels apart, so {second} of "
            f"them cover {pooled_side} + {second - 1} · {window} = {side} pixels: "
            f"{side} × {side} = {side**2}.",
        ],
    )


@exercise("ex-pooling-by-hand")
def overlapping_windows(draw: Draw) -> Variant | None:
    """Apply max pooling with stride 1."""
    own = ((1, 1, 2, 4), (5, 6, 7, 8), (3, 2, 1, 0), (1, 2, 3, 4))
    table = [draw.wholes(row, low=0, high=9) for row in own]
    window = draw.one(2, 2, 3)
    out = pooled(table, window, 1)
    apart = pooled(table, window, window)
    return Variant(
        question=[
            f"Apply max pooling with windows of {window} × {window} and stride 1 to "
            f"the map with the rows {write_rows(flat(table), 4)}, without padding.",
            "How long is an axis of the output, and what are its values, row by row?",
        ],
        parts=[
            whole(
                "length of an axis",
                len(out),
                {
                    may.WINDOWS_APART: len(apart),
                    may.SAME_FOR_VALID: 4,
                },
            ),
            several(
                "values",
                flat(out),
                {may.MEAN_FOR_MAX: flat(pooled(table, window, 1, mean))},
                columns=len(out),
                decimals=2,
            ),
        ],
        explanation=[
            f"The output has 4 − {window} + 1 = {len(out)} positions along each axis. "
            f"Its rows are {write_rows(flat(out), len(out))}.",
        ],
    )


@exercise("ex-pooling-commute")
def relu_and_pooling(draw: Draw) -> Variant:
    """Count the comparisons of ReLU and max pooling in both orders."""
    window = draw.one(2, 3, 4, 5, 6)
    values = window**2
    x = draw.one(1, 2, 3, 4, 5, 6)
    return Variant(
        question=[
            "ReLU compares each value with zero, and max pooling finds the largest "
            f"value of a window of {window} × {window} by comparing two values at a "
            "time. How many comparisons does one window take if ReLU comes before the "
            "pooling, and how many if it comes after?",
            f"With average pooling the order matters. For the two values {x} and −{x}, "
            "what is the ReLU of their mean, and what is the mean of their ReLUs?",
        ],
        parts=[
            whole(
                "comparisons, ReLU first",
                2 * values - 1,
                {
                    may.WINDOW_OF_ONE_AXIS: 2 * window - 1,
                    may.OFF_BY_ONE: 2 * values,
                },
            ),
            whole(
                "comparisons, pooling first",
                values,
                {may.WINDOW_OF_ONE_AXIS: window, may.OFF_BY_ONE: values + 1},
            ),
            number("ReLU of the mean", 0, {may.ORDER_EXCHANGED: x / 2}),
            number(
                "mean of the ReLUs",
                Fraction(x, 2),
                {may.ORDER_EXCHANGED: 0, may.SUM_FOR_MEAN: x},
            ),
        ],
        explanation=[
            f"With ReLU first, {values} values are compared with zero and {values - 1} "
            f"comparisons find the maximum, {2 * values - 1} in all. With pooling "
            f"first it is {values - 1} and one, {values} in all.",
            f"The mean of {x} and −{x} is 0, and so is its ReLU. The ReLUs are {x} and "
            f"0, with the mean {write_value(Fraction(x, 2))}.",
        ],
    )


@exercise("ex-pool-gradient-by-hand")
def one_window_backwards(draw: Draw) -> Variant | None:
    """Find the gradient of one pooling window."""
    values = draw.wholes((0, 7, 3, 1), low=0, high=9)
    upstream = draw.one(-2, 3, 4, -1, -4, 6)
    if values.count(max(values)) > 1:
        return None
    largest = values.index(max(values))
    of_max = [upstream if place == largest else 0 for place in range(4)]
    share = Fraction(upstream, 4)
    return Variant(
        question=[
            f"A window with the rows {write_rows(values, 2)} goes through max pooling "
            f"of 2 × 2, and the upstream gradient is {write_value(upstream)}.",
            "What is the gradient with respect to the four values, row by row? What "
            "would it be with average pooling?",
        ],
        parts=[
            several(
                "with max pooling",
                of_max,
                {
                    may.GRADIENT_TO_ALL: [upstream] * 4,
                    may.MEAN_FOR_MAX: [share] * 4,
                },
                columns=2,
                decimals=2,
            ),
            several(
                "with average pooling",
                [share] * 4,
                {may.GRADIENT_TO_ALL: [upstream] * 4, may.MAX_FOR_MEAN: of_max},
                columns=2,
                decimals=2,
            ),
        ],
        explanation=[
            f"Max pooling passes the gradient to the largest value, {max(values)}, and "
            f"nothing to the others: {write_rows(of_max, 2)}.",
            f"Average pooling passes a quarter of it, {write_value(share)}, to each.",
        ],
    )


@exercise("ex-pool-stride-cost")
def three_ways(draw: Draw) -> Variant | None:
    """Count the work of three ways to halve a map."""
    side = draw.one(8, 10, 12, 16)
    filters = draw.one(8, 4, 12, 16)
    classes = draw.one(10, 5, 20)
    kernel = 3
    first = length(side, kernel)
    half = length(side, kernel, 2)
    if first // 2 != half or first % 2:
        return None
    networks = [
        [layers.Conv2D(filters, kernel), layers.MaxPooling2D(2)],
        [layers.Conv2D(filters, kernel, strides=2)],
        [layers.Conv2D(filters, kernel), layers.Conv2D(filters, 2, strides=2)],
    ]
    macs = [
        int(model((side, side, 1), *some, layers.Flatten(), layers.Dense(classes)).macs)
        for some in networks
    ]
    dense = half**2 * filters * classes
    names = ("convolution and pooling", "stride 2", "second convolution")
    at_one = [9 * filters, 9 * filters, 9 * filters + 4 * filters**2]
    parts = [
        whole(
            name,
            work,
            {
                may.FLOPS_FOR_MACS: 2 * work,
                may.LAST_LAYER_LEFT_OUT: work - dense,
                may.POSITIONS_FORGOTTEN: at_one[place] + dense,
                may.INPUT_POSITIONS: side**2 * 9 * filters
                + (first**2 * 4 * filters**2 if place == 2 else 0)
                + dense,
                may.CHANNELS_NOT_MULTIPLIED: work
                - half**2 * 4 * filters * (filters - 1)
                if place == 2
                else None,
                may.POOLING_WITH_PARAMETERS: work + half**2 * 4 * filters
                if place == 0
                else None,
                may.STRIDE_FORGOTTEN: first**2 * 9 * filters + dense
                if place == 1
                else None,
            },
        )
        for place, (name, work) in enumerate(zip(names, macs, strict=True))
    ]
    return Variant(
        question=[
            f"Three networks read images of {side} × {side} with one channel and use "
            f"no padding. Each reduces the image to {half} × {half} positions of "
            f"{filters} channels and ends with a dense layer of {classes} units.",
            f"The first applies {filters} filters of 3 × 3 and max pooling of 2 × 2. "
            "The second applies the same filters with stride 2 and does not pool. The "
            f"third replaces the pooling of the first by {filters} filters of 2 × 2 "
            "with stride 2.",
            "Count the multiply-accumulates of each for one image, the dense layer "
            "included and biases left out.",
        ],
        parts=parts,
        explanation=[
            f"The first convolution has 9 · {filters} = {9 * filters} weights in each "
            f"network, and the dense layer {half}² · {filters} · {classes} = "
            f"{dense:,}.",
            f"First: {first}² · {9 * filters} + {dense:,} = {macs[0]:,}. "
            f"Second: {half}² · {9 * filters} + {dense:,} = {macs[1]:,}. "
            f"Third: {first}² · {9 * filters} + {half}² · {4 * filters**2} + {dense:,} "
            f"= {macs[2]:,}.",
        ],
    )


@exercise("ex-pool-shift-two")
def shift_by_a_window(draw: Draw) -> Variant:
    """Find the shift that moves a pooled map by one position."""
    window = draw.one(4, 2, 3, 5, 6, 8)
    positions = draw.one(1, 2, 3, 4)
    times = "one position" if positions == 1 else f"{positions} positions"
    return Variant(
        question=[
            f"A map is pooled with windows of {window} × {window} that stand side by "
            "side. By how many of its elements must the map be shifted, so that the "
            f"pooled map is exactly the old one moved by {times}, but for the border?"
        ],
        parts=[
            whole(
                "elements",
                window * positions,
                {
                    may.SPACING_FORGOTTEN: positions,
                    may.STEP_TOO_EARLY: window * (positions - 1)
                    if positions > 1
                    else None,
                },
            )
        ],
        explanation=[
            f"Pooling with stride {window} is equivariant to shifts by multiples of "
            f"{window}, so to move the pooled map by {times} takes a shift by "
            f"{window * positions} elements."
        ],
    )


def _network(draw: Draw) -> tuple[int, int, list[int], list[int], int]:
    """Return side, channels, kernels, filters and classes of the chapter's network."""
    side = draw.one(32, 28, 36, 40, 44)
    channels = draw.one(1, 3)
    kernels = [draw.one(5, 3, 4), draw.one(5, 3, 4), draw.one(4, 3, 5)]
    filters = [draw.one(10, 8, 16), draw.one(25, 20, 32), draw.one(100, 64, 50)]
    classes = draw.one(10, 5, 7)
    return side, channels, kernels, filters, classes


def _lengths(side: int, kernels: list[int], *, pooling: bool) -> list[int]:
    """Return the lengths after each convolution, and after each pooling."""
    found = []
    for kernel in kernels:
        side = length(side, kernel)
        found.append(side)
        if pooling:
            side = length(side, 2, 2)
            found.append(side)
    return found


def _description(
    side: int, channels: int, kernels: list[int], filters: list[int], classes: int
) -> str:
    """Return the network in words."""
    stages = ", ".join(
        f"{f} filters of {k} × {k}" for k, f in zip(kernels, filters, strict=True)
    )
    return (
        f"A network reads images of {side} × {side} with "
        f"{channels} {'channel' if channels == 1 else 'channels'}. It has three "
        f"convolutions without padding and with stride 1: {stages}. Each is followed "
        f"by max pooling of 2 × 2, and the maps are flattened for a dense layer of "
        f"{classes} units."
    )


@exercise("ex-convnet-kernels")
def kernel_sizes(draw: Draw) -> Variant | None:
    """Find kernels from the lengths of maps."""
    side, _, kernels, _, _ = _network(draw)
    chain = [side, *_lengths(side, kernels, pooling=True)]
    if min(chain) < 1 or (draw.source and kernels == [5, 5, 4] and side == 32):
        return None
    pairs = [(chain[at], chain[at + 1]) for at in (0, 2, 4)]
    names = ("first", "second", "third")
    return Variant(
        question=[
            "Three convolutions without padding and with stride 1, each followed by "
            "max pooling of 2 × 2, change the length of each axis from "
            f"{chain[0]} to {', '.join(map(str, chain[1:-1]))} and {chain[-1]} in "
            "turn.",
            "How long are the kernels of the three convolutions?",
        ],
        parts=[
            whole(
                f"{name} kernel",
                kernel,
                {
                    may.LAST_POSITION_FORGOTTEN: kernel - 1,
                    may.LENGTH_AFTER_POOLING: i - chain[2 * place + 2] + 1,
                },
            )
            for place, (name, kernel, (i, _)) in enumerate(
                zip(names, kernels, pairs, strict=True)
            )
        ],
        explanation=[
            "A convolution with stride 1 and without padding turns i into "
            "o = i − k + 1, so k = i − o + 1: "
            + ", ".join(
                f"{i} − {o} + 1 = {k}" for (i, o), k in zip(pairs, kernels, strict=True)
            )
            + "."
        ],
    )


@exercise("ex-convnet-sequential")
def count_of_the_network(draw: Draw) -> Variant | None:
    """Count the parameters of a network, layer by layer."""
    side, channels, kernels, filters, classes = _network(draw)
    chain = _lengths(side, kernels, pooling=True)
    if min(chain) < 1:
        return None
    stack = []
    for kernel, count in zip(kernels, filters, strict=True):
        stack += [layers.Conv2D(count, kernel), layers.MaxPooling2D(2)]
    network = model(
        (side, side, channels), *stack, layers.Flatten(), layers.Dense(classes)
    )
    spans = [channels, *filters[:-1]]
    convolutions = [
        k * k * c * f + f for k, c, f in zip(kernels, spans, filters, strict=True)
    ]
    features = chain[-1] ** 2 * filters[-1]
    dense = (features + 1) * classes
    total = int(network.count_params())
    second = convolutions[1]
    return Variant(
        question=[
            _description(side, channels, kernels, filters, classes),
            "How many free parameters does the second convolution have, how many does "
            "the dense layer have, and how many does the network have?",
        ],
        parts=[
            whole(
                "second convolution",
                second,
                {
                    may.CHANNELS_NOT_MULTIPLIED: kernels[1] ** 2 * filters[1]
                    + filters[1],
                    may.BIAS_FORGOTTEN: second - filters[1],
                    may.ONE_BIAS: second - filters[1] + 1,
                    may.KERNEL_NOT_SQUARED: kernels[1] * filters[0] * filters[1]
                    + filters[1],
                    may.CHANNELS_FOR_FILTERS: second - filters[1] + filters[0],
                    may.SHARED_COUNTED_EACH: chain[2] ** 2 * second,
                },
            ),
            whole(
                "dense layer",
                dense,
                {
                    may.BIAS_FORGOTTEN: features * classes,
                    may.FLATTEN_FORGOTTEN: (filters[-1] + 1) * classes
                    if chain[-1] > 1
                    else None,
                    may.STRIDE_FORGOTTEN: (chain[-2] ** 2 * filters[-1] + 1) * classes,
                },
            ),
            whole(
                "the network",
                total,
                {
                    may.BIAS_FORGOTTEN: total - sum(filters) - classes,
                    may.LAST_LAYER_LEFT_OUT: total - dense,
                    may.CHANNELS_NOT_MULTIPLIED: sum(
                        k * k * f + f for k, f in zip(kernels, filters, strict=True)
                    )
                    + dense,
                    may.POOLING_WITH_PARAMETERS: total + 3 * 4,
                    may.LAST_LAYER_ONLY: dense,
                },
            ),
        ],
        explanation=[
            "A convolution has k² c f + f parameters: "
            + "; ".join(
                f"{k}² · {c} · {f} + {f} = {n:,}"
                for k, c, f, n in zip(
                    kernels, spans, filters, convolutions, strict=True
                )
            )
            + ". Pooling and flattening have none.",
            f"The dense layer receives {chain[-1]} · {chain[-1]} · {filters[-1]} = "
            f"{features:,} values and has ({features:,} + 1) · {classes} = {dense:,}. "
            f"The total is {total:,}.",
        ],
    )


@exercise("ex-cost-without-pooling")
def without_pooling(draw: Draw) -> Variant | None:
    """Count a network without its pooling layers."""
    side, channels, kernels, filters, classes = _network(draw)
    if min(_lengths(side, kernels, pooling=True)) < 1:
        return None
    chain = _lengths(side, kernels, pooling=False)
    stack = [
        layers.Conv2D(count, kernel)
        for kernel, count in zip(kernels, filters, strict=True)
    ]
    network = model(
        (side, side, channels), *stack, layers.Flatten(), layers.Dense(classes)
    )
    total, macs = int(network.count_params()), int(network.macs)
    spans = [channels, *filters[:-1]]
    weights = [k * k * c * f for k, c, f in zip(kernels, spans, filters, strict=True)]
    features = chain[-1] ** 2 * filters[-1]
    dense = (features + 1) * classes
    return Variant(
        question=[
            _description(side, channels, kernels, filters, classes),
            "Leave out all three pooling layers. How many parameters does the network "
            "then have, and how many multiply-accumulates does one image take (biases "
            "left out)?",
        ],
        parts=[
            whole(
                "parameters",
                total,
                {
                    may.BIAS_FORGOTTEN: total - sum(filters) - classes,
                    may.LAST_LAYER_LEFT_OUT: total - dense,
                    may.FLATTEN_FORGOTTEN: total - dense + (filters[-1] + 1) * classes,
                    may.SAME_FOR_VALID: total
                    - dense
                    + (side**2 * filters[-1] + 1) * classes,
                },
            ),
            whole(
                "multiply-accumulates",
                macs,
                {
                    may.FLOPS_FOR_MACS: 2 * macs,
                    may.LAST_LAYER_LEFT_OUT: macs - features * classes,
                    may.POSITIONS_FORGOTTEN: sum(weights) + features * classes,
                    may.SAME_FOR_VALID: side**2 * sum(weights)
                    + side**2 * filters[-1] * classes,
                    may.INPUT_POSITIONS: sum(
                        i * i * w for i, w in zip([side, *chain], weights, strict=False)
                    )
                    + features * classes,
                },
            ),
        ],
        explanation=[
            f"The maps have the lengths {chain[0]}, {chain[1]} and {chain[2]}. The "
            f"convolutions keep their {sum(weights) + sum(filters):,} parameters, but "
            f"the dense layer receives {chain[2]}² · {filters[2]} = {features:,} "
            f"values and has {dense:,}, which makes {total:,} in all.",
            "The work is "
            + " + ".join(f"{o}² · {w:,}" for o, w in zip(chain, weights, strict=True))
            + f" + {features * classes:,} = {macs:,}.",
        ],
    )


@exercise("ex-cost-larger-image")
def larger_image(draw: Draw) -> Variant | None:
    """Apply a network to larger images."""
    side, channels, kernels, filters, classes = _network(draw)
    larger = draw.one(48, 56, 64, 72)
    old = _lengths(side, kernels, pooling=True)
    chain = _lengths(larger, kernels, pooling=True)
    if old[-1] != 1 or chain[-1] < 2 or chain[-1] in (filters[-1], classes):
        return None
    features = chain[-1] ** 2 * filters[-1]
    dense = (features + 1) * classes
    out = (None, chain[-1], chain[-1], classes)
    return Variant(
        question=[
            _description(side, channels, kernels, filters, classes),
            f"Suppose the same layers are built for images of {larger} × {larger}. How "
            "many parameters does the dense layer then have?",
            f"Now replace the dense layer by a convolution with {classes} filters of "
            "1 × 1 on the maps of the last pooling layer. What shape does this "
            f"network return for images of {larger} × {larger}?",
        ],
        parts=[
            whole(
                "parameters of the dense layer",
                dense,
                {
                    may.BIAS_FORGOTTEN: features * classes,
                    may.FLATTEN_FORGOTTEN: (filters[-1] + 1) * classes,
                    may.WINDOW_OF_ONE_AXIS: (chain[-1] * filters[-1] + 1) * classes,
                },
            ),
            shape(
                "shape",
                out,
                {
                    may.CHANNELS_OF_INPUT: (None, chain[-1], chain[-1], filters[-1]),
                    may.NOTHING_CHANGES: (None, 1, 1, classes),
                },
            ),
        ],
        explanation=[
            f"The maps have the lengths {', '.join(map(str, chain))}, so the dense "
            f"layer receives {chain[-1]} · {chain[-1]} · {filters[-1]} = {features:,} "
            f"values and has {dense:,} parameters.",
            f"The 1 × 1 convolution returns {classes} maps of {chain[-1]} × "
            f"{chain[-1]}, that is, {out}.",
        ],
    )


@exercise("ex-convnet-affine")
def one_affine_function(draw: Draw) -> Variant:
    """Count the single layer that could replace an affine network."""
    side = draw.one(32, 16, 24, 28, 64)
    channels = draw.one(1, 3)
    classes = draw.one(10, 5, 20)
    inputs = side**2 * channels
    pixels = "with one channel" if channels == 1 else f"with {channels} channels"
    return Variant(
        question=[
            "A convolutional network with average pooling and without activation "
            f"functions reads images of {side} × {side} {pixels} and returns {classes} "
            "values. So it is one affine function of its input.",
            "How many parameters would a single dense layer need to compute whatever "
            "this network can compute?",
        ],
        parts=[
            whole(
                "parameters",
                (inputs + 1) * classes,
                {
                    may.BIAS_FORGOTTEN: inputs * classes,
                    may.ONE_BIAS: inputs * classes + 1,
                    may.CHANNELS_NOT_MULTIPLIED: (side**2 + 1) * classes
                    if channels > 1
                    else None,
                    may.WINDOW_OF_ONE_AXIS: (side * channels + 1) * classes,
                },
            )
        ],
        explanation=[
            f"It has {inputs:,} inputs and {classes} units: ({inputs:,} + 1) · "
            f"{classes} = {(inputs + 1) * classes:,} parameters."
        ],
    )


@exercise("ex-reader-confusion")
def three_classes(draw: Draw) -> Variant | None:
    """Read a confusion matrix."""
    own = ((8, 2, 0), (1, 9, 0), (0, 5, 5))
    rows = [
        [
            draw.whole(count, low=5, high=9)
            if place == column
            else draw.whole(count, low=0, high=4)
            for column, count in enumerate(row)
        ]
        for place, row in enumerate(own)
    ]
    chosen = draw.one(1, 0, 2)
    total = sum(map(sum, rows))
    right = sum(rows[n][n] for n in range(3))
    predicted = sum(row[chosen] for row in rows)
    members = sum(rows[chosen])
    hits = rows[chosen][chosen]
    if min(right, predicted, members, hits) < 2 or right == total:
        return None
    if any(2 * row[place] < sum(row) for place, row in enumerate(rows)):
        return None  # a network that is better than a guess
    return Variant(
        question=[
            "A confusion matrix of three classes, with a row for each true class and a "
            f"column for each predicted one, has the rows {write_rows(flat(rows), 3)}.",
            f"What is the accuracy? Of the images predicted as class {chosen + 1}, "
            f"what fraction belongs to class {chosen + 1}?",
        ],
        parts=[
            number(
                "accuracy",
                Fraction(right, total),
                {may.COMPLEMENT: Fraction(total - right, total)},
                decimals=2,
            ),
            number(
                "fraction",
                Fraction(hits, predicted),
                {
                    may.RECALL_FOR_PRECISION: Fraction(hits, members),
                    may.COMPLEMENT: Fraction(predicted - hits, predicted),
                },
                decimals=2,
            ),
        ],
        explanation=[
            f"The diagonal holds {right} of {total} images, an accuracy of "
            f"{100 * right / total:.0f} %.",
            f"The column of class {chosen + 1} holds {predicted} images, of which "
            f"{hits} belong to it: {hits}/{predicted}, the precision of the class.",
        ],
    )
