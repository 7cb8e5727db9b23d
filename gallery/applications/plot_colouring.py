"""
Colour for a grey photograph
============================

Can a network tell from grey patches how the picture was coloured?
A level of grey does not determine a colour, but leaf and petal differ in
texture as well as in brightness. A small convolutional network learns from a
part of a photograph and paints another part. It is compared with two
predictions that need no network: the mean colour, and the mean colour of the
pixels that are equally bright. Colouring is a common test of what networks
know of images (Zhang, Isola and Efros 2016, arXiv:1603.08511).

The photograph of the flower comes with scikit-learn: by vultilion on Flickr
(scikit-learn's note also names danielbuechele), CC BY 2.0
(https://creativecommons.org/licenses/by/2.0/), here halved and made grey.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.experiments import spread, tune
from byhand.restarts import fresh_start
from keras import layers, ops
from sklearn.datasets import load_sample_image

LUMA = [0.299, 0.587, 0.114]  # how bright red, green and blue look
PATCH = 32  # pixels along a side of what the network learns from
PATCHES = 120
BATCH = 4  # patches in a mini-batch
EPOCHS = 10
DILATIONS = [1, 2, 4]  # of the three convolutions
FILTERS = 24  # of each of them
RATES = [2.5e-3, 5e-3, 1e-2]  # learning rates that are tried
SEEDS = 5
LEVELS = 32  # of grey, in the table of mean colours

keras.utils.set_random_seed(0)


# %%
# Grey goes in, colour comes out
# ------------------------------
#
# A pixel is described by its brightness and by two numbers for its colour: red
# minus brightness, and blue minus brightness. They are the *chroma*, which is
# zero for grey. Green needs no third number, because it follows from these and
# the brightness. The network gets the brightness and has to predict the
# chroma. A mean over blocks of two by two pixels halves the picture first.
def halved(name):
    """Return a photograph of scikit-learn at half its size, from 0 to 1."""
    photograph = load_sample_image(name)[:426, :640] / 255
    blocks = photograph.reshape(213, 2, 320, 2, 3)
    return blocks.mean(axis=(1, 3)).astype("float32")


def parts(photograph):
    """Return the brightness and the chroma of each pixel."""
    grey = (photograph @ LUMA).astype("float32")
    chroma = photograph[..., [0, 2]] - grey[..., np.newaxis]
    return grey, chroma


def coloured(grey, chroma):
    """Return the picture with this brightness and chroma."""
    red = grey + chroma[..., 0]
    blue = grey + chroma[..., 1]
    green = (grey - LUMA[0] * red - LUMA[2] * blue) / LUMA[1]
    return np.clip(np.stack([red, green, blue], axis=-1), 0, 1)


# %%
# Three parts of one photograph
# -----------------------------
#
# The training, validation and test set are parts of one photograph that do not
# overlap. The flower stands in the middle, so that each of them has petals as
# well as leaves.
photograph = halved("flower.jpg")
grey, chroma = parts(photograph)
training = np.s_[:150, :160]  # rows and columns: top left
validation = np.s_[150:, :160]  # bottom left
test = np.s_[:, 160:]  # the right half


def error(predicted, part):
    """Return the root mean square error of the chroma in one part."""
    wrong_by = predicted - chroma
    return np.sqrt(np.mean(wrong_by[part] ** 2))


# %%
# Two predictions without a network
# ---------------------------------
#
# The mean colour of the training part is the best constant. The table is the
# best that can be done from the brightness of a single pixel: it holds the
# mean colour for each level of grey. A network that is no better than the
# table has learned nothing from the neighbourhood of a pixel.
level = np.minimum((grey * LEVELS).astype(int), LEVELS - 1)
mean_colour = chroma[training].mean(axis=(0, 1))
table = np.tile(mean_colour, (LEVELS, 1))  # for levels without any pixel
for step in np.unique(level[training]):
    equally_bright = level[training] == step
    table[step] = chroma[training][equally_bright].mean(axis=0)

facts = {
    "mean colour": error(mean_colour, test),
    "by grey": error(table[level], test),
}

# %%
# The network
# -----------
#
# Three convolutions with kernels of three by three pixels have the dilations
# 1, 2 and 4: the pixels that a kernel reads lie so far apart. Each convolution
# widens the field of view by twice its dilation, to 15 by 15 pixels, without
# any pooling, so that the output is as large as the input. A last convolution
# of size one turns the 24 maps into the two of the chroma.
assert 1 + 2 * sum(DILATIONS) == 15

network = keras.Sequential([keras.Input((None, None, 1))])
for dilation in DILATIONS:
    network.add(
        layers.Conv2D(
            filters=FILTERS,
            kernel_size=3,
            padding="same",
            dilation_rate=dilation,
            activation="relu",
        )
    )
network.add(layers.Conv2D(filters=2, kernel_size=1))
network.compile(optimizer="adam", loss="mse")


# %%
# Painting a whole photograph
# ---------------------------
#
# Because the input has no fixed height and width, the network can learn from
# small patches and paint a photograph of any size at once. The brightness is
# shifted so that it lies around zero.
def as_input(grey):
    """Return grey images with an axis for channels, around zero."""
    return grey[..., np.newaxis] - 0.5


def paint(grey):
    """Return the chroma that the network predicts for one grey image."""
    mini_batch = as_input(grey[np.newaxis])
    return ops.convert_to_numpy(network(mini_batch))[0]


# %%
# Learning from patches
# ---------------------
#
# The network learns from patches at random places of the training part. A
# flower looks nearly the same in a mirror, and light may come from any side:
# each patch is therefore mirrored with a probability of one half. The learning
# rate falls linearly, epoch by epoch.
def learn(peak, seed):
    """Train the network afresh, with a learning rate that falls to zero."""
    decay = keras.callbacks.LearningRateScheduler(
        lambda epoch: peak * (1 - epoch / EPOCHS)
    )
    rng = np.random.default_rng(seed)
    height, width = grey[training].shape
    rows = rng.integers(height - PATCH, size=PATCHES)
    columns = rng.integers(width - PATCH, size=PATCHES)
    cuts = [
        np.s_[row : row + PATCH, column : column + PATCH]
        for row, column in zip(rows, columns)
    ]
    inputs = as_input(np.array([grey[cut] for cut in cuts]))
    targets = np.array([chroma[cut] for cut in cuts])
    mirrored = rng.random(PATCHES) < 0.5
    inputs[mirrored] = inputs[mirrored, :, ::-1]
    targets[mirrored] = targets[mirrored, :, ::-1]

    fresh_start(network, seed=seed)
    network.fit(
        inputs,
        targets,
        batch_size=BATCH,
        epochs=EPOCHS,
        callbacks=[decay],
        verbose=0,
    )


# %%
# Training
# --------
#
# The validation part chooses the learning rate. Five seeds, which draw the
# initial weights and the patches, then show how much the error on the test
# part depends on chance. The two predictions without a network are the same
# for all seeds, so that one interval is enough for the comparison.
def validation_error(peak, seed):
    """Return the error on the validation part after a training."""
    learn(peak, seed)
    return error(paint(grey), validation)


tuning = tune(validation_error, RATES, seed=SEEDS, best=min)
print(tuning)

errors = []
for seed in range(10, 10 + SEEDS):
    learn(tuning.best, seed)
    painted = paint(grey)
    errors.append(error(painted, test))
network_error = spread(errors)
gain = spread(facts["by grey"] - np.array(errors))

facts["network"] = network_error.mean
facts["network half-width"] = network_error.half_width
facts["gain on by grey"] = gain.mean
facts["gain half-width"] = gain.half_width
facts["learning rate"] = tuning.best
assert facts["by grey"] < facts["mean colour"] / 2
assert gain.low > 0  # the network learns something from the neighbourhood

# %%
# What does it paint?
# -------------------
#
# Brightness tells most of the colour of this flower. The network is better
# than the table, and the interval of its gain lies above zero. The difference
# is seen within the petals, whose dark gaps the table takes for leaves. The
# network cannot know everything: where several colours are possible, a mean
# square error is smallest for their mean, which is paler than each of them.
#
# One warning: while we chose the size of the network and of the patches, we
# had seen errors on this test part. There is only one such photograph, so that
# other seeds do not undo this, and a gain on a new flower may be smaller.
fig, axes = plt.subplots(1, 4, figsize=(6.4, 2.6), layout="constrained")
pictures = {
    "grey": grey[test],
    "table": coloured(grey, table[level])[test],
    "network": coloured(grey, painted)[test],
    "truth": photograph[test],
}
for ax, (title, picture) in zip(axes, pictures.items()):
    ax.imshow(picture, cmap="gray", vmin=0, vmax=1)
    ax.set_title(title)
    ax.axis("off")
fig.set_label(
    "The right half of a flower in grey, painted from the table, painted by "
    "the network, and as it was. The error of the chroma is "
    f"{facts['by grey']:.3f} for the table and {errors[-1]:.3f} for the "
    f"network; it would be {facts['mean colour']:.3f} for the mean colour."
)
plt.show()

# %%
# Figure: The part of the photograph that the network has never seen in colour.
# The table paints dark petals like leaves, which the network mostly avoids.
# The picture is that of the last seed.

# %%
# Another photograph
# ------------------
#
# The test part belongs to the same flower and the same light. What happens
# with a photograph of something else? The network paints the other picture of
# scikit-learn, a pavilion under a bright sky, with what it knows of petals.
other = halved("china.jpg")
other_grey, other_chroma = parts(other)
other_painted = paint(other_grey)
facts["another photograph"] = np.sqrt(
    np.mean((other_painted - other_chroma) ** 2)
)
facts["another photograph left grey"] = np.sqrt(np.mean(other_chroma**2))
assert facts["another photograph"] > facts["another photograph left grey"]
for name, value in facts.items():
    print(f"{name}: {value:.3f}")

# %%
# Where the colours are wrong
# ---------------------------
#
# The error is larger than if the picture had been left grey. The five seeds of
# the comparison say nothing about this: they vary the weights and the patches,
# but not the photograph. A network that shall colour any picture has to learn
# from many.
fig, axes = plt.subplots(1, 2, figsize=(6.4, 2.5), layout="constrained")
axes[0].imshow(coloured(other_grey, other_painted))
axes[0].set_title("network")
axes[1].imshow(other)
axes[1].set_title("truth")
for ax in axes:
    ax.axis("off")
fig.set_label(
    "A Chinese pavilion as the network paints it, with an orange sky, and as "
    f"it was. The error is {facts['another photograph']:.3f}, and "
    f"{facts['another photograph left grey']:.3f} for the grey picture."
)
plt.show()

# %%
# Figure: A photograph from elsewhere. The network gives the bright sky the
# colour of petals, and to trees and pavilion it gives the colours of petals
# and of the leaves around the flower.

# %%
# What to try next
# ----------------
#
# - Kernels of size one in all layers: is the network then as good as the
#   table?
# - Leave out the mirrored patches. Is the network still better than the table?
# - Train on patches of both photographs. How much worse does the flower get?
# - Divide the possible colours into classes and predict their probabilities,
#   as Zhang, Isola and Efros did. Are the colours less pale?
