"""Tables of a network: text, Markdown, HTML, CSV and JSON."""

from __future__ import annotations

from byhand.shapes.counting import flops_formula
from byhand.shapes.receptive import receptive_fields
from byhand.shapes.size import Size
from byhand.shapes.tensor import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

FORMATS = ("text", "markdown", "html", "csv", "json")
# Columns besides Keras's three, under the names that ask for them.
COLUMNS = {
    "input_shape": "Input Shape",
    "trainable": "Trainable #",
    "macs": "MACs",
    "flops": "FLOPs",
    "receptive_field": "Receptive field",
    "formula": "Param # =",
}
UNKNOWN = "unknown"


def _checked(columns: Sequence[str]) -> list[str]:
    """Return the columns asked for, or refuse one that is not there."""
    asked = [columns] if isinstance(columns, str) else list(columns)
    for name in asked:
        if name not in COLUMNS:
            raise ValueError(
                f"columns may be {', '.join(repr(c) for c in COLUMNS)}, got {name!r}"
            )
    return asked


def cells(
    network: Any, columns: Sequence[str] = ()
) -> tuple[list[str], list[list[Any]]]:
    """Return the headings and, for each row, what stands below them.

    Parameters
    ----------
    network : Sequential or Model
        A network with its input.
    columns : sequence of str
        Columns besides name, output shape and parameters.

    Returns
    -------
    headings : list of str
        One for each column.
    rows : list of list
        Numbers, or text where there is none.
    """
    asked = _checked(columns)
    fields = receptive_fields(network) if "receptive_field" in asked else {}
    headings = ["Layer (type)", "Output Shape", "Param #"]
    headings += [COLUMNS[name] for name in asked]
    lines = []
    for row in network.rows:
        shapes = ", ".join(show(shape) for shape in row.outputs)
        line: list[Any] = [f"{row.name} ({row.kind})", shapes, row.parameters.value]
        for name in asked:
            line.append(_cell(row, name, fields))
        lines.append(line)
    return headings, lines


def _cell(row: Any, name: str, fields: Any) -> Any:
    """Return what one of the asked columns says of a row."""
    if name == "input_shape":
        return ", ".join(show(shape) for shape in row.inputs)
    if name == "trainable":
        return row.layer.trainable_formula.value if row.first else 0
    if name == "receptive_field":
        field = fields.get(row.name, "")
        return field if isinstance(field, str) else show(field.size)
    if name == "formula":
        return str(row.parameters) if row.parameters.value else ""
    if row.macs is None:
        return UNKNOWN
    return row.macs.value if name == "macs" else flops_formula(row.macs.value).value


def _shown(value: Any) -> str:
    """Return a cell as a person reads it."""
    return f"{value:,}" if isinstance(value, int) else str(value)


def table(network: Any, *, format: str = "text", columns: Sequence[str] = ()) -> str:
    """Return a network as a table.

    Parameters
    ----------
    network : Sequential or Model
        A network with its input.
    format : {"text", "markdown", "html", "csv", "json"}
        What to write.
    columns : sequence of str
        Columns besides name, output shape and parameters: "input_shape",
        "trainable", "macs", "flops", "receptive_field", "formula".

    Returns
    -------
    str
        The table.

    Raises
    ------
    ValueError
        If the format or a column is not there.
    """
    if format not in FORMATS:
        names = ", ".join(repr(name) for name in FORMATS)
        raise ValueError(f"format must be one of {names}, got {format!r}")
    headings, lines = cells(network, columns)
    if format == "json":
        return _json(network, headings, lines)
    if format == "csv":
        return _csv(headings, lines)
    shown = [[_shown(value) for value in line] for line in lines]
    right = [
        all(isinstance(line[k], int | Size) for line in lines)
        for k in range(len(headings))
    ]
    if format == "markdown":
        return _markdown(headings, shown, right)
    if format == "html":
        return _html(network, headings, shown, right)
    return _text(network, headings, shown, right)


def _totals(network: Any) -> list[tuple[str, Any]]:
    """Return the lines below a table."""
    macs = network.macs
    return [
        ("Total params", network.count_params()),
        ("Trainable params", network.trainable_params),
        ("Non-trainable params", network.non_trainable_params),
        ("Multiply-accumulates", UNKNOWN if macs is None else macs),
    ]


def _text(
    network: Any, headings: list[str], lines: list[list[str]], right: list[bool]
) -> str:
    """Return a table drawn with characters."""
    widths = [max(map(len, column)) for column in zip(headings, *lines, strict=True)]

    def line(values: list[str]) -> str:
        parts = [
            f"{value:>{width}}" if flush else f"{value:{width}}"
            for value, width, flush in zip(values, widths, right, strict=True)
        ]
        return "  ".join(parts).rstrip()

    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    name = network.name or type(network).__name__.lower()
    body = [f'Model: "{name}"', rule, line(headings), rule, *map(line, lines), rule]
    below = [f"{what}: {_shown(value)}" for what, value in _totals(network)]
    return "\n".join([*body, *below])


def _markdown(headings: list[str], lines: list[list[str]], right: list[bool]) -> str:
    """Return a table in Markdown."""
    rule = ["---:" if flush else "---" for flush in right]
    rows = [headings, rule, *lines]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
        for row in rows
    )


def _html(
    network: Any, headings: list[str], lines: list[list[str]], right: list[bool]
) -> str:
    """Return a table in HTML, with headings that a screen reader can announce."""
    from html import escape

    def row(values: list[str]) -> str:
        first, *rest = values
        cells = [f'<th scope="row">{escape(first)}</th>']
        for value, flush in zip(rest, right[1:], strict=True):
            style = ' style="text-align:right"' if flush else ""
            cells.append(f"<td{style}>{escape(value)}</td>")
        return f"<tr>{''.join(cells)}</tr>"

    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in headings)
    total = "; ".join(f"{what}: {_shown(value)}" for what, value in _totals(network))
    name = escape(network.name or type(network).__name__)
    return (
        f"<table><caption>{name}. {escape(total)}.</caption>"
        f"<thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(map(row, lines))}</tbody></table>"
    )


def _csv(headings: list[str], lines: list[list[Any]]) -> str:
    """Return a table as comma-separated values."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([headings, *lines])
    return out.getvalue()


def _json(network: Any, headings: list[str], lines: list[list[Any]]) -> str:
    """Return a table and its totals as JSON; sizes that are not known are text."""
    import json

    rows = [dict(zip(headings, line, strict=True)) for line in lines]
    return json.dumps(
        {"layers": rows, "totals": dict(_totals(network))}, default=str, indent=2
    )
