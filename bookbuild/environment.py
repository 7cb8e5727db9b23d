"""Make an environment that holds exactly what its lock file says, and byhand.

    python3 -m bookbuild.environment book       # .venv
    python3 -m bookbuild.environment backends   # .venv-backends, for Keras's backends
    python3 -m bookbuild.environment key        # what names a finished environment

Run by make, whose stamp knows when there is nothing to do, with any Python from 3.11
on; the standard library only. uv does the work: it installs in parallel, verifies each
file against the hashes of the lock, and removes what left the lock. It is installed
into a folder of its own, .uv, so that the environment need not hold it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bookbuild import locking
from bookbuild.errors import CommandError
from bookbuild.places import BUILD, ROOT

LOG = BUILD / "install.log"
UV_HOME = ROOT / ".uv"
NPM = ROOT / "bookbuild" / "npm"  # package.json and package-lock.json

# What a failed step printed, and what to say of it. The first that fits is said.
FAILURES = [
    (
        r"No space left on device|os error 28|ENOSPC",
        "the disk is full. Free some space (the environment takes {size}), then run "
        "the same command again",
    ),
    (
        r"Read-only file system|os error 30|Permission denied|os error 13|EACCES|EROFS",
        "a folder cannot be written. Build in a folder that is yours to write, and see "
        "that the cache folders of uv and npm are, too",
    ),
    (
        r"Hash mismatch",
        "a downloaded file is not the one that {lock} was made with. Do not use it: "
        "ask whoever runs your package index",
    ),
    (
        r"error sending request|[Cc]onnection refused|dns error|Failed to fetch|"
        r"Network is unreachable|NewConnectionError|NameResolutionError|"
        r"ConnectTimeout|Temporary failure in name resolution|Cannot connect to proxy|"
        # What pip says where no index answers; uv itself has builds for every system.
        r"from versions: none|"
        r"ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|[Tt]imed out",
        "the package index cannot be reached. Check the network, or point pip (and "
        "npm) at an index you can reach, then run the same command again; what was "
        "downloaded is kept",
    ),
    (
        r"no wheels? with a matching|no usable wheels|no compatible|"
        r"No matching distribution|doesn't have a source distribution or wheel",
        "{lock} names a package that has no build for Python {python} on this machine. "
        "Use Python 3.11, 3.12 or 3.13, for example: make book PYTHON=python3.12",
    ),
]


class InstallError(CommandError):
    """The environment could not be made; the message says what to do."""


@dataclass(frozen=True)
class Environment:
    """A folder with an interpreter and the packages of one lock file."""

    folder: str
    lock: str
    size: str

    @property
    def python(self) -> Path:
        """The path of the interpreter."""
        return ROOT / self.folder / "bin" / "python"


BOOK = Environment(folder=".venv", lock="requirements.lock", size="2.5 GB")
BACKENDS = Environment(
    folder=".venv-backends", lock="requirements-backends.lock", size="3.7 GB or more"
)


def key() -> str:
    """Return what names a finished environment: its Python and its folder.

    An environment made by another Python, or moved with its folder, has another name
    and is made anew.
    """
    place = hashlib.sha256(f"{sys.executable} {ROOT}".encode()).hexdigest()
    version = ".".join(map(str, sys.version_info[:3]))
    return f"{version}-{place[:8]}"


def run(
    step: str,
    *command: str,
    kind: Environment = BOOK,
    env: dict[str, str] | None = None,
) -> None:
    """Run one command, shown as it goes.

    Parameters
    ----------
    step : str
        What is being done, in words.
    *command : str
        The program and its arguments.
    kind : Environment
        What is being made, for the message.
    env : dict, optional
        The command's environment; this process's own if left out.

    Raises
    ------
    InstallError
        If the command fails; the message says why and what to do.
    """
    print(f"[environment] {step}", flush=True)
    LOG.parent.mkdir(exist_ok=True)
    lines = []
    with (
        LOG.open("w", encoding="utf-8") as log,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=ROOT,
            env=env,
        ) as process,
    ):
        for line in process.stdout or ():
            log.write(line)
            lines.append(line)
            # What is large, and how far it is; the rest is for the log.
            if re.match(r"\s*(Download|Resolved|Prepared|Installed|Building)", line):
                print(f"  {line.strip()[:76]}", flush=True)
    if process.returncode:
        raise InstallError(explained(step, "".join(lines), kind=kind))


def explained(step: str, output: str, *, kind: Environment) -> str:
    """Return one message with a remedy for what a failed installer printed.

    Parameters
    ----------
    step : str
        What was being done, in words.
    output : str
        All that the installer printed.
    kind : Environment
        What was being made.
    """
    where = f"The whole output is in {LOG.relative_to(ROOT)}."
    python = ".".join(map(str, sys.version_info[:3]))
    for pattern, what in FAILURES:
        if re.search(pattern, output):
            what = what.format(size=kind.size, lock=kind.lock, python=python)
            return f"{step} failed: {what}. {where}"
    last = [line for line in output.splitlines() if line.strip()][-3:]
    return f"{step} failed:\n" + "\n".join(last) + f"\n{where}"


def pinned(name: str, lock: Path) -> str:
    """Return the lines of a lock file that pin one package, with its hashes."""
    text = lock.read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(name)}==.*\n(?:    --hash=.*\n)*", text, re.M)
    if not found:
        raise InstallError(
            f"{lock.name} pins no {name}. Run make lock in an environment that works, "
            "or take the file from the repository again"
        )
    return found[0]


def uv() -> str:
    """Return the path of uv, of the version and with the hashes of the lock.

    Where Python cannot make an environment by itself (Debian keeps that part in a
    package of its own), a uv that is on the path will do.
    """
    wanted = pinned("uv", ROOT / BOOK.lock)
    path = UV_HOME / "bin" / "uv"
    made = UV_HOME / "made"
    if made.exists() and made.read_text(encoding="utf-8") == wanted and path.exists():
        return str(path)
    shutil.rmtree(UV_HOME, ignore_errors=True)
    try:
        run(
            "making a folder for uv, the installer", sys.executable, "-m", "venv", ".uv"
        )
    except InstallError as error:
        shutil.rmtree(UV_HOME, ignore_errors=True)
        if found := shutil.which("uv"):
            return found
        raise InstallError(
            f"{error}\nPython's module venv is not whole here. On Debian and Ubuntu: "
            "apt install python3-venv; or install uv and run the same command again"
        ) from None
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write(wanted)
        file.flush()
        run(
            "installing uv",
            str(UV_HOME / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--require-hashes",
            "--requirement",
            file.name,
        )
    made.write_text(wanted, encoding="utf-8")
    return str(path)


def settings() -> dict[str, str]:
    """Return the environment for uv, with the index that this machine's pip uses.

    uv reads none of pip's settings. Where a machine can reach one index alone, or has
    files of its own, it is pip that was told.
    """
    asked = [str(UV_HOME / "bin" / "python"), "-m", "pip", "config", "list"]
    try:
        listed = subprocess.run(asked, capture_output=True, text=True).stdout
    except OSError:  # where uv came from elsewhere
        listed = ""
    told = dict(re.findall(r"^[a-z]+\.([a-z-]+)='(.*)'$", listed, re.MULTILINE))
    names = {
        "index-url": "UV_DEFAULT_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
    }
    env = {**os.environ, "UV_NO_PROGRESS": "1"}
    for name, variable in names.items():
        of_pip = f"PIP_{name.upper().replace('-', '_')}"
        value = os.environ.get(of_pip, told.get(name, ""))
        if value:
            env.setdefault(variable, ",".join(value.split()))
    return env


def is_whole(kind: Environment) -> bool:
    """Return whether an environment's interpreter runs and is of this Python."""
    asked = "import json, sys; print(json.dumps([sys.version, sys.prefix]))"
    try:
        done = subprocess.run(
            [str(kind.python), "-c", asked], capture_output=True, text=True
        )
        return json.loads(done.stdout) == [sys.version, str(ROOT / kind.folder)]
    except (OSError, ValueError):
        return False


def install(kind: Environment, *requirements: str, sync: bool) -> None:
    """Make an environment, or bring one that is there to what its lock file says.

    What neither the lock file nor `requirements` asks for is removed.

    Parameters
    ----------
    kind : Environment
        What to make.
    *requirements : str
        Requirements besides those of the lock file.
    sync : bool
        Whether the lock file names all there is to install. Where it does not, what
        the packages ask for besides is found at installation.
    """
    env = settings()
    command = uv()
    if not is_whole(kind):
        run(
            f"creating {kind.folder}",
            *(command, "venv", "--clear", "--no-project"),
            *("--python", sys.executable, kind.folder),
            kind=kind,
            env=env,
        )
    pins = re.findall(r"^\S+==", (ROOT / kind.lock).read_text("utf-8"), re.MULTILINE)
    how = ["sync", "--require-hashes"] if sync else ["install", "--exact"]
    # Otherwise each process compiles what it imports where Python may write nothing, as
    # in many containers: seven of the twelve seconds that importing Keras takes.
    how.append("--compile-bytecode")
    listed = [kind.lock] if sync else ["--requirement", kind.lock]
    run(
        f"installing {len(pins)} pinned packages ({kind.size}; a minute or two)",
        *(command, "pip", *how, "--python", str(kind.python)),
        *(*listed, *requirements),
        kind=kind,
        env=env,
    )


def install_byhand(kind: Environment) -> None:
    """Install the package and the build of the book from this very folder."""
    run(
        "installing byhand from src/",
        *(uv(), "pip", "install", "--python", str(kind.python)),
        *("--no-deps", "--no-build-isolation", "--editable", "."),
        kind=kind,
        env=settings(),
    )


def install_from_npm(kind: Environment) -> None:
    """Fetch what draws the equations, searches, runs Python in the pages, and axe."""
    home = kind.python.parent.parent / "share" / "npm"
    home.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(NPM / name, home)
    # npm looks for node on the path, and this machine may have none of its own.
    path = os.pathsep.join([str(kind.python.parent), os.environ.get("PATH", "")])
    run(
        "installing KaTeX, MiniSearch, Pyodide and axe",
        shutil.which("npm", path=path) or "npm",
        "ci",
        *("--prefix", str(home), "--no-audit", "--no-fund", "--ignore-scripts"),
        kind=kind,
        env={**os.environ, "PATH": path},
    )


def torch_pin() -> str:
    """Return the requirement of pyproject.toml that pins PyTorch.

    It is not in the lock: its builds for processors and for cards are other files of
    the same version, and the build for cards brings packages which the other lacks.
    """
    import tomllib  # not in a Python that is too old, which is told so below

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = project["project"]["optional-dependencies"]["backends"]
    return next(line for line in asked if line.startswith("torch=="))


def main(name: str) -> None:
    """Do what the command line says."""
    if name == "key":
        print(key())
        return
    with locking.only_one(BUILD / "environment.lock", "installation"):
        if name == "backends":
            install(BACKENDS, torch_pin(), sync=False)
            install_byhand(BACKENDS)
        else:
            install(BOOK, sync=True)
            install_byhand(BOOK)
            install_from_npm(BOOK)


if __name__ == "__main__":
    if sys.version_info < (3, 11):
        sys.exit(
            f"[environment] Python {sys.version.split()[0]} is too old: the book needs "
            "3.11 or newer. Name one: make book PYTHON=python3.12"
        )
    try:
        main(sys.argv[1])
    except CommandError as error:
        sys.exit(f"\n[environment] {error}")
    except OSError as error:
        sys.exit(
            f"\n[environment] {error.strerror}: {error.filename}. Free space or build "
            "in a folder that is yours to write, then run the same command again."
        )
    except KeyboardInterrupt:
        sys.exit("\n[environment] stopped; run the same command again to go on")
