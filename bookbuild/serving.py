"""Show the book in a browser and rebuild what changes while an author writes."""

import functools
import http.server
import threading
import time
from pathlib import Path

from bookbuild import building

WATCHED = ["_config.yml", "_toc.yml", "book", "gallery", "src"]
GENERATED = Path("book/gallery")


def state(root: Path) -> dict[Path, int]:
    """Return when each source of the book last changed, in nanoseconds."""
    found = {}
    for name in WATCHED:
        top = root / name
        for path in [top, *top.rglob("*")]:
            inside = path.relative_to(root)
            if inside.is_relative_to(GENERATED) or "__pycache__" in inside.parts:
                continue
            if path.is_file():
                found[inside] = path.stat().st_mtime_ns
    return found


def changed(before: dict[Path, int], after: dict[Path, int]) -> list[Path]:
    """Return the sources that are new, gone or edited, in order."""
    names = before.keys() | after.keys()
    return sorted(name for name in names if before.get(name) != after.get(name))


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serve files without a line for each of them."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def serve(root: Path, port: int) -> None:
    """Build, serve, and build again at each change, until interrupted."""
    seen = state(root)
    building.build(root)
    pages = root / "_build" / "html"
    pages.mkdir(parents=True, exist_ok=True)
    handler = functools.partial(QuietHandler, directory=str(pages))
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"\nThe book is at http://localhost:{port}; Ctrl+C ends this.")
        while True:
            time.sleep(0.5)
            now = state(root)
            if names := changed(seen, now):
                print(f"\nChanged: {', '.join(map(str, names))}")
                seen = now
                building.build(root)
                print("Reload the page; waiting for the next change.")
