"""Operations of TensorFlow in the files of Keras 2, as those of Keras 3.

Keras 2 wrote `x + y` as a layer TFOpLambda with the function "math.add", a slice as
SlicingOpLambda, and in its first years everything as TensorFlowOpLayer with the name
that TensorFlow has for it.
"""

from __future__ import annotations

from byhand.shapes.tensor import Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# Options of TensorFlow's operations that change a shape.
ATTRIBUTES = {
    "axis": "axis",
    "keep_dims": "keepdims",
    "squeeze_dims": "axis",
    "transpose_a": "transpose_a",
    "transpose_b": "transpose_b",
}

LAYERS = {"TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer"}

# The last part of TensorFlow's name, and Keras 3's class.
SAME = {
    "abs": "Absolute",
    "add": "Add",
    "AddV2": "Add",
    "argmax": "Argmax",
    "argmin": "Argmin",
    "cast": "Cast",
    "clip_by_value": "Clip",
    "concat": "Concatenate",
    "ConcatV2": "Concatenate",
    "concatenate": "Concatenate",
    "cos": "Cos",
    "div": "TrueDivide",
    "divide": "TrueDivide",
    "einsum": "Einsum",
    "elu": "Elu",
    "exp": "Exp",
    "expand_dims": "ExpandDims",
    "floordiv": "FloorDivide",
    "gelu": "Gelu",
    "getitem": "GetItem",
    "l2_normalize": "Normalize",
    "leaky_relu": "LeakyRelu",
    "log": "Log",
    "matmul": "Matmul",
    "BatchMatMulV2": "Matmul",
    "MatMul": "Matmul",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "Mul": "Multiply",
    "Neg": "Negative",
    "Abs": "Absolute",
    "Pow": "Power",
    "multiply": "Multiply",
    "neg": "Negative",
    "negative": "Negative",
    "one_hot": "OneHot",
    "ones_like": "OnesLike",
    "pad": "Pad",
    "permute_dimensions": "Transpose",
    "pow": "Power",
    "RealDiv": "TrueDivide",
    "reduce_all": "All",
    "reduce_any": "Any",
    "reduce_max": "Max",
    "reduce_mean": "Mean",
    "reduce_min": "Min",
    "reduce_prod": "Prod",
    "reduce_sum": "Sum",
    "relu": "Relu",
    "relu6": "Relu6",
    "repeat": "Repeat",
    "reshape": "Reshape",
    "rsqrt": "Rsqrt",
    "selu": "Selu",
    "sigmoid": "Sigmoid",
    "sign": "Sign",
    "silu": "Silu",
    "sin": "Sin",
    "softmax": "Softmax",
    "softplus": "Softplus",
    "split": "Split",
    "sqrt": "Sqrt",
    "square": "Square",
    "squeeze": "Squeeze",
    "Pack": "Stack",
    "resize": "Resize",
    "stack": "Stack",
    "Sub": "Subtract",
    "subtract": "Subtract",
    "sum": "Sum",
    "mean": "Mean",
    "max": "Max",
    "min": "Min",
    "swish": "Silu",
    "tanh": "Tanh",
    "tile": "Tile",
    "transpose": "Transpose",
    "truediv": "TrueDivide",
    "where": "Where",
    "zeros_like": "ZerosLike",
}
# Arguments under the names that Keras 3 has for them, for all classes and for one.
RENAMED = {
    "": {"b": "x2", "perm": "axes", "keep_dims": "keepdims", "y": "x2"},
    "Clip": {"clip_value_max": "x_max", "clip_value_min": "x_min"},
    "LeakyRelu": {"alpha": "negative_slope"},
    "OneHot": {"depth": "num_classes"},
    "Pad": {"paddings": "pad_width"},
    "Reshape": {"shape": "newshape"},
    "Split": {"num_or_size_splits": "indices_or_sections"},
    "Tile": {"multiples": "repeats"},
    "Where": {"x": "x1"},
}
# What changes no shape, or says so in words of TensorFlow alone.
DROPPED = {
    *["a_is_sparse", "adjoint_a", "adjoint_b", "b_is_sparse", "conjugate", "epsilon"],
    *["message", "name", "num", "number", "off_value", "on_value", "out_type"],
    *["output_type", "validate_indices"],
}


class Lengths(list):  # type: ignore[type-arg]  # Any is there for checkers alone
    """The lengths of a tensor, as `tf.shape` gives them; None where one is open."""


def called(
    function: str, args: list[Any], kwargs: Mapping[str, Any]
) -> tuple[str | None, list[Any], dict[str, Any]]:
    """Return Keras 3's class for a function of TensorFlow, and its arguments.

    Parameters
    ----------
    function : str
        Such as "math.add" or "__operators__.getitem".
    args, kwargs : list, dict
        What it is called with.

    Returns
    -------
    tuple of (str or None, list, dict)
        None where Keras 3 has no such class, or the arguments cannot be said in its
        words.
    """
    last = function.rpartition(".")[2]
    kind = SAME.get(last) or (last if last[:1].isupper() else None)
    if kind == "GetItem":
        return kind, [args[0], slices(kwargs.get("slice_spec"))], {}
    renamed = {**RENAMED[""], **RENAMED.get(kind or "", {})}
    given = {
        renamed.get(name, name): value
        for name, value in kwargs.items()
        if name not in DROPPED
    }
    if given.pop("transpose_a", False) or given.pop("transpose_b", False):
        return None, args, given
    if kind == "Reshape":
        lengths = given.get("newshape", args[1] if len(args) > 1 else None)
        if isinstance(lengths, list | tuple):
            # An open length is whatever is left.
            args, given = (
                args[:1],
                {"newshape": [-1 if n is None else n for n in lengths]},
            )
    if kind == "Split" and isinstance(given.get("indices_or_sections"), list):
        # TensorFlow takes the lengths of the parts, Keras 3 where they end.
        sizes = given["indices_or_sections"]
        given["indices_or_sections"] = [
            sum(sizes[:part]) for part in range(1, len(sizes))
        ]
    if kind == "Pad" and isinstance(given.get("mode"), str):
        given["mode"] = given["mode"].lower()
    return kind, args, given


def slices(spec: Any) -> Any:
    """Return the key of an indexing, as Keras 3 writes it."""
    if isinstance(spec, dict):
        if spec.get("class_name"):
            return spec
        keys = ("start", "stop", "step")
        if set(spec) <= set(keys):
            return {
                "class_name": "__slice__",
                "config": {key: spec.get(key) for key in keys},
            }
        return {"class_name": "__ellipsis__", "config": {}}
    if spec == "..." or spec is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(spec, list | tuple):
        return [slices(part) for part in spec]
    return spec


def lengths_of(function: str, args: list[Any], kwargs: Mapping[str, Any]) -> Any:
    """Return lengths where a function gives them, and None where it gives a tensor.

    `tf.shape(x)[0]` is how Keras 2's users wrote the open batch.
    """
    last = function.rpartition(".")[2].lower()
    first = args[0] if args else None
    if last == "shape" and isinstance(first, Tensor) and first.shape is not None:
        return Lengths(first.shape)
    if last == "getitem" and isinstance(first, Lengths):
        at = kwargs.get("slice_spec")
        if isinstance(at, list) and len(at) == 1:
            (at,) = at
        if isinstance(at, int) and -len(first) <= at < len(first):
            return [first[at]]
        if isinstance(at, dict):
            part = first[at.get("start") : at.get("stop") : at.get("step")]
            return Lengths(part)
    return None


def node_of(config: Mapping[str, Any]) -> tuple[str, dict[int, Any], dict[str, Any]]:
    """Return a TensorFlowOpLayer's operation, constants by position, and options."""
    node = config.get("node_def")
    options: dict[str, Any] = {}
    name = ""
    if isinstance(node, dict):
        name = str(node.get("op", ""))
        attributes = node.get("attr")
        for key, value in attributes.items() if isinstance(attributes, dict) else ():
            option = ATTRIBUTES.get(str(key))
            if option and isinstance(value, dict):
                options[option] = _attribute(value)
    elif isinstance(node, str):
        import re

        found = re.search(r"""\bop['"]?\s*:\s*['"](\w+)""", node)
        name = found[1] if found else ""
    constants = config.get("constants")
    places = constants.items() if isinstance(constants, dict) else ()
    return (
        name,
        {int(key): value for key, value in places if str(key).isdecimal()},
        options,
    )


def _attribute(value: Mapping[str, Any]) -> Any:
    """Return the value of an attribute of TensorFlow: a bool, a number, or a list."""
    if "list" in value:
        numbers = value["list"]
        numbers = numbers.get("i", []) if isinstance(numbers, dict) else []
        return [int(n) for n in numbers if str(n).lstrip("-").isdecimal()]
    if "i" in value:
        return int(value["i"]) if str(value["i"]).lstrip("-").isdecimal() else None
    return value.get("b", False)
