"""Every example of the gallery on each backend of Keras, one process for each run."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bookbuild.gallery import agreement, devices, measuring, scripts

pytestmark = pytest.mark.backends

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = scripts.all_scripts(ROOT / "gallery")
TEXTS = {scripts.name_of(script): script.read_text() for script in SCRIPTS}
BANDS = agreement.read(ROOT / "gallery")
COMPLETE = {"backend", "date", "device", "facts", "script", "versions", "wall_s"}


def by_script(function):
    return pytest.mark.parametrize("script", SCRIPTS, ids=scripts.name_of)(function)


@pytest.mark.parametrize("backend", devices.BACKENDS)
@by_script
def test_runs(script, backend, runs):
    names, reason = scripts.runs_on(TEXTS[scripts.name_of(script)])
    if backend not in names:
        runs.skip(script, backend, reason)
        pytest.skip(f"runs on {', '.join(names)} alone: {reason}")
    record = runs.of(script, backend)
    assert isinstance(record, dict), record
    assert record.keys() >= COMPLETE
    assert record["figures"] >= 1
    if scripts.imports_keras(TEXTS[scripts.name_of(script)]):
        assert record["backend"] == backend


@by_script
def test_finds_the_same_on_each_backend(script, runs):
    names, _ = scripts.runs_on(TEXTS[scripts.name_of(script)])
    found = {backend: runs.of(script, backend) for backend in names}
    failed = [name for name, record in found.items() if isinstance(record, str)]
    assert not failed, f"it fails on {', '.join(failed)}: see test_runs"
    facts = {backend: record["facts"] for backend, record in found.items()}
    bands = BANDS.get(scripts.name_of(script), [])
    told = list(agreement.disagreements(facts, bands))
    assert not told, "\n".join(told)


@pytest.mark.parametrize("backend", devices.BACKENDS)
@pytest.mark.parametrize(
    ("name", "fact", "most"),
    [
        ("convolution/plot_convolution_arithmetic", "largest gap", 1e-5),
        ("neurons/plot_linear_layers_collapse", "largest gap", 1e-3),
        ("scale/plot_data_parallel", "plain", 1e-4),
    ],
)
def test_a_processor_is_exact_where_a_script_allows_a_card_more(
    name, fact, most, backend, runs
):
    record = runs.of(ROOT / "gallery" / f"{name}.py", backend)
    assert record["facts"][fact] < most


def test_several_devices_share_a_batch_where_jax_has_them(tmp_path, monkeypatch):
    """The page says that their gradients are those of one device."""
    monkeypatch.setenv("XLA_FLAGS", "--xla_force_host_platform_device_count=8")
    script = ROOT / "gallery" / "scale" / "plot_data_parallel.py"
    record = measuring.run_one(script, tmp_path, backend="jax")
    assert isinstance(record, dict), record
    facts = record["facts"]
    assert facts["devices"] == 8
    assert facts["plain, shared"] < 1e-5
    assert facts["batch normalisation, shared"] < 1e-5


@pytest.fixture(scope="module")
def steps(tmp_path_factory):
    """Take one step of the digits' network on each backend, from the same weights."""
    folder = tmp_path_factory.mktemp("steps")
    tool = Path(__file__).with_name("one_step.py")
    taken = {}
    for backend in devices.BACKENDS:
        out = folder / f"{backend}.npz"
        command = [sys.executable, str(tool), str(folder / "weights.npz"), str(out)]
        env = os.environ | {"KERAS_BACKEND": backend}
        done = subprocess.run(command, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
        with np.load(out) as kept:
            taken[backend] = dict(kept)
            assert kept["backend"] == backend
    return taken


@pytest.mark.parametrize(
    ("what", "most"),
    [("forward", 1e-5), ("loss", 1e-5), ("gradient", 1e-4), ("after", 1e-4)],
)
def test_the_digits_network_takes_the_same_step_on_each_backend(what, most, steps):
    values = [taken[what] for taken in steps.values()]
    assert all(taken["parameters"] == 47_645 for taken in steps.values())
    assert np.ptp(values[0]) > 100 * most or what == "loss", "nothing to compare"
    for value in values[1:]:
        np.testing.assert_allclose(value, values[0], rtol=0, atol=most)
