"""Put the book's released versions beside the newest one, on the published site.

    python3 -m bookbuild.versions SITE RELEASES

RELEASES holds a folder for each release, named as its tag, with what was attached to
it: the archive of `make offline` and its digest. Each archive is compared with its
digest and unpacked to `versions/TAG` in SITE, and `versions/index.html` lists them.
Run where the site is published, with any Python from 3.11 on; the standard library
only.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
import zipfile
from html import escape
from pathlib import Path, PurePosixPath

from bookbuild import mark
from bookbuild.errors import CommandError

FOLDER = "versions"
TAG = re.compile(r"v(\d+)\.(\d+)\.(\d+)")
MOST = 500_000_000  # bytes that an archive may take when it is unpacked
PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
{mark}
<title>Versions of the book</title>
<style>body{{font:1.1rem/1.6 system-ui,sans-serif;max-width:40rem;margin:2rem auto;\
padding:0 1rem}}code{{overflow-wrap:anywhere}}</style>
</head>
<body>
<main>
<h1>Versions of the book</h1>
<p>The <a href="../index.html">newest version</a> is what is being worked on.
A released version does not change any more; cite one of these.</p>
{listed}
</main>
</body>
</html>
"""


def list_page(digests: dict[str, str]) -> str:
    """Return the page that lists the released versions, the newest first.

    Parameters
    ----------
    digests : dict of str to str
        The digest of each version's archive, by its tag.

    Examples
    --------
    >>> "Nothing is released yet" in list_page({})
    True
    """
    if not digests:
        return PAGE.format(mark=mark.link(), listed="<p>Nothing is released yet.</p>")
    rows = "\n".join(
        f'<li><a href="{escape(tag)}/index.html">{escape(tag)}</a><br>'
        f"SHA-256 of its archive: <code>{escape(digests[tag])}</code></li>"
        for tag in sorted(digests, key=number_of, reverse=True)
    )
    return PAGE.format(mark=mark.link(), listed=f"<ul>\n{rows}\n</ul>")


def number_of(tag: str) -> tuple[int, ...]:
    """Return the numbers of a tag, by which versions are put in order."""
    found = TAG.fullmatch(tag)
    if found is None:
        raise CommandError(f"{tag!r} is not the tag of a release, such as v0.1.0")
    return tuple(map(int, found.groups()))


def archive_in(release: Path) -> tuple[Path, str]:
    """Return the archive of a release and its digest, which must be that beside it.

    Raises
    ------
    CommandError
        If there is not one archive, its digest is missing, or differs.
    """
    archives = sorted(release.glob("*.zip"))
    if len(archives) != 1:
        raise CommandError(
            f"{release} holds {len(archives)} archives, not one: attach what "
            "`make offline` wrote to the release"
        )
    archive = archives[0]
    beside = archive.with_name(f"{archive.name}.sha256")
    if not beside.exists():
        raise CommandError(f"{archive} has no digest beside it, {beside.name}")
    expected = beside.read_text(encoding="utf-8").split()[:1]
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if expected != [digest]:
        raise CommandError(
            f"{archive} has the digest {digest}, and {beside.name} says "
            f"{' '.join(expected) or 'nothing'}: attach both anew"
        )
    return archive, digest


def unpack(archive: Path, target: Path) -> None:
    """Unpack what stands in the one folder of an archive.

    Raises
    ------
    CommandError
        If a name leads out of the target, or the content is larger than a book is.
    """
    with zipfile.ZipFile(archive) as opened:
        entries = [entry for entry in opened.infolist() if not entry.is_dir()]
        size = sum(entry.file_size for entry in entries)
        if size > MOST:
            raise CommandError(f"{archive} holds {size:,} bytes, at most {MOST:,}")
        for entry in entries:
            parts = PurePosixPath(entry.filename).parts
            if len(parts) < 2 or ".." in parts or parts[0] == "/":
                raise CommandError(
                    f"{archive} holds {entry.filename!r}, which is not below one folder"
                )
            file = target.joinpath(*parts[1:])
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(opened.read(entry))


def assemble(site: Path, releases: Path) -> list[str]:
    """Put each release into the site, and the page that lists them; return the tags.

    Parameters
    ----------
    site : Path
        The folder of the newest version, as it is published.
    releases : Path
        The folder with a folder for each release.
    """
    if not (site / "index.html").exists():
        raise CommandError(f"{site} holds no site: there is no index.html")
    folders = sorted(path for path in releases.glob("*") if path.is_dir())
    digests = {}
    for release in sorted(folders, key=lambda path: number_of(path.name)):
        archive, digests[release.name] = archive_in(release)
        unpack(archive, site / FOLDER / release.name)
    listed = site / FOLDER / "index.html"
    listed.parent.mkdir(exist_ok=True)
    listed.write_text(list_page(digests), encoding="utf-8")
    return list(digests)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="bookbuild.versions", description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("releases", type=Path)
    options = parser.parse_args(arguments)
    try:
        tags = assemble(options.site, options.releases)
    except (CommandError, OSError, zipfile.BadZipFile) as error:
        print(f"versions: {error}", file=sys.stderr)
        return 1
    print(f"{len(tags)} released versions: {', '.join(tags) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
