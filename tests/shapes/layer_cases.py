"""Random configurations of every layer, valid and invalid, for Keras and for us.

Each entry draws the arguments of one layer and the shapes of its inputs, batch left
out. About one in five is meant to be refused.
"""

from hypothesis import strategies as st

small = st.integers(1, 9)
sizes = st.integers(1, 12)
channels = st.integers(1, 6)
flag = st.booleans()
ranks = st.sampled_from([None, None, None, 1, 2])  # of low-rank adaptation
formats = st.sampled_from(["channels_last", "channels_first", None])


def places(rank, low=1, high=12):
    return st.lists(st.integers(low, high), min_size=rank, max_size=rank)


def one_or_each(rank, numbers):
    """An argument that Keras takes as one number or one for each axis."""
    each = st.lists(numbers, min_size=rank, max_size=rank).map(tuple)
    return numbers | each


@st.composite
def steps(draw, rank):
    kind = draw(st.sampled_from(["strides", "strides", "dilation", "both"]))
    numbers = one_or_each(rank, st.integers(1, 3))
    return {
        "strides": draw(numbers) if kind != "dilation" else 1,
        "dilation_rate": draw(numbers) if kind != "strides" else 1,
    }


def ordered(draw, given, lengths, c):
    """Put the channels last or first, and say so."""
    given["data_format"] = draw(formats)
    first = given["data_format"] == "channels_first"
    return given, [(c, *lengths) if first else (*lengths, c)]


@st.composite
def convolution(draw, rank, *, kind="plain"):
    paddings = ["valid", "valid", "same", "full"]
    if rank == 1:
        paddings.append("causal")
    c = draw(channels)
    given = {
        "kernel_size": draw(one_or_each(rank, st.integers(1, 4))),
        "padding": draw(st.sampled_from(paddings)),
        "use_bias": draw(flag),
        **draw(steps(rank)),
    }
    if kind != "depthwise":
        given["filters"] = draw(st.integers(1, 6))
    if kind in ("depthwise", "separable"):
        given["depth_multiplier"] = draw(st.integers(1, 3))
    if kind == "plain":
        given["groups"] = draw(st.sampled_from([1, 1, 1, 2, 3]))
        given["lora_rank"] = draw(ranks)
    if kind == "transposed":
        given["output_padding"] = draw(st.sampled_from([None, None, 0, 1]))
    axes = rank if draw(st.integers(0, 9)) else rank - 1
    return ordered(draw, given, draw(places(axes)), c)


@st.composite
def pooling(draw, rank):
    given = {
        "pool_size": draw(one_or_each(rank, st.integers(1, 4))),
        "strides": draw(st.none() | one_or_each(rank, st.integers(1, 4))),
        "padding": draw(st.sampled_from(["valid", "same", "causal"])),
    }
    return ordered(draw, given, draw(places(rank)), draw(channels))


@st.composite
def global_pooling(draw, rank):
    return ordered(draw, {"keepdims": draw(flag)}, draw(places(rank)), draw(channels))


@st.composite
def adaptive_pooling(draw, rank):
    size = draw(one_or_each(rank, st.integers(1, 4)))
    return {"output_size": size}, [(*draw(places(rank, 4, 9)), draw(channels))]


@st.composite
def shapes_of(draw, least=1, most=4):
    return tuple(draw(st.lists(sizes, min_size=least, max_size=most)))


@st.composite
def plain(draw, **arguments):
    given = {name: draw(values) for name, values in arguments.items()}
    return given, [draw(shapes_of())]


@st.composite
def ranked(draw, rank, **arguments):
    given = {name: draw(values) for name, values in arguments.items()}
    axes = rank if draw(st.integers(0, 9)) else rank + 1
    return given, [tuple(draw(places(axes)))]


@st.composite
def along(draw, **arguments):
    shape = draw(shapes_of())
    given = {name: draw(values) for name, values in arguments.items()}
    axis = draw(st.sampled_from([-1, -1, 1, len(shape)]))
    return {"axis": axis, **given}, [shape]


@st.composite
def grouped(draw):
    c = draw(st.sampled_from([4, 6, 8]))
    groups = draw(st.sampled_from([1, 2, 3, 4, -1, 32]))
    given = {"groups": groups, "center": draw(flag), "scale": draw(flag)}
    return given, [(*draw(places(2, 2, 4)), c)]


@st.composite
def reshape(draw):
    shape = draw(shapes_of(1, 3))
    total = 1
    for length in shape:
        total *= length
    divisors = [n for n in range(1, total + 1) if total % n == 0]
    first = draw(st.sampled_from(divisors) | st.integers(1, 9))
    target = draw(
        st.sampled_from([(first, -1), (first, total // first), (-1,), (-1, -1)])
    )
    return {"target_shape": target}, [shape]


@st.composite
def permute(draw):
    rank = draw(st.integers(1, 3))
    dims = draw(st.permutations(range(1, rank + 1)))
    if not draw(st.integers(0, 5)):
        dims = [*dims[:-1], rank + 1]
    return {"dims": tuple(dims)}, [tuple(draw(places(rank)))]


def margin(rank):
    one = st.integers(0, 3)
    pair = st.tuples(one, one)
    if rank == 1:
        return one | pair
    each = st.lists(one, min_size=rank, max_size=rank).map(tuple)
    both = st.lists(pair, min_size=rank, max_size=rank).map(tuple)
    return one | each | both


@st.composite
def margins(draw, rank, name):
    return {name: draw(margin(rank))}, [(*draw(places(rank, 4, 9)), draw(channels))]


@st.composite
def upsampling(draw, rank):
    size = (
        draw(st.integers(1, 3))
        if rank == 1
        else draw(one_or_each(rank, st.integers(1, 3)))
    )
    return {"size": size}, [(*draw(places(rank)), draw(channels))]


@st.composite
def merging(draw, least=2, most=3):
    shape = draw(shapes_of(1, 3))
    count = draw(st.integers(least, most))
    given = []
    for _ in range(count):
        other = list(shape)
        if not draw(st.integers(0, 3)):
            other[draw(st.integers(0, len(other) - 1))] = draw(st.sampled_from([1, 5]))
        given.append(tuple(other))
    return {}, given


@st.composite
def concatenate(draw):
    shape = draw(shapes_of(1, 3))
    axis = draw(st.sampled_from([-1, -1, 1, len(shape)]))
    at = len(shape) - 1 if axis == -1 else axis - 1
    given = []
    for _ in range(draw(st.integers(2, 3))):
        other = list(shape)
        other[at] = draw(sizes)
        if not draw(st.integers(0, 5)):
            other[0] = draw(sizes)
        given.append(tuple(other))
    return {"axis": axis}, given


@st.composite
def dot(draw):
    n, a, b = draw(sizes), draw(sizes), draw(sizes)
    axes = draw(st.sampled_from([1, 2, (1, 2), (2, 1), (2, 2), -1]))
    first, second = draw(
        st.sampled_from([((n, a), (n, b)), ((a, n), (b, n)), ((a, n), (n, b))])
    )
    return {"axes": axes}, [first, second]


@st.composite
def recurrent(draw, **more):
    given = {
        "units": draw(st.integers(1, 5)),
        "use_bias": draw(flag),
        "return_sequences": draw(flag),
        "return_state": draw(flag),
        **{name: draw(values) for name, values in more.items()},
    }
    axes = 2 if draw(st.integers(0, 9)) else 3
    return given, [tuple(draw(places(axes)))]


@st.composite
def conv_lstm(draw, rank):
    strides = draw(steps(rank))
    given = {
        "filters": draw(st.integers(1, 3)),
        "kernel_size": draw(one_or_each(rank, st.integers(1, 3))),
        "padding": draw(st.sampled_from(["valid", "same"])),
        "use_bias": draw(flag),
        "return_sequences": draw(flag),
        "return_state": draw(flag),
        **strides,
    }
    return given, [(draw(st.integers(1, 4)), *draw(places(rank, 1, 8)), draw(channels))]


@st.composite
def heads(draw):
    given = {
        "num_heads": draw(st.integers(1, 3)),
        "key_dim": draw(st.integers(1, 4)),
        "value_dim": draw(st.none() | st.integers(1, 4)),
        "use_bias": draw(flag),
        "output_shape": draw(st.none() | st.integers(1, 5)),
    }
    t, s = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    if draw(flag):
        given["attention_axes"] = draw(st.sampled_from([1, (1,), (2,), (1, 2), (-2,)]))
        apart = draw(st.integers(1, 4))
        if given["attention_axes"] in (1, (1,)):
            return given, [(t, apart, draw(channels)), (s, apart, draw(channels))]
        return given, [(apart, t, draw(channels)), (apart, s, draw(channels))]
    return given, [(t, draw(channels)), (s, draw(channels))]


@st.composite
def grouped_heads(draw):
    given = {
        "head_dim": draw(st.integers(1, 4)),
        "num_query_heads": draw(st.sampled_from([2, 4, 6])),
        "num_key_value_heads": draw(st.sampled_from([1, 2, 4])),
        "use_bias": draw(flag),
    }
    c = draw(channels)
    return given, [(draw(st.integers(1, 6)), c), (draw(st.integers(1, 6)), c)]


@st.composite
def list_attention(draw, **arguments):
    given = {name: draw(values) for name, values in arguments.items()}
    c, s = draw(channels), draw(st.integers(1, 6))
    shapes = [(draw(st.integers(1, 6)), c), (s, c)]
    if draw(flag):
        shapes.append((s, c))
    return given, shapes


@st.composite
def einsum(draw):
    equation, bias, into = draw(
        st.sampled_from(
            [
                ("abc,cd->abd", "d", 2),
                ("abc,cde->abde", "de", 2),
                ("abc,cde->abde", "e", 2),
                ("ab,bc->ac", "c", 1),
                ("abc,bcd->ad", None, 2),
                ("...x,xy->...y", "y", 2),
                ("abc,cd->ab", None, 2),
            ]
        )
    )
    out = {
        "abc,cd->abd": (None, 5),
        "abc,cde->abde": (None, 3, 4),
        "ab,bc->ac": 5,
        "abc,bcd->ad": 5,
        "...x,xy->...y": 5,
        "abc,cd->ab": (None,),
    }[equation]
    # Always of the right rank: Keras's symbolic shape accepts any other as well.
    given = {"equation": equation, "output_shape": out, "bias_axes": bias}
    if len(equation.partition(",")[2].partition("->")[0]) == 2:
        given["lora_rank"] = draw(ranks)
    return given, [tuple(draw(places(into, 1, 6)))]


@st.composite
def prelu(draw):
    shape = draw(shapes_of(1, 3))
    axes = st.lists(st.integers(-3, len(shape) + 1), max_size=3)
    shared = draw(st.none() | st.just([1]) | axes)
    return {"shared_axes": shared}, [shape]


@st.composite
def images(draw):
    given = {"height": draw(st.integers(1, 9)), "width": draw(st.integers(1, 9))}
    return given, [(*draw(places(2)), draw(channels))]


@st.composite
def augmentation(draw, **arguments):
    given = {name: draw(values) for name, values in arguments.items()}
    return given, [(*draw(places(2)), draw(st.sampled_from([1, 3])))]


factor = st.sampled_from([0.1, 0.3, 0.5])
share = st.sampled_from([0.0, 0.3, 1.0, 1.5, -0.1])
axis_or_axes = st.sampled_from([-1, 1])

CASES = {
    "Dense": plain(units=st.integers(0, 6), use_bias=flag, lora_rank=ranks),
    "EinsumDense": einsum(),
    "Embedding": plain(
        input_dim=st.integers(1, 9), output_dim=st.integers(1, 5), lora_rank=ranks
    ),
    "Identity": plain(),
    "Activation": plain(activation=st.sampled_from(["relu", "tanh", "linear"])),
    "ReLU": plain(max_value=st.sampled_from([None, 6.0, -1.0])),
    "LeakyReLU": plain(negative_slope=st.sampled_from([0.1, 0.3, -0.2])),
    "ELU": plain(alpha=st.just(0.5)),
    "PReLU": prelu(),
    "Softmax": plain(),
    "Masking": plain(),
    "ActivityRegularization": plain(l1=st.just(0.1)),
    "Dropout": plain(rate=share),
    "AlphaDropout": plain(rate=share),
    "GaussianDropout": plain(rate=share),
    "GaussianNoise": plain(stddev=share),
    "SpatialDropout1D": ranked(2, rate=share),
    "SpatialDropout2D": ranked(3, rate=share),
    "SpatialDropout3D": ranked(4, rate=share),
    "Rescaling": plain(scale=st.just(0.5)),
    "BatchNormalization": along(center=flag, scale=flag),
    "LayerNormalization": along(center=flag, scale=flag, rms_scaling=flag),
    "GroupNormalization": grouped(),
    "RMSNormalization": along(),
    "UnitNormalization": along(),
    "Normalization": along(),
    "Flatten": plain(),
    "Reshape": reshape(),
    "Permute": permute(),
    "RepeatVector": ranked(1, n=st.integers(-1, 4)),
    "Add": merging(),
    "Subtract": merging(),
    "Multiply": merging(),
    "Average": merging(),
    "Maximum": merging(),
    "Minimum": merging(),
    "Concatenate": concatenate(),
    "Dot": dot(),
    "SimpleRNN": recurrent(),
    "GRU": recurrent(reset_after=flag),
    "LSTM": recurrent(),
    "MultiHeadAttention": heads(),
    "GroupQueryAttention": grouped_heads(),
    "Attention": list_attention(
        use_scale=flag, score_mode=st.sampled_from(["dot", "concat", "none"])
    ),
    "AdditiveAttention": list_attention(use_scale=flag),
    "RandomBrightness": augmentation(factor=factor),
    "RandomContrast": augmentation(factor=factor),
    "RandomCrop": images(),
    "RandomFlip": augmentation(),
    "RandomRotation": augmentation(factor=factor),
    "RandomTranslation": augmentation(height_factor=factor, width_factor=factor),
    "RandomZoom": augmentation(height_factor=factor),
    "Resizing": images(),
    "CenterCrop": images(),
}
for rank in (1, 2, 3):
    CASES[f"Conv{rank}D"] = convolution(rank)
    CASES[f"Conv{rank}DTranspose"] = convolution(rank, kind="transposed")
    for kind in ("Average", "Max"):
        CASES[f"{kind}Pooling{rank}D"] = pooling(rank)
        CASES[f"Global{kind}Pooling{rank}D"] = global_pooling(rank)
        CASES[f"Adaptive{kind}Pooling{rank}D"] = adaptive_pooling(rank)
    CASES[f"ZeroPadding{rank}D"] = margins(rank, "padding")
    CASES[f"Cropping{rank}D"] = margins(rank, "cropping")
    CASES[f"UpSampling{rank}D"] = upsampling(rank)
    CASES[f"ConvLSTM{rank}D"] = conv_lstm(rank)
for rank in (1, 2):
    CASES[f"DepthwiseConv{rank}D"] = convolution(rank, kind="depthwise")
    CASES[f"SeparableConv{rank}D"] = convolution(rank, kind="separable")


@st.composite
def encoded(draw, modes, **arguments):
    given = {name: draw(values) for name, values in arguments.items()}
    given["output_mode"] = draw(st.sampled_from([*modes, modes[-1], "most"]))
    shape = list(draw(shapes_of(1, 3)))
    if draw(flag):
        shape[-1] = 1
    return given, [tuple(shape)]


@st.composite
def crossed(draw):
    given = {
        "num_bins": draw(st.integers(1, 5)),
        "output_mode": draw(st.sampled_from(["int", "one_hot", "count"])),
    }
    n = draw(st.integers(1, 3))
    return given, [(n,), (n if draw(st.integers(0, 4)) else n + 1,)]


@st.composite
def discretized(draw):
    given = draw(
        st.sampled_from(
            [
                {"num_bins": 4},
                {"bin_boundaries": [0.0, 1.0, 2.5]},
                {},
                {"num_bins": 4, "bin_boundaries": [0.0]},
            ]
        )
    )
    mode = draw(st.sampled_from(["int", "one_hot", "multi_hot", "count", "tf_idf"]))
    shape = list(draw(shapes_of(1, 3)))
    if draw(flag):
        shape[-1] = 1
    return {**given, "output_mode": mode}, [tuple(shape)]


@st.composite
def looked_up(draw, words):
    given = {
        "vocabulary": words[: draw(st.integers(1, len(words)))],
        "num_oov_indices": draw(st.integers(1, 3)),
        "output_mode": draw(st.sampled_from(["int", "one_hot", "multi_hot", "count"])),
        "max_tokens": 9,
        "pad_to_max_tokens": draw(flag),
    }
    shape = list(draw(shapes_of(1, 2)))
    if draw(flag):
        shape[-1] = 1
    return given, [tuple(shape)]


@st.composite
def vectorized(draw):
    mode = draw(st.sampled_from(["int", "multi_hot", "count", "nonsense"]))
    length = st.integers(1, 9) if mode == "int" else st.none() | st.just(3)
    given = {
        "vocabulary": ["red", "green", "blue"][: draw(st.integers(1, 3))],
        "output_mode": mode,
        "output_sequence_length": draw(length),
    }
    return given, [(1,)]


@st.composite
def spectrogram(draw):
    given = {
        "mode": draw(st.sampled_from(["log", "real", "imag", "stft", "psd", "bad"])),
        "frame_length": draw(st.integers(2, 9)),
        "frame_step": draw(st.none() | st.integers(1, 9)),
        "fft_length": draw(st.sampled_from([None, 8, 16])),
        "padding": draw(st.sampled_from(["valid", "same"])),
        "expand_dims": draw(flag),
    }
    first = draw(flag)
    given["data_format"] = "channels_first" if first else "channels_last"
    steps, c = draw(st.integers(6, 40)), draw(st.integers(1, 3))
    return given, [(c, steps) if first else (steps, c)]


@st.composite
def mel_spectrogram(draw):
    given = {
        "num_mel_bins": draw(st.integers(1, 9)),
        "sequence_stride": draw(st.integers(1, 30)),
        "fft_length": 64,
        "sequence_length": draw(st.sampled_from([None, 32, 128])),
    }
    return given, [(draw(st.integers(10, 200)),)]


ENCODED = ["one_hot", "multi_hot", "count"]
CASES |= {
    "AugMix": augmentation(),
    "AutoContrast": augmentation(),
    "CategoryEncoding": encoded(ENCODED, num_tokens=st.sampled_from([None, 1, 5])),
    "ContrastLimitedAdaptiveHistogramEqualization": augmentation(),
    "CutMix": augmentation(),
    "Discretization": discretized(),
    "Equalization": augmentation(),
    "HashedCrossing": crossed(),
    "Hashing": encoded(["int", *ENCODED], num_bins=st.integers(0, 5)),
    "IntegerLookup": looked_up([5, 7, 9, 11]),
    "MaxNumBoundingBoxes": augmentation(max_number=st.just(3)),
    "MelSpectrogram": mel_spectrogram(),
    "MixUp": augmentation(),
    "RandAugment": augmentation(),
    "RandomColorDegeneration": augmentation(factor=factor),
    "RandomColorJitter": augmentation(),
    "RandomElasticTransform": augmentation(),
    "RandomErasing": augmentation(),
    "RandomGaussianBlur": augmentation(),
    "RandomGrayscale": augmentation(),
    "RandomHue": augmentation(factor=factor),
    "RandomInvert": augmentation(),
    "RandomPerspective": augmentation(),
    "RandomPosterization": augmentation(factor=st.integers(1, 8)),
    "RandomSaturation": augmentation(factor=factor),
    "RandomSharpness": augmentation(factor=factor),
    "RandomShear": augmentation(x_factor=factor),
    "ReversibleEmbedding": plain(
        input_dim=st.integers(1, 9), output_dim=st.integers(1, 5), tie_weights=flag
    ),
    "STFTSpectrogram": spectrogram(),
    "Solarization": augmentation(),
    "StringLookup": looked_up(["a", "b", "c", "d"]),
    "TextVectorization": vectorized(),
}
