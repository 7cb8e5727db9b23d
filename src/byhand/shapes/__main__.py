"""`python -m byhand.shapes`: the table of a network, without a framework."""

from __future__ import annotations

import argparse
import ast
import sys

from byhand.shapes import layers
from byhand.shapes.drawing import STYLES
from byhand.shapes.graph import Input, Sequential
from byhand.shapes.reading import from_keras_json, load
from byhand.shapes.tables import COLUMNS, FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from byhand.shapes.network import Network

EXAMPLE = "Conv2D(10, 5) MaxPooling2D(2) Flatten() Dense(10)"


class UsageError(ValueError):
    """What was asked for cannot be understood."""


def calls_in(text: str) -> Iterator[str]:
    """Yield each call of a text such as "Conv2D(10, 5) Dense(10)".

    Parameters
    ----------
    text : str
        Calls one behind another, with spaces, commas or arrows between them.

    Raises
    ------
    UsageError
        If a bracket is left open or closes nothing.
    """
    depth, start, quote = 0, 0, ""
    for at, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "([{":
            depth += 1
        elif letter in ")]}":
            depth -= 1
            if depth < 0:
                raise UsageError(f"a bracket closes nothing: {text[: at + 1]!r}")
            if depth == 0:
                yield text[start : at + 1].strip(" ,;|->\n\t")
                start = at + 1
    rest = text[start:].strip(" ,;|->\n\t")
    if depth or quote:
        raise UsageError(f"a bracket or quote is left open: {rest!r}")
    if rest:
        raise UsageError(f"expected a layer such as Dense(10), got {rest!r}")


def layer_from(text: str) -> Any:
    """Return the layer that a call describes; the call is read, never run.

    Parameters
    ----------
    text : str
        A class of `byhand.shapes.layers` with literal arguments.

    Raises
    ------
    UsageError
        If it is no such call.
    """
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise UsageError(f"{text!r} is no Python") from None
    if not isinstance(node, ast.Call):
        raise UsageError(f"expected a layer such as Dense(10), got {text!r}")
    name = node.func
    while isinstance(name, ast.Attribute):  # layers.Dense and keras.layers.Dense
        name = ast.Name(name.attr)
    kind = name.id if isinstance(name, ast.Name) else ""
    if kind not in layers.__all__ or kind == "Layer":
        raise UsageError(_no_layer(kind or text))
    try:
        given = [ast.literal_eval(part) for part in node.args]
        named = {part.arg: ast.literal_eval(part.value) for part in node.keywords}
    except (ValueError, RecursionError, MemoryError):
        raise UsageError(f"{text!r} has an argument that is no plain value") from None
    options = {name: value for name, value in named.items() if name is not None}
    if len(options) < len(named):
        raise UsageError(f"{text!r} unpacks arguments; write them out")
    return getattr(layers, kind)(*given, **options)


def _no_layer(kind: str) -> str:
    """Return the words for a layer that is not there."""
    from difflib import get_close_matches

    near = get_close_matches(kind, layers.__all__, n=1)
    return f"there is no layer {kind!r}" + (
        f"; did you mean {near[0]}?" if near else ""
    )


def shape_from(text: str) -> tuple[int | None, ...]:
    """Return a shape such as 32,32,1, in which a question mark leaves a length open."""
    parts = [part.strip() for part in text.strip("()[] ,").split(",")]
    try:
        return tuple(None if part in ("?", "None") else int(part) for part in parts)
    except ValueError:
        raise UsageError(
            f"--input takes lengths such as 32,32,1, got {text!r}"
        ) from None


def network_from(source: str, shape: str | None) -> Network:
    """Return the network in a file, or the stack that a text describes."""
    if source.endswith(".keras"):
        return load(source)
    if source.endswith(".json") or source.lstrip().startswith("{"):
        return from_keras_json(source)
    if shape is None:
        raise UsageError("a stack of layers needs --input, such as --input 32,32,1")
    stack = Sequential([Input(shape_from(shape))])
    for call in calls_in(source):
        stack.add(layer_from(call))
    if not stack.layers:
        raise UsageError(f"no layer in {source!r}; write for instance {EXAMPLE!r}")
    return stack


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="python -m byhand.shapes",
        description="Print the layers of a network: shapes, parameters and costs.",
        epilog=f'example: python -m byhand.shapes "{EXAMPLE}" --input 32,32,1',
    )
    made.add_argument(
        "source", help="model.json, model.keras, or layers in Keras's words"
    )
    made.add_argument("--input", help="shape without the batch; ? leaves a length open")
    made.add_argument("--format", choices=FORMATS, default="text")
    made.add_argument(
        "--columns",
        default="",
        help=f"more columns, with commas between: {', '.join(COLUMNS)}",
    )
    made.add_argument(
        "--explain", action="store_true", help="say how each number was computed"
    )
    made.add_argument("--draw", metavar="FILE.svg", help="also write a drawing")
    made.add_argument("--style", choices=STYLES, default="volumes")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0, or 2 with one line on what was wrong."""
    given = parser().parse_args(arguments)
    columns = [name for name in given.columns.split(",") if name]
    try:
        network = network_from(given.source, given.input)
        print(network.table(format=given.format, columns=columns))
        if given.draw:
            network.draw(given.draw, style=given.style)
        if given.explain:
            for row in network.rows:
                explanation = row.explain()
                if explanation.entries:
                    print(f"\n{explanation}")
    except (TypeError, ValueError, OSError) as error:
        # UsageError, ReadError and ShapeError are ValueErrors.
        line = " ".join(str(error).split())
        print(f"byhand.shapes: {line}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # the reader, such as head, has seen enough
        sys.exit(0)
