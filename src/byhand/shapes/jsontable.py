"""A network as JSON: everything that a table can show, under keys that stay."""

from __future__ import annotations

from byhand.shapes.counting import flops_formula
from byhand.shapes.listing import Listing
from byhand.shapes.receptive import ReceptiveField
from byhand.shapes.size import Size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from byhand.shapes.listing import Line


def as_json(listing: Listing) -> str:
    """Return a listing as JSON.

    The keys stay as they are; further ones may be added. A shape is an array, or null
    where not even the number of axes is known. In it, null is the batch and a text is
    an open length: an expression in the letters that `open` lists. A number is a whole
    number, such a text, or null where it is not known. ::

        name, type        text: the network's name and class
        built             whether it has its input
        open              array of letters that stand for open lengths
        dtype             text: what the bytes are counted in
        inputs            array of {name, shape}
        outputs           array of {name, shape}: the layer that each comes from
        layers            array, in the order of the calls, of
            name, type        text
            depth             0, or in how many networks the row lies
            connected_to      array of names of layers
            input_shapes      array of shapes, one for each input
            output_shapes     array of shapes, one for each output
            params            number; 0 for a layer that was counted before
            trainable_params  number
            trainable         true or false; null for a layer without weights
            macs, flops       number, for one example; 2 FLOPs for a MAC
            bytes_read        number: inputs and weights, for one example
            bytes_written     number: outputs
            intensity         FLOPs for a byte; null also where nothing is moved
            receptive_field   {size, stride, padding}, each an array; "whole input";
                              "unknown"; null for an input
            formula           text: how the parameters are computed, or null
            note              text: why something is not known; "" if all is
        notes             array of {name, note}
        uncounted         array of classes that compute without MACs
        totals            {params, trainable_params, non_trainable_params, macs, flops},
                          each a number, null where a part is not known
        known             the same keys: the sums of what is known
        unknown           {params, macs}: arrays of names of layers that are not in them

    Parameters
    ----------
    listing : Listing
        The rows of a network.

    Returns
    -------
    str
        JSON in ASCII, without a line end. Names are as they are, in JSON's escapes.
    """
    import json

    return json.dumps(described(listing), indent=2)


def described(listing: Listing) -> dict[str, Any]:
    """Return a listing as plain values; see `as_json`."""
    network = listing.network
    totals: dict[str, Any] = {total.key: total.value for total in listing.totals}
    known: dict[str, Any] = {total.key: total.known for total in listing.totals}
    unknown = {total.key: total.unknown for total in listing.totals}
    for sums in (totals, known):
        macs = sums["macs"]
        sums["flops"] = None if macs is None else flops_formula(macs).value
    layers = [_layer(line) for line in listing.lines]
    letters: set[str] = set()
    for line in listing.lines:
        for shape in [*line.row.inputs, *line.row.outputs]:
            for length in shape or ():
                if isinstance(length, Size):
                    letters |= length.letters()
    return {
        "name": network.name or network._base_name_,
        "type": network._kind_,
        "built": listing.built,
        "open": sorted(letters),
        "dtype": listing.dtype,
        "inputs": [
            {"name": tensor.name, "shape": _shape(tensor.shape)}
            for tensor in network._inputs_
        ],
        "outputs": [
            {
                "name": tensor.call.layer._label_ if tensor.call else tensor.name,
                "shape": _shape(tensor.shape),
            }
            for tensor in network._outputs_
        ],
        "layers": layers,
        "notes": [{"name": name, "note": note} for name, note in listing.notes],
        "uncounted": listing.uncounted(),
        "totals": _numbers(totals),
        "known": _numbers(known),
        "unknown": {"params": unknown["params"], "macs": unknown["macs"]},
    }


def _layer(line: Line) -> dict[str, Any]:
    """Return what is known of one row."""
    row = line.row
    formula = line.formula
    return {
        "name": row.name,
        "type": row.kind,
        "depth": row.depth,
        "connected_to": list(row.sources),
        "input_shapes": [_shape(shape) for shape in row.inputs],
        "output_shapes": [_shape(shape) for shape in row.outputs],
        "params": _number(line.params),
        "trainable_params": _number(line.trainable_params),
        "trainable": line.trainable,
        "macs": _number(line.macs),
        "flops": _number(line.flops),
        "bytes_read": _number(line.bytes_read),
        "bytes_written": _number(line.bytes_written),
        "intensity": _number(line.intensity),
        "receptive_field": _field(row.receptive_field),
        "formula": str(formula) if formula and formula.value else None,
        "note": row.note,
    }


def _shape(shape: Any) -> list[Any] | None:
    """Return a shape as an array; null for the batch, text for an open length."""
    return None if shape is None else [_number(length) for length in shape]


def _number(value: Any) -> Any:
    """Return a number as JSON holds it; text for one that is open, null if unknown."""
    if value is None or isinstance(value, float):
        return value
    return int(value) if isinstance(value, int) else str(value)


def _numbers(sums: dict[str, Any]) -> dict[str, Any]:
    """Return sums as JSON holds them."""
    return {key: _number(value) for key, value in sums.items()}


def _field(field: ReceptiveField | str) -> Any:
    """Return a receptive field as JSON holds it."""
    if not isinstance(field, ReceptiveField):
        return field or None
    return {
        "size": _plain(field.size),
        "stride": _plain(field.stride),
        "padding": _plain(field.padding),
    }


def _plain(numbers: Iterable[Any]) -> list[Any]:
    """Return numbers as JSON holds them; a part of a step is a text such as 1/2."""
    return [number if isinstance(number, int) else str(number) for number in numbers]
