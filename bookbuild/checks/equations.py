"""Rules for display equations: each has a label, is read, and is known to be right."""

import re
from collections.abc import Iterable, Iterator

from bookbuild.checks import claims, reading
from bookbuild.checks.chapters import teaches
from bookbuild.checks.sources import Fault, Source, line_at, without


def equations_are_labelled(page: Source) -> Iterator[Fault]:
    """Yield the display equations without a label that says their topic."""
    text = without(r"```.*?```", page.text, re.DOTALL)
    for found in re.finditer(r"^\$\$\n(?:.*\n)*?\$\$(?P<tail>.*)$", text, re.MULTILINE):
        if not re.fullmatch(r" \(eq-[a-z]+(-[a-z]+)*\)", found["tail"]):
            yield page.fault(
                f"the equation ends with {found['tail'].strip()!r}; label it by its "
                "topic: $$ (eq-topic-detail), in lower-case letters",
                line_at(text, found.start("tail")),
            )


OTHER_FORMS = re.compile(
    r"^[ \t>]+\$\$"  # indented, or in a quotation
    r"|^\$\$(?!\n|\s*\(eq-)[^\n]+$"  # on one line
    r"|^`{3,}\{math\}"
    r"|^[ \t]*\\begin\{(?:align|equation|gather|mult[a-z]+|eqnarray)\*?\}",
    re.MULTILINE,
)


def displays_have_one_form(page: Source) -> Iterator[Fault]:
    """Yield the displays of a form that nothing reads, so that none goes unchecked."""
    text = without(r"^```\{code-cell\}.*?^```$", page.text, re.DOTALL | re.MULTILINE)
    for found in OTHER_FORMS.finditer(text):
        yield page.fault(
            "nothing evaluates a display of this form; write $$, the LaTeX and "
            "$$ (eq-label) on lines of their own, without indent, and lines below one "
            "another in `aligned`",
            line_at(text, found.start()),
        )


def equations_are_read(page: Source) -> Iterator[Fault]:
    """Yield the labels whose equation cannot be read, so that none goes unchecked."""
    read = {equation.line for equation in reading.equations_of(page)}
    for found in re.finditer(r"^\$\$ \(eq-", page.text, re.MULTILINE):
        line = line_at(page.text, found.start())
        if line not in read:
            yield page.fault(
                "the equation before this label cannot be read; "
                "put its opening $$ on a line of its own",
                line,
            )


def labels_are_unique(pages: Iterable[Source]) -> Iterator[Fault]:
    """Yield the equations whose label another one has."""
    home: dict[str, str] = {}
    for page in pages:
        for equation in reading.equations_of(page):
            here = f"{page.place}:{equation.line}"
            if home.setdefault(equation.label, here) != here:
                yield page.fault(
                    f"{equation.label} is the label of {home[equation.label]}, too; "
                    "give one of the two another",
                    equation.line,
                )


def equations_are_known(pages: Iterable[Source]) -> Iterator[Fault]:
    """Yield the equations that no cell checks and that declare nothing."""
    source = {page.document: page for page in pages}
    for equation in reading.checked(source.values()):
        if not (equation.checked_in or equation.declared):
            yield source[equation.page].fault(
                f"nothing says how {equation.label} is known; check it in a cell with "
                f"`:checks: {equation.label}`, or put `% definition` or "
                "`% quoted: key` on the line below it",
                equation.line,
            )


def checks_assert(pages: Iterable[Source]) -> Iterator[Fault]:
    """Yield the cells that say they check an equation and do not."""
    pages = list(pages)
    known = {found.label for page in pages for found in reading.equations_of(page)}
    for page in pages:
        for cell in reading.cells_of(page.text):
            if cell.checks and not claims.asserts(cell.code):
                yield page.fault(
                    f"the cell checks {' '.join(cell.checks)} and asserts nothing; "
                    "add an assertion that can fail",
                    cell.line,
                )
            for label in cell.checks:
                if label not in known:
                    yield page.fault(
                        f"the cell checks {label}, and no equation has that label; "
                        "correct it",
                        cell.line,
                    )


def chapters_derive_or_measure(pages: Iterable[Source]) -> Iterator[Fault]:
    """Yield the chapters none of whose equations is checked."""
    pages = list(pages)
    proven = {
        equation.page for equation in reading.checked(pages) if equation.checked_in
    }
    for page in pages:
        if teaches(page) and page.document not in proven:
            yield page.fault(
                "no cell checks an equation of the chapter; add `:checks: eq-...` to "
                "a cell that does"
            )
