"""
Gradients on their way back
===========================

How much of a gradient is left after twenty layers?
Backpropagation multiplies by the weights and by the slope of the activation at
every layer. If that makes it smaller each time, the first layers hardly learn.
First weights of the right size (Glorot and Bengio 2010; for ReLU He et al.
2015, arXiv:1502.01852) keep the product near one, but sigmoid's slope is a
quarter at best, and these weights do not make up for that.
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
from sklearn.datasets import load_digits
from sklearn.preprocessing import scale

SEEDS, DEPTHS, NEURONS = (0, 1, 2), (5, 10, 20), 64
FIRST = {"sigmoid": "glorot_normal", "tanh": "glorot_normal"}
FIRST["relu"] = "he_normal"  # the first weights for each activation
digits = load_digits()
x, y_t = scale(digits.data)[:256], digits.target[:256]


# %%
# A gradient read off a step
# --------------------------
#
# Gradient descent with a learning rate of one subtracts the gradient, so one
# step shows it. Biases start at zero: what they are after the step is minus
# their gradient, and rounding does not swallow even a very small one.
def gradient_sizes(activation, depth, seed):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((64,))])
    for _ in range(depth):
        model.add(layers.Dense(NEURONS, activation, True, FIRST[activation]))
    model.add(layers.Dense(10, "softmax"))
    sgd, loss = keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy"
    model.compile(sgd, loss, run_eagerly=True)  # compiling takes longer
    model.train_on_batch(x, y_t)
    biases = [layer.get_weights()[1] for layer in model.layers[:-1]]
    return [float(np.sqrt(np.mean(b.astype("float64") ** 2))) for b in biases]


# %%
# What is left at each layer
# --------------------------
#
# Twenty hidden layers on the left. On the right, how much of the gradient of
# the last hidden layer reaches the first one, in networks of three depths.
sizes = {
    (name, depth): np.array([gradient_sizes(name, depth, s) for s in SEEDS])
    for name in FIRST
    for depth in DEPTHS
}
left = {key: found[:, 0] / found[:, -1] for key, found in sizes.items()}
facts = {f"log10, {n}": np.log10(left[n, 20]).tolist() for n in FIRST}
bands = {f"log10, {name}": 1.0 for name in FIRST}
fig, axes = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
for name, marker in zip(FIRST, "osv"):
    each, layer = sizes[name, 20], np.arange(1, 21)
    factor = np.mean(left[name, 20] ** (1 / 19))
    print(f"{name:8} left: {left[name, 20]}, {factor:.2f} for each layer")
    [line] = axes[0].semilogy(layer, np.median(each, axis=0), marker + "-")
    line.set(ms=4, label=f"{name}, {FIRST[name].split('_')[0].title()}")
    axes[0].fill_between(layer, each.min(0), each.max(0), alpha=0.3)
    reach = [left[name, depth] for depth in DEPTHS]
    axes[1].loglog(DEPTHS, reach, marker + ":", color=line.get_color())
axes[0].set(xlabel="layer", ylabel="size of the gradient")
axes[1].set(xlabel="hidden layers", ylabel="first layer / last layer")
axes[1].set(xticks=DEPTHS, xticklabels=DEPTHS)
axes[1].minorticks_off()
axes[0].legend()
said = ", ".join(f"{n} {np.median(left[n, 20]):.1e}" for n in FIRST)
fig.set_label(f"Gradients by layer. Left after twenty layers: {said}.")
assert max(facts["log10, sigmoid"]) < -10
assert min(facts["log10, tanh"] + facts["log10, relu"]) > -2
plt.show()

# %%
# Figure: On the left, the size of the gradient in each layer, on a logarithmic
# axis: with sigmoid it shrinks from layer to layer on the way back. On the
# right, how much reaches the first layer, against the number of layers.

# %%
# What to try next
# ----------------
#
# - Give the ReLU layers Glorot's first weights: what does each let through?
# - Draw the weights of the sigmoid network four times as large.
