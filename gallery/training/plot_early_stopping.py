"""
When to stop
============

Where does early stopping end a training, and what does it save?
With wrong labels among the examples, a network learns first what they have in
common, and later the mistakes one by one. Digits held out show when this
begins. One callback of Keras then stops, and takes the best weights back;
another keeps the best model on disk, where it outlasts the process.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import tempfile

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEEDS, EPOCHS, PATIENCE, WRONG = (0, 1, 2), 32, 5, 0.4
digits, labels = load_digits(return_X_y=True)


# %%
# Of the labels to learn from, two in five are drawn anew. Half of the digits
# kept back tell when to stop; the rest, seen by no callback, judge in the end.
def learn(seed, *callbacks):
    x, rest, y_t, y_rest = train_test_split(
        digits / 16, labels, train_size=600, random_state=seed
    )
    rng = np.random.default_rng(seed)
    lost = rng.random(len(y_t)) < WRONG
    y_t = np.where(lost, rng.integers(0, 10, len(y_t)), y_t)
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((64,)), layers.Dense(256, "relu")])
    model.add(layers.Dense(10, "softmax"))
    adam, loss = keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy"
    model.compile(adam, loss)
    seen = {"validation_data": (rest[::2], y_rest[::2])}
    run = model.fit(x, y_t, 64, EPOCHS, 0, callbacks, **seen).history
    p = ops.convert_to_numpy(model(rest[1::2]))
    right = float(np.mean(p.argmax(axis=1) == y_rest[1::2]))
    return run, right, p, rest[1::2]


# %%
# The callback waits for five epochs without a lower loss. The model on disk
# must then answer as does the one with its best weights back.
names = ["stopped", "best", "accuracy", "to the end", "saved model differs by"]
facts = {name: [] for name in names}
bands = {"stopped": 10, "best": 10, "accuracy": 0.06, "to the end": 0.15}
bands["saved model differs by"] = 1e-5
for seed in reversed(SEEDS):
    with tempfile.TemporaryDirectory() as folder:  # gone when the block ends
        path = f"{folder}/best.keras"
        stop = keras.callbacks.EarlyStopping(
            patience=PATIENCE, restore_best_weights=True
        )
        keep = keras.callbacks.ModelCheckpoint(path, save_best_only=True)
        short, right, p, x_test = learn(seed, stop, keep)
        saved = ops.convert_to_numpy(keras.models.load_model(path)(x_test))
    run, right_at_end, *_ = learn(seed)
    best, end = np.argmin(short["val_loss"]) + 1, len(short["loss"])
    gap = float(np.abs(saved - p).max())
    for name, value in zip(names, (end, int(best), right, right_at_end, gap)):
        facts[name].insert(0, value)
print(*(f"{n:23}{np.round(v, 3)}" for n, v in facts.items()), sep="\n")
assert all(a > b for a, b in zip(facts["accuracy"], facts["to the end"]))
assert max(facts["stopped"]) < EPOCHS
assert max(facts["saved model differs by"]) < 1e-5

fig, axes = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
axes[0].plot(range(1, EPOCHS + 1), run["loss"], "--", label="training")
axes[0].plot(range(1, EPOCHS + 1), run["val_loss"], label="held out")
axes[0].axvline(best, color="k", lw=1, label=f"saved: epoch {best}")
axes[0].axvline(end, color="k", ls=":", label=f"stopped: epoch {end}")
axes[0].set(xlabel="epoch", ylabel=f"loss, seed {SEEDS[0]}")
axes[0].legend()
ends = np.array([facts["accuracy"], facts["to the end"]])
axes[1].plot(["stopped", f"{EPOCHS} epochs"], ends, "o-")
axes[1].set(ylabel="accuracy on the rest", xlim=(-0.4, 1.4))
fig.set_label(
    f"Held-out loss is least at epoch {best} and rises; training stops at "
    f"{end}. Accuracy {ends[0].mean():.0%}, to the end {ends[1].mean():.0%}."
)
plt.show()

# %%
# Figure: On the left, a training that went on to the end, with the epoch whose
# weights early stopping saved and the one in which it stopped. On the right,
# the accuracy of each seed if it was stopped and if it went on.

# %%
# What to try next: a patience of one; labels that are all right.
