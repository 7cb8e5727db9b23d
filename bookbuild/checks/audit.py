"""Read the finished pages as a reader's browser would and report what is wrong.

Plain functions over HTML files, so that tests can hand them a page with a planted
fault; bookbuild/extensions/pages.py runs them at the end of every build.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

# Attributes through which a browser fetches something without being asked.
FETCHED = {
    "script": ("src",),
    "img": ("src", "srcset"),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "audio": ("src",),
    "video": ("src", "poster"),
    "object": ("data",),
    "embed": ("src",),
}
FETCHED_LINKS = {"stylesheet", "preload", "icon", "modulepreload", "manifest"}
ELSEWHERE = re.compile(r"^\s*(https?:)?//")
NOISE = re.compile(
    r"absl::InitializeLog|cpu_feature_guard|oneDNN custom operations|"
    r"(User|Future|Deprecation|Runtime)Warning"
)
METADATA = (
    "author",
    "description",
    "og:title",
    "og:description",
    "dcterms.rights",
    "dcterms.source",
)
LICENCE = "https://creativecommons.org/licenses/by-sa/4.0/"


class Page(HTMLParser):
    """What a page fetches, declares and says."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.metadata: dict[str, str] = {}
        self.links: list[str] = []
        self.licences: set[str] = set()
        self.equations = self.drawn = self.images = 0
        self.title = ""
        self._in_title = False
        self.feed(text)

    def handle_starttag(
        self, tag: str, attributes: list[tuple[str, str | None]]
    ) -> None:
        """Take note of what a tag fetches, declares or draws."""
        given = {name: value or "" for name, value in attributes}
        classes = given.get("class", "").split()
        for name in FETCHED.get(tag, ()):
            if name in given:
                self.fetched.append(given[name])
        if tag == "link" and FETCHED_LINKS & set(given.get("rel", "").split()):
            self.fetched.append(given.get("href", ""))
        if "license" in given.get("rel", "").split():
            self.licences.add(given.get("href", ""))
        if tag == "meta":
            name = given.get("name") or given.get("property")
            if name:
                self.metadata[name] = given.get("content", "")
        if tag == "a":
            self.links.append(given.get("href", ""))
        self._in_title = tag == "title"
        self.images += tag == "img"
        self.equations += "math" in classes and tag in {"span", "div"}
        self.drawn += "katex" in classes

    def handle_data(self, data: str) -> None:
        """Collect the title."""
        if self._in_title:
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        """End the title."""
        self._in_title = False


def faults_of_page(path: Path, private: list[str]) -> Iterator[str]:
    """Yield what is wrong with one page.

    Parameters
    ----------
    path : Path
        The HTML file.
    private : list of str
        Folders of the building machine that no page may name.
    """
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    for address in page.fetched:
        if ELSEWHERE.match(address):
            yield f"fetches {address} from another host"
    for folder in private:
        if folder in text:
            yield f"names the folder {folder} of the building machine"
    if found := NOISE.search(text):
        yield f"shows the reader a log line or warning: {found[0]}"
    for name in METADATA:
        if not page.metadata.get(name):
            yield f"has no {name} in its metadata"
    if page.licences != {LICENCE}:
        named = ", ".join(sorted(page.licences)) or "none"
        yield f"names another licence of the text than {LICENCE}: {named}"
    if not page.title.strip():
        yield "has no title"
    if page.drawn < page.equations:
        yield f"draws {page.drawn} of its {page.equations} equations"


def faults_of_example(path: Path) -> Iterator[str]:
    """Yield what is wrong with the page of one gallery example."""
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    if "sphx-glr-download" not in text:
        yield "has no download links: MyST-NB took the notebook for the page's source"
    for suffix in (".py", ".ipynb"):
        found = [link for link in page.links if link.endswith(path.stem + suffix)]
        if not found:
            yield f"offers no {suffix} to download"
        elif not (path.parent / found[0]).exists():
            yield f"links to a {suffix} that is not there: {found[0]}"
    if not page.images:
        yield "has no figure"
    if "Total running time" not in text:
        yield "does not say how long it runs"


def faults(html: Path, pages: list[str], private: list[str]) -> Iterator[str]:
    """Yield each fault of a built book as "page: fault".

    Parameters
    ----------
    html : Path
        The folder of the built book.
    pages : list of str
        The names of its pages, without suffix.
    private : list of str
        Folders of the building machine.
    """
    for name in pages:
        path = html / f"{name}.html"
        for fault in faults_of_page(path, private):
            yield f"{name}.html {fault}"
        if path.stem.startswith("plot_"):
            for fault in faults_of_example(path):
                yield f"{name}.html {fault}"
