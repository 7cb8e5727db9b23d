"""
A convolutional network reads handwritten digits
================================================

How well does a small network read digits that it has never seen?
The network is an exercise of the lecture behind this book, with ReLU and
softmax added: 47,645 free parameters in all. It learns from scikit-learn's
handwritten digits (Alpaydin and Kaynak 1998, doi:10.24432/C50P49), of which a
quarter, by the same writers, is kept back to examine it.
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

keras.utils.set_random_seed(0)

# %%
# Images of 8 x 8 pixels, values 0 to 16, enlarged to the 32 x 32 it expects.
digits = load_digits()
small = digits.images[..., np.newaxis].astype("float32") / 16
images = ops.convert_to_numpy(ops.image.resize(small, (32, 32)))
assert small.shape[1:] == (8, 8, 1)
x, x_test, y_t, y_test = train_test_split(
    images, digits.target, stratify=digits.target, random_state=0
)

# %%
# Pooling keeps the largest of each 2 x 2, softmax turns ten numbers into
# probabilities, the loss says how far these are from the truth, and an epoch
# is one pass over all examples.
model = keras.Sequential([keras.Input((32, 32, 1))])
for filters, kernel_size in [(10, 5), (25, 5), (100, 4)]:
    model.add(layers.Conv2D(filters, kernel_size, activation="relu"))
    model.add(layers.MaxPooling2D(2))
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="softmax"))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
held_out = (x_test, y_test)
run = model.fit(x, y_t, validation_data=held_out, epochs=12, verbose=0).history

probabilities = model.predict(x_test, verbose=0)
guess = probabilities.argmax(axis=1)
wrong = np.flatnonzero(guess != y_test)
facts = {
    "parameters": model.count_params(),
    "learned from": len(y_t),
    "held out": len(y_test),
    "misread": len(wrong),
    "accuracy": round(float(np.mean(guess == y_test)), 4),
}
bands = {"misread": 12, "accuracy": 0.03}  # between backends and machines
print(*(f"{name}: {value}" for name, value in facts.items()), sep="\n")
assert facts["parameters"] == 47_645

# %%
# The held-out digits take no part in the training. As long as their loss falls
# with that of the training digits, what is learned holds for new digits too.
fig, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
epochs = np.arange(1, len(run["loss"]) + 1)
for ax, key in zip(axes, ["loss", "accuracy"]):
    ax.plot(epochs, run[key], "o-", ms=4, label="training")
    ax.plot(epochs, run["val_" + key], "s--", ms=4, label="held out")
    ax.set(xlabel="epoch", ylabel=key)
    ax.grid(alpha=0.3)
axes[0].legend()
loss, accuracy = run["val_loss"], run["val_accuracy"]
fig.set_label(
    f"Loss and accuracy over {len(epochs)} epochs. Held out, loss goes from "
    f"{loss[0]:.2f} to {loss[-1]:.2f}, accuracy from {accuracy[0]:.1%} to "
    f"{accuracy[-1]:.1%}."
)
plt.show()

# %%
# Figure: Loss and accuracy after each epoch, on the training digits and on the
# digits held out.
#
# The mistakes of which it is surest tell most; some would make you hesitate.
surest = wrong[np.argsort(-probabilities[wrong].max(axis=1))][:6]
fig, axes = plt.subplots(1, len(surest) or 1, figsize=(9, 2.1), squeeze=False)
plt.setp(axes, xticks=[], yticks=[], frame_on=False)
for ax, k in zip(axes[0], surest):
    ax.imshow(x_test[k, ..., 0], cmap="gray_r")
    ax.set_title(f"is {y_test[k]}, read {guess[k]}", fontsize=10)
mistakes = ", ".join(f"{y_test[k]} read as {guess[k]}" for k in surest)
fig.set_label(f"{len(surest)} of {len(wrong)} misread digits: {mistakes}.")
plt.show()

# %%
# Figure: The misread digits of which the network was surest, each with what it
# is and what it was read as.

# %%
# What to try next: leave out ``activation="relu"``; train on 200 digits only.
