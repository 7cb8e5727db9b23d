"""Numerical derivatives of one tensor: along directions, and of single elements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil, log

import numpy as np

from byhand.gradients.extrapolation import (
    LEVELS,
    RATIO,
    START,
    Array,
    derivative,
    norm,
)
from byhand.gradients.scales import move_to, sums
from byhand.gradients.search.nodes import TIGHT, WIDE, Node
from byhand.gradients.search.shared import Search

WANTED = 1e-3  # error of a tensor that should show; the search descends above it
EXACT = 5e-11  # share of a direction's size at which extrapolation stops
COARSE = 1e-4  # values that are no more exact than this need eight times the step
NOISY = 1e-12  # values that are no more exact than this ask for long steps,
SHORTER = tuple(RATIO**-k for k in range(1, 7))  # and shorter ones must bear them out,
BORNE_OUT = 5  # so many of them
FAR = 50.0  # sizes of an element, beyond which steps of coarse values do not go
ALL = 0.8  # share of a derivative above which a gap is no mere secant's
SHORTEST = 2.0**-17  # step of a quick quotient, of an element's own size
OWN = 1e-3  # share of its tensor's size that an element is at least taken to have


class Moves:
    """One tensor, whose elements are moved, and what becomes of the function.

    Attributes
    ----------
    visits : int
        How many comparisons were made.
    """

    def __init__(self, search: Search, k: int) -> None:
        self._search = search
        self._function = search.function
        self._tensor = search.function.tensors[k]
        self._gradient = search.gradients[k]
        self._scale = search.scales[k]
        self._constraint = search.constraints.get(self._tensor.leaf.name)
        self._own_noise = search.function.gradient_noise[k]
        self._largest = search.reaches[k]
        self.visits = 0

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

    def compare(
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
        self.visits += 1
        tensor, function = self._tensor, self._function
        analytic, size, coarse = self._analytic(v, low, high)
        # A sum x + h v is rounded too, by the precision of x.
        noise = function.noise + tensor.eps * coarse
        first = START * (high - low) ** -self._search.shorter  # many reach further
        first *= 8 if self._search.eps > COARSE else 1
        interest = size
        if high - low == 1 and (size == 0 or tensor.base[low] != 0):
            interest = max(size, self.interest())
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

    def stands(self, v: Array, node: Node) -> bool:
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
            near = self.compare(v, node.low, node.high, start=start)
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

    def interest(self) -> float:
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

    def element(self, at: int) -> Node:
        """Compare a single element."""
        size = self._size_of(at)
        own = abs(float(self._tensor.base[at]))
        further = ceil(log(size / own, RATIO)) if 0 < own < size else 0
        return self.compare(
            np.array([size]), at, at + 1, levels=LEVELS + min(further, 2 * LEVELS)
        )

    def quotients(self, index: Array) -> tuple[Array, Array, Array]:
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
            values, errors, _ = self.quotients(index)
        else:
            values = np.full(len(index), np.nan)
            errors = np.full(len(index), np.inf)
        poor = ~(errors <= WANTED * np.maximum(np.abs(values), self._typical_slope()))
        for place in np.flatnonzero(poor)[:careful]:
            node = self.element(int(index[place]))
            analytic[place] = node.analytic / node.unit
            values[place] = node.slope.value / node.unit
            errors[place] = node.slope.error / abs(node.unit)
        return analytic, values, errors

    def _typical_slope(self) -> float:
        """Return a derivative beside which smaller ones are little."""
        size = self._gradient[np.isfinite(self._gradient)]
        return 1e-3 * float(np.max(np.abs(size), initial=0.0))

    def tied(self, places: Array) -> Node:
        """Compare tied elements, all moved by the same amount."""
        low, high = int(places.min()), int(places.max()) + 1
        step = max(self._size_of(int(places[0])), OWN * self._scale.typical)
        v = np.zeros(high - low)
        v[places - low] = step
        return replace(self.compare(v, low, high), unit=step)
