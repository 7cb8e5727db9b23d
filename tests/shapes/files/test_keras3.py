"""Files that the real Keras 3 writes, as JSON, as .keras and as HDF5."""

import math

import pytest

from byhand.shapes import load
from byhand.shapes.size import Size

pytestmark = [
    pytest.mark.slow,
    # Keras writes its files through an interface that NumPy is about to change.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The object being serialized:UserWarning"),
    pytest.mark.filterwarnings("ignore:You are saving your model:UserWarning"),
]

keras = pytest.importorskip("keras")
layers, ops = keras.layers, keras.ops


@keras.saving.register_keras_serializable("Mine")
class Own(layers.Layer):
    """A layer of somebody's own, with a kernel and a bias."""

    def __init__(self, units=3, **common):
        super().__init__(**common)
        self.units = units

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.units), name="kernel")
        self.bias = self.add_weight(shape=(self.units,), name="bias")

    def call(self, inputs):
        return inputs @ self.kernel + self.bias

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def arithmetic():
    a, b = keras.Input((8, 6)), keras.Input((8, 6))
    ends = [a + b, 2.0 - a, a[:, 0], a[..., :3], a**2, -a, ops.where(a > 0, a, b)]
    ends += [ops.mean(a, axis=1, keepdims=True), ops.max(a, axis=(1, 2))]
    ends += [ops.reshape(a, (-1, 48)), ops.concatenate([a, b], axis=1)]
    ends += [ops.matmul(a, ops.transpose(b, (0, 2, 1))), ops.expand_dims(a, 1)]
    ends += [ops.split(a, 2, axis=-1)[1], ops.einsum("bij,bkj->bik", a, b)]
    ends += [ops.pad(a, [[0, 0], [1, 1], [0, 0]]), ops.softmax(a), ops.abs(a)]
    ends += [ops.one_hot(ops.argmax(a, -1), 4), ops.cast(a, "float16")]
    ends += [ops.repeat(a, 2, axis=1), ops.tile(a, (1, 2, 1)), ops.norm(a, axis=-1)]
    return keras.Model([a, b], ends)


def siamese():
    base = keras.Sequential(
        [layers.Conv2D(4, 3), layers.BatchNormalization(), layers.GlobalMaxPooling2D()]
    )
    a, b = keras.Input((16, 16, 3)), keras.Input((16, 16, 3))
    x, y = base(a), base(b)
    base.layers[0].trainable = False
    return keras.Model([a, b], layers.Dense(1)(ops.abs(x - y)))


def recurrent():
    inputs = keras.Input((10, 4))
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(inputs)
    x = layers.TimeDistributed(layers.Dense(5))(x)
    x, h, c = layers.LSTM(4, return_sequences=True, return_state=True)(x)
    x = layers.LSTM(4)(x, initial_state=[h, c])
    cells = [layers.GRUCell(3), layers.LSTMCell(2)]
    return keras.Model(inputs, [x, layers.RNN(cells)(inputs)])


def mixed_precision():
    policy = "mixed_float16"
    return keras.Sequential(
        [
            keras.Input((7,)),
            layers.Dense(4, activation="relu", kernel_regularizer="l2", dtype=policy),
            layers.Dense(3, activation=keras.activations.softmax, dtype=policy),
        ]
    )


def dictionaries():
    inputs = {"a": keras.Input((3,), name="a"), "b": keras.Input((4,), name="b")}
    joined = layers.Concatenate()([inputs["a"], inputs["b"]])
    return keras.Model(inputs, {"y": layers.Dense(2)(joined)})


def open_lengths():
    inputs = keras.Input((None, None, 3))
    x = layers.Conv2D(4, 3, activation=layers.LeakyReLU())(inputs)
    x = layers.RandomFlip()(layers.Resizing(8, 8)(x))
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(x))


def two_ends_inside():
    start, inputs = keras.Input((6,)), keras.Input((6,))
    inner = keras.Model(start, [layers.Dense(2)(start), layers.Dense(3)(start)])
    return keras.Model(inputs, layers.Concatenate()(inner(inputs)))


def words():
    return keras.Sequential(
        [keras.Input((None,)), layers.Embedding(50, 8, mask_zero=True), layers.LSTM(4)]
    )


def stateful():
    start = keras.Input(batch_shape=(2, 5, 3))
    return keras.Sequential([start, layers.GRU(4, stateful=True)])


def built_later():
    model = keras.Sequential([layers.Dense(3), layers.Dense(2)])
    model.build((None, 7))
    return model


def transfer():
    base = keras.applications.MobileNetV2(
        weights=None, include_top=False, input_shape=(96, 96, 3)
    )
    base.trainable = False
    inputs = keras.Input((96, 96, 3))
    x = layers.GlobalAveragePooling2D()(base(inputs, training=False))
    return keras.Model(inputs, layers.Dense(2)(x))


def attention():
    inputs = keras.Input((20, 8))
    x = inputs + layers.MultiHeadAttention(2, 4)(inputs, inputs)
    return keras.Model(inputs, layers.LayerNormalization()(x))


MODELS = [
    *[arithmetic, siamese, recurrent, mixed_precision, dictionaries, open_lengths],
    *[two_ends_inside, words, stateful, built_later, transfer, attention],
]
FORMATS = ["json", "keras", "h5"]


def written(model, suffix, folder):
    """Return what is given to `load`."""
    if suffix == "json":
        return model.to_json()
    model.save(folder / f"model.{suffix}")
    return folder / f"model.{suffix}"


def opened(shape):
    """Return a shape with None for what is not known yet, as Keras shows it."""
    return tuple(None if isinstance(length, Size) else length for length in shape)


def size(weights):
    return sum(math.prod(weight.shape) for weight in weights)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("make", MODELS)
def test_a_model_of_keras_3_has_its_shapes_and_counts(make, suffix, tmp_path):
    model = make()
    net = load(written(model, suffix, tmp_path))
    shapes = net.output_shape
    shapes = shapes if isinstance(shapes, list) else [shapes]
    assert [opened(shape) for shape in shapes] == [
        tuple(tensor.shape) for tensor in model.outputs
    ]
    assert net.count_params() == model.count_params()
    assert net.trainable_params == size(model.trainable_weights)
    assert not [row.note for row in net.rows if row.note]


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_layer_of_ones_own_has_the_shape_that_the_next_one_says(suffix, tmp_path):
    inputs = keras.Input((5,))
    x = Own(name="own")(layers.Dense(6)(inputs))
    model = keras.Model(inputs, layers.Dense(2)(x))
    net = load(written(model, suffix, tmp_path))
    assert (net["own"].kind, net["own"].outputs) == ("Own", [(None, 3)])
    assert "not Keras's own" in net["own"].note
    assert (net.output_shape, net.known_params >= 44) == ((None, 2), True)
    # HDF5 files hold the weights as well, under their names.
    assert net.count_params() == (65 if suffix == "h5" else None)


@pytest.mark.parametrize("suffix", ["json", "keras"])
def test_the_code_of_a_lambda_is_not_run(suffix, tmp_path):
    double = layers.Lambda(lambda tensor: tensor * 2, name="double")
    stack = [keras.Input((7,)), layers.Dense(4), double, layers.Dense(3)]
    model = keras.Sequential(stack)
    net = load(written(model, suffix, tmp_path))
    assert "never run here" in net["double"].note
    assert (net.output_shape, net.count_params()) == ((None, 3), 47)
