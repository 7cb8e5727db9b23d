"""Receptive fields against a loop that follows every element back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand.shapes import Input, Model, ReceptiveField, Sequential, layers, ops
from byhand.shapes.layers.opaque import Opaque
from byhand.shapes.receptive import receptive_fields

step = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 2))


def followed(steps, element):
    """Return the input elements that an output element sees, one layer at a time."""
    seen = {element}
    for kernel, strides, dilation in reversed(steps):
        seen = {e * strides + tap * dilation for e in seen for tap in range(kernel)}
    return seen


@pytest.mark.slow
@given(st.lists(step, min_size=1, max_size=4))
def test_a_chain_sees_what_following_back_finds(steps):
    steps = [(k, s, 1 if s > 1 else d) for k, s, d in steps]
    net = Sequential([Input((2000, 1))])
    for kernel, strides, dilation in steps:
        net.add(layers.Conv1D(1, kernel, strides=strides, dilation_rate=dilation))
    field = list(receptive_fields(net).values())[-1]
    first, second = followed(steps, 0), followed(steps, 1)
    assert field.size == (max(first) - min(first) + 1,)
    assert field.stride == (min(second) - min(first),)
    assert field.padding == (0,)


def test_an_open_row_is_padded_as_an_endless_one():
    def fields(length):
        net = Sequential([Input((length, 1))])
        for kernel, strides in [(5, 2), (3, 1), (4, 3), (1, 4)]:
            net.add(layers.Conv1D(1, kernel, strides=strides, padding="same"))
        return list(receptive_fields(net).values())

    # Every layer's strides divide what is left of the row.
    assert fields(None) == fields(96)


def test_branches_see_the_hull_of_their_paths():
    x = Input((32, 32, 3))
    wide = layers.Conv2D(3, 5, padding="same")(layers.Conv2D(3, 3, padding="same")(x))
    net = Model(x, layers.Add(name="sum")([x, wide]))
    assert receptive_fields(net)["sum"] == ReceptiveField(((-3, 3, 1), (-3, 3, 1)))


def test_channels_side_by_side_see_the_hull_and_places_have_none():
    x = Input((32, 32, 3))
    narrow, wide = (layers.Conv2D(3, k, padding="same")(x) for k in (3, 5))

    def field(parts, axis):
        joined = layers.Concatenate(axis=axis, name="joined")(parts)
        return receptive_fields(Model(x, joined))["joined"]

    assert field([narrow, wide], axis=-1) == ReceptiveField(((-2, 2, 1), (-2, 2, 1)))
    assert field([narrow, wide], axis=1) == "unknown"
    assert field([narrow], axis=1) == ReceptiveField(((-1, 1, 1), (-1, 1, 1)))


def test_a_row_that_is_stretched_over_an_image_has_no_window():
    x, row = Input((8, 8, 3)), Input((8, 3))
    net = Model([x, row], layers.Add(name="sum")([layers.Conv2D(3, 1)(x), row]))
    assert receptive_fields(net)["sum"] == "unknown"


def test_a_field_is_equal_to_fields_alone():
    field = ReceptiveField(((-3, 3, 1),))

    class Printed:
        def __repr__(self):
            return repr(field)

        def __hash__(self):
            return hash(field)

    assert field == ReceptiveField(((-3, 3, 1),))
    assert hash(field) == hash(ReceptiveField(((-3, 3, 1),)))
    assert field != ReceptiveField(((-3, 4, 1),))
    assert field != Printed()


def test_dense_after_flatten_and_global_pooling_see_everything():
    net = Sequential(
        [
            Input((8, 8, 1)),
            layers.Conv2D(2, 3, name="conv"),
            layers.Flatten(),
            layers.Dense(2, name="dense"),
        ]
    )
    fields = receptive_fields(net)
    assert fields["conv"].size == (3, 3)
    assert fields["dense"] == "whole input"


def test_enlarging_divides_the_stride():
    net = Sequential(
        [Input((8, 8, 1)), layers.MaxPooling2D(4), layers.UpSampling2D(2, name="up")]
    )
    assert receptive_fields(net)["up"].stride == (2, 2)


def test_what_has_no_such_form_is_unknown_not_zero():
    net = Sequential(
        [Input((8, 8, 2)), layers.Conv2D(2, 3), layers.Reshape((9, 8), name="other")]
    )
    assert receptive_fields(net)["other"] == "unknown"


def test_the_field_goes_through_networks_and_out_of_them():
    def convolutions():
        return [layers.Conv2D(2, 3, name="a"), layers.Conv2D(2, 5, strides=2, name="b")]

    x = Input((32, 32, 3))
    flat = Sequential([Input((32, 32, 3)), layers.Conv2D(3, 3), *convolutions()])
    inner = Sequential([Input((30, 30, 3)), *convolutions()], name="inner")
    y = inner(layers.Conv2D(3, 3)(x))
    net = Model(x, layers.MaxPooling2D(2, name="pool")(y))
    flat.add(layers.MaxPooling2D(2, name="pool"))
    assert net.receptive_field("inner") == flat.receptive_field("b")
    assert net.receptive_field("pool") == flat.receptive_field("pool")
    opened = {row.name: row.receptive_field for row in net.all_rows(nested=True)}
    assert opened["a"] == flat.receptive_field("a")
    assert opened["b"] == flat.receptive_field("b")


def test_the_field_goes_through_layers_of_ones_own():
    class Twice(layers.Layer):
        def __init__(self):
            super().__init__()
            self.first = layers.Conv2D(3, 3, padding="same", name="first")
            self.second = layers.Conv2D(3, 3, padding="same", name="second")

        def call(self, inputs):
            return self.second(self.first(inputs))

    x = Input((16, 16, 3))
    net = Model(x, layers.Add(name="sum")([x, Twice()(x)]))
    assert net.receptive_field("sum") == ReceptiveField(((-2, 2, 1), (-2, 2, 1)))


def test_a_network_called_twice_sees_more_the_second_time():
    inner = Sequential(
        [Input((16, 16, 3)), layers.Conv2D(3, 3, padding="same")], name="inner"
    )
    x = Input((16, 16, 3))
    net = Model(x, inner(inner(x)))
    sizes = [row.receptive_field.size for row in net.rows if row.name == "inner"]
    assert sizes == [(3, 3), (5, 5)]


def test_behind_what_is_not_known_the_field_is_not_either():
    x = Input((16, 16, 3))
    y = Opaque("Strange", "why", name="odd", output_shapes=[[(None, 16, 16, 3)]])(x)
    net = Model(x, layers.Conv2D(2, 3, name="after")(y))
    assert net.receptive_field("odd") == "unknown"
    assert net.receptive_field("after") == "unknown"


def test_places_that_are_moved_or_stretched_have_no_window_after_them():
    x = Input((8, 8, 1))
    flat = layers.Flatten(name="flat")(x)
    after = layers.Conv1D(1, 3, name="after")(layers.Reshape((64, 1))(flat))
    assert Model(x, after).receptive_field("after") == "unknown"
    raised = layers.Conv1D(1, 3, name="raised")(ops.expand_dims(flat, -1))
    assert Model(x, raised).receptive_field("raised") == "unknown"
    dense = layers.Dense(3, name="dense")(layers.Dropout(0.5)(flat))
    assert Model(x, dense).receptive_field("dense") == "whole input"
    other = Input((1, 1, 1))
    both = layers.Add(name="both")([x, other])
    assert Model([x, other], both).receptive_field("both") == "unknown"
    turned = layers.Conv2D(1, (3, 5), name="turned")(layers.Permute((2, 1, 3))(x))
    assert Model(x, turned).receptive_field("turned") == "unknown"


def test_a_transposed_convolution_sees_the_elements_before_the_first():
    x = Input((8, 1))
    y = layers.Conv1DTranspose(1, 4, strides=2, padding="same", name="up")(x)
    field = Model(x, y).receptive_field("up")
    assert (field.size, field.padding) == ((2,), (1,))


def test_one_place_is_shown_in_words():
    net = Sequential([Input((8, 1)), layers.ReLU()])
    assert "one place" in str(net.table(columns=("receptive_field",)))
