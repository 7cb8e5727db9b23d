import re

import numpy as np
import pytest

from byhand.datasets import ELLIPTICAL, LENS, SPIRAL, galaxies

pytestmark = pytest.mark.slow


def test_galaxies_are_reproducible_and_half_are_spirals():
    images, labels = galaxies(40, seed=3)
    again, _ = galaxies(40, seed=3)
    assert np.array_equal(images, again)
    assert labels.sum() == 20
    assert not np.array_equal(images, galaxies(40, seed=4)[0])


def test_the_brightest_pixel_is_one_and_the_noise_is_as_asked():
    clean, _ = galaxies(20, noise=0)
    assert np.allclose(clean.max(axis=(1, 2, 3)), 1)
    noisy, _ = galaxies(20, noise=0.3)
    # The corners are nearly dark: what varies there is noise.
    assert abs(noisy[:, :6, :6].std() - 0.3) < 0.05


def test_spirals_are_less_symmetric_under_a_quarter_turn():
    images, labels = galaxies(200, noise=0, tilt=0)
    turned = np.rot90(images, axes=(1, 2))
    apart = np.abs(images - turned).mean(axis=(1, 2, 3))
    assert np.median(apart[labels == 1]) > np.median(apart[labels == 0])


# What the function made before there were lenses: the labels, the sum of all pixels,
# and their sum with weights that any change of a pixel or of their order shows. A
# digest would also show the last bit, in which machines differ.
BEFORE_LENSES = [
    ({"count": 24}, "001010001100000111110111", 5010.9094, 1.8968647),
    (
        {"count": 10, "seed": 3, "size": 16, "noise": 0.2},
        "1000101110",
        661.6872,
        5.5346072,
    ),
    (
        {"count": 7, "seed": 1, "noise": 0, "tilt": 0, "blur": 0},
        "1010001",
        1171.27496,
        0.17892844,
    ),
]


@pytest.mark.parametrize(("arguments", "kinds", "total", "weighted"), BEFORE_LENSES)
def test_without_lenses_the_images_stay_what_they_were(
    arguments, kinds, total, weighted
):
    images, labels = galaxies(**arguments)
    weights = np.cos(np.arange(images.size)).reshape(images.shape)
    assert "".join(map(str, labels)) == kinds
    assert images.sum(dtype="float64") == pytest.approx(total, rel=1e-6)
    assert (images * weights).sum() == pytest.approx(weighted, abs=1e-4)


@pytest.mark.parametrize(
    ("fraction", "expected"), [(0.01, 2), (0.001, 1), (0.5, 100), (1.0, 200)]
)
def test_lenses_are_as_many_as_asked(fraction, expected):
    _, labels = galaxies(200, size=8, lenses=fraction)
    assert (labels == LENS).sum() == expected
    assert abs((labels == ELLIPTICAL).sum() - (labels == SPIRAL).sum()) <= 1


def test_a_lens_has_more_light_far_out_than_an_elliptical():
    images, labels = galaxies(300, noise=0, blur=0, lenses=0.5)
    rows, columns = np.mgrid[:32, :32] - 15.5
    radius = np.hypot(rows, columns)
    ring = (radius > 6) & (radius < 11)
    light = images[:, ring, 0].mean(axis=1)
    lens, elliptical = (np.median(light[labels == k]) for k in (LENS, ELLIPTICAL))
    assert lens > 1.2 * elliptical


def test_a_source_behind_a_lens_is_seen_as_a_ring_or_as_arcs():
    images, labels = galaxies(200, noise=0, blur=0, lenses=0.5)
    rows, columns = np.mgrid[:32, :32] - 15.5
    radius = np.hypot(rows, columns)
    # An elliptical fades outwards; at Einstein's radius a lens is bright again.
    rings = [(radius >= r) & (radius < r + 1) for r in range(2, 12)]
    brightest = np.stack([images[:, ring, 0].max(axis=1) for ring in rings], axis=1)
    rises = np.diff(brightest, axis=1).max(axis=1) > 0
    assert rises[labels == LENS].mean() > 0.9
    assert rises[labels == ELLIPTICAL].mean() < 0.1


def test_arcs_stand_in_every_direction():
    images, _ = galaxies(200, noise=0, blur=0, lenses=1)
    rows, columns = np.mgrid[:32, :32] - 15.5
    outer = np.hypot(rows, columns) > 6
    brightest = images[:, outer, 0].argmax(axis=1)
    aside = np.abs(columns[outer]) > np.abs(rows[outer])
    assert 0.35 < aside[brightest].mean() < 0.65


@pytest.mark.parametrize(
    ("call", "fragment"),
    [
        (lambda: galaxies(0), "count must be at least 1, got 0"),
        (lambda: galaxies(2, size=4), "size must be at least 8"),
        (lambda: galaxies(2, noise=-1), "noise must not be negative"),
        (lambda: galaxies(2, blur=float("nan")), "blur must not be negative, got nan"),
        (lambda: galaxies(2, tilt=90), "below 90 degrees, got 90"),
        (lambda: galaxies(2, lenses=1.5), "a fraction from 0 to 1, got 1.5"),
    ],
)
def test_what_cannot_be_made_is_refused(call, fragment):
    with pytest.raises(ValueError, match=re.escape(fragment)):
        call()
