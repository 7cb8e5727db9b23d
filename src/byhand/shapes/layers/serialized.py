"""Layers as dictionaries, and back: `keras.layers.serialize` and `deserialize`."""

from __future__ import annotations

from byhand.shapes.inert import serialize
from byhand.shapes.layers.base import Layer
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["deserialize", "serialize"]


def deserialize(config: Any, custom_objects: Any = None) -> Layer:
    """Return the layer that a dictionary describes.

    Parameters
    ----------
    config : dict
        With "class_name" and "config", as `serialize` gives it.
    custom_objects : dict of str to type, optional
        Classes of the reader's own.

    Raises
    ------
    TypeError
        If no layer is called so.
    """
    import sys

    name = str(config["class_name"])
    known = vars(sys.modules["byhand.shapes.layers"])  # which imports this module
    kind = (custom_objects or {}).get(name) or known.get(name)
    if not (isinstance(kind, type) and issubclass(kind, Layer)):
        raise TypeError(f"no layer is called {shown(name)}")
    made: Layer = kind.from_config(config.get("config") or {})
    return made
