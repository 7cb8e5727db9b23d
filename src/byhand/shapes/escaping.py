"""What a reader's file calls things, as each kind of output may show it.

A name comes from whoever wrote the file. Shown as it is, it could clear a terminal,
add rows to a table, run in a page or compute in a spreadsheet.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_NAME = 120  # characters of a name, or a note, that are shown on one line

# What a spreadsheet takes for the beginning of a formula, and its wide forms.
_FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


def visible(text: object, *, most: int | None = LONGEST_NAME) -> str:
    r"""Return text on one line, with an escape for what would not be seen.

    Control characters, line ends, marks that turn the direction of writing,
    surrogates, unassigned code points and spaces other than " " are written as
    Python writes them in a string.

    Parameters
    ----------
    text : object
        What is to be shown; None gives no text.
    most : int, optional
        Characters to keep; the middle of a longer text is left out. None keeps all.

    Returns
    -------
    str
        Characters that can be printed, none of which ends a line.

    Examples
    --------
    >>> print(visible("conv\x1b[2J\n1"))
    conv\x1b[2J\n1
    """
    words = text if isinstance(text, str) else _written(text)
    if most is not None and len(words) > most:
        half = (most - 3) // 2
        words = f"{words[:half]}...{words[-half:]}"
    if words.isprintable():
        return words
    return "".join(
        letter if letter.isprintable() else repr(letter)[1:-1] for letter in words
    )


def _written(value: object) -> str:
    """Return what is no text as text; never an error."""
    if value is None:
        return ""
    try:
        return str(value)
    except Exception:  # a number of too many digits, or what a foreign object does
        return f"a value of type {type(value).__name__}"


def listed(names: Iterable[object], *, most: int = 5) -> str:
    """Return names in a sentence; of many, the first and how many more.

    Examples
    --------
    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    words = [visible(name) for name in names]
    if len(words) > most:
        return f"{', '.join(words[:most])} and {len(words) - most} more"
    return ", ".join(words)


def columns_of(text: str) -> int:
    """Return how many columns of a terminal a visible text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def for_markdown(text: object) -> str:
    r"""Return text as a cell of a Markdown table shows it: no markup, no link, no HTML.

    Examples
    --------
    >>> print(for_markdown("a|b [x](y) k_h * 2 <b>"))
    a\|b \[x\](y) k_h * 2 \<b\>
    """
    from re import sub

    words = sub(r"([\\`|<>\[\]~$&])", r"\\\1", visible(text, most=None))
    # Emphasis needs a star or an underscore at the edge of a word.
    words = sub(r"(?<! )\*|\*(?! )", r"\\*", words)
    words = sub(r"(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])", r"\\_", words)
    # An address would become a link by itself.
    return sub(r"(?i)(https?|ftp|mailto|www)([:.])", r"\1\\\2", words)


def for_spreadsheet(text: object) -> str:
    """Return text as a cell that no spreadsheet computes.

    A cell that would begin a formula gets an apostrophe in front, which says that
    text follows.

    Examples
    --------
    >>> for_spreadsheet("=1+1"), for_spreadsheet("dense")
    ("'=1+1", 'dense')
    """
    words = visible(text, most=None)
    return f"'{words}" if words.lstrip()[:1] in tuple(_FORMULA_STARTS) else words


def for_page(text: object) -> str:
    """Return text for HTML and SVG, in an element or a quoted attribute."""
    from html import escape

    return escape(visible(text, most=None))
