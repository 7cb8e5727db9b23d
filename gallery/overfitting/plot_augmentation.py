"""
Shifted copies of spectra
=========================

How far should training examples be shifted, and what does it gain?
A spectral line keeps its kind wherever it stands, but a dense network that
has seen a thousand spectra has to learn this place by place. *Data
augmentation* shows it shifted copies, and needs no new labels. Too large a
shift, which tears lines apart at the ends, may do harm.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.datasets import spectra, three_way
from byhand.experiments import compare, tune
from byhand.restarts import fresh_start
from keras import layers, ops

LENGTH = 40  # points in a spectrum
KINDS = 10  # kinds of line profile
EXAMPLES = 5000  # spectra of one seed, 3000 of them to learn from
SHIFTS = (0, 5, 20)  # largest shift in training, in points
RATES = (1e-3, 3e-3, 1e-2, 3e-2)  # learning rates that are tried
SEEDS = 5
BATCH = 50
COPIES = 3  # of each spectrum in an epoch
EPOCHS = 7
WIDTH = 128  # units in a hidden layer

# Several steps in one call take less time; PyTorch knows single steps only.
AT_ONCE = 1 if keras.backend.backend() == "torch" else 30

keras.utils.set_random_seed(0)


# %%
# A layer that shifts
# -------------------
#
# In training, each spectrum of a mini-batch is moved by a random number of
# points. What leaves at one end comes back at the other. In inference, the
# layer returns the spectra as they are.
class RandomShift(layers.Layer):
    """Shift each spectrum along its points, by a random whole number."""

    def __init__(self, largest, **options):  # those that every layer has
        super().__init__(**options)
        self.largest = largest
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, x, training=False):
        if not training or self.largest == 0:
            return x
        shift = keras.random.randint(
            (ops.shape(x)[0], 1, 1),
            -self.largest,
            self.largest + 1,
            seed=self.seed_generator,
        )
        points = ops.reshape(ops.arange(LENGTH), (1, LENGTH, 1))
        return ops.take_along_axis(x, (points - shift) % LENGTH, axis=1)


# %%
# One network for each shift
# --------------------------
#
# A dense network has no idea that neighbouring points belong together, so it
# profits from being shown. Each network is compiled once, which takes longer
# than a training. A run begins with new weights and a fresh optimiser.
def build(largest_shift):
    """Return an untrained network that shifts its training examples."""
    return keras.Sequential(
        [
            keras.Input((LENGTH, 1)),
            RandomShift(largest_shift),
            layers.Flatten(),
            layers.Dense(WIDTH, activation="relu"),
            layers.Dense(WIDTH, activation="relu"),
            layers.Dense(KINDS, activation="softmax"),
        ]
    )


networks = {largest: build(largest) for largest in SHIFTS}
for network in networks.values():
    network.compile(
        optimizer=keras.optimizers.Adam(),
        loss="sparse_categorical_crossentropy",
        steps_per_execution=AT_ONCE,
    )


def split(seed):
    """Return training, validation and test spectra of a seed."""
    x, labels = spectra(EXAMPLES, seed=seed)
    return three_way(x, labels, seed=seed)


def train(largest_shift, rate, seed):
    """Return a network after a training with cosine decay, and its data."""
    data = split(seed)
    network = networks[largest_shift]
    fresh_start(network, seed=seed)
    cosine = keras.callbacks.LearningRateScheduler(
        lambda epoch: rate * (1 + np.cos(np.pi * epoch / EPOCHS)) / 2
    )
    network.fit(
        data.x.repeat(COPIES, axis=0),
        data.y_t.repeat(COPIES),
        batch_size=BATCH,
        epochs=EPOCHS,
        callbacks=[cosine],
        verbose=0,
    )
    return network, data


def accuracy(network, x, y):
    """Return the fraction of spectra that are classified correctly."""
    probabilities = ops.convert_to_numpy(network(x))
    return np.mean(probabilities.argmax(axis=1) == y)


def validation_accuracy(largest_shift, rate, seed):
    """Return the fraction of validation spectra classified correctly."""
    network, data = train(largest_shift, rate, seed)
    return accuracy(network, data.x_val, data.y_val)


def test_accuracy(largest_shift, rate, seed):
    """Return the fraction of test spectra classified correctly."""
    network, data = train(largest_shift, rate, seed)
    return accuracy(network, data.x_test, data.y_test)


# %%
# The experiment
# --------------
#
# The learning rate of each arm is chosen on the validation set, with one seed.
# Then every arm learns with five seeds, which draw the spectra and the initial
# weights.
best_rates = {}
for largest in SHIFTS:
    tuning = tune(
        lambda rate, seed, largest=largest: validation_accuracy(
            largest, rate, seed
        ),
        RATES,
    )
    best_rates[largest] = tuning.best
    print(f"shifts of up to {largest}: learning rate {tuning.best}")

comparison = compare(
    {
        f"shifts of {largest}": lambda seed, largest=largest: test_accuracy(
            largest, best_rates[largest], seed
        )
        for largest in SHIFTS
    },
    seeds=SEEDS,
)
print(comparison)

facts = {"examples": len(split(0).x), "seeds": SEEDS}
for largest, arm in zip(SHIFTS, comparison.scores):
    facts[f"accuracy {largest}"] = comparison.spread(arm).mean
    if largest:
        change = comparison.difference(arm)
        facts[f"change {largest}"] = change.mean
        facts[f"half-width {largest}"] = change.half_width
bands = {name: 0.04 for name in facts if name not in ("examples", "seeds")}
assert comparison.difference("shifts of 5").low > 0
assert comparison.difference("shifts of 20").high < 0

# %%
# Shifts of up to five points help, and shifts of up to twenty do harm: with
# them, any point may lie anywhere, and lines are torn apart at the ends. The
# test spectra hold no such lines.
fig, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
means = []
for place, (arm, runs) in enumerate(comparison.scores.items()):
    found = comparison.spread(arm)
    means.append(f"{arm} points {found.mean:.2f}")
    ax.plot(np.full(len(runs), place), runs, "o", color="C7", mfc="none")
    ax.errorbar(
        place + 0.15, found.mean, yerr=found.half_width, fmt="sC1", capsize=4
    )
ax.set_xticks(range(len(SHIFTS)), [f"up to {largest}" for largest in SHIFTS])
ax.set(
    xlabel="random shift in training (points)",
    ylabel="accuracy on test spectra",
    xlim=(-0.5, len(SHIFTS) - 0.5),
)
fig.set_label(
    f"Accuracy on test spectra, mean of {SEEDS} seeds: {', '.join(means)}."
)
plt.show()

# %%
# Figure: The accuracy on test spectra without and with random shifts in
# training. Circles are seeds; squares are their means, with intervals at 95 %.
#
# What the network is shown
# -------------------------
#
# One spectrum with a double peak, and what the layer makes of it.
spectrum = split(0).x[split(0).y_t == 2][:1]
fig, axes = plt.subplots(
    1, 2, figsize=(7, 2.6), sharey=True, layout="constrained"
)
for ax, largest in zip(axes, SHIFTS[1:]):
    shifted = RandomShift(largest)(spectrum.repeat(4, axis=0), training=True)
    for copy in ops.convert_to_numpy(shifted):
        ax.plot(copy[:, 0], color="C0", alpha=0.6)
    ax.plot(spectrum[0, :, 0], "k--")
    ax.set(title=f"shifts of up to {largest}", xlabel="point")
axes[0].set_ylabel("flux")
fig.set_label(
    "A spectrum with two peaks and four shifted copies, twice: by up to "
    f"{SHIFTS[1]} points the peaks stay together, by up to {SHIFTS[2]} some "
    "are cut by an end."
)
plt.show()

# %%
# Figure: A spectrum (dashed) and four copies of it (blue), shifted by up to
# five points on the left and by up to twenty on the right.

# %%
# What to try next
# ----------------
#
# - Which largest shift is best? Tune it on the validation set, between 1 and
#   20 points.
# - Shift without wrapping round, and fill the gap with zeros or with the last
#   value: is a shift of twenty still harmful?
# - Replace the dense layers by convolutions, which need no such examples.
#   What do shifts gain then?
