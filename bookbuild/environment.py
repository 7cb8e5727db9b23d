"""Make .venv hold the versions of requirements.lock, and the book's own package.

What an older lock named and this one does not stays installed until `make clean`.

With "backends" as argument, make .venv-backends with Keras's three backends instead.
Run by make with any Python >= 3.11; standard library only. A second run with
nothing changed returns at once.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bookbuild.errors import CommandError
from bookbuild.places import ROOT

LOG = ROOT / "_build" / "install.log"

NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|Temporary failure in name resolution|"
    r"Network is unreachable|Connection refused|ConnectTimeout|Cannot connect to proxy|"
    r"ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT"
)
NO_WHEEL = re.compile(r"No matching distribution found for (\S+)")


class InstallError(CommandError):
    """The environment could not be made; the message says what to do."""


@dataclass(frozen=True)
class Environment:
    """A folder with an interpreter and the packages of one lock file."""

    folder: str
    lock: str
    size: str
    reads: bool  # whether it builds pages, and so needs KaTeX's style sheet

    @property
    def venv(self) -> Path:
        """The folder's path."""
        return ROOT / self.folder

    @property
    def stamp(self) -> Path:
        """The file that says what was installed."""
        return self.venv / "installed"

    @property
    def python(self) -> Path:
        """The path of the interpreter."""
        windows = self.venv / "Scripts" / "python.exe"
        return windows if windows.exists() else self.venv / "bin" / "python"

    def digest(self) -> str:
        """Return what identifies a finished environment: its inputs and its Python."""
        state = hashlib.sha256(f"{sys.version} {self.venv}".encode())
        for name in (self.lock, "pyproject.toml", "bookbuild/environment.py"):
            state.update((ROOT / name).read_bytes())
        return state.hexdigest()


ENVIRONMENTS = {
    "book": Environment(".venv", "requirements.lock", "2.4 GB", True),
    "backends": Environment(
        ".venv-backends", "requirements-backends.lock", "3.7 GB or more", False
    ),
}


def run(kind: Environment, step: str, *command: str, **options) -> None:
    """Run one command, shown as it goes, and explain its failure."""
    print(f"[environment] {step}", flush=True)
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
            **options,
        )
        for line in process.stdout:
            log.write(line)
            # One line a package is progress; the rest is for the log.
            if line.startswith(("Collecting ", "Installing collected")):
                print(f"  {line.strip()[:76]}", flush=True)
    if process.wait():
        output = LOG.read_text(encoding="utf-8")
        raise InstallError(
            explain(step, output, reachable=index_answers(kind), lock=kind.lock)
        )


def index_answers(kind: Environment) -> bool:
    """Tell whether the package index answers when asked for pip itself.

    pip words an index out of reach and a build that does not exist alike.
    """
    asked = [str(kind.python), "-m", "pip", "index", "versions", "pip"]
    return subprocess.run(asked, capture_output=True).returncode == 0


def explain(step: str, output: str, *, reachable: bool, lock: str) -> str:
    """Turn what an installer printed into one message with a remedy.

    Parameters
    ----------
    step : str
        What was being done, in words.
    output : str
        All that the installer printed.
    reachable : bool
        Whether the package index answers.
    lock : str
        The file with the versions that were asked for.
    """
    where = f"The whole output is in {LOG.relative_to(ROOT)}."
    if not reachable or NO_NETWORK.search(output):
        return (
            f"{step} failed: the package index cannot be reached.\n"
            "Check the network, or point pip (and npm) at an index you can reach, "
            f"then run the same command again; what is installed is kept. {where}"
        )
    if found := NO_WHEEL.search(output):
        return (
            f"{step} failed: {lock} asks for {found[1]}, which has no "
            f"build for Python {sys.version.split()[0]} on this machine.\n"
            "Use Python 3.11, 3.12 or 3.13, for example: "
            f"make clean && make book PYTHON=python3.12. {where}"
        )
    last = [line for line in output.splitlines() if line.strip()][-3:]
    return f"{step} failed: " + "\n".join(last) + f"\n{where}"


def install(kind: Environment) -> None:
    """Create the folder where it is missing and bring it to the locked versions."""
    if sys.version_info < (3, 11):
        raise InstallError(
            f"Python {sys.version.split()[0]} is too old: the book needs 3.11 or "
            "newer. Name one: make book PYTHON=python3.12"
        )
    if kind.stamp.exists() and kind.stamp.read_text() == kind.digest():
        return
    if not kind.python.exists():
        shutil.rmtree(kind.venv, ignore_errors=True)
        print(f"[environment] creating {kind.folder}", flush=True)
        command = [sys.executable, "-m", "venv", str(kind.venv)]
        made = subprocess.run(command, capture_output=True, text=True)
        if made.returncode:
            shutil.rmtree(kind.venv, ignore_errors=True)
            raise InstallError(
                f"creating {kind.folder} failed: "
                + (made.stdout + made.stderr).strip()
                + "\nOn Debian and Ubuntu: apt install python3-venv"
            )
    kind.stamp.unlink(missing_ok=True)
    pip = [str(kind.python), "-m", "pip", "install", "--disable-pip-version-check"]
    packages = len((ROOT / kind.lock).read_text().splitlines())
    run(
        kind,
        f"installing {packages} pinned packages ({kind.size}; a minute or two)",
        *pip,
        "-r",
        kind.lock,
    )
    run(
        kind,
        "installing byhand from src/",
        *pip,
        "--no-deps",
        "--no-build-isolation",
        "--editable",
        ".",
    )
    if kind.reads:
        install_katex(kind)
    kind.stamp.write_text(kind.digest())


def install_katex(kind: Environment) -> None:
    """Fetch KaTeX's style sheet and fonts, of the version that renders the equations.

    The renderer comes with sphinxcontrib-katex, the style sheet does not; one of
    another version draws every subscript at full size, so its number is asked of
    the renderer and stands nowhere else.
    """
    version = subprocess.run(
        [
            str(kind.python),
            "-c",
            "from sphinxcontrib.katex import katex_version; print(katex_version)",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    # npm looks for node on the path, and this machine may have none of its own.
    path = os.pathsep.join([str(kind.python.parent), os.environ.get("PATH", "")])
    run(
        kind,
        f"installing KaTeX {version}'s style sheet and fonts",
        shutil.which("npm", path=path) or "npm",
        "install",
        "--prefix",
        str(kind.venv / "share" / "katex"),
        "--no-audit",
        "--no-fund",
        "--no-save",
        "--ignore-scripts",
        f"katex@{version}",
        env={**os.environ, "PATH": path},
    )


if __name__ == "__main__":
    try:
        install(ENVIRONMENTS[sys.argv[1] if len(sys.argv) > 1 else "book"])
    except InstallError as error:
        sys.exit(f"\n[environment] {error}")
    except KeyboardInterrupt:
        sys.exit("\n[environment] stopped; run the same command again to go on")
