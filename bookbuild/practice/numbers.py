"""Read numbers, shapes and lists as people type them, and write them as a book does.

A number may have its thousands set apart, be a fraction, a power, a percentage, or a
sum that was not worked out. Whatever is typed is read by rules of this module alone:
nothing of it is ever run.
"""

import math
import re
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from bookbuild.practice.errors import AnswerError

Value = Fraction | float
Lengths = tuple[int | None, ...]

MOST_CHARACTERS = 400
MOST_BRACKETS = 20
MOST_BITS = 20_000  # of an exact power; a larger one is worked out with floats

SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
SIGNS = str.maketrans(
    {
        "−": "-",
        "–": "-",
        "‐": "-",
        "×": "*",
        "·": "*",
        "⋅": "*",
        "∙": "*",
        "∗": "*",
        "÷": "/",
        "⁄": "/",
        "∕": "/",
        "√": " sqrt ",
        "’": "'",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\u2007": " ",
        "\t": " ",
    }
)
HALVES = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8"}
# What stands for a sign in LaTeX.
LATEX = {
    r"\cdot": "*",
    r"\times": "*",
    r"\approx": "=",
    r"\left": "",
    r"\right": "",
    r"\,": "",
    r"\;": " ",
    r"\%": "%",
    r"\sqrt": " sqrt ",
    r"\log": " log ",
    r"\ln": " ln ",
    r"\exp": " exp ",
    "{,}": ",",
    "$": "",
}
FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
SCALES = {
    "hundred": 10**2,
    "thousand": 10**3,
    "million": 10**6,
    "millions": 10**6,
    "billion": 10**9,
    "billions": 10**9,
    "trillion": 10**12,
    "trillions": 10**12,
}
BYTES = {
    "b": 1,
    "byte": 1,
    "bytes": 1,
    "kb": 10**3,
    "kilobyte": 10**3,
    "kilobytes": 10**3,
    "mb": 10**6,
    "megabyte": 10**6,
    "megabytes": 10**6,
    "gb": 10**9,
    "gigabyte": 10**9,
    "gigabytes": 10**9,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
}
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sqrt": math.sqrt,
    "log": math.log,
    "ln": math.log,
    "exp": math.exp,
    "log2": math.log2,
    "log10": math.log10,
}
CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}
NOTHING = frozenset({"none", "null", "?", "n", "batch", ":"})  # an unknown length

TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>log2|log10|[A-Za-zπ]+)"
    r"|(?P<sign>\*\*|[-+*/^()%]))"
)
GROUPED = re.compile(r"(?<![\d.])\d{1,3}(?:([, '_])\d{3})(?:\1\d{3})*(?![\d'_])")
HOW = "write a number such as 896, 0.25, 17/9 or 1.5e6"


def tidy(text: str) -> str:
    """Return what was typed with one sign for each meaning.

    Raises
    ------
    AnswerError
        If nothing was typed, or far too much.
    """
    if len(text) > MOST_CHARACTERS:
        raise AnswerError(
            f"That is {len(text):,} characters long; an answer has at most "
            f"{MOST_CHARACTERS}."
        )
    text = re.sub(
        "[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+", lambda run: "^(" + run[0].translate(SUPERSCRIPTS) + ")", text
    )
    for sign, meaning in HALVES.items():
        text = text.replace(sign, meaning)
    for sign, meaning in LATEX.items():
        text = text.replace(sign, meaning)
    text = FRACTION.sub(r"(\1)/(\2)", text).replace("{", "(").replace("}", ")")
    text = text.translate(SIGNS).strip()
    if not text:
        raise AnswerError("Nothing is written here.")
    return text


def read_number(text: str, unit: str = "") -> Value:
    """Return the number that somebody typed.

    Parameters
    ----------
    text : str
        What was typed.
    unit : str, optional
        The unit in which the answer is asked for, such as ``bytes`` or ``per cent``.

    Raises
    ------
    AnswerError
        If it is no number; the message says how to write one.

    Examples
    --------
    >>> [str(read_number(text)) for text in ("271 150", "271,150", "1e3", "17/9")]
    ['271150', '271150', '1000', '17/9']
    >>> read_number("2.4 MB", unit="bytes") == 2_400_000
    True
    """
    plain = _without_name(tidy(text))
    plain, factor = _without_unit(plain, unit)
    if re.search(r"\d,\d", GROUPED.sub("", plain)):
        raise AnswerError(
            f"{text.strip()!r} has a comma that sets no thousands apart; write the "
            "decimals after a point, as in 0.5."
        )
    grouped = GROUPED.sub(lambda found: re.sub(r"\D", "", found[0]), plain)
    value = Arithmetic(grouped, text).value()
    return _exact(value * factor if factor != 1 else value)


def _exact(value: Value) -> Value:
    """Return a value that is a number, and no infinity.

    Raises
    ------
    AnswerError
        If it is none.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise AnswerError("That is larger than any number asked for here.")
    return value


def _without_name(text: str) -> str:
    """Return what stands after the last equals sign, without `about`."""
    text = re.split("[=≈~]", text)[-1]
    return re.sub(r"^\s*(?:about|circa|ca\.?|roughly)\b", "", text).strip()


def _without_unit(text: str, unit: str) -> tuple[str, Fraction]:
    """Return a text without the unit after it, and the factor that the unit is."""
    factor = Fraction(1)
    percent = re.search(r"(?:%|per ?cent)\s*$", text)
    if percent:
        text = text[: percent.start()]
        factor = Fraction(1) if unit == "per cent" else Fraction(1, 100)
    words = re.search(r"(?<=[\d.)\s])\s*((?:[A-Za-z°²][A-Za-z°²/-]*[\s.]*)+)$", text)
    if words is None or re.fullmatch(r"\s*(?:e|pi|x)\s*", words[1]):
        return text, factor
    for word in words[1].split():
        low = word.strip(".").lower()
        if low in FUNCTIONS or low in CONSTANTS:
            return text, factor
        if low in SCALES:
            factor *= SCALES[low]
        elif low in BYTES and unit in BYTES:
            factor *= Fraction(BYTES[low], BYTES[unit])
    asked = unit.split()
    if (
        asked
        and asked[0] in SCALES
        and any(word.lower() in SCALES for word in words[1].split())
    ):
        factor /= SCALES[asked[0]]
    return text[: words.start()], factor


class Arithmetic:
    """Work out a sum that somebody typed, exactly where that is possible.

    Parameters
    ----------
    text : str
        The sum, tidied.
    typed : str
        As it was typed, for messages.
    """

    def __init__(self, text: str, typed: str) -> None:
        self.typed = typed.strip()
        self.tokens: list[str] = []
        place = 0
        while place < len(text.rstrip()):
            found = TOKEN.match(text, place)
            if found is None:
                raise self.fault()
            self.tokens.append(found[0].strip())
            place = found.end()
        if self.tokens.count("(") > MOST_BRACKETS:
            raise AnswerError(
                f"That has more than {MOST_BRACKETS} brackets; work some of it out."
            )
        self.place = 0

    def fault(self) -> AnswerError:
        """Return the error that what was typed is no number."""
        shown = self.typed if len(self.typed) < 40 else self.typed[:37] + "..."
        return AnswerError(f"{shown!r} cannot be read; {HOW}.")

    def value(self) -> Value:
        """Return the value of all of it."""
        try:
            value = self.sum()
        except ZeroDivisionError:
            raise AnswerError("That divides by zero.") from None
        except (OverflowError, ValueError) as error:
            if isinstance(error, AnswerError):
                raise
            raise AnswerError(f"{self.typed!r} has no value.") from None
        if self.place < len(self.tokens):
            raise self.fault()
        return value

    def next(self) -> str:
        """Return the token to come, or nothing."""
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self, *signs: str) -> str:
        """Take the token to come if it is one of some signs; return it or nothing."""
        token = self.next()
        if token in signs:
            self.place += 1
            return token
        return ""

    def sum(self) -> Value:
        """Return terms with signs between them."""
        value = self.product()
        while sign := self.take("+", "-"):
            term = self.product()
            value = value + term if sign == "+" else value - term
        return value

    def product(self) -> Value:
        """Return factors with signs between them, or side by side."""
        value = self.signed()
        while True:
            if sign := self.take("*", "x", "/"):
                factor = self.signed()
                value = value / factor if sign == "/" else value * factor
            elif self.next() == "(" or self.next() in FUNCTIONS:
                value = value * self.power()
            else:
                return value

    def signed(self) -> Value:
        """Return a factor with its sign."""
        if self.take("-"):
            return -self.signed()
        if self.take("+"):
            return self.signed()
        return self.power()

    def power(self) -> Value:
        """Return a base with what it is raised to."""
        base = self.base()
        if not self.take("^", "**"):
            return base
        exponent = self.signed()
        if isinstance(base, Fraction) and isinstance(exponent, Fraction):
            whole = exponent.denominator == 1
            bits = base.numerator.bit_length() + base.denominator.bit_length()
            if whole and abs(exponent) * bits < MOST_BITS:
                return base ** int(exponent)
        raised = float(base) ** float(exponent)
        if isinstance(raised, complex):
            raise self.fault()
        return raised

    def base(self) -> Value:
        """Return a number, a bracket or a function."""
        word = self.next()
        self.place += 1
        if word == "(":
            value = self.sum()
            if not self.take(")"):
                raise self.fault()
        elif word in FUNCTIONS:
            value = FUNCTIONS[word](float(self.power()))
        elif word in CONSTANTS:
            value = CONSTANTS[word]
        elif word[:1].isdigit() or word.startswith("."):
            value = self.number(word)
        else:
            raise self.fault()
        if self.take("%"):
            return value / 100
        return value

    def number(self, token: str) -> Value:
        """Return the value of digits, exactly."""
        mantissa, _, exponent = token.lower().partition("e")
        if exponent and abs(int(exponent)) > 400:
            raise AnswerError("That is larger than any number asked for here.")
        return Fraction(mantissa.rstrip(".")) * Fraction(10) ** int(exponent or 0)


def read_shape(text: str) -> Lengths:
    """Return the shape that somebody typed.

    Raises
    ------
    AnswerError
        If it is no shape; the message says how to write one.

    Examples
    --------
    >>> read_shape("(None, 26, 26, 32)"), read_shape("26x26x32"), read_shape("7,")
    ((None, 26, 26, 32), (26, 26, 32), (7,))
    """
    plain = tidy(_without_name(text)).strip("()[] ;.,")
    lengths: list[int | None] = []
    for word in re.split(r"\s*[,;*]\s*|\s*(?<![a-zA-Z])x\s*|\s+", plain):
        if word.lower() in NOTHING:
            lengths.append(None)
        elif word.isdecimal() and len(word) < 16:
            lengths.append(int(word))
        else:
            raise AnswerError(
                f"{word or text.strip()!r} is no length; write a shape such as "
                "26, 26, 32 or 26 x 26 x 32, without signs that set thousands apart."
            )
    return tuple(lengths)


def read_numbers(text: str) -> tuple[Value, ...]:
    """Return the numbers of a list or of the rows of a table.

    Raises
    ------
    AnswerError
        If one of them is no number; the message says how to write them.

    Examples
    --------
    >>> [str(value) for value in read_numbers("(1, 7), (-1/2, 0)")]
    ['1', '7', '-1/2', '0']
    """
    plain = tidy(_without_name(text)).replace("\\\\", ";").replace("&", ",")
    plain = re.sub(r"[\[\]]", lambda sign: "(" if sign[0] == "[" else ")", plain)
    plain = re.sub(r"\)\s*[,;]?\s*\(", "; ", plain.replace("\n", ";"))
    while _is_enclosed(plain):
        plain = plain[1:-1].strip()
    separator = r"\s*[,;]\s*" if re.search("[,;]", plain) else r"\s+"
    words = [word for word in re.split(separator, plain.strip(" ,;")) if word]
    # Unbalanced brackets are what is left of those around rows.
    return tuple(_exact(Arithmetic(_balanced(word), word).value()) for word in words)


def _is_enclosed(text: str) -> bool:
    """Return whether one pair of brackets stands around all of a text."""
    if not (text.startswith("(") and text.endswith(")")):
        return False
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place == len(text) - 1
    return False


def _balanced(word: str) -> str:
    """Return a word without the brackets at its ends that have no partner."""
    while word.count("(") > word.count(")") and word.startswith("("):
        word = word[1:]
    while word.count(")") > word.count("(") and word.endswith(")"):
        word = word[:-1]
    return word


# -- writing ---------------------------------------------------------------------------


def write_whole(value: int) -> str:
    """Return a whole number with its thousands set apart.

    Examples
    --------
    >>> write_whole(271150), write_whole(-5), write_whole(1024)
    ('271,150', '−5', '1,024')
    """
    return f"{value:,}".replace("-", "−")


def write_decimal(value: Value, decimals: int) -> str:
    """Return a number rounded to some decimals, without zeros that say nothing.

    Halves are rounded away from zero, as people do it by hand.

    Examples
    --------
    >>> write_decimal(Fraction(1, 3), 2), write_decimal(-2.5, 3), write_decimal(12.0, 2)
    ('0.33', '−2.5', '12')
    >>> write_decimal(0.0775, 3), write_decimal(-0.125, 2)
    ('0.078', '−0.13')
    """
    if abs(value) >= 1e9 or 0 < abs(value) < 1e-6:
        mantissa, exponent = f"{float(value):.{max(1, decimals)}e}".split("e")
        if abs(value) < 1:
            mantissa = f"{float(value):.1e}".split("e")[0]
        return f"{mantissa} × 10^{int(exponent)}".replace("-", "−")
    # Pythons from 3.12 on sum floats more exactly than those before, and a number that
    # lies half-way, but for the last of its digits, would be rounded another way there.
    plain = Decimal(f"{float(value):.12g}")
    last = Decimal(1).scaleb(-decimals)
    text = f"{plain.quantize(last, ROUND_HALF_UP):,.{max(0, decimals)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "0") else text.replace("-", "−")


def write_digits(value: Value, digits: int) -> str:
    """Return a number rounded to some significant digits.

    Examples
    --------
    >>> write_digits(312.5, 3), write_digits(0.0404, 2)
    ('313', '0.04')
    """
    size = math.floor(math.log10(abs(value))) if value else 0
    return write_decimal(value, digits - 1 - size)


def write_value(value: Value | int) -> str:
    """Return a number of a question as short as it is exact.

    Examples
    --------
    >>> write_value(0.25), write_value(3), write_value(Fraction(17, 9))
    ('0.25', '3', '17/9')
    """
    if isinstance(value, Fraction) and value.denominator != 1:
        if _ends(value.denominator):
            return write_decimal(value, 6)
        sign = "−" if value < 0 else ""
        return f"{sign}{abs(value.numerator)}/{value.denominator}"
    if isinstance(value, float) and value != int(value):
        return f"{value:.10g}".replace("-", "−")
    return write_whole(int(value))


def bracketed(value: Value | int) -> str:
    """Return a number for a sum or a product, in brackets if it is negative.

    Examples
    --------
    >>> bracketed(2), bracketed(-0.5)
    ('2', '(−0.5)')
    """
    text = write_value(value)
    return f"({text})" if value < 0 else text


def _ends(denominator: int) -> bool:
    """Return whether the decimals of a fraction end within six places."""
    return 10**6 % denominator == 0


def write_shape(shape: Sequence[int | None]) -> str:
    """Return a shape as Keras writes it.

    Examples
    --------
    >>> write_shape((None, 26, 26, 32)), write_shape((7,))
    ('(None, 26, 26, 32)', '(7,)')
    """
    return str(tuple(shape))


def write_values(values: Sequence[Value | int]) -> str:
    """Return a list of numbers in brackets.

    Examples
    --------
    >>> write_values((1, -7, 0.5))
    '(1, −7, 0.5)'
    """
    return f"({', '.join(write_value(value) for value in values)})"


def write_rows(values: Sequence[Value | int], columns: int) -> str:
    """Return a table of numbers row by row.

    Examples
    --------
    >>> write_rows((1, 2, 3, 4), columns=2)
    '(1, 2), (3, 4)'
    """
    rows = [values[at : at + columns] for at in range(0, len(values), columns)]
    return ", ".join(write_values(row) for row in rows)
