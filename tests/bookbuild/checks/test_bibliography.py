"""The rules for the bibliography, held to planted faults."""

from bookbuild.checks import bibliography
from bookbuild.checks.sources import Source

ENTRY = "@misc{one2015,\n  year = {2015},\n  doi = {10.48550/arXiv.1502.03167}\n}\n"


def doubtful(text):
    found = bibliography.entries_can_be_found(Source("book/references.bib", text))
    return [fault.what for fault in found]


def test_a_year_that_nothing_confirms_is_seen():
    assert doubtful(ENTRY) == []
    (fault,) = doubtful(ENTRY.replace("year = {2015}", "year = {2016}"))
    assert "nothing else in one2015 speaks of 2016" in fault
    (fault,) = doubtful(ENTRY.replace("  year = {2015},\n", ""))
    assert "one2015 has no year" in fault


def test_an_entry_without_an_identifier_is_seen_unless_it_says_why():
    (fault,) = doubtful(ENTRY.replace("doi = {10.", "url = {"))
    assert "one2015 has no DOI and no arXiv number" in fault
    reason = ENTRY.replace("doi = {10.48550/arXiv.", "note = {No DOI: a blog post")
    assert doubtful(reason) == []
    assert doubtful(ENTRY.replace("doi = {10.48550/arXiv.", "eprint = {")) == []


def test_an_entry_that_no_page_cites_is_seen():
    entries = Source("book/references.bib", ENTRY + ENTRY.replace("one", "two"))
    page = Source("book/a.md", "See {cite:t}`one2015`, and {cite}`three, two2015`.")
    assert list(bibliography.entries_are_cited(entries, [page])) == []
    half = Source("book/a.md", "See {cite:p}`one2015`, and `two2015`.")
    (fault,) = bibliography.entries_are_cited(entries, [half])
    assert str(fault).startswith("book/references.bib:5: no page cites two2015")
