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

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.restarts import fresh_start
from keras import layers, ops
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

MARGIN = 3  # pixels around the digit, so that it can move
SHIFTS = 0, 1, 2, 3  # pixels
EPOCHS = 4
BATCH = 64  # examples in a mini-batch
SEEDS = 5

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
x, x_test, labels, labels_test = train_test_split(
    images, digits.target, random_state=0
)


# %%
# Four ways to a smaller feature map
# ----------------------------------
#
# Three networks go from 14 x 14 positions to 7 x 7 with equally many
# parameters: by the maximum of each 2 x 2, by its mean, and by a stride of 2.
# Their dense layer has a weight for each position. The fourth keeps only the
# largest value of each map, wherever it stands.
def convolution(filters, strides=1):
    """Return a convolution that keeps the size, but for its stride."""
    return layers.Conv2D(
        filters, 3, strides=strides, padding="same", activation="relu"
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


STYLES = {
    "max pooling": "C0o-",
    "mean pooling": "C1^-",
    "stride": "C2s-",
    "global maximum": "C3D-",
}


# %%
# Each network gives its feature maps as well
# -------------------------------------------
#
# The network for training ends in the answers. A second model of the same
# layers returns the feature maps, which we shall compare.
def network(name):
    """Return a compiled network, and a model that returns its feature maps."""
    inputs = keras.Input((side, side, 1))
    maps = inputs
    for layer in downsampling(name):
        maps = layer(maps)
    answers = layers.Dense(10, activation="softmax")(layers.Flatten()(maps))
    net = keras.Model(inputs, answers)
    net.compile(
        optimizer=keras.optimizers.Adam(0.01),
        loss="sparse_categorical_crossentropy",
    )
    return net, keras.Model(inputs, maps)


# %%
# How much does a shift change?
# -----------------------------
#
# For the maps, the mean absolute change divided by the mean value; for the
# answers, the share of test images that get another label than at rest. The
# networks are not ranked by their accuracy, so one learning rate serves all.
def measured(net, maps_of):
    """Return the changes of maps and of answers for each shift."""
    map_changes = []
    answer_changes = []
    for shift in SHIFTS:
        moved = np.roll(x_test, shift, axis=2)
        maps = ops.convert_to_numpy(maps_of(moved))
        answers = ops.convert_to_numpy(net(moved)).argmax(axis=1)
        if shift == 0:
            maps_at_rest = maps
            answers_at_rest = answers
        change = np.abs(maps - maps_at_rest).mean()
        map_changes.append(change / maps_at_rest.mean())
        answer_changes.append(np.mean(answers != answers_at_rest))
    accuracy = np.mean(answers_at_rest == labels_test)
    return accuracy, map_changes, answer_changes


# %%
# Training each network from five seeds
# -------------------------------------
#
# A shift of two pixels is one position of the smaller map: the map moves
# along, and no value changes. The last lines of the loop check this.
accuracies = {}
map_changes = {}
answer_changes = {}
for name in STYLES:
    net, maps_of = network(name)
    runs = []
    for seed in range(SEEDS):
        fresh_start(net, seed=seed)
        net.fit(x, labels, batch_size=BATCH, epochs=EPOCHS, verbose=0)
        runs.append(measured(net, maps_of))
    accuracies[name] = np.array([accuracy for accuracy, _, _ in runs])
    map_changes[name] = np.array([changes for _, changes, _ in runs])
    answer_changes[name] = np.array([changes for _, _, changes in runs])
    if name != "global maximum":
        at_rest = ops.convert_to_numpy(maps_of(x_test))
        moved = ops.convert_to_numpy(maps_of(np.roll(x_test, 2, axis=2)))
        assert np.allclose(moved[:, :, 1:], at_rest[:, :, :-1], atol=1e-4)

# %%
# What the example found
# ----------------------
#
# None of the three kinds of downsampling is invariant: a shift of one pixel
# changes a good part of the answers. Maps are not invariant either. They are
# equivariant to shifts of a whole stride, which the loop has checked.
# Only the global maximum gives nearly the same answers.
facts = {"test images": len(x_test), "seeds": SEEDS}
for name in STYLES:
    facts[f"{name}: accuracy"] = accuracies[name].mean()
    facts[f"{name}: maps change"] = map_changes[name][:, 1].mean()
    facts[f"{name}: answers change"] = answer_changes[name][:, 1].mean()
for name, value in facts.items():
    print(f"{name}: {value:.3g}")
for name in ("max pooling", "mean pooling", "stride"):
    assert answer_changes[name][:, 1].min() > 0.1
    assert (
        answer_changes["global maximum"][:, 1].max()
        < answer_changes[name][:, 1].min()
    )

# %%
# Change against shift
# --------------------
fig, axes = plt.subplots(1, 2, figsize=(6.4, 3.2), layout="constrained")
for ax, changes in zip(axes, (map_changes, answer_changes)):
    for name, style in STYLES.items():
        ax.plot(SHIFTS, changes[name].mean(axis=0), style, label=name)
        ax.plot(SHIFTS, changes[name].T, style[:2], alpha=0.3)
    ax.set(xlabel="shift in pixels", xticks=SHIFTS)
axes[0].set_ylabel("relative change of the maps")
axes[1].set_ylabel("share of answers that change")
axes[0].legend()
fig.set_label(
    "Change against shift. At one pixel, the share of answers that change is "
    + ", ".join(
        f"{facts[f'{name}: answers change']:.0%} with {name}"
        for name in STYLES
    )
    + "."
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
# - Blur the maps before the stride, as Zhang did.
