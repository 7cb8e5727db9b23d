"""Put the panel that was chosen for an example's card where sphinx-gallery looks.

sphinx-gallery shrinks a whole figure. gallery_figures.py draws the chosen panel beside
the example's page while the script runs, for light pages and for dark ones. Here the
light one takes the place of the shrunken figure, and each card gets the dark one too.
"""

import shutil
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from bookbuild.extensions import themes

LIGHT, DARK = ".thumbnail.png", ".thumbnail-dark.png"
FOLDER = "images/thumb"


def shown_as(name: str) -> str:
    """Return the name of the picture that sphinx-gallery puts on an example's card."""
    return f"sphx_glr_{name}_thumb.png"


def dark_of(uri: str) -> str:
    """Return the address of a card's picture for dark pages."""
    return f"{uri.removesuffix('.png')}_dark.png"


def place(app: Sphinx) -> None:
    """Put the drawn panels in the place of the shrunken figures."""
    for made in app.config.sphinx_gallery_conf["gallery_dirs"]:
        for drawn in Path(app.srcdir, made).glob(f"*/plot_*{LIGHT}"):
            name = drawn.name.removesuffix(LIGHT)
            shown = drawn.parent / FOLDER / shown_as(name)
            if shown.exists():
                copy(drawn, shown)
                copy(drawn.with_name(f"{name}{DARK}"), Path(dark_of(str(shown))))


def copy(drawn: Path, shown: Path) -> None:
    """Copy a picture unless it is there; Sphinx asks when a file was changed.

    A script that fails leaves what an earlier run has drawn, or nothing.
    """
    if not drawn.exists():
        return
    if not shown.exists() or shown.read_bytes() != drawn.read_bytes():
        shutil.copyfile(drawn, shown)


def add_dark_ones(app: Sphinx, doctree: nodes.document) -> None:
    """Put beside each card's picture the one for dark pages."""
    for image in list(doctree.findall(nodes.image)):
        uri = image["uri"]
        if (
            f"/{FOLDER}/" not in uri
            or not Path(app.srcdir, dark_of(uri).lstrip("/")).exists()
        ):
            continue
        twin = image.copy()
        twin["uri"] = dark_of(uri)
        image["classes"].append(themes.LIGHT)
        twin["classes"].append(themes.DARK)
        image.parent.insert(image.parent.index(image) + 1, twin)


def connect(app: Sphinx) -> None:
    """Connect behind sphinx-gallery, and before Sphinx collects pictures."""
    app.connect("builder-inited", place, priority=600)
    app.connect("doctree-read", add_dark_ones, priority=400)
