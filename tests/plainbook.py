"""A folder that Sphinx builds in this process, with a configuration of a test's own.

The miniature book of `minibook` has the real configuration and takes seconds; this one
loads only the extensions that a test is about.
"""

import io
import re

import bs4
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils


class PlainBook:
    """A folder with pages, and a way to build it.

    Parameters
    ----------
    root : Path
        The folder.
    configuration : str
        What its conf.py holds.
    """

    def __init__(self, root, configuration):
        self.root = root
        self.write("conf.py", configuration)

    def write(self, name, text):
        """Write a file of the book."""
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def build(self, parallel=0):
        """Build; return what was warned of."""
        warnings = io.StringIO()
        source, build = str(self.root), self.root / "_build"
        with patch_docutils(source), docutils_namespace():
            Sphinx(
                srcdir=source,
                confdir=source,
                outdir=str(build / "html"),
                doctreedir=str(build / ".doctrees"),
                buildername="html",
                status=None,
                warning=warnings,
                parallel=parallel,
            ).build()
        return re.sub("\x1b[^m]*m", "", warnings.getvalue())

    def page(self, name):
        """Return a page as a browser reads it."""
        path = self.root / "_build" / "html" / f"{name}.html"
        return bs4.BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
