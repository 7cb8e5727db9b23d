"""Search a tensor for a wrong element: directions first, then elements.

Along one random direction through a tensor, the analytic derivative is a weighted
sum of all its elements, and the numerical one costs some dozen evaluations however
many elements there are. Where the two differ by more than the error of the numerical
one, or that error is too large to show much, halves of the direction are compared,
down to the element.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from byhand.gradients.extrapolation import Array
from byhand.gradients.report import Comparison, Kink, TensorReport, Verdict, worst_of
from byhand.gradients.search.judging import ONE_SIDE, Judge
from byhand.gradients.search.moving import NOISY, WANTED, Moves
from byhand.gradients.search.nodes import TIGHT, WIDE, Findings, Node
from byhand.gradients.search.shared import EVEN, Search

# How much is looked at.
FINER = 0.8  # of what a direction may hide: halves that hide more are no help
VISITS = 600  # comparisons within one tensor after which no more halves are looked at
NOISY_VISITS = 60  # the same where rounding hides most of what halves would show
LOOKS = 60  # of those that only make the resolution finer
ENOUGH_SOUND = 6  # sound elements after which a small gap is taken for spread out
ENOUGH_WRONG = 6  # wrong elements after which the others are not looked at
TIED_GROUPS = 12  # groups of tied elements of one tensor that are moved together
DIRECTIONS = 4  # that must agree where rounding hides single elements

QUICK = 1e-2  # share of an element that may be hidden from a single quotient
BENT = 1e-2  # share of an element that its one-sided quotients may be apart
LEFT_OVER = 0.1  # share of an analytic derivative up to which the other is zero


def search_tensor(search: Search, k: int) -> Findings:
    """Compare the gradient of tensor k with differences."""
    found = TensorSearch(search, k).run()
    worst = found.report.worst
    guessed = search.scales[k].guessed
    if found.report.verdict is Verdict.PASS or worst is None or not guessed:
        return found
    if abs(worst.numerical) > max(worst.bound, LEFT_OVER * abs(worst.analytic)):
        return found
    # The gradient is zero, and what rounding left of it told how far its elements
    # are to be moved. Moved by 1, as any zeros are, it may be nothing.
    search.plain_scale(k)
    plain = TensorSearch(search, k).run()
    return plain if plain.report.verdict is Verdict.PASS else found


class TensorSearch:
    """The search of one tensor."""

    def __init__(self, search: Search, k: int) -> None:
        self._search = search
        self._tensor = search.function.tensors[k]
        self._gradient = search.gradients[k]
        self._k = k
        self._scale = search.scales[k]
        self._largest = search.reaches[k]
        self._constraint = search.constraints.get(self._tensor.leaf.name)
        self._moves = Moves(search, k)
        self._judge = Judge(search, k, self._moves)
        self._limit = VISITS if search.eps <= NOISY else NOISY_VISITS
        self._looks = 0
        self._sound = 0
        self._examined = "every element"
        self._unseen = 0.0  # the largest change of the function that could be hidden
        self._total = 0.0  # the size that it is a share of
        self._floor = 0.0  # the largest derivative that could be hidden
        self._changes = False  # whether the function was seen to change at all
        self._comparisons: list[Comparison] = []
        self._kinks: list[Kink] = []
        self._kink_places: list[int] = []
        self._tied: tuple[tuple[int, ...], ...] = ()
        self._faults: dict[Verdict, list[Comparison]] = {
            Verdict.FAIL: [],
            Verdict.NONDIFFERENTIABLE: [],
            Verdict.INCONCLUSIVE: [],
        }

    def run(self) -> Findings:
        """Compare the tensor's gradient with differences."""
        tensor, g = self._tensor, self._gradient
        overall = None
        if tensor.size and not np.isfinite(g).all():
            at = int(np.flatnonzero(~np.isfinite(g))[0])
            self._note(Verdict.FAIL, self._comparison(self._moves.element(at)))
        elif tensor.size:
            if self._search.transform is not None:
                self._declared(self._search.transform)
            elif self._search.full:
                self._every()
            else:
                self._examined = "together, in random directions"
                overall = self._together()
            if not self._faults[Verdict.FAIL]:
                self._check_ties()
        resolution = self._resolution()
        verdict, worst = Verdict.PASS, overall
        for kind, comparisons in self._faults.items():
            if comparisons:
                verdict, worst = kind, worst_of(comparisons)
                break
        if (
            verdict is Verdict.PASS
            and resolution is not None
            and not resolution <= self._search.resolution
        ):
            verdict = Verdict.INCONCLUSIVE
        report = TensorReport(
            name=tensor.name,
            shape=tensor.shape,
            verdict=verdict,
            worst=worst,
            examined=self._examined,
            resolution=resolution,
            floor=self._floor,
        )
        return Findings(
            report=report,
            comparisons=tuple(self._comparisons),
            kinks=tuple(self._kinks),
            tied=self._tied,
        )

    def _note(self, verdict: Verdict, comparison: Comparison) -> None:
        self._faults[verdict].append(comparison)

    def _comparison(self, node: Node) -> Comparison:
        """Return what a report shows of a comparison, per unit of an element."""
        comparison = Comparison(
            tensor=self._tensor.name,
            index=self._tensor.index(node.low) if node.count == 1 else None,
            size=node.count,
            analytic=node.analytic / node.unit,
            numerical=node.slope.value / node.unit,
            bound=WIDE * node.slope.error / abs(node.unit),
        )
        self._comparisons.append(comparison)
        self._changes |= abs(comparison.numerical) > comparison.bound
        step = 1.0 if node.count == 1 else self._scale.typical
        if np.isfinite(comparison.bound):
            self._floor = max(self._floor, comparison.bound / step)
        return comparison

    def _share(self, node: Node) -> float:
        """Return what could be hidden in a direction, as a share of the tensor."""
        hidden = node.chance * node.slope.error
        return hidden / self._total if self._total > 0 else 0.0

    def _seen_of(self, whole: Node) -> float:
        """Return the size that a direction shows of an error all over a tensor.

        An error of one factor everywhere shows as much as the direction's own
        derivative, and one of random signs as much as its size.
        """
        return min(whole.size, max(abs(whole.analytic), EVEN * whole.size))

    def _accept(self, unseen: float) -> None:
        self._unseen = max(self._unseen, unseen)

    def _resolution(self) -> float | None:
        """Return the smallest error that would have shown; None of a zero tensor."""
        if not (self._changes and self._total):
            return None
        # What is allowed at every element does not show, however exact the numbers.
        return max(self._unseen / self._total, self._search.rtol)

    def _together(self) -> Comparison:
        """Compare a whole tensor, and its halves where it must be; return the whole."""
        v = self._search.direction(self._k)
        whole = self._moves.compare(v, 0, self._tensor.size)
        self._total = self._seen_of(whole)
        overall = self._comparison(whole)
        stack = [whole]
        suspects: set[tuple[int, int]] = set()
        while stack:
            node = stack.pop()
            agrees = self._judge.agrees(node)
            suspect = (node.low, node.high) in suspects
            if node.count == 1:
                self._keep(node if agrees else self._moves.element(node.low))
                if self._faults[Verdict.FAIL]:
                    return overall
                continue
            poor = self._share(node) > WANTED and self._looks < LOOKS
            spent = self._moves.visits >= self._limit
            if agrees and (spent or not (poor or suspect)):
                self._accept(self._share(node) * self._total)
                continue
            # Halves of what rounding hides are hidden even more.
            lost = not agrees and self._judge.hidden(node) and node.slope.rounded
            if lost or spent or self._spread(node):
                self._keep_together(node, v[node.low : node.high])
                continue
            halves = self._halves(node, v)
            if suspect or not agrees:
                suspects |= self._suspects(halves)
            else:
                self._looks += 1
                if not self._finer(node, halves):
                    self._accept(self._share(node) * self._total)
                    continue
            # The worse half is looked at first.
            stack += sorted(halves, key=lambda half: half.excess)
        if self._judge.agrees(whole):
            self._trust(whole)
        elif not whole.slope.kink:
            self._hold_parts_to(whole)
        return overall

    def _trust(self, whole: Node) -> None:
        """Let directions that agree decide where rounding hides their parts.

        An element has a small part in one direction by chance, and hardly in several.
        """
        if not self._faults[Verdict.INCONCLUSIVE] or self._faults[Verdict.FAIL]:
            return
        nodes = [whole]
        for _ in range(DIRECTIONS - 1):
            v = self._search.direction(self._k)
            nodes.append(self._moves.compare(v, 0, self._tensor.size))
            self._comparison(nodes[-1])
        best = min(nodes, key=lambda node: node.slope.error / (node.size or 1.0))
        contradicted = any(node.excess > TIGHT for node in nodes)
        if contradicted or not self._judge.agrees(best):
            return
        total = self._seen_of(best)
        hidden = max(best.chance * best.slope.error, self._search.rtol * total)
        if not 0 < hidden <= self._search.resolution * total:
            return
        self._faults[Verdict.INCONCLUSIVE].clear()
        self._total = total
        self._unseen = hidden
        self._examined = "together, since rounding hides single elements"

    def _halves(self, node: Node, v: Array) -> list[Node]:
        """Return the comparisons of the two halves of a direction."""
        middle = (node.low + node.high) // 2
        spans = ((node.low, middle), (middle, node.high))
        halves = [self._moves.compare(v[low:high], low, high) for low, high in spans]
        for half in halves:
            if half.count > 1:
                self._comparison(half)
        return halves

    def _suspects(self, halves: Sequence[Node]) -> set[tuple[int, int]]:
        """Return a half in which an element may be tied, if each half agrees.

        At a kink, each may agree with one side and the two together with neither.
        """
        kinked = [(half.low, half.high) for half in halves if half.slope.kink]
        return set(kinked[:1]) if all(map(self._judge.agrees, halves)) else set()

    def _finer(self, node: Node, halves: Sequence[Node]) -> bool:
        """Return whether halves of a direction that agrees show more than it does."""
        if all(self._judge.agrees(half) for half in halves):
            return max(map(self._share, halves)) < FINER * self._share(node)
        # One that contradicts is worth a look, one that hides its gradient is not.
        return any(
            not self._judge.agrees(half) and not self._judge.hidden(half)
            for half in halves
        )

    def _hold_parts_to(self, whole: Node) -> None:
        """Say so where parts agree only because little is seen of each.

        Where elements are known so well that together they could not make the gap
        of the direction, the direction has crossed kinks, and they are right.
        """
        if self._faults[Verdict.FAIL] or not np.isfinite(whole.gap):
            return
        if self._unseen > WANTED * self._total:
            self._note(Verdict.INCONCLUSIVE, self._comparison(whole))

    def _spread(self, node: Node) -> bool:
        """Return whether a gap is small and no element had a large part in it."""
        return self._sound >= ENOUGH_SOUND and node.gap <= self._search.rtol * node.size

    def _keep_together(self, node: Node, v: Array) -> None:
        """Judge elements together that are too many to be looked at one by one."""
        verdict = self._judge.together(node, v)
        if verdict is not None:
            self._note(verdict, self._comparison(node))
        elif self._judge.between(node):
            self._accept(node.slope.jump)
        else:
            self._accept(2 * self._judge.allowed(node))

    def _keep(self, node: Node) -> None:
        """Judge one element."""
        judged = self._judge.element(node)
        node = judged.node
        if judged.kink:
            self._keep_kink(node)
        comparison = self._comparison(node)
        if judged.verdict is not None:
            self._note(judged.verdict, comparison)
            return
        self._sound += not node.slope.kink and node.excess > TIGHT
        if np.isfinite(node.slope.error):
            allowed = self._search.rtol * abs(node.analytic) + WIDE * node.slope.error
            self._accept(allowed)

    def _keep_kink(self, node: Node) -> None:
        """Keep a kink, in slopes of the element itself."""
        sides = (node.slope.left / node.unit, node.slope.right / node.unit)
        left, right = sides if node.unit > 0 else sides[::-1]
        self._kinks.append(
            Kink(
                tensor=self._tensor.name,
                index=self._tensor.index(node.low),
                left=left,
                right=right,
                analytic=node.analytic / node.unit,
            )
        )
        self._kink_places.append(node.low)

    def _every(self) -> None:
        """Compare each element: quickly, and with care where that does not agree."""
        tensor, g = self._tensor, self._gradient
        self._total = self._largest
        places = np.arange(tensor.size)
        careful: Any = places
        if self._constraint is None:
            numerical, error, bend = self._moves.quotients(places)
            size = np.maximum(np.abs(numerical), np.abs(g))
            allowed = self._search.rtol * size + 2 * error
            sure = (np.abs(numerical - g) <= allowed) & (error <= QUICK * size / 2)
            # At a kink the quotient is the mean of two slopes, and no derivative.
            sure &= bend <= BENT * size + 2 * error
            # A difference that is not finite agrees with nothing.
            sure &= np.isfinite(numerical) & np.isfinite(error)
            self._keep_sure(np.flatnonzero(sure), numerical, error, allowed)
            careful = np.flatnonzero(~sure)
        for at in careful:
            self._keep(self._moves.element(int(at)))
            if len(self._faults[Verdict.FAIL]) >= ENOUGH_WRONG:
                break
        if self._faults[Verdict.INCONCLUSIVE] and not self._faults[Verdict.FAIL]:
            self._see_together()

    def _see_together(self) -> None:
        """Look at all elements together where rounding hides single ones."""
        v = self._search.direction(self._k)
        whole = self._moves.compare(v, 0, self._tensor.size)
        self._comparison(whole)
        self._trust(whole)

    def _declared(self, transform: Callable[[Array], Any]) -> None:
        """Hold the gradient to what is deliberately made of the true one."""
        tensor, g = self._tensor, self._gradient
        places = np.arange(tensor.size)
        _, true, error = self._moves.derivatives(places, careful=tensor.size)

        def made(row: Array) -> Array:
            declared = np.asarray(transform(row.reshape(tensor.shape)))
            return declared.astype(np.float64).reshape(-1)

        numerical = made(true)
        ends = [made(true + sign * WIDE * error) for sign in (1, -1)]
        bound = np.max([np.abs(end - numerical) for end in ends], axis=0)
        sizes = np.maximum(np.abs(numerical), np.abs(g))
        allowed = self._search.rtol * sizes + bound
        self._total = float(np.max(sizes, initial=0.0))
        for at in places:
            comparison = Comparison(
                tensor=tensor.name,
                index=tensor.index(int(at)),
                size=1,
                analytic=float(g[at]),
                numerical=float(numerical[at]),
                bound=float(bound[at]),
            )
            self._comparisons.append(comparison)
            self._changes |= abs(comparison.numerical) > comparison.bound
            if not abs(numerical[at] - g[at]) <= allowed[at]:
                hidden = not np.isfinite(numerical[at])
                verdict = Verdict.INCONCLUSIVE if hidden else Verdict.FAIL
                self._note(verdict, comparison)
            else:
                self._accept(float(allowed[at]))

    def _keep_sure(
        self, sure: Array, numerical: Array, error: Array, allowed: Array
    ) -> None:
        """Keep the comparisons of elements that single quotients decided."""
        tensor, g = self._tensor, self._gradient
        columns = (row[sure].tolist() for row in (g, numerical, error))
        self._comparisons += [
            Comparison(tensor.name, index, 1, *numbers)
            for index, *numbers in zip(tensor.indices(sure), *columns, strict=True)
        ]
        if sure.size:
            self._changes = True
            sizes = self._scale.of(tensor.base[sure], g[sure])
            self._accept(float(np.max(allowed[sure] * sizes)))

    def _check_ties(self) -> None:
        """Move elements together that share a kink.

        Where two elements are tied, each has a kink of its own, and their joint move
        has none: a maximum moves by as much as both. A gradient that is given whole
        to each lies between the slopes of each and is wrong along the joint move.
        """
        tensor = self._tensor
        for value in list(dict.fromkeys(tensor.base[self._kink_places]))[:TIED_GROUPS]:
            # All elements of one value: those that are no part of the tie add their
            # own derivatives on both sides.
            places = np.flatnonzero(tensor.base == value)
            if places.size < 2:
                continue
            node = self._moves.tied(places)
            allowed = self._judge.allowed(node)
            smooth = not node.slope.kink and not node.slope.steep
            size = max(node.size, abs(node.slope.value))
            seen = node.slope.error <= ONE_SIDE * size
            if smooth and seen and not node.gap <= allowed:
                self._tied = tuple(tensor.indices(places))
                self._note(Verdict.FAIL, self._comparison(node))
                break
