"""A model as the explorer's page shows it: rows, sums, formulas and drawings as text.

Everything is a number or a plain text; the page shows it as text and builds its own
tables. The drawings are SVG, which the page shows as pictures.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

import byhand.shapes
from bookbuild.explorer import pasting
from bookbuild.explorer.errors import AskedError
from byhand.shapes.counting import flops_formula, memory_of
from byhand.shapes.drawing import STYLES, drawing
from byhand.shapes.escaping import visible
from byhand.shapes.listing import Line, Listing
from byhand.shapes.network import Network
from byhand.shapes.receptive import ReceptiveField
from byhand.shapes.tensor import show

MOST_ROWS = 400  # that are listed
LARGEST_DRAWING = 400_000  # characters
LARGEST_FILE = 20_000_000  # bytes of a file that was chosen
UNKNOWN = "?"
INSTALLED = "pip install"  # what byhand advises where a package is missing


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return what there is to say of a model.

    Parameters
    ----------
    request : dict
        `lines`, Python or JSON as text, or `bytes`, a file's content in base64 with its
        `file` name; `model`, the name of the variable that is asked for, may be left
        out; so may `input`, a shape without the batch.

    Returns
    -------
    dict
        `model`, `models` (names of all that the lines leave), `printed`, `layers`,
        `totals`, `memory`, `notes`, `drawings` and `table` (Markdown).

    Raises
    ------
    AskedError
        If there is no model in it; the message is a sentence.
    """
    shape = shape_of(request.get("input"))
    printed = ""
    if "bytes" in request:
        network = from_file(request, shape)
        name, names = visible(request.get("file", "the file")), []
    else:
        lines = request.get("lines")
        if not isinstance(lines, str) or not lines.strip():
            raise AskedError("There are no lines yet: paste those that build a model.")
        if len(lines) > pasting.LONGEST:
            pasting.compiled(lines)  # refuses them
        if lines.lstrip()[:1] in {"{", "["}:
            network = loaded(lines, shape)
            name, names = "the text", []
        else:
            ran = pasting.run(lines)
            names = list(ran.networks)
            name = chosen(request.get("model"), names)
            network = ran.networks[name]
            printed = ran.printed
            if shape is not None:
                network = rebuilt(network, shape)
    return {
        "model": name,
        "models": names,
        "printed": printed,
        **described(network),
    }


def chosen(wanted: Any, names: list[str]) -> str:
    """Return the name of the model to be shown: that asked for, `model`, or the last.

    Parameters
    ----------
    wanted : str or None
        The name that was asked for.
    names : list of str
        The names that there are.

    Examples
    --------
    >>> chosen(None, ["encoder", "model", "decoder"])
    'model'
    """
    if wanted in names:
        return str(wanted)
    return "model" if "model" in names else names[-1]


def shape_of(text: Any) -> tuple[int | None, ...] | None:
    """Return a shape that was typed, None where none was.

    Parameters
    ----------
    text : str or None
        Lengths without the batch, such as "32, 32, 3" or "32x32x3"; ? leaves one open.

    Raises
    ------
    AskedError
        If it is no such text.

    Examples
    --------
    >>> shape_of("28 x 28 x 1")
    (28, 28, 1)
    """
    if text is None or not str(text).strip():
        return None
    plain = str(text).strip("()[] ,")
    for between in ("x", "X", "\u00d7", ";"):
        plain = plain.replace(between, ",")
    parts = [part.strip() for part in plain.split(",")]
    try:
        return tuple(None if part in ("?", "None") else int(part) for part in parts)
    except ValueError:
        raise AskedError(
            f"The input's shape is lengths such as 32, 32, 3, got {text!r:.60}."
        ) from None


def from_file(request: dict[str, Any], shape: Any) -> Network:
    """Return the network in the bytes of a file."""
    try:
        content = base64.b64decode(str(request["bytes"]), validate=True)
    except (binascii.Error, ValueError):
        raise AskedError("The file did not arrive whole; choose it again.") from None
    if len(content) > LARGEST_FILE:
        raise AskedError(
            f"The file has {len(content):,} bytes, and at most {LARGEST_FILE:,} are "
            "read; give the model's JSON alone: model.to_json()."
        )
    return loaded(content, shape)


def loaded(source: Any, shape: Any) -> Network:
    """Return the network in a text or in bytes, with byhand's words where none is."""
    try:
        return byhand.shapes.load(source, input_shape=shape)
    except (ValueError, TypeError, OSError, ImportError) as error:
        if INSTALLED in str(error):  # which helps nobody in a browser
            raise AskedError(
                "The page cannot read such a file, which takes a package of its own; "
                "give the model's JSON, model.to_json(), or a .keras file."
            ) from None
        raise AskedError(visible(str(error), most=2000)) from None
    except (ArithmeticError, AttributeError, LookupError) as error:
        raise AskedError(f"These layers do not go together ({error!r:.200}).") from None


def rebuilt(network: Network, shape: Any) -> Network:
    """Return a network, built for a shape if it has no input yet."""
    if network._outputs_:
        return network
    try:
        network.build((None, *shape))
    except (ValueError, TypeError) as error:
        raise AskedError(visible(str(error), most=2000)) from None
    return network


def described(network: Network) -> dict[str, Any]:
    """Return what the page shows of a network.

    Parameters
    ----------
    network : Sequential or Model
        A network, with its input or without.
    """
    listing = Listing(network)
    lines = listing.lines[:MOST_ROWS]
    notes = [
        f"{visible(name)}: {visible(note, most=600)}" for name, note in listing.notes
    ]
    if len(lines) < len(listing.lines):
        notes.append(
            f"The first {MOST_ROWS} of {len(listing.lines):,} rows are listed."
        )
    if not listing.built:
        notes.append(
            "The model has no input yet, which decides what is ?: put "
            "keras.Input(shape) first, or give the shape beside the lines."
        )
    if uncounted := listing.uncounted():
        notes.append(
            "Of these the multiply-accumulates are none, though they take time: "
            f"{', '.join(map(visible, uncounted))}."
        )
    return {
        "name": visible(network.name or network._base_name_),
        "layers": [row(line) for line in lines],
        "totals": [[total.heading, total.shown()] for total in listing.totals],
        "memory": memory(network) if listing.built else [],
        "notes": notes,
        "drawings": drawings(network) if listing.built else {},
        "table": network.table(format="markdown", columns=["macs", "receptive_field"]),
    }


def row(line: Line) -> dict[str, Any]:
    """Return one row of the table, and how each of its numbers is computed."""
    explained = line.row.explain() if listed_call(line) else None
    return {
        "name": visible(line.row.name),
        "type": visible(line.row.kind),
        "output": ", ".join(visible(show(shape)) for shape in line.row.outputs),
        "params": shown(line.params),
        "macs": shown(line.macs),
        "bytes": shown(line.bytes),
        "field": field(line.row.receptive_field),
        "formulas": [
            [visible(what), visible(str(formula), most=600)]
            for what, formula in (explained.entries if explained else [])
        ],
    }


def listed_call(line: Line) -> bool:
    """Return whether a row is a call, whose numbers have formulas."""
    return line.row.call is not None


def field(seen: ReceptiveField | str) -> str:
    """Return a receptive field as a cell shows it."""
    if isinstance(seen, str):
        return seen
    times = " \u00d7 "
    return times.join(map(str, seen.size)) if seen.size else "one place"


def shown(value: Any) -> str:
    """Return a number as a cell shows it.

    Examples
    --------
    >>> shown(1234), shown(None)
    ('1,234', '?')
    """
    if value is None:
        return UNKNOWN
    return f"{value:,}" if isinstance(value, int) else visible(str(value))


def memory(network: Network) -> list[list[str]]:
    """Return what a batch of one takes, in words and bytes, and the operations."""
    used, kept = memory_of(network), memory_of(network, training=True)
    rows = [
        ["bytes of the weights (32-bit floats)", visible(str(used.weights))],
        ["bytes to predict one example", visible(str(used.total))],
        ["bytes to train on one example", visible(str(kept.total))],
    ]
    if network.macs is not None:
        flops = visible(str(flops_formula(network.macs)))
        rows.append(["floating-point operations for one example", flops])
    return rows


def drawings(network: Network) -> dict[str, str]:
    """Return the drawings that there are, as SVG, by their style."""
    found = {}
    for style in STYLES:
        try:
            picture = drawing(network, style=style)
        except ValueError:  # too large to be read as a picture
            continue
        if len(picture) <= LARGEST_DRAWING:
            found[style] = picture
    return found
