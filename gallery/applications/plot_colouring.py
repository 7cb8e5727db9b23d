"""
Colour for a grey photograph
============================

Can a network tell from grey patches how the picture was coloured?
A patch of grey does not determine its colour, but leaf and petal differ in
texture as well as in brightness. A small convolutional network learns from one
half of a photograph and paints the other. It is compared with the mean colour,
and with the mean colour of pixels that are equally bright.

The photograph comes with scikit-learn: by vultilion on Flickr (scikit-learn's
note also names danielbuechele), CC BY 2.0
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
from keras import layers
from sklearn.datasets import load_sample_image

SEEDS, SIDE, BINS, DILATIONS = (0, 1, 2), 24, 32, (1, 2, 3)
assert 1 + 2 * sum(DILATIONS) == 13  # pixels that kernels of 3 x 3 see

# %%
# Brightness and chroma, what must be added to it to get red and blue. The
# picture is halved in size; its left half teaches, its right half examines.
photograph = load_sample_image("flower.jpg")[:426, :640] / 255
photograph = photograph.reshape(213, 2, 320, 2, 3).mean(axis=(1, 3))
grey = photograph @ [0.299, 0.587, 0.114]
chroma, half = photograph[..., [0, 2]] - grey[..., None], 160
known, hidden = np.s_[:, :half], np.s_[:, half:]


def coloured(grey, chroma):  # green follows from the brightness
    red, blue = np.moveaxis(grey[..., None] + chroma, -1, 0)
    green = (grey - 0.299 * red - 0.114 * blue) / 0.587
    return np.clip(np.stack([red, green, blue], axis=-1), 0, 1)


def error(guess):
    return float(np.sqrt(np.mean((guess - chroma[hidden]) ** 2)))


# The baselines: one colour for all, and one for each of 32 levels of grey.
mean = chroma[known].mean(axis=(0, 1))
level = np.minimum((grey * BINS).astype(int), BINS - 1)
inside = [chroma[known][level[known] == k] for k in range(BINS)]
table = np.array([part.mean(axis=0) if len(part) else mean for part in inside])


# %%
# Each output sees 13 x 13 pixels. The network learns from patches and, being
# convolutional all through, paints the whole half at once.
def paint(seed):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((None, None, 1))])
    for k in DILATIONS:
        model.add(layers.Conv2D(12, 3, 1, "same", None, k, activation="relu"))
    model.add(layers.Conv2D(2, 1))
    rate = keras.optimizers.schedules.CosineDecay(1e-2, 300)
    model.compile(keras.optimizers.Adam(rate), "mse")
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, (len(grey) - SIDE, half - SIDE), (320, 2))
    cuts = [np.s_[i : i + SIDE, j : j + SIDE] for i, j in corners]
    x = np.array([grey[cut] for cut in cuts])[..., None] - 0.5
    model.fit(x, np.array([chroma[cut] for cut in cuts]), 16, 15, verbose=0)
    return model.predict(grey[hidden][None, ..., None] - 0.5, verbose=0)[0]


guesses = [paint(seed) for seed in SEEDS]
errors, by_grey = [*map(error, guesses)], error(table[level[hidden]])
facts = {"mean colour": error(mean), "by grey": by_grey, "network": errors}
bands = {"network": 0.015}
print(*(f"{name}: {np.round(e, 3)}" for name, e in facts.items()), sep="\n")
assert np.mean(errors) < by_grey < facts["mean colour"] / 2

# %%
# Brightness alone tells most; the network is better, and not always right.
best = grey[hidden], coloured(grey[hidden], guesses[-1]), photograph[hidden]
fig, axes = plt.subplots(1, 3, figsize=(8, 4.1), layout="constrained")
for ax, image, title in zip(axes, best, ("grey", "painted", "true")):
    ax.imshow(image, cmap="gray", vmin=0, vmax=1)
    ax.set_title(title, fontsize=16)
    ax.axis("off")
fig.set_label(
    "Half of a flower in grey, as painted by the network and as it was. The "
    f"error is {errors[-1]:.3f}; {facts['mean colour']:.3f} with the mean "
    f"colour, {by_grey:.3f} with the mean colour of each grey level."
)
plt.show()

# %%
# Figure: The half of the photograph that the network never saw in colour: in
# grey, as the network of the last seed painted it, and as it was.

# %%
# What to try next: the photograph "china.jpg"; kernels of size 1 alone.
