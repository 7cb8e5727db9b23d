"""`python -m byhand.shapes`: the table of a network, without a framework."""

from __future__ import annotations

import argparse
import os
import sys

from byhand.shapes.drawing import STYLES
from byhand.shapes.escaping import visible
from byhand.shapes.files import load
from byhand.shapes.files.opening import is_text
from byhand.shapes.tables import COLUMNS, FORMATS
from byhand.shapes.words import EXAMPLE, UsageError, stack_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.network import Network

# How files that hold networks, or are taken for such, are called.
SUFFIXES = (
    *(".keras", ".json", ".h5", ".hdf5", ".yaml", ".yml", ".py", ".ipynb", ".zip"),
    *(".onnx", ".pb", ".pt", ".pth", ".tflite", ".pkl", ".npz", ".txt"),
)


def shape_from(text: str) -> tuple[int | None, ...]:
    """Return a shape such as 32,32,1 or 32x32x1; ? leaves a length open.

    Raises
    ------
    UsageError
        If it is no such text.
    """
    plain = text.strip("()[] ,")
    for between in ("x", "X", "\u00d7", "*", ";"):
        plain = plain.replace(between, ",")
    parts = [part.strip() for part in plain.split(",")]
    if text.strip().startswith("(") and len(parts) > 1 and parts[0] == "None":
        raise UsageError(
            f"--input takes a shape without the batch, got {text!r}; write "
            f"{','.join(parts[1:])}, or ? for a length that is open"
        )
    try:
        return tuple(None if part in ("?", "None") else int(part) for part in parts)
    except ValueError:
        raise UsageError(
            f"--input takes lengths such as 32,32,1, got {text!r}"
        ) from None


def shapes_from(texts: Sequence[str]) -> Any:
    """Return what --input says: one shape, several, or a dict of them by name."""
    if not texts:
        return None
    named = dict(text.split("=", 1) for text in texts if "=" in text)
    if len(named) == len(texts):
        return {name: shape_from(text) for name, text in named.items()}
    if named:
        raise UsageError("--input takes either names for all shapes or for none")
    shapes = [shape_from(text) for text in texts]
    return shapes[0] if len(shapes) == 1 else shapes


def network_from(source: str, texts: Sequence[str] = ()) -> Network:
    """Return the network in a file, or the stack that a text describes.

    Parameters
    ----------
    source : str
        A path, "-" for standard input, a text of a network, or layers in words.
    texts : sequence of str
        The shapes of the inputs, as on the command line.
    """
    shapes = shapes_from(texts)
    if not _is_source(source):
        if isinstance(shapes, dict | list):
            raise UsageError("a stack of layers has one input; give --input once")
        return stack_from(source, shapes)
    network = load(source, input_shape=shapes)
    if not network._outputs_:
        print(
            f"byhand.shapes: {visible(source)} says nothing of its input; give its "
            "shape without the batch, such as --input 32,32,3",
            file=sys.stderr,
        )
    return network


def _is_source(source: str) -> bool:
    """Return whether a text names or holds a file, and is no stack of layers."""
    if source == "-" or (source.strip() and is_text(source) and "(" not in source[:60]):
        return True
    try:
        if os.path.exists(source):  # noqa: PTH110  no path may be a path
            return True
    except ValueError:  # a zero byte
        return False
    if source.lower().endswith(SUFFIXES):
        return True
    return bool(source) and "(" not in source and os.sep in source


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = argparse.ArgumentParser(
        prog="python -m byhand.shapes",
        description="Print the layers of a network: shapes, parameters and costs.",
        epilog=f'example: python -m byhand.shapes "{EXAMPLE}" --input 32,32,1',
    )
    command.add_argument(
        "source",
        nargs="+",
        help="a file that Keras wrote (JSON, .keras, HDF5, TensorFlow.js's model.json, "
        "YAML), - for standard input, or layers in Keras's words",
    )
    command.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="SHAPE",
        help="shape without the batch, such as 32,32,1, in place of the file's; ? "
        "leaves a length open; once for each input, or as name=shape",
    )
    command.add_argument("--format", choices=FORMATS, default="text")
    command.add_argument(
        "--columns",
        default="",
        help=f"more columns, with commas between: {', '.join(COLUMNS)}",
    )
    command.add_argument(
        "--nested", action="store_true", help="open the networks inside"
    )
    command.add_argument(
        "--explain", action="store_true", help="say how each number was computed"
    )
    command.add_argument("--draw", metavar="FILE.svg", help="also write a drawing")
    command.add_argument("--style", choices=STYLES, default="volumes")
    return command


def answer_to(given: argparse.Namespace) -> str:
    """Return what is printed for the arguments of the command line."""
    files = [one for one in given.source if os.path.isfile(one)]  # noqa: PTH113
    if len(files) > 1:
        raise UsageError(f"one file is read at a time, got {', '.join(files)}")
    network = network_from(" ".join(given.source), given.input)
    columns = [name for name in given.columns.split(",") if name]
    options: dict[str, Any] = {"nested": True} if given.nested else {}
    parts = [network.table(format=given.format, columns=columns, **options)]
    if given.draw:
        network.draw(given.draw, style=given.style)
    if given.explain:
        explanations = [row.explain() for row in network.rows]
        parts += [f"\n{each}" for each in explanations if each.entries]
    return "\n".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0, or 2 with one line on what was wrong."""
    given = parser().parse_args(arguments)
    try:
        answer = answer_to(given)
    except (TypeError, ValueError, OSError) as error:
        # UsageError, ReadError and ShapeError are ValueErrors.
        return _refuse(str(error))
    except (ArithmeticError, AttributeError, LookupError) as error:
        return _refuse(f"these layers do not go together ({error!r})")
    except (MemoryError, RecursionError) as error:
        return _refuse(f"this takes more than there is ({type(error).__name__})")
    return _print(answer)


def _refuse(words: str) -> int:
    """Print one line on what was wrong, and return the exit code."""
    line = visible(" ".join(words.split()), most=None)
    print(f"byhand.shapes: {line}", file=sys.stderr)
    return 2


def _print(answer: str) -> int:
    """Print, also where the terminal lacks letters, and return the exit code."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    text = answer.encode(encoding, "backslashreplace").decode(encoding)
    try:
        print(text, flush=True)
    except OSError as error:
        # Python would write the rest when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return 0  # the reader, such as head, has seen enough
        why = error.strerror or type(error).__name__
        print(f"byhand.shapes: the answer cannot be written: {why}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
