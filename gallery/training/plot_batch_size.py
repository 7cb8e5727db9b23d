"""
Small batches, large batches
============================

How large should a batch be, at equal epochs and at equal updates?
A small batch gives a noisy gradient and many updates in each epoch, a large
one a quiet gradient, few updates, less overhead. Masters and Luschi 2018
(arXiv:1804.07612) found the best results with batches of 2 to 32; Shallue et
al. 2019 (arXiv:1811.03600) found no evidence that larger ones do worse.
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
from sklearn.model_selection import train_test_split

SEEDS, SIZES, N, EPOCHS, UPDATES = range(3), (8, 32, 128, 512), 1024, 3, 96
data = load_digits().data / 16, load_digits().target
x, x_test, y_t, y_test = train_test_split(*data, train_size=N, random_state=0)

# %%
# Gradient descent remembers nothing but the weights, so one model serves for
# all runs: each starts with kernels drawn anew (He et al. 2015), biases at 0.
keras.utils.set_random_seed(0)
model = keras.Sequential([keras.Input((64,)), layers.Dense(32, "relu")])
model.add(layers.Dense(10, "softmax"))
model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")


def start(rng):
    old = model.get_weights()
    new = [rng.normal(0, np.sqrt(2 / len(w)), w.shape) for w in old]
    model.set_weights([w if w.ndim == 2 else 0 * w for w in new])


def accuracy(size, updates, seed):
    start(rng := np.random.default_rng(seed))
    rows = np.resize(rng.permutation(N), size * updates)  # again and again
    model.fit(x[rows], y_t[rows], size, shuffle=False, verbose=0)
    p = ops.convert_to_numpy(model(x_test))
    return float(np.mean(p.argmax(axis=1) == y_test))


def gradient(rows):  # times the learning rate: what a step subtracts
    first = model.get_weights()
    model.train_on_batch(x[rows], y_t[rows])
    after = np.concatenate([w.ravel() for w in model.get_weights()])
    model.set_weights(first)
    return np.concatenate([w.ravel() for w in first]) - after


# %%
# Noise: how far gradients of batches lie from the true one, over its length.
KEPT = {f"{EPOCHS} epochs": None, f"{UPDATES} updates": UPDATES}
facts = {name: [] for name in (*KEPT, "noise", "seconds")}
bands = dict.fromkeys(KEPT, 0.05) | {"noise": 0.05, "seconds": 20.0}
for b in SIZES:
    for kept, n in KEPT.items():
        facts[kept] += [[accuracy(b, n or EPOCHS * N // b, s) for s in SEEDS]]
    begun = time.perf_counter()
    model.fit(x, y_t, b, 5, 0)
    facts["seconds"].append(time.perf_counter() - begun)
    start(rng := np.random.default_rng(0))
    true = gradient(np.arange(N))
    off = [gradient(rng.integers(0, N, b)) - true for _ in range(20)]
    noise = np.sqrt(np.mean(np.sum(np.square(off), axis=1)) / np.sum(true**2))
    facts["noise"].append(float(noise))
print(*(f"{k}: {np.round(v, 3).tolist()}" for k, v in facts.items()), sep="\n")
first, *_, last = np.mean(facts[f"{EPOCHS} epochs"], axis=1)
assert first > last + 0.1
assert 6 < facts["noise"][0] / facts["noise"][-1] < 11  # 8, the root of 64

fig, axes = plt.subplots(1, 3, figsize=(9, 3.4), layout="constrained")
for kept, style in zip(KEPT, ("o-", "s--")):
    axes[0].plot(SIZES, np.mean(facts[kept], axis=1), style, label=kept)
    axes[0].plot(SIZES, facts[kept], "k" + style[0], ms=3)
axes[0].legend()
axes[1].loglog(SIZES, facts["noise"], "o-")
axes[2].plot(SIZES, facts["seconds"], "o-")
for ax, name in zip(axes, ("accuracy", "noise", "seconds for five epochs")):
    ax.set(xlabel="batch size", ylabel=name, xscale="log")
    ax.set_xticks(SIZES, SIZES)
fig.set_label(f"Batch {SIZES}, equal epochs: {first:.0%} to {last:.0%} right")
plt.show()

# %%
# Figure: Against the size of the batch: the accuracy at equal epochs and at
# equal updates, with a point for each seed; the noise of the gradient; and the
# seconds for five epochs.

# %%
# What to try next: raise the learning rate with the batch size.
