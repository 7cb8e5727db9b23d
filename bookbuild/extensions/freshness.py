"""Keep the caches honest: nothing on a page comes from code that is gone.

jupyter-cache keys a page on its own cells, sphinx-gallery a script on its own
text, and Sphinx a page on its own source. None of them sees that the package, or
Keras, has changed beneath. So everything executed is thrown away when anything else
differs that it ran with, and every page is read anew when the build itself differs
(`bookbuild.inputs` says what counts).

A build that was stopped or failed leaves a mark. The next one then reads and
writes every page again, so that no warning and no half-written page is passed
over, but takes what had been executed from the cache.
"""

import json
import shutil
import sqlite3
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

from bookbuild import files, inputs

logger = logging.getLogger(__name__)

TABLES = ("nbcache", "nbproject", "settings")  # of jupyter-cache


def repair(cache: Path) -> None:
    """Make jupyter-cache usable again after a build that ended at the wrong moment.

    A page whose results are half-written is forgotten; a database that cannot be read
    is thrown away with all that it kept, for nothing else says what belongs to what.
    """
    database = cache / "global.db"
    if not database.exists():
        return
    try:
        connection = sqlite3.connect(database)
        try:
            with connection:
                for table in TABLES:
                    connection.execute(f"SELECT * FROM {table} LIMIT 1")  # noqa: S608
                drop_unreadable(cache, connection)
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        logger.info("The cache of executed pages cannot be read: %s.", error)
        logger.info("It is made anew: every page is executed.")
        shutil.rmtree(cache, ignore_errors=True)


def drop_unreadable(cache: Path, connection: sqlite3.Connection) -> None:
    """Remove from jupyter-cache the pages that a stopped build left half-written."""
    rows = connection.execute("SELECT pk, hashkey FROM nbcache").fetchall()
    for key, name in rows:
        folder = cache / "executed" / name
        try:
            json.loads((folder / "base.ipynb").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            shutil.rmtree(folder, ignore_errors=True)
            connection.execute("DELETE FROM nbcache WHERE pk = ?", (key,))


def prepare(app: Sphinx, config: Config) -> None:
    """Drop what is stale before anything is read."""
    folder = Path(app.outdir).parent
    root = Path(app.srcdir)
    cache = folder / ".jupyter_cache"
    config.nb_execution_cache_path = str(cache)
    before = marked(folder)
    now = {"executed": inputs.executed(root), "build": inputs.build()}
    if before.get("executed") != now["executed"]:
        if before:
            logger.info("The package or an installed version changed: executing anew.")
        shutil.rmtree(cache, ignore_errors=True)
        for made in config.sphinx_gallery_conf.get("gallery_dirs", []):
            shutil.rmtree(root / made, ignore_errors=True)
    repair(cache)
    if before != {"finished": True, **now}:
        shutil.rmtree(app.doctreedir, ignore_errors=True)
    mark(folder, finished=False, digests=now)


def marked(folder: Path) -> dict[str, object]:
    """Return what the last build left written of itself, nothing if that is spoilt."""
    try:
        found = json.loads((folder / "freshness.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def mark(folder: Path, *, finished: bool, digests: dict[str, object]) -> None:
    """Write down what the caches hold and whether the build came to its end."""
    files.write_json(folder / "freshness.json", {"finished": finished, **digests})


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Take the mark away where the build was clean."""
    clean = exception is None and not app._warncount and app.statuscode == 0
    if clean:
        folder = Path(app.outdir).parent
        digests = {name: marked(folder)[name] for name in ("executed", "build")}
        mark(folder, finished=True, digests=digests)


def connect(app: Sphinx) -> None:
    """Connect to Sphinx: first before reading, last after writing."""
    app.connect("config-inited", prepare, priority=100)
    app.connect("build-finished", finish, priority=999)
