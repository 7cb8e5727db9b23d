"""What a layer makes of shapes: weights, outputs, their cost and their field."""

from __future__ import annotations

from byhand.shapes.formula import Formula
from byhand.shapes.size import Number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from byhand.shapes.tensor import Call, Shape, Tensor

# What an element of the output sees of the input, besides (span, stride, before).
POINT = "point"  # itself
LAST = "last axis"  # all along it: itself in rows of numbers, places after a window
WHOLE = "whole"  # everything
UNKNOWN = "unknown"
NESTED = "nested"  # what the calls inside say


class WeightSpec:
    """One array of weights: its name, its shape, and the letters that it comes from.

    Parameters
    ----------
    name : str
        Keras's name of the weight, such as "kernel".
    axes : mapping of str to int or Size
        Length of each axis under its letter, in order.
    trainable : bool
        Whether training may change it.
    """

    __slots__ = ("axes", "name", "trainable")

    def __init__(
        self, name: str, axes: Mapping[str, Number], *, trainable: bool = True
    ) -> None:
        self.name = name
        self.axes = dict(axes)
        self.trainable = trainable

    @property
    def shape(self) -> tuple[Number, ...]:
        """The lengths of the axes."""
        return tuple(self.axes.values())

    def __repr__(self) -> str:
        return f"WeightSpec({self.name!r}, {self.shape})"


def count_formula(weights: Iterable[WeightSpec]) -> Formula:
    """Return the number of elements of all the weights, as one formula."""
    terms: dict[str, int] = {}
    values: dict[str, Number] = {}
    weights = list(weights)
    for weight in weights:
        if any(values.get(name, n) != n for name, n in weight.axes.items()):
            # One letter for two lengths, as in a stack of cells: add plain numbers.
            return total(product(other.axes.values()) for other in weights)
        term = " * ".join(weight.axes) or "1"
        terms[term] = terms.get(term, 0) + 1
        values.update(weight.axes)
    parts = [term if n == 1 else f"{n} * {term}" for term, n in terms.items()]
    letters = {name: value for name, value in values.items() if name.isidentifier()}
    return Formula(" + ".join(parts) or "0", **letters)


def total(numbers: Iterable[Number]) -> Formula:
    """Return a sum with one letter for each number that is not 0."""
    kept = [number for number in numbers if number != 0]
    letters = {f"n_{k}": number for k, number in enumerate(kept, start=1)}
    names = list(letters)
    sums = [" + ".join(names[k : k + 100]) for k in range(0, len(names), 100)]
    if len(sums) > 1:  # Python cannot read a sum of some thousand terms
        sums = [f"({part})" for part in sums]
    return Formula(" + ".join(sums) or "0", **letters)


def product(lengths: Iterable[Number]) -> Number:
    """Return the product of lengths, known or not."""
    result: Number = 1
    for length in lengths:
        result = result * length
    return result


class Inner:
    """The calls inside a network or an own layer, for the shapes of one call of it.

    Attributes
    ----------
    inputs, outputs : list of Tensor
        Where they begin and end.
    calls : list of Call
        Each after those it needs.
    """

    __slots__ = ("calls", "inputs", "outputs")

    def __init__(
        self,
        inputs: Sequence[Tensor],
        calls: Sequence[Call],
        outputs: Sequence[Tensor],
    ) -> None:
        self.inputs = list(inputs)
        self.calls = list(calls)
        self.outputs = list(outputs)


class Outcome:
    """What a layer makes of its input.

    Parameters
    ----------
    shapes : list of tuple or None
        Shapes of the outputs; None for one that is not known.
    lengths : list of (str, Formula)
        How each computed length was got, under the name of its axis.
    macs : Formula or None
        Multiply-accumulates for one example; None where they cannot be known.
    field : str or tuple
        What an output element sees of the input: POINT, LAST, WHOLE, UNKNOWN, NESTED,
        or for each spatial axis (span, stride, zeros before).
    inner : Inner, optional
        The calls that it consists of, of a network or an own layer.
    structure : optional
        The lists, tuples or dictionaries that the outputs come in, with tensors in
        them; by default one tensor, or a list.
    note : str
        Why something is not known.
    """

    __slots__ = ("field", "inner", "lengths", "macs", "note", "shapes", "structure")

    def __init__(
        self,
        shapes: Sequence[Shape | None],
        *,
        lengths: Sequence[tuple[str, Formula]] = (),
        macs: Formula | None = Formula("0"),  # noqa: B008  immutable
        field: Any = POINT,
        inner: Inner | None = None,
        structure: Any = None,
        note: str = "",
    ) -> None:
        # Mostly known ones: a layer that has to deal with others says so itself.
        self.shapes: list[Any] = list(shapes)
        self.lengths = list(lengths)
        self.macs = macs
        self.field = field
        self.inner = inner
        self.structure = structure
        self.note = note

    def __repr__(self) -> str:
        return f"Outcome({self.shapes}, macs={self.macs}, field={self.field!r})"


def field_along(shape: Shape, axes: Sequence[int]) -> str:
    """Return what an element sees of the input where whole axes are combined."""
    rank = len(shape)
    places = set(range(1, rank - 1)) or {rank - 1}
    if rank > 2 and set(axes) <= {rank - 1}:
        return POINT  # channels only
    return WHOLE if places <= set(axes) and 0 not in axes else UNKNOWN


def inside(inner: Inner) -> Outcome:
    """Return the outcome of a network or an own layer from the calls inside it."""
    costs = [call.outcome.macs for call in inner.calls]
    macs = None if None in costs else total(cost.value for cost in costs)
    whole = any(call.outcome.field == WHOLE for call in inner.calls)
    notes = [
        f"{call.layer._label_}: {call.outcome.note}"
        for call in inner.calls
        if call.outcome.note
    ]
    return Outcome(
        [tensor.shape for tensor in inner.outputs],
        macs=macs,
        field=WHOLE if whole else NESTED,
        inner=inner,
        note="; ".join(dict.fromkeys(notes)),
    )
