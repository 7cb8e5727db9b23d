"""Show the book in a browser, and build it again whenever a source changes.

livereload watches the files, serves the pages and makes the browser load them again;
the build is the same as ever, with its list of faults by file and line.
"""

import logging
import socket
from collections.abc import Callable
from pathlib import Path

from livereload import Server
from livereload.watcher import Watcher

from bookbuild import building, inputs
from bookbuild.errors import CommandError


class SourceWatcher(Watcher):
    """Ask whether a source of the book is new, gone or edited.

    livereload's own watcher lists folders by patterns, takes what the build generates
    for a change, and fails when a file goes while it looks.
    """

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        self.seen = state(root)

    def is_changed(
        self, path: str, ignore: Callable[[str], bool] | None = None
    ) -> bool:
        """Return whether anything changed since the last call, and say what."""
        now = state(self.root)
        names = changed(self.seen, now)
        self.seen = now
        if names:
            self.filepath = str(names[0])
            print(f"\nChanged: {', '.join(map(str, names))}", flush=True)
        return bool(names)


def state(root: Path) -> dict[Path, int]:
    """Return when each source of the book last changed, in nanoseconds."""
    found = {}
    for path in inputs.sources(root):
        try:
            found[path.relative_to(root)] = path.stat().st_mtime_ns
        except FileNotFoundError:  # gone since it was listed
            continue
    return found


def changed(before: dict[Path, int], after: dict[Path, int]) -> list[Path]:
    """Return the sources that are new, gone or edited, in order."""
    names = before.keys() | after.keys()
    return sorted(name for name in names if before.get(name) != after.get(name))


def serve(root: Path, port: int) -> None:
    """Build, serve, and build again at each change, until interrupted.

    Parameters
    ----------
    root : Path
        The folder of the book.
    port : int
        The port of this machine on which the pages are served.

    Raises
    ------
    CommandError
        If the port is taken, or another build is at work.
    """
    refuse_taken(port)
    watcher = SourceWatcher(root)
    building.build(root)
    pages = root / "_build" / "html"
    pages.mkdir(parents=True, exist_ok=True)
    for name in ("livereload", "tornado.access"):  # a line for each file served
        logging.getLogger(name).addFilter(lambda record: record.levelno > logging.INFO)
    server = Server(watcher=watcher)
    server.watch(str(root), lambda: rebuild(root), delay=0)
    print(f"\nThe book is at http://localhost:{port}; Ctrl+C ends this.", flush=True)
    server.serve(port=port, host="localhost", root=str(pages), restart_delay=0)


def refuse_taken(port: int) -> None:
    """Raise unless the port is free; better said before a build than after it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("localhost", port))
        except OSError as error:
            raise CommandError(
                f"port {port} cannot be used ({error.strerror}); end what uses it, or "
                "choose another: .venv/bin/python -m bookbuild serve --port 8001"
            ) from error


def rebuild(root: Path) -> None:
    """Build again; another build at work is told, and does not end the server."""
    try:
        building.build(root)
    except CommandError as error:
        print(error, flush=True)
    print("\nWaiting for the next change.", flush=True)
