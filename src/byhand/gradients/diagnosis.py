"""Name the mistake that wrong gradients show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from byhand.gradients.comparing import Comparer
from byhand.gradients.problem import Problem, Tensor
from byhand.gradients.report import TensorReport
from byhand.gradients.returned import entries_of
from byhand.gradients.tree import Array, replaced

SAMPLE = 400  # elements of a failing tensor whose derivatives are looked at
CLOSE = 1e-4  # relative difference at which a pattern is taken to fit


def diagnosed(
    problem: Problem,
    grads: Sequence[Array],
    reports: Sequence[TensorReport],
    comparer: Comparer,
) -> str:
    """Return what kind of mistake the numbers show, or how far it reaches.

    Parameters
    ----------
    problem : Problem
        What was checked.
    grads : sequence of ndarray
        Its analytic gradients.
    reports : sequence of TensorReport
        What was found for each tensor.
    comparer : Comparer
        Gives the numerical derivatives of single elements.

    Returns
    -------
    str
        A sentence.
    """
    failing = [k for k, report in enumerate(reports) if report.verdict == "fail"]
    k = failing[0]
    tensor, g = problem.tensors[k], grads[k]
    if not np.isfinite(g).all():
        bad = int((~np.isfinite(g)).sum())
        return (
            f"the gradient of {tensor.name} is not finite at {bad} of {g.size} elements"
        )
    index = _sample(tensor)
    n, rounding = comparer.elements(tensor, index)
    a = g[index]
    wrong = np.abs(a - n) > (
        comparer.rtol * np.maximum(np.abs(a), np.abs(n)) + 4 * rounding + 1e-300
    )
    if not np.isfinite(n).all():
        return f"{tensor.name} differs beside points where fn has no value"
    words = (
        _untouched(tensor, a, n, rounding)
        or _of_ratio(problem, tensor, a, n)
        or _of_cotangent(problem, k, g)
        or _of_conjugate(tensor, a, n)
        or _of_nothing(tensor, a, n)
        or _of_transpose(tensor, g, index, n)
        or _of_rows(problem, tensor, k, g, index, n)
        or _of_order(problem, grads, k, index, n)
        or _of_kinks(comparer, reports[k])
        or _of_zeros(tensor, a, n, index)
        or _of_some(tensor, a, n, wrong, index, reports[k])
    )
    if len(failing) == 1 and len(reports) > 1:
        words += f"; only {tensor.name} is wrong"
    return words


def _sample(tensor: Tensor) -> Array:
    """Return places of a tensor: all, or some rows crossed with some columns."""
    if tensor.size <= SAMPLE:
        return np.arange(tensor.size)
    shape = (*tensor.leaf.array.shape, tensor.parts)
    shape = tuple(length for length in shape if length > 1)
    rng = np.random.default_rng(tensor.size)
    side = max(2, int(SAMPLE ** (1 / len(shape))))
    chosen = [
        np.unique(np.r_[0, 1, rng.choice(length, min(length, side), replace=False)])
        for length in shape
    ]
    places = np.ravel_multi_index(np.ix_(*chosen), shape)
    return np.unique(np.asarray(places))


def _same(a: Array, b: Array) -> bool:
    """Tell whether two rows are the same numbers, to what differences can show."""
    size = float(np.linalg.norm(b))
    return size > 0 and float(np.linalg.norm(a - b)) <= CLOSE * size


def _untouched(tensor: Tensor, a: Array, n: Array, rounding: Array) -> str:
    if np.any(np.abs(a) > 4 * rounding) and not np.any(n):
        return (
            f"fn does not change with {tensor.name}: does it use its argument, or an "
            "array from elsewhere?"
        )
    return ""


def _ratio(a: Array, n: Array) -> float | None:
    """Return the number that makes n into a, if there is one."""
    if not np.any(n) or not np.any(a):
        return None
    ratio = float(a @ n / (n @ n))
    return ratio if _same(a, ratio * n) else None


def _of_ratio(problem: Problem, tensor: Tensor, a: Array, n: Array) -> str:
    ratio = _ratio(a, n)
    if ratio is None or abs(ratio - 1) <= CLOSE:
        return ""
    says = f"every element of {tensor.name} is {ratio:.4g} times what it should be"
    if a.size == 1:
        says = f"{tensor.name} is {ratio:.4g} times what it should be"
    for size, name in _batches(problem):
        if abs(ratio / size - 1) <= CLOSE:
            return f"{says}: a division by {name} is missing"
        if abs(ratio * size - 1) <= CLOSE:
            return f"{says}: a division by {name} too much"
    if abs(ratio + 1) <= CLOSE:
        return f"{says}: the sign is wrong"
    if abs(ratio - 2) <= CLOSE:
        return f"{says}: a factor 2 too much"
    if abs(ratio - 0.5) <= CLOSE:
        return f"{says}: a factor 2 is missing"
    if 0 < ratio < 1:
        return f"{says}: a factor such as the keep rate of dropout, once too often"
    return f"{says}: a factor such as a keep rate of {1 / ratio:.4g} is missing"


def _batches(problem: Problem) -> Iterator[tuple[int, str]]:
    """Yield lengths that a gradient may be divided by: of the batch, of the output."""
    lengths = [leaf.array.shape[0] for leaf in problem.leaves if leaf.array.ndim > 1]
    if problem.cotangent is not None and problem.cotangent.ndim:
        lengths = [problem.cotangent.shape[0], *lengths]
    for length in dict.fromkeys(lengths):
        if length > 2:
            yield length, f"the batch size {length}"
    if problem.cotangent is not None and problem.cotangent.size > 2:
        yield problem.cotangent.size, f"the size {problem.cotangent.size} of the output"


def _of_cotangent(problem: Problem, k: int, g: Array) -> str:
    """Tell whether the gradient does not depend on dout, as it must linearly."""
    if problem.vjp is None:
        return ""
    twice = _rows_of(problem, cotangent=2 * problem.cotangent)
    if twice is None or not np.any(g):
        return ""
    if np.allclose(twice[k], g, rtol=1e-9):
        return "the gradient does not depend on dout: it is not multiplied by it"
    if not np.allclose(twice[k], 2 * g, rtol=1e-6):
        return (
            "the gradient is not proportional to dout: it uses it twice or adds to it"
        )
    return ""


def _rows_of(
    problem: Problem, cotangent: Any = None, arguments: Any = None
) -> list[Array] | None:
    """Return the analytic gradients for another cotangent or input, if there are."""
    try:
        with np.errstate(all="ignore"):
            return problem.rows(problem.returned(cotangent, arguments))
    except Exception:  # it was not written for this
        return None
    finally:
        problem.changed()


def _of_conjugate(tensor: Tensor, a: Array, n: Array) -> str:
    if tensor.parts == 2 and a.size == tensor.size:
        mirrored = n.copy()
        mirrored[1::2] *= -1
        if _same(a, mirrored):
            return (
                f"the gradient of {tensor.name} is conjugated: df/dRe - i df/dIm, "
                "where df/dRe + i df/dIm is expected"
            )
    return ""


def _of_transpose(tensor: Tensor, g: Array, index: Array, n: Array) -> str:
    shape = tensor.leaf.array.shape
    if tensor.parts == 2 or len(shape) < 2 or shape[-1] != shape[-2]:
        return ""
    turned = np.swapaxes(g.reshape(shape), -1, -2).reshape(-1)
    if _same(turned[index], n):
        return f"the gradient of {tensor.name} is transposed"
    return ""


def _of_rows(
    problem: Problem, tensor: Tensor, k: int, g: Array, index: Array, n: Array
) -> str:
    """Tell whether only a part of the batch, or the wrong axis, is summed over."""
    a = g[index]
    if problem.vjp is not None and problem.cotangent.ndim:
        dout = problem.cotangent
        first = np.zeros_like(dout)
        first[0] = dout[0]
        part = _rows_of(problem, cotangent=first)
        if len(dout) > 1 and part is not None and np.any(a) and _same(part[k], g):
            return f"only the first row of the batch reaches {tensor.name}"
        if dout.ndim == 2 and dout.shape[0] == dout.shape[1]:
            turned = _rows_of(problem, cotangent=np.ascontiguousarray(dout.T))
            if turned is not None and _same(turned[k][index], n):
                return f"the gradient of {tensor.name} is summed over the wrong axis"
    shape = tensor.leaf.array.shape
    whole = (
        n.reshape(shape) if index.size == tensor.size and tensor.parts == 1 else None
    )
    for leaf in problem.leaves:
        rows = leaf.array.shape[0] if leaf.array.ndim > 1 else 0
        if rows < 2 or leaf is tensor.leaf:
            continue
        cut = {
            path: array[:1] if array.ndim and len(array) == rows else array
            for path, array in problem.arrays.items()
            if path != tensor.leaf.path
        }
        cut[tensor.leaf.path] = problem.arrays[tensor.leaf.path]
        row = _one_row(problem, k, cut)
        if row is None:
            continue
        for factor in (1.0, 1.0 / rows, float(rows)):
            if _same(row * factor, g) and not _same(row[index] * factor, n):
                return f"only the first row of the batch reaches {tensor.name}"
    if whole is not None and whole.ndim == 2 and np.allclose(a, a[0]):
        return (
            f"the gradient of {tensor.name} is one number: it is summed over too much"
        )
    return ""


def _one_row(problem: Problem, k: int, arrays: dict[Any, Any]) -> Array | None:
    """Return the gradient of one tensor for a batch of one."""
    try:
        with np.errstate(all="ignore"):
            arguments = replaced(problem.inputs, arrays)
            dout = None if problem.vjp is None else problem.cotangent[:1]
            leaves = [tensor.leaf for tensor in problem.tensors]
            returned = problem.returned(dout, arguments)
            entry = entries_of(returned, problem.inputs, leaves)[k]
            row = np.asarray(entry, dtype=np.float64).reshape(-1)
    except Exception:  # it was not written for another batch
        return None
    finally:
        problem.changed()
    return row if row.size == problem.tensors[k].size else None


def _of_order(
    problem: Problem, grads: Sequence[Array], k: int, index: Array, n: Array
) -> str:
    """Tell whether another tensor's gradient stands in this one's place."""
    tensor = problem.tensors[k]
    for other, g in zip(problem.tensors, grads, strict=True):
        alike = other.leaf.array.shape == tensor.leaf.array.shape
        if other is not tensor and alike and _same(g[index], n):
            return (
                f"the gradient returned for {other.name} is that of {tensor.name}: "
                "they are returned in another order than the inputs"
            )
    return ""


def _of_kinks(comparer: Comparer, report: TensorReport) -> str:
    if comparer.kink_faults and report.worst is not None:
        at = {(kink.tensor, kink.index) for kink in comparer.kinks}
        if (report.name, report.worst.index) in at:
            return (
                f"{report.name} is wrong where fn has a kink: the derivative must lie "
                "between those of the two sides"
            )
    return ""


def _of_nothing(tensor: Tensor, a: Array, n: Array) -> str:
    if not np.any(a) and np.any(n):
        return f"the gradient of {tensor.name} is zero everywhere, and should not be"
    return ""


def _of_zeros(tensor: Tensor, a: Array, n: Array, index: Array) -> str:
    zero = (a == 0) & (n != 0)
    if not zero.any():
        return ""
    others = ~zero & (n != 0)
    if not np.allclose(a[others], n[others], rtol=CLOSE, atol=1e-9):
        return ""
    first, last = (tensor.index(int(index[zero][k])) for k in (0, -1))
    return (
        f"a block of zeros in the gradient of {tensor.name}, from {list(first)} to "
        f"{list(last)}, where fn does change"
    )


def _of_some(
    tensor: Tensor,
    a: Array,
    n: Array,
    wrong: Array,
    index: Array,
    report: TensorReport,
) -> str:
    """Say how far the mistake reaches where no pattern fits."""
    count = int(wrong.sum())
    worst = report.worst
    if not count and worst is not None and worst.index is not None:
        times = worst.analytic / worst.numerical if worst.numerical else np.inf
        return (
            f"{tensor.name} is wrong at {list(worst.index)}, {times:.6g} times what it "
            f"should be, and at none of {wrong.size} elements looked at besides"
        )
    if not count:
        return f"{tensor.name} is wrong in sum, by little in each element"
    sizes = np.abs(n[wrong])
    ratio = np.median(a[wrong][sizes > 0] / n[wrong][sizes > 0]) if sizes.any() else 0.0
    kind = f"{count} of {wrong.size} elements looked at in {tensor.name} are wrong"
    at = list(tensor.index(int(index[wrong][0])))
    if count == 1:
        return (
            f"one element of {tensor.name} is wrong, {at}: {ratio:.6g} times what it "
            "should be"
        )
    where = _in_line(tensor, index[wrong])
    return (
        f"{kind}{where}, the first at {at}; the median of their ratios to the right "
        f"values is {ratio:.4g}"
    )


def _in_line(tensor: Tensor, wrong: Array) -> str:
    """Say whether the wrong elements share a row or a column."""
    shape = tensor.leaf.array.shape
    if len(shape) < 2 or tensor.parts == 2:
        return ""
    places = np.unravel_index(wrong, shape)
    for axis, at in enumerate(places):
        if len(np.unique(at)) == 1 and shape[axis] > 1:
            return f", all with index {int(at[0])} along axis {axis}"
    return ""
