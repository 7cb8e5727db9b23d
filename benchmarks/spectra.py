"""What models make of `byhand.datasets.spectra`: the effects that the book relies on.

Prints a table with the mean over the seeds, the standard deviation of one run, the
band that is expected and the seconds of a run. A seed draws the data as well as the
initial weights. Networks of one kind have equally many updates, however few examples
they learn from. The whole takes about half an hour on one core; name rows to run them
alone.

    python benchmarks/spectra.py [--seeds 5] [ROW ...]
"""

import argparse
import math
import os
import sys
import time
from dataclasses import dataclass

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ.setdefault("OMP_NUM_THREADS", "1")  # more would wait for one another

import keras
import numpy as np
from keras import layers
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from byhand.datasets import spectra
from byhand.experiments import spread

TRAINING, TEST = 4000, 1000
KINDS = 10
BATCH = 64
# Dropout and shifts need a long training before they pay.
DENSE_UPDATES, CONV_UPDATES = 3800, 1250
DENSE_RATE, CONV_RATE = 2e-3, 5e-3


def data(seed, training=TRAINING):
    """Return x, y_t, x_test, y_test; fewer for training are the first of the 4,000."""
    x, labels = spectra(TRAINING + TEST, seed=seed)
    return x[:training], labels[:training], x[TRAINING:], labels[TRAINING:]


# --- models


def logistic(seed, training=TRAINING):
    return classical(LogisticRegression(max_iter=500), seed, training)


def svm(seed, training=TRAINING):
    return classical(SVC(C=10), seed, training)


def classical(model, seed, training):
    x, y_t, x_test, y_test = data(seed, training)
    model = make_pipeline(StandardScaler(), model)
    model.fit(x[..., 0], y_t)
    return model.score(x_test[..., 0], y_test)


def dense_net(dropout=0.0):
    net = keras.Sequential([layers.Flatten()])
    for _ in range(2):
        net.add(layers.Dense(256, activation="relu"))
        net.add(layers.Dropout(dropout))
    net.add(layers.Dense(KINDS, activation="softmax"))
    return net


def conv_net(normalised=False):
    net = keras.Sequential()
    for strides in (1, 2, 2):
        net.add(layers.Conv1D(32, 5, strides=strides, padding="same"))
        if normalised:
            net.add(layers.BatchNormalization())
        net.add(layers.Activation("relu"))
    net.add(layers.Flatten())
    net.add(layers.Dense(KINDS, activation="softmax"))
    return net


def trained(build, seed, *, training=TRAINING, updates, rate, shifts=0):
    """Return the accuracy on the test set after a training."""
    keras.utils.set_random_seed(seed)
    x, y_t, x_test, y_test = data(seed, training)
    epochs = math.ceil(updates / math.ceil(training / BATCH))
    net = build()
    net.compile(
        optimizer=keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(rate, updates)
        ),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    rng = np.random.default_rng(seed)
    if shifts:
        for _ in range(epochs):
            moved = shifted(x, rng.integers(-shifts, shifts + 1, len(x)))
            net.fit(moved, y_t, batch_size=BATCH, epochs=1, verbose=0)
    else:
        net.fit(x, y_t, batch_size=BATCH, epochs=epochs, verbose=0)
    return net.evaluate(x_test, y_test, verbose=0)[1]


def shifted(x, steps):
    """Return each spectrum moved by its number of points, round the end."""
    places = (np.arange(x.shape[1]) - steps[:, np.newaxis]) % x.shape[1]
    return np.take_along_axis(x, places[..., np.newaxis], axis=1)


def dense(seed, *, dropout=0.0, shifts=0):
    return trained(
        lambda: dense_net(dropout),
        seed,
        updates=DENSE_UPDATES,
        rate=DENSE_RATE,
        shifts=shifts,
    )


def conv(seed, *, normalised=False, training=TRAINING):
    return trained(
        lambda: conv_net(normalised),
        seed,
        training=training,
        updates=CONV_UPDATES,
        rate=CONV_RATE,
    )


# --- the table


@dataclass(frozen=True)
class Row:
    """A model, how it scores for a seed, and the band of its mean accuracy."""

    score: object
    low: float
    high: float


ROWS = {
    "logistic": Row(logistic, 0.25, 0.45),
    "svm": Row(svm, 0.50, 0.75),
    "dense": Row(dense, 0.50, 0.78),
    "conv": Row(conv, 0.85, 0.97),
    "conv+bn": Row(lambda seed: conv(seed, normalised=True), 0.90, 0.99),
    "dense-dropout-0.25": Row(lambda seed: dense(seed, dropout=0.25), 0.50, 0.85),
    "dense-shifts-5": Row(lambda seed: dense(seed, shifts=5), 0.50, 0.90),
    "dense-shifts-20": Row(lambda seed: dense(seed, shifts=20), 0.30, 0.75),
    "conv-400": Row(lambda seed: conv(seed, training=400), 0.25, 0.80),
    "conv+bn-400": Row(
        lambda seed: conv(seed, normalised=True, training=400), 0.35, 0.90
    ),
}
for size in (125, 500, 2000):
    ROWS[f"logistic-{size}"] = Row(
        lambda seed, size=size: logistic(seed, size), 0.15, 0.45
    )
    ROWS[f"conv+bn-{size}"] = Row(
        lambda seed, size=size: conv(seed, normalised=True, training=size), 0.15, 0.97
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=5, help="runs of each row")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=", ".join(ROWS))
    chosen = parser.parse_args()
    if unknown := set(chosen.rows) - set(ROWS):
        parser.error(f"no such row: {sorted(unknown)}; there are {', '.join(ROWS)}")
    print(f"{'row':<20}  mean ± 95 %     sd     band       seconds a run")
    outside = []
    for name in chosen.rows or ROWS:
        row = ROWS[name]
        start = time.perf_counter()
        found = spread([row.score(seed) for seed in range(chosen.seeds)])
        seconds = (time.perf_counter() - start) / chosen.seeds
        print(
            f"{name:<20}  {found.mean:.3f} ± {found.half_width:.3f}  {found.std:.3f}"
            f"  {row.low:.2f}-{row.high:.2f}  {seconds:6.1f}",
            flush=True,
        )
        if not row.low <= found.mean <= row.high:
            outside.append(name)
    print("outside their band:", ", ".join(outside) or "none")
    return bool(outside)


if __name__ == "__main__":
    sys.exit(main())
