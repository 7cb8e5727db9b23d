"""Which elements of an array a normalisation averages together, drawn as blocks.

matplotlib is imported when a drawing is made, never with this module.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from byhand.figures.colours import INK, PAPER, UNIT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EXAMPLES = 4  # along the axis of the mini-batch
CHANNELS = 6
POSITIONS = 4  # along one axis of the image, which stands for height and width
GROUPS = 3  # of channels, in group normalisation

_KINDS = {
    "batch": "one channel, over all examples and all positions",
    "layer": "one example, over all channels and all positions",
    "instance": "one example and one channel, over all positions",
    "group": "one example and one group of channels, over all positions",
}
_ACROSS = (-0.42, 0.34)  # a step along the axis of examples, which points to the back


def draw_normalisation(
    kinds: Sequence[str] = ("batch", "layer", "instance", "group"),
) -> "Figure":
    """Draw a block of activations, with the elements that have one mean in colour.

    The block has examples to the back, channels to the right and positions upwards; a
    convolutional network holds one such block behind each layer.

    Parameters
    ----------
    kinds : sequence of str
        A block for each: "batch", "layer", "instance" or "group" normalisation.

    Returns
    -------
    matplotlib.figure.Figure
        The blocks, two in a row. Its label is a text that stands in for the picture.

    Raises
    ------
    ValueError
        If there is no kind, or a kind is unknown.

    References
    ----------
    Wu and He 2020, doi:10.1007/s11263-019-01198-w, figure 2 (the idea of the blocks).

    Examples
    --------
    >>> draw_normalisation(["group"]).get_label()
    'A block of 4 examples, 6 channels and 4 positions, ... (8 elements).'
    """
    kinds = list(kinds)
    if not kinds:
        raise ValueError("kinds must name at least one normalisation, got none")
    for kind in kinds:
        if kind not in _KINDS:
            raise ValueError(f"unknown kind {kind!r}; there are {', '.join(_KINDS)}")
    from matplotlib.figure import Figure

    columns = min(len(kinds), 2)
    rows = -(-len(kinds) // columns)
    figure = Figure(figsize=(3.2 * columns, 2.7 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for kind, axes in zip(kinds, grid.flat, strict=False):
        _draw_block(axes, kind)
    told = "; ".join(
        f"{kind} normalisation: {_KINDS[kind]} ({_averaged(kind)} elements)"
        for kind in kinds
    )
    figure.set_label(
        f"A block of {EXAMPLES} examples, {CHANNELS} channels and {POSITIONS} "
        "positions, with the elements in colour that share one mean and one "
        f"variance. {told}."
    )
    return figure


def _averaged(kind: str) -> int:
    """Return how many elements of the block share one mean."""
    return POSITIONS * sum(
        _shares(kind, example, channel)
        for example in range(EXAMPLES)
        for channel in range(CHANNELS)
    )


def _shares(kind: str, example: int, channel: int) -> bool:
    """Return whether an element is averaged with the one at the front corner."""
    if kind == "batch":
        return channel == 0
    if kind == "layer":
        return example == 0
    if kind == "group":
        return example == 0 and channel < CHANNELS // GROUPS
    return example == 0 and channel == 0


def _draw_block(axes: "Axes", kind: str) -> None:
    """Draw the three visible faces of the block, the front corner on the left."""
    for channel in range(CHANNELS):
        fill = UNIT if _shares(kind, 0, channel) else PAPER
        for place in range(POSITIONS):  # the front: channels and positions
            _face(axes, (channel, place), ((1, 0), (0, 1)), fill)
        for example in range(EXAMPLES):  # the top: channels and examples
            corner = _behind(channel, POSITIONS, example)
            fill_above = UNIT if _shares(kind, example, channel) else PAPER
            _face(axes, corner, ((1, 0), _ACROSS), fill_above)
    for example in range(EXAMPLES):  # the side, of the first channel
        fill = UNIT if _shares(kind, example, 0) else PAPER
        for place in range(POSITIONS):
            _face(axes, _behind(0, place, example), ((0, 1), _ACROSS), fill)
    axes.set_title(kind)
    axes.text(CHANNELS / 2, -0.25, "channels", ha="center", va="top", color=INK)
    axes.text(
        CHANNELS + 0.2, POSITIONS / 2, "positions", va="center", rotation=90, color=INK
    )
    middle = _behind(0, 0, EXAMPLES / 2)
    axes.text(
        middle[0] - 0.15, middle[1] - 0.1, "examples", ha="right", va="top", color=INK
    )
    deep = EXAMPLES * _ACROSS[0]
    axes.set(xlim=(deep - 2.2, CHANNELS + 1), ylim=(-1.1, POSITIONS + 1.7))
    axes.set_aspect("equal")


def _behind(right: float, up: float, example: float) -> tuple[float, float]:
    """Return the place on the page of a corner some examples behind the front."""
    across, above = _ACROSS
    return right + example * across, up + example * above


def _face(
    axes: "Axes",
    corner: tuple[float, float],
    sides: tuple[tuple[float, float], tuple[float, float]],
    fill: str,
) -> None:
    """Draw a parallelogram from a corner along two sides."""
    from matplotlib.patches import Polygon

    (x, y), ((ax, ay), (bx, by)) = corner, sides
    points = [(x, y), (x + ax, y + ay), (x + ax + bx, y + ay + by), (x + bx, y + by)]
    axes.add_patch(Polygon(points, closed=True, facecolor=fill, edgecolor=INK, lw=0.8))
