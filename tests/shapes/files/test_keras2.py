"""Files of Keras 1 and 2: as tf_keras writes them, and by hand where it cannot."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from byhand.shapes import ReadError, from_config, load
from byhand.shapes.files.keras2 import inbound_call, plain, sources_in
from byhand.shapes.size import Size

WRITER = Path(__file__).parent / "keras2_models.py"
NAMES = [
    *["convolutions", "residual", "recurrent", "operations", "siamese", "frames"],
    *["nested_first", "attention", "words", "open_length", "stateful", "functions"],
    *["dictionaries", "own_layer", "mobile"],
]
FORMATS = ["json", "keras", "h5"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with what tf_keras wrote; a process of its own loads it once."""
    if importlib.util.find_spec("tf_keras") is None:
        pytest.skip("tf_keras is not installed")
    path = tmp_path_factory.mktemp("keras2")
    subprocess.run([sys.executable, WRITER, path], check=True, capture_output=True)
    return path


@pytest.fixture(scope="module")
def facts(folder):
    return json.loads((folder / "facts.json").read_text())


def opened(shape):
    """Return a shape with None for what is not known yet, as Keras shows it."""
    return (
        None if shape is None else [None if isinstance(n, Size) else n for n in shape]
    )


def differences(net, said):
    """Yield the rows whose shapes or counts are other than Keras's, and why."""
    rows = {}
    for row in net.rows:
        rows.setdefault(row.name, row)
    for name, (shapes, count) in said["rows"].items():
        if name.startswith(("tf.compat.v1.shape", "tf.__operators__.getitem_1")):
            continue  # lengths here, and no tensors
        row = rows[name]
        ours = [opened(shape) for shape in row.outputs]
        if ours != shapes:
            yield name, ours, shapes, row.note
        if row.call is not None and row.layer.count_params() not in (count, None):
            yield name, row.layer.count_params(), count, row.note


@pytest.mark.slow
@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("name", [n for n in NAMES if n != "own_layer"])
def test_a_model_of_keras_2_is_read_layer_by_layer(name, suffix, folder, facts):
    net = load(folder / f"{name}.{suffix}")
    said = facts[name]
    if (name, suffix) == ("functions", "h5"):
        del said["rows"]["lambda"]  # only JSON says what the next layer was built for
    assert list(differences(net, said)) == []
    shapes = net.output_shape
    shapes = shapes if isinstance(shapes, list) else [shapes]
    assert [opened(shape) for shape in shapes] == said["outputs"]
    assert net.count_params() == said["parameters"]
    assert net.trainable_params == said["trainable"]
    if name == "mobile":
        assert net.count_params() == 4_253_864


@pytest.mark.slow
@pytest.mark.parametrize("suffix", FORMATS)
def test_a_layer_of_ones_own_is_a_row_with_question_marks(suffix, folder):
    net = load(folder / f"own_layer.{suffix}")
    row = net["cluster"]
    assert row.kind == "Cluster"
    assert "not Keras's own" in row.note
    assert net["dense"].parameters.value == 36
    # Of these formats, HDF5 alone is read for the shapes of weights.
    known = row.parameters and row.parameters.value
    assert known == (24 if suffix == "h5" else None)
    # Where the next layer says what it was built for, everything behind is known.
    if suffix != "h5":
        assert (row.outputs, net.output_shape) == ([(None, 4)], (None, 2))


@pytest.mark.slow
def test_a_stack_that_never_saw_an_input_takes_one(folder):
    assert load(folder / "unbuilt.json", input_shape=(20,)).count_params() == 94


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "fragment"),
    [
        ("saved.weights.h5", "holds weights alone"),
        ("saved_weights.h5", "holds weights alone"),
        ("saved_model", "SavedModel"),
        ("saved_model/saved_model.pb", "SavedModel"),
    ],
)
def test_what_keras_2_saves_besides_models_is_told(name, fragment, folder):
    with pytest.raises(ReadError, match=fragment):
        load(folder / name)


@pytest.mark.slow
def test_a_file_of_keras_2_is_read_without_keras(folder):
    code = (
        "import sys; from byhand.shapes import load; "
        "print(load(sys.argv[1]).count_params(), "
        "{'numpy', 'keras', 'tensorflow', 'h5py'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, folder / "residual.keras"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split()[1] == "set()"


# --- the forms, by hand


def old(kind, name, nodes, **config):
    return {
        "class_name": kind,
        "name": name,
        "config": {"name": name, **config},
        "inbound_nodes": nodes,
    }


def old_graph(*layers, end, shape=(3,), kind="Model"):
    begin = old("InputLayer", "x", [], batch_input_shape=[None, *shape])
    config = {
        "name": "m",
        "layers": [begin, *layers],
        "input_layers": [["x", 0, 0]],
        "output_layers": [[end, 0, 0]],
    }
    return {"class_name": kind, "config": config, "keras_version": "2.1.3"}


def old_stack(*layers):
    return {"class_name": "Sequential", "config": list(layers)}


def old_layer(kind, **config):
    return {"class_name": kind, "config": config}


def test_a_model_with_lists_of_nodes():
    net = from_config(
        old_graph(old("Dense", "d", [[["x", 0, 0, {}]]], units=4), end="d")
    )
    assert (net.output_shape, net.count_params()) == ((None, 4), 16)
    # Three entries, without arguments by name, as the first versions wrote.
    net = from_config(old_graph(old("Dense", "d", [[["x", 0, 0]]], units=4), end="d"))
    assert net.count_params() == 16


def test_a_sequential_that_is_a_list_and_says_its_input_in_its_first_layer():
    first = old_layer("Dense", units=4, batch_input_shape=[None, 3])
    net = from_config(old_stack(first, old_layer("Dense", units=2)))
    assert (net.output_shape, net.count_params()) == ((None, 2), 26)
    for said in ({"input_dim": 3}, {"input_shape": [3]}):
        assert from_config(old_stack(old_layer("Dense", units=4, **said))).outputs


def test_stacks_in_stacks_pass_their_input_on():
    inner = old_stack(old_layer("Dense", units=4, batch_input_shape=[None, 3]))
    net = from_config(old_stack(inner, old_layer("Dense", units=2)))
    assert net.count_params() == 26


def test_a_wrapper_holds_a_layer_without_a_module():
    lstm = old_layer("LSTM", units=3, batch_input_shape=[None, 5, 2])
    net = from_config(old_stack(old_layer("Bidirectional", layer=lstm)))
    assert net.output_shape == (None, 6)
    rnn = old_layer("RNN", cell=old_layer("GRUCell", units=3))
    net = from_config(old_graph(old("RNN", "r", [[["x", 0, 0]]], **rnn["config"]),
                                end="r", shape=(5, 2)))  # fmt: skip
    assert net.output_shape == (None, 3)


def test_a_network_that_is_called_is_counted_from_one():
    inner = {
        **old_stack(old_layer("Dense", units=3, batch_input_shape=[None, 3])),
        "name": "in",
    }
    twice = {**inner, "inbound_nodes": [[["x", 0, 0]], [["in", 1, 0]]]}
    spec = old_graph(twice, end="in")
    spec["config"]["output_layers"] = [["in", 2, 0]]
    net = from_config(spec)
    assert (net.count_params(), [row.name for row in net.rows]) == (
        12,
        ["x", "in", "in"],
    )


def test_an_argument_by_name_may_be_a_tensor_and_an_input_a_constant():
    add = {"class_name": "TFOpLambda", "config": {"function": "math.add"}, "name": "a"}
    nodes = [["_CONSTANT_VALUE", -1, 2.0, {"y": ["x", 0, 0], "name": None}]]
    net = from_config(old_graph({**add, "inbound_nodes": nodes}, end="a"))
    assert net.output_shape == (None, 3)


def test_states_stand_behind_the_input_in_one_list():
    shapes = {"units": 4, "return_state": True, "return_sequences": True}
    first = old("LSTM", "a", [[["x", 0, 0]]], **shapes)
    nodes = [[["a", 0, 0], ["a", 0, 1], ["a", 0, 2]]]
    net = from_config(
        old_graph(first, old("LSTM", "b", nodes, units=4), end="b", shape=(5, 2))
    )
    assert net.output_shape == (None, 4)


@pytest.mark.parametrize(
    ("kind", "config", "shape", "output", "count"),
    [
        ("Dense", {"output_dim": 4, "init": "uniform", "bias": True}, (3,), (4,), 16),
        (
            "Convolution2D",
            {
                **{"nb_filter": 8, "nb_row": 3, "nb_col": 5, "border_mode": "same"},
                **{"subsample": [2, 2], "dim_ordering": "tf", "W_regularizer": None},
            },
            (8, 8, 3),
            (4, 4, 8),
            368,
        ),
        ("Convolution1D", {"nb_filter": 4, "filter_length": 3}, (8, 2), (6, 4), 28),
        ("AtrousConvolution2D", {"nb_filter": 2, "nb_row": 3, "nb_col": 3,
                                 "atrous_rate": [2, 2]}, (9, 9, 1), (5, 5, 2), 20),
        ("MaxPooling1D", {"pool_length": 2, "stride": 2}, (8, 2), (4, 2), 0),
        ("MaxPooling2D", {"pool_size": [2, 2], "dim_ordering": "th"},
         (3, 8, 8), (3, 4, 4), 0),
        ("Dropout", {"p": 0.5}, (3,), (3,), 0),
        ("LSTM", {"output_dim": 4, "dropout_W": 0.1, "inner_activation": "sigmoid",
                  "inner_init": "orthogonal", "consume_less": "cpu"},
         (5, 3), (4,), 128),
        ("GRU", {"output_dim": 4}, (5, 3), (4,), 96),
        ("GRU", {"units": 4, "reset_after": True}, (5, 3), (4,), 108),
        ("LeakyReLU", {"alpha": 0.3}, (3,), (3,), 0),
        ("BatchNormalization", {"axis": [2], "mode": 0}, (5, 3), (5, 3), 12),
        ("TimeDistributedDense", {"output_dim": 4}, (5, 3), (5, 4), 16),
        ("CuDNNLSTM", {"units": 4}, (5, 3), (4,), 144),
        ("CuDNNGRU", {"units": 4}, (5, 3), (4,), 108),
        ("ThresholdedReLU", {"theta": 1.0}, (3,), (3,), 0),
        ("Reshape", {"target_shape": {"class_name": "__tuple__", "items": [3, 2]}},
         (6,), (3, 2), 0),
    ],
)  # fmt: skip
def test_layers_as_keras_1_and_2_wrote_them(kind, config, shape, output, count):
    first = old_layer(kind, batch_input_shape=[None, *shape], **config)
    net = from_config(old_stack(first))
    assert (net.output_shape, net.count_params()) == ((None, *output), count)
    assert not [row.note for row in net.rows if row.note]


@pytest.mark.parametrize(
    ("mode", "output"), [("sum", (3,)), ("mul", (3,)), ("concat", (6,)), ("dot", (1,))]
)
def test_the_layer_of_keras_1_that_merged(mode, output):
    first = old("Dense", "d", [[["x", 0, 0]]], output_dim=3)
    nodes = [[["x", 0, 0], ["d", 0, 0]]]
    merge = old("Merge", "m", nodes, mode=mode, concat_axis=-1, dot_axes=-1)
    net = from_config(old_graph(first, merge, end="m"))
    assert net.output_shape == (None, *output)


@pytest.mark.parametrize(
    "node", [4, "x", [], [4], [["x"]], [["x", 0, 0, {}], 3], [["x", "0", 0]]]
)
def test_a_node_that_is_none_is_refused(node):
    with pytest.raises(ReadError, match="the place"):
        inbound_call(node, "the place")


def test_the_arguments_of_a_call():
    (inputs,), named = inbound_call([["a", 0, 0, {"mask": ["b", 0, 1]}]], "here")
    assert (inputs.key, inputs.index) == (("a", 0), 0)
    assert [source.key for source in sources_in([inputs, named])] == [
        ("a", 0),
        ("b", 0),
    ]
    (inputs,), _ = inbound_call({"u": ["a", 0, 0, {}], "v": ["b", 0, 0, {}]}, "here")
    assert inputs["v"].key == ("b", 0)


def test_wrapped_values_come_plain():
    assert plain({"class_name": "TensorShape", "items": [None, 3]}) == [None, 3]
    assert plain({"class_name": "function", "config": "relu"}) == "relu"
    assert plain({"class_name": "Zeros", "config": {}}) == {
        "class_name": "Zeros",
        "config": {},
    }
    assert plain(7) == 7
