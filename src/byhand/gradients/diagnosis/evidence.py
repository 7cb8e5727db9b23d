"""What a diagnosis looks at: the slopes of one failing tensor, and how patterns fit.

A pattern proposes values for what the backward pass returned, made from the numerical
slopes, or the other way round. It fits where what is left is no more than the error of
the slopes, and next to nothing beside the difference that it explains.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from byhand.gradients.function import CheckedFunction, Tensor
    from byhand.gradients.report import Comparison, Kink

Array = NDArray[Any]

SAMPLE = 400  # elements of a failing tensor that are looked at
CLOSE = 1e-6  # relative difference that a pattern may leave at an element
ROUNDING = 1e-13  # the same, relative to the largest element
EXPLAINED = 0.02  # share of the difference, over all, that a pattern may leave
LITTLE = 5e-3  # relative difference that a solver inside the function may make
HIDDEN = 0.25  # the same, where the errors of the numerical slopes are as large
SLACK = 1e-6  # share of the largest slope that one-sided slopes may be off by
ERRORS = 8  # errors of the numerical slopes that a pattern may leave


@dataclass(frozen=True)
class Evidence:
    """The slopes of one failing tensor.

    Attributes
    ----------
    function : CheckedFunction
        What was checked; patterns may call it again.
    position : int
        Which of its tensors failed.
    tensor : Tensor
        That tensor.
    gradients : sequence of ndarray
        The analytic gradients of all tensors, as flat rows.
    index : ndarray of int
        The places of the tensor's row that were looked at.
    analytic, numerical, error : ndarray
        The slopes at these places, and the error of the numerical ones.
    wrong : ndarray of bool
        Where the two were judged to differ.
    worst : Comparison or None
        The comparison that the report prints.
    kinks : tuple of Kink
        Elements where only one-sided slopes exist.
    """

    function: CheckedFunction
    position: int
    tensor: Tensor
    gradients: Sequence[Array]
    index: Array
    analytic: Array
    numerical: Array
    error: Array
    wrong: Array
    worst: Comparison | None
    kinks: tuple[Kink, ...]

    @property
    def name(self) -> str:
        """The tensor's name, as reports print it."""
        return self.tensor.name

    @property
    def shape(self) -> tuple[int, ...]:
        """The tensor's shape."""
        return tuple(self.tensor.shape)

    @property
    def complex(self) -> bool:
        """Whether each element is two places of the row: real and imaginary part."""
        return self.tensor.parts == 2

    @property
    def gradient(self) -> Array:
        """The whole analytic gradient, as a flat row."""
        return self.gradients[self.position]

    @cached_property
    def x(self) -> Array:
        """The tensor's own numbers at the places looked at."""
        return np.asarray(self.tensor.base[self.index], dtype=np.float64)

    @cached_property
    def difference(self) -> Array:
        """The analytic less the numerical slopes."""
        return self.analytic - self.numerical

    @property
    def whole(self) -> bool:
        """Whether every place of the tensor was looked at."""
        return self.index.size == self.tensor.base.size

    @cached_property
    def coordinates(self) -> tuple[Array, ...]:
        """The index along each axis, of each place looked at."""
        if not self.shape:
            return ()
        return np.unravel_index(self.index // self.tensor.parts, self.shape)

    @cached_property
    def size(self) -> float:
        """The largest finite slope, analytic or numerical."""
        both = np.abs(np.r_[self.analytic, self.numerical])
        return float(np.max(both[np.isfinite(both)], initial=0.0))

    @cached_property
    def sound(self) -> Array:
        """Where a pattern must fit: not at kinks, and where there is a slope."""
        finite: Array = np.isfinite(self.analytic + self.numerical + self.error)
        at_kinks = {kink.index for kink in self.kinks if kink.tensor == self.name}
        if at_kinks:
            finite &= [self.element(k) not in at_kinks for k in range(self.index.size)]
        return finite

    @cached_property
    def faults(self) -> Array:
        """Where the slopes differ, and no kink excuses it."""
        faults = np.array(self.wrong)
        excused = {
            kink.index
            for kink in self.kinks
            if kink.tensor == self.name
            and min(kink.left, kink.right) - SLACK * self.size
            <= kink.analytic
            <= max(kink.left, kink.right) + SLACK * self.size
        }
        if excused:
            for k in np.flatnonzero(faults):
                faults[k] = self.element(int(k)) not in excused
        return faults

    @cached_property
    def zero(self) -> Array:
        """Where the numerical slope is zero, to what differences can show."""
        return np.abs(self.numerical) <= ERRORS * self.error + 1e-12 * self.size

    def element(self, k: int) -> tuple[int, ...]:
        """Return the index of the element that the k-th place looked at belongs to."""
        return tuple(int(axis[k]) for axis in self.coordinates)

    def as_array(self, row: Array) -> Array:
        """Return a row over the whole tensor in the tensor's shape."""
        if self.complex:
            return np.ascontiguousarray(row).view(np.complex128).reshape(self.shape)
        return row.reshape(self.shape)

    def is_returned(self, values: Array, *, factor: Any = 1.0, at: Any = True) -> bool:
        """Return whether values, made of the numerical slopes, are what was returned.

        Parameters
        ----------
        values : ndarray
            What the pattern proposes, at each place looked at.
        factor : float or ndarray
            What the numerical slopes, and with them their errors, were multiplied by.
        at : ndarray of bool, optional
            The places that the pattern speaks of; by default all.
        """
        # Next to nothing is not nothing: a zero is no small factor of a slope.
        missed = (self.analytic == 0) & ~self.zero & (values != 0)
        if np.any(missed & self.sound & at):
            return False
        sizes = np.maximum(np.abs(self.analytic), np.abs(values))
        error = np.abs(factor) * self.error
        return self._explains(self.analytic - values, sizes, error, at)

    def is_right(self, values: Array, *, at: Any = True) -> bool:
        """Return whether values, made of the analytic slopes, are what is right."""
        sizes = np.maximum(np.abs(values), np.abs(self.numerical))
        return self._explains(values - self.numerical, sizes, self.error, at)

    def is_difference(self, values: Array, *, at: Any = True) -> bool:
        """Return whether values are the analytic less the numerical slopes."""
        sizes = np.maximum(np.abs(self.analytic), np.abs(self.numerical))
        return self._explains(self.difference - values, sizes, self.error, at)

    def _explains(self, left: Array, sizes: Array, error: Array, at: Any) -> bool:
        """Return whether what a pattern leaves over is nothing.

        It must be so at each element, and also beside the difference as a whole: what
        is wrong by a millionth is not explained by what is right to a thousandth.
        """
        at = self.sound & at
        if not at.any():
            return False
        left, sizes, error = np.abs(left[at]), sizes[at], ERRORS * error[at]
        if not np.all(left <= error + CLOSE * sizes + ROUNDING * sizes.max()):
            return False
        gap = float(np.linalg.norm(self.difference[at]))
        hidden = min(float(np.linalg.norm(error)), HIDDEN * gap)
        return float(np.linalg.norm(left)) <= max(EXPLAINED * gap, hidden)

    @cached_property
    def ratio(self) -> float | None:
        """The one number of times that all slopes are what they should be, if any."""
        at = self.sound & (~self.zero | self.faults)
        a, n = self.analytic[at], self.numerical[at]
        if not np.any(a) or not np.any(n):
            return None
        ratio = float(a @ n / (n @ n))
        fits = self.is_returned(ratio * self.numerical, factor=ratio)
        return ratio if fits else None

    def error_of_ratio(self, at: Array) -> float:
        """Return how exact a factor is that all slopes at some places have."""
        size = float(np.linalg.norm(self.numerical[at]))
        error = ERRORS * float(np.linalg.norm(self.error[at]))
        return error / size if size > 0 else np.inf

    @property
    def by_little(self) -> str:
        """Words for slopes that are all off by as little as a solver's tolerance."""
        sizes = np.abs(self.numerical[self.sound])
        gaps = np.abs(self.difference[self.sound])
        if not gaps.size or np.any(gaps > LITTLE * sizes):
            return ""
        return ", by so little that the tolerance of a solver inside fn may do it"

    def worst_first(self) -> Array:
        """Return where the slopes are wrong, the largest differences first."""
        at = np.flatnonzero(self.faults & self.sound)
        return at[np.argsort(-np.abs(self.difference[at]), kind="stable")]


def sample_places(tensor: Tensor, worst_place: int | None = None) -> Array:
    """Return the places of a tensor's row to look at.

    Parameters
    ----------
    tensor : Tensor
        The tensor that failed.
    worst_place : int, optional
        Where its row differs most.

    Returns
    -------
    ndarray of int
        All places of a tensor of up to 400 numbers. Of a larger one some rows crossed
        with some columns (and so on along further axes): the first, the last, those
        of the worst element and of its neighbours, and others at random.
    """
    places = tensor.base.size
    if places <= SAMPLE:
        return np.arange(places)
    lengths = [*tensor.shape, tensor.parts]
    worst = None if worst_place is None else np.unravel_index(worst_place, lengths)
    rng = np.random.default_rng(places)
    chosen: list[Array] = [np.arange(1)] * len(lengths)
    room = float(SAMPLE)
    by_length = sorted(range(len(lengths)), key=lambda axis: lengths[axis])
    for done, axis in enumerate(by_length):
        length = lengths[axis]
        side = min(length, max(2, int(room ** (1 / (len(lengths) - done)))))
        first = [0, length - 1]
        if worst is not None:
            at = int(worst[axis])
            first = [at, *first, max(0, at - 1), min(length - 1, at + 1)]
        others = rng.choice(length, size=side, replace=False)
        candidates = np.r_[first, others]
        kept = np.sort(np.unique(candidates, return_index=True)[1])
        chosen[axis] = np.sort(candidates[kept][:side])
        room /= side
    grid = np.ravel_multi_index(np.ix_(*chosen), lengths)
    return np.unique(np.asarray(grid))


def number(value: float, error: float = 0.0) -> str:
    """Return a number with four digits, or as many as tell it from 1 and from -1.

    It has no more digits than its error leaves it.
    """
    beside = abs(abs(value) - 1)
    digits = 4
    while digits < 10 and error < beside < 2 * 10.0 ** (1 - digits):
        digits += 1
    text = f"{value:.{digits}g}"
    return "0" if text == "-0" else text


def amount(value: float) -> str:
    """Return the size of a number, with four digits."""
    return f"{abs(value):.4g}"


def times(ratio: float, it: str = "it", error: float = 0.0) -> str:
    """Return the words for a factor between what was returned and what is right."""
    return f"{number(ratio, error)} times what {it} should be"


def element_of(index: Sequence[int]) -> str:
    """Return an index as Python writes it: [2, 1]."""
    return f"[{', '.join(str(k) for k in index)}]"


def line_of(shape: Sequence[int], axis: int, at: int | None) -> str:
    """Return the words for a row, column or other slice of a tensor; None for any."""
    which = "" if at is None else f" {at}"
    if len(shape) == 1:
        return f"element{which}"
    if len(shape) == 2:
        return f"{('row', 'column')[axis]}{which}"
    return f"entry{which} along axis {axis}"


def listed(words: Sequence[Any], most: int = 4) -> str:
    """Return words with commas and "and", the last of many as a count."""
    texts = [str(word) for word in words]
    if len(texts) > most:
        texts = [*texts[: most - 1], f"{len(texts) - most + 1} more"]
    if len(texts) < 2:
        return "".join(texts)
    return f"{', '.join(texts[:-1])} and {texts[-1]}"


def axes_of(axes: Sequence[int]) -> str:
    """Return the words for one axis or several."""
    return f"{'axis' if len(axes) == 1 else 'axes'} {listed(axes)}"
