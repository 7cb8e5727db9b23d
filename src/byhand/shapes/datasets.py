"""`keras.datasets`: data to download, which is refused in one sentence."""

from __future__ import annotations

import sys
from types import ModuleType

from byhand.shapes.inert import refusing

# The data sets, each with what can be asked of it.
DATA_SETS = {
    "boston_housing": ["load_data"],
    "california_housing": ["load_data"],
    "cifar10": ["load_data"],
    "cifar100": ["load_data"],
    "fashion_mnist": ["load_data"],
    "imdb": ["get_word_index", "load_data"],
    "mnist": ["load_data"],
    "reuters": ["get_label_names", "get_word_index", "load_data"],
}

__all__ = sorted(DATA_SETS)


def _module(name: str, functions: list[str]) -> ModuleType:
    """Return a module for a data set, which can be imported under its name."""
    module = ModuleType(f"{__name__}.{name}", f"Keras's {name}, which is refused.")
    advice = "leave the line out, and give the shape of the data in Input"
    vars(module).update(refusing(module.__name__, functions, advice))
    sys.modules[module.__name__] = module
    return module


__path__: list[str] = []  # so that its parts can be imported by name
globals().update({name: _module(name, parts) for name, parts in DATA_SETS.items()})
