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

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.datasets import ELLIPTICAL, galaxies
from keras import layers, ops

SIZE = 32  # pixels along each side of an image
NOISE = 0.1  # standard deviation, in units of the brightest pixel of a galaxy
N_TRAIN = 1000
N_TEST = 200
BATCH = 50  # images in a mini-batch
EPOCHS = 16
RATE = 0.004  # learning rate of Adam
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

    def draw(low, high):
        return rng.uniform(low, high, size=(count, 1, 1, 1))

    radius = draw(7, 11)  # pixels
    width = draw(1, 1.5)  # pixels
    direction = draw(-np.pi, np.pi)  # of the middle of the arc
    brightness = draw(0.4, 0.7)
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
# near one hardly changes whatever we do to the image. No setting is chosen
# here, so a training and a test set suffice.
def conv_net():
    """Return a network that has not learned anything."""
    return keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 1)),
            layers.Conv2D(8, 5, strides=2, padding="same", activation="relu"),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.GlobalMaxPooling2D(),
            layers.Dense(1),
        ]
    )


network = conv_net()
network.compile(
    optimizer=keras.optimizers.Adam(RATE),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
)
network.fit(x_train, y_train, batch_size=BATCH, epochs=EPOCHS, verbose=0)
log_odds = network.predict(x_test, verbose=0)[:, 0]
accuracy = np.mean((log_odds > 0) == y_test)
print(f"accuracy on the test set: {accuracy:.3f}")
assert accuracy > 0.9


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
CENTRES = range(0, SIZE, STRIDE)  # rows and columns of the patches' centres
HALF = PATCH // 2
PATCHES = [
    np.s_[
        max(row - HALF, 0) : row + HALF + 1,
        max(column - HALF, 0) : column + HALF + 1,
    ]
    for row in CENTRES
    for column in CENTRES
]
MAP_SHAPE = (len(CENTRES), len(CENTRES))
ordinary = np.mean(x_train[y_train == 0], axis=0)


def occlusion_map(net, image):
    """Return by how much the log odds fall for each position of the patch."""
    copies = np.repeat(image[np.newaxis], len(PATCHES) + 1, axis=0)
    for copy, patch in zip(copies[1:], PATCHES):
        copy[patch] = ordinary[patch]
    log_odds = net.predict(copies, batch_size=len(copies), verbose=0)
    return (log_odds[0] - log_odds[1:]).reshape(MAP_SHAPE)


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
# log odds must change in proportion to the length of the step and to the
# square of the gradient's norm. They do so nearly. The rest comes from ReLU
# and pooling, which have kinks.
lenses = x_test[y_test == 1][:N_MAPS]
gradients = gradient(network, lenses)

STEP = 1e-3
forwards = network.predict(lenses + STEP * gradients, verbose=0)[:, 0]
backwards = network.predict(lenses - STEP * gradients, verbose=0)[:, 0]
measured = (forwards - backwards) / (2 * STEP)
expected = np.sum(gradients**2, axis=(1, 2, 3))
ratio = np.median(measured / expected)
print(f"median ratio of the measured change to the expected: {ratio:.3f}")
assert abs(ratio - 1) < 0.03

# %%
# Where does the network look?
# ----------------------------
#
# The gradient changes its sign from pixel to pixel. We take its magnitude, as
# Simonyan et al. do, and average it over the same patches, so that both maps
# have the same resolution.


def patch_means(image):
    """Return the mean of an image in each of the patches."""
    means = [np.mean(image[patch]) for patch in PATCHES]
    return np.reshape(means, MAP_SHAPE)


def maps_of(net):
    """Return the maps of all lenses, by the name of the method."""
    magnitudes = np.abs(gradient(net, lenses))
    return {
        "occlusion": [occlusion_map(net, image) for image in lenses],
        "gradient": [patch_means(each) for each in magnitudes],
    }


def show(row, name, maps, colours="RdBu_r", lowest=-1):
    """Draw the first maps in a row of axes: red above zero, blue below."""
    for ax, values in zip(row, maps):
        largest = np.max(np.abs(values))
        ax.imshow(values / largest, cmap=colours, vmin=lowest, vmax=1)
        ax.set(xticks=[], yticks=[])
    row[0].set_ylabel(name)


# %%
# The maps of the trained network
# -------------------------------
#
# The light of the arc is known and is shown for comparison. In the maps of the
# occlusion, red stands for evidence for a lens. Blue stands for evidence
# against one. There the log odds rise when the patch is covered.
arc = arc_light[N_TRAIN:][y_test == 1][:N_MAPS]
is_arc = arc[:, ::STRIDE, ::STRIDE, 0] > NOISE  # at the centres of the patches


def maxima_on_arcs(maps):
    """Return the fraction of maps whose maximum lies on the arc."""
    hits = [where.flat[np.argmax(each)] for where, each in zip(is_arc, maps)]
    return np.mean(hits)


trained = maps_of(network)
found = {name: maxima_on_arcs(maps) for name, maps in trained.items()}

fig, axes = plt.subplots(4, 5, figsize=(6.4, 5.2), layout="constrained")
show(axes[0], "image", lenses, colours="gray", lowest=0)
show(axes[1], "arc", arc, colours="gray", lowest=0)
show(axes[2], "occlusion", trained["occlusion"])
show(axes[3], "gradient", trained["gradient"])
fig.set_label(
    f"{axes.shape[1]} lenses, their arcs, and two kinds of map that are red "
    f"on the arcs. Of {N_MAPS} maps, {found['occlusion']:.0%} have their "
    f"maximum on the arc with occlusion and {found['gradient']:.0%} with the "
    "gradient."
)
plt.show()

# %%
# Figure: Five lenses of the test set, from top to bottom: the image, the light
# of the arc in it, the drop of the log odds when a patch is covered, and the
# mean magnitude of the gradient in the patch. Each panel has its own scale.

# %%
# An untrained network for comparison
# -----------------------------------
#
# A map may look convincing without saying anything about the network, for
# instance if it shows the edges of the image. Adebayo et al. (2018,
# arXiv:1810.03292) therefore ask for the map of a network with random weights.
# If it looks alike, the map does not show what was learned.
untrained = maps_of(conv_net())

fig, axes = plt.subplots(2, 5, figsize=(6.4, 2.8), layout="constrained")
for row, (name, maps) in zip(axes, untrained.items()):
    show(row, name, maps)
    found[f"{name}, untrained"] = maxima_on_arcs(maps)
fig.set_label(
    "Maps of the same lenses for a network that was not trained. Of all maps, "
    f"{found['occlusion, untrained']:.0%} have their maximum on the arc "
    f"with occlusion and {found['gradient, untrained']:.0%} with the gradient."
)
plt.show()

# %%
# Figure: The maps of an untrained network for the same lenses. They follow
# neither the arc nor the galaxy.

# %%
# How often is the maximum on the arc?
# ------------------------------------
#
# We count the maps whose maximum lies on the arc (the pointing game; Zhang et
# al. 2016, arXiv:1608.00507). The brightness of the image itself serves as a
# third kind of map, which needs no network, and the fraction of the pixels
# that belong to the arc is what a random place scores.
found["brightness"] = maxima_on_arcs([patch_means(each) for each in lenses])
chance = np.mean(is_arc)

facts = {"accuracy": accuracy, "on the arc, random place": chance}
for name, fraction in found.items():
    facts[f"on the arc, {name}"] = fraction
for name, value in facts.items():
    print(f"{name}: {value:.3f}")
assert found["occlusion"] > 0.8
assert found["occlusion"] > found["occlusion, untrained"] + 0.3
assert found["gradient"] > found["gradient, untrained"] + 0.1
assert found["occlusion, untrained"] > chance
assert found["brightness"] < chance

fig, ax = plt.subplots(figsize=(6.4, 2.6), layout="constrained")
names = list(found)
ax.barh(names, list(found.values()))
ax.axvline(chance, color="C7", ls="--", label="random place")
ax.set(xlim=(0, 1), xlabel="fraction of maxima on the arc")
ax.invert_yaxis()
ax.legend()
fig.set_label(
    "Bars of the fraction of maps with their maximum on the arc: "
    + ", ".join(f"{value:.2f} ({name})" for name, value in found.items())
    + f"; a random place scores {chance:.2f}."
)
plt.show()

# %%
# Figure: The fraction of maps that have their maximum on the arc, for both
# methods before and after training and for the image itself.

# %%
# What the maps say and what they do not
# --------------------------------------
#
# The network looks at the arc. Both kinds of map point to it more often after
# training than before, so they show something that was learned and not only
# the shapes in the image. The brightest place is the galaxy in front, which
# tells nothing about the class.
#
# Random weights score better than a random place, though. An arc is where an
# image differs most from what covers it, so covering the arc changes any
# output. A map that looks right is therefore no proof, and the untrained
# network is the score to beat. All numbers come from a single training. Other
# initial weights change the score of the gradient most, so the numbers do not
# say which of the two methods is better.
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
# - Add a bright pixel to a corner of each training image with an arc. The
#   network learns the mark instead of the arc, and the maps reveal it.
# - Cover with zeros in place of the mean image. Why do the log odds often rise
#   when the middle of the galaxy is covered?
# - Use the lenses of ``galaxies(..., lenses=0.5)``. Their arcs are not known,
#   but a map can be compared with what you see.
