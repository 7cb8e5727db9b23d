"""Cells, stacks and wrappers against the real Keras."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byhand import shapes
from byhand.shapes import Input, Model, Sequential, ShapeError, layers
from byhand.shapes.applications import weights_without_values

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
    with weights_without_values():
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


@st.composite
def cells(draw):
    """Draw how to make a cell, or a stack of cells, some of them frozen."""
    name = draw(st.sampled_from(["SimpleRNN", "GRU", "LSTM", "stack"]))
    free = draw(flag)
    if name == "stack":
        inside = draw(st.lists(cells(), min_size=1, max_size=2))
        return lambda module: [make(module) for make in inside]
    number = draw(units)
    return lambda module: getattr(module, f"{name}Cell")(number, trainable=free)


@st.composite
def recurrent(draw):
    """Draw how to make a recurrent layer, perhaps of cells, perhaps frozen."""
    options = {
        "return_sequences": draw(flag),
        "return_state": draw(flag),
        "go_backwards": draw(flag),
    }
    if draw(flag):
        options["trainable"] = draw(flag)
        name, number = draw(st.sampled_from(["SimpleRNN", "GRU", "LSTM"])), draw(units)
        return lambda module: getattr(module, name)(number, **options)
    cell = draw(cells())
    return lambda module: module.RNN(cell(module), **options)


def counts_of(make):
    """Return what trains and what does not, with us and with Keras."""
    import keras

    found = []
    with weights_without_values():
        for models, module, start in (
            (shapes, layers, Input),
            (keras, keras.layers, keras.Input),
        ):
            try:
                layer, inputs = make(models, module, start)
                layer(inputs)
            except (TypeError, ValueError):
                found.append(None)
                continue
            sizes = []
            for weights in (layer.trainable_weights, layer.non_trainable_weights):
                sizes.append(sum(size(weight.shape) for weight in weights))
            found.append(sizes)
    return found


def size(shape):
    total = 1
    for length in shape:
        total *= length
    return total


@pytest.mark.slow
@given(recurrent(), st.none() | recurrent(), flag, flag)
def test_what_trains_in_both_directions(forward, backward, free, frozen_later):
    def make(models, module, start):
        layer = forward(module)
        other = backward and backward(module)
        both = module.Bidirectional(layer, backward_layer=other, trainable=free)
        layer.trainable = not frozen_later  # of the layer that was copied
        return both, start((5, 3))

    us, them = counts_of(make)
    assert us == them


@pytest.mark.slow
@given(cells(), flag, flag)
def test_what_trains_in_an_rnn(cell, free, frozen_later):
    def make(models, module, start):
        made = cell(module)
        layer = module.RNN(made, trainable=free)
        if frozen_later:
            (made[0] if isinstance(made, list) else made).trainable = False
        return layer, start((5, 3))

    us, them = counts_of(make)
    assert us == them


@pytest.mark.slow
@given(
    st.lists(flag, min_size=6, max_size=6),
    st.sampled_from(["Sequential", "Model"]),
    st.sampled_from([None, "model", "first", "wrapper", "all"]),
)
def test_what_trains_in_a_model_for_each_step(free, kind, frozen_later):
    """A model in TimeDistributed, partly frozen, with batch normalisation."""

    def make(models, module, start):
        stack = [
            module.Conv2D(2, 3, trainable=free[0]),
            module.BatchNormalization(trainable=free[1]),
            # Keras writes both flags, and counts by the inner one alone.
            module.SpectralNormalization(
                module.Conv2D(3, 3, trainable=free[2]), trainable=free[2]
            ),
            module.GlobalAveragePooling2D(),
            module.Dense(2, trainable=free[3]),
        ]
        first = start((8, 8, 3))
        if kind == "Model":
            out = first
            for layer in stack:
                out = layer(out)
            model = models.Model(first, out)
        else:
            model = models.Sequential([first, *stack])
        if free[4]:  # frees what is inside; on TensorFlow only where it is a change
            model.trainable = False
            model.trainable = True
        wrapper = module.TimeDistributed(model, trainable=free[5])
        if frozen_later in ("model", "all"):
            model.trainable = False
        if frozen_later == "first":
            stack[0].trainable = False
        if frozen_later == "wrapper":
            wrapper.trainable = False
        return wrapper, start((10, 8, 8, 3))

    us, them = counts_of(make)
    assert us == them is not None


def test_a_model_for_each_step_trains():
    """What is inside is counted as trainable where it is."""
    cnn = Sequential(
        [Input((64, 64, 3)), layers.Conv2D(8, 3), layers.GlobalAveragePooling2D()]
    )
    x = Input((10, 64, 64, 3))
    net = Model(x, layers.LSTM(4)(layers.TimeDistributed(cnn)(x)))
    assert (net.count_params(), net.trainable_params) == (432, 432)
    cnn.layers[0].trainable = False
    assert (net.count_params(), net.trainable_params) == (432, 208)


def test_the_field_of_one_step_is_that_of_the_layer_inside():
    """Of the other steps nothing is seen."""
    x = Input((10, 8, 8, 3))
    y = layers.TimeDistributed(layers.Conv2D(4, 3), name="a")(x)
    y = layers.TimeDistributed(layers.MaxPooling2D(2), name="b")(y)
    y = layers.TimeDistributed(layers.Flatten(), name="c")(y)
    y = layers.TimeDistributed(layers.Dense(2), name="d")(y)
    net = Model(x, layers.LSTM(2, name="e")(y))
    assert net.receptive_field("a").size == (1, 3, 3)
    field = net.receptive_field("b")
    assert (field.size, field.stride) == ((1, 4, 4), (1, 2, 2))
    assert net.receptive_field("c") == net.receptive_field("d") == "unknown"
    assert net.receptive_field("e") == "unknown"
    words = Input((7, 5))
    flat = Model(words, layers.TimeDistributed(layers.Dense(3), name="f")(words))
    assert flat.receptive_field("f").size == ()


def test_directions_of_unlike_units():
    """K3: Keras's run gives 8 numbers, and its symbolic shape says 6."""
    back = layers.LSTM(5, go_backwards=True)
    layer = layers.Bidirectional(layers.LSTM(3), backward_layer=back)
    assert layer(Input((4, 2))).shape == (None, 8)
    assert layer.count_params() == 72 + 160
    back = layers.LSTM(5, go_backwards=True)
    summed = layers.Bidirectional(layers.LSTM(3), "sum", backward_layer=back)
    with pytest.raises(ShapeError, match="outputs of one shape"):
        summed(Input((4, 2)))


def test_a_cell_of_ones_own():
    class MinimalCell(layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.units = units
            self.state_size = units

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], self.units))
            self.recurrent = self.add_weight(shape=(self.units, self.units))

        def call(self, inputs, states):
            before = states[0]
            hidden = inputs @ self.kernel
            out = hidden + before @ self.recurrent
            return out, [out]

    layer = layers.RNN([MinimalCell(3), MinimalCell(4)], return_sequences=True)
    assert layer(Input((5, 2))).shape == (None, 5, 4)
    assert layer.count_params() == 2 * 3 + 3 * 3 + 3 * 4 + 4 * 4
    both = layers.Bidirectional(layers.RNN(MinimalCell(3)))
    assert both(Input((5, 2))).shape == (None, 6)
    assert both.count_params() == 2 * (2 * 3 + 3 * 3)


@pytest.mark.parametrize("cell", [5, [5], [], layers.ReLU(), [layers.Dense(3)], "ab"])
def test_what_is_no_cell_is_refused(cell):
    with pytest.raises((TypeError, ShapeError), match="cell"):
        layers.RNN(cell)


@pytest.mark.parametrize("backward", [5, "LSTM", {}, layers.Dense(3), layers.GRU])
def test_what_is_no_backward_layer_is_refused(backward):
    with pytest.raises(TypeError, match="must be a"):
        layers.Bidirectional(layers.LSTM(3), backward_layer=backward)


def test_a_cell_costs_its_step_as_often_as_there_are_steps():
    x = Input((7, 3))
    cells = layers.RNN([layers.LSTMCell(5), layers.GRUCell(2)])
    stacked = Model(x, cells(x)).macs
    first = layers.LSTM(5, return_sequences=True)
    assert stacked == Model(x, layers.GRU(2)(first(x))).macs
    assert stacked == 7 * (4 * 5 * (3 + 5) + 3 * 2 * (5 + 2))


def test_cells_on_one_another_have_the_states_of_each_as_keras_lists_them():
    cells = layers.StackedRNNCells([layers.GRUCell(4), layers.LSTMCell(5)])
    assert cells.state_size == [4, [5, 5]]


def test_to_build_a_wrapper_is_to_build_what_lies_inside():
    inner = layers.Dense(3)
    layers.TimeDistributed(inner).build((None, 7, 4))
    assert (inner.built, inner.count_params()) == (True, 4 * 3 + 3)
    both = layers.Bidirectional(layers.LSTM(2))
    both.build(input_shape=(None, 7, 4))
    assert both.count_params() == 2 * 4 * 2 * (4 + 2 + 1)


def test_layers_around_layers_without_end_are_refused():
    layer = layers.Dense(3)
    for _ in range(64):
        layer = layers.SpectralNormalization(layer)
    assert layer(Input((4,))).shape == (None, 3)  # in one run of each, not of 2**64
    assert layer.count_params() == 15 + 64 * 3
    with pytest.raises(ShapeError, match="at most 64 layers"):
        layers.SpectralNormalization(layer)


def test_spectral_normalization_needs_a_kernel():
    with pytest.raises(ShapeError, match="no kernel to normalise"):
        layers.SpectralNormalization(layers.Flatten())(Input((3, 4)))


def test_what_wraps_no_layer_is_refused():
    with pytest.raises(TypeError, match="must be a recurrent layer"):
        layers.Bidirectional(layers.Dense(3))
    with pytest.raises(TypeError, match=r"LSTM\(\.\.\.\)"):
        layers.Bidirectional(layers.LSTM)
    with pytest.raises(TypeError, match="without the second brackets"):
        layers.TimeDistributed(layers.Dense(3)(Input((4,))))
    with pytest.raises(TypeError, match="must be a layer"):
        layers.TimeDistributed(3)
    with pytest.raises(ShapeError, match="merge_mode"):
        layers.Bidirectional(layers.GRU(3), merge_mode="max")
