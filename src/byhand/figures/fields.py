"""The receptive fields of a stack of layers, along one axis.

matplotlib is imported when a drawing is made, never with this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from byhand.figures.colours import INK, MUTED, REST, UNIT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST = 32  # elements of the input that can still be told apart


@dataclass(frozen=True)
class _Row:
    """The outputs of one layer, or the elements of the input.

    Attributes
    ----------
    name : str
        What stands beside the row.
    count : int
        How many there are.
    field, jump : int
        Input elements that one of them sees, and those from one field to the next.
    seen : int
        How many of them the first output of the last layer sees.
    """

    name: str
    count: int
    field: int
    jump: int
    seen: int

    def centre(self, index: int) -> float:
        """Return where one of them is drawn: in the middle of its field."""
        return index * self.jump + self.field / 2


def draw_receptive_field(layers: Sequence[tuple[int, int]]) -> "Figure":
    """Draw two neighbouring outputs of a stack of convolutions and what they see.

    Parameters
    ----------
    layers : sequence of tuple of int
        Kernel and stride of each layer, the first layer first.

    Returns
    -------
    matplotlib.figure.Figure
        The input at the bottom, one row above it for each layer. What the first
        output sees is filled; below the input stand the fields of both outputs.

    Raises
    ------
    ValueError
        If there is no layer, a kernel or stride is below 1, or the input is longer
        than 32 elements.

    Examples
    --------
    >>> draw_receptive_field([(3, 1), (3, 2), (3, 1)]).get_label()
    'Rows of cells for the input and 3 layers. The first output ... sees 9 of the ...'
    """
    from matplotlib.figure import Figure

    rows = _rows(layers)
    length = rows[0].count
    if length > _MOST:
        raise ValueError(
            f"the input would have {length} elements, and more than {_MOST} cannot be "
            "told apart; take fewer or smaller layers"
        )
    width = min(6.4, 0.42 * length + 1.6)
    figure = Figure(figsize=(width, 0.75 * len(rows) + 0.7), layout="constrained")
    axes = figure.subplots()
    axes.set_axis_off()
    for level, row in enumerate(rows):
        axes.text(-0.4, 2 * level + 0.5, row.name, ha="right", va="center", color=INK)
        for index in range(row.count):
            _cell(axes, row.centre(index), 2 * level, filled=index < row.seen)
        if level:
            for index in range(row.seen):
                _rays(axes, rows[level - 1], layers[level - 1], row, index, level)
    top = rows[-1]
    for number, below in ((0, -0.9), (1, -1.9)):
        start = number * top.jump
        _span(axes, start, start + top.field, below, f"$R = {top.field}$")
    axes.set(xlim=(-3.2, length + 0.2), ylim=(-2.3, 2 * len(rows) - 0.7))
    figure.set_label(
        f"Rows of cells for the input and {len(layers)} layers. The first output of "
        f"the last layer sees {top.field} of the {length} elements of the input; the "
        f"field of the second output lies {top.jump} further to the right."
    )
    return figure


def _rows(layers: Sequence[tuple[int, int]]) -> list[_Row]:
    """Return the input and the outputs of each layer, two of them in the last."""
    if not layers:
        raise ValueError("layers must hold at least one kernel with its stride")
    for kernel, stride in layers:
        if kernel < 1 or stride < 1:
            raise ValueError(
                f"kernels and strides must be at least 1, got {(kernel, stride)}"
            )
    counts, seen = [2], [1]
    for kernel, stride in reversed(layers):
        counts.insert(0, (counts[0] - 1) * stride + kernel)
        seen.insert(0, (seen[0] - 1) * stride + kernel)
    rows = [_Row("input", counts[0], 1, 1, seen[0])]
    for number, (kernel, stride) in enumerate(layers, start=1):
        below = rows[-1]
        field = below.field + (kernel - 1) * below.jump
        jump = below.jump * stride
        rows.append(_Row(f"layer {number}", counts[number], field, jump, seen[number]))
    return rows


def _cell(axes: "Axes", centre: float, bottom: float, *, filled: bool) -> None:
    """Draw one element."""
    from matplotlib.patches import Rectangle

    fill = UNIT if filled else REST
    corner = (centre - 0.42, bottom)
    axes.add_patch(
        Rectangle(corner, 0.84, 1, facecolor=fill, edgecolor=INK, lw=0.8, zorder=2)
    )


def _rays(
    axes: "Axes",
    below: _Row,
    layer: tuple[int, int],
    row: _Row,
    index: int,
    level: int,
) -> None:
    """Draw the lines from one output to the first and the last that it meets."""
    kernel, stride = layer
    for met in {index * stride, index * stride + kernel - 1}:
        across = (row.centre(index), below.centre(met))
        axes.plot(across, (2 * level, 2 * level - 1), color=MUTED, lw=0.9, zorder=1)


def _span(axes: "Axes", start: float, end: float, height: float, text: str) -> None:
    """Draw a double arrow from one place of the input to another, with its length."""
    arrow = {"arrowstyle": "<->", "color": INK, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (start, height), (end, height), arrowprops=arrow)
    middle = (start + end) / 2
    axes.text(middle, height + 0.08, text, ha="center", va="bottom", color=INK)
