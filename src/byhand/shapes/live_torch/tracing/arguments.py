"""Arguments and results with lengths in the place of tensors."""

from __future__ import annotations

from byhand.shapes.live_torch.lengths import (
    Batch,
)
from byhand.shapes.live_torch.symbols import (
    OPERATORS,
    is_symbol,
    replaced,
)
from byhand.shapes.live_torch.tracing.patching import IN_PLACE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def filler(given: Any) -> Callable[[list[Any]], Any]:
    """Return a function that puts lengths in place of symbolic tensors."""

    def fill(lengths: list[Any]) -> Any:
        left = iter(lengths)
        return replaced(given, lambda value: next(left) if is_symbol(value) else value)

    return fill


def plain_name(name: str) -> str:
    """Return a function's name without underscores and the operator's spelling."""
    bare = name.strip("_")
    bare = bare.removeprefix("i") if name in IN_PLACE else bare
    if name.startswith("__r") and bare[1:] in OPERATORS:
        bare = bare[1:]
    return OPERATORS.get(bare, bare) if name.startswith("__") else bare


def in_examples(value: Any, examples: int) -> Any:
    """Return a number with another batch in it."""
    return value.times * examples if isinstance(value, Batch) else value


def flat(value: Any) -> list[Any]:
    """Return what a result of a function holds, in order."""
    if isinstance(value, list | tuple):
        return [part for one in value for part in flat(one)]
    if isinstance(value, dict):
        return [part for one in value.values() for part in flat(one)]
    return [value]


def rebuilt(value: Any, change: Any) -> Any:
    """Return a result of a function with other tensors."""
    if isinstance(value, dict):
        return {key: rebuilt(part, change) for key, part in value.items()}
    if isinstance(value, list | tuple):
        parts = [rebuilt(part, change) for part in value]
        if type(value) in (list, tuple):
            return type(value)(parts)
        named = hasattr(value, "_fields")
        return type(value)(*parts) if named else type(value)(parts)
    return change(value)


def replaced_result(value: Any, change: Any) -> Any:
    """Return what a `forward` gave, its symbols changed in lists, tuples and dicts."""
    if is_symbol(value):
        return change(value)
    if type(value) in (list, tuple):
        return type(value)(replaced_result(part, change) for part in value)
    if type(value) is dict:
        return {key: replaced_result(part, change) for key, part in value.items()}
    return value
