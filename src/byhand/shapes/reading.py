"""Networks from what Keras writes: JSON, configurations, .keras files, live models.

Only names and numbers are taken from a file; nothing that it carries is run. Sizes
are bounded before anything is unpacked, and a fault ends in one message.
"""

from __future__ import annotations

from byhand.shapes import layers as known_layers
from byhand.shapes.axis import ShapeError
from byhand.shapes.graph import Input, InputLayer, Model, Sequential
from byhand.shapes.layers import extras
from byhand.shapes.layers.base import COMMON, Layer
from byhand.shapes.network import Network
from byhand.shapes.tensor import Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing costs more than all of this package
    from collections.abc import Mapping, Sequence
    from typing import Any

LARGEST = 64 * 2**20  # bytes of JSON; the largest application has under 2 MB
DEEPEST = 64  # networks within networks, or lists within lists
NETWORKS = {"Sequential", "Functional", "Model"}


class ReadError(ValueError):
    """What was given is no network of Keras; the message says where it is not."""


def from_keras_json(source: Any) -> Network:
    """Return the network that a JSON text or file of Keras describes.

    Parameters
    ----------
    source : str or path
        What `model.to_json()` returns, or the path of a file that holds it.

    Returns
    -------
    Sequential or Model
        The network, without its numbers.

    Raises
    ------
    ReadError
        If the text is no JSON, too large, or describes no network.
    ShapeError
        If the layers do not fit together.
    """
    from pathlib import Path

    text = source
    where = "the text"
    if isinstance(source, Path) or (
        isinstance(source, str) and not source.lstrip().startswith("{")
    ):
        path = Path(source)
        where = str(path)
        try:
            size = path.stat().st_size
            if size > LARGEST:
                raise ReadError(f"{where} has {size} bytes; at most {LARGEST} are read")
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise ReadError(f"{where} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise ReadError(
                f"{where} is no text; is it a .keras file? use load"
            ) from None
    return from_config(_parsed(text, where))


def _parsed(text: Any, where: str) -> Any:
    """Return parsed JSON, or a readable refusal."""
    import json

    if not isinstance(text, str | bytes):
        raise TypeError(f"expected JSON text or a path, got {type(text).__name__}")
    if len(text) > LARGEST:
        raise ReadError(f"{where} has {len(text)} bytes; at most {LARGEST} are read")
    try:
        return json.loads(text)
    except RecursionError:
        raise ReadError(f"{where} is nested too deeply to be a network") from None
    except ValueError as error:
        raise ReadError(f"{where} is no JSON: {error}") from None


def load(path: Any) -> Network:
    """Return the network in a .keras file; only its configuration is unpacked.

    Parameters
    ----------
    path : str or path
        A file that `model.save("model.keras")` wrote.

    Returns
    -------
    Sequential or Model
        The network, without its numbers.

    Raises
    ------
    ReadError
        If the file is no .keras archive, or its configuration is too large.
    """
    import zipfile

    where = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo("config.json")
            if entry.file_size > LARGEST:
                raise ReadError(
                    f"config.json in {where} claims {entry.file_size} bytes; at most "
                    f"{LARGEST} are read"
                )
            with archive.open(entry) as file:
                # The size that an archive claims may be a lie.
                text = file.read(LARGEST + 1)
    except OSError as error:
        raise ReadError(f"{where} cannot be read: {error.strerror}") from None
    except KeyError:
        raise ReadError(f"{where} holds no config.json; is it a .keras file?") from None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise ReadError(f"{where} is no readable archive: {error}") from None
    except Exception as error:
        # zlib.error, and whatever else a damaged archive brings forth.
        if isinstance(error, ReadError):
            raise
        raise ReadError(f"{where} is damaged: {error}") from None
    return from_config(_parsed(text, f"config.json in {where}"))


def from_keras(model: Any) -> Network:
    """Return the network of a live Keras model, by what it says of itself.

    Parameters
    ----------
    model : keras.Model
        Any object with `to_json()`.

    Returns
    -------
    Sequential or Model
        The network, without its numbers.
    """
    if isinstance(model, Network):
        return model
    if not hasattr(model, "to_json"):
        raise TypeError(
            f"expected a Keras model, got {type(model).__name__}, which has no to_json"
        )
    return from_keras_json(model.to_json())


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
    where = f"{kind} {name!r}"
    if kind in NETWORKS:
        if "layers" not in config:
            raise ReadError(f"{where} is a subclassed model, which names no layers")
        build = _sequential if kind == "Sequential" else _functional
        network = build(config, where, depth + 1)
        network.name = config.get("name")
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
    if not network.inputs and isinstance(shape, list | tuple) and network.layers:
        network._start(Input(batch_shape=shape))
        for layer in network.layers:
            network._put(layer)
    return network


def _functional(config: Mapping[str, Any], where: str, depth: int) -> Model:
    """Return a graph, its calls made in the order in which their inputs are there."""
    made: dict[str, Any] = {}
    outputs: dict[tuple[str, int], list[Tensor]] = {}
    waiting: list[tuple[str, int, Any]] = []
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
        waiting += [(name, k, node) for k, node in enumerate(nodes)]
    while waiting:
        left = []
        for name, number, node in waiting:
            needed = set(_histories(node, where, 0))
            if not all((source, at) in outputs for source, at, _ in needed):
                left.append((name, number, node))
                continue
            args = _resolve(node.get("args", []), outputs)
            kwargs = _resolve(node.get("kwargs") or {}, outputs)
            result = made[name](*args, **kwargs)
            outputs[name, number] = result if isinstance(result, list) else [result]
        if len(left) == len(waiting):
            name, _, node = left[0]
            missing = sorted(
                {
                    source
                    for source, at, _ in _histories(node, where, 0)
                    if (source, at) not in outputs
                }
            )
            raise ReadError(
                f"{where}: layer {name!r} waits for {missing}, which no layer before "
                "it gives: the graph has a cycle or a loose end"
            )
        waiting = left
    ends = []
    for key in ("input_layers", "output_layers"):
        given = config.get(key)
        try:
            ends.append([outputs[n, k][i] for n, k, i in _triples(given)])
        except (KeyError, IndexError, TypeError, ValueError):
            raise ReadError(
                f"{where} has {key}={_brief(given)}, which is not there"
            ) from None
    return Model(*ends, name=config.get("name"))


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
