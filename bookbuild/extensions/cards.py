"""Say on each card of the gallery what the example asks, and how long it runs.

sphinx-gallery has tags of its own, written into each script and filtered by elements
that a keyboard does not reach. Here the question and the backends come from the
script's docstring and the time from the run, so that none is typed; they stand on the
cards of the gallery's page and on those of a chapter's mini-gallery alike.
"""

import json
import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging

from bookbuild.gallery import devices, scripts

logger = logging.getLogger(__name__)

TITLE = "sphx-glr-thumbnail-title"
# What sphinx-gallery lays over a card when the mouse is there.
TOOLTIP = re.compile(r' tooltip="[^"]*"')
TAGS = re.compile(r"<div id='sg-tag-list'[^>]*></div>")
LIMITS = (10, 30, 60)  # seconds


def script_of(app: Sphinx, page: str) -> Path | None:
    """Return the script behind a page of the gallery, or None."""
    conf = app.config.sphinx_gallery_conf
    for source, made in zip(conf["examples_dirs"], conf["gallery_dirs"], strict=True):
        inside = page.removeprefix(f"{made}/")
        if inside != page and Path(page).name.startswith("plot_"):
            return Path(app.srcdir) / source / f"{inside}.py"
    return None


def duration(seconds: float) -> str:
    """Return how long a script runs, in words for a card."""
    limit = next((limit for limit in LIMITS if seconds < limit), None)
    took = f"under {limit} s" if limit else f"{seconds / 60:.0f} min"
    return f"runs in {took}"


def tags(script: Path, cost: Path) -> list[str]:
    """Return what a card says beside the question: the time, and backends if not all.

    Parameters
    ----------
    script : Path
        The example.
    cost : Path
        The file in which sphinx-gallery keeps how long it ran.
    """
    found = []
    if cost.exists():
        found.append(duration(json.loads(cost.read_text(encoding="utf-8"))["time"]))
    text = script.read_text(encoding="utf-8")
    if not scripts.imports_keras(text):
        return [*found, "no Keras"]
    names, reason = scripts.runs_on(text)
    if reason:
        found.append(f"{', '.join(devices.BACKENDS[name] for name in names)} only")
    return found


def label_cards(app: Sphinx, doctree: nodes.document) -> None:
    """Write the line on each card of a page."""
    page = ""
    for node in doctree.findall():
        if isinstance(node, addnodes.pending_xref) and node["reftype"] == "doc":
            page = node["reftarget"].lstrip("/")
        if not isinstance(node, nodes.raw):
            continue
        if TAGS.search(node.astext()):  # several, of one name, and all empty
            node.children = [nodes.Text(TAGS.sub("", node.astext()))]
        if "sphx-glr-thumbcontainer" in node.astext():
            node.children = [nodes.Text(TOOLTIP.sub("", node.astext()))]
        if TITLE not in node.astext():
            continue
        script = script_of(app, page)
        if script is None or not script.exists():
            continue
        cost = Path(app.srcdir) / f"{page}.cost.json"
        app.env.note_dependency(str(script.relative_to(app.srcdir)))
        if cost.exists():
            app.env.note_dependency(f"{page}.cost.json")
        try:
            shown = tags(script, cost)
        except scripts.ScriptError as error:
            where = script.relative_to(app.srcdir)
            logger.warning("%s: %s", where, error, type="gallery")
            continue
        asked = scripts.question_of(script.read_text(encoding="utf-8"))
        lines = (
            f'<div class="card-question">{escape(asked)}</div>\n'
            f'<div class="card-tags">{escape(" · ".join(shown))}</div>\n</div>'
        )
        text = node.astext().rstrip().removesuffix("</div>") + lines
        node.children = [nodes.Text(text)]


def connect(app: Sphinx) -> None:
    """Write on the cards once a page is read."""
    app.connect("doctree-read", label_cards)
