"""
How far an output sees, and how far it looks
============================================

How much of the picture does one output of a convolutional network use?
Sizes, strides and dilations say what it can see, its receptive field. The
gradient of the output by the input says what it uses: a bell, whose width
grows with the square root of the depth (Luo et al. 2016, arXiv:1701.04128).
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.shapes import from_keras
from keras import layers, ops


# %%
# A layer adds weights to the pictures that start at zero. After one step of
# descent at a learning rate of one these are minus the gradient, on any
# backend. The loss is the sum of the outputs in the middle of the map.
class Nudge(layers.Layer):
    def build(self, shape):
        self.nudge = self.add_weight(shape=shape, initializer="zeros")

    def call(self, x):
        return x + self.nudge


def field(stack):
    nudge, rng = Nudge(), np.random.default_rng(0)
    x = rng.normal(size=(8, 41, 41, 1)).astype("float32")
    model = keras.Sequential([keras.Input(batch_shape=x.shape), nudge, *stack])
    m, sgd = model.output_shape[1] // 2, keras.optimizers.SGD(1.0)
    model.compile(sgd, lambda _, y: ops.sum(y[:, m, m]), run_eagerly=True)
    model.train_on_batch(x, np.zeros(len(x)))
    found = ops.convert_to_numpy(nudge.nudge)[..., 0].astype("float64")
    seen = from_keras(keras.Sequential([keras.Input(x.shape[1:]), *stack]))
    size = seen.receptive_field(stack[-1].name).size[0]
    return (found**2).mean(axis=0), size


def conv(**how):
    how |= {"padding": "same", "kernel_initializer": "he_normal"}
    return layers.Conv2D(8, 3, activation="relu", trainable=False, **how)


# %%
# The measured field is the box around all derivatives that are not rounding.
keras.utils.set_random_seed(0)
facts = {}
bands = {"width at 4": 0.8, "width at 8": 1.2, "width at 16": 2.0}
FIRST = {"stride 2": conv(strides=2), "dilation 2": conv(dilation_rate=2)}
FIRST |= {"pooling": layers.MaxPooling2D(2), "plain": conv()}
for name, first in FIRST.items():
    found, size = field([first, conv(), conv()])
    facts[name] = int(np.sum(found.sum(0) > 1e-10 * found.max()))
    print(f"{name:10} first: in theory {size:2}, measured {facts[name]:2}")
    assert facts[name] == size

# %%
# The gradient is a bell; random 3 x 3 kernels add 2/3 a layer to its variance.
fig, axes = plt.subplots(1, 4, figsize=(9, 2.7), layout="constrained")
SEEDS, DEPTHS, line = (0, 1, 2), (4, 8, 16), np.arange(1, 17)
for ax, depth in zip(axes, DEPTHS):
    widths = []
    for seed in SEEDS:
        keras.utils.set_random_seed(seed)
        found, size = field([conv() for _ in range(depth)])
        across = (found.sum(0) + found.sum(1)) / found.sum() / 2
        widths.append(4 * float(np.sqrt(across @ np.arange(-20, 21) ** 2)))
    facts[f"width at {depth}"] = float(np.mean(widths))
    ax.imshow(np.sqrt(found), cmap="gray_r", extent=[-20.5, 20.5] * 2)
    corner, used = (-size / 2, -size / 2), widths[-1] / 2
    ax.add_patch(plt.Rectangle(corner, size, size, fill=False, ec="C0", lw=2))
    ax.add_patch(plt.Circle((0, 0), used, fill=False, ec="C1", ls="--", lw=2))
    ax.set(title=f"{depth} layers", xticks=[], yticks=[])
    axes[3].plot([depth] * len(SEEDS), widths, "C1o", mfc="none")
assert facts["width at 16"] < 2.6 * facts["width at 4"]
axes[3].plot(line, 2 * line + 1, "C0", label="can see")
axes[3].plot(line, 4 * np.sqrt(2 * line / 3), "C1--", label="uses, in theory")
axes[3].set(title="width in pixels", xlabel="layers")
axes[3].legend()
grown = ", ".join(f"{facts[f'width at {d}']:.0f} at {d}" for d in DEPTHS)
fig.set_label(f"Gradients: bells of width {grown} layers, squares to {size}.")
plt.show()

# %%
# Figure: The gradient of one output with respect to the picture, dark where it
# is large. Squares enclose what the output can see, dashed circles two
# standard deviations of the bell that it uses. On the right, both widths
# against the number of layers.

# %%
# What to try next: leave out the activation; dilate; train before measuring.
