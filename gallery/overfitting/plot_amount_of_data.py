"""
Accuracy against the amount of data
===================================

How many digits does a network need to read well?
A small convolutional network and a logistic regression learn from ever more
digits, ten to begin with. Where a curve still rises, more data are worth their
price; where it is flat, more of the same help little. A logarithmic axis shows
both.
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
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

SEEDS, SIZES, STEPS = (0, 1, 2), (10, 30, 100, 300, 1300), 320
keras.utils.set_random_seed(0)
x_all, labels = load_digits(return_X_y=True)
x_all = x_all.astype("float32") / 16

# %%
# A convolutional network and a linear model
# ------------------------------------------
#
# The network takes as many steps whatever the number of digits. A clone has
# new initial weights; they go into the network that is already compiled.
model = keras.Sequential([keras.Input((64,)), layers.Reshape((8, 8, 1))])
model.add(layers.Conv2D(16, 3, activation="relu"))
model.add(layers.Conv2D(32, 3, activation="relu"))
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="softmax"))
model.compile(keras.optimizers.SGD(0.2), "sparse_categorical_crossentropy")


def accuracies(size, seed):
    parts = {"train_size": size, "test_size": 400, "random_state": seed}
    x, x_test, y_t, y_test = train_test_split(
        x_all, labels, stratify=labels, **parts
    )
    keras.utils.set_random_seed(seed)
    model.set_weights(keras.models.clone_model(model).get_weights())
    many = np.resize(np.arange(size), STEPS * 64)
    model.fit(x[many], y_t[many], batch_size=64, verbose=0)
    guess = ops.convert_to_numpy(model(x_test)).argmax(axis=1)
    other = LogisticRegression(tol=1e-3, max_iter=1000).fit(x, y_t)
    return [np.mean(guess == y_test), other.score(x_test, y_test)]


runs = [[accuracies(size, seed) for seed in SEEDS] for size in SIZES]
network, linear = 100 * np.moveaxis(runs, 2, 0)  # each (sizes, seeds)
facts = {
    "parameters": model.count_params(),
    "network": network.mean(axis=1).tolist(),
    "logistic regression": linear.mean(axis=1).tolist(),
}
bands = {"network": 4.0, "logistic regression": 0.5}  # per cent read correctly
print("digits, network, logistic regression")
for size, *row in zip(SIZES, facts["network"], facts["logistic regression"]):
    print(f"{size:6}", *(f"{number:.1f}%" for number in row), sep="  ")
assert facts["network"][-1] > 93 > 85 > facts["network"][0]
between = np.abs(network - linear).mean(axis=1)
assert np.ptp(facts["network"]) > 3 * between.max()

# %%
# From ten to 1300 digits much is gained; between these two models there is
# little to choose. A larger network, trained longer, may read more.
fig, ax = plt.subplots(figsize=(6, 4), layout="constrained")
curves = ("network", network, "o-"), ("logistic regression", linear, "s--")
for name, each, style in curves:
    (line,) = ax.semilogx(SIZES, facts[name], style[1:], label=name)
    ax.plot(SIZES, each, style[0], color=line.get_color(), mfc="none")
ax.set(xlabel="digits learned from", ylabel="read correctly (%)")
ax.grid(alpha=0.3)
ax.legend()
ends = [f"{n} {facts[n][0]:.0f} to {facts[n][-1]:.0f}" for n, *_ in curves]
fig.set_label(f"Per cent read correctly by digits: {', '.join(ends)}.")
plt.show()

# %%
# Figure: The share of other digits read correctly against the number of digits
# learned from, on a logarithmic axis. Open markers are seeds, each with digits
# of its own; lines join their means.

# %%
# What to try next
# ----------------
#
# - Draw errors against digits, both axes logarithmic: is it a straight line?
# - Add a gradient-boosted tree of scikit-learn as a third curve.
