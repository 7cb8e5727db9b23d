"""
Edges and blur in a photograph
==============================

What can nine numbers see in a photograph?
A kernel of three by three taps asks one small question at each place of an
image: is it brighter on the right than on the left, or what is the mean around
here? Networks learn such kernels. Those below were set by hand long before,
and show what a single layer finds and what it cannot see.

The photograph comes with scikit-learn: by danielbuechele on Flickr, CC BY 2.0
(https://creativecommons.org/licenses/by/2.0/), here made grey.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import matplotlib.pyplot as plt
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_sample_image

# %%
# The taps of the first add up to one, so that it keeps the mean brightness.
# Those of the others add up to zero: they see nothing but differences.
edge = np.outer([1, 2, 1], [-1, 0, 1]) / 4
KERNELS = {
    "blur": np.outer([1, 2, 1], [1, 2, 1]) / 16,
    "left to right": edge,
    "top to bottom": edge.T,
    "spots": np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]]),
}
grey = load_sample_image("china.jpg").mean(axis=-1).astype("float32") / 255

# %%
# ``Conv2D`` does not turn the kernel round: a bright thing to the right of a
# dark one gives a positive number, and the other way about a negative one.
layer = layers.Conv2D(len(KERNELS), 3, use_bias=False, trainable=False)
layer.build((None, None, None, 1))
layer.set_weights([np.stack([*KERNELS.values()], axis=-1)[:, :, np.newaxis]])


def seen(image):
    maps = ops.convert_to_numpy(layer(image[np.newaxis, ..., np.newaxis]))
    return dict(zip(KERNELS, np.moveaxis(maps[0], -1, 0)))


maps, brighter = seen(grey), seen(grey + 0.2)
corner = (grey[200:203, 100:103] * edge).sum()
assert np.isclose(maps["left to right"][200, 100], corner, atol=5e-3)

# %%
# The sky is smooth, the wall has posts and beams. More light on the whole
# photograph, 0.2 for each pixel, moves the blurred image alone.
SKY, WALL = np.s_[10:90, 400:600], np.s_[175:265, 90:220]
facts = {"answers": maps["blur"].size}
gain = {name: brighter[name] - maps[name] for name in KERNELS}
more = {name: abs(round(float(a.mean()), 4)) for name, a in gain.items()}
print("mean size of an answer in the sky, in the wall; and for 0.2 more light")
for name, found in maps.items():
    facts[name] = [float(np.abs(found[part]).mean()) for part in (SKY, WALL)]
    facts[f"{name}, more light"] = more[name]
    print(f"{name:14}", *(f"{x:8.3f}" for x in (*facts[name], more[name])))
ratios = {n: facts[n][1] / facts[n][0] for n in KERNELS if n != "blur"}
assert min(ratios.values()) > 10

# %%
# Posts stand out from left to right, beams from top to bottom: where the
# brightness rises the answer is bright, where it falls dark. Grey is zero. A
# single linear kernel cannot say *an edge of any direction*: that takes two
# kernels and the length of their two answers together.
steep = np.hypot(maps["left to right"], maps["top to bottom"])
shown = {"photograph": grey[1:-1, 1:-1]} | maps | {"length of both": steep}
fig, axes = plt.subplots(2, 3, figsize=(9, 4.5), layout="constrained")
for ax, (name, found) in zip(axes.flat, shown.items()):
    limit = 0.0 if found.min() >= 0 else 0.6
    ax.imshow(found[WALL], cmap="gray", vmin=-limit, vmax=limit or 0.8)
    ax.set_title(name)
    ax.axis("off")
least, most = min(ratios.values()), max(ratios.values())
fig.set_label(
    "Part of a pagoda, blurred and through three kernels that see differences."
    f" In the wall their answers are {least:.0f} to {most:.0f} times as large "
    "as in the sky. One shows posts, one beams, one every fine spot."
)
plt.show()

# %%
# Figure: A part of the photograph, and the answer of each kernel to it. Where
# a kernel sees differences, grey is zero, a rise is bright and a fall dark.
# The length of both answers, in the last panel, shows edges of every
# direction.

# %%
# What to try next
# ----------------
#
# - Turn a kernel by half a turn: which of the four change, and how?
# - Blur first, then look for edges: which nine or twenty-five taps do both?
# - Take one colour in place of the mean: does red see the same edges?
