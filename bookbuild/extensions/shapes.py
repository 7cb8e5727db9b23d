"""The directive `shapes`: a network's table, drawing and formulas from Keras's lines.

    ```{shapes}
    :columns: macs
    :draw: volumes
    :name: fig-small-network
    :caption: A network of one layer.
    :explain:

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
    ```

The lines run while the book is built, with `byhand.shapes` for Keras, so that no
number of a network is typed. They are the author's own, as the cells of a page are.
The drawing is a numbered figure, with a name and a caption.
"""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import byhand.shapes
from byhand.shapes.drawing import STYLES, drawing
from byhand.shapes.tables import COLUMNS


def words(argument: str | None) -> list[str]:
    """Return the columns named in an option."""
    found = (argument or "").replace(",", " ").split()
    for name in found:
        if name not in COLUMNS:
            raise ValueError(f"columns may be {', '.join(COLUMNS)}, got {name}")
    return found


def style(argument: str | None) -> str:
    """Return the style of a drawing."""
    return str(directives.choice(argument or STYLES[0], STYLES))


class Shapes(SphinxDirective):
    """Show what comes out of each layer, what it costs, and why."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "caption": directives.unchanged_required,
        "columns": words,
        "draw": style,
        "explain": directives.flag,
        "hide-code": directives.flag,
        "name": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Build the network and return what shows it."""
        named = [name for name in ("name", "caption") if name in self.options]
        if "draw" in self.options and len(named) < 2:
            raise self.error("the drawing needs a :name: and a :caption:")
        if named and "draw" not in self.options:
            raise self.error(f"there is a :{named[0]}: without a figure; add :draw:")
        code = "\n".join(self.content)
        space: dict[str, Any] = {"keras": byhand.shapes, "layers": byhand.shapes.layers}
        try:
            exec(compile(code, "shapes", "exec"), space)  # noqa: S102  the author's own
        except Exception as error:
            raise self.error(
                f"the network cannot be built: {type(error).__name__}: {error}; "
                "correct the lines"
            ) from error
        kinds = (byhand.shapes.Sequential, byhand.shapes.Model)
        networks = {
            name: value for name, value in space.items() if isinstance(value, kinds)
        }
        if not networks:
            raise self.error("the lines make no Sequential or Model; give one a name")
        variable, network = networks.popitem()
        return [
            *self._code(code),
            self._table(network, code, variable),
            *self._figure(network),
            *self._formulas(network),
        ]

    def _code(self, code: str) -> list[nodes.Node]:
        """Return the lines themselves, unless they are to be hidden."""
        if "hide-code" in self.options:
            return []
        block = nodes.literal_block(code, code, language="python", of_network=True)
        self.set_source_info(block)
        return [block]

    def _table(self, network: Any, code: str, variable: str) -> nodes.Node:
        """Return the table of the layers, which tells notebooks how it was made."""
        columns = self.options.get("columns") or []
        table = network.table(format="html", columns=columns)
        shown = nodes.raw("", box(table, "The layers of the network"), format="html")
        shown["network"] = {
            "code": code,
            "variable": variable,
            "columns": columns,
            "draw": self.options.get("draw", ""),
            "hidden": "hide-code" in self.options,
        }
        self.set_source_info(shown)
        return shown

    def _figure(self, network: Any) -> list[nodes.Node]:
        """Return the drawing with its caption, if it is asked for."""
        if "draw" not in self.options:
            return []
        number = self.env.new_serialno("shapes")
        picture = drawing(network, style=self.options["draw"])
        for name in ("title", "about"):  # one page may hold several drawings
            picture = picture.replace(f'id="{name}"', f'id="{name}-{number}"')
        label = f'aria-labelledby="title-{number} about-{number}"'
        picture = picture.replace('aria-labelledby="title about"', label)
        words, messages = self.parse_inline(" ".join(self.options["caption"].split()))
        caption = nodes.caption("", "", *words)
        boxed = nodes.raw("", box(picture, "A drawing of the network"), format="html")
        figure = nodes.figure("", boxed, caption, of_network=True)
        self.set_source_info(caption)
        self.set_source_info(figure)
        self.add_name(figure)
        return [figure, *messages]

    def _formulas(self, network: Any) -> list[nodes.Node]:
        """Return how each number was computed, if it is asked for."""
        if "explain" not in self.options:
            return []
        rows = [row.explain() for row in network.rows]
        tables = "".join(row.html() for row in rows if row.entries)
        html = (
            "<details><summary>How each number was computed</summary>"
            f"{box(tables, 'How each number was computed')}</details>"
        )
        return [nodes.raw("", html, format="html", of_network=True)]


def box(html: str, label: str) -> str:
    """Return HTML in a box that scrolls by itself, by the keyboard, too."""
    return (
        f'<div class="shapes" tabindex="0" role="group" aria-label="{label}">'
        f"{html}</div>"
    )


def connect(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("shapes", Shapes)
