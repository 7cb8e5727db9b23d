"""Draw values for the symbols of a table, and compute what equations define.

A world is one draw: sizes, hyperparameters and arrays with numbers in them. What a
definition defines is computed when it is asked for, from whatever it rests on, so
that a derivative goes through all definitions between two quantities.
"""

import contextlib
import itertools
import math
import zlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bookbuild.equations import tree
from bookbuild.equations.arrays import ArrayEvaluator, difference_quotients, plain
from bookbuild.equations.definitions import Definition
from bookbuild.equations.errors import (
    EquationError,
    OutsideArrayError,
    ShapeMismatchError,
)
from bookbuild.equations.evaluation import Key, Local
from bookbuild.equations.notation import Entry, Notation, split_at_commas
from bookbuild.equations.parsing import parse_expression

PRIMES = (2, 3, 5, 7, 11, 13)
SQUARE = 3  # what every size is in a square draw
MOST_OUTCOMES = 4096
MOST_DRAWS = 2000  # until the conditions of a table hold
DEEPEST = 60  # definitions that rest on one another
IN_DEFINITION = "in the definition of "

FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "softplus": lambda z: math.log1p(math.exp(z)),
    "relu": lambda z: max(0.0, z),
    "identity": lambda z: z,
}


@dataclass(frozen=True)
class Setting:
    """What some equations take for granted: symbols, definitions, conditions.

    Attributes
    ----------
    name : str
        What it is about.
    notation : Notation
        Its symbols.
    definitions : tuple of Definition
        What is defined, by displays and by lines of the table.
    conditions : tuple of Relation
        What must hold of the values drawn.
    holds : tuple of Relation
        What must be true besides the displays: numbers of the text, mostly.
    oracles : Mapping
        Values from elsewhere, by the name of their symbol: functions of other
        values, which are written in LaTeX.
    draws : int
        How many worlds are drawn, besides the square one.
    """

    name: str
    notation: Notation
    definitions: tuple[Definition, ...] = ()
    conditions: tuple[tree.Relation, ...] = ()
    holds: tuple[tree.Relation, ...] = ()
    oracles: Mapping[str, tuple[Callable[..., Any], tuple[str, ...]]] = field(
        default_factory=dict
    )
    draws: int = 5
    _parsed: dict[str, tree.Node] = field(
        default_factory=dict, compare=False, repr=False
    )

    def parsed(self, latex: str) -> tree.Node:
        """Return the expression that some LaTeX of the table writes, kept."""
        if latex not in self._parsed:
            self._parsed[latex] = parse_expression(latex, self.notation)
        return self._parsed[latex]

    def defined(self) -> dict[str, list[Definition]]:
        """Return the definitions of each name, those of single members first."""
        by_name: dict[str, list[Definition]] = {}
        for definition in self.definitions:
            by_name.setdefault(definition.name, []).append(definition)
        for found in by_name.values():
            found.sort(key=lambda one: isinstance(one.member, tree.Symbol))
        return by_name

    def worlds(self) -> Iterator["World"]:
        """Yield the draws: with sizes that all differ, and one with all the same."""
        for number in range(self.draws + 1):
            yield self.world(number)

    def world(self, number: int) -> "World":
        """Return one draw; the last is the square one.

        Raises
        ------
        EquationError
            If the conditions hold in none of many draws.
        """
        for attempt in range(MOST_DRAWS):
            world = World(self, number, attempt)
            try:
                if all(world.holds(condition) for condition in self.conditions):
                    return world
            except EquationError:
                if attempt == MOST_DRAWS - 1:
                    raise
        raise EquationError(
            f"the conditions of {self.name} held in none of {MOST_DRAWS} draws; "
            "let its symbols be drawn from values that meet them"
        )


class World:
    """One draw of a setting.

    Parameters
    ----------
    setting : Setting
        The symbols and what they are.
    number : int
        Which draw; ``setting.draws`` is the square one.
    attempt : int
        How often this draw did not meet the conditions.
    """

    def __init__(self, setting: Setting, number: int = 0, attempt: int = 0) -> None:
        self.setting = setting
        self.number = number
        self.attempt = attempt
        self.pins: dict[Key, Any] = {}
        self._drawn: dict[Key, Any] = {}
        self._computed: dict[Key, Any] = {}
        self._elements: dict[tuple[Key, tuple[int, ...]], Any] = {}
        self._jacobians: dict[tuple[Key, Key], Any] = {}
        self._by_name = setting.defined()
        self._shapes: dict[Key, tuple[int, ...]] = {}
        self._asked: list[Hashable] = []
        self._reach: dict[str, frozenset[str]] = {}

    def __repr__(self) -> str:
        """Return what it is a draw of."""
        return f"World({self.setting.name!r}, {self.number})"

    @property
    def is_square(self) -> bool:
        """Return whether all sizes are the same."""
        return self.number == self.setting.draws

    # -- what evaluators ask --------------------------------------------------------

    def value(self, name: str, member: Any = None) -> Any:
        """Return the value of a symbol, or of one member of a family.

        Raises
        ------
        EquationError
            If it is not in the table, or nothing says what it is.
        """
        key = (name, member)
        for known in (self.pins, self._computed, self._drawn):
            if key in known:
                return known[key]
        with self._asking(key):
            if name in self.setting.oracles:
                value = self._from_oracle(name)
                self._computed[key] = value
            elif (definition := self._definition(name, member)) is not None:
                value = self._defined(definition, name, member)
                self._computed[key] = value
            else:
                value = self._draw(name, member)
                self._drawn[key] = value
        return value

    @contextlib.contextmanager
    def _asking(self, what: Key | tuple[Key, tuple[int, ...]]) -> Iterator[None]:
        """Note what is being computed, so that it cannot rest on itself.

        Raises
        ------
        EquationError
            If it does, or if definitions rest on one another without end.
        """
        if what in self._asked:
            raise EquationError(f"the definition of {_name_in(what)} rests on itself")
        if len(self._asked) > DEEPEST:
            raise EquationError(
                f"the definition of {_name_in(what)} rests on others without end; "
                "give the first member of its family a value"
            )
        self._asked.append(what)
        try:
            yield
        finally:
            self._asked.pop()

    def element(self, name: str, member: Any, indices: tuple[int, ...]) -> Any:
        """Return an element of an array, or a row of one.

        Raises
        ------
        OutsideArrayError
            If it has none there, and the table says of it nothing else.
        """
        entry = self._entry(name)
        key = (name, member)
        if not entry.shape:
            raise OutsideArrayError(
                f"{entry.written} is one number and has no elements"
            )
        places = self.places(name, member, indices, None)
        if places is None:
            return 0
        if key in self.pins or key in self._computed or key in self._drawn:
            return plain(self.value(name, member)[places])
        definition = self._definition(name, member)
        if definition is None or len(definition.indices) != len(indices):
            return plain(self.value(name, member)[places])
        return self._defined_element(definition, key, indices)

    def places(
        self,
        name: str,
        member: Any,
        indices: tuple[int, ...],
        shape: tuple[int, ...] | None,
    ) -> tuple[int, ...] | None:
        """Return where in an array the elements of some indices stand.

        Returns None for a place outside that the table says is zero.

        Raises
        ------
        OutsideArrayError
            If there is no such place.
        """
        entry = self._entry(name)
        lengths = shape if shape is not None else self.shape(name, member)
        if len(indices) > len(lengths):
            raise OutsideArrayError(
                f"{len(indices)} indices on {entry.written}, which has {len(lengths)}"
            )
        first = entry.first or (1,) * len(lengths)
        places = tuple(i - start for i, start in zip(indices, first, strict=False))
        inside = all(0 <= p < n for p, n in zip(places, lengths, strict=False))
        if inside:
            return places
        if "outside" in entry.options:
            return None
        raise OutsideArrayError(
            f"index {indices} lies outside {entry.written}, {lengths}"
        )

    def function(self, name: str, member: Any = None) -> Callable[..., Any]:
        """Return a function: a defined one, or the one that this draw chose.

        Raises
        ------
        EquationError
            If nothing says what it is.
        """
        definition = self._definition(name, member)
        if definition is not None and definition.arguments:
            return self._defined_function(definition, member)
        entry = self._entry(name)
        choices = _texts(entry.options.get("choices"))
        if not choices:
            raise EquationError(f"nothing says what the function {name} is")
        chosen = choices[self.number % len(choices)]
        if chosen not in FUNCTIONS:
            raise EquationError(
                f"{chosen} is no function that can be drawn; "
                f"take one of {', '.join(FUNCTIONS)}"
            )
        return FUNCTIONS[chosen]

    def pinned(self, pins: Mapping[Key, Any]) -> "World":
        """Return this draw with other values for some symbols.

        What does not depend on them is kept; all else is computed anew.

        Raises
        ------
        ShapeMismatchError
            If a value has not the shape of its symbol.
        """
        world = World(self.setting, self.number, self.attempt)
        names = {name for name, _ in pins}
        for (name, member), value in pins.items():
            if np.shape(value) != self.shape(name, member):
                raise ShapeMismatchError(
                    f"{self._entry(name).written} has the shape "
                    f"{self.shape(name, member)}, and is set to a value of the shape "
                    f"{np.shape(value)}"
                )
        world._reach = self._reach
        world._drawn = self._drawn
        if not any(self._is_count(name) for name in names):
            world._shapes = self._shapes
        world.pins = {**self.pins, **pins}
        for known, new in (
            (self._computed, world._computed),
            (self._elements, world._elements),
        ):
            for key, value in known.items():
                if names.isdisjoint(self._reaches(_name_in(key))):
                    new[key] = value  # type: ignore[index]
        return world

    def values_of(self, index: str, local: Local) -> range | list[Any]:
        """Return all that an index can be, by its range in the table.

        Raises
        ------
        EquationError
            If the table does not say it.
        """
        entry = self._entry(index)
        written = entry.options.get("range")
        if written is None:
            raise EquationError(
                f"over what {index} runs is not said; "
                f"write bounds, or a range for {index} in the table"
            )
        return self.range_of(written, index, local)

    def range_of(self, written: object, of: str, local: Local) -> range:
        """Return the whole numbers of a range of the table, such as 1..n.

        Raises
        ------
        EquationError
            If it is written otherwise.
        """
        ends = str(written).split("..")
        if len(ends) != 2:
            raise EquationError(
                f"{of} has the range {str(written)!r}; write the first and the last "
                "number, as in 1..5"
            )
        first, last = (self.number_of(end, local) for end in ends)
        return range(first, last + 1)

    def outcomes(self, names: set[str]) -> Iterator[tuple[float, Mapping[Key, Any]]]:
        """Yield what chance may give the random symbols that some names rest on.

        Each comes with its probability.

        Raises
        ------
        EquationError
            If there is nothing random in them, or too much.
        """
        random = self._random_in(names)
        if not random:
            raise EquationError(
                "nothing in this mean is random; say in the table what is"
            )
        choices = [self._chances(name) for name, _ in random]
        count = math.prod(len(choice) for choice in choices)
        if count > MOST_OUTCOMES:
            raise EquationError(f"{count} outcomes are too many; take smaller sizes")
        for combination in itertools.product(*choices):
            probability = math.prod(chance for chance, _ in combination)
            pins = {
                key: value for key, (_, value) in zip(random, combination, strict=True)
            }
            yield probability, pins

    def is_random(self, names: set[str]) -> bool:
        """Return whether one of some symbols is left to chance."""
        return bool(self._random_in(names))

    def _random_in(self, names: set[str]) -> list[Key]:
        """Return the random symbols that some names rest on and nothing has fixed."""
        reached = set().union(*(self._computed_from(name) for name in names))
        return [
            (entry.name, None)
            for entry in self.setting.notation.entries.values()
            if entry.kind == "random"
            and entry.name in reached
            and (entry.name, None) not in self.pins
        ]

    def depends(self, name: str, on: str) -> bool:
        """Return whether a symbol changes with another one."""
        return on in self._reaches(name)

    def labels_behind(self, names: set[str]) -> list[str]:
        """Return the displays that define what some names rest on, sorted."""
        reached = frozenset().union(*(self._reaches(name) for name in names))
        return sorted(
            {
                definition.label
                for name in reached
                for definition in self._by_name.get(name, ())
                if definition.label
            }
        )

    def jacobian(self, of: Key, by: Key) -> Any:
        """Return the derivative of one symbol by another: the axes of both.

        It is kept, because the elements of one Jacobian are asked for one by one.
        """
        known = self._jacobians.get((of, by))
        if known is None:
            place = self.value(*by)
            known = difference_quotients(
                lambda moved: self.pinned({by: moved}).value(*of), place
            )
            self._jacobians[of, by] = known
        return known

    # -- shapes and numbers ---------------------------------------------------------

    def evaluator(self) -> ArrayEvaluator:
        """Return an evaluator in this world."""
        return ArrayEvaluator(self)

    def holds(self, condition: tree.Relation) -> bool:
        """Return whether a condition holds."""
        return self.evaluator().holds(condition, {})

    def number_of(self, latex: str, local: Local) -> int:
        """Return the whole number that some LaTeX of the table writes."""
        return self.evaluator().whole(self.setting.parsed(latex), local)

    def shape(self, name: str, member: Any = None) -> tuple[int, ...]:
        """Return the shape of an array."""
        known = self._shapes.get((name, member))
        if known is None:
            entry = self._entry(name)
            local = {} if entry.member is None else {entry.member: member}
            known = tuple(self.number_of(length, local) for length in entry.shape)
            self._shapes[name, member] = known
        return known

    def _is_count(self, name: str) -> bool:
        """Return whether the shapes of arrays may rest on a symbol."""
        return self._entry(name).kind in (
            "size",
            "integer",
            "constant",
            "defined",
        ) and (not self._entry(name).shape)

    def _entry(self, name: str) -> Entry:
        entry = self.setting.notation.get(name)
        if entry is None:
            raise EquationError(f"{name} is not in the notation table; add it there")
        return entry

    # -- definitions ----------------------------------------------------------------

    def _definition(self, name: str, member: Any) -> Definition | None:
        """Return the definition of a symbol, or of a member of a family."""
        for definition in self._by_name.get(name, ()):
            if definition.member is None or isinstance(definition.member, tree.Symbol):
                return definition
            if self.evaluator().whole(definition.member, {}) == member:
                return definition
        return None

    def _local(self, definition: Definition, member: Any) -> dict[str, Any]:
        """Return what the index of a family is in a definition for all of it."""
        if isinstance(definition.member, tree.Symbol):
            return {definition.member.name: member}
        return {}

    def _defined(self, definition: Definition, name: str, member: Any) -> Any:
        """Return the value of a symbol by its definition."""
        local = self._local(definition, member)
        entry = self._entry(name)
        self._ask_member(entry, member)
        if not definition.indices:
            try:
                value = self.evaluator().evaluate(definition.value, local)
            except EquationError as error:
                raise _in_definition(definition, error) from None
            self._ask_shape(entry, member, value)
            return value
        shape = self.shape(name, member)
        first = entry.first or (1,) * len(shape)
        lengths = shape[: len(definition.indices)]
        if len(definition.indices) > len(shape):
            raise EquationError(
                f"{entry.written} has {len(shape)} axes in the table, and "
                f"{len(definition.indices)} indices in its definition"
            )
        values = [
            self._defined_element(
                definition,
                (name, member),
                tuple(k + start for k, start in zip(place, first, strict=False)),
            )
            for place in np.ndindex(lengths)
        ]
        return np.array(values, dtype=float).reshape(shape)

    def _defined_element(
        self, definition: Definition, key: Key, indices: tuple[int, ...]
    ) -> Any:
        """Return one element by the definition of all."""
        known = self._elements.get((key, indices))
        if known is None:
            local = self._local(definition, key[1])
            local.update(zip(definition.indices, indices, strict=True))
            with self._asking((key, indices)):
                try:
                    known = self.evaluator().evaluate(definition.value, local)
                except EquationError as error:
                    raise _in_definition(definition, error) from None
            self._elements[key, indices] = known
        return known

    def _defined_function(
        self, definition: Definition, member: Any
    ) -> Callable[..., Any]:
        """Return a function by its definition."""
        local = self._local(definition, member)
        evaluator = self.evaluator()

        def function(*values: Any) -> Any:
            if len(values) != len(definition.arguments):
                raise EquationError(
                    f"{definition.name} does not take {len(values)} arguments"
                )
            arguments = dict(zip(definition.arguments, values, strict=True))
            try:
                return evaluator.evaluate(definition.value, {**local, **arguments})
            except EquationError as error:
                raise _in_definition(definition, error) from None

        return function

    def _ask_member(self, entry: Entry, member: Any) -> None:
        """Ask that a family has a member."""
        if entry.member is None:
            return
        if "members" in entry.options:
            members = self.range_of(entry.options["members"], entry.written, {})
            if member not in members:
                raise OutsideArrayError(f"{entry.written} has no member {member}")

    def _ask_shape(self, entry: Entry, member: Any, value: Any) -> None:
        """Ask that a value has the shape that the table gives its symbol."""
        shape = self.shape(entry.name, member)
        if np.shape(value) != shape:
            raise EquationError(
                f"{entry.written} has the shape {shape} in the table, and its "
                f"definition gives {np.shape(value)}; correct one of the two"
            )

    def _from_oracle(self, name: str) -> Any:
        """Return a value that another program computes."""
        function, arguments = self.setting.oracles[name]
        evaluator = self.evaluator()
        value = function(
            *[evaluator.evaluate(self.setting.parsed(one)) for one in arguments]
        )
        return np.asarray(value, dtype=float) if np.ndim(value) else plain(value)

    def _reaches(self, name: str) -> frozenset[str]:
        """Return the names that a symbol rests on, itself included."""
        if name not in self._reach:
            self._reach[name] = _closure(name, self._rests_on)
        return self._reach[name]

    def _computed_from(self, name: str) -> frozenset[str]:
        """Return the names in the definitions behind a symbol, itself included.

        The parameters of a distribution are left out: they are numbers before chance
        comes in.
        """
        return _closure(name, self._in_definitions)

    def _in_definitions(self, name: str) -> set[str]:
        """Return the names that the definitions of a symbol use."""
        names = set()
        for definition in self._by_name.get(name, ()):
            names |= definition.rests_on
        if name in self.setting.oracles:
            for written in self.setting.oracles[name][1]:
                names |= tree.free_names(self.setting.parsed(written))
        return names

    def _rests_on(self, name: str) -> set[str]:
        """Return the names that a symbol is computed or drawn from."""
        names = self._in_definitions(name)
        entry = self.setting.notation.get(name)
        for option in ("probability", "mean", "variance"):
            if entry is not None and option in entry.options:
                names |= tree.free_names(self._distribution(entry, option))
        return names

    # -- draws ----------------------------------------------------------------------

    def _random(self, name: str, member: Any) -> np.random.Generator:
        """Return the random numbers of one symbol, the same whatever else is drawn."""
        words = f"{self.setting.name} {name} {member}".encode()
        return np.random.default_rng([zlib.crc32(words), self.number, self.attempt])

    def _draw(self, name: str, member: Any) -> Any:
        """Return a value for a symbol that nothing defines."""
        entry = self._entry(name)
        random = self._random(name, member)
        self._ask_member(entry, member)
        if entry.kind == "size":
            return self._size(entry, member)
        if entry.kind == "integer":
            return self._integer(entry, random)
        if entry.kind == "constant":
            return self._constant(entry)
        if entry.kind in ("index", "function", "defined"):
            raise EquationError(
                f"{entry.written} has no value of its own here: it is of the kind "
                f"{entry.kind}; bind it, or define it"
            )
        if entry.kind == "random":
            raise EquationError(
                f"{entry.written} is random, and stands outside a mean or a variance"
            )
        shape = self.shape(name, member)
        return plain(_numbers(entry.kind, shape, random))

    def _size(self, entry: Entry, member: Any) -> int:
        """Return a size: another prime for each, or the same for all."""
        if self.is_square:
            return SQUARE
        sizes = [
            one.name
            for one in self.setting.notation.entries.values()
            if one.kind == "size"
        ]
        choices = [int(text) for text in _texts(entry.options.get("values"))]
        if choices:
            return choices[(self.number + (member or 0)) % len(choices)]
        place = sizes.index(entry.name) + self.number + 2 * (member or 0)
        count = max(len(sizes), 3)
        return PRIMES[place % min(count, len(PRIMES))]

    def _integer(self, entry: Entry, random: np.random.Generator) -> int:
        """Return a whole number from the range that the table gives."""
        whole = self.range_of(entry.options.get("range", "1..5"), entry.written, {})
        if not whole:
            raise EquationError(
                f"{entry.written} can be nothing from {whole.start} to {whole.stop - 1}"
            )
        return int(random.integers(whole.start, whole.stop))

    def _constant(self, entry: Entry) -> Any:
        """Return the number that the table gives."""
        if "value" not in entry.options:
            raise EquationError(f"{entry.written} is a constant; give it a value")
        written = str(entry.options["value"])
        return self.evaluator().evaluate(self.setting.parsed(written))

    def _distribution(self, entry: Entry, option: str) -> tree.Node:
        """Return what the table says of a distribution."""
        if option not in entry.options:
            raise EquationError(
                f"{entry.written} is random; give it a range, a probability, or a mean "
                "and a variance"
            )
        return self.setting.parsed(str(entry.options[option]))

    def _chances(self, name: str) -> list[tuple[float, Any]]:
        """Return all that a random symbol can be, each with its probability.

        The elements are independent. With a range they are whole numbers, all equally
        likely; with a probability they are one or zero; with a mean and a variance
        they have two outcomes that are not alike, so that a third moment taken for
        zero shows.
        """
        entry = self._entry(name)
        shape = self.shape(name)
        if "range" in entry.options:
            whole = self.range_of(entry.options["range"], entry.written, {})
            single = [(1 / len(whole), float(value)) for value in whole]
        elif "probability" in entry.options:
            chance = float(self._parameter(entry, "probability"))
            single = [(chance, 1.0), (1 - chance, 0.0)]
        else:
            mean = float(self._parameter(entry, "mean"))
            spread = math.sqrt(self._parameter(entry, "variance"))
            chance = 0.3
            single = [
                (chance, mean + spread * math.sqrt((1 - chance) / chance)),
                (1 - chance, mean - spread * math.sqrt(chance / (1 - chance))),
            ]
        count = math.prod(shape)
        if len(single) ** count > MOST_OUTCOMES:
            raise EquationError(
                f"{name} has {len(single)}^{count} outcomes; take smaller sizes"
            )
        outcomes = []
        for combination in itertools.product(single, repeat=count):
            probability = math.prod(part for part, _ in combination)
            values = np.array([value for _, value in combination]).reshape(shape)
            outcomes.append((probability, plain(values)))
        return outcomes

    def _parameter(self, entry: Entry, option: str) -> float:
        """Return a parameter of a distribution."""
        return self.evaluator().number(self._distribution(entry, option), {})


def _in_definition(definition: Definition, error: EquationError) -> EquationError:
    """Return an error that says in which definition it arose.

    Its place in the LaTeX is that of a definition, and so is left out: the evaluator
    adds the one where the definition was needed.
    """
    text = str(error)
    if not text.startswith(IN_DEFINITION):
        label = f" ({definition.label})" if definition.label else ""
        text = f"{IN_DEFINITION}{definition.name}{label}: {text}"
    return type(error)(text)


def _name_in(key: Any) -> str:
    """Return the name of a symbol from its key, or from that of an element."""
    name = key[0]
    return name if isinstance(name, str) else str(name[0])


def _closure(name: str, next_of: Callable[[str], set[str]]) -> frozenset[str]:
    """Return a name and all that can be reached from it."""
    found = {name}
    waiting = [name]
    while waiting:
        for other in next_of(waiting.pop()) - found:
            found.add(other)
            waiting.append(other)
    return frozenset(found)


def _numbers(kind: str, shape: tuple[int, ...], random: np.random.Generator) -> Any:
    """Return numbers of a kind, of moderate size and none close to zero."""
    if kind == "real":
        return random.uniform(0.3, 1.5, shape) * random.choice([-1.0, 1.0], shape)
    if kind == "positive":
        return random.uniform(0.4, 2.0, shape)
    if kind == "fraction":
        return random.uniform(0.15, 0.85, shape)
    if kind == "mask":
        mask = (random.uniform(size=shape) < 0.6).astype(float)
        if mask.size > 1:
            mask.flat[0], mask.flat[1] = 1.0, 0.0
        return mask
    shares = random.uniform(0.2, 1.0, shape)
    return shares / shares.sum(axis=-1, keepdims=True)


def _texts(value: object) -> list[str]:
    """Return what a table gives as a list, or as one text with commas."""
    if value is None:
        return []
    if isinstance(value, str):
        return split_at_commas(value)
    if isinstance(value, Iterable):
        return [str(one) for one in value]
    return [str(value)]
