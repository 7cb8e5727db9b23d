"""Exercises of the chapter on architectures."""

from fractions import Fraction
from math import comb, log

from bookbuild.practice import misconceptions as may
from bookbuild.practice.counting import (
    entropy,
    first_whole_above,
    length,
    model,
)
from bookbuild.practice.parts import formula, number, shape, whole
from bookbuild.practice.variants import Draw, Variant, exercise
from byhand.shapes import layers


@exercise("ex-architectures-unet")
def skips_of_a_unet(draw: Draw) -> Variant:
    """Count what skip connections cost."""
    fine = draw.one(16, 8, 12, 24, 32)
    kernel = draw.one(3, 5)
    middle = 2 * fine
    lost = [kernel**2 * middle**2, kernel**2 * fine**2]
    return Variant(
        question=[
            f"A U-Net concatenates the maps on the way up with maps from the way down. "
            f"The layer `mix_1` has {middle} filters of {kernel} × {kernel} on "
            f"{middle} upsampled and {middle} skipped channels, and `mix_2` has {fine} "
            f"filters of {kernel} × {kernel} on {fine} upsampled and {fine} skipped "
            "channels.",
            "Both skip connections are removed. How many parameters do `mix_1` and "
            "`mix_2` lose, and how many do both lose together?",
        ],
        parts=[
            whole(
                name,
                value,
                {
                    may.BIASES_REMOVED: value + filters,
                    may.CHANNELS_NOT_MULTIPLIED: kernel**2 * filters,
                    may.KERNEL_NOT_SQUARED: kernel * filters**2,
                    may.ALL_FOR_LOST: 2 * value,
                },
            )
            for name, value, filters in zip(
                ("mix_1", "mix_2"), lost, (middle, fine), strict=True
            )
        ]
        + [
            whole(
                "together",
                sum(lost),
                {
                    may.BIASES_REMOVED: sum(lost) + middle + fine,
                    may.ALL_FOR_LOST: 2 * sum(lost),
                },
            )
        ],
        explanation=[
            "Each layer loses half of its input channels and keeps its biases: "
            f"{kernel}² · {middle} · {middle} = {lost[0]:,} and {kernel}² · {fine} · "
            f"{fine} = {lost[1]:,} weights, together {sum(lost):,}.",
        ],
    )


@exercise("ex-baselines-by-hand")
def constant_prediction(draw: Draw) -> Variant | None:
    """Find accuracy and loss of a constant prediction."""
    total = draw.one(200, 100, 400, 1000)
    share = draw.one(75, 60, 80, 90, 65, 85)
    if draw.source and share == 75:  # the same answers, whatever the total
        return None
    major = total * share // 100
    p = share / 100
    loss = entropy([p, 1 - p])
    return Variant(
        question=[
            f"Of {total:,} images, {major} show ellipticals and {total - major} show "
            "spirals.",
            "What accuracy does the prediction of the majority class have, and what "
            "is the loss (cross-entropy) of the best constant prediction? At what loss "
            "should an untrained network with a softmax over two outputs start if its "
            "logits are near zero?",
        ],
        parts=[
            number("accuracy", Fraction(share, 100), {may.COMPLEMENT: 1 - p}),
            number(
                "loss of the best constant",
                loss,
                {
                    may.STOPPED_HALFWAY: -p * log(p),
                    may.BINARY_LOGARITHM: loss / log(2),
                    may.UNWEIGHTED: -(log(p) + log(1 - p)) / 2,
                },
                decimals=3,
            ),
            number(
                "first loss",
                log(2),
                {
                    may.BINARY_LOGARITHM: 1,
                    may.WRONG_ONE: loss,
                    may.DECIMAL_LOGARITHM: log(2) / log(10),
                },
                decimals=3,
            ),
        ],
        explanation=[
            f"The accuracy is {major} / {total:,} = {p:g}, and the loss "
            f"−{p:g} log {p:g} − {1 - p:.2g} log {1 - p:.2g} = {loss:.3f}.",
            "With logits near zero both classes have the probability 1/2, and the loss "
            "is log 2 = 0.693 whatever the labels are.",
        ],
    )


@exercise("ex-reading-lenet")
def convolution_as_dense(draw: Draw) -> Variant:
    """Count a convolution whose kernel is as large as its map."""
    units = draw.one(120, 64, 84, 100)
    side = draw.one(5, 3, 4, 7)
    maps = draw.one(16, 8, 24, 32)
    convolution = model((side, side, maps), layers.Conv2D(units, side))
    inputs = side**2 * maps
    total = int(convolution.count_params())
    slips = {
        may.BIAS_FORGOTTEN: inputs * units,
        may.CHANNELS_NOT_MULTIPLIED: (side**2 + 1) * units,
        may.KERNEL_NOT_SQUARED: (side * maps + 1) * units,
        may.ONE_BIAS: inputs * units + 1,
    }
    return Variant(
        question=[
            f"A layer has {units} kernels of {side} × {side} over {maps} maps of "
            f"{side} × {side}. How many parameters does it have as a convolution?",
            f"How many would it have as a dense layer of {units} units on the {maps} "
            f"flattened maps of {side} × {side}?",
        ],
        parts=[
            whole("as a convolution", total, slips),
            whole(
                "as a dense layer",
                total,
                {
                    may.BIAS_FORGOTTEN: inputs * units,
                    may.FLATTEN_FORGOTTEN: (maps + 1) * units,
                    may.TWICE: (side**2 * inputs + 1) * units,
                },
            ),
        ],
        explanation=[
            f"Both have ({side} · {side} · {maps} + 1) · {units} = {total:,}. A kernel "
            "that is as large as the map has a single position without padding, and "
            "the convolution computes the same as a dense layer.",
        ],
    )


@exercise("ex-reading-vgg-top")
def vgg_with_global_pooling(draw: Draw) -> Variant:
    """Count VGG-16 with global average pooling."""
    classes = draw.one(1000, 10, 100, 200)
    filters = draw.one(512, 512, 256)
    groups = ((2, 64), (2, 128), (3, 256), (3, filters), (3, filters))
    stack = []
    for count, width in groups:
        stack += [layers.Conv2D(width, 3, padding="same") for _ in range(count)]
        stack.append(layers.MaxPooling2D(2))
    network = model(
        (224, 224, 3), *stack, layers.GlobalAveragePooling2D(), layers.Dense(classes)
    )
    total = int(network.count_params())
    head = (filters + 1) * classes
    body = total - head
    return Variant(
        question=[
            "The convolutions of a VGG network for images of 224 × 224 have "
            f"{body:,} parameters and end, after the last of five poolings that halve "
            f"the maps, in {filters} maps of 7 × 7.",
            "Its flattening and dense layers are replaced by a "
            f"`GlobalAveragePooling2D` and a dense layer of {classes:,} units. How "
            "many parameters does the dense layer have, and how many does the network "
            "have?",
        ],
        parts=[
            whole(
                "dense layer",
                head,
                {
                    may.BIAS_FORGOTTEN: filters * classes,
                    may.GLOBAL_POOLING_IGNORED: (49 * filters + 1) * classes,
                },
            ),
            whole(
                "the network",
                total,
                {
                    may.LAST_LAYER_LEFT_OUT: body,
                    may.BIAS_FORGOTTEN: total - classes,
                    may.GLOBAL_POOLING_IGNORED: body + (49 * filters + 1) * classes,
                    may.POOLING_WITH_PARAMETERS: total + filters,
                },
            ),
        ],
        explanation=[
            f"The average over all positions has {filters} elements, so the dense "
            f"layer has ({filters} + 1) · {classes:,} = {head:,} parameters, and the "
            f"network {body:,} + {head:,} = {total:,}.",
        ],
    )


@exercise("ex-blocks-rectangle")
def factorised(draw: Draw) -> Variant:
    """Compare a factorised convolution with a square one."""
    kernel = draw.one(3, 5, 7, 9, 11, 13, 15)
    sizes = {"c": (2.0, 30.0)}
    return Variant(
        question=[
            f"A {kernel} × 1 convolution is followed by a 1 × {kernel} convolution, "
            "both from c to c channels and without biases.",
            "How large is the receptive field of an output (height, width)? How many "
            "weights are there, as a formula with c, and what fraction is that of the "
            f"weights of a {kernel} × {kernel} convolution from c to c channels?",
        ],
        parts=[
            shape(
                "receptive field",
                (kernel, kernel),
                {
                    may.FIELDS_ADDED: (kernel + 1, kernel + 1),
                    may.STOPPED_HALFWAY: (kernel, 1),
                },
            ),
            formula(
                "weights",
                f"{2 * kernel} c^2",
                sizes,
                {
                    may.CHANNELS_NOT_MULTIPLIED: f"{2 * kernel} c",
                    may.MULTIPLIED_FOR_ADDED: f"{kernel**2} c^2",
                    may.STOPPED_HALFWAY: f"{kernel} c^2",
                    may.BIAS_COUNTED: f"{2 * kernel} c^2 + 2 c",
                },
            ),
            number(
                "fraction",
                Fraction(2, kernel),
                {may.STOPPED_HALFWAY: Fraction(1, kernel)},
                decimals=3,
            ),
        ],
        explanation=[
            f"The receptive field is {kernel} × {kernel}, for {kernel} c² + {kernel} "
            f"c² = {2 * kernel} c² weights instead of {kernel**2} c², a fraction of "
            f"2/{kernel}.",
        ],
    )


@exercise("ex-blocks-bottleneck")
def reduction_that_saves_nothing(draw: Draw) -> Variant | None:
    """Find where a reduction stops saving."""
    channels = draw.one(64, 32, 96, 128)
    filters = draw.one(64, 32, 96, 128)
    kernel = draw.one(3, 5)
    border = 1 / (1 / (kernel**2 * filters) + 1 / channels)
    least = int(border) + 1
    if border == int(border):
        return None
    return Variant(
        question=[
            f"A 1 × 1 convolution reduces {channels} channels to d, and a "
            f"{kernel} × {kernel} convolution makes {filters} channels of these. Both "
            "keep the size of the maps.",
            "From what d on do the two together take more multiplications than one "
            f"{kernel} × {kernel} convolution from {channels} to {filters} channels?",
        ],
        parts=[
            whole(
                "d",
                least,
                {
                    may.WRONG_SIDE: least - 1,
                    may.NOT_ROUNDED: round(border, 1),
                    may.REDUCTION_FREE: channels,
                    may.KERNEL_NOT_SQUARED: int(
                        1 / (1 / (kernel * filters) + 1 / channels)
                    )
                    + 1,
                },
            )
        ],
        explanation=[
            f"At each position the two take {channels} d + {kernel**2} · {filters} d "
            f"multiplications, and the single one takes {kernel**2} · {channels} · "
            f"{filters}. The ratio is d / {border:.1f}, which exceeds 1 from d = "
            f"{least} on.",
        ],
    )


@exercise("ex-residual-paths")
def paths_of_the_gradient(draw: Draw) -> Variant | None:
    """Count paths through residual blocks."""
    blocks = draw.one(4, 3, 5, 6, 8)
    chosen = draw.one(2, 1, 3)
    words = {1: "one block", 2: "two blocks", 3: "three blocks"}
    if chosen >= blocks:
        return None
    return Variant(
        question=[
            f"The gradient passes {blocks} residual blocks, each either through its "
            "layers or around them. How many paths are there? How many of them pass "
            f"through the layers of exactly {words[chosen]}?",
        ],
        parts=[
            whole(
                "paths",
                2**blocks,
                {
                    may.LINEAR_FOR_POWER: 2 * blocks,
                    may.LENGTHS_FOR_PATHS: blocks + 1,
                },
            ),
            whole(
                f"paths through {words[chosen]}",
                comb(blocks, chosen),
                {
                    may.ORDER_COUNTED: comb(blocks, chosen)
                    * {1: 1, 2: 2, 3: 6}[chosen],
                },
            ),
        ],
        explanation=[
            f"At each block there are two ways, which makes 2^{blocks} = {2**blocks} "
            f"paths. There are {blocks}! / ({chosen}! · {blocks - chosen}!) = "
            f"{comb(blocks, chosen)} ways to choose {chosen} of {blocks} blocks.",
        ],
    )


@exercise("ex-residual-bottleneck")
def bottleneck_of_resnet(draw: Draw) -> Variant | None:
    """Count the weights of two residual blocks."""
    wide = draw.one(256, 128, 512, 64)
    narrow = draw.one(64, 32, 128, 16)
    if narrow >= wide:
        return None
    plain = 2 * 9 * wide**2
    inner = 9 * narrow**2
    bottleneck = 2 * wide * narrow + inner
    return Variant(
        question=[
            f"A residual block has two 3 × 3 convolutions on {wide} channels. Another "
            f"has a 1 × 1 convolution from {wide} to {narrow} channels, a 3 × 3 "
            f"convolution on these, and a 1 × 1 convolution back to {wide}.",
            "How many weights does each block have, without biases?",
        ],
        parts=[
            whole(
                "two 3 × 3 convolutions",
                plain,
                {
                    may.STOPPED_HALFWAY: plain // 2,
                    may.CHANNELS_NOT_MULTIPLIED: 2 * 9 * wide,
                    may.BIAS_COUNTED: plain + 2 * wide,
                    may.KERNEL_NOT_SQUARED: 2 * 3 * wide**2,
                },
            ),
            whole(
                "bottleneck",
                bottleneck,
                {
                    may.LAST_LAYER_LEFT_OUT: wide * narrow + inner,
                    may.BIAS_COUNTED: bottleneck + 2 * narrow + wide,
                    may.KERNEL_NOT_SQUARED: 2 * wide * narrow + 3 * narrow**2,
                    may.CHANNELS_NOT_MULTIPLIED: narrow + 9 * narrow + wide,
                },
            ),
        ],
        explanation=[
            f"Two 3 × 3 convolutions have 2 · 9 · {wide}² = {plain:,} weights.",
            f"The bottleneck has {wide} · {narrow} + 9 · {narrow}² + {narrow} · {wide} "
            f"= {bottleneck:,}.",
        ],
    )


@exercise("ex-paper-boxes")
def boxes_of_a_detector(draw: Draw) -> Variant:
    """Count the boxes of a detector."""
    image = draw.one(300, 260, 340, 380, 420, 500)  # the third halving leaves a half
    sides = [image]
    for _ in range(3):
        sides.append(-(-sides[-1] // 2))
    maps = [sides[3]]
    while len(maps) < 4:
        maps.append(-(-maps[-1] // 2))
    maps += [maps[-1] - 2, maps[-1] - 4]
    few = draw.one(4, 3)
    many = draw.one(6, 5)
    counts = [few, many, many, many, few, few]
    boxes = [side**2 * count for side, count in zip(maps, counts, strict=True)]
    total = sum(boxes)
    lower = image // 8
    fewer = few * (maps[0] ** 2 - lower**2)
    return Variant(
        question=[
            "A detector proposes boxes at each position of six feature maps with "
            f"{', '.join(map(str, maps))} positions on a side. The first map and the "
            f"last two carry {few} boxes at each position, the others {many}.",
            "How many boxes are there, and what fraction lies on the finest map?",
            f"The finest map comes from an image of {image} pixels on a side by three "
            "halvings, the last of which rounds up. How many boxes fewer would this "
            "map carry if it rounded down?",
        ],
        parts=[
            whole(
                "boxes",
                total,
                {
                    may.WINDOW_OF_ONE_AXIS: sum(
                        side * count for side, count in zip(maps, counts, strict=True)
                    ),
                    may.UNWEIGHTED: few * sum(side**2 for side in maps),
                    may.STOPPED_HALFWAY: boxes[0],
                },
            ),
            number(
                "fraction",
                Fraction(boxes[0], total),
                {
                    may.COMPLEMENT: 1 - Fraction(boxes[0], total),
                    may.UNWEIGHTED: Fraction(
                        maps[0] ** 2, sum(side**2 for side in maps)
                    ),
                },
                decimals=2,
            ),
            whole(
                "boxes fewer",
                fewer,
                {
                    may.STOPPED_HALFWAY: maps[0] ** 2 - lower**2,
                    may.WINDOW_OF_ONE_AXIS: few * (maps[0] - lower),
                },
            ),
        ],
        explanation=[
            " + ".join(
                f"{side}² · {count}" for side, count in zip(maps, counts, strict=True)
            )
            + f" = {total:,} boxes, of which {boxes[0]:,} lie on the finest map: "
            f"{boxes[0]:,} / {total:,} = {boxes[0] / total:.2f}.",
            f"The halvings give {sides[1]}, {sides[2]} and {sides[3]}. Rounded down it "
            f"would be {lower}, and ({maps[0]}² − {lower}²) · {few} = {fewer} boxes "
            "would be missing.",
        ],
    )


@exercise("ex-paper-resnet")
def resnet_18(draw: Draw) -> Variant:
    """Count the parameters of ResNet-18."""
    classes = draw.one(1000, 10, 100, 200)
    widths = draw.one((64, 128, 256, 512), (32, 64, 128, 256), (16, 32, 64, 128))
    convolutions = 49 * 3 * widths[0]
    norms = 2 * widths[0]
    skips = 0
    before = widths[0]
    for width in widths:
        convolutions += 9 * before * width + 3 * 9 * width**2
        norms += 4 * 2 * width
        if width != before:
            skips += before * width + 2 * width
        before = width
    head = (before + 1) * classes
    total = convolutions + norms + skips + head
    name = "A ResNet-18" if before == 512 else "A narrow ResNet-18"
    return Variant(
        question=[
            f"{name} has a 7 × 7 convolution with {widths[0]} filters on three "
            "colours, then eight residual blocks of two 3 × 3 convolutions: two blocks "
            f"each with {', '.join(map(str, widths[:-1]))} and {widths[-1]} filters. "
            "Where the number of channels changes, a 1 × 1 convolution stands on the "
            "skip connection. No convolution has a bias, and batch normalisation, with "
            "two trained parameters for each channel, follows each of them. Global "
            f"average pooling and a dense layer of {classes:,} units end the network.",
            "How many trainable parameters does the dense layer have, and how many "
            "does the network have?",
        ],
        parts=[
            whole(
                "dense layer",
                head,
                {
                    may.BIAS_FORGOTTEN: before * classes,
                    may.GLOBAL_POOLING_IGNORED: (49 * before + 1) * classes,
                },
            ),
            whole(
                "the network",
                total,
                {
                    may.SKIPS_NOT_COUNTED: total - skips,
                    may.NORMALISATION_NOT_COUNTED: convolutions
                    + head
                    + skips
                    - 2 * sum(widths[1:]),
                    may.ALL_FOR_TRAINED: total + norms + 2 * sum(widths[1:]),
                    may.LAST_LAYER_LEFT_OUT: total - head,
                    may.BIAS_COUNTED: total + (norms + 2 * sum(widths[1:])) // 2,
                },
            ),
        ],
        explanation=[
            f"The first convolution and those of the blocks have {convolutions:,} "
            f"weights, their normalisations {norms:,} parameters, and the three skip "
            f"connections {skips:,} with theirs. The dense layer has ({before} + 1) · "
            f"{classes:,} = {head:,}.",
            f"Together {total:,}.",
        ],
    )


@exercise("ex-surgery-head")
def new_head(draw: Draw) -> Variant:
    """Count the parameters of a new head."""
    features, body, name = draw.one(
        (2048, 23_587_712, "ResNet-50"),
        (512, 14_714_688, "VGG-16"),
        (1280, 2_257_984, "MobileNetV2"),
        (1024, 7_037_504, "DenseNet-121"),
    )
    classes = draw.one(5, 2, 10, 20)
    head = (features + 1) * classes
    share = 100 * head / (head + body)
    return Variant(
        question=[
            f"The body of {name} ends in a global average of {features:,} channels and "
            f"has {body:,} parameters. Its weights stay fixed. A new head, a dense "
            f"layer with a unit for each class, distinguishes {classes} classes.",
            "How many trainable parameters does the network have, and how many per "
            "cent of all its parameters is that?",
        ],
        parts=[
            whole(
                "trainable parameters",
                head,
                {
                    may.BIAS_FORGOTTEN: features * classes,
                    may.ONE_BIAS: features * classes + 1,
                    may.ALL_FOR_TRAINED: head + body,
                },
            ),
            number(
                "per cent",
                share,
                {may.COMPLEMENT: 100 - share},
                digits=2,
                unit="per cent",
            ),
        ],
        explanation=[
            f"({features:,} + 1) · {classes} = {head:,}, which is {share:.2g} per cent "
            f"of {head:,} + {body:,} = {head + body:,}.",
        ],
    )


@exercise("ex-data-frozen-count")
def frozen_and_fine_tuned(draw: Draw) -> Variant | None:
    """Count what is trained with a frozen body and in fine-tuning."""
    side = draw.one(16, 20, 24, 28)
    filters = draw.one(16, 8, 12, 32)
    classes = draw.one(2, 3, 5, 10)
    network = model(
        (side, side, 1),
        layers.Conv2D(filters, 5, strides=2),
        layers.Conv2D(filters, 3, strides=2),
        layers.Flatten(),
        layers.Dense(classes),
    )
    first = length(side, 5, 2)
    second = length(first, 3, 2)
    features = second**2 * filters
    head = (features + 1) * classes
    total = int(network.count_params())
    return Variant(
        question=[
            f"A network has the layers `Conv2D({filters}, 5, strides=2)` and "
            f"`Conv2D({filters}, 3, strides=2)` without padding, for grey images of "
            f"{side} × {side} pixels, and a dense layer of {classes} units on the "
            "flattened maps.",
            "How many features does the dense layer see? How many parameters are "
            "trained with a frozen body, where only the dense layer learns, and how "
            "many in fine-tuning, where all layers do?",
        ],
        parts=[
            whole(
                "features",
                features,
                {
                    may.FLATTEN_FORGOTTEN: filters,
                    may.SAME_FOR_VALID: length(length(side, 5, 2, "same"), 3, 2, "same")
                    ** 2
                    * filters,
                    may.STRIDE_FORGOTTEN: (side - 6) ** 2 * filters,
                    may.LAST_POSITION_FORGOTTEN: (second - 1) ** 2 * filters,
                    may.WINDOW_OF_ONE_AXIS: second * filters,
                },
            ),
            whole(
                "trained with a frozen body",
                head,
                {
                    may.BIAS_FORGOTTEN: features * classes,
                    may.FLATTEN_FORGOTTEN: (filters + 1) * classes,
                    may.ALL_FOR_TRAINED: total,
                },
            ),
            whole(
                "trained in fine-tuning",
                total,
                {
                    may.BIAS_FORGOTTEN: total - 2 * filters - classes,
                    may.CHANNELS_NOT_MULTIPLIED: total - 9 * filters * (filters - 1),
                    may.LAST_LAYER_LEFT_OUT: total - head,
                },
            ),
        ],
        explanation=[
            f"The maps have ⌊({side} − 5) / 2⌋ + 1 = {first} and then "
            f"⌊({first} − 3) / 2⌋ + 1 = {second} positions on a side, so the dense "
            f"layer sees {second} · {second} · {filters} = {features} features.",
            f"With a frozen body ({features} + 1) · {classes} = {head:,} parameters "
            f"are trained; in fine-tuning (25 + 1) · {filters} + (9 · {filters} + 1) · "
            f"{filters} + {head:,} = {total:,}.",
        ],
    )


@exercise("ex-tuning-trials")
def random_trials(draw: Draw) -> Variant | None:
    """Count random trials."""
    best = draw.one(1, 2, 3, 4, 5, 10)
    sure = draw.one(90, 95, 99, 50, 80)
    p = best / 100
    exact = log(1 - sure / 100) / log(1 - p)
    trials = first_whole_above(exact)
    return Variant(
        question=[
            f"How many independent random trials does it take to hit the best {best} % "
            f"of all settings at least once with a probability of at least {sure} %?",
        ],
        parts=[
            whole(
                "trials",
                trials,
                {
                    may.WRONG_SIDE: trials - 1,
                    may.NOT_ROUNDED: round(exact, 1),
                    may.PROBABILITIES_ADDED: first_whole_above(sure / best),
                    may.REMAINDER_FOR_PART: first_whole_above(
                        log(sure / 100) / log(1 - p)
                    ),
                    may.EXPECTED_TRIALS: first_whole_above(1 / p),
                },
            )
        ],
        explanation=[
            f"All K trials miss with the probability (1 − {p:g})^K. It must be at most "
            f"{1 - sure / 100:.2g}, so K ≥ log {1 - sure / 100:.2g} / log {1 - p:g} = "
            f"{exact:.1f}, that is, {trials} trials.",
        ],
    )
