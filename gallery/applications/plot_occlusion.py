"""
Which pixels decide?
====================

Does a network that finds gravitational lenses look at the arc?
A lens is a galaxy around which the light of another one, far behind it, is
bent into an arc. A network could also use something else in the image, and its
accuracy would not tell us. Two kinds of map show which pixels matter. For the
first, a part of the image is covered (occlusion; Zeiler and Fergus 2014,
arXiv:1311.2901). The second is the gradient of the output with respect to the
image (a saliency map; Simonyan et al. 2013, arXiv:1312.6034). We simulate the
images and so know the answer, which lets us check the maps themselves.
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
from byhand.datasets import ELLIPTICAL, galaxies
from keras import layers, ops

SIZE = 32  # pixels along each side of an image
NOISE = 0.1  # standard deviation, in units of the brightest pixel of a galaxy
N_TRAIN = 1000
N_TEST = 200
PATCH = 5  # pixels along each side of the patch that covers the image
STRIDE = 2  # pixels from one position of the patch to the next
N_MAPS = 30  # lenses for which maps are computed

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)

# %%
# Galaxies with and without an arc
# --------------------------------
#
# All images show an elliptical galaxy, and to half of them we add an arc. The
# two classes differ in nothing else. So whatever the network learns about the
# classes, it can learn from the arc only, and for each pixel we know how much
# of its light belongs to the arc. (The lenses that ``galaxies`` simulates are
# more realistic, but it does not return their arcs.)
y, x = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
distance = np.hypot(x, y)[..., np.newaxis]  # from the middle, in pixels
angle = np.arctan2(y, x)[..., np.newaxis]


def arcs(count):
    """Return the light of arcs of different size, place and brightness."""
    shape = (count, 1, 1, 1)
    radius = rng.uniform(7, 11, shape)  # pixels
    width = rng.uniform(1, 1.5, shape)  # pixels
    direction = rng.uniform(-np.pi, np.pi, shape)  # of the middle of the arc
    brightness = rng.uniform(0.4, 0.7, shape)
    ring = np.exp(-0.5 * ((distance - radius) / width) ** 2)
    one_side = np.exp(4 * (np.cos(angle - direction) - 1))
    return brightness * ring * one_side


count = N_TRAIN + N_TEST
images, kinds = galaxies(2 * count, size=SIZE, noise=0)
images = images[kinds == ELLIPTICAL]  # every second one
is_lens = rng.permutation(count) % 2
arc_light = arcs(count) * is_lens.reshape(count, 1, 1, 1)
images = images + arc_light + NOISE * rng.normal(size=images.shape)
images = images.astype("float32")

x_train, x_test = np.split(images, [N_TRAIN])
y_train, y_test = np.split(is_lens, [N_TRAIN])

# %%
# What the network sees
# ---------------------
#
# Some arcs are obvious, and others merge with the light of their galaxy.
fig, axes = plt.subplots(2, 5, figsize=(6.4, 2.8), layout="constrained")
for row, label, name in zip(axes, [1, 0], ["lens", "no lens"]):
    for ax, image in zip(row, x_train[y_train == label]):
        ax.imshow(image[:, :, 0], cmap="gray", vmin=-NOISE, vmax=1)
        ax.set(xticks=[], yticks=[])
    row[0].set_ylabel(name)
fig.set_label(
    f"A row of galaxies with arcs and a row without. Of {N_TRAIN} images to "
    f"learn from, {np.sum(y_train)} have an arc."
)
plt.show()

# %%
# Figure: Training images, with an arc in the upper row and without in the
# lower one.


# %%
# A small convolutional network
# -----------------------------
#
# It has one output, the pre-activation of a sigmoid: the logarithm of the odds
# that the image shows a lens. We keep the pre-activation, because a sigmoid
# near one hardly changes whatever we do to the image. No setting is chosen on
# a validation set here, so a training and a test set suffice.
def conv_net():
    """Return a network that has not learned anything."""
    options = {"padding": "same", "activation": "relu"}
    return keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 1)),
            layers.Conv2D(8, kernel_size=5, strides=2, **options),
            layers.Conv2D(16, kernel_size=3, **options),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, kernel_size=3, **options),
            layers.GlobalMaxPooling2D(),
            layers.Dense(1),
        ]
    )


network = conv_net()
network.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.004),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
)
network.fit(x_train, y_train, batch_size=50, epochs=16, verbose=0)
log_odds = network.predict(x_test, verbose=0)[:, 0]
accuracy = np.mean((log_odds > 0) == y_test)
print(f"accuracy on the test set: {accuracy:.3f}")


# %%
# Map 1: cover a part of the image
# --------------------------------
#
# A square patch is moved over the image, and for each position we note by how
# much the log odds fall. A large drop says that the network needs what is
# covered.
#
# What to cover it with? The network has never seen a black square, and the
# edges of one may look like arcs themselves. We take the mean of the training
# images without an arc, so that an ordinary galaxy appears in the patch.
starts = range(0, SIZE - PATCH + 1, STRIDE)  # first row or column of a patch
patches = [
    np.s_[row : row + PATCH, column : column + PATCH]
    for row in starts
    for column in starts
]
map_shape = (len(starts), len(starts))
ordinary = np.mean(x_train[y_train == 0], axis=0)


def occlusion_map(net, image):
    """Return by how much the log odds fall for each position of the patch."""
    copies = np.repeat(image[np.newaxis], len(patches) + 1, axis=0)
    for copy, patch in zip(copies[1:], patches):
        copy[patch] = ordinary[patch]
    log_odds = net.predict(copies, batch_size=len(copies), verbose=0)
    return (log_odds[0] - log_odds[1:]).reshape(map_shape)


# %%
# Map 2: the gradient with respect to the image
# ---------------------------------------------
#
# The gradient says how the log odds change when a pixel becomes a little
# brighter. Keras gives gradients with respect to weights, so we make weights
# of the pixels. A layer adds an image of weights to each image, and since they
# are zero, nothing changes.
class Shift(layers.Layer):
    """Add to each image of a batch an image of weights, at first zeros."""

    def build(self, shape):
        self.shift = self.add_weight(shape=shape, initializer="zeros")

    def call(self, images):
        return images + self.shift


# %%
# One step of gradient descent
# ----------------------------
#
# The network behind this layer is frozen, so a step of gradient descent moves
# the new weights only. With a learning rate of one it turns the zeros into
# minus the gradient. The loss is the sum of the outputs. No output depends on
# another image, so one step gives the gradients of all images. This works on
# every backend.
def sum_of_outputs(targets, outputs):
    """Return the sum of the outputs, whatever the targets."""
    return ops.sum(outputs)


def gradient(net, images):
    """Return the gradient of the log odds with respect to each image."""
    shift = Shift()
    net.trainable = False
    start = keras.Input(images.shape[1:], batch_size=len(images))
    model = keras.Sequential([start, shift, net])
    model.compile(
        optimizer=keras.optimizers.SGD(learning_rate=1.0), loss=sum_of_outputs
    )
    model.train_on_batch(images, np.zeros((len(images), 1)))
    net.trainable = True
    return -ops.convert_to_numpy(shift.shift)


# %%
# Check the gradient
# ------------------
#
# We move each image a little along its gradient, forwards and backwards. The
# change of the log odds, divided by the length of the step, must be the square
# of the gradient's norm. The ratio of the two is nearly one. It need not be
# one exactly, because ReLU and pooling have kinks.
lenses = x_test[y_test == 1][:N_MAPS]
gradients = gradient(network, lenses)

STEP = 1e-3
forwards = network.predict(lenses + STEP * gradients, verbose=0)[:, 0]
backwards = network.predict(lenses - STEP * gradients, verbose=0)[:, 0]
measured = (forwards - backwards) / (2 * STEP)
expected = np.sum(gradients**2, axis=(1, 2, 3))
ratio = np.median(measured / expected)
print(f"median ratio of the measured change to the expected: {ratio:.3f}")

# %%
# Both maps of all lenses
# -----------------------
#
# The gradient changes its sign from pixel to pixel. We take its magnitude, as
# Simonyan et al. do, and average it over the same patches, so that both maps
# have the same resolution.


def patch_means(image):
    """Return the mean of an image in each of the patches."""
    means = [np.mean(image[patch]) for patch in patches]
    return np.reshape(means, map_shape)


def maps_of(net):
    """Return the maps of all lenses, by the name of the method."""
    magnitudes = np.abs(gradient(net, lenses))
    return {
        "occlusion": [occlusion_map(net, image) for image in lenses],
        "gradient": [patch_means(magnitude) for magnitude in magnitudes],
    }


def show(axes, name, maps, colours="RdBu_r", lowest=-1):
    """Draw the first maps in a row of axes: red above zero, blue below."""
    for ax, values in zip(axes, maps):
        largest = np.max(np.abs(values))
        ax.imshow(values / largest, cmap=colours, vmin=lowest, vmax=1)
        ax.set(xticks=[], yticks=[])
    axes[0].set_ylabel(name)


# %%
# A trained and an untrained network
# ----------------------------------
#
# A map may look convincing without saying anything about the network, for
# instance if it shows the edges of the image. Adebayo et al. (2018,
# arXiv:1810.03292) therefore ask for the map of a network with random weights.
# If it looks alike, the map does not show what was learned.
#
# The light of the arc is known and is shown for comparison. In the maps of the
# occlusion, red stands for evidence for a lens. Blue stands for evidence
# against one. There the log odds rise when the patch is covered.
arc = arc_light[N_TRAIN:][y_test == 1][:N_MAPS]
trained = maps_of(network)
untrained = maps_of(conv_net())

fig, axes = plt.subplots(6, 5, figsize=(6.4, 7.4), layout="constrained")
show(axes[0], "image", lenses, colours="gray", lowest=0)
show(axes[1], "arc", arc, colours="gray", lowest=0)
show(axes[2], "occlusion", trained["occlusion"])
show(axes[3], "gradient", trained["gradient"])
show(axes[4], "occlusion,\nuntrained", untrained["occlusion"])
show(axes[5], "gradient,\nuntrained", untrained["gradient"])
fig.set_label(
    f"{axes.shape[1]} lenses, their arcs, and two kinds of map, for the "
    "trained network and for one that was not trained."
)
plt.show()

# %%
# Figure: Five lenses of the test set, from top to bottom: the image, the light
# of the arc in it, the drop of the log odds when a patch is covered, and the
# mean magnitude of the gradient in the patch. The last two rows are the maps
# of an untrained network. Maps show the centres of all patches, which leaves
# out a narrow margin. Each panel has its own scale.

# %%
# How often is the maximum on the arc?
# ------------------------------------
#
# We count the maps whose maximum lies on the arc (the pointing game; Zhang et
# al. 2016, arXiv:1608.00507). The brightness of the image itself serves as a
# third kind of map, which needs no network, and the fraction of the positions
# that belong to the arc is what a random place scores.
centres = np.array(starts) + PATCH // 2
is_arc = arc[:, centres][:, :, centres, 0] > NOISE  # the centre of each patch


def maxima_on_arcs(maps):
    """Return the fraction of maps whose maximum lies on the arc."""
    places = [np.argmax(each) for each in maps]
    hits = [on_arc.flat[place] for on_arc, place in zip(is_arc, places)]
    return np.mean(hits)


scores = {
    "occlusion": maxima_on_arcs(trained["occlusion"]),
    "gradient": maxima_on_arcs(trained["gradient"]),
    "occlusion, untrained": maxima_on_arcs(untrained["occlusion"]),
    "gradient, untrained": maxima_on_arcs(untrained["gradient"]),
    "brightness": maxima_on_arcs([patch_means(image) for image in lenses]),
}
random_place = np.mean(is_arc)

# %%
# The scores
# ----------
#
# Both kinds of map point to the arc more often after training than before. So
# they show something that was learned, and not only the shapes in the image.
# The brightest place is the galaxy in front, which tells nothing about the
# class.
fig, ax = plt.subplots(figsize=(6.4, 2.6), layout="constrained")
bars = ax.barh(list(scores), list(scores.values()))
ax.bar_label(bars, fmt="%.2f", padding=2)
ax.axvline(random_place, color="C7", linestyle="--", label="random place")
ax.set(xlim=(0, 1.1), xlabel="fraction of maxima on the arc")
ax.invert_yaxis()
ax.legend(loc="lower right")
fig.set_label(
    "Bars of the fraction of maps with their maximum on the arc: "
    + ", ".join(f"{value:.2f} ({name})" for name, value in scores.items())
    + f"; a random place scores {random_place:.2f}."
)
plt.show()

# %%
# Figure: The fraction of maps that have their maximum on the arc, for both
# methods before and after training and for the image itself.

# %%
# What the maps say and what they do not
# --------------------------------------
#
# With occlusion, even random weights score better than a random place. One
# reason may be that an image differs most from what covers it where the arc
# lies, and this changes any output. A map that looks right is therefore no
# proof, and the untrained network is the score to beat. All numbers come from
# one training run and change with the initial weights, so they do not say
# which of the two methods is better.
#
# This check was possible because we knew where the arcs are. In general a map
# shows to what the output is sensitive for one image, and with the occlusion
# also for one way of covering. It does not say why. If two parts of an image
# carry the same evidence, covering one of them changes little, although both
# matter.

# %%
# What to try next
# ----------------
#
# - Put a block of 3 x 3 pixels with a brightness of 2 into the upper left
#   corner of each training image with an arc. The network may learn this mark
#   instead of the arc. What is the accuracy on the test set, and where do the
#   maps point if the test lenses have the block, too?
# - Cover with zeros in place of the mean image. Do the log odds rise when the
#   middle of the galaxy is covered, and why?
# - Use the lenses of ``galaxies(..., lenses=0.5)``. Their arcs are not known,
#   but a map can be compared with what you see.

# %%
# Numbers and checks
# ------------------
#
# The book's tests compare these numbers between the backends of Keras, and its
# build fails unless the assertions hold. Both belong to the settings above:
# leave this cell out of what you copy.
facts = {"accuracy": accuracy, "on the arc, random place": random_place}
for name, score in scores.items():
    facts[f"on the arc, {name}"] = score
assert accuracy > 0.9
assert abs(ratio - 1) < 0.03
assert scores["occlusion"] > 0.8
assert scores["occlusion"] > scores["occlusion, untrained"] + 0.3
assert scores["gradient"] > scores["gradient, untrained"] + 0.1
assert scores["occlusion, untrained"] > random_place
assert scores["brightness"] < random_place
