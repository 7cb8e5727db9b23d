"""Drawings of a network as SVG: its volumes side by side, or its graph of calls.

The same network gives the same bytes. Each drawing carries a title and a description
for those who cannot see it, and asks for nothing from elsewhere.
"""

from __future__ import annotations

from byhand.shapes.tensor import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STYLES = ("volumes", "graph")
INK, PAPER, EDGE = "#222222", "#ffffff", "#7a7a7a"
COLOURS = {
    "InputLayer": "#f6d7a7",
    "Conv": "#a9c9e8",
    "Pool": "#c5e3b0",
    "Dense": "#e8b7b7",
    "Normalization": "#d9cdec",
}
OTHER = "#e6e6e6"


def drawing(network: Any, *, style: str = "volumes") -> str:
    """Return a network as SVG.

    Parameters
    ----------
    network : Sequential or Model
        A network with its input.
    style : {"volumes", "graph"}
        "volumes" draws the output of each call as a box whose sides grow with the
        logarithm of its lengths, in the order of the calls; "graph" draws the calls
        below one another with the tensors that join them.

    Returns
    -------
    str
        An SVG document.

    Raises
    ------
    ValueError
        If the style is another.
    """
    if style not in STYLES:
        names = ", ".join(repr(name) for name in STYLES)
        raise ValueError(f"style must be one of {names}, got {style!r}")
    rows = network.rows
    parts, width, height = _volumes(rows) if style == "volumes" else _graph(network)
    name = network.name or type(network).__name__.lower()
    return _document(name, _described(network, rows), parts, width, height)


def _described(network: Any, rows: list[Any]) -> str:
    """Return the drawing in words."""
    steps = [f"{row.name} {_shapes(row)}" for row in rows]
    if len(steps) > 30:
        steps = [*steps[:15], f"{len(steps) - 30} more", *steps[-15:]]
    return f"{len(rows)} steps, {network.count_params()} parameters: " + ", ".join(
        steps
    )


def _shapes(row: Any) -> str:
    """Return the output shapes of a row."""
    return ", ".join(show(shape) for shape in row.outputs)


def _document(title: str, about: str, parts: list[str], width: int, height: int) -> str:
    """Return the parts as a document of the given size in pixels."""
    from html import escape

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" '
        'aria-labelledby="title about" font-family="sans-serif" font-size="12">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="about">{escape(about)}</desc>',
        f'<rect width="{width}" height="{height}" fill="{PAPER}"/>',
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _colour(kind: str) -> str:
    """Return the colour of a kind of layer."""
    return next((c for word, c in COLOURS.items() if word in kind), OTHER)


def _side(length: Any) -> int:
    """Return how long a length is drawn, in pixels; a medium side if unknown."""
    if not isinstance(length, int):
        return 60
    return 8 + 12 * max(length, 1).bit_length()


def _text(x: float, y: float, text: str, *, size: int = 12) -> str:
    """Return a line of text, centred at x."""
    from html import escape

    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" fill="{INK}" '
        f'text-anchor="middle">{escape(text)}</text>'
    )


def _volumes(rows: list[Any]) -> tuple[list[str], int, int]:
    """Return one box for each row, from left to right."""
    sizes = []
    for row in rows:
        shape = row.outputs[0][1:]
        if len(shape) >= 2:
            up = _side(shape[0])
            back = _side(shape[1]) // 2 if len(shape) > 2 else 10
            across = max(_side(shape[-1]) // 2, 10)
        else:
            up, back, across = _side(shape[0] if shape else 1), 6, 14
        sizes.append((up, back, across))
    middle = max(up + back for up, back, _ in sizes) / 2 + 20
    below = 2 * middle + 14
    parts, x = [], 20.0
    for row, (up, back, across) in zip(rows, sizes, strict=True):
        lines = [row.name, row.kind, _shapes(row)]
        room = max(across + back, 7 * max(map(len, lines)))
        left, top = x + (room - across - back) / 2, middle - (up - back) / 2
        parts += _box(left, top, up, back, across, _colour(row.kind))
        for number, line in enumerate(lines):
            parts.append(_text(x + room / 2, below + 16 * number, line, size=11))
        x += room + 24
    return parts, int(x), int(below + 46)


def _box(
    x: float, y: float, up: float, back: float, across: float, fill: str
) -> list[str]:
    """Return the three visible faces of a box, front first."""
    skew = back / 2
    front = [(x, y), (x + across, y), (x + across, y + up), (x, y + up)]
    top = [(x, y), (x + skew, y - skew), (x + across + skew, y - skew), (x + across, y)]
    side = [
        (x + across, y),
        (x + across + skew, y - skew),
        (x + across + skew, y + up - skew),
        (x + across, y + up),
    ]
    faces = []
    for points, shade in ((front, 1.0), (top, 0.75), (side, 0.55)):
        path = " ".join(f"{a:g},{b:g}" for a, b in points)
        faces.append(
            f'<polygon points="{path}" fill="{fill}" fill-opacity="{shade}" '
            f'stroke="{INK}" stroke-width="1"/>'
        )
    return faces


def _graph(network: Any) -> tuple[list[str], int, int]:
    """Return a box for each call, below those it needs, and a line for each tensor."""
    rows = network.rows
    depth: dict[int, int] = {id(tensor): 0 for tensor in network.inputs}
    made_by: dict[int, int] = {
        id(tensor): number for number, tensor in enumerate(network.inputs)
    }
    levels: list[int] = [0] * len(network.inputs)
    joins: list[tuple[int, int]] = []
    for number, row in enumerate(rows):
        if row.call is None:
            continue
        level = 1 + max(depth[id(tensor)] for tensor in row.call.inputs)
        levels.append(level)
        joins += [(made_by[id(tensor)], number) for tensor in row.call.inputs]
        for tensor in row.call.outputs:
            depth[id(tensor)], made_by[id(tensor)] = level, number
    labels = [(f"{row.name} ({row.kind})", _shapes(row)) for row in rows]
    room = 40 + max(7 * len(line) for label in labels for line in label)
    columns: dict[int, int] = {}
    places = []
    for level in levels:
        column = columns.get(level, 0)
        columns[level] = column + 1
        places.append((20 + room * column, 20 + 64 * level))
    box = room - 20
    parts = [
        f'<line x1="{places[a][0] + box / 2:g}" y1="{places[a][1] + 40}" '
        f'x2="{places[b][0] + box / 2:g}" y2="{places[b][1]}" stroke="{EDGE}" '
        'stroke-width="1.5"/>'
        for a, b in joins
    ]
    for row, (x, y), (first, second) in zip(rows, places, labels, strict=True):
        parts += [
            f'<rect x="{x}" y="{y}" width="{box}" height="40" rx="4" '
            f'fill="{_colour(row.kind)}" stroke="{INK}"/>',
            _text(x + box / 2, y + 16, first),
            _text(x + box / 2, y + 32, second, size=11),
        ]
    width = 20 + room * max(columns.values())
    return parts, width, 20 + 64 * (max(levels) + 1)
