"""The archive of the site is the same each time, and holds what readers need."""

import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from bookbuild.browsing import packing


@pytest.fixture
def book(tmp_path):
    html = tmp_path / "_build" / "html"
    for name in ("book/b.html", "book/a.html", "_static/site.js", "_static/x.js.map"):
        (html / name).parent.mkdir(parents=True, exist_ok=True)
        (html / name).write_text(f"<p>{name}</p>")
    for name in ("objects.inv", ".buildinfo", "404.html", "sitemap.xml"):
        (html / name).write_text("")
    (tmp_path / "_build" / "finished.json").write_text("{}")
    (tmp_path / "_config.yml").write_text("title: Book\ncopyright: 2026, N. N.\n")
    return tmp_path


def test_it_holds_pages_and_a_word_on_how_to_open_them(book, capsys):
    assert packing.pack_book(book) == 0
    archive = book / "_build" / f"{packing.NAME}.zip"
    with zipfile.ZipFile(archive) as opened:
        paths = [Path(name).relative_to(packing.NAME) for name in opened.namelist()]
        readme = opened.read(f"{packing.NAME}/README.txt").decode()
    assert [path.as_posix() for path in paths] == [
        "README.txt",
        "_static/site.js",
        "book/a.html",
        "book/b.html",
    ]
    assert "index.html" in readme
    assert "CC BY-SA 4.0" in " ".join(readme.split())
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    said = archive.with_suffix(".zip.sha256").read_text()
    assert said == f"{digest}  {archive.name}\n"
    assert "3 files" in capsys.readouterr().out


def test_it_is_the_same_at_another_time(book):
    archive = book / "_build" / f"{packing.NAME}.zip"
    packing.pack_book(book)
    first = archive.read_bytes()
    for path in (book / "_build" / "html").rglob("*.html"):
        os.utime(path, (0, 10**9))
        path.chmod(0o600)
    packing.pack_book(book)
    assert archive.read_bytes() == first
    assert [path.name for path in archive.parent.glob(".*.zip")] == []


def test_fonts_are_not_fetched_ahead(book):
    page = book / "_build" / "html" / "book" / "a.html"
    ahead = '<link rel="preload" href="f.woff2" as="font" crossorigin>\n'
    page.write_text(f'<link rel="icon" href="i">\n{ahead}<p>x</p>')
    assert packing.content_of(page) == b'<link rel="icon" href="i">\n<p>x</p>'
