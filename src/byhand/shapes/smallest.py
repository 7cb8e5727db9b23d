"""The smallest input for which every window of a network finds room."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError
from byhand.shapes.tensor import Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def runs(start: Tensor, calls: Sequence[Any], shape: tuple[Any, ...]) -> bool:
    """Return whether every call takes what an input of this shape gives it.

    Weights that fix the size they were built for, those of a dense layer after
    Flatten, are not asked: only what each layer infers.
    """
    at = {id(start): shape}
    for call in calls:
        try:
            given = [at.get(id(tensor), tensor.shape) for tensor in call.inputs]
            tensors = [Tensor(shape) for shape in given]
            done = call.layer.infer(given, call.arguments.replaced(tensors))
        except (KeyError, ShapeError):
            return False
        # A call that was not made has no outputs, and none is asked for.
        for tensor, out in zip(call.outputs, done.shapes, strict=False):
            at[id(tensor)] = out
    return True


def smallest_shape(
    start: Tensor, calls: Sequence[Any], *, most: int = 4096
) -> tuple[Any, ...] | None:
    """Return the smallest shape, batch first, that every call finds room in.

    Parameters
    ----------
    start : Tensor
        The input; its channels, taken to be last, stay.
    calls : sequence of Call
        What is done with it, each after those it needs.
    most : int
        Length to give up at.

    Returns
    -------
    tuple or None
        None where no length up to `most` fits.
    """
    shape: Any = start.shape
    rank = len(shape) - 2
    if rank < 1:
        return shape if runs(start, calls, shape) else None
    lengths: list[Any] = [most] * rank

    def fits() -> bool:
        return runs(start, calls, (shape[0], *lengths, shape[-1]))

    if not fits():
        return None
    for axis in range(rank):
        low, high = 0, most  # what fits goes on fitting as it grows
        while high - low > 1:
            lengths[axis] = (low + high) // 2
            low, high = (low, lengths[axis]) if fits() else (lengths[axis], high)
        lengths[axis] = high
    return (shape[0], *lengths, shape[-1])
