"""The function that is checked: evaluated on copies, restored, watched.

It turns any function of any inputs into one number of rows of real numbers. The
function only ever sees copies, so that the caller's arrays are safe; what it changes
in them is noticed, named and put back. Points beside the inputs at which it raises,
or gives inf or NaN, are values that are missing.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from byhand.gradients.extrapolation import Array, norm
from byhand.gradients.missing import FAULTS, MISTAKES, OutputError
from byhand.gradients.moves import moved_points
from byhand.gradients.nested import (
    Leaf,
    MisfitError,
    Path,
    Unmatched,
    gradient_row,
    is_between,
    of_what,
    shape_of,
)
from byhand.gradients.report import Unchecked, Verdict
from byhand.gradients.styles import Written

SMALL = 2**16  # elements of a gradient up to which two calls are compared in numbers
LAST_DIGITS = 1e-5  # relative difference of two calls up to which it is rounding
EXACT = 1e3  # roundings by which two calls may differ and still count as equal
ACCUMULATED = (
    1e-6  # relative difference up to which a second call gives twice the first
)


class Ended(Exception):  # noqa: N818 - it ends a check, and is no error
    """A check ends here, with a verdict and its reason."""

    def __init__(self, verdict: Verdict, reason: str) -> None:
        super().__init__(reason)
        self.verdict = verdict
        self.reason = reason


@dataclass(frozen=True)
class Tensor:
    """One array that has a gradient, as a flat row of real numbers.

    Attributes
    ----------
    name : str
        As reports print it.
    shape : tuple of int
        Its shape.
    leaf : Leaf
        The input that it is, or is a part of.
    base, work : ndarray of float
        Its numbers, and those that the function is called with; of a complex input,
        real and imaginary parts in turn.
    start : int
        Where it begins in the row of its leaf.
    """

    name: str
    shape: tuple[int, ...]
    leaf: Leaf
    base: Array
    work: Array
    start: int = 0

    @property
    def size(self) -> int:
        """How many real numbers it holds."""
        return self.base.size

    @property
    def parts(self) -> int:
        """Real numbers in an element."""
        return 2 if self.size == 2 * prod(self.shape) and self.size else 1

    @property
    def eps(self) -> float:
        """Relative precision of its numbers."""
        return float(np.finfo(self.work.dtype).eps)

    def index(self, at: int) -> tuple[int, ...]:
        """Return the element that a place of the row belongs to."""
        return self.indices(np.array([at]))[0]

    def indices(self, places: Array) -> list[tuple[int, ...]]:
        """Return the elements that places of the row belong to."""
        if not self.shape:
            return [()] * len(places)
        columns = np.unravel_index(places // self.parts, self.shape)
        return list(zip(*(column.tolist() for column in columns), strict=True))


class CheckedFunction:
    """A function of some inputs and its analytic gradients.

    Attributes
    ----------
    leaves : tuple of Leaf
        Everything that it was given.
    tensors : list of Tensor
        What has a gradient to be checked.
    constants, skipped : list of Unchecked
        What is not checked: because it has no gradient; although it has one.
    arrays : dict
        The arrays that the function is called with, by their path.
    cotangent : ndarray or None
        What the output is weighed with; None where the function returns one number.
    middle : float
        The number at the inputs.
    size : float
        The root of the sum of squares of what it is the sum of.
    eps, noise : float
        What rounding may change in a value: `eps` of its size, and `noise`.
    gradient_noise : list of float
        How far elements of each tensor's gradient differ from call to call.
    evaluations : int
        How often the function was called.
    last : ndarray
        What it returned last.
    missing : int
        At how many points it had no value.
    notes : list of str
        What a reader of the report should know.
    """

    def __init__(
        self,
        written: Written,
        *,
        wrt: str | Sequence[str] | None = None,
        layout: Mapping[str, tuple[int, ...]] | None = None,
        seed: int = 0,
        batched: bool = False,
    ) -> None:
        self.leaves = written.leaves
        self.scalar = written.scalar
        self.batched = batched
        self.evaluations = 0
        self.missing = 0
        self.notes: list[str] = []
        self.constants: list[Unchecked] = []
        self.skipped: list[Unchecked] = []
        self._written = written
        self._seed = seed
        self._layout = layout
        self._first_miss = ""
        self._fault: Exception | None = None
        self._hits = 0
        self.last = np.zeros(0)
        self._thin: dict[Path, bool] = {}
        chosen = self._chosen(wrt)
        self.cotangent: Array | None = None
        self.gradient_noise: list[float] = []
        self.middle = self.size = self.noise = 0.0
        self.eps = float(np.finfo(np.float64).eps)
        self._prepare(chosen, wide=True)
        low = any(leaf.real and _coarse(leaf.array) for leaf in chosen)
        if low and not self._computes():
            self._prepare(chosen, wide=False)
            self.notes.append("float64 is not taken, so differences are less exact")

    # --- what is checked

    def _chosen(self, wrt: str | Sequence[str] | None) -> list[Leaf]:
        """Return the leaves to differentiate with respect to; keep the others' why."""
        numeric = [leaf for leaf in self.leaves if leaf.array is not None]
        real = [leaf for leaf in numeric if leaf.real]
        # Whole numbers alone are numbers like others: a list of 1, 2, 3.
        chosen = real or [leaf for leaf in numeric if leaf.whole]
        if not chosen:
            raise TypeError(
                "there is nothing to differentiate with respect to: of the inputs "
                f"({', '.join(leaf.name for leaf in self.leaves) or 'none'}) none "
                "holds numbers; give at least one array"
            )
        if wrt is not None:
            chosen = _named(wrt, numeric)
        names = {leaf.name for leaf in chosen}
        for leaf in self.leaves:
            if leaf.array is None:
                kind = "None" if leaf.value is None else type(leaf.value).__name__
                self.constants.append(Unchecked(leaf.name, None, f"{kind}, no numbers"))
            elif leaf.name not in names and (wrt is not None or not leaf.whole):
                self.constants.append(
                    Unchecked(leaf.name, leaf.array.shape, "not named by wrt")
                )
        return chosen

    def _prepare(self, chosen: Sequence[Leaf], *, wide: bool) -> None:
        """Make the arrays that the function is called with, and the tensors."""
        self.arrays: dict[Path, Array] = {}
        self.tensors: list[Tensor] = []
        self._wide = wide
        paths = {leaf.path for leaf in chosen}
        for leaf in self.leaves:
            if leaf.array is None:
                continue
            dtype = leaf.array.dtype
            if leaf.path in paths and leaf.whole:
                dtype = np.dtype(np.float64)
            if wide and leaf.real:
                dtype = np.result_type(dtype, np.float64)
            work = np.array(leaf.array, dtype=dtype, order="C")
            self.arrays[leaf.path] = work
            if leaf.path in paths:
                self.tensors += self._tensors(leaf, work)

    def _tensors(self, leaf: Leaf, work: Array) -> list[Tensor]:
        """Return the tensors of a leaf: one, or one for each part of a layout."""
        given = leaf.numbers
        part = work.real.dtype
        row = work.reshape(-1).view(part)
        same = given.dtype == work.dtype and given.flags.c_contiguous
        base = given.reshape(-1).view(part) if same else row.copy()
        if self._layout is None:
            return [Tensor(leaf.name, given.shape, leaf, base, row)]
        sizes = [prod(shape) for shape in self._layout.values()]
        if given.ndim != 1 or sum(sizes) != base.size:
            raise ValueError(
                f"layout has {sum(sizes)} elements in all, and {leaf.name} has shape "
                f"{given.shape}; give the shape of every part of one flat vector, "
                "in order"
            )
        tensors = []
        start = 0
        for (name, shape), size in zip(self._layout.items(), sizes, strict=True):
            span = slice(start, start + size)
            tensors.append(
                Tensor(name, tuple(shape), leaf, base[span], row[span], start)
            )
            start += size
        return tensors

    def _computes(self) -> bool:
        """Return whether function and gradients take the wider type."""
        try:
            with np.errstate(all="ignore"):
                output = self.output()
                self._entries(None if self.scalar else np.ones_like(output))
        except Exception:  # whatever a function in a fixed type may raise
            return False
        finally:
            self.restore_inputs()  # whoever works in place is told of it later
        return True

    # --- values

    def output(self) -> Array:
        """Return what the function gives for the inputs as they are now."""
        self.evaluations += 1
        if not self.batched:
            return self._numbers(self._written.value(self.arrays))
        one = {path: array[np.newaxis] for path, array in self.arrays.items()}
        values = self._numbers(self._written.value(one))
        if values.shape[:1] != (1,):
            raise OutputError(
                "a batched fn must return one entry for each point: expected a first "
                f"axis of 1 for one point, got shape {values.shape}"
            )
        return np.asarray(values[0])

    def _numbers(self, returned: Any) -> Array:
        values = np.asarray(returned)
        if values.dtype.kind in "iub":
            values = values.astype(np.float64)
        if values.dtype.kind not in "fc":
            raise TypeError(
                f"fn must return {'one number' if self.scalar else 'an array'}, got "
                f"{type(returned).__name__}; return one array of numbers"
            )
        return values

    def number(self, values: Array) -> float:
        """Return the number that is differentiated: the output, or its weighted sum."""
        if self.cotangent is None:
            if values.dtype.kind == "c":
                raise OutputError("fn must return a real number, got a complex one")
            return float(values.reshape(()))
        return float(np.vdot(self.cotangent, values).real)

    def value(self) -> float:
        """Return the number for the inputs as they are now; NaN where it has none."""
        try:
            with np.errstate(all="ignore"):
                values = self.output()
                self.last = values
                if values.shape != self._shape:
                    raise OutputError(
                        f"fn returned shape {self._shape} at first and {values.shape} "
                        "later; the shape must not depend on the values"
                    )
                number = self.number(values)
        except FAULTS:
            raise
        except Exception as error:  # a domain that ends here: each has its own way
            self._miss(f"fn raised {type(error).__name__} ({_first_line(error)})")
            self._fault = error
            return np.nan
        if not np.isfinite(number):
            self._miss(f"fn gave {number}")
            return np.nan
        self._hits += 1
        return number

    def _miss(self, words: str) -> None:
        self.missing += 1
        self._first_miss = self._first_miss or words

    def notes_on_missing(self) -> list[str]:
        """Return a note on the points at which the function had no value."""
        if not self.missing:
            return []
        note = (
            f"{self._first_miss} at a point beside the inputs; "
            f"{self.missing} such points were left out"
        )
        if 2 * self.missing > self.evaluations:
            note += "; if the inputs must stay on a set, say which by on="
        return [note]

    def moved(self, tensor: Tensor, index: Array, values: Array) -> Array:
        """Return the number with each element in turn set to another value.

        Parameters
        ----------
        tensor : Tensor
            Whose elements.
        index : ndarray of int
            Their places in its row.
        values : ndarray of float
            What each is set to, one after another.

        Returns
        -------
        ndarray of float64
            One number for each; NaN where there is none.
        """
        numbers = np.empty(len(index))
        if not self.batched:
            for k, (at, value) in enumerate(zip(index, values, strict=True)):
                tensor.work[at] = value
                numbers[k] = self.value()
                tensor.work[at] = tensor.base[at]
            return numbers
        whole = self.arrays[tensor.leaf.path].reshape(-1).view(tensor.work.dtype)
        for part, rows in moved_points(whole, tensor.start + index, values):
            numbers[part] = self._stacked(tensor.leaf, rows)
        return numbers

    def _stacked(self, leaf: Leaf, rows: Array) -> Array:
        """Return the numbers of a batched function at rows of one leaf.

        The other inputs come with a first axis of 1 where that gives the same, so
        that what does not depend on the moved one is computed once.
        """
        thin = self._thin.get(leaf.path)
        if thin is None:
            two = rows[:1].repeat(2, axis=0)
            whole = self._many(leaf, two, thin=False)
            try:
                sparing = self._many(leaf, two, thin=True)
                thin = bool(np.allclose(whole, sparing, rtol=1e-12, atol=0))
            except Exception:  # whatever a function raises that needs B of each
                thin = False
            self._thin[leaf.path] = thin
        try:
            return self._many(leaf, rows, thin=thin)
        except FAULTS:
            raise
        except Exception as error:  # one of them has no value: each on its own
            if len(rows) == 1:
                self._miss(f"fn raised {type(error).__name__} ({_first_line(error)})")
                self._fault = error
                return np.array([np.nan])
            each = [self._stacked(leaf, row[np.newaxis]) for row in rows]
            return np.concatenate(each)

    def _many(self, leaf: Leaf, rows: Array, *, thin: bool) -> Array:
        count = len(rows)
        arrays = {
            path: np.broadcast_to(array, (1 if thin else count, *array.shape))
            for path, array in self.arrays.items()
        }
        own = self.arrays[leaf.path]
        arrays[leaf.path] = rows.view(own.dtype).reshape(count, *own.shape)
        self.evaluations += count
        with np.errstate(all="ignore"):
            values = self._numbers(self._written.value(arrays))
            if values.shape[:1] != (count,):
                raise OutputError(
                    "a batched fn must return one entry for each point: expected a "
                    f"first axis of {count}, got shape {values.shape}"
                )
            values = values.reshape(count, -1)
            if self.cotangent is None:
                numbers = values[:, 0].astype(np.float64)
            else:
                numbers = (values @ self.cotangent.conj().reshape(-1)).real
        missing = ~np.isfinite(numbers)
        self._hits += int((~missing).sum())
        if missing.any():
            self._miss(f"fn gave {numbers[missing][0]}")
            self.missing += int(missing.sum()) - 1
            numbers = np.where(missing, np.nan, numbers)
        return numbers

    # --- the course of a check

    def begin(self) -> None:
        """Evaluate twice; end the check where values change by themselves.

        Raises
        ------
        Ended
            If the function changes its arguments, or gives other values in each call.
        TypeError, ValueError
            If there is no gradient of what it returns.
        """
        values = self.output()
        self._shape = values.shape
        changed = self.restore_inputs()
        if changed:
            raise Ended(Verdict.FAIL, f"fn changes its argument {changed} in place")
        if self.scalar and values.size != 1:
            raise OutputError(
                f"fn must return one number where grad is given, got shape "
                f"{values.shape}; sum it, or give vjp instead of grad"
            )
        if self.scalar and values.dtype.kind == "c":
            raise TypeError("fn must return a real number, got a complex one")
        if not np.isfinite(values).all():
            self._refuse_missing()
            raise OutputError(
                f"fn gives {values[~np.isfinite(values)][0]} for these inputs: there "
                "is no gradient at such a point"
            )
        if not self.scalar:
            self.cotangent = self._random_cotangent(values)
        self.middle = self.number(values)
        self.eps = float(max(np.finfo(values.dtype).eps, np.finfo(np.float64).eps))
        weighed = values if self.cotangent is None else self.cotangent * values
        self.size = norm(np.asarray(weighed))
        self.noise = self.eps * self.size
        self._watch(values)

    def _random_cotangent(self, values: Array) -> Array:
        rng = np.random.default_rng([self._seed, 2])
        cotangent = random_signs(rng, values.shape)
        if values.dtype.kind == "c":
            cotangent = cotangent + 1j * random_signs(rng, values.shape)
        return cotangent

    def _watch(self, values: Array) -> None:
        """Call again, and take differences in the last digits for noise."""
        exact = EXACT * self.noise
        again = self.output()
        if again.shape != values.shape:
            raise Ended(
                Verdict.NONDETERMINISTIC,
                f"two calls of fn with the same inputs return shapes {values.shape} "
                f"and {again.shape}",
            )
        if not np.array_equal(again, values):
            # Sums in parallel may differ in their last digits.
            gap = abs(self.number(again) - self.middle)
            if gap > max(exact, LAST_DIGITS * self.size):
                raise Ended(
                    Verdict.NONDETERMINISTIC,
                    "two calls of fn with the same inputs differ by "
                    f"{gap:.3g}: seed its random numbers anew in each call",
                )
            numbers = [self.middle, self.number(again)]
            numbers += [self.number(self.output()) for _ in range(6)]
            spread = float(np.ptp(numbers))
            self.noise += spread
            if spread > exact:
                self.notes.append(
                    f"calls of fn with the same inputs differ by up to {spread:.1e}, "
                    "in the last digits: taken for rounding"
                )
        self._exact = max(exact, 10 * self.noise)

    def end(self) -> None:
        """End the check where the function has another value than at first."""
        if isinstance(self._fault, MISTAKES) and self._hits == 0:
            raise self._fault  # at every point beside the inputs
        gap = abs(self.value() - self.middle)
        if not gap <= self._exact:
            raise Ended(
                Verdict.NONDETERMINISTIC,
                "fn gives another value at the end than at the beginning: it keeps a "
                "state from call to call; restore it in each",
            )

    def restore_inputs(self) -> str:
        """Put back what was changed in the inputs, and return the names of it."""
        names = []
        for leaf in self.leaves:
            if leaf.array is None:
                continue
            work = self.arrays[leaf.path]
            given = leaf.array.astype(work.dtype, copy=False)
            same = work == given
            if not same.all() and not np.array_equal(work, given, equal_nan=True):
                work[...] = leaf.array
                names.append(leaf.name)
        return ", ".join(names)

    def _refuse_missing(self) -> None:
        """Raise if an input has no derivative, being inf or NaN."""
        for tensor in self.tensors:
            array = tensor.leaf.array
            if array is not None and not np.isfinite(array).all():
                at = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
                raise ValueError(
                    f"{tensor.leaf.name}{list(at) if at else ''} is {array[at]}: there "
                    "is no gradient at such a point; give finite inputs"
                )

    # --- gradients

    def gradients(self) -> list[Array]:
        """Return the analytic gradients as flat rows, one for each tensor.

        What no gradient came back for leaves the tensors, and whole numbers that one
        came back for join them.

        Raises
        ------
        Ended
            If they do not fit the inputs, or differ from call to call.
        """
        entries = self._entries(self.cotangent)
        entries = self._sorted_out(entries)
        self._refuse_missing()
        first = self._rows(entries)
        sizes = [row.size for row in first]
        kept = first if sum(sizes) <= SMALL else [_digest(row) for row in first]
        del entries, first
        rows = self._rows(self._entries(self.cotangent))
        self.gradient_noise = [0.0] * len(rows)
        again = rows if sum(sizes) <= SMALL else [_digest(row) for row in rows]
        for k, (one, two) in enumerate(zip(kept, again, strict=True)):
            if not np.array_equal(one, two, equal_nan=True):
                self.gradient_noise[k] = self._apart(k, rows)
        return rows

    def _apart(self, k: int, rows: list[Array]) -> float:
        """Return by how much a gradient differs from call to call."""
        name = self.tensors[k].name
        second = rows[k]
        third, fourth = (self._rows(self._entries(self.cotangent))[k] for _ in range(2))
        step = third - second
        gap = float(np.max(np.abs(step)))
        # What is added to is g, 2 g, 3 g, ...: every call adds the same.
        if gap > 0 and norm(fourth - third - step) <= ACCUMULATED * norm(step):
            raise Ended(
                Verdict.FAIL,
                f"the gradient of {name} adds to what the last call left: each call "
                "gives more than the one before; begin each backward pass at zero",
            )
        if gap > LAST_DIGITS * float(np.max(np.abs(second))):
            raise Ended(
                Verdict.NONDETERMINISTIC,
                f"two calls of the gradient with the same inputs differ in {name}: "
                "seed its random numbers anew in each call",
            )
        self.notes.append(
            f"calls of the gradient differ by up to {gap:.1e} in {name}, in the last "
            "digits: taken for rounding"
        )
        return 4 * gap

    def _entries(
        self, cotangent: Array | None, arrays: dict[Path, Array] | None = None
    ) -> dict[Path, Any]:
        """Return what the analytic gradient returns, by path."""
        dout = None if cotangent is None else cotangent.copy()
        name = self._written.names
        try:
            entries = self._written.gradients(arrays or self.arrays, dout)
        except MisfitError as error:
            raise Ended(Verdict.FAIL, str(error)) from None
        if arrays is None:
            changed = self.restore_inputs()
            if changed:
                raise Ended(
                    Verdict.FAIL, f"{name} changes its argument {changed} in place"
                )
        if dout is not None and not np.array_equal(dout, np.asarray(cotangent)):
            raise Ended(Verdict.FAIL, f"{name} changes its argument dout in place")
        return entries

    def _sorted_out(self, entries: dict[Path, Any]) -> dict[Path, Any]:
        """Leave out what has no gradient, take in whole numbers that have one."""
        kept = []
        for leaf in dict.fromkeys(tensor.leaf for tensor in self.tensors):
            if entries.get(leaf.path) is not None:
                kept.append(leaf)
                continue
            returned = leaf.path in entries
            none = Unchecked(
                name=leaf.name,
                shape=leaf.numbers.shape,
                reason="no gradient was returned for it (None)"
                if returned
                else "there is no gradient of it in what was returned",
            )
            # A setting such as eps=1e-5 is a number by itself.
            setting = not returned and isinstance(leaf.value, int | float | complex)
            (self.constants if setting else self.skipped).append(none)
        self._list_unmatched(entries)
        chosen = [*kept, *self._whole_numbers(entries)]
        if {leaf.path for leaf in chosen} == {one.leaf.path for one in self.tensors}:
            return entries
        if not chosen:
            names = ", ".join(one.name for one in self.skipped)
            raise Ended(
                Verdict.INCOMPLETE,
                f"no gradient was returned of {names}: nothing could be examined",
            )
        order = {leaf.path: k for k, leaf in enumerate(self.leaves)}
        self._prepare(
            sorted(chosen, key=lambda leaf: order[leaf.path]), wide=self._wide
        )
        return self._entries(self.cotangent)

    def _list_unmatched(self, entries: dict[Path, Any]) -> None:
        """List the gradients that came back for what is not among the inputs."""
        for path, entry in entries.items():
            if not path or not isinstance(path[-1], Unmatched):
                continue
            name = path[-1].name
            # Such as dZ1, which many keep beside dW1.
            flows = is_between(of_what(name, beside=True) or name)
            reason = "a gradient was returned for it, and it is not among the inputs"
            (self.constants if flows else self.skipped).append(
                Unchecked(name, shape_of(entry), reason)
            )

    def _whole_numbers(self, entries: dict[Path, Any]) -> list[Leaf]:
        """Return the leaves of whole numbers that are checked as floats after all."""
        taken = []
        paths = {tensor.leaf.path for tensor in self.tensors}
        named = {one.name for one in self.constants}
        for leaf in self.leaves:
            if not leaf.whole or leaf.path in paths or leaf.name in named:
                continue
            if entries.get(leaf.path) is None:
                reason = "whole numbers, and no gradient was returned for them"
            elif self._takes_floats(leaf):
                taken.append(leaf)
                continue
            else:
                reason = "whole numbers, and fn does not take them as floats"
            self.constants.append(
                Unchecked(leaf.name, leaf.array.shape, reason)  # type: ignore[union-attr]
            )
        return taken

    def _takes_floats(self, leaf: Leaf) -> bool:
        """Return whether the function gives the same where the numbers are floats."""
        whole = self.arrays[leaf.path]
        self.arrays[leaf.path] = whole.astype(np.float64)
        try:
            with np.errstate(all="ignore"):
                values = self.output()
                same = values.shape == self._shape and bool(
                    abs(self.number(values) - self.middle) <= self._exact
                )
        except Exception:  # an index must be an integer
            same = False
        finally:
            self.arrays[leaf.path] = whole
        return same

    def _rows(self, entries: dict[Path, Any]) -> list[Array]:
        """Return gradients as flat rows of real numbers, one for each tensor."""
        rows: list[Array] = []
        by_path: dict[Path, Array] = {}
        for tensor in self.tensors:
            path = tensor.leaf.path
            if path not in by_path:
                try:
                    entry = entries.get(path)
                    row = gradient_row(entry, tensor.leaf)
                except MisfitError as error:
                    raise Ended(Verdict.FAIL, str(error)) from None
                by_path[path] = row.copy() if _kept_elsewhere(entry, row) else row
            row = by_path[path]
            rows.append(row[tensor.start : tensor.start + tensor.size])
        return rows

    def gradients_again(
        self,
        cotangent: Array | None = None,
        arrays: dict[Path, Array] | None = None,
    ) -> list[Array] | None:
        """Return the analytic gradients for another cotangent or other inputs.

        Parameters
        ----------
        cotangent : ndarray, optional
            In place of the one of the check.
        arrays : dict, optional
            Other inputs, by path, in place of those of the check; their shapes may
            differ from them.

        Returns
        -------
        list of ndarray or None
            A flat row for each tensor; None where the gradient raises, or returns
            what does not fit.
        """
        dout = self.cotangent if cotangent is None else cotangent
        try:
            with np.errstate(all="ignore"):
                if arrays is None:
                    return self._rows(self._entries(dout))
                entries = self._entries(dout, arrays)
                rows = []
                for tensor in self.tensors:
                    array = arrays[tensor.leaf.path]
                    leaf = replace(tensor.leaf, array=array)
                    row = np.array(gradient_row(entries[tensor.leaf.path], leaf))
                    rows.append(row[tensor.start : tensor.start + tensor.size])
                return rows
        except Exception:  # it was not written for this
            return None
        finally:
            self.restore_inputs()

    def output_again(self, arrays: dict[Path, Array] | None = None) -> Array | None:
        """Return the output for other inputs; None where the function raises."""
        try:
            with np.errstate(all="ignore"):
                if arrays is None:
                    return self.output()
                self.evaluations += 1
                return self._numbers(self._written.value(arrays))
        except Exception:  # it was not written for this
            return None
        finally:
            self.restore_inputs()


def random_signs(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Return random signs times sizes between 0.5 and 1.5.

    Signs alone would let two equal and opposite errors cancel half the time.
    """
    signed = np.asarray(rng.uniform(-1.0, 1.0, shape))
    signed += np.copysign(0.5, signed)
    return signed


def _named(wrt: str | Sequence[str], numeric: Sequence[Leaf]) -> list[Leaf]:
    """Return the leaves that wrt names."""
    asked = [wrt] if isinstance(wrt, str) else list(wrt)
    if not asked:
        raise ValueError(
            "wrt names nothing, so that there is nothing to check; leave it out to "
            "check every input"
        )
    names = [leaf.name for leaf in numeric]
    for name in asked:
        if name not in names:
            raise ValueError(
                f"wrt names {name!r}, and the inputs with a gradient are "
                f"{', '.join(names)}"
            )
    return [leaf for leaf in numeric if leaf.name in asked]


def _coarse(array: Array | None) -> bool:
    """Return whether an array has fewer digits than float64."""
    if array is None:
        return False
    return bool(np.finfo(array.dtype).eps > np.finfo(np.float64).eps)


def _kept_elsewhere(entry: Any, row: Array) -> bool:
    """Return whether a backward pass may write into the same array again.

    A row that nobody else holds is not copied, for it may be large.
    """
    if not isinstance(entry, np.ndarray) or not np.may_share_memory(entry, row):
        return False
    # The dictionary of entries, the row, two names, and the call itself.
    return entry.base is not None or sys.getrefcount(entry) > 5


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:80] if lines else "without words"


def _digest(row: Array) -> Array:
    """Return a fingerprint of a row, so that it need not be kept."""
    data = np.ascontiguousarray(row).data
    return np.frombuffer(hashlib.blake2b(data).digest(), dtype=np.uint8)
