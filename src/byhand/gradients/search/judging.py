"""Whether two derivatives agree, and what it means where they do not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from byhand.gradients.extrapolation import Array
from byhand.gradients.report import Verdict
from byhand.gradients.search.moving import Moves
from byhand.gradients.search.nodes import TIGHT, WIDE, Node
from byhand.gradients.search.shared import Search

BLIND = 1e-4  # share of the largest gradient that must show where one is zero
ROUNDED_AWAY = 1e-13  # share of the largest gradient that rounding may leave of zero
FAINT = 64.0  # errors of a numerical derivative up to which it may be zero
POOR = 1e-3  # share of an element; where the error is larger, steps may cross kinks,
DOUBT = 20.0  # and it takes that many errors to be wrong
ONE_SIDE = 1e-3  # share of a derivative to which a single side must be known
SIDED = 1e-6  # share of a direction's size to which one side must be known


@dataclass(frozen=True)
class Judgement:
    """What was judged of an element.

    Attributes
    ----------
    node : Node
        The comparison, where one side alone has values that of this side.
    verdict : Verdict or None
        None where the derivatives agree.
    kink : bool
        Whether only one-sided derivatives exist.
    """

    node: Node
    verdict: Verdict | None
    kink: bool = False


class Judge:
    """What comparisons of one tensor mean, beside its other gradients."""

    def __init__(self, search: Search, k: int, moves: Moves) -> None:
        self._search = search
        self._function = search.function
        self._largest = search.reaches[k]
        self._moves = moves

    def _underflows(self, node: Node) -> bool:
        """Return whether a function of exactly 0 may have rounded a change away."""
        still = self._function.size == 0 and node.slope.value == 0
        return bool(still and abs(node.analytic) <= ROUNDED_AWAY * self._search.change)

    def hidden(self, node: Node) -> bool:
        """Return whether the numerical error hides the analytic derivative."""
        sure = WIDE if node.count == 1 else node.chance
        bound = sure * node.slope.error
        seen = max(abs(node.analytic), abs(node.slope.value), node.size)
        if not np.isfinite(bound):
            return True
        if bound <= self._search.resolution * seen:
            return False
        if self._search.largest == 0:
            # All gradients are zero: what would be seen of one is a change of fn.
            sides = [abs(s) for s in (node.slope.left, node.slope.right)]
            change = max(self._search.change, *(s for s in sides if np.isfinite(s)), 0)
            return bool(bound > BLIND * change)
        if node.size <= self._search.nothing * self._search.largest:
            # Zero, or what rounding leaves of it beside the other gradients.
            return bool(bound > BLIND * self._search.largest)
        return True

    def agrees(self, node: Node) -> bool:
        """Return whether a direction agrees to the precision of its numbers."""
        slope = node.slope
        if slope.steep or not np.isfinite(slope.value) or self.hidden(node):
            return False
        if not slope.kink:
            return bool(node.excess <= node.chance)
        # With a kink on one side, however close, the other side has the derivative.
        return any(
            abs(side - node.analytic) <= TIGHT * error <= SIDED * node.size
            for side, error in (
                (slope.right, slope.right_error),
                (slope.left, slope.left_error),
            )
        )

    def _little(self, node: Node) -> bool:
        """Return whether an element is little beside its neighbours, which are seen."""
        bound = WIDE * node.slope.error
        return bool(
            node.gap <= bound and bound <= self._search.resolution * self._largest
        )

    def within(self, node: Node) -> bool:
        """Return whether an element's derivatives agree."""
        sizes = max(abs(node.analytic), abs(node.slope.value))
        allowed = self._search.rtol * sizes + WIDE * node.slope.error
        # Gradients so large that their products overflow agree with nothing.
        agrees = np.isfinite(node.gap) and node.gap <= allowed
        return bool(agrees or self._rounded_away(node))

    def _rounded_away(self, node: Node) -> bool:
        """Return whether an analytic derivative is what rounding leaves of zero."""
        slope, largest = node.slope, self._search.largest
        # Of one that is little beside others, the error itself is less well known.
        little = abs(slope.value) <= BLIND * largest
        zero = abs(slope.value) <= (FAINT if little else WIDE) * slope.error
        return bool(zero and abs(node.analytic) <= ROUNDED_AWAY * largest)

    def between(self, node: Node) -> bool:
        """Return whether the analytic derivative lies between those of the sides."""
        slope = node.slope
        if not slope.kink:
            return False
        low, high = sorted((slope.left, slope.right))
        slack = WIDE * slope.side_error + self._search.rtol * max(abs(low), abs(high))
        return low - slack <= node.analytic <= high + slack

    def element(self, node: Node) -> Judgement:
        """Judge one element."""
        if self.within(node) and not node.slope.steep:
            verdict = Verdict.INCONCLUSIVE if self.hidden(node) else None
            judged = Judgement(node, verdict, kink=node.slope.kink)
        else:
            judged = self._second_look(node)
        if judged.verdict is Verdict.INCONCLUSIVE and self._little(judged.node):
            return replace(judged, verdict=None)
        return judged

    def _second_look(self, node: Node) -> Judgement:
        """Judge an element that does not agree, with one-sided derivatives."""
        slope = node.slope
        if self.between(node):
            return Judgement(node, None, kink=True)
        sides = [side for side in (slope.left, slope.right) if np.isfinite(side)]
        if len(sides) == 1:  # the function has no values on the other side
            return self._by_one_side(node, sides[0])
        if slope.steep:
            return Judgement(node, Verdict.NONDIFFERENTIABLE)
        unclear = not node.gap > DOUBT * slope.error
        if not np.isfinite(slope.value) or (unclear and self.hidden(node)):
            return Judgement(node, Verdict.INCONCLUSIVE)
        poor = slope.error > POOR * max(abs(node.analytic), abs(slope.value))
        if poor and unclear:
            return Judgement(node, Verdict.INCONCLUSIVE)
        stands = self._moves.stands(np.array([node.unit]), node)
        if self._underflows(node) or not stands:
            return Judgement(node, Verdict.INCONCLUSIVE)
        return Judgement(node, Verdict.FAIL, kink=slope.kink)

    def _by_one_side(self, node: Node, side: float) -> Judgement:
        """Judge an element by the derivative of the only side that has values."""
        slack = WIDE * node.slope.side_error + self._search.rtol * abs(node.analytic)
        sided = replace(node, slope=replace(node.slope, value=side, error=slack))
        if not slack <= ONE_SIDE * max(self._largest, abs(node.analytic)):
            return Judgement(sided, Verdict.INCONCLUSIVE)
        right = abs(side - node.analytic) <= slack
        return Judgement(sided, None if right else Verdict.FAIL)

    def together(self, node: Node, v: Array) -> Verdict | None:
        """Judge elements together that are too many to be looked at one by one."""
        if self.between(node):
            return None
        if not node.slope.kink and self.hidden(node):
            return Verdict.INCONCLUSIVE
        if np.isfinite(node.gap) and node.gap <= self.allowed(node):
            return None
        wrong = node.gap > DOUBT * node.slope.error and self._moves.stands(v, node)
        return Verdict.FAIL if wrong else Verdict.INCONCLUSIVE

    def allowed(self, node: Node) -> float:
        """Return how far apart the derivatives along a direction may be."""
        return self._search.rtol * node.size + WIDE * node.slope.error
