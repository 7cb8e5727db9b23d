"""Returned gradients, held against the nesting and shapes of the inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from byhand.gradients.tree import Array, Leaf


class MisfitError(Exception):
    """What was returned as gradients is nested or shaped otherwise than the inputs."""


def rows_of(returned: Any, inputs: Any, leaves: Sequence[Leaf]) -> list[Array]:
    """Return gradients as flat rows of real numbers, one for each input.

    Parameters
    ----------
    returned : array_like or nested
        What the analytic gradient returned.
    inputs : array_like or nested
        What the function takes.
    leaves : sequence of Leaf
        The inputs that were asked for.

    Raises
    ------
    MisfitError
        If the gradients are not nested or shaped as the inputs are.
    """
    entries = entries_of(returned, inputs, leaves)
    rows = []
    for leaf, entry in zip(leaves, entries, strict=True):
        gradient = np.asarray(entry)
        shape = leaf.array.shape
        if entry is None or gradient.dtype.kind not in "fciub":
            raise MisfitError(
                f"the gradient of {leaf.name} is {type(entry).__name__}; an array of "
                f"shape {shape} is expected"
            )
        if gradient.shape != shape:
            raise MisfitError(_misshapen(leaf, gradient, entries, leaves))
        complex_input = leaf.array.dtype.kind == "c"
        if gradient.dtype.kind == "c" and not complex_input:
            gradient = gradient.real
        kind = np.complex128 if complex_input else np.float64
        rows.append(np.ascontiguousarray(gradient, kind).reshape(-1).view(np.float64))
    return rows


def _misshapen(
    leaf: Leaf, gradient: Array, entries: Sequence[Any], leaves: Sequence[Leaf]
) -> str:
    """Return the words for a gradient of another shape."""
    expected = [one.array.shape for one in leaves]
    given = [np.shape(entry) for entry in entries]
    shape = leaf.array.shape
    says = f"the gradient of {leaf.name} has shape {gradient.shape}, expected {shape}"
    if sorted(given) == sorted(expected):
        return f"{says}: the gradients are returned in another order than the inputs"
    if gradient.shape == shape[::-1]:
        return f"{says}: it is transposed"
    if gradient.ndim > len(shape):
        return f"{says}: an axis, such as the batch, is not summed over"
    return says


def entries_of(returned: Any, inputs: Any, leaves: Sequence[Leaf]) -> list[Any]:
    """Return the entry of each input from nested gradients."""
    if not isinstance(inputs, tuple | list | dict):
        if isinstance(returned, tuple | list) and len(returned) == 1:
            returned = returned[0]
        return [returned]
    if isinstance(inputs, tuple | list):
        if len(inputs) == 1 and not isinstance(returned, tuple | list):
            returned = (returned,)
        if not isinstance(returned, tuple | list):
            raise MisfitError(
                f"the gradients came as {type(returned).__name__}; expected a tuple of "
                f"{len(inputs)}, one for each input"
            )
        if len(returned) != len(inputs):
            if len(returned) == len(leaves):
                return list(returned)
            raise MisfitError(
                f"{len(returned)} gradients were returned for {len(inputs)} inputs"
            )
    found = []
    for leaf in leaves:
        entry = returned
        for key in leaf.path:
            try:
                entry = entry[key]
            except (KeyError, IndexError, TypeError):
                raise MisfitError(
                    f"there is no gradient of {leaf.name} in what was returned"
                ) from None
        found.append(entry)
    return found
