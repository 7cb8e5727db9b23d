"""Exercises as functions of a seed."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from bookbuild.practice.parts import Part
from byhand.shapes import ShapeError

T = TypeVar("T")

TRIES = 40  # until the misconceptions of a variant can be told apart


@dataclass(frozen=True)
class Variant:
    """An exercise with its numbers.

    Attributes
    ----------
    question : sequence of str
        Paragraphs of plain text with `code` in backticks. Only they are shown.
    parts : sequence of Part
        What is asked for.
    explanation : sequence of str
        How the right answers are found, in plain text.
    """

    question: Sequence[str]
    parts: Sequence[Part]
    explanation: Sequence[str]

    def without_ambiguous(self) -> "Variant":
        """Return the variant without misconceptions that cannot be told apart."""
        return replace(
            self,
            question=[_readable(text) for text in self.question],
            parts=[part.without_ambiguous() for part in self.parts],
            explanation=[_readable(text) for text in self.explanation],
        )

    @property
    def mistakes(self) -> int:
        """Return how many misconceptions its parts have."""
        return sum(len(part.mistakes) for part in self.parts)


def _readable(text: str) -> str:
    """Return a text with the numbers of Python as a book writes them.

    Examples
    --------
    >>> _readable("about 4e-06, or -1.2e+07, from `x[-1]`")
    'about 4 · 10^(−6), or −1.2 · 10^7, from `x[-1]`'
    >>> _readable("5.6e+02 billion")
    '560 billion'
    """
    pieces = text.split("`")
    pieces[::2] = [re.sub(r"(?<![\w)])-(?=\d)", "−", piece) for piece in pieces[::2]]
    text = "`".join(pieces)
    text = re.sub(r"\d(?:\.\d+)?e\+0[1-6]\b", lambda n: f"{float(n[0]):,.0f}", text)
    text = re.sub(r"(?<=\d)e-0*(\d+)\b", r" · 10^(−\1)", text)
    return re.sub(r"(?<=\d)e\+0*(\d+)\b", r" · 10^\1", text)


class Draw:
    """Where an exercise takes its numbers from.

    Each method is given the chapter's own value first and returns it where there is no
    seed.

    Parameters
    ----------
    source : random.Random or None
        Where new numbers come from; None for the chapter's own.

    Examples
    --------
    >>> Draw(None).one(3, 5, 7), Draw(None).whole(32, low=20, high=64)
    (3, 32)
    """

    def __init__(self, source: random.Random | None) -> None:
        self.source = source

    def one(self, own: T, *others: T) -> T:
        """Return the chapter's own value, or it or another one."""
        if self.source is None:
            return own
        return self.source.choice([own, *others])

    def another(self, own: T, *others: T) -> T:
        """Return the chapter's own value, or another one if there is a seed."""
        if self.source is None:
            return own
        return self.source.choice(others)

    def whole(self, own: int, low: int, high: int, step: int = 1) -> int:
        """Return a whole number from low to high, both included."""
        if self.source is None:
            return own
        return self.source.randrange(low, high + 1, step)

    def wholes(self, own: Sequence[int], low: int, high: int) -> list[int]:
        """Return as many whole numbers as the chapter has."""
        return [self.whole(value, low, high) for value in own]

    def decimal(self, own: float, low: float, high: float, places: int = 1) -> float:
        """Return a number with some decimals from low to high, both included."""
        if self.source is None:
            return own
        scale = 10**places
        drawn = self.source.randrange(round(low * scale), round(high * scale) + 1)
        return drawn / scale

    def decimals(
        self, own: Sequence[float], low: float, high: float, places: int = 1
    ) -> list[float]:
        """Return as many numbers with decimals as the chapter has."""
        return [self.decimal(value, low, high, places) for value in own]

    def shuffled(self, own: Sequence[T]) -> list[T]:
        """Return the chapter's own values in another order."""
        values = list(own)
        if self.source is not None:
            self.source.shuffle(values)
        return values


@dataclass(frozen=True)
class Exercise:
    """An exercise of a chapter that takes an answer.

    Attributes
    ----------
    label : str
        Its label in the chapter, such as "ex-channels-count".
    make : callable
        Makes a variant from a `Draw`, or returns None where the numbers that were
        drawn do not suit.
    """

    label: str
    make: Callable[[Draw], Variant | None]

    def variant(self, seed: int | None = None) -> Variant:
        """Return the exercise with the chapter's numbers, or with those of a seed.

        The same seed gives the same numbers wherever Python runs. Numbers with which
        two misconceptions give the same answer are drawn again, a few times, and so
        are the chapter's own.
        """
        own = self.make(Draw(None))
        assert own is not None, f"{self.label} refuses the chapter's numbers"  # noqa: S101
        if seed is None:
            return own.without_ambiguous()
        best: Variant | None = None
        for attempt in range(TRIES):
            source = random.Random(f"{self.label} {seed} {attempt}")  # noqa: S311
            try:
                variant = self.make(Draw(source))
            except ShapeError:  # a kernel that is too long for its input, say
                continue
            if variant is None or variant.question == own.question:
                continue
            clear = variant.without_ambiguous()
            if best is None or clear.mistakes > best.mistakes:
                best = clear
            if all(
                len(kept.mistakes)
                == sum(answer is not None for answer in part.mistakes.values())
                for kept, part in zip(clear.parts, variant.parts, strict=True)
            ):
                break
        return best if best is not None else own.without_ambiguous()


def exercise(label: str) -> Callable[[Callable[[Draw], Variant | None]], Exercise]:
    """Return a decorator that makes an exercise of the function below it."""

    def made(make: Callable[[Draw], Variant | None]) -> Exercise:
        return Exercise(label, make)

    return made
