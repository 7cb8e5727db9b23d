"""What the book's own roles share: each reports a fault in the line that holds it."""

from docutils import nodes
from sphinx.util.docutils import SphinxRole

# What a role returns: the nodes that stand in its place, and the faults found.
Returned = tuple[list[nodes.Node], list[nodes.system_message]]


class BookRole(SphinxRole):
    """A role of this book."""

    def fault(self, what: str) -> Returned:
        """Return the role as it was written, marked as wrong, and the fault."""
        message = self.inliner.reporter.error(what, line=self.lineno)
        marked = self.inliner.problematic(self.rawtext, self.rawtext, message)
        return [marked], [message]
