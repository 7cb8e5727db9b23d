"""Patterns that are tried out: the gradient for another dout, or for other inputs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from byhand.gradients.diagnosis.calls import (
    SAME,
    Arrays,
    gradient_again,
    same,
    slope_elsewhere,
    with_leaf,
)
from byhand.gradients.diagnosis.evidence import CLOSE, Array, Evidence, listed

TURNS = 4  # other inputs that are turned, to see whether the gradient gets right
FLIPS = 2  # axes along which dout is reversed
CHANGED = 1e-2  # relative change of a slope that counts as one


def without_dout(e: Evidence) -> str | None:
    """Name a gradient that does not depend on dout, or not in proportion to it.

    The slope passed back without what came from above, or dout squared, or added.
    """
    dout = e.function.cotangent
    if dout is None or not np.any(e.gradient):
        return None
    twice = gradient_again(e, cotangent=2 * dout)
    if twice is None or not np.isfinite(twice).all():
        return None
    if same(twice, e.gradient):
        return "the gradient does not depend on dout: it is not multiplied by it"
    if _is_close(twice, 2 * e.gradient):
        return None
    says = "the gradient is not proportional to dout"
    if _is_close(twice, 4 * e.gradient):
        return f"{says}: it uses it twice"
    nothing = gradient_again(e, cotangent=0 * dout)
    if nothing is not None and np.any(nothing):
        return f"{says}: {e.name} has a part that is not multiplied by it"
    return f"{says}: it uses it twice or adds to it"


def _is_close(a: Array, b: Array) -> bool:
    """Return whether two gradients are the same up to rounding."""
    return bool(np.allclose(a, b, rtol=CLOSE, atol=SAME * float(np.abs(b).max())))


def turned_operand(e: Evidence) -> str | None:
    """Name another input that should have been transposed, or reversed, in it.

    dout @ W for dout @ W.T; a kernel that is not flipped in the slope of its map.
    """
    tries = 0
    for leaf in e.function.leaves:
        array = e.function.arrays.get(leaf.path)
        if array is None or leaf is e.tensor.leaf or not leaf.real:
            continue
        for words, turned in _turns(array):
            if tries == TURNS:
                return None
            tries += 1
            there = gradient_again(e, arrays=with_leaf(e, leaf.path, turned))
            if there is not None and e.is_right(there[e.index]):
                return (
                    f"the gradient of {e.name} would be right with {leaf.name} {words} "
                    "in it"
                )
    return None


def _turns(array: Array) -> Iterator[tuple[str, Array]]:
    """Yield an array transposed, and a kernel reversed."""
    if array.ndim >= 2 and array.shape[-1] == array.shape[-2] > 1:
        yield "transposed", np.swapaxes(array, -1, -2)
    if array.ndim == 1 and array.size > 1:
        yield "flipped", array[::-1]
    if array.ndim >= 3:
        yield "flipped along its last two axes", array[..., ::-1, ::-1]
        yield "flipped along its first two axes", array[::-1, ::-1]


def turned_dout(e: Evidence) -> str | None:
    """Name a dout that should have been transposed or reversed.

    A cumulative sum that runs from the wrong end; dout in place of its transpose.
    """
    dout = e.function.cotangent
    if dout is None or e.complex:
        return None
    if dout.ndim == 2 and dout.shape[0] == dout.shape[1]:
        there = gradient_again(e, cotangent=np.ascontiguousarray(dout.T))
        if there is not None and e.is_right(there[e.index]):
            return f"the gradient of {e.name} would be right with dout transposed in it"
    for axis in [axis for axis, length in enumerate(dout.shape) if length > 1][-FLIPS:]:
        there = gradient_again(e, cotangent=np.flip(dout, axis).copy())
        if there is None:
            return None
        if e.is_right(there[e.index]):
            return (
                f"the gradient of {e.name} would be right with dout reversed along "
                f"axis {axis}"
            )
        if e.shape != dout.shape:
            continue
        back = np.flip(e.as_array(there), axis).reshape(-1)
        if e.is_right(back[e.index]):
            return (
                f"the gradient of {e.name} runs along axis {axis} from the wrong end: "
                "reversed, with dout reversed, it would be right"
            )
    return None


def ignored_rows(e: Evidence) -> str | None:
    """Name the row of an input that alone reaches the gradient of a loss.

    Found by changing all other rows: what does not see them stays as it is.
    """
    if not e.function.scalar:
        return None  # the parts of its output say more
    for leaf in e.function.leaves:
        array = e.function.arrays.get(leaf.path)
        if array is None or leaf is e.tensor.leaf or not leaf.real:
            continue
        if array.ndim < 2 or len(array) < 2:
            continue
        for at, name in ((0, "first"), (-1, "last")):
            others = _changed(array)
            others[at] = array[at]
            own = array.copy()
            own[at] = _changed(array)[at]
            arrays = with_leaf(e, leaf.path, others)
            if (
                _gradient_stays(e, arrays)
                and not _gradient_stays(e, with_leaf(e, leaf.path, own))
                and _slope_changes(e, arrays)
            ):
                return (
                    f"only the {name} row of the batch reaches {e.name}: the other "
                    f"rows of {leaf.name} do not change its gradient"
                )
    return None


def stale(e: Evidence) -> str | None:
    """Name a gradient that is computed from what an earlier call has left.

    It stays the same when every input changes, and the slopes do not.
    """
    arrays = {
        leaf.path: _changed(e.function.arrays[leaf.path])
        for leaf in e.function.leaves
        if leaf.real and leaf.path in e.function.arrays
    }
    arrays = {**e.function.arrays, **arrays}
    if not _gradient_stays(e, arrays) or not _slope_changes(e, arrays):
        return None
    names = listed([tensor.name for tensor in e.function.tensors])
    return (
        f"the gradient of {e.name} stays the same when {names} change: it leaves them "
        "out, or finds numbers that an earlier call has left (a stale cache)"
    )


def _changed(array: Array) -> Array:
    """Return other numbers of about the same size."""
    return np.asarray(1.25 * array + 0.0625, dtype=array.dtype)


def _gradient_stays(e: Evidence, arrays: Arrays) -> bool:
    """Return whether the gradient is the same for other inputs."""
    there = gradient_again(e, arrays=arrays)
    return there is not None and same(there, e.gradient)


def _slope_changes(e: Evidence, arrays: Arrays) -> bool:
    """Return whether the numerical slope of the worst element changes."""
    worst = e.worst_first()
    if not worst.size:
        return False
    place = int(e.index[worst[0]])
    before = slope_elsewhere(e, place, e.function.arrays)
    after = slope_elsewhere(e, place, arrays)
    if before is None or after is None:
        return False
    return abs(after - before) > CHANGED * (abs(after) + abs(before))
