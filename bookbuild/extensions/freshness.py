"""Keep the caches honest: nothing on a page comes from code that is gone.

jupyter-cache keys a page on its own cells, sphinx-gallery a script on its own
text, and Sphinx a page on its own source. None of them sees that the package, or
Keras, has changed beneath. So everything executed is thrown away when the source
of the package, Python or any installed version differs from what it ran with.

A build that was stopped or failed leaves a mark. The next one then reads and
writes every page again, so that no warning and no half-written page is passed
over, but takes what had been executed from the cache.
"""

import hashlib
import importlib.metadata
import json
import os
import shutil
import sqlite3
import sys
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

logger = logging.getLogger(__name__)

SOURCES = "src"
# What a page's numbers may depend on besides code.
ENVIRONMENT = ("KERAS_BACKEND",)


def fingerprint(root: Path) -> str:
    """Return a digest of all that executed results depend on besides a page's text."""
    state = hashlib.sha256(sys.version.encode())
    versions = {
        f"{found.name}=={found.version}" for found in importlib.metadata.distributions()
    }
    for line in sorted(versions):
        state.update(line.encode())
    for name in ENVIRONMENT:
        state.update(f"{name}={os.environ.get(name)}".encode())
    for path in sorted((root / SOURCES).rglob("*.py")):
        state.update(str(path.relative_to(root)).encode())
        state.update(path.read_bytes())
    return state.hexdigest()


def drop_unreadable(cache: Path) -> None:
    """Remove from jupyter-cache the pages that a stopped build left half-written."""
    database = cache / "global.db"
    if not database.exists():
        return
    with sqlite3.connect(database) as connection:
        rows = connection.execute("SELECT pk, hashkey FROM nbcache").fetchall()
        for key, name in rows:
            try:
                json.loads((cache / "executed" / name / "base.ipynb").read_text("utf8"))
            except (OSError, ValueError):
                shutil.rmtree(cache / "executed" / name, ignore_errors=True)
                connection.execute("DELETE FROM nbcache WHERE pk = ?", (key,))


def prepare(app: Sphinx, config: Config) -> None:
    """Drop what is stale before anything is read."""
    build = Path(app.outdir).parent
    cache = build / ".jupyter_cache"
    state_file = build / "freshness.json"
    config.nb_execution_cache_path = str(cache)
    try:
        state = json.loads(state_file.read_text())
    except (OSError, ValueError):
        state = {}
    now = fingerprint(Path(app.srcdir))
    if state.get("fingerprint") != now:
        if state:
            logger.info("The package or an installed version changed: executing anew.")
        shutil.rmtree(cache, ignore_errors=True)
        for folder in config.sphinx_gallery_conf.get("gallery_dirs", []):
            shutil.rmtree(Path(app.srcdir) / folder, ignore_errors=True)
    if state.get("fingerprint") != now or not state.get("finished"):
        shutil.rmtree(app.doctreedir, ignore_errors=True)
        drop_unreadable(cache)
    mark(app, finished=False, value=now)


def mark(app: Sphinx, *, finished: bool, value: str) -> None:
    """Write down what the caches hold and whether the build came to its end."""
    build = Path(app.outdir).parent
    build.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"fingerprint": value, "finished": finished})
    new = build / "freshness.json.new"
    new.write_text(text)
    new.replace(build / "freshness.json")


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Take the mark away where the build was clean."""
    clean = exception is None and not app._warncount and app.statuscode == 0
    if clean:
        build = Path(app.outdir).parent
        value = json.loads((build / "freshness.json").read_text())["fingerprint"]
        mark(app, finished=True, value=value)


def connect(app: Sphinx) -> None:
    """Connect to Sphinx: first before reading, last after writing."""
    app.connect("config-inited", prepare, priority=100)
    app.connect("build-finished", finish, priority=999)
