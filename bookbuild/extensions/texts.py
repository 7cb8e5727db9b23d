"""Replace a text of a page, and no other text that says the same."""

from docutils import nodes


def replace(text: nodes.Text, *instead: nodes.Node) -> None:
    """Put nodes in the place of a text.

    docutils finds the child to replace by comparing, and texts compare as strings: of
    two full stops in a paragraph it would replace the first, whichever was meant.
    """
    parent = text.parent
    place = next(n for n, child in enumerate(parent.children) if child is text)
    parent[place : place + 1] = list(instead)
