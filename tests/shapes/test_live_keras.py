"""Networks of live Keras models: whatever is in them, Keras's shapes and counts."""

import numpy as np
import pytest

from byhand.shapes import Model, ShapeError, layers
from byhand.shapes.applications import weights_without_values
from byhand.shapes.errors import ReadError
from byhand.shapes.live_keras import Live, from_keras
from byhand.shapes.size import Size
from byhand.shapes.tensor import show

keras = pytest.importorskip("keras")
# ruff: noqa: E402  what follows needs Keras
from keras import layers as real
from keras import ops

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def opened(shape):
    """Return a shape with None for what is not known yet, as Keras shows it."""
    return (
        None
        if shape is None
        else tuple(n if type(n) is not Size else None for n in shape)
    )


def flat(value):
    return keras.tree.flatten(value)


def total(weights):
    return sum(int(np.prod(weight.shape)) for weight in weights)


def held(model, *, exact=True):
    """Return our network of a model, held against Keras."""
    net = from_keras(model)
    assert net.count_params() == model.count_params()
    assert net.trainable_params == total(model.trainable_weights)
    assert net.non_trainable_params == total(model.non_trainable_weights)
    if getattr(model, "outputs", None):
        assert [opened(t.shape) for t in net.outputs] == [
            tuple(t.shape) for t in flat(model.outputs)
        ]
        rows = {}
        for row in net.rows:
            rows.setdefault(row.name, row)
        for layer in model.layers:
            if isinstance(layer, real.InputLayer):
                continue
            node = layer._inbound_nodes[0] if layer._inbound_nodes else None
            if node is not None and exact:
                ours = [opened(shape) for shape in rows[layer.name].outputs]
                assert ours == [tuple(t.shape) for t in node.outputs], layer.name
                assert rows[layer.name].layer.count_params() == layer.count_params()
    return net


class Twice(real.Layer):
    """An own layer without a configuration, with weights and a changed shape."""

    def __init__(self, n, **more):
        super().__init__(**more)
        self.n = n

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], self.n), name="kernel")
        self.scale = self.add_weight(shape=(), trainable=False, name="scale")

    def call(self, x):
        return ops.matmul(x, self.kernel) * self.scale

    def compute_output_shape(self, shape):
        return (*shape[:-1], self.n)


def own_layer():
    x = keras.Input((12,))
    return keras.Model(x, real.Dense(3)(Twice(5, name="twice")(x)))


def lambda_():
    x = keras.Input((7,))
    y = real.Lambda(lambda t: ops.expand_dims(t * 2, -1), name="more")(x)
    return keras.Model(x, real.Conv1D(4, 3)(y))


def lambda_of_two():
    q, k = keras.Input((5, 4)), keras.Input((6, 4))
    y = real.Lambda(lambda pair: ops.matmul(pair[0], ops.transpose(pair[1], (0, 2, 1))))
    return keras.Model([q, k], y([q, k]))


def shared():
    x = keras.Input((8, 8, 3), name="image")
    conv = real.Conv2D(3, 3, padding="same", name="shared")
    own = Twice(3, name="own")
    return keras.Model(x, own(own(conv(conv(x)))))


def nested():
    inner = keras.Sequential([keras.Input((8,)), Twice(6), real.Dense(2)], name="inner")
    middle_in = keras.Input((8,))
    middle = keras.Model(middle_in, [inner(middle_in), middle_in], name="middle")
    x = keras.Input((8,))
    one, two = middle(x)
    three, _ = middle(two)
    return keras.Model(x, real.Concatenate()([one, three]))


def dictionaries():
    inputs = {"b": keras.Input((3,), name="b"), "a": keras.Input((4,), name="a")}
    x = real.Dense(2)(inputs["a"]) + real.Dense(2)(inputs["b"])
    return keras.Model(inputs, {"z": x, "y": real.Dense(5)(x)})


def nested_dictionaries():
    inner = dictionaries()
    a, b = keras.Input((4,), name="first"), keras.Input((3,), name="second")
    out = inner({"a": a, "b": b})
    return keras.Model([a, b], [out["y"], out["z"]])


def tied():
    x = keras.Input((6,))
    first, second = real.Dense(6), real.Dense(6)
    y = second(first(x))
    # Two layers of Keras with one kernel, as tied weights are made by hand.
    object.__setattr__(second, "_kernel", first._kernel)
    list.__setitem__(second._trainable_variables, 0, first._kernel)
    return keras.Model(x, y)


def reused_embedding():
    x = keras.Input((5,), dtype="int32")
    table = real.Embedding(20, 4)
    y = real.Dense(4)(table(x))
    return keras.Model(x, ops.matmul(y, ops.transpose(table.embeddings)))


def frozen():
    base = keras.Sequential(
        [keras.Input((8, 8, 3)), real.Conv2D(4, 3), real.BatchNormalization()]
    )
    base.trainable = False
    x = keras.Input((8, 8, 3))
    y = real.Flatten()(base(x, training=False))
    return keras.Model(x, real.Dense(2)(y))


def half_frozen():
    x = keras.Input((8,))
    dense = real.Dense(4)
    y = dense(x)
    dense.bias.trainable = False
    return keras.Model(x, y)


def time_distributed():
    cnn = keras.Sequential(
        [keras.Input((64, 64, 3)), real.Conv2D(8, 3), real.GlobalAveragePooling2D()]
    )
    x = keras.Input((10, 64, 64, 3))
    return keras.Model(x, real.LSTM(4)(real.TimeDistributed(cnn)(x)))


def wrappers_of_own():
    x = keras.Input((10, 12))
    y = real.TimeDistributed(Twice(5))(x)
    return keras.Model(x, real.Bidirectional(real.GRU(3, return_sequences=True))(y))


def open_lengths():
    x = keras.Input((None, None, 3))
    y = Twice(4)(real.Conv2D(2, 5)(x))
    return keras.Model(x, real.GlobalMaxPooling2D()(real.Conv2D(3, 3, strides=2)(y)))


def fixed_batch():
    x = keras.Input(batch_shape=(4, 6, 2))
    return keras.Model(x, real.LSTM(3, stateful=True)(ops.reshape(x, (4, 3, 4))))


def own_activation():
    def swish(x):
        return x * ops.sigmoid(x)

    return keras.Sequential([keras.Input((4,)), real.Dense(3, activation=swish)])


def regularized():
    l2 = keras.regularizers.L2(0.01)
    return keras.Sequential(
        [
            keras.Input((16, 3)),
            real.SeparableConv1D(8, 3, depthwise_regularizer=l2, padding="same"),
            real.LayerNormalization(),
            real.Dropout(0.5, seed=3),
            real.Rescaling(0.5),
            real.GaussianNoise(0.1),
            real.MultiHeadAttention(2, 4)
            if False
            else real.Dense(4, kernel_initializer=keras.initializers.HeNormal(seed=1)),
        ]
    )


def functional_subclass():
    class Own(keras.Model):
        def __init__(self):
            x = keras.Input((4,))
            super().__init__(x, real.Dense(3)(x))
            self.extra = self.add_weight(shape=(7,), name="extra")

    return Own()


def attention():
    x = keras.Input((10, 8))
    y, scores = real.MultiHeadAttention(2, 4)(x, x, return_attention_scores=True)
    return keras.Model(x, [real.LayerNormalization()(x + y), scores])


def states():
    x = keras.Input((7, 5))
    y, h, c = real.LSTM(6, return_sequences=True, return_state=True)(x)
    z = real.LSTM(6)(y, initial_state=[h, c])
    return keras.Model(x, z)


def lookups():
    x = keras.Input((3,))
    y = real.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 1.0, 4.0])(x)
    return keras.Model(x, real.Dense(1)(y))


MODELS = [
    own_layer,
    lambda_,
    lambda_of_two,
    shared,
    nested,
    dictionaries,
    nested_dictionaries,
    tied,
    reused_embedding,
    frozen,
    half_frozen,
    time_distributed,
    wrappers_of_own,
    open_lengths,
    fixed_batch,
    own_activation,
    regularized,
    functional_subclass,
    attention,
    states,
    lookups,
]


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_a_live_model_has_keras_s_shapes_and_counts(make):
    net = held(make())
    own = [row.kind for row in net.all_rows(nested=True) if isinstance(row.layer, Live)]
    assert not {*own} - {"Twice", "Lambda", "TimeDistributed"}
    assert "TimeDistributed" not in own or make is wrappers_of_own
    assert net.table()
    assert net.all_rows(nested=True)


OPERATIONS = {
    "x + 1": lambda x, y: x + 1,
    "x * y": lambda x, y: x * y,
    "x / 2": lambda x, y: x / 2,
    "1 - x": lambda x, y: 1 - x,
    "x[:, 0]": lambda x, y: x[:, 0],
    "x[..., :2]": lambda x, y: x[..., :2],
    "concatenate": lambda x, y: ops.concatenate([x, y], axis=1),
    "reshape": lambda x, y: ops.reshape(x, (-1, 24)),
    "expand_dims": lambda x, y: ops.expand_dims(x, -1),
    "squeeze": lambda x, y: ops.squeeze(ops.expand_dims(x, 1), 1),
    "mean": lambda x, y: ops.mean(x, axis=1, keepdims=True),
    "max": lambda x, y: ops.max(x, axis=-1),
    "matmul": lambda x, y: ops.matmul(x, ops.transpose(y, (0, 2, 1))),
    "softmax": lambda x, y: ops.softmax(x),
    "stack": lambda x, y: ops.stack([x, y], axis=2),
    "split": lambda x, y: ops.split(x, 2, axis=-1),
    "pad": lambda x, y: ops.pad(x, [[0, 0], [1, 2], [0, 0]]),
    "einsum": lambda x, y: ops.einsum("btc,bsc->bts", x, y),
    "cast": lambda x, y: ops.cast(x, "float16"),
    "where": lambda x, y: ops.where(x > 0, x, y),
    "repeat": lambda x, y: ops.repeat(x, 3, axis=1),
    "tile": lambda x, y: ops.tile(x, (1, 2, 1)),
    "one_hot": lambda x, y: ops.one_hot(ops.cast(x, "int32"), 5),
    "norm": lambda x, y: ops.norm(x, axis=-1),
    "sin": lambda x, y: ops.sin(x),
    "leaky_relu": lambda x, y: ops.leaky_relu(x),
    "image.resize": lambda x, y: ops.image.resize(ops.expand_dims(x, -1), (9, 5)),
    "top_k": lambda x, y: ops.top_k(x, 2)[0],
    "segment_sum": lambda x, y: ops.cumsum(x, axis=1),
    "a variable": lambda x, y: x + keras.Variable(np.ones((6, 4), "float32")),
    "an array": lambda x, y: x * np.arange(4.0),
    "fft": lambda x, y: ops.fft((x, y))[0],
    "vectorized_map": lambda x, y: ops.vectorized_map(lambda t: t * 2, x),
    "scan": lambda x, y: ops.associative_scan(lambda a, b: a + b, x, axis=1),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_of_keras_is_a_row(name):
    x, y = keras.Input((6, 4)), keras.Input((6, 4))
    model = keras.Model([x, y], OPERATIONS[name](x, y))
    net = from_keras(model)
    assert [opened(t.shape) for t in net.outputs] == [
        tuple(t.shape) for t in flat(model.outputs)
    ]
    assert net.count_params() == model.count_params()


def test_a_row_without_a_rule_has_keras_s_shape_and_a_note():
    net = from_keras(own_layer())
    row = net["twice"]
    assert (row.kind, row.outputs, row.parameters.value) == ("Twice", [(None, 5)], 61)
    assert (row.trainable.value, row.macs) == (60, None)
    assert row.note
    assert net.rows[-1].macs.value == 15
    assert net.macs is None
    assert [weight.name for weight in row.layer.weights] == ["kernel", "scale"]


def test_time_distributed_has_the_trainable_weights_of_the_model_in_it():
    net = held(time_distributed())
    assert (net.count_params(), net.trainable_params) == (432, 432)


def test_a_frame_of_time_distributed_sees_itself():
    x = keras.Input((10, 8, 8, 3))
    net = from_keras(
        keras.Model(x, real.TimeDistributed(real.Conv2D(4, 3), name="t")(x))
    )
    assert str(net.receptive_field("t")) != "whole input"


class Subclassed(keras.Model):
    """Layers in attributes and lists, one of them called twice, and own weights."""

    def __init__(self):
        super().__init__()
        self.blocks = [real.Dense(5, activation="relu"), real.Dense(5)]
        self.drop = real.Dropout(0.3)
        self.own = Twice(2)
        self.bias = self.add_weight(shape=(2,), name="bias")

    def call(self, x):
        for block in self.blocks:
            x = self.drop(block(x))
        return self.own(x) + self.bias


@pytest.mark.parametrize("how", ["call", "symbolic"])
def test_a_subclassed_model_is_listed_by_its_layers(how):
    model = Subclassed()
    if how == "call":
        model(np.zeros((2, 8), "float32"))
    else:
        model(keras.Input((8,)))
    net = held(model)
    rows = {row.name: row for row in net.rows}
    kinds = [row.kind for row in net.rows]
    assert sorted(kinds) == ["Dense", "Dense", "Dropout", "Twice"]
    dense = model.blocks[0].name
    assert rows[dense].outputs == [(None, 5)]
    assert rows[dense].parameters.value == 45
    assert net.macs is None
    assert "Dense" in net.table()


def test_a_model_that_is_not_built_is_told_to_be():
    with pytest.raises(ReadError, match=r"not built.*model\.build\(input_shape\)"):
        from_keras(Subclassed())
    stack = from_keras(keras.Sequential([real.Dense(5), real.Dense(1)]))
    assert [layer._kind_ for layer in stack.layers] == ["Dense", "Dense"]
    assert "initializer" not in repr(stack)
    with pytest.raises(ShapeError, match="has no input yet"):
        stack.macs  # noqa: B018
    stack.build((None, 3))
    assert stack.count_params() == 26


def test_rows_have_the_names_of_the_live_layers():
    inputs = [keras.Input((4,)), keras.Input((4,), name="second")]
    model = keras.Model(inputs, real.Dense(3)(real.Add(name="sum")(inputs)))
    net = from_keras(model)
    assert [row.name for row in net.rows] == [layer.name for layer in model.layers]
    assert not any(row.note for row in net.rows)


def test_where_a_rule_differs_keras_has_the_last_word():
    class Odd(real.Dense):
        """A name and a configuration that are Keras's, and another shape."""

        def call(self, x):
            return ops.concatenate([super().call(x)] * 2, axis=-1)

        def compute_output_shape(self, shape):
            return (*shape[:-1], 2 * self.units)

    Odd.__name__, Odd.__module__ = "Dense", "keras.layers"
    x = keras.Input((4,))
    net = held(keras.Model(x, Odd(3, name="odd")(x)))
    assert net["odd"].outputs == [(None, 6)]
    assert "Keras says (None, 6), the rule here (None, 3)" in net["odd"].note


def test_a_model_in_a_model_works_on_other_shapes():
    inner_in = keras.Input((None, None, 3))
    inner = keras.Model(inner_in, real.Conv2D(4, 3)(Twice(3)(inner_in)), name="inner")
    x = keras.Input((9, 9, 3))
    net = held(keras.Model(x, real.Flatten()(inner(x))))
    assert net.output_shape == (None, 196)


def test_the_live_model_is_left_as_it_was():
    model = nested()
    nodes = [len(layer._inbound_nodes) for layer in model.layers]
    held(model)
    assert nodes == [len(layer._inbound_nodes) for layer in model.layers]


@pytest.mark.parametrize(
    ("value", "fragment"),
    [
        (real.Dense(3), "put it into keras.Sequential"),
        (keras.Sequential, r"make a model of it, Sequential\("),
        ({"class_name": "Sequential"}, "from_config"),
        ("model.keras", r"load\(path\)"),
        (object(), "keras.Sequential or keras.Model"),
        (None, "expected a Keras model, got NoneType"),
    ],
)
def test_what_is_no_model_gets_a_sentence(value, fragment):
    with pytest.raises(TypeError, match=fragment):
        from_keras(value)


def test_a_torch_module_is_told_where_to_go():
    class Module:
        def forward(self, x):
            return x

    with pytest.raises(TypeError, match=r"use from_torch\(module, input_size\)"):
        from_keras(Module())


def test_a_network_of_ours_is_given_back():
    x = layers.Input((3,))
    net = Model(x, layers.Dense(2)(x))
    assert from_keras(net) is net
    assert show(net.output_shape) == "(None, 2)"


# Two each time, and the others each week.
NAMES = [
    "Xception",
    "NASNetMobile",
    pytest.param("MobileNetV2", marks=pytest.mark.weekly),
    pytest.param("EfficientNetV2B0", marks=pytest.mark.weekly),
    pytest.param("ConvNeXtTiny", marks=pytest.mark.weekly),
]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_an_application_is_read_live(name):
    with weights_without_values():
        model = getattr(keras.applications, name)(weights=None)
    net = held(model)
    assert isinstance(net.macs, int)
    assert not any(row.note for row in net.rows)


# --- Keras 2


@pytest.fixture(scope="module")
def keras_2():
    return pytest.importorskip("tf_keras")


def of_keras_2(kind, tf_keras):
    """Return a model of Keras 2."""
    import tensorflow as tf

    old = tf_keras.layers

    class Own(old.Layer):
        def __init__(self, n, **more):
            super().__init__(**more)
            self.n = n

        def build(self, shape):
            self.kernel = self.add_weight("kernel", (shape[-1], self.n))
            self.still = self.add_weight("still", (), trainable=False)

        def call(self, x):
            return tf.matmul(x, self.kernel) + self.still

    class Subclassed2(tf_keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = old.Dense(4), Own(3)

        def call(self, x):
            return self.second(self.first(x))

    x = tf_keras.Input((8, 8, 3))
    if kind == "functional":
        y = tf.nn.relu(old.Conv2D(4, 3)(x) + 1)
        return tf_keras.Model(x, old.Dense(2)(old.Flatten()(y)))
    if kind == "own":
        return tf_keras.Model(x, old.Dense(3)(Own(5)(x)))
    if kind == "lambda":
        y = old.Lambda(lambda t: tf.expand_dims(t, -1))(x)
        return tf_keras.Model(x, old.Conv3D(4, 3)(y))
    if kind == "frozen":
        base = tf_keras.Sequential(
            [tf_keras.Input((8, 8, 3)), old.Conv2D(2, 3), Own(3)]
        )
        base.trainable = False
        return tf_keras.Model(x, base(x))
    if kind == "stack":
        return tf_keras.Sequential(
            [old.LSTM(4, input_shape=(7, 3), return_sequences=True), old.GRU(2)]
        )
    if kind == "called stack":
        stack = tf_keras.Sequential([old.Dense(3), Own(2)])
        stack(np.zeros((2, 4), "float32"))
        return stack
    model = Subclassed2()
    model(np.zeros((2, 4), "float32"))
    return model


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "kind", ["functional", "own", "lambda", "frozen", "stack", "called stack", "class"]
)
def test_a_live_model_of_keras_2_has_its_shapes_and_counts(kind, keras_2):
    model = of_keras_2(kind, keras_2)
    net = from_keras(model)
    assert net.count_params() == model.count_params()
    assert net.trainable_params == total(model.trainable_weights)
    if kind == "class":
        assert [row.kind for row in net.rows] == ["Dense", "Own"]
    else:
        ours = [opened(tensor.shape) for tensor in net.outputs]
        assert ours == [tuple(tensor.shape) for tensor in model.outputs]
