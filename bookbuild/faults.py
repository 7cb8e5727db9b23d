"""Find the faults in what a build printed, each with its place and its remedy.

Jupyter Book closes with a traceback; a person wants file, line and what to do.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from bookbuild import noise

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
WARNING = re.compile(
    r"^(?:[a-z ]+\.\.\. )?"  # a step that Sphinx was reporting on the same line
    r"(?:(?P<where>[^\s:]\S*?(?::docstring of \S*?)?):\s)?"
    r"(?:WARNING|ERROR|CRITICAL): (?P<what>.+)$"
)
EXAMPLE = re.compile(r"^\s+(?P<script>\S+\.py) failed leaving traceback:$")
FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+)')
YAML_PLACE = re.compile(r'^\s+in "(?P<file>[^"]+)", line (?P<line>\d+)')
RAISED = re.compile(
    r"^\s*(?:[\w]+\.)*(?P<what>\w*(?:Error|Exception|Exit|Interrupt)(?:: .+)?)$"
)
EXTENSION = re.compile(r"^Extension error.*?: ?(?P<what>.*)$")
MARKER = re.compile(r"\s*\[[a-z_.-]+\]$")

FIGURE = "mystnb: figure: name: and caption: between --- lines"
REMEDIES = [
    ("undefined label", "correct the name, or add the label it means"),
    ("reference target not found", "correct the name, or add what it means"),
    ("term not in glossary", "correct the word, or define it in book/glossary.md"),
    ("unknown document", "correct the path, or add the page to _toc.yml"),
    ("could not find bibtex key", "correct the key, or add it to book/references.bib"),
    ("isn't included in any toctree", "add the file to _toc.yml"),
    ("alformed YAML", "correct the YAML between the --- lines at its top"),
    ("equation not found", "correct the label, or give an equation that label"),
    ("uplicate", "give one of the two another name"),
    ("the cell fails", "mend the code of the cell that starts there"),
    ("the cell runs nothing", "give it a statement, or make it a code block"),
    ("cannot be drawn", "correct the equation"),
    ("without name and caption", f"give the cell, at its top, {FIGURE}"),
    ("a caption without a figure", "let the cell draw, or take its caption away"),
    ("under one caption", "let the cell draw one figure and show nothing else"),
    ("lacks its name or its caption", f"add what is missing of {FIGURE}"),
    ("needs a :name: and a :caption:", "add both lines below {shapes}"),
    ("no dict `facts`", "keep its results in facts = {...}"),
    ("draws nothing", "let it draw a figure, or rename it so that it is no example"),
    ("known interpreted text role", "correct its name, or name its module in PARTS"),
    (
        "a notebook has no words",
        "write it as a page and a notebook can both show it, or say in "
        "bookbuild/notebooks/markdown.py how",
    ),
    ("known directive type", "correct its name, or name its module in PARTS"),
]


def local(path: str, root: Path) -> str:
    """Return a path as the author knows it: from the root of the project."""
    return path.replace(f"{root}{os.sep}", "")


def faults_in(lines: list[str], root: Path) -> list[str]:
    """Return each fault that a build's output tells of, once, as "place: fault".

    Parameters
    ----------
    lines : list of str
        What the build printed.
    root : Path
        The folder of the book, taken off the front of every path.
    """
    lines = [COLOURS.sub("", line).rstrip() for line in lines]
    found = dict.fromkeys(_faults(lines, root))
    return list(found) or _last_words(lines, root)


def _faults(lines: list[str], root: Path) -> Iterator[str]:
    """Yield the warnings and the failing examples."""
    for number, line in enumerate(lines):
        if noise.is_noise(line):
            continue
        if match := WARNING.match(line):
            if "Executing notebook failed" in line or "traceback saved in" in line:
                continue  # the cell check says which cell
            where = f"{local(match['where'], root)}: " if match["where"] else ""
            yield where + MARKER.sub("", local(match["what"], root))
        elif match := EXAMPLE.match(line):
            yield _example(match["script"], lines[number + 1 :], root)


def _example(script: str, lines: list[str], root: Path) -> str:
    """Return the fault of one gallery script, from the traceback it left."""
    place, what = script, "it fails"
    for line in lines:
        if EXAMPLE.match(line) or line.startswith("---"):
            break
        line = local(line, root)
        if (match := FRAME.match(line)) and match["file"].endswith(script):
            place = f"{script}:{match['line']}"
        if match := RAISED.match(line):
            what = match["what"]
    return f"{place}: {what}"


def _last_words(lines: list[str], root: Path) -> list[str]:
    """Return what an exception said where there was nothing else to go by."""
    place, what = "", ""
    for line in lines:
        if match := YAML_PLACE.match(line):
            place = f"{local(match['file'], root)}:{match['line']}: "
        for pattern in (EXTENSION, RAISED):
            match = pattern.match(line)
            if match and match["what"] and "RuntimeError" not in line:
                what = match["what"]
    return [f"{place}{what or 'the build stopped'}; see _build/build.log"]


def remedy(fault: str) -> str:
    """Return what to do about a fault, or an empty text."""
    return next((f"\n    -> {text}" for sign, text in REMEDIES if sign in fault), "")
