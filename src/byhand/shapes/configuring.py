"""Networks from the configurations that Keras gives of them.

Only names and numbers are taken, nothing that a configuration carries is run, and
its size is bounded before anything is made of it.
"""

from __future__ import annotations

from byhand.shapes import layers as known_layers
from byhand.shapes.errors import ReadError, ShapeError
from byhand.shapes.graph import InputLayer, Model, Sequential
from byhand.shapes.layers import extras
from byhand.shapes.layers.base import COMMON, Layer
from byhand.shapes.network import Network
from byhand.shapes.tensor import Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

# The largest application of Keras has 1,041 layers and 61,795 values.
MOST_LAYERS = 5_000
MOST_VALUES = 500_000
MOST_AXES = 64
LARGEST = 2**63  # no array is as long
LONGEST = 1000  # letters of a name
DEEPEST = 64  # networks within networks, or lists within lists
NETWORKS = {"Sequential", "Functional", "Model"}


def from_config(config: Any) -> Network:
    """Return the network that a configuration of Keras describes.

    Parameters
    ----------
    config : dict
        With "class_name" and "config", as `keras.saving.serialize_keras_object` and
        `model.to_json()` give it.

    Returns
    -------
    Sequential or Model
        The network, without its numbers.

    Raises
    ------
    ReadError
        If it describes no network.
    ShapeError
        If the layers do not fit together.
    """
    _bounded(config)
    try:
        network = _layer(config, "the model", 0)
    except RecursionError:
        raise ReadError("the model is nested too deeply") from None
    if not isinstance(network, Network):
        raise ReadError(
            f"expected a Sequential or Functional model, got a "
            f"{type(network).__name__} layer"
        )
    return network


def _bounded(config: Any) -> None:
    """Refuse a configuration that is too large to be a network's."""
    values = layers = 0
    left: list[tuple[Any, int, int]] = [(config, 0, 0)]
    while left:
        value, depth, networks = left.pop()
        values += 1
        if isinstance(value, dict):
            for key in ("layers", "cells"):
                if isinstance(value.get(key), list | tuple):
                    # A layer runs once more for each network that its own is in.
                    networks += 1
                    layers += networks * len(value[key])
            left += [(part, depth + 1, networks) for part in value.values()]
        elif isinstance(value, list | tuple):
            left += [(part, depth + 1, networks) for part in value]
        elif isinstance(value, int) and abs(value) >= LARGEST:
            raise ReadError("the model has a number of 2**63 or more, as no array has")
        if networks > DEEPEST or depth > 8 * DEEPEST:
            raise ReadError("the model is nested too deeply")
        if values + len(left) > MOST_VALUES or layers > MOST_LAYERS:
            raise ReadError(
                f"the model is too large: at most {MOST_LAYERS:,} layers and "
                f"{MOST_VALUES:,} values are read; describe a part of it"
            )


def _field(config: Any, name: str, kind: Any, where: str) -> Any:
    """Return an entry of a dictionary, or say what is wrong with it."""
    if not isinstance(config, dict):
        raise ReadError(f"{where} is {_brief(config)} where a dictionary is expected")
    value = config.get(name)
    if not isinstance(value, kind):
        raise ReadError(
            f"{where} has {name}={_brief(value)} where "
            f"{getattr(kind, '__name__', kind)} is expected"
        )
    return value


def _brief(value: Any) -> str:
    """Return a value in few words."""
    text = repr(value)
    return text if len(text) <= 40 else f"{type(value).__name__} {text[:30]}..."


def _layer(spec: Any, where: str, depth: int) -> Layer:
    """Return the layer, or network, of one entry."""
    if depth > DEEPEST:
        raise ReadError(f"{where} is nested more than {DEEPEST} deep")
    kind = _field(spec, "class_name", str, where)
    config = dict(_field(spec, "config", dict, where))
    name = spec.get("name", config.get("name"))
    if name is not None and (not isinstance(name, str) or len(name) > LONGEST):
        raise ReadError(f"{where} has the name {_brief(name)}; a short text is needed")
    where = f"{kind[:60]} {name!r}"
    if kind in NETWORKS:
        if "layers" not in config:
            raise ReadError(f"{where} is a subclassed model, which names no layers")
        build = _sequential if kind == "Sequential" else _functional
        network = build(config, where, depth + 1)
        network.name = name
        network.trainable = config.get("trainable", True)
        return network
    module = str(spec.get("module", ""))
    if kind == "InputLayer":
        return InputLayer(batch_shape=_batch_shape(config, where), name=name)
    cls = _class(kind, module, where)
    given = {}
    for key, value in config.items():
        if key in cls.arguments or key in COMMON:
            given[key] = _argument(value, where, depth + 1)
    if len(given.get("target_shape") or ()) > MOST_AXES:
        raise ReadError(f"{where} has over {MOST_AXES} axes in its target_shape")
    given["name"] = name
    given.pop("dtype", None)
    try:
        made: Layer = cls(**given)
    except (TypeError, ShapeError) as error:
        words = " ".join(str(error).split())
        raise ReadError(f"{where} cannot be made: {words}") from None
    return made


def _class(kind: str, module: str, where: str) -> Any:
    """Return our class for one of Keras's."""
    if ".ops" in module:
        cls = extras.OPERATIONS.get(kind)
    else:
        cls = extras.LAYERS.get(kind) or getattr(known_layers, kind, None)
    if not (isinstance(cls, type) and issubclass(cls, Layer)):
        raise ReadError(
            f"{where} is a {kind} of {module or 'an unknown module'}, whose shapes "
            "are not known here; describe the part of the network before it"
        )
    return cls


def _batch_shape(config: Mapping[str, Any], where: str) -> list[Any]:
    """Return the shape of an input, batch first."""
    shape = config.get("batch_shape") or config.get("batch_input_shape")
    if not isinstance(shape, list | tuple) or not all(
        length is None or (isinstance(length, int) and not isinstance(length, bool))
        for length in shape
    ):
        raise ReadError(
            f"{where} has batch_shape={_brief(shape)}; numbers are expected"
        )
    if len(shape) > MOST_AXES:
        raise ReadError(f"{where} has {len(shape)} axes; at most {MOST_AXES} are read")
    return list(shape)


def _argument(value: Any, where: str, depth: int) -> Any:
    """Return an argument, with layers and cells within it made."""
    if isinstance(value, dict):
        module = str(value.get("module", ""))
        inner = value.get("class_name")
        if inner and ("layers" in module or inner in NETWORKS or "Cell" in str(inner)):
            return _layer(value, where, depth)
        return value
    if isinstance(value, list):
        if depth > DEEPEST:
            raise ReadError(f"{where} is nested more than {DEEPEST} deep")
        return tuple(_argument(part, where, depth + 1) for part in value)
    return value


def _sequential(config: Mapping[str, Any], where: str, depth: int) -> Sequential:
    """Return a stack."""
    network = Sequential(name=config.get("name"))
    for number, spec in enumerate(_field(config, "layers", list, where), start=1):
        network.add(_layer(spec, f"layer {number} of {where}", depth))
    shape = config.get("build_input_shape")
    known = isinstance(shape, list | tuple) and shape
    if known and network.layers and not network.inputs:
        network.build(shape)
    return network


def _functional(config: Mapping[str, Any], where: str, depth: int) -> Model:
    """Return a graph, its calls made in the order in which their inputs are there."""
    made: dict[str, Any] = {}
    outputs: dict[tuple[str, int], list[Tensor]] = {}
    waiting: dict[tuple[str, int], _Waiting] = {}
    for spec in _field(config, "layers", list, where):
        name = _field(spec, "name", str, f"a layer of {where}")
        if name in made:
            raise ReadError(f"{where} has two layers called {name!r}")
        layer = made[name] = _layer(spec, where, depth)
        if isinstance(layer, InputLayer):
            layer.tensor.name = name
            outputs[name, 0] = [layer.tensor]
            continue
        nodes = _field(spec, "inbound_nodes", list, f"{where}, layer {name!r}")
        for number, node in enumerate(nodes):
            waiting[name, number] = _Waiting(node, where)
    followers: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for key, entry in waiting.items():
        for source in entry.sources:
            followers.setdefault(source, []).append(key)
    ready = list(outputs)
    ready += [key for key, entry in waiting.items() if not entry.sources]
    for key in ready:  # it grows as it is walked
        if key in waiting:
            node = waiting.pop(key).node
            outputs[key] = _called(made[key[0]], node, where, outputs)
        for follower in followers.get(key, ()):
            waiting[follower].sources.discard(key)
            if not waiting[follower].sources:
                ready.append(follower)
    for (name, _), entry in waiting.items():
        missing = sorted({source for source, _ in entry.sources})
        raise ReadError(
            f"{where}: layer {name!r} waits for {missing[:8]}, which no layer before "
            "it gives: the graph has a cycle or a loose end"
        )
    ends = []
    for end in ("input_layers", "output_layers"):
        given = config.get(end)
        try:
            ends.append([outputs[n, k][i] for n, k, i in _triples(given)])
        except (KeyError, IndexError, TypeError, ValueError):
            raise ReadError(
                f"{where} has {end}={_brief(given)}, which is not there"
            ) from None
    return Model(*ends, name=config.get("name"))


class _Waiting:
    """A call that is not made yet, and the calls that it still waits for."""

    __slots__ = ("node", "sources")

    def __init__(self, node: Any, where: str) -> None:
        self.node = node
        self.sources = {(name, at) for name, at, _ in _histories(node, where, 0)}


def _called(
    layer: Any, node: Any, where: str, outputs: Mapping[tuple[str, int], list[Tensor]]
) -> list[Tensor]:
    """Return what a layer gives where a node calls it."""
    where = f"{where}, a call of {layer.name!r}"
    args = _resolve(_field(node, "args", list, where), outputs)
    kwargs = _resolve(node.get("kwargs") or {}, outputs)
    if not isinstance(kwargs, dict):
        raise ReadError(f"{where} has kwargs={_brief(kwargs)} where names are expected")
    try:
        result = layer(*args, **kwargs)
    except TypeError as error:
        raise ReadError(f"{where}, cannot be made: {error}") from None
    return result if isinstance(result, list) else [result]


def _triples(value: Any) -> list[tuple[str, int, int]]:
    """Return (layer, node, tensor) entries of a nested structure, in order."""
    if isinstance(value, dict):
        return [triple for part in value.values() for triple in _triples(part)]
    if len(value) == 3 and isinstance(value[0], str):
        return [(value[0], int(value[1]), int(value[2]))]
    return [triple for part in value for triple in _triples(part)]


def _histories(node: Any, where: str, depth: int) -> Sequence[tuple[str, int, int]]:
    """Return where each tensor of a node comes from."""
    if depth > DEEPEST:
        raise ReadError(f"{where} has arguments nested more than {DEEPEST} deep")
    found: list[tuple[str, int, int]] = []
    if isinstance(node, dict):
        if node.get("class_name") == "__keras_tensor__":
            try:
                name, at, index = node["config"]["keras_history"]
                return [(str(name), int(at), int(index))]
            except (KeyError, TypeError, ValueError):
                raise ReadError(f"{where} has a tensor without a history") from None
        for part in node.values():
            found += _histories(part, where, depth + 1)
    elif isinstance(node, list):
        for part in node:
            found += _histories(part, where, depth + 1)
    return found


def _resolve(value: Any, outputs: Mapping[tuple[str, int], list[Tensor]]) -> Any:
    """Return arguments with tensors in place of their histories."""
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            name, at, index = value["config"]["keras_history"]
            try:
                return outputs[name, at][index]
            except IndexError:
                raise ReadError(f"{name!r} has no output {index}") from None
        return {key: _resolve(part, outputs) for key, part in value.items()}
    if isinstance(value, list):
        return [_resolve(part, outputs) for part in value]
    return value
