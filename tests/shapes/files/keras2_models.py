"""Write models of Keras 2 into a folder, with what Keras says of them.

    python keras2_models.py FOLDER

Each is written as JSON, as .keras and as HDF5; facts.json holds shapes and counts.
Run in a process of its own, for tf_keras takes seconds to load.
"""

import json
import os
import sys
import warnings
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.simplefilter("ignore")

import tensorflow as tf  # noqa: E402  after what quiets it
import tf_keras as keras  # noqa: E402
from tf_keras import layers  # noqa: E402


@keras.saving.register_keras_serializable("Mine")
class Cluster(layers.Layer):
    """A layer of somebody's own."""

    def __init__(self, n, **common):
        super().__init__(**common)
        self.n = n

    def build(self, shape):
        self.centres = self.add_weight("centres", shape=(self.n, shape[-1]))

    def call(self, inputs):
        return tf.matmul(inputs, self.centres, transpose_b=True)

    def get_config(self):
        return {**super().get_config(), "n": self.n}


def convolutions():
    return keras.Sequential(
        [
            layers.Conv2D(8, 3, activation="relu", input_shape=(28, 28, 1)),
            layers.MaxPooling2D(),
            layers.DepthwiseConv2D(3, padding="same"),
            layers.SeparableConv2D(6, 3),
            layers.Conv2DTranspose(4, 3, strides=2, padding="same"),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.1),
            layers.SpatialDropout2D(0.5),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )


def residual():
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3, padding="same")(inputs)
    y = layers.ZeroPadding2D(1)(x)
    y = layers.Conv2D(8, 3)(y)
    y = layers.ReLU(6.0)(layers.Add()([x, y]))
    y = layers.Concatenate()([y, x, inputs])
    y = layers.GlobalAveragePooling2D()(y)
    return keras.Model(inputs, layers.Dense(5)(y))


def recurrent():
    inputs = keras.Input((10, 4))
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(inputs)
    x = layers.TimeDistributed(layers.Dense(6))(x)
    x, h, c = layers.LSTM(7, return_sequences=True, return_state=True)(x)
    y = layers.LSTM(7)(x, initial_state=[h, c])
    z = layers.RNN([layers.GRUCell(3), layers.SimpleRNNCell(2)])(x)
    w = layers.GRU(5, reset_after=False)(x)
    return keras.Model(inputs, [y, h, z, w, layers.GRU(5)(x)])


def operations():
    a, b = keras.Input((8, 6)), keras.Input((8, 6))
    x = 2.0 - (a + b) * 2.0
    x = tf.reshape(x[:, 1:, :3], (-1, 21))
    x = tf.nn.relu(tf.concat([x, x], axis=-1))
    x = tf.math.reduce_mean(x, axis=1, keepdims=True)
    y = tf.matmul(a, tf.transpose(a, [0, 2, 1]))
    y = tf.reshape(tf.cast(y, tf.float32), (tf.shape(a)[0], 64))
    y = keras.backend.sum(y, axis=1, keepdims=True)
    z = tf.squeeze(tf.stack([y, x], axis=1), -1)
    ends = [x, y, z, layers.Dense(2)(a[:, 0]), a / (b + 1), tf.maximum(a, b)]
    ends += [tf.split(a, 2, axis=-1)[1], tf.split(a, [1, 5], axis=-1)[1]]
    ends += [tf.expand_dims(a, 1), tf.tile(a, [1, 2, 1]), tf.nn.softmax(a)]
    ends += [tf.pad(a, [[0, 0], [1, 2], [0, 0]]), a[:, :, :2], tf.abs(-a), a**2]
    ends += [tf.one_hot(tf.argmax(a, -1), 5), tf.clip_by_value(a, 0.0, 1.0)]
    return keras.Model([a, b], ends)


def siamese():
    base = keras.Sequential(
        [
            layers.Conv2D(4, 3, input_shape=(16, 16, 3)),
            layers.BatchNormalization(),
            layers.GlobalMaxPooling2D(),
        ],
        name="base",
    )
    base.layers[0].trainable = False
    a, b = keras.Input((16, 16, 3)), keras.Input((16, 16, 3))
    return keras.Model([a, b], layers.Dense(1)(layers.Subtract()([base(a), base(b)])))


def nested_first():
    inputs = keras.Input((9,))
    base = keras.Model(inputs, layers.Dense(4)(inputs))
    return keras.Sequential(
        [base, keras.Sequential([layers.Dense(3)]), layers.Dense(2)]
    )


def frames():
    base = keras.Sequential(
        [layers.Conv2D(4, 3, input_shape=(16, 16, 3)), layers.GlobalMaxPooling2D()]
    )
    inputs = keras.Input((10, 16, 16, 3))
    return keras.Model(inputs, layers.GRU(3)(layers.TimeDistributed(base)(inputs)))


def attention():
    x = keras.Input((20, 8))
    y = layers.MultiHeadAttention(2, 4)(x, x)
    y = layers.LayerNormalization()(y + layers.Attention()([x, y]))
    y = layers.MultiHeadAttention(2, 4)(query=y, value=x, key=x)
    return keras.Model(x, y)


def words():
    return keras.Sequential(
        [layers.Embedding(100, 8, input_length=12), layers.Conv1D(4, 3), layers.LSTM(4)]
    )


def open_length():
    return keras.Sequential([layers.Embedding(100, 8), layers.LSTM(4), layers.Dense(1)])


def stateful():
    return keras.Sequential(
        [layers.LSTM(4, batch_input_shape=(1, 1, 7), stateful=True)]
    )


def dictionaries():
    inputs = {"a": keras.Input((5,), name="a"), "b": keras.Input((6,), name="b")}
    joined = layers.concatenate([inputs["a"], inputs["b"]])
    return keras.Model(inputs, {"y": layers.Dense(2, name="y")(joined)})


def functions():
    return keras.Sequential(
        [
            layers.Dense(4, input_shape=(7,)),
            layers.Lambda(lambda t: t * 2),
            layers.Lambda(lambda t: t[:, :2], output_shape=(2,)),
            layers.Dense(2),
        ]
    )


def own_layer():
    inputs = keras.Input((5,))
    x = Cluster(4, name="cluster")(layers.Dense(6)(inputs))
    return keras.Model(inputs, layers.Dense(2)(x))


def mobile():
    return keras.applications.MobileNet(weights=None)


MODELS = [
    *[convolutions, residual, recurrent, operations, siamese, nested_first, frames],
    *[attention, words, open_length, stateful, dictionaries, functions, own_layer],
    mobile,
]


def size(weights):
    return sum(int(tf.size(weight)) for weight in weights)


def facts_of(model):
    """Return shapes and counts, of each layer too."""
    rows = {}
    for layer in model.layers:
        shapes = layer.get_output_shape_at(0)
        shapes = shapes if isinstance(shapes, list) else [shapes]
        rows[layer.name] = [shapes, layer.count_params()]
    return {
        "outputs": [tuple(tensor.shape) for tensor in model.outputs],
        "parameters": model.count_params(),
        "trainable": size(model.trainable_weights),
        "rows": rows,
    }


def main(folder):
    facts = {}
    for make in MODELS:
        keras.backend.clear_session()
        model, name = make(), make.__name__
        (folder / f"{name}.json").write_text(model.to_json())
        model.save(folder / f"{name}.keras")
        model.save(folder / f"{name}.h5")
        facts[name] = facts_of(model)
    model.save_weights(folder / "saved.weights.h5")
    model.save_weights(folder / "saved_weights.h5", save_format="h5")
    model.save(folder / "saved_model", save_format="tf")
    unbuilt = keras.Sequential([layers.Dense(4), layers.Dense(2)])
    (folder / "unbuilt.json").write_text(unbuilt.to_json())
    (folder / "facts.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
