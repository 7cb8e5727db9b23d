"""
Edges and blur in a photograph
==============================

What can a kernel of nine weights find in a photograph?
A kernel of three rows and three columns takes a weighted sum around each
pixel. With one choice of weights it blurs, with another it responds where the
brightness changes. Networks learn such kernels from data. Those below were
chosen by hand long before that, and they show what a single convolution can
find and what it cannot.

The photograph comes with scikit-learn: by danielbuechele on Flickr, CC BY 2.0
(https://creativecommons.org/licenses/by/2.0/), here made grey.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides
#
# fig.set_label(...) describes a figure for readers who cannot see it.

import matplotlib.pyplot as plt
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_sample_image

WHITE = 255  # the largest value of a pixel in the file
MORE_LIGHT = 0.2  # added to every pixel, where white is one

# %%
# Four kernels
# ------------
#
# The weights of the first kernel add up to one, so that it keeps the mean
# brightness. The weights of the others add up to zero, so that they give zero
# wherever the brightness is the same all around. The second and the third
# compare both sides of a pixel and smooth along the edge at the same time. But
# for a factor they are the Sobel kernels. The last, a Laplacian but for the
# sign, compares a pixel with its four neighbours.
smoothing = np.array([1, 2, 1]) / 4
difference = np.array([-1, 0, 1])
KERNELS = {
    "blur": np.outer(smoothing, smoothing),
    "left to right": np.outer(smoothing, difference),
    "top to bottom": np.outer(difference, smoothing),
    "spots": np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]]),
}
for name, kernel in KERNELS.items():
    print(f"{name}, sum {kernel.sum():g}")
    print(kernel)

# %%
# One layer with four filters
# ---------------------------
#
# ``Conv2D`` holds its weights in the shape (rows, columns, channels, filters),
# and the photograph has one channel. The layer is not trained. It does not
# flip the kernel either, so that the second filter is positive where the image
# becomes brighter to the right. One output, computed by hand, agrees.
grey = load_sample_image("china.jpg").mean(axis=-1) / WHITE
grey = grey.astype("float32")

weights = np.stack(list(KERNELS.values()), axis=-1)
layer = layers.Conv2D(filters=len(KERNELS), kernel_size=3, use_bias=False)
layer.build((None, None, None, 1))
layer.set_weights([weights[:, :, np.newaxis]])


def feature_maps(image):
    """Return the output of each filter, by the name of its kernel."""
    output = ops.convert_to_numpy(layer(image[np.newaxis, ..., np.newaxis]))
    return {name: output[0, :, :, k] for k, name in enumerate(KERNELS)}


maps = feature_maps(grey)
by_hand = np.sum(grey[200:203, 100:103] * KERNELS["left to right"])
by_keras = maps["left to right"][200, 100]
print(f"one output: {by_keras:.4f} by Keras, {by_hand:.4f} by hand")

# %%
# Smooth sky, wooden wall
# -----------------------
#
# The sky of the photograph is smooth, and the wall of the pagoda has posts and
# beams. We take the mean size of the outputs in both. Then every pixel is made
# brighter by the same amount. This raises the blurred image by that amount and
# leaves the other three maps as they are, because their weights add up to
# zero.
SKY = np.s_[10:90, 400:600]  # rows and columns
WALL = np.s_[175:265, 90:220]

brighter = feature_maps(grey + MORE_LIGHT)
in_sky = {}
in_wall = {}
change = {}
print("mean size in the sky and in the wall, and change with more light")
for name, output in maps.items():
    in_sky[name] = np.abs(output[SKY]).mean()
    in_wall[name] = np.abs(output[WALL]).mean()
    change[name] = np.abs(np.mean(brighter[name] - output))
    print(
        f"{name:14}{in_sky[name]:8.3f}{in_wall[name]:8.3f}{change[name]:8.3f}"
    )

# %%
# Edges of every direction
# ------------------------
#
# The two edge kernels give the components of a vector, which points to where
# the brightness rises. Its length is large at an edge of any direction. The
# length is not a linear function of the image, so that no single kernel can
# compute it. A network needs at least two filters for it, and a non-linear
# function behind them.
length = np.hypot(maps["left to right"], maps["top to bottom"])
print(
    f"mean length in the sky {length[SKY].mean():.3f}, "
    f"in the wall {length[WALL].mean():.3f}"
)

# %%
# The wall through each filter
# ----------------------------
#
# Posts stand out from left to right, and beams from top to bottom. The filter
# for spots responds to fine structure of every direction, and to noise as
# well.
shown = {
    "photograph": grey[1:-1, 1:-1],
    **maps,
    "length of the vector": length,
}
signed = ["left to right", "top to bottom", "spots"]
fig, axes = plt.subplots(3, 2, figsize=(6.4, 7), layout="constrained")
for ax, (name, output) in zip(axes.flat, shown.items()):
    if name in signed:
        ax.imshow(output[WALL], cmap="gray", vmin=-0.6, vmax=0.6)
    else:
        ax.imshow(output[WALL], cmap="gray", vmin=0, vmax=0.8)
    ax.set_title(name)
    ax.axis("off")
ratios = [in_wall[name] / in_sky[name] for name in signed]
fig.set_label(
    "Part of a pagoda, blurred and filtered by three kernels that take "
    f"differences. Their outputs in the wall are {min(ratios):.0f} to "
    f"{max(ratios):.0f} times as large as in the sky. One shows posts, one "
    "beams, one every fine spot. The last panel shows edges of every "
    "direction."
)
plt.show()

# %%
# Figure: A part of the photograph, and the output of each filter there. In the
# panels of the filters that take differences, mid-grey is zero, a rise of the
# brightness is bright and a fall is dark. The last panel shows the length of
# the vector of both edge filters, which is dark where it is zero.

# %%
# An edge that turns
# ------------------
#
# In a photograph it is hard to tell which edges a filter misses. So we draw an
# edge through the middle of an image of three by three pixels, and turn it
# step by step. Its direction is the one in which the image becomes brighter,
# where 0 degrees is to the right and 90 degrees is downwards.
DIRECTIONS = np.arange(0, 181, 15)  # degrees
SOFTNESS = 0.5  # of the edge, in pixels

row, column = np.mgrid[-1:2, -1:2]  # 0 in the middle
left_to_right = []
top_to_bottom = []
for direction in np.radians(DIRECTIONS):
    distance = column * np.cos(direction) + row * np.sin(direction)
    edge = 1 / (1 + np.exp(-distance / SOFTNESS))
    outputs = feature_maps(edge.astype("float32"))
    left_to_right.append(outputs["left to right"][0, 0])
    top_to_bottom.append(outputs["top to bottom"][0, 0])
lengths = np.hypot(left_to_right, top_to_bottom)

# %%
# Two waves and their length
# --------------------------
#
# Each filter nearly follows a cosine or a sine. It responds most where the
# edge has its own direction, and not at all to an edge at a right angle to it.
# The length of the vector hardly changes while the edge turns.
downwards = list(DIRECTIONS).index(90)
missed = np.abs(left_to_right[downwards])
print(f"edge downwards, filter from left to right: {missed:.3f}")
print(f"length of the vector: {lengths.min():.3f} to {lengths.max():.3f}")

fig, ax = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
ax.plot(DIRECTIONS, left_to_right, "o-", color="C0", label="left to right")
ax.plot(DIRECTIONS, top_to_bottom, "s--", color="C1", label="top to bottom")
ax.plot(DIRECTIONS, lengths, "D:", color="C2", label="length")
ax.axhline(0, color="0.5", linewidth=1)
ax.set(xlabel="direction of the edge in degrees", ylabel="output")
ax.set_xticks(np.arange(0, 181, 45))
ax.legend(loc="lower left")
fig.set_label(
    "Output against the direction of an edge. The filter from left to right "
    f"falls from {left_to_right[0]:.2f} through zero to "
    f"{left_to_right[-1]:.2f}, the other one has its peak of "
    f"{max(top_to_bottom):.2f} half-way, and the length stays between "
    f"{lengths.min():.2f} and {lengths.max():.2f}."
)
plt.show()

# %%
# Figure: The outputs of two filters, and the length of the vector of both,
# while an edge turns from brighter on the right to brighter on the left.

# %%
# What to try next
# ----------------
#
# - Turn a kernel by half a turn. Which of the four change, and how?
# - Blur first, then look for edges. Which single kernel of five by five does
#   both?
# - Take one colour in place of the mean. Does the red channel have the same
#   edges?

# %%
# Numbers and checks
# ------------------
#
# The book shows these numbers, and its build fails unless the assertions
# hold. Both belong to the settings above: leave this cell out of what you
# copy.
facts = {"pixels": grey.size, "outputs of a filter": maps["blur"].size}
for name in KERNELS:
    facts[f"{name}, sky"] = in_sky[name]
    facts[f"{name}, wall"] = in_wall[name]
    facts[f"{name}, more light"] = np.round(change[name], 3)
facts["length, sky"] = length[SKY].mean()
facts["length, wall"] = length[WALL].mean()
facts["length, smallest"] = lengths.min()
facts["length, largest"] = lengths.max()
facts["left to right, edge downwards"] = np.round(missed, 3)
assert np.isclose(by_keras, by_hand, atol=5e-3)
assert min(ratios) > 10
assert np.isclose(change["blur"], MORE_LIGHT, atol=1e-3)
assert max(change[name] for name in signed) < 1e-3
assert lengths.min() > 0.95 * lengths.max()
assert missed < 5e-3
assert left_to_right[0] == max(left_to_right)
assert top_to_bottom[downwards] == max(top_to_bottom)
cosine = lengths.mean() * np.cos(np.radians(DIRECTIONS))
sine = lengths.mean() * np.sin(np.radians(DIRECTIONS))
assert np.allclose(left_to_right, cosine, atol=0.05)
assert np.allclose(top_to_bottom, sine, atol=0.05)
