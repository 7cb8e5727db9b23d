"""The role `wheel`: offer the package itself for download.

Whoever reads the pages has no repository to install from. The wheel is built with the
book, so it is always the package that the pages were made with.
"""

import hashlib
import shutil
import sys
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from bookbuild import files, inputs, processes
from bookbuild.extensions import roles

FOLDER = "_build/wheel"


def made_of(root: Path) -> str:
    """Return a digest of all that the wheel is made of."""
    state = hashlib.sha256(inputs.versions().encode())
    names = ("pyproject.toml", "README.md", "LICENSE", "src")
    for name in names:
        inputs.add_files(state, root, inputs.files_under(root / name))
    return state.hexdigest()


def build(app: Sphinx) -> None:
    """Build the wheel of the project that holds the book, if it is not as it was.

    A wheel that is left alone keeps its time, and the page that offers it is not read
    again.
    """
    root = Path(app.srcdir)
    folder = root / FOLDER
    record = folder / "made-of.txt"
    if not (root / "pyproject.toml").exists():
        shutil.rmtree(folder, ignore_errors=True)
        return
    now = made_of(root)
    if record.exists() and record.read_text(encoding="utf-8") == now:
        return
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", FOLDER]
    done = processes.run(command, cwd=root)
    if done.status:
        last = (done.err or done.out).strip().splitlines()[-1:]
        raise ExtensionError(
            f"the wheel of the package cannot be built: {' '.join(last)}; "
            "correct pyproject.toml, or run make env"
        )
    files.write_text(record, now)


class Wheel(roles.BookRole):
    """A link that downloads the wheel."""

    def run(self) -> roles.Returned:
        """Return the link."""
        found = sorted(Path(self.env.srcdir, FOLDER).glob("*.whl"))
        if not found:
            return self.fault(
                "there is no wheel to offer, since the book's folder has no "
                "pyproject.toml; build it in its repository, or leave the role out"
            )
        target, text = f"/{FOLDER}/{found[0].name}", nodes.Text(self.text)
        link = addnodes.download_reference(
            "", "", text, reftarget=target, refdoc=self.env.docname
        )
        return [link], []


def connect(app: Sphinx) -> None:
    """Build before a page is read, and register the role."""
    app.connect("builder-inited", build)
    app.add_role("wheel", Wheel())
