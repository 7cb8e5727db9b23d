"""What Keras builds for byhand.shapes leaves nothing behind in Keras."""

import pytest

from byhand.shapes.applications import weights_without_values

keras = pytest.importorskip("keras")


class Counting(keras.initializers.Initializer):
    """Zeros, and how often somebody asked for them."""

    def __init__(self):
        self.calls = 0

    def __call__(self, shape, dtype=None):
        self.calls += 1
        return keras.ops.zeros(shape, dtype=dtype)


def dense_with(initializer):
    return keras.layers.Dense(2, kernel_initializer=initializer, use_bias=False)


def end_a_scope():
    """Do what Keras does when anybody builds a layer of one's own."""
    with keras.StatelessScope():
        pass


def test_weights_without_values_never_get_any():
    initializer = Counting()
    with weights_without_values():
        layer = dense_with(initializer)
        layer.build((None, 3))
    end_a_scope()
    assert layer.count_params() == 6
    assert initializer.calls == 0


def test_without_it_they_get_values_later():
    """If this fails, Keras has mended it, and weights_without_values may go."""
    initializer = Counting()
    with keras.StatelessScope(initialize_variables=False):
        dense_with(initializer).build((None, 3))
    assert initializer.calls == 0
    end_a_scope()
    assert initializer.calls == 1


def test_what_a_reader_has_left_to_wait_still_waits():
    initializer = Counting()
    with keras.StatelessScope(initialize_variables=False):
        dense_with(initializer).build((None, 3))
    with weights_without_values():
        dense_with(Counting()).build((None, 3))
    end_a_scope()
    assert initializer.calls == 1
