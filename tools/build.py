"""Build the book strictly, and end with what the person at the terminal must know.

Jupyter Book does the work. This adds the options that make it strict, takes the
start-up logs of the kernels out of what it prints, and closes with the faults, each
with its file, line and remedy, where Jupyter Book closes with a traceback.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import yaml
from pybtex.database import parse_file
from pybtex.exceptions import PybtexError

ROOT = Path(__file__).resolve().parent.parent
STRICT = ["-W", "-n", "--keep-going"]

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# Kernels and TensorFlow say these whatever one sets; none is about the book.
NOISE = re.compile(
    r"absl::InitializeLog|^[IWE]\d{4} \d\d:\d\d:\d+\.|\[IPKernelApp\]|"
    r"cpu_feature_guard|rebuild TensorFlow with the appropriate|MdParserConfig\(|"
    r"NbParserConfig\("
)
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

REMEDIES = [
    ("undefined label", "correct the name, or add the label it means"),
    ("reference target not found", "correct the name, or add what it means"),
    ("unknown document", "correct the path, or add the page to _toc.yml"),
    ("could not find bibtex key", "correct the key, or add it to book/references.bib"),
    ("isn't included in any toctree", "add the file to _toc.yml"),
    ("alformed YAML", "correct the YAML between the --- lines at its top"),
    ("equation not found", "correct the label, or give an equation that label"),
    ("uplicate", "give one of the two another name"),
    ("the cell fails", "mend the code of the cell that starts there"),
    ("the cell runs nothing", "give it a statement, or make it a code block"),
    ("cannot be drawn", "correct the equation"),
    ("no dict `facts`", "keep its results in facts = {...}"),
    ("draws nothing", "let it draw a figure, or rename it so that it is no example"),
]


def environment() -> dict[str, str]:
    """Return the environment of the build: unbuffered, so that progress shows."""
    return os.environ | {"PYTHONUNBUFFERED": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


def local(path: str, root: Path) -> str:
    """Return a path as the author knows it: from the root of the project."""
    return path.replace(f"{root}{os.sep}", "")


def faults(lines: list[str], root: Path = ROOT) -> list[str]:
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
        if NOISE.search(line):
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


def settings_faults(root: Path) -> Iterator[str]:
    """Yield what cannot be read in the files that a build begins with."""
    for name in ("_config.yml", "_toc.yml"):
        try:
            yaml.safe_load((root / name).read_text(encoding="utf-8"))
        except OSError as error:
            yield f"{name}: {error.strerror}"
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = f":{mark.line + 1}" if mark else ""
            yield f"{name}{line}: not YAML, {error.problem}"
    for path in sorted((root / "book").glob("*.bib")):
        try:
            parse_file(str(path), bib_format="bibtex")
        except PybtexError as error:
            found = re.search(r"line (\d+)", str(error))
            line = f":{found[1]}" if found else ""
            yield f"{path.relative_to(root)}{line}: not BibTeX, {error}"


def build(root: Path = ROOT) -> int:
    """Build the book under `root`; return 0 or the exit status for make."""
    if broken := list(settings_faults(root)):
        return refuse(broken)
    start = time.monotonic()
    log = root / "_build" / "build.log"
    log.parent.mkdir(exist_ok=True)
    run = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", run, "build", ".", *STRICT]
    lines: list[str] = []
    process = subprocess.Popen(
        command,
        cwd=root,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    reader = threading.Thread(target=follow, args=(process, log, lines), daemon=True)
    reader.start()
    process.wait()
    # Something that the build started may hold its output open for longer.
    reader.join(timeout=10)
    took = time.monotonic() - start
    if process.returncode == 0:
        print(f"\nThe book is built ({took:.0f} s). Open _build/html/index.html")
        return 0
    return refuse(faults(lines, root))


def follow(process: subprocess.Popen[str], log: Path, lines: list[str]) -> None:
    """Keep what a build prints, and show it less the noise."""
    with log.open("w", encoding="utf-8") as kept:
        for line in process.stdout or ():
            kept.write(line)
            lines.append(line)
            if line.strip() and not NOISE.search(line):
                print(line, end="", flush=True)


def refuse(listed: list[str]) -> int:
    """Print the faults, each with its remedy; return the exit status."""
    print(f"\nThe book is not built: {len(listed)} fault{'s' * (len(listed) > 1)}.")
    for fault in listed:
        print(f"  {fault}{remedy(fault)}")
    return 1


if __name__ == "__main__":
    try:
        sys.exit(build())
    except KeyboardInterrupt:
        sys.exit("\nStopped. What was executed is kept: make book goes on from there.")
