"""The role `wheel`: the package, built with the book and offered for download."""

import re
import zipfile

import pytest

from tests import minibook

PROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "mini"
version = "1.2"

[tool.hatch.build.targets.wheel]
packages = ["src/mini"]
"""


def offered(mini):
    """Return what the wheel that a page links to holds of the package."""
    (link,) = re.findall(r'href="\.\./(\S+mini-1\.2-\S+\.whl)"', mini.html("first"))
    with zipfile.ZipFile(mini.root / "_build" / "html" / link) as archive:
        return archive.read("mini/__init__.py").decode()


@pytest.mark.slow
def test_a_page_offers_the_package_as_it_is_now(mini):
    mini.write("pyproject.toml", PROJECT)
    mini.page("first", "Download {wheel}`the wheel`.")
    status, printed = mini.build()
    assert status == 0, printed
    assert "the wheel</a>" in mini.html("first")
    assert "CONSTANT = 1" in offered(mini)
    mini.constant(2)
    status, printed = mini.build()
    assert status == 0, printed
    assert "CONSTANT = 2" in offered(mini)


@pytest.mark.slow
def test_a_package_that_cannot_be_built_is_a_fault(mini):
    mini.page("first", "Download {wheel}`the wheel`.")
    status, printed = mini.build()
    assert status != 0
    (fault,) = minibook.listed(printed)
    assert fault.startswith("book/first.md:")
    assert "no wheel to offer" in fault
    mini.write("pyproject.toml", PROJECT.replace("version", "vision"))
    status, printed = mini.build()
    assert status != 0
    (fault,) = minibook.listed(printed)
    assert "the wheel of the package cannot be built" in fault
    assert "correct pyproject.toml" in fault
