"""
Small batches, large batches
============================

Which batch size leads to the best network, and does the budget decide it?
Masters and Luschi 2018 (arXiv:1804.07612) found the best results with 2 to 32
examples, and Keskar et al. 2016 (arXiv:1609.04836) that large batches
generalise worse. Shallue et al. 2019 (JMLR 20(112)) found no evidence for it.
Here each size is tuned for itself, and has three budgets.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand import backprop
from byhand.backprop import SGD, Dense, ReLU, Sequential
from byhand.datasets import spectra
from byhand.experiments import compare, spread, tune

N = 4096  # spectra to learn from, so that every mini-batch is full
HELD_OUT = 1000  # spectra for validation, and as many for the test
POINTS, WIDTH, KINDS = 40, 64, 10
SIZES = 8, 32, 128, 512
EPOCHS, UPDATES = 5, 500  # two small budgets
LONG = {32: 40, 512: 160}  # epochs until the training set is learned
SEEDS = {"epochs": 5, "updates": 5, "long": 12}

keras.utils.set_random_seed(0)


# %%
# One training
# ------------
#
# A seed draws the spectra, the initial weights and the order of the examples.
# A small network trains faster in NumPy than in a framework. The learning rate
# falls to zero along half a cosine, so that no training ends in its own noise.
def data(seed):
    """Return training, validation and test set, each as inputs and labels."""
    x, y = spectra(N + 2 * HELD_OUT, seed=seed)
    ends = [N, N + HELD_OUT]
    return list(zip(np.split(x[..., 0], ends), np.split(y, ends)))


def network(rng):
    """Return a dense network with two hidden layers, in single precision."""
    layers = [
        Dense(POINTS, WIDTH, rng=rng),
        ReLU(),
        Dense(WIDTH, WIDTH, rng=rng),
        ReLU(),
        Dense(WIDTH, KINDS, rng=rng),
    ]
    for layer in layers:
        for name, values in layer.parameters.items():
            layer.parameters[name] = values.astype("float32")
    return Sequential(layers)


def accuracy(net, x, y):
    """Return the fraction of correct predictions."""
    return float(np.mean(net.forward(x).argmax(axis=1) == y))


def trained(size, updates, rate, seed):
    """Return the accuracy on training, validation and test set."""
    parts = data(seed)
    x, y = parts[0]
    rng = np.random.default_rng(seed)
    net = network(rng)
    optimizer = SGD()
    per_epoch = N // size
    for update in range(updates):
        place = update % per_epoch
        if place == 0:
            order = rng.permutation(N)
        rows = order[place * size : (place + 1) * size]
        z = net.forward(x[rows])
        _, dz = backprop.softmax_crossentropy(z, y[rows])
        net.backward(dz)
        cosine = np.cos(np.pi * update / updates)
        optimizer.learning_rate = float(rate * (1 + cosine) / 2)
        optimizer.step(net)
    return [accuracy(net, *part) for part in parts]


# %%
# A learning rate for each size and budget
# ----------------------------------------
#
# Four learning rates, each twice the one before, are tried on the validation
# set. They begin higher for larger batches, with the square root of the size.
budgets = {
    "epochs": {size: EPOCHS * N // size for size in SIZES},
    "updates": dict.fromkeys(SIZES, UPDATES),
    "long": {size: epochs * N // size for size, epochs in LONG.items()},
}


def tuned(size, updates):
    """Return the best learning rate, with the validation scores of all."""
    first = 0.125 * np.sqrt(size / SIZES[0])
    rates = [float(first * 2**k) for k in range(4)]
    with np.errstate(all="ignore"):  # the largest may diverge
        return tune(
            lambda rate, seed: trained(size, updates, rate, seed)[1], rates
        )


tunings = {
    budget: {size: tuned(size, updates) for size, updates in sizes.items()}
    for budget, sizes in budgets.items()
}

# %%
# Several seeds for each
# ----------------------
#
# `compare` runs all sizes of a budget with the same seeds and takes their
# differences seed by seed, on the test set. The last difference is small, and
# needs more seeds than the others to be told from zero.
facts = {"spectra": N}
fitted = {}  # accuracies on the training set, for a budget and a size
comparisons = {}


def arm(budget, size):
    """Return a function that takes a seed and returns the test accuracy."""
    rate = tunings[budget][size].best
    accuracies = fitted[budget, size] = []

    def score(seed):
        updates = budgets[budget][size]
        on_training, _, on_test = trained(size, updates, rate, seed)
        accuracies.append(on_training)
        return on_test

    return score


for budget, sizes in budgets.items():
    arms = {str(size): arm(budget, size) for size in sizes}
    comparisons[budget] = compare(arms, seeds=SEEDS[budget])
    print(f"\n{budget}\n{comparisons[budget]!r}")

for budget, found in comparisons.items():
    for size in budgets[budget]:
        own = found.spread(str(size))
        facts[f"{budget} {size}"] = own.mean
        facts[f"{budget} {size} std"] = own.std
        facts[f"{budget} {size} rate"] = tunings[budget][size].best
    apart = found.difference("512")
    facts[f"{budget} difference"] = apart.mean
    facts[f"{budget} half-width"] = apart.half_width
    facts[f"{budget} outside"] = int(not apart.contains_zero)
for size in LONG:
    facts[f"long {size} training"] = spread(fitted["long", size]).mean
for name, value in facts.items():
    print(f"{name}: {value:.3f}")
assert comparisons["epochs"].difference("512").high < 0
assert comparisons["updates"].difference("512").low > 0
pairs = zip(*(comparisons["long"].scores[str(size)][:5] for size in LONG))
assert spread(large - small for small, large in pairs).contains_zero
assert -0.05 < comparisons["long"].difference("512").high < 0

# %%
# What the budget decides
# -----------------------
fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
names = f"{EPOCHS} epochs", f"{UPDATES} updates", "trained to the end"
for budget, name, style in zip(budgets, names, ("o-", "s--", "^:")):
    sizes = list(budgets[budget])
    scores = np.array([comparisons[budget].scores[str(k)] for k in sizes])
    (line,) = ax.plot(sizes, scores.mean(axis=1), style, label=name)
    ax.plot(sizes, scores, ".", ms=3, color=line.get_color())
ax.set(xlabel="examples in a mini-batch", ylabel="test accuracy", xscale="log")
ax.set_xticks(SIZES, SIZES)
ax.minorticks_off()
ax.legend()
fig.set_label(
    f"Test accuracy against the batch size: falling at {EPOCHS} epochs from "
    f"{facts['epochs 8']:.2f} to {facts['epochs 512']:.2f}, rising at "
    f"{UPDATES} updates from {facts['updates 8']:.2f} to "
    f"{facts['updates 512']:.2f}, and {facts['long 32']:.2f} and "
    f"{facts['long 512']:.2f} for two sizes trained to the end."
)
plt.show()

# %%
# Figure: Test accuracy against the size of the mini-batch. At equal epochs
# small batches win, at equal updates large ones do, and trained to the end
# the small ones are ahead by little. Each dot is one seed, and the lines join
# the means.

# %%
# The best learning rate moves with the batch size
# ------------------------------------------------
fig, ax = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
for size, mark in zip(SIZES, "os^D"):
    scores = tunings["updates"][size].scores
    ax.plot(scores.keys(), scores.values(), mark + "-", label=f"batch {size}")
ax.set(xlabel="learning rate", ylabel="validation accuracy", xscale="log")
ax.legend()
best = [tunings["updates"][size].best for size in SIZES]
fig.set_label(
    f"Validation accuracy after {UPDATES} updates against the learning rate, "
    "a curve for each batch size, highest at "
    + ", ".join(f"{rate:.3g} for {k}" for rate, k in zip(best, SIZES))
)
plt.show()

# %%
# Figure: The validation accuracy of one seed after equally many updates. A
# larger batch bears a larger learning rate, and needs it.

# %%
# What to try next
# ----------------
#
# - Add dropout or weight decay: are large batches still behind at the end?
# - Batches of two: how many updates until the noise averages out?
# - Measure the seconds of a training: which size is first on your machine?
