"""Lengths of a module's tensors while its `forward` runs, the batch among them.

`forward` computes with the batch as with any number, folds other axes into it and
takes them out again. So it is a number that remembers how many batches it stands
for, and what one example costs can still be told.
"""

from __future__ import annotations

from byhand.shapes.batch import LETTER
from byhand.shapes.batch import Batch as KnownBatch
from byhand.shapes.errors import ShapeError
from byhand.shapes.outcome import product
from byhand.shapes.size import Size, substitute
from byhand.shapes.tensor import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from byhand.shapes.size import Number

# The batch that `forward` is run with where it is left open: a number that modules
# seldom mean otherwise, for some of them forget where they have it from.
TRIED = 7


class MissingAxisError(ShapeError):
    """An input has exactly one axis too few: perhaps the batch was left out."""


class BatchElsewhereError(ShapeError):
    """A module takes steps first, and the batch has been taken for its steps."""


class Batch(KnownBatch):
    """A whole multiple of the batch, to compute with.

    Parameters
    ----------
    times : int
        How many batches it stands for.
    size : int
        Examples in one batch.
    open : bool
        Whether the batch was left open, and `size` is only what is tried.
    sure : bool
        Whether it is known on which axis of the inputs the batch stands.
    """

    times: int
    size: int
    open: bool
    sure: bool

    def __new__(cls, times: int, size: int, *, open: bool, sure: bool = True) -> Batch:
        """Make a number that remembers its batches."""
        number: Any = super().__new__(cls, times * size, times)
        number.times, number.size, number.open = times, size, open
        number.sure = sure
        return number  # type: ignore[no-any-return]

    def scaled(self, times: int) -> Batch:
        """Return another multiple of the same batch."""
        return Batch(times, self.size, open=self.open, sure=self.sure)

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, int) and not isinstance(other, Batch):
            return self.scaled(self.times * other)
        return int(self) * other

    __rmul__ = __mul__

    def __floordiv__(self, other: Any) -> Any:
        if isinstance(other, Batch):
            return int(self) // int(other)
        if isinstance(other, int) and other and self.times % other == 0:
            return self.scaled(self.times // other)
        return int(self) // other

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Batch):
            return self.scaled(self.times + other.times)
        return int(self) + other

    __radd__ = __add__


class Lengths(tuple):  # type: ignore[type-arg]
    """The lengths of a tensor's axes, as `torch.Size` gives them."""

    def numel(self) -> Any:
        """Return how many elements there are."""
        return product(self)


def shown(lengths: Sequence[Any]) -> tuple[Any, ...]:
    """Return lengths as a table shows them: an open batch as None, or as a letter."""
    result: list[Any] = []
    for axis, length in enumerate(lengths):
        if isinstance(length, Batch) and length.open:
            first = axis == 0 and length.times == 1
            result.append(None if first else Size.symbol(LETTER) * length.times)
        else:
            result.append(length)
    return tuple(result)


def hidden(shape: Sequence[Any], batch: Batch | None) -> Lengths:
    """Return the lengths to compute with, from those that a table shows."""
    lengths = []
    for length in shape:
        if batch is None:
            pass
        elif length is None:
            length = batch
        elif isinstance(length, Size) and length.letters() == {LETTER}:
            times: Any = substitute(length, {LETTER: 1})
            length = batch.scaled(times)
        lengths.append(length)
    return Lengths(lengths)


def per_example(lengths: Iterable[Any]) -> Number:
    """Return the product of lengths for one example."""
    return product(
        length.times if isinstance(length, Batch) else length for length in lengths
    )


def batches(lengths: Iterable[Any]) -> Batch | None:
    """Return the length that holds the batch; None where there is none."""
    for length in lengths:
        if isinstance(length, Batch):
            return length
    return None


def broadcast(shapes: Sequence[Sequence[Any]]) -> Lengths:
    """Return the lengths that several shapes stretch to, or refuse them."""
    rank = max(map(len, shapes))
    out: list[Any] = [1] * rank
    for shape in shapes:
        for back in range(1, len(shape) + 1):
            old, new = out[-back], shape[-back]
            if same(old, new) or _is_one(new):
                if isinstance(new, Batch) and not isinstance(old, Batch):
                    out[-back] = new if _is_one(old) or old == int(new) else old
                continue
            if _is_one(old):
                out[-back] = new
            elif isinstance(old, int) and isinstance(new, int):
                raise ShapeError(
                    f"{words(*shapes)} cannot be combined: {old} against {new}; make "
                    "these lengths equal, or one of them 1"
                )
            elif isinstance(old, Size):
                out[-back] = new
    return Lengths(out)


def _is_one(length: Any) -> bool:
    """Return whether a length stretches to any other."""
    if isinstance(length, Batch):
        return not length.open and length == 1
    return isinstance(length, int) and length == 1


def same(one: Any, other: Any) -> bool:
    """Return whether two lengths are equal."""
    if isinstance(one, Batch) and isinstance(other, Batch):
        return one.times == other.times
    if isinstance(one, Size) or isinstance(other, Size):
        return bool(one == other)
    return int(one) == int(other)


def words(*shapes: Sequence[Any]) -> str:
    """Return shapes as a message shows them."""
    return " and ".join(show(shown(shape)) for shape in shapes)


def regrouped(lengths: Sequence[Any], wanted: Sequence[Any]) -> Lengths:
    """Return the lengths that as many elements take in another shape.

    Parameters
    ----------
    lengths : sequence
        What there is.
    wanted : sequence
        Lengths, of which one may be -1 for what is left.

    Raises
    ------
    ShapeError
        If the elements do not fill the shape.
    """
    out = list(wanted)
    held = batches(lengths)
    if out.count(-1) > 1:
        raise ShapeError(f"only one length of a shape may be -1, got {tuple(out)}")
    if held is not None and batches(out) is None and out and out[0] == held.size:
        out[0] = held.scaled(1)  # the batch as a plain number, as in x.view(64, -1)
    elements: Any = per_example(lengths)
    fixed: Any = per_example(length for length in out if not _is_rest(length))
    batched = batches(out) is not None
    if -1 in out:
        whole = isinstance(elements, int) and isinstance(fixed, int)
        if whole and (fixed == 0 or elements % fixed):
            raise ShapeError(
                f"{words(lengths)} holds {elements} numbers an example, which do not "
                f"come in rows of {fixed}; let {fixed} divide {elements}"
            )
        rest: Any = elements // fixed
        if held is not None and not batched:
            if isinstance(rest, Size):
                raise ShapeError(
                    f"{words(lengths)} has open lengths that would be folded into the "
                    "batch; give them numbers in input_size"
                )
            rest = held.scaled(rest)
        out[out.index(-1)] = rest
        return Lengths(out)
    if isinstance(elements, int) and isinstance(fixed, int):
        together = (elements, held is not None) == (fixed, batched)
        in_all = product(int(n) if isinstance(n, Batch) else n for n in lengths)
        plain = held is None or not held.open
        if not together and not (plain and in_all == product(map(int, out))):
            raise ShapeError(
                f"{words(lengths)} does not fill {words(out)}; let the lengths "
                f"multiply to {elements} for an example"
            )
    return Lengths(out)


def _is_rest(length: Any) -> bool:
    """Return whether a length of a shape is to be what is left."""
    return isinstance(length, int) and length == -1
