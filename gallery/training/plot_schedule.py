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
VALIDATION = 1000  # spectra
TEST = 1000  # spectra
BATCH = 64  # examples in a mini-batch
EPOCHS = 4
FILTERS = 32  # of each convolution
STEPS = EPOCHS * N // BATCH
WARM_UP = STEPS // 10  # steps, a tenth of the training
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
# of the decay are counted from the end of the warm-up, so they are fewer by
# those of the warm-up.
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


# %%
# What they look like
# -------------------
#
# Draw a schedule before you train with it. Steps that are mistaken for epochs,
# or a decay that is too short, are easily seen.
STYLES = {"constant": "C3--", "cosine": "C0-", "warm-up": "C2-."}
steps = np.arange(0, STEPS + 1, 4)
half_way = {}
fig, ax = plt.subplots(figsize=(6.4, 2.8), layout="constrained")
for name, style in STYLES.items():
    rate = schedule(name, 1.0)
    if name == "constant":
        rates = np.full(len(steps), rate)
    else:
        rates = [ops.convert_to_numpy(rate(step)) for step in steps]
    ax.plot(steps, rates, style, label=name)
    half_way[name] = rates[len(steps) // 2]
ax.set(xlabel="step", ylabel="fraction of the peak")
ax.legend(loc="upper right", bbox_to_anchor=(1, 0.9))
told = ", ".join(f"{rate:.2f} ({name})" for name, rate in half_way.items())
fig.set_label(
    f"Learning rate over {STEPS} steps. Half-way it is {told}; the warm-up "
    f"takes {WARM_UP} steps."
)
plt.show()

# %%
# Figure: The three learning rates as fractions of their peak. With warm-up,
# the learning rate rises from zero before it follows the cosine.


# %%
# Data
# ----
#
# A seed draws the spectra. One seed more than we compare serves for tuning, so
# that no spectrum which has helped to choose a peak is used again.
def data(seed):
    """Return the training, validation and test set as inputs and labels."""
    x, labels = spectra(N + VALIDATION + TEST, seed=seed)
    end = N + VALIDATION
    return {
        "training": (x[:N], labels[:N]),
        "validation": (x[N:end], labels[N:end]),
        "test": (x[end:], labels[end:]),
    }


TUNING_SEED = SEEDS
sets = {seed: data(seed) for seed in [*range(SEEDS), TUNING_SEED]}


# %%
# The network
# -----------
#
# Three convolutions find the line in a spectrum, and a dense layer names its
# kind.
def conv_net():
    """Return a network with three convolutions, for ten kinds of line."""
    net = keras.Sequential([keras.Input((40, 1))])
    for strides in [1, 2, 2]:
        net.add(
            layers.Conv1D(
                FILTERS,
                kernel_size=5,
                strides=strides,
                padding="same",
                activation="relu",
            )
        )
    net.add(layers.Flatten())
    net.add(layers.Dense(10))
    return net


# %%
# Compiled once for all seeds
# ---------------------------
#
# A schedule is a part of the compiled network, so there is one network for
# each schedule and peak, and it serves all seeds. A constant learning rate can
# be changed afterwards, so for this schedule one network is enough.
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


# %%
# One training
# ------------
#
# ``fresh_start`` gives the network new initial weights, which follow the seed,
# and the optimiser forgets its moving averages and counts its steps from zero
# again.
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
    return np.mean(predicted(net, x) == labels)


# %%
# A peak for each schedule
# ------------------------
#
# At the same peak, a constant rate takes twice as large steps on average as
# one that falls to zero. A comparison at a single peak would therefore favour
# one of the schedules. We try three peaks for each, every one twice the one
# before, and keep the one with the best accuracy on the validation set. A rate
# that falls may begin higher than a constant one, and with warm-up it may
# begin higher still, so the lists differ.
PEAKS = {  # learning rates
    "constant": [0.004, 0.008, 0.016],
    "cosine": [0.008, 0.016, 0.032],
    "warm-up": [0.016, 0.032, 0.064],
}

tunings = {}
for name, peaks in PEAKS.items():
    tunings[name] = tune(
        lambda peak, seed, name=name: accuracy(name, peak, seed, "validation"),
        peaks,
        seed=TUNING_SEED,
    )
    print(name, tunings[name], sep="\n")


# %%
# Five seeds for each
# -------------------
#
# All schedules have the same data and initial weights for a seed, and their
# differences are taken seed by seed, on the test set. The interval is one at
# 95 %.
def arm(name, peak):
    """Return a function that takes a seed and returns the test accuracy."""
    return lambda seed: accuracy(name, peak, seed, "test")


comparison = compare(
    {name: arm(name, tuning.best) for name, tuning in tunings.items()},
    seeds=SEEDS,
)
print(comparison)

scores = {name: np.array(runs) for name, runs in comparison.scores.items()}
added = spread(scores["warm-up"] - scores["cosine"])
print(f"warm-up minus cosine: {added.mean:.3f} ± {added.half_width:.3f}")

# %%
# A peak that is too high
# -----------------------
#
# At a learning rate that is far above all best peaks, the cosine is compared
# with and without warm-up. The first steps of Adam change every weight by
# about the learning rate, however small its gradient is. If they are too
# large, many units give zero for every spectrum from then on, and the training
# does not recover. A warm-up makes these steps small.
TOO_HIGH = 0.096  # learning rate

high = compare(
    {name: arm(name, TOO_HIGH) for name in ["cosine", "warm-up"]},
    seeds=SEEDS,
)
print(high)

# %%
# The results
# -----------
#
# The cosine alone shows no gain that can be told from zero. In a training as
# short as this, a rate that falls to zero spends many of the few steps on
# small changes. With the higher peak that a warm-up allows, there is a gain.
# This holds for the initial weights that TensorFlow draws. With others, such
# as those of another backend, the interval may contain zero, so do not rely on
# so small a gain. At the high peak the difference is large.
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
for name in ["cosine", "warm-up"]:
    gain = comparison.difference(name)
    facts[f"{name} gain"] = gain.mean
    facts[f"{name} gain half-width"] = gain.half_width
    facts[f"high {name}"] = high.spread(name).mean
rescued = high.difference("warm-up")
facts["rescued"] = rescued.mean
facts["rescued half-width"] = rescued.half_width

assert rescued.low > 0
if keras.backend.backend() == "tensorflow":  # others draw other weights
    assert comparison.difference("cosine").contains_zero
    assert comparison.difference("warm-up").low > 0
    assert added.low > 0

# %%
# Accuracy and learning rate
# --------------------------
#
# The left panel shows what the tuning has found. The best peak is smallest for
# the constant rate and largest with warm-up. The right panel is the comparison
# at these peaks. Follow the grey lines, for the differences are paired.
fig, (left, right) = plt.subplots(
    1, 2, figsize=(6.4, 3.2), sharey=True, layout="constrained"
)
for place, (name, style) in enumerate(STYLES.items()):
    tried = tunings[name].scores
    left.semilogx(tried.keys(), tried.values(), style, marker="o", label=name)
    right.plot(np.full(SEEDS, place), scores[name], style[:2] + "o", alpha=0.5)
for runs in zip(*scores.values()):
    right.plot(range(3), runs, "C7-", lw=0.7, zorder=0)
means = [facts[name] for name in STYLES]
right.plot(range(3), means, "k_", ms=24, mew=2)
left.set(xlabel="peak of the learning rate", ylabel="accuracy")
ticks = [0.004, 0.016, 0.064]
left.set_xticks(ticks, ticks)
left.minorticks_off()
left.set_title("validation, one seed")
left.legend(loc="upper left")
right.set_xticks(range(3), STYLES)
right.set_title(f"test, {SEEDS} seeds")
right.margins(x=0.2)
best = ", ".join(f"{t.score:.3f} ({name})" for name, t in tunings.items())
fig.set_label(
    f"Left, the validation accuracy at three peaks: the best is {best}. "
    "Right, the test accuracy at the best peak of each, on average "
    f"{', '.join(f'{mean:.3f}' for mean in means)}."
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
# Look at the errors of a network, and judge whether you would do better. Eight
# of them are drawn, with the kind that is right and, below, the one that was
# predicted. The network is the one with warm-up at its best peak. It is still
# as the last seed of the comparison has left it.
net = compiled("warm-up", tunings["warm-up"].best)
x_test, labels_test = sets[SEEDS - 1]["test"]
kinds = predicted(net, x_test)
wrong = np.flatnonzero(kinds != labels_test)
facts["misclassified"] = len(wrong)
for name, value in facts.items():
    print(f"{name}: {value:.3g}")

fig, axes = plt.subplots(
    2, 4, figsize=(6.4, 3.6), sharex=True, sharey=True, layout="constrained"
)
for ax, row in zip(axes.flat, wrong):
    ax.plot(x_test[row, :, 0], lw=1)
    ax.set_title(f"{LINES[labels_test[row]]}\nnot {LINES[kinds[row]]}")
    ax.title.set_fontsize("x-small")
    ax.set(xticks=[], yticks=[])
fig.set_label(
    f"Eight of the {len(wrong)} misclassified spectra among {TEST}, noisy "
    "lines with the name of the true and of the predicted kind."
)
plt.show()

# %%
# Figure: Eight misclassified spectra of the test set, each with its kind and,
# after "not", the kind that the network predicted.

# %%
# What to try next
# ----------------
#
# - Let the warm-up take a hundredth of the steps, or half of them.
# - Train for twice as many epochs. What does the cosine alone gain then?
# - Replace AdamW by SGD with momentum. Does it need a warm-up, too?
