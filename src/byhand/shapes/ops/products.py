"""Products of tensors: each number of the result is a sum of products, which costs."""

from __future__ import annotations

from byhand.shapes.batch import OPEN, elements_for_one, for_one
from byhand.shapes.errors import ShapeError
from byhand.shapes.formula import Formula
from byhand.shapes.layers.merging import broadcast
from byhand.shapes.ops.arranging import ravelled
from byhand.shapes.ops.elementwise import stretched
from byhand.shapes.ops.operation import (
    BY_CLASS,
    axes_in,
    is_number,
    operation,
    shape_of,
)
from byhand.shapes.outcome import POINT, UNKNOWN, WHOLE, Outcome
from byhand.shapes.tensor import Tensor, show
from byhand.shapes.values import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.tensor import Shape

NOT_FOR_ONE = (
    "its cost for one example is not known: the batch is mixed with other axes"
)


def _cost(out: Shape, inner: Sequence[Any]) -> dict[str, Any]:
    """Return the cost of o sums of n products each, for a batch of one."""
    o, n = elements_for_one(out), elements_for_one(inner)
    if o is None or n is None:
        return {"macs": None, "note": NOT_FOR_ONE}
    return {"macs": Formula("o * n", o=o, n=n)}


def _agree(first: Any, second: Any) -> bool:
    """Return whether two lengths are equal, or may be."""
    both = isinstance(first, int) and isinstance(second, int)
    return first == second or not both


def _longer(first: Any, second: Any) -> Any:
    """Return the one of two equal lengths that is a number, if one is."""
    return first if isinstance(first, int) else second


@operation("Matmul", costs=True)
def matmul(x1: Any, x2: Any) -> Outcome:
    """Return the products of the matrices in the last two axes."""
    left, right = shape_of(x1), shape_of(x2)
    if not left or not right:
        raise ShapeError(
            f"matmul takes tensors with axes, got {show(left)} and {show(right)}; "
            "multiply numbers with *"
        )
    row, column = len(left) == 1, len(right) == 1
    a = (1, *left) if row else left
    b = (*right, 1) if column else right
    if not _agree(a[-1], b[-2]):
        raise ShapeError(
            f"{show(left)} and {show(right)} cannot be multiplied: the last axis of "
            f"the first has {a[-1]}, axis {len(b) - 2 - column} of the second "
            f"{b[-2]}; make them equal, or transpose one"
        )
    before = broadcast(a[:-2], b[:-2])
    tail = [] if row else [a[-2]]
    tail += [] if column else [b[-1]]
    out = (*before, *tail)
    # By one matrix for all: each place sees itself, as in a dense layer.
    place = isinstance(x1, Tensor) and len(left) > 2 and len(right) <= 2
    field = POINT if place and not _from_input(x2) else WHOLE
    return Outcome([out], field=field, **_cost(out, [_longer(a[-1], b[-2])]))


def _from_input(value: Any) -> bool:
    """Return whether an argument may come from an input of the network."""
    return isinstance(value, Tensor) and value.weight is None


@operation("Dot", costs=True)
def dot(x1: Any, x2: Any) -> Outcome:
    """Return sums of products along the last axis and the last but one."""
    left, right = shape_of(x1), shape_of(x2)
    if not left or not right:
        return Outcome([stretched(x1, x2)])
    at = len(right) - 2 if len(right) > 1 else 0
    if not _agree(left[-1], right[at]):
        raise ShapeError(
            f"{show(left)} and {show(right)} cannot be multiplied: the last axis of "
            f"the first has {left[-1]}, axis {at} of the second {right[at]}; make them "
            "equal"
        )
    rest = [OPEN if n is None else n for k, n in enumerate(right) if k != at]
    out = (*left[:-1], *rest)
    place = len(left) > 2 and not _from_input(x2)
    shown = _cost(out, [_longer(left[-1], right[at])])
    return Outcome([out], field=POINT if place else WHOLE, **shown)


@operation("Inner", costs=True)
def inner(x1: Any, x2: Any) -> Outcome:
    """Return sums of products along the last axes of both."""
    left, right = shape_of(x1), shape_of(x2)
    if not left or not right:
        return Outcome([stretched(x1, x2)])
    if not _agree(left[-1], right[-1]):
        raise ShapeError(
            f"the last axes of {show(left)} and {show(right)} differ; make them equal"
        )
    out = (*left[:-1], *(OPEN if n is None else n for n in right[:-1]))
    place = len(left) > 2 and not _from_input(x2)
    shown = _cost(out, [_longer(left[-1], right[-1])])
    return Outcome([out], field=POINT if place else WHOLE, **shown)


@operation("Vdot", costs=True)
def vdot(x1: Any, x2: Any) -> Outcome:
    """Return the sum of the products of all elements."""
    left, right = shape_of(x1), shape_of(x2)
    return Outcome([()], field=WHOLE, **_cost((), left or right))


@operation("Outer", costs=True)
def outer(x1: Any, x2: Any) -> Outcome:
    """Return the product of each element of one row with each of another."""
    out = (ravelled(shape_of(x1)), ravelled(shape_of(x2)))
    return Outcome([out], field=WHOLE, **_cost(out, ()))


@operation("Tensordot", costs=True)
def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Outcome:
    """Return sums of products along several axes of both tensors."""
    left, right = shape_of(x1), shape_of(x2)
    if is_number(axes):
        count = max(int(axes), 0)
        if count > min(len(left), len(right)):
            raise ShapeError(
                f"axes={axes} is more than {show(left)} and {show(right)} have; give "
                f"at most {min(len(left), len(right))}"
            )
        firsts = list(range(len(left) - count, len(left)))
        seconds = list(range(count))
    else:
        if not isinstance(axes, list | tuple) or len(axes) != 2:
            raise TypeError(
                f"axes must be a whole number or a pair of lists, got {shown(axes)}"
            )
        firsts, seconds = axes_in(axes[0], len(left)), axes_in(axes[1], len(right))
    together = [(left[a], right[b]) for a, b in zip(firsts, seconds, strict=False)]
    if len(firsts) != len(seconds) or not all(_agree(a, b) for a, b in together):
        raise ShapeError(
            f"axes {firsts} of {show(left)} and {seconds} of {show(right)} differ in "
            "length; make them equal"
        )
    kept = [n for k, n in enumerate(left) if k not in firsts]
    kept += [n for k, n in enumerate(right) if k not in seconds]
    out = tuple(OPEN if k and n is None else n for k, n in enumerate(kept))
    gone = [_longer(a, b) for a, b in together]
    field = WHOLE
    if not _from_input(x2):
        field = _field_without(len(left), firsts)
    return Outcome([out], field=field, **_cost(out, gone))


def _field_without(rank: int, gone: Sequence[int]) -> str:
    """Return what an element sees where some axes are summed over by constants."""
    places = list(range(1, rank - 1)) or [rank - 1]
    if set(places) <= set(gone):
        return WHOLE
    channels = rank > 2 and list(gone) == [rank - 1]
    return POINT if channels else UNKNOWN


def _field_of_letters(parts: Sequence[str], result: str, operands: Any) -> str:
    """Return what an element of an einsum sees."""
    from_inputs = [
        part
        for part, operand in zip(parts, operands, strict=True)
        if _from_input(operand)
    ]
    summed = set("".join(parts)) - set(result)
    if len(from_inputs) > 1:
        return WHOLE if summed else UNKNOWN
    part = from_inputs[0] if from_inputs else ""
    if not part or "." in part or part[0] != result[:1]:
        return UNKNOWN
    places = part[1:-1] or part[1:]
    if not set(places) & set(result):
        return WHOLE
    kept = len(part) > 2 and result[1:].startswith(places)
    return POINT if kept else UNKNOWN


@operation("Einsum", costs=True)
def einsum(subscripts: str, *operands: Any) -> Outcome:
    """Return sums of products in Einstein's notation: one letter for an axis.

    The cost of two tensors is a product for each combination of letters. One tensor
    costs none, and the cost of more depends on their order.
    """
    text = str(subscripts).replace(" ", "")
    left, arrow, result = text.partition("->")
    parts = left.split(",")
    shapes = [shape_of(operand) for operand in operands]
    if len(parts) != len(shapes):
        raise ShapeError(
            f"{text[:60]!r} names {len(parts)} tensors and {len(shapes)} are given; "
            "name each once"
        )
    for part in [*parts, result]:
        letters = part.replace("...", "", 1)
        if letters and not (letters.isascii() and letters.isalpha()):
            raise ShapeError(
                f"subscripts must read 'ij,jk->ik', a letter from a to z or A to Z for "
                f"an axis, got {text[:60]!r}"
            )
    lengths: dict[str, Any] = {}
    dots: Shape = ()
    for part, shape in zip(parts, shapes, strict=True):
        names, rest = _letters_of(part, shape, text)
        dots = broadcast(dots, rest)
        for letter, length in names:
            _take(lengths, letter, length, text)
    if not arrow:
        joined = left.replace(",", "").replace("...", "")
        once = sorted(letter for letter in set(joined) if joined.count(letter) == 1)
        result = ("..." if "..." in left else "") + "".join(once)
    unknown = [x for x in result.replace("...", "") if x not in lengths]
    if unknown:
        raise ShapeError(
            f"axis {unknown[0]!r} of the result is in no tensor of {text[:60]!r}"
        )
    out: list[Any] = []
    before, found, after = result.partition("...")
    for letter in before:
        out.append(lengths[letter])
    out += list(dots) if found else []
    for letter in after:
        out.append(lengths[letter])
    ordered = tuple(OPEN if k and n is None else n for k, n in enumerate(out))
    cost = _einsum_cost(lengths, dots, len(shapes))
    field = _field_of_letters(parts, result, operands)
    return Outcome([ordered], field=field, **cost)


def _einsum_in_file(*operands: Any, subscripts: str, **options: Any) -> Any:
    """Return an einsum whose equation comes by name, as in a file."""
    return einsum(subscripts, *operands, **options)


_einsum_in_file.__qualname__ = "einsum"
BY_CLASS["Einsum"] = _einsum_in_file


def _letters_of(
    part: str, shape: Shape, text: str
) -> tuple[list[tuple[str, Any]], Shape]:
    """Return (letter, length) of each axis, and the lengths behind an ellipsis."""
    before, dots, after = part.partition("...")
    named = len(before) + len(after)
    if len(shape) < named or (len(shape) > named and not dots):
        raise ShapeError(
            f"{shown(part)} in {text[:60]!r} names {named} axes of {show(shape)}, "
            f"which has {len(shape)}; name each once"
        )
    end = len(shape) - len(after)
    pairs = list(zip(before, shape, strict=False))
    pairs += list(zip(after, shape[end:], strict=True))
    return pairs, shape[len(before) : end]


def _take(lengths: dict[str, Any], letter: str, length: Any, text: str) -> None:
    """Give a letter its length, if it has no other."""
    held = lengths.get(letter, 1)
    if not _agree(held, length) and 1 not in (held, length):
        raise ShapeError(
            f"axis {letter!r} of {text[:60]!r} has the lengths {held} and {length}; "
            "make them equal"
        )
    if letter not in lengths or held == 1 or (isinstance(length, int) and length != 1):
        lengths[letter] = length


def _einsum_cost(lengths: dict[str, Any], dots: Shape, count: int) -> dict[str, Any]:
    """Return the cost of an einsum of some tensors, for a batch of one."""
    if count == 1:
        return {}
    if count > 2:
        why = "its cost depends on the order in which the tensors are multiplied"
        return {"macs": None, "note": why}
    values = {letter: for_one(length) for letter, length in lengths.items()}
    values |= {f"n_{k}": for_one(n) for k, n in enumerate(dots, start=1)}
    if None in values.values():
        return {"macs": None, "note": NOT_FOR_ONE}
    # A letter of the batch is 1 and needs no place in the formula.
    kept = {k: n for k, n in values.items() if n != 1} or dict(list(values.items())[:1])
    return {"macs": Formula(" * ".join(kept) or "1", **kept)}


@operation("DotProductAttention", costs=True)
def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: Any = None,
    is_causal: bool = False,
    flash_attention: Any = None,
    attn_logits_soft_cap: Any = None,
) -> Outcome:
    """Return mixtures of values by products of query and key, for each head.

    Axes are batch, places, heads and numbers.
    """
    q, k, v = shape_of(query), shape_of(key), shape_of(value)
    for what, shape in (("query", q), ("key", k), ("value", v)):
        if len(shape) != 4:
            raise ShapeError(
                f"{what} must have 4 axes, batch, places, heads, numbers, got "
                f"{len(shape)}: {show(shape)}"
            )
    if not _agree(q[3], k[3]) or not _agree(k[1], v[1]) or not _agree(k[2], v[2]):
        raise ShapeError(
            f"query {show(q)}, key {show(k)} and value {show(v)} do not go together; "
            "let query and key have equally many numbers, key and value equally many "
            "places and heads"
        )
    if isinstance(q[2], int) and isinstance(k[2], int) and q[2] % k[2]:
        raise ShapeError(
            f"{q[2]} heads of the query cannot share {k[2]} of the key; let the second "
            "divide the first"
        )
    rows = for_one(q[0])
    if rows is None:
        return Outcome([q], field=WHOLE, macs=None, note=NOT_FOR_ONE)
    sizes = {"t": q[1], "s": k[1], "h": q[2], "d": q[3]}
    expression = "2 * t * s * h * d"
    if v[3] != q[3]:
        sizes["v"] = v[3]
        expression = "t * s * h * (d + v)"
    if rows != 1:
        sizes["r"] = rows
        expression = f"r * {expression}"
    macs = Formula(expression, **sizes)
    return Outcome([(*q[:3], v[3])], field=WHOLE, macs=macs)


@operation("CDist", costs=True)
def cdist(x: Any, y: Any) -> Outcome:
    """Return the distance of each row of one tensor to each of another."""
    left, right = shape_of(x), shape_of(y)
    if len(left) < 2 or len(left) != len(right):
        return Outcome([None], field=UNKNOWN, macs=None, note="rows are missing")
    before = broadcast(left[:-2], right[:-2])
    return Outcome([(*before, left[-2], right[-2])], field=WHOLE)
