"""
What weight decay does to weights, loss and accuracy
====================================================

How far does weight decay shrink the weights, and what does it gain?
AdamW (Loshchilov and Hutter 2017, arXiv:1711.05101) multiplies every weight
in every step by a factor a little below one. A fully connected network with
more parameters than training examples learns simulated spectra, without decay
and at three strengths of it. The learning rate is the same throughout, so the
runs show what the decay does. They do not show which strength is best, because
each strength may have another best learning rate.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides
#
# byhand is the book's package; the page of its gallery says how to install it.
# fig.set_label(...) describes a figure for readers who cannot see it.

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.datasets import spectra
from byhand.experiments import spread
from byhand.restarts import fresh_start
from keras import layers, ops
from keras.optimizers.schedules import CosineDecay

TRAINING = 1000  # spectra to learn from
NEW = 2000  # spectra to measure on
UNITS = 128  # in each of two hidden layers
CLASSES = 10  # kinds of spectral line
BATCH = 50  # examples in a mini-batch
EPOCHS = 20
STEPS = EPOCHS * TRAINING // BATCH
RATE = 0.01  # learning rate of the first step
STRENGTHS = [0.0, 0.3, 1.0, 3.0]  # of the decay
SEEDS = range(22, 27)  # the settings were chosen with others

# All steps of an epoch in one call take less time; with PyTorch, Keras allows
# one.
STEPS_PER_EXECUTION = (
    1 if keras.backend.backend() == "torch" else TRAINING // BATCH
)

keras.utils.set_random_seed(0)

# %%
# How strong is a strength?
# -------------------------
#
# In each step AdamW of Keras multiplies a weight by ``1 - rate * strength``,
# with the learning rate of that step, before it adds the update that comes
# from the gradient. What a strength does therefore depends on the learning
# rate and on the number of steps as well. Here the rate falls to zero along
# half a cosine, so its mean is half of the first one. A weight without a
# gradient is left with a fraction of about
# ``exp(-strength * RATE * STEPS / 2)``. The default strength of Keras, 0.004,
# is made for longer runs: here it would change next to nothing.
#
# In the paper, a weight is multiplied by ``1 - schedule * strength``, where
# the schedule starts at one. The learning rate is not a factor there, so a
# strength of the paper is the product of learning rate and strength in Keras.
cosine = CosineDecay(initial_learning_rate=RATE, decay_steps=STEPS)
rates = np.array([float(cosine(step)) for step in range(STEPS)])
without_gradient = {}  # fraction that is left of a weight
for strength in [0.004, *STRENGTHS]:
    left = np.prod(1 - rates * strength)
    estimate = np.exp(-strength * RATE * STEPS / 2)
    without_gradient[strength] = left
    print(
        f"strength {strength:g}: {left:.4f} of a weight is left, "
        f"and the estimate is {estimate:.4f}"
    )


# %%
# Keras agrees
# ------------
#
# We give AdamW a weight of one whose gradient is zero in every step, at a
# strength of one, and look at what is left of it.
weight = keras.Variable([1.0])
optimizer = keras.optimizers.AdamW(learning_rate=cosine, weight_decay=1.0)
for _ in range(STEPS):
    optimizer.apply([ops.zeros(1)], [weight])
left_by_keras = float(ops.convert_to_numpy(weight)[0])
print(f"{left_by_keras:.4f} of the weight is left")


# %%
# A network whose weights decay
# -----------------------------
#
# Biases are usually left out of the decay, because they do not make a function
# steeper. Keras would decay them as well unless we exclude them by name.
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def decaying_network(strength):
    """Return a compiled network that AdamW trains."""
    network = keras.Sequential(
        [
            keras.Input((40, 1)),
            layers.Flatten(),
            layers.Dense(UNITS, activation="relu"),
            layers.Dense(UNITS, activation="relu"),
            layers.Dense(CLASSES),
        ]
    )
    optimizer = keras.optimizers.AdamW(
        learning_rate=cosine, weight_decay=strength
    )
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    network.compile(
        optimizer=optimizer,
        loss=cross_entropy,
        steps_per_execution=STEPS_PER_EXECUTION,
    )
    return network


# %%
# What is measured
# ----------------
#
# Loss and accuracy are measured on the training spectra and on new ones. The
# mean confidence, which is the largest of the predicted probabilities, is
# measured as well. If it is higher than the accuracy, the network is
# *overconfident*.
def scores(network, x, y):
    """Return mean cross-entropy, accuracy and mean confidence."""
    logits = network(x)
    probabilities = ops.convert_to_numpy(ops.softmax(logits))
    return {
        "loss": float(cross_entropy(y, logits)),
        "accuracy": np.mean(probabilities.argmax(axis=1) == y),
        "confidence": np.mean(probabilities.max(axis=1)),
    }


def weights_of(network):
    """Return the weights of the dense layers, without the biases."""
    kernels = [layer.get_weights()[0] for layer in network.layers[1:]]
    return np.concatenate([kernel.ravel() for kernel in kernels])


# %%
# Every strength, with several seeds
# ----------------------------------
#
# A seed draws the spectra, the initial weights and the mini-batches, and all
# strengths have the same seeds. A network is compiled once for each strength.
# ``fresh_start`` gives it new initial weights for each seed and resets its
# optimiser.
on_training = {}  # scores of each run, by strength and seed
on_new = {}
weights = {}
for strength in STRENGTHS:
    network = decaying_network(strength)
    for seed in SEEDS:
        x, y = spectra(TRAINING + NEW, seed=seed)
        fresh_start(network, seed=seed)
        network.fit(
            x[:TRAINING],
            y[:TRAINING],
            batch_size=BATCH,
            epochs=EPOCHS,
            verbose=0,
        )
        run = strength, seed
        on_training[run] = scores(network, x[:TRAINING], y[:TRAINING])
        on_new[run] = scores(network, x[TRAINING:], y[TRAINING:])
        weights[run] = weights_of(network)


def table(runs, name):
    """Return a score of all runs, an array (strengths, seeds)."""
    return np.array(
        [
            [runs[strength, seed][name] for seed in SEEDS]
            for strength in STRENGTHS
        ]
    )


# %%
# What changes with the strength
# ------------------------------
#
# The table has the means over the seeds, and as a measure of the weights their
# root mean square. Read it from top to bottom. The weights become smaller with
# every row, and the training loss larger. The loss on new spectra falls at
# first and is high again at the largest strength, where the network does not
# even fit its training spectra well. The weights shrink far less than without
# a gradient, because the gradient restores them.
columns = {
    "training loss": table(on_training, "loss"),
    "training accuracy": table(on_training, "accuracy"),
    "new loss": table(on_new, "loss"),
    "new accuracy": table(on_new, "accuracy"),
    "new confidence": table(on_new, "confidence"),
    "weight size": np.array(
        [
            [np.sqrt(np.mean(weights[strength, seed] ** 2)) for seed in SEEDS]
            for strength in STRENGTHS
        ]
    ),
}
print("strength".ljust(18), *[f"{strength:6g}" for strength in STRENGTHS])
for name, values in columns.items():
    print(name.ljust(18), *[f"{mean:6.3f}" for mean in values.mean(axis=1)])

# %%
# Is the change larger than chance?
# ---------------------------------
#
# The weakest decay is compared with none. All settings come from runs with
# other seeds, so that this comparison does not favour the strength that was
# singled out by it. The change is taken seed by seed, with a 95 % confidence
# interval. The *overconfidence* is the mean confidence minus the accuracy. It
# falls, and so does the loss on new spectra. The accuracy changes by hardly
# more than a hundredth. Whether its interval contains zero depends on the
# backend, which draws other initial weights, and on the processor, which
# rounds differently. In a longer training the network without decay overfits
# more, and the accuracy may change more, too.
weakest = 1  # row of the table: in row 0 there is no decay
new_loss = columns["new loss"]
new_accuracy = columns["new accuracy"]
overconfidence = columns["new confidence"] - new_accuracy
changes = {
    "loss": spread(new_loss[weakest] - new_loss[0]),
    "accuracy": spread(new_accuracy[weakest] - new_accuracy[0]),
    "overconfidence": spread(overconfidence[weakest] - overconfidence[0]),
}
for name, change in changes.items():
    print(f"{name}: {change.mean:+.3f} ± {change.half_width:.3f}")

# %%
# Loss and accuracy in a figure
# -----------------------------
#
# Compare the two panels. A remedy can improve the probabilities of a network
# without correcting many of its answers.
fig, panels = plt.subplots(1, 2, figsize=(6.4, 3), layout="constrained")
ticks = [f"{strength:g}" for strength in STRENGTHS]
for ax, name in zip(panels, ["loss", "accuracy"]):
    for label, runs, colour in [
        ("training spectra", on_training, "C0"),
        ("new spectra", on_new, "C1"),
    ]:
        values = table(runs, name)
        means = values.mean(axis=1)
        ax.plot(ticks, values, "o", color=colour, markerfacecolor="none")
        ax.plot(ticks, means, color=colour, label=label)
    ax.set(xlabel="strength of the decay", ylabel=name)
panels[0].set_ylabel("cross-entropy")
panels[1].legend(loc="upper right")
fig.set_label(
    "Cross-entropy and accuracy by strength of the decay. On new spectra the "
    f"cross-entropy is {new_loss[0].mean():.2f} without decay and "
    f"{new_loss[weakest].mean():.2f} with a strength of {STRENGTHS[weakest]}."
)
plt.show()

# %%
# Figure: Cross-entropy and accuracy on the training spectra and on new ones,
# against the strength of the decay. Open markers are seeds, and the lines join
# their means.

# %%
# Small and large weights
# -----------------------
#
# The decay shrinks the small weights somewhat more than the large ones. For
# each seed and strength, we take the median of the absolute values and their
# 99th percentile, over all layers, as fractions of what they are without
# decay. One reason for the difference may be that the large weights are those
# which lower the loss, so that the gradient restores them.
percentiles = np.array(
    [
        [
            np.percentile(np.abs(weights[strength, seed]), [50, 99])
            for seed in SEEDS
        ]
        for strength in STRENGTHS
    ]
)
fractions = percentiles / percentiles[0]  # (strengths, seeds, percentiles)
large_minus_small = {}
for row, strength in enumerate(STRENGTHS[1:], start=1):
    median, percentile = fractions[row].mean(axis=0)
    gap = spread(fractions[row, :, 1] - fractions[row, :, 0])
    large_minus_small[strength] = gap
    print(
        f"strength {strength:g}: median {median:.3f}, 99th percentile "
        f"{percentile:.3f}, difference {gap.mean:.3f} ± {gap.half_width:.3f}"
    )

# %%
# The weights in a histogram
# --------------------------
#
# The vertical axis is logarithmic, because few weights are large.
shown = [STRENGTHS[0], STRENGTHS[weakest], STRENGTHS[-1]]
seed = SEEDS[0]
largest = max(np.abs(weights[strength, seed]).max() for strength in shown)
bins = np.linspace(-largest, largest, 101)
fig, ax = plt.subplots(figsize=(6.4, 3), layout="constrained")
for strength, colour, line in zip(
    shown, ["C3", "C0", "C2"], ["--", "-", "-."]
):
    ax.hist(
        weights[strength, seed],
        bins=bins,
        histtype="step",
        color=colour,
        linestyle=line,
        label=f"strength {strength:g}",
    )
ax.set(xlabel="weight", ylabel="number of weights in a bin", yscale="log")
ax.legend()
fig.set_label(
    "Histogram of all weights at three strengths of decay. The strength of "
    f"{STRENGTHS[-1]:g} shrinks the median of the absolute values to "
    f"{fractions[-1, 0, 0]:.2f} of that without decay."
)
plt.show()

# %%
# Figure: The weights of three networks of one seed, without decay and with two
# strengths of it, on a logarithmic axis.

# %%
# What to try next
# ----------------
#
# - Train for twice as long. How much does the accuracy change then?
# - Decay the biases, too. Does any curve change?
# - Train on four times as many spectra. Which strength has the lowest loss
#   then?
# - Tune the learning rate for each strength on a validation set. Only then is
#   it fair to ask which strength is best.

# %%
# Numbers and checks
# ------------------
#
# The book quotes these numbers, and its build fails unless the assertions
# hold. Both belong to the settings above: leave this cell out of what you
# copy.
facts = {
    "level": 0.95,  # of the intervals
    "strengths": STRENGTHS,
    "weakest strength": STRENGTHS[weakest],
    "weight size without": columns["weight size"][0].mean(),
    "weight size weakest": columns["weight size"][weakest].mean(),
    "left without gradient": without_gradient[STRENGTHS[weakest]],
}
for name, values in columns.items():
    facts[name] = values.mean(axis=1).tolist()
for name in ["loss", "accuracy"]:
    facts[f"new {name} change"] = changes[name].mean
    facts[f"new {name} change half-width"] = changes[name].half_width

assert abs(left_by_keras - without_gradient[1.0]) < 1e-3
for strength, left in without_gradient.items():
    assert abs(left - np.exp(-strength * RATE * STEPS / 2)) < 0.01
default = keras.optimizers.AdamW().weight_decay
assert default == 0.004
assert without_gradient[default] > 0.99

size = columns["weight size"].mean(axis=1)
assert np.all(np.diff(size) < 0)
assert np.all(np.diff(columns["training loss"].mean(axis=1)) > 0)
for row, strength in enumerate(STRENGTHS[1:], start=1):
    assert size[row] / size[0] > 1.2 * without_gradient[strength]
    assert large_minus_small[strength].low > 0
assert columns["training accuracy"][-1].mean() < 0.6
assert new_loss[-1].mean() > new_loss[weakest].mean()
assert changes["loss"].high < 0
assert changes["overconfidence"].high < 0
assert abs(changes["accuracy"].mean) < 0.015
