"""
Shifted copies of spectra
=========================

How far should training examples be shifted, and what does it gain?
A spectral line keeps its kind wherever it stands, but a dense network has to
learn each kind anew at every place. *Data augmentation* shows it shifted
copies of the training spectra, which cost no new labels. Too large a shift
tears lines apart at the ends and may do harm.
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
SHIFTS = [0, 5, 20]  # largest shift in training, in points
WIDTH = 128  # units in each of two hidden layers
SEEDS = 5

# Several steps in one call take less time; PyTorch knows single steps only.
AT_ONCE = 1 if keras.backend.backend() == "torch" else 30

keras.utils.set_random_seed(0)


# %%
# A layer that shifts
# -------------------
#
# In training, each spectrum of a mini-batch is moved by a random number of
# points. What leaves at one end comes back at the other. In inference, the
# layer returns the spectra as they are. Because it is a layer, the shifts are
# drawn anew in every step, and the network never sees the same copy twice.
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
            minval=-self.largest,
            maxval=self.largest + 1,  # is not drawn itself
            seed=self.seed_generator,
        )
        points = ops.reshape(ops.arange(LENGTH), (1, LENGTH, 1))
        return ops.take_along_axis(x, (points - shift) % LENGTH, axis=1)


# %%
# What the network is shown
# -------------------------
#
# Look at augmented examples before you train with them. Whatever they show is
# what you tell the network to be true. Here is one spectrum with a double
# peak, and what the layer makes of it.
data = [
    three_way(*spectra(EXAMPLES, seed=seed), seed=seed)
    for seed in range(SEEDS)
]
double_peaks = data[0].x[data[0].y_t == 2]
spectrum = double_peaks[:1]

fig, axes = plt.subplots(
    1, 2, figsize=(6.4, 2.6), sharey=True, layout="constrained"
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
# Figure: A spectrum (dashed) and four copies of it (solid), shifted by up to
# five points on the left and by up to twenty on the right.


# %%
# One network for each shift
# --------------------------
#
# The layers behind the shift are dense. They do not know which points are
# neighbours, so they can learn only from examples that the place of a line
# does not matter. Each network is compiled once, which takes longer than a
# training.
def shifting_network(largest):
    """Return a compiled network that shifts its training examples."""
    network = keras.Sequential(
        [
            keras.Input((LENGTH, 1)),
            RandomShift(largest),
            layers.Flatten(),
            layers.Dense(WIDTH, activation="relu"),
            layers.Dense(WIDTH, activation="relu"),
            layers.Dense(KINDS, activation="softmax"),
        ]
    )
    network.compile(
        optimizer=keras.optimizers.Adam(),
        loss="sparse_categorical_crossentropy",
        steps_per_execution=AT_ONCE,
    )
    return network


networks = {largest: shifting_network(largest) for largest in SHIFTS}

# %%
# One training
# ------------
#
# A run begins with new weights and a reset optimiser. An epoch has three
# copies of each spectrum, and every copy is shifted in its own way. The
# learning rate falls along half a cosine, from epoch to epoch, so that the
# last steps average out the randomness of the shifts.
BATCH = 50  # examples in a mini-batch
COPIES = 3  # of each spectrum in an epoch
EPOCHS = 7


def trained(largest, rate, seed):
    """Return a network after a training with a falling learning rate."""
    network = networks[largest]
    fresh_start(network, seed=seed)
    cosine = keras.callbacks.LearningRateScheduler(
        lambda epoch: rate * (1 + np.cos(np.pi * epoch / EPOCHS)) / 2
    )
    network.fit(
        data[seed].x.repeat(COPIES, axis=0),
        data[seed].y_t.repeat(COPIES),
        batch_size=BATCH,
        epochs=EPOCHS,
        callbacks=[cosine],
        verbose=0,
    )
    return network


def accuracy(network, x, labels):
    """Return the fraction of spectra that are classified correctly."""
    probabilities = ops.convert_to_numpy(network(x))
    return np.mean(probabilities.argmax(axis=1) == labels)


# %%
# A learning rate for each shift
# ------------------------------
#
# Shifts make the task of the training harder, and another learning rate may
# suit it. So each arm of the comparison has its own, chosen on the validation
# set with one seed.
RATES = [3e-3, 1e-2, 3e-2]  # learning rates that are tried


def validation_accuracy(largest, rate, seed):
    """Train, and return the accuracy on the validation set."""
    network = trained(largest, rate, seed)
    return accuracy(network, data[seed].x_val, data[seed].y_val)


best_rates = {}
for largest in SHIFTS:
    tuning = tune(
        lambda rate, seed, largest=largest: validation_accuracy(
            largest, rate, seed
        ),
        RATES,
    )
    best_rates[largest] = tuning.best
    print(f"shifts of up to {largest}", tuning, sep="\n")


# %%
# Five seeds for each
# -------------------
#
# The seeds draw the spectra, the initial weights and the shifts. The
# differences from the network without shifts are taken seed by seed, on the
# test set, with intervals at 95 %.
def test_accuracy(largest, seed):
    """Train at the best rate, and return the accuracy on the test set."""
    network = trained(largest, best_rates[largest], seed)
    return accuracy(network, data[seed].x_test, data[seed].y_test)


comparison = compare(
    {
        str(largest): lambda seed, largest=largest: test_accuracy(
            largest, seed
        )
        for largest in SHIFTS
    },
    seeds=SEEDS,
)
print(comparison)

# %%
# What the shifts gain
# --------------------
#
# Shifts of up to five points help. Shifts of up to twenty do harm, because
# with them a line may stand anywhere and many are torn apart at the ends. The
# test set has no such lines, so the network spends a part of its weights on a
# task that is never asked of it. Both intervals exclude zero.
facts = {"examples": len(data[0].x), "seeds": SEEDS}
for largest in SHIFTS:
    facts[f"accuracy {largest}"] = comparison.spread(str(largest)).mean
for largest in SHIFTS[1:]:
    change = comparison.difference(str(largest))
    facts[f"change {largest}"] = change.mean
    facts[f"half-width {largest}"] = change.half_width
for name, value in facts.items():
    print(f"{name}: {value:.4g}")
assert comparison.difference("5").low > 0
assert comparison.difference("20").high < 0

# %%
# The comparison in a figure
# --------------------------
#
# The seeds of an arm differ by less than the arms do, so five of them are
# enough to see both effects.
fig, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
told = []
for place, (arm, runs) in enumerate(comparison.scores.items()):
    found = comparison.spread(arm)
    told.append(f"{found.mean:.2f} with shifts of up to {arm} points")
    ax.plot(np.full(len(runs), place), runs, "o", color="C7", mfc="none")
    ax.errorbar(
        place + 0.15, found.mean, yerr=found.half_width, fmt="sC1", capsize=4
    )
ticks = ["none", *[f"up to {largest}" for largest in SHIFTS[1:]]]
ax.set_xticks(range(len(SHIFTS)), ticks)
ax.set(
    xlabel="random shift in training (points)",
    ylabel="accuracy on test spectra",
    xlim=(-0.5, len(SHIFTS) - 0.5),
)
fig.set_label(
    f"Accuracy on test spectra, mean of {SEEDS} seeds: {', '.join(told)}."
)
plt.show()

# %%
# Figure: The accuracy on test spectra without and with random shifts in
# training. Circles are seeds; squares are their means, with intervals at 95 %.

# %%
# What to try next
# ----------------
#
# - Which largest shift is best? Tune it on the validation set, between 1 and
#   20 points.
# - Shift without wrapping round, and fill the gap with zeros or with the last
#   value. Is a shift of twenty still harmful?
# - Replace the dense layers by convolutions, which need no such examples.
#   What do shifts gain then?
