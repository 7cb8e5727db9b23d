"""One dialect of SVG for every drawing: a palette, text, boxes, arrows, a document.

A drawing has its own white paper, so that it reads the same wherever it is shown. The
colours are those of the book's other drawings (byhand.figures.colours) where they mean
the same, and are written as attributes alone: the book's style sheet finds them there
and gives each its partner on a dark page.
"""

from __future__ import annotations

from byhand.shapes.escaping import columns_of, for_page, visible
from byhand.shapes.tensor import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.network import Row

INK, PAPER, EDGE = "#24292f", "#ffffff", "#57606a"
NAME_SIZE, TEXT_SIZE = 12, 11  # pixels
LETTER = 6.6  # pixels that a letter of TEXT_SIZE takes, on the wide side
LINE_HEIGHT = 14
LONGEST_LINE = 34  # characters in a box

OTHER = "#e6e8eb"
# By what a class's name holds, or a function's, the first that is there.
PALETTE = {
    "input": "#f6d7a7",
    "padding": OTHER,
    "norm": "#d9cdec",
    "pool": "#c5e3b0",
    "upsampl": "#c5e3b0",
    "lstm": "#f3cfe0",
    "gru": "#f3cfe0",
    "rnn": "#f3cfe0",
    "bidirectional": "#f3cfe0",
    "conv": "#a9c9e8",
    "attention": "#bfe3e0",
    "embedding": "#bfe3e0",
    "dense": "#e8b7b7",
    "linear": "#e8b7b7",
    "add": "#fff2b3",
    "cat": "#fff2b3",
    "multiply": "#fff2b3",
}


def colour(kind: str) -> str:
    """Return the colour of a class of layer."""
    name = kind.lower()
    return next((fill for word, fill in PALETTE.items() if word in name), OTHER)


def opaque(row: Row) -> bool:
    """Return whether something of a row is not known."""
    if row.macs is None or None in row.outputs:
        return True
    return row.layer is not None and not row.layer._counts_all_


def shapes_of(row: Row) -> str:
    """Return the output shapes of a row."""
    return ", ".join(show(shape) for shape in row.outputs)


def lines_of(row: Row) -> list[str]:
    """Return what stands in or below a box: name, class and output shapes."""
    lines = [row.name, row.kind, shapes_of(row)]
    return [visible(line, most=LONGEST_LINE) for line in lines]


def width_of(lines: Sequence[str]) -> float:
    """Return the pixels that the widest of some lines takes."""
    return LETTER * max(map(columns_of, lines))


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = TEXT_SIZE,
    anchor: str = "middle",
    halo: bool = False,
) -> str:
    """Return a line of text at x, on the base line y.

    Parameters
    ----------
    x, y : float
        Where it stands.
    words : str
        What is written.
    size : int
        Height of the letters.
    anchor : {"middle", "start", "end"}
        What of the text stands at x.
    halo : bool
        Whether lines end shortly before the letters.
    """
    around = f' paint-order="stroke" stroke="{PAPER}" stroke-width="4"' if halo else ""
    return (
        f'<text x="{x:.6g}" y="{y:.6g}" font-size="{size}" fill="{INK}" '
        f'text-anchor="{anchor}"{around}>{for_page(words)}</text>'
    )


def style_of(row: Row) -> str:
    """Return fill and outline of a row's box; dashed where not all is known."""
    if opaque(row):
        return f'fill="{PAPER}" stroke="{INK}" stroke-dasharray="5 3"'
    return f'fill="{colour(row.kind)}" stroke="{INK}"'


def group(row: Row, parts: Sequence[str]) -> list[str]:
    """Return the parts of one box, with a title that a pointer and a reader find."""
    title = f"{row.name} ({row.kind}) {shapes_of(row)}"
    if row.note:
        title += f": {row.note}"
    title = visible(title, most=600)
    return ["<g>", f"<title>{for_page(title)}</title>", *parts, "</g>"]


def arrow(path: str, x: float, y: float, *, towards: str = "down") -> str:
    """Return a line that ends in an arrow head with its point at x, y.

    Parameters
    ----------
    path : str
        The line, up to the point.
    x, y : float
        The point of the head.
    towards : {"down", "right", "up"}
        Where the head points.
    """
    if towards in ("down", "up"):
        back = y - 7 if towards == "down" else y + 7
        corners = [(x, y), (x - 4, back), (x + 4, back)]
    else:
        corners = [(x, y), (x - 7, y - 4), (x - 7, y + 4)]
    head = " ".join(f"{a:.6g},{b:.6g}" for a, b in corners)
    return (
        f'<path class="edge" d="{path}" fill="none" stroke="{EDGE}" '
        f'stroke-width="1.5"/><polygon points="{head}" fill="{EDGE}"/>'
    )


def rounded(points: Sequence[tuple[float, float]], *, radius: float = 7) -> str:
    """Return a path along level and upright lines, with round corners."""
    (x, y), *rest = points
    parts = [f"M{x:.6g},{y:.6g}"]
    for at, (a, b) in enumerate(rest):
        if at + 1 == len(rest):
            parts.append(f"L{a:.6g},{b:.6g}")
            break
        before, after = points[at], points[at + 2]
        start, stop = (_towards((a, b), end, radius) for end in (before, after))
        parts.append(f"L{start[0]:.6g},{start[1]:.6g}")
        parts.append(f"Q{a:.6g},{b:.6g} {stop[0]:.6g},{stop[1]:.6g}")
    return " ".join(parts)


def _towards(
    corner: tuple[float, float], end: tuple[float, float], radius: float
) -> tuple[float, float]:
    """Return the point that lies a radius from a corner, at most half of the way."""
    along = [b - a for a, b in zip(corner, end, strict=True)]
    length = max(abs(along[0]), abs(along[1])) or 1
    part = min(radius, length / 2) / length
    return corner[0] + part * along[0], corner[1] + part * along[1]


def document(
    title: str, about: str, parts: Sequence[Any], width: float, height: float
) -> str:
    """Return the parts as a document of the given size in pixels."""
    across, down = int(width + 0.999), int(height + 0.999)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across} {down}" '
        f'width="{across}" height="{down}" role="img" '
        'aria-labelledby="title about" font-family="sans-serif" '
        f'font-size="{NAME_SIZE}">',
        f'<title id="title">{for_page(title)}</title>',
        f'<desc id="about">{for_page(about)}</desc>',
        f'<rect width="{across}" height="{down}" fill="{PAPER}"/>',
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"
