"""Print the book into one PDF.

Chromium lays the document out and is asked where each anchor came to stand; then the
numbers of the pages are written into it, and it is printed again.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf
from playwright.sync_api import Browser, Error, Page

from bookbuild import files
from bookbuild.browsing import chromium, finished, volume
from bookbuild.browsing.paper import Solutions
from bookbuild.errors import CommandError

NAME = "hands-on-deep-learning.pdf"
MEGABYTE = 1e6  # bytes
PATIENCE = 600_000  # milliseconds for one printing
MEMORY = 3  # gigabytes
TIMES = 4  # printings at most, until no number changes
# The width of the text on a page in CSS pixels, as print.css has it: 210 - 2 * 24 mm.
COLUMN = 612
# What is too wide for the page is made smaller, at most to half its size.
FIT = """() => {
  const boxes = [".katex-display", ".table-box", ".shapes", ".text_html", ".output"];
  for (const box of document.querySelectorAll(boxes.join())) {
    if (box.querySelector(".table-box, .shapes, .text_html, .animation")) continue;
    const wide = box.scrollWidth / box.clientWidth;
    if (wide > 1.005) box.firstElementChild.style.zoom = Math.max(0.5, 0.99 / wide);
  }
}"""
HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .map((one) => one.textContent)"""
# In the index no number stands twice for one term.
NUMBER = """(numbers) => {
  for (const place of document.querySelectorAll(".page-number")) {
    place.textContent = numbers[place.dataset.of] ?? "";
  }
  for (const entry of document.querySelectorAll(".index li")) {
    const said = new Set();
    for (const place of entry.querySelectorAll(":scope > .place")) {
      const number = place.querySelector(".page-number").textContent;
      place.hidden = said.has(number);
      said.add(number);
    }
  }
}"""


def print_book(root: Path, solutions: Solutions) -> int:
    """Print the book under `root`; return the exit status.

    Parameters
    ----------
    root : Path
        The folder of a book that is built.
    solutions : Solutions
        Where its solutions stand.

    Raises
    ------
    CommandError
        If the book is not built, or no browser can print it.
    """
    start = time.monotonic()
    target = root / "_build" / NAME
    pages = 0

    def tell(said: str) -> None:
        print(f"[pdf] {time.monotonic() - start:4.0f} s  {said}", flush=True)

    def write(path: Path) -> None:
        nonlocal pages
        with chromium.launched() as browser:
            pages = print_document(browser, text, path, tell)

    chromium.executable()  # refuse at once where there is none
    with finished.site(root) as html:
        text = volume.bind(root, html, solutions, tell)
        files.write_with(target, write)
    size = target.stat().st_size / MEGABYTE
    took = time.monotonic() - start
    print(
        f"The book is printed: {pages} pages, {size:.1f} MB ({took:.0f} s). "
        f"Open {target.relative_to(root)}"
    )
    return 0


def print_document(
    browser: Browser, text: str, target: Path, tell: Callable[[str], object]
) -> int:
    """Print a document with the numbers of its pages; return how many it has.

    Parameters
    ----------
    browser : playwright.sync_api.Browser
        The browser that prints.
    text : str
        The document, as volume.bind returns it.
    target : Path
        The PDF.
    tell : callable
        Called with what is being done.

    Raises
    ------
    CommandError
        If the browser gives up, or the numbers do not come to rest.
    """
    tell(f"the browser reads {len(text) / MEGABYTE:.1f} MB")
    try:
        return print_until_right(browser, text, target, tell)
    except Error as error:
        first = str(error).strip().splitlines()[0]
        raise CommandError(
            f"the browser did not print the book: {first}; it needs about "
            f"{MEMORY} GB of memory, so close what you can and run the same command "
            "again"
        ) from error


@contextmanager
def shown(browser: Browser, text: str) -> Iterator[Page]:
    """Show a document as wide as it is printed, with what is too wide made to fit.

    Parameters
    ----------
    browser : playwright.sync_api.Browser
        The browser.
    text : str
        The document.

    Yields
    ------
    playwright.sync_api.Page
        Where it is shown.
    """
    context = browser.new_context(viewport={"width": COLUMN, "height": 900})
    try:
        with tempfile.TemporaryDirectory(prefix="book-") as folder:
            source = Path(folder) / "book.html"
            source.write_text(text, encoding="utf-8")
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            page.emulate_media(media="print", color_scheme="light")
            page.goto(source.as_uri(), wait_until="load")
            page.evaluate("document.fonts.ready.then(() => true)")
            page.evaluate(FIT)
            yield page
    finally:
        context.close()


def print_until_right(
    browser: Browser, text: str, target: Path, tell: Callable[[str], object]
) -> int:
    """Print until the numbers that stand in the document are those of its pages.

    The document is read anew each time: what the browser remembers of the pages that it
    has printed may move a page break, and then the numbers never come to rest.
    """
    numbers: dict[str, int] = {}
    for turn in range(1, TIMES + 1):
        tell(f"printing, turn {turn}")
        with shown(browser, text) as page:
            page.evaluate(NUMBER, numbers)
            page.pdf(
                path=os.fspath(target),
                # Tags take a third of the time, and the first turn only counts pages.
                outline=turn > 1,
                tagged=turn > 1,
                prefer_css_page_size=True,
            )
            headings = page.evaluate(HEADINGS)
        with pikepdf.open(target, allow_overwriting_input=True) as pdf:
            found = page_numbers(pdf)
            if found == numbers:
                mend_bookmarks(pdf, headings)
                pack(pdf, target)
                return len(pdf.pages)
        numbers = found
    raise CommandError(
        f"the numbers of the pages still changed after {TIMES} printings; print.css "
        "has to leave them more room"
    )


def page_numbers(pdf: pikepdf.Pdf) -> dict[str, int]:
    """Return the number of the page that each anchor is on, from 1."""
    numbers = {page.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    return {
        name.removeprefix("/"): numbers[place[0].objgen]
        for name, place in pdf.Root.Dests.items()
    }


def bookmarks(item: pikepdf.Object | None) -> Iterator[pikepdf.Object]:
    """Yield a bookmark, those below it, and those that follow it."""
    while item is not None:
        yield item
        yield from bookmarks(item.get("/First"))
        item = item.get("/Next")


def mend_bookmarks(pdf: pikepdf.Pdf, headings: list[str]) -> None:
    """Put back the spaces that Chromium drops where a heading goes on in a new line."""
    whole = {"".join(said.split()): " ".join(said.split()) for said in headings}
    for item in bookmarks(pdf.Root.Outlines.get("/First")):
        title = str(item.Title)
        item.Title = whole.get("".join(title.split()), title)


def pack(pdf: pikepdf.Pdf, target: Path) -> None:
    """Write a PDF in a third of the room: Chromium leaves its tags uncompressed."""
    pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate)
