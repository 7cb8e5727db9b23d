"""
One pixel to the right
======================

How many answers of a network change when an image moves by one pixel?
Pooling is said to make a network invariant to small shifts. Here digits move
to the right before networks that differ in how they make their feature maps
smaller. Zhang (2019, arXiv:1904.11486) found that large networks are not
invariant either, and that blurring before each downsampling helps.
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
from byhand.restarts import fresh_start
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

MARGIN = 3  # pixels around the digit, so that it can move
SHIFTS = [0, 1, 2, 3]  # pixels
TRAINING = 896  # images, a multiple of BATCH, so that one compilation does
TEST = 300  # images
EPOCHS = 3
BATCH = 32  # examples in a mini-batch
SEEDS = range(10, 15)

keras.utils.set_random_seed(0)

# %%
# Digits with a margin
# --------------------
#
# Images of 8 x 8 pixels (Alpaydin and Kaynak 1998, doi:10.24432/C50P49), with
# a margin of zeros on all sides.
digits = load_digits()
images = digits.images[..., np.newaxis].astype("float32") / 16
images = np.pad(images, [(0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)])
side = images.shape[1]
x, x_test, y, y_test = train_test_split(
    images, digits.target, test_size=TEST, random_state=0
)
x = x[:TRAINING]
y = y[:TRAINING]


# %%
# Four ways to a smaller feature map
# ----------------------------------
#
# Three networks halve the sides of their feature maps, from 14 to 7 positions,
# by the maximum of each window of 2 x 2, by its mean, and by a stride of 2.
# They have equally many parameters, and their dense layer has a weight for
# each position. The fourth network keeps only the largest value of each
# map, wherever it stands.
def convolution(filters, strides=1):
    """Return a convolution that keeps the size, but for its stride."""
    return layers.Conv2D(
        filters,
        kernel_size=3,
        strides=strides,
        padding="same",
        activation="relu",
    )


def downsampling(name):
    """Return the layers that make the feature maps smaller."""
    if name == "max pooling":
        return [convolution(8), layers.MaxPooling2D(2)]
    if name == "mean pooling":
        return [convolution(8), layers.AveragePooling2D(2)]
    if name == "stride":
        return [convolution(8, strides=2)]
    return [convolution(8), convolution(24), layers.GlobalMaxPooling2D()]


# %%
# Probabilities and feature maps
# ------------------------------
#
# The network ends in the class probabilities. A second model of the same
# layers returns the feature maps as well, which we shall compare. The networks
# are not ranked by their accuracy, and so one learning rate serves all.
def two_models(name):
    """Return a compiled network, and a model that returns maps as well."""
    inputs = keras.Input((side, side, 1))
    maps = inputs
    for layer in downsampling(name):
        maps = layer(maps)
    probabilities = layers.Dense(10, activation="softmax")(
        layers.Flatten()(maps)
    )
    net = keras.Model(inputs, probabilities)
    net.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.01),
        loss="sparse_categorical_crossentropy",
    )
    return net, keras.Model(inputs, [maps, probabilities])


# %%
# How much does a shift change?
# -----------------------------
#
# For the maps we take the mean absolute change, divided by the mean value. For
# the answers we take the fraction of test images that get another label than
# without a shift.
def moved(shift):
    """Return the test images, moved to the right by some pixels."""
    return np.roll(x_test, shift, axis=2)


def maps_and_answers(both, shift):
    """Return the feature maps and the answers for the moved images."""
    maps, probabilities = both(moved(shift))
    answers = ops.convert_to_numpy(probabilities).argmax(axis=1)
    return ops.convert_to_numpy(maps), answers


def changes(both):
    """Return the changes of maps and of answers for each shift."""
    first_maps, first_answers = maps_and_answers(both, shift=0)
    of_maps = []
    of_answers = []
    for shift in SHIFTS:
        maps, answers = maps_and_answers(both, shift)
        of_maps.append(np.abs(maps - first_maps).mean() / first_maps.mean())
        of_answers.append(np.mean(answers != first_answers))
    return of_maps, of_answers


# %%
# Four networks, five seeds
# -------------------------
#
# Compiling takes time, so each network is compiled once, and ``fresh_start``
# gives it new initial weights and a new optimiser for each seed.
NAMES = ["max pooling", "mean pooling", "stride", "global maximum"]
map_changes = {}  # for each network, an array of seeds and shifts
answer_changes = {}
accuracies = {}
last = {}  # for each network, the second model, after the last seed
for name in NAMES:
    runs = []
    scores = []
    net, both = two_models(name)
    for seed in SEEDS:
        fresh_start(net, seed=seed)
        net.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0)
        _, answers = maps_and_answers(both, shift=0)
        scores.append(np.mean(answers == y_test))
        runs.append(changes(both))
    last[name] = both
    accuracies[name] = np.mean(scores)
    map_changes[name] = np.array([of_maps for of_maps, _ in runs])
    answer_changes[name] = np.array([of_answers for _, of_answers in runs])
    print(
        f"{name}: accuracy {accuracies[name]:.3f}, one pixel changes "
        f"{answer_changes[name][:, 1].mean():.0%} of the answers"
    )

# %%
# Invariant and equivariant
# -------------------------
#
# None of the three kinds of downsampling makes its network invariant. A shift
# of one pixel changes a good part of the answers. Only the global maximum
# gives nearly the same answers.
#
# The maps of the three networks are equivariant to shifts of a whole stride.
# If the digit moves by two pixels, which is one position of the smaller map,
# the map moves along and no value changes. The answers change even so, because
# the dense layer has other weights for the new positions.
largest_gaps = {}
for name in NAMES[:3]:
    maps, _ = maps_and_answers(last[name], shift=0)
    maps_of_moved, _ = maps_and_answers(last[name], shift=2)
    gap = np.abs(maps_of_moved[:, :, 1:] - maps[:, :, :-1]).max()
    largest_gaps[name] = gap
    print(f"{name}: two pixels, map moved along, largest change {gap:.0e}")

# %%
# Change against shift
# --------------------
fig, axes = plt.subplots(1, 2, figsize=(6.4, 3.2), layout="constrained")
for ax, values in zip(axes, (map_changes, answer_changes)):
    for k, name in enumerate(NAMES):
        style = {"color": f"C{k}", "marker": "o^sD"[k]}
        ax.plot(SHIFTS, values[name].mean(axis=0), label=name, **style)
        ax.plot(SHIFTS, values[name].T, linestyle="none", alpha=0.3, **style)
    ax.set(xlabel="shift in pixels", xticks=SHIFTS)
axes[0].set_ylabel("relative change of the maps")
axes[1].set_ylabel("fraction of answers that change")
axes[1].legend(loc="center right")
one_pixel = {name: answer_changes[name][:, 1].mean() for name in NAMES}
in_words = [f"{change:.0%} with {name}" for name, change in one_pixel.items()]
fig.set_label(
    "Change against shift. At one pixel, the fraction of answers that change "
    f"is {', '.join(in_words)}."
)
plt.show()

# %%
# Figure: How much the feature maps (left) and the answers (right) change when
# the digits move. Lines are means of five seeds, and faint markers single
# seeds. Only where the largest value of a map is kept, wherever it stands, do
# the answers stay almost the same.

# %%
# What to try next
# ----------------
#
# - Train on shifted digits: how many answers change then?
# - Compute the maps with a stride of one, blur them, and then take every
#   second position, as Zhang did. How much does it help here? The dense layer
#   has other weights for each position.

# %%
# Numbers and checks
# ------------------
#
# The book shows these numbers, and its build fails unless the assertions
# hold. Both belong to the settings above: leave this cell out of what you
# copy.
facts = {"test images": len(x_test), "seeds": len(SEEDS)}
for name in NAMES:
    facts[f"{name}: accuracy"] = accuracies[name]
    facts[f"{name}: maps change"] = map_changes[name][:, 1].mean()
    facts[f"{name}: answers change"] = one_pixel[name]
most_with_global = answer_changes["global maximum"][:, 1].max()
for name in NAMES[:3]:
    assert answer_changes[name][:, 1].min() > 0.1
    assert answer_changes[name][:, 1].min() > most_with_global
    assert answer_changes[name][:, 2].min() > 0.1
    assert largest_gaps[name] < 1e-4
    assert last[name].input_shape == (None, 14, 14, 1)
    assert last[name].output_shape[0] == (None, 7, 7, 8)
