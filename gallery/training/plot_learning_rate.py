"""
Learning rates, decade by decade
================================

Which learning rate takes the loss down furthest in a fixed number of steps?
One that is too small leaves most of the way undone. One that is too large
steps across the valley and ends no better than guessing. It pays to search on
a logarithmic scale, and to keep away from the larger side: there the loss does
not rise slowly, it jumps.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers
from sklearn.datasets import load_digits

SEEDS, STEPS, BATCH, TOP = (0, 1, 2), 150, 64, 10.0
RATES = 10.0 ** np.arange(-3, 1.6, 0.5)
GUESSING = float(np.log(10))  # loss of a network that knows nothing
x, y_t = load_digits(return_X_y=True)
x = x / 16

# %%
# One model, started afresh
# -------------------------
#
# Gradient descent remembers nothing but the weights. So one model, compiled
# once, starts again from given weights with each learning rate; with one seed,
# all rates meet the same first weights and the same batches.
model = keras.Sequential([keras.Input((64,)), layers.Dense(32, "relu")])
model.add(layers.Dense(10, "softmax"))
model.compile(keras.optimizers.SGD(), "sparse_categorical_crossentropy")
losses = np.empty((len(RATES), len(SEEDS)))
for n, seed in enumerate(SEEDS):
    keras.utils.set_random_seed(seed)
    first = keras.models.clone_model(model).get_weights()
    rows = np.random.default_rng(seed).integers(len(x), size=STEPS * BATCH)
    for k, rate in enumerate(RATES):
        model.set_weights(first)
        model.optimizer.learning_rate = rate
        model.fit(x[rows], y_t[rows], BATCH, verbose=0, shuffle=False)
        losses[k, n] = model.evaluate(x, y_t, len(x), verbose=0)

# %%
# Too small, right, too large
# ---------------------------
#
# A loss above ten, or one that is no number any more, counts as ten. The loss
# is that of all digits after the last step. A rate is too large where this is
# hardly better than guessing among ten digits, a loss of log 10.
losses = np.minimum(np.nan_to_num(losses, nan=TOP), TOP)
mean, best = losses.mean(axis=1), losses.mean(axis=1).argmin()
cliff = RATES[best:][losses.max(axis=1)[best:] > 0.9 * GUESSING].min()
facts = {
    "steps": STEPS,
    "best rate": float(RATES[best]),
    "least loss": float(mean[best]),
    "loss at the smallest rate": float(mean[0]),
    "smallest rate too large": float(cliff),
}
bands = {"best rate": 0.7, "least loss": 0.1, "smallest rate too large": 7}
bands["loss at the smallest rate"] = 0.2
for rate, found in zip(RATES, losses):
    print(f"{rate:8.3f}", *(f"{loss:7.3f}" for loss in found))
assert mean[best] < 0.3 < 1.5 < mean[0]
assert mean[-1] > GUESSING

fig, ax = plt.subplots(figsize=(7, 4.4), layout="constrained")
for marker, found in zip("os^", losses.T):
    ax.loglog(RATES, found, marker, ms=6, mfc="none")
ax.loglog(RATES, mean, "k-", lw=1)
ax.axhline(GUESSING, color="k", ls=":")
ax.annotate("guessing", (RATES[0], GUESSING * 1.1))
ax.axvspan(cliff / 10**0.25, RATES[-1] * 1.5, color="k", alpha=0.1)
ax.annotate("too small", (RATES[0], 0.5), fontsize=12)
ax.annotate("right", (RATES[best] / 4, mean[best]), fontsize=12)
ax.annotate("too large", (cliff, 0.3), fontsize=12)
ax.set(xlabel="learning rate", ylabel=f"loss after {STEPS} steps")
fig.set_label(
    f"Loss after {STEPS} steps against learning rate: {mean[0]:.1f} at "
    f"{RATES[0]:g}, least at {RATES[best]:.2g} with {mean[best]:.2f}, as bad "
    f"as guessing from {cliff:.2g} on."
)
plt.show()

# %%
# Figure: The loss after a fixed number of steps against the learning rate,
# both axes logarithmic. Markers are seeds, the line joins their means. In the
# grey band the network ends no better than by guessing.

# %%
# What to try next: twice the steps; Adam, which needs a model for each rate.
