"""What a page makes a reader's browser fetch without being asked.

Links that a reader may follow are no fetch, nor is what only describes the page.
"""

import re
from collections.abc import Iterable, Iterator

from bs4 import BeautifulSoup, Tag

# Attributes with an address, by tag. `href` is one everywhere but in LINKS.
ADDRESSES = {
    "animate": ("from", "to", "values"),
    "audio": ("src",),
    "button": ("formaction",),
    "embed": ("src",),
    "form": ("action",),
    "frame": ("src",),
    "html": ("manifest",),
    "iframe": ("src",),
    "image": ("src",),
    "img": ("src",),
    "input": ("src", "formaction"),
    "object": ("data",),
    "script": ("src",),
    "set": ("to",),
    "source": ("src",),
    "track": ("src",),
    "video": ("src", "poster"),
}
LINKS = {"a", "area", "link"}
LISTS = ("srcset", "imagesrcset")
# Relations of <link> that make a browser act; the others only describe the page.
FETCHED_RELATIONS = {
    "apple-touch-icon",
    "apple-touch-icon-precomposed",
    "dns-prefetch",
    "icon",
    "manifest",
    "mask-icon",
    "modulepreload",
    "preconnect",
    "prefetch",
    "preload",
    "prerender",
    "search",
    "stylesheet",
}
STYLES = (
    "clip-path",
    "cursor",
    "fill",
    "filter",
    "marker-end",
    "marker-mid",
    "marker-start",
    "mask",
    "stroke",
    "style",
)

# What a browser strips from the ends of an address, and anywhere in it.
ENDS = "".join(map(chr, range(0x21)))
WITHIN = str.maketrans({"\t": None, "\n": None, "\r": None, "\\": "/"})
ELSEWHERE = re.compile(
    r"//|(?!(?:about|blob|data|javascript|mailto):)[a-z][a-z0-9+.-]*:", re.IGNORECASE
)

# Tags whose attributes only name or shape. They are most of a page, above all of one
# with equations, and to leave them out makes reading it five times as fast.
PLAIN = re.compile(
    r"</?(?!(?:script|style|title|textarea|template|iframe|noscript|xmp)\b)"
    r"[a-z][a-z0-9]*"
    r'(?![^<>]*[" ](?:math|katex)[" ])'  # these are counted
    r'(?: (?:class|id|style|role|xmlns|encoding|aria-[a-z]+)="[\w .:,;%#/-]*")*>'
)

REFRESH = re.compile(r"""[\s\d.;,]*(?:url\s*=\s*)?["']?(?P<address>[^"']*)""", re.I)
IN_LIST = re.compile(r"[\s,]*(?P<address>\S*[^\s,])(?:\s*,|\s+[^,]*(?:,|$)|$)")

TEXT = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
CSS = re.compile(
    rf"""
    /\*.*?(?:\*/|$)
    | @namespace[^;]*
    | @import(?:\s|/\*.*?\*/)*(?P<imported>{TEXT})
    | image-set\((?P<set>(?:{TEXT}|\([^()]*\)|[^()"'])*)
    | (?:url|src)\(\s*(?P<url>{TEXT}|(?:\\.|[^)"'\\])*)
    | {TEXT}
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
CSS_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)

# A script of these types is run; one of another type, such as JSON, is data.
RUN = re.compile(r"\s*(|module|(text|application)/(x-)?(java|ecma)script.*)\s*", re.I)
MAPS = {"importmap", "speculationrules"}  # data of which the browser fetches
ACTS = re.compile(
    r"\b(?:fetch|import|importScripts|XMLHttpRequest|WebSocket|EventSource|sendBeacon"
    r"|Worker|SharedWorker|Image|Audio|FontFace|createElement|setAttribute|innerHTML"
    r"|outerHTML|insertAdjacentHTML)\b"
    r"|\bdocument\.write|\blocation\.(?:assign|replace)"
    r"|(?:\.(?:src|srcset|href|data|poster|action)|\blocation)\s*=[^=]"
)
HOST = r"""\s*(?:(?:https?|wss?|ftp):[/\\]*|[/\\]{2,})[^"'`\s/\\][^"'`\s]*"""
QUOTED = re.compile(
    rf"""(?P<mark>["'])(?P<whole>{HOST})\s*(?P=mark)|`(?P<start>{HOST})""",
    re.IGNORECASE,
)
NAMESPACES = "http://www.w3.org/"  # names that look like addresses


def elsewhere(address: str) -> bool:
    r"""Tell whether a browser would ask another host for an address.

    It is first read as browsers read it: without control characters and spaces at its
    ends, without tabs and line breaks in it, with `/` for `\`.
    """
    return bool(ELSEWHERE.match(address.strip(ENDS).translate(WITHIN)))


def tags_of(text: str) -> list[Tag]:
    """Return the tags of a page in order, all but its plainest."""
    page = BeautifulSoup(
        PLAIN.sub(" >", text),  # so that what such a tag ends still ends there
        "html.parser",
        multi_valued_attributes=None,
        on_duplicate_attribute="ignore",  # browsers keep the first as well
    )
    return page.find_all(True)


def in_tags(tags: Iterable[Tag]) -> Iterator[str]:
    """Yield each address that tags make a browser fetch, as it is written."""
    for tag in tags:
        yield from in_tag(tag)


def in_tag(tag: Tag) -> Iterator[str]:
    """Yield each address that one tag, with its text, makes a browser fetch."""
    given = tag.attrs
    for name in (*ADDRESSES.get(tag.name, ()), "background", "ping"):
        if name in given:
            yield given[name]
    for name in LISTS:
        for found in IN_LIST.finditer(given.get(name, "")):
            yield found["address"]
    relations = given.get("rel", "").lower().split()
    if tag.name not in LINKS or (
        tag.name == "link" and FETCHED_RELATIONS.intersection(relations)
    ):
        for name in ("href", "xlink:href"):
            if name in given:
                yield given[name]
    if tag.name == "meta" and given.get("http-equiv", "").strip().lower() == "refresh":
        yield REFRESH.match(given.get("content", ""))["address"]
    for name in STYLES:
        if name in given:
            yield from in_css(given[name])
    for name, value in given.items():
        if name.startswith("on") or value.strip(ENDS)[:11].lower() == "javascript:":
            yield from in_script(value)
    if tag.name == "style":
        yield from in_css(tag.text)
    if tag.name == "script":
        kind = given.get("type", "")
        if RUN.fullmatch(kind):
            yield from in_script(tag.text)
        elif kind.strip().lower() in MAPS:
            yield from quoted(tag.text)
    if "srcdoc" in given:
        yield from in_tags(tags_of(given["srcdoc"]))


def in_css(text: str) -> Iterator[str]:
    """Yield each address that a style sheet makes a browser fetch."""
    for found in CSS.finditer(text):
        for address in (found["imported"], found["url"]):
            if address is not None:
                yield without_escapes(address)
        choices = found["set"] or ""  # as strings, or as url(...) again
        for text_of_choice in re.finditer(TEXT, choices):
            yield without_escapes(text_of_choice[0])
        yield from in_css(choices)


def without_escapes(address: str) -> str:
    """Return an address of a style sheet without its quotes and escapes."""
    if address[:1] in {'"', "'"}:
        address = address[1:-1]

    def meant(escape: re.Match[str]) -> str:
        return chr(int(escape[1], 16)) if escape[1] else escape[2]

    return CSS_ESCAPE.sub(meant, address)


def in_script(text: str) -> Iterator[str]:
    """Yield each address of another host in a script that could fetch it."""
    if ACTS.search(text):
        yield from quoted(text)


def quoted(text: str) -> Iterator[str]:
    """Yield each address of another host that stands in quotes."""
    for found in QUOTED.finditer(text):
        address = (found["whole"] or found["start"]).strip(ENDS)
        if not address.startswith(NAMESPACES):
            yield address
