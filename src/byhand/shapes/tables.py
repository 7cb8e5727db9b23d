"""Tables of a network: text, Markdown, HTML, CSV and JSON."""

from __future__ import annotations

from byhand.shapes.escaping import (
    columns_of,
    for_markdown,
    for_page,
    for_spreadsheet,
    listed,
    visible,
)
from byhand.shapes.listing import Listing
from byhand.shapes.size import Size
from byhand.shapes.tensor import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from byhand.shapes.listing import Line
    from byhand.shapes.network import Network

FORMATS = ("text", "markdown", "html", "csv", "json")
# Columns besides Keras's three, under the names that ask for them.
COLUMNS = {
    "connected_to": "Connected to",
    "input_shape": "Input Shape",
    "trainable": "Trainable",
    "trainable_params": "Trainable #",
    "macs": "MACs",
    "flops": "FLOPs",
    "bytes": "Bytes",
    "bytes_read": "Bytes read",
    "bytes_written": "Bytes written",
    "intensity": "FLOPs/byte",
    "receptive_field": "Receptive field",
    "formula": "Param # =",
}
COSTS = {"macs", "flops", "intensity"}  # columns that leave some work out
UNKNOWN = "?"
LONGEST_CELL = 2000  # characters; every row is as wide as the widest
LEAST_WIDTH = 4  # characters of a column


def table(
    network: Network,
    *,
    format: str = "text",
    columns: Sequence[str] = (),
    nested: bool = False,
    dtype: str = "float32",
) -> str:
    """Return a network as a table.

    A network without an input is listed as well, with "?" for what an input decides.

    Parameters
    ----------
    network : Sequential or Model
        A network.
    format : {"text", "markdown", "html", "csv", "json"}
        What to write. CSV ends with a row of totals, and begins a cell that a
        spreadsheet would compute with an apostrophe. For JSON see `as_json`, which
        holds every column whichever are asked for.
    columns : sequence of str
        Columns besides name, output shape and parameters: "connected_to" (there
        unasked where the layers are no chain), "input_shape", "trainable" (yes or no),
        "trainable_params", "macs", "flops", "bytes" read and written together,
        "bytes_read", "bytes_written", "intensity" (FLOPs for each of these bytes),
        "receptive_field", "formula". Costs are those of one example.
    nested : bool
        Whether the layers inside networks and own layers get rows as well.
    dtype : {"float64", "float32", "float16", "bfloat16", "int8"}
        What every number is held in, for the bytes.

    Returns
    -------
    str
        The table, without a line end. "?" stands for what is not known, and why is said
        below it, or in the last column of CSV.

    Raises
    ------
    ValueError
        If the format, a column or the dtype is not there.
    """
    if format not in FORMATS:
        names = ", ".join(repr(name) for name in FORMATS)
        raise ValueError(f"format must be one of {names}, got {format!r}")
    asked = _checked(columns)
    listing = Listing(network, nested=nested, dtype=dtype)
    if format == "json":
        from byhand.shapes.jsontable import as_json

        return as_json(listing)
    return _written(listing, asked, format)


def summary(
    network: Network,
    *,
    columns: Sequence[str] = (),
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> str:
    """Return a network as text, with the arguments of Keras's summary.

    Parameters
    ----------
    network : Sequential or Model
        A network.
    columns : sequence of str
        Columns besides Keras's; see `table`.
    line_length : int, optional
        The most characters of a line; longer cells go on below.
    positions : sequence of float, optional
        Where each column ends, as parts of the line or in characters.
    expand_nested, show_trainable : bool
        Whether the layers inside networks get rows; whether each may be trained.
    layer_range : sequence of two str, optional
        Names, or regular expressions, of the first and the last layer to be listed.

    Raises
    ------
    ValueError
        If a column or a layer is not there, or the line is too short.
    """
    asked = _checked(columns)
    if show_trainable and "trainable" not in asked:
        asked.append("trainable")
    listing = Listing(network, nested=expand_nested, layer_range=layer_range)
    page = _Page(listing, asked)
    return _text(page, line_length=line_length, positions=positions)


def _checked(columns: Sequence[str]) -> list[str]:
    """Return the columns asked for, or refuse one that is not there."""
    asked = [columns] if isinstance(columns, str) else list(columns)
    for name in asked:
        if name not in COLUMNS:
            raise ValueError(
                f"columns may be {', '.join(repr(c) for c in COLUMNS)}, got {name!r}"
            )
    return asked


# --- what stands in the cells


def _cell(line: Line, column: str) -> Any:
    """Return what a column says of a row: a number, or text; None if unknown."""
    row = line.row
    if column == "connected_to":
        return ", ".join(map(visible, row.sources))
    if column == "input_shape":
        return ", ".join(show(shape) for shape in row.inputs)
    if column == "receptive_field":
        field = row.receptive_field
        if isinstance(field, str):
            return field
        return show(field.size) if field.size else "one place"
    if column == "formula":
        return str(line.formula) if line.formula and line.formula.value else ""
    if column == "trainable":
        return {True: "yes", False: "no", None: "-"}[line.trainable]
    if column == "intensity" and row.call is None:
        return ""
    return getattr(line, column)


def _shown(value: Any) -> str:
    """Return a cell as a person reads it."""
    if value is None:
        return UNKNOWN
    if isinstance(value, float):
        return f"{value:.4g}" if value < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


class _Page:
    """Headings, rows of cells, and sentences below them.

    Attributes
    ----------
    title : str
        The network's name.
    headings : list of str
        One for each column.
    rows : list of list
        Numbers, text, or None for what is not known.
    depths : list of int
        How many networks each row lies in.
    right : list of bool
        Whether a column holds numbers, and ends at its right edge.
    keys : list of str
        What each column but the first two is called.
    asked : list of str
        Those besides Keras's.
    """

    def __init__(self, listing: Listing, asked: Sequence[str]) -> None:
        keys = list(dict.fromkeys(asked))
        if listing.branches and "connected_to" not in keys:
            keys.insert(0, "connected_to")
        self.listing = listing
        self.asked = keys
        self.keys = ["params", *keys]
        network = listing.network
        self.title = visible(network.name or network._base_name_)
        self.headings = ["Layer (type)", "Output Shape", "Param #"]
        self.headings += [COLUMNS[key] for key in keys]
        self.depths = [line.row.depth for line in listing.lines]
        self.rows = [self._row(line) for line in listing.lines]
        self.right = [
            bool(self.rows)
            and all(
                row[k] in (None, "") or isinstance(row[k], int | float | Size)
                for row in self.rows
            )
            for k in range(len(self.headings))
        ]

    def _row(self, line: Line) -> list[Any]:
        """Return the cells of a row."""
        row = line.row
        name = f"{visible(row.name)} ({visible(row.kind)})"
        shapes = ", ".join(show(shape) for shape in row.outputs)
        cells = [_cell(line, key) for key in self.keys]
        return [name, shapes, *cells]

    def shown(self) -> list[list[str]]:
        """Return the cells as text on one line each."""
        return [
            [visible(_shown(cell), most=LONGEST_CELL) for cell in cells]
            for cells in self.rows
        ]

    def totals(self) -> list[str]:
        """Return the sums in words."""
        return [f"{total.heading}: {total.shown()}" for total in self.listing.totals]

    def sentences(self) -> list[str]:
        """Return what is to be said below the table."""
        listing = self.listing
        said = []
        if not listing.built:
            said.append(
                "It has no input yet, which decides what is ?: put Input(shape) "
                "first, or call build((None, ...))."
            )
        costs = COSTS.intersection(self.asked)
        if costs and listing.built:
            missing = next(one for one in listing.totals if one.key == "macs").unknown
            if missing:
                said.append(f"Not counted, for it is not known: {listed(missing)}.")
            kinds = listing.uncounted()
            if kinds:
                said.append(
                    "Counted as 0, for these multiply by no weight: "
                    f"{listed(kinds, most=30)}."
                )
        said += [
            f"{visible(name)}: {visible(note, most=600)}"
            for name, note in listing.notes
        ]
        return said


# --- formats


def _written(listing: Listing, asked: Sequence[str], format: str) -> str:
    """Return a listing in one of the formats for people."""
    page = _Page(listing, asked)
    if format == "markdown":
        return _markdown(page)
    if format == "html":
        return _html(page)
    return _csv(page) if format == "csv" else _text(page)


def _indented(page: _Page) -> list[list[str]]:
    """Return the cells as text, nested names behind as many spaces."""
    return [
        [f"{'   ' * depth}{name}", *rest]
        for depth, (name, *rest) in zip(page.depths, page.shown(), strict=True)
    ]


def _text(
    page: _Page,
    *,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
) -> str:
    """Return a table drawn with characters."""
    rows = _indented(page)
    widths = [
        max(map(columns_of, column))
        for column in zip(page.headings, *rows, strict=True)
    ]
    if line_length is not None or positions is not None:
        widths = _widths(widths, line_length, positions)

    def lines(cells: list[str]) -> list[str]:
        parts = [
            _wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)
        ]
        height = max(map(len, parts))
        written = []
        for level in range(height):
            across = []
            for part, width, flush in zip(parts, widths, page.right, strict=True):
                cell = part[level] if level < len(part) else ""
                gap = " " * (width - columns_of(cell))
                across.append(gap + cell if flush else cell + gap)
            written.append("  ".join(across).rstrip())
        return written

    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    body = [line for cells in rows for line in lines(cells)]
    head = [f'Model: "{page.title}"', rule, *lines(page.headings), rule]
    return "\n".join([*head, *body, rule, *page.totals(), *page.sentences()])


def _widths(
    natural: list[int], line_length: int | None, positions: Sequence[float] | None
) -> list[int]:
    """Return the width of each column in a line of the given length.

    Raises
    ------
    ValueError
        If a column would be too narrow, or there are fewer positions than columns.
    """
    gaps = 2 * (len(natural) - 1)
    length = sum(natural) + gaps if line_length is None else line_length
    if isinstance(length, bool) or not isinstance(length, int):
        raise ValueError(f"line_length must be a whole number, got {length!r}")
    widths = list(natural)
    if positions is not None:
        if len(positions) < len(natural):
            raise ValueError(
                f"positions must say where each of {len(natural)} columns ends, got "
                f"{len(positions)} of them"
            )
        ends = list(positions)[: len(natural)]
        parts = max(positions) <= 1  # of the line; else in characters
        stops = [int(end * length if parts else end) for end in ends]
        widths = [
            stop - start - (2 if start else 0)
            for start, stop in zip([0, *stops], stops, strict=False)
        ]
    else:
        while sum(widths) + gaps > length and max(widths) > LEAST_WIDTH:
            widths[widths.index(max(widths))] -= 1
    too_long = positions is None and sum(widths) + gaps > length
    if min(widths) < LEAST_WIDTH or too_long:
        raise ValueError(
            f"{len(natural)} columns do not fit into a line of {length} characters; "
            "give a longer line_length or fewer columns"
        )
    return widths


def _wrapped(cell: str, width: int) -> list[str]:
    """Return the lines of a cell, each at most as wide as its column."""
    if columns_of(cell) <= width:
        return [cell]
    lines = [""]
    indent = cell[: len(cell) - len(cell.lstrip())][: width // 2]
    for word in cell.lstrip().split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1].strip() else f"{indent}{word}"
        if columns_of(joined) <= width:
            lines[-1] = joined
            continue
        if lines[-1].strip():
            lines.append("")
        rest = f"{indent}{word}"
        while columns_of(rest) > width:
            cut = width
            while columns_of(rest[:cut]) > width:
                cut -= 1
            lines[-1] = rest[:cut]
            lines.append("")
            rest = rest[cut:]
        lines[-1] = rest
    return lines


def _markdown(page: _Page) -> str:
    """Return a table in Markdown, and a list of what is to be said below it."""
    rule = ["---:" if flush else "---" for flush in page.right]
    rows = []
    for depth, cells in zip(page.depths, page.shown(), strict=True):
        name, *rest = map(for_markdown, cells)
        rows.append([f"{'&emsp;' * depth}{name}", *rest])
    lines = [f"| {' | '.join(row)} |" for row in [page.headings, rule, *rows]]
    below = [f"- {for_markdown(said)}" for said in [*page.totals(), *page.sentences()]]
    return "\n".join([*lines, "", *below])


def _html(page: _Page) -> str:
    """Return a table in HTML, with headings that a screen reader can announce."""

    def row(depth: int, cells: list[str]) -> str:
        first, *rest = cells
        inset = f' style="padding-left:{1.5 * depth + 0.7:g}em"' if depth else ""
        parts = [f'<th scope="row"{inset}>{for_page(first)}</th>']
        for cell, flush in zip(rest, page.right[1:], strict=True):
            style = ' style="text-align:right"' if flush else ""
            parts.append(f"<td{style}>{for_page(cell)}</td>")
        return f"<tr>{''.join(parts)}</tr>"

    head = "".join(f'<th scope="col">{for_page(text)}</th>' for text in page.headings)
    body = "".join(map(row, page.depths, page.shown()))
    total = for_page("; ".join(page.totals()))
    said = "".join(f"<li>{for_page(sentence)}</li>" for sentence in page.sentences())
    return (
        f"<table><caption>{for_page(page.title)}. {total}.</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        + (f"<ul>{said}</ul>" if said else "")
    )


def _csv(page: _Page) -> str:
    """Return a table as comma-separated values, its last row the totals."""
    import csv
    import io

    rows = []
    for depth, cells in zip(page.depths, page.rows, strict=True):
        name, *rest = map(_plain, cells)
        rows.append([f"{'   ' * depth}{name}" if depth else name, *rest])
    headings = list(page.headings)
    sums: dict[str, Any] = {total.key: total for total in page.listing.totals}
    last: list[Any] = ["Total", ""]
    for key in page.keys:
        total = sums.get("macs" if key == "flops" else key)
        if total is None:
            last.append("")
        elif total.unknown:
            last.append(total.shown() if key != "flops" else UNKNOWN)
        else:
            last.append(_plain(2 * total.known if key == "flops" else total.known))
    if page.listing.notes:
        headings.append("Note")
        notes = dict(page.listing.notes)
        for line, row in zip(page.listing.lines, rows, strict=True):
            note = line.row.note if line.row.name in notes else ""
            row.append(_plain(visible(note, most=600)))
        last.append("")
    out = io.StringIO()
    # Text is quoted: a spreadsheet that parts cells elsewhere finds no new cell in it.
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows([headings, *rows, last])
    return out.getvalue().rstrip("\n")


def _plain(cell: Any) -> Any:
    """Return a cell for a spreadsheet: a number, or text that it does not compute."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return for_spreadsheet(_shown(cell))
    return cell
