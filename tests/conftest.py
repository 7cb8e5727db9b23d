"""What every test shares: the same random numbers each time, and no start-up logs."""

import ast
import gc
import os
import random
import re
import sys
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule
from hypothesis import HealthCheck, settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# The matrices are small and the cores are shared by the workers: more threads than one
# would wait for one another. NumPy reads this once, when it is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

# No limits of time: a machine under load is slow, not wrong. Examples come in a fixed
# order, so that a failure on one machine is a failure on all.
settings.register_profile(
    "project",
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "thousands", settings.get_profile("project"), max_examples=2000
)
settings.register_profile("few", settings.get_profile("project"), max_examples=20)
settings.load_profile("project")


@pytest.fixture(autouse=True)
def _seeded():
    random.seed(0)
    np.random.seed(0)


@pytest.fixture
def own_memory():
    """Let what other tests have left in memory cost nothing.

    Python looks for garbage among all objects: beside gigabytes of a framework's, a
    second becomes two, and a test that limits the time of the processor fails.
    """
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def examples():
    """How many random examples a test draws: 200, or 2,000 in make test-weekly."""
    return settings().max_examples


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
    parser.addoption(
        "--resume",
        action="store_true",
        help="take what passed today on a backend, from the same sources and versions",
    )
    parser.addoption(
        "--site",
        action="store_true",
        help="look at the built pages in a browser (make test-site)",
    )


SITE = Path(__file__).parent / "site"
SLOW_FILE = "pytestmark = pytest.mark.slow"


LINE_OF_KERAS = re.compile(r"^(import|from) keras|^keras = pytest", re.MULTILINE)


def imports_keras(path):
    """Return whether a file imports Keras as soon as it is collected."""
    text = path.read_text(encoding="utf-8")
    if not LINE_OF_KERAS.search(text):
        return False  # to parse all files would take a second
    return any(
        ast.unparse(statement).startswith(
            ("import keras", "from keras", "keras = pytest.importorskip(")
        )
        for statement in ast.parse(text).body
    )


def are_fast(config):
    """Return whether only the fast tests are asked for."""
    return "not slow" in config.option.markexpr


class NoFramework:
    """Refuses to import Keras: that takes longer than a thousand fast tests."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """Refuse what takes seconds, and leave the rest to others."""
        if name in ("keras", "tensorflow"):
            raise ImportError(
                f"a fast test imports {name}, which takes seconds: mark it with "
                "pytest.mark.slow"
            )


def pytest_configure(config):
    """Hold the fast tests to what they are: few examples each, and no framework.

    The hook below is asked for tests alone; examples in docstrings are left out here.
    """
    if not are_fast(config):
        return
    if config.getoption("--hypothesis-profile", None) is None:
        settings.load_profile("few")
    sys.meta_path.insert(0, NoFramework)
    package = Path(__file__).parent.parent / "src"
    config.option.ignore = [
        *(config.option.ignore or []),
        *(str(path) for path in package.rglob("*.py") if imports_keras(path)),
    ]


def pytest_ignore_collect(collection_path, config):
    """Leave a file of slow tests alone where nobody asks for them.

    To import it, or Keras with it, and to make its thousands of cases takes longer
    than many a test. What needs a built book and a browser has a command of its own.
    """
    if collection_path == SITE and not config.getoption("--site"):
        return True
    if not are_fast(config) or collection_path.suffix != ".py":
        return None
    lines = collection_path.read_text(encoding="utf-8").splitlines()
    return True if SLOW_FILE in lines or imports_keras(collection_path) else None


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Look for examples in docstrings where there are some: not in tests."""
    collectors = yield
    if Path(__file__).parent not in file_path.parents:
        return collectors
    return [one for one in collectors if not isinstance(one, DoctestModule)]


def pytest_collection_modifyitems(config, items):
    """Keep what needs every backend apart, and begin with what takes long.

    Most environments have only one backend. Workers that begin with the long tests
    end together.
    """
    wanted = config.getoption("--backends")
    apart = [item for item in items if item.get_closest_marker("backends")]
    rest = [item for item in items if not item.get_closest_marker("backends")]
    items[:] = apart if wanted else rest
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    config.hook.pytest_deselected(items=rest if wanted else apart)


# Files whose tests share what takes long to make.
WHOLE = (
    "tests/book/test_equations.py",
    "tests/shapes/files/test_keras2.py",
    "tests/shapes/files/test_budget.py",
    "tests/site/test_offline.py",
    "tests/site/test_print.py",
)
# Files whose cases take seconds each, so that the workers share those of one function.
ALONE = "tests/site/"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give the workers of pytest-xdist one function at a time, or a class as a whole.

    The tests of a class share what takes long to build. The mark `xdist_group` would
    say so as well, but pytest-xdist 3.8 loses it under pytest 9.2. The cases of a
    function stay together: pytest-xdist counts all that it has handed out for each
    test, which took long for ten thousand; only those of the pages, a thousand of which
    each opens one, are handed out singly. Fast tests alone are handed out by the option
    --dist, many at once.
    """
    if are_fast(config):
        return None
    from xdist.scheduler import LoadScopeScheduling

    class FunctionOrClass(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            if nodeid.startswith(WHOLE):
                return nodeid.partition("::")[0]
            name, _, _ = nodeid.partition("[")
            if name.count("::") > 1:
                return name.rpartition("::")[0]
            return nodeid if nodeid.startswith(ALONE) else name

    return FunctionOrClass(config, log)
