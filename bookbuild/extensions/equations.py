"""Say of every display equation how the book knows that it is right.

The directive `equations` lists them all: the formula, what it was held against, how
far its sides differ, and how many slips would have been noticed. A mark beside the
number of an equation leads to its entry. What is known was found before the build
(bookbuild/equations/reports.py), from the LaTeX that is drawn on the page.
"""

from collections.abc import Iterator
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

# What stands beside the number of an equation, and what a screen reader says.
MARKS = {
    "checked": ("✓", "how this equation was checked"),
    "quoted": ("✓", "how this quoted equation was checked"),
    "definition": ("≔", "what this definition is held to"),
    "unread": ("–", "why this equation is not evaluated"),  # noqa: RUF001
}


def entry_of(label: str) -> str:
    """Return the anchor of an equation's entry in the list of all."""
    return f"known-{label}"


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
        listed: list[nodes.Node] = []
        marks = {}
        tools = reports.digest_of_tools(root)
        for page in tables.pages_with_displays(root):
            note_table(self.env, page.document)
            title = nodes.rubric("", "", self._reference("doc", f"/{page.document}"))
            listed.append(title)
            for result in reports.results_of(root, page, tools=tools):
                marks[result.label] = result.role
                listed.append(self._entry(known[result.label], result))
        listed_on(self.env).clear()
        listed_on(self.env).update(page=self.env.docname, roles=marks)
        return listed

    def _entry(self, equation: reading.Equation, result: Result) -> nodes.container:
        """Return what is known of one equation."""
        entry = nodes.container(classes=["known-equation"])
        entry["ids"].append(entry_of(equation.label))
        entry += nodes.math_block(equation.latex, equation.latex, nowrap=False)
        words = nodes.paragraph("", "", self._reference("eq", equation.label))
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
                said.append(self._reference("doc", f"/{where}"))
            said.append(nodes.Text("."))
        return said

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
    sign, words = MARKS[role]
    return (
        f'<a class="known" href="{target}#{entry_of(label)}" '
        f'title="{words}" aria-label="{words}">{sign}</a>'
    )


def connect(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("equations", Equations)
    app.connect("source-read", depend)
