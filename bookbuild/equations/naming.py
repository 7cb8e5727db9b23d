"""Find out what a letter with its scripts stands for, by the notation table.

A script can belong to the name (the t in y_t), pick one of a family (the (l) in
W^{(l)}), be an index, a power or a transpose. The longest name that the table knows
is taken, and what is left of the scripts is said.
"""

from dataclasses import dataclass, replace

from bookbuild.equations import notation as names
from bookbuild.equations.cursor import split
from bookbuild.equations.errors import EquationError
from bookbuild.equations.notation import Entry, Notation
from bookbuild.equations.tokens import Token, tokenise


@dataclass(frozen=True)
class Reading:
    """What a letter with its scripts stands for.

    Attributes
    ----------
    entry : Entry
        The symbol.
    member : list of Token or None
        What picks one of a family.
    indices : list of list of Token
        The indices, each by its tokens, as the commas divide them.
    above : list of Token or None
        What is left above it: a power, or a transpose.
    primes : int
        How many primes are left.
    """

    entry: Entry
    member: list[Token] | None
    indices: list[list[Token]]
    above: list[Token] | None
    primes: int


# Letters that may stand side by side in a script, each an index of its own.
GREEK_NAMES = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa "
    "lambda mu nu xi pi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell"
)
GREEK = frozenset(f"\\{name}" for name in GREEK_NAMES.split())


def resolved(
    base: str,
    below: list[Token] | None,
    above: list[Token] | None,
    primes: int,
    notation: Notation,
    position: int,
) -> Reading:
    """Return what a name with its scripts stands for, by the table.

    Parameters
    ----------
    base : str
        The letter, with what stands over it.
    below, above : list of Token or None
        Its scripts.
    primes : int
        How many primes it has.
    notation : Notation
        The table.
    position : int
        Where it stands, for the error.

    Raises
    ------
    EquationError
        If the table does not know it.
    """
    for name, rest_below, rest_above, rest_primes in readings(
        base, below, above, primes
    ):
        entry, style = _entry(name, rest_below, rest_above, notation)
        if entry is None:
            continue
        indices = parts_of(rest_below)
        if style == "^" and rest_above is not None:
            return Reading(entry, rest_above[1:-1], indices, None, rest_primes)
        if style == "_":
            return Reading(entry, indices[0], indices[1:], rest_above, rest_primes)
        return Reading(entry, None, indices, rest_above, rest_primes)
    family = notation.family(base, "^")
    if family is not None:
        raise EquationError(
            f"{base} is one of a family; say which: {family.written}", position
        )
    script = [Token("_", "symbol", 0), *below] if below else []
    written = names.joined([*tokenise(base), *script])
    raise EquationError(
        f"{base} is not in the notation table"
        + (f" (nor is {written} as a name)" if below else "")
        + "; add it there, with its kind and shape",
        position,
    )


def _entry(
    name: str,
    below: list[Token] | None,
    above: list[Token] | None,
    notation: Notation,
) -> tuple[Entry | None, str]:
    """Return the entry of a name, and where the member of a family is written."""
    if above is not None and above and above[0].text in ("(", "["):
        family = notation.family(name, "^")
        if family is not None:
            return family, "^"
    if below is not None:
        family = notation.family(name, "_")
        if family is not None:
            return family, "_"
    return notation.get(name), ""


def index_groups(parts: list[list[Token]], entry: Entry) -> list[list[Token]]:
    """Return the indices that a script below writes, each by its tokens.

    Letters side by side are an index each, and a number with a digit for each axis is
    as many indices: ``a_{12}``.

    Raises
    ------
    EquationError
        If it could be read in two ways.
    """
    if 0 < len(parts) < len(entry.shape) and _is_multiple(parts[0]):
        raise EquationError(
            f"the script {names.joined(parts[0])} can be read in two ways; "
            "put a comma between indices",
            parts[0][0].position,
        )
    if 1 < len(parts) == len(entry.shape):
        return parts
    found: list[list[Token]] = []
    for part in parts:
        separate = _letters(part)
        digits = part[0].text if len(part) == 1 else ""
        if digits.isdigit() and len(digits) == len(entry.shape) > 1:
            separate = [[replace(part[0], text=digit)] for digit in digits]
        found += [part] if separate is None else separate
    return found


def readings(
    base: str,
    below: list[Token] | None,
    above: list[Token] | None,
    primes: int,
) -> list[tuple[str, list[Token] | None, list[Token] | None, int]]:
    """Return the ways to take scripts as part of a name, the longest name first."""
    readings: list[tuple[str, list[Token] | None, list[Token] | None, int]] = []
    subscripts: list[tuple[str, list[Token] | None]] = []
    if below is not None:
        subscripts.append((f"_{names.script_name(below)}", None))
        parts = parts_of(below)
        if len(parts) > 1:
            rest = [token for part in parts[1:] for token in [*part, _comma(part)]]
            subscripts.append((f"_{names.script_name(parts[0])}", rest[:-1]))
    subscripts.append(("", below))
    superscripts: list[tuple[str, list[Token] | None]] = []
    if above is not None:
        superscripts.append((f"^{names.script_name(above)}", None))
    superscripts.append(("", above))
    ticks = [("", primes)] if primes == 0 else [("'" * primes, 0), ("", primes)]
    for sub, rest_below in subscripts:
        for sup, rest_above in superscripts:
            for tick, rest_primes in ticks:
                for name in dict.fromkeys(
                    (
                        base + tick + sub + sup,
                        base + sub + tick + sup,
                        base + tick + sup + sub,
                    )
                ):
                    readings.append((name, rest_below, rest_above, rest_primes))
    readings.sort(key=lambda reading: -len(reading[0]))
    return readings


def _comma(part: list[Token]) -> Token:
    return Token(",", "symbol", part[-1].position)


def _is_multiple(part: list[Token]) -> bool:
    """Return whether a script begins with a number and a letter, as in 2h."""
    kinds = [token.kind for token in part[:2]]
    return kinds in (["number", "letter"], ["number", "command"])


def parts_of(below: list[Token] | None) -> list[list[Token]]:
    """Return what stands between the commas of a script."""
    return [] if below is None else split(below, ",")


def _letters(part: list[Token]) -> list[list[Token]] | None:
    """Return letters that stand side by side as indices of their own, or None."""
    letters: list[list[Token]] = []
    for token in part:
        if token.text == "'" and letters:
            letters[-1].append(token)
        elif token.kind == "letter" or token.text in GREEK:
            letters.append([token])
        else:
            return None
    return letters
