"""
Early stopping with false labels
================================

When does early stopping end a training, and what does it gain?
A fully connected network learns handwritten digits, of which three in ten have
a false label. It first learns what most images of a digit share, and later
also memorises the false labels (Arpit et al. 2017, arXiv:1706.05394). From
then on its predictions for new digits become worse. ``EarlyStopping`` watches
the loss on a validation set, ends the training and returns the best weights.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.datasets import mnist
from byhand.experiments import spread
from byhand.restarts import fresh_start
from keras import layers, ops

N = 1000  # digits to learn from
VALIDATION = 1000  # digits
TEST = 1000  # digits
KINDS = 10
FALSE = 0.3  # fraction of the labels that are false, but not in the test set
UNITS = 256  # in the hidden layer
RATE = 0.002  # learning rate of Adam
BATCH = 50  # examples in a mini-batch
EPOCHS = 15
PATIENCE = 3  # epochs without a lower validation loss
SEEDS = 5

# Several steps in one call take less time; PyTorch knows single steps only.
AT_ONCE = 1 if keras.backend.backend() == "torch" else N // BATCH

keras.utils.set_random_seed(0)
images, digits = mnist()


# %%
# Digits with false labels
# ------------------------
#
# In practice, the labels of the validation set come from the same source as
# those of the training set, so they are false as often. Only in the test set
# are all labels true, because we want to know how often the network is right.
# Adding 1 to 9 to a label, modulo ten, makes it false for certain.
def data(seed):
    """Return the training, validation and test set as images and labels."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(digits))[: N + VALIDATION + TEST]
    x = images[chosen]
    labels = digits[chosen]
    end = N + VALIDATION
    is_false = rng.random(len(labels)) < FALSE
    is_false[end:] = False
    moved = (labels + rng.integers(1, KINDS, len(labels))) % KINDS
    labels = np.where(is_false, moved, labels)
    return {
        "training": (x[:N], labels[:N]),
        "validation": (x[N:end], labels[N:end]),
        "test": (x[end:], labels[end:]),
    }


# %%
# The network
# -----------
#
# With so many weights and so few digits, the network can learn every label by
# heart. It is compiled once, since that takes longer than a training.
network = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Flatten(),
        layers.Dense(UNITS, activation="relu"),
        layers.Dense(KINDS, activation="softmax"),
    ]
)
network.compile(
    optimizer=keras.optimizers.Adam(RATE),
    loss="sparse_categorical_crossentropy",
    steps_per_execution=AT_ONCE,
)


# %%
# One training, with and without the callback
# -------------------------------------------
#
# Both trainings of a seed begin with the same weights and have the same
# mini-batches, so they agree until one of them stops. The callback waits for
# a few epochs without a lower validation loss, its *patience*, because the
# loss of a single epoch is noisy. Then it puts back the weights of the best
# epoch.
def trained(seed, callbacks):
    """Return the history of a training and the accuracy on the test set."""
    parts = data(seed)
    x, labels = parts["training"]
    x_test, labels_test = parts["test"]
    fresh_start(network, seed=seed)
    history = network.fit(
        x,
        labels,
        batch_size=BATCH,
        epochs=EPOCHS,
        validation_data=parts["validation"],
        validation_batch_size=VALIDATION,
        callbacks=callbacks,
        verbose=0,
    ).history
    predicted = ops.convert_to_numpy(network(x_test)).argmax(axis=1)
    return history, np.mean(predicted == labels_test)


# %%
# Five pairs of trainings
# -----------------------
#
# For each seed, one training has the callback and the other goes on to the
# last epoch. The callback remembers its best epoch, counted from zero.
full_histories = []
accuracies_at_end = []
accuracies_stopped = []
best_epochs = []
lengths = []  # epochs until the callback ended the training
for seed in range(SEEDS):
    early_stopping = keras.callbacks.EarlyStopping(
        monitor="val_loss", patience=PATIENCE, restore_best_weights=True
    )
    history, accuracy = trained(seed, [early_stopping])
    accuracies_stopped.append(accuracy)
    best_epochs.append(early_stopping.best_epoch + 1)
    lengths.append(len(history["loss"]))
    history, accuracy = trained(seed, [])
    full_histories.append(history)
    accuracies_at_end.append(accuracy)

# %%
# What it gains
# -------------
#
# The differences are taken seed by seed, with an interval at 95 %. The
# interval excludes zero. The gain comes from the false labels, so with true
# labels it would be smaller, or there would be none.
gain = spread(np.subtract(accuracies_stopped, accuracies_at_end))
facts = {
    "epochs": EPOCHS,
    "false": FALSE,
    "best epoch": np.mean(best_epochs),
    "stopped after": np.mean(lengths),
    "accuracy stopped": np.mean(accuracies_stopped),
    "accuracy at the end": np.mean(accuracies_at_end),
    "difference": gain.mean,
    "half-width": gain.half_width,
    "seeds": SEEDS,
}
for name, value in facts.items():
    print(f"{name}: {value:.3g}")
assert gain.low > 0
assert max(lengths) < EPOCHS

# %%
# The curves of one seed
# ----------------------
#
# The training loss falls to the end, because the network memorises one false
# label after another. The validation loss shows that this does not help with
# other digits. It rises from the best epoch on.
history = full_histories[0]
epochs = range(1, EPOCHS + 1)
fig, (left, right) = plt.subplots(1, 2, figsize=(6.4, 3), layout="constrained")
left.plot(epochs, history["loss"], "C0--", label="training")
left.plot(epochs, history["val_loss"], "C1-", label="validation")
left.axvline(best_epochs[0], color="C7", ls=":")
left.set(xlabel="epoch", ylabel="loss")
left.legend()
for pair in zip(accuracies_stopped, accuracies_at_end):
    right.plot(pair, "C2o-", mfc="none", lw=0.7)
means = [facts["accuracy stopped"], facts["accuracy at the end"]]
right.plot(means, "k_", ms=24, mew=2)
right.set_xticks([0, 1], ["stopped", "to the end"])
right.set(ylabel="test accuracy", xlim=(-0.4, 1.4))
fig.set_label(
    f"Left, the validation loss is lowest in epoch {best_epochs[0]} and rises "
    "while the training loss falls. Right, the test accuracy: stopped "
    f"{means[0]:.3f} and to the end {means[1]:.3f} on average."
)
plt.show()

# %%
# Figure: Left, the losses of one seed that trained to the end, with a line at
# the epoch whose weights early stopping returned. Right, the test accuracy of
# each seed with early stopping and without. A line joins the two trainings of
# a seed, and bars are means.

# %%
# What to try next
# ----------------
#
# - Set ``FALSE = 0``. Is there still a gain, in accuracy or in loss?
# - Watch the accuracy instead, with ``monitor="val_accuracy"``, which needs
#   ``metrics=["accuracy"]`` in ``compile``. Does it stop earlier or later?
