"""
Learning rates, decade by decade
================================

Over which range of learning rates does a training work, and where does it end?
A small network learns simulated spectra for a fixed number of steps, with
plain gradient descent and with AdamW, at learning rates from a thousandth
to ten. With too small a rate the training ends long before the minimum, and
with too large a one it ends no better than a guess.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.datasets import spectra
from byhand.restarts import fresh_start
from keras import layers, ops

N = 4032  # spectra, so that every mini-batch is full
BATCH = 64  # examples in a mini-batch
EPOCHS = 4
STEPS = EPOCHS * N // BATCH
KINDS = 10  # of spectral line
UNITS = 64  # in each of two hidden layers
SEEDS = 3
RATES = 10.0 ** np.arange(-3, 1.1, 0.5)  # two in each decade

# Several steps in one call take less time; PyTorch knows single steps only.
AT_ONCE = 1 if keras.backend.backend() == "torch" else N // BATCH

keras.utils.set_random_seed(0)
x, labels = spectra(N, seed=0)


# %%
# One network for each optimiser
# ------------------------------
#
# The network and the data are the same for both optimisers, plain stochastic
# gradient descent (SGD) and AdamW. Compiling takes longer than a training, so
# we compile one network for each optimiser and change its learning rate later.
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def compiled(optimizer):
    """Return a network with two hidden layers that an optimiser trains."""
    network = keras.Sequential(
        [
            keras.Input((40, 1)),
            layers.Flatten(),
            layers.Dense(UNITS, activation="relu"),
            layers.Dense(UNITS, activation="relu"),
            layers.Dense(KINDS),
        ]
    )
    network.compile(
        optimizer=optimizer,
        loss=cross_entropy,
        steps_per_execution=AT_ONCE,
    )
    return network


networks = {
    "SGD": compiled(keras.optimizers.SGD()),
    "AdamW": compiled(keras.optimizers.AdamW()),
}


# %%
# A training for each rate and seed
# ---------------------------------
#
# Before each training, ``fresh_start`` gives the network new initial weights
# and resets the moving averages of its optimiser. Each training has equally
# many steps, so what we compare is how far a rate gets in a given time. The
# rates are equally spaced on a logarithmic axis, because what matters is the
# factor between two rates and not their difference.
def final_loss(network, rate, seed):
    """Train, and return the loss on all spectra after the last step."""
    fresh_start(network, seed=seed)
    network.optimizer.learning_rate = rate
    network.fit(x, labels, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return ops.convert_to_numpy(cross_entropy(labels, network(x)))


runs = {}
for name, network in networks.items():
    runs[name] = np.array(
        [
            [final_loss(network, rate, seed) for seed in range(SEEDS)]
            for rate in RATES
        ]
    )

# %%
# Too small, good, too large
# --------------------------
#
# The loss of a network that guesses, with equal probabilities for all kinds,
# is the logarithm of their number. We call a rate good if its mean loss is at
# most a fifth above the lowest one. Above the best rate, the first one at
# which a seed ends no better than guessing is too large. A loss that has
# become infinite or NaN is set to twice that of guessing, where larger losses
# are drawn as well.
GUESSING = np.log(KINDS)
TOP = 2 * GUESSING
GOOD = 1.2  # times the lowest loss

facts = {"steps": STEPS}
losses = {}
for name, found in runs.items():
    losses[name] = np.minimum(np.nan_to_num(found, nan=TOP), TOP)
    mean = losses[name].mean(axis=1)
    best = mean.argmin()
    good = RATES[mean < GOOD * mean[best]]
    fails = losses[name].max(axis=1) > 0.95 * GUESSING
    facts[f"{name} best rate"] = RATES[best]
    facts[f"{name} lowest loss"] = mean[best]
    facts[f"{name} good from"] = good.min()
    facts[f"{name} good to"] = good.max()
    facts[f"{name} too large"] = RATES[best:][fails[best:]].min()
for name, value in facts.items():
    print(f"{name}: {value:.3g}")

# %%
# The range that works
# --------------------
#
# Both curves have the same shape. The loss falls towards larger rates, stays
# low over about half a decade, and rises steeply behind it. On the left a
# training is only slow and could be continued, while on the right it fails.
# The best rate of AdamW is far smaller, because it divides each gradient by
# its typical size, so that its steps have about the size of the learning rate.
# A rate that suits one optimiser says nothing about another one.
assert facts["AdamW best rate"] < facts["SGD best rate"] / 5

fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for (name, found), colour, marker, line in zip(
    losses.items(), ["C3", "C0"], ["s", "o"], ["--", "-"]
):
    ax.semilogx(RATES, found, colour + marker, mfc="none", ms=5)
    ax.semilogx(RATES, found.mean(axis=1), colour + line, label=name)
ax.axhline(GUESSING, color="C7", ls=":", label="guessing")
ax.set(xlabel="learning rate", ylabel=f"loss after {STEPS} steps")
ax.legend(loc="upper left")
told = [
    f"{name}: lowest, {facts[f'{name} lowest loss']:.2f}, at "
    f"{facts[f'{name} best rate']:.2g}, and no better than guessing from "
    f"{facts[f'{name} too large']:.2g} on."
    for name in losses
]
fig.set_label(
    f"Loss after {STEPS} steps against the learning rate. {' '.join(told)}"
)
plt.show()

# %%
# Figure: The loss on all spectra after a fixed number of steps. Markers are
# seeds, and lines join their means. Losses above twice that of guessing are
# drawn there.

# %%
# What to try next
# ----------------
#
# - Train for twice as many steps. Does the range of good rates move?
# - Give SGD a momentum of 0.9. By which factor does its best rate fall?
# - Multiply the inputs by ten. Which of the two optimisers suffers more?
