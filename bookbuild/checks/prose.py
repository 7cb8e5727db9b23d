"""Read what a page says in words: its sentences, and the numbers in them.

Prose are paragraphs, lists, tables, captions, alternative texts, notes, exercises and
solutions. Other code, displayed equations and comments are none. A sentence is a
line, as the book writes one sentence a line; a row of a table is one, too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bookbuild.checks import reading
from bookbuild.checks.sources import without

# What these directives hold is prose; the arguments of the first are names.
NAMED = {"exercise", "figure", "grid", "solution"}
HOLD_PROSE = NAMED | {"admonition", "grid-item-card", "note", "tip", "warning"}
FENCE = re.compile(r"(?P<fence>`{3,}|:{3,})(?:\{(?P<name>[\w-]+)\}(?P<rest>.*)|\w*)")
NO_PROSE = re.compile(r":(?!alt:)[\w-]+:.*|% .*|\([\w-]+\)=")
HEADING = re.compile(r"#+ ")

# A role, code, the address of a link, and the name of a licence.
MARKUP = re.compile(
    r"\{[a-z:]*\}`[^`]*`|`[^`]*`|\]\([^)]*\)|<https?[^>]*>|CC[ -]BY\S* \d\.\d"
)
SOURCED = re.compile(r"\{cite|\]\(https?:|[Ss]lide \*")
REFERENCE = re.compile(r"\{ref\}`(?:[^`<]*<)?(?P<label>[\w-]+)>?`")
BETWEEN_THOUSANDS = re.compile(
    r"(?<=\d)(?:\{,\}|\\,|[ \u00a0\u2009\u202f])(?=\d{3}(?!\d))"
)
SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}
# Units of physics, of money and of computers. What is merely counted (epochs, layers)
# has none, and 16 bits name a format.
UNIT = (
    r"(?:nano|micro|milli)?seconds?|minutes?|hours?|days?|weeks?|months?|years?"
    r"|[nmµ]?s|[kMGT]i?B|KB|bytes?|pixels?|px|[kMGT]?Hz|[kMG]?Wh?|watts?|degrees?"
    r"|(?:giga|tera|peta|exa)flop/s|dollars?|euros?|times"
)
NUMBER = re.compile(
    # Not within a word (VGG-16, float32) or another number, and no power or index.
    r"(?<![\w.,])(?<![A-Za-z]-)(?<![\^_])(?<![\^_]\{)(?<![\^_]\{[-(])"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\d^]|\.\d)"
    r"(?P<power>(?:\s?\\(?:cdot|times)\s?10\^\{?|e)(?P<exponent>-?\d{1,3})\}?)?"
    r"(?P<share>\s?(?:\\,)?\\?%|\s?per ?cent(?!age)|\s?percentage points?)?"
    rf"(?P<scale>(?:\s(?:{'|'.join(SCALES)}))+)?"
    rf"(?P<unit>[\s-](?:{UNIT})\b)?"
)


@dataclass(frozen=True)
class Sentence:
    """A sentence of a page: its line, its text and the heading above, by number."""

    line: int
    text: str
    section: int

    @property
    def is_sourced(self) -> bool:
        """Return whether it names a source: one that is cited, linked or a slide."""
        return SOURCED.search(self.text) is not None

    @property
    def refers_to(self) -> list[str]:
        """Return the labels of the sections that it refers to."""
        return [found["label"] for found in REFERENCE.finditer(self.text)]


@dataclass(frozen=True)
class Number:
    """A number as it is written, and the values that code may have for it."""

    text: str
    values: tuple[float, ...]


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a page that hold prose, titles included, and their numbers."""
    inside: list[tuple[str, bool]] = []  # the fences that are open, and what they hold
    in_display = False
    text = without(reading.FRONT_MATTER, text)
    captions = dict(reading.captions_of(text))
    for number, line in enumerate(text.splitlines(), start=1):
        holds_prose = not inside or inside[-1][1]
        if inside and line.rstrip() == inside[-1][0]:
            inside.pop()
        elif not holds_prose:
            if number in captions:
                yield number, captions[number]
        elif line.startswith("$$") or in_display:
            in_display ^= line.startswith("$$")
        elif fence := FENCE.fullmatch(line):
            inside.append((fence["fence"], fence["name"] in HOLD_PROSE))
            if fence["name"] in HOLD_PROSE - NAMED:
                yield number, fence["rest"]
        elif not NO_PROSE.fullmatch(line):
            yield number, line


def sentences_of(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a page, without its titles.

    The sections are those of `sections_of`.
    """
    section = 0
    for number, line in lines_of(text):
        if line.startswith("## "):
            section = number
        if line.strip() and not HEADING.match(line):
            yield Sentence(number, line, section)


def sections_of(text: str) -> list[int]:
    """Return the lines on which the sections of a page begin, 0 for its opening.

    A section runs from a title of the second level to the next of these.
    """
    return [0, *[number for number, line in lines_of(text) if line.startswith("## ")]]


def numbers_of(text: str, *, counts: bool = False) -> Iterator[Number]:
    """Yield the numbers of a text that measure something, those in formulas included.

    They have a decimal point, a power of ten, thousands set apart (1,234 or 1 234 or
    12 million), a per cent sign or a unit. What is glued in, or code, is left out.

    Parameters
    ----------
    text : str
        A sentence, or some.
    counts : bool, optional
        Whether to yield all other numbers in figures, too.
    """
    text = BETWEEN_THOUSANDS.sub(",", MARKUP.sub("~", text))
    for found in NUMBER.finditer(text):
        kinds = ("power", "share", "scale", "unit")
        measures = set(found["number"]) & set(".,") or any(map(found.group, kinds))
        if counts or measures:
            yield Number(found[0].strip(), tuple(values_of(found)))


def values_of(found: re.Match[str]) -> Iterator[float]:
    """Yield the values that code may have for a number.

    A share may be said of the rest, and code may count in the unit that a text names
    ("12 million" may be 12 or 12_000_000).
    """
    plain = found["number"].replace(",", "")
    value = float(f"{plain}e{found['exponent'] or 0}")
    yield value
    if found["share"]:
        yield from (value / 100, 100 - value, 1 - value / 100)
    if found["scale"]:
        scaled = value
        for word in found["scale"].split():
            scaled *= SCALES[word]
        yield scaled
