"""The released versions beside the newest: compared, unpacked, listed."""

import hashlib
import re
import zipfile

import pytest

from bookbuild import versions
from bookbuild.errors import CommandError


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text("newest")
    return folder


@pytest.fixture
def releases(tmp_path):
    folder = tmp_path / "releases"
    folder.mkdir()
    return folder


def release(releases, tag, entries=None):
    """Attach an archive and its digest to a release; return the archive."""
    folder = releases / tag
    folder.mkdir()
    archive = folder / "book-offline.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for name, content in (entries or {"book/index.html": tag}).items():
            opened.writestr(name, content)
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    (folder / "book-offline.zip.sha256").write_text(f"{digest}  {archive.name}\n")
    return archive


def test_each_version_stands_beside_the_newest(site, releases):
    for tag in ("v0.9.0", "v0.10.0"):
        release(releases, tag, {"b/index.html": tag, "b/book/one.html": "one"})
    assert versions.assemble(site, releases) == ["v0.9.0", "v0.10.0"]
    assert (site / "index.html").read_text() == "newest"
    for tag in ("v0.9.0", "v0.10.0"):
        assert (site / "versions" / tag / "index.html").read_text() == tag
        assert (site / "versions" / tag / "book" / "one.html").read_text() == "one"
    listed = (site / "versions" / "index.html").read_text()
    # In the order of their numbers, which is not that of their letters.
    links = re.findall(r'<a href="([^"]+)"', listed)
    assert links == ["../index.html", "v0.10.0/index.html", "v0.9.0/index.html"]
    for archive in releases.glob("*/*.zip"):
        assert hashlib.sha256(archive.read_bytes()).hexdigest() in listed


def test_without_a_release_the_page_says_so(site, releases):
    assert versions.assemble(site, releases) == []
    listed = (site / "versions" / "index.html").read_text()
    assert "Nothing is released yet" in listed


def test_a_changed_archive_is_refused(site, releases):
    archive = release(releases, "v0.1.0")
    archive.write_bytes(archive.read_bytes() + b"x")
    with pytest.raises(
        CommandError, match=r"has the digest \w{64}, and .* says \w{64}"
    ):
        versions.assemble(site, releases)


def test_an_archive_without_a_digest_is_refused(site, releases):
    archive = release(releases, "v0.1.0")
    archive.with_name(f"{archive.name}.sha256").unlink()
    with pytest.raises(CommandError, match="has no digest beside it"):
        versions.assemble(site, releases)


def test_a_release_without_an_archive_is_refused(site, releases):
    (releases / "v0.1.0").mkdir()
    with pytest.raises(CommandError, match="holds 0 archives"):
        versions.assemble(site, releases)


@pytest.mark.parametrize("name", ["../out.html", "b/../../out.html", "/b/x", "alone"])
def test_a_name_that_leads_elsewhere_is_refused(site, releases, name):
    release(releases, "v0.1.0", {name: "x"})
    with pytest.raises(CommandError, match="is not below one folder"):
        versions.assemble(site, releases)
    assert not list(site.parent.rglob("out.html"))


def test_an_archive_of_endless_zeros_is_refused(site, releases, monkeypatch):
    monkeypatch.setattr(versions, "MOST", 1000)
    release(releases, "v0.1.0", {"b/index.html": "0" * 2000})
    with pytest.raises(CommandError, match="holds 2,000 bytes, at most 1,000"):
        versions.assemble(site, releases)


def test_a_folder_that_is_no_tag_is_refused(site, releases):
    release(releases, "latest")
    with pytest.raises(CommandError, match="'latest' is not the tag of a release"):
        versions.assemble(site, releases)


def test_the_command_ends_in_one_line(site, releases, capsys):
    assert versions.main([str(releases), str(releases)]) == 1
    assert "holds no site" in capsys.readouterr().err
    release(releases, "v1.0.0")
    assert versions.main([str(site), str(releases)]) == 0
    assert capsys.readouterr().out == "1 released versions: v1.0.0\n"
    (releases / "v1.0.0" / "book-offline.zip").write_bytes(b"no archive")
    digest = hashlib.sha256(b"no archive").hexdigest()
    (releases / "v1.0.0" / "book-offline.zip.sha256").write_text(f"{digest}  x\n")
    assert versions.main([str(site), str(releases)]) == 1
    assert capsys.readouterr().err == "versions: File is not a zip file\n"
