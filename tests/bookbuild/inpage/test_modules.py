"""Which of our modules go into the page: all that answering imports, and no other."""

import subprocess
import sys

import pytest

from bookbuild.inpage import modules

pytestmark = pytest.mark.slow

CODE = """
import sys
sys.path.insert(0, {archive!r})
import importlib
for name in {names!r}:
    importlib.import_module(name)
ours = [m for n, m in sys.modules.items() if n.startswith(("bookbuild.", "byhand."))]
files = [getattr(m, "__file__", None) or {archive!r} for m in ours]  # some are made
print(*[path for path in files if not path.startswith({archive!r})])
"""


@pytest.fixture(scope="module")
def own():
    return modules.own()


def test_what_an_import_inside_a_function_asks_for_is_there(own):
    assert "byhand.shapes.explanation" in own  # imported by a method of a row
    assert "byhand.shapes.drawing.volumes" in own
    assert "bookbuild.explorer.models" in own
    assert "bookbuild" in own  # what holds a module is imported before it


def test_what_asks_for_a_framework_is_not_there(own):
    for name in own:
        assert not name.startswith(modules.LEFT_OUT), name
    assert "byhand.figures.style" not in own
    assert "bookbuild.extensions" not in own


def test_relative_imports_lead_to_their_modules(tmp_path):
    path = tmp_path / "one.py"
    path.write_text("from . import two\nfrom ..three import four\nimport five.six\n")
    found = list(modules.imports_of("a.b.one", path))
    assert found == ["a.b", "a.b.two", "a.three", "a.three.four", "five.six"]


def test_all_of_it_is_imported_from_the_archive_alone(own, tmp_path):
    from bookbuild.inpage import packing

    archive = tmp_path / "book.zip"
    archive.write_bytes(packing.zipped(packing.sources().items()))
    code = CODE.format(archive=str(archive), names=list(own))
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
