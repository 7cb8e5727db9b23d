"""Names of Keras: all are known, others are refused with the nearest."""

import inspect

import pytest

import byhand.shapes as keras
from byhand.shapes import ShapeError, known_names, layers
from byhand.shapes.errors import UnsupportedError
from byhand.shapes.models import load_model

MODULES = [
    *("activations", "applications", "callbacks", "config", "constraints", "datasets"),
    *("initializers", "losses", "metrics", "mixed_precision", "optimizers"),
    *("optimizers.schedules", "random", "regularizers", "saving", "utils", "models"),
    "layers",
]
LEFT_OUT = {"legacy", "bounding_boxes"}


def part_of(package, name):
    for part in name.split("."):
        package = getattr(package, part)
    return package


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_of_keras_is_there(name):
    import keras as real

    theirs = {n for n in dir(part_of(real, name)) if n[0] != "_"} - LEFT_OUT
    ours = set(part_of(keras, name).__all__)
    assert theirs <= ours
    assert ours - theirs <= {"Input", "InputLayer"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [m for m in MODULES[2:] if m not in ("models", "layers", "datasets")]
)
def test_classes_have_the_arguments_of_keras(name):
    import keras as real

    for key, cls in vars(part_of(keras, name)).items():
        takes = getattr(cls, "takes", None)
        theirs = getattr(part_of(real, name), key, None)
        if not takes or not inspect.isclass(theirs):
            continue
        parameters = inspect.signature(theirs.__init__).parameters.values()
        kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
        names = [p.name for p in parameters if p.name != "self" and p.kind not in kinds]
        kept = [one.rstrip("!") for one in takes if one[0] != "*"]
        assert kept == names or not names, key


@pytest.mark.slow
def test_strings_are_those_of_keras():
    from importlib import import_module

    for name in ("activations", "initializers", "regularizers", "constraints"):
        theirs = import_module(f"keras.src.{name}").ALL_OBJECTS_DICT
        assert set(getattr(known_names, name.upper())) == set(theirs), name
    for name in ("optimizers", "losses", "metrics"):
        theirs = import_module(f"keras.src.{name}").ALL_OBJECTS_DICT
        more = set(getattr(known_names, name.upper())) - set(theirs)
        assert set(theirs) <= set(getattr(known_names, name.upper())), name
        assert more <= {"lamb", "acc", "ce", "crossentropy"}


def refused(make):
    with pytest.raises((AttributeError, TypeError, ValueError)) as caught:
        make()
    return str(caught.value)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layers.Dense(3, activation="rellu"), "did you mean 'relu'"),
        (lambda: layers.Dense(3, activation="ReLU"), "did you mean 'relu'"),
        (lambda: layers.Dense(3, activation=5), "must be a name"),
        (lambda: layers.LSTM(3, recurrent_activation="sigmoidd"), "'sigmoid'"),
        (lambda: layers.Dense(3, kernel_initializer="he_norml"), "'he_normal'"),
        (lambda: layers.Dense(3, kernel_regularizer="l3"), "is not known"),
        (lambda: layers.Dense(3, bias_constraint="max_nom"), "'max_norm'"),
        (lambda: keras.optimizers.Adam(lr=0.1), "write learning_rate"),
        (lambda: keras.optimizers.Adam(learning_rat=0.1), "'learning_rate'"),
        (lambda: keras.losses.Huber(0.1, 2, 3, 4, 5), "at most 4"),
        (lambda: keras.optimizers.schedules.CosineDecay(0.1), "needs 'decay_steps'"),
        (lambda: keras.initializers.get("he_norml"), "did you mean 'he_normal'"),
        (lambda: keras.optimizerss, "did you mean 'optimizers'"),
        (lambda: keras.tree, "leave the line out"),
        (lambda: keras.nn, "from_torch"),
        (lambda: layers.Linear, "write Dense"),
        (lambda: layers.Densse, "did you mean 'Dense'"),
        (lambda: layers.Dropout(p=0.5), "did you mean 'rate'"),
        (lambda: layers.Conv2D(8, 3, border_mode="same"), "did you mean 'padding'"),
        (lambda: layers.Conv2D(in_channels=3, out_channels=8), "read off the input"),
        (lambda: layers.Dense(3, name=7), "name must be a text"),
        (
            lambda: layers.LSTM(4, batch_input_shape=(1, 1, 7), stateful=True),
            "put Input(batch_shape=(1, 1, 7)) in front",
        ),
        (
            lambda: keras.Model(input=keras.Input((3,)), output=keras.Input((3,))),
            "write inputs=",
        ),
        (
            lambda: keras.config.set_image_data_format("channels_first"),
            "data_format='channels_first'",
        ),
    ],
)
def test_a_wrong_name_is_refused_with_the_right_one(make, words):
    assert words in refused(make)


def small():
    return keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(2)])


def test_compile_has_no_effect_but_knows_names():
    net = small()
    net.compile("Adam", loss="mse", metrics=["accuracy", keras.metrics.AUC()])
    net.compile(optimizer=keras.optimizers.SGD(0.1), loss=[None, lambda y, p: 0])
    for given in (
        {"optimizer": "adamm"},
        {"loss": "mean_square_error"},
        {"loss": {"out": "mean_square_error"}},
        {"metrics": [["accuracyy"]]},
    ):
        with pytest.raises(ShapeError, match="did you mean"):
            net.compile(**given)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fit", "leave the line out, or train with Keras"),
        ("evaluate", "leave the line out"),
        ("predict", "leave the line out"),
        ("train_on_batch", "leave the line out"),
        ("save", "save the model with Keras"),
        ("to_json", "save the model with Keras"),
        ("load_weights", "weights change no shape"),
        ("get_weights", "leave get_weights out"),
        ("set_weights", "leave set_weights out"),
    ],
)
def test_what_needs_numbers_is_refused_in_one_sentence(name, words):
    with pytest.raises(UnsupportedError) as caught:
        getattr(small(), name)(*[[]] * (name == "set_weights"))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_data_and_arrays_are_refused():
    from byhand.shapes.datasets import mnist
    from byhand.shapes.preprocessing.sequence import pad_sequences
    from byhand.shapes.utils import to_categorical

    for make in (
        mnist.load_data,
        lambda: pad_sequences([]),
        lambda: to_categorical([]),
    ):
        with pytest.raises(UnsupportedError, match="leave the line out"):
            make()
    numpy = pytest.importorskip("numpy")
    with pytest.raises(TypeError, match=r"with an array.*Input\(\(4,\)\)"):
        small()(numpy.ones((2, 4)))


def test_layers_are_asked_for_what_they_received_and_gave():
    net = small()
    one, two = net.layers
    assert (one.input.shape, two.output.shape) == ((None, 4), (None, 2))
    assert (net.input_shape, net.output_shape) == ((None, 4), (None, 2))
    assert net.get_layer("dense_1") is net.get_layer(index=1) is two
    with pytest.raises(ShapeError, match="did you mean 'dense'"):
        net.get_layer("dens")
    with pytest.raises(ShapeError, match="was never called"):
        _ = layers.Dense(2).output
    with pytest.raises(ShapeError, match="has no weights yet"):
        layers.Dense(2).count_params()
    assert [tuple(w.shape) for w in net.weights] == [(4, 3), (3,), (3, 2), (2,)]
    assert two.kernel.shape == (3, 2)
    assert keras.Model(net.inputs, one.output).count_params() == 15


def test_load_model_reads_a_file(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(
        '{"class_name": "Sequential", "config": {"name": "s", "layers": ['
        '{"class_name": "Dense", "config": {"units": 2, "batch_input_shape": [null, 3]}'
        "}]}}",
        encoding="utf-8",
    )
    assert load_model(path).count_params() == 8


@pytest.mark.slow
def test_applications_are_built_by_keras(capsys):
    base = keras.applications.MobileNetV2(
        include_top=False, weights="imagenet", input_shape=(96, 96, 3)
    )
    assert "weights=None" in capsys.readouterr().err
    base.trainable = False
    x = keras.Input((96, 96, 3))
    y = keras.applications.mobilenet_v2.preprocess_input(x)
    y = layers.GlobalAveragePooling2D()(base(y, training=False))
    net = keras.Model(x, layers.Dense(2)(y))
    assert (net.count_params(), net.trainable_params) == (2_260_546, 2_562)
    start = keras.Input((150, 150, 3))
    vgg = keras.applications.VGG16(
        weights=None, include_top=False, input_tensor=layers.Rescaling(1 / 255)(start)
    )
    assert vgg.output_shape == (None, 4, 4, 512)
    assert vgg.inputs == [start] or vgg.inputs[0] is start
    with pytest.raises(ShapeError, match="1000 classes"):
        keras.applications.VGG16(classes=5)


def test_a_configuration_makes_a_network_of_its_own():
    net = small()
    again = keras.Sequential.from_config(net.get_config())
    assert again.count_params() == net.count_params() == 23
    assert again.layers[0] is not net.layers[0]
    graph = keras.Model(net.inputs, net.outputs[0], name="graph")
    other = keras.models.clone_model(graph)
    assert (other.name, other.count_params()) == ("graph", 23)
    assert other.layers[1] is not graph.layers[1]
    kept = layers.deserialize(layers.serialize(layers.Dense(3, activation="relu")))
    assert (kept.units, kept.activation) == (3, "relu")


def test_a_fixed_batch_stays():
    assert layers.Input((8, 8, 3), batch_size=4).shape == (4, 8, 8, 3)
    stack = keras.Sequential([layers.InputLayer(shape=(28, 28)), layers.Flatten()])
    assert stack.output_shape == (None, 784)


def test_what_keras_asks_of_a_layer_besides_shapes_is_answered():
    layer = layers.Dense(3, name="here")
    assert layer.get_build_config() is None
    layer.build((None, 4))
    again = layers.Dense(3)
    again.build_from_config(layer.get_build_config())
    assert (again.built, again.count_params()) == (True, 15)
    assert (layer.path, layer.compute_dtype, layer.input_dtype) == (
        *("here", "float32", "float32"),
    )
    layer.dtype_policy = "float16"
    assert (layer.dtype_policy, layer.variable_dtype) == ("float16", "float16")
    assert (layer.supports_masking, layer.input_spec) == (False, None)
    assert layer.metrics == layer.metrics_variables == layer.losses == []
    assert layer.symbolic_call(keras.Input((4,))).shape == (None, 3)
    with pytest.raises(UnsupportedError, match="quantize does nothing: leave the line"):
        layer.quantize("int8")


def test_a_call_that_nobody_has_says_what_to_do():
    class Empty(layers.Layer):
        def call(self, inputs):
            return super().call(inputs)

    net = keras.Model(x := keras.Input((3,)), Empty()(x))
    assert "leave super().call out" in net.rows[-1].note
