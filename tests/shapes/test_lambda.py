"""Lambda: traced, told by `output_shape`, or opaque with a note."""

import pytest

from byhand.shapes import Input, Model, ShapeError, layers, ops


def unknown_library(tensor):
    import no_such_library

    return no_such_library.function(tensor)


def test_an_axis_added():
    """A07."""
    x = Input((7,))
    model = Model(x, layers.Lambda(lambda t: ops.expand_dims(t, -1))(x))
    assert (model.output_shape, model.count_params()) == ((None, 7, 1), 0)
    assert [row.kind for row in model.rows] == ["InputLayer", "Lambda"]


def test_two_inputs():
    """What the function gives says more than its output_shape."""
    q, k = Input((None, 4)), Input((4, None))
    product = layers.Lambda(lambda pair: ops.matmul(*pair), output_shape=(None, None))
    model = Model([q, k], product([q, k]))
    assert len(model.output_shape) == 3
    assert model.output_shape[0] is None
    assert str(model.macs) == "4 * T * C" or model.macs is not None


def test_its_cost_is_that_of_what_it_does():
    x = Input((5, 4))
    gram = layers.Lambda(lambda t: t @ ops.transpose(t, (0, 2, 1)), name="gram")
    model = Model(x, gram(x))
    assert model.macs == 5 * 5 * 4
    inner = [row.name for row in model.all_rows(nested=True) if row.depth]
    assert inner == ["transpose", "matmul"]


def test_arguments_reach_the_function():
    x = Input((5, 4))

    def scaled(tensor, factor, axis=1, mask=None, training=None):
        assert mask is None
        assert training is None
        return ops.sum(tensor * factor, axis=axis)

    assert layers.Lambda(scaled, arguments={"factor": 2})(x).shape == (None, 4)
    more = {"factor": 2, "axis": 2}
    assert layers.Lambda(scaled, None, None, more)(x).shape == (None, 5)


def test_several_outputs_keep_their_structure():
    x = Input((5, 4))
    first, both = layers.Lambda(lambda t: (t[:, 0], {"a": t, "b": t + 1}))(x)
    assert first.shape == (None, 4)
    assert {name: one.shape for name, one in both.items()} == {
        "a": (None, 5, 4),
        "b": (None, 5, 4),
    }


@pytest.mark.parametrize(
    ("said", "shape"),
    [
        ((3,), (None, 3)),
        (lambda shape: (shape[0], shape[1] * 2), (None, 14)),
        ([2, 3], (None, 2, 3)),
    ],
)
def test_what_cannot_be_run_is_taken_from_output_shape(said, shape):
    x = Input((7,))
    model = Model(x, layers.Lambda(unknown_library, output_shape=said)(x))
    assert model.output_shape == shape
    assert "No module named 'no_such_library'" in model.rows[-1].note
    assert model.macs is None  # what it does is not known


def test_what_cannot_be_run_is_unknown_and_the_rest_is_said():
    x = Input((7,))
    side = layers.Dense(3, name="side")(x)
    out = layers.Dense(2)(layers.Lambda(unknown_library)(x))
    model = Model(x, [side, out])
    assert model["side"].outputs == [(None, 3)]
    assert model["lambda"].outputs == [None]
    assert "no_such_library" in model["lambda"].note
    assert model["lambda"].parameters.value == 0
    assert model.count_params() is None
    assert model.known_params == 24


@pytest.mark.parametrize(
    "function",
    [lambda t: 3, lambda t: None, lambda t: [t.shape[1]] * 1000, lambda t: 1 / 0],
)
def test_a_function_without_tensors_is_unknown(function):
    out = layers.Lambda(function)(Input((7,)))
    assert out.shape is None


def test_what_it_does_wrong_is_refused():
    with pytest.raises(ShapeError, match="cannot be multiplied"):
        layers.Lambda(lambda t: t @ t)(Input((5, 4)))
    with pytest.raises(TypeError, match="output_shape must be a tuple"):
        layers.Lambda(lambda t: t, output_shape=3)
    with pytest.raises(TypeError, match="needs 'function'"):
        layers.Lambda()


def test_code_of_a_file_is_never_run():
    code = {"class_name": "__lambda__", "config": {"code": "4wEAAA=="}}
    x = Input((7,))
    told = layers.Lambda(code, output_shape=(3,))(x)
    assert told.shape == (None, 3)
    untold = layers.Lambda(code)(x)
    assert untold.shape is None
    assert "is not run" in untold.call.outcome.note


def test_a_layer_inside_is_not_counted_as_its_own():
    """As in Keras, whose Lambda tracks no weights."""
    x = Input((7,))
    model = Model(x, layers.Lambda(lambda t: ops.relu(t) * 2)(x))
    assert model.count_params() == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "shapes"),
    [
        (lambda k: k.layers.Lambda(lambda t: k.ops.expand_dims(t, -1)), [(7,)]),
        (lambda k: k.layers.Lambda(lambda t: t * 2), [(5, 4)]),
        (lambda k: k.layers.Lambda(lambda t: t[0] @ t[1]), [(5, 4), (4, 3)]),
        (lambda k: k.layers.Lambda(lambda t: k.ops.mean(t, axis=1)), [(5, 4)]),
        (
            lambda k: k.layers.Lambda(lambda t: t, output_shape=lambda s: s),
            [(5, 4)],
        ),
    ],
)
def test_shapes_are_those_of_keras(make, shapes):
    import keras

    import byhand.shapes as ours

    found = []
    for module in (ours, keras):
        inputs = [module.layers.Input(shape) for shape in shapes]
        out = make(module)(inputs if len(inputs) > 1 else inputs[0])
        found.append(tuple(out.shape))
    assert found[0] == found[1]
