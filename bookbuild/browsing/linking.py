"""Make one document of many pages: their anchors apart, their links within it.

Two pages may use the same anchor. In the document each page's anchors begin with the
name of its chapter, and a link to a page that is part of it leads to its place there.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from bs4 import BeautifulSoup, Tag

SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
# Attributes that name one anchor or several of the same page.
NAMING = (
    "id",
    "for",
    "aria-controls",
    "aria-describedby",
    "aria-labelledby",
    "headers",
)
INNER = re.compile(r"url\(#([^)]+)\)")
LINK_WITHIN = re.compile(r'<a\b[^>]*\shref="#([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
ID = re.compile(r'\sid="([^"]+)"')


@dataclass(frozen=True)
class Document:
    """What the document holds.

    Attributes
    ----------
    names : mapping of str to str
        For each page that it holds, by its address below the root of the site without
        ".html", the name that its anchors begin with. The pages of one chapter share a
        name.
    site : str
        The address of the published site, with a slash at its end; empty if it has
        none.
    """

    names: Mapping[str, str]
    site: str = ""


def name_of(page: str) -> str:
    """Return the name of a page or chapter: an identifier of HTML and CSS.

    Parameters
    ----------
    page : str
        Its address below the root of the site, without ".html".
    """
    return re.sub(r"[^\w-]+", "-", page.removeprefix("book/"))


def anchor_of(name: str, anchor: str) -> str:
    """Return an anchor of the document; an empty one is that of the whole chapter."""
    return f"{name}--{anchor}" if anchor else name


def led(link: str, page: str, document: Document) -> str | None:
    """Return where a link leads in the document.

    Parameters
    ----------
    link : str
        What the page says, relative to itself.
    page : str
        The page that it stands on, below the root of the site, without ".html".
    document : Document
        What the document holds.

    Returns
    -------
    str or None
        An anchor of the document, an address elsewhere, or None where nothing is there
        for a reader of the document alone.
    """
    if SCHEME.match(link) or link.startswith("//"):
        return link
    address, _, anchor = link.partition("#")
    path = address.partition("?")[0]
    target = resolved(path, page).removesuffix(".html") if path else page
    if target in document.names:
        return f"#{anchor_of(document.names[target], unquote(anchor))}"
    if not document.site:
        return None
    ending = ".html" if path.endswith(".html") or not path else ""
    return f"{document.site}{target}{ending}" + (f"#{anchor}" if anchor else "")


def resolved(address: str, page: str) -> str:
    """Return the address below the root of the site that a page means."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), address))


def set_apart(soup: BeautifulSoup | Tag, name: str) -> None:
    """Let the anchors of a page begin with a name, and whatever refers to them."""
    for tag in soup.find_all(True):
        for attribute in NAMING:
            value = tag.get(attribute)
            if value:
                each = value if isinstance(value, list) else str(value).split()
                tag[attribute] = " ".join(anchor_of(name, one) for one in each)
        for attribute, value in list(tag.attrs.items()):
            if isinstance(value, str) and "url(#" in value:
                tag[attribute] = INNER.sub(
                    lambda found: f"url(#{anchor_of(name, found[1])})", value
                )


def lead(soup: BeautifulSoup | Tag, page: str, document: Document) -> None:
    """Let the links of a page lead where they do in the document; drop the others.

    The addresses of its pictures then begin at the root of the site.
    """
    for image in soup.find_all("img", src=True):
        if not SCHEME.match(str(image["src"])):
            image["src"] = resolved(str(image["src"]), page)
    for link in soup.find_all(href=True):
        leads = led(str(link["href"]), page, document)
        if leads is not None:
            link["href"] = leads
        elif link.name == "a":
            link.unwrap()
        else:
            del link["href"]


def without_lost_links(html: str) -> tuple[str, list[str]]:
    """Return the document without its lost links, and the anchors that these name.

    An anchor is lost where what bears it is left out on paper, as a folded cell is.
    """
    anchors = set(ID.findall(html))
    lost: list[str] = []

    def kept(found: re.Match[str]) -> str:
        if found[1] in anchors:
            return found[0]
        lost.append(found[1])
        return found[2]

    return LINK_WITHIN.sub(kept, html), lost
