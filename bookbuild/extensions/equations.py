"""Say of every display equation how the book knows that it is right.

The directive `equation-counts` counts them, and `equations` lists them all, in a
section for each chapter: the formula, what it was held against, how far its sides
differ, and how many slips would have been noticed. A mark beside the number of an
equation leads to its entry. What is known was found before the build
(bookbuild/equations/reports.py), from the LaTeX that is drawn on the page.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from bookbuild.checks import reading
from bookbuild.checks.sources import read
from bookbuild.equations import reports, tables
from bookbuild.equations.checking import Result

COLUMNS = (
    "Equations",
    "Checked",
    "Definitions",
    "Quoted",
    "Not evaluated",
    "Slips planted",
    "Slips noticed",
)
ALWAYS = (0, 1, 5, 6)  # places of columns that are shown though all is zero
# What stands below the number of an equation, and where it leads.
MARKS = {
    "checked": ("✓", "checked", "how this equation was checked"),
    "quoted": ("✓", "quoted", "how this quoted equation was checked"),
    "definition": ("≔", "definition", "what this definition is held to"),
    "unread": ("–", "not evaluated", "why not"),  # noqa: RUF001
}


def entry_of(label: str) -> str:
    """Return the anchor of an equation's entry in the list of all."""
    return f"known-{label}"


def reference(
    directive: SphinxDirective, kind: str, target: str
) -> addnodes.pending_xref:
    """Return a reference that Sphinx resolves to the number or the title."""
    domain = "math" if kind == "eq" else "std"
    reference = addnodes.pending_xref(
        "",
        nodes.literal(target, target) if kind == "eq" else nodes.inline("", ""),
        refdomain=domain,
        reftype=kind,
        reftarget=target,
        refdoc=directive.env.docname,
        refexplicit=False,
        refwarn=True,
    )
    directive.set_source_info(reference)
    return reference


class EquationCounts(SphinxDirective):
    """How many equations there are of each kind, chapter by chapter."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        root = Path(self.env.srcdir)
        self.env.note_dependency("_toc.yml")
        tools = reports.digest_of_tools(root)
        rows = {
            page.document: list(reports.results_of(root, page, tools=tools))
            for page in tables.pages_with_displays(root)
        }
        return [self._table(rows)]

    def _table(self, rows: Mapping[str, list[Result]]) -> nodes.table:
        """Return the counts of all pages, and their sums."""
        counts = {name: counts_of(results) for name, results in rows.items()}
        together = counts_of([one for results in rows.values() for one in results])
        # A column for a kind of which there is none says nothing.
        columns = [n for n, count in enumerate(together) if count or n in ALWAYS]
        table = nodes.table(classes=["counts-of-equations"])
        group = nodes.tgroup(cols=len(columns) + 1)
        group += [nodes.colspec(colwidth=1) for _ in range(len(columns) + 1)]
        head, listed = nodes.thead(), nodes.tbody()
        titles = ["Chapter", *(COLUMNS[n] for n in columns)]
        head += row_of([nodes.Text(title) for title in titles])
        for name, of_page in [*counts.items(), ("", together)]:
            first = (
                reference(self, "doc", f"/{name}") if name else nodes.Text("together")
            )
            listed += row_of([first, *(nodes.Text(f"{of_page[n]:,}") for n in columns)])
        group += [head, listed]
        table += group
        return table


class Equations(SphinxDirective):
    """The list of all equations and of what confirms each."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        """Return the list, a group for each page."""
        root = Path(self.env.srcdir)
        book = reading.book_in_order(root)
        self.env.note_dependency("_toc.yml")
        for page in book:
            self.env.note_dependency(page.place)
        known = {one.label: one for one in reading.checked(book)}
        sections: list[nodes.Node] = []
        marks = {}
        tools = reports.digest_of_tools(root)
        for page in tables.pages_with_displays(root):
            note_table(self.env, page.document)
            name = f"checks-{page.name}"
            section = nodes.section(ids=[name], names=[name])
            heading = title_of(page.text)
            section += nodes.title(heading, heading)
            whose = nodes.paragraph("", "The equations of ")
            whose += reference(self, "doc", f"/{page.document}")
            section += whose
            for result in reports.results_of(root, page, tools=tools):
                marks[result.label] = result.role
                section += self._entry(known[result.label], result)
            sections.append(section)
        listed_on(self.env).clear()
        listed_on(self.env).update(page=self.env.docname, roles=marks)
        return sections

    def _entry(self, equation: reading.Equation, result: Result) -> nodes.container:
        """Return what is known of one equation."""
        entry = nodes.container(classes=["known-equation"])
        entry["ids"].append(entry_of(equation.label))
        entry += nodes.math_block(equation.latex, equation.latex, nowrap=False)
        words = nodes.paragraph("", "", reference(self, "eq", equation.label))
        words += nodes.Text(": ")
        words += self._status(equation, result)
        entry += words
        return entry

    def _status(self, equation: reading.Equation, result: Result) -> list[nodes.Node]:
        """Return how an equation is known, in words."""
        said: list[nodes.Node] = []
        if equation.declared.startswith("quoted"):
            key = equation.declared.split()[1]
            said += self.parse_inline(f"quoted from {{cite:t}}`{key}`; ")[0]
        said += self.parse_inline(" ".join(sentences(result)))[0]
        pages = list(dict.fromkeys(equation.checked_in))
        if pages:
            said.append(nodes.Text(" A cell checks it, too: in "))
            for number, where in enumerate(pages):
                if number:
                    said.append(nodes.Text(", "))
                said.append(reference(self, "doc", f"/{where}"))
            said.append(nodes.Text("."))
        return said


def title_of(text: str) -> str:
    """Return the title of a page, from its source.

    A comment in its front matter looks like a title, and is none.
    """
    text = reading.FRONT_MATTER.sub("", text)
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    return found[1] if found else ""


def row_of(cells: Sequence[nodes.Node]) -> nodes.row:
    """Return a row of a table."""
    row = nodes.row()
    for cell in cells:
        row += nodes.entry("", nodes.paragraph("", "", cell))
    return row


def counts_of(results: Sequence[Result]) -> list[int]:
    """Return how many equations are of each kind, and how many slips were noticed.

    A slip that changes nothing, for a reason that is given, counts for neither.
    """
    roles = Counter(result.role for result in results)
    compared = [one for one in results if one.role in {"checked", "quoted"}]
    made = sum(sum(one.made.values()) - len(one.alive) for one in compared)
    noticed = sum(sum(one.killed.values()) for one in compared)
    kinds = [roles[kind] for kind in ("checked", "definition", "quoted", "unread")]
    return [len(results), *kinds, made, noticed]


def sentences(result: Result) -> Iterator[str]:
    """Yield what was found of an equation."""
    made, found = sum(result.made.values()), sum(result.killed.values())
    if result.role == "unread":
        yield f"not evaluated: {result.setting}."
        return
    if result.role == "definition":
        yield f"a definition ({result.setting})."
        if made:
            yield f"Of {made} slips in it, {found} show in what rests on it."
        return
    yield (
        f"both sides agree in {result.draws} draws ({result.cases} cases) of "
        f"*{result.setting}*, {precision(result.error)}."
    )
    explained = len(result.alive)
    if explained:
        reasons = dict.fromkeys(reason for _, _, reason in result.alive)
        yield f"Of {made} slips in it, {found} are noticed; {explained} change nothing:"
        yield "; ".join(reasons) + "."
    else:
        yield f"All {made} slips in it are noticed."


def precision(error: float) -> str:
    """Return how far two sides differ, in words."""
    if error == 0:
        return "exactly"
    digits, power = f"{error:.0e}".split("e")
    return rf"to ${digits} \cdot 10^{{{int(power)}}}$ of their size"


def listed_on(env: BuildEnvironment) -> dict[str, Any]:
    """Return on which page the equations are listed, and the role of each."""
    return vars(env).setdefault("equations_listed", {})


def note_table(env: BuildEnvironment, document: str) -> None:
    """Have a page read again when its table of equations changes."""
    place = tables.place_of(document)
    for name in (place, tables.NOTATION):
        if (Path(env.srcdir) / name).exists():
            env.note_dependency(name)


def depend(app: Sphinx, docname: str, source: list[str]) -> None:
    """Let the mark beside an equation follow the table of its page."""
    if (Path(app.srcdir) / f"{docname}.md").exists():
        page = read(Path(app.srcdir), f"{docname}.md")
        if any(reading.equations_of(page)):
            note_table(app.env, docname)


def mark_of(translator: Any, label: str) -> str:
    """Return the link from an equation to what is known of it, or nothing.

    Parameters
    ----------
    translator : HTMLTranslator
        What writes the page.
    label : str
        The equation's label.
    """
    builder = translator.builder
    listed = listed_on(builder.env)
    role = listed.get("roles", {}).get(label)
    if role is None or translator.docnames[-1] == listed["page"]:
        return ""
    target = builder.get_relative_uri(translator.docnames[-1], listed["page"])
    sign, word, explained = MARKS[role]
    return (
        f'<a class="known" href="{target}#{entry_of(label)}" title="{explained}">'
        f'<span aria-hidden="true">{sign}</span> {word}</a>'
    )


def connect(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("equation-counts", EquationCounts)
    app.add_directive("equations", Equations)
    app.connect("source-read", depend)
