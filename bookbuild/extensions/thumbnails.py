"""Put the panel that was chosen for an example's card where sphinx-gallery looks.

sphinx-gallery shrinks a whole figure. gallery_figures.py draws the chosen panel beside
the example's page while the script runs; here it takes the place of the shrunken one.
"""

import shutil
from pathlib import Path

from sphinx.application import Sphinx

SUFFIX = ".thumbnail.png"


def place(app: Sphinx) -> None:
    """Put the drawn panels in the place of the shrunken figures."""
    for made in app.config.sphinx_gallery_conf["gallery_dirs"]:
        for drawn in Path(app.srcdir, made).glob(f"*/plot_*{SUFFIX}"):
            name = drawn.name.removesuffix(SUFFIX)
            shown = drawn.parent / "images" / "thumb" / f"sphx_glr_{name}_thumb.png"
            if shown.exists() and shown.read_bytes() != drawn.read_bytes():
                shutil.copyfile(drawn, shown)


def connect(app: Sphinx) -> None:
    """Connect behind sphinx-gallery."""
    app.connect("builder-inited", place, priority=600)
