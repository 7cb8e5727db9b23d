"""From a file, a text or a dictionary to a network.

What reads a format is imported when it is needed: most readers build networks by hand.
"""

from __future__ import annotations

from byhand.shapes.errors import ReadError
from byhand.shapes.network import Network

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from byhand.shapes.files.opening import Opened


def load(source: Any, *, input_shape: Any = None) -> Network:
    """Return the network in a file, whatever its format.

    Parameters
    ----------
    source : str, path, bytes or file
        A path, "-" for standard input, a text in JSON or YAML, or the bytes. JSON and
        .keras files of Keras 1, 2 and 3, TensorFlow.js's model.json, HDF5 (with h5py)
        and YAML (with PyYAML) are told by what they hold.
    input_shape : tuple, or list or dict of tuples, optional
        Shape of the input without the batch, in place of the one in the file; for
        several inputs a list, or a dict by their names. Everything is computed anew.

    Returns
    -------
    Sequential or Model
        The network, without its numbers. A layer of a class that is not known here is
        a row with question marks and a note.

    Raises
    ------
    ReadError
        If there is no network in it; the message says what it is and what to give.
    ShapeError
        If the layers do not fit together.
    """
    if isinstance(source, Network):
        return source
    if isinstance(source, dict):
        return from_config(source, input_shape=input_shape)
    from byhand.shapes.files.configuration import network_from
    from byhand.shapes.files.opening import open_source

    opened = open_source(source)
    try:
        config = _configuration(opened)
        known = None
        if opened.is_hdf5:
            from byhand.shapes.files.hdf5 import Weights

            known = Weights(opened)
        return network_from(config, input_shape=input_shape, known=known)
    finally:
        opened.close()


def from_keras_json(source: Any, *, input_shape: Any = None) -> Network:
    """Return the network that a JSON text or file of Keras describes.

    Parameters
    ----------
    source : str, path, bytes or file
        What `model.to_json()` returns, or a file that holds it; other formats are
        read as well, see `load`.
    input_shape : tuple, or list or dict of tuples, optional
        Shape of the input without the batch, in place of the one in the file.

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
    return load(source, input_shape=input_shape)


def from_config(config: Any, *, input_shape: Any = None) -> Network:
    """Return the network that a configuration of Keras describes.

    Parameters
    ----------
    config : dict
        What `model.get_config()` or `keras.saving.serialize_keras_object(model)` give,
        or the JSON of `model.to_json()` as a dictionary.
    input_shape : tuple, or list or dict of tuples, optional
        Shape of the input without the batch, in place of the one in the configuration.

    Returns
    -------
    Sequential or Model
        The network, without its numbers.

    Raises
    ------
    ReadError
        If it describes no network.
    ShapeError
        If the layers do not fit together.
    """
    if not isinstance(config, dict | str):
        raise ReadError(
            f"the configuration is {type(config).__name__} {config!r:.60} where a "
            "dictionary is expected, such as model.get_config() gives"
        )
    from byhand.shapes.files.configuration import network_from
    from byhand.shapes.files.topology import network_in

    return network_from(network_in(config, "the model"), input_shape=input_shape)


def _configuration(opened: Opened) -> Any:
    """Return the entry of the network in what was opened."""
    from byhand.shapes.files.others import words_for_bytes, words_for_text
    from byhand.shapes.files.topology import network_in, parsed_json

    if opened.is_zip:
        from byhand.shapes.files import archive

        where = f"config.json in {opened.where}"
        return network_in(parsed_json(archive.configuration_text(opened), where), where)
    if opened.is_hdf5:
        from byhand.shapes.files import hdf5

        where = f"model_config in {opened.where}"
        return network_in(parsed_json(hdf5.configuration_text(opened), where), where)
    binary = b"\0" in opened.head[:64] or opened.head[:1] in (b"\x80", b"\x08")
    text = None if binary and not _may_be_text(opened.head) else opened.read_text()
    if text is None:
        words = words_for_bytes(opened.head, opened.name)
        raise ReadError(f"{opened.where} {words}")
    if text.lstrip()[:1] in {*'{["'}:
        value = parsed_json(text, opened.where, opened.name)
        return network_in(value, opened.where)
    from byhand.shapes.files import yaml_text

    if yaml_text.looks_like_yaml(text):
        return network_in(yaml_text.parsed_yaml(text, opened.where), opened.where)
    raise ReadError(f"{opened.where} {words_for_text(text, opened.name)}")


def _may_be_text(head: bytes) -> bool:
    """Return whether bytes with zeros among them are a text of wide characters."""
    from byhand.shapes.files.opening import decoded

    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    even = head[: len(head) // 4 * 4]
    text = decoded(even)
    return bool(text) and "\0" not in str(text)
