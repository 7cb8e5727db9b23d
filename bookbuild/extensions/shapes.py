"""The directive `shapes`: a network's table, drawing and formulas from Keras's lines.

    ```{shapes}
    :columns: macs
    :explain:

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4)])
    ```

The lines run while the book is built, with `byhand.shapes` for Keras, so that no
number of a network is typed. They are the author's own, as the cells of a page are.
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
        "columns": words,
        "draw": style,
        "explain": directives.flag,
        "hide-code": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Build the network and return what shows it."""
        code = "\n".join(self.content)
        space: dict[str, Any] = {"keras": byhand.shapes, "layers": byhand.shapes.layers}
        try:
            exec(compile(code, "shapes", "exec"), space)  # noqa: S102  the author's own
        except Exception as error:
            raise self.error(
                f"the network cannot be built: {type(error).__name__}: {error}"
            ) from error
        kinds = (byhand.shapes.Sequential, byhand.shapes.Model)
        networks = [value for value in space.values() if isinstance(value, kinds)]
        if not networks:
            raise self.error("the lines make no Sequential or Model")
        return [*self._code(code), *self._shown(networks[-1])]

    def _code(self, code: str) -> list[nodes.Node]:
        """Return the lines themselves, unless they are to be hidden."""
        if "hide-code" in self.options:
            return []
        block = nodes.literal_block(code, code, language="python")
        self.set_source_info(block)
        return [block]

    def _shown(self, network: Any) -> list[nodes.Node]:
        """Return the table, and the drawing and the formulas if asked for."""
        columns = self.options.get("columns") or []
        parts = [network.table(format="html", columns=columns)]
        if "draw" in self.options:
            number = self.env.new_serialno("shapes")
            picture = drawing(network, style=self.options["draw"])
            for name in ("title", "about"):  # one page may hold several drawings
                picture = picture.replace(f'id="{name}"', f'id="{name}-{number}"')
            label = f'aria-labelledby="title-{number} about-{number}"'
            parts.append(picture.replace('aria-labelledby="title about"', label))
        html = "".join(f'<div class="shapes">{part}</div>' for part in parts)
        if "explain" in self.options:
            rows = [row.explain() for row in network.rows]
            tables = "".join(row.html() for row in rows if row.entries)
            html += (
                "<details><summary>How each number was computed</summary>"
                f'<div class="shapes">{tables}</div></details>'
            )
        return [nodes.raw("", html, format="html")]


def connect(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("shapes", Shapes)
