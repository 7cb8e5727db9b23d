"""
Three ways down a valley
========================

Which optimiser reaches the bottom of a narrow valley first?
Gradient descent must step carefully across the valley, and so creeps along it.
Momentum adds up what successive steps have in common; Adam (Kingma and Ba
2014, arXiv:1412.6980) gives each parameter a step of its own. Each starts
from three places, with a gradient written by hand.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.figures import Animation
from byhand.figures.colours import GRADIENT, MUTED, PARAMETER, VALUE

STEPS, ENOUGH = 100, 0.01
STARTS = [[-9.0, 1.5], [-8.0, -1.0], [-7.0, 2.0]]
CURVED = np.array([0.04, 2.0])  # second derivatives along and across
NAMES = ["gradient descent", "momentum", "Adam"]

# %%
# The valley is fifty times steeper across than along. Above a learning rate of
# 1, two over the larger second derivative, gradient descent diverges. The
# rates were found by trial.


def loss(theta):
    return (CURVED * theta**2).sum(axis=-1) / 2


def descend(name, start):
    optimizer = {
        "gradient descent": keras.optimizers.SGD(0.9),
        "momentum": keras.optimizers.SGD(0.4, momentum=0.8),
        "Adam": keras.optimizers.Adam(0.5),
    }[name]
    theta, path = keras.Variable(start), [start]
    for _ in range(STEPS):
        gradient = CURVED * path[-1]  # of the loss, by hand
        optimizer.apply([keras.ops.cast(gradient, "float32")], [theta])
        path.append(keras.ops.convert_to_numpy(theta).tolist())
    return np.array(path)


paths = {name: [descend(name, start) for start in STARTS] for name in NAMES}
facts = {  # the number of steps from which on the loss stays below ENOUGH
    name: [int(np.flatnonzero(loss(path) >= ENOUGH)[-1]) + 1 for path in found]
    for name, found in paths.items()
}
bands = dict.fromkeys(NAMES, 2)
print(*(f"{name:17}{steps} steps" for name, steps in facts.items()), sep="\n")
assert max(facts["momentum"]) < min(facts["gradient descent"]) < STEPS

# %%
# The paths from the first start, each until it stays inside the innermost
# contour, where the loss is 0.01: the bottom.
fig, ax = plt.subplots(figsize=(9, 3.6), layout="constrained")
x, y = np.meshgrid(np.linspace(-10, 5, 151), np.linspace(-2.2, 2.2, 89))
heights = ENOUGH * 4.0 ** np.arange(7)
ax.contour(x, y, loss(np.stack([x, y], -1)), heights, colors="0.75")
for mark, name in zip(["o-", "s--", "^:"], NAMES):
    n = facts[name][0]
    ax.plot(*paths[name][0][: n + 1].T, mark, ms=5, label=f"{name}: {n}")
ax.set(xlabel="first parameter", ylabel="second parameter")
ax.legend(loc="lower right", title="steps")
said = ", ".join(f"{name} in {facts[name][0]} steps" for name in NAMES)
fig.set_label(f"Contours of a narrow valley. To its bottom: {said}.")
plt.show()

# %%
# Figure: Contours of the loss, and the paths from the first start. Gradient
# descent zigzags across the valley and creeps along it; momentum arrives in
# fewer steps.
#
# Step by step: G for gradient descent, M for momentum, A for Adam.
TAIL = '<polyline points="{}" fill="none" stroke="{}"/>'
HEAD = '<text x="{}" y="{}" font-size="20" fill="{}">{}</text>'
RING = '<ellipse cx="410" cy="90" rx="{}" ry="{}" fill="none" stroke="{}"/>'
rings = [RING.format(*40 * np.sqrt(2 * h / CURVED), MUTED) for h in heights]
frames, captions = [""] * 71, [f"Loss at step {k}:" for k in range(71)]
for name, colour in zip(NAMES, (VALUE, GRADIENT, PARAMETER)):
    places = np.rint(paths[name][0] * [40, -40] + [410, 90]).astype(int)
    for k in range(71):
        tail = " ".join(f"{u},{v}" for u, v in places[max(0, k - 8) : k + 1])
        frames[k] += TAIL.format(tail, colour)
        frames[k] += HEAD.format(*places[k], colour, name[0].upper())
        captions[k] += f" {name} {loss(paths[name][0][k]):.3f};"
captions = [caption[:-1] + "." for caption in captions]
label = f"G, M and A move down the valley. To its bottom: {said}."
Animation(frames, captions, 620, 180, label, "".join(rings), 12, 300)

# %%
# What to try next: start nearer; turn the valley by 45 degrees.
