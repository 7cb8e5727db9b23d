"""A convolutional network drawn as a row of volumes, from its image to its answer.

matplotlib is imported when a drawing is made, never with this module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from byhand.figures.colours import INK, INPUT, OUTPUT, UNIT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Shape = tuple[int, ...]
"""Height, width and channels of some maps, or the length of a vector alone."""

# All lengths are in inches, which are the units of the drawing.
_WIDTH = 6.4  # about, for labels may push boxes apart
_MARGIN = 0.1
_TALLEST = 1.3
_POINTS = 10  # the size of letters, which a page's style must not change
_LETTER = 0.075  # the width of one
_LINE = 0.18  # from one line of letters to the next
_MOST = 9  # volumes that leave room for their labels
_TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class _Volume:
    """One box of the drawing: a front face, and how far it reaches backwards."""

    lines: tuple[str, ...]  # what is written below it
    fill: str
    thickness: float  # of its front face, which stands for the channels
    height: float
    depth: float  # to the upper right, as seen

    @property
    def rise(self) -> float:
        return 0.6 * self.depth

    @property
    def width(self) -> float:
        return self.thickness + self.depth

    @property
    def written(self) -> float:
        """Return the width of its label."""
        return _LETTER * max(len(line) for line in self.lines)


def draw_architecture(
    shapes: Sequence[Shape],
    steps: Sequence[str],
    *,
    names: Sequence[str] | None = None,
) -> "Figure":
    """Draw a network as one row of boxes, with an arrow for each of its steps.

    Below each box stands its size, "10 @ 28 x 28" for 10 maps of 28 x 28. A box is as
    high and as deep as its maps and as thick as it has channels, on a scale that
    grows more slowly than the numbers, so that 1 x 1 remains visible beside 32 x 32.

    Parameters
    ----------
    shapes : sequence of tuple of int
        What goes in and what each step returns, without the axis of the batch and
        with channels last, as Keras writes it: `(28, 28, 10)`, or `(84,)` for a
        vector. Two to nine.
    steps : sequence of str
        What stands at each arrow, one less than shapes. The first word stands above
        the arrow and the rest below it, as in "conv 5x5".
    names : sequence of str, optional
        A name for each box, below its size.

    Returns
    -------
    matplotlib.figure.Figure
        The drawing, from the input on the left to the output on the right. Its label
        is a text that stands in for the picture.

    Raises
    ------
    ValueError
        If there are fewer than two shapes or too many, a shape is neither that of maps
        nor that of a vector, or the numbers of steps or names do not fit.

    Examples
    --------
    >>> figure = draw_architecture(
    ...     [(28, 28, 1), (24, 24, 6), (12, 12, 6), (10,)],
    ...     ["conv 5x5", "max 2x2", "dense"],
    ... )
    >>> figure.get_label()
    'A network as a row of boxes: 1 @ 28 x 28; conv 5x5 to 6 @ 24 x 24; max 2x2 to ...'
    """
    shapes = [tuple(shape) for shape in shapes]
    steps = [step.strip() for step in steps]
    _check(shapes, steps, names)
    from matplotlib.figure import Figure

    gaps = [_gap(step) for step in steps]
    volumes = _volumes(shapes, names, room=_WIDTH - 2 * _MARGIN - sum(gaps))
    lefts = _places(volumes, gaps)
    lines = max(len(volume.lines) for volume in volumes)
    top = max(volume.height + volume.rise for volume in volumes) / 2 + _MARGIN
    below = top + lines * _LINE + _MARGIN
    start = min(0.0, volumes[0].width / 2 - volumes[0].written / 2) - _MARGIN
    last = lefts[-1] + volumes[-1].width / 2
    end = last + max(volumes[-1].width, volumes[-1].written) / 2 + _MARGIN
    # Its places are given: no layout moves them, whatever the settings of the reader.
    figure = Figure(figsize=(end - start, top + below))
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set(xlim=(start, end), ylim=(-below, top))
    for left, volume in zip(lefts, volumes, strict=True):
        _draw_box(axes, left, volume)
        for line, text in enumerate(volume.lines):
            axes.text(
                left + volume.width / 2,
                -top - line * _LINE,
                text,
                ha="center",
                va="top",
                color=INK,
                fontsize=_POINTS,
            )
    ends = zip(lefts, volumes, strict=True)
    for step, ((left, volume), (right, _)) in zip(steps, pairwise(ends), strict=True):
        _draw_step(axes, left + volume.width, right, step)
    figure.set_label(_describe(shapes, steps, names))
    return figure


def _check(shapes: list[Shape], steps: list[str], names: Sequence[str] | None) -> None:
    """Refuse what cannot be drawn."""
    if not 2 <= len(shapes) <= _MOST:
        raise ValueError(
            f"shapes must be two to {_MOST}, the input's first, to be legible in one "
            f"row, got {len(shapes)}; draw a long network in parts"
        )
    for place, shape in enumerate(shapes):
        if len(shape) not in (1, 3) or min(shape) < 1:
            raise ValueError(
                f"shapes[{place}] must be (height, width, channels) or (length,), "
                f"each at least 1 and without the batch, got {shape}"
            )
    if len(steps) != len(shapes) - 1:
        raise ValueError(
            f"steps must give one label for each of the {len(shapes) - 1} arrows "
            f"between {len(shapes)} shapes, got {len(steps)}"
        )
    if names is not None and len(names) != len(shapes):
        raise ValueError(
            f"names must give one name for each of the {len(shapes)} shapes, "
            f"got {len(names)}"
        )


def _gap(step: str) -> float:
    """Return how long an arrow must be for the words at it."""
    return max(0.36, _LETTER * max(len(text) for text in _words(step)) + 0.14)


def _words(step: str) -> tuple[str, str]:
    """Return what stands above and below an arrow."""
    first, _, rest = step.partition(" ")
    return first, _crossed(rest)


def _crossed(text: str) -> str:
    """Return a text with the sign of multiplication between its numbers."""
    if all(part.strip().isdigit() for part in text.split("x")):
        return f" {_TIMES} ".join(part.strip() for part in text.split("x"))
    return text


def _size(shape: Shape) -> tuple[str, ...]:
    """Return the size of maps as two texts, that of a vector as one."""
    if len(shape) == 1:
        return (str(shape[0]),)
    return f"{shape[2]} @", f"{shape[0]} {_TIMES} {shape[1]}"


def _volumes(
    shapes: list[Shape], names: Sequence[str] | None, *, room: float
) -> list[_Volume]:
    """Return the boxes, as thick as there is room for all of them."""
    longest = max([max(shape[:2]) for shape in shapes if len(shape) == 3], default=1)
    most = max(shape[-1] for shape in shapes)

    def side(length: int) -> float:
        return _TALLEST * float((length / longest) ** 0.6)

    sides: list[tuple[float, float]] = []
    thicknesses = []
    for shape in shapes:
        if len(shape) == 3:
            sides.append((side(shape[0]), 0.3 * side(shape[1])))
            thicknesses.append(max(0.06, 0.06 * shape[2] ** 0.5))
        else:
            sides.append((max(0.3, _TALLEST * (shape[0] / most) ** 0.5), 0.04))
            thicknesses.append(0.08)
    left = room - sum(depth for _, depth in sides)
    scale = min(1.0, max(left, 0.3) / sum(thicknesses))
    inner = [UNIT] * (len(shapes) - 2)
    named = names if names is not None else [""] * len(shapes)
    return [
        _Volume(
            lines=(*_size(shape), *([name] if name else [])),
            fill=fill,
            thickness=max(0.04, scale * thickness),
            height=height,
            depth=depth,
        )
        for shape, fill, thickness, (height, depth), name in zip(
            shapes, [INPUT, *inner, OUTPUT], thicknesses, sides, named, strict=True
        )
    ]


def _places(volumes: list[_Volume], gaps: list[float]) -> list[float]:
    """Return where each box begins, so that neither boxes nor labels meet."""
    lefts = [0.0]
    for (before, after), gap in zip(pairwise(volumes), gaps, strict=True):
        behind = lefts[-1] + before.width + gap
        centres = (before.written + after.written) / 2 + _LETTER
        apart = lefts[-1] + before.width / 2 + centres - after.width / 2
        lefts.append(max(behind, apart))
    return lefts


def _draw_box(axes: "Axes", left: float, volume: _Volume) -> None:
    """Draw the front, the top and the right side of a box."""
    from matplotlib.patches import Polygon

    bottom = -(volume.height + volume.rise) / 2
    right, top = left + volume.thickness, bottom + volume.height
    across, up = volume.depth, volume.rise
    front = [(left, bottom), (right, bottom), (right, top), (left, top)]
    lid = [(left, top), (right, top), (right + across, top + up)]
    lid.append((left + across, top + up))
    side = [(right, bottom), (right + across, bottom + up)]
    side += [(right + across, top + up), (right, top)]
    for corners in (front, lid, side):
        axes.add_patch(
            Polygon(corners, facecolor=volume.fill, edgecolor=INK, linewidth=0.8)
        )


def _draw_step(axes: "Axes", start: float, end: float, step: str) -> None:
    """Draw an arrow between two boxes, with its words above and below."""
    axes.annotate(
        "",
        xy=(end - 0.04, 0),
        xytext=(start + 0.04, 0),
        arrowprops={
            "arrowstyle": "-|>",
            "lw": 1.2,
            "color": INK,
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )
    above, below = _words(step)
    middle = (start + end) / 2
    style: dict[str, Any] = {"ha": "center", "color": INK, "fontsize": _POINTS}
    axes.text(middle, 0.07, above, va="bottom", **style)
    axes.text(middle, -0.07, below, va="top", **style)


def _describe(
    shapes: list[Shape], steps: list[str], names: Sequence[str] | None
) -> str:
    """Return the text that stands in for the drawing."""
    told = []
    for place, shape in enumerate(shapes):
        size = " ".join(_size(shape)).replace(_TIMES, "x")
        if len(shape) == 1:
            size = f"a vector of {size}"
        if names is not None and names[place]:
            size += f" ({names[place]})"
        told.append(size if not place else f"{steps[place - 1]} to {size}".lstrip())
    return f"A network as a row of boxes: {'; '.join(told)}."
