"""Layers that walk others along a sequence: one way, both ways, or step by step."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.base import REQUIRED, Layer
from byhand.shapes.layers.checks import only, rank_is, whole_number
from byhand.shapes.layers.recurrent import SEQUENCE, Recurrent
from byhand.shapes.outcome import Outcome, WeightSpec
from byhand.shapes.tensor import Arguments, show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Shape


class StackedRNNCells(Layer):
    """Cells of which each receives the output of the one before."""

    arguments = {"cells": REQUIRED}

    def check(self) -> None:
        """Refuse an empty stack."""
        if not self.cells:
            raise ShapeError("cells must hold at least one cell, got none")

    @property
    def states(self) -> int:
        """The number of states of all cells."""
        return sum(cell.states for cell in self.cells)

    @property
    def units(self) -> int:
        """The units of the last cell."""
        return int(self.cells[-1].units)

    def weight_specs(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """The weights of every cell."""
        row, weights = shapes[0], []
        for cell in self.cells:
            cell.build([row])
            weights += cell.weights
            row = (row[0], cell.units)
        return weights

    def infer(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """One step of every cell."""
        row, cost = shapes[0], 0
        for cell in self.cells:
            done = cell.infer([row], Arguments())
            cost += done.macs.value
            row = done.shapes[0]
        out = [(row[0], cell.units) for cell in self.cells for _ in range(cell.states)]
        return Outcome([row, *out], macs=Formula("n", n=cost), field="whole")


class RNN(Layer):
    """Any cell, or stack of cells, walked along the second axis."""

    arguments = {
        "cell": REQUIRED,
        **SEQUENCE,
        "unroll": False,
        "zero_output_for_mask": False,
    }
    takes = ("sequence", "initial_state")
    cell: Any

    def check(self) -> None:
        """Make a stack of a list of cells."""
        if isinstance(self.cell, list | tuple):
            self.cell = StackedRNNCells(list(self.cell))
        if not hasattr(self.cell, "units"):
            raise TypeError(f"cell must be a recurrent cell, got {self.cell!r}")

    def weight_specs(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """The weights of the cell."""
        batch, _, x = rank_is(shapes[:1], 3, "batch, steps, numbers")
        self.cell.build([(batch, x)])
        return list(self.cell.weights)

    def infer(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The last output or all of them, and the states if asked for."""
        batch, t, x = shapes[0]
        done = self.cell.infer([(batch, x)], Arguments())
        u = self.cell.units
        out = (batch, t, u) if self.return_sequences else (batch, u)
        states = done.shapes[1:] if self.return_state else []
        macs = done.macs and Formula("t * n", t=t, n=done.macs.value)
        return Outcome([out, *states], macs=macs, field="whole")


class Bidirectional(Layer):
    """A recurrent layer walked both ways."""

    arguments = {
        "layer": REQUIRED,
        "merge_mode": "concat",
        "weights": None,
        "backward_layer": None,
    }
    takes = ("sequence", "initial_state")

    def _bind(self, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        super()._bind(given, named)
        # `weights` is an argument of Keras and an attribute of every layer here.
        self._merge_modes = ("sum", "mul", "ave", "concat", None)

    def check(self) -> None:
        """Refuse a merge mode that Keras does not have."""
        if self.merge_mode not in self._merge_modes:
            raise ShapeError(
                f"merge_mode must be one of {self._merge_modes}, got "
                f"{self.merge_mode!r}"
            )
        if not isinstance(self.layer, Recurrent | RNN):
            raise TypeError(f"layer must be a recurrent layer, got {self.layer!r}")
        self._both = [self.layer, self.backward_layer or self._copy(self.layer)]

    @staticmethod
    def _copy(layer: Any) -> Any:
        """Return a second layer with the same arguments."""
        given = {name: getattr(layer, name) for name in layer.arguments}
        return type(layer)(**given)

    def weight_specs(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """The weights of both ways."""
        for layer in self._both:
            layer.build(shapes[:1])
        return [weight for layer in self._both for weight in layer.weights]

    @property
    def parameters(self) -> Formula:
        """Twice what one way has."""
        forward, backward = (layer.parameters.value for layer in self._both)
        if forward == backward:
            return Formula("2 * n", n=forward)
        return Formula("n + m", n=forward, m=backward)

    @property
    def trainable_formula(self) -> Formula:
        """Twice what one way has, if it may be trained."""
        return self.parameters if self.trainable else Formula("0")

    def infer(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The outputs of both ways, joined as asked; then the states of each."""
        ways = [layer.infer(shapes[:1], Arguments()) for layer in self._both]
        first, second = (way.shapes[0] for way in ways)
        states = [shape for way in ways for shape in way.shapes[1:]]
        outputs: list[Shape]
        if self.merge_mode is None:
            outputs = [first, second]
        elif self.merge_mode == "concat":
            outputs = [(*first[:-1], first[-1] + second[-1])]
        else:
            outputs = [first]
        macs = Formula("n + m", n=ways[0].macs.value, m=ways[1].macs.value)
        return Outcome([*outputs, *states], macs=macs, field="whole")


class TimeDistributed(Layer):
    """A layer applied to every step of a sequence by itself."""

    arguments = {"layer": REQUIRED}

    def check(self) -> None:
        """Refuse what is not a layer."""
        if not isinstance(self.layer, Layer):
            raise TypeError(f"layer must be a layer, got {self.layer!r}")

    def weight_specs(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """The weights of the layer: they are shared by all steps."""
        shape = only(shapes)
        if len(shape) < 3:
            raise ShapeError(
                f"it takes an input of at least 3 axes (batch, steps, ...), got "
                f"{show(shape)}"
            )
        self.layer.build([(shape[0], *shape[2:])])
        return list(self.layer.weights)

    @property
    def parameters(self) -> Formula:
        """The layer's own count."""
        return self.layer.parameters  # type: ignore[no-any-return]

    def infer(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """What the layer makes of one step, t times."""
        shape = only(shapes)
        done = self.layer.infer([(shape[0], *shape[2:])], arguments)
        out = done.shapes[0]
        macs = done.macs and Formula("t * n", t=shape[1], n=done.macs.value)
        field = done.field if done.field == "point" else "whole"
        return Outcome([(out[0], shape[1], *out[1:])], macs=macs, field=field)


class SpectralNormalization(Layer):
    """A layer whose kernel is divided by its largest singular value."""

    arguments = {"layer": REQUIRED, "power_iterations": 1}

    def check(self) -> None:
        """Refuse what has no kernel to be, and a count of steps below one."""
        if not isinstance(self.layer, Layer):
            raise TypeError(f"layer must be a layer, got {self.layer!r}")
        whole_number("power_iterations", self.power_iterations)

    def weight_specs(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """The layer's weights, and a vector as long as the kernel's last axis."""
        self.layer.build(shapes)
        for weight in self.layer.weights:
            if weight.name in ("kernel", "embeddings"):
                vector = WeightSpec(
                    "vector_u", {"u": weight.shape[-1]}, trainable=False
                )
                return [*self.layer.weights, vector]
        raise ShapeError(
            f"{type(self.layer).__name__} has no kernel to normalise; "
            "wrap a layer that has one, such as Dense"
        )

    def infer(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """What the layer makes of its input."""
        done: Outcome = self.layer.infer(shapes, arguments)
        return done
