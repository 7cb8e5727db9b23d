"""
One pixel to the right
======================

How much does a network change its mind when the picture moves by one pixel?
Pooling is said to make a network indifferent to small shifts. Here digits move
to the right before networks that differ in how they make their maps smaller.
Zhang (2019, arXiv:1904.11486) found that large networks are not indifferent
either, and that blurring before each step to a smaller map helps.
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

SEEDS, SHIFTS = (0, 1, 2), (0, 1, 2, 3)
data = load_digits()
margin = [(0, 0), (3, 3), (3, 3), (0, 0)]  # from 8 x 8 to 14 x 14 pixels
images = np.pad(data.images[..., np.newaxis].astype("float32") / 16, margin)
x, x_test, y_t, y_test = train_test_split(images, data.target, random_state=0)


# %%
# The first three take 14 x 14 places to 7 x 7 with equally many parameters;
# their dense layer has weights for each place. The last keeps the largest
# number of each map, wherever it stands.
def conv(filters, strides=1):
    return layers.Conv2D(filters, 3, strides, "same", activation="relu")


KINDS = {
    "max pool": lambda: [conv(8), layers.MaxPooling2D(2)],
    "mean pool": lambda: [conv(8), layers.AveragePooling2D(2)],
    "stride": lambda: [conv(8, 2)],
    "global": lambda: [conv(8), conv(24), layers.GlobalMaxPooling2D()],
}

# %%
# Twelve branches of one model share nothing but the digits they learn from.
inputs, maps, outputs = keras.Input((14, 14, 1)), [], []
for seed in SEEDS:
    keras.utils.set_random_seed(seed)
    for kind in KINDS.values():
        maps.append(keras.Sequential(kind())(inputs))
        outputs += [layers.Dense(10, "softmax")(layers.Flatten()(maps[-1]))]
model = keras.Model(inputs, outputs)
loss = "sparse_categorical_crossentropy"
model.compile(keras.optimizers.Adam(1e-2), [loss] * len(outputs))
run = model.fit(x, [y_t] * len(outputs), 64, epochs=4, verbose=0)

# %%
# The change of maps is the mean change of a number over the mean number, that
# of answers the share of held-out digits that are read differently.
both = keras.Model(inputs, maps + outputs)
moved = [both(np.roll(x_test, n, axis=2)) for n in SHIFTS]
moved = [[ops.convert_to_numpy(a) for a in found] for found in moved]
stir, reads = [], []
for found in moved:
    pairs = zip(found[: len(maps)], moved[0])
    stir.append([np.abs(a - b).mean() / b.mean() for a, b in pairs])
    reads.append([p.argmax(axis=1) for p in found[len(maps) :]])
right = np.mean(reads[0] == y_test, axis=-1)
stir, reads = np.array(stir), np.mean(np.array(reads) != reads[0], axis=-1)
facts = {"held out": len(y_test)}
print("means of three     right   maps change   answers change")
for k, name in enumerate(KINDS):
    means = right[k::4].mean(), stir[1, k::4].mean(), reads[1, k::4].mean()
    facts[name] = [float(a) for a in means]
    print(f"{name:14}", *(f"{a:9.1%}" for a in means), sep="  ")
bands = {"max pool": 0.15, "mean pool": 0.15, "stride": 0.15, "global": 0.15}
for a, b in zip(moved[2][:3], moved[0][:3]):  # two pixels are a whole step
    assert np.allclose(a[:, :, 1:], b[:, :, :-1], atol=1e-4)
assert facts["global"][2] < 0.05 < 0.2 < facts["max pool"][2]
fig, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
for ax, values, what in zip(axes, (stir, reads), ("maps", "answers")):
    for k, (name, style) in enumerate(
        zip(KINDS, ("C0o-", "C1^-", "C2s-", "C3D-"))
    ):
        ax.plot(SHIFTS, values[:, k::4], style, label=[name, "", ""])
    ax.set(xlabel="shift, pixels", ylabel=f"change of {what}", xticks=SHIFTS)
axes[0].legend()
ones = ", ".join(f"{facts[name][2]:.0%} with {name}" for name in KINDS)
fig.set_label(f"Change against shift. At one pixel answers change: {ones}.")
plt.show()

# %%
# Figure: How much maps (on the left) and answers (on the right) change when
# the digits move. Each line is a network. Only where the largest number of a
# map is kept, wherever it stands, do the answers stay almost the same.

# %%
# What to try next: train on shifted digits; blur before the stride.
