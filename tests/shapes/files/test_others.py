"""What people give that is no network: each told in one sentence."""

import json
import zipfile

import pytest

from byhand.shapes import ReadError, load

SUMMARY = 'Model: "m"\n Layer (type)   Output Shape  Param #\n'

FILES = {
    "array.npy": (b"\x93NUMPY\x01\0v\0", "an array of NumPy"),
    "model.json.gz": (b"\x1f\x8b\x08\0\0", "compressed by gzip; unpack"),
    "model.bz2": (b"BZh91AY\0", "compressed by bzip2"),
    "weights.pt": (b"\x80\x02}q\0.\0", "a pickle, which is never opened here"),
    "model.pkl": (b"\x80\x04\x95\x10\0\0\0", "from_torch"),
    "w.safetensors": (b"\x40\0\0\0\0\0\0\0{}", "a safetensors file"),
    "net.onnx": (b"\x08\x07\x12\x07pytorch\0\0", "a model of ONNX"),
    "net": (b"\x08\x07\x12\x07pytorch\0\0", "a model of ONNX"),
    "net.tflite": (b"\x1c\0\0\0TFL3\0\0", "TensorFlow Lite"),
    "saved_model.pb": (b"\x08\x01\x12\0\0saved_model", "SavedModel"),
    "photo.png": (b"\x89PNG\r\n\x1a\n\0\0", "a picture"),
    "noise": (bytes(range(256)), "is no text and of no kind that is known here"),
    "latin.txt": (b"\xe9t\xe9 cr\xe8me", "is no text"),
    "train.py": (b"import keras\nmodel = 1\n", "a Python script, which is never run"),
    "script": (b"# train\nfrom keras import x\n", "a Python script"),
    "page.json": (b"<!DOCTYPE html><html>", "a page of HTML"),
    "lfs.h5": (b"version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"),
    "printed.json": (b"{'class_name': 'Sequential'}", "as Python prints it"),
    "cut.json": (b'{"class_name": "Seq', "is no JSON: "),
    "summary.txt": (SUMMARY.encode(), "a printed summary"),
    "notes.txt": (b"some words\nand more", "neither JSON nor YAML"),
    "empty.keras": (b"", "is empty"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_kind_is_told_what_it_is(name, tmp_path):
    data, fragment = FILES[name]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ReadError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path} ")
    assert fragment in str(caught.value)
    assert "\n" not in str(caught.value)


TEXTS = {
    "notebook": ({"cells": [], "nbformat": 4}, "a notebook"),
    "graph model": ({"format": "graph-model", "modelTopology": {}}, "a graph model"),
    "manifest": ({"weightsManifest": []}, "lists weights of TensorFlow.js alone"),
    "hugging face": ({"architectures": ["Bert"]}, "Hugging Face"),
    "history": ({"loss": [1, 2], "val_loss": [3]}, "a history of training"),
    "package": ({"name": "x", "version": "1"}, "with the keys 'name', 'version'"),
    "number": (7, "a text"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_json_of_another_kind_is_told_what_it_is(name, tmp_path):
    value, fragment = TEXTS[name]
    path = tmp_path / "model.json"
    path.write_text(json.dumps(value))
    with pytest.raises(ReadError) as caught:
        load(path)
    assert fragment in str(caught.value)


ARCHIVES = {
    "torch": (["archive/data.pkl", "archive/byteorder"], "a file of PyTorch"),
    "saved model": (["m/saved_model.pb", "m/variables/x"], "TensorFlow's SavedModel"),
    "arrays": (["a.npy", "b.npy"], "NumPy's arrays"),
    "zipped": (["readme.txt", "m/model.h5"], "unpack it, and give m/model.h5"),
    "other": (["other.json.bak"], "holds no config.json"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_of_another_kind_is_told_what_it_is(name, tmp_path):
    names, fragment = ARCHIVES[name]
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        for entry in names:
            archive.writestr(entry, "x")
    with pytest.raises(ReadError) as caught:
        load(path)
    assert fragment in str(caught.value)


FOLDERS = {
    "saved": (["saved_model.pb", "variables"], "a folder of TensorFlow's SavedModel"),
    "web": (["model.json", "group1-shard1of1.bin"], "give the file model.json in it"),
    "runs": (["b.keras", "a.h5", "log.txt"], "give one file of it, such as a.h5"),
    "code": (["train.py"], "a folder, and none that Keras saves"),
}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_is_told_what_it_is(name, tmp_path):
    names, fragment = FOLDERS[name]
    for entry in names:
        (tmp_path / entry).write_text("x")
    with pytest.raises(ReadError) as caught:
        load(tmp_path)
    assert fragment in str(caught.value)
