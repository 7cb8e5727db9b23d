"""
The sweet spot
==============

How many hidden units are right for few examples with some wrong labels?
With too few units a network cannot tell ten kinds of spectra apart. With too
many it also learns the wrong labels, and its loss on other spectra rises. The
best width lies between the two, and a validation set finds it. Geman,
Bienenstock and Doursat (1992, doi:10.1162/neco.1992.4.1.1) describe this
trade-off between bias and variance for neural networks.
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

WIDTHS = [2, 8, 32, 128, 512]  # hidden units
SEEDS = 5
KINDS = 10  # of spectral line
EXAMPLES = 1300  # for training
VALIDATION = 2000  # spectra
WRONG = 0.2  # fraction of the training labels that are wrong
EPOCHS = 20
BATCH = 100  # examples in a mini-batch
RATE = 0.02  # learning rate of Adam

# All steps of an epoch in one call take less time; PyTorch knows single steps
# only.
STEPS_PER_EXECUTION = (
    1 if keras.backend.backend() == "torch" else EXAMPLES // BATCH
)

keras.utils.set_random_seed(0)


# %%
# Few spectra, some with wrong labels
# -----------------------------------
#
# Each seed draws its own training set, in which about a fifth of the labels
# are replaced by wrong ones. Adding 1 to 9 to a label, modulo ten, makes it
# wrong for certain. The validation set is the same for all networks, and its
# labels are correct.
def mislabelled_spectra(seed):
    """Return spectra and their labels, some of which are wrong."""
    x, y = spectra(EXAMPLES, seed=seed)
    rng = np.random.default_rng(seed)
    is_wrong = rng.uniform(size=EXAMPLES) < WRONG
    steps = rng.integers(1, KINDS, size=EXAMPLES)
    return x, np.where(is_wrong, (y + steps) % KINDS, y)


training_sets = [mislabelled_spectra(seed) for seed in range(SEEDS)]
x_val, y_val = spectra(VALIDATION, seed=100)  # none of the seeds above


# %%
# One network for each width
# --------------------------
#
# The networks have one hidden layer and differ in its width alone. Each width
# is compiled once, and ``fresh_start`` gives it new initial weights for each
# seed. All have the same learning rate, which is not tuned for each width.
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def compiled_network(width):
    """Return a compiled network with one hidden layer."""
    network = keras.Sequential(
        [
            keras.Input((40, 1)),
            layers.Flatten(),
            layers.Dense(
                width, activation="relu", kernel_initializer="he_normal"
            ),
            layers.Dense(KINDS),
        ]
    )
    network.compile(
        optimizer=keras.optimizers.Adam(learning_rate=RATE),
        loss=cross_entropy,
        steps_per_execution=STEPS_PER_EXECUTION,
    )
    return network


# %%
# Every width, with several seeds
# -------------------------------
#
# All networks train for the same number of epochs. After the last one, we
# measure the cross-entropy on the spectra that the network has learned from,
# with their partly wrong labels, and on the validation set.
def loss(network, x, y):
    """Return the mean cross-entropy of a network, as a NumPy number."""
    return ops.convert_to_numpy(cross_entropy(y, network(x)))


training = np.zeros((SEEDS, len(WIDTHS)))
validation = np.zeros((SEEDS, len(WIDTHS)))
for column, width in enumerate(WIDTHS):
    network = compiled_network(width)
    for seed, (x, y) in enumerate(training_sets):
        fresh_start(network, seed=seed)
        network.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0)
        training[seed, column] = loss(network, x, y)
        validation[seed, column] = loss(network, x_val, y_val)

# %%
# Where is the minimum?
# ---------------------
#
# The mean validation loss is lowest at one width, while the mean training loss
# falls with every width. For a single seed the best width may be a
# neighbouring one. The differences between the two ends and the sweet spot are
# taken seed by seed, with 95 % confidence intervals, and both intervals lie
# above zero.
best = validation.mean(axis=0).argmin()
best_of_each_seed = [WIDTHS[column] for column in validation.argmin(axis=1)]
too_narrow = spread(validation[:, 0] - validation[:, best])
too_wide = spread(validation[:, -1] - validation[:, best])
print(f"training loss    {training.mean(axis=0).round(2)}")
print(f"validation loss  {validation.mean(axis=0).round(2)}")
print(f"best width {WIDTHS[best]}, of each seed {best_of_each_seed}")
for width, worse in [(WIDTHS[0], too_narrow), (WIDTHS[-1], too_wide)]:
    print(f"{width} units: worse by {worse.mean:.2f} ± {worse.half_width:.2f}")

# %%
# The trend
# ---------
#
# Left of the sweet spot both losses are high and the network *underfits*.
# Right of it they part and the network *overfits*. The training loss alone
# does not show the difference, because it only falls.
fig, ax = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
for name, runs, colour, line in [
    ("training", training, "C0", "--"),
    ("validation", validation, "C1", "-"),
]:
    mean = runs.mean(axis=0)
    ax.plot(WIDTHS, runs.T, line, color=colour, linewidth=0.7, alpha=0.5)
    ax.plot(WIDTHS, mean, line, marker="o", color=colour, label=name)
ax.axvline(WIDTHS[best], color="C7", linestyle=":", label="sweet spot")
ax.set(xscale="log", xlabel="hidden units", ylabel="cross-entropy")
ax.set_xticks(WIDTHS, WIDTHS)
ax.minorticks_off()
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
# Figure: The cross-entropy after training against the width of the hidden
# layer, on a logarithmic axis. Thin lines are single seeds, and the lines with
# dots are their mean. The training loss keeps falling, while the validation
# loss falls and then rises.

# %%
# What to try next
# ----------------
#
# - Correct all labels, with ``WRONG = 0``. Does the validation loss still
#   rise?
# - Draw ten times as many spectra. Where is the sweet spot then?
# - Keep the epoch with the lowest validation loss instead of the last one. How
#   much does the width still matter?

# %%
# Numbers and checks
# ------------------
#
# The book quotes these numbers, and its build fails unless the assertions
# hold. Both belong to the settings above: leave this cell out of what you
# copy.
facts = {
    "sweet spot": WIDTHS[best],
    "of each seed": best_of_each_seed,
    "lowest loss": validation[:, best].mean(),
    "too narrow": too_narrow.mean,
    "too narrow half-width": too_narrow.half_width,
    "too wide": too_wide.mean,
    "too wide half-width": too_wide.half_width,
    "training loss of the widest": training[:, -1].mean(),
}
assert 0 < best < len(WIDTHS) - 1
assert too_narrow.low > 0
assert too_wide.low > 0
assert np.all(np.diff(training.mean(axis=0)) < 0)
