"""
Accuracy against the amount of data
===================================

Which methods still improve when the examples become ten times as many?
Logistic regression, a support vector machine and a convolutional network
learn from ever more spectra. A learning curve that is flat tells you to change
the model; one that rises tells you what more examples may bring.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.datasets import spectra, three_way
from byhand.experiments import compare, spread, tune
from byhand.restarts import fresh_start
from keras import layers
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

LENGTH = 40  # points in a spectrum
KINDS = 10  # kinds of line profile
EXAMPLES = 5000  # spectra of one seed, for all three parts together
SIZES = (100, 300, 1000, 3000)  # training examples
SEEDS = 5
PENALTIES = (3, 10, 30, 100)  # values of C that are tried
RATES = (3e-3, 1e-2, 3e-2, 1e-1)  # learning rates that are tried
TUNED_AT = 1000  # training examples for the choice of the learning rate
BATCH = 30
EPOCHS = 4  # of as many examples as the largest training set has
FILTERS = 16

# Several steps in one call take less time; PyTorch knows single steps only.
AT_ONCE = 1 if keras.backend.backend() == "torch" else 50

keras.utils.set_random_seed(0)


# %%
# Data
# ----
#
# A seed draws the spectra and the initial weights. The smaller training sets
# are the first examples of the largest one.
def split(seed, size):
    """Return the parts of a seed, with `size` examples to learn from."""
    x, labels = spectra(EXAMPLES, seed=seed)
    data = three_way(x, labels, validation=0.2, test=0.2, seed=seed)
    return data._replace(x=data.x[:size], y_t=data.y_t[:size])


# %%
# Two classical methods
# ---------------------
#
# Both are trained until they have converged.
def classical(model, size, seed):
    """Return a classical method after its training, and its data."""
    data = split(seed, size)
    model = make_pipeline(StandardScaler(), model)
    model.fit(data.x[..., 0], data.y_t)
    return model, data


def logistic_regression(size, seed):
    """Return the test accuracy of logistic regression."""
    model, data = classical(LogisticRegression(max_iter=500), size, seed)
    return model.score(data.x_test[..., 0], data.y_test)


def support_vectors(size, penalty, seed, *, validation=False):
    """Return the accuracy of a support vector machine, Gaussian kernel."""
    model, data = classical(SVC(C=penalty), size, seed)
    if validation:
        return model.score(data.x_val[..., 0], data.y_val)
    return model.score(data.x_test[..., 0], data.y_test)


# %%
# A convolutional network
# -----------------------
#
# Every training set gets as many updates, so that the network converges on
# the large ones, too. The network is compiled once, which takes longer than a
# training. A run begins with new weights and a fresh optimiser.
def build():
    """Return an untrained network with batch normalisation."""
    network = keras.Sequential([keras.Input((LENGTH, 1))])
    for strides in (1, 2, 2):
        network.add(
            layers.Conv1D(
                FILTERS,
                kernel_size=5,
                strides=strides,
                padding="same",
                use_bias=False,
            )
        )
        network.add(layers.BatchNormalization(momentum=0.9))
        network.add(layers.Activation("relu"))
    network.add(layers.Flatten())
    network.add(layers.Dense(KINDS, activation="softmax"))
    return network


network = build()
network.compile(
    optimizer=keras.optimizers.Adam(),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
    steps_per_execution=AT_ONCE,
)


def convolutional(size, rate, seed, *, validation=False):
    """Return the accuracy of a network after a training with cosine decay."""
    data = split(seed, size)
    fresh_start(network, seed=seed)
    rows = np.resize(np.arange(size), SIZES[-1])
    cosine = keras.callbacks.LearningRateScheduler(
        lambda epoch: rate * (1 + np.cos(np.pi * epoch / EPOCHS)) / 2
    )
    network.fit(
        data.x[rows],
        data.y_t[rows],
        batch_size=BATCH,
        epochs=EPOCHS,
        callbacks=[cosine],
        verbose=0,
    )
    if validation:
        return network.evaluate(data.x_val, data.y_val, verbose=0)[1]
    return network.evaluate(data.x_test, data.y_test, verbose=0)[1]


# %%
# The experiment
# --------------
#
# C is chosen for each size, and the learning rate for one of them, on the
# validation set with one seed. Then follow five seeds for each size.
best_penalties = {}
for size in SIZES:
    tuning = tune(
        lambda penalty, seed, size=size: support_vectors(
            size, penalty, seed, validation=True
        ),
        PENALTIES,
    )
    best_penalties[size] = tuning.best
print("C:", best_penalties)

tuning = tune(
    lambda rate, seed: convolutional(TUNED_AT, rate, seed, validation=True),
    RATES,
)
best_rate = tuning.best
print("learning rate:", best_rate)

methods = {
    "logistic regression": logistic_regression,
    "support vectors": lambda size, seed: support_vectors(
        size, best_penalties[size], seed
    ),
    "network": lambda size, seed: convolutional(size, best_rate, seed),
}


def learning_curve(score):
    """Return the comparison of all sizes with the last but one."""
    arms = {
        f"{size}": lambda seed, size=size: score(size, seed) for size in SIZES
    }
    return compare(arms, seeds=SEEDS, baseline=f"{SIZES[-2]}")


found = {}
for name, score in methods.items():
    found[name] = learning_curve(score)
    print(name, found[name], sep="\n")

facts = {"sizes": list(SIZES), "seeds": SEEDS}
for name, comparison in found.items():
    # What the last step gains, to three times as many examples.
    last = comparison.difference(f"{SIZES[-1]}")
    facts[name] = [comparison.spread(f"{size}").mean for size in SIZES]
    facts[f"{name} last"] = comparison.spread(f"{SIZES[-1]}").mean
    facts[f"{name} gain"] = last.mean
    facts[f"{name} half-width"] = last.half_width
bands = {name: 0.05 for name in facts if name not in ("sizes", "seeds")}
assert facts["network gain"] > facts["network half-width"]
assert facts["support vectors gain"] > facts["support vectors half-width"]
assert abs(facts["logistic regression gain"]) < 0.03
apart = spread(
    np.subtract(
        found["network"].scores[f"{SIZES[-1]}"],
        found["support vectors"].scores[f"{SIZES[-1]}"],
    )
)
assert apart.low > 0.2

# %%
# Logistic regression levels off, since it cannot represent the task. The
# support vector machine and the network still rise at the right end, and the
# network is far ahead.
fig, ax = plt.subplots(figsize=(6, 4), layout="constrained")
styles = {
    "logistic regression": "s:",
    "support vectors": "^--",
    "network": "o-",
}
for name, style in styles.items():
    spreads = [found[name].spread(f"{size}") for size in SIZES]
    ax.errorbar(
        SIZES,
        [each.mean for each in spreads],
        yerr=[each.half_width for each in spreads],
        fmt=style,
        capsize=4,
        label=name,
    )
ax.set_xscale("log")
ax.set_xticks(SIZES, SIZES)
ax.minorticks_off()
ax.set(
    xlabel="training examples", ylabel="accuracy on test spectra", ylim=(0, 1)
)
ax.legend()
ends = [
    f"{name} {facts[name][0]:.2f} to {facts[name][-1]:.2f}" for name in styles
]
fig.set_label(
    f"Accuracy for {SIZES[0]} to {SIZES[-1]} examples: {', '.join(ends)}."
)
plt.show()

# %%
# Figure: The accuracy on test spectra against the number of training examples,
# on a logarithmic axis. Each point is the mean of five seeds, with an interval
# at 95 %.

# %%
# What to try next
# ----------------
#
# - Draw the error, 1 - accuracy, with both axes logarithmic. Over which range
#   is it a straight line?
# - Train the network for ten times as many updates. Which sizes gain most?
# - Give the support vector machine the power spectrum of each spectrum
#   (`np.abs(np.fft.rfft(x, axis=1))`), which does not depend on where the line
#   stands.
