"""The directive `times`: how long a chapter takes, computed from the chapter.

    ```{times}
    ```

It stands in the card "It takes". bookbuild/checks/times.py counts.
"""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookbuild.checks import times


class Times(SphinxDirective):
    """The time to read the page, and the time for its exercises."""

    def run(self) -> list[nodes.Node]:
        """Return a line that says both."""
        page = Path(self.env.doc2path(self.env.docname))
        said = times.times_of(page.read_text(encoding="utf-8"))
        return [nodes.paragraph(said, said)]


def connect(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("times", Times)
