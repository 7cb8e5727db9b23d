"""
Accuracy against the amount of data
===================================

Which methods still improve when the examples become ten times as many?
Logistic regression, a support vector machine and a convolutional network learn
from more and more spectra. If such a *learning curve* is flat, only another
model will help. If it still rises, it shows roughly what more examples would
bring.
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
from keras import layers, ops
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

LENGTH = 40  # points in a spectrum
KINDS = 10  # kinds of line profile
EXAMPLES = 5000  # spectra of one seed, for all three parts together
SIZES = [100, 300, 1000, 3000]  # training examples
SEEDS = 5

keras.utils.set_random_seed(0)


# %%
# Data
# ----
#
# A seed draws the spectra and splits them into a training, a validation and a
# test set. The smaller training sets are the first examples of the largest
# one, as if we had labelled more and more spectra. The validation set and the
# test set are the same for all sizes.
def split(seed):
    """Return the three parts of the spectra of a seed."""
    x, labels = spectra(EXAMPLES, seed=seed)
    return three_way(x, labels, validation=0.2, test=0.2, seed=seed)


data = [split(seed) for seed in range(SEEDS)]


# %%
# Two classical methods
# ---------------------
#
# Logistic regression is a weighted sum of the points for each kind, followed
# by a softmax. The support vector machine compares a spectrum with those that
# it has learned, by a Gaussian kernel, and can represent any function. Both
# are trained until they have converged.
def classical(model, size, seed):
    """Return a classical method that has learned from some spectra."""
    x = data[seed].x[:size, :, 0]
    model = make_pipeline(StandardScaler(), model)
    return model.fit(x, data[seed].y_t[:size])


def logistic_regression(size, seed):
    """Return the test accuracy of logistic regression."""
    model = classical(LogisticRegression(max_iter=500), size, seed)
    return model.score(data[seed].x_test[..., 0], data[seed].y_test)


def support_vectors(size, penalty, seed, *, validation=False):
    """Return the accuracy of a support vector machine."""
    model = classical(SVC(C=penalty), size, seed)
    if validation:
        return model.score(data[seed].x_val[..., 0], data[seed].y_val)
    return model.score(data[seed].x_test[..., 0], data[seed].y_test)


# %%
# A convolutional network
# -----------------------
#
# Its convolutions look for the same pattern at every point of a spectrum, and
# batch normalisation lets it learn in few steps. Compiling takes longer than a
# training, so all sizes and seeds share one network.
FILTERS = 16  # of each convolution

network = keras.Sequential([keras.Input((LENGTH, 1))])
for strides in [1, 2, 2]:
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
    network.add(layers.ReLU())
network.add(layers.Flatten())
network.add(layers.Dense(KINDS, activation="softmax"))
network.compile(
    optimizer=keras.optimizers.Adam(),
    loss="sparse_categorical_crossentropy",
)


# %%
# Equally many steps for every size
# ---------------------------------
#
# An epoch of a small training set has few steps. With equally many epochs, the
# network would do worse on a small set for this reason alone. So every
# training has the same number of steps, each with a mini-batch that is drawn
# at random, and the examples of a small set come back more often. The learning
# rate falls to zero along half a cosine. ``fresh_start`` gives the network new
# weights and resets its optimiser.
BATCH = 50  # examples in a mini-batch
STEPS = 240  # as many as in four epochs of the largest training set


def convolutional(size, rate, seed, *, validation=False):
    """Return the accuracy of the convolutional network after a training."""
    fresh_start(network, seed=seed)
    rng = np.random.default_rng(seed)
    for step in range(STEPS):
        cosine = np.cos(np.pi * step / STEPS)
        network.optimizer.learning_rate = rate * (1 + cosine) / 2
        rows = rng.choice(size, size=BATCH, replace=False)
        network.train_on_batch(data[seed].x[rows], data[seed].y_t[rows])
    if validation:
        return accuracy(data[seed].x_val, data[seed].y_val)
    return accuracy(data[seed].x_test, data[seed].y_test)


def accuracy(x, labels):
    """Return the fraction of spectra that are classified correctly."""
    probabilities = ops.convert_to_numpy(network(x))
    return np.mean(probabilities.argmax(axis=1) == labels)


# %%
# Tuning
# ------
#
# The penalty of the support vector machine and the learning rate of the
# network are chosen on the validation set, with one seed and for one size in
# the middle. Logistic regression has so few weights that it needs no penalty
# beside the default.
TUNED_AT = 1000  # training examples
PENALTIES = [3, 10, 30, 100]  # values of C that are tried
RATES = [3e-3, 1e-2, 3e-2, 1e-1]  # learning rates that are tried

best_penalty = tune(
    lambda penalty, seed: support_vectors(
        TUNED_AT, penalty, seed, validation=True
    ),
    PENALTIES,
).best
best_rate = tune(
    lambda rate, seed: convolutional(TUNED_AT, rate, seed, validation=True),
    RATES,
).best
print(f"penalty {best_penalty}, learning rate {best_rate}")

# %%
# The learning curves
# -------------------
#
# Five seeds for each method and size give the accuracy on the test set. The
# last step of each curve, to three times as many examples, shows whether it
# still rises. Its gain is taken seed by seed.
methods = {
    "logistic regression": logistic_regression,
    "support vectors": lambda size, seed: support_vectors(
        size, best_penalty, seed
    ),
    "network": lambda size, seed: convolutional(size, best_rate, seed),
}


def learning_curve(score):
    """Return the comparison of all sizes with the last but one."""
    arms = {
        str(size): lambda seed, size=size: score(size, seed) for size in SIZES
    }
    return compare(arms, seeds=SEEDS, baseline=str(SIZES[-2]))


curves = {name: learning_curve(score) for name, score in methods.items()}
for name, curve in curves.items():
    print(name, curve, sep="\n")

# %%
# What the last step gains
# ------------------------
#
# Logistic regression hardly gains, since it cannot represent the task. The
# kind of a line does not depend on where the line stands, which no weighted
# sum of the points can express. The intervals of the other two lie above zero,
# so both would profit from still more spectra. The network is far ahead, since
# a convolution need not learn each place anew.
END = str(SIZES[-1])

facts = {"sizes": SIZES, "seeds": SEEDS}
for name, curve in curves.items():
    gain = curve.difference(END)
    facts[name] = [curve.spread(str(size)).mean for size in SIZES]
    facts[f"{name} last"] = facts[name][-1]
    facts[f"{name} gain"] = gain.mean
    facts[f"{name} half-width"] = gain.half_width
for name, value in facts.items():
    print(f"{name}: {np.round(value, 3)}")

assert abs(facts["logistic regression gain"]) < 0.03
assert curves["support vectors"].difference(END).low > 0
assert curves["network"].difference(END).low > 0
lead = np.subtract(
    curves["network"].scores[END], curves["support vectors"].scores[END]
)
assert spread(lead).low > 0.2

# %%
# The curves in a figure
# ----------------------
#
# The axis of the examples is logarithmic, because each further gain takes a
# multiple of the examples and not a fixed number.
fig, ax = plt.subplots(figsize=(6, 4), layout="constrained")
for name, style in zip(curves, ["s:", "^--", "o-"]):
    spreads = [curves[name].spread(str(size)) for size in SIZES]
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
    f"{name} {facts[name][0]:.2f} to {facts[name][-1]:.2f}" for name in curves
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
# - Train the network for ten times as many steps. Which sizes gain most?
# - Give the support vector machine the power spectrum of each spectrum
#   (``np.abs(np.fft.rfft(x, axis=1))``), which does not depend on where the
#   line stands.
