"""Errors of a run, in words."""

from __future__ import annotations

from byhand.shapes.escaping import visible
from byhand.shapes.live_torch.symbols import (
    UnknownError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def reason(error: BaseException) -> str:
    """Return what stopped a `forward`: a word of ours, or an error by its class."""
    if isinstance(error, UnknownError):
        return f", for {brief(error)}"
    return f" with {type(error).__name__}: {brief(error)}"


def as_forward(error: BaseException, rule: Any, kind: str) -> str:
    """Return an error's words, which name a module's `forward` and not our rule."""
    said = brief(error)
    name = f"{rule.__qualname__}()"
    return f"{kind}.forward(){said[len(name) :]}" if said.startswith(name) else said


def brief(error: BaseException) -> str:
    """Return an error's words in one line."""
    return visible(" ".join(str(error).split()), most=200)
