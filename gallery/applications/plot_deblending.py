"""
One galaxy out of two
=====================

Can a network take away a galaxy whose light lies over another?
In deep images galaxies overlap, and what is measured of one contains light of
its neighbour. A small encoder-decoder learns from simulated pairs to
give back the one in the middle. It is compared with doing nothing.
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

SIZE, SEEDS, NOISE = 24, (0, 1, 2), 0.1

# %%
# Both have Sersic profiles. The neighbour is 4 to 8 pixels away; the target
# is the galaxy in the middle alone, without noise.
y, x = np.mgrid[:SIZE, :SIZE] - (SIZE - 1) / 2


def galaxies(count, distance, rng):
    def draw(low, high):
        return rng.uniform(low, high, (count, 1, 1))

    way, light_and_size = draw(0, 2 * np.pi), (draw(0.5, 1.5), draw(1.5, 4))
    n, u, v = draw(0.7, 2.5), distance * np.cos(way), distance * np.sin(way)
    form = n, u, v, draw(0, 0.6), draw(0, np.pi)
    return Sersic2D(*light_and_size, *form)(x, y)


def simulate(count, rng):
    truth = galaxies(count, np.zeros((count, 1, 1)), rng)
    other = galaxies(count, rng.uniform(4, 8, (count, 1, 1)), rng)
    noise = NOISE * rng.normal(size=truth.shape)
    return (truth + other + noise)[..., None], truth[..., None]


# %%
# Pooling halves the image twice, and twice it is enlarged again. The network
# says which fraction of the light of each pixel belongs to the middle.
def network():
    same = {"padding": "same", "activation": "relu"}
    blend = keras.Input((SIZE, SIZE, 1))
    half = layers.MaxPooling2D(2)(layers.Conv2D(8, 3, **same)(blend))
    z = layers.MaxPooling2D(2)(layers.Conv2D(16, 3, **same)(half))
    z = layers.UpSampling2D(2)(layers.Conv2D(16, 3, **same)(z))
    z = layers.Conv2D(8, 3, **same)(layers.Concatenate()([z, half]))
    z = layers.Concatenate()([layers.UpSampling2D(2)(z), blend])
    share = layers.Conv2D(1, 3, 1, "same", activation="sigmoid")(z)
    return keras.Model(blend, layers.Multiply()([share, blend]))


facts = {"noise": NOISE, "nothing": [], "network": []}
for seed in SEEDS:
    keras.utils.set_random_seed(seed)
    blends, truth = simulate(1000, np.random.default_rng(seed))
    model = network()
    model.compile(keras.optimizers.Adam(6e-3), "mse")
    model.fit(blends[:700], truth[:700], 32, 9, verbose=0)
    blends, truth = blends[700:], truth[700:]
    output = model.predict(blends, verbose=0)
    for name, guess in [("nothing", blends), ("network", output)]:
        facts[name].append(float(np.sqrt(np.mean((guess - truth) ** 2))))
bands = {"network": 0.06}
print(*(f"{name}: {np.round(e, 3)}" for name, e in facts.items()), sep="\n")
assert max(facts["network"]) < min(facts["nothing"]) / 2

# %%
# What the network makes of some test blends, from its best to its worst.
shown = np.argsort(np.mean((output - truth) ** 2, axis=(1, 2, 3)))[29::120]
fig, axes = plt.subplots(3, 4, figsize=(7, 5.4), layout="constrained")
for ax, title in zip(axes[0], ("blend", "truth", "output", "residual")):
    ax.set_title(title, fontsize=15)
for row, k in zip(axes, shown):
    panels = (blends[k], truth[k], output[k], output[k] - truth[k])
    for ax, panel in zip(row, panels):
        ax.imshow(np.arcsinh(panel), "gray", vmin=-0.5, vmax=1.5)
        ax.axis("off")
told = [f"{name} {max(facts[name]):.2f}" for name in ("nothing", "network")]
fig.set_label(f"Blend, truth, output, residual. RMS error: {', '.join(told)}.")
plt.show()

# %%
# Figure: Three test blends of the last seed, one in each row: a good one, a
# median one and a poor one. The residual is bright where the output has too
# much light, and dark where it has too little.

# %%
# What to try next: neighbours that are nearer than 4 pixels; twice the noise.
