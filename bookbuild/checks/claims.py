"""What the prose claims in numbers, a cell or a source must stand for.

A number with a decimal point, a power of ten, thousands set apart, a per cent sign or a
unit (prose.py) is known if it

- comes from a cell, by `{glue:text}`, or from an example, by `{fact}`;
- is asserted or set (literals.py) by a cell of the same section, from one title of the
  second level to the next, or by a cell of a section that the sentence refers to with
  `{ref}`; one cell knows all the numbers of a sentence, or of a row of a table, so
  that none is known by accident;
- stands in a sentence with a source: `{cite}`, a link, or a slide of the lecture.

Whole numbers without any of these marks count steps and layers; only solutions are
asked for them, from ten on.
"""

import ast
import math
import re
from collections.abc import Iterable, Iterator

from bookbuild.checks import prose, reading
from bookbuild.checks.literals import asserted, numbers_in, stood_for
from bookbuild.checks.sources import Fault, Source, line_at, tree_or_empty

MOST_REASONED = 12  # solutions of the whole book that no cell can check
LABEL = re.compile(r"^\((?P<label>[\w-]+)\)=$", re.MULTILINE)
REASONED = re.compile(r"^% reasoned:(?P<why>.*)$", re.MULTILINE)

Cells = list[set[float]]  # what each cell stands for


def numbers_are_known(page: Source) -> Iterator[Fault]:
    """Yield the numbers of a page with cells that nothing on the page stands for."""
    if reading.cells_of(page.text):
        sections = known_by_section(page.text)
        yield from _unknown(page, sections, known_by_label(page.text, sections))


def numbers_are_known_elsewhere(pages: Iterable[Source]) -> Iterator[Fault]:
    """Yield the numbers of pages without cells that no page they refer to knows.

    A glossary has no cell of its own; its numbers are those of the chapters.
    """
    silent, labelled = [], {}
    for page in pages:
        labelled |= known_by_label(page.text, known_by_section(page.text))
        if not reading.cells_of(page.text):
            silent.append(page)
    for page in silent:
        yield from _unknown(page, known_by_section(page.text), labelled)


def _unknown(
    page: Source, sections: dict[int, Cells], labelled: dict[str, Cells]
) -> Iterator[Fault]:
    """Yield the numbers of a page that neither its cells nor labelled ones know."""
    for sentence in prose.sentences_of(page.text):
        numbers = list(prose.numbers_of(sentence.text))
        if sentence.is_sourced or not numbers:
            continue
        cells = [*sections[sentence.section]]
        for label in sentence.refers_to:
            cells += labelled.get(label, [])
        unknown = least_unknown(numbers, cells)
        if not unknown:
            continue
        others = [number for number in numbers if number not in unknown]
        beside = f" together with {_listed(others)}" if others else ""
        yield page.fault(
            f"{_listed(unknown)}: no cell of this section asserts or sets it{beside}; "
            "assert it there (in one cell for the whole sentence), take it from a cell "
            "with {glue:text}, cite a source in the sentence, or leave it out",
            sentence.line,
        )


def _listed(numbers: Iterable[prose.Number]) -> str:
    """Return numbers as they are written, each once."""
    return ", ".join(dict.fromkeys(f"'{number.text}'" for number in numbers))


def least_unknown(numbers: list[prose.Number], cells: Cells) -> list[prose.Number]:
    """Return the numbers that the cell which knows most of them does not know."""
    left = [
        [number for number in numbers if not is_in(number.values, cell)]
        for cell in [set[float](), *cells]
    ]
    return min(left, key=len)


def is_in(values: Iterable[float], known: Iterable[float]) -> bool:
    """Return whether one of some values is known, up to rounding in arithmetic."""
    return any(
        math.isclose(value, other, rel_tol=1e-12) for value in values for other in known
    )


def known_by_section(text: str) -> dict[int, Cells]:
    """Return what each cell stands for, by the section of `prose.sections_of`."""
    known: dict[int, Cells] = {section: [] for section in prose.sections_of(text)}
    for cell in reading.cells_of(text):
        section = max(line for line in known if line <= cell.line)
        known[section].append(stood_for(cell.code))
    return known


def known_by_label(text: str, sections: dict[int, Cells]) -> dict[str, Cells]:
    """Return what each cell of a labelled section of a page stands for.

    The label of the page's title stands for all of its cells.
    """
    found = {}
    for label in LABEL.finditer(text):
        line = line_at(text, label.end()) + 1
        if text.startswith("\n# ", label.end()):
            cells = [cell for known in sections.values() for cell in known]
        else:
            cells = sections[max(start for start in sections if start <= line)]
        found[label["label"]] = cells
    return found


def solutions_are_asserted(page: Source) -> Iterator[Fault]:
    """Yield what the solutions of a page claim and the cells behind them do not know.

    A solution is answered for by the cells between it and the next exercise or
    heading. Whole numbers below ten are left out: they count steps and layers.
    """
    for solution in reading.SOLUTION.finditer(page.text):
        name, rest = solution["name"], page.text[solution.end() :]
        behind = re.split(r"^`{3,}\{(?:exercise|solution)\}|^##", rest, flags=re.M)[0]
        cells = [cell.code for cell in reading.cells_of(behind)]
        line = line_at(page.text, solution.start())
        if not any(map(asserts, cells)):
            reasoned = REASONED.match(rest, 1)
            if not (reasoned and reasoned["why"].strip()):
                yield page.fault(
                    f"no cell behind the solution of {name} asserts anything; add one, "
                    "or a line `% reasoned: why` where nothing can be asserted",
                    line,
                )
            continue
        trees = [tree_or_empty(reading.python_of(cell)) for cell in cells]
        known = set().union(*map(asserted, trees), *map(numbers_in, trees))
        for number, text in prose.lines_of(solution["text"]):
            for claimed in prose.numbers_of(text, counts=True):
                if not (is_small(claimed) or is_in(claimed.values, known)):
                    yield page.fault(
                        f"'{claimed.text}' in the solution of {name} stands in no cell "
                        "behind it; assert it there, or weaken the sentence",
                        line + number,
                    )


def is_small(number: prose.Number) -> bool:
    """Return whether a number only counts, and not to more than nine."""
    return len(number.text) == 1


def asserts(code: str) -> bool:
    """Return whether a cell asserts something that is not a constant."""
    return any(
        isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant)
        for node in ast.walk(tree_or_empty(reading.python_of(code)))
    )


def solutions_are_closed(page: Source) -> Iterator[Fault]:
    """Yield a page whose solutions cannot all be read, so that none goes unchecked."""
    exercises = len(reading.exercises_of(page.text))
    solutions = len(reading.SOLUTION.findall(page.text))
    if exercises != solutions:
        yield page.fault(
            f"of {exercises} exercises, {solutions} have a solution that can be read; "
            "open and close each solution with the same fence at the start of a line"
        )


def few_solutions_are_reasoned(pages: Iterable[Source]) -> Iterator[Fault]:
    """Yield the solutions that are arguments alone, once there are too many."""
    found = [
        (page, line_at(page.text, reasoned.start()))
        for page in pages
        for reasoned in REASONED.finditer(page.text)
    ]
    for page, line in found[MOST_REASONED:]:
        yield page.fault(
            f"the book has {len(found)} solutions that no cell checks, where "
            f"{MOST_REASONED} are the most; assert what this one says",
            line,
        )
