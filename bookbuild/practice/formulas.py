r"""Read a formula in LaTeX by the book's own reader, and compare two by their values.

Two formulas are taken for the same if they agree at several random points, so that a
reader may write the answer in whatever form it was found.
"""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bookbuild.equations import tree
from bookbuild.equations.errors import EquationError
from bookbuild.equations.evaluation import Evaluator, Local, Values
from bookbuild.equations.notation import Notation, entry_of
from bookbuild.equations.parsing import parse_expression
from bookbuild.practice.errors import AnswerError

Range = tuple[float, float]

MOST_CHARACTERS = 400
POINTS = 8
ENOUGH = 4  # points at which both must have values
CLOSE = 1e-6  # relative; a derivative with a prime is a difference quotient
# What an answer may consist of: sums over an index could run for ever.
ALLOWED = (
    tree.Absolute,
    tree.Add,
    tree.Call,
    tree.Cases,
    tree.Divide,
    tree.Elementary,
    tree.Extremum,
    tree.Iverson,
    tree.Multiply,
    tree.Negative,
    tree.Number,
    tree.Power,
    tree.Relation,
    tree.Root,
    tree.Subtract,
    tree.Symbol,
)


def sigmoid(z: float) -> float:
    """Return the sigmoid, without an overflow."""
    if z < 0:
        return math.exp(z) / (1 + math.exp(z))
    return 1 / (1 + math.exp(-z))


FUNCTIONS: Mapping[str, Callable[[float], float]] = {r"\sigma": sigmoid}


@dataclass(frozen=True)
class Letters:
    r"""The letters that an answer may hold, and from where their values are drawn.

    Attributes
    ----------
    ranges : Mapping
        For each letter, as LaTeX writes it, the least and the largest value.

    Examples
    --------
    >>> letters = Letters({"z": (-2, 2)})
    >>> one, other = r"1 - \tanh^2 z", r"\frac{1}{\cosh^2 z}"
    >>> letters.same(letters.read(one), letters.read(other))
    True
    """

    ranges: Mapping[str, Range]

    def notation(self) -> Notation:
        """Return the table of letters and functions for the book's reader."""
        entries = [entry_of(letter) for letter in self.ranges]
        functions = [name for name in FUNCTIONS if name not in self.ranges]
        return Notation(
            [*entries, *(entry_of(name, kind="function") for name in functions)]
        )

    def read(self, latex: str) -> tree.Node:
        """Return the tree of a formula.

        Raises
        ------
        AnswerError
            If it cannot be read, or holds something that an answer does not need.
        """
        if not latex.strip():
            raise AnswerError("Nothing is written here.")
        if len(latex) > MOST_CHARACTERS:
            raise AnswerError(
                f"That is {len(latex):,} characters long; an answer has at most "
                f"{MOST_CHARACTERS}."
            )
        plain = latex.replace("$", "").rpartition("=")[2]
        try:
            node = parse_expression(plain, self.notation())
        except (EquationError, RecursionError) as error:
            raise AnswerError(
                f"That cannot be read: {_said(error)}. {self.hint()}"
            ) from None
        for part in tree.walk(node):
            if not isinstance(part, ALLOWED):
                raise AnswerError(
                    f"An answer needs no {type(part).__name__.lower()} here; work it "
                    f"out. {self.hint()}"
                )
        return node

    def hint(self) -> str:
        """Return how an answer is written."""
        one = "letter" if len(self.ranges) == 1 else "letters"
        return (
            r"Write LaTeX such as \frac{a}{b}, x^2, \sqrt{x}, |x|, e^{-x}, \tanh(x), "
            r"\sigma(x) for the sigmoid or \operatorname{sign}(x), with the "
            f"{one} {', '.join(self.ranges)}."
        )

    def values(self, node: tree.Node) -> list[float | None]:
        """Return the values at some random points; None where there is none."""
        found: list[float | None] = []
        for point in range(POINTS):
            # Its own generator for each point: the same numbers wherever this runs.
            draw = random.Random(f"point {point}")  # noqa: S311  not for secrets
            values = {
                letter: low + (high - low) * draw.random()
                for letter, (low, high) in self.ranges.items()
            }
            world = Values(_named(values), FUNCTIONS)
            try:
                value = float(Floats(world).evaluate(node))
            except (
                EquationError,
                ValueError,
                TypeError,
                OverflowError,
                RecursionError,
            ):
                found.append(None)
            else:
                found.append(value if math.isfinite(value) else None)
        return found

    def same(self, left: tree.Node, right: tree.Node) -> bool:
        """Return whether two formulas have the same values."""
        return self.alike(self.values(left), self.values(right))

    def alike(
        self, left: Sequence[float | None], right: Sequence[float | None]
    ) -> bool:
        """Return whether the values of two formulas are the same."""
        both = [(a, b) for a, b in zip(left, right, strict=True) if b is not None]
        if len(both) < ENOUGH or any(a is None for a, _ in both):
            return False
        return all(
            math.isclose(a, b, rel_tol=CLOSE, abs_tol=CLOSE)
            for a, b in both
            if a is not None
        )


class Floats(Evaluator):
    """Evaluate with floats alone: a power of whole numbers could take for ever."""

    def _number(self, node: tree.Number, local: Local) -> float:
        return float(node.value)


def _named(values: Mapping[str, float]) -> dict[str, float]:
    """Return values by the names that the reader gives to the letters."""
    return {entry_of(letter).name: value for letter, value in values.items()}


def _said(error: Exception) -> str:
    """Return what an error of the reader says, for somebody who knows no table."""
    if isinstance(error, RecursionError):
        return "its brackets are nested too deeply"
    said = str(error)
    for word in ("notation table", "the table", "a table"):
        said = said.replace(word, "list of letters")
    return said.rstrip(".")
