"""Write files whole or not at all, whatever stops the writer."""

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_with(path: Path, write: Callable[[Path], object]) -> None:
    """Let a function write a file beside its place, then put it there in one step.

    Parameters
    ----------
    path : Path
        Where the file belongs; its folder is made where it is missing.
    write : callable
        Takes the path of an empty file in the same folder and fills it. Its name is
        this call's own, so that two processes cannot spoil each other's.

    Raises
    ------
    OSError
        If the file cannot be written; what stood at `path` is then as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The suffix is kept: it tells matplotlib what to write.
    handle, name = tempfile.mkstemp(
        prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent
    )
    os.close(handle)
    new = Path(name)
    try:
        write(new)
        new.chmod(0o644)  # mkstemp lets only its owner read
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text, whole or not at all."""
    write_with(path, lambda new: new.write_text(text, encoding="utf-8"))


def write_json(
    path: Path,
    content: Any,
    *,
    default: Callable[[Any], Any] | None = None,
    sort_keys: bool = False,
) -> None:
    """Write data as JSON, whole or not at all.

    Parameters
    ----------
    path : Path
        Where the file belongs.
    content : object
        What JSON can hold.
    default : callable, optional
        Turns what JSON cannot hold into what it can.
    sort_keys : bool
        Whether to put the keys in order, so that two files can be compared.
    """
    text = json.dumps(content, indent=1, sort_keys=sort_keys, default=default)
    write_text(path, f"{text}\n")
