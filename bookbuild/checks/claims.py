"""What the prose claims in numbers, a cell of the same page must know.

A number stands in a cell (best in what it asserts) or comes from one by `{glue:text}`.
"""

import ast
import math
import re
from collections.abc import Iterable, Iterator

from bookbuild.checks import reading
from bookbuild.checks.sources import Fault, Source, line_at, tree_or_empty, without

MOST_REASONED = 12  # solutions of the whole book that no cell can check
NUMBER = re.compile(
    r"(?<![\w.,])(?P<number>\d[\d,]*(?:\.\d+)?)"
    r"\s?(?P<unit>%|per ?cent(?!age)|percentage points)?"
)
LITERAL = re.compile(r"(?<![\w.])\d[\d_]*(?:\.\d+)?(?:e-?\d+)?")
# A number of a solution, also within a formula; indices and powers are none.
CLAIMED = re.compile(
    r"(?<![\w.])(?<![\^_])(?<![\^_]\{)(?<![\^_]\{\()(?<![\^_]\{-)"
    r"(?P<number>\d[\d,]*(?:\.\d+)?)(?![\d^])(?P<unit>\s?(?:%|\\%|per ?cent))?"
)
REASONED = re.compile(r"^% reasoned:(?P<why>.*)$", re.MULTILINE)


def numbers_are_known(page: Source) -> Iterator[Fault]:
    """Yield decimals and percentages of the prose that no cell of the page knows."""
    cells = reading.cells_of(page.text)
    if not cells:
        return
    known = literals("\n".join(cell.code for cell in cells))
    for number, line in enumerate(prose_of(page.text).splitlines(), start=1):
        # Tables and titles repeat what stands in the text; a source answers for
        # what is cited beside it, and the slides for what they are quoted with.
        if line.startswith(("|", "#")) or re.search(r"\{cite|[Ss]lide \*", line):
            continue
        bare = re.sub(r"\$[^$]*\$|\{[^}]*\}`[^`]*`|`[^`]*`|CC[ -]BY\S* \S+", "", line)
        for found in NUMBER.finditer(bare):
            value, unit = value_of(found), found["unit"]
            same = {value, value / 100, 100 - value, 1 - value / 100}
            measures = "." in found["number"] or unit
            if measures and not (same if unit else {value}) & known:
                yield page.fault(
                    f"{found[0].strip()!r} is typed, and no cell of the page knows it; "
                    "assert it in a cell, or take it from one with {glue:text}",
                    number,
                )


def prose_of(text: str) -> str:
    """Return the prose of a page, what solutions say included, on its own lines."""
    text = without(reading.FRONT_MATTER, text)
    text = without(r"^```\{(?:exercise|solution)\}.*|^:.*", text, re.MULTILINE)
    blocks = r"^```\{.*?^```$|^\$\$\n.*?^\$\$.*?$"
    return without(blocks, text, re.DOTALL | re.MULTILINE)


def literals(code: str) -> set[float]:
    """Return the numbers that stand in code."""
    return {float(found.replace("_", "")) for found in LITERAL.findall(code)}


def value_of(found: re.Match[str]) -> float:
    """Return the value of a number with commas between its thousands."""
    return float(found["number"].replace(",", ""))


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
        known = literals("\n".join(map(as_python_reads_it, cells)))
        said = without(r"\{[a-z:]*\}`[^`]*`|`[^`]*`", solution["text"])
        said = re.sub(r"\{,\}|\\,", "", said)
        for found in CLAIMED.finditer(said):
            if not is_known(found, known):
                yield page.fault(
                    f"{found[0]!r} in the solution of {name} stands in no cell behind "
                    "it; assert it there, or weaken the sentence",
                    line + line_at(said, found.start()),
                )


def is_known(claimed: re.Match[str], known: Iterable[float]) -> bool:
    """Return whether a number of a solution is known, or too small to matter."""
    value, unit = value_of(claimed), claimed["unit"]
    if "." not in claimed["number"] and not unit and value < 10:
        return True
    same = [value]
    if unit:
        same += [value / 100, 100 - value, 1 - value / 100]
    return any(
        math.isclose(one, other, rel_tol=1e-12) for one in same for other in known
    )


def asserts(code: str) -> bool:
    """Return whether a cell asserts something that is not a constant."""
    return any(
        isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant)
        for node in ast.walk(tree_or_empty(reading.python_of(code)))
    )


def as_python_reads_it(code: str) -> str:
    """Return a cell without its comments and magics."""
    return ast.unparse(tree_or_empty(reading.python_of(code)))


def solutions_are_closed(page: Source) -> Iterator[Fault]:
    """Yield a page whose solutions cannot all be read, so that none goes unchecked."""
    exercises = len(reading.EXERCISE.findall(page.text))
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
