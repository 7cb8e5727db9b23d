"""
The sweet spot
==============

How many hidden units are right for few examples with some wrong labels?
With too few units a network cannot tell ten kinds of spectra apart. With too
many it also learns the wrong labels, and its loss on other spectra rises. The
sweet spot lies between the two, and a validation set finds it.
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
from keras import layers, ops

WIDTHS = (2, 8, 32, 128, 512)  # hidden units
SEEDS = range(5)
KINDS = 10
EXAMPLES = 1500  # for training
WRONG = 0.2  # fraction of the training labels that are wrong
EPOCHS = 40
BATCH = 150
RATE = 0.01

keras.utils.set_random_seed(0)


# %%
# Few spectra, some with wrong labels
# -----------------------------------
#
# Each seed draws its own training set, of which a fifth of the labels are
# replaced by wrong ones. The validation set is the same for all networks, and
# its labels are correct.
def mislabelled_spectra(seed):
    """Return spectra and their labels, of which a fifth are wrong."""
    x, labels = spectra(EXAMPLES, seed=seed)
    rng = np.random.default_rng(seed)
    is_wrong = rng.uniform(size=EXAMPLES) < WRONG
    steps = rng.integers(1, KINDS, size=EXAMPLES)
    return x[..., 0], np.where(is_wrong, (labels + steps) % KINDS, labels)


sets = [mislabelled_spectra(seed) for seed in SEEDS]
x = np.stack([spectra_k for spectra_k, _ in sets], axis=1)
y_t = np.stack([labels for _, labels in sets], axis=1)

x_one, y_one = spectra(2000, seed=100)
x_val = np.repeat(x_one.swapaxes(1, 2), len(SEEDS), axis=1)
y_val = np.repeat(y_one[:, np.newaxis], len(SEEDS), axis=1)


# %%
# One model for each width
# ------------------------
#
# The networks of the five seeds train side by side as one model, which is
# quicker than five trainings. They share nothing: every layer has an axis s
# for the seeds, and each network sees its own examples. In the equations of
# the layers, n counts examples, i inputs and m outputs.
def side_by_side(inputs, outputs):
    """Return one dense layer for each seed, initialised after He."""
    return layers.EinsumDense(
        "nsi,sim->nsm",
        output_shape=(len(SEEDS), outputs),
        bias_axes="sm",
        kernel_initializer=keras.initializers.RandomNormal(
            stddev=(2 / inputs) ** 0.5
        ),
    )


def cross_entropy(model, x, labels):
    """Return the loss of each network on its own spectra, shape (seeds,)."""
    logits = ops.convert_to_numpy(model(x)).astype("float64")
    logits -= logits.max(axis=-1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    return -np.take_along_axis(log_p, labels[..., None], -1).mean(axis=(0, 2))


def final_losses(width):
    """Return training and validation losses after training, by seed."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input(x.shape[1:]),
            side_by_side(x.shape[-1], width),
            layers.ReLU(),
            side_by_side(width, KINDS),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.Adam(RATE),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    model.fit(x, y_t, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return cross_entropy(model, x, y_t), cross_entropy(model, x_val, y_val)


losses = np.array([final_losses(width) for width in WIDTHS])
training, validation = losses.transpose(1, 2, 0)  # seeds by widths

# %%
# Where is the minimum?
# ---------------------
#
# The validation loss is lowest at one width for the mean of the seeds, and
# perhaps at a neighbouring one for a single seed. Differences from the sweet
# spot are taken seed by seed, with an interval at 95 %.
best = int(validation.mean(axis=0).argmin())
too_narrow = spread(validation[:, 0] - validation[:, best])
too_wide = spread(validation[:, -1] - validation[:, best])
facts = {
    "sweet spot": float(WIDTHS[best]),
    "of each seed": [float(WIDTHS[k]) for k in validation.argmin(axis=1)],
    "lowest loss": float(validation[:, best].mean()),
    "too narrow": too_narrow.mean,
    "too narrow half-width": too_narrow.half_width,
    "too wide": too_wide.mean,
    "too wide half-width": too_wide.half_width,
    "training loss of the widest": float(training[:, -1].mean()),
}
bands = {
    "sweet spot": 8,
    "of each seed": 12,
    "lowest loss": 0.1,
    "too narrow": 0.15,
    "too narrow half-width": 0.1,
    "too wide": 0.4,
    "too wide half-width": 0.3,
    "training loss of the widest": 0.1,
}
for name, value in facts.items():
    print(f"{name}: {np.round(value, 3)}")
assert 0 < best < len(WIDTHS) - 1
assert too_narrow.low > 0
assert too_wide.low > 0
assert (np.diff(training.mean(axis=0)) < 0).all()

# %%
# The trend
# ---------
fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
for name, runs, colour, style in [
    ("training", training, "C0", "--"),
    ("validation", validation, "C1", "-"),
]:
    ax.plot(WIDTHS, runs.T, color=colour, lw=0.7, alpha=0.5)
    ax.plot(
        WIDTHS,
        runs.mean(axis=0),
        style,
        marker="o",
        color=colour,
        label=f"{name}, mean",
    )
ax.axvline(WIDTHS[best], color="C7", ls=":", label="sweet spot")
ax.set(xscale="log", xlabel="hidden units", ylabel="loss")
ax.set_xticks(WIDTHS, WIDTHS)
ax.set_ylim(bottom=0)
ax.legend()
fig.set_label(
    f"Loss against the number of hidden units. The mean training loss falls "
    f"from {training[:, 0].mean():.2f} to {training[:, -1].mean():.2f}; the "
    f"mean validation loss is {validation[:, 0].mean():.2f} at {WIDTHS[0]}, "
    f"lowest at {WIDTHS[best]} with {validation[:, best].mean():.2f}, and "
    f"{validation[:, -1].mean():.2f} at {WIDTHS[-1]}."
)
plt.show()

# %%
# Figure: Loss after training against the width of the hidden layer. Thin
# lines are single seeds, thick lines their mean. The training loss keeps
# falling; the validation loss falls and then rises.

# %%
# What to try next
# ----------------
#
# - Correct labels, with ``WRONG = 0``: does the validation loss still rise?
# - Ten times as many spectra: where is the sweet spot then?
# - Keep the epoch with the lowest validation loss instead of the last one:
#   how much does the width still matter?
