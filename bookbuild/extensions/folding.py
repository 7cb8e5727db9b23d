"""Fold solutions, and all else of the class `dropdown`, with the browser's own element.

A `details` needs no script, is opened by a link or a search that leads into it, and
its button is named by the words it shows. In print it is open: the theme's script sees
to it.
"""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_exercise.nodes import solution_node

from bookbuild.extensions.exercises import unwrap


class fold(nodes.General, nodes.Element):  # noqa: N801  as docutils names nodes
    """What is shown when the reader asks for it."""


class fold_title(nodes.Part, nodes.TextElement):  # noqa: N801
    """The words on the button of a fold."""


def fold_page(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Replace the folded notes and solutions of a page."""
    if app.builder.format != "html":
        return
    for node in list(doctree.findall(nodes.Admonition)):
        if "dropdown" not in node.get("classes", []):
            continue
        unwrap(node)
        title, *content = node.children
        if isinstance(node, solution_node):
            words = words_of_solution(number_of(app, node["target_label"]))
        else:
            words = title.children
        classes = [name for name in node["classes"] if name != "dropdown"]
        folded = fold("", fold_title("", "", *words), *content)
        folded["classes"], folded["ids"] = classes, node["ids"]
        node.parent.replace(node, folded)


def number_of(app: Sphinx, label: str) -> str:
    """Return the number of an exercise, empty where it has none."""
    found = getattr(app.env, "sphinx_exercise_registry", {}).get(label)
    numbers = app.env.toc_fignumbers.get(found["docname"], {}) if found else {}
    return ".".join(map(str, numbers.get("exercise", {}).get(label, ())))


def words_of_solution(number: str) -> list[nodes.Node]:
    """Return what the button of a solution shows, closed and open."""
    closed, opened = "Show the solution", "Solution"
    return [
        nodes.inline(closed, closed, classes=["when-closed"]),
        nodes.inline(opened, opened, classes=["when-open"]),
        nodes.Text(f" of exercise {number}".rstrip()),
    ]


def visit_fold(self: Any, node: nodes.Element) -> None:
    """Open the element."""
    kinds = "admonition toggle-details"
    self.body.append(self.starttag(node, "details", CLASS=kinds))


def depart_fold(self: Any, node: nodes.Element) -> None:
    """Close the element."""
    self.body.append("</details>\n")


def visit_title(self: Any, node: nodes.Element) -> None:
    """Open the button."""
    self.body.append(self.starttag(node, "summary", "", CLASS="admonition-title"))


def depart_title(self: Any, node: nodes.Element) -> None:
    """Close the button."""
    self.body.append("</summary>\n")


def connect(app: Sphinx) -> None:
    """Fold once the titles have their final form."""
    app.add_node(fold, html=(visit_fold, depart_fold))
    app.add_node(fold_title, html=(visit_title, depart_title))
    app.connect("doctree-resolved", fold_page)
