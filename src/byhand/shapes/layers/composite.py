"""Layers made of others: one that holds another, and a row of them."""

from __future__ import annotations

from byhand.shapes.formula import Formula
from byhand.shapes.layers.base import REQUIRED, Layer
from byhand.shapes.layers.dense import Embedding
from byhand.shapes.naming import Names
from byhand.shapes.outcome import Inner, Outcome, WeightSpec, inside
from byhand.shapes.tensor import Tensor, calls_before, tensors_in
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Arguments, Shape


class Wrapper(Layer):
    """A layer that holds another, for a reader's own class to extend."""

    _arguments_ = {"layer": REQUIRED}

    def _check_(self) -> None:
        """Refuse what is not a layer."""
        if not isinstance(self.layer, Layer):
            raise TypeError(
                f"layer must be a layer, got {shown(self.layer)} of type "
                f"{type(self.layer).__name__}"
            )

    def build(self, shapes: Any = None, *, input_shape: Any = None) -> None:
        """Build the layer inside."""
        super().build(shapes, input_shape=input_shape)
        if not self.layer.built:
            self.layer.build(shapes if input_shape is None else input_shape)


class Pipeline(Layer):
    """Layers one behind another, as one layer."""

    _arguments_ = {"layers": REQUIRED, "name": None}

    def _check_(self) -> None:
        """Refuse what is no list of layers."""
        given = self.layers if isinstance(self.layers, list | tuple) else [self.layers]
        for layer in given:
            if not isinstance(layer, Layer) or given is not self.layers:
                raise TypeError(f"layers must be a list of layers, got {shown(layer)}")

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """What each makes of what the one before gives."""
        starts = [Tensor(one.shape, dtype=one.dtype) for one in arguments.tensors]
        value = arguments.replaced(starts).given[0]
        for layer in self.layers:
            value = layer(value)
        outputs = list(tensors_in(value))
        calls = calls_before(outputs)
        names = Names()
        for call in calls:
            names.give(call.layer)
        outcome = inside(Inner(starts, calls, outputs))
        outcome.structure = None if isinstance(value, Tensor) else value
        return outcome


class ReversibleEmbedding(Embedding):
    """A row of f numbers for each of v whole numbers, and back again."""

    _arguments_ = {
        "input_dim": REQUIRED,
        "output_dim": REQUIRED,
        "tie_weights": True,
        "embeddings_initializer": "uniform",
        "embeddings_regularizer": None,
        "embeddings_constraint": None,
        "mask_zero": False,
        "reverse_dtype": None,
        "logit_soft_cap": None,
    }
    _takes_ = ("inputs", "reverse")

    def _bind_(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        # Keras takes both by name, and shows neither.
        named = dict(named)
        self.lora_rank = named.pop("lora_rank", None)
        self.lora_alpha = named.pop("lora_alpha", self.lora_rank)
        super()._bind_(given, named)

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A table of v x f, and another for the way back unless they are one."""
        there = {"v": self.input_dim, "f": self.output_dim}
        back = {"f": self.output_dim, "v": self.input_dim}
        specs = self._adapted_([WeightSpec("embeddings", there)])
        if not self.tie_weights:
            specs.append(WeightSpec("reverse_embeddings", back))
        return specs

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """An axis of f is added, or on the way back turned into one of v."""
        if not arguments.get("reverse", False):
            return super()._infer_(shapes, arguments)
        *places, f = shapes[0]
        macs = Formula("f * v", f=f, v=self.input_dim)
        for length in places[1:]:
            macs = Formula("n * m", n=length, m=macs.value)
        return Outcome([(*places, self.input_dim)], macs=macs)
