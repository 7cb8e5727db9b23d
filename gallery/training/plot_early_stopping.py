"""
Early stopping with false labels
================================

When does early stopping end a training, and what does it gain?
A fully connected network learns handwritten digits of which three in ten have
a false label. It learns first what the labels have in common, and later the
false labels one by one. A validation set, whose labels are as often false,
shows when this begins. ``EarlyStopping`` then ends the training and returns
the best weights.
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
from keras import layers, ops

N = 1000  # digits to learn from
HELD_OUT = 1000  # digits for validation, and as many for the test
KINDS = 10
FALSE = 0.3  # fraction of the labels that are false, but not in the test set
UNITS = 256  # in the hidden layer
RATE = 0.002  # learning rate of Adam
BATCH = 50
EPOCHS = 15
PATIENCE = 3  # epochs without a lower validation loss
SEEDS = 5

# Several steps in one call take less time; PyTorch knows single steps only.
AT_ONCE = 1 if keras.backend.backend() == "torch" else N // BATCH

keras.utils.set_random_seed(0)


# %%
# Digits with false labels
# ------------------------
#
# Adding 1 to 9 to a label, modulo ten, makes it false for certain.
IMAGES, DIGITS = mnist()


def data(seed):
    """Return inputs and labels of the training, validation and test set."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(DIGITS))[: N + 2 * HELD_OUT]
    x, labels = IMAGES[chosen], DIGITS[chosen]
    is_false = rng.random(len(labels)) < FALSE
    is_false[N + HELD_OUT :] = False
    moved = (labels + rng.integers(1, KINDS, len(labels))) % KINDS
    labels = np.where(is_false, moved, labels)
    ends = [N, N + HELD_OUT]
    return list(zip(np.split(x, ends), np.split(labels, ends)))


# %%
# One training, with and without the callback
# -------------------------------------------
#
# Both trainings of a seed begin with the same weights and meet the same
# mini-batches, so that they agree until one of them stops.
def dense_net():
    """Return a compiled network with one hidden layer."""
    net = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Flatten(),
            layers.Dense(UNITS, activation="relu"),
            layers.Dense(KINDS, activation="softmax"),
        ]
    )
    net.compile(
        optimizer=keras.optimizers.Adam(RATE),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=AT_ONCE,
    )
    return net


def trained(seed, *callbacks):
    """Train, and return the history and the accuracy on the test set."""
    training, validation, (x_test, labels_test) = data(seed)
    keras.utils.set_random_seed(seed)
    net = dense_net()
    history = net.fit(
        *training,
        batch_size=BATCH,
        epochs=EPOCHS,
        validation_data=validation,
        validation_batch_size=HELD_OUT,
        callbacks=list(callbacks),
        verbose=0,
    ).history
    kinds = ops.convert_to_numpy(net(x_test)).argmax(axis=1)
    return history, float(np.mean(kinds == labels_test))


full = []
stopped = []
best_epochs = []
for seed in range(SEEDS):
    stop = keras.callbacks.EarlyStopping(
        patience=PATIENCE, restore_best_weights=True
    )
    stopped.append(trained(seed, stop))
    best_epochs.append(stop.best_epoch + 1)
    full.append(trained(seed))
at_end = np.array([accuracy for _, accuracy in full])
at_best = np.array([accuracy for _, accuracy in stopped])
lengths = [len(history["loss"]) for history, _ in stopped]
gain = spread(at_best - at_end)

facts = {
    "epochs": EPOCHS,
    "false": FALSE,
    "best epoch": np.mean(best_epochs),
    "stopped after": np.mean(lengths),
    "accuracy stopped": np.mean(at_best),
    "accuracy at the end": np.mean(at_end),
    "difference": gain.mean,
    "half-width": gain.half_width,
    "seeds": SEEDS,
}
bands = {
    "best epoch": 3,
    "stopped after": 3,
    "accuracy stopped": 0.05,
    "accuracy at the end": 0.06,
    "difference": 0.06,
    "half-width": 0.06,
}
for name, value in facts.items():
    print(f"{name}: {value:.3g}")

# %%
# The curves of one seed
# ----------------------
history = full[0][0]
epochs = range(1, EPOCHS + 1)
fig, axes = plt.subplots(1, 2, figsize=(6.4, 3), layout="constrained")
axes[0].plot(epochs, history["loss"], "C0--", label="training")
axes[0].plot(epochs, history["val_loss"], "C1-", label="validation")
axes[0].axvline(best_epochs[0], color="C7", ls=":")
axes[0].set(xlabel="epoch", ylabel="loss")
axes[0].legend()
for runs in zip(at_best, at_end):
    axes[1].plot(runs, "C2o-", mfc="none", lw=0.7)
axes[1].plot([at_best.mean(), at_end.mean()], "k_", ms=24, mew=2)
axes[1].set_xticks([0, 1], ["stopped", "to the end"])
axes[1].set(ylabel="test accuracy", xlim=(-0.4, 1.4))
fig.set_label(
    f"Left, the validation loss is lowest in epoch {best_epochs[0]} and rises "
    "while the training loss falls. Right, the test accuracy: stopped "
    f"{at_best.mean():.3f} and to the end {at_end.mean():.3f} on average."
)
plt.show()

# %%
# Figure: Left, the losses of one seed that trained to the end, with a line at
# the epoch whose weights early stopping returned. Right, the test accuracy of
# each seed with early stopping and without; bars are means.

# %%
# What to try next
# ----------------
#
# - ``FALSE = 0``: is there still a gain, in accuracy or in loss?
# - ``monitor="val_accuracy"``: does it stop earlier or later?
