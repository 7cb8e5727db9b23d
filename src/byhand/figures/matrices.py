"""The matrix of a convolution along one axis, coloured by tap.

matplotlib is imported when a drawing is made, never with this module.
"""

from typing import TYPE_CHECKING

from byhand.figures.colours import CYCLE, INK, MUTED
from byhand.figures.walking import walk

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST = 12  # rows and columns whose labels can be read
_STRENGTH = 0.4  # of a colour behind letters in ink


def draw_convolution_matrix(length: int, kernel: int, *, strides: int = 1) -> "Figure":
    """Draw the dense layer that does what a convolution does, with equal weights alike.

    Parameters
    ----------
    length : int
        Elements of the input, the rows of the matrix: from 1 to 12.
    kernel : int
        Taps of the kernel, at most 7.
    strides : int
        Elements from one position of the kernel to the next.

    Returns
    -------
    matplotlib.figure.Figure
        One row for each input, one column for each output; a cell without a tap is
        a weight that is zero.

    Raises
    ------
    ValueError
        If there are too many rows or taps.
    ShapeError
        If the kernel does not fit.

    Examples
    --------
    >>> draw_convolution_matrix(5, 3).get_label()
    'A matrix of 5 rows and 3 columns, in which 9 of 15 weights are not zero ...'
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    if not 1 <= length <= _MOST:
        raise ValueError(f"length must be from 1 to {_MOST}, got {length}")
    if not 1 <= kernel < len(CYCLE):
        raise ValueError(
            f"kernel must be from 1 to {len(CYCLE) - 1}, as there are so many colours, "
            f"got {kernel}"
        )
    positions = walk(length, kernel, strides=strides).starts
    taps = {
        (start + tap, column): tap
        for column, start in enumerate(positions)
        for tap in range(kernel)
    }
    columns = len(positions)
    figure = Figure(
        figsize=(min(6.4, 0.5 * columns + 0.9), min(6.4, 0.5 * length + 0.6)),
        layout="constrained",
    )
    axes = figure.subplots()
    axes.set_aspect("equal")
    axes.set_axis_off()
    for row in range(length):
        axes.text(-0.25, row + 0.5, f"$x_{{{row + 1}}}$", ha="right", va="center")
        for column in range(columns):
            tap = taps.get((row, column))
            fill = "none" if tap is None else (CYCLE[tap], _STRENGTH)
            axes.add_patch(
                Rectangle((column, row), 1, 1, facecolor=fill, edgecolor=MUTED, lw=0.8)
            )
            text = "0" if tap is None else f"$W_{{{tap}}}$"
            colour = MUTED if tap is None else INK
            centre = (column + 0.5, row + 0.5)
            axes.text(*centre, text, ha="center", va="center", color=colour)
    for column in range(columns):
        axes.text(column + 0.5, -0.25, f"$z_{{{column + 1}}}$", ha="center")
    axes.set(xlim=(-0.9, columns + 0.1), ylim=(length + 0.1, -0.8))
    figure.set_label(
        f"A matrix of {length} rows and {columns} columns, in which {len(taps)} of "
        f"{length * columns} weights are not zero and take {kernel} values: each "
        f"column holds the {kernel} taps of the kernel one below the other, and the "
        f"next column holds them {strides} further down."
    )
    return figure
