"""Read the files in which the gallery keeps what it says of its scripts, in TOML."""

import tomllib
from pathlib import Path
from typing import Any

from bookbuild.errors import CommandError


class TableError(CommandError):
    """A file of the gallery is not what it should be; the message says where."""


def read(gallery: Path, name: str) -> dict[str, Any]:
    """Return what a file says, by the name of the script; nothing if it is missing.

    Parameters
    ----------
    gallery : Path
        The folder of the examples, which holds the file.
    name : str
        The name of the file.

    Raises
    ------
    TableError
        If the file cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads((gallery / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise TableError(f"{name} cannot be read: {error}") from error
