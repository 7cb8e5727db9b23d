"""What people asked on public trackers, each with the answer that is right.

Each name says where a question was asked; the lines are of our own.
"""

import pytest

import byhand.shapes as keras
from byhand.shapes import Input, Model, Sequential, ShapeError, layers
from byhand.shapes.receptive import ReceptiveField, receptive_fields


def on(shape, *stack):
    """Return a stack of layers on an input of a shape."""
    return Sequential([Input(shape), *stack])


def counts(net):
    return net.count_params(), net.trainable_params, net.non_trainable_params


class Twice(layers.Layer):
    """A layer of one's own, with a weight, a call and a shape."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, inputs):
        return 2 * keras.ops.matmul(inputs, self.w)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)


def embedded():
    """Return a model that holds a part of itself as a model."""
    x = Input((10,))
    y = layers.Dense(10)(x)
    return Model(x, Model(x, y)(x))


def products_by_lambda():
    query, key = Input((5, 4)), Input((7, 4))
    product = layers.Lambda(
        lambda pair: no_such_function(*pair),  # noqa: F821  as a reader's import
        output_shape=(None, None),
    )([query, key])
    return Model([query, key], product)


def siamese():
    base = on((28, 28, 1), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(4))
    one, two = Input((28, 28, 1)), Input((28, 28, 1))
    return Model([one, two], layers.Dot(1)([base(one), base(two)]))


def features():
    """Return a model of a layer's output, as for maps of what a class looks at."""
    base = on((16,), layers.Dense(4, name="a"), layers.Dense(2))
    return Model(base.inputs, base.get_layer("a").output)


def generator():
    """Return a generator whose images are cut to their size in the end."""
    x = on((128,), layers.Dense(4 * 4 * 256, use_bias=False))
    x.add(layers.BatchNormalization())
    x.add(layers.Reshape((4, 4, 256)))
    for filters in (128, 64, 1):
        x.add(layers.UpSampling2D())
        x.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        x.add(layers.BatchNormalization())
    x.add(layers.Cropping2D(2))
    return x


def copied_unet():
    """Return the U-Net that most repositories hold a copy of."""

    def twice(x, filters):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same")(x)
        return x

    x = start = Input((256, 256, 1))
    skips = []
    for filters in (64, 128, 256, 512):
        skips.append(twice(x, filters))
        x = layers.MaxPooling2D(pool_size=(2, 2))(skips[-1])
    x = layers.Dropout(0.5)(twice(x, 1024))
    for filters in (512, 256, 128, 64):
        x = layers.UpSampling2D(size=(2, 2))(x)
        x = layers.Conv2D(filters, 2, padding="same")(x)
        x = twice(layers.concatenate([skips.pop(), x], axis=3), filters)
    x = layers.Conv2D(2, 3, padding="same")(x)
    return Model(start, layers.Conv2D(1, 1, activation="sigmoid")(x))


def translator():
    """Return an encoder and a decoder, which begins with the encoder's states."""
    words, said = Input((None, 71)), Input((None, 93))
    _, *states = layers.LSTM(256, return_state=True)(words)
    decoder = layers.LSTM(256, return_sequences=True, return_state=True)
    y, _, _ = decoder(said, initial_state=states)
    return Model([words, said], layers.Dense(93, activation="softmax")(y))


SHAPES = {
    "keras#13776: a transposed convolution, channels first": (
        lambda: on(
            (64, 128, 32),
            layers.Conv2DTranspose(
                64,
                (2, 2),
                strides=2,
                padding="valid",
                output_padding=0,
                data_format="channels_first",
                use_bias=False,
            ),
        ),
        "(None, 64, 256, 64)",
        32 * 64 * 4 * 2,
    ),
    "keras#12719: an autoencoder does not return to its width": (
        lambda: on(
            (50, None, 1),
            layers.Conv2D(8, 5, strides=2, padding="same"),
            layers.Conv2D(4, 5, strides=2, padding="same"),
            layers.Conv2DTranspose(4, 5, strides=2, padding="same"),
            layers.Conv2DTranspose(1, 5, strides=2, padding="same"),
        ),
        "(None, 52, 4 * ((W + 3) // 4), 1)",
        208 + 804 + 404 + 101,
    ),
    "keras#3661: a model that embeds a part of itself": (embedded, "(None, 10)", 110),
    "keras#21089: a Lambda that adds an axis": (
        lambda: on((7,), layers.Lambda(lambda t: keras.ops.expand_dims(t, -1))),
        "(None, 7, 1)",
        0,
    ),
    "keras#18797: a Lambda of two inputs that says its shape": (
        products_by_lambda,
        "(None, N1, N2)",
        0,
    ),
    "keras#20746: a layer of one's own": (
        lambda: on((12,), Twice(5), layers.Dense(3)),
        "(None, 3)",
        78,
    ),
    "tensorflow#41338: a target shape in a list": (
        lambda: on((5, 6, 4), layers.Reshape([5, -1])),
        "(None, 5, 24)",
        0,
    ),
    "keras-io: the generator of a Wasserstein GAN": (
        generator,
        "(None, 28, 28, 1)",
        910_660,
    ),
    "unet: the most copied U-Net": (copied_unet, "(None, 256, 256, 1)", 31_031_685),
    "keras: a sequence to a sequence": (translator, "(None, T, 93)", 718_173),
    "features of a layer in a Sequential": (features, "(None, 4)", 68),
    "an InputLayer in a Sequential": (
        lambda: Sequential(
            [layers.InputLayer(shape=(28, 28)), layers.Flatten(), layers.Dense(10)]
        ),
        "(None, 10)",
        7_850,
    ),
    "an InputLayer of Keras 2 in a Sequential": (
        lambda: Sequential([layers.InputLayer(input_shape=(28, 28)), layers.Flatten()]),
        "(None, 784)",
        0,
    ),
    "the shape of the input in the first layer": (
        lambda: Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(10)]),
        "(None, 10)",
        7_850,
    ),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_network_that_was_asked_about_has_its_shape_and_weights(name):
    make, shape, weights = SHAPES[name]
    net = make()
    assert (str(net.output_shape), net.count_params()) == (shape, weights)


# --- counts: of 2,048 numbers of a batch normalisation, training changes 1,024


def test_the_numbers_of_a_batch_normalisation():
    net = Sequential(
        [
            layers.Input(batch_shape=(None, 4096)),
            layers.Dense(512),
            layers.BatchNormalization(name="norm"),
            layers.Dense(80),
        ]
    )
    assert counts(net) == (2_140_752, 2_139_728, 1_024)
    assert net["norm"].parameters.value == 4 * 512
    assert "4 * 512 = 2048" in str(net["norm"].explain())


def test_a_branch_that_is_shared_is_counted_once():
    net = siamese()
    rows = [row.parameters.value for row in net.rows if row.name == "sequential"]
    assert rows == [40 + 26 * 26 * 4 * 4 + 4, 0]
    assert net.count_params() == sum(rows)


def frames(*, frozen=False):
    inner = on((64, 64, 3), layers.Conv2D(8, 3), layers.GlobalAveragePooling2D())
    inner.layers[0].trainable = not frozen
    return on((10, 64, 64, 3), layers.TimeDistributed(inner), layers.LSTM(4))


def test_what_trains_in_a_network_for_each_frame():
    assert counts(frames()) == (432, 432, 0)
    assert counts(frames(frozen=True)) == (432, 208, 224)


# --- multiply-accumulates


@pytest.mark.parametrize(
    ("shape", "layer", "macs"),
    [
        ((8, 8, 4), layers.Conv2DTranspose(6, 4, strides=2, padding="same"), 24_576),
        ((13, 13, 512), layers.DepthwiseConv2D(3, padding="same"), 778_752),
        ((22_528, 64), layers.Dense(256), 369_098_752),
        ((128, 128, 1), layers.Conv2D(128, 3), 18_289_152),
        ((14, 14, 64), layers.Conv2D(128, 3, groups=32, padding="same"), 451_584),
    ],
    ids=[
        "flops-counter#57: transposed",
        "Keras_FLOP_Estimator#6: depthwise",
        "torchinfo#77: dense on three axes",
        "pytorch-OpCounter#37: plain",
        "flops-counter#9: in groups",
    ],
)
def test_costs_that_other_tools_were_asked_about(shape, layer, macs):
    assert on(shape, layer).macs == macs


def test_the_cost_of_the_copied_unet():
    assert copied_unet().macs // 10**8 == 546


def test_the_cost_of_an_open_length_is_a_formula_of_it():
    """Answer for the network of a repository that composes melodies."""
    melody = on((None, 41), layers.LSTM(256), layers.Dropout(0.2), layers.Dense(41))
    assert melody.count_params() == 315_689
    assert str(melody.macs) == "304128 * T + 10496"


# --- receptive fields


def dilated(*before):
    """Return the convolutions of a WaveNet: ten that double their dilation."""
    stack = [
        layers.Conv1D(8, 2, padding="causal", dilation_rate=2**k) for k in range(10)
    ]
    return on((None, 1), *before, *stack)


def vgg(*more, blocks):
    """Return the convolutions of a VGG network, in blocks of a width and a depth."""
    net = on((224, 224, 3))
    for filters, depth in blocks:
        for _ in range(depth):
            net.add(layers.Conv2D(filters, 3, padding="same"))
        if (filters, depth) != blocks[-1] or not more:
            net.add(layers.MaxPooling2D(2))
    for layer in more:
        net.add(layer)
    return net


def last_field(net):
    return list(receptive_fields(net).values())[-1]


def test_the_field_of_a_wavenet_is_1024_and_one_more_with_a_plain_one_first():
    """Answer tensorflow-wavenet#259."""
    assert last_field(dilated()).size == (1024,)
    plain = layers.Conv1D(8, 2, padding="causal")
    assert last_field(dilated(plain)).size == (1025,)


def test_the_field_of_conv3_3_of_a_vgg_is_40_and_of_the_next_48():
    """Answer SFD#69."""
    blocks = [(64, 2), (128, 2), (256, 3)]
    convs = [layers.Dropout(0.1), layers.Conv2D(512, 3, padding="same")]
    net = vgg(*convs, blocks=blocks)
    sizes = [field.size for field in receptive_fields(net).values()]
    assert sizes[-2:] == [(40, 40), (48, 48)]


def test_the_field_and_the_cost_of_vgg16():
    """Answer torch-scan#33, whose tool said 308."""
    blocks = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]
    net = vgg(blocks=blocks)
    assert last_field(net).size == (212, 212)
    for layer in (layers.Flatten(), layers.Dense(4096), layers.Dense(4096)):
        net.add(layer)
    net.add(layers.Dense(1000))
    assert net.macs == 15_470_264_320
    assert net.count_params() == 138_357_544


def test_a_convolution_of_each_frame_sees_its_frame_alone():
    net = on((10, 8, 8, 3), layers.TimeDistributed(layers.Conv2D(4, 3)))
    assert last_field(net) == ReceptiveField(((0, 0, 1), (0, 2, 1), (0, 2, 1)))


# --- refusals


def test_a_transposed_convolution_cannot_be_padded_by_its_stride():
    """Answer keras#13231."""
    with pytest.raises(ShapeError) as caught:
        on(
            (46, 62, 3),
            layers.Conv2DTranspose(
                1, 16, strides=8, padding="same", output_padding=(8, 1)
            ),
        )
    assert "must be less than strides, got (8, 1)" in str(caught.value)
    assert "give at most 7" in str(caught.value)


def test_a_window_behind_too_many_poolings_is_shown_the_way():
    pool = layers.MaxPooling2D
    with pytest.raises(ShapeError) as caught:
        on(
            (10, 10, 1),
            layers.Conv2D(4, 3),
            pool(),
            layers.Conv2D(4, 3),
            pool(),
            pool(),
        )
    fault, way, remedy = str(caught.value).splitlines()
    assert "layer 5, 'max_pooling2d_2'" in fault
    assert "(None, 8, 8, 4)" in way
    assert "(None, 1, 1, 4)" in way
    assert "at least 14x14" in remedy
