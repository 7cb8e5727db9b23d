"""What is executed ahead of Sphinx, and in which order."""

import json
import threading
import time
from types import SimpleNamespace

import pytest
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from myst_nb.core.config import NbParserConfig
from myst_parser.config.main import MdParserConfig
from sphinx_gallery.utils import get_md5sum

from bookbuild.extensions import executing
from bookbuild.gallery import thumbnails

SCRIPT = "print(1)\n"
PAGE = """---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---

# A page

```{code-cell} ipython3
NUMBER
```
"""


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def app(tmp_path):
    """As much of Sphinx's application as the gallery is asked through."""
    for name in ("a", "b", "c"):
        write(tmp_path / f"gallery/theme/plot_{name}.py", SCRIPT)
    conf = {"examples_dirs": ["gallery"], "gallery_dirs": ["book/gallery"]}
    return SimpleNamespace(
        srcdir=str(tmp_path), config=SimpleNamespace(sphinx_gallery_conf=conf)
    )


def ran(root, name):
    """Leave what sphinx-gallery leaves once it has run a script."""
    copy = root / f"book/gallery/theme/plot_{name}.py"
    write(copy, SCRIPT)
    write(copy.with_name(f"{copy.name}.md5"), get_md5sum(copy, mode="t"))
    write(copy.with_suffix(".facts.json"), json.dumps({"a": 1}))
    return copy


def names(app):
    return [example.script.stem for example in executing.stale_examples(app)]


def test_examples_that_ran_are_left_out_and_those_that_changed_are_not(app, tmp_path):
    assert names(app) == ["plot_a", "plot_b", "plot_c"]
    ran(tmp_path, "a")
    ran(tmp_path, "b")
    assert names(app) == ["plot_c"]
    write(tmp_path / "gallery/theme/plot_a.py", SCRIPT + "# more\n")
    assert names(app) == ["plot_a", "plot_c"]


def test_the_longest_go_first_and_unknown_ones_before(app, tmp_path):
    costs = {"scripts": {"theme/plot_a": {"wall_s": 1}, "theme/plot_b": {"wall_s": 9}}}
    write(tmp_path / "gallery/costs/cpu.json", json.dumps(costs))
    assert names(app) == ["plot_c", "plot_b", "plot_a"]
    write(tmp_path / "gallery/costs/cpu.json", "spoilt")
    assert names(app) == ["plot_a", "plot_b", "plot_c"]


@pytest.mark.parametrize("spoilt", ["", "{", '{"a": '])
def test_an_example_whose_results_were_cut_short_runs_again(app, tmp_path, spoilt):
    copy = ran(tmp_path, "a")
    ran(tmp_path, "b")
    ran(tmp_path, "c")
    copy.with_suffix(".facts.json").write_text(spoilt)
    assert names(app) == ["plot_a"]
    assert not copy.with_suffix(".facts.json").exists()
    assert not copy.with_name("plot_a.py.md5").exists()


def test_a_script_runs_again_for_another_panel_on_its_card(app, tmp_path):
    copies = {name: ran(tmp_path, name) for name in "abc"}
    drawn = thumbnails.Choice().as_drawn()
    for copy in copies.values():
        write(copy.with_suffix(".made.json"), json.dumps({"thumbnail": drawn}))
    assert names(app) == []
    chosen = '"theme/plot_b" = { figure = 2 }\n'
    write(tmp_path / "gallery/thumbnails.toml", chosen)
    assert names(app) == ["plot_b"]
    assert not copies["b"].with_name("plot_b.py.md5").exists()


def test_a_script_runs_again_if_cards_are_drawn_in_another_way(app, tmp_path):
    for name in "abc":
        copy = ran(tmp_path, name)
        drawn = thumbnails.Choice().as_drawn()
        if name == "c":
            drawn["drawn by"] = "other code"
        write(copy.with_suffix(".made.json"), json.dumps({"thumbnail": drawn}))
    assert names(app) == ["plot_c"]


@pytest.fixture
def env(tmp_path):
    """As much of Sphinx's environment as pages are asked through."""
    return SimpleNamespace(
        myst_config=MdParserConfig(),
        mystnb_config=NbParserConfig(
            execution_mode="cache", execution_cache_path=str(tmp_path / "cache")
        ),
        doc2path=lambda name: str(tmp_path / f"{name}.md"),
    )


def pages(env, *names):
    return list(executing.stale_pages(env, list(names)))


def test_pages_without_cells_and_pages_in_the_cache_are_left_out(env, tmp_path):
    write(tmp_path / "cells.md", PAGE.replace("NUMBER", "1 + 1"))
    write(tmp_path / "known.md", PAGE.replace("NUMBER", "2 + 2"))
    write(tmp_path / "prose.md", "# A page\n\nWords.\n")
    write(tmp_path / "empty.md", PAGE.split("```")[0])
    (known,) = pages(env, "known")
    bundle = CacheBundleIn(known.notebook, "known.md", data={})
    get_cache(tmp_path / "cache").cache_notebook_bundle(bundle, check_validity=False)
    found = pages(env, "cells", "known", "prose", "empty", "missing")
    assert [page.name for page in found] == ["cells"]


def test_a_page_that_cannot_be_read_is_left_to_the_reader(env, tmp_path):
    (tmp_path / "broken.md").write_bytes(b"---\nfile_format: mystnb\n: [\n---\n\xff")
    assert pages(env, "broken") == []


def test_pages_are_executed_together_and_a_failing_one_stops_no_other(
    env, tmp_path, monkeypatch
):
    for name in ("first", "second", "third"):
        write(tmp_path / f"{name}.md", PAGE.replace("NUMBER", f"{name!r} * 2"))
    monkeypatch.setattr(executing, "at_a_time", lambda count: 2)
    together = threading.Barrier(2, timeout=10)
    done = []

    def execute(page, config):
        if page.name != "third":
            together.wait()  # passes only where two run at a time
        done.append(page.name)
        if page.name == "second":
            raise ValueError("planted")
        return time.monotonic()

    monkeypatch.setattr(executing, "execute", execute)
    executing.execute_ahead(None, env, ["first", "second", "third"])
    assert sorted(done) == ["first", "second", "third"]


@pytest.mark.parametrize(
    ("cores", "count", "workers"), [(2, 39, 3), (2, 1, 1), (1, 5, 2), (64, 39, 4)]
)
def test_one_more_than_the_cores_run_at_a_time(monkeypatch, cores, count, workers):
    monkeypatch.setattr(
        executing.os, "sched_getaffinity", lambda pid: range(cores), raising=False
    )
    assert executing.at_a_time(count) == workers
