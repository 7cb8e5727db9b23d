"""
Learning rates, decade by decade
================================

Over which range of learning rates does a training work, and where does it end?
A small network learns simulated spectra for a fixed number of steps, with
plain gradient descent and with AdamW, at learning rates from a thousandth
to ten. Too small a rate leaves most of the way undone; beyond the largest one
that works, the loss does not rise slowly but jumps.
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
from keras import layers, ops

N = 4032  # spectra, so that every mini-batch is full
BATCH = 64  # examples in a mini-batch
EPOCHS = 4
STEPS = EPOCHS * N // BATCH
SEEDS = 3
RATES = 10.0 ** np.arange(-3, 1.1, 0.5)  # two in each decade
GUESSING = float(np.log(10))  # loss of equal probabilities for ten kinds
TOP = 2 * GUESSING  # where larger losses are drawn
WORKS = 1.2  # times the lowest loss: what we call nearly as good

# Several steps in one call take less time; PyTorch knows single steps only.
AT_ONCE = 1 if keras.backend.backend() == "torch" else N // BATCH

keras.utils.set_random_seed(0)
x, labels = spectra(N, seed=0)


# %%
# One network, started afresh
# ---------------------------
#
# One network is compiled for each optimiser. Before a training, it receives
# new initial weights, and the optimiser forgets its moving averages.
def dense_net():
    """Return a network with two hidden layers, for ten kinds of line."""
    return keras.Sequential(
        [
            keras.Input((40, 1)),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(10),
        ]
    )


def compiled(optimizer):
    """Return a network to train, and the variables of its new optimiser."""
    net = dense_net()
    net.compile(
        optimizer=optimizer,
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        steps_per_execution=AT_ONCE,
    )
    optimizer.build(net.trainable_variables)
    fresh = [ops.convert_to_numpy(v).copy() for v in optimizer.variables]
    return net, fresh


def final_loss(net, fresh, rate, seed):
    """Train, and return the loss on all spectra after the last step."""
    keras.utils.set_random_seed(seed)
    net.set_weights(dense_net().get_weights())
    for variable, value in zip(net.optimizer.variables, fresh):
        variable.assign(value)
    net.optimizer.learning_rate = rate
    net.fit(x, labels, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return net.evaluate(x, labels, batch_size=N, verbose=0)


OPTIMISERS = {
    "SGD": compiled(keras.optimizers.SGD(RATES[0])),
    "AdamW": compiled(keras.optimizers.AdamW(RATES[0])),
}
losses = {}
for name, (net, fresh) in OPTIMISERS.items():
    runs = [
        [final_loss(net, fresh, rate, seed) for seed in range(SEEDS)]
        for rate in RATES
    ]
    losses[name] = np.minimum(np.nan_to_num(runs, nan=TOP), TOP)

# %%
# Too small, good, too large
# --------------------------
#
# A rate is good if its mean loss is at most a fifth above the lowest one. It
# is too large, beyond the best one, if a seed ends no better than guessing.
facts = {"steps": STEPS}
bands = {}
for name, runs in losses.items():
    mean = runs.mean(axis=1)
    best = mean.argmin()
    good = RATES[mean < WORKS * mean[best]]
    bad = RATES[best:][runs.max(axis=1)[best:] > 0.95 * GUESSING]
    facts[f"{name} best rate"] = float(RATES[best])
    facts[f"{name} lowest loss"] = float(mean[best])
    facts[f"{name} good from"] = float(good.min())
    facts[f"{name} good to"] = float(good.max())
    facts[f"{name} too large"] = float(bad.min())
    bands[f"{name} lowest loss"] = 0.15
    for fact in ("best rate", "good from", "good to", "too large"):
        # one step of the list up or down
        bands[f"{name} {fact}"] = 2.3 * facts[f"{name} {fact}"]
for name, value in facts.items():
    print(f"{name}: {value:.3g}")
assert facts["AdamW best rate"] < facts["SGD best rate"] / 5

fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
for (name, runs), style in zip(losses.items(), ("C3s", "C0o")):
    ax.semilogx(RATES, runs, style, mfc="none", ms=5)
    ax.semilogx(RATES, runs.mean(axis=1), style[:2], ls="-", label=name)
ax.axhline(GUESSING, color="C7", ls=":", label="guessing")
ax.set(xlabel="learning rate", ylabel=f"loss after {STEPS} steps")
ax.legend(loc="lower left")
fig.set_label(
    f"Loss after {STEPS} steps against the learning rate. "
    + " ".join(
        f"{name}: lowest, {facts[f'{name} lowest loss']:.2f}, at "
        f"{facts[f'{name} best rate']:.2g}, and no better than guessing from "
        f"{facts[f'{name} too large']:.2g} on."
        for name in losses
    )
)
plt.show()

# %%
# Figure: The loss on all spectra after a fixed number of steps. Markers are
# seeds, and lines join their means. Losses above twice that of guessing are
# drawn there.

# %%
# What to try next: twice the steps (does the range move?); momentum; inputs
# that are ten times as large.
