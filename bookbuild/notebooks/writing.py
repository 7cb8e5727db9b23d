"""Put the pieces of a chapter together as notebooks: without outputs, and with them."""

import base64
import copy
import mimetypes
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4

from bookbuild import files, places
from bookbuild.checks import licences
from bookbuild.notebooks import networks
from bookbuild.notebooks.executed import Source
from bookbuild.notebooks.pieces import Cell, Piece, Prose

ATTACHED = re.compile(r"\(attachment:([^)]+)\)")
LICENCE = (
    "---\n\n"
    "Text and figures under [CC BY-SA 4.0](https://creativecommons.org/licenses/by-sa/"
    "4.0/), code under the BSD 3-Clause licence. Adapted from the lecture "
    f"[{licences.LECTURE}]({licences.ADDRESS}) by {licences.AUTHOR} (CC BY-SA 4.0)."
)
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


@dataclass(frozen=True)
class Chapter:
    """What a notebook is made of.

    Attributes
    ----------
    name : str
        The name of its page, without folder.
    title : str
        Its title.
    book : str
        The title of the book.
    author : str
        Whoever wrote it.
    install : str
        The line that installs what its cells import.
    pieces : sequence of Piece
        What its page shows.
    sources : sequence of Source
        All its cells.
    pictures : mapping of str to Path
        The pictures of its prose by the names that the prose has for them.
    """

    name: str
    title: str
    book: str
    author: str
    install: str
    pieces: Sequence[Piece]
    sources: Sequence[Source]
    pictures: Mapping[str, Path]


def in_order(
    pieces: Iterable[Piece], sources: Iterable[Source]
) -> Iterator[Piece | Source]:
    """Yield all pieces, and each cell that the page does not show in its place.

    That is before the first piece of a later line, and never before or after a cell
    that stands on its other side.
    """
    pieces = list(pieces)
    hidden = [source for source in sources if source.is_removed]
    shown = [piece.index for piece in pieces if isinstance(piece, Cell)]
    for piece in pieces:
        while hidden and (not shown or hidden[0].index < shown[0]):
            runs_later = isinstance(piece, Cell) and piece.index > hidden[0].index
            if not runs_later and piece.line <= hidden[0].line:
                break
            yield hidden.pop(0)
        if isinstance(piece, Cell):
            shown.remove(piece.index)
        yield piece
    yield from hidden


def cells_of(chapter: Chapter) -> Iterator[NotebookNode]:
    """Yield the cells of a notebook."""
    yield code_cell(chapter.install)
    by_index = {source.index: source for source in chapter.sources}
    prose: list[str] = []
    has_text = False  # whether the prose is more than headings
    count = 0
    for piece in in_order(chapter.pieces, chapter.sources):
        if isinstance(piece, Prose):
            if piece.is_heading and has_text:
                yield markdown_cell(prose, chapter.pictures)
                prose = []
            has_text = not piece.is_heading
            prose.append(piece.text)
            continue
        if prose:
            yield markdown_cell(prose, chapter.pictures)
            prose, has_text = [], False
        if isinstance(piece, Source):
            yield cell_of(piece)
            continue
        if isinstance(piece, Cell):
            yield cell_of(by_index[piece.index])
        else:
            count += 1
            yield code_cell(
                networks.code_of(piece, count),
                outputs=networks.outputs_of(piece),
                is_folded=piece.about["hidden"],
            )
        if piece.caption:
            yield markdown_cell([piece.caption], {})
    yield markdown_cell([*prose, LICENCE], chapter.pictures)


def cell_of(source: Source) -> NotebookNode:
    """Return the cell of a notebook for one of a chapter."""
    return code_cell(
        source.code,
        outputs=source.outputs,
        tags=source.tags,
        is_folded=source.is_folded,
    )


def code_cell(
    code: str,
    *,
    outputs: Iterable[NotebookNode] = (),
    tags: Sequence[str] = (),
    is_folded: bool = False,
) -> NotebookNode:
    """Return a cell that runs."""
    cell: NotebookNode = v4.new_code_cell(code, outputs=list(outputs))
    if tags:
        cell.metadata["tags"] = list(tags)
    if is_folded:
        cell.metadata["jupyter"] = {"source_hidden": True}
    return cell


def markdown_cell(texts: Sequence[str], pictures: Mapping[str, Path]) -> NotebookNode:
    """Return a cell of prose, with the pictures that it shows."""
    text = "\n\n".join(texts)
    cell: NotebookNode = v4.new_markdown_cell(text)
    for name in ATTACHED.findall(text):
        kind = mimetypes.guess_type(name)[0] or "image/png"
        content = base64.b64encode(pictures[name].read_bytes()).decode()
        cell.setdefault("attachments", {})[name] = {kind: content}
    return cell


def notebook_of(chapter: Chapter) -> NotebookNode:
    """Return a chapter as a notebook, with the outputs of its cells.

    The same chapter gives the same bytes: cells are named by counting.
    """
    cells = list(cells_of(chapter))
    count = 0
    has_run = any(cell.get("outputs") for cell in cells)
    for number, cell in enumerate(cells, start=1):
        cell.id = f"{chapter.name}-{number}"[:64]
        if has_run and cell.cell_type == "code" and number > 1:
            count += 1
            cell.execution_count = count
    metadata = {
        "kernelspec": KERNEL,
        "language_info": {"name": "python", "file_extension": ".py"},
        "title": f"{chapter.title} ({chapter.book})",
        "authors": [{"name": chapter.author}],
        "license": {"text": licences.TEXT, "code": licences.CODE},
    }
    notebook: NotebookNode = v4.new_notebook(cells=cells, metadata=metadata)
    nbformat.validate(notebook)
    return notebook


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook that has not run."""
    bare = copy.deepcopy(notebook)
    for cell in bare.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return bare


def private_in(notebook: NotebookNode, folders: Iterable[str]) -> Iterator[str]:
    """Yield the folders of the building machine that a notebook names."""
    text = nbformat.writes(notebook)
    yield from (folder for folder in folders if folder in text)


def write(chapter: Chapter, html: Path) -> NotebookNode:
    """Write both notebooks of a chapter; return the one with outputs.

    Parameters
    ----------
    chapter : Chapter
        The chapter.
    html : Path
        The folder of the built site, whose downloads they join.
    """
    ran = notebook_of(chapter)
    for made, ending in ((without_outputs(ran), ""), (ran, places.WITH_OUTPUTS)):
        path = html / places.NOTEBOOKS / f"{chapter.name}{ending}.ipynb"
        files.write_text(path, nbformat.writes(made) + "\n")
    return ran
