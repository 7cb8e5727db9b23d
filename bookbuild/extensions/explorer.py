"""The directive `explorer`: the forms of the explorer's page.

    ```{explorer} model
    ```

and `axis` and `fits` likewise. The forms compute nothing here: their script asks Python
in the reader's browser, or, for one axis, a table that is made with the page.
"""

from __future__ import annotations

import json
from html import escape
from typing import Any, ClassVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookbuild.explorer import axis
from bookbuild.extensions.answering import PRICE, TOLD
from byhand.shapes import conv_output, solve

LINES = """\
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((32, 32, 1)),
    layers.Conv2D(10, 5, activation="relu"),
    layers.MaxPooling2D(2),
    layers.Conv2D(20, 5, activation="relu"),
    layers.MaxPooling2D(2),
    layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
"""
STOP = '<button type="button" data-do="stop" hidden>Stop</button>'


def field(name: str, label: str, control: str, **data: str) -> str:
    """Return a control with its label.

    Parameters
    ----------
    name : str
        What its id ends with.
    label : str
        Its label, as plain text.
    control : str
        Its HTML, with the id `explorer-<name>`.
    **data : str
        Attributes of the box around both, without "data-".
    """
    given = "".join(f' data-{key}="{escape(value)}"' for key, value in data.items())
    return (
        f'<div class="asks-field"{given}><label for="explorer-{name}">{escape(label)}'
        f"</label>{control}</div>"
    )


def model() -> str:
    """Return the form that takes a reader's lines, and the place of the result."""
    lines = (
        '<textarea id="explorer-text" name="lines" rows="14" spellcheck="false" '
        f'autocomplete="off" autocapitalize="off">{escape(LINES)}</textarea>'
    )
    shape = (
        '<input id="explorer-shape" name="input" type="text" autocomplete="off" '
        'placeholder="32, 32, 3">'
    )
    file = '<input id="explorer-file" name="file" type="file">'
    return (
        '<form class="asks explorer" id="explorer-lines" novalidate>'
        f"{field('text', 'Lines of Keras, or the JSON of a model', lines)}{TOLD}"
        f"{field('shape', 'Shape of the input, if the lines do not say it', shape)}"
        f"{field('file', 'Or a file: .keras, .json or .py, also dropped here', file)}"
        '<p class="asks-buttons"><button type="submit">Compute</button>'
        f'<button type="button" data-do="link">Copy a link to the lines</button>{STOP}'
        f'{PRICE}</p></form><div class="asks" id="explorer-result"></div>'
    )


def slider(name: str, label: str, *, most: int, value: int) -> str:
    """Return a slider with its number beside it."""
    control = (
        f'<input id="explorer-{name}" name="{name}" type="range" min="1" max="{most}" '
        f'value="{value}"><output for="explorer-{name}" data-of="{name}">{value}'
        "</output>"
    )
    return field(name, label, control)


def checkbox(name: str, label: str, *, at: str, **data: str) -> str:
    """Return a box to tick."""
    return field(
        at, label, f'<input id="explorer-{at}" name="{name}" type="checkbox">', **data
    )


def choice(
    name: str, label: str, words: tuple[str, ...], *, at: str, **data: str
) -> str:
    """Return a list of words of which one is chosen."""
    options = "".join(f"<option>{word}</option>" for word in words)
    control = f'<select id="explorer-{at}" name="{name}">{options}</select>'
    return field(at, label, control, **data)


def one_axis() -> str:
    """Return the form with sliders, its table and its drawing."""
    table = axis.table()
    most = table["most"]
    data = json.dumps(table, separators=(",", ":"))
    return (
        '<form class="asks explorer" id="explorer-axis" novalidate>'
        f'<script type="application/json">{data}</script><div class="asks-fields">'
        f"{slider('input', 'Input i', most=most['input'], value=7)}"
        f"{slider('kernel', 'Kernel k', most=most['kernel'], value=3)}"
        f"{slider('strides', 'Stride s', most=most['strides'], value=2)}"
        f"{slider('dilation', 'Dilation d', most=most['dilation'], value=1)}"
        f"{choice('padding', 'Padding', axis.PADDINGS, at='padding')}"
        f"{checkbox('transposed', 'Transposed', at='transposed')}"
        f'</div><p class="axis-formula" aria-live="polite"></p>'
        '<div class="shapes" role="group" aria-label="A drawing of the axis">'
        '<svg class="axis" role="img" aria-label="The kernel on the axis"></svg></div>'
        '<p class="axis-sentence" aria-live="polite"></p>'
        f"{slider('place', 'Place of the kernel', most=3, value=1)}"
        '<p class="asks-buttons"><button type="button" data-do="play">Play</button></p>'
        "</form>"
    )


def number(name: str, label: str, value: int, **data: str) -> str:
    """Return a field for a number."""
    control = (
        f'<input id="explorer-fits-{name}" name="{name}" type="number" min="1" '
        f'value="{value}">'
    )
    return field(f"fits-{name}", label, control, **data)


def pair(name: str, label: str, least: int, most: int, **data: str) -> str:
    """Return two fields for the least and the most of a number."""
    return number(f"{name}-least", f"{label} from", least, **data) + number(
        f"{name}-most", f"{label} to", most, **data
    )


def fits() -> str:
    """Return the form of the inverse problem, and the place of the result."""
    questions = "".join(
        f'<label><input type="radio" name="question" value="{value}"{checked}> {words}'
        "</label>"
        for value, words, checked in (
            ("lengths", "From one length to another", " checked"),
            ("field", "A receptive field", ""),
        )
    )
    either = ("either", *axis.PADDINGS)
    lengths, of_field = {"for": "lengths"}, {"for": "field"}
    return (
        '<form class="asks explorer" id="explorer-fits" novalidate>'
        f'<fieldset class="asks-choice"><legend>What is wanted</legend>{questions}'
        '</fieldset><div class="asks-fields">'
        f"{number('input', 'Input', 28, **lengths)}"
        f"{number('output', 'Output', 14, **lengths)}"
        f"{number('field', 'Receptive field', 15, **of_field)}"
        f"{pair('kernel', 'Kernel', 1, 7)}"
        f"{pair('strides', 'Stride', 1, 3, **lengths)}"
        f"{pair('dilation', 'Dilation', 1, 1)}"
        f"{pair('depth', 'Layers', 1, 8, **of_field)}"
        f"{choice('padding', 'Padding', either, at='fits-padding', **lengths)}"
        f"{checkbox('transposed', 'Transposed', at='fits-tr', **lengths)}"
        '</div><p class="asks-buttons">'
        f'<button type="submit">Find</button>{STOP}{PRICE}</p>{TOLD}</form>'
        '<div class="asks" id="fits-result"></div>'
    )


def table_of_axis() -> str:
    """Return what one axis gives for a few kernels and strides, without scripts."""
    length, kernels, strides = 28, (1, 2, 3, 5, 7), (1, 2, 3)
    kinds = [(padding, step) for padding in axis.PADDINGS for step in strides]
    head = "".join(f'<th scope="col">{name}, stride {s}</th>' for name, s in kinds)
    rows = []
    for kernel in kernels:
        lengths = [
            conv_output(length, kernel, strides=step, padding=name)
            for name, step in kinds
        ]
        cells = "".join(f'<td class="number">{found}</td>' for found in lengths)
        rows.append(f'<tr><th scope="row">{kernel}</th>{cells}</tr>')
    return (
        '<div class="table-box"><table><caption>The output length for an input of '
        f'{length}, by kernel, padding and stride</caption><thead><tr><th scope="col">'
        f"Kernel</th>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def list_of_fits() -> str:
    """Return the settings that halve a length of 28, for readers without scripts."""
    found = solve(input=28, output=14, kernel=range(1, 6), strides=2)
    items = "".join(
        f"<li>kernel {one.kernel}, stride {one.strides}, padding {one.padding}</li>"
        for one in found
    )
    return f"<p>These lead from 28 to 14 with a stride of 2:</p><ul>{items}</ul>"


PIECES = {
    "axis": one_axis,
    "fits": fits,
    "list-of-fits": list_of_fits,
    "model": model,
    "table-of-axis": table_of_axis,
}


class Explorer(SphinxDirective):
    """Show one of the forms, or what it would say of one case."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """Return the piece that is named."""
        name = self.arguments[0]
        if name not in PIECES:
            raise self.error(f"explorer takes one of {', '.join(PIECES)}, got {name}")
        return [nodes.raw("", PIECES[name](), format="html")]


def connect(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("explorer", Explorer)
