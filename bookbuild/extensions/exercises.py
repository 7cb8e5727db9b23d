"""Show the level of each exercise in the line of its title.

sphinx-exercise numbers exercises and writes their titles; the level, which is the
exercise's class, it leaves to the style sheet. Who cannot see colours reads it here.
"""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_exercise.nodes import is_exercise_node

from bookbuild.checks.reading import LEVELS


def show_levels(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Write the level of each exercise behind its title."""
    for exercise in doctree.findall(is_exercise_node):
        unwrap(exercise)
        for level in LEVELS:
            if level in exercise["classes"]:
                title = exercise[0]
                title += nodes.Text(" · ")
                title += nodes.inline(level, level, classes=["exercise-level"])


def unwrap(node: nodes.Element) -> None:
    """Take what an exercise or solution holds out of its section.

    sphinx-exercise gives all of these sections one id, which a page must hold once.
    """
    for section in [part for part in node.children if isinstance(part, nodes.section)]:
        at = node.index(section)
        node[at : at + 1] = section.children


def connect(app: Sphinx) -> None:
    """Write the levels once the titles have their final form."""
    app.connect("doctree-resolved", show_levels)
