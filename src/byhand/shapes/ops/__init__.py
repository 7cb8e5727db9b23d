"""Operations on symbolic tensors, under the names of `keras.ops`.

Each gives the shape that Keras gives, and products of tensors their cost. An operation
of Keras without a rule here gives a result of unknown shape, as a row with a note.
"""

from __future__ import annotations

from byhand.shapes.ops import (
    arranging,
    creation,
    elementwise,
    image,
    indexing,
    matrices,
    products,
    reductions,
    windows,
)
from byhand.shapes.ops.elementwise import class_name
from byhand.shapes.ops.operation import BY_CLASS, opaque, unknown_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Any

_FAMILIES: tuple[ModuleType, ...] = (
    arranging,
    creation,
    elementwise,
    indexing,
    matrices,
    products,
    reductions,
    windows,
)
# Where a class of Keras has another name than its function makes one expect.
_CLASSES = {
    "allclose": "AllClose",
    "array_split": "ArraySplit",
    "ctc_decode": "CTCDecode",
    "ctc_loss": "CTCLoss",
    "fft": "FFT",
    "fft2": "FFT2",
    "ifft2": "IFFT2",
    "irfft": "IRFFT",
    "istft": "ISTFT",
    "jvp": "JVP",
    "psnr": "PSNR",
    "rfft": "RFFT",
    "ssim": "SSIM",
    "stft": "STFT",
    "svd": "SVD",
}


def __getattr__(name: str) -> Any:
    """Return an operation by Keras's name, found when it is first asked for.

    Raises
    ------
    AttributeError
        If Keras has no such operation.
    """
    function = _find(name)
    globals()[name] = function
    return function


def __dir__() -> list[str]:
    from byhand.shapes.ops.names import NAMES

    return sorted([*NAMES, "BY_CLASS", "image", "linalg", "nn", "numpy", "opaque"])


def _find(name: str) -> Any:
    """Return the function, or the part of `keras.ops`, of a name."""
    if name in ("linalg", "nn", "numpy"):
        from byhand.shapes.ops import names

        return _Part(name, getattr(names, name.upper()))
    if name.startswith("_"):
        raise AttributeError(f"module 'byhand.shapes.ops' has no attribute {name!r}")
    rule = elementwise.FUNCTIONS.get(name)
    if rule is not None:
        return rule
    from byhand.shapes.ops.names import NAMES

    if name not in NAMES:
        raise AttributeError(unknown_name(name, NAMES, "keras.ops"))
    for family in _FAMILIES:
        function = vars(family).get(name)
        if getattr(function, "__module__", "") == family.__name__:
            return function
    return opaque(_CLASSES.get(name) or class_name(name))


class _Part:
    """A part of `keras.ops` that has some of its names, such as `keras.ops.nn`."""

    def __init__(self, name: str, names: list[str]) -> None:
        self._name = name
        self._names = names

    def __getattr__(self, name: str) -> Any:
        if name not in self._names:
            raise AttributeError(
                unknown_name(name, self._names, f"keras.ops.{self._name}")
            )
        return _find(name)

    def __dir__(self) -> list[str]:
        return list(self._names)

    def __repr__(self) -> str:
        return f"<operations of keras.ops.{self._name}>"


def known_classes() -> Iterator[str]:
    """Yield every class name that a file of Keras may hold for an operation."""
    from byhand.shapes.ops.names import IMAGE, NAMES

    yield from BY_CLASS
    for name in [*NAMES, *IMAGE]:
        yield _CLASSES.get(name) or class_name(name)


__all__ = ["BY_CLASS", "image", "known_classes", "opaque"]
