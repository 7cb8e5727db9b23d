"""Running all scripts: what is kept when they pass, what is said when they fail."""

import json
import os

import pytest

from bookbuild import __main__
from bookbuild.gallery import measuring, running
from tests import planted


@pytest.fixture(autouse=True)
def _no_backend(monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)


def ran(folder, capsys, kind="cpu"):
    options = [f"--{name}={folder / name}" for name in ("gallery", "costs", "figures")]
    status = __main__.main(["gallery", "measure", kind, *options])
    said = capsys.readouterr()
    costs = folder / "costs"
    files = sorted(path.name for path in costs.iterdir()) if costs.exists() else []
    return status, said.out, said.err, files


class TestResuming:
    @pytest.fixture
    def script(self, tmp_path):
        path = tmp_path / "gallery" / "lines" / "plot_a.py"
        path.parent.mkdir(parents=True)
        path.write_text("one")
        return path

    @pytest.fixture
    def ran(self, monkeypatch):
        """The backends on which a script was run, each run leaving a record."""
        found = []

        def run_one(script, results, *, backend):
            found.append(backend)
            if backend == "torch":
                return "it failed"
            path = running.record_path(results, script, backend)
            path.write_text(json.dumps({"run": len(found)}))
            return {"run": len(found)}

        monkeypatch.setattr(measuring, "run_one", run_one)
        return found

    def test_what_passed_today_is_not_run_again(self, script, ran, tmp_path):
        first = measuring.resumed(script, tmp_path, backend="jax", resume=False)
        again = measuring.resumed(script, tmp_path, backend="jax", resume=True)
        assert first == again == {"run": 1}
        measuring.resumed(script, tmp_path, backend="tensorflow", resume=True)
        assert ran == ["jax", "tensorflow"]

    def test_nothing_is_taken_unless_asked_for(self, script, ran, tmp_path):
        for _ in range(2):
            measuring.resumed(script, tmp_path, backend="jax", resume=False)
        assert ran == ["jax", "jax"]

    @pytest.mark.parametrize("change", ["script", "package", "versions", "day"])
    def test_whatever_has_changed_is_run_again(
        self, script, ran, tmp_path, monkeypatch, change
    ):
        measuring.resumed(script, tmp_path, backend="jax", resume=True)
        if change == "script":
            script.write_text("two")
        elif change == "package":
            monkeypatch.setattr(measuring.places, "ROOT", tmp_path)
            package = tmp_path / "src" / "byhand"
            package.mkdir(parents=True)
            (package / "one.py").write_text("")
        elif change == "versions":
            monkeypatch.setattr(measuring.inputs, "versions", lambda: "others")
        else:
            monkeypatch.setattr(measuring.time, "strftime", lambda _: "2000-01-01")
        measuring.resumed(script, tmp_path, backend="jax", resume=True)
        assert ran == ["jax", "jax"]

    def test_what_failed_or_was_lost_is_run_again(self, script, ran, tmp_path):
        for _ in range(2):
            told = measuring.resumed(script, tmp_path, backend="torch", resume=True)
            assert told == "it failed"
        measuring.resumed(script, tmp_path, backend="jax", resume=True)
        running.record_path(tmp_path, script, "jax").write_text("{")
        measuring.resumed(script, tmp_path, backend="jax", resume=True)
        assert ran == ["torch", "torch", "jax", "jax"]


@pytest.mark.slow
def test_costs_are_small_sorted_data_without_paths_or_hosts(tmp_path, capsys):
    planted.write(tmp_path, planted.GOOD, "plot_b")
    planted.write(tmp_path, planted.GOOD, "plot_a")
    status, out, err, files = ran(tmp_path, capsys)
    assert (status, err, files) == (0, "", ["cpu.json"])
    assert "[1/2] lines/plot_a  " in out
    assert "[2/2] lines/plot_b  " in out
    text = (tmp_path / "costs" / "cpu.json").read_text()
    kept = json.loads(text)
    assert list(kept["scripts"]) == ["lines/plot_a", "lines/plot_b"]
    assert kept["scripts"]["lines/plot_a"].keys() == set(measuring.MEASURED)
    assert kept["device"] == kept["host"]
    assert kept["kind"] == "cpu"
    assert text == json.dumps(kept, indent=1, sort_keys=True) + "\n"
    assert str(tmp_path) not in text
    assert os.uname().nodename not in text
    assert len(list((tmp_path / "figures").iterdir())) == 2


@pytest.mark.slow
def test_failures_are_listed_last_and_no_costs_are_kept(tmp_path, capsys):
    planted.write(tmp_path, planted.GOOD, "plot_a")
    planted.write(tmp_path, planted.GOOD.replace("plt.show()", "1 / 0"), "plot_b")
    planted.write(tmp_path, planted.GOOD.replace("facts =", "found ="), "plot_c")
    planted.write(tmp_path, planted.GOOD.replace("moment.", "\n\nRuns on:"), "plot_d")
    status, out, err, files = ran(tmp_path, capsys)
    assert (status, files) == (1, [])
    assert out.count("FAILED") == 3
    last = err.strip().splitlines()
    assert last[0] == "No costs are kept: 3 failed."
    assert last[1].strip().startswith("lines/plot_b.py: line 15: ZeroDivisionError")
    assert last[2].strip().startswith("lines/plot_c.py: ")
    assert last[3].strip().startswith("lines/plot_d.py: the line `Runs on:` must be")
    assert "Traceback" not in err


@pytest.mark.slow
def test_a_script_that_does_not_end_is_stopped(tmp_path):
    script = planted.write(tmp_path, "import time\ntime.sleep(60)\n")
    told = measuring.run_one(script, tmp_path / "results", limit=1)
    assert told == "lines/plot_line.py: it did not end within 1 s"


def test_what_a_card_says_is_not_taken_for_noise(tmp_path):
    failing = "raise MemoryError('CUDA out of memory, planted')\n"
    script = planted.write(tmp_path, failing)
    told = measuring.run_one(script, tmp_path / "results")
    assert told.startswith("lines/plot_line.py: ")
    assert "CUDA out of memory, planted" in told


def test_every_backend_computes_in_full_float32_on_a_card():
    given = measuring.environment("jax")
    assert given["NVIDIA_TF32_OVERRIDE"] == "0"
    assert given["JAX_DEFAULT_MATMUL_PRECISION"] == "float32"


@pytest.mark.slow
def test_a_script_for_another_backend_is_passed_over_with_its_reason(tmp_path, capsys):
    limited = planted.GOOD.replace(
        "Drawn in a moment.\n", "Drawn in a moment.\n\nRuns on: jax (so it is)\n"
    )
    planted.write(tmp_path, limited, "plot_a")
    planted.write(tmp_path, planted.GOOD, "plot_b")
    status, out, _, _ = ran(tmp_path, capsys)
    assert status == 0
    assert "[1/2] lines/plot_a  not on tensorflow: so it is" in out
    kept = json.loads((tmp_path / "costs" / "cpu.json").read_text())
    assert list(kept["scripts"]) == ["lines/plot_b"]


def test_without_scripts_there_is_a_message(tmp_path, capsys):
    status, _, err, files = ran(tmp_path, capsys)
    assert (status, files) == (1, [])
    assert "there is no */plot_*.py" in err


@pytest.mark.slow
def test_the_lane_for_cards_takes_the_first_backend_that_sees_one(
    tmp_path, capsys, monkeypatch
):
    planted.write(tmp_path, planted.USES_KERAS)
    stand_ins = planted.stand_ins(tmp_path, held=7 * 2**20)
    for name in ("tensorflow", "jax"):  # as on a machine without them
        (stand_ins / f"{name}.py").write_text("raise ImportError\n")
    monkeypatch.setenv("PYTHONPATH", str(stand_ins))
    status, _, err, files = ran(tmp_path, capsys, "gpu")
    assert (status, err, files) == (0, "", ["planted-card-80gb-torch.json"])
    kept = json.loads((tmp_path / "costs" / files[0]).read_text())
    assert kept["backend"] == "torch"
    assert kept["device"] == "Planted Card 80GB"
    assert kept["scripts"]["lines/plot_line"]["device_mib"] == 7


def test_without_a_card_the_lane_for_cards_refuses(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "no_such_backend")
    planted.write(tmp_path, planted.GOOD)
    status, _, err, files = ran(tmp_path, capsys, "gpu")
    assert (status, files) == (1, [])
    assert "no_such_backend (in .venv" in err
    assert "sees none" in err
