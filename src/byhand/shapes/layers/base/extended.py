"""Parts of a reader's own layer as calls: the rule that it extends, and the rest."""

from __future__ import annotations

from byhand.shapes.layers.base.layer import Layer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from byhand.shapes.outcome import Outcome, WeightSpec
    from byhand.shapes.tensor import Arguments


class Extended(Layer):
    """The rule of Keras's class, called by a reader's class that extends it."""

    def __init__(self, holder: Layer, cls: Any) -> None:
        super().__init__()
        # In a tuple of its own, so that the holder is no layer inside this one.
        self._held = Holder(holder)
        self._cls = cls
        self._takes_ = cls._takes_  # type: ignore[misc]

    @property
    def _kind_(self) -> str:
        """The name of Keras's class."""
        return str(self._cls.__name__)

    @property
    def _base_name_(self) -> str:
        """The name of the first of Keras's class."""
        from byhand.shapes.naming import snake_case

        return snake_case(self._kind_)

    def _weights_and_training_(self) -> list[tuple[WeightSpec, bool]]:
        """Those of the holder that the rule made."""
        holder = self._held.layer
        return [
            (one, one.trainable and holder.trainable) for one in holder._rule_specs_
        ]

    def _outcome_(self, shapes: list[Any], arguments: Arguments) -> Outcome:
        """What the rule makes of the shapes."""
        holder = self._held.layer
        if len(shapes) < len(arguments.tensors):
            outcome: Outcome = self._cls._infer_unknown_(holder)
            return outcome
        if not holder.built:
            self._cls.build(holder, shapes)
        return self._cls._infer_(holder, shapes, arguments)  # type: ignore[no-any-return]


class Rest(Layer):
    """What follows in a reader's own `call` behind the point where it stopped."""

    def __init__(self, holder: Layer) -> None:
        super().__init__()
        self._kind = f"rest of {holder._kind_}"

    @property
    def _kind_(self) -> str:
        """Whose rest it is."""
        return self._kind

    @property
    def _base_name_(self) -> str:
        """The name of such a row."""
        return "rest"


class Holder:
    """A layer that is no layer inside what refers to it."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
