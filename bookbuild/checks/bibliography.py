"""Rules for book/references.bib: each entry can be found again, and is cited."""

import re
from collections.abc import Iterable, Iterator

from bookbuild.checks.sources import Fault, Source, line_at

ENTRY = re.compile(r"@\w+\{(?P<key>\w+),(?P<body>.*?)^\}", re.DOTALL | re.MULTILINE)
IDENTIFIER = re.compile(r"doi = \{10\.|eprint = \{\d{4}\.|No DOI: \w")
YEAR = re.compile(r"^\s*year = \{?(?P<year>\d{4})\}?", re.MULTILINE)
CITED = re.compile(r"\{cite(?::\w+)?\}`([^`]*)`")


def entries_can_be_found(bibliography: Source) -> Iterator[Fault]:
    """Yield what an entry of the bibliography lacks, or says only once."""
    for entry in ENTRY.finditer(bibliography.text):
        key, body = entry["key"], entry["body"]
        line = line_at(bibliography.text, entry.start())
        if not IDENTIFIER.search(body):
            yield bibliography.fault(
                f"{key} has no DOI and no arXiv number; add doi or eprint, "
                "or a note `No DOI: why`",
                line,
            )
        found = YEAR.search(body)
        if not found:
            yield bibliography.fault(f"{key} has no year; add one", line)
            continue
        # A year is typed by hand; its key, venue, DOI or arXiv number say it again.
        year, rest = found["year"], key + body.replace(found[0], "")
        arxiv = re.findall(r"(?:arXiv\.|eprint = \{)(\d\d)\d\d\.", body)
        if year not in rest and year[2:] not in arxiv:
            yield bibliography.fault(
                f"nothing else in {key} speaks of {year}; correct the year, or let "
                "the key name it",
                line,
            )


def entries_are_cited(bibliography: Source, pages: Iterable[Source]) -> Iterator[Fault]:
    """Yield the entries that no page cites."""
    cited = {
        key.strip()
        for page in pages
        for group in CITED.findall(page.text)
        for key in group.split(",")
    }
    for entry in ENTRY.finditer(bibliography.text):
        if entry["key"] not in cited:
            yield bibliography.fault(
                f"no page cites {entry['key']}; cite it, or remove it",
                line_at(bibliography.text, entry.start()),
            )
