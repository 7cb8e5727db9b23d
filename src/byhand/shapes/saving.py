"""`keras.saving`: readers' own classes under names, and files."""

from __future__ import annotations

from byhand.shapes.inert import refusing, serialize
from byhand.shapes.models import load_model, save_model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = [
    "CustomObjectScope",
    "custom_object_scope",
    "deserialize_keras_object",
    "get_custom_objects",
    "get_registered_name",
    "get_registered_object",
    "load_model",
    "register_keras_serializable",
    "save_model",
    "serialize_keras_object",
]

_functions = refusing(
    __name__,
    ["KerasFileEditor", "load_weights", "save_weights"],
    "leave the line out, or use Keras",
)
globals().update(_functions)
__all__ += _functions


def register_keras_serializable(
    package: str = "Custom", name: str | None = None
) -> Callable[[Any], Any]:
    """Return a decorator that leaves a class as it is."""
    return lambda cls: cls


class CustomObjectScope:
    """A block in which Keras knows names of one's own; it changes nothing here."""

    def __init__(self, custom_objects: Any = None) -> None:
        self.custom_objects = custom_objects

    def __enter__(self) -> CustomObjectScope:
        return self

    def __exit__(self, *raised: object) -> None:
        """Let errors pass."""


custom_object_scope = CustomObjectScope


def get_custom_objects() -> dict[str, Any]:
    """Return a dictionary that nothing reads: pass objects, not their names."""
    return {}


def get_registered_name(obj: Any) -> str:
    """Return the name of a class."""
    return str(getattr(obj, "__name__", type(obj).__name__))


def get_registered_object(
    name: str, custom_objects: Any = None, module_objects: Any = None
) -> Any:
    """Return what is called so in one of the dictionaries; None if nothing is."""
    for objects in (custom_objects or {}, module_objects or {}):
        if name in objects:
            return objects[name]
    return None


serialize_keras_object = serialize


def deserialize_keras_object(
    config: Any,
    custom_objects: Any = None,
    safe_mode: bool = True,
    **options: Any,
) -> Any:
    """Return the layer or the network that a dictionary describes; others as they are.

    See `byhand.shapes.from_config`.
    """
    if not isinstance(config, dict) or "class_name" not in config:
        return config
    from byhand.shapes import layers

    kind = getattr(layers, str(config["class_name"]), None)
    if isinstance(kind, type) and hasattr(kind, "from_config"):
        return kind.from_config(config.get("config") or {})
    return config
