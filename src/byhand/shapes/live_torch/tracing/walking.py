"""The modules within a module."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


def children_of(module: Any) -> list[Any]:
    """Return the modules that a module holds."""
    return [child for _, child in module.named_children()]


def modules_of(module: Any, path: str = "") -> Iterator[tuple[int, str]]:
    """Yield each module's identity and its path, deepest names first given."""
    seen: set[int] = set()
    left = [(module, path)]
    while left:
        one, where = left.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield id(one), where
        for name, child in one.named_children():
            left.append((child, f"{where}.{name}" if where else name))


def all_modules(module: Any) -> Iterator[Any]:
    """Yield every module within a module once, without itself."""
    seen = {id(module)}
    left = children_of(module)
    while left:
        one = left.pop(0)
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            left += children_of(one)


def device_of(module: Any, torch: Any) -> Any:
    """Return where a module has its parameters."""
    for parameter in module.parameters():
        return getattr(parameter, "device", None)
    return torch.device("cpu") if torch is not None else None
