"""
The sweet spot
==============

How many neurons are right for a network that has only a few examples?
With too few it cannot follow the border between two classes, and errs on all
examples. With too many it grows too sure, of the noise as well: on the
examples it has seen the loss goes on falling, on new ones it rises again. The
sweet spot is in between, and examples held out find it.
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

WIDTHS, SEEDS, FEW, MANY, STEPS = (1, 3, 8, 32, 256), 3, 60, 600, 400

# %%
# Each seed has its own examples and network. The three learn side by side in
# one model and share nothing. n counts examples, s seeds, i inputs, m neurons.
data = [
    make_moons(FEW + MANY, noise=0.3, random_state=s) for s in range(SEEDS)
]
x = np.stack([points for points, _ in data], axis=1).astype("float32")
y_t = np.stack([classes for _, classes in data], axis=1)
x_few, y_few = x[:FEW], y_t[:FEW]


def learn(width):
    keras.utils.set_random_seed(width)
    shape = {"output_shape": (SEEDS, width), "bias_axes": "sm"}
    hidden = layers.EinsumDense("nsi,sim->nsm", activation="relu", **shape)
    shape = {"output_shape": (SEEDS,), "bias_axes": "s"}
    output = layers.EinsumDense("nsm,sm->ns", activation="sigmoid", **shape)
    model = keras.Sequential([keras.Input((SEEDS, 2)), hidden, output])
    model.compile(keras.optimizers.Adam(0.03), "binary_crossentropy")
    many = np.tile(x_few, (STEPS, 1, 1)), np.tile(y_few, (STEPS, 1))
    model.fit(*many, FEW, verbose=0)  # steps with all examples
    return model


def loss(model):  # of each network, on the few and on the many held out
    p = np.clip(ops.convert_to_numpy(model(x)), 1e-7, 1 - 1e-7)
    each = -np.log(np.where(y_t == 1, p, 1 - p))
    return each[:FEW].mean(axis=0), each[FEW:].mean(axis=0)


# %%
# The few, and 600 new ones. Colours of maps change at 1, 50 and 99 per cent.
# The new examples choose the width, so the loss at the sweet spot is a little
# too good.
models = {width: learn(width) for width in WIDTHS}
seen, new = np.moveaxis([loss(model) for model in models.values()], 1, 0)
mean, spots = new.mean(axis=1), [WIDTHS[k] for k in new.argmin(axis=0)]
spot = WIDTHS[mean.argmin()]
facts = {"sweet spot": float(spot), "held-out loss": mean.tolist()}
facts["of each seed"] = [float(width) for width in spots]
bands = {"sweet spot": 24, "of each seed": 30, "held-out loss": 0.5}
for width, *row in zip(WIDTHS, seen, new):
    print(f"{width:4}", *(np.round(each, 2) for each in row))
assert 1 < spot < WIDTHS[-1]
assert mean[-1] > mean.min() + 0.05
assert seen[-1].mean() < seen[0].mean()

fig, axes = plt.subplots(2, 2, figsize=(9, 6.6), layout="constrained")
curve, *maps = axes.flat
for style, name, found in [("s--", "seen", seen), ("o-", "held out", new)]:
    curve.plot(WIDTHS, found.mean(axis=1), style, label=name)
    curve.fill_between(WIDTHS, found.min(axis=1), found.max(axis=1), alpha=0.2)
curve.axvline(spot, color="k", ls=":", label="sweet spot")
curve.set(xscale="log", xlabel="width, in neurons", ylabel="loss", ylim=0)
curve.set_xticks(WIDTHS, WIDTHS)
curve.legend()
edges = np.linspace(-2, 3, 100), np.linspace(-1.6, 2, 72)
grid = np.stack(np.meshgrid(*edges), -1).reshape(-1, 1, 2)
grid = grid.repeat(SEEDS, axis=1).astype("float32")
for ax, width in zip(maps, (WIDTHS[0], spot, WIDTHS[-1])):
    p = ops.convert_to_numpy(models[width](grid))[:, 0]
    ax.contourf(*edges, p.reshape(72, 100), [0, 0.01, 0.5, 0.99, 1], alpha=0.5)
    for c, marker in enumerate("ox"):
        ax.plot(*x_few[y_few[:, 0] == c, 0].T, marker, ms=4)
    ax.set(title=f"width {width}", xticks=[], yticks=[])
fig.set_label(
    f"Held-out loss by width: {mean[0]:.2f} with {WIDTHS[0]} neuron, "
    f"{mean.min():.2f} with {spot}, {mean[-1]:.2f} with {WIDTHS[-1]}."
)
plt.show()

# %%
# Figure: At the upper left, the loss on examples that were learned from and on
# others, against the width; bands span the seeds. The other panels show the
# examples and, by colour, how sure networks of three widths are of either
# class.

# %%
# What to try next: 600 examples to learn from; 40 steps.
