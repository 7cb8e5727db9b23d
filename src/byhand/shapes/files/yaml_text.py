"""The configuration in a YAML text, as `model.to_yaml()` of Keras 2 gave it.

Python's tags are read as plain lists, dictionaries and texts: nothing is made or
called. PyYAML is imported when such a text is met.
"""

from __future__ import annotations

from byhand.shapes.errors import ReadError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LARGEST = 512 * 1024  # bytes; PyYAML reads far slower than JSON is read
DEEPEST = 200  # levels; its parser calls itself for each
PYTHON = "tag:yaml.org,2002:python/"


def looks_like_yaml(text: str) -> bool:
    """Return whether a text may be a network in YAML."""
    lines = text.lstrip().splitlines()[:400]
    return any(
        line.lstrip("- ").startswith(("class_name:", "backend:", "keras_version:"))
        for line in lines
    )


def parsed_yaml(text: str, where: str) -> Any:
    """Return what a YAML text holds, as dictionaries, lists and plain values.

    Raises
    ------
    ReadError
        If PyYAML is not installed, or the text is no YAML or too long.
    """
    try:
        import yaml
    except ImportError:
        raise ReadError(
            f"{where} is YAML, and reading it needs PyYAML: pip install pyyaml; or "
            "give what model.to_json() returns, or a .keras file"
        ) from None
    fast = hasattr(yaml, "CSafeLoader")
    most = LARGEST if fast else LARGEST // 8
    if len(text) > most:
        raise ReadError(
            f"{where} has over {most:,} bytes of YAML; give what to_json() returns"
        )
    if _depth(text) > DEEPEST:
        raise ReadError(f"{where} is nested too deeply to be a network")
    base: Any = yaml.CSafeLoader if fast else yaml.SafeLoader

    class Loader(base):  # type: ignore[misc]  # its methods are PyYAML's
        """The safe loader, which takes Python's tags for plain values."""

        def flatten_mapping(self, node: Any) -> None:
            """Refuse merged mappings, which double what they hold at each level."""
            if any(key.tag == "tag:yaml.org,2002:merge" for key, _ in node.value):
                raise yaml.YAMLError("merged mappings (<<) are not read")

    Loader.add_multi_constructor(PYTHON, _plain)
    try:
        return yaml.load(text, Loader=Loader)  # noqa: S506  derived from a safe one
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        words = " ".join(str(error).split())[:200]
        raise ReadError(f"{where} is no YAML: {words}") from None


def _depth(text: str) -> int:
    """Return more levels than a YAML text can have, without reading it.

    A level of a block takes at least one character of indentation or a mark, and one
    in brackets a bracket; those in quotes are counted as well.
    """
    deepest = level = 0
    for letter in text:
        if letter in "[{":
            level += 1
            deepest = max(deepest, level)
        elif letter in "]}" and level:
            level -= 1
    blocks = (len(line) - len(line.lstrip(" -?:\t")) for line in text.splitlines())
    return deepest + max(blocks, default=0)


def _plain(loader: Any, tag: str, node: Any) -> Any:
    """Return a value with one of Python's tags as if it had none."""
    kind = type(node).__name__
    if kind == "SequenceNode":
        values = loader.construct_sequence(node, deep=True)
        # A list of TensorFlow's own kind: its class, called with the list.
        wrapped = tag.startswith("object/apply:") and len(values) == 1
        return values[0] if wrapped else values
    if kind == "MappingNode":
        return loader.construct_mapping(node, deep=True)
    return loader.construct_scalar(node)
