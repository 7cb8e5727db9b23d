"""Rules that every chapter keeps, read from its source."""

import ast
import re
import statistics
from pathlib import Path

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


def test_the_neuron_chapter_has_an_exercise_in_every_section():
    text = text_of(ROOT / "book" / "neuron.md")
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    for section in sections:
        if not section.startswith("Summary"):
            assert "```{exercise}" in section, section[:40]
            assert "### What goes wrong" in section, section[:40]


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
        if "Lecture slides" not in body:
            assert "doi = {10." in body, key
