"""Schematic drawings of neurons and networks, for pages and notebooks.

matplotlib is imported when a drawing is made, never with this module. Every
function returns a figure; its label (`figure.get_label()`) is a text that stands
in for the picture.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from byhand.figures.colours import INK, INPUT, MUTED, UNIT
from byhand.shapes.axis import conv_output

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_RADIUS = 0.28


def draw_neuron(inputs: int = 3, *, activation: bool = False) -> "Figure":
    """Draw one neuron: weighted inputs and a bias into a sum, one number out.

    Parameters
    ----------
    inputs : int
        Number of inputs n, from 1 to 8.
    activation : bool
        Whether the sum z passes on through an activation g, which returns a.

    Returns
    -------
    matplotlib.figure.Figure
        The drawing, with inputs on the left and the output on the right.

    Raises
    ------
    ValueError
        If `inputs` is not from 1 to 8.

    Examples
    --------
    >>> draw_neuron(3).get_label()
    'A neuron: 3 inputs x1 to x3, each times its weight w1 to w3, ...'
    >>> draw_neuron(3, activation=True).get_label()
    'A neuron: 3 inputs ...; the sum z passes through the activation g, and a ...'
    """
    if not 1 <= inputs <= 8:
        raise ValueError(f"inputs must be from 1 to 8 to be legible, got {inputs}")
    end = 5.8 if activation else 4.0
    figure, axes = _canvas(1.2 + end, 0.75 * inputs + 1.2)
    heights = [-(j - (inputs - 1) / 2) for j in range(inputs)]
    for j, height in enumerate(heights, start=1):
        index = "" if inputs == 1 else f"_{j}"
        _arrow(axes, (0, height), (2.2, 0), f"$w{index}$")
        _circle(axes, (0, height), f"$x{index}$", INPUT)
    below = heights[-1] - 1
    _arrow(axes, (2.2, below), (2.2, 0), "")
    _circle(axes, (2.2, below), "$b$", INPUT)
    _circle(axes, (2.2, 0), r"$\Sigma$", UNIT)
    if activation:
        _arrow(axes, (2.2, 0), (4.0, 0), "$z$")
        _circle(axes, (4.0, 0), "$g$", UNIT)
        _arrow(axes, (4.0, 0), (end, 0), "")
    else:
        _arrow(axes, (2.2, 0), (end, 0), "")
    last = "$a$" if activation else "$z$"
    axes.text(end + 0.1, 0, last, fontsize=15, va="center", color=INK)
    axes.set(xlim=(-0.5, end + 0.5), ylim=(below - 0.5, heights[0] + 0.5))
    told = "a sum; one number z leaves it."
    if activation:
        told = "a sum; the sum z passes through the activation g, and a leaves it."
    each, weight = (
        name if inputs == 1 else f"{name}1 to {name}{inputs}" for name in "xw"
    )
    figure.set_label(
        f"A neuron: {inputs} input{'s' * (inputs > 1)} {each}, each times its weight "
        f"{weight}, and a bias b enter {told}"
    )
    return figure


def draw_network(
    widths: Sequence[int], *, names: Sequence[str] | None = None
) -> "Figure":
    """Draw a fully connected network, one column of circles a layer.

    Parameters
    ----------
    widths : sequence of int
        Numbers of inputs, of each hidden layer's neurons and of outputs: at least
        two numbers, each from 1 to 12.
    names : sequence of str, optional
        A caption for each column; by default "input", "hidden 1", ..., "output".

    Returns
    -------
    matplotlib.figure.Figure
        The drawing, from the inputs on the left to the outputs on the right.

    Raises
    ------
    ValueError
        If there are fewer than two columns, a width is not from 1 to 12, or the
        number of names differs from the number of columns.

    Examples
    --------
    >>> draw_network([3, 4, 4, 1]).get_label()
    'A network drawn as columns of circles: input 3, hidden 1 4, ...; 32 arrows ...'
    """
    widths = list(widths)
    if len(widths) < 2:
        raise ValueError(f"a network has at least inputs and outputs, got {widths}")
    if not all(1 <= width <= 12 for width in widths):
        raise ValueError(f"widths must be from 1 to 12 to be legible, got {widths}")
    hidden = [f"hidden {layer}" for layer in range(1, len(widths) - 1)]
    captions = list(names) if names is not None else ["input", *hidden, "output"]
    if len(captions) != len(widths):
        raise ValueError(
            f"names must give one caption for each of the {len(widths)} columns, "
            f"got {len(captions)}: {captions}"
        )
    tallest = max(widths)
    figure, axes = _canvas(1.8 * len(widths), 0.72 * tallest + 0.8)
    columns = [
        [(1.9 * layer, (width - 1) / 2 - j) for j in range(width)]
        for layer, width in enumerate(widths)
    ]
    arrows = 0
    for left, right in pairwise(columns):
        for start in left:
            for end in right:
                _arrow(axes, start, end, "", width=0.7)
                arrows += 1
    for layer, column in enumerate(columns):
        for place in column:
            _circle(axes, place, "", INPUT if layer == 0 else UNIT)
        axes.text(1.9 * layer, -(tallest / 2) - 0.2, captions[layer], ha="center")
    axes.set(
        xlim=(-0.7, columns[-1][0][0] + 0.7), ylim=(-tallest / 2 - 0.5, tallest / 2)
    )
    listed = ", ".join(
        f"{name} {width}" for name, width in zip(captions, widths, strict=True)
    )
    figure.set_label(
        f"A network drawn as columns of circles: {listed}; {arrows} arrows join every "
        "circle to all of the next column."
    )
    return figure


def draw_windows(length: int, kernel: int, *, strides: int = 1) -> "Figure":
    """Draw a kernel at each of its places over a row, one place a line.

    Parameters
    ----------
    length : int
        Elements of the row, from 1 to 16.
    kernel : int
        Taps of the kernel.
    strides : int
        Elements from one place to the next.

    Returns
    -------
    matplotlib.figure.Figure
        The drawing, with the row on top and the first place below it.

    Raises
    ------
    ValueError
        If the row has no element or more than 16, or the kernel does not fit.

    Examples
    --------
    >>> draw_windows(7, 3).get_label()
    'A row of 7 elements and, below it, a kernel of 3 taps at its 5 places, ...'
    """
    from matplotlib.patches import Rectangle

    if not 1 <= length <= 16:
        raise ValueError(f"length must be from 1 to 16 to be legible, got {length}")
    places = conv_output(length, kernel, strides=strides)
    figure, axes = _canvas(0.5 * length + 1.4, 0.42 * (places + 1) + 0.3)
    for line in range(places + 1):
        first = (line - 1) * strides
        for element in range(length):
            covered = line and first <= element < first + kernel
            colour = INPUT if not line else UNIT if covered else "none"
            edge = INK if covered or not line else MUTED
            place = (element, -line * 0.9)
            axes.add_patch(
                Rectangle(place, 0.9, 0.75, facecolor=colour, edgecolor=edge)
            )
        label = f"$z_{{{line}}}$" if line else "$x$"
        axes.text(-0.3, -line * 0.9 + 0.37, label, ha="right", va="center", fontsize=13)
    axes.set(xlim=(-1, length), ylim=(-places * 0.9 - 0.1, 0.9))
    figure.set_label(
        f"A row of {length} elements and, below it, a kernel of {kernel} taps at its "
        f"{places} places, each {strides} further to the right than the one above."
    )
    return figure


def _canvas(width: float, height: float) -> "tuple[Figure, Axes]":
    """Return an empty drawing of the given size in inches, without a window."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.set_aspect("equal")
    axes.set_axis_off()
    return figure, axes


def _circle(axes: "Axes", place: tuple[float, float], text: str, colour: str) -> None:
    """Draw one node."""
    from matplotlib.patches import Circle

    axes.add_patch(Circle(place, _RADIUS, facecolor=colour, edgecolor=INK, zorder=2))
    axes.text(*place, text, ha="center", va="center", fontsize=13, color=INK, zorder=3)


def _arrow(
    axes: "Axes",
    start: tuple[float, float],
    end: tuple[float, float],
    text: str,
    *,
    width: float = 1.2,
) -> None:
    """Draw an arrow from the rim of one node to that of another."""
    length = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
    across = [(stop - first) / length for first, stop in zip(start, end, strict=True)]
    tail = [first + _RADIUS * part for first, part in zip(start, across, strict=True)]
    head = [stop - _RADIUS * part for stop, part in zip(end, across, strict=True)]
    axes.annotate(
        "",
        xy=(head[0], head[1]),
        xytext=(tail[0], tail[1]),
        arrowprops={
            "arrowstyle": "-|>",
            "lw": width,
            "color": INK,
            "shrinkA": 0,
            "shrinkB": 0,
        },
        zorder=1,
    )
    if text:
        axes.text(
            start[0] + 0.45 * (end[0] - start[0]),
            start[1] + 0.45 * (end[1] - start[1]) + 0.17,
            text,
            ha="center",
            fontsize=12,
            color=INK,
        )
