"""What the installer says when it cannot install."""

import os
import shutil
import subprocess
import sys

import pytest

from bookbuild import environment
from bookbuild.places import ROOT

WHEEL = """ERROR: Could not find a version that satisfies the requirement a==1
ERROR: No matching distribution found for tensorflow==2.21.0
"""


def test_no_network_is_told_from_no_wheel():
    message = environment.explain("installing", WHEEL, reachable=False, lock="a.lock")
    assert "cannot be reached" in message
    assert "is kept" in message
    npm = "npm error code ECONNREFUSED"
    message = environment.explain("installing", npm, reachable=True, lock="a.lock")
    assert "cannot be reached" in message
    message = environment.explain("installing", WHEEL, reachable=True, lock="a.lock")
    assert "tensorflow==2.21.0" in message
    assert "Python 3.11, 3.12 or 3.13" in message


def test_anything_else_ends_in_the_installers_last_words():
    message = environment.explain(
        "installing", "a\n\ndisk full\n", reachable=True, lock="a.lock"
    )
    assert "disk full" in message
    assert "install.log" in message


@pytest.mark.slow
def test_without_a_network_the_command_ends_in_one_message(tmp_path):
    shutil.copytree(ROOT / "bookbuild", tmp_path / "bookbuild")
    for name in ("pyproject.toml", "requirements.lock", "README.md", "Makefile"):
        shutil.copy(ROOT / name, tmp_path / name)
    nowhere = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_FIND_LINKS": "",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_RETRIES": "0",
        "PIP_CONFIG_FILE": os.devnull,
    }
    done = subprocess.run(
        ["make", "book", f"PYTHON={sys.executable}"],
        cwd=tmp_path,
        env=os.environ | nowhere,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode != 0
    assert "cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
