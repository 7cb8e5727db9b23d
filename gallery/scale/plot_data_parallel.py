"""
Many devices, one step
======================

Do several devices, each with a part of the batch, take the same step as one?
The gradient of a mean is the mean of gradients: equal shards lose nothing, but
for batch normalisation, if each shard is normalised by itself.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import time

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_digits

keras.utils.set_random_seed(0)
N, SHARDS, ROWS = 512, (1, 2, 4, 8), np.arange(512)
pixels, y_t = load_digits(return_X_y=True)
x = pixels[:N].reshape(N, 8, 8, 1).repeat(3, 1).repeat(3, 2) / 16


def network(*extra):
    first = [keras.Input((24, 24, 1)), layers.Conv2D(16, 5), *extra]
    last = [layers.ReLU(), layers.Flatten(), layers.Dense(10, "softmax")]
    model = keras.Sequential([*first, *last])
    model.compile(keras.optimizers.SGD(1.0), "sparse_categorical_crossentropy")
    return model


# %%
# A step with learning rate 1 takes the gradient from the weights, which thus
# tell what it was. Eight shards, one after another, stand for eight devices.
def gradient(model, start, rows):
    model.set_weights(start)
    old = [ops.convert_to_numpy(w).copy() for w in model.trainable_weights]
    model.train_on_batch(x[rows], y_t[rows])
    new = [ops.convert_to_numpy(w) for w in model.trainable_weights]
    return np.concatenate([(a - b).ravel() for a, b in zip(old, new)])


def speed(model, n):  # images a second in the fastest of five steps
    steps = (model.train_on_batch(x[:n], y_t[:n]) for _ in range(7))
    return n / np.diff([time.perf_counter() for _ in steps])[1:].min()


facts = {}
plain, mixed, pairs = network(), network(layers.BatchNormalization()), {}
for name, model in [("batch normalisation", mixed), ("plain", plain)]:
    start = model.get_weights()
    parts = [gradient(model, start, s) for s in np.split(ROWS, 8)]
    pairs[name] = np.array([gradient(model, start, ROWS), np.mean(parts, 0)])
    pairs[name] /= np.abs(pairs[name]).max()  # the largest element is 1
    facts[name] = float(np.abs(np.subtract(*pairs[name])).max())
assert facts["plain"] < 1e-3 < 0.005 < facts["batch normalisation"]

# %%
# Keras deals out a batch itself where its backend is JAX and sees several
# devices. Virtual ones share cores, no measure for cards, and come with
# ``XLA_FLAGS=--xla_force_host_platform_device_count=8``.
alone, real = [speed(plain, N // B) for B in SHARDS], {}
on_jax = keras.backend.backend() == "jax"
found = keras.distribution.list_devices() if on_jax else ["one"]
for B in [B for B in SHARDS if 1 < B <= len(found)]:
    with keras.distribution.DataParallel(devices=found[:B]).scope():
        model = network()
        g = gradient(model, start, ROWS)
        assert np.allclose(g / np.abs(g).max(), pairs["plain"][0], 0, 1e-4)
        real[B] = round(speed(model, N))
facts |= {"devices": len(found), "images/s": round(alone[0])}
bands = dict(zip(facts, (0.5, 1e-4, 4096, 1e8)))
print(facts, f"several devices: {real or 'not measured'}")

# %%
# What dealing out the batch costs in exactness, and what it gains in speed.
fig, axes = plt.subplots(1, 3, figsize=(9, 3.1), layout="constrained")
for ax, (name, pair) in zip(axes, pairs.items()):
    ax.plot(pair[0], np.subtract(*pair), "o", ms=3)
    ax.set(title=name, xlabel="gradient of batch", ylim=(-0.05, 0.05))
axes[0].set_ylabel("less mean of 8 shards")
axes[2].plot(SHARDS, np.multiply(SHARDS, alone), "o--", label="ideal")
axes[2].plot([1, *real], [alone[0], *real.values()], "s", label="measured")
axes[2].set(xlabel="devices", ylabel="images a second", xticks=SHARDS)
axes[2].legend()
said = ", ".join(f"{name} {facts[name]:.1g}" for name in pairs)
of = f"Gradients of {len(parts)} shards, less the batch's"
fig.set_label(f"{of}. At most: {said}.")
plt.show()

# %%
# Figure: The gradient of the whole batch, and on the upright axis how far the
# mean of eight shards lies from it; each point is a weight. With batch
# normalisation they differ. On the right, images a second: as measured, and at
# best, which is the speed of one shard times the number of devices.

# %%
# What to try next: unequal shards, weighed by their size; ``SHARDS`` up to 64.
