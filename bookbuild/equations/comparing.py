"""Compare the sides of an equation, in every draw and for all values of its indices."""

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from bookbuild.equations import tree
from bookbuild.equations.errors import EquationError
from bookbuild.equations.tables import Stated
from bookbuild.equations.worlds import Setting, World

RELATIVE = 1e-6  # of the larger side, in each draw
ABSOLUTE = 1e-8
ARGUMENTS = (-1.3, -0.4, 0.6, 1.7)  # of functions, where an equation is about one
FALSE = "it does not hold"
# What evaluating may raise: an EquationError is a ValueError.
NO_VALUE = (ArithmeticError, ValueError, RecursionError)


class Draws:
    """The draws of a setting, made when they are asked for and kept."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._made: dict[int, World] = {}

    def __iter__(self) -> Iterator[World]:
        for number in range(self.setting.draws + 1):
            if number not in self._made:
                self._made[number] = self.setting.world(number)
            yield self._made[number]


class SettledDraws(Draws):
    """Draws in which chance has given one of the things that it may give."""

    def __init__(self, worlds: Draws, relations: list[tree.Relation]) -> None:
        super().__init__(worlds.setting)
        names = set().union(*(tree.free_names(relation) for relation in relations))
        for number, world in enumerate(worlds):
            self._made[number] = world
            if world.is_random(names):
                _, pins = next(world.outcomes(names))
                self._made[number] = world.pinned(pins)


def ask_two_sides(relation: tree.Relation) -> None:
    """Ask that a relation says something: neighbouring sides are not the same."""
    for left, right in itertools.pairwise(relation.sides):
        if left == right:
            raise EquationError("two sides are the same, so nothing is said")


def free_indices(relation: tree.Relation, setting: Setting) -> set[str]:
    """Return the indices that a relation does not bind."""
    return {
        name for name in tree.free_names(relation) if setting.notation.is_index(name)
    }


def places_of(
    relation: tree.Relation, world: World, stated: Stated
) -> Iterator[dict[str, Any]]:
    """Yield every combination of values of the free indices of a relation."""
    free = free_indices(relation, world.setting)
    left = relation.sides[0]
    if isinstance(left, tree.Call):
        # A function is defined for any argument; a few stand for all.
        names = [node.name for node in left.arguments if isinstance(node, tree.Symbol)]
        for value in ARGUMENTS:
            yield dict.fromkeys(names, value)
        return
    given = [name for name in stated.ranges if name in free]
    ranged = [
        name
        for name in sorted(free - set(given))
        if "range" in world.setting.notation.entries[name].options
    ]
    inferred = sorted(free - set(given) - set(ranged))
    yield from _combinations(relation, world, stated, [*given, *ranged, *inferred], {})


def _combinations(
    relation: tree.Relation,
    world: World,
    stated: Stated,
    names: list[str],
    local: dict[str, int],
) -> Iterator[dict[str, int]]:
    """Yield the combinations of the values of some indices, one after the other."""
    if not names:
        yield local
        return
    name, *rest = names
    for value in _values(relation, world, stated, name, local):
        yield from _combinations(relation, world, stated, rest, {**local, name: value})


def _values(
    relation: tree.Relation,
    world: World,
    stated: Stated,
    name: str,
    local: dict[str, int],
) -> range:
    """Return what an index can be: as the table says, or as an axis is long."""
    if name in stated.ranges:
        return world.range_of(stated.ranges[name], name, local)
    if "range" in world.setting.notation.entries[name].options:
        return range(*_bounds(world.values_of(name, local)))
    for node in tree.walk(relation):
        axis = _axis_of(node, name)
        if axis is not None and isinstance(node.array, tree.Symbol):  # type: ignore[attr-defined]
            try:
                symbol, member = world.evaluator().key(node.array, local)  # type: ignore[attr-defined]
            except EquationError:
                continue  # a member that only a sum above it picks
            entry = world.setting.notation.entries[symbol]
            shape = world.shape(symbol, member)
            if axis < len(shape):
                first = entry.first[axis] if entry.first else 1
                return range(first, first + shape[axis])
    raise EquationError(
        f"what {name} can be is not said; give it a range in the table, or under `for`"
    )


def _bounds(values: Any) -> tuple[int, int]:
    return values[0], values[-1] + 1


def _axis_of(node: tree.Node, name: str) -> int | None:
    """Return the axis of an array that an index alone picks from."""
    if isinstance(node, tree.Index):
        for axis, index in enumerate(node.indices):
            if index == tree.Symbol(name):
                return axis
    return None


def difference(
    relation: tree.Relation, world: World, local: dict[str, int], stated: Stated
) -> float:
    """Return the largest relative difference of two neighbouring sides.

    Raises
    ------
    EquationError
        If a relation does not hold.
    """
    evaluator = world.evaluator()
    with np.errstate(all="ignore"):  # what is not finite is refused below
        values = [evaluator.evaluate(side, local) for side in relation.sides]
    largest = 0.0
    for left, sign, right in zip(values, relation.signs, values[1:], strict=False):
        difference = _relative(left, sign, right, stated)
        if difference is None:
            where = ", ".join(f"{name} = {value}" for name, value in local.items())
            raise EquationError(
                f"{FALSE}: {_shown(left)} {sign} {_shown(right)}"
                + _apart(left, right)
                + (f" for {where}" if where else "")
                + f", in draw {world.number} of {world.setting.name}",
                relation.position,
            )
        largest = max(largest, difference)
    return largest


def _relative(left: Any, sign: str, right: Any, stated: Stated) -> float | None:
    """Return how far two sides differ, relatively; None if the sign does not hold."""
    if np.shape(left) != np.shape(right):
        raise EquationError(
            f"the sides have the shapes {np.shape(left)} and {np.shape(right)}"
        )
    if isinstance(left, int) and isinstance(right, int) and sign == "=":
        return 0.0 if left == right else None
    one, other = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    if not (np.all(np.isfinite(one)) and np.all(np.isfinite(other))):
        raise EquationError("a side is not finite")
    if sign in ("<", ">", r"\leq", r"\geq", r"\neq"):
        holds = {
            "<": np.less,
            ">": np.greater,
            r"\leq": np.less_equal,
            r"\geq": np.greater_equal,
            r"\neq": np.not_equal,
        }[sign]
        return 0.0 if np.all(holds(one, other)) else None
    if sign not in ("=", r"\approx"):
        raise EquationError(f"{sign} is no sign between values that can be compared")
    scale = max(float(np.max(np.abs(one))), float(np.max(np.abs(other))))
    gap = float(np.max(np.abs(one - other)))
    relative = RELATIVE
    if sign == r"\approx":
        if stated.within is None:
            raise EquationError(
                r"\approx says nothing until the table says within how much"
            )
        relative = stated.within
    if gap > relative * scale + (ABSOLUTE if sign == "=" else 0.0):
        return None
    return gap / scale if scale > ABSOLUTE else 0.0


def _apart(left: Any, right: Any) -> str:
    """Return how far two sides are apart, where their first digits are the same."""
    if _shown(left) != _shown(right) and not np.allclose(left, right, rtol=1e-4):
        return ""
    return f" (they differ by {np.max(np.abs(np.subtract(left, right))):.1g})"


def _shown(value: Any) -> str:
    """Return a value, short enough for a message."""
    if np.ndim(value) == 0:
        return f"{value:.6g}"
    text = np.array2string(np.asarray(value), precision=4, threshold=12)
    return " ".join(text.split())


def is_found(
    relation: tree.Relation,
    worlds: Draws,
    places: Mapping[int, list[dict[str, int]]],
    stated: Stated,
) -> bool:
    """Return whether some draw shows that a mutant is wrong."""
    for world in worlds:
        for local in places[id(world)]:
            try:
                ask_two_sides(relation)
                gap = difference(relation, world, local, stated)
            except NO_VALUE:
                return True
            if not math.isfinite(gap):
                return True
    return False
