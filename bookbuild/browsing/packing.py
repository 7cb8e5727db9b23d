"""Pack the built site into one archive that is read without a server or a network.

Two builds of the same pages make the same archive, to the byte: names are in order, and
every file has one date.
"""

import hashlib
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from bookbuild import files
from bookbuild.browsing import finished

NAME = "hands-on-deep-learning-offline"
DATE = (2026, 1, 1, 0, 0, 0)  # of every file in the archive
MEGABYTE = 1e6  # bytes
EVERY = 500  # files between two lines of progress
READABLE = 0o644 << 16  # the permissions of a file, where zipfile keeps them
# What nobody reads offline: Sphinx's notes, what search engines and hosts ask for.
LEFT_OUT = {
    ".buildinfo",
    ".doctrees",
    ".nojekyll",
    "404.html",
    "objects.inv",
    "output.json",
    "output.txt",
    "robots.txt",
    "sitemap.xml",
}
# Compressed as they are.
PACKED = {".gz", ".jpg", ".png", ".whl", ".woff2", ".zip"}
# A font that is fetched ahead, which Chromium refuses loudly where there is no server.
AHEAD = re.compile(r'<link rel="preload"[^>]*>\n?')
README = """\
{title}

Open index.html in a browser: a double click does. Everything works from this folder,
the search too; nothing is fetched from the network. Keep the folder as a whole: the
pages need what is beside them.

Unpack the archive before you open it. Some programs show the files of an archive
without unpacking them, and then the pages find neither style nor search.

Text and figures are under the Creative Commons Attribution-ShareAlike 4.0 licence (CC
BY-SA 4.0, https://creativecommons.org/licenses/by-sa/4.0/), adapted from the lecture
"Hands-on deep learning with Keras examples" by Alexandre Boucaud (CC BY-SA 4.0,
https://github.com/aboucaud/slides). Code is under the BSD 3-Clause licence. The fonts
of the equations, the search and the Python of the pages come from others, whose
licences are beside them, in _static/katex, _static/search and _static/python.

Exercises that answer, and the page "Explore your own shapes", start Python in the
browser, which no browser allows for files: run python3 -m http.server in this folder
and open http://localhost:8000. All else works without.

{copyright}
"""


def pack_book(root: Path) -> int:
    """Pack the site under `root`, with its digest beside it; return the exit status.

    Parameters
    ----------
    root : Path
        The folder of a book that is built.

    Raises
    ------
    CommandError
        If the book is not built, or a build is at work.
    """
    start = time.monotonic()
    target = root / "_build" / f"{NAME}.zip"
    count = 0

    def tell(number: int) -> None:
        nonlocal count
        count = number
        if number % EVERY == 0:
            took = time.monotonic() - start
            print(f"[offline] {took:4.0f} s  {number} files", flush=True)

    with finished.site(root) as html:
        files.write_with(target, lambda path: pack(html, read_me(root), path, tell))
    content = target.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    files.write_text(target.with_suffix(".zip.sha256"), f"{digest}  {target.name}\n")
    took = time.monotonic() - start
    print(
        f"The site is packed: {count} files, {len(content) / MEGABYTE:.1f} MB "
        f"({took:.0f} s): {target.relative_to(root)}, and its digest beside it"
    )
    return 0


def read_me(root: Path) -> str:
    """Return what the archive says of itself."""
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    return README.format(title=config["title"], copyright=f"(c) {config['copyright']}")


def pack(
    html: Path,
    readme: str,
    target: Path,
    tell: Callable[[int], object] = lambda _: None,
) -> None:
    """Write the archive of a site.

    Parameters
    ----------
    html : Path
        The folder of the site.
    readme : str
        What stands in README.txt.
    target : Path
        The archive.
    tell : callable
        Called with the number of files of the site so far.
    """
    with zipfile.ZipFile(target, "w") as archive:
        add(archive, "README.txt", readme.encode())
        for number, file in enumerate(packed_files(html), start=1):
            add(archive, file.relative_to(html).as_posix(), content_of(file))
            tell(number)


def packed_files(html: Path) -> Iterator[Path]:
    """Yield the files of the site that belong into the archive, in order."""
    for path in sorted(html.rglob("*"), key=lambda path: path.relative_to(html).parts):
        if path.is_file() and is_wanted(path.relative_to(html)):
            yield path


def is_wanted(path: Path) -> bool:
    """Return whether a file is of use to who reads offline.

    Parameters
    ----------
    path : Path
        Its path below the root of the site.
    """
    return path.parts[0] not in LEFT_OUT and path.suffix != ".map"


def content_of(path: Path) -> bytes:
    """Return what the archive holds of a file."""
    content = path.read_bytes()
    if path.suffix != ".html":
        return content
    return AHEAD.sub("", content.decode("utf-8")).encode("utf-8")


def add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Add a file to an archive, the same way at any time and on any system."""
    entry = zipfile.ZipInfo(f"{NAME}/{name}", date_time=DATE)
    entry.create_system = 3  # Unix, whose permissions follow
    entry.external_attr = READABLE
    packed = Path(name).suffix in PACKED
    entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    archive.writestr(entry, content, compresslevel=9)
