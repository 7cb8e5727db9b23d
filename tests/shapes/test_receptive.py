"""Receptive fields against a loop that follows every element back."""

from hypothesis import given
from hypothesis import strategies as st

from byhand.shapes import Input, Model, ReceptiveField, Sequential, layers
from byhand.shapes.receptive import receptive_fields

step = st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 2))


def followed(steps, element):
    """Return the input elements that an output element sees, one layer at a time."""
    seen = {element}
    for kernel, strides, dilation in reversed(steps):
        seen = {e * strides + tap * dilation for e in seen for tap in range(kernel)}
    return seen


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


def test_branches_see_the_hull_of_their_paths():
    x = Input((32, 32, 3))
    wide = layers.Conv2D(3, 5, padding="same")(layers.Conv2D(3, 3, padding="same")(x))
    net = Model(x, layers.Add(name="sum")([x, wide]))
    assert receptive_fields(net)["sum"] == ReceptiveField(((-3, 3, 1), (-3, 3, 1)))


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
