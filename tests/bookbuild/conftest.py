import pytest

from tests import minibook


@pytest.fixture
def mini(tmp_path):
    return minibook.make(tmp_path / "mini")
