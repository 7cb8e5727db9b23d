"""The envelopes that a description of a network comes in."""

import json

import pytest

from byhand.shapes import ReadError, from_config, load
from byhand.shapes.files.topology import network_in
from tests.shapes.files.specs import graph, layer, node, stack

SPEC = stack(layer(units=4))
WEB = {
    "format": "layers-model",
    "generatedBy": "keras v2.2.4",
    "modelTopology": {
        "keras_version": "2.2.4",
        "backend": "tensorflow",
        "model_config": {
            "class_name": "Sequential",
            "config": [
                {
                    "class_name": "Dense",
                    "config": {"units": 4, "batch_input_shape": [None, 3]},
                }
            ],
        },
    },
    "weightsManifest": [{"paths": ["group1-shard1of1.bin"], "weights": []}],
}

FORMS = {
    "bare": SPEC,
    "TensorFlow.js of Keras 2": WEB,
    "TensorFlow.js of Keras 3": {**WEB, "modelTopology": {"model_config": SPEC}},
    "TensorFlow.js without a layer between": {"modelTopology": SPEC},
    "a text within": {"modelTopology": {"model_config": json.dumps(SPEC)}},
    "get_config of a stack": SPEC["config"],
    "get_config of a graph": graph(node("a", "x"), end="a")["config"],
    "under model_config": {"model_config": SPEC},
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_unwrapped(name):
    for source in (FORMS[name], json.dumps(FORMS[name])):
        assert from_config(source).count_params() in (16, 8)
        assert load(source).count_params() in (16, 8)


def test_a_text_in_a_text():
    assert load(json.dumps(json.dumps(SPEC))).count_params() == 16


def test_envelopes_without_end_are_refused():
    value = SPEC
    for _ in range(20):
        value = {"model_config": value}
    with pytest.raises(ReadError, match="describes no network"):
        network_in(value, "the model")


@pytest.mark.parametrize("text", ["{", '{"class_name": "Seq', "{]", '{"a": NaN,}'])
def test_truncated_and_broken_text_is_refused(text):
    with pytest.raises(ReadError, match=r"is no JSON: .*line 1"):
        load(text)


@pytest.mark.slow
def test_what_a_live_model_gives_is_read():
    keras = pytest.importorskip("keras")
    inputs = keras.Input((8,))
    model = keras.Model(inputs, keras.layers.Dense(2)(keras.layers.ReLU()(inputs)))
    stacked = keras.Sequential([keras.Input((8,)), keras.layers.Dense(2)])
    for one in (model, stacked):
        for config in (one.get_config(), keras.saving.serialize_keras_object(one)):
            assert from_config(config).count_params() == 18


@pytest.mark.parametrize("config", [7, [SPEC], None, ()])
def test_a_configuration_is_a_dictionary(config):
    with pytest.raises(ReadError, match="where a dictionary is expected"):
        from_config(config)
