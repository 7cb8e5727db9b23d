import re

import numpy as np
import pytest

from byhand.datasets import digits


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


@pytest.mark.parametrize(
    ("call", "fragment"),
    [
        (lambda: digits(size=10), "multiple of 8, got 10"),
        (lambda: digits(held_out=1.0), "between 0 and 1, got 1.0"),
    ],
)
def test_what_cannot_be_made_is_refused(call, fragment):
    with pytest.raises(ValueError, match=re.escape(fragment)):
        call()
