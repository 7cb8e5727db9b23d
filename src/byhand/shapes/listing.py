"""What is said of each row of a network, and below them all: what every table shows."""

from __future__ import annotations

import itertools

from byhand.shapes.counting import (
    bytes_of_a_number,
    flops_formula,
    intensity_of,
    known_macs,
    traffic_of,
    uncounted_kinds,
    unknown_layers,
)
from byhand.shapes.network import Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.formula import Formula
    from byhand.shapes.network import Network
    from byhand.shapes.size import Number


class Line:
    """One row of a table: what is known of it, and None for what is not.

    Attributes
    ----------
    row : Row
        The row itself.
    dtype : str
        What every number is held in, for the bytes.
    """

    __slots__ = ("_formula", "_moved", "dtype", "row")

    def __init__(self, row: Row, *, dtype: str) -> None:
        self.row = row
        self.dtype = dtype
        # Kept, for several columns come from them.
        self._formula: tuple[Formula | None] | None = None
        self._moved: tuple[Formula | None, Formula | None] | None = None

    @property
    def formula(self) -> Formula | None:
        """How the weights counted here are computed; None where it is not known."""
        if self._formula is None:
            self._formula = (self.row.parameters,)
        return self._formula[0]

    @property
    def params(self) -> Number | None:
        """Weights counted here."""
        return _value(self.formula)

    @property
    def trainable_params(self) -> Number | None:
        """Of these, what training may change."""
        return _value(self.row.trainable)

    @property
    def trainable(self) -> bool | None:
        """Whether the layer may be trained, as Keras says; None without weights."""
        layer = self.row.layer
        if layer is None or not (
            layer._weights_and_training_() or not layer._counts_all_
        ):
            return None
        return bool(layer.trainable)

    @property
    def macs(self) -> Number | None:
        """Multiply-accumulates for one example."""
        return _value(self.row.macs)

    @property
    def flops(self) -> Number | None:
        """Floating-point operations, two for each multiply-accumulate."""
        return None if self.macs is None else flops_formula(self.macs).value

    @property
    def bytes_read(self) -> Number | None:
        """Bytes of inputs and weights, for one example."""
        return _value(self._traffic()[0])

    @property
    def bytes_written(self) -> Number | None:
        """Bytes of outputs, for one example."""
        return _value(self._traffic()[1])

    @property
    def bytes(self) -> Number | None:
        """Bytes read and written."""
        read, written = self.bytes_read, self.bytes_written
        return None if read is None or written is None else read + written

    @property
    def intensity(self) -> float | str | None:
        """Operations for each byte moved; None as well where nothing is moved."""
        if self.row.call is None:
            return None
        return intensity_of(self.macs, self.bytes)

    def _traffic(self) -> tuple[Formula | None, Formula | None]:
        """Return the bytes read and written, counted once."""
        if self._moved is None:
            if self.row.call is None:
                self._moved = self.row.macs, self.row.macs  # 0, or not known
            else:
                self._moved = traffic_of(self.row.call, dtype=self.dtype)
        return self._moved


def _value(formula: Formula | None) -> Number | None:
    """Return the number of a formula; None where there is none."""
    return None if formula is None else formula.value


class UnbuiltRow(Row):
    """A layer that has met no input: its shape and its counts are not known."""

    __slots__ = ()

    def __init__(self, layer: Any) -> None:
        super().__init__(layer._label_, layer._kind_, [None])
        self.layer = layer

    parameters = trainable = macs = property(
        lambda self: None, doc="Not known before there is an input."
    )


class Listing:
    """The rows of a network, and what is said below them.

    Parameters
    ----------
    network : Sequential or Model
        A network, with its input or without.
    nested : bool
        Whether the calls inside networks and own layers get rows as well.
    dtype : str
        What every number is held in, for the bytes.
    layer_range : sequence of two str, optional
        Names, or regular expressions, of the first and the last row to be listed.

    Attributes
    ----------
    lines : list of Line
        The rows.
    built : bool
        Whether the network has its input.
    notes : list of (str, str)
        Names of rows, and why something of them is not known.
    totals : list of Total
        The sums over the network, whatever rows are listed.
    """

    def __init__(
        self,
        network: Network,
        *,
        nested: bool = False,
        dtype: str = "float32",
        layer_range: Sequence[str] | None = None,
    ) -> None:
        bytes_of_a_number(dtype)
        self.network = network
        self.dtype = dtype
        self.built = bool(network._outputs_ or network._calls_)
        rows = network._rows_(nested=nested) if self.built else _unbuilt(network)
        if layer_range is not None:
            rows = _within(rows, layer_range)
        self.lines = [Line(row, dtype=dtype) for row in rows]
        self.totals = self._totals()
        self.notes = _notes(rows)

    @property
    def branches(self) -> bool:
        """Whether a row takes its input from elsewhere than the row before it."""
        rows = [line.row for line in self.lines if line.row.depth == 0]
        return any(
            row.sources and row.sources != [before.name]
            for before, row in itertools.pairwise(rows)
        )

    def _totals(self) -> list[Total]:
        """Return the sums over the network."""
        network = self.network
        layers = [layer._label_ for layer in unknown_layers(network)]
        every, trainable = network._known_(), network._known_(trainable=True)
        macs, rows = known_macs(network._calls_)
        unmet = [] if self.built else [line.row.name for line in self.lines]
        return [
            Total("params", "Total params", every, layers or unmet),
            Total("trainable_params", "Trainable params", trainable, layers or unmet),
            Total(
                "non_trainable_params",
                "Non-trainable params",
                every - trainable,
                layers or unmet,
            ),
            Total("macs", "Multiply-accumulates", macs, rows or unmet),
        ]

    def uncounted(self) -> list[str]:
        """Return the classes that compute without multiply-accumulates."""
        return uncounted_kinds(self.network._calls_)


class Total:
    """A sum over a network: what is known, and the names of those that are not.

    Attributes
    ----------
    key, heading : str
        What is summed, for a program and for a reader.
    known : int or Size
        The sum of what is known.
    unknown : list of str
        The names of the layers that are not in it.
    """

    __slots__ = ("heading", "key", "known", "unknown")

    def __init__(
        self, key: str, heading: str, known: Number, unknown: Sequence[str]
    ) -> None:
        self.key, self.heading = key, heading
        self.known = known
        self.unknown = list(unknown)

    @property
    def value(self) -> Number | None:
        """The sum; None where something is not known."""
        return None if self.unknown else self.known

    def shown(self) -> str:
        """Return the sum in words: what is known, and of how many layers it is not."""
        known = f"{self.known:,}" if isinstance(self.known, int) else str(self.known)
        if not self.unknown:
            return known
        count = len(self.unknown)
        layers = "1 unknown layer" if count == 1 else f"{count} unknown layers"
        return f"{known} and those of {layers}"


def _unbuilt(network: Network) -> list[Row]:
    """Return a row for each layer of a network without an input."""
    layers = network.layers or network._inner_layers_
    return [UnbuiltRow(layer) for layer in layers]


def _within(rows: list[Row], layer_range: Sequence[str]) -> list[Row]:
    """Return the rows from one name to another, both included, as Keras does.

    Raises
    ------
    ValueError
        If it is no pair, or a name is that of no row.
    """
    from re import error, match

    if isinstance(layer_range, str) or len(layer_range) != 2:
        raise ValueError(
            "layer_range must be two names, of the first and the last layer, got "
            f"{layer_range!r}"
        )
    outer = [row for row in rows if row.depth == 0]
    ends = []
    for pattern in layer_range:
        try:
            found = [
                number for number, row in enumerate(outer) if match(pattern, row.name)
            ]
        except (error, TypeError) as fault:
            raise ValueError(
                f"layer_range holds names or regular expressions, got {pattern!r}: "
                f"{fault}"
            ) from None
        if not found:
            raise ValueError(f"layer_range names {pattern!r}, and no layer matches it")
        ends.append(found)
    first, last = sorted((ends[0][0], ends[1][-1]))
    start = rows.index(outer[first])
    stop = rows.index(outer[last + 1]) if last + 1 < len(outer) else len(rows)
    return rows[start:stop]


def _notes(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return each note once; of a network whose rows are listed, theirs alone."""
    notes: dict[tuple[str, str], None] = {}
    for number, row in enumerate(rows):
        below = rows[number + 1] if number + 1 < len(rows) else None
        opened = below is not None and below.depth > row.depth
        if row.note and not opened:
            notes[row.name, row.note] = None
    return list(notes)
