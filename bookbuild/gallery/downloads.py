"""Run what a reader downloads: the site's zips, and its chapters as notebooks.

They run outside the repository, without a network, in an environment of their own that
holds what gallery/requirements.txt and book/requirements.txt state, in the versions of
requirements.lock, and the wheel of byhand that the site offers. The environment is kept
in _build/ until one of these changes.
"""

import hashlib
import os
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from bookbuild import environment, files, locking, noise, places, processes
from bookbuild.errors import CommandError

ENVIRONMENT = environment.Environment(
    folder="_build/downloads-env", lock="gallery/requirements.txt", size="1.9 GB"
)
ZIPS = ("gallery_python.zip", "gallery_jupyter.zip")
OF_CHAPTERS = "book/requirements.txt"
RUNS_NOTEBOOKS = ("ipykernel", "nbclient")
LIMIT = 900  # seconds for one file, on a machine that does more than that
CLOSED = "http://127.0.0.1:9"  # nobody listens there


class DownloadError(CommandError):
    """What a reader downloads cannot be tested; the message says why."""


def unpack(html: Path, folder: Path) -> list[Path]:
    """Unpack the gallery's zips of a built site; return the files to run."""
    for name in ZIPS:
        found = sorted(html.rglob(name))
        if not found:
            raise DownloadError(
                f"{name} is not in {html}: build the book first, with make book"
            )
        with zipfile.ZipFile(found[-1]) as archive:
            archive.extractall(folder)
    return sorted(
        path
        for path in folder.rglob("plot_*")
        if path.suffix in {".py", ".ipynb"} and path.is_file()
    )


def bring_chapters(html: Path, folder: Path) -> list[Path]:
    """Copy the notebooks of a built site's chapters; return them.

    Those with outputs are the same cells, and need not run again.
    """
    found = sorted((html / places.NOTEBOOKS).glob("*.ipynb"))
    folder.mkdir(exist_ok=True)
    return [
        Path(shutil.copy(path, folder))
        for path in found
        if not path.stem.endswith(places.WITH_OUTPUTS)
    ]


def digest() -> str:
    """Return what identifies a finished environment, less byhand."""
    state = hashlib.sha256(f"{sys.version} {RUNS_NOTEBOOKS}".encode())
    for name in ("requirements.lock", ENVIRONMENT.lock, OF_CHAPTERS):
        state.update((places.ROOT / name).read_bytes())
    return state.hexdigest()


def wheel(html: Path) -> Path:
    """Return the wheel of byhand that a built site offers."""
    found = html.rglob("byhand-*.whl")  # Sphinx leaves those of old versions there
    newest = max(found, key=lambda path: path.stat().st_mtime, default=None)
    if newest is None:
        raise DownloadError(
            f"no wheel of byhand is in {html}: build the book first, with make book"
        )
    return newest


def install(byhand: Path) -> None:
    """Make the environment where it is not there; put a wheel of byhand into it.

    Parameters
    ----------
    byhand : Path
        The wheel.
    """
    kind = ENVIRONMENT
    wanted = digest()
    made = places.ROOT / kind.folder / "made"
    env = environment.settings()
    uv = environment.uv()
    pip = (uv, "pip", "install", "--python", str(kind.python))
    is_made = made.exists() and made.read_text(encoding="utf-8") == wanted
    if not (is_made and environment.is_whole(kind)):
        environment.run(
            f"creating {kind.folder}",
            *(uv, "venv", "--clear", "--no-project"),
            *("--python", sys.executable, kind.folder),
            kind=kind,
            env=env,
        )
        environment.run(
            f"installing what {kind.lock} states ({kind.size}; a minute or two)",
            *(*pip, "--constraint", "requirements.lock"),
            *("--requirement", kind.lock, "--requirement", OF_CHAPTERS),
            *RUNS_NOTEBOOKS,
            kind=kind,
            env=env,
        )
        files.write_text(made, wanted)
    environment.run(
        f"installing {byhand.name} of the site",
        *(*pip, "--no-deps", "--reinstall", str(byhand)),
        kind=kind,
        env=env,
    )


def isolation() -> list[str]:
    """Return the command that takes the network away, empty where there is none."""
    for command in (["unshare", "-n"], ["unshare", "-r", "-n"]):
        there = shutil.which(command[0])
        if there and processes.run([*command, "true"]).status == 0:
            return command
    return []


def reader(home: Path) -> dict[str, str]:
    """Return the environment of a reader who has the download and nothing else."""
    kept = ("PATH", "LANG", "LC_ALL", "TMPDIR")
    proxies = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        **dict.fromkeys(proxies, CLOSED),
        "HOME": str(home),
        "OMP_WAIT_POLICY": "PASSIVE",  # see running.run
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def run(path: Path, python: Path, home: Path, *, limit: float = LIMIT) -> str:
    """Run one file; return what is wrong, or an empty text."""
    given = reader(home)
    command = [*isolation(), str(python)]
    if path.suffix == ".ipynb":
        tool = shutil.copy(Path(__file__).with_name("notebook.py"), home)
        command += [str(tool), str(path)]
    else:
        given["MPLBACKEND"] = "Agg"
        command += [str(path)]
    done = processes.run(command, cwd=path.parent, env=given, limit=limit)
    if not done.in_time:
        return f"it did not end within {limit:.0f} s"
    lines = [line for line in done.err.splitlines() if not noise.is_noise(line)]
    if done.status == 0:
        return f"a reader meets a warning: {lines[0]}" if lines else ""
    return lines[-1] if lines else f"it ended with status {done.status}"


def faults(html: Path, python: Path, *, only: str = "") -> Iterator[str]:
    """Run what a built site offers; yield what fails.

    Parameters
    ----------
    html : Path
        The folder of the built site.
    python : Path
        The interpreter of the reader's environment.
    only : str
        Run the files whose path holds this, as "chapters/" does; all if empty.
    """
    with tempfile.TemporaryDirectory(prefix="downloads-") as folder:
        examples = unpack(html, Path(folder))
        chapters = bring_chapters(html, Path(folder, "chapters"))
        if not only and not chapters:
            raise DownloadError(
                f"no chapter is in {html / places.NOTEBOOKS}: build the book first, "
                "with make book"
            )
        files = [
            path
            for path in [*examples, *chapters]
            if only in path.relative_to(folder).as_posix()
        ]
        if not files:
            raise DownloadError(
                f"the zips hold no plot_*{only}*.py and no notebook, and no chapter "
                "has that name"
            )
        home = Path(folder, "home")
        home.mkdir()
        for number, path in enumerate(files, 1):
            name = path.relative_to(folder)
            start = time.monotonic()
            what = run(path, python, home)
            took = f"{time.monotonic() - start:.0f} s{'  FAILED' if what else ''}"
            print(f"[{number}/{len(files)}] {name}  {took}", flush=True)
            if what:
                yield f"{name}: {what}"


def try_all(html: Path, *, only: str = "") -> int:
    """Try what a built site offers, and list what fails; return the exit status.

    Parameters
    ----------
    html : Path
        The folder of the built site.
    only : str
        Try the files whose path holds this, as "chapters/" does; all if empty.
    """
    if not html.exists():
        raise DownloadError(f"{html} is not there: run make book first")
    with locking.only_one(places.BUILD / "downloads.lock", "test of the downloads"):
        install(wheel(html))
        if not isolation():
            print(
                "WITH the network: this system lets nobody take it away. Only proxies "
                "that lead nowhere stand between a download and other hosts."
            )
        found = list(faults(html, ENVIRONMENT.python, only=only))
    if found:
        print(f"\n{len(found)} downloads fail:", file=sys.stderr)
        for fault in found:
            print(f"  {fault}", file=sys.stderr)
    return int(bool(found))
