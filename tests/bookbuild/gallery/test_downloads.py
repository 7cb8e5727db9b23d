"""What a reader downloads is unpacked, run apart, and reported on."""

import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import psutil
import pytest

from bookbuild import __main__, places
from bookbuild.gallery import downloads
from tests import planted

NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": "one",
            "metadata": {},
            "outputs": [],
            "source": planted.GOOD,
        }
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture
def site(tmp_path):
    """A built site that offers a script in two versions."""
    folder = tmp_path / "html" / "_downloads"

    def made(text, name="plot_line"):
        for suffix, kind, content in [
            (".py", "python", text),
            (
                ".ipynb",
                "jupyter",
                json.dumps(NOTEBOOK).replace(
                    json.dumps(planted.GOOD), json.dumps(text)
                ),
            ),
        ]:
            path = folder / kind / f"gallery_{kind}.zip"
            path.parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr(f"lines/{name}{suffix}", content)
        return tmp_path / "html"

    return made


def faults(html, only=""):
    return list(downloads.faults(html, Path(sys.executable), only=only))


@pytest.mark.slow
def test_a_script_runs_outside_the_repository_and_failures_are_named(site, capsys):
    html = site(planted.GOOD)
    assert faults(html, only="line.py") == []
    assert "[1/1] lines/plot_line.py" in capsys.readouterr().out
    html = site(planted.GOOD.replace("plt.show()", "1 / 0"))
    assert faults(html, only="line.py") == [
        "lines/plot_line.py: ZeroDivisionError: division by zero"
    ]
    assert "FAILED" in capsys.readouterr().out


WARNING = "import logging; logging.warning('slow')"


@pytest.mark.slow
def test_a_warning_that_a_reader_meets_is_named(site):
    html = site(f"{planted.GOOD}\n{WARNING}\n")
    told = "a reader meets a warning: WARNING:root:slow"
    assert faults(html, only="line") == [
        f"lines/plot_line.ipynb: {told}",
        f"lines/plot_line.py: {told}",
    ]
    start_up = "I0000 00:00:1796014431.036454 13795 port.cc:153] oneDNN is on"
    html = site(f"import sys\nprint({start_up!r}, file=sys.stderr)\n{planted.GOOD}")
    assert faults(html, only="line") == []


def test_no_network_no_path_and_no_settings_of_the_builder_reach_a_download(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("PYTHONPATH", "somewhere")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    given = downloads.reader(tmp_path)
    assert not given.keys() & {"PYTHONPATH", "KERAS_BACKEND", "MPLBACKEND"}
    assert given["HOME"] == str(tmp_path)
    assert given["https_proxy"] == downloads.CLOSED
    if apart := downloads.isolation():
        code = "import socket; print([name for _, name in socket.if_nameindex()])"
        command = [*apart, sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.strip() in {"['lo']", "[]"}


def test_a_run_that_could_not_lose_the_network_says_so(
    tmp_path, site, monkeypatch, capsys
):
    monkeypatch.setattr(downloads, "isolation", list)
    monkeypatch.setattr(downloads, "install", lambda byhand: None)
    monkeypatch.setattr(downloads, "wheel", lambda html: html)
    monkeypatch.setattr(downloads, "faults", lambda html, python, only: [])
    monkeypatch.setattr(downloads.places, "BUILD", tmp_path)
    assert downloads.try_all(site(planted.GOOD)) == 0
    assert "WITH the network" in capsys.readouterr().out
    monkeypatch.setattr(downloads, "isolation", lambda: ["unshare", "-n"])
    assert downloads.try_all(site(planted.GOOD)) == 0
    assert "WITH the network" not in capsys.readouterr().out


def test_a_site_that_is_not_built_is_named(tmp_path, site, capsys):
    assert __main__.main(["downloads", "--html", str(tmp_path / "none")]) == 1
    assert "run make book first" in capsys.readouterr().err
    with pytest.raises(downloads.DownloadError, match=r"gallery_python\.zip is not in"):
        faults(tmp_path)
    with pytest.raises(downloads.DownloadError, match=r"no plot_\*other"):
        faults(site(planted.GOOD), only="other")


def test_the_wheel_is_the_newest_that_the_site_offers(tmp_path):
    with pytest.raises(downloads.DownloadError, match="no wheel of byhand is in"):
        downloads.wheel(tmp_path)
    for age, name in [(200, "a/byhand-0.1.0"), (100, "b/byhand-0.10.0")]:
        path = tmp_path / f"{name}-py3-none-any.whl"
        path.parent.mkdir()
        path.touch()
        os.utime(path, (1e9 - age, 1e9 - age))
    assert downloads.wheel(tmp_path).parent.name == "b"


def test_the_environment_is_known_by_all_that_it_is_made_of(monkeypatch):
    before = downloads.digest()
    assert before == downloads.digest()
    monkeypatch.setattr(downloads.sys, "version", "another")
    assert before != downloads.digest()
    assert os.sep not in downloads.ENVIRONMENT.lock.replace("gallery/", "")


@pytest.mark.slow
def test_a_chapter_runs_once_and_a_site_without_chapters_is_named(site, capsys):
    html = site(planted.GOOD)
    with pytest.raises(downloads.DownloadError, match="no chapter is in"):
        faults(html)
    folder = html / places.NOTEBOOKS
    folder.mkdir(parents=True)
    good, bad = (
        json.dumps(NOTEBOOK).replace(json.dumps(planted.GOOD), json.dumps(text))
        for text in (planted.GOOD, "1 / 0")
    )
    (folder / "losses.ipynb").write_text(good)
    (folder / f"losses{places.WITH_OUTPUTS}.ipynb").write_text(bad)
    assert faults(html, only="losses") == []
    assert "[1/1] chapters/losses.ipynb" in capsys.readouterr().out
    (folder / "losses.ipynb").write_text(bad)
    assert faults(html, only="losses") == [
        "chapters/losses.ipynb: ZeroDivisionError: division by zero"
    ]


@pytest.mark.slow
def test_a_notebook_runs_and_must_show_a_figure(site):
    assert faults(site(planted.GOOD), only="ipynb") == []
    blind = planted.GOOD.replace("plt.show()", "plt.close()")
    assert faults(site(blind), only="ipynb") == [
        "lines/plot_line.ipynb: it shows no figure"
    ]
    fails = planted.GOOD.replace("plt.show()", "1 / 0")
    assert faults(site(fails), only="ipynb") == [
        "lines/plot_line.ipynb: ZeroDivisionError: division by zero"
    ]


@pytest.mark.slow
@pytest.mark.weekly
def test_a_notebook_that_does_not_end_is_stopped_and_its_kernel_with_it(
    tmp_path, monkeypatch
):
    waits = "import os, pathlib, time\n"
    waits += "pathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(60)"
    text = json.dumps(NOTEBOOK).replace(json.dumps(planted.GOOD), json.dumps(waits))
    path = tmp_path / "plot_waits.ipynb"
    path.write_text(text)
    home = tmp_path / "home"
    home.mkdir()
    told = downloads.run(path, Path(sys.executable), home, limit=15)
    assert told == "it did not end within 15 s"
    kernel = int((tmp_path / "pid").read_text())
    for _ in range(100):
        if not psutil.pid_exists(kernel):
            break
        time.sleep(0.1)
    assert not psutil.pid_exists(kernel)
