"""Search a tensor for a wrong element: directions first, then elements.

Along one random direction through a tensor, the analytic derivative is a weighted
sum of all its elements, and the numerical one costs some dozen evaluations however
many elements there are. Where the two differ by more than the error of the numerical
one, or that error is too large to show much, halves of the direction are compared,
down to the element.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil, log
from typing import Any

import numpy as np

from byhand.gradients.constraints import Constraint
from byhand.gradients.extrapolation import (
    LEVELS,
    RATIO,
    START,
    Array,
    Slope,
    derivative,
    noise_of,
    norm,
    precision_of,
)
from byhand.gradients.function import CheckedFunction, random_signs
from byhand.gradients.report import Comparison, Kink, TensorReport, Verdict, worst_of
from byhand.gradients.scales import (
    SAMPLE,
    Scale,
    blocks,
    finite_norm,
    move_to,
    scale_of,
    sums,
)

# How much is looked at.
FINER = 0.8  # of what a direction may hide: halves that hide more are no help
VISITS = 600  # comparisons within one tensor after which no more halves are looked at
NOISY_VISITS = 60  # the same where rounding hides most of what halves would show
LOOKS = 60  # of those that only make the resolution finer
ENOUGH_SOUND = 6  # sound elements after which a small gap is taken for spread out
ENOUGH_WRONG = 6  # wrong elements after which the others are not looked at
TIED_GROUPS = 12  # groups of tied elements of one tensor that are moved together

# How far two derivatives may be apart.
TIGHT = 10.0  # errors of a direction that are taken for chance
SURE = 2.0  # the same, where measured rounding makes the error
WIDE = 4.0  # errors of an element that are allowed beside rtol
NOTHING = 1e-12  # share of the largest gradient below which one is taken for zero
BLIND = 1e-4  # share of the largest gradient that must show where one is zero
EXACT_ZERO = 10.0  # roundings up to which a number is zero, or has not changed
PROBES = 13  # steps at which a function is looked at whose gradients are all zero
ROUNDED_AWAY = 1e-13  # share of the largest gradient that rounding may leave of zero

LEFT_OVER = 0.1  # share of an analytic derivative up to which the other is zero
FAINT = 64.0  # errors of a numerical derivative up to which it may be zero

# What is asked of a comparison before it is believed.
WANTED = 1e-3  # error of a tensor that should show; the search descends above it
QUICK = 1e-2  # share of an element that may be hidden from a single quotient
EXACT = 5e-11  # share of a direction's size at which extrapolation stops
BENT = 1e-2  # share of an element that its one-sided quotients may be apart
SIDED = 1e-6  # share of a direction's size to which one side must be known
COARSE = 1e-4  # values that are no more exact than this need eight times the step
NOISY = 1e-12  # values that are no more exact than this ask for long steps,
SHORTER = tuple(RATIO**-k for k in range(1, 7))  # and shorter ones must bear them out,
BORNE_OUT = 5  # so many of them
FAR = 50.0  # sizes of an element, beyond which steps of coarse values do not go
ALL = 0.8  # share of a derivative above which a gap is no mere secant's
POOR = 1e-3  # share of an element; where the error is larger, steps may cross kinks,
DOUBT = 20.0  # and it takes that many errors to be wrong
ONE_SIDE = 1e-3  # share of a derivative to which a single side must be known

# Steps and sizes.
LOOK_STEPS = (0.0137, 0.0291, 0.0453, 0.31, 1.7)  # to see what values are rounded to
LOOKED = 3  # of them that are taken at least
SHORTEST = 2.0**-17  # step of a quick quotient, of an element's own size
OWN = 1e-3  # share of its tensor's size that an element is at least taken to have
LARGE = 2**17  # elements from which on a direction is kept in float32
EVEN = 0.5  # share of its size that the analytic derivative of a direction has at least
DIRECTIONS = 4  # that must agree where rounding hides single elements
DRAWS = 8  # directions that are drawn until one has that


@dataclass(frozen=True)
class Node:
    """One comparison: elements low to high of a tensor moved together.

    A single one moves by `unit` for each step, several by amounts of their own.
    """

    low: int
    high: int
    unit: float
    analytic: float
    size: float
    slope: Slope

    @property
    def count(self) -> int:
        """How many elements it moves."""
        return self.high - self.low

    @property
    def gap(self) -> float:
        """How far apart the two derivatives are."""
        return abs(self.analytic - self.slope.value)

    @property
    def excess(self) -> float:
        """The gap in errors of the numerical derivative."""
        if not np.isfinite(self.gap):
            return np.inf
        error = self.slope.error + 1e-14 * self.size
        return self.gap / error if error > 0 else (np.inf if self.gap else 0.0)

    @property
    def chance(self) -> float:
        """How many errors of a direction are taken for chance."""
        # Rounding is measured, with room; truncation is guessed.
        return SURE if self.slope.rounded else TIGHT


@dataclass(frozen=True)
class Findings:
    """What the search of one tensor found.

    Attributes
    ----------
    report : TensorReport
        The outcome.
    comparisons : tuple of Comparison
        Every comparison that was made.
    kinks : tuple of Kink
        Elements where only one-sided derivatives exist.
    tied : tuple of tuple of int
        Elements of one value whose gradients are right one by one, each at a kink,
        and wrong together.
    """

    report: TensorReport
    comparisons: tuple[Comparison, ...] = ()
    kinks: tuple[Kink, ...] = ()
    tied: tuple[tuple[int, ...], ...] = ()


class Search:
    """What the searches of all tensors of one check share.

    Attributes
    ----------
    function : CheckedFunction
        What is checked.
    gradients : sequence of ndarray
        Its analytic gradients, one row for each tensor.
    scales : list of Scale
        How far each tensor's elements are moved.
    reaches : list of float
        The largest change of the function along one element, of each tensor.
    largest : float
        The same of all tensors.
    eps : float
        Relative precision of the function's values, as measured.
    change : float
        How steeply the function changes where it does so first, where all gradients
        are zero.
    """

    def __init__(
        self,
        function: CheckedFunction,
        gradients: Sequence[Array],
        *,
        rtol: float,
        resolution: float,
        seed: int,
        full: bool,
        constraints: dict[str, Constraint] | None = None,
        transform: Callable[[Array], Any] | None = None,
    ) -> None:
        self.transform = transform
        self.function = function
        self.gradients = gradients
        self.rtol = rtol
        self.resolution = resolution
        self.full = full
        self.constraints = constraints or {}
        self.rng = np.random.default_rng([seed, 1])
        self.scales = self._scales()
        self.reaches = [self._reach(k) for k in range(len(gradients))]
        self.largest = max(self.reaches, default=0.0)
        self._measure_noise()
        # Gradients are no more exact than values are.
        size = function.size
        grain = function.noise / size if size > 0 else 0.0
        self.nothing = max(NOTHING, 100 * grain) if size > 0 else 0.0
        self.shorter = 0.4 if grain < 1e-12 else 0.25
        self.eps = max(function.eps, grain)

    def run(self, k: int) -> Findings:
        """Search tensor k."""
        found = TensorSearch(self, k).run()
        worst = found.report.worst
        guessed = self.scales[k].guessed
        if found.report.verdict is Verdict.PASS or worst is None or not guessed:
            return found
        if abs(worst.numerical) > max(worst.bound, LEFT_OVER * abs(worst.analytic)):
            return found
        # The gradient is zero, and what rounding left of it told how far its elements
        # are to be moved. Moved by 1, as any zeros are, it may be nothing.
        self.scales[k] = scale_of(self.function.tensors[k], self.gradients[k])
        self.reaches[k] = self._reach(k)
        plain = TensorSearch(self, k).run()
        return plain if plain.report.verdict is Verdict.PASS else found

    def _scales(self) -> list[Scale]:
        """Return the scale of each tensor; of zeros, from what others contribute."""
        pairs = list(zip(self.function.tensors, self.gradients, strict=True))
        shares = [norm(g * t.base) for t, g in pairs if t.size <= SAMPLE]
        share = max((one for one in shares if np.isfinite(one)), default=0.0)
        scales = []
        for tensor, g in pairs:
            size = 0.0 if tensor.base.any() else finite_norm(g)
            one = scale_of(tensor, g)
            if share > 0 and size > 0:
                # Zeros are worth as much as makes them contribute as others do.
                one = replace(
                    one,
                    typical=share / size,
                    largest=share / size,
                    share=share,
                    guessed=True,
                )
            scales.append(one)
        return scales

    def _reach(self, k: int) -> float:
        """Return the largest change of the function along one element of tensor k."""
        tensor, g = self.function.tensors[k], self.gradients[k]
        largest = 0.0
        for part in blocks(tensor.size):
            changes = np.abs(g[part]) * self.scales[k].of(tensor.base[part], g[part])
            finite = changes[np.isfinite(changes)]
            largest = max(largest, float(np.max(finite, initial=0.0)))
        return largest

    def direction(self, k: int) -> Array:
        """Return a random direction through tensor k, larger where elements are.

        Its analytic derivative is not small by chance, so that a factor shows.
        """
        tensor, g = self.function.tensors[k], self.gradients[k]
        v = self._row(k)
        for part in blocks(tensor.size):
            sizes = self.scales[k].of(tensor.base[part], g[part])
            v[part] = random_signs(self.rng, sizes.shape) * sizes
        for _ in range(DRAWS):
            along, size, _ = sums(g, v, tensor.base)
            if not size > 0 or abs(along) >= EVEN * size:
                break
            for part in blocks(tensor.size):
                v[part] *= self.rng.choice([-1.0, 1.0], v[part].shape)
        return v

    def _own_sizes(self, k: int) -> Array:
        """Return a random direction through tensor k by its elements' own sizes."""
        tensor = self.function.tensors[k]
        # Of zeros it is not known how far they may be moved, beside other numbers.
        moved = any(one.base.any() for one in self.function.tensors)
        v = self._row(k)
        for part in blocks(tensor.size):
            size = np.abs(tensor.base[part]) if moved else self.scales[k].typical
            v[part] = random_signs(self.rng, v[part].shape) * size
        return v

    def _row(self, k: int) -> Array:
        """Return an empty row for a direction through tensor k."""
        size = self.function.tensors[k].size
        return np.empty(size, np.float64 if size < LARGE else np.float32)

    def _measure_noise(self) -> None:
        """Measure how much rounding scatters the function's values."""
        function = self.function
        self.change = 0.0
        moves = [(t, self._own_sizes(k)) for k, t in enumerate(function.tensors)]

        def phi(h: float) -> float:
            for tensor, move in moves:
                constraint = self.constraints.get(tensor.leaf.name)
                move_to(tensor, move, h, constraint)
            return function.value()

        try:
            self._see_precision(phi)
            noise = noise_of(phi)
            # Where the function is larger beside the point, so is its rounding.
            function.noise += 4 * noise.level * max(abs(function.middle), function.size)
            if self.largest == 0 or function.size == 0:
                self.change = self._change(phi)
        finally:
            for tensor, _ in moves:
                tensor.work[...] = tensor.base
        if noise.grain:
            function.notes.append(
                f"fn is rounded inside: nothing changes within {noise.grain:.1g} of "
                "an element's size, so longer steps were taken"
            )

    def _see_precision(self, phi: Callable[[float], float]) -> None:
        """See whether the function's values are rounded to a coarser type."""
        function = self.function
        outputs = []
        for h in LOOK_STEPS:
            seen = [phi(step) for step in (h, -h)]
            outputs.append(np.ravel(function.last)[:SAMPLE])
            # Where nothing changes, longer steps may show in which stairs it would.
            if len(outputs) >= LOOKED and any(s != function.middle for s in seen):
                break
        values = np.concatenate(outputs)
        values = values.view(values.real.dtype)
        precision = precision_of(values.astype(np.float64))
        function.eps = max(function.eps, precision)
        function.noise = max(function.noise, precision * function.size)

    def _change(self, phi: Callable[[float], float]) -> float:
        """Return how steeply the function changes where it does so first; 0 if nowhere.

        Where all gradients are zero, it is the only size that a derivative which is
        there after all could be held against.
        """
        function = self.function
        if function.size <= EXACT_ZERO * function.noise:
            return np.inf  # the function is zero, to what rounding leaves of it
        for power in range(PROBES):
            h = RATIO**power
            changes = [abs(phi(step) - function.middle) for step in (h, -h)]
            seen = [one for one in changes if one > EXACT_ZERO * function.noise]
            if seen:
                return max(seen) / h
        return 0.0


class TensorSearch:
    """The search of one tensor."""

    def __init__(self, search: Search, k: int) -> None:
        self._search = search
        self._function = search.function
        self._tensor = search.function.tensors[k]
        self._gradient = search.gradients[k]
        self._k = k
        self._scale = search.scales[k]
        self._constraint = search.constraints.get(self._tensor.leaf.name)
        self._own_noise = search.function.gradient_noise[k]
        self._largest = search.reaches[k]
        self._visits = 0
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
            self._note(Verdict.FAIL, self._comparison(self._element_node(at)))
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

    # --- comparisons

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

    def _along(self, v: Array, low: int, high: int) -> Callable[[float], float]:
        """Return the function along a direction; it leaves the elements moved."""
        tensor, constraint = self._tensor, self._constraint
        value = self._function.value
        if constraint is not None:
            whole = np.zeros(tensor.size)
            whole[low:high] = v

            def on_set(h: float) -> float:
                move_to(tensor, whole, h, constraint)
                return value()

            return on_set
        part, base = tensor.work[low:high], tensor.base[low:high]

        def free(h: float) -> float:
            np.multiply(v, h, out=part, dtype=np.float64, casting="unsafe")
            np.add(part, base, out=part)
            return value()

        return free

    def _analytic(self, v: Array, low: int, high: int) -> tuple[float, float, float]:
        """Return the derivative along a direction, its size, and its rounding."""
        tensor, g = self._tensor, self._gradient
        if self._constraint is None:
            return sums(g[low:high], v, tensor.base[low:high])
        whole = np.zeros(tensor.size)
        whole[low:high] = v
        tangent = self._constraint.tangent(tensor.base, whole, tensor.shape)
        return sums(g, tangent, tensor.base)

    def _node(
        self,
        v: Array,
        low: int,
        high: int,
        *,
        start: float | None = None,
        levels: int = LEVELS,
    ) -> Node:
        """Compare the elements low to high, moved together along v.

        With a first step, no longer ones are tried.
        """
        self._visits += 1
        tensor, function = self._tensor, self._function
        analytic, size, coarse = self._analytic(v, low, high)
        # A sum x + h v is rounded too, by the precision of x.
        noise = function.noise + tensor.eps * coarse
        first = START * (high - low) ** -self._search.shorter  # many reach further
        first *= 8 if self._search.eps > COARSE else 1
        interest = size
        if high - low == 1 and (size == 0 or tensor.base[low] != 0):
            interest = max(size, self._interest())
        try:
            slope = derivative(
                self._along(v, low, high),
                function.middle,
                noise=noise,
                eps=self._search.eps,
                start=start or first,
                target=EXACT * size,
                wanted=np.inf if start else WANTED / (2 * TIGHT) * interest,
                size=interest,
                levels=levels,
                wobble=2 * tensor.eps,
                longest=self._longest(v),
            )
        finally:
            tensor.work[...] = tensor.base
        if self._own_noise:
            slope = replace(slope, error=slope.error + self._own_noise * norm(v))
        unit = float(v[0]) if high - low == 1 else 1.0
        return Node(low, high, unit, analytic, size, slope)

    def _underflows(self, node: Node) -> bool:
        """Return whether a function of exactly 0 may have rounded a change away."""
        still = self._function.size == 0 and node.slope.value == 0
        return bool(still and abs(node.analytic) <= ROUNDED_AWAY * self._search.change)

    def _stands(self, v: Array, node: Node) -> bool:
        """Return whether shorter steps contradict the gradient as well.

        Where rounding asks for long steps, they may cross kinks and say what a
        function does on the whole, and not at the point.
        """
        if self._search.eps <= NOISY:
            return True
        size = max(abs(node.analytic), abs(node.slope.value))
        # A secant over kinks is off by a part, and seldom by all of the derivative;
        # of values that are very coarse, more cannot be asked.
        coarse = self._search.eps > COARSE and node.count == 1
        needed = 1 if coarse and node.gap > ALL * size else BORNE_OUT
        told = 0
        for shorter in SHORTER:
            start = node.slope.start * shorter
            near = self._node(v, node.low, node.high, start=start)
            bound = WIDE * near.slope.error
            if not bound < node.gap:
                break
            if near.gap <= bound:
                return False
            told += 1
        return told >= needed

    def _longest(self, v: Array) -> float:
        """Return the longest step along a direction.

        Of coarse values, steps far beyond the size of a tensor's elements see nothing
        of the point; where values are exact, a line shows its slope at any distance.
        """
        if self._search.eps <= NOISY:
            return np.inf
        return FAR * max(1.0, self._scale.typical / float(np.max(np.abs(v))))

    def _interest(self) -> float:
        """Return a change of the function beside which smaller ones are little."""
        middle = abs(self._function.middle)
        return self._largest or self._search.largest or middle

    def _size_of(self, at: int) -> float:
        """Return how far a single element is moved."""
        x, g = self._tensor.base[at : at + 1], self._gradient[at : at + 1]
        if self._scale.guessed and x[0] == 0 and np.isfinite(g[0]) and g[0] != 0:
            return self._scale.share / float(np.abs(g[0]))
        shared = float(self._scale.of(x, np.nan_to_num(g))[0])
        return max(float(np.abs(x[0])), OWN * shared)

    def _element_node(self, at: int) -> Node:
        """Compare a single element."""
        size = self._size_of(at)
        own = abs(float(self._tensor.base[at]))
        further = ceil(log(size / own, RATIO)) if 0 < own < size else 0
        return self._node(
            np.array([size]), at, at + 1, levels=LEVELS + min(further, 2 * LEVELS)
        )

    # --- judging

    def _hidden(self, node: Node) -> bool:
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

    def _agrees(self, node: Node) -> bool:
        """Return whether a direction agrees to the precision of its numbers."""
        slope = node.slope
        if slope.steep or not np.isfinite(slope.value) or self._hidden(node):
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
        return self._unseen / self._total if self._changes and self._total else None

    def _together(self) -> Comparison:
        """Compare a whole tensor, and its halves where it must be; return the whole."""
        v = self._search.direction(self._k)
        whole = self._node(v, 0, self._tensor.size)
        self._total = self._seen_of(whole)
        overall = self._comparison(whole)
        stack = [whole]
        suspects: set[tuple[int, int]] = set()
        while stack:
            node = stack.pop()
            agrees = self._agrees(node)
            suspect = (node.low, node.high) in suspects
            if node.count == 1:
                self._judge(node if agrees else self._element_node(node.low))
                if self._faults[Verdict.FAIL]:
                    return overall
                continue
            poor = self._share(node) > WANTED and self._looks < LOOKS
            spent = self._visits >= self._limit
            if agrees and (spent or not (poor or suspect)):
                self._accept(self._share(node) * self._total)
                continue
            # Halves of what rounding hides are hidden even more.
            lost = not agrees and self._hidden(node) and node.slope.rounded
            if lost or spent or self._spread(node):
                self._judge_together(node, v[node.low : node.high])
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
        if self._agrees(whole):
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
            nodes.append(self._node(v, 0, self._tensor.size))
            self._comparison(nodes[-1])
        best = min(nodes, key=lambda node: node.slope.error / (node.size or 1.0))
        contradicted = any(node.excess > TIGHT for node in nodes)
        if contradicted or not self._agrees(best):
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
        halves = [self._node(v[low:high], low, high) for low, high in spans]
        for half in halves:
            if half.count > 1:
                self._comparison(half)
        return halves

    def _suspects(self, halves: Sequence[Node]) -> set[tuple[int, int]]:
        """Return a half in which an element may be tied, if each half agrees.

        At a kink, each may agree with one side and the two together with neither.
        """
        kinked = [(half.low, half.high) for half in halves if half.slope.kink]
        return set(kinked[:1]) if all(map(self._agrees, halves)) else set()

    def _finer(self, node: Node, halves: Sequence[Node]) -> bool:
        """Return whether halves of a direction that agrees show more than it does."""
        if all(self._agrees(half) for half in halves):
            return max(map(self._share, halves)) < FINER * self._share(node)
        # One that contradicts is worth a look, one that hides its gradient is not.
        return any(not self._agrees(half) and not self._hidden(half) for half in halves)

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

    def _judge_together(self, node: Node, v: Array) -> None:
        """Judge elements together that are too many to be looked at one by one."""
        allowed = self._search.rtol * node.size + WIDE * node.slope.error
        if self._between(node):
            self._accept(node.slope.jump)
        elif not node.slope.kink and self._hidden(node):
            self._note(Verdict.INCONCLUSIVE, self._comparison(node))
        elif np.isfinite(node.gap) and node.gap <= allowed:
            self._accept(2 * allowed)
        elif node.gap > DOUBT * node.slope.error and self._stands(v, node):
            self._note(Verdict.FAIL, self._comparison(node))
        else:
            self._note(Verdict.INCONCLUSIVE, self._comparison(node))

    def _judge(self, node: Node) -> None:
        """Judge one element."""
        verdict: Verdict | None
        if self._within(node) and not node.slope.steep:
            verdict = Verdict.INCONCLUSIVE if self._hidden(node) else None
            if node.slope.kink:
                self._keep_kink(node)
        else:
            node, verdict = self._second_look(node)
        if verdict is Verdict.INCONCLUSIVE and self._little(node):
            verdict = None
        comparison = self._comparison(node)
        if verdict is not None:
            self._note(verdict, comparison)
            return
        self._sound += not node.slope.kink and node.excess > TIGHT
        if np.isfinite(node.slope.error):
            allowed = self._search.rtol * abs(node.analytic) + WIDE * node.slope.error
            self._accept(allowed)

    def _little(self, node: Node) -> bool:
        """Return whether an element is little beside its neighbours, which are seen."""
        bound = WIDE * node.slope.error
        return bool(
            node.gap <= bound and bound <= self._search.resolution * self._largest
        )

    def _within(self, node: Node) -> bool:
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

    def _between(self, node: Node) -> bool:
        """Return whether the analytic derivative lies between those of the sides."""
        slope = node.slope
        if not slope.kink:
            return False
        low, high = sorted((slope.left, slope.right))
        slack = WIDE * slope.side_error + self._search.rtol * max(abs(low), abs(high))
        return low - slack <= node.analytic <= high + slack

    def _second_look(self, node: Node) -> tuple[Node, Verdict | None]:
        """Judge an element that does not agree, with one-sided derivatives."""
        slope = node.slope
        if self._between(node):
            self._keep_kink(node)
            return node, None
        sides = [side for side in (slope.left, slope.right) if np.isfinite(side)]
        if len(sides) == 1:  # the function has no values on the other side
            slack = WIDE * slope.side_error + self._search.rtol * abs(node.analytic)
            sided = replace(node, slope=replace(slope, value=sides[0], error=slack))
            if slack <= ONE_SIDE * max(self._largest, abs(node.analytic)):
                right = abs(sides[0] - node.analytic) <= slack
                return sided, None if right else Verdict.FAIL
            return sided, Verdict.INCONCLUSIVE
        if slope.steep:
            return node, Verdict.NONDIFFERENTIABLE
        unclear = not node.gap > DOUBT * slope.error
        if not np.isfinite(slope.value) or (unclear and self._hidden(node)):
            return node, Verdict.INCONCLUSIVE
        poor = slope.error > POOR * max(abs(node.analytic), abs(slope.value))
        if poor and unclear:
            return node, Verdict.INCONCLUSIVE
        if self._underflows(node) or not self._stands(np.array([node.unit]), node):
            return node, Verdict.INCONCLUSIVE
        if slope.kink:
            self._keep_kink(node)
        return node, Verdict.FAIL

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

    # --- every element

    def _every(self) -> None:
        """Compare each element: quickly, and with care where that does not agree."""
        tensor, g = self._tensor, self._gradient
        self._total = self._largest
        places = np.arange(tensor.size)
        careful: Any = places
        if self._constraint is None:
            numerical, error, bend = self._quotients(places)
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
            self._judge(self._element_node(int(at)))
            if len(self._faults[Verdict.FAIL]) >= ENOUGH_WRONG:
                break
        if self._faults[Verdict.INCONCLUSIVE] and not self._faults[Verdict.FAIL]:
            self._see_together()

    def _see_together(self) -> None:
        """Look at all elements together where rounding hides single ones."""
        v = self._search.direction(self._k)
        whole = self._node(v, 0, self._tensor.size)
        self._comparison(whole)
        self._trust(whole)

    def _declared(self, transform: Callable[[Array], Any]) -> None:
        """Hold the gradient to what is deliberately made of the true one."""
        tensor, g = self._tensor, self._gradient
        places = np.arange(tensor.size)
        _, true, error = self.derivatives(places, careful=tensor.size)

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

    def _quotients(self, index: Array) -> tuple[Array, Array, Array]:
        """Return central quotients of single elements, their rounding, their bend.

        The bend is how far apart the quotients of the two sides are.
        """
        tensor, function = self._tensor, self._function
        here = tensor.base[index]
        sizes = self._scale.of(here, self._gradient[index])
        sizes = np.maximum(np.abs(here), OWN * sizes)
        h = max(SHORTEST, float(np.cbrt(self._search.eps))) * sizes
        up = (here + h).astype(tensor.work.dtype)
        down = (here - h).astype(tensor.work.dtype)
        width = up.astype(np.float64) - down
        high, low = (function.moved(tensor, index, to) for to in (up, down))
        with np.errstate(all="ignore"):
            size = np.maximum(np.abs(high), abs(function.middle))
            error = 2 * (function.noise + self._search.eps * size) / width
            bend = 2 * np.abs(high + low - 2 * function.middle) / width
            return (high - low) / width, error + self._own_noise, bend

    def derivatives(
        self, index: Array, *, careful: int = 64
    ) -> tuple[Array, Array, Array]:
        """Return both derivatives of some elements, and the error of the numerical.

        Parameters
        ----------
        index : ndarray of int
            Places in the tensor's row.
        careful : int
            How many may be extrapolated where a single quotient does not do.

        Returns
        -------
        analytic, numerical, error : ndarray of float64
            On a set, those along it. NaN where there is no numerical derivative.
        """
        analytic = np.array(self._gradient[index], dtype=np.float64)
        if self._constraint is None:
            values, errors, _ = self._quotients(index)
        else:
            values = np.full(len(index), np.nan)
            errors = np.full(len(index), np.inf)
        poor = ~(errors <= WANTED * np.maximum(np.abs(values), self._typical_slope()))
        for place in np.flatnonzero(poor)[:careful]:
            node = self._element_node(int(index[place]))
            analytic[place] = node.analytic / node.unit
            values[place] = node.slope.value / node.unit
            errors[place] = node.slope.error / abs(node.unit)
        return analytic, values, errors

    def _typical_slope(self) -> float:
        """Return a derivative beside which smaller ones are little."""
        size = self._gradient[np.isfinite(self._gradient)]
        return 1e-3 * float(np.max(np.abs(size), initial=0.0))

    # --- ties

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
            node = self._joint(places)
            allowed = self._search.rtol * node.size + WIDE * node.slope.error
            smooth = not node.slope.kink and not node.slope.steep
            size = max(node.size, abs(node.slope.value))
            seen = node.slope.error <= ONE_SIDE * size
            if smooth and seen and not node.gap <= allowed:
                self._tied = tuple(tensor.indices(places))
                self._note(Verdict.FAIL, self._comparison(node))
                break

    def _joint(self, places: Array) -> Node:
        """Compare tied elements, all moved by the same amount."""
        low, high = int(places.min()), int(places.max()) + 1
        step = max(self._size_of(int(places[0])), OWN * self._scale.typical)
        v = np.zeros(high - low)
        v[places - low] = step
        return replace(self._node(v, low, high), unit=step)
