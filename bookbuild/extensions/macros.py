"""Write out the shorthands of equations before anything draws or reads them."""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from bookbuild.checks import macros

logger = logging.getLogger(__name__)


def expand(app: Sphinx, doctree: nodes.document) -> None:
    """Write out the shorthands of one page as it is read."""
    known = macros.macros_of(Path(app.srcdir))
    if not known:
        return
    app.env.note_dependency(macros.PLACE)
    for kind in (nodes.math, nodes.math_block):
        for node in doctree.findall(kind):
            latex = node.astext()
            try:
                written = macros.expand(latex, known)
            except macros.MacroError as error:
                logger.warning("%s", error, location=node, type="maths")
                continue
            if written != latex:
                node.children = [nodes.Text(written)]


def connect(app: Sphinx) -> None:
    """Expand before `maths` notes which equations are to be drawn."""
    app.connect("doctree-read", expand, priority=100)
