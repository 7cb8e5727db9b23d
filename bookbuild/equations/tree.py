"""The tree that an equation is read into.

Every node is a value: two nodes are equal if they say the same, wherever they stand.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any


@dataclass(frozen=True)
class Node:
    """A part of an equation."""

    position: int = field(default=-1, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True)
class Number(Node):
    """A number, as it is written."""

    text: str

    @property
    def value(self) -> float:
        """Return the number."""
        plain = self.text.replace("{,}", "")
        return float(plain) if "." in plain else int(plain)


@dataclass(frozen=True)
class Symbol(Node):
    """A letter with a meaning; ``member`` picks one of a family, as (l) in W^{(l)}."""

    name: str
    member: Node | None = None


@dataclass(frozen=True)
class Index(Node):
    """An element or a row of an array: ``z_{rm}``."""

    array: Node
    indices: tuple[Node, ...]


@dataclass(frozen=True)
class Call(Node):
    """A function of the table at some arguments; ``primes`` counts derivatives."""

    function: str
    arguments: tuple[Node, ...]
    primes: int = 0
    member: Node | None = None


@dataclass(frozen=True)
class Elementary(Node):
    """A function that every reader knows, such as exp, at its argument."""

    function: str
    argument: Node
    primes: int = 0


@dataclass(frozen=True)
class At(Node):
    """A quantity where something it depends on has another value."""

    body: Node
    values: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True)
class Negative(Node):
    """Minus a term."""

    operand: Node


@dataclass(frozen=True)
class Add(Node):
    """Left plus right."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Subtract(Node):
    """Left minus right."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Multiply(Node):
    """A product, of matrices too; ``sign`` is how it is written."""

    left: Node
    right: Node
    sign: str = ""


@dataclass(frozen=True)
class Hadamard(Node):
    """A product element by element."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Divide(Node):
    """A fraction; ``sign`` is "/" where it is written on one line."""

    left: Node
    right: Node
    sign: str = ""


@dataclass(frozen=True)
class Power(Node):
    """A base to an exponent."""

    base: Node
    exponent: Node


@dataclass(frozen=True)
class Root(Node):
    """A root; of degree 2 if it says no other."""

    operand: Node
    degree: Node | None = None


@dataclass(frozen=True)
class Transpose(Node):
    """A matrix with rows and columns exchanged."""

    operand: Node


@dataclass(frozen=True)
class Sum(Node):
    """A sum over an index; without bounds, over all that the index can be."""

    index: str
    lower: Node | None
    upper: Node | None
    body: Node
    condition: Node | None = None


@dataclass(frozen=True)
class Product(Node):
    """A product over an index."""

    index: str
    lower: Node | None
    upper: Node | None
    body: Node
    condition: Node | None = None


@dataclass(frozen=True)
class Extremum(Node):
    """The largest or smallest of some numbers, or where it stands.

    Attributes
    ----------
    function : str
        ``max``, ``min``, ``argmax`` or ``argmin``.
    arguments : tuple of Node
        What is compared; one array stands for its elements.
    index : str, optional
        An index that runs, where the one argument depends on it.
    """

    function: str
    arguments: tuple[Node, ...]
    index: str | None = None


@dataclass(frozen=True)
class Floor(Node):
    """The largest whole number that is not above."""

    operand: Node


@dataclass(frozen=True)
class Ceiling(Node):
    """The smallest whole number that is not below."""

    operand: Node


@dataclass(frozen=True)
class Absolute(Node):
    """The absolute value of a number, the length of a vector."""

    operand: Node


@dataclass(frozen=True)
class Norm(Node):
    """The Euclidean length of an array; with ``power`` 1, the sum of magnitudes."""

    operand: Node
    power: Node | None = None


@dataclass(frozen=True)
class Factorial(Node):
    """The product of the whole numbers up to one."""

    operand: Node


@dataclass(frozen=True)
class Derivative(Node):
    """The derivative of a quantity by another: partial, or d."""

    of: Node
    by: Node
    sign: str = r"\partial"


@dataclass(frozen=True)
class Expectation(Node):
    """The mean over all that chance may give; ``sign`` is how it is written."""

    body: Node
    sign: str = r"\mathrm{E}"


@dataclass(frozen=True)
class Variance(Node):
    """The variance over all that chance may give."""

    body: Node


@dataclass(frozen=True)
class Integral(Node):
    """An integral over a variable, from a bound to another."""

    variable: str
    lower: Node
    upper: Node
    body: Node


@dataclass(frozen=True)
class Infinity(Node):
    """A bound without end."""


@dataclass(frozen=True)
class Matrix(Node):
    """A matrix whose elements are written out."""

    rows: tuple[tuple[Node, ...], ...]


@dataclass(frozen=True)
class Cases(Node):
    """A choice of values, each with its condition; None for "otherwise"."""

    branches: tuple[tuple[Node, Node | None], ...]


@dataclass(frozen=True)
class Relation(Node):
    """A chain of sides with signs between them, as in ``a = b = c``."""

    sides: tuple[Node, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True)
class Iverson(Node):
    """One where a condition holds, else zero: ``[j = m]``."""

    condition: Node


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes right below one, in the order in which they are written."""
    for place in fields(node):
        yield from _nodes_in(getattr(node, place.name))


def _nodes_in(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes_in(part)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all that is below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return a node with a function applied to each node right below it."""
    new = {}
    for place in fields(node):
        value = getattr(node, place.name)
        changed = _changed_in(value, change)
        if changed is not value:
            new[place.name] = changed
    return replace(node, **new) if new else node


def _changed_in(value: Any, change: Callable[[Node], Node]) -> Any:
    if isinstance(value, Node):
        return change(value)
    if isinstance(value, tuple):
        parts = tuple(_changed_in(part, change) for part in value)
        same = all(new is old for new, old in zip(parts, value, strict=True))
        return value if same else parts
    return value


def with_replaced(node: Node, old: Node, new: Node) -> Node:
    """Return a tree in which one node, this very object, is another."""
    if node is old:
        return new
    return rebuilt(node, lambda child: with_replaced(child, old, new))


def free_names(node: Node, bound: frozenset[str] = frozenset()) -> set[str]:
    """Return the names of the symbols and functions of a tree that it does not bind."""
    if isinstance(node, Sum | Product):
        inner = bound | {node.index}
        names = free_names(node.body, inner)
        for bound_of_index in (node.lower, node.upper):
            if bound_of_index is not None:
                names |= free_names(bound_of_index, bound)
        if node.condition is not None:
            names |= free_names(node.condition, inner)
        return names
    if isinstance(node, Extremum) and node.index is not None:
        bound = bound | {node.index}
    if isinstance(node, Integral):
        return (
            free_names(node.body, bound | {node.variable})
            | free_names(node.lower, bound)
            | free_names(node.upper, bound)
        )
    names = set()
    if isinstance(node, Symbol) and node.name not in bound:
        names.add(node.name)
    if isinstance(node, Call):
        names.add(node.function)
    for child in children(node):
        names |= free_names(child, bound)
    return names
