"""The bytes of a file, a stream or a text: bounded, and recognised by what they hold.

Names are not looked at: a JSON text called `model.h5` is a JSON text. Nothing but
regular files is opened by name, for a pipe or a device may never end.
"""

from __future__ import annotations

from byhand.shapes.errors import ReadError
from byhand.shapes.files.others import words_for_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any

LARGEST = 8 * 2**20  # bytes of text; the largest application has about 1 MB
LARGEST_STREAM = 64 * 2**20  # bytes of an archive that comes through a pipe
HEAD = 4096  # bytes that tell what a file is

ZIP = b"PK\x03\x04"
HDF5 = b"\x89HDF\r\n\x1a\n"

# In this order: the longer ones first, for the first two bytes are UTF-16's as well.
BYTE_ORDER_MARKS = [
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
]


class Opened:
    """What was given, opened.

    Attributes
    ----------
    where : str
        What it is called in messages.
    name : str
        Its name if it is a file, for the words of a refusal.
    text : str or None
        The text, if one was given in Python.
    file : binary file or None
        Otherwise what to read from, at its beginning, with `seek`.
    head : bytes
        Its first bytes.
    """

    __slots__ = ("file", "head", "name", "text", "where")

    def __init__(
        self,
        where: str,
        *,
        name: str = "",
        text: str | None = None,
        file: IO[bytes] | None = None,
    ) -> None:
        self.where = where
        self.name = name
        self.text = text
        self.file = file
        self.head = b""
        if file is not None:
            self.head = file.read(HEAD)
            file.seek(0)

    @property
    def is_zip(self) -> bool:
        """Whether it is a zip archive, as .keras files are."""
        return self.head.startswith((ZIP, b"PK\x05\x06"))

    @property
    def is_hdf5(self) -> bool:
        """Whether it is an HDF5 file; these may have a block of their own in front."""
        return any(self.head[at:].startswith(HDF5) for at in (0, 512, 1024, 2048))

    def read_text(self) -> str | None:
        """Return the text; None if the bytes are no text.

        Raises
        ------
        ReadError
            If it is longer than `LARGEST`.
        """
        if self.text is not None:
            text: str = _short_enough(self.text, self.where)
            return text.removeprefix("\ufeff")
        assert self.file is not None  # noqa: S101  one of the two is given
        data = self.file.read(LARGEST + 1)
        return decoded(_short_enough(data, self.where))

    def close(self) -> None:
        """Close what was opened here."""
        if self.file is not None:
            self.file.close()


def open_source(source: Any) -> Opened:
    """Open a text, a path, bytes, a file object, or "-" for standard input.

    Parameters
    ----------
    source : str, path, bytes or binary or text file
        A text that begins as JSON or has several lines is taken for the text itself,
        any other for a path.

    Raises
    ------
    ReadError
        If there is nothing to read.
    TypeError
        If it is something else.
    """
    from io import BytesIO

    if isinstance(source, bytes | bytearray | memoryview):
        return Opened("the bytes given", file=BytesIO(bytes(source)))
    if isinstance(source, str):
        if source == "-":
            import sys

            return _from_stream(sys.stdin, "standard input")
        if is_text(source):
            return Opened("the text", text=source)
        return _from_path(source)
    if hasattr(source, "__fspath__"):
        return _from_path(source.__fspath__())
    if hasattr(source, "read"):
        return _from_stream(source, str(getattr(source, "name", "the file given")))
    raise TypeError(
        "expected a path, a text, bytes or a file of a network, got "
        f"{type(source).__name__}; for a model in memory use from_keras, for a "
        "dictionary from_config"
    )


def is_text(source: str) -> bool:
    """Return whether a str is the text of a network itself, and not a path."""
    start = source.lstrip("\ufeff \t\r\n")
    return not start or start[0] in '{["' or "\n" in start


def decoded(data: bytes) -> str | None:
    """Return bytes as text, by their byte-order mark or zeros; None if none."""
    encoding = next(
        (name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), None
    )
    if encoding is None:
        from json import detect_encoding

        encoding = detect_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _short_enough(text: Any, where: str) -> Any:
    """Return a text or bytes, or refuse it for its length."""
    if len(text) > LARGEST:
        raise ReadError(
            f"{where} is longer than {LARGEST:,} bytes, and no description of a "
            "network is; if it holds weights as well, give the configuration alone: "
            "model.to_json()"
        )
    return text


def _from_path(path: str | bytes) -> Opened:
    """Open a regular file."""
    import os
    import stat
    from pathlib import Path

    name = os.fsdecode(path)
    where = name if name.isprintable() and len(name) <= 200 else repr(name)[:200]
    # Opening a pipe waits for a writer unless told not to.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        folder = Path(name).is_dir() and [part.name for part in Path(name).iterdir()]
        handle = -1 if folder is not False else os.open(path, flags)
    except OSError as error:
        raise ReadError(f"{where} cannot be read: {error.strerror}") from None
    except ValueError as error:  # a zero byte, which no path has
        raise ReadError(f"{where} is no path: {error}") from None
    if folder is not False:
        raise ReadError(f"{where} {words_for_folder(folder)}")
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ReadError(
                f"{where} is no regular file but a pipe or a device; pass what it "
                "gives through standard input: -"
            )
        return Opened(where, name=name, file=os.fdopen(handle, "rb"))
    except BaseException:
        os.close(handle)
        raise


def _from_stream(stream: Any, where: str) -> Opened:
    """Read a stream: a text up to the longest, an archive up to a few megabytes."""
    from io import BytesIO

    stream = getattr(stream, "buffer", stream)  # bytes know their byte-order mark
    try:
        data = stream.read(LARGEST + 1)
        if isinstance(data, str):
            return Opened(where, text=data)
        if data.startswith((ZIP, HDF5)):
            data += stream.read(LARGEST_STREAM + 1 - len(data))
            if len(data) > LARGEST_STREAM:
                raise ReadError(
                    f"{where} gives more than {LARGEST_STREAM:,} bytes; give the "
                    "file by its path, of which only the configuration is read"
                )
    except OSError as error:
        raise ReadError(f"{where} cannot be read: {error.strerror}") from None
    return Opened(where, file=BytesIO(data))
