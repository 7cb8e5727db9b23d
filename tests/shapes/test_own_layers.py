"""Readers' own layers and models: built and run as Keras does, opaque where not."""

import pytest

import byhand.shapes as keras
from byhand.shapes import Input, Model, Sequential, ShapeError, layers, ops


class Scale(layers.Layer):
    """A layer that multiplies by a weight, and says its shape."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight((input_shape[-1], self.units), "zeros")

    def call(self, inputs):
        return ops.matmul(inputs, self.kernel)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)


class Numbers(Scale):
    """One whose call does what only numbers allow."""

    def call(self, inputs):
        return no_such_function(inputs)  # noqa: F821  as a reader's own import would be


class Unknown(layers.Layer):
    """One that says nothing of its output."""

    def call(self, inputs):
        return no_such_function(inputs)  # noqa: F821


def test_a_layer_with_build_and_call_is_counted_and_runs():
    x = Input((12,))
    net = Model(x, layers.Dense(3)(Scale(5)(x)))
    assert net.output_shape == (None, 3)
    assert net.count_params() == 12 * 5 + 5 * 3 + 3
    assert net.macs == 12 * 5 + 5 * 3


def test_a_call_that_stops_leaves_what_the_layer_says_of_its_shape():
    x = Input((12,))
    net = Model(x, layers.Dense(3)(Numbers(5)(x)))
    assert net.output_shape == (None, 3)
    assert net.count_params() == 78
    assert net.macs is None
    (row,) = [row for row in net.rows if row.kind == "Numbers"]
    assert "no_such_function" in row.note


def test_what_does_not_depend_on_an_unknown_layer_is_still_said():
    x = Input((8, 8, 3))
    y = layers.Conv2D(4, 3)(x)
    net = Model(x, [Unknown()(y), layers.Flatten()(y)])
    assert net.output_shape == [None, (None, 144)]
    assert net.known_params == 112


def test_a_model_whose_call_stops_shows_how_far_it_got():
    class Half(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = layers.Dense(4), layers.Dense(5)

        def call(self, inputs):
            x = self.first(inputs)
            return self.second(no_such_function(x))  # noqa: F821

    net = Half()
    net.build((None, 3))
    assert [row.kind for row in net.rows] == ["InputLayer", "Dense", "rest of Half"]
    assert (net.count_params(), net.known_params) == (None, 16)


def test_a_build_that_stops_is_a_note():
    class Bad(layers.Layer):
        def build(self, input_shape):
            self.w = no_such_function(input_shape)  # noqa: F821

        def call(self, inputs):
            return inputs

    x = Input((3,))
    net = Model(x, Bad()(x))
    assert net.count_params() is None
    assert "its build stopped with NameError" in net.rows[-1].note


def test_a_mistake_of_shapes_or_arguments_inside_is_refused():
    class Wrong(layers.Layer):
        def call(self, inputs):
            return layers.Conv2D(4, 9)(inputs)

    class Misspelt(layers.Layer):
        def call(self, inputs):
            return layers.Dense(unit=3)(inputs)

    with pytest.raises(ShapeError, match="does not fit"):
        Wrong()(Input((5, 5, 1)))
    with pytest.raises(TypeError, match="did you mean 'units'"):
        Misspelt()(Input((5,)))


def test_a_build_gets_the_shapes_of_its_arguments_by_name():
    class Pair(layers.Layer):
        def build(self, left_shape, right_shape):
            self.w = self.add_weight(shape=(left_shape[-1], right_shape[-1]))

        def call(self, left, right=None):
            return ops.matmul(left, self.w) + right

    net = Pair()
    assert net(Input((3,)), right=Input((4,))).shape == (None, 4)
    assert net.count_params() == 12

    class Turned(Pair):
        """By name, in whatever order build takes them."""

        def build(self, right_shape, left_shape):
            super().build(left_shape, right_shape)

    assert Turned()(Input((3,)), Input((4,))).shape == (None, 4)


@pytest.mark.parametrize(
    "add",
    [
        lambda layer: layer.add_weight(name="w", shape=(3, 4), initializer="zeros"),
        lambda layer: layer.add_weight((3, 4), "glorot_uniform"),
        lambda layer: layer.add_weight("w", (3, 4), trainable=True),
        lambda layer: layer.add_weight("w", shape=(3, 4), regularizer="l2"),
        lambda layer: keras.Variable(keras.random.normal((3, 4))),
        lambda layer: keras.Variable([[0.0] * 4] * 3),
        lambda layer: keras.Variable("zeros", shape=(3, 4), name="w"),
        lambda layer: keras.Variable(initializer=ops.ones((3, 4))),
    ],
)
def test_weights_are_counted_in_every_spelling(add):
    class Own(layers.Layer):
        def __init__(self):
            super().__init__()
            self.held = [add(self)]

        def call(self, inputs):
            return ops.matmul(inputs, self.held[0])

    layer = Own()
    assert layer(Input((3,))).shape == (None, 4)
    assert layer.count_params() == 12


def test_layers_in_lists_and_dictionaries_are_counted_and_frozen():
    class Many(layers.Layer):
        def __init__(self):
            super().__init__()
            self.parts = {"a": [layers.Dense(3)], "b": (layers.Dense(3),)}

        def call(self, inputs):
            return self.parts["a"][0](inputs) + self.parts["b"][0](inputs)

    many = Many()
    net = Sequential([Input((2,)), many])
    assert (net.count_params(), net.trainable_params) == (18, 18)
    many.trainable = False
    assert net.trainable_params == 0
    many.parts["a"][0].trainable = True
    assert net.trainable_params == 9


def test_a_class_of_keras_is_extended_through_super():
    class Doubled(layers.Dense):
        def call(self, inputs):
            return super().call(inputs) * 2

    class Built(layers.Conv2D):
        def build(self, input_shape):
            super().build(input_shape)
            self.gain = self.add_weight(shape=(self.filters,))

        def call(self, inputs):
            return super().call(inputs) * self.gain

    x = Input((6, 6, 2))
    y = Built(3, 3)(x)
    net = Model(x, Doubled(4)(y))
    assert net.output_shape == (None, 4, 4, 4)
    assert net.count_params() == (18 * 3 + 3 + 3) + (3 * 4 + 4)
    assert net.macs == 16 * 18 * 3 + 16 * 12


def test_a_method_with_a_name_of_ours_means_what_the_reader_means():
    class Named(layers.Layer):
        def check(self, value):
            return value

        def infer(self, x):
            return x

        def call(self, inputs):
            return self.infer(self.check(inputs))

    assert Named()(Input((3,))).shape == (None, 3)


def test_a_functional_subclass_and_one_without_call():
    class Functional(keras.Model):
        def __init__(self, units):
            x = Input((3,))
            super().__init__(inputs=x, outputs=layers.Dense(units)(x))

        def train_step(self, data):
            return {}

    class Trainer(keras.Model):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def compile(self, optimizer):
            super().compile()
            self.optimizer = optimizer

    trainer = Trainer(Functional(2))
    trainer.compile(keras.optimizers.Adam(1e-3))
    assert trainer.inner.count_params() == 8
    assert trainer.layers == [trainer.inner]


def test_a_wrapper_of_ones_own():
    class Residual(layers.Wrapper):
        def call(self, inputs):
            return inputs + self.layer(inputs)

    net = Sequential([Input((4,)), Residual(layers.Dense(4))])
    assert net.count_params() == 20
    assert layers.Dense(3).compute_output_shape((None, 7, 2)) == (None, 7, 3)


# --- names: only Keras's are taken

# What this package needs of layers and networks in its own code, or once did.
WORDS = [
    *("kind", "label", "note", "inner", "arguments", "own", "check", "infer", "takes"),
    *("apply", "inner_layers", "parameters", "weight_specs", "built_from", "levels"),
    *("calls_made", "is_operation", "base_name", "named_here", "counts_all", "spend"),
    *("input_shape", "input_dim", "output_shape", "rank", "field", "states", "depth"),
    *("rows", "calls", "graph", "macs", "flops", "memory", "table", "draw", "taps"),
    *("all_rows", "inputs", "outputs", "receptive_field", "trainable_params"),
    *("non_trainable_params", "known_params", "known_trainable_params", "contain"),
    *("_kind", "_label", "_calls", "_specs", "_stack", "_names", "_depth", "_start"),
]


def keep(self, value):
    """Set every one of the words on a layer."""
    for word in WORDS:
        setattr(self, word, value)


def is_kept(layer, value):
    return all(getattr(layer, word) is value for word in WORDS)


@pytest.mark.parametrize("value", [None, 3, "text", layers.Dense])
def test_a_layer_of_ones_own_may_use_any_name_that_keras_leaves_free(value):
    class Scaled(Scale):
        def __init__(self, units):
            super().__init__(units)
            keep(self, value)

    class Doubled(layers.Dense):
        def __init__(self, units):
            super().__init__(units)
            keep(self, value)

        def call(self, inputs):
            return super().call(inputs) * 2

    class Smoothed(layers.Conv1D):
        def __init__(self, filters):
            super().__init__(filters, 3)
            keep(self, value)

    scaled, doubled, smoothed = Scaled(5), Doubled(4), Smoothed(2)
    net = Sequential([Input((9, 12)), scaled, doubled, smoothed])
    assert net.output_shape == (None, 7, 2)
    assert net.count_params() == 12 * 5 + (5 * 4 + 4) + (3 * 4 * 2 + 2)
    doubled.trainable = False
    assert net.trainable_params == 12 * 5 + 3 * 4 * 2 + 2
    assert all(is_kept(layer, value) for layer in (scaled, doubled, smoothed))
    assert [row.kind for row in net.rows][1:] == ["Scaled", "Doubled", "Smoothed"]
    assert "doubled (Doubled) (None, 9, 4) 24" in " ".join(net.table().split())
    for word in WORDS:
        delattr(scaled, word)


@pytest.mark.parametrize("value", [3, "text"])
def test_a_model_of_ones_own_may_use_them_and_still_be_shown(value, capsys):
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.first = layers.Dense(4)
            keep(self, value)

        def call(self, inputs):
            return self.first(inputs)

    class Stack(Sequential):
        def __init__(self):
            super().__init__([layers.Dense(4, name="first")])
            keep(self, value)

    for net in (Own(), Stack()):
        net.build((None, 3))
        assert is_kept(net, value)
        assert net.count_params() == 16
        net.summary()
        for text in (Model.table(net), capsys.readouterr().out):
            assert "Total params: 16" in text
        assert [row.name for row in Model.all_rows(net)][1:] == [net.layers[0].name]
        x = Input((3,))
        outer = Model(x, layers.Dense(2)(net(x)))
        assert (outer.output_shape, outer.count_params()) == ((None, 2), 26)
        assert outer.macs == 20


def test_layers_in_attributes_of_any_name_are_counted():
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.memory = layers.Dense(4)
            self.outputs = [layers.Dense(5)]
            self.graph = {"a": layers.Dense(6)}

        def call(self, inputs):
            return self.graph["a"](self.outputs[0](self.memory(inputs)))

    net = Own()
    net.build((None, 3))
    assert net.count_params() == 16 + 25 + 36
    assert len(net.layers) == 3


def test_the_length_of_ones_own_input_is_no_input_of_a_stack():
    """A guide of Keras has a layer that keeps an `input_dim`, and makes its weight."""

    class Linear(layers.Layer):
        def __init__(self, units=32, input_dim=32):
            super().__init__()
            self.input_dim = input_dim
            self.w = self.add_weight(shape=(input_dim, units))

        def call(self, inputs):
            return ops.matmul(inputs, self.w)

    net = Sequential([Linear(4, 8)])
    assert net(Input((5, 8))).shape == (None, 5, 4)
    assert Sequential([layers.Dense(2, input_dim=3)]).count_params() == 8


@pytest.mark.slow
def test_only_names_of_keras_are_taken():
    real = pytest.importorskip("keras")

    def public(value):
        return {name for name in [*dir(value), *vars(value)] if name[0] != "_"}

    ours, theirs = layers.Layer(), real.layers.Layer()
    assert public(ours) <= public(theirs)
    x, y = Input((3,)), real.Input((3,))
    network = Model(x, layers.Dense(2)(x))
    model = real.Model(y, real.layers.Dense(2)(y))
    model.compile("sgd", "mse")
    more = public(network) - public(model)
    assert more <= {name for name in WORDS if name[0] != "_"}
    assert {"rows", "table", "draw"} <= more
    sunder = [*dir(network), *vars(network), *dir(ours), *vars(ours)]
    left = {name for name in sunder if name[0] == "_" and name[-1] != "_"}
    assert not left
