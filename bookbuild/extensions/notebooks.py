"""Offer each chapter as a notebook, without outputs and with them.

The notebooks are made of the page as it is written, so that their sentences have its
numbers, and of the results in the cache. Links to both stand below the chapter's cards.
"""

import posixpath
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from bookbuild import places
from bookbuild.extensions import splitting, wheels
from bookbuild.extensions.glossary import chapters_of
from bookbuild.notebooks import executed, pieces, writing
from bookbuild.notebooks.markdown import Markdown, UnknownNodeError

logger = logging.getLogger(__name__)

ENDINGS = {"": "empty", places.WITH_OUTPUTS: "with outputs"}
REQUIREMENTS = ("gallery/requirements.txt", "book/requirements.txt")


def numbers_of(env: BuildEnvironment, name: str) -> dict[str, str]:
    """Return the numbers of a page's sections, figures, equations and exercises."""
    found = {
        anchor.lstrip("#"): numbers
        for anchor, numbers in env.toc_secnumbers.get(name, {}).items()
    }
    for counted in env.toc_fignumbers.get(name, {}).values():
        found.update(counted)
    return {anchor: ".".join(map(str, one)) for anchor, one in found.items() if one}


def titles_of(env: BuildEnvironment) -> set[str]:
    """Return the titles of all pages and of all sections that have a label."""
    labelled = env.get_domain("std").data["labels"].values()
    return {title for _, _, title in labelled} | {
        title.astext() for title in env.titles.values()
    }


def address_of(app: Sphinx, name: str, link: nodes.Element) -> str:
    """Return the address of a link of a page, "" where a notebook has none for it.

    Within the book a link needs the address at which the book is published. One that
    stays in its chapter leads nowhere: the notebook holds what it leads to.
    """
    leads = link.get("refuri", "")
    if re.match(r"\w+:", leads):
        return leads
    base = app.config.html_baseurl
    path, _, anchor = leads.partition("#")
    document = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
    document = document.removesuffix(app.builder.out_suffix)  # type: ignore[attr-defined]
    if not base or not path or document == name:
        return ""
    if anchor:
        document = splitting.page_with(app.env, document, anchor)
    target = app.builder.get_target_uri(document)
    return f"{base}{target}{'#' * bool(anchor)}{anchor}"


def install_line(root: Path) -> str:
    """Return the line that installs what chapters import, for a reader to run once."""
    wanted = [
        requirement
        for name in REQUIREMENTS
        if (root / name).exists()
        for line in (root / name).read_text(encoding="utf-8").splitlines()
        if (requirement := line.partition("#")[0].strip())
    ]
    found = sorted((root / wheels.FOLDER).glob("*.whl"))
    wanted += [wheel.name for wheel in found[:1]]
    listed = " ".join(
        f'"{name}"' if re.search("[<>=,]", name) else name for name in wanted
    )
    return (
        "# What this notebook needs; take the first sign away and run it once. The "
        "wheel is\n# byhand's, which the book offers on its page on the package.\n"
        f"# %pip install {listed}"
    )


def pictures_of(app: Sphinx, doctree: nodes.document) -> dict[str, Path]:
    """Return the pictures of a page by their names."""
    return {
        Path(image["uri"]).name: Path(app.srcdir, image["uri"].lstrip("/"))
        for image in doctree.findall(nodes.image)
    }


def chapter_of(app: Sphinx, doctree: nodes.document, name: str) -> writing.Chapter:
    """Return what the notebooks of a chapter are made of."""
    markdown = Markdown(
        numbers_of(app.env, name),
        address=lambda link: address_of(app, name, link),
        titles=titles_of(app.env),
    )
    return writing.Chapter(
        name=posixpath.basename(name),
        title=app.env.titles[name].astext(),
        book=app.config.html_title,
        author=app.config.author,
        install=install_line(Path(app.srcdir)),
        pieces=list(pieces.pieces_of(doctree, markdown)),
        sources=executed.sources_of(app.env, name),
        pictures=pictures_of(app, doctree),
    )


def offer(app: Sphinx, doctree: nodes.document, name: str) -> None:
    """Write the notebooks of a chapter, and link them on its page."""
    if app.builder.name != "html" or name not in chapters_of(app):
        return
    try:
        chapter = chapter_of(app, doctree, name)
    except UnknownNodeError as error:
        logger.warning("%s", error, location=error.node, type="notebooks")
        return
    except KeyError:  # a cell failed, and the build tells which
        return
    notebook = writing.write(chapter, Path(app.outdir))
    private = [str(app.srcdir), sys.prefix, f"{Path.home()}/"]
    for folder in writing.private_in(notebook, private):
        logger.warning(
            "the notebook of this page names the folder %s of the building machine",
            folder,
            location=doctree,
            type="notebooks",
        )
    link_below_cards(doctree, links_to(chapter.name))


def links_to(name: str) -> nodes.paragraph:
    """Return the line with links to both notebooks of a chapter."""
    line = nodes.paragraph(classes=["chapter-notebooks"])
    line += nodes.Text("Download this chapter as a notebook: ")
    for number, (ending, words) in enumerate(ENDINGS.items()):
        if number:
            line += nodes.Text(", or ")
        line += addnodes.download_reference(
            "", "", nodes.inline("", words), filename=f"notebooks/{name}{ending}.ipynb"
        )
    line += nodes.Text(".")
    return line


def link_below_cards(doctree: nodes.document, line: nodes.paragraph) -> None:
    """Put a line below the cards of a chapter, or below its title if it has none."""
    section = next(iter(doctree.findall(nodes.section)))
    place = section.first_child_matching_class(nodes.title) or 0
    for number, child in enumerate(section.children):
        if getattr(child, "attributes", {}).get("design_component") == "grid-container":
            place = number
            break
    section.insert(place + 1, line)


def paths_of(app: Sphinx, name: str) -> Iterator[Path]:
    """Yield where the notebooks of a chapter are."""
    for ending in ENDINGS:
        yield (
            Path(app.outdir)
            / places.NOTEBOOKS
            / f"{posixpath.basename(name)}{ending}.ipynb"
        )


def missing(
    app: Sphinx,
    env: BuildEnvironment,
    added: set[str],
    changed: set[str],
    removed: set[str],
) -> list[str]:
    """Return the chapters whose notebooks are gone, to be read and written again."""
    if app.builder.name != "html":
        return []
    return [
        name
        for name in sorted(chapters_of(app))
        if not all(path.exists() for path in paths_of(app, name))
    ]


def forget(app: Sphinx, exception: Exception | None) -> None:
    """Delete the notebooks of chapters that are gone."""
    if exception is not None or app.builder.name != "html":
        return
    kept = {path for name in chapters_of(app) for path in paths_of(app, name)}
    for path in Path(app.outdir, places.NOTEBOOKS).glob("*.ipynb"):
        if path not in kept:
            path.unlink()


def connect(app: Sphinx) -> None:
    """Write notebooks once the pages have their final form."""
    app.connect("env-get-outdated", missing)
    app.connect("doctree-resolved", offer, priority=950)
    app.connect("build-finished", forget, priority=800)
