"""Functions of PyTorch that multiply and add."""

from __future__ import annotations

from byhand.shapes.errors import ShapeError, UnsupportedError
from byhand.shapes.formula import Formula
from byhand.shapes.live_torch.lengths import (
    Lengths,
    MissingAxisError,
    broadcast,
    per_example,
    same,
    words,
)
from byhand.shapes.live_torch.rules.common import lengths_in
from byhand.shapes.outcome import LAST, POINT, UNKNOWN, WHOLE, Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


def linear(x: Lengths, weight: Sequence[Any], *_: Any) -> Outcome:
    """The last axis becomes f long; every other place costs c f."""
    f, c = weight if len(weight) == 2 else (None, weight[0])
    if len(x) < 2:
        raise MissingAxisError(
            f"it takes an input of at least 2 axes, got {words(x)}; put the batch first"
        )
    if not same(x[-1], c):
        raise ShapeError(
            f"it was made for {c} features, got {x[-1]} in {words(x)}; write "
            f"in_features={x[-1]}, or change what comes before it"
        )
    out: Any = x[:-1] if f is None else (*x[:-1], f)
    n = per_example(x[:-1])
    macs = Formula("n * c * f", n=n, c=c, f=1 if f is None else f)
    if isinstance(n, int) and n == 1:
        macs = Formula("c * f", c=c, f=1 if f is None else f)
    return Outcome([Lengths(out)], macs=macs, field=WHOLE if len(x) == 2 else LAST)


def bilinear(a: Lengths, b: Lengths, weight: Sequence[int], *_: Any) -> Outcome:
    """A product of two rows for each of f outputs."""
    f, one, other = weight
    if not (same(a[-1], one) and same(b[-1], other)):
        raise ShapeError(
            f"it was made for {one} and {other} features, got {words(a, b)}"
        )
    n = per_example(a[:-1])
    # The first row meets the kernel, and what comes out the second row.
    macs = Formula("n * f * (a * b + b)", n=n, f=f, a=one, b=other)
    return Outcome([(*a[:-1], f)], macs=macs, field=WHOLE if len(a) == 2 else POINT)


def matmul(a: Lengths, b: Lengths, *_: Any, **__: Any) -> Outcome:
    """Rows of the first with columns of the second."""
    if not a or not b:
        raise ShapeError("a single number has no rows; multiply it instead")
    left = Lengths((1, *a)) if len(a) == 1 else a
    right = Lengths((*b, 1)) if len(b) == 1 else b
    if not same(left[-1], right[-2]):
        raise ShapeError(
            f"{words(a)} and {words(b)} cannot be multiplied: rows of {left[-1]} and "
            f"columns of {right[-2]}; make these equal"
        )
    stacked = broadcast([left[:-2], right[:-2]])
    out = [*stacked]
    out += [left[-2]] if len(a) > 1 else []
    out += [right[-1]] if len(b) > 1 else []
    # The batch may be what is summed over; an example has its part of that.
    n = per_example([*stacked, left[-2], right[-1]])
    c = per_example([left[-1]])
    return Outcome([Lengths(out)], macs=Formula("n * c", n=n, c=c), field=UNKNOWN)


def addmm(bias: Any, a: Lengths, b: Lengths, *_: Any, **__: Any) -> Outcome:
    """A product, and something added."""
    return matmul(a, b)


def attention(q: Lengths, k: Lengths, v: Lengths, *_: Any, **__: Any) -> Outcome:
    """Each query with each key, and the weighted sum of the values."""
    if not same(q[-1], k[-1]) or not same(k[-2], v[-2]):
        raise ShapeError(
            f"queries {words(q)}, keys {words(k)} and values {words(v)} do not go "
            "together; queries and keys need rows of one length, and there must be "
            "as many keys as values"
        )
    n = per_example(q[:-2])
    macs = Formula("n * l * s * (e + v)", n=n, l=q[-2], s=k[-2], e=q[-1], v=v[-1])
    return Outcome([(*q[:-1], v[-1])], macs=macs, field=WHOLE)


def einsum(equation: str, *operands: Any) -> Outcome:
    """A product summed over the letters that are not in the result."""
    tensors = list(lengths_in(operands))
    left, arrow, result = equation.replace(" ", "").partition("->")
    parts = left.split(",")
    if "." in equation or len(parts) != len(tensors):
        raise UnsupportedError("its equation has an ellipsis, or other operands")
    if not arrow:
        letters = "".join(parts)
        result = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    at: dict[str, Any] = {}
    for part, lengths in zip(parts, tensors, strict=True):
        if len(part) != len(lengths):
            raise ShapeError(
                f"{part!r} of {equation!r} has {len(part)} letters for {words(lengths)}"
            )
        for letter, length in zip(part, lengths, strict=True):
            old = at.setdefault(letter, length)
            if same(old, 1):
                at[letter] = length
            elif not same(old, length) and not same(length, 1):
                raise ShapeError(
                    f"{letter!r} of {equation!r} is {old} and {length}: "
                    f"{words(*tensors)}"
                )
    macs: Formula | None = Formula("n", n=per_example(at.values()))
    if len(tensors) == 1:
        macs = Formula("0")
    elif len(tensors) > 2:
        macs = None  # it depends on the order in which they are multiplied
    return Outcome(
        [Lengths(at[letter] for letter in result)],
        macs=macs,
        field=UNKNOWN,
        note="" if macs else "what it costs depends on the order of its products",
    )


def embedding(indices: Lengths, weight: Sequence[Any], *_: Any, **__: Any) -> Outcome:
    """A row for each number."""
    return Outcome([(*indices, weight[-1])])
