"""The configuration in a .keras file, which is a zip archive."""

from __future__ import annotations

from byhand.shapes.errors import ReadError
from byhand.shapes.files.opening import LARGEST, Opened, decoded
from byhand.shapes.files.others import words_for_archive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any

LONGEST_READ = 4 * 2**20  # bytes at once; the directory of an archive is one read


class _Bounded:
    """A file whose reads are short, whatever the archive claims of itself."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek = file.seek
        self.tell = file.tell

    def read(self, size: int = -1) -> bytes:
        """Read some bytes, or what is left if the size is negative."""
        data = self._file.read(
            min(size, LONGEST_READ + 1) if size >= 0 else LONGEST_READ + 1
        )
        if max(size, len(data)) > LONGEST_READ:
            raise ReadError(
                f"wants over {LONGEST_READ:,} bytes read at once; no .keras file does"
            )
        return data

    def seekable(self) -> bool:
        """Whether it can be read at any place."""
        return True


def configuration_text(opened: Opened) -> str:
    """Return the text of config.json; nothing else is unpacked.

    Raises
    ------
    ReadError
        If it is not there, too long, damaged, or packed as Keras packs none.
    """
    import zipfile

    where = opened.where
    file: Any = _Bounded(opened.file)  # type: ignore[arg-type]
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if "config.json" not in names:
                raise ReadError(words_for_archive(names))
            entry = archive.getinfo("config.json")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                # The others expand what they read before its length is known.
                raise ReadError(
                    "packs its config.json in a way that Keras does not; save it anew "
                    'with model.save("model.keras")'
                )
            if entry.file_size > LARGEST:
                raise ReadError(
                    f"claims {entry.file_size:,} bytes for its config.json; at most "
                    f"{LARGEST:,} are read"
                )
            with archive.open(entry) as packed:
                # The size that an archive claims may be a lie.
                data = packed.read(LARGEST + 1)
    except ReadError as error:
        raise ReadError(f"{where} {error}") from None
    except OSError as error:
        raise ReadError(f"{where} cannot be read: {error.strerror}") from None
    except (zipfile.BadZipFile, RuntimeError, EOFError) as error:
        raise ReadError(f"{where} is no readable archive: {error}") from None
    except Exception:
        # zlib.error, and whatever else a damaged archive brings forth.
        raise ReadError(
            f"{where} is damaged: its config.json cannot be unpacked; copy it anew"
        ) from None
    text = decoded(data)
    if text is None or len(data) > LARGEST:
        raise ReadError(f"{where} holds a config.json that is no text of a network")
    return text
