"""
Early stopping with false labels
================================

When does early stopping end a training run, and what does it gain?
A fully connected network learns handwritten digits, of which three in ten have
a false label. It first learns what most images of a digit share, and later
also memorises the false labels (Arpit et al. 2017, arXiv:1706.05394). This
makes its predictions for new digits worse. ``EarlyStopping`` watches the loss
on a validation set, ends the training and returns the best weights.
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
from byhand.datasets import mnist
from byhand.experiments import LEVEL, spread
from byhand.restarts import fresh_start
from keras import layers, ops

N = 1000  # digits to learn from
VALIDATION = 1000  # digits
TEST = 1000  # digits
CLASSES = 10
FALSE = 0.3  # fraction of the labels that are false, but not in the test set
UNITS = 256  # in the hidden layer
RATE = 0.002  # learning rate of Adam
BATCH = 50  # examples in a mini-batch
EPOCHS = 15
PATIENCE = 3  # epochs without a lower validation loss
SEEDS = range(20, 25)

keras.utils.set_random_seed(0)
images, digits = mnist()


# %%
# Digits with false labels
# ------------------------
#
# In practice, the labels of the validation set come from the same source as
# those of the training set, so they are false as often. Only in the test set
# are all labels true, because we want to know how often the network is right.
# Adding 1 to 9 to a label, modulo ten, makes it false for certain. The
# training images with a false label are also a part of their own, which shows
# how many of these labels a network has memorised.
def data(seed):
    """Return images and labels of each part of the data."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(digits))[: N + VALIDATION + TEST]
    x = images[chosen]
    y = digits[chosen]
    end = N + VALIDATION
    is_false = rng.random(len(y)) < FALSE
    is_false[end:] = False
    y = np.where(is_false, (y + rng.integers(1, CLASSES, len(y))) % CLASSES, y)
    return {
        "training": (x[:N], y[:N]),
        "falsely labelled": (x[:N][is_false[:N]], y[:N][is_false[:N]]),
        "validation": (x[N:end], y[N:end]),
        "test": (x[end:], y[end:]),
    }


# %%
# The network
# -----------
#
# The network has far more weights than there are digits, so it can learn many
# false labels by heart. It is compiled once for all seeds.
network = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Flatten(),
        layers.Dense(UNITS, activation="relu"),
        layers.Dense(CLASSES, activation="softmax"),
    ]
)
network.compile(
    optimizer=keras.optimizers.Adam(learning_rate=RATE),
    loss="sparse_categorical_crossentropy",
)


# %%
# One training run
# ----------------
#
# The callback waits for a few epochs without a lower validation loss, its
# *patience*, because the loss of a single epoch is noisy. Then it puts back
# the weights of the best epoch. With and without it, both training runs of a
# seed begin with the same weights and have the same mini-batches, so they
# agree until one of them stops.
def train(parts, seed, callbacks):
    """Train the network, and return the history of its losses."""
    fresh_start(network, seed=seed)
    x, y = parts["training"]
    return network.fit(
        x,
        y,
        batch_size=BATCH,
        epochs=EPOCHS,
        validation_data=parts["validation"],
        validation_batch_size=VALIDATION,
        callbacks=callbacks,
        verbose=0,
    ).history


def accuracy(x, y):
    """Return the fraction of images to which the network gives their label."""
    predicted = ops.convert_to_numpy(network(x)).argmax(axis=1)
    return np.mean(predicted == y)


# %%
# Stopped, and trained to the end
# -------------------------------
#
# For each seed, one run has the callback and the other goes on to the last
# epoch. The callback counts its best epoch from zero. On the falsely labelled
# images a high "accuracy" means that the false labels are memorised.
full_histories = []
best_epochs = []
lengths = []  # epochs until the callback ended the run
scores = {
    (run, part): []
    for run in ["stopped", "to the end"]
    for part in ["test", "falsely labelled"]
}
for seed in SEEDS:
    parts = data(seed)
    early_stopping = keras.callbacks.EarlyStopping(
        monitor="val_loss", patience=PATIENCE, restore_best_weights=True
    )
    history = train(parts, seed, [early_stopping])
    best_epochs.append(early_stopping.best_epoch + 1)
    lengths.append(len(history["loss"]))
    for part in ["test", "falsely labelled"]:
        scores["stopped", part].append(accuracy(*parts[part]))

    full_histories.append(train(parts, seed, []))
    for part in ["test", "falsely labelled"]:
        scores["to the end", part].append(accuracy(*parts[part]))

# %%
# What it gains
# -------------
#
# The difference in accuracy is taken seed by seed, with a 95 % confidence
# interval, which lies above zero. The network that trains to the end has
# memorised most of the false labels, and the stopped one has memorised few.
# With true labels alone the gain would probably be smaller, or none.
means = {key: np.mean(values) for key, values in scores.items()}
gain = spread(
    np.subtract(scores["stopped", "test"], scores["to the end", "test"])
)
print(f"best epoch {np.mean(best_epochs)}, stopped after {np.mean(lengths)}")
for run in ["stopped", "to the end"]:
    print(
        f"{run}: test accuracy {means[run, 'test']:.3f}, "
        f"false labels memorised {means[run, 'falsely labelled']:.0%}"
    )
print(f"gain in test accuracy: {gain.mean:.3f} ± {gain.half_width:.3f}")

# %%
# Losses and accuracies
# ---------------------
#
# The training loss falls to the end. The validation loss shows that this does
# not help with other digits. It is lowest in an early epoch, and much higher
# at the end.
history = full_histories[0]
epochs = range(1, EPOCHS + 1)
pairs = np.array([scores["stopped", "test"], scores["to the end", "test"]])
fig, (left, right) = plt.subplots(1, 2, figsize=(6.4, 3), layout="constrained")
left.plot(epochs, history["loss"], "--", color="C0", label="training")
left.plot(epochs, history["val_loss"], color="C1", label="validation")
left.axvline(best_epochs[0], color="C7", linestyle=":", label="best epoch")
left.set(xlabel="epoch", ylabel="cross-entropy")
left.legend()
right.plot(pairs, "o-", color="C2", markerfacecolor="none", linewidth=0.7)
right.plot(
    pairs.mean(axis=1), "_", color="black", markersize=24, markeredgewidth=2
)
right.set_xticks([0, 1], ["stopped", "to the end"])
right.set(ylabel="test accuracy", xlim=(-0.4, 1.4))
fig.set_label(
    f"Left, the validation loss is lowest in epoch {best_epochs[0]} and rises "
    "while the training loss falls. Right, the test accuracy: stopped "
    f"{means['stopped', 'test']:.3f} and to the end "
    f"{means['to the end', 'test']:.3f} on average."
)
plt.show()

# %%
# Figure: Left, the losses of one seed that trained to the end, with a line at
# the epoch whose weights early stopping returned. Right, the test accuracy of
# each seed with early stopping and without. A line joins the two training runs
# of a seed, and bars are means.

# %%
# What to try next
# ----------------
#
# - Set ``FALSE = 0``. No label is then memorised falsely, and that fraction is
#   NaN. Does stopping still gain accuracy, or does it cost some?
# - Watch the accuracy instead, with ``monitor="val_accuracy"``, which needs
#   ``metrics=["accuracy"]`` in ``compile``. Does it matter to when the
#   training stops, and to the accuracy on the test set?

# %%
# Numbers and checks
# ------------------
#
# The book quotes these numbers, and its build fails unless the assertions
# hold. Both belong to the settings above: leave this cell out of what you
# copy.
facts = {
    "epochs": EPOCHS,
    "false": FALSE,
    "best epoch": np.mean(best_epochs),
    "stopped after": np.mean(lengths),
    "accuracy stopped": means["stopped", "test"],
    "accuracy at the end": means["to the end", "test"],
    "memorised stopped": means["stopped", "falsely labelled"],
    "memorised at the end": means["to the end", "falsely labelled"],
    "difference": gain.mean,
    "half-width": gain.half_width,
    "seeds": len(SEEDS),
}
assert LEVEL == 0.95  # of the interval
assert gain.low > 0
assert max(lengths) < EPOCHS
assert max(scores["stopped", "falsely labelled"]) < 0.3
assert min(scores["to the end", "falsely labelled"]) > 0.5
for full_history in full_histories:
    assert full_history["loss"][-1] == min(full_history["loss"])
    assert full_history["val_loss"][-1] > 1.2 * min(full_history["val_loss"])
