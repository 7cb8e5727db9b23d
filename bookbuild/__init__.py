"""Build the book: one Sphinx extension, the checks, and the commands of the Makefile.

Importing this package loads the standard library only. `setup` is what Sphinx calls;
`python -m bookbuild` lists the commands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, object]:
    """Connect every part of the book's own extension to Sphinx."""
    from bookbuild import extensions

    extensions.connect(app)
    return {
        "version": "1",
        "env_version": 1,  # of what it keeps in Sphinx's environment
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
