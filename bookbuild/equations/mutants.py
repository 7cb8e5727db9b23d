"""Change one thing of an equation at a time, as an author could get it wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bookbuild.equations import tree
from bookbuild.equations.notation import Entry, Notation

KINDS = {
    "sign": "plus for minus, or a minus left out",
    "number": "a number one larger or one smaller",
    "prime": "a prime left out",
    "transpose": "a transpose left out",
    "product": "a matrix product for one element by element, or the other way round",
    "power": "a power left out",
    "fraction": "numerator and denominator exchanged",
    "factor": "a factor left out",
    "term": "a term left out",
    "member": "the neighbour of a layer or of a step",
    "index": "an index exchanged for another",
    "range": "a sum that begins or ends one earlier or later",
    "sum": "a sum left out, its index taken at the first term",
    "symbol": "a symbol exchanged for another of the same shape",
    "function": "a function exchanged for one that is like it",
    "comparison": "a sign of comparison turned round",
}
LIKE = {
    "exp": "log",
    "log": "exp",
    "sin": "cos",
    "cos": "sin",
    "tanh": "sinh",
    "sinh": "cosh",
    "cosh": "sinh",
    "max": "min",
    "min": "max",
    "argmax": "argmin",
    "argmin": "argmax",
}
TURNED = {"<": ">", ">": "<", r"\leq": r"\geq", r"\geq": r"\leq", "=": r"\neq"}


@dataclass(frozen=True)
class Mutant:
    """An equation with one thing changed.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    relation : Relation
        The changed equation.
    """

    kind: str
    relation: tree.Relation


def mutants(
    relation: tree.Relation, notation: Notation, indices: set[str]
) -> Iterator[Mutant]:
    """Yield every mutant of a relation, each once.

    Parameters
    ----------
    relation : Relation
        The equation.
    notation : Notation
        Its symbols: what could be taken for what.
    indices : set of str
        The free indices of the equation.
    """
    seen = {relation}
    for kind, changed in _changes(relation, notation, indices):
        if changed not in seen and isinstance(changed, tree.Relation):
            seen.add(changed)
            yield Mutant(kind, changed)


def _changes(
    relation: tree.Relation, notation: Notation, indices: set[str]
) -> Iterator[tuple[str, tree.Node]]:
    """Yield changed relations, some of them twice."""
    symbols = _symbols_of(relation)

    def visit(
        node: tree.Node,
        rebuild: Callable[[tree.Node], tree.Node],
        bound: frozenset[str],
    ) -> Iterator[tuple[str, tree.Node]]:
        for kind, new in _changes_of(node, notation, bound, symbols):
            yield kind, rebuild(new)
        inner = bound
        if isinstance(node, tree.Sum | tree.Product):
            inner = bound | {node.index}
        for child in _changeable(node):
            is_body = child is getattr(node, "body", None)
            yield from visit(
                child,
                lambda new, node=node, child=child: rebuild(
                    tree.with_replaced(node, child, new)
                ),
                inner if is_body else bound,
            )

    yield from visit(relation, lambda new: new, frozenset(indices))


def _changeable(node: tree.Node) -> Iterator[tree.Node]:
    """Yield the nodes right below one that an author could get wrong."""
    if isinstance(node, tree.At):
        # What a quantity depends on is not always written; what it is set to is.
        yield node.body
        yield from (value for _, value in node.values)
    else:
        yield from tree.children(node)


def _symbols_of(relation: tree.Relation) -> list[tree.Symbol]:
    """Return the symbols of an equation, each once."""
    found = [node for node in tree.walk(relation) if isinstance(node, tree.Symbol)]
    return list(dict.fromkeys(found))


def _changes_of(
    node: tree.Node,
    notation: Notation,
    bound: frozenset[str],
    symbols: list[tree.Symbol],
) -> Iterator[tuple[str, tree.Node]]:
    """Yield what one node could be taken for."""
    if isinstance(node, tree.Number):
        yield from _other_numbers(node)
    elif isinstance(node, tree.Add):
        yield "sign", tree.Subtract(node.left, node.right)
        yield "term", node.left
        yield "term", node.right
    elif isinstance(node, tree.Subtract):
        yield "sign", tree.Add(node.left, node.right)
        yield "term", node.left
        yield "term", tree.Negative(node.right)
    elif isinstance(node, tree.Negative):
        yield "sign", node.operand
    elif isinstance(node, tree.Multiply):
        yield "product", tree.Hadamard(node.left, node.right)
        yield "factor", node.left
        yield "factor", node.right
    elif isinstance(node, tree.Hadamard):
        yield "product", tree.Multiply(node.left, node.right)
        yield "factor", node.left
        yield "factor", node.right
    elif isinstance(node, tree.Divide):
        yield "fraction", tree.Divide(node.right, node.left, node.sign)
        yield "factor", node.left
    elif isinstance(node, tree.Power):
        yield "power", node.base
    elif isinstance(node, tree.Root):
        yield "power", node.operand
    elif isinstance(node, tree.Transpose):
        yield "transpose", node.operand
    elif isinstance(node, tree.Call | tree.Elementary) and node.primes:
        yield "prime", _with_primes(node, node.primes - 1)
    elif isinstance(node, tree.Sum | tree.Product):
        yield from _other_ranges(node)
    elif isinstance(node, tree.Relation):
        yield from _other_signs(node)
    elif isinstance(node, tree.Symbol):
        yield from _other_symbols(node, notation, bound, symbols)
    elif isinstance(node, tree.Index):
        yield from _exchanged(node)
    elif isinstance(node, tree.Derivative):
        if isinstance(node.of, tree.Symbol | tree.Index):
            yield "fraction", tree.Derivative(node.by, node.of, node.sign)
    elif isinstance(node, tree.Iverson) and isinstance(node.condition, tree.Relation):
        for place in range(len(node.condition.signs)):
            turned = _with_sign_turned(node.condition, place)
            yield "comparison", tree.Iverson(turned)
    yield from _other_functions(node)


def _other_numbers(node: tree.Number) -> Iterator[tuple[str, tree.Node]]:
    """Yield a number one larger and one smaller, in its last digit."""
    plain = node.text.replace("{,}", "")
    digits = len(plain.partition(".")[2])
    unit = 10.0**-digits if digits else 1
    for change in (unit, -unit):
        value = node.value + change
        text = f"{abs(value):.{digits}f}" if digits else str(abs(value))
        number = tree.Number(text)
        yield "number", number if value >= 0 else tree.Negative(number)


def _with_primes(node: tree.Call | tree.Elementary, primes: int) -> tree.Node:
    if isinstance(node, tree.Call):
        return tree.Call(node.function, node.arguments, primes, node.member)
    return tree.Elementary(node.function, node.argument, primes)


def _other_ranges(node: tree.Sum | tree.Product) -> Iterator[tuple[str, tree.Node]]:
    """Yield a sum with other bounds, and what is left where it is forgotten."""
    kind = type(node)
    if node.lower is None or node.upper is None:
        return
    one = tree.Number("1")
    for lower in (tree.Add(node.lower, one), tree.Subtract(node.lower, one)):
        yield "range", kind(node.index, lower, node.upper, node.body)
    for upper in (tree.Add(node.upper, one), tree.Subtract(node.upper, one)):
        yield "range", kind(node.index, node.lower, upper, node.body)
    first = _substituted(node.body, node.index, node.lower)
    yield "sum", first


def _substituted(node: tree.Node, name: str, value: tree.Node) -> tree.Node:
    """Return a tree with a value for an index."""
    if isinstance(node, tree.Symbol) and node.name == name and node.member is None:
        return value
    return tree.rebuilt(node, lambda child: _substituted(child, name, value))


def _other_signs(node: tree.Relation) -> Iterator[tuple[str, tree.Node]]:
    """Yield a comparison turned round; a sign = is left alone."""
    for place, sign in enumerate(node.signs):
        if sign in TURNED and sign != "=":
            yield "comparison", _with_sign_turned(node, place)


def _with_sign_turned(node: tree.Relation, place: int) -> tree.Relation:
    """Return a relation with the opposite of one of its signs."""
    turned = TURNED.get(node.signs[place], node.signs[place])
    signs = (*node.signs[:place], turned, *node.signs[place + 1 :])
    return tree.Relation(node.sides, signs)


def _other_symbols(
    node: tree.Symbol,
    notation: Notation,
    bound: frozenset[str],
    symbols: list[tree.Symbol],
) -> Iterator[tuple[str, tree.Node]]:
    """Yield a neighbour in the family, another index, another symbol."""
    if node.member is not None:
        one = tree.Number("1")
        yield "member", tree.Symbol(node.name, tree.Add(node.member, one))
        yield "member", tree.Symbol(node.name, tree.Subtract(node.member, one))
    if node.name in bound or notation.is_index(node.name):
        for other in sorted(bound - {node.name}):
            yield "index", tree.Symbol(other)
        return
    entry = notation.get(node.name)
    for other in symbols:
        candidate = notation.get(other.name)
        if other != node and _alike(entry, candidate):
            yield "symbol", other


def _alike(entry: Entry | None, other: Entry | None) -> bool:
    """Return whether one symbol could be written for another by mistake."""
    if entry is None or other is None or "index" in (entry.kind, other.kind):
        return False
    if "function" in (entry.kind, other.kind):
        return False
    return len(entry.shape) == len(other.shape)


def _exchanged(node: tree.Index) -> Iterator[tuple[str, tree.Node]]:
    """Yield an element with two of its indices exchanged."""
    for place in range(len(node.indices) - 1):
        indices = list(node.indices)
        indices[place : place + 2] = reversed(indices[place : place + 2])
        yield "index", tree.Index(node.array, tuple(indices))


def _other_functions(node: tree.Node) -> Iterator[tuple[str, tree.Node]]:
    """Yield a function that is like the one written."""
    if isinstance(node, tree.Elementary) and node.function in LIKE:
        new = tree.Elementary(LIKE[node.function], node.argument, node.primes)
        yield "function", new
    elif isinstance(node, tree.Extremum):
        yield "function", tree.Extremum(LIKE[node.function], node.arguments, node.index)
    elif isinstance(node, tree.Floor):
        yield "function", tree.Ceiling(node.operand)
        yield "function", node.operand
    elif isinstance(node, tree.Ceiling):
        yield "function", tree.Floor(node.operand)
        yield "function", node.operand
    elif isinstance(node, tree.Absolute):
        yield "function", node.operand
    elif isinstance(node, tree.Expectation):
        yield "function", tree.Variance(node.body)
    elif isinstance(node, tree.Variance):
        yield "function", tree.Expectation(node.body)
