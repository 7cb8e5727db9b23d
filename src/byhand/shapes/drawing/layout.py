"""Places for the boxes of a graph, and ways round them for its edges.

Boxes stand in ranks, each below those it needs (Sugiyama, Tagawa and Toda 1981). An
edge that passes ranks keeps a place of its own in each of them, so that it goes round
the boxes there. Within a rank the order is that of the neighbours' middles, improved
sweep by sweep; the places come from four alignments, of which each straightens as many
edges as it can (Brandes and Köpf 2001).
"""

from __future__ import annotations

import itertools

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SWEEPS = 8  # over the ranks, down and up; more changes nothing in known networks
MOST_PLACES = 30_000  # boxes, and ranks that edges pass

BOX_GAP = 24  # pixels between boxes beside one another
LINE_GAP = 14  # between a line and what is beside it
LINE = 2  # what a line takes of the width


class Placed:
    """Where everything stands, in ranks from the top and pixels from the left.

    Attributes
    ----------
    ranks : list of int
        The rank of each box.
    middles : list of float
        The middle of each box, from the left.
    ways : list of list of float
        For each edge, where it passes the ranks between its ends.
    passed : set of int
        Ranks that an edge passes.
    """

    __slots__ = ("middles", "passed", "ranks", "ways")

    def __init__(
        self,
        ranks: list[int],
        middles: list[float],
        ways: list[list[float]],
        passed: set[int],
    ) -> None:
        self.ranks = ranks
        self.middles = middles
        self.ways = ways
        self.passed = passed


def placed(widths: Sequence[float], edges: Sequence[tuple[int, int]]) -> Placed:
    """Return places for boxes and edges.

    Parameters
    ----------
    widths : sequence of float
        The width of each box, in pixels; each box comes after those it needs.
    edges : sequence of (int, int)
        The boxes that each edge joins, from the first to the second.

    Returns
    -------
    Placed
        The rank and the middle of each box, and the way of each edge.

    Raises
    ------
    ValueError
        If the boxes, and the ranks that edges pass, are more than `MOST_PLACES`.
    """
    graph = _Graph(widths, edges)
    layers = _ordered(graph)
    middles = _middles(graph, layers)
    ways = [[middles[place] for place in chain] for chain in graph.chains]
    count = len(widths)
    passed = {graph.ranks[place] for chain in graph.chains for place in chain}
    return Placed(graph.ranks[:count], middles[:count], ways, passed)


class _Graph:
    """Boxes first, then a place for each rank that an edge passes.

    Attributes
    ----------
    boxes : int
        How many places are boxes.
    ranks, widths : list
        Of each place.
    above, below : list of list of int
        The neighbours of each place in the rank above and in the rank below.
    chains : list of list of int
        The places of each edge between its ends.
    """

    def __init__(
        self, widths: Sequence[float], edges: Sequence[tuple[int, int]]
    ) -> None:
        self.boxes = len(widths)
        self.ranks = _ranks(self.boxes, edges)
        passing = sum(self.ranks[b] - self.ranks[a] - 1 for a, b in edges)
        if self.boxes + passing > MOST_PLACES:
            raise ValueError(
                f"the graph has {self.boxes:,} boxes, and its edges pass {passing:,} "
                f"of them; up to {MOST_PLACES:,} together are drawn. Draw the "
                "networks inside one by one, or use table()"
            )
        self.widths = list(widths)
        self.above: list[list[int]] = [[] for _ in widths]
        self.below: list[list[int]] = [[] for _ in widths]
        self.chains = [self._chain(first, last) for first, last in edges]

    def _chain(self, first: int, last: int) -> list[int]:
        """Join two boxes, with a place in each rank between; return the places."""
        chain = []
        before = first
        for rank in range(self.ranks[first] + 1, self.ranks[last]):
            place = len(self.ranks)
            self.ranks.append(rank)
            self.widths.append(LINE)
            self.above.append([before])
            self.below.append([])
            self.below[before].append(place)
            chain.append(place)
            before = place
        self.below[before].append(last)
        self.above[last].append(before)
        return chain

    def gap(self, left: int, right: int) -> float:
        """Return the least distance between the middles of two places in a rank."""
        lines = left >= self.boxes or right >= self.boxes
        half = (self.widths[left] + self.widths[right]) / 2
        return half + (LINE_GAP if lines else BOX_GAP)


def _ranks(count: int, edges: Iterable[tuple[int, int]]) -> list[int]:
    """Return the rank of each box: one below the lowest of those it needs."""
    edges = list(edges)
    ranks = [0] * count
    for first, last in sorted(edges, key=lambda edge: edge[1]):
        ranks[last] = max(ranks[last], ranks[first] + 1)
    needing = {last for _, last in edges}
    nearest: dict[int, int] = {}
    for first, last in edges:
        if first not in needing:  # an input stands above the first that takes it
            nearest[first] = min(nearest.get(first, count), ranks[last] - 1)
    for first, rank in nearest.items():
        ranks[first] = rank
    return ranks


# --- the order within ranks


def _ordered(graph: _Graph) -> list[list[int]]:
    """Return the places of each rank from left to right, with few crossings."""
    layers: list[list[int]] = [[] for _ in range(max(graph.ranks) + 1)]
    for place in _depth_first(graph):
        layers[graph.ranks[place]].append(place)
    best = [list(layer) for layer in layers]
    fewest = _crossings(graph, layers)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        down = sweep % 2 == 0
        order = layers if down else layers[::-1]
        near = graph.above if down else graph.below
        for fixed, layer in itertools.pairwise(order):
            _by_middles(layer, _positions(fixed), near)
        crossings = _crossings(graph, layers)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    return best


def _depth_first(graph: _Graph) -> list[int]:
    """Return every place, each path followed to its end before the next."""
    order: list[int] = []
    seen: set[int] = set()
    stack = [box for box in reversed(range(graph.boxes)) if not graph.above[box]]
    while stack:
        place = stack.pop()
        if place in seen:
            continue
        seen.add(place)
        order.append(place)
        # Boxes before passing lines: a skip runs on the right of what it skips.
        nexts = sorted(graph.below[place], key=lambda other: other >= graph.boxes)
        stack.extend(reversed(nexts))
    return order


def _positions(layer: Sequence[int]) -> dict[int, int]:
    """Return the position of each place of a rank."""
    return {place: position for position, place in enumerate(layer)}


def _by_middles(layer: list[int], at: dict[int, int], near: list[list[int]]) -> None:
    """Sort a rank by the mean position of each place's neighbours."""
    means = {}
    for position, place in enumerate(layer):
        found = [at[other] for other in near[place]]
        means[place] = sum(found) / len(found) if found else position
    layer.sort(key=lambda place: means[place])


def _crossings(graph: _Graph, layers: Sequence[Sequence[int]]) -> int:
    """Return how many pairs of edges cross."""
    from bisect import bisect_right, insort

    count = 0
    for layer, under in itertools.pairwise(layers):
        at = _positions(under)
        ends: list[int] = []
        for place in layer:
            here = sorted(at[other] for other in graph.below[place])
            count += sum(len(ends) - bisect_right(ends, end) for end in here)
            for end in here:
                insort(ends, end)
    return count


# --- the places from left to right


def _middles(graph: _Graph, layers: list[list[int]]) -> list[float]:
    """Return the middle of each place: the mean of the middle two of four layouts."""
    barred = _conflicts(graph, layers)
    layouts = []
    for down in (True, False):
        ranks = layers if down else layers[::-1]
        near = _kept(graph, down=down)
        for leftward in (True, False):
            order = ranks if leftward else [layer[::-1] for layer in ranks]
            root = _blocks(order, near, barred)
            xs = _compacted(graph, order, root)
            layouts.append(xs if leftward else [-x for x in xs])
    spans = [max(xs) - min(xs) for xs in layouts]
    narrow = layouts[spans.index(min(spans))]
    for number, xs in enumerate(layouts):
        leftward = number % 2 == 0
        shift = min(narrow) - min(xs) if leftward else max(narrow) - max(xs)
        layouts[number] = [x + shift for x in xs]
    middles = []
    for four in zip(*layouts, strict=True):
        _, second, third, _ = sorted(four)
        middles.append((second + third) / 2)
    return middles


def _conflicts(graph: _Graph, layers: Sequence[Sequence[int]]) -> set[tuple[int, int]]:
    """Return the edges that may not be straightened: they cross a passing line."""
    barred = set()
    for layer, under in itertools.pairwise(layers):
        at = _positions(layer)
        inner = [
            (at[graph.above[place][0]], position)
            for position, place in enumerate(under)
            if place >= graph.boxes and graph.above[place][0] >= graph.boxes
        ]
        if not inner:
            continue
        for position, place in enumerate(under):
            for other in graph.above[place]:
                if place >= graph.boxes and other >= graph.boxes:
                    continue
                here = at[other]
                if any((a - here) * (b - position) < 0 for a, b in inner):
                    barred.add((other, place))
    return barred


def _kept(graph: _Graph, *, down: bool) -> list[list[int]]:
    """Return the neighbours before each place that it may stand straight below.

    Boxes keep to boxes: a line that begins or ends at one gives way, so that what is
    skipped stands in one column and the skip beside it.
    """
    before = graph.above if down else graph.below
    after = graph.below if down else graph.above

    def boxes(places: list[int]) -> list[int]:
        return [place for place in places if place < graph.boxes]

    kept = []
    for place, others in enumerate(before):
        if place < graph.boxes:
            kept.append(boxes(others) or others)
        else:
            kept.append([o for o in others if o >= graph.boxes or not boxes(after[o])])
    return kept


def _blocks(
    layers: Sequence[Sequence[int]],
    near: Sequence[Sequence[int]],
    barred: set[tuple[int, int]],
) -> list[int]:
    """Return the first place of the vertical that each place stands on."""
    root = list(range(len(near)))
    for fixed, layer in itertools.pairwise(layers):
        at = _positions(fixed)
        last = -1
        for place in layer:
            others = sorted(near[place], key=lambda other: at[other])
            middle = (len(others) - 1) / 2
            for choice in range(int(middle), int(middle + 0.5) + 1):
                if not 0 <= choice < len(others) or root[place] != place:
                    continue
                other = others[choice]
                free = (other, place) not in barred and (place, other) not in barred
                if free and last < at[other]:
                    root[place] = root[other]
                    last = at[other]
    return root


def _compacted(
    graph: _Graph,
    layers: Sequence[Sequence[int]],
    root: Sequence[int],
) -> list[float]:
    """Return the middle of each place, every block as far left as it may be."""
    before: dict[int, dict[int, float]] = {place: {} for place in root}
    after: dict[int, dict[int, float]] = {place: {} for place in root}
    for layer in layers:
        for left, right in itertools.pairwise(layer):
            a, b, gap = root[left], root[right], graph.gap(left, right)
            before[b][a] = after[a][b] = max(before[b].get(a, 0), gap)
    waiting = {block: len(found) for block, found in before.items()}
    order = [block for block in before if not waiting[block]]
    xs: dict[int, float] = {}
    for block in order:  # grows while it is walked
        xs[block] = max(
            (xs[other] + gap for other, gap in before[block].items()), default=0
        )
        for other in after[block]:
            waiting[other] -= 1
            if not waiting[other]:
                order.append(other)
    for block in reversed(order):  # then as far right as what follows allows
        if after[block]:
            xs[block] = max(
                xs[block], min(xs[other] - gap for other, gap in after[block].items())
            )
    return [xs[root[place]] for place in range(len(root))]
