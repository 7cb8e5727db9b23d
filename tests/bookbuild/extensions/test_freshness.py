"""A cache that an earlier build has left half-made is repaired or made anew."""

import json
import sqlite3
from pathlib import Path

import pytest
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbformat import v4

from bookbuild.extensions import freshness


@pytest.fixture
def cache(tmp_path):
    """A real cache of jupyter-cache that holds two executed pages."""
    folder = tmp_path / "cache"
    real = get_cache(folder)
    for name in ("first", "second"):
        notebook = v4.new_notebook(cells=[v4.new_code_cell(f"print({name!r})")])
        bundle = CacheBundleIn(notebook, f"{name}.ipynb", data={})
        real.cache_notebook_bundle(bundle, check_validity=False)
    return folder


def pages(folder):
    return {path.parent.name for path in (folder / "executed").glob("*/base.ipynb")} & {
        record.hashkey for record in get_cache(folder).list_cache_records()
    }


def test_a_good_cache_is_left_as_it_is(cache):
    before = pages(cache)
    assert len(before) == 2
    freshness.repair(cache)
    assert pages(cache) == before


@pytest.mark.parametrize("spoil", ["truncate", "remove"])
def test_a_page_that_is_half_written_is_forgotten(cache, spoil):
    notebook = next((cache / "executed").glob("*/base.ipynb"))
    if spoil == "truncate":
        notebook.write_text(notebook.read_text()[:40])
    else:
        notebook.unlink()
    freshness.repair(cache)
    assert len(pages(cache)) == 1
    assert notebook.parent.name not in pages(cache)


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000])
def test_a_database_that_is_none_goes_with_all_it_kept(cache, content):
    (cache / "global.db").write_bytes(content)
    freshness.repair(cache)
    assert not cache.exists()
    assert get_cache(cache).list_cache_records() == []


@pytest.mark.parametrize("table", freshness.TABLES)
def test_a_database_that_lacks_a_table_goes_too(cache, table):
    connection = sqlite3.connect(cache / "global.db")
    with connection:
        connection.execute(f"DROP TABLE {table}")
    connection.close()
    freshness.repair(cache)
    assert not cache.exists()


def test_without_a_cache_there_is_nothing_to_do(tmp_path):
    freshness.repair(tmp_path / "none")
    assert not Path(tmp_path / "none").exists()


@pytest.mark.parametrize("text", ["", "[1]", "{"])
def test_a_spoilt_mark_counts_for_none(tmp_path, text):
    (tmp_path / "freshness.json").write_text(text)
    assert freshness.marked(tmp_path) == {}


def test_a_mark_is_read_as_it_was_written(tmp_path):
    freshness.mark(tmp_path, finished=True, digests={"executed": "a"})
    assert freshness.marked(tmp_path) == {"finished": True, "executed": "a"}
    assert json.loads((tmp_path / "freshness.json").read_text())["finished"] is True
