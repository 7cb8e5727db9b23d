import re

import numpy as np
import pytest

from byhand.datasets import digits, galaxies


def test_digits_are_shuffled_in_equal_proportions():
    x, y_t, x_test, y_test = digits()
    assert len(x) + len(x_test) == 1797
    assert x.dtype == "float32"
    assert (x.min(), x.max()) == (0, 1)
    assert np.ptp(np.bincount(y_test)) <= 3
    assert not np.array_equal(y_t, digits(seed=1).y_t)


def test_larger_digits_repeat_each_pixel():
    small, large = digits().x, digits(size=32).x
    assert large.shape[1:] == (32, 32, 1)
    assert np.array_equal(large[:, ::4, ::4], small)
    assert np.array_equal(large[:, 3::4, 1::4], small)


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


@pytest.mark.parametrize(
    ("call", "fragment"),
    [
        (lambda: digits(size=10), "multiple of 8, got 10"),
        (lambda: digits(held_out=1.0), "between 0 and 1, got 1.0"),
        (lambda: galaxies(0), "count must be at least 1, got 0"),
        (lambda: galaxies(2, size=4), "size must be at least 8"),
        (lambda: galaxies(2, noise=-1), "noise must not be negative"),
        (lambda: galaxies(2, blur=float("nan")), "blur must not be negative, got nan"),
        (lambda: galaxies(2, tilt=90), "below 90 degrees, got 90"),
    ],
)
def test_what_cannot_be_made_is_refused(call, fragment):
    with pytest.raises(ValueError, match=re.escape(fragment)):
        call()
