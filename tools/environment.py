"""Make .venv hold exactly what requirements.lock says, and the book's own package.

Run by make with any Python >= 3.11; standard library only. A second run with
nothing changed returns at once.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed"
LOG = ROOT / "_build" / "install.log"
INPUTS = ["requirements.lock", "pyproject.toml", "tools/environment.py"]

NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|Temporary failure in name resolution|"
    r"Network is unreachable|Connection refused|ConnectTimeout|Cannot connect to proxy|"
    r"ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT"
)
NO_WHEEL = re.compile(r"No matching distribution found for (\S+)")


class InstallError(Exception):
    """The environment could not be made; the message says what to do."""


def digest() -> str:
    """Return what identifies a finished environment: its inputs and its Python."""
    state = hashlib.sha256(f"{sys.version} {VENV}".encode())
    for name in INPUTS:
        state.update((ROOT / name).read_bytes())
    return state.hexdigest()


def python() -> Path:
    """Return the path of the environment's interpreter."""
    windows = VENV / "Scripts" / "python.exe"
    return windows if windows.exists() else VENV / "bin" / "python"


def run(step: str, *command: str, **options) -> None:
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
        raise InstallError(
            explain(step, LOG.read_text(encoding="utf-8"), reachable=index_answers())
        )


def index_answers() -> bool:
    """Tell whether the package index answers when asked for pip itself.

    pip words an index out of reach and a build that does not exist alike.
    """
    asked = [str(python()), "-m", "pip", "index", "versions", "pip"]
    return subprocess.run(asked, capture_output=True).returncode == 0


def explain(step: str, output: str, *, reachable: bool) -> str:
    """Turn what an installer printed into one message with a remedy.

    Parameters
    ----------
    step : str
        What was being done, in words.
    output : str
        All that the installer printed.
    reachable : bool
        Whether the package index answers.
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
            f"{step} failed: requirements.lock asks for {found[1]}, which has no "
            f"build for Python {sys.version.split()[0]} on this machine.\n"
            "Use Python 3.11, 3.12 or 3.13, for example: "
            f"make clean && make book PYTHON=python3.12. {where}"
        )
    last = [line for line in output.splitlines() if line.strip()][-3:]
    return f"{step} failed: " + "\n".join(last) + f"\n{where}"


def install() -> None:
    """Create .venv where it is missing and bring it to the locked versions."""
    if sys.version_info < (3, 11):
        raise InstallError(
            f"Python {sys.version.split()[0]} is too old: the book needs 3.11 or "
            "newer. Name one: make book PYTHON=python3.12"
        )
    if STAMP.exists() and STAMP.read_text() == digest():
        return
    if not python().exists():
        shutil.rmtree(VENV, ignore_errors=True)
        print("[environment] creating .venv", flush=True)
        made = subprocess.run(
            [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True
        )
        if made.returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            raise InstallError(
                "creating .venv failed: "
                + (made.stdout + made.stderr).strip()
                + "\nOn Debian and Ubuntu: apt install python3-venv"
            )
    STAMP.unlink(missing_ok=True)
    pip = [str(python()), "-m", "pip", "install", "--disable-pip-version-check"]
    packages = len((ROOT / "requirements.lock").read_text().splitlines())
    run(
        f"installing {packages} pinned packages (2.4 GB; a minute or two)",
        *pip,
        "-r",
        "requirements.lock",
    )
    run(
        "installing byhand from src/",
        *pip,
        "--no-deps",
        "--no-build-isolation",
        "--editable",
        ".",
    )
    install_katex()
    STAMP.write_text(digest())


def install_katex() -> None:
    """Fetch KaTeX's style sheet and fonts, of the version that renders the equations.

    The renderer comes with sphinxcontrib-katex, the style sheet does not; one of
    another version draws every subscript at full size, so its number is asked of
    the renderer and stands nowhere else.
    """
    version = subprocess.run(
        [
            str(python()),
            "-c",
            "from sphinxcontrib.katex import katex_version; print(katex_version)",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    # npm looks for node on the path, and this machine may have none of its own.
    path = os.pathsep.join([str(python().parent), os.environ.get("PATH", "")])
    run(
        f"installing KaTeX {version}'s style sheet and fonts",
        shutil.which("npm", path=path) or "npm",
        "install",
        "--prefix",
        str(VENV / "share" / "katex"),
        "--no-audit",
        "--no-fund",
        "--no-save",
        "--ignore-scripts",
        f"katex@{version}",
        env={**os.environ, "PATH": path},
    )


if __name__ == "__main__":
    try:
        install()
    except InstallError as error:
        sys.exit(f"\n[environment] {error}")
    except KeyboardInterrupt:
        sys.exit("\n[environment] stopped; run the same command again to go on")
