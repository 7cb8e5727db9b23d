"""Read which numbers the code of a cell or script stands for.

A number that a text names must be held to a computation. Two kinds of literals do:

- *asserted*: in the test of an `assert`, or in a call of `assert_allclose` and its
  like. Constant arithmetic counts with its value (`28 * 28` stands for 784, too), and
  so do digits in texts that are compared (`f"{x:.2f}" == "0.37"`). What such a call
  takes as its tolerance is no claim.
- *set*: assigned, handed over by keyword, or gone through by a loop: the numbers that
  the computation starts from, such as `learning_rate=0.1` or `x = np.array([0.5, 2])`.

What only chooses how a figure looks, and what seeds a random generator, is neither.
The sign of a number is left to the assertion; texts say "less", and mean a minus.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterator

from bookbuild.checks import reading
from bookbuild.checks.sources import tree_or_empty

# Keywords of tolerances, of seeds and of looks: no text speaks of these numbers.
NO_CLAIM = {"abs", "abs_tol", "atol", "decimal", "rel", "rel_tol", "rtol"}
NO_CLAIM |= {"random_state", "seed"}
NO_CLAIM |= {"alpha", "dpi", "figsize", "fontsize", "height_ratios", "labelpad"}
NO_CLAIM |= {"layout", "linewidth", "linewidths", "lw", "markersize", "ms", "pad"}
NO_CLAIM |= {"padding", "shrink", "vmax", "vmin", "width_ratios", "xlim", "ylim"}
NO_CLAIM |= {"zorder"}
# Functions whose numbers say how many panels there are, or seed a generator.
SILENT = {"default_rng", "set_random_seed", "subplots"}
BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}
MOST_EXPONENT = 300  # what is raised further is no number that a text names
IN_TEXT = re.compile(r"\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?")


def stood_for(code: str) -> set[float]:
    """Return the sizes of the numbers that a cell asserts or sets."""
    tree = tree_or_empty(reading.python_of(code))
    return asserted(tree) | settings(tree)


def asserted(tree: ast.AST) -> set[float]:
    """Return the sizes of the numbers that stand in what code asserts."""
    tests = [*_tests(tree)]
    texts = {
        float(found.replace(",", ""))
        for test in tests
        for node in _speaking(test)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for found in IN_TEXT.findall(node.value)
    }
    return texts.union(*map(numbers_in, tests))


def settings(tree: ast.AST) -> set[float]:
    """Return the sizes of the numbers that code assigns, hands over or goes through."""
    found: set[float] = set()
    pending = [tree]
    while pending:
        node = pending.pop()
        value = None
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.keyword):
            value = node.value
        elif isinstance(node, ast.For | ast.comprehension):
            value = node.iter
        if value is not None:
            found |= numbers_in(value)
        pending += [child for child in _children(node) if child is not value]
    return found


def numbers_in(tree: ast.AST) -> set[float]:
    """Return the sizes of the constants in code, and of arithmetic among them."""
    values = map(value_of, _speaking(tree))
    return {abs(float(value)) for value in values if value is not None}


def value_of(node: ast.AST) -> float | None:
    """Return the value of a number or of arithmetic with numbers, else None."""
    if isinstance(node, ast.Constant):
        return node.value if type(node.value) in {int, float} else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = value_of(node.operand)
        return None if inner is None else -inner
    if isinstance(node, ast.BinOp) and (combine := BINARY.get(type(node.op))):
        left, right = value_of(node.left), value_of(node.right)
        if left is None or right is None:
            return None
        return _combined(combine, left, right)
    return None


def _combined(
    combine: Callable[[float, float], float], left: float, right: float
) -> float | None:
    """Return the value of an operation, None where it has none of a useful size."""
    if combine is operator.pow and abs(right) > MOST_EXPONENT:
        return None
    try:
        value = combine(left, right)
        return None if isinstance(value, complex) else float(value)
    except ArithmeticError:
        return None


def _tests(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what code asserts, without what it says where the assertion fails."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            yield node.test
        elif isinstance(node, ast.Call) and _called(node).startswith("assert_"):
            yield node


def _speaking(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all below it but what is no claim."""
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        pending += _children(node)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands right below a node and may be a claim."""
    if isinstance(node, ast.Call) and _called(node) in SILENT:
        return
    for child in ast.iter_child_nodes(node):
        is_silent = isinstance(child, ast.keyword) and child.arg in NO_CLAIM
        is_format = child is getattr(node, "format_spec", None)
        if not (is_silent or is_format):
            yield child


def _called(call: ast.Call) -> str:
    """Return the last name of the function that is called."""
    return getattr(call.func, "attr", "") or getattr(call.func, "id", "")
