"""What a run of an example takes for a result, and each silent failure it refuses."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bookbuild import __main__
from bookbuild.gallery import running
from tests import planted


@pytest.fixture(autouse=True)
def _no_figures(monkeypatch):
    import matplotlib.pyplot as plt

    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    yield
    plt.close("all")


def ran(script, capsys, *options):
    """Run in this process; return the status, what was said, and the records."""
    results = script.parent / "results"
    status = __main__.main(
        ["gallery", "run", str(script), "--results", str(results), *options]
    )
    left = sorted(path.name for path in results.glob("*")) if results.exists() else []
    return status, capsys.readouterr().err, left


def started(script, *options, env=None, **others):
    """Start in a process of its own."""
    results = script.parent / "results"
    command = [sys.executable, "-m", "bookbuild", "gallery", "run", str(script)]
    return subprocess.Popen(
        [*command, "--results", str(results), *options],
        env=os.environ | (env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **others,
    )


def test_a_good_script_leaves_a_complete_record_and_its_figures(tmp_path, capsys):
    script = planted.write(tmp_path, planted.GOOD)
    figures = tmp_path / "figures"
    status, said, left = ran(script, capsys, "--figures", str(figures))
    assert (status, said, left) == (0, "", ["lines.plot_line.default.json"])
    record = json.loads((script.parent / "results" / left[0]).read_text())
    assert record["script"] == "lines/plot_line"
    assert record["facts"] == {"height": 1, "slope": {"mean": 0.5}}
    assert record["figures"] == 1
    assert record["wall_s"] > 0
    assert record["host_mib"] > 10
    assert record["first_step_s"] is record["steady_step_s"] is None
    assert record["device_mib"] is None
    assert {"python", "numpy"} <= record["versions"].keys()
    assert os.uname().nodename not in json.dumps(record)
    assert [path.name for path in figures.iterdir()] == ["lines.plot_line.1.png"]


LABEL = "A line that rises from nothing to one, for want of more."
SILENT = {
    "closes its figure": ("plt.show()", "plt.close()", "it draws nothing"),
    "draws an empty figure": (
        "fig, ax = plt.subplots()\nax.plot([0, 1])",
        "fig = plt.figure()",
        "it draws nothing",
    ),
    "describes nothing": (LABEL, "A line.", "figure 1 needs a text"),
    "finds nothing": ("plt.show()", "facts = {}", "`facts` with its results, but {}"),
    "has no facts": ("plt.show()", "del facts", "no dict `facts`"),
    "finds NaN": ('"height": 1', '"height": float("nan")', "'height' is nan"),
    "finds inf": ('"mean": 0.5', '"mean": 1e999', "'slope / mean' is inf"),
    "prints NaN": ('print("slope"', 'print("slope", 1e999 - 1e999', "slope nan"),
    "raises": ("plt.show()", "1 / 0", "line 15: ZeroDivisionError"),
    "leaves": ("plt.show()", "raise SystemExit(0)", "line 15: SystemExit"),
    "is no Python": ("plt.show()", "plt.show(", "line 15: SyntaxError"),
}


@pytest.mark.parametrize("what", SILENT)
def test_a_silent_failure_ends_in_one_line_and_no_record(what, tmp_path, capsys):
    old, new, fragment = SILENT[what]
    assert old in planted.GOOD
    script = planted.write(tmp_path, planted.GOOD.replace(old, new))
    status, said, left = ran(script, capsys)
    assert status == 1
    assert said.startswith("lines/plot_line.py: ")
    assert fragment in said
    assert said.count("\n") == 1
    assert left == []


def test_a_record_of_an_earlier_run_does_not_stand_for_a_failed_one(tmp_path, capsys):
    script = planted.write(tmp_path, planted.GOOD)
    assert ran(script, capsys)[2] == ["lines.plot_line.default.json"]
    planted.write(tmp_path, "1 / 0")
    assert ran(script, capsys)[2] == []


@pytest.mark.slow
def test_a_script_that_is_not_there_is_named(tmp_path, capsys):
    script = planted.write(tmp_path, planted.GOOD)
    script.unlink()
    status, said, _ = ran(script, capsys)
    assert status == 1
    assert "cannot be read: No such file" in said


def test_a_full_disk_leaves_nothing_half_written(tmp_path, capsys, monkeypatch):
    script = planted.write(tmp_path, planted.GOOD)

    def full(path, text, **_):
        path.touch()
        with path.open("w") as half:
            half.write(text[:20])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(Path, "write_text", full)
    status, said, left = ran(script, capsys)
    assert status == 1
    assert "No space left on device" in said
    assert "nothing half-written is left" in said
    assert left == []


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_ends_in_one_line_and_status_130(how, tmp_path):
    wait = tmp_path / "waits"
    text = f"import pathlib, time\npathlib.Path({str(wait)!r}).touch()\ntime.sleep(60)"
    process = started(planted.write(tmp_path, text))
    for _ in range(600):
        if wait.exists():
            break
        time.sleep(0.1)
    process.send_signal(how)
    _, said = process.communicate(timeout=60)
    assert process.returncode == __main__.INTERRUPTED == 130
    assert said.strip().startswith("Stopped.")
    assert "Traceback" not in said
    assert not list(tmp_path.rglob("*.json*"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("there", "held", "fragment"),
    [
        (False, 0, "a graphics card is demanded and torch sees none"),
        (True, 0, "Planted Card 80GB was not used"),
    ],
    ids=["no card", "idle card"],
)
def test_a_demanded_card_must_be_there_and_be_used(tmp_path, there, held, fragment):
    script = planted.write(tmp_path, planted.USES_KERAS)
    env = {"PYTHONPATH": str(planted.stand_ins(tmp_path, there=there, held=held))}
    process = started(script, "--device", "gpu", env=env)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1
    assert fragment in said
    assert said.count("\n") == 1
    assert not list(tmp_path.rglob("*.json*"))


@pytest.mark.slow
def test_a_card_that_was_used_is_named_with_what_it_held(tmp_path):
    script = planted.write(tmp_path, planted.USES_KERAS)
    env = {"PYTHONPATH": str(planted.stand_ins(tmp_path, held=5 * 2**20))}
    env["KERAS_BACKEND"] = "torch"
    process = started(script, "--device", "gpu", env=env)
    _, said = process.communicate(timeout=120)
    assert (process.returncode, said) == (0, "")
    (path,) = tmp_path.rglob("*.json")
    record = json.loads(path.read_text())
    assert record["device"] == "Planted Card 80GB"
    assert record["device_mib"] == 5
    assert record["versions"]["torch"] == "2.0"


@pytest.mark.parametrize(
    ("backend", "fragment"),
    [
        ("mxnet", "KERAS_BACKEND is 'mxnet'; it may be tensorflow, jax, torch"),
        ("jax", "which is not installed here"),
    ],
)
def test_a_backend_that_is_missing_is_named(
    backend, fragment, tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("KERAS_BACKEND", backend)
    monkeypatch.setattr(running.importlib.util, "find_spec", lambda name: None)
    script = planted.write(tmp_path, planted.USES_KERAS)
    status, said, left = ran(script, capsys)
    assert (status, left) == (1, [])
    assert fragment in said


TRAINS = planted.USES_KERAS.replace(
    "plt.show()",
    "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\n"
    "model.compile('sgd', 'mse')\n"
    "x = keras.ops.ones((64, 2))\n"
    "model.fit(x, x[:, :1], 8, 2, 0)\n",
)


@pytest.mark.slow
def test_the_first_step_is_timed_apart_from_the_steady_ones(tmp_path):
    process = started(planted.write(tmp_path, TRAINS))
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    (path,) = tmp_path.rglob("*.json")
    record = json.loads(path.read_text())
    assert record["first_step_s"] > record["steady_step_s"] > 0
    assert record["backend"] in running.devices.BACKENDS
    assert record["versions"]["keras"]


@pytest.mark.slow
def test_without_a_card_the_gpu_lane_says_so(tmp_path):
    script = planted.write(tmp_path, TRAINS)
    env = {"CUDA_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu"}
    process = started(script, "--device", "gpu", env=env)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 1
    assert "a graphics card is demanded" in said.splitlines()[-1]
    assert not list(tmp_path.rglob("*.json*"))
