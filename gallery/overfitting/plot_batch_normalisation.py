"""
Batch normalisation in a convolutional network
==============================================

How much does batch normalisation gain, and does a warm-up gain as much?
Batch normalisation can let a network train at learning rates at which a plain
one learns little or fails (Ioffe and Szegedy 2015, arXiv:1502.03167). So can a
warm-up of the learning rate (Goyal et al. 2017, arXiv:1706.02677). We compare
a plain network, the same network with a warm-up, and a normalised network.
Each has the learning rate that suits it on a validation set. All are then
trained with five seeds, in equally many steps, and compared on a test set.
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
from byhand.datasets import spectra, three_way
from byhand.experiments import spread, tune
from byhand.restarts import fresh_start
from keras import layers
from keras.optimizers.schedules import CosineDecay

EXAMPLES = 5700  # of one seed, 70 % of them to learn from
CLASSES = 10  # kinds of spectral line
BATCH = 64  # examples in a mini-batch
EPOCHS = 4
SEEDS = range(20, 25)  # are compared
TUNING_SEED = 25  # the first of those that learning rates are chosen with
TUNING_RUNS = 2  # for each learning rate
RATES = [0.01, 0.02, 0.04, 0.08]  # learning rates that are tried

keras.utils.set_random_seed(0)


# %%
# Data
# ----
#
# A seed draws the spectra and splits them into three parts.
def parts_of(seed):
    """Return the inputs and labels of each part of a seed's spectra."""
    x, y = spectra(EXAMPLES, seed=seed)
    parts = three_way(x, y, validation=0.15, test=0.15, seed=seed)
    return {
        "training": (parts.x, parts.y_t),
        "validation": (parts.x_val, parts.y_val),
        "test": (parts.x_test, parts.y_test),
    }


tuning_seeds = range(TUNING_SEED, TUNING_SEED + TUNING_RUNS)
data = {seed: parts_of(seed) for seed in [*SEEDS, *tuning_seeds]}
x, _ = data[TUNING_SEED]["training"]
batches = int(np.ceil(len(x) / BATCH))  # of an epoch

# An epoch in one call takes less time; with PyTorch, Keras allows one step.
STEPS_PER_EXECUTION = 1 if keras.backend.backend() == "torch" else batches


# %%
# Three networks
# --------------
#
# Two of them are plain and differ in the learning rate alone. In the third,
# each convolution is followed by batch normalisation.
ARMS = {  # what distinguishes the networks
    "plain": {"is_normalised": False, "has_warm_up": False},
    "warm-up": {"is_normalised": False, "has_warm_up": True},
    "normalised": {"is_normalised": True, "has_warm_up": False},
}


# %%
# The learning rate
# -----------------
#
# It falls to zero along half a cosine. With warm-up, it first rises from zero
# during half an epoch.
def schedule(rate, has_warm_up):
    """Return the learning rate as a function of the step."""
    if not has_warm_up:
        return CosineDecay(
            initial_learning_rate=rate, decay_steps=EPOCHS * batches
        )
    warm_up = batches // 2
    return CosineDecay(
        initial_learning_rate=0.0,
        warmup_target=rate,
        warmup_steps=warm_up,
        decay_steps=EPOCHS * batches - warm_up,
    )


# %%
# Building a network
# ------------------
#
# Three convolutions look for patterns in a spectrum of 40 points, and a dense
# layer names the kind of line. Their weights start as He et al. (2015,
# arXiv:1502.01852) propose for ReLU. Batch normalisation subtracts the mean of
# each channel over the mini-batch and its positions, and divides by the
# standard deviation. Then it multiplies by a learned scale and adds a learned
# shift, which makes the bias of the convolution superfluous. At inference,
# moving averages take the place of the statistics of the mini-batch, with a
# smaller momentum than by default, because the training is short.
def conv_net(rate, is_normalised, has_warm_up):
    """Return a compiled network, with its learning rate."""
    network = keras.Sequential([keras.Input((40, 1))])
    for strides in [1, 2, 2]:
        network.add(
            layers.Conv1D(
                filters=32,
                kernel_size=5,
                strides=strides,
                padding="same",
                kernel_initializer="he_normal",
                use_bias=not is_normalised,
            )
        )
        if is_normalised:
            network.add(layers.BatchNormalization(momentum=0.9))
        network.add(layers.ReLU())
    network.add(layers.Flatten())
    network.add(layers.Dense(CLASSES, activation="softmax"))
    network.compile(
        optimizer=keras.optimizers.Adam(schedule(rate, has_warm_up)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=STEPS_PER_EXECUTION,
    )
    return network


# %%
# One training run
# ----------------
#
# Compiling takes time, so there is one compiled network for each arm and each
# learning rate. ``fresh_start`` gives it new initial weights and moving
# averages for each run, and resets its optimiser. The seed draws these
# weights, the mini-batches and the spectra.
networks = {
    (name, rate): conv_net(rate, **arm)
    for name, arm in ARMS.items()
    for rate in RATES
}


def train(network, seed):
    """Train a network from new initial weights."""
    fresh_start(network, seed=seed)
    x, y = data[seed]["training"]
    network.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0)


def accuracy(network, seed, part):
    """Return the accuracy on a part of a seed's spectra."""
    x, y = data[seed][part]
    return network.evaluate(x, y, batch_size=len(x), verbose=0)[1]


# %%
# A learning rate for each network
# --------------------------------
#
# Each network is trained at each of four rates, every one twice the one
# before, with seeds that are not used again. A single run may be lucky, so
# each rate has two. The validation set decides.
def validation_accuracy(name, rate, seed):
    """Train at a learning rate, and return the validation accuracy."""
    network = networks[name, rate]
    train(network, seed)
    return accuracy(network, seed, "validation")


tunings = {}
for name in ARMS:
    tunings[name] = tune(
        partial(validation_accuracy, name),
        RATES,
        seed=TUNING_SEED,
        runs=TUNING_RUNS,
    )
    print(name, tunings[name], "", sep="\n")

# %%
# Five seeds
# ----------
#
# For each seed all networks have the same spectra, so we can take the
# differences seed by seed. What a seed does to all of them, such as an easy
# test set, cancels. The intervals are 95 % confidence intervals. They reflect
# how the seeds differ, but not that a few runs chose each learning rate.
accuracies = {}  # on the test set, one for each seed
for name in ARMS:
    network = networks[name, tunings[name].best]
    runs = []
    for seed in SEEDS:
        train(network, seed)
        runs.append(accuracy(network, seed, "test"))
    accuracies[name] = np.array(runs)
    print(f"{name}: test accuracy {accuracies[name].mean():.3f}")

differences = {}  # of two arms
for name, reference in [
    ("normalised", "plain"),
    ("warm-up", "plain"),
    ("normalised", "warm-up"),
]:
    difference = spread(accuracies[name] - accuracies[reference])
    differences[name, reference] = difference
    print(
        f"{name} minus {reference}: {difference.mean:+.3f} ± "
        f"{difference.half_width:.3f}"
    )

# %%
# What is gained
# --------------
#
# With a learning rate that suits it, each of the three networks learns, and
# their accuracies differ by a few hundredths. Half an epoch of warm-up gains a
# part of what batch normalisation gains over the plain network. What batch
# normalisation adds to that is small, and five seeds do not settle it: whether
# the interval contains zero differs from one backend of Keras to the next,
# because each draws other random numbers. A network of three layers with well
# chosen initial weights has little need of it. A part of what it gains here is
# speed: after a training four times as long, about half of the gain is left.

# %%
# The worst learning rate
# -----------------------
#
# The worst of the four rates shows how much a badly chosen rate may cost. The
# plain network loses by far the most. Both methods make it more tolerant.
worst = {name: min(tunings[name].scores.values()) for name in ARMS}
for name in ARMS:
    print(
        f"{name}: validation accuracy {worst[name]:.3f} at the worst rate, "
        f"{tunings[name].score:.3f} at the best"
    )

# %%
# Learning rate and accuracy
# --------------------------
#
# The left panel shows the tuning and the right one the comparison.
STYLES = {"plain": "C0s--", "warm-up": "C3^-.", "normalised": "C1o-"}
fig, (left, right) = plt.subplots(1, 2, figsize=(6, 3), layout="constrained")
for name, style in STYLES.items():
    scores = list(tunings[name].scores.values())
    left.plot(RATES, scores, style, label=name)
left.set(xscale="log", xlabel="learning rate", ylabel="validation accuracy")
left.set_title(f"mean of {TUNING_RUNS} seeds")
left.set_xticks(RATES, RATES)
left.minorticks_off()
left.legend(loc="lower left")

runs = np.array([accuracies[name] for name in ARMS])
right.plot(runs, color="C7", marker="o", alpha=0.6)
right.plot(runs.mean(axis=1), "D", color="C2", label="mean")
right.set_xticks(range(len(ARMS)), ARMS)
right.set_ylabel("test accuracy")
right.set_xlim(-0.4, len(ARMS) - 0.6)
right.set_title(f"best rate, {len(SEEDS)} seeds")
right.legend(loc="lower right")
averages = [f"{accuracies[name].mean():.3f} ({name})" for name in ARMS]
fig.set_label(
    "Left, accuracy against the learning rate: at worst "
    f"{worst['plain']:.2f} for the plain network, {worst['warm-up']:.2f} with "
    f"warm-up and {worst['normalised']:.2f} for the normalised one. Right, "
    f"test accuracy of {len(SEEDS)} runs of each: on average "
    f"{', '.join(averages)}."
)
plt.show()

# %%
# Figure: On the left, the accuracy on the validation set against the learning
# rate. On the right, the test accuracy at the best rate of each network. A
# grey line joins the runs of a seed, and the diamonds are the means.

# %%
# What to try next
# ----------------
#
# - Train for four times as many epochs. Which differences are left?
# - Give the normalised network a warm-up, too. Does it need one?
# - Learn from 400 training examples only, with as many steps as here.
# - Use mini-batches of 4 examples. Then replace ``BatchNormalization`` by
#   ``GroupNormalization(groups=8)``, and compare again.

# %%
# Numbers and checks
# ------------------
#
# The book quotes these numbers, and its build fails unless the assertions
# hold. Both belong to the settings above: leave this cell out of what you
# copy.
facts = {
    "without": accuracies["plain"].mean(),
    "warm-up": accuracies["warm-up"].mean(),
    "with": accuracies["normalised"].mean(),
    "rate without": tunings["plain"].best,
    "rate with": tunings["normalised"].best,
    "worst rate without": worst["plain"],
    "worst rate with": worst["normalised"],
    "level": 0.95,  # of the interval
    "smallest rate": min(RATES),
    "largest rate": max(RATES),
    "seeds": len(SEEDS),
    "epochs": EPOCHS,
    "rates": len(RATES),
}
for (name, reference), difference in differences.items():
    facts[f"{name} minus {reference}"] = difference.mean
    facts[f"{name} minus {reference}, half-width"] = difference.half_width

gain = differences["normalised", "plain"].mean
assert 0.01 < gain < 0.1
assert differences["warm-up", "plain"].mean > gain / 4
assert differences["normalised", "warm-up"].low < 0.025
assert differences["normalised", "warm-up"].mean < 0.05
assert worst["plain"] < min(worst["warm-up"], worst["normalised"]) - 0.15
