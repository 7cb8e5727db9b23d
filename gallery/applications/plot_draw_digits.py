"""
A network that draws digits
===========================

Which of four handwritten digits did no hand write?
A variational autoencoder (Kingma and Welling 2013, arXiv:1312.6114) squeezes
each digit into eight numbers and draws it again from these; fed with random
numbers, it draws its own. A second network learns to tell these from real.
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

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
pixels = load_digits().data.astype("float32") / 16  # rows of 64, in 17 greys
x, x_test = train_test_split(pixels, random_state=0)


# %%
# Mean and spread of each number; the decoder sees a random draw. The loss also
# counts how far that is from normal (Kullback and Leibler), over 64 pixels.
class Draw(layers.Layer):
    def __init__(self):
        super().__init__()
        self.seeds = keras.random.SeedGenerator(0)

    def call(self, code):
        mean, log_var = ops.split(code, 2, axis=-1)
        gap = ops.exp(log_var) + ops.square(mean) - 1 - log_var
        self.add_loss(ops.mean(ops.sum(gap, axis=-1)) / 2 / 64)
        noise = keras.random.normal(ops.shape(mean), seed=self.seeds)
        return mean + ops.exp(log_var / 2) * noise


encoder = [layers.Dense(256, "relu"), layers.Dense(16), Draw()]
decoder = keras.Sequential([keras.Input((8,)), layers.Dense(256, "relu")])
decoder.add(layers.Dense(64, "sigmoid"))
model = keras.Sequential([keras.Input((64,)), *encoder, decoder])
model.compile(keras.optimizers.Adam(2e-3), "binary_crossentropy")
run = model.fit(x, x, 128, 80, 0, validation_data=(x_test, x_test)).history


def with_drawn(real):  # real digits, then as many drawn, in the same 17 greys
    y = decoder.predict(rng.normal(size=(len(real), 8)), verbose=0)
    return np.concatenate([real, np.round(16 * y) / 16])


# %%
# The judge is examined on held-out and newly drawn digits. Of these, the one
# that it takes most surely for real goes among three real ones.
maps = [layers.Conv2D(16 * k, 3, activation="relu") for k in (1, 2)]
judge = keras.Sequential([layers.Reshape((8, 8, 1)), *maps, layers.Flatten()])
judge.add(layers.Dense(1, "sigmoid"))
judge.compile("adam", "binary_crossentropy")
judge.fit(with_drawn(x), np.repeat([0, 1], len(x)), epochs=8, verbose=0)
both, n, place = with_drawn(x_test), len(x_test), int(rng.integers(4))
p = judge.predict(both, verbose=0)[:, 0]  # that the digit is drawn
four = rng.choice(n, 4, replace=False)
four[place] = n + p[n:].argmin()
facts = {"position": place + 1, "learned": len(x), "drawn": n}
facts["accuracy"] = float(np.mean((p > 0.5) == np.repeat([0, 1], n)))
facts["taken for real"] = int(np.sum(p[n:] <= 0.5))
bands = {"accuracy": 0.05, "taken for real": 40}
print(*(f"{name}: {facts[name]}" for name in list(facts)[1:]), sep="\n")
fig, axes = plt.subplots(1, 4, figsize=(8, 2.1), layout="constrained")
for ax, row in zip(axes, both[four]):
    ax.imshow(row.reshape(8, 8), cmap="gray_r").axes.axis("off")
fig.set_label(f"Four digits in a row, one of them out of {n} that were drawn.")

# %%
# Figure: Four digits in a row, three of them written by hand. The one that was
# drawn stands at ``facts["position"]``, counted from the left.
#
# More of both kinds, and how the autoencoder learned.
fig, axes = plt.subplots(1, 3, figsize=(9, 3), layout="constrained")
for ax, some in zip(axes, (both[:64], both[n : n + 64])):
    sheet = np.pad(some.reshape(8, 8, 8, 8), [(0, 0), (0, 0), (1, 1), (0, 0)])
    ax.imshow(sheet.swapaxes(1, 2).reshape(80, 64), cmap="gray_r")
    ax.axis("off")
axes[2].plot(run["loss"], label="training")
axes[2].plot(run["val_loss"], "--", label="held out")
axes[2].set(xlabel="epoch", ylabel="loss")
axes[2].legend()
fig.set_label(f"Real digits, drawn ones, loss down to {run['loss'][-1]:.2f}.")
plt.show()

# %%
# Figure: Real digits on the left, drawn ones in the middle. On the right, the
# loss of the autoencoder against epochs.

# %%
# What to try next: two numbers in place of eight; a judge that learns longer.
