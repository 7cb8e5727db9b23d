"""How sphinx-gallery takes figures from a script, and starts each script afresh.

Each figure has the look of the book, a twin in the colours of a dark page, and as its
caption the paragraph that begins with "Figure:" in the text behind the code that draws.
A script that is downloaded draws as matplotlib does by itself, and carries the caption
as a comment.
"""

import json
import os
import sys
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator
from sphinx_gallery.directives import imgsgnode, visit_imgsg_html
from sphinx_gallery.scrapers import figure_rst

from bookbuild import files
from bookbuild.checks import finite
from bookbuild.checks.alternatives import LEAST_ALTERNATIVE
from bookbuild.extensions import cards, facts, themes
from bookbuild.extensions import thumbnails as on_cards
from bookbuild.gallery import devices, scripts, thumbnails
from byhand.figures import colours, style

logger = logging.getLogger(__name__)


class CaptionedFigure(nodes.General, nodes.Element):
    """A figure of an example with its caption, without a number."""


class FigureCaption(nodes.General, nodes.TextElement):
    """What the caption of an example's figure says."""


def scrape(block: Any, block_vars: dict[str, Any], gallery_conf: Any, **_: Any) -> str:
    """Save the open figures in both themes, each with the text its script gave it.

    A script says what a figure shows with `fig.set_label(...)`; sphinx-gallery by
    itself offers the titles, which name a figure but do not describe it.
    """
    import matplotlib.pyplot as plt

    script = Path(block_vars["src_file"])
    target = Path(block_vars["target_file"])
    choice = thumbnails.choice_for(script)
    entries = []
    # The paths come from an iterator that counts what is taken from it.
    for number, path in zip(
        plt.get_fignums(), block_vars["image_path_iterator"], strict=False
    ):
        figure = plt.figure(number)
        style.tidy(figure)
        # Cards show the light one on grounds of other colours.
        light = save(figure, Path(path), facecolor=colours.PAPER)
        with style.dark(figure):
            save(figure, dark_of(Path(path)))
        if number_of(Path(path)) == choice.figure and choice.panel <= len(figure.axes):
            thumbnails.draw(
                figure,
                choice,
                light=target.with_suffix(on_cards.LIGHT),
                dark=target.with_suffix(on_cards.DARK),
            )
        entries.append(
            figure_rst(
                [path],
                gallery_conf["src_dir"],
                str(figure.get_label()),
                srcsetpaths=[{0: path, 2.0: str(light)}],
            )
        )
    plt.close("all")
    found = block_vars["example_globals"].get("facts")
    if found is None:  # what an earlier run found must not stand for this one
        target.with_suffix(".facts.json").unlink(missing_ok=True)
    else:
        facts.keep(target, found)
    made = {"on": made_on(script), "thumbnail": choice.as_drawn()}
    files.write_json(target.with_suffix(".made.json"), made)
    return "\n".join(entries)


def save(figure: Any, path: Path, **options: Any) -> Path:
    """Save a figure, and again twice as sharp; return the path of the sharp one."""
    sharp = path.with_name(f"{path.stem}_2x.png")
    figure.savefig(path, **options)
    figure.set_layout_engine("none")  # the first layout serves all, and takes its time
    figure.savefig(sharp, dpi=2 * figure.dpi, **options)
    return sharp


def number_of(path: Path) -> int:
    """Return which figure of its script a picture shows, counted from 1."""
    return int(path.stem.rpartition("_")[2])


def dark_of(path: Path) -> Path:
    """Return where the dark twin of a figure is kept."""
    return path.with_name(f"{path.stem}_dark.png")


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


def leave_graphs_as_they_are(gallery_conf: Any, fname: str) -> None:
    """Let TensorFlow run its graphs as Keras writes them.

    It works each graph over before it runs, that of the mini-batches anew in every
    epoch. For networks as small as ours that takes longer than it saves: four examples
    spent 7 to 27 per cent of their processor time on it.
    """
    root = Path(gallery_conf["src_dir"])
    known = [
        path
        for folder in gallery_conf["examples_dirs"]
        for path in (root / folder).glob(f"*/{fname}")
    ]
    if not any(scripts.imports_keras(path.read_text("utf-8")) for path in known):
        return
    if os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow":
        import tensorflow

        options = {"disable_meta_optimizer": True}
        tensorflow.config.optimizer.set_experimental_options(options)


def use_style(gallery_conf: Any, fname: str) -> None:
    """Give every figure of a script the look of the book."""
    style.use()


def add_captions(doctree: nodes.document) -> None:
    """Make one figure of each picture of an example and of the paragraph on it."""
    drawn: list[imgsgnode] = []  # by the code above, and without a caption so far
    for node in list(doctree.findall(nodes.Element)):
        if isinstance(node, imgsgnode):
            drawn.append(node)
        elif isinstance(node, nodes.literal_block) and node.get("language") == "Python":
            drawn.clear()
        elif drawn and is_caption(node):
            join(drawn.pop(0), node)


def is_caption(node: nodes.Element) -> bool:
    """Tell whether a node is a paragraph that is the caption of a figure."""
    return isinstance(node, nodes.paragraph) and node.astext().startswith(
        scripts.CAPTION
    )


def join(picture: imgsgnode, paragraph: nodes.paragraph) -> None:
    """Make a figure of a picture and the paragraph that is its caption."""
    begin, *rest = paragraph.children
    words = begin.astext().removeprefix(scripts.CAPTION).lstrip()
    paragraph.parent.remove(paragraph)
    figure = CaptionedFigure()
    picture.replace_self(figure)
    figure += [picture, FigureCaption("", "", nodes.Text(words), *rest)]


def check_example(app: Sphinx, doctree: nodes.document) -> None:
    """Ask each example for a figure with a text, and for facts that are numbers."""
    path = cards.script_of(app, app.env.docname)
    if path is None:
        return
    script = path.relative_to(app.srcdir).as_posix()
    if str(path) in map(str, app.config.sphinx_gallery_conf["failing_examples"]):
        return  # sphinx-gallery says what is wrong with it
    add_captions(doctree)
    figures = list(doctree.findall(imgsgnode))
    if not figures:
        warn("%s: the script draws nothing", script)
    for figure in figures:
        if not isinstance(figure.parent, CaptionedFigure):
            warn(
                "%s: a figure has no caption; write one behind the code that draws it, "
                "in a paragraph that begins with %r",
                script,
                scripts.CAPTION,
            )
        if len(figure["alt"]) < LEAST_ALTERNATIVE:
            warn(
                "%s: a figure needs an alternative text of at least %d characters, "
                "got %r; give it one with fig.set_label(...)",
                script,
                LEAST_ALTERNATIVE,
                figure["alt"],
            )
    drawn = Path(app.srcdir, f"{app.env.docname}{on_cards.LIGHT}")
    if figures and not drawn.exists():
        choice = thumbnails.choice_for(path)
        warn(
            "%s: figure %d has no panel %d, which is to stand on its card; correct "
            "gallery/%s",
            script,
            choice.figure,
            choice.panel,
            thumbnails.FILE,
        )
    kept = Path(app.srcdir) / f"{app.env.docname}.facts.json"
    found = json.loads(kept.read_text("utf-8")) if kept.exists() else None
    for fault in finite.faults(found):
        warn("%s: %s", script, fault)
    for block in doctree.findall(nodes.literal_block):
        printed = "sphx-glr-script-out" in block["classes"]
        if printed and (line := finite.printed(block.astext())):
            warn("%s: it prints what is no number: %r", script, line.strip())


def warn(message: str, *values: object) -> None:
    """Report what is wrong with a script."""
    logger.warning(message, *values, type="gallery")


def visit_picture(self: HTML5Translator, node: imgsgnode) -> None:
    """Write a picture of an example for light pages, and its twin for dark ones."""
    path = Path(self.builder.srcdir, node["uri"].lstrip("/"))
    attributes = themes.attributes(themes.size_of(path))
    for name, stem in ((themes.LIGHT, path.stem), (themes.DARK, dark_of(path).stem)):
        picture = node.copy()
        picture["alt"] = escape(node["alt"])
        picture["class"] = [" ".join([*node["class"], name])]
        for place in ("uri", "srcset"):
            picture[place] = node[place].replace(path.stem, stem)
        start = len(self.body)
        visit_imgsg_html(self, picture)
        self.body[start:] = [
            part.replace("<img ", f"<img{attributes} ", 1) for part in self.body[start:]
        ]


def skip(self: HTML5Translator, node: nodes.Element) -> None:
    """Leave a node that is written already."""


def element(name: str) -> tuple[Any, Any]:
    """Return what writes a node as an element of HTML."""

    def visit(self: HTML5Translator, node: nodes.Element) -> None:
        self.body.append(f"<{name}>")

    def depart(self: HTML5Translator, node: nodes.Element) -> None:
        self.body.append(f"</{name}>\n")

    return visit, depart


def connect(app: Sphinx) -> None:
    """Check each example's page once it is read, and write its figures."""
    app.add_node(CaptionedFigure, html=element("figure"))
    app.add_node(FigureCaption, html=element("figcaption"))
    app.add_node(imgsgnode, override=True, html=(visit_picture, skip))
    app.connect("doctree-read", check_example)
