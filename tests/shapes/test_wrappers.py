"""Cells, stacks and wrappers against the real Keras."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from byhand.shapes import Input, ShapeError, layers

flag = st.booleans()
units = st.integers(1, 4)


@st.composite
def inner(draw):
    name = draw(st.sampled_from(["SimpleRNN", "GRU", "LSTM"]))
    given = {"return_sequences": draw(flag), "return_state": draw(flag)}
    return name, draw(units), given


def both(make):
    """Return what we and Keras make of the same lines."""
    import keras

    results = []
    for module, start in ((layers, Input), (keras.layers, keras.Input)):
        layer, inputs = make(module, start)
        out = layer(inputs)
        outs = keras.tree.flatten(out)
        results.append(([tuple(o.shape) for o in outs], layer.count_params()))
    return results


@pytest.mark.slow
@settings(max_examples=60)
@given(inner(), st.sampled_from(["concat", "sum", "mul", "ave", None]))
def test_bidirectional(case, merge_mode):
    name, number, options = case

    def make(module, start):
        layer = getattr(module, name)(number, **options)
        return module.Bidirectional(layer, merge_mode=merge_mode), start((5, 3))

    us, them = both(make)
    assert us == them


@pytest.mark.slow
@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(["SimpleRNN", "GRU", "LSTM"]), units),
        min_size=1,
        max_size=3,
    ),
    flag,
    flag,
)
def test_rnn_of_a_cell_or_a_stack(cells, sequences, state):
    def make(module, start):
        made = [getattr(module, f"{name}Cell")(n) for name, n in cells]
        cell = made[0] if len(made) == 1 else made
        layer = module.RNN(cell, return_sequences=sequences, return_state=state)
        return layer, start((5, 3))

    us, them = both(make)
    assert us == them


@pytest.mark.slow
@settings(max_examples=40)
@given(
    st.sampled_from(
        [("Dense", (4,)), ("Conv1D", (3, 2)), ("Flatten", ()), ("MaxPooling1D", (2,))]
    ),
)
def test_time_distributed(case):
    name, given_ = case
    shape = (5, 6) if name == "Dense" else (5, 6, 2)

    def make(module, start):
        layer = getattr(module, name)(*given_)
        return module.TimeDistributed(layer), start(shape)

    us, them = both(make)
    assert us == them


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "given_", "shape"),
    [("Dense", (4,), (3,)), ("Conv2D", (4, 3), (8, 8, 3)), ("Embedding", (9, 2), (5,))],
)
def test_spectral_normalization(name, given_, shape):
    def make(module, start):
        layer = getattr(module, name)(*given_)
        return module.SpectralNormalization(layer), start(shape)

    us, them = both(make)
    assert us == them
    with pytest.raises(ShapeError, match="no kernel to normalise"):
        layers.SpectralNormalization(layers.Flatten())(Input((3, 4)))


def test_what_wraps_no_layer_is_refused():
    with pytest.raises(TypeError, match="must be a recurrent layer"):
        layers.Bidirectional(layers.Dense(3))
    with pytest.raises(TypeError, match="must be a layer"):
        layers.TimeDistributed(3)
    with pytest.raises(ShapeError, match="merge_mode"):
        layers.Bidirectional(layers.GRU(3), merge_mode="max")
