"""What a published site has beside its pages: a sitemap, a 404, and old addresses.

book/moved.yml says where pages and sections went that had another address before. At
the address of a page that is gone stands one that leads on; on a page that is still
there, the script of the book asks for the list when an anchor leads nowhere.
"""

import json
import posixpath
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import yaml
from sphinx.application import Sphinx
from sphinx.util import logging

from bookbuild import files, mark, versions
from bookbuild.extensions import splitting

logger = logging.getLogger(__name__)

MOVED = "book/moved.yml"
LIST = "_static/moved.js"
# What a search engine has no use for.
UNLISTED = {"404", "genindex", "index", "search"}


def moves(root: Path) -> dict[str, dict[str, str]]:
    """Return where old addresses lead: for each page its anchors, and "" for the page.

    Parameters
    ----------
    root : Path
        The folder of the book.
    """
    path = root / MOVED
    if not path.exists():
        return {}
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}


def address_of(app: Sphinx, target: str) -> str | None:
    """Return the address of a page or of a label, from the root of the site."""
    if target in app.env.all_docs:
        return app.builder.get_target_uri(target)
    std, maths = app.env.get_domain("std").data, app.env.get_domain("math").data
    if target in maths["objects"]:
        document, anchor = maths["objects"][target][0], f"equation-{target}"
    elif target in std["anonlabels"]:
        document, anchor = std["anonlabels"][target][:2]
    else:
        return None
    page = splitting.page_with(app.env, document, anchor)
    return f"{app.builder.get_target_uri(page)}#{anchor}"


def resolved(app: Sphinx) -> dict[str, dict[str, str]]:
    """Return the moves with the addresses that they lead to, and tell of lost ones."""
    found: dict[str, dict[str, str]] = {}
    for page, anchors in moves(Path(app.srcdir)).items():
        for anchor, target in anchors.items():
            address = address_of(app, target)
            if address is None:
                logger.warning(
                    "%s: %s#%s leads to %s, which is neither a page nor a label; name "
                    "where that is today",
                    MOVED,
                    page,
                    anchor,
                    target,
                    type="moved",
                )
                continue
            found.setdefault(page, {})[anchor] = address
    # Before a chapter was cut, or cut elsewhere, another of its pages had an anchor.
    for document, plan in splitting.plans(app.env).items():
        for anchor, number in plan.places.items():
            page = splitting.name_of(document, number)
            address = f"{app.builder.get_target_uri(page)}#{anchor}"
            found.setdefault(document, {}).setdefault(anchor, address)
    return found


def leading_on(app: Sphinx, page: str, address: str) -> str:
    """Return the page that stands at the address of one that is gone."""
    root = posixpath.relpath(".", posixpath.dirname(page) or ".")
    target = escape(f"{root}/{address}")
    title = escape(app.config.html_title)
    return f"""<!DOCTYPE html>
<html lang="{app.config.language}" data-content_root="{root}/" data-page="{page}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="robots" content="noindex">
{mark.link()}
<script src="{root}/{LIST}"></script>
<noscript><meta http-equiv="refresh" content="0; url={target}"></noscript>
</head>
<body><p>This page has moved to <a href="{target}">{target}</a>.</p></body>
</html>
"""


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write what stands beside the pages."""
    if exception is not None or app.builder.name != "html":
        return
    html = Path(app.outdir)
    found = resolved(app)
    code = (Path(__file__).parent.parent / "theme" / "moved.js").read_text("utf-8")
    table = json.dumps(found, sort_keys=True, separators=(",", ":"))
    files.write_text(html / LIST, f"globalThis.moved = {table};\n{code}")
    for page, anchors in found.items():
        if page not in app.env.all_docs:
            files.write_text(
                html / f"{page}.html", leading_on(app, page, anchors.get("", ""))
            )
    if app.config.html_baseurl:
        files.write_text(html / "sitemap.xml", sitemap(app))
        files.write_text(
            html / "robots.txt",
            f"User-agent: *\nAllow: /\nDisallow: /{versions.FOLDER}/\n"
            f"Sitemap: {app.config.html_baseurl}sitemap.xml\n",
        )
        # Where the site is published, released versions are put there and listed.
        files.write_text(html / versions.FOLDER / "index.html", versions.list_page({}))


def listed(app: Sphinx) -> Iterator[str]:
    """Yield the names of the pages that a search engine is told of."""
    yield from sorted({*app.env.all_docs, *splitting.all_names(app.env)} - UNLISTED)


def sitemap(app: Sphinx) -> str:
    """Return the list of all pages, as search engines read it."""
    rows = "\n".join(
        f"<url><loc>{escape(app.config.html_baseurl)}{name}.html</loc></url>"
        for name in listed(app)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        f"{rows}\n</urlset>\n"
    )


def missing(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page that a host shows in place of one that is not there."""
    if app.builder.name == "html":
        yield "404", {}, "404.html"


def connect(app: Sphinx) -> None:
    """Write these when the pages are written."""
    app.connect("html-collect-pages", missing)
    # Before what is not asked for is deleted, and before the pages are audited.
    app.connect("build-finished", write, priority=700)
