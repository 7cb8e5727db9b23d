"""Operations of TensorFlow in the words of Keras 3."""

import pytest

from byhand.shapes import from_config
from byhand.shapes.files import operations
from byhand.shapes.files.operations import called, node_of, slices
from byhand.shapes.ops import BY_CLASS


def test_every_operation_named_has_a_rule():
    assert set(operations.SAME.values()) <= set(BY_CLASS)


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "expected"),
    [
        ("math.add", [1], {"y": 2, "name": None}, ("Add", [1], {"x2": 2})),
        ("AddV2", [1, 2], {}, ("Add", [1, 2], {})),
        ("linalg.matmul", [1], {"b": 2}, ("Matmul", [1], {"x2": 2})),
        ("split", [1], {"num_or_size_splits": [1, 2, 4]},
         ("Split", [1], {"indices_or_sections": [1, 3]})),
        ("reshape", [1], {"shape": [None, 4]}, ("Reshape", [1], {"newshape": [-1, 4]})),
        ("Reshape", [1, [3, 4]], {}, ("Reshape", [1], {"newshape": [3, 4]})),
        ("pad", [1], {"paddings": [[0, 1]], "mode": "CONSTANT"},
         ("Pad", [1], {"pad_width": [[0, 1]], "mode": "constant"})),
        ("where", [1], {"x": 2, "y": 3}, ("Where", [1], {"x1": 2, "x2": 3})),
        ("no_such", [1], {}, (None, [1], {})),
        ("NoSuch", [1], {}, ("NoSuch", [1], {})),
    ],
)  # fmt: skip
def test_functions_and_their_arguments(function, args, kwargs, expected):
    assert called(function, args, kwargs) == expected


def test_a_transposed_product_is_not_taken_for_a_plain_one():
    assert called("matmul", [1], {"b": 2, "transpose_b": True})[0] is None


def test_keys_of_an_indexing():
    part = {"start": 1, "stop": None, "step": None}
    found = slices([part, 0, {}, "..."])
    assert found[0] == {"class_name": "__slice__", "config": part}
    assert found[1] == 0
    assert found[3]["class_name"] == "__ellipsis__"
    assert slices(found[3]) == found[3]


def test_nodes_of_the_first_version():
    node = {
        "op": "Mean",
        "attr": {"keep_dims": {"b": True}, "T": {"type": "DT_FLOAT"}},
    }
    assert node_of({"node_def": node, "constants": {"1": [1, 2], "x": 3}}) == (
        "Mean",
        {1: [1, 2]},
        {"keepdims": True},
    )
    text = '{"name": "add", "op": "AddV2", "input": ["a", "b"]}'
    assert node_of({"node_def": text}) == ("AddV2", {}, {})
    squeeze = {"op": "Squeeze", "attr": {"squeeze_dims": {"list": {"i": ["1"]}}}}
    assert node_of({"node_def": squeeze})[2] == {"axis": [1]}
    assert node_of({"node_def": {"op": "Pack", "attr": {"axis": {"i": "1"}}}})[2] == {
        "axis": 1
    }


def network(*specs, end, shape=(4, 3)):
    begin = {
        "class_name": "InputLayer",
        "name": "x",
        "config": {"batch_input_shape": [None, *shape]},
        "inbound_nodes": [],
    }
    config = {
        "name": "m",
        "layers": [begin, *specs],
        "input_layers": [["x", 0, 0]],
        "output_layers": [[end, 0, 0]],
    }
    return from_config({"class_name": "Model", "config": config})


def layer(op, *inputs, name="o", constants=None, **attributes):
    node = {"name": name, "op": op, "attr": attributes}
    return {
        "class_name": "TensorFlowOpLayer",
        "name": name,
        "config": {"name": op, "node_def": node, "constants": constants or {}},
        "inbound_nodes": [[[one, 0, 0, {}] for one in inputs]],
    }


@pytest.mark.parametrize(
    ("spec", "shape"),
    [
        (layer("Relu6", "x"), (None, 4, 3)),
        (layer("AddV2", "x", constants={"1": 2.0}), (None, 4, 3)),
        (layer("Sub", "x", constants={"0": 1.0}), (None, 4, 3)),
        (layer("Mean", "x", constants={"1": [1]}, keep_dims={"b": True}), (None, 1, 3)),
        (layer("ConcatV2", "x", "x", constants={"2": 1}), (None, 8, 3)),
        (layer("Pack", "x", "x", axis={"i": "1"}), (None, 2, 4, 3)),
        (layer("ExpandDims", "x", constants={"1": 1}), (None, 1, 4, 3)),
        (layer("Reshape", "x", constants={"1": [-1, 12]}), (None, 12)),
        (layer("Transpose", "x", constants={"1": [0, 2, 1]}), (None, 3, 4)),
        (layer("NoSuchOperation", "x"), None),
    ],
)
def test_operations_as_the_first_version_wrote_them(spec, shape):
    net = network(spec, end="o")
    assert net.output_shape == shape
    assert bool(net["o"].note) == (shape is None)


def test_lengths_that_are_asked_for_are_no_tensors():
    def function(name, of, source, **kwargs):
        kind = "SlicingOpLambda" if of.endswith("getitem") else "TFOpLambda"
        return {
            "class_name": kind,
            "name": name,
            "config": {"name": name, "function": of},
            "inbound_nodes": [[source, 0, 0, kwargs]],
        }

    for key in ({"slice_spec": 0}, {"slice_spec": [0]}):
        net = network(
            function("s", "compat.v1.shape", "x"),
            function("n", "__operators__.getitem", "s", **key),
            function("r", "reshape", "x", shape=[["n", 0, 0], 12]),
            end="r",
        )
        assert net.output_shape == (None, 12)
