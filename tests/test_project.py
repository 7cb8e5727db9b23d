"""The project's own documents and settings, held together."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import byhand

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = (ROOT / "requirements.lock").read_text()
BACKENDS = (ROOT / "requirements-backends.lock").read_text()


def test_ci_calls_what_the_readme_tells_a_person_to():
    first_screen = "\n".join((ROOT / "README.md").read_text().splitlines()[:14])
    told = re.findall(r"^make (\w+)", first_screen, re.M)
    assert told == ["book", "test"]
    ci = re.findall(r"^make ([\w-]+)", (ROOT / ".ci/run").read_text(), re.M)
    tried = ["test-backends", "test-downloads", "test-site"]
    assert sorted(ci) == ["book", "lint", "test", *tried]


FEATURES = """
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
print([name for name in __cpu_dispatch__ if __cpu_features__[name]])
"""


def test_the_book_is_built_elsewhere_without_what_numpy_finds_on_this_processor():
    dry = ["make", "--dry-run", "book-elsewhere"]
    done = subprocess.run(dry, cwd=ROOT, capture_output=True, text=True, check=True)
    (names,) = re.findall(r'NPY_DISABLE_CPU_FEATURES="(.+?)"', done.stdout)
    command = [sys.executable, "-c", FEATURES]
    for given, fewer in [({}, False), ({"NPY_DISABLE_CPU_FEATURES": names}, True)]:
        done = subprocess.run(
            command, env=given, capture_output=True, text=True, check=True
        )
        found = done.stdout.strip()
        if found == "[]" and not fewer:
            pytest.skip("NumPy finds nothing here that an older processor lacks")
        assert (found == "[]") is fewer, found


def test_every_example_in_a_docstring_is_run():
    run = PROJECT["tool"]["pytest"]["ini_options"]["testpaths"]
    with_example = [
        path
        for path in sorted(ROOT.glob("bookbuild/**/*.py"))
        if re.search(r"^ +>>> ", path.read_text("utf-8"), re.M)
    ]
    assert len(with_example) > 20
    assert [
        path.relative_to(ROOT)
        for path in with_example
        if not any(path.is_relative_to(ROOT / name) for name in run)
    ] == []


PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?: ; .+?)?"
    r"(?: \\\n    --hash=sha256:[0-9a-f]{64})+$",
    re.MULTILINE,
)


def pins(lock):
    """Return the version of each package that a lock file pins with its hashes."""
    return {found["name"]: found["version"] for found in PIN.finditer(lock)}


@pytest.mark.parametrize(("lock", "least"), [(LOCK, 100), (BACKENDS, 60)])
def test_versions_are_pinned_exactly_with_hashes_and_name_no_host(lock, least):
    assert len(pins(lock)) > least
    assert PIN.sub("", lock).strip() == ""
    assert "http" not in lock


def test_a_version_without_a_hash_would_be_seen():
    pin = f"a==1.0 ; x \\\n    --hash=sha256:{64 * 'a'}"
    assert pins(pin) == {"a": "1.0"}
    assert pins(pin.replace("--hash=sha256:", "")) == {}
    assert pins(pin.replace("==", ">=")) == {}


def test_both_environments_hold_the_same_versions():
    versions, others = pins(LOCK), pins(BACKENDS)
    shared = versions.keys() & others.keys()
    assert {"keras", "numpy", "tensorflow"} <= shared
    assert {name for name in shared if versions[name] != others[name]} == set()


def names(requirements):
    found = {re.split(r"[\[<>=; ]", name)[0].lower() for name in requirements}
    return found - {"byhand"}


def test_everything_that_the_project_asks_for_is_pinned():
    project = PROJECT["project"]
    asked = names(project["dependencies"])
    for name, extra in project["optional-dependencies"].items():
        if name != "backends":
            asked |= names(extra)
    assert asked <= pins(LOCK).keys()
    backends = project["optional-dependencies"]["backends"]
    # The builds of PyTorch differ; its version alone is pinned, and exactly.
    (torch,) = [asked for asked in backends if asked.startswith("torch")]
    assert re.fullmatch(r"torch==[\d.]+", torch)
    assert names(backends) - {"torch"} <= pins(BACKENDS).keys()
    assert "torch" not in pins(BACKENDS)


def test_the_package_needs_numpy_alone():
    assert names(PROJECT["project"]["dependencies"]) == {"numpy"}


def test_one_version_and_one_year():
    version = PROJECT["project"]["version"]
    assert byhand.__version__ == version
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == version
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    assert f"(c) {config['copyright']}" in (ROOT / "LICENSE").read_text()


def test_the_readme_example_runs():
    import doctest

    result = doctest.testfile(
        str(ROOT / "README.md"), module_relative=False, verbose=False
    )
    assert result.attempted >= 4
    assert result.failed == 0
