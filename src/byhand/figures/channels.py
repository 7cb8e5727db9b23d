"""A convolutional layer in numbers: input channels, filters and the maps they make.

matplotlib and NumPy are imported when a drawing is made, never with this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from byhand.figures.colours import INK, INPUT, OUTPUT, UNIT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

_WIDEST = 6.4  # inches
_GAP = 1.3  # cells between two columns, room for a sign
_MOST = 16  # cells from left to right that can still be read


def draw_filters(
    image: ArrayLike, weights: ArrayLike, biases: ArrayLike | None = None
) -> Figure:
    """Draw the channels of an image, some filters, and their feature maps in numbers.

    The first window of the input and what it gives have a thick outline.

    Parameters
    ----------
    image : array_like
        One image of shape (height, width, c), channels last.
    weights : array_like
        The filters, of shape (k, k, c, f): filter m is the block `weights[..., m]`.
    biases : array_like, optional
        One bias for each filter, of shape (f,); zeros by default.

    Returns
    -------
    matplotlib.figure.Figure
        From left to right the channels, one column for each filter with a kernel for
        each channel, and the feature maps.

    Raises
    ------
    ValueError
        If the shapes do not fit together, or the drawing would be too wide to read.

    Examples
    --------
    >>> import numpy as np
    >>> draw_filters(np.ones((3, 3, 2)), np.ones((2, 2, 2, 1))).get_label()
    'An image of 3 x 3 pixels with 2 channels, 1 filter of 2 x 2 x 2 weights, ...'
    """
    import numpy as np

    x = np.asarray(image, dtype=float)
    kernels = np.asarray(weights, dtype=float)
    if x.ndim != 3 or kernels.ndim != 4 or kernels.shape[2] != x.shape[2]:
        raise ValueError(
            "image must be of shape (height, width, c) and weights of shape "
            f"(k, k, c, f) with the same c, got {x.shape} and {kernels.shape}"
        )
    filters = kernels.shape[3]
    b = np.zeros(filters) if biases is None else np.asarray(biases, dtype=float)
    if b.shape != (filters,):
        raise ValueError(
            f"biases must hold one number for each of the {filters} filters, got an "
            f"array of shape {b.shape}"
        )
    maps = _feature_maps(x, kernels, b)
    k = kernels.shape[0]
    cells = x.shape[1] + filters * k + maps.shape[1]
    if cells > _MOST:
        raise ValueError(
            f"the drawing would be {cells} cells wide, and more than {_MOST} cannot be "
            "read; take a smaller image or fewer filters"
        )
    return _drawing(x, kernels, b, maps)


def _feature_maps(
    x: NDArray[Any], kernels: NDArray[Any], biases: NDArray[Any]
) -> NDArray[Any]:
    """Return the feature maps of one image, of shape (rows, columns, f)."""
    k = kernels.shape[0]
    rows, columns = (length - k + 1 for length in x.shape[:2])
    if rows < 1 or columns < 1:
        raise ValueError(
            f"a kernel of {k} x {k} taps does not fit into an image of "
            f"{x.shape[0]} x {x.shape[1]} pixels; take a larger image"
        )
    import numpy as np

    maps = np.zeros((rows, columns, kernels.shape[3]))
    for u, v in np.ndindex(rows, columns):
        window = x[u : u + k, v : v + k, :, np.newaxis]
        maps[u, v] = (window * kernels).sum(axis=(0, 1, 2)) + biases
    return maps


def _drawing(
    x: NDArray[Any], kernels: NDArray[Any], biases: NDArray[Any], maps: NDArray[Any]
) -> Figure:
    """Return the drawing of arrays that fit together."""
    from matplotlib.figure import Figure

    height, width, channels = x.shape
    k, filters = kernels.shape[0], kernels.shape[3]
    pitch = height + 1.0  # from one channel to the one below
    columns = width + filters * k + maps.shape[1] + _GAP * (filters + 1)
    tall = max(channels * pitch, filters * (maps.shape[0] + 1.0)) + 1.3
    figure = Figure(
        figsize=(_WIDEST, _WIDEST * tall / columns + 0.2), layout="constrained"
    )
    axes = figure.subplots()
    axes.set_aspect("equal")
    axes.set_axis_off()
    middle = -channels * pitch / 2 + 0.5
    for j in range(channels):
        _grid(axes, x[:, :, j], (0.0, -j * pitch), INPUT)
        _outline(axes, (0.0, -j * pitch), k)
    axes.text(width / 2, 0.4, "input", ha="center", color=INK)
    left = width + _GAP
    axes.text(width + _GAP / 2, middle, r"$\ast$", ha="center", va="center", color=INK)
    for m in range(filters):
        for j in range(channels):
            top = -j * pitch - (height - k) / 2
            _grid(axes, kernels[:, :, j, m], (left, top), UNIT)
        axes.text(left + k / 2, 0.4, f"filter {m + 1}", ha="center", color=INK)
        foot = -channels * pitch + 0.5
        bias = f"$b_{m + 1} = {_number(biases[m])}$"
        axes.text(left + k / 2, foot, bias, ha="center", va="center", color=INK)
        left += k + _GAP
    axes.text(left - _GAP / 2, middle, "=", ha="center", va="center", color=INK)
    for m in range(filters):
        top = middle + (filters * (maps.shape[0] + 1.0) - 1.0) / 2
        top -= m * (maps.shape[0] + 1.0)
        _grid(axes, maps[:, :, m], (left, top), OUTPUT)
        _outline(axes, (left, top), 1)
        name = f"map {m + 1}"
        axes.text(left + maps.shape[1] / 2, top + 0.2, name, ha="center", color=INK)
    axes.set(xlim=(-0.2, columns + 0.2), ylim=(1.1 - tall, 1.2))
    several = "s" if filters > 1 else ""
    firsts = ", ".join(_number(value) for value in maps[0, 0])
    figure.set_label(
        f"An image of {height} x {width} pixels with {channels} channels, {filters} "
        f"filter{several} of {k} x {k} x {channels} weights, and {filters} feature "
        f"map{several} of {maps.shape[0]} x {maps.shape[1]}; the first window gives "
        f"{firsts}."
    )
    return figure


def _number(value: float) -> str:
    """Return a number as short as it can be read."""
    return f"{round(float(value), 2) + 0.0:g}".replace("-", "\N{MINUS SIGN}")


def _grid(
    axes: Axes, values: NDArray[Any], corner: tuple[float, float], fill: str
) -> None:
    """Draw the numbers of a matrix in cells, from its upper left corner."""
    import numpy as np
    from matplotlib.patches import Rectangle

    for (row, column), value in np.ndenumerate(values):
        x, y = corner[0] + column, corner[1] - row - 1
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor=fill, edgecolor=INK, lw=0.8))
        text = _number(value)
        axes.text(x + 0.5, y + 0.5, text, ha="center", va="center", color=INK)


def _outline(axes: Axes, corner: tuple[float, float], size: int) -> None:
    """Draw a thick outline around the first cells of a grid."""
    from matplotlib.patches import Rectangle

    place = (corner[0], corner[1] - size)
    axes.add_patch(
        Rectangle(place, size, size, facecolor="none", edgecolor=INK, lw=2.5, zorder=3)
    )
