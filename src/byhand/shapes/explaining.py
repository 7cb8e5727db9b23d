"""Where each number of a layer comes from, in text, LaTeX and HTML."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # importing typing costs more than all of this package
    from byhand.shapes.formula import Formula


class Explanation:
    """The numbers of one layer, each with its formula.

    Attributes
    ----------
    title : str
        The layer's name and class.
    entries : list of (str, Formula)
        What each number is, and its formula.
    """

    __slots__ = ("entries", "title")

    def __init__(self, title: str, entries: list[tuple[str, Formula]]) -> None:
        self.title = title
        self.entries = entries

    def __repr__(self) -> str:
        return f"Explanation({self.title!r}, {len(self.entries)} numbers)"

    def __str__(self) -> str:
        width = max((len(what) for what, _ in self.entries), default=0)
        lines = [f"  {what:{width}}  {formula}" for what, formula in self.entries]
        return "\n".join([self.title, *lines])

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
        from html import escape

        rows = "".join(
            f'<tr><th scope="row">{escape(what)}</th><td>{formula.html()}</td></tr>'
            for what, formula in self.entries
        )
        return f"<table><caption>{escape(self.title)}</caption>{rows}</table>"

    _repr_html_ = html
