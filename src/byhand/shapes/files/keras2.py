"""What Keras 1 and 2 wrote, in the words of Keras 3.

Each function takes one entry of a configuration and returns it as Keras 3 would have
written it; what Keras 3 has written itself comes back as it is.
"""

from __future__ import annotations

from byhand.shapes.errors import ReadError
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NETWORKS = {"Sequential", "Functional", "Model"}

# Classes under another name.
CLASSES = {
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "Deconvolution2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "SyncBatchNormalization": "BatchNormalization",
    "TimeDistributedDense": "Dense",
}
# What a layer of Keras 1 that merged several was told to do.
MERGES = {
    "sum": "Add",
    "mul": "Multiply",
    "ave": "Average",
    "max": "Maximum",
    "concat": "Concatenate",
    "dot": "Dot",
}

# Arguments of Keras 1 under their later names, and for which classes.
RENAMED = {
    "alpha": {"LeakyReLU": "negative_slope"},
    "atrous_rate": {"": "dilation_rate"},
    "bias": {"": "use_bias"},
    "border_mode": {"": "padding"},
    "dropout_U": {"": "recurrent_dropout"},
    "dropout_W": {"": "dropout"},
    "filter_length": {"": "kernel_size"},
    "inner_activation": {"": "recurrent_activation"},
    "length": {"UpSampling1D": "size"},
    "nb_filter": {"": "filters"},
    "output_dim": {
        **dict.fromkeys(["Dense", "LSTM", "GRU", "SimpleRNN", "Highway"], "units")
    },
    "p": {"": "rate"},
    "pool_length": {"": "pool_size"},
    "sigma": {"": "stddev"},
    "stride": {"": "strides"},
    "subsample": {"": "strides"},
    "subsample_length": {"": "strides"},
}
KERNELS = (("kernel_dim1", "kernel_dim2", "kernel_dim3"), ("nb_row", "nb_col"))
DATA_FORMATS = {"tf": "channels_last", "th": "channels_first"}

# Layers that take their states behind the input, in one list.
RECURRENT = {
    "Bidirectional",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "CuDNNGRU",
    "CuDNNLSTM",
    "GRU",
    "LSTM",
    "RNN",
    "SimpleRNN",
}

# A constant in the place of a tensor.
CONSTANT = "_CONSTANT_VALUE"


class Source:
    """Where a tensor in a call comes from: layer, call of it, output of that.

    Attributes
    ----------
    key : tuple of (str, int)
        The layer's name and the number of the call.
    index : int
        Which of the outputs.
    shape : list or None
        Its shape, if the file says so.
    """

    __slots__ = ("index", "key", "shape")

    def __init__(self, name: str, call: int, index: int, shape: Any = None) -> None:
        self.key = (name, call)
        self.index = index
        self.shape = shape


def with_names(config: Any) -> dict[str, Any]:
    """Return a configuration under names, also from the list of a Sequential."""
    if isinstance(config, list | tuple):
        return {"layers": list(config)}
    return {str(key): value for key, value in config.items()}


def layer_class(kind: str, config: Mapping[str, Any]) -> str:
    """Return the class of a layer as Keras 3 calls it."""
    if kind == "Merge":
        return MERGES.get(str(config.get("mode")), kind)
    return CLASSES.get(kind, kind)


def layer_config(kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a layer under the names that Keras 3 has for them."""
    given: dict[str, Any] = {}
    for key, value in config.items():
        names = RENAMED.get(key, {})
        given[names.get(kind, names.get("", key))] = value
    if "dim_ordering" in given:
        order = given.pop("dim_ordering")
        given["data_format"] = DATA_FORMATS.get(str(order))
    for sides in KERNELS:
        lengths = [given.pop(side) for side in sides if side in given]
        if lengths:
            given["kernel_size"] = lengths
    if kind == "GRU" or kind == "GRUCell":
        # Files that say nothing of it were written before there was a choice.
        given.setdefault("reset_after", False)
    if kind in MERGES.values() and "mode" in given:
        axes = given.get("concat_axis", -1), given.get("dot_axes", -1)
        given = {"name": given.get("name")}
        if kind == "Concatenate":
            given["axis"] = axes[0]
        if kind == "Dot":
            given["axes"] = axes[1]
    axis = given.get("axis")
    if kind == "BatchNormalization" and isinstance(axis, list | tuple) and len(axis):
        given["axis"] = axis[0]
    return given


def plain(value: Any) -> Any:
    """Return a value without the wrapping that tuples and shapes were written in."""
    if isinstance(value, dict):
        kind, items = value.get("class_name"), value.get("items")
        if kind in ("__tuple__", "TensorShape") and isinstance(items, list | tuple):
            return list(items)
        if kind == "function" and isinstance(value.get("config"), str):
            return value["config"]
    return value


def inbound_call(node: Any, where: str) -> tuple[list[Any], dict[str, Any]]:
    """Return the arguments of a call, by position and by name, with sources in them.

    Parameters
    ----------
    node : dict or list
        An entry of "inbound_nodes": of Keras 3 a dictionary of arguments, before that
        a list of [layer, call, output, arguments by name].
    where : str
        The place, for a message.

    Raises
    ------
    ReadError
        If it is neither.
    """
    if isinstance(node, dict) and ("args" in node or "kwargs" in node):
        args = node.get("args", [])
        kwargs = node.get("kwargs") or {}
        if not isinstance(args, list | tuple):
            raise ReadError(f"{where} has args={shown(args)} where list is expected")
        if not isinstance(kwargs, dict):
            raise ReadError(
                f"{where} has kwargs={shown(kwargs)} where names are expected"
            )
        return (
            [_with_sources(part, where, 0) for part in args],
            {str(key): _with_sources(part, where, 0) for key, part in kwargs.items()},
        )
    if not isinstance(node, dict | list | tuple) or not node:
        raise ReadError(f"{where} is {shown(node)} where its inputs are expected")
    named: dict[str, Any] = {}
    inputs = _inputs(node, named, where, 0)
    if isinstance(inputs, list) and len(inputs) == 1:
        inputs = inputs[0]
    kwargs = {key: _with_sources(part, where, 0) for key, part in named.items()}
    return [inputs], kwargs


def with_states(kind: str, args: list[Any], kwargs: dict[str, Any]) -> list[Any]:
    """Return the arguments of a recurrent layer, its states told from its input."""
    if kind in RECURRENT and args and isinstance(args[0], list) and len(args[0]) > 1:
        kwargs.setdefault("initial_state", args[0][1:])
        return [args[0][0], *args[1:]]
    return args


def _inputs(node: Any, named: dict[str, Any], where: str, depth: int) -> Any:
    """Return the inputs of a call of Keras 2, and collect its arguments by name."""
    if depth > 64:
        raise ReadError(f"{where} has inputs nested more than 64 deep")
    if isinstance(node, dict):
        return {
            key: _inputs(part, named, where, depth + 1) for key, part in node.items()
        }
    if not isinstance(node, list | tuple):
        raise ReadError(f"{where} has {shown(node)} where a tensor is expected")
    if node and isinstance(node[0], str):
        if len(node) > 3 and isinstance(node[3], dict):
            named.update((str(key), part) for key, part in node[3].items())
        if node[0] == CONSTANT and len(node) > 2:
            return node[2]
        return _source(node[:3], where)
    return [_inputs(part, named, where, depth + 1) for part in node]


def _source(triple: Any, where: str, shape: Any = None) -> Source:
    """Return a source from its layer, call and output."""
    name, call, index = triple if len(triple) == 3 else ("", -1, -1)
    numbers = all(
        isinstance(number, int) and not isinstance(number, bool) and number >= 0
        for number in (call, index)
    )
    if not isinstance(name, str) or not numbers or not name:
        raise ReadError(
            f"{where} has a tensor without a history: {shown(triple)} where a layer's "
            "name and two whole numbers are expected"
        )
    return Source(name, call, index, shape)


def _is_triple(value: Any) -> bool:
    """Return whether a list is how Keras 2 writes a tensor among arguments by name."""
    return (
        len(value) == 3
        and isinstance(value[0], str)
        and type(value[1]) is int
        and type(value[2]) is int
    )


def _with_sources(value: Any, where: str, depth: int) -> Any:
    """Return an argument with sources in place of the tensors that it names."""
    if depth > 64:
        raise ReadError(f"{where} has arguments nested more than 64 deep")
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            config = value.get("config")
            history = config.get("keras_history") if isinstance(config, dict) else None
            if not isinstance(config, dict) or not isinstance(history, list | tuple):
                raise ReadError(f"{where} has a tensor without a history")
            return _source(history, where, config.get("shape"))
        return {
            key: _with_sources(part, where, depth + 1) for key, part in value.items()
        }
    if isinstance(value, list | tuple):
        if _is_triple(value):
            return _source(value, where)
        return [_with_sources(part, where, depth + 1) for part in value]
    return value


def sources_in(value: Any) -> list[Source]:
    """Return the sources in an argument, in order."""
    if isinstance(value, Source):
        return [value]
    if isinstance(value, dict):
        return [source for part in value.values() for source in sources_in(part)]
    if isinstance(value, list):
        return [source for part in value for source in sources_in(part)]
    return []


def ends_of(value: Any, where: str) -> list[Source]:
    """Return the inputs or outputs of a network, in order.

    Raises
    ------
    ReadError
        If there are none, or they are not as Keras writes them.
    """
    left = [value]
    found: list[Source] = []
    while left:
        part = left.pop()
        if isinstance(part, dict):
            left += reversed(part.values())
        elif isinstance(part, list | tuple) and part and isinstance(part[0], str):
            found.append(_source(part[:3], where))
        elif isinstance(part, list | tuple):
            left += reversed(part)
        else:
            raise ReadError(f"{where} has {shown(part)} where a tensor is expected")
    return found
