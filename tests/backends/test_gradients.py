"""Gradient checks on each backend of Keras, one process for each."""

import os
import subprocess
import sys

import pytest

from bookbuild import places

pytestmark = pytest.mark.backends


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_layers_losses_and_a_model_pass_with_no_tuning(backend):
    code = (
        "import keras\nfrom tests.gradients import test_keras\n"
        "test_keras.check_all()\n"
        "test_keras.test_a_model_passes_and_is_left_as_it_was()\n"
        "print(keras.backend.backend())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=places.ROOT,
        env={**os.environ, "KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == [backend]
