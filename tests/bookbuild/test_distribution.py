"""What is refused for a release: files made here, each with one thing wrong."""

import io
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from bookbuild import __main__ as commands
from bookbuild import distribution, places, processes
from bookbuild.distribution import PackageError

PACKAGE = {"byhand/__init__.py", "byhand/shapes/axis.py", "byhand/py.typed"}
INFO = "byhand-1.0.dist-info"
METADATA = """\
Metadata-Version: 2.4
Name: byhand
Version: 1.0
License-Expression: BSD-3-Clause
Requires-Python: >=3.11
Requires-Dist: numpy>=2.0
Provides-Extra: figures
Requires-Dist: matplotlib>=3.10; extra == 'figures'

Requires-Dist: prose, which is no requirement
"""
WHEEL = {
    **dict.fromkeys(PACKAGE, ""),
    f"{INFO}/METADATA": METADATA,
    f"{INFO}/RECORD": "",
    f"{INFO}/WHEEL": "",
    f"{INFO}/licenses/LICENSE": "",
}
SDIST = {f"src/{name}" for name in PACKAGE} | {
    *("README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "PKG-INFO"),
    ".gitignore",
}


def wheel_faults(folder, contents):
    """Return the faults of a wheel with these contents."""
    path = folder / "byhand-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in contents.items():
            archive.writestr(name, text)
    return list(distribution.wheel_faults(path, PACKAGE))


def sdist_faults(folder, names):
    """Return the faults of an sdist with empty files of these names."""
    path = folder / "byhand-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(f"byhand-1.0/{name}"), io.BytesIO())
    return list(distribution.sdist_faults(path, PACKAGE))


def without(contents, name):
    return {other: text for other, text in contents.items() if other != name}


def test_what_should_be_released_has_no_fault(tmp_path):
    assert wheel_faults(tmp_path, WHEEL) == []
    assert sdist_faults(tmp_path, SDIST) == []


@pytest.mark.parametrize(
    "name",
    [
        "bookbuild/__main__.py",
        "tests/test_axis.py",
        "byhand/tests/test_axis.py",
        "byhand/__pycache__/axis.cpython-311.pyc",
        "byhand-1.0.data/purelib/byhand/more.py",
        "LICENSE-TEXT",
    ],
)
def test_a_wheel_with_anything_but_the_package_is_refused(tmp_path, name):
    faults = wheel_faults(tmp_path, {**WHEEL, name: ""})
    assert faults == [f"{name} does not belong to the package"]


@pytest.mark.parametrize("name", sorted(PACKAGE))
def test_a_wheel_without_a_part_of_the_package_is_refused(tmp_path, name):
    assert wheel_faults(tmp_path, without(WHEEL, name)) == [f"{name} is missing"]


def test_a_wheel_without_metadata_is_refused(tmp_path):
    faults = wheel_faults(tmp_path, without(WHEEL, f"{INFO}/METADATA"))
    assert faults == ["it has no METADATA"]


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ([], "none"),
        (["LICENSE-TEXT"], f"{INFO}/licenses/LICENSE-TEXT"),
        (
            ["LICENSE", "LICENSE-TEXT"],
            f"{INFO}/licenses/LICENSE, {INFO}/licenses/LICENSE-TEXT",
        ),
    ],
)
def test_a_wheel_with_other_licence_files_is_refused(tmp_path, held, said):
    contents = without(WHEEL, f"{INFO}/licenses/LICENSE")
    contents |= {f"{INFO}/licenses/{name}": "" for name in held}
    (fault,) = wheel_faults(tmp_path, contents)
    assert fault.endswith(f"and are: {said}")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("BSD-3-Clause", "CC-BY-SA-4.0", ["License-Expression", "is CC-BY-SA-4.0"]),
        ("License-Expression: BSD-3-Clause\n", "", ["License-Expression", "is None"]),
        (">=3.11", ">=3.9", ["Requires-Python", "should be >=3.11", "is >=3.9"]),
        ("numpy>=2.0", "keras", ["should need numpy", "needs keras"]),
        ("Requires-Dist: numpy>=2.0\n", "", ["should need numpy", "needs nothing"]),
        ("; extra == 'figures'", "", ["needs numpy, matplotlib"]),
        ("extra == 'figures'", "python_version < '4'", ["needs numpy, matplotlib"]),
    ],
)
def test_a_wheel_with_wrong_metadata_is_refused(tmp_path, old, new, said):
    assert old in METADATA
    contents = {**WHEEL, f"{INFO}/METADATA": METADATA.replace(old, new)}
    (fault,) = wheel_faults(tmp_path, contents)
    for words in said:
        assert words in fault


@pytest.mark.parametrize("name", ["book/neuron.md", "bookbuild/files.py", "Makefile"])
def test_an_sdist_with_anything_of_the_book_is_refused(tmp_path, name):
    faults = sdist_faults(tmp_path, SDIST | {name})
    assert faults == [f"{name} does not belong to the package"]


@pytest.mark.parametrize("name", ["LICENSE", "src/byhand/shapes/axis.py"])
def test_an_sdist_that_lacks_something_is_refused(tmp_path, name):
    assert sdist_faults(tmp_path, SDIST - {name}) == [f"{name} is missing"]


@pytest.mark.slow
def test_what_this_repository_builds_has_no_fault(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path)]
    assert processes.run(command, cwd=places.ROOT).status == 0
    (sdist,), (wheel,) = tmp_path.glob("*.tar.gz"), tmp_path.glob("*.whl")
    package = distribution.modules(distribution.SOURCE)
    assert list(distribution.sdist_faults(sdist, package)) == []
    assert list(distribution.wheel_faults(wheel, package)) == []


def test_all_faults_are_listed_under_the_name_of_the_file():
    with pytest.raises(PackageError) as caught:
        distribution.refuse_faults(Path("dist/a.whl"), iter(["one", "two"]))
    assert str(caught.value).startswith("a.whl is not fit for a release:\n  one\n  two")
    distribution.refuse_faults(Path("dist/a.whl"), iter([]))


def test_the_modules_that_a_trial_leaves_out_are_there():
    held = distribution.modules(distribution.SOURCE)
    for trial in distribution.TRIALS:
        assert {f"byhand/{name}" for name in trial.left_out} <= held


def test_what_fails_is_told_with_its_environment_and_its_last_lines():
    lines = "\n".join(f"line {number}" for number in range(40))
    done = processes.Done(status=3, out=lines, err="\nno such thing\n")
    with pytest.raises(PackageError) as caught:
        distribution.raise_unless(done, "on Python 3.11, oldest NumPy: importing")
    first, *last = str(caught.value).splitlines()
    assert first == "on Python 3.11, oldest NumPy: importing failed (status 3):"
    assert last[-1] == "  no such thing"
    assert len(last) == distribution.LAST_LINES


def builder(folders_in):
    """Return a build whose named files hold the folder that they were built in."""

    def build(source, dist):
        dist.mkdir()
        sdist, wheel = dist / "byhand-1.0.tar.gz", dist / "byhand-1.0-py3-none-any.whl"
        comment = str(source) if "sdist" in folders_in else "always the same"
        readme = tarfile.TarInfo("byhand-1.0/README.md")
        readme.pax_headers = {"comment": comment}
        with tarfile.open(sdist, "w") as archive:
            archive.addfile(readme, io.BytesIO())
        wheel.write_text(str(source) if "wheel" in folders_in else "always the same")
        return sdist, wheel

    return build


def test_a_build_that_comes_out_alike_elsewhere_is_taken(tmp_path, monkeypatch):
    monkeypatch.setattr(distribution, "build", builder(folders_in=[]))
    sdist, wheel = distribution.build_twice(Path("somewhere"), tmp_path)
    assert {sdist.parent, wheel.parent} == {tmp_path / "dist"}


@pytest.mark.parametrize(
    ("which", "name"),
    [("sdist", "byhand-1.0.tar.gz"), ("wheel", "byhand-1.0-py3-none-any.whl")],
)
def test_a_build_that_depends_on_where_it_is_built_is_refused(
    tmp_path, monkeypatch, which, name
):
    monkeypatch.setattr(distribution, "build", builder(folders_in=[which]))
    with pytest.raises(PackageError, match=f"^{name} comes out differently"):
        distribution.build_twice(Path("somewhere"), tmp_path)


def test_a_missing_tool_ends_in_one_message(monkeypatch, capsys, tmp_path):
    dist = tmp_path / "dist"
    monkeypatch.setattr(distribution, "TOOLS", ("zipfile", "no_such_tool"))
    with pytest.raises(PackageError, match="lacks no_such_tool, which"):
        distribution.package(dist)
    assert commands.main(["package"]) == 1
    assert "lacks no_such_tool" in capsys.readouterr().err


@pytest.mark.slow
def test_a_trial_names_the_environment_and_what_went_wrong(tmp_path):
    trial = distribution.TRIALS[0]
    wheel = tmp_path / "byhand-1.0-py3-none-any.whl"
    with pytest.raises(PackageError) as caught:
        distribution.try_wheel(wheel, sys.executable, trial, tmp_path / "trial")
    message = str(caught.value)
    assert f"on Python {sys.executable}, oldest NumPy: installing the wheel" in message
    assert "byhand-1.0-py3-none-any.whl" in message
