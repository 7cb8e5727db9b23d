"""Low-rank adaptation: two narrow weights that are trained in place of a wide one."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.layers.base.layer import Layer
from byhand.shapes.outcome import WeightSpec
from byhand.shapes.values import whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Adaptable(Layer):
    """A layer whose first weight can be adapted by a product of two narrow ones.

    The weight stays as it is then: its change is a product of a factor as wide as the
    rank on one side, and as long as the weight's last axis on the other.
    """

    lora_rank: Any = None
    lora_alpha: Any = None

    @property
    def lora_enabled(self) -> bool:
        """Whether it has the two narrow weights."""
        return any(spec.name.startswith("lora_") for spec in self._rule_specs_)

    def enable_lora(
        self,
        rank: Any,
        lora_alpha: Any = None,
        a_initializer: Any = "he_uniform",
        b_initializer: Any = "zeros",
    ) -> None:
        """Add the two narrow weights, and freeze the wide one, as Keras does.

        Parameters
        ----------
        rank : int
            How wide they are.
        lora_alpha, a_initializer, b_initializer : optional
            Accepted as in Keras; they change no shape.

        Raises
        ------
        ShapeError
            If the layer has no weights yet, or is adapted already, or its weight is
            constrained; if the rank is below 1.
        """
        rank = whole_number("rank", rank)
        if not self.built:
            raise ShapeError(
                f"{self._label_} has no weights yet that enable_lora could adapt; "
                f"call it on a tensor first, or make it with lora_rank={rank}"
            )
        if self.lora_enabled:
            raise ShapeError(
                f"{self._label_} is adapted already, with lora_rank={self.lora_rank}; "
                "call enable_lora once"
            )
        self._refuse_constraint_(self._rule_specs_[0])
        new = _narrow(self._rule_specs_[0], rank)
        self._rule_specs_.extend(new)
        self._specs_.extend(new)
        self.lora_rank = rank
        self.lora_alpha = rank if lora_alpha is None else lora_alpha

    def _adapted_(self, weights: list[WeightSpec]) -> list[WeightSpec]:
        """Return the weights of a layer, with the narrow ones if it was made so."""
        if not self.lora_rank:
            return weights
        self._refuse_constraint_(weights[0])
        return weights + _narrow(weights[0], whole_number("lora_rank", self.lora_rank))

    def _refuse_constraint_(self, weight: WeightSpec) -> None:
        """Refuse to adapt a weight that is constrained, as Keras does."""
        name = f"{weight.name}_constraint"
        if getattr(self, name, None) is not None:
            raise ShapeError(
                f"its {weight.name} is constrained, and low-rank adaptation does not "
                f"keep to {name}; leave one of them out"
            )


def _narrow(wide: WeightSpec, rank: int) -> list[WeightSpec]:
    """Freeze a weight, and return the two that are trained in its place."""
    wide.trainable = False
    *before, last = wide.axes
    first = {name: wide.axes[name] for name in before}
    return [
        WeightSpec(f"lora_{wide.name}_a", {**first, "r": rank}),
        WeightSpec(f"lora_{wide.name}_b", {"r": rank, last: wide.axes[last]}),
    ]
