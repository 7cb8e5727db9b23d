"""What is set before each example; test_pages.py reads the pages of examples."""

import sys
from types import SimpleNamespace

import pytest

from bookbuild.extensions import gallery_figures

KERAS, NUMPY = "import keras\n", "import numpy as np\n"


@pytest.mark.parametrize(
    ("script", "backend", "expected"),
    [
        (KERAS, None, [{"disable_meta_optimizer": True}]),
        (KERAS, "tensorflow", [{"disable_meta_optimizer": True}]),
        (KERAS, "jax", []),
        (NUMPY, None, []),
    ],
)
def test_graphs_are_left_as_they_are_where_tensorflow_runs_them(
    tmp_path, monkeypatch, script, backend, expected
):
    given = []
    optimizer = SimpleNamespace(set_experimental_options=given.append)
    fake = SimpleNamespace(config=SimpleNamespace(optimizer=optimizer))
    monkeypatch.setitem(sys.modules, "tensorflow", fake)
    if backend is None:
        monkeypatch.delenv("KERAS_BACKEND", raising=False)
    else:
        monkeypatch.setenv("KERAS_BACKEND", backend)
    path = tmp_path / "gallery" / "theme" / "plot_a.py"
    path.parent.mkdir(parents=True)
    path.write_text(script)
    conf = {"src_dir": str(tmp_path), "examples_dirs": ["gallery"]}
    gallery_figures.leave_graphs_as_they_are(conf, path.name)
    assert given == expected
