"""Which part of a file's content describes the network.

The same description comes bare, inside what TensorFlow.js writes, under
"model_config", as a text within a JSON text, or as `model.get_config()` gives it.
"""

from __future__ import annotations

from byhand.shapes.errors import ReadError
from byhand.shapes.files.budget import MOST_VALUES
from byhand.shapes.files.others import words_for_json, words_for_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ENVELOPES = ("modelTopology", "model_config", "model")


def parsed_json(text: str, where: str, name: str = "") -> Any:
    """Return what a JSON text holds.

    Raises
    ------
    ReadError
        If it is no JSON.
    """
    import json

    # Most of the time goes into lists and dictionaries; real files have few thousand.
    if text.count("[") + text.count("{") > MOST_VALUES:
        raise ReadError(
            f"{where} has over {MOST_VALUES:,} lists and dictionaries; no description "
            "of a network does"
        )
    try:
        return json.loads(text)
    except RecursionError:
        raise ReadError(f"{where} is nested too deeply to be a network") from None
    except ValueError as error:
        words = words_for_text(text, name)
        if "integer string conversion" in str(error):
            words = "has a number of over 4,300 digits"
        elif words == "is no JSON":
            words = f"{words}: {error}"
        raise ReadError(f"{where} {words}") from None


def network_in(value: Any, where: str) -> Any:
    """Return the entry with "class_name" and "config" that describes the network.

    Parameters
    ----------
    value : object
        What a file holds.
    where : str
        What the file is called in messages.

    Raises
    ------
    ReadError
        If there is none.
    """
    for _ in range(8):  # an envelope in an envelope, and texts in between
        if isinstance(value, str):
            value = parsed_json(value, where)
            continue
        if not isinstance(value, dict):
            break
        if "class_name" in value:
            return value
        if value.get("format") == "graph-model":
            break
        inside = next((key for key in ENVELOPES if _holds_more(value.get(key))), None)
        if inside is None:
            return _of_get_config(value, where)
        value = value[inside]
    raise ReadError(f"{where} {words_for_json(value)}")


def _holds_more(value: Any) -> bool:
    """Return whether an envelope holds a dictionary or a text of one."""
    return isinstance(value, dict) or (
        isinstance(value, str) and value.lstrip().startswith("{")
    )


def _of_get_config(value: Any, where: str) -> Any:
    """Return what `model.get_config()` gives, which leaves out the class."""
    if isinstance(value.get("layers"), list | tuple):
        graph = "input_layers" in value or "output_layers" in value
        kind = "Functional" if graph else "Sequential"
        return {"class_name": kind, "config": value}
    raise ReadError(f"{where} {words_for_json(value)}")
