"""Build the book on the newest Sphinx, parsers and theme, and report.

Jupyter Book 1.x asks for Sphinx 7 and is the last of its line, so one day the book
must do without those limits. This tries it before that day: an environment of its own
holds Jupyter Book without the limits that it states, and everything else as new as
there is; the book is built there from a copy of its sources.
"""

import re
import shutil
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

from bookbuild import environment, inputs, locking, processes
from bookbuild.errors import CommandError
from bookbuild.places import BUILD, ROOT

FOLDER = BUILD / "newest"
KIND = environment.Environment(
    folder="_build/newest/env", lock="pyproject.toml", size="2.5 GB"
)
SHOWN = re.compile(
    r"^(docutils|jupyter-book|keras|myst-nb|myst-parser|numpy|pydata-sphinx-theme|"
    r"sphinx|sphinx-book-theme|sphinx-gallery|tensorflow) .*$",
    re.MULTILINE | re.IGNORECASE,
)


def without_limits(requirements: Iterable[str]) -> list[str]:
    """Return the names that requirements are about, once each, in order.

    What is asked for on a condition (an extra, a system) is left out, as are the
    project itself and Jupyter Book, whose limits are what this is about.

    Parameters
    ----------
    requirements : iterable of str
        For example ``["sphinx>=5,<8", "pytest ; extra == 'testing'"]``.
    """
    names = []
    for requirement in requirements:
        found = re.match(r"[A-Za-z0-9._-]+", requirement.strip())
        if found and ";" not in requirement:
            names.append(found[0].lower().replace("_", "-"))
    return [
        name for name in dict.fromkeys(names) if name not in {"byhand", "jupyter-book"}
    ]


def asked_by_the_project() -> list[str]:
    """Return what the book needs, as pyproject.toml asks for it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    asked = list(project["project"]["dependencies"])
    for extra in ("keras", "figures", "datasets", "book"):
        asked += extras[extra]
    return asked


def asked_by_jupyter_book() -> list[str]:
    """Return what the installed Jupyter Book asks for, limits and all."""
    code = "import importlib.metadata as m; print(*m.requires('jupyter-book'), sep='|')"
    done = processes.run([str(KIND.python), "-c", code])
    if done.status:
        raise CommandError(f"Jupyter Book was not installed: {done.err.strip()}")
    return done.out.strip().split("|")


def install() -> None:
    """Make the environment from nothing: what was newest may not be so today."""
    env = environment.settings()
    uv = environment.uv()
    pip = (uv, "pip", "install", "--python", str(KIND.python))

    def run(step: str, *command: str) -> None:
        environment.run(step, *command, kind=KIND, env=env)

    run(
        "creating an environment for the newest versions",
        *(uv, "venv", "--clear", "--no-project"),
        *("--python", sys.executable, str(KIND.python.parent.parent)),
    )
    run("installing Jupyter Book alone", *pip, "--no-deps", "jupyter-book<2")
    names = without_limits([*asked_by_jupyter_book(), *asked_by_the_project()])
    run(f"installing the newest of {len(names)} packages", *pip, "--upgrade", *names)
    environment.install_from_npm(KIND)


def copy_sources(target: Path) -> None:
    """Copy what the book is made of, less what it generates."""
    shutil.rmtree(target, ignore_errors=True)
    for path in inputs.sources(ROOT):
        new = target / path.relative_to(ROOT)
        new.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, new)


def versions() -> str:
    """Return the versions that matter, a line each."""
    command = [environment.uv(), "pip", "list", "--python", str(KIND.python)]
    listed = processes.run(command).out
    return "\n".join(found[0] for found in SHOWN.finditer(listed))


def build() -> int:
    """Build the book on the newest versions; return the exit status of the build."""
    with locking.only_one(BUILD / "newest.lock", "build on the newest versions"):
        install()
        print(f"\n{versions()}\n", flush=True)
        book = FOLDER / "book"
        copy_sources(book)
        command = [str(KIND.python), "-m", "bookbuild", "build", "--root", str(book)]
        status = processes.follow(
            command,
            lambda line: print(line, end="", flush=True),
            log=FOLDER / "build.log",
            cwd=ROOT,
            # The environment holds neither this package nor byhand.
            env=environment.settings()
            | {"PYTHONPATH": f"{ROOT}:{book / 'src'}", "PYTHONUNBUFFERED": "1"},
        )
        print(f"\n{versions()}", flush=True)
        print("The book builds on these." if status == 0 else "It does not build yet.")
        return status
