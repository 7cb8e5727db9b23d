"""
From five kinds of spectra to five others
=========================================

How much do fifty labelled spectra gain from a network that was trained before?
A convolutional network learns five kinds of spectral line from thousands of
examples. Of five other kinds there are ten labelled spectra each. To learn
these, the network begins from random weights, or keeps the trained features,
or goes on training them (Yosinski et al. 2014, arXiv:1411.1792).
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
from sklearn.linear_model import LogisticRegression

SPECTRA = 6000  # of one seed, half of them of the old kinds
KINDS = 5  # in the old task, and in the new one
OLD_TEST = 500  # spectra of the old kinds, to measure on
LABELLED = 10  # spectra of each new kind
VALIDATION = 500  # spectra of the new kinds, to choose settings
TEST = 1000  # spectra of the new kinds, to compare on
SEEDS = 5

keras.utils.set_random_seed(0)


# %%
# The two tasks
# -------------
#
# A seed draws all spectra. Those of the kinds 0 to 4 are plentiful. Of the
# kinds 5 to 9, which are renamed 0 to 4, ten each are labelled. A validation
# set that is ten times as large as the training set would not exist in
# practice. We allow it here, so that all methods are tuned well.
def tasks_of(seed):
    """Return the parts of both tasks, each as inputs and labels."""
    x, kind = spectra(SPECTRA, seed=seed)
    is_old = kind < KINDS
    old = np.flatnonzero(is_old)
    by_kind = [np.flatnonzero(kind == KINDS + k) for k in range(KINDS)]
    labelled = np.concatenate([rows[:LABELLED] for rows in by_kind])
    rest = np.setdiff1d(np.flatnonzero(~is_old), labelled)
    rows_of = {
        "old training": old[:-OLD_TEST],
        "old test": old[-OLD_TEST:],
        "training": labelled,
        "validation": rest[:VALIDATION],
        "test": rest[VALIDATION : VALIDATION + TEST],
    }
    return {
        name: (x[rows], kind[rows] % KINDS) for name, rows in rows_of.items()
    }


tasks = [tasks_of(seed) for seed in range(SEEDS)]
print("old:", ", ".join(LINES[:KINDS]))
print("new:", ", ".join(LINES[KINDS:]))


# %%
# The network
# -----------
#
# Three convolutions with batch normalisation and an average over all points
# are the body, whose outputs are called features. A dense layer is the head.
def conv_net():
    """Return the network, not yet compiled."""
    network = keras.Sequential([keras.Input((40, 1))])
    for strides in [1, 2, 2]:
        network.add(
            layers.Conv1D(
                32,
                kernel_size=5,
                strides=strides,
                padding="same",
                use_bias=False,
            )
        )
        network.add(layers.BatchNormalization(momentum=0.9))
        network.add(layers.ReLU())
    network.add(layers.GlobalAveragePooling1D(name="features"))
    network.add(layers.Dense(KINDS, activation="softmax", name="head"))
    return network


# %%
# Two modes of batch normalisation
# --------------------------------
#
# In fine-tuning, batch normalisation can stay in inference mode, in which it
# uses the moving averages of the old task and does not change them. Keras
# does so if the layer is not trainable. This has to be set before the network
# is compiled, so there are two networks, and every training uses one of them.

training_mode = conv_net()  # every weight learns
inference_mode = conv_net()
for layer in inference_mode.layers:
    if isinstance(layer, layers.BatchNormalization):
        layer.trainable = False

for network in [training_mode, inference_mode]:
    network.compile(
        optimizer=keras.optimizers.Adam(),
        loss="sparse_categorical_crossentropy",
    )


# %%
# One training
# ------------
#
# Every training is the same but for its examples and the weights that it
# begins with. ``fresh_start`` draws random weights and resets the optimiser.
# If trained weights are given, they replace the random ones. The learning rate
# falls to zero along half a cosine. Fifty spectra make epochs of a few steps,
# and ``fit`` would spend more time between them than in them, so we draw the
# mini-batches ourselves.
def train(network, x, labels, *, rate, updates, batch, seed, weights=None):
    """Train a network, from random weights or from given ones."""
    fresh_start(network, seed=seed)
    if weights is not None:
        network.set_weights(weights)
    rng = np.random.default_rng(seed)
    for update in range(updates):
        cosine = np.cos(np.pi * update / updates)
        network.optimizer.learning_rate = rate * (1 + cosine) / 2
        rows = rng.choice(len(x), size=batch, replace=False)
        network.train_on_batch(x[rows], labels[rows])


def accuracy(network, x, labels):
    """Return the fraction of spectra that are classified correctly."""
    probabilities = ops.convert_to_numpy(network(x))
    return np.mean(probabilities.argmax(axis=1) == labels)


# %%
# Learn the old task
# ------------------
#
# For each seed we keep the weights of the trained network. All that follows
# begins with them, except for the training from scratch.
OLD_UPDATES = 350  # steps

trained = []
old_accuracies = []
for seed, task in enumerate(tasks):
    x, labels = task["old training"]
    train(
        training_mode,
        x,
        labels,
        rate=1e-2,
        updates=OLD_UPDATES,
        batch=64,
        seed=seed,
    )
    trained.append(training_mode.get_weights())
    old_accuracies.append(accuracy(training_mode, *task["old test"]))
print(f"old task, test accuracy: {np.mean(old_accuracies):.3f}")

# %%
# A linear probe on frozen features
# ---------------------------------
#
# The simplest way to reuse the body is to leave it as it is. The features of
# the labelled spectra are then constant, and only the head has to be trained.
# It is a logistic regression, a *linear probe*, and what is tuned is the
# strength of its regularisation.
body = keras.Model(
    training_mode.inputs[0], training_mode.get_layer("features").output
)


def features(seed, x):
    """Return the features that the network of a seed computes."""
    training_mode.set_weights(trained[seed])
    return ops.convert_to_numpy(body(x))


def probe(strength, seed):
    """Return a logistic regression on the features of labelled spectra."""
    x, labels = tasks[seed]["training"]
    head = LogisticRegression(C=strength, max_iter=2000)
    return head.fit(features(seed, x), labels)


def frozen(strength, seed, part):
    """Return the accuracy of a probe on frozen features."""
    x, labels = tasks[seed][part]
    return probe(strength, seed).score(features(seed, x), labels)


# %%
# From scratch, and from trained weights
# --------------------------------------
#
# The other ways train the whole network on the labelled spectra, for equally
# many updates. Fine-tuning begins with the trained body and with the probe as
# its head. A random head would send large gradients into the body in the first
# steps and damage what it has learned.
NEW_UPDATES = 150  # steps


def learn(network, rate, seed, weights=None):
    """Train a network on the labelled spectra of the new kinds."""
    x, labels = tasks[seed]["training"]
    train(
        network,
        x,
        labels,
        rate=rate,
        updates=NEW_UPDATES,
        batch=10,
        seed=seed,
        weights=weights,
    )


def from_scratch(rate, seed, part):
    """Return the accuracy after a training from random weights."""
    learn(training_mode, rate, seed)
    return accuracy(training_mode, *tasks[seed][part])


# %%
# In both modes of batch normalisation
# ------------------------------------
#
# Fine-tuning is tried in inference mode and in training mode. The weights that
# it ends with are kept for a question that we ask later.
fine_tuned_weights = {}  # by network and seed, those of the last training


def fine_tuned(network, rate, seed, part):
    """Return the accuracy after a training from trained weights."""
    head = probe(best["frozen"], seed)
    weights = [*trained[seed][:-2], head.coef_.T, head.intercept_]
    learn(network, rate, seed, weights)
    fine_tuned_weights[network, seed] = network.get_weights()
    return accuracy(network, *tasks[seed][part])


def in_inference_mode(rate, seed, part):
    """Return the accuracy after fine-tuning in inference mode."""
    return fine_tuned(inference_mode, rate, seed, part)


def in_training_mode(rate, seed, part):
    """Return the accuracy after fine-tuning in training mode."""
    return fine_tuned(training_mode, rate, seed, part)


# %%
# Tuning each method
# ------------------
#
# Each method has four settings to choose from, on the validation set. For the
# probe it is the strength C, for the others the learning rate. Fine-tuning has
# smaller rates, because its weights are already good. It comes after the
# probe, whose best strength it needs.
methods = {
    "from scratch": (from_scratch, [3e-3, 1e-2, 3e-2, 1e-1]),
    "frozen": (frozen, [1, 10, 100, 1000]),
    "fine-tuned": (in_inference_mode, [3e-4, 1e-3, 3e-3, 1e-2]),
    "training mode": (in_training_mode, [3e-4, 1e-3, 3e-3, 1e-2]),
}
best = {}
for name, (method, settings) in methods.items():
    tuning = tune(
        lambda value, seed, method=method: method(value, seed, "validation"),
        settings,
    )
    best[name] = tuning.best
    print(name, tuning, sep="\n")


# %%
# The comparison
# --------------
#
# Five seeds are run with the best setting of each method, and the test set is
# used for the first time.
def arm(name):
    """Return a function that takes a seed and returns the test accuracy."""
    method, _ = methods[name]
    return lambda seed: method(best[name], seed, "test")


comparison = compare({name: arm(name) for name in methods}, seeds=SEEDS)
print(comparison)

# %%
# What is left of the old task
# ----------------------------
#
# Fine-tuning looks only at the new kinds and may make the body useless for the
# old ones. To see this, we put the old head back on the fine-tuned body and
# measure the accuracy on spectra of the old kinds that no network has seen.


def left_over(network):
    """Return the mean accuracy on the old task after fine-tuning."""
    accuracies = []
    for seed, task in enumerate(tasks):
        old_head = trained[seed][-2:]
        new_body = fine_tuned_weights[network, seed][:-2]
        network.set_weights([*new_body, *old_head])
        accuracies.append(accuracy(network, *task["old test"]))
    return np.mean(accuracies)


# %%
# The results
# -----------
#
# Differences between two methods are taken seed by seed, with an interval at
# 95 %. Both ways to reuse the body are better than to start from scratch, and
# fine-tuning is better than the frozen features. The mode of batch
# normalisation makes no difference that five seeds can show. The new spectra
# have the same noise and scale as the old ones, so this is no surprise.
facts = {
    "labelled": LABELLED * KINDS,
    "old task": np.mean(old_accuracies),
    "old task after fine-tuning": left_over(inference_mode),
    "old task after training mode": left_over(training_mode),
}
for name in methods:
    facts[name] = comparison.spread(name).mean
pairs = {
    "frozen gain": ("frozen", "from scratch"),
    "fine-tuned gain": ("fine-tuned", "from scratch"),
    "fine-tuned over frozen": ("fine-tuned", "frozen"),
    "training mode over inference mode": ("training mode", "fine-tuned"),
}
apart = {}
for name, (one, other) in pairs.items():
    differences = np.subtract(comparison.scores[one], comparison.scores[other])
    apart[name] = spread(differences)
    facts[name] = apart[name].mean
    facts[f"{name} half-width"] = apart[name].half_width
for name, value in facts.items():
    print(f"{name}: {value:.3f}")
assert apart["frozen gain"].low > 0
assert apart["fine-tuned gain"].low > 0
assert apart["fine-tuned over frozen"].low > 0
assert apart["training mode over inference mode"].contains_zero

# %%
# Four methods in a figure
# ------------------------
#
# A seed does well or badly with most of the methods alike, because they share
# its fifty labelled spectra. The paired differences remove this common part.
fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
places = np.arange(len(methods))
runs = np.array([comparison.scores[name] for name in methods])
ax.plot(places, runs, "o-", color="C7", markersize=4, linewidth=0.8)
for place, name in zip(places, methods):
    ax.hlines(facts[name], place - 0.2, place + 0.2, color="C2", linewidth=3)
ax.axhline(1 / KINDS, color="C7", linestyle=":")
ax.text(-0.1, 1 / KINDS + 0.01, "a random guess")
names = ["from scratch", "frozen", "fine-tuned", "fine-tuned,\nBN in training"]
ax.set_xticks(places, names)
ax.set(ylabel="test accuracy on the new kinds", ylim=(0.15, 0.95))
told = ", ".join(f"{name} {facts[name]:.2f}" for name in methods)
fig.set_label(
    f"Test accuracies after {facts['labelled']} labelled spectra, {SEEDS} "
    f"seeds; means: {told}."
)
plt.show()

# %%
# Figure: Test accuracy on five new kinds of spectra after ten labelled ones of
# each. A grey line joins the runs of one seed, and the bars are means. Every
# way to reuse the trained layers is better than to start from random weights.

# %%
# What to try next
# ----------------
#
# - Label 100 spectra of each kind. How much of the lead is left?
# - Keep only the first convolution, and begin the others from random weights.
# - Exchange the tasks. Are features of the kinds 5 to 9 worth as much?
