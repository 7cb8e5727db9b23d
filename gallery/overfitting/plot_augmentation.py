"""
Shifted copies of spectra
=========================

What do random shifts of training spectra gain, and can they be too large?
A spectral line keeps its kind wherever it stands, but a dense network has to
learn each kind anew at every position. *Data augmentation* (for a survey see
Shorten and Khoshgoftaar 2019, doi:10.1186/s40537-019-0197-0) shows the network
shifted copies of the training spectra, which cost no new labels. A large shift
tears lines apart at the ends, and moves others to where no real line stands.
And the more the copies vary, the longer the network has to be trained.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides
#
# byhand is the book's package; the page of its gallery says how to install it.
# fig.set_label(...) describes a figure for readers who cannot see it.

from functools import partial

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.datasets import LINES, spectra, three_way
from byhand.experiments import spread, tune
from byhand.restarts import fresh_start
from keras import layers, ops

LENGTH = 40  # points in a spectrum
CLASSES = 10  # kinds of line profile
EXAMPLES = 5000  # spectra of one seed, 40 % of them to learn from
SHIFTS = [0, 5, 20]  # largest shift in training, in points
SEEDS = range(80, 85)  # are compared
TUNING_SEED = 85  # learning rates are chosen with this one

# Several steps in one call take less time; with PyTorch, Keras allows one.
STEPS_PER_EXECUTION = 1 if keras.backend.backend() == "torch" else 20

keras.utils.set_random_seed(0)


# %%
# Data
# ----
#
# A seed draws the spectra and splits them into three parts.
def parts_of(seed):
    """Return the inputs and labels of each part of a seed's spectra."""
    x, y = spectra(EXAMPLES, seed=seed)
    parts = three_way(x, y, validation=0.2, test=0.4, seed=seed)
    return {
        "training": (parts.x, parts.y_t),
        "validation": (parts.x_val, parts.y_val),
        "test": (parts.x_test, parts.y_test),
    }


data = {seed: parts_of(seed) for seed in [*SEEDS, TUNING_SEED]}


# %%
# A layer that shifts
# -------------------
#
# In training, each spectrum of a mini-batch is moved by a random number of
# points. What leaves at one end comes back at the other. At inference, the
# layer returns the spectra as they are. Because it is a layer, the shifts are
# drawn anew in every step. For images Keras has such layers already, for
# instance ``RandomTranslation`` and ``RandomFlip``.
class RandomShift(layers.Layer):
    """Shift each spectrum along its points, by a random whole number."""

    def __init__(self, largest, **options):  # options of keras.layers.Layer
        super().__init__(**options)
        self.largest = largest
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, x, training=False):
        """Return the spectra, shifted in training."""
        if not training or self.largest == 0:
            return x
        shift = keras.random.randint(
            (ops.shape(x)[0], 1, 1),
            minval=-self.largest,
            maxval=self.largest + 1,  # exclusive
            seed=self.seed_generator,
        )
        length = x.shape[1]
        points = ops.reshape(ops.arange(length), (1, length, 1))
        return ops.take_along_axis(x, (points - shift) % length, axis=1)


# %%
# Augmented examples
# ------------------
#
# Look at augmented examples before you train with them, because they tell the
# network what it should take to be true. Here is one spectrum with a double
# peak, and what the layer makes of it. The larger the shifts are, the more
# lines are torn apart at the ends.
x, y = data[SEEDS[0]]["training"]
spectrum = x[y == LINES.index("double-peaked emission")][:1]

fig, axes = plt.subplots(
    1, 2, figsize=(6.4, 2.6), sharey=True, layout="constrained"
)
for ax, largest in zip(axes, SHIFTS[1:]):
    shifted = RandomShift(largest)(spectrum.repeat(4, axis=0), training=True)
    for copy in ops.convert_to_numpy(shifted):
        ax.plot(copy[:, 0], color="C0", alpha=0.6)
    ax.plot(spectrum[0, :, 0], color="black", linestyle="--")
    ax.set(title=f"shifts of up to {largest} points", xlabel="point")
axes[0].set_ylabel("flux")
fig.set_label(
    "A spectrum with two peaks and four shifted copies, twice: by up to "
    f"{SHIFTS[1]} points and by up to {SHIFTS[2]} points."
)
plt.show()

# %%
# Figure: A spectrum (dashed, flux in units of an average line) and four copies
# of it (solid), shifted by up to five points on the left and by up to twenty
# on the right.


# %%
# One network for each shift
# --------------------------
#
# The layers behind the shift are dense. They do not know which points are
# neighbours, so they can learn only from examples that the position of a line
# does not matter.
def shifting_network(largest):
    """Return a compiled network that shifts its training examples."""
    network = keras.Sequential(
        [
            keras.Input((LENGTH, 1)),
            RandomShift(largest),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(128, activation="relu"),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    network.compile(
        optimizer=keras.optimizers.Adam(),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=STEPS_PER_EXECUTION,
    )
    return network


# %%
# One training run
# ----------------
#
# Compiling takes time, so all runs with the same shift share one network, and
# ``fresh_start`` gives it new weights and resets its optimiser. On the way,
# ``fit`` measures the accuracy on the validation set, whose spectra are not
# shifted.
BATCH = 100  # examples in a mini-batch
EPOCHS = 32
EVERY = 8  # epochs from one measurement to the next


def train(network, rate, seed):
    """Train from new initial weights; return the validation accuracies."""
    fresh_start(network, seed=seed)
    network.optimizer.learning_rate = rate
    x, y = data[seed]["training"]
    x_val, y_val = data[seed]["validation"]
    history = network.fit(
        x,
        y,
        batch_size=BATCH,
        epochs=EPOCHS,
        validation_data=(x_val, y_val),
        validation_batch_size=len(x_val),
        validation_freq=EVERY,
        verbose=0,
    )
    return np.array(history.history["val_accuracy"])


def accuracy(network, seed, part):
    """Return the accuracy on a part, without shifts."""
    x, y = data[seed][part]
    return network.evaluate(x, y, batch_size=len(x), verbose=0)[1]


# %%
# Every shift with five seeds
# ---------------------------
#
# Another learning rate may suit another shift, so each shift has its own. It
# is chosen on the validation set of a seed that is not used again. Then five
# seeds draw the spectra, the initial weights and the shifts.
RATES = [0.003, 0.01, 0.03, 0.1]  # learning rates that are tried


def validation_accuracy(network, rate, seed):
    """Train a network, and return its validation accuracy at the end."""
    return train(network, rate, seed)[-1]


curves = {}  # validation accuracies, an array (seeds, measurements)
accuracies = {}  # by shift and part, one for each seed
PARTS = ["training", "test"]
for largest in SHIFTS:
    network = shifting_network(largest)
    tuning = tune(
        partial(validation_accuracy, network), RATES, seed=TUNING_SEED
    )
    print(f"shifts of up to {largest} points", tuning, "", sep="\n")
    curves[largest] = np.zeros((len(SEEDS), EPOCHS // EVERY))
    for part in PARTS:
        accuracies[largest, part] = np.zeros(len(SEEDS))
    for row, seed in enumerate(SEEDS):
        curves[largest][row] = train(network, tuning.best, seed)
        for part in PARTS:
            accuracies[largest, part][row] = accuracy(network, seed, part)

# %%
# What the shifts gain
# --------------------
#
# The differences from the network without shifts are taken seed by seed, on
# the test set, with 95 % confidence intervals. Shifts of up to five points
# help clearly. Shifts of up to twenty points do not, at least not in a
# training run of this length.
without = accuracies[0, "test"]
print(f"no shifts: test accuracy {without.mean():.3f}")
changes = {}
for largest in SHIFTS[1:]:
    test = accuracies[largest, "test"]
    changes[largest] = spread(test - without)
    print(
        f"up to {largest} points: test accuracy {test.mean():.3f}, change "
        f"{changes[largest].mean:+.3f} ± {changes[largest].half_width:.3f}"
    )

# %%
# Augmented examples take longer
# ------------------------------
#
# With shifts, the network meets other examples in every epoch, so it goes on
# learning for longer. After a quarter of the epochs, shifts of up to five
# points have gained hardly anything, and at the end they have gained most.
# Shifts of up to twenty points make the network slower. Its accuracy rises
# more than the others' when the training ends, and in a training five times as
# long it comes up to that of the network without shifts.
fig, ax = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
epochs = np.arange(EVERY, EPOCHS + 1, EVERY)
for largest, style in [(0, "C3s:"), (5, "C0o-"), (20, "C2^--")]:
    label = f"up to {largest} points" if largest else "no shifts"
    ax.plot(epochs, curves[largest].mean(axis=0), style, label=label)
    ax.plot(epochs, curves[largest].T, style[:2], linewidth=0.6, alpha=0.4)
ax.set(xlabel="epoch", ylabel="validation accuracy", xticks=epochs)
ax.legend()
described = []
for curve in curves.values():
    first, *_, last = curve.mean(axis=0)
    described.append(f"{first:.2f} to {last:.2f}")
fig.set_label(
    f"Validation accuracy from epoch {EVERY} to epoch {EPOCHS}: from "
    f"{described[0]} without shifts, from {described[1]} with shifts of up to "
    f"{SHIFTS[1]} points, and from {described[2]} with up to {SHIFTS[2]}."
)
plt.show()

# %%
# Figure: The accuracy on the validation set during training. Thick lines are
# means, and thin ones are seeds.

# %%
# Training and test accuracy
# --------------------------
#
# Without shifts, the network fits its training spectra far better than new
# ones, so it overfits. The larger the shift, the worse it fits the training
# spectra and the narrower the gap. A narrow gap alone is no success: with
# shifts of up to twenty points, the network underfits.
fig, ax = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
positions = np.arange(len(SHIFTS))
for part, colour, aside in [("training", "C0", -0.1), ("test", "C1", 0.1)]:
    scores = np.array([accuracies[largest, part] for largest in SHIFTS])
    spreads = [spread(row) for row in scores]
    ax.plot(
        positions + aside, scores, "o", color=colour, markerfacecolor="none"
    )
    ax.errorbar(
        positions + 1.8 * aside,
        [found.mean for found in spreads],
        yerr=[found.half_width for found in spreads],
        fmt="s",
        color=colour,
        capsize=4,
        label=f"{part} spectra",
    )
ax.set_xticks(positions, ["none", *[f"up to {n}" for n in SHIFTS[1:]]])
ax.set(xlabel="random shift in training (points)", ylabel="accuracy")
ax.set_xlim(-0.5, len(SHIFTS) - 0.5)
ax.legend()
means = [f"{accuracies[n, 'test'].mean():.2f} for {n}" for n in SHIFTS]
fig.set_label(f"Mean accuracy on test spectra: {', '.join(means)} points.")
plt.show()

# %%
# Figure: The accuracy on the training spectra, which are not shifted for this
# measurement, and on test spectra. Open circles are the runs of one seed, and
# filled squares are their means with 95 % confidence intervals.

# %%
# What to try next
# ----------------
#
# - Train for five times as many epochs. What do shifts of up to twenty points
#   gain then?
# - Which largest shift is best? Tune it on the validation set, between 1 and
#   20 points.
# - Shift without wrapping round, and fill the gap with zeros or with the last
#   value. Do large shifts gain more?
# - Replace the dense layers by convolutions, which look for the same pattern
#   at every point. What do shifts gain then?

# %%
# Numbers and checks
# ------------------
#
# The book quotes these numbers, and its build fails unless the assertions
# hold. Both belong to the settings above: leave this cell out of what you
# copy.
examples, _ = data[SEEDS[0]]["training"]
facts = {"examples": len(examples), "seeds": len(SEEDS), "epochs": EPOCHS}
gaps = []
for largest in SHIFTS:
    facts[f"accuracy {largest}"] = accuracies[largest, "test"].mean()
    facts[f"training {largest}"] = accuracies[largest, "training"].mean()
    gaps.append(facts[f"training {largest}"] - facts[f"accuracy {largest}"])
for largest in SHIFTS[1:]:
    facts[f"change {largest}"] = changes[largest].mean
    facts[f"half-width {largest}"] = changes[largest].half_width

assert changes[5].low > 0
assert changes[5].low > changes[20].high
assert changes[20].mean < 0.02
assert gaps[0] > 0.2
assert np.all(np.diff(gaps) < 0)
assert facts["training 20"] < 0.8
means = {largest: curve.mean(axis=0) for largest, curve in curves.items()}
assert means[5][0] - means[0][0] < 0.04
assert means[5][-1] - means[0][-1] > 0.06
assert means[20][-1] - means[20][-2] > 0.01
assert means[20][-1] - means[20][-2] > means[0][-1] - means[0][-2]
