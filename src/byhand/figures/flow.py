"""Values that flow forward through a network, and derivatives that flow back."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from byhand.figures.animation import Animation
from byhand.figures.colours import (
    GRADIENT,
    INK,
    INPUT,
    MUTED,
    PAPER,
    PARAMETER,
    REST,
    UNIT,
    VALUE,
)

_RADIUS, _ACROSS, _DOWN, _TOP = 21, 118, 84, 40
_ELL, _MINUS = "\N{SCRIPT SMALL L}", "\N{MINUS SIGN}"
_RAISED = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")

Columns = Sequence[Sequence[float]]


def draw_flow(
    widths: Sequence[int],
    *,
    values: Columns | None = None,
    loss: float | None = None,
    deltas: Columns | None = None,
    weights: Sequence[Columns] | None = None,
) -> Animation:
    """Draw a pass through a network, forward to the loss and back again.

    With weights, each edge shows its weight on the way forward, and on the way back
    what it passes: the gradient at its end times the weight. In the end it shows the
    derivative of the loss with respect to the weight.

    Parameters
    ----------
    widths : sequence of int
        Numbers of inputs and of each layer's units: two to five numbers, each from
        1 to 6.
    values : sequence of sequence of float, optional
        What stands in the circles: the inputs, then each layer's activations.
    loss : float, optional
        The loss of the output.
    deltas : sequence of sequence of float, optional
        For each layer, first to last, the derivative of the loss with respect to each
        unit's pre-activation z.
    weights : sequence of array_like, optional
        For each layer, first to last, its weights: a row for each unit before it and
        a column for each unit of its own. At most two units a column are legible.

    Returns
    -------
    Animation
        One frame for the inputs, for each layer, the loss, and each layer on the way
        back, and a last one for the weights, which is the one that is printed.

    Raises
    ------
    ValueError
        If the network is too small or too large to draw, or the numbers given are
        not one for each circle.

    Examples
    --------
    >>> draw_flow([2, 3, 1])
    <Animation of 7 frames: A network of widths 2, 3, 1 in 7 steps: ...>
    """
    widths = list(widths)
    if not 2 <= len(widths) <= 5:
        raise ValueError(f"widths must be two to five numbers, got {widths}")
    if not all(1 <= width <= 6 for width in widths):
        raise ValueError(f"widths must be from 1 to 6 to be legible, got {widths}")
    _fitting("values", values, widths)
    _fitting("deltas", deltas, widths[1:])
    layers = len(widths) - 1
    if weights is not None:
        if len(weights) != layers:
            raise ValueError(
                f"weights must be one matrix for each of the {layers} layers, got "
                f"{len(weights)}"
            )
        for k, matrix in enumerate(weights):
            _fitting(f"weights[{k}]", matrix, [widths[k + 1]] * widths[k])
    places = _places(widths)
    end = (places[-1][0][0] + _ACROSS, _middle(widths))
    frames, captions = [], []
    for step in range(2 * layers + 3):
        # How far the pass has come: layers filled, loss known, layers come back.
        reached = min(step, layers)
        back = max(0, min(step - layers - 1, layers))
        moving = [*_moving(places, end, step)]
        forward = step <= layers + 1
        parts = [_arrow(*ends, VALUE if forward else GRADIENT) for ends in moving]
        parts += _on_edges(places, values, weights, deltas, step)
        for layer, column in enumerate(places):
            filled = layer <= reached
            known = layer > layers - back
            for k, place in enumerate(column):
                number = values[layer][k] if values and filled else None
                delta = deltas[layer - 1][k] if deltas and known else None
                fill = (INPUT if layer == 0 else UNIT) if filled else REST
                parts.append(_circle(place, fill, number))
                if known:
                    parts.append(_below(place, delta))
        if step > layers:
            parts.append(_box(end, loss))
        frames.append("".join(parts))
        shown = bool(values and weights and deltas)
        captions.append(_caption(step, widths, values, loss, deltas, shown=shown))
    background = "".join(
        [
            *(
                _line(a, b)
                for left, right in pairwise(places)
                for a in left
                for b in right
            ),
            *(_line(place, end) for place in places[-1]),
            *_headings(places, end, _TOP - 24),
        ]
    )
    told = f"A network of widths {', '.join(map(str, widths))} in {len(frames)} steps: "
    told += "values fill it layer by layer from left to right, "
    told += f"the loss {'' if loss is None else f'{loss:.4g} '}is computed, and "
    told += "gradients of the loss appear layer by layer from right to left"
    if deltas:
        told += f", {_list(deltas[-1])} at the output and {_list(deltas[0])} at the "
        told += "first layer"
    return Animation(
        tuple(frames),
        tuple(captions),
        width=end[0] + 50,
        height=_TOP + _DOWN * max(widths),
        label=told + ".",
        background=background,
        # In print, the step that shows all gradients and what the edges pass back.
        still=-2 if weights and deltas and layers > 1 else -1,
        pause=1600,
    )


def _fitting(name: str, columns: Columns | None, widths: Sequence[int]) -> None:
    """Refuse numbers that are not one for each circle."""
    if columns is not None and [len(column) for column in columns] != list(widths):
        raise ValueError(
            f"{name} must be columns of {list(widths)} numbers, got columns of "
            f"{[len(column) for column in columns]}"
        )


def _middle(widths: Sequence[int]) -> float:
    return _TOP + _DOWN * (max(widths) - 1) / 2 + _RADIUS


def _places(widths: Sequence[int]) -> list[list[tuple[float, float]]]:
    """Return the centre of every circle, by columns."""
    return [
        [
            (50 + _ACROSS * layer, _middle(widths) + _DOWN * (k - (width - 1) / 2))
            for k in range(width)
        ]
        for layer, width in enumerate(widths)
    ]


def _moving(
    places: list[list[tuple[float, float]]], end: tuple[float, float], step: int
) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Yield start and end of each arrow along which something moves in a step."""
    layers = len(places) - 1
    if 1 <= step <= layers:
        yield from ((a, b) for a in places[step - 1] for b in places[step])
    elif step == layers + 1:
        yield from ((a, end) for a in places[-1])
    elif step == layers + 2:
        yield from ((end, a) for a in places[-1])
    elif layers + 2 < step <= 2 * layers + 1:
        layer = 2 * layers + 2 - step
        yield from ((b, a) for a in places[layer] for b in places[layer + 1])


def _on_edges(
    places: list[list[tuple[float, float]]],
    values: Columns | None,
    weights: Sequence[Columns] | None,
    deltas: Columns | None,
    step: int,
) -> Iterator[str]:
    """Yield what the edges show.

    Those of a layer show their weights on the way forward, and what they pass on the
    way back. In the last step all show the derivatives of their weights.
    """
    layers = len(places) - 1
    if weights is None:
        return
    if 1 <= step <= layers:
        yield from _numbers(places, step, weights[step - 1], PARAMETER)
    if deltas is None:
        return
    if layers + 2 < step <= 2 * layers + 1:
        layer = 2 * layers + 3 - step
        passed = [
            [
                weight * delta
                for weight, delta in zip(row, deltas[layer - 1], strict=True)
            ]
            for row in weights[layer - 1]
        ]
        yield from _numbers(places, layer, passed, GRADIENT)
    elif step == 2 * layers + 2 and values is not None:
        for layer in range(1, layers + 1):
            derivatives = [
                [value * delta for delta in deltas[layer - 1]]
                for value in values[layer - 1]
            ]
            yield from _numbers(places, layer, derivatives, GRADIENT)


def _numbers(
    places: list[list[tuple[float, float]]], layer: int, matrix: Columns, colour: str
) -> Iterator[str]:
    """Yield a number for each edge of a layer."""
    for j, start in enumerate(places[layer - 1]):
        for m, end in enumerate(places[layer]):
            shown = f"{float(matrix[j][m]):.3g}".replace("-", _MINUS)
            yield _text(_beside(start, end, j), shown, colour, 14)


def _beside(
    start: tuple[float, float], end: tuple[float, float], row: int
) -> tuple[float, float]:
    """Return where the number of an edge stands, clear of the edges that cross it."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    if dy == 0:
        return start[0] + 0.55 * dx, start[1] + (16 if row else -7)
    x, y = start[0] + 0.3 * dx, start[1] + 0.3 * dy
    return x + 20, y + (-3 if dy > 0 else 15)


def _caption(
    step: int,
    widths: list[int],
    values: Columns | None,
    loss: float | None,
    deltas: Columns | None,
    *,
    shown: bool,
) -> str:
    """Say what happens in a step, with its numbers."""
    layers = len(widths) - 1
    if step == 0:
        given = f": x = {_list(values[0])}" if values else ""
        return f"The inputs are given{given}."
    if step <= layers:
        name = _name(step, layers)
        given = f": {name} = {_list(values[step])}" if values else ""
        return (
            f"Forward, layer {step}: each unit computes its pre-activation z and its "
            f"activation g(z){given}."
        )
    if step == layers + 1:
        given = "" if loss is None else f": {_ELL} = {loss:.4g}"
        return f"The output is compared with the target{given}."
    if step <= 2 * layers + 1:
        layer = 2 * layers + 2 - step
        given = f": {_delta(layer)} = {_list(deltas[layer - 1])}" if deltas else ""
        if layer == layers:
            return (
                f"Backward, layer {layer}: the derivative of the loss with respect to "
                f"the output, times g'(z){given}."
            )
        return (
            f"Backward, layer {layer}: each unit adds what layer {layer + 1} passes "
            f"back along its weights, and multiplies by g'(z){given}."
        )
    where = ", which its edge shows" if shown else ""
    return (
        f"Every weight has its derivative now{where}: the value at the start of its "
        "edge times the delta at the end, in the box below the unit."
    )


def _name(layer: int, layers: int) -> str:
    """Return the name of what a column holds."""
    return "x" if not layer else "y" if layer == layers else f"a{_raised(layer)}"


def _raised(layer: int) -> str:
    return f"({layer})".translate(_RAISED)


def _delta(layer: int) -> str:
    return f"δ{_raised(layer)}"


def _number(value: float, decimals: int = 2) -> str:
    """Return a number as short as its place is wide."""
    decimals = decimals if abs(value) < 10 else 2
    text = f"{value:.{decimals}f}"
    if not 10.0**-decimals <= abs(value) < 100 and value:
        text = f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
    return text.replace("-", _MINUS)


def _list(numbers: Sequence[float]) -> str:
    shown = ", ".join(f"{float(number):.3g}" for number in numbers)
    shown = shown.replace("-", _MINUS)
    return shown if len(numbers) == 1 else f"({shown})"


def _text(place: tuple[float, float], text: str, colour: str, size: int) -> str:
    return (
        f'<text x="{place[0]:g}" y="{place[1]:g}" font-size="{size}" fill="{colour}" '
        f'text-anchor="middle" font-family="sans-serif">{text}</text>'
    )


def _circle(place: tuple[float, float], fill: str, value: float | None) -> str:
    """Return a circle with the number in it, if it is known."""
    drawn = (
        f'<circle cx="{place[0]:g}" cy="{place[1]:g}" r="{_RADIUS}" fill="{fill}" '
        f'stroke="{INK}"/>'
    )
    if value is None:
        return drawn
    return drawn + _text((place[0], place[1] + 4.5), _number(value), INK, 13)


def _below(place: tuple[float, float], delta: float | None) -> str:
    """Return a unit's gradient, in a tag below its circle."""
    x, y = place[0], place[1] + _RADIUS
    text = "δ" if delta is None else _number(delta, 3)
    return (
        f'<rect x="{x - 25:g}" y="{y - 2:g}" width="50" height="18" rx="4" '
        f'fill="{PAPER}" stroke="{GRADIENT}"/>'
        + _text((x, y + 11.5), text, GRADIENT, 12)
    )


def _box(place: tuple[float, float], loss: float | None) -> str:
    """Return the loss."""
    text = "" if loss is None else _number(loss)
    return (
        f'<rect x="{place[0] - 25:g}" y="{place[1] - 17:g}" width="50" height="34" '
        f'fill="{PAPER}" stroke="{INK}" stroke-width="2"/>'
        + _text((place[0], place[1] + 4.5), text or _ELL, INK, 13)
    )


def _headings(
    places: list[list[tuple[float, float]]], end: tuple[float, float], y: float
) -> Iterator[str]:
    """Yield the names of the columns and of the loss."""
    layers = len(places) - 1
    for layer, column in enumerate(places):
        yield _text((column[0][0], y), _name(layer, layers), INK, 15)
    yield _text((end[0], y), f"loss {_ELL}", INK, 15)


def _rims(
    start: tuple[float, float], end: tuple[float, float]
) -> tuple[float, float, float, float, float, float]:
    """Return both ends of what joins two circles, and its direction."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx**2 + dy**2) ** 0.5
    dx, dy = dx / length, dy / length
    away = _RADIUS + 5
    x, y = start[0] + away * dx, start[1] + away * dy
    return x, y, end[0] - away * dx, end[1] - away * dy, dx, dy


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    x, y, to_x, to_y, _, _ = _rims(start, end)
    return f'<path d="M{x:.0f} {y:.0f}L{to_x:.0f} {to_y:.0f}" stroke="{MUTED}"/>'


def _arrow(start: tuple[float, float], end: tuple[float, float], colour: str) -> str:
    """Return an arrow; on the way back it is dashed."""
    x, y, to_x, to_y, dx, dy = _rims(start, end)
    dashed = ' stroke-dasharray="5 3"' if colour == GRADIENT else ""
    base_x, base_y = to_x - 8 * dx, to_y - 8 * dy
    return (
        f'<path d="M{x:.0f} {y:.0f}L{base_x:.0f} {base_y:.0f}" stroke="{colour}" '
        f'stroke-width="2"{dashed}/>'
        f'<path d="M{to_x:.1f} {to_y:.1f}L{base_x - 4 * dy:.1f} {base_y + 4 * dx:.1f}'
        f'L{base_x + 4 * dy:.1f} {base_y - 4 * dx:.1f}Z" fill="{colour}"/>'
    )
