"""Networks read from what the real Keras writes, and from what nobody should."""

import json
import time
import zipfile

import pytest

from byhand.shapes import (
    ReadError,
    ShapeError,
    from_config,
    from_keras,
    from_keras_json,
    load,
)
from byhand.shapes.layers.extras import OPERATIONS
from byhand.shapes.receptive import receptive_fields
from byhand.shapes.size import Size

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


@pytest.mark.slow
@pytest.mark.parametrize("name", APPLICATIONS)
def test_an_application_of_keras_is_read_layer_by_layer(name):
    import keras
    import numpy as np

    # Nobody asks for the values of the weights: Keras need not draw them.
    with keras.StatelessScope(initialize_variables=False):
        model = getattr(keras.applications, name)(weights=None)
    net = from_keras_json(model.to_json())
    rows = {}
    for row in net.rows:
        rows.setdefault(row.name, row)
    # Arithmetic on tensors is a row for us, and no layer for Keras.
    names = {layer.name for layer in model.layers}
    assert {row.kind for row in rows.values() if row.name not in names} <= {*OPERATIONS}
    for layer in model.layers:
        output = layer.output
        outputs = output if isinstance(output, list) else [output]
        row = rows[layer.name]
        assert [opened(s) for s in row.outputs] == [tuple(o.shape) for o in outputs]
        if row.layer is not None:
            assert row.layer.count_params() == layer.count_params(), layer.name

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
        from_keras(live),
        from_keras_json(tmp_path / "model.json"),
        from_config(json.loads(live.to_json())),
        load(tmp_path / "model.keras"),
    ]
    for net in nets:
        assert net.count_params() == live.count_params()
        assert net.output_shape == [tuple(o.shape) for o in live.outputs]
        assert [row.name for row in net.rows].count("shared") == 2


def layer(kind="Dense", **config):
    return {"module": "keras.layers", "class_name": kind, "config": config}


def stack(*specs):
    start = layer("InputLayer", batch_shape=[None, 3], name="in")
    return {
        "class_name": "Sequential",
        "config": {"name": "s", "layers": [start, *specs]},
    }


def functional(layers, inputs, outputs):
    config = {
        "name": "f",
        "layers": layers,
        "input_layers": inputs,
        "output_layers": outputs,
    }
    return {"class_name": "Functional", "config": config}


def tensor(name, at=0, index=0):
    return {
        "class_name": "__keras_tensor__",
        "config": {"keras_history": [name, at, index]},
    }


def node(name, source, **config):
    spec = layer(units=2, **config)
    return {
        **spec,
        "name": name,
        "inbound_nodes": [{"args": [tensor(source)], "kwargs": {}}],
    }


START = {**layer("InputLayer", batch_shape=[None, 3]), "name": "x", "inbound_nodes": []}


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
        (stack(layer("Lambda", function="print(1)")), "Lambda of keras.layers"),
        (stack(layer("NoSuchLayer")), "shapes are not known here"),
        (stack(layer(units="many")), "cannot be made"),
        (stack(layer(units=-1)), "at least 1, got -1"),
        (stack(layer()), "needs 'units'"),
        ({"class_name": "Sequential", "config": {"layers": 3}}, "layers=3"),
        ({"class_name": "Functional", "config": {"name": "f"}}, "names no layers"),
        (stack(layer("InputLayer", batch_shape="wide")), "numbers are expected"),
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


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_configuration_is_refused_within_a_second(name):
    began = time.process_time()
    with pytest.raises((ReadError, ShapeError)) as caught:
        from_config(HOSTILE[name])
    assert time.process_time() - began < 1
    assert len(str(caught.value)) < 2000


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


def test_a_large_graph_in_the_wrong_order_is_read_in_time():
    began = time.process_time()
    net = from_config(wide(4000))
    assert time.process_time() - began < 2
    assert (len(net.layers), net.count_params()) == (4000, 0)


def test_a_large_text_is_refused_before_it_is_read():
    began = time.process_time()
    with pytest.raises(ReadError, match="at most"):
        from_keras_json("{" + "[]," * 3_000_000)
    assert time.process_time() - began < 1


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


@pytest.mark.parametrize("text", ["{", '{"class_name": "Seq', "{]", "{'a': 1}"])
def test_truncated_and_broken_text_is_refused(text):
    with pytest.raises(ReadError, match="no JSON"):
        from_keras_json(text)


def test_files_that_are_not_there_or_not_text_are_refused(tmp_path):
    with pytest.raises(ReadError, match="No such file"):
        from_keras_json(tmp_path / "none.json")
    path = tmp_path / "model.keras"
    path.write_bytes(b"\xff\xfe\x00 no text")
    with pytest.raises(ReadError, match="use load"):
        from_keras_json(path)
    with pytest.raises(ReadError, match="no readable archive"):
        load(path)
    with pytest.raises(ReadError, match="is no path"):
        from_keras_json("a\0b")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.json", "{}")
    with pytest.raises(ReadError, match=r"no config\.json"):
        load(path)


def test_an_archive_that_unpacks_without_end_is_refused(tmp_path):
    path = tmp_path / "bomb.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", b" " * (65 * 2**20))
    assert path.stat().st_size < 100_000
    with pytest.raises(ReadError, match="claims"):
        load(path)


def test_a_damaged_archive_is_refused(tmp_path):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", json.dumps(stack(layer(units=4))) * 50)
    raw = bytearray(path.read_bytes())
    raw[60:70] = b"\x00" * 10
    path.write_bytes(raw)
    with pytest.raises(ReadError):
        load(path)


def test_a_model_of_another_kind_is_a_type_error():
    with pytest.raises(TypeError, match="no to_json"):
        from_keras(object())
