"""The project's own documents and settings, held together."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import byhand
from bookbuild import places

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = (ROOT / "requirements.lock").read_text()
BACKENDS = (ROOT / "requirements-backends.lock").read_text()


def make_commands(text):
    """Return the make targets that a text calls."""
    return set(re.findall(r"(?:`|^|run: |  )make ([a-z][a-z-]*)", text, re.M))


def targets():
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", ".ci/run", ".github/workflows/book.yml"]
)
def test_every_make_command_that_a_document_names_exists(name):
    text = (ROOT / name).read_text()
    commands = make_commands(text)
    assert commands
    assert commands <= targets()


def test_ci_and_workflow_call_what_the_readme_tells_a_person_to():
    first_screen = "\n".join((ROOT / "README.md").read_text().splitlines()[:14])
    told = re.findall(r"^make (\w+)", first_screen, re.M)
    assert told == ["book", "test"]
    ci = re.findall(r"^make ([\w-]+)", (ROOT / ".ci/run").read_text(), re.M)
    assert sorted(ci) == ["book", "lint", "test", "test-backends", "test-downloads"]
    workflow = yaml.safe_load((ROOT / ".github/workflows/book.yml").read_text())
    steps = workflow["jobs"]["book"]["steps"]
    called = [step["run"].removeprefix("make ") for step in steps if "run" in step]
    assert sorted(called) == sorted(ci)
    uploads = [step for step in steps if "upload-artifact" in step.get("uses", "")]
    assert uploads[0]["with"]["path"] == "_build/html"


def test_the_workflow_publishes_with_the_card_or_says_that_there_was_none():
    workflow = yaml.safe_load((ROOT / ".github/workflows/book.yml").read_text())
    card, publish = workflow["jobs"]["gallery-gpu"], workflow["jobs"]["publish"]
    assert "vars.GPU_RUNNER" in card["runs-on"]
    commands = [step["run"] for step in card["steps"] if "run" in step]
    assert "tensorflow[and-cuda]" in commands[0]
    assert commands[-1] == "make gallery-gpu PYTHON=python"
    kept = {
        step["with"]["name"]: step["with"]["path"]
        for step in card["steps"]
        if "upload-artifact" in step.get("uses", "")
    }
    assert kept == {
        "gallery-gpu-figures": places.FIGURES.relative_to(ROOT).as_posix(),
        "gallery-gpu-costs": places.COSTS.relative_to(ROOT).as_posix(),
    }
    assert publish["needs"] == ["book", "gallery-gpu"]
    assert """'["success", "skipped"]'), needs.gallery-gpu.result""" in publish["if"]
    steps = publish["steps"]
    taken = [step for step in steps if "download-artifact" in step.get("uses", "")]
    assert taken[0]["if"] == "needs.gallery-gpu.result == 'success'"
    assert taken[0]["with"] == {"name": "gallery-gpu-costs", "path": "gallery/costs"}
    told = [step for step in steps if "No graphics card" in step.get("run", "")]
    assert told[0]["if"] == "needs.gallery-gpu.result != 'success'"
    assert "make book" in [step.get("run") for step in steps]


def test_make_help_lists_every_command_a_person_may_call():
    text = (ROOT / "Makefile").read_text()
    described = set(re.findall(r"^([a-z-]+):.*## ", text, re.M))
    assert described == targets() - {"env", "env-backends"}


@pytest.mark.parametrize(("lock", "least"), [(LOCK, 100), (BACKENDS, 60)])
def test_versions_are_pinned_exactly_and_name_no_host(lock, least):
    lines = lock.splitlines()
    assert len(lines) > least
    for line in lines:
        assert re.match(r"^[A-Za-z0-9._-]+==[^\s;]+( ; .+)?$", line), line
    assert "http" not in lock


def test_both_environments_hold_the_same_versions():
    versions = dict(line.split("==", 1) for line in LOCK.splitlines())
    others = dict(line.split("==", 1) for line in BACKENDS.splitlines())
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
    assert asked <= names(LOCK.splitlines())
    asked = names(project["optional-dependencies"]["backends"])
    assert asked <= names(BACKENDS.splitlines())


def test_the_package_needs_numpy_alone():
    assert names(PROJECT["project"]["dependencies"]) == {"numpy"}


def test_one_version_and_one_year():
    version = PROJECT["project"]["version"]
    assert byhand.__version__ == version
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == version
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    assert f"(c) {config['copyright']}" in (ROOT / "LICENSE").read_text()


def test_contributing_names_what_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for name in re.findall(r"`((?:book|src|tests|tools|gallery)/[\w./-]+)`", text):
        assert (ROOT / name).exists(), name


def test_the_readme_example_runs():
    import doctest

    result = doctest.testfile(
        str(ROOT / "README.md"), module_relative=False, verbose=False
    )
    assert result.attempted >= 4
    assert result.failed == 0
