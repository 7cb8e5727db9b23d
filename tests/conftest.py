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
