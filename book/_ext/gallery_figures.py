"""How sphinx-gallery takes figures from a script, and starts each script afresh."""

import sys
from pathlib import Path
from typing import Any

import cells
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx_gallery.directives import imgsgnode
from sphinx_gallery.scrapers import figure_rst

logger = logging.getLogger(__name__)


def scrape(block: Any, block_vars: dict[str, Any], gallery_conf: Any, **_: Any) -> str:
    """Save the open figures, each with the text its script gave it.

    A script says what a figure shows with `fig.set_label(...)`; sphinx-gallery by
    itself offers the titles, which name a figure but do not describe it.
    """
    import matplotlib.pyplot as plt

    entries = []
    # The paths come from an iterator that counts what is taken from it.
    for number, path in zip(
        plt.get_fignums(), block_vars["image_path_iterator"], strict=False
    ):
        figure = plt.figure(number)
        sharp = Path(path).with_name(f"{Path(path).stem}_2x.png")
        figure.savefig(path)
        figure.savefig(sharp, dpi=2 * figure.dpi)
        entries.append(
            figure_rst(
                [path],
                gallery_conf["src_dir"],
                str(figure.get_label()),
                srcsetpaths=[{0: path, 2.0: str(sharp)}],
            )
        )
    plt.close("all")
    return "\n".join(entries)


def forget_models(gallery_conf: Any, fname: str) -> None:
    """Let no script see what another built: layers are named by counting."""
    if keras := sys.modules.get("keras"):
        keras.utils.clear_session()


def check_example(app: Sphinx, doctree: nodes.document) -> None:
    """Ask each example for a figure, and each figure for an alternative text."""
    folder, _, name = app.env.docname.rpartition("/")
    conf = app.config.sphinx_gallery_conf
    for source, made in zip(conf["examples_dirs"], conf["gallery_dirs"], strict=True):
        if not f"{folder}/".startswith(f"{made}/") or not name.startswith("plot_"):
            continue
        script = f"{source}{folder[len(made) :]}/{name}.py"
        if str(Path(app.srcdir) / script) in map(str, conf["failing_examples"]):
            continue  # sphinx-gallery says what is wrong with it
        figures = list(doctree.findall(imgsgnode))
        if not figures:
            logger.warning("%s: the script draws nothing", script, type="gallery")
        for figure in figures:
            if len(figure["alt"]) < cells.LEAST_ALTERNATIVE:
                logger.warning(
                    "%s: a figure needs an alternative text of at least %d characters, "
                    "got %r; give it one with fig.set_label(...)",
                    script,
                    cells.LEAST_ALTERNATIVE,
                    figure["alt"],
                    type="gallery",
                )


def setup(app: Sphinx) -> dict[str, object]:
    """Check each example's page once it is read."""
    app.connect("doctree-read", check_example)
    return {"version": "1", "parallel_read_safe": True}
