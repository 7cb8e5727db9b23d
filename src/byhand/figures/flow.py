"""Values that flow forward through a network, and derivatives that flow back."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from byhand.figures.animation import Animation
from byhand.figures.colours import INK, INPUT, UNIT

QUIET, FORWARD, BACK = "#c8c8c8", "#0b5394", "#b03a00"
_RADIUS, _ACROSS, _DOWN, _TOP = 21, 118, 74, 40
_ELL, _MINUS = "\N{SCRIPT SMALL L}", "\N{MINUS SIGN}"
_RAISED = str.maketrans("0123456789()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾")

Columns = Sequence[Sequence[float]]


def draw_flow(
    widths: Sequence[int],
    *,
    values: Columns | None = None,
    loss: float | None = None,
    slopes: Columns | None = None,
) -> Animation:
    """Draw a pass through a network, forward to the loss and back again.

    Parameters
    ----------
    widths : sequence of int
        Numbers of inputs and of each layer's neurons: two to five numbers, each from
        1 to 6.
    values : sequence of sequence of float, optional
        What stands in the circles: the inputs, then each layer's activations.
    loss : float, optional
        The loss of the output.
    slopes : sequence of sequence of float, optional
        For each layer, first to last, the derivative of the loss by each neuron's
        weighted sum z.

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
    _fitting("slopes", slopes, widths[1:])
    layers = len(widths) - 1
    places = _places(widths)
    end = (places[-1][0][0] + _ACROSS, _middle(widths))
    frames, captions = [], []
    for step in range(2 * layers + 3):
        # How far the pass has come: layers filled, loss known, layers come back.
        reached = min(step, layers)
        back = max(0, min(step - layers - 1, layers))
        moving = [*_moving(places, end, step)]
        forward = step <= layers + 1
        parts = [_arrow(*ends, FORWARD if forward else BACK) for ends in moving]
        for layer, column in enumerate(places):
            filled = layer <= reached
            known = layer > layers - back
            for k, place in enumerate(column):
                number = values[layer][k] if values and filled else None
                slope = slopes[layer - 1][k] if slopes and known else None
                fill = (INPUT if layer == 0 else UNIT) if filled else "#fff"
                parts.append(_circle(place, fill, number))
                if known:
                    parts.append(_below(place, slope))
        if step > layers:
            parts.append(_box(end, loss))
        frames.append("".join(parts))
        captions.append(_caption(step, widths, values, loss, slopes))
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
    told += "derivatives of the loss appear layer by layer from right to left"
    if slopes:
        told += f", {_list(slopes[-1])} at the output and {_list(slopes[0])} at the "
        told += "first layer"
    return Animation(
        tuple(frames),
        tuple(captions),
        width=end[0] + 50,
        height=_TOP + _DOWN * max(widths),
        label=told + ".",
        background=background,
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


def _caption(
    step: int,
    widths: list[int],
    values: Columns | None,
    loss: float | None,
    slopes: Columns | None,
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
            f"Forward, layer {step}: each neuron weighs what arrives, adds its bias "
            f"and bends the sum{given}."
        )
    if step == layers + 1:
        given = "" if loss is None else f": {_ELL} = {loss:.4g}"
        return f"The output is compared with the target{given}."
    if step <= 2 * layers + 1:
        layer = 2 * layers + 2 - step
        given = f": {_slope(layer)} = {_list(slopes[layer - 1])}" if slopes else ""
        what = (
            "the slope of the loss"
            if layer == layers
            else f"what layer {layer + 1} sends back through its weights"
        )
        return f"Backward, layer {layer}: {what}, times the slope g'(z){given}."
    return (
        "Every weight has its derivative now: the number at the start of its arrow "
        "times the derivative at its end."
    )


def _name(layer: int, layers: int) -> str:
    """Return the name of what a column holds."""
    return "x" if not layer else "y" if layer == layers else f"a{_raised(layer)}"


def _raised(layer: int) -> str:
    return f"({layer})".translate(_RAISED)


def _slope(layer: int) -> str:
    return f"∂{_ELL}/∂z{_raised(layer)}"


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


def _below(place: tuple[float, float], slope: float | None) -> str:
    """Return a neuron's derivative, in a tag below its circle."""
    x, y = place[0], place[1] + _RADIUS
    text = "∂" if slope is None else _number(slope, 3)
    return (
        f'<rect x="{x - 25:g}" y="{y - 2:g}" width="50" height="18" rx="4" '
        f'fill="#fff" stroke="{BACK}"/>' + _text((x, y + 11.5), text, BACK, 12)
    )


def _box(place: tuple[float, float], loss: float | None) -> str:
    """Return the loss."""
    text = "" if loss is None else _number(loss)
    return (
        f'<rect x="{place[0] - 25:g}" y="{place[1] - 17:g}" width="50" height="34" '
        f'fill="#fff" stroke="{INK}" stroke-width="2"/>'
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
    return f'<path d="M{x:.0f} {y:.0f}L{to_x:.0f} {to_y:.0f}" stroke="{QUIET}"/>'


def _arrow(start: tuple[float, float], end: tuple[float, float], colour: str) -> str:
    """Return an arrow; on the way back it is dashed."""
    x, y, to_x, to_y, dx, dy = _rims(start, end)
    dashed = ' stroke-dasharray="5 3"' if colour == BACK else ""
    base_x, base_y = to_x - 8 * dx, to_y - 8 * dy
    return (
        f'<path d="M{x:.0f} {y:.0f}L{base_x:.0f} {base_y:.0f}" stroke="{colour}" '
        f'stroke-width="2"{dashed}/>'
        f'<path d="M{to_x:.1f} {to_y:.1f}L{base_x - 4 * dy:.1f} {base_y + 4 * dx:.1f}'
        f'L{base_x + 4 * dy:.1f} {base_y - 4 * dx:.1f}Z" fill="{colour}"/>'
    )
