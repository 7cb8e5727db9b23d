"""Build the book strictly, and end with what the person at the terminal must know.

Jupyter Book does the work. This adds the options that make it strict, takes the
start-up logs of the kernels out of what it prints, and closes with the faults, each
with its file, line and remedy, where Jupyter Book closes with a traceback.
"""

import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import yaml
from pybtex.database import parse_file
from pybtex.exceptions import PybtexError

from bookbuild import faults, locking, noise, processes

STRICT = ["-W", "-n", "--keep-going"]


def environment() -> dict[str, str]:
    """Return the environment of the build: unbuffered, so that progress shows."""
    return os.environ | {"PYTHONUNBUFFERED": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


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
    if broken := list(settings_faults(root)):
        return refuse(broken)
    start = time.monotonic()
    lines: list[str] = []

    def tell(line: str) -> None:
        lines.append(line)
        if not noise.is_noise(line):
            print(line, end="", flush=True)

    run = "from jupyter_book.cli.main import main; main()"
    status = processes.follow(
        [sys.executable, "-c", run, "build", ".", *STRICT],
        tell,
        log=root / "_build" / "build.log",
        cwd=root,
        env=environment(),
        pass_fds=(lock,),
    )
    took = time.monotonic() - start
    if status == 0:
        print(f"\nThe book is built ({took:.0f} s). Open _build/html/index.html")
        return 0
    return refuse(faults.faults_in(lines, root))


def refuse(listed: list[str]) -> int:
    """Print the faults, each with its remedy; return the exit status."""
    print(f"\nThe book is not built: {len(listed)} fault{'s' * (len(listed) > 1)}.")
    for fault in listed:
        print(f"  {fault}{faults.remedy(fault)}")
    return 1
