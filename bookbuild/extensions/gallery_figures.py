"""How sphinx-gallery takes figures from a script, and starts each script afresh."""

import json
import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx_gallery.directives import imgsgnode
from sphinx_gallery.scrapers import figure_rst

from bookbuild import files
from bookbuild.checks import finite
from bookbuild.checks.alternatives import LEAST_ALTERNATIVE
from bookbuild.extensions import cards, facts
from bookbuild.gallery import devices, scripts

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
    target = Path(block_vars["target_file"])
    found = block_vars["example_globals"].get("facts")
    if found is None:  # what an earlier run found must not stand for this one
        target.with_suffix(".facts.json").unlink(missing_ok=True)
    else:
        facts.keep(target, found)
    made = {"on": made_on(Path(block_vars["src_file"]))}
    files.write_json(target.with_suffix(".made.json"), made)
    return "\n".join(entries)


def made_on(script: Path) -> str:
    """Return what a script ran on: the device and, if it uses Keras, the backend."""
    if not scripts.imports_keras(script.read_text(encoding="utf-8")):
        return devices.processor()
    backend, device = devices.in_use()
    version = sys.modules[backend].__version__
    return f"{device}, with {devices.BACKENDS[backend]} {version}"


def forget_models(gallery_conf: Any, fname: str) -> None:
    """Let no script see what another built: layers are named by counting."""
    if keras := sys.modules.get("keras"):
        keras.utils.clear_session()


def check_example(app: Sphinx, doctree: nodes.document) -> None:
    """Ask each example for a figure with a text, and for facts that are numbers."""
    path = cards.script_of(app, app.env.docname)
    if path is None:
        return
    script = path.relative_to(app.srcdir).as_posix()
    if str(path) in map(str, app.config.sphinx_gallery_conf["failing_examples"]):
        return  # sphinx-gallery says what is wrong with it
    figures = list(doctree.findall(imgsgnode))
    if not figures:
        warn("%s: the script draws nothing", script)
    for figure in figures:
        if len(figure["alt"]) < LEAST_ALTERNATIVE:
            warn(
                "%s: a figure needs an alternative text of at least %d characters, "
                "got %r; give it one with fig.set_label(...)",
                script,
                LEAST_ALTERNATIVE,
                figure["alt"],
            )
    kept = Path(app.srcdir) / f"{app.env.docname}.facts.json"
    found = json.loads(kept.read_text("utf-8")) if kept.exists() else None
    for fault in finite.faults(found):
        warn("%s: %s", script, fault)
    for block in doctree.findall(nodes.literal_block):
        printed = "sphx-glr-script-out" in block["classes"]
        if printed and (line := finite.printed(block.astext())):
            warn("%s: it prints what is no number: %r", script, line.strip())
    name_device(app, doctree)


def name_device(app: Sphinx, doctree: nodes.document) -> None:
    """Say beside the running time what the script ran on."""
    kept = Path(app.srcdir) / f"{app.env.docname}.made.json"
    if not kept.exists():
        return
    made = json.loads(kept.read_text("utf-8"))["on"]
    for paragraph in doctree.findall(nodes.paragraph):
        if "sphx-glr-timing" in paragraph["classes"]:
            paragraph += nodes.Text(f" on {made}")


def warn(message: str, *values: object) -> None:
    """Report what is wrong with a script."""
    logger.warning(message, *values, type="gallery")


def connect(app: Sphinx) -> None:
    """Check each example's page once it is read."""
    app.connect("doctree-read", check_example)
