"""Compare analytic and numerical derivatives, from whole tensors down to elements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from byhand.gradients.directions import (
    Node,
    direction,
    reach,
    scale,
    single_moves,
    sums,
    unit,
)
from byhand.gradients.problem import Problem, Tensor
from byhand.gradients.report import Comparison, Kink, TensorReport, worst_of
from byhand.gradients.slopes import START, noise_of, slope
from byhand.gradients.tree import Array

VISITS = 600  # comparisons within one tensor after which no more halves are looked at
ENOUGH = 6  # sound elements after which a small difference is taken for spread out
TIGHT = 10  # errors of a direction that are taken for chance
WIDE = 4  # errors of an element that are allowed beside rtol
# Second looks take steps smaller by these: the first may span many waves.
SMALLER = (2.0**-13 / 3, 2.0**-25 / 5, 2.0**-36 / 7)
COARSE = 1e-4  # values that are no more exact than this need eight times the step,
DOUBT = 32  # and that many errors to be wrong: their steps cross kinks


class Comparer:
    """The comparisons of one check.

    Attributes
    ----------
    comparisons : list of Comparison
        All that were made.
    kinks : list of Kink
        Elements where only one-sided derivatives exist.
    kink_faults : int
        How many failures lie at kinks.
    """

    def __init__(
        self,
        problem: Problem,
        grads: list[Array],
        *,
        rtol: float,
        seed: int,
        full: bool,
    ) -> None:
        self.problem, self.grads, self.rtol, self.full = problem, grads, rtol, full
        self._rng = np.random.default_rng([seed, 1])
        self.comparisons: list[Comparison] = []
        self.kinks: list[Kink] = []
        self.kink_faults = 0
        self._largest = max(
            (reach(t, g) for t, g in zip(problem.tensors, grads, strict=True)),
            default=0.0,
        )
        self._scatter()
        # Gradients are no more exact than values are.
        grain = problem.noise / (problem.size + 1e-300)
        self._nothing = max(1e-12, 100 * grain) if problem.size else 0.0
        self._shorter = 0.4 if grain < 1e-12 else 0.25
        self._small = min(0.5, max(1e-6, 1e3 * problem.eps, 1e3 * grain))

    def _scatter(self) -> None:
        """Measure how much rounding scatters the function's values."""
        problem = self.problem
        moves = [direction(self._rng, tensor) for tensor in problem.tensors]

        def phi(h: float) -> float:
            for tensor, move in zip(problem.tensors, moves, strict=True):
                np.multiply(move, h, out=tensor.work, dtype=np.float64)
                np.add(tensor.work, tensor.base, out=tensor.work)
            return self._value()

        try:
            problem.noise += 4 * noise_of(phi)
        finally:
            for tensor in problem.tensors:
                tensor.work[...] = tensor.base

    def _value(self) -> float:
        """Return the number; points outside the domain may have none."""
        with np.errstate(all="ignore"):
            return self.problem.value()

    def tensor(self, k: int) -> TensorReport:
        """Compare one tensor."""
        tensor, g = self.problem.tensors[k], self.grads[k]
        self._visits = self._sound = 0
        self._found: dict[str, list[Comparison]] = {
            name: [] for name in ("fail", "nondifferentiable", "inconclusive")
        }
        overall = None
        if tensor.size and not np.isfinite(g).all():
            at = int(np.flatnonzero(~np.isfinite(g))[0])
            node = self._node(tensor, g, unit(tensor, at), at, at + 1)
            self._note("fail", self._comparison(tensor, node))
        elif tensor.size:
            v = direction(self._rng, tensor)
            if self.full:
                self._every(tensor, g, v)
            else:
                overall = self._range(tensor, g, v)
        shape = tensor.leaf.array.shape
        for verdict, found in self._found.items():
            if found:
                return TensorReport(tensor.name, shape, verdict, worst_of(found))
        return TensorReport(tensor.name, shape, "pass", overall)

    def _note(self, verdict: str, comparison: Comparison) -> None:
        self._found[verdict].append(comparison)

    def _comparison(self, tensor: Tensor, node: Node) -> Comparison:
        """Return what a report shows of a comparison, per unit of an element."""
        size = node.hi - node.lo
        made = Comparison(
            tensor.name,
            tensor.index(node.lo) if size == 1 else None,
            size,
            node.analytic / node.unit,
            node.slope.value / node.unit,
            WIDE * node.slope.error / abs(node.unit),
        )
        self.comparisons.append(made)
        return made

    def _phi(
        self, tensor: Tensor, v: Array, lo: int, hi: int
    ) -> Callable[[float], float]:
        """Return the function along a direction through some elements.

        It leaves them where it moved them.
        """
        part, base, move = tensor.work[lo:hi], tensor.base[lo:hi], v[lo:hi]

        def phi(h: float) -> float:
            np.multiply(move, h, out=part, dtype=np.float64)
            np.add(part, base, out=part)
            return self._value()

        return phi

    def _node(
        self,
        tensor: Tensor,
        g: Array,
        v: Array,
        lo: int,
        hi: int,
        start: float = START,
    ) -> Node:
        """Compare the elements lo to hi, moved together along v."""
        self._visits += 1
        part, move, here = g[lo:hi], v[lo:hi], tensor.base[lo:hi]
        analytic, size, coarse = sums(part, move, here)
        problem = self.problem
        # A sum x + h v is rounded too, by the precision of x.
        noise = problem.noise + float(np.finfo(tensor.work.dtype).eps) * coarse
        start *= (hi - lo) ** -self._shorter  # many together reach further
        start *= 8 if problem.eps > COARSE else 1
        try:
            found = slope(
                self._phi(tensor, v, lo, hi),
                problem.middle,
                noise,
                problem.eps,
                start=start,
                target=5e-11 * size,
            )
        finally:
            tensor.work[lo:hi] = here
        single = float(v[lo]) if hi - lo == 1 else 1.0
        return Node(lo, hi, single, analytic, size, found)

    def _range(self, tensor: Tensor, g: Array, v: Array) -> Comparison:
        """Compare a whole tensor, and its halves where it must be; return the whole."""
        whole = self._node(tensor, g, v, 0, tensor.size)
        overall = self._comparison(tensor, whole)
        stack = [whole]
        while stack:
            node = stack.pop()
            if node.hi - node.lo == 1:
                self._element(tensor, g, v, node)
                if self._found["fail"]:
                    break
                continue
            if self._agrees(node):
                continue
            if node is whole and any(
                contradicts and self._agrees(near)
                for near, contradicts in self._nearer(tensor, g, v, node)
            ):
                break
            if self._visits >= VISITS or self._spread(node):
                self._coarse(tensor, node)
                continue
            middle = (node.lo + node.hi) // 2
            halves = [
                self._node(tensor, g, v, node.lo, middle),
                self._node(tensor, g, v, middle, node.hi),
            ]
            for half in halves:
                if half.hi - half.lo > 1:
                    self._comparison(tensor, half)
            # The worse half is looked at first.
            stack += sorted(halves, key=lambda half: half.excess)
        return overall

    def _agrees(self, node: Node) -> bool:
        """Tell whether a direction agrees to the precision of its numbers."""
        s = node.slope
        if s.steep or not np.isfinite(s.value) or self._hidden(node):
            return False
        if not s.kink:
            return bool(node.excess <= TIGHT)
        # With a kink on one side, however close, the other side has the derivative.
        return any(
            abs(side - node.analytic) <= TIGHT * error <= 1e-6 * node.size
            for side, error in ((s.right, s.right_error), (s.left, s.left_error))
        )

    def _spread(self, node: Node) -> bool:
        """Tell whether a gap is small and no element had a large part in it."""
        return self._sound >= ENOUGH and node.gap <= self.rtol * node.size

    def _hidden(self, node: Node) -> bool:
        """Tell whether the error of the numerical derivative hides the analytic."""
        bound = WIDE * node.slope.error
        seen = max(abs(node.analytic), abs(node.slope.value), node.size)
        if not np.isfinite(bound):
            return True
        if bound < seen:
            return False
        if node.size <= self._nothing * self._largest:
            # Zero, or what rounding leaves of it beside the other gradients.
            return bool(bound > max(1e-4 * self._largest, 1e-9))
        return True

    def _coarse(self, tensor: Tensor, node: Node) -> None:
        """Judge elements together that are too many to be looked at one by one."""
        if self._between(node):
            return
        if not node.slope.kink and self._hidden(node):
            self._note("inconclusive", self._comparison(tensor, node))
        elif node.gap > self.rtol * node.size + WIDE * node.slope.error:
            self._note("fail", self._comparison(tensor, node))

    def _element(self, tensor: Tensor, g: Array, v: Array, node: Node) -> None:
        """Judge one element."""
        if self._within(node) and not node.slope.steep:
            verdict = "" if not self._hidden(node) else "inconclusive"
            if node.slope.kink:
                self._kink(tensor, node)
            largest = reach(tensor, g) if verdict else 0.0
            if WIDE * node.slope.error < largest * abs(node.unit) and (
                abs(node.analytic) < self._small * largest
            ):
                verdict = ""  # little beside its neighbours, which are seen
        else:
            node, verdict = self._second_look(tensor, g, v, node)
        comparison = self._comparison(tensor, node)
        if verdict:
            self._note(verdict, comparison)
        else:
            self._sound += not node.slope.kink and node.excess > TIGHT

    def _within(self, node: Node) -> bool:
        """Tell whether an element's derivatives agree."""
        sizes = max(abs(node.analytic), abs(node.slope.value))
        allowed = self.rtol * sizes + WIDE * node.slope.error
        return bool(node.gap <= allowed + 1e-13 * self._largest)

    def _between(self, node: Node) -> bool:
        """Tell whether the analytic derivative lies between those of the two sides."""
        s = node.slope
        if not s.kink:
            return False
        low, high = sorted((s.left, s.right))
        slack = WIDE * s.side_error + self.rtol * max(abs(low), abs(high))
        return low - slack <= node.analytic <= high + slack

    def _second_look(
        self, tensor: Tensor, g: Array, v: Array, node: Node
    ) -> tuple[Node, str]:
        """Judge an element that does not agree, with one-sided and smaller steps."""
        if self._between(node):
            self._kink(tensor, node)
            return node, ""
        closer = list(self._nearer(tensor, g, v, node))
        for near, contradicts in closer:
            if contradicts and not self._hidden(near) and self._within(near):
                return near, ""
        near, _ = closer[0]
        if self._between(near):
            self._kink(tensor, near)
            return near, ""
        for one in (node, near):  # a side where the function has no values
            s = one.slope
            sided = [q for q in (s.left, s.right) if np.isfinite(q)]
            if len(sided) == 1:
                slack = WIDE * s.side_error + self.rtol * abs(one.analytic)
                if slack > 1e-3 * max(self._largest, abs(one.analytic)):
                    continue
                if abs(sided[0] - one.analytic) <= slack:
                    return one, ""
                return replace(
                    one, slope=replace(s, value=sided[0], error=s.side_error)
                ), "fail"
        if node.slope.steep or near.slope.steep:
            return node, "nondifferentiable"
        best = min(
            (node, near),
            key=lambda n: n.slope.error if np.isfinite(n.slope.error) else np.inf,
        )
        if self._hidden(best) or not np.isfinite(best.slope.value):
            return best, "inconclusive"
        if self.problem.eps > COARSE and best.gap < DOUBT * best.slope.error:
            return best, "inconclusive"
        if best.slope.kink:
            self._kink(tensor, best)
            self.kink_faults += 1
        return best, "fail"

    def _nearer(
        self, tensor: Tensor, g: Array, v: Array, node: Node
    ) -> Iterator[tuple[Node, bool]]:
        """Yield comparisons with smaller steps, and if these gave another derivative.

        Smaller steps are less exact, and count only where they contradict the larger
        ones, as where those span many periods of a fast wave.
        """
        for smaller in SMALLER:
            near = self._node(tensor, g, v, node.lo, node.hi, START * smaller)
            apart = abs(near.slope.value - node.slope.value)
            yield near, not apart <= WIDE * (near.slope.error + node.slope.error)

    def _kink(self, tensor: Tensor, node: Node) -> None:
        """Keep a kink, in slopes of the element itself."""
        sides = (node.slope.left / node.unit, node.slope.right / node.unit)
        left, right = sides if node.unit > 0 else sides[::-1]
        self.kinks.append(
            Kink(
                tensor.name,
                tensor.index(node.lo),
                left,
                right,
                node.analytic / node.unit,
            )
        )

    def _every(self, tensor: Tensor, g: Array, v: Array) -> None:
        """Compare each element: quickly, and with care where that does not agree."""
        quick, rounding = self.elements(tensor, np.arange(tensor.size))
        gap = np.abs(quick - g)
        agree = gap <= self.rtol * np.maximum(np.abs(quick), np.abs(g)) + 2 * rounding
        seen = rounding < 0.1 * np.maximum(np.abs(quick), np.abs(g))
        sound = np.flatnonzero(agree & seen)
        columns = (row[sound].tolist() for row in (g, quick, rounding))
        self.comparisons += [
            Comparison(tensor.name, index, 1, *numbers)
            for index, *numbers in zip(tensor.indices(sound), *columns, strict=True)
        ]
        for at in np.flatnonzero(~(agree & seen)):
            node = self._node(tensor, g, v, int(at), int(at) + 1)
            self._element(tensor, g, v, node)
            if len(self._found["fail"]) >= ENOUGH:
                break

    def elements(self, tensor: Tensor, index: Array) -> tuple[Array, Array]:
        """Return central quotients of single elements, and their rounding."""
        h = 2.0**-17 * scale(tensor.base[index])
        here = tensor.base[index]
        up, down = here + h, here - h
        width = up - down
        problem = self.problem
        with np.errstate(all="ignore"):
            values = [single_moves(problem, tensor, index, to) for to in (up, down)]
        size = np.maximum(np.abs(values[0]), abs(problem.middle))
        rounding = 2 * (problem.noise + problem.eps * size) / width
        with np.errstate(all="ignore"):
            return (values[0] - values[1]) / width, rounding
