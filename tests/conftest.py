"""What every test shares: the same random numbers each time, and no start-up logs."""

import os
import random

import numpy as np
import pytest
from hypothesis import settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# No deadline: a machine under load is slow, not wrong. Examples come in a fixed
# order, so that a failure on one machine is a failure on all.
settings.register_profile("project", deadline=None, derandomize=True)
settings.load_profile("project")


@pytest.fixture(autouse=True)
def _seeded():
    random.seed(0)
    np.random.seed(0)


def pytest_addoption(parser):
    parser.addoption(
        "--backends",
        action="store_true",
        help="run what compares Keras's backends (make test-backends)",
    )
    parser.addoption(
        "--record",
        action="store_true",
        help="write the table of backends to gallery/costs/backends.json",
    )


def pytest_collection_modifyitems(config, items):
    """Keep what needs every backend apart: most environments have only one."""
    wanted = config.getoption("--backends")
    apart = [item for item in items if item.get_closest_marker("backends")]
    rest = [item for item in items if not item.get_closest_marker("backends")]
    items[:] = apart if wanted else rest
    config.hook.pytest_deselected(items=rest if wanted else apart)
