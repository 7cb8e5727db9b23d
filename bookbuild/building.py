"""Build the book strictly, and end with what the person at the terminal must know.

Jupyter Book does the work. This adds the options that make it strict, takes the
start-up logs of the kernels out of what it prints, and closes with the faults, each
with its file, line and remedy, where Jupyter Book closes with a traceback.
"""

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import yaml
from pybtex.database import parse_file
from pybtex.exceptions import PybtexError

from bookbuild import faults, files, inputs, locking, noise, processes
from bookbuild.checks import chapters, reading
from bookbuild.checks.sources import Fault
from bookbuild.equations import reports, tables

STRICT = ["-W", "-n", "--keep-going"]


def environment(root: Path) -> dict[str, str]:
    """Return the environment of the build.

    Progress shows at once, and the settings of whoever builds stay outside: those of
    IPython, matplotlib and Keras are read from folders of the build's own, so that
    they cannot change a page unseen. Several pages are executed at once, so that the
    threads of NumPy, scikit-learn and TensorFlow would wait for one another: two pages
    took twice the time with two threads each. With one thread sums are taken in the
    same order, too, however many cores there are.
    """
    own = root / "_build" / "settings"
    return os.environ | {
        "PYTHONUNBUFFERED": "1",
        # Each page and each example is a process of its own, which would compile the
        # package anew where Python is told to keep no compiled code.
        "PYTHONDONTWRITEBYTECODE": "",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "IPYTHONDIR": str(own / "ipython"),
        "KERAS_HOME": str(own / "keras"),
        "MPLCONFIGDIR": str(own / "matplotlib"),
    }


def settings_faults(root: Path) -> Iterator[str]:
    """Yield what cannot be read in the files that a build begins with."""
    for name in ("_config.yml", "_toc.yml"):
        try:
            yaml.safe_load((root / name).read_text(encoding="utf-8"))
        except OSError as error:
            yield f"{name}: {error.strerror}"
        except UnicodeDecodeError as error:
            yield f"{name}: not UTF-8 at byte {error.start}; save it as UTF-8"
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = f":{mark.line + 1}" if mark else ""
            yield f"{name}{line}: not YAML, {error.problem}"
        except yaml.YAMLError as error:
            yield f"{name}: not YAML, {' '.join(str(error).split())}"
    for path in sorted((root / "book").glob("*.bib")):
        try:
            parse_file(str(path), bib_format="bibtex")
        except UnicodeDecodeError as error:
            place = path.relative_to(root)
            yield f"{place}: not UTF-8 at byte {error.start}; save it as UTF-8"
        except PybtexError as error:
            found = re.search(r"line (\d+)", str(error))
            line = f":{found[1]}" if found else ""
            yield f"{path.relative_to(root)}{line}: not BibTeX, {error}"


def structure_faults(root: Path) -> Iterator[Fault]:
    """Yield the exercises and displays that lack a part which Sphinx does not miss.

    Those are rules of `make lint`, too; here an author is told who only builds.
    """
    pages = reading.book_in_order(root)
    yield from tables.equations_are_named(root, pages)
    for page in pages:
        yield from chapters.exercises_are_titled(page)
        yield from chapters.exercises_are_solved(page)


def build(root: Path) -> int:
    """Build the book under `root`; return 0 or the exit status for make.

    Raises
    ------
    CommandError
        If another build is at work under `root`.
    KeyboardInterrupt
        If the build was stopped; whatever it had started has then ended.
    """
    with locking.only_one(root / "_build" / "lock", "build") as lock:
        return build_alone(root, lock)


def build_alone(root: Path, lock: int) -> int:
    """Build the book while no other build can."""
    start = time.monotonic()
    if broken := list(settings_faults(root)):
        return refuse(broken)
    record = root / "_build" / "finished.json"
    html = root / "_build" / "html"
    # Taken before the build: what an author writes meanwhile is of the next one.
    made_of = inputs.everything(root)
    if is_finished(record, html, made_of):
        took = time.monotonic() - start
        print(
            f"The book is as it was built: nothing that it is made of has changed "
            f"({took:.1f} s). Open _build/html/index.html"
        )
        return 0
    record.unlink(missing_ok=True)
    if wrong := reports.faults_in(root):
        return refuse([str(fault) for fault in wrong])
    lacking = [str(fault) for fault in structure_faults(root)]
    status, lines = run_jupyter_book(root, lock, *STRICT)
    took = time.monotonic() - start
    if status == 0 and not lacking:
        finished = {"inputs": made_of, "outputs": inputs.state_of(html)}
        files.write_json(record, finished)
        print(f"\nThe book is built ({took:.0f} s). Open _build/html/index.html")
        return 0
    found = faults.faults_in(lines, root) if status else []
    return refuse([*lacking, *found])


def run_jupyter_book(root: Path, lock: int, *options: str) -> tuple[int, list[str]]:
    """Run Jupyter Book; return its exit status and the lines that it printed.

    Parameters
    ----------
    root : Path
        The folder of the book.
    lock : int
        The descriptor of the lock, held for as long as Jupyter Book runs.
    *options : str
        Options of `jupyter-book build`.
    """
    lines: list[str] = []

    def tell(line: str) -> None:
        lines.append(line)
        if not noise.is_noise(line):
            print(line, end="", flush=True)

    run = "from jupyter_book.cli.main import main; main()"
    status = processes.follow(
        [sys.executable, "-c", run, "build", ".", *options],
        tell,
        log=root / "_build" / "build.log",
        cwd=root,
        env=environment(root),
        pass_fds=(lock,),
    )
    return status, lines


def check_links(root: Path) -> int:
    """Ask every address that a page links to whether it is there; return the status.

    Parameters
    ----------
    root : Path
        The folder of a book that is built.
    """
    with locking.only_one(root / "_build" / "lock", "build") as lock:
        status, _ = run_jupyter_book(root, lock, "--builder", "linkcheck")
    report = root / "_build" / "html" / "output.txt"
    broken = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
    told = [line for line in broken if "[broken]" in line or "[timeout]" in line]
    if told:
        print(f"\n{len(told)} addresses do not answer:", *told, sep="\n  ")
    return int(bool(status or told))


def is_finished(record: Path, html: Path, made_of: str) -> bool:
    """Return whether the finished book is of these inputs, and as it was written.

    Parameters
    ----------
    record : Path
        What the last build that succeeded wrote of itself.
    html : Path
        The folder of the finished book.
    made_of : str
        The digest of all inputs as they are now.
    """
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return found == {"inputs": made_of, "outputs": inputs.state_of(html)}


def refuse(listed: list[str]) -> int:
    """Print the faults, each with its remedy; return the exit status."""
    print(f"\nThe book is not built: {len(listed)} fault{'s' * (len(listed) > 1)}.")
    for fault in listed:
        print(f"  {fault}{faults.remedy(fault)}")
    return 1
