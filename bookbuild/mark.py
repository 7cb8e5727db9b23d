"""The mark of the book, as every page of the site names it for its tab.

A page that names none has the browser ask for a file that is not there.
"""

from pathlib import Path

FILE = Path(__file__).parent / "theme" / "mark.svg"


def drawing() -> str:
    """Return the mark as SVG, to be put into a page."""
    return FILE.read_text(encoding="utf-8").strip()


def address() -> str:
    """Return an address that holds the mark itself, so that nothing is fetched."""
    text = drawing().replace("#", "%23").replace('"', "'")
    return "data:image/svg+xml," + text.replace("<", "%3C").replace(">", "%3E")


def link() -> str:
    """Return the element by which the head of a page names the mark."""
    return f'<link rel="icon" href="{address()}">'
