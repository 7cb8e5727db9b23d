import pytest

from tests import minibook


@pytest.fixture
def mini(tmp_path):
    return minibook.make(tmp_path / "mini")


@pytest.fixture
def prose(tmp_path):
    """Return a book whose chapters have no cells, which is built in half the time."""
    return minibook.make(tmp_path / "mini", template=minibook.PROSE)
