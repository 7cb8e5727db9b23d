"""Configurations in HDF5 files."""

import io
import json
import sys

import pytest

from byhand.shapes import ReadError, from_keras_json, load
from byhand.shapes.files import hdf5
from tests.shapes.files.specs import layer, stack

h5py = pytest.importorskip("h5py")

CONFIG = json.dumps(stack(layer(units=4)))


def hdf5_file(path, *groups, **attributes):
    with h5py.File(path, "w") as file:
        for name, value in attributes.items():
            file.attrs[name] = value
        for group in groups:
            file.create_group(group)
    return path


@pytest.mark.parametrize("name", ["model.h5", "model.hdf5", "model.json", "model"])
@pytest.mark.parametrize("value", [CONFIG, CONFIG.encode()])
def test_the_configuration_is_an_attribute(name, value, tmp_path):
    path = hdf5_file(tmp_path / name, model_config=value)
    assert load(path).count_params() == 16
    assert from_keras_json(path).count_params() == 16
    assert load(io.BytesIO(path.read_bytes())).count_params() == 16


def test_a_block_in_front_is_passed_over(tmp_path):
    path = tmp_path / "model.h5"
    with h5py.File(path, "w", userblock_size=512) as file:
        file.attrs["model_config"] = CONFIG
    assert load(path).count_params() == 16


@pytest.mark.parametrize(
    ("groups", "attributes", "fragment"),
    [
        (["dense"], {"layer_names": [b"dense"]}, "model.h5 holds weights alone"),
        (["layers", "optimizer"], {}, "model.h5 holds weights alone"),
        (["data"], {}, "without the attribute model_config"),
        ([], {"model_config": 7}, "a model_config of type int64"),
        ([], {"model_config": "[]"}, "is a list where a dictionary"),
        ([], {"model_config": "{"}, "is no JSON"),
        ([], {"model_config": b"\xff\xff"}, "is a text, but neither JSON"),
    ],
)
def test_other_hdf5_files_are_told_what_they_are(
    groups, attributes, fragment, tmp_path
):
    path = hdf5_file(tmp_path / "model.h5", *groups, **attributes)
    with pytest.raises(ReadError) as caught:
        load(path)
    assert fragment in str(caught.value)


def test_a_truncated_file_is_refused_with_words(tmp_path):
    path = hdf5_file(tmp_path / "model.h5", model_config=CONFIG)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(ReadError, match=r"is a damaged HDF5 file: \w"):
        load(path)


def test_a_configuration_that_is_too_long_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(hdf5, "LARGEST", 100)
    path = hdf5_file(tmp_path / "model.h5", model_config=CONFIG)
    with pytest.raises(ReadError, match="a model_config of over 100 bytes"):
        load(path)


OWN = json.dumps(
    stack(
        layer("Mine", name="own"),
        {**layer(units=2), "build_config": {"input_shape": [None, 4]}},
    )
)


def own_file(path, name="own", weights=(("own/w:0", (3, 4)), ("own/moving_w:0", (5,)))):
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = OWN
        group = file.create_group(f"model_weights/{name}")
        group.attrs["weight_names"] = [one.encode() for one, _ in weights]
        for one, shape in weights:
            group.create_dataset(one, shape)
    return path


def test_weights_of_an_unknown_layer_are_those_in_the_file(tmp_path):
    net = load(own_file(tmp_path / "model.h5"))
    assert (net["own"].parameters.value, net["own"].trainable.value) == (17, 12)
    assert (net.count_params(), net.output_shape) == (17 + 10, (None, 2))
    assert load(own_file(tmp_path / "other.h5", "another")).count_params() is None


def test_links_to_other_files_are_not_followed(tmp_path):
    own_file(tmp_path / "secret.h5")
    path = own_file(tmp_path / "model.h5", "another")
    with h5py.File(path, "a") as file:
        target = h5py.ExternalLink(tmp_path / "secret.h5", "/model_weights/own")
        file["model_weights/own"] = target
    assert load(path).count_params() is None
    with h5py.File(path, "a") as file:
        del file["model_weights/own"]
        file["model_weights/own"] = h5py.SoftLink("/model_weights/another")
    assert load(path).count_params() is None


def test_weights_are_looked_up_for_few_layers(tmp_path, monkeypatch):
    monkeypatch.setattr(hdf5, "MOST_LAYERS", 0)
    assert load(own_file(tmp_path / "model.h5")).count_params() is None


def test_without_the_library_the_way_out_is_said(tmp_path, monkeypatch):
    path = hdf5_file(tmp_path / "model.h5", model_config=CONFIG)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(ReadError, match=r"needs h5py: pip install h5py; or give what"):
        load(path)
