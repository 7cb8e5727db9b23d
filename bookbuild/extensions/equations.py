"""Say of every display equation how the book knows that it is right.

An equation is checked by a cell that names it (`:checks: eq-layer`), or it defines
what its symbols mean (a line `% definition` below it), or it is quoted (`% quoted:`
and the key of its source). The directive `equations` lists them all; a test asks that
none is without one of the three, and that a cell that checks asserts something.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

EQUATION = re.compile(
    r"^\$\$\n(?P<latex>.*?)\n\$\$ \((?P<label>eq-[a-z0-9-]+)\)\n"
    r"(?:% (?P<declared>definition|quoted: \S+)\n)?",
    re.MULTILINE | re.DOTALL,
)
CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CHECKS = re.compile(r"^:checks: (.+)$", re.MULTILINE)


@dataclass
class Equation:
    """A labelled equation of a page, and where it is checked."""

    label: str
    page: str
    latex: str
    declared: str
    checked_in: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Check:
    """A cell that names equations: its page, their labels and its code."""

    page: str
    labels: tuple[str, ...]
    code: str


def equations_of(page: str, text: str) -> Iterator[Equation]:
    """Yield the labelled equations of a page, in order."""
    for found in EQUATION.finditer(text):
        yield Equation(
            found["label"], page, found["latex"].strip(), found["declared"] or ""
        )


def checks_of(page: str, text: str) -> Iterator[Check]:
    """Yield the cells of a page that say which equations they check."""
    for cell in CELL.finditer(text):
        if found := CHECKS.search(cell[1]):
            yield Check(page, tuple(found[1].split()), cell[1])


def collected(root: Path) -> list[Equation]:
    """Return every equation of the book, in the order of _toc.yml, with its checks."""
    texts = {
        page: (root / f"{page}.md").read_text(encoding="utf-8")
        for page in pages(root)
        if (root / f"{page}.md").exists()
    }
    known = {
        equation.label: equation
        for page, text in texts.items()
        for equation in equations_of(page, text)
    }
    for page, text in texts.items():
        for check in checks_of(page, text):
            for label in check.labels:
                if label in known:
                    known[label].checked_in.append(page)
    return list(known.values())


def pages(root: Path) -> Iterator[str]:
    """Yield the pages that _toc.yml lists, first to last."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    yield toc["root"]
    for part in toc.get("parts", [toc]):
        for entry in part.get("chapters", []):
            if "file" in entry:
                yield entry["file"]


class Equations(SphinxDirective):
    """The table of all equations and of what confirms each."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        root = Path(self.env.srcdir)
        self.env.note_dependency("_toc.yml")
        for page in pages(root):
            self.env.note_dependency(f"{page}.md")
        body = nodes.tbody()
        for equation in collected(root):
            body += self._row(equation)
        group = nodes.tgroup("", *[nodes.colspec(colwidth=w) for w in (1, 2, 3)])
        group["cols"] = 3
        head = nodes.row()
        for title in ("equation", "page", "how it is known"):
            head += nodes.entry("", nodes.paragraph(title, title))
        group += [nodes.thead("", head), body]
        return [nodes.table("", group)]

    def _row(self, equation: Equation) -> nodes.row:
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
