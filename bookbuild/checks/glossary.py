"""Read the glossary: which words it explains, and where chapters use them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bookbuild.checks.sources import Fault, Source, line_at

PLACE = "book/glossary.md"
BLOCK = re.compile(
    r"^(?P<fence>`{3,})\{glossary\}\n(?P<body>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Entry:
    """An entry of the glossary: the words that it explains, and its first line."""

    names: tuple[str, ...]
    line: int

    @property
    def name(self) -> str:
        """The word under which it stands."""
        return self.names[0]


def entries_of(page: Source) -> list[Entry]:
    """Return the entries of the glossary, in order."""
    found = []
    for block in BLOCK.finditer(page.text):
        names: list[str] = []
        line = line_at(page.text, block.start("body"))
        for number, text in enumerate(block["body"].splitlines(), start=line):
            if text and not text.startswith((" ", ":", "%")):
                names.append(text.strip())
            elif text.strip() and names:
                found.append(Entry(tuple(names), number - len(names)))
                names = []
    return found


def pattern_of(
    entries: Iterable[Entry], by_hand: Sequence[str] = ()
) -> re.Pattern[str]:
    """Return a pattern that finds each word of a glossary, the longest first.

    Parameters
    ----------
    entries : iterable of Entry
        The glossary.
    by_hand : sequence of str
        Words that mean something else as well, which authors mark themselves.
    """
    names = {name for entry in entries for name in entry.names} - set(by_hand)
    plain = [name for name in names if "(" not in name]
    if not plain:
        return re.compile(r"(?!)")
    forms = [_form(name) for name in sorted(plain, key=lambda name: (-len(name), name))]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(forms)})(?![\w-])")


def _form(name: str) -> str:
    """Return a pattern for a word, its plural, and both at the start of a sentence.

    A word that has capitals within, such as ReLU or GPU, keeps them.
    """
    escaped = re.escape(name)
    if name[1:] == name[1:].lower():
        first = (
            f"[{name[0].upper()}{name[0].lower()}]" if name[0].isalpha() else name[0]
        )
        escaped = first + re.escape(name[1:])
    return escaped.replace(r"\ ", r"\s+") + "(?:e?s)?"


def entry_named(written: str, entries: Iterable[Entry]) -> Entry | None:
    """Return the entry that explains a word as a text writes it, or None."""
    asked = " ".join(written.split()).lower()
    known = {name.lower(): entry for entry in entries for name in entry.names}
    for ending in ("", "s", "es"):
        if asked.endswith(ending) and (
            found := known.get(asked[: len(asked) - len(ending)])
        ):
            return found
    return None


def glossary_is_used(pages: Iterable[Source]) -> Iterator[Fault]:
    """Yield the entries of the glossary that explain what no other page speaks of."""
    pages = list(pages)
    glossary = next((page for page in pages if page.place == PLACE), None)
    if glossary is None:
        return
    text = "\n".join(page.text for page in pages if page is not glossary).lower()
    text = " ".join(text.split())
    for entry in entries_of(glossary):
        words = [name.partition(" (")[0].lower() for name in entry.names]
        if not any(word in text for word in words):
            yield glossary.fault(
                f"no page speaks of {entry.name!r}; take it out of the glossary, or "
                "use the word where it belongs",
                entry.line,
            )
