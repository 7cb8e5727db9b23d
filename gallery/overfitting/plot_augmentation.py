"""
Few digits, shifted and turned
==============================

How much do random shifts and rotations gain when digits are few?
A shifted four is still a four, but a network that has seen a hundred digits
does not know this. Augmentation adds moved variants, and needs no new labels.
What it gains depends on the digits that will be read: tidy ones, as in this
data set, or moved ones.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEEDS, FEW, STEPS, BATCH = (0, 1, 2), 100, 400, 50
STRENGTHS = (0.0, 0.5, 1.0)  # the largest shift in pixels, turn in 20 degrees
x_all, labels = load_digits(return_X_y=True)
x_all = x_all.reshape(-1, 8, 8, 1).astype("float32") / 16


# %%
# Each pixel of a moved image looks up a place of the original, between pixels.
def moved(images, strength):
    much = np.random.uniform(-strength, strength, (3, len(images), 1, 1))
    up, left, turn = *much[:2], np.radians(20) * much[2]
    h, v = np.mgrid[:8, :8] - 3.5  # row and column, from the middle
    rows = np.cos(turn) * h - np.sin(turn) * v + up + 3.5
    columns = np.sin(turn) * h + np.cos(turn) * v + left + 3.5
    which = np.arange(len(images)).reshape(-1, 1, 1)
    places = np.stack(np.broadcast_arrays(which, rows, columns))
    found = ops.image.map_coordinates(images[..., 0], places, order=1)
    return ops.convert_to_numpy(found)[..., np.newaxis]


model = keras.Sequential([keras.Input((8, 8, 1))])
model.add(layers.Conv2D(16, 3, activation="relu"))
model.add(layers.Conv2D(32, 3, activation="relu"))
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="softmax"))
model.compile(keras.optimizers.SGD(0.2), "sparse_categorical_crossentropy")


def accuracies(strength, seed):
    x, x_test, y_t, y_test = train_test_split(
        x_all, labels, train_size=FEW, stratify=labels, random_state=seed
    )
    keras.utils.set_random_seed(seed)
    model.set_weights(keras.models.clone_model(model).get_weights())  # anew
    many = np.resize(np.arange(FEW), STEPS * BATCH)
    x_many = moved(x[many], strength) if strength else x[many]
    model.fit(x_many, y_t[many], batch_size=BATCH, verbose=0)
    y = (ops.convert_to_numpy(model(v)) for v in (x_test, moved(x_test, 1)))
    return [float(np.mean(p.argmax(axis=1) == y_test)) for p in y]


runs = [[accuracies(strength, s) for s in SEEDS] for strength in STRENGTHS]
tests = dict(zip(["tidy", "moved"], 100 * np.moveaxis(runs, 2, 0)))
facts = {name: found.mean(axis=1).tolist() for name, found in tests.items()}
bands = {"tidy": 3.0, "moved": 6.0}  # per cent read correctly
print(*(f"{name}: {np.round(found, 1)}" for name, found in facts.items()))
assert facts["moved"][-1] > facts["moved"][0] + 10
assert max(facts["tidy"]) < facts["tidy"][0] + 6

# %%
# Much is gained for moved digits, and little, if anything, for tidy ones.
fig, ax = plt.subplots(figsize=(6, 3.8), layout="constrained")
for (name, found), style in zip(tests.items(), ("o-", "s--")):
    (line,) = ax.plot(STRENGTHS, facts[name], style, label=f"{name} digits")
    ax.plot(STRENGTHS, found, style[0], c=line.get_color(), mfc="none")
ax.set(xlabel="strength of augmentation", ylabel="read correctly (%)")
ax.legend()
ends = [f"{n} {row[0]:.0f} to {row[-1]:.0f}" for n, row in facts.items()]
fig.set_label(f"Per cent read correctly, by strength: {', '.join(ends)}.")

# %%
# Figure: The share of tidy and of moved digits that is read correctly, against
# the strength of the augmentation in training. Open markers are seeds; lines
# join their means.
#
# What the network is shown in place of one digit.
fig, axes = plt.subplots(1, 8, figsize=(8, 1.3), layout="constrained")
images = [x_all[4], *moved(x_all[[4] * 7], 1.0)]
for ax, image in zip(axes, images):
    ax.imshow(image[..., 0], cmap="gray_r")
    ax.axis("off")
fig.set_label(f"The digit {labels[4]} and {len(axes) - 1} variants of it.")
plt.show()

# %%
# Figure: A digit as it was written, on the left, and seven variants of it at
# full strength.

# %%
# What to try next: 1000 digits; turns of up to 180 degrees.
