"""What an environment holds, and what is said where it cannot be made."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bookbuild import environment, locking
from bookbuild.errors import CommandError
from bookbuild.places import ROOT


@pytest.mark.parametrize(
    ("output", "fragments"),
    [
        (
            "error: Failed to fetch: `https://index/simple/keras/`\n"
            "  Caused by: error sending request for url",
            ["cannot be reached", "is kept"],
        ),
        ("npm error code ECONNREFUSED", ["cannot be reached"]),
        ("ERROR: NewConnectionError: Connection refused", ["cannot be reached"]),
        (
            "error: tensorflow==2.21.0 has no wheels with a matching Python ABI tag",
            ["requirements.lock", "3.11, 3.12 or 3.13"],
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement uv==0.1 "
            "(from versions: none)\nERROR: No matching distribution found for uv==0.1",
            ["cannot be reached"],
        ),
        (
            "error: Failed to extract archive\n  Caused by: No space left on device",
            ["disk is full", "2.5 GB"],
        ),
        (
            "error: failed to create directory: Read-only file system (os error 30)",
            ["cannot be written"],
        ),
        (
            "error: Failed to download `a==1`\n  Caused by: Hash mismatch for `a==1`",
            ["not the one that requirements.lock was made with", "Do not use it"],
        ),
        ("a\n\nsomething new\n", ["something new"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_failure_is_told_with_what_to_do_about_it(output, fragments):
    message = environment.explained("installing", output, kind=environment.BOOK)
    for fragment in [*fragments, "_build/install.log"]:
        assert fragment in message


def test_a_full_disk_is_not_taken_for_a_fault_of_the_network():
    output = "Failed to fetch: x\n  Caused by: No space left on device (os error 28)"
    message = environment.explained("installing", output, kind=environment.BOOK)
    assert "disk is full" in message


def test_the_installer_is_pinned_with_its_hashes():
    pin = environment.pinned("uv", ROOT / "requirements.lock")
    assert re.match(r"uv==[\d.]+ \\\n(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+$", pin)
    with pytest.raises(CommandError, match=r"requirements\.lock pins no nothing"):
        environment.pinned("nothing", ROOT / "requirements.lock")


def test_an_environment_is_named_by_its_python_and_its_folder(monkeypatch):
    here = environment.key()
    assert here == environment.key()
    assert here.startswith(f"{sys.version_info[0]}.{sys.version_info[1]}.")
    monkeypatch.setattr(environment, "ROOT", Path("/elsewhere"))
    assert environment.key() != here


class TestIsWhole:
    KIND = environment.Environment(folder="env", lock="a.lock", size="1 kB")

    @pytest.fixture(autouse=True)
    def _elsewhere(self, tmp_path, monkeypatch):
        monkeypatch.setattr(environment, "ROOT", tmp_path)

    def test_one_that_is_not_there_is_not(self):
        assert not environment.is_whole(self.KIND)

    def test_one_whose_interpreter_does_not_run_is_not(self, tmp_path):
        (tmp_path / "env/bin").mkdir(parents=True)
        self.KIND.python.write_text("#!/bin/sh\nexit 1\n")
        self.KIND.python.chmod(0o755)
        assert not environment.is_whole(self.KIND)

    def test_one_of_another_python_or_another_folder_is_not(self, tmp_path):
        (tmp_path / "env/bin").mkdir(parents=True)
        self.KIND.python.symlink_to(sys.executable)
        assert not environment.is_whole(self.KIND)

    def test_a_fresh_one_is(self, tmp_path):
        made = [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "env")]
        subprocess.run(made, check=True)
        assert environment.is_whole(self.KIND)


def wheel(folder, name):
    """Write a wheel that holds one empty module; return the lines that pin it."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    about = f"{name}-1.0.dist-info"
    contents = {
        f"{name}.py": "",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\n"
        "Root-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in contents.items():
            archive.writestr(inside, text)
            digest = hashlib.sha256(text.encode()).digest()
            told = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            record += f"{inside},sha256={told},{len(text)}\n"
        archive.writestr(f"{about}/RECORD", f"{record}{about}/RECORD,,\n")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    return f"{name}==1.0 \\\n    --hash=sha256:{found}\n"


@pytest.mark.slow
class TestInstall:
    KIND = environment.Environment(folder="env", lock="a.lock", size="1 kB")

    @pytest.fixture
    def folder(self, tmp_path, monkeypatch):
        (tmp_path / "wheels").mkdir()
        monkeypatch.setattr(environment, "ROOT", tmp_path)
        monkeypatch.setattr(environment, "LOG", tmp_path / "_build" / "install.log")
        ours = Path(sys.executable).with_name("uv")
        monkeypatch.setattr(environment, "uv", lambda: str(ours))
        # What this machine's pip was told reaches uv.
        monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
        for name in ("UV_FIND_LINKS", "UV_DEFAULT_INDEX"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("UV_OFFLINE", "1")
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
        return tmp_path

    def installed(self):
        found = self.KIND.python.parent.parent.glob("lib/*/site-packages/*.dist-info")
        return {path.name.split("-")[0] for path in found}

    def test_it_holds_exactly_what_the_lock_says(self, folder):
        first = wheel(folder / "wheels", "planted")
        second = wheel(folder / "wheels", "other")
        lock = folder / "a.lock"
        lock.write_text(first)
        environment.install(self.KIND, sync=True)
        assert self.installed() == {"planted"}
        lock.write_text(second)
        environment.install(self.KIND, sync=True)
        assert self.installed() == {"other"}
        # Without hashes for all, as where PyTorch is asked for besides the lock.
        environment.install(self.KIND, "planted==1.0", sync=False)
        assert self.installed() == {"planted", "other"}
        environment.install(self.KIND, sync=False)
        assert self.installed() == {"other"}

    def test_a_file_that_is_not_the_locked_one_is_refused(self, folder):
        pin = wheel(folder / "wheels", "planted")
        wrong = re.sub(r"sha256:\w{8}", "sha256:00000000", pin)
        (folder / "a.lock").write_text(wrong)
        with pytest.raises(environment.InstallError, match=r"not the one that a\.lock"):
            environment.install(self.KIND, sync=True)
        assert self.installed() == set()

    def test_a_package_that_cannot_be_had_is_told(self, folder):
        pin = wheel(folder / "wheels", "planted").replace("planted", "missing")
        (folder / "a.lock").write_text(pin)
        with pytest.raises(environment.InstallError, match="failed") as caught:
            environment.install(self.KIND, sync=True)
        assert "Traceback" not in str(caught.value)


def test_two_installations_at_once_are_one_too_many(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "BUILD", tmp_path)
    with (
        locking.only_one(tmp_path / "environment.lock", "installation"),
        pytest.raises(CommandError, match="another installation is at work"),
    ):
        environment.main("book")


def copied(folder):
    """Copy what an installation reads; return the folder."""
    for name in ("bookbuild", "src"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in ("pyproject.toml", "requirements.lock", "README.md", "Makefile"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def make(folder, **env):
    """Run `make env` in a folder; return how it ended."""
    return subprocess.run(
        ["make", "env", f"PYTHON={sys.executable}"],
        cwd=folder,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.slow
def test_without_a_network_the_command_ends_in_one_message(tmp_path):
    nowhere = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_FIND_LINKS": "",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_RETRIES": "0",
        "PIP_CONFIG_FILE": os.devnull,
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "UV_HTTP_RETRIES": "0",
    }
    folder = copied(tmp_path / "book")
    done = make(folder, **nowhere)
    assert done.returncode != 0
    assert "cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert not list(folder.glob(".venv/made-*"))

    # With an installer at hand, it is the packages that cannot be had.
    ours = Path(sys.executable).with_name("uv")
    (folder / ".uv/bin").mkdir(parents=True, exist_ok=True)
    (folder / ".uv/bin/uv").symlink_to(ours)
    pin = environment.pinned("uv", folder / "requirements.lock")
    (folder / ".uv/made").write_text(pin)
    done = make(folder, **nowhere)
    assert done.returncode != 0
    assert "installing" in done.stderr
    assert "cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert not list(folder.glob(".venv/made-*"))


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    folder = copied(tmp_path / "book")
    (folder / "_build").write_text("in the way")
    done = make(folder)
    assert done.returncode != 0
    assert "_build" in done.stderr
    assert "yours to write" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_old_python_is_told_what_to_do():
    code = (
        "import runpy, sys; sys.version_info = (3, 9, 18); sys.version = '3.9.18 x'; "
        "sys.modules['tomllib'] = None; sys.argv = ['environment', 'book']; "
        "runpy.run_module('bookbuild.environment', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "Python 3.9.18 is too old" in done.stderr
    assert "make book PYTHON=" in done.stderr
    assert "Traceback" not in done.stderr
