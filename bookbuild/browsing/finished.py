"""Work on a site that is finished, and that no build changes meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bookbuild import locking
from bookbuild.errors import CommandError


@contextmanager
def site(root: Path) -> Iterator[Path]:
    """Keep builds away while the block works on the built site.

    Parameters
    ----------
    root : Path
        The folder of the book.

    Yields
    ------
    Path
        The folder of its site.

    Raises
    ------
    CommandError
        If the book is not built, or a build is at work.
    """
    build = root / "_build"
    with locking.only_one(build / "lock", "build"):
        # A build that succeeds leaves this note; a new one takes it away first.
        if not (build / "finished.json").exists():
            raise CommandError("the book is not built: run 'make book' first")
        yield build / "html"
