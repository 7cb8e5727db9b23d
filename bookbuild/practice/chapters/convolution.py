"""Exercises of the chapter on convolution."""

from fractions import Fraction
from math import ceil

from bookbuild.practice import misconceptions as may
from bookbuild.practice.counting import (
    correlate,
    flat,
    flipped,
    length,
    model,
    zeros_of_same,
)
from bookbuild.practice.numbers import (
    bracketed,
    write_rows,
    write_value,
    write_values,
)
from bookbuild.practice.parts import formula, number, several, shape, whole
from bookbuild.practice.variants import Draw, Variant, exercise
from byhand import shapes
from byhand.shapes import layers


@exercise("ex-images-window")
def locality_and_sharing(draw: Draw) -> Variant:
    """Count what locality and weight sharing save."""
    height = draw.whole(425, low=40, high=500)
    width = draw.whole(638, low=40, high=700)
    kernel = draw.one(3, 5, 7)
    colours = draw.one(3, 1, 4)
    windows = height * width
    inputs = kernel**2 * colours
    pixels = f"{colours} colours" if colours > 1 else "one brightness"
    return Variant(
        question=[
            f"A layer gives one output for each of the {height} · {width} windows of "
            f"{kernel} × {kernel} pixels in a photograph, where each pixel has "
            f"{pixels}.",
            "How many parameters does the layer have if every window has weights and "
            "a bias of its own, and how many if all windows use the same ones?",
        ],
        parts=[
            whole(
                "parameters, each window its own",
                windows * (inputs + 1),
                {
                    may.BIAS_FORGOTTEN: windows * inputs,
                    may.ONE_BIAS: windows * inputs + 1,
                    may.CHANNELS_NOT_MULTIPLIED: windows * (kernel**2 + 1)
                    if colours > 1
                    else None,
                    may.KERNEL_NOT_SQUARED: windows * (kernel * colours + 1),
                    may.SHARING_ASSUMED: inputs + 1,
                },
            ),
            whole(
                "parameters, all windows the same",
                inputs + 1,
                {
                    may.BIAS_FORGOTTEN: inputs,
                    may.SHARED_COUNTED_EACH: windows * (inputs + 1),
                    may.CHANNELS_NOT_MULTIPLIED: kernel**2 + 1 if colours > 1 else None,
                    may.KERNEL_NOT_SQUARED: kernel * colours + 1,
                },
            ),
        ],
        explanation=[
            f"A window has {kernel} · {kernel} · {colours} = {inputs} values, so it "
            f"needs {inputs} weights and a bias. There are {height} · {width} = "
            f"{windows:,} windows.",
            f"With weights of their own they need {windows:,} · {inputs + 1} = "
            f"{windows * (inputs + 1):,} parameters, with shared weights {inputs + 1}.",
        ],
    )


@exercise("ex-translation-alone")
def translation_alone(draw: Draw) -> Variant:
    """Count the weights of a kernel as long as all offsets."""
    i, o = draw.one(("i", "o"), ("n", "m"), ("p", "q"))
    strides = draw.one(1, 2, 3, 4, 5)
    sizes = {i: (20.0, 40.0), o: (5.0, 15.0)}
    offset = "j − u" if strides == 1 else f"j − {strides} u"
    first = f"1 − {o}" if strides == 1 else f"−{strides} ({o} − 1)"
    answer = f"{i} + {o} - 1" if strides == 1 else f"{i} + {strides} ({o} - 1)"
    shown = answer.replace("-", "−")
    return Variant(
        question=[
            f"A layer maps {i} inputs to {o} outputs. It uses translation without "
            "locality: the weight from input j to output u depends only on the offset "
            f"{offset}, and there is a weight for every offset that occurs.",
            f"How many weights does its kernel have? Write a formula with {i} and {o}"
            + ("." if strides == 1 else f", where {i} is larger than {strides}."),
        ],
        parts=[
            formula(
                "weights",
                answer,
                sizes,
                {
                    may.LAST_POSITION_FORGOTTEN: f"{answer} - 1",
                    may.SHARED_COUNTED_EACH: f"{i} {o}",
                    may.STRIDE_FORGOTTEN: None if strides == 1 else f"{i} + {o} - 1",
                    may.OFF_BY_ONE: f"{answer} + 1",
                },
            )
        ],
        explanation=[
            f"With j from 0 to {i} − 1 and u from 0 to {o} − 1, the offset runs from "
            f"{first} to {i} − 1, and each whole number between them occurs. These are "
            f"{shown} offsets."
        ],
    )


@exercise("ex-convolution-by-hand")
def convolution_by_hand(draw: Draw) -> Variant | None:
    """Compute a feature map by hand."""
    image = [
        draw.wholes(row, low=0, high=3)
        for row in ((1, 2, 0, 1), (0, 1, 3, 1), (2, 0, 1, 0), (1, 1, 0, 2))
    ]
    kernel = [draw.wholes(row, low=-2, high=2) for row in ((1, 0), (-1, 2))]
    bias = draw.one(0, 1, -1, 2)
    turned = flipped(kernel)
    if turned == kernel:
        return None
    z = flat(correlate(image, turned, bias))
    return Variant(
        question=[
            f"An image has the rows {write_rows(flat(image), columns=4)}. "
            f"A kernel has the rows {write_rows(flat(kernel), columns=2)}.",
            "Flip the kernel along both axes, so that its rows are "
            f"{write_rows(flat(turned), columns=2)}, and set the bias to "
            f"{write_value(bias)}.",
            "Lay this kernel on the image without flipping it again. What are the nine "
            "outputs, row by row, without padding?",
        ],
        parts=[
            several(
                "outputs",
                z,
                {
                    may.KERNEL_NOT_FLIPPED: flat(correlate(image, kernel, bias)),
                    may.BIAS_FORGOTTEN: flat(correlate(image, turned)),
                },
                columns=3,
                decimals=0,
            )
        ],
        explanation=[
            "At each position, multiply each value under the kernel by the weight that "
            "lies on it, and add the products and the bias.",
            f"The first position gives {_products(image, turned)} + "
            f"{bracketed(bias)} = {write_value(z[0])}. All outputs, row by row: "
            f"{write_rows(z, columns=3)}.",
        ],
    )


def _products(image, kernel) -> str:
    """Return the products of the first position, written out."""
    pairs = [
        (image[a][b], kernel[a][b])
        for a in range(len(kernel))
        for b in range(len(kernel))
    ]
    return " + ".join(f"{bracketed(x)} · {bracketed(w)}" for x, w in pairs)


@exercise("ex-kernels-sharpen")
def copy_and_sharpen(draw: Draw) -> Variant:
    """Find the kernel that sharpens."""
    side = draw.one(3, 5, 7)
    strength = draw.one(1, 2, 3, 4, 5)
    share = Fraction(1, side**2)
    centre = 1 + strength * (1 - share)
    around = -strength * share
    times = "its" if strength == 1 else f"{strength} times its"
    return Variant(
        question=[
            f"The blur is the mean over {side} × {side} pixels. A {side} × {side} "
            f"kernel returns the image plus {times} difference from the blurred image, "
            "which makes edges stand out.",
            "Which weight stands in its centre, and which around it?",
        ],
        parts=[
            number(
                "weight in the centre",
                centre,
                {
                    may.STOPPED_HALFWAY: Fraction(1 + strength),
                    may.NOT_NORMALISED: 1 + strength * (side**2 - 1),
                },
                decimals=3,
            ),
            number(
                "weight around it",
                around,
                {may.NOT_NORMALISED: -strength, may.STOPPED_HALFWAY: 0},
                decimals=3,
            ),
        ],
        explanation=[
            "The kernel that copies has 1 in the centre and 0 elsewhere; the blur has "
            f"1/{side**2} everywhere. The output is linear in the kernel, so the "
            f"wanted one is the copy plus {strength} times (copy minus blur).",
            f"In the centre stands {1 + strength} − {strength}/{side**2} = "
            f"{write_value(centre)}, around it {write_value(around)}. The weights add "
            "up to one.",
        ],
    )


@exercise("ex-kernels-second-derivative")
def second_derivative(draw: Draw) -> Variant:
    """Find the kernel of the second derivative, and test it."""
    curved = draw.one(1, 2, 3, 4, 5, 6, -1, -2, -3, -4)
    slope = draw.one(3, 2, -4, 7)
    shift = draw.one(5, 1, -2)
    square = f"{write_value(curved)} t²" if curved != 1 else "t²"
    line = f"{write_value(slope)} t {'+' if shift > 0 else '−'} {abs(shift)}"
    return Variant(
        question=[
            "The kernel (−1, 1) returns the difference of neighbouring samples, which "
            "approximates the first derivative of a function sampled at distance one.",
            "Which kernel of three weights gives the second derivative? What does it "
            f"return on samples of {square}, and what on samples of {line}, at whole "
            "t?",
            "Which 3 × 3 kernel gives the sum of the second derivatives along rows and "
            "columns?",
        ],
        parts=[
            several(
                "three weights",
                (1, -2, 1),
                {
                    may.WIDER_DIFFERENCE: (-1, 0, 1),
                },
                decimals=0,
            ),
            whole(
                f"on {square}",
                2 * curved,
                {may.FACTOR_TWO_FORGOTTEN: curved},
            ),
            whole(f"on {line}", 0, {may.STOPPED_HALFWAY: slope}),
            several(
                "3 × 3 weights",
                (0, 1, 0, 1, -4, 1, 0, 1, 0),
                {
                    may.STOPPED_HALFWAY: (0, 1, 0, 1, -2, 1, 0, 1, 0),
                    may.MULTIPLIED_FOR_ADDED: (1, -2, 1, -2, 4, -2, 1, -2, 1),
                },
                columns=3,
                decimals=0,
            ),
        ],
        explanation=[
            "Apply (−1, 1) twice: the difference of two differences is "
            "x₁ − 2 x₂ + x₃, so the kernel is (1, −2, 1).",
            f"It gives {write_value(2 * curved)} on samples of {square}, and 0 on any "
            "straight line.",
            "In two dimensions add the kernel along rows and the one along columns: "
            "(0, 1, 0), (1, −4, 1), (0, 1, 0).",
        ],
    )


@exercise("ex-channels-by-hand")
def second_filter(draw: Draw) -> Variant | None:
    """Compute one output of a filter on two channels."""
    first = draw.wholes((2, 0, 1, 3), low=0, high=3)
    second = draw.wholes((1, 1, 0, 1), low=0, high=3)
    on_first = draw.wholes((1, 1, -1, -1), low=-2, high=2)
    on_second = draw.wholes((0, 0, 0, 1), low=-1, high=2)
    bias = draw.one(0, 1, -1, 2)
    a = sum(x * w for x, w in zip(first, on_first, strict=True))
    b = sum(x * w for x, w in zip(second, on_second, strict=True))
    return Variant(
        question=[
            "A filter of 2 × 2 looks at an image with two channels. Under it lie the "
            f"values {write_rows(first, 2)} of the first channel and "
            f"{write_rows(second, 2)} of the second.",
            f"Its weights are {write_rows(on_first, 2)} for the first channel and "
            f"{write_rows(on_second, 2)} for the second, and its bias is "
            f"{write_value(bias)}.",
            "What is its output at this position? (As in Keras, nothing is flipped.)",
        ],
        parts=[
            whole(
                "output",
                a + b + bias,
                {
                    may.STOPPED_HALFWAY: a + bias,
                    may.BIAS_FORGOTTEN: a + b if bias else None,
                    may.MULTIPLIED_FOR_ADDED: a * b + bias,
                    may.KERNEL_FLIPPED: sum(
                        x * w for x, w in zip(first, on_first[::-1], strict=True)
                    )
                    + sum(x * w for x, w in zip(second, on_second[::-1], strict=True))
                    + bias,
                },
            )
        ],
        explanation=[
            f"The first channel gives {write_value(a)} and the second "
            f"{write_value(b)}. With the bias {write_value(bias)} the output is "
            f"{write_value(a)} + {bracketed(b)} + {bracketed(bias)} = "
            f"{write_value(a + b + bias)}: the channels of one filter are added."
        ],
    )


@exercise("ex-channels-torch")
def torch_weights(draw: Draw) -> Variant | None:
    """Bring the axes of PyTorch's weights into Keras's order."""
    filters = draw.one(64, 32, 96, 128)
    channels = draw.one(3, 4, 16, 12)
    kernel = draw.one(7, 3, 5)
    is_from_torch = draw.one(True, False)
    torch = (filters, channels, kernel, kernel)
    keras = (kernel, kernel, channels, filters)
    theirs, ours = ("PyTorch", "Keras") if is_from_torch else ("Keras", "PyTorch")
    given, wanted = (torch, keras) if is_from_torch else (keras, torch)
    order = (2, 3, 1, 0) if is_from_torch else (3, 2, 0, 1)
    return Variant(
        question=[
            "PyTorch keeps the weights of a convolution in an array of shape "
            "(filters, channels, height, width), Keras in one of shape "
            "(height, width, channels, filters).",
            f"You have the weights of a {theirs} layer, of shape {given}, and want to "
            f"use them in {ours}. What shape must they have there, and which axes "
            "must `np.transpose` be given?",
        ],
        parts=[
            shape(
                f"shape in {ours}",
                wanted,
                {
                    may.CHANNELS_FOR_FILTERS: (kernel, kernel, filters, channels)
                    if is_from_torch
                    else (channels, filters, kernel, kernel),
                    may.NOTHING_CHANGES: given,
                },
            ),
            several(
                "axes",
                order,
                {
                    may.CHANNELS_FOR_FILTERS: (2, 3, 0, 1),
                    may.NOTHING_CHANGES: (0, 1, 2, 3),
                    may.AXES_REORDERED: (3, 2, 1, 0),
                },
                decimals=0,
            ),
        ],
        explanation=[
            f"{ours} wants {wanted}. The axes of the array at hand come in the order "
            f"{', '.join(map(str, order))}: `np.transpose(weight, {order})`.",
            "No flip is needed, since both libraries compute a cross-correlation.",
        ],
    )


@exercise("ex-channels-count")
def larger_images(draw: Draw) -> Variant | None:
    """Count the parameters of a layer on images of two sizes."""
    filters = draw.one(64, 16, 32, 48, 96)
    kernel = draw.one(5, 3, 7)
    channels = draw.one(32, 3, 8, 16, 24)
    side = draw.one(100, 48, 64, 96, 128)
    factor = draw.one(2, 3, 4)
    batch = draw.one(1, 1, 8, 16)
    layer = layers.Conv2D(filters, kernel, padding="same")
    parameters = model((side, side, channels), layer).count_params()
    weights = kernel**2 * channels * filters
    positions = side**2
    return Variant(
        question=[
            f"A layer has {filters} filters of {kernel} × {kernel} on an input with "
            f"{channels} channels, and its maps are as high and as wide as its input.",
            f"How many parameters does it have on images of {side} × {side} pixels? "
            f"By what factor does the work grow on images of {factor * side} × "
            f"{factor * side}?"
            + (f" The mini-batches hold {batch} images." if batch > 1 else ""),
        ],
        parts=[
            whole(
                "parameters",
                parameters,
                {
                    may.BIAS_FORGOTTEN: weights,
                    may.ONE_BIAS: weights + 1,
                    may.CHANNELS_NOT_MULTIPLIED: kernel**2 * filters + filters,
                    may.KERNEL_NOT_SQUARED: kernel * channels * filters + filters,
                    may.CHANNELS_FOR_FILTERS: weights + channels,
                    may.SHARED_COUNTED_EACH: positions * weights + filters,
                    may.BATCH_COUNTED: batch * (weights + filters)
                    if batch > 1
                    else None,
                },
            ),
            whole(
                "factor",
                factor**2,
                {may.WINDOW_OF_ONE_AXIS: factor, may.NOTHING_CHANGES: 1},
            ),
        ],
        explanation=[
            f"There are {kernel} · {kernel} · {channels} · {filters} = {weights:,} "
            f"weights and {filters} biases, {parameters:,} parameters, whatever the "
            "size of the images.",
            f"The work grows with the number of positions, {factor} times as many "
            f"along each axis, so by a factor of {factor} · {factor} = {factor**2}.",
        ],
    )


@exercise("ex-channels-one")
def bottleneck(draw: Draw) -> Variant | None:
    """Count the weights of a bottleneck."""
    wide = draw.one(256, 64, 128, 192, 512)
    narrow = draw.one(64, 16, 32, 48)
    kernel = draw.one(3, 5)
    if narrow >= wide:
        return None
    before = kernel**2 * wide * wide
    inner = kernel**2 * narrow * narrow
    after = wide * narrow + inner + narrow * wide
    return Variant(
        question=[
            f"A layer of {kernel} × {kernel} from {wide} to {wide} channels is "
            f"replaced by three: 1 × 1 from {wide} to {narrow} channels, "
            f"{kernel} × {kernel} from {narrow} to {narrow}, and 1 × 1 from {narrow} "
            f"back to {wide}.",
            "Count the weights before and after, without biases.",
        ],
        parts=[
            whole(
                "weights before",
                before,
                {
                    may.BIAS_COUNTED: before + wide,
                    may.CHANNELS_NOT_MULTIPLIED: kernel**2 * wide,
                    may.KERNEL_NOT_SQUARED: kernel * wide * wide,
                },
            ),
            whole(
                "weights after",
                after,
                {
                    may.BIAS_COUNTED: after + 2 * narrow + wide,
                    may.CHANNELS_NOT_MULTIPLIED: narrow + kernel**2 * narrow + wide,
                    may.KERNEL_NOT_SQUARED: 2 * wide * narrow + kernel * narrow**2,
                    may.LAST_LAYER_LEFT_OUT: wide * narrow + inner,
                },
            ),
        ],
        explanation=[
            f"Before there are {kernel**2} · {wide} · {wide} = {before:,} weights.",
            f"After there are {wide} · {narrow} + {kernel**2} · {narrow} · {narrow} + "
            f"{narrow} · {wide} = {after:,}.",
        ],
    )


@exercise("ex-length-by-hand")
def valid_and_same(draw: Draw) -> Variant | None:
    """Find the length of an output, and the zeros that are added."""
    i = draw.whole(32, low=16, high=60)
    kernel = draw.one(5, 3, 4, 6, 7)
    strides = draw.one(2, 2, 3, 4)
    if kernel < strides:
        return None
    valid = length(i, kernel, strides)
    same = length(i, kernel, strides, "same")
    before, after = zeros_of_same(i, kernel, strides)
    exact = Fraction(i - kernel, strides)
    return Variant(
        question=[
            f"An axis has {i} elements, the kernel has {kernel} weights, and the "
            f"stride is {strides}.",
            'In Keras, how long is the output with `"valid"`, how long is it with '
            '`"same"`, and how many zeros does `"same"` add before and after?',
        ],
        parts=[
            whole(
                "length with valid",
                valid,
                {
                    may.NOT_ROUNDED: exact + 1 if exact.denominator > 1 else None,
                    may.SAME_FOR_VALID: same,
                    may.CEILING_FOR_FLOOR: ceil(exact) + 1
                    if exact.denominator > 1
                    else None,
                    may.LAST_POSITION_FORGOTTEN: valid - 1,
                    may.STRIDE_FORGOTTEN: i - kernel + 1,
                    may.STRIDES_TWICE: (i - kernel) // strides**2 + 1,
                },
            ),
            whole(
                "length with same",
                same,
                {
                    may.VALID_FOR_SAME: valid,
                    may.FLOOR_FOR_CEILING: i // strides if i % strides else None,
                    may.STRIDE_FORGOTTEN: i,
                    may.STRIDES_TWICE: ceil(i / strides**2),
                },
            ),
            whole(
                "zeros before",
                before,
                {
                    may.WRONG_ONE: after if after > before else None,
                    may.BOTH_SIDES: before + after,
                    may.STRIDE_FORGOTTEN: (kernel - 1) // 2,
                },
            ),
            whole(
                "zeros after",
                after,
                {
                    may.WRONG_ONE: before if after > before else None,
                    may.BOTH_SIDES: before + after if before else None,
                    may.STRIDE_FORGOTTEN: kernel // 2,
                },
            ),
        ],
        explanation=[
            f"Valid: ⌊({i} − {kernel}) / {strides}⌋ + 1 = {valid}.",
            f"Same: ⌈{i} / {strides}⌉ = {same}, which needs ({same} − 1) · {strides} + "
            f"{kernel} − {i} = {before + after} zeros if that is positive, the smaller "
            f"half first: {before} before and {after} after.",
        ],
    )


@exercise("ex-length-same-odd")
def zeros_of_same_padding(draw: Draw) -> Variant:
    """Find how many zeros `same` padding adds."""
    dilation = draw.one(1, 2, 3, 4, 5, 6, 7, 8)
    answer = "k - 1" if dilation == 1 else f"{dilation} (k - 1)"
    dilated = "no dilation" if dilation == 1 else f"the dilation {dilation}"
    return Variant(
        question=[
            f"With stride 1 and {dilated}, how many zeros does `same` padding add in "
            "all to an axis, for a kernel of k weights? Write a formula with k."
        ],
        parts=[
            formula(
                "zeros",
                answer,
                {"k": (2.0, 9.0)},
                {
                    may.KERNEL_COUNTED_WHOLE: f"{dilation} k",
                    may.ONE_SIDE: rf"\frac{{{answer}}}{{2}}",
                    may.KERNEL_NOT_DILATED: "k - 1" if dilation > 1 else None,
                    may.KERNEL_TIMES_DILATION: f"{dilation} k - 1"
                    if dilation > 1
                    else None,
                },
            )
        ],
        explanation=[
            "The output is as long as the input, o = i, and o = i + p − e + 1 for the "
            f"length e = {'k' if dilation == 1 else f'(k − 1) · {dilation} + 1'} that "
            f"the kernel covers. So p = e − 1, which is "
            f"{'k − 1' if dilation == 1 else f'{dilation} (k − 1)'}.",
            "The padding is equal on both sides where that is even.",
        ],
    )


@exercise("ex-length-inverse")
def which_kernels(draw: Draw) -> Variant:
    """Find the kernels that lead from one length to another."""
    covered, second, third = draw.one(
        (5, 2, 4),
        (7, 2, 3),
        (7, 3, 6),
        (9, 2, 4),
        (9, 4, 8),
        (11, 2, 5),
        (13, 2, 3),
        (13, 3, 4),
        (13, 4, 6),
        (17, 4, 8),
    )
    i = draw.whole(32, low=24, high=64)
    o = i - covered + 1
    parts = []
    for dilation in (1, second, third):
        kernel = (covered - 1) // dilation + 1
        parts.append(
            whole(
                f"kernel with dilation {dilation}",
                kernel,
                {
                    may.LAST_POSITION_FORGOTTEN: kernel - 1,
                    may.KERNEL_NOT_DILATED: covered if dilation > 1 else None,
                    may.NOT_ROUNDED: Fraction(covered, dilation)
                    if covered % dilation
                    else None,
                },
            )
        )
    return Variant(
        question=[
            f"A convolution along one axis turns {i} elements into {o}, without "
            "padding and with stride 1.",
            "How many weights must the kernel have with the dilations "
            f"1, {second} and {third}?",
        ],
        parts=parts,
        explanation=[
            f"The kernel must cover {i} − {o} + 1 = {covered} elements, that is, "
            f"(k − 1) d = {covered - 1}.",
            f"With d = 1, {second} and {third} it has {covered}, "
            f"{(covered - 1) // second + 1} and {(covered - 1) // third + 1} weights.",
        ],
    )


@exercise("ex-length-torch")
def first_layer_of_resnet(draw: Draw) -> Variant | None:
    """Compare explicit padding with `same`."""
    side = draw.one(224, 128, 160, 192, 225, 255, 256)
    kernel = draw.one(7, 5, 9, 11, 3)
    strides = draw.one(2, 3, 4)
    zeros = kernel // 2
    if kernel <= strides:
        return None
    out = length(side + 2 * zeros, kernel, strides)
    before, after = zeros_of_same(side, kernel, strides)
    exact = Fraction(side + 2 * zeros - kernel, strides) + 1
    return Variant(
        question=[
            f"A network begins with PyTorch's `Conv2d(3, 64, kernel_size={kernel}, "
            f"stride={strides}, padding={zeros})` on images of {side} × {side} pixels.",
            "How long is an axis of the output? How many zeros would Keras's "
            "`same` padding add before and after an axis?",
        ],
        parts=[
            whole(
                "length of the output",
                out,
                {
                    may.PADDING_FORGOTTEN: length(side, kernel, strides),
                    may.NOT_ROUNDED: exact if exact.denominator > 1 else None,
                    may.STRIDE_FORGOTTEN: side + 2 * zeros - kernel + 1,
                    may.STRIDES_TWICE: ceil(side / strides**2),
                    may.LAST_POSITION_FORGOTTEN: out - 1,
                },
            ),
            whole(
                "zeros before",
                before,
                {
                    may.STRIDE_FORGOTTEN: zeros,
                    may.WRONG_ONE: after if after > before else None,
                    may.BOTH_SIDES: before + after if before else None,
                },
            ),
            whole(
                "zeros after",
                after,
                {
                    may.WRONG_ONE: before if after > before else None,
                    may.BOTH_SIDES: before + after if before else None,
                },
            ),
        ],
        explanation=[
            f"With {zeros} zeros on each side, o = ⌊({side} + 2 · {zeros} − {kernel}) "
            f"/ {strides}⌋ + 1 = {out}.",
            f"Keras's `same` gives ⌈{side} / {strides}⌉ = {ceil(side / strides)} with "
            f"{before + after} zeros in all, {before} before and {after} after.",
        ],
    )


@exercise("ex-field-by-hand")
def fields_by_hand(draw: Draw) -> Variant | None:
    """Find the receptive fields of three layers."""
    kernels = [draw.one(5, 3, 7), draw.one(2, 3, 4), draw.one(5, 3, 4)]
    strides = [1, draw.one(2, 3), 1]
    fields, spacings = [], []
    field, spacing = 1, 1
    for kernel, stride in zip(kernels, strides, strict=True):
        field += (kernel - 1) * spacing
        spacing *= stride
        fields.append(field)
        spacings.append(spacing)
    late, early = [], 1
    field = 1
    for kernel, stride in zip(kernels, strides, strict=True):
        early *= stride
        field += (kernel - 1) * early
        late.append(field)
    plain = [1 + sum(k - 1 for k in kernels[: n + 1]) for n in range(3)]
    added = [sum(kernels[: n + 1]) for n in range(3)]
    return Variant(
        question=[
            f"A convolution with kernels of length {kernels[0]} and stride 1 is "
            f"followed by a second with kernels of length {kernels[1]} and stride "
            f"{strides[1]}, and by a third with kernels of length {kernels[2]} and "
            "stride 1.",
            "Along one axis, find for each layer the length R of the receptive field "
            "of an output, and the spacing S of neighbouring outputs in the input.",
        ],
        parts=[
            several(
                "R of the three layers",
                fields,
                {
                    may.SPACING_FORGOTTEN: plain,
                    may.FIELDS_ADDED: added,
                    may.ONE_LAYER_TOO_EARLY: late,
                },
                decimals=0,
            ),
            several(
                "S of the three layers",
                spacings,
                {
                    may.STRIDE_FORGOTTEN: (1, 1, 1),
                    may.STRIDES_TWICE: (1, strides[1], strides[1] ** 2),
                    may.OWN_STRIDE_FORGOTTEN: (1, 1, strides[1]),
                },
                decimals=0,
            ),
        ],
        explanation=[
            "Each layer adds (k − 1) times the spacing of the layer before to R, and "
            "multiplies the spacing by its own stride.",
            "R: "
            + ", ".join(map(str, fields))
            + "; S: "
            + ", ".join(map(str, spacings))
            + ".",
        ],
    )


@exercise("ex-field-cost")
def two_layers_as_one(draw: Draw) -> Variant:
    """Compare the weights of two small kernels with those of a large one."""
    count = draw.one(2, 3, 4, 5)
    kernel = draw.one(3, 5)
    large = (kernel - 1) * count + 1
    area = kernel**2
    words = {2: "two layers", 3: "three layers", 4: "four layers", 5: "five layers"}
    sizes = {"c": (2.0, 30.0)}
    return Variant(
        question=[
            f"Without activations between them, {words[count]} of {kernel} × {kernel} "
            f"compute a single {large} × {large} convolution.",
            "How many weights do they have together, and how many does the single "
            "layer have, for c input channels, c channels in between and c output "
            "channels, without biases? Write formulas with c.",
        ],
        parts=[
            formula(
                f"weights of the {words[count]}",
                f"{area * count} c^2",
                sizes,
                {
                    may.CHANNELS_NOT_MULTIPLIED: f"{area * count} c",
                    may.KERNEL_NOT_SQUARED: f"{kernel * count} c^2",
                    may.MULTIPLIED_FOR_ADDED: f"{area**count} c^2",
                    may.BIAS_COUNTED: f"{area * count} c^2 + {count} c",
                },
            ),
            formula(
                "weights of the single layer",
                f"{large**2} c^2",
                sizes,
                {
                    may.CHANNELS_NOT_MULTIPLIED: f"{large**2} c",
                    may.KERNEL_NOT_SQUARED: f"{large} c^2",
                    may.BIAS_COUNTED: f"{large**2} c^2 + c",
                },
            ),
        ],
        explanation=[
            f"Each small layer has {area} c² weights, together {area * count} c². The "
            f"single one has {large} · {large} c² = {large**2} c².",
            "With fewer weights to choose, the small layers cannot compute every such "
            "convolution.",
        ],
    )


@exercise("ex-conv-gradient-by-hand")
def three_gradients(draw: Draw) -> Variant | None:
    """Find the gradients of a small convolution."""
    x = draw.wholes((2, 0, 1), low=-2, high=3)
    kernel = draw.wholes((3, -1), low=-3, high=3)
    delta = draw.wholes((1, -1), low=-2, high=2)
    if not all(kernel) or not all(delta) or kernel[0] == kernel[1]:
        return None
    of_kernel = [x[a] * delta[0] + x[a + 1] * delta[1] for a in range(2)]
    of_bias = sum(delta)
    of_input = [
        kernel[0] * delta[0],
        kernel[1] * delta[0] + kernel[0] * delta[1],
        kernel[1] * delta[1],
    ]
    turned = [
        kernel[1] * delta[0],
        kernel[0] * delta[0] + kernel[1] * delta[1],
        kernel[0] * delta[1],
    ]
    return Variant(
        question=[
            "A convolution along one axis, without padding and without a flip, "
            "computes z₁ = W₁ x₁ + W₂ x₂ + b and z₂ = W₁ x₂ + W₂ x₃ + b. Let "
            f"x = {write_values(x)}, W = {write_values(kernel)} and the upstream "
            f"gradient δ = {write_values(delta)}.",
            "Find the gradients with respect to W, to the bias b and to x.",
        ],
        parts=[
            several(
                "gradient of W",
                of_kernel,
                {
                    may.KERNEL_FLIPPED: of_kernel[::-1],
                    may.STOPPED_HALFWAY: [x[0] * delta[0], x[1] * delta[1]],
                },
                decimals=0,
            ),
            whole(
                "gradient of b",
                of_bias,
                {may.STOPPED_HALFWAY: delta[0]},
            ),
            several(
                "gradient of x",
                of_input,
                {
                    may.KERNEL_FLIPPED: turned,
                    may.ONE_PATH_ONLY: [
                        kernel[0] * delta[0],
                        kernel[1] * delta[0],
                        kernel[1] * delta[1],
                    ],
                },
                decimals=0,
            ),
        ],
        explanation=[
            "The gradient of a weight is the sum of each δ times the input that the "
            f"weight met: {write_values(of_kernel)}. That of the bias is the sum of "
            f"δ, {write_value(of_bias)}.",
            "For the inputs, each δ adds a copy of the kernel at its position: "
            f"{write_values(of_input)}.",
        ],
    )


@exercise("ex-transposed-by-hand")
def copies(draw: Draw) -> Variant | None:
    """Compute a transposed convolution by hand."""
    x = draw.wholes((3, 0, 1), low=0, high=4)
    if draw.one(False, True):
        x.append(draw.whole(2, low=1, high=4))
    kernel = draw.wholes((1, 2), low=-2, high=3)
    if draw.one(False, True, True):
        kernel.append(draw.whole(1, low=1, high=3))
    strides = draw.one(2, 1, 3)
    if not all(kernel) or kernel == kernel[::-1]:
        return None
    out = int(shapes.conv_transpose_output(len(x), len(kernel), strides=strides))
    z = _copies(x, kernel, strides, out)
    plain = (len(x) - len(kernel)) // strides + 1
    return Variant(
        question=[
            f"In Keras, a transposed convolution has the kernel "
            f"{write_values(kernel)}, stride {strides}, no bias and no padding.",
            f"How long is the output for the input {write_values(x)}, and what does it "
            "return?",
        ],
        parts=[
            whole(
                "length",
                out,
                {
                    may.PLAIN_FOR_TRANSPOSED: plain,
                    may.STRIDE_FORGOTTEN: len(x) + len(kernel) - 1
                    if strides > 1
                    else None,
                },
            ),
            several(
                "output",
                z,
                {
                    may.KERNEL_FLIPPED: _copies(x, kernel[::-1], strides, out),
                },
                decimals=0,
            ),
        ],
        explanation=[
            f"Each input writes a copy of the kernel, {strides} elements further than "
            f"the one before, and where copies overlap they add up. The length is "
            f"({len(x)} − 1) · {strides} + {max(len(kernel), strides)} = {out}.",
            f"The output is {write_values(z)}.",
        ],
    )


def _copies(x, kernel, strides: int, out: int) -> list[float]:
    """Return the output of a transposed convolution, copy by copy."""
    z = [0] * out
    for place, value in enumerate(x):
        for offset, weight in enumerate(kernel):
            z[place * strides + offset] += value * weight
    return z


@exercise("ex-transposed-solve")
def upsampling(draw: Draw) -> Variant:
    """Find the settings of a transposed convolution that enlarges."""
    factor = draw.one(2, 3, 4, 5, 6, 8)
    side = draw.one(7, 8, 10, 12)
    multiple = "even" if factor == 2 else f"a multiple of {factor}"
    return Variant(
        question=[
            f"One transposed convolution must turn maps of {side} × {side} into maps "
            f"of {factor * side} × {factor * side}, without a checkerboard: each "
            "output must be reached by equally many copies, so that the kernel is a "
            "multiple of the stride.",
            "In Keras, which stride must it have? Which kernel does it without "
            "padding, and which is the smallest kernel above that with `same` padding?",
        ],
        parts=[
            whole("stride", factor, {may.RECIPROCAL: Fraction(1, factor)}),
            whole(
                "kernel without padding",
                factor,
                {
                    may.STRIDE_FORGOTTEN: side * factor - side + 1,
                    may.OFF_BY_ONE: factor + 1,
                },
            ),
            whole(
                "next kernel with same padding",
                2 * factor,
                {may.WRONG_ONE: factor},
            ),
        ],
        explanation=[
            f"With `same` padding the output has i · s elements, so s = {factor}. "
            f"Without padding it has (i − 1) s + max(k, s), which is {factor} i for "
            f"k up to {factor}; of these, only {factor} is {multiple}.",
            f"With `same` padding the multiples {factor}, {2 * factor}, ... do it.",
        ],
    )
