"""
Many linear layers make one
===========================

Can a stack of linear layers part what one linear layer cannot?
A product of matrices is a matrix, so layers without an activation collapse
into one, however many are stacked: their border between two classes stays a
straight line. A ReLU between two layers lets the border bend, and that is all
it takes for opposite corners (XOR) and for two interleaved moons.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers, ops
from sklearn.datasets import make_moons

SEEDS, N = (0, 1, 2), 400


# %%
# Two tasks that no straight line solves.
def corners(seed):  # XOR, scattered: the class is the sign of a product
    rng = np.random.default_rng(seed)
    corner = rng.choice([-1.0, 1.0], (N, 2))
    return corner + rng.normal(0, 0.3, (N, 2)), corner.prod(axis=1) > 0


def moons(seed):
    return make_moons(N, noise=0.15, random_state=seed)


HIDDEN = {"one linear": [], "three linear": 2 * [(16, "linear")]}
HIDDEN["ReLU"] = [(64, "relu")]


def build(hidden):
    model = keras.Sequential([keras.Input((2,))])
    for neurons, activation in hidden:
        model.add(layers.Dense(neurons, activation))
    model.add(layers.Dense(1))  # z above zero: the second class
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1.0), loss)
    return model


def learn(model, x, y_t, seed):  # SGD keeps nothing from an earlier run
    keras.utils.set_random_seed(seed)
    model.set_weights(keras.models.clone_model(model).get_weights())
    model.fit(np.tile(x, (28, 1)), np.tile(y_t, 28), 40, verbose=0)


# %%
# The product of the kernels must give the z of the three layers. Dots and
# crosses are the classes, the shaded side is where z is above zero. On the
# corners a line does best to say nothing: how many it gets right is chance.
edge = np.linspace(-2.4, 2.6, 80)
grid = np.stack(np.meshgrid(edge, edge), -1).reshape(-1, 2)
facts = {}
models, gaps = {name: build(h) for name, h in HIDDEN.items()}, []
bands = {"moons, ReLU": 0.08, "corners, ReLU": 0.03}
for name in ("one linear", "three linear"):
    bands |= {f"moons, {name}": 0.04, f"corners, {name}": 0.4}
fig, axes = plt.subplots(2, 3, figsize=(9, 6), layout="constrained")
for row, task in zip(axes, (moons, corners)):
    for ax, (name, model) in zip(row, models.items()):
        found = facts[f"{task.__name__}, {name}"] = []
        for seed in reversed(SEEDS):
            x, y_t = task(seed)
            learn(model, x, y_t, seed)
            z = ops.convert_to_numpy(model(np.concatenate([x, grid])))[:, 0]
            found.insert(0, float(np.mean((z[:N] > 0) == y_t)))
            if name == "three linear":
                W = np.linalg.multi_dot(model.get_weights()[::2])
                b = ops.convert_to_numpy(model(np.zeros((1, 2))))
                gaps.append(np.abs(grid @ W + b - z[N:, None]).max())
        ax.contourf(edge, edge, z[N:].reshape(80, 80), [0, 1e9], alpha=0.4)
        for c, marker in enumerate(["o", "x"]):
            ax.plot(*x[y_t == c].T, f"C{c}{marker}", ms=3)
        ax.set(title=f"{name}: {found[0]:.0%} right", xticks=[], yticks=[])
facts["largest gap"], bands["largest gap"] = float(max(gaps)), 1e-3
print(*(f"{name:22}{found}" for name, found in facts.items()), sep="\n")
said = [f"{name} {found[0]:.0%}" for name, found in list(facts.items())[:6]]
fig.set_label(f"Moons and corners, parted three ways: {'; '.join(said)}.")
assert facts["largest gap"] < 1e-2
assert min(facts["moons, ReLU"]) > max(facts["moons, three linear"])
plt.show()

# %%
# Figure: Moons above, corners below; the coloured side is the one that a
# network takes for that of the crosses. One linear layer and three draw a
# straight border; a ReLU between two layers lets it bend.

# %%
# What to try next: ten linear layers; two ReLU neurons; ``tanh``.
