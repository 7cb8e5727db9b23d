"""
What a small network looks for in digits
========================================

What do the filters of a trained network look like, and what are they worth?
Nobody sets the taps of a kernel: they start at random and descend with the
loss. Filters of the first layer can be looked at, and so can their maps. What
a filter is worth shows when it falls silent, and what its training was worth
when random filters take its place.
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
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEEDS, FILTERS = (0, 1, 2), 8
data = load_digits()
images = data.images[..., np.newaxis].astype("float32") / 16
x, x_test, y_t, y_test = train_test_split(images, data.target, random_state=0)


# %%
# Either the filters learn, or they stay as they were drawn at random and the
# dense layer learns alone.
def untrained(seed, learn):
    keras.utils.set_random_seed(seed)
    how = {"padding": "same", "activation": "relu", "trainable": learn}
    stack = [layers.Conv2D(FILTERS, 3, **how), layers.MaxPooling2D(2)]
    stack += [layers.Flatten(), layers.Dense(10, "softmax")]
    return keras.Sequential([keras.Input((8, 8, 1)), *stack])


def share_right(net, silent=-1):  # as if one filter found nothing anywhere
    kept = net.layers[0].get_weights()
    net.layers[0].set_weights(
        [a * (np.arange(FILTERS) != silent) for a in kept]
    )
    guess = ops.convert_to_numpy(net(x_test)).argmax(axis=1)
    net.layers[0].set_weights(kept)
    return float(np.mean(guess == y_test))


nets = [untrained(seed, kind) for kind in (True, False) for seed in SEEDS]
inputs = keras.Input((8, 8, 1))  # six branches of one model, nothing shared
model = keras.Model(inputs, [net(inputs) for net in nets])
loss = ["sparse_categorical_crossentropy"] * len(nets)
model.compile(keras.optimizers.Adam(1e-2), loss)
model.fit(x, [y_t] * len(nets), 64, epochs=12, verbose=0)
shares = [share_right(net) for net in nets]
learned, random = shares[:3], shares[3:]
alone = [[share_right(net, k) for k in range(FILTERS)] for net in nets[:3]]
facts = {"learned": float(np.mean(learned)), "random": float(np.mean(random))}
facts["worst silence"] = float(np.mean(np.min(alone, axis=1)))
bands = {"learned": 0.03, "random": 0.04, "worst silence": 0.12}
print(*(f"{name:16}{share:7.1%}" for name, share in facts.items()), sep="\n")
assert facts["learned"] > max(facts["random"], facts["worst silence"])

# %%
# The filters of seed 0, and what they make of three digits.
taps = nets[0].layers[0].get_weights()[0][:, :, 0]
maps = ops.convert_to_numpy(nets[0].layers[0](x_test[:3]))
fig, axes = plt.subplots(4, 9, figsize=(9, 3.9), layout="constrained")
for k in range(FILTERS):
    axes[0, k + 1].imshow(taps[..., k], "gray", vmin=-1.5, vmax=1.5)
    for ax, found in zip(axes[1:, k + 1], maps):
        ax.imshow(found[..., k], "gray_r", vmin=0, vmax=maps.max())
for ax, image in zip(axes[1:, 0], x_test):
    ax.imshow(image[..., 0], "gray_r")
for ax in axes.flat:
    ax.axis("off")
fig.set_label(f"{FILTERS} filters; below them, maps of {y_test[:3].tolist()}.")

# %%
# Figure: The filters of one network in the top row, bright where a tap is
# positive and dark where it is negative. Below each filter is its map of the
# digit on the left, dark where it is large.
#
# With one silent nothing is trained again. Some are missed a lot, some hardly.
fig, ax = plt.subplots(figsize=(7, 3), layout="constrained")
ax.plot(SEEDS, learned, "o", ms=9, label="learned")
ax.plot(SEEDS, random, "s", ms=9, label="at random")
ax.plot(SEEDS, alone, "k_", label=["one silent"] + ["_"] * (FILTERS - 1))
ax.set(xlabel="seed", ylabel="share right", xticks=SEEDS, xlim=(-0.5, 3.2))
ax.legend(loc="right")
means = ", ".join(f"{name} {share:.1%}" for name, share in facts.items())
fig.set_label(f"Held-out digits read from three seeds, means: {means}.")
plt.show()

# %%
# Figure: The share of held-out digits that is read with learned filters, with
# random ones, and with one learned filter silent at a time. One column is one
# seed.

# %%
# What to try next: two filters, or thirty-two; train on after a silence.
