"""
From five kinds of spectra to five others
=========================================

How much do fifty labelled spectra gain from a network that was trained before?
A convolutional network learns five kinds of spectral line from thousands of
examples. Of five other kinds there are ten labelled spectra each. The network
for these begins from random weights, or keeps the trained features, or goes on
training them (Yosinski et al. 2014, arXiv:1411.1792).
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
from keras import layers, ops
from sklearn.linear_model import LogisticRegression

SEEDS = 5
KINDS = 5  # in the old task, and in the new one
LABELLED = 10  # spectra of each new kind
VALIDATION = 500  # spectra of the new kinds, to choose settings
TEST = 1000  # spectra of the new kinds, to be looked at once
OLD_UPDATES = 350  # of the weights, on the old task
NEW_UPDATES = 150  # of the weights, on the new task
keras.utils.set_random_seed(0)

# %%
# The two tasks
# -------------
#
# A seed draws all spectra. Those of the kinds 0 to 4 are plentiful; of the
# kinds 5 to 9, which are renamed 0 to 4, ten each are labelled.


def tasks_of(seed):
    """Return inputs and labels of the old task, and three parts of the new."""
    x, kind = spectra(6000, seed=seed)
    old = kind < KINDS
    x_new, kind_new = x[~old], kind[~old] - KINDS
    by_kind = [np.flatnonzero(kind_new == k) for k in range(KINDS)]
    few = np.concatenate([places[:LABELLED] for places in by_kind])
    rest = np.setdiff1d(np.arange(len(x_new)), few)
    parts = few, rest[:VALIDATION], rest[VALIDATION : VALIDATION + TEST]
    return (x[old], kind[old]), [(x_new[p], kind_new[p]) for p in parts]


tasks = [tasks_of(seed) for seed in range(SEEDS)]
print("old:", ", ".join(LINES[:KINDS]))
print("new:", ", ".join(LINES[KINDS:]))


# %%
# The network
# -----------
#
# Three convolutions with batch normalisation and an average over all places
# are the body; a dense layer is the head. Compiling takes longer than these
# short trainings. So each network is compiled once, and a run puts weights
# into it and sets its optimiser back to zero.
def network():
    """Return the network, not yet compiled."""
    model = keras.Sequential([keras.Input((40, 1))])
    for strides in (1, 2, 2):
        model.add(
            layers.Conv1D(
                32, 5, strides=strides, padding="same", use_bias=False
            )
        )
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
    model.add(layers.GlobalAveragePooling1D(name="features"))
    model.add(layers.Dense(KINDS, activation="softmax", name="head"))
    return model


def compiled(model):
    """Return the model, compiled."""
    model.compile(
        optimizer=keras.optimizers.Adam(),
        loss="sparse_categorical_crossentropy",
    )
    return model


def random_weights(seed):
    """Return the weights of a network fresh from its initialisation."""
    keras.utils.set_random_seed(seed)
    return keras.models.clone_model(whole).get_weights()


def train(model, weights, x, y_t, *, updates, batch, rate, seed):
    """Train from given weights, with a rate that falls to zero as a cosine."""
    rng = np.random.default_rng(seed)
    model.set_weights(weights)
    model.optimizer.build(model.trainable_variables)
    for variable in model.optimizer.variables:
        variable.assign(ops.zeros(variable.shape, dtype=variable.dtype))
    for update in range(updates):
        falling = (1 + np.cos(np.pi * update / updates)) / 2
        model.optimizer.learning_rate = rate * falling
        rows = rng.choice(len(x), size=batch, replace=False)
        model.train_on_batch(x[rows], y_t[rows])


def accuracy(model, x, y):
    """Return the fraction of examples that are classified correctly."""
    probabilities = ops.convert_to_numpy(model(x))
    return np.mean(probabilities.argmax(axis=1) == y)


whole = compiled(network())  # every weight learns
inference = network()  # batch normalisation stays in inference mode
for layer in inference.layers:
    if isinstance(layer, layers.BatchNormalization):
        layer.trainable = False
inference = compiled(inference)
body = keras.Model(whole.inputs[0], whole.get_layer("features").output)

# %%
# Learn the old task
# ------------------
trained = []
old_accuracies = []
for seed, ((x, y_t), _) in enumerate(tasks):
    train(
        whole,
        random_weights(seed),
        x[:-500],
        y_t[:-500],
        updates=OLD_UPDATES,
        batch=64,
        rate=1e-2,
        seed=seed,
    )
    trained.append(whole.get_weights())
    old_accuracies.append(accuracy(whole, x[-500:], y_t[-500:]))
print(f"old task, held out: {np.mean(old_accuracies):.3f}")


# %%
# Four ways to learn the new task
# -------------------------------
#
# Frozen features do not change, so they are computed once. The head on them is
# logistic regression, and what is tuned is its regularisation. Fine-tuning
# begins with this trained head.
def features_of(seed, x):
    """Return the features that the network of a seed computes."""
    whole.set_weights(trained[seed])
    return ops.convert_to_numpy(body(x))


def probe(seed, strength):
    """Return logistic regression on the features of the labelled spectra."""
    x, y_t = tasks[seed][1][0]
    head = LogisticRegression(C=strength, max_iter=2000)
    return head.fit(features_of(seed, x), y_t)


def frozen(strength, seed, part):
    """Train a head on features that stay as they are."""
    x, y = tasks[seed][1][part]
    return probe(seed, strength).score(features_of(seed, x), y)


def scratch(rate, seed, part):
    """Train all layers from random weights."""
    return learned(whole, random_weights(SEEDS + seed), rate, seed, part)


def fine_tuned(rate, seed, part):
    """Train the convolutions and the head on from trained weights."""
    return learned(inference, with_probe(seed), rate, seed, part)


def fine_tuned_in_training_mode(rate, seed, part):
    """Train all layers on, batch normalisation included."""
    return learned(whole, with_probe(seed), rate, seed, part)


def with_probe(seed):
    """Return trained weights whose head is that of the best probe."""
    head = probe(seed, best["frozen"])
    return [*trained[seed][:-2], head.coef_.T, head.intercept_]


def learned(model, weights, rate, seed, part):
    """Train on the labelled spectra, and return the accuracy on a part."""
    x, y_t = tasks[seed][1][0]
    train(
        model,
        weights,
        x,
        y_t,
        updates=NEW_UPDATES,
        batch=10,
        rate=rate,
        seed=seed,
    )
    return accuracy(model, *tasks[seed][1][part])


# %%
# Tune and compare
# ----------------
#
# Each way has four settings to choose from, on the validation set. Then five
# seeds are run, and the test set (part 2) is looked at once.
methods = {
    "from scratch": (scratch, (3e-3, 1e-2, 3e-2, 1e-1)),
    "frozen": (frozen, (1, 10, 100, 1000)),
    "fine-tuned": (fine_tuned, (3e-4, 1e-3, 3e-3, 1e-2)),
    "training mode": (fine_tuned_in_training_mode, (3e-4, 1e-3, 3e-3, 1e-2)),
}
best = {}
for name, (method, settings) in methods.items():
    tuned = tune(
        lambda value, seed, method=method: method(value, seed, 1), settings
    )
    best[name] = tuned.best
    print(f"{name}: {tuned.best} of {settings}")

arms = {
    name: lambda seed, name=name: methods[name][0](best[name], seed, 2)
    for name in methods
}
result = compare(arms, seeds=SEEDS)
print(result)

# %%
# What is left of the old task
# ----------------------------
#
# The old head, put back upon the fine-tuned layers, is examined on held-out
# spectra of the old kinds.


def left_over(name, model):
    """Return the mean accuracy on the old task after a way to fine-tune."""
    accuracies = []
    for seed, ((x, kind), _) in enumerate(tasks):
        methods[name][0](best[name], seed, 2)
        old_head = trained[seed][-2:]
        model.set_weights([*model.get_weights()[:-2], *old_head])
        accuracies.append(accuracy(model, x[-500:], kind[-500:]))
    return np.mean(accuracies)


# %%
# The results
# -----------
facts = {
    "labelled": LABELLED * KINDS,
    "old task": np.mean(old_accuracies),
    "old task after fine-tuning": left_over("fine-tuned", inference),
    "old task after training mode": left_over("training mode", whole),
}
for name in methods:
    facts[name] = result.spread(name).mean
pairs = {
    "frozen gain": ("frozen", "from scratch"),
    "fine-tuned gain": ("fine-tuned", "from scratch"),
    "fine-tuned over frozen": ("fine-tuned", "frozen"),
    "training mode over inference mode": ("training mode", "fine-tuned"),
}
for name, (arm, other) in pairs.items():
    apart = spread(np.subtract(result.scores[arm], result.scores[other]))
    facts[name] = apart.mean
    facts[f"{name} half-width"] = apart.half_width
    print(f"{name}: {apart.mean:+.3f} ± {apart.half_width:.3f}")
assert facts["frozen gain"] > facts["frozen gain half-width"]
assert facts["fine-tuned gain"] > facts["fine-tuned gain half-width"]
over = "fine-tuned over frozen"
assert facts[over] > facts[f"{over} half-width"]
# The mode of batch normalisation makes no difference that five seeds can show.
modes = "training mode over inference mode"
assert abs(facts[modes]) < facts[f"{modes} half-width"]
bands = dict.fromkeys(facts, 0.06)  # fractions of the examples
for way in ("fine-tuning", "training mode"):
    bands[f"old task after {way}"] = 0.15
print(*(f"{name}: {value:.3f}" for name, value in facts.items()), sep="\n")

fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
places = np.arange(len(methods))
runs = np.array([result.scores[name] for name in methods])
ax.plot(places, runs, "o-", color="C7", markersize=4, linewidth=0.8)
for place, name in zip(places, methods):
    ax.hlines(facts[name], place - 0.2, place + 0.2, color="C2", linewidth=3)
ax.axhline(1 / KINDS, color="C7", linestyle=":")
ax.text(0, 1 / KINDS + 0.01, "a random guess", ha="center")
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
# - Label 100 spectra of each kind: how much of the lead is left?
# - Keep only the first convolution, and begin the others from random weights.
# - Exchange the tasks: are features of the kinds 5 to 9 worth as much?
