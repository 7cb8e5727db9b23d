"""
A convolutional network reads handwritten digits
================================================

How well does a small network read digits that it has never seen?
The network is an exercise of the lecture behind this book, with ReLU and
softmax added, and has 47,645 parameters. It learns from digits of the MNIST
database (LeCun, Bottou, Bengio and Haffner 1998, doi:10.1109/5.726791). A
validation set decides when the training stops, and a test set is used once, at
the end.
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
from byhand.datasets import mnist, three_way
from keras import layers

SIZE = 32  # pixels along each side of the images that the network expects
BATCH = 128  # images in a mini-batch
RATE = 4e-3  # learning rate of Adam
MOST_EPOCHS = 9
PATIENCE = 3  # epochs without a lower validation loss

keras.utils.set_random_seed(0)

# %%
# Look at the data first
# ----------------------
#
# The images have 28 x 28 pixels with values from 0 (paper) to 1 (ink). We add
# a margin of two pixels on each side, and split the images into a training, a
# validation and a test set, each with every digit equally often.
images, labels = mnist()
images = np.pad(images, [(0, 0), (2, 2), (2, 2), (0, 0)])
data = three_way(images, labels, validation=0.2, test=0.2)

fig, axes = plt.subplots(2, 8, figsize=(6.4, 2), layout="constrained")
for ax, image, label in zip(axes.flat, data.x, data.y_t):
    ax.imshow(image[:, :, 0], cmap="gray_r")
    ax.set_title(label)
    ax.axis("off")
fig.set_label(
    f"{axes.size} of {len(data.x)} handwritten digits to learn from: "
    + ", ".join(str(label) for label in data.y_t[: axes.size])
    + "."
)
plt.show()

# %%
# Figure: The first training images, each with its label. Writers differ in
# slant, in the width of their pen and in the shape of a digit.

# %%
# The network
# -----------
#
# Three convolutions are each followed by a max pooling, which keeps the
# largest of 2 x 2 values. The maps shrink to a single pixel while their number
# grows, and a dense layer with a softmax turns the hundred features that are
# left into probabilities for the ten digits.
network = keras.Sequential([keras.Input((SIZE, SIZE, 1))])
for filters, kernel_size in [(10, 5), (25, 5), (100, 4)]:
    network.add(
        layers.Conv2D(
            filters=filters, kernel_size=kernel_size, activation="relu"
        )
    )
    network.add(layers.MaxPooling2D(pool_size=2))
network.add(layers.Flatten())
network.add(layers.Dense(10, activation="softmax"))
network.summary()

# %%
# Train until the validation loss no longer falls
# -----------------------------------------------
#
# The loss is the cross-entropy, which is small if the network gives the true
# digit a high probability. An epoch is one pass over the training images, and
# after each the loss of the validation set is computed, too. When it has not
# fallen for as many epochs as the patience, the training ends, and at the
# latest after ``MOST_EPOCHS``. The weights of the best epoch are restored.
network.compile(
    optimizer=keras.optimizers.Adam(learning_rate=RATE),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
stopping = keras.callbacks.EarlyStopping(
    monitor="val_loss",
    patience=PATIENCE,
    restore_best_weights=True,
)
history = network.fit(
    data.x,
    data.y_t,
    batch_size=BATCH,
    epochs=MOST_EPOCHS,
    validation_data=(data.x_val, data.y_val),
    callbacks=[stopping],
    verbose=0,
).history
best = int(np.argmin(history["val_loss"]))

# %%
# Learning curves
# ---------------
#
# The curves of training and validation belong together. As long as both losses
# fall, what the network learns holds for new digits, too. Where only the
# training loss goes on falling, the network fits its training images in ways
# that do not hold for others.
epochs = np.arange(1, len(history["loss"]) + 1)
fig, axes = plt.subplots(1, 2, figsize=(6.4, 3), layout="constrained")
for ax, key in zip(axes, ["loss", "accuracy"]):
    ax.plot(epochs, history[key], "o-", label="training")
    ax.plot(epochs, history[f"val_{key}"], "s--", label="validation")
    ax.axvline(epochs[best], color="C7", linestyle=":", label="best epoch")
    ax.set(xlabel="epoch", ylabel="cross-entropy" if key == "loss" else key)
    ax.set_xticks(epochs[::2])
axes[0].set_yscale("log")
axes[0].legend()
fig.set_label(
    f"Loss and accuracy over {len(epochs)} epochs. On the validation set the "
    f"loss falls from {history['val_loss'][0]:.2f} to "
    f"{history['val_loss'][best]:.2f} in epoch {epochs[best]}, where the "
    f"accuracy is {history['val_accuracy'][best]:.1%}; on the training set it "
    f"is {history['accuracy'][best]:.1%} there."
)
plt.show()

# %%
# Figure: Loss and accuracy after each epoch, on the training and on the
# validation set. The dotted line marks the epoch whose weights are kept.

# %%
# The test set, once
# ------------------
#
# The validation set has decided when to stop, so its score is slightly too
# good on average. The test set has decided nothing. A thousand images still
# measure an accuracy only with some uncertainty. Its standard error is that of
# a proportion, and 1.96 standard errors on each side make a 95 % confidence
# interval.
probabilities = network.predict(data.x_test, verbose=0)
predicted = probabilities.argmax(axis=1)
correct = predicted == data.y_test
accuracy = correct.mean()
standard_error = np.sqrt(accuracy * (1 - accuracy) / len(correct))
half_width = 1.96 * standard_error
wrong = np.flatnonzero(~correct)
print(f"best epoch: {epochs[best]} of {len(epochs)}")
print(f"test accuracy: {accuracy:.3f} ± {half_width:.3f}")
print(f"misclassified: {len(wrong)} of {len(correct)} test images")

# %%
# Which digits are confused?
# --------------------------
#
# A single number hides which errors were made. The confusion matrix counts the
# test images for each pair of a true and a predicted digit. We leave out its
# diagonal, where the prediction is right, so that the errors can be seen.
confusion = np.zeros((10, 10), dtype=int)
np.add.at(confusion, (data.y_test, predicted), 1)
errors = confusion - np.diag(np.diag(confusion))
true, taken_for = np.unravel_index(errors.argmax(), errors.shape)

fig, ax = plt.subplots(figsize=(4.4, 4.2), layout="constrained")
ax.imshow(errors, cmap="gray_r", vmax=2 * errors.max())
for row, column in np.argwhere(errors):
    ax.text(column, row, errors[row, column], ha="center", va="center")
ax.set(xlabel="predicted digit", ylabel="true digit")
ax.set_xticks(range(10))
ax.set_yticks(range(10))
fig.set_label(
    f"The {errors.sum()} errors by true and predicted digit; the most "
    f"frequent one takes a {true} for a {taken_for}, {errors.max()} times."
)
plt.show()

# %%
# Figure: The number of misclassified test images for each true and each
# predicted digit. Most pairs of digits were not confused at all.

# %%
# The most confident errors
# -------------------------
#
# It is worth looking at the errors to which the network gives a high
# probability. Over which of these images would you hesitate as well?
confidence = probabilities.max(axis=1)
surest = wrong[np.argsort(-confidence[wrong])]
fig, axes = plt.subplots(2, 5, figsize=(6.4, 3.4), layout="constrained")
for ax in axes.flat:
    ax.axis("off")
for ax, row in zip(axes.flat, surest):
    ax.imshow(data.x_test[row, :, :, 0], cmap="gray_r")
    ax.set_title(
        f"{data.y_test[row]}, not {predicted[row]}\n{confidence[row]:.1%}"
    )
fig.set_label(
    f"The most confident of {len(wrong)} errors: "
    + ", ".join(
        f"a {data.y_test[row]} taken for a {predicted[row]}"
        for row in surest[: axes.size]
    )
    + "."
)
plt.show()

# %%
# Figure: Misclassified test images with the true digit, the predicted one and
# the probability that the network gave to its prediction.

# %%
# The accuracy holds for digits like these, which are centred, of one size and
# black on white. The images do not say who wrote them, so the same writers may
# be in all three sets, and digits by other people may be harder. A photograph
# of a note would probably need other training images.

# %%
# What to try next
# ----------------
#
# - Leave out ``activation="relu"``. The max pooling is then all that is not
#   linear before the softmax.
# - Train on a tenth of the training images, with ``MOST_EPOCHS = 60``. How
#   does the accuracy change, and how many epochs does the network need?
# - Repeat the training with five seeds. Is the spread of the accuracy larger
#   than the standard error of one test?

# %%
# Numbers and checks
# ------------------
#
# The book's build compares these numbers between backends, and it fails unless
# the assertions hold. Both belong to the settings above: leave this cell out
# of what you copy.
facts = {
    "parameters": network.count_params(),
    "training images": len(data.y_t),
    "test images": len(data.y_test),
    "epochs": len(epochs),
    "best epoch": epochs[best],
    "misclassified": len(wrong),
    "accuracy": accuracy,
    "half-width": half_width,
}
assert mnist(1)[0].shape[1:3] == (28, 28)  # pixels
assert data.x.shape[1:3] == (SIZE, SIZE)
assert network.layers[-2].output.shape == (None, 100)
assert network.count_params() == 47_645
assert len(data.y_test) == 1000
assert accuracy > 0.93
assert np.sum(errors > 0) < 45  # of 90 pairs
