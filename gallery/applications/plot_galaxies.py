"""
Elliptical or spiral?
=====================

Does a network tell galaxies apart better than one measured number does?
Ellipticals are concentrated, discs are not, and a cut on concentration parts
them; it fails on bright bulges and diffuse ellipticals. A small convolutional
network may see the arms too, here of simulated galaxies with blur and noise.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from astropy.modeling.models import Sersic2D
from keras import layers

SIZE, SEEDS = 32, (0, 1, 2)

# %%
# An elliptical has a Sersic profile, a spiral a disc with two logarithmic arms
# and a bulge. The noise of a pixel is as large as the light of a mean pixel.
y, x = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2
blur = np.exp(-2 * (np.pi * np.fft.fftfreq(SIZE)) ** 2)  # by one pixel


def simulate(count, rng):
    def draw(low, high):
        return rng.uniform(low, high, (count, 1, 1))

    turn, tilt, scale = draw(0, np.pi), draw(0, 1), draw(5, 7)
    profile = Sersic2D(1, draw(3, 7), draw(1.5, 4), 0, 0, draw(0, 0.5), turn)
    along = x * np.cos(turn) + y * np.sin(turn)
    across = (y * np.cos(turn) - x * np.sin(turn)) / np.cos(tilt)
    radius = np.hypot(along, across) / scale
    arms = np.log(radius) / np.tan(draw(0.25, 0.5)) - np.arctan2(across, along)
    disc = Sersic2D(r_eff=scale, n=1)(along, across)
    disc *= 1 + draw(0.5, 1) * np.cos(2 * arms) * (radius > 1 / 3)
    disc += Sersic2D(draw(0, 10), scale / 7, n=2)(along, across)  # the bulge
    is_spiral = rng.permutation(count) % 2
    light = np.where(is_spiral[:, None, None], disc, profile(x, y))
    light /= light.mean(axis=(1, 2), keepdims=True)
    light = np.fft.ifft2(np.fft.fft2(light) * np.outer(blur, blur)).real
    return light + rng.normal(size=light.shape), is_spiral


# %%
# Concentration compares the circles that hold 80 and 20 per cent of the light.
# The best cut for the training set judges the test set.
facts = {"cut": [], "net": []}
order = np.argsort(np.hypot(x, y), axis=None)
for seed in SEEDS:
    keras.utils.set_random_seed(seed)
    images, y_t = simulate(1600, np.random.default_rng(seed))
    inside = np.cumsum(images.reshape(1600, -1)[:, order], axis=1)
    ends = [np.argmax(inside > s * inside[:, -1:], axis=1) for s in (0.2, 0.8)]
    r20, r80 = np.hypot(x, y).ravel()[order][np.array(ends)]
    C, y_test = 5 * np.log10(r80 / r20), y_t[1000:]
    by_cut = [np.mean((c > C[:1000]) == y_t[:1000]) for c in np.unique(C)]
    below = C[1000:] < np.unique(C)[np.argmax(by_cut)]
    maps = [layers.Conv2D(f, 3, 2, activation="relu") for f in (8, 16, 32)]
    maps += [layers.Flatten(), layers.Dense(1, "sigmoid")]
    model = keras.Sequential([keras.Input((SIZE, SIZE, 1)), *maps])
    model.compile(keras.optimizers.Adam(4e-3), "binary_crossentropy")
    seen = np.arcsinh(images)[..., None]
    model.fit(seen[:1000], y_t[:1000], 50, 10, verbose=0)
    spiral = model.predict(seen[1000:], verbose=0)[:, 0] > 0.5
    facts["cut"] += [float(np.mean(below == y_test))]
    facts["net"] += [float(np.mean(spiral == y_test))]
bands = {"net": 0.08}
told = [f"{n} {min(a):.1%} to {max(a):.1%}" for n, a in facts.items()]
print(*told, sep="\n")
assert min(facts["net"]) > max(facts["cut"])

# %%
# Some galaxies of the last seed's test set, and the score of every seed.
fig, axes = plt.subplots(1, 3, figsize=(9, 3.1), layout="constrained")
right = spiral == y_test
for ax, which, title in zip(axes[::2], (right, ~right), ("right", "wrong")):
    rows = [seen[1000:][which & (y_test == k)][:3, ..., 0] for k in (0, 1)]
    rows = [np.pad(r, [(0, 3 - len(r)), (0, 0), (0, 0)]) for r in rows]
    ax.imshow(np.vstack([np.hstack(r) for r in rows]), "gray", vmin=0, vmax=3)
    ax.set(title=f"{title}: {which.sum()}", xticks=[], yticks=[])
axes[1].plot(facts["cut"], SEEDS, "s", ms=10, label="cut")
axes[1].plot(facts["net"], SEEDS, "o", ms=10, label="network")
axes[1].set(xlabel="fraction right", ylabel="seed", yticks=SEEDS)
axes[1].legend()
fig.set_label(f"Galaxies named rightly and wrongly; right: {', '.join(told)}.")
plt.show()

# %%
# Figure: Galaxies that the network named rightly, on the left, and wrongly, on
# the right: ellipticals in the upper row, spirals in the lower. In the middle,
# the fraction that the cut and the network name rightly, for each seed.

# %%
# What to try next: double the noise; test on discs that are seen edge-on.
