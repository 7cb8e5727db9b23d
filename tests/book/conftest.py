import minibook
import pytest


@pytest.fixture
def mini(tmp_path):
    return minibook.make(tmp_path / "mini")
