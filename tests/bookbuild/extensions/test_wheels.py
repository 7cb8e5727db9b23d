"""The wheel that a page offers: made with the book, or a fault."""

from types import SimpleNamespace

import pytest
from sphinx.errors import ExtensionError

from bookbuild.extensions import wheels
from tests import minibook
from tests.bookbuild.extensions import shared_book


@pytest.mark.slow
def test_a_package_that_cannot_be_built_is_a_fault(tmp_path):
    mini = minibook.make(tmp_path / "mini")
    mini.write("pyproject.toml", shared_book.PROJECT.replace("version", "vision"))
    with pytest.raises(ExtensionError, match="cannot be built") as raised:
        wheels.build(SimpleNamespace(srcdir=mini.root))
    assert "correct pyproject.toml" in str(raised.value)
    assert not list(mini.root.rglob("*.whl"))


def test_without_a_package_nothing_is_built_and_an_old_wheel_goes(tmp_path):
    folder = tmp_path / wheels.FOLDER
    folder.mkdir(parents=True)
    (folder / "mini-1.0-py3-none-any.whl").write_text("old")
    wheels.build(SimpleNamespace(srcdir=tmp_path))
    assert not folder.exists()
