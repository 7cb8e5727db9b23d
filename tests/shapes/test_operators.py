"""Operators of symbolic tensors, and models that readers write with them."""

import numpy as np
import pytest

from byhand.shapes import Input, Model, ShapeError, layers, ops
from byhand.shapes.tensor import Tensor


def kinds(model):
    return [row.kind for row in model.rows if row.kind != "InputLayer"]


@pytest.mark.parametrize(
    ("use", "kind"),
    [
        (lambda x: x + 1, "Add"),
        (lambda x: 1 + x, "Add"),
        (lambda x: x - 1, "Subtract"),
        (lambda x: 1 - x, "Subtract"),
        (lambda x: x * 2, "Multiply"),
        (lambda x: 2 * x, "Multiply"),
        (lambda x: x / 2, "Divide"),
        (lambda x: 2 / x, "Divide"),
        (lambda x: x // 2, "FloorDivide"),
        (lambda x: 2 // x, "FloorDivide"),
        (lambda x: x % 2, "Mod"),
        (lambda x: 2 % x, "Mod"),
        (lambda x: x**2, "Power"),
        (lambda x: 2**x, "Power"),
        (lambda x: -x, "Negative"),
        (lambda x: abs(x), "Absolute"),
        (lambda x: round(x), "Round"),
        (lambda x: x < 1, "Less"),
        (lambda x: x <= 1, "LessEqual"),
        (lambda x: x > 1, "Greater"),
        (lambda x: x >= 1, "GreaterEqual"),
        (lambda x: x != 1, "NotEqual"),
        (lambda x: x & x, "LogicalAnd"),
        (lambda x: True & x, "LogicalAnd"),
        (lambda x: x | x, "LogicalOr"),
        (lambda x: True | x, "LogicalOr"),
        (lambda x: x ^ x, "LogicalXor"),
        (lambda x: True ^ x, "LogicalXor"),
        (lambda x: ~x, "LogicalNot"),
        (lambda x: x @ np.ones((4, 4)), "Matmul"),
        (lambda x: np.ones((5, 5)) @ x, "Matmul"),
        (lambda x: x[:, :], "GetItem"),
        (lambda x: x.reshape((-1, 5, 4)), "Reshape"),
        (lambda x: x.reshape(-1, 5, 4), "Reshape"),
        (lambda x: x.squeeze(), "Squeeze"),
        (lambda x: np.ones((5, 4)) - x, "Subtract"),
        (lambda x: np.float32(2) * x, "Multiply"),
        (lambda x: [1, 2, 3, 4] * x, "Multiply"),
    ],
)
def test_an_operator_is_a_row_of_its_own(use, kind):
    x = Input((5, 4))
    out = use(x)
    assert out.shape == x.shape
    model = Model(x, out)
    assert kinds(model) == [kind]


def test_operands_stay_in_order():
    column, x = Input((5, 1)), Input((5, 4))
    first, second = (column - x).call, (x - column).call
    assert [tensor is column for tensor in first.inputs] == [True, False]
    assert [tensor is column for tensor in second.inputs] == [False, True]
    assert (np.ones((3, 5)) @ x).shape == (None, 3, 4)
    assert (np.ones(5) @ x).shape == (None, 4)
    assert (x @ np.ones(4)).shape == (None, 5)


@pytest.mark.parametrize(
    "use",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a * b,
        lambda a, b: a / b,
        lambda a, b: a // b,
        lambda a, b: a % b,
        lambda a, b: a**b,
        lambda a, b: a & b,
        lambda a, b: a | b,
        lambda a, b: a ^ b,
    ],
)
def test_numbers_stay_on_their_side(use):
    x = Input((5, 4))
    first, second = use(7, x).call.arguments.given
    assert (first, second is x) == (7, True)
    first, second = use(x, 7).call.arguments.given
    assert (first is x, second) == (True, 7)


def test_what_a_tensor_tells_of_itself():
    x = Input((5, 4), name="x", dtype="int32")
    assert (x.ndim, x.dtype, x.name, x.T.shape[:2]) == (3, "int32", "x", (4, 5))
    assert (x > 1).dtype == "bool"
    assert (x + 1).dtype == "int32"
    assert ops.cast(x, "float16").dtype == "float16"
    assert ops.argmax(x).dtype == "int32"


def test_equality_is_identity_as_in_keras():
    x, y = Input((4,)), Input((4,))
    assert x == x
    assert (x == y) is False
    assert len({x, y, x}) == 2
    assert isinstance(x != y, Tensor)


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda x: len(x), "use x.shape"),
        (lambda x: list(x), "ops.unstack"),
        (lambda x: 1 if x > 0 else 2, "ops.where"),
        (lambda x: x > 0 and x < 1, "ops.logical_and"),
        (lambda x: int(x), "no number"),
        (lambda x: float(x), "no number"),
        (lambda x: 3 in x, "not known"),
        (lambda x: np.asarray(x), "in place of NumPy's"),
        (lambda x: np.sin(x), "ufunc"),
        (lambda x: x + "a", "expected a tensor, a number or an array, got 'a'"),
        (lambda x: x["a"], "expected a tensor"),
        (lambda x: x[1.5], "index"),
        (lambda x: x[:, 1.5:], "whole number"),
    ],
)
def test_what_asks_for_numbers_is_refused_in_words(use, words):
    with pytest.raises(TypeError, match=words):
        use(Input((5, 4)))


def test_unequal_shapes_are_refused_with_the_way_there():
    x = layers.Dense(3, name="left")(Input((5,)))
    y = layers.Dense(4, name="right")(Input((5,)))
    with pytest.raises(ShapeError) as refusal:
        _ = x + y
    text = str(refusal.value)
    assert "(None, 3) and (None, 4) cannot be combined" in text
    assert "left (None, 3)" in text
    assert "make these lengths equal" in text


@pytest.mark.parametrize(
    ("function", "kind", "shape"),
    [
        ("add", "Add", (None, 5, 4)),
        ("subtract", "Subtract", (None, 5, 4)),
        ("multiply", "Multiply", (None, 5, 4)),
        ("average", "Average", (None, 5, 4)),
        ("maximum", "Maximum", (None, 5, 4)),
        ("minimum", "Minimum", (None, 5, 4)),
        ("concatenate", "Concatenate", (None, 5, 8)),
        ("dot", "Dot", (None, 5, 5)),
    ],
)
def test_functions_of_layers(function, kind, shape):
    x, y = Input((5, 4)), Input((5, 4))
    out = getattr(layers, function)([x, y], name="merged")
    assert (out.shape, out.call.layer._kind_) == (shape, kind)
    assert out.call.layer.name == "merged"


def test_functions_take_the_arguments_of_their_layers():
    x, y = Input((5, 4)), Input((3, 4))
    assert layers.concatenate([x, y], axis=1).shape == (None, 8, 4)
    assert layers.dot([x, y], axes=(2, 2)).shape == (None, 5, 3)
    with pytest.raises(TypeError, match="axes"):
        layers.concatenate([x, y], axes=1)


# --- what readers write


def separable_unet():
    """A U-Net of separable convolutions, with sums of branches by name."""
    inputs = Input((160, 160, 3))
    x = layers.Conv2D(32, 3, strides=2, padding="same")(inputs)
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    before = x
    for filters in (64, 128, 256):
        for _ in range(2):
            x = layers.Activation("relu")(x)
            x = layers.SeparableConv2D(filters, 3, padding="same")(x)
            x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        side = layers.Conv2D(filters, 1, strides=2, padding="same")(before)
        before = x = layers.add([x, side])
    for filters in (256, 128, 64, 32):
        for _ in range(2):
            x = layers.Activation("relu")(x)
            x = layers.Conv2DTranspose(filters, 3, padding="same")(x)
            x = layers.BatchNormalization()(x)
        x = layers.UpSampling2D(2)(x)
        side = layers.UpSampling2D(2)(before)
        side = layers.Conv2D(filters, 1, padding="same")(side)
        before = x = layers.add([x, side])
    return Model(inputs, layers.Conv2D(3, 3, activation="softmax", padding="same")(x))


def test_a_unet_with_sums_by_name():
    model = separable_unet()
    assert model.output_shape == (None, 160, 160, 3)
    assert model.count_params() == 2_058_979


def test_a_transformer_with_sums_by_operator():
    """Encoder blocks over a time series."""
    x = inputs = Input((500, 1))
    for _ in range(4):
        y = layers.MultiHeadAttention(key_dim=256, num_heads=4, dropout=0.25)(x, x)
        y = layers.LayerNormalization(epsilon=1e-6)(layers.Dropout(0.25)(y))
        result = y + x
        y = layers.Conv1D(filters=4, kernel_size=1, activation="relu")(result)
        y = layers.Conv1D(filters=x.shape[-1], kernel_size=1)(layers.Dropout(0.25)(y))
        x = layers.LayerNormalization(epsilon=1e-6)(y) + result
    x = layers.GlobalAveragePooling1D(data_format="channels_last")(x)
    x = layers.Dropout(0.4)(layers.Dense(128, activation="relu")(x))
    model = Model(inputs, layers.Dense(2, activation="softmax")(x))
    assert model.count_params() == 29_258
    assert kinds(model).count("Add") == 8
    assert [row.sources for row in model.rows if row.name == "add"] == [
        ["layer_normalization", "input_layer"]
    ]


def test_squeeze_and_excitation():
    """C18."""
    inputs = Input((8, 8, 32))
    s = layers.GlobalAveragePooling2D(keepdims=True)(inputs)
    s = layers.Dense(32, activation="sigmoid")(layers.Dense(4, activation="relu")(s))
    model = Model(inputs, layers.multiply([inputs, s]))
    assert (model.output_shape, model.count_params()) == ((None, 8, 8, 32), 292)


def test_slices():
    """C19."""
    x = Input((16, 8))
    model = Model(x, layers.Dense(2)(x[:, 0]))
    assert (model.output_shape, model.count_params()) == ((None, 2), 18)
    assert x[..., :3].shape == (None, 16, 3)


def test_patches_of_an_image_as_rows():
    """The beginning of a vision transformer, inside an own layer."""

    class Patches(layers.Layer):
        def __init__(self, size):
            super().__init__()
            self.size = size

        def call(self, images):
            batch, height, width, channels = ops.shape(images)
            patches = ops.image.extract_patches(images, size=self.size)
            rows = (height // self.size) * (width // self.size)
            return ops.reshape(patches, (batch, rows, self.size**2 * channels))

    x = Input((72, 72, 3))
    assert Patches(6)(x).shape == (None, 144, 108)
    assert str(Patches(6)(Input((None, None, 3))).shape) == (
        "(None, (H // 6) * (W // 6), 108)"
    )


def test_heads_split_and_joined_by_hand():
    """Attention as it is written down in lectures; its cost is the layer's."""
    heads, numbers = 4, 8
    x = Input((10, 32))

    def split(tensor):
        tensor = ops.reshape(tensor, (-1, 10, heads, numbers))
        return ops.transpose(tensor, (0, 2, 1, 3))

    q, k, v = (split(layers.Dense(32)(x)) for _ in range(3))
    weights = ops.softmax(q @ ops.transpose(k, (0, 1, 3, 2)) / numbers**0.5)
    assert weights.shape == (None, heads, 10, 10)
    mixed = ops.transpose(weights @ v, (0, 2, 1, 3))
    out = layers.Dense(32)(ops.reshape(mixed, (-1, 10, 32)))
    model = Model(x, out)
    layer = layers.MultiHeadAttention(num_heads=heads, key_dim=numbers)
    reference = Model(x, layer(x, x))
    assert model.output_shape == reference.output_shape
    assert model.count_params() == reference.count_params()
    assert model.macs == reference.macs


def test_a_class_token_and_places_are_added():
    class Tokens(layers.Layer):
        def build(self, shape):
            self.token = self.add_weight((1, 1, shape[-1]), name="token")
            self.places = layers.Embedding(shape[1] + 1, shape[-1])

        def call(self, x):
            batch = ops.shape(x)[0]
            token = ops.broadcast_to(self.token, (batch, 1, x.shape[-1]))
            x = ops.concatenate([token, x], axis=1)
            return x + self.places(ops.arange(x.shape[1]))

    x = Input((9, 8))
    model = Model(x, Tokens()(x))
    assert (model.output_shape, model.count_params()) == ((None, 10, 8), 88)
    assert model.macs == 0
