"""
Learning rates, decade by decade
================================

Which learning rates train a network well, and from where on do they fail?
A small network learns simulated spectra for a fixed number of steps, with
stochastic gradient descent (SGD) and with AdamW (Loshchilov and Hutter 2017,
arXiv:1711.05101), each over a range of learning rates of its own. With too
small a rate the loss is still high when the training ends, and with too large
a rate the network ends no better than a guess.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides
#
# byhand is the book's package; the page of its gallery says how to install it.
# fig.set_label(...) describes a figure for readers who cannot see it.

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.datasets import spectra
from byhand.restarts import fresh_start
from keras import layers, ops

N = 8192  # spectra, so that every mini-batch is full
BATCH = 64  # examples in a mini-batch
STEPS = N // BATCH  # in one epoch
CLASSES = 10  # kinds of spectral line
UNITS = 64  # in each of two hidden layers
SEEDS = range(30, 35)
RATES = {  # two in each decade
    "SGD": np.logspace(-1.5, 1, num=6),
    "AdamW": np.logspace(-3, -0.5, num=6),
}

# Several steps in one call take less time; with PyTorch, Keras allows one.
STEPS_PER_EXECUTION = 1 if keras.backend.backend() == "torch" else 64

keras.utils.set_random_seed(0)
x, y = spectra(N, seed=0)


# %%
# One network for each optimiser
# ------------------------------
#
# The network and the data are the same for both optimisers, SGD without
# momentum and AdamW. Compiling takes time, so we compile one network for each
# optimiser and change its learning rate later.
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def compiled_network(optimizer):
    """Return a compiled network with two hidden layers."""
    network = keras.Sequential(
        [
            keras.Input((40, 1)),
            layers.Flatten(),
            layers.Dense(UNITS, activation="relu"),
            layers.Dense(UNITS, activation="relu"),
            layers.Dense(CLASSES),
        ]
    )
    network.compile(
        optimizer=optimizer,
        loss=cross_entropy,
        steps_per_execution=STEPS_PER_EXECUTION,
    )
    return network


networks = {
    "SGD": compiled_network(keras.optimizers.SGD()),
    "AdamW": compiled_network(keras.optimizers.AdamW()),
}


# %%
# A training run for each rate and seed
# -------------------------------------
#
# ``fresh_start`` gives the network new initial weights and resets the moving
# averages of its optimiser. Each training run is one epoch and has equally
# many steps, so what we compare is how far a rate gets in a given number of
# steps. The measure is the loss on the spectra that were trained with, because
# the question is how well they are learned, and not yet how well the network
# generalises. The rates are equally spaced on a logarithmic axis, because what
# matters is the ratio of two rates and not their difference. AdamW needs
# smaller rates than SGD, so each has a range of its own.
def final_loss(network, rate, seed):
    """Train, and return the loss on all training spectra."""
    fresh_start(network, seed=seed)
    network.optimizer.learning_rate = rate
    network.fit(x, y, batch_size=BATCH, epochs=1, verbose=0)
    return ops.convert_to_numpy(cross_entropy(y, network(x)))


losses = {}  # of each optimiser, an array of shape (rates, seeds)
for name, network in networks.items():
    losses[name] = np.array(
        [
            [final_loss(network, rate, seed) for seed in SEEDS]
            for rate in RATES[name]
        ]
    )

# %%
# Too small, good, too large
# --------------------------
#
# A network that guesses, with equal probabilities for all classes, has a loss
# equal to the logarithm of their number. We call a rate good if its mean loss
# is at most 15 % above the lowest one. A rate above the best one is too large
# if at least one seed ends hardly better than guessing. A loss that has become
# infinite or NaN is set to twice that of guessing, and so are larger losses.
GUESSING = np.log(CLASSES)
TOP = 2 * GUESSING
GOOD = 1.15  # times the lowest loss
FAILED = 0.95 * GUESSING  # a loss that is hardly better than guessing

best = {}  # rate with the lowest mean loss
lowest = {}  # mean loss at this rate
good = {}  # rates with a loss that is nearly as low
too_large = {}  # the smallest rate that fails
clipped = {}  # losses, none of them above TOP
for name in losses:
    clipped[name] = np.minimum(np.nan_to_num(losses[name], nan=TOP), TOP)
    mean = clipped[name].mean(axis=1)
    fails = clipped[name].max(axis=1) > FAILED
    best[name] = RATES[name][mean.argmin()]
    lowest[name] = mean.min()
    good[name] = RATES[name][mean < GOOD * mean.min()]
    too_large[name] = RATES[name][fails & (best[name] < RATES[name])].min()
    print(
        f"{name}: lowest loss {lowest[name]:.2f} at a rate of "
        f"{best[name]:.2g}, good from {good[name].min():.2g} to "
        f"{good[name].max():.2g}, too large from {too_large[name]:.2g} on"
    )

# %%
# The range that works
# --------------------
#
# Both curves have a similar shape. The loss falls towards larger rates, is low
# over a short range, and rises steeply beyond it. On the left the training is
# only slow and could be continued, while on the right it fails. The best rate
# of AdamW is far smaller. It divides each gradient by its typical size, so its
# steps have about the size of the learning rate, however small the gradients
# are. A rate that suits one optimiser may therefore not suit another one.
fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for name, colour, marker, line in [
    ("SGD", "C3", "s", "--"),
    ("AdamW", "C0", "o", "-"),
]:
    found = clipped[name]
    ax.plot(RATES[name], found, marker, color=colour, markerfacecolor="none")
    ax.plot(RATES[name], found.mean(axis=1), line, color=colour, label=name)
ax.axhline(GUESSING, color="C7", linestyle=":", label="guessing")
ax.set(xscale="log", xlabel="learning rate")
ax.set(ylabel=f"training loss after {STEPS} steps")
ax.legend(loc="upper left")
described = [
    f"{name}: lowest, {lowest[name]:.2f}, at {best[name]:.2g}, and hardly "
    f"better than guessing from {too_large[name]:.2g} on."
    for name in losses
]
fig.set_label(
    f"Training loss after {STEPS} steps against the learning rate. "
    f"{' '.join(described)}"
)
plt.show()

# %%
# Figure: The training loss after a fixed number of steps, against the learning
# rate on a logarithmic axis. Markers are seeds, and lines join their
# means. Losses above twice that of guessing are drawn at twice that of
# guessing.

# %%
# What to try next
# ----------------
#
# - Train for twice as many steps. Does the range of good rates move?
# - Give SGD a momentum of 0.9. By which factor does its best rate fall?
# - Multiply the inputs by ten. Which of the two optimisers needs another
#   learning rate, and does its lowest loss change?

# %%
# Numbers and checks
# ------------------
#
# The book quotes these numbers, and its build fails unless the assertions
# hold. Both belong to the settings above: leave this cell out of what you
# copy.
facts = {"steps": STEPS, "good": GOOD - 1}
for name in networks:
    facts[f"{name} best rate"] = best[name]
    facts[f"{name} lowest loss"] = lowest[name]
    facts[f"{name} good from"] = good[name].min()
    facts[f"{name} good to"] = good[name].max()
    facts[f"{name} too large"] = too_large[name]

assert best["AdamW"] < best["SGD"] / 5
for name, found in clipped.items():
    assert RATES[name][0] < good[name].min()
    assert good[name].max() < 15 * good[name].min()
    assert found[-1].min() > FAILED
assert clipped["SGD"][0].min() > 0.8 * GUESSING
