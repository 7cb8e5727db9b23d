"""Let what Sphinx keeps of a page hold that page alone.

Each node knows its document, and a document knows the environment of the build. Sphinx
takes that knowledge from the page before it is written to disk, but not from documents
within it, as those in which sphinx-gallery makes its cards, nor from nodes that an
extension keeps for later. Where one is left, the whole environment is written with each
page, with the pages of all exercises, and is read back each time that Sphinx reads
the page back.
"""

from docutils import nodes
from sphinx.application import Sphinx


def detached(node: nodes.Element) -> nodes.Element:
    """Return a copy of a node that belongs to no document."""
    copy = node.deepcopy()
    for one in copy.findall():
        one.document = None
    return copy


def belong_to_page(app: Sphinx, doctree: nodes.document) -> None:
    """Let each node of a page belong to the page, through its parents."""
    for node in doctree.findall():
        if node is not doctree:
            node.document = None


def keep_exercises_alone(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the exercises of a page without the page, as sphinx-exercise does not."""
    for entry in getattr(app.env, "sphinx_exercise_registry", {}).values():
        if entry["docname"] == app.env.docname:
            entry["node"] = detached(entry["node"])


def connect(app: Sphinx) -> None:
    """Detach what is kept once a page is in its final form."""
    app.connect("doctree-read", keep_exercises_alone, priority=960)
    app.connect("doctree-read", belong_to_page, priority=990)
