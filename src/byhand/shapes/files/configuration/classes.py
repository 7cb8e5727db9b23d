"""Which class an entry of a configuration means, and which of its keys matter."""

from __future__ import annotations

from byhand.shapes import layers as known_layers
from byhand.shapes.errors import ReadError
from byhand.shapes.files import keras2, legacy, operations
from byhand.shapes.known_names import ACTIVATIONS
from byhand.shapes.layers import extras
from byhand.shapes.layers.base import Layer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

KERAS = ("keras", "tf_keras", "keras_core", "tensorflow", "builtins", "tensorflow_core")

# Keys that change no shape and no count, whatever they hold.
HARMLESS = {
    *["batch_input_shape", "batch_shape", "build_config", "consume_less"],
    *["data_format", "dynamic", "experimental_run_tf_function", "forget_bias_init"],
    *["fused", "implementation", "init", "inner_init", "input_dtype", "input_length"],
    "input_spec",
    *["key_shape", "noise_shape", "query_shape", "ragged", "rng_type", "seed"],
    *["shared_object_id", "softmax_robust_masking", "sparse", "stateful", "unroll"],
    *["value_shape", "virtual_batch_size", "weights", "zero_output_for_mask"],
    *["adjustment", "gamma_init", "beta_init", "return_runtime", "module"],
}
ENDINGS = ("_initializer", "_regularizer", "_constraint")
# Keys that change nothing with one value.
HARMLESS_VALUES = {"time_major": False, "groups": 1, "renorm": False, "mode": 0}

# Arguments that hold layers, which Keras 2 wrote without their module.
LAYER_ARGUMENTS = {"layer", "backward_layer", "forward_layer", "cell", "cells"}


def describes_layers(kind: str, config: Mapping[str, Any], module: str) -> bool:
    """Return whether an entry is a network that names its layers."""
    if kind in keras2.NETWORKS and (not module or _is_keras(module)):
        if kind != "Sequential" and "layers" not in config:
            raise ReadError(
                f"{kind} {config.get('name')!r} is a subclassed model, which names no "
                "layers; in Python, pass the live model to byhand.shapes.from_keras"
            )
        return True
    # A class derived from Model that keeps a graph is read as one.
    return isinstance(config.get("layers"), list) and "output_layers" in config


def _is_keras(module: str) -> bool:
    """Return whether a module is Keras's own."""
    return module.split(".", maxsplit=1)[0] in KERAS


def class_of(spec: Mapping[str, Any], kind: str, module: str) -> tuple[str, Any]:
    """Return why there is no rule for a class, or our class for it."""
    registered = str(spec.get("registered_name") or "")
    foreign = (module and not _is_keras(module)) or ">" in kind
    if foreign or (not module and ">" in registered):
        of = f" of {module[:60]}" if module else ""
        return f"{kind[:60]}{of} is not Keras's own, and no rule is known here", None
    if kind == "Lambda":
        return "a Lambda holds Python code, which is never run here", None
    if kind in operations.LAYERS or ".ops" in module:
        name = str(spec.get("config", {}).get("function") or kind)[:60]
        return f"no rule is known here for the operation {name}", None
    cls = legacy.LAYERS.get(kind) or extras.LAYERS.get(kind)
    cls = cls or getattr(known_layers, kind, None)
    if isinstance(cls, type) and issubclass(cls, Layer) and cls is not Layer:
        return "", cls
    return f"{kind[:60]} is not known here", None


def is_operation(spec: Mapping[str, Any], kind: str, config: Any) -> bool:
    """Return whether an entry is an operation, which may be called as a layer is.

    HDF5 files of Keras 3 leave modules out; there, an operation is what says nothing
    of training.
    """
    module = str(spec.get("module") or "")
    if kind in operations.LAYERS or ".ops" in module:
        return True
    nodes = spec.get("inbound_nodes")
    node = nodes[0] if isinstance(nodes, list) and nodes else None
    of_layer = "name" not in config or "trainable" in config
    if module or of_layer or not isinstance(node, dict):
        return False
    args = node.get("args")
    # A layer that joins several takes them in one list.
    in_a_list = isinstance(args, list) and bool(args) and isinstance(args[0], list)
    return not (in_a_list and hasattr(known_layers, kind))


def is_trainable(config: Mapping[str, Any]) -> bool:
    """Return whether training may change a layer; files say nothing for yes."""
    return config.get("trainable", True) is not False


def takes_besides(cls: Any, key: str) -> bool:
    """Return whether a class takes an argument that it does not list."""
    return key in ("rms_scaling", "lora_rank", "lora_alpha") and hasattr(cls, key)


def of_another(kind: str, unknown: str) -> str:
    """Return why a layer is not of Keras's class of that name."""
    return f"a class {kind[:60]} with the arguments {unknown} is not Keras's own"


def is_own_function(activation: Any) -> bool:
    """Return whether an activation is somebody's own, and none of Keras's."""
    if isinstance(activation, dict):
        return "layers" not in str(activation.get("module"))
    return isinstance(activation, str) and activation not in ACTIVATIONS


def is_harmless(key: str, value: Any) -> bool:
    """Return whether an argument that is not known here changes nothing."""
    if value is None or key in HARMLESS:
        return True
    return key in HARMLESS_VALUES and value == HARMLESS_VALUES[key]
