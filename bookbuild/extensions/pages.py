"""What every page carries, and the last look at the finished pages."""

import hashlib
import json
import os
import re
import sys
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from docutils import nodes
from myst_nb.sphinx_ import (
    HideCodeCellNode,
    depart_HideCellInput,
    visit_HideCellInput,
)
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from bookbuild import files, inputs, mark, versions
from bookbuild.checks import audit
from bookbuild.extensions import publishing, splitting

ENTRANCE = "A textbook of deep learning that derives, computes and checks every step."

# The licence of the text and what it was adapted from; LICENSE-TEXT says the same.
LICENCE = "https://creativecommons.org/licenses/by-sa/4.0/"
SOURCE_OF_TEXT = (
    "Adapted from the lecture Hands-on deep learning with Keras examples by "
    "Alexandre Boucaud (CC BY-SA 4.0), https://github.com/aboucaud/slides"
)
LICENCE_TAGS = [
    f'<link rel="license" href="{LICENCE}" />',
    '<meta name="dcterms.rights" content="Text and figures: CC-BY-SA-4.0; '
    'code: BSD-3-Clause" />',
    f'<meta name="dcterms.source" content="{SOURCE_OF_TEXT}" />',
]

logger = logging.getLogger(__name__)


TEMPLATES = Path(__file__).parent.parent / "templates"


def set_templates(app: Sphinx, config: Config) -> None:
    """Let the book's own templates go before the theme's."""
    config.templates_path = [*config.templates_path, str(TEMPLATES)]


def set_address(app: Sphinx, config: Config) -> None:
    """Set the published address, BOOK_URL before book_address.

    Social cards need it in full.
    """
    address = os.environ.get("BOOK_URL", "") or config.book_address
    if address:
        config.html_baseurl = config.ogp_site_url = address.rstrip("/") + "/"


def describe(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Let a card that shares the page say what its author says of the page."""
    for tag in doctree.findall(nodes.meta) if doctree else ():
        if tag.get("name") == "description":
            given = context.get("meta") or {}
            context["meta"] = {"og:description": tag["content"], **given}


def report_address(app: Sphinx, pagename: str, context: dict[str, Any]) -> str:
    """Return where readers report an error of a page, or "" where they cannot.

    The tracker of the configuration gets a title and a text with the page filled in, in
    the form that GitHub, GitLab and Forgejo read from an address.
    """
    tracker = app.config.book_tracker
    if not tracker:
        return ""
    title = re.sub("<[^>]*>", "", context.get("title") or pagename)
    place = context.get("pageurl") or f"{pagename}{app.builder.out_suffix}"
    text = (
        f"Page: {place}\nSection:\nBuilt from: {app.config.html_title}\n\n"
        "What it says:\n\n\n"
        "Why I think that it is wrong (best with code that shows it):\n"
    )
    return f"{tracker}?{urlencode({'title': f'Error in {title}', 'body': text})}"


def add_metadata(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Give the page an author, its licence and the place to report errors.

    Pages without a text of their own get a title and a description as well.
    """
    context["report_address"] = report_address(app, pagename, context)
    if "chapter_document" in context:  # another page of a chapter, told all that
        return
    tags = [f'<meta name="author" content="{app.config.author}" />', *LICENCE_TAGS]
    if doctree is None:
        title = escape(context.get("title") or pagename)
        about = f"{title} of {escape(app.config.html_title)}"
        tags += [
            f'<meta name="description" content="{about}" />',
            f'<meta property="og:title" content="{title}" />',
            f'<meta property="og:description" content="{about}" />',
        ]
    lines = context.get("metatags", "").splitlines()
    if not app.config.ogp_site_url:  # an address in part is worse than none
        lines = [line for line in lines if 'property="og:url"' not in line]
    context["metatags"] = "\n".join([*lines, *tags, ""])


def mended(visit: Any, wrong: str, right: str) -> Any:
    """Wrap a visitor so that what it writes serves those who hear the page."""

    def visit_mended(self: Any, node: nodes.Element) -> None:
        start = len(self.body)
        visit(self, node)
        self.body[start:] = [part.replace(wrong, right) for part in self.body[start:]]

    return visit_mended


# A folded cell's button is named by the words it shows; a source is a list's item.
FOLDED = (' aria-label="Toggle hidden content"', "")
SOURCE = ('role="doc-biblioentry"', 'role="listitem"')


def write_entrance(app: Sphinx) -> None:
    """Write the page at the root of the site, which leads to the first of the book."""
    first = app.config.root_doc + app.builder.out_suffix
    title = escape(app.config.html_title)
    about = escape(ENTRANCE)
    Path(app.outdir, "index.html").write_text(
        f"""<!DOCTYPE html>
<html lang="{app.config.language}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="author" content="{escape(app.config.author)}">
<meta name="description" content="{about}">
{"".join(LICENCE_TAGS)}
<meta property="og:title" content="{title}">
<meta property="og:description" content="{about}">
{mark.link()}
<meta http-equiv="refresh" content="0; url={first}">
</head>
<body><p>The book begins at <a href="{first}">{title}</a>.</p></body>
</html>
""",
        encoding="utf-8",
    )


def look_over(app: Sphinx, exception: Exception | None) -> None:
    """Remove pages of chapters that are gone and audit the others."""
    if exception is not None or app.builder.name != "html":
        return
    html = Path(app.outdir)
    old = set(publishing.moves(Path(app.srcdir)))
    known = {*app.env.all_docs, *splitting.all_names(app.env), *old}
    for path in sorted((html / "book").rglob("*.html")):
        if path.relative_to(html).with_suffix("").as_posix() not in known:
            path.unlink()
    private = [str(app.srcdir), sys.prefix, str(Path.home()) + "/"]
    write_entrance(app)
    written = [path.relative_to(html) for path in sorted(html.rglob("*.html"))]
    # The theme leaves templates in _static; reports hold the faults of a failed build;
    # the list of versions is no page of this one.
    apart = {"_static", "reports", versions.FOLDER}
    pages = [
        path.with_suffix("").as_posix()
        for path in written
        if path.parts[0] not in apart
        and path.with_suffix("").as_posix() not in old - set(app.env.all_docs)
    ]
    for fault in audit_changed(html, pages, private, html.parent / "audited.json"):
        logger.warning(fault, type="audit")
        app.statuscode = 1


def audit_changed(
    html: Path, pages: list[str], private: list[str], record: Path
) -> list[str]:
    """Audit the pages that are not as they were when the audit last found no fault.

    Pages of examples are audited each time, for their faults may lie in the files that
    they offer.

    Parameters
    ----------
    html : Path
        The folder of the built book.
    pages : list of str
        The names of its pages, without suffix.
    private : list of str
        Folders of the building machine.
    record : Path
        The file that keeps what the pages were.

    Returns
    -------
    list of str
        The faults.
    """
    now = {
        name: hashlib.sha256((html / f"{name}.html").read_bytes()).hexdigest()
        for name in pages
    }
    judged_by = [inputs.build(), *private]
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
        before = found["pages"] if found["judged_by"] == judged_by else {}
    except (OSError, ValueError, KeyError, TypeError):
        before = {}
    changed = [
        name
        for name in pages
        if before.get(name) != now[name] or Path(name).name.startswith("plot_")
    ]
    faults = list(audit.faults(html, changed, private))
    if faults:
        record.unlink(missing_ok=True)
    else:
        files.write_json(record, {"judged_by": judged_by, "pages": now})
    return faults


def connect(app: Sphinx) -> None:
    """Connect to the writing of each page and to the end of the build."""
    # Jupyter Book sets this for an extension that the book does not load.
    app.add_config_value("comments_config", {}, "html")
    app.add_config_value("book_address", "", "html", [str])
    app.add_config_value("book_tracker", "", "html", [str])
    folded = mended(visit_HideCellInput, *FOLDED)
    app.add_node(HideCodeCellNode, override=True, html=(folded, depart_HideCellInput))
    source = mended(HTML5Translator.visit_citation, *SOURCE)
    app.add_node(
        nodes.citation, override=True, html=(source, HTML5Translator.depart_citation)
    )
    app.connect("config-inited", set_templates)
    app.connect("config-inited", set_address)
    # Before and after sphinxext.opengraph, whose tags these two complete.
    app.connect("html-page-context", describe, priority=100)
    app.connect("html-page-context", add_metadata, priority=900)
    app.connect("build-finished", look_over, priority=900)
