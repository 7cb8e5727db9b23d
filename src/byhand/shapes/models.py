"""`keras.models` under its own name."""

from byhand.shapes.graph import Model, Sequential

__all__ = ["Model", "Sequential"]
