"""Start other programs, and end them with all that they started.

The standard library only: this also runs where nothing but Keras is installed.
"""

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

PATIENCE = 5.0  # seconds that a program has to end by itself once it is asked to


@dataclass(frozen=True)
class Done:
    """How a program ended, and what it printed."""

    status: int
    out: str
    err: str
    in_time: bool = True


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Turn the system's request to end (SIGTERM) into a KeyboardInterrupt.

    Then both ways of stopping a command take the same path, on which it ends what it
    has started. A process in the background may be born deaf to interrupts (SIGINT);
    this restores its hearing.
    """

    def stop(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    before = {
        signal.SIGTERM: signal.signal(signal.SIGTERM, stop),
        signal.SIGINT: signal.signal(signal.SIGINT, stop),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def started(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Start a program in a process group of its own; end the group with the block.

    Parameters
    ----------
    command : sequence of str
        The program and its arguments.
    **options
        What `subprocess.Popen` takes besides.
    """
    process = subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        text=True,
        errors="replace",
        start_new_session=True,
        **options,
    )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[str]) -> None:
    """End a program's whole process group: first asked, after some seconds killed.

    Kernels of Jupyter live in groups of their own; they watch the program that
    started them and end with it.
    """
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=PATIENCE)
            if not group_lives(process.pid):
                return


def group_lives(group: int) -> bool:
    """Return whether a process group has a member left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def run(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    limit: float | None = None,
) -> Done:
    """Run a program to its end; if it takes too long, end it and what it started.

    Parameters
    ----------
    command : sequence of str
        The program and its arguments.
    env : mapping, optional
        Its environment; this process's own if left out.
    cwd : Path, optional
        Where it runs.
    limit : float, optional
        Seconds after which it is ended.
    """
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with started(command, env=env, cwd=cwd, **pipes) as process:
        try:
            out, err = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            end(process)
            out, err = process.communicate()
            return Done(process.returncode, out, err, in_time=False)
        return Done(process.returncode, out, err)


def follow(
    command: Sequence[str],
    tell: Callable[[str], object],
    *,
    log: Path,
    **options: Any,
) -> int:
    """Run a program, keep what it prints and pass on each line; return its status.

    Parameters
    ----------
    command : sequence of str
        The program and its arguments.
    tell : callable
        Called with each line as it comes.
    log : Path
        The file that keeps all of it.
    **options
        What `subprocess.Popen` takes besides.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}

    def read(process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None  # noqa: S101  a pipe was asked for
        with log.open("w", encoding="utf-8") as kept, process.stdout as lines:
            for line in lines:
                kept.write(line)
                tell(line)

    with started(command, **pipes, **options) as process:
        reader = threading.Thread(target=read, args=(process,), daemon=True)
        reader.start()
        status = process.wait()
    # What the program started and left behind may hold its output open for longer.
    reader.join(timeout=PATIENCE)
    return status
