"""What an equation defines: a symbol, each element of one, or a function."""

from dataclasses import dataclass

from bookbuild.equations import tree
from bookbuild.equations.errors import EquationError
from bookbuild.equations.notation import Notation


@dataclass(frozen=True)
class Definition:
    """What an equation defines.

    Attributes
    ----------
    name : str
        The symbol, or the function.
    member : Node or None
        Which members of a family: an index for all, a number for one.
    indices : tuple of str
        The indices of the element that is defined; none, if all is at once.
    arguments : tuple of str
        The arguments of a function.
    value : Node
        What it is.
    label : str
        The equation that says so, or "" for a line of the table.
    """

    name: str
    member: tree.Node | None
    indices: tuple[str, ...]
    arguments: tuple[str, ...]
    value: tree.Node
    label: str = ""

    @property
    def defines(self) -> tuple[str, tree.Node | None, str]:
        """Return what it defines, and which equation does."""
        return self.name, self.member, self.label

    @property
    def rests_on(self) -> set[str]:
        """Return the names of the symbols that the value is computed from."""
        return tree.free_names(self.value, frozenset(self.indices + self.arguments))


def definition_of(
    relation: tree.Relation, notation: Notation, label: str = ""
) -> Definition:
    """Return what a relation defines: its left side, by its second side.

    Raises
    ------
    EquationError
        If the left side is no symbol, element or function.
    """
    left, value = relation.sides[0], relation.sides[1]
    if relation.signs[0] != "=":
        raise EquationError("a definition has the sign =", relation.position)
    indices: tuple[str, ...] = ()
    if isinstance(left, tree.Index):
        indices = tuple(_index_name(index) for index in left.indices)
        left = left.array
    if isinstance(left, tree.Call):
        arguments = tuple(_index_name(argument) for argument in left.arguments)
        return Definition(left.function, left.member, (), arguments, value, label)
    if isinstance(left, tree.Elementary) and not left.primes:
        arguments = (_index_name(left.argument),)
        return Definition(left.function, None, (), arguments, value, label)
    if not isinstance(left, tree.Symbol):
        raise EquationError(
            "a definition has a symbol, an element or a function on its left",
            relation.position,
        )
    return Definition(left.name, left.member, indices, (), value, label)


def _index_name(node: tree.Node) -> str:
    if not isinstance(node, tree.Symbol) or node.member is not None:
        raise EquationError(
            "an element is defined for an index that is one letter", node.position
        )
    return node.name
