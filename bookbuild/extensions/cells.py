"""Hold the executed cells of a page to the book's rules, naming file and line.

MyST-NB says that a notebook failed, not which cell; and it lets pass a cell that
runs nothing, a warning that reaches the reader, a figure without a text alternative
or without name and caption, and a caption of nothing. Each of these is a warning here,
and so an error of the strict build.
"""

import ast
import html
import os
import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from bookbuild import noise
from bookbuild.checks.alternatives import LEAST_ALTERNATIVE

logger = logging.getLogger(__name__)

STARTUP = Path(__file__).parent.parent / "kernel_startup.py"

DESCRIPTION = re.compile(r"<dc:description>(.*?)</dc:description>", re.DOTALL)
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def does_something(source: str) -> bool:
    """Tell whether a cell holds a statement (a magic or shell line is one)."""
    if re.search(r"^\s*[%!]", source, re.MULTILINE):
        return True
    try:
        return bool(ast.parse(source).body)
    except SyntaxError:
        return True  # the kernel says so better


def cells(doctree: nodes.document) -> Iterator[nodes.container]:
    """Yield the code cells of a page, in order."""
    for node in doctree.findall(nodes.container):
        if node.get("nb_element") == "cell_code":
            yield node


def source_of(cell: nodes.container) -> str:
    """Return the text of a cell."""
    for part in cell.findall(nodes.container):
        if part.get("nb_element") == "cell_code_source":
            return part.astext()
    return ""


def outputs(cell: nodes.container, name: str) -> list[nodes.literal_block]:
    """Return the text outputs of one kind: "stderr" or "traceback"."""
    blocks = cell.findall(nodes.literal_block)
    return [node for node in blocks if {"output", name} <= set(node.get("classes", []))]


def check_page(app: Sphinx, doctree: nodes.document) -> None:
    """Check one page as it is read."""
    describe_figures(Path(app.srcdir), doctree)
    check_alternatives(doctree)
    found = list(cells(doctree))
    gallery = tuple(app.config.sphinx_gallery_conf["gallery_dirs"])
    if not app.env.docname.startswith(gallery):
        check_pictures(doctree)
    if not found and app.env.metadata[app.env.docname].get("kernelspec"):
        warn("the page names a kernel but has no cell", doctree)
    failed = False
    for cell in found:
        for block in outputs(cell, "traceback"):
            failed = True
            lines = [
                line
                for line in ESCAPES.sub("", block.astext()).splitlines()
                if line.strip()
            ]
            warn(f"the cell fails: {lines[-1] if lines else 'no message'}", cell)
        if not does_something(source_of(cell)):
            warn("the cell runs nothing", cell)
        elif cell.get("exec_count") is None and not failed:
            warn("the cell did not run", cell)
        elif not failed:
            check_figures(cell)
        for block in outputs(cell, "stderr"):
            rest = noise.without_noise(ESCAPES.sub("", block.astext()))
            if rest:
                warn(f"the cell writes a warning to the page: {rest}", cell)
            block.parent.remove(block)


def describe_figures(source: Path, doctree: nodes.document) -> None:
    """Give each drawn figure the description that its SVG carries."""
    for image in doctree.findall(nodes.image):
        path = source / image["uri"]
        if image.get("alt") or path.suffix != ".svg" or not path.exists():
            continue
        if found := DESCRIPTION.search(path.read_text(encoding="utf-8")):
            image["alt"] = html.unescape(found[1])


def pictures(doctree: nodes.document) -> Iterator[nodes.image]:
    """Yield the images of a page, without those of the gallery's cards.

    A card's image illustrates the title beside it.
    """
    for image in doctree.findall(nodes.image):
        if "/thumb/" not in image["uri"]:
            yield image


def check_alternatives(doctree: nodes.document) -> None:
    """Ask every figure of a page for a text that stands in for it."""
    for image in pictures(doctree):
        text = str(image.get("alt", ""))
        if len(text) < LEAST_ALTERNATIVE:
            warn(
                f"a figure needs an alternative text of at least {LEAST_ALTERNATIVE} "
                f"characters that says what is seen, got {text!r}",
                next((cell for cell in cells(doctree) if within(image, cell)), image),
            )


def check_figures(cell: nodes.container) -> None:
    """Ask a cell that ran for one figure where it names one, and else for none."""
    shown = [
        part
        for part in cell.findall(nodes.container)
        if part.get("nb_element") == "mime_bundle"
    ]
    drawn = [bundle for bundle in shown if draws(bundle)]
    options = cell["cell_metadata"].get("mystnb", {}).get("figure", {})
    if not options:
        if drawn:
            warn("the cell draws a figure without name and caption", cell)
    elif not drawn:
        warn("the cell has a caption without a figure: it draws nothing", cell)
    elif len(shown) > 1:
        warn(
            f"the cell shows {len(shown)} things under one caption, where a caption is "
            "of one figure",
            cell,
        )
    elif not is_captioned(drawn[0].parent):
        warn("the cell's figure lacks its name or its caption", cell)


def check_pictures(doctree: nodes.document) -> None:
    """Ask each picture that no cell draws for a name and a caption."""
    drawn = [image for cell in cells(doctree) for image in cell.findall(nodes.image)]
    for image in pictures(doctree):
        if image not in drawn and not is_captioned(image.parent):
            warn("the figure lacks its name or its caption", image)


def draws(bundle: nodes.container) -> bool:
    """Tell whether an output is a drawing, in one of the forms in which it came."""
    return any(bundle.findall(nodes.image)) or any(
        re.search("<(?:svg|img)[ >]", raw.astext()) for raw in bundle.findall(nodes.raw)
    )


def is_captioned(figure: nodes.Node) -> bool:
    """Tell whether a node is a figure with a name of its own and a caption."""
    return (
        isinstance(figure, nodes.figure)
        and bool(figure["names"])
        and any(isinstance(part, nodes.caption) for part in figure.children)
    )


def within(node: nodes.Node, ancestor: nodes.Node) -> bool:
    """Tell whether a node stands somewhere below another."""
    while node.parent is not None:
        node = node.parent
        if node is ancestor:
            return True
    return False


def warn(message: str, node: nodes.Node) -> None:
    """Report a fault where it stands."""
    logger.warning(message, location=node, type="cells")


def prepare_kernels(app: Sphinx) -> None:
    """Set what the kernels inherit: how figures are drawn, and quiet start-up."""
    os.environ["PYTHONSTARTUP"] = str(STARTUP)
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def connect(app: Sphinx) -> None:
    """Check each page once it is read."""
    app.connect("builder-inited", prepare_kernels, priority=100)
    app.connect("doctree-read", check_page)
