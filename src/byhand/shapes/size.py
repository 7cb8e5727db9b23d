"""A length that is not known yet, as a symbol that can be computed with.

`None` in a shape says that a length will be given later. Here it stays a letter:
a 5-tap convolution of H pixels leaves H - 4, pooling by two (H - 4) // 2, and
putting in a number gives what the concrete computation gives.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Union

    Number = Union[int, "Size"]  # noqa: UP007  Size is defined below
    # A letter, or an expression that does not come apart: a floored quotient or a
    # product of two unknowns, or the largest of several.
    Atom = Union[str, tuple[Any, ...]]  # noqa: UP007
else:
    Number = int


class Size:
    """A sum of whole multiples of letters, floored quotients and products.

    Made by arithmetic on `Size.symbol("H")`; sums that turn out to be plain
    numbers are plain ints.

    Examples
    --------
    >>> H = Size.symbol("H")
    >>> (H - 4) // 2
    (H - 4) // 2
    >>> ((2 * H + 4) // 2, H - H)
    (H + 2, 0)
    >>> ((H - 4) // 2).substitute({"H": 32})
    14
    """

    __slots__ = ("_constant", "_hash", "_terms", "atoms")

    def __init__(self, terms: Mapping[Atom, int], constant: int) -> None:
        self._terms = dict(terms)
        self._constant = constant
        # Kept, for a length holds others, each of which would be hashed anew.
        self._hash = hash((frozenset(self._terms.items()), constant))
        # How many letters, products and quotients it is written with.
        self.atoms: int = sum(map(_atoms_in, self._terms))

    @classmethod
    def symbol(cls, letter: str) -> Size:
        """Return the length named by a letter."""
        return cls({letter: 1}, 0)

    @staticmethod
    def _sum(terms: Mapping[Atom, int], constant: int) -> Number:
        """Return a sum in its simplest form: an int where no letter is left."""
        left = {atom: times for atom, times in terms.items() if times}
        if not left:
            return constant
        if constant and len(left) == 1:
            ((atom, times),) = left.items()
            if times == 1 and isinstance(atom, tuple) and atom[0] == "//":
                _, inner, by = atom
                if isinstance(by, int):  # a // n + c is (a + c n) // n
                    numerator: Number = inner + constant * by
                    return numerator // by
        return Size(left, constant)

    def __add__(self, other: Number) -> Number:
        if isinstance(other, int):
            return self._sum(self._terms, self._constant + other)
        if not isinstance(other, Size):
            return NotImplemented
        terms = dict(self._terms)
        for atom, times in other._terms.items():
            terms[atom] = terms.get(atom, 0) + times
        return self._sum(terms, self._constant + other._constant)

    __radd__ = __add__

    def __neg__(self) -> Size:
        negated = {atom: -times for atom, times in self._terms.items()}
        return Size(negated, -self._constant)

    def __sub__(self, other: Number) -> Number:
        return self + (-other)

    def __rsub__(self, other: int) -> Number:
        return -self + other

    def __mul__(self, other: Number) -> Number:
        if isinstance(other, int):
            terms = {atom: times * other for atom, times in self._terms.items()}
            return self._sum(terms, self._constant * other)
        if not isinstance(other, Size):
            return NotImplemented
        first, second = sorted((self, other), key=repr)
        return Size({("*", first, second): 1}, 0)

    __rmul__ = __mul__

    def __floordiv__(self, other: Number) -> Number:
        if not isinstance(other, int):
            return Size({("//", self, other): 1}, 0)
        if other == 1:
            return self
        if all(times % other == 0 for times in self._terms.values()):
            terms = {atom: times // other for atom, times in self._terms.items()}
            return self._sum(terms, self._constant // other)
        if len(self._terms) == 1 and not self._constant:
            ((atom, times),) = self._terms.items()
            if times == 1 and isinstance(atom, tuple) and atom[0] == "//":
                inner, by = atom[1], atom[2]
                if isinstance(by, int) and by > 0 and other > 0:
                    whole: Number = inner // (by * other)
                    return whole
        return Size({("//", self, other): 1}, 0)

    def __rfloordiv__(self, other: int) -> Size:
        return Size({("//", Size({}, other), self): 1}, 0)

    def __mod__(self, other: int) -> Number:
        return self - (self // other) * other

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Size):
            return False
        return self._constant == other._constant and self._terms == other._terms

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[Size], tuple[dict[Atom, int], int]]:
        # Without the hash, which holds in one process only.
        return Size, (self._terms, self._constant)

    def __repr__(self) -> str:
        text = ""
        for atom, times in self._terms.items():
            sign = " - " if times < 0 else " + "
            factor = "" if abs(times) == 1 else f"{abs(times)} * "
            shown = _shown(atom, alone=times == 1 and len(self._terms) == 1)
            text += (sign if text else sign.strip(" +")) + factor + shown
        if self._constant or not text:
            sign = " - " if self._constant < 0 else " + "
            text += (sign if text else "") + str(abs(self._constant))
        return text

    def substitute(self, values: Mapping[str, int]) -> Number:
        """Return the length with numbers in place of letters.

        Parameters
        ----------
        values : mapping of str to int
            A number for each letter to replace; other letters stay.
        """
        total: Number = self._constant
        for atom, times in self._terms.items():
            value: Number
            if isinstance(atom, str):
                value = values.get(atom, Size.symbol(atom))
            else:
                kind, *parts = atom
                left, right, *more = (substitute(part, values) for part in parts)
                if kind == "max":
                    value = largest([left, right, *more])
                else:
                    value = left // right if kind == "//" else left * right
            total = total + value * times
        return total

    def letters(self) -> set[str]:
        """Return the letters that the length depends on."""
        found: set[str] = set()
        for atom in self._terms:
            if isinstance(atom, str):
                found.add(atom)
            else:
                for part in atom[1:]:
                    if isinstance(part, Size):
                        found |= part.letters()
        return found


def _atoms_in(atom: Atom) -> int:
    """Return how many letters, products and quotients an atom is written with."""
    if isinstance(atom, str):
        return 1
    return 1 + sum(part.atoms for part in atom[1:] if isinstance(part, Size))


def _shown(atom: Atom, *, alone: bool) -> str:
    """Return an atom as Python would compute it."""
    if isinstance(atom, str):
        return atom
    kind, *operands = atom
    if kind == "max":
        return f"max({', '.join(map(repr, operands))})"
    # Each part is written once: twice at every depth would be without end.
    parts = [(repr(part), isinstance(part, Size)) for part in operands]
    text = f" {kind} ".join(
        f"({words})" if size and " " in words else words for words, size in parts
    )
    return text if alone or kind == "*" else f"({text})"


def substitute(number: Number, values: Mapping[str, int]) -> Number:
    """Return a length, known or not, with numbers in place of letters."""
    return number.substitute(values) if isinstance(number, Size) else number


def largest(numbers: Iterable[Number]) -> Number:
    """Return the largest of some lengths; where none always is, an open maximum.

    Examples
    --------
    >>> H = Size.symbol("H")
    >>> largest([3, H, 2 * H + 1, 5])
    max(2 * H + 1, 5)
    >>> largest([3, H]).substitute({"H": 2})
    3
    """
    kept: list[Number] = []
    for number in dict.fromkeys(numbers):
        if not any(_at_least(other, number) for other in kept):
            kept = [other for other in kept if not _at_least(number, other)]
            kept.append(number)
    return kept[0] if len(kept) == 1 else Size({("max", *kept): 1}, 0)


def _at_least(first: Number, second: Number) -> bool:
    """Return whether a length is never below another, whatever the letters are."""
    rest = first - second
    if isinstance(rest, int):
        return rest >= 0
    # Letters, products and quotients of lengths are not negative.
    return rest._constant >= 0 and all(times >= 0 for times in rest._terms.values())
