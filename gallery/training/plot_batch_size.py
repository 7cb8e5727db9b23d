"""
Small batches, large batches
============================

Which batch size leads to the best network, and does the budget decide it?
Masters and Luschi (2018, arXiv:1804.07612) found the best results with 2 to 32
examples in a mini-batch, and Keskar et al. (2016, arXiv:1609.04836) found that
large batches generalise worse. Shallue et al. (2019, JMLR 20(112)) found no
evidence for this. They trace the disagreement to the tuning of the learning
rate and to the budget that each batch size was given. Here every batch size
has its own learning rate, and three budgets are compared.
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
VALIDATION = 1000  # spectra
TEST = 1000  # spectra
POINTS = 40  # in a spectrum
WIDTH = 64  # units in each of two hidden layers
KINDS = 10  # of spectral line
SIZES = [8, 32, 128, 512]  # examples in a mini-batch
RATES = 4  # learning rates that are tried for each size

keras.utils.set_random_seed(0)

# %%
# Three budgets
# -------------
#
# One epoch contains many updates of the weights if the batches are small, and
# few if they are large. "Equally long" therefore has two meanings. With equal
# epochs, every network sees equally many examples. With equal updates, every
# network makes equally many steps. Both budgets end long before the training
# set is learned. The third budget gives two of the sizes as many epochs as
# they need for that, and it has more seeds, because the difference is small.
EPOCHS = 5
UPDATES = 500
LONG = {32: 40, 512: 160}  # epochs, for two batch sizes
SEEDS = {"epochs": 5, "updates": 5, "long": 12}

budgets = {
    "epochs": {size: EPOCHS * N // size for size in SIZES},
    "updates": dict.fromkeys(SIZES, UPDATES),
    "long": {size: epochs * N // size for size, epochs in LONG.items()},
}
for name, updates in budgets.items():
    print(f"updates with the budget {name!r}: {updates}")


# %%
# Data and network
# ----------------
#
# A seed draws the spectra, the initial weights and the order of the examples.
# The network is dense and so small that NumPy trains it faster than a
# framework would, whose overhead for each step is larger. Its layers are those
# that the book builds by hand. Single precision is exact enough, and faster.
def data(seed):
    """Return the training, validation and test set as inputs and labels."""
    x, labels = spectra(N + VALIDATION + TEST, seed=seed)
    x = x[..., 0]  # without the axis of channels
    end = N + VALIDATION
    return {
        "training": (x[:N], labels[:N]),
        "validation": (x[N:end], labels[N:end]),
        "test": (x[end:], labels[end:]),
    }


sets = [data(seed) for seed in range(max(SEEDS.values()))]


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


# %%
# One training
# ------------
#
# Stochastic gradient descent takes the examples in a new order in each epoch.
# The learning rate falls to zero along half a cosine. At a constant rate, the
# noise of the gradient would keep the weights from settling, and small batches
# would suffer more from this than large ones.
def accuracy(net, x, labels):
    """Return the fraction of spectra that are classified correctly."""
    return np.mean(net.forward(x).argmax(axis=1) == labels)


def trained(size, updates, *, rate, seed):
    """Return the accuracies on the training, validation and test set."""
    x, labels = sets[seed]["training"]
    rng = np.random.default_rng(seed)
    net = network(rng)
    optimizer = SGD()
    per_epoch = N // size
    for update in range(updates):
        place = update % per_epoch
        if place == 0:
            order = rng.permutation(N)
        rows = order[place * size : (place + 1) * size]
        logits = net.forward(x[rows])
        _, gradient = backprop.softmax_crossentropy(logits, labels[rows])
        net.backward(gradient)
        cosine = np.cos(np.pi * update / updates)
        optimizer.learning_rate = float(rate * (1 + cosine) / 2)
        optimizer.step(net)
    return {name: accuracy(net, *part) for name, part in sets[seed].items()}


# %%
# A learning rate for each size and budget
# ----------------------------------------
#
# A comparison at a single learning rate would favour the batch size that the
# rate suits. The gradient of a larger batch is less noisy and allows larger
# steps, so the rates that we try begin higher for larger batches, in
# proportion to the square root of the size. Each is twice the one before. The
# accuracy on the validation set decides. The largest rate may diverge, which
# is no harm, since ``tune`` then chooses another one.
def tuned(size, updates):
    """Return the best learning rate, with the validation scores of all."""
    first = 0.125 * np.sqrt(size / SIZES[0])
    rates = [float(first * 2**k) for k in range(RATES)]

    def score(rate, seed):
        return trained(size, updates, rate=rate, seed=seed)["validation"]

    with np.errstate(all="ignore"):  # no warning if a training diverges
        return tune(score, rates)


tunings = {}
for budget, sizes in budgets.items():
    for size, updates in sizes.items():
        tunings[budget, size] = tuned(size, updates)
        print(f"{budget}, {size}: rate {tunings[budget, size].best:.3g}")

# %%
# Several seeds for each
# ----------------------
#
# One training says little, because another seed gives another accuracy. All
# batch sizes of a budget are trained with the same seeds, at the rate that was
# best for them.
accuracies = {}
for budget, sizes in budgets.items():
    for size, updates in sizes.items():
        rate = tunings[budget, size].best
        accuracies[budget, size] = [
            trained(size, updates, rate=rate, seed=seed)
            for seed in range(SEEDS[budget])
        ]


# %%
# ``compare`` takes the differences seed by seed, on the test set, and gives
# an interval at 95 % for their mean.
def compared(budget):
    """Return the comparison of the batch sizes with the smallest one."""
    arms = {
        str(size): lambda seed, size=size: accuracies[budget, size][seed][
            "test"
        ]
        for size in budgets[budget]
    }
    return compare(arms, seeds=SEEDS[budget])


comparisons = {budget: compared(budget) for budget in budgets}
for budget, found in comparisons.items():
    print(budget, found, sep="\n")

# %%
# What the budget decides
# -----------------------
#
# With equal epochs the largest batches lose clearly to the smallest ones,
# because they make far fewer updates. With equal updates they win as clearly,
# because each of their steps uses more examples. When both are trained until
# the training set is learned, the large batch is still a little behind. The
# first five seeds alone would not have shown it, for their interval contains
# zero. A difference as small as this one should be confirmed with fresh seeds.
facts = {"spectra": N}
for budget, found in comparisons.items():
    for size in budgets[budget]:
        own = found.spread(str(size))
        facts[f"{budget} {size}"] = own.mean
        facts[f"{budget} {size} std"] = own.std
        facts[f"{budget} {size} rate"] = tunings[budget, size].best
    difference = found.difference("512")
    facts[f"{budget} difference"] = difference.mean
    facts[f"{budget} half-width"] = difference.half_width
for size in LONG:
    fitted = [run["training"] for run in accuracies["long", size]]
    facts[f"long {size} training"] = np.mean(fitted)
for name, value in facts.items():
    print(f"{name}: {value:.3f}")

long = comparisons["long"]
of_all = np.subtract(long.scores["512"], long.scores["32"])
assert comparisons["epochs"].difference("512").high < 0
assert comparisons["updates"].difference("512").low > 0
assert -0.05 < spread(of_all).high < 0
assert spread(of_all[: SEEDS["epochs"]]).contains_zero

# %%
# A figure for the three budgets
# ------------------------------
#
# Follow one line from left to right. The lines of the two short budgets cross,
# so a statement about batch sizes has no meaning without its budget.
fig, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
names = [f"{EPOCHS} epochs", f"{UPDATES} updates", "trained to the end"]
for budget, name, style in zip(budgets, names, ["o-", "s--", "^:"]):
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
# Figure: Test accuracy against the size of the mini-batch, for three budgets.
# With equal epochs small batches win, with equal updates large ones do, and
# trained to the end the small ones are ahead by little. Each dot is one seed,
# and the lines join the means.

# %%
# The best learning rate moves with the batch size
# ------------------------------------------------
#
# These are the validation accuracies that the tuning has found, for equally
# many updates. A single learning rate for all sizes would have been too large
# for some of them or too small for others.
fig, ax = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
for size, style in zip(SIZES, ["o-", "s--", "^-.", "D:"]):
    scores = tunings["updates", size].scores
    ax.plot(scores.keys(), scores.values(), style, label=f"batch {size}")
ax.set(xlabel="learning rate", ylabel="validation accuracy", xscale="log")
ax.set_xticks([0.125, 0.5, 2, 8], ["0.125", "0.5", "2", "8"])
ax.minorticks_off()
ax.legend()
best_rates = [
    f"{tunings['updates', size].best:.3g} for {size}" for size in SIZES
]
fig.set_label(
    f"Validation accuracy after {UPDATES} updates against the learning rate, "
    f"a curve for each batch size, highest at {', '.join(best_rates)}."
)
plt.show()

# %%
# Figure: The validation accuracy of one seed after equally many updates,
# against the learning rate. Larger batches reach their best accuracy at larger
# rates.

# %%
# What to try next
# ----------------
#
# - Add weight decay, and tune its strength for each batch size. Are large
#   batches still behind when they are trained to the end?
# - Try batches of two examples. How many updates do they need until the noise
#   of their gradients averages out?
# - Measure the seconds of a training. Which batch size is first on your
#   machine?
