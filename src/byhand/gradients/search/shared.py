"""What the searches of all tensors of one check share: scales, noise, directions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from byhand.gradients.constraints import Constraint
from byhand.gradients.extrapolation import RATIO, Array, noise_of, norm, precision_of
from byhand.gradients.function import CheckedFunction, random_signs
from byhand.gradients.scales import (
    SAMPLE,
    Scale,
    blocks,
    finite_norm,
    move_to,
    scale_of,
    sums,
)

NOTHING = 1e-12  # share of the largest gradient below which one is taken for zero
EXACT_ZERO = 10.0  # roundings up to which a number is zero, or has not changed
PROBES = 13  # steps at which a function is looked at whose gradients are all zero
LOOK_STEPS = (0.0137, 0.0291, 0.0453, 0.31, 1.7)  # to see what values are rounded to
LOOKED = 3  # of them that are taken at least
LARGE = 2**17  # elements from which on a direction is kept in float32
EVEN = 0.5  # share of its size that the analytic derivative of a direction has at least
DRAWS = 8  # directions that are drawn until one has that


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

    def plain_scale(self, k: int) -> None:
        """Move the elements of tensor k as any zeros are, by 1."""
        self.scales[k] = scale_of(self.function.tensors[k], self.gradients[k])
        self.reaches[k] = self._reach(k)

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
