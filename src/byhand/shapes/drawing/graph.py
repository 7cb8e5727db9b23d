"""The graph of a network: a box for each call, an arrow for each tensor."""

from __future__ import annotations

import itertools

from byhand.shapes.drawing.layout import placed
from byhand.shapes.drawing.svg import (
    LINE_HEIGHT,
    NAME_SIZE,
    TEXT_SIZE,
    arrow,
    group,
    lines_of,
    rounded,
    style_of,
    text,
    width_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from byhand.shapes.drawing.layout import Placed
    from byhand.shapes.network import Row

MARGIN = 20
CORNER = 10  # what of a box's side no arrow touches
BOX = 3 * LINE_HEIGHT + 8  # height of a box, in pixels
SHORT, LONG = 16, 34  # below a rank: where every edge runs straight down, or not
WORTH = 0.8  # of the height is left when a column is divided, or it is not
WIDEST, TALLEST = 1800, 1500  # what a drawing keeps to where it can
TORN = 4 * BOX  # what a column may be taller, for no such edge to be
BETWEEN = 46  # from one column to the next
TURN = 11  # how far below and above the columns an edge goes on to the next
STRAIGHT = 0.5  # pixels to the side that are not seen


def graph_of(
    rows: Sequence[Row], edges: Sequence[tuple[int, int]]
) -> tuple[list[str], float, float]:
    """Return the parts of a drawing, its width and its height.

    Parameters
    ----------
    rows : sequence of Row
        What the boxes stand for.
    edges : sequence of (int, int)
        For each tensor, the rows that it joins.
    """
    lines = [lines_of(row) for row in rows]
    widths = [
        max(width_of(label[:1]) * NAME_SIZE / TEXT_SIZE, width_of(label), 44) + 16
        for label in lines
    ]
    layout = placed(widths, edges)
    page = _Page(layout, widths, edges)
    parts = []
    for number, (first, last) in enumerate(edges):
        parts.append(page.edge(number, first, last))
    for number, row in enumerate(rows):
        x, y = page.corner(number)
        middle = x + widths[number] / 2
        name, kind, shape = lines[number]
        parts += group(
            row,
            [
                f'<rect x="{x:.6g}" y="{y:.6g}" width="{widths[number]:.6g}" '
                f'height="{BOX}" rx="4" {style_of(row)}/>',
                text(middle, y + LINE_HEIGHT, name, size=NAME_SIZE),
                text(middle, y + 2 * LINE_HEIGHT, kind, size=TEXT_SIZE),
                text(middle, y + 3 * LINE_HEIGHT, shape, size=TEXT_SIZE),
            ],
        )
    return parts, page.width, page.height


def _shared(
    heights: Sequence[float], ends: Sequence[int], torn: set[int], wanted: int
) -> list[int]:
    """Return the column of each rank, for at most so many that are nearly as tall.

    Parameters
    ----------
    heights : sequence of float
        The height of each rank, with the room below it.
    ends : sequence of int
        Ranks that a column may begin with.
    torn : set of int
        Those of them over which an edge goes that passes ranks below.
    wanted : int
        How many columns are tried.
    """
    from bisect import bisect_left

    tops = [0.0]
    for height in heights:
        tops.append(tops[-1] + height)
    places = [tops[rank] for rank in ends]
    cuts = set()
    for part in range(1, wanted):
        place = tops[-1] * part / wanted
        at = bisect_left(places, place)
        nearest = ends[max(at - 2, 0) : at + 2]
        if nearest:
            away = {
                rank: abs(tops[rank] - place) + (TORN if rank in torn else 0)
                for rank in nearest
            }
            cuts.add(min(nearest, key=away.__getitem__))
    column, columns = 0, []
    for rank in range(len(heights)):
        column += rank in cuts
        columns.append(column)
    return columns


def _ranks_of(columns: Sequence[int], column: int) -> range:
    """Return the ranks that stand in a column."""
    first = columns.index(column)
    return range(first, first + columns.count(column))


class _Page:
    """Ranks below one another, in one column or several.

    A tall graph goes on in a further column, where one box alone passes on.
    """

    def __init__(
        self,
        layout: Placed,
        widths: Sequence[float],
        edges: Sequence[tuple[int, int]],
    ) -> None:
        self.layout, self.widths, self.edges = layout, widths, edges
        self.count = max(layout.ranks) + 1
        self.ports = _ports(layout, widths, edges)
        self.below = self._gaps()
        self.reaches = self._reaches()
        self.column = self._columns()
        self._place()

    def _gaps(self) -> list[float]:
        """Return the room below each rank."""
        slanted = set()
        for number, (first, _) in enumerate(self.edges):
            out, into = self.ports[number]
            xs = [out, *self.layout.ways[number], into]
            for step, (a, b) in enumerate(itertools.pairwise(xs)):
                if abs(a - b) > STRAIGHT:
                    slanted.add(self.layout.ranks[first] + step)
        return [LONG if rank in slanted else SHORT for rank in range(self.count)]

    def _reaches(self) -> list[tuple[float, float]]:
        """Return how far each rank reaches to the left and to the right."""
        lefts = [float("inf")] * self.count
        rights = [-float("inf")] * self.count

        def include(rank: int, middle: float, half: float) -> None:
            lefts[rank] = min(lefts[rank], middle - half)
            rights[rank] = max(rights[rank], middle + half)

        for rank, middle, width in zip(
            self.layout.ranks, self.layout.middles, self.widths, strict=True
        ):
            include(rank, middle, width / 2)
        for (first, _), way in zip(self.edges, self.layout.ways, strict=True):
            for rank, x in enumerate(way, start=self.layout.ranks[first] + 1):
                include(rank, x, 8)
        return list(zip(lefts, rights, strict=True))

    def _extent(self, ranks: range) -> tuple[float, float]:
        """Return how far some ranks reach to the left and to the right."""
        reaches = self.reaches[ranks.start : ranks.stop]
        return min(left for left, _ in reaches), max(right for _, right in reaches)

    def _columns(self) -> list[int]:
        """Return the column of each rank."""
        boxes = [0] * self.count
        for rank in self.layout.ranks:
            boxes[rank] += 1
        # After these, one box's output is all that goes on.
        alone = [
            boxes[rank] == 1 and rank not in self.layout.passed
            for rank in range(self.count)
        ]
        torn = {
            self.layout.ranks[first] + 1
            for (first, _), way in zip(self.edges, self.layout.ways, strict=True)
            if way
        }
        ends = [rank for rank in range(1, self.count) if alone[rank - 1]]
        heights = [BOX + gap for gap in self.below]
        tallest = sum(heights)
        best = [0] * self.count
        wanted = 2
        while tallest > TALLEST:
            columns = _shared(heights, ends, torn, wanted)
            filled = [0.0] * (columns[-1] + 1)
            for rank, column in enumerate(columns):
                filled[column] += heights[rank]
            room = max(WIDEST, max(filled))  # no wider than tall, unless it is small
            if self._width(columns) > room or len(filled) < wanted:
                break
            # A further column is worth its width where it makes the tallest shorter.
            if max(filled) <= WORTH * tallest:
                best, tallest = columns, max(filled)
            wanted += 1
        return best

    def _width(self, columns: Sequence[int]) -> float:
        """Return how wide some columns are beside one another."""
        width = float(2 * MARGIN - BETWEEN)
        for column in range(columns[-1] + 1):
            left, right = self._extent(_ranks_of(columns, column))
            width += right - left + BETWEEN
        return width

    def _place(self) -> None:
        """Find the top of each rank and where each column begins."""
        self.tops: list[float] = []
        self.shifts: list[float] = []
        x, self.height = float(MARGIN), 0.0
        for column in range(self.column[-1] + 1):
            ranks = _ranks_of(self.column, column)
            left, right = self._extent(ranks)
            self.shifts.append(x - left)
            x += right - left + BETWEEN
            y = float(MARGIN)
            for rank in ranks:
                self.tops.append(y)
                y += BOX + self.below[rank]
            self.height = max(self.height, y - self.below[ranks[-1]] + MARGIN)
        self.width = x - BETWEEN + MARGIN

    def corner(self, box: int) -> tuple[float, float]:
        """Return the left upper corner of a box."""
        rank = self.layout.ranks[box]
        x = self.layout.middles[box] - self.widths[box] / 2
        return x + self.shifts[self.column[rank]], self.tops[rank]

    def edge(self, number: int, first: int, last: int) -> str:
        """Return the arrow of an edge."""
        out, into = self.ports[number]
        rank, end = self.layout.ranks[first], self.layout.ranks[last]
        x, y = out + self._shift(rank), self.tops[rank] + BOX
        path = [f"M{x:.6g},{y:.6g}"]
        for below, place in enumerate([*self.layout.ways[number], into], start=rank):
            to, top = place + self._shift(below + 1), self.tops[below + 1]
            if self.column[below] != self.column[below + 1]:
                path.append(self._turn(below, (x, y), (to, top)))
            else:
                # The last pixels are straight: the arrow head stands on them.
                land = top - 8 if below + 1 == end else top
                path.append(self._down(below, x, to, land))
                path.append(f"V{top:.6g}")
            x, y = to, top
        return arrow(" ".join(path), x, y)

    def _shift(self, rank: int) -> float:
        """Return how far the places of a rank stand to the right of the layout's."""
        return self.shifts[self.column[rank]]

    def _down(self, rank: int, x: float, to: float, land: float) -> str:
        """Return the piece of a path from a rank to the height of the next one."""
        bottom = self.tops[rank] + BOX
        if abs(to - x) <= STRAIGHT:
            return f"V{bottom:.6g}"
        half = (bottom + land) / 2
        curve = f"C{x:.6g},{half:.6g} {to:.6g},{half:.6g} {to:.6g},{land:.6g}"
        return f"V{bottom:.6g} {curve}"

    def _turn(
        self, rank: int, start: tuple[float, float], stop: tuple[float, float]
    ) -> str:
        """Return the piece of a path from a column's foot to the next one's head."""
        (x, y), (to, top) = start, stop
        left, _ = self._extent(_ranks_of(self.column, self.column[rank + 1]))
        lane = left + self._shift(rank + 1) - BETWEEN / 2
        foot, head = y + TURN, MARGIN - TURN
        points = [(x, y), (x, foot), (lane, foot), (lane, head), (to, head), (to, top)]
        # Small corners, for the arrow head stands on a straight line; and without the
        # beginning, where the path is already.
        return rounded(points, radius=4).partition(" ")[2]


def _ports(
    layout: Placed, widths: Sequence[float], edges: Sequence[tuple[int, int]]
) -> list[tuple[float, float]]:
    """Return where each edge leaves its first box and enters its second.

    Straight below or above where it comes from, if the box is there; edges of one box
    that would share a place stand beside one another.
    """
    outs: dict[int, list[tuple[float, int]]] = {}
    ins: dict[int, list[tuple[float, int]]] = {}
    middles = layout.middles
    for number, (first, last) in enumerate(edges):
        way = layout.ways[number] or [middles[last], middles[first]]
        out = _inside(way[0], middles[first], widths[first])
        into = _inside(way[-1], middles[last], widths[last])
        if not layout.ways[number] and out == middles[last]:
            into = out  # straight down to the middle of the second box
        outs.setdefault(first, []).append((out, number))
        ins.setdefault(last, []).append((into, number))
    leave: dict[int, float] = {}
    enter: dict[int, float] = {}
    for ends, places in ((outs, leave), (ins, enter)):
        for box, wishes in ends.items():
            wishes.sort()
            xs = _apart([x for x, _ in wishes], middles[box], widths[box])
            for x, (_, number) in zip(xs, wishes, strict=True):
                places[number] = x
    return [(leave[number], enter[number]) for number in range(len(edges))]


def _inside(x: float, middle: float, width: float) -> float:
    """Return the place on a box's side that is nearest to x."""
    half = width / 2 - CORNER
    return min(max(x, middle - half), middle + half)


def _apart(xs: Sequence[float], middle: float, width: float) -> list[float]:
    """Return sorted places on a box's side, moved apart where they are too near."""
    half = width / 2 - CORNER
    room = min(12, 2 * half / max(len(xs) - 1, 1))
    apart = list(xs)
    for at in range(1, len(apart)):
        apart[at] = max(apart[at], apart[at - 1] + room)
    bound = middle + half
    for at in range(len(apart) - 1, -1, -1):
        apart[at] = min(apart[at], bound)
        bound = apart[at] - room
    return apart
