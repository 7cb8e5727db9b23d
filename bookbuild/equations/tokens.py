"""Split LaTeX into tokens."""

import re
from dataclasses import dataclass

from bookbuild.equations.errors import EquationError

NUMBER = r"\d+(?:\{,\}\d{3})*(?:\.\d+)?"
PATTERN = re.compile(
    rf"(?P<number>{NUMBER})"
    r"|(?P<command>\\[A-Za-z]+|\\[^A-Za-z])"
    r"|(?P<letter>[A-Za-z])"
    r"|(?P<symbol>[-+*/=<>(){}\[\]|,.!:^_'&;])"
    r"|(?P<space>[ \t\n\r~]+)"
    r"|(?P<comment>(?<!\\)%[^\n]*)"
)

# What only moves or sizes what is printed.
INVISIBLE = frozenset(
    [
        r"\,",
        r"\;",
        r"\:",
        r"\!",
        r"\quad",
        r"\qquad",
        r"\displaystyle",
        r"\textstyle",
        r"\big",
        r"\Big",
        r"\bigg",
        r"\Bigg",
        r"\Biggl",
        r"\Biggr",
        r"\bigl",
        r"\bigr",
        r"\Bigl",
        r"\Bigr",
        r"\biggl",
        r"\biggr",
        r"\nonumber",
        r"\notag",
        r"\limits",
        r"\nolimits",
        r"\mathstrut",
        r"\allowbreak",
    ]
) | {"\\ "}

# Names that mean the same as a shorter or more usual one.
SAME = {
    r"\dfrac": r"\frac",
    r"\tfrac": r"\frac",
    r"\le": r"\leq",
    r"\ge": r"\geq",
    r"\ne": r"\neq",
    r"\lbrack": "[",
    r"\rbrack": "]",
    r"\vert": "|",
    r"\lvert": "|",
    r"\rvert": "|",
    r"\lVert": r"\|",
    r"\rVert": r"\|",
    r"\Vert": r"\|",
    r"\lbrace": r"\{",
    r"\rbrace": r"\}",
    r"\intercal": r"\top",
    r"\dots": r"\ldots",
    r"\cdots": r"\ldots",
    r"\ast": "*",
    r"\prime": "'",
}


@dataclass(frozen=True)
class Token:
    r"""One token: its text, which kind it is of, and where it stands.

    Attributes
    ----------
    text : str
        As written, or the usual name of it (``\frac`` for ``\dfrac``).
    kind : str
        ``number``, ``command``, ``letter`` or ``symbol``.
    position : int
        Its first character in the LaTeX, from 0.
    spaced : bool
        Whether white space or an invisible command stands before it.
    """

    text: str
    kind: str
    position: int
    spaced: bool = False


# What is typed for a sign of LaTeX, and that sign.
MEANT = {"×": r"\times", "·": r"\cdot", "−": "-", "–": "-", "≤": r"\leq", "≥": r"\geq"}  # noqa: RUF001


def remedy(character: str) -> str:
    """Return how to write what a character was meant to be."""
    if character in MEANT:
        return f"write {MEANT[character]}"
    if character < " ":
        return (
            "a table in double quotes makes it of a backslash; use single quotes, or a "
            "line that begins with a dash"
        )
    return "write the command of LaTeX for it"


def tokenise(latex: str) -> list[Token]:
    r"""Return the tokens of some LaTeX, without what cannot be seen.

    Raises
    ------
    EquationError
        If a character belongs to no token.

    Examples
    --------
    >>> [token.text for token in tokenise(r"z = x \, W + 0.5")]
    ['z', '=', 'x', 'W', '+', '0.5']
    """
    tokens = []
    place = 0
    spaced = False
    while place < len(latex):
        found = PATTERN.match(latex, place)
        if found is None:
            raise EquationError(
                f"{latex[place]!r} is no character of an equation; "
                f"{remedy(latex[place])}",
                place,
            )
        kind = str(found.lastgroup)
        text = SAME.get(found[0], found[0])
        if kind in ("space", "comment") or text in INVISIBLE:
            spaced = True
        else:
            if kind == "command" and not text.startswith("\\"):
                kind = "symbol"
            tokens.append(Token(text, kind, place, spaced))
            spaced = False
        place = found.end()
    return tokens
