"""Rules that every chapter keeps, read from its source."""

import ast
import math
import re
import statistics
from pathlib import Path

import pytest
import yaml

from bookbuild.extensions import equations

ROOT = Path(__file__).parent.parent.parent
CHAPTERS = sorted((ROOT / "book").glob("*.md"))
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FORBIDDEN = {
    r"pip install": "the reader installs the package once",
    r"sys\.path": "the package is installed",
    r"tf\.keras|import tensorflow": "Keras 3 only",
    r"KERAS_BACKEND": "the reader chooses the backend",
}


def text_of(path):
    return path.read_text(encoding="utf-8")


def cells(text):
    """Return (code, options) for each cell of a page."""
    found = []
    for body in CELL.findall(text):
        options, code = [], []
        for line in body.splitlines():
            (options if line.startswith(":") and not code else code).append(line)
        found.append(("\n".join(code).strip("\n"), " ".join(options)))
    return found


def visible(text):
    return [code for code, options in cells(text) if "remove-cell" not in options]


ALL_CELLS = {path.stem: cells(text_of(path)) for path in CHAPTERS}
EXECUTED = [path for path in CHAPTERS if ALL_CELLS[path.stem]]


def test_there_is_something_to_check():
    assert {"index", "notation", "neuron", "keras-2-to-3"} <= set(ALL_CELLS)
    assert len(EXECUTED) >= 3


@pytest.mark.parametrize("path", EXECUTED, ids=lambda path: path.stem)
def test_cells_are_short_and_narrow(path):
    lengths = [len(code.splitlines()) for code in visible(text_of(path))]
    assert statistics.median(lengths) <= 6
    assert max(lengths) <= 25
    for code, _ in ALL_CELLS[path.stem]:
        assert max(map(len, code.splitlines()), default=0) <= 79, code


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_nothing_forbidden(path):
    for code, _ in ALL_CELLS[path.stem]:
        for pattern, reason in FORBIDDEN.items():
            assert not re.search(pattern, code), reason


def defined(code):
    try:
        tree = ast.parse(re.sub(r"^[%!].*$", "", code, flags=re.MULTILINE))
    except SyntaxError:
        return set()
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, kinds)}


def test_no_two_chapters_define_the_same_name():
    home = {}
    for name, found in ALL_CELLS.items():
        for code, _ in found:
            for what in defined(code):
                assert home.setdefault(what, name) == name, (
                    f"{what} is defined in {home[what]} and {name}: "
                    "move it to byhand, with a test"
                )


def test_a_second_definition_would_be_seen():
    assert defined("def forward(x):\n    return x") == {"forward"}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_display_equations_are_labelled_by_topic(path):
    text = re.sub(r"```.*?```", "", text_of(path), flags=re.DOTALL)
    for tail in re.findall(r"^\$\$\n(?:.*\n)*?\$\$(.*)$", text, re.MULTILINE):
        assert re.fullmatch(r" \(eq-[a-z]+(-[a-z]+)*\)", tail), tail


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_each_page_says_what_it_is_about(path):
    front = re.match(r"---\n(.*?)\n---\n", text_of(path), re.DOTALL)
    assert front, "no front matter"
    about = yaml.safe_load(front[1])["myst"]["html_meta"]["description"]
    assert 50 <= len(about) <= 170


@pytest.mark.parametrize("path", EXECUTED, ids=lambda path: path.stem)
def test_each_exercise_has_a_folded_solution(path):
    text = text_of(path)
    exercises = re.findall(r"```\{exercise\}\n:label: (\S+)", text)
    solutions = re.findall(r"```\{solution\} (\S+)\n:class: dropdown", text)
    assert exercises == solutions


# What teaches, as against what one looks things up in.
REFERENCE = {
    *["index", "notation", "api", "errata", "checks", "costs", "glossary"],
    *["bibliography", "keras-2-to-3", "since-the-lecture"],
}
TAUGHT = [path for path in CHAPTERS if path.stem not in REFERENCE]


@pytest.mark.parametrize("path", TAUGHT, ids=lambda path: path.stem)
class TestTaught:
    def test_opens_with_what_you_can_do_and_closes_with_a_summary(self, path):
        text = text_of(path)
        for card in ("You will be able to", "You need", "It takes"):
            assert f"{{grid-item-card}} {card}" in text
        assert re.search(r"^## Summary$", text, re.MULTILINE)
        assert f"(chap-{path.stem})=" in text

    def test_every_section_asks_warns_and_sets_an_exercise(self, path):
        sections = re.split(r"^## ", text_of(path), flags=re.MULTILINE)[1:]
        assert sections[-1].startswith("Summary")
        for section in sections[:-1]:
            title = section.partition("\n")[0]
            assert title.endswith("?"), title
            assert "```{exercise}" in section, title
            assert "### What goes wrong" in section, title

    def test_sets_three_exercises_and_cites(self, path):
        text = text_of(path)
        assert text.count("```{exercise}") >= 3
        assert "{cite" in text

    def test_derives_or_measures(self, path):
        checked = [e for e in EQUATIONS if e.page == f"book/{path.stem}"]
        assert any(equation.checked_in for equation in checked)


EQUATIONS = equations.collected(ROOT)
CHECKS = [
    check
    for path in CHAPTERS
    for check in equations.checks_of(path.stem, text_of(path))
]


def test_every_page_stands_in_the_table_of_contents():
    assert {f"book/{path.stem}" for path in CHAPTERS} <= set(equations.pages(ROOT))


def test_every_display_equation_is_read():
    for path in CHAPTERS:
        found = list(equations.equations_of(path.stem, text_of(path)))
        assert len(found) == len(re.findall(r"^\$\$ \(eq-", text_of(path), re.M))


def test_labels_of_equations_are_unique():
    labels = [
        equation.label
        for path in CHAPTERS
        for equation in equations.equations_of(path.stem, text_of(path))
    ]
    assert len(labels) == len(set(labels)) > 50


@pytest.mark.parametrize("equation", EQUATIONS, ids=lambda equation: equation.label)
def test_an_equation_is_checked_defined_or_quoted(equation):
    assert equation.checked_in or equation.declared


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.labels[0])
def test_a_cell_that_checks_an_equation_asserts(check):
    assert asserts(check.code)
    assert set(check.labels) <= {equation.label for equation in EQUATIONS}


def test_an_equation_without_a_check_would_be_seen(tmp_path):
    page = "$$\nz = x\n$$ (eq-a)\n\n$$\nz = y\n$$ (eq-b)\n% definition\n"
    first, second = equations.equations_of("page", page)
    assert (first.declared, second.declared) == ("", "definition")
    assert not first.checked_in


NUMBER = re.compile(
    r"(?<![\w.,])(\d[\d,]*(?:\.\d+)?)"
    r"\s?(%|per ?cent(?!age)|percentage points)?"
)
LITERAL = re.compile(r"(?<![\w.])\d[\d_]*(?:\.\d+)?(?:e-?\d+)?")


def typed_numbers(text):
    """Yield decimals and percentages of the prose that no cell of the page knows."""
    code = "\n".join(code for code, _ in cells(text))
    known = {float(found.replace("_", "")) for found in LITERAL.findall(code)}
    prose = re.sub(r"^---\n.*?\n---\n", "", text, flags=re.DOTALL)
    prose = re.sub(r"^```\{(?:exercise|solution)\}.*|^:.*", "", prose, flags=re.M)
    prose = re.sub(r"^```\{.*?^```$|^\$\$\n.*?^\$\$.*?$", "", prose, flags=re.S | re.M)
    for line in prose.splitlines():
        # Tables and titles repeat what stands in the text; a source answers for
        # what is cited beside it, and the slides for what they are quoted with.
        if line.startswith(("|", "#")) or re.search(r"\{cite|[Ss]lide \*", line):
            continue
        bare = re.sub(r"\$[^$]*\$|\{[^}]*\}`[^`]*`|`[^`]*`|CC[ -]BY\S* \S+", "", line)
        for number, unit in NUMBER.findall(bare):
            value = float(number.replace(",", ""))
            same = {value, value / 100, 100 - value, 1 - value / 100}
            if ("." in number or unit) and not (same if unit else {value}) & known:
                yield f"{number} {unit}: {line}"


@pytest.mark.parametrize("path", EXECUTED, ids=lambda path: path.stem)
def test_no_number_is_typed_that_no_cell_knows(path):
    assert list(typed_numbers(text_of(path))) == []


def test_a_typed_number_would_be_seen():
    page = "It is 97.5% right.\n\n```{code-cell} ipython3\nassert a > 0.9\n```\n"
    assert len(list(typed_numbers(page))) == 1
    assert list(typed_numbers(page.replace("0.9", "0.975"))) == []
    assert list(typed_numbers(page.replace("97.5%", "{glue:text}`a`"))) == []


SOLUTION = re.compile(
    r"^(?P<fence>`{3,})\{solution\} (?P<name>\S+)\n(?P<text>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
# A number of a solution, also within a formula; indices and powers are none.
CLAIMED = re.compile(
    r"(?<![\w.])(?<![\^_])(?<![\^_]\{)(?<![\^_]\{\()(?<![\^_]\{-)"
    r"(\d[\d,]*(?:\.\d+)?)(?![\d^])(\s?(?:%|\\%|per ?cent))?"
)


def tree_of(code):
    """Return the syntax tree of a cell, without its options and magics."""
    return ast.parse(re.sub(r"^(?::[a-z]|\s*[%!]).*$", "", code, flags=re.MULTILINE))


def asserts(code):
    """Return whether a cell asserts something that is not a constant."""
    return any(
        isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant)
        for node in ast.walk(tree_of(code))
    )


def without_comments(code):
    """Return a cell as Python reads it."""
    return ast.unparse(tree_of(code))


def unasserted(text):
    """Yield what the solutions of a page claim and the cells behind them do not know.

    A solution is answered for by the cells between it and the next exercise or
    heading. Whole numbers below ten are left out: they count steps and layers.
    """
    for solution in SOLUTION.finditer(text):
        rest = text[solution.end() :]
        behind = re.split(r"^`{3,}\{(?:exercise|solution)\}|^##", rest, flags=re.M)[0]
        parts = [code for code, _ in cells(behind)]
        if not any(map(asserts, parts)):
            if not re.match(r"\n% reasoned: \S", rest):
                yield f"{solution['name']}: no cell behind it asserts anything"
            continue
        code = "\n".join(map(without_comments, parts))
        known = {float(found.replace("_", "")) for found in LITERAL.findall(code)}
        said = re.sub(r"\{[a-z:]*\}`[^`]*`|`[^`]*`", "", solution["text"])
        for number, unit in CLAIMED.findall(re.sub(r"\{,\}|\\,", "", said)):
            value = float(number.replace(",", ""))
            same = [value]
            if unit:
                same += [value / 100, 100 - value, 1 - value / 100]
            counts_something = "." in number or unit or value >= 10
            if counts_something and not any(
                math.isclose(one, other, rel_tol=1e-12)
                for one in same
                for other in known
            ):
                yield f"{solution['name']}: {number}{unit}"


@pytest.mark.parametrize("path", EXECUTED, ids=lambda path: path.stem)
def test_each_solution_is_asserted_by_the_cell_behind_it(path):
    assert list(unasserted(text_of(path))) == []


def test_few_solutions_are_arguments_that_no_cell_can_check():
    text = "".join(text_of(path) for path in CHAPTERS)
    assert len(SOLUTION.findall(text)) == text.count("{exercise}\n:label:") >= 200
    assert len(re.findall(r"^% reasoned:", text, re.M)) <= 12


ANSWERED = """```{exercise}
:label: ex-a
```

```{solution} ex-a
:class: dropdown

It has $3 \\cdot 4 = 12$ weights.
One is $w^{(12)}$, and 97.5 % of 40 runs succeed.
```

```{code-cell} ipython3
:tags: [remove-cell]

assert weights == 12 and right > 0.975 and runs == 40
```

## Next
"""


def test_a_solution_that_no_cell_asserts_would_be_seen():
    assert list(unasserted(ANSWERED)) == []
    assert list(unasserted(ANSWERED.replace("= 12$", "= 13$"))) == ["ex-a: 13"]
    assert list(unasserted(ANSWERED.replace("97.5 %", "98.5 %"))) == ["ex-a: 98.5 %"]
    without = ANSWERED.replace("assert ", "checked = ")
    (fault,) = unasserted(without)
    assert "no cell" in fault
    argued = without.replace(
        "succeed.\n```\n", "succeed.\n```\n% reasoned: a matter of taste\n"
    )
    assert list(unasserted(argued)) == []
    empty = ANSWERED.replace("assert weights", "assert True  # weights")
    assert len(list(unasserted(empty))) == 1
    unread = ANSWERED.replace("runs == 40", "runs  # 40")
    assert list(unasserted(unread)) == ["ex-a: 40"]
    moved = ANSWERED.replace("```{code-cell}", "## A heading\n\n```{code-cell}")
    assert len(list(unasserted(moved))) == 1


@pytest.mark.parametrize("path", EXECUTED, ids=lambda path: path.stem)
def test_a_chapter_that_trains_sets_the_seed(path):
    code = "\n".join(code for code, _ in ALL_CELLS[path.stem])
    if path.stem in REFERENCE or ".fit(" not in code or "epochs=" not in code:
        return
    assert "keras.utils.set_random_seed(" in code


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_one_sentence_a_line(path):
    text = re.sub(r"```.*?```|^---\n.*?\n---\n", "", text_of(path), flags=re.DOTALL)
    for line in text.splitlines():
        if line.startswith(("|", "#", ":", "-", "  ")):
            continue
        assert not re.search(r"[a-z)]\. [A-Z]", line), line


ENTRY = re.compile(r"@\w+\{(\w+),(.*?)^\}", re.DOTALL | re.MULTILINE)


def doubtful(bibliography):
    """Yield what an entry of the bibliography lacks, or says only once."""
    for key, body in ENTRY.findall(bibliography):
        if not re.search(r"doi = \{10\.|eprint = \{\d{4}\.|No DOI: \w", body):
            yield f"{key}: no DOI, no arXiv number, and no reason why"
        found = re.search(r"^\s*year = \{?(\d{4})\}?", body, re.M)
        if not found:
            yield f"{key}: no year"
            continue
        # A year is typed by hand; its key, venue, DOI or arXiv number say it again.
        rest = body.replace(found[0], "")
        arxiv = re.findall(r"(?:arXiv\.|eprint = \{)(\d\d)\d\d\.", body)
        if found[1] not in key + rest and found[1][2:] not in arxiv:
            yield f"{key}: nothing else in the entry speaks of {found[1]}"


def test_every_entry_of_the_bibliography_is_cited():
    everything = "".join(text_of(path) for path in CHAPTERS)
    keys = [key for key, _ in ENTRY.findall(text_of(ROOT / "book/references.bib"))]
    assert len(keys) >= 100
    cited = re.findall(r"\{cite(?::\w+)?\}`([^`]*)`", everything)
    cited = {key.strip() for group in cited for key in group.split(",")}
    assert set(keys) - cited == set()


def test_every_entry_of_the_bibliography_can_be_found_again():
    assert list(doubtful(text_of(ROOT / "book/references.bib"))) == []


def test_a_wrong_year_and_a_missing_identifier_would_be_seen():
    entry = "@misc{one2015,\n  year = {2015},\n  doi = {10.48550/arXiv.1502.03167}\n}\n"
    assert list(doubtful(entry)) == []
    assert len(list(doubtful(entry.replace("year = {2015}", "year = {2016}")))) == 1
    assert len(list(doubtful(entry.replace("doi = {10.", "url = {")))) == 1
    reason = entry.replace("doi = {10.48550/arXiv.", "note = {No DOI: a blog post")
    assert list(doubtful(reason)) == []
