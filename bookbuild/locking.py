"""Let one process at a time work in a folder. The standard library only."""

from __future__ import annotations

import contextlib
import fcntl
from typing import TYPE_CHECKING

from bookbuild.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def only_one(path: Path, what: str) -> Iterator[int]:
    """Hold a lock file while the block runs; give its descriptor.

    The system lets go of the lock when the last process that holds the descriptor
    ends, however it ends; so a child that is given the descriptor keeps the lock
    even if its parent is killed.

    Parameters
    ----------
    path : Path
        The lock file; it is made where it is missing, and stays.
    what : str
        What the holder of the lock is called in the message, such as "build".

    Raises
    ------
    CommandError
        If another process holds the lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"another {what} is at work in {path.parent}; "
                "wait until it has ended, or stop it, then run the same command again"
            ) from None
        yield file.fileno()
