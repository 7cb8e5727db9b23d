"""Configurations in YAML, and YAML that nobody should read."""

import os
import sys
import time

import pytest

from byhand.shapes import ReadError, load
from byhand.shapes.files.yaml_text import LARGEST, looks_like_yaml

pytest.importorskip("yaml")

STACK = """\
backend: tensorflow
class_name: Sequential
config:
- class_name: Conv2D
  config:
    batch_input_shape: !!python/tuple [null, 8, 8, 1]
    filters: 4
    kernel_size: !!python/tuple
    - 3
    - 3
    name: !!python/unicode 'conv'
- class_name: BatchNormalization
  config:
    axis: !!python/object/apply:tensorflow.python.data_structures.ListWrapper
    - - 3
    name: norm
keras_version: 2.2.4
"""


@pytest.mark.parametrize("name", ["model.yaml", "model.yml", "model.json", "model"])
def test_a_network_in_yaml(name, tmp_path):
    path = tmp_path / name
    path.write_text(STACK)
    for source in (path, STACK, STACK.encode("utf-16")):
        net = load(source)
        assert (net.output_shape, net.count_params()) == ((None, 6, 6, 4), 56)
    assert load(path, input_shape=(5, 5, 3)).output_shape == (None, 3, 3, 4)


def test_tags_of_python_make_and_call_nothing(tmp_path):
    mark = tmp_path / "mark"
    text = (
        "class_name: Sequential\n"
        f"config: !!python/object/apply:os.mkdir ['{mark}']\n"
        "other: !!python/name:os.system\n"
        "more: !!python/object/new:os.system [echo]\n"
        "last: !!python/object:os.x {a: 1}\n"
    )
    with pytest.raises(ReadError):
        load(text)
    assert not os.path.exists(mark)  # noqa: PTH110


HOSTILE = {
    "merged": "class_name: S\nconfig: &a {b: 1}\nc:\n  <<: [*a, *a]\n",
    "deep in brackets": "class_name: S\nconfig: " + "[" * 100_000,
    "deep in dashes": "class_name: S\nconfig:\n" + "- " * 100_000 + "x\n",
    "deep in questions": "class_name: S\nconfig:\n" + "? " * 100_000 + "x\n",
    "aliases": "class_name: S\nconfig:\n  a0: &a0 [1]\n"
    + "".join(f"  a{k}: &a{k} [*a{k - 1}, *a{k - 1}]\n" for k in range(1, 40)),
    "a circle": "class_name: Sequential\nconfig: &a\n  layers: [*a]\n  x: *a\n",
    "many": "class_name: Sequential\nconfig:\n"
    + "- class_name: Dense\n  config: {units: 4}\n" * 11_000,
    "long": "class_name: S\n" + "#" * LARGEST,
    "broken": "class_name: [\n",
    "a key of lists": "class_name: S\n? [1, 2]\n: 3\n",
    "a date of nothing": "class_name: 2020-99-99\n",
    "an unknown tag": "class_name: !mine x\n",
}


def test_mappings_that_double_at_each_level_are_not_merged():
    levels = "a0: &a0 {k: 1}\n" + "".join(
        f"a{k}: &a{k}\n  <<: [*a{k - 1}, *a{k - 1}]\n" for k in range(1, 25)
    )
    with pytest.raises(ReadError, match=r"merged mappings \(<<\) are not read"):
        load("class_name: S\n" + levels)


@pytest.mark.slow
@pytest.mark.usefixtures("own_memory")
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_yaml_is_refused_in_time(name):
    began = time.process_time()
    with pytest.raises(ReadError) as caught:
        load(HOSTILE[name])
    assert time.process_time() - began < 2
    assert len(str(caught.value)) < 600


def test_without_the_library_the_way_out_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ReadError, match=r"needs PyYAML: pip install pyyaml; or give"):
        load(STACK)


def test_without_its_fast_part_the_library_reads_the_same(monkeypatch):
    import yaml

    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert load(STACK).count_params() == 56
    with pytest.raises(ReadError, match="over 65,536 bytes"):
        load(STACK + "#" * 65_536)


def test_what_may_be_yaml():
    assert looks_like_yaml(STACK)
    assert looks_like_yaml("---\nclass_name: x")
    assert not looks_like_yaml("name: x\nversion: 1")
