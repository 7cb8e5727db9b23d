"""What an element of a layer's output sees of the input.

Along one axis, output element o sees the input elements from a + o j to b + o j. A
window of span e and stride s with p zeros before it moves these on to a - p j,
b + (e - 1 - p) j and j s. Where branches meet, the field is the hull of all paths.
A layer that enlarges leaves fractions; an element is seen where they are rounded down.
Dropout and batch normalisation are taken as they are after training.
Araujo, Norris and Sim, "Computing receptive fields of convolutional neural
networks", Distill 2019, doi:10.23915/distill.00021.
"""

from __future__ import annotations

from byhand.shapes.formula import Formula
from byhand.shapes.outcome import LAST, POINT, UNKNOWN, WHOLE
from byhand.shapes.tensor import AXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.network import Network
    from byhand.shapes.outcome import Inner
    from byhand.shapes.tensor import Call, Tensor

PARTS = ("size", "stride", "padding")
ALONE = (0, 0, 1)  # an element that sees itself

# (a, b, j) along each spatial axis; empty before the first layer that has axes.
if TYPE_CHECKING:
    Span = tuple[tuple[int, int, Any], ...]


class ReceptiveField:
    """What an output element sees, along each spatial axis.

    All are empty before the first window: an element sees one place, its own. In a
    row that an image was flattened to, they are those of the image.

    Attributes
    ----------
    span : tuple of tuple
        (a, b, j) along each axis, which may be fractions.
    size : tuple of int
        Input elements seen.
    stride : tuple of int or Fraction
        Input elements from one output element's field to the next's.
    padding : tuple of int
        Elements of the first field that lie before the input.
    """

    __slots__ = ("_before", "_window", "padding", "size", "span", "stride")

    def __init__(
        self, span: Span, before: Sequence[Span] = (), window: Any = None
    ) -> None:
        self.span = tuple(span)
        # Where fractions are left, as many as the elements that see most do.
        self.size = tuple(1 - int((a - b) // 1) for a, b, _ in span)
        self.stride = tuple(j for *_, j in span)
        self.padding = tuple(-int(a // 1) for a, *_ in span)
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

        An element of the layer's input sees R elements, q of them before the
        beginning, and the next one's field is S further. The layer's window spans e,
        moves by s, and has p_1 zeros before it. Where branches meet, each sees a to
        b.
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


def receptive_fields(network: Network) -> dict[str, ReceptiveField | str]:
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
    fields: dict[str, ReceptiveField | str] = {}
    for row in network._rows_():
        if row.call is not None:
            fields.setdefault(row.name, row.receptive_field)
    return fields


class Fields:
    """What the output of each call sees, found when the first one is asked for.

    Parameters
    ----------
    inner : Inner
        The calls of a network.
    """

    def __init__(self, inner: Inner) -> None:
        self._inner = inner
        self._found: dict[int, tuple[Call, Any, Any]] = {}
        # What networks inside make of what their inputs see.
        self._known: dict[tuple[int, Any], Any] = {}

    def of(self, call: Call) -> ReceptiveField | str:
        """Return the field of a call, in the network or in one within it."""
        if not self._found:
            self._follow(self._inner, [() for _ in self._inner.inputs])
        if id(call) not in self._found:
            return UNKNOWN
        _, before, span = self._found[id(call)]
        if span in (WHOLE, UNKNOWN):
            return "whole input" if span == WHOLE else UNKNOWN
        window = call.outcome.field
        if call.outcome.inner is not None:  # the calls inside hold the windows
            before, window = [span], POINT
        return ReceptiveField(span, before, None if window in (POINT, LAST) else window)

    def _follow(self, inner: Inner, seen: Sequence[Any]) -> Any:
        """Find what each call sees, given what the inputs do; return the outputs'."""
        key = (id(inner), tuple(seen))
        if key in self._known:
            return self._known[key]
        # A weight, and what comes of weights alone, sees nothing of the input.
        at = {
            id(tensor): span
            for tensor, span in zip(inner.inputs, seen, strict=True)
            if span is not None
        }
        for call in inner.calls:
            given = [one for one in call.inputs if id(one) in at]
            before = [at[id(one)] for one in given]
            nested = call.outcome.inner
            if nested is not None:
                after = self._follow(nested, [at.get(id(one)) for one in call.inputs])
            else:
                after = _after(call, given, _joined(before))
            if given:
                at |= dict.fromkeys(map(id, call.outputs), after)
            before = [_unwrapped(span) for span in before]
            self._found.setdefault(id(call), (call, before, _unwrapped(after)))
        result = _joined([at[id(one)] for one in inner.outputs if id(one) in at])
        self._known[key] = result
        return result


def _of_window(before: Any, window: Any) -> tuple[Formula, Formula, Formula]:
    """Return size, stride and padding after a window, along one axis."""
    a, b, j = before
    e, s, p = window
    if isinstance(s, tuple):
        step = Formula("S / s", S=_exact(j), s=s[1])
    else:
        step = Formula("S * s", S=j, s=s)
    return (
        _ceiled("R + (e - 1) * S", R=b - a + 1, e=e, S=j),
        step,
        _ceiled("q + p_1 * S", q=-a, p_1=p, S=j),
    )


def _of_branches(seen: Sequence[Any]) -> tuple[Formula, Formula, Formula]:
    """Return size, stride and padding where branches meet, along one axis."""
    j = Formula("S", S=seen[0][2])
    if len(seen) == 1:
        ((a, b, _),) = seen
        return _ceiled("R", R=b - a + 1), j, _ceiled("q", q=-a)
    firsts = {f"a_{k}": a for k, (a, *_) in enumerate(seen, start=1)}
    lasts = {f"b_{k}": b for k, (_, b, _) in enumerate(seen, start=1)}
    first = f"min({', '.join(firsts)})"
    return (
        _ceiled(f"max({', '.join(lasts)}) - {first} + 1", **lasts, **firsts),
        j,
        _ceiled(f"-{first}", **firsts),
    )


def _ceiled(expression: str, **values: Any) -> Formula:
    """Return a formula of whole elements: behind a layer that enlarges, rounded up."""
    if all(isinstance(value, int) for value in values.values()):
        return Formula(expression, **values)
    return Formula(f"-(-({expression}) // 1)", **values)


def _joined(spans: Sequence[Any]) -> Any:
    """Return the hull of what several inputs see."""
    if WHOLE in spans:
        return WHOLE
    if UNKNOWN in spans:
        return UNKNOWN
    if any(isinstance(span, _Moved) for span in spans):
        joined = _joined([_unwrapped(span) for span in spans])
        return joined if joined == UNKNOWN else _Moved(joined)
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


class _Moved:
    """What an element sees that no longer stands where it did, as in a flat row."""

    __slots__ = ("span",)

    def __init__(self, span: Span) -> None:
        self.span = span

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Moved) and self.span == other.span

    def __hash__(self) -> int:
        return hash((_Moved, self.span))


def _unwrapped(span: Any) -> Any:
    """Return what is seen, wherever it stands."""
    return span.span if isinstance(span, _Moved) else span


def _after(call: Call, given: Sequence[Tensor], span: Any) -> Any:
    """Return what the output of a call sees, given what its inputs see."""
    field = call.outcome.field
    if span in (WHOLE, UNKNOWN):
        return span
    if field in (WHOLE, UNKNOWN):
        return field
    if field == LAST and span:
        return UNKNOWN  # a window took it for an axis of places
    if field in (POINT, LAST):
        return _after_point([one.shape for one in given], call.outputs, span)
    if isinstance(span, _Moved):
        return UNKNOWN
    span = span or (ALONE,) * len(field)
    if len(span) != len(field):
        return UNKNOWN
    moved = []
    for (a, b, j), (e, s, p) in zip(span, field, strict=True):
        moved.append((a - p * j, b + (e - 1 - p) * j, _step(j, s)))
    return tuple(moved)


def _after_point(shapes: Sequence[Any], outputs: Sequence[Tensor], span: Any) -> Any:
    """Return what is seen where each element sees one place of each input."""
    out = outputs[0].shape if outputs else None
    if not shapes:
        return span
    if out is None or None in shapes:
        return UNKNOWN
    if len(out) < 3:
        # A row: it may be an image flattened, or rows behind one another.
        kept = all(shape in (out, (*out, shape[-1])) for shape in shapes)
        return _Moved(_unwrapped(span)) if not kept else span
    if isinstance(span, _Moved):
        return UNKNOWN
    if len({len(shape) for shape in shapes}) > 1:
        return UNKNOWN
    if len({shape[1:-1] for shape in shapes}) > 1:
        return UNKNOWN  # a place is stretched to several
    same = len(shapes[0]) in (len(out), len(out) - 1)
    return span if same else _Moved(span)


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
