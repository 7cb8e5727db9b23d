"""A kernel that moves over its input and fills its output, one frame a position.

The positions are those of `walking`, one axis at a time; the pictures are SVG written
here, after those of Dumoulin and Visin, arXiv:1603.07285.
"""

from collections.abc import Sequence
from itertools import product

from byhand.figures.animation import Animation
from byhand.figures.colours import INK, INPUT, MUTED, OUTPUT, PAPER, UNIT
from byhand.figures.walking import Walk, walk

CELL, GAP, MARGIN = 36, 48, 14
MOST = 60_000  # bytes of one drawing on a page
CROSS, MINUS, TIMES = "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}", "\N{MIDDLE DOT}"

_ORDINAL = {2: "second", 3: "third"}
Grid = Sequence[Sequence[float]]


def draw_convolution(
    size: int | tuple[int, int],
    kernel: int | tuple[int, int],
    *,
    strides: int = 1,
    padding: str = "valid",
    dilation: int = 1,
    transposed: bool = False,
    values: Grid | None = None,
    weights: Grid | None = None,
    bias: float = 0,
) -> Animation:
    """Draw a kernel at each of its positions over one map, and the output it fills.

    Parameters
    ----------
    size : int or tuple of int
        Rows and columns of the input; one number for as many of both.
    kernel : int or tuple of int
        Taps down and across.
    strides, padding, dilation
        As of Keras's `Conv2D`, the same along both axes.
    transposed : bool
        Whether to draw Keras's `Conv2DTranspose`: an ordinary convolution, with its
        kernel turned by half a turn, over an input with zeros between and around.
    values : nested sequence of float, optional
        Numbers of the input, row by row, written into the cells.
    weights : nested sequence of float, optional
        Numbers of the kernel. With `values`, the output shows its numbers too, and
        each caption its sum.
    bias : float
        Added to every output number.

    Returns
    -------
    Animation
        One frame for each position, row by row.

    Raises
    ------
    ValueError
        If the numbers do not fill their grid, or there are too many positions for a
        page.
    ShapeError
        If the kernel does not fit or a number is below 1.

    Examples
    --------
    >>> moving = draw_convolution(7, 3)
    >>> len(moving.frames)
    25
    >>> moving.captions[1]
    'position (1, 2): rows 1 to 3, columns 2 to 4'
    """
    sizes, kernels = _pair(size), _pair(kernel)
    rows, columns = (
        walk(
            length,
            taps,
            strides=strides,
            padding=padding,
            dilation=dilation,
            transposed=transposed,
        )
        for length, taps in zip(sizes, kernels, strict=True)
    )
    for name, grid, whole in [("values", values, sizes), ("weights", weights, kernels)]:
        _filled(name, grid, whole)
    if weights is not None and transposed:  # half a turn
        weights = [list(reversed(line)) for line in reversed(weights)]
    places = list(product(range(len(rows.starts)), range(len(columns.starts))))
    sums: list[tuple[float, str]] | None = None
    if values is not None and weights is not None:
        sums = [_sum(rows, columns, place, values, weights, bias) for place in places]
    left = MARGIN + columns.padded * CELL + GAP
    height = max(rows.padded, len(rows.starts)) * CELL + 2 * MARGIN + 20
    width = left + len(columns.starts) * CELL + MARGIN
    moving = Animation(
        tuple(_frame(rows, columns, place, values, weights, left) for place in places),
        tuple(
            f"position ({h + 1}, {v + 1}): {_reach(rows, h, 'row', transposed)}, "
            + _reach(columns, v, "column", transposed)
            + (f": {sums[k][1]} = {_number(sums[k][0])}" if sums else "")
            for k, (h, v) in enumerate(places)
        ),
        width=width,
        height=height,
        label=_label(rows, columns, kernels, strides, dilation, transposed),
        background=_input(rows, columns, values, sums is not None)
        + _output(places, left, [total for total, _ in sums] if sums else None),
    )
    if (heavy := len(moving._repr_html_().encode())) > MOST:
        raise ValueError(
            f"{len(places)} positions make a drawing of {heavy // 1000} kB, and a page "
            f"takes {MOST // 1000}; take a smaller input or larger strides"
        )
    return moving


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """Return one number as two."""
    down, across = (value, value) if isinstance(value, int) else value
    return down, across


def _filled(name: str, grid: Grid | None, sizes: tuple[int, int]) -> None:
    """Raise unless a grid has a number for each of its cells."""
    lengths = [len(line) for line in grid or []]
    if grid is not None and lengths != [sizes[1]] * sizes[0]:
        raise ValueError(
            f"{name} must have {sizes[0]} rows of {sizes[1]} numbers, got rows of "
            f"{lengths}"
        )


def _number(value: float) -> str:
    """Return a number as short as it can be read, with a minus that is no hyphen."""
    return f"{round(float(value), 2) + 0.0:g}".replace("-", MINUS)


def _sum(
    rows: Walk,
    columns: Walk,
    place: tuple[int, int],
    values: Grid,
    weights: Grid,
    bias: float,
) -> tuple[float, str]:
    """Return what a place gives, and how."""
    total, terms = float(bias), []
    for (ka, down), (nu, across) in product(
        enumerate(rows.taps), enumerate(columns.taps)
    ):
        row = rows.element(rows.starts[place[0]] + down)
        column = columns.element(columns.starts[place[1]] + across)
        if row is None or column is None:
            continue
        x, w = values[row][column], weights[ka][nu]
        total += x * w
        weight = f"({_number(w)})" if w < 0 else _number(w)
        terms.append(f"{_number(x)}{TIMES}{weight}")
    if bias or not terms:
        terms.append(_number(bias))
    return total, " + ".join(terms).replace(f"+ {MINUS}", f"{MINUS} ")


def _reach(walked: Walk, place: int, name: str, transposed: bool) -> str:
    """Return in words which elements a kernel meets at a place, counted from 1."""
    start = walked.starts[place]
    at = [start + tap for tap in walked.taps]
    if transposed:
        met = [e + 1 for e in map(walked.element, at) if e is not None]
        if not met:
            return f"no {name}"
    else:
        met = [where - walked.before + 1 for where in at]
    if len(met) == 1:
        return f"{name} {_number(met[0])}"
    step = met[1] - met[0]
    if len(met) > 2 and step == 1:
        return f"{name}s {_number(met[0])} to {_number(met[-1])}"
    listed = ", ".join(map(_number, met[:-1]))
    return f"{name}s {listed} and {_number(met[-1])}"


def _label(
    rows: Walk,
    columns: Walk,
    kernels: tuple[int, int],
    strides: int,
    dilation: int,
    transposed: bool,
) -> str:
    """Return a text that stands in for the drawing."""
    size = f"{rows.length} {CROSS} {columns.length}"
    padded = f"{rows.padded} {CROSS} {columns.padded}"
    if transposed and strides > 1:
        size += f" spread to every {_ORDINAL.get(strides, f'{strides}th')} place"
    if (rows.padded, columns.padded) != (rows.length, columns.length):
        size += f", padded with zeros to {padded}"
    how = f" with dilation {dilation}" if dilation > 1 else ""
    step = 1 if transposed else strides
    made = f"{len(rows.starts)} {CROSS} {len(columns.starts)}"
    return (
        f"A kernel of {kernels[0]} {CROSS} {kernels[1]} taps{how} moves in steps of "
        f"{step} over an input of {size}; its {len(rows.starts) * len(columns.starts)} "
        f"positions fill an output of {made}."
    )


def _box(x: float, y: float) -> str:
    """Return the outline of a cell, as part of a path."""
    return f"M{x:g} {y:g}h{CELL}v{CELL}h-{CELL}z"


def _text(x: float, y: float, text: str) -> str:
    """Return a text in the middle of a place."""
    return f'<text x="{x:g}" y="{y:g}">{text}</text>'


def _input(rows: Walk, columns: Walk, values: Grid | None, zeros: bool) -> str:
    """Return the padded input: its elements filled, the zeros around them dashed."""
    elements, padding, texts = [], [], []
    for row, column in product(range(rows.padded), range(columns.padded)):
        x, y = MARGIN + column * CELL, MARGIN + row * CELL
        h, v = rows.element(row), columns.element(column)
        if h is None or v is None:
            padding.append(_box(x, y))
            text = "0" if zeros else ""
        else:
            elements.append(_box(x, y))
            text = _number(values[h][v]) if values is not None else ""
        if text:
            texts.append(_text(x + CELL / 2, y + CELL / 2 + 1, text))
    name = "padded input" if padding else "input"
    middle = MARGIN + columns.padded * CELL / 2
    return (
        f'<path d="{"".join(padding)}" fill="none" stroke="{MUTED}" '
        'stroke-dasharray="3 3"/>'
        f'<path d="{"".join(elements)}" fill="{INPUT}" stroke="{INK}"/>'
        f'<g font-family="sans-serif" font-size="15" text-anchor="middle" '
        f'fill="{INK}" dominant-baseline="middle">{"".join(texts)}'
        f"{_text(middle, MARGIN + rows.padded * CELL + 18, name)}</g>"
    )


def _output(
    places: list[tuple[int, int]], left: float, totals: list[float] | None
) -> str:
    """Return the whole output; each frame hides what is still to come."""
    boxes = "".join(_box(left + v * CELL, MARGIN + h * CELL) for h, v in places)
    texts = "".join(
        _text(left + (v + 0.5) * CELL, MARGIN + (h + 0.5) * CELL + 1, _number(total))
        for (h, v), total in zip(places, totals or [], strict=False)
    )
    rows, columns = places[-1][0] + 1, places[-1][1] + 1
    name = _text(left + columns * CELL / 2, MARGIN + rows * CELL + 18, "output")
    return (
        f'<path d="{boxes}" fill="{OUTPUT}" stroke="{INK}"/>'
        f'<g font-family="sans-serif" font-size="14" text-anchor="middle" '
        f'fill="{INK}" dominant-baseline="middle">{texts}{name}</g>'
    )


def _frame(
    rows: Walk,
    columns: Walk,
    place: tuple[int, int],
    values: Grid | None,
    weights: Grid | None,
    left: float,
) -> str:
    """Return the kernel at one place, and a cover for the outputs still to come."""
    h, v = place
    boxes, texts, covered = [], [], []
    for (ka, down), (nu, across) in product(
        enumerate(rows.taps), enumerate(columns.taps)
    ):
        x = MARGIN + (columns.starts[v] + across) * CELL
        y = MARGIN + (rows.starts[h] + down) * CELL
        boxes.append(_box(x, y))
        if weights is not None:
            texts.append(_text(x + CELL - 2, y + CELL - 3, _number(weights[ka][nu])))
        if values is not None:  # the kernel lies over it
            row = rows.element(rows.starts[h] + down)
            column = columns.element(columns.starts[v] + across)
            text = "0"
            if row is not None and column is not None:
                text = _number(values[row][column])
            covered.append(_text(x + CELL / 2, y + CELL / 2 + 1, text))
    across, down = len(columns.starts) - v - 1, len(rows.starts) - h - 1
    at, top, width = left + v * CELL, MARGIN + h * CELL, len(columns.starts) * CELL
    cover = (
        f"M{at + CELL:g} {top:g}h{across * CELL}v{CELL}h-{across * CELL}z"
        f"M{left:g} {top + CELL:g}h{width}v{down * CELL}h-{width}z"
    )
    weighed = (
        f'<g font-family="sans-serif" font-size="11" text-anchor="end" '
        f'fill="{INK}" font-weight="bold">{"".join(texts)}</g>'
    )
    met = (
        f'<g font-family="sans-serif" font-size="15" text-anchor="middle" '
        f'fill="{INK}" dominant-baseline="middle">{"".join(covered)}</g>'
    )
    return (
        f'<path d="{"".join(boxes)}" fill="{UNIT}" fill-opacity=".75" stroke="{INK}" '
        f'stroke-width="2.5"/>'
        f"{met if covered else ''}{weighed if texts else ''}"
        f'<path d="{cover}" fill="{PAPER}" stroke="{MUTED}" stroke-width=".7"/>'
        f'<path d="{_box(at, top)}" fill="none" stroke="{INK}" stroke-width="2.5"/>'
    )
