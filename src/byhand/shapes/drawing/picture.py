"""A network as a picture, in one of two styles."""

from __future__ import annotations

from byhand.shapes.drawing.graph import graph_of
from byhand.shapes.drawing.svg import document, shapes_of
from byhand.shapes.drawing.volumes import volumes_of
from byhand.shapes.errors import ShapeError
from byhand.shapes.escaping import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from byhand.shapes.network import Network, Row

STYLES = ("volumes", "graph")
MOST_STEPS = 30  # named in the description


def drawing(network: Network, *, style: str = "volumes") -> str:
    """Return a network as SVG.

    Parameters
    ----------
    network : Sequential or Model
        A network with its input.
    style : {"volumes", "graph"}
        "volumes" draws the output of each call as a box whose sides grow with the
        logarithm of its lengths, in the order of the calls, with arcs for what skips
        some; "graph" draws the calls below one another with an arrow for each tensor.

    Returns
    -------
    str
        An SVG document. What is not wholly known stands in a dashed box.

    Raises
    ------
    ShapeError
        If the network has no input yet.
    ValueError
        If the style is another, or the graph is too large to be read as a picture.
    """
    if style not in STYLES:
        names = ", ".join(repr(name) for name in STYLES)
        raise ValueError(f"style must be one of {names}, got {style!r}")
    rows = network._rows_()
    if not rows:
        raise ShapeError(
            f"{network._label_} has no input yet, so there is nothing to draw; put "
            "Input(shape) first, or call build((None, ...))"
        )
    edges = edges_of(network, rows)
    if style == "volumes":
        first = network._channels_first_ or any(map(_channels_first, rows))
        parts, width, height = volumes_of(rows, edges, channels_first=first)
    else:
        parts, width, height = graph_of(rows, edges)
    name = network.name or network._base_name_
    return document(visible(name), _described(network, rows), parts, width, height)


def _channels_first(row: Row) -> bool:
    """Return whether a layer has its channels before the other axes."""
    return getattr(row.layer, "data_format", None) == "channels_first"


def edges_of(network: Network, rows: Sequence[Row]) -> list[tuple[int, int]]:
    """Return the rows that each tensor joins: the one it comes from, and each user."""
    made_by = {id(tensor): number for number, tensor in enumerate(network._inputs_)}
    edges = []
    for number, row in enumerate(rows):
        if row.call is None:
            continue
        edges += [
            (made_by[id(tensor)], number)
            for tensor in row.call.inputs
            if id(tensor) in made_by  # a weight comes from no row
        ]
        for tensor in row.call.outputs:
            made_by[id(tensor)] = number
    return edges


def _described(network: Network, rows: Sequence[Row]) -> str:
    """Return the drawing in words."""
    steps = [visible(f"{row.name} {shapes_of(row)}") for row in rows]
    if len(steps) > MOST_STEPS:
        half = MOST_STEPS // 2
        left_out = f"{len(steps) - MOST_STEPS} more"
        steps = [*steps[:half], left_out, *steps[-half:]]
    count = network.count_params()
    parameters = "an unknown number of" if count is None else count
    return f"{len(rows)} steps, {parameters} parameters: " + ", ".join(steps)
