"""Receptive fields against the real Keras: one place of the input changed at a time.

No output element may move that does not see the place, and a window is as wide as it
is said to be. Places are all axes but the batch and the channels; of a row, its axis.
"""

import inspect
import itertools
import math
import warnings

import numpy as np
import pytest

from byhand.shapes import Input, Model, layers, ops
from tests.amounts import in_turn
from tests.shapes.layer_cases import CASES
from tests.shapes.ops_cases import USES
from tests.shapes.test_layers import LISTS, ONE_BY_ONE

ROW, IMAGE, VOLUME = (9, 3), (6, 5, 3), (4, 3, 3, 2)
SHAPES = {1: ROW, 2: IMAGE, 3: VOLUME}
FIRST = {"data_format": "channels_first"}

# (layer, arguments, shapes of its inputs)
USED = [
    *((name, {}, [shape]) for name in ("Identity", "ReLU", "LeakyReLU", "ELU", "PReLU")
      for shape in ((5,), ROW, IMAGE)),
    ("Activation", {"activation": "tanh"}, [IMAGE]),
    ("Activation", {"activation": "softmax"}, [IMAGE]),
    ("Activation", {"activation": "softmax"}, [(5,)]),
    ("Activation", {"activation": "log_softmax"}, [(5,)]),
    ("Masking", {}, [ROW]),
    ("ActivityRegularization", {}, [IMAGE]),
    ("Rescaling", {"scale": 0.5}, [IMAGE]),
    *((name, {"rate": 0.5}, [IMAGE])
      for name in ("Dropout", "AlphaDropout", "GaussianDropout", "SpatialDropout2D")),
    ("SpatialDropout1D", {"rate": 0.5}, [ROW]),
    ("SpatialDropout3D", {"rate": 0.5}, [VOLUME]),
    ("GaussianNoise", {"stddev": 0.5}, [IMAGE]),
    *(("Softmax", {"axis": axis}, [IMAGE]) for axis in (-1, 1, (1, 2), (1, 2, 3))),
    ("Softmax", {}, [(5,)]),
    ("BatchNormalization", {}, [IMAGE]),
    ("BatchNormalization", {}, [(5,)]),
    ("BatchNormalization", {"axis": 1}, [IMAGE]),
    *((name, {"axis": axis}, [IMAGE])
      for name in ("LayerNormalization", "RMSNormalization", "UnitNormalization")
      for axis in (-1, 1, (1, 2), (1, 2, 3))
      if (name, axis) != ("RMSNormalization", (1, 2))),  # Keras does not run it
    *((name, {}, [(5,)])
      for name in ("LayerNormalization", "RMSNormalization", "UnitNormalization")),
    ("GroupNormalization", {"groups": 3}, [IMAGE]),
    ("GroupNormalization", {"groups": 1}, [IMAGE]),
    ("GroupNormalization", {"groups": 2}, [(4,)]),
    ("Normalization", {"mean": 1.0, "variance": 2.0}, [IMAGE]),
    ("Dense", {"units": 4}, [(5,)]),
    ("Dense", {"units": 4}, [ROW]),
    ("Dense", {"units": 4}, [IMAGE]),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": (None, 4)}, [ROW]),
    ("EinsumDense", {"equation": "abc,cde->abde", "output_shape": (None, 4, 2)}, [ROW]),
    ("EinsumDense", {"equation": "abc,bcd->ad", "output_shape": 4}, [ROW]),
    ("EinsumDense", {"equation": "abc,bd->adc", "output_shape": (9, 3)}, [ROW]),
    ("EinsumDense", {"equation": "abc,bd->abd", "output_shape": (9, 4)}, [ROW]),
    ("EinsumDense", {"equation": "ab,bc->ac", "output_shape": 4}, [(5,)]),
    ("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 4}, [ROW]),
    ("EinsumDense", {"equation": "abc,c->ab", "output_shape": (None,)}, [ROW]),
    ("Embedding", {"input_dim": 9, "output_dim": 4}, [(6,)]),
    ("Embedding", {"input_dim": 9, "output_dim": 4}, [(6, 2)]),
    ("ReversibleEmbedding", {"input_dim": 9, "output_dim": 4}, [(6,)]),
    ("Flatten", {}, [(5,)]),
    ("Flatten", {}, [(5, 1)]),
    ("Reshape", {"target_shape": (-1, 3)}, [IMAGE]),
    ("Reshape", {"target_shape": (5, 6, 3)}, [IMAGE]),
    *(("Permute", {"dims": dims}, [IMAGE])
      for dims in ((1, 2, 3), (2, 1, 3), (3, 1, 2), (1, 3, 2))),
    ("Permute", {"dims": (2, 1)}, [ROW]),
    ("RepeatVector", {"n": 4}, [(5,)]),
    *((name, {}, [IMAGE, IMAGE])
      for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")),
    ("Add", {}, [IMAGE, (1, 1, 3)]),
    ("Multiply", {}, [IMAGE, (6, 5, 1)]),
    ("Maximum", {}, [IMAGE, (1, 5, 3)]),
    ("Add", {}, [ROW, (3,)]),
    *(("Concatenate", {"axis": axis}, [IMAGE, IMAGE]) for axis in (-1, 1, 2)),
    ("Concatenate", {"axis": 1}, [(5,), (5,)]),
    ("Concatenate", {"axis": 1}, [ROW]),
    ("Dot", {"axes": 2}, [ROW, ROW]),
    ("Dot", {"axes": 1}, [ROW, ROW]),
    *((name, {"units": 4, "return_sequences": returned}, [ROW])
      for name in ("SimpleRNN", "GRU", "LSTM") for returned in (False, True)),
    *((f"ConvLSTM{rank}D",
       {"filters": 2, "kernel_size": 3, "padding": "same", "return_sequences": True},
       [(3, *(4,) * rank, 2)]) for rank in (1, 2)),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, [(4, 3), (5, 3)]),
    ("MultiHeadAttention", {"num_heads": 1, "key_dim": 3, "attention_axes": 2},
     [(4, 5, 3), (4, 6, 3)]),
    ("GroupQueryAttention",
     {"head_dim": 3, "num_query_heads": 2, "num_key_value_heads": 1}, [(4, 3), (5, 3)]),
    ("Attention", {}, [(4, 3), (5, 3)]),
    ("AdditiveAttention", {}, [(4, 3), (5, 3)]),
    *(("UpSampling2D", {"size": (2, 3), "interpolation": how}, [(4, 5, 2)])
      for how in ("nearest", "bilinear", "bicubic", "lanczos3")),
    ("UpSampling1D", {"size": 3}, [ROW]),
    ("UpSampling3D", {"size": (2, 1, 2)}, [VOLUME]),
    ("Resizing", {"height": 4, "width": 5}, [IMAGE]),
    ("Resizing", {"height": 12, "width": 10, "interpolation": "nearest"}, [IMAGE]),
    ("CenterCrop", {"height": 4, "width": 4}, [IMAGE]),
    ("CenterCrop", {"height": 4, "width": 4, **FIRST}, [(2, 8, 7)]),
    ("CenterCrop", {"height": 6, "width": 5}, [IMAGE]),
    ("CenterCrop", {"height": 12, "width": 6}, [IMAGE]),
    ("RandomCrop", {"height": 4, "width": 4}, [IMAGE]),
    ("AutoContrast", {}, [IMAGE]),
    ("Equalization", {}, [IMAGE]),
    ("ContrastLimitedAdaptiveHistogramEqualization", {}, [IMAGE]),
    *((name, {"factor": 0.3}, [IMAGE]) for name in (
        "RandomRotation", "RandomContrast", "RandomBrightness", "RandomHue",
        "RandomColorDegeneration", "RandomSaturation", "RandomSharpness")),
    *((name, {}, [IMAGE]) for name in (
        "RandomFlip", "Solarization", "AugMix", "RandAugment", "CutMix", "MixUp",
        "RandomColorJitter", "RandomElasticTransform", "RandomErasing",
        "RandomGaussianBlur", "RandomGrayscale", "RandomInvert", "RandomPerspective",
        "RandomShear")),
    ("RandomTranslation", {"height_factor": 0.3, "width_factor": 0.3}, [IMAGE]),
    ("RandomZoom", {"height_factor": 0.3}, [IMAGE]),
    ("RandomPosterization", {"factor": 3}, [IMAGE]),
    ("CategoryEncoding", {"num_tokens": 9, "output_mode": "one_hot"}, [(6,)]),
    ("CategoryEncoding", {"num_tokens": 9}, [(6,)]),
    ("Discretization", {"bin_boundaries": [2.0, 5.0]}, [(6,)]),
    ("Discretization", {"bin_boundaries": [2.0], "output_mode": "one_hot"}, [(6,)]),
    ("Hashing", {"num_bins": 5}, [(6,)]),
    ("HashedCrossing", {"num_bins": 5}, [(1,), (1,)]),
    ("IntegerLookup", {"vocabulary": [1, 2, 3, 5]}, [(6,)]),
    ("IntegerLookup", {"vocabulary": [1, 2, 3, 5], "output_mode": "one_hot"}, [(6,)]),
    ("IntegerLookup", {"vocabulary": [1, 2, 3, 5], "output_mode": "count"}, [(6,)]),
    ("STFTSpectrogram", {"frame_length": 4, "frame_step": 2}, [(16, 1)]),
]  # fmt: skip
for rank, shape in SHAPES.items():
    firsts = (shape[-1], *shape[:-1])
    kernel = {"filters": 2, "kernel_size": 3}
    for padding in ("valid", "same", "causal")[: 3 if rank == 1 else 2]:
        for step in ({}, {"strides": 2}, {"dilation_rate": 2}):
            given = {**kernel, "padding": padding, **step}
            if rank == 3 and padding == "valid" and step:
                continue
            USED.append((f"Conv{rank}D", given, [shape]))
            if rank < 3 and padding != "causal":
                USED.append((f"SeparableConv{rank}D", given, [shape]))
                USED.append(
                    (
                        f"DepthwiseConv{rank}D",
                        {"kernel_size": 3, "padding": padding, **step},
                        [shape],
                    )
                )
    for padding, strides, taps in itertools.product(
        ("valid", "same"), (1, 2, 3), (1, 2, 3, 4)
    ):
        given = {
            "filters": 2,
            "kernel_size": taps,
            "padding": padding,
            "strides": strides,
        }
        if rank == 1 or (strides, taps) in ((2, 3), (2, 4)):
            USED.append((f"Conv{rank}DTranspose", given, [shape]))
    for kind in ("Average", "Max"):
        for padding in ("valid", "same"):
            given = {"pool_size": 2, "padding": padding}
            USED.append((f"{kind}Pooling{rank}D", given, [shape]))
            given = {"pool_size": 3, "strides": 1, "padding": padding}
            USED.append((f"{kind}Pooling{rank}D", given, [shape]))
        for kept in (False, True):
            USED.append((f"Global{kind}Pooling{rank}D", {"keepdims": kept}, [shape]))
        # Of the largest, TensorFlow ends the whole run.
        for size in (1, 2, 3) if kind == "Average" else ():
            USED.append(
                (f"Adaptive{kind}Pooling{rank}D", {"output_size": size}, [shape])
            )
    USED.append((f"ZeroPadding{rank}D", {"padding": 2}, [shape]))
    USED.append((f"Cropping{rank}D", {"cropping": 1}, [shape]))
USED += [
    ("ZeroPadding2D", {"padding": ((1, 0), (0, 2)), **FIRST}, [(2, 5, 6)]),
    ("Cropping2D", {"cropping": ((1, 0), (0, 2)), **FIRST}, [(2, 5, 6)]),
    ("UpSampling2D", {"size": 2, **FIRST}, [(2, 3, 4)]),
    ("GlobalMaxPooling2D", {**FIRST}, [(2, 3, 4)]),
]
NOT_USED = {
    *("StringLookup", "TextVectorization"),  # read texts
    *("MaxNumBoundingBoxes", "MelSpectrogram"),  # read boxes, and whole signals
    "ConvLSTM3D",  # takes long, and is as those of one and two dimensions
    *(f"AdaptiveMaxPooling{rank}D" for rank in (1, 2, 3)),  # end TensorFlow's run
}
INTEGERS = {
    "Embedding",
    "ReversibleEmbedding",
    "CategoryEncoding",
    "Hashing",
    "HashedCrossing",
    "IntegerLookup",
}

pytestmark = pytest.mark.slow


def test_every_layer_with_a_case_is_used():
    used = {name for name, *_ in USED}
    lacking = set(CASES) - used - NOT_USED
    assert not lacking, f"add to USED in this file: {lacking}"
    assert not used & NOT_USED


def places_of(shape, count, first):
    """Return which axes of an array with its batch are places."""
    start = 2 if first and len(shape) > count + 1 else 1
    return tuple(range(start, min(start + count, len(shape))))


def moved(function, arrays, which, count, first):
    """Yield each place of an input with the places of the output that it moves."""
    before = function(*arrays)
    given = arrays[which]
    axes = places_of(given.shape, count, first)
    places = list(itertools.product(*(range(given.shape[axis]) for axis in axes)))
    numbers = given.dtype.kind == "i"
    for place in places:
        key = [slice(None)] * given.ndim
        for axis, k in zip(axes, place, strict=True):
            key[axis] = k
        where = None
        for shift in range(1, 9) if numbers else (3, -3, 0):
            changed = given.copy()
            part = changed[tuple(key)]
            noise = np.random.default_rng(shift + 9).uniform(0.5, 1.5, part.shape)
            changed[tuple(key)] = (
                (part + shift) % 9
                if numbers
                else (part + shift * noise if shift else 0.0)
            )
            after = function(*arrays[:which], changed, *arrays[which + 1 :])
            for one, two in zip(before, after, strict=True):
                same = np.isclose(one, two, rtol=1e-4, atol=1e-6, equal_nan=True)
                others = places_of(one.shape, count, first)
                rest = tuple(a for a in range(one.ndim) if a not in others)
                seen = ~same.all(axis=rest)
                where = seen if where is None else where | seen
        yield place, where


def check(row, function, arrays, first=False):
    """Hold the field of a row to what moves."""
    field = row.receptive_field
    if field == "unknown":
        return
    outputs = function(*arrays)
    rank = outputs[0].ndim
    if isinstance(field, str):
        for which in range(len(arrays)):
            count = max(arrays[which].ndim - 2, 1)
            whole = some = None
            # What it moves is whatever the output has, places or not.
            for _, where in moved(function, arrays, which, count, first):
                where = where.reshape(-1)
                whole = where if whole is None else whole & where
                some = where if some is None else some | where
            if whole.any() or not some.any():
                return
        raise AssertionError("no output element sees all of an input")
    given_rank = min(given.ndim for given in arrays)
    count = len(field.size) or max(min(rank, given_rank) - 2, 1)
    if not field.size and rank == 2 and outputs[0].shape[1] != arrays[0].shape[1]:
        # A flat row: an element sees one place, wherever it was.
        for which, given in enumerate(arrays):
            axes = max(given.ndim - 2, 1)
            seen = sum(
                where.astype(int)
                for _, where in moved(function, arrays, which, axes, first)
            )
            assert seen.max() <= 1
        return
    spans = field.span or ((0, 0, 1),) * count
    for which in range(len(arrays)):
        ends = {}
        for place, where in moved(function, arrays, which, count, first):
            assert where.ndim == count == len(place), "the axes are not those said"
            for element in np.argwhere(where):
                for axis, (o, i) in enumerate(zip(element, place, strict=True)):
                    a, b, j = spans[axis]
                    low, high = math.floor(a + o * j), math.floor(b + o * j)
                    assert low <= i <= high, (axis, int(o), i, low, high)
                    key = (axis, *map(int, element))
                    least, most = ends.get(key, (i, i))
                    ends[key] = min(least, i), max(most, i)
        # No wider than it is: where all of it lies inside the input, all is seen.
        axes = places_of(arrays[which].shape, count, first)
        for axis, ((a, b, j), place) in enumerate(zip(spans, axes, strict=True)):
            inside = set()
            for (along, *element), seen in ends.items():
                low = math.floor(a + element[axis] * j)
                high = math.floor(b + element[axis] * j)
                if along == axis and low >= 0 and high < arrays[which].shape[place]:
                    inside.add(seen == (low, high))
            assert True in inside or not inside, (field, axis)


def numbers_for(shapes, integers):
    rng = np.random.default_rng(7)
    if integers:
        return [rng.integers(0, 9, (2, *shape)) for shape in shapes]
    return [rng.uniform(0.2, 1.8, (2, *shape)).astype("float32") for shape in shapes]


def described(case):
    name, given, shapes = case
    return f"{name} {given} {shapes}".replace("'", "")


@pytest.mark.parametrize(
    "case", in_turn([(case,) for case in USED], map(described, USED), every=6)
)
def test_a_layer_sees_what_it_says(case):
    import keras

    name, given, shapes = case
    by_one = name in ONE_BY_ONE
    inputs = [Input(shape) for shape in shapes]
    listed = inputs if len(inputs) > 1 or name in LISTS else inputs[0]
    layer = getattr(layers, name)(**given)
    row = Model(inputs, layer(*inputs) if by_one else layer(listed)).rows[-1]
    if row.receptive_field == "unknown":
        return
    keras.utils.set_random_seed(5)
    real = getattr(keras.layers, name)(**given)
    arrays = numbers_for(shapes, name in INTEGERS)
    training = "training" in inspect.signature(real.call).parameters
    options = {"training": False} if training else {}

    def function(*xs):
        xs = [keras.ops.convert_to_tensor(x) for x in xs]
        listed = xs if len(xs) > 1 or name in LISTS else xs[0]
        out = real(*xs, **options) if by_one else real(listed, **options)
        return [np.asarray(one) for one in (out if isinstance(out, list) else [out])]

    function(*arrays)
    for weight in real.weights:
        if weight.dtype == "float32":
            weight.assign(np.random.default_rng(3).uniform(0.05, 0.2, weight.shape))
    check(row, function, arrays, given.get("data_format") == "channels_first")


# Of attention, heads count as channels; labels are no numbers to be changed.
NOT_TRIED = {"dot_product_attention", "sparse_categorical_crossentropy"}


@pytest.mark.parametrize(
    ("name", "use", "shapes"), in_turn(USES, [use[0] for use in USES], every=6)
)
def test_an_operation_sees_what_it_says(name, use, shapes):
    import keras

    inputs = [Input(shape) for shape in shapes]
    out = use(ops, *inputs)
    row = Model(inputs, out).rows[-1]
    if row.call is None or row.receptive_field == "unknown" or name in NOT_TRIED:
        return

    def function(*xs):
        out = use(keras.ops, *map(keras.ops.convert_to_tensor, xs))
        out = out if isinstance(out, list | tuple) else [out]
        return [np.asarray(one) for one in out]

    arrays = numbers_for(shapes, False)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            function(*arrays)
        except Exception:
            pytest.skip("TensorFlow does not run it")
        check(row, function, arrays)
