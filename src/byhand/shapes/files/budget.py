"""What one reading may cost: the values that it holds and the calls that it makes.

A file of a few kilobytes can describe more work than a machine ends: networks within
networks, each called twice. So the work is counted while it is done, by an object that
belongs to one reading.
"""

from __future__ import annotations

from byhand.shapes.errors import ReadError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# The largest application of Keras has 1,041 layers and 61,795 values.
MOST_LAYERS = 5_000
MOST_VALUES = 500_000
MOST_CALLS = 6_000  # with those inside networks that are called; about half a second
MOST_TENSORS = 30_000  # that the calls receive, together
LARGEST = 2**63  # no array is as long
DEEPEST = 64  # networks within networks, or lists within lists


class Budget:
    """The calls that one reading may still make."""

    __slots__ = ("calls", "tensors")

    def __init__(self, calls: int = MOST_CALLS, tensors: int = MOST_TENSORS) -> None:
        self.calls = calls
        self.tensors = tensors

    def spend(self, calls: int, tensors: int = 0) -> None:
        """Take calls, and the tensors that they receive, from what is left.

        Raises
        ------
        ReadError
            If nothing is left.
        """
        self.calls -= calls
        self.tensors -= tensors
        if self.calls < 0 or self.tensors < 0:
            raise ReadError(
                f"the model makes over {MOST_CALLS:,} calls of layers, those inside "
                f"networks included, or hands them over {MOST_TENSORS:,} tensors; "
                "describe a part of it"
            )


def check_size(config: Any) -> None:
    """Raise if a configuration is too large or too deep to be a network's.

    Shared parts and circles, as Python objects and YAML can have them, count each time
    that they are met.

    Raises
    ------
    ReadError
        If it is.
    """
    values = layers = 0
    left: list[tuple[Any, int, int]] = [(config, 0, 0)]
    while left:
        value, depth, networks = left.pop()
        values += 1
        parts: Any = ()
        if isinstance(value, dict):
            for key in ("layers", "cells", "config"):
                if isinstance(value.get(key), list | tuple):
                    # A layer runs once more for each network that its own is in.
                    networks += 1
                    layers += networks * len(value[key])
            parts = value.values()
        elif isinstance(value, list | tuple):
            parts = value
        elif isinstance(value, int) and abs(value) >= LARGEST:
            raise ReadError("the model has a number of 2**63 or more, as no array has")
        if networks > DEEPEST or depth > 8 * DEEPEST:
            raise ReadError("the model is nested too deeply")
        if values + len(left) + len(parts) > MOST_VALUES or layers > MOST_LAYERS:
            raise ReadError(
                f"the model is too large: at most {MOST_LAYERS:,} layers and "
                f"{MOST_VALUES:,} values are read; describe a part of it"
            )
        left += [(part, depth + 1, networks) for part in parts]
