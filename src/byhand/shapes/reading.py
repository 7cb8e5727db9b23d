"""Networks from what Keras writes: JSON, .keras files, live models.

A file's size is bounded before anything of it is unpacked, and a fault ends in one
message.
"""

from __future__ import annotations

from byhand.shapes.configuring import from_config
from byhand.shapes.errors import ReadError
from byhand.shapes.network import Network

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LARGEST = 8 * 2**20  # bytes of JSON; the largest application has about 1 MB


def from_keras_json(source: Any) -> Network:
    """Return the network that a JSON text or file of Keras describes.

    Parameters
    ----------
    source : str or path
        What `model.to_json()` returns, or the path of a file that holds it.

    Returns
    -------
    Sequential or Model
        The network, without its numbers.

    Raises
    ------
    ReadError
        If the text is no JSON, too large, or describes no network.
    ShapeError
        If the layers do not fit together.
    """
    from pathlib import Path

    text = source
    where = "the text"
    if isinstance(source, Path) or (
        isinstance(source, str) and not source.lstrip().startswith("{")
    ):
        path = Path(source)
        where = str(path)[:200]
        try:
            size = path.stat().st_size
            if size > LARGEST:
                raise ReadError(f"{where} has {size} bytes; at most {LARGEST} are read")
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise ReadError(f"{where} cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise ReadError(
                f"{where} is no text; is it a .keras file? use load"
            ) from None
        except ValueError as error:
            raise ReadError(f"{where!r} is no path: {error}") from None
    return from_config(_parsed(text, where))


def _parsed(text: Any, where: str) -> Any:
    """Return parsed JSON, or a readable refusal."""
    import json

    if not isinstance(text, str | bytes):
        raise TypeError(f"expected JSON text or a path, got {type(text).__name__}")
    if len(text) > LARGEST:
        raise ReadError(f"{where} has {len(text)} bytes; at most {LARGEST} are read")
    try:
        return json.loads(text)
    except RecursionError:
        raise ReadError(f"{where} is nested too deeply to be a network") from None
    except ValueError as error:
        raise ReadError(f"{where} is no JSON: {error}") from None


def load(path: Any) -> Network:
    """Return the network in a .keras file; only its configuration is unpacked.

    Parameters
    ----------
    path : str or path
        A file that `model.save("model.keras")` wrote.

    Returns
    -------
    Sequential or Model
        The network, without its numbers.

    Raises
    ------
    ReadError
        If the file is no .keras archive, or its configuration is too large.
    """
    import zipfile

    where = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo("config.json")
            if entry.file_size > LARGEST:
                raise ReadError(
                    f"config.json in {where} claims {entry.file_size} bytes; at most "
                    f"{LARGEST} are read"
                )
            with archive.open(entry) as file:
                # The size that an archive claims may be a lie.
                text = file.read(LARGEST + 1)
    except OSError as error:
        raise ReadError(f"{where} cannot be read: {error.strerror}") from None
    except KeyError:
        raise ReadError(f"{where} holds no config.json; is it a .keras file?") from None
    except (zipfile.BadZipFile, RuntimeError, EOFError) as error:
        raise ReadError(f"{where} is no readable archive: {error}") from None
    except Exception as error:
        # zlib.error, and whatever else a damaged archive brings forth.
        if isinstance(error, ReadError):
            raise
        raise ReadError(f"{where} is damaged: {error}") from None
    return from_config(_parsed(text, f"config.json in {where}"))


def from_keras(model: Any) -> Network:
    """Return the network of a live Keras model, by what it says of itself.

    Parameters
    ----------
    model : keras.Model
        Any object with `to_json()`.

    Returns
    -------
    Sequential or Model
        The network, without its numbers.
    """
    if isinstance(model, Network):
        return model
    if not hasattr(model, "to_json"):
        raise TypeError(
            f"expected a Keras model, got {type(model).__name__}, which has no to_json"
        )
    return from_keras_json(model.to_json())
