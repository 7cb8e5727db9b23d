"""
Learning rate schedules: constant, cosine, warm-up
==================================================

How much does a falling learning rate gain, and what does a warm-up add?
AdamW (Loshchilov and Hutter 2017, arXiv:1711.05101) trains a small
convolutional network on simulated spectra with three schedules: a constant
learning rate, one that falls along a cosine (Loshchilov and Hutter 2016,
arXiv:1608.03983), and a cosine after a warm-up (Goyal et al. 2017,
arXiv:1706.02677). Each has its peak tuned on a validation set, and all have
the same number of steps. The warm-up is then tried at a peak that is too high
for the cosine alone.
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
from byhand.datasets import spectra
from byhand.experiments import compare, spread, tune
from byhand.restarts import fresh_start
from keras import layers, ops
from keras.optimizers.schedules import CosineDecay

N = 4032  # spectra to learn from, so that every mini-batch is full
VALIDATION = 1000  # spectra
TEST = 1000  # spectra
BATCH = 64  # examples in a mini-batch
EPOCHS = 4
STEPS = EPOCHS * N // BATCH
WARM_UP = STEPS // 10  # steps
SEEDS = range(20, 25)  # are compared; nothing was chosen with them
TUNING_SEED = 25  # peaks are chosen with this one
PEAKS = [0.004, 0.008, 0.016, 0.032, 0.064]  # learning rates that are tried
TOO_HIGH = 0.096  # learning rate

keras.utils.set_random_seed(0)

# %%
# Three schedules
# ---------------
#
# In Keras a schedule is an object that takes the number of the step and
# returns the learning rate. Here the peak is 1, and we multiply by the true
# peak later. With warm-up, the learning rate first rises from zero to the peak
# within a tenth of the steps. Keras counts ``decay_steps`` from the end of the
# warm-up, so the steps of the warm-up are subtracted.
cosine = CosineDecay(initial_learning_rate=1.0, decay_steps=STEPS)
warm_up = CosineDecay(
    initial_learning_rate=0.0,
    decay_steps=STEPS - WARM_UP,
    warmup_target=1.0,
    warmup_steps=WARM_UP,
)
steps = np.arange(STEPS)
fractions = {  # of the peak, at each step
    "constant": np.ones(STEPS),
    "cosine": np.array([float(cosine(step)) for step in steps]),
    "warm-up": np.array([float(warm_up(step)) for step in steps]),
}

# %%
# What they look like
# -------------------
#
# Draw a schedule before you train with it. Steps that are mistaken for epochs,
# or a decay that is too short, are easily seen.
COLOURS = {"constant": "C3", "cosine": "C0", "warm-up": "C2"}
LINES = {"constant": "--", "cosine": "-", "warm-up": "-."}
MARKERS = {"constant": "s", "cosine": "o", "warm-up": "^"}

fig, ax = plt.subplots(figsize=(6.4, 2.8), layout="constrained")
for name, fraction in fractions.items():
    ax.plot(steps, fraction, LINES[name], color=COLOURS[name], label=name)
ax.set(xlabel="step", ylabel="fraction of the peak")
ax.legend(loc="upper right", bbox_to_anchor=(1, 0.9))
half_way = ", ".join(
    f"{fraction[STEPS // 2]:.2f} ({name})"
    for name, fraction in fractions.items()
)
fig.set_label(
    f"Learning rate over {STEPS} steps. Half-way it is {half_way}; the "
    f"warm-up takes {WARM_UP} steps."
)
plt.show()

# %%
# Figure: The three learning rates as fractions of their peak. With warm-up,
# the learning rate rises from zero before it follows the cosine.


# %%
# Data
# ----
#
# A seed draws the spectra. A seed of its own serves for tuning, so that no
# spectrum which has helped to choose a peak is used again.
def data(seed):
    """Return the training, validation and test set as inputs and labels."""
    x, y = spectra(N + VALIDATION + TEST, seed=seed)
    end = N + VALIDATION
    return {
        "training": (x[:N], y[:N]),
        "validation": (x[N:end], y[N:end]),
        "test": (x[end:], y[end:]),
    }


sets = {seed: data(seed) for seed in [*SEEDS, TUNING_SEED]}

# %%
# The network
# -----------
#
# The network has three convolutions and a dense layer that returns the logits
# of the ten classes, which are kinds of spectral line.
network = keras.Sequential([keras.Input((40, 1))])
for strides in [1, 2, 2]:
    network.add(
        layers.Conv1D(
            filters=32,
            kernel_size=5,
            strides=strides,
            padding="same",
            activation="relu",
        )
    )
network.add(layers.Flatten())
network.add(layers.Dense(10))
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

# %%
# Training with one schedule
# --------------------------
#
# The optimiser takes a schedule in place of a number and follows it by itself.
# If this is all you need, stop here.
with_warm_up = keras.models.clone_model(network)
with_warm_up.compile(
    optimizer=keras.optimizers.AdamW(
        learning_rate=CosineDecay(
            initial_learning_rate=0.0,
            decay_steps=STEPS - WARM_UP,
            warmup_target=0.016,
            warmup_steps=WARM_UP,
        )
    ),
    loss=cross_entropy,
    metrics=["accuracy"],
)
x, y = sets[TUNING_SEED]["training"]
history = with_warm_up.fit(
    x,
    y,
    batch_size=BATCH,
    epochs=EPOCHS,
    validation_data=sets[TUNING_SEED]["validation"],
    verbose=0,
)
print(f"validation accuracy: {history.history['val_accuracy'][-1]:.2f}")

# %%
# Training with many schedules
# ----------------------------
#
# A comparison takes many training runs, and compiling a network takes as long
# as some of them. So we compile one for all schedules and peaks, and set its
# learning rate before each step. ``fresh_start`` gives the network new
# initial weights, and the optimiser forgets its moving averages.
network.compile(optimizer=keras.optimizers.AdamW(), loss=cross_entropy)


def train(name, peak, seed):
    """Train with a schedule, and return the loss of each mini-batch."""
    fresh_start(network, seed=seed)
    rng = np.random.default_rng(seed)
    x, y = sets[seed]["training"]
    orders = [rng.permutation(N) for _ in range(EPOCHS)]
    losses = []
    for step, rows in enumerate(np.reshape(orders, (STEPS, BATCH))):
        network.optimizer.learning_rate = peak * fractions[name][step]
        losses.append(float(network.train_on_batch(x[rows], y[rows])))
    return losses


def accuracy(seed, part):
    """Return the network's accuracy on a part of the data of a seed."""
    x, y = sets[seed][part]
    predicted = ops.convert_to_numpy(network(x)).argmax(axis=1)
    return np.mean(predicted == y)


def trained_accuracy(name, peak, seed, part):
    """Train with a schedule, and return the accuracy on a part."""
    train(name, peak, seed)
    return accuracy(seed, part)


# %%
# A peak for each schedule
# ------------------------
#
# At the same peak, a constant rate takes twice as large steps on average as
# one that falls to zero. A comparison at a single peak would therefore favour
# one of the schedules. We try five peaks for each, every one twice the one
# before, and keep the one with the best accuracy on the validation set.
tunings = {}
for name in fractions:
    tunings[name] = tune(
        partial(trained_accuracy, name, part="validation"),
        PEAKS,
        seed=TUNING_SEED,
    )
    print(name, tunings[name], "", sep="\n")

# %%
# Five seeds for each
# -------------------
#
# All schedules have the same data, initial weights and mini-batches for a
# seed. Their differences on the test set are taken seed by seed, with 95 %
# confidence intervals. ``compare`` calls each function with every seed.
comparison = compare(
    {
        name: partial(trained_accuracy, name, tunings[name].best, part="test")
        for name in fractions
    },
    seeds=SEEDS,
)
print(comparison)

scores = {name: np.array(runs) for name, runs in comparison.scores.items()}
added = spread(scores["warm-up"] - scores["cosine"])
print(f"warm-up minus cosine: {added.mean:+.3f} ± {added.half_width:.3f}")

# %%
# A peak that is too high
# -----------------------
#
# At a learning rate above all peaks that we have tried, the cosine is compared
# with and without warm-up. The first steps of Adam change every weight by
# about the learning rate, however small its gradient is. A warm-up makes these
# steps small. We also count the dead filters of the last convolution, which
# return zero at every point of every test spectrum. Where a ReLU returns zero,
# no gradient passes, so a dead filter hardly learns any more.
convolutions = keras.Model(network.inputs[0], network.layers[2].output)


def dead_fraction(seed):
    """Return the fraction of filters that are zero for all test spectra."""
    x, _ = sets[seed]["test"]
    features = ops.convert_to_numpy(convolutions(x))
    return np.mean(features.max(axis=(0, 1)) == 0)


high_losses = {"cosine": [], "warm-up": []}
high_scores = {"cosine": [], "warm-up": []}
dead = {"cosine": [], "warm-up": []}
for name in high_losses:
    for seed in SEEDS:
        high_losses[name].append(train(name, TOO_HIGH, seed))
        high_scores[name].append(accuracy(seed, "test"))
        dead[name].append(dead_fraction(seed))
    print(
        f"{name} at {TOO_HIGH}: test accuracy {np.mean(high_scores[name]):.2f}"
        f", dead filters {np.mean(dead[name]):.0%}"
    )
high_gain = spread(np.subtract(high_scores["warm-up"], high_scores["cosine"]))
print(
    f"warm-up minus cosine: {high_gain.mean:.2f} ± {high_gain.half_width:.2f}"
)

# %%
# What the schedules gain
# -----------------------
#
# A falling learning rate gains little or nothing in a training run as short as
# this. At their best peaks, the three schedules differ by a few hundredths at
# most, and an interval that does not contain zero is no proof here. It counts
# only how the five seeds differ, and not that one run has chosen each peak.
# Another backend, which draws other initial weights, or another processor,
# which rounds differently, may choose other peaks and find another order. So
# none of the schedules is shown to be the best.
#
# What the warm-up gains at the high peak is much larger, and every backend
# finds it. Fewer filters die. Even so, the network remains far from the
# accuracy that it has at a better peak.
#
# The tuning agrees with this. At the highest of the peaks that we tried, the
# schedule with warm-up is ahead of both others.

# %%
# Accuracy and learning rate
# --------------------------
#
# The left panel shows what the tuning found, and the right one the comparison
# at the best peaks, on a finer scale. Follow the grey lines, for the
# differences are paired.
fig, (left, right) = plt.subplots(1, 2, figsize=(6, 3), layout="constrained")
for column, name in enumerate(fractions):
    tried = list(tunings[name].scores.values())
    style = {"color": COLOURS[name], "marker": MARKERS[name]}
    left.plot(PEAKS, tried, linestyle=LINES[name], label=name, **style)
    columns = np.full(len(SEEDS), column)
    right.plot(columns, scores[name], linestyle="", alpha=0.5, **style)
runs = np.array(list(scores.values()))
right.plot(runs, color="C7", linewidth=0.7, zorder=0)
means = runs.mean(axis=1)
right.plot(means, "_", color="black", markersize=24, markeredgewidth=2)
left.set(xlabel="peak of the learning rate", ylabel="validation accuracy")
left.set(title="one seed", xscale="log")
left.set_xticks(PEAKS, PEAKS, rotation=30)
left.minorticks_off()
left.legend(loc="lower left")
right.set_xticks(range(3), fractions)
right.set(title=f"{len(SEEDS)} seeds", ylabel="test accuracy")
right.set_xlim(-0.4, 2.4)
average = ", ".join(f"{mean:.3f}" for mean in means)
best = ", ".join(f"{t.score:.3f} ({name})" for name, t in tunings.items())
fig.set_label(
    f"Left, the validation accuracy at {len(PEAKS)} peaks: the best is "
    f"{best}. Right, the test accuracy at the best peak of each, on average "
    f"{average}."
)
plt.show()

# %%
# Figure: Left, one training run for each schedule and peak. Right, five seeds
# at the best peak of each schedule. A grey line joins the runs of one seed,
# and the bars are means.

# %%
# The loss at the high peak
# -------------------------
#
# Without warm-up the runs have a higher loss at the end, and where all filters
# are dead it stays at that of guessing.
fig, ax = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
for name, runs_of_name in high_losses.items():
    lines = ax.plot(
        steps,
        np.transpose(runs_of_name),
        LINES[name],
        color=COLOURS[name],
        linewidth=0.8,
    )
    lines[0].set(label=f"{name}, {len(SEEDS)} seeds")
ax.axhline(np.log(10), color="black", linestyle=":", label="guessing")
ax.set(xlabel="step", ylabel="cross-entropy of the mini-batch", yscale="log")
ax.legend()
last = ", ".join(
    f"{np.mean(np.array(found)[:, -STEPS // 10 :]):.2f} ({name})"
    for name, found in high_losses.items()
)
fig.set_label(
    f"The loss over {STEPS} steps at the peak {TOO_HIGH}, with and without "
    f"warm-up. In the last tenth of the steps it is on average {last}."
)
plt.show()

# %%
# Figure: The loss of each mini-batch at the peak that is too high, on a
# logarithmic axis, with and without warm-up. Each line is one seed. The dotted
# line is the loss of a network that guesses.

# %%
# What to try next
# ----------------
#
# - Let the warm-up take a hundredth of the steps, or half of them.
# - Train for twice as many epochs. What does the cosine alone gain then?
# - Replace AdamW by SGD with momentum. Does it need a warm-up, too?

# %%
# Numbers and checks
# ------------------
#
# The book quotes these numbers, and its build fails unless the assertions
# hold. Both belong to the settings above: leave this cell out of what you
# copy.
facts = {
    "steps": STEPS,
    "warm-up steps": WARM_UP,
    "high peak": TOO_HIGH,
    "added": added.mean,
    "added half-width": added.half_width,
    "high gain": high_gain.mean,
    "high gain half-width": high_gain.half_width,
}
for name in fractions:
    facts[f"{name} peak"] = tunings[name].best
    facts[name] = scores[name].mean()
for name in ["cosine", "warm-up"]:
    gain = comparison.difference(name)
    facts[f"{name} gain"] = gain.mean
    facts[f"{name} gain half-width"] = gain.half_width
    facts[f"high {name}"] = np.mean(high_scores[name])
    facts[f"high {name} dead"] = np.mean(dead[name])

assert high_gain.low > 0
assert np.mean(high_scores["warm-up"]) < scores["warm-up"].mean() - 0.1
assert max(PEAKS) < TOO_HIGH
assert np.mean(dead["cosine"]) > np.mean(dead["warm-up"]) + 0.1
for name in ["constant", "cosine"]:
    highest = tunings["warm-up"].scores[max(PEAKS)]
    assert highest > tunings[name].scores[max(PEAKS)] + 0.1
for name in ["cosine", "warm-up"]:
    assert abs(comparison.difference(name).mean) < 0.08
assert np.mean(np.array(high_losses["cosine"])[:, -WARM_UP:]) > np.mean(
    np.array(high_losses["warm-up"])[:, -WARM_UP:]
)
