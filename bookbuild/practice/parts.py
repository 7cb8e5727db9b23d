"""The parts of an answer: how each is typed, read, compared and written."""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import floor, log10
from typing import Any

from bookbuild.practice import misconceptions as may
from bookbuild.practice import numbers
from bookbuild.practice.errors import AnswerError
from bookbuild.practice.formulas import Letters
from bookbuild.practice.misconceptions import Misconception
from bookbuild.practice.numbers import Lengths, Value

Mistakes = Mapping[Misconception, Any]

SLACK = 1.001  # 0.125 may be rounded to 0.12 and to 0.13
EXACT = 1e-9  # relative, for a number that was worked out with floats
FAR = 100  # times the right answer; such a number is typed with few digits
ROUNDING = 0.02  # relative; nearer than this something was probably rounded


@dataclass(frozen=True, kw_only=True)
class Part(ABC):
    """One thing that is asked for.

    Attributes
    ----------
    label : str
        What it is, such as "parameters".
    answer : object
        The right answer.
    mistakes : Mapping
        The answer that each misconception gives.
    unit : str
        The unit in which it is asked for; empty where there is none.
    """

    label: str
    answer: Any
    mistakes: Mistakes = field(default_factory=dict)
    unit: str = ""
    kind: str = ""

    @property
    @abstractmethod
    def hint(self) -> str:
        """Return how the answer is typed."""

    @abstractmethod
    def read(self, text: str) -> Any:
        """Return what was typed as a value; raise AnswerError if it is none."""

    @abstractmethod
    def agrees(self, typed: Any, answer: Any) -> bool:
        """Return whether what was typed is that answer."""

    @abstractmethod
    def write(self, answer: Any) -> str:
        """Return an answer as a book writes it, without its unit."""

    def told_apart(self, one: Any, other: Any) -> bool:
        """Return whether nothing that is typed can be both of two answers."""
        return not self.agrees(one, other)

    def guessed(self, typed: Any) -> Misconception | None:
        """Return a misconception that can be seen from what was typed alone."""
        return None

    @property
    def written(self) -> str:
        """Return the right answer with its unit."""
        return f"{self.write(self.answer)} {self.unit}".strip()

    def without_ambiguous(self) -> "Part":
        """Return the part without mistakes that give the right answer or the same."""
        kept: dict[Misconception, Any] = {}
        for misconception, answer in self.mistakes.items():
            others = [self.answer, *kept.values()]
            if answer is not None and all(
                self.told_apart(answer, other) for other in others
            ):
                kept[misconception] = answer
        return replace(self, mistakes=kept)


class WholeNumber(Part):
    """A count."""

    @property
    def hint(self) -> str:
        """Return how the answer is typed."""
        return f"a whole number{_of(self.unit)}, such as 896 or 1,024"

    def read(self, text: str) -> Value:
        """Return the number that was typed; it may be no whole one."""
        return numbers.read_number(text, self.unit)

    def agrees(self, typed: Any, answer: Any) -> bool:
        """Return whether two numbers are the same."""
        return abs(typed - answer) <= EXACT * abs(answer)

    def write(self, answer: Any) -> str:
        """Return the number with its thousands set apart."""
        return numbers.write_value(
            int(answer) if answer == int(answer) else Fraction(answer)
        )

    def guessed(self, typed: Any) -> Misconception | None:
        """Return off by one, or the sign."""
        if abs(abs(typed - self.answer) - 1) <= EXACT:
            return may.OFF_BY_ONE
        if self.answer and self.agrees(-typed, self.answer):
            return may.SIGN
        return None


@dataclass(frozen=True, kw_only=True)
class Number(Part):
    """A number within a tolerance.

    Attributes
    ----------
    decimals : int
        How many decimals are asked for; below zero, how many zeros at the end.
    """

    decimals: int = 2

    @property
    def tolerance(self) -> float:
        """Return how far what is typed may be from the answer."""
        return 0.5 * 10.0**-self.decimals * SLACK

    @property
    def hint(self) -> str:
        """Return how the answer is typed."""
        if self.decimals < 0:
            size = numbers.write_whole(10**-self.decimals)
            return f"a number{_of(self.unit)}, to the nearest {size}"
        places = "decimal" if self.decimals == 1 else "decimals"
        where = (
            f"to {self.decimals} {places}"
            if self.decimals
            else "to the nearest whole number"
        )
        # A fraction of what is asked for in per cent or in billions would mislead.
        fraction = "" if self.unit else ", or a fraction"
        return f"a number{_of(self.unit)}, {where}{fraction}"

    def read(self, text: str) -> Value:
        """Return the number that was typed."""
        return numbers.read_number(text, self.unit)

    def agrees(self, typed: Any, answer: Any) -> bool:
        """Return whether two numbers are the same within the tolerance."""
        return abs(typed - answer) <= self._around(answer)

    def told_apart(self, one: Any, other: Any) -> bool:
        """Return whether no number is within the tolerance of both."""
        return abs(one - other) > self._around(one) + self._around(other)

    def _around(self, answer: Any) -> float:
        """Return the tolerance, wider for a mistake that is far from the answer."""
        if abs(answer) > FAR * abs(self.answer):
            return max(self.tolerance, abs(answer) / 20)
        return self.tolerance

    def write(self, answer: Any) -> str:
        """Return the number, rounded."""
        return numbers.write_decimal(answer, self.decimals)

    def guessed(self, typed: Any) -> Misconception | None:
        """Return what often happens to numbers of any kind."""
        answer = self.answer
        if not answer:
            return None
        if self.agrees(-typed, answer):
            return may.SIGN
        if self.agrees(typed / 100, answer) or self.agrees(typed * 100, answer):
            return may.PER_CENT
        if abs(typed - answer) < ROUNDING * abs(answer):
            return may.ROUNDED_EARLY
        if typed and abs(typed * answer - 1) < max(EXACT, self.tolerance / abs(answer)):
            return may.RECIPROCAL
        return None


class Shape(Part):
    """The lengths of axes."""

    @property
    def hint(self) -> str:
        """Return how the answer is typed."""
        if self.answer and self.answer[0] is None:
            return "a shape such as 26, 26, 32 or 26 x 26 x 32, with or without None"
        return "a shape such as 26, 26, 32 or 26 x 26 x 32, or (7,) for one axis"

    def read(self, text: str) -> Lengths:
        """Return the shape that was typed."""
        return numbers.read_shape(text)

    def agrees(self, typed: Any, answer: Any) -> bool:
        """Return whether two shapes are the same, with or without the batch."""
        return _without_batch(typed) == _without_batch(answer)

    def write(self, answer: Any) -> str:
        """Return the shape as Keras writes it."""
        return numbers.write_shape(answer)

    def guessed(self, typed: Any) -> Misconception | None:
        """Return what often happens to shapes of any kind."""
        asked = _without_batch(self.answer)
        if self.answer[:1] == (None,) and typed[1:] == asked and typed[0] is not None:
            return may.BATCH_IN_SHAPE
        if len(asked) > 1 and _without_batch(typed) == asked[:-1]:
            return may.CHANNELS_LEFT_OUT
        if sorted(map(str, _without_batch(typed))) == sorted(map(str, asked)):
            return may.AXES_REORDERED
        return None


@dataclass(frozen=True, kw_only=True)
class Numbers(Part):
    """Several numbers in order, as a list or as the rows of a table.

    Attributes
    ----------
    decimals : int
        How many decimals are asked for.
    columns : int
        How many numbers a row has; 0 for a list.
    """

    decimals: int = 2
    columns: int = 0

    @property
    def tolerance(self) -> float:
        """Return how far each number may be from the answer."""
        if not self.decimals:
            return EXACT  # whole numbers
        return 0.5 * 10.0**-self.decimals * SLACK

    @property
    def hint(self) -> str:
        """Return how the answer is typed."""
        count = len(self.answer)
        rows = f", row by row, {self.columns} in a row" if self.columns else ""
        exact = all(value == int(value) for value in self.answer)
        word = "decimal" if self.decimals == 1 else "decimals"
        places = "" if exact else f", to {self.decimals} {word} or as fractions"
        return f"{count} numbers with commas between them{rows}{places}"

    def read(self, text: str) -> tuple[Value, ...]:
        """Return the numbers that were typed.

        Raises
        ------
        AnswerError
            If there are more or fewer than asked for, as well.
        """
        values = numbers.read_numbers(text)
        if len(values) != len(self.answer):
            raise AnswerError(
                f"These are {len(values)} numbers; write {self.hint}."
                if len(values) != 1
                else f"This is one number; write {self.hint}."
            )
        return values

    def agrees(self, typed: Any, answer: Any) -> bool:
        """Return whether each number is right within the tolerance."""
        return len(typed) == len(answer) and all(
            abs(one - other) <= self.tolerance
            for one, other in zip(typed, answer, strict=True)
        )

    def told_apart(self, one: Any, other: Any) -> bool:
        """Return whether some number differs by more than two tolerances."""
        return len(one) != len(other) or any(
            abs(a - b) > 2 * self.tolerance for a, b in zip(one, other, strict=True)
        )

    def write(self, answer: Any) -> str:
        """Return the numbers in brackets."""
        columns = self.columns or len(answer)
        rows = [answer[at : at + columns] for at in range(0, len(answer), columns)]
        return ", ".join(
            # A comma that set thousands apart would read as another number.
            f"({', '.join(self._one(value) for value in row)})"
            for row in rows
        )

    def _one(self, value: Any) -> str:
        return numbers.write_decimal(value, self.decimals).replace(",", "")

    def guessed(self, typed: Any) -> Misconception | None:
        """Return the sign, or the order."""
        if any(self.answer) and self.agrees([-value for value in typed], self.answer):
            return may.SIGN
        if self.agrees(sorted(typed), sorted(self.answer)):
            return may.VALUES_REORDERED
        return None


@dataclass(frozen=True, kw_only=True)
class Formula(Part):
    r"""A formula, typed in LaTeX and compared by its values.

    Attributes
    ----------
    letters : Letters
        The letters that it may hold.
    """

    letters: Letters = field(default_factory=lambda: Letters({}))

    @property
    def hint(self) -> str:
        """Return how the answer is typed."""
        return self.letters.hint()

    def read(self, text: str) -> Any:
        """Return the tree of the formula that was typed."""
        return self.letters.read(text)

    def _tree(self, formula: Any) -> Any:
        return self.letters.read(formula) if isinstance(formula, str) else formula

    def agrees(self, typed: Any, answer: Any) -> bool:
        """Return whether two formulas have the same values."""
        return self.letters.same(self._tree(typed), self._tree(answer))

    def without_ambiguous(self) -> "Part":
        """Return the part as above, with each formula worked out once."""
        kept: dict[Misconception, Any] = {}
        seen = [self.letters.values(self._tree(self.answer))]
        for misconception, answer in self.mistakes.items():
            if answer is None:
                continue
            values = self.letters.values(self._tree(answer))
            if not any(self.letters.alike(values, other) for other in seen):
                kept[misconception] = answer
                seen.append(values)
        return replace(self, mistakes=kept)

    def write(self, answer: Any) -> str:
        """Return the formula as it stands."""
        return str(answer)

    def guessed(self, typed: Any) -> Misconception | None:
        """Return the sign, or the reciprocal."""
        for latex, misconception in (
            (f"-({self.answer})", may.SIGN),
            (rf"\frac{{1}}{{{self.answer}}}", may.RECIPROCAL),
        ):
            if self.agrees(typed, latex):
                return misconception
        return None


@dataclass(frozen=True, kw_only=True)
class Satisfying(Numbers):
    """Several numbers, of which many choices are right.

    The answer is one right choice.

    Attributes
    ----------
    accepts : callable
        Returns whether a choice is right.
    """

    accepts: Callable[[Sequence[float]], bool] = lambda values: True

    def agrees(self, typed: Any, answer: Any) -> bool:
        """Return whether a choice is right; a mistake is recognised as it stands."""
        if answer == self.answer:
            return self.accepts([float(value) for value in typed])
        return super().agrees(typed, answer)

    def told_apart(self, one: Any, other: Any) -> bool:
        """Return whether a mistake is no right choice, and no other mistake."""
        if other == self.answer:
            return not self.accepts([float(value) for value in one])
        return super().told_apart(one, other)

    def guessed(self, typed: Any) -> Misconception | None:
        """Return the sign."""
        return may.SIGN if self.accepts([-float(value) for value in typed]) else None


def _of(unit: str) -> str:
    return f" of {unit}" if unit else ""


def _without_batch(shape: Lengths) -> Lengths:
    """Return a shape without an unknown first length."""
    return shape[1:] if len(shape) > 1 and shape[0] is None else shape


# -- short ways to state a part --------------------------------------------------------


def whole(
    label: str, answer: int, mistakes: Mistakes | None = None, *, unit: str = ""
) -> WholeNumber:
    """Return a part that asks for a whole number."""
    return WholeNumber(
        label=label,
        answer=answer,
        mistakes=mistakes or {},
        unit=unit,
        kind="whole number",
    )


def number(
    label: str,
    answer: Value,
    mistakes: Mistakes | None = None,
    *,
    decimals: int | None = None,
    digits: int | None = None,
    unit: str = "",
) -> Number:
    """Return a part that asks for a number, to some decimals or significant digits.

    Examples
    --------
    >>> part = number("loss", 0.56233, digits=3)
    >>> part.decimals, part.write(part.answer)
    (3, '0.562')
    """
    if digits is not None:
        decimals = digits - 1 - floor(log10(abs(answer))) if answer else digits
    return Number(
        label=label,
        answer=answer,
        mistakes=mistakes or {},
        unit=unit,
        decimals=2 if decimals is None else decimals,
        kind="number",
    )


def shape(label: str, answer: Iterable[int | None], mistakes: Mistakes | None = None):
    """Return a part that asks for a shape."""
    return Shape(
        label=label, answer=tuple(answer), mistakes=mistakes or {}, kind="shape"
    )


def several(
    label: str,
    answer: Iterable[Value],
    mistakes: Mistakes | None = None,
    *,
    decimals: int = 2,
    columns: int = 0,
) -> Numbers:
    """Return a part that asks for several numbers."""
    return Numbers(
        label=label,
        answer=tuple(answer),
        mistakes=mistakes or {},
        decimals=decimals,
        columns=columns,
        kind="list of numbers",
    )


def formula(
    label: str,
    answer: str,
    letters: Mapping[str, tuple[float, float]],
    mistakes: Mistakes | None = None,
) -> Formula:
    """Return a part that asks for a formula in LaTeX."""
    return Formula(
        label=label,
        answer=answer,
        mistakes=mistakes or {},
        letters=Letters(letters),
        kind="formula",
    )


def satisfying(
    label: str,
    example: Iterable[Value],
    accepts: Callable[[Sequence[float]], bool],
    mistakes: Mistakes | None = None,
) -> Satisfying:
    """Return a part that asks for numbers with some property, such as weights."""
    return Satisfying(
        label=label,
        answer=tuple(example),
        accepts=accepts,
        mistakes=mistakes or {},
        kind="list of numbers",
    )


def corners(inputs: int) -> list[tuple[int, ...]]:
    """Return all inputs of zeros and ones."""
    return list(itertools.product((0, 1), repeat=inputs))
