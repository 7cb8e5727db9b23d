"""The names of a network's inputs and layers, as Keras gives them."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Named:
    """What has a name, its own or one that was given here."""

    name: str | None = None
    _named_here_ = False  # whether the name is ours, for a layer that came without

    @property
    def _base_name_(self) -> str:
        """The name of the first of its class."""
        return snake_case(type(self).__name__)


class Names:
    """The names of a network's inputs and layers, each held by one of them."""

    def __init__(self) -> None:
        self._held: dict[str, Any] = {}
        self._next: dict[str, int] = {}

    def give(self, layer: Any) -> None:
        """Hold a layer's name; one without gets Keras's: its class, counted."""
        if layer.name is None:
            base = layer._base_name_
            number = self._next.get(base, 0)
            while (name := f"{base}_{number}" if number else base) in self._held:
                number += 1
            self._next[base] = number
            layer.name, layer._named_here_ = name, True
        self.hold(layer)

    def hold(self, owner: Any) -> None:
        """Hold the name of a layer or an input.

        Raises
        ------
        ShapeError
            If another holds the name, unless both were named here, each in its
            own network.
        """
        other = self._held.setdefault(owner.name, owner)
        if other is not owner and not (_named_here(other) and _named_here(owner)):
            raise ShapeError(
                f"{owner!r} is called {owner.name!r}, and so is {other!r}; "
                "give one of them another name"
            )

    def free(self, layer: Any) -> None:
        """Give a layer's name back."""
        name = layer.name or ""
        if self._held.get(name) is layer:
            del self._held[name]
            self._next.clear()


def _named_here(owner: Any) -> bool:
    """Return whether a layer or an input got its name from us."""
    if isinstance(owner, Named):
        return owner._named_here_
    return str(owner.name).startswith("input_layer")


def snake_case(name: str) -> str:
    """Return a class name as Keras writes it in a layer's name."""
    from re import sub

    name = sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", name)
    return sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
