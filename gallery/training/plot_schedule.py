"""
Learning rate schedules: constant, cosine, warm-up
==================================================

How much does a falling learning rate gain, and what does a warm-up add?
AdamW (Loshchilov and Hutter 2017, arXiv:1711.05101) trains a small
convolutional network on simulated spectra with three schedules. Each has its
peak tuned on a validation set, and all have the same number of steps. The
warm-up is then tried at a peak that is too high for the cosine alone.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.datasets import LINES, spectra
from byhand.experiments import compare, spread, tune
from byhand.restarts import fresh_start
from keras import layers, ops
from keras.optimizers import schedules

N = 4032  # spectra to learn from, so that every mini-batch is full
HELD_OUT = 1000  # spectra for validation, and as many for the test
BATCH = 64  # examples in a mini-batch
EPOCHS = 6
FILTERS = 32  # of each convolution
STEPS = EPOCHS * N // BATCH
WARM_UP = STEPS // 10  # steps, a tenth of the training
PEAKS = 0.004, 0.008, 0.016, 0.032  # learning rates that are tried
TOO_HIGH = 0.096  # a learning rate three times the largest of them
SEEDS = 5

# Several steps in one call take less time; PyTorch knows single steps only.
AT_ONCE = 1 if keras.backend.backend() == "torch" else N // BATCH

keras.utils.set_random_seed(0)


# %%
# Three schedules
# ---------------
#
# The cosine falls from its peak to zero. With warm-up, the learning rate first
# rises from zero to the peak within a tenth of the steps. In Keras, the steps
# of the decay are counted from the end of the warm-up.
def schedule(name, peak):
    """Return a learning rate, or one that changes with the step."""
    if name == "constant":
        return peak
    if name == "cosine":
        return schedules.CosineDecay(peak, decay_steps=STEPS)
    return schedules.CosineDecay(
        0.0,
        decay_steps=STEPS - WARM_UP,
        warmup_target=peak,
        warmup_steps=WARM_UP,
    )


ARMS = {"constant": "C3--", "cosine": "C0-", "warm-up": "C2-."}
steps = np.arange(0, STEPS + 1, 4)
fig, ax = plt.subplots(figsize=(6.4, 2.8), layout="constrained")
middle = {}
for name, style in ARMS.items():
    rate = schedule(name, 1.0)
    if name == "constant":
        rates = np.full(len(steps), rate)
    else:
        rates = [float(ops.convert_to_numpy(rate(step))) for step in steps]
    ax.plot(steps, rates, style, label=name)
    middle[name] = rates[len(steps) // 2]
ax.set(xlabel="step", ylabel="learning rate, fraction of the peak")
ax.legend(loc="upper right", bbox_to_anchor=(1, 0.9))
fig.set_label(
    f"Learning rate over {STEPS} steps. Half-way it is "
    + ", ".join(f"{rate:.2f} ({name})" for name, rate in middle.items())
    + f"; the warm-up takes {WARM_UP} steps."
)
plt.show()


# %%
# Figure: The three learning rates as fractions of their peak. With warm-up,
# the learning rate rises from zero before it follows the cosine.


# %%
# One training
# ------------
#
# Compiling takes as long as a training, so each schedule and peak is compiled
# once, and for a constant learning rate, which can be changed afterwards, one
# network serves all. ``fresh_start`` gives it new initial weights before each
# training, and the optimiser forgets its moving averages and its steps.
def conv_net():
    """Return a network with three convolutions, for ten kinds of line."""
    net = keras.Sequential([keras.Input((40, 1))])
    for strides in (1, 2, 2):
        net.add(
            layers.Conv1D(
                FILTERS, 5, strides=strides, padding="same", activation="relu"
            )
        )
    net.add(layers.Flatten())
    net.add(layers.Dense(10))
    return net


networks = {}  # compiled, by schedule and peak


def compiled(name, peak):
    """Return a network to train with a schedule."""
    key = name if name == "constant" else (name, peak)
    if key not in networks:
        net = conv_net()
        net.compile(
            optimizer=keras.optimizers.AdamW(schedule(name, peak)),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            steps_per_execution=AT_ONCE,
        )
        networks[key] = net
    return networks[key]


def data(seed):
    """Return inputs and labels of the training, validation and test set."""
    x, labels = spectra(N + 2 * HELD_OUT, seed=seed)
    ends = [N, N + HELD_OUT]
    parts = zip(np.split(x, ends), np.split(labels, ends))
    return dict(zip(("training", "validation", "test"), parts))


sets = {seed: data(seed) for seed in range(SEEDS + 1)}


def trained(name, peak, seed):
    """Return a network that was trained with a schedule."""
    net = compiled(name, peak)
    fresh_start(net, seed=seed)
    if name == "constant":
        net.optimizer.learning_rate = peak
    x, labels = sets[seed]["training"]
    net.fit(x, labels, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return net


def predicted(net, x):
    """Return the most probable kind of each spectrum."""
    return ops.convert_to_numpy(net(x)).argmax(axis=1)


def accuracy(name, peak, seed, part):
    """Train, and return the accuracy on the validation or the test set."""
    net = trained(name, peak, seed)
    x, labels = sets[seed][part]
    return float(np.mean(predicted(net, x) == labels))


# %%
# A peak for each schedule
# ------------------------
#
# Four peaks, each twice the one before, are tried on the validation set.
def tuned(name):
    """Return the best peak of a schedule, with the scores of all."""
    return tune(
        lambda peak, seed: accuracy(name, peak, seed, "validation"),
        PEAKS,
        seed=SEEDS,  # none of those that are compared
    )


tunings = {name: tuned(name) for name in ARMS}
for name, tuning in tunings.items():
    print(name, tuning, sep="\n")


# %%
# Five seeds for each
# -------------------
#
# All schedules meet the same data and initial weights for a seed, and their
# differences are taken seed by seed, on the test set.
def arm(name, peak):
    """Return a function that takes a seed and returns the test accuracy."""
    return lambda seed: accuracy(name, peak, seed, "test")


at_best = {name: arm(name, tuning.best) for name, tuning in tunings.items()}
comparison = compare(at_best, seeds=SEEDS)
print(comparison)

scores = {name: np.array(runs) for name, runs in comparison.scores.items()}
added = spread(scores["warm-up"] - scores["cosine"])
print(f"warm-up minus cosine: {added.mean:.3f} ± {added.half_width:.3f}")

# %%
# The same two at a peak that is too high for the cosine alone.
high = compare(
    {name: arm(name, TOO_HIGH) for name in ("cosine", "warm-up")}, seeds=SEEDS
)
print(high)

facts = {
    "steps": STEPS,
    "warm-up steps": WARM_UP,
    "high peak": TOO_HIGH,
    "added": added.mean,
    "added half-width": added.half_width,
}
for name, tuning in tunings.items():
    facts[f"{name} peak"] = tuning.best
    facts[name] = comparison.spread(name).mean
for name in ("cosine", "warm-up"):
    gain = comparison.difference(name)
    facts[f"{name} gain"] = gain.mean
    facts[f"{name} gain half-width"] = gain.half_width
    facts[f"high {name}"] = high.spread(name).mean
rescued = high.difference("warm-up")
facts["rescued"] = rescued.mean
facts["rescued half-width"] = rescued.half_width

# The cosine alone shows no gain that can be told from zero, and together with
# the warm-up it does, though not with every backend's initial weights. At the
# high peak there is no doubt.
assert rescued.low > 0
if keras.backend.backend() == "tensorflow":  # others draw other weights
    assert comparison.difference("cosine").contains_zero
    assert comparison.difference("warm-up").low > 0
    assert added.low > 0

bands = dict.fromkeys(facts, 0.06)
for name in ARMS:
    bands[f"{name} peak"] = 0.024  # the peaks beside it may win
for name in ("high cosine", "high warm-up", "rescued", "rescued half-width"):
    bands[name] = 0.4  # where training fails, chance decides by how much
for name in ("steps", "warm-up steps", "high peak"):
    del bands[name]

# %%
# Accuracy and learning rate
# --------------------------
#
# The warm-up matters most on the right, where the first steps of the other
# schedules do damage that the rest of the training does not repair.
fig, (left, right) = plt.subplots(
    1, 2, figsize=(6.4, 3.2), sharey=True, layout="constrained"
)
for place, (name, style) in enumerate(ARMS.items()):
    left.semilogx(PEAKS, tunings[name].scores.values(), style, marker="o")
    right.plot(np.full(SEEDS, place), scores[name], style[:2] + "o", alpha=0.5)
for runs in zip(*scores.values()):
    right.plot(range(3), runs, "C7-", lw=0.7, zorder=0)
means = [facts[name] for name in ARMS]
right.plot(range(3), means, "k_", ms=24, mew=2)
left.set(xlabel="peak of the learning rate", ylabel="accuracy")
left.set_xticks(PEAKS, [f"{peak:g}" for peak in PEAKS])
left.minorticks_off()
left.set_title("validation, one seed")
right.set_xticks(range(3), ARMS)
right.set_title(f"test, {SEEDS} seeds")
right.margins(x=0.2)
fig.set_label(
    "Left, the validation accuracy at four peaks: the best is "
    + ", ".join(f"{t.score:.3f} ({name})" for name, t in tunings.items())
    + ". Right, the test accuracy at the best peak of each, on average "
    + ", ".join(f"{mean:.3f}" for mean in means)
    + "."
)
plt.show()

# %%
# Figure: Left, one training for each schedule and peak. Right, five seeds at
# the best peak of each schedule; a grey line joins the runs of one seed, and
# the bars are means.

# %%
# Which spectra are misclassified?
# --------------------------------
#
# Eight errors of one network, with the kind that it should have recognised
# and, below, the one that it predicted. It is still as the last seed of the
# comparison has left it.
net = compiled("warm-up", tunings["warm-up"].best)
x_test, labels_test = sets[SEEDS - 1]["test"]
kinds = predicted(net, x_test)
wrong = np.flatnonzero(kinds != labels_test)
facts["misclassified"] = len(wrong)
bands["misclassified"] = 60

fig, axes = plt.subplots(
    2, 4, figsize=(6.4, 3.6), sharex=True, sharey=True, layout="constrained"
)
for ax, row in zip(axes.flat, wrong):
    ax.plot(x_test[row, :, 0], lw=1)
    ax.set_title(f"{LINES[labels_test[row]]}\nnot {LINES[kinds[row]]}")
    ax.title.set_fontsize("x-small")
    ax.set(xticks=[], yticks=[])
fig.set_label(
    f"Eight of the {len(wrong)} misclassified spectra among {HELD_OUT}, noisy "
    "lines with the name of the true and of the predicted kind."
)
plt.show()

# %%
# Figure: Eight misclassified spectra of the test set, each with its kind and,
# after "not", the kind that the network predicted.

# %%
# What to try next: a warm-up of a hundredth or of half of the steps; twice the
# epochs, for which the best peak may be another; SGD with momentum.
