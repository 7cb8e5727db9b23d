"""A matrix product drawn as rectangles, so that its shapes can be compared by eye.

matplotlib is imported when a drawing is made, never with this module.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from byhand.figures.colours import CONTRAST, INK, INPUT, OUTPUT, PAPER, UNIT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Length = tuple[str, int]
"""A letter and the length that it stands for, as in `("N", 4)`."""

Matrix = tuple[str, Length, Length]
"""The name of a matrix, its rows and its columns."""

_WIDEST = 6.4  # inches
_TALLEST = 3.2  # inches
_LONGEST = 8.0  # units of the drawing that the longest side may take
_COUNTABLE = 12  # rows and columns that are still drawn one by one
_GAP = 2.6  # units between two rectangles: room for a sign and a letter
_BESIDE = 0.35  # units between a rectangle and the letter of its rows
_SIGN = 0.42  # inches that a sign takes, with some space on either side
_LETTERS = 14.4  # points, the size of letters beside rectangles


@dataclass(frozen=True)
class _Block:
    """One rectangle of the drawing, centred on the horizontal axis."""

    name: str
    rows: Length
    columns: Length
    fill: str
    sign: str  # what stands to the left of it
    room: float  # units that the letter of its rows takes
    left: float
    width: float
    height: float

    @property
    def top(self) -> float:
        return self.height / 2

    @property
    def centre(self) -> float:
        return self.left + self.width / 2

    @property
    def right(self) -> float:
        return self.left + self.width


def draw_product(
    left: Matrix,
    right: Matrix,
    product: Matrix,
    *,
    bias: tuple[str, Length] | None = None,
    element: tuple[int, int] | None = None,
) -> "Figure":
    """Draw a matrix product as rectangles, with the length that both factors share.

    Rectangles are to scale where no length exceeds 8. Beyond, a side grows as the
    square root of its length, so that a short side stays visible beside a long one.

    Parameters
    ----------
    left : tuple
        `(name, (letter, rows), (letter, columns))` of the left factor. Name and
        letters are written as in LaTeX, without dollar signs.
    right : tuple
        The same for the right factor, whose rows are the columns of the left one.
    product : tuple
        The same for the product, with the rows of the left factor and the columns
        of the right one.
    bias : tuple, optional
        `(name, (letter, columns))` of a vector that is added to every row.
    element : tuple of int, optional
        Row and column, counted from 1, of the element of the product that is
        outlined, together with the row and the column of which it is the dot
        product.

    Returns
    -------
    matplotlib.figure.Figure
        The drawing. Its label is a text that stands in for the picture.

    Raises
    ------
    ValueError
        If a length is below 1, the shapes do not fit together, or the product has
        no such element.

    Examples
    --------
    >>> figure = draw_product(
    ...     ("x", ("N", 4), ("n", 3)),
    ...     ("W", ("n", 3), ("m", 2)),
    ...     ("z", ("N", 4), ("m", 2)),
    ... )
    >>> figure.get_label()
    'Rectangles for a matrix product: x with N = 4 rows and n = 3 columns, times W ...'
    """
    _check(left, right, product, bias, element)
    from matplotlib.figure import Figure

    scale = 1.0  # inches per unit
    for _ in range(20):  # letters have a size of their own, whatever the scale
        blocks = _place(left, right, product, bias, scale=scale)
        above = max(block.top for block in blocks) + 1.1
        below = max(block.top for block in blocks) + 1.3
        start, end = min(-1.7, -blocks[0].room - 0.4), blocks[-1].right + 0.4
        scale = min(_WIDEST / (end - start), _TALLEST / (above + below))
    figure = Figure(
        figsize=((end - start) * scale, (above + below) * scale), layout="constrained"
    )
    axes = figure.subplots()
    axes.set_aspect("equal")
    axes.set_axis_off()
    axes.set(xlim=(start, end), ylim=(-below, above))
    behind = 0.0
    for block in blocks:
        _draw(axes, block, behind=behind)
        behind = block.right
    _mark_shared(axes, blocks[0], blocks[1])
    if element is not None:
        _outline(axes, blocks, element)
    figure.set_label(_describe(left, right, product, bias, element))
    return figure


def _check(
    left: Matrix,
    right: Matrix,
    product: Matrix,
    bias: tuple[str, Length] | None,
    element: tuple[int, int] | None,
) -> None:
    """Raise if the matrices are not those of a product."""
    for name, rows, columns in (left, right, product):
        if rows[1] < 1 or columns[1] < 1:
            raise ValueError(
                f"{name} must have at least one row and one column, "
                f"got {rows[1]} and {columns[1]}"
            )
    pairs = [
        (f"columns of {left[0]}", left[2], f"rows of {right[0]}", right[1]),
        (f"rows of {product[0]}", product[1], f"rows of {left[0]}", left[1]),
        (f"columns of {product[0]}", product[2], f"columns of {right[0]}", right[2]),
    ]
    if bias is not None:
        pairs.append(
            (f"columns of {bias[0]}", bias[1], f"columns of {product[0]}", product[2])
        )
    for first, one, second, other in pairs:
        if one != other:
            raise ValueError(
                f"the {first} must be the {second}, got {one[0]} = {one[1]} and "
                f"{other[0]} = {other[1]}"
            )
    if element is not None:
        row, column = element
        most_rows, most_columns = product[1][1], product[2][1]
        if not (1 <= row <= most_rows and 1 <= column <= most_columns):
            raise ValueError(
                f"element must be a row from 1 to {most_rows} and a column from 1 to "
                f"{most_columns} of {product[0]}, got {element}"
            )


def _place(
    left: Matrix,
    right: Matrix,
    product: Matrix,
    bias: tuple[str, Length] | None,
    *,
    scale: float,
) -> list[_Block]:
    """Return the rectangles from left to right: factors, bias if any, product."""
    side = _side_of(left, right, product)
    parts = [(left, INPUT, ""), (right, UNIT, "")]
    if bias is not None:
        parts.append(((bias[0], ("", 1), bias[1]), UNIT, "+"))
    parts.append((product, OUTPUT, "="))
    blocks: list[_Block] = []
    for (name, rows, columns), fill, sign in parts:
        room = _width(rows[0]) / scale + _BESIDE if rows[0] else 0.0
        gap = max(_GAP, room + (_SIGN / scale if sign else 0.6))
        block = _Block(
            name=name,
            rows=rows,
            columns=columns,
            fill=fill,
            sign=sign,
            room=room,
            left=blocks[-1].right + gap if blocks else 0.0,
            width=side(columns[1]),
            height=side(rows[1]),
        )
        blocks.append(block)
    return blocks


def _width(letters: str) -> float:
    """Return how wide a letter of LaTeX is, in inches."""
    from matplotlib.textpath import TextPath

    path = TextPath((0, 0), f"${letters}$", size=_LETTERS)
    return float(path.get_extents().width) / 72


def _side_of(*matrices: Matrix) -> Callable[[int], float]:
    """Return the function from a length to the side of a rectangle."""
    longest = max(length for _, *sides in matrices for _, length in sides)
    if longest <= _LONGEST:
        return float
    return lambda length: max(1.0, _LONGEST * (length / longest) ** 0.5)


def _draw(axes: "Axes", block: _Block, *, behind: float) -> None:
    """Draw one rectangle with its rows, columns, name, letters and sign.

    The sign stands in the middle between what ends at `behind` and the letter.
    """
    from matplotlib.patches import Rectangle

    axes.add_patch(
        Rectangle(
            (block.left, -block.top),
            block.width,
            block.height,
            facecolor=block.fill,
            edgecolor=INK,
            zorder=1,
        )
    )
    if max(block.rows[1], block.columns[1]) <= _COUNTABLE:
        _draw_cells(axes, block)
    _write(axes, (block.centre, -block.top - 0.7), f"${block.name}$", size="xx-large")
    _write(axes, (block.centre, block.top + 0.6), f"${block.columns[0]}$")
    if block.rows[0]:
        letter = block.left - (block.room + _BESIDE) / 2
        _write(axes, (letter, 0), f"${block.rows[0]}$")
    if block.sign:
        middle = (behind + block.left - block.room) / 2
        _write(axes, (middle, 0), f"${block.sign}$", size="xx-large")


def _draw_cells(axes: "Axes", block: _Block) -> None:
    """Draw the lines between the rows and between the columns."""
    step = block.width / block.columns[1]
    for column in range(1, block.columns[1]):
        across = block.left + column * step
        axes.plot([across] * 2, [-block.top, block.top], color=PAPER, zorder=2)
    band = block.height / block.rows[1]
    for row in range(1, block.rows[1]):
        up = block.top - row * band
        axes.plot([block.left, block.right], [up] * 2, color=PAPER, zorder=2)


def _mark_shared(axes: "Axes", left: _Block, right: _Block) -> None:
    """Draw the edges that must have the same length: top of one, side of the other."""
    edges = [
        ([left.left, left.right], [left.top, left.top]),
        ([right.left, right.left], [-right.top, right.top]),
    ]
    for across, up in edges:
        axes.plot(
            across,
            up,
            color=CONTRAST,
            linewidth=6,
            solid_capstyle="butt",
            zorder=4,
        )


def _outline(axes: "Axes", blocks: list[_Block], element: tuple[int, int]) -> None:
    """Outline an element of the product and what it is made of."""
    from matplotlib.patches import Rectangle

    left, right, *bias, product = blocks
    row, column = element
    band = product.height / product.rows[1]
    step = product.width / product.columns[1]
    up = product.top - row * band
    boxes = [
        (left.left, up, left.width, band),
        (right.left + (column - 1) * step, -right.top, step, right.height),
        (product.left + (column - 1) * step, up, step, band),
    ]
    for block in bias:
        across = block.left + (column - 1) * step
        boxes.append((across, -block.top, step, block.height))
    for across, bottom, width, height in boxes:
        axes.add_patch(
            Rectangle(
                (across, bottom),
                width,
                height,
                facecolor="none",
                edgecolor=INK,
                linewidth=3,
                zorder=3,
            )
        )


def _write(
    axes: "Axes",
    place: tuple[float, float],
    text: str,
    *,
    size: float | str = _LETTERS,
) -> None:
    """Write in ink, centred on a place."""
    axes.text(*place, text, ha="center", va="center", size=size, color=INK, zorder=5)


def _describe(
    left: Matrix,
    right: Matrix,
    product: Matrix,
    bias: tuple[str, Length] | None,
    element: tuple[int, int] | None,
) -> str:
    """Return the text that stands in for the picture."""
    added = ""
    if bias is not None:
        added = f", plus the row {_spoken(bias[0])} of {_length(bias[1])}"
    told = (
        f"Rectangles for a matrix product: {_shape(left)}, times {_shape(right)}{added}"
        f", is {_shape(product)}. The shared length {_length(left[2])} is marked."
    )
    if element is not None:
        row, column = element
        told += (
            f" Row {row} of {_spoken(left[0])}, column {column} of "
            f"{_spoken(right[0])} and the element of {_spoken(product[0])} that they "
            "give are outlined."
        )
    return told


def _shape(matrix: Matrix) -> str:
    """Return name and shape in words."""
    name, rows, columns = matrix
    return f"{_spoken(name)} with {_count(rows, 'row')} and {_count(columns, 'column')}"


def _count(length: Length, noun: str) -> str:
    """Return how many rows or columns there are, in words."""
    return f"{_length(length)} {noun}{'s' * (length[1] > 1)}"


def _length(length: Length) -> str:
    """Return a letter and what it stands for, or the number alone without a letter."""
    letter, number = length
    return f"{_spoken(letter)} = {number}" if letter != str(number) else letter


def _spoken(latex: str) -> str:
    r"""Return LaTeX without its marks: `W^{(1)\top}` becomes "W(1) transposed"."""
    words = latex.replace(r"^{\top}", r"\top").replace(r"^\top", r"\top")
    words = re.sub(r"\\top(?![a-z])", " transposed", words)
    return re.sub(r"\s+", " ", re.sub(r"[\\{}^_]", "", words)).strip()
