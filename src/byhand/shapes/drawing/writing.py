"""Drawings in files: a file is replaced by a finished drawing or left as it is."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike


def write_drawing(path: str | PathLike[str], svg: str) -> None:
    """Write a drawing to a file; one that is there is replaced at once, or not at all.

    A link stays, and what it leads to is replaced; a file keeps its permissions. What
    is no file, such as a pipe, is written to.

    Parameters
    ----------
    path : str or path
        Where to write: a name that ends in ".svg", or has no ending.
    svg : str
        The drawing.

    Raises
    ------
    ValueError
        If the name promises another kind of picture.
    OSError
        If it cannot be written.
    """
    import os
    from pathlib import Path

    given = Path(path)
    if given.suffix.lower() not in ("", ".svg"):
        raise ValueError(
            f"a drawing is SVG, and {given.name!r} ends in {given.suffix!r}; write "
            f"{given.with_suffix('.svg').name!r}, which every browser shows, and turn "
            "it into another kind with a program such as rsvg-convert or Inkscape"
        )
    content = svg.encode("utf-8")
    target = Path(os.path.realpath(given))
    if target.exists() and not target.is_file():
        target.write_bytes(content)
        return
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(f"{given} may not be written to")
    if not target.parent.is_dir():
        raise FileNotFoundError(
            f"{given} cannot be written: there is no folder {str(target.parent)!r}; "
            "make it first"
        )
    beside = target.with_name(f".{target.name[:100]}.{os.urandom(6).hex()}.tmp")
    # Readable as a new file is, under the user's own mask.
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o7777)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
