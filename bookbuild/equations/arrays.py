"""The value of a tree whose symbols may be arrays.

A batch is a matrix whose rows are examples; a vector has one axis and is a row where
it stands before a matrix, a column where it stands behind one.
"""

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from bookbuild.equations import tree
from bookbuild.equations.errors import (
    EquationError,
    OutsideArrayError,
    ShapeMismatchError,
)
from bookbuild.equations.evaluation import (
    FUNCTIONS,
    STEP,
    Evaluator,
    Key,
    Local,
)


class ArrayEvaluator(Evaluator):
    """Evaluate trees in a world of arrays."""

    def number(self, node: tree.Node, local: Local) -> float:
        """Return a value that must be one number."""
        return plain(super().number(node, local))

    # -- elements -------------------------------------------------------------------

    def _index(self, node: tree.Index, local: Local) -> Any:
        indices = tuple(self.whole(index, local) for index in node.indices)
        if isinstance(node.array, tree.Symbol):
            name, member = self.key(node.array, local)
            return self.world.element(name, member, indices)
        return element(self.evaluate(node.array, local), indices)

    # -- arithmetic -----------------------------------------------------------------

    def combined(self, sign: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
        """Return a sum, difference, product or quotient element by element.

        Raises
        ------
        ShapeMismatchError
            If the shapes are neither the same nor those of a batch and a row.
        """
        shape, other = np.shape(left), np.shape(right)
        is_row = len(shape) == 2 and other == shape[1:]
        fits = not shape or not other or shape == other
        if not (fits or (is_row and sign in (operator.add, operator.sub))):
            raise ShapeMismatchError(f"shapes {shape} and {other} do not fit")
        if sign is operator.truediv and np.ndim(right):
            raise ShapeMismatchError(
                "an array stands below a fraction; write its elements"
            )
        return plain(sign(left, right))

    def multiplied(self, left: Any, right: Any, sign: str) -> Any:
        """Return a product: of matrices, if both sides are arrays.

        Raises
        ------
        ShapeMismatchError
            If the lengths in the middle differ, or two vectors stand side by side.
        """
        shape, other = np.shape(left), np.shape(right)
        if not shape or not other:
            return plain(left * right)
        if len(shape) == 1 and len(other) == 1 and sign != r"\cdot":
            raise ShapeMismatchError(
                r"two vectors stand side by side; write \odot, \cdot or their elements"
            )
        if len(shape) > 2 or len(other) > 2 or shape[-1] != other[0]:
            raise ShapeMismatchError(f"shapes {shape} and {other} cannot be multiplied")
        return plain(np.matmul(left, right))

    def raised(self, base: Any, exponent: float) -> Any:
        """Return a number, each element of a vector, or a matrix to a power."""
        if np.ndim(base) == 2:
            return self._matrix_power(base, exponent)
        if np.ndim(base) == 0:
            return super().raised(plain(base), exponent)
        if exponent != int(exponent) and np.any(base < 0):
            raise EquationError("a negative number to a power that is not whole")
        return np.power(base, float(exponent))

    def _matrix_power(self, base: Any, exponent: float) -> Any:
        """Return a matrix to a whole power."""
        if base.shape[0] != base.shape[1] or exponent != int(exponent):
            raise ShapeMismatchError(
                r"only a square matrix has powers, and whole ones; "
                r"write \odot for squares of elements"
            )
        try:
            return np.linalg.matrix_power(base, int(exponent))
        except np.linalg.LinAlgError:
            raise EquationError("a matrix without an inverse") from None

    def _transpose(self, node: tree.Transpose, local: Local) -> Any:
        value = self.evaluate(node.operand, local)
        if np.ndim(value) == 0:
            raise ShapeMismatchError("a number has no transpose")
        return value if np.ndim(value) == 1 else np.swapaxes(value, -1, -2)

    def _absolute(self, node: tree.Absolute, local: Local) -> Any:
        return size_of(self.evaluate(node.operand, local))

    def _norm(self, node: tree.Norm, local: Local) -> Any:
        value = self.evaluate(node.operand, local)
        power = 2 if node.power is None else self.number(node.power, local)
        if power == math.inf:
            return plain(np.max(np.abs(value)))
        return plain(np.sum(np.abs(value) ** power) ** (1 / power))

    def _matrix(self, node: tree.Matrix, local: Local) -> Any:
        lengths = {len(row) for row in node.rows}
        if len(lengths) != 1:
            raise ShapeMismatchError("the rows of a matrix differ in length")
        rows = [[self.number(cell, local) for cell in row] for row in node.rows]
        return np.array(rows, dtype=float)

    def _hadamard(self, node: tree.Hadamard, local: Local) -> Any:
        left = self.evaluate(node.left, local)
        right = self.evaluate(node.right, local)
        if np.ndim(left) == 0 or np.ndim(right) == 0:
            raise ShapeMismatchError(r"\odot is for arrays; write \cdot for numbers")
        return self.combined(operator.mul, left, right)

    # -- functions ------------------------------------------------------------------

    def elementwise(self, name: str, primes: int, argument: Any) -> Any:
        """Return a function that every reader knows, at each element."""
        if name in FUNCTIONS:
            return self.mapped(FUNCTIONS[name], primes, argument)
        if np.ndim(argument) != (1 if name == "diag" else 2):
            raise ShapeMismatchError(
                f"{name} of an array of shape {np.shape(argument)}"
            )
        of_matrix = {"diag": np.diag, "tr": np.trace, "det": np.linalg.det}
        return plain(of_matrix[name](argument))

    def mapped(
        self, function: Callable[[float], float], primes: int, argument: Any
    ) -> Any:
        """Return a function of numbers at each element."""
        if np.ndim(argument) == 0:
            return super().mapped(function, primes, plain(argument))
        values = [
            super(ArrayEvaluator, self).mapped(function, primes, float(value))
            for value in argument.ravel()
        ]
        return np.array(values).reshape(argument.shape)

    def extreme(self, function: str, values: list[Any]) -> Any:
        """Return the largest or smallest, also element by element or of an array."""
        if len(values) == 1 and np.ndim(values[0]):
            array = values[0]
            if function in ("argmax", "argmin"):
                place = getattr(np, function)(array)
                return int(place) + 1
            return plain(getattr(np, function)(array))
        if not any(np.ndim(value) for value in values):
            return super().extreme(function, values)
        shapes = {np.shape(value) for value in values if np.ndim(value)}
        if len(shapes) > 1 or function not in ("max", "min"):
            raise ShapeMismatchError(f"{function} of arrays of different shapes")
        largest = np.maximum if function == "max" else np.minimum
        total = values[0]
        for value in values[1:]:
            total = largest(total, value)
        return total

    # -- calculus -------------------------------------------------------------------

    def _derivative(self, node: tree.Derivative, local: Local) -> Any:
        of, by = node.of, node.by
        of_indices = self._indices_of(of, local)
        by_indices = self._indices_of(by, local)
        if by_indices is not None:
            by = by.array  # type: ignore[attr-defined]
        key = self.key(by, local)
        inner = of.array if isinstance(of, tree.Index) else of
        if isinstance(inner, tree.Symbol) and self.key(inner, local) == key:
            raise EquationError("the derivative of a symbol by itself says nothing")
        self._ask_dependence(of, key[0])
        if isinstance(inner, tree.Symbol) and inner.name not in local:
            jacobian = self.world.jacobian(self.key(inner, local), key)
        else:
            inner, of_indices = of, None
            jacobian = self.slope(of, key, local)
        rank = np.ndim(jacobian) - np.ndim(self.world.value(*key))
        jacobian = self._picked(jacobian, inner, of_indices, 0, rank, local)
        rank = rank - len(of_indices or ())
        return plain(
            self._picked(jacobian, by, by_indices, rank, np.ndim(jacobian), local)
        )

    def _indices_of(self, node: tree.Node, local: Local) -> tuple[int, ...] | None:
        if not isinstance(node, tree.Index):
            return None
        return tuple(self.whole(index, local) for index in node.indices)

    def _picked(
        self,
        jacobian: Any,
        node: tree.Node,
        indices: tuple[int, ...] | None,
        start: int,
        stop: int,
        local: Local,
    ) -> Any:
        """Return the part of a Jacobian that indices pick from its axes."""
        if not indices:
            return jacobian
        name, member = self.key(node, local)
        places = self.world.places(
            name, member, indices, np.shape(jacobian)[start:stop]
        )
        if places is None:
            return np.zeros_like(jacobian[(slice(None),) * start + (0,) * len(indices)])
        return jacobian[(slice(None),) * start + places]

    def _ask_dependence(self, of: tree.Node, by: str) -> None:
        """Ask that what is differentiated changes with what it is differentiated by.

        Raises
        ------
        EquationError
            If it does not, so that the derivative would be zero whatever is written.
        """
        names = tree.free_names(of)
        if not any(self.world.depends(name, by) for name in names):
            raise EquationError(
                f"what is differentiated does not depend on {by} here; "
                "say how in the table, or by a definition"
            )

    def slope(self, of: tree.Node, key: Key, local: Local) -> Any:
        """Return the derivative of anything by an array: axes of both, in order."""

        def moved(value: Any) -> Any:
            world = self.world.pinned({key: value})
            return self.in_world(world).evaluate(of, local)

        return difference_quotients(moved, self.world.value(*key))


def difference_quotients(function: Callable[[Any], Any], place: Any) -> Any:
    """Return the derivative of a function by each element of its argument.

    Parameters
    ----------
    function : callable
        Takes an array, or a number, and returns either.
    place : array or float
        Where the derivative is taken.

    Returns
    -------
    array or float
        The axes of the result, and then those of the argument.

    Examples
    --------
    >>> difference_quotients(lambda x: x * x, np.array([1.0, 2.0])).round(6)
    array([[2., 0.],
           [0., 4.]])
    """
    array = np.asarray(place, dtype=float)
    columns = []
    for index in np.ndindex(array.shape):
        step = STEP * max(1.0, abs(array[index]))
        sides = []
        for move in (step, -step):
            moved = array.copy()
            moved[index] += move
            sides.append(np.asarray(function(plain(moved)), dtype=float))
        columns.append((sides[0] - sides[1]) / (2 * step))
    if not array.shape:
        return plain(columns[0])
    stacked = np.stack(columns, axis=-1)
    return stacked.reshape(stacked.shape[:-1] + array.shape)


def plain(value: Any) -> Any:
    """Return a number of Python for an array without axes, anything else as it is."""
    if type(value) in (int, float):
        return value
    return value.item() if np.ndim(value) == 0 else value


def size_of(value: Any) -> Any:
    """Return the absolute value of a number, the length of a vector."""
    if np.ndim(value) == 0:
        return abs(value)
    return plain(np.sqrt(np.sum(np.square(value))))


def element(array: Any, indices: tuple[int, ...]) -> Any:
    """Return an element of an array, counted from 1; fewer indices give a row.

    Raises
    ------
    OutsideArrayError
        If it has none there.
    """
    if len(indices) > np.ndim(array):
        raise OutsideArrayError(f"{len(indices)} indices on {np.ndim(array)} axes")
    for index, length in zip(indices, np.shape(array), strict=False):
        if not 1 <= index <= length:
            raise OutsideArrayError(f"index {index} on an axis from 1 to {length}")
    return plain(array[tuple(index - 1 for index in indices)])
