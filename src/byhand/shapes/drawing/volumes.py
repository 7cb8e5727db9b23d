"""The outputs of a network as boxes side by side, with arcs for what skips some."""

from __future__ import annotations

from byhand.shapes.drawing.svg import (
    INK,
    LINE_HEIGHT,
    PAPER,
    TEXT_SIZE,
    arrow,
    colour,
    group,
    lines_of,
    opaque,
    rounded,
    text,
    width_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.network import Row

MARGIN = 20
WIDEST = 1400  # pixels; what is longer goes on in a further line
BETWEEN = 22  # from one box to the next at least, for the arrow
LANE = 12  # from one arc to the next
# How large boxes are drawn, and on how many levels their words stand: the first that
# makes one line of the network is taken.
SIZES = ((1.0, 1), (0.6, 3), (0.5, 3), (0.42, 3))
LEVEL = 3 * LINE_HEIGHT + 6
THREAD = "#b0b0b0"
MARK = 30  # above the boxes of a line, for marks of what goes on in another
UNKNOWN_SIDE = 60  # pixels, of a length that is not known


def volumes_of(
    rows: Sequence[Row],
    edges: Sequence[tuple[int, int]],
    *,
    channels_first: bool = False,
) -> tuple[list[str], float, float]:
    """Return the parts of a drawing, its width and its height.

    Parameters
    ----------
    rows : sequence of Row
        What the boxes stand for.
    edges : sequence of (int, int)
        For each tensor, the rows that it joins.
    channels_first : bool
        Whether the channels come before the other axes.
    """
    edges = list(dict.fromkeys(edges))
    boxes, levels = _fitting(rows, channels_first=channels_first)
    lines = _broken(boxes, edges, levels)
    line_of = {box: at for at, line in enumerate(lines) for box in line}
    ports = _ports(boxes, edges)
    skips = [edge for edge in edges if edge[1] != edge[0] + 1]
    marks = _marks([edge for edge in skips if line_of[edge[0]] != line_of[edge[1]]])
    parts: list[str] = []
    threads: list[str] = []
    y, width = float(MARGIN), 0.0
    for line in lines:
        inside = [edge for edge in skips if edge[0] in line and edge[1] in line]
        marked = [(box, word) for box, word in marks if box in line]
        lanes = _lanes(inside)
        above = LANE * (1 + max(lanes.values(), default=-2)) + 8
        above = max(above + (MARK if marked else 0), 0)
        y += above
        _set(boxes, line, y, levels)
        bottom = max(boxes[box].bottom for box in line)
        for at, box in enumerate(line):
            below = bottom + LINE_HEIGHT + 4 + LEVEL * (at % levels)
            parts += boxes[box].parts(below)
            if levels > 1:
                threads.append(boxes[box].thread(below))
        roof = y - (MARK if marked else 0) - 8
        for edge, lane in lanes.items():
            parts.append(_arc(boxes, edge, ports[edge], roof - LANE * lane))
        for box, word in marked:
            parts.append(_mark(boxes[box], word, y - MARK / 2))
        y = bottom + 3 * LINE_HEIGHT + 26 + LEVEL * (min(levels, len(line)) - 1)
        width = max(width, _right(boxes, line, levels))
    for first, last in edges:
        if last == first + 1:
            parts += _steps(boxes, first, same=line_of[first] == line_of[last])
    if len(lines) > 1:
        width = max(width, max(boxes[line[-1]].right for line in lines) + BETWEEN)
    # Words are written over the threads of boxes beside their own.
    return [*threads, *parts], width, y - 12


def _fitting(rows: Sequence[Row], *, channels_first: bool) -> tuple[list[_Box], int]:
    """Return boxes, and on how many levels their words stand, to fit into one line.

    Where no size makes them fit, they are small, for fewer lines.
    """
    for scale, levels in SIZES:
        boxes = [_Box(row, _sides(row, channels_first), scale) for row in rows]
        if _right(boxes, range(len(boxes)), levels) <= WIDEST:
            return boxes, levels
    scale, levels = SIZES[1]
    return [_Box(row, _sides(row, channels_first), scale) for row in rows], levels


class _Box:
    """The output of a row: its sides in pixels, and where it stands."""

    def __init__(
        self, row: Row, sides: tuple[float, float, float], scale: float
    ) -> None:
        self.row = row
        self.up, self.back, self.across = (scale * side for side in sides)
        self.skew = self.back / 2
        self.lines = lines_of(row)
        self.words = width_of(self.lines) + 8
        self.left = self.top = 0.0

    @property
    def width(self) -> float:
        """How wide it is, side and all."""
        return self.across + self.skew

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Where its front ends."""
        return self.top + self.up

    @property
    def middle(self) -> float:
        """The middle of its top face, from the left."""
        return self.left + (self.across + self.skew) / 2

    def parts(self, below: float) -> list[str]:
        """Return the three visible faces, front first, and the words below them."""
        middle = self.left + self.width / 2
        x, y, across, up, skew = self.left, self.top, self.across, self.up, self.skew
        right = x + across
        front = [(x, y), (right, y), (right, y + up), (x, y + up)]
        top = [(x, y), (x + skew, y - skew), (right + skew, y - skew), (right, y)]
        side = [
            (right, y),
            (right + skew, y - skew),
            (right + skew, y + up - skew),
            (right, y + up),
        ]
        unknown = opaque(self.row)
        faces = []
        for points, shade in ((front, 1.0), (top, 0.75), (side, 0.55)):
            path = " ".join(f"{a:.6g},{b:.6g}" for a, b in points)
            fill = f'fill="{colour(self.row.kind)}" fill-opacity="{shade}"'
            if unknown:
                fill = f'fill="{PAPER}" stroke-dasharray="5 3"'
            faces.append(
                f'<polygon class="face" points="{path}" {fill} stroke="{INK}" '
                'stroke-width="1"/>'
            )
        words = [
            text(middle, below + LINE_HEIGHT * at, line, size=TEXT_SIZE, halo=True)
            for at, line in enumerate(self.lines)
        ]
        return group(self.row, [*faces, *words])

    def thread(self, below: float) -> str:
        """Return the thin line from the box to its words."""
        x = self.left + self.width / 2
        return (
            f'<path d="M{x:.6g},{self.bottom + 2:.6g} V{below - LINE_HEIGHT + 2:.6g}" '
            f'stroke="{THREAD}" fill="none"/>'
        )


def _sides(row: Row, channels_first: bool) -> tuple[float, float, float]:
    """Return how high, how deep and how wide the output of a row is drawn."""
    if not row.outputs or row.outputs[0] is None:
        return UNKNOWN_SIDE, UNKNOWN_SIDE / 2, UNKNOWN_SIDE / 2
    lengths = row.outputs[0][1:]
    if channels_first:
        lengths = (*lengths[1:], *lengths[:1])
    if len(lengths) < 2:
        return _side(lengths[0] if lengths else 1), 6, 14
    back = _side(lengths[1]) // 2 if len(lengths) > 2 else 10
    return _side(lengths[0]), back, max(_side(lengths[-1]) // 2, 10)


def _side(length: Any) -> int:
    """Return how long a length is drawn, in pixels; a medium side if unknown."""
    if not isinstance(length, int):
        return UNKNOWN_SIDE
    return 8 + 12 * min(max(length, 1).bit_length(), 24)


def _broken(
    boxes: Sequence[_Box], edges: Sequence[tuple[int, int]], levels: int
) -> list[range]:
    """Return the boxes of each line of the drawing.

    A line ends where it is full, or a little before, where one tensor alone goes on.
    """
    crossing = [0] * (len(boxes) + 1)  # tensors that pass from the boxes before on
    for first, last in edges:
        crossing[first + 1] += 1
        crossing[last + 1] -= 1
    for at in range(1, len(crossing)):
        crossing[at] += crossing[at - 1]
    lines = []
    start = 0
    while start < len(boxes):
        stop = start + 1
        while (
            stop < len(boxes)
            and _right(boxes, range(start, stop + 1), levels) <= WIDEST - BETWEEN
        ):
            stop += 1
        if stop < len(boxes):
            earliest = start + (stop - start) * 6 // 10
            alone = [at for at in range(earliest + 1, stop + 1) if crossing[at] <= 1]
            stop = alone[-1] if alone else stop
        lines.append(range(start, stop))
        start = stop
    return lines


def _lefts(boxes: Sequence[_Box], line: range, levels: int) -> list[float]:
    """Return where each box of a line begins; words of one level keep apart."""
    lefts: list[float] = []
    middles: list[float] = []
    for at, number in enumerate(line):
        box = boxes[number]
        left = MARGIN + max((box.words - box.width) / 2, 0)
        if lefts:
            left = max(left, lefts[-1] + boxes[number - 1].width + BETWEEN)
        if at >= levels:
            words = (boxes[number - levels].words + box.words) / 2
            left = max(left, middles[at - levels] + words - box.width / 2)
        lefts.append(left)
        middles.append(left + box.width / 2)
    return lefts


def _right(boxes: Sequence[_Box], line: range, levels: int) -> float:
    """Return how wide a line is, words and margin and all."""
    lefts = _lefts(boxes, line, levels)
    ends = []
    for left, number in list(zip(lefts, line, strict=True))[-levels:]:
        box = boxes[number]
        ends.append(left + box.width + max((box.words - box.width) / 2, 0))
    return max(ends) + MARGIN


def _set(boxes: Sequence[_Box], line: range, y: float, levels: int) -> None:
    """Place the boxes of a line, whose highest begins at y."""
    middle = y + max(boxes[box].up + boxes[box].skew for box in line) / 2
    for left, number in zip(_lefts(boxes, line, levels), line, strict=True):
        box = boxes[number]
        box.left = left
        box.top = middle - (box.up - box.skew) / 2


def _lanes(skips: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Return a height for each arc, so that arcs lie within or beside one another."""
    lanes: dict[tuple[int, int], int] = {}
    taken: list[list[tuple[int, int]]] = []
    for first, last in sorted(skips, key=lambda edge: (edge[1] - edge[0], edge)):
        lane = 0
        for at, others in enumerate(taken):
            if any(first < b and a < last for a, b in others):
                lane = at + 1
        if lane == len(taken):
            taken.append([])
        taken[lane].append((first, last))
        lanes[first, last] = lane
    return lanes


def _ports(
    boxes: Sequence[_Box], edges: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], tuple[float, float]]:
    """Return how far beside the middle each arc leaves its box and lands on another."""
    outs: dict[int, list[int]] = {}
    ins: dict[int, list[int]] = {}
    for first, last in edges:
        if last != first + 1:
            outs.setdefault(first, []).append(last)
            ins.setdefault(last, []).append(first)
    ports = {}
    for first, last in edges:
        if last == first + 1:
            continue
        # The arc that goes farthest stands in the middle of those of its box.
        leave = sorted(outs[first], reverse=True).index(last)
        land = sorted(ins[last]).index(first)
        room = boxes[first].across / 2 - 3
        shift = min(5.0 * leave + (4 if first in ins else 0), room)
        back = min(5.0 * land + (4 if last in outs else 0), boxes[last].across / 2 - 3)
        ports[first, last] = (shift, -back)
    return ports


def _arc(
    boxes: Sequence[_Box],
    edge: tuple[int, int],
    ports: tuple[float, float],
    height: float,
) -> str:
    """Return the arrow over the boxes that an edge skips."""
    first, last = (boxes[number] for number in edge)
    start, stop = first.middle + ports[0], last.middle + ports[1]
    foot, point = first.top - first.skew / 2, last.top - last.skew / 2
    points = [(start, foot), (start, height), (stop, height), (stop, point)]
    return arrow(rounded(points), stop, point)


def _steps(boxes: Sequence[_Box], number: int, *, same: bool) -> list[str]:
    """Return the arrow from a box to the next, in two pieces from line to line."""
    first, last = boxes[number], boxes[number + 1]
    y = first.top + (first.up - first.skew) / 2
    start = first.right + 3
    if same:
        stop = last.left - 3
        return [arrow(f"M{start:.6g},{y:.6g} H{stop:.6g}", stop, y, towards="right")]
    leave = first.right + BETWEEN - 4
    pieces = [arrow(f"M{start:.6g},{y:.6g} H{leave:.6g}", leave, y, towards="right")]
    y = last.top + (last.up - last.skew) / 2
    stop = last.left - 4
    pieces.append(
        arrow(f"M{stop - 18:.6g},{y:.6g} H{stop:.6g}", stop, y, towards="right")
    )
    return pieces


def _marks(links: Sequence[tuple[int, int]]) -> list[tuple[int, str]]:
    """Return the boxes that a tensor leaves, or reaches, from line to line.

    The same number stands where it leaves and where it arrives.
    """
    numbers: dict[int, int] = {}
    leaving: dict[int, list[int]] = {}
    arriving: dict[int, list[int]] = {}
    for first, last in links:
        number = numbers.setdefault(first, len(numbers) + 1)
        leaving[first] = [number]
        arriving.setdefault(last, []).append(number)
    marks = []
    for box, found in leaving.items():
        marks.append((box, f"to {found[0]}"))
    for box, found in arriving.items():
        marks.append((box, f"from {', '.join(map(str, found))}"))
    return marks


def _mark(box: _Box, word: str, y: float) -> str:
    """Return a mark above a box: where a tensor goes to, or comes from."""
    top = box.top - box.skew / 2
    if word.startswith("from"):
        x = box.middle - box.across / 2 + 3
        label = text(x - 4, y, word, anchor="end")
        return arrow(f"M{x:.6g},{y - 8:.6g} V{top:.6g}", x, top) + label
    x = box.middle + box.across / 2 - 3
    label = text(x + 6, y, word, anchor="start")
    up = y - 8
    return arrow(f"M{x:.6g},{top:.6g} V{up:.6g}", x, up, towards="up") + label
