"""Run every script of the gallery, one process each, and write down what it costs.

    python -m bookbuild gallery measure cpu   # on the processor, cards hidden
    python -m bookbuild gallery measure gpu   # a card is demanded, and used

The costs go to gallery/costs/, named by the device, once every script has passed.
The backend is that of KERAS_BACKEND or, for a card, the first that sees one.
"""

import hashlib
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bookbuild import files, inputs, noise, places, processes
from bookbuild.errors import CommandError
from bookbuild.gallery import devices, running, scripts

LIMIT = 900  # seconds for one script, on a machine that does more than that
MEASURED = ("wall_s", "first_step_s", "steady_step_s", "host_mib", "device_mib")
# A card rounds the factors of products to ten bits unless told not to; what an example
# shows to be equal would then be equal to three digits only.
EXACT = {"NVIDIA_TF32_OVERRIDE": "0", "JAX_DEFAULT_MATMUL_PRECISION": "float32"}


class GalleryError(CommandError):
    """The gallery cannot be run at all; the message says why."""


def environment(backend: str = "") -> dict[str, str]:
    """Return what a process runs with: this tree's packages, and no start-up logs."""
    ours = [str(places.ROOT / "src"), str(places.ROOT)]
    path = os.pathsep.join([*ours, os.environ.get("PYTHONPATH", "")])
    chosen = {"KERAS_BACKEND": backend} if backend else {}
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3"}
    return os.environ | quiet | EXACT | chosen | {"PYTHONPATH": path.rstrip(os.pathsep)}


def run_one(
    script: Path,
    results: Path,
    *,
    backend: str = "",
    device: str = "any",
    figures: Path | None = None,
    limit: float = LIMIT,
) -> dict[str, Any] | str:
    """Run one script in a process of its own; return its record, or what is wrong.

    Parameters
    ----------
    script : Path
        A file of the gallery.
    results : Path
        The folder for the record.
    backend : str
        Keras's backend; empty to take what KERAS_BACKEND says, if anything.
    device : {"any", "cpu", "gpu"}
        What the script is to find and use, as `running.run` takes it.
    figures : Path, optional
        The folder for the figures.
    limit : float
        Seconds after which the script is stopped.
    """
    command = [sys.executable, "-m", "bookbuild", "gallery", "run", str(script)]
    command += ["--results", str(results), "--device", device]
    command += ["--figures", str(figures)] if figures else []
    given = environment(backend)
    name = f"{scripts.name_of(script)}.py: "
    done = processes.run(command, env=given, limit=limit)
    if not done.in_time:
        return f"{name}it did not end within {limit:.0f} s"
    if done.status:
        lines = done.err.splitlines()
        told = [line for line in lines if line.startswith(name)]
        told = told or [line for line in lines if not noise.is_noise(line)]
        what = told[-1] if told else f"it ended with status {done.status}"
        return name + what.removeprefix(name)
    path = running.record_path(results, script, given.get("KERAS_BACKEND", ""))
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return f"{scripts.name_of(script)}.py: it left no record"


def resumed(
    script: Path, results: Path, *, backend: str, resume: bool
) -> dict[str, Any] | str:
    """Return the record of a run, today's if it may be taken again and is there.

    Parameters
    ----------
    script : Path
        A file of the gallery.
    results : Path
        The folder for the records, which is kept between runs.
    backend : str
        Keras's backend.
    resume : bool
        Whether to take the record of a run that passed on the same day, on the same
        machine, with the same script, package and installed versions.
    """
    record = running.record_path(results, script, backend)
    mark = record.with_suffix(".made-from")
    made_from = made_from_what(script)
    try:
        if resume and mark.read_text(encoding="utf-8") == made_from:
            kept: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
            return kept
    except (OSError, ValueError):
        pass  # it has not run, or was stopped
    mark.unlink(missing_ok=True)
    outcome = run_one(script, results, backend=backend)
    if not isinstance(outcome, str):
        files.write_text(mark, made_from)
    return outcome


def made_from_what(script: Path) -> str:
    """Return the day, the machine, and a digest of what a run depends on."""
    state = hashlib.sha256(script.read_bytes())
    package = places.ROOT / "src" / "byhand"
    inputs.add_files(state, places.ROOT, inputs.files_under(package))
    state.update(inputs.versions().encode())
    machine = f"{os.uname().nodename} {os.cpu_count()}"
    return f"{time.strftime('%Y-%m-%d')} {machine} {state.hexdigest()}\n"


def backend_with_card() -> str:
    """Return the backend to use on a card; ask each in a process of its own."""
    wanted = os.environ.get("KERAS_BACKEND", "")
    known = devices.BACKENDS
    asked = (
        "import sys; from bookbuild.gallery import devices; "
        "sys.exit(devices.card(sys.argv[1]) is None)"
    )
    for backend in [wanted] if wanted else known:
        command = [sys.executable, "-c", asked, backend]
        if processes.run(command, env=environment()).status == 0:
            return backend
    raise GalleryError(
        f"a graphics card is demanded and {wanted or ', '.join(known)} "
        f"(in {Path(sys.prefix).name}) {'sees' if wanted else 'see'} none; "
        "choose a Python whose Keras has a backend for cards: "
        "make gallery-gpu PYTHON=..., KERAS_BACKEND=..."
    )


def combined(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the costs of all scripts with what they have in common said once."""
    # A script without Keras runs on the processor whatever the others use.
    told = next((record for record in records if record["backend"]), records[0])
    return {
        "backend": told["backend"],
        "date": max(record["date"] for record in records),
        "device": told["device"],
        "host": devices.processor(),
        "scripts": {
            record["script"]: {name: record[name] for name in MEASURED}
            for record in records
        },
        "versions": told["versions"],
    }


def slug(device: str) -> str:
    """Return a device's name as a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", device.lower()).strip("-")


def run_all(
    kind: str, gallery: Path, costs: Path, *, figures: Path | None = None
) -> list[str]:
    """Run all scripts and write their costs; return the faults, if there are any.

    Parameters
    ----------
    kind : {"cpu", "gpu"}
        Where to run them.
    gallery, costs : Path
        The folder of the scripts and that of the costs.
    figures : Path, optional
        The folder for the figures.
    """
    found = scripts.all_scripts(gallery)
    if not found:
        raise GalleryError(f"there is no */plot_*.py in {gallery}")
    backend = backend_with_card() if kind == "gpu" else ""
    wanted = backend or os.environ.get("KERAS_BACKEND", "tensorflow")
    records, faults = [], []
    with tempfile.TemporaryDirectory() as results:
        for number, script in enumerate(found, 1):
            told = f"[{number}/{len(found)}] {scripts.name_of(script)}"
            try:
                names, reason = scripts.runs_on(script.read_text(encoding="utf-8"))
            except scripts.ScriptError as error:
                print(f"{told}  FAILED", flush=True)
                faults.append(f"{scripts.name_of(script)}.py: {error}")
                continue
            if wanted not in names:
                print(f"{told}  not on {wanted}: {reason}", flush=True)
                continue
            start = time.monotonic()
            outcome = run_one(
                script, Path(results), backend=backend, device=kind, figures=figures
            )
            passed = isinstance(outcome, dict)
            took = f"{time.monotonic() - start:.0f} s"
            print(f"{told}  {took}{'' if passed else '  FAILED'}", flush=True)
            (records if passed else faults).append(outcome)
    if not faults:
        result = combined(records)
        name = "cpu"
        if kind == "gpu":
            name = slug(f"{result['device']} {result['backend']}")
        path = costs / f"{name}.json"
        files.write_json(path, result | {"kind": kind}, sort_keys=True)
        print(f"\n{len(records)} scripts on {result['device']}: costs in {name}.json")
    return faults


def measure(
    kind: str, gallery: Path, costs: Path, *, figures: Path | None = None
) -> int:
    """Run all scripts, write their costs, and list what failed; return the status."""
    faults = run_all(kind, gallery, costs, figures=figures)
    if faults:
        print(f"\nNo costs are kept: {len(faults)} failed.", file=sys.stderr)
        for fault in faults:
            print(f"  {fault}", file=sys.stderr)
    return int(bool(faults))
