"""What an element of a layer's output sees of the input.

Along one axis, output element o sees the input elements from a + o j to b + o j. A
window of span e and stride s with p zeros before it moves these on to a - p j,
b + (e - 1 - p) j and j s. Where branches meet, the field is the hull of all paths.
Araujo, Norris and Sim, "Computing receptive fields of convolutional neural
networks", Distill 2019, doi:10.23915/distill.00021.
"""

from __future__ import annotations

from byhand.shapes.formula import Formula
from byhand.shapes.layers.base import POINT, WHOLE
from byhand.shapes.tensor import AXES, Call

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing costs more than all of this package
    from collections.abc import Sequence
    from typing import Any

UNKNOWN = "unknown"
PARTS = ("size", "stride", "padding")
ALONE = (0, 0, 1)  # an element that sees itself

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

    __slots__ = ("_before", "_window", "padding", "size", "stride")

    def __init__(
        self, span: Span, before: Sequence[Span] = (), window: Any = None
    ) -> None:
        self.size = tuple(int((b - a) // 1) + 1 for a, b, _ in span)
        self.stride = tuple(j for *_, j in span)
        self.padding = tuple(int(-a // 1) for a, *_ in span)
        # What the layer's inputs see, and its window along each axis.
        self._before = [other for other in before or [span] if other]
        self._window = window

    @property
    def moved(self) -> bool:
        """Whether the layer changes what its input saw."""
        return self._window is not None or len(set(self._before)) > 1

    @property
    def formulas(self) -> list[tuple[str, Formula]]:
        """Each number with its formula, from what the layer's input sees.

        An element of the input sees r elements, q of them before the beginning,
        and the next one's field is j further. The layer's window spans e, moves by
        s, and has p zeros before it. Where branches meet, each sees a to b.
        """
        rank = len(self.size)
        names = list(AXES.get(rank) or [f"axis {axis + 1}" for axis in range(rank)])
        along = []
        for axis in range(rank):
            seen = [span[axis] for span in self._before] or [ALONE]
            if self._window is not None:
                formulas = _of_window(seen[0], self._window[axis])
            else:
                formulas = _of_branches(list(dict.fromkeys(seen)))
            along.append(formulas)
        if len({repr(formulas) for formulas in along}) == 1:
            along, names = along[:1], [" and ".join(names)]
        return [
            (f"field {what}, {name}", formula)
            for name, formulas in zip(names, along, strict=True)
            for what, formula in zip(PARTS, formulas, strict=True)
        ]

    def __repr__(self) -> str:
        return (
            f"ReceptiveField(size={self.size}, stride={self.stride}, "
            f"padding={self.padding})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ReceptiveField):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[object, ...]:
        """Return what makes two fields the same."""
        return self.size, self.stride, self.padding


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
    for call, before, span in _walk(network.calls, start):
        name = call.layer.label
        if name in fields:
            continue
        if span in (WHOLE, UNKNOWN):
            fields[name] = "whole input" if span == WHOLE else UNKNOWN
        else:
            window = call.outcome.field
            if hasattr(call.layer, "calls"):  # its own layers hold the windows
                before, window = [span], POINT
            fields[name] = ReceptiveField(
                span, before, None if window == POINT else window
            )
    return fields


def _of_window(before: Any, window: Any) -> tuple[Formula, Formula, Formula]:
    """Return size, stride and padding after a window, along one axis."""
    a, b, j = before
    e, s, p = window
    if isinstance(s, tuple):
        step = Formula("j / s", j=_exact(j), s=s[1])
    else:
        step = Formula("j * s", j=j, s=s)
    return (
        _floored("r + (e - 1) * j", r=b - a + 1, e=e, j=j),
        step,
        _floored("q + p * j", q=-a, p=p, j=j),
    )


def _of_branches(seen: Sequence[Any]) -> tuple[Formula, Formula, Formula]:
    """Return size, stride and padding where branches meet, along one axis."""
    j = Formula("j", j=seen[0][2])
    if len(seen) == 1:
        ((a, b, _),) = seen
        return _floored("r", r=b - a + 1), j, _floored("q", q=-a)
    firsts = {f"a_{k}": a for k, (a, *_) in enumerate(seen, start=1)}
    lasts = {f"b_{k}": b for k, (_, b, _) in enumerate(seen, start=1)}
    first = f"min({', '.join(firsts)})"
    return (
        _floored(f"max({', '.join(lasts)}) - {first} + 1", **lasts, **firsts),
        j,
        _floored(f"-{first}", **firsts),
    )


def _floored(expression: str, **values: Any) -> Formula:
    """Return a formula of whole elements: behind a layer that enlarges, floored."""
    if all(isinstance(value, int) for value in values.values()):
        return Formula(expression, **values)
    return Formula(f"({expression}) // 1", **values)


def _walk(
    calls: Sequence[Call], at: dict[int, Any]
) -> list[tuple[Call, list[Any], Any]]:
    """Return each call with what its inputs see, and its output."""
    found = []
    for call in calls:
        before = [at[id(tensor)] for tensor in call.inputs]
        after = _after(call, _joined(before))
        for tensor in call.outputs:
            at[id(tensor)] = after
        found.append((call, before, after))
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
    alone = (ALONE,) * len(wide[0])
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
    span = span or (ALONE,) * len(field)
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
    step = _exact(j) * s[0] / s[1]
    return int(step) if step.denominator == 1 else step


def _exact(j: Any) -> Any:
    """Return a number that division leaves exact."""
    from fractions import Fraction

    return Fraction(j)


class Fields:
    """What the output of each layer sees, found when the first one is asked for.

    Parameters
    ----------
    network : Sequential or Model
        A network with its input.
    """

    __slots__ = ("_found", "_network")

    def __init__(self, network: Any) -> None:
        self._network = network
        self._found: dict[str, ReceptiveField | str] | None = None

    def __getitem__(self, name: str) -> ReceptiveField | str:
        """Return the field of a layer; a KeyError lists the names there are."""
        if self._found is None:
            self._found = receptive_fields(self._network)
        if name not in self._found:
            names = ", ".join(self._found)
            raise KeyError(f"no layer is called {name!r}; there are {names}")
        return self._found[name]
