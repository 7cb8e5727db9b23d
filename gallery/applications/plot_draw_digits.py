"""
A network that draws digits
===========================

Which of these four digits was drawn by a neural network?
A variational autoencoder (Kingma and Welling 2013, arXiv:1312.6114) learns to
describe a handwritten digit by a few numbers and to restore it from them. If
these numbers are drawn at random, its second half makes new digits. A
classifier then learns to tell them from handwritten ones, and the riddle shows
the drawn digit that it takes for handwritten with the greatest confidence.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.datasets import three_way
from keras import layers, ops
from sklearn.datasets import load_digits

SIZE = 8  # pixels along each side of an image
PIXELS = SIZE * SIZE
GREYS = 16  # levels of grey, besides white
LATENT = 8  # numbers that describe a digit
HIDDEN = 256  # neurons in the hidden layers
EPOCHS = 80
RATE = 2e-3  # learning rate of Adam

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

# %%
# Three sets of digits
# --------------------
#
# The digits come with scikit-learn. Each is a row of pixels, from 0 (white) to
# 1 (black). The autoencoder learns from the training set, the validation set
# shows whether it overfits, and the test set is for the riddle and for the
# final accuracy.
digits = load_digits()
pixels = digits.data.astype("float32") / GREYS
data = three_way(pixels, digits.target, validation=0.15, test=0.25)


# %%
# The layer that draws at random
# ------------------------------
#
# The encoder does not give the latent numbers themselves but, for each, the
# mean and the logarithm of the variance of a normal distribution. This layer
# draws from it, so that the decoder has to cope with all numbers nearby.
#
# The layer also adds to the loss how far these distributions are from the
# standard normal distribution (the divergence of Kullback and Leibler).
# Without this term the encoder could place the digits anywhere, and we would
# not know which random numbers the decoder can turn into digits.
class Sampling(layers.Layer):
    """Draw from normal distributions whose mean and log variance come in."""

    def __init__(self, **options):
        super().__init__(**options)
        self.seed_generator = keras.random.SeedGenerator(0)

    def call(self, code):
        mean, log_variance = ops.split(code, 2, axis=-1)
        variance = ops.exp(log_variance)
        divergence = (variance + ops.square(mean) - 1 - log_variance) / 2
        # Keras averages the error of the image over its pixels, and the
        # divergence has to be divided by their number as well.
        self.add_loss(ops.mean(ops.sum(divergence, axis=-1)) / PIXELS)
        noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.sqrt(variance) * noise


# %%
# The autoencoder
# ---------------
#
# Input and target are the same image. The cross-entropy treats the grey of a
# pixel as the probability of ink.
encoder = keras.Sequential(
    [
        keras.Input((PIXELS,)),
        layers.Dense(HIDDEN, activation="relu"),
        layers.Dense(2 * LATENT),
    ]
)
decoder = keras.Sequential(
    [
        keras.Input((LATENT,)),
        layers.Dense(HIDDEN, activation="relu"),
        layers.Dense(PIXELS, activation="sigmoid"),
    ]
)
autoencoder = keras.Sequential([encoder, Sampling(), decoder])
autoencoder.compile(
    optimizer=keras.optimizers.Adam(RATE), loss="binary_crossentropy"
)
history = autoencoder.fit(
    data.x,
    data.x,
    batch_size=128,
    epochs=EPOCHS,
    validation_data=(data.x_val, data.x_val),
    verbose=0,
).history


# %%
# Draw new digits
# ---------------
#
# From now on only the decoder is needed. Its input is drawn from the standard
# normal distribution. We round its output to the grey levels of the scanner,
# as otherwise the levels alone would give a drawn digit away.
def drawn_digits(count):
    """Return new digits, as rows of pixels."""
    latent = rng.normal(size=(count, LATENT)).astype("float32")
    drawn = decoder.predict(latent, verbose=0)
    return np.round(GREYS * drawn) / GREYS


def with_drawn(handwritten):
    """Return handwritten digits, and behind them as many drawn ones."""
    return np.concatenate([handwritten, drawn_digits(len(handwritten))])


# %%
# A classifier for drawn digits
# -----------------------------
#
# A small convolutional network learns which digits were drawn. Its training
# set holds the handwritten training digits and as many drawn ones. It is
# tested on the test digits, which neither network has seen, and on drawn
# digits that are new to it.
classifier = keras.Sequential(
    [
        keras.Input((PIXELS,)),
        layers.Reshape((SIZE, SIZE, 1)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(1, activation="sigmoid"),
    ]
)
classifier.compile(optimizer="adam", loss="binary_crossentropy")
n = len(data.x)
is_drawn = np.repeat([0, 1], n)
classifier.fit(with_drawn(data.x), is_drawn, epochs=8, verbose=0)

n_test = len(data.x_test)
test_digits = with_drawn(data.x_test)
is_drawn = np.repeat([False, True], n_test)
probability = classifier.predict(test_digits, verbose=0)[:, 0]
correct = (probability > 0.5) == is_drawn
facts = {
    "training digits": n,
    "drawn": n_test,
    "accuracy": np.mean(correct),
    "taken for real": np.sum(~correct[is_drawn]),
}
for name, value in facts.items():
    print(f"{name}: {value:.4g}")

# %%
# The riddle
# ----------
#
# Among all drawn digits we choose the one to which the classifier gives the
# smallest probability of being drawn, and put it among three handwritten ones.
# It is the best of several hundred and says little about the others.
position = rng.integers(4)
shown = rng.choice(n_test, size=4, replace=False)
shown[position] = n_test + np.argmin(probability[is_drawn])
facts["position"] = position + 1

fig, axes = plt.subplots(1, 4, figsize=(6.4, 1.8), layout="constrained")
for ax, digit in zip(axes, test_digits[shown]):
    ax.imshow(digit.reshape(SIZE, SIZE), cmap="gray_r")
    ax.axis("off")
fig.set_label(f"Four digits in a row, one of them out of {n_test} drawn ones.")
plt.show()

# %%
# Figure: Four digits in a row, three of them written by hand. The place of the
# drawn one, counted from the left, is the fact "position" at the end of this
# page.

# %%
# How a drawn digit gives itself away
# -----------------------------------
#
# The decoder answers with a mean of all images that fit its input, and a mean
# of sharp images is blurred. So it leaves fewer pixels quite white than a pen
# does.
counts = {
    "handwritten": np.mean(test_digits[~is_drawn] == 0),
    "drawn": np.mean(test_digits[is_drawn] == 0),
}
for name, fraction in counts.items():
    facts[f"white, {name}"] = fraction
    print(f"white pixels, {name}: {fraction:.1%}")
assert counts["drawn"] < counts["handwritten"]

# %%
# Both kinds side by side
# -----------------------
#
# The first test digits and the first drawn ones, without any choice, show how
# good the autoencoder really is.
across = 8  # digits along each side of a sheet
side = SIZE + 2  # pixels of a digit and of the margin around it
sheets = {
    "handwritten": test_digits[: across**2],
    "drawn": test_digits[n_test : n_test + across**2],
}
fig, axes = plt.subplots(1, 2, figsize=(6.4, 3.6), layout="constrained")
for ax, (name, some) in zip(axes, sheets.items()):
    images = some.reshape(-1, SIZE, SIZE)
    images = np.pad(images, [(0, 0), (1, 1), (1, 1)])
    rows = images.reshape(across, across, side, side).swapaxes(1, 2)
    ax.imshow(rows.reshape(across * side, across * side), cmap="gray_r")
    ax.set_title(name)
    ax.axis("off")
fig.set_label(
    f"Two sheets of {across**2} digits, handwritten ones and drawn ones. Of "
    f"the pixels, {counts['handwritten']:.0%} and {counts['drawn']:.0%} are "
    "white."
)
plt.show()

# %%
# Figure: Digits of the test set on the left, drawn digits on the right. Some
# of the drawn ones are no digit at all.

# %%
# Did it learn by heart?
# ----------------------
#
# If the decoder had memorised its training digits, drawing would be copying,
# and the loss would be much larger on the validation set than on the training
# set. The two stay close together, so what was learned holds for other digits
# as well.
gap = history["val_loss"][-1] / history["loss"][-1] - 1
facts["excess of the validation loss"] = gap
assert gap < 0.05

epochs = np.arange(1, EPOCHS + 1)
fig, ax = plt.subplots(figsize=(6.4, 2.8), layout="constrained")
ax.plot(epochs, history["loss"], label="training")
ax.plot(epochs, history["val_loss"], "--", label="validation")
ax.set(xlabel="epoch", ylabel="loss per pixel")
ax.legend()
fig.set_label(
    f"The training loss falls to {history['loss'][-1]:.3f}, the validation "
    f"loss to {history['val_loss'][-1]:.3f}."
)
plt.show()

# %%
# Figure: The loss of the autoencoder, which is the cross-entropy of the pixels
# and the divergence together.

# %%
# From one digit to another
# -------------------------
#
# Two handwritten digits are encoded, and the decoder draws what lies on the
# straight line between their means. The digits change gradually, as every
# point near the origin stands for an image.
steps = 8
ends = [data.x_test[data.y_test == digit][0] for digit in (3, 7)]
means = encoder.predict(np.array(ends), verbose=0)[:, :LATENT]
part = np.linspace(0, 1, steps)[:, np.newaxis]
between = decoder.predict((1 - part) * means[0] + part * means[1], verbose=0)

fig, axes = plt.subplots(1, steps, figsize=(6.4, 1.2), layout="constrained")
for ax, digit in zip(axes, between):
    ax.imshow(digit.reshape(SIZE, SIZE), cmap="gray_r")
    ax.axis("off")
distance = np.linalg.norm(means[1] - means[0])
fig.set_label(
    "A row of drawn digits, from a three to a seven, whose latent numbers lie "
    f"{distance:.1f} apart."
)
plt.show()

# %%
# Figure: From a three to a seven in equal steps through the latent numbers.

# %%
# What to try next
# ----------------
#
# - Describe a digit by two latent numbers, and draw a map of all digits.
# - Multiply the divergence by 0.1 or by 10. The restored digits become sharper
#   or more blurred, and the drawn ones better or worse.
# - Train the classifier longer. How many drawn digits does it still miss?
