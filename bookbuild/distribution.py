"""Build the package for a release and prove what was built: `make package`.

The sdist is built from the repository, the wheel from the sdist, and both a second
time from the unpacked sdist, elsewhere: they must come out alike. Their contents are
looked at; then the wheel is installed into fresh environments, with the oldest and the
newest NumPy that fit, where the examples of its docstrings, its command line and its
type annotations are tried. All of this happens in a temporary folder, far from the
sources; only files that stood every trial are put into dist/.
"""

import email
import importlib.util
import os
import re
import shutil
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from functools import partial
from pathlib import Path, PurePosixPath

from bookbuild import environment, files, locking, places, processes
from bookbuild.errors import CommandError

NAME = "byhand"
SOURCE = places.ROOT / "src" / NAME
TOOLS = ("build", "hatchling", "mypy", "twine", "uv")

# What the README promises of the package.
LICENCE = "BSD-3-Clause"
PYTHONS = ">=3.11"
NEEDED = ["numpy"]

BESIDE_THE_PACKAGE = {
    *("README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml"),
    *("PKG-INFO", ".gitignore"),  # hatchling adds these two to every sdist
}

# Modules whose examples need more than NumPy.
WITH_KERAS = ("gradients/keras.py",)
WITH_EXTRAS = (
    "datasets/digits.py",
    "datasets/galaxies.py",
    "figures/architecture.py",
    "figures/channels.py",
    "figures/curves.py",
    "figures/fields.py",
    "figures/matrices.py",
    "figures/products.py",
    "figures/schematics.py",
    "figures/style.py",
)

TYPED_USE = Path(__file__).with_name("typed_use.py")
PYTEST_SETTINGS = """\
[pytest]
doctest_optionflags = NORMALIZE_WHITESPACE ELLIPSIS
filterwarnings = error
"""
NETWORK = ("Conv2D(10, 5) MaxPooling2D(2) Flatten() Dense(10)", "--input", "32,32,1")
PARAMETERS = "Total params: 19,870"  # 5*5*1*10 + 10, and 14*14*10*10 + 10
LAST_LINES = 15


class PackageError(CommandError):
    """The package cannot be released; the message says what is wrong with it."""


@dataclass(frozen=True)
class Trial:
    """An environment in which the wheel is tried.

    Attributes
    ----------
    title : str
        What is particular about it, in words.
    resolution : str
        Which versions uv chooses: "lowest" or "highest".
    extras : tuple of str
        Extras of the wheel to install.
    left_out : tuple of str
        Modules, as paths below the package, whose examples cannot run there.
    """

    title: str
    resolution: str
    extras: tuple[str, ...] = ()
    left_out: tuple[str, ...] = WITH_KERAS


# Keras has no trial: with it, the examples run among the tests of the book.
TRIALS = (
    Trial("oldest NumPy", "lowest", left_out=WITH_KERAS + WITH_EXTRAS),
    Trial("newest NumPy", "highest", left_out=WITH_KERAS + WITH_EXTRAS),
    Trial("with extras", "highest", extras=("datasets", "figures")),
)


def package(dist: Path, *, pythons: Sequence[str] = ()) -> int:
    """Build the package, prove it, and put it into a folder; return the exit status.

    Parameters
    ----------
    dist : Path
        Where the sdist and the wheel go. The folder is emptied first, and stays empty
        if anything is wrong.
    pythons : sequence of str
        The interpreters to try the wheel on, as uv names them: a version such as
        "3.12", or a path. By default the one that runs this.

    Raises
    ------
    PackageError
        If a file cannot be built or should not be released, or a trial fails.
    CommandError
        If another process is at work on the package.
    """
    require_tools()
    with locking.only_one(places.BUILD / "package.lock", "make package"):
        if dist.exists():
            shutil.rmtree(dist)
        with tempfile.TemporaryDirectory(prefix="package-") as name:
            folder = Path(name).resolve()
            sdist, wheel = build_twice(places.ROOT, folder)
            refuse_faults(sdist, sdist_faults(sdist, modules(SOURCE)))
            refuse_faults(wheel, wheel_faults(wheel, modules(SOURCE)))
            check_metadata([sdist, wheel])
            chosen = pythons or [sys.executable]
            trials = [(python, trial) for python in chosen for trial in TRIALS]
            for number, (python, trial) in enumerate(trials, 1):
                tell(f"trying on Python {python}, {trial.title}")
                print(try_wheel(wheel, python, trial, folder / f"trial-{number}"))
            for built in (sdist, wheel):
                files.write_with(dist / built.name, partial(shutil.copyfile, built))
    tell(f"{sdist.name} and {wheel.name} are in {dist}")
    return 0


def tell(step: str) -> None:
    """Print what is being done."""
    print(f"[package] {step}", flush=True)


def require_tools() -> None:
    """Raise PackageError if a tool that this needs is not installed."""
    missing = [name for name in TOOLS if importlib.util.find_spec(name) is None]
    if missing:
        raise PackageError(
            f"{sys.executable} lacks {', '.join(missing)}, which building and trying "
            "the package needs; call make package, which installs what pyproject.toml "
            "names under dev"
        )


def build_twice(root: Path, folder: Path) -> tuple[Path, Path]:
    """Build sdist and wheel, and once more from the sdist; demand that they are alike.

    Parameters
    ----------
    root : Path
        The folder that holds pyproject.toml.
    folder : Path
        An empty folder to work in.

    Returns
    -------
    sdist, wheel : Path
        In ``folder / "dist"``.

    Raises
    ------
    PackageError
        If a build fails, or the two builds differ by a byte.
    """
    tell("building the sdist, and the wheel from it")
    sdist, wheel = build(root, folder / "dist")
    tell("building both again from the unpacked sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (unpacked,) = (folder / "unpacked").iterdir()
    for first, second in zip(
        (sdist, wheel), build(unpacked, folder / "again"), strict=True
    ):
        if first.read_bytes() != second.read_bytes():
            raise PackageError(
                f"{first.name} comes out differently when it is built again from the "
                f"sdist in another folder: whoever holds the sdist cannot check the "
                "release. Look for times, paths or files from outside the sdist in it"
            )
    return sdist, wheel


def build(source: Path, dist: Path) -> tuple[Path, Path]:
    """Build an sdist, and a wheel from that sdist; return their paths.

    Isolation would fetch hatchling anew for each of the four builds. The one of this
    environment is used, in the version that requirements.lock pins with its hash.
    """
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(dist)]
    done = processes.run([*command, str(source)], cwd=dist.parent)
    raise_unless(done, f"building the package from {source}")
    (sdist,), (wheel,) = dist.glob("*.tar.gz"), dist.glob("*.whl")
    return sdist, wheel


def raise_unless(done: processes.Done, what: str, remedy: str = "") -> None:
    """Raise PackageError, with a program's last lines, unless it ended well."""
    if done.status:
        lines = [line for line in (done.out + done.err).splitlines() if line.strip()]
        last = "\n".join(f"  {line}" for line in lines[-LAST_LINES:])
        message = f"{what} failed (status {done.status}):\n{last}"
        raise PackageError("\n".join(filter(None, [message, remedy])))


def modules(source: Path) -> set[str]:
    """Return what a package consists of: its modules, and the mark that it is typed."""
    found = {path.relative_to(source).as_posix() for path in source.rglob("*.py")}
    return {f"{NAME}/{name}" for name in found | {"py.typed"}}


def refuse_faults(path: Path, faults: Iterable[str]) -> None:
    """Raise PackageError if an archive has faults; list them all."""
    listed = "\n".join(f"  {fault}" for fault in faults)
    if listed:
        raise PackageError(
            f"{path.name} is not fit for a release:\n{listed}\n"
            "Correct [project] or [tool.hatch] in pyproject.toml, or src/byhand"
        )


def wheel_faults(path: Path, package: set[str]) -> Iterator[str]:
    """Yield what a wheel should not hold, and what it lacks.

    Parameters
    ----------
    path : Path
        The wheel.
    package : set of str
        Paths of the modules, such as "byhand/backprop.py", and of py.typed.
    """
    with zipfile.ZipFile(path) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
        info = next((name for name in names if name.endswith("/METADATA")), None)
        if info is None:
            yield "it has no METADATA"
            return
        metadata = email.message_from_bytes(archive.read(info))
    folder = PurePosixPath(info).parent
    described = {name for name in names if PurePosixPath(name).is_relative_to(folder)}
    yield from differences(names - described, package)
    licences = {name for name in described if "/licenses/" in name}
    if licences != {f"{folder}/licenses/LICENSE"}:
        held = ", ".join(sorted(licences)) or "none"
        yield f"the licence files should be LICENSE alone, and are: {held}"
    yield from metadata_faults(metadata)


def sdist_faults(path: Path, package: set[str]) -> Iterator[str]:
    """Yield what an sdist should not hold, and what it lacks.

    Parameters
    ----------
    path : Path
        The sdist.
    package : set of str
        As for `wheel_faults`.
    """
    with tarfile.open(path) as archive:
        names = {member.name for member in archive.getmembers() if member.isfile()}
    below = {str(PurePosixPath(*PurePosixPath(name).parts[1:])) for name in names}
    sources = {f"src/{name}" for name in package}
    yield from differences(below, sources | BESIDE_THE_PACKAGE)


def differences(names: set[str], wanted: set[str]) -> Iterator[str]:
    """Yield where the files of an archive are not those that it should hold."""
    for name in sorted(names - wanted):
        yield f"{name} does not belong to the package"
    for name in sorted(wanted - names):
        yield f"{name} is missing"


def metadata_faults(metadata: Message) -> Iterator[str]:
    """Yield what is wrong in the metadata of a wheel."""
    for field, wanted in (
        ("License-Expression", LICENCE),
        ("Requires-Python", PYTHONS),
    ):
        if metadata[field] != wanted:
            yield f"{field} should be {wanted}, and is {metadata[field]}"
    requirements = metadata.get_all("Requires-Dist", [])
    needed = [
        re.split(r"[^A-Za-z0-9._-]", requirement)[0]
        for requirement in requirements
        if not re.search(r";.*\bextra\b", requirement)
    ]
    if needed != NEEDED:
        yield (
            f"without extras it should need {', '.join(NEEDED)}, and needs "
            f"{', '.join(needed) or 'nothing'}"
        )


def check_metadata(built: Sequence[Path]) -> None:
    """Let twine say whether an index would take the files and show the README."""
    tell("checking both with twine")
    command = [sys.executable, "-m", "twine", "--no-color", "check", "--strict"]
    done = processes.run([*command, *map(str, built)])
    raise_unless(done, "twine check --strict")


def try_wheel(wheel: Path, python: str, trial: Trial, folder: Path) -> str:
    """Install a wheel into a fresh environment and use it; return what was found.

    Parameters
    ----------
    wheel : Path
        The wheel.
    python : str
        The interpreter, as uv names it.
    trial : Trial
        What to install, and what to leave out.
    folder : Path
        A folder to make, outside the repository.

    Returns
    -------
    str
        One line: Python, NumPy, number of examples that passed.

    Raises
    ------
    PackageError
        If anything fails; the message names the environment.
    """
    where = f"on Python {python}, {trial.title}: "
    folder.mkdir()
    inside = install(wheel, python, trial, folder, where)
    versions, home = installed(inside, folder, where)
    passed = run_examples(inside, home, trial, folder, where)
    use_command_line(inside, folder, where)
    check_types(inside, folder, where)
    return f"  {versions}  {passed} examples pass, types hold"


def undisturbed() -> dict[str, str]:
    """Return this process's environment without what would change the trials."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "PYTHON", "MYPY"))
    }
    return kept | {"MPLBACKEND": "Agg"}


def install(wheel: Path, python: str, trial: Trial, folder: Path, where: str) -> Path:
    """Make an environment with a wheel and pytest; return its interpreter.

    Only wheels are installed: the oldest NumPy is then the oldest that has one for
    this Python, and nothing is compiled.
    """
    uv = [sys.executable, "-m", "uv", "--quiet", "--no-python-downloads"]
    venv = folder / "environment"
    inside = venv / "bin" / "python"
    extras = f"[{','.join(trial.extras)}]" if trial.extras else ""
    pip = [*uv, "pip", "install", "--only-binary", ":all:", "--python", str(inside)]
    asked = f"{NAME}{extras} @ {wheel.as_uri()}"
    indices = environment.settings()  # those of this machine's pip
    for what, command in (
        ("making an environment", [*uv, "venv", "--python", python, str(venv)]),
        ("installing the wheel", [*pip, "--resolution", trial.resolution, asked]),
        ("installing pytest", [*pip, "pytest"]),
    ):
        done = processes.run(command, cwd=folder, env=indices)
        raise_unless(
            done,
            f"{where}{what}",
            "See that this Python is installed and that the package index can be "
            "reached, then run the same command again",
        )
    return inside


def installed(python: Path, folder: Path, where: str) -> tuple[str, Path]:
    """Return the versions in an environment, and the folder of its byhand."""
    code = (
        "import sys, numpy, byhand;"
        "print(f'Python {sys.version.split()[0]}  NumPy {numpy.__version__}');"
        "print(byhand.__path__[0])"
    )
    done = processes.run([str(python), "-I", "-c", code], cwd=folder)
    raise_unless(done, f"{where}importing byhand")
    versions, home = done.out.splitlines()
    if not Path(home).resolve().is_relative_to(folder):
        raise PackageError(
            f"{where}byhand was imported from {home}, not from the wheel"
        )
    return versions, Path(home)


def run_examples(
    python: Path, home: Path, trial: Trial, folder: Path, where: str
) -> int:
    """Run the examples of the installed docstrings; return how many passed."""
    settings = folder / "pytest.ini"
    settings.write_text(PYTEST_SETTINGS, encoding="utf-8")
    gone = [name for name in trial.left_out if not (home / name).exists()]
    if gone:
        raise PackageError(
            f"the wheel has no {', '.join(gone)}; correct WITH_KERAS and WITH_EXTRAS "
            f"in {Path(__file__).relative_to(places.ROOT)}"
        )
    left_out = [f"--ignore={home / name}" for name in trial.left_out]
    options = ["--doctest-modules", "--pyargs", NAME, "-c", str(settings), "-qx"]
    more = ["-p", "no:cacheprovider", "--tb=short", *left_out]
    done = processes.run(
        [str(python), "-I", "-m", "pytest", *options, *more],
        cwd=folder,
        env=undisturbed(),
    )
    raise_unless(done, f"{where}running the examples of the docstrings")
    passed = re.search(r"^(\d+) passed", done.out, re.MULTILINE)
    if passed is None:
        raise PackageError(f"{where}pytest does not say how many examples passed")
    return int(passed[1])


def use_command_line(python: Path, folder: Path, where: str) -> None:
    """Ask the installed command line for the table of a network."""
    command = [str(python), "-I", "-m", "byhand.shapes", *NETWORK]
    done = processes.run(command, cwd=folder, env=undisturbed())
    raise_unless(done, f"{where}python -m byhand.shapes")
    if PARAMETERS not in done.out:
        raise PackageError(
            f"{where}python -m byhand.shapes should say {PARAMETERS!r}, and says:\n"
            f"{done.out}"
        )


def check_types(python: Path, folder: Path, where: str) -> None:
    """Run typed lines that use the package, and let mypy check them strictly.

    mypy is that of this environment; it reads the packages of the other one.
    """
    use = Path(shutil.copy(TYPED_USE, folder))
    done = processes.run([str(python), "-I", str(use)], cwd=folder, env=undisturbed())
    raise_unless(done, f"{where}running {use.name}")
    options = ["--strict", "--config-file=", "--python-executable", str(python)]
    done = processes.run(
        [sys.executable, "-m", "mypy", *options, str(use)],
        cwd=folder,
        env=undisturbed(),
    )
    raise_unless(done, f"{where}mypy --strict {use.name}")
