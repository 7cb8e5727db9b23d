"""Layers around others: cells along a sequence, both ways, step by step, normalised."""

from __future__ import annotations

from byhand.shapes.errors import RankError, ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.base import REQUIRED, Layer, tensors_of
from byhand.shapes.layers.checks import shape_of_rank, single_shape
from byhand.shapes.layers.recurrent import SEQUENCE, Cell
from byhand.shapes.messages import layer_expected
from byhand.shapes.outcome import POINT, UNKNOWN, WHOLE, Outcome, WeightSpec
from byhand.shapes.tensor import Arguments, Tensor, show
from byhand.shapes.values import shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.size import Number
    from byhand.shapes.tensor import Shape

DEEPEST = 64  # layers around layers


def outcome_inside(
    layer: Any, shapes: Sequence[Shape], more: Sequence[Any] = ()
) -> Outcome:
    """Return what a layer inside another makes of shapes.

    Parameters
    ----------
    layer : Layer
        The layer inside.
    shapes : sequence of tuple
        Shapes of what it is called with, each by position.
    more : sequence, optional
        Further arguments by position.

    Raises
    ------
    ShapeError
        Which says that the fault lies inside.
    """
    tensors = [Tensor(shape) for shape in shapes]
    arguments = Arguments([*tensors, *more], takes=layer._slots_())
    known = [tensor.shape for tensor in arguments.tensors]
    try:
        return layer._outcome_(known, arguments)  # type: ignore[no-any-return]
    except ShapeError as error:
        if "\n" in str(error):
            raise
        raise ShapeError(f"the {layer._kind_} inside: {error}") from None


class _Around(Layer):
    """A layer around others, whose weights are counted where they lie."""

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """None of its own."""
        return []

    def build(self, shapes: Any = None, *, input_shape: Any = None) -> None:
        """Build it and what lies inside, as a call would.

        Parameters
        ----------
        shapes : tuple
            Shape of the input, batch first.
        input_shape : optional
            The same under Keras's name.
        """
        tensor = tensors_of(input_shape if shapes is None else shapes)
        self._apply_(Arguments([tensor], takes=self._takes_))

    def _prepare_(self, shapes: list[Any]) -> None:
        """Make its own weights."""
        super().build(shapes)

    def _hold_(self, name: str, layers: Sequence[Any]) -> None:
        """Refuse what is no layer, and layers around layers without end."""
        for layer in layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"{name} must be a layer, {layer_expected(layer)}")
        depths = [getattr(layer, "_depth_", 0) for layer in layers]
        self._depth_ = 1 + max(depths, default=0)
        if self._depth_ > DEEPEST:
            raise ShapeError(f"at most {DEEPEST} layers may lie around one another")


def _is_cell(layer: Any) -> bool:
    """Return whether a layer is a cell, one of Keras's or a reader's own."""
    if isinstance(layer, Cell):
        return not hasattr(layer, "return_sequences")
    if isinstance(layer, StackedRNNCells):
        return True
    own = isinstance(layer, Layer) and layer._own_("call") is not None
    return own and hasattr(layer, "state_size")


def _states(cell: Any) -> list[Any]:
    """Return the lengths of a cell's states, in the lists that they come in."""
    sizes = cell.state_size
    if hasattr(sizes, "__index__"):
        sizes = [sizes]
    found: list[Any] = []
    for size in sizes:
        if isinstance(size, list | tuple):
            found.append([whole_number("state_size", one) for one in size])
        else:
            found.append(whole_number("state_size", size))
    return found


def _step(cell: Any, batch: Any, row: Number) -> Outcome:
    """Return what a cell makes of one step, its output first and then its states."""
    states = [
        [Tensor((batch, one)) for one in size]
        if isinstance(size, list)
        else Tensor((batch, size))
        for size in _states(cell)
    ]
    done = outcome_inside(cell, [(batch, row)], [states])
    if len(done.shapes) < 2 and done.shapes != [None]:
        raise ShapeError(
            f"the cell {cell._label_} gives one tensor; let its call return the output "
            "and a list of states"
        )
    return done


class StackedRNNCells(_Around):
    """Cells of which each receives the output of the one before."""

    _arguments_ = {"cells": REQUIRED}

    def _check_(self) -> None:
        """Refuse an empty stack."""
        if not isinstance(self.cells, list | tuple):
            raise TypeError(f"cells must be a list of cells, got {shown(self.cells)}")
        if not self.cells:
            raise ShapeError("cells must hold at least one cell, got none")
        self._hold_("each of cells", self.cells)
        for cell in self.cells:
            if not _is_cell(cell):
                raise TypeError(
                    "each of cells must be a recurrent cell such as LSTMCell(8), got "
                    f"{shown(cell)}"
                )

    @property
    def state_size(self) -> list[Any]:
        """The lengths of the states of each cell."""
        sizes = [_states(cell) for cell in self.cells]
        return [size[0] if len(size) == 1 else size for size in sizes]

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """One step of every cell."""
        batch, row = shapes[0]
        costs: list[Any] = []
        states: list[Any] = []
        for cell in self.cells:
            done = _step(cell, batch, row)
            costs.append(done.macs and done.macs.value)
            if done.shapes == [None]:
                return Outcome([None], macs=None, field=UNKNOWN, note=done.note)
            out, *new = done.shapes
            states += new
            row = out[-1]
        macs = None if None in costs else Formula("n", n=sum(costs[1:], costs[0]))
        return Outcome([(batch, row), *states], macs=macs, field=WHOLE)


class RNN(_Around):
    """Any cell, or stack of cells, moved along the second axis."""

    _arguments_ = {
        "cell": REQUIRED,
        **SEQUENCE,
        "unroll": False,
        "zero_output_for_mask": False,
    }
    _takes_ = ("sequence", "initial_state")
    cell: Any

    def _check_(self) -> None:
        """Make a stack of a list of cells."""
        if isinstance(self.cell, list | tuple):
            self.cell = StackedRNNCells(list(self.cell))
        self._hold_("cell", [self.cell])
        if not _is_cell(self.cell):
            raise TypeError(
                "cell must be a recurrent cell such as LSTMCell(8), or a layer of your "
                f"own with state_size and call(inputs, states), got {shown(self.cell)}"
            )

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The last output or all of them, and the states if asked for."""
        batch, t, x = shape_of_rank(shapes[:1], 3, "batch, steps, numbers")
        done = _step(self.cell, batch, x)
        if done.shapes == [None]:
            return Outcome([None], macs=None, field=UNKNOWN, note=done.note)
        _, *one = done.shapes[0]
        out = (batch, t, *one) if self.return_sequences else (batch, *one)
        states = done.shapes[1:] if self.return_state else []
        macs = done.macs and Formula("t * n", t=t, n=done.macs.value)
        return Outcome([out, *states], macs=macs, field=WHOLE, note=done.note)


class Bidirectional(_Around):
    """A recurrent layer in both directions.

    The layer is copied for each direction, as in Keras: what happens to it afterwards
    changes neither. With a `backward_layer` of other units, the result of "concat" is
    as long as both outputs together, as in Keras's run; Keras's symbolic shape is
    twice the forward one's.
    """

    _arguments_ = {
        "layer": REQUIRED,
        "merge_mode": "concat",
        "weights": None,
        "backward_layer": None,
    }
    _takes_ = ("sequence", "initial_state")
    layer: Any
    backward_layer: Any

    def _check_(self) -> None:
        """Refuse a merge mode that Keras does not have, and unlike directions."""
        modes = ("sum", "mul", "ave", "concat", None)
        if self.merge_mode not in modes:
            raise ShapeError(
                f"merge_mode must be one of {modes}, got {shown(self.merge_mode)}"
            )
        given = self.backward_layer
        self._hold_("layer", [self.layer] if given is None else [self.layer, given])
        for name, layer in (("layer", self.layer), ("backward_layer", given)):
            if layer is not None and not all(hasattr(layer, one) for one in SEQUENCE):
                raise TypeError(f"{name} must be a recurrent layer, got {shown(layer)}")
        self.forward_layer = self.layer = _copied(self.layer)
        if given is None:
            given = self.backward_layer = _copied(self.layer, go_backwards=True)
        for name in ("return_sequences", "return_state", "stateful"):
            first, second = getattr(self.layer, name), getattr(given, name)
            if bool(first) != bool(second):
                raise ShapeError(
                    f"both directions must have the same {name}, got {shown(first)} "
                    f"and {shown(second)}"
                )
        if bool(self.layer.go_backwards) == bool(given.go_backwards):
            raise ShapeError(
                "both directions have go_backwards="
                f"{shown(given.go_backwards)}; give one of them the other"
            )

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """The outputs of both directions, joined as asked; then the states of each."""
        ways = [
            outcome_inside(layer, shapes[:1])
            for layer in (self.forward_layer, self.backward_layer)
        ]
        note = "; ".join(dict.fromkeys(way.note for way in ways if way.note))
        if any(None in way.shapes for way in ways):
            return Outcome([None], macs=None, field=UNKNOWN, note=note)
        first, second = (way.shapes[0] for way in ways)
        states = [shape for way in ways for shape in way.shapes[1:]]
        outputs: list[Shape]
        if self.merge_mode is None:
            outputs = [first, second]
        elif self.merge_mode == "concat":
            outputs = [(*first[:-1], first[-1] + second[-1])]
        elif first != second:
            raise ShapeError(
                f"merge_mode={self.merge_mode!r} needs outputs of one shape, got "
                f"{show(first)} and {show(second)}; use 'concat', or equal units"
            )
        else:
            outputs = [first]
        costs = [way.macs for way in ways]
        macs = None
        if costs[0] is not None and costs[1] is not None:
            macs = Formula("n + m", n=costs[0].value, m=costs[1].value)
        field = ways[0].field
        return Outcome([*outputs, *states], macs=macs, field=field, note=note)


def _copied(layer: Any, **changed: Any) -> Any:
    """Return a layer with the same arguments, some of them changed, and new weights."""
    if layer._own_("call") or type(layer).__init__ is not Layer.__init__:
        from copy import deepcopy

        copy = deepcopy(layer, {id(layer._calls_made_): []})
        for name, value in changed.items():
            setattr(copy, name, value)
        return copy
    given = {name: _copy_of(getattr(layer, name)) for name in layer._arguments_}
    return type(layer)(**{**given, "trainable": layer.trainable, **changed})


def _copy_of(value: Any) -> Any:
    """Return an argument, with copies of the layers in it."""
    if isinstance(value, Layer):
        return _copied(value)
    if isinstance(value, list):
        return [_copy_of(part) for part in value]
    return value


class TimeDistributed(_Around):
    """A layer applied to every step of a sequence by itself."""

    _arguments_ = {"layer": REQUIRED}

    def _check_(self) -> None:
        """Refuse what is not a layer."""
        self._hold_("layer", [self.layer])

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """What the layer makes of one step, t times."""
        shape = single_shape(shapes)
        if len(shape) < 3:
            raise RankError(
                f"it takes an input of at least 3 axes (batch, steps, ...), got "
                f"{show(shape)}; without an axis of steps, use the layer alone",
                3,
                shape,
            )
        one = (shape[0], *shape[2:])
        done = outcome_inside(self.layer, [one])
        if len(done.shapes) > 1:
            raise ShapeError(
                f"the {self.layer._kind_} inside has {len(done.shapes)} outputs, and "
                "one is passed on; wrap a layer of one output"
            )
        out = done.shapes[0]
        macs = done.macs and Formula("t * n", t=shape[1], n=done.macs.value)
        if out is None:
            return Outcome([None], macs=macs, field=UNKNOWN, note=done.note)
        return Outcome(
            [(out[0], shape[1], *out[1:])],
            macs=macs,
            field=_field_of_a_step(done.field, one, out),
            note=done.note,
        )


def _field_of_a_step(field: Any, one: Shape, out: Shape) -> Any:
    """Return what is seen along the steps as well, where each is seen alone."""
    if len(one) == 2:  # numbers without places: one step of them
        return POINT
    if isinstance(field, tuple):
        return ((1, 1, 0), *field)
    # All of a step, and nothing of the others, has no such form.
    return POINT if field == POINT and len(one) == len(out) else UNKNOWN


class SpectralNormalization(_Around):
    """A layer whose kernel is divided by its largest singular value."""

    _arguments_ = {"layer": REQUIRED, "power_iterations": 1}

    def _check_(self) -> None:
        """Refuse what is no layer, and a count of steps below one."""
        self._hold_("layer", [self.layer])
        whole_number("power_iterations", self.power_iterations)

    def _prepare_(self, shapes: list[Any]) -> None:
        """Wait for the kernel: `_infer_` makes the vector when the layer has one."""

    def _weight_specs_(self, shapes: Sequence[Shape]) -> list[WeightSpec]:
        """A vector as long as the kernel's last axis, besides the layer's weights."""
        kernel = _kernel_of(self.layer)
        if kernel is None:
            raise ShapeError(
                f"{self.layer._kind_} has no kernel to normalise; "
                "wrap a layer that has one, such as Dense"
            )
        return [_Row("vector_u", {"u": kernel.shape[-1]}, trainable=False)]

    def _infer_(self, shapes: Sequence[Shape], arguments: Arguments) -> Outcome:
        """What the layer makes of its input."""
        done = outcome_inside(self.layer, shapes)
        super()._prepare_(list(shapes))
        return done


def _kernel_of(layer: Any) -> WeightSpec | None:
    """Return the one kernel of a layer; a recurrent layer's belongs to its cell."""
    if isinstance(layer, SpectralNormalization):
        return _kernel_of(layer.layer)
    if isinstance(layer, _Around) or hasattr(layer, "return_sequences"):
        return None
    for weight in layer.weights:
        if weight.name in ("kernel", "embeddings"):
            return weight  # type: ignore[no-any-return]
    return None


class _Row(WeightSpec):
    """A weight of one row."""

    @property
    def shape(self) -> tuple[Any, ...]:
        """A one, and the length."""
        return (1, *self.axes.values())
