"""Run one script of the gallery in this process and write down what it cost and found.

    KERAS_BACKEND=torch python -m bookbuild gallery run SCRIPT --results FOLDER

The record is complete or absent: a script that raises, draws nothing, has no `facts`,
shows a NaN or leaves a demanded card idle ends in one line and a status that is not 0.
"""

import contextlib
import importlib.metadata
import importlib.util
import io
import os
import platform
import resource
import runpy
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bookbuild import files
from bookbuild.checks import finite
from bookbuild.checks.alternatives import LEAST_ALTERNATIVE
from bookbuild.errors import CommandError
from bookbuild.gallery import devices, scripts, timing

MIB = 2**20


class ExampleError(CommandError):
    """The script gives no result that one may use; the message says why."""


class Tee(io.TextIOBase):
    """Pass on what is printed, and keep it."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.kept = io.StringIO()

    def write(self, text: str) -> int:
        """Write to both."""
        self.kept.write(text)
        return self.stream.write(text)

    def flush(self) -> None:
        """Pass it on."""
        self.stream.flush()


def record_path(results: Path, script: Path, backend: str) -> Path:
    """Return where the record of a script on a backend belongs."""
    name = scripts.name_of(script).replace("/", ".")
    return results / f"{name}.{backend or 'default'}.json"


def start_keras(device: str) -> str:
    """Import Keras and return its backend; see that a demanded card is there."""
    wanted = os.environ.get("KERAS_BACKEND", "")
    if wanted and wanted not in devices.BACKENDS:
        raise ExampleError(
            f"KERAS_BACKEND is {wanted!r}; it may be {', '.join(devices.BACKENDS)}"
        )
    if wanted and importlib.util.find_spec(wanted) is None:
        raise ExampleError(
            f"KERAS_BACKEND is {wanted!r}, which is not installed here; install it, "
            "or set KERAS_BACKEND to a backend that is"
        )
    try:
        import keras
    except ImportError as error:
        raise ExampleError(
            f"Keras cannot be imported: {error}; install keras and one backend "
            f"({', '.join(devices.BACKENDS)})"
        ) from error
    backend = str(keras.backend.backend())
    if device == "gpu" and devices.card(backend) is None:
        raise ExampleError(
            f"a graphics card is demanded and {backend} sees none; install its build "
            "for cards, or another backend, or leave out --device gpu"
        )
    return backend


def execute(script: Path) -> tuple[dict[str, Any], str]:
    """Run a script; return its names and what it printed."""
    tee = Tee(sys.stdout)
    try:
        with contextlib.redirect_stdout(tee):
            space = runpy.run_path(str(script), run_name="__main__")
    except (Exception, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(script)]
        where = f"line {lines[-1]}: " if lines else ""
        if isinstance(error, SyntaxError):
            where = f"line {error.lineno}: "
        what = str(error).strip().splitlines() or ["no message"]
        raise ExampleError(f"{where}{type(error).__name__}: {what[0]}") from error
    return space, tee.kept.getvalue()


def check_results(space: dict[str, Any], printed: str) -> None:
    """Refuse results that are missing or are no numbers."""
    for fault in finite.faults(space.get("facts")):
        raise ExampleError(fault)
    if line := finite.printed(printed):
        raise ExampleError(f"it prints what is no number: {line.strip()!r}")


def drawn_figures() -> list[Any]:
    """Return the open figures; refuse none at all, empty ones and undescribed ones."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    numbers = pyplot.get_fignums() if pyplot else []
    figures = [pyplot.figure(number) for number in numbers] if pyplot else []
    if not any(figure.axes for figure in figures):
        raise ExampleError("it draws nothing; let it draw a figure")
    for number, figure in zip(numbers, figures, strict=True):
        label = str(figure.get_label())
        if len(label) < LEAST_ALTERNATIVE:
            raise ExampleError(
                f"figure {number} needs a text of at least {LEAST_ALTERNATIVE} "
                f"characters, got {label!r}; give it one with fig.set_label(...)"
            )
        figure.canvas.draw()
    return figures


def peak_host_memory() -> float:
    """Return the most memory that this process has held, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / MIB if sys.platform == "darwin" else peak / 1024


def run(script: Path, *, device: str = "any") -> tuple[dict[str, Any], list[Any]]:
    """Run a script; return its record and its figures.

    Parameters
    ----------
    script : Path
        A file of the gallery.
    device : {"any", "cpu", "gpu"}
        "cpu" hides cards, "gpu" demands that one is there and is used. A script
        that does not import Keras has no use for a card and need not use one.

    Raises
    ------
    ExampleError
        If the script gives no result that one may use.
    """
    try:
        with_keras = scripts.imports_keras(script.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExampleError(f"it cannot be read: {error.strerror}") from error
    os.environ["MPLBACKEND"] = "Agg"
    # Threads that wait for each other by spinning make PyTorch 40 times slower on a
    # processor that others use as well.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if device == "cpu":
        os.environ.update(devices.HIDDEN)
    start = time.perf_counter()
    backend, steps = "", timing.Steps()
    if with_keras:
        backend = start_keras(device)
        steps = timing.watch(sys.modules["keras"])
    space, printed = execute(script)
    wall = time.perf_counter() - start
    check_results(space, printed)
    figures = drawn_figures()
    card = devices.card(backend) if backend and device != "cpu" else None
    held = devices.peak_memory(backend) if card else 0
    if device == "gpu" and backend and not held:
        raise ExampleError(
            f"a graphics card is demanded and {card} was not used: {backend} held no "
            "memory on it; let the script compute with keras.ops"
        )
    record = {
        "script": scripts.name_of(script),
        "backend": backend,
        "versions": versions(backend),
        "device": card or devices.processor(),
        "date": datetime.now(UTC).date().isoformat(),
        "wall_s": rounded(wall),
        "first_step_s": rounded(steps.first),
        "steady_step_s": rounded(steps.steady),
        "host_mib": rounded(peak_host_memory()),
        "device_mib": rounded(held / MIB) if card else None,
        "figures": len(figures),
        "facts": space["facts"],
    }
    return record, figures


def rounded(number: float | None) -> float | None:
    """Return a measured number to three digits: more would be noise."""
    return None if number is None else float(f"{number:.3g}")


def versions(backend: str) -> dict[str, str]:
    """Return the versions that a result depends on."""
    found = {"python": platform.python_version()}
    for name in ("keras", "numpy") if backend else ("numpy",):
        found[name] = importlib.metadata.version(name)
    if backend:
        found[backend] = str(sys.modules[backend].__version__)
    return found


def keep_figures(figures: list[Any], folder: Path, script: Path) -> None:
    """Save the figures, each whole or not at all."""
    for number, figure in enumerate(figures, 1):
        name = f"{scripts.name_of(script).replace('/', '.')}.{number}.png"
        files.write_with(folder / name, figure.savefig)


def run_and_keep(
    script: Path, results: Path, *, figures: Path | None = None, device: str = "any"
) -> int:
    """Run a script and write its record; return the exit status.

    Parameters
    ----------
    script : Path
        A file of the gallery.
    results : Path
        The folder for the record.
    figures : Path, optional
        The folder for the figures; they are not saved if left out.
    device : {"any", "cpu", "gpu"}
        As `run` takes it.

    Raises
    ------
    CommandError
        If there is no result that one may use; no record is then left.
    """
    name = f"{scripts.name_of(script)}.py"
    path = record_path(results, script, os.environ.get("KERAS_BACKEND", ""))
    try:
        # A record of an earlier run must not stand for this one.
        path.unlink(missing_ok=True)
        record, drawn = run(script, device=device)
        if figures:
            keep_figures(drawn, figures, script)
        files.write_json(path, record, default=finite.plain)
        print(
            f"{name}: took {record['wall_s']:.0f} s; what it found, its times and its "
            f"memory are in {path}"
        )
    except ExampleError as error:
        raise CommandError(f"{name}: {error}") from error
    except OSError as error:
        what = f"{error.strerror}: {error.filename or results}"
        raise CommandError(
            f"{name}: its results cannot be written ({what}); free space or name "
            "another folder; nothing half-written is left"
        ) from error
    return 0
