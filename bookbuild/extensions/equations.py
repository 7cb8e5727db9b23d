"""Say of every display equation how the book knows that it is right.

An equation is checked by a cell that names it (`:checks: eq-layer`), or it defines
what its symbols mean (a line `% definition` below it), or it is quoted (`% quoted:`
and the key of its source). The directive `equations` lists them all; `make lint`
asks that none is without one of the three, and that a cell that checks asserts.
"""

from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from bookbuild.checks import reading


class Equations(SphinxDirective):
    """The table of all equations and of what confirms each."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        root = Path(self.env.srcdir)
        self.env.note_dependency("_toc.yml")
        for page in reading.documents_in_order(root):
            self.env.note_dependency(f"{page}.md")
        body = nodes.tbody()
        for equation in reading.checked(reading.book_in_order(root)):
            body += self._row(equation)
        group = nodes.tgroup("", *[nodes.colspec(colwidth=w) for w in (1, 2, 3)])
        group["cols"] = 3
        head = nodes.row()
        for title in ("equation", "page", "how it is known"):
            head += nodes.entry("", nodes.paragraph(title, title))
        group += [nodes.thead("", head), body]
        return [nodes.table("", group)]

    def _row(self, equation: reading.Equation) -> nodes.row:
        """Return the line of one equation."""
        number = self._reference("eq", equation.label)
        page = self._reference("doc", f"/{equation.page}")
        known = nodes.paragraph()
        pages = list(dict.fromkeys(equation.checked_in))
        if pages:
            known += nodes.Text("checked by a cell of ")
            for k, where in enumerate(pages):
                known += nodes.Text(", " if k else "")
                known += self._reference("doc", f"/{where}")
        elif equation.declared.startswith("quoted"):
            known += self.parse_inline(
                f"quoted from {{cite:t}}`{equation.declared.split()[1]}`"
            )[0]
        else:
            known += nodes.Text("definition")
        cells = [nodes.paragraph("", "", number), nodes.paragraph("", "", page), known]
        return nodes.row("", *[nodes.entry("", cell) for cell in cells])

    def _reference(self, kind: str, target: str) -> addnodes.pending_xref:
        """Return a reference that Sphinx resolves to the number or the title."""
        domain = "math" if kind == "eq" else "std"
        reference = addnodes.pending_xref(
            "",
            nodes.literal(target, target) if kind == "eq" else nodes.inline("", ""),
            refdomain=domain,
            reftype=kind,
            reftarget=target,
            refdoc=self.env.docname,
            refexplicit=False,
            refwarn=True,
        )
        self.set_source_info(reference)
        return reference


def connect(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("equations", Equations)
