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
    return shapes_for(start, calls, shape) is not None


def shapes_for(
    start: Tensor, calls: Sequence[Any], shape: tuple[Any, ...]
) -> dict[int, Any] | None:
    """Return the shape of every tensor for another input, under the tensor's id.

    Parameters
    ----------
    start : Tensor
        The input.
    calls : sequence of Call
        What is done with it, each after those it needs.
    shape : tuple
        Shape of the input, batch first.

    Returns
    -------
    dict of int to tuple, or None
        None where a call does not take what it is given.
    """
    at = {id(start): shape}
    for call in calls:
        try:
            given = [at.get(id(tensor), tensor.shape) for tensor in call.inputs]
            tensors = [Tensor(shape) for shape in given]
            outs = _shapes_out(call.layer, given, call.arguments.replaced(tensors))
        except (LookupError, TypeError, ShapeError):
            return None
        # A call that was not made has no outputs, and none is asked for.
        for tensor, out in zip(call.outputs, outs, strict=False):
            at[id(tensor)] = out
    return at


def _shapes_out(layer: Any, shapes: list[Any], arguments: Any) -> list[Any]:
    """Return what a layer that is built makes of other shapes."""
    if None in shapes:
        return list(layer._infer_unknown_().shapes)
    if layer._own_("call"):
        return list(layer._traced_(shapes, arguments).shapes)
    return list(layer._ours_("_infer_")(layer, shapes, arguments).shapes)


def smallest_shape(
    start: Tensor, calls: Sequence[Any], *, most: int = 4096
) -> tuple[Any, ...] | None:
    """Return the smallest shape, batch first, that every call finds room in.

    Parameters
    ----------
    start : Tensor
        The input; its channels stay, which are last, or first where a call says so.
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
    formats = {getattr(call.layer, "data_format", None) for call in calls}
    first = "channels_first" in formats

    def filled() -> tuple[Any, ...]:
        if first:
            return (*shape[:2], *lengths)
        return (shape[0], *lengths, shape[-1])

    def fits() -> bool:
        return runs(start, calls, filled())

    if not fits():
        return None
    for axis in range(rank):
        low, high = 0, most  # what fits goes on fitting as it grows
        while high - low > 1:
            lengths[axis] = (low + high) // 2
            low, high = (low, lengths[axis]) if fits() else (lengths[axis], high)
        lengths[axis] = high
    return filled()
