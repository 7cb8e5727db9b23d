"""Networks: stacks, graphs, shared and nested parts, names and errors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import byhand.shapes as keras
from byhand.shapes import Input, Model, Sequential, ShapeError, layers
from byhand.shapes.size import substitute


def lecture():
    return Sequential(
        [
            Input((32, 32, 1)),
            layers.Conv2D(10, (5, 5)),
            layers.MaxPool2D((2, 2)),
            layers.Conv2D(25, (5, 5)),
            layers.MaxPool2D((2, 2)),
            layers.Conv2D(100, (4, 4)),
            layers.MaxPool2D((2, 2)),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )


def test_the_network_of_the_lecture():
    net = lecture()
    counts = [row.parameters.value for row in net.rows if row.parameters.value]
    assert counts == [260, 6_275, 40_100, 1_010]
    assert net.count_params() == 47_645
    assert net.macs == 982_000
    assert net.output_shape == (None, 10)


def test_lines_written_for_keras_run_unchanged():
    model = keras.Sequential()
    model.add(keras.layers.Dense(4, input_dim=3))
    model.add(keras.layers.Dense(4, activation="relu"))
    model.add(keras.layers.Dense(1, name="out", kernel_initializer="zeros"))
    assert model.count_params() == 41
    assert [layer.name for layer in model.layers] == ["dense", "dense_1", "out"]
    x = keras.Input(shape=(8, 8, 3))
    y = keras.layers.Conv2D(3, 3, padding="same")(x)
    model = keras.models.Model(inputs=x, outputs=keras.layers.Add()([x, y]))
    assert model.output_shape == (None, 8, 8, 3)


def test_the_functional_spelling_gives_the_same_network():
    x = start = Input((32, 32, 1))
    for layer in lecture().layers:
        x = type(layer)(**{n: getattr(layer, n) for n in layer._arguments_})(x)
    net = Model(start, x)
    assert (net.count_params(), net.macs) == (47_645, 982_000)


def test_a_shared_layer_counts_its_weights_once_and_its_work_each_time():
    dense = layers.Dense(4)
    a, b = Input((3,)), Input((3,))
    net = Model([a, b], layers.Concatenate()([dense(a), dense(b)]))
    assert net.count_params() == 16
    assert net.macs == 2 * 12
    assert [row.first for row in net.rows if row.name == "dense"] == [True, False]
    assert sum(row.parameters.value for row in net.rows) == 16


def test_a_nested_network_counts_what_it_holds_and_runs_on_other_sizes():
    inner = Sequential([Input((8, 8, 3)), layers.Conv2D(4, 3), layers.Flatten()])
    outer = Sequential([Input((8, 8, 3)), inner, layers.Dense(2)])
    assert outer.count_params() == (27 * 4 + 4) + (6 * 6 * 4 * 2 + 2)
    free = Sequential([Input((None, None, 3)), layers.Conv2D(4, 3)])
    x = Input((10, 12, 3))
    assert free(x).shape == (None, 8, 10, 4)


def test_frozen_layers_and_moving_statistics_are_not_trainable():
    net = Sequential(
        [Input((4,)), layers.Dense(3, trainable=False), layers.BatchNormalization()]
    )
    assert (net.trainable_params, net.non_trainable_params) == (6, 15 + 6)
    net.trainable = False
    assert (net.trainable_params, net.non_trainable_params) == (0, 27)


@pytest.mark.slow
@given(st.integers(20, 60), st.integers(20, 60))
def test_an_unknown_size_stays_a_symbol_and_substitutes_to_the_concrete_run(h, w):
    def build(shape):
        return Sequential(
            [
                Input(shape),
                layers.Conv2D(4, 5),
                layers.MaxPooling2D(2),
                layers.Conv2D(4, 3, strides=2, padding="same"),
                layers.Conv2DTranspose(2, 3, strides=2),
                layers.ZeroPadding2D(1),
            ]
        )

    values = {"H": h, "W": w}
    for open_row, row in zip(
        build((None, None, 3)).rows, build((h, w, 3)).rows, strict=True
    ):
        (shape,), (exact,) = open_row.outputs, row.outputs
        put_in = tuple(n if n is None else substitute(n, values) for n in shape)
        assert put_in == exact
        assert substitute(open_row.macs.value, values) == row.macs.value


def test_the_first_convolution_of_an_open_image():
    net = Sequential([Input((None, None, 3)), layers.Conv2D(7, 5)])
    assert str(net.output_shape) == "(None, H - 4, W - 4, 7)"


def test_a_stack_without_input_waits_for_it():
    net = Sequential([layers.Dense(4), layers.Dense(1)])
    with pytest.raises(ShapeError, match="no input yet"):
        net.count_params()
    net.build((None, 3))
    assert net.count_params() == 21


def test_add_and_pop():
    net = Sequential([Input((3,)), layers.Dense(4)])
    net.add(layers.Dense(2))
    assert net.output_shape == (None, 2)
    assert isinstance(net.pop(), layers.Dense)
    assert net.output_shape == (None, 4)


@pytest.mark.parametrize("letters", ["C", "T C", "H W C", "D H W C", "N1 N2 N3 N4 N5"])
def test_open_lengths_are_letters_of_their_axes(letters):
    letters = letters.split()
    _, *lengths = Input((None,) * len(letters)).shape
    assert [str(length) for length in lengths] == letters


def test_names_that_were_given_back_are_given_anew_from_the_first():
    net = Sequential([Input((4,)), *(layers.Dense(3) for _ in range(4))])
    for _ in range(3):
        net.pop()
    net.add(layers.Dense(2))
    net.add(layers.Dense(5))
    assert [layer.name for layer in net.layers] == ["dense", "dense_1", "dense_2"]


def test_a_name_stands_for_one_layer_as_in_keras():
    x = Input((3,), name="here")
    for make in (
        lambda: Sequential([x, layers.Dense(2, name="here")]),
        lambda: Sequential([x, layers.Dense(2, name="a"), layers.Dense(2, name="a")]),
        lambda: Model(x, layers.Dense(2, name="here")(x)),
        lambda: Model(x, layers.Dense(2, name="a")(layers.Dense(3, name="a")(x))),
    ):
        with pytest.raises(ShapeError, match="give one of them another name"):
            make()
    # Names that nobody chose do not stand in the way of layers from two networks.
    one, two = (Sequential([Input((3,)), layers.Dense(3)]) for _ in range(2))
    assert Sequential([Input((3,)), *one.layers, *two.layers]).count_params() == 24
    net = Sequential([layers.Dense(2, name="a")])
    net.pop()
    net.add(layers.Dense(3, name="a"))
    assert net.layers[0].units == 3


def test_an_error_has_three_lines_fault_way_and_remedy():
    with pytest.raises(ShapeError) as caught:
        Sequential(
            [
                Input((8, 8, 1)),
                layers.Conv2D(4, 3, strides=2),
                layers.Conv2D(4, 2),
                layers.Conv2D(4, 5),
            ]
        )
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert "layer 3, 'conv2d_2' (Conv2D)" in lines[0]
    assert "spans 5" in lines[0]
    assert "conv2d (None, 3, 3, 4) -> conv2d_1 (None, 2, 2, 4)" in lines[1]
    assert "padding='same'" in lines[2]
    assert "at most 2" in lines[2]
    assert "an input of at least 13x13" in lines[2]
    for size, fits in [(13, True), (12, False)]:
        stack = [
            Input((size, size, 1)),
            layers.Conv2D(4, 3, strides=2),
            layers.Conv2D(4, 2),
            layers.Conv2D(4, 5),
        ]
        if fits:
            Sequential(stack)
        else:
            with pytest.raises(ShapeError):
                Sequential(stack)


@pytest.mark.parametrize(
    ("kind", "fragment", "build"),
    [
        (TypeError, "holds layers, got 3", lambda: Sequential([3])),
        (TypeError, "needs inputs and outputs", lambda: Model()),
        (
            ShapeError,
            "comes from no input",
            lambda: Model(Input((3,)), layers.Dense(2)(Input((3,)))),
        ),
        (ShapeError, "at least 1, got 0", lambda: Input((0,))),
        (ShapeError, "is a tuple, got 3; write (3,)", lambda: Input(3)),
        (ShapeError, "needs a shape", lambda: Input()),
        (TypeError, "called with a tensor", lambda: layers.Dense(3)(7)),
        (
            ShapeError,
            "last axis of its input is unknown",
            lambda: layers.Dense(3)(Input((None,))),
        ),
        (
            TypeError,
            "did you mean 'filters'",
            lambda: layers.Conv2D(filter=3, kernel_size=3),
        ),
        (TypeError, "needs 'kernel_size'", lambda: layers.Conv2D(3)),
        (TypeError, "'units' twice", lambda: layers.Dense(3, units=4)),
        (TypeError, "at most", lambda: layers.Flatten(1, 2, 3)),
        (
            ShapeError,
            "cannot be split into groups=2",
            lambda: layers.Conv2D(4, 3, groups=2)(Input((8, 8, 3))),
        ),
        (
            ShapeError,
            "12 elements cannot take the shape (5,)",
            lambda: layers.Reshape((5,))(Input((3, 4))),
        ),
        (
            ShapeError,
            "axis 1 differs",
            lambda: layers.Concatenate()([Input((3, 2)), Input((4, 2))]),
        ),
    ],
)
def test_refusals(kind, fragment, build):
    with pytest.raises(kind) as caught:
        build()
    assert fragment in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "build", "fragments"),
    [
        (
            ShapeError,
            lambda: layers.Conv2D(0, 3),
            ["Conv2D: filters must be at least 1, got 0", "Conv2D(0, 3)", "filters"],
        ),
        (
            TypeError,
            lambda: layers.Dense(units=2.5),
            ["got 2.5 of type float", "Dense(units=2.5)", "units, activation"],
        ),
        (
            TypeError,
            lambda: layers.Conv2D(4, 3, stride=2),
            ["no argument 'stride'", "stride=2", "did you mean 'strides'?"],
        ),
    ],
)
def test_a_layer_that_cannot_be_made_says_so_in_three_lines(kind, build, fragments):
    with pytest.raises(kind) as caught:
        build()
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    for line, fragment in zip(lines, fragments, strict=True):
        assert fragment in line


def test_rows_are_found_by_name_and_a_wrong_name_lists_them():
    net = lecture()
    assert net["conv2d_1"].parameters.value == 6_275
    with pytest.raises(KeyError, match="max_pooling2d"):
        net["conv"]


def test_a_call_on_another_kind_of_input_than_it_was_built_for_is_refused():
    dense = layers.Dense(3)
    dense(Input((4,)))
    with pytest.raises(ShapeError, match="built for an input"):
        dense(Input((5,)))


def test_rows_inside_know_the_layers_outside_that_they_begin_with():
    inner_input = Input((4,))
    inner = Model(inner_input, layers.Dense(2, name="within")(inner_input), name="net")
    x = Input((3,), name="start")
    net = Model(x, inner(layers.Dense(4, name="before")(x)))
    sources = {row.name: row.sources for row in net.all_rows(nested=True)}
    assert sources["net"] == sources["within"] == ["before"]
