"""Bind the pages of the built site into one document, in the order of a book.

It begins with a title page and the contents; the chapters and the reference pages
follow as _toc.yml lists them, then the examples by name, the solutions and the index.
Numbers of pages are left open, because only a printer knows them (printing.py).
"""

import re
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import yaml

from bookbuild.browsing import back, front, linking
from bookbuild.browsing.paper import Solutions
from bookbuild.browsing.reading import Part, parts_of, read_chapter, site_of

STYLES = ("_static/site.css",)
OWN_STYLE = Path(__file__).parent / "print.css"
SOURCE = re.compile(r'(\ssrc=")(?!\w+:)([^"]+)(")')
# What the pages say at their head where no chapter is.
HEADS = {
    "preface": "About this book",
    "gallery": "Gallery",
    "solutions": "Solutions",
    "index": "Index",
}


def bind(
    root: Path,
    html: Path,
    solutions: Solutions,
    tell: Callable[[str], object] = lambda _: None,
) -> str:
    """Return the document.

    Parameters
    ----------
    root : Path
        The folder of the book.
    html : Path
        The folder of the built site.
    solutions : Solutions
        Where the solutions stand.
    tell : callable
        Called with what is being done, chapter by chapter.
    """
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    parts = parts_of(root)
    site = site_of(html, parts)
    for chapter in (one for part in parts for one in part.chapters):
        tell(chapter.document)
        read_chapter(chapter, site, solutions)
    pieces = [front.preface_html(site, solutions), *map(part_html, parts)]
    pieces.append(back.gallery_html(site))
    if solutions is Solutions.END:
        pieces.append(back.solutions_html(parts))
    pieces.append(back.index_html(site))
    body, lost = linking.without_lost_links("\n".join(pieces))
    if lost:
        tell(f"{len(lost)} links lead to what is not printed; they are text now")
    body = f"{front.contents_html(body)}\n<article>\n{body}\n</article>"
    body = site.equations.put_back(located(body, html))
    return f"""<!DOCTYPE html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<title>{escape(config["title"])}</title>
<meta name="author" content="{escape(config["author"])}">
{styles(html, parts)}
</head>
<body>
{front.title_html(site, config)}
{body}
</body>
</html>
"""


def part_html(part: Part) -> str:
    """Return a part of the book."""
    chapters = "\n".join(
        f'<section class="chapter" id="{one.name}" style="page: {one.name}">\n'
        f"{one.html}\n</section>"
        for one in part.chapters
    )
    return (
        f'<section class="part" id="{part.name}">\n'
        f'<h1 style="page: {part.chapters[0].name}">{escape(part.caption)}</h1>\n'
        f"{chapters}\n</section>"
    )


def located(body: str, html: Path) -> str:
    """Return the document with the whole addresses of its pictures."""
    folder = html.resolve().as_uri()
    return SOURCE.sub(rf"\1{folder}/\2\3", body)


def styles(html: Path, parts: list[Part]) -> str:
    """Return the styles of the document, and what stands at the head of its pages."""
    sheets = [
        f'<link rel="stylesheet" href="{(html / name).resolve().as_uri()}">'
        for name in STYLES
    ]
    own = OWN_STYLE.read_text(encoding="utf-8")
    return "\n".join([*sheets, "<style>", own, *heads(parts), "</style>"])


def heads(parts: list[Part]) -> Iterator[str]:
    """Yield the rules that write each chapter's title at the head of its pages."""
    titles = HEADS | {one.name: one.heading for part in parts for one in part.chapters}
    for name, title in titles.items():
        said = title.replace("\\", "\\\\").replace('"', '\\"')
        yield f'@page {name} {{ @top-right {{ content: "{said}"; }} }}'
