"""Read the finished pages as a reader's browser would and report what is wrong.

Plain functions over HTML files, so that tests can hand them a page with a planted
fault; bookbuild/extensions/pages.py runs them at the end of every build.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import Tag

from bookbuild.checks import fetches

NOISE = re.compile(
    r"absl::InitializeLog|cpu_feature_guard|oneDNN custom operations|"
    r"(User|Future|Deprecation|Runtime)Warning"
)
# A comment of a source that was taken for a heading: both begin with "# ".
COMMENT_AS_HEADING = re.compile(
    r"<h[1-6]\b[^>]*>(?:(?!</h[1-6]>).)*?SPDX-[\w-]+", re.DOTALL
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


def words(tag: Tag, attribute: str) -> list[str]:
    """Return the words of an attribute, such as each class of `class`."""
    return tag.get(attribute, "").split()


def faults_of_page(
    text: str, tags: list[Tag], fetched: list[str], private: list[str]
) -> Iterator[str]:
    """Yield what is wrong with one page.

    Parameters
    ----------
    text : str
        Its HTML.
    tags : list of Tag
        What `fetches.tags_of` finds in it.
    fetched : list of str
        What `fetches.in_tags` finds in them.
    private : list of str
        Folders of the building machine that no page may name.
    """
    for address in fetched:
        if fetches.elsewhere(address):
            yield f"fetches {address.strip()} from another host"
    for folder in private:
        if folder in text:
            yield f"names the folder {folder} of the building machine"
    if found := NOISE.search(text):
        yield f"shows the reader a log line or warning: {found[0]}"
    metadata = {
        tag.get("name") or tag.get("property"): tag.get("content")
        for tag in tags
        if tag.name == "meta"
    }
    for name in METADATA:
        if not metadata.get(name):
            yield f"has no {name} in its metadata"
    licences = {tag.get("href", "") for tag in tags if "license" in words(tag, "rel")}
    if licences != {LICENCE}:
        named = ", ".join(sorted(licences)) or "none"
        yield f"names another licence of the text than {LICENCE}: {named}"
    if not any(tag.name == "title" and tag.text.strip() for tag in tags):
        yield "has no title"
    if COMMENT_AS_HEADING.search(text):
        yield "has a comment on its licence for a heading"
    equations = sum(
        tag.name in {"span", "div"} and "math" in words(tag, "class") for tag in tags
    )
    drawn = sum("katex" in words(tag, "class") for tag in tags)
    if drawn < equations:
        yield f"draws {drawn} of its {equations} equations"


def faults_of_example(text: str, tags: list[Tag], path: Path) -> Iterator[str]:
    """Yield what is wrong with the page of one gallery example, which is at `path`."""
    links = [tag.get("href", "") for tag in tags if tag.name == "a"]
    if "sphx-glr-download" not in text:
        yield "has no download links: MyST-NB took the notebook for the page's source"
    for suffix in (".py", ".ipynb"):
        found = [link for link in links if link.endswith(path.stem + suffix)]
        if not found:
            yield f"offers no {suffix} to download"
        elif not (path.parent / found[0]).exists():
            yield f"links to a {suffix} that is not there: {found[0]}"
    if not any(tag.name == "img" for tag in tags):
        yield "has no figure"
    if 'class="example-time"' not in text:
        yield "does not say how long it runs"


def faults_of_sheets(html: Path) -> Iterator[str]:
    """Yield what the style sheets of a built book fetch from other hosts."""
    for sheet in sorted(html.rglob("*.css")):
        text = sheet.read_text(encoding="utf-8", errors="replace")
        for address in fetches.in_css(text):
            if fetches.elsewhere(address):
                name = sheet.relative_to(html).as_posix()
                yield f"{name} fetches {address.strip()} from another host"


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
        text = path.read_text(encoding="utf-8")
        tags = fetches.tags_of(text)
        fetched = list(fetches.in_tags(tags))
        for fault in faults_of_page(text, tags, fetched, private):
            yield f"{name}.html {fault}"
        if path.stem.startswith("plot_"):
            for fault in faults_of_example(text, tags, path):
                yield f"{name}.html {fault}"
    yield from faults_of_sheets(html)
