"""The batch, where operations have moved it or merged it with other axes.

An axis 0 of None is an open batch, one row for each example. A reshape to (-1, n) puts
several rows of each example there, and a transpose puts the batch elsewhere: such an
axis is a `Size` in the letter B, so that 49 * B are 49 rows for each example. Where the
batch is a number, `Batch` remembers how many rows each example has.

A cost is that of a batch of one: what holds no batch at all counts as it is.
"""

from __future__ import annotations

from byhand.shapes.formula import Formula
from byhand.shapes.size import Number, Size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

LETTER = "B"
OPEN = Size.symbol(LETTER)


class Batch(int):
    """A known length that holds the batch.

    Parameters
    ----------
    length : int
        Rows in all.
    rows : int, Size or None
        Rows for each example; None where that is no whole number.

    Examples
    --------
    >>> eight = Batch(8, rows=2)
    >>> eight, for_one(eight), for_one(8)
    (8, 2, 8)
    """

    rows: Number | None

    def __new__(cls, length: int, rows: Number | None = 1) -> Batch:
        """Make a number that remembers its rows."""
        made = super().__new__(cls, length)
        made.rows = rows
        return made


def for_one(length: Any) -> Any:
    """Return how long an axis is for a batch of one example; None if not known.

    Examples
    --------
    >>> for_one(None), for_one(49 * OPEN), for_one(OPEN - 1), for_one(7)
    (1, 49, None, 7)
    """
    if length is None:
        return 1
    if isinstance(length, Batch):
        return length.rows
    if not isinstance(length, Size) or LETTER not in length.letters():
        return length
    return length.substitute({LETTER: 1}) if _power(length) == 1 else None


def _power(length: Any) -> int | None:
    """Return how often a length holds the batch as a factor; None if not wholly."""
    if not isinstance(length, Size) or LETTER not in length.letters():
        return 0
    if length._constant:
        return None
    powers = {_power_of_atom(atom) for atom in length._terms}
    return powers.pop() if len(powers) == 1 else None


def _power_of_atom(atom: Any) -> int | None:
    """Return how often a letter, product or quotient holds the batch as a factor."""
    if isinstance(atom, str):
        return int(atom == LETTER)
    kind, *parts = atom
    powers = [_power(part) for part in parts]
    if kind == "*" and None not in powers:
        return sum(power for power in powers if power is not None)
    return None if any(power != 0 for power in powers) else 0


def elements_for_one(shape: Sequence[Any]) -> Any:
    """Return how many elements a batch of one has; None if not known."""
    total: Any = 1
    for length in shape:
        rows = for_one(length)
        if rows is None:
            return None
        total = total * rows
    return total


def has_batch(length: Any) -> bool:
    """Return whether an axis holds the batch, with other things or alone."""
    if isinstance(length, Size):
        return LETTER in length.letters()
    return length is None or isinstance(length, Batch)


def with_batch_first(shape: Iterable[Any]) -> tuple[Any, ...]:
    """Return a shape with None for an open batch in front, and B elsewhere."""
    lengths = [OPEN if length is None else length for length in shape]
    if lengths and lengths[0] == OPEN:
        lengths[0] = None
    return tuple(lengths)


def added(first: Any, second: Any) -> Any:
    """Return the length of two axes one behind the other."""
    if isinstance(first, Batch) or isinstance(second, Batch):
        if isinstance(first, int) and isinstance(second, int):
            rows = for_one(first), for_one(second)
            known = None not in rows
            return Batch(int(first) + int(second), rows[0] + rows[1] if known else None)
        first, second = _plain(first), _plain(second)
    return _symbol(first) + _symbol(second)


def times(first: Any, second: Any) -> Any:
    """Return the length of two axes merged, or of one repeated.

    Examples
    --------
    >>> times(None, 49), times(3, 5), times(Batch(2), 5).rows
    (49 * B, 15, 5)
    """
    if isinstance(first, Batch) or isinstance(second, Batch):
        if isinstance(first, int) and isinstance(second, int):
            rows = for_one(first), for_one(second)
            known = None not in rows
            return Batch(int(first) * int(second), rows[0] * rows[1] if known else None)
        first, second = _plain(first), _plain(second)
    return _symbol(first) * _symbol(second)


def _symbol(length: Any) -> Any:
    """Return a length that can be computed with."""
    return OPEN if length is None else length


def _plain(length: Any) -> Any:
    """Return a number that forgets its rows."""
    return int(length) if isinstance(length, Batch) else length


def cost_for_one(
    macs: Formula | None, shape: Any, given: Iterable[Any] = ()
) -> Formula | None:
    """Return the cost of a batch of one from the cost of one row of axis 0.

    Parameters
    ----------
    macs : Formula or None
        Multiply-accumulates for one row of the output's axis 0.
    shape : tuple or None
        Shape of the output.
    given : iterable of tuple
        Shapes of the inputs.

    Returns
    -------
    Formula or None
        The same where each example has one row; None where its rows are not known.
    """
    if macs is None or macs.value == 0 or not shape:
        return macs
    if any(isinstance(n, Batch) for one in (shape, *given) for n in (one or ())[1:]):
        return None  # a number of examples is in the cost like any other number
    rows = for_one(shape[0])
    values = {name: for_one(value) for name, value in macs.values.items()}
    if rows is None or None in values.values():
        return None
    if rows != 1:
        return Formula(f"r * ({macs.expression})", r=rows, **values)
    return macs if values == macs.values else Formula(macs.expression, **values)
