"""What an element of a layer's output sees of the input.

Along one axis, output element o sees the input elements from a + o j to b + o j. A
window of span e and stride s with p zeros before it moves these on to a - p j,
b + (e - 1 - p) j and j s. Where branches meet, the field is the hull of all paths.
Araujo, Norris and Sim, "Computing receptive fields of convolutional neural
networks", Distill 2019, doi:10.23915/distill.00021.
"""

from __future__ import annotations

from byhand.shapes.layers.base import POINT, WHOLE
from byhand.shapes.tensor import Call

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing costs more than all of this package
    from collections.abc import Mapping, Sequence
    from typing import Any

UNKNOWN = "unknown"

# (a, b, j) along each spatial axis; empty before the first layer that has axes.
if TYPE_CHECKING:
    Span = tuple[tuple[int, int, Any], ...]


class ReceptiveField:
    """What an output element sees, along each spatial axis.

    Attributes
    ----------
    size : tuple of int
        Input elements seen.
    stride : tuple of int or Fraction
        Input elements from one output element's field to the next's.
    padding : tuple of int
        Elements of the first field that lie before the input.
    """

    __slots__ = ("padding", "size", "stride")

    def __init__(self, span: Span) -> None:
        self.size = tuple(int(b - a) + 1 for a, b, _ in span)
        self.stride = tuple(j for *_, j in span)
        self.padding = tuple(-int(a) for a, *_ in span)

    def __repr__(self) -> str:
        return (
            f"ReceptiveField(size={self.size}, stride={self.stride}, "
            f"padding={self.padding})"
        )

    def __eq__(self, other: object) -> bool:
        return repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


def receptive_fields(network: Any) -> dict[str, ReceptiveField | str]:
    """Return what the output of each layer sees, under the layer's name.

    Parameters
    ----------
    network : Sequential or Model
        A network with its input.

    Returns
    -------
    dict of str to ReceptiveField or str
        "whole input" where every element is seen, "unknown" where the field has no
        such form. A layer called several times has the field of its first call.
    """
    start: dict[int, Any] = {id(tensor): () for tensor in network.inputs}
    fields: dict[str, ReceptiveField | str] = {}
    for call, span in _walk(network.calls, start):
        name = call.layer.label
        if name in fields:
            continue
        if span in (WHOLE, UNKNOWN):
            fields[name] = "whole input" if span == WHOLE else UNKNOWN
        else:
            fields[name] = ReceptiveField(span)
    return fields


def _walk(calls: Sequence[Call], at: dict[int, Any]) -> list[tuple[Call, Any]]:
    """Return each call with what its output sees."""
    found = []
    for call in calls:
        span = _joined([at[id(tensor)] for tensor in call.inputs])
        after = _after(call, span)
        for tensor in call.outputs:
            at[id(tensor)] = after
        found.append((call, after))
    return found


def _joined(spans: Sequence[Any]) -> Any:
    """Return the hull of what several inputs see."""
    if WHOLE in spans:
        return WHOLE
    if UNKNOWN in spans:
        return UNKNOWN
    wide = [span for span in spans if span]
    if not wide:
        return ()
    if len({len(span) for span in wide}) > 1:
        return UNKNOWN
    # An input that went through no window yet sees itself alone.
    alone = ((0, 0, 1),) * len(wide[0])
    hull = []
    for parts in zip(*(span or alone for span in spans), strict=True):
        if len({j for *_, j in parts}) > 1:
            return UNKNOWN
        hull.append(
            (min(a for a, *_ in parts), max(b for _, b, _ in parts), parts[0][2])
        )
    return tuple(hull)


def _after(call: Call, span: Any) -> Any:
    """Return what the output of a call sees, given what its input sees."""
    layer, field = call.layer, call.outcome.field
    if hasattr(layer, "calls"):  # a network within the network
        at = {id(tensor): span for tensor in layer.inputs}
        _walk(layer.calls, at)
        return _joined([at[id(tensor)] for tensor in layer.outputs])
    if span in (WHOLE, UNKNOWN) or field == POINT:
        return span
    if field in (WHOLE, UNKNOWN):
        return field
    span = span or ((0, 0, 1),) * len(field)
    if len(span) != len(field):
        return UNKNOWN
    moved = []
    for (a, b, j), (e, s, p) in zip(span, field, strict=True):
        moved.append((a - p * j, b + (e - 1 - p) * j, _step(j, s)))
    return tuple(moved)


def _step(j: Any, s: Any) -> Any:
    """Return the stride after a layer: j s, or j / s where the layer enlarges."""
    if not isinstance(s, tuple):
        return j * s
    from fractions import Fraction

    step = j * Fraction(*s)
    return int(step) if step.denominator == 1 else step


def field_of(network: Any, name: str) -> ReceptiveField | str:
    """Return what the output of one layer sees.

    Raises
    ------
    KeyError
        If no layer has the name.
    """
    fields: Mapping[str, ReceptiveField | str] = receptive_fields(network)
    if name not in fields:
        raise KeyError(f"no layer is called {name!r}; there are {', '.join(fields)}")
    return fields[name]
