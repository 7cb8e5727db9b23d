"""`keras.backend`: settings and questions that old code asks of it."""

from __future__ import annotations

from byhand.shapes.config import (
    backend,
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from byhand.shapes.tensor import Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "backend",
    "clear_session",
    "epsilon",
    "floatx",
    "get_uid",
    "image_data_format",
    "int_shape",
    "is_float_dtype",
    "is_int_dtype",
    "is_keras_tensor",
    "result_type",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "standardize_dtype",
]


def clear_session(free_memory: bool = True) -> None:
    """Change nothing: no state is kept."""


def int_shape(x: Any) -> Any:
    """Return the shape of a tensor, as Keras 2 did."""
    return x.shape


def is_keras_tensor(x: Any) -> bool:
    """Return whether a value is a symbolic tensor."""
    return isinstance(x, Tensor)


def standardize_dtype(dtype: Any) -> str:
    """Return the name of a type of numbers; float32 for None."""
    return str(getattr(dtype, "name", dtype or "float32"))


def is_float_dtype(dtype: Any) -> bool:
    """Return whether a type is one of fractions."""
    return "float" in standardize_dtype(dtype)


def is_int_dtype(dtype: Any) -> bool:
    """Return whether a type is one of whole numbers."""
    return "int" in standardize_dtype(dtype)


def result_type(*dtypes: Any) -> str:
    """Return a type that holds numbers of all the others."""
    names = [standardize_dtype(dtype) for dtype in dtypes] or ["float32"]
    return max(names, key=lambda name: ("float" in name, name))


def get_uid(prefix: str = "") -> int:
    """Return 1: layers are counted when their network is made."""
    return 1


def __getattr__(name: str) -> Any:
    raise AttributeError(
        f"keras.backend has no {name!r} here: Keras 3 has it in keras.ops, if at all"
    )
