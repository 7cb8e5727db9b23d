"""The server that the browser is shown, and the browser that is looked for."""

import gzip
import http.client
import urllib.error
import urllib.request

import pytest

from bookbuild.browsing import chromium, hosting
from bookbuild.errors import CommandError


@pytest.fixture
def site(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").write_text("<p>" + "text " * 1000)
    (tmp_path / "site/404.html").write_text("nothing here")
    (tmp_path / "site/picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "secret.txt").write_text("secret")
    with hosting.served(tmp_path / "site") as address:
        yield address


def ask(address, **headers):
    request = urllib.request.Request(address, headers=headers)  # noqa: S310
    with urllib.request.urlopen(request) as got:  # noqa: S310  of this machine
        return got, got.read()


def test_text_is_compressed_for_those_who_take_it(site):
    got, content = ask(f"{site}/", **{"Accept-Encoding": "gzip"})
    assert got.headers["Content-Encoding"] == "gzip"
    assert got.headers["Content-Type"] == "text/html; charset=utf-8"
    assert len(content) < 200
    assert gzip.decompress(content).startswith(b"<p>text")
    got, content = ask(f"{site}/")
    assert got.headers["Content-Encoding"] is None
    assert content.startswith(b"<p>text")


def test_a_picture_is_sent_as_it_is(site):
    got, content = ask(f"{site}/picture.png", **{"Accept-Encoding": "gzip"})
    assert got.headers["Content-Encoding"] is None
    assert content == b"\x89PNG"


def left_by_a_reader(error, monkeypatch, site):
    """Ask for a page, and let sending it fail as it does when a reader goes away."""

    def fail(*_):
        raise error

    monkeypatch.setattr(hosting.Handler, "do_GET", fail)
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        ask(f"{site}/index.html")


@pytest.mark.parametrize("error", [ConnectionResetError, BrokenPipeError])
def test_a_reader_who_goes_away_is_no_fault(site, monkeypatch, capsys, error):
    left_by_a_reader(error, monkeypatch, site)
    assert capsys.readouterr().err == ""


def test_a_fault_of_the_server_is_told(site, monkeypatch, capsys):
    left_by_a_reader(KeyError, monkeypatch, site)
    assert "KeyError" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["no.html", "../secret.txt", "%2e%2e/secret.txt"])
def test_what_is_not_in_the_folder_is_not_there(site, name):
    with pytest.raises(urllib.error.HTTPError) as error:
        ask(f"{site}/{name}")
    assert error.value.code == 404
    assert error.value.read() == b"nothing here"


def test_a_missing_browser_is_told_with_its_remedy(monkeypatch, tmp_path):
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="install Chromium"):
        chromium.executable()


def test_a_browser_that_is_named_and_not_there_is_told(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/no/such/browser")
    with pytest.raises(CommandError, match="CHROMIUM is '/no/such/browser'"):
        chromium.executable()
