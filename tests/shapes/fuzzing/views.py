"""Every view of a network, and what no view may hold whatever a layer is called."""

import csv
import io
import json
import re
from xml.etree import ElementTree

from byhand.shapes import smallest_input
from byhand.shapes.drawing import STYLES
from byhand.shapes.tables import COLUMNS, FORMATS

# What a terminal obeys, and what turns the direction of writing.
COMMANDING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
csv.field_size_limit(2**31 - 1)  # a long expression is one field
EXPLAINED = 40  # rows; a mutant may have thousands


def views(network, folder):
    """Yield (name, action) for each way to look at a network."""
    for format in FORMATS:
        yield f"table {format}", lambda format=format: table(network, format)
    yield "summary", lambda: network.summary(print_fn=lambda *words: None)
    yield "nested", lambda: repr(network.all_rows(nested=True))
    yield "memory", lambda: str(network.memory(batch=3, training=True))
    yield "flops", lambda: str(network.flops())
    yield "html", lambda: network._repr_html_()
    yield "repr", lambda: repr(network)
    yield "explain", lambda: explained(network)
    yield "shape", lambda: repr((network.output_shape, network.count_params()))
    yield "weights", lambda: repr(network._all_weights_)
    yield "smallest", lambda: smallest_input(network, most=64)
    for style in STYLES:
        yield f"draw {style}", lambda style=style: drawn(network, folder, style)


def table(network, format):
    text = network.table(format=format, columns=list(COLUMNS))
    well_formed(text, format)
    return text


def explained(network):
    for row in network.rows[:EXPLAINED]:
        words = row.explain()
        obeys_nothing(str(words))
        words.latex()
        words.html()


def drawn(network, folder, style):
    path = folder / "drawing.svg"
    network.draw(path, style=style)
    text = path.read_text(encoding="utf-8")
    obeys_nothing(text)
    ElementTree.fromstring(text)


def obeys_nothing(text):
    """Raise AssertionError where a terminal would obey something in a text."""
    found = COMMANDING.search(text)
    assert found is None, f"{found.group()!r} at {found.start()} of the text"
    text.encode("utf-8")  # no half of a character


def well_formed(text, format):
    """Raise AssertionError where a table is not what its format promises."""
    obeys_nothing(text)
    if format == "json":
        json.loads(text)
    elif format == "csv":
        rows = [row for row in csv.reader(io.StringIO(text)) if row]
        assert len({len(row) for row in rows}) == 1, "rows of different lengths"
        for cell in (cell for row in rows for cell in row):
            assert not cell.startswith(("=", "+", "@")), f"{cell!r} is a formula"
    elif format in ("html", "markdown"):
        assert re.search(r"(?<!\\)<script", text) is None, "a script"
