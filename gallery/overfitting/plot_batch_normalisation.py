"""
Batch normalisation in a convolutional network
==============================================

How much does batch normalisation gain when each network has its own rate?
It lets a network train at learning rates at which a plain one learns little or
fails (Ioffe and Szegedy 2015, arXiv:1502.03167). A comparison at a single rate
would therefore favour one of the two. Here each network gets the best of four
rates on a validation set; then both are trained with five seeds, in equally
many steps, and judged on a test set.
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
from byhand.experiments import compare, tune
from byhand.restarts import fresh_start
from keras import layers, ops

EXAMPLES = 5715  # of which 70 % are training examples: about 4,000
KINDS = 10  # of spectral line
BATCH = 64
EPOCHS = 4
RATES = [5e-3, 1e-2, 2e-2, 4e-2]
SEEDS = 5

keras.utils.set_random_seed(0)


# %%
# Two networks
# ------------
#
# Three convolutions find the line in a spectrum of 40 points, and a dense
# layer names its kind. In one of the networks each convolution is followed by
# a batch normalisation, which makes the bias of the convolution superfluous.
# A momentum of 0.9 lets the moving averages follow a training this short.
def network(normalised):
    """Return a network for spectra, with batch normalisation or without."""
    net = keras.Sequential([keras.Input((40, 1))])
    for strides in (1, 2, 2):
        net.add(
            layers.Conv1D(
                filters=32,
                kernel_size=5,
                strides=strides,
                padding="same",
                use_bias=not normalised,
            )
        )
        if normalised:
            net.add(layers.BatchNormalization(momentum=0.9))
        net.add(layers.ReLU())
    net.add(layers.Flatten())
    net.add(layers.Dense(KINDS, activation="softmax"))
    return net


def split(seed):
    """Return the training, validation and test spectra of a seed."""
    return three_way(
        *spectra(EXAMPLES, seed=seed),
        validation=0.15,
        test=0.15,
    )


DATA = [split(seed) for seed in range(SEEDS)]
STEPS = EPOCHS * -(-len(DATA[0].x) // BATCH)
COMPILED = {}  # networks, by normalisation and learning rate


def compiled(normalised, rate):
    """Return a network to train; compiling takes as long as a training."""
    if (normalised, rate) not in COMPILED:
        net = network(normalised)
        net.compile(
            optimizer=keras.optimizers.Adam(
                keras.optimizers.schedules.CosineDecay(rate, STEPS)
            ),
            loss="sparse_categorical_crossentropy",
        )
        COMPILED[normalised, rate] = net
    return COMPILED[normalised, rate]


def trained(normalised, rate, seed):
    """Return a network that has learned from the spectra of a seed.

    The seed draws the initial weights and the mini-batches, too.
    """
    net = compiled(normalised, rate)
    fresh_start(net, seed=seed)
    data = DATA[seed]
    net.fit(data.x, data.y_t, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return net


def accuracy(net, x, y):
    """Return the fraction of spectra that are classified correctly."""
    probabilities = ops.convert_to_numpy(net(x))
    return np.mean(probabilities.argmax(axis=1) == y)


def validation_accuracy(normalised, rate, seed):
    """Return the fraction of validation spectra classified correctly."""
    net = trained(normalised, rate, seed)
    data = DATA[seed]
    return accuracy(net, data.x_val, data.y_val)


def test_accuracy(normalised, rate, seed):
    """Return the fraction of test spectra classified correctly."""
    net = trained(normalised, rate, seed)
    data = DATA[seed]
    return accuracy(net, data.x_test, data.y_test)


# %%
# A learning rate for each
# ------------------------
#
# One seed, four rates, and the validation set decides.
arms = {"without": False, "with": True}
tuning = {
    name: tune(
        lambda rate, seed, normalised=normalised: validation_accuracy(
            normalised, rate, seed
        ),
        RATES,
    )
    for name, normalised in arms.items()
}
for name, found in tuning.items():
    print(f"{name} batch normalisation")
    print(found)

# %%
# Five seeds
# ----------
#
# Each seed gives both networks the same spectra, so that we can take the
# difference seed by seed. The interval is one at 95 %.
comparison = compare(
    {
        name: lambda seed, name=name: test_accuracy(
            arms[name], tuning[name].best, seed
        )
        for name in arms
    },
    seeds=SEEDS,
)
print(comparison)
gain = comparison.difference("with")
worst = {name: min(found.scores.values()) for name, found in tuning.items()}
facts = {
    "without": comparison.spread("without").mean,
    "with": comparison.spread("with").mean,
    "difference": gain.mean,
    "half-width": gain.half_width,
    "rate without": tuning["without"].best,
    "rate with": tuning["with"].best,
    "worst rate without": worst["without"],
    "worst rate with": worst["with"],
    "level": 0.95,  # of the interval
    "seeds": SEEDS,
    "epochs": EPOCHS,
    "rates": len(RATES),
}
bands = {
    "without": 0.03,
    "with": 0.02,
    "difference": 0.03,
    "half-width": 0.03,
    "rate without": 0.02,
    "rate with": 0.03,
    "worst rate without": 0.8,  # where training fails, chance decides
    "worst rate with": 0.05,
}
assert not gain.contains_zero
assert gain.mean > 0
assert worst["without"] < worst["with"]

# %%
# On the validation set, and on the test set.
fig, axes = plt.subplots(
    1, 2, figsize=(8, 3.6), sharey=True, layout="constrained"
)
for name, style in {"without": "s--", "with": "o-"}.items():
    axes[0].plot(RATES, list(tuning[name].scores.values()), style, label=name)
axes[0].set(
    xscale="log",
    xlabel="learning rate",
    ylabel="accuracy",
    title="validation, one seed",
)
axes[0].set_xticks(RATES, RATES)
axes[0].minorticks_off()
axes[0].legend(title="batch normalisation", loc="lower center")
scores = np.array([comparison.scores[name] for name in arms])
axes[1].plot([0, 1], scores, "o-", color="C7", alpha=0.6)
axes[1].plot([0, 1], scores.mean(axis=1), "D-", color="C2", label="mean")
axes[1].set_xticks([0, 1], list(arms))
axes[1].set(xlim=(-0.4, 1.4), title=f"test, {SEEDS} seeds")
axes[1].legend(loc="lower center")
fig.set_label(
    "Left, accuracy on the validation set against the learning rate: without "
    f"batch normalisation between {worst['without']:.2f} and "
    f"{tuning['without'].score:.2f}, with it between {worst['with']:.2f} and "
    f"{tuning['with'].score:.2f}. Right, test accuracy of {SEEDS} pairs of "
    f"runs: on average {facts['without']:.3f} without and "
    f"{facts['with']:.3f} with."
)
plt.show()

# %%
# Figure: On the left, the accuracy on the validation set against the learning
# rate: the normalised network hardly depends on it. On the right, the test
# accuracy at the best rate of each network; a grey line joins the two runs of
# a seed, and the diamonds are their means.

# %%
# What to try next
# ----------------
#
# - Four times as many epochs: how much of the difference is left?
# - Only 400 training examples, with as many steps as here.
# - Mini-batches of 4: replace ``BatchNormalization`` by
#   ``GroupNormalization(groups=8)`` and compare again.
