"""Layers that go along a sequence step by step, and the cells that are one step."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.base import REQUIRED, Layer
from byhand.shapes.layers.checks import known_length, shape_of_rank
from byhand.shapes.outcome import WHOLE, Outcome, WeightSpec, product
from byhand.shapes.tensor import Tensor, show
from byhand.shapes.values import real_number, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, ClassVar

    from byhand.shapes.tensor import Arguments, Shape

INITIALIZERS = {
    "kernel_initializer": "glorot_uniform",
    "recurrent_initializer": "orthogonal",
    "bias_initializer": "zeros",
}
PENALTIES = {
    "kernel_regularizer": None,
    "recurrent_regularizer": None,
    "bias_regularizer": None,
    "activity_regularizer": None,
    "kernel_constraint": None,
    "recurrent_constraint": None,
    "bias_constraint": None,
    "dropout": 0.0,
    "recurrent_dropout": 0.0,
}
CELL_PENALTIES = {k: v for k, v in PENALTIES.items() if k != "activity_regularizer"}
SEQUENCE = {
    "return_sequences": False,
    "return_state": False,
    "go_backwards": False,
    "stateful": False,
}
ONE_GATE = {"activation": "tanh", "use_bias": True, **INITIALIZERS}
GATES = {
    "activation": "tanh",
    "recurrent_activation": "sigmoid",
    "use_bias": True,
    **INITIALIZERS,
}


class Cell(Layer):
    """One step of a recurrent layer: g gates of u units."""

    _gates_: ClassVar[int] = 1
    _states_: ClassVar[int] = 1
    _ignored_: ClassVar[tuple[str, ...]] = ("implementation",)
    units: Any

    def _check_(self) -> None:
        """Refuse a number of units that is not a whole number above 0."""
        self.units = whole_number("units", self.units)
        for name in ("dropout", "recurrent_dropout"):
            real_number(name, getattr(self, name))

    def _bind_(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        # Keras takes them still, from older models; they change no shape.
        kept = {k: v for k, v in named.items() if k not in self._ignored_}
        super()._bind_(given, kept)

    @property
    def state_size(self) -> Any:
        """The length of its state, or of each of its states, as Keras gives it."""
        return self.units if self._states_ == 1 else [self.units] * self._states_

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A kernel of x x g u, a recurrent kernel of u x g u, and biases."""
        x = known_length(shapes[0][-1], "the last axis of its input")
        gates, u = {"g": self._gates_}, self.units
        if self._gates_ == 1:
            gates = {}
        weights: list[WeightSpec] = [
            Gated("kernel", {"x": x, **gates, "u": u}, 1),
            Gated("recurrent_kernel", {"u": u, **gates, "v": u}, 1),
        ]
        if self.use_bias:
            twice = {"b": 2} if getattr(self, "reset_after", False) else {}
            weights.append(Gated("bias", {**twice, **gates, "u": u}, len(twice)))
        return weights

    def _step_(self, shape: Shape) -> tuple[str, dict[str, Any]]:
        """Return the multiply-accumulates of one step, as an expression."""
        values = {"x": shape[-1], "u": self.units}
        if self._gates_ == 1:
            return "(x * u + u * u)", values
        return "g * (x * u + u * u)", {"g": self._gates_, **values}

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The output of the step and its states."""
        row = shapes[0]
        if len(row) != 2:
            raise ShapeError(
                f"it takes one step, batch and numbers, got {show(row)}; wrap it: "
                f"RNN({self._kind_}({self.units})) goes along a sequence"
            )
        expression, values = self._step_(row)
        out = (row[0], self.units)
        tensors = [Tensor(out) for _ in range(1 + self._states_)]
        return Outcome(
            [out] * (1 + self._states_),
            macs=Formula(expression, **values),
            field=WHOLE,
            structure=(tensors[0], tensors[1:]),
        )


class Gated(WeightSpec):
    """A weight whose gates and units make one axis."""

    __slots__ = ("_apart",)

    def __init__(self, name: str, axes: Mapping[str, Any], apart: int) -> None:
        super().__init__(name, axes)
        self._apart = apart

    @property
    def shape(self) -> tuple[Any, ...]:
        """The axes apart, then the product of the others."""
        lengths = list(self.axes.values())
        return (*lengths[: self._apart], product(lengths[self._apart :]))


class SimpleRNNCell(Cell):
    """One step of a plain recurrent layer."""

    _arguments_ = {"units": REQUIRED, **ONE_GATE, **CELL_PENALTIES, "seed": None}


class GRUCell(Cell):
    """One step of a gated recurrent unit."""

    _arguments_ = {
        "units": REQUIRED,
        **GATES,
        **CELL_PENALTIES,
        "reset_after": True,
        "seed": None,
    }
    _gates_ = 3


class LSTMCell(Cell):
    """One step of a long short-term memory."""

    _arguments_ = {
        "units": REQUIRED,
        **GATES,
        "unit_forget_bias": True,
        **CELL_PENALTIES,
        "seed": None,
    }
    _gates_ = 4
    _states_ = 2


class Recurrent(Cell):
    """A cell moved along the second axis."""

    _takes_ = ("sequence", "initial_state")
    _ignored_ = ("implementation", "zero_output_for_mask")

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """The weights of the cell: they are shared by all steps."""
        shape_of_rank(shapes[:1], 3, "batch, steps, numbers")
        return super()._weight_specs_(shapes)

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The last output or all of them, and the states if asked for."""
        batch, t, _ = shapes[0]
        expression, values = self._step_(shapes[0])
        out = (batch, t, self.units) if self.return_sequences else (batch, self.units)
        states = [(batch, self.units)] * self._states_ if self.return_state else []
        macs = Formula(f"t * {expression}", t=t, **values)
        return Outcome([out, *states], macs=macs, field=WHOLE)


class SimpleRNN(Recurrent):
    """A plain recurrent layer."""

    _arguments_ = {
        "units": REQUIRED,
        **ONE_GATE,
        **PENALTIES,
        **SEQUENCE,
        "unroll": False,
        "seed": None,
    }


class GRU(Recurrent):
    """A layer of gated recurrent units."""

    _arguments_ = {
        "units": REQUIRED,
        **GATES,
        **PENALTIES,
        "seed": None,
        **SEQUENCE,
        "unroll": False,
        "reset_after": True,
        "use_cudnn": "auto",
    }
    _gates_ = 3


class LSTM(Recurrent):
    """A layer of long short-term memories."""

    _arguments_ = {
        "units": REQUIRED,
        **GATES,
        "unit_forget_bias": True,
        **PENALTIES,
        "seed": None,
        **SEQUENCE,
        "unroll": False,
        "use_cudnn": "auto",
    }
    _gates_ = 4
    _states_ = 2
