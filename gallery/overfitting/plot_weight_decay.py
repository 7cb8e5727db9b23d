"""
What weight decay does to weights, loss and accuracy
====================================================

How far does weight decay shrink the weights, and what does it gain?
AdamW (Loshchilov and Hutter 2017, arXiv:1711.05101) multiplies every weight
in every step by a factor a little below one. A fully connected network with
more parameters than it needs learns simulated spectra at five strengths of
this decay. The learning rate is the same throughout, so that the runs show
what the decay does, and not which remedy is best.
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
from keras import layers

N = 1000  # spectra to learn from
HELD_OUT = 2000  # spectra to measure on
UNITS = 128  # in each of two hidden layers
BATCH = 50
EPOCHS = 20
PEAK = 0.01  # learning rate at the start of its cosine
STRENGTHS = 0.0, 0.1, 0.3, 1.0, 3.0  # of the decay
SEEDS = 3

# Several steps in one call take less time; PyTorch knows single steps only.
AT_ONCE = 1 if keras.backend.backend() == "torch" else N // BATCH

keras.utils.set_random_seed(0)


# %%
# A network whose weights decay
# -----------------------------
#
# Keras would decay the biases as well unless we exclude them by name.
def decayed_net(strength):
    """Return a compiled network that AdamW trains."""
    net = keras.Sequential(
        [
            keras.Input((40, 1)),
            layers.Flatten(),
            layers.Dense(UNITS, activation="relu"),
            layers.Dense(UNITS, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    steps = EPOCHS * N // BATCH
    optimizer = keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(PEAK, steps),
        weight_decay=strength,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    net.compile(
        optimizer=optimizer,
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=AT_ONCE,
    )
    return net


def measured(strength, seed):
    """Train, and return weights, losses and accuracies."""
    x, labels = spectra(N + HELD_OUT, seed=seed)
    keras.utils.set_random_seed(seed)
    net = decayed_net(strength)
    net.fit(x[:N], labels[:N], batch_size=BATCH, epochs=EPOCHS, verbose=0)
    weights = np.concatenate(
        [layer.get_weights()[0].ravel() for layer in net.layers[1:]]
    )
    loss, accuracy = net.evaluate(x[:N], labels[:N], verbose=0)
    new_loss, new_accuracy = net.evaluate(x[N:], labels[N:], verbose=0)
    return {
        "training loss": loss,
        "new loss": new_loss,
        "training accuracy": accuracy,
        "new accuracy": new_accuracy,
        "weight size": np.sqrt(np.mean(weights**2)),
        "weights": weights,
    }


runs = [[measured(s, seed) for seed in range(SEEDS)] for s in STRENGTHS]


# %%
# What changes with the strength
# ------------------------------
def column(name):
    """Return a measure of all runs, an array (strengths, seeds)."""
    return np.array([[run[name] for run in row] for row in runs])


names = [name for name in runs[0][0] if name != "weights"]
facts = {name: column(name).mean(axis=1).tolist() for name in names}
facts["strengths"] = list(STRENGTHS)
bands = {
    "training loss": 0.1,
    "new loss": 0.3,
    "training accuracy": 0.05,
    "new accuracy": 0.03,
    "weight size": 0.02,
}
print("strength", *names, sep=", ")
for strength, *row in zip(STRENGTHS, *(facts[name] for name in names)):
    print(f"{strength:5g}", *(f"{value:.3f}" for value in row), sep="  ")

middle = STRENGTHS.index(0.3)
for name, place in [("without", 0), ("middle", middle)]:
    facts[f"weight size {name}"] = facts["weight size"][place]
    bands[f"weight size {name}"] = 0.02
facts["middle strength"] = STRENGTHS[middle]
for name in "new loss", "new accuracy":
    change = spread(column(name)[middle] - column(name)[0])
    facts[f"{name} change"] = change.mean
    facts[f"{name} change half-width"] = change.half_width
    for word in "change", "change half-width":
        bands[f"{name} {word}"] = bands[name]
    print(f"{name} at 0.3: {change.mean:+.3f} ± {change.half_width:.3f}")

# %%
# At a strength of 0.3 the loss on new spectra falls, while the interval of the
# change in accuracy contains zero: the network becomes less overconfident.
fig, panels = plt.subplots(1, 2, figsize=(6.4, 3), layout="constrained")
ticks = [f"{strength:g}" for strength in STRENGTHS]
for ax, measure in zip(panels, ["loss", "accuracy"]):
    for part, style in [("training", "C0o--"), ("new", "C1s-")]:
        values = column(f"{part} {measure}")
        means = values.mean(axis=1)
        ax.plot(ticks, means, style[:2] + style[3:], label=f"{part} spectra")
        ax.plot(ticks, values, style[:3], mfc="none")
    ax.set(xlabel="strength of the decay", ylabel=measure)
panels[0].legend()
fig.set_label(
    "Loss and accuracy by strength of the decay. On new spectra the loss is "
    f"{facts['new loss'][0]:.2f} without decay and "
    f"{min(facts['new loss']):.2f} at best."
)
plt.show()

# %%
# Figure: Loss and accuracy on the training spectra and on new ones, against
# the strength of the decay. Open markers are seeds, lines join their means.
#
# The weights themselves
# ----------------------
fig, ax = plt.subplots(figsize=(6.4, 3), layout="constrained")
bins = np.linspace(-0.5, 0.5, 101)
shown = [(0, "C3--"), (middle, "C0-"), (len(STRENGTHS) - 1, "C2-.")]
for place, style in shown:
    weights = runs[place][0]["weights"]
    heights, _ = np.histogram(weights, bins)
    ax.semilogy(
        (bins[1:] + bins[:-1]) / 2,
        np.maximum(heights, 1),
        style,
        label=f"strength {ticks[place]}",
    )
ax.set(xlabel="weight", ylabel="weights in a bin")
ax.legend()
fig.set_label(
    "Histogram of all weights at three strengths of decay. Their root mean "
    "square falls from "
    + ", ".join(f"{facts['weight size'][place]:.3f}" for place, _ in shown)
    + " in this order."
)
plt.show()

# %%
# Figure: The weights of one network without decay and of two with decay, on a
# logarithmic axis.

# %%
# What to try next
# ----------------
#
# - Decay the biases, too: does any curve change?
# - Four times the spectra: which strength has the lowest loss then?
