"""`keras.models`: networks, copies of them, and networks from files."""

from __future__ import annotations

from byhand.shapes.graph import Model, Sequential, clone_model
from byhand.shapes.inert import refusing
from byhand.shapes.network import Network
from byhand.shapes.training import FILES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_json",
    "save_model",
]

save_model = refusing(__name__, ["save_model"], FILES)["save_model"]


def load_model(
    filepath: Any,
    custom_objects: Any = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Network:
    """Return the network in a file; see `byhand.shapes.load`."""
    from byhand.shapes.files import load

    return load(filepath)


def model_from_json(json_string: str, custom_objects: Any = None) -> Network:
    """Return the network that a JSON text describes."""
    from byhand.shapes.files import from_keras_json

    return from_keras_json(json_string)
