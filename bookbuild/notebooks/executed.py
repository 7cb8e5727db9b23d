"""Read the cells of a chapter with what they gave when the book was built."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from jupyter_cache import get_cache
from myst_nb.core.read import create_nb_reader
from nbformat import NotebookNode, v4
from sphinx.environment import BuildEnvironment

# What a page does not show at all, and what it shows when it is asked.
REMOVED = {"remove-cell", "remove_cell"}
FOLDED = {"hide-cell", "hide-input", "remove-input"}
GLUED = "application/papermill.record/"  # what `glue` leaves for the page's sentences
FIRST = "from myst_nb import glue"
LOCAL = '''\
def glue(name, value, display=False):  # puts values into the sentences of the book
    """Do nothing: the sentences of this notebook have them."""'''


@dataclass(frozen=True)
class Source:
    """A cell of a chapter.

    Attributes
    ----------
    index : int
        Its place among all that the chapter's source is read as.
    line : int
        Its line in that source.
    code : str
        What it runs.
    tags : tuple of str
        Its tags.
    outputs : tuple of NotebookNode
        What it gave.
    """

    index: int
    line: int
    code: str
    tags: tuple[str, ...] = ()
    outputs: tuple[NotebookNode, ...] = ()

    @property
    def is_removed(self) -> bool:
        """Whether the page does not show it."""
        return not REMOVED.isdisjoint(self.tags)

    @property
    def is_folded(self) -> bool:
        """Whether a notebook hides its code at first."""
        return self.is_removed or not FOLDED.isdisjoint(self.tags)


def sources_of(env: BuildEnvironment, name: str) -> list[Source]:
    """Return the cells of a chapter, in order.

    Parameters
    ----------
    env : BuildEnvironment
        What Sphinx knows.
    name : str
        The chapter.

    Raises
    ------
    KeyError
        If its results are not in the cache: a cell failed, or none was run.
    """
    path = Path(env.doc2path(name))
    text = path.read_text(encoding="utf-8")
    reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)  # type: ignore[attr-defined]
    if reader is None:  # a page without cells
        return []
    read = reader.read(text)
    if not any(cell.cell_type == "code" for cell in read.cells):
        return []
    cache = get_cache(env.mystnb_config.execution_cache_path)  # type: ignore[attr-defined]
    _, executed = cache.merge_match_into_notebook(read)
    return [
        Source(
            index=index,
            line=line + 1,
            code=without_glue(cell.source),
            tags=tuple(cell.metadata.get("tags", ())),
            outputs=tuple(shown(done.outputs)),
        )
        for index, (cell, done, line) in enumerate(
            zip(read.cells, executed.cells, read.metadata["source_map"], strict=True)
        )
        if cell.cell_type == "code" and cell.source.strip()
    ]


def without_glue(code: str) -> str:
    """Return a cell that needs nothing of what builds the book."""
    return code.replace(FIRST, LOCAL)


def shown(outputs: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    """Yield what a reader of the page sees, once and in the colours of a light page."""
    for output in outputs:
        if output.output_type == "stream":
            if output.name == "stdout":
                yield output
            continue
        data = {
            kind: value
            for kind, value in output.get("data", {}).items()
            if not kind.startswith(GLUED)
        }
        if data:
            yield v4.new_output("display_data", data=data)
