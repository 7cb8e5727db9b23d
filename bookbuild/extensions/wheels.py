"""The role `wheel`: offer the package itself for download.

Whoever reads the pages has no repository to install from. The wheel is built with the
book, so it is always the package that the pages were made with.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxRole

FOLDER = "_build/wheel"


def build(app: Sphinx) -> None:
    """Build the wheel of the project that holds the book; leave it alone there."""
    root = Path(app.srcdir)
    if not (root / "pyproject.toml").exists():
        return
    shutil.rmtree(root / FOLDER, ignore_errors=True)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", FOLDER]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise ExtensionError(
            f"the wheel of the package cannot be built: {' '.join(last)}; "
            "correct pyproject.toml, or run make env"
        )


class Wheel(SphinxRole):
    """A link that downloads the wheel."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link."""
        found = sorted(Path(self.env.srcdir, FOLDER).glob("*.whl"))
        if not found:
            what = "there is no wheel to offer: the book's folder has no pyproject.toml"
            message = self.inliner.reporter.error(what, line=self.lineno)
            wrong = self.inliner.problematic(self.rawtext, self.rawtext, message)
            return [wrong], [message]
        target, text = f"/{FOLDER}/{found[0].name}", nodes.Text(self.text)
        link = addnodes.download_reference(
            "", "", text, reftarget=target, refdoc=self.env.docname
        )
        return [link], []


def connect(app: Sphinx) -> None:
    """Build before a page is read, and register the role."""
    app.connect("builder-inited", build)
    app.add_role("wheel", Wheel())
