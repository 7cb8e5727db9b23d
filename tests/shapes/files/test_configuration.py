"""Networks of configurations that Keras 3 writes, and of those that nobody should."""

import json
import time

import pytest

from byhand.shapes import ReadError, ShapeError, from_config, from_keras_json, load
from byhand.shapes.applications import weights_without_values
from byhand.shapes.files.configuration import layer_from, network_from
from byhand.shapes.layers.opaque import Opaque
from byhand.shapes.ops import BY_CLASS
from byhand.shapes.outcome import WeightSpec
from byhand.shapes.receptive import receptive_fields
from byhand.shapes.size import Size
from tests.shapes.files.specs import (
    called,
    functional,
    graph,
    layer,
    node,
    stack,
    start,
    tensor,
)

START = start(3)

APPLICATIONS = [
    "ConvNeXtBase",
    "ConvNeXtLarge",
    "ConvNeXtSmall",
    "ConvNeXtTiny",
    "ConvNeXtXLarge",
    "DenseNet121",
    "DenseNet169",
    "DenseNet201",
    "EfficientNetB0",
    "EfficientNetB1",
    "EfficientNetB2",
    "EfficientNetB3",
    "EfficientNetB4",
    "EfficientNetB5",
    "EfficientNetB6",
    "EfficientNetB7",
    "EfficientNetV2B0",
    "EfficientNetV2B1",
    "EfficientNetV2B2",
    "EfficientNetV2B3",
    "EfficientNetV2L",
    "EfficientNetV2M",
    "EfficientNetV2S",
    "InceptionResNetV2",
    "InceptionV3",
    "MobileNet",
    "MobileNetV2",
    "MobileNetV3Large",
    "MobileNetV3Small",
    "NASNetLarge",
    "NASNetMobile",
    "ResNet101",
    "ResNet101V2",
    "ResNet152",
    "ResNet152V2",
    "ResNet50",
    "ResNet50V2",
    "VGG16",
    "VGG19",
    "Xception",
]

MACS = {"ResNet50": 3_857_973_248}
FIELDS = {
    "VGG16": (212, 32, 90),
    "InceptionV3": (1311, 32, 618),
    "ResNet50": (483, 32, 241),
}


def opened(shape):
    """Return a shape with None for what is not known yet, as Keras shows it."""
    return tuple(None if isinstance(n, Size) else n for n in shape)


# What differs most each time, and all of them each week.
EVERY_TIME = {
    "ConvNeXtTiny",
    "EfficientNetV2B0",
    "InceptionV3",
    "MobileNetV3Small",
    "NASNetMobile",
    "ResNet50V2",
    "Xception",
}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        name if name in EVERY_TIME else pytest.param(name, marks=pytest.mark.weekly)
        for name in APPLICATIONS
    ],
)
def test_an_application_of_keras_is_read_layer_by_layer(name):
    import keras
    import numpy as np

    # Nobody asks for the values of the weights: Keras need not draw them.
    with weights_without_values():
        model = getattr(keras.applications, name)(weights=None)
    net = from_keras_json(model.to_json())
    rows = {}
    for row in net.rows:
        rows.setdefault(row.name, row)
    # Arithmetic on tensors is a row for us, and no layer for Keras.
    names = {theirs.name for theirs in model.layers}
    assert {row.kind for row in rows.values() if row.name not in names} <= {*BY_CLASS}
    for theirs in model.layers:
        output = theirs.output
        outputs = output if isinstance(output, list) else [output]
        row = rows[theirs.name]
        assert [opened(s) for s in row.outputs] == [tuple(o.shape) for o in outputs]
        if row.call is not None:
            assert row.layer.count_params() == theirs.count_params(), theirs.name

    def total(weights):
        return sum(int(np.prod(weight.shape)) for weight in weights)

    assert net.trainable_params == total(model.trainable_weights)
    assert net.non_trainable_params == total(model.non_trainable_weights)
    if name in MACS:
        assert net.macs == MACS[name]
    if name in FIELDS:
        field = [f for f in receptive_fields(net).values() if not isinstance(f, str)][
            -1
        ]
        got = (field.size[0], field.stride[0], field.padding[0])
        assert got == FIELDS[name]


def test_there_are_forty_applications():
    assert len(APPLICATIONS) == 40


@pytest.fixture(scope="module")
def live():
    keras = pytest.importorskip("keras")
    inputs = keras.Input((8, 8, 3), name="image")
    shared = keras.layers.Conv2D(3, 3, padding="same", name="shared")
    x = shared(shared(inputs))
    inner = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Conv2D(2, 1)], name="in"
    )
    y = keras.layers.Concatenate(name="cat")([x + inputs, inner(x)])
    z = keras.layers.MultiHeadAttention(2, 4, name="att")(
        *[keras.layers.Reshape((64, 5))(y)] * 2
    )
    return keras.Model(inputs, [y, z])


@pytest.mark.slow
# Keras writes its files through an interface that NumPy is about to change.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_shared_nested_and_many_outputs(live, tmp_path):
    live.save(tmp_path / "model.keras")
    (tmp_path / "model.json").write_text(live.to_json())
    nets = [
        from_keras_json(live.to_json()),
        from_keras_json(tmp_path / "model.json"),
        from_config(json.loads(live.to_json())),
        load(tmp_path / "model.keras"),
    ]
    for net in nets:
        assert net.count_params() == live.count_params()
        assert net.output_shape == [tuple(o.shape) for o in live.outputs]
        assert [row.name for row in net.rows].count("shared") == 2


def test_a_hand_written_configuration_is_read():
    assert from_config(stack(layer(units=4))).count_params() == 16
    net = from_config(functional([START, node("a", "x")], ["x", 0, 0], ["a", 0, 0]))
    assert net.output_shape == (None, 2)


@pytest.mark.parametrize(
    ("config", "fragment"),
    [
        (7, "7 where a dictionary is expected"),
        ({}, "class_name=None"),
        ({"class_name": "Dense", "config": {"units": 3}}, "got a Dense layer"),
        (stack(layer(units="many")), "cannot be made"),
        (stack(layer(units=-1)), "at least 1, got -1"),
        (stack(layer()), "needs 'units'"),
        ({"class_name": "Sequential", "config": {"layers": 3}}, "layers=3"),
        ({"class_name": "Functional", "config": {"name": "f"}}, "names no layers"),
        ({"class_name": "Model", "config": {"name": "f"}}, "from_keras"),
        (stack(layer("InputLayer", batch_shape="wide")), "numbers are expected"),
        (stack(layer("InputLayer", batch_shape=[])), "numbers are expected"),
        (
            functional(
                [START, node("a", "b"), node("b", "a")], ["x", 0, 0], ["a", 0, 0]
            ),
            "a cycle or a loose end",
        ),
        (
            functional([START, node("a", "x")], ["x", 0, 0], ["z", 0, 0]),
            "output_layers",
        ),
        (functional([START, START], ["x", 0, 0], ["x", 0, 0]), "two layers called 'x'"),
        (
            functional([START, {**node("a", "x"), "inbound_nodes": 4}], [], []),
            "inbound_nodes=4",
        ),
    ],
)
def test_what_describes_no_network_ends_in_one_message(config, fragment):
    with pytest.raises((ReadError, ShapeError)) as caught:
        from_config(config)
    assert fragment in str(caught.value)


def test_a_name_and_the_arguments_of_a_call_are_held_to_what_they_must_be():
    with pytest.raises(ReadError, match=r"has the name \['x'\]"):
        from_config(stack(layer(units=2, name=["x"])))
    for call, fragment in [
        ({"args": {}}, "args={} where list"),
        ({"args": [tensor("x")], "kwargs": [1]}, "where names are expected"),
        ({"args": []}, "must be called with a tensor"),
        ({"args": [tensor("x")], "kwargs": {"self": 3}}, "cannot be made"),
    ]:
        with pytest.raises(ReadError, match=fragment):
            from_config(
                functional([START, {**node("a", "x"), "inbound_nodes": [call]}], [], [])
            )


def wide(width):
    """A chain of sums of `width` tensors, each call before those that it needs."""
    names = [f"a{k}" for k in range(width)]
    calls = [
        {
            **layer("Add", name=name),
            "name": name,
            "inbound_nodes": [{"args": [[tensor(before), tensor("x")]]}],
        }
        for name, before in zip(names, ["x", *names], strict=False)
    ]
    return functional([START, *reversed(calls)], [["x", 0, 0]], [[names[-1], 0, 0]])


def doubled(depth):
    """A network that holds the one below it twice, without copying it."""
    spec = layer(units=2)
    for _ in range(depth):
        spec = {"class_name": "Sequential", "config": {"layers": [spec, spec]}}
    return spec


def circle():
    spec = {"class_name": "Sequential", "config": {"layers": []}}
    spec["config"]["layers"].append(spec)
    return spec


def wrapped():
    spec = layer("TimeDistributed")
    spec["config"]["layer"] = spec
    return spec


def open_to(*specs):
    start = layer("InputLayer", batch_shape=[None, None, None, 3])
    return {"class_name": "Sequential", "config": {"layers": [start, *specs]}}


HOSTILE = {
    "many layers": stack(*[layer(units=1)] * 100_000),
    "many axes": stack(layer("Reshape", target_shape=[1] * 100_000)),
    "an input of many axes": functional(
        [{**START, "config": {"batch_shape": [None, *[2] * 100_000]}}], [], []
    ),
    "a number that fills a page": stack(layer(units=10**4000)),
    "doubling": doubled(25),
    "a circle of networks": circle(),
    "a circle of wrappers": stack(wrapped()),
    "cells": stack(layer("StackedRNNCells", cells=[layer("LSTMCell", units=1)] * 9000)),
    "an equation of a million letters": stack(
        layer("EinsumDense", equation="ab" * 500_000 + ",bc->ac", output_shape=3)
    ),
    "a length that grows without end": open_to(
        *[layer("Conv2D", filters=1, kernel_size=2, strides=2)] * 2,
        *[
            layer("UpSampling2D", size=3),
            layer("Conv2D", filters=1, kernel_size=2, strides=2),
        ]
        * 500,
    ),
    "a window without room after many": stack(
        layer("Reshape", target_shape=[3, 1]),
        *[layer("Conv1D", filters=1, kernel_size=1)] * 4900,
        layer("Conv1D", filters=1, kernel_size=9),
    ),
}


@pytest.mark.slow
@pytest.mark.usefixtures("own_memory")
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_configuration_is_refused_within_two_seconds(name):
    began = time.process_time()
    with pytest.raises((ReadError, ShapeError)) as caught:
        from_config(HOSTILE[name])
    assert time.process_time() - began < 2
    assert len(str(caught.value)) < 2000


@pytest.mark.slow
@pytest.mark.parametrize(
    "equation",
    ["ab,b[->a[", "ab,b1->a1", "ab,bc->", "ab,->ab", "ab;bc->ac", "ab,bc", "aβ,βc->ac"],
)
def test_an_equation_of_other_than_letters_is_refused_as_keras_does(equation):
    keras = pytest.importorskip("keras")
    with pytest.raises(ValueError, match="Invalid einsum equation"):
        keras.Sequential(
            [keras.Input((3,)), keras.layers.EinsumDense(equation, output_shape=5)]
        )
    with pytest.raises((ReadError, ShapeError), match="equation must read"):
        from_config(stack(layer("EinsumDense", equation=equation, output_shape=5)))


@pytest.mark.slow
@pytest.mark.usefixtures("own_memory")
def test_a_large_graph_in_the_wrong_order_is_read_in_time():
    began = time.process_time()
    net = from_config(wide(4000))
    assert time.process_time() - began < 2
    assert (len(net.layers), net.count_params()) == (4001, 0)  # with the InputLayer


def deep(depth):
    spec = layer(units=2)
    for _ in range(depth):
        spec = {"class_name": "Sequential", "config": {"name": "d", "layers": [spec]}}
    return spec


@pytest.mark.parametrize("depth", [70, 500])
def test_nesting_without_end_is_refused(depth):
    with pytest.raises(ReadError, match="nested"):
        from_config(deep(depth))
    with pytest.raises(ReadError, match="nested"):
        from_keras_json('{"a":' * 100_000)


# --- layers without a rule


def row_of(network, name):
    return next(row for row in network.rows if row.name == name)


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (layer("NoSuchLayer", name="odd"), "NoSuchLayer is not known here"),
        (layer("Layer", name="odd"), "Layer is not known here"),
        (layer("Lambda", name="odd", function="print(1)"), "never run here"),
        (
            {**layer("Dense", name="odd", units=3), "module": "my_layers"},
            "Dense of my_layers is not Keras's own",
        ),
        (
            {**layer("Dense", name="odd"), "module": "keras_hub.layers"},
            "not Keras's own",
        ),
        (layer("Addons>Dense", name="odd", units=3), "not Keras's own"),
        (
            {**layer("NoSuchOp", name="odd"), "module": "keras.src.ops.numpy"},
            "no rule is known here for the operation NoSuchOp",
        ),
    ],
)
def test_a_layer_without_a_rule_is_a_row_with_a_note(spec, why):
    net = from_config(stack(layer(units=4), spec, layer(units=2, name="last")))
    row = row_of(net, "odd")
    assert row.outputs == [None]
    assert why in row.note
    assert net.known_params == 16
    assert net.count_params() is None or row.kind == "Lambda"
    assert "?" in net.table()


def test_a_class_of_ones_own_does_not_lose_its_name_to_one_of_ours():
    spec = {"class_name": "Attention", "config": {"name": "a", "heads": 3, "size": "x"}}
    net = from_config(stack(spec))
    assert row_of(net, "a").kind == "Attention"
    # Keras's own by its name alone, and another by its arguments.
    plain = {"class_name": "Dense", "config": {"name": "a", "units": -1, "heads": 3}}
    net = from_config(stack(plain))
    assert "the arguments 'heads' is not Keras's own" in row_of(net, "a").note


def test_who_receives_the_output_of_an_unknown_layer_says_its_shape():
    odd = called("odd", layer("NoSuchLayer"), "x")
    first = {"args": [tensor("odd", shape=[None, None, 6])], "kwargs": {}}
    net = from_config(graph(odd, called("a", layer(units=2), first), end="a"))
    assert str(net.output_shape) == "(None, N1, 2)"
    assert (net.known_params, net.count_params()) == (14, None)
    built = {**layer(units=2), "build_config": {"input_shape": [None, 5]}}
    net = from_config(graph(odd, called("a", built, "odd"), end="a"))
    assert (net.output_shape, net.known_params) == ((None, 2), 12)
    net = from_config(stack(layer("NoSuchLayer"), built))
    assert (net.output_shape, net.known_params) == ((None, 2), 12)
    # What was true of another input is not said of this one.
    net = from_config(stack(layer("NoSuchLayer"), built), input_shape=(7,))
    assert net.output_shape is None
    net = from_config(
        graph(odd, called("a", layer(units=2), first), end="a"), input_shape=(7,)
    )
    assert net.output_shape is None


def test_an_unknown_layer_has_as_many_outputs_as_are_used():
    odd = called("odd", layer("NoSuchLayer"), "x")
    second = {"args": [tensor("odd", 0, 2)], "kwargs": {}}
    net = from_config(graph(odd, called("a", layer(units=2), second), end="a"))
    assert len(row_of(net, "odd").outputs) == 3


def test_shapes_that_somebody_else_knows_fill_an_unknown_row():
    weights = [WeightSpec("w", {"a": 3, "b": 4})]
    net = network_from(
        stack(layer("NoSuchLayer", name="odd"), layer(units=2)),
        known={"odd": ([[(None, 4)]], weights)},
    )
    assert (net.output_shape, net.count_params()) == ((None, 2), 22)


def test_the_shape_that_a_lambda_says_is_taken():
    spec = {
        "class_name": "Lambda",
        "config": {"name": "half", "output_shape": [2], "function": ["code"]},
    }
    net = from_config(stack(spec, layer(units=5)))
    assert (net.output_shape, net.count_params()) == ((None, 5), 15)


def test_an_unknown_argument_is_a_note_and_no_refusal():
    net = from_config(stack(layer(units=4, name="d", lora_style="wide")))
    assert "'lora_style' are not known here" in row_of(net, "d").note
    assert net.count_params() == 16
    quiet = layer(units=4, name="d", kernel_initializer="mine", bias_regularizer=7)
    assert not row_of(from_config(stack(quiet)), "d").note


def test_a_note_stays_where_a_network_is_called_again():
    inner = graph(called("d", layer(units=4, strange=1), "x"), end="d", shape=(3,))
    inner = {**inner, "name": "in", "inbound_nodes": [{"args": [tensor("x")]}]}
    net = from_config(graph({**inner, "name": "in"}, end="in"))
    assert "strange" in row_of(net, "in").note


def test_an_activation_of_ones_own_is_a_note_and_no_refusal():
    for activation in ("my_swish", {"class_name": "MySwish", "config": {}}):
        net = from_config(stack(layer(units=4, name="d", activation=activation)))
        assert "is not Keras's own" in row_of(net, "d").note
    known = {"class_name": "function", "config": "relu", "registered_name": "relu"}
    for activation in ("relu", None, known, layer("LeakyReLU")):
        net = from_config(stack(layer(units=4, name="d", activation=activation)))
        assert not row_of(net, "d").note


@pytest.mark.parametrize(
    ("key", "value", "noted"),
    [("time_major", False, False), ("time_major", True, True), ("seed", 7, False)],
)
def test_keys_that_change_nothing_are_no_note(key, value, noted):
    spec = layer("LSTM", units=4, name="d", **{key: value})
    net = from_config(stack(spec, shape=(5, 3)))
    assert bool(row_of(net, "d").note) == noted


def test_one_layer_alone():
    made = layer_from("Dense", "keras.layers", {"units": 4}, "d", "here")
    assert (made.units, made.name) == (4, "d")
    made = layer_from("Mine", "mine", {}, "m", "here")
    assert isinstance(made, Opaque)
    with pytest.raises(ReadError, match=r"Dense 'd' cannot be made: .*needs 'units'"):
        layer_from("Dense", "keras.layers", {}, "d", "here")


# --- shapes in place of those of the file


def test_another_input_computes_everything_anew():
    spec = stack(layer("Conv2D", filters=4, kernel_size=3), shape=(8, 8, 3))
    assert from_config(spec, input_shape=(10, 12, 3)).output_shape == (None, 8, 10, 4)
    assert str(from_config(spec, input_shape=(None, 12, 3)).output_shape) == (
        "(None, H - 2, 10, 4)"
    )
    net = from_config(graph(node("a", "x"), end="a"), input_shape=5)
    assert (net.output_shape, net.count_params()) == ((None, 2), 12)


def test_a_stack_without_an_input_takes_it():
    spec = {
        "class_name": "Sequential",
        "config": {"layers": [layer(units=4), layer(units=2)]},
    }
    assert from_config(spec, input_shape=(20,)).count_params() == 94
    assert not from_config(spec).outputs


def test_networks_inside_are_made_for_what_they_receive():
    conv = called("c", layer("Conv2D", filters=4, kernel_size=3), "x")
    inner = graph(conv, end="c", shape=(8, 8, 3))
    inner = {**inner, "config": {**inner["config"], "name": "in"}, "name": "in"}
    outer = graph(
        {**inner, "inbound_nodes": [{"args": [tensor("x")]}]},
        called("g", layer("Flatten"), "in"),
        called("d", layer(units=2), "g"),
        end="d",
        shape=(8, 8, 3),
    )
    assert from_config(outer).count_params() == 112 + 2 * (144 + 1) - 0
    assert from_config(outer, input_shape=(5, 6, 3)).count_params() == 112 + 2 * 49
    sequential = {
        "class_name": "Sequential",
        "config": {"name": "s", "layers": [inner, layer("Flatten"), layer(units=2)]},
    }
    assert from_config(sequential).count_params() == 112 + 2 * 145
    assert from_config(sequential, input_shape=(5, 6, 3)).count_params() == 112 + 2 * 49


TWO = functional(
    [
        start(3, name="a"),
        start(4, name="b"),
        called("c", layer("Concatenate"), {"args": [[tensor("a"), tensor("b")]]}),
    ],
    [["a", 0, 0], ["b", 0, 0]],
    [["c", 0, 0]],
)


def test_several_inputs_take_a_list_or_names():
    assert from_config(TWO, input_shape=[(5,), (6,)]).output_shape == (None, 11)
    assert from_config(TWO, input_shape={"b": 9}).output_shape == (None, 12)
    with pytest.raises(ShapeError, match="has 2 inputs, 'a', 'b', and 1 shapes"):
        from_config(TWO, input_shape=(5,))
    with pytest.raises(ShapeError, match="has no input 'z'; its inputs are 'a', 'b'"):
        from_config(TWO, input_shape={"z": 9})


@pytest.mark.parametrize(
    ("shape", "error", "fragment"),
    [
        ("wide", TypeError, "such as \\(32, 32, 3\\), got 'wide'"),
        ((0,), ShapeError, "at least 1"),
        ((2,) * 100, ShapeError, "at most 63"),
        ([(3,), (4,)], ShapeError, "has one input, and 2 shapes"),
    ],
)
def test_a_shape_that_is_none_is_refused(shape, error, fragment):
    with pytest.raises(error, match=fragment):
        from_config(stack(layer(units=4)), input_shape=shape)


def test_a_layer_that_stands_in_two_networks_is_counted_once():
    shared = {**layer(units=3, name="d"), "shared_object_id": 7}

    def inner(name):
        spec = {"class_name": "Sequential", "config": {"name": name}, "name": name}
        begin = layer("InputLayer", batch_shape=[None, 3], name=f"{name}_in")
        spec["config"]["layers"] = [begin, shared]
        return {**spec, "inbound_nodes": [{"args": [tensor("x")]}]}

    both = called("sum", layer("Add"), {"args": [[tensor("one"), tensor("two")]]})
    net = from_config(graph(inner("one"), inner("two"), both, end="sum"))
    assert net.count_params() == 12


# --- faults of layers, with their place


@pytest.mark.parametrize(
    ("call", "fragment"),
    [
        ({"args": []}, "a call of 'o',? cannot be made: it is called without 'x'"),
        (
            {"args": [tensor("x")], "kwargs": {"keepdimims": 1}},
            "a call of 'o', cannot be made: it has no argument 'keepdimims'",
        ),
    ],
)
def test_a_call_with_other_arguments_is_told_without_private_names(call, fragment):
    mean = {"module": "keras.src.ops.numpy", "class_name": "Mean", "config": {}}
    with pytest.raises(ReadError, match=fragment) as caught:
        from_config(graph(called("o", mean, call), end="o"))
    assert "locals" not in str(caught.value)


LSTM = layer("LSTM", units=2)


@pytest.mark.parametrize(
    ("spec", "fragment"),
    [
        (layer("Reshape", name="r", target_shape=4), "Reshape 'r' cannot be made"),
        (layer("GroupNormalization", name="g", groups=0), "'g'"),
        (
            layer(
                "Bidirectional",
                name="b",
                layer=layer("LSTM", units=2),
                backward_layer=5,
            ),
            "'b' cannot be made",
        ),
        (layer("RNN", name="b", cell=[5]), "'b' cannot be made"),
        (layer("RNN", name="b", cell=layer("Identity")), "'b' cannot be made"),
    ],
)
def test_a_fault_names_the_layer(spec, fragment):
    with pytest.raises(ReadError, match=fragment):
        from_config(stack(spec, shape=(4, 2)))


@pytest.mark.parametrize(
    "history",
    [
        ["x", 0],
        ["x", float("inf"), 0],
        ["x", "0", 0],
        ["x", 0.5, 0],
        ["x", True, 0],
        ["x", 0, -1],
        [3, 0, 0],
        "xyz",
        None,
    ],
)
def test_a_tensor_without_a_proper_history_is_refused(history):
    bad = {"class_name": "__keras_tensor__", "config": {"keras_history": history}}
    call = {"args": [bad], "kwargs": {}}
    with pytest.raises(ReadError, match="a tensor without a history"):
        from_config(graph(called("d", layer(units=2), call), end="d"))


def test_a_layer_that_fails_otherwise_is_a_read_error(monkeypatch):
    from byhand.shapes import layers

    for fault in (ZeroDivisionError, KeyError, AttributeError, MemoryError):
        monkeypatch.setattr(
            layers.Dense,
            "_infer_",
            lambda *_, fault=fault: (_ for _ in ()).throw(fault("x")),
        )
        with pytest.raises(ReadError, match=r"a call of 'd'.* cannot be made"):
            from_config(graph(node("d", "x"), end="d"))
        with pytest.raises(
            ReadError, match=r"layer 2 of Sequential 's' cannot be made"
        ):
            from_config(stack(layer(units=2)))
