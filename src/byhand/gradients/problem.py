"""What is checked: a function, its inputs on private copies, and its gradients."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from byhand.gradients.returned import rows_of
from byhand.gradients.tree import (
    Array,
    Leaf,
    argument_names,
    call,
    leaves,
    norm,
    replaced,
)


@dataclass(frozen=True)
class Tensor:
    """One input that has a gradient, as a flat row of real numbers.

    Attributes
    ----------
    name : str
        As reports print it.
    leaf : Leaf
        Where it stands in the inputs.
    base, work : ndarray of float
        Its numbers, and those that the function is called with; of a complex input,
        real and imaginary parts in turn.
    """

    name: str
    leaf: Leaf
    base: Array
    work: Array

    @property
    def size(self) -> int:
        """How many real numbers it holds."""
        return self.base.size

    @property
    def parts(self) -> int:
        """Real numbers in an element."""
        return 2 if self.leaf.array.dtype.kind == "c" else 1

    def index(self, at: int) -> tuple[int, ...]:
        """Return the element that a place of the row belongs to."""
        return self.indices(np.array([at]))[0]

    def indices(self, places: Array) -> list[tuple[int, ...]]:
        """Return the elements that places of the row belong to."""
        shape = self.leaf.array.shape
        if not shape:
            return [()] * len(places)
        columns = np.unravel_index(places // self.parts, shape)
        return list(zip(*(column.tolist() for column in columns), strict=True))


class Problem:
    """A function of some inputs and its analytic gradients.

    The function only ever sees copies, so that the caller's arrays are safe.
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        inputs: Any,
        grad: Callable[..., Any] | None,
        vjp: Callable[..., Any] | None,
        *,
        wrt: str | Sequence[str] | None,
        seed: int,
        batched: bool,
    ) -> None:
        if (grad is None) == (vjp is None):
            raise TypeError(
                "give either grad, the gradients of a function that returns one "
                f"number, or vjp; got {'neither' if grad is None else 'both'}"
            )
        self.fn, self.vjp, self.batched = fn, vjp, batched
        self.analytic: Callable[..., Any] = vjp or grad  # type: ignore[assignment]
        self.evaluations = 0
        self.notes: list[str] = []
        self._seed = seed
        self._thin: dict[str, bool] = {}
        inputs = _normalised(inputs)
        count = len(inputs) if isinstance(inputs, tuple | list) else 1
        found = leaves(inputs, argument_names(fn, count))
        if not any(leaf.real for leaf in found):
            found = [
                Leaf(leaf.name, leaf.path, leaf.array.astype(np.float64))
                for leaf in found
            ]
        self._finite(found)
        self.inputs, self.leaves = inputs, found
        chosen = _chosen(found, wrt)
        low = any(
            np.finfo(leaf.array.dtype).eps > np.finfo(float).eps for leaf in chosen
        )
        self._prepare(chosen, wide=True)
        if low and not self._computes():
            self._prepare(chosen, wide=False)
            self.notes.append("float64 is not taken, so differences are less exact")
        self.cotangent: Any = None
        self.middle = 0.0
        self.eps = float(np.finfo(np.float64).eps)
        self.noise = self.size = self._exact = 0.0

    @staticmethod
    def _finite(found: Iterable[Leaf]) -> None:
        """Refuse inputs at which nothing has a derivative."""
        for leaf in found:
            if leaf.real and not np.isfinite(leaf.array).all():
                at = tuple(int(i) for i in np.argwhere(~np.isfinite(leaf.array))[0])
                raise ValueError(
                    f"{leaf.name}{list(at) if at else ''} is {leaf.array[at]}: there "
                    "is no gradient at such a point; give finite inputs"
                )

    def _prepare(self, chosen: Sequence[Leaf], *, wide: bool) -> None:
        """Make the arrays that the function is called with."""
        arrays: dict[tuple[Any, ...], Any] = {}
        self.tensors: list[Tensor] = []
        for leaf in self.leaves:
            dtype = leaf.array.dtype
            if wide and leaf.real:
                dtype = np.result_type(dtype, np.float64)
            work = np.array(leaf.array, dtype=dtype, order="C")
            arrays[leaf.path] = work
            if not any(leaf is one for one in chosen):
                continue
            part = work.real.dtype
            flat = work.reshape(-1).view(part)
            same = leaf.array.dtype == dtype and leaf.array.flags.c_contiguous
            base = leaf.array.reshape(-1).view(part) if same else flat.copy()
            self.tensors.append(Tensor(leaf.name, leaf, base, flat))
        self.arrays = arrays
        self.arguments = replaced(self.inputs, arrays)

    def _computes(self) -> bool:
        """Tell whether function and gradients take the wider type."""
        try:
            with np.errstate(all="ignore"):
                self.returned(np.ones_like(self.output()))
        except Exception:  # whatever a function in a fixed type may raise
            return False
        finally:
            self.changed()  # whoever works in place is told of it later
        return True

    def output(self) -> Array:
        """Return what the function gives for the inputs as they are now."""
        self.evaluations += 1
        given = self.arguments
        if self.batched:
            given = replaced(given, {k: v[np.newaxis] for k, v in self.arrays.items()})
        returned = call(self.fn, given)
        try:
            values = np.asarray(returned)
        except ValueError:
            values = np.asarray(None)
        if values.dtype.kind in "iub":
            values = values.astype(np.float64)
        if values.dtype.kind not in "fc":
            raise TypeError(
                f"fn must return {'an array' if self.vjp else 'one number'}, got "
                f"{type(returned).__name__}; return one array of numbers"
            )
        if self.batched:
            if values.shape[:1] != (1,):
                raise ValueError(
                    "a batched fn must return one entry for each point: expected a "
                    f"first axis of 1 for one point, got shape {values.shape}"
                )
            values = values[0]
        return values

    def number(self, values: Array) -> float:
        """Return the number that is differentiated: the output, or its weighted sum."""
        if self.vjp is None:
            return float(values.reshape(()))
        return float(np.vdot(self.cotangent, values).real)

    def value(self) -> float:
        """Return the number for the inputs as they are now."""
        values = self.output()
        if self.vjp is not None and values.shape != self.cotangent.shape:
            raise ValueError(
                f"fn returned shape {self.cotangent.shape} at first and "
                f"{values.shape} later; the shape must not depend on the values"
            )
        return self.number(values)

    def begin(self) -> tuple[str, str] | None:
        """Evaluate twice; return a verdict and its reason where that ends the check."""
        values = self.output()
        changed = self.changed()
        if changed:
            return "fail", f"fn changes its argument {changed} in place"
        if self.vjp is None and values.size != 1:
            raise ValueError(
                f"fn must return one number where grad is given, got shape "
                f"{values.shape}; sum it, or give vjp instead of grad"
            )
        if self.vjp is None and values.dtype.kind == "c":
            raise TypeError("fn must return a real number, got a complex one")
        if not np.isfinite(values).all():
            raise ValueError(
                f"fn gives {values[~np.isfinite(values)][0]} for these inputs: there "
                "is no gradient at such a point"
            )
        rng = np.random.default_rng([self._seed, 2])
        if self.vjp is not None:
            self.cotangent = random_signs(rng, values.shape)
            if values.dtype.kind == "c":
                imaginary = random_signs(rng, values.shape)
                self.cotangent = self.cotangent + 1j * imaginary
        again = self.output()
        self.middle = self.number(values)
        self.eps = float(max(np.finfo(values.dtype).eps, self.eps))
        weighed = values if self.vjp is None else self.cotangent * values
        self.size = norm(np.asarray(weighed))
        self.noise = self.eps * self.size
        if again.shape != values.shape or not np.array_equal(again, values):
            gap = (
                abs(self.number(again) - self.middle)
                if again.shape == values.shape
                else np.inf
            )
            # Sums in parallel may differ in their last digits.
            if gap > 1e3 * self.noise:
                return "nondeterministic", (
                    "two calls of fn with the same inputs differ by "
                    f"{gap:.3g}: seed its random numbers anew in each call"
                )
            self.noise += gap
        self._exact = 1e3 * self.noise
        return None

    def ended_as_begun(self) -> bool:
        """Tell whether the function still gives the value that it gave at first."""
        return abs(self.value() - self.middle) <= self._exact

    def changed(self) -> str:
        """Return the name of an input that is no longer what it was, and mend it."""
        names = []
        for leaf in self.leaves:
            work = self.arrays[leaf.path]
            given = leaf.array.astype(work.dtype, copy=False)
            same = work == given
            if not same.all() and not np.array_equal(work, given, equal_nan=True):
                work[...] = leaf.array
                names.append(leaf.name)
        return ", ".join(names)

    def gradients(self) -> tuple[list[Array], tuple[str, str] | None]:
        """Return the analytic gradients as flat rows of real numbers.

        Raises
        ------
        MisfitError
            If they are not nested or shaped as the inputs are.
        """
        first = self._rows()
        if first[1] is not None:
            return first
        digests = [_digest(row) for row in first[0]]
        del first
        rows, fault = self._rows()
        if fault is None and [_digest(row) for row in rows] != digests:
            return rows, (
                "nondeterministic",
                "two calls of the gradient with the same inputs differ: seed its "
                "random numbers anew in each call",
            )
        return rows, fault

    def returned(self, cotangent: Any = None, arguments: Any = None) -> Any:
        """Return what the analytic gradient returns, as it is."""
        given = self.arguments if arguments is None else arguments
        if self.vjp is None:
            return call(self.analytic, given)
        dout = self.cotangent if cotangent is None else cotangent
        return call(self.analytic, given, dout)

    def _rows(self) -> tuple[list[Array], tuple[str, str] | None]:
        dout = None if self.cotangent is None else self.cotangent.copy()
        returned = self.returned(dout)
        name = "vjp" if self.vjp else "grad"
        changed = self.changed()
        if changed:
            return [], ("fail", f"{name} changes its argument {changed} in place")
        if dout is not None and not np.array_equal(dout, self.cotangent):
            return [], ("fail", f"{name} changes its argument dout in place")
        return self.rows(returned), None

    def rows(self, returned: Any) -> list[Array]:
        """Return gradients as flat rows, after holding their nesting to the inputs'."""
        return rows_of(returned, self.inputs, [one.leaf for one in self.tensors])

    def stacked(self, tensor: Tensor, points: Array) -> Array:
        """Return the numbers of a batched function at rows of one tensor.

        The other inputs come with a first axis of 1 where that gives the same, so
        that what does not depend on the moved one is computed once.
        """
        thin = self._thin.get(tensor.name)
        if thin is None:
            whole = self._many(tensor, points[:1].repeat(2, axis=0), thin=False)
            try:
                sparing = self._many(tensor, points[:1].repeat(2, axis=0), thin=True)
                thin = bool(np.allclose(whole, sparing, rtol=1e-12, atol=0))
            except Exception:  # whatever a function raises that needs B of each
                thin = False
            self._thin[tensor.name] = thin
        return self._many(tensor, points, thin=thin)

    def _many(self, tensor: Tensor, points: Array, *, thin: bool) -> Array:
        """Return the numbers of a batched function at rows of one tensor."""
        count = len(points)
        arrays = {
            path: np.broadcast_to(array, (1 if thin else count, *array.shape))
            for path, array in self.arrays.items()
        }
        own = self.arrays[tensor.leaf.path]
        arrays[tensor.leaf.path] = points.view(own.dtype).reshape(count, *own.shape)
        self.evaluations += count
        values = np.asarray(call(self.fn, replaced(self.inputs, arrays)))
        if values.shape[:1] != (count,):
            raise ValueError(
                "a batched fn must return one entry for each point: expected a first "
                f"axis of {count}, got shape {values.shape}"
            )
        values = values.reshape(count, -1)
        if self.vjp is None:
            return values[:, 0].astype(np.float64)
        weighed: Array = (values @ self.cotangent.conj().reshape(-1)).real
        return weighed


def random_signs(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Return random signs times sizes between 0.5 and 1.5.

    Signs alone would let two equal and opposite errors cancel half the time.
    """
    signed = np.asarray(rng.uniform(-1.0, 1.0, shape))
    signed += np.copysign(0.5, signed)
    return signed


def _normalised(inputs: Any) -> Any:
    """Return a list of plain numbers as the array that it stands for."""
    if isinstance(inputs, tuple | list) and not any(
        isinstance(part, np.ndarray | dict | tuple | list) for part in inputs
    ):
        if not inputs:
            raise ValueError("inputs are empty; give at least one array")
        if isinstance(inputs, list):
            return np.asarray(inputs)
    return inputs


def _chosen(found: list[Leaf], wrt: str | Sequence[str] | None) -> list[Leaf]:
    """Return the inputs to differentiate by."""
    real = [leaf for leaf in found if leaf.real]
    if wrt is None:
        return real
    asked = [wrt] if isinstance(wrt, str) else list(wrt)
    names = [leaf.name for leaf in real]
    for name in asked:
        if name not in names:
            raise ValueError(
                f"wrt names {name!r}, and the inputs with a gradient are "
                f"{', '.join(names)}"
            )
    return [leaf for leaf in real if leaf.name in asked]


def _digest(row: Array) -> bytes:
    """Return a fingerprint of an array, so that it need not be kept."""
    return hashlib.blake2b(np.ascontiguousarray(row).data).digest()
