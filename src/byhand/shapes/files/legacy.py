"""Layers that Keras 2 had and Keras 3 has no longer, for its files."""

from __future__ import annotations

from byhand.shapes.layers.elementwise import Unchanged
from byhand.shapes.layers.recurrent import GRU, LSTM
from byhand.shapes.outcome import WeightSpec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from byhand.shapes.tensor import Shape


class ThresholdedReLU(Unchanged):
    """Values up to a threshold become 0."""

    _arguments_ = {"theta": 1.0}


class CuDNNLSTM(LSTM):
    """An LSTM as NVIDIA's library has it: with two biases, one for each product."""

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """As an LSTM, and a second bias."""
        return _with_two_biases(super()._weight_specs_(shapes))


class CuDNNGRU(GRU):
    """A GRU as NVIDIA's library has it: reset after the product, with two biases."""

    def _check_(self) -> None:
        """Take the form with two biases."""
        self.reset_after = True
        super()._check_()


def _with_two_biases(weights: list[WeightSpec]) -> list[WeightSpec]:
    """Return weights in which the bias is there twice."""
    return [
        WeightSpec(weight.name, {**weight.axes, "b": 2}, trainable=weight.trainable)
        if weight.name == "bias"
        else weight
        for weight in weights
    ]


LAYERS = {cls.__name__: cls for cls in (ThresholdedReLU, CuDNNLSTM, CuDNNGRU)}
