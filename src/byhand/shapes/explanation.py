"""Where each number of a layer comes from, in text, LaTeX and HTML."""

from __future__ import annotations

from byhand.shapes.escaping import for_page, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from byhand.shapes.formula import Formula
    from byhand.shapes.network import Row


class Explanation:
    """The numbers of one layer, each with its formula.

    Attributes
    ----------
    title : str
        The layer's name and class.
    entries : list of (str, Formula)
        What each number is, and its formula.
    note : str
        What is not known, and why; "" where everything is.
    """

    __slots__ = ("entries", "note", "title")

    def __init__(
        self, title: str, entries: list[tuple[str, Formula]], note: str = ""
    ) -> None:
        self.title = title
        self.entries = entries
        self.note = note

    def __repr__(self) -> str:
        return f"Explanation({self.title!r}, {len(self.entries)} numbers)"

    def __str__(self) -> str:
        width = max((len(what) for what, _ in self.entries), default=0)
        lines = [f"  {what:{width}}  {formula}" for what, formula in self.entries]
        said = [f"  {self.note}"] if self.note else []
        return "\n".join([self.title, *lines, *said])

    def latex(self) -> str:
        """Return the numbers as aligned equations, one for each; none as no text."""
        if not self.entries:
            return ""
        rows = []
        for what, formula in self.entries:
            equation = formula.latex().replace(" = ", " &= ", 1)
            rows.append(rf"\text{{{what}:}}\quad {equation}")
        body = " \\\\\n".join(rows)
        return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"

    def html(self) -> str:
        """Return the numbers as a table."""
        rows = "".join(
            f'<tr><th scope="row">{for_page(what)}</th><td>{formula.html()}</td></tr>'
            for what, formula in self.entries
        )
        note = f". {for_page(self.note)}" if self.note else ""
        title = f"{for_page(self.title)}{note}"
        return f"<table><caption>{title}</caption>{rows}</table>"

    _repr_html_ = html


def explanation_of(row: Row) -> Explanation:
    """Return each number of a row with its formula."""
    from byhand.shapes.receptive import ReceptiveField

    entries: list[tuple[str, Formula]] = []
    if row.call is not None:
        entries += [
            (f"output {name}", formula) for name, formula in row.call.outcome.lengths
        ]
    parameters, trainable = row.parameters, row.trainable
    if parameters is not None and parameters.value:
        entries.append(("parameters", parameters))
        if trainable is not None and trainable.value != parameters.value:
            entries.append(("of these trainable", trainable))
    if row.macs is not None and row.macs.value:
        entries.append(("multiply-accumulates", row.macs))
    field = row.receptive_field
    if row.first and isinstance(field, ReceptiveField) and field.moved:
        entries += field.formulas
    title = f"{visible(row.name)} ({visible(row.kind)})"
    return Explanation(title, entries, visible(_unknown(row), most=600))


def _unknown(row: Row) -> str:
    """Return what of a row is not known, and why."""
    missing = [
        what
        for what, value in (
            ("output shape", None if None in row.outputs else row.outputs),
            ("parameters", row.parameters),
            ("multiply-accumulates", row.macs),
        )
        if value is None
    ]
    if not missing:
        return row.note
    why = row.note or ("its input is not known" if None in row.inputs else "")
    return f"not known: {', '.join(missing)}" + (f" ({why})" if why else "")
