"""Write the networks of the directive `shapes` as cells that a reader can change.

The lines of a network are those of Keras, and run with `byhand.shapes` for it: in a
function of their own, so that `keras` and `model` of the chapter stay what they are.
"""

import textwrap
from collections.abc import Iterator

from nbformat import NotebookNode, v4

from bookbuild.notebooks.pieces import Network

LINES = '''\
def {name}():
    """Return shapes alone: byhand.shapes has Keras's names, and makes no weights."""
    from byhand import shapes as keras
    from byhand.shapes import layers

{lines}
    return {variable}


import IPython.display
'''
TABLE = """
IPython.display.display(
    IPython.display.HTML({name}().table(format="html", columns={columns}))
)
"""
DRAWING = """
from byhand.shapes.drawing import drawing as drawing_of

IPython.display.display(
    IPython.display.SVG(drawing_of({name}(), style={style!r}))
)
"""
FORMULAS = """
for row in {name}().rows:
    if row.explain().entries:
        IPython.display.display(IPython.display.HTML(row.explain().html()))
"""


def code_of(network: Network, number: int) -> str:
    """Return the cell that shows a network.

    Parameters
    ----------
    network : Network
        The network.
    number : int
        Which of its chapter it is, from 1.
    """
    about, name = network.about, f"network_{number}"
    lines = textwrap.indent(about["code"], "    ")
    code = LINES.format(name=name, lines=lines, variable=about["variable"])
    code += TABLE.format(name=name, columns=about["columns"])
    if network.drawing:
        code += DRAWING.format(name=name, style=about["draw"])
    if network.formulas:
        code += FORMULAS.format(name=name)
    return code.strip()


def outputs_of(network: Network) -> Iterator[NotebookNode]:
    """Yield what shows a network on the page."""
    for kind, shown in (
        ("text/html", network.table),
        ("image/svg+xml", network.drawing),
        ("text/html", network.formulas),
    ):
        if shown:
            if kind == "image/svg+xml":
                start, end = shown.index("<svg"), shown.index("</svg>")
                shown = shown[start : end + len("</svg>")]
            yield v4.new_output("display_data", data={kind: shown})
