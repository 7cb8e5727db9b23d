"""What the letters of an equation mean: the table that the reader reads by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bookbuild.equations.errors import EquationError
from bookbuild.equations.tokens import Token, tokenise

KINDS = {
    "real": "any number, positive or negative",
    "positive": "a number above zero",
    "fraction": "a number between zero and one, both left out",
    "size": "a whole number that counts the elements of an axis",
    "integer": "a whole number from a given range",
    "index": "a whole number that numbers elements, members or terms",
    "constant": "one given number",
    "function": "a function of numbers, applied to each element of an array",
    "probabilities": "numbers above zero that add up to one along the last axis",
    "mask": "zeros and ones",
    "random": "drawn by chance, from a distribution with a few outcomes",
    "defined": "what an equation defines it to be",
}
# What a table may say of a symbol, besides what readers see.
OPTIONS = frozenset(
    {
        "kind",
        "shape",
        "sequence",
        "alone",
        "values",
        "range",
        "value",
        "members",
        "choices",
        "outside",
        "of",
        "probability",
        "mean",
        "variance",
    }
)
ACCENTS = frozenset(
    {r"\hat", r"\bar", r"\tilde", r"\vec", r"\dot", r"\widehat", r"\overline"}
)
FONTS = frozenset(
    {r"\mathcal", r"\mathrm", r"\mathbb", r"\mathsf", r"\mathfrak", r"\text"}
)
# Fonts that say "a vector" or "a matrix" and leave the letter what it is.
PLAIN_FONTS = frozenset({r"\mathbf", r"\boldsymbol", r"\bm", r"\mathit"})


@dataclass(frozen=True)
class Entry:
    r"""One symbol of the table.

    Attributes
    ----------
    name : str
        The name that the reader gives it, such as ``\hat{z}`` or ``y_t``; that of
        a family holds a star where its members have their number, ``W^{*}``.
    written : str
        As the table writes it, such as ``W^{(l)}``.
    kind : str
        One of `KINDS`.
    member : str or None
        For a family, the index that picks a member: ``l`` in ``W^{(l)}``.
    shape : tuple of str
        The lengths of its axes, in LaTeX.
    first : tuple of int
        What each axis counts from.
    options : Mapping
        What else the table says: a range, a value, functions, a distribution.
    """

    name: str
    written: str
    kind: str = "real"
    member: str | None = None
    shape: tuple[str, ...] = ()
    first: tuple[int, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_callable(self) -> bool:
        """Return whether brackets behind it hold an argument, not a factor."""
        return self.kind == "function" or bool(self.options.get("of"))


class Notation:
    """The symbols that some equations use, by name.

    Parameters
    ----------
    entries : iterable of Entry
        The symbols.

    Raises
    ------
    EquationError
        If two have the same name.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries: dict[str, Entry] = {}
        for entry in entries:
            other = self.entries.setdefault(entry.name, entry)
            if other is not entry:
                raise EquationError(
                    f"{other.written} and {entry.written} have the same name; "
                    "write one of them otherwise, or say `alone: true` of the one "
                    "whose bracket is part of its name"
                )

    def __repr__(self) -> str:
        """Return the names."""
        return f"Notation({', '.join(self.entries)})"

    def __contains__(self, name: str) -> bool:
        """Return whether there is a symbol of that name."""
        return name in self.entries

    def get(self, name: str) -> Entry | None:
        """Return the symbol of a name, or None."""
        return self.entries.get(name)

    def is_index(self, name: str) -> bool:
        """Return whether a name is that of an index."""
        entry = self.entries.get(name)
        return entry is not None and entry.kind == "index"

    def family(self, name: str, style: str) -> Entry | None:
        """Return the family whose members are picked by a script above or below."""
        entry = self.entries.get(family_name(name, style))
        return entry if entry is not None and entry.member is not None else None


def family_name(name: str, style: str) -> str:
    """Return the name of a family: its members are picked above, or below."""
    return f"{name}{style}{{*}}"


def joined(tokens: Iterable[Token]) -> str:
    r"""Return the LaTeX of some tokens, as short as can be.

    Examples
    --------
    >>> joined(tokenise(r"\mu  N"))
    '\\mu N'
    """
    text = ""
    previous = None
    for token in tokens:
        is_word = previous is not None and previous.text[1:].isalpha()
        if is_word and token.text[0].isalpha():
            text += " "
        text += token.text
        previous = token if token.kind == "command" else None
    return text


def script_name(tokens: list[Token]) -> str:
    """Return a script as part of a name: in braces, unless it is one token."""
    text = joined(tokens)
    return text if len(tokens) == 1 else f"{{{text}}}"


def canonical(tokens: list[Token]) -> str:
    r"""Return the name that some tokens write, in the one form names have.

    Examples
    --------
    >>> canonical(tokenise(r"\eta_{\max}"))
    '\\eta_\\max'
    """
    name = ""
    place = 0
    while place < len(tokens):
        text = tokens[place].text
        if text in "_^":
            script, place = group_at(tokens, place + 1)
            name += text + script_name(script)
        elif text in ACCENTS | FONTS | PLAIN_FONTS:
            inside, place = group_at(tokens, place + 1)
            plain = joined(inside)
            name += plain if text in PLAIN_FONTS else f"{text}{{{plain}}}"
        else:
            name += text
            place += 1
    return name


def group_at(tokens: list[Token], place: int) -> tuple[list[Token], int]:
    """Return the tokens of a group in braces, or of one token, and the place behind.

    Raises
    ------
    EquationError
        If nothing is there, or a brace is never closed.
    """
    if place >= len(tokens):
        last = tokens[-1].position if tokens else None
        raise EquationError("the LaTeX ends where something must follow", last)
    if tokens[place].text != "{":
        return [tokens[place]], place + 1
    depth = 0
    for end in range(place, len(tokens)):
        depth += (tokens[end].text == "{") - (tokens[end].text == "}")
        if depth == 0:
            return tokens[place + 1 : end], end + 1
    raise EquationError("this brace is never closed", tokens[place].position)


def entry_of(written: str, **options: object) -> Entry:
    r"""Return the entry of a symbol as a table writes it.

    Parameters
    ----------
    written : str
        The symbol, with the index of a family in its place: ``z``, ``y_t``,
        ``W^{(l)}``, ``\theta_{\tau}``.
    **options : object
        ``kind``, ``shape`` (lengths with commas between them; ``0:k`` counts from
        zero), ``sequence`` (a script below picks a member, as in \theta_{\tau}),
        ``alone`` (a bracket above picks none, as in z^{(q)}), and what belongs to
        the kind.

    Raises
    ------
    EquationError
        If the kind, an option or the way of writing is unknown.

    Examples
    --------
    >>> entry_of("W^{(l)}", shape="n^{(l-1)}, n^{(l)}").member
    'l'
    """
    kind = str(options.pop("kind", "real"))
    if kind not in KINDS:
        raise EquationError(
            f"{written} is said to be of kind {kind!r}; take one of {', '.join(KINDS)}"
        )
    if unknown := set(options) - OPTIONS:
        raise EquationError(
            f"{written} has the unknown option {', '.join(sorted(unknown))}; "
            f"there are {', '.join(sorted(OPTIONS))}"
        )
    lengths = []
    first = []
    for length in split_at_commas(str(options.pop("shape", ""))):
        start, colon, rest = length.partition(":")
        if colon and not start.strip().isdigit():
            raise EquationError(
                f"{written} has an axis {length!r}; "
                "one that counts from zero is written 0:k"
            )
        lengths.append((rest if colon else start).strip())
        first.append(int(start) if colon else 1)
    is_sequence = bool(options.pop("sequence", False))
    if options.pop("alone", False):
        name, member = canonical(tokenise(written)), None
    else:
        name, member = _name_and_member(written, is_sequence)
    return Entry(name, written, kind, member, tuple(lengths), tuple(first), options)


def _name_and_member(written: str, is_sequence: bool) -> tuple[str, str | None]:
    """Return the name of a symbol and, of a family, the index of its members."""
    tokens = tokenise(written)
    texts = [token.text for token in tokens]
    for place in range(len(texts) - 5):
        opening = texts[place : place + 3]
        if opening in (["^", "{", "("], ["^", "{", "["]):
            member, behind = group_at(tokens, place + 1)
            rest = tokens[:place] + tokens[behind:]
            return family_name(canonical(rest), "^"), joined(member[1:-1])
    if is_sequence:
        if "_" not in texts:
            raise EquationError(
                f"{written} is said to be a sequence and has nothing below it that "
                r"could pick a member; write \theta_{\tau}"
            )
        place = len(texts) - 1 - texts[::-1].index("_")
        member, behind = group_at(tokens, place + 1)
        rest = tokens[:place] + tokens[behind:]
        return family_name(canonical(rest), "_"), joined(member)
    return canonical(tokens), None


def split_at_commas(text: str) -> list[str]:
    """Return the parts of a text between the commas that stand in no bracket."""
    parts = [""]
    depth = 0
    for character in text:
        depth += (character in "({[") - (character in ")}]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]
