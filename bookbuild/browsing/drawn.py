"""Take the drawn equations out of a page while it is worked on, and put them back.

KaTeX draws an equation with a hundred elements or more, which hold neither links nor
anchors; a page is parsed in a third of the time without them. KaTeX writes each
equation twice, for eyes and for programs that read aloud. On paper those programs read
the LaTeX, with which the drawing is labelled.
"""

import re
from dataclasses import dataclass, field
from html import escape, unescape

START = '<span class="katex">'
SPAN = re.compile(r"<(/?)span\b[^>]*>")
SPOKEN = re.compile(r'<span class="katex-mathml">.*?</math></span>', re.DOTALL)
LATEX = re.compile(r"<annotation[^>]*>(.*?)</annotation>", re.DOTALL)
SEEN = '<span class="katex-html" aria-hidden="true">'
PLACE = re.compile(r'<drawn-equation n="(\d+)"></drawn-equation>')


@dataclass
class Equations:
    """The equations that were taken out, in the order of their numbers."""

    taken: list[str] = field(default_factory=list)

    def take_out(self, html: str) -> str:
        """Return a page with a place for each equation."""
        pieces, end = [], 0
        while (start := html.find(START, end)) >= 0:
            pieces.append(html[end:start])
            end = end_of_span(html, start)
            pieces.append(f'<drawn-equation n="{len(self.taken)}"></drawn-equation>')
            self.taken.append(for_paper(html[start:end]))
        return "".join([*pieces, html[end:]])

    def put_back(self, html: str) -> str:
        """Return a page with its equations."""
        return PLACE.sub(lambda found: self.taken[int(found[1])], html)


def end_of_span(html: str, start: int) -> int:
    """Return where the element ends that begins at `start`."""
    depth = 0
    for found in SPAN.finditer(html, start):
        depth += -1 if found[1] else 1
        if depth == 0:
            return found.end()
    raise ValueError(f"an equation that does not end: {html[start : start + 80]}")


def for_paper(equation: str) -> str:
    """Return an equation drawn once, with its LaTeX as the text that stands for it."""
    latex = LATEX.search(equation)
    said = " ".join(unescape(latex[1]).split()) if latex else ""
    label = f'<span class="katex-html" role="img" aria-label="{escape(said)}">'
    return SPOKEN.sub("", equation, count=1).replace(SEEN, label, 1)
