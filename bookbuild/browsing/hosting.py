"""Serve a folder of pages as a host on the internet does: compressed, with its own 404.

For measuring and testing; `make serve` is for authors.
"""

import gzip
import mimetypes
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What is not compressed already.
TEXTS = {
    "application/javascript",
    "application/json",
    "application/wasm",
    "image/svg+xml",
    "text/css",
    "text/html",
    "text/javascript",
    "text/plain",
}


@lru_cache(maxsize=256)
def compressed(path: Path, changed: int) -> bytes:
    """Return a file's content as gzip; `changed` is when it was written."""
    return gzip.compress(path.read_bytes(), compresslevel=6)


def type_of(path: Path) -> str:
    """Return the media type of a file."""
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"


class Handler(BaseHTTPRequestHandler):
    """Answer requests for the files of one folder."""

    protocol_version = "HTTP/1.1"
    root: Path

    def do_GET(self) -> None:
        """Send a file, or the page that says that it is not there."""
        path = self._file()
        if path is None:
            missing = self.root / "404.html"
            content = missing.read_bytes() if missing.exists() else b"not found"
            self._send(HTTPStatus.NOT_FOUND, "text/html; charset=utf-8", content)
            return
        kind = type_of(path)
        headers = {}
        if kind in TEXTS and "gzip" in self.headers.get("Accept-Encoding", ""):
            content = compressed(path, path.stat().st_mtime_ns)
            headers["Content-Encoding"] = "gzip"
        else:
            content = path.read_bytes()
        if kind.startswith("text/"):
            kind += "; charset=utf-8"
        self._send(HTTPStatus.OK, kind, content, headers)

    def _file(self) -> Path | None:
        """Return the file that is asked for, if it is in the folder."""
        asked = unquote(urlsplit(self.path).path).lstrip("/")
        path = (self.root / asked).resolve()
        if not path.is_relative_to(self.root):
            return None
        if path.is_dir():
            path /= "index.html"
        return path if path.is_file() else None

    def _send(
        self,
        status: HTTPStatus,
        kind: str,
        content: bytes,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a page has many files."""


class Server(ThreadingHTTPServer):
    """A server that is silent about readers who have gone on to another page."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Print what went wrong, unless the browser has closed its connection."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served(root: Path) -> Iterator[str]:
    """Serve a folder while the block runs.

    Parameters
    ----------
    root : Path
        The folder.

    Yields
    ------
    str
        The address, without a slash at its end.
    """
    handler = type("HandlerOfFolder", (Handler,), {"root": root.resolve()})
    server = Server(("127.0.0.1", 0), handler)
    # Looks this often whether it is to end, in seconds.
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
