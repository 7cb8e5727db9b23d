"""Each usual cause of an error is recognised and named, and not elsewhere."""

import pytest

from byhand.shapes import Input, Model, Sequential, ShapeError, layers, messages


def stack(*parts):
    return lambda: Sequential(list(parts))


def u_net(height, width):
    """Return a U-Net of three levels, whose skips meet what comes back up."""
    x = Input((height, width, 3))
    one = layers.Conv2D(4, 3, padding="same")(x)
    two = layers.Conv2D(4, 3, padding="same")(layers.MaxPooling2D()(one))
    three = layers.Conv2D(4, 3, padding="same")(layers.MaxPooling2D()(two))
    up = layers.UpSampling2D()(layers.MaxPooling2D()(three))
    up = layers.UpSampling2D()(layers.Concatenate()([up, three]))
    up = layers.UpSampling2D()(layers.Concatenate()([up, two]))
    return Model(x, layers.Add()([layers.Conv2D(4, 1)(up), one]))


CASES = {
    "channel axis is missing": (
        stack(Input((64, 64)), layers.Conv2D(8, 3)),
        ["Input((64, 64, 1))", "expand_dims(x, -1)"],
    ),
    "channel axis is missing further on": (
        stack(Input((64, 64)), layers.Dense(3), layers.Conv2D(8, 3)),
        ["Reshape((64, 3, 1))"],
    ),
    "channel axis is missing, channels first": (
        stack(Input((9, 9)), layers.MaxPooling2D(data_format="channels_first")),
        ["Input((1, 9, 9))"],
    ),
    "open channel axis is missing": (
        stack(Input((None, 64)), layers.Conv2D(8, 3)),
        ["Input((None, 64, 1))"],
    ),
    "steps were dropped": (
        stack(Input((10, 100)), layers.LSTM(3, name="a"), layers.LSTM(3)),
        ["give 'a' return_sequences=True"],
    ),
    "steps were dropped further back": (
        stack(
            Input((9, 2)), layers.GRU(3, name="a"), layers.ReLU(), layers.Conv1D(1, 2)
        ),
        ["give 'a' return_sequences=True"],
    ),
    "steps were dropped in both directions": (
        stack(
            Input((9, 2)),
            layers.Bidirectional(layers.LSTM(3), name="a"),
            layers.SimpleRNN(2),
        ),
        ["give the LSTM in 'a' return_sequences=True"],
    ),
    "steps were dropped before a wrapper": (
        stack(
            Input((9, 2)),
            layers.LSTM(3, name="a"),
            layers.TimeDistributed(layers.Dense(2)),
        ),
        ["give 'a' return_sequences=True"],
    ),
    "steps were kept": (
        stack(
            Input((9, 2)),
            layers.LSTM(3, return_sequences=True, name="a"),
            layers.RepeatVector(3),
        ),
        ["leave return_sequences=True out of 'a'"],
    ),
    "steps are missing": (
        stack(Input((100,)), layers.LSTM(3)),
        ["Input((100, 1))", "Input((steps, 100))"],
    ),
    "places were flattened": (
        stack(
            Input((28, 28, 1)),
            layers.Flatten(name="flat"),
            layers.Dense(9),
            layers.Conv2D(3, 3),
        ),
        ["'flat' before it left no places", "(None, 28, 28, 1)"],
    ),
    "row of pixels": (
        stack(Input((784,)), layers.Conv2D(3, 3)),
        ["Reshape((28, 28, 1))"],
    ),
    "row of coloured pixels": (
        stack(Input((3072,)), layers.MaxPooling2D()),
        ["Reshape((32, 32, 3))"],
    ),
    "batch is in the input": (
        stack(Input((32, 28, 28, 1)), layers.Conv2D(3, 3)),
        ["without the batch", "Input((28, 28, 1))"],
    ),
    "places for steps": (
        stack(Input((8, 9, 16)), layers.LSTM(3)),
        ["Reshape((72, 16))", "Reshape((8, 144))"],
    ),
    "channels are first": (
        stack(Input((3, 224, 224)), layers.Conv2D(8, 7)),
        ["Input((224, 224, 3))", "data_format='channels_first'"],
    ),
    "channels are first, in groups": (
        stack(Input((3, 64, 64)), layers.Conv2D(9, 1, groups=3)),
        ["Input((64, 64, 3))"],
    ),
    "channels are last": (
        stack(
            Input((224, 224, 3)),
            layers.Conv2D(8, 7, data_format="channels_first"),
        ),
        ["leave data_format='channels_first' out"],
    ),
    "channels are given first": (
        stack(Input((9, 9, 3)), layers.Conv2D(3, 64, 3)),
        ["Conv2D(64, 3) for 64 filters of 3"],
    ),
    "channels are given to a normalisation": (
        stack(Input((9, 9, 64)), layers.BatchNormalization(64)),
        ["BatchNormalization()"],
    ),
    "lengths part": (
        lambda: u_net(100, 100),
        ["axis 1 (height)", "makes 12 of 25", "96x96 or 104x104"],
    ),
    "one of the lengths parts": (
        lambda: u_net(96, 100),
        ["axis 2 (width)", "96x96 or 96x104"],
    ),
    "places are open": (
        stack(
            Input((None, None, 3)),
            layers.Conv2D(3, 3),
            layers.Flatten(name="flat"),
            layers.Dense(3),
        ),
        ["GlobalAveragePooling2D() in place of 'flat'"],
    ),
    "rows do not fit": (
        stack(Input((28, 28)), layers.Reshape((28, 27))),
        ["for instance (28, 28)"],
    ),
    "rows do not divide": (
        stack(Input((28, 28)), layers.Reshape((25, -1))),
        ["(28, -1) or (16, -1)"],
    ),
    "maps are too small": (
        stack(
            Input((10, 10, 1)),
            *(layers.Conv2D(1, 3), layers.MaxPooling2D()),
            *(layers.Conv2D(1, 3), layers.MaxPooling2D(), layers.MaxPooling2D()),
        ),
        ["an input of at least 14x14"],
    ),
    "two inputs": (
        lambda: layers.Dense(3)([Input((4,)), Input((4,))]),
        ["Concatenate()([...])"],
    ),
    "output padding": (
        lambda: layers.Conv2DTranspose(1, 16, 8, "same", output_padding=(8, 1)),
        ["at most 7", "from 8 * (i - 1) + 0 to 8 * (i - 1) + 7"],
    ),
    "padding by a number": (
        lambda: layers.Conv2D(64, 3, padding=1),
        ["ZeroPadding2D(1)", "padding='same'"],
    ),
    "tensor for arguments": (
        lambda: layers.Flatten(Input((4, 4))),
        ["Flatten()(x)"],
    ),
    "tensor for needed arguments": (
        lambda: layers.Dense(Input((4, 4))),
        ["Dense(...)(x)"],
    ),
    "tensors for arguments": (
        lambda: layers.Add([Input((4,)), Input((4,))]),
        ["Add()([...])"],
    ),
    "layer for arguments": (
        lambda: layers.Dense(layers.Flatten()),
        ["takes no layer", "Sequential"],
    ),
    "no brackets": (
        lambda: layers.TimeDistributed(layers.Flatten),
        ["Flatten(...)"],
    ),
    "too many brackets": (
        lambda: layers.TimeDistributed(layers.Dense(3)(Input((4,)))),
        ["without the second brackets"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_usual_cause_is_named_in_the_last_of_three_lines(name):
    build, fragments = CASES[name]
    with pytest.raises((ShapeError, TypeError)) as caught:
        build()
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    for fragment in fragments:
        assert fragment in lines[2]


def test_what_is_offered_works():
    for height, width in ((96, 96), (104, 104), (96, 104)):
        assert u_net(height, width).output_shape == (None, height, width, 4)
    x = Input((28, 28))
    assert layers.Reshape((16, -1))(x).shape == (None, 16, 49)
    for extra in range(8):
        up = layers.Conv1DTranspose(1, 16, 8, "same", output_padding=extra)
        assert up(Input((5, 1))).shape == (None, 8 * 4 + extra, 1)


# Errors whose cause is another, of which the remedy of the layer itself is said.
OTHERS = {
    "a small image": (
        stack(Input((4, 4, 3)), layers.Conv2D(3, 5)),
        "use padding='same', a kernel of at most 4, or a length of at least 5",
    ),
    "an image of three rows": (
        stack(Input((3, 8, 3)), layers.Conv2D(3, 5)),
        "use padding='same', a kernel of at most 3, or a length of at least 5",
    ),
    "unlike channels": (
        lambda: layers.Add()([Input((4, 4, 3)), Input((4, 4, 5))]),
        "make these lengths equal, or one of them 1",
    ),
    "unlike images of two inputs": (
        lambda: layers.Concatenate()([Input((4, 4, 3)), Input((5, 4, 3))]),
        "only axis 3 may",
    ),
    "groups that do not divide": (
        stack(Input((8, 8, 4)), layers.Conv2D(6, 1, groups=3)),
        "let groups divide 4",
    ),
    "an axis that is not there": (
        stack(Input((8, 4)), layers.BatchNormalization(3)),
        "change its arguments or its input",
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_another_cause_is_not_taken_for_a_usual_one(name):
    build, remedy = OTHERS[name]
    with pytest.raises(ShapeError) as caught:
        build()
    assert str(caught.value).splitlines()[-1].strip() == remedy


def test_every_cause_is_silent_where_nothing_fits():
    x = Input((8, 8, 3))
    layer = layers.Conv2D(3, 3)
    arguments = layers.Conv2D(3, 3)(x).call.arguments
    evidence = messages.Evidence(ShapeError("odd"), "odd", layer, arguments)
    assert {cause(evidence) for cause in messages.CAUSES} == {""}
    none = {cause(layers.Dense, [3]) for cause in messages.CONSTRUCTION_CAUSES}
    assert none == {""}


def test_words_for_what_is_no_layer_and_no_tensor():
    assert "Flatten(...)" in messages.layer_expected(layers.Flatten)
    assert "what it is called with" in messages.layer_expected(Input((3,)))
    assert messages.tensor_expected([Input((3,))]) == ""
    assert "Flatten()(x)" in messages.tensor_expected([[layers.Flatten]])
    assert "call it on a tensor" in messages.tensor_expected([layers.Flatten()])


def test_an_error_stays_short_however_long_the_way():
    net = Sequential([Input((400, 3)), *(layers.Conv1D(1, 3) for _ in range(190))])
    with pytest.raises(ShapeError) as caught:
        net.add(layers.Conv1D(1, 90))
    assert len(str(caught.value)) < 2000
    way = str(caught.value).splitlines()[1].partition(": ")[2].split(" -> ")
    last = [f"conv1d_{k}" for k in range(186, 190)]
    assert [part.split(" (")[0] for part in way] == ["conv1d", "185 more", *last]


def test_an_own_layer_before_does_not_hide_the_error():
    class Half(layers.Layer):
        def call(self, inputs):
            return layers.MaxPooling1D()(inputs)

    with pytest.raises(ShapeError, match="an input of at least 10"):
        Sequential([Input((8, 1)), Half(), layers.Conv1D(1, 5)])


def test_inputs_that_no_layer_made_are_named_once():
    with pytest.raises(ShapeError) as caught:
        layers.Add()([Input((3,)), Input((4, 5))])
    second = str(caught.value).splitlines()[1]
    assert second == "  it received (None, 3) and (None, 4, 5)"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"in_channels": 3, "out_channels": 64}, "write filters for out_channels"),
        ({"out_channels": 64, "kernel_size": 3}, "did you mean 'filters'? The argum"),
    ],
)
def test_the_words_of_pytorch_lead_to_those_of_keras(given, words):
    with pytest.raises(TypeError) as caught:
        layers.Conv2D(**given)
    assert words in str(caught.value)
