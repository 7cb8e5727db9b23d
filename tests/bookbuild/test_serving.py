"""A change of a source is seen, the book built again, and the browser told."""

import os
import socket
import threading
import time
import urllib.request

import pytest

from bookbuild import serving
from bookbuild.errors import CommandError


def write(root, name, text):
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


PAGE = "<html><head><title>A</title></head><body>A page.</body></html>"


@pytest.fixture
def book(tmp_path):
    for name in ("book/a.md", "book/b.md", "book/gallery/made.rst", "_toc.yml"):
        write(tmp_path, name, "one")
    write(tmp_path, "_build/html/index.html", PAGE)
    return tmp_path


def test_new_gone_and_edited_sources_are_seen_and_generated_ones_are_not(book):
    watcher = serving.SourceWatcher(book)
    assert not watcher.is_changed(str(book))
    (book / "book/b.md").unlink()
    write(book, "book/c.md", "new")
    write(book, "book/gallery/made.rst", "two")
    stat = (book / "book/a.md").stat()
    os.utime(book / "book/a.md", ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    before = watcher.seen
    assert watcher.is_changed(str(book))
    names = serving.changed(before, watcher.seen)
    assert [str(name) for name in names] == ["book/a.md", "book/b.md", "book/c.md"]
    assert not watcher.is_changed(str(book))


@pytest.mark.slow
def test_files_that_come_and_go_while_one_looks_do_no_harm(book):
    stop = threading.Event()

    def flicker():
        while not stop.is_set():
            for name in ("book/d.md", "book/.a.md.swp", "book/e/f.md"):
                write(book, name, "passing")
                (book / name).unlink()

    thread = threading.Thread(target=flicker)
    thread.start()
    try:
        for _ in range(1000):
            found = {path.as_posix() for path in serving.state(book)}
            assert found >= {"_toc.yml", "book/a.md", "book/b.md"}
            assert "book/.a.md.swp" not in found
    finally:
        stop.set()
        thread.join()


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def test_a_port_that_is_taken_is_told(book, monkeypatch):
    monkeypatch.setattr(serving.building, "build", lambda root: 0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"port {port} cannot be used"):
            serving.serve(book, port)


@pytest.mark.slow
def test_a_page_is_served_with_what_reloads_it_and_a_change_builds_again(
    book, monkeypatch
):
    builds = []
    monkeypatch.setattr(serving.building, "build", builds.append)
    port = free_port()
    seen = {}

    def reader():
        address = f"http://localhost:{port}/"
        for _ in range(100):
            try:
                seen["page"] = urllib.request.urlopen(address).read().decode()
                break
            except OSError:
                time.sleep(0.1)
        write(book, "book/a.md", "two")
        for _ in range(100):
            if len(builds) == 2:
                break
            time.sleep(0.1)
        loop.add_callback(loop.stop)

    from tornado.ioloop import IOLoop

    loop = IOLoop.current()
    thread = threading.Thread(target=reader)
    thread.start()
    serving.serve(book, port)
    thread.join()
    assert builds == [book, book]
    assert "A page." in seen["page"]
    assert "livereload.js" in seen["page"]


def test_a_build_that_cannot_start_does_not_end_the_server(book, monkeypatch, capsys):
    def refused(root):
        raise CommandError("another build is at work")

    monkeypatch.setattr(serving.building, "build", refused)
    serving.rebuild(book)
    assert "another build is at work" in capsys.readouterr().out
