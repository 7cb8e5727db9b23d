"""
Batch normalisation in a convolutional network
==============================================

How much does batch normalisation gain when each network has its own rate?
It lets a network train at learning rates at which a plain one learns little or
fails (Ioffe and Szegedy 2015, arXiv:1502.03167). A comparison at a single rate
would therefore favour one of the two. Here each network gets the best of four
rates on a validation set. Both are then trained with five seeds, in equally
many steps, and compared on a test set.
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
BATCH = 64  # examples in a mini-batch
EPOCHS = 4
SEEDS = 5

keras.utils.set_random_seed(0)


# %%
# Data
# ----
#
# A seed draws the spectra and splits them into a training, a validation and a
# test set. The steps of a training follow from the number of examples.
def split(seed):
    """Return the training, validation and test spectra of a seed."""
    x, labels = spectra(EXAMPLES, seed=seed)
    return three_way(x, labels, validation=0.15, test=0.15)


data = [split(seed) for seed in range(SEEDS)]
STEPS_PER_EPOCH = -(-len(data[0].x) // BATCH)  # rounded up
STEPS = EPOCHS * STEPS_PER_EPOCH


# %%
# Two networks
# ------------
#
# Three convolutions find the line in a spectrum of 40 points, and a dense
# layer names its kind. In one of the networks each convolution is followed by
# a batch normalisation. It subtracts the mean of each channel over the
# mini-batch, which makes the bias of the convolution superfluous. In
# inference, moving averages take the place of the statistics of the
# mini-batch. A momentum of 0.9 lets them follow a training as short as this.
def conv_net(normalised):
    """Return a network for spectra, with batch normalisation or without."""
    network = keras.Sequential([keras.Input((40, 1))])
    for strides in [1, 2, 2]:
        network.add(
            layers.Conv1D(
                filters=32,
                kernel_size=5,
                strides=strides,
                padding="same",
                use_bias=not normalised,
            )
        )
        if normalised:
            network.add(layers.BatchNormalization(momentum=0.9))
        network.add(layers.ReLU())
    network.add(layers.Flatten())
    network.add(layers.Dense(KINDS, activation="softmax"))
    return network


# %%
# Compiled once for all seeds
# ---------------------------
#
# The learning rate falls to zero along half a cosine. The cosine is a part of
# the compiled network, and compiling takes as long as a training. So there is
# one network for each rate that we try, and all seeds share it.

# Several steps in one call take less time; PyTorch knows single steps only.
AT_ONCE = 1 if keras.backend.backend() == "torch" else STEPS_PER_EPOCH

networks = {}  # compiled, by normalisation and learning rate


def compiled(normalised, rate):
    """Return a network to train."""
    if (normalised, rate) not in networks:
        network = conv_net(normalised)
        network.compile(
            optimizer=keras.optimizers.Adam(
                keras.optimizers.schedules.CosineDecay(rate, STEPS)
            ),
            loss="sparse_categorical_crossentropy",
            steps_per_execution=AT_ONCE,
        )
        networks[normalised, rate] = network
    return networks[normalised, rate]


# %%
# One training
# ------------
#
# ``fresh_start`` gives the network new initial weights and moving averages,
# and resets its optimiser. The seed draws these weights, the mini-batches and
# the spectra.
def trained(normalised, rate, seed):
    """Return a network that has learned from the spectra of a seed."""
    network = compiled(normalised, rate)
    fresh_start(network, seed=seed)
    network.fit(
        data[seed].x,
        data[seed].y_t,
        batch_size=BATCH,
        epochs=EPOCHS,
        verbose=0,
    )
    return network


def accuracy(network, x, labels):
    """Return the fraction of spectra that are classified correctly."""
    probabilities = ops.convert_to_numpy(network(x))
    return np.mean(probabilities.argmax(axis=1) == labels)


def validation_accuracy(normalised, rate, seed):
    """Train, and return the accuracy on the validation set."""
    network = trained(normalised, rate, seed)
    return accuracy(network, data[seed].x_val, data[seed].y_val)


def test_accuracy(normalised, rate, seed):
    """Train, and return the accuracy on the test set."""
    network = trained(normalised, rate, seed)
    return accuracy(network, data[seed].x_test, data[seed].y_test)


# %%
# A learning rate for each
# ------------------------
#
# One training at each of four rates, every one twice the one before. The
# validation set decides. Look at the worst rate of each network, too. It says
# how much a rate that was not tuned may cost.
RATES = [5e-3, 1e-2, 2e-2, 4e-2]
ARMS = {"without": False, "with": True}

tuning = {}
for name, normalised in ARMS.items():
    tuning[name] = tune(
        lambda rate, seed, normalised=normalised: validation_accuracy(
            normalised, rate, seed
        ),
        RATES,
    )
    print(f"{name} batch normalisation", tuning[name], sep="\n")


# %%
# Five seeds
# ----------
#
# For each seed both networks have the same spectra, so we can take the
# difference seed by seed. What a seed does to both of them, such as an easy
# test set, cancels. The interval is one at 95 %.
def arm(name):
    """Return a function that takes a seed and returns the test accuracy."""
    return lambda seed: test_accuracy(ARMS[name], tuning[name].best, seed)


comparison = compare({name: arm(name) for name in ARMS}, seeds=SEEDS)
print(comparison)

# %%
# The results
# -----------
#
# The interval lies above zero, so batch normalisation raises the accuracy of
# this network. The training is short, and a part of the gain may be speed
# alone. The worst of the rates costs the plain network far more than the
# normalised one.
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
for name, value in facts.items():
    print(f"{name}: {value:.3g}")
assert gain.low > 0
assert worst["without"] < worst["with"]

# %%
# Learning rate and accuracy
# --------------------------
#
# Compare the slopes of the two curves on the left. With batch normalisation a
# wrong rate does less harm. This may be its greatest use in practice, because
# it makes the tuning easier.
fig, (left, right) = plt.subplots(
    1, 2, figsize=(6.4, 3.4), sharey=True, layout="constrained"
)
for name, style in {"without": "s--", "with": "o-"}.items():
    left.plot(RATES, tuning[name].scores.values(), style, label=name)
left.set(xscale="log", xlabel="learning rate", ylabel="accuracy")
left.set_title("validation, one seed")
left.set_xticks(RATES, RATES)
left.minorticks_off()
left.legend(title="batch normalisation", loc="lower center")
scores = np.array([comparison.scores[name] for name in ARMS])
right.plot([0, 1], scores, "o-", color="C7", alpha=0.6)
right.plot([0, 1], scores.mean(axis=1), "D-", color="C2", label="mean")
right.set_xticks([0, 1], ARMS)
right.set(xlabel="batch normalisation", xlim=(-0.4, 1.4))
right.set_title(f"test, {SEEDS} seeds")
right.legend(loc="lower center")
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
# rate. The normalised network depends less on it. On the right, the test
# accuracy at the best rate of each network. A grey line joins the two runs of
# a seed, and the diamonds are their means.

# %%
# What to try next
# ----------------
#
# - Train for four times as many epochs. How much of the difference is left?
# - Learn from 400 training examples only, with as many steps as here.
# - Use mini-batches of 4 examples. Then replace ``BatchNormalization`` by
#   ``GroupNormalization(groups=8)``, and compare again.
