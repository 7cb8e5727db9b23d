"""Run by test_gallery.py on each backend: the digits' network, one batch, one step.

    KERAS_BACKEND=jax python one_step.py weights.npz out.npz

The weights are read where the first file exists and drawn and written where not.
"""

import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits

RATE = 0.1


def main(weights: Path, out: Path) -> None:
    """Take the step and write what came of it."""
    # The network of gallery/training/plot_digits_convnet.py.
    model = keras.Sequential([keras.Input((32, 32, 1))])
    for filters, kernel_size in [(10, 5), (25, 5), (100, 4)]:
        model.add(layers.Conv2D(filters, kernel_size, activation="relu"))
        model.add(layers.MaxPooling2D(2))
    model.add(layers.Flatten())
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(keras.optimizers.SGD(RATE), "sparse_categorical_crossentropy")

    digits = load_digits()
    x = np.kron(digits.images[:32, ..., np.newaxis] / 16, np.ones((1, 4, 4, 1)))
    x, y = x.astype("float32"), digits.target[:32]

    if weights.exists():
        with np.load(weights) as kept:
            model.set_weights([kept[str(k)] for k in range(len(kept))])
    else:
        keras.utils.set_random_seed(0)
        drawn = [
            keras.random.normal(w.shape, stddev=0.1, seed=0) for w in model.weights
        ]
        model.set_weights([keras.ops.convert_to_numpy(w) for w in drawn])
        np.savez(weights, **{str(k): w for k, w in enumerate(model.get_weights())})

    before = model.get_weights()
    forward = model.predict(x, verbose=0)
    loss = model.train_on_batch(x, y)
    after = model.get_weights()
    gradient = [(old - new) / RATE for old, new in zip(before, after, strict=True)]
    np.savez(
        out,
        backend=keras.backend.backend(),
        parameters=model.count_params(),
        forward=forward,
        loss=loss,
        gradient=np.concatenate([part.ravel() for part in gradient]),
        after=np.concatenate([part.ravel() for part in after]),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
