"""Cells, stacks and wrappers against the real Keras."""

import pytest
from hypothesis import given
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
    # Nobody asks for the values of the weights: Keras need not draw them.
    with keras.StatelessScope(initialize_variables=False):
        for module, start in ((layers, Input), (keras.layers, keras.Input)):
            layer, inputs = make(module, start)
            out = layer(inputs)
            outs = keras.tree.flatten(out)
            results.append(([tuple(o.shape) for o in outs], layer.count_params()))
    return results


@pytest.mark.slow
@given(inner(), st.sampled_from(["concat", "sum", "mul", "ave", None]))
def test_bidirectional(case, merge_mode):
    name, number, options = case

    def make(module, start):
        layer = getattr(module, name)(number, **options)
        return module.Bidirectional(layer, merge_mode=merge_mode), start((5, 3))

    us, them = both(make)
    assert us == them


@pytest.mark.slow
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


@st.composite
def with_a_kernel(draw):
    """Draw a layer with a kernel, and the shape of its input."""
    name = draw(st.sampled_from(["Dense", "Conv1D", "Conv2D", "Embedding"]))
    f, c, i = draw(units), draw(units), draw(st.integers(3, 9))
    return {
        "Dense": ("Dense", (f,), (c,)),
        "Conv1D": ("Conv1D", (f, 3), (i, c)),
        "Conv2D": ("Conv2D", (f, draw(st.integers(1, 3))), (i, i + 1, c)),
        "Embedding": ("Embedding", (c + 1, f), (i,)),
    }[name]


@pytest.mark.slow
@given(with_a_kernel(), st.integers(1, 6))
def test_time_distributed(case, steps):
    name, arguments, shape = case

    def make(module, start):
        layer = getattr(module, name)(*arguments)
        return module.TimeDistributed(layer), start((steps, *shape))

    us, them = both(make)
    assert us == them


@pytest.mark.slow
@given(with_a_kernel())
def test_spectral_normalization(case):
    name, arguments, shape = case

    def make(module, start):
        layer = getattr(module, name)(*arguments)
        return module.SpectralNormalization(layer), start(shape)

    us, them = both(make)
    assert us == them


def test_spectral_normalization_needs_a_kernel():
    with pytest.raises(ShapeError, match="no kernel to normalise"):
        layers.SpectralNormalization(layers.Flatten())(Input((3, 4)))


def test_what_wraps_no_layer_is_refused():
    with pytest.raises(TypeError, match="must be a recurrent layer"):
        layers.Bidirectional(layers.Dense(3))
    with pytest.raises(TypeError, match="must be a layer"):
        layers.TimeDistributed(3)
    with pytest.raises(ShapeError, match="merge_mode"):
        layers.Bidirectional(layers.GRU(3), merge_mode="max")
