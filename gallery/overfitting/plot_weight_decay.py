"""
What weight decay does to weights, loss and accuracy
====================================================

How far does weight decay shrink the weights, and what does it gain?
AdamW (Loshchilov and Hutter 2017, arXiv:1711.05101) multiplies every weight
in every step by a factor a little below one. A fully connected network with
more parameters than it needs learns simulated spectra, without decay and at
three strengths of it. The learning rate is the same throughout, so the runs
show what the decay does. They do not show which strength is best, because each
strength may have another best learning rate.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.datasets import spectra
from byhand.experiments import spread
from byhand.restarts import fresh_start
from keras import layers, ops

N = 1000  # spectra to learn from
NEW = 2000  # spectra to measure on
UNITS = 128  # in each of two hidden layers
KINDS = 10  # of spectral line
BATCH = 50  # examples in a mini-batch
EPOCHS = 20
PEAK = 0.01  # learning rate at the start of its cosine
STRENGTHS = [0.0, 0.3, 1.0, 3.0]  # of the decay
MIDDLE = 0.3  # the strength that we compare with none
SEEDS = 5

# Several steps in one call take less time; PyTorch knows single steps only.
AT_ONCE = 1 if keras.backend.backend() == "torch" else N // BATCH

keras.utils.set_random_seed(0)


# %%
# A network whose weights decay
# -----------------------------
#
# In a step with the learning rate ``rate``, AdamW multiplies each weight by
# ``1 - rate * strength`` before it adds the update that comes from the
# gradient. A weight whose gradient is small therefore shrinks towards zero,
# and only a weight that lowers the loss stays large. Biases are usually left
# out, because they do not make a function steeper. Keras would decay them as
# well unless we exclude them by name.
def decaying_network(strength):
    """Return a compiled network that AdamW trains."""
    network = keras.Sequential(
        [
            keras.Input((40, 1)),
            layers.Flatten(),
            layers.Dense(UNITS, activation="relu"),
            layers.Dense(UNITS, activation="relu"),
            layers.Dense(KINDS, activation="softmax"),
        ]
    )
    optimizer = keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(
            PEAK, decay_steps=EPOCHS * N // BATCH
        ),
        weight_decay=strength,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    network.compile(
        optimizer=optimizer,
        loss="sparse_categorical_crossentropy",
        steps_per_execution=AT_ONCE,
    )
    return network


# %%
# What is measured
# ----------------
#
# After a training we keep the weights of the three dense layers, without the
# biases, and their root mean square as a measure of their size. The loss and
# the accuracy are measured on the training spectra and on new ones, which the
# network has not seen.
def loss_and_accuracy(network, x, labels):
    """Return the mean cross-entropy and the fraction of correct labels."""
    probabilities = ops.convert_to_numpy(network(x))
    of_label = probabilities[np.arange(len(labels)), labels]
    tiny = np.finfo("float32").tiny  # keeps the logarithm finite
    loss = -np.mean(np.log(np.maximum(of_label, tiny)))
    return loss, np.mean(probabilities.argmax(axis=1) == labels)


def measured(network, x, labels):
    """Return the weights after a training, losses and accuracies."""
    loss, accuracy = loss_and_accuracy(network, x[:N], labels[:N])
    new_loss, new_accuracy = loss_and_accuracy(network, x[N:], labels[N:])
    weights = np.concatenate(
        [layer.get_weights()[0].ravel() for layer in network.layers[1:]]
    )
    return {
        "training loss": loss,
        "new loss": new_loss,
        "training accuracy": accuracy,
        "new accuracy": new_accuracy,
        "weight size": np.sqrt(np.mean(weights**2)),
        "weights": weights,
    }


# %%
# Every strength, with several seeds
# ----------------------------------
#
# A seed draws the spectra, the initial weights and the mini-batches, and all
# strengths have the same seeds. Compiling takes longer than a training, so a
# network is compiled once for each strength. ``fresh_start`` gives it new
# initial weights for each seed and resets its optimiser.
data = [spectra(N + NEW, seed=seed) for seed in range(SEEDS)]
runs = []
for strength in STRENGTHS:
    network = decaying_network(strength)
    row = []
    for seed in range(SEEDS):
        x, labels = data[seed]
        fresh_start(network, seed=seed)
        network.fit(
            x[:N], labels[:N], batch_size=BATCH, epochs=EPOCHS, verbose=0
        )
        row.append(measured(network, x, labels))
    runs.append(row)


# %%
# What changes with the strength
# ------------------------------
#
# The table has the means over the seeds. Read it from top to bottom. The
# weights become smaller with every row, while the loss on new spectra first
# falls and then rises again when the decay leaves the network too little
# freedom.
def column(name):
    """Return a measure of all runs, an array (strengths, seeds)."""
    return np.array([[run[name] for run in row] for row in runs])


names = [name for name in runs[0][0] if name != "weights"]
facts = {name: column(name).mean(axis=1).tolist() for name in names}
facts["strengths"] = STRENGTHS
print("strength", *names, sep=", ")
for place, strength in enumerate(STRENGTHS):
    means = [f"{facts[name][place]:.3f}" for name in names]
    print(f"{strength:8g}", *means, sep="  ")

# %%
# Is the change larger than chance?
# ---------------------------------
#
# The differences between the middle strength and no decay are taken seed by
# seed, with an interval at 95 %. The loss on new spectra falls. The network
# has become less overconfident, so its errors cost less. The interval of the
# change in accuracy contains zero, so these seeds show no gain there.
middle = STRENGTHS.index(MIDDLE)
facts["middle strength"] = MIDDLE
facts["weight size without"] = facts["weight size"][0]
facts["weight size middle"] = facts["weight size"][middle]
changes = {}
for name in ["new loss", "new accuracy"]:
    changes[name] = spread(column(name)[middle] - column(name)[0])
    facts[f"{name} change"] = changes[name].mean
    facts[f"{name} change half-width"] = changes[name].half_width
    print(
        f"{name} at {MIDDLE}: {changes[name].mean:+.3f} ± "
        f"{changes[name].half_width:.3f}"
    )
assert np.all(np.diff(facts["weight size"]) < 0)
assert changes["new loss"].high < 0
if keras.backend.backend() == "tensorflow":  # others draw other weights
    assert changes["new accuracy"].contains_zero

# %%
# Loss and accuracy in a figure
# -----------------------------
#
# Compare the two panels. From no decay to a strength of 0.3 the loss on new
# spectra falls, while their accuracy hardly changes. A remedy can improve the
# probabilities of a network without correcting its answers. The training loss
# rises with every strength, because the decay keeps the network from fitting
# its training spectra.
fig, panels = plt.subplots(1, 2, figsize=(6.4, 3), layout="constrained")
ticks = [f"{strength:g}" for strength in STRENGTHS]
for ax, measure in zip(panels, ["loss", "accuracy"]):
    for part, colour, marker, line in [
        ("training", "C0", "o", "--"),
        ("new", "C1", "s", "-"),
    ]:
        values = column(f"{part} {measure}")
        means = values.mean(axis=1)
        ax.plot(ticks, means, line, color=colour, label=f"{part} spectra")
        ax.plot(ticks, values, marker, color=colour, mfc="none")
    ax.set(xlabel="strength of the decay", ylabel=measure)
panels[1].legend()
fig.set_label(
    "Loss and accuracy by strength of the decay. On new spectra the loss is "
    f"{facts['new loss'][0]:.2f} without decay and "
    f"{min(facts['new loss']):.2f} at best."
)
plt.show()

# %%
# Figure: Loss and accuracy on the training spectra and on new ones, against
# the strength of the decay. Open markers are seeds, lines join their means.

# %%
# The weights themselves
# ----------------------
#
# A histogram shows how the decay acts. It does not shrink all weights by the
# same factor. Most of them move close to zero, and those that the loss needs
# stay large in comparison. The axis is logarithmic, because they are few.
fig, ax = plt.subplots(figsize=(6.4, 3), layout="constrained")
bins = np.linspace(-0.5, 0.5, 101)
shown = {0: "C3--", middle: "C0-", len(STRENGTHS) - 1: "C2-."}
for place, style in shown.items():
    heights, _ = np.histogram(runs[place][0]["weights"], bins)
    ax.semilogy(
        (bins[1:] + bins[:-1]) / 2,
        np.maximum(heights, 1),
        style,
        label=f"strength {ticks[place]}",
    )
ax.set(xlabel="weight", ylabel="weights in a bin")
ax.legend()
sizes = [f"{facts['weight size'][place]:.3f}" for place in shown]
fig.set_label(
    "Histogram of all weights at three strengths of decay. Their root mean "
    f"square falls from one to the next: {', '.join(sizes)}."
)
plt.show()

# %%
# Figure: The weights of one network without decay and of two with decay, on a
# logarithmic axis.

# %%
# What to try next
# ----------------
#
# - Decay the biases, too. Does any curve change?
# - Train on four times as many spectra. Which strength has the lowest loss
#   then?
# - Tune the learning rate for each strength on a validation set. Only then is
#   it fair to ask which strength is best.
