"""Rules that every chapter keeps, read from its source."""

import ast
import re
import statistics
from pathlib import Path

import equations
import pytest
import yaml

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
    assert {"index", "notation", "neuron", "errata"} <= set(ALL_CELLS)
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
    "bibliography",
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
    assert "assert" in check.code
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
        bare = re.sub(r"\$[^$]*\$|\{[^}]*\}`[^`]*`|`[^`]*`|CC BY \S+", "", line)
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


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_one_sentence_a_line(path):
    text = re.sub(r"```.*?```|^---\n.*?\n---\n", "", text_of(path), flags=re.DOTALL)
    for line in text.splitlines():
        if line.startswith(("|", "#", ":", "-", "  ")):
            continue
        assert not re.search(r"[a-z)]\. [A-Z]", line), line


def test_every_entry_of_the_bibliography_is_cited_and_found_again():
    entries = re.findall(
        r"@\w+\{(\w+),(.*?)^\}", text_of(ROOT / "book/references.bib"), re.S | re.M
    )
    everything = "".join(text_of(path) for path in CHAPTERS)
    assert len(entries) >= 5
    for key, body in entries:
        assert re.search(rf"\{{cite(:\w+)?\}}`[^`]*{key}", everything), key
        # These publish without a DOI; an address of their own stands for one.
        if not re.search(r"Lecture slides|Machine Learning Research|OpenAI", body):
            assert "doi = {10." in body, key
