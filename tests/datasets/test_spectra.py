import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from byhand.datasets import LINES, spectra

QUIET = {"noise": 0, "white": 0, "slope": 0}
# An odd length has a point in the middle, where the line then stands.
STILL = {**QUIET, "length": 41, "shift": 0, "stretch": 1, "contrast": 1}


def clean(kind, **changes):
    """Return the spectrum of a kind without anything random."""
    x, labels = spectra(len(LINES), **{**STILL, **changes})
    return x[labels == LINES.index(kind)][0, :, 0]


def test_spectra_are_reproducible_and_each_kind_is_as_frequent():
    x, labels = spectra(50, seed=3)
    again, same = spectra(50, seed=3)
    assert (x.shape, x.dtype) == ((50, 40, 1), "float32")
    assert np.array_equal(x, again)
    assert np.array_equal(labels, same)
    assert np.bincount(labels).tolist() == [5] * 10
    assert not np.array_equal(x, spectra(50, seed=4)[0])


def test_each_kind_has_a_profile_of_its_own():
    profiles = np.stack([clean(kind) for kind in LINES])
    apart = np.abs(profiles[:, np.newaxis] - profiles).max(axis=2)
    assert apart[~np.eye(len(LINES), dtype=bool)].min() > 0.25


def test_emission_is_positive_and_absorption_its_mirror_image():
    assert clean("emission").max() == pytest.approx(1)
    assert np.array_equal(clean("absorption"), -clean("emission"))
    assert np.array_equal(clean("double absorption"), -clean("double-peaked emission"))


@pytest.mark.parametrize("kind", LINES)
def test_a_profile_is_symmetric_unless_matter_moves(kind):
    profile = clean(kind)
    moving = kind in {"P Cygni", "inverse P Cygni", "emission with a red tail"}
    assert np.allclose(profile, profile[::-1], atol=1e-6) is not moving


def test_p_cygni_absorbs_on_the_blue_side():
    profile = clean("P Cygni")
    assert profile.argmin() < 20 < profile.argmax()
    assert np.allclose(clean("inverse P Cygni"), profile[::-1], atol=1e-6)


def peaks(x, labels):
    """Return place, height and width of each line of emission, in points."""
    lines = x[labels == LINES.index("emission"), :, 0]
    width = lines.sum(axis=1) / lines.max(axis=1) / np.sqrt(2 * np.pi)
    return lines.argmax(axis=1) - 20, lines.max(axis=1), width


def test_lines_move_and_vary_as_far_as_asked():
    place, height, width = peaks(*spectra(4000, **{**STILL, "shift": 8}))
    assert np.abs(place).max() == pytest.approx(8, abs=0.6)
    assert np.ptp(width) < 0.1
    _, height, _ = peaks(*spectra(4000, **{**STILL, "contrast": 1.5}))
    assert (height.min(), height.max()) == pytest.approx((1 / 1.5, 1.5), rel=0.03)
    _, _, width = peaks(*spectra(4000, **{**STILL, "stretch": 1.5}))
    assert width.max() / width.min() == pytest.approx(1.5**2, rel=0.05)


def test_the_slope_is_that_at_the_ends():
    flat, _ = spectra(2000, **STILL)
    steep, _ = spectra(2000, **{**STILL, "slope": 0.8})
    change = (steep - flat)[..., 0]
    assert np.allclose(np.diff(change, 2, axis=1), 0, atol=1e-5)
    assert np.abs(change[:, -1]).max() == pytest.approx(0.8, rel=0.05)


@pytest.mark.parametrize(("name", "neighbours"), [("noise", 0.97), ("white", 0.0)])
def test_noise_has_the_spread_and_the_correlation_asked_for(name, neighbours):
    quiet, _ = spectra(4000, **STILL)
    noisy, _ = spectra(4000, **{**STILL, name: 0.3})
    added = (noisy - quiet)[..., 0]
    assert np.allclose(added.std(axis=0), 0.3, rtol=0.05)
    found = np.corrcoef(added[:, 20], added[:, 21])[0, 1]
    assert found == pytest.approx(neighbours, abs=0.05)


def test_a_longer_spectrum_holds_the_same_line():
    long = clean("P Cygni", length=61)
    assert np.allclose(long[10:51], clean("P Cygni"), atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        ({"count": 0}, "count must be at least 1, got 0"),
        ({"length": 10}, "length must be at least 20, got 10"),
        ({"noise": -0.1}, "noise must be finite and not negative, got -0.1"),
        ({"white": float("nan")}, "white must be finite and not negative, got nan"),
        ({"slope": float("inf")}, "slope must be finite and not negative, got inf"),
        ({"stretch": 0.5}, "stretch is a factor of at least 1, got 0.5"),
        ({"contrast": float("inf")}, "contrast is a factor of at least 1, got inf"),
        ({"shift": 21}, "from 0 to half the length, 20.0, got 21"),
    ],
)
def test_what_cannot_be_made_is_refused(arguments, fragment):
    with pytest.raises(ValueError, match=re.escape(fragment)):
        spectra(**{"count": 4, **arguments})


def score(model, *, training, test=1000):
    """Return the accuracy of a model of scikit-learn on spectra it has not seen."""
    x, labels = spectra(training + test)
    flat = x[..., 0]
    model.fit(flat[:training], labels[:training])
    return model.score(flat[training:], labels[training:])


@pytest.mark.slow
def test_a_linear_model_sees_little_and_a_kernel_more():
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=200))
    kernel = make_pipeline(StandardScaler(), SVC(C=10))
    assert 0.2 < score(linear, training=1000) < 0.4
    assert 0.38 < score(kernel, training=1000) < 0.6


BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "spectra.py"


@pytest.mark.slow
@pytest.mark.weekly
@pytest.mark.parametrize("row", ["dense", "conv", "conv+bn"])
def test_a_network_of_the_benchmark_stays_in_its_band(row):
    done = subprocess.run(
        [sys.executable, BENCHMARK, "--seeds", "2", row],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("outside their band: none\n")
