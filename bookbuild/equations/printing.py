"""Write a tree as LaTeX again, so that a mutant can be shown."""

from collections.abc import Callable

from bookbuild.equations import tree
from bookbuild.equations.notation import Notation, joined
from bookbuild.equations.tokens import tokenise

# What binds how strongly, from a relation to what needs no brackets.
NEW_LINE = r" \\ "
RELATION, SUM, HADAMARD, PRODUCT, FACTOR, ATOM = range(6)


def latex_of(node: tree.Node, notation: Notation | None = None) -> str:
    r"""Return the LaTeX of a tree.

    Parameters
    ----------
    node : Node
        The tree.
    notation : Notation, optional
        Says how the members of families are written; above, if it is left out.

    Examples
    --------
    >>> latex_of(tree.Add(tree.Symbol("a"), tree.Negative(tree.Symbol("b"))))
    'a + \\left( -b \\right)'
    """
    return Printer(notation or Notation()).text(node, RELATION)


class Printer:
    """A writer of trees."""

    def __init__(self, notation: Notation) -> None:
        self.notation = notation

    def text(self, node: tree.Node, needed: int) -> str:
        """Return the LaTeX of a node, in brackets if it binds less than is needed."""
        method: Callable[[tree.Node], tuple[str, int]] = getattr(
            self, f"_{type(node).__name__.lower()}"
        )
        written, strength = method(node)
        if strength < needed:
            return rf"\left( {written} \right)"
        return written

    def _relation(self, node: tree.Relation) -> tuple[str, int]:
        text = self.text(node.sides[0], SUM)
        for sign, side in zip(node.signs, node.sides[1:], strict=True):
            text += f" {sign} {self.text(side, SUM)}"
        return text, RELATION

    def _number(self, node: tree.Number) -> tuple[str, int]:
        return node.text, ATOM

    def _infinity(self, node: tree.Infinity) -> tuple[str, int]:
        return r"\infty", ATOM

    def _symbol(self, node: tree.Symbol) -> tuple[str, int]:
        return self._named(node.name, node.member, ""), ATOM

    def _named(self, name: str, member: tree.Node | None, indices: str) -> str:
        """Return a name with the member of its family and with indices."""
        if member is None:
            return _with_script(name, indices) if indices else name
        inside = self.text(member, RELATION)
        if name.endswith("_{*}"):
            both = f"{inside},{indices}" if indices else inside
            return _with_script(name.removesuffix("_{*}"), both)
        entry = self.notation.get(name)
        square = entry is not None and "^{[" in entry.written
        above = f"^{{[{inside}]}}" if square else f"^{{({inside})}}"
        name = name.removesuffix("^{*}")
        return (_with_script(name, indices) if indices else name) + above

    def _index(self, node: tree.Index) -> tuple[str, int]:
        parts = [self.text(index, RELATION) for index in node.indices]
        plain = all(map(_is_one_letter, node.indices))
        indices = joined(tokenise(" ".join(parts))) if plain else ",".join(parts)
        array = node.array
        if isinstance(array, tree.Symbol):
            return self._named(array.name, array.member, indices), ATOM
        return _with_script(self.text(array, ATOM), indices), ATOM

    def _call(self, node: tree.Call) -> tuple[str, int]:
        arguments = ", ".join(self.text(one, SUM) for one in node.arguments)
        name = self._named(node.function, node.member, "") + "'" * node.primes
        if node.function.isalpha() and len(node.function) > 1:
            name = rf"\operatorname{{{node.function}}}" + "'" * node.primes
        return (rf"{name}({arguments})" if arguments else name), FACTOR

    def _elementary(self, node: tree.Elementary) -> tuple[str, int]:
        commands = "exp log ln sin cos tan arcsin arccos arctan sinh cosh tanh coth det"
        name = rf"\operatorname{{{node.function}}}"
        if node.function in commands.split():
            name = rf"\{node.function}"
        name += "'" * node.primes
        return rf"{name}({self.text(node.argument, SUM)})", FACTOR

    def _at(self, node: tree.At) -> tuple[str, int]:
        values = ", ".join(
            f"{self.text(variable, SUM)} = {self.text(value, SUM)}"
            for variable, value in node.values
        )
        body = self.text(node.body, PRODUCT)
        return rf"\left. {body} \right|_{{{values}}}", ATOM

    def _negative(self, node: tree.Negative) -> tuple[str, int]:
        return f"-{self.text(node.operand, HADAMARD)}", SUM

    def _add(self, node: tree.Add) -> tuple[str, int]:
        left, right = self.text(node.left, SUM), self.text(node.right, HADAMARD)
        return f"{left} + {right}", SUM

    def _subtract(self, node: tree.Subtract) -> tuple[str, int]:
        left, right = self.text(node.left, SUM), self.text(node.right, HADAMARD)
        return f"{left} - {right}", SUM

    def _multiply(self, node: tree.Multiply) -> tuple[str, int]:
        left, right = self.text(node.left, PRODUCT), self.text(node.right, FACTOR)
        if _is_open(node.left) or _is_on_one_line(node.left):
            left = rf"\left( {left} \right)"
        sign = node.sign or (r"\cdot" if right[:1].isdigit() else "")
        return f"{left} {sign} {right}" if sign else f"{left} {right}", PRODUCT

    def _hadamard(self, node: tree.Hadamard) -> tuple[str, int]:
        left, right = self.text(node.left, HADAMARD), self.text(node.right, PRODUCT)
        return rf"{left} \odot {right}", HADAMARD

    def _divide(self, node: tree.Divide) -> tuple[str, int]:
        if node.sign == "/":
            left, right = self.text(node.left, FACTOR), self.text(node.right, FACTOR)
            return f"{left} / {right}", PRODUCT
        left, right = self.text(node.left, SUM), self.text(node.right, SUM)
        return rf"\frac{{{left}}}{{{right}}}", ATOM

    def _power(self, node: tree.Power) -> tuple[str, int]:
        base = self.text(node.base, ATOM)
        if "^" in base or "'" in base:
            base = f"{{{base}}}" if not base.startswith(r"\left") else base
        exponent = self.text(node.exponent, SUM)
        if exponent.startswith(("(", "[")):
            exponent = f"{{{exponent}}}"
        return f"{base}^{{{exponent}}}", FACTOR

    def _root(self, node: tree.Root) -> tuple[str, int]:
        degree = "" if node.degree is None else f"[{{{self.text(node.degree, SUM)}}}]"
        return rf"\sqrt{degree}{{{self.text(node.operand, SUM)}}}", ATOM

    def _transpose(self, node: tree.Transpose) -> tuple[str, int]:
        base = self.text(node.operand, ATOM)
        if "^" in base and not base.startswith(r"\left"):
            base = f"{{{base}}}"
        return rf"{base}^{{\top}}", FACTOR

    def _sum(self, node: tree.Sum) -> tuple[str, int]:
        return self._big(r"\sum", node), PRODUCT

    def _product(self, node: tree.Product) -> tuple[str, int]:
        return self._big(r"\prod", node), PRODUCT

    def _big(self, sign: str, node: tree.Sum | tree.Product) -> str:
        if node.condition is not None:
            bounds = f"_{{{self.text(node.condition, RELATION)}}}"
        elif node.lower is None or node.upper is None:
            bounds = f"_{{{node.index}}}"
        else:
            lower = self.text(node.lower, SUM)
            bounds = f"_{{{node.index}={lower}}}^{{{self.text(node.upper, SUM)}}}"
        return f"{sign}{bounds} {self.text(node.body, PRODUCT)}"

    def _extremum(self, node: tree.Extremum) -> tuple[str, int]:
        name = rf"\operatorname{{{node.function}}}"
        if node.function in ("max", "min"):
            name = rf"\{node.function}"
        if node.index is not None:
            return f"{name}_{{{node.index}}} {self.text(node.arguments[0], FACTOR)}", (
                PRODUCT
            )
        arguments = ", ".join(self.text(one, SUM) for one in node.arguments)
        return f"{name}({arguments})", FACTOR

    def _floor(self, node: tree.Floor) -> tuple[str, int]:
        return rf"\left\lfloor {self.text(node.operand, SUM)} \right\rfloor", ATOM

    def _ceiling(self, node: tree.Ceiling) -> tuple[str, int]:
        return rf"\left\lceil {self.text(node.operand, SUM)} \right\rceil", ATOM

    def _absolute(self, node: tree.Absolute) -> tuple[str, int]:
        return rf"\left| {self.text(node.operand, SUM)} \right|", ATOM

    def _norm(self, node: tree.Norm) -> tuple[str, int]:
        power = "" if node.power is None else f"_{{{self.text(node.power, SUM)}}}"
        return rf"\left\| {self.text(node.operand, SUM)} \right\|{power}", ATOM

    def _factorial(self, node: tree.Factorial) -> tuple[str, int]:
        return f"{self.text(node.operand, ATOM)}!", FACTOR

    def _derivative(self, node: tree.Derivative) -> tuple[str, int]:
        sign = "d" if node.sign == "d" else r"\partial"
        sign = r"\mathrm{d}" if sign == "d" else sign
        if node.sign == r"\nabla":
            by = self.text(node.by, RELATION)
            return rf"\nabla_{{{by}}} {self.text(node.of, FACTOR)}", FACTOR
        by = f"{sign} {self.text(node.by, ATOM)}"
        if isinstance(node.of, tree.Symbol | tree.Index | tree.Call):
            return rf"\frac{{{sign} {self.text(node.of, FACTOR)}}}{{{by}}}", ATOM
        return rf"\frac{{{sign}}}{{{by}}} {self.text(node.of, PRODUCT)}", PRODUCT

    def _expectation(self, node: tree.Expectation) -> tuple[str, int]:
        body = self.text(node.body, SUM)
        if node.sign == r"\langle":
            return rf"\langle {body} \rangle", ATOM
        return rf"\mathrm{{E}}\left[ {body} \right]", ATOM

    def _variance(self, node: tree.Variance) -> tuple[str, int]:
        return rf"\mathrm{{Var}}\left[ {self.text(node.body, SUM)} \right]", ATOM

    def _integral(self, node: tree.Integral) -> tuple[str, int]:
        lower, upper = self.text(node.lower, SUM), self.text(node.upper, SUM)
        body = self.text(node.body, PRODUCT)
        end = rf"\mathrm{{d}} {node.variable}"
        return rf"\int_{{{lower}}}^{{{upper}}} {body} \, {end}", PRODUCT

    def _matrix(self, node: tree.Matrix) -> tuple[str, int]:
        rows = [" & ".join(self.text(cell, SUM) for cell in row) for row in node.rows]
        return rf"\begin{{pmatrix}} {NEW_LINE.join(rows)} \end{{pmatrix}}", ATOM

    def _cases(self, node: tree.Cases) -> tuple[str, int]:
        lines = []
        for value, condition in node.branches:
            when = r"\text{otherwise}"
            if condition is not None:
                when = rf"\text{{if }} {self.text(condition, RELATION)}"
            lines.append(f"{self.text(value, SUM)} & {when}")
        return rf"\begin{{cases}} {NEW_LINE.join(lines)} \end{{cases}}", ATOM

    def _iverson(self, node: tree.Iverson) -> tuple[str, int]:
        return f"[{self.text(node.condition, RELATION)}]", ATOM


def _with_script(name: str, script: str) -> str:
    """Return a name with indices, behind the ones that belong to it."""
    if "_" in name:
        base, _, own = name.partition("_")
        rest = ""
        if "^" in own:
            own, caret, power = own.partition("^")
            rest = caret + power
        own = own.removeprefix("{").removesuffix("}")
        return f"{base}_{{{own},{script}}}{rest}"
    base, caret, power = name.partition("^")
    return f"{base}_{{{script}}}{caret}{power}"


def _is_on_one_line(node: tree.Node) -> bool:
    """Return whether a left factor is a fraction written with a stroke."""
    return isinstance(node, tree.Divide) and node.sign == "/"


def _is_one_letter(node: tree.Node) -> bool:
    """Return whether an index is one letter, with or without primes."""
    if not isinstance(node, tree.Symbol) or node.member is not None:
        return False
    return len(tokenise(node.name.rstrip("'"))) == 1


def _is_open(node: tree.Node) -> bool:
    """Return whether a left factor would swallow what follows it."""
    while isinstance(node, tree.Multiply):
        node = node.right
    return (
        isinstance(node, tree.Sum | tree.Product | tree.Integral)
        or (
            isinstance(node, tree.Derivative)
            and not isinstance(node.of, tree.Symbol | tree.Index | tree.Call)
        )
        or (isinstance(node, tree.Extremum) and node.index is not None)
    )
