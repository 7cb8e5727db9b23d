"""Go along the tokens of an equation, one after the other."""

from bookbuild.equations import notation as names
from bookbuild.equations.errors import EquationError
from bookbuild.equations.tokens import Token

OPENING = {"(": ")", "[": "]", r"\{": r"\}", "{": "}"}
# What opens a group that nothing within may end.
OPENERS = frozenset({*OPENING, r"\lfloor", r"\lceil", r"\langle"})
CLOSING = frozenset({")", "]", r"\}", "}", r"\rfloor", r"\rceil", r"\rangle"})


class Cursor:
    """A place in some tokens, from the first to the last.

    Parameters
    ----------
    tokens : list of Token
        What is read.
    """

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.place = 0

    def text(self, ahead: int = 0) -> str:
        """Return the text of the token to come, or "" at the end."""
        place = self.place + ahead
        return self.tokens[place].text if place < len(self.tokens) else ""

    def position(self) -> int:
        """Return where the token to come stands, or where the last one does."""
        if self.place < len(self.tokens):
            return self.tokens[self.place].position
        return self.tokens[-1].position if self.tokens else 0

    def take(self) -> Token:
        """Return the token to come, and go on."""
        if self.place >= len(self.tokens):
            raise EquationError(
                "the equation ends where something must follow; complete it",
                self.position(),
            )
        self.place += 1
        return self.tokens[self.place - 1]

    def skip(self, text: str) -> bool:
        """Go on if the token to come is this one, and return whether it was."""
        if self.text() != text:
            return False
        self.place += 1
        return True

    def expect(self, text: str) -> None:
        """Go on past this token.

        Raises
        ------
        EquationError
            If another one stands there.
        """
        if not self.skip(text):
            there = self.text() or "the end"
            raise EquationError(
                f"{text} must stand where {there} stands; correct the LaTeX",
                self.position(),
            )

    def group(self) -> list[Token]:
        """Return the tokens of the group in braces to come, or the one token.

        Raises
        ------
        EquationError
            If TeX takes less than stands there: one digit of ``^15``, one sign of
            ``^-1``.
        """
        text = self.text()
        if (text.isdigit() and len(text) > 1) or text in ("-", "+"):
            raise EquationError(
                f"TeX takes {text[0]} alone here; put braces around what belongs "
                "together",
                self.position(),
            )
        inside, self.place = names.group_at(self.tokens, self.place)
        return inside

    def end(self) -> None:
        """Ask that nothing is left.

        Raises
        ------
        EquationError
            If something is.
        """
        if self.text():
            raise EquationError(
                f"{self.text()} cannot stand here; what is before it is complete",
                self.position(),
            )


def split(tokens: list[Token], sign: str) -> list[list[Token]]:
    """Return the tokens between those of one kind that stand in no bracket."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.text in OPENERS or token.text == r"\begin":
            depth += 1
        elif token.text in CLOSING or token.text == r"\end":
            depth -= 1
        if token.text == sign and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def texts_of(tokens: list[Token]) -> list[str]:
    """Return the texts of some tokens."""
    return [token.text for token in tokens]
