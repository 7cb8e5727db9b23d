"""The renderer of equations ends with the build, however that ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import ClassVar

import pytest
from sphinxcontrib import katex

from bookbuild.extensions import maths

RENDER = """
import sys, time
sys.path.insert(0, {extensions!r})
from bookbuild.extensions import maths
from sphinxcontrib import katex
katex.NODEJS_BINARY = maths.node_binary()
katex.STARTUP_TIMEOUT = maths.PATIENCE
katex.KaTeXServer, katex.Popen = maths.Server, maths.start_apart
assert "katex-html" in katex.render_latex("x^2")
print(katex.KaTeXServer.katex_server.process.pid, flush=True)
time.sleep(600)
"""


def test_a_process_asked_before_it_listens_is_started_anew(monkeypatch):
    asked = []

    def start(cls):
        asked.append(cls)
        if len(asked) < 3:
            raise ConnectionRefusedError(111, "Connection refused")
        return "a server"

    monkeypatch.setattr(katex.KaTeXServer, "start", classmethod(start))
    monkeypatch.setattr(maths.time, "sleep", lambda seconds: None)
    assert maths.Server.start() == "a server"
    asked.clear()
    monkeypatch.setattr(maths, "ATTEMPTS", 2)
    with pytest.raises(katex.KaTeXError, match="does not answer"):
        maths.Server.start()


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().split()[2]
    except OSError:
        return False
    return state != "Z"


def test_the_licence_of_katex_goes_with_its_styles(tmp_path):
    class App:
        outdir = str(tmp_path / "html")

        class config:  # noqa: N801  named as Sphinx names it
            html_static_path: ClassVar = []

    maths.bring_styles(App)
    (static,) = App.config.html_static_path
    names = {path.name for path in Path(static, "katex").iterdir()}
    assert {"katex.min.css", "LICENSE.txt", "fonts"} <= names
    assert "MIT" in Path(static, "katex", "LICENSE.txt").read_text()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").exists(), reason="looks into /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_node_ends_when_the_build_is_killed_and_holds_no_pipe(how):
    code = RENDER
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    pid = int(process.stdout.readline())
    assert alive(pid)
    os.kill(process.pid, how)
    process.communicate(timeout=30)  # would wait for ever if Node held the pipe
    for _ in range(100):
        if not alive(pid):
            break
        time.sleep(0.1)
    assert not alive(pid)
